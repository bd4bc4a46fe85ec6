-- What was claimed, and from where, stays as it was filed; only its fate is added.
CREATE TRIGGER partners_compensationclaim_frozen BEFORE UPDATE ON partners_compensationclaim
    FOR EACH ROW WHEN (
        OLD.status = 'REVERSED'
        OR (OLD.tenant_id, OLD.id, OLD.number, OLD.participation_id, OLD.guarantor_id, OLD.scope,
            OLD.trigger_dpd, OLD.arrears_since, OLD.principal, OLD.interest, OLD.fee, OLD.penalty,
            OLD.principal_from, OLD.interest_from, OLD.fee_from, OLD.penalty_from, OLD.filed_on)
           IS DISTINCT FROM
           (NEW.tenant_id, NEW.id, NEW.number, NEW.participation_id, NEW.guarantor_id, NEW.scope,
            NEW.trigger_dpd, NEW.arrears_since, NEW.principal, NEW.interest, NEW.fee, NEW.penalty,
            NEW.principal_from, NEW.interest_from, NEW.fee_from, NEW.penalty_from, NEW.filed_on))
    EXECUTE FUNCTION app.refuse_change();
