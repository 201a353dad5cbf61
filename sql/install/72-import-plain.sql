-- The rows of a form in which nothing is wrong, found in one pass over the file: what a row needs that is not so plain is
-- found out by import_rows(). A row is plain when import_rows() would give the same answers without an issue; in doubt
-- it is not.

CREATE FUNCTION import_plain(region text, round_id integer, content text, columns jsonb, asked text[], apart integer[],
							 OUT plain import_row[], OUT others integer[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	kinds		text[];
	places		integer[];
	rules		methodology;
	seen		text[];		-- what the rules read
	inputs		text;		-- the same as columns
	facts		text;		-- what of it is known of the school
	parts		text;
	by_name		boolean := columns -> 'columns' @> '[{"field": "school_name"}]';
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	SELECT array_agg(CASE WHEN c.respondent <> 'school' OR c.answer_type IN ('ignore', 'document') THEN NULL
						  WHEN c.answer_type IN ('count', 'yes_no') THEN c.answer_type ELSE c.field END ORDER BY c.column_no),
		   array_agg(array_position(asked, c.field) ORDER BY c.column_no)
	INTO kinds, places
	FROM jsonb_to_recordset(columns -> 'columns') AS c(column_no integer, field text, answer_type text, respondent text);

	-- an answer is in the file, or stands as it is stored
	rules := shnor.import_rules(region, import_plain.round_id, 'school');
	seen := coalesce(shnor.columns(rules), '{}');
	SELECT string_agg(format(', %s AS %I', CASE
			   WHEN q.question IS NULL THEN format('k.%I', n)
			   WHEN p.place IS NULL THEN format(CASE WHEN q.is_count THEN 's.%I::bigint' ELSE 's.%I' END, n)
			   WHEN q.is_count THEN format('g.answers[%s]::bigint', p.place)
			   ELSE format('g.answers[%s] = 1', p.place) END, n), ''),
		   string_agg(format(', k.%I', n), '') FILTER (WHERE q.question IS NULL)
	INTO inputs, facts
	FROM unnest(seen) AS n
	LEFT JOIN shnor.validation_questions() q ON q.respondent = 'school' AND q.question = n
	CROSS JOIN LATERAL (SELECT array_position(asked, n) AS place) p
	-- it is there anyhow
	WHERE n <> 'school_id';
	SELECT string_agg(format('%s > %s', p.part, p.whole), ' OR ') INTO parts
	FROM (SELECT CASE WHEN q.question = ANY (asked) THEN format('g.answers[%s]', array_position(asked, q.question)) ELSE format('s.%I', q.question) END AS part,
				 CASE WHEN q.part_of = ANY (asked) THEN format('g.answers[%s]', array_position(asked, q.part_of)) ELSE format('s.%I', q.part_of) END AS whole
		  FROM question q
		  JOIN question w ON w.question = q.part_of
		  JOIN round r ON daterange(q.valid_from, q.valid_until) @> r.cohort_on AND daterange(w.valid_from, w.valid_until) @> r.cohort_on
		  WHERE r.round_id = import_plain.round_id AND q.respondent = 'school' AND (q.question = ANY (asked) OR q.part_of = ANY (asked))) p;

	-- %1$s schools and what is known of them, %2$s of that what rules read, %3$s and %4$s how names are looked up, %5$s the code,
	-- %6$s a name that is another school's, %7$s a part larger than its whole, %8$s what rules read, %9$s whether they find
	-- nothing; $1 content, $2 columns, $3 kinds, $4 places, $5 round, $6 rows apart, $7 rules
	EXECUTE format($sql$
		WITH member AS MATERIALIZED (
			SELECT o.code, o.name, k.school_id%2$s FROM (%1$s) k JOIN school o ON o.school_id = k.school_id WHERE k.round_id = $5
		)%3$s, given AS (
			SELECT g.line, g.submitted_at, g.answers, k.school_id,
				   coalesce(g.plain AND k.school_id IS NOT NULL AND g.line <> ALL ($6) AND NOT (%6$s) AND (%7$s) IS NOT TRUE, false) AS plain%8$s
			FROM shnor.form_read($1, $2 ->> 'delimiter', ($2 ->> 'line')::integer, ($2 ->> 'width')::integer, $3, $4,
								 coalesce((SELECT z.time_zone FROM setting z), 'Europe/Moscow')) g%4$s
			LEFT JOIN member k ON k.code = %5$s
			LEFT JOIN submission s ON s.round_id = $5 AND s.school_id = k.school_id
			OFFSET 0
		), judged AS (
			SELECT g.line, g.submitted_at, g.answers, g.school_id, CASE WHEN g.plain THEN %9$s ELSE false END AS plain FROM given g
		)
		SELECT array_agg(ROW(j.line, j.school_id, j.submitted_at, j.answers, NULL, NULL, NULL, false, false, false, NULL)::shnor.import_row)
			   FILTER (WHERE j.plain), array_agg(j.line) FILTER (WHERE NOT j.plain)
		FROM judged j
	$sql$,
		shnor.import_case(region, import_plain.round_id, 'school', seen, NULL), facts,
		-- a name that one school has, in the municipality where the row tells of one
		CASE WHEN by_name THEN $sql$, town AS MATERIALIZED (
			SELECT shnor.form_normalize(m.name) AS key, min(m.municipality_id) AS municipality_id FROM municipality m GROUP BY 1 HAVING count(*) = 1
		), named AS MATERIALIZED (
			SELECT o.key || E'\n' AS key, min(o.code) AS code
			FROM (SELECT shnor.form_normalize(o.name) AS key, o.code FROM school o) o GROUP BY o.key HAVING count(*) = 1
			UNION ALL
			SELECT o.key || E'\n' || o.municipality_id, min(o.code)
			FROM (SELECT shnor.form_normalize(o.name) AS key, o.code, o.municipality_id FROM school o) o GROUP BY o.key, o.municipality_id HAVING count(*) = 1
		)$sql$ END,
		CASE WHEN by_name THEN $sql$
			LEFT JOIN town t ON t.key = g.place
			LEFT JOIN named n ON n.key = g.name || E'\n' || coalesce(t.municipality_id::text, '') AND (g.place IS NULL OR t.key IS NOT NULL)$sql$ END,
		CASE WHEN by_name THEN 'coalesce(g.code, n.code)' ELSE 'g.code' END,
		-- a code goes before a name that no school has
		CASE WHEN by_name THEN 'g.name IS NOT NULL AND g.name <> shnor.form_normalize(k.name) AND g.name IN (SELECT shnor.form_normalize(x.name) FROM school x)'
			ELSE 'false' END,
		coalesce(parts, 'false'), inputs, CASE WHEN rules IS NULL THEN 'true' ELSE 'shnor.counted($7, g) IS NULL' END)
	INTO plain, others
	USING content, columns, kinds, places, import_plain.round_id, apart, rules;
	plain := coalesce(plain, '{}');
	others := coalesce(others, '{}');
END
$function$;
COMMENT ON FUNCTION import_plain(text, integer, text, jsonb, text[], integer[]) IS
'Internal: the rows of a form for schools in which nothing is wrong (every value can be read, code or name are those of one school of the round, no part is larger than its whole, no rule is broken), and the lines of all others that are not blank, among them those of the lines apart.';
