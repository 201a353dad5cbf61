-- plpgsql_check over every PL/pgSQL function of the extension and every trigger of a region, each with the tables it
-- serves: no error, no warning of any kind but those that stand here with their reasons.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET client_min_messages = warning;
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'plpgsql_check') AS available \gset
\if :available
CREATE EXTENSION plpgsql_check;
SELECT shnor.create_region('probe');

CREATE TABLE checked AS
SELECT p.oid AS routine, p.proname::text AS name, p.prorettype = 'trigger'::regtype AS is_trigger, p.prosrc FROM pg_proc p
WHERE p.pronamespace IN ('shnor'::regnamespace, 'probe'::regnamespace) AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql');

-- A function that adds its region to the search path while it runs is checked with a region in it.
DO $$
DECLARE
	f	record;
BEGIN
	FOR f IN SELECT routine, prosrc LIKE '%format(''\%I, pg\_catalog%' AS region_first FROM checked
			 WHERE prosrc LIKE '%set_config(''search_path'', format(%' LOOP
		EXECUTE format('ALTER FUNCTION %s SET search_path = %s', f.routine::regprocedure, CASE WHEN f.region_first THEN 'probe, pg_catalog, pg_temp' ELSE 'pg_catalog, probe, shnor, pg_temp' END);
	END LOOP;
END
$$;

CREATE TABLE finding AS
SELECT c.name, NULL::regclass AS relation, r.level, r.lineno, r.sqlstate, r.message, r.query
FROM checked c
CROSS JOIN LATERAL plpgsql_check_function_tb(c.routine, fatal_errors => false, other_warnings => true, extra_warnings => true, performance_warnings => false, security_warnings => true) r
WHERE NOT c.is_trigger
UNION ALL
SELECT c.name, t.tgrelid, r.level, r.lineno, r.sqlstate, r.message, r.query
FROM checked c
JOIN (SELECT DISTINCT tgfoid, tgrelid, tgoldtable, tgnewtable FROM pg_trigger) t ON t.tgfoid = c.routine
CROSS JOIN LATERAL plpgsql_check_function_tb(c.routine, t.tgrelid, fatal_errors => false, other_warnings => true, extra_warnings => true, performance_warnings => false, security_warnings => true,
											 oldtable => t.tgoldtable, newtable => t.tgnewtable) r;
SELECT cmp_ok((SELECT count(*) FROM checked WHERE NOT is_trigger), '>', 50::bigint, 'functions were checked');
SELECT is_empty($$SELECT name FROM checked WHERE is_trigger AND routine NOT IN (SELECT tgfoid FROM pg_trigger)$$, 'every trigger function serves a table');
SELECT cmp_ok((SELECT count(*) FROM checked WHERE is_trigger), '>', 15::bigint, 'and was checked with each');

-- What cannot be checked, and why. A row of a query that is put together at run time has columns that nobody can know
-- before: all that is said of the variable for it. The queries themselves are run by the tests of the topic.
CREATE TABLE accepted (name text, level text, message text, reason text);
INSERT INTO accepted
SELECT v.name, a.level, replace(a.message, '%s', w.variable), 'a row of a query over the tables of TG_TABLE_SCHEMA'
FROM (VALUES ('check_days_open', '{r}'), ('check_entry', '{t}'), ('check_question', '{asked}'), ('check_round', '{said}'), ('check_round_begun', '{r}'), ('check_round_open', '{r}'), ('accept_finding', '{found}'), ('verify', '{n}'), ('region_materialized', '{m}')) AS v(name, variables)
CROSS JOIN LATERAL unnest(v.variables::text[]) AS w(variable)
CROSS JOIN (VALUES ('error', 'record "%s" is not assigned yet'), ('warning', 'cannot determin% a result of dynamic SQL'), ('warning extra', 'never read variable "%s"')) AS a(level, message);
INSERT INTO accepted VALUES
	-- read after the row that could not be known
	('check_question', 'warning extra', 'never read variable "given"', 'compared with the row asked'),
	('check_question', 'warning extra', 'never read variable "whose"', 'compared with the row asked'),
	-- one function for notes, recommendations, measures and decisions: TG_TABLE_NAME tells which branch runs
	('check_entry', 'error', 'record "new" has no field "%"', 'a column of another table that it serves'),
	-- one function for all operations: TG_OP tells which branch runs
	('check_round_open', 'error', 'relation "new_rows" does not exist', 'a transition table that DELETE and TRUNCATE do not have'),
	('check_round_open', 'error', 'relation "old_rows" does not exist', 'a transition table that INSERT and TRUNCATE do not have'),
	('keep_pending_answer', 'error', 'relation "old_rows" does not exist', 'the same'),
	('keep_pending_answer', 'error', 'relation "new_rows" does not exist', 'a transition table that DELETE does not have'),
	-- texts that are run: test/pgtap/security.sql says why each is safe
	('preview_form', 'warning extra', 'unused parameter "source"', 'its arguments are those of import_form()'),
	('check_recorded', 'error', 'column n.replaced_at does not exist', 'a column of the histories: an argument of the trigger tells which branch runs'),
	('check_acceptance', 'warning', 'target type is different type than source type', 'an array of texts from a literal'),
	('import_correction_columns', 'warning', 'target type is different type than source type', 'text from the number of a column'),
	('rule_methodology', 'error', 'function shnor.contribution(methodology, integer) does not exist', 'called with a row of a view, checked with anything'),
	('refresh_scheduled', 'warning', 'target type is different type than source type', 'an array of texts from a literal'),
	('schedule', 'error', '%"cron%" does not exist', 'pg_cron is not installed here'),
	('rule_columns', 'warning extra', 'control reached end of function without RETURN', 'it raises there');
INSERT INTO accepted SELECT name, 'security', 'text type variable is not sanitized', 'test/pgtap/security.sql'
FROM unnest('{import_store,import_plain,import_lock_answers,import_broken_rules,export_csv,lint_formulas,municipal_indicator_as_of,check_publication,publish,keep_history,keep_change,region_tables_triggers,
	region_history_journal,region_history_as_of,region_history_columns,region_access_grant,region_access_revoke,region_access_whole,region_access_secure,region_version_constraints,
	region_lock_triggers,refresh_buckets,refresh_totals,refresh_results,verify,create_materialized,keep_pending,region_stored_triggers,region_views,region_comments,region_table_comments,region_view_comments}'::text[]) AS name;
-- rows of a query that is put together at run time
INSERT INTO accepted SELECT name, 'warning extra', 'OUT variable % is maybe unmodified', 'RETURN QUERY EXECUTE' FROM checked WHERE prosrc ~ 'RETURN QUERY\s+EXECUTE';
-- newer versions of plpgsql_check say so of set_config(): what it sets is undone at the end of the function
INSERT INTO accepted SELECT name, 'warning', 'routine is marked as STABLE, but expression is VOLATILE', 'set_config()' FROM checked WHERE prosrc LIKE '%set_config(''search_path''%';
SELECT is_empty($$SELECT f.name, f.relation, f.level, f.lineno, f.message, left(f.query, 200) FROM finding f
	WHERE NOT EXISTS (SELECT FROM accepted a WHERE a.name = f.name AND a.level = f.level AND f.message LIKE a.message)$$, 'nothing is found but what is accepted');
SELECT is_empty($$SELECT name, level FROM accepted a WHERE level = 'error' AND NOT EXISTS (SELECT FROM finding f WHERE a.name = f.name AND a.level = f.level AND f.message LIKE a.message)$$, 'and what is accepted is still found');
-- it does find: a typing error in a function like ours
CREATE FUNCTION probe.wrong(region text) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, probe AS 'DECLARE n bigint; BEGIN EXECUTE ''SELECT '' || region INTO n; RETURN (SELECT count(teacherz) FROM submission); END';
SELECT set_eq($$SELECT r.level FROM plpgsql_check_function_tb('probe.wrong(text)', fatal_errors => false, security_warnings => true) r WHERE r.level IN ('error', 'security')$$, '{error,security}'::text[], 'a wrong column and an unquoted text are found');
\else
SELECT skip('plpgsql_check is not available for this PostgreSQL', 6);
\endif

SELECT finish();
ROLLBACK;
