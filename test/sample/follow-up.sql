-- What followed from the figures of 2024 and 2025: notes, recommendations, measures, decisions, publications.
-- Who did what in time, late or not at all is told by numbers of municipality and indicator, so that the sample is
-- the same everywhere. Texts are invented.
INSERT INTO ivanovo.note (round_id, municipality_id, indicator, reason, title, received_on, state)
SELECT s.round_id, s.municipality_id, s.indicator,
	   (ARRAY['Учебный пример: нехватка педагогов в малых школах', 'Учебный пример: план составлен без учёта закрытия школы',
			  'Учебный пример: договоры подписаны после срока', 'Учебный пример: часть школ не ответила'])[1 + (s.municipality_id + s.position) % 4],
	   format('Учебный пример: аналитическая записка %s/%s', s.municipality_id, s.position),
	   s.due_on - 12 + 8 * ((s.municipality_id + s.position) % 3),
	   CASE WHEN (s.municipality_id * 7 + s.position) % 11 = 0 THEN 'returned' WHEN s.round_id = 1 THEN 'accepted' ELSE 'received' END
FROM ivanovo.note_status s
WHERE s.round_id < 3 AND (s.municipality_id * 7 + s.position) % 4 <> 0;

INSERT INTO ivanovo.recommendation (round_id, municipality_id, indicator, template_id, kind, addressee, wording, recorded_in, issued_on)
SELECT d.round_id, d.municipality_id, d.indicator, d.template_id, d.kind, d.addressee, d.wording,
	   CASE d.municipality_id % 2 WHEN 0 THEN 'Учебный пример: аналитическая справка' ELSE 'Учебный пример: протокол' END,
	   d.due_on - 5 + 5 * (d.position % 3)
FROM ivanovo.recommendation_due d
WHERE d.round_id < 3 AND (d.municipality_id + d.template_id) % 7 <> 0;

INSERT INTO ivanovo.measure (round_id, municipality_id, indicator, measure_kind, title, recommendation_id, starts_on, due_on, done_on, state)
SELECT o.round_id, o.municipality_id, o.indicator, k.measure_kind, format('Учебный пример: мера по показателю %s', o.position),
	   (SELECT min(g.recommendation_id) FROM ivanovo.recommendation g
		WHERE g.round_id = o.round_id AND g.municipality_id = o.municipality_id AND g.indicator = o.indicator),
	   o.measure_due_on - 30, o.measure_due_on + 150,
	   CASE WHEN (o.municipality_id + o.position) % 2 = 0 THEN o.measure_due_on + 140 END,
	   CASE WHEN (o.municipality_id + o.position) % 2 = 0 THEN 'done' WHEN (o.municipality_id + o.position) % 13 = 0 THEN 'cancelled' ELSE 'in_progress' END
FROM ivanovo.obligation o
JOIN ivanovo.measure_kind k ON k.position = 1 + o.position % 6
WHERE o.round_id < 3 AND o.note_required AND (o.municipality_id + o.position) % 3 <> 0;

-- a measure for schools of its own: those with even numbers among the listed ones
INSERT INTO ivanovo.measure_school (measure_id, school_id)
SELECT m.measure_id, b.school_id
FROM ivanovo.measure m
JOIN ivanovo.round_member b ON b.round_id = m.round_id AND b.municipality_id = m.municipality_id
WHERE b.kind = 'school' AND (b.low_results OR b.adverse_conditions) AND b.school_id % 2 = 0;

INSERT INTO ivanovo.decision (round_id, municipality_id, indicator, decision_kind, title, measure_id, legal_act_id, adopted_on, due_on, done_on, state)
SELECT m.round_id, m.municipality_id, m.indicator, k.decision_kind, format('Учебный пример: решение к мере %s', m.measure_id), m.measure_id,
	   CASE WHEN m.measure_id % 3 > 0 THEN 17 END, CASE WHEN m.measure_id % 3 > 0 THEN m.starts_on + 20 END, m.due_on,
	   CASE WHEN m.measure_id % 3 = 1 THEN m.due_on - 10 END,
	   (ARRAY['planned', 'done', 'adopted'])[1 + m.measure_id % 3]
FROM ivanovo.measure m
JOIN ivanovo.decision_kind k ON k.position = 1 + m.measure_id % 3
WHERE m.state <> 'cancelled' AND m.measure_id % 4 <> 0;

-- 2024 is published; then УНОИ corrects its list and an order a threshold; the round is reopened with the reason,
-- corrected, closed and published again
SELECT shnor.publish('ivanovo', 1, 17, 'Учебный пример: отчёт за 2024 год') AS first \gset sample_
SELECT shnor.reopen_round('ivanovo', 1, 'Учебный пример: УНОИ уточнил список, порог изменён приказом') AS state \gset sample_
UPDATE ivanovo.source_answer SET answer_count = answer_count + 1
WHERE round_id = 1 AND question = 'in_networks' AND school_id = (SELECT min(school_id) FROM ivanovo.source_answer WHERE round_id = 1 AND question = 'in_networks');
UPDATE ivanovo.target SET threshold = 55, legal_act_id = 18 WHERE round_id = 1 AND indicator = 'diagnosed_subject';
UPDATE ivanovo.round SET state = 'closed' WHERE round_id = 1;
SELECT shnor.publish('ivanovo', 1, 18, 'Учебный пример: уточнённый отчёт за 2024 год') AS second \gset sample_
