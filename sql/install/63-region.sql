-- Creating a region and bringing it to the installed version. Everything made here belongs to the caller.

-- a region is made by an ordinary role: it needs CREATE on the database and nothing else
GRANT USAGE ON SCHEMA shnor TO PUBLIC;

CREATE FUNCTION create_region(name text, title text DEFAULT NULL, time_zone text DEFAULT 'Europe/Moscow')
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF name IS NULL OR name = '' THEN
		RAISE EXCEPTION 'name of a region must not be empty'
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF octet_length(name) > 63 THEN
		RAISE EXCEPTION 'name of a region is too long: "%"', name
			USING ERRCODE = 'name_too_long',
				  DETAIL = format('It takes %s bytes, and an identifier holds at most 63.', octet_length(name));
	ELSIF starts_with(name, 'pg_') THEN
		RAISE EXCEPTION 'unacceptable name of a region: "%"', name
			USING ERRCODE = 'reserved_name',
				  DETAIL = 'The prefix "pg_" is reserved for system schemas.';
	ELSIF EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = create_region.name) THEN
		RAISE EXCEPTION 'schema "%" already exists', name
			USING ERRCODE = 'duplicate_schema',
				  HINT = 'Choose another name, or bring an existing region to the installed version with shnor.upgrade_region().';
	END IF;

	BEGIN
		PERFORM now() AT TIME ZONE time_zone;
	EXCEPTION WHEN invalid_parameter_value THEN
		time_zone := NULL;
	END;
	IF time_zone IS NULL THEN
		RAISE EXCEPTION 'time zone of region "%" is not known', name
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Names of time zones are in pg_timezone_names, for example Europe/Moscow.';
	END IF;

	EXECUTE format('CREATE SCHEMA %I', name);
	EXECUTE format('COMMENT ON SCHEMA %I IS %L', name,
				   'Мониторинг системы работы со ШНОР и ШНСУ: ' || coalesce(title, name));
	PERFORM shnor.region_tables(name);
	PERFORM shnor.region_round_tables(name);
	PERFORM shnor.region_source_tables(name);
	PERFORM shnor.region_evidence_tables(name);
	PERFORM shnor.region_obligation_tables(name);
	PERFORM shnor.region_identification_tables(name);
	PERFORM shnor.region_effectiveness_tables(name);
	PERFORM shnor.region_seed(name, coalesce(title, name), time_zone);
	PERFORM shnor.region_source_seed(name);
	PERFORM shnor.region_obligation_seed(name);
	PERFORM shnor.region_identification_seed(name);
	PERFORM shnor.region_effectiveness_seed(name);
	-- last: what they refuse to change must stand first
	PERFORM shnor.region_round_triggers(name);
	PERFORM shnor.region_lock_triggers(name);
	PERFORM shnor.region_publication_tables(name);
	PERFORM shnor.upgrade_region(name);
	RETURN name;
END
$function$;
COMMENT ON FUNCTION create_region(text, text, text) IS
'Creates schema name with the tables, the eighteen indicators and questions of clauses 1.2.1-1.2.6, and the views of a region, and returns its name. All objects are ordinary ones that the caller owns; none is a member of the extension. title is shown in reports (default: the name); time_zone is that of timestamps in forms and of due days. Needs CREATE on the database. Errors: an existing schema (42P06), an empty, reserved or too long name, an unknown time zone.';

CREATE FUNCTION region_check(region text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF region IS NULL OR to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.import_issue', region)) IS NULL
		OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'схема «%» не является регионом', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Регион создаёт функция shnor.create_region(). Проверьте имя и базу данных.';
	END IF;
END
$function$;
COMMENT ON FUNCTION region_check(text) IS
'Internal: refuses a schema that is not a region (3F000).';

-- all views of a region, each after those that it reads: answers -> tally -> share -> score -> report
CREATE FUNCTION region_view_definitions(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	RETURN QUERY
	SELECT d.step, d.view_name, d.definition
	FROM (SELECT * FROM shnor.region_base_views()
		  UNION ALL SELECT * FROM shnor.region_round_views()
		  UNION ALL SELECT * FROM shnor.region_source_views()
		  UNION ALL SELECT * FROM shnor.region_evidence_views()
		  UNION ALL SELECT * FROM shnor.region_obligation_views()
		  UNION ALL SELECT * FROM shnor.region_identification_views()
		  UNION ALL SELECT * FROM shnor.region_change_views()
		  UNION ALL SELECT * FROM shnor.region_competence_views()
		  UNION ALL SELECT * FROM shnor.region_effectiveness_views()
		  UNION ALL SELECT * FROM shnor.region_measure_effect_views()
		  UNION ALL SELECT * FROM shnor.region_publication_views()) AS d
	ORDER BY d.step;
END
$function$;
COMMENT ON FUNCTION region_view_definitions() IS
'Internal: the views of a region in the order of their creation: step, name and defining query. create_region and upgrade_region run them with the region first in the search path.';

CREATE FUNCTION region_views(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	v record;
	verb text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
	FOR v IN SELECT d.view_name, d.definition FROM shnor.region_view_definitions() d LOOP
		-- a view that stands is replaced in place: views built on it and grants on it stay
		verb := CASE WHEN to_regclass(format('%I.%I', region, v.view_name)) IS NULL THEN '' ELSE 'OR REPLACE' END;
		EXECUTE format('CREATE %s VIEW %I.%I WITH (security_invoker = true) AS %s',
					   verb, region, v.view_name, v.definition);
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_views(text) IS
'Internal: creates the views of the schema named region that are missing and brings the others to the installed version.';

-- columns that mean the same wherever they stand
CREATE FUNCTION region_column_dictionary(OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('round_id', 'Раунд.'),
('round_title', 'Название раунда.'),
('municipality_id', 'Муниципалитет.'),
('municipality', 'Название муниципалитета.'),
('school_id', 'Организация.'),
('school', 'Название организации.'),
('position', 'Порядковый номер в отчётах.'),
('indicator', 'Код показателя.'),
('title', 'Название.'),
('unit', 'Единица: percent — доля в процентах, yes_no — да или нет.'),
('question', 'Код вопроса.'),
('data_source', 'Источник.'),
('legal_act_id', 'Приказ.'),
('claimed', 'Заявлено: числитель по ответам.'),
('claimed_percent', 'Заявлено, %.'),
('claimed_score', 'Балл по ответам.'),
('proven', 'Подтверждено: числитель по ответам, за которыми есть нужные документы.'),
('proven_percent', 'Подтверждено, %.'),
('proven_score', 'Балл по подтверждённым ответам.'),
('unproven', 'Заявлено, но не подтверждено.'),
('proof_required', 'Хотя бы один вопрос показателя требует документа при ответе «да».'),
('denominator', 'Знаменатель.'),
('percent', 'Доля, %: от 0 до 100, четыре знака. Пусто, если знаменатель равен нулю.'),
('threshold', 'Порог, %. Пусто, если не установлен.'),
('plan', 'Плановое значение, %. Пусто, если не установлено.'),
('score', 'Балл: 1 или 0. Пусто: не оценивается.'),
('note_required', 'Нужна аналитическая записка: балл 0 или результат хуже плана (п. 1.2.6).'),
('due_on', 'Срок.'),
('days_late', 'На сколько дней просрочено; 0 — в срок.'),
('schools', 'Сколько организаций.'),
('kind', 'Вид: analysis — по анализу показателей, practice — по успешным практикам, materials — методические и иные материалы.'),
('addressee', 'Кому: students — обучающимся, parents — родителям (законным представителям), staff — руководителю, заместителю и педагогам.'),
('measure_kind', 'Вид меры.'),
('decision_kind', 'Вид решения.'),
('kind_title', 'Название вида.'),
('scope', 'Чьё значение: municipality — муниципалитета, region — региона.'),
('previous_round_id', 'Предыдущий раунд.'),
('previous_round_title', 'Название предыдущего раунда.'),
('results_year', 'Год результатов раунда.'),
('previous_results_year', 'Год результатов предыдущего раунда.'),
('numerator_before', 'Числитель в предыдущем раунде.'),
('denominator_before', 'Знаменатель в предыдущем раунде.'),
('percent_before', 'Доля в предыдущем раунде, %.'),
('numerator_after', 'Числитель в раунде.'),
('denominator_after', 'Знаменатель в раунде.'),
('percent_after', 'Доля в раунде, %.'),
('change', 'Изменение, процентных пунктов.'),
('both_lists_effect', 'Часть изменения за счёт школ, которые есть в обоих перечнях, п. п.'),
('turnover_effect', 'Часть изменения за счёт смены перечня, п. п.; с предыдущей в сумме даёт изменение.'),
('schools_both', 'Школ в обоих перечнях.'),
('schools_left', 'Школ выбыло из перечня.'),
('schools_joined', 'Школ вошло в перечень.'),
('numerator_both_before', 'Числитель школ обоих перечней в предыдущем раунде.'),
('denominator_both_before', 'Знаменатель школ обоих перечней в предыдущем раунде.'),
('numerator_both_after', 'Числитель школ обоих перечней в раунде.'),
('denominator_both_after', 'Знаменатель школ обоих перечней в раунде.'),
('claim', 'Вывод: выросло, снизилось, в пределах колебаний; у ответа «да» или «нет» ещё «без изменений». Пусто: вывода сделать нельзя.'),
('reason', 'Почему так.'),
('better', 'Изменение к лучшему. Пусто: вывода об изменении нет или показатель не оценивается.'),
('assessment', 'Оценочная процедура: ЕГЭ, ОГЭ, ВПР.'),
('subject', 'Предмет.'),
('grade', 'Класс.'),
('answered', 'Сколько ответило.'),
('missing', 'Сколько не ответило.'),
('teachers', 'Педагогических работников в ответивших школах.'),
('any_low', 'Прошли хотя бы один вид диагностики — не меньше.'),
('any_high', 'Прошли хотя бы один вид диагностики — не больше.'),
('any_low_percent', 'Не меньше, %.'),
('any_high_percent', 'Не больше, %.'),
('subject_numerator', 'Прошли предметную диагностику.'),
('subject_denominator', 'Из скольких: педагогических работников школ, ответивших об этом виде.'),
('subject_percent', 'Предметная диагностика, %.'),
('method_numerator', 'Прошли методическую диагностику.'),
('method_denominator', 'Из скольких: педагогических работников школ, ответивших об этом виде.'),
('method_percent', 'Методическая диагностика, %.'),
('psych_numerator', 'Прошли психолого-педагогическую диагностику.'),
('psych_denominator', 'Из скольких: педагогических работников школ, ответивших об этом виде.'),
('psych_percent', 'Психолого-педагогическая диагностика, %.'),
('measure_id', 'Мера.'),
('decision_id', 'Решение.'),
('numerator', 'Числитель.'),
('valid_from', 'Первый день действия. Пусто: действует с начала.'),
('valid_until', 'Первый день, когда уже не действует. Пусто: действует.')
$function$;
COMMENT ON FUNCTION region_column_dictionary() IS
'Internal: Russian comments of columns that mean the same in all tables and views of a region.';

CREATE FUNCTION region_comments(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	command text;
BEGIN
	PERFORM shnor.region_table_comments(region);
	PERFORM shnor.region_view_comments(region);
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	FOR command IN
		WITH said AS (
			SELECT * FROM shnor.region_round_comments()
			UNION ALL SELECT * FROM shnor.region_source_comments()
			UNION ALL SELECT * FROM shnor.region_evidence_comments()
			UNION ALL SELECT * FROM shnor.region_obligation_comments()
			UNION ALL SELECT * FROM shnor.region_identification_comments()
			UNION ALL SELECT * FROM shnor.region_change_comments()
			UNION ALL SELECT * FROM shnor.region_competence_comments()
			UNION ALL SELECT * FROM shnor.region_effectiveness_comments()
			UNION ALL SELECT * FROM shnor.region_measure_effect_comments()
			UNION ALL SELECT * FROM shnor.region_publication_comments()
		), attribute AS (
			SELECT c.oid, c.relname, c.relkind, a.attname
			FROM pg_class c
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			WHERE c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relkind IN ('r', 'v')
			  AND EXISTS (SELECT FROM said s WHERE s.object = c.relname AND s.part IS NULL)
		)
		SELECT format('COMMENT ON %s %I IS %L', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.relname, s.comment)
		FROM said s
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = s.object
		WHERE s.part IS NULL
		UNION ALL
		SELECT format('COMMENT ON FUNCTION %I() IS %L', s.object, s.comment) FROM said s WHERE s.part = '()'
		UNION ALL
		-- its own comment, else that of an answer of the same name, else the dictionary's
		SELECT format('COMMENT ON COLUMN %I.%I IS %L', a.relname, a.attname, coalesce(s.comment, q.comment, d.comment))
		FROM attribute a
		LEFT JOIN said s ON s.object = a.relname AND s.part = a.attname
		LEFT JOIN (SELECT b.attname, min(col_description(b.attrelid, b.attnum)) AS comment
				   FROM pg_attribute b
				   WHERE b.attrelid IN ('school_round'::regclass, 'municipal_submission'::regclass) AND b.attnum > 0
					 AND b.attname NOT IN ('round_id', 'municipality_id', 'school_id', 'source', 'kind')
				   GROUP BY b.attname) q ON q.attname = a.attname
		LEFT JOIN shnor.region_column_dictionary() d ON d.part = a.attname
	LOOP
		EXECUTE command;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_comments(text) IS
'Internal: (re)writes the Russian comments of all tables, views, columns and functions of the schema named region.';

CREATE FUNCTION upgrade_region(region text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" is not a region', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Create a region with shnor.create_region().';
	END IF;
	PERFORM shnor.region_views(region);
	PERFORM shnor.region_comments(region);
	RETURN region;
END
$function$;
COMMENT ON FUNCTION upgrade_region(text) IS
'Brings the objects of the schema named region to the installed version and returns its name: creates views that are missing (after DROP EXTENSION CASCADE and CREATE EXTENSION), replaces the others in place and refreshes all comments. No row is touched; views of your own that stand on these stay. Run it as the owner of the region. Error: a schema that is not a region (3F000).';
