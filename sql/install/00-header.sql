-- complain if the script is sourced in psql, rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION shnor" to load this file. \quit

-- The functions below find each other through the schema shnor. Whoever can create objects in it could have them
-- call other ones with a superuser's rights, so it must be empty and nobody else's. (An empty one is there after
-- DROP EXTENSION and when a dump is restored.)
DO $guard$
DECLARE
	path	text := pg_catalog.current_setting('search_path');
	owner	text;
	grantee	text;
	planted	text;
BEGIN
	-- what is planted must not be found by the guard either
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

	SELECT r.rolname INTO owner
	FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
	WHERE n.nspname = 'shnor' AND NOT r.rolsuper AND r.rolname <> current_user;
	IF owner IS NOT NULL THEN
		RAISE EXCEPTION 'schema "shnor" belongs to role "%", which is no superuser', owner
			USING ERRCODE = 'insufficient_privilege',
				  DETAIL = 'Its owner could put functions of their own among those of the extension, which superusers call.',
				  HINT = 'Look at what is in it; then drop it, or run: ALTER SCHEMA shnor OWNER TO CURRENT_USER.';
	END IF;

	SELECT coalesce(r.rolname, 'PUBLIC') INTO grantee
	FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
	WHERE n.nspname = 'shnor' AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner AND NOT coalesce(r.rolsuper, false)
	ORDER BY 1 LIMIT 1;
	IF grantee IS NOT NULL THEN
		RAISE EXCEPTION 'role "%" may create objects in schema "shnor"', grantee
			USING ERRCODE = 'insufficient_privilege',
				  DETAIL = 'It could put functions of its own among those of the extension, which superusers call.',
				  HINT = format('Run: REVOKE CREATE ON SCHEMA shnor FROM %s.', CASE grantee WHEN 'PUBLIC' THEN grantee ELSE quote_ident(grantee) END);
	END IF;

	SELECT string_agg(o.name, ', ' ORDER BY o.name) INTO planted
	FROM (SELECT pg_describe_object(d.classid, d.objid, 0) AS name
		  FROM pg_depend d JOIN pg_namespace n ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
		  WHERE n.nspname = 'shnor'
			-- the extension itself, and what holds no code
			AND d.classid <> ALL ('{pg_extension,pg_default_acl,pg_publication_namespace}'::regclass[])
		  ORDER BY 1 LIMIT 5) AS o;
	IF planted IS NOT NULL THEN
		RAISE EXCEPTION 'schema "shnor" is not empty'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  DETAIL = format('There are: %s.', planted),
				  HINT = 'The extension wants this schema for itself: move or drop what is there, or rename the schema.';
	END IF;

	PERFORM pg_catalog.set_config('search_path', path, true);
END
$guard$;

COMMENT ON SCHEMA shnor IS
'Exact indicators, scores and reports on support for schools with low results and schools in adverse conditions';
