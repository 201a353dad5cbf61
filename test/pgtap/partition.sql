-- docs/scale/partition.sql: the answers of a region in partitions, a round each. Every report is what it was before, everything
-- works as before, a dump carries it, and a question about one round reads one partition. Not in one transaction: the
-- script has its own. It is run as a DBA runs it, and says nothing.
\encoding UTF8
SET client_min_messages = warning;
\setenv PGHOST :HOST
\setenv PGPORT :PORT
\setenv PGUSER :USER
\setenv PGDATABASE :DBNAME
\setenv PGOPTIONS '-c client_min_messages=warning'
\set partition 'psql -X -q -v ON_ERROR_STOP=1 -v region=ivanovo -f docs/scale/partition.sql 2>&1'
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
\ir ../sample/load.sql
-- reports count terms as of this day
SET shnor.today = '2026-10-15';
SET TimeZone = 'UTC';

CREATE ROLE partition_operator;
CREATE ROLE partition_manager;
CREATE ROLE partition_analyst;
SELECT shnor.grant_access('ivanovo', 'partition_operator', 'operator', 2) \gset ignored_
SELECT shnor.grant_access('ivanovo', 'partition_manager', 'manager') \gset ignored_
GRANT USAGE ON SCHEMA public TO PUBLIC;
SELECT count(*) AS refreshed FROM shnor.refresh('ivanovo') \gset
-- what people build around a region
CREATE SCHEMA own;
CREATE VIEW own.share AS SELECT municipality_id, avg(percent) AS percent FROM ivanovo.municipal_indicator GROUP BY 1;
CREATE MATERIALIZED VIEW own.answers AS SELECT * FROM ivanovo.answer;
CREATE FUNCTION own.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER own_trigger AFTER INSERT ON ivanovo.submission REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION own.nothing();
CREATE POLICY own_policy ON ivanovo.submission AS RESTRICTIVE FOR UPDATE TO partition_manager USING (round_id > 0) WITH CHECK (teachers < 5000);
GRANT SELECT ON ivanovo.submission TO partition_analyst WITH GRANT OPTION;
GRANT UPDATE (teachers, source) ON ivanovo.submission TO partition_analyst;

-- number of rows and md5 of all of each table and view, or of tables alone (it is quicker); what notes a refresh that is
-- due is left out: the script, as any upgrade, calls for one
CREATE FUNCTION public.figures(kinds text, OUT relation text, OUT number bigint, OUT sum text) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
	FOR relation IN SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace IN ('ivanovo'::regnamespace, 'own'::regnamespace)
					AND strpos(kinds, c.relkind::text) > 0 AND NOT c.relispartition AND c.relname NOT IN ('refresh_pending', 'pending_bucket', 'pending_group', 'staleness') LOOP
		EXECUTE format('SELECT count(*), md5(coalesce(string_agg(x::text, E''\n'' ORDER BY x::text COLLATE "C"), '''')) FROM %s x', relation) INTO number, sum;
		RETURN NEXT;
	END LOOP;
END
$$;
-- what hangs on the tables of the region, in words; an index of partitions has no rows of its own
CREATE FUNCTION public.objects() RETURNS SETOF text LANGUAGE sql AS $$
	WITH relation AS (SELECT c.* FROM pg_class c WHERE c.relnamespace = 'ivanovo'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition)
	SELECT format('%s %s %s %s %s', c.relname, c.relowner::regrole, c.reloptions, c.relrowsecurity, obj_description(c.oid, 'pg_class')) FROM relation c
	UNION ALL
	SELECT format('%s %s %s %s %s %s %s', c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum))
	FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
	UNION ALL
	SELECT format('%s %s %s', o.name, p.grantee::regrole, array_agg(concat(p.privilege_type, p.is_grantable) ORDER BY p.privilege_type))
	FROM (SELECT c.relname AS name, coalesce(c.relacl, acldefault('r', c.relowner)) AS acl FROM relation c UNION ALL SELECT format('%s.%s', c.relname, a.attname), a.attacl FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid) AS o
	CROSS JOIN aclexplode(o.acl) p GROUP BY o.name, p.grantee
	UNION ALL
	SELECT format('%s %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) FROM relation c JOIN pg_constraint k ON k.conrelid = c.oid
	UNION ALL
	SELECT replace(pg_get_indexdef(i.indexrelid), ' ONLY ', ' ') FROM relation c JOIN pg_index i ON i.indrelid = c.oid
	UNION ALL
	SELECT format('%s %s', t.tgenabled, pg_get_triggerdef(t.oid)) FROM relation c JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal
	UNION ALL
	SELECT format('%s %s %s %s %s %s %s %s', c.relname, p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy'))
	FROM relation c JOIN pg_policy p ON p.polrelid = c.oid
	UNION ALL
	SELECT format('%s %s %s', f.oid::regprocedure, md5(pg_get_functiondef(f.oid)), obj_description(f.oid, 'pg_proc')) FROM pg_proc f WHERE f.pronamespace = 'ivanovo'::regnamespace
$$;
-- the partitions that a plan reads, those that were pruned as it started left out
CREATE FUNCTION public.partitions_read(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, FORMAT JSON) ' || query INTO plan;
	RETURN (SELECT coalesce(string_agg(DISTINCT p ->> 'Relation Name', ' '), '') FROM jsonb_path_query(plan, 'strict $.**') AS p
			WHERE jsonb_typeof(p) = 'object' AND p ->> 'Relation Name' ~ '^submission_(round|other)' AND (p ->> 'Actual Loops')::int > 0);
END
$$;

-- ---- refused: something of your own stands on the table itself ----
CREATE VIEW own.direct AS SELECT school_id FROM ivanovo.submission;
CREATE TABLE before AS SELECT * FROM public.figures('rpvm');
CREATE TABLE before_objects AS SELECT * FROM public.objects() AS o;
\setenv RUN :partition
\set said `eval "$RUN"`
SELECT matches(:'said'::text, 'view own.direct depends on table submission_whole', 'a view on the table itself is named');
SELECT is((SELECT relkind::text FROM pg_class WHERE oid = 'ivanovo.submission'::regclass), 'r', 'and the table is what it was');
SELECT bag_eq('SELECT * FROM public.objects()', 'TABLE before_objects', 'and so is what hangs on it');
DROP VIEW own.direct;
DELETE FROM before WHERE relation = 'own.direct';
DELETE FROM before_objects WHERE o LIKE 'own.direct%';

-- ---- done ----
\set said `eval "$RUN"`
SELECT is(:'said'::text, '', 'the script has nothing to say');
SELECT results_eq($$SELECT inhrelid::regclass::text, pg_get_expr(c.relpartbound, c.oid) COLLATE "default" FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 'ivanovo.submission'::regclass ORDER BY 1$$,
	$$VALUES ('ivanovo.submission_other', 'DEFAULT'), ('ivanovo.submission_round_1', 'FOR VALUES IN (1)'), ('ivanovo.submission_round_2', 'FOR VALUES IN (2)'), ('ivanovo.submission_round_3', 'FOR VALUES IN (3)')$$, 'a partition for each round, and one for the others');
SELECT is((SELECT count(*) FROM ivanovo.submission), 640::bigint, 'all answers were copied');
SELECT bag_eq($$SELECT * FROM public.figures('rpvm')$$, 'TABLE before', 'every table, report and own view gives the same rows');
SELECT bag_eq('SELECT * FROM public.objects()', 'TABLE before_objects', 'columns, keys, triggers, policies, rights, comments and functions are the same');
SELECT is((SELECT count(*) FROM pg_class WHERE relnamespace = 'ivanovo'::regnamespace AND relname LIKE '%whole%'), 0::bigint, 'nothing of the old table is left');
SELECT is((SELECT string_agg(DISTINCT obj_description(inhrelid, 'pg_class'), ' ') FROM pg_inherits WHERE inhrelid::regclass::text LIKE '%submission_round_3'), 'Часть таблицы submission: ответы мониторинга 3.', 'a partition says what it is');
SELECT is_empty($$SELECT role, problem FROM shnor.access('ivanovo') WHERE NOT agrees AND role <> 'partition_analyst'$$, 'the rights agree');

-- ---- one round, one partition ----
SELECT is(public.partitions_read('SELECT * FROM ivanovo.submission WHERE round_id = 3'), 'submission_round_3', 'answers of a round are read from its partition');
SELECT is(public.partitions_read(format('SELECT * FROM ivanovo.%I WHERE round_id = 2', v)), 'submission_round_2', v || ' of a round too')
FROM unnest('{school_round,municipal_indicator,regional_indicator,municipal_score,completeness,school_indicator,obligation}'::text[]) v;
SELECT is(public.partitions_read('SELECT * FROM ivanovo.municipal_tally'), 'submission_round_1 submission_round_2 submission_round_3', 'of all rounds, all but the empty one');

-- ---- everything works ----
SELECT cmp_ok((SELECT count(*) FROM shnor.refresh('ivanovo')), '=', 3::bigint, 'all rounds are computed anew');
SELECT is_empty($$SELECT * FROM shnor.verify('ivanovo') WHERE different > 0 OR pending > 0$$, 'stored is live');
SELECT throws_ok('UPDATE ivanovo.submission SET teachers = 1 WHERE round_id = 1', '55000', NULL, 'a closed round is closed');
SELECT throws_ok('DELETE FROM ivanovo.submission WHERE round_id = 2', '55000', NULL, 'for deleting');
SELECT throws_ok('INSERT INTO ivanovo.submission (round_id, school_id) SELECT 1, school_id FROM ivanovo.school EXCEPT SELECT round_id, school_id FROM ivanovo.submission', '55000', NULL, 'and adding');
SELECT throws_ok('TRUNCATE ivanovo.submission', '55000', NULL, 'and for emptying the table');
SELECT throws_ok($$INSERT INTO ivanovo.submission (round_id, school_id, recorded_at) VALUES (3, 999, '2020-01-01')$$, '23503', NULL, 'a school that is not there');
SELECT min(s.school_id) AS school, min(m.municipality_id) AS place FROM ivanovo.submission s JOIN ivanovo.round_member m USING (round_id, school_id) WHERE round_id = 3 AND s.school_id = (SELECT min(school_id) FROM ivanovo.submission WHERE round_id = 3) \gset
SELECT code AS code FROM ivanovo.school WHERE school_id = :school \gset
SELECT to_jsonb(s) - '{recorded_at,recorded_by,source,teachers}'::text[] AS was, teachers, recorded_at FROM ivanovo.submission s WHERE round_id = 3 AND school_id = :school \gset
SELECT throws_ok($$INSERT INTO ivanovo.submission (round_id, school_id) VALUES (3, $$ || :school || ')', '23505', NULL, 'one answer per school and round');
SELECT throws_ok($$UPDATE ivanovo.submission SET recorded_at = '2020-01-01', teachers = -1 WHERE round_id = 3$$, '23514', NULL, 'no number of teachers below zero');
UPDATE ivanovo.submission SET teachers = teachers + 1000 WHERE round_id = 3 AND school_id = :school;
SELECT is((SELECT concat_ws(' ', teachers, recorded_at > :'recorded_at', recorded_by) FROM ivanovo.submission WHERE round_id = 3 AND school_id = :school), concat_ws(' ', :teachers + 1000, true, current_user), 'a correction is a new version');
SELECT is((SELECT concat_ws(' ', teachers, recorded_at, replaced_by) FROM ivanovo.submission_history WHERE round_id = 3 AND school_id = :school ORDER BY replaced_at DESC LIMIT 1), concat_ws(' ', :'teachers', :'recorded_at', current_user), 'the one before is in the history');
SELECT is((SELECT teachers FROM ivanovo.answers_as_of(3, :'recorded_at') WHERE school_id = :school), :teachers, 'and stood at that moment');
SELECT results_eq($$SELECT round_id, municipality_id FROM ivanovo.pending_group$$, format('VALUES (3, %s)', :place), 'one municipality is to be computed anew');
SELECT is((SELECT concat_ws(' ', rows_read, loaded, corrected, refused, unchanged) FROM shnor.import_form('ivanovo', 3, format(E'Код ОО,teachers\n%s,%s\n', :'code', :teachers + 1))), '1 0 1 0 0', 'an import corrects an answer');
SELECT is((SELECT to_jsonb(s) - '{recorded_at,recorded_by,source,teachers,submitted_at}'::text[] FROM ivanovo.submission s WHERE round_id = 3 AND school_id = :school), :'was'::jsonb - 'submitted_at', 'and leaves the others');
SELECT is((SELECT count(*) FROM ivanovo.submission_history WHERE round_id = 3 AND school_id = :school), 2::bigint + (SELECT count(*) FROM ivanovo.submission_history WHERE round_id = 3 AND school_id = :school AND replaced_at < :'recorded_at'), 'two versions more');
SET ROLE partition_operator;
SELECT set_eq('SELECT DISTINCT municipality_id FROM ivanovo.school_round WHERE submitted_at IS NOT NULL', 'VALUES (2)', 'an operator sees the answers of his municipality');
SELECT set_eq('SELECT s.school_id FROM ivanovo.submission s', 'SELECT m.school_id FROM ivanovo.round_member m JOIN ivanovo.submission s USING (round_id, school_id) WHERE m.municipality_id = 2', 'in the table too');
SELECT throws_ok('SELECT FROM ivanovo.submission_round_3', '42501', NULL, 'but no partition past the policies');
RESET ROLE;
SET ROLE partition_manager;
SELECT throws_ok('UPDATE ivanovo.submission_round_1 SET teachers = 1', '42501', NULL, 'a manager writes into none, past the triggers');
SELECT throws_ok('UPDATE ivanovo.submission SET teachers = 6000 WHERE round_id = 3', '42501', NULL, 'a policy of one''s own holds');
SELECT lives_ok($$UPDATE ivanovo.submission SET supported = 0 WHERE round_id = 3 AND school_id IN (SELECT max(school_id) FROM ivanovo.submission WHERE round_id = 3)$$, 'and writes into the table');
RESET ROLE;
-- as people grant
GRANT ALL ON ALL TABLES IN SCHEMA ivanovo TO partition_operator;
SET ROLE partition_operator;
SELECT is((SELECT count(*) FROM ivanovo.submission_round_3), 0::bigint, 'whatever is granted, a partition shows no row past the policies');
SELECT throws_ok('INSERT INTO ivanovo.submission_round_1 (round_id, school_id) VALUES (1, 1)', '42501', NULL, 'and takes none past the triggers');
RESET ROLE;
SELECT matches((SELECT string_agg(problem, ' ') FROM shnor.access('ivanovo') WHERE role = 'partition_operator'), 'submission_round_3', 'and who holds more than was allowed is named');
SELECT count(*) AS refreshed FROM shnor.refresh('ivanovo') \gset
SELECT is_empty($$SELECT * FROM shnor.verify('ivanovo') WHERE different > 0 OR pending > 0$$, 'refreshed, stored is live');

-- ---- a new round ----
INSERT INTO ivanovo.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) SELECT 4, '2027', '2027-09-01', '2027-09-20', '2027-09-01', min(legal_act_id), 'open' FROM ivanovo.legal_act;
INSERT INTO ivanovo.submission (round_id, school_id, teachers) SELECT 4, school_id, 7 FROM ivanovo.submission WHERE round_id = 3;
SELECT is((SELECT string_agg(DISTINCT tableoid::regclass::text, ' ') FROM ivanovo.submission WHERE round_id = 4), 'ivanovo.submission_other', 'a round without a partition is among the others');
-- from one partition to another
UPDATE ivanovo.submission SET round_id = 4 WHERE round_id = 3 AND school_id = :school AND NOT EXISTS (SELECT FROM ivanovo.submission x WHERE x.round_id = 4 AND x.school_id = :school);
DELETE FROM ivanovo.submission WHERE round_id = 4 AND school_id = :school;
UPDATE ivanovo.submission SET round_id = 4 WHERE round_id = 3 AND school_id = :school;
SELECT is((SELECT concat_ws(' ', round_id, teachers) FROM ivanovo.submission WHERE school_id = :school AND round_id > 2), '4 ' || :teachers + 1, 'an answer that was another round''s moves to its partition');
SELECT is((SELECT count(*) FROM ivanovo.submission_history WHERE school_id = :school AND round_id = 3 AND teachers = :teachers + 1), 1::bigint, 'and leaves its version');
SELECT set_eq('SELECT round_id FROM ivanovo.pending_group', 'VALUES (3), (4)', 'both rounds are to be computed anew');
SELECT count(*) AS refreshed FROM shnor.refresh('ivanovo') \gset
TRUNCATE before;
INSERT INTO before SELECT * FROM public.figures('rp');
\set said `eval "$RUN"`
SELECT is(:'said'::text, '', 'the script, once more');
SELECT is((SELECT string_agg(DISTINCT tableoid::regclass::text, ' ') FROM ivanovo.submission WHERE round_id = 4), 'ivanovo.submission_round_4', 'has moved the answers of the new round to its own partition');
SELECT bag_eq($$SELECT * FROM public.figures('rp')$$, 'TABLE before', 'and nothing else: no answer, no version');
SELECT is_empty('SELECT FROM ivanovo.refresh_pending', 'nothing is to be computed anew');
UPDATE ivanovo.submission SET teachers = 8 WHERE round_id = 4 AND school_id <> :school;
SELECT is((SELECT count(*) FROM ivanovo.submission_history WHERE round_id = 4 AND teachers = 7), (SELECT count(*) FROM ivanovo.submission WHERE round_id = 4), 'the new partition has its triggers: of the 7s one was deleted, the others replaced');
SELECT is(public.partitions_read('SELECT * FROM ivanovo.municipal_indicator WHERE round_id = 4'), 'submission_round_4', 'and is read alone');

-- ---- closed, published, reopened ----
UPDATE ivanovo.round SET state = 'closed' WHERE round_id = 3;
SELECT throws_ok('UPDATE ivanovo.submission SET teachers = 1 WHERE round_id = 3', '55000', NULL, 'a round is closed');
SELECT isnt(shnor.publish('ivanovo', 3, 18, 'Учебный пример'), NULL, 'and published');
SELECT is_empty($$SELECT * FROM shnor.check_publication('ivanovo', (SELECT max(publication_id) FROM ivanovo.publication))$$, 'the publication is what the data gave');
SELECT is(shnor.reopen_round('ivanovo', 3, 'Ошибка'), 'open', 'and reopened');
SELECT lives_ok('UPDATE ivanovo.submission SET teachers = teachers WHERE round_id = 3', 'and corrected');

-- ---- a new version, the extension lost, a dump ----
SELECT is(shnor.upgrade_region('ivanovo'), 'ivanovo', 'upgrade_region runs over partitions');
TRUNCATE before;
INSERT INTO before SELECT * FROM public.figures('rp');
DROP EXTENSION shnor CASCADE;
CREATE EXTENSION shnor;
SELECT is(shnor.upgrade_region('ivanovo'), 'ivanovo', 'and after the extension was lost');
SELECT bag_eq($$SELECT * FROM public.figures('rp')$$, 'TABLE before', 'no row is lost');
SELECT count(*) AS refreshed FROM shnor.refresh('ivanovo') \gset
SELECT is_empty($$SELECT * FROM shnor.verify('ivanovo') WHERE different > 0 OR pending > 0$$, 'and the reports are back');
\set copy :DBNAME _copy
\setenv COPY :copy
SELECT format('CREATE DATABASE %I TEMPLATE template0', :'copy') \gexec
\set said `{ pg_dump | psql -X -q -1 -v ON_ERROR_STOP=1 -d "$COPY" -o /dev/null; } 2>&1`
SELECT is(:'said'::text, '', 'a dump is restored');
\set key `pg_dump --help | grep -q restrict-key && echo --restrict-key=shnor`
\setenv KEY :key
\set said `a=$(mktemp) && b=$(mktemp) && pg_dump $KEY >"$a" && pg_dump $KEY -d "$COPY" >"$b" && wc -l <"$a" && cmp "$a" "$b"; rm -f "$a" "$b"`
SELECT matches(:'said'::text, '^\d{4,}$', 'dumped again it is the same text');

-- ---- another's region, whose name needs quotes ----
CREATE ROLE partition_owner;
SELECT format('GRANT CREATE ON DATABASE %I TO partition_owner', :'DBNAME') \gexec
SET ROLE partition_owner;
SELECT shnor.create_region('Тверская область') \gset ignored_
RESET ROLE;
\set said `psql -X -q -v ON_ERROR_STOP=1 -v region='Тверская область' -f docs/scale/partition.sql 2>&1`
SELECT is(:'said'::text, '', 'run by a superuser');
SELECT is_empty($$SELECT relname FROM pg_class WHERE relnamespace = '"Тверская область"'::regnamespace AND relowner <> 'partition_owner'::regrole$$, 'everything in it stays its owner''s');
SELECT is((SELECT count(*) FROM pg_inherits WHERE inhparent = '"Тверская область".submission'::regclass), 1::bigint, 'no round yet: one partition');
\set said `psql -X -q -v ON_ERROR_STOP=1 -v region=public -f docs/scale/partition.sql 2>&1`
SELECT matches(:'said'::text, 'relation "public.submission" does not exist', 'a schema that is no region');

SELECT * FROM finish();
SELECT format('DROP DATABASE %I', :'copy') \gexec
DROP SCHEMA own CASCADE;
SET client_min_messages = error;
DROP OWNED BY partition_operator, partition_manager, partition_analyst, partition_owner CASCADE;
DROP ROLE partition_operator, partition_manager, partition_analyst, partition_owner;
