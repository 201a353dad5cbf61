-- The records of a form's export as typed rows: who answers, when, what, and what cannot be read.

-- A municipality is called «Вичугский район», «Вичугский муниципальный район», «г. Вичуга», «ГО Вичуга».
CREATE FUNCTION import_place(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT coalesce(string_agg(w.word, ' ' ORDER BY w.position), '')
	FROM string_to_table(shnor.form_normalize(name), ' ') WITH ORDINALITY AS w(word, position)
	WHERE w.word <> ALL ('{городской,муниципальный,муниципальное,образование,округ,район,город,р-н,г,г.,го,мо,мр}'::text[])
$function$;
COMMENT ON FUNCTION import_place(text) IS
'Internal: the name of a municipality without the words that say of what kind it is, normalized.';

CREATE FUNCTION import_rows(region text, round_id integer, respondent text, content text, columns jsonb, asked text[],
							data_source text, lines integer[],
							OUT line integer, OUT who integer, OUT submitted_at timestamptz, OUT answers integer[], OUT said jsonb,
							OUT row_values text[], OUT issues jsonb, OUT refused boolean)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- nothing is known of a file's size when the plan is made: hash joins are right for small and large ones,
-- and the price put on the nested loops that remain would start the JIT compiler
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	WITH zone AS (
		SELECT coalesce((SELECT s.time_zone FROM setting s), 'Europe/Moscow') AS time_zone
	), header AS MATERIALIZED (
		SELECT c.column_no, c.header, c.field, c.answer_type
		FROM jsonb_to_recordset(columns -> 'columns')
			AS c(column_no integer, header text, field text, answer_type text, respondent text)
		WHERE c.answer_type NOT IN ('ignore', 'document') AND (c.respondent IS NULL OR c.respondent = import_rows.respondent)
	), titled AS (
		-- the first column of each field: where issues of the whole field are shown
		SELECT DISTINCT ON (h.field) h.field, h.column_no, h.header FROM header h ORDER BY h.field, h.column_no
	), record AS MATERIALIZED (
		SELECT r.line, r.fields
		FROM shnor.import_records(content, columns, lines) r
		WHERE EXISTS (SELECT FROM unnest(r.fields) AS v WHERE shnor.form_clean(v) <> '')
	), reading AS MATERIALIZED (
		SELECT r.line, h.column_no, h.header, h.field, c.raw,
			   CASE h.answer_type
				   WHEN 'count' THEN to_jsonb(shnor.form_count(c.raw))
				   WHEN 'yes_no' THEN to_jsonb(shnor.form_yes_no(c.raw))
				   WHEN 'timestamp' THEN to_jsonb(shnor.form_timestamp(c.raw, z.time_zone))
				   WHEN 'code' THEN to_jsonb(shnor.form_clean(c.raw))
				   ELSE to_jsonb(shnor.form_normalize(c.raw))
			   END AS value,
			   CASE WHEN h.answer_type IN ('count', 'yes_no', 'timestamp')
				   THEN shnor.form_problem(c.raw, h.answer_type) END AS problem
		FROM record r
		CROSS JOIN zone z
		CROSS JOIN LATERAL unnest(r.fields) WITH ORDINALITY AS c(raw, column_no)
		JOIN header h ON h.column_no = c.column_no
		WHERE shnor.form_clean(c.raw) <> ''
	), answer AS MATERIALIZED (
		-- several columns may ask one thing: what is there counts
		SELECT r.line, r.field, (array_agg(r.value ORDER BY r.column_no))[1] AS value,
			   (array_agg(r.raw ORDER BY r.column_no))[1] AS raw,
			   count(DISTINCT r.value) > 1 AS contradicts, string_agg(shnor.form_clean(r.raw), ' / ' ORDER BY r.column_no) AS all_raw
		FROM reading r
		WHERE r.problem IS NULL AND r.value IS NOT NULL
		GROUP BY r.line, r.field
	),

	-- ---- who answers ----
	place AS (
		SELECT DISTINCT ON (k.key) k.key, k.municipality_id
		FROM (SELECT shnor.form_normalize(m.name) AS key, m.municipality_id, 1 AS preference FROM municipality m
			  UNION ALL
			  SELECT m.oktmo, m.municipality_id, 2 FROM municipality m WHERE m.oktmo IS NOT NULL
			  UNION ALL
			  SELECT shnor.import_place(m.name), min(m.municipality_id), 3 FROM municipality m
			  GROUP BY shnor.import_place(m.name) HAVING count(*) = 1) k
		WHERE k.key <> ''
		ORDER BY k.key, k.preference, k.municipality_id
	), directory AS MATERIALIZED (
		SELECT o.school_id, o.municipality_id, shnor.form_clean(o.code) AS code,
			   o.name || ' (' || m.name || ', код ' || o.code || ')' AS label,
			   CASE WHEN h.told THEN shnor.form_normalize(o.name) END AS name_key,
			   -- as the reports see it: a round that was reopened keeps its list, whatever the directory says
			   b.school_id IS NOT NULL AS in_round,
			   r.cohort_on
		FROM school o
		JOIN municipality m ON m.municipality_id = o.municipality_id
		JOIN round r ON r.round_id = import_rows.round_id
		LEFT JOIN round_member b ON b.round_id = import_rows.round_id AND b.school_id = o.school_id
		CROSS JOIN (SELECT EXISTS (SELECT FROM header h WHERE h.field = 'school_name') AS told) h
		WHERE import_rows.respondent = 'school'
	), named AS MATERIALIZED (
		SELECT r.line, r.code, r.name_key, r.place IS NOT NULL AS has_place,
			   coalesce(p.municipality_id, q.municipality_id) AS municipality_id
		FROM (SELECT r.line,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'school_code') AS code,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'school_name') AS name_key,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'municipality') AS place
			  FROM record r LEFT JOIN answer a ON a.line = r.line
			  GROUP BY r.line) r
		LEFT JOIN place p ON p.key = r.place
		LEFT JOIN place q ON q.key = shnor.import_place(r.place)
	), namesake AS (
		-- schools of that name: anywhere, and where the row says
		SELECT n.line, array_agg(d.school_id) AS anywhere,
			   count(*) FILTER (WHERE h.here) AS here,
			   count(*) FILTER (WHERE h.here AND d.in_round) AS here_in_round,
			   coalesce(min(d.school_id) FILTER (WHERE h.here AND d.in_round), min(d.school_id) FILTER (WHERE h.here)) AS school_id,
			   string_agg(d.label, '; ' ORDER BY d.label) FILTER (WHERE h.here AND d.in_round) AS labels
		FROM named n
		JOIN directory d ON d.name_key = n.name_key
		CROSS JOIN LATERAL (SELECT NOT n.has_place OR d.municipality_id = n.municipality_id AS here) h
		GROUP BY n.line
	), matched AS (
		SELECT n.*, c.school_id AS by_code,
			   CASE WHEN s.here_in_round = 1 OR s.here = 1 THEN s.school_id END AS by_name,
			   s.anywhere, s.here_in_round, s.here, s.labels
		FROM named n
		LEFT JOIN directory c ON c.code = n.code
		LEFT JOIN namesake s ON s.line = n.line
	), told AS (
		SELECT m.*, coalesce(m.by_code, m.by_name) AS school_id,
			   CASE
				   WHEN m.by_code IS NOT NULL THEN
					   CASE WHEN m.by_code <> ALL (m.anywhere) THEN 'code_and_name' END
				   WHEN m.code IS NULL AND m.name_key IS NULL THEN 'no_school'
				   WHEN m.name_key IS NULL THEN 'unknown_code'
				   WHEN m.has_place AND m.municipality_id IS NULL THEN 'unknown_municipality'
				   WHEN m.here_in_round > 1 THEN 'ambiguous_school'
				   WHEN m.by_name IS NULL AND m.here > 1 THEN 'not_in_round'
				   WHEN m.by_name IS NULL AND m.code IS NOT NULL THEN 'unknown_code'
				   WHEN m.by_name IS NULL THEN 'unknown_school'
			   END AS problem
		FROM matched m
		WHERE import_rows.respondent = 'school'
		UNION ALL
		SELECT m.*, NULL,
			   CASE WHEN NOT m.has_place THEN 'no_municipality'
				   WHEN m.municipality_id IS NULL THEN 'unknown_municipality' END
		FROM matched m
		WHERE import_rows.respondent = 'municipality'
	), identified AS MATERIALIZED (
		SELECT t.line, t.code, t.name_key, t.municipality_id, t.has_place, t.labels, d.label, d.cohort_on,
			   CASE import_rows.respondent WHEN 'school' THEN t.school_id ELSE t.municipality_id END AS who,
			   coalesce(t.problem, CASE WHEN NOT d.in_round THEN 'not_in_round'
									   WHEN t.code IS NOT NULL AND t.by_code IS NULL THEN 'code_ignored' END) AS problem,
			   CASE
				   WHEN t.problem IN ('unknown_municipality', 'no_municipality') THEN 'municipality'
				   WHEN t.problem = 'code_and_name' OR t.code IS NULL AND t.name_key IS NOT NULL THEN 'school_name'
				   WHEN t.code IS NOT NULL OR EXISTS (SELECT FROM header h WHERE h.field = 'school_code') THEN 'school_code'
				   ELSE 'school_name'
			   END AS field
		FROM told t
		LEFT JOIN directory d ON d.school_id = t.school_id
	), unknown AS (
		SELECT i.*, string_to_array(i.name_key, ' ') AS words
		FROM identified i
		WHERE i.problem IN ('unknown_school', 'unknown_code', 'unknown_municipality')
		-- a file of another region need not be compared to the last row
		ORDER BY i.line LIMIT 50
	), alike AS (
		-- names that share half of their words, and codes that differ in punctuation only
		SELECT w.line, d.school_id, 2.0 * count(*) / max(w.words + d.words) AS likeness
		FROM (SELECT u.line, v.word, cardinality(u.words) AS words FROM unknown u CROSS JOIN LATERAL unnest(u.words) AS v(word)) w
		JOIN (SELECT o.school_id, v.word, cardinality(o.words) AS words
			  FROM (SELECT o.school_id, string_to_array(o.name_key, ' ') AS words FROM directory o WHERE o.in_round) o
			  CROSS JOIN LATERAL unnest(o.words) AS v(word)) d ON d.word = w.word
		GROUP BY w.line, d.school_id
		HAVING 4 * count(*) >= max(w.words + d.words)
		UNION
		SELECT u.line, d.school_id, 1
		FROM unknown u
		JOIN directory d ON ltrim(translate(d.code, ' -./', ''), '0') = ltrim(translate(u.code, ' -./', ''), '0')
		WHERE d.in_round
	), nearest AS (
		SELECT n.line, string_agg(n.label, '; ' ORDER BY n.place) AS labels
		FROM (SELECT u.line, d.label, row_number() OVER (PARTITION BY u.line ORDER BY max(a.likeness) DESC, d.label) AS place
			  FROM alike a
			  JOIN unknown u ON u.line = a.line
			  JOIN directory d ON d.school_id = a.school_id
			  WHERE u.problem <> 'unknown_municipality' AND (NOT u.has_place OR d.municipality_id = u.municipality_id)
			  GROUP BY u.line, d.school_id, d.label) n
		WHERE n.place <= 3
		GROUP BY n.line
	),

	-- ---- what cannot be read ----
	stored AS MATERIALIZED (
		SELECT s.school_id AS who, to_jsonb(s) AS document FROM submission s
		WHERE import_rows.respondent = 'school' AND s.round_id = import_rows.round_id
		UNION ALL
		SELECT s.municipality_id, to_jsonb(s) FROM municipal_submission s
		WHERE import_rows.respondent = 'municipality' AND s.round_id = import_rows.round_id
	), told_before AS MATERIALIZED (
		-- a second source stands beside the form: what it has told itself
		SELECT CASE import_rows.respondent WHEN 'school' THEN a.school_id ELSE a.municipality_id END AS who,
			   jsonb_object_agg(a.question, a.answer_count) AS answers
		FROM source_answer a
		WHERE a.round_id = import_rows.round_id AND a.data_source = import_rows.data_source AND a.answer_count IS NOT NULL
		GROUP BY 1
	), filled AS MATERIALIZED (
		SELECT r.line, i.who, max(a.value #>> '{}') FILTER (WHERE a.field = 'submitted_at') AS submitted_at,
			   -- an empty cell of a form takes an answer back, that of another source says nothing
			   CASE import_rows.data_source WHEN 'form' THEN (SELECT jsonb_object_agg(a, NULL) FROM unnest(asked) AS a) ELSE '{}' END
			   || coalesce(jsonb_object_agg(a.field, a.value) FILTER (WHERE a.field = ANY (asked)), '{}') AS answers
		FROM record r
		JOIN identified i ON i.line = r.line
		LEFT JOIN answer a ON a.line = r.line
		GROUP BY r.line, i.who
	), part AS (
		-- a part and its whole; what the file does not ask stands as it is stored
		SELECT q.question, q.part_of, w.wording AS whole_wording
		FROM question q
		JOIN question w ON w.question = q.part_of
		JOIN round r ON daterange(q.valid_from, q.valid_until) @> r.cohort_on
					AND daterange(w.valid_from, w.valid_until) @> r.cohort_on
		WHERE r.round_id = import_rows.round_id AND q.respondent = import_rows.respondent
		  AND (q.question = ANY (asked) OR q.part_of = ANY (asked))
	), broken AS MATERIALIZED (
		-- the rules of validation_rule (77-validation-import.sql)
		SELECT b.*
		FROM shnor.import_broken_rules(region, import_rows.round_id, import_rows.respondent, import_rows.data_source,
			(SELECT jsonb_agg(jsonb_build_object('line', f.line, 'who', f.who, 'answers', f.answers)) FROM filled f)) b
	), issue AS (
		SELECT b.line, t.column_no, t.header, b.question, coalesce(a.raw, b.value) AS raw_value, b.problem, b.detail
		FROM broken b
		LEFT JOIN titled t ON t.field = b.question
		LEFT JOIN answer a ON a.line = b.line AND a.field = b.question
		UNION ALL
		SELECT r.line, r.column_no, r.header, r.field AS question, r.raw AS raw_value, r.problem, NULL AS detail
		FROM reading r WHERE r.problem IS NOT NULL
		UNION ALL
		SELECT a.line, t.column_no, t.header, a.field, a.all_raw, 'two_values', NULL
		FROM answer a JOIN titled t ON t.field = a.field
		WHERE a.contradicts
		UNION ALL
		SELECT r.line, min(c.column_no)::integer, NULL, NULL, string_agg(shnor.form_clean(c.raw), ' | ' ORDER BY c.column_no), 'ragged',
			   columns ->> 'width'
		FROM record r CROSS JOIN LATERAL unnest(r.fields) WITH ORDINALITY AS c(raw, column_no)
		WHERE c.column_no > (columns ->> 'width')::integer AND shnor.form_clean(c.raw) <> ''
		GROUP BY r.line
		UNION ALL
		SELECT f.line, t.column_no, t.header, t.field, n.part #>> '{}',
			   -- a source must agree with itself; where it differs from the form, both are kept
			   CASE WHEN import_rows.data_source = 'form' OR o.answers ?& ARRAY[p.question, p.part_of] THEN 'part_larger'
				   ELSE 'part_larger_than_form' END,
			   format('%s (вопрос «%s»)', n.whole #>> '{}', p.whole_wording)
		FROM filled f
		LEFT JOIN stored s ON s.who = f.who
		LEFT JOIN told_before b ON b.who = f.who
		CROSS JOIN LATERAL (SELECT coalesce(b.answers, '{}') || f.answers AS answers) o
		CROSS JOIN part p
		CROSS JOIN LATERAL (
			SELECT nullif((coalesce(s.document, '{}') || o.answers) -> p.question, 'null') AS part,
				   nullif((coalesce(s.document, '{}') || o.answers) -> p.part_of, 'null') AS whole) n
		JOIN titled t ON t.field = CASE WHEN f.answers ? p.question THEN p.question ELSE p.part_of END
		WHERE n.part > n.whole AND f.answers ?| ARRAY[p.question, p.part_of]
		  -- a cell that could not be read has its own issue
		  AND NOT EXISTS (SELECT FROM reading r WHERE r.line = f.line AND r.field = p.part_of AND r.problem IS NOT NULL)
		UNION ALL
		SELECT i.line, t.column_no, t.header, coalesce(t.field, i.field), a.raw, i.problem,
			   CASE i.problem
				   WHEN 'ambiguous_school' THEN i.labels
				   WHEN 'not_in_round' THEN coalesce(i.label || ' на ' || to_char(i.cohort_on, 'DD.MM.YYYY'), '')
				   WHEN 'code_and_name' THEN i.label
				   WHEN 'code_ignored' THEN i.label
				   ELSE n.labels
			   END
		FROM identified i
		LEFT JOIN titled t ON t.field = i.field
		LEFT JOIN answer a ON a.line = i.line AND a.field = i.field
		LEFT JOIN nearest n ON n.line = i.line
		WHERE i.problem IS NOT NULL
	), noted AS (
		SELECT i.line, bool_or(NOT w.warns) AS refused,
			   jsonb_agg(jsonb_build_object('column_no', i.column_no, 'header', i.header, 'question', i.question,
											'raw_value', i.raw_value, 'problem', i.problem, 'detail', i.detail,
											'warns', w.warns) ORDER BY i.column_no) AS issues
		FROM issue i
		CROSS JOIN LATERAL (SELECT i.problem IN ('code_ignored', 'part_larger_than_form', 'rule_warning') AS warns) w
		GROUP BY i.line
	)
	SELECT f.line, f.who, f.submitted_at::timestamptz,
		   CASE import_rows.data_source WHEN 'form' THEN
			   ARRAY(SELECT CASE f.answers ->> q.question WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE (f.answers ->> q.question)::integer END
					 FROM unnest(asked) WITH ORDINALITY AS q(question, place) ORDER BY q.place) END,
		   CASE WHEN import_rows.data_source <> 'form' THEN f.answers END,
		   CASE WHEN n.issues IS NOT NULL THEN r.fields END, coalesce(n.issues, '[]'), coalesce(n.refused, false)
	FROM filled f
	JOIN record r ON r.line = f.line
	LEFT JOIN noted n ON n.line = f.line
	ORDER BY f.line;
END
$function$;
COMMENT ON FUNCTION import_rows(text, integer, text, text, jsonb, text[], text, integer[]) IS
'Internal: the records of a form''s export that are not blank, those that start on lines (NULL: all): line, who (school_id or municipality_id), submitted_at (NULL when the file does not tell), answers and said (as in import_row: of a form the questions asked, of another source those answered), row_values (the record as it stands, where there are issues), issues (column_no, header, question, raw_value, problem, detail, warns) and whether the row is refused. columns is what import_columns() gives, asked the questions that the file asks of the respondent.';
