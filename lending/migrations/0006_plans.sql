-- How a loan is repaid, and who lends along, was agreed like its amount: it stays.
CREATE TRIGGER lending_application_plan_frozen BEFORE UPDATE OF plan
    ON lending_application FOR EACH ROW WHEN (OLD.plan IS DISTINCT FROM NEW.plan)
    EXECUTE FUNCTION app.refuse_change();

CREATE TRIGGER lending_offer_plan_frozen BEFORE UPDATE OF plan, funder
    ON lending_offer FOR EACH ROW
    WHEN ((OLD.plan, OLD.funder) IS DISTINCT FROM (NEW.plan, NEW.funder))
    EXECUTE FUNCTION app.refuse_change();

CREATE TRIGGER lending_creditline_plan_frozen BEFORE UPDATE OF plan
    ON lending_creditline FOR EACH ROW WHEN (OLD.plan IS DISTINCT FROM NEW.plan)
    EXECUTE FUNCTION app.refuse_change();
