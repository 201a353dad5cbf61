-- Whatever is changed, in whatever way, in whatever order: after refresh() the five stored reports are the live ones.
-- Random changes of a small synthetic region, a refresh after every four. All hang on one seed; for a long run by hand
--   psql -X -qAt -v steps=600 -v seed=7 -f test/pgtap/refresh-random.sql
\if :{?steps}
\else
\set steps 60
\set seed 20261124
\endif
BEGIN;
SET client_min_messages = warning;
SET datestyle = 'ISO';
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
\ir ../oracle.d/random.sql
SET search_path = probe, public;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2020-08-01', 'Департамент', 'О мониторинге');
INSERT INTO municipality (municipality_id, name) SELECT i, 'Муниципалитет ' || i FROM generate_series(1, 5) i;
INSERT INTO school (school_id, municipality_id, code, name, kind) SELECT i, 1 + (i - 1) % 4, 's' || i, 'Школа ' || i, CASE WHEN i % 5 = 0 THEN 'preschool' ELSE 'school' END FROM generate_series(1, 14) i;
INSERT INTO school_status (school_id, status, since) SELECT i, s, '2020-01-01' FROM generate_series(1, 12) i, unnest('{low_results,risk_zone}'::text[]) s WHERE (i + length(s)) % 3 > 0;
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
SELECT r, 'Мониторинг ' || r, make_date(2020 + r, 9, 1), make_date(2020 + r, 9, 20), make_date(2020 + r, 9, 1), 1, 'open' FROM generate_series(1, 4) r;
INSERT INTO submission (round_id, school_id, submitted_at, teachers, supported, in_networks, in_events, has_prevention, internet_resolved, equipment_resolved)
SELECT r, i, make_timestamptz(2020 + r, 9, 15 + i % 9, 12, 0, 0), 10 + i, i, i / 2, i % 2 = 0, i % 3 = 0, true, i % 5 = 0 FROM generate_series(1, 3) r, generate_series(1, 11) i;
INSERT INTO target (round_id, indicator, threshold) SELECT r, x, 30 FROM generate_series(1, 4) r, unnest('{teachers_supported,schools_with_prevention}'::text[]) x;
UPDATE round SET state = 'closed' WHERE round_id = 1;
-- a question and an indicator of two versions: the later ones can be changed while round 1 is closed
UPDATE indicator SET valid_until = '2022-01-01';
INSERT INTO indicator (indicator, indicator_id, clause, section, position, title, unit, level, institution_kinds, numerator, denominator, cohort, missing, polarity, valid_from)
SELECT indicator, indicator_id, clause, section, position, title, unit, level, institution_kinds, numerator, denominator, cohort, missing, polarity, '2022-01-01' FROM indicator;
UPDATE question SET valid_until = '2022-01-01';
INSERT INTO question (question, respondent, position, wording, answer_type, valid_from) SELECT question, respondent, position, wording, answer_type, '2022-01-01' FROM question;
UPDATE question_source SET valid_until = '2022-01-01';
INSERT INTO question_source (question, data_source, precedence, valid_from) SELECT question, data_source, precedence, '2022-01-01' FROM question_source;

-- ways of writing that a region does not have by itself: keys that are passed on, a folder of files that are loaded on arrival
ALTER TABLE submission DROP CONSTRAINT submission_school_id_fkey, ADD FOREIGN KEY (school_id) REFERENCES school ON UPDATE CASCADE ON DELETE CASCADE,
	DROP CONSTRAINT submission_round_id_fkey, ADD FOREIGN KEY (round_id) REFERENCES round ON UPDATE CASCADE;
ALTER TABLE school_status DROP CONSTRAINT school_status_school_id_fkey, ADD FOREIGN KEY (school_id) REFERENCES school ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE source_answer DROP CONSTRAINT source_answer_data_source_fkey, ADD FOREIGN KEY (data_source) REFERENCES data_source ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE target DROP CONSTRAINT target_municipality_id_fkey, ADD FOREIGN KEY (municipality_id) REFERENCES municipality ON UPDATE CASCADE ON DELETE SET NULL;
ALTER TABLE school DROP CONSTRAINT school_municipality_id_fkey, ADD FOREIGN KEY (municipality_id) REFERENCES municipality ON UPDATE CASCADE ON DELETE CASCADE;
CREATE TABLE public.inbox (round_id integer, content text);
CREATE FUNCTION public.load_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM shnor.import_form('probe', NEW.round_id, NEW.content);
	RETURN NULL;
END $$;
CREATE TRIGGER load_inbox AFTER INSERT ON public.inbox FOR EACH ROW EXECUTE FUNCTION public.load_inbox();

CREATE FUNCTION public.some_day() RETURNS text LANGUAGE sql VOLATILE
RETURN oracle.pick('2020-06-01', '2021-09-01', '2022-02-01', '2022-09-01', '2023-03-01', '2023-09-01', '2024-09-01', '2025-01-01');
CREATE FUNCTION public.some_file(round_id int) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT E'Отметка времени,Код ОО,teachers,supported,in_events\n' || string_agg(format(E'%s.09.%s 10:00:00,s%s,%s,%s,%s\n', lpad(oracle.number(1, 28)::text, 2, '0'), 2020 + round_id,
		oracle.number(1, 14), oracle.pick('20', '30', 'много'), oracle.number(0, 19), oracle.pick('да', 'нет', '')), '') FROM generate_series(1, oracle.number(1, 4))
$$;

-- one random change, as SQL
CREATE FUNCTION public.change() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r	int := oracle.number(1, 5);
	s	int := oracle.number(1, 16);
	m	int := oracle.number(1, 6);
	q	text := oracle.pick('teachers', 'supported', 'in_networks', 'in_active');
	y	text := oracle.pick('in_events', 'has_prevention', 'internet_resolved', 'staffing_resolved');
	i	text := oracle.pick('teachers_supported', 'schools_with_prevention', 'results_note', 'risks_resolved');
	d	text := quote_literal(public.some_day());
BEGIN
	RETURN CASE oracle.number(1, 54)
		-- answers
		WHEN 1 THEN format('INSERT INTO submission (round_id, school_id, submitted_at, teachers, %I) VALUES (%s, %s, %L, %s, %L) ON CONFLICT (round_id, school_id) DO UPDATE SET %1$I = excluded.%1$I, teachers = 8',
			y, r, s, 2020 + r || '-09-18', oracle.number(0, 30), oracle.chance(50))
		WHEN 2 THEN format('UPDATE submission SET %I = %s WHERE school_id %% 4 = %s', q, oracle.pick('NULL', '3', '9'), s % 4)
		WHEN 3 THEN format('DELETE FROM submission WHERE round_id = %s AND school_id = %s', r, s)
		WHEN 4 THEN format('UPDATE submission SET school_id = %s WHERE round_id = %s AND school_id = %s', oracle.number(1, 14), r, s)
		WHEN 5 THEN format('UPDATE submission SET round_id = %s WHERE round_id = %s AND school_id = %s', oracle.number(1, 5), r, s)
		WHEN 6 THEN format('MERGE INTO submission t USING (SELECT * FROM (VALUES (%1$s, %2$s), (%1$s, %3$s)) v(round_id, school_id)) n ON t.round_id = n.round_id AND t.school_id = n.school_id
			WHEN MATCHED AND t.teachers > 12 THEN DELETE WHEN MATCHED THEN UPDATE SET teachers = teachers + 1 WHEN NOT MATCHED THEN INSERT (round_id, school_id, submitted_at, teachers) VALUES (n.round_id, n.school_id, %4$L, 12)', r, s, 1 + s % 14, 2020 + r || '-09-25')
		WHEN 7 THEN format('COPY submission (round_id, school_id, submitted_at, teachers, supported) FROM PROGRAM %L (FORMAT csv)', format('echo "%s,%s,%s-09-21,20,10"', r, s, 2020 + r))
		WHEN 8 THEN format('WITH a AS (DELETE FROM submission WHERE school_id = %s RETURNING *), b AS (UPDATE submission SET supported = 0 WHERE school_id = %s RETURNING 1) UPDATE submission SET has_tutoring = true WHERE school_id = %s', s, s % 14 + 1, (s + 1) % 14 + 1)
		WHEN 9 THEN format('INSERT INTO submission_history (round_id, school_id, submitted_at) VALUES (%s, %s, %L)', r, s, 2020 + r || '-09-01')
		WHEN 10 THEN 'TRUNCATE submission'
		WHEN 11 THEN format('INSERT INTO municipal_submission (round_id, municipality_id, has_results_note) VALUES (%s, %s, %L) ON CONFLICT (round_id, municipality_id) DO UPDATE SET has_practice_sharing = excluded.has_results_note', r, m, oracle.chance(50))
		WHEN 12 THEN format('UPDATE municipal_submission SET municipality_id = %s WHERE municipality_id = %s', oracle.number(1, 6), m)
		WHEN 13 THEN format('DELETE FROM municipal_submission WHERE round_id = %s', r)
		WHEN 14 THEN format('INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (%s, %s, %L, %L, %s)', r, s, q, oracle.pick('unoi', 'order', 'ircoko', 'other'), oracle.number(0, 20))
		WHEN 15 THEN format('INSERT INTO source_answer (round_id, municipality_id, question, data_source, answer_yes) VALUES (%s, %s, ''has_results_note'', %L, %L)', r, m, oracle.pick('unoi', 'ircoko'), oracle.chance(50))
		WHEN 16 THEN format('UPDATE source_answer SET answer_count = answer_count + 1, school_id = %s WHERE school_id = %s', oracle.number(1, 14), s)
		WHEN 17 THEN format('DELETE FROM source_answer WHERE round_id = %s', r)
		WHEN 18 THEN 'TRUNCATE source_answer'
		WHEN 19 THEN format('UPDATE data_source SET data_source = %L WHERE data_source = %L', oracle.pick('other', 'unoi', 'a_first'), oracle.pick('unoi', 'other', 'a_first'))
		WHEN 20 THEN format('SELECT shnor.import_form(''probe'', %s, %L)', r, public.some_file(r))
		WHEN 21 THEN format('INSERT INTO public.inbox VALUES (%s, %L)', r, public.some_file(r))
		WHEN 22 THEN format('SELECT shnor.import_form(''probe'', %s, %L, data_source => ''unoi'')', r, public.some_file(r))
		WHEN 23 THEN 'SELECT shnor.correct_import_row(''probe'', i.import_id, i.line, ''{"teachers": "25"}'', ''по письму'') FROM import_issue i WHERE i.severity = ''refused'' ORDER BY i.issue_id LIMIT 1'
		WHEN 24 THEN 'SELECT shnor.dismiss_import_row(''probe'', i.import_id, i.line, ''лишняя'') FROM import_issue i WHERE i.severity = ''refused'' ORDER BY i.issue_id LIMIT 1'
		WHEN 25 THEN format('SELECT shnor.import_form(''probe'', i.round_id, i.content) FROM import i WHERE i.round_id = %s AND i.data_source = ''form'' ORDER BY i.import_id LIMIT 1', r)
		-- statuses and schools
		WHEN 26 THEN format('INSERT INTO school_status (school_id, status, since, until) VALUES (%s, %L, %s, %s)', s, oracle.pick('low_results', 'adverse_conditions', 'risk_zone'), d, oracle.pick('NULL', '''2026-01-01''', '''2023-02-01'''))
		WHEN 27 THEN format('UPDATE school_status SET until = %s WHERE school_id = %s', oracle.pick('NULL', d, d), s)
		WHEN 28 THEN format('UPDATE school_status SET school_id = CASE school_id WHEN %s THEN %s ELSE %1$s END WHERE school_id IN (%1$s, %2$s)', s, s % 14 + 1)
		WHEN 29 THEN format('DELETE FROM school_status WHERE school_id = %s AND status = %L', s, oracle.pick('low_results', 'risk_zone'))
		WHEN 30 THEN format('UPDATE school SET municipality_id = %s WHERE school_id %% 7 = %s', m, s % 7)
		WHEN 31 THEN format('UPDATE school SET kind = %L WHERE school_id = %s', oracle.pick('school', 'preschool', 'supplementary'), s)
		WHEN 32 THEN format('UPDATE school SET %I = %s WHERE school_id = %s', oracle.pick('opened_on', 'closed_on'), oracle.pick('NULL', d), s)
		WHEN 33 THEN format('INSERT INTO school (school_id, municipality_id, code, name) VALUES (%s, %s, ''s%1$s'', ''Школа'')', oracle.number(13, 16), m)
		WHEN 34 THEN format('DELETE FROM school WHERE school_id = %s', oracle.number(12, 16))
		WHEN 35 THEN format('UPDATE school SET school_id = %s WHERE school_id = %s', oracle.number(12, 16), oracle.number(12, 16))
		WHEN 36 THEN format('WITH o AS (UPDATE school SET municipality_id = %s WHERE school_id = %s RETURNING school_id) UPDATE submission SET teachers = 40 WHERE school_id = (SELECT school_id FROM o)', m, s)
		-- municipalities
		WHEN 37 THEN format('INSERT INTO municipality (municipality_id, name) VALUES (%s, ''Муниципалитет %1$s'')', oracle.number(5, 6))
		WHEN 38 THEN format('DELETE FROM municipality WHERE municipality_id = %s', m)
		WHEN 39 THEN format('UPDATE municipality SET municipality_id = %s WHERE municipality_id = %s', oracle.number(5, 6), m)
		WHEN 40 THEN format('UPDATE municipality SET name = ''Муниципалитет %s-%s'' WHERE municipality_id = %1$s', m, oracle.number(1, 99))
		-- definitions and targets
		WHEN 41 THEN format('INSERT INTO target (round_id, indicator, municipality_id, threshold) VALUES (%s, %L, %s, %s)', r, i, oracle.pick('NULL', m::text), oracle.number(0, 100))
		WHEN 42 THEN format('UPDATE target SET %s WHERE round_id = %s', oracle.pick('threshold = 10', 'plan = 99', 'municipality_id = ' || m, 'round_id = 4', 'indicator = ''results_note'''), r)
		WHEN 43 THEN format('DELETE FROM target WHERE round_id = %s AND indicator = %L', r, i)
		WHEN 44 THEN format('UPDATE indicator SET %s WHERE indicator = %L AND %s', oracle.pick('position = position + 1', 'missing = ''exclude''', 'missing = ''no''', 'polarity = ''context''', 'institution_kinds = ''{school,preschool}''',
				'cohort = ''risk_zone''', 'cohort = NULL', 'documents = ''письмо''', 'valid_until = ''2023-03-01''', 'valid_until = NULL', 'indicator_id = indicator_id + 100'), i, oracle.pick('valid_from IS NOT NULL', 'valid_from IS NOT NULL', 'true'))
		WHEN 45 THEN format('INSERT INTO indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator, missing, valid_from) VALUES (''new_%s'', 200 + %1$s, ''1'', ''С'', 90, ''Новый'', ''percent'', ''school'', %L, ''no'', %s)', r, y, d)
		WHEN 46 THEN format('DELETE FROM indicator WHERE indicator LIKE %L', oracle.pick('new_%', 'schools_with_tutoring', 'practice_sharing'))
		WHEN 47 THEN format('UPDATE question SET valid_until = %s WHERE question = %L AND valid_from IS NOT NULL', oracle.pick('NULL', d), oracle.pick('has_tutoring', 'staffing_resolved', 'in_active'))
		WHEN 48 THEN format('UPDATE question_source SET %s WHERE question IN (''in_networks'', ''has_results_note'') AND valid_from IS NOT NULL', oracle.pick('precedence = 3 - precedence', 'valid_until = ''2023-01-01''', 'valid_until = NULL'))
		-- rounds
		WHEN 49 THEN format('UPDATE round SET %s WHERE round_id = %s', oracle.pick(format('cohort_on = %s', d), format('cohort_on = %s', d), format('due_on = %L', 2020 + r || '-09-16'), 'title = title || ''!''', 'round_id = 5', 'round_id = 3'), r)
		WHEN 50 THEN format('UPDATE round SET state = ''closed'' WHERE round_id = %s', r)
		WHEN 51 THEN 'SELECT shnor.reopen_round(''probe'', r.round_id, ''ошибка'') FROM round r WHERE r.state = ''closed'''
		WHEN 52 THEN oracle.pick(format('INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (%s, ''Новый'', ''2024-09-01'', ''2024-09-20'', %s, 1, %L)', oracle.number(4, 6), d, oracle.pick('draft', 'open', 'closed')),
				format('DELETE FROM target WHERE round_id = %s; DELETE FROM round WHERE round_id = %1$s', oracle.number(4, 6)))
		WHEN 53 THEN format(oracle.pick('DELETE FROM round_school WHERE round_id IN (SELECT round_id FROM round WHERE state <> ''closed'') AND school_id %% 3 = %s', 'UPDATE round_school SET municipality_id = 1 + %s %% 4 WHERE round_id IN (SELECT round_id FROM round WHERE state <> ''closed'')',
				'INSERT INTO round_school SELECT round_id, 1 + %s %% 14, 2, ''school'', true, true, false FROM round WHERE state <> ''closed''', 'DELETE FROM round_municipality WHERE round_id IN (SELECT round_id FROM round WHERE state <> ''closed'') AND municipality_id > 1 + %s %% 5'), s)
		ELSE format('UPDATE setting SET time_zone = %L', oracle.pick('Europe/Moscow', 'Asia/Kamchatka'))
	END;
END $$;

-- what differs between a live report and the stored one, both ways
CREATE FUNCTION public.differs() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v text;
	n bigint;
	found text;
BEGIN
	FOREACH v IN ARRAY '{municipal_tally,municipal_indicator,regional_indicator,municipal_score,completeness}'::text[] LOOP
		EXECUTE format('WITH live AS MATERIALIZED (SELECT to_jsonb(x)::text FROM probe.%1$I x), stored AS MATERIALIZED (SELECT (to_jsonb(x) - ''computed_at'')::text FROM probe.%1$I_stored x)
						SELECT (SELECT count(*) FROM (TABLE live EXCEPT ALL TABLE stored) a) + (SELECT count(*) FROM (TABLE stored EXCEPT ALL TABLE live) b)', v) INTO n;
		IF n > 0 THEN
			found := concat_ws(' ', found, v);
		END IF;
	END LOOP;
	RETURN found;
END $$;

CREATE TABLE public.step (n int, command text, error text, pending bigint);
-- some changes, then a refresh: NULL, or what is wrong after which changes
CREATE FUNCTION public.walk(first int, last int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	command text;
	wrong text;
BEGIN
	FOR n IN first .. last LOOP
		command := public.change();
		BEGIN
			EXECUTE command;
			SET CONSTRAINTS ALL IMMEDIATE;
			INSERT INTO public.step VALUES (n, command, NULL, (SELECT count(*) FROM pending_group));
		EXCEPTION
			-- a round is closed, a key is taken or still wanted, two versions of a day, a file for no round: nothing has changed
			WHEN object_not_in_prerequisite_state OR integrity_constraint_violation OR data_exception THEN
				IF SQLSTATE LIKE '22%' AND command !~ 'shnor|inbox' THEN
					RAISE;
				END IF;
				INSERT INTO public.step VALUES (n, command, SQLSTATE);
		END;
		SET CONSTRAINTS ALL DEFERRED;
	END LOOP;
	PERFORM shnor.refresh('probe');
	wrong := public.differs();
	IF wrong IS NOT NULL THEN
		RETURN concat_ws(E'\n', wrong, (SELECT string_agg(t.n || ': ' || t.command || coalesce(' -- ' || t.error, ''), E'\n' ORDER BY t.n) FROM public.step t WHERE t.n BETWEEN first AND last));
	END IF;
	RETURN NULL;
END $$;

SELECT count(*) > 0 AS done FROM shnor.refresh('probe');
SELECT is(public.differs(), NULL, 'all is stored');
SELECT oracle.start(:seed);
SELECT is(public.walk(4 * g - 3, 4 * g), NULL, format('changes %s to %s, then a refresh: all stored reports are the live ones', 4 * g - 3, 4 * g)) FROM generate_series(1, :steps / 4) g;
SELECT is(sum(different), 0::numeric, 'verify says the same') FROM shnor.verify('probe');
SELECT cmp_ok(count(*) FILTER (WHERE error IS NULL AND pending > 0), '>=', (:steps / 4)::bigint, 'many a change has touched something') FROM public.step;
SELECT * FROM finish();
ROLLBACK;
