-- Russian comments of a region's tables and their columns: BI tools and psql show them to the staff.
-- Run by create_region and, so that an older region gets them too, by upgrade_region.

CREATE FUNCTION region_table_comments(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	command text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	COMMENT ON TABLE setting IS 'Сведения о регионе: одна строка.';
	COMMENT ON COLUMN setting.title IS 'Название региона для заголовков отчётов.';
	COMMENT ON COLUMN setting.time_zone IS 'Часовой пояс, в котором читаются отметки времени форм и кончается последний день срока, например Europe/Moscow.';

	COMMENT ON COLUMN setting.goals IS 'Цели мониторинга (п. 1.2.3): с ними создаётся мониторинг, если у него не названы свои.';
	COMMENT ON COLUMN setting.tasks IS 'Задачи мониторинга (п. 1.2.4): так же.';
	COMMENT ON COLUMN setting.methods IS 'Методы сбора информации (п. 1.2.5): так же.';
	COMMENT ON COLUMN setting.min_n IS 'Сколько человек или школ должно стоять за долей, чтобы говорить, что она выросла или снизилась.';
	COMMENT ON COLUMN setting.confidence IS 'Доверительная вероятность, с которой изменение отличают от случайных колебаний.';
	COMMENT ON COLUMN setting.list_month IS 'Месяц дня, на который берётся перечень ШНОР и ШНСУ за год, в котором мониторинга не было.';
	COMMENT ON COLUMN setting.list_day IS 'Число того же дня.';

	COMMENT ON TABLE municipality IS 'Муниципальные образования региона.';
	COMMENT ON COLUMN municipality.municipality_id IS 'Номер муниципалитета в этой базе.';
	COMMENT ON COLUMN municipality.oktmo IS 'Код ОКТМО: 5, 8 или 11 цифр. Пусто, если код неизвестен.';
	COMMENT ON COLUMN municipality.name IS 'Название муниципалитета, как в отчётах.';

	COMMENT ON TABLE school IS 'Образовательные организации. Организация входит в мониторинг, если opened_on ≤ дата состава мониторинга < closed_on.';
	COMMENT ON COLUMN school.school_id IS 'Номер организации в этой базе.';
	COMMENT ON COLUMN school.municipality_id IS 'Муниципалитет, к которому относится организация.';
	COMMENT ON COLUMN school.code IS 'Код организации, по которому узнаются строки форм. Не повторяется; состав кода произвольный.';
	COMMENT ON COLUMN school.name IS 'Название организации.';
	COMMENT ON COLUMN school.kind IS 'Вид учреждения: school — школа, preschool — ДОУ, supplementary — УДО.';
	COMMENT ON COLUMN school.opened_on IS 'Первый день работы. Пусто: работала всегда.';
	COMMENT ON COLUMN school.closed_on IS 'Первый день, когда организация уже не работает. Пусто: работает.';
	COMMENT ON COLUMN school.successor_id IS 'Организация-правопреемник после закрытия или слияния.';

	COMMENT ON TABLE legal_act IS 'Приказы и другие акты, которыми устанавливаются мониторинги, статусы школ и пороги (п. 1.2.7).';
	COMMENT ON COLUMN legal_act.legal_act_id IS 'Номер акта в этой базе.';
	COMMENT ON COLUMN legal_act.number IS 'Номер акта, например 1187-о.';
	COMMENT ON COLUMN legal_act.issued_on IS 'Дата акта.';
	COMMENT ON COLUMN legal_act.issuer IS 'Кем издан.';
	COMMENT ON COLUMN legal_act.title IS 'Название акта.';
	COMMENT ON COLUMN legal_act.amends_id IS 'Акт, в который этот вносит изменения.';

	COMMENT ON TABLE round IS 'Мониторинги. Определения показателей, состав школ и их статусы берутся на дату состава и потом не меняются вместе с сегодняшними.';
	COMMENT ON COLUMN round.round_id IS 'Номер мониторинга.';
	COMMENT ON COLUMN round.title IS 'Название мониторинга, как в отчётах.';
	COMMENT ON COLUMN round.starts_on IS 'Первый день сбора ответов.';
	COMMENT ON COLUMN round.due_on IS 'Последний день срока: ответ до конца этого дня считается поданным вовремя.';
	COMMENT ON COLUMN round.ends_on IS 'Первый день, когда мониторинг уже закончен. Пусто: конец не назначен.';
	COMMENT ON COLUMN round.cohort_on IS 'Дата состава: на этот день берутся школы, их статусы, определения показателей и вопросы.';
	COMMENT ON COLUMN round.legal_act_id IS 'Приказ, которым оформлен мониторинг (п. 1.2.7). Без него мониторинг нельзя открыть.';
	COMMENT ON COLUMN round.state IS 'Состояние: draft — готовится, open — принимает ответы, closed — закрыт.';

	COMMENT ON COLUMN round.goals IS 'Цели мониторинга (п. 1.2.7).';
	COMMENT ON COLUMN round.tasks IS 'Задачи мониторинга (п. 1.2.7).';
	COMMENT ON COLUMN round.methods IS 'Методы сбора информации (п. 1.2.7).';
	COMMENT ON COLUMN round.results_year IS 'Год оценочных процедур, на результатах которых стоит перечень школ мониторинга. По умолчанию — год даты состава, до июля — предыдущий.';
	COMMENT ON COLUMN round.documents_need_check IS 'Подтверждают только проверенные документы. Иначе — все, кроме отклонённых.';
	COMMENT ON COLUMN round.reopening IS 'Причина, по которой закрытый мониторинг открыт заново. Пусто: не открывался.';

	COMMENT ON TABLE school_status IS 'Статусы школ по дням: статус действует в день d, если since ≤ d < until. Одинаковые статусы одной школы не пересекаются.';
	COMMENT ON COLUMN school_status.school_id IS 'Школа.';
	COMMENT ON COLUMN school_status.status IS 'Статус: low_results — ШНОР, adverse_conditions — ШНСУ, risk_zone — зона риска снижения результатов.';
	COMMENT ON COLUMN school_status.since IS 'Первый день действия статуса.';
	COMMENT ON COLUMN school_status.until IS 'Первый день, когда статус уже не действует. Пусто: действует.';
	COMMENT ON COLUMN school_status.legal_act_id IS 'Акт, которым статус присвоен.';

	COMMENT ON TABLE question IS 'Вопросы форм. Код вопроса — имя столбца ответов. У одного кода может быть несколько версий, действующих в разное время.';
	COMMENT ON COLUMN question.question_id IS 'Номер версии вопроса.';
	COMMENT ON COLUMN question.question IS 'Код вопроса: имя столбца в submission или municipal_submission.';
	COMMENT ON COLUMN question.respondent IS 'Кто отвечает: school — организация, municipality — муниципалитет.';
	COMMENT ON COLUMN question.position IS 'Порядковый номер вопроса.';
	COMMENT ON COLUMN question.wording IS 'Формулировка вопроса: по ней узнаётся столбец выгрузки формы.';
	COMMENT ON COLUMN question.answer_type IS 'Тип ответа: count — целое число не меньше нуля, yes_no — да или нет.';
	COMMENT ON COLUMN question.evidence IS 'Подтверждающий документ: none — не нужен, optional — по желанию, required_if_yes — обязателен при ответе «да».';
	COMMENT ON COLUMN question.evidence_kinds IS 'Какие документы нужны все сразу: document — документ, order — приказ, agreement — договор о сотрудничестве. Пусто: достаточно одного любого.';
	COMMENT ON COLUMN question.part_of IS 'Код вопроса о целом: ответ на этот вопрос не может быть больше ответа на тот.';
	COMMENT ON COLUMN question.source_wording IS 'Формулировка в методике, как она там стоит. Пусто: вопроса в методике нет.';
	COMMENT ON COLUMN question.source_defect IS 'Недостаток методики и принятое прочтение.';
	COMMENT ON COLUMN question.valid_from IS 'Первый день действия; сравнивается с датой состава мониторинга. Пусто: действовал всегда.';
	COMMENT ON COLUMN question.valid_until IS 'Первый день, когда вопрос уже не действует. Пусто: действует.';

	COMMENT ON TABLE indicator IS 'Показатели методики: определения, по которым считаются все отчёты. У одного кода может быть несколько версий, действующих в разное время.';
	COMMENT ON COLUMN indicator.definition_id IS 'Номер версии определения.';
	COMMENT ON COLUMN indicator.indicator IS 'Код показателя.';
	COMMENT ON COLUMN indicator.indicator_id IS 'Номер показателя внутри свёрток ответов; у версий одного показателя он один и тот же.';
	COMMENT ON COLUMN indicator.clause IS 'Пункт методики.';
	COMMENT ON COLUMN indicator.section IS 'Раздел методики.';
	COMMENT ON COLUMN indicator.position IS 'Порядковый номер в отчётах.';
	COMMENT ON COLUMN indicator.title IS 'Название показателя.';
	COMMENT ON COLUMN indicator.unit IS 'Единица: percent — доля в процентах, yes_no — да или нет.';
	COMMENT ON COLUMN indicator.level IS 'Чьи ответы считаются: school — организаций, municipality — самих муниципалитетов.';
	COMMENT ON COLUMN indicator.institution_kinds IS 'Виды учреждений, которые входят в показатель уровня организаций.';
	COMMENT ON COLUMN indicator.collection_method IS 'Метод сбора информации по методике.';
	COMMENT ON COLUMN indicator.numerator IS 'Числитель: выражение над столбцами ответов и статусов; «да» считается за 1.';
	COMMENT ON COLUMN indicator.denominator IS 'Знаменатель: выражение. Пусто: каждая школа или муниципалитет считается за 1.';
	COMMENT ON COLUMN indicator.cohort IS 'Круг школ: условие. Пусто: все организации мониторинга указанных видов.';
	COMMENT ON COLUMN indicator.missing IS 'Нет ответа: exclude — организация не входит ни в числитель, ни в знаменатель; no — считается ответом «нет» (п. 1.2.6 А).';
	COMMENT ON COLUMN indicator.polarity IS 'Что лучше: higher_is_better — больше, lower_is_better — меньше, context — показатель справочный и не оценивается.';
	COMMENT ON COLUMN indicator.source_formula IS 'Методика расчета общего значения показателя, как в источнике.';
	COMMENT ON COLUMN indicator.documents IS 'Документы муниципального уровня, которыми подтверждается показатель.';
	COMMENT ON COLUMN indicator.source_defect IS 'Недостаток методики и принятое прочтение.';
	COMMENT ON COLUMN indicator.valid_from IS 'Первый день действия; сравнивается с датой состава мониторинга. Пусто: действовало всегда.';
	COMMENT ON COLUMN indicator.valid_until IS 'Первый день, когда определение уже не действует. Пусто: действует.';

	COMMENT ON TABLE target IS 'Пороги и плановые значения мониторинга, установленные приказами. Значение для одного муниципалитета важнее общего; чего в нём нет, берётся из общего.';
	COMMENT ON COLUMN target.target_id IS 'Номер строки.';
	COMMENT ON COLUMN target.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN target.indicator IS 'Код показателя.';
	COMMENT ON COLUMN target.municipality_id IS 'Муниципалитет. Пусто: для всех муниципалитетов и для региона в целом.';
	COMMENT ON COLUMN target.threshold IS 'Порог в процентах: по нему ставится балл (п. 1.2.6). Пусто: порог не установлен.';
	COMMENT ON COLUMN target.plan IS 'Плановое значение в процентах: при отставании от него нужна аналитическая записка (п. 1.2.6).';
	COMMENT ON COLUMN target.legal_act_id IS 'Приказ, которым установлены значения.';

	COMMENT ON TABLE submission IS 'Последние ответы организаций: одна строка на мониторинг и организацию. Пустой ответ означает «нет ответа», а не ноль. Прежние ответы — в submission_history.';
	COMMENT ON COLUMN submission.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN submission.school_id IS 'Организация.';
	COMMENT ON COLUMN submission.submitted_at IS 'Когда отправлен ответ.';
	COMMENT ON COLUMN submission.source IS 'Откуда ответ: имя файла и строка, SQL или другой источник.';
	COMMENT ON COLUMN submission.recorded_at IS 'Когда эта версия ответа записана в базу; -infinity — до начала учёта.';
	COMMENT ON COLUMN submission.recorded_by IS 'Кем записана: имя пользователя базы. Пусто: неизвестно.';
	COMMENT ON COLUMN submission.teachers IS 'Педагогических работников в организации, человек.';
	COMMENT ON COLUMN submission.diagnosed_subject IS 'Педагогов, прошедших диагностику предметных дефицитов, человек.';
	COMMENT ON COLUMN submission.diagnosed_method IS 'Педагогов, прошедших диагностику методических дефицитов, человек.';
	COMMENT ON COLUMN submission.diagnosed_psych IS 'Педагогов, прошедших диагностику психолого-педагогических дефицитов, человек.';
	COMMENT ON COLUMN submission.supported IS 'Педагогов, которым оказана консультативная, методическая и другая поддержка, человек.';
	COMMENT ON COLUMN submission.in_networks IS 'Педагогов в региональных сетевых методических объединениях, человек.';
	COMMENT ON COLUMN submission.in_active IS 'Педагогов в региональном методическом активе, человек.';
	COMMENT ON COLUMN submission.with_route IS 'Педагогов, имеющих индивидуальный образовательный маршрут (ИОМ), человек.';
	COMMENT ON COLUMN submission.in_events IS 'Организация вовлечена в события и мероприятия по повышению качества образования.';
	COMMENT ON COLUMN submission.has_curator IS 'Для организации определены школа-куратор или директор-куратор.';
	COMMENT ON COLUMN submission.has_program IS 'Разработана школьная программа повышения качества образования (ШППКО).';
	COMMENT ON COLUMN submission.has_prevention IS 'Сформирована программа или система профилактики школьной неуспешности.';
	COMMENT ON COLUMN submission.has_study_plans IS 'Разработаны ИУПы для слабоуспевающих и неуспевающих обучающихся.';
	COMMENT ON COLUMN submission.has_tutoring IS 'Организована тьюторская поддержка обучающихся.';
	COMMENT ON COLUMN submission.internet_resolved IS 'Ликвидирован риск: нет устойчивого доступа в интернет.';
	COMMENT ON COLUMN submission.equipment_resolved IS 'Ликвидирован риск: не хватает компьютерной техники.';
	COMMENT ON COLUMN submission.staffing_resolved IS 'Ликвидирован риск: дефицит педагогических кадров, вакансии.';

	COMMENT ON TABLE submission_history IS 'Заменённые и удалённые ответы организаций.';
	COMMENT ON COLUMN submission_history.replaced_at IS 'Когда ответ заменён или удалён.';
	COMMENT ON COLUMN submission_history.replaced_by IS 'Кем заменён или удалён: имя пользователя базы.';

	COMMENT ON TABLE municipal_submission IS 'Последние ответы муниципалитетов о себе: одна строка на мониторинг и муниципалитет. Прежние ответы — в municipal_submission_history.';
	COMMENT ON COLUMN municipal_submission.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_submission.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_submission.submitted_at IS 'Когда отправлен ответ.';
	COMMENT ON COLUMN municipal_submission.source IS 'Откуда ответ: имя файла и строка, SQL или другой источник.';
	COMMENT ON COLUMN municipal_submission.recorded_at IS 'Когда эта версия ответа записана в базу; -infinity — до начала учёта.';
	COMMENT ON COLUMN municipal_submission.recorded_by IS 'Кем записана: имя пользователя базы. Пусто: неизвестно.';
	COMMENT ON COLUMN municipal_submission.has_results_note IS 'Есть аналитическая справка по мониторингу образовательных результатов в ШНОР и ШНСУ.';
	COMMENT ON COLUMN municipal_submission.has_practice_sharing IS 'В дорожной карте предусмотрено распространение успешных практик профилактики неуспешности.';
	COMMENT ON COLUMN municipal_submission.has_resource_monitoring IS 'Есть процедура оценки ресурсов (аналитическая записка) в школах зоны риска.';

	COMMENT ON TABLE municipal_submission_history IS 'Заменённые и удалённые ответы муниципалитетов.';
	COMMENT ON COLUMN municipal_submission_history.replaced_at IS 'Когда ответ заменён или удалён.';
	COMMENT ON COLUMN municipal_submission_history.replaced_by IS 'Кем заменён или удалён: имя пользователя базы.';

	COMMENT ON TABLE form_header IS 'Заголовки столбцов в выгрузках форм, кроме самих формулировок вопросов.';
	COMMENT ON COLUMN form_header.header IS 'Заголовок столбца. Регистр, кавычки, номера и знаки в конце при сравнении не важны.';
	COMMENT ON COLUMN form_header.field IS 'Что в столбце: код вопроса либо submitted_at — отметка времени, school_code — код организации, school_name — её название, municipality — муниципалитет, document — ссылки на документы к ближайшему слева вопросу этой же формы, document:код_вопроса — ссылки на документы к названному вопросу, ignore — не загружать.';

	COMMENT ON TABLE import IS 'Журнал загрузок: каждый файл хранится целиком, как пришёл.';
	COMMENT ON COLUMN import.import_id IS 'Номер загрузки.';
	COMMENT ON COLUMN import.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN import.respondent IS 'Чьи ответы в файле: school — организаций, municipality — муниципалитетов.';
	COMMENT ON COLUMN import.source IS 'Имя файла или другой источник.';
	COMMENT ON COLUMN import.content IS 'Содержимое файла дословно.';
	COMMENT ON COLUMN import.content_sha256 IS 'Контрольная сумма SHA-256 содержимого: по ней видно, что файл уже загружали.';
	COMMENT ON COLUMN import.imported_at IS 'Когда загружен.';
	COMMENT ON COLUMN import.imported_by IS 'Кем загружен: имя пользователя базы.';
	COMMENT ON COLUMN import.rows_read IS 'Прочитано строк: загруженные, исправления, отклонённые и без изменений вместе.';
	COMMENT ON COLUMN import.loaded IS 'Загружено новых ответов.';
	COMMENT ON COLUMN import.corrected IS 'Строк, которые исправили прежний ответ.';
	COMMENT ON COLUMN import.refused IS 'Отклонено строк, которые до сих пор не загружены.';
	COMMENT ON COLUMN import.unchanged IS 'Строк, которые ничего не изменили.';
	COMMENT ON COLUMN import.data_source IS 'Источник ответов. Пусто: загружено прежней версией.';
	COMMENT ON COLUMN import.asked IS 'Коды вопросов, которые задаёт файл.';
	COMMENT ON COLUMN import.refused_lines IS 'Номера строк файла, которые отклонены и до сих пор не загружены.';

	COMMENT ON TABLE import_issue IS 'Замечания загрузок, с которыми ещё не покончено: каждая непрочитанная ячейка и каждый незнакомый столбец с причиной и подсказкой.';
	COMMENT ON COLUMN import_issue.issue_id IS 'Номер замечания.';
	COMMENT ON COLUMN import_issue.import_id IS 'Загрузка.';
	COMMENT ON COLUMN import_issue.line IS 'Номер строки файла, где начинается запись; заголовок — строка 1.';
	COMMENT ON COLUMN import_issue.column_no IS 'Номер столбца файла, считая с 1.';
	COMMENT ON COLUMN import_issue.header IS 'Заголовок столбца.';
	COMMENT ON COLUMN import_issue.question IS 'Код вопроса, если столбец узнан.';
	COMMENT ON COLUMN import_issue.raw_value IS 'Значение ячейки, как в файле.';
	COMMENT ON COLUMN import_issue.row_values IS 'Вся отклонённая запись, ячейка за ячейкой.';
	COMMENT ON COLUMN import_issue.reason IS 'Что не так.';
	COMMENT ON COLUMN import_issue.hint IS 'Что сделать.';
	COMMENT ON COLUMN import_issue.severity IS 'refused — запись не загружена, warning — загружена, но есть замечание.';
	COMMENT ON COLUMN import_issue.school_id IS 'Чья это запись, если организация узнана.';
	COMMENT ON COLUMN import_issue.municipality_id IS 'Чья это запись, если муниципалитет узнан.';
	COMMENT ON COLUMN import_issue.submitted_at IS 'Когда отправлен ответ, если время прочитано.';

	-- a history has the columns of its table and, on them, the same comments
	FOR command IN
		SELECT format('COMMENT ON COLUMN %s.%I IS %L', h.table_name, a.attname, col_description(a.attrelid, a.attnum))
		FROM (VALUES ('submission', 'submission_history'),
					 ('municipal_submission', 'municipal_submission_history')) AS h(original, table_name)
		JOIN pg_attribute a ON a.attrelid = h.original::regclass AND a.attnum > 0 AND NOT a.attisdropped
		ORDER BY h.table_name, a.attnum
	LOOP
		EXECUTE command;
	END LOOP;

	COMMENT ON FUNCTION keep_history() IS 'Триггер: переносит заменённый или удалённый ответ в таблицу истории.';
	COMMENT ON FUNCTION check_target() IS 'Триггер: не даёт поставить порог показателю, которого нет в справочнике.';
	COMMENT ON FUNCTION check_versions() IS 'Триггер: не даёт двум версиям одного кода действовать в один день.';
END
$function$;
COMMENT ON FUNCTION region_table_comments(text) IS
'Internal: (re)writes the Russian comments on the tables, columns and trigger functions of the schema named region.';
