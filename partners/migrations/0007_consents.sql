-- That a bank agrees to new due dates is said by a live credential of the very bank that holds
-- the part. Whatever code writes the row, nobody else's word is kept as the bank's.
CREATE FUNCTION app.require_consent_of_bank() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM partners_participation part
        JOIN partners_bankcredential credential
          ON credential.tenant_id = part.tenant_id AND credential.bank_id = part.bank_id
        WHERE part.tenant_id = NEW.tenant_id AND part.id::text = NEW.subject_id
          AND credential.client_id = NEW.checker_id AND credential.is_active
    ) THEN
        RAISE EXCEPTION 'the bank that holds the part has not agreed itself'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_consent_of_this_bank';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER partners_consent_proven
    BEFORE INSERT OR UPDATE OF status, checker_id ON tenancy_approvalrequest FOR EACH ROW
    WHEN (NEW.kind = 'loan.reschedule.consent' AND NEW.status = 'APPROVED')
    EXECUTE FUNCTION app.require_consent_of_bank();
