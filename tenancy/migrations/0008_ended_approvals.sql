-- Beside the one decision, an approved request may end once because somebody outside did not agree;
-- who approved it, and why, stays.
DROP TRIGGER tenancy_approvalrequest_frozen ON tenancy_approvalrequest;
CREATE TRIGGER tenancy_approvalrequest_frozen BEFORE UPDATE ON tenancy_approvalrequest
    FOR EACH ROW WHEN (
        OLD.status NOT IN ('PENDING', 'APPROVED')
        OR (OLD.status = 'APPROVED'
            AND (NEW.status NOT IN ('REFUSED', 'LAPSED')
                 OR (OLD.checker_id, OLD.checker_name, OLD.decided_at, OLD.decision_reason)
                    IS DISTINCT FROM
                    (NEW.checker_id, NEW.checker_name, NEW.decided_at, NEW.decision_reason)))
        OR (OLD.tenant_id, OLD.id, OLD.kind, OLD.subject_type, OLD.subject_id, OLD.title,
            OLD.payload, OLD.payload_hash, OLD.reason, OLD.maker_id, OLD.maker_name,
            OLD.requested_at, OLD.expires_at)
           IS DISTINCT FROM
           (NEW.tenant_id, NEW.id, NEW.kind, NEW.subject_type, NEW.subject_id, NEW.title,
            NEW.payload, NEW.payload_hash, NEW.reason, NEW.maker_id, NEW.maker_name,
            NEW.requested_at, NEW.expires_at))
    EXECUTE FUNCTION app.refuse_change();
