-- Creating a region and bringing it to the installed version. Everything made here belongs to the caller.

-- a region is made by an ordinary role: it needs CREATE on the database and nothing else
GRANT USAGE ON SCHEMA shnor TO PUBLIC;

CREATE FUNCTION create_region(name text, title text DEFAULT NULL, time_zone text DEFAULT 'Europe/Moscow')
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF name IS NULL OR name = '' THEN
		RAISE EXCEPTION 'name of a region must not be empty'
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF octet_length(name) > 63 THEN
		RAISE EXCEPTION 'name of a region is too long: "%"', name
			USING ERRCODE = 'name_too_long',
				  DETAIL = format('It takes %s bytes, and an identifier holds at most 63.', octet_length(name));
	ELSIF starts_with(name, 'pg_') THEN
		RAISE EXCEPTION 'unacceptable name of a region: "%"', name
			USING ERRCODE = 'reserved_name',
				  DETAIL = 'The prefix "pg_" is reserved for system schemas.';
	ELSIF name = '$user' THEN
		RAISE EXCEPTION 'unacceptable name of a region: "%"', name
			USING ERRCODE = 'reserved_name',
				  DETAIL = 'In a search path "$user" stands for the schema of the current user, quoted or not.';
	ELSIF EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = create_region.name) THEN
		RAISE EXCEPTION 'schema "%" already exists', name
			USING ERRCODE = 'duplicate_schema',
				  HINT = 'Choose another name, or bring an existing region to the installed version with shnor.upgrade_region().';
	END IF;

	BEGIN
		PERFORM now() AT TIME ZONE time_zone;
	EXCEPTION WHEN invalid_parameter_value THEN
		time_zone := NULL;
	END;
	IF time_zone IS NULL THEN
		RAISE EXCEPTION 'time zone of region "%" is not known', name
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Names of time zones are in pg_timezone_names, for example Europe/Moscow.';
	END IF;

	EXECUTE format('CREATE SCHEMA %I', name);
	EXECUTE format('COMMENT ON SCHEMA %I IS %L', name,
				   'Мониторинг системы работы со ШНОР и ШНСУ: ' || coalesce(title, name));
	PERFORM shnor.region_tables(name);
	-- before there are rows: what is known of one table's size alone misleads the planner
	PERFORM shnor.region_version_constraints(name);
	PERFORM shnor.region_seed(name, coalesce(title, name), time_zone);
	PERFORM shnor.upgrade_region(name);
	RETURN name;
END
$function$;
COMMENT ON FUNCTION create_region(text, text, text) IS
'Creates schema name with the tables, the eighteen indicators and questions of clauses 1.2.1-1.2.6, and the views of a region, and returns its name. All objects are ordinary ones that the caller owns; none is a member of the extension. title is shown in reports (default: the name); time_zone is that of timestamps in forms and of due days. Needs CREATE on the database. Errors: an existing schema (42P06), an empty, reserved or too long name, an unknown time zone.';

CREATE FUNCTION region_check(region text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF region IS NULL OR to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.import_issue', region)) IS NULL
		OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'схема «%» не является регионом', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Регион создаёт функция shnor.create_region(). Проверьте имя и базу данных.';
	ELSIF to_regclass(format('%I.round_school', region)) IS NULL OR to_regclass(format('%I.validation_rule', region)) IS NULL THEN
		RAISE EXCEPTION 'регион «%» создан прежней версией', region
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Владелец региона доводит его до установленной версии так: SELECT shnor.upgrade_region(%L);', region);
	END IF;
	PERFORM shnor.region_check_planted(region);
END
$function$;
COMMENT ON FUNCTION region_check(text) IS
'Internal: refuses a schema that is not a region (3F000), was made by an older version and not upgraded (55000), or holds functions of others than its owner (42501).';

CREATE FUNCTION region_round(region text, round_id integer) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	state text;
BEGIN
	EXECUTE format('SELECT r.state FROM %I.round r WHERE r.round_id = $1', region) INTO state USING round_id;
	IF state IS NULL THEN
		RAISE EXCEPTION 'в регионе «%» нет мониторинга с номером %', region, coalesce(round_id::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Мониторинги перечислены в таблице %I.round.', region);
	END IF;
	RETURN state;
END
$function$;
COMMENT ON FUNCTION region_round(text, integer) IS
'Internal: the state of a round of the region; refuses one that is not there (22023).';

-- Queries look for functions in PostgreSQL, then in the region: one planted there that fits a call better would be
-- called with the rights of whoever asks. The owner of a region can do that by any view or trigger of theirs, so only
-- a region's owner is to be trusted; others that may create objects in it are not.
CREATE FUNCTION region_check_planted(region text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	planted	text;
BEGIN
	SELECT string_agg(o.name, ', ' ORDER BY o.name) INTO planted
	FROM (SELECT pg_describe_object(p.classid, p.oid, 0) AS name
		  FROM pg_namespace n
		  CROSS JOIN LATERAL (
			SELECT 'pg_proc'::regclass AS classid, f.oid, f.proowner AS owner FROM pg_proc f WHERE f.pronamespace = n.oid
			UNION ALL
			SELECT 'pg_operator', r.oid, r.oprowner FROM pg_operator r WHERE r.oprnamespace = n.oid
			UNION ALL
			-- a table or a type that bears the name of one of PostgreSQL's
			SELECT 'pg_type', y.oid, y.typowner FROM pg_type y
			WHERE y.typnamespace = n.oid
			  AND EXISTS (SELECT FROM pg_type s WHERE s.typname = y.typname AND s.typnamespace = 'pg_catalog'::regnamespace)) AS p
		  WHERE n.nspname = region
			AND NOT pg_has_role(p.owner, n.nspowner, 'MEMBER')
			-- where the schema alone was given to another role
			AND NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'submission'
							AND pg_has_role(p.owner, c.relowner, 'MEMBER'))
		  LIMIT 5) AS o;
	IF planted IS NOT NULL THEN
		RAISE EXCEPTION 'в схеме региона «%» есть чужие функции, операторы или типы', region
			USING ERRCODE = 'insufficient_privilege',
				  DETAIL = format('Владелец региона их не создавал: %s.', planted),
				  HINT = format('Чужая функция выполнилась бы с вашими правами. Владелец региона проверяет её и удаляет или берёт себе (ALTER … OWNER TO), а право создавать в схеме отзывает: REVOKE CREATE ON SCHEMA %I FROM …', region);
	END IF;
END
$function$;
COMMENT ON FUNCTION region_check_planted(text) IS
'Internal: refuses (42501) a region in whose schema there are functions, operators, or types named like PostgreSQL''s, of others than its owner.';

-- What was added to the first tables, for a new region and for one that was made before: tables that are missing
-- are created and filled, nothing that is there is touched. A part is known by one of its tables.
CREATE FUNCTION region_parts(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF to_regclass(format('%I.round_school', region)) IS NULL THEN
		PERFORM shnor.region_methodology_parts(region);
	END IF;
	IF to_regclass(format('%I.validation_rule', region)) IS NULL THEN
		PERFORM shnor.region_validation_tables(region);
		PERFORM shnor.region_validation_seed(region);
	END IF;
	IF to_regclass(format('%I.import_correction', region)) IS NULL THEN
		PERFORM shnor.region_import_tables(region);
	END IF;
	IF to_regclass(format('%I.history', region)) IS NULL THEN
		PERFORM shnor.region_history_tables(region);
	END IF;
	IF to_regclass(format('%I.access', region)) IS NULL THEN
		PERFORM shnor.region_access_tables(region);
	END IF;
	IF to_regclass(format('%I.refresh_pending', region)) IS NULL THEN
		PERFORM shnor.region_stored_tables(region);
	END IF;
	PERFORM shnor.region_version_constraints(region);
END
$function$;
COMMENT ON FUNCTION region_parts(text) IS
'Internal: creates and fills the tables of each part where the schema named region does not have them yet.';

-- rounds that were closed before are given their schools and municipalities
CREATE FUNCTION region_methodology_parts(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	closed	integer[];
BEGIN
	PERFORM shnor.region_round_tables(region);
	PERFORM shnor.region_source_tables(region);
	PERFORM shnor.region_evidence_tables(region);
	PERFORM shnor.region_obligation_tables(region);
	PERFORM shnor.region_identification_tables(region);
	PERFORM shnor.region_effectiveness_tables(region);
	PERFORM shnor.region_publication_tables(region);
	PERFORM shnor.region_round_seed(region);
	PERFORM shnor.region_source_seed(region);
	PERFORM shnor.region_obligation_seed(region);
	-- an older region may have done away with an indicator: what is said of it is left out
	EXECUTE format('DELETE FROM %1$I.recommendation_template t WHERE NOT EXISTS (SELECT FROM %1$I.indicator i WHERE i.indicator = t.indicator)', region);
	PERFORM shnor.region_identification_seed(region);
	PERFORM shnor.region_effectiveness_seed(region);

	-- closed again under the triggers, a round writes its schools down
	EXECUTE format('SELECT array_agg(r.round_id) FROM %I.round r WHERE r.state = ''closed''', region) INTO closed;
	IF closed IS NOT NULL THEN
		EXECUTE format('UPDATE %I.round r SET state = ''open'' WHERE r.round_id = ANY ($1)', region) USING closed;
		PERFORM shnor.region_methodology_triggers(region);
		EXECUTE format('UPDATE %I.round r SET state = ''closed'' WHERE r.round_id = ANY ($1)', region) USING closed;
	END IF;
END
$function$;
COMMENT ON FUNCTION region_methodology_parts(text) IS
'Internal: creates and fills the tables of rounds, sources, evidence, obligations, identification, effectiveness and publications in the schema named region.';

-- each after the functions and tables that it uses
CREATE FUNCTION region_methodology_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_tables_triggers(region);
	PERFORM shnor.region_source_triggers(region);
	PERFORM shnor.region_evidence_triggers(region);
	PERFORM shnor.region_obligation_triggers(region);
	PERFORM shnor.region_identification_triggers(region);
	PERFORM shnor.region_round_triggers(region);
	PERFORM shnor.region_lock_triggers(region);
	PERFORM shnor.region_publication_triggers(region);
END
$function$;
COMMENT ON FUNCTION region_methodology_triggers(text) IS
'Internal: creates or replaces the functions and triggers of the first tables and of those of region_methodology_parts in the schema named region.';

-- A trigger that a version does away with is dropped here by name.
CREATE FUNCTION region_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_methodology_triggers(region);
	PERFORM shnor.region_validation_triggers(region);
	PERFORM shnor.region_import_triggers(region);
	PERFORM shnor.region_stored_triggers(region);
	-- last: the journal is of all tables
	PERFORM shnor.region_history_triggers(region);
END
$function$;
COMMENT ON FUNCTION region_triggers(text) IS
'Internal: creates the functions and triggers of the schema named region that are missing and brings the others to the installed version.';

-- all views of a region, each after those that it reads: answers -> tally -> share -> score -> report
CREATE FUNCTION region_view_definitions(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	RETURN QUERY
	SELECT d.step, d.view_name, d.definition
	FROM (SELECT * FROM shnor.region_base_views()
		  UNION ALL SELECT * FROM shnor.region_round_views()
		  UNION ALL SELECT * FROM shnor.region_source_views()
		  UNION ALL SELECT * FROM shnor.region_evidence_views()
		  UNION ALL SELECT * FROM shnor.region_obligation_views()
		  UNION ALL SELECT * FROM shnor.region_identification_views()
		  UNION ALL SELECT * FROM shnor.region_change_views()
		  UNION ALL SELECT * FROM shnor.region_competence_views()
		  UNION ALL SELECT * FROM shnor.region_effectiveness_views()
		  UNION ALL SELECT * FROM shnor.region_measure_effect_views()
		  UNION ALL SELECT * FROM shnor.region_publication_views()
		  UNION ALL SELECT * FROM shnor.region_validation_views()
		  UNION ALL SELECT * FROM shnor.region_import_views()
		  UNION ALL SELECT * FROM shnor.region_history_views()
		  UNION ALL SELECT * FROM shnor.region_access_views()
		  UNION ALL SELECT * FROM shnor.region_stored_views()) AS d
	ORDER BY d.step;
END
$function$;
COMMENT ON FUNCTION region_view_definitions() IS
'Internal: the views of a region in the order of their creation: step, name and defining query. create_region and upgrade_region run them with the region first in the search path.';

CREATE FUNCTION region_views(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	v record;
	verb text;
	path text := format('%I, pg_catalog, pg_temp', region);
	-- with it the text of a view names every schema, as pg_dump's does
	bare constant text := 'pg_catalog, pg_temp';
BEGIN
	FOR v IN SELECT d.view_name, d.definition, format('%I.%I', region, d.view_name) AS name
			 FROM shnor.region_view_definitions() d LOOP
		PERFORM set_config('search_path', path, true);
		-- a view that stands is replaced in place: views built on it and grants on it stay
		verb := CASE WHEN to_regclass(v.name) IS NULL THEN '' ELSE 'OR REPLACE' END;
		EXECUTE format('CREATE %s VIEW %s WITH (security_invoker = true) AS %s', verb, v.name, v.definition);
		-- PostgreSQL's text of a view, read again, may give another text (columns of later branches of a UNION get
		-- names, ORs of ORs one level); that one is stable. So a restored region's dump is the dump it came from.
		PERFORM set_config('search_path', bare, true);
		EXECUTE format('CREATE OR REPLACE VIEW %s WITH (security_invoker = true) AS %s', v.name, pg_get_viewdef(v.name::regclass));
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_views(text) IS
'Internal: creates the views of the schema named region that are missing and brings the others to the installed version. Their text, as pg_get_viewdef gives it, stays the same when it is read again.';

CREATE FUNCTION upgrade_region(region text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	role_before	text := current_setting('role');
	owner		name;
BEGIN
	IF to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" is not a region', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Create a region with shnor.create_region().';
	END IF;
	PERFORM shnor.region_check_planted(region);
	-- what is new belongs to the region's owner, and functions that others may have put into its schema are not taken over
	SELECT pg_get_userbyid(n.nspowner) INTO owner FROM pg_namespace n WHERE n.nspname = region;
	IF owner <> current_user THEN
		IF NOT pg_has_role(owner, 'MEMBER') THEN
			RAISE EXCEPTION 'must be owner of region "%"', region
				USING ERRCODE = 'insufficient_privilege';
		END IF;
		PERFORM set_config('role', owner, true);
	END IF;
	PERFORM shnor.region_parts(region);
	PERFORM shnor.region_triggers(region);
	PERFORM shnor.region_views(region);
	PERFORM shnor.region_comments(region);
	-- another version may compute otherwise; noted once, so that an upgrade to the same version changes nothing
	EXECUTE format('INSERT INTO %1$I.refresh_pending (noted_at)
					SELECT clock_timestamp()
					WHERE NOT EXISTS (SELECT FROM %1$I.refresh_pending p WHERE num_nonnulls(p.round_id, p.municipality_id, p.schools, p.days) = 0)', region);
	PERFORM shnor.region_materialized(region);
	-- last: every table and view is there
	PERFORM shnor.region_access(region);
	PERFORM set_config('role', role_before, true);
	RETURN region;
END
$function$;
COMMENT ON FUNCTION upgrade_region(text) IS
'Brings the objects of the schema named region to the installed version and returns its name: creates tables that an older version did not have and fills their catalogues, creates or replaces the region''s own functions and triggers, creates views that are missing (after DROP EXTENSION CASCADE and CREATE EXTENSION), replaces the others in place and refreshes all comments. No row that was there is touched, those of catalogues included; views of your own that stand on these stay. Works as the owner of the region: run it as the owner or as a role that may SET ROLE to him. Errors: a schema that is not a region (3F000), another''s region, a function of the region''s names that is somebody else''s (42501).';
