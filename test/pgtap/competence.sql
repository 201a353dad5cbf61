-- Competences: who went through a diagnosis, and the bounds of «any kind»; each figure is counted by hand.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET jit = off;		-- long queries over few rows
SELECT shnor.create_region('probe');
SET search_path = probe, public;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2023-08-01', 'Департамент', 'О мониторинге');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open'), (2, '2025', '2025-09-01', '2025-09-20', '2025-09-01', 1, 'open'),
	(3, '2026', '2026-09-01', '2026-09-20', '2026-09-01', NULL, 'draft');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй'), (3, 'Без перечня'), (4, 'Перебор');
INSERT INTO school (school_id, municipality_id, code, name, kind)
SELECT i, CASE WHEN i < 20 THEN 1 WHEN i < 30 THEN 2 ELSE 3 END, 's' || i, 'Школа ' || i, CASE i WHEN 14 THEN 'preschool' ELSE 'school' END
FROM unnest(ARRAY[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 21, 31]) AS i;
INSERT INTO school_status (school_id, status, since, until)
SELECT i, CASE WHEN i % 2 = 0 THEN 'low_results' ELSE 'adverse_conditions' END, '2024-01-01', '2025-01-01'
FROM unnest(ARRAY[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 21]) AS i;
INSERT INTO school_status (school_id, status, since) VALUES (13, 'risk_zone', '2024-01-01'), (15, 'low_results', '2024-09-01'), (8, 'adverse_conditions', '2024-09-02');
INSERT INTO submission (round_id, school_id, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych) VALUES
	(1, 1, 20, 8, 5, 4), (1, 2, 10, 8, 5, 4), (1, 3, 12, 0, 0, 0), (1, 4, 10, 6, NULL, NULL), (1, 5, 10, 3, 4, NULL), (1, 6, 10, NULL, NULL, NULL),
	(1, 7, NULL, 3, 3, 3),						-- 8 sends nothing
	(1, 9, 0, 0, 0, 0), (1, 10, 10, 12, 3, 1),	-- a part larger than the whole, which the form would refuse
	(1, 11, 10, 10, NULL, 2), (1, 12, 50, 50, 50, 50), (1, 13, 50, 50, 50, 50), (1, 14, 50, 50, 50, 50), (1, 15, 5, 1, 0, 0),
	(1, 21, 30, 10, 10, 10), (1, 31, 50, 50, 50, 50), (2, 1, 20, 20, 20, 20);

SELECT results_eq('SELECT school_id, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, any_low, any_high, any_low_percent, any_high_percent, reason
	FROM school_competence WHERE round_id = 1 ORDER BY 1', $$VALUES
	(1, 20::bigint, 8, 5, 4, 8::bigint, 17::bigint, 40.0000, 85.0000, 'Виды диагностики пересекаются: известны только границы'),		-- max 8, sum 17
	(2, 10, 8, 5, 4, 8, 10, 80.0000, 100.0000, 'Виды диагностики пересекаются: известны только границы'),								-- no more than 10 teachers
	(3, 12, 0, 0, 0, 0, 0, 0.0000, 0.0000, 'Известно точно'),
	(4, 10, 6, NULL, NULL, 6, 10, 60.0000, 100.0000, 'Видов диагностики без ответа: 2; верхняя граница — все педагогические работники'),
	(5, 10, 3, 4, NULL, 4, 10, 40.0000, 100.0000, 'Видов диагностики без ответа: 1; верхняя граница — все педагогические работники'),	-- not 3 + 4
	(6, 10, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'Нет ответа ни об одном виде диагностики'),										-- not 0
	(7, NULL, 3, 3, 3, NULL, NULL, NULL, NULL, 'Нет ответа о количестве педагогических работников'),
	(8, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'Нет ответа о количестве педагогических работников'),
	(9, 0, 0, 0, 0, 0, 0, NULL, NULL, 'Педагогических работников нет'),
	(10, 10, 12, 3, 1, 10, 10, 100.0000, 100.0000, 'Прошедших диагностику больше, чем педагогических работников: проверьте ответы'),
	(11, 10, 10, NULL, 2, 10, 10, 100.0000, 100.0000, 'Известно точно'),																-- all of them, whatever the third kind says
	(15, 5, 1, 0, 0, 1, 1, 20.0000, 20.0000, 'Известно точно'),																		-- of two statuses: once
	(21, 30, 10, 10, 10, 10, 30, 33.3333, 100.0000, 'Виды диагностики пересекаются: известны только границы')$$,
	'bounds of each school; not listed (12, 31), risk zone (13) and kindergarten (14) left out');
SELECT results_eq('SELECT DISTINCT municipality_id, municipality, school FROM school_competence WHERE school_id IN (1, 21) ORDER BY 1',
	$$VALUES (1, 'Первый', 'Школа 1'), (2, 'Второй', 'Школа 21')$$, 'with names');

-- subject 8+8+0+6+3+0+12+10+1 of 20+10+12+10+10+0+10+10+5; method 5+5+0+4+0+3+0 of 20+10+12+10+0+10+5 (4 and 11 have not answered);
-- psych 4+4+0+0+1+2+0 of 20+10+12+0+10+10+5 (4 and 5 have not); any 8+8+0+6+4+0+10+10+1 to 17+10+0+10+10+0+10+10+1
SELECT results_eq('SELECT municipality_id, municipality, schools, answered, missing, subject_numerator, subject_denominator, subject_percent, method_numerator, method_denominator, method_percent,
	psych_numerator, psych_denominator, psych_percent, teachers, any_low, any_high, any_low_percent, any_high_percent FROM municipal_competence WHERE round_id = 1 ORDER BY 1', $$VALUES
	(1, 'Первый', 12::bigint, 9::bigint, 3::bigint, 48::bigint, 87::bigint, 55.1724, 17::bigint, 67::bigint, 25.3731, 11::bigint, 67::bigint, 16.4179, 87::bigint, 47::bigint, 68::bigint, 54.0230, 78.1609),
	(2, 'Второй', 1, 1, 0, 10, 30, 33.3333, 10, 30, 33.3333, 10, 30, 33.3333, 30, 10, 30, 33.3333, 100.0000)$$,
	'sums of a municipality: each kind over the schools that answered it, and bounds added up');
SELECT results_eq('SELECT schools, answered, missing, subject_numerator, subject_denominator, subject_percent, method_numerator, method_denominator, method_percent,
	psych_numerator, psych_denominator, psych_percent, teachers, any_low, any_high, any_low_percent, any_high_percent FROM regional_competence WHERE round_id = 1', $$VALUES
	(13::bigint, 10::bigint, 3::bigint, 58::bigint, 117::bigint, 49.5726, 27::bigint, 97::bigint, 27.8351, 21::bigint, 97::bigint, 21.6495, 117::bigint, 57::bigint, 98::bigint, 48.7179, 83.7607)$$,
	'and of the region');
CREATE FUNCTION public.unlike() RETURNS TABLE (place integer, kind text, n bigint, d bigint, p numeric) LANGUAGE sql AS $$
	SELECT c.municipality_id, v.* FROM (SELECT municipality_id, subject_numerator, subject_denominator, subject_percent, method_numerator, method_denominator, method_percent, psych_numerator, psych_denominator, psych_percent FROM probe.municipal_competence WHERE round_id = 1
		UNION ALL SELECT NULL, subject_numerator, subject_denominator, subject_percent, method_numerator, method_denominator, method_percent, psych_numerator, psych_denominator, psych_percent FROM probe.regional_competence WHERE round_id = 1) c
	CROSS JOIN LATERAL (VALUES ('diagnosed_subject', c.subject_numerator, c.subject_denominator, c.subject_percent), ('diagnosed_method', c.method_numerator, c.method_denominator, c.method_percent), ('diagnosed_psych', c.psych_numerator, c.psych_denominator, c.psych_percent)) v
	EXCEPT
	(SELECT municipality_id, indicator, numerator, denominator, percent FROM probe.municipal_indicator WHERE round_id = 1 UNION ALL SELECT NULL, indicator, numerator, denominator, percent FROM probe.regional_indicator WHERE round_id = 1)
$$;
SELECT is_empty('SELECT * FROM unlike()',
	'each kind is the figure of its indicator');

-- another policy for missing answers, another formula: subject 48 of 87 still, of the teachers of all who named them 97 (6 adds 10);
-- «any kind» asks the schools as before
UPDATE indicator SET missing = 'no' WHERE indicator = 'diagnosed_subject';
UPDATE indicator SET numerator = 'diagnosed_method + diagnosed_psych' WHERE indicator = 'diagnosed_method';
SELECT is_empty('SELECT * FROM unlike()', 'each kind follows the definition of its indicator');
SELECT results_eq('SELECT subject_numerator, subject_denominator, subject_percent, teachers, any_low, any_high FROM municipal_competence WHERE round_id = 1 AND municipality_id = 1',
	'VALUES (48::bigint, 97::bigint, 49.4845, 87::bigint, 47::bigint, 68::bigint)', 'a school without an answer counts with its teachers, as the methodology says');
UPDATE indicator SET missing = 'exclude' WHERE indicator = 'diagnosed_subject';
UPDATE indicator SET numerator = 'diagnosed_method' WHERE indicator = 'diagnosed_method';
UPDATE indicator SET valid_from = '2025-01-01' WHERE indicator = 'diagnosed_psych';
SELECT results_eq('SELECT municipality_id, schools, subject_numerator, psych_numerator, psych_denominator, psych_percent, any_low FROM municipal_competence WHERE round_id = 1 ORDER BY 1',
	'VALUES (1, 12::bigint, 48::bigint, NULL::bigint, NULL::bigint, NULL::numeric, 47::bigint), (2, 1, 10, NULL, NULL, NULL, 10)', 'a round without an indicator has no figure of it');
UPDATE indicator SET valid_from = '2025-01-01';
SELECT results_eq('SELECT municipality_id, schools, subject_numerator, any_low FROM municipal_competence WHERE round_id = 1 ORDER BY 1',
	'VALUES (1, 12::bigint, NULL::bigint, 47::bigint), (2, 1, NULL, 10)', 'without indicators a municipality with listed schools keeps its row');
UPDATE indicator SET valid_from = NULL;

-- what has no list has no row
SELECT is_empty('SELECT * FROM municipal_competence WHERE municipality_id IN (3, 4)', 'a municipality without a school on the list');
SELECT results_eq('SELECT round_id, schools, answered, missing, subject_numerator, subject_denominator, subject_percent, teachers, any_low, any_high, any_low_percent FROM regional_competence WHERE round_id > 1 ORDER BY 1',
	$$VALUES (2, 2::bigint, 0::bigint, 2::bigint, 0::bigint, 0::bigint, NULL::numeric, 0::bigint, 0::bigint, 0::bigint, NULL::numeric),
			 (3, 2, 0, 2, 0, 0, NULL, 0, 0, 0, NULL)$$,
	'a year later only 8 and 15 are listed, and have not answered: no share, not 0 %; the answer of school 1 counts no more');

-- a closed round keeps its municipalities
UPDATE round SET state = 'closed' WHERE round_id = 1;
UPDATE school SET municipality_id = 3 WHERE school_id = 21;
SELECT results_eq('SELECT municipality_id, municipality, any_low FROM school_competence WHERE round_id = 1 AND school_id = 21', $$VALUES (2, 'Второй', 10::bigint)$$, 'a school that moves after the round stays in it where it was');

-- the bounds are tight: every way of choosing three groups among three teachers
INSERT INTO school (school_id, municipality_id, code, name) SELECT 1000 + i, 4, 'x' || i, 'Перебор ' || i FROM generate_series(0, 63) AS i;
INSERT INTO school_status (school_id, status, since) SELECT 1000 + i, 'low_results', '2025-09-01' FROM generate_series(0, 63) AS i;
INSERT INTO submission (round_id, school_id, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych) SELECT 2, 1000 + i, 3, i / 16, i / 4 % 4, i % 4 FROM generate_series(0, 63) AS i;
SELECT set_eq('SELECT diagnosed_subject, diagnosed_method, diagnosed_psych, any_low, any_high FROM school_competence WHERE round_id = 2 AND municipality_id = 4', $$
	WITH groups AS (SELECT g, length(replace(g::bit(3)::text, '0', '')) AS n FROM generate_series(0, 7) AS g)
	SELECT a.n AS subject, b.n AS method, c.n AS psych, min(u.n)::bigint AS low, max(u.n)::bigint AS high
	FROM groups a, groups b, groups c, groups u WHERE u.g = a.g | b.g | c.g GROUP BY a.n, b.n, c.n$$,
	'no fewer and no more than the bounds can have gone through any kind, and both can be');
SELECT results_eq('SELECT teachers, any_low, any_high FROM municipal_competence WHERE round_id = 2 AND municipality_id = 4',
	'SELECT 192::bigint, sum(greatest(i / 16, i / 4 % 4, i % 4))::bigint, sum(least(3, i / 16 + i / 4 % 4 + i % 4))::bigint FROM generate_series(0, 63) AS i', 'and their sums');
UPDATE submission SET teachers = 2147483647, diagnosed_subject = 2147483647, diagnosed_method = 2147483647, diagnosed_psych = 2147483647 WHERE round_id = 2 AND school_id > 1000;
SELECT results_eq('SELECT any_low, any_high, any_high_percent FROM municipal_competence WHERE round_id = 2 AND municipality_id = 4', $$VALUES (63 * 2147483647::bigint, 63 * 2147483647::bigint, 100.0000)$$, 'large numbers do not run over');

SELECT results_eq($$SELECT c.oid::regclass::text, col_description(c.oid, a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'probe'::regnamespace AND c.relname LIKE '%competence' AND a.attname = 'teachers' ORDER BY 1$$,
	$$VALUES ('municipal_competence', 'Педагогических работников в ответивших школах.'), ('regional_competence', 'Педагогических работников в ответивших школах.'), ('school_competence', 'Педагогических работников в организации, человек.')$$,
	'teachers of a municipality are said to be those of the schools that answered');
SELECT finish();
ROLLBACK;
