-- What was agreed, shown or decided upon is frozen for everybody, whoever writes.
--
-- Each trigger fires only for statements that name a frozen column, so that moving an
-- application along the line never reads its evidence back.

CREATE TRIGGER lending_productversion_frozen BEFORE UPDATE OR DELETE ON lending_productversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION app.refuse_change();

-- A rule may be given its last day; nothing else of it changes under the decisions it bound.
CREATE TRIGGER lending_regulationrule_frozen BEFORE UPDATE ON lending_regulationrule
    FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.code, OLD.kind, OLD.title, OLD.title_zh, OLD.applies_to,
         OLD.basis, OLD.cap, OLD.severity, OLD.effective_from, OLD.source, OLD.note)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.code, NEW.kind, NEW.title, NEW.title_zh, NEW.applies_to,
         NEW.basis, NEW.cap, NEW.severity, NEW.effective_from, NEW.source, NEW.note))
    EXECUTE FUNCTION app.refuse_change();

-- What was asked for never changes; the evidence may grow until it has a hash.
CREATE TRIGGER lending_application_request_frozen
    BEFORE UPDATE OF tenant_id, id, number, borrower_id, version_id, amount, currency, term,
                     purpose, channel, submitted_at
    ON lending_application FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.number, OLD.borrower_id, OLD.version_id, OLD.amount,
         OLD.currency, OLD.term, OLD.purpose, OLD.channel, OLD.submitted_at)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.number, NEW.borrower_id, NEW.version_id, NEW.amount,
         NEW.currency, NEW.term, NEW.purpose, NEW.channel, NEW.submitted_at))
    EXECUTE FUNCTION app.refuse_change();

CREATE TRIGGER lending_application_evidence_frozen
    BEFORE UPDATE OF evidence, evidence_hash
    ON lending_application FOR EACH ROW WHEN (
        OLD.evidence_hash <> ''
        AND (OLD.evidence, OLD.evidence_hash)
            IS DISTINCT FROM (NEW.evidence, NEW.evidence_hash))
    EXECUTE FUNCTION app.refuse_change();

-- At most one automatic decision: once written it is not exchanged for another.
CREATE TRIGGER lending_application_decided_once
    BEFORE UPDATE OF decision_id
    ON lending_application FOR EACH ROW WHEN (
        OLD.decision_id IS NOT NULL AND OLD.decision_id IS DISTINCT FROM NEW.decision_id)
    EXECUTE FUNCTION app.refuse_change();

-- An offer only ever leaves OPEN; all else of it is what the borrower saw.
CREATE TRIGGER lending_offer_settled_once
    BEFORE UPDATE OF status, settled_at
    ON lending_offer FOR EACH ROW WHEN (OLD.status <> 'OPEN')
    EXECUTE FUNCTION app.refuse_change();

CREATE TRIGGER lending_offer_frozen BEFORE UPDATE OF
    tenant_id, id, application_id, version_id, amount, currency, annual_rate, term, cost_table,
    cost_hash, issued_at, expires_at
    ON lending_offer FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.application_id, OLD.version_id, OLD.amount, OLD.currency,
         OLD.annual_rate, OLD.term, OLD.cost_table, OLD.cost_hash, OLD.issued_at,
         OLD.expires_at)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.application_id, NEW.version_id, NEW.amount, NEW.currency,
         NEW.annual_rate, NEW.term, NEW.cost_table, NEW.cost_hash, NEW.issued_at,
         NEW.expires_at))
    EXECUTE FUNCTION app.refuse_change();

CREATE TRIGGER lending_creditline_frozen BEFORE UPDATE ON lending_creditline
    FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.number, OLD.borrower_id, OLD.application_id, OLD.offer_id,
         OLD.version_id, OLD."limit", OLD.currency, OLD.annual_rate, OLD.term, OLD.opened_on,
         OLD.ends_on)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.number, NEW.borrower_id, NEW.application_id, NEW.offer_id,
         NEW.version_id, NEW."limit", NEW.currency, NEW.annual_rate, NEW.term, NEW.opened_on,
         NEW.ends_on))
    EXECUTE FUNCTION app.refuse_change();
