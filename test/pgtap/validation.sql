-- Rules as data: each seeded rule at its boundaries, versions by day, findings, acceptance, rules at an import.
-- Expected figures are computed by hand.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET jit = off;
SELECT shnor.create_region('v') \gset made_
SET search_path = v, public;

INSERT INTO municipality (municipality_id, oktmo, name) VALUES (1, '24701', 'Первый'), (2, NULL, 'Второй'), (3, NULL, 'Третий');
INSERT INTO school (school_id, municipality_id, code, name, kind) VALUES
	(1, 1, 's1', 'Учебный пример 1', 'school'), (2, 1, 's2', 'Учебный пример 2', 'school'), (3, 1, 's3', 'Учебный пример 3', 'school'),
	(4, 1, 's4', 'Учебный пример 4', 'school'), (5, 1, 's5', 'Учебный пример 5', 'school'),
	(6, 2, 's6', 'Учебный пример 6', 'school'), (7, 2, 's7', 'Учебный пример 7', 'school'), (8, 2, 's8', 'Учебный пример 8', 'preschool');
INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2022-08-01', 'Учебный пример', 'О мониторинге');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, '2023', '2023-09-01', '2023-09-20', '2023-09-01', 1, 'open'), (2, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open'),
	(3, '2025', '2025-09-01', '2025-09-20', '2025-09-01', NULL, 'draft');

SELECT is_empty('SELECT * FROM validation_finding', 'no answers, no findings');
SELECT is((SELECT count(*) FROM validation_case), 24::bigint, 'a case for each round and school, answered or not');
SELECT is((SELECT count(*) FROM municipal_validation_case), 9::bigint, 'and for each municipality, one without schools too');

-- the rules that school 1 breaks in round 2 by these answers, and by those of round 1
CREATE FUNCTION pg_temp.broken(answers jsonb, before jsonb DEFAULT NULL, who int DEFAULT 1) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM v.submission s WHERE s.school_id = who;
	INSERT INTO v.submission SELECT a.* FROM jsonb_populate_record(NULL::v.submission, answers || jsonb_build_object('round_id', 2, 'school_id', who, 'recorded_at', clock_timestamp(), 'recorded_by', current_user, 'submitted_at', now())) a;
	IF before IS NOT NULL THEN
		INSERT INTO v.submission SELECT a.* FROM jsonb_populate_record(NULL::v.submission, before || jsonb_build_object('round_id', 1, 'school_id', who, 'recorded_at', clock_timestamp(), 'recorded_by', current_user, 'submitted_at', now())) a;
	END IF;
	RETURN (SELECT coalesce(string_agg(f.rule, ' ' ORDER BY f.rule), '') FROM v.validation_finding f WHERE f.round_id = 2 AND f.school_id = who);
END $$;
-- one answer of every other school of municipality 1
CREATE FUNCTION pg_temp.others(question text, VARIADIC answers int[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM v.submission s WHERE s.school_id BETWEEN 2 AND 5;
	INSERT INTO v.submission SELECT a.* FROM unnest(answers) WITH ORDINALITY AS u(value, n)
		CROSS JOIN LATERAL jsonb_populate_record(NULL::v.submission, jsonb_build_object('round_id', 2, 'school_id', 1 + u.n, 'recorded_at', clock_timestamp(), 'recorded_by', current_user, 'submitted_at', now(), question, u.value)) a;
END $$;

-- ---- a part is not larger than its whole ----
SELECT is(pg_temp.broken(jsonb_build_object('teachers', 30, q.question, 30)), '', q.question || ': all of them')
FROM question q WHERE q.part_of = 'teachers';
SELECT is(pg_temp.broken(jsonb_build_object('teachers', 30, q.question, 31)), 'part_' || q.question, q.question || ': one more than all')
FROM question q WHERE q.part_of = 'teachers';
SELECT is(pg_temp.broken(jsonb_build_object(q.question, 31)), '', q.question || ': of nobody knows how many')
FROM question q WHERE q.part_of = 'teachers';
SELECT is((SELECT count(*) FROM question q WHERE q.part_of IS NOT NULL AND NOT EXISTS (SELECT FROM validation_rule r WHERE r.rule = 'part_' || q.question AND r.level = 'refuse')),
	0::bigint, 'every pair of part and whole has its rule');
SELECT is(pg_temp.broken('{"teachers": 0, "supported": 1}'), 'no_teachers part_supported', 'zero is an answer');
-- counts below zero cannot be stored at all
SELECT throws_ok('UPDATE submission SET supported = -1', '23514', NULL, 'a count below zero is refused by the table');
SELECT throws_ok($$INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (2, 1, 'supported', 'unoi', -1)$$, '23514', NULL, 'of any source');

-- ---- jumps: more than three times or less than a third, and by more than 20 ----
SELECT is(pg_temp.broken(jsonb_build_object(q.question, c.after), jsonb_build_object(q.question, c.before)), CASE WHEN c.fires THEN 'jump_' || q.question ELSE c.also END,
	format('%s: %s after %s', q.question, coalesce(c.after::text, 'nothing'), coalesce(c.before::text, 'nothing')))
FROM (VALUES ('in_networks'), ('in_active'), ('with_route')) AS q(question)
CROSS JOIN (VALUES (10, 31, true, ''), (10, 30, false, ''), (9, 29, false, ''), (9, 30, true, ''), (30, 91, true, ''), (30, 90, false, ''),
				   (31, 10, true, ''), (31, 11, false, ''), (63, 21, false, ''), (64, 21, true, ''), (29, 9, false, ''), (29, 8, true, ''),
				   (21, 0, true, ''), (20, 0, false, ''), (0, 100, false, ''), (NULL, 100, false, ''), (100, NULL, false, '')) AS c(before, after, fires, also);
SELECT is(pg_temp.broken('{"teachers": 31}', '{"teachers": 10}'), 'jump_teachers', 'teachers: 31 after 10');
SELECT is(pg_temp.broken('{"teachers": 30}', '{"teachers": 10}'), '', 'teachers: 30 after 10');
SELECT is(pg_temp.broken('{"supported": 90, "diagnosed_subject": 90}', '{"supported": 1, "diagnosed_subject": 1}'), '', 'what is done in a year may vary');
SELECT is(pg_temp.broken('{"teachers": 2147483647}', '{"teachers": 2147483647}'), '', 'the largest number does not run over');
SELECT results_eq($$SELECT round_id, previous_teachers, previous_has_curator FROM validation_case WHERE school_id = 1 ORDER BY 1$$,
	$$VALUES (1, NULL::bigint, NULL::boolean), (2, 2147483647, NULL), (3, NULL, NULL)$$, 'the round before is that of the reports; a draft has none');
SELECT is((SELECT string_agg(format('%s-%s', a.round_id, b.round_id), ' ') FROM round_place a JOIN round_place b ON a.place = b.place + 1),
	(SELECT string_agg(format('%s-%s', p.round_id, p.previous_round_id), ' ') FROM round_pair p), 'places are the pairs of round_pair');

-- ---- one large number from several schools ----
SELECT pg_temp.others('with_route', 20, 20, 5) \gset x_
SELECT is(pg_temp.broken('{"with_route": 20}'), 'same_with_route', 'three times 20');
SELECT is((SELECT count(*) FROM validation_finding WHERE rule = 'same_with_route'), 3::bigint, 'each of the three is told');
SELECT is(pg_temp.broken('{"with_route": 21}'), '', 'one of them differs');
SELECT is((SELECT count(*) FROM validation_finding), 0::bigint, 'two of four may be chance');
SELECT pg_temp.others('with_route', 19, 19, 19) \gset x_
SELECT is(pg_temp.broken('{"with_route": 19}'), '', 'small numbers meet by chance');
SELECT results_eq('SELECT same_with_route, median_with_route, schools_answered, same_in_active FROM validation_case WHERE round_id = 2 AND school_id IN (1, 5) ORDER BY school_id',
	'VALUES (3::bigint, 19::bigint, 4::bigint, NULL::bigint), (NULL, 19, 4, NULL)', 'others are counted, oneself is not; no answer, no count');
SELECT pg_temp.others('in_active', 20) \gset x_
SELECT is(pg_temp.broken('{"in_active": 20}'), 'same_in_active', 'both of the two that have answered');
SELECT pg_temp.others('in_active', VARIADIC '{}'::int[]) \gset x_
SELECT is(pg_temp.broken('{"in_active": 20}'), '', 'alone');
SELECT is(pg_temp.broken('{"in_active": 20}', who => 6), '', 'a school of another municipality is no other');
DELETE FROM submission;

-- ---- outliers: more than five times the median of the others, and by more than 50, of four or more ----
SELECT pg_temp.others('teachers', 10, 16, 12, 14) \gset x_
SELECT is(pg_temp.broken('{"teachers": 62}'), '', 'the lower median of four others is 12: by 50');
SELECT is(pg_temp.broken('{"teachers": 63}'), 'outlier_teachers', 'by 51, and more than 60');
SELECT pg_temp.others('teachers', 40, 20, 20, 30) \gset x_
SELECT is(pg_temp.broken('{"teachers": 100}'), '', 'five times the median of 20');
SELECT is(pg_temp.broken('{"teachers": 101}'), 'outlier_teachers', 'more than five times');
SELECT is((SELECT string_agg(median_teachers::text, ' ' ORDER BY school_id) FROM validation_case WHERE round_id = 2 AND municipality_id = 1), '20 20 30 30 20', 'each without oneself');
SELECT pg_temp.others('teachers', 20, 20, 20) \gset x_
SELECT is(pg_temp.broken('{"teachers": 101}'), 'outlier_teachers', 'four have answered');
SELECT pg_temp.others('teachers', 20, 20) \gset x_
SELECT is(pg_temp.broken('{"teachers": 101}'), '', 'three are too few');
SELECT is(pg_temp.broken(jsonb_build_object(q.question, c.value)), CASE WHEN c.value > 62 THEN 'outlier_' || q.question ELSE '' END, format('%s of %s', q.question, c.value))
FROM (VALUES ('in_networks'), ('in_active'), ('with_route')) AS q(question) CROSS JOIN (VALUES (62), (63)) AS c(value)
CROSS JOIN LATERAL pg_temp.others(q.question, 10, 16, 12, 14) AS o;
SELECT pg_temp.others('in_active', 0, 0, 0, 9) \gset x_
SELECT is(pg_temp.broken('{"in_active": 99}'), '', 'where the others have none, some are no outlier');
SELECT pg_temp.others('teachers', VARIADIC '{}'::int[]) \gset x_

-- ---- contradictions ----
SELECT is(pg_temp.broken('{"teachers": 0}'), 'no_teachers', 'a school without teachers');
SELECT is(pg_temp.broken('{"teachers": 1}'), '', 'one is enough');
SELECT is(pg_temp.broken('{"teachers": 0}', who => 8), '', 'a rule about schools');
SELECT is(pg_temp.broken('{"has_curator": true, "supported": 0}'), 'curator_without_support', 'a curator who has supported nobody');
SELECT is(pg_temp.broken('{"has_curator": true, "supported": 1}') || pg_temp.broken('{"has_curator": false, "supported": 0}')
	|| pg_temp.broken('{"supported": 0}') || pg_temp.broken('{"has_curator": true}'), '', 'no contradiction, and nothing unknown');
SELECT is(pg_temp.broken('{}'), '', 'no answers break no rule');
SELECT is_empty($$SELECT r.rule FROM validation_rule r WHERE r.rule !~ '^(part|jump|same|outlier)_' AND r.rule NOT IN ('no_teachers', 'curator_without_support')$$, 'every kind of rule is here');

-- ---- the same figures by another way ----
SAVEPOINT many;
DELETE FROM submission;
INSERT INTO submission (round_id, school_id, teachers, in_active)
	SELECT r, s, (r * 7 + s * s * 5) % 4 * 10, nullif((r + s * 3) % 5, 0) FROM generate_series(1, 2) r, generate_series(1, 8) s;
SELECT bag_eq('SELECT round_id, school_id, median_teachers, median_in_active, same_teachers, same_in_active, previous_teachers, schools_answered FROM validation_case WHERE round_id < 3', $$
	SELECT s.round_id, s.school_id,
		   (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY x.teachers) FROM submission x JOIN school c USING (school_id) WHERE x.round_id = s.round_id AND c.municipality_id = o.municipality_id AND x.school_id <> s.school_id)::bigint AS m1,
		   (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY x.in_active) FROM submission x JOIN school c USING (school_id) WHERE x.round_id = s.round_id AND c.municipality_id = o.municipality_id AND x.school_id <> s.school_id)::bigint AS m2,
		   (SELECT count(*) FROM submission x JOIN school c USING (school_id) WHERE x.round_id = s.round_id AND c.municipality_id = o.municipality_id AND x.school_id <> s.school_id AND x.teachers = s.teachers) AS e1,
		   CASE WHEN s.in_active IS NOT NULL THEN (SELECT count(*) FROM submission x JOIN school c USING (school_id) WHERE x.round_id = s.round_id AND c.municipality_id = o.municipality_id AND x.school_id <> s.school_id AND x.in_active = s.in_active) END AS e2,
		   (SELECT x.teachers FROM submission x WHERE x.round_id = s.round_id - 1 AND x.school_id = s.school_id)::bigint AS b,
		   CASE o.municipality_id WHEN 1 THEN 5 ELSE 3 END::bigint AS n
	FROM submission s JOIN school o USING (school_id)$$, 'medians, equals and rounds before, as joins count them');
SELECT isnt((SELECT count(DISTINCT median_teachers) FROM validation_case WHERE round_id < 3), 1::bigint, 'of different numbers');
ROLLBACK TO many;

-- ---- what counts is judged: another source's answer too ----
SELECT is(pg_temp.broken('{"teachers": 10, "in_networks": 5}'), '', 'the form is right by itself');
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_count) VALUES (2, 1, 'in_networks', 'unoi', 12);
SELECT results_eq('SELECT round_id, municipality, school, rule, level, question, value, message, accepted, accepted_by, respondent_code, answers_read FROM validation_finding',
	$$VALUES (2, 'Первый', 'Учебный пример 1', 'part_in_networks', 'refuse', 'in_networks', '12',
			  'Входят в сетевые методические объединения — 12, а всего педагогических работников — 10: часть больше целого', false, NULL::text, 's1', '{"teachers": 10, "in_networks": 12}')$$,
	'УНОИ goes before the form; the message tells the numbers');
DELETE FROM source_answer;

-- ---- rules of one's own ----
INSERT INTO validation_rule (rule, respondent, level, condition, applies, message, hint, question, valid_from, valid_until) VALUES
	('own', 'school', 'warn', 'teachers > 20 -- старое', NULL, 'Много: {teachers}; {nothing} {has_curator} {in_events}', NULL, 'has_curator', NULL, '2024-01-01'),
	('own', 'school', 'warn', 'teachers > 40', 'low_results OR risk_zone', '100% много {', 'Смотри {previous_teachers}', NULL, '2024-01-01', NULL);
SELECT is(pg_temp.broken('{"teachers": 41}', '{"teachers": 21, "has_curator": true}'), '', 'a rule that applies to others');
SELECT results_eq($$SELECT round_id, value, message, hint FROM validation_finding WHERE rule = 'own'$$,
	$$VALUES (1, 'да', 'Много: 21; {nothing} да нет ответа', NULL::text)$$, 'each round has the version of its day');
INSERT INTO school_status (school_id, status, since) VALUES (1, 'risk_zone', '2024-01-01');
SELECT results_eq($$SELECT round_id, value, message, hint FROM validation_finding WHERE rule = 'own' ORDER BY 1$$,
	$$VALUES (1, 'да', 'Много: 21; {nothing} да нет ответа', NULL::text), (2, NULL, '100% много {', 'Смотри 21')$$, 'to whom it applies is a formula as well');
SELECT is(pg_temp.broken('{"teachers": 40}', '{"teachers": 20}'), '', 'neither at its boundary');
SELECT throws_ok($$INSERT INTO validation_rule (rule, respondent, level, condition, message, valid_from) VALUES ('own', 'school', 'warn', 'true', '?', '2025-01-01')$$,
	'23P01', 'два определения «own» действуют в один и тот же день', 'not two versions on a day');
SELECT throws_ok($$INSERT INTO validation_rule (rule, respondent, level, condition, message) VALUES ('far', 'school', 'refuse', 'teachers > $$ || c || $$', '?')$$,
	'23514', 'правило «far» читает ответы других школ: оно может только предупреждать', 'not for others'' answers: ' || c)
FROM unnest('{median_teachers,same_teachers,SCHOOLS_ANSWERED}'::text[]) c;
SELECT throws_ok($$INSERT INTO validation_rule (rule, respondent, level, condition, applies, message) VALUES ('far', 'school', 'refuse', 'true', 'median_teachers > 1', '?')$$, '23514', NULL, 'nor in what it applies to');
SELECT throws_ok($$UPDATE validation_rule SET level = 'refuse' WHERE rule = 'outlier_teachers'$$, '23514', NULL, 'nor later');
SELECT throws_ok($$INSERT INTO validation_rule (rule, respondent, level, condition, message, question) VALUES ('q', 'school', 'warn', 'true', '?', 'teechers')$$,
	'23503', 'правило «q»: вопроса «teechers» нет среди тех, на которые отвечает организация', 'a question that is none');
SELECT throws_ok($$INSERT INTO validation_rule (rule, respondent, level, condition, message, question) VALUES ('q', 'municipality', 'warn', 'true', '?', 'teachers')$$,
	'23503', 'правило «q»: вопроса «teachers» нет среди тех, на которые отвечает муниципалитет', 'or of another form');
SELECT throws_ok($$INSERT INTO validation_rule (rule, respondent, level, condition, message, applies) VALUES ('q', 'school', 'warn', 'true', '?', ' ')$$, '23514', NULL, 'a blank formula is none');
SELECT throws_ok($$INSERT INTO validation_rule (rule, respondent, level, condition, message) VALUES ('q', 'school', 'warn', 'true', E'\n')$$, '23514', NULL, 'a rule says something');
DELETE FROM validation_rule WHERE rule = 'own';

-- a formula that does not compile: the error names the rule, whoever asks
SAVEPOINT bad;
CREATE FUNCTION pg_temp.refused(condition text, applies text, message text, state text, called text, whose text DEFAULT 'school') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO v.validation_rule (rule, respondent, level, condition, applies, message) VALUES ('crooked', whose, 'warn', $1, $2, '?');
	RETURN NEXT throws_ok('SELECT * FROM v.validation_finding', state, 'правило проверки «crooked»: ' || $3, called || ': findings');
	RETURN NEXT throws_ok(format($q$SELECT * FROM shnor.import_form('v', 2, E'%s\n%s\n')$q$, CASE whose WHEN 'school' THEN 'Код ОО,teachers' ELSE 'Муниципалитет,has_results_note' END,
		CASE whose WHEN 'school' THEN 's1,5' ELSE 'Первый,да' END), state, 'правило проверки «crooked»: ' || $3, called || ': import');
	DELETE FROM v.validation_rule WHERE rule = 'crooked';
END $$;
SELECT * FROM pg_temp.refused('teechers > 1', NULL, 'column "teechers" does not exist', '42703', 'an unknown column');
SELECT * FROM pg_temp.refused('teachers > 1', 'has_results_note', 'column "has_results_note" does not exist', '42703', 'a municipality''s answer');
SELECT * FROM pg_temp.refused('has_results_note > 1', NULL, '> cannot take boolean and integer together', '42804', 'two types', 'municipality');
SELECT * FROM pg_temp.refused('teachers >', NULL, 'syntax error at or near ")"', '42601', 'half a formula');
SELECT is((SELECT count(*) FROM import), 0::bigint, 'such an import changes nothing');
ROLLBACK TO bad;

-- ---- a municipality's own answers ----
INSERT INTO validation_rule (rule, respondent, level, condition, message, hint, question) VALUES
	('gave_up', 'municipality', 'warn', 'previous_has_resource_monitoring AND NOT has_resource_monitoring AND schools_answered > 0', 'Оценки ресурсов больше нет', 'Проверьте', 'has_resource_monitoring'),
	('nothing', 'municipality', 'refuse', 'NOT has_results_note AND NOT has_practice_sharing', 'Ничего нет', NULL, NULL);
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note, has_practice_sharing, has_resource_monitoring) VALUES
	(1, 1, NULL, NULL, true), (1, 3, NULL, NULL, true), (2, 1, NULL, false, false), (2, 3, false, false, false);
SELECT results_eq('SELECT round_id, municipality_id, municipality, school_id, school, rule, level, question, value, respondent_code FROM validation_finding ORDER BY 6',
	$$VALUES (2, 1, 'Первый', NULL::int, NULL::text, 'gave_up', 'warn', 'has_resource_monitoring', 'нет', 'Первый'), (2, 3, 'Третий', NULL, NULL, 'nothing', 'refuse', NULL, NULL, 'Третий')$$,
	'findings of municipalities: with the round before, and with how many schools have answered');

-- ---- acceptance ----
SELECT is(pg_temp.broken('{"teachers": 100, "supported": 7}', '{"teachers": 20}'), 'jump_teachers', 'a finding');
SELECT throws_ok($$SELECT shnor.accept_finding('v', 2, 's1', 'jump', 'Слияние')$$, '22023', 'правила «jump» в мониторинге 2 нет', 'accept: unknown rule');
SELECT throws_ok($$SELECT shnor.accept_finding('v', 2, 's1', NULL, 'Слияние')$$, '22023', NULL, 'accept: no rule');
SELECT throws_ok($$SELECT shnor.accept_finding('v', 9, 's1', 'jump_teachers', 'Слияние')$$, '22023', NULL, 'accept: unknown round');
SELECT throws_ok($$SELECT shnor.accept_finding('w', 2, 's1', 'jump_teachers', 'Слияние')$$, '3F000', NULL, 'accept: unknown region');
SELECT throws_ok($$SELECT shnor.accept_finding('v', 2, 's9', 'jump_teachers', 'Слияние')$$, '22023', 'школа не найдена: «s9»', 'accept: unknown school');
SELECT throws_ok($$SELECT shnor.accept_finding('v', 2, 's1', 'gave_up', 'Слияние')$$, '22023', 'муниципалитет не найден: «s1»', 'accept: a rule about municipalities');
SELECT throws_ok($$SELECT shnor.accept_finding('v', 2, 's1', 'jump_teachers', $$ || quote_nullable(r) || ')', '22023', 'не названа причина, по которой замечание принимается', 'accept: no reason')
FROM (VALUES (NULL), (''), (E' \n')) v(r);
SELECT throws_ok($$SELECT shnor.accept_finding('v', 2, 's2', 'jump_teachers', 'Слияние')$$, 'P0002', 'такого замечания нет: ответы «s2» в мониторинге 2 не нарушают правила «jump_teachers»', 'accept: no such finding');
SELECT is((SELECT count(*) FROM validation_acceptance), 0::bigint, 'nothing is accepted by mistake');

CREATE FUNCTION pg_temp.accepted() RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', f.rule, f.respondent_code, f.accepted_reason), '; ' ORDER BY f.rule) FROM v.validation_finding f WHERE f.accepted $$;
SELECT shnor.accept_finding('v', 2, 's1', 'jump_teachers', 'Слияние') AS id \gset accepted_
SELECT is((SELECT acceptance_id FROM validation_acceptance), :accepted_id::bigint, 'accepted: its number');
SELECT results_eq('SELECT accepted, accepted_by, accepted_at, accepted_reason FROM validation_finding WHERE rule = ''jump_teachers''',
	$$VALUES (true, current_user::text, now(), 'Слияние')$$, 'who, when and why');
SELECT throws_ok($$SELECT shnor.accept_finding('v', 2, 's1', 'jump_teachers', 'Ещё раз')$$, '55000', 'замечание уже принято: Слияние', 'not twice');
UPDATE submission SET supported = 8, submitted_at = now() + interval '1 day' WHERE round_id = 2 AND school_id = 1;
SELECT is(pg_temp.accepted(), 'jump_teachers s1 Слияние', 'what the rule does not read may change');
SELECT pg_temp.others('teachers', 90, 90) \gset x_
SELECT is(pg_temp.accepted(), 'jump_teachers s1 Слияние', 'so may what other schools answer');
UPDATE submission SET teachers = 101 WHERE round_id = 2 AND school_id = 1;
SELECT is(pg_temp.accepted(), NULL, 'another answer is not accepted with it');
SELECT is((SELECT count(*) FROM validation_finding WHERE rule = 'jump_teachers' AND NOT accepted AND accepted_by IS NULL), 1::bigint, 'the finding is open again');
UPDATE submission SET teachers = 100 WHERE round_id = 2 AND school_id = 1;
SELECT is(pg_temp.accepted(), 'jump_teachers s1 Слияние', 'the accepted answer is');
UPDATE submission SET teachers = 21 WHERE round_id = 1 AND school_id = 1;
SELECT is(pg_temp.accepted(), NULL, 'the rule reads the round before as well');
SELECT is(shnor.accept_finding('v', 2, 's1', 'jump_teachers', 'Слияние двух школ') > 0, true, 'accepted for the new answers');
SELECT is(pg_temp.accepted(), 'jump_teachers s1 Слияние двух школ', 'it stands');
SELECT results_eq('SELECT reason, answers, withdrawn_reason, withdrawn_by IS NOT NULL FROM validation_acceptance ORDER BY acceptance_id',
	$$VALUES ('Слияние', '{"teachers": 100, "previous_teachers": 20}', 'Ответы изменились, замечание принято заново', true), ('Слияние двух школ', '{"teachers": 100, "previous_teachers": 21}', NULL, false)$$,
	'the earlier one stays in the journal');
-- an outlier: bound to one's own number, not to the others'
SELECT pg_temp.others('in_active', 10, 12, 14, 16) \gset x_
SELECT is(pg_temp.broken('{"in_active": 90}'), 'outlier_in_active', 'an outlier');
SELECT is(shnor.accept_finding('v', 2, 's1', 'outlier_in_active', 'Так и есть') > 0, true, 'is accepted');
UPDATE submission SET in_active = 13 WHERE school_id = 2 AND round_id = 2;
SELECT is(pg_temp.accepted(), 'outlier_in_active s1 Так и есть', 'another median does not undo it');
SELECT is((SELECT answers FROM validation_acceptance WHERE rule = 'outlier_in_active'), '{"in_active": 90}', 'it is bound to one number');
-- municipalities, by name or code
SELECT is(shnor.accept_finding('v', 2, '24701', 'gave_up', 'Отменена приказом') > 0, true, 'a municipality by its code');
SELECT is(shnor.accept_finding('v', 2, 'Третий', 'nothing', 'Нет школ') > 0, true, 'or by its name');
SELECT is(pg_temp.accepted(), 'gave_up Первый Отменена приказом; nothing Третий Нет школ; outlier_in_active s1 Так и есть', 'accepted');
SELECT results_eq($$SELECT school_id, municipality_id FROM validation_acceptance WHERE rule IN ('gave_up', 'outlier_in_active') ORDER BY rule$$, 'VALUES (NULL::int, 1), (1, NULL)', 'one respondent each');
-- withdrawal
SELECT throws_ok($$SELECT shnor.withdraw_acceptance('v', 2, 's1', 'outlier_in_active', ' ')$$, '22023', 'не названа причина, по которой принятое замечание отзывается', 'withdraw: no reason');
SELECT throws_ok($$SELECT shnor.withdraw_acceptance('v', 2, 's2', 'outlier_in_active', 'Ошибка')$$, 'P0002', 'принятого замечания нет: «s2», мониторинг 2, правило «outlier_in_active»', 'withdraw: nothing accepted');
SELECT is(shnor.withdraw_acceptance('v', 2, 's1', 'outlier_in_active', 'Ошибка'), (SELECT acceptance_id FROM validation_acceptance WHERE rule = 'outlier_in_active'), 'withdrawn: its number');
SELECT is(pg_temp.accepted(), 'gave_up Первый Отменена приказом; nothing Третий Нет школ', 'it no longer stands');
SELECT results_eq($$SELECT reason, withdrawn_at, withdrawn_by::text, withdrawn_reason FROM validation_acceptance WHERE rule = 'outlier_in_active'$$,
	$$VALUES ('Так и есть', now(), current_user::text, 'Ошибка')$$, 'both reasons are kept');
SELECT throws_ok($$SELECT shnor.withdraw_acceptance('v', 2, 's1', 'outlier_in_active', 'Ошибка')$$, 'P0002', NULL, 'withdraw: not twice');
SELECT is(shnor.accept_finding('v', 2, 's1', 'outlier_in_active', 'Всё-таки так') > 0, true, 'it can be accepted anew');
SELECT throws_ok($$UPDATE validation_acceptance SET reason = 'Иначе'$$, '55000', 'принятые замечания не правят и не удаляют', 'the journal is not rewritten');
CREATE FUNCTION pg_temp.own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE v.validation_acceptance SET reason = 'Иначе'; RETURN NEW; END $$;
CREATE TEMP TABLE own (n integer);
CREATE TRIGGER own AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION pg_temp.own();
SELECT throws_ok('INSERT INTO own VALUES (1)', '55000', 'принятые замечания не правят и не удаляют', 'nor by a trigger of one''s own');
SELECT throws_ok($$UPDATE validation_acceptance SET withdrawn_at = NULL, withdrawn_by = NULL, withdrawn_reason = NULL WHERE withdrawn_at IS NOT NULL$$, '55000', NULL, 'what was withdrawn stays so');
SELECT throws_ok('DELETE FROM validation_acceptance', '55000', NULL, 'nothing goes from it');
SELECT throws_ok('TRUNCATE validation_acceptance', '55000', NULL, 'nor all');
SELECT throws_ok($$INSERT INTO validation_acceptance (round_id, school_id, rule, reason, answers) VALUES (2, 1, 'outlier_in_active', '?', '{}')$$, '23505', NULL, 'one stands at a time');
SELECT throws_ok($$INSERT INTO validation_acceptance (round_id, school_id, rule, reason, answers) VALUES (2, 3, 'outlier_in_active', ' ', '{}')$$, '23514', NULL, 'a reason is not blank');
INSERT INTO validation_acceptance (round_id, school_id, rule, reason, answers) VALUES (3, 1, 'no_teachers', 'Проба', '{}');
SELECT lives_ok('DELETE FROM round WHERE round_id = 3', 'with a draft that is deleted it goes');

-- ---- imports ----
DELETE FROM submission;
DELETE FROM municipal_submission;
INSERT INTO validation_rule (rule, respondent, level, condition, message, hint, question) VALUES
	('program', 'school', 'refuse', 'has_curator AND NOT has_program', 'Куратор есть, а программы нет', 'Проверьте ответы', 'has_program'),
	('network', 'school', 'refuse', 'in_networks > 0 AND NOT has_program', 'Сети без программы', NULL, 'in_networks');
CREATE FUNCTION pg_temp.import(content text, data_source text DEFAULT 'form', round_id int DEFAULT 2) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', rows_read, loaded, corrected, refused, unchanged, warnings) FROM shnor.import_form('v', round_id, content, data_source => data_source) $$;
CREATE FUNCTION pg_temp.issues() RETURNS SETOF text LANGUAGE sql AS
	$$ SELECT concat_ws('|', i.line, i.column_no, i.question, i.raw_value, i.severity, i.reason, i.hint) FROM v.import_issue i
	   WHERE i.import_id = (SELECT max(import_id) FROM v.import) ORDER BY i.line, i.reason $$;
SELECT is(pg_temp.import(E'Код ОО,has_curator,has_program,teachers\ns1,да, Нет ,10\ns2,да,да,0\ns3,нет,нет,10\ns4,да,,10\n'), '4 3 0 1 0 1', 'one is refused, one warned of');
SELECT results_eq('SELECT * FROM pg_temp.issues()', $$VALUES
	('2|3|has_program| Нет |refused|Куратор есть, а программы нет|Проверьте ответы Правило проверки: program.'),
	('3|4|teachers|0|warning|В школе нет ни одного педагогического работника|Впишите, сколько педагогических работников в школе. Если ответа пока нет, оставьте ячейку пустой: ноль считается ответом. Правило проверки: no_teachers.')$$,
	'the issue stands at its column and names the rule');
SELECT results_eq('SELECT school_id FROM submission ORDER BY 1', 'VALUES (2), (3), (4)', 'a warning loads the row');
SELECT results_eq('SELECT row_values FROM import_issue WHERE line = 2', $$VALUES ('{s1,да," Нет ",10}'::text[])$$, 'the refused row is kept');
-- with what is stored
SELECT is(pg_temp.import(E'Код ОО,has_curator\ns3,да\n'), '1 0 0 1 0 0', 'a question that the file does not ask counts as stored');
SELECT results_eq('SELECT * FROM pg_temp.issues()', $$VALUES ('2|has_program|нет|refused|Куратор есть, а программы нет|Проверьте ответы Правило проверки: program.')$$, 'without a column, with the stored answer');
SELECT is(pg_temp.import(E'Код ОО,has_curator,has_program\ns3,да,да\n'), '1 0 1 0 0 0', 'the file''s answer goes before the stored one');
UPDATE submission SET has_program = false, has_curator = true WHERE school_id = 3;
SELECT is(pg_temp.import(E'Код ОО,teachers\ns3,11\n'), '1 0 1 0 0 0', 'a row is not refused for stored answers that it does not touch');
SELECT is((SELECT string_agg(rule, ' ') FROM validation_finding WHERE school_id = 3), 'program', 'the view still tells');
-- jumps: against the round before
INSERT INTO submission (round_id, school_id, teachers) VALUES (1, 4, 100), (1, 5, 10);
SELECT is(pg_temp.import(E'Код ОО,teachers\ns4,30\ns5,30\n'), '2 1 1 0 0 1', 'a jump is warned of');
SELECT results_eq('SELECT * FROM pg_temp.issues()', $$VALUES ('2|2|teachers|30|warning|Педагогических работников — 30, а в прошлом мониторинге — 100: изменение больше чем в три раза|'
	|| 'Проверьте, нет ли в числе лишней цифры и не пропущена ли она. Если число верное, объясните изменение координатору: он примет ответ с пояснением. Правило проверки: jump_teachers.')$$, 'with both numbers');
SELECT is(shnor.accept_finding('v', 2, 's4', 'jump_teachers', 'Разделение') > 0, true, 'it is accepted');
SELECT is(pg_temp.import(E'Код ОО,teachers,has_study_plans\ns4,30,да\n'), '1 0 1 0 0 0', 'and not warned of again');
SELECT is(pg_temp.import(E'Код ОО,teachers\ns4,29\n'), '1 0 1 0 0 1', 'but for another answer');
-- parts and wholes: said once, in the import's own words
SELECT is(pg_temp.import(E'Код ОО,teachers,supported\ns5,30,31\n'), '1 0 0 1 0 0', 'a part larger than its whole');
SELECT results_eq('SELECT * FROM pg_temp.issues()', $$VALUES ('2|3|supported|31|refused|Часть больше целого: 31 больше, чем 30 (вопрос «Количество педагогических работников в ОУ»)|Исправьте одно из двух чисел: часть не может быть больше целого.')$$, 'is told once');
SELECT is(pg_temp.import(E'Код ОО,teachers,supported\ns5,30,-1\n'), '1 0 0 1 0 0', 'a count below zero');
SELECT alike((SELECT * FROM pg_temp.issues()), '2|3|supported|-1|refused|Отрицательное число: «-1»|%', 'has its own words too');
SELECT is(pg_temp.import(E'Код ОО,teachers,supported,has_curator,has_program\ns5,30,31,да,нет\n'), '1 0 0 1 0 0', 'a row with several faults');
SELECT is((SELECT count(*) FROM pg_temp.issues()), 2::bigint, 'hears of each');
-- what depends on others is for the view
UPDATE submission SET teachers = 40;
SELECT is(pg_temp.import(E'Код ОО,with_route\ns2,20\ns3,20\ns4,20\n'), '3 0 3 0 0 0', 'equal numbers are not judged at an import');
SELECT is((SELECT count(*) FROM validation_finding WHERE rule = 'same_with_route'), 3::bigint, 'but by the view');
-- another source: refused only for its own answers
SELECT is(pg_temp.import(E'Код ОО,in_networks\ns3,5\n', 'unoi'), '1 1 0 0 0 1', 'another source that contradicts the form is warned');
SELECT results_eq('SELECT * FROM pg_temp.issues()', $$VALUES ('2|2|in_networks|5|warning|Сети без программы|Правило проверки: network.')$$, 'a rule without a hint');
SELECT is(pg_temp.import(E'Код ОО,in_networks,has_program\ns5,5,нет\n', 'unoi'), '1 0 0 1 0 0', 'one that contradicts itself is refused');
SELECT is(pg_temp.import(E'Код ОО,has_program\ns4,нет\n', 'unoi') || ', ' || pg_temp.import(E'Код ОО,in_networks\ns4,5\n', 'unoi'), '1 1 0 0 0 1, 1 0 0 1 0 0', 'so is one that contradicts what it said before');
SELECT is(pg_temp.import(E'Код ОО,teachers,has_curator\ns4,30,нет\n'), '1 0 1 0 0 0', 'the form is not judged by what another source says');
-- municipalities
SELECT is((pg_temp.import(E'Муниципалитет,has_results_note,has_practice_sharing\nПервый,нет,нет\nВторой,да,нет\n')), '2 1 0 1 0 0', 'the form of municipalities is judged by its rules');
SELECT results_eq('SELECT * FROM pg_temp.issues()', $$VALUES ('2|refused|Ничего нет|Правило проверки: nothing.')$$, 'a rule about no single question');
SELECT is(pg_temp.import(E'Код ОО,teachers\ns9,1\n'), '1 0 0 1 0 0', 'a row of nobody breaks no rule');
SELECT is((SELECT count(*) FROM pg_temp.issues()), 1::bigint, 'and has one issue');

-- no rules at all
SAVEPOINT none;
DELETE FROM validation_rule;
SELECT is_empty('SELECT * FROM validation_finding', 'without rules there are no findings');
SELECT is(pg_temp.import(E'Код ОО,teachers\ns5,0\n'), '1 0 1 0 0 0', 'nor at an import');
ROLLBACK TO none;

-- ---- a closed round ----
DELETE FROM submission WHERE round_id = 1;
INSERT INTO submission (round_id, school_id, teachers) VALUES (1, 1, 0), (1, 2, 0);
SELECT is(shnor.accept_finding('v', 1, 's1', 'no_teachers', 'Ликвидируется') > 0, true, 'accepted in time');
UPDATE round SET state = 'closed' WHERE round_id = 1;
SELECT results_eq('SELECT respondent_code, rule, accepted FROM validation_finding WHERE round_id = 1 ORDER BY 1', $$VALUES ('s1', 'no_teachers', true), ('s2', 'no_teachers', false)$$, 'findings of a closed round stay');
SELECT throws_ok($$SELECT shnor.accept_finding('v', 1, 's2', 'no_teachers', 'Ликвидируется')$$, '55000', 'мониторинг «2023» закрыт: принимать замечания нельзя', 'none is accepted any more');
SELECT throws_ok($$SELECT shnor.withdraw_acceptance('v', 1, 's1', 'no_teachers', 'Ошибка')$$, '55000', 'мониторинг «2023» закрыт: отзывать принятое нельзя', 'or taken back');
SELECT throws_ok($$UPDATE validation_rule SET condition = 'false' WHERE rule = 'no_teachers'$$, '55000', 'мониторинг «2023» закрыт: правила проверки менять нельзя', 'its rules are locked');
SELECT throws_ok($$DELETE FROM validation_rule WHERE rule = 'no_teachers'$$, '55000', NULL, 'not deleted');
SELECT throws_ok($$INSERT INTO validation_rule (rule, respondent, level, condition, message) VALUES ('late', 'school', 'warn', 'true', '?')$$, '55000', NULL, 'nor added to');
SELECT throws_ok('TRUNCATE validation_rule', '55000', NULL, 'nor emptied');
SELECT lives_ok($$UPDATE validation_rule SET valid_until = '2024-01-01' WHERE rule = 'no_teachers';
	INSERT INTO validation_rule (rule, respondent, level, condition, message, valid_from) VALUES ('no_teachers', 'school', 'refuse', 'teachers = 0', 'Ноль', '2024-01-01')$$, 'a new version from a later day on');
UPDATE submission SET teachers = 0 WHERE round_id = 2 AND school_id = 5;
SELECT results_eq($$SELECT round_id, respondent_code, level FROM validation_finding WHERE rule = 'no_teachers' ORDER BY 1, 2$$, $$VALUES (1, 's1', 'warn'), (1, 's2', 'warn'), (2, 's5', 'refuse')$$, 'each round by its own');
SELECT shnor.reopen_round('v', 1, 'проверка') \gset x_
SELECT lives_ok($$SELECT shnor.accept_finding('v', 1, 's2', 'no_teachers', 'Ликвидируется')$$, 'a reopened round can be corrected');

-- a region of an earlier version with a closed round: its rounds are judged by the rules that came after
SELECT shnor.create_region('older') \gset x_
INSERT INTO older.legal_act SELECT * FROM legal_act;
INSERT INTO older.municipality SELECT * FROM municipality;
INSERT INTO older.school SELECT * FROM school;
INSERT INTO older.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, '2023', '2023-09-01', '2023-09-20', '2023-09-01', 1, 'open'), (2, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
INSERT INTO older.submission (round_id, school_id, teachers) VALUES (1, 1, 0), (2, 1, 0);
UPDATE older.round SET state = 'closed' WHERE round_id = 1;
DROP TABLE older.validation_rule, older.validation_acceptance CASCADE;
DROP FUNCTION older.check_rule(), older.check_acceptance();
DELETE FROM older.question WHERE question = 'nothing';
SELECT throws_ok($$SELECT shnor.accept_finding('older', 2, 's1', 'no_teachers', '?')$$, '55000', 'регион «older» создан прежней версией', 'it has to be upgraded first');
SELECT is(shnor.upgrade_region('older'), 'older', 'it is');
SELECT results_eq('SELECT round_id, rule FROM older.validation_finding', $$VALUES (2, 'no_teachers')$$, 'what had been closed before is left alone');

SELECT finish();
ROLLBACK;
