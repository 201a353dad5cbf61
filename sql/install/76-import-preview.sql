-- What an import would do: the same reading and the same verdicts, and nothing written.

CREATE FUNCTION import_shown(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT CASE jsonb_typeof(value) WHEN 'boolean' THEN CASE WHEN value::boolean THEN 'да' ELSE 'нет' END ELSE value #>> '{}' END
$function$;
COMMENT ON FUNCTION import_shown(jsonb) IS
'Internal: an answer as people read it.';

CREATE FUNCTION preview_form(
	region text, round_id integer, content text, source text DEFAULT NULL, respondent text DEFAULT NULL,
	data_source text DEFAULT 'form',
	OUT line integer, OUT outcome text, OUT code text, OUT name text, OUT column_no integer, OUT header text, OUT question text,
	OUT old_value text, OUT new_value text, OUT severity text, OUT reason text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	reading	record;
	asked	text[];
BEGIN
	PERFORM shnor.import_check(region, preview_form.round_id, content, preview_form.respondent, preview_form.data_source);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	SELECT * INTO reading
	FROM shnor.import_reading(region, preview_form.round_id, content, preview_form.respondent, preview_form.data_source);
	asked := ARRAY(SELECT jsonb_array_elements_text(reading.columns -> 'asked'));

	RETURN QUERY
	WITH judged AS MATERIALIZED (
		SELECT j.* FROM unnest(shnor.import_judge(region, preview_form.round_id, reading.columns ->> 'respondent', reading.plain || reading.readings, asked,
												  preview_form.data_source, (reading.known ->> 'imported_at')::timestamptz)) j
	), record AS MATERIALIZED (
		SELECT r.line, r.refused, r.accepted, CASE WHEN r.issues @> '[{"problem": "code_and_name"}]' THEN NULL ELSE r.who END AS who
		FROM unnest(reading.plain || reading.readings) AS r
	), titled AS (
		-- the first column of each question
		SELECT DISTINCT ON (c.field) c.field, c.column_no, c.header, c.answer_type
		FROM jsonb_to_recordset(reading.columns -> 'columns') AS c(column_no integer, header text, field text, answer_type text)
		WHERE c.field = ANY (asked)
		ORDER BY c.field, c.column_no
	), put AS (
		SELECT j.line, j.stored, t.column_no, t.header, a.question, CASE t.answer_type WHEN 'yes_no' THEN to_jsonb(a.answer = 1) ELSE to_jsonb(a.answer) END AS value
		FROM judged j
		CROSS JOIN LATERAL unnest(asked, j.answers) AS a(question, answer)
		JOIN titled t ON t.field = a.question
		WHERE j.wins
		UNION ALL
		SELECT j.line, j.stored, t.column_no, t.header, p.key, p.value
		FROM judged j
		CROSS JOIN LATERAL jsonb_each(j.put) p
		JOIN titled t ON t.field = p.key
	), detail AS MATERIALIZED (
		SELECT i.line, i.column_no, i.header, i.question, NULL::text AS old_value, i.raw_value AS new_value, i.severity, i.reason, i.hint
		FROM shnor.import_issues(content, reading.columns, reading.plain, reading.readings, reading.cells) i
		WHERE (i.severity = 'warning' OR NOT coalesce(reading.known -> 'set_aside' ? i.line::text, false))
		  -- what was dismissed or superseded is not raised once more
		  AND NOT EXISTS (
			  SELECT FROM import_issue_history h
			  WHERE h.import_id = (reading.known ->> 'import_id')::bigint AND h.resolution IN ('dismissed', 'superseded')
				AND shnor.import_issue_key(h.line, h.column_no, h.question, h.raw_value, h.reason, h.severity)
					= shnor.import_issue_key(i.line, i.column_no, i.question, i.raw_value, i.reason, i.severity))
		UNION ALL
		SELECT p.line, p.column_no, p.header, p.question, shnor.import_shown(p.stored -> p.question), shnor.import_shown(p.value), NULL, NULL, NULL
		FROM put p
		WHERE nullif(p.stored -> p.question, 'null') IS DISTINCT FROM p.value
		UNION ALL
		SELECT d.line, d.column_no, d.header, d.question, NULL, d.link, NULL, 'Новый документ', NULL
		FROM shnor.import_new_documents(region, preview_form.round_id, reading.columns ->> 'respondent', reading.plain || reading.readings, reading.cells) d
		UNION ALL
		SELECT s.key::integer, NULL, NULL, NULL, NULL, NULL, NULL,
			   CASE s.value ->> 'resolution' WHEN 'dismissed' THEN 'Строка снята: ' ELSE 'Строка не загружается. ' END || (s.value ->> 'reason'),
			   CASE s.value ->> 'resolution' WHEN 'dismissed' THEN format('Загрузить её можно так: SELECT * FROM shnor.correct_import_row(%L, %s, %s, исправления, причина);',
				   region, reading.known ->> 'import_id', s.key) END
		FROM jsonb_each(reading.known -> 'set_aside') s
	)
	SELECT l.line, CASE WHEN r.accepted THEN 'unchanged' WHEN r.refused THEN 'refused' ELSE j.outcome END,
		   shnor.spreadsheet_safe(coalesce(o.code, m.oktmo)), shnor.spreadsheet_safe(coalesce(o.name, m.name)),
		   d.column_no, shnor.spreadsheet_safe(d.header), d.question, shnor.spreadsheet_safe(d.old_value), shnor.spreadsheet_safe(d.new_value),
		   d.severity, d.reason, d.hint
	FROM (SELECT r.line FROM record r UNION SELECT d.line FROM detail d) l
	LEFT JOIN record r ON r.line = l.line
	LEFT JOIN judged j ON j.line = l.line
	LEFT JOIN detail d ON d.line = l.line
	LEFT JOIN school o ON o.school_id = r.who AND reading.columns ->> 'respondent' = 'school'
	LEFT JOIN municipality m ON m.municipality_id = r.who AND reading.columns ->> 'respondent' = 'municipality'
	ORDER BY l.line, d.severity, d.column_no, d.question, d.new_value;
END
$function$;
COMMENT ON FUNCTION preview_form(text, integer, text, text, text, text) IS
'What import_form() with the same arguments would do now, and nothing is written: one row for each issue, changed answer and new document of a line, and one for a line that has none of them. outcome is that of the line (loaded, corrected, unchanged, refused; NULL for the header''s), code and name those of the school or municipality, old_value what is stored, new_value what the file says, severity (refused, warning), reason and hint those of an issue. Works in a READ ONLY transaction. Errors are those of import_form().';
