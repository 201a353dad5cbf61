-- The region on which test/crash and test/stress work: six municipalities with eight schools each, four open rounds,
-- and a materialized view over its reports with a plain view on top, as a BI tool would have them.
SET client_min_messages = warning;
CREATE EXTENSION shnor;
CREATE EXTENSION amcheck;
SELECT shnor.create_region('load', 'Нагрузка: вымышленные школы') \gset
INSERT INTO load.municipality (municipality_id, name)
SELECT m, 'Муниципалитет ' || m FROM generate_series(1, 6) AS m;
INSERT INTO load.school (school_id, municipality_id, code, name)
SELECT s, 1 + (s - 1) / 8, format('L-%s', lpad(s::text, 2, '0')), 'Вымышленная школа ' || s FROM generate_series(1, 48) AS s;
INSERT INTO load.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2022-08-01', 'Учебный пример', 'Учебный пример: приказ');
INSERT INTO load.school_status (school_id, status, since)
SELECT s, CASE s % 4 WHEN 0 THEN 'low_results' WHEN 1 THEN 'adverse_conditions' ELSE 'risk_zone' END, '2020-09-01' FROM generate_series(1, 48) AS s WHERE s % 4 < 3;
INSERT INTO load.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
SELECT r, format('Мониторинг %s', 2021 + r), make_date(2021 + r, 9, 10), make_date(2021 + r, 12, 10), make_date(2021 + r, 9, 1), 1, 'open'
FROM generate_series(1, 4) AS r;
INSERT INTO load.target (round_id, indicator, threshold) SELECT r, 'teachers_supported', 50 FROM generate_series(1, 4) AS r;
-- what holds on the fourth round's day alone, and can be changed whatever the others do; schools of no file
UPDATE load.indicator SET valid_until = '2025-01-01' WHERE indicator = 'schools_with_tutoring';
INSERT INTO load.indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator, missing, valid_from)
SELECT indicator, indicator_id, clause, section, position, title, unit, level, numerator, missing, '2025-01-01' FROM load.indicator WHERE indicator = 'schools_with_tutoring';
INSERT INTO load.question (question, respondent, position, wording, answer_type, valid_from) VALUES ('extra', 'school', 90, 'Вопрос, которого нет в файлах', 'count', '2025-01-01');
UPDATE load.question_source SET valid_until = '2025-01-01' WHERE question = 'in_networks';
INSERT INTO load.question_source (question, data_source, precedence, valid_from)
SELECT question, data_source, precedence, '2025-01-01' FROM load.question_source WHERE question = 'in_networks';
INSERT INTO load.school (school_id, municipality_id, code, name, opened_on)
SELECT s, 1 + s % 6, 'L-' || s, 'Вымышленная школа ' || s, '2025-01-01' FROM generate_series(49, 51) AS s;
SELECT count(*) AS rounds FROM shnor.refresh('load') \gset

CREATE SCHEMA bi;
CREATE MATERIALIZED VIEW bi.report AS
SELECT m.round_id, m.municipality_id, m.indicator, m.numerator, m.denominator, m.score FROM load.municipal_indicator m
UNION ALL
SELECT r.round_id, 0, r.indicator, r.numerator, r.denominator, r.score FROM load.regional_indicator r;
CREATE UNIQUE INDEX ON bi.report (round_id, municipality_id, indicator);
CREATE VIEW bi.regional AS SELECT * FROM bi.report WHERE municipality_id = 0;
ANALYZE;
