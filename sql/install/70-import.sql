-- From a form's export to answers: header -> columns, records -> rows with their issues, rows -> verdicts, and only
-- then submissions, or answers of another source; links -> documents. Everything up to the verdicts reads only:
-- preview_form() stops there.
-- Who calls it works in a data centre: messages, reasons and hints are in Russian. The steps stand in
-- 71-import-columns.sql, 72-import-plain.sql (rows in which nothing is wrong), 72-import-rows.sql (all others), 73-import-judge.sql, 73-import-store.sql and 75-import-documents.sql,
-- what the issues say in 74-import-message.sql, what becomes of them in 74-import-note.sql.

CREATE TYPE import_row AS (
	line integer, who integer, submitted_at timestamptz, answers integer[], said jsonb, row_values text[], issues jsonb,
	refused boolean, accepted boolean, patched boolean, corrects boolean
);
COMMENT ON TYPE import_row IS
'Internal: a row of a file as it is read. answers are those of a form to the questions asked, in their order (yes is 1, no is 0); said is a JSON object of what another source says.';

CREATE TYPE import_verdict AS (
	line integer, who integer, patched boolean, submitted_at timestamptz, outcome text, stored jsonb, wins boolean, answers integer[],
	put jsonb, kept jsonb
);
COMMENT ON TYPE import_verdict IS
'Internal: what becomes of a row of a file, see import_judge().';

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
	reading	record;
	asked	text[];
BEGIN
	PERFORM shnor.import_check(region, import_form.round_id, content, import_form.respondent, import_form.data_source);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	PERFORM shnor.report_progress('import', region, 0, 3);
	PERFORM shnor.import_lock(region, import_form.round_id);

	PERFORM shnor.report_progress('import', region, 1, 3);
	SELECT * INTO reading
	FROM shnor.import_reading(region, import_form.round_id, content, import_form.respondent, import_form.data_source);
	asked := ARRAY(SELECT jsonb_array_elements_text(reading.columns -> 'asked'));
	SELECT cardinality(reading.plain) + count(*), count(*) FILTER (WHERE r.refused AND NOT r.accepted) INTO rows_read, refused
	FROM unnest(reading.readings) r;

	import_id := (reading.known ->> 'import_id')::bigint;
	IF import_id IS NULL THEN
		INSERT INTO import (round_id, respondent, source, content, content_sha256, rows_read, refused, data_source, asked, refused_lines)
		SELECT import_form.round_id, reading.columns ->> 'respondent', shnor.spreadsheet_safe(import_form.source), import_form.content,
			   encode(sha256(convert_to(import_form.content, 'UTF8')), 'hex'), rows_read, refused, import_form.data_source, asked,
			   ARRAY(SELECT r.line FROM unnest(reading.readings) r WHERE r.refused ORDER BY r.line)
		-- in REPEATABLE READ a serialization failure where another session has just loaded the file
		ON CONFLICT (round_id, respondent, data_source, content_sha256, imported_by) DO NOTHING
		RETURNING import.import_id INTO import_form.import_id;
	ELSE
		-- a journal of an older version did not say what the file was; headers may have been told since
		UPDATE import i SET data_source = import_form.data_source, asked = n.asked
		FROM (SELECT asked) AS n(asked)
		WHERE i.import_id = import_form.import_id AND (i.data_source, i.asked) IS DISTINCT FROM (import_form.data_source, n.asked);
	END IF;

	PERFORM shnor.report_progress('import', region, 2, 3);
	SELECT a.loaded, a.corrected, a.unchanged, a.warnings, a.documents
	INTO import_form.loaded, import_form.corrected, import_form.unchanged, import_form.warnings, import_form.documents
	FROM shnor.import_apply(region, import_form.import_id, reading.columns, reading.known, reading.plain, reading.readings, reading.cells,
							NULL, 'reimported', NULL) a;
	unchanged := rows_read - loaded - corrected - refused;
END
$function$;
COMMENT ON FUNCTION import_form(text, integer, text, text, text, text) IS
'Loads the CSV export of a form (content, the file as it is: comma, semicolon or tab; byte order mark, quoted newlines) into round round_id of the region in schema region, and returns one row: rows_read = loaded (first answers of a school or municipality) + corrected (replaced, or replaced by, another version; earlier versions go to submission_history) + refused (kept in import_issue with line, column, value, reason and hint; a row is refused whole) + unchanged (already stored, or older than what is stored), warnings (columns not read and the like), import_id, and documents (how many were added to the table document). source is the name of the file; respondent is school or municipality, NULL to tell it from the header. Headers are matched to question.wording and form_header, schools by code, then by name. The file itself is kept in import. The same file again (content, round, respondent and data_source) changes nothing and returns its import_id; rows that were refused and can be read by now (a school was entered, a header told) are loaded. Corrections of correct_import_row() are applied to it, rows dismissed stay out. A row without a time is as new as the first import of its file. Questions that the file does not ask keep their stored answers. Columns of documents (in form_header the field document: they prove the question nearest to their left; document:question: that question) hold http and https links, joined by commas, blanks or line breaks: each link of a row that is not refused becomes a document, once per round, respondent and question. With a data_source of the table data_source other than form the answers go to source_answer, beside those of the form: one row per respondent and question answered (an empty cell says nothing), what they replace to source_answer_history; of several rows of one respondent the latest that answers a question stands, and the others are unchanged. Two imports into one round go one after the other: the latest submitted_at stands, at the same time the later import, and the other answer is in the history. Text that a spreadsheet would take for a formula is kept with an apostrophe before it; only import.content is verbatim. Needs the rights of the region''s owner, no more. A file that cannot be read at all changes nothing (error 22P04); other errors: no such region (3F000), an unknown round, respondent or data_source, no content (22023), a round that is not open (55000).';

CREATE FUNCTION import_lock(region text, round_id integer) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	-- what is imported into one round goes one after the other
	SELECT pg_advisory_xact_lock(hashtextextended(format('shnor.import_form %s %s', region, round_id), 0))
$function$;
COMMENT ON FUNCTION import_lock(text, integer) IS
'Internal: waits until no other transaction imports into the round.';

CREATE FUNCTION import_reading(region text, round_id integer, content text, respondent text, data_source text,
							   import_id bigint DEFAULT NULL,
							   OUT columns jsonb, OUT known jsonb, OUT plain import_row[], OUT readings import_row[], OUT cells jsonb)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	answerer	text := import_reading.respondent;
	asked		text[];
	others		integer[];
BEGIN
	columns := shnor.import_columns(region, import_reading.round_id, content);
	answerer := coalesce(answerer, shnor.import_respondent(columns));
	PERFORM shnor.import_check_columns(columns, answerer);
	columns := shnor.import_document_columns(region, import_reading.round_id, columns, answerer);
	asked := ARRAY(SELECT DISTINCT c ->> 'field' FROM jsonb_array_elements(columns -> 'columns') c
				   WHERE c ->> 'respondent' = answerer ORDER BY 1);
	known := shnor.import_known(region, import_reading.round_id, content, answerer, import_reading.data_source, import_reading.import_id);
	columns := columns || jsonb_build_object('respondent', answerer, 'asked', to_jsonb(asked), 'data_source', import_reading.data_source,
											 'round_id', import_reading.round_id, 'corrections', coalesce(known -> 'corrections', '{}'));

	-- the rows in which nothing is wrong, all at once; others stays NULL where they are not told from the rest
	IF answerer = 'school' AND import_reading.data_source = 'form' THEN
		SELECT p.plain, p.others INTO plain, others
		FROM shnor.import_plain(region, import_reading.round_id, content, columns, asked,
			ARRAY(SELECT k::integer FROM jsonb_object_keys(columns -> 'corrections' || coalesce(known -> 'set_aside', '{}')) k)) p;
	END IF;
	plain := coalesce(plain, '{}');
	readings := '{}';

	-- a row that was dismissed, or settled by a later file, is not loaded by this one; one that was accepted once is not
	-- refused by what has been changed since, unless it is being corrected
	IF others IS NULL OR others <> '{}' THEN
		SELECT coalesce(array_agg(ROW(r.line, r.who, r.submitted_at, r.answers, r.said, r.row_values,
									  CASE WHEN a.accepted THEN jsonb_path_query_array(r.issues, '$[*] ? (@.warns == true)') ELSE r.issues END,
									  r.refused OR coalesce(known -> 'set_aside' ? r.line::text, false), a.accepted,
									  columns -> 'corrections' ? r.line::text, NULL)::import_row ORDER BY r.line), '{}')
		INTO readings
		FROM shnor.import_rows(region, import_reading.round_id, answerer, content, columns, asked, import_reading.data_source, others) r
		CROSS JOIN LATERAL (
			SELECT r.refused AND import_reading.import_id IS NULL AND known ? 'import_id'
				   AND NOT coalesce(known -> 'refused_lines' @> to_jsonb(r.line), false) AS accepted) a;
	END IF;
	IF cardinality(plain) + cardinality(readings) = 0 THEN
		RAISE EXCEPTION 'в файле нет строк с ответами: есть только заголовок'
			USING ERRCODE = 'bad_copy_file_format',
				  HINT = 'Выгрузите ответы формы заново и проверьте, что файл не пуст.';
	END IF;

	cells := '[]';
	IF columns -> 'columns' @> '[{"answer_type": "document"}]' THEN
		SELECT coalesce(jsonb_agg(c ORDER BY c.line, c.column_no), '[]') INTO cells
		FROM shnor.import_document_cells(content, columns) c;
	END IF;
END
$function$;
COMMENT ON FUNCTION import_reading(text, integer, text, text, text, bigint) IS
'Internal: reads a file, writing nothing: columns (those of import_document_columns(), with respondent, asked, data_source, round_id and corrections), known (what import_known() says), plain (rows in which nothing is wrong), readings (the others, those of import_rows(), with accepted: the file''s row was accepted when it was imported before and would be refused today, and patched: the row was corrected) and cells (import_document_cells()).';

CREATE FUNCTION import_known(region text, round_id integer, content text, respondent text, data_source text, import_id bigint)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	known	jsonb;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	SELECT jsonb_build_object('import_id', i.import_id, 'imported_at', i.imported_at, 'refused_lines', to_jsonb(i.refused_lines), 'source', i.source,
			   'corrections', (
				   SELECT coalesce(jsonb_object_agg(c.line, c.cells), '{}')
				   FROM (SELECT l.line, jsonb_object_agg(l.column_no, shnor.spreadsheet_raw(l.value)) AS cells
						 FROM (SELECT DISTINCT ON (c.line, c.column_no) c.* FROM import_correction c WHERE c.import_id = i.import_id
							   ORDER BY c.line, c.column_no, c.correction_id DESC) l
						 GROUP BY l.line) c),
			   'set_aside', (
				   SELECT coalesce(jsonb_object_agg(s.line, jsonb_build_object('resolution', s.resolution, 'reason', s.resolution_reason)), '{}')
				   FROM (SELECT DISTINCT ON (h.line) h.* FROM import_issue_history h
						 WHERE h.import_id = i.import_id AND h.severity = 'refused' AND h.resolution IN ('dismissed', 'superseded')
						   AND h.line = ANY (i.refused_lines)
						   AND NOT EXISTS (SELECT FROM import_issue w WHERE w.import_id = i.import_id AND w.line = h.line AND w.severity = 'refused')
						 ORDER BY h.line, h.issue_id DESC) s))
	INTO known
	FROM import i
	WHERE i.round_id = import_known.round_id AND i.respondent = import_known.respondent
	  AND i.content_sha256 = encode(sha256(convert_to(import_known.content, 'UTF8')), 'hex')
	  AND coalesce(i.data_source, import_known.data_source) = import_known.data_source
	  AND i.import_id = coalesce(import_known.import_id, i.import_id)
	ORDER BY i.data_source IS NULL, i.import_id LIMIT 1;
	RETURN coalesce(known, '{}');
END
$function$;
COMMENT ON FUNCTION import_known(text, integer, text, text, text, bigint) IS
'Internal: what is known of a file that was imported before, as JSON: import_id, imported_at, source, refused_lines (never loaded so far), corrections ({line: {column: text}}), set_aside ({line: {resolution, reason}}: refused rows that were dismissed or superseded). An empty object when it is new.';

CREATE FUNCTION import_apply(region text, import_id bigint, columns jsonb, known jsonb, plain import_row[], readings import_row[],
							 cells jsonb, lines integer[], resolution text, resolution_reason text,
							 OUT loaded integer, OUT corrected integer, OUT unchanged integer, OUT warnings integer, OUT documents integer,
							 OUT judged import_verdict[])
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	answerer	text := columns ->> 'respondent';
	source_code	text := columns ->> 'data_source';
	round_no	integer := (columns ->> 'round_id')::integer;
	asked		text[] := ARRAY(SELECT jsonb_array_elements_text(columns -> 'asked'));
	given		import_row[] := plain || readings;
	file		record;
	counts		record;
	origin		text;
	overtaken	integer[];
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	SELECT i.source, i.content, i.refused_lines INTO file FROM import i WHERE i.import_id = import_apply.import_id;

	-- an answer that is being changed otherwise is waited for, and compared as it stands then
	PERFORM shnor.import_lock_answers(region, round_no, answerer, given, source_code);
	judged := shnor.import_judge(region, round_no, answerer, given, asked, source_code, (known ->> 'imported_at')::timestamptz);

	IF source_code = 'form' THEN
		origin := coalesce(file.source, 'форма');
		overtaken := shnor.import_store(region, round_no, answerer, judged, asked, origin);
	ELSE
		origin := coalesce(file.source, (SELECT shnor.spreadsheet_safe(d.title) FROM data_source d WHERE d.data_source = source_code));
		overtaken := shnor.import_store_source(region, round_no, answerer, judged, source_code, origin);
	END IF;
	documents := CASE WHEN cells = '[]' THEN 0 ELSE shnor.import_store_documents(region, round_no, answerer, given, cells, origin) END;

	-- somebody else stored a later answer since this one was judged
	IF overtaken <> '{}' THEN
		SELECT array_agg(ROW(v.line, v.who, v.patched, v.submitted_at,
							 CASE WHEN v.outcome = 'loaded' AND v.line = ANY (overtaken) THEN 'corrected' ELSE v.outcome END,
							 v.stored, v.wins, v.answers, v.put, v.kept)::import_verdict ORDER BY v.line)
		INTO judged FROM unnest(judged) v;
	END IF;
	-- the journal counts a row once: when it is first accepted
	WITH verdict AS (
		SELECT j.outcome, j.line, known = '{}' OR j.line = ANY (file.refused_lines) AS accepted FROM unnest(judged) j
	)
	SELECT count(*) FILTER (WHERE v.outcome = 'loaded') AS all_loaded, count(*) FILTER (WHERE v.outcome = 'corrected') AS all_corrected,
		   count(*) FILTER (WHERE v.outcome = 'unchanged') AS all_unchanged,
		   count(*) FILTER (WHERE v.accepted AND v.outcome = 'loaded') AS loaded,
		   count(*) FILTER (WHERE v.accepted AND v.outcome = 'corrected') AS corrected,
		   count(*) FILTER (WHERE v.accepted AND v.outcome = 'unchanged') AS unchanged,
		   coalesce(array_agg(v.line) FILTER (WHERE v.accepted AND v.line = ANY (file.refused_lines)), '{}') AS lines
	INTO counts FROM verdict v;
	loaded := counts.all_loaded;
	corrected := counts.all_corrected;
	unchanged := counts.all_unchanged;

	PERFORM shnor.import_note(region, import_apply.import_id, file.content, columns, plain, readings, cells, known, lines, resolution, resolution_reason);
	PERFORM shnor.import_supersede(region, import_apply.import_id, columns, judged);
	SELECT count(*) INTO warnings FROM import_issue w WHERE w.import_id = import_apply.import_id AND w.severity = 'warning';

	UPDATE import i
	SET loaded = i.loaded + counts.loaded, corrected = i.corrected + counts.corrected, unchanged = i.unchanged + counts.unchanged,
		refused = i.refused - cardinality(counts.lines),
		refused_lines = ARRAY(SELECT l FROM unnest(i.refused_lines) AS l WHERE l <> ALL (counts.lines) ORDER BY l)
	WHERE i.import_id = import_apply.import_id AND counts.loaded + counts.corrected + counts.unchanged > 0;
END
$function$;
COMMENT ON FUNCTION import_apply(text, bigint, jsonb, jsonb, import_row[], import_row[], jsonb, integer[], text, text) IS
'Internal: judges plain rows and readings and stores what follows: answers, documents, issues, the counts of the import. lines are those whose issues are looked at (NULL: all), resolution and resolution_reason what becomes of issues that are no longer found.';

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
