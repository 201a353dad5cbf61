-- Tables as of a moment. The functions belong to the region. Their bodies are parsed when they are made (BEGIN ATOMIC):
-- they hold tables and columns by identity, so that neither a search_path nor a new name of the schema matters,
-- and give whole rows, so that columns added later come along.

CREATE FUNCTION region_history_as_of(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t record;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- answers: the version that stood. One per respondent, also where who waited for another recorded before him.
	FOR t IN
		SELECT v.* FROM (VALUES
			('answers_as_of', 'submission', 'school_id', 'Ответы организаций на мониторинг, какими они были в момент moment.'),
			('municipal_answers_as_of', 'municipal_submission', 'municipality_id', 'Ответы муниципалитетов о себе на мониторинг, какими они были в момент moment.'),
			('source_answers_as_of', 'source_answer', 'school_id, municipality_id, question, data_source', 'Ответы других источников на мониторинг, какими они были в момент moment.')
		) AS v(name, answers, key, comment)
	LOOP
		EXECUTE format($sql$
			CREATE OR REPLACE FUNCTION %1$I(round_id integer, moment timestamptz) RETURNS SETOF %2$I
			LANGUAGE sql STABLE
			BEGIN ATOMIC
				SELECT x.version
				FROM (
					SELECT DISTINCT ON (%4$s) v.version
					FROM (
						SELECT %4$s, s.recorded_at, s AS version
						FROM %2$I s
						WHERE s.round_id = $1 AND s.recorded_at <= $2
						UNION ALL
						SELECT %4$s, s.recorded_at, jsonb_populate_record(NULL::%2$I, to_jsonb(s))
						FROM %3$I s
						WHERE s.round_id = $1 AND s.recorded_at <= $2 AND $2 < s.replaced_at
					) AS v
					ORDER BY %4$s, v.recorded_at DESC
				) AS x;
			END$sql$, t.name, t.answers, t.answers || '_history', t.key);
		EXECUTE format('COMMENT ON FUNCTION %I(integer, timestamptz) IS %L', t.name, t.comment);
	END LOOP;

	-- The other tables: the rows of today, with what was changed after that moment undone. So a row that was there
	-- before the journal began counts as there from the beginning.
	FOR t IN
		SELECT n AS name, n || '_as_of' AS reader,
			   (SELECT format('jsonb_build_object(%s)', string_agg(format('%1$L, r.%1$I', a.attname), ', ' ORDER BY k.position))
				FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
				JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
				WHERE i.indrelid = to_regclass(format('%I.%I', region, n)) AND i.indisprimary) AS key
		FROM shnor.region_history_names() AS n
		WHERE to_regclass(format('%I.%I', region, n)) IS NOT NULL
	LOOP
		EXECUTE format($sql$
			CREATE OR REPLACE FUNCTION %1$I(moment timestamptz) RETURNS SETOF %2$I
			LANGUAGE sql STABLE
			BEGIN ATOMIC
				SELECT r FROM %2$I r
				WHERE $1 IS NOT NULL
				  AND NOT EXISTS (SELECT FROM history h WHERE h.table_name = %4$L AND h.changed_at > $1 AND h.key = %3$s)
				UNION ALL
				SELECT jsonb_populate_record(NULL::%2$I, f.old_row)
				FROM (SELECT DISTINCT ON (h.key) h.old_row
					  FROM history h
					  WHERE h.table_name = %4$L AND h.changed_at > $1
					  ORDER BY h.key, h.history_id) AS f
				WHERE f.old_row IS NOT NULL;
			END$sql$, t.reader, t.name, coalesce(t.key, 'jsonb_build_object()'), t.name);
		EXECUTE format('COMMENT ON FUNCTION %I(timestamptz) IS %L', t.reader,
					   format('Таблица %s, какой она была в момент moment.', t.name));
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_history_as_of(text) IS
'Internal: creates or replaces the functions of the schema named region that give a table as of a moment.';

CREATE FUNCTION region_history_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1400, 'history_change', $view$
	-- the journal for reading: what was changed, column by column
	SELECT h.history_id, h.changed_at, h.changed_by::text AS changed_by, h.session_by::text AS session_by, h.application, h.table_name, h.operation,
		   (SELECT string_agg(format('%s=%s', k.key, k.value), ', ' ORDER BY k.key) FROM jsonb_each_text(h.key) k) AS row_key,
		   c.key AS column_name, h.old_row ->> c.key AS old_value, h.new_row ->> c.key AS new_value, h.statement
	FROM history h
	CROSS JOIN LATERAL jsonb_object_keys(coalesce(h.new_row, h.old_row)) AS c(key)
	WHERE h.old_row -> c.key IS DISTINCT FROM h.new_row -> c.key
	  -- an empty column of a row that comes or goes says nothing
	  AND coalesce(h.old_row ->> c.key, h.new_row ->> c.key) IS NOT NULL
$view$)
$function$;
COMMENT ON FUNCTION region_history_views() IS
'Internal: the views of the history.';

CREATE FUNCTION region_history_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('history', NULL, 'Журнал изменений: кто, когда и что изменил в справочниках, статусах, определениях, порогах и прочих таблицах, кроме ответов (их прежние версии — в таблицах …_history). Ведётся сам, не правится. Строки, которые были до начала журнала, считаются бывшими всегда.'),
('history', 'history_id', 'Номер записи.'),
('history', 'table_name', 'Таблица.'),
('history', 'operation', 'Что сделано: insert — строка добавлена, update — изменена, delete — удалена.'),
('history', 'key', 'Какая строка: значения первичного ключа. У таблицы из одной строки — пусто: {}.'),
('history', 'old_row', 'Строка до изменения. Пусто: её не было.'),
('history', 'new_row', 'Строка после изменения. Пусто: её больше нет.'),
('history', 'changed_at', 'Когда записано изменение; у всех строк одной команды — один момент.'),
('history', 'changed_by', 'Кем изменено: роль базы, с правами которой сделана запись.'),
('history', 'session_by', 'Кто подключился к базе.'),
('history', 'application', 'Программа, из которой сделана запись.'),
('history', 'statement', 'Начало команды SQL, которой сделана запись: до 200 знаков.'),
('history_change', NULL, 'Журнал изменений для чтения: строка на каждый изменённый столбец.'),
('history_change', 'history_id', 'Номер записи журнала.'),
('history_change', 'changed_at', 'Когда изменено.'),
('history_change', 'changed_by', 'Кем изменено: роль базы, с правами которой сделана запись.'),
('history_change', 'session_by', 'Кто подключился к базе.'),
('history_change', 'application', 'Программа, из которой сделана запись.'),
('history_change', 'table_name', 'Таблица.'),
('history_change', 'operation', 'Что сделано: insert — строка добавлена, update — изменена, delete — удалена.'),
('history_change', 'row_key', 'Какая строка: значения первичного ключа.'),
('history_change', 'column_name', 'Столбец.'),
('history_change', 'old_value', 'Значение до изменения.'),
('history_change', 'new_value', 'Значение после изменения.'),
('history_change', 'statement', 'Начало команды SQL: до 200 знаков.'),
('keep_recorded', '()', 'Триггер: у каждой новой версии ответа — когда и кем она записана.'),
('keep_truncated', '()', 'Триггер: очистка таблицы ответов переносит их все в историю.'),
('check_recorded', '()', 'Триггер: когда и кем записан ответ, ставится само.'),
('keep_change', '()', 'Триггер: ведёт журнал изменений.'),
('check_change', '()', 'Триггер: запись журнала — от того, кто пишет, и о том, что ему разрешено менять.')
$function$;
COMMENT ON FUNCTION region_history_comments() IS
'Internal: Russian comments of the history.';
