-- A receipt whose money stands with the bank is taken back by whomever and wherever: then the
-- bank holds it no more. Written by the database, so that no door can forget it.
CREATE FUNCTION app.take_back_bank_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO partners_bankreceipt (tenant_id, participation_id, bank_id, loan_id, event_id,
        amount, currency, value_on, booked_on, bank_ref, told_at)
    SELECT told.tenant_id, told.participation_id, told.bank_id, told.loan_id, NEW.id,
           -told.amount, told.currency, told.value_on, NEW.booked_on, told.bank_ref,
           NEW.recorded_at
    FROM partners_bankreceipt told
    WHERE told.tenant_id = NEW.tenant_id AND told.event_id = NEW.reverses_id;
    RETURN NULL;
END $$;
CREATE TRIGGER partners_bankreceipt_taken_back AFTER INSERT ON lending_loanevent
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)
    EXECUTE FUNCTION app.take_back_bank_receipt();

-- The row says what the loan's own event says.
CREATE FUNCTION app.require_receipt_of_loan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM lending_loanevent event
        JOIN partners_participation part
          ON part.tenant_id = event.tenant_id AND part.loan_id = event.loan_id
        WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
          AND event.loan_id = NEW.loan_id AND part.id = NEW.participation_id
          AND part.bank_id = NEW.bank_id AND event.booked_on = NEW.booked_on
          AND event.amount = abs(NEW.amount)
          AND event.kind = CASE WHEN NEW.amount > 0 THEN 'repaid' ELSE 'reversed' END
    ) THEN
        RAISE EXCEPTION 'the loan has no such receipt'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_bankreceipt_of_loan';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER partners_bankreceipt_proven BEFORE INSERT ON partners_bankreceipt
    FOR EACH ROW EXECUTE FUNCTION app.require_receipt_of_loan();
