-- Which rules hold in a round, what they see, and what they find. Everything a rule can read is a whole number or a
-- yes or no, exact; counts are bigint, so that a product with a constant cannot run over.

CREATE FUNCTION region_validation_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1400, 'round_rule', $view$
	SELECT r.round_id, v.rule_id, v.rule, v.respondent, v.level, v.condition, v.applies, v.message, v.hint, v.question
	FROM round r
	JOIN validation_rule v ON (v.valid_from IS NULL OR v.valid_from <= r.cohort_on)
						  AND (v.valid_until IS NULL OR r.cohort_on < v.valid_until)
$view$),
(1405, 'round_place', $view$
	-- begun rounds in the order of round_pair; a draft has no neighbours
	SELECT r.round_id,
		   CASE WHEN r.state <> 'draft' THEN row_number() OVER (PARTITION BY r.state = 'draft' ORDER BY r.cohort_on, r.round_id)
				ELSE -2 * r.round_id::bigint END AS place
	FROM round r
$view$),
(1410, 'validation_case', format($view$
	-- what a rule for schools reads: by grouping in windows, so that nothing depends on the planner's guesses
	SELECT s.round_id, s.municipality_id, s.school_id, s.low_results, s.adverse_conditions, s.risk_zone,
		   s.is_school, s.is_preschool, s.is_supplementary, s.schools_answered,
		   %1$s,
		   %2$s,
		   %3$s,
		   %4$s
	FROM (
		SELECT c.*, p.place,
			   count(*) FILTER (WHERE num_nonnulls(%5$s) > 0) OVER (PARTITION BY c.round_id, c.municipality_id) AS schools_answered,
			   %6$s,
			   %7$s
		FROM school_round c
		JOIN round_place p ON p.round_id = c.round_id
		WINDOW round_before AS (PARTITION BY c.school_id ORDER BY p.place RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)
	) AS s
$view$,
	shnor.validation_columns('school', 's.%1$s::bigint AS %1$s', 's.%1$s'),
	shnor.validation_columns('school', 's.previous_%1$s', 's.previous_%1$s'),
	-- how many others gave the same number
	shnor.validation_columns('school', 'CASE WHEN s.%1$s IS NOT NULL THEN cardinality(array_positions(s.all_%1$s, s.%1$s)) - 1 END::bigint AS same_%1$s', NULL),
	-- of the m others' numbers in order the one at (m + 1) / 2, past one's own where that stands before
	shnor.validation_columns('school',
		's.all_%1$s[(cardinality(s.all_%1$s) - num_nonnulls(s.%1$s) + 1) / 2'
		' + CASE WHEN array_position(s.all_%1$s, s.%1$s) <= (cardinality(s.all_%1$s) - num_nonnulls(s.%1$s) + 1) / 2 THEN 1 ELSE 0 END]::bigint AS median_%1$s', NULL),
	shnor.validation_columns('school', 'c.%1$s', 'c.%1$s'),
	shnor.validation_columns('school', 'max(c.%1$s::bigint) OVER round_before AS previous_%1$s', 'bool_or(c.%1$s) OVER round_before AS previous_%1$s'),
	shnor.validation_columns('school', 'array_agg(c.%1$s) FILTER (WHERE c.%1$s IS NOT NULL) OVER (PARTITION BY c.round_id, c.municipality_id ORDER BY c.%1$s'
		' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS all_%1$s', NULL))),
(1420, 'municipal_validation_case', format($view$
	SELECT m.round_id, m.municipality_id, coalesce(n.schools_answered, 0) AS schools_answered,
		   %1$s,
		   %2$s
	FROM (
		SELECT c.*, %3$s
		FROM municipal_round c
		JOIN round_place p ON p.round_id = c.round_id
		WINDOW round_before AS (PARTITION BY c.municipality_id ORDER BY p.place RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)
	) AS m
	LEFT JOIN (
		SELECT c.round_id, c.municipality_id, count(*) AS schools_answered
		FROM school_round c
		WHERE num_nonnulls(%4$s) > 0
		GROUP BY c.round_id, c.municipality_id
	) AS n ON n.round_id = m.round_id AND n.municipality_id = m.municipality_id
$view$,
	shnor.validation_columns('municipality', 'm.%1$s::bigint AS %1$s', 'm.%1$s'),
	shnor.validation_columns('municipality', 'm.previous_%1$s', 'm.previous_%1$s'),
	shnor.validation_columns('municipality', 'max(c.%1$s::bigint) OVER round_before AS previous_%1$s', 'bool_or(c.%1$s) OVER round_before AS previous_%1$s'),
	shnor.validation_columns('school', 'c.%1$s', 'c.%1$s'))),
(1430, 'round_rule_set', $view$
	-- all rules of a round and respondent as one methodology: one pass over each case
	SELECT r.round_id, 'school' AS respondent,
		   shnor.rule_methodology(jsonb_agg(to_jsonb(r) ORDER BY r.rule_id), NULL::validation_case) AS methodology
	FROM round_rule r WHERE r.respondent = 'school'
	GROUP BY r.round_id
	UNION ALL
	SELECT r.round_id, 'municipality',
		   shnor.rule_methodology(jsonb_agg(to_jsonb(r) ORDER BY r.rule_id), NULL::municipal_validation_case)
	FROM round_rule r WHERE r.respondent = 'municipality'
	GROUP BY r.round_id
$view$),
(1440, 'validation_finding', $view$
	SELECT f.round_id, f.municipality_id, m.name AS municipality, f.school_id, o.name AS school, f.rule, f.level, f.question,
		   shnor.rule_value(f.answers -> f.question) AS value,
		   shnor.rule_text(f.message, f.answers) AS message, shnor.rule_text(f.hint, f.answers) AS hint,
		   a.acceptance_id IS NOT NULL AS accepted, a.accepted_by::text, a.accepted_at, a.reason AS accepted_reason,
		   coalesce(o.code, m.name) AS respondent_code, f.answers_read
	FROM (
		SELECT b.*, v.rule, v.level, v.question, v.message, v.hint,
			   shnor.rule_answers(shnor.rule_columns(to_jsonb(v)), b.answers) AS answers_read
		FROM (
			SELECT s.round_id, s.municipality_id, s.school_id, s.school_id AS respondent_id, x.id AS rule_id, to_jsonb(s) AS answers
			FROM round_rule_set k
			JOIN validation_case s ON s.round_id = k.round_id
			CROSS JOIN LATERAL shnor.contribution(k.methodology, s) AS x
			WHERE k.respondent = 'school' AND x.numerator > 0
			UNION ALL
			-- a municipality's own answer: a negative respondent
			SELECT s.round_id, s.municipality_id, NULL, -s.municipality_id, x.id, to_jsonb(s)
			FROM round_rule_set k
			JOIN municipal_validation_case s ON s.round_id = k.round_id
			CROSS JOIN LATERAL shnor.contribution(k.methodology, s) AS x
			WHERE k.respondent = 'municipality' AND x.numerator > 0
		) AS b
		JOIN validation_rule v ON v.rule_id = b.rule_id
	) AS f
	JOIN municipality m ON m.municipality_id = f.municipality_id
	LEFT JOIN school o ON o.school_id = f.school_id
	-- bound to the answers it was given for
	LEFT JOIN validation_acceptance a ON a.round_id = f.round_id AND coalesce(a.school_id, -a.municipality_id) = f.respondent_id
		AND a.rule = f.rule AND a.withdrawn_at IS NULL AND a.answers = f.answers_read
$view$)
$function$;
COMMENT ON FUNCTION region_validation_views() IS
'Internal: the rules of each round, what they read of each respondent, and the findings.';
