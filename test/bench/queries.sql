-- queries.sql: the tally and what people write by hand for the same figures, over rows.sql, in the table query; and the
-- check that all give the same. Variables: nulls, catalogue_runs.

-- The queries. Every one reads the same table and groups by municipality;
-- `plain` marks the hand-written one that is right only without missing answers.
CREATE TABLE query (position integer PRIMARY KEY, name text, needs_complete boolean DEFAULT false, slow boolean DEFAULT false, text text);

\set columns 'low_results, adverse_conditions, risk_zone, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, supported, in_networks, in_active, with_route, in_events, has_curator, has_program, has_prevention, has_study_plans, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved'

INSERT INTO query VALUES (1, 'tally over columns', false, false, format(
$$SELECT municipality_id, shnor.tally((SELECT methodology FROM bench.methodology), ARRAY[%s], %s) AS tally
  FROM bench.school_round GROUP BY municipality_id$$,
	(SELECT string_agg(quote_literal(trim(c)), ', ') FROM regexp_split_to_table(:'columns', ',') c), :'columns'));

INSERT INTO query VALUES (2, 'tally over whole rows', false, false,
$$SELECT municipality_id, shnor.tally((SELECT methodology FROM bench.methodology), s) AS tally
  FROM bench.school_round s GROUP BY municipality_id$$);

INSERT INTO query VALUES (3, 'hand-written, wide', true, false,
$$SELECT municipality_id,
	count(*) AS schools,
	count(*) FILTER (WHERE low_results OR adverse_conditions) AS low_or_adverse,
	sum(teachers) FILTER (WHERE low_results OR adverse_conditions) AS teachers,
	sum(diagnosed_subject) FILTER (WHERE low_results OR adverse_conditions) AS diagnosed_subject,
	sum(diagnosed_method) FILTER (WHERE low_results OR adverse_conditions) AS diagnosed_method,
	sum(diagnosed_psych) FILTER (WHERE low_results OR adverse_conditions) AS diagnosed_psych,
	sum(supported) FILTER (WHERE low_results OR adverse_conditions) AS supported,
	sum(in_networks) FILTER (WHERE low_results OR adverse_conditions) AS in_networks,
	sum(in_active) FILTER (WHERE low_results OR adverse_conditions) AS in_active,
	sum(with_route) FILTER (WHERE low_results OR adverse_conditions) AS with_route,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND in_events) AS in_events,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND has_curator) AS has_curator,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND has_program) AS has_program,
	count(*) FILTER (WHERE has_prevention) AS has_prevention,
	count(*) FILTER (WHERE has_study_plans) AS has_study_plans,
	count(*) FILTER (WHERE has_tutoring) AS has_tutoring,
	count(*) FILTER (WHERE risk_zone) AS risk_zone,
	count(*) FILTER (WHERE risk_zone AND (internet_resolved AND equipment_resolved
		OR staffing_resolved AND (internet_resolved OR equipment_resolved))) AS risks_resolved
  FROM bench.school_round GROUP BY municipality_id$$);

-- the same for columns that may be NULL: both parts of a share from the same schools
INSERT INTO query VALUES (4, 'hand-written, wide, for missing answers', false, false,
$$SELECT municipality_id,
	count(*) AS schools,
	count(*) FILTER (WHERE low_results OR adverse_conditions) AS low_or_adverse,
	sum(diagnosed_subject) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS diagnosed_subject,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND diagnosed_subject IS NOT NULL) AS of_subject,
	sum(diagnosed_method) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS diagnosed_method,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND diagnosed_method IS NOT NULL) AS of_method,
	sum(diagnosed_psych) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS diagnosed_psych,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND diagnosed_psych IS NOT NULL) AS of_psych,
	sum(supported) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS supported,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND supported IS NOT NULL) AS of_supported,
	sum(in_networks) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS in_networks,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND in_networks IS NOT NULL) AS of_networks,
	sum(in_active) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS in_active,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND in_active IS NOT NULL) AS of_active,
	sum(with_route) FILTER (WHERE (low_results OR adverse_conditions) AND teachers IS NOT NULL) AS with_route,
	sum(teachers) FILTER (WHERE (low_results OR adverse_conditions) AND with_route IS NOT NULL) AS of_route,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND in_events) AS in_events,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND has_curator) AS has_curator,
	count(*) FILTER (WHERE (low_results OR adverse_conditions) AND has_program) AS has_program,
	count(*) FILTER (WHERE has_prevention) AS has_prevention,
	count(*) FILTER (WHERE has_study_plans) AS has_study_plans,
	count(*) FILTER (WHERE has_tutoring) AS has_tutoring,
	count(*) FILTER (WHERE risk_zone) AS risk_zone,
	count(*) FILTER (WHERE risk_zone AND (internet_resolved AND equipment_resolved
		OR staffing_resolved AND (internet_resolved OR equipment_resolved))) AS risks_resolved
  FROM bench.school_round GROUP BY municipality_id$$);

-- one row per school and indicator, as systems with a catalogue of indicators do it
INSERT INTO query VALUES (5, 'catalogue-driven', false, true,
$$SELECT s.municipality_id, v.id, sum(v.numerator) AS numerator, sum(v.denominator) AS denominator
  FROM bench.school_round s
  CROSS JOIN LATERAL (VALUES
	(1, true, (low_results OR adverse_conditions)::int, 1),
	(3, low_results OR adverse_conditions, diagnosed_subject, teachers),
	(4, low_results OR adverse_conditions, diagnosed_method, teachers),
	(5, low_results OR adverse_conditions, diagnosed_psych, teachers),
	(6, low_results OR adverse_conditions, supported, teachers),
	(7, low_results OR adverse_conditions, in_networks, teachers),
	(8, low_results OR adverse_conditions, in_active, teachers),
	(9, low_results OR adverse_conditions, with_route, teachers),
	(10, low_results OR adverse_conditions, coalesce(in_events, false)::int, 1),
	(11, low_results OR adverse_conditions, coalesce(has_curator, false)::int, 1),
	(12, low_results OR adverse_conditions, coalesce(has_program, false)::int, 1),
	(13, true, coalesce(has_prevention, false)::int, 1),
	(14, true, coalesce(has_study_plans, false)::int, 1),
	(15, true, coalesce(has_tutoring, false)::int, 1),
	(18, risk_zone, coalesce(internet_resolved AND equipment_resolved
		OR staffing_resolved AND (internet_resolved OR equipment_resolved), false)::int, 1)
  ) AS v(id, in_cohort, numerator, denominator)
  WHERE v.in_cohort AND v.numerator IS NOT NULL AND v.denominator IS NOT NULL
  GROUP BY s.municipality_id, v.id$$);

DELETE FROM query WHERE needs_complete AND :nulls > 0 OR slow AND :catalogue_runs = 0;

-- Same figures or no timing: every query in the long form (municipality, indicator, numerator, denominator).
SET work_mem = '256MB';
SELECT format(
$$CREATE TEMP TABLE %1$s AS
  SELECT w.municipality_id, v.id, coalesce(v.numerator, 0)::bigint AS numerator, coalesce(v.denominator, 0)::bigint AS denominator
  FROM (%2$s) w
  CROSS JOIN LATERAL (VALUES
	(1, w.low_or_adverse, w.schools),
	(3, w.diagnosed_subject, w.%3$s), (4, w.diagnosed_method, w.%4$s), (5, w.diagnosed_psych, w.%5$s),
	(6, w.supported, w.%6$s), (7, w.in_networks, w.%7$s), (8, w.in_active, w.%8$s), (9, w.with_route, w.%9$s),
	(10, w.in_events, w.low_or_adverse), (11, w.has_curator, w.low_or_adverse), (12, w.has_program, w.low_or_adverse),
	(13, w.has_prevention, w.schools), (14, w.has_study_plans, w.schools), (15, w.has_tutoring, w.schools),
	(18, w.risks_resolved, w.risk_zone)
  ) AS v(id, numerator, denominator)$$,
	f.name, q.text, f.d[1], f.d[2], f.d[3], f.d[4], f.d[5], f.d[6], f.d[7])
FROM query q
JOIN (VALUES
	(3, 'figures_3', array_fill('teachers'::text, ARRAY[7])),
	(4, 'figures_4', ARRAY['of_subject', 'of_method', 'of_psych', 'of_supported', 'of_networks', 'of_active', 'of_route'])
) AS f(position, name, d) USING (position) \gexec
SELECT format(
$$CREATE TEMP TABLE figures_%s AS
  SELECT t.municipality_id, i.id, shnor.numerator(i.share) AS numerator, shnor.denominator(i.share) AS denominator
  FROM (%s) t CROSS JOIN LATERAL shnor.items(t.tally) i$$, position, text)
FROM query WHERE position IN (1, 2) \gexec
-- this one has no row where a cohort is empty
SELECT format(
$$CREATE TEMP TABLE figures_5 AS
  SELECT municipality_id, id, coalesce(numerator, 0)::bigint AS numerator, coalesce(denominator, 0)::bigint AS denominator
  FROM (SELECT DISTINCT municipality_id FROM bench.school_round) m CROSS JOIN (SELECT id FROM bench.indicator) i
  LEFT JOIN (%s) c USING (municipality_id, id)$$, text)
FROM query WHERE position = 5 \gexec

DO $check$
DECLARE
	q record;
	wrong bigint;
	total bigint;
BEGIN
	SELECT count(*) INTO total FROM figures_4;
	FOR q IN SELECT position, name FROM query WHERE position IN (1, 2, 3, 5) ORDER BY position LOOP
		EXECUTE format('SELECT count(*) FROM figures_4 f FULL JOIN figures_%s g USING (municipality_id, id)
			WHERE (f.numerator, f.denominator) IS DISTINCT FROM (g.numerator, g.denominator)', q.position) INTO wrong;
		IF wrong > 0 THEN
			RAISE EXCEPTION '"%" differs from the hand-written query in % of % figures: nothing was timed', q.name, wrong, total;
		END IF;
	END LOOP;
END
$check$;
