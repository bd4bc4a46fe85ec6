-- The number that a bank has booked a loan under is told once, after the loan was paid out.
CREATE TRIGGER partners_participation_booked BEFORE UPDATE ON partners_participation
    FOR EACH ROW WHEN (
        NEW.bank_loan_number IS DISTINCT FROM OLD.bank_loan_number
        AND (OLD.bank_loan_number <> '' OR OLD.status IN ('PENDING', 'FUNDED', 'CANCELLED')))
    EXECUTE FUNCTION app.refuse_change();
