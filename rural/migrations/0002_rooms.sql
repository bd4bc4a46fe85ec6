-- What was filled in against a published form must be readable by that form for ever.
CREATE TRIGGER rural_formdefinition_frozen BEFORE UPDATE OR DELETE ON rural_formdefinition
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION app.refuse_change();

-- A draft changes its content, never its name; code and version never stand for other content.
CREATE TRIGGER rural_formdefinition_named BEFORE UPDATE OF tenant_id, id, code, version
    ON rural_formdefinition FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.code, OLD.version)
        IS DISTINCT FROM (NEW.tenant_id, NEW.id, NEW.code, NEW.version))
    EXECUTE FUNCTION app.refuse_change();

-- What somebody sent in stays as he sent it; status, household and what we made of it move.
CREATE TRIGGER rural_submission_frozen BEFORE UPDATE OF
        tenant_id, id, form_code, form_version, definition_id, root_uuid, instance_id,
        content_sha256, subject, base_version, answers, numbers, device_id, started_at,
        finalized_at, received_at, start_gps, agent_id, agent_name, agent_role
    ON rural_submission FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.form_code, OLD.form_version, OLD.definition_id,
         OLD.root_uuid, OLD.instance_id, OLD.content_sha256, OLD.subject, OLD.base_version,
         OLD.answers, OLD.numbers, OLD.device_id, OLD.started_at, OLD.finalized_at,
         OLD.received_at, OLD.start_gps, OLD.agent_id, OLD.agent_name, OLD.agent_role)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.form_code, NEW.form_version, NEW.definition_id,
         NEW.root_uuid, NEW.instance_id, NEW.content_sha256, NEW.subject, NEW.base_version,
         NEW.answers, NEW.numbers, NEW.device_id, NEW.started_at, NEW.finalized_at,
         NEW.received_at, NEW.start_gps, NEW.agent_id, NEW.agent_name, NEW.agent_role))
    EXECUTE FUNCTION app.refuse_change();

-- Both sides of a conflict are kept as they came; the choice is made once.
CREATE TRIGGER rural_conflictcase_frozen BEFORE UPDATE ON rural_conflictcase
    FOR EACH ROW WHEN (
        OLD.status = 'resolved'
        OR (OLD.tenant_id, OLD.id, OLD.kind, OLD.submission_id, OLD.fields, OLD.incoming,
            OLD.incoming_numbers, OLD.incoming_sha256, OLD.opened_at, OLD.opened_by)
           IS DISTINCT FROM
           (NEW.tenant_id, NEW.id, NEW.kind, NEW.submission_id, NEW.fields, NEW.incoming,
            NEW.incoming_numbers, NEW.incoming_sha256, NEW.opened_at, NEW.opened_by))
    EXECUTE FUNCTION app.refuse_change();
