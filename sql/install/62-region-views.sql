-- The reports of a region: plain SQL over its tables, read top to bottom. Data flows one way:
-- answers (school_round) -> municipal_tally -> indicator_result -> the reports.
-- Names are resolved in the region's schema when a view is created; what the extension computes is written
-- shnor.-qualified. Columns may be appended by a later version, never dropped or moved: people build on them.

-- the one pass over the answers of a round, over the views of its schools and of its municipalities
CREATE FUNCTION region_tally_query(schools text, municipalities text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format($view$
	-- one pass over the answers of a round; a municipality without a school or an answer keeps its 0/0
	SELECT p.round_id, p.municipality_id, shnor.sum(p.tally) AS tally
	FROM (
		SELECT k.round_id, t.municipality_id, t.tally
		FROM round_methodology k
		CROSS JOIN LATERAL (
			SELECT s.municipality_id,
				   shnor.tally(k.methodology, %3$L::text[], %4$s) AS tally
			-- a row without a kind counts nowhere; not a join, so that a municipality can be asked for alone
			FROM (SELECT n.municipality_id, %5$s FROM %1$I n WHERE n.round_id = k.round_id
				  UNION ALL
				  SELECT m.municipality_id, %6$s FROM municipal_member m WHERE m.round_id = k.round_id) AS s
			GROUP BY s.municipality_id
		) AS t
		WHERE k.level = 'school'
		UNION ALL
		SELECT k.round_id, t.municipality_id, t.tally
		FROM round_methodology k
		CROSS JOIN LATERAL (
			SELECT s.municipality_id,
				   shnor.tally(k.methodology,
							   ARRAY['has_results_note', 'has_practice_sharing', 'has_resource_monitoring'],
							   s.has_results_note, s.has_practice_sharing, s.has_resource_monitoring) AS tally
			FROM %2$I s
			WHERE s.round_id = k.round_id
			GROUP BY s.municipality_id
		) AS t
		WHERE k.level = 'municipality'
	) AS p
	GROUP BY p.round_id, p.municipality_id
$view$, schools, municipalities, c.names,
	(SELECT string_agg('s.' || n, ', ' ORDER BY i) FROM unnest(c.names) WITH ORDINALITY AS u(n, i)),
	(SELECT string_agg('n.' || n, ', ' ORDER BY i) FROM unnest(c.names) WITH ORDINALITY AS u(n, i)),
	(SELECT string_agg('NULL', ', ') FROM unnest(c.names)))
FROM (SELECT '{low_results,adverse_conditions,risk_zone,is_school,is_preschool,is_supplementary,
	teachers,diagnosed_subject,diagnosed_method,diagnosed_psych,supported,in_networks,in_active,with_route,
	in_events,has_curator,has_program,has_prevention,has_study_plans,has_tutoring,
	internet_resolved,equipment_resolved,staffing_resolved}'::text[] AS names) AS c
$function$;
COMMENT ON FUNCTION region_tally_query(text, text) IS
'Internal: the defining query of municipal_tally over the named views of schools and of municipalities.';

-- the tallies of municipalities, and their sum: two arms of which the planner drops the one that is not asked for
CREATE FUNCTION region_scope_query(tallies text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format($view$
	SELECT 'municipality' AS scope, u.round_id, u.municipality_id, u.tally
	FROM %1$I u
	UNION ALL
	SELECT 'region', g.round_id, NULL, g.tally
	FROM (
		SELECT u.round_id, shnor.sum(u.tally) AS tally
		FROM %1$I u
		WHERE EXISTS (SELECT FROM report_scope v WHERE v.scope = 'region')
		GROUP BY u.round_id
	) AS g
$view$, tallies)
$function$;
COMMENT ON FUNCTION region_scope_query(text) IS
'Internal: the tallies of the named view by municipality and of the whole region, for region_judgement_query().';

-- every judgement is made by this one text: over the tallies of answers as claimed, and of those that are proven
CREATE FUNCTION region_judgement_query(scoped text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format($view$
	-- every judgement is made here, for municipalities and for the region alike
	SELECT j.scope, j.round_id, j.municipality_id, j.position, j.indicator, j.section, j.title, j.unit,
		   j.numerator, j.denominator, j.percent, j.threshold, j.plan, j.score,
		   concat_ws('. ',
			   CASE WHEN j.unit = 'yes_no' AND j.scope = 'region' AND j.denominator > 0 AND j.threshold IS NULL
					THEN format('Муниципалитетов с ответом «да»: %%s из %%s', j.numerator, j.denominator)
			   END,
			   CASE
				   WHEN j.polarity = 'context' THEN 'Справочный показатель, не оценивается'
				   WHEN j.answered + j.missing = 0 THEN 'В круг показателя не входит ни одна организация'
				   WHEN j.denominator = 0 AND j.answered = 0 THEN 'Нет ответов'
				   WHEN j.denominator = 0 THEN 'Знаменатель равен нулю'
				   WHEN j.own_answer AND j.answered = 0 THEN 'Нет ответа: 0 баллов'
				   WHEN j.own_answer THEN CASE WHEN j.numerator > 0 THEN 'Да' ELSE 'Нет' END
				   WHEN j.threshold IS NULL THEN 'Порог не установлен приказом'
				   -- with the fraction: it is judged, and its percent is rounded
				   ELSE replace(format('%%s %%%% (%%s из %%s) — %%s порога %%s %%%%',
									   trim_scale(j.percent), j.numerator, j.denominator,
									   CASE WHEN j.polarity = 'lower_is_better'
											THEN CASE j.score WHEN 1 THEN 'не выше' ELSE 'выше' END
											ELSE CASE j.score WHEN 1 THEN 'не ниже' ELSE 'ниже' END
									   END, trim_scale(j.threshold)), '.', ',')
			   END) AS reason,
		   j.answered, j.missing,
		   CASE
			   WHEN j.missing = 0 THEN j.percent
			   WHEN j.counts_rows THEN shnor.percent(shnor.share(j.numerator, j.all_rows))
		   END::numeric(25,4) AS percent_low,
		   CASE
			   WHEN j.missing = 0 THEN j.percent
			   WHEN j.counts_rows THEN shnor.percent(shnor.share(j.numerator + j.missing, j.all_rows))
		   END::numeric(25,4) AS percent_high,
		   j.gap,
		   coalesce(j.score = 0, false) OR coalesce(j.plan_score = 0, false) AS note_required
	FROM (
		SELECT f.*,
			   shnor.numerator(f.share) AS numerator,
			   shnor.denominator(f.share) AS denominator,
			   shnor.percent(f.share)::numeric(25,4) AS percent,
			   CASE
				   WHEN f.polarity = 'context' OR shnor.denominator(f.share) = 0 THEN NULL
				   WHEN f.own_answer THEN shnor.score(shnor.numerator(f.share) > 0)
				   ELSE shnor.score(f.share, f.threshold, f.polarity)
			   END AS score,
			   CASE WHEN f.polarity <> 'context' THEN shnor.score(f.share, f.plan, f.polarity) END AS plan_score,
			   CASE WHEN f.polarity <> 'context' THEN shnor.gap(f.share, f.threshold, f.polarity) END AS gap,
			   shnor.denominator(f.share) + CASE f.missing_policy WHEN 'no' THEN 0 ELSE f.missing END AS all_rows
		FROM (
			SELECT t.scope, t.round_id, t.municipality_id,
				   d.position, d.indicator, d.section, d.title, d.unit, d.polarity, d.missing AS missing_policy,
				   d.denominator IS NULL AS counts_rows,
				   t.scope = 'municipality' AND d.unit = 'yes_no' AS own_answer,
				   x.share, x.answered, x.missing,
				   -- orders set percents: they do not bear on one municipality's yes or no
				   CASE WHEN t.scope = 'region' OR d.unit <> 'yes_no'
						THEN coalesce(own.threshold, common.threshold) END::numeric(7,4) AS threshold,
				   CASE WHEN t.scope = 'region' OR d.unit <> 'yes_no'
						THEN coalesce(own.plan, common.plan) END::numeric(7,4) AS plan
			FROM (%1$s) AS t
			CROSS JOIN LATERAL shnor.items(t.tally) AS x
			JOIN round_indicator d ON d.round_id = t.round_id AND d.indicator_id = x.id
			LEFT JOIN target own ON own.round_id = t.round_id AND own.indicator = d.indicator
				AND own.municipality_id = t.municipality_id
			LEFT JOIN target common ON common.round_id = t.round_id AND common.indicator = d.indicator
				AND common.municipality_id IS NULL
		) AS f
	) AS j
$view$, scoped)
$function$;
COMMENT ON FUNCTION region_judgement_query(text) IS
'Internal: the results of a query of tallies with their scope, round and municipality.';

CREATE FUNCTION region_result_query(tallies text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT shnor.region_judgement_query(shnor.region_scope_query(tallies))
$function$;
COMMENT ON FUNCTION region_result_query(text) IS
'Internal: the defining query of indicator_result and proven_indicator over the named view of tallies.';

CREATE FUNCTION region_score_query(indicators text, computed boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format($view$
	-- rank compares points/max_points exactly: fractions of less than a million indicators differ by more
	-- than 1/10^12, so their integer parts of 10^12 differ too
	SELECT p.round_id, p.municipality_id, p.points, p.max_points, p.scored, p.unscored,
		   CASE WHEN p.max_points > 0
				THEN rank() OVER (PARTITION BY p.round_id
								  ORDER BY p.points * 1000000000000 / nullif(p.max_points, 0) DESC NULLS LAST)
		   END AS rank,
		   p.round_title, p.municipality%2$s
	FROM (
		SELECT i.round_id, i.round_title, i.municipality_id, i.municipality%3$s,
			   coalesce(sum(i.score), 0) AS points,
			   count(i.score) AS max_points,
			   count(i.score) AS scored,
			   count(*) - count(i.score) AS unscored
		FROM %1$I i
		GROUP BY i.round_id, i.round_title, i.municipality_id, i.municipality%3$s
	) AS p
$view$, indicators, CASE WHEN computed THEN ', p.computed_at' ELSE '' END, CASE WHEN computed THEN ', i.computed_at' ELSE '' END)
$function$;
COMMENT ON FUNCTION region_score_query(text, boolean) IS
'Internal: the defining query of municipal_score over the named view of indicators, with the moment of its figures where it has one.';

CREATE FUNCTION region_base_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(100, 'round_indicator', $view$
	SELECT r.round_id, i.indicator_id, i.indicator, i.position, i.clause, i.section, i.title, i.unit, i.level,
		   array_to_string(i.institution_kinds, ', ') AS institution_kinds, i.collection_method,
		   i.numerator, i.denominator, i.cohort, i.missing, i.polarity,
		   i.source_formula, i.documents, i.source_defect, i.definition_id
	FROM round r
	-- plain comparisons, not a range: the planner can tell that most definitions hold
	JOIN indicator i ON (i.valid_from IS NULL OR i.valid_from <= r.cohort_on)
					AND (i.valid_until IS NULL OR r.cohort_on < i.valid_until)
$view$),
(200, 'round_methodology', $view$
	-- one compiled methodology per round and level; schools of other kinds are left out here
	SELECT d.round_id, d.level,
		   shnor.methodology(d.indicator_id, d.numerator, d.denominator,
							 CASE d.level
								 WHEN 'school' THEN concat('(is_', replace(d.institution_kinds, ', ', ' OR is_'), ')',
														   ' AND (' || d.cohort || E'\n)')
								 ELSE d.cohort
							 END, d.missing) AS methodology
	FROM round_indicator d
	GROUP BY d.round_id, d.level
$view$),
(210, 'indicator_question', $view$
	-- what each definition reads: questions, and the statuses its cohort asks for
	SELECT d.round_id, d.indicator, c.name AS column_name, q.question, q.respondent, q.answer_type, q.evidence, q.wording
	FROM (SELECT i.round_id, i.indicator,
				 shnor.columns(shnor.methodology(i.indicator_id, i.numerator, i.denominator, i.cohort, i.missing)) AS columns
		  FROM round_indicator i
		  GROUP BY i.round_id, i.indicator) AS d
	JOIN round r ON r.round_id = d.round_id
	CROSS JOIN LATERAL unnest(d.columns) AS c(name)
	LEFT JOIN question q ON q.question = c.name AND (q.valid_from IS NULL OR q.valid_from <= r.cohort_on)
						AND (q.valid_until IS NULL OR r.cohort_on < q.valid_until)
$view$),
(395, 'round_list', $view$
	-- which rounds have their schools and municipalities written down; one look into each index, where a join would look through all
	SELECT r.round_id,
		   (SELECT min(w.school_id) FROM round_school w WHERE w.round_id = r.round_id) IS NOT NULL AS has_schools,
		   (SELECT min(w.municipality_id) FROM round_municipality w WHERE w.round_id = r.round_id) IS NOT NULL AS has_municipalities
	FROM round r
$view$),
(400, 'round_member', $view$
	-- who belongs to a round: as written down when it closed, else as of its day. A round that was reopened keeps its
	-- list, since the directory has municipalities and kinds of today only; statuses can be corrected, so they are read
	-- anew. A school has each status at most once on a day, so the joins of statuses multiply nothing.
	-- Who does not see the whole region cannot tell a list without his schools from none: the journal tells him.
	SELECT w.round_id, w.municipality_id, w.school_id, w.kind, w.low_results, w.adverse_conditions, w.risk_zone
	FROM round r
	JOIN round_school w ON w.round_id = r.round_id
	WHERE r.state = 'closed'
	UNION ALL
	SELECT b.round_id, b.municipality_id, b.school_id, b.kind,
		   l.school_id IS NOT NULL, a.school_id IS NOT NULL, z.school_id IS NOT NULL
	FROM (
		SELECT r.round_id, r.cohort_on, w.municipality_id, w.school_id, w.kind
		FROM round r
		JOIN round_school w ON w.round_id = r.round_id
		WHERE r.state <> 'closed'
		UNION ALL
		SELECT r.round_id, r.cohort_on, o.municipality_id, o.school_id, o.kind
		FROM round r
		JOIN round_list y ON y.round_id = r.round_id AND NOT y.has_schools
		JOIN school o ON (o.opened_on IS NULL OR o.opened_on <= r.cohort_on)
					 AND (o.closed_on IS NULL OR r.cohort_on < o.closed_on)
		-- a municipality's operator also sees schools that have left it, but they belong to it in old lists only
		JOIN municipality h ON h.municipality_id = o.municipality_id
		WHERE r.state <> 'closed'
		  AND (EXISTS (SELECT FROM report_scope v WHERE v.scope = 'region')
			   OR NOT EXISTS (SELECT FROM round_event e WHERE e.round_id = r.round_id AND e.event = 'closed'))
	) AS b
	LEFT JOIN school_status l ON l.school_id = b.school_id AND l.status = 'low_results'
		AND l.since <= b.cohort_on AND (l.until IS NULL OR b.cohort_on < l.until)
	LEFT JOIN school_status a ON a.school_id = b.school_id AND a.status = 'adverse_conditions'
		AND a.since <= b.cohort_on AND (a.until IS NULL OR b.cohort_on < a.until)
	LEFT JOIN school_status z ON z.school_id = b.school_id AND z.status = 'risk_zone'
		AND z.since <= b.cohort_on AND (z.until IS NULL OR b.cohort_on < z.until)
$view$),
(405, 'municipal_member', $view$
	-- those written down, also where the round was reopened, and those of its schools; else all
	SELECT w.round_id, w.municipality_id
	FROM round_municipality w
	UNION
	SELECT w.round_id, w.municipality_id
	FROM round r
	-- closing writes both; a list that was mended since may name others
	JOIN round_school w ON w.round_id = r.round_id
	WHERE r.state <> 'closed'
	UNION
	-- a list without schools is none, so round_member takes them from the directory: with their municipalities
	SELECT r.round_id, o.municipality_id
	FROM round r
	JOIN round_list y ON y.round_id = r.round_id AND NOT y.has_schools AND y.has_municipalities
	JOIN school o ON (o.opened_on IS NULL OR o.opened_on <= r.cohort_on)
				 AND (o.closed_on IS NULL OR r.cohort_on < o.closed_on)
	WHERE r.state <> 'closed' AND EXISTS (SELECT FROM report_scope v WHERE v.scope = 'region')
	-- not UNION ALL: where only schools are written down, their municipalities are among all, once
	UNION
	SELECT r.round_id, m.municipality_id
	FROM round r
	JOIN round_list y ON y.round_id = r.round_id AND NOT y.has_municipalities
	CROSS JOIN municipality m
	-- closed without any it stays so
	WHERE (r.state <> 'closed' OR y.has_schools)
	  AND (EXISTS (SELECT FROM report_scope v WHERE v.scope = 'region')
		   OR NOT EXISTS (SELECT FROM round_event e WHERE e.round_id = r.round_id AND e.event = 'closed'))
$view$),
(410, 'school_round', $view$
	-- of several sources the one that goes first has the word, the form's answer among them
	SELECT m.round_id, m.municipality_id, m.school_id, m.low_results, m.adverse_conditions, m.risk_zone,
		   s.submitted_at,
		   coalesce(b.teachers, s.teachers, a.teachers) AS teachers,
		   coalesce(b.diagnosed_subject, s.diagnosed_subject, a.diagnosed_subject) AS diagnosed_subject,
		   coalesce(b.diagnosed_method, s.diagnosed_method, a.diagnosed_method) AS diagnosed_method,
		   coalesce(b.diagnosed_psych, s.diagnosed_psych, a.diagnosed_psych) AS diagnosed_psych,
		   coalesce(b.supported, s.supported, a.supported) AS supported,
		   coalesce(b.in_networks, s.in_networks, a.in_networks) AS in_networks,
		   coalesce(b.in_active, s.in_active, a.in_active) AS in_active,
		   coalesce(b.with_route, s.with_route, a.with_route) AS with_route,
		   coalesce(b.in_events, s.in_events, a.in_events) AS in_events,
		   coalesce(b.has_curator, s.has_curator, a.has_curator) AS has_curator,
		   coalesce(b.has_program, s.has_program, a.has_program) AS has_program,
		   coalesce(b.has_prevention, s.has_prevention, a.has_prevention) AS has_prevention,
		   coalesce(b.has_study_plans, s.has_study_plans, a.has_study_plans) AS has_study_plans,
		   coalesce(b.has_tutoring, s.has_tutoring, a.has_tutoring) AS has_tutoring,
		   coalesce(b.internet_resolved, s.internet_resolved, a.internet_resolved) AS internet_resolved,
		   coalesce(b.equipment_resolved, s.equipment_resolved, a.equipment_resolved) AS equipment_resolved,
		   coalesce(b.staffing_resolved, s.staffing_resolved, a.staffing_resolved) AS staffing_resolved,
		   m.kind,
		   m.kind = 'school' AS is_school,
		   m.kind = 'preschool' AS is_preschool,
		   m.kind = 'supplementary' AS is_supplementary
	FROM round_member m
	LEFT JOIN submission s ON s.round_id = m.round_id AND s.school_id = m.school_id
	LEFT JOIN school_source_answer b ON b.round_id = m.round_id AND b.school_id = m.school_id AND b.before_form
	LEFT JOIN school_source_answer a ON a.round_id = m.round_id AND a.school_id = m.school_id AND NOT a.before_form
$view$),
(420, 'municipal_round', $view$
	SELECT m.round_id, m.municipality_id, s.submitted_at,
		   coalesce(b.has_results_note, s.has_results_note, a.has_results_note) AS has_results_note,
		   coalesce(b.has_practice_sharing, s.has_practice_sharing, a.has_practice_sharing) AS has_practice_sharing,
		   coalesce(b.has_resource_monitoring, s.has_resource_monitoring, a.has_resource_monitoring) AS has_resource_monitoring
	FROM municipal_member m
	LEFT JOIN municipal_submission s ON s.round_id = m.round_id AND s.municipality_id = m.municipality_id
	LEFT JOIN municipal_source_answer b ON b.round_id = m.round_id AND b.municipality_id = m.municipality_id AND b.before_form
	LEFT JOIN municipal_source_answer a ON a.round_id = m.round_id AND a.municipality_id = m.municipality_id AND NOT a.before_form
$view$),
(430, 'school_indicator', $view$
	SELECT s.round_id, s.municipality_id, s.school_id, d.indicator, c.in_cohort, c.numerator, c.denominator,
		   CASE
			   WHEN NOT c.in_cohort OR d.denominator IS NOT NULL OR d.polarity = 'context' THEN NULL
			   WHEN c.numerator IS NULL THEN CASE d.missing WHEN 'no' THEN shnor.score(NULL::boolean) END
			   ELSE shnor.score((c.numerator > 0) = (d.polarity = 'higher_is_better'))
		   END AS score,
		   CASE
			   WHEN NOT c.in_cohort THEN 'Не входит в круг организаций показателя'
			   WHEN c.numerator IS NULL AND d.missing = 'no' THEN 'Нет ответа: 0 баллов'
			   WHEN c.numerator IS NULL OR c.denominator IS NULL THEN 'Нет ответа'
			   WHEN d.denominator IS NOT NULL THEN 'Количество: балл ставится муниципалитету'
			   WHEN d.polarity = 'context' THEN 'Справочный показатель, не оценивается'
			   WHEN c.numerator > 0 THEN 'Да'
			   ELSE 'Нет'
		   END AS reason
	FROM round_methodology k
	JOIN school_round s ON s.round_id = k.round_id
	CROSS JOIN LATERAL shnor.contribution(k.methodology, s) AS c
	JOIN round_indicator d ON d.round_id = k.round_id AND d.indicator_id = c.id
	WHERE k.level = 'school'
$view$),
(600, 'municipal_tally', shnor.region_tally_query('school_round', 'municipal_round')),
(700, 'indicator_result', shnor.region_result_query('municipal_tally')),
(710, 'municipal_indicator', $view$
	SELECT i.round_id, r.title AS round_title, i.municipality_id, m.name AS municipality,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required
	FROM indicator_result i
	JOIN round r ON r.round_id = i.round_id
	JOIN municipality m ON m.municipality_id = i.municipality_id
	WHERE i.scope = 'municipality'
$view$),
(720, 'regional_indicator', $view$
	SELECT i.round_id, r.title AS round_title,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required
	FROM indicator_result i
	JOIN round r ON r.round_id = i.round_id
	WHERE i.scope = 'region'
$view$),
(730, 'municipal_score', shnor.region_score_query('municipal_indicator', false)),
(740, 'completeness', $view$
	-- grouped once and joined to nothing afterwards: the planner does not know how few the groups are
	SELECT p.round_id, p.municipality_id, p.expected, p.submitted, p.on_time,
		   coalesce(p.expected * q.questions, 0) AS answers_expected,
		   coalesce(q.given, 0)::bigint AS answers_given,
		   (SELECT r.title FROM round r WHERE r.round_id = p.round_id) AS round_title,
		   (SELECT m.name FROM municipality m WHERE m.municipality_id = p.municipality_id) AS municipality
	FROM (
		SELECT g.round_id, g.municipality_id,
			   count(g.school_id) AS expected,
			   count(g.submitted_at) AS submitted,
			   count(*) FILTER (WHERE g.on_time) AS on_time,
			   count(g.teachers) AS teachers, count(g.diagnosed_subject) AS diagnosed_subject,
			   count(g.diagnosed_method) AS diagnosed_method, count(g.diagnosed_psych) AS diagnosed_psych,
			   count(g.supported) AS supported, count(g.in_networks) AS in_networks,
			   count(g.in_active) AS in_active, count(g.with_route) AS with_route,
			   count(g.in_events) AS in_events, count(g.has_curator) AS has_curator,
			   count(g.has_program) AS has_program, count(g.has_prevention) AS has_prevention,
			   count(g.has_study_plans) AS has_study_plans, count(g.has_tutoring) AS has_tutoring,
			   count(g.internet_resolved) AS internet_resolved, count(g.equipment_resolved) AS equipment_resolved,
			   count(g.staffing_resolved) AS staffing_resolved
		FROM (
			SELECT b.round_id, b.municipality_id, b.school_id, s.submitted_at,
				   -- the first version counts: a later correction does not make an answer late
				   s.submitted_at IS NOT NULL
				   AND least(s.submitted_at, h.first_at)
					   < (e.due_on + 1)::timestamp AT TIME ZONE coalesce((SELECT time_zone FROM setting), 'Europe/Moscow') AS on_time,
				   s.teachers, s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych, s.supported, s.in_networks,
				   s.in_active, s.with_route, s.in_events, s.has_curator, s.has_program, s.has_prevention,
				   s.has_study_plans, s.has_tutoring, s.internet_resolved, s.equipment_resolved, s.staffing_resolved
			FROM round_member b
			JOIN round e ON e.round_id = b.round_id
			-- what the school itself has sent: another source's word does not stand for its report
			LEFT JOIN submission s ON s.round_id = b.round_id AND s.school_id = b.school_id
			LEFT JOIN LATERAL (
				SELECT min(v.submitted_at) AS first_at
				FROM submission_history v
				WHERE v.round_id = b.round_id AND v.school_id = b.school_id
			) AS h ON true
			WHERE EXISTS (SELECT FROM round_indicator d
						  JOIN indicator i ON i.definition_id = d.definition_id
						  WHERE d.round_id = b.round_id AND d.level = 'school' AND b.kind = ANY (i.institution_kinds))
			UNION ALL
			-- a municipality without a school keeps its zeros
			SELECT d.round_id, d.municipality_id, NULL, NULL, NULL,
				   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
			FROM municipal_member d
		) AS g
		GROUP BY g.round_id, g.municipality_id
	) AS p
	LEFT JOIN LATERAL (
		SELECT count(*) AS questions, sum(v.given) AS given
		FROM question n
		JOIN round r ON r.round_id = p.round_id AND (n.valid_from IS NULL OR n.valid_from <= r.cohort_on)
					AND (n.valid_until IS NULL OR r.cohort_on < n.valid_until)
		LEFT JOIN (VALUES
			('teachers', p.teachers), ('diagnosed_subject', p.diagnosed_subject),
			('diagnosed_method', p.diagnosed_method), ('diagnosed_psych', p.diagnosed_psych),
			('supported', p.supported), ('in_networks', p.in_networks),
			('in_active', p.in_active), ('with_route', p.with_route),
			('in_events', p.in_events), ('has_curator', p.has_curator),
			('has_program', p.has_program), ('has_prevention', p.has_prevention),
			('has_study_plans', p.has_study_plans), ('has_tutoring', p.has_tutoring),
			('internet_resolved', p.internet_resolved), ('equipment_resolved', p.equipment_resolved),
			('staffing_resolved', p.staffing_resolved)) AS v(question, given) ON v.question = n.question
		WHERE n.respondent = 'school'
	) AS q ON true
$view$)
$function$;
COMMENT ON FUNCTION region_base_views() IS
'Internal: the views from answers to scores.';
