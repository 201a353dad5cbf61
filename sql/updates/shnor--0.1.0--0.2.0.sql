-- complain if the script is sourced in psql, rather than by ALTER EXTENSION
\echo Use "ALTER EXTENSION shnor UPDATE TO '0.2.0'" to load this file. \quit

-- Made by sql/updates/make-delta from shnor--0.1.0.sql and sql/install: not to be edited.

CREATE OR REPLACE FUNCTION region_parts(region text) RETURNS void
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
END
$function$;

COMMENT ON FUNCTION region_parts(text) IS
'Internal: creates and fills the tables of each part where the schema named region does not have them yet.';

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
	PERFORM shnor.region_round_seed(region);
	PERFORM shnor.region_source_seed(region);
	-- an older region may have done away with an indicator: what is said of it is left out
	EXECUTE format('ALTER TABLE %I.recommendation_template DISABLE TRIGGER check_indicator', region);
	PERFORM shnor.region_obligation_seed(region);
	EXECUTE format('DELETE FROM %1$I.recommendation_template t WHERE NOT EXISTS (SELECT FROM %1$I.indicator i WHERE i.indicator = t.indicator)', region);
	EXECUTE format('ALTER TABLE %I.recommendation_template ENABLE TRIGGER check_indicator', region);
	PERFORM shnor.region_identification_seed(region);
	PERFORM shnor.region_effectiveness_seed(region);

	-- closed again under the triggers, a round writes its schools down
	EXECUTE format('SELECT array_agg(r.round_id) FROM %I.round r WHERE r.state = ''closed''', region) INTO closed;
	EXECUTE format('UPDATE %I.round r SET state = ''open'' WHERE r.round_id = ANY ($1)', region) USING closed;
	-- last: what they refuse to change must stand first
	PERFORM shnor.region_round_triggers(region);
	PERFORM shnor.region_lock_triggers(region);
	PERFORM shnor.region_publication_tables(region);
	EXECUTE format('UPDATE %I.round r SET state = ''closed'' WHERE r.round_id = ANY ($1)', region) USING closed;
END
$function$;

COMMENT ON FUNCTION region_methodology_parts(text) IS
'Internal: creates and fills the tables of rounds, sources, evidence, obligations, identification, effectiveness and publications in the schema named region.';

CREATE OR REPLACE FUNCTION region_view_definitions(OUT step integer, OUT view_name text, OUT definition text)
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
		  UNION ALL SELECT * FROM shnor.region_history_views()) AS d
	ORDER BY d.step;
END
$function$;

CREATE OR REPLACE FUNCTION upgrade_region(region text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" is not a region', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Create a region with shnor.create_region().';
	END IF;
	PERFORM shnor.region_parts(region);
	PERFORM shnor.region_views(region);
	PERFORM shnor.region_comments(region);
	-- last: every table and view is there
	PERFORM shnor.region_access(region);
	RETURN region;
END
$function$;

CREATE OR REPLACE FUNCTION region_comments(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	command text;
BEGIN
	PERFORM shnor.region_table_comments(region);
	PERFORM shnor.region_view_comments(region);
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	FOR command IN
		WITH said AS (
			SELECT * FROM shnor.region_round_comments()
			UNION ALL SELECT * FROM shnor.region_source_comments()
			UNION ALL SELECT * FROM shnor.region_evidence_comments()
			UNION ALL SELECT * FROM shnor.region_obligation_comments()
			UNION ALL SELECT * FROM shnor.region_identification_comments()
			UNION ALL SELECT * FROM shnor.region_change_comments()
			UNION ALL SELECT * FROM shnor.region_competence_comments()
			UNION ALL SELECT * FROM shnor.region_effectiveness_comments()
			UNION ALL SELECT * FROM shnor.region_measure_effect_comments()
			UNION ALL SELECT * FROM shnor.region_publication_comments()
			UNION ALL SELECT * FROM shnor.region_validation_comments()
			UNION ALL SELECT * FROM shnor.region_import_comments()
			UNION ALL SELECT * FROM shnor.region_history_comments()
			UNION ALL SELECT * FROM shnor.region_access_comments()
		), attribute AS (
			SELECT c.oid, c.relname, c.relkind, a.attname
			FROM pg_class c
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			WHERE c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relkind IN ('r', 'v')
			  AND EXISTS (SELECT FROM said s WHERE s.object = c.relname AND s.part IS NULL)
		)
		SELECT format('COMMENT ON %s %I IS %L', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.relname, s.comment)
		FROM said s
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = s.object
		WHERE s.part IS NULL
		UNION ALL
		SELECT format('COMMENT ON FUNCTION %I() IS %L', s.object, s.comment) FROM said s WHERE s.part = '()'
		UNION ALL
		-- its own comment, else that of an answer of the same name, else the dictionary's
		SELECT format('COMMENT ON COLUMN %I.%I IS %L', a.relname, a.attname, coalesce(s.comment, q.comment, d.comment))
		FROM attribute a
		LEFT JOIN said s ON s.object = a.relname AND s.part = a.attname
		LEFT JOIN (SELECT b.attname, min(col_description(b.attrelid, b.attnum)) AS comment
				   FROM pg_attribute b
				   WHERE b.attrelid IN ('school_round'::regclass, 'municipal_submission'::regclass) AND b.attnum > 0
					 AND b.attname NOT IN ('round_id', 'municipality_id', 'school_id', 'source', 'kind')
				   GROUP BY b.attname) q ON q.attname = a.attname
		LEFT JOIN shnor.region_column_dictionary() d ON d.part = a.attname
	LOOP
		EXECUTE command;
	END LOOP;
END
$function$;

CREATE FUNCTION region_history_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_history_tables(text) IS
'Internal: creates the journal of changes in the schema named region.';

CREATE FUNCTION region_history_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::integer, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_history_views() IS
'Internal: the views of the history.';

CREATE FUNCTION region_history_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_history_comments() IS
'Internal: Russian comments of the history.';

CREATE FUNCTION region_import_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_import_tables(text) IS
'Internal: creates the tables of corrections in the schema named region.';

CREATE FUNCTION region_import_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::integer, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_import_views() IS
'Internal: the views of imports.';

CREATE FUNCTION region_import_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_import_comments() IS
'Internal: Russian comments of corrections of imports.';

CREATE FUNCTION region_validation_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_validation_tables(text) IS
'Internal: creates the rules and the accepted findings in the schema named region.';

CREATE FUNCTION region_validation_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_validation_seed(text) IS
'Internal: the rules that a region starts with.';

CREATE FUNCTION region_validation_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::integer, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_validation_views() IS
'Internal: the findings.';

CREATE FUNCTION region_validation_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_validation_comments() IS
'Internal: Russian comments of rules and findings.';

CREATE FUNCTION region_access_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_access_tables(text) IS
'Internal: creates the list of who may do what in the schema named region.';

CREATE FUNCTION region_access(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_access(text) IS
'Internal: row-level security and the grants of the listed roles on all tables and views of the schema named region.';

CREATE FUNCTION region_access_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_access_comments() IS
'Internal: Russian comments of access.';
