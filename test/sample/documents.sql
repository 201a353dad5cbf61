-- Documents that staff entered beside those of the forms: curators' orders and agreements, some of them late, expired
-- or rejected. Which school has which is told by its number, so that the sample is the same everywhere.
INSERT INTO ivanovo.document (round_id, school_id, question, kind, title, issued_on, valid_until, check_state, check_note, source)
SELECT p.round_id, p.school_id, p.question, v.kind,
	   format('Учебный пример: %s о кураторе школы %s', CASE v.kind WHEN 'order' THEN 'приказ' ELSE 'договор' END, p.school_id),
	   r.cohort_on - 30,
	   -- every seventh agreement ends before the answers are due
	   CASE WHEN v.kind = 'agreement' AND p.school_id % 7 = 1 THEN r.due_on - 5 END,
	   CASE WHEN p.school_id % 11 = 0 THEN 'rejected' WHEN r.round_id < 3 THEN 'accepted' ELSE 'unchecked' END,
	   CASE WHEN p.school_id % 11 = 0 THEN 'Учебный пример: нет подписи' END, 'внесён вручную'
FROM ivanovo.answer_proof p
JOIN ivanovo.round r USING (round_id)
CROSS JOIN (VALUES ('order', 5), ('agreement', 3)) AS v(kind, missing)
WHERE p.question = 'has_curator' AND p.school_id % v.missing <> 0;

INSERT INTO ivanovo.document (round_id, school_id, question, title, valid_until, source)
SELECT p.round_id, p.school_id, p.question, format('Учебный пример: документ школы %s', p.school_id),
	   CASE WHEN p.school_id % 10 = 3 THEN r.due_on END, 'внесён вручную'
FROM ivanovo.answer_proof p
JOIN ivanovo.round r USING (round_id)
WHERE p.school_id % 3 <> 0
  AND (p.question IN ('has_tutoring', 'internet_resolved', 'equipment_resolved') OR r.round_id < 3 AND p.question IN ('has_prevention', 'has_study_plans'));

-- documents of the forms that did not pass the check
UPDATE ivanovo.document SET check_state = 'rejected', check_note = 'Учебный пример: документ о другом'
WHERE school_id % 9 = 0 AND question IN ('has_prevention', 'staffing_resolved');
