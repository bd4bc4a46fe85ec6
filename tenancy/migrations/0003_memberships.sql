-- Which rooms a person may enter must be known before he is in one. The owner alone reads past
-- the policy, and only through this function, which answers for one person.
CREATE POLICY sign_in ON tenancy_membership FOR SELECT TO {owner} USING (true);

CREATE FUNCTION app.memberships(person uuid)
RETURNS TABLE (tenant_id integer, membership_id bigint, role text, branch text,
               authority_limit numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT tenant_id, id, role, branch, authority_limit
    FROM tenancy_membership WHERE user_id = person AND is_active ORDER BY tenant_id, id
$$;
REVOKE ALL ON FUNCTION app.memberships(uuid) FROM public;
GRANT EXECUTE ON FUNCTION app.memberships(uuid) TO {app};
