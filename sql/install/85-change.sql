-- Dynamics (tables 1.2.2; clause 1.2.8): what has changed between one round and the next, of each indicator and of
-- results. The change is split into the effect of the schools that are in both lists and that of the list's turnover,
-- which add up to it exactly; «выросло» or «снизилось» is said only outside the noise (Newcombe's interval, n >= min_n).
-- While answers are missing, only what holds whatever they will be is said.
--   P0 -> P1 the figures, p0 -> p1 the same over the schools in both lists:
--   P1 - P0 = (p1 - p0)  +  ((P1 - p1) - (P0 - p0)), on percents as reported, rounded to 4 digits.

CREATE FUNCTION region_change_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1100, 'round_pair', $view$
	SELECT p.round_id, p.round_title, p.results_year, p.previous_round_id, p.previous_round_title, p.previous_results_year,
		   p.is_open, p.previous_is_open
	FROM (SELECT r.round_id, r.title AS round_title, r.results_year,
				 lag(r.round_id) OVER w AS previous_round_id, lag(r.title) OVER w AS previous_round_title,
				 lag(r.results_year) OVER w AS previous_results_year,
				 r.state <> 'closed' AS is_open, lag(r.state <> 'closed') OVER w AS previous_is_open
		  FROM round r
		  WHERE r.state <> 'draft'
		  WINDOW w AS (ORDER BY r.cohort_on, r.round_id)) AS p
	WHERE p.previous_round_id IS NOT NULL
$view$),
(1105, 'round_side', $view$
	-- both rounds of a pair as rows, so that what they hold is joined by equality: one pass, whatever the plan
	SELECT p.round_id, p.previous_round_id, s.is_after,
		   CASE WHEN s.is_after THEN p.round_id ELSE p.previous_round_id END AS side_round_id,
		   CASE WHEN s.is_after THEN p.results_year ELSE p.previous_results_year END AS side_results_year,
		   p.previous_results_year < p.results_year AS newer_results
	FROM round_pair p
	CROSS JOIN (VALUES (false), (true)) AS s(is_after)
$view$),
(1110, 'indicator_change_sum', $view$
	-- the figures as reported before and after, and the sums over the schools that are in an indicator's list in both
	-- rounds. Put together by grouping, not by joins: nothing here depends on the planner's guesses of row counts.
	SELECT g.scope, g.round_id, g.previous_round_id, g.municipality_id, d.position, g.indicator, d.title, d.unit, d.polarity,
		   g.numerator_before, g.denominator_before, g.percent_before, g.numerator_after, g.denominator_after, g.percent_after,
		   d.unit = 'yes_no' AND g.scope = 'municipality' AS own_answer,
		   d.level = 'municipality' AS no_list,
		   (d.level, d.unit, d.numerator, d.denominator, d.cohort, d.missing, d.institution_kinds)
			   IS NOT DISTINCT FROM (e.level, e.unit, e.numerator, e.denominator, e.cohort, e.missing, e.institution_kinds) AS comparable,
		   g.answered_before, g.missing_before, g.answered_after, g.missing_after,
		   g.schools_both, g.schools_left, g.schools_joined,
		   g.numerator_both_before, g.denominator_both_before, g.numerator_both_after, g.denominator_both_after,
		   d.denominator IS NULL AS counts_rows,
		   g.denominator_before + CASE e.missing WHEN 'no' THEN 0 ELSE g.missing_before END AS rows_before,
		   g.denominator_after + CASE d.missing WHEN 'no' THEN 0 ELSE g.missing_after END AS rows_after
	FROM (
		SELECT w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.indicator,
			   max(w.numerator) FILTER (WHERE w.figure AND NOT w.is_after) AS numerator_before,
			   max(w.denominator) FILTER (WHERE w.figure AND NOT w.is_after) AS denominator_before,
			   max(w.percent) FILTER (WHERE w.figure AND NOT w.is_after)::numeric(25,4) AS percent_before,
			   max(w.numerator) FILTER (WHERE w.figure AND w.is_after) AS numerator_after,
			   max(w.denominator) FILTER (WHERE w.figure AND w.is_after) AS denominator_after,
			   max(w.percent) FILTER (WHERE w.figure AND w.is_after)::numeric(25,4) AS percent_after,
			   max(w.answered) FILTER (WHERE w.figure AND NOT w.is_after) AS answered_before,
			   max(w.missing) FILTER (WHERE w.figure AND NOT w.is_after) AS missing_before,
			   max(w.answered) FILTER (WHERE w.figure AND w.is_after) AS answered_after,
			   max(w.missing) FILTER (WHERE w.figure AND w.is_after) AS missing_after,
			   count(*) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 2) AS schools_both,
			   count(*) FILTER (WHERE NOT w.figure AND NOT w.is_after AND w.sides = 1) AS schools_left,
			   count(*) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 1) AS schools_joined,
			   coalesce(sum(w.numerator) FILTER (WHERE NOT w.figure AND NOT w.is_after AND w.sides = 2), 0)::bigint AS numerator_both_before,
			   coalesce(sum(w.denominator) FILTER (WHERE NOT w.figure AND NOT w.is_after AND w.sides = 2), 0)::bigint AS denominator_both_before,
			   coalesce(sum(w.numerator) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 2), 0)::bigint AS numerator_both_after,
			   coalesce(sum(w.denominator) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 2), 0)::bigint AS denominator_both_after
		FROM (
			SELECT true AS figure, i.scope, p.round_id, p.previous_round_id, i.municipality_id, i.indicator,
				   i.numerator, i.denominator, i.percent, i.answered, i.missing, p.is_after, NULL::bigint AS sides
			FROM round_side p
			JOIN indicator_result i ON i.round_id = p.side_round_id
			UNION ALL
			-- a school that moves to another municipality leaves one list and joins another; in the region it stays
			SELECT false, c.scope, p.round_id, p.previous_round_id, CASE c.scope WHEN 'municipality' THEN s.municipality_id END,
				   s.indicator, s.numerator, s.denominator, NULL, NULL, NULL, p.is_after,
				   count(*) OVER (PARTITION BY c.scope, p.round_id, CASE c.scope WHEN 'municipality' THEN s.municipality_id END,
											   s.indicator, s.school_id)
			FROM round_side p
			JOIN school_indicator s ON s.round_id = p.side_round_id
			CROSS JOIN report_scope c
			WHERE s.in_cohort
		) AS w
		GROUP BY w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.indicator
	) AS g
	-- an indicator that one of the rounds does not have cannot be compared
	JOIN round_indicator d ON d.round_id = g.round_id AND d.indicator = g.indicator
	JOIN round_indicator e ON e.round_id = g.previous_round_id AND e.indicator = g.indicator
	WHERE g.denominator_before IS NOT NULL AND g.denominator_after IS NOT NULL
$view$),
(1120, 'result_change_sum', $view$
	-- the same of results: pupils below the minimum among the schools that are ШНОР or ШНСУ. Of both lists is a school
	-- whose pupils took part in both years; one that stayed listed and has results of one year only comes or goes with
	-- them, or its dropping out would look like a change of those who stayed
	SELECT w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.assessment, w.subject, w.grade, w.newer_results,
		   sum(w.below_minimum) FILTER (WHERE NOT w.is_after) AS numerator_before, sum(w.participants) FILTER (WHERE NOT w.is_after) AS denominator_before,
		   sum(w.below_minimum) FILTER (WHERE w.is_after) AS numerator_after, sum(w.participants) FILTER (WHERE w.is_after) AS denominator_after,
		   count(*) FILTER (WHERE w.is_after AND w.paired) AS schools_both,
		   count(*) FILTER (WHERE w.participants > 0 AND NOT w.is_after AND w.lists = 1) AS schools_left,
		   count(*) FILTER (WHERE w.participants > 0 AND w.is_after AND w.lists = 1) AS schools_joined,
		   coalesce(sum(w.below_minimum) FILTER (WHERE NOT w.is_after AND w.paired), 0) AS numerator_both_before,
		   coalesce(sum(w.participants) FILTER (WHERE NOT w.is_after AND w.paired), 0) AS denominator_both_before,
		   coalesce(sum(w.below_minimum) FILTER (WHERE w.is_after AND w.paired), 0) AS numerator_both_after,
		   coalesce(sum(w.participants) FILTER (WHERE w.is_after AND w.paired), 0) AS denominator_both_after,
		   count(*) FILTER (WHERE w.participants > 0 AND w.lists = 2 AND NOT w.paired) AS schools_unpaired
	FROM (
		SELECT l.scope, l.round_id, l.previous_round_id, l.municipality_id, l.is_after, l.newer_results, l.lists,
			   s.assessment, s.subject, s.grade, s.below_minimum, s.participants,
			   count(*) FILTER (WHERE s.participants > 0)
					OVER (PARTITION BY l.scope, l.round_id, l.municipality_id, s.assessment, s.subject, s.grade, l.school_id) = 2 AS paired
		FROM (
			SELECT c.scope, p.round_id, p.previous_round_id, CASE c.scope WHEN 'municipality' THEN m.municipality_id END AS municipality_id,
				   m.school_id, p.is_after, p.side_results_year AS year, p.newer_results,
				   count(*) OVER (PARTITION BY c.scope, p.round_id, CASE c.scope WHEN 'municipality' THEN m.municipality_id END, m.school_id) AS lists
			FROM round_side p
			JOIN round_member m ON m.round_id = p.side_round_id
			CROSS JOIN report_scope c
			WHERE m.kind = 'school' AND (m.low_results OR m.adverse_conditions)
		) AS l
		JOIN result s ON s.school_id = l.school_id AND s.year = l.year
	) AS w
	GROUP BY w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.assessment, w.subject, w.grade, w.newer_results
$view$),
(1130, 'change_result', $view$
	-- every judgement of a change is made here
	SELECT j.topic, j.scope, p.round_id, p.round_title, p.previous_round_id, p.previous_round_title,
		   j.municipality_id, m.name AS municipality,
		   j.position, j.indicator, j.title, j.unit, j.assessment, j.subject, j.grade,
		   j.numerator_before, j.denominator_before, j.percent_before, j.numerator_after, j.denominator_after, j.percent_after,
		   j.change, j.both_lists_effect, (j.change - j.both_lists_effect)::numeric(26,4) AS turnover_effect,
		   j.schools_both, j.schools_left, j.schools_joined,
		   CASE
			   WHEN j.change IS NULL OR NOT j.comparable OR j.unanswered OR NOT j.whole OR j.unsettled THEN NULL
			   WHEN j.own_answer AND j.change = 0 THEN 'без изменений'
			   WHEN NOT j.own_answer AND (j.few OR NOT j.outside_noise) THEN 'в пределах колебаний'
			   WHEN j.change > 0 THEN 'выросло'
			   ELSE 'снизилось'
		   END AS claim,
		   CASE
			   WHEN j.change IS NULL THEN CASE WHEN j.percent_before IS NOT NULL THEN 'В этом мониторинге доли нет: сравнивать не с чем'
											   WHEN j.percent_after IS NOT NULL THEN 'В предыдущем мониторинге доли нет: сравнивать не с чем'
											   ELSE 'Доли нет ни в этом мониторинге, ни в предыдущем' END
			   WHEN NOT j.comparable THEN CASE j.topic WHEN 'result' THEN 'Результаты мониторинга не новее результатов предыдущего: сравнивать нельзя'
													   ELSE 'Определение показателя изменилось: сравнивать нельзя' END
			   WHEN j.unanswered AND NOT j.own_answer THEN
				   CASE WHEN j.answered_after > 0 THEN 'В предыдущем мониторинге никто не ответил: сравнивать не с чем'
						WHEN j.answered_before > 0 THEN 'В этом мониторинге никто не ответил: сравнивать не с чем'
						ELSE 'Никто не ответил ни в этом мониторинге, ни в предыдущем' END
			   WHEN NOT j.whole THEN 'Числитель больше знаменателя: проверьте ответы'
			   WHEN j.own_answer THEN format('Было: %s, стало: %s',
				   CASE WHEN j.answered_before = 0 THEN 'нет ответа' WHEN j.numerator_before > 0 THEN 'да' ELSE 'нет' END,
				   CASE WHEN j.answered_after = 0 THEN 'нет ответа' WHEN j.numerator_after > 0 THEN 'да' ELSE 'нет' END)
			   WHEN j.unsettled THEN concat_ws('; ',
				   format('Без ответа было %s, стало %s: вывод зависит от них', j.missing_before, j.missing_after), j.turnover)
			   WHEN j.few THEN format('Знаменатель меньше %s: судить об изменении нельзя', j.min_n)
			   ELSE concat_ws('; ',
				   format('%s (доверительная вероятность %s %%)',
						  CASE WHEN j.outside_noise THEN 'Больше случайных колебаний' ELSE 'Не больше случайных колебаний' END,
						  replace(trim_scale(100 * j.confidence)::text, '.', ',')),
				   j.turnover,
				   CASE WHEN j.schools_unpaired > 0 THEN format('из оставшихся с результатами только за один год: %s', j.schools_unpaired) END,
				   CASE WHEN j.both_lists_effect IS NULL THEN 'разложить изменение нельзя: у оставшихся школ нет доли' END,
				   CASE WHEN j.missing_before + j.missing_after > 0 THEN format('без ответа было %s, стало %s', j.missing_before, j.missing_after) END)
		   END AS reason,
		   -- like the claim, only outside the noise
		   CASE WHEN j.change <> 0 AND j.comparable AND NOT j.unanswered AND j.whole AND NOT j.unsettled AND j.polarity <> 'context'
					 AND (j.own_answer OR NOT j.few AND j.outside_noise)
				THEN (j.change > 0) = (j.polarity = 'higher_is_better') END AS better,
		   j.schools_unpaired
	FROM (
		SELECT s.*, g.min_n, g.confidence,
			   -- the schools of an indicator need not be on a list: its circle may be all schools
			   CASE WHEN NOT s.no_list THEN format('%s осталось %s, выбыло %s, вошло %s', CASE s.topic WHEN 'result' THEN 'в перечне' ELSE 'в круге показателя' END,
												   s.schools_both + coalesce(s.schools_unpaired, 0), s.schools_left, s.schools_joined) END AS turnover,
			   -- how many teachers stand behind a missing answer is not known: such shares wait until the round is closed
			   coalesce(NOT s.own_answer AND s.missing_before + s.missing_after > 0
						AND CASE WHEN s.counts_rows THEN v.lowest <> v.highest
								 ELSE q.previous_is_open AND s.missing_before > 0 OR q.is_open AND s.missing_after > 0 END, false) AS unsettled,
			   (s.percent_after - s.percent_before)::numeric(26,4) AS change,
			   CASE WHEN s.percent_before IS NULL OR s.percent_after IS NULL THEN NULL
					-- municipalities do not come and go; a list of which nobody stayed has changed by turnover alone
					WHEN s.no_list THEN s.percent_after - s.percent_before
					WHEN s.schools_both = 0 THEN 0
					ELSE shnor.percent(shnor.share(s.numerator_both_after, s.denominator_both_after))
						 - shnor.percent(shnor.share(s.numerator_both_before, s.denominator_both_before))
			   END::numeric(26,4) AS both_lists_effect,
			   least(s.denominator_before, s.denominator_after) < g.min_n AS few,
			   -- no answer scores like a no, and is not one: nothing is known to have changed
			   coalesce(least(s.answered_before, s.answered_after) = 0, false) AS unanswered,
			   s.numerator_before BETWEEN 0 AND s.denominator_before AND s.numerator_after BETWEEN 0 AND s.denominator_after AS whole,
			   CASE WHEN s.denominator_before > 0 AND s.denominator_after > 0
						 AND s.numerator_before BETWEEN 0 AND s.denominator_before AND s.numerator_after BETWEEN 0 AND s.denominator_after
					THEN shnor.changed(shnor.share(s.numerator_before, s.denominator_before),
									   shnor.share(s.numerator_after, s.denominator_after), g.confidence) END AS outside_noise
		FROM (
			SELECT 'indicator' AS topic, i.scope, i.round_id, i.municipality_id, i.position, i.indicator, i.title, i.unit, i.polarity,
				   NULL::text AS assessment, NULL::text AS subject, NULL::smallint AS grade,
				   i.numerator_before, i.denominator_before, i.percent_before, i.numerator_after, i.denominator_after, i.percent_after,
				   i.answered_before, i.missing_before, i.answered_after, i.missing_after,
				   i.own_answer, i.no_list, i.comparable, i.schools_both, i.schools_left, i.schools_joined,
				   i.numerator_both_before, i.denominator_both_before, i.numerator_both_after, i.denominator_both_after,
				   NULL::bigint AS schools_unpaired, i.counts_rows, i.rows_before, i.rows_after
			FROM indicator_change_sum i
			UNION ALL
			SELECT 'result', r.scope, r.round_id, r.municipality_id, NULL, NULL, NULL, NULL, 'lower_is_better',
				   r.assessment, r.subject, r.grade,
				   r.numerator_before, r.denominator_before, shnor.percent(shnor.share(r.numerator_before, r.denominator_before))::numeric(25,4),
				   r.numerator_after, r.denominator_after, shnor.percent(shnor.share(r.numerator_after, r.denominator_after))::numeric(25,4),
				   NULL, NULL, NULL, NULL, false, false, r.newer_results, r.schools_both, r.schools_left, r.schools_joined,
				   r.numerator_both_before, r.denominator_both_before, r.numerator_both_after, r.denominator_both_after,
				   r.schools_unpaired, false, NULL, NULL
			FROM result_change_sum r
		) AS s
		JOIN round_pair q ON q.round_id = s.round_id
		CROSS JOIN (SELECT coalesce(max(g.min_n), 10) AS min_n, coalesce(max(g.confidence), 0.95)::numeric(5,4) AS confidence FROM setting g) AS g
		-- the verdict on the figures and on the two ends of what missing answers leave possible: all yes before and no
		-- after, and the reverse. Between the ends a share can only lie between: where they agree, nothing else can come
		CROSS JOIN LATERAL (
			SELECT min(e.verdict) AS lowest, max(e.verdict) AS highest
			FROM (SELECT CASE WHEN least(x.d0, x.d1) < g.min_n OR NOT shnor.changed(shnor.share(x.n0, x.d0), shnor.share(x.n1, x.d1), g.confidence) THEN 0
							  ELSE sign(x.n1::numeric * x.d0 - x.n0::numeric * x.d1) END AS verdict
				  FROM (VALUES (s.numerator_before, s.denominator_before, s.numerator_after, s.denominator_after),
							   (s.numerator_before + s.missing_before, s.rows_before, s.numerator_after, s.rows_after),
							   (s.numerator_before, s.rows_before, s.numerator_after + s.missing_after, s.rows_after)) AS x(n0, d0, n1, d1)
				  WHERE s.counts_rows AND s.missing_before + s.missing_after > 0
					AND x.n0 BETWEEN 0 AND x.d0 AND x.n1 BETWEEN 0 AND x.d1) AS e
		) AS v
	) AS j
	JOIN round_pair p ON p.round_id = j.round_id
	LEFT JOIN municipality m ON m.municipality_id = j.municipality_id
$view$),
(1140, 'municipal_change', $view$
	SELECT c.round_id, c.round_title, c.previous_round_id, c.previous_round_title, c.municipality_id, c.municipality,
		   c.position, c.indicator, c.title, c.unit,
		   c.numerator_before, c.denominator_before, c.percent_before, c.numerator_after, c.denominator_after, c.percent_after,
		   c.change, c.both_lists_effect, c.turnover_effect, c.schools_both, c.schools_left, c.schools_joined, c.claim, c.reason, c.better
	FROM change_result c
	WHERE c.topic = 'indicator' AND c.scope = 'municipality'
$view$),
(1150, 'regional_change', $view$
	SELECT c.round_id, c.round_title, c.previous_round_id, c.previous_round_title,
		   c.position, c.indicator, c.title, c.unit,
		   c.numerator_before, c.denominator_before, c.percent_before, c.numerator_after, c.denominator_after, c.percent_after,
		   c.change, c.both_lists_effect, c.turnover_effect, c.schools_both, c.schools_left, c.schools_joined, c.claim, c.reason, c.better
	FROM change_result c
	WHERE c.topic = 'indicator' AND c.scope = 'region'
$view$),
(1160, 'result_change', $view$
	SELECT c.round_id, c.round_title, c.previous_round_id, c.previous_round_title, c.municipality_id, c.municipality,
		   c.assessment, c.subject, c.grade,
		   c.numerator_before, c.denominator_before, c.percent_before, c.numerator_after, c.denominator_after, c.percent_after,
		   c.change, c.both_lists_effect, c.turnover_effect, c.schools_both, c.schools_left, c.schools_joined, c.claim, c.reason, c.better,
		   c.schools_unpaired
	FROM change_result c
	WHERE c.topic = 'result'
$view$)
$function$;
COMMENT ON FUNCTION region_change_views() IS
'Internal: the views of change between rounds: the sums of schools in both lists, the split and the claim, for indicators and results.';

CREATE FUNCTION region_change_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('round_pair', NULL, 'Служебное: каждый начатый мониторинг и предыдущий за ним по дате состава. Не для отчётов.'),
('round_pair', 'is_open', 'Мониторинг ещё не закрыт.'),
('round_pair', 'previous_is_open', 'Предыдущий мониторинг ещё не закрыт.'),
('round_side', NULL, 'Служебное: оба мониторинга каждой пары, по строке на мониторинг. Не для отчётов.'),
('round_side', 'is_after', 'Строка мониторинга; иначе — предыдущего.'),
('round_side', 'side_round_id', 'Мониторинг этой строки.'),
('round_side', 'side_results_year', 'Год результатов мониторинга этой строки.'),
('round_side', 'newer_results', 'Год результатов мониторинга позже, чем у предыдущего.'),
('indicator_change_sum', NULL, 'Служебное: суммы по школам, которые входят в круг показателя в обоих мониторингах. Не для отчётов.'),
('indicator_change_sum', 'polarity', 'Что лучше: higher_is_better — больше, lower_is_better — меньше, context — не оценивается.'),
('indicator_change_sum', 'own_answer', 'Собственный ответ муниципалитета «да» или «нет».'),
('indicator_change_sum', 'no_list', 'Отвечают муниципалитеты: круга школ у показателя нет.'),
('indicator_change_sum', 'comparable', 'Определение показателя в обоих мониторингах одно и то же.'),
('indicator_change_sum', 'answered_before', 'Сколько ответило в предыдущем мониторинге.'),
('indicator_change_sum', 'missing_before', 'Сколько не ответило в предыдущем мониторинге.'),
('indicator_change_sum', 'answered_after', 'Сколько ответило в мониторинге.'),
('indicator_change_sum', 'missing_after', 'Сколько не ответило в мониторинге.'),
('indicator_change_sum', 'counts_rows', 'Доля организаций или муниципалитетов, а не педагогических работников: сколько стоит за ответом, которого нет, известно.'),
('indicator_change_sum', 'rows_before', 'Из скольких в предыдущем мониторинге, считая тех, кто не ответил.'),
('indicator_change_sum', 'rows_after', 'Из скольких в мониторинге, считая тех, кто не ответил.'),
('result_change_sum', NULL, 'Служебное: участники ниже минимума по школам, которые были ШНОР или ШНСУ. Не для отчётов.'),
('result_change_sum', 'newer_results', 'Год результатов мониторинга позже, чем у предыдущего.'),
('result_change_sum', 'schools_unpaired', 'Школ, которые остались в перечне, но с результатами только за один год.'),
('change_result', NULL, 'Служебное: изменения показателей и результатов, разложенные и оценённые. Не для отчётов.'),
('change_result', 'topic', 'Что изменилось: indicator — показатель, result — результаты оценочной процедуры.'),
('change_result', 'schools_both', 'Школ, которые входят в круг показателя в обоих мониторингах; у результатов — школ обоих перечней с результатами за оба года.'),
('change_result', 'schools_left', 'Школ выбыло из круга показателя; у результатов — из перечня.'),
('change_result', 'schools_joined', 'Школ вошло в круг показателя; у результатов — в перечень.'),
('change_result', 'schools_unpaired', 'Школ, которые остались в перечне, но с результатами только за один год. Пусто у показателей.'),
('municipal_change', NULL, 'Динамика показателей муниципалитетов от мониторинга к мониторингу (п. 1.2.8): на сколько изменились, из-за кого и больше ли это случайных колебаний.'),
('regional_change', NULL, 'Динамика показателей региона от мониторинга к мониторингу.'),
('indicator_change_sum', 'schools_both', 'Школ, которые входят в круг показателя в обоих мониторингах.'),
('indicator_change_sum', 'schools_left', 'Школ выбыло из круга показателя.'),
('indicator_change_sum', 'schools_joined', 'Школ вошло в круг показателя.'),
('municipal_change', 'schools_both', 'Школ, которые входят в круг показателя в обоих мониторингах.'),
('municipal_change', 'schools_left', 'Школ выбыло из круга показателя.'),
('municipal_change', 'schools_joined', 'Школ вошло в круг показателя.'),
('regional_change', 'schools_both', 'Школ, которые входят в круг показателя в обоих мониторингах.'),
('regional_change', 'schools_left', 'Школ выбыло из круга показателя.'),
('regional_change', 'schools_joined', 'Школ вошло в круг показателя.'),
('municipal_change', 'both_lists_effect', 'Часть изменения за счёт школ, которые входят в круг показателя в обоих мониторингах, п. п.'),
('municipal_change', 'turnover_effect', 'Часть изменения за счёт смены круга школ, п. п.; с предыдущей в сумме даёт изменение.'),
('regional_change', 'both_lists_effect', 'Часть изменения за счёт школ, которые входят в круг показателя в обоих мониторингах, п. п.'),
('regional_change', 'turnover_effect', 'Часть изменения за счёт смены круга школ, п. п.; с предыдущей в сумме даёт изменение.'),
('result_change_sum', 'schools_both', 'Школ обоих перечней с результатами за оба года.'),
('result_change', NULL, 'Динамика образовательных результатов ШНОР и ШНСУ: доля участников ниже минимума. Пустой municipality_id — регион.'),
('result_change', 'municipality_id', 'Муниципалитет. Пусто: регион.'),
('result_change', 'municipality', 'Название муниципалитета. Пусто: регион.'),
('result_change', 'schools_both', 'Школ обоих перечней с результатами за оба года.'),
('result_change', 'schools_left', 'Школ с результатами, которые выбыли из перечня.'),
('result_change', 'schools_joined', 'Школ с результатами, которые вошли в перечень.'),
('result_change', 'schools_unpaired', 'Школ, которые остались в перечне, но с результатами только за один год: их приход и уход — смена перечня.')
$function$;
COMMENT ON FUNCTION region_change_comments() IS
'Internal: Russian comments of the views of change; columns are in the dictionary.';
