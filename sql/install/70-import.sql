-- From a form's export to answers: header -> columns, records -> rows with their issues, rows -> submissions,
-- or answers of another source; links -> documents.
-- Who calls it works in a data centre: messages, reasons and hints are in Russian. The steps stand in
-- 71-import-columns.sql, 72-import-rows.sql, 73-import-store.sql and 75-import-documents.sql, what the issues say
-- in 74-import-message.sql.

CREATE FUNCTION import_form(
	region text, round_id integer, content text, source text DEFAULT NULL, respondent text DEFAULT NULL,
	data_source text DEFAULT 'form',
	OUT rows_read integer, OUT loaded integer, OUT corrected integer, OUT refused integer, OUT unchanged integer,
	OUT warnings integer, OUT import_id bigint, OUT documents integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	columns		jsonb;
	answerer	text := import_form.respondent;
	asked		text[];
	readings	jsonb;
	cells		jsonb;
	origin		text;
BEGIN
	PERFORM shnor.import_check(region, import_form.round_id, content, answerer, import_form.data_source);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	-- two imports into one round go one after the other
	PERFORM pg_advisory_xact_lock(hashtextextended(format('shnor.import_form %s %s', region, import_form.round_id), 0));

	columns := shnor.import_columns(region, import_form.round_id, content);
	answerer := coalesce(answerer, shnor.import_respondent(columns));
	PERFORM shnor.import_check_columns(columns, answerer);
	columns := shnor.import_document_columns(region, import_form.round_id, columns, answerer);
	asked := ARRAY(SELECT DISTINCT c ->> 'field' FROM jsonb_array_elements(columns -> 'columns') c
				   WHERE c ->> 'respondent' = answerer ORDER BY 1);

	SELECT jsonb_agg(r ORDER BY r.line), count(*), count(*) FILTER (WHERE r.refused)
	INTO readings, rows_read, refused
	FROM shnor.import_rows(region, import_form.round_id, answerer, content, columns, asked, import_form.data_source) r;
	IF rows_read = 0 THEN
		RAISE EXCEPTION 'в файле нет строк с ответами: есть только заголовок'
			USING ERRCODE = 'bad_copy_file_format',
				  HINT = 'Выгрузите ответы формы заново и проверьте, что файл не пуст.';
	END IF;
	SELECT coalesce(jsonb_agg(c ORDER BY c.line, c.column_no), '[]') INTO cells
	FROM shnor.import_document_cells(content, columns) c;

	INSERT INTO import (round_id, respondent, source, content, content_sha256)
	VALUES (import_form.round_id, answerer, import_form.source, import_form.content,
			encode(sha256(convert_to(import_form.content, 'UTF8')), 'hex'))
	RETURNING import_id INTO import_form.import_id;

	warnings := shnor.import_note(region, import_form.import_id, answerer, content, columns, readings, cells);

	IF import_form.data_source = 'form' THEN
		origin := coalesce(import_form.source, 'форма');
		SELECT s.loaded, s.corrected, s.unchanged
		INTO import_form.loaded, import_form.corrected, import_form.unchanged
		FROM shnor.import_store(region, import_form.round_id, answerer, readings, asked, origin) s;
	ELSE
		origin := coalesce(import_form.source, (SELECT d.title FROM data_source d WHERE d.data_source = import_form.data_source));
		SELECT s.loaded, s.corrected, s.unchanged
		INTO import_form.loaded, import_form.corrected, import_form.unchanged
		FROM shnor.import_store_source(region, import_form.round_id, answerer, readings, asked, import_form.data_source, origin) s;
	END IF;
	documents := shnor.import_store_documents(region, import_form.round_id, answerer, readings, cells, origin);

	UPDATE import i
	SET rows_read = import_form.rows_read, loaded = import_form.loaded, corrected = import_form.corrected,
		refused = import_form.refused, unchanged = import_form.unchanged
	WHERE i.import_id = import_form.import_id;
END
$function$;
COMMENT ON FUNCTION import_form(text, integer, text, text, text, text) IS
'Loads the CSV export of a form (content, the file as it is: comma, semicolon or tab; byte order mark, quoted newlines) into round round_id of the region in schema region, and returns one row: rows_read = loaded (first answers of a school or municipality) + corrected (replaced, or replaced by, another version; earlier versions go to submission_history) + refused (kept in import_issue with line, column, value, reason and hint; a row is refused whole) + unchanged (already stored, or older than what is stored), warnings (columns not read and the like), import_id, and documents (how many were added to the table document). source is the name of the file; respondent is school or municipality, NULL to tell it from the header. Headers are matched to question.wording and form_header, schools by code, then by name. The file itself is kept in import. Importing a file again changes nothing. Questions that the file does not ask keep their stored answers. Columns of documents (in form_header the field document: they prove the question nearest to their left; document:question: that question) hold http and https links, joined by commas, blanks or line breaks: each link of a row that is not refused becomes a document, once per round, respondent and question. With a data_source of the table data_source other than form the answers go to source_answer, beside those of the form: one row per respondent and question answered (an empty cell says nothing), what they replace to source_answer_history; of several rows of one respondent the latest that answers a question stands, and the others are unchanged. Needs the rights of the region''s owner, no more. A file that cannot be read at all changes nothing (error 22P04); other errors: no such region (3F000), an unknown round, respondent or data_source, no content (22023), a round that is not open (55000).';

CREATE FUNCTION import_check(region text, round_id integer, content text, respondent text, data_source text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	state	text;
	sources	text[];
BEGIN
	PERFORM shnor.region_check(region);
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
	EXECUTE format('SELECT array_agg(d.data_source ORDER BY d.data_source) FROM %I.data_source d', region) INTO sources;
	IF data_source IS NULL OR data_source <> 'form' AND data_source <> ALL (coalesce(sources, '{}')) THEN
		RAISE EXCEPTION 'неизвестный источник ответов: «%»', coalesce(data_source, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Источники перечислены в таблице %I.data_source: %s. Новый источник сначала добавьте в неё.',
								region, array_to_string(sources, ', '));
	END IF;

	state := shnor.region_round(region, round_id);
	IF state <> 'open' THEN
		RAISE EXCEPTION 'мониторинг % не открыт: его состояние — %', round_id,
			CASE state WHEN 'draft' THEN 'черновик (draft)' ELSE 'закрыт (closed)' END
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = CASE state
						WHEN 'draft' THEN format('Укажите приказ (legal_act_id) и откройте мониторинг: UPDATE %I.round SET state = ''open'' …', region)
						ELSE 'Ответы закрытого мониторинга не меняются. Проверьте номер мониторинга.' END;
	END IF;
END
$function$;
COMMENT ON FUNCTION import_check(text, integer, text, text, text) IS
'Internal: refuses an import whose region, round, content, respondent or source of answers will not do.';
