-- Evidence: what is claimed and what is proven, side by side. Counted by hand from the few rows below.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;

-- what a refused command says: SQLSTATE, message and hint
CREATE FUNCTION probe.refusal(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
	hint text;
BEGIN
	EXECUTE command;
	RETURN 'done';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN format('%s %s | %s', SQLSTATE, said, hint);
END
$$;

INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(2, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open'),
	(3, '2025', '2025-09-01', '2025-09-20', '2025-09-01', 1, 'open');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй'), (3, 'Без школ');
-- Первый: 1..5, Второй: 6, 7; all are in the risk zone, 1..4 and 6 have low results
INSERT INTO school (school_id, municipality_id, code, name) SELECT i, CASE WHEN i < 6 THEN 1 ELSE 2 END, 's' || i, 'Школа ' || i FROM generate_series(1, 7) i;
INSERT INTO school_status (school_id, status, since) SELECT i, 'risk_zone', '2020-01-01' FROM generate_series(1, 7) i;
INSERT INTO school_status (school_id, status, since) SELECT i, 'low_results', '2020-01-01' FROM unnest('{1,2,3,4,6}'::integer[]) i;

-- what the seed asks for
SELECT results_eq('SELECT question, evidence, evidence_kinds FROM question WHERE evidence <> ''none'' AND answer_type = ''yes_no'' ORDER BY position',
	$$VALUES ('has_curator', 'required_if_yes', '{order,agreement}'::text[]), ('has_prevention', 'required_if_yes', '{}'), ('has_study_plans', 'required_if_yes', '{}'),
			 ('has_tutoring', 'required_if_yes', '{}'), ('internet_resolved', 'required_if_yes', '{}'), ('equipment_resolved', 'required_if_yes', '{}'),
			 ('staffing_resolved', 'required_if_yes', '{}'), ('has_results_note', 'optional', '{}'), ('has_practice_sharing', 'optional', '{}'),
			 ('has_resource_monitoring', 'optional', '{}')$$, 'where the methodology asks for a document');

INSERT INTO submission (round_id, school_id, teachers, in_events, has_curator, has_program, has_prevention, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved) VALUES
	(2, 1, 30, true, true, true, true, NULL, true, true, true),
	(2, 2, 20, false, true, true, true, NULL, true, true, false),
	(2, 3, 20, NULL, true, false, true, false, true, true, NULL),
	(2, 4, 20, true, true, NULL, true, NULL, true, false, NULL),
	(2, 5, 20, true, true, true, NULL, NULL, NULL, NULL, NULL),
	(2, 6, 10, false, false, true, true, NULL, true, true, true);		-- 7 has sent nothing
INSERT INTO municipal_submission (round_id, municipality_id, has_results_note, has_practice_sharing, has_resource_monitoring) VALUES
	(2, 1, true, false, NULL), (2, 2, true, NULL, NULL);
INSERT INTO target (round_id, indicator, municipality_id, threshold) VALUES
	(2, 'schools_with_prevention', NULL, 50), (2, 'schools_with_prevention', 1, 60), (2, 'risks_resolved', NULL, 40),
	(2, 'schools_in_events', NULL, 50), (2, 'results_note', NULL, 60);

CREATE VIEW probe.side AS
	SELECT municipality_id, indicator, denominator, claimed, claimed_percent, claimed_score, proven, proven_percent, proven_score, unproven, proof_required
	FROM municipal_evidence WHERE round_id = 2;

-- without a single document: claimed are 1, 2, 3, 4 of five and 6 of two; threshold 60 % of the first, 50 % of all
SELECT results_eq('SELECT * FROM side WHERE indicator = ''schools_with_prevention'' ORDER BY 1',
	$$VALUES (1, 'schools_with_prevention', 5::bigint, 4::bigint, 80.0000, 1::smallint, 0::bigint, 0.0000, 0::smallint, 4::bigint, true),
			 (2, 'schools_with_prevention', 2, 1, 50.0000, 1::smallint, 0, 0.0000, 0::smallint, 1, true),
			 (3, 'schools_with_prevention', 0, 0, NULL, NULL, 0, NULL, NULL, 0, true)$$, 'a yes that requires a document and has none is claimed, not proven');
SELECT results_eq('SELECT school_id, documents, holding, proven, reason FROM answer_proof WHERE round_id = 2 AND question = ''has_prevention'' ORDER BY 1',
	$$VALUES (1, 0::bigint, 0::bigint, false, 'Документа нет'), (2, 0, 0, false, 'Документа нет'), (3, 0, 0, false, 'Документа нет'), (4, 0, 0, false, 'Документа нет'), (6, 0, 0, false, 'Документа нет')$$,
	'each yes says why it is not proven; no and no answer have nothing to prove');

-- the day the answers are due, 2024-09-20, decides
INSERT INTO document (round_id, school_id, question, title, valid_from, valid_until, check_state) VALUES
	(2, 1, 'has_prevention', 'Программа', NULL, '2024-09-21', 'unchecked'),			-- its last day is the due day
	(2, 2, 'has_prevention', 'Программа', NULL, '2024-09-20', 'unchecked'),			-- has expired on it
	(2, 3, 'has_prevention', 'Программа', '2024-09-20', NULL, 'unchecked'),			-- begins on it
	(2, 4, 'has_prevention', 'Программа', '2024-09-21', '2025-09-21', 'accepted'),	-- begins too late
	(2, 6, 'has_prevention', 'Программа', NULL, NULL, 'rejected'),
	(2, 5, 'has_prevention', 'Программа', NULL, NULL, 'accepted'),					-- its school has not answered
	(3, 2, 'has_prevention', 'Программа', NULL, NULL, 'accepted');					-- of another round
SELECT results_eq('SELECT school_id, documents, holding, proven, reason FROM answer_proof WHERE round_id = 2 AND question = ''has_prevention'' ORDER BY 1',
	$$VALUES (1, 1::bigint, 1::bigint, true, 'Подтверждено документом'), (2, 1, 0, false, 'Документ не действует на 20.09.2024'), (3, 1, 1, true, 'Подтверждено документом'),
			 (4, 1, 0, false, 'Документ не действует на 20.09.2024'), (6, 1, 0, false, 'Документ отклонён при проверке')$$, 'a proof that expires, begins too late, is rejected');
-- 1 and 3 of five: 40 %, below 60
SELECT results_eq('SELECT municipality_id, claimed, proven, proven_percent, proven_score, unproven FROM side WHERE indicator = ''schools_with_prevention'' AND municipality_id < 3 ORDER BY 1',
	$$VALUES (1, 4::bigint, 2::bigint, 40.0000, 0::smallint, 2::bigint), (2, 1, 0, 0.0000, 0::smallint, 1)$$, 'the figure and its score follow');
-- the region: 5 of 7 = 71.4286 %, 2 of 7 = 28.5714 %, threshold 50
SELECT results_eq('SELECT denominator, claimed, claimed_percent, claimed_score, proven, proven_percent, proven_score, unproven, proof_required FROM regional_evidence WHERE round_id = 2 AND indicator = ''schools_with_prevention''',
	$$VALUES (7::bigint, 5::bigint, 71.4286, 1::smallint, 2::bigint, 28.5714, 0::smallint, 3::bigint, true)$$, 'the region is the sum');

-- exactly at the threshold: three of five are 60 %; a second, expired copy takes nothing away
UPDATE document SET valid_from = NULL WHERE round_id = 2 AND school_id = 4;
INSERT INTO document (round_id, school_id, question, link, valid_until) VALUES (2, 4, 'has_prevention', 'https://example.org/1', '2024-01-01');
SELECT results_eq('SELECT proven, proven_percent, proven_score FROM side WHERE indicator = ''schools_with_prevention'' AND municipality_id = 1',
	$$VALUES (3::bigint, 60.0000, 1::smallint)$$, 'on the threshold is 1 point');
SELECT results_eq('SELECT documents, holding, proven, reason FROM answer_proof WHERE round_id = 2 AND question = ''has_prevention'' AND school_id = 4',
	$$VALUES (2::bigint, 1::bigint, true, 'Подтверждено документом')$$, 'one that holds is enough');
UPDATE target SET threshold = 60.0001 WHERE indicator = 'schools_with_prevention' AND municipality_id = 1;
SELECT is((SELECT proven_score FROM side WHERE indicator = 'schools_with_prevention' AND municipality_id = 1), 0::smallint, 'a ten-thousandth above it is 0');
UPDATE target SET threshold = 60 WHERE indicator = 'schools_with_prevention' AND municipality_id = 1;

-- where a no makes the figure better, a missing document would be rewarded: nothing is proven, and it says why
UPDATE target SET threshold = 70 WHERE indicator = 'schools_with_prevention' AND municipality_id = 1;
UPDATE indicator SET polarity = 'lower_is_better' WHERE indicator = 'schools_with_prevention';
CREATE VIEW probe.not_proven AS
	SELECT municipality_id, denominator, claimed, claimed_score, proven, proven_percent, proven_score, unproven, proven_denominator, reason
	FROM municipal_evidence WHERE round_id = 2 AND indicator = 'schools_with_prevention';
CREATE TABLE probe.why AS SELECT 'Без документа ответ считается за «нет», а для этого показателя это улучшило бы результат: доказанное значение не считается' AS text;
SELECT results_eq('SELECT * FROM not_proven WHERE municipality_id = 1',
	$$SELECT 1, 5::bigint, 4::bigint, 0::smallint, NULL::bigint, NULL::numeric, NULL::smallint, NULL::bigint, NULL::bigint, text FROM why$$, 'less is better: the claimed 80 % against 70 stands alone');
SELECT results_eq('SELECT claimed, proven, proven_percent, proven_score, unproven, proven_denominator, reason FROM regional_evidence WHERE round_id = 2 AND indicator = ''schools_with_prevention''',
	$$SELECT 5::bigint, NULL::bigint, NULL::numeric, NULL::smallint, NULL::bigint, NULL::bigint, text FROM why$$, 'in the region too');
UPDATE indicator SET polarity = 'higher_is_better' WHERE indicator = 'schools_with_prevention';
UPDATE target SET threshold = 60 WHERE indicator = 'schools_with_prevention' AND municipality_id = 1;
-- a negated answer: 2 and 6 have no document, and «no» is what is counted: 0 claimed, 1 of each would be proven
UPDATE indicator SET numerator = 'NOT has_prevention' WHERE indicator = 'schools_with_prevention';
SELECT results_eq('SELECT * FROM not_proven ORDER BY 1',
	$$SELECT 1, 5::bigint, 0::bigint, 0::smallint, NULL::bigint, NULL::numeric, NULL::smallint, NULL::bigint, NULL::bigint, text FROM why
	  UNION ALL SELECT 2, 2, 0, 0::smallint, NULL, NULL, NULL, NULL, NULL, text FROM why
	  UNION ALL SELECT 3, 0, 0, NULL, 0, NULL, NULL, 0, 0, NULL ORDER BY 1$$, 'a negated answer: lack of proof is no proof');
SELECT results_eq('SELECT claimed, proven, proven_percent, proven_score, unproven, proven_denominator, reason FROM regional_evidence WHERE round_id = 2 AND indicator = ''schools_with_prevention''',
	$$SELECT 0::bigint, NULL::bigint, NULL::numeric, NULL::smallint, NULL::bigint, NULL::bigint, text FROM why$$, 'nor in the region');
UPDATE indicator SET numerator = 'has_prevention' WHERE indicator = 'schools_with_prevention';
SELECT results_eq('SELECT * FROM not_proven WHERE municipality_id = 1',
	$$VALUES (1, 5::bigint, 4::bigint, 1::smallint, 3::bigint, 60.0000, 1::smallint, 1::bigint, 5::bigint, NULL)$$, 'otherwise both stand, and there is nothing to explain');

-- a cohort that reads an answer: claimed 1 and 2 of 1..4 have a program; proven 1 of 1, 3 and 4. 25 % of four is not 33.3333 % of three
INSERT INTO target (round_id, indicator, municipality_id, threshold) VALUES (2, 'schools_with_program', NULL, 30);
UPDATE indicator SET cohort = 'has_prevention' WHERE indicator = 'schools_with_program';
SELECT results_eq('SELECT municipality_id, denominator, claimed, claimed_percent, claimed_score, proven, proven_denominator, proven_percent, proven_score, unproven, reason
				   FROM municipal_evidence WHERE round_id = 2 AND indicator = ''schools_with_program'' ORDER BY 1',
	$$VALUES (1, 4::bigint, 2::bigint, 50.0000, 1::smallint, 1::bigint, 3::bigint, 33.3333, 1::smallint, 1::bigint, NULL),
			 (2, 1, 1, 100.0000, 1::smallint, 0, 0, NULL, NULL, 1, NULL), (3, 0, 0, NULL, NULL, 0, 0, NULL, NULL, 0, NULL)$$, 'the proven figure is judged by its own denominator');
SELECT results_eq('SELECT denominator, claimed, claimed_percent, claimed_score, proven, proven_denominator, proven_percent, proven_score FROM regional_evidence WHERE round_id = 2 AND indicator = ''schools_with_program''',
	$$VALUES (5::bigint, 3::bigint, 60.0000, 1::smallint, 1::bigint, 3::bigint, 33.3333, 1::smallint)$$, 'the region''s too');
UPDATE indicator SET cohort = (SELECT cohort FROM indicator WHERE indicator = 'schools_in_events') WHERE indicator = 'schools_with_program';
DELETE FROM target WHERE indicator = 'schools_with_program';

-- an order says that documents are checked first: 1 and 3 are not checked yet, 4 is accepted
UPDATE round SET documents_need_check = true WHERE round_id = 2;
SELECT results_eq('SELECT school_id, holding, proven, reason FROM answer_proof WHERE round_id = 2 AND question = ''has_prevention'' ORDER BY 1',
	$$VALUES (1, 0::bigint, false, 'Документ не проверен'), (2, 0, false, 'Документ не действует на 20.09.2024'), (3, 0, false, 'Документ не проверен'),
			 (4, 1, true, 'Подтверждено документом'), (6, 0, false, 'Документ отклонён при проверке')$$, 'what is not checked does not prove; checking it would not help what has expired');
SELECT is((SELECT proven FROM side WHERE indicator = 'schools_with_prevention' AND municipality_id = 1), 1::bigint, 'one of five');
UPDATE document SET check_state = 'accepted' WHERE round_id = 2 AND school_id = 3;
SELECT is((SELECT proven FROM side WHERE indicator = 'schools_with_prevention' AND municipality_id = 1), 2::bigint, 'two, once it is accepted');
UPDATE round SET documents_need_check = false WHERE round_id = 2;

-- a curator: order and agreement, of those with low results (1..4 and 6); the seed wants both
INSERT INTO document (round_id, school_id, question, kind, title, valid_until, check_state) VALUES
	(2, 1, 'has_curator', 'order', 'Приказ', NULL, 'unchecked'), (2, 1, 'has_curator', 'agreement', 'Договор', NULL, 'unchecked'),
	(2, 2, 'has_curator', 'order', 'Приказ', NULL, 'unchecked'),
	(2, 3, 'has_curator', 'agreement', 'Договор', NULL, 'unchecked'), (2, 3, 'has_curator', 'order', 'Приказ', '2024-09-20', 'unchecked'),
	(2, 4, 'has_curator', 'document', 'Справка', NULL, 'unchecked'),
	(2, 5, 'has_curator', 'order', 'Приказ', NULL, 'rejected');
SELECT results_eq('SELECT school_id, documents_needed, documents, holding, proven, reason FROM answer_proof WHERE round_id = 2 AND question = ''has_curator'' ORDER BY 1',
	$$VALUES (1, 'order, agreement', 2::bigint, 2::bigint, true, 'Подтверждено документом'),
			 (2, 'order, agreement', 1, 1, false, 'Не хватает: действующего договора о сотрудничестве'),
			 (3, 'order, agreement', 2, 1, false, 'Не хватает: действующего приказа'),
			 (4, 'order, agreement', 1, 1, false, 'Не хватает: действующего приказа, действующего договора о сотрудничестве'),
			 (5, 'order, agreement', 1, 0, false, 'Документ отклонён при проверке')$$, 'order and agreement: what is missing is named');
-- claimed 1..4 of four (school 5 is not in the cohort), proven 1
SELECT results_eq('SELECT denominator, claimed, proven, unproven FROM side WHERE indicator = ''schools_with_curator'' AND municipality_id < 3 ORDER BY municipality_id',
	$$VALUES (4::bigint, 4::bigint, 1::bigint, 3::bigint), (1, 0, 0, 0)$$, 'both are needed');
UPDATE question SET evidence_kinds = '{order}' WHERE question = 'has_curator';
SELECT is((SELECT proven FROM side WHERE indicator = 'schools_with_curator' AND municipality_id = 1), 2::bigint, 'the order alone: 1 and 2');
UPDATE question SET evidence_kinds = '{agreement}' WHERE question = 'has_curator';
SELECT is((SELECT proven FROM side WHERE indicator = 'schools_with_curator' AND municipality_id = 1), 2::bigint, 'the agreement alone: 1 and 3');
SELECT results_eq('SELECT school_id, reason FROM answer_proof WHERE round_id = 2 AND question = ''has_curator'' AND school_id IN (2, 3) ORDER BY 1',
	$$VALUES (2, 'Не хватает: действующего договора о сотрудничестве'), (3, 'Подтверждено документом')$$, 'and its reason');
UPDATE question SET evidence_kinds = '{}' WHERE question = 'has_curator';
SELECT is((SELECT proven FROM side WHERE indicator = 'schools_with_curator' AND municipality_id = 1), 4::bigint, 'any document: 1, 2, 3 and 4');
UPDATE question SET evidence_kinds = '{order,agreement}' WHERE question = 'has_curator';
-- checking: an unchecked order beside a missing agreement still lacks the agreement
UPDATE round SET documents_need_check = true WHERE round_id = 2;
SELECT results_eq('SELECT school_id, proven, reason FROM answer_proof WHERE round_id = 2 AND question = ''has_curator'' AND school_id < 4 ORDER BY 1',
	$$VALUES (1, false, 'Документ не проверен'), (2, false, 'Не хватает: действующего договора о сотрудничестве'), (3, false, 'Не хватает: действующего приказа')$$,
	'what would be proven by checking waits for the check, the rest lacks something');
UPDATE round SET documents_need_check = false WHERE round_id = 2;

-- two risks of three: claimed 1, 2, 3 and 6; the document of one of the two is not enough, two of three are
INSERT INTO document (round_id, school_id, question, title) VALUES
	(2, 1, 'internet_resolved', 'Договор с провайдером'), (2, 1, 'staffing_resolved', 'Штатное расписание'),	-- two of its three
	(2, 2, 'internet_resolved', 'Договор с провайдером'),														-- one of its two
	(2, 3, 'internet_resolved', 'Договор с провайдером'), (2, 3, 'equipment_resolved', 'Накладная'),			-- both
	(2, 4, 'internet_resolved', 'Договор с провайдером'), (2, 4, 'equipment_resolved', 'Накладная'),			-- the second is of a no
	(2, 6, 'internet_resolved', 'Договор с провайдером');
-- Первый: claimed 3 of 5, proven 2 of 5 = 40 %, the threshold; Второй: claimed 1 of 2, proven 0
SELECT results_eq('SELECT municipality_id, denominator, claimed, claimed_percent, claimed_score, proven, proven_percent, proven_score FROM side WHERE indicator = ''risks_resolved'' AND municipality_id < 3 ORDER BY 1',
	$$VALUES (1, 5::bigint, 3::bigint, 60.0000, 1::smallint, 2::bigint, 40.0000, 1::smallint), (2, 2, 1, 50.0000, 1::smallint, 0, 0.0000, 0::smallint)$$, 'two proven risks of three');
SELECT results_eq('SELECT school_id, internet_resolved, equipment_resolved, staffing_resolved FROM school_proven WHERE round_id = 2 ORDER BY 1',
	$$VALUES (1, true, false, true), (2, true, false, false), (3, true, true, NULL), (4, true, false, NULL), (5, NULL, NULL, NULL), (6, true, false, false), (7, NULL, NULL, NULL)$$,
	'a yes without proof is a no; a no stays, and no answer stays no answer');
SELECT results_eq('SELECT denominator, claimed, proven, claimed_percent, proven_percent, proven_score FROM regional_evidence WHERE round_id = 2 AND indicator = ''risks_resolved''',
	$$VALUES (7::bigint, 4::bigint, 2::bigint, 57.1429, 28.5714, 0::smallint)$$, 'the region: 4 and 2 of 7');

-- nothing is asked for: proven is claimed. In events 1 and 4 of 1..4, and none of 6; threshold 50 %
SELECT results_eq('SELECT * FROM side WHERE indicator IN (''schools_in_events'', ''schools_with_program'') AND municipality_id < 3 ORDER BY 2, 1',
	$$VALUES (1, 'schools_in_events', 4::bigint, 2::bigint, 50.0000, 1::smallint, 2::bigint, 50.0000, 1::smallint, 0::bigint, false),
			 (2, 'schools_in_events', 1, 0, 0.0000, 0::smallint, 0, 0.0000, 0::smallint, 0, false),
			 (1, 'schools_with_program', 4, 2, 50.0000, NULL, 2, 50.0000, NULL, 0, false),
			 (2, 'schools_with_program', 1, 1, 100.0000, NULL, 1, 100.0000, NULL, 0, false)$$, 'no document asked for, or no threshold set');
-- a municipality's own yes: a document is welcome, not asked for
SELECT results_eq('SELECT * FROM side WHERE indicator = ''results_note'' ORDER BY 1',
	$$VALUES (1, 'results_note', 1::bigint, 1::bigint, 100.0000, 1::smallint, 1::bigint, 100.0000, 1::smallint, 0::bigint, false),
			 (2, 'results_note', 1, 1, 100.0000, 1::smallint, 1, 100.0000, 1::smallint, 0, false), (3, 'results_note', 1, 0, 0.0000, 0::smallint, 0, 0.0000, 0::smallint, 0, false)$$, 'optional evidence is not missed');
SELECT results_eq('SELECT municipality_id, school_id, documents_needed, proven, reason FROM answer_proof WHERE round_id = 2 AND question = ''has_results_note'' ORDER BY 1',
	$$VALUES (1, NULL::integer, '', true, 'Документ не требуется'), (2, NULL, '', true, 'Документ не требуется')$$, 'and says so');
UPDATE question SET evidence = 'required_if_yes' WHERE question = 'has_results_note';
INSERT INTO document (round_id, municipality_id, question, title, issued_on) VALUES (2, 2, 'has_results_note', 'Аналитическая справка', '2024-09-15');
SELECT results_eq('SELECT municipality_id, claimed, claimed_score, proven, proven_score, unproven, proof_required FROM side WHERE indicator = ''results_note'' ORDER BY 1',
	$$VALUES (1, 1::bigint, 1::smallint, 0::bigint, 0::smallint, 1::bigint, true), (2, 1, 1::smallint, 1, 1::smallint, 0, true), (3, 0, 0::smallint, 0, 0::smallint, 0, true)$$, 'once it is asked for, it is');
-- claimed by two of three municipalities (66.6667 %, threshold 60), proven by one (33.3333 %)
SELECT results_eq('SELECT denominator, claimed, claimed_percent, claimed_score, proven, proven_percent, proven_score FROM regional_evidence WHERE round_id = 2 AND indicator = ''results_note''',
	$$VALUES (3::bigint, 2::bigint, 66.6667, 1::smallint, 1::bigint, 33.3333, 0::smallint)$$, 'k of n municipalities');
SELECT results_eq('SELECT municipality_id, has_results_note, has_practice_sharing, has_resource_monitoring FROM municipal_proven WHERE round_id = 2 ORDER BY 1',
	$$VALUES (1, false, false, NULL::boolean), (2, true, NULL, NULL), (3, NULL, NULL, NULL)$$, 'a municipality''s silence is not made a no either');

-- a yes of another source must be proven as any other
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_yes) VALUES (2, 6, 'has_curator', 'order', true);
SELECT results_eq('SELECT claimed, proven FROM side WHERE indicator = ''schools_with_curator'' AND municipality_id = 2', $$VALUES (1::bigint, 0::bigint)$$, 'the order says yes, and wants its document');

-- an answer that counts and names its order is proven by it
CREATE VIEW probe.proof AS SELECT school_id, municipality_id, question, documents, holding, proven, reason FROM answer_proof WHERE round_id = 2;
UPDATE source_answer SET legal_act_id = 1 WHERE school_id = 6 AND question = 'has_curator';
SELECT results_eq('SELECT documents, holding, proven, reason FROM proof WHERE school_id = 6 AND question = ''has_curator''',
	$$VALUES (1::bigint, 1::bigint, false, 'Не хватает: действующего договора о сотрудничестве')$$, 'the order is there, the agreement is not');
UPDATE question SET evidence_kinds = '{order}' WHERE question = 'has_curator';
UPDATE round SET documents_need_check = true WHERE round_id = 2;
SELECT results_eq('SELECT documents, holding, proven, reason FROM proof WHERE school_id = 6 AND question = ''has_curator''',
	$$VALUES (1::bigint, 1::bigint, true, 'Подтверждено документом')$$, 'where the order is enough it proves, without a check');
UPDATE round SET documents_need_check = false WHERE round_id = 2;
UPDATE question SET evidence_kinds = '{order,agreement}' WHERE question = 'has_curator';
INSERT INTO document (round_id, school_id, question, kind, title) VALUES (2, 6, 'has_curator', 'agreement', 'Договор');
SELECT results_eq('SELECT claimed, proven FROM side WHERE indicator = ''schools_with_curator'' AND municipality_id = 2', $$VALUES (1::bigint, 1::bigint)$$, 'the order of the answer and an agreement are both');
-- 4 says yes itself; its order counts only where the order goes first
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_yes, legal_act_id) VALUES (2, 4, 'has_curator', 'order', true, 1);
SELECT results_eq('SELECT documents, holding, reason FROM proof WHERE school_id = 4 AND question = ''has_curator''',
	$$VALUES (2::bigint, 2::bigint, 'Не хватает: действующего договора о сотрудничестве')$$, 'beside the school''s own document');
UPDATE question_source SET precedence = 3 WHERE question = 'has_curator' AND data_source = 'order';
SELECT results_eq('SELECT documents, holding, reason FROM proof WHERE school_id = 4 AND question = ''has_curator''',
	$$VALUES (1::bigint, 1::bigint, 'Не хватает: действующего приказа, действующего договора о сотрудничестве')$$, 'an answer that does not count brings no order');
UPDATE question_source SET precedence = 1 WHERE question = 'has_curator' AND data_source = 'order';
DELETE FROM source_answer WHERE school_id = 4;
-- nobody asked on the form: the first of two sources counts, with its order or without
INSERT INTO source_answer (round_id, school_id, question, data_source, answer_yes, legal_act_id) VALUES
	(2, 1, 'has_study_plans', 'ircoko', true, NULL), (2, 1, 'has_study_plans', 'order', true, 1),
	(2, 2, 'has_study_plans', 'ircoko', true, 1), (2, 2, 'has_study_plans', 'order', true, NULL),
	(2, 3, 'has_study_plans', 'ircoko', true, 1);
SELECT results_eq('SELECT school_id, documents, proven FROM proof WHERE question = ''has_study_plans'' ORDER BY 1',
	$$VALUES (1, 0::bigint, false), (2, 1, true), (3, 1, true)$$, 'the order of the source that counts');
INSERT INTO source_answer (round_id, municipality_id, question, data_source, answer_yes, legal_act_id) VALUES (2, 1, 'has_resource_monitoring', 'order', true, 1);
SELECT results_eq('SELECT municipality_id, school_id, documents, holding FROM proof WHERE question = ''has_resource_monitoring''', $$VALUES (1, NULL::integer, 1::bigint, 1::bigint)$$, 'a municipality''s too');

-- counts of people and context indicators are not here
SELECT results_eq('SELECT DISTINCT indicator, position FROM municipal_evidence ORDER BY position',
	$$VALUES ('results_note', 2), ('schools_in_events', 10), ('schools_with_curator', 11), ('schools_with_program', 12), ('schools_with_prevention', 13),
			 ('schools_with_study_plans', 14), ('schools_with_tutoring', 15), ('practice_sharing', 16), ('resource_monitoring', 17), ('risks_resolved', 18)$$,
	'yes/no indicators only');
SELECT is((SELECT count(*) FROM municipal_evidence), (2 * 3 * 10)::bigint, 'a row for every round, municipality and yes/no indicator');
SELECT is((SELECT count(*) FROM regional_evidence), (2 * 10)::bigint, 'and for the region');
SELECT results_eq('SELECT round_id, municipality_id, indicator, claimed, denominator, claimed_percent, claimed_score FROM municipal_evidence ORDER BY 1, 2, position',
	'SELECT round_id, municipality_id, indicator, numerator, denominator, percent, score FROM municipal_indicator WHERE indicator IN (SELECT indicator FROM municipal_evidence) ORDER BY 1, 2, position',
	'what is claimed is the main report''s figure');

-- documents are not grouped anew for each yes
CREATE FUNCTION probe.plan_of(query text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
	RETURN plan;
END
$$;
CREATE TABLE probe.plan AS SELECT plan_of('SELECT * FROM municipal_evidence WHERE round_id = 2') AS plan;
SELECT is_empty($$SELECT n FROM plan, jsonb_path_query(plan, 'strict $.**?(@."Actual Loops" > 3 && exists(@."Group Key"[*] ? (@ like_regex "question")))') AS n$$,
	'documents are looked up, not grouped over and over');

-- bad input
CREATE TABLE probe.before AS SELECT * FROM document;
SELECT is(refusal($$INSERT INTO document (round_id, school_id, question, title) VALUES (2, 1, 'has_preventoin', 'Программа')$$),
	'23503 вопроса с кодом «has_preventoin» нет в мониторинге «2024» | Вопросы и дни их действия перечислены в таблице probe.question.', 'an unknown question');
SELECT is(refusal($$INSERT INTO document (round_id, municipality_id, question, title) VALUES (2, 1, 'has_prevention', 'Программа')$$),
	'23503 на вопрос «has_prevention» отвечает организация, а не муниципалитет | Укажите school_id, а municipality_id оставьте пустым.', 'a municipality''s document for a school''s question');
SELECT is(refusal($$INSERT INTO document (round_id, school_id, question, title) VALUES (2, 1, 'has_results_note', 'Справка')$$),
	'23503 на вопрос «has_results_note» отвечает муниципалитет, а не организация | Укажите municipality_id, а school_id оставьте пустым.', 'and the other way round');
SELECT is(refusal($$INSERT INTO document (round_id, question, title) VALUES (2, 'has_prevention', 'Программа')$$),
	'23514 не указано, кто отвечает: организация или муниципалитет | Заполните одно из двух: school_id или municipality_id.', 'nobody''s document');
SELECT is(refusal($$INSERT INTO document (round_id, school_id, question) VALUES (2, 1, 'has_tutoring')$$),
	'23514 у документа нет ни названия, ни ссылки: его не найти | Впишите title, link или то и другое.', 'a document that nobody can find');
SELECT is(refusal($$INSERT INTO document (round_id, school_id, question, title, link) VALUES (2, 1, 'has_tutoring', ' ', '')$$),
	'23514 у документа нет ни названия, ни ссылки: его не найти | Впишите title, link или то и другое.', 'blanks are no title');
SELECT is(refusal($$INSERT INTO document (round_id, school_id, question, title, valid_from, valid_until) VALUES (2, 1, 'has_tutoring', 'План', '2024-09-01', '2024-09-01')$$),
	'23514 документ не действует ни одного дня | valid_until — первый день, когда документ уже не действует: он должен быть позже valid_from.', 'a document of no day');
SELECT is(left(refusal($$INSERT INTO document (round_id, school_id, question, title) VALUES (2, 1, 'has_prevention', 'Программа')$$), 5), '23505', 'the same document twice');
SELECT is(refusal($$UPDATE document SET title = NULL WHERE document_id = 1$$),
	'23514 у документа нет ни названия, ни ссылки: его не найти | Впишите title, link или то и другое.', 'an update is checked too');
SELECT is(left(refusal($$UPDATE question SET evidence_kinds = '{letter}' WHERE question = 'has_curator'$$), 5), '23514', 'an unknown kind of document');
SELECT results_eq('SELECT * FROM document ORDER BY document_id', 'SELECT * FROM before ORDER BY document_id', 'and nothing has changed');

-- a closed round is locked
UPDATE round SET state = 'closed' WHERE round_id = 2;
CREATE TABLE probe.figures AS SELECT * FROM municipal_evidence WHERE round_id = 2;
SELECT is(refusal(c), '55000 мониторинг «2024» закрыт: документы менять нельзя | Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(''probe'', 2, ''причина'');', c)
FROM (VALUES ('INSERT INTO document (round_id, school_id, question, title) VALUES (2, 2, ''has_prevention'', ''Новая программа'')'),
			 ('UPDATE document SET valid_until = NULL WHERE round_id = 2 AND school_id = 2'),
			 ('UPDATE document SET check_state = ''accepted'' WHERE round_id = 2'),
			 ('UPDATE document SET round_id = 2, title = ''Другая'' WHERE round_id = 3'),
			 ('DELETE FROM document WHERE round_id = 2'),
			 ('TRUNCATE document')) AS v(c);
SELECT is(left(refusal($$UPDATE question SET evidence = 'none' WHERE question = 'has_prevention'$$), 5), '55000', 'what it asks for is locked as well');
SELECT is(refusal($$DELETE FROM document WHERE round_id = 3$$), 'done', 'other rounds are free');
SELECT results_eq('SELECT * FROM municipal_evidence WHERE round_id = 2 ORDER BY municipality_id, position', 'SELECT * FROM figures ORDER BY municipality_id, position',
	'the closed round''s figures are what they were');

-- every answer is carried: a question is a column of each view between the answers and the tally
SELECT is_empty($$
	SELECT q.question, v.name
	FROM question q
	JOIN (VALUES ('school', 'submission'), ('school', 'school_source_answer'), ('school', 'school_round'), ('school', 'school_proven'),
				 ('municipality', 'municipal_submission'), ('municipality', 'municipal_source_answer'), ('municipality', 'municipal_round'),
				 ('municipality', 'municipal_proven')) AS v(respondent, name) ON v.respondent = q.respondent
	WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = ('probe.' || v.name)::regclass AND a.attname = q.question AND a.attnum > 0)$$,
	'each question has its column in all views of answers');
SELECT is_empty($$
	SELECT a.attrelid::regclass, a.attname
	FROM pg_attribute a
	WHERE a.attrelid IN ('submission'::regclass, 'municipal_submission'::regclass) AND a.attnum > 0 AND NOT a.attisdropped
	  AND a.attname NOT IN ('round_id', 'school_id', 'municipality_id', 'submitted_at', 'source', 'recorded_at', 'recorded_by')
	  AND NOT EXISTS (SELECT FROM question q WHERE q.question = a.attname)$$,
	'each column of answers is a question');

-- and its value comes through. School 1 answers all by the form, school 2 by another source; a number of its own for each count
SELECT shnor.create_region('every');
SET search_path = every, public;
INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
INSERT INTO municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
INSERT INTO school (school_id, municipality_id, code, name) VALUES (1, 1, 's1', 'Школа 1'), (2, 2, 's2', 'Школа 2');
CREATE VIEW every.expected AS
	SELECT q.question, q.respondent, q.answer_type, CASE q.answer_type WHEN 'yes_no' THEN 1 ELSE 100 + q.question_id END AS value FROM question q;
-- an indicator over each column
INSERT INTO indicator (indicator_id, position, clause, section, indicator, title, unit, level, numerator, denominator)
	SELECT 100 + q.question_id, 100 + q.question_id, '1.2', '1.2', 'of_' || q.question, q.question, 'percent', q.respondent, q.question,
		   CASE q.answer_type WHEN 'count' THEN q.question END
	FROM question q;
SELECT format('INSERT INTO %I (round_id, %I, %s) VALUES (1, 1, %s)', v.answers, v.respondent_id, c.columns, c.answers)
FROM (VALUES ('school', 'submission', 'school_id'), ('municipality', 'municipal_submission', 'municipality_id')) AS v(respondent, answers, respondent_id)
CROSS JOIN LATERAL (
	SELECT string_agg(quote_ident(e.question), ', ' ORDER BY e.question) AS columns,
		   string_agg(CASE e.answer_type WHEN 'yes_no' THEN 'true' ELSE e.value::text END, ', ' ORDER BY e.question) AS answers
	FROM expected e WHERE e.respondent = v.respondent) AS c \gexec
INSERT INTO source_answer (round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes)
	SELECT 1, CASE e.respondent WHEN 'school' THEN 2 END, CASE e.respondent WHEN 'municipality' THEN 2 END, e.question, 'ircoko',
		   CASE e.answer_type WHEN 'count' THEN e.value END, CASE e.answer_type WHEN 'yes_no' THEN true END
	FROM expected e;
SELECT results_eq('SELECT municipality_id, indicator, numerator FROM municipal_indicator WHERE indicator LIKE ''of\_%'' ORDER BY 1, 2',
	'SELECT m.municipality_id, ''of_'' || e.question, e.value::bigint FROM municipality m, expected e ORDER BY 1, 2', 'each answer is read by the tally');
SELECT results_eq('SELECT municipality_id, question FROM answer_proof ORDER BY 1, 2',
	'SELECT m.municipality_id, e.question FROM municipality m, expected e WHERE e.answer_type = ''yes_no'' ORDER BY 1, 2', 'each yes has its row of proof');
SELECT results_eq('SELECT municipality_id, indicator, numerator FROM proven_indicator WHERE scope = ''municipality'' AND indicator LIKE ''of\_%'' ORDER BY 1, 2',
	'SELECT m.municipality_id, ''of_'' || e.question, CASE WHEN q.evidence = ''required_if_yes'' AND q.answer_type = ''yes_no'' THEN 0 ELSE e.value END::bigint
	 FROM municipality m, expected e JOIN question q USING (question) ORDER BY 1, 2', 'and without a document only what needs one is a no');
INSERT INTO document (round_id, school_id, municipality_id, question, kind, title)
	SELECT 1, CASE e.respondent WHEN 'school' THEN m.municipality_id END, CASE e.respondent WHEN 'municipality' THEN m.municipality_id END, e.question, k, 'Документ'
	FROM municipality m, expected e, unnest('{order,agreement}'::text[]) k WHERE e.answer_type = 'yes_no';
SELECT results_eq('SELECT municipality_id, indicator, numerator, denominator, percent FROM proven_indicator WHERE scope = ''municipality'' ORDER BY 1, 2',
	'SELECT municipality_id, indicator, numerator, denominator, percent FROM indicator_result WHERE scope = ''municipality'' ORDER BY 1, 2', 'with all documents what is proven is what is claimed');

SELECT finish();
ROLLBACK;
