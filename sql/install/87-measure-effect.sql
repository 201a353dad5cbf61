-- Did it work (clause 1.2.12): for each measure, how the share of pupils below the minimum has changed in the schools
-- that had it, beside the change in the listed schools of the same round that had no measure of that kind. A measure
-- acts from the day it is done; results are of spring, so those of a year can show what was done before 1 June of it.
-- Only schools with results in both years count, so that a school which drops out cannot look like success.

CREATE FUNCTION region_measure_effect_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1270, 'result_pair', $view$
	-- a school's pupils below the minimum in one year and in one of the three after it, all assessments together;
	-- by windows over one pass, since the planner cannot guess how many rows a join of the years gives
	SELECT y.school_id, y.year AS year_before, y.below AS below_before, y.participants AS participants_before,
		   y.year + n.years AS year_after, n.below AS below_after, n.participants AS participants_after
	FROM (SELECT g.school_id, g.year, g.below, g.participants,
				 sum(g.below) OVER (w RANGE BETWEEN 1 FOLLOWING AND 1 FOLLOWING) AS below_1,
				 sum(g.participants) OVER (w RANGE BETWEEN 1 FOLLOWING AND 1 FOLLOWING) AS participants_1,
				 sum(g.below) OVER (w RANGE BETWEEN 2 FOLLOWING AND 2 FOLLOWING) AS below_2,
				 sum(g.participants) OVER (w RANGE BETWEEN 2 FOLLOWING AND 2 FOLLOWING) AS participants_2,
				 sum(g.below) OVER (w RANGE BETWEEN 3 FOLLOWING AND 3 FOLLOWING) AS below_3,
				 sum(g.participants) OVER (w RANGE BETWEEN 3 FOLLOWING AND 3 FOLLOWING) AS participants_3
		  FROM (SELECT z.school_id, z.year, sum(z.below_minimum) AS below, sum(z.participants) AS participants
				FROM result z WHERE z.participants > 0 GROUP BY z.school_id, z.year) AS g
		  WINDOW w AS (PARTITION BY g.school_id ORDER BY g.year)) AS y
	CROSS JOIN LATERAL (VALUES (1, y.below_1::bigint, y.participants_1::bigint), (2, y.below_2::bigint, y.participants_2::bigint),
							   (3, y.below_3::bigint, y.participants_3::bigint)) AS n(years, below, participants)
	WHERE n.participants IS NOT NULL
$view$),
(1280, 'measure_target', $view$
	SELECT s.measure_id, s.round_id, s.measure_kind, w.school_id
	FROM measure s
	JOIN measure_school w ON w.measure_id = s.measure_id
	WHERE s.state <> 'cancelled'
	UNION ALL
	SELECT s.measure_id, s.round_id, s.measure_kind, m.school_id
	FROM measure s
	JOIN round_member m ON m.round_id = s.round_id AND (s.municipality_id IS NULL OR m.municipality_id = s.municipality_id)
	WHERE s.state <> 'cancelled' AND m.kind = 'school' AND (m.low_results OR m.adverse_conditions)
	  AND NOT EXISTS (SELECT FROM measure_school w WHERE w.measure_id = s.measure_id)
$view$),
(1290, 'measure_effect', $view$
	SELECT e.measure_id, e.round_id, e.municipality_id, m.name AS municipality, e.indicator, e.measure_kind, e.title,
		   e.year_before, e.year_after,
		   e.schools_with, e.below_with_before, e.participants_with_before, e.percent_with_before,
		   e.below_with_after, e.participants_with_after, e.percent_with_after,
		   (e.percent_with_after - e.percent_with_before)::numeric(26,4) AS change_with,
		   e.schools_without, e.below_without_before, e.participants_without_before, e.percent_without_before,
		   e.below_without_after, e.participants_without_after, e.percent_without_after,
		   (e.percent_without_after - e.percent_without_before)::numeric(26,4) AS change_without,
		   (e.percent_with_after - e.percent_with_before - (e.percent_without_after - e.percent_without_before))::numeric(26,4) AS difference,
		   CASE
			   WHEN e.state <> 'done' THEN 'Мера ещё не исполнена'
			   WHEN e.done_on >= make_date(e.year_before + 3, 6, 1) THEN 'Мера исполнена позже, чем за три года после мониторинга'
			   WHEN e.year_after IS NULL THEN 'Результатов после исполнения меры ещё нет'
			   WHEN e.schools_with = 0 THEN 'У школ, которых касается мера, нет результатов за оба года'
			   WHEN e.schools_without = 0 THEN 'Сравнить не с кем: нет школ перечня без такой меры с результатами за оба года'
			   WHEN least(e.participants_with_before, e.participants_with_after) < g.min_n THEN format('За долей стоит меньше %s участников: судить об изменении нельзя', g.min_n)
			   WHEN NOT shnor.changed(shnor.share(e.below_with_before, e.participants_with_before),
									  shnor.share(e.below_with_after, e.participants_with_after), g.confidence)
				   THEN 'Изменение в школах с мерой не больше случайных колебаний'
			   WHEN e.percent_with_after < e.percent_with_before THEN 'В школах с мерой доля ниже минимума снизилась'
			   ELSE 'В школах с мерой доля ниже минимума выросла'
		   END AS reason
	FROM (
		SELECT b.*,
			   shnor.percent(shnor.share(b.below_with_before, b.participants_with_before))::numeric(25,4) AS percent_with_before,
			   shnor.percent(shnor.share(b.below_with_after, b.participants_with_after))::numeric(25,4) AS percent_with_after,
			   shnor.percent(shnor.share(b.below_without_before, b.participants_without_before))::numeric(25,4) AS percent_without_before,
			   shnor.percent(shnor.share(b.below_without_after, b.participants_without_after))::numeric(25,4) AS percent_without_after
		FROM (
			SELECT s.measure_id, s.round_id, s.municipality_id, s.indicator, s.measure_kind, s.title, s.state, s.done_on,
				   r.results_year AS year_before, y.year AS year_after,
				   coalesce(t.schools_with, 0) AS schools_with,
				   coalesce(t.below_with_before, 0) AS below_with_before, coalesce(t.participants_with_before, 0) AS participants_with_before,
				   coalesce(t.below_with_after, 0) AS below_with_after, coalesce(t.participants_with_after, 0) AS participants_with_after,
				   coalesce(t.schools_without, 0) AS schools_without,
				   coalesce(t.below_without_before, 0) AS below_without_before, coalesce(t.participants_without_before, 0) AS participants_without_before,
				   coalesce(t.below_without_after, 0) AS below_without_after, coalesce(t.participants_without_after, 0) AS participants_without_after
			FROM measure s
			JOIN round r ON r.round_id = s.round_id
			LEFT JOIN (SELECT DISTINCT z.year FROM result z) AS y ON y.year BETWEEN r.results_year + 1 AND r.results_year + 3
				AND s.done_on < make_date(y.year, 6, 1)
			LEFT JOIN (
				SELECT p.measure_id, c.year_after,
					   count(*) FILTER (WHERE p.had_it) AS schools_with,
					   (sum(c.below_before) FILTER (WHERE p.had_it))::bigint AS below_with_before,
					   (sum(c.participants_before) FILTER (WHERE p.had_it))::bigint AS participants_with_before,
					   (sum(c.below_after) FILTER (WHERE p.had_it))::bigint AS below_with_after,
					   (sum(c.participants_after) FILTER (WHERE p.had_it))::bigint AS participants_with_after,
					   count(*) FILTER (WHERE NOT p.had_it) AS schools_without,
					   (sum(c.below_before) FILTER (WHERE NOT p.had_it))::bigint AS below_without_before,
					   (sum(c.participants_before) FILTER (WHERE NOT p.had_it))::bigint AS participants_without_before,
					   (sum(c.below_after) FILTER (WHERE NOT p.had_it))::bigint AS below_without_after,
					   (sum(c.participants_after) FILTER (WHERE NOT p.had_it))::bigint AS participants_without_after
				FROM (
					SELECT h.measure_id, h.round_id, h.school_id, true AS had_it, NULL::integer AS first_year FROM measure_target h
					UNION ALL
					SELECT s.measure_id, m.round_id, m.school_id, false, f.first_year
					FROM measure s
					JOIN round_member m ON m.round_id = s.round_id
					-- the first round in which the school was given a measure of the kind, done or not
					LEFT JOIN (SELECT h.measure_kind, h.school_id, min(r.results_year) AS first_year
							   FROM measure_target h
							   JOIN round r ON r.round_id = h.round_id
							   GROUP BY h.measure_kind, h.school_id) AS f ON f.measure_kind = s.measure_kind AND f.school_id = m.school_id
					WHERE s.state = 'done' AND m.kind = 'school' AND (m.low_results OR m.adverse_conditions)
				) AS p
				JOIN round r ON r.round_id = p.round_id
				JOIN result_pair c ON c.school_id = p.school_id AND c.year_before = r.results_year
				-- what was taken after the results of a year cannot have changed them
				WHERE p.had_it OR p.first_year IS NULL OR p.first_year >= c.year_after
				GROUP BY p.measure_id, c.year_after
			) AS t ON t.measure_id = s.measure_id AND t.year_after = y.year
			WHERE s.state <> 'cancelled'
		) AS b
	) AS e
	CROSS JOIN (SELECT coalesce(max(g.min_n), 10) AS min_n, coalesce(max(g.confidence), 0.95)::numeric(5,4) AS confidence FROM setting g) AS g
	LEFT JOIN municipality m ON m.municipality_id = e.municipality_id
$view$)
$function$;
COMMENT ON FUNCTION region_measure_effect_views() IS
'Internal: the views of schools that a measure is for, and of results with it and without it.';

CREATE FUNCTION region_measure_effect_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('measure_target', NULL, 'Каких организаций касается мера: названных в measure_school, а если не названа ни одна — всех ШНОР и ШНСУ её муниципалитета.'),
('result_pair', NULL, 'Служебное: участники ниже минимума в школе за год и за один из трёх следующих лет. Не для отчётов.'),
('result_pair', 'year_before', 'Год до.'),
('result_pair', 'below_before', 'Ниже минимума, до.'),
('result_pair', 'participants_before', 'Участников, до.'),
('result_pair', 'year_after', 'Год после.'),
('result_pair', 'below_after', 'Ниже минимума, после.'),
('result_pair', 'participants_after', 'Участников, после.'),
('measure_effect', NULL, 'Что изменилось в школах с мерой и в школах перечня без такой меры (п. 1.2.12): доля участников оценочных процедур ниже минимума, год мониторинга и год после. Мера действует со дня исполнения: видна в результатах года, если исполнена до 1 июня. Только школы с результатами за оба года.'),
('measure_effect', 'title', 'Мера.'),
('measure_effect', 'municipality_id', 'Муниципалитет. Пусто: мера всего региона.'),
('measure_effect', 'indicator', 'Показатель, из-за которого принята.'),
('measure_effect', 'year_before', 'Год результатов мониторинга.'),
('measure_effect', 'year_after', 'Год после. Пусто: мера не исполнена или результатов после неё ещё нет.'),
('measure_effect', 'schools_with', 'Школ с мерой.'),
('measure_effect', 'below_with_before', 'Ниже минимума в школах с мерой, до.'),
('measure_effect', 'participants_with_before', 'Участников в школах с мерой, до.'),
('measure_effect', 'percent_with_before', 'Доля ниже минимума в школах с мерой, до, %.'),
('measure_effect', 'below_with_after', 'Ниже минимума в школах с мерой, после.'),
('measure_effect', 'participants_with_after', 'Участников в школах с мерой, после.'),
('measure_effect', 'percent_with_after', 'Доля ниже минимума в школах с мерой, после, %.'),
('measure_effect', 'change_with', 'Изменение в школах с мерой, п. п.'),
('measure_effect', 'schools_without', 'Школ перечня, для которых мер этого вида к тому году не было, даже запланированных.'),
('measure_effect', 'below_without_before', 'Ниже минимума в школах без меры, до.'),
('measure_effect', 'participants_without_before', 'Участников в школах без меры, до.'),
('measure_effect', 'percent_without_before', 'Доля ниже минимума в школах без меры, до, %.'),
('measure_effect', 'below_without_after', 'Ниже минимума в школах без меры, после.'),
('measure_effect', 'participants_without_after', 'Участников в школах без меры, после.'),
('measure_effect', 'percent_without_after', 'Доля ниже минимума в школах без меры, после, %.'),
('measure_effect', 'change_without', 'Изменение в школах без меры, п. п.'),
('measure_effect', 'difference', 'Разница изменений: меньше нуля — в школах с мерой лучше.')
$function$;
COMMENT ON FUNCTION region_measure_effect_comments() IS
'Internal: Russian comments of the views of measures'' effect.';
