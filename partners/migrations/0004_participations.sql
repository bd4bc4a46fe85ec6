-- Shares are a function of the loan's running totals: cut each total, and write what changed.
-- The pure twin is partners/rules/splitting.py; a test holds the two against each other.
CREATE FUNCTION app.split_loan(the_tenant bigint, the_loan uuid, the_day date) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO partners_share (tenant_id, participation_id, loan_id, bank_id, sequence,
        booked_on, component, total, bank_part, guarantor_part, own_part, spread, holder)
    SELECT part.tenant_id, part.id, part.loan_id, part.bank_id, position.sequence, the_day,
           running.component, running.total - had.total, cut.bank - had.bank,
           cut.guarantor - had.guarantor, running.total - cut.bank - cut.guarantor - had.own,
           partner.spread - had.spread, part.holder
    FROM partners_participation part
    JOIN lending_loanposition position
      ON position.tenant_id = part.tenant_id AND position.loan_id = part.loan_id
    CROSS JOIN LATERAL (VALUES
        ('disbursed', position.disbursed, part.principal_fraction, part.principal_fraction),
        ('principal', position.disbursed - position.principal, part.principal_fraction,
         part.principal_fraction),
        ('interest', position.interest_paid, part.interest_fraction, part.principal_fraction),
        ('fee', position.fee_paid, part.fee_fraction, 0),
        ('penalty', position.penalty_paid, part.penalty_fraction, 0)
    ) AS running(component, total, fraction, funded)
    CROSS JOIN LATERAL (
        SELECT round(running.total * running.fraction, part.decimals) AS amount,
               greatest(round(running.total * running.funded, part.decimals)
                        - round(running.total * running.fraction, part.decimals), 0)
                   * (running.component = 'interest')::int AS spread
    ) AS partner
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(taken) FILTER (WHERE holder = 'guarantor'), 0) AS guarantor,
               coalesce(sum(taken) FILTER (WHERE holder = 'own'), 0) AS own
        FROM (
            SELECT cession.holder,
                   least(greatest(partner.amount - cession.starts_at, 0),
                         coalesce(cession."limit", partner.amount)) AS taken
            FROM partners_cession cession
            WHERE cession.tenant_id = part.tenant_id AND cession.participation_id = part.id
              AND cession.component = running.component AND NOT cession.is_void
        ) stretch
    ) AS ceded
    CROSS JOIN LATERAL (
        SELECT partner.amount - ceded.guarantor - ceded.own AS bank, ceded.guarantor
    ) AS cut
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(total), 0) AS total, coalesce(sum(bank_part), 0) AS bank,
               coalesce(sum(guarantor_part), 0) AS guarantor, coalesce(sum(own_part), 0) AS own,
               coalesce(sum(share.spread), 0) AS spread
        FROM partners_share share
        WHERE share.tenant_id = part.tenant_id AND share.participation_id = part.id
          AND share.component = running.component
    ) AS had
    WHERE part.tenant_id = the_tenant AND part.loan_id = the_loan
      AND (running.total, cut.bank, cut.guarantor) IS DISTINCT FROM
          (had.total, had.bank, had.guarantor);
END $$;

CREATE FUNCTION app.split_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM app.split_loan(NEW.tenant_id, NEW.loan_id, NEW.as_of);
    RETURN NULL;
END $$;
CREATE TRIGGER partners_split_new AFTER INSERT ON lending_loanposition
    FOR EACH ROW EXECUTE FUNCTION app.split_position();
CREATE TRIGGER partners_split AFTER UPDATE ON lending_loanposition
    FOR EACH ROW WHEN (
        (OLD.disbursed, OLD.principal, OLD.interest_paid, OLD.fee_paid, OLD.penalty_paid)
        IS DISTINCT FROM
        (NEW.disbursed, NEW.principal, NEW.interest_paid, NEW.fee_paid, NEW.penalty_paid))
    EXECUTE FUNCTION app.split_position();

-- Who holds a stretch changed: what has been received of it changes hands.
CREATE FUNCTION app.split_ceded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM app.split_loan(part.tenant_id, part.loan_id, tenant.business_date)
    FROM partners_participation part JOIN tenancy_tenant tenant ON tenant.id = part.tenant_id
    WHERE part.tenant_id = NEW.tenant_id AND part.id = NEW.participation_id;
    RETURN NULL;
END $$;
CREATE TRIGGER partners_split_ceded AFTER INSERT OR UPDATE ON partners_cession
    FOR EACH ROW EXECUTE FUNCTION app.split_ceded();

-- What was agreed of a part stays; a stretch is only ever made void.
CREATE TRIGGER partners_participation_frozen BEFORE UPDATE ON partners_participation
    FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.loan_id, OLD.version_id, OLD.placement_id, OLD.bank_id,
         OLD.currency, OLD.decimals, OLD.ratio_bp, OLD.principal_fraction,
         OLD.interest_fraction, OLD.fee_fraction, OLD.penalty_fraction)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.loan_id, NEW.version_id, NEW.placement_id, NEW.bank_id,
         NEW.currency, NEW.decimals, NEW.ratio_bp, NEW.principal_fraction,
         NEW.interest_fraction, NEW.fee_fraction, NEW.penalty_fraction))
    EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER partners_cession_frozen BEFORE UPDATE ON partners_cession
    FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.participation_id, OLD.component, OLD.starts_at, OLD."limit",
         OLD.holder)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.participation_id, NEW.component, NEW.starts_at, NEW."limit",
         NEW.holder)
        OR OLD.is_void)
    EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER partners_fundingleg_frozen BEFORE UPDATE ON partners_fundingleg
    FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.participation_id, OLD.side, OLD.amount, OLD.currency,
         OLD.reference)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.participation_id, NEW.side, NEW.amount, NEW.currency,
         NEW.reference))
    EXECUTE FUNCTION app.refuse_change();

-- At commit: the shares of a loan are its borrower's ledger, component by component, whoever
-- wrote them.
CREATE FUNCTION app.check_shares() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owed numeric;
    shared numeric;
BEGIN
    SELECT CASE NEW.component
               WHEN 'disbursed' THEN position.disbursed
               WHEN 'principal' THEN position.disbursed - position.principal
               WHEN 'interest' THEN position.interest_paid
               WHEN 'fee' THEN position.fee_paid
               WHEN 'penalty' THEN position.penalty_paid
           END
      INTO owed FROM lending_loanposition position
     WHERE position.tenant_id = NEW.tenant_id AND position.loan_id = NEW.loan_id;
    SELECT sum(share.total) INTO shared FROM partners_share share
     WHERE share.tenant_id = NEW.tenant_id AND share.participation_id = NEW.participation_id
       AND share.component = NEW.component;
    IF owed IS DISTINCT FROM shared THEN
        RAISE EXCEPTION 'the shares of % come to %, the borrower''s ledger to %',
            NEW.component, shared, owed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_share_equals_ledger';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER partners_share_equals_ledger AFTER INSERT ON partners_share
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.check_shares();
