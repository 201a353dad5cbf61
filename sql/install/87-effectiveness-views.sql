-- Effectiveness, the views: years and their lists -> spells, each followed through successors -> what the conditions
-- see -> the conditions -> the state. 87-effectiveness.sql says what a spell is.

CREATE FUNCTION region_effectiveness_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1200, 'monitoring_year', $view$
	SELECT y.year, r.round_id, d.listed_on, d.listed_on <= n.today AS reached
	FROM reporting_day n
	CROSS JOIN LATERAL (
		SELECT least((SELECT extract(year FROM min(s.since))::integer FROM school_status s WHERE isfinite(s.since)),
					 (SELECT min(t.year) FROM result t),
					 (SELECT min(u.results_year) FROM round u WHERE u.state <> 'draft')) AS year) AS f
	-- the years of which results are kept, by constants: the planner should know that they are few
	JOIN generate_series(1990, 2200) AS y(year) ON y.year >= f.year AND make_date(y.year, 1, 1) <= n.today
	LEFT JOIN LATERAL (
		SELECT u.round_id, u.cohort_on
		FROM round u
		WHERE u.results_year = y.year AND u.state <> 'draft'
		-- a round that is opened ahead of its day does not take the year from one whose day has come
		ORDER BY u.cohort_on <= n.today DESC, u.cohort_on DESC, u.round_id DESC
		LIMIT 1) AS r ON true
	CROSS JOIN LATERAL (
		SELECT coalesce(r.cohort_on, make_date(y.year, coalesce((SELECT e.list_month FROM setting e), 9), coalesce((SELECT e.list_day FROM setting e), 1))) AS listed_on) AS d
$view$),
(1210, 'school_year', $view$
	-- what the year's round says, else the directory and the statuses on the year's day
	SELECT y.year, m.municipality_id, m.school_id, m.kind, m.low_results, m.adverse_conditions
	FROM monitoring_year y
	JOIN round_member m ON m.round_id = y.round_id
	WHERE y.reached
	UNION ALL
	SELECT y.year, o.municipality_id, o.school_id, o.kind, l.school_id IS NOT NULL, a.school_id IS NOT NULL
	FROM monitoring_year y
	JOIN school o ON (o.opened_on IS NULL OR o.opened_on <= y.listed_on)
				 AND (o.closed_on IS NULL OR y.listed_on < o.closed_on)
	LEFT JOIN school_status l ON l.school_id = o.school_id AND l.status = 'low_results'
		AND l.since <= y.listed_on AND (l.until IS NULL OR y.listed_on < l.until)
	LEFT JOIN school_status a ON a.school_id = o.school_id AND a.status = 'adverse_conditions'
		AND a.since <= y.listed_on AND (a.until IS NULL OR y.listed_on < a.until)
	WHERE y.reached AND y.round_id IS NULL
$view$),
(1220, 'spell_year', $view$
	WITH RECURSIVE open_school AS MATERIALIZED (
		SELECT s.year, s.school_id, s.kind = 'school' AND (s.low_results OR s.adverse_conditions) AS listed,
			   s.low_results, s.adverse_conditions
		FROM school_year s
	), years AS MATERIALIZED (
		SELECT y.year, y.listed_on FROM monitoring_year y WHERE y.reached
	), heir AS (
		-- from a school that was ever listed along its successors, each closed by the year's day, to one that
		-- is not closed; UNION drops what has been seen, so that successors in a circle come to an end
		SELECT f.school_id, y.year, y.listed_on, f.school_id AS stands_id
		FROM (SELECT p.school_id, min(p.year) AS year FROM open_school p WHERE p.listed GROUP BY p.school_id) AS f
		JOIN years y ON y.year >= f.year
		UNION
		SELECT h.school_id, h.year, h.listed_on, o.successor_id
		FROM heir h
		JOIN school o ON o.school_id = h.stands_id AND o.closed_on <= h.listed_on
		WHERE o.successor_id IS NOT NULL
		  AND NOT EXISTS (SELECT FROM open_school p WHERE p.year = h.year AND p.school_id = h.stands_id)
	), standing AS MATERIALIZED (
		SELECT h.school_id, h.year, h.stands_id, p.listed, p.low_results, p.adverse_conditions,
			   bool_or(p.listed AND h.stands_id = h.school_id) OVER (PARTITION BY h.school_id ORDER BY h.year
																	 RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING) AS was_listed
		FROM heir h
		JOIN open_school p ON p.year = h.year AND p.school_id = h.stands_id
	), spell AS (
		-- a listing begins a spell unless it goes on from the year before: its own, or a predecessor's
		SELECT b.school_id, b.year, b.low_results, b.adverse_conditions
		FROM (SELECT s.*, bool_or(s.was_listed) OVER (PARTITION BY s.stands_id, s.year) AS goes_on FROM standing s) AS b
		WHERE b.stands_id = b.school_id AND b.listed AND b.goes_on IS NOT TRUE
	)
	SELECT l.school_id, l.year, y.year AS observed_year, s.stands_id, s.listed, l.low_results, l.adverse_conditions
	FROM spell l
	JOIN years y ON y.year >= l.year
	LEFT JOIN standing s ON s.school_id = l.school_id AND s.year = y.year
$view$),
(1230, 'spell_case', $view$
	-- what the conditions see; a year without results, or with nobody who took part, has no share
	WITH region_year AS (
		SELECT t.year, sum(t.participants)::bigint AS participants, sum(t.below_minimum)::bigint AS below_minimum
		FROM school_result t
		GROUP BY t.year
		HAVING sum(t.participants) > 0
	)
	SELECT c.school_id, c.year, (row_number() OVER (PARTITION BY c.school_id ORDER BY c.year))::integer AS spell,
		   c.low_results, c.adverse_conditions, c.last_listed_year, c.seen_year, c.relisted_year,
		   c.stands_1, c.stands_2, c.stands_3, c.listed_1, c.listed_2, c.listed_3,
		   CASE
			   WHEN c.relisted_year <= c.year + 3 THEN true
			   WHEN num_nulls(c.listed_1, c.listed_2, c.listed_3) = 0 THEN false
		   END AS relisted,
		   c.below_0, c.participants_0, c.below_1, c.participants_1, c.below_2, c.participants_2, c.below_3, c.participants_3,
		   r.below_minimum AS region_below_3, r.participants AS region_participants_3,
		   b.below_minimum AS region_below_0, b.participants AS region_participants_0
	FROM (
		SELECT y.school_id, y.year, y.low_results, y.adverse_conditions,
			   coalesce(y.out_year - 1, max(y.observed_year)) AS last_listed_year,
			   max(y.observed_year) AS seen_year,
			   min(y.observed_year) FILTER (WHERE y.listed AND y.observed_year > y.out_year) AS relisted_year,
			   max(y.stands_id) FILTER (WHERE y.observed_year = y.year + 1) AS stands_1,
			   max(y.stands_id) FILTER (WHERE y.observed_year = y.year + 2) AS stands_2,
			   max(y.stands_id) FILTER (WHERE y.observed_year = y.year + 3) AS stands_3,
			   bool_or(y.listed) FILTER (WHERE y.observed_year = y.year + 1) AS listed_1,
			   bool_or(y.listed) FILTER (WHERE y.observed_year = y.year + 2) AS listed_2,
			   bool_or(y.listed) FILTER (WHERE y.observed_year = y.year + 3) AS listed_3,
			   max(t.below_minimum) FILTER (WHERE y.observed_year = y.year) AS below_0,
			   max(t.participants) FILTER (WHERE y.observed_year = y.year) AS participants_0,
			   max(t.below_minimum) FILTER (WHERE y.observed_year = y.year + 1) AS below_1,
			   max(t.participants) FILTER (WHERE y.observed_year = y.year + 1) AS participants_1,
			   max(t.below_minimum) FILTER (WHERE y.observed_year = y.year + 2) AS below_2,
			   max(t.participants) FILTER (WHERE y.observed_year = y.year + 2) AS participants_2,
			   max(t.below_minimum) FILTER (WHERE y.observed_year = y.year + 3) AS below_3,
			   max(t.participants) FILTER (WHERE y.observed_year = y.year + 3) AS participants_3
		FROM (
			-- the first year off the list, or with nobody there to be on it
			SELECT v.*, min(v.observed_year) FILTER (WHERE v.listed IS NOT TRUE) OVER (PARTITION BY v.school_id, v.year) AS out_year
			FROM spell_year v
		) AS y
		LEFT JOIN school_result t ON t.year = y.observed_year AND t.school_id = y.stands_id AND t.participants > 0
		GROUP BY y.school_id, y.year, y.low_results, y.adverse_conditions, y.out_year
	) AS c
	LEFT JOIN region_year b ON b.year = c.year
	LEFT JOIN region_year r ON r.year = c.year + 3 AND c.seen_year >= c.year + 3
$view$),
(1240, 'spell_condition', $view$
	-- the criterion in use, condition by condition; where one cannot be judged, for want of what
	SELECT c.school_id, c.spell, c.year, e.criterion, e.position, e.title, e.condition, x.numerator = 1 AS met,
		   CASE WHEN x.numerator IS NULL THEN w.missing END AS missing
	FROM (
		SELECT d.criterion,
			   shnor.methodology(d.position, shnor.condition_formula(d.condition), NULL, NULL, NULL) AS methodology
		FROM effectiveness_criterion k
		JOIN effectiveness_condition d ON d.criterion = k.criterion
		WHERE k.in_use
		GROUP BY d.criterion
	) AS k
	CROSS JOIN spell_case c
	CROSS JOIN LATERAL shnor.contribution(k.methodology, c) AS x
	JOIN (
		SELECT d.criterion, d.position, d.title, d.condition,
			   shnor.columns(shnor.methodology(d.position, shnor.condition_formula(d.condition), NULL, NULL, NULL)) AS reads
		FROM effectiveness_condition d
		WHERE d.criterion IN (SELECT k.criterion FROM effectiveness_criterion k WHERE k.in_use)
		GROUP BY d.criterion, d.position, d.title, d.condition
	) AS e ON e.criterion = k.criterion AND e.position = x.id
	LEFT JOIN LATERAL (
		SELECT string_agg(format(CASE
									 WHEN c.year + n.years > c.seen_year THEN 'перечня %s года ещё нет'
									 WHEN n.stands_id IS NULL THEN 'в %s году нет ни школы, ни правопреемника'
									 ELSE 'нет результатов за %s год'
								 END, c.year + n.years), ', ' ORDER BY n.years) AS missing
		FROM (VALUES (0, c.school_id, c.participants_0, c.region_participants_0), (1, c.stands_1, c.participants_1, 1),
					 (2, c.stands_2, c.participants_2, 1), (3, c.stands_3, c.participants_3, c.region_participants_3)
			 ) AS n(years, stands_id, participants, in_region)
		WHERE n.participants IS NULL AND e.reads && ARRAY['below_' || n.years, 'participants_' || n.years]
		   OR n.in_region IS NULL AND e.reads && ARRAY['region_below_' || n.years, 'region_participants_' || n.years]
		   OR n.stands_id IS NULL AND ('listed_' || n.years = ANY (e.reads) OR c.relisted IS NULL AND 'relisted' = ANY (e.reads))
	) AS w ON x.numerator IS NULL
$view$),
(1250, 'effectiveness', $view$
	SELECT c.school_id, o.name AS school, o.municipality_id, m.name AS municipality, c.spell, c.year, c.last_listed_year,
		   concat_ws(' и ', CASE WHEN c.low_results THEN 'ШНОР' END, CASE WHEN c.adverse_conditions THEN 'ШНСУ' END) AS statuses,
		   h.school_id AS stands_id, h.name AS stands, k.criterion,
		   c.below_0, c.participants_0, shnor.percent(shnor.share(c.below_0, c.participants_0))::numeric(7,4) AS percent_0,
		   c.below_1, c.participants_1, shnor.percent(shnor.share(c.below_1, c.participants_1))::numeric(7,4) AS percent_1,
		   c.below_2, c.participants_2, shnor.percent(shnor.share(c.below_2, c.participants_2))::numeric(7,4) AS percent_2,
		   c.below_3, c.participants_3, shnor.percent(shnor.share(c.below_3, c.participants_3))::numeric(7,4) AS percent_3,
		   c.listed_1, c.listed_2, c.listed_3,
		   CASE WHEN j.state NOT IN ('cut', 'in_support') THEN j.met END::smallint AS conditions_met,
		   j.conditions::smallint AS conditions,
		   CASE j.state WHEN 'cut' THEN 'not_effective' ELSE j.state END AS state,
		   concat_ws(' ',
			   CASE
				   WHEN j.state = 'cut' THEN format('Снова в перечне с %s года, раньше третьего года: меры не дали результата. Дальше наблюдается новое включение.', c.relisted_year)
				   WHEN j.state = 'in_support' THEN format('Идёт поддержка: итог — по перечню %s года.', c.year + 3)
				   WHEN k.criterion IS NULL THEN 'Судить нельзя: критерий эффективности не выбран.'
				   WHEN j.conditions = 0 THEN 'Судить нельзя: в критерии нет ни одного условия.'
				   ELSE concat_ws(' ', 'Выполнено: ' || j.met_titles || '.', 'Не выполнено: ' || j.unmet_titles || '.',
								  'Судить нельзя: ' || j.unknown_titles || '.')
			   END,
			   CASE WHEN c.relisted_year = c.year + 3 THEN format('Снова в перечне с %s года: это уже новое включение.', c.relisted_year) END,
			   CASE
				   WHEN h.school_id IS NOT NULL
					   THEN format('С %s года за школу стоит правопреемник: %s%s.', j.since_year, h.name,
								   CASE WHEN c.last_listed_year >= j.since_year THEN '; его место в перечне продолжает это включение' ELSE '' END)
				   WHEN j.stands_id IS NULL THEN format('С %s года школы нет, правопреемник не действует.', j.since_year)
			   END) AS reason
	FROM spell_case c
	JOIN school o ON o.school_id = c.school_id
	JOIN municipality m ON m.municipality_id = o.municipality_id
	LEFT JOIN effectiveness_criterion k ON k.in_use
	LEFT JOIN (
		SELECT n.school_id, n.year, count(*) AS conditions,
			   count(*) FILTER (WHERE n.met) AS met,
			   count(*) FILTER (WHERE n.met IS NULL) AS unknown,
			   string_agg(n.title, '; ' ORDER BY n.position) FILTER (WHERE n.met) AS met_titles,
			   string_agg(n.title, '; ' ORDER BY n.position) FILTER (WHERE NOT n.met) AS unmet_titles,
			   string_agg(concat(n.title, ' (' || n.missing || ')'), '; ' ORDER BY n.position) FILTER (WHERE n.met IS NULL) AS unknown_titles
		FROM spell_condition n
		GROUP BY n.school_id, n.year
	) AS s ON s.school_id = c.school_id AND s.year = c.year
	CROSS JOIN LATERAL (
		SELECT coalesce(s.conditions, 0) AS conditions, coalesce(s.met, 0) AS met, s.met_titles, s.unmet_titles, s.unknown_titles,
			   CASE
				   WHEN c.relisted_year < c.year + 3 THEN 'cut'
				   WHEN c.seen_year < c.year + 3 THEN 'in_support'
				   WHEN s.conditions IS NULL OR s.unknown > 0 THEN 'insufficient_data'
				   WHEN s.met = s.conditions THEN 'effective'
				   WHEN s.met = 0 THEN 'not_effective'
				   ELSE 'partly'
			   END AS state,
			   w.stands_id,
			   CASE
				   WHEN c.stands_1 IS NOT DISTINCT FROM w.stands_id THEN c.year + 1
				   WHEN c.stands_2 IS NOT DISTINCT FROM w.stands_id THEN c.year + 2
				   ELSE c.year + 3
			   END AS since_year
		-- who stands for the school at the end of the three years, or by now
		FROM (SELECT CASE least(c.seen_year - c.year, 3)
						 WHEN 0 THEN c.school_id WHEN 1 THEN c.stands_1 WHEN 2 THEN c.stands_2 ELSE c.stands_3
					 END AS stands_id) AS w
	) AS j
	LEFT JOIN school h ON h.school_id = j.stands_id AND h.school_id <> c.school_id
$view$)
$function$;
COMMENT ON FUNCTION region_effectiveness_views() IS
'Internal: the views from the lists of the years to the effectiveness of support, spell by spell.';
