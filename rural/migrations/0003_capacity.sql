-- What households were assessed by stays readable for ever.
CREATE TRIGGER rural_capacitypolicy_frozen BEFORE UPDATE OR DELETE ON rural_capacitypolicy
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION app.refuse_change();

-- A benchmark is ended by the next one, never corrected.
CREATE TRIGGER rural_benchmark_frozen BEFORE UPDATE ON rural_benchmark
    FOR EACH ROW WHEN (
        (OLD.tenant_id, OLD.id, OLD.kind, OLD.code, OLD.region, OLD.year, OLD.figures, OLD.lines,
         OLD.source, OLD.is_assumed, OLD.valid_from)
        IS DISTINCT FROM
        (NEW.tenant_id, NEW.id, NEW.kind, NEW.code, NEW.region, NEW.year, NEW.figures, NEW.lines,
         NEW.source, NEW.is_assumed, NEW.valid_from))
    EXECUTE FUNCTION app.refuse_change();
