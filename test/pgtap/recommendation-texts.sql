-- The seeded texts of recommendations (clause 1.2.9): whatever the result of an indicator, something follows from it;
-- a bad result and a good one get different texts; every kind and every addressee occurs; conditions mean what
-- PostgreSQL takes them to mean.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;

SELECT is((SELECT count(DISTINCT t.indicator) FROM recommendation_template t JOIN indicator i USING (indicator)), 18::bigint, 'texts for all eighteen indicators');
SELECT is_empty('SELECT wording FROM recommendation_template GROUP BY wording HAVING count(*) > 1', 'no two alike');
SELECT results_eq('SELECT DISTINCT kind FROM recommendation_template ORDER BY 1', $$VALUES ('analysis'), ('materials'), ('practice')$$, 'three kinds');
SELECT results_eq('SELECT DISTINCT addressee FROM recommendation_template ORDER BY 1', $$VALUES ('parents'), ('staff'), ('students')$$, 'three groups of addressees');
SELECT is((SELECT count(*) FROM measure_kind), 6::bigint, 'six kinds of measure (1.2.10)');
SELECT is((SELECT count(*) FROM decision_kind), 3::bigint, 'three kinds of decision (1.2.11)');
SELECT is((SELECT count(*) FROM obligation_term), 4::bigint, 'a term for each step');
SELECT is_empty($$SELECT template_id, wording FROM recommendation_template WHERE wording ~ '  |"|\.\.| - | ,|[a-zA-Z]' OR wording !~ '[.]$'$$, 'whole Russian sentences');

-- every shape of a result; a score of 0 always wants a note
CREATE TEMP TABLE grid AS
SELECT i.indicator, i.polarity, row_number() OVER () AS n, s.score::smallint, p.note_required, d.numerator::bigint, d.denominator::bigint,
	a.answered::bigint, a.missing::bigint, round(100.0 * d.numerator / nullif(d.denominator, 0), 4)::numeric(25,4) AS percent, t.threshold::numeric(7,4)
FROM indicator i, (VALUES (0), (1), (NULL)) s(score), (VALUES (true), (false)) p(note_required),
	(VALUES (0, 0), (0, 1), (1, 1), (0, 5), (2, 5), (5, 5), (1, 3), (120, 120), (0, 9007199254740993)) d(numerator, denominator),
	(VALUES (0, 0), (0, 1), (1, 0), (3, 2), (0, 4)) a(answered, missing), (VALUES (NULL), (50)) t(threshold)
WHERE s.score IS DISTINCT FROM 0 OR p.note_required;
CREATE TEMP TABLE met AS
SELECT g.indicator, g.n, t.template_id, t.kind, t.addressee
FROM (SELECT indicator, shnor.methodology(template_id, condition, NULL, NULL, 'exclude') AS m FROM recommendation_template GROUP BY indicator) k
JOIN grid g USING (indicator)
CROSS JOIN LATERAL shnor.contribution(k.m, g) c
JOIN recommendation_template t ON t.template_id = c.id
WHERE c.numerator = 1;

CREATE FUNCTION probe.by_postgres(t recommendation_template) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM grid WHERE indicator = %L AND (%s)', t.indicator, t.condition) INTO n;
	RETURN n;
END
$$;
SELECT is_empty('SELECT t.template_id FROM recommendation_template t WHERE by_postgres(t) <> (SELECT count(*) FROM met m WHERE m.template_id = t.template_id)', 'conditions are those of PostgreSQL');
SELECT is_empty('SELECT t.template_id FROM recommendation_template t WHERE by_postgres(t) = 0', 'each can be met');
SELECT is_empty($$SELECT * FROM grid g WHERE NOT EXISTS (SELECT FROM met m WHERE m.n = g.n AND m.addressee = 'staff')$$, 'something follows from every result');
SELECT is_empty($$SELECT * FROM grid g WHERE polarity <> 'context' AND note_required AND NOT EXISTS (SELECT FROM met m WHERE m.n = g.n AND m.kind = 'analysis' AND m.addressee = 'staff')$$,
	'a negative result gets recommendations from the analysis');
SELECT is_empty($$SELECT * FROM grid g WHERE score = 1 AND NOT note_required AND polarity <> 'context' AND NOT EXISTS (SELECT FROM met m WHERE m.n = g.n AND m.kind = 'practice' AND m.addressee = 'staff')$$,
	'a good one hands its practice on');
SELECT is_empty($$WITH s AS (SELECT g.indicator, g.n, g.score, g.note_required, array_agg(m.template_id ORDER BY m.template_id) AS texts
		FROM grid g JOIN met m USING (n) WHERE g.polarity <> 'context' GROUP BY 1, 2, 3, 4)
	SELECT FROM s a JOIN s b ON a.indicator = b.indicator AND a.texts = b.texts WHERE a.note_required AND b.score = 1 AND NOT b.note_required$$, 'and never the same texts');
-- the check can fail
DELETE FROM recommendation_template WHERE indicator = 'results_note' AND condition = 'note_required';
SELECT is((SELECT count(*) FROM grid g WHERE indicator = 'results_note' AND note_required AND NOT EXISTS (
	SELECT FROM met m JOIN recommendation_template t USING (template_id) WHERE m.n = g.n)) > 0, true, 'a text taken away leaves results without one');

SELECT finish();
ROLLBACK;
