-- A loan's signing can't be rewritten: what changes it is an event. Status and its dates move.
CREATE TRIGGER lending_loan_frozen BEFORE UPDATE OF
        id, number, borrower_id, line_id, version_id, terms, currency, principal, key,
        requested_on
    ON lending_loan FOR EACH ROW
    WHEN ((OLD.id, OLD.number, OLD.borrower_id, OLD.line_id, OLD.version_id, OLD.terms,
           OLD.currency, OLD.principal, OLD.key, OLD.requested_on)
          IS DISTINCT FROM
          (NEW.id, NEW.number, NEW.borrower_id, NEW.line_id, NEW.version_id, NEW.terms,
           NEW.currency, NEW.principal, NEW.key, NEW.requested_on))
    EXECUTE FUNCTION app.refuse_change();

-- A payment order is an intent that was written down: what to pay, and to whom, stays.
CREATE TRIGGER lending_paymentorder_frozen BEFORE UPDATE OF
        id, direction, loan_id, amount, currency, reference, rail
    ON lending_paymentorder FOR EACH ROW
    WHEN ((OLD.id, OLD.direction, OLD.loan_id, OLD.amount, OLD.currency, OLD.reference, OLD.rail)
          IS DISTINCT FROM
          (NEW.id, NEW.direction, NEW.loan_id, NEW.amount, NEW.currency, NEW.reference, NEW.rail))
    EXECUTE FUNCTION app.refuse_change();

-- What a rail said stays as it was said; only what we made of it is added.
CREATE TRIGGER lending_railmessage_frozen BEFORE UPDATE OF
        rail, message_id, reference, outcome, amount, currency, happened_on, received_at
    ON lending_railmessage FOR EACH ROW
    WHEN ((OLD.rail, OLD.message_id, OLD.reference, OLD.outcome, OLD.amount, OLD.currency,
           OLD.happened_on, OLD.received_at)
          IS DISTINCT FROM
          (NEW.rail, NEW.message_id, NEW.reference, NEW.outcome, NEW.amount, NEW.currency,
           NEW.happened_on, NEW.received_at))
    EXECUTE FUNCTION app.refuse_change();

-- Room for the next version of a row in its own page: an update then touches no index
-- (measured on a million rows: 3.0 seconds against 10.0 with full pages).
ALTER TABLE lending_loanposition SET (fillfactor = 50);
ALTER TABLE lending_instalment SET (fillfactor = 70);
