-- Rules at the import: a row of a file is judged together with what is stored for questions that the file does not ask.

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
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	SELECT k.methodology INTO rules FROM round_rule_set k
	WHERE k.round_id = import_broken_rules.round_id AND k.respondent = import_broken_rules.respondent;
	IF rules IS NULL THEN
		RETURN;
	END IF;

	-- %1$I cases, %2$I submissions, %3$I who; $1 rows, $2 round, $3 source of answers, $4 respondent, $5 rules
	RETURN QUERY EXECUTE format($sql$
		WITH rule AS MATERIALIZED (
			SELECT r.*,
				   ARRAY(SELECT q.question FROM shnor.validation_questions() q
						 WHERE q.respondent = $4 AND q.question = ANY (r.columns)) AS questions
			FROM (SELECT r.*, shnor.rule_columns(to_jsonb(r)) AS columns
				  FROM round_rule r WHERE r.round_id = $2 AND r.respondent = $4 OFFSET 0) AS r
			-- what depends on other schools' answers is for the view, when all are there
			WHERE NOT EXISTS (SELECT FROM unnest(r.columns) AS n WHERE n ~ '^(same_|median_|schools_answered$)')
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
			JOIN %1$I c ON c.round_id = $2 AND c.%3$I = g.who
			LEFT JOIN %2$I s ON s.round_id = $2 AND s.%3$I = g.who
			LEFT JOIN told_before b ON b.who = g.who
		), broken AS (
			SELECT g.*, r.rule, r.level, r.question, r.message, r.hint, r.columns, r.questions
			FROM given g
			CROSS JOIN LATERAL shnor.contribution($5, jsonb_populate_record(NULL::%1$I, g.document)) AS x
			JOIN rule r ON r.rule_id = x.id
			-- what is stored alone is not this row's fault
			WHERE x.numerator > 0 AND g.answers ?| r.questions
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
		   CASE WHEN of_school THEN 'school_id' ELSE 'municipality_id' END)
	USING rows, round_id, data_source, respondent, rules;
END
$function$;
COMMENT ON FUNCTION import_broken_rules(text, integer, text, text, jsonb) IS
'Internal: the rules that rows of a file break. rows is an array of objects line, who (school_id or municipality_id) and answers; a row is judged with the stored answers of the form (and what the same other source has told) for questions that it does not answer, and with the answers of the round before. Gives line, question, value, problem (rule: refuse the row; rule_warning: load it) and detail (reason and hint, with U+001F between). Left out: rules that read other schools'' answers, that read no answer of the row, a part larger than its whole (import_rows() says so itself), and warnings that were accepted for these very answers.';
