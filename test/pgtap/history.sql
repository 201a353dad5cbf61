-- Every version of every row is kept with who and when, readable as of any moment; old figures are recomputed to the
-- digit and publications proven. clock_timestamp() moves inside a transaction, so moments are taken between statements.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET jit = off;
SET client_min_messages = warning;
SELECT shnor.create_region('probe', 'Пробный регион');
SET search_path = probe, public;

CREATE FUNCTION public.refusal(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
	EXECUTE command;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN format('%s %s [%s]', SQLSTATE, SQLERRM, hint);
END
$$;
-- numerator/denominator and score of teachers_supported in municipality 1, round 1
CREATE FUNCTION public.figure(moment timestamptz) RETURNS text LANGUAGE sql AS $$
	SELECT concat(numerator, '/', denominator, ' ', percent, ' ', score, ' ', threshold)
	FROM shnor.municipal_indicator_as_of('probe', 1, moment) WHERE municipality_id = 1 AND indicator = 'teachers_supported'
$$;
CREATE FUNCTION public.said(moment timestamptz) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat(school_id, ': ', teachers, ' ', supported, ' ', source), '; ' ORDER BY school_id) FROM probe.answers_as_of(1, moment)
$$;

-- ---- every table is covered ----
SELECT is_empty($$SELECT relname FROM pg_class WHERE relnamespace = 'probe'::regnamespace AND relkind IN ('r', 'p')
				  AND relname NOT IN ('submission', 'municipal_submission', 'source_answer', 'history', 'round_event')
				  AND relname NOT LIKE '%\_history' AND relname !~ '^(publication|import|stored|refresh)' AND relname NOT IN (SELECT shnor.region_history_names())$$,
	'the journal has a place for every table that is edited: a new one belongs into region_history_names()');
SELECT is((SELECT count(*) >= 29 FROM shnor.region_history_names() n WHERE to_regclass(n) IS NOT NULL), true, 'of which there are many');
SELECT is_empty($$SELECT n FROM shnor.region_history_names() n
	WHERE to_regclass(n) IS NOT NULL
	  AND ((SELECT array_agg(tgname::text ORDER BY tgname) FROM pg_trigger WHERE tgrelid = n::regclass AND tgfoid = 'keep_change'::regproc) IS DISTINCT FROM '{keep_deleted,keep_inserted,keep_truncated,keep_updated}'
		   OR to_regprocedure(format('%I(timestamptz)', n || '_as_of')) IS NULL)$$, 'each has the triggers of the journal and a function that reads it as of a moment');
SELECT is_empty($$SELECT n FROM unnest(ARRAY['submission', 'municipal_submission', 'source_answer']) n
	WHERE (SELECT count(*) FROM pg_trigger WHERE tgrelid = n::regclass AND tgname IN ('keep_recorded', 'keep_replaced', 'keep_deleted', 'keep_truncated', 'check_recorded')) <> 5
	   OR (SELECT count(*) FROM pg_trigger WHERE tgrelid = (n || '_history')::regclass AND tgname IN ('refuse_edit', 'check_recorded')) <> 2$$, 'and answers keep their versions');
SELECT is_empty('SELECT * FROM history', 'what a region starts with is not in the journal');
SELECT is((SELECT count(*) FROM indicator_as_of('-infinity')), 18::bigint, 'it counts as there from the beginning');

-- ---- answers: insert, update, delete, again, truncate, import ----
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
INSERT INTO school (school_id, municipality_id, code, name) VALUES (1, 1, 's1', 'Школа 1'), (2, 1, 's2', 'Школа 2'), (3, 2, 's3', 'Школа 3');
INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге');
INSERT INTO school_status (school_id, status, since, legal_act_id) SELECT s, 'low_results', '2024-01-01', 1 FROM generate_series(1, 3) s;
SELECT clock_timestamp() AS before_round \gset
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
INSERT INTO target (round_id, indicator, threshold, legal_act_id) VALUES (1, 'teachers_supported', 50, 1);
SELECT clock_timestamp() AS t0 \gset
INSERT INTO submission (round_id, school_id, teachers, supported) VALUES (1, 1, 40, 12), (1, 2, 10, 10);
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note) VALUES (1, 1, false);
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (1, 1, 'in_networks', 'unoi', 5);
SELECT clock_timestamp() AS t1 \gset
UPDATE submission SET supported = 18 WHERE school_id = 1;
UPDATE municipal_submission SET has_results_note = true;
UPDATE source_answer SET answer_count = 6;
SELECT clock_timestamp() AS t2 \gset
DELETE FROM submission WHERE school_id = 2;
DELETE FROM municipal_submission;
DELETE FROM source_answer;
SELECT clock_timestamp() AS t3 \gset
INSERT INTO submission (round_id, school_id, teachers, supported, source) VALUES (1, 2, 20, 20, 'звонок');
SELECT clock_timestamp() AS t4 \gset
TRUNCATE submission;
SELECT clock_timestamp() AS t5 \gset
SELECT results_eq($$SELECT loaded, corrected FROM shnor.import_form('probe', 1, E'Код ОО;teachers;supported\ns1;40;19\ns2;11;4\ns1;40;20\n', 'форма.csv')$$, 'VALUES (2, 1)', 'a file with a row that another one replaces');
SELECT clock_timestamp() AS t6 \gset
SELECT results_eq($$SELECT corrected FROM shnor.import_form('probe', 1, E'Код ОО;teachers;supported\ns1;40;22\n', 'форма 2.csv')$$, 'VALUES (1)', 'a file that corrects');
SELECT clock_timestamp() AS t7 \gset
UPDATE submission SET supported = 23 WHERE school_id = 1;
SELECT clock_timestamp() AS t8 \gset

SELECT is(public.said(:'before_round'), NULL, 'before the round there are no answers');
SELECT is(public.said(:'t0'), NULL, 'nor before the first');
SELECT is(public.said(:'t1'), '1: 40 12 SQL; 2: 10 10 SQL', 'after the first, by SQL');
SELECT is(public.said(:'t2'), '1: 40 18 SQL; 2: 10 10 SQL', 'after an update');
SELECT is(public.said(:'t3'), '1: 40 18 SQL', 'after a delete');
SELECT is(public.said(:'t4'), '1: 40 18 SQL; 2: 20 20 звонок', 'after it was given again, with its source');
SELECT is(public.said(:'t5'), NULL, 'after a truncate');
SELECT is(public.said(:'t6'), '1: 40 20 форма.csv, строка 4; 2: 11 4 форма.csv, строка 3', 'after an import, with file and line; the row that another replaced never stood');
SELECT is(public.said(:'t7'), '1: 40 22 форма 2.csv, строка 2; 2: 11 4 форма.csv, строка 3', 'after a second file');
SELECT is(public.said(:'t8'), '1: 40 23 SQL; 2: 11 4 форма.csv, строка 3', 'what is changed by hand is not from the file''s line');
SELECT is(public.said('infinity'), public.said(:'t8'), 'the future is today');
SELECT is(public.said(NULL), NULL, 'no moment, no answers');
SELECT results_eq($$SELECT count(*) FROM submission_history WHERE recorded_at = replaced_at AND source = 'форма.csv, строка 2'$$, 'VALUES (1::bigint)', 'but it is kept');
SELECT results_eq(format('SELECT (SELECT has_results_note FROM municipal_answers_as_of(1, %1$L)), (SELECT answer_count FROM source_answers_as_of(1, %1$L))', m), e, 'municipalities and other sources, too')
FROM (VALUES (:'t0', 'VALUES (NULL::boolean, NULL::integer)'), (:'t1', 'VALUES (false, 5)'), (:'t2', 'VALUES (true, 6)'), (:'t3', 'VALUES (NULL::boolean, NULL::integer)')) AS v(m, e);
SELECT is_empty('SELECT * FROM answers_as_of(2, now())', 'another round has none');

-- the same by hand: 22/50, 28/50, 18/40, 38/60, 0/0, 24/51, 26/51, 27/51
SELECT results_eq(format('SELECT public.figure(%L)', m), format('VALUES (%L)', e), 'recomputed: ' || e)
FROM (VALUES (:'t0', '0/0   50.0000'), (:'t1', '22/50 44.0000 0 50.0000'), (:'t2', '28/50 56.0000 1 50.0000'), (:'t3', '18/40 45.0000 0 50.0000'),
			 (:'t4', '38/60 63.3333 1 50.0000'), (:'t5', '0/0   50.0000'), (:'t6', '24/51 47.0588 0 50.0000'), (:'t7', '26/51 50.9804 1 50.0000'), (:'t8', '27/51 52.9412 1 50.0000')) AS v(m, e);
SELECT is_empty(format('SELECT * FROM shnor.municipal_indicator_as_of(''probe'', 1, %L)', :'before_round'), 'a round that was not there has no figures');
SELECT results_eq($$SELECT * FROM shnor.municipal_indicator_as_of('probe', 1, clock_timestamp())$$, 'SELECT * FROM municipal_indicator WHERE round_id = 1 ORDER BY municipality_id, position',
	'as of now it is the report, all columns');

-- versions are intervals, one after the other; who wrote each
SELECT is_empty($$
	SELECT * FROM (SELECT school_id, recorded_at, replaced_at, lead(recorded_at) OVER (PARTITION BY school_id ORDER BY recorded_at, replaced_at) AS next
				   FROM (SELECT school_id, recorded_at, replaced_at FROM submission_history UNION ALL SELECT school_id, recorded_at, 'infinity' FROM submission) v
				   WHERE recorded_at < replaced_at) w
	WHERE next < replaced_at$$, 'the versions of an answer do not overlap');
SELECT is((SELECT count(*) FROM submission_history h WHERE EXISTS (SELECT FROM submission_history n WHERE n.school_id = h.school_id AND n.recorded_at = h.replaced_at AND n.recorded_at > h.recorded_at)
																OR EXISTS (SELECT FROM submission s WHERE s.school_id = h.school_id AND s.recorded_at = h.replaced_at)), 3::bigint,
	'one that is changed begins where the one before ends');
SELECT is_empty('SELECT * FROM submission WHERE recorded_by IS DISTINCT FROM current_user UNION ALL SELECT s.* FROM submission_history h CROSS JOIN jsonb_populate_record(NULL::submission, to_jsonb(h)) s WHERE h.recorded_by IS DISTINCT FROM current_user', 'by whom');

-- it is not written by hand
CREATE TABLE public.versions AS SELECT to_jsonb(s) AS v FROM submission s UNION ALL SELECT to_jsonb(h) FROM submission_history h;
SELECT is(refusal(c) ~ '^55000 (когда и кем записан ответ, ставится само|таблица probe\.[a-z_]*history заполняется сама: править её нельзя) \[.+\]$', true, 'refused: ' || c)
FROM unnest(ARRAY[
	'INSERT INTO submission (round_id, school_id, teachers, recorded_at) VALUES (1, 3, 1, ''2024-09-10'')',
	'INSERT INTO submission (round_id, school_id, teachers, recorded_at) VALUES (1, 3, 1, ''infinity'')',
	'INSERT INTO submission (round_id, school_id, teachers, recorded_by) VALUES (1, 3, 1, ''somebody'')',
	'INSERT INTO submission_history (round_id, school_id, submitted_at, teachers, recorded_at, replaced_at) VALUES (1, 3, now(), 1, ''2024-09-10'', ''2024-09-11'')',
	'INSERT INTO submission_history (round_id, school_id, submitted_at, teachers, replaced_at) VALUES (1, 3, now(), 1, ''infinity'')',
	'UPDATE submission_history SET teachers = 0', 'DELETE FROM submission_history', 'TRUNCATE submission_history',
	'DELETE FROM municipal_submission_history', 'DELETE FROM source_answer_history',
	'UPDATE history SET new_row = NULL', 'DELETE FROM history', 'TRUNCATE history',
	'INSERT INTO history (table_name, operation, key, new_row, changed_at, changed_by, session_by) VALUES (''school'', ''insert'', ''{}'', ''{}'', now(), current_user, session_user)']) AS c;
UPDATE submission SET recorded_at = '2020-01-01', recorded_by = 'somebody';
UPDATE submission SET teachers = teachers;
SELECT bag_eq('SELECT * FROM public.versions', 'SELECT to_jsonb(s) AS v FROM submission s UNION ALL SELECT to_jsonb(h) FROM submission_history h', 'and nothing has changed');

-- a question that comes later
SAVEPOINT question;
ALTER TABLE submission ADD psychologists integer;
ALTER TABLE submission_history ADD psychologists integer;
UPDATE submission SET psychologists = 2 WHERE school_id = 1;
SELECT clock_timestamp() AS later \gset
UPDATE submission SET psychologists = 3 WHERE school_id = 1;
SELECT results_eq(format('SELECT psychologists, supported FROM answers_as_of(1, %L) WHERE school_id = 1', m), e, 'a column that came later is read, and was empty before')
FROM (VALUES (:'t7', 'VALUES (NULL::integer, 22)'), (:'later', 'VALUES (2, 23)'), ('infinity', 'VALUES (3, 23)')) AS v(m, e);
ALTER TABLE school ADD pupils integer;
UPDATE school SET pupils = 100 WHERE school_id = 1;
SELECT results_eq(format('SELECT (SELECT pupils FROM school_as_of(%L) WHERE school_id = 1), (SELECT pupils FROM school_as_of(clock_timestamp()) WHERE school_id = 1)', :'t1'), 'VALUES (NULL::integer, 100)', 'of other tables, too');
SELECT is(public.figure(:'t1'), '22/50 44.0000 0 50.0000', 'old figures stand');
ROLLBACK TO question;

-- ---- the journal ----
SELECT results_eq($$SELECT operation, key, old_row, new_row ->> 'name' FROM history WHERE table_name = 'municipality' ORDER BY history_id$$,
	$$VALUES ('insert', '{"municipality_id": 1}'::jsonb, NULL::jsonb, 'Первый'), ('insert', '{"municipality_id": 2}', NULL, 'Второй')$$, 'rows that come are in the journal');
SELECT is((SELECT count(DISTINCT changed_at) FROM history WHERE table_name = 'school_status'), 1::bigint, 'those of one command with one moment');
SELECT clock_timestamp() AS j0 \gset
SAVEPOINT journal;
CREATE TABLE public.journal AS SELECT max(history_id) AS last FROM history;
CREATE FUNCTION public.lately() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s %s: %s → %s', h.operation, h.table_name, h.row_key, coalesce(h.column_name || ' ' || h.old_value, '-'), coalesce(h.new_value, '-'))
	FROM probe.history_change h WHERE h.history_id > (SELECT last FROM public.journal)
$$;
UPDATE school SET name = name;
SELECT is_empty('SELECT * FROM public.lately()', 'a change that changes nothing is none');
UPDATE school SET name = 'Школа 1-а' WHERE school_id = 1;
UPDATE setting SET time_zone = 'Europe/Samara';
UPDATE school_status SET until = '2030-01-01' WHERE school_id = 2;
UPDATE school_status SET since = '2024-02-01' WHERE school_id = 3;
SELECT bag_eq('SELECT * FROM public.lately()', $$VALUES
	('update school school_id=1: name Школа 1 → Школа 1-а'), ('update setting : time_zone Europe/Moscow → Europe/Samara'),
	('update school_status school_id=2, since=2024-01-01, status=low_results: - → 2030-01-01'),
	('delete school_status school_id=3, since=2024-01-01, status=low_results: school_id 3 → -'), ('delete school_status school_id=3, since=2024-01-01, status=low_results: status low_results → -'),
	('delete school_status school_id=3, since=2024-01-01, status=low_results: since 2024-01-01 → -'), ('delete school_status school_id=3, since=2024-01-01, status=low_results: legal_act_id 1 → -'),
	('insert school_status school_id=3, since=2024-02-01, status=low_results: - → 3'), ('insert school_status school_id=3, since=2024-02-01, status=low_results: - → low_results'),
	('insert school_status school_id=3, since=2024-02-01, status=low_results: - → 2024-02-01'), ('insert school_status school_id=3, since=2024-02-01, status=low_results: - → 1')$$,
	'every change, column by column; a row of a new key is one that goes and one that comes');
SELECT clock_timestamp() AS j1 \gset
INSERT INTO form_header (header, field) VALUES ('Всего', 'teachers');
SELECT clock_timestamp() AS j2 \gset
TRUNCATE form_header, target;
DELETE FROM setting;
SELECT clock_timestamp() AS j3 \gset
INSERT INTO setting (title) VALUES ('Новый');
SELECT results_eq(format('SELECT (SELECT name FROM school_as_of(%1$L) WHERE school_id = 1), (SELECT concat(title, time_zone) FROM setting_as_of(%1$L)), (SELECT until FROM school_status_as_of(%1$L) WHERE school_id = 2),
						  (SELECT string_agg(since::text, '','') FROM school_status_as_of(%1$L) WHERE school_id = 3), (SELECT count(*) FROM form_header_as_of(%1$L) WHERE header = ''Всего''), (SELECT count(*) FROM target_as_of(%1$L))', m), e, 'as of a moment: ' || n)
FROM (VALUES ('before', :'j0', $$VALUES ('Школа 1', 'Пробный регионEurope/Moscow', NULL::date, '2024-01-01', 0::bigint, 1::bigint)$$),
			 ('changed', :'j1', $$VALUES ('Школа 1-а', 'Пробный регионEurope/Samara', date '2030-01-01', '2024-02-01', 0::bigint, 1::bigint)$$),
			 ('added', :'j2', $$VALUES ('Школа 1-а', 'Пробный регионEurope/Samara', date '2030-01-01', '2024-02-01', 1::bigint, 1::bigint)$$),
			 ('emptied', :'j3', $$VALUES ('Школа 1-а', NULL, date '2030-01-01', '2024-02-01', 0::bigint, 0::bigint)$$),
			 ('today', 'infinity', $$VALUES ('Школа 1-а', 'НовыйEurope/Moscow', date '2030-01-01', '2024-02-01', 0::bigint, 0::bigint)$$)) AS v(n, m, e);
SELECT is_empty('SELECT * FROM school_as_of(NULL)', 'no moment, no rows');
SELECT is(public.figure(:'j0'), '27/51 52.9412 1 50.0000', 'the figure of before is recomputed with its target');
ROLLBACK TO journal;
-- every type comes back as it was: each table as of its past equals what it was
CREATE TABLE public.tables (name text, moment timestamptz, contents text);
CREATE FUNCTION public.contents(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE c text;
BEGIN
	EXECUTE format('SELECT coalesce(md5(string_agg(t::text, ''|'' ORDER BY t::text)), ''empty'') FROM probe.%s t', what) INTO c;
	RETURN c;
END
$$;
INSERT INTO result (year, school_id, assessment, subject, grade, participants, below_minimum) VALUES (2024, 1, 'ЕГЭ', 'Математика', 11, 20, 6);
INSERT INTO document (round_id, school_id, question, kind, link) VALUES (1, 1, 'has_curator', 'order', 'https://example.org/1');
INSERT INTO public.tables SELECT n, clock_timestamp(), public.contents(n) FROM shnor.region_history_names() n WHERE to_regclass(n) IS NOT NULL;
SAVEPOINT emptied;
DO $$BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg(format('probe.%I', n), ', ') || ' CASCADE' FROM shnor.region_history_names() n WHERE to_regclass(n) IS NOT NULL AND n NOT IN ('validation_acceptance', 'round', 'municipality', 'school', 'legal_act', 'data_source', 'measure_kind', 'decision_kind', 'recommendation_template', 'effectiveness_criterion')); END$$;
SELECT is_empty('SELECT name FROM public.tables WHERE public.contents(format(''%I_as_of(%L)'', name, moment)) <> contents', 'tables that were emptied are read as they were, to the last byte');
SELECT isnt_empty('SELECT name FROM public.tables WHERE public.contents(name) <> contents', 'though they are empty');
ROLLBACK TO emptied;

-- who, in whose session, from which program
CREATE ROLE history_editor;
GRANT USAGE ON SCHEMA probe TO history_editor;
SELECT shnor.grant_access('probe', 'history_editor', 'manager');
SET application_name = 'кабинет района';
SET ROLE history_editor;
UPDATE probe.school SET closed_on = '2031-01-01' WHERE school_id = 3;
UPDATE probe.submission SET supported = 24, source = 'письмо' WHERE school_id = 1;
RESET ROLE;
SELECT results_eq($$SELECT changed_by, session_by, application, statement FROM history ORDER BY history_id DESC LIMIT 1$$,
	$$SELECT 'history_editor'::name, session_user, current_setting('application_name'), 'UPDATE probe.school SET closed_on = ''2031-01-01'' WHERE school_id = 3;'$$, 'the journal names the role, the session, the program and the command');
SELECT results_eq('SELECT s.recorded_by, h.replaced_by, h.recorded_by FROM submission s JOIN submission_history h ON h.school_id = s.school_id AND h.replaced_at = s.recorded_at WHERE s.school_id = 1',
	$$SELECT 'history_editor'::name, 'history_editor'::name, current_user$$, 'a version names who wrote it and who replaced it');
SET ROLE history_editor;
SELECT is(public.refusal('INSERT INTO probe.history (table_name, operation, key, new_row, changed_at, changed_by, session_by) VALUES (''school'', ''insert'', ''{}'', ''{}'', now(), current_user, session_user)') ~ '^55000', true, 'nobody writes into it by himself');
RESET ROLE;

-- ---- publications ----
SELECT shnor.publish('probe', 1, 1) AS first \gset
SELECT is_empty(format('SELECT * FROM shnor.check_publication(''probe'', %s)', :first), 'a publication is proven');
SELECT results_eq(format('SELECT taken_at > published_at AND taken_at < clock_timestamp() FROM publication WHERE publication_id = %s', :first), 'VALUES (true)', 'it says of which moment its data are');
SELECT clock_timestamp() AS published \gset
-- everything behind it changes: answers, status, definition, target, name, membership, order
UPDATE submission SET supported = 1;
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note) VALUES (1, 1, true);
UPDATE school_status SET until = '2024-08-31' WHERE school_id = 2;
UPDATE indicator SET numerator = 'supported + teachers', title = 'Иначе' WHERE indicator = 'teachers_supported';
UPDATE target SET threshold = 90;
UPDATE municipality SET name = 'Первый район' WHERE municipality_id = 1;
UPDATE school SET municipality_id = 2 WHERE school_id = 1;
UPDATE legal_act SET number = '1-о/а';
UPDATE round SET state = 'closed';
UPDATE round SET state = 'open', reopening = 'проверка';
-- closed with schools 1 and 3, moved: in municipality 2, (1 + 40)/40, of which schools 1 and 3 only one has answered
SELECT results_eq($$SELECT numerator, denominator, threshold, title FROM municipal_indicator WHERE municipality_id = 2 AND indicator = 'teachers_supported'$$, $$VALUES (41::bigint, 40::bigint, 90.0000, 'Иначе')$$, 'today''s figure is another one');
SELECT is_empty(format('SELECT * FROM shnor.check_publication(''probe'', %s)', :first), 'the publication is proven still');
SELECT is(public.figure(:'published'), '28/51 54.9020 1 50.0000', 'the figure of that moment to the digit');
SELECT is(public.figure(:'t7'), '26/51 50.9804 1 50.0000', 'and of an earlier one');
SELECT results_eq(format('SELECT municipality, reason FROM shnor.municipal_indicator_as_of(''probe'', 1, %L) WHERE municipality_id = 1 AND indicator = ''teachers_supported''', :'t7'),
	$$VALUES ('Первый', '50,9804 % (26 из 51) — не ниже порога 50 %')$$, 'with the names and words of then');
SELECT shnor.publish('probe', 1, 1, 'Второй отчёт') AS second \gset
SELECT is_empty(format('SELECT * FROM shnor.check_publication(''probe'', %s)', :second), 'so is one of today');

-- what was tampered with past the triggers shows
SAVEPOINT tamper;
ALTER TABLE submission_history DISABLE TRIGGER USER;
UPDATE submission_history SET supported = 25 WHERE school_id = 1 AND supported = 24;
ALTER TABLE submission_history ENABLE TRIGGER USER;
SELECT results_eq(format($$SELECT part, municipality_id, school_id, indicator, column_name, published, recomputed FROM shnor.check_publication('probe', %s) WHERE column_name NOT IN ('percent', 'percent_low', 'percent_high', 'reason') ORDER BY 1, 2, 3$$, :first),
	$$VALUES ('publication_indicator', 1, NULL::integer, 'teachers_supported', 'numerator', '28', '29'),
			 ('publication_indicator', NULL, NULL, 'teachers_supported', 'numerator', '28', '29'),
			 ('publication_school', 1, 1, NULL, 'supported', '24', '25'),
			 ('publication_school_indicator', NULL, 1, 'teachers_supported', 'numerator', '24', '25')$$, 'an answer of the history changed: the answer, what it adds, the figures');
ROLLBACK TO tamper;
ALTER TABLE submission_history DISABLE TRIGGER USER;
DELETE FROM submission_history WHERE school_id = 1 AND supported = 24;
ALTER TABLE submission_history ENABLE TRIGGER USER;
SELECT isnt_empty(format($$SELECT FROM shnor.check_publication('probe', %s) WHERE part = 'publication_school' AND school_id = 1 AND column_name = 'submitted_at' AND recomputed IS NULL$$, :first), 'an answer of the history deleted');
ROLLBACK TO tamper;
ALTER TABLE history DISABLE TRIGGER USER;
UPDATE history SET old_row = old_row || '{"threshold": 40}' WHERE table_name = 'target' AND operation = 'update';
ALTER TABLE history ENABLE TRIGGER USER;
SELECT results_eq(format($$SELECT part, column_name, published::numeric, recomputed::numeric FROM shnor.check_publication('probe', %s) WHERE part = 'publication_target'$$, :first),
	$$VALUES ('publication_target', 'threshold', 50::numeric, 40::numeric)$$, 'a target of the journal changed');
ROLLBACK TO tamper;
ALTER TABLE publication_indicator DISABLE TRIGGER USER;
UPDATE publication_indicator SET score = 0 WHERE municipality_id = 1 AND indicator = 'teachers_supported' AND publication_id = :first;
DELETE FROM publication_indicator WHERE municipality_id = 2 AND indicator = 'results_note' AND publication_id = :first;
SELECT results_eq(format($$SELECT municipality_id, indicator, column_name, published, recomputed IS NULL FROM shnor.check_publication('probe', %s) ORDER BY 1$$, :first),
	$$VALUES (1, 'teachers_supported', 'score', '0', false), (2, 'results_note', NULL, NULL, false)$$, 'the publication itself changed, and a row of it gone');
ROLLBACK TO tamper;
ALTER TABLE municipality DISABLE TRIGGER USER;
UPDATE municipality SET name = 'Второй, задним числом' WHERE municipality_id = 2;
SELECT results_eq(format($$SELECT DISTINCT part, municipality_id, column_name, published, recomputed FROM shnor.check_publication('probe', %s) ORDER BY 1$$, :first),
	$$VALUES ('publication_indicator', 2, 'municipality', 'Второй', 'Второй, задним числом'), ('publication_municipality', 2, 'name', 'Второй', 'Второй, задним числом')$$, 'a registry changed past the journal');
ROLLBACK TO tamper;
SELECT is_empty(format('SELECT * FROM shnor.check_publication(''probe'', %s)', :first), 'undone, it is proven again');

-- refusals
SELECT throws_ok('SELECT * FROM shnor.check_publication(''probe'', 99)', '22023', 'в регионе «probe» нет публикации с номером 99', 'no such publication');
SELECT throws_ok('SELECT * FROM shnor.check_publication(''probe'', NULL)', '22023', NULL, 'none');
SELECT throws_ok('SELECT * FROM shnor.check_publication(''public'', 1)', '3F000', NULL, 'no such region');
SELECT throws_ok('SELECT * FROM shnor.municipal_indicator_as_of(''public'', 1, now())', '3F000', NULL, 'no such region to recompute');
SELECT throws_ok('SELECT * FROM shnor.municipal_indicator_as_of(''probe'', 9, now())', '22023', NULL, 'no such round');
SELECT throws_ok('SELECT * FROM shnor.municipal_indicator_as_of(''probe'', 1, NULL)', '22023', 'не назван момент', 'no moment');

-- names planted in front, an empty search path, a new name of the schema
CREATE TEMP TABLE submission (round_id integer, school_id integer);
CREATE TEMP TABLE municipal_indicator (round_id integer);
SET search_path = pg_temp, public;
SELECT is(public.figure(:'t7'), '26/51 50.9804 1 50.0000', 'temporary tables of the same names change nothing');
SET search_path = '';
SELECT count(*) AS found FROM probe.answers_as_of(1, 'infinity') \gset
SET search_path = public;
SELECT is(:found, 2, 'an empty search path');
ALTER SCHEMA probe RENAME TO renamed;
SELECT is((SELECT count(*) FROM renamed.answers_as_of(1, 'infinity')), 2::bigint, 'a renamed region');
SELECT is_empty(format('SELECT * FROM shnor.check_publication(''renamed'', %s)', :first), 'its publication is proven');
UPDATE renamed.school SET name = 'Школа 3-а' WHERE school_id = 3;
SELECT is((SELECT table_name || ' ' || (new_row ->> 'name') FROM renamed.history ORDER BY history_id DESC LIMIT 1), 'school Школа 3-а', 'its journal goes on');

-- ---- an older region: what was there counts from the beginning, replaced versions until they were replaced ----
CREATE SCHEMA older;
SELECT shnor.region_tables('older');
SELECT shnor.region_seed('older', 'Прежний', 'Europe/Moscow');
INSERT INTO older.municipality (municipality_id, name) VALUES (1, 'Первый');
INSERT INTO older.school (school_id, municipality_id, code, name) VALUES (1, 1, 's1', 'Школа 1'), (2, 1, 's2', 'Школа 2');
INSERT INTO older.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге');
INSERT INTO older.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'closed');
INSERT INTO older.submission (round_id, school_id, submitted_at, teachers) VALUES (1, 1, '2024-09-01', 5), (1, 2, '2024-09-01', 7);
-- 1 until the 3rd; then an import of the 5th replaced 2, and had 3 and 4 in its file
INSERT INTO older.submission_history (round_id, school_id, submitted_at, teachers, replaced_at, replaced_by) VALUES
	(1, 1, '2024-09-01', 1, '2024-09-03', 'anna'), (1, 1, '2024-09-01', 3, '2024-09-05', 'boris'), (1, 1, '2024-09-01', 4, '2024-09-05', 'boris'), (1, 1, '2024-09-01', 2, '2024-09-05', 'boris');
SELECT shnor.upgrade_region('older');
SELECT results_eq($$SELECT teachers, recorded_at, recorded_by, replaced_at FROM older.submission_history UNION ALL SELECT teachers, recorded_at, recorded_by, 'infinity' FROM older.submission ORDER BY 1$$,
	$$VALUES (1, timestamptz '-infinity', NULL::name, timestamptz '2024-09-03'), (2, '2024-09-03', 'anna', '2024-09-05'), (3, '2024-09-05', 'boris', '2024-09-05'), (4, '2024-09-05', 'boris', '2024-09-05'),
			 (5, '2024-09-05', 'boris', 'infinity'), (7, '-infinity', NULL, 'infinity')$$, 'versions of before stand between the moments that are known');
SELECT results_eq(format('SELECT teachers FROM older.answers_as_of(1, %L) ORDER BY school_id', m), e, 'and are read so')
FROM (VALUES ('2024-09-02', 'VALUES (1), (7)'), ('2024-09-04', 'VALUES (2), (7)'), ('2024-09-06', 'VALUES (5), (7)')) AS v(m, e);
SELECT is((SELECT count(*) FROM shnor.municipal_indicator_as_of('older', 1, '2024-09-04') WHERE indicator = 'teachers_supported'), 1::bigint, 'its figures can be recomputed');
SELECT is(refusal('UPDATE older.submission SET teachers = 8') ~ '^55000', true, 'a closed round is closed still');

SELECT finish();
ROLLBACK;
