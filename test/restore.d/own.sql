-- What people add around a region: rights, roles, views, a materialized view, stored values of the extension's types,
-- a region of an ordinary role whose name needs quotes, and rows that were changed and deleted. For psql, after
-- test/sample/load.sql.
\encoding UTF8
SELECT format('GRANT CREATE ON DATABASE %I TO restore_analyst', current_database()) \gexec

-- the region of another role
SET ROLE restore_analyst;
SELECT shnor.create_region('Тверская область', 'Область с именем в кавычках', 'Asia/Omsk') \gset own_
SET search_path = "Тверская область";
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Учебный округ'), (2, 'Второй учебный округ');
INSERT INTO school (school_id, municipality_id, code, name) SELECT i, 1 + i % 2, 's' || i, 'Учебная школа ' || i FROM generate_series(1, 9) i;
INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2025-08-01', 'Учебный департамент', 'О мониторинге');
INSERT INTO school_status (school_id, status, since) SELECT i, 'low_results', '2025-01-01' FROM generate_series(1, 4) i;
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
VALUES (1, '2025', '2025-09-01', '2025-09-20', '2025-09-01', 1, 'open');
INSERT INTO target (round_id, indicator, threshold, legal_act_id) VALUES (1, 'teachers_supported', 50, 1);
INSERT INTO submission (round_id, school_id, submitted_at, teachers, supported, has_prevention)
SELECT 1, i, '2025-09-10 12:00+06', 10 + i, i, i > 3 FROM generate_series(1, 7) i;
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note) VALUES (1, 1, true);
UPDATE submission SET supported = 5 WHERE school_id IN (2, 3);
GRANT USAGE ON SCHEMA "Тверская область" TO restore_reader WITH GRANT OPTION;
GRANT SELECT ON ALL TABLES IN SCHEMA "Тверская область" TO restore_reader;
RESET ROLE;
RESET search_path;

-- answers are corrected and withdrawn: the rows no longer lie in the order in which they came
UPDATE ivanovo.submission SET teachers = teachers + 1 WHERE round_id = 3 AND school_id % 7 = 0;
DELETE FROM ivanovo.submission WHERE round_id = 3 AND school_id % 31 = 0;
VACUUM ivanovo.submission;
UPDATE ivanovo.submission SET teachers = teachers - 1 WHERE round_id = 3 AND school_id % 14 = 0;

-- rights of people who read and write
GRANT USAGE ON SCHEMA ivanovo TO restore_reader, restore_editor;
GRANT SELECT ON ALL TABLES IN SCHEMA ivanovo TO restore_reader;
REVOKE SELECT ON ivanovo.result FROM restore_reader;
GRANT SELECT, INSERT ON ivanovo.submission TO restore_editor WITH GRANT OPTION;
GRANT UPDATE (reopening) ON ivanovo.round TO restore_editor;
GRANT SELECT ON ivanovo.municipal_indicator TO PUBLIC;

-- reports of their own
CREATE SCHEMA own AUTHORIZATION restore_analyst;
COMMENT ON SCHEMA own IS 'Отчёты аналитика';
CREATE VIEW own.points WITH (security_invoker = true) AS
SELECT municipality, sum(score) AS points FROM ivanovo.municipal_indicator WHERE round_id IN (1, 2) GROUP BY municipality;
CREATE VIEW own.best AS SELECT p.municipality, p.points, rank() OVER (ORDER BY p.points DESC) AS place FROM own.points p;
COMMENT ON VIEW own.best IS 'Места по сумме баллов';
CREATE MATERIALIZED VIEW own.report AS SELECT * FROM ivanovo.municipal_indicator;
CREATE UNIQUE INDEX ON own.report (round_id, municipality_id, indicator);
-- kept for the record: what the extension computed, in its own types
CREATE TABLE own.tally AS SELECT * FROM ivanovo.municipal_tally;
CREATE TABLE own.share AS SELECT round_id, municipality_id, indicator, shnor.share(numerator, denominator) AS share FROM ivanovo.municipal_indicator;
GRANT SELECT ON own.report TO restore_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE restore_analyst IN SCHEMA own GRANT SELECT ON TABLES TO restore_reader;
ANALYZE;
