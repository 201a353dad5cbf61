-- The reports of the region probe, computed a second time from its base tables in plain SQL: no function and no view of
-- the extension or of the region. Definitions come from oracle.rule, lists of closed rounds from oracle.listed; formulas
-- are evaluated by PostgreSQL. oracle.by_hand() fills the tables want_*, whose columns are those of the views.

CREATE TABLE oracle.want_school_round (round_id int, municipality_id int, school_id int, low_results boolean, adverse_conditions boolean, risk_zone boolean, submitted_at timestamptz,
	teachers int, diagnosed_subject int, diagnosed_method int, diagnosed_psych int, supported int, in_networks int, in_active int, with_route int,
	in_events boolean, has_curator boolean, has_program boolean, has_prevention boolean, has_study_plans boolean, has_tutoring boolean,
	internet_resolved boolean, equipment_resolved boolean, staffing_resolved boolean, kind text, is_school boolean, is_preschool boolean, is_supplementary boolean);
CREATE TABLE oracle.want_school_indicator (round_id int, municipality_id int, school_id int, indicator text, in_cohort boolean, numerator bigint, denominator bigint, score smallint, reason text);
CREATE TABLE oracle.want_municipal_tally (round_id int, municipality_id int, indicator_id int, numerator bigint, denominator bigint, answered bigint, missing bigint);
CREATE TABLE oracle.want_municipal_indicator (round_id int, round_title text, municipality_id int, municipality text, position int, indicator text, section text, title text, unit text,
	numerator bigint, denominator bigint, percent numeric(25,4), threshold numeric(7,4), plan numeric(7,4), score smallint, reason text, answered bigint, missing bigint,
	percent_low numeric(25,4), percent_high numeric(25,4), gap bigint, note_required boolean);
CREATE TABLE oracle.want_regional_indicator (LIKE oracle.want_municipal_indicator);
ALTER TABLE oracle.want_regional_indicator DROP COLUMN municipality_id, DROP COLUMN municipality;
CREATE TABLE oracle.want_municipal_score (round_id int, municipality_id int, points bigint, max_points bigint, scored bigint, unscored bigint, rank bigint);
CREATE TABLE oracle.want_completeness (round_id int, municipality_id int, expected bigint, submitted bigint, on_time bigint, answers_expected bigint, answers_given bigint);

CREATE TABLE oracle.member (round_id int, cohort_on date, municipality_id int, school_id int, kind text);
CREATE TABLE oracle.municipal_answer (round_id int, municipality_id int, has_results_note boolean, has_practice_sharing boolean, has_resource_monitoring boolean);
CREATE TABLE oracle.said (round_id int, school_id int, municipality_id int, question text, answer text, place bigint);
-- one respondent's part in one figure
CREATE TABLE oracle.part (round_id int, municipality_id int, school_id int, indicator text, in_cohort boolean, n bigint, d bigint);

-- who belongs to a round: its list, where one was written down, else who is open on its day
CREATE FUNCTION oracle.hand_members() RETURNS void LANGUAGE sql SET search_path = oracle, pg_catalog AS $$
INSERT INTO member SELECT r.round_id, r.cohort_on, w.municipality_id, w.school_id, w.kind FROM probe.round r JOIN listed w USING (round_id);
INSERT INTO member SELECT r.round_id, r.cohort_on, o.municipality_id, o.school_id, o.kind
FROM probe.round r JOIN probe.school o ON coalesce(o.opened_on, '-infinity') <= r.cohort_on AND coalesce(o.closed_on, 'infinity') > r.cohort_on
WHERE r.state <> 'closed' AND r.round_id NOT IN (SELECT round_id FROM listed);
INSERT INTO municipal_answer (round_id, municipality_id)
SELECT r.round_id, m.municipality_id FROM probe.round r, probe.municipality m
WHERE r.state <> 'closed' AND r.round_id NOT IN (SELECT round_id FROM listed_municipality) OR (r.round_id, m.municipality_id) IN (SELECT round_id, municipality_id FROM listed_municipality)
	OR (r.round_id, m.municipality_id) IN (SELECT round_id, municipality_id FROM member);
$$;

-- of all that was said in answer to a question the first counts: by its place in the order on the round's day, what
-- has none comes last, and among equals the form comes first
CREATE FUNCTION oracle.hand_answers() RETURNS void LANGUAGE sql SET search_path = oracle, pg_catalog AS $$
INSERT INTO said
SELECT s.round_id, s.school_id, s.municipality_id, s.question, s.answer,
	row_number() OVER (PARTITION BY s.round_id, s.school_id, s.municipality_id, s.question ORDER BY p.precedence NULLS LAST, s.data_source <> 'form', s.data_source)
FROM (
	SELECT f.round_id, f.school_id, NULL::int AS municipality_id, a.key AS question, a.value AS answer, 'form' AS data_source
	FROM probe.submission f CROSS JOIN LATERAL jsonb_each_text(to_jsonb(f) - '{round_id,school_id,submitted_at,source,recorded_at,recorded_by}'::text[]) a WHERE a.value IS NOT NULL
	UNION ALL
	SELECT f.round_id, NULL, f.municipality_id, a.key, a.value, 'form'
	FROM probe.municipal_submission f CROSS JOIN LATERAL jsonb_each_text(to_jsonb(f) - '{round_id,municipality_id,submitted_at,source,recorded_at,recorded_by}'::text[]) a WHERE a.value IS NOT NULL
	UNION ALL
	SELECT a.round_id, a.school_id, a.municipality_id, a.question, coalesce(a.answer_count::text, a.answer_yes::text), a.data_source FROM probe.source_answer a
) s
JOIN probe.round r USING (round_id)
LEFT JOIN probe.question_source p ON p.question = s.question AND p.data_source = s.data_source AND daterange(p.valid_from, p.valid_until) @> r.cohort_on;

INSERT INTO want_school_round
SELECT m.round_id, m.municipality_id, m.school_id, holds.low_results, holds.adverse_conditions, holds.risk_zone,
	(SELECT f.submitted_at FROM probe.submission f WHERE f.round_id = m.round_id AND f.school_id = m.school_id),
	a.teachers, a.diagnosed_subject, a.diagnosed_method, a.diagnosed_psych, a.supported, a.in_networks, a.in_active, a.with_route,
	a.in_events, a.has_curator, a.has_program, a.has_prevention, a.has_study_plans, a.has_tutoring, a.internet_resolved, a.equipment_resolved, a.staffing_resolved,
	m.kind, m.kind = 'school', m.kind = 'preschool', m.kind = 'supplementary'
FROM member m
CROSS JOIN LATERAL (SELECT coalesce(bool_or(t.status = 'low_results'), false) AS low_results, coalesce(bool_or(t.status = 'adverse_conditions'), false) AS adverse_conditions,
		coalesce(bool_or(t.status = 'risk_zone'), false) AS risk_zone
	FROM probe.school_status t WHERE t.school_id = m.school_id AND t.since <= m.cohort_on AND m.cohort_on < coalesce(t.until, 'infinity')) holds
CROSS JOIN LATERAL jsonb_populate_record(NULL::want_school_round,
	(SELECT coalesce(jsonb_object_agg(s.question, s.answer), '{}') FROM said s WHERE s.round_id = m.round_id AND s.school_id = m.school_id AND s.place = 1)) a;

UPDATE municipal_answer m SET
	has_results_note = (SELECT s.answer::boolean FROM said s WHERE s.round_id = m.round_id AND s.municipality_id = m.municipality_id AND s.question = 'has_results_note' AND s.place = 1),
	has_practice_sharing = (SELECT s.answer::boolean FROM said s WHERE s.round_id = m.round_id AND s.municipality_id = m.municipality_id AND s.question = 'has_practice_sharing' AND s.place = 1),
	has_resource_monitoring = (SELECT s.answer::boolean FROM said s WHERE s.round_id = m.round_id AND s.municipality_id = m.municipality_id AND s.question = 'has_resource_monitoring' AND s.place = 1);
$$;

-- what each respondent brings into each figure: outside the cohort nothing, without a denominator nothing
CREATE FUNCTION oracle.hand_parts() RETURNS void LANGUAGE plpgsql SET search_path = oracle, pg_catalog AS $$
DECLARE
	o rule;
BEGIN
	FOR o IN SELECT * FROM rule LOOP
		EXECUTE replace(format($q$
			INSERT INTO part
			SELECT round_id, municipality_id, %1$s, $1, c, CASE nt WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE nt::bigint END, CASE dt WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE dt::bigint END
			FROM (SELECT *, CASE WHEN dt IS NOT NULL THEN (%3$s)::text END AS nt
				FROM (SELECT *, CASE WHEN c THEN (%4$s)::text END AS dt
					FROM (SELECT *, CASE WHEN %5$s THEN CASE WHEN (%6$s
) THEN true ELSE false END ELSE false END AS c FROM %2$s
						WHERE round_id IN (SELECT round_id FROM probe.round WHERE cohort_on <@ daterange($2, $3))) a) a) a
			$q$, CASE o.level WHEN 'school' THEN 'school_id' ELSE 'NULL' END, CASE o.level WHEN 'school' THEN 'want_school_round' ELSE 'municipal_answer' END,
				o.numerator, coalesce(o.denominator, '1'), CASE o.level WHEN 'school' THEN 'kind = ANY ($4)' ELSE 'true' END, coalesce(o.cohort, 'true')),
			'shnor.yes_count', 'yes_count') USING o.indicator, o.valid_from, o.valid_until, o.kinds;
	END LOOP;
END $$;

CREATE FUNCTION oracle.exact_percent(n numeric, d numeric) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN CASE WHEN d <> 0 THEN sign(n) * sign(d) * div(abs(n) * 2000000 + abs(d), 2 * abs(d)) * 0.0001 END;

CREATE VIEW oracle.round_rule AS
SELECT r.round_id, r.title AS round_title, o.* FROM probe.round r JOIN oracle.rule o ON r.cohort_on <@ daterange(o.valid_from, o.valid_until);

-- the three answers of the methodology: yes, no, none
CREATE FUNCTION oracle.hand_school_indicator() RETURNS void LANGUAGE sql SET search_path = oracle, pg_catalog AS $$
INSERT INTO want_school_indicator
SELECT p.round_id, p.municipality_id, p.school_id, p.indicator, p.in_cohort, CASE WHEN p.d IS NOT NULL THEN p.n END, CASE WHEN p.n IS NOT NULL OR o.missing = 'no' THEN p.d END,
	CASE WHEN NOT p.in_cohort OR o.denominator IS NOT NULL OR o.polarity = 'context' OR p.n IS NULL AND o.missing = 'exclude' THEN NULL
		WHEN p.n IS NULL THEN 0
		WHEN p.n > 0 THEN CASE o.polarity WHEN 'higher_is_better' THEN 1 ELSE 0 END
		ELSE CASE o.polarity WHEN 'higher_is_better' THEN 0 ELSE 1 END END,
	CASE WHEN NOT p.in_cohort THEN 'Не входит в круг организаций показателя'
		WHEN p.n IS NULL THEN CASE o.missing WHEN 'no' THEN 'Нет ответа: 0 баллов' ELSE 'Нет ответа' END
		WHEN o.denominator IS NOT NULL THEN 'Количество: балл ставится муниципалитету'
		WHEN o.polarity = 'context' THEN 'Справочный показатель, не оценивается'
		WHEN p.n > 0 THEN 'Да' ELSE 'Нет' END
FROM part p JOIN round_rule o ON o.round_id = p.round_id AND o.indicator = p.indicator WHERE o.level = 'school';
$$;

CREATE FUNCTION oracle.hand_figures() RETURNS void LANGUAGE sql SET search_path = oracle, pg_catalog AS $$
INSERT INTO want_municipal_tally
SELECT m.round_id, m.municipality_id, o.indicator_id, coalesce(sum(p.n) FILTER (WHERE p.d IS NOT NULL), 0), coalesce(sum(p.d) FILTER (WHERE p.n IS NOT NULL OR o.missing = 'no'), 0),
	count(p.n) FILTER (WHERE p.d IS NOT NULL), count(*) FILTER (WHERE p.in_cohort AND (p.n IS NULL OR p.d IS NULL))
FROM municipal_answer m JOIN round_rule o ON o.round_id = m.round_id
LEFT JOIN part p ON p.round_id = m.round_id AND p.municipality_id = m.municipality_id AND p.indicator = o.indicator
GROUP BY m.round_id, m.municipality_id, o.indicator_id;

WITH figure AS (
	SELECT t.round_id, o.round_title, t.municipality_id, o.position, o.indicator, o.section, o.title, o.unit, o.polarity, o.denominator IS NULL AS of_rows, o.missing AS policy,
		coalesce(sum(t.numerator), 0)::bigint AS n, coalesce(sum(t.denominator), 0)::bigint AS d, sum(t.answered)::bigint AS answered, sum(t.missing)::bigint AS missing, t.municipality_id IS NOT NULL AND o.unit = 'yes_no' AS own
	FROM want_municipal_tally t JOIN round_rule o ON o.round_id = t.round_id AND o.indicator_id = t.indicator_id
	GROUP BY GROUPING SETS ((t.round_id, o.round_title, t.municipality_id, o.position, o.indicator, o.section, o.title, o.unit, o.polarity, o.denominator, o.missing),
		(t.round_id, o.round_title, o.position, o.indicator, o.section, o.title, o.unit, o.polarity, o.denominator, o.missing))
), aimed AS (	-- a municipality's own target before the one for all, value by value; its own yes or no needs none
	SELECT f.*, exact_percent(n, d) AS percent, CASE WHEN NOT own THEN coalesce(
			(SELECT a.threshold FROM probe.target a WHERE a.round_id = f.round_id AND a.indicator = f.indicator AND a.municipality_id = f.municipality_id),
			(SELECT a.threshold FROM probe.target a WHERE a.round_id = f.round_id AND a.indicator = f.indicator AND a.municipality_id IS NULL)) END AS threshold,
		CASE WHEN NOT own THEN coalesce(
			(SELECT a.plan FROM probe.target a WHERE a.round_id = f.round_id AND a.indicator = f.indicator AND a.municipality_id = f.municipality_id),
			(SELECT a.plan FROM probe.target a WHERE a.round_id = f.round_id AND a.indicator = f.indicator AND a.municipality_id IS NULL)) END AS plan,
		-- with a positive denominator the exact fraction is judged by its numerator
		n * sign(d) AS k, abs(d) AS whole
	FROM figure f
), judged AS (
	SELECT a.*, CASE WHEN polarity = 'context' OR d = 0 THEN NULL WHEN own THEN (n > 0)::int
			WHEN polarity = 'lower_is_better' THEN (100 * k <= threshold * whole)::int ELSE (100 * k >= threshold * whole)::int END AS score,
		CASE WHEN polarity = 'context' OR d = 0 THEN false WHEN polarity = 'lower_is_better' THEN coalesce(100 * k > plan * whole, false) ELSE coalesce(100 * k < plan * whole, false) END AS worse_than_plan,
		CASE WHEN polarity = 'context' OR d = 0 THEN NULL
			WHEN polarity = 'lower_is_better' THEN greatest(ceil(k - threshold * whole * 0.01), CASE WHEN threshold IS NOT NULL THEN 0 END)
			ELSE greatest(ceil(threshold * whole * 0.01 - k), CASE WHEN threshold IS NOT NULL THEN 0 END) END AS gap,
		d + CASE policy WHEN 'exclude' THEN missing ELSE 0 END AS members
	FROM aimed a
), report AS (
	SELECT round_id, round_title, municipality_id, (SELECT m.name FROM probe.municipality m WHERE m.municipality_id = j.municipality_id) AS municipality, position, indicator, section, title, unit,
		n, d, percent, threshold, plan, score,
		CASE WHEN unit = 'yes_no' AND NOT own AND d > 0 AND threshold IS NULL THEN format('Муниципалитетов с ответом «да»: %s из %s. ', n, d) ELSE '' END
		|| CASE WHEN polarity = 'context' THEN 'Справочный показатель, не оценивается'
			WHEN answered + missing = 0 THEN 'В круг показателя не входит ни одна организация'
			WHEN d = 0 THEN CASE WHEN answered = 0 THEN 'Нет ответов' ELSE 'Знаменатель равен нулю' END
			WHEN own THEN CASE WHEN answered = 0 THEN 'Нет ответа: 0 баллов' WHEN n > 0 THEN 'Да' ELSE 'Нет' END
			WHEN threshold IS NULL THEN 'Порог не установлен приказом'
			ELSE translate(trim_scale(percent)::text, '.', ',') || ' % (' || n || ' из ' || d || ') — '
				|| CASE WHEN polarity = 'lower_is_better' THEN CASE score WHEN 1 THEN 'не выше' ELSE 'выше' END ELSE CASE score WHEN 1 THEN 'не ниже' ELSE 'ниже' END END
				|| ' порога ' || translate(trim_scale(threshold)::text, '.', ',') || ' %' END AS reason,
		answered, missing, CASE WHEN missing = 0 THEN percent WHEN of_rows THEN exact_percent(n, members) END AS percent_low,
		CASE WHEN missing = 0 THEN percent WHEN of_rows THEN exact_percent(n + missing, members) END AS percent_high, gap,
		coalesce(score = 0, false) OR worse_than_plan AS note_required
	FROM judged j
), municipal AS (
	INSERT INTO want_municipal_indicator SELECT * FROM report WHERE municipality_id IS NOT NULL
)
INSERT INTO want_regional_indicator
SELECT round_id, round_title, position, indicator, section, title, unit, n, d, percent, threshold, plan, score, reason, answered, missing, percent_low, percent_high, gap, note_required
FROM report WHERE municipality_id IS NULL;

INSERT INTO want_municipal_score
SELECT round_id, municipality_id, coalesce(sum(score), 0), count(score), count(score), count(*) FILTER (WHERE score IS NULL), NULL FROM want_municipal_indicator GROUP BY round_id, municipality_id;
UPDATE want_municipal_score a SET rank = 1 + (SELECT count(*) FROM want_municipal_score b WHERE b.round_id = a.round_id AND b.max_points > 0 AND b.points * a.max_points > a.points * b.max_points)
WHERE max_points > 0;
$$;

-- what the school itself has sent: expected of the kinds that any indicator asks
CREATE FUNCTION oracle.hand_completeness() RETURNS void LANGUAGE sql SET search_path = oracle, pg_catalog AS $$
INSERT INTO want_completeness
SELECT m.round_id, m.municipality_id, count(s.school_id), count(s.submitted_at), count(*) FILTER (WHERE (s.first_at AT TIME ZONE s.zone)::date <= s.due_on), coalesce(sum(s.questions), 0), coalesce(sum(s.given), 0)
FROM municipal_answer m
LEFT JOIN (
	SELECT w.round_id, w.municipality_id, w.school_id, f.submitted_at, r.due_on, coalesce((SELECT time_zone FROM probe.setting), 'Europe/Moscow') AS zone,
		CASE WHEN f.submitted_at IS NOT NULL THEN least(f.submitted_at, (SELECT min(h.submitted_at) FROM probe.submission_history h WHERE h.round_id = w.round_id AND h.school_id = w.school_id)) END AS first_at,
		(SELECT count(*) FROM probe.question q WHERE q.respondent = 'school' AND r.cohort_on <@ daterange(q.valid_from, q.valid_until)) AS questions,
		(SELECT count(*) FROM probe.question q WHERE q.respondent = 'school' AND r.cohort_on <@ daterange(q.valid_from, q.valid_until) AND to_jsonb(f) ->> q.question IS NOT NULL) AS given
	FROM member w JOIN probe.round r ON r.round_id = w.round_id
	LEFT JOIN probe.submission f ON f.round_id = w.round_id AND f.school_id = w.school_id
	WHERE w.kind IN (SELECT unnest(o.kinds) FROM round_rule o WHERE o.round_id = w.round_id AND o.level = 'school')
) s ON s.round_id = m.round_id AND s.municipality_id = m.municipality_id
GROUP BY m.round_id, m.municipality_id;
$$;
