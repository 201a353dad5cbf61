-- The header of a form's export: its delimiter, and what each column is.

CREATE FUNCTION import_columns(region text, round_id integer, content text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	columns	jsonb;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	WITH valid AS (
		SELECT q.* FROM question q
		JOIN round r ON daterange(q.valid_from, q.valid_until) @> r.cohort_on
		WHERE r.round_id = import_columns.round_id
	), field AS (
		SELECT v.question AS field, v.answer_type, v.respondent FROM valid v
		UNION ALL
		VALUES ('submitted_at', 'timestamp', NULL), ('school_code', 'code', NULL), ('school_name', 'name', NULL),
			   ('municipality', 'name', NULL), ('ignore', 'ignore', NULL), ('document', 'document', NULL)
		UNION ALL
		-- which question such a column proves is told by import_document_columns()
		(SELECT 'document:' || v.question, 'document', NULL FROM valid v
		 UNION
		 SELECT h.field, 'document', NULL FROM form_header h WHERE h.field LIKE 'document:%')
	), known AS (
		-- a question's own wording goes before the other wordings
		SELECT DISTINCT ON (w.key) w.key, f.*
		FROM (SELECT shnor.form_normalize(v.wording) AS key, v.question AS field, 1 AS preference FROM valid v
			  UNION ALL
			  SELECT shnor.form_normalize(h.header), h.field, 2 FROM form_header h
			  UNION ALL
			  SELECT shnor.form_normalize(f.field), f.field, 3 FROM field f) w
		JOIN field f ON f.field = w.field
		WHERE w.key <> ''
		ORDER BY w.key, w.preference, w.field
	), header AS (
		SELECT d.delimiter, d.preference, h.line, h.fields
		FROM (VALUES (',', 1), (';', 2), (E'\t', 3)) AS d(delimiter, preference)
		CROSS JOIN LATERAL shnor.form_header(content, d.delimiter) h
		WHERE h.line IS NOT NULL
	), reading AS (
		SELECT h.delimiter, h.preference, h.line, count(k.field) AS known,
			   max(c.column_no) FILTER (WHERE shnor.form_clean(c.header) <> '') AS width,
			   jsonb_agg(jsonb_build_object('column_no', c.column_no, 'header', c.header, 'field', k.field,
											'answer_type', k.answer_type, 'respondent', k.respondent)
						 ORDER BY c.column_no) AS columns
		FROM header h
		CROSS JOIN LATERAL unnest(h.fields) WITH ORDINALITY AS c(header, column_no)
		LEFT JOIN known k ON k.key = shnor.form_normalize(c.header)
		GROUP BY h.delimiter, h.preference, h.line
	)
	SELECT to_jsonb(r) INTO columns FROM reading r ORDER BY r.known DESC, r.preference LIMIT 1;
	RETURN columns;
END
$function$;
COMMENT ON FUNCTION import_columns(text, integer, text) IS
'Internal: the header of a CSV text as JSON: delimiter (of comma, semicolon and tab the one that gives most known headers), line, width (columns up to the last that has a header), known (how many headers are known) and columns (column_no, header, field, answer_type, respondent). NULL when the text holds nothing.';

CREATE FUNCTION import_respondent(columns jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT c ->> 'respondent'
	FROM jsonb_array_elements(columns -> 'columns') c
	WHERE c ->> 'respondent' IS NOT NULL
	GROUP BY c ->> 'respondent'
	ORDER BY count(*) DESC, c ->> 'respondent' DESC
	LIMIT 1
$function$;
COMMENT ON FUNCTION import_respondent(jsonb) IS
'Internal: whose questions most columns of a header ask, school or municipality; NULL when none asks a question.';

CREATE FUNCTION import_check_columns(columns jsonb, respondent text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	headers	text;
	fields	text[];
	asks	boolean;
BEGIN
	IF columns IS NULL THEN
		RAISE EXCEPTION 'файл пуст'
			USING ERRCODE = 'bad_copy_file_format',
				  HINT = 'Выгрузите ответы формы заново в формате CSV.';
	END IF;

	SELECT string_agg('«' || left(shnor.form_clean(c ->> 'header'), 60) || '»', ', ' ORDER BY (c ->> 'column_no')::integer)
		   FILTER (WHERE shnor.form_clean(c ->> 'header') <> ''),
		   array_agg(c ->> 'field'),
		   coalesce(bool_or(c ->> 'respondent' = import_check_columns.respondent), false)
	INTO headers, fields, asks
	FROM jsonb_array_elements(columns -> 'columns') c;

	IF NOT asks THEN
		RAISE EXCEPTION 'в заголовке файла нет ни одного вопроса %',
			CASE import_check_columns.respondent WHEN 'school' THEN 'формы для школ'
				WHEN 'municipality' THEN 'формы для муниципалитетов' ELSE 'форм этого мониторинга' END
			USING ERRCODE = 'bad_copy_file_format',
				  DETAIL = format('Первая строка прочитана так: %s.', left(headers, 1000)),
				  HINT = 'Первой строкой файла должны стоять формулировки вопросов, значения разделяются запятой, точкой с запятой или табуляцией, кодировка — UTF-8. Другие формулировки добавьте в таблицу form_header.';
	ELSIF import_check_columns.respondent = 'school' AND NOT fields && ARRAY['school_code', 'school_name'] THEN
		RAISE EXCEPTION 'в файле нет столбца с кодом или названием школы'
			USING ERRCODE = 'bad_copy_file_format',
				  DETAIL = format('Первая строка прочитана так: %s.', left(headers, 1000)),
				  HINT = 'Назовите столбец «Код ОО» или «Наименование ОО» либо добавьте его заголовок в таблицу form_header с полем school_code или school_name.';
	ELSIF import_check_columns.respondent = 'municipality' AND NOT fields && ARRAY['municipality'] THEN
		RAISE EXCEPTION 'в файле нет столбца с муниципалитетом'
			USING ERRCODE = 'bad_copy_file_format',
				  DETAIL = format('Первая строка прочитана так: %s.', left(headers, 1000)),
				  HINT = 'Назовите столбец «Муниципалитет» либо добавьте его заголовок в таблицу form_header с полем municipality.';
	END IF;
END
$function$;
COMMENT ON FUNCTION import_check_columns(jsonb, text) IS
'Internal: refuses a file without questions of the respondent or without a column that tells who answers (22P04).';

CREATE FUNCTION import_unread_columns(content text, columns jsonb, respondent text,
									  OUT column_no integer, OUT header text, OUT problem text, OUT detail text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT c.column_no, c.header,
		   CASE WHEN c.problem IS NOT NULL THEN c.problem
				WHEN c.field IS NOT NULL THEN 'other_form'
				WHEN shnor.form_clean(c.header) <> '' THEN 'unknown_header'
				ELSE 'no_header' END,
		   CASE WHEN c.problem IS NOT NULL THEN c.question END
	FROM jsonb_to_recordset(columns -> 'columns')
		AS c(column_no integer, header text, field text, respondent text, question text, problem text)
	WHERE c.column_no <= (columns ->> 'width')::integer
	  AND (c.field IS NULL OR c.respondent <> import_unread_columns.respondent OR c.problem IS NOT NULL)
	  -- a column without a header matters when something stands in it
	  AND (shnor.form_clean(c.header) <> ''
		   OR EXISTS (SELECT FROM shnor.form_rows(content, columns ->> 'delimiter') r
					  WHERE r.line > (columns ->> 'line')::integer AND shnor.form_clean(r.fields[c.column_no]) <> ''))
$function$;
COMMENT ON FUNCTION import_unread_columns(text, jsonb, text) IS
'Internal: columns of a file that are not read, and why: unknown_header, other_form (a question of the other respondent), no_header, and what import_document_columns() says of columns of documents (detail: the question named).';

CREATE FUNCTION import_records(content text, columns jsonb, lines integer[], OUT line integer, OUT fields text[])
RETURNS SETOF record
LANGUAGE sql STABLE ROWS 500
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT r.line,
		   CASE WHEN c.cells IS NULL THEN r.fields
				ELSE ARRAY(SELECT CASE WHEN c.cells ? n::text THEN c.cells ->> n::text ELSE r.fields[n] END
						   FROM generate_series(1, greatest(cardinality(r.fields),
															(SELECT max(k::integer) FROM jsonb_object_keys(c.cells) k))) n) END
	FROM (SELECT a.* FROM shnor.form_rows(content, columns ->> 'delimiter') a WHERE lines IS NULL
		  UNION ALL
		  SELECT s.* FROM shnor.form_rows_at(content, columns ->> 'delimiter', lines) s WHERE lines IS NOT NULL) r
	LEFT JOIN (SELECT k.key::integer AS line, k.value AS cells FROM jsonb_each(columns -> 'corrections') k) c ON c.line = r.line
	WHERE r.line > (columns ->> 'line')::integer
$function$;
COMMENT ON FUNCTION import_records(text, jsonb, integer[]) IS
'Internal: the records of a file below its header, those that start on lines (NULL: all), with the corrections of columns ({line: {column: text}}) in place of the cells.';
