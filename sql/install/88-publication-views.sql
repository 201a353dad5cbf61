-- What publications say, and what has changed between two of them or since: plain views, each over the one before,
-- publication_pair -> publication_definition_change -> publication_respondent_change -> publication_difference.

CREATE FUNCTION region_publication_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1300, 'publication_report', $view$
	SELECT i.publication_id, p.round_id, p.round_title, i.municipality_id, i.municipality,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required
	FROM publication_indicator i
	JOIN publication p ON p.publication_id = i.publication_id
	WHERE i.municipality_id IS NOT NULL
$view$),
(1310, 'publication_regional_report', $view$
	SELECT i.publication_id, p.round_id, p.round_title,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required
	FROM publication_indicator i
	JOIN publication p ON p.publication_id = i.publication_id
	WHERE i.municipality_id IS NULL
$view$),
(1320, 'publication_pair', $view$
	-- each publication beside every later one of its round, and beside today
	SELECT a.publication_id, b.publication_id AS compared_with, a.round_id
	FROM publication a
	JOIN publication b ON b.round_id = a.round_id AND b.publication_id > a.publication_id
	UNION ALL
	SELECT a.publication_id, NULL, a.round_id
	FROM publication a
$view$),
(1330, 'publication_definition_change', $view$
	WITH word (part, code, words) AS (VALUES
		('чьи ответы', 'school', 'организаций'), ('чьи ответы', 'municipality', 'муниципалитета'),
		('нет ответа', 'exclude', 'не считается'), ('нет ответа', 'no', 'считается за нет'),
		('единица', 'percent', 'доля в процентах'), ('единица', 'yes_no', 'да или нет'),
		('что лучше', 'higher_is_better', 'больше'), ('что лучше', 'lower_is_better', 'меньше'), ('что лучше', 'context', 'не оценивается'))
	SELECT p.publication_id, p.compared_with, p.round_id, d.indicator, d.title, d.level, d.reads, d.cohort_changed, d.changes
	FROM publication_pair p
	CROSS JOIN LATERAL (
		SELECT coalesce(a.indicator, b.indicator) AS indicator, coalesce(a.title, b.title) AS title,
			   -- where the sides ask different respondents there is nobody to compare
			   CASE WHEN a.level = b.level THEN a.level END AS level,
			   array_to_string(ARRAY(SELECT unnest(b.reads) UNION SELECT unnest(a.reads) ORDER BY 1), ', ') AS reads,
			   (b.cohort, b.institution_kinds) IS DISTINCT FROM (a.cohort, a.institution_kinds) AS cohort_changed,
			   CASE
				   WHEN b.indicator IS NULL THEN 'показатель введён'
				   WHEN a.indicator IS NULL THEN 'показатель исключён'
				   ELSE (
					   SELECT string_agg(format('%s «%s» → «%s»', v.part, coalesce(x.words, v.was), coalesce(y.words, v.is_now)),
										 ', ' ORDER BY v.place)
					   FROM (VALUES
							(1, 'числитель', b.numerator, a.numerator),
							(2, 'знаменатель', coalesce(b.denominator, 'каждый отвечающий'), coalesce(a.denominator, 'каждый отвечающий')),
							(3, 'круг', coalesce(b.cohort, 'все'), coalesce(a.cohort, 'все')),
							(4, 'виды учреждений', b.institution_kinds, a.institution_kinds),
							(5, 'чьи ответы', b.level, a.level),
							(6, 'нет ответа', b.missing, a.missing),
							(7, 'единица', b.unit, a.unit),
							(8, 'что лучше', b.polarity, a.polarity)) AS v(place, part, was, is_now)
					   LEFT JOIN word x ON x.part = v.part AND x.code = v.was
					   LEFT JOIN word y ON y.part = v.part AND y.code = v.is_now
					   WHERE v.was IS DISTINCT FROM v.is_now)
			   END AS changes
		FROM (SELECT * FROM publication_definition d WHERE d.publication_id = p.publication_id) AS b
		FULL JOIN (
			SELECT d.indicator, d.title, d.level, d.institution_kinds, d.numerator, d.denominator, d.cohort, d.missing, d.unit, d.polarity, d.reads
			FROM publication_definition d
			WHERE d.publication_id = p.compared_with
			UNION ALL
			SELECT i.indicator, i.title, i.level, i.institution_kinds, i.numerator, i.denominator, i.cohort, i.missing, i.unit, i.polarity,
				   ARRAY(SELECT q.column_name FROM indicator_question q WHERE q.round_id = i.round_id AND q.indicator = i.indicator)
			FROM round_indicator i
			WHERE p.compared_with IS NULL AND i.round_id = p.round_id
		) AS a ON a.indicator = b.indicator
	) AS d
$view$),
(1340, 'publication_respondent_change', $view$
	SELECT p.publication_id, p.compared_with, p.round_id, c.indicator, c.school_id, c.municipality_before, c.municipality_after, c.respondent,
		   c.in_before, c.in_after, c.answers_changed, c.status_changed
	FROM publication_pair p
	CROSS JOIN LATERAL (
		WITH definition AS (
			SELECT d.indicator, d.level, d.cohort_changed, string_to_array(d.reads, ', ') AS reads
			FROM publication_definition_change d
			WHERE d.publication_id = p.publication_id AND d.compared_with IS NOT DISTINCT FROM p.compared_with
		), published AS (
			SELECT s.publication_id, s.school_id, s.name, s.municipality_id, s.kind,
				   s.answers || jsonb_build_object('low_results', s.low_results, 'adverse_conditions', s.adverse_conditions,
												   'risk_zone', s.risk_zone, 'is_school', s.kind = 'school',
												   'is_preschool', s.kind = 'preschool', 'is_supplementary', s.kind = 'supplementary') AS facts
			FROM publication_school s
			WHERE s.publication_id IN (p.publication_id, p.compared_with)
		), school AS (
			SELECT coalesce(a.school_id, b.school_id) AS school_id, coalesce(a.name, b.name) AS respondent,
				   b.municipality_id AS municipality_before, a.municipality_id AS municipality_after,
				   b.kind AS kind_before, a.kind AS kind_after, b.facts AS facts_before, a.facts AS facts_after
			FROM (SELECT * FROM published s WHERE s.publication_id = p.publication_id) AS b
			FULL JOIN (
				SELECT s.school_id, s.name, s.municipality_id, s.kind, s.facts
				FROM published s
				WHERE s.publication_id = p.compared_with
				UNION ALL
				SELECT s.school_id, o.name, s.municipality_id, s.kind, to_jsonb(s)
				FROM school_round s
				JOIN school o ON o.school_id = s.school_id
				WHERE p.compared_with IS NULL AND s.round_id = p.round_id
			) AS a ON a.school_id = b.school_id
		)
		SELECT t.indicator, t.school_id, t.municipality_before, t.municipality_after, t.respondent, t.in_before, t.in_after,
			   -- an answer moves the figure of a school that is counted on both sides; and where nothing else
			   -- has changed, it is the answer that has brought the school into the cohort or out of it
			   t.other_answers AND (t.in_before AND t.in_after
									OR NOT t.other_status AND NOT t.cohort_changed
									   AND t.municipality_before = t.municipality_after) AS answers_changed,
			   t.other_status AS status_changed
		FROM (
			SELECT d.indicator, s.school_id, s.municipality_before, s.municipality_after, s.respondent, d.cohort_changed,
				   coalesce(b.in_cohort, false) AS in_before, coalesce(a.in_cohort, false) AS in_after,
				   coalesce(v.other_answers, false) AS other_answers,
				   -- kinds and membership of the round matter where they move the school over the edge of the cohort
				   coalesce(v.other_status, false)
				   OR coalesce(b.in_cohort, false) <> coalesce(a.in_cohort, false)
					  AND s.kind_before IS DISTINCT FROM s.kind_after AS other_status
			FROM definition d
			CROSS JOIN school s
			LEFT JOIN (SELECT c.indicator, c.school_id, c.in_cohort
					   FROM publication_school_indicator c
					   WHERE c.publication_id = p.publication_id) AS b ON b.indicator = d.indicator AND b.school_id = s.school_id
			LEFT JOIN (SELECT c.indicator, c.school_id, c.in_cohort
					   FROM publication_school_indicator c
					   WHERE c.publication_id = p.compared_with
					   UNION ALL
					   SELECT c.indicator, c.school_id, c.in_cohort
					   FROM school_indicator c
					   WHERE p.compared_with IS NULL AND c.round_id = p.round_id) AS a ON a.indicator = d.indicator AND a.school_id = s.school_id
			LEFT JOIN LATERAL (
				SELECT bool_or(NOT n.status) AS other_answers, bool_or(n.status) AS other_status
				FROM (SELECT r.name, r.name = ANY ('{low_results,adverse_conditions,risk_zone,is_school,is_preschool,is_supplementary}') AS status
					  FROM unnest(d.reads) AS r(name)) AS n
				WHERE s.facts_before ->> n.name IS DISTINCT FROM s.facts_after ->> n.name
			) AS v ON true
			WHERE d.level = 'school' AND (b.in_cohort OR a.in_cohort)
		) AS t
		WHERE t.other_answers OR t.other_status OR t.in_before <> t.in_after OR t.municipality_before <> t.municipality_after
		UNION ALL
		SELECT d.indicator, NULL, b.municipality_id, a.municipality_id, coalesce(a.name, b.name),
			   b.municipality_id IS NOT NULL, a.municipality_id IS NOT NULL,
			   b.municipality_id = a.municipality_id IS TRUE, b.municipality_id = a.municipality_id IS NOT TRUE
		FROM definition d
		CROSS JOIN (
			(SELECT m.municipality_id, m.name, m.answers FROM publication_municipality m WHERE m.publication_id = p.publication_id) AS b
			FULL JOIN (
				SELECT m.municipality_id, m.name, m.answers
				FROM publication_municipality m
				WHERE m.publication_id = p.compared_with
				UNION ALL
				SELECT s.municipality_id, m.name, to_jsonb(s)
				FROM municipal_round s
				JOIN municipality m ON m.municipality_id = s.municipality_id
				WHERE p.compared_with IS NULL AND s.round_id = p.round_id
			) AS a ON a.municipality_id = b.municipality_id)
		WHERE d.level = 'municipality'
		  AND (b.municipality_id IS NULL OR a.municipality_id IS NULL
			   OR EXISTS (SELECT FROM unnest(d.reads) AS r(name) WHERE b.answers ->> r.name IS DISTINCT FROM a.answers ->> r.name))
	) AS c
$view$),
(1350, 'publication_difference', $view$
	SELECT p.publication_id, p.compared_with, p.round_id, f.municipality_id, f.municipality, f.indicator, f.title,
		   f.numerator_before, f.denominator_before, f.percent_before, f.score_before,
		   f.numerator_after, f.denominator_after, f.percent_after, f.score_after, f.threshold_before, f.threshold_after,
		   f.answers_changed, f.definition_changed, f.cohort_changed, f.target_changed, f.cause
	FROM publication_pair p
	CROSS JOIN LATERAL (
		WITH figure AS MATERIALIZED (
			SELECT coalesce(a.municipality_id, b.municipality_id) AS municipality_id, coalesce(a.municipality, b.municipality) AS municipality,
				   coalesce(a.indicator, b.indicator) AS indicator, coalesce(a.title, b.title) AS title,
				   b.numerator AS numerator_before, b.denominator AS denominator_before, b.percent AS percent_before,
				   b.score AS score_before, b.threshold AS threshold_before, b.plan AS plan_before, b.unit AS unit_before,
				   a.numerator AS numerator_after, a.denominator AS denominator_after, a.percent AS percent_after,
				   a.score AS score_after, a.threshold AS threshold_after, a.plan AS plan_after, a.unit AS unit_after
			FROM (SELECT * FROM publication_indicator i WHERE i.publication_id = p.publication_id) AS b
			FULL JOIN (
				SELECT i.municipality_id, i.municipality, i.indicator, i.title, i.unit, i.numerator, i.denominator, i.percent,
					   i.threshold, i.plan, i.score, i.answered, i.missing, i.note_required
				FROM publication_indicator i
				WHERE i.publication_id = p.compared_with
				UNION ALL
				SELECT i.municipality_id, m.name, i.indicator, i.title, i.unit, i.numerator, i.denominator, i.percent,
					   i.threshold, i.plan, i.score, i.answered, i.missing, i.note_required
				FROM indicator_result i
				LEFT JOIN municipality m ON m.municipality_id = i.municipality_id
				WHERE p.compared_with IS NULL AND i.round_id = p.round_id
			) AS a ON coalesce(a.municipality_id, 0) = coalesce(b.municipality_id, 0) AND a.indicator = b.indicator
			WHERE (b.numerator, b.denominator, b.answered, b.missing, b.threshold, b.plan, b.score, b.note_required)
				  IS DISTINCT FROM (a.numerator, a.denominator, a.answered, a.missing, a.threshold, a.plan, a.score, a.note_required)
		), change AS (
			-- a school in the figures of its municipality on each side, and in those of the region
			SELECT v.municipality_id, c.indicator, c.respondent,
				   c.in_before AND v.was_here AS in_before, c.in_after AND v.is_here AS in_after,
				   c.answers_changed AND v.was_here AND v.is_here AS answers_changed,
				   c.status_changed OR v.was_here <> v.is_here AS status_changed
			FROM publication_respondent_change c
			CROSS JOIN LATERAL (
				SELECT NULL::integer AS municipality_id, true AS was_here, true AS is_here
				UNION ALL
				SELECT c.municipality_before, true, c.municipality_after IS NOT DISTINCT FROM c.municipality_before
				WHERE c.municipality_before IS NOT NULL
				UNION ALL
				SELECT c.municipality_after, false, true
				WHERE c.municipality_after <> c.municipality_before OR c.municipality_before IS NULL
			) AS v
			WHERE c.publication_id = p.publication_id AND c.compared_with IS NOT DISTINCT FROM p.compared_with
			  AND c.indicator = ANY (ARRAY(SELECT f.indicator FROM figure f))
		), cause AS (
			SELECT c.municipality_id, c.indicator,
				   count(*) FILTER (WHERE c.answers_changed) AS answers,
				   bool_or(c.status_changed) AS cohort_changed,
				   array_agg(c.respondent ORDER BY c.respondent) FILTER (WHERE c.in_after AND NOT c.in_before) AS came,
				   array_agg(c.respondent ORDER BY c.respondent) FILTER (WHERE c.in_before AND NOT c.in_after) AS gone,
				   array_agg(c.respondent ORDER BY c.respondent) FILTER (WHERE c.status_changed AND c.in_before AND c.in_after) AS other
			FROM change c
			WHERE c.in_before OR c.in_after
			GROUP BY c.municipality_id, c.indicator
		)
		SELECT f.*,
			   coalesce(c.answers > 0, false) AS answers_changed,
			   d.changes IS NOT NULL AS definition_changed,
			   t.appeared OR t.vanished OR coalesce(c.cohort_changed, false) AS cohort_changed,
			   t.threshold_changed OR t.plan_changed AS target_changed,
			   coalesce(nullif(concat_ws('; ',
				   CASE
					   WHEN t.appeared THEN 'муниципалитета не было'
					   WHEN t.vanished THEN 'муниципалитета больше нет'
					   WHEN c.answers > 0 AND d.level = 'school' THEN format('ответы школ: %s', c.answers)
					   WHEN c.answers > 0 AND f.municipality_id IS NOT NULL THEN 'ответ муниципалитета'
					   WHEN c.answers > 0 THEN format('ответы муниципалитетов: %s', c.answers)
				   END,
				   n.came, n.gone, n.other,
				   'определение: ' || d.changes,
				   CASE WHEN t.threshold_changed THEN replace(format('порог %s → %s', coalesce(trim_scale(f.threshold_before)::text, 'не установлен'),
						coalesce(trim_scale(f.threshold_after)::text, 'не установлен')), '.', ',') END,
				   CASE WHEN t.plan_changed THEN replace(format('план %s → %s', coalesce(trim_scale(f.plan_before)::text, 'не установлен'),
						coalesce(trim_scale(f.plan_after)::text, 'не установлен')), '.', ',') END
			   ), ''), 'ответы, состав, определение и пороги прежние: изменился сам подсчёт') AS cause
		FROM figure f
		LEFT JOIN publication_definition_change d ON d.publication_id = p.publication_id
			AND d.compared_with IS NOT DISTINCT FROM p.compared_with AND d.indicator = f.indicator
		LEFT JOIN cause c ON coalesce(c.municipality_id, 0) = coalesce(f.municipality_id, 0) AND c.indicator = f.indicator
		CROSS JOIN LATERAL (
			SELECT f.numerator_before IS NULL AND d.changes IS NULL AS appeared,
				   f.numerator_after IS NULL AND d.changes IS NULL AS vanished,
				   -- a municipality's yes or no is not measured by orders: with another unit the target is the old one
				   q.same AND f.threshold_before IS DISTINCT FROM f.threshold_after AS threshold_changed,
				   q.same AND f.plan_before IS DISTINCT FROM f.plan_after AS plan_changed
			FROM (SELECT f.numerator_before IS NOT NULL AND f.numerator_after IS NOT NULL
						 AND (f.unit_before = f.unit_after OR f.municipality_id IS NULL) AS same) AS q
		) AS t
		CROSS JOIN LATERAL (
			SELECT max(x.said) FILTER (WHERE x.place = 1) AS came, max(x.said) FILTER (WHERE x.place = 2) AS gone,
				   max(x.said) FILTER (WHERE x.place = 3) AS other
			FROM (SELECT v.place, format('%s: %s%s', v.label, array_to_string(v.names[1:5], ', '),
										 CASE WHEN cardinality(v.names) > 5 THEN format(' и ещё %s', cardinality(v.names) - 5) ELSE '' END) AS said
				  FROM (VALUES (1, 'вошли в круг', c.came), (2, 'вышли из круга', c.gone), (3, 'сменили статус', c.other)) AS v(place, label, names)
				  WHERE v.names IS NOT NULL AND (d.level = 'school' OR NOT (t.appeared OR t.vanished))) AS x
		) AS n
	) AS f
$view$)
$function$;
COMMENT ON FUNCTION region_publication_views() IS
'Internal: the views of publications: their reports, and the differences of each from the later ones and from today with their causes.';
