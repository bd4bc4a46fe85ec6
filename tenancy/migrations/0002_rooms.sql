-- The token of a transaction, verified. Without one: NULL, so reads return nothing and writes
-- fail on the tenant column. Forged or expired: an error, because someone tried.
CREATE TABLE app.token_key (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    inner_pad bytea NOT NULL CHECK (length(inner_pad) = 64),
    outer_pad bytea NOT NULL CHECK (length(outer_pad) = 64)
);

-- STABLE and costly, so that the planner evaluates it once as an index condition rather than
-- once per row. SECURITY DEFINER, because only the owner may read the key.
CREATE FUNCTION app.tenant() RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    token text := current_setting('app.tenant', true);
    part text[];
    genuine boolean;
BEGIN
    IF token IS NULL OR token = '' THEN
        RETURN NULL;
    END IF;
    part := string_to_array(token, ':');
    SELECT encode(sha256(outer_pad || sha256(
               inner_pad || convert_to(part[1] || ':' || part[2], 'UTF8'))), 'hex') = part[3]
        INTO genuine FROM app.token_key;
    IF genuine IS NOT TRUE OR cardinality(part) <> 3 THEN
        RAISE EXCEPTION 'the tenant token is forged' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF to_timestamp(part[2]::bigint) < clock_timestamp() THEN
        RAISE EXCEPTION 'the tenant token has expired' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN part[1]::integer;
END $$;

CREATE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP)
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
