-- The rules for the scripts, from the catalogs: all objects of the extension, and all of a region as an ordinary role
-- creates it. Exceptions stand here one by one, with their reasons.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET client_min_messages = warning;
CREATE ROLE security_owner;
DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO security_owner', current_database()); END$$;
GRANT ALL ON SCHEMA public TO security_owner;
SET ROLE security_owner;
SELECT shnor.create_region('probe');
RESET ROLE;

CREATE TABLE routine AS
SELECT p.*, p.oid AS routine, p.oid::regprocedure::text AS name, n.nspname AS place, l.lanname AS language,
	   regexp_replace(p.prosrc, '--[^\n]*', '', 'g') AS body
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname IN ('shnor', 'probe');
CREATE TABLE member AS
SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
WHERE e.extname = 'shnor' AND d.deptype = 'e';
SELECT cmp_ok((SELECT count(*) FROM routine WHERE place = 'shnor'), '>', 150::bigint, 'there are functions to look at');
SELECT cmp_ok((SELECT count(*) FROM routine WHERE place = 'probe'), '>', 15::bigint, 'in the region as well');

-- ---- the schema and what is in it ----
SELECT results_eq($$SELECT extrelocatable, extversion IS NOT NULL FROM pg_extension WHERE extname = 'shnor'$$, 'VALUES (false, true)', 'the schema is fixed');
SELECT results_eq($$SELECT trusted, superuser FROM pg_available_extension_versions WHERE name = 'shnor' AND installed$$, 'VALUES (false, true)', 'not trusted: a superuser installs it');
SELECT results_eq($$SELECT coalesce(r.rolname, 'PUBLIC'), a.privilege_type FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
	WHERE n.nspname = 'shnor' AND a.grantee <> n.nspowner$$, $$VALUES ('PUBLIC'::name, 'USAGE')$$, 'everybody may use the schema, nobody may create in it');
SELECT is_empty($$SELECT name FROM routine WHERE place = 'shnor' AND proacl IS NOT NULL$$, 'every function runs with the rights of its caller, so everybody may call it');
SELECT is_empty($$
	SELECT pg_describe_object(o.classid, o.oid, 0)
	FROM (SELECT 'pg_proc'::regclass AS classid, oid FROM pg_proc WHERE pronamespace = 'shnor'::regnamespace
		  UNION ALL SELECT 'pg_type', oid FROM pg_type WHERE typnamespace = 'shnor'::regnamespace
		  UNION ALL SELECT 'pg_operator', oid FROM pg_operator WHERE oprnamespace = 'shnor'::regnamespace
		  UNION ALL SELECT 'pg_class', oid FROM pg_class WHERE relnamespace = 'shnor'::regnamespace AND relkind <> 'c') o
	-- an array type belongs to its element type, the columns of a composite type to it
	WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = o.classid AND m.objid = o.oid)
	  AND NOT EXISTS (SELECT FROM pg_type t WHERE t.typarray = o.oid)$$, 'all that is in the schema belongs to the extension');
SELECT is_empty($$SELECT pg_describe_object(classid, objid, 0) FROM member m
	WHERE coalesce((pg_identify_object(classid, objid, 0)).schema, CASE WHEN classid = 'pg_cast'::regclass THEN 'shnor' END) IS DISTINCT FROM 'shnor'$$, 'and nothing of the extension is elsewhere');
SELECT is_empty($$SELECT pg_describe_object(classid, objid, 0) FROM member WHERE classid = 'pg_class'::regclass$$, 'no table and no view is a member: they would be dropped with it, and dumped without rows');
SELECT is_empty($$SELECT pg_describe_object(c.oid, 0, 0) FROM pg_event_trigger c WHERE false
	UNION ALL SELECT pg_describe_object(classid, objid, 0) FROM member WHERE classid IN ('pg_event_trigger'::regclass, 'pg_language'::regclass, 'pg_foreign_data_wrapper'::regclass, 'pg_am'::regclass)$$,
	'no event triggers, languages, foreign data wrappers or access methods');

-- ---- functions ----
SELECT is_empty($$SELECT name, language FROM routine WHERE language NOT IN ('c', 'sql', 'plpgsql') AND prokind <> 'a' OR place = 'probe' AND language NOT IN ('sql', 'plpgsql')$$, 'languages');
SELECT is_empty($$SELECT name FROM routine WHERE prosecdef$$, 'no SECURITY DEFINER');
SELECT is_empty($$SELECT name FROM routine WHERE proleakproof$$, 'no LEAKPROOF');
SELECT is_empty($$SELECT name FROM routine WHERE prosupport <> 0$$, 'no support functions');
SELECT is_empty($$SELECT name, proconfig FROM routine
	WHERE language IN ('sql', 'plpgsql') AND place = 'shnor' AND prosqlbody IS NULL AND NOT coalesce(proconfig @> '{"search_path=pg_catalog, shnor, pg_temp"}', false)$$,
	'every function pins the search path, pg_temp last, or has a body of SQL that was parsed when it was made');
SELECT is_empty($$SELECT name, proconfig FROM routine
	WHERE language IN ('sql', 'plpgsql') AND place = 'probe' AND prosqlbody IS NULL AND NOT coalesce(proconfig @> '{"search_path=pg_catalog, pg_temp"}', false)$$,
	'a region''s functions need nothing of the extension');
SELECT is_empty($$SELECT name, c FROM routine, unnest(proconfig) c WHERE c !~ '^(search_path=pg_catalog, (shnor, )?pg_temp|enable_nestloop=off|jit=off)$'$$, 'nothing else is set but the planner of imports');
-- what a function puts into the search path while it runs
SELECT is_empty($$SELECT name, m[1] FROM routine, regexp_matches(body, 'set_config\(''search_path'',\s*([^\n]*)', 'g') AS m
	WHERE m[1] NOT IN ('format(''%I, pg_catalog, pg_temp'', region), true);', 'format(''pg_catalog, %I, shnor, pg_temp'', region), true);',
		'format(''pg_catalog, %I, pg_temp'', region), true);',
		-- in a trigger, and in the text that makes it
		'format(''pg_catalog, %I, pg_temp'', TG_TABLE_SCHEMA), true);', 'format(''pg_catalog, %%I, pg_temp'', TG_TABLE_SCHEMA), true);')
	  -- views are made with the first, and written out with the second: constants of the function
	  AND (name, m[1]) NOT IN (('shnor.region_views(text)', 'path, true);'), ('shnor.region_views(text)', 'bare, true);'))$$,
	'while it runs a function adds the region, quoted, and has pg_temp last');
-- objects are created with the region in front; what reads and writes has PostgreSQL's own there
SELECT is_empty($$SELECT name FROM routine WHERE body ~ 'set_config\(''search_path'', format\(''%I, pg_catalog' AND proname !~ '^region_'$$, 'only functions that create a region''s objects have the region first');
SELECT is_empty($$SELECT name FROM routine WHERE language = 'c' AND probin <> '$libdir/shnor'$$, 'C functions are in our library');

-- ---- labels ----
SELECT is_empty($$SELECT name FROM routine WHERE place = 'shnor' AND language = 'c' AND provolatile <> 'i' AND proname <> 'report_progress'$$, 'C functions are immutable, but for the one that speaks to other sessions');
SELECT results_eq($$SELECT name FROM routine WHERE place = 'shnor' AND language = 'c' AND NOT proisstrict ORDER BY name COLLATE "C"$$, $$VALUES
	('shnor.methodology_accum(shnor.methodology,integer,text,text,text,text)'),	-- first row: no state yet; parts may be NULL
	('shnor.score(boolean)'),													-- no answer is no point
	('shnor.share_accum(shnor.share,bigint,bigint)'),							-- first row; unanswered rows are left out
	('shnor.share_accum(shnor.share,boolean)'),
	('shnor.tally_accum(shnor.tally,shnor.methodology,text[],"any")'),
	('shnor.tally_accum_row(shnor.tally,shnor.methodology,record)'),
	('shnor.yes_count(boolean[])')$$, 'and strict, but for those that give NULL a meaning');
SELECT results_eq($$SELECT name, proparallel FROM routine WHERE place = 'shnor' AND language = 'c' AND proparallel <> 's' ORDER BY name COLLATE "C"$$, $$VALUES
	-- the CSV reader opens a relation
	('shnor.form_header(text,text)', 'r'::"char"), ('shnor.form_read(text,text,integer,integer,text[],integer[],text)', 'r'),
	('shnor.form_rows(text,text)', 'r'), ('shnor.form_rows_at(text,text,integer[])', 'r'),
	-- of this session
	('shnor.report_progress(text,text,bigint,bigint)', 'r')$$, 'and parallel safe');
SELECT is_empty($$SELECT name FROM routine WHERE provolatile <> 'v' AND language IN ('sql', 'plpgsql')
	AND body ~* '(^|\n|;)\s*(INSERT INTO|UPDATE\s+\S+\s+(\w+\s+)?SET|DELETE FROM|TRUNCATE|CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT ON|LOCK|NOTIFY|REFRESH)\M'$$, 'what writes is volatile');
SELECT is_empty($$SELECT name FROM routine WHERE provolatile = 'i' AND language IN ('sql', 'plpgsql') AND body ~ '(set_config|current_setting|now)\(' AND proname !~ '^region_.*(views|query)$'$$, 'what asks for settings or the time is not immutable; queries of views are texts');
SELECT is_empty($$SELECT name FROM routine WHERE proparallel = 's' AND (provolatile <> 'i' OR body ~ 'set_config\(|\mEXECUTE\M') AND prokind <> 'a' AND language IN ('sql', 'plpgsql') AND proname !~ '^region_.*views$'$$, 'of ours only what is immutable is parallel safe');
SELECT is_empty($$SELECT name FROM routine WHERE place = 'probe' AND (provolatile <> 'v' OR proparallel <> 'u') AND prorettype = 'trigger'::regtype$$, 'triggers are volatile');

-- ---- aggregates, operators ----
SELECT is_empty($$SELECT r.name FROM routine r JOIN pg_aggregate a ON a.aggfnoid = r.oid
	WHERE r.proparallel <> 's' OR a.aggcombinefn = 0 OR a.aggtranstype = 'internal'::regtype OR a.aggserialfn <> 0 OR a.aggkind <> 'n'$$,
	'every aggregate is parallel safe, has a combine function, and a state that can be stored and sent');
SELECT is_empty($$SELECT r.name, f.routine FROM routine r JOIN pg_aggregate a ON a.aggfnoid = r.oid
	CROSS JOIN LATERAL unnest(ARRAY[a.aggtransfn, a.aggcombinefn, a.aggfinalfn]::oid[]) AS f(routine)
	JOIN pg_proc p ON p.oid = f.routine WHERE p.proparallel <> 's' OR p.provolatile <> 'i'$$, 'and so are the functions behind it');
-- the estimators of core, for the order of shares only: an index on shares is chosen by them
SELECT results_eq($$SELECT oid::regoperator::text, oprrest::text, oprjoin::text FROM pg_operator WHERE oprnamespace = 'shnor'::regnamespace AND (oprrest <> 0 OR oprjoin <> 0) ORDER BY oprname COLLATE "C"$$, $$VALUES
	('shnor.<(shnor.share,shnor.share)', 'scalarltsel', 'scalarltjoinsel'), ('shnor.<=(shnor.share,shnor.share)', 'scalarlesel', 'scalarlejoinsel'),
	('shnor.<>(shnor.share,shnor.share)', 'neqsel', 'neqjoinsel'), ('shnor.=(shnor.share,shnor.share)', 'eqsel', 'eqjoinsel'),
	('shnor.>(shnor.share,shnor.share)', 'scalargtsel', 'scalargtjoinsel'), ('shnor.>=(shnor.share,shnor.share)', 'scalargesel', 'scalargejoinsel')$$, 'no selectivity estimators but core''s, of comparisons');
SELECT is_empty($$SELECT oid::regoperator FROM pg_operator WHERE oprnamespace = 'shnor'::regnamespace AND NOT (oprleft IN ('shnor.share'::regtype, 'shnor.tally'::regtype) AND oprright = oprleft)$$, 'operators are of our own types only: they capture nobody''s');
SELECT is_empty($$SELECT castsource::regtype, casttarget::regtype FROM pg_cast WHERE castcontext <> 'e' AND (castfunc IN (SELECT routine FROM routine)
	OR castsource IN (SELECT oid FROM pg_type WHERE typnamespace = 'shnor'::regnamespace) OR casttarget IN (SELECT oid FROM pg_type WHERE typnamespace = 'shnor'::regnamespace))$$, 'no implicit casts');

-- ---- comments ----
SELECT is_empty($$SELECT pg_describe_object(classid, objid, 0) FROM member
	WHERE coalesce(obj_description(objid, classid::regclass::name), '') = ''
	  -- come with a type and with a class of operators
	  AND classid <> 'pg_opfamily'::regclass AND NOT EXISTS (SELECT FROM pg_type t WHERE t.typarray = objid)$$, 'every function, aggregate, type, operator, class of operators and cast of the extension has a comment');
SELECT is_empty($$SELECT pg_describe_object(o.classid, o.oid, o.part)
	FROM (SELECT 'pg_proc'::regclass AS classid, routine AS oid, 0 AS part, obj_description(routine, 'pg_proc') AS said FROM routine WHERE place = 'probe'
		  UNION ALL SELECT 'pg_class', c.oid, 0, obj_description(c.oid, 'pg_class') FROM pg_class c WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
		  UNION ALL SELECT 'pg_class', c.oid, a.attnum, col_description(c.oid, a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
			WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
		  UNION ALL SELECT 'pg_namespace', oid, 0, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname IN ('shnor', 'probe')) o
	WHERE coalesce(o.said, '') = '' OR o.classid <> 'pg_namespace'::regclass AND o.said !~ '[А-Яа-яЁё]'$$, 'every table, view, column and function of a region has a Russian one');

-- ---- a region ----
SELECT is_empty($$SELECT pg_describe_object(d.classid, d.objid, 0) FROM pg_depend d
	WHERE d.deptype IN ('e', 'x') AND d.refclassid = 'pg_extension'::regclass AND (pg_identify_object(d.classid, d.objid, 0)).schema = 'probe'$$, 'nothing of a region belongs to the extension');
SELECT is_empty($$SELECT relname FROM pg_class WHERE relnamespace = 'probe'::regnamespace AND relkind = 'v' AND NOT coalesce(reloptions @> '{security_invoker=true}', false)$$, 'every view reads with the rights of its reader');
SELECT is_empty($$SELECT relname, relkind FROM pg_class WHERE relnamespace = 'probe'::regnamespace AND relkind NOT IN ('r', 'v', 'i', 'S')$$, 'nothing is materialized: it would carry no row-level security');
SELECT is_empty($$SELECT c.relname, a.attname, t.typname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
	WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'r' AND t.typnamespace <> 'pg_catalog'::regnamespace$$, 'tables hold types of PostgreSQL only');
SELECT is_empty($$SELECT pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend d
	WHERE (pg_identify_object(d.classid, d.objid, 0)).identity ~ '\mprobe\.' AND d.classid NOT IN ('pg_rewrite'::regclass, 'pg_class'::regclass)
	  AND EXISTS (SELECT FROM member m WHERE m.classid = d.refclassid AND m.objid = d.refobjid)$$, 'nor do triggers, defaults, constraints and functions of a region need the extension');
SELECT is_empty($$SELECT relname FROM pg_class WHERE relnamespace = 'probe'::regnamespace AND relowner <> 'security_owner'::regrole
	UNION ALL SELECT name FROM routine WHERE place = 'probe' AND proowner <> 'security_owner'::regrole$$, 'all of it is the creator''s');
SELECT is_empty($$SELECT nspname::text FROM pg_namespace n WHERE nspname = 'probe' AND EXISTS (SELECT FROM aclexplode(n.nspacl) a WHERE a.grantee <> n.nspowner)
	UNION ALL SELECT relname FROM pg_class c WHERE relnamespace = 'probe'::regnamespace AND EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner)$$, 'and nobody else''s until access is granted');

-- ---- dynamic SQL ----
-- Each statement that is put together: parts written in with %s, or a text that is run as it is. What users enter is
-- always a parameter, a %L or a %I.
CREATE TABLE dynamic AS
SELECT r.place, r.proname::text, regexp_replace(btrim(s.statement, E' \t\n'), '\s+', ' ', 'g') AS statement
FROM routine r
CROSS JOIN LATERAL regexp_split_to_table(r.body, '\mEXECUTE\M(?!\s+(FUNCTION|PROCEDURE))') WITH ORDINALITY AS x(part, n)
CROSS JOIN LATERAL regexp_split_to_table(x.part, ';\n|\mLOOP\n') WITH ORDINALITY AS s(statement, m)
WHERE r.language = 'plpgsql' AND x.n > 1 AND s.m = 1;
SELECT cmp_ok((SELECT count(*) FROM dynamic), '>', 50::bigint, 'there are dynamic statements to look at');
SELECT bag_eq($$SELECT place, proname, left(statement, 40) FROM dynamic WHERE statement ~ '(^|[^%])%(\d+\$)?s' OR statement !~ '^(format\(|''[^'']*''(\s|$))'$$, $$VALUES
	-- cells, sorting: made of %I and %L over the columns of the catalog
	('shnor', 'export_csv', 'format(''SELECT array_to_string(ARRAY[%s]'),
	-- columns and their comparison: made of %I over the questions asked and what rules read; who is in the round: our own query
	('shnor', 'import_plain', 'format($sql$ WITH member AS MATERIALIZED'),
	('shnor', 'import_judge_form', 'format($sql$ WITH given AS MATERIALIZED '),
	('shnor', 'import_broken_rules', 'format($sql$ WITH rule AS MATERIALIZED ('),
	-- columns and changes: made of %I over the questions asked
	('shnor', 'import_store', 'format($sql$ WITH given AS MATERIALIZED '),
	-- names and orders that are constants of the function, or made of %I
	('shnor', 'import_lock_answers', 'format(''SELECT FROM %I.%I s WHERE s.roun'),
	('shnor', 'lint_formulas', 'format(''SELECT count(*) FROM shnor.contr'),
	('shnor', 'lint_formulas', 'format(''SELECT max(c.numerator) FROM shn'),
	-- our own views over the tables as they were, the region written in with %I
	('shnor', 'municipal_indicator_as_of', 'shnor.as_of_with(region, ''municipal_indi'),
	('shnor', 'check_publication', 'format($sql$ %1$s, said AS ( SELECT to_j'),
	('shnor', 'publish', 'command INTO STRICT publication_id USING'),
	-- columns of the key and their comparison: made of %I over the catalog, or constants
	('probe', 'keep_history', 'format(''INSERT INTO %1$I.%2$I SELECT h.*'),
	('shnor', 'region_tables_triggers', 'format(''INSERT INTO %1$I.%2$I SELECT h.*'),
	('probe', 'keep_change', 'format(''INSERT INTO %I.history (table_na'),
	('shnor', 'region_history_journal', 'format(''INSERT INTO %I.history (table_na'),
	('shnor', 'region_history_as_of', 'format($sql$ CREATE OR REPLACE FUNCTION '),
	('shnor', 'region_history_as_of', 'format($sql$ CREATE OR REPLACE FUNCTION '),
	-- the sentence of a comment, inside a %L
	('shnor', 'region_history_as_of', 'format(''COMMENT ON FUNCTION %I(timestamp'),
	('shnor', 'region_history_columns', 'format(''UPDATE %1$I s SET recorded_at = '),
	('shnor', 'region_history_columns', 'format(''UPDATE %1$I h SET recorded_at = '),
	-- arguments of the trigger: %L over the columns of the key
	('shnor', 'region_history_journal', 'format(''CREATE OR REPLACE TRIGGER keep_i'),
	('shnor', 'region_history_journal', 'format(''CREATE OR REPLACE TRIGGER keep_u'),
	('shnor', 'region_history_journal', 'format(''CREATE OR REPLACE TRIGGER keep_d'),
	('shnor', 'region_history_journal', 'format(''CREATE OR REPLACE TRIGGER keep_t'),
	-- GRANT and REVOKE: made of %I over the catalog, roles quoted by region_access_role(), privileges constants
	('shnor', 'region_access_grant', 'command'),
	('shnor', 'region_access_revoke', 'command'),
	('shnor', 'region_access_whole', 'format(''CREATE POLICY access_whole ON %I'),
	-- conditions of policies: constants of the function, columns of the catalog
	('shnor', 'region_access_secure', 'format(''CREATE POLICY %I ON %I FOR %s %s'),
	-- COMMENT ON, made of %I and %L over our own comments; the names of tables are constants
	('shnor', 'region_comments', 'command'),
	('shnor', 'region_table_comments', 'command'),
	('shnor', 'region_view_comments', 'command'),
	-- texts of our own views, the region written in with %I; names and columns that are constants of the function
	('shnor', 'refresh_buckets', 'shnor.refresh_bucket_query(region, whole'),
	('shnor', 'refresh_buckets', 'format(''SELECT array_agg(u.school_id) FR'),
	('shnor', 'refresh_totals', '$query$WITH fresh AS MATERIALIZED ( SELE'),
	('shnor', 'refresh_buckets', 'format(''WITH school AS (SELECT o.* FROM '),
	('shnor', 'refresh_results', '$query$WITH round_tally AS MATERIALIZED '),
	('shnor', 'verify', 'format($query$ WITH touched AS MATERIALI'),
	-- columns and names: made of %I over the catalog; comments: %L
	('shnor', 'create_materialized', 'format(''COMMENT ON VIEW %I.%I IS %L'', re'),
	('shnor', 'create_materialized', 'format(''COMMENT ON MATERIALIZED VIEW %I.'),
	('shnor', 'create_materialized', 'format(''CREATE UNIQUE INDEX ON %I.%I (%s'),
	-- columns: constants of the trigger
	('probe', 'keep_pending', 'format(''INSERT INTO %I.refresh_pending ('),
	('shnor', 'region_stored_triggers', 'format(''INSERT INTO %I.refresh_pending ('),
	('shnor', 'region_stored_tables', 'format(''CREATE INDEX school_bucket ON sc'),
	-- conditions: constants of the function
	('shnor', 'region_lock_triggers', 'format(''CREATE OR REPLACE TRIGGER check_'),
	('shnor', 'region_lock_triggers', 'format(''CREATE OR REPLACE TRIGGER check_'),
	('shnor', 'region_lock_triggers', 'format(''CREATE OR REPLACE TRIGGER check_'),
	('shnor', 'region_lock_triggers', 'format(''CREATE OR REPLACE TRIGGER check_'),
	-- the code of a version: a constant of the function
	('shnor', 'region_version_constraints', 'format(''ALTER TABLE %I.%I ADD CONSTRAINT'),
	-- verb: nothing or OR REPLACE; definition: our own query, then PostgreSQL's text of it; the name is made of %I
	('shnor', 'region_views', 'format(''CREATE %s VIEW %s WITH (security'),
	('shnor', 'region_views', 'format(''CREATE OR REPLACE VIEW %s WITH (')$$, 'statements with parts that are not quoted: each has its reason');

-- ---- the install script itself ----
CREATE TABLE script AS
SELECT regexp_replace(regexp_replace(string_agg(o.part, ' ' ORDER BY o.n), '(--|\\echo)[^\n]*', '', 'g'), '''[^'']*''', '''''', 'g') AS text
FROM pg_config c
CROSS JOIN LATERAL regexp_split_to_table(pg_read_file(c.setting || '/extension/shnor--' || (SELECT default_version FROM pg_available_extensions WHERE name = 'shnor') || '.sql'),
	'\$(function|guard)\$') WITH ORDINALITY AS o(part, n)
-- bodies of functions run later, and elsewhere
WHERE c.name = 'SHAREDIR' AND o.n % 2 = 1;
SELECT cmp_ok((SELECT length(text) FROM script), '>', 20000, 'the script is there');
SELECT is_empty($$SELECT m FROM script, regexp_matches(text, '\mOR\s+REPLACE\M|\mIF\s+NOT\s+EXISTS\M', 'gi') m$$, 'it never says OR REPLACE or IF NOT EXISTS: what is there already is an error');
SELECT set_eq($$SELECT m[1] FROM script, regexp_matches(text, '(?:^|;)\s*(CREATE \w+|[A-Z]+(?: [A-Z]+)?)\M', 'g') m$$,
	$$VALUES ('COMMENT ON'), ('CREATE AGGREGATE'), ('CREATE FUNCTION'), ('CREATE OPERATOR'), ('CREATE TYPE'), ('DO'), ('GRANT USAGE')$$, 'what it does: creates, comments, and lets everybody use the schema');
SELECT is((SELECT count(*) FROM script, regexp_matches(text, '(^|;)\s*DO\M', 'g')), 1::bigint, 'one block runs while it is installed: the guard');

SELECT finish();
ROLLBACK;
