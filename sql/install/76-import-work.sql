-- The work on rows that an import refused: correct_import_row() and dismiss_import_row().

CREATE FUNCTION import_correct_check(region text, import_id bigint, line integer, reason text,
									 OUT round_id integer, OUT respondent text, OUT content text, OUT data_source text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM shnor.region_check(region);
	EXECUTE format('SELECT i.round_id, i.respondent, i.content, i.data_source FROM %I.import i WHERE i.import_id = $1', region)
	INTO round_id, respondent, content, data_source USING import_correct_check.import_id;
	IF round_id IS NULL THEN
		RAISE EXCEPTION 'в регионе «%» нет загрузки с номером %', region, coalesce(import_correct_check.import_id::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value', HINT = format('Загрузки перечислены в таблице %I.import.', region);
	ELSIF line IS NULL THEN
		RAISE EXCEPTION 'не указана строка файла'
			USING ERRCODE = 'invalid_parameter_value', HINT = format('Номера строк с замечаниями — в столбце line таблицы %I.import_issue.', region);
	ELSIF coalesce(reason, '') !~ '[^[:space:]]' THEN
		RAISE EXCEPTION 'не указана причина'
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Напишите, почему так: это останется в журнале, например «исправлено по телефону с директором».';
	END IF;
END
$function$;
COMMENT ON FUNCTION import_correct_check(text, bigint, integer, text) IS
'Internal: the import that a correction or dismissal is about; refuses one that is not there, no line and no reason.';

CREATE FUNCTION import_correction_columns(columns jsonb, corrections jsonb, width integer, OUT column_no integer, OUT cell text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	given	record;
	matches	integer[];
	names	text := (SELECT string_agg(format('%s — «%s»', c ->> 'column_no', left(shnor.form_clean(c ->> 'header'), 60)), ', ' ORDER BY (c ->> 'column_no')::integer)
					 FROM jsonb_array_elements(columns -> 'columns') c WHERE shnor.form_clean(c ->> 'header') <> '');
	seen	integer[] := '{}';
BEGIN
	IF corrections IS NULL OR jsonb_typeof(corrections) <> 'object' THEN
		RAISE EXCEPTION 'исправления не названы'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Назовите столбцы и новые значения: {"teachers": "12", "Код ОО": "37-01"}. Столбец называют номером, заголовком или кодом вопроса.';
	END IF;
	FOR given IN SELECT e.key, e.value FROM jsonb_each(corrections) e ORDER BY e.key LOOP
		IF jsonb_typeof(given.value) IN ('object', 'array') THEN
			RAISE EXCEPTION 'значение столбца «%» — не текст', given.key
				USING ERRCODE = 'invalid_parameter_value', HINT = 'Значение — это текст ячейки в кавычках, число, true, false или null (пустая ячейка).';
		END IF;
		SELECT array_agg(m.column_no ORDER BY m.column_no) INTO matches
		FROM (SELECT c.column_no, rank() OVER (ORDER BY CASE WHEN shnor.form_normalize(c.header) = shnor.form_normalize(given.key) THEN 1 ELSE 2 END) AS place
			  FROM jsonb_to_recordset(columns -> 'columns') AS c(column_no integer, header text, field text)
			  WHERE given.key !~ '^[0-9]+$' AND (shnor.form_normalize(c.header) = shnor.form_normalize(given.key) OR c.field = given.key)) m
		WHERE m.place = 1;
		IF given.key ~ '^[0-9]{1,5}$' AND given.key::integer BETWEEN 1 AND width THEN
			matches := ARRAY[given.key::integer];
		END IF;
		IF matches IS NULL THEN
			RAISE EXCEPTION 'в файле нет столбца «%»', given.key
				USING ERRCODE = 'invalid_parameter_value', HINT = format('Столбец называют номером, заголовком или кодом вопроса. В файле: %s.', left(names, 1000));
		ELSIF cardinality(matches) > 1 THEN
			RAISE EXCEPTION 'столбцов «%» в файле несколько: %', given.key, array_to_string(matches, ', ')
				USING ERRCODE = 'invalid_parameter_value', HINT = 'Назовите столбец номером.';
		ELSIF matches <@ seen THEN
			RAISE EXCEPTION 'столбец % назван дважды', matches[1]
				USING ERRCODE = 'invalid_parameter_value', HINT = 'Назовите каждый столбец один раз: номером, заголовком или кодом вопроса.';
		END IF;
		seen := seen || matches;
		column_no := matches[1];
		cell := nullif(given.value #>> '{}', '');
		RETURN NEXT;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION import_correction_columns(jsonb, jsonb, integer) IS
'Internal: the columns that corrections name (by number, header or question code) and the new text of their cells; refuses what names no column, several, or one twice.';

CREATE FUNCTION correct_import_row(region text, import_id bigint, line integer, corrections jsonb, reason text,
								   OUT outcome text, OUT school_id integer, OUT municipality_id integer, OUT documents integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	file		record;
	before		record;
	reading		record;
	record_now	text[];
	own			jsonb;
	changed		integer;
	found		record;
BEGIN
	file := shnor.import_correct_check(region, import_id, line, reason);
	IF file.data_source IS NULL THEN
		RAISE EXCEPTION 'загрузка % сделана прежней версией: неизвестно, из какого источника её файл', import_id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Загрузите этот файл ещё раз функцией shnor.import_form(): изменится только это.';
	END IF;
	PERFORM shnor.import_check(region, file.round_id, file.content, file.respondent, file.data_source);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	PERFORM shnor.import_lock(region, file.round_id);

	SELECT * INTO before
	FROM shnor.import_reading(region, file.round_id, file.content, file.respondent, file.data_source, correct_import_row.import_id);
	SELECT r.fields INTO record_now FROM shnor.import_records(file.content, before.columns) r WHERE r.line = correct_import_row.line;
	IF record_now IS NULL THEN
		RAISE EXCEPTION 'в файле загрузки % нет записи, которая начинается в строке %', import_id, line
			USING ERRCODE = 'invalid_parameter_value', HINT = format('Номера строк с замечаниями — в столбце line таблицы %I.import_issue.', region);
	ELSIF before.known -> 'set_aside' -> line::text ->> 'resolution' = 'superseded' THEN
		RAISE EXCEPTION 'исправлять нечего: %', before.known -> 'set_aside' -> line::text ->> 'reason'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Исправьте ответ там, где он загружен.';
	ELSIF NOT before.known -> 'refused_lines' @> to_jsonb(line) AND NOT before.columns -> 'corrections' ? line::text
		AND NOT EXISTS (SELECT FROM import_issue w WHERE w.import_id = correct_import_row.import_id AND w.line = correct_import_row.line) THEN
		RAISE EXCEPTION 'строка % загружена без замечаний', line
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = 'Исправить можно отклонённую строку или строку с замечанием. Другой ответ загрузите файлом с этой строкой.';
	END IF;

	INSERT INTO import_correction (import_id, line, column_no, value_before, value, reason)
	SELECT correct_import_row.import_id, correct_import_row.line, c.column_no, shnor.spreadsheet_safe(record_now[c.column_no]),
		   shnor.spreadsheet_safe(c.cell), shnor.spreadsheet_safe(correct_import_row.reason)
	FROM shnor.import_correction_columns(before.columns, corrections,
			greatest(cardinality(record_now), jsonb_array_length(before.columns -> 'columns'))) c
	WHERE coalesce(record_now[c.column_no], '') <> coalesce(c.cell, '')
	ORDER BY c.column_no;
	GET DIAGNOSTICS changed = ROW_COUNT;

	-- read as the file's own record would be
	SELECT * INTO reading
	FROM shnor.import_reading(region, file.round_id, file.content, file.respondent, file.data_source, correct_import_row.import_id);
	reading.known := reading.known #- ARRAY['set_aside', line::text];
	SELECT string_agg(i.reason, '; ') AS reasons, (array_agg(i.hint))[1] AS hint INTO found
	FROM shnor.import_issues(file.content, reading.columns, reading.readings, reading.cells) i
	WHERE i.line = correct_import_row.line AND i.severity = 'refused';
	IF found.reasons IS NOT NULL THEN
		RAISE EXCEPTION 'строка % не читается и с исправлениями: %', line, found.reasons
			USING ERRCODE = 'data_exception', DETAIL = 'Ничего не изменено.', HINT = found.hint;
	END IF;
	own := (SELECT r FROM jsonb_array_elements(reading.readings) r WHERE r ->> 'line' = line::text);
	IF own IS NULL THEN
		RAISE EXCEPTION 'с исправлениями строка % пуста', line
			USING ERRCODE = 'data_exception', DETAIL = 'Ничего не изменено.',
				  HINT = format('Если эта строка не нужна, снимите её: SELECT shnor.dismiss_import_row(%L, %s, %s, ''причина'');', region, import_id, line);
	ELSIF NOT before.known -> 'refused_lines' @> to_jsonb(line)
		AND (SELECT r -> 'who' FROM jsonb_array_elements(before.readings) r WHERE r ->> 'line' = line::text) <> own -> 'who' THEN
		RAISE EXCEPTION 'строка % загружена как ответ другой организации', line
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = 'Ничего не изменено.',
				  HINT = 'Исправить можно ответы этой организации, но не то, чьи они. Её ответ удалите, а верный загрузите отдельным файлом.';
	END IF;

	-- beside the other rows of the same respondent; what else of the file could be loaded by now is left alone
	reading.readings := (
		SELECT jsonb_agg(CASE WHEN r ->> 'line' = line::text THEN r || jsonb_build_object('refused', false, 'corrects', changed > 0) ELSE r END ORDER BY (r ->> 'line')::integer)
		FROM jsonb_array_elements(reading.readings) r
		WHERE r ->> 'line' = line::text
		   OR r -> 'who' = own -> 'who' AND NOT (r ->> 'refused')::boolean AND NOT before.known -> 'refused_lines' @> (r -> 'line'));
	SELECT j.outcome, a.documents INTO outcome, documents
	FROM shnor.import_apply(region, correct_import_row.import_id, reading.columns, reading.known, reading.readings, reading.cells,
							ARRAY[line], CASE WHEN changed > 0 OR reading.columns -> 'corrections' ? line::text THEN 'corrected' ELSE 'reimported' END,
							shnor.spreadsheet_safe(correct_import_row.reason)) a
	CROSS JOIN LATERAL jsonb_to_recordset(a.judged) AS j(line integer, outcome text)
	WHERE j.line = correct_import_row.line;
	school_id := CASE file.respondent WHEN 'school' THEN (own ->> 'who')::integer END;
	municipality_id := CASE file.respondent WHEN 'municipality' THEN (own ->> 'who')::integer END;
END
$function$;
COMMENT ON FUNCTION correct_import_row(text, bigint, integer, jsonb, text) IS
'Corrects a row that an import refused, or accepted with a warning: corrections is a JSON object that names columns by number, header or question code and gives the new text of their cells (null: empty), reason is kept. The record is read as the file''s own would be and stored beside the other rows of its school or municipality; the source of the answers says that the row was corrected. Its issues move to import_issue_history (corrected), the corrections to import_correction; the file stays verbatim and is read with them when it is imported again. An empty object reads the row once more as it is, after the directory has been put right. Returns the outcome (loaded, corrected or unchanged, as in import_form), whose answer it is, and how many documents were added. Errors, which change nothing: the row still cannot be read (22000, the message says why), no such import, line or column, no reason (22023), a round that is not open, a row without issues, one that a later file has settled (55000).';

CREATE FUNCTION dismiss_import_row(region text, import_id bigint, line integer, reason text) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	file	record;
	moved	integer;
BEGIN
	file := shnor.import_correct_check(region, import_id, line, reason);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	PERFORM shnor.import_lock(region, file.round_id);

	SELECT shnor.import_settle(region, array_agg(w.issue_id), array_agg(shnor.spreadsheet_safe(dismiss_import_row.reason)), 'dismissed')
	INTO moved
	FROM import_issue w
	WHERE w.import_id = dismiss_import_row.import_id AND w.line = dismiss_import_row.line;
	IF moved = 0 THEN
		RAISE EXCEPTION 'у строки % загрузки % нет открытых замечаний', line, import_id
			USING ERRCODE = 'invalid_parameter_value', HINT = format('Открытые замечания — в таблице %1$I.import_issue, прежние — в %1$I.import_issue_history.', region);
	END IF;
	RETURN moved;
END
$function$;
COMMENT ON FUNCTION dismiss_import_row(text, bigint, integer, text) IS
'Moves the issues of a line of an import to import_issue_history (dismissed, with the reason) and returns how many. A refused row that is dismissed is not loaded when its file is imported again; correct_import_row() still can. The header''s line dismisses the warnings of columns. Errors: no such import, no open issues, no reason (22023).';
