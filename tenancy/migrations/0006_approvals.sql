-- What was asked for stays as it was asked for, and is decided once.
CREATE TRIGGER tenancy_approvalrequest_frozen BEFORE UPDATE ON tenancy_approvalrequest
    FOR EACH ROW WHEN (
        OLD.status <> 'PENDING'
        OR (OLD.tenant_id, OLD.id, OLD.kind, OLD.subject_type, OLD.subject_id, OLD.title,
            OLD.payload, OLD.payload_hash, OLD.reason, OLD.maker_id, OLD.maker_name,
            OLD.requested_at, OLD.expires_at)
           IS DISTINCT FROM
           (NEW.tenant_id, NEW.id, NEW.kind, NEW.subject_type, NEW.subject_id, NEW.title,
            NEW.payload, NEW.payload_hash, NEW.reason, NEW.maker_id, NEW.maker_name,
            NEW.requested_at, NEW.expires_at))
    EXECUTE FUNCTION app.refuse_change();

-- A request is born undecided.
CREATE TRIGGER tenancy_approvalrequest_born_pending BEFORE INSERT ON tenancy_approvalrequest
    FOR EACH ROW WHEN (NEW.status <> 'PENDING')
    EXECUTE FUNCTION app.refuse_change();
