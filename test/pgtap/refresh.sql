-- Stored figures: after whatever was changed, refresh() computes those municipalities anew that it touched (how many is
-- counted by hand), and the stored reports are row by row what the live ones are.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
INSERT INTO municipality (municipality_id, name) SELECT i, 'Муниципалитет ' || i FROM generate_series(1, 6) i;
-- schools 1..18, three to a municipality: 1, 7, 13 in the first, 2, 8, 14 in the second
INSERT INTO school (school_id, municipality_id, code, name) SELECT i, 1 + (i - 1) % 6, 's' || i, 'Школа ' || i FROM generate_series(1, 18) i;
INSERT INTO school_status (school_id, status, since) SELECT i, (ARRAY['low_results', 'adverse_conditions', 'risk_zone'])[1 + i % 3], '2020-01-01' FROM generate_series(1, 12) i;
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, '2023', '2023-09-01', '2023-09-20', '2023-09-01', 1, 'open'),
	(2, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open'),
	(3, '2025', '2025-09-01', '2025-09-20', '2025-09-01', NULL, 'draft');
INSERT INTO submission (round_id, school_id, submitted_at, teachers, supported, in_networks, in_events, has_prevention, internet_resolved, equipment_resolved)
SELECT r, i, make_timestamptz(2022 + r, 9, 10, 12, 0, 0), 10 + i, i, i / 2, i % 2 = 0, i % 3 = 0, true, i % 5 = 0 FROM generate_series(1, 2) r, generate_series(1, 14) i;
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note) SELECT 1, i, i % 2 = 0 FROM generate_series(1, 5) i;
INSERT INTO target (round_id, indicator, threshold) SELECT r, x, 30 FROM generate_series(1, 2) r, unnest('{teachers_supported,schools_with_prevention,risks_resolved}'::text[]) x;
UPDATE round SET state = 'closed' WHERE round_id = 1;

-- what differs between a live report and the stored one, both ways
CREATE FUNCTION public.differs() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	v text;
	n bigint;
BEGIN
	FOREACH v IN ARRAY '{municipal_tally,municipal_indicator,regional_indicator,municipal_score,completeness}'::text[] LOOP
		EXECUTE format('WITH live AS (SELECT to_jsonb(x)::text FROM probe.%1$I x), stored AS (SELECT (to_jsonb(x) - ''computed_at'')::text FROM probe.%1$I_stored x)
						SELECT (SELECT count(*) FROM (TABLE live EXCEPT ALL TABLE stored) a) + (SELECT count(*) FROM (TABLE stored EXCEPT ALL TABLE live) b)', v) INTO n;
		IF n > 0 THEN
			RETURN NEXT v;
		END IF;
	END LOOP;
END
$$;
-- a change, a refresh: round:municipalities of what was computed, and reports that differ before and after
CREATE FUNCTION public.after(command text, OUT computed text, OUT stale text, OUT wrong text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	stale := (SELECT string_agg(d, ' ' ORDER BY d) FROM public.differs() d);
	computed := (SELECT coalesce(string_agg(r.round_id || ':' || r.municipalities, ' ' ORDER BY r.round_id), '') FROM shnor.refresh('probe') r);
	wrong := (SELECT coalesce(string_agg(d, ' ' ORDER BY d), '') FROM public.differs() d);
END
$$;

CREATE TABLE public.inbox (round_id integer, content text);
CREATE FUNCTION public.load_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM shnor.import_form('probe', NEW.round_id, NEW.content);
	RETURN NULL;
END
$$;
CREATE TRIGGER load_inbox AFTER INSERT ON public.inbox FOR EACH ROW EXECUTE FUNCTION public.load_inbox();

SELECT is((SELECT count(*) FROM municipal_indicator_stored), 0::bigint, 'before the first refresh nothing is stored');
SELECT is((SELECT refreshed_at FROM refresh_state), NULL, 'and no moment is named');
SELECT results_eq($$SELECT round_id, round_title, municipalities, figures_changed FROM shnor.refresh('probe')$$,
	$$VALUES (1, '2023', 6::bigint, 126::bigint), (2, '2024', 6, 126), (3, '2025', 6, 126)$$,
	'the first refresh computes all, closed rounds too: 18 indicators of 6 municipalities and of the region');
SELECT is_empty('SELECT public.differs()', 'all stored reports are the live ones');
SELECT cmp_ok((SELECT refreshed_at FROM refresh_state), '>', now(), 'the moment is that of the data');
SELECT is((SELECT min(computed_at) FROM regional_indicator_stored), (SELECT refreshed_at FROM refresh_state), 'and stands beside each figure');
SELECT is_empty($$SELECT * FROM shnor.refresh('probe')$$, 'nothing was touched: nothing is computed');
SELECT isnt((SELECT refreshed_at FROM refresh_state), NULL, 'but the moment is a new one');

CREATE TEMP TABLE step (n int GENERATED ALWAYS AS IDENTITY, name text, command text, computed text, stale text);
INSERT INTO step (name, command, computed, stale) VALUES
	-- not of a school in the list: it is only counted as sent in
	('an answer', $$INSERT INTO submission (round_id, school_id, teachers) VALUES (2, 15, 9)$$, '2:1', 'completeness'),
	('no row', $$UPDATE submission SET teachers = 1 WHERE school_id = 18$$, '', NULL),
	('corrections of two schools of one municipality and one of another', $$UPDATE submission SET supported = supported + 1 WHERE round_id = 2 AND school_id IN (1, 7, 8)$$, '2:2', 'municipal_indicator municipal_score municipal_tally regional_indicator'),
	('an answer that stays what it is', $$UPDATE submission SET supported = supported WHERE round_id = 2 AND school_id = 1$$, '', NULL),
	('an answer that was another school''s', $$UPDATE submission SET school_id = 18 WHERE round_id = 2 AND school_id = 1$$, '2:2', 'completeness municipal_indicator municipal_tally regional_indicator'),
	('an answer withdrawn', $$DELETE FROM submission WHERE round_id = 2 AND school_id = 18$$, '2:1', 'completeness municipal_indicator municipal_tally regional_indicator'),
	('an earlier version', $$INSERT INTO submission_history (round_id, school_id, submitted_at) SELECT 2, 15, '2024-09-01'$$, '2:1', 'completeness'),
	('a municipality''s answer', $$INSERT INTO municipal_submission (round_id, municipality_id, has_results_note) VALUES (2, 3, true)$$, '2:1', 'municipal_indicator municipal_score municipal_tally regional_indicator'),
	('answers of a municipality emptied', $$DELETE FROM municipal_submission WHERE round_id = 2$$, '2:1', 'municipal_indicator municipal_score municipal_tally regional_indicator'),
	('another source on a school', $$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (2, 7, 'in_networks', 'unoi', 1)$$, '2:1', 'municipal_indicator municipal_tally regional_indicator'),
	('another source on a municipality', $$INSERT INTO source_answer (round_id, municipality_id, question, data_source, answer_yes) VALUES (2, 4, 'has_results_note', 'unoi', true)$$, '2:1', 'municipal_indicator municipal_score municipal_tally regional_indicator'),
	('a source that is withdrawn', $$DELETE FROM source_answer WHERE school_id = 7$$, '2:1', 'municipal_indicator municipal_tally regional_indicator'),
	('a status from a day that rounds 2 and 3 see', $$INSERT INTO school_status (school_id, status, since) VALUES (13, 'low_results', '2024-01-01')$$, '2:1 3:1', 'municipal_indicator municipal_tally regional_indicator'),
	('a status that round 3 alone sees', $$INSERT INTO school_status (school_id, status, since) VALUES (14, 'low_results', '2025-01-01')$$, '3:1', 'municipal_indicator municipal_tally regional_indicator'),
	('a status of days between the rounds', $$INSERT INTO school_status (school_id, status, since, until) VALUES (15, 'low_results', '2024-10-01', '2024-11-01')$$, '', NULL),
	('a status that ends before round 3', $$UPDATE school_status SET until = '2025-01-01' WHERE school_id = 13$$, '2:1 3:1', 'municipal_indicator municipal_tally regional_indicator'),
	('a school that moves', $$UPDATE school SET municipality_id = 2 WHERE school_id = 13$$, '2:2 3:2', 'completeness municipal_indicator municipal_score municipal_tally'),
	('a school that is renamed', $$UPDATE school SET name = 'Школа имени' WHERE school_id = 13$$, '', NULL),
	('a school that is closed', $$UPDATE school SET closed_on = '2025-06-01' WHERE school_id = 14$$, '2:1 3:1', 'completeness municipal_indicator municipal_tally regional_indicator'),
	('a new school', $$INSERT INTO school (school_id, municipality_id, code, name) VALUES (19, 5, 's19', 'Школа 19')$$, '2:1 3:1', 'completeness municipal_indicator municipal_tally regional_indicator'),
	('a school entered by mistake', $$DELETE FROM school WHERE school_id = 19$$, '2:1 3:1', 'completeness municipal_indicator municipal_tally regional_indicator'),
	('a new municipality', $$INSERT INTO municipality (municipality_id, name) VALUES (7, 'Новый')$$, '2:1 3:1', 'completeness municipal_indicator municipal_score municipal_tally regional_indicator'),
	('a municipality that is renamed', $$UPDATE municipality SET name = 'Новейший' WHERE municipality_id = 7$$, '', NULL),
	('a municipality entered by mistake', $$DELETE FROM municipality WHERE municipality_id = 7$$, '2:1 3:1', 'municipal_tally regional_indicator'),
	('a target of one municipality', $$INSERT INTO target (round_id, indicator, municipality_id, threshold) VALUES (2, 'teachers_supported', 2, 1)$$, '2:1', 'municipal_indicator'),
	('a target of all', $$UPDATE target SET threshold = 90 WHERE round_id = 2 AND indicator = 'teachers_supported' AND municipality_id IS NULL$$, '2:6', 'municipal_indicator municipal_score regional_indicator'),
	('a new version of a definition', $$WITH ended AS (UPDATE indicator SET valid_until = '2025-01-01' WHERE indicator = 'schools_with_tutoring' RETURNING *)
		INSERT INTO indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator, missing, valid_from)
		SELECT indicator, indicator_id, clause, section, position, 'По-новому', unit, level, 'has_program', missing, '2025-01-01' FROM ended$$, '2:6 3:6', 'municipal_indicator regional_indicator'),
	('a version that ends after all rounds', $$UPDATE indicator SET valid_until = '2030-01-01' WHERE indicator = 'schools_with_tutoring' AND valid_from IS NOT NULL$$, '3:6', NULL),
	('a text that no figure reads', $$UPDATE indicator SET documents = 'письмо' WHERE indicator = 'schools_with_tutoring' AND valid_from IS NOT NULL$$, '', NULL),
	('where an answer was found', $$UPDATE submission SET source = 'письмо' WHERE round_id = 2$$, '', NULL),
	-- values that cannot be compared
	('a column of one''s own', $$ALTER TABLE target ADD note json; UPDATE target SET note = '{}' WHERE round_id = 2$$, '', NULL),
	('a question that ends', $$UPDATE question SET valid_until = '2025-01-01' WHERE question = 'has_tutoring'$$, '2:6 3:6', 'completeness'),
	('the order of sources', $$UPDATE question_source SET valid_until = '2024-06-01' WHERE question = 'in_networks' AND data_source = 'unoi'$$, '2:6 3:6', NULL),
	('a round''s day', $$UPDATE round SET cohort_on = '2025-05-01' WHERE round_id = 3$$, '3:6', 'completeness municipal_indicator municipal_tally regional_indicator'),
	('a round''s last day', $$UPDATE round SET due_on = '2024-09-09' WHERE round_id = 2$$, '2:6', 'completeness'),
	('a file that a trigger loads, with an answer older than what stands', $$INSERT INTO public.inbox VALUES (2, E'Отметка времени,Код ОО,teachers\n08.09.2024 10:00:00,s8,20\n')$$, '2:1', 'completeness'),
	('a round''s title', $$UPDATE round SET title = '2024/25' WHERE round_id = 2$$, '', NULL),
	('a round that closes', $$UPDATE round SET state = 'closed' WHERE round_id = 2$$, '2:6', NULL),
	('a school that moves when a round is closed', $$UPDATE school SET municipality_id = 5 WHERE school_id = 3$$, '3:2', 'completeness municipal_indicator municipal_tally'),
	('a round that is reopened', $$SELECT shnor.reopen_round('probe', 2, 'Ошибка')$$, '2:6', NULL),
	('an answer of a school that has moved since: in the round it is the third municipality''s', $$UPDATE submission SET supported = 40 WHERE round_id = 2 AND school_id = 3$$, '2:2', 'municipal_indicator municipal_score municipal_tally regional_indicator'),
	('a list that is mended', $$UPDATE round_school SET kind = 'preschool' WHERE round_id = 2 AND school_id = 4$$, '2:6', 'completeness municipal_indicator municipal_tally regional_indicator'),
	('the time zone', $$UPDATE setting SET time_zone = 'Asia/Vladivostok'$$, '1:6 2:6 3:6', NULL),
	('the region''s name', $$UPDATE setting SET title = 'Проба'$$, '', NULL),
	('a new round', $$INSERT INTO round (round_id, title, starts_on, due_on, cohort_on) VALUES (4, '2026', '2026-09-01', '2026-09-20', '2026-09-01')$$, '4:6', 'completeness municipal_indicator municipal_score municipal_tally regional_indicator'),
	('a round entered by mistake', $$DELETE FROM round WHERE round_id = 4$$, '4:0', 'municipal_tally'),
	('two changes of one municipality', $$WITH a AS (UPDATE submission SET supported = 2 WHERE round_id = 2 AND school_id = 9) UPDATE submission SET teachers = 8 WHERE round_id = 2 AND school_id = 15$$, '2:1', 'municipal_indicator municipal_tally regional_indicator'),
	('answers of other sources emptied at once', $$TRUNCATE source_answer$$, '1:6 2:6 3:6', 'municipal_indicator municipal_score municipal_tally regional_indicator');
CREATE TEMP TABLE found AS SELECT s.n, s.name, s.computed AS wanted, s.stale AS wanted_stale, a.* FROM step s CROSS JOIN LATERAL public.after(s.command) a ORDER BY s.n;
SELECT is(f.wrong, '', f.name || ': stored as live') FROM found f ORDER BY f.n;
SELECT is(f.computed, f.wanted, f.name || ': what it touches is computed, nothing else') FROM found f ORDER BY f.n;
SELECT is(f.stale, f.wanted_stale, f.name || ': and it had moved these reports') FROM found f ORDER BY f.n;
-- what goes past the triggers is found, and mended
SET session_replication_role = replica;
UPDATE submission SET supported = supported + 1 WHERE round_id = 2 AND school_id = 9;
SET session_replication_role = origin;
SELECT is_empty($$SELECT * FROM shnor.refresh('probe')$$, 'a change past the triggers is not seen');
SELECT results_eq($$SELECT report, pending, different, example LIKE '2, 3: сохранено {%, на самом деле {%' FROM shnor.verify('probe') ORDER BY 1$$,
	$$VALUES ('completeness', 0::bigint, 0::bigint, NULL), ('municipal_indicator', 0, 1, false), ('municipal_score', 0, 0, NULL), ('municipal_tally', 0, 1, true), ('regional_indicator', 0, 1, false), ('stored_bucket', 0, 0, NULL)$$,
	'verify finds the municipality, its indicator and the region''s, and nothing else');
SELECT results_eq($$SELECT round_id, municipalities, figures_changed FROM shnor.refresh('probe', true)$$,
	$$VALUES (1, 6::bigint, 0::bigint), (2, 6, 2), (3, 6, 0)$$, 'all computed anew, it is mended');
SELECT results_eq($$SELECT report, compared, pending, different FROM shnor.verify('probe')$$,
	$$VALUES ('municipal_tally', 18::bigint, 0::bigint, 0::bigint), ('municipal_indicator', 324, 0, 0), ('regional_indicator', 54, 0, 0), ('municipal_score', 18, 0, 0), ('completeness', 18, 0, 0), ('stored_bucket', 18, 0, 0)$$,
	'6 municipalities, 18 indicators, 3 rounds: verify compares every row');
UPDATE submission SET supported = supported + 1 WHERE round_id = 2 AND school_id = 9;
SELECT results_eq($$SELECT report, compared, pending, different FROM shnor.verify('probe')$$,
	$$VALUES ('municipal_tally', 17::bigint, 1::bigint, 0::bigint), ('municipal_indicator', 306, 18, 0), ('regional_indicator', 36, 18, 0), ('municipal_score', 12, 6, 0), ('completeness', 17, 1, 0), ('stored_bucket', 17, 1, 0)$$,
	'what is to be computed anyway is not called different');
SELECT is((SELECT array_agg(municipality_id) FROM pending_group), '{3}', 'pending_group says what it is');

-- Parts: where a school is counted is computed by hand, 2654435761 = 2^32 / the golden ratio:
-- 3 * 2654435761 = 1 * 2^32 + 3668339987, 2^27 goes into it 27.3 times, so bucket 28; 9: 5 * 2^32 + 2415085369, 17.99; 15: 9 * 2^32 + 1161830751, 8.66.
SELECT results_eq('SELECT round_id, municipality_id, bucket FROM pending_bucket', 'VALUES (2, 3, 18::bigint)', 'and pending_bucket, which of its buckets');
SELECT results_eq($$SELECT DISTINCT r.state, s.bucket = 0 FROM stored_bucket s JOIN round r USING (round_id) ORDER BY 1, 2$$,
	$$VALUES ('closed', true), ('draft', false), ('draft', true), ('open', false), ('open', true)$$, 'a closed round is stored without buckets');
SELECT results_eq('SELECT bucket, expected FROM stored_bucket WHERE round_id = 2 AND municipality_id = 3 ORDER BY bucket',
	'VALUES (0::smallint, 0::bigint), (9::smallint, 1::bigint), (18::smallint, 1::bigint), (28::smallint, 1::bigint)', 'the municipality itself and its three schools, each in a bucket of its own here');
UPDATE stored_bucket SET submitted = submitted + 100 WHERE round_id = 2 AND municipality_id = 3 AND bucket = 9;
SELECT results_eq($$SELECT round_id, municipalities FROM shnor.refresh('probe')$$, 'VALUES (2, 1::bigint)', 'one municipality is touched');
SELECT is((SELECT s.submitted - l.submitted FROM completeness_stored s JOIN completeness l USING (round_id, municipality_id) WHERE round_id = 2 AND municipality_id = 3), 100::bigint,
	'of it one bucket was computed: an error planted in another stays');
SELECT results_eq($$SELECT report, different FROM shnor.verify('probe') WHERE different > 0$$, $$VALUES ('completeness', 1::bigint)$$, 'and is found');
UPDATE stored_completeness SET submitted = submitted - 100 WHERE round_id = 2 AND municipality_id = 3;
SELECT results_eq($$SELECT report, different FROM shnor.verify('probe') WHERE different > 0$$, $$VALUES ('stored_bucket', 1::bigint)$$, 'also where the total is right and its buckets are not');
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note) VALUES (2, 3, true);
SELECT * FROM shnor.refresh('probe');
SELECT is_empty($$SELECT report FROM shnor.verify('probe') WHERE different > 0$$, 'what touches the municipality computes all its buckets');
DELETE FROM municipal_submission WHERE round_id = 2;
SELECT * FROM shnor.refresh('probe');
UPDATE submission SET supported = supported WHERE round_id = 2 AND school_id = 9;
SELECT is_empty('TABLE pending_bucket', 'an answer that stays what it is touches nothing');

-- columns: those of the live views, then the moment
SELECT results_eq(format($$SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'probe.%s_stored'::regclass AND attnum > 0 ORDER BY attnum$$, v),
	format($$(SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'probe.%s'::regclass AND attnum > 0 ORDER BY attnum) UNION ALL VALUES ('computed_at', 'timestamp with time zone')$$, v),
	v || '_stored has the columns of ' || v)
FROM unnest('{municipal_tally,municipal_indicator,regional_indicator,municipal_score,completeness}'::text[]) v;
SELECT is_empty($$SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 JOIN pg_type t ON t.oid = a.atttypid
	WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'r' AND (c.relname LIKE 'stored%' OR c.relname LIKE 'refresh%') AND t.typnamespace <> 'pg_catalog'::regnamespace$$,
	'tables of core types only');

-- a round of 2,500 municipalities that was deleted: its 45,000 rows, compared each with all of the same indicator, took more than a minute
INSERT INTO stored_result (scope, round_id, municipality_id, position, indicator, section, title, unit, note_required)
SELECT 'municipality', 9, m, i, 'indicator_' || i, 'Раздел', 'Показатель', 'percent', false FROM generate_series(1, 2500) m, generate_series(1, 18) i;
INSERT INTO stored_tally (round_id, municipality_id, tally) SELECT 9, m, '{1:1/1:1:0}' FROM generate_series(1, 2500) m;
INSERT INTO stored_bucket (round_id, municipality_id, bucket, tally) SELECT 9, m, 0, '{1:1/1:1:0}' FROM generate_series(1, 2500) m;
INSERT INTO refresh_pending (round_id, schools) SELECT 9, '{9}' FROM generate_series(1, 20000);
SET statement_timeout = '20s';
-- looked up for each row anew, as many notes as an import by rows leaves would take minutes
SELECT is((SELECT sum(pending) FROM shnor.verify('probe')), 2::numeric, 'verify leaves out what is pending, and quickly');
INSERT INTO refresh_pending (round_id) VALUES (9);
SELECT results_eq($$SELECT round_id, municipalities, figures_changed FROM shnor.refresh('probe')$$, 'VALUES (9, 0::bigint, 45000::bigint)', 'what is no more goes, and quickly');
RESET statement_timeout;

-- the extension goes, the figures stay
CREATE TEMP TABLE before AS SELECT * FROM stored_result;
DROP EXTENSION shnor CASCADE;
SELECT bag_eq('TABLE stored_result', 'TABLE before', 'DROP EXTENSION takes no stored figure');
CREATE EXTENSION shnor;
SELECT shnor.upgrade_region('probe');
SELECT is((SELECT count(*) FROM pending_group WHERE municipality_id IS NULL), 3::bigint, 'another version may compute otherwise: all is to be computed');
SELECT shnor.upgrade_region('probe');
SELECT is((SELECT count(*) FROM refresh_pending WHERE num_nonnulls(round_id, municipality_id, schools, days) = 0), 1::bigint, 'which a second upgrade does not note once more');

-- whoever may write, notes what he touches; only who sees all computes
SELECT * FROM shnor.refresh('probe');
CREATE ROLE refresh_operator;
CREATE ROLE refresh_reader;
SELECT shnor.grant_access('probe', 'refresh_operator', 'operator', 3);
SELECT shnor.grant_access('probe', 'refresh_reader', 'reader');
GRANT ALL ON SCHEMA public TO PUBLIC;
SET ROLE refresh_operator;
UPDATE submission SET supported = 1 WHERE round_id = 2 AND school_id = 9;
SELECT throws_ok($$SELECT shnor.refresh('probe')$$, '42501', NULL, 'an operator does not refresh');
SELECT throws_ok($$INSERT INTO refresh_pending DEFAULT VALUES$$, '42501', NULL, 'nor notes by hand');
SELECT throws_ok('SELECT FROM refresh_pending', '42501', NULL, 'nor reads what is pending');
SELECT is((SELECT count(DISTINCT municipality_id) FROM municipal_indicator_stored), 1::bigint, 'but reads the stored figures of his municipality');
SELECT is((SELECT count(*) FROM stored_result WHERE scope = 'region'), 0::bigint, 'and none of the region');
SET ROLE refresh_reader;
SELECT throws_ok($$SELECT shnor.refresh('probe')$$, '42501', 'сохранённые показатели региона «probe» пересчитывает только его владелец', 'a reader does not refresh');
SELECT throws_ok($$SELECT shnor.verify('probe')$$, '42501', NULL, 'nor verifies');
SELECT is((SELECT count(*) FROM regional_indicator_stored), 54::bigint, 'and reads all stored figures');
RESET ROLE;
SELECT is((SELECT array_agg(municipality_id) FROM pending_group), '{3}', 'the operator''s change is pending');
SELECT throws_ok($$SELECT shnor.refresh('public')$$, '3F000', NULL, 'a schema that is no region');
SELECT throws_ok($$SELECT shnor.refresh(NULL)$$, '3F000', NULL, 'nor is NULL');

-- nor who does not see all of some other table: what was noted would be struck off, and nothing computed
CREATE ROLE refresh_owner;
SELECT format('GRANT CREATE ON DATABASE %I TO refresh_owner', current_database()) \gexec
SET ROLE refresh_owner;
SELECT shnor.create_region('theirs');
SELECT lives_ok($$SELECT * FROM shnor.refresh('theirs')$$, 'an owner who is no superuser refreshes');
ALTER TABLE theirs.school FORCE ROW LEVEL SECURITY;
SELECT throws_ok($$SELECT * FROM shnor.refresh('theirs')$$, '42501', NULL, 'but not what policies hide from him, too');
RESET ROLE;

-- all or nothing
SELECT throws_ok($q$DO $x$ BEGIN
	UPDATE probe.indicator SET numerator = 'supported + ' WHERE indicator = 'teachers_in_active' AND valid_from IS NOT NULL;
	INSERT INTO probe.indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator, valid_from) VALUES ('broken', 99, '1', '1', 99, 'Ошибка', 'percent', 'school', 'supported + ', '2025-02-01');
	PERFORM shnor.refresh('probe'); END $x$$q$, '42601', NULL, 'an error of a definition is the one of the live report');
SELECT is((SELECT array_agg(municipality_id) FROM pending_group), '{3}', 'and nothing is struck off');

-- a round that closed before there was a municipality has none, and costs nothing when one comes
SELECT shnor.create_region('bare');
INSERT INTO bare.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
INSERT INTO bare.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2023', '2023-09-01', '2023-09-20', '2023-09-01', 1, 'closed');
SELECT * FROM shnor.refresh('bare');
INSERT INTO bare.municipality (municipality_id, name) VALUES (1, 'Первый');
SELECT is((SELECT count(*) FROM bare.municipal_indicator), 0::bigint, 'a municipality that comes later is not of a closed round');
SELECT is_empty($$SELECT * FROM shnor.refresh('bare')$$, 'which is not computed');
SELECT is((SELECT sum(different) FROM shnor.verify('bare')), 0::numeric, 'and has not changed');
SELECT * FROM finish();
ROLLBACK;
