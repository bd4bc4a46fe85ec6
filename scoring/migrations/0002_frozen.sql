-- A decision names the card and the policy that made it, so neither may ever say something else.
-- Only the status moves, forward, with the facts that belong to it.

CREATE TRIGGER scoring_scorecard_frozen BEFORE UPDATE ON scoring_scorecard FOR EACH ROW
    WHEN ((OLD.tenant_id, OLD.id, OLD.name, OLD.version, OLD.card, OLD.sha256, OLD.model_card,
           OLD.trained_at, OLD.trained_by)
          IS DISTINCT FROM
          (NEW.tenant_id, NEW.id, NEW.name, NEW.version, NEW.card, NEW.sha256, NEW.model_card,
           NEW.trained_at, NEW.trained_by)
          OR (OLD.status, NEW.status) NOT IN
             (('draft', 'approved'), ('draft', 'retired'), ('approved', 'retired'))
          OR (OLD.status = 'approved'
              AND (OLD.approved_at, OLD.approved_by)
                  IS DISTINCT FROM (NEW.approved_at, NEW.approved_by)))
    EXECUTE FUNCTION app.refuse_change();

CREATE TRIGGER scoring_policy_frozen BEFORE UPDATE ON scoring_policy FOR EACH ROW
    WHEN ((OLD.tenant_id, OLD.id, OLD.name, OLD.version, OLD."table", OLD.sha256,
           OLD.published_at, OLD.published_by)
          IS DISTINCT FROM
          (NEW.tenant_id, NEW.id, NEW.name, NEW.version, NEW."table", NEW.sha256,
           NEW.published_at, NEW.published_by)
          OR (OLD.status, NEW.status) <> ('published', 'retired'))
    EXECUTE FUNCTION app.refuse_change();

-- What was asked and how it ended stays; only progress and the end are written while it runs.
CREATE TRIGGER scoring_trainingrun_frozen BEFORE UPDATE ON scoring_trainingrun FOR EACH ROW
    WHEN (OLD.status IN ('succeeded', 'failed')
          OR (OLD.tenant_id, OLD.id, OLD.name, OLD.target, OLD.catalogue, OLD.folds, OLD.seed,
              OLD.intended_use, OLD.asked_at, OLD.asked_by)
             IS DISTINCT FROM
             (NEW.tenant_id, NEW.id, NEW.name, NEW.target, NEW.catalogue, NEW.folds, NEW.seed,
              NEW.intended_use, NEW.asked_at, NEW.asked_by))
    EXECUTE FUNCTION app.refuse_change();
