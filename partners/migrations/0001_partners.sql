-- What was agreed, asked for or decided is frozen for everybody, whoever writes.

CREATE TRIGGER partners_agreementversion_frozen BEFORE UPDATE OR DELETE ON partners_agreementversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION app.refuse_change();

-- A rule may be given its last day; nothing else of it changes under what it bound.
CREATE TRIGGER partners_fundingrule_frozen BEFORE UPDATE ON partners_fundingrule
    FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.code, OLD.jurisdiction, OLD.title, OLD.title_zh,
         OLD.applies_to, OLD.funding_models, OLD.metric, OLD.operator, OLD.threshold,
         OLD.severity, OLD.effective_from, OLD.legal_ref, OLD.source, OLD.verified_by,
         OLD.verified_on, OLD.note, OLD.approval_id)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.code, NEW.jurisdiction, NEW.title, NEW.title_zh,
         NEW.applies_to, NEW.funding_models, NEW.metric, NEW.operator, NEW.threshold,
         NEW.severity, NEW.effective_from, NEW.legal_ref, NEW.source, NEW.verified_by,
         NEW.verified_on, NEW.note, NEW.approval_id))
    EXECUTE FUNCTION app.refuse_change();

-- What was put before the bank stays as it was put.
CREATE TRIGGER partners_placement_frozen BEFORE UPDATE OF
        tenant_id, id, number, application_id, routing_id, bank_id, version_id, amount, currency,
        annual_rate, term, term_unit, bank_ratio_bp, routed_at, expires_at
    ON partners_placement FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.number, OLD.application_id, OLD.routing_id, OLD.bank_id,
         OLD.version_id, OLD.amount, OLD.currency, OLD.annual_rate, OLD.term, OLD.term_unit,
         OLD.bank_ratio_bp, OLD.routed_at, OLD.expires_at)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.number, NEW.application_id, NEW.routing_id, NEW.bank_id,
         NEW.version_id, NEW.amount, NEW.currency, NEW.annual_rate, NEW.term, NEW.term_unit,
         NEW.bank_ratio_bp, NEW.routed_at, NEW.expires_at))
    EXECUTE FUNCTION app.refuse_change();

-- A reservation is settled once; what it reserved does not change.
CREATE TRIGGER partners_quotause_frozen BEFORE UPDATE ON partners_quotause
    FOR EACH ROW WHEN (
        OLD.status = 'RELEASED'
        OR (OLD.status = 'CONVERTED' AND NEW.status <> 'RELEASED')
        OR (OLD.tenant_id, OLD.id, OLD.quota_id, OLD.placement_id, OLD.begins_on, OLD.amount,
            OLD.reserved_at)
           IS DISTINCT FROM
           (NEW.tenant_id, NEW.id, NEW.quota_id, NEW.placement_id, NEW.begins_on, NEW.amount,
            NEW.reserved_at))
    EXECUTE FUNCTION app.refuse_change();

-- One or two public keys, each with its name: none would lock the bank out, a third is one
-- that nobody retired. A private part has no business here.
CREATE FUNCTION app.is_public_key_set(keys jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_typeof(keys->'keys') = 'array'
       AND jsonb_array_length(keys->'keys') BETWEEN 1 AND 2
       AND NOT EXISTS (SELECT FROM jsonb_array_elements(keys->'keys') AS key
                       WHERE NOT key ? 'kid' OR NOT key ? 'kty' OR key ? 'd' OR key ? 'k')
$$;
ALTER TABLE partners_bankcredential ADD CONSTRAINT partners_credential_public_keys
    CHECK (coalesce(app.is_public_key_set(jwks), false));

-- A bank decides by its own live credential, or two people enter its paper. Whatever code
-- writes the row, a credential of another bank proves nothing.
CREATE FUNCTION app.require_proof_of_bank() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM partners_placement placement
        WHERE placement.tenant_id = NEW.tenant_id AND placement.id = NEW.placement_id
          AND placement.bank_id = NEW.bank_id
    ) THEN
        RAISE EXCEPTION 'the placement is not before this bank'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_decision_of_this_bank';
    END IF;
    IF NEW.credential_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM partners_bankcredential credential
        WHERE credential.tenant_id = NEW.tenant_id AND credential.id = NEW.credential_id
          AND credential.bank_id = NEW.bank_id AND credential.is_active
    ) THEN
        RAISE EXCEPTION 'the credential is not a live one of this bank'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_decision_credential';
    END IF;
    IF NEW.approval_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM tenancy_approvalrequest request
        WHERE request.tenant_id = NEW.tenant_id AND request.id = NEW.approval_id
          AND request.kind = 'partners.record_decision' AND request.status = 'APPROVED'
          AND request.subject_id = NEW.placement_id::text
    ) THEN
        RAISE EXCEPTION 'two people have not approved this record'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_decision_approval';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER partners_bankdecision_proven BEFORE INSERT ON partners_bankdecision
    FOR EACH ROW EXECUTE FUNCTION app.require_proof_of_bank();

-- And nothing else than such a decision brings a placement where only the bank can bring it.
CREATE FUNCTION app.require_bank_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted text := CASE NEW.status WHEN 'APPROVED' THEN 'APPROVE' WHEN 'COUNTERED' THEN 'COUNTER'
                                   ELSE 'DECLINE' END;
BEGIN
    IF NOT EXISTS (
        SELECT FROM partners_bankdecision decision
        WHERE decision.tenant_id = NEW.tenant_id AND decision.placement_id = NEW.id
          AND decision.result = wanted
    ) THEN
        RAISE EXCEPTION 'the bank has not decided so: %', NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER partners_placement_bank_decided BEFORE UPDATE OF status ON partners_placement
    FOR EACH ROW WHEN (NEW.status IN ('APPROVED', 'COUNTERED', 'DECLINED')
                       AND NEW.status IS DISTINCT FROM OLD.status)
    EXECUTE FUNCTION app.require_bank_decision();
CREATE TRIGGER partners_placement_born_routed BEFORE INSERT ON partners_placement
    FOR EACH ROW WHEN (NEW.status <> 'ROUTED')
    EXECUTE FUNCTION app.refuse_change();
