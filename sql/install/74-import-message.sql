-- What import_issue says: a reason and a hint for each problem, in the words of the data centre's staff.

CREATE FUNCTION import_message(problem text, raw text, detail text, OUT reason text, OUT hint text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT format(t.reason, v.shown, detail),
		   CASE WHEN t.hint_with_detail IS NOT NULL AND detail <> '' THEN format(t.hint_with_detail, v.shown, detail) ELSE t.hint END
	FROM (VALUES
		('not_a_number', 'Не число: «%1$s»', 'Впишите число цифрами, например 12. Если ответа нет, оставьте ячейку пустой.', NULL),
		('percent', 'Указан процент, а нужно количество: «%1$s»', 'Впишите, сколько человек, цифрами, например 12.', NULL),
		('fraction', 'Не целое число: «%1$s»', 'Количество бывает только целым: впишите число без дробной части.', NULL),
		('negative', 'Отрицательное число: «%1$s»', 'Количество не бывает меньше нуля. Если таких нет, впишите 0.', NULL),
		('too_large', 'Слишком большое число: «%1$s»', 'Проверьте, не вписан ли в ячейку телефон, код или два числа подряд.', NULL),
		('part_larger', 'Часть больше целого: %1$s больше, чем %2$s', 'Исправьте одно из двух чисел: часть не может быть больше целого.', NULL),
		('part_larger_than_form', 'Часть больше целого вместе с ответом формы: %1$s больше, чем %2$s',
		 'Ответы разных источников хранятся рядом. Уточните, какое из двух чисел верно, и исправьте его в его источнике.', NULL),
		('not_yes_no', 'Не «да» и не «нет»: «%1$s»', 'Оставьте в ячейке одно слово, Да или Нет, без пояснений.', NULL),
		('bad_timestamp', 'Дата не читается: «%1$s»', 'Запишите дату и время так: 19.09.2023 18:07:33; достаточно и одной даты.', NULL),
		('two_values', 'Разные значения в столбцах об одном и том же: «%1$s»', 'Об этом в файле говорят несколько столбцов. Оставьте верное значение в одном из них.', NULL),
		('ragged', 'В строке значений больше, чем заголовков: «%1$s»',
		 'Лишние значения стоят правее последнего заголовка. Чаще всего разделитель внутри ответа остался без кавычек: сохраните файл заново из исходной таблицы.',
		 'Лишние значения стоят правее последнего заголовка (столбец %2$s). Чаще всего разделитель внутри ответа остался без кавычек: сохраните файл заново из исходной таблицы.'),
		('no_school', 'Школа не указана', 'Впишите код школы или её название, как в справочнике школ (таблица school).', NULL),
		('unknown_code', 'Школа не найдена по коду: «%1$s»', 'Проверьте код: он должен быть таким, как в справочнике школ (таблица school).',
		 'Проверьте код по справочнику школ (таблица school). Похожие: %2$s.'),
		('unknown_school', 'Школа не найдена: «%1$s»', 'Проверьте название и муниципалитет по справочнику школ (таблица school) или впишите код школы.',
		 'Проверьте название по справочнику школ (таблица school) или впишите код школы. Похожие: %2$s.'),
		('ambiguous_school', 'Школ с таким названием несколько: «%1$s»', 'Впишите код школы или её муниципалитет.',
		 'Впишите код школы или её муниципалитет. Подходят: %2$s.'),
		('code_and_name', 'Код и название указывают на разные школы: «%1$s»', 'Исправьте код или название школы.',
		 'Исправьте код или название. По коду это %2$s.'),
		('code_ignored', 'Школа не найдена по коду: «%1$s»; определена по названию', 'Проверьте код по справочнику школ (таблица school).',
		 'Проверьте код. По названию это %2$s.'),
		('not_in_round', 'Школа не входит в мониторинг: «%1$s»', 'На день состава мониторинга школа не работала: проверьте даты открытия и закрытия в справочнике (school.opened_on, school.closed_on).',
		 'Школа не работала на день состава мониторинга: %2$s. Проверьте код и название, а если они верны — даты открытия и закрытия (school.opened_on, school.closed_on).'),
		('no_municipality', 'Муниципалитет не указан', 'Впишите название муниципалитета, как в справочнике (таблица municipality).', NULL),
		('unknown_municipality', 'Муниципалитет не найден: «%1$s»', 'Впишите название или код ОКТМО, как в справочнике (таблица municipality).', NULL),
		('unknown_header', 'Неизвестный заголовок: «%1$s»', 'Столбец не прочитан. Если это вопрос формы, добавьте заголовок в таблицу form_header и загрузите файл ещё раз.', NULL),
		('other_form', 'Вопрос из другой формы: «%1$s»', 'Столбец не прочитан: школы и муниципалитеты отвечают на разные формы.', NULL),
		('document_alone', 'Столбец документов, левее которого нет вопроса: «%1$s»',
		 'Столбец не прочитан. Поставьте его правее вопроса, ответ на который подтверждают документы, или назовите вопрос в таблице form_header: поле document:код_вопроса.', NULL),
		('document_unknown', 'Столбец документов к вопросу, которого нет в этом мониторинге: «%1$s»',
		 'Столбец не прочитан. Исправьте код вопроса в таблице form_header: поле document:код_вопроса.',
		 'Столбец не прочитан. Вопроса с кодом «%2$s» нет среди вопросов этого мониторинга (таблица question). Исправьте поле document:код_вопроса в таблице form_header.'),
		('document_other_form', 'Столбец документов к вопросу из другой формы: «%1$s»',
		 'Столбец не прочитан: школы и муниципалитеты отвечают на разные формы. Назовите в таблице form_header вопрос этой формы: поле document:код_вопроса.',
		 'Столбец не прочитан: вопрос с кодом «%2$s» задают в другой форме. Назовите в таблице form_header вопрос этой формы: поле document:код_вопроса.'),
		('no_link', 'Нет ссылки на документ: «%1$s»',
		 'Вставьте ссылку целиком, вместе с http:// или https://, и загрузите файл ещё раз. Несколько ссылок разделите запятой, пробелом или новой строкой. Если документа нет, оставьте ячейку пустой.', NULL),
		('long_link', 'Слишком длинная ссылка на документ: «%1$s»',
		 'Ссылка не загружена. Скопируйте короткую ссылку на тот же документ и загрузите файл ещё раз.', NULL),
		('no_header', 'Столбец без заголовка', 'Столбец не прочитан. Если в нём ответы на вопрос, впишите формулировку вопроса в первую строку и загрузите файл ещё раз.', NULL)
	) AS t(problem, reason, hint, hint_with_detail)
	CROSS JOIN (SELECT CASE WHEN length(shnor.form_clean(raw)) > 200 THEN left(shnor.form_clean(raw), 200) || '…'
						   ELSE coalesce(shnor.form_clean(raw), '') END AS shown) v
	WHERE t.problem = import_message.problem
	UNION ALL
	-- a rule of validation_rule brings its own words
	SELECT split_part(detail, E'\x1f', 1), split_part(detail, E'\x1f', 2) WHERE problem IN ('rule', 'rule_warning')
$function$;
COMMENT ON FUNCTION import_message(text, text, text) IS
'Internal: reason and hint of an issue of an import, in Russian. raw is the value as it stands in the file, detail what the hint names (schools that are alike, the whole of a part).';

CREATE FUNCTION import_note(region text, import_id bigint, respondent text, content text, columns jsonb, readings jsonb, cells jsonb)
RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	warnings	integer;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	-- columns of the file that nobody reads
	INSERT INTO import_issue (import_id, line, column_no, header, reason, hint, severity)
	SELECT import_note.import_id, (columns ->> 'line')::integer, w.column_no, w.header, m.reason, m.hint, 'warning'
	FROM shnor.import_unread_columns(content, columns, import_note.respondent) w
	CROSS JOIN LATERAL shnor.import_message(w.problem, w.header, w.detail) m
	ORDER BY w.column_no;

	INSERT INTO import_issue (import_id, line, column_no, header, question, raw_value, row_values, reason, hint, severity)
	SELECT import_note.import_id, i.line, i.column_no, i.header, i.question, i.raw_value, i.row_values, m.reason, m.hint,
		   CASE WHEN i.warns THEN 'warning' ELSE 'refused' END
	FROM (SELECT r.line, i.column_no, i.header, i.question, i.raw_value, r.row_values, i.problem, i.detail, i.warns
		  FROM jsonb_to_recordset(readings) AS r(line integer, row_values text[], issues jsonb)
		  CROSS JOIN LATERAL jsonb_to_recordset(r.issues)
			AS i(column_no integer, header text, question text, raw_value text, problem text, detail text, warns boolean)
		  UNION ALL
		  SELECT c.line, c.column_no, c.header, c.question, c.raw_value, NULL, c.problem, NULL, true
		  FROM jsonb_to_recordset(cells) AS c(line integer, column_no integer, header text, question text, raw_value text, problem text)
		  WHERE c.problem IS NOT NULL) i
	CROSS JOIN LATERAL shnor.import_message(i.problem, i.raw_value, i.detail) m
	ORDER BY i.line, i.column_no;

	SELECT count(*) INTO warnings
	FROM import_issue w WHERE w.import_id = import_note.import_id AND w.severity = 'warning';
	RETURN warnings;
END
$function$;
COMMENT ON FUNCTION import_note(text, bigint, text, text, jsonb, jsonb, jsonb) IS
'Internal: writes the issues of an import into import_issue (columns not read, cells that import_rows() and import_document_cells() complain of) and returns how many of them are warnings.';
