-- Rules at the import: a row of a file is judged together with what is stored for questions that the file does not ask.

CREATE FUNCTION import_rules(region text, round_id integer, respondent text) RETURNS methodology
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	rules	jsonb;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	-- what depends on other schools' answers is for the view, when all are there
	SELECT jsonb_agg(to_jsonb(r) ORDER BY r.rule_id) INTO rules
	FROM round_rule r
	WHERE r.round_id = import_rules.round_id AND r.respondent = import_rules.respondent
	  AND NOT EXISTS (SELECT FROM unnest(shnor.rule_columns(to_jsonb(r))) AS n WHERE n ~ '^(same_|median_|schools_answered$)');
	IF respondent = 'school' THEN
		RETURN shnor.rule_methodology(rules, NULL::validation_case);
	END IF;
	RETURN shnor.rule_methodology(rules, NULL::municipal_validation_case);
END
$function$;
COMMENT ON FUNCTION import_rules(text, integer, text) IS
'Internal: the rules of a round that a row of a file can be judged by, compiled; NULL for none.';

CREATE FUNCTION import_case(region text, round_id integer, respondent text, columns text[], among text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	before	integer;
	key		text := CASE respondent WHEN 'school' THEN 'school_id' ELSE 'municipality_id' END;
BEGIN
	IF EXISTS (SELECT FROM unnest(columns) AS n WHERE n LIKE 'previous\_%') THEN
		EXECUTE format('SELECT b.round_id FROM %1$I.round_place a JOIN %1$I.round_place b ON b.place = a.place - 1 WHERE a.round_id = $1', region)
		INTO before USING round_id;
	END IF;
	RETURN format(CASE respondent
		WHEN 'school' THEN
			'SELECT m.round_id, m.municipality_id, m.school_id, m.low_results, m.adverse_conditions, m.risk_zone,
					m.kind = ''school'' AS is_school, m.kind = ''preschool'' AS is_preschool, m.kind = ''supplementary'' AS is_supplementary, %2$s
			 FROM %1$I.round_member m %3$s WHERE %4$s'
		ELSE 'SELECT m.round_id, m.municipality_id, %2$s FROM %1$I.municipal_member m %3$s WHERE %4$s' END, region,
		CASE WHEN before IS NULL THEN shnor.validation_columns(respondent, 'NULL::bigint AS previous_%1$s', 'NULL::boolean AS previous_%1$s')
			ELSE shnor.validation_columns(respondent, 'p.%1$s::bigint AS previous_%1$s', 'p.%1$s AS previous_%1$s') END,
		CASE WHEN before IS NOT NULL THEN format(CASE respondent
			WHEN 'school' THEN 'LEFT JOIN %I.school_round p ON p.round_id = %s AND p.school_id = m.school_id AND %s'
			ELSE 'LEFT JOIN %I.municipal_round p ON p.round_id = %s AND p.municipality_id = m.municipality_id AND %s' END,
			region, before, coalesce(format(among, 'p.' || key), 'true')) END,
		coalesce(format(among, 'm.' || key), 'true'));
END
$function$;
COMMENT ON FUNCTION import_case(text, integer, text, text[], text) IS
'Internal: a query for what rules read of a respondent beside his own answers of this round and those of others, as in validation_case: statuses and the round before, which is looked up only where columns ask for it. among is a condition, %s for who, or NULL for all.';

CREATE FUNCTION import_broken_rules(region text, round_id integer, respondent text, data_source text, rows jsonb,
									OUT line integer, OUT question text, OUT value text, OUT problem text, OUT detail text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	of_school	boolean := respondent = 'school';
	rules		methodology;
	seen		text[];
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	rules := shnor.import_rules(region, import_broken_rules.round_id, import_broken_rules.respondent);
	IF rules IS NULL THEN
		RETURN;
	END IF;

	-- a message may name the round before where the rule does not read it
	seen := shnor.columns(rules) || ARRAY(
		SELECT m[1] FROM round_rule r CROSS JOIN LATERAL regexp_matches(concat(r.message, r.hint), '[{](previous_[a-z0-9_]+)[}]', 'g') AS m
		WHERE r.round_id = import_broken_rules.round_id AND r.respondent = import_broken_rules.respondent);

	-- %1$I cases, %2$I submissions, %3$I who, %4$s what else rules read; $1 rows, $2 round, $3 source of answers,
	-- $4 respondent, $5 rules, $6 of whom the rows are
	RETURN QUERY EXECUTE format($sql$
		WITH rule AS MATERIALIZED (
			SELECT r.*,
				   ARRAY(SELECT q.question FROM shnor.validation_questions() q
						 WHERE q.respondent = $4 AND q.question = ANY (r.columns)) AS questions
			FROM (SELECT r.*, shnor.rule_columns(to_jsonb(r)) AS columns
				  FROM round_rule r WHERE r.round_id = $2 AND r.respondent = $4 OFFSET 0) AS r
		), told_before AS (
			-- a second source stands beside the form: what it has told itself
			SELECT a.%3$I AS who, jsonb_object_agg(a.question, coalesce(to_jsonb(a.answer_count), to_jsonb(a.answer_yes))) AS answers
			FROM source_answer a
			WHERE a.round_id = $2 AND a.data_source = $3 AND a.%3$I IS NOT NULL
			GROUP BY a.%3$I
		), given AS (
			SELECT g.line, g.who, g.answers, coalesce(b.answers, '{}') || g.answers AS own,
				   -- statuses and the round before from the case; answers of the form, not those that count
				   to_jsonb(c) || coalesce(to_jsonb(s), to_jsonb(jsonb_populate_record(NULL::%2$I, '{}')))
				   || coalesce(b.answers, '{}') || g.answers AS document
			FROM jsonb_to_recordset($1) AS g(line integer, who integer, answers jsonb)
			JOIN (%4$s) c ON c.round_id = $2 AND c.%3$I = g.who
			LEFT JOIN %2$I s ON s.round_id = $2 AND s.%3$I = g.who
			LEFT JOIN told_before b ON b.who = g.who
		), judged AS MATERIALIZED (
			SELECT g.*, shnor.counted($5, jsonb_populate_record(NULL::%1$I, g.document)) AS broken FROM given g
		), broken AS MATERIALIZED (
			SELECT g.line, g.who, g.answers, g.own, r.rule, r.level, r.question, r.message, r.hint, r.columns, r.questions,
				   -- nor other schools' answers
				   CASE WHEN concat(r.message, r.hint) ~ '[{](same_|median_|schools_answered)'
					   THEN coalesce((SELECT to_jsonb(v) FROM %1$I v WHERE v.round_id = $2 AND v.%3$I = g.who), '{}') ELSE '{}' END || g.document AS document
			FROM judged g
			CROSS JOIN LATERAL unnest(g.broken) AS x(id)
			JOIN rule r ON r.rule_id = x.id
			-- what is stored alone is not this row's fault
			WHERE g.answers ?| r.questions
		)
		SELECT b.line, b.question, shnor.rule_value(b.document -> b.question),
			   -- a source must agree with itself; where it differs from the form, both are kept
			   CASE WHEN b.level = 'refuse' AND ($3 = 'form' OR b.own ?& b.questions) THEN 'rule' ELSE 'rule_warning' END,
			   concat(shnor.rule_text(b.message, b.document), E'\x1f',
					  shnor.rule_text(b.hint, b.document) || ' ', format('Правило проверки: %%s.', b.rule))
		FROM broken b
		-- import_rows() says the same of parts and wholes, in better words
		WHERE NOT EXISTS (SELECT FROM question q JOIN round n ON n.round_id = $2
						  WHERE (q.valid_from IS NULL OR q.valid_from <= n.cohort_on) AND (q.valid_until IS NULL OR n.cohort_on < q.valid_until)
							AND cardinality(b.columns) = 2 AND b.columns @> ARRAY[q.question, q.part_of]
							AND (b.document ->> q.question)::bigint > (b.document ->> q.part_of)::bigint)
		  -- nor is a coordinator asked twice
		  AND NOT (b.level = 'warn'
				   AND EXISTS (SELECT FROM validation_acceptance a
							   WHERE a.round_id = $2 AND a.%3$I = b.who AND a.rule = b.rule AND a.withdrawn_at IS NULL
								 AND a.answers = shnor.rule_answers(b.columns, b.document)))
		ORDER BY b.line, b.rule
	$sql$, CASE WHEN of_school THEN 'validation_case' ELSE 'municipal_validation_case' END,
		   CASE WHEN of_school THEN 'submission' ELSE 'municipal_submission' END,
		   CASE WHEN of_school THEN 'school_id' ELSE 'municipality_id' END,
		   shnor.import_case(region, import_broken_rules.round_id, import_broken_rules.respondent, seen, '%s = ANY ($6)'))
	USING rows, round_id, data_source, respondent, rules, ARRAY(SELECT DISTINCT (e ->> 'who')::integer FROM jsonb_array_elements(rows) e);
END
$function$;
COMMENT ON FUNCTION import_broken_rules(text, integer, text, text, jsonb) IS
'Internal: the rules that rows of a file break. rows is an array of objects line, who (school_id or municipality_id) and answers; a row is judged with the stored answers of the form (and what the same other source has told) for questions that it does not answer, and with the answers of the round before. Gives line, question, value, problem (rule: refuse the row; rule_warning: load it) and detail (reason and hint, with U+001F between). Left out: rules that read other schools'' answers, that read no answer of the row, a part larger than its whole (import_rows() says so itself), and warnings that were accepted for these very answers.';
