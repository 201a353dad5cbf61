-- From a form's export to answers: header -> columns, records -> rows with their issues, rows -> submissions.
-- Who calls it works in a data centre: messages, reasons and hints are in Russian. The steps stand in
-- 71-import-columns.sql, 72-import-rows.sql and 73-import-store.sql, what the issues say in 74-import-message.sql.

CREATE FUNCTION import_form(
	region text, round_id integer, content text, source text DEFAULT NULL, respondent text DEFAULT NULL,
	OUT rows_read integer, OUT loaded integer, OUT corrected integer, OUT refused integer, OUT unchanged integer,
	OUT warnings integer, OUT import_id bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	columns		jsonb;
	answerer	text := import_form.respondent;
	asked		text[];
	readings	jsonb;
BEGIN
	PERFORM shnor.import_check(region, import_form.round_id, content, answerer);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	-- two imports into one round go one after the other
	PERFORM pg_advisory_xact_lock(hashtextextended(format('shnor.import_form %s %s', region, import_form.round_id), 0));

	columns := shnor.import_columns(region, import_form.round_id, content);
	answerer := coalesce(answerer, shnor.import_respondent(columns));
	PERFORM shnor.import_check_columns(columns, answerer);
	asked := ARRAY(SELECT DISTINCT c ->> 'field' FROM jsonb_array_elements(columns -> 'columns') c
				   WHERE c ->> 'respondent' = answerer ORDER BY 1);

	SELECT jsonb_agg(r ORDER BY r.line), count(*), count(*) FILTER (WHERE r.refused)
	INTO readings, rows_read, refused
	FROM shnor.import_rows(region, import_form.round_id, answerer, content, columns, asked) r;
	IF rows_read = 0 THEN
		RAISE EXCEPTION 'в файле нет строк с ответами: есть только заголовок'
			USING ERRCODE = 'bad_copy_file_format',
				  HINT = 'Выгрузите ответы формы заново и проверьте, что файл не пуст.';
	END IF;

	INSERT INTO import (round_id, respondent, source, content, content_sha256)
	VALUES (import_form.round_id, answerer, import_form.source, import_form.content,
			encode(sha256(convert_to(import_form.content, 'UTF8')), 'hex'))
	RETURNING import_id INTO import_form.import_id;

	-- columns of the file that nobody reads
	INSERT INTO import_issue (import_id, line, column_no, header, reason, hint, severity)
	SELECT import_form.import_id, (columns ->> 'line')::integer, w.column_no, w.header, m.reason, m.hint, 'warning'
	FROM shnor.import_unread_columns(content, columns, answerer) w
	CROSS JOIN LATERAL shnor.import_message(w.problem, w.header, NULL) m
	ORDER BY w.column_no;

	INSERT INTO import_issue (import_id, line, column_no, header, question, raw_value, row_values, reason, hint, severity)
	SELECT import_form.import_id, r.line, i.column_no, i.header, i.question, i.raw_value, r.row_values, m.reason, m.hint,
		   CASE WHEN i.warns THEN 'warning' ELSE 'refused' END
	FROM jsonb_to_recordset(readings) AS r(line integer, row_values text[], issues jsonb)
	CROSS JOIN LATERAL jsonb_to_recordset(r.issues)
		AS i(column_no integer, header text, question text, raw_value text, problem text, detail text, warns boolean)
	CROSS JOIN LATERAL shnor.import_message(i.problem, i.raw_value, i.detail) m
	ORDER BY r.line, i.column_no;

	SELECT s.loaded, s.corrected, s.unchanged
	INTO import_form.loaded, import_form.corrected, import_form.unchanged
	FROM shnor.import_store(region, import_form.round_id, answerer, readings, asked, coalesce(import_form.source, 'форма')) s;

	UPDATE import i
	SET rows_read = import_form.rows_read, loaded = import_form.loaded, corrected = import_form.corrected,
		refused = import_form.refused, unchanged = import_form.unchanged
	WHERE i.import_id = import_form.import_id;

	SELECT count(*) INTO warnings
	FROM import_issue w WHERE w.import_id = import_form.import_id AND w.severity = 'warning';
END
$function$;
COMMENT ON FUNCTION import_form(text, integer, text, text, text) IS
'Loads the CSV export of a form (content, the file as it is: comma, semicolon or tab; byte order mark, quoted newlines) into round round_id of the region in schema region, and returns one row: rows_read = loaded (first answers of a school or municipality) + corrected (replaced, or replaced by, another version; earlier versions go to submission_history) + refused (kept in import_issue with line, column, value, reason and hint; a row is refused whole) + unchanged (already stored, or older than what is stored), warnings (columns not read and the like) and import_id. source is the name of the file; respondent is school or municipality, NULL to tell it from the header. Headers are matched to question.wording and form_header, schools by code, then by name. The file itself is kept in import. Importing a file again changes nothing. Questions that the file does not ask keep their stored answers. Needs the rights of the region''s owner, no more. A file that cannot be read at all changes nothing (error 22P04); other errors: no such region (3F000), an unknown round or respondent, no content (22023), a round that is not open (55000).';

CREATE FUNCTION import_check(region text, round_id integer, content text, respondent text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	state	text;
BEGIN
	IF region IS NULL OR to_regclass(format('%I.import_issue', region)) IS NULL
		OR to_regclass(format('%I.submission', region)) IS NULL THEN
		RAISE EXCEPTION 'схема «%» не является регионом', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Регион создаёт функция shnor.create_region(). Проверьте имя и базу данных.';
	END IF;
	IF content IS NULL THEN
		RAISE EXCEPTION 'нет содержимого файла'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Передайте текст файла третьим аргументом. В psql: \set form `cat form.csv`, затем :''form''.';
	END IF;
	IF respondent NOT IN ('school', 'municipality') THEN
		RAISE EXCEPTION 'неизвестно, кто отвечает на форму: «%»', respondent
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Допустимы school (школы) и municipality (муниципалитеты); NULL — определить по заголовкам.';
	END IF;

	EXECUTE format('SELECT r.state FROM %I.round r WHERE r.round_id = $1', region) INTO state USING round_id;
	IF state IS NULL THEN
		RAISE EXCEPTION 'в регионе «%» нет мониторинга с номером %', region, coalesce(round_id::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Мониторинги перечислены в таблице %I.round.', region);
	ELSIF state <> 'open' THEN
		RAISE EXCEPTION 'мониторинг % не открыт: его состояние — %', round_id,
			CASE state WHEN 'draft' THEN 'черновик (draft)' ELSE 'закрыт (closed)' END
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = CASE state
						WHEN 'draft' THEN format('Укажите приказ (legal_act_id) и откройте мониторинг: UPDATE %I.round SET state = ''open'' …', region)
						ELSE 'Ответы закрытого мониторинга не меняются. Проверьте номер мониторинга.' END;
	END IF;
END
$function$;
COMMENT ON FUNCTION import_check(text, integer, text, text) IS
'Internal: refuses an import whose region, round, content or respondent will not do.';
