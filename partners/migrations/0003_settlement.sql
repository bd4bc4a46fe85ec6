-- What was paid was paid for these figures; a later difference is a later day's adjustment.
CREATE TRIGGER partners_settlement_frozen BEFORE UPDATE ON partners_settlement
    FOR EACH ROW WHEN (
        (OLD.id, OLD.bank_id, OLD."on", OLD.currency, OLD.drafted_at)
        IS DISTINCT FROM
        (NEW.id, NEW.bank_id, NEW."on", NEW.currency, NEW.drafted_at)
        OR (OLD.paid_at IS NOT NULL
            AND (OLD.net, OLD.paid_at, OLD.bank_ref)
                IS DISTINCT FROM (NEW.net, NEW.paid_at, NEW.bank_ref)))
    EXECUTE FUNCTION app.refuse_change();

-- An instruction is an intent that was written down; once paid or cancelled it stays so.
CREATE TRIGGER partners_partnerpayment_frozen BEFORE UPDATE ON partners_partnerpayment
    FOR EACH ROW WHEN (
        OLD.status <> 'PENDING'
        OR (OLD.id, OLD.settlement_id, OLD.direction, OLD.amount, OLD.currency, OLD.reference,
            OLD.requested_at)
           IS DISTINCT FROM
           (NEW.id, NEW.settlement_id, NEW.direction, NEW.amount, NEW.currency, NEW.reference,
            NEW.requested_at))
    EXECUTE FUNCTION app.refuse_change();

-- A difference stays as it was found; who looks into it and what explains it is added, once.
CREATE TRIGGER partners_break_frozen BEFORE UPDATE ON partners_break
    FOR EACH ROW WHEN (
        OLD.status IN ('RESOLVED', 'WRITTEN_OFF')
        OR (OLD.id, OLD.run_id, OLD.bank_id, OLD.kind, OLD."on", OLD.type, OLD.key, OLD.amount,
            OLD.currency, OLD.differences, OLD.line_ours, OLD.line_theirs, OLD.opened_on,
            OLD.opened_at, OLD.due_on)
           IS DISTINCT FROM
           (NEW.id, NEW.run_id, NEW.bank_id, NEW.kind, NEW."on", NEW.type, NEW.key, NEW.amount,
            NEW.currency, NEW.differences, NEW.line_ours, NEW.line_theirs, NEW.opened_on,
            NEW.opened_at, NEW.due_on))
    EXECUTE FUNCTION app.refuse_change();
