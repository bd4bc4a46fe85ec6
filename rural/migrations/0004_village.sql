-- What a village partner signed stays; the application that followed and a fraud are added once.
CREATE TRIGGER rural_recommendation_frozen BEFORE UPDATE ON rural_recommendation
    FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.partner_id, OLD.lead_id, OLD.submission_id, OLD.relation,
         OLD.opinion, OLD.known_years, OLD.reasons, OLD.purpose, OLD.asked_amount, OLD.made_at)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.partner_id, NEW.lead_id, NEW.submission_id, NEW.relation,
         NEW.opinion, NEW.known_years, NEW.reasons, NEW.purpose, NEW.asked_amount, NEW.made_at)
        OR OLD.application_id IS NOT NULL AND OLD.application_id IS DISTINCT FROM NEW.application_id
        OR OLD.fraud_found_at IS NOT NULL
           AND OLD.fraud_found_at IS DISTINCT FROM NEW.fraud_found_at)
    EXECUTE FUNCTION app.refuse_change();

-- No payment takes a partner's balance below zero. Payments hold the partner's row, so the sum is
-- that of everything committed and of this transaction.
CREATE FUNCTION app.check_commission_paid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(amount) FROM rural_commissionentry
         WHERE tenant_id = NEW.tenant_id AND partner_id = NEW.partner_id
           AND currency = NEW.currency) < 0 THEN
        RAISE EXCEPTION 'commission of partner % would be paid below zero', NEW.partner_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rural_commission_never_below_zero';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER rural_commission_never_below_zero AFTER INSERT ON rural_commissionentry
    FOR EACH ROW WHEN (NEW.kind = 'paid') EXECUTE FUNCTION app.check_commission_paid();

-- Nobody votes on his own household or kin, nor when the session is over.
CREATE FUNCTION app.check_ballot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rural_recusal
                WHERE tenant_id = NEW.tenant_id AND evaluator_id = NEW.evaluator_id
                  AND household_id = NEW.household_id) THEN
        RAISE EXCEPTION 'evaluator % has no vote on household %', NEW.evaluator_id,
            NEW.household_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rural_ballot_not_on_kin';
    END IF;
    IF NOT EXISTS (SELECT FROM rural_panelsession
                    WHERE tenant_id = NEW.tenant_id AND id = NEW.session_id AND status = 'OPEN')
    THEN
        RAISE EXCEPTION 'session % is not open', NEW.session_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rural_ballot_while_open';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER rural_ballot_allowed AFTER INSERT ON rural_ballot
    FOR EACH ROW EXECUTE FUNCTION app.check_ballot();
