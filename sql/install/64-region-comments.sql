-- Russian comments of a region's objects: each part says its own (region_PART_comments); what means the same wherever
-- it stands is said once, in the dictionary.

-- columns that mean the same wherever they stand
CREATE FUNCTION region_column_dictionary(OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('round_id', 'Мониторинг.'),
('round_title', 'Название мониторинга.'),
('computed_at', 'На какой момент верно.'),
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
('previous_round_id', 'Предыдущий мониторинг.'),
('previous_round_title', 'Название предыдущего мониторинга.'),
('results_year', 'Год результатов мониторинга.'),
('previous_results_year', 'Год результатов предыдущего мониторинга.'),
('numerator_before', 'Числитель в предыдущем мониторинге.'),
('denominator_before', 'Знаменатель в предыдущем мониторинге.'),
('percent_before', 'Доля в предыдущем мониторинге, %.'),
('numerator_after', 'Числитель в мониторинге.'),
('denominator_after', 'Знаменатель в мониторинге.'),
('percent_after', 'Доля в мониторинге, %.'),
('change', 'Изменение, процентных пунктов.'),
('both_lists_effect', 'Часть изменения за счёт школ, которые есть в обоих перечнях, п. п.'),
('turnover_effect', 'Часть изменения за счёт смены перечня, п. п.; с предыдущей в сумме даёт изменение.'),
('schools_both', 'Школ в обоих перечнях.'),
('schools_left', 'Школ выбыло из перечня.'),
('schools_joined', 'Школ вошло в перечень.'),
('numerator_both_before', 'Числитель школ обоих перечней в предыдущем мониторинге.'),
('denominator_both_before', 'Знаменатель школ обоих перечней в предыдущем мониторинге.'),
('numerator_both_after', 'Числитель школ обоих перечней в мониторинге.'),
('denominator_both_after', 'Знаменатель школ обоих перечней в мониторинге.'),
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
('subject_denominator', 'Из скольких, по определению показателя.'),
('subject_percent', 'Предметная диагностика, %.'),
('method_numerator', 'Прошли методическую диагностику.'),
('method_denominator', 'Из скольких, по определению показателя.'),
('method_percent', 'Методическая диагностика, %.'),
('psych_numerator', 'Прошли психолого-педагогическую диагностику.'),
('psych_denominator', 'Из скольких, по определению показателя.'),
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
			UNION ALL SELECT * FROM shnor.region_validation_comments()
			UNION ALL SELECT * FROM shnor.region_import_comments()
			UNION ALL SELECT * FROM shnor.region_history_comments()
			UNION ALL SELECT * FROM shnor.region_access_comments()
			UNION ALL SELECT * FROM shnor.region_stored_comments()
		), attribute AS (
			SELECT c.oid, c.relname, c.relkind, a.attname
			FROM pg_class c
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			WHERE c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relkind IN ('r', 'p', 'v')
			  AND EXISTS (SELECT FROM said s WHERE s.object = c.relname AND s.part IS NULL)
		)
		SELECT format('COMMENT ON %s %I IS %L', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.relname, s.comment)
		FROM said s
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = s.object
		WHERE s.part IS NULL
		UNION ALL
		SELECT format('COMMENT ON FUNCTION %I() IS %L', s.object, s.comment) FROM said s WHERE s.part = '()'
		UNION ALL
		-- its own comment, else that of the live report, else that of an answer of the same name, else the dictionary's
		SELECT format('COMMENT ON COLUMN %I.%I IS %L', a.relname, a.attname, coalesce(s.comment, col_description(l.attrelid, l.attnum), q.comment, d.comment))
		FROM attribute a
		LEFT JOIN said s ON s.object = a.relname AND s.part = a.attname
		LEFT JOIN pg_attribute l ON l.attname = a.attname AND l.attrelid = to_regclass(quote_ident(
			CASE a.relname WHEN 'stored_result' THEN 'municipal_indicator' WHEN 'stored_completeness' THEN 'completeness' WHEN 'stored_bucket' THEN 'completeness'
				 ELSE substring(a.relname FROM '^(.*)_stored$') END))
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
