-- Builds the sample region «ivanovo» from test/data: registries by COPY, answers through import_form.
-- For psql, from the repository's root, in a database where shnor is installed and no schema of that name stands:
--
--   psql -v ON_ERROR_STOP=1 -f test/sample/load.sql
--
-- Municipalities are real names, institutions and figures are invented (test/sample/generate.pl).
\encoding UTF8

SELECT shnor.create_region('ivanovo', 'Ивановская область: учебный пример') \gset sample_

\copy ivanovo.municipality (municipality_id, oktmo, name) from 'test/data/municipality.csv' with (format csv, header)
\copy ivanovo.school (school_id, municipality_id, code, name, kind, opened_on, closed_on, successor_id) from 'test/data/school.csv' with (format csv, header)
\copy ivanovo.legal_act (legal_act_id, number, issued_on, issuer, title, amends_id) from 'test/data/legal_act.csv' with (format csv, header)
\copy ivanovo.round (round_id, title, starts_on, due_on, ends_on, cohort_on, legal_act_id, state) from 'test/data/round.csv' with (format csv, header)
\copy ivanovo.school_status (school_id, status, since, until, legal_act_id) from 'test/data/school_status.csv' with (format csv, header)
\copy ivanovo.target (round_id, indicator, municipality_id, threshold, plan, legal_act_id) from 'test/data/target.csv' with (format csv, header)

-- the municipalities' own answers: two rounds as a table, the third as a form
\copy ivanovo.municipal_submission (round_id, municipality_id, submitted_at, source, has_results_note, has_practice_sharing, has_resource_monitoring) from 'test/data/municipal_submission.csv' with (format csv, header)

-- the form of 2025 asks for the number of teachers a second time, in words of its own
-- and that of 2026 names in words of its own the questions that its columns of documents prove
INSERT INTO ivanovo.form_header (header, field) VALUES ('Всего педагогов (повторный вопрос)', 'teachers'),
	('Прикрепите документ (программа профилактики)', 'document:has_prevention'),
	('Прикрепите документ (ИУП)', 'document:has_study_plans');

\set form `cat test/data/form_2024.csv`
SELECT * FROM shnor.import_form('ivanovo', 1, :'form', source => 'form_2024.csv') \gset sample_
\set form `cat test/data/form_2025.csv`
SELECT * FROM shnor.import_form('ivanovo', 2, :'form', source => 'form_2025.csv') \gset sample_
\set form `cat test/data/form_2026.tsv`
SELECT * FROM shnor.import_form('ivanovo', 3, :'form', source => 'form_2026.tsv') \gset sample_
\set form `cat test/data/form_municipal_2026.csv`
SELECT * FROM shnor.import_form('ivanovo', 3, :'form', source => 'form_municipal_2026.csv') \gset sample_

-- what other sources say: two rounds as a table, УНОИ's list of 2026 as its file
\copy ivanovo.source_answer (round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes, submitted_at, source, legal_act_id) from 'test/data/source_answer.csv' with (format csv, header)
\set form `cat test/data/unoi_2026.csv`
SELECT * FROM shnor.import_form('ivanovo', 3, :'form', source => 'unoi_2026.csv', data_source => 'unoi') \gset sample_
\unset form

-- results of assessments, on which schools are identified and support is judged
\copy ivanovo.result (year, school_id, assessment, subject, grade, participants, below_minimum, marks_sum, source) from 'test/data/result.csv' with (format csv, header)

-- the registries came with their own numbers: new rows go on after them
SELECT setval(pg_get_serial_sequence('ivanovo.municipality', 'municipality_id'), max(municipality_id)) AS municipality FROM ivanovo.municipality \gset sample_
SELECT setval(pg_get_serial_sequence('ivanovo.school', 'school_id'), max(school_id)) AS school FROM ivanovo.school \gset sample_
SELECT setval(pg_get_serial_sequence('ivanovo.legal_act', 'legal_act_id'), max(legal_act_id)) AS legal_act FROM ivanovo.legal_act \gset sample_
SELECT setval(pg_get_serial_sequence('ivanovo.round', 'round_id'), max(round_id)) AS round FROM ivanovo.round \gset sample_

ANALYZE;

-- documents; then two years are over, while the form of 2026 is still being filled in; then what followed from them
\ir documents.sql
UPDATE ivanovo.round SET state = 'closed' WHERE round_id IN (1, 2);
\ir follow-up.sql
ANALYZE;
