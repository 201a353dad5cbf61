-- complain if the script is sourced in psql, rather than by ALTER EXTENSION
\echo Use "ALTER EXTENSION shnor UPDATE TO '0.2.0'" to load this file. \quit

-- Made by sql/updates/make-delta from shnor--0.1.0.sql and sql/install: not to be edited.

DROP FUNCTION import_store_documents(text, integer, text, jsonb, jsonb, text);

DROP FUNCTION import_note(text, bigint, text, text, jsonb, jsonb, jsonb);

DROP FUNCTION import_store_source(text, integer, text, jsonb, text[], text, text);

DROP FUNCTION import_store(text, integer, text, jsonb, text[], text);

DROP FUNCTION import_rows(text, integer, text, text, jsonb, text[], text);

COMMENT ON AGGREGATE methodology(int, text, text, text, text) IS
'Definitions of indicators as one value. A denominator that is NULL or blank is 1 for each row, a cohort that is NULL or blank is every row; missing is "exclude" (an unanswered row is left out; also for NULL) or "no" (it counts in the denominator: clause 1.2.6 А). A formula that is not of the subset, an id that is NULL (22004) or twice there (42710) is an error that names the indicator and points at the character. A formula has up to 1 MB, all of them together 16 MB (54000). NULL over no rows';

CREATE FUNCTION counted(methodology, record) RETURNS integer[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION counted(methodology, record) IS
'The ids whose numerator contribution() gives as above zero; NULL where there is none.';

CREATE FUNCTION report_progress(work text, region text, done bigint, total bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;

COMMENT ON FUNCTION report_progress(text, text, bigint, bigint) IS
'Internal: shows in pg_stat_activity, until the end of the transaction, that this session is at done of total steps of some work. The setting application_name stays what it is.';

CREATE FUNCTION progress(OUT pid integer, OUT database text, OUT role text, OUT work text, OUT region text,
						 OUT done bigint, OUT total bigint, OUT since timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT a.pid, a.datname::text, a.usename::text, p.said[1], p.said[4], p.said[2]::bigint, p.said[3]::bigint, a.xact_start
	FROM pg_stat_activity a
	CROSS JOIN LATERAL regexp_match(a.application_name, '^shnor: ([a-z_]+) ([0-9]{1,18})/([0-9]{1,18}) (.*)$') AS p(said)
	WHERE p.said IS NOT NULL
$function$;

COMMENT ON FUNCTION progress() IS
'What long work of shnor is running, in all sessions: one row for each refresh, verify, import, publish or refresh_materialized, with the region (cut where its name is long), how many steps are done of how many (rounds; of an import: its turn has come, the file is read), and when its transaction began (NULL where the caller may not see the session''s activity). To stop one: pg_cancel_backend(pid); nothing of it is left.';

COMMENT ON FUNCTION form_rows(text, text) IS
'Records of a CSV text, in its order, read by PostgreSQL''s own CSV reader: line is the physical line on which the record starts (from 1), fields its values. A byte order mark is dropped; CR LF, CR and LF may be mixed and become LF, in quoted values too. An empty value is NULL, a quoted empty value is ''''. Rows may differ in length; nothing is taken for a header. Errors: a quotation mark without its pair, a record of more than 4 MB, or one that is \. alone (22P04, with the line), a delimiter of more than one byte.';

CREATE FUNCTION form_rows_at(content text, delimiter text, lines integer[], OUT line integer, OUT fields text[])
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL RESTRICTED ROWS 50 COST 1000;

COMMENT ON FUNCTION form_rows_at(text, text, integer[]) IS
'Of the records of form_rows() those that start on the lines named.';

CREATE FUNCTION form_header(content text, delimiter text, OUT line integer, OUT fields text[])
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL RESTRICTED COST 100;

COMMENT ON FUNCTION form_header(text, text) IS
'The first record of form_rows() with a value that form_clean() leaves something of; NULLs when there is none. What comes after it is not read.';

CREATE FUNCTION form_read(content text, delimiter text, header integer, width integer, kinds text[], places integer[], time_zone text,
						  OUT line integer, OUT plain boolean, OUT submitted_at timestamptz, OUT code text, OUT name text, OUT place text,
						  OUT answers integer[])
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL RESTRICTED ROWS 10000 COST 10000;

COMMENT ON FUNCTION form_read(text, text, integer, integer, text[], integer[], text) IS
'The records of form_rows() below the line header that are not blank, as typed rows. kinds says what each column holds: submitted_at, school_code, school_name, municipality, count, yes_no; what is NULL or anything else is not read. places says which of the answers it is. In a plain row every value can be read, no two columns of one thing are filled, and none right of column width is: code is form_clean(), name and place are form_normalize(), submitted_at, counts and yes (1) or no (0) what form_timestamp(), form_count() and form_yes_no() give. Of any other row nothing but the line is told. Error: an answer without a place, an unknown time zone (22023).';

CREATE FUNCTION spreadsheet_safe(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	-- blanks and invisible characters before the sign do not help: programs trim them; a tab or a line break
	-- at the beginning moves what follows into a cell of its own
	SELECT CASE
		WHEN value ~ U&'^[[:space:][:cntrl:]\00A0\1680\180E\2000-\200F\2028-\202F\205F-\2064\3000\FEFF]*[=+@\2212\FE62-\FE63\FE66\FE6B\FF0B\FF0D\FF1D\FF20-]'
			AND value !~ '^[-+][0-9]{1,3}([ ]?[0-9]{3})*([.,][0-9]+)?$' AND value !~ '^[-+][0-9]+([.,][0-9]+)?$'
			OR value ~ '^[\t\r\n]' THEN '''' || value
		ELSE value END
$function$;

COMMENT ON FUNCTION spreadsheet_safe(text) IS
'value with an apostrophe before it where a spreadsheet would take it for a formula: where its first visible character is = + - @ or a full-width form of them, or it begins with a tab or a line break. Plain numbers (-5, +3,5) stay as they are. NULL for NULL.';

CREATE FUNCTION spreadsheet_raw(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT CASE WHEN left(value, 1) = '''' AND shnor.spreadsheet_safe(substr(value, 2)) = value THEN substr(value, 2) ELSE value END
$function$;

COMMENT ON FUNCTION spreadsheet_raw(text) IS
'Internal: the text that spreadsheet_safe() was given.';

CREATE OR REPLACE FUNCTION region_table_comments(region text) RETURNS void
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

CREATE OR REPLACE FUNCTION region_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_tables_directory(region);
	PERFORM shnor.region_tables_definitions(region);
	PERFORM shnor.region_tables_answers(region);
END
$function$;

COMMENT ON FUNCTION region_tables(text) IS
'Internal: creates the first tables of a region in the existing schema named region. Run by create_region.';

CREATE FUNCTION region_version_constraints(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT v.name, v.code, v.name || '_one_version_a_day' AS constraint_name
			 FROM (VALUES ('question', 'question'), ('indicator', 'indicator'), ('question_source', $$question || ' ' || data_source$$),
						  ('identification_rule', 'status'), ('validation_rule', 'rule')) AS v(name, code)
			 WHERE to_regclass(format('%I.%I', region, v.name)) IS NOT NULL
			   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = to_regclass(format('%I.%I', region, v.name))
																 AND c.conname = v.name || '_one_version_a_day') LOOP
		EXECUTE format('ALTER TABLE %I.%I ADD CONSTRAINT %I EXCLUDE USING gist
						(int8range(hashtextextended(%s, 0), hashtextextended(%s, 0), ''[]'') WITH =, daterange(valid_from, valid_until) WITH &&)
						DEFERRABLE INITIALLY DEFERRED', region, t.name, t.constraint_name, t.code, t.code);
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_version_constraints(text) IS
'Internal: keeps versions of one code apart in the tables of definitions and rules of the schema named region, where that is not done yet.';

CREATE OR REPLACE FUNCTION region_tables_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- The region's trigger functions take the schema from the trigger, so that they outlive a renamed
	-- schema and the extension itself. Columns are matched by name: a later version may append answers.
	-- One insert for all rows of a statement: each insert is checked against its rounds. Arguments: the key.
	CREATE OR REPLACE FUNCTION keep_history() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		successor text := CASE TG_OP WHEN 'UPDATE' THEN (SELECT 'new_rows n ON ' || string_agg(format('n.%1$I = o.%1$I', k), ' AND ') FROM unnest(TG_ARGV) AS k)
						  ELSE '(SELECT NULL WHERE false) n ON true' END;
	BEGIN
		-- a version ends where the one that replaces it begins (66-history.sql)
		EXECUTE format('INSERT INTO %1$I.%2$I
						SELECT h.* FROM old_rows o LEFT JOIN %3$s
						CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$I.%2$I, to_jsonb(o) || jsonb_build_object(''replaced_by'', current_user,
							''replaced_at'', coalesce((to_jsonb(n) ->> ''recorded_at'')::timestamptz, greatest($1, (to_jsonb(o) ->> ''recorded_at'')::timestamptz)))) h
						WHERE to_jsonb(o) IS DISTINCT FROM to_jsonb(n)',
					   TG_TABLE_SCHEMA, TG_TABLE_NAME || '_history', successor)
		USING clock_timestamp();
		RETURN NULL;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER keep_replaced AFTER UPDATE ON submission REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION keep_history('round_id', 'school_id');
	CREATE OR REPLACE TRIGGER keep_deleted AFTER DELETE ON submission REFERENCING OLD TABLE AS old_rows
		FOR EACH STATEMENT EXECUTE FUNCTION keep_history('round_id', 'school_id');
	CREATE OR REPLACE TRIGGER keep_replaced AFTER UPDATE ON municipal_submission REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION keep_history('round_id', 'municipality_id');
	CREATE OR REPLACE TRIGGER keep_deleted AFTER DELETE ON municipal_submission REFERENCING OLD TABLE AS old_rows
		FOR EACH STATEMENT EXECUTE FUNCTION keep_history('round_id', 'municipality_id');

	CREATE OR REPLACE FUNCTION check_target() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		known boolean;
	BEGIN
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.indicator i WHERE i.indicator = $1)', TG_TABLE_SCHEMA)
		INTO known USING NEW.indicator;
		IF NOT known THEN
			RAISE EXCEPTION 'показателя с кодом «%» нет в справочнике', NEW.indicator
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Коды показателей перечислены в таблице %I.indicator.', TG_TABLE_SCHEMA);
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_indicator BEFORE INSERT OR UPDATE OF indicator ON target
		FOR EACH ROW EXECUTE FUNCTION check_target();

	-- versions of one code may not hold on the same day; the argument names the column of the code
	CREATE OR REPLACE FUNCTION check_versions() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		code text := to_jsonb(NEW) ->> TG_ARGV[0];
		clashes boolean;
	BEGIN
		-- two who add versions at the same time would not see each other's
		PERFORM pg_advisory_xact_lock(hashtextextended(format('%s.%s', TG_TABLE_SCHEMA, TG_TABLE_NAME), 0));
		EXECUTE format('SELECT count(*) > 1 FROM %I.%I d WHERE d.%I = $1
						AND daterange(d.valid_from, d.valid_until) && daterange($2, $3)',
					   TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0])
		INTO clashes USING code, NEW.valid_from, NEW.valid_until;
		IF clashes THEN
			RAISE EXCEPTION 'два определения «%» действуют в один и тот же день', code
				USING ERRCODE = 'exclusion_violation',
					  HINT = 'Закройте прежнее определение датой valid_until, затем добавьте новое с той же датой valid_from.';
		END IF;
		RETURN NULL;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_versions AFTER INSERT OR UPDATE ON question
		FOR EACH ROW EXECUTE FUNCTION check_versions('question');
	CREATE OR REPLACE TRIGGER check_versions AFTER INSERT OR UPDATE ON indicator
		FOR EACH ROW EXECUTE FUNCTION check_versions('indicator');
END
$function$;

COMMENT ON FUNCTION region_tables_triggers(text) IS
'Internal: creates or replaces the region''s own trigger functions and triggers (history of answers, known indicator codes, versions of definitions) in the schema named region.';

CREATE OR REPLACE FUNCTION region_view_comments(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	command text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	COMMENT ON VIEW round_indicator IS 'Определения показателей, действующие в мониторинге: одна строка на мониторинг и показатель. Отсюда видно, как посчитана цифра отчёта.';
	COMMENT ON COLUMN round_indicator.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN round_indicator.indicator_id IS 'Номер показателя внутри свёрток ответов.';
	COMMENT ON COLUMN round_indicator.indicator IS 'Код показателя.';
	COMMENT ON COLUMN round_indicator.position IS 'Порядковый номер в отчётах.';
	COMMENT ON COLUMN round_indicator.clause IS 'Пункт методики.';
	COMMENT ON COLUMN round_indicator.section IS 'Раздел методики.';
	COMMENT ON COLUMN round_indicator.title IS 'Название показателя.';
	COMMENT ON COLUMN round_indicator.unit IS 'Единица: percent — доля в процентах, yes_no — да или нет.';
	COMMENT ON COLUMN round_indicator.level IS 'Чьи ответы считаются: school — организаций, municipality — самих муниципалитетов.';
	COMMENT ON COLUMN round_indicator.institution_kinds IS 'Виды учреждений через запятую: school — школа, preschool — ДОУ, supplementary — УДО.';
	COMMENT ON COLUMN round_indicator.collection_method IS 'Метод сбора информации по методике.';
	COMMENT ON COLUMN round_indicator.numerator IS 'Числитель: выражение.';
	COMMENT ON COLUMN round_indicator.denominator IS 'Знаменатель: выражение. Пусто: каждая школа или муниципалитет считается за 1.';
	COMMENT ON COLUMN round_indicator.cohort IS 'Круг школ: условие. Пусто: все организации мониторинга указанных видов.';
	COMMENT ON COLUMN round_indicator.missing IS 'Нет ответа: exclude — не считается, no — считается ответом «нет».';
	COMMENT ON COLUMN round_indicator.polarity IS 'Что лучше: higher_is_better — больше, lower_is_better — меньше, context — не оценивается.';
	COMMENT ON COLUMN round_indicator.source_formula IS 'Методика расчета, как в источнике.';
	COMMENT ON COLUMN round_indicator.documents IS 'Документы, которыми подтверждается показатель.';
	COMMENT ON COLUMN round_indicator.source_defect IS 'Недостаток методики и принятое прочтение.';
	COMMENT ON COLUMN round_indicator.definition_id IS 'Номер версии определения в таблице indicator.';

	COMMENT ON VIEW round_methodology IS 'Служебное: определения показателей мониторинга, собранные для подсчёта. Не для отчётов.';
	COMMENT ON COLUMN round_methodology.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN round_methodology.level IS 'Чьи ответы считаются: school или municipality.';
	COMMENT ON COLUMN round_methodology.methodology IS 'Собранные определения.';

	COMMENT ON VIEW indicator_question IS 'Что читает показатель: вопросы и статусы, которые стоят в его формулах; одна строка на мониторинг, показатель и столбец.';
	COMMENT ON COLUMN indicator_question.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN indicator_question.indicator IS 'Код показателя.';
	COMMENT ON COLUMN indicator_question.column_name IS 'Столбец: код вопроса или статус школы.';
	COMMENT ON COLUMN indicator_question.question IS 'Код вопроса. Пусто: столбец — статус, а не вопрос.';
	COMMENT ON COLUMN indicator_question.respondent IS 'Кто отвечает: school — организация, municipality — муниципалитет.';
	COMMENT ON COLUMN indicator_question.answer_type IS 'Вид ответа: count — количество, yes_no — да или нет.';
	COMMENT ON COLUMN indicator_question.evidence IS 'Нужен ли документ: none — нет, optional — по желанию, required_if_yes — обязателен при ответе «да».';
	COMMENT ON COLUMN indicator_question.wording IS 'Формулировка вопроса.';

	COMMENT ON VIEW round_list IS 'Служебное: записан ли состав мониторинга. Не для отчётов.';
	COMMENT ON COLUMN round_list.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN round_list.has_schools IS 'Организации записаны.';
	COMMENT ON COLUMN round_list.has_municipalities IS 'Муниципалитеты записаны.';

	COMMENT ON VIEW round_member IS 'Состав мониторинга: у закрытого — записанный при закрытии, у остальных — на дату состава; одна строка на мониторинг и организацию.';
	COMMENT ON COLUMN round_member.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN round_member.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN round_member.school_id IS 'Организация.';
	COMMENT ON COLUMN round_member.kind IS 'Вид учреждения: school — школа, preschool — ДОУ, supplementary — УДО.';
	COMMENT ON COLUMN round_member.low_results IS 'ШНОР на дату состава.';
	COMMENT ON COLUMN round_member.adverse_conditions IS 'ШНСУ на дату состава.';
	COMMENT ON COLUMN round_member.risk_zone IS 'Школа зоны риска на дату состава.';

	COMMENT ON VIEW municipal_member IS 'Муниципалитеты мониторинга: у закрытого — записанные при закрытии, у остальных — все; одна строка на мониторинг и муниципалитет.';
	COMMENT ON COLUMN municipal_member.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_member.municipality_id IS 'Муниципалитет.';

	COMMENT ON VIEW municipal_round IS 'Ответы муниципалитетов о себе с учётом всех источников: одна строка на мониторинг и муниципалитет, ответивший и не ответивший.';
	COMMENT ON COLUMN municipal_round.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_round.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_round.submitted_at IS 'Когда отправлен ответ на форму. Пусто: ответа нет.';

	COMMENT ON VIEW school_round IS 'Организации мониторинга на дату состава, ответившие и не ответившие: одна строка на мониторинг и организацию.';
	COMMENT ON COLUMN school_round.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN school_round.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN school_round.school_id IS 'Организация.';
	COMMENT ON COLUMN school_round.low_results IS 'ШНОР на дату состава.';
	COMMENT ON COLUMN school_round.adverse_conditions IS 'ШНСУ на дату состава.';
	COMMENT ON COLUMN school_round.risk_zone IS 'Школа зоны риска на дату состава.';
	COMMENT ON COLUMN school_round.submitted_at IS 'Когда отправлен ответ. Пусто: ответа нет.';
	COMMENT ON COLUMN school_round.kind IS 'Вид учреждения: school — школа, preschool — ДОУ, supplementary — УДО.';
	COMMENT ON COLUMN school_round.is_school IS 'Вид учреждения — школа.';
	COMMENT ON COLUMN school_round.is_preschool IS 'Вид учреждения — ДОУ.';
	COMMENT ON COLUMN school_round.is_supplementary IS 'Вид учреждения — УДО.';

	COMMENT ON VIEW school_indicator IS 'Вклад организации в каждый показатель: одна строка на мониторинг, организацию и показатель. Так от цифры отчёта приходят к ответам.';
	COMMENT ON COLUMN school_indicator.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN school_indicator.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN school_indicator.school_id IS 'Организация.';
	COMMENT ON COLUMN school_indicator.indicator IS 'Код показателя.';
	COMMENT ON COLUMN school_indicator.in_cohort IS 'Входит в круг организаций показателя.';
	COMMENT ON COLUMN school_indicator.numerator IS 'Вклад в числитель. Пусто: нет ответа или не входит в круг.';
	COMMENT ON COLUMN school_indicator.denominator IS 'Вклад в знаменатель. Пусто: нет ответа или не входит в круг.';
	COMMENT ON COLUMN school_indicator.score IS 'Балл организации по вопросу «да/нет»: 1 или 0; нет ответа — 0 (п. 1.2.6 А). Пусто для количеств, справочных показателей и организаций вне круга.';
	COMMENT ON COLUMN school_indicator.reason IS 'Почему балл такой или почему его нет.';

	COMMENT ON VIEW municipal_tally IS 'Служебное: свёртка ответов муниципалитета за мониторинг, из которой читаются все отчёты. Свёртки складываются: shnor.sum(tally).';
	COMMENT ON COLUMN municipal_tally.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_tally.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_tally.tally IS 'Свёртка: для каждого показателя числитель, знаменатель, сколько ответило и не ответило.';

	COMMENT ON VIEW indicator_result IS 'Служебное: показатели муниципалитетов и региона вместе, без названий. Здесь выносятся все оценки; для отчётов — municipal_indicator и regional_indicator.';
	COMMENT ON COLUMN indicator_result.scope IS 'Чей показатель: municipality — муниципалитета, region — региона.';

	COMMENT ON VIEW municipal_indicator IS 'Главный отчёт: одна строка на мониторинг, муниципалитет и показатель, действующий в мониторинге.';
	COMMENT ON COLUMN municipal_indicator.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_indicator.round_title IS 'Название мониторинга.';
	COMMENT ON COLUMN municipal_indicator.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_indicator.municipality IS 'Название муниципалитета.';
	COMMENT ON COLUMN municipal_indicator.position IS 'Порядковый номер показателя.';
	COMMENT ON COLUMN municipal_indicator.indicator IS 'Код показателя.';
	COMMENT ON COLUMN municipal_indicator.section IS 'Раздел методики.';
	COMMENT ON COLUMN municipal_indicator.title IS 'Название показателя.';
	COMMENT ON COLUMN municipal_indicator.unit IS 'Единица: percent — доля в процентах, yes_no — да или нет.';
	COMMENT ON COLUMN municipal_indicator.numerator IS 'Числитель: сумма по тем же организациям, что и знаменатель.';
	COMMENT ON COLUMN municipal_indicator.denominator IS 'Знаменатель. Итоги по нескольким строкам считаются как сумма числителей на сумму знаменателей, а не как среднее процентов.';
	COMMENT ON COLUMN municipal_indicator.percent IS 'Числитель на знаменатель, %, с точностью до 0,0001. Пусто, если знаменатель 0; 0 % — это ноль, а не пропуск.';
	COMMENT ON COLUMN municipal_indicator.threshold IS 'Порог мониторинга, %: значение для муниципалитета важнее общего. Пусто, если не установлен, и у показателей «да/нет» отдельного муниципалитета.';
	COMMENT ON COLUMN municipal_indicator.plan IS 'Плановое значение мониторинга, %. Пусто, если не установлено, и у показателей «да/нет» отдельного муниципалитета.';
	COMMENT ON COLUMN municipal_indicator.score IS 'Балл: 1 — не хуже порога или «да», 0 — хуже порога, «нет» или нет ответа (п. 1.2.6). Сравнивается точная дробь, а не округлённый процент. Пусто: оценки нет, см. reason.';
	COMMENT ON COLUMN municipal_indicator.reason IS 'Почему балл такой или почему его нет.';
	COMMENT ON COLUMN municipal_indicator.answered IS 'Сколько организаций круга ответило; у показателей «да/нет» — сколько муниципалитетов.';
	COMMENT ON COLUMN municipal_indicator.missing IS 'Сколько не ответило.';
	COMMENT ON COLUMN municipal_indicator.percent_low IS 'Наименьшее значение, возможное после недостающих ответов, %. Пусто, если его нельзя назвать: для долей педагогов при пропусках неизвестен и знаменатель.';
	COMMENT ON COLUMN municipal_indicator.percent_high IS 'Наибольшее значение, возможное после недостающих ответов, %. Пусто, если его нельзя назвать.';
	COMMENT ON COLUMN municipal_indicator.gap IS 'На сколько единиц должен измениться числитель, чтобы порог был выполнен: сколько школ или педагогов не хватает (если лучше меньшее значение — сколько лишних).';
	COMMENT ON COLUMN municipal_indicator.note_required IS 'Нужна аналитическая записка: балл 0 или значение хуже планового (п. 1.2.6).';

	COMMENT ON VIEW regional_indicator IS 'Показатели региона: одна строка на мониторинг и показатель, суммы по всем муниципалитетам. Показатель «да/нет» — доля муниципалитетов с ответом «да». Оценка — по общим порогам.';

	COMMENT ON VIEW municipal_score IS 'Баллы и место муниципалитетов: одна строка на мониторинг и муниципалитет.';
	COMMENT ON COLUMN municipal_score.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_score.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_score.points IS 'Сумма баллов.';
	COMMENT ON COLUMN municipal_score.max_points IS 'Сколько баллов можно было набрать: по одному за каждый оценённый показатель.';
	COMMENT ON COLUMN municipal_score.scored IS 'Сколько показателей оценено.';
	COMMENT ON COLUMN municipal_score.unscored IS 'Сколько показателей без оценки: справочные, без порога, с пустым кругом.';
	COMMENT ON COLUMN municipal_score.rank IS 'Место в мониторинге по доле points/max_points; при равенстве место общее. Пусто, если не оценён ни один показатель.';
	COMMENT ON COLUMN municipal_score.round_title IS 'Название мониторинга.';
	COMMENT ON COLUMN municipal_score.municipality IS 'Название муниципалитета.';

	COMMENT ON VIEW completeness IS 'Полнота и своевременность ответов организаций: одна строка на мониторинг и муниципалитет.';
	COMMENT ON COLUMN completeness.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN completeness.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN completeness.expected IS 'Сколько организаций должно ответить: все организации мониторинга тех видов, которых касаются показатели.';
	COMMENT ON COLUMN completeness.submitted IS 'Сколько ответило.';
	COMMENT ON COLUMN completeness.on_time IS 'Сколько ответило вовремя: первый ответ пришёл до конца дня срока по часовому поясу региона.';
	COMMENT ON COLUMN completeness.answers_expected IS 'Сколько ответов ожидалось: организации на действующие вопросы.';
	COMMENT ON COLUMN completeness.answers_given IS 'Сколько ответов дано: непустых.';
	COMMENT ON COLUMN completeness.round_title IS 'Название мониторинга.';
	COMMENT ON COLUMN completeness.municipality IS 'Название муниципалитета.';

	-- columns that mean the same as elsewhere carry the same comment
	FOR command IN
		SELECT format('COMMENT ON COLUMN %s.%I IS %L', c.copy, a.attname, col_description(o.attrelid, o.attnum))
		FROM (VALUES ('submission', 'school_round'), ('municipal_submission', 'municipal_round'),
					 ('municipal_indicator', 'indicator_result'),
					 ('municipal_indicator', 'regional_indicator')) AS c(original, copy)
		JOIN pg_attribute o ON o.attrelid = c.original::regclass AND o.attnum > 0
		JOIN pg_attribute a ON a.attrelid = c.copy::regclass AND a.attname = o.attname
		WHERE c.original NOT LIKE '%submission' OR o.attname NOT IN ('round_id', 'school_id', 'municipality_id', 'submitted_at')
		ORDER BY c.copy, a.attnum
	LOOP
		EXECUTE command;
	END LOOP;
	COMMENT ON COLUMN indicator_result.municipality_id IS 'Муниципалитет. Пусто у региона.';
	COMMENT ON COLUMN regional_indicator.threshold IS 'Общий порог мониторинга, %; у показателей «да/нет» — порог доли муниципалитетов. Пусто, если не установлен.';
	COMMENT ON COLUMN regional_indicator.plan IS 'Общее плановое значение мониторинга, %. Пусто, если не установлено.';
END
$function$;

CREATE OR REPLACE FUNCTION region_tally_query(schools text, municipalities text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format($view$
	-- one pass over the answers of a round; a municipality without a school or an answer keeps its 0/0
	SELECT p.round_id, p.municipality_id, shnor.sum(p.tally) AS tally
	FROM (
		SELECT k.round_id, t.municipality_id, t.tally
		FROM round_methodology k
		CROSS JOIN LATERAL (
			SELECT s.municipality_id,
				   shnor.tally(k.methodology, %3$L::text[], %4$s) AS tally
			-- a row without a kind counts nowhere; not a join, so that a municipality can be asked for alone
			FROM (SELECT n.municipality_id, %5$s FROM %1$I n WHERE n.round_id = k.round_id
				  UNION ALL
				  SELECT m.municipality_id, %6$s FROM municipal_member m WHERE m.round_id = k.round_id) AS s
			GROUP BY s.municipality_id
		) AS t
		WHERE k.level = 'school'
		UNION ALL
		SELECT k.round_id, t.municipality_id, t.tally
		FROM round_methodology k
		CROSS JOIN LATERAL (
			SELECT s.municipality_id,
				   shnor.tally(k.methodology,
							   ARRAY['has_results_note', 'has_practice_sharing', 'has_resource_monitoring'],
							   s.has_results_note, s.has_practice_sharing, s.has_resource_monitoring) AS tally
			FROM %2$I s
			WHERE s.round_id = k.round_id
			GROUP BY s.municipality_id
		) AS t
		WHERE k.level = 'municipality'
	) AS p
	GROUP BY p.round_id, p.municipality_id
$view$, schools, municipalities, c.names,
	(SELECT string_agg('s.' || n, ', ' ORDER BY i) FROM unnest(c.names) WITH ORDINALITY AS u(n, i)),
	(SELECT string_agg('n.' || n, ', ' ORDER BY i) FROM unnest(c.names) WITH ORDINALITY AS u(n, i)),
	(SELECT string_agg('NULL', ', ') FROM unnest(c.names)))
FROM (SELECT '{low_results,adverse_conditions,risk_zone,is_school,is_preschool,is_supplementary,
	teachers,diagnosed_subject,diagnosed_method,diagnosed_psych,supported,in_networks,in_active,with_route,
	in_events,has_curator,has_program,has_prevention,has_study_plans,has_tutoring,
	internet_resolved,equipment_resolved,staffing_resolved}'::text[] AS names) AS c
$function$;

CREATE FUNCTION region_scope_query(tallies text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format($view$
	SELECT 'municipality' AS scope, u.round_id, u.municipality_id, u.tally
	FROM %1$I u
	UNION ALL
	SELECT 'region', g.round_id, NULL, g.tally
	FROM (
		SELECT u.round_id, shnor.sum(u.tally) AS tally
		FROM %1$I u
		WHERE EXISTS (SELECT FROM report_scope v WHERE v.scope = 'region')
		GROUP BY u.round_id
	) AS g
$view$, tallies)
$function$;

COMMENT ON FUNCTION region_scope_query(text) IS
'Internal: the tallies of the named view by municipality and of the whole region, for region_judgement_query().';

CREATE FUNCTION region_judgement_query(scoped text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format($view$
	-- every judgement is made here, for municipalities and for the region alike
	SELECT j.scope, j.round_id, j.municipality_id, j.position, j.indicator, j.section, j.title, j.unit,
		   j.numerator, j.denominator, j.percent, j.threshold, j.plan, j.score,
		   concat_ws('. ',
			   CASE WHEN j.unit = 'yes_no' AND j.scope = 'region' AND j.denominator > 0 AND j.threshold IS NULL
					THEN format('Муниципалитетов с ответом «да»: %%s из %%s', j.numerator, j.denominator)
			   END,
			   CASE
				   WHEN j.polarity = 'context' THEN 'Справочный показатель, не оценивается'
				   WHEN j.answered + j.missing = 0 THEN 'В круг показателя не входит ни одна организация'
				   WHEN j.denominator = 0 AND j.answered = 0 THEN 'Нет ответов'
				   WHEN j.denominator = 0 THEN 'Знаменатель равен нулю'
				   WHEN j.own_answer AND j.answered = 0 THEN 'Нет ответа: 0 баллов'
				   WHEN j.own_answer THEN CASE WHEN j.numerator > 0 THEN 'Да' ELSE 'Нет' END
				   WHEN j.threshold IS NULL THEN 'Порог не установлен приказом'
				   -- with the fraction: it is judged, and its percent is rounded
				   ELSE replace(format('%%s %%%% (%%s из %%s) — %%s порога %%s %%%%',
									   trim_scale(j.percent), j.numerator, j.denominator,
									   CASE WHEN j.polarity = 'lower_is_better'
											THEN CASE j.score WHEN 1 THEN 'не выше' ELSE 'выше' END
											ELSE CASE j.score WHEN 1 THEN 'не ниже' ELSE 'ниже' END
									   END, trim_scale(j.threshold)), '.', ',')
			   END) AS reason,
		   j.answered, j.missing,
		   CASE
			   WHEN j.missing = 0 THEN j.percent
			   WHEN j.counts_rows THEN shnor.percent(shnor.share(j.numerator, j.all_rows))
		   END::numeric(25,4) AS percent_low,
		   CASE
			   WHEN j.missing = 0 THEN j.percent
			   WHEN j.counts_rows THEN shnor.percent(shnor.share(j.numerator + j.missing, j.all_rows))
		   END::numeric(25,4) AS percent_high,
		   j.gap,
		   coalesce(j.score = 0, false) OR coalesce(j.plan_score = 0, false) AS note_required
	FROM (
		SELECT f.*,
			   shnor.numerator(f.share) AS numerator,
			   shnor.denominator(f.share) AS denominator,
			   shnor.percent(f.share)::numeric(25,4) AS percent,
			   CASE
				   WHEN f.polarity = 'context' OR shnor.denominator(f.share) = 0 THEN NULL
				   WHEN f.own_answer THEN shnor.score(shnor.numerator(f.share) > 0)
				   ELSE shnor.score(f.share, f.threshold, f.polarity)
			   END AS score,
			   CASE WHEN f.polarity <> 'context' THEN shnor.score(f.share, f.plan, f.polarity) END AS plan_score,
			   CASE WHEN f.polarity <> 'context' THEN shnor.gap(f.share, f.threshold, f.polarity) END AS gap,
			   shnor.denominator(f.share) + CASE f.missing_policy WHEN 'no' THEN 0 ELSE f.missing END AS all_rows
		FROM (
			SELECT t.scope, t.round_id, t.municipality_id,
				   d.position, d.indicator, d.section, d.title, d.unit, d.polarity, d.missing AS missing_policy,
				   d.denominator IS NULL AS counts_rows,
				   t.scope = 'municipality' AND d.unit = 'yes_no' AS own_answer,
				   x.share, x.answered, x.missing,
				   -- orders set percents: they do not bear on one municipality's yes or no
				   CASE WHEN t.scope = 'region' OR d.unit <> 'yes_no'
						THEN coalesce(own.threshold, common.threshold) END::numeric(7,4) AS threshold,
				   CASE WHEN t.scope = 'region' OR d.unit <> 'yes_no'
						THEN coalesce(own.plan, common.plan) END::numeric(7,4) AS plan
			FROM (%1$s) AS t
			CROSS JOIN LATERAL shnor.items(t.tally) AS x
			JOIN round_indicator d ON d.round_id = t.round_id AND d.indicator_id = x.id
			LEFT JOIN target own ON own.round_id = t.round_id AND own.indicator = d.indicator
				AND own.municipality_id = t.municipality_id
			LEFT JOIN target common ON common.round_id = t.round_id AND common.indicator = d.indicator
				AND common.municipality_id IS NULL
		) AS f
	) AS j
$view$, scoped)
$function$;

COMMENT ON FUNCTION region_judgement_query(text) IS
'Internal: the results of a query of tallies with their scope, round and municipality.';

CREATE OR REPLACE FUNCTION region_result_query(tallies text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT shnor.region_judgement_query(shnor.region_scope_query(tallies))
$function$;

CREATE FUNCTION region_score_query(indicators text, computed boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format($view$
	-- rank compares points/max_points exactly: fractions of less than a million indicators differ by more
	-- than 1/10^12, so their integer parts of 10^12 differ too
	SELECT p.round_id, p.municipality_id, p.points, p.max_points, p.scored, p.unscored,
		   CASE WHEN p.max_points > 0
				THEN rank() OVER (PARTITION BY p.round_id
								  ORDER BY p.points * 1000000000000 / nullif(p.max_points, 0) DESC NULLS LAST)
		   END AS rank,
		   p.round_title, p.municipality%2$s
	FROM (
		SELECT i.round_id, i.round_title, i.municipality_id, i.municipality%3$s,
			   coalesce(sum(i.score), 0) AS points,
			   count(i.score) AS max_points,
			   count(i.score) AS scored,
			   count(*) - count(i.score) AS unscored
		FROM %1$I i
		GROUP BY i.round_id, i.round_title, i.municipality_id, i.municipality%3$s
	) AS p
$view$, indicators, CASE WHEN computed THEN ', p.computed_at' ELSE '' END, CASE WHEN computed THEN ', i.computed_at' ELSE '' END)
$function$;

COMMENT ON FUNCTION region_score_query(text, boolean) IS
'Internal: the defining query of municipal_score over the named view of indicators, with the moment of its figures where it has one.';

CREATE OR REPLACE FUNCTION region_base_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(100, 'round_indicator', $view$
	SELECT r.round_id, i.indicator_id, i.indicator, i.position, i.clause, i.section, i.title, i.unit, i.level,
		   array_to_string(i.institution_kinds, ', ') AS institution_kinds, i.collection_method,
		   i.numerator, i.denominator, i.cohort, i.missing, i.polarity,
		   i.source_formula, i.documents, i.source_defect, i.definition_id
	FROM round r
	-- plain comparisons, not a range: the planner can tell that most definitions hold
	JOIN indicator i ON (i.valid_from IS NULL OR i.valid_from <= r.cohort_on)
					AND (i.valid_until IS NULL OR r.cohort_on < i.valid_until)
$view$),
(200, 'round_methodology', $view$
	-- one compiled methodology per round and level; schools of other kinds are left out here
	SELECT d.round_id, d.level,
		   shnor.methodology(d.indicator_id, d.numerator, d.denominator,
							 CASE d.level
								 WHEN 'school' THEN concat('(is_', replace(d.institution_kinds, ', ', ' OR is_'), ')',
														   ' AND (' || d.cohort || E'\n)')
								 ELSE d.cohort
							 END, d.missing) AS methodology
	FROM round_indicator d
	GROUP BY d.round_id, d.level
$view$),
(210, 'indicator_question', $view$
	-- what each definition reads: questions, and the statuses its cohort asks for
	SELECT d.round_id, d.indicator, c.name AS column_name, q.question, q.respondent, q.answer_type, q.evidence, q.wording
	FROM (SELECT i.round_id, i.indicator,
				 shnor.columns(shnor.methodology(i.indicator_id, i.numerator, i.denominator, i.cohort, i.missing)) AS columns
		  FROM round_indicator i
		  GROUP BY i.round_id, i.indicator) AS d
	JOIN round r ON r.round_id = d.round_id
	CROSS JOIN LATERAL unnest(d.columns) AS c(name)
	LEFT JOIN question q ON q.question = c.name AND (q.valid_from IS NULL OR q.valid_from <= r.cohort_on)
						AND (q.valid_until IS NULL OR r.cohort_on < q.valid_until)
$view$),
(395, 'round_list', $view$
	-- which rounds have their schools and municipalities written down; one look into each index, where a join would look through all
	SELECT r.round_id,
		   (SELECT min(w.school_id) FROM round_school w WHERE w.round_id = r.round_id) IS NOT NULL AS has_schools,
		   (SELECT min(w.municipality_id) FROM round_municipality w WHERE w.round_id = r.round_id) IS NOT NULL AS has_municipalities
	FROM round r
$view$),
(400, 'round_member', $view$
	-- who belongs to a round: as written down when it closed, else as of its day. A round that was reopened keeps its
	-- list, since the directory has municipalities and kinds of today only; statuses can be corrected, so they are read
	-- anew. A school has each status at most once on a day, so the joins of statuses multiply nothing.
	-- Who does not see the whole region cannot tell a list without his schools from none: the journal tells him.
	SELECT w.round_id, w.municipality_id, w.school_id, w.kind, w.low_results, w.adverse_conditions, w.risk_zone
	FROM round r
	JOIN round_school w ON w.round_id = r.round_id
	WHERE r.state = 'closed'
	UNION ALL
	SELECT b.round_id, b.municipality_id, b.school_id, b.kind,
		   l.school_id IS NOT NULL, a.school_id IS NOT NULL, z.school_id IS NOT NULL
	FROM (
		SELECT r.round_id, r.cohort_on, w.municipality_id, w.school_id, w.kind
		FROM round r
		JOIN round_school w ON w.round_id = r.round_id
		WHERE r.state <> 'closed'
		UNION ALL
		SELECT r.round_id, r.cohort_on, o.municipality_id, o.school_id, o.kind
		FROM round r
		JOIN round_list y ON y.round_id = r.round_id AND NOT y.has_schools
		JOIN school o ON (o.opened_on IS NULL OR o.opened_on <= r.cohort_on)
					 AND (o.closed_on IS NULL OR r.cohort_on < o.closed_on)
		-- a municipality's operator also sees schools that have left it, but they belong to it in old lists only
		JOIN municipality h ON h.municipality_id = o.municipality_id
		WHERE r.state <> 'closed'
		  AND (EXISTS (SELECT FROM report_scope v WHERE v.scope = 'region')
			   OR NOT EXISTS (SELECT FROM round_event e WHERE e.round_id = r.round_id AND e.event = 'closed'))
	) AS b
	LEFT JOIN school_status l ON l.school_id = b.school_id AND l.status = 'low_results'
		AND l.since <= b.cohort_on AND (l.until IS NULL OR b.cohort_on < l.until)
	LEFT JOIN school_status a ON a.school_id = b.school_id AND a.status = 'adverse_conditions'
		AND a.since <= b.cohort_on AND (a.until IS NULL OR b.cohort_on < a.until)
	LEFT JOIN school_status z ON z.school_id = b.school_id AND z.status = 'risk_zone'
		AND z.since <= b.cohort_on AND (z.until IS NULL OR b.cohort_on < z.until)
$view$),
(405, 'municipal_member', $view$
	-- those written down, also where the round was reopened, and those of its schools; else all
	SELECT w.round_id, w.municipality_id
	FROM round_municipality w
	UNION
	SELECT w.round_id, w.municipality_id
	FROM round r
	-- closing writes both; a list that was mended since may name others
	JOIN round_school w ON w.round_id = r.round_id
	WHERE r.state <> 'closed'
	UNION
	-- a list without schools is none, so round_member takes them from the directory: with their municipalities
	SELECT r.round_id, o.municipality_id
	FROM round r
	JOIN round_list y ON y.round_id = r.round_id AND NOT y.has_schools AND y.has_municipalities
	JOIN school o ON (o.opened_on IS NULL OR o.opened_on <= r.cohort_on)
				 AND (o.closed_on IS NULL OR r.cohort_on < o.closed_on)
	WHERE r.state <> 'closed' AND EXISTS (SELECT FROM report_scope v WHERE v.scope = 'region')
	-- not UNION ALL: where only schools are written down, their municipalities are among all, once
	UNION
	SELECT r.round_id, m.municipality_id
	FROM round r
	JOIN round_list y ON y.round_id = r.round_id AND NOT y.has_municipalities
	CROSS JOIN municipality m
	-- closed without any it stays so
	WHERE (r.state <> 'closed' OR y.has_schools)
	  AND (EXISTS (SELECT FROM report_scope v WHERE v.scope = 'region')
		   OR NOT EXISTS (SELECT FROM round_event e WHERE e.round_id = r.round_id AND e.event = 'closed'))
$view$),
(410, 'school_round', $view$
	-- of several sources the one that goes first has the word, the form's answer among them
	SELECT m.round_id, m.municipality_id, m.school_id, m.low_results, m.adverse_conditions, m.risk_zone,
		   s.submitted_at,
		   coalesce(b.teachers, s.teachers, a.teachers) AS teachers,
		   coalesce(b.diagnosed_subject, s.diagnosed_subject, a.diagnosed_subject) AS diagnosed_subject,
		   coalesce(b.diagnosed_method, s.diagnosed_method, a.diagnosed_method) AS diagnosed_method,
		   coalesce(b.diagnosed_psych, s.diagnosed_psych, a.diagnosed_psych) AS diagnosed_psych,
		   coalesce(b.supported, s.supported, a.supported) AS supported,
		   coalesce(b.in_networks, s.in_networks, a.in_networks) AS in_networks,
		   coalesce(b.in_active, s.in_active, a.in_active) AS in_active,
		   coalesce(b.with_route, s.with_route, a.with_route) AS with_route,
		   coalesce(b.in_events, s.in_events, a.in_events) AS in_events,
		   coalesce(b.has_curator, s.has_curator, a.has_curator) AS has_curator,
		   coalesce(b.has_program, s.has_program, a.has_program) AS has_program,
		   coalesce(b.has_prevention, s.has_prevention, a.has_prevention) AS has_prevention,
		   coalesce(b.has_study_plans, s.has_study_plans, a.has_study_plans) AS has_study_plans,
		   coalesce(b.has_tutoring, s.has_tutoring, a.has_tutoring) AS has_tutoring,
		   coalesce(b.internet_resolved, s.internet_resolved, a.internet_resolved) AS internet_resolved,
		   coalesce(b.equipment_resolved, s.equipment_resolved, a.equipment_resolved) AS equipment_resolved,
		   coalesce(b.staffing_resolved, s.staffing_resolved, a.staffing_resolved) AS staffing_resolved,
		   m.kind,
		   m.kind = 'school' AS is_school,
		   m.kind = 'preschool' AS is_preschool,
		   m.kind = 'supplementary' AS is_supplementary
	FROM round_member m
	LEFT JOIN submission s ON s.round_id = m.round_id AND s.school_id = m.school_id
	LEFT JOIN school_source_answer b ON b.round_id = m.round_id AND b.school_id = m.school_id AND b.before_form
	LEFT JOIN school_source_answer a ON a.round_id = m.round_id AND a.school_id = m.school_id AND NOT a.before_form
$view$),
(420, 'municipal_round', $view$
	SELECT m.round_id, m.municipality_id, s.submitted_at,
		   coalesce(b.has_results_note, s.has_results_note, a.has_results_note) AS has_results_note,
		   coalesce(b.has_practice_sharing, s.has_practice_sharing, a.has_practice_sharing) AS has_practice_sharing,
		   coalesce(b.has_resource_monitoring, s.has_resource_monitoring, a.has_resource_monitoring) AS has_resource_monitoring
	FROM municipal_member m
	LEFT JOIN municipal_submission s ON s.round_id = m.round_id AND s.municipality_id = m.municipality_id
	LEFT JOIN municipal_source_answer b ON b.round_id = m.round_id AND b.municipality_id = m.municipality_id AND b.before_form
	LEFT JOIN municipal_source_answer a ON a.round_id = m.round_id AND a.municipality_id = m.municipality_id AND NOT a.before_form
$view$),
(430, 'school_indicator', $view$
	SELECT s.round_id, s.municipality_id, s.school_id, d.indicator, c.in_cohort, c.numerator, c.denominator,
		   CASE
			   WHEN NOT c.in_cohort OR d.denominator IS NOT NULL OR d.polarity = 'context' THEN NULL
			   WHEN c.numerator IS NULL THEN CASE d.missing WHEN 'no' THEN shnor.score(NULL::boolean) END
			   ELSE shnor.score((c.numerator > 0) = (d.polarity = 'higher_is_better'))
		   END AS score,
		   CASE
			   WHEN NOT c.in_cohort THEN 'Не входит в круг организаций показателя'
			   WHEN c.numerator IS NULL AND d.missing = 'no' THEN 'Нет ответа: 0 баллов'
			   WHEN c.numerator IS NULL OR c.denominator IS NULL THEN 'Нет ответа'
			   WHEN d.denominator IS NOT NULL THEN 'Количество: балл ставится муниципалитету'
			   WHEN d.polarity = 'context' THEN 'Справочный показатель, не оценивается'
			   WHEN c.numerator > 0 THEN 'Да'
			   ELSE 'Нет'
		   END AS reason
	FROM round_methodology k
	JOIN school_round s ON s.round_id = k.round_id
	CROSS JOIN LATERAL shnor.contribution(k.methodology, s) AS c
	JOIN round_indicator d ON d.round_id = k.round_id AND d.indicator_id = c.id
	WHERE k.level = 'school'
$view$),
(600, 'municipal_tally', shnor.region_tally_query('school_round', 'municipal_round')),
(700, 'indicator_result', shnor.region_result_query('municipal_tally')),
(710, 'municipal_indicator', $view$
	SELECT i.round_id, r.title AS round_title, i.municipality_id, m.name AS municipality,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required
	FROM indicator_result i
	JOIN round r ON r.round_id = i.round_id
	JOIN municipality m ON m.municipality_id = i.municipality_id
	WHERE i.scope = 'municipality'
$view$),
(720, 'regional_indicator', $view$
	SELECT i.round_id, r.title AS round_title,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required
	FROM indicator_result i
	JOIN round r ON r.round_id = i.round_id
	WHERE i.scope = 'region'
$view$),
(730, 'municipal_score', shnor.region_score_query('municipal_indicator', false)),
(740, 'completeness', $view$
	-- grouped once and joined to nothing afterwards: the planner does not know how few the groups are
	SELECT p.round_id, p.municipality_id, p.expected, p.submitted, p.on_time,
		   coalesce(p.expected * q.questions, 0) AS answers_expected,
		   coalesce(q.given, 0)::bigint AS answers_given,
		   (SELECT r.title FROM round r WHERE r.round_id = p.round_id) AS round_title,
		   (SELECT m.name FROM municipality m WHERE m.municipality_id = p.municipality_id) AS municipality
	FROM (
		SELECT g.round_id, g.municipality_id,
			   count(g.school_id) AS expected,
			   count(g.submitted_at) AS submitted,
			   count(*) FILTER (WHERE g.on_time) AS on_time,
			   count(g.teachers) AS teachers, count(g.diagnosed_subject) AS diagnosed_subject,
			   count(g.diagnosed_method) AS diagnosed_method, count(g.diagnosed_psych) AS diagnosed_psych,
			   count(g.supported) AS supported, count(g.in_networks) AS in_networks,
			   count(g.in_active) AS in_active, count(g.with_route) AS with_route,
			   count(g.in_events) AS in_events, count(g.has_curator) AS has_curator,
			   count(g.has_program) AS has_program, count(g.has_prevention) AS has_prevention,
			   count(g.has_study_plans) AS has_study_plans, count(g.has_tutoring) AS has_tutoring,
			   count(g.internet_resolved) AS internet_resolved, count(g.equipment_resolved) AS equipment_resolved,
			   count(g.staffing_resolved) AS staffing_resolved
		FROM (
			SELECT b.round_id, b.municipality_id, b.school_id, s.submitted_at,
				   -- the first version counts: a later correction does not make an answer late
				   s.submitted_at IS NOT NULL
				   AND least(s.submitted_at, h.first_at)
					   < (e.due_on + 1)::timestamp AT TIME ZONE coalesce((SELECT time_zone FROM setting), 'Europe/Moscow') AS on_time,
				   s.teachers, s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych, s.supported, s.in_networks,
				   s.in_active, s.with_route, s.in_events, s.has_curator, s.has_program, s.has_prevention,
				   s.has_study_plans, s.has_tutoring, s.internet_resolved, s.equipment_resolved, s.staffing_resolved
			FROM round_member b
			JOIN round e ON e.round_id = b.round_id
			-- what the school itself has sent: another source's word does not stand for its report
			LEFT JOIN submission s ON s.round_id = b.round_id AND s.school_id = b.school_id
			LEFT JOIN LATERAL (
				SELECT min(v.submitted_at) AS first_at
				FROM submission_history v
				WHERE v.round_id = b.round_id AND v.school_id = b.school_id
			) AS h ON true
			WHERE EXISTS (SELECT FROM round_indicator d
						  JOIN indicator i ON i.definition_id = d.definition_id
						  WHERE d.round_id = b.round_id AND d.level = 'school' AND b.kind = ANY (i.institution_kinds))
			UNION ALL
			-- a municipality without a school keeps its zeros
			SELECT d.round_id, d.municipality_id, NULL, NULL, NULL,
				   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
			FROM municipal_member d
		) AS g
		GROUP BY g.round_id, g.municipality_id
	) AS p
	LEFT JOIN LATERAL (
		SELECT count(*) AS questions, sum(v.given) AS given
		FROM question n
		JOIN round r ON r.round_id = p.round_id AND (n.valid_from IS NULL OR n.valid_from <= r.cohort_on)
					AND (n.valid_until IS NULL OR r.cohort_on < n.valid_until)
		LEFT JOIN (VALUES
			('teachers', p.teachers), ('diagnosed_subject', p.diagnosed_subject),
			('diagnosed_method', p.diagnosed_method), ('diagnosed_psych', p.diagnosed_psych),
			('supported', p.supported), ('in_networks', p.in_networks),
			('in_active', p.in_active), ('with_route', p.with_route),
			('in_events', p.in_events), ('has_curator', p.has_curator),
			('has_program', p.has_program), ('has_prevention', p.has_prevention),
			('has_study_plans', p.has_study_plans), ('has_tutoring', p.has_tutoring),
			('internet_resolved', p.internet_resolved), ('equipment_resolved', p.equipment_resolved),
			('staffing_resolved', p.staffing_resolved)) AS v(question, given) ON v.question = n.question
		WHERE n.respondent = 'school'
	) AS q ON true
$view$)
$function$;

CREATE OR REPLACE FUNCTION create_region(name text, title text DEFAULT NULL, time_zone text DEFAULT 'Europe/Moscow')
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
	ELSIF name = '$user' THEN
		RAISE EXCEPTION 'unacceptable name of a region: "%"', name
			USING ERRCODE = 'reserved_name',
				  DETAIL = 'In a search path "$user" stands for the schema of the current user, quoted or not.';
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
	-- before there are rows: what is known of one table's size alone misleads the planner
	PERFORM shnor.region_version_constraints(name);
	PERFORM shnor.region_seed(name, coalesce(title, name), time_zone);
	PERFORM shnor.upgrade_region(name);
	RETURN name;
END
$function$;

CREATE OR REPLACE FUNCTION region_check(region text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF region IS NULL OR to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.import_issue', region)) IS NULL
		OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'схема «%» не является регионом', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Регион создаёт функция shnor.create_region(). Проверьте имя и базу данных.';
	ELSIF to_regclass(format('%I.round_school', region)) IS NULL OR to_regclass(format('%I.validation_rule', region)) IS NULL THEN
		RAISE EXCEPTION 'регион «%» создан прежней версией', region
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Владелец региона доводит его до установленной версии так: SELECT shnor.upgrade_region(%L);', region);
	END IF;
	PERFORM shnor.region_check_planted(region);
END
$function$;

COMMENT ON FUNCTION region_check(text) IS
'Internal: refuses a schema that is not a region (3F000), was made by an older version and not upgraded (55000), or holds functions of others than its owner (42501).';

CREATE FUNCTION region_check_planted(region text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	planted	text;
BEGIN
	SELECT string_agg(o.name, ', ' ORDER BY o.name) INTO planted
	FROM (SELECT pg_describe_object(p.classid, p.oid, 0) AS name
		  FROM pg_namespace n
		  CROSS JOIN LATERAL (
			SELECT 'pg_proc'::regclass AS classid, f.oid, f.proowner AS owner FROM pg_proc f WHERE f.pronamespace = n.oid
			UNION ALL
			SELECT 'pg_operator', r.oid, r.oprowner FROM pg_operator r WHERE r.oprnamespace = n.oid
			UNION ALL
			-- a table or a type that bears the name of one of PostgreSQL's
			SELECT 'pg_type', y.oid, y.typowner FROM pg_type y
			WHERE y.typnamespace = n.oid
			  AND EXISTS (SELECT FROM pg_type s WHERE s.typname = y.typname AND s.typnamespace = 'pg_catalog'::regnamespace)) AS p
		  WHERE n.nspname = region
			AND NOT pg_has_role(p.owner, n.nspowner, 'MEMBER')
			-- where the schema alone was given to another role
			AND NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'submission'
							AND pg_has_role(p.owner, c.relowner, 'MEMBER'))
		  LIMIT 5) AS o;
	IF planted IS NOT NULL THEN
		RAISE EXCEPTION 'в схеме региона «%» есть чужие функции, операторы или типы', region
			USING ERRCODE = 'insufficient_privilege',
				  DETAIL = format('Владелец региона их не создавал: %s.', planted),
				  HINT = format('Чужая функция выполнилась бы с вашими правами. Владелец региона проверяет её и удаляет или берёт себе (ALTER … OWNER TO), а право создавать в схеме отзывает: REVOKE CREATE ON SCHEMA %I FROM …', region);
	END IF;
END
$function$;

COMMENT ON FUNCTION region_check_planted(text) IS
'Internal: refuses (42501) a region in whose schema there are functions, operators, or types named like PostgreSQL''s, of others than its owner.';

CREATE OR REPLACE FUNCTION region_parts(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF to_regclass(format('%I.round_school', region)) IS NULL THEN
		PERFORM shnor.region_methodology_parts(region);
	END IF;
	IF to_regclass(format('%I.validation_rule', region)) IS NULL THEN
		PERFORM shnor.region_validation_tables(region);
		PERFORM shnor.region_validation_seed(region);
	END IF;
	IF to_regclass(format('%I.import_correction', region)) IS NULL THEN
		PERFORM shnor.region_import_tables(region);
	END IF;
	IF to_regclass(format('%I.history', region)) IS NULL THEN
		PERFORM shnor.region_history_tables(region);
	END IF;
	IF to_regclass(format('%I.access', region)) IS NULL THEN
		PERFORM shnor.region_access_tables(region);
	END IF;
	IF to_regclass(format('%I.refresh_pending', region)) IS NULL THEN
		PERFORM shnor.region_stored_tables(region);
	END IF;
	PERFORM shnor.region_version_constraints(region);
END
$function$;

COMMENT ON FUNCTION region_parts(text) IS
'Internal: creates and fills the tables of each part where the schema named region does not have them yet.';

CREATE FUNCTION region_methodology_parts(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	closed	integer[];
BEGIN
	PERFORM shnor.region_round_tables(region);
	PERFORM shnor.region_source_tables(region);
	PERFORM shnor.region_evidence_tables(region);
	PERFORM shnor.region_obligation_tables(region);
	PERFORM shnor.region_identification_tables(region);
	PERFORM shnor.region_effectiveness_tables(region);
	PERFORM shnor.region_publication_tables(region);
	PERFORM shnor.region_round_seed(region);
	PERFORM shnor.region_source_seed(region);
	PERFORM shnor.region_obligation_seed(region);
	-- an older region may have done away with an indicator: what is said of it is left out
	EXECUTE format('DELETE FROM %1$I.recommendation_template t WHERE NOT EXISTS (SELECT FROM %1$I.indicator i WHERE i.indicator = t.indicator)', region);
	PERFORM shnor.region_identification_seed(region);
	PERFORM shnor.region_effectiveness_seed(region);

	-- closed again under the triggers, a round writes its schools down
	EXECUTE format('SELECT array_agg(r.round_id) FROM %I.round r WHERE r.state = ''closed''', region) INTO closed;
	IF closed IS NOT NULL THEN
		EXECUTE format('UPDATE %I.round r SET state = ''open'' WHERE r.round_id = ANY ($1)', region) USING closed;
		PERFORM shnor.region_methodology_triggers(region);
		EXECUTE format('UPDATE %I.round r SET state = ''closed'' WHERE r.round_id = ANY ($1)', region) USING closed;
	END IF;
END
$function$;

COMMENT ON FUNCTION region_methodology_parts(text) IS
'Internal: creates and fills the tables of rounds, sources, evidence, obligations, identification, effectiveness and publications in the schema named region.';

CREATE FUNCTION region_methodology_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_tables_triggers(region);
	PERFORM shnor.region_source_triggers(region);
	PERFORM shnor.region_evidence_triggers(region);
	PERFORM shnor.region_obligation_triggers(region);
	PERFORM shnor.region_identification_triggers(region);
	PERFORM shnor.region_round_triggers(region);
	PERFORM shnor.region_lock_triggers(region);
	PERFORM shnor.region_publication_triggers(region);
END
$function$;

COMMENT ON FUNCTION region_methodology_triggers(text) IS
'Internal: creates or replaces the functions and triggers of the first tables and of those of region_methodology_parts in the schema named region.';

CREATE FUNCTION region_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_methodology_triggers(region);
	PERFORM shnor.region_validation_triggers(region);
	PERFORM shnor.region_import_triggers(region);
	PERFORM shnor.region_stored_triggers(region);
	-- last: the journal is of all tables
	PERFORM shnor.region_history_triggers(region);
END
$function$;

COMMENT ON FUNCTION region_triggers(text) IS
'Internal: creates the functions and triggers of the schema named region that are missing and brings the others to the installed version.';

CREATE OR REPLACE FUNCTION region_view_definitions(OUT step integer, OUT view_name text, OUT definition text)
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
		  UNION ALL SELECT * FROM shnor.region_publication_views()
		  UNION ALL SELECT * FROM shnor.region_validation_views()
		  UNION ALL SELECT * FROM shnor.region_import_views()
		  UNION ALL SELECT * FROM shnor.region_history_views()
		  UNION ALL SELECT * FROM shnor.region_access_views()
		  UNION ALL SELECT * FROM shnor.region_stored_views()) AS d
	ORDER BY d.step;
END
$function$;

CREATE OR REPLACE FUNCTION region_views(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	v record;
	verb text;
	path text := format('%I, pg_catalog, pg_temp', region);
	-- with it the text of a view names every schema, as pg_dump's does
	bare constant text := 'pg_catalog, pg_temp';
BEGIN
	FOR v IN SELECT d.view_name, d.definition, format('%I.%I', region, d.view_name) AS name
			 FROM shnor.region_view_definitions() d LOOP
		PERFORM set_config('search_path', path, true);
		-- a view that stands is replaced in place: views built on it and grants on it stay
		verb := CASE WHEN to_regclass(v.name) IS NULL THEN '' ELSE 'OR REPLACE' END;
		EXECUTE format('CREATE %s VIEW %s WITH (security_invoker = true) AS %s', verb, v.name, v.definition);
		-- PostgreSQL's text of a view, read again, may give another text (columns of later branches of a UNION get
		-- names, ORs of ORs one level); that one is stable. So a restored region's dump is the dump it came from.
		PERFORM set_config('search_path', bare, true);
		EXECUTE format('CREATE OR REPLACE VIEW %s WITH (security_invoker = true) AS %s', v.name, pg_get_viewdef(v.name::regclass));
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_views(text) IS
'Internal: creates the views of the schema named region that are missing and brings the others to the installed version. Their text, as pg_get_viewdef gives it, stays the same when it is read again.';

CREATE OR REPLACE FUNCTION upgrade_region(region text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	role_before	text := current_setting('role');
	owner		name;
BEGIN
	IF to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" is not a region', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Create a region with shnor.create_region().';
	END IF;
	PERFORM shnor.region_check_planted(region);
	-- what is new belongs to the region's owner, and functions that others may have put into its schema are not taken over
	SELECT pg_get_userbyid(n.nspowner) INTO owner FROM pg_namespace n WHERE n.nspname = region;
	IF owner <> current_user THEN
		IF NOT pg_has_role(owner, 'MEMBER') THEN
			RAISE EXCEPTION 'must be owner of region "%"', region
				USING ERRCODE = 'insufficient_privilege';
		END IF;
		PERFORM set_config('role', owner, true);
	END IF;
	PERFORM shnor.region_parts(region);
	PERFORM shnor.region_triggers(region);
	PERFORM shnor.region_views(region);
	PERFORM shnor.region_comments(region);
	-- another version may compute otherwise; noted once, so that an upgrade to the same version changes nothing
	EXECUTE format('INSERT INTO %1$I.refresh_pending (noted_at)
					SELECT clock_timestamp()
					WHERE NOT EXISTS (SELECT FROM %1$I.refresh_pending p WHERE num_nonnulls(p.round_id, p.municipality_id, p.schools, p.days) = 0)', region);
	PERFORM shnor.region_materialized(region);
	-- last: every table and view is there
	PERFORM shnor.region_access(region);
	PERFORM set_config('role', role_before, true);
	RETURN region;
END
$function$;

COMMENT ON FUNCTION upgrade_region(text) IS
'Brings the objects of the schema named region to the installed version and returns its name: creates tables that an older version did not have and fills their catalogues, creates or replaces the region''s own functions and triggers, creates views that are missing (after DROP EXTENSION CASCADE and CREATE EXTENSION), replaces the others in place and refreshes all comments. No row that was there is touched, those of catalogues included; views of your own that stand on these stay. Works as the owner of the region: run it as the owner or as a role that may SET ROLE to him. Errors: a schema that is not a region (3F000), another''s region, a function of the region''s names that is somebody else''s (42501).';

CREATE OR REPLACE FUNCTION region_column_dictionary(OUT part text, OUT comment text)
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

CREATE OR REPLACE FUNCTION region_comments(region text) RETURNS void
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

CREATE FUNCTION region_history_names() RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES ('setting'), ('municipality'), ('school'), ('legal_act'), ('round'), ('school_status'),
	('question'), ('indicator'), ('target'), ('form_header'),
	('round_school'), ('round_municipality'), ('data_source'), ('question_source'), ('document'),
	('obligation_term'), ('note'), ('recommendation_template'), ('recommendation'),
	('measure_kind'), ('measure'), ('measure_school'), ('decision_kind'), ('decision'), ('decision_school'),
	('result'), ('identification_rule'), ('effectiveness_criterion'), ('effectiveness_condition'),
	('validation_rule'), ('validation_acceptance'), ('access')
$function$;

COMMENT ON FUNCTION region_history_names() IS
'Internal: the tables of a region whose changes are kept in its journal history.';

CREATE FUNCTION region_history_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE history (
		history_id	bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		table_name	text NOT NULL,
		operation	text NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
		key			jsonb NOT NULL,
		old_row		jsonb,
		new_row		jsonb,
		changed_at	timestamptz NOT NULL,
		changed_by	name NOT NULL,
		session_by	name NOT NULL,
		application	text,
		statement	text,
		CHECK ((operation = 'insert') = (old_row IS NULL) AND (operation = 'delete') = (new_row IS NULL))
	);
	CREATE INDEX ON history (table_name, changed_at);
	CREATE INDEX ON history (table_name, key);

	PERFORM shnor.region_history_columns(region);
END
$function$;

COMMENT ON FUNCTION region_history_tables(text) IS
'Internal: creates the journal of changes in the schema named region and gives the versions of answers the moments between which they stood.';

CREATE FUNCTION region_history_columns(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t record;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	FOR t IN
		SELECT v.name, v.key,
			   (SELECT string_agg(format('s.%1$I IS NOT DISTINCT FROM p.%1$I', k), ' AND ') FROM unnest(string_to_array(v.key, ', ')) AS k) AS same
		FROM (VALUES ('submission', 'round_id, school_id'),
					 ('municipal_submission', 'round_id, municipality_id'),
					 ('source_answer', 'round_id, school_id, municipality_id, question, data_source')) AS v(name, key)
	LOOP
		-- When an older region's answers came in was not written down (submitted_at is the day of the form): each counts
		-- from the moment at which the one before it was replaced, and the first from the beginning. Of versions
		-- replaced in one transaction the last one written had stood: an import writes the others first.
		EXECUTE format('ALTER TABLE %I ADD recorded_at timestamptz NOT NULL DEFAULT ''-infinity'', ADD recorded_by name', t.name);
		EXECUTE format('ALTER TABLE %I ADD recorded_at timestamptz NOT NULL DEFAULT ''-infinity'', ADD recorded_by name', t.name || '_history');
		EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', t.name);
		EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', t.name || '_history');
		EXECUTE format('UPDATE %1$I h SET recorded_at = p.replaced_at, recorded_by = p.replaced_by
						FROM (SELECT v.ctid AS id, lag(v.replaced_at) OVER w AS replaced_at, lag(v.replaced_by) OVER w AS replaced_by
							  FROM %1$I v WINDOW w AS (PARTITION BY %2$s ORDER BY v.replaced_at, v.ctid DESC)) p
						WHERE h.ctid = p.id AND p.replaced_at IS NOT NULL', t.name || '_history', t.key);
		EXECUTE format('UPDATE %1$I s SET recorded_at = p.replaced_at, recorded_by = p.replaced_by
						FROM (SELECT DISTINCT ON (%3$s) v.* FROM %2$I v ORDER BY %3$s, v.replaced_at DESC) p
						WHERE %4$s', t.name, t.name || '_history', t.key, t.same);
		EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', t.name);
		EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', t.name || '_history');
		EXECUTE format('ALTER TABLE %I ALTER recorded_at SET DEFAULT clock_timestamp(), ALTER recorded_by SET DEFAULT current_user,
						ALTER source SET DEFAULT ''SQL''', t.name);
		EXECUTE format('ALTER TABLE %I ALTER recorded_at SET DEFAULT clock_timestamp(), ALTER recorded_by SET DEFAULT current_user,
						ALTER replaced_at SET DEFAULT clock_timestamp()', t.name || '_history');
	END LOOP;
	-- the moment of the data in a publication, to which published_at, the start of its transaction, may come too early
	ALTER TABLE publication ADD taken_at timestamptz;
	ALTER TABLE publication ALTER taken_at SET DEFAULT clock_timestamp(), ADD CHECK (taken_at >= published_at);
END
$function$;

COMMENT ON FUNCTION region_history_columns(text) IS
'Internal: gives answers and their histories in the schema named region the columns recorded_at and recorded_by, and publications the moment of their data.';

CREATE FUNCTION region_history_answers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- A changed answer is a new version. It never begins before the one that it replaces, whatever the clock says.
	CREATE OR REPLACE FUNCTION keep_recorded() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		-- an import says what it writes, so a line that says the same as before is a new version of the same line
		told	boolean := (NEW.recorded_at, NEW.submitted_at, NEW.source) IS DISTINCT FROM (OLD.recorded_at, OLD.submitted_at, OLD.source);
	BEGIN
		NEW.recorded_at := OLD.recorded_at;
		NEW.recorded_by := OLD.recorded_by;
		IF NEW IS DISTINCT FROM OLD THEN
			NEW.recorded_at := greatest(clock_timestamp(), OLD.recorded_at + interval '1 microsecond');
			NEW.recorded_by := current_user;
			-- what was changed by hand no longer stands in the line that the source names
			IF NOT told AND NEW.source ~ ', строка [0-9]+' THEN
				NEW.source := 'SQL';
			END IF;
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE OR REPLACE FUNCTION keep_truncated() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		EXECUTE format('INSERT INTO %1$I.%3$I SELECT h.* FROM %1$I.%2$I s
						CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$I.%3$I, to_jsonb(s) || $1 || jsonb_build_object(''replaced_at'', greatest(s.recorded_at, $2))) h',
					   TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_TABLE_NAME || '_history')
		USING jsonb_build_object('replaced_by', current_user), clock_timestamp();
		RETURN NULL;
	END
	$trigger$;

	-- who writes answers does not write when and by whom. What comes to a history other than by the triggers
	-- is a version that never stood.
	CREATE OR REPLACE FUNCTION check_recorded() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		forged boolean;
	BEGIN
		IF TG_TABLE_NAME LIKE '%\_history' THEN
			-- a trigger says how long the version stood; a trigger may also be somebody's own
			forged := EXISTS (SELECT FROM new_rows n WHERE pg_trigger_depth() = 1 AND n.recorded_at < n.replaced_at OR n.replaced_at < now() OR n.replaced_by IS DISTINCT FROM current_user
															OR n.recorded_at > clock_timestamp());
		ELSE
			forged := EXISTS (SELECT FROM new_rows n WHERE n.recorded_at < now() OR n.recorded_at > clock_timestamp() OR n.recorded_by IS DISTINCT FROM current_user);
		END IF;
		IF forged THEN
			RAISE EXCEPTION 'когда и кем записан ответ, ставится само'
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Не указывайте recorded_at, recorded_by, replaced_at и replaced_by при записи в таблицу %I.%I.', TG_TABLE_SCHEMA, TG_TABLE_NAME);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	FOREACH t IN ARRAY ARRAY['submission', 'municipal_submission', 'source_answer'] LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER keep_recorded BEFORE UPDATE ON %I
						FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_recorded()', t);
		EXECUTE format('CREATE OR REPLACE TRIGGER keep_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION keep_truncated()', t);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_recorded AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows
						FOR EACH STATEMENT EXECUTE FUNCTION check_recorded()', t);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_recorded AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows
						FOR EACH STATEMENT EXECUTE FUNCTION check_recorded()', t || '_history');
		EXECUTE format('CREATE OR REPLACE TRIGGER refuse_edit BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
						FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit(''История ответов хранится всегда. Исправляйте сам ответ: прежний останется в ней.'')', t || '_history');
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_history_answers(text) IS
'Internal: creates or replaces the triggers that keep every version of answers in the schema named region. Uses refuse_edit() of region_round_triggers.';

CREATE FUNCTION region_history_journal(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t record;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE OR REPLACE FUNCTION keep_change() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		key text := (SELECT format('jsonb_build_object(%s)', coalesce(string_agg(format('%1$L, r.%1$I', k), ', '), '')) FROM unnest(TG_ARGV) AS k);
		empty text := 'SELECT NULL::jsonb AS key, NULL::jsonb AS line WHERE false';
		rows text := 'SELECT ' || key || ' AS key, to_jsonb(r) AS line FROM %s r';
	BEGIN
		-- a row that is given another key is one that goes and one that comes
		EXECUTE format('INSERT INTO %I.history (table_name, operation, key, old_row, new_row, changed_at, changed_by, session_by, application, statement)
						SELECT $1, CASE WHEN o.key IS NULL THEN ''insert'' WHEN n.key IS NULL THEN ''delete'' ELSE ''update'' END,
							   coalesce(n.key, o.key), o.line, n.line, $2, current_user, session_user, $3, $4
						FROM (%s) o FULL JOIN (%s) n ON n.key = o.key
						WHERE o.line IS DISTINCT FROM n.line', TG_TABLE_SCHEMA,
					   CASE TG_OP WHEN 'INSERT' THEN empty WHEN 'TRUNCATE' THEN format(rows, TG_RELID::regclass) ELSE format(rows, 'old_rows') END,
					   CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN format(rows, 'new_rows') ELSE empty END)
		-- a file that is loaded stands whole in its statement
		USING TG_TABLE_NAME, clock_timestamp(), current_setting('application_name'), left(current_query(), 200);
		RETURN NULL;
	END
	$trigger$;

	FOR t IN
		SELECT n AS name, (SELECT string_agg(quote_literal(a.attname), ', ' ORDER BY k.position)
						   FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
						   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
						   WHERE i.indrelid = c.oid AND i.indisprimary) AS key
		FROM shnor.region_history_names() AS n
		JOIN pg_class c ON c.oid = to_regclass(format('%I.%I', region, n))
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER keep_inserted AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_change(%s)', t.name, t.key);
		EXECUTE format('CREATE OR REPLACE TRIGGER keep_updated AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_change(%s)', t.name, t.key);
		EXECUTE format('CREATE OR REPLACE TRIGGER keep_deleted AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_change(%s)', t.name, t.key);
		EXECUTE format('CREATE OR REPLACE TRIGGER keep_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION keep_change(%s)', t.name, t.key);
	END LOOP;

	-- The triggers write with the rights of whoever changes a table, and a trigger may be somebody's own: an entry bears
	-- his name and this moment, and is of what he may do.
	CREATE OR REPLACE FUNCTION check_change() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		IF EXISTS (SELECT FROM new_rows n
				   CROSS JOIN LATERAL (SELECT to_regclass(format('%I.%I', TG_TABLE_SCHEMA, n.table_name)) AS relation) AS t
				   WHERE (n.changed_at BETWEEN now() AND clock_timestamp() AND n.changed_by = current_user AND n.session_by = session_user
						  AND CASE n.operation WHEN 'delete' THEN has_table_privilege(t.relation, 'DELETE, TRUNCATE')
								  ELSE has_any_column_privilege(t.relation, n.operation) END) IS NOT TRUE) THEN
			RAISE EXCEPTION 'журнал изменений ведётся сам'
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Измените саму таблицу: запись о том появится в журнале.';
		END IF;
		RETURN NULL;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_change AFTER INSERT ON history REFERENCING NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION check_change();
	CREATE OR REPLACE TRIGGER refuse_edit BEFORE UPDATE OR DELETE OR TRUNCATE ON history
		FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit('Журнал изменений хранится всегда: по нему проверяются отчёты прошлых лет.');
	CREATE OR REPLACE TRIGGER refuse_insert BEFORE INSERT ON history
		FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
		EXECUTE FUNCTION refuse_edit('Журнал ведётся сам при каждой правке таблиц региона.');
END
$function$;

COMMENT ON FUNCTION region_history_journal(text) IS
'Internal: creates or replaces the triggers of the journal, on every table that it keeps, in the schema named region. Uses refuse_edit() of region_round_triggers.';

CREATE FUNCTION region_history_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_history_answers(region);
	PERFORM shnor.region_history_journal(region);
	PERFORM shnor.region_history_as_of(region);
END
$function$;

COMMENT ON FUNCTION region_history_triggers(text) IS
'Internal: brings the triggers that keep history, and the functions that read it, to the installed version in the schema named region. After the tables of all parts.';

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

CREATE OR REPLACE FUNCTION import_form(
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

CREATE OR REPLACE FUNCTION import_columns(region text, round_id integer, content text) RETURNS jsonb
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

CREATE OR REPLACE FUNCTION import_check_columns(columns jsonb, respondent text) RETURNS void
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

CREATE FUNCTION import_plain(region text, round_id integer, content text, columns jsonb, asked text[], apart integer[],
							 OUT plain import_row[], OUT others integer[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	kinds		text[];
	places		integer[];
	rules		methodology;
	seen		text[];		-- what the rules read
	inputs		text;		-- the same as columns
	facts		text;		-- what of it is known of the school
	parts		text;
	by_name		boolean := columns -> 'columns' @> '[{"field": "school_name"}]';
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	SELECT array_agg(CASE WHEN c.respondent <> 'school' OR c.answer_type IN ('ignore', 'document') THEN NULL
						  WHEN c.answer_type IN ('count', 'yes_no') THEN c.answer_type ELSE c.field END ORDER BY c.column_no),
		   array_agg(array_position(asked, c.field) ORDER BY c.column_no)
	INTO kinds, places
	FROM jsonb_to_recordset(columns -> 'columns') AS c(column_no integer, field text, answer_type text, respondent text);

	-- an answer is in the file, or stands as it is stored
	rules := shnor.import_rules(region, import_plain.round_id, 'school');
	seen := coalesce(shnor.columns(rules), '{}');
	SELECT string_agg(format(', %s AS %I', CASE
			   WHEN q.question IS NULL THEN format('k.%I', n)
			   WHEN p.place IS NULL THEN format(CASE WHEN q.is_count THEN 's.%I::bigint' ELSE 's.%I' END, n)
			   WHEN q.is_count THEN format('g.answers[%s]::bigint', p.place)
			   ELSE format('g.answers[%s] = 1', p.place) END, n), ''),
		   string_agg(format(', k.%I', n), '') FILTER (WHERE q.question IS NULL)
	INTO inputs, facts
	FROM unnest(seen) AS n
	LEFT JOIN shnor.validation_questions() q ON q.respondent = 'school' AND q.question = n
	CROSS JOIN LATERAL (SELECT array_position(asked, n) AS place) p
	-- it is there anyhow
	WHERE n <> 'school_id';
	SELECT string_agg(format('%s > %s', p.part, p.whole), ' OR ') INTO parts
	FROM (SELECT CASE WHEN q.question = ANY (asked) THEN format('g.answers[%s]', array_position(asked, q.question)) ELSE format('s.%I', q.question) END AS part,
				 CASE WHEN q.part_of = ANY (asked) THEN format('g.answers[%s]', array_position(asked, q.part_of)) ELSE format('s.%I', q.part_of) END AS whole
		  FROM question q
		  JOIN question w ON w.question = q.part_of
		  JOIN round r ON daterange(q.valid_from, q.valid_until) @> r.cohort_on AND daterange(w.valid_from, w.valid_until) @> r.cohort_on
		  WHERE r.round_id = import_plain.round_id AND q.respondent = 'school' AND (q.question = ANY (asked) OR q.part_of = ANY (asked))) p;

	-- %1$s schools and what is known of them, %2$s of that what rules read, %3$s and %4$s how names are looked up, %5$s the code,
	-- %6$s a name that is another school's, %7$s a part larger than its whole, %8$s what rules read, %9$s whether they find
	-- nothing; $1 content, $2 columns, $3 kinds, $4 places, $5 round, $6 rows apart, $7 rules
	EXECUTE format($sql$
		WITH member AS MATERIALIZED (
			SELECT o.code, o.name, k.school_id%2$s FROM (%1$s) k JOIN school o ON o.school_id = k.school_id WHERE k.round_id = $5
		)%3$s, given AS (
			SELECT g.line, g.submitted_at, g.answers, k.school_id,
				   coalesce(g.plain AND k.school_id IS NOT NULL AND g.line <> ALL ($6) AND NOT (%6$s) AND (%7$s) IS NOT TRUE, false) AS plain%8$s
			FROM shnor.form_read($1, $2 ->> 'delimiter', ($2 ->> 'line')::integer, ($2 ->> 'width')::integer, $3, $4,
								 coalesce((SELECT z.time_zone FROM setting z), 'Europe/Moscow')) g%4$s
			LEFT JOIN member k ON k.code = %5$s
			LEFT JOIN submission s ON s.round_id = $5 AND s.school_id = k.school_id
			OFFSET 0
		), judged AS (
			SELECT g.line, g.submitted_at, g.answers, g.school_id, CASE WHEN g.plain THEN %9$s ELSE false END AS plain FROM given g
		)
		SELECT array_agg(ROW(j.line, j.school_id, j.submitted_at, j.answers, NULL, NULL, NULL, false, false, false, NULL)::shnor.import_row)
			   FILTER (WHERE j.plain), array_agg(j.line) FILTER (WHERE NOT j.plain)
		FROM judged j
	$sql$,
		shnor.import_case(region, import_plain.round_id, 'school', seen, NULL), facts,
		-- a name that one school has, in the municipality where the row tells of one
		CASE WHEN by_name THEN $sql$, town AS MATERIALIZED (
			SELECT shnor.form_normalize(m.name) AS key, min(m.municipality_id) AS municipality_id FROM municipality m GROUP BY 1 HAVING count(*) = 1
		), named AS MATERIALIZED (
			SELECT o.key || E'\n' AS key, min(o.code) AS code
			FROM (SELECT shnor.form_normalize(o.name) AS key, o.code FROM school o) o GROUP BY o.key HAVING count(*) = 1
			UNION ALL
			SELECT o.key || E'\n' || o.municipality_id, min(o.code)
			FROM (SELECT shnor.form_normalize(o.name) AS key, o.code, o.municipality_id FROM school o) o GROUP BY o.key, o.municipality_id HAVING count(*) = 1
		)$sql$ END,
		CASE WHEN by_name THEN $sql$
			LEFT JOIN town t ON t.key = g.place
			LEFT JOIN named n ON n.key = g.name || E'\n' || coalesce(t.municipality_id::text, '') AND (g.place IS NULL OR t.key IS NOT NULL)$sql$ END,
		CASE WHEN by_name THEN 'coalesce(g.code, n.code)' ELSE 'g.code' END,
		-- a code goes before a name that no school has
		CASE WHEN by_name THEN 'g.name IS NOT NULL AND g.name <> shnor.form_normalize(k.name) AND g.name IN (SELECT shnor.form_normalize(x.name) FROM school x)'
			ELSE 'false' END,
		coalesce(parts, 'false'), inputs, CASE WHEN rules IS NULL THEN 'true' ELSE 'shnor.counted($7, g) IS NULL' END)
	INTO plain, others
	USING content, columns, kinds, places, import_plain.round_id, apart, rules;
	plain := coalesce(plain, '{}');
	others := coalesce(others, '{}');
END
$function$;

COMMENT ON FUNCTION import_plain(text, integer, text, jsonb, text[], integer[]) IS
'Internal: the rows of a form for schools in which nothing is wrong (every value can be read, code or name are those of one school of the round, no part is larger than its whole, no rule is broken), and the lines of all others that are not blank, among them those of the lines apart.';

CREATE FUNCTION import_rows(region text, round_id integer, respondent text, content text, columns jsonb, asked text[],
							data_source text, lines integer[],
							OUT line integer, OUT who integer, OUT submitted_at timestamptz, OUT answers integer[], OUT said jsonb,
							OUT row_values text[], OUT issues jsonb, OUT refused boolean)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- nothing is known of a file's size when the plan is made: hash joins are right for small and large ones,
-- and the price put on the nested loops that remain would start the JIT compiler
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	WITH zone AS (
		SELECT coalesce((SELECT s.time_zone FROM setting s), 'Europe/Moscow') AS time_zone
	), header AS MATERIALIZED (
		SELECT c.column_no, c.header, c.field, c.answer_type
		FROM jsonb_to_recordset(columns -> 'columns')
			AS c(column_no integer, header text, field text, answer_type text, respondent text)
		WHERE c.answer_type NOT IN ('ignore', 'document') AND (c.respondent IS NULL OR c.respondent = import_rows.respondent)
	), titled AS (
		-- the first column of each field: where issues of the whole field are shown
		SELECT DISTINCT ON (h.field) h.field, h.column_no, h.header FROM header h ORDER BY h.field, h.column_no
	), record AS MATERIALIZED (
		SELECT r.line, r.fields
		FROM shnor.import_records(content, columns, lines) r
		WHERE EXISTS (SELECT FROM unnest(r.fields) AS v WHERE shnor.form_clean(v) <> '')
	), reading AS MATERIALIZED (
		SELECT r.line, h.column_no, h.header, h.field, c.raw,
			   CASE h.answer_type
				   WHEN 'count' THEN to_jsonb(shnor.form_count(c.raw))
				   WHEN 'yes_no' THEN to_jsonb(shnor.form_yes_no(c.raw))
				   WHEN 'timestamp' THEN to_jsonb(shnor.form_timestamp(c.raw, z.time_zone))
				   WHEN 'code' THEN to_jsonb(shnor.form_clean(c.raw))
				   ELSE to_jsonb(shnor.form_normalize(c.raw))
			   END AS value,
			   CASE WHEN h.answer_type IN ('count', 'yes_no', 'timestamp')
				   THEN shnor.form_problem(c.raw, h.answer_type) END AS problem
		FROM record r
		CROSS JOIN zone z
		CROSS JOIN LATERAL unnest(r.fields) WITH ORDINALITY AS c(raw, column_no)
		JOIN header h ON h.column_no = c.column_no
		WHERE shnor.form_clean(c.raw) <> ''
	), answer AS MATERIALIZED (
		-- several columns may ask one thing: what is there counts
		SELECT r.line, r.field, (array_agg(r.value ORDER BY r.column_no))[1] AS value,
			   (array_agg(r.raw ORDER BY r.column_no))[1] AS raw,
			   count(DISTINCT r.value) > 1 AS contradicts, string_agg(shnor.form_clean(r.raw), ' / ' ORDER BY r.column_no) AS all_raw
		FROM reading r
		WHERE r.problem IS NULL AND r.value IS NOT NULL
		GROUP BY r.line, r.field
	),

	-- ---- who answers ----
	place AS (
		SELECT DISTINCT ON (k.key) k.key, k.municipality_id
		FROM (SELECT shnor.form_normalize(m.name) AS key, m.municipality_id, 1 AS preference FROM municipality m
			  UNION ALL
			  SELECT m.oktmo, m.municipality_id, 2 FROM municipality m WHERE m.oktmo IS NOT NULL
			  UNION ALL
			  SELECT shnor.import_place(m.name), min(m.municipality_id), 3 FROM municipality m
			  GROUP BY shnor.import_place(m.name) HAVING count(*) = 1) k
		WHERE k.key <> ''
		ORDER BY k.key, k.preference, k.municipality_id
	), directory AS MATERIALIZED (
		SELECT o.school_id, o.municipality_id, shnor.form_clean(o.code) AS code,
			   o.name || ' (' || m.name || ', код ' || o.code || ')' AS label,
			   CASE WHEN h.told THEN shnor.form_normalize(o.name) END AS name_key,
			   -- as the reports see it: a round that was reopened keeps its list, whatever the directory says
			   b.school_id IS NOT NULL AS in_round,
			   r.cohort_on
		FROM school o
		JOIN municipality m ON m.municipality_id = o.municipality_id
		JOIN round r ON r.round_id = import_rows.round_id
		LEFT JOIN round_member b ON b.round_id = import_rows.round_id AND b.school_id = o.school_id
		CROSS JOIN (SELECT EXISTS (SELECT FROM header h WHERE h.field = 'school_name') AS told) h
		WHERE import_rows.respondent = 'school'
	), named AS MATERIALIZED (
		SELECT r.line, r.code, r.name_key, r.place IS NOT NULL AS has_place,
			   coalesce(p.municipality_id, q.municipality_id) AS municipality_id
		FROM (SELECT r.line,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'school_code') AS code,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'school_name') AS name_key,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'municipality') AS place
			  FROM record r LEFT JOIN answer a ON a.line = r.line
			  GROUP BY r.line) r
		LEFT JOIN place p ON p.key = r.place
		LEFT JOIN place q ON q.key = shnor.import_place(r.place)
	), namesake AS (
		-- schools of that name: anywhere, and where the row says
		SELECT n.line, array_agg(d.school_id) AS anywhere,
			   count(*) FILTER (WHERE h.here) AS here,
			   count(*) FILTER (WHERE h.here AND d.in_round) AS here_in_round,
			   coalesce(min(d.school_id) FILTER (WHERE h.here AND d.in_round), min(d.school_id) FILTER (WHERE h.here)) AS school_id,
			   string_agg(d.label, '; ' ORDER BY d.label) FILTER (WHERE h.here AND d.in_round) AS labels
		FROM named n
		JOIN directory d ON d.name_key = n.name_key
		CROSS JOIN LATERAL (SELECT NOT n.has_place OR d.municipality_id = n.municipality_id AS here) h
		GROUP BY n.line
	), matched AS (
		SELECT n.*, c.school_id AS by_code,
			   CASE WHEN s.here_in_round = 1 OR s.here = 1 THEN s.school_id END AS by_name,
			   s.anywhere, s.here_in_round, s.here, s.labels
		FROM named n
		LEFT JOIN directory c ON c.code = n.code
		LEFT JOIN namesake s ON s.line = n.line
	), told AS (
		SELECT m.*, coalesce(m.by_code, m.by_name) AS school_id,
			   CASE
				   WHEN m.by_code IS NOT NULL THEN
					   CASE WHEN m.by_code <> ALL (m.anywhere) THEN 'code_and_name' END
				   WHEN m.code IS NULL AND m.name_key IS NULL THEN 'no_school'
				   WHEN m.name_key IS NULL THEN 'unknown_code'
				   WHEN m.has_place AND m.municipality_id IS NULL THEN 'unknown_municipality'
				   WHEN m.here_in_round > 1 THEN 'ambiguous_school'
				   WHEN m.by_name IS NULL AND m.here > 1 THEN 'not_in_round'
				   WHEN m.by_name IS NULL AND m.code IS NOT NULL THEN 'unknown_code'
				   WHEN m.by_name IS NULL THEN 'unknown_school'
			   END AS problem
		FROM matched m
		WHERE import_rows.respondent = 'school'
		UNION ALL
		SELECT m.*, NULL,
			   CASE WHEN NOT m.has_place THEN 'no_municipality'
				   WHEN m.municipality_id IS NULL THEN 'unknown_municipality' END
		FROM matched m
		WHERE import_rows.respondent = 'municipality'
	), identified AS MATERIALIZED (
		SELECT t.line, t.code, t.name_key, t.municipality_id, t.has_place, t.labels, d.label, d.cohort_on,
			   CASE import_rows.respondent WHEN 'school' THEN t.school_id ELSE t.municipality_id END AS who,
			   coalesce(t.problem, CASE WHEN NOT d.in_round THEN 'not_in_round'
									   WHEN t.code IS NOT NULL AND t.by_code IS NULL THEN 'code_ignored' END) AS problem,
			   CASE
				   WHEN t.problem IN ('unknown_municipality', 'no_municipality') THEN 'municipality'
				   WHEN t.problem = 'code_and_name' OR t.code IS NULL AND t.name_key IS NOT NULL THEN 'school_name'
				   WHEN t.code IS NOT NULL OR EXISTS (SELECT FROM header h WHERE h.field = 'school_code') THEN 'school_code'
				   ELSE 'school_name'
			   END AS field
		FROM told t
		LEFT JOIN directory d ON d.school_id = t.school_id
	), unknown AS (
		SELECT i.*, string_to_array(i.name_key, ' ') AS words
		FROM identified i
		WHERE i.problem IN ('unknown_school', 'unknown_code', 'unknown_municipality')
		-- a file of another region need not be compared to the last row
		ORDER BY i.line LIMIT 50
	), alike AS (
		-- names that share half of their words, and codes that differ in punctuation only
		SELECT w.line, d.school_id, 2.0 * count(*) / max(w.words + d.words) AS likeness
		FROM (SELECT u.line, v.word, cardinality(u.words) AS words FROM unknown u CROSS JOIN LATERAL unnest(u.words) AS v(word)) w
		JOIN (SELECT o.school_id, v.word, cardinality(o.words) AS words
			  FROM (SELECT o.school_id, string_to_array(o.name_key, ' ') AS words FROM directory o WHERE o.in_round) o
			  CROSS JOIN LATERAL unnest(o.words) AS v(word)) d ON d.word = w.word
		GROUP BY w.line, d.school_id
		HAVING 4 * count(*) >= max(w.words + d.words)
		UNION
		SELECT u.line, d.school_id, 1
		FROM unknown u
		JOIN directory d ON ltrim(translate(d.code, ' -./', ''), '0') = ltrim(translate(u.code, ' -./', ''), '0')
		WHERE d.in_round
	), nearest AS (
		SELECT n.line, string_agg(n.label, '; ' ORDER BY n.place) AS labels
		FROM (SELECT u.line, d.label, row_number() OVER (PARTITION BY u.line ORDER BY max(a.likeness) DESC, d.label) AS place
			  FROM alike a
			  JOIN unknown u ON u.line = a.line
			  JOIN directory d ON d.school_id = a.school_id
			  WHERE u.problem <> 'unknown_municipality' AND (NOT u.has_place OR d.municipality_id = u.municipality_id)
			  GROUP BY u.line, d.school_id, d.label) n
		WHERE n.place <= 3
		GROUP BY n.line
	),

	-- ---- what cannot be read ----
	stored AS MATERIALIZED (
		SELECT s.school_id AS who, to_jsonb(s) AS document FROM submission s
		WHERE import_rows.respondent = 'school' AND s.round_id = import_rows.round_id
		UNION ALL
		SELECT s.municipality_id, to_jsonb(s) FROM municipal_submission s
		WHERE import_rows.respondent = 'municipality' AND s.round_id = import_rows.round_id
	), told_before AS MATERIALIZED (
		-- a second source stands beside the form: what it has told itself
		SELECT CASE import_rows.respondent WHEN 'school' THEN a.school_id ELSE a.municipality_id END AS who,
			   jsonb_object_agg(a.question, a.answer_count) AS answers
		FROM source_answer a
		WHERE a.round_id = import_rows.round_id AND a.data_source = import_rows.data_source AND a.answer_count IS NOT NULL
		GROUP BY 1
	), filled AS MATERIALIZED (
		SELECT r.line, i.who, max(a.value #>> '{}') FILTER (WHERE a.field = 'submitted_at') AS submitted_at,
			   -- an empty cell of a form takes an answer back, that of another source says nothing
			   CASE import_rows.data_source WHEN 'form' THEN (SELECT jsonb_object_agg(a, NULL) FROM unnest(asked) AS a) ELSE '{}' END
			   || coalesce(jsonb_object_agg(a.field, a.value) FILTER (WHERE a.field = ANY (asked)), '{}') AS answers
		FROM record r
		JOIN identified i ON i.line = r.line
		LEFT JOIN answer a ON a.line = r.line
		GROUP BY r.line, i.who
	), part AS (
		-- a part and its whole; what the file does not ask stands as it is stored
		SELECT q.question, q.part_of, w.wording AS whole_wording
		FROM question q
		JOIN question w ON w.question = q.part_of
		JOIN round r ON daterange(q.valid_from, q.valid_until) @> r.cohort_on
					AND daterange(w.valid_from, w.valid_until) @> r.cohort_on
		WHERE r.round_id = import_rows.round_id AND q.respondent = import_rows.respondent
		  AND (q.question = ANY (asked) OR q.part_of = ANY (asked))
	), broken AS MATERIALIZED (
		-- the rules of validation_rule (77-validation-import.sql)
		SELECT b.*
		FROM shnor.import_broken_rules(region, import_rows.round_id, import_rows.respondent, import_rows.data_source,
			(SELECT jsonb_agg(jsonb_build_object('line', f.line, 'who', f.who, 'answers', f.answers)) FROM filled f)) b
	), issue AS (
		SELECT b.line, t.column_no, t.header, b.question, coalesce(a.raw, b.value) AS raw_value, b.problem, b.detail
		FROM broken b
		LEFT JOIN titled t ON t.field = b.question
		LEFT JOIN answer a ON a.line = b.line AND a.field = b.question
		UNION ALL
		SELECT r.line, r.column_no, r.header, r.field AS question, r.raw AS raw_value, r.problem, NULL AS detail
		FROM reading r WHERE r.problem IS NOT NULL
		UNION ALL
		SELECT a.line, t.column_no, t.header, a.field, a.all_raw, 'two_values', NULL
		FROM answer a JOIN titled t ON t.field = a.field
		WHERE a.contradicts
		UNION ALL
		SELECT r.line, min(c.column_no)::integer, NULL, NULL, string_agg(shnor.form_clean(c.raw), ' | ' ORDER BY c.column_no), 'ragged',
			   columns ->> 'width'
		FROM record r CROSS JOIN LATERAL unnest(r.fields) WITH ORDINALITY AS c(raw, column_no)
		WHERE c.column_no > (columns ->> 'width')::integer AND shnor.form_clean(c.raw) <> ''
		GROUP BY r.line
		UNION ALL
		SELECT f.line, t.column_no, t.header, t.field, n.part #>> '{}',
			   -- a source must agree with itself; where it differs from the form, both are kept
			   CASE WHEN import_rows.data_source = 'form' OR o.answers ?& ARRAY[p.question, p.part_of] THEN 'part_larger'
				   ELSE 'part_larger_than_form' END,
			   format('%s (вопрос «%s»)', n.whole #>> '{}', p.whole_wording)
		FROM filled f
		LEFT JOIN stored s ON s.who = f.who
		LEFT JOIN told_before b ON b.who = f.who
		CROSS JOIN LATERAL (SELECT coalesce(b.answers, '{}') || f.answers AS answers) o
		CROSS JOIN part p
		CROSS JOIN LATERAL (
			SELECT nullif((coalesce(s.document, '{}') || o.answers) -> p.question, 'null') AS part,
				   nullif((coalesce(s.document, '{}') || o.answers) -> p.part_of, 'null') AS whole) n
		JOIN titled t ON t.field = CASE WHEN f.answers ? p.question THEN p.question ELSE p.part_of END
		WHERE n.part > n.whole AND f.answers ?| ARRAY[p.question, p.part_of]
		  -- a cell that could not be read has its own issue
		  AND NOT EXISTS (SELECT FROM reading r WHERE r.line = f.line AND r.field = p.part_of AND r.problem IS NOT NULL)
		UNION ALL
		SELECT i.line, t.column_no, t.header, coalesce(t.field, i.field), a.raw, i.problem,
			   CASE i.problem
				   WHEN 'ambiguous_school' THEN i.labels
				   WHEN 'not_in_round' THEN coalesce(i.label || ' на ' || to_char(i.cohort_on, 'DD.MM.YYYY'), '')
				   WHEN 'code_and_name' THEN i.label
				   WHEN 'code_ignored' THEN i.label
				   ELSE n.labels
			   END
		FROM identified i
		LEFT JOIN titled t ON t.field = i.field
		LEFT JOIN answer a ON a.line = i.line AND a.field = i.field
		LEFT JOIN nearest n ON n.line = i.line
		WHERE i.problem IS NOT NULL
	), noted AS (
		SELECT i.line, bool_or(NOT w.warns) AS refused,
			   jsonb_agg(jsonb_build_object('column_no', i.column_no, 'header', i.header, 'question', i.question,
											'raw_value', i.raw_value, 'problem', i.problem, 'detail', i.detail,
											'warns', w.warns) ORDER BY i.column_no) AS issues
		FROM issue i
		CROSS JOIN LATERAL (SELECT i.problem IN ('code_ignored', 'part_larger_than_form', 'rule_warning') AS warns) w
		GROUP BY i.line
	)
	SELECT f.line, f.who, f.submitted_at::timestamptz,
		   CASE import_rows.data_source WHEN 'form' THEN
			   ARRAY(SELECT CASE f.answers ->> q.question WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE (f.answers ->> q.question)::integer END
					 FROM unnest(asked) WITH ORDINALITY AS q(question, place) ORDER BY q.place) END,
		   CASE WHEN import_rows.data_source <> 'form' THEN f.answers END,
		   CASE WHEN n.issues IS NOT NULL THEN r.fields END, coalesce(n.issues, '[]'), coalesce(n.refused, false)
	FROM filled f
	JOIN record r ON r.line = f.line
	LEFT JOIN noted n ON n.line = f.line
	ORDER BY f.line;
END
$function$;

COMMENT ON FUNCTION import_rows(text, integer, text, text, jsonb, text[], text, integer[]) IS
'Internal: the records of a form''s export that are not blank, those that start on lines (NULL: all): line, who (school_id or municipality_id), submitted_at (NULL when the file does not tell), answers and said (as in import_row: of a form the questions asked, of another source those answered), row_values (the record as it stands, where there are issues), issues (column_no, header, question, raw_value, problem, detail, warns) and whether the row is refused. columns is what import_columns() gives, asked the questions that the file asks of the respondent.';

CREATE FUNCTION import_judge(region text, round_id integer, respondent text, readings import_row[], asked text[], data_source text,
							 imported_at timestamptz) RETURNS import_verdict[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF data_source = 'form' THEN
		RETURN shnor.import_judge_form(region, round_id, respondent, readings, asked, imported_at);
	END IF;
	RETURN shnor.import_judge_source(region, round_id, respondent, readings, asked, data_source, imported_at);
END
$function$;

COMMENT ON FUNCTION import_judge(text, integer, text, import_row[], text[], text, timestamptz) IS
'Internal: what becomes of the rows of import_reading() that are not refused: submitted_at (of a row without a time that of the import), outcome (loaded: first answers; corrected: versions that replace or are replaced; unchanged: already stored or kept, repeated in the file, or older than what is stored), stored (the answers that stand, where these are others), and of a form wins (true: answers take their place; false: they go to the history at once; NULL: neither), of another source put and kept (the answers that do). imported_at is when the file was imported first, NULL when it is new.';

CREATE FUNCTION import_judge_form(region text, round_id integer, respondent text, readings import_row[], asked text[],
								  imported_at timestamptz) RETURNS import_verdict[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
DECLARE
	answers	text := CASE respondent WHEN 'school' THEN 'submission' ELSE 'municipal_submission' END;
	key		text := CASE respondent WHEN 'school' THEN 'school_id' ELSE 'municipality_id' END;
	judged	import_verdict[];
BEGIN
	-- %1$I region, %2$I answers, %3$I history, %4$I who, %5$s the answers asked, %6$s whether the row takes the place of what
	-- is stored; $1 rows, $2 round, $3 when the file was imported first
	EXECUTE format($sql$
		WITH given AS MATERIALIZED (
			SELECT g.line, g.who, g.answers, g.patched, coalesce(g.corrects, false) AS corrects, g.submitted_at IS NOT NULL AS stamped,
				   s.%4$I IS NOT NULL AS stands, s.submitted_at AS stored_at, c.as_stored, CASE WHEN s.%4$I IS NOT NULL AND NOT c.as_stored THEN to_jsonb(s) END AS stored,
				   -- a row without a time is as new as the import
				   coalesce(g.submitted_at, $3, greatest(now(), s.submitted_at)) AS submitted_at
			FROM unnest($1) AS g
			LEFT JOIN %1$I.%2$I s ON s.round_id = $2 AND s.%4$I = g.who
			CROSS JOIN LATERAL (SELECT coalesce(s.%4$I IS NOT NULL AND %5$s = g.answers AND (g.submitted_at IS NULL OR g.submitted_at = s.submitted_at), false) AS as_stored) c
			WHERE NOT g.refused
		), versions AS MATERIALIZED (
			-- of whom there is more than this row and what is stored
			SELECT g.who FROM given g GROUP BY g.who HAVING count(*) > 1
			UNION
			SELECT h.%4$I FROM %1$I.%3$I h WHERE h.round_id = $2
		), judged AS (
			SELECT s.*, %6$s AS wins, %6$s AS changes
			FROM (SELECT g.*, true AS last, false AS repeated, false AS in_history
				  FROM given g WHERE g.who NOT IN (SELECT v.who FROM versions v)) s
			UNION ALL
			SELECT w.*, bool_or(w.wins) OVER (PARTITION BY w.who)
			FROM (SELECT s.*, %6$s AS wins
				  FROM (SELECT g.*, row_number() OVER (PARTITION BY g.who ORDER BY g.submitted_at DESC, g.line DESC) = 1 AS last,
							   -- the file says the same once more further down
							   row_number() OVER (PARTITION BY g.who, g.submitted_at, g.answers ORDER BY g.line DESC) > 1 AS repeated,
							   EXISTS (SELECT FROM %1$I.%3$I s
									   WHERE s.round_id = $2 AND s.%4$I = g.who AND %5$s = g.answers
										 AND (NOT g.stamped OR s.submitted_at = g.submitted_at)) AS in_history
						FROM given g WHERE g.who IN (SELECT v.who FROM versions v)) s) w
		)
		SELECT array_agg(ROW(j.line, j.who, j.patched, j.submitted_at,
			   CASE
				   WHEN j.wins THEN CASE WHEN j.stands THEN 'corrected' ELSE 'loaded' END
				   WHEN j.repeated OR j.as_stored THEN 'unchanged'
				   WHEN j.stands AND (j.in_history OR j.submitted_at < j.stored_at OR NOT j.changes) THEN 'unchanged'
				   ELSE 'corrected'
			   END,
			   j.stored, CASE WHEN j.wins THEN true WHEN NOT j.repeated AND NOT j.as_stored AND NOT j.in_history THEN false END,
			   j.answers, NULL, NULL)::shnor.import_verdict)
		FROM judged j
	$sql$, region, answers, answers || '_history', key,
		(SELECT format('ARRAY[%s]', string_agg(format('s.%I::integer', q), ', ' ORDER BY place)) FROM unnest(asked) WITH ORDINALITY AS a(q, place)),
		-- an old version wins again only where nothing is stored, when a new file without times brings it back, or when the
		-- row is being corrected to it
		$sql$s.last AND NOT s.as_stored
			AND (NOT s.stands
				 OR s.submitted_at >= s.stored_at AND NOT (s.in_history AND NOT s.corrects AND (s.stamped OR $3 IS NOT NULL)))$sql$)
	INTO judged USING readings, round_id, imported_at;
	RETURN coalesce(judged, '{}');
END
$function$;

COMMENT ON FUNCTION import_judge_form(text, integer, text, import_row[], text[], timestamptz) IS
'Internal: import_judge() for the form. Of several rows of one school or municipality the latest (submitted_at, then line) stands if it is not older than what is stored; the others and what it replaces go to the history.';

CREATE FUNCTION import_judge_source(region text, round_id integer, respondent text, readings import_row[], asked text[],
									data_source text, imported_at timestamptz) RETURNS import_verdict[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	verdicts	import_verdict[];
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	WITH told AS MATERIALIZED (
		SELECT CASE import_judge_source.respondent WHEN 'school' THEN a.school_id ELSE a.municipality_id END AS who,
			   a.question, coalesce(to_jsonb(a.answer_count), to_jsonb(a.answer_yes)) AS value, a.submitted_at, a.stands
		FROM (SELECT s.round_id, s.school_id, s.municipality_id, s.question, s.data_source, s.answer_count, s.answer_yes,
					 s.submitted_at, true AS stands FROM source_answer s
			  UNION ALL
			  SELECT h.round_id, h.school_id, h.municipality_id, h.question, h.data_source, h.answer_count, h.answer_yes,
					 h.submitted_at, false FROM source_answer_history h) a
		WHERE a.round_id = import_judge_source.round_id AND a.data_source = import_judge_source.data_source
		  AND a.question = ANY (asked)
	), earlier AS MATERIALIZED (
		SELECT t.who, t.question, t.value, array_agg(DISTINCT t.submitted_at) AS times
		FROM told t WHERE NOT t.stands
		GROUP BY t.who, t.question, t.value
	), record AS MATERIALIZED (
		SELECT r.line, r.who, r.said, r.patched, coalesce(r.corrects, false) AS corrects, r.submitted_at IS NOT NULL AS stamped,
			   -- a row without a time is as new as the import
			   coalesce(r.submitted_at, import_judge_source.imported_at, greatest(now(), s.latest)) AS submitted_at
		FROM unnest(readings) AS r
		LEFT JOIN (SELECT t.who, max(t.submitted_at) AS latest FROM told t WHERE t.stands GROUP BY t.who) s ON s.who = r.who
		WHERE NOT r.refused
	), given AS (
		SELECT r.line, r.who, r.corrects, r.stamped, r.submitted_at, v.key AS question, v.value, s.value AS stored_value, s.submitted_at AS stored_at,
			   -- an empty cell says nothing: of each question the latest row that answers it
			   row_number() OVER (PARTITION BY r.who, v.key ORDER BY r.submitted_at DESC, r.line DESC) = 1 AS last,
			   row_number() OVER (PARTITION BY r.who, v.key, r.submitted_at, v.value ORDER BY r.line DESC) > 1 AS repeated,
			   coalesce(v.value = s.value AND (NOT r.stamped OR r.submitted_at = s.submitted_at), false) AS as_stored,
			   coalesce(NOT r.stamped OR r.submitted_at = ANY (h.times), false) AND h.who IS NOT NULL AS in_history
		FROM record r
		CROSS JOIN LATERAL jsonb_each(r.said) v
		LEFT JOIN told s ON s.who = r.who AND s.question = v.key AND s.stands
		LEFT JOIN earlier h ON h.who = r.who AND h.question = v.key AND h.value = v.value
	), judged AS (
		-- as in import_judge_form()
		SELECT g.*, g.last AND (g.stored_value IS NULL
								OR g.submitted_at >= g.stored_at AND NOT g.as_stored
								   AND NOT (g.in_history AND NOT g.corrects AND (g.stamped OR import_judge_source.imported_at IS NOT NULL))) AS wins
		FROM given g
	), summed AS (
		SELECT j.line, bool_or(j.wins) AS changes,
			   jsonb_object_agg(j.question, j.stored_value) FILTER (WHERE j.stored_value IS NOT NULL) AS stored,
			   jsonb_object_agg(j.question, j.value) FILTER (WHERE j.wins) AS put,
			   jsonb_object_agg(j.question, j.value)
				   FILTER (WHERE NOT j.wins AND NOT j.repeated AND NOT j.as_stored AND NOT j.in_history) AS kept
		FROM judged j
		GROUP BY j.line
	), verdict AS (
		SELECT r.line, r.who, r.patched, r.submitted_at,
			   CASE WHEN NOT coalesce(s.changes, false) THEN 'unchanged'
					WHEN t.who IS NULL AND r.line = max(s.line) FILTER (WHERE s.changes) OVER (PARTITION BY r.who) THEN 'loaded'
					ELSE 'corrected' END AS outcome,
			   s.stored, s.put, s.kept
		FROM record r
		LEFT JOIN summed s ON s.line = r.line
		LEFT JOIN (SELECT DISTINCT t.who FROM told t WHERE t.stands) t ON t.who = r.who
	)
	SELECT array_agg(ROW(v.line, v.who, v.patched, v.submitted_at, v.outcome, v.stored, NULL, NULL, v.put, v.kept)::import_verdict ORDER BY v.line)
	INTO verdicts FROM verdict v;
	RETURN coalesce(verdicts, '{}');
END
$function$;

COMMENT ON FUNCTION import_judge_source(text, integer, text, import_row[], text[], text, timestamptz) IS
'Internal: import_judge() for another source than the form, question by question. Of several rows the latest that answers a question stands if it is not older than what that source has said before; the others and what it replaces go to the history.';

CREATE FUNCTION import_source(source text, line integer, patched boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(source, '') || ', строка ' || line::text || CASE WHEN patched THEN ' (исправлена)' ELSE '' END;

COMMENT ON FUNCTION import_source(text, integer, boolean) IS
'Internal: where an answer or a document comes from: the file, its line, and whether the row was corrected after it had been refused.';

CREATE FUNCTION import_lock_answers(region text, round_id integer, respondent text, readings import_row[], data_source text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
DECLARE
	key	text := CASE respondent WHEN 'school' THEN 'school_id' ELSE 'municipality_id' END;
BEGIN
	-- in the order of their keys, so that who locks them otherwise in that order is not met halfway
	EXECUTE format('SELECT FROM %I.%I s WHERE s.round_id = $1 AND s.%I IN (SELECT g.who FROM unnest($2) AS g WHERE NOT g.refused) %s FOR NO KEY UPDATE',
				   region, CASE WHEN data_source <> 'form' THEN 'source_answer' WHEN respondent = 'school' THEN 'submission' ELSE 'municipal_submission' END,
				   key, CASE WHEN data_source <> 'form' THEN 'AND s.data_source = $3 ORDER BY s.source_answer_id' ELSE format('ORDER BY s.%I', key) END)
	USING round_id, readings, data_source;
END
$function$;

COMMENT ON FUNCTION import_lock_answers(text, integer, text, import_row[], text) IS
'Internal: waits for who is changing answers that the file is going to be compared with, and keeps them until the end of the transaction.';

CREATE FUNCTION import_store(region text, round_id integer, respondent text, judged import_verdict[], asked text[], source text) RETURNS integer[]
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	answers		text := CASE respondent WHEN 'school' THEN 'submission' ELSE 'municipal_submission' END;
	key			text := CASE respondent WHEN 'school' THEN 'school_id' ELSE 'municipality_id' END;
	told		text[] := ARRAY['round_id', key, 'submitted_at', 'source'];
	questions	text[];
	given		text[];
	kept		text[];
	overtaken	integer[];
	-- of what stands from now on, and of what has never stood
	moment		timestamptz := clock_timestamp();
BEGIN
	-- a version keeps all answers, a row that stands is given those that the file asks; other columns are not ours
	EXECUTE format('SELECT array_agg(c.question ORDER BY c.attnum), array_agg(coalesce(c.told, format(''(s.v).%%I'', c.question)) ORDER BY c.attnum),
						   array_agg(c.told ORDER BY c.place) FILTER (WHERE c.told IS NOT NULL)
					FROM (SELECT a.attnum, a.attname::text AS question, p.place,
								 CASE WHEN p.place IS NOT NULL THEN format(CASE a.atttypid WHEN ''boolean''::regtype THEN ''g.answers[%%s] = 1'' ELSE ''g.answers[%%s]'' END, p.place) END AS told
						  FROM pg_attribute a CROSS JOIN LATERAL (SELECT array_position($1, a.attname::text) AS place) p
						  WHERE a.attrelid = %L::regclass AND a.attnum > 0 AND NOT a.attisdropped
							AND a.attname IN (SELECT q.question FROM %I.question q)) c', format('%I.%I', region, answers), region)
	INTO questions, kept, given USING asked;

	-- %1$I region, %2$I answers, %3$I history, %4$I who, %5$s and %6$s columns of a version and their values,
	-- %7$s and %8$s those of a row that stands, %9$s changes; $1 verdicts, $2 round, $3 source, $4 the moment
	EXECUTE format($sql$
		WITH given AS MATERIALIZED (
			SELECT j.line, j.who, j.wins, j.submitted_at, j.answers, j.stored, shnor.import_source($3, j.line, j.patched) AS source
			FROM unnest($1) AS j
			WHERE j.wins IS NOT NULL
		), put AS (
			INSERT INTO %1$I.%2$I AS s (%7$s, recorded_at)
			SELECT $2, g.who, g.submitted_at, g.source, %8$s, $4 FROM given g WHERE g.wins ORDER BY g.who
			-- somebody else may have stored a later answer since
			ON CONFLICT (round_id, %4$I) DO UPDATE SET %9$s WHERE s.submitted_at <= excluded.submitted_at
			RETURNING s.%4$I AS who
		), overtaken AS MATERIALIZED (
			SELECT g.line FROM given g WHERE g.wins AND NOT EXISTS (SELECT FROM put p WHERE p.who = g.who)
		), version AS (
			INSERT INTO %1$I.%3$I (%5$s, recorded_at, replaced_at)
			SELECT $2, g.who, g.submitted_at, g.source, %6$s, $4, $4
			FROM given g
			-- questions that the file does not ask keep their answers
			CROSS JOIN LATERAL (SELECT jsonb_populate_record(NULL::%1$I.%2$I, coalesce(g.stored, '{}')) AS v) s
			WHERE NOT g.wins OR g.line IN (SELECT o.line FROM overtaken o)
			ORDER BY g.line
		)
		SELECT array_agg(o.line) FROM overtaken o
	$sql$, region, answers, answers || '_history', key,
		(SELECT string_agg(format('%I', c), ', ') FROM unnest(told || questions) AS c),
		array_to_string(kept, ', '),
		(SELECT string_agg(format('%I', c), ', ') FROM unnest(told || asked) AS c),
		array_to_string(given, ', '),
		(SELECT string_agg(format('%1$I = excluded.%1$I', c), ', ') FROM unnest('{submitted_at,source,recorded_at}' || asked) AS c))
	INTO overtaken USING judged, round_id, source, moment;
	RETURN coalesce(overtaken, '{}');
END
$function$;

COMMENT ON FUNCTION import_store(text, integer, text, import_verdict[], text[], text) IS
'Internal: stores what import_judge() says of the form''s rows. Returns the lines whose place somebody else took meanwhile with a later answer: they are in the history.';

CREATE FUNCTION import_store_source(region text, round_id integer, respondent text, judged import_verdict[], data_source text, source text)
RETURNS integer[]
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	placed	jsonb;
	moment	timestamptz := clock_timestamp();
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	WITH put AS (
		INSERT INTO source_answer AS a
			(round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes, submitted_at, source)
		SELECT import_store_source.round_id, CASE import_store_source.respondent WHEN 'school' THEN j.who END,
			   CASE import_store_source.respondent WHEN 'municipality' THEN j.who END, v.key, import_store_source.data_source,
			   CASE jsonb_typeof(v.value) WHEN 'number' THEN v.value::integer END,
			   CASE jsonb_typeof(v.value) WHEN 'boolean' THEN v.value::boolean END,
			   j.submitted_at, shnor.import_source(import_store_source.source, j.line, j.patched)
		FROM unnest(judged) AS j
		CROSS JOIN LATERAL jsonb_each(j.put) v
		ORDER BY j.who, v.key
		ON CONFLICT (round_id, school_id, municipality_id, question, data_source) DO UPDATE
		SET answer_count = excluded.answer_count, answer_yes = excluded.answer_yes, submitted_at = excluded.submitted_at,
			source = excluded.source, recorded_at = excluded.recorded_at,
			-- the order behind another answer is not behind this one
			legal_act_id = CASE WHEN (a.answer_count, a.answer_yes) IS NOT DISTINCT FROM (excluded.answer_count, excluded.answer_yes)
							   THEN a.legal_act_id END
		-- somebody else may have stored a later answer since
		WHERE a.submitted_at <= excluded.submitted_at
		RETURNING coalesce(a.school_id, a.municipality_id) AS who, a.question
	)
	SELECT coalesce(jsonb_object_agg(p.who || ' ' || p.question, true), '{}') INTO placed FROM put p;

	-- a version bears the number of the answer that stands
	INSERT INTO source_answer_history
		(source_answer_id, round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes, submitted_at, source,
		 recorded_at, replaced_at)
	SELECT coalesce(a.source_answer_id, nextval(pg_get_serial_sequence(format('%I.source_answer', region), 'source_answer_id'))),
		   import_store_source.round_id, CASE import_store_source.respondent WHEN 'school' THEN j.who END,
		   CASE import_store_source.respondent WHEN 'municipality' THEN j.who END, v.key, import_store_source.data_source,
		   CASE jsonb_typeof(v.value) WHEN 'number' THEN v.value::integer END,
		   CASE jsonb_typeof(v.value) WHEN 'boolean' THEN v.value::boolean END,
		   j.submitted_at, shnor.import_source(import_store_source.source, j.line, j.patched),
		   -- it has never stood
		   moment, moment
	FROM unnest(judged) AS j
	CROSS JOIN LATERAL (SELECT k.key, k.value FROM jsonb_each(j.kept) k
						UNION ALL
						SELECT p.key, p.value FROM jsonb_each(j.put) p WHERE NOT placed ? (j.who || ' ' || p.key)) v
	LEFT JOIN source_answer a
		ON a.round_id = import_store_source.round_id AND a.data_source = import_store_source.data_source AND a.question = v.key
	   AND CASE import_store_source.respondent WHEN 'school' THEN a.school_id ELSE a.municipality_id END = j.who
	ORDER BY j.line, v.key;

	RETURN ARRAY(SELECT j.line FROM unnest(judged) AS j
				 WHERE j.put <> '{}' AND NOT EXISTS (SELECT FROM jsonb_object_keys(j.put) AS k WHERE placed ? (j.who || ' ' || k)));
END
$function$;

COMMENT ON FUNCTION import_store_source(text, integer, text, import_verdict[], text, text) IS
'Internal: stores what import_judge() says of the rows of another source than the form, one row per respondent and question answered. Returns the lines of which somebody else has meanwhile overtaken every answer: they are in the history.';

CREATE OR REPLACE FUNCTION import_message(problem text, raw text, detail text, OUT reason text, OUT hint text)
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

CREATE FUNCTION import_issues(content text, columns jsonb, plain import_row[], readings import_row[], cells jsonb,
							  OUT line integer, OUT column_no integer, OUT header text, OUT question text, OUT raw_value text,
							  OUT row_values text[], OUT reason text, OUT hint text, OUT severity text, OUT who integer,
							  OUT submitted_at timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT i.line, i.column_no, shnor.spreadsheet_safe(i.header), i.question, shnor.spreadsheet_safe(i.raw_value),
		   CASE WHEN i.row_values IS NOT NULL THEN
			   -- most cells begin with a letter or a digit, and are safe
			   ARRAY(SELECT CASE WHEN v.cell ~ '^[0-9A-Za-zА-Яа-яЁё]' THEN v.cell ELSE shnor.spreadsheet_safe(v.cell) END
					 FROM unnest(i.row_values) WITH ORDINALITY AS v(cell, n) ORDER BY v.n) END,
		   shnor.spreadsheet_safe(m.reason), shnor.spreadsheet_safe(m.hint),
		   CASE WHEN i.warns THEN 'warning' ELSE 'refused' END, i.who, i.submitted_at
	FROM (SELECT r.line, i.column_no, i.header, i.question, i.raw_value, r.row_values, i.problem, i.detail, i.warns,
				 -- code and name that name two schools tell of none
				 CASE WHEN NOT r.issues @> '[{"problem": "code_and_name"}]' THEN r.who END AS who, r.submitted_at
		  FROM unnest(readings) AS r
		  CROSS JOIN LATERAL jsonb_to_recordset(r.issues)
			AS i(column_no integer, header text, question text, raw_value text, problem text, detail text, warns boolean)
		  UNION ALL
		  SELECT c.line, c.column_no, c.header, c.question, c.raw_value, NULL, c.problem, NULL, true,
				 CASE WHEN r.issues @> '[{"problem": "code_and_name"}]' THEN NULL ELSE r.who END, r.submitted_at
		  FROM jsonb_to_recordset(cells) AS c(line integer, column_no integer, header text, question text, raw_value text, problem text)
		  JOIN unnest(plain || readings) AS r ON r.line = c.line
		  WHERE c.problem IS NOT NULL AND cells <> '[]'
		  UNION ALL
		  -- columns of the file that nobody reads
		  SELECT (columns ->> 'line')::integer, w.column_no, w.header, NULL, NULL, NULL, w.problem, w.detail, true, NULL, NULL
		  FROM shnor.import_unread_columns(content, columns, columns ->> 'respondent') w) i
	CROSS JOIN LATERAL shnor.import_message(i.problem, CASE WHEN i.line = (columns ->> 'line')::integer THEN i.header ELSE i.raw_value END,
											i.detail) m
	ORDER BY i.line, i.column_no
$function$;

COMMENT ON FUNCTION import_issues(text, jsonb, import_row[], import_row[], jsonb) IS
'Internal: the issues of a file as import_issue keeps them (columns not read, cells that import_rows() and import_document_cells() complain of), and whose answers they are about, of what time. Text from the file is safe for spreadsheets.';

CREATE FUNCTION import_issue_key(line integer, column_no integer, question text, raw_value text, reason text, severity text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT jsonb_build_array(line, column_no, question, raw_value, reason, severity)::text
$function$;

COMMENT ON FUNCTION import_issue_key(integer, integer, text, text, text, text) IS
'Internal: by what an issue is known when its file is imported again.';

CREATE FUNCTION import_settle(region text, issues bigint[], reasons text[], resolution text) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	moved	integer;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	WITH gone AS (
		DELETE FROM import_issue w USING unnest(issues, reasons) AS s(issue_id, settled_by)
		WHERE w.issue_id = s.issue_id RETURNING w.*, s.settled_by
	)
	INSERT INTO import_issue_history (issue_id, import_id, line, column_no, header, question, raw_value, row_values, reason, hint,
									  severity, school_id, municipality_id, submitted_at, resolution, resolution_reason)
	SELECT g.issue_id, g.import_id, g.line, g.column_no, g.header, g.question, g.raw_value, g.row_values, g.reason, g.hint,
		   g.severity, g.school_id, g.municipality_id, g.submitted_at, import_settle.resolution, g.settled_by
	FROM gone g
	ORDER BY g.issue_id;
	GET DIAGNOSTICS moved = ROW_COUNT;
	RETURN moved;
END
$function$;

COMMENT ON FUNCTION import_settle(text, bigint[], text[], text) IS
'Internal: moves issues to import_issue_history with resolution, each with its reason, and returns how many.';

CREATE FUNCTION import_note(region text, import_id bigint, content text, columns jsonb, plain import_row[], readings import_row[],
							cells jsonb, known jsonb, lines integer[], resolution text, resolution_reason text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	found	jsonb;
	school	boolean := columns ->> 'respondent' = 'school';
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	SELECT coalesce(jsonb_agg(to_jsonb(f) || jsonb_build_object('key', shnor.import_issue_key(f.line, f.column_no, f.question, f.raw_value, f.reason, f.severity),
																'place', f.place) ORDER BY f.place), '[]')
	INTO found
	FROM (SELECT i.*, row_number() OVER () AS place FROM shnor.import_issues(content, columns, plain, readings, cells) i) f
	-- rows that are set aside stay so
	WHERE (lines IS NULL OR f.line = ANY (lines))
	  AND (f.severity = 'warning' OR NOT coalesce(known -> 'set_aside' ? f.line::text, false));

	IF known <> '{}' THEN
		-- what is no longer found
		PERFORM shnor.import_settle(region, array_agg(w.issue_id),
			array_agg(coalesce(import_note.resolution_reason,
							   CASE WHEN EXISTS (SELECT FROM jsonb_to_recordset(found) AS f(line integer, severity text)
												 WHERE f.line = w.line AND f.severity = 'refused')
								   THEN 'При повторной загрузке файла у строки другое замечание'
								   ELSE 'При повторной загрузке файла замечания больше нет' END)),
			import_note.resolution)
		FROM import_issue w
		WHERE w.import_id = import_note.import_id AND (lines IS NULL OR w.line = ANY (lines))
		  AND NOT EXISTS (
			  SELECT FROM jsonb_to_recordset(found) AS f(key text)
			  WHERE f.key = shnor.import_issue_key(w.line, w.column_no, w.question, w.raw_value, w.reason, w.severity));

		-- who answers may be known by now
		UPDATE import_issue w
		SET school_id = CASE WHEN school THEN f.who END, municipality_id = CASE WHEN NOT school THEN f.who END, submitted_at = f.submitted_at
		FROM jsonb_to_recordset(found) AS f(key text, who integer, submitted_at timestamptz)
		WHERE w.import_id = import_note.import_id
		  AND shnor.import_issue_key(w.line, w.column_no, w.question, w.raw_value, w.reason, w.severity) = f.key
		  AND (coalesce(w.school_id, w.municipality_id), w.submitted_at) IS DISTINCT FROM (f.who, f.submitted_at);
	END IF;

	INSERT INTO import_issue (import_id, line, column_no, header, question, raw_value, row_values, reason, hint, severity,
							  school_id, municipality_id, submitted_at)
	SELECT import_note.import_id, f.line, f.column_no, f.header, f.question, f.raw_value, f.row_values, f.reason, f.hint, f.severity,
		   CASE WHEN school THEN f.who END, CASE WHEN NOT school THEN f.who END, f.submitted_at
	FROM jsonb_to_recordset(found) AS f(place bigint, key text, line integer, column_no integer, header text, question text, raw_value text,
										row_values text[], reason text, hint text, severity text, who integer, submitted_at timestamptz)
	WHERE NOT EXISTS (
		   SELECT FROM (SELECT shnor.import_issue_key(w.line, w.column_no, w.question, w.raw_value, w.reason, w.severity) AS key
						FROM import_issue w WHERE w.import_id = import_note.import_id
						UNION ALL
						-- dismissed is dismissed
						SELECT shnor.import_issue_key(h.line, h.column_no, h.question, h.raw_value, h.reason, h.severity)
						FROM import_issue_history h
						WHERE h.import_id = import_note.import_id AND h.resolution IN ('dismissed', 'superseded')) k
		   WHERE k.key = f.key)
	ORDER BY f.place;
END
$function$;

COMMENT ON FUNCTION import_note(text, bigint, text, jsonb, import_row[], import_row[], jsonb, jsonb, integer[], text, text) IS
'Internal: brings import_issue up to what import_issues() finds in the lines (NULL: all) of a file: what is no longer found moves to import_issue_history with resolution and its reason, what is new is added unless it was dismissed or superseded.';

CREATE FUNCTION import_supersede(region text, import_id bigint, columns jsonb, judged import_verdict[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	issues	bigint[];
	reasons	text[];
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	IF NOT EXISTS (SELECT FROM import n JOIN import o ON o.round_id = n.round_id AND o.respondent = n.respondent AND o.import_id < n.import_id
				   WHERE n.import_id = import_supersede.import_id) THEN
		RETURN;
	END IF;
	WITH older AS (
		-- files of the same round, respondent and source
		SELECT o.import_id, n.respondent = 'school' AS school, o.asked <@ n.asked AS covered
		FROM import n
		JOIN import o ON o.round_id = n.round_id AND o.respondent = n.respondent AND o.data_source = n.data_source
					 AND o.import_id < n.import_id
		WHERE n.import_id = import_supersede.import_id
	), accepted AS (
		SELECT DISTINCT ON (j.who) j.who, j.line, j.submitted_at
		FROM unnest(judged) AS j
		WHERE j.who IN (SELECT coalesce(w.school_id, w.municipality_id) FROM older o JOIN import_issue w ON w.import_id = o.import_id)
		ORDER BY j.who, j.submitted_at DESC, j.line DESC
	), own AS (
		SELECT w.* FROM import_issue w WHERE w.import_id = import_supersede.import_id
	), settled AS (
		-- an answer that was refused is not done with by an earlier one, nor by a file that asks less
		SELECT w.issue_id, format('Ответ загружен позже: загрузка %s, строка %s', import_supersede.import_id, a.line) AS reason
		FROM older o
		JOIN import_issue w ON w.import_id = o.import_id
		JOIN accepted a ON a.who = CASE WHEN o.school THEN w.school_id ELSE w.municipality_id END
						AND (w.submitted_at IS NULL OR w.submitted_at <= a.submitted_at)
		WHERE o.covered
		UNION ALL
		-- a form is exported again and again: the same record is open in the latest file only
		SELECT w.issue_id, format('Та же запись отклонена и в файле, загруженном позже: загрузка %s, строка %s', import_supersede.import_id, n.line)
		FROM older o
		JOIN import_issue w ON w.import_id = o.import_id AND w.severity = 'refused'
		JOIN own n ON n.row_values = w.row_values AND n.severity = 'refused'
		UNION ALL
		-- nor is it open where it has been corrected or dismissed before
		SELECT n.issue_id, format('Такая же запись %s: загрузка %s, строка %s',
								  CASE h.resolution WHEN 'corrected' THEN 'уже исправлена' ELSE 'уже снята' END, h.import_id, h.line)
		FROM own n
		JOIN import_issue_history h ON h.row_values = n.row_values AND h.severity = 'refused' AND h.resolution IN ('corrected', 'dismissed')
		JOIN older o ON o.import_id = h.import_id
		WHERE n.severity = 'refused'
		UNION ALL
		-- a header: the later file has it too, and says itself whether it can be read
		SELECT w.issue_id, format('Столбец есть и в файле, загруженном позже: загрузка %s', import_supersede.import_id)
		FROM older o
		JOIN import_issue w ON w.import_id = o.import_id AND w.severity = 'warning' AND w.question IS NULL AND w.row_values IS NULL
		JOIN jsonb_to_recordset(columns -> 'columns') AS c(column_no integer, header text)
			ON shnor.spreadsheet_safe(c.header) = w.header OR c.header IS NULL AND w.header IS NULL AND c.column_no = w.column_no
		WHERE coalesce(w.school_id, w.municipality_id) IS NULL
		UNION ALL
		-- a warning that was dismissed is not raised once more
		SELECT n.issue_id, format('Такое же замечание уже снято: загрузка %s, строка %s', h.import_id, h.line)
		FROM own n
		JOIN import_issue_history h ON h.reason = n.reason AND h.severity = 'warning' AND h.resolution = 'dismissed'
			AND (h.header, h.question, h.raw_value, h.row_values, h.school_id, h.municipality_id, h.submitted_at)
				IS NOT DISTINCT FROM (n.header, n.question, n.raw_value, n.row_values, n.school_id, n.municipality_id, n.submitted_at)
		JOIN older o ON o.import_id = h.import_id
		WHERE n.severity = 'warning'
	)
	SELECT array_agg(s.issue_id), array_agg(s.reason) INTO issues, reasons
	FROM (SELECT s.issue_id, min(s.reason) AS reason FROM settled s GROUP BY s.issue_id) s;
	PERFORM shnor.import_settle(region, issues, reasons, 'superseded');
END
$function$;

COMMENT ON FUNCTION import_supersede(text, bigint, jsonb, import_verdict[]) IS
'Internal: issues of earlier files are done with where this one accepts an answer of the same school or municipality that is not older and asks no less, where it refuses the very same record, and warnings of columns where it has the same column; issues of this file, where the same record was corrected or dismissed, or the same warning dismissed, in an earlier one.';

CREATE OR REPLACE FUNCTION import_document_cells(content text, columns jsonb,
									  OUT line integer, OUT column_no integer, OUT header text, OUT question text,
									  OUT raw_value text, OUT links text[], OUT problem text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT r.line, c.column_no, c.header, c.question, v.raw,
		   -- longer ones do not fit into the index of documents
		   ARRAY(SELECT l FROM unnest(v.links) WITH ORDINALITY AS u(l, n) WHERE octet_length(l) <= 2000 ORDER BY n),
		   CASE WHEN v.links = '{}' THEN 'no_link'
				WHEN EXISTS (SELECT FROM unnest(v.links) AS l WHERE octet_length(l) > 2000) THEN 'long_link' END
	FROM jsonb_to_recordset(columns -> 'columns')
		AS c(column_no integer, header text, answer_type text, question text, problem text)
	CROSS JOIN shnor.import_records(content, columns, NULL) r
	CROSS JOIN LATERAL (SELECT r.fields[c.column_no] AS raw, shnor.import_links(r.fields[c.column_no]) AS links) v
	WHERE c.answer_type = 'document' AND c.problem IS NULL
	  -- a dash, «нет», «нет данных»: no document, and nothing to say of it
	  AND (v.links <> '{}'
		   OR shnor.form_yes_no(v.raw) IS DISTINCT FROM false
			  AND (shnor.form_count(v.raw) IS NOT NULL OR shnor.form_problem(v.raw, 'count') IS NOT NULL))
	ORDER BY r.line, c.column_no
$function$;

CREATE FUNCTION import_new_documents(region text, round_id integer, respondent text, readings import_row[], cells jsonb,
									 OUT who integer, OUT question text, OUT link text, OUT line integer, OUT column_no integer,
									 OUT header text, OUT place bigint, OUT patched boolean)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	WITH found AS (
		-- a link that stands in several rows is the document of the first
		SELECT DISTINCT ON (r.who, c.question, l.link)
			   r.who, c.question, l.link, c.line, c.column_no, c.header, l.position, r.patched
		FROM jsonb_to_recordset(cells) AS c(line integer, column_no integer, header text, question text, links text[])
		JOIN unnest(readings) AS r
			ON r.line = c.line AND NOT r.refused
		CROSS JOIN LATERAL unnest(c.links) WITH ORDINALITY AS l(link, position)
		ORDER BY r.who, c.question, l.link, c.line, c.column_no, l.position
	)
	SELECT f.* FROM found f
	-- whatever else is known of it by now: its kind, its title, how it was checked
	WHERE NOT EXISTS (
		SELECT FROM document d
		WHERE d.round_id = import_new_documents.round_id AND d.question = f.question AND d.link = f.link
		  AND CASE import_new_documents.respondent WHEN 'school' THEN d.school_id ELSE d.municipality_id END = f.who)
	ORDER BY f.line, f.column_no, f.position;
END
$function$;

COMMENT ON FUNCTION import_new_documents(text, integer, text, import_row[], jsonb) IS
'Internal: the links of import_document_cells() in the rows of import_rows() that are not refused, without those that are there for this question of this respondent in this round.';

CREATE FUNCTION import_store_documents(region text, round_id integer, respondent text, readings import_row[], cells jsonb, source text)
RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	added	integer;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	INSERT INTO document (round_id, school_id, municipality_id, question, link, source)
	SELECT import_store_documents.round_id, CASE import_store_documents.respondent WHEN 'school' THEN n.who END,
		   CASE import_store_documents.respondent WHEN 'municipality' THEN n.who END, n.question, n.link,
		   shnor.import_source(import_store_documents.source, n.line, n.patched)
	FROM shnor.import_new_documents(region, import_store_documents.round_id, import_store_documents.respondent, readings, cells) n
	ORDER BY n.line, n.column_no, n.place
	-- somebody else may have entered it a moment ago
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS added = ROW_COUNT;
	RETURN added;
END
$function$;

COMMENT ON FUNCTION import_store_documents(text, integer, text, import_row[], jsonb, text) IS
'Internal: stores what import_new_documents() finds, and returns how many were added.';

CREATE FUNCTION region_import_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- what an older journal did not say stays unknown: NULL
	ALTER TABLE import ADD data_source text REFERENCES data_source, ADD asked text[],
		ADD refused_lines integer[] NOT NULL DEFAULT '{}';
	-- one row for a file, whoever loads it at the same moment
	CREATE UNIQUE INDEX import_file ON import (round_id, respondent, data_source, content_sha256, imported_by);

	ALTER TABLE import_issue ADD school_id integer REFERENCES school, ADD municipality_id integer REFERENCES municipality,
		ADD submitted_at timestamptz;
	CREATE INDEX ON import_issue (school_id);
	UPDATE import i SET refused_lines = l.lines
	FROM (SELECT w.import_id, array_agg(DISTINCT w.line ORDER BY w.line) AS lines FROM import_issue w
		  WHERE w.severity = 'refused' AND w.line IS NOT NULL GROUP BY w.import_id) l
	WHERE l.import_id = i.import_id;

	CREATE TABLE import_issue_history (
		LIKE import_issue,
		resolved_at			timestamptz NOT NULL DEFAULT now(),
		resolved_by			name NOT NULL DEFAULT current_user,
		resolution			text NOT NULL CHECK (resolution IN ('corrected', 'reimported', 'superseded', 'dismissed')),
		resolution_reason	text NOT NULL CHECK (resolution_reason <> ''),
		PRIMARY KEY (issue_id),
		FOREIGN KEY (import_id) REFERENCES import,
		FOREIGN KEY (school_id) REFERENCES school,
		FOREIGN KEY (municipality_id) REFERENCES municipality
	);
	CREATE INDEX ON import_issue_history (import_id);

	CREATE TABLE import_correction (
		correction_id	bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		import_id		bigint NOT NULL REFERENCES import,
		line			integer NOT NULL,
		column_no		integer NOT NULL CHECK (column_no > 0),
		value_before	text,
		value			text,
		reason			text NOT NULL CHECK (reason <> ''),
		corrected_at	timestamptz NOT NULL DEFAULT now(),
		corrected_by	name NOT NULL DEFAULT current_user
	);
	CREATE INDEX ON import_correction (import_id);
END
$function$;

COMMENT ON FUNCTION region_import_tables(text) IS
'Internal: creates the tables of corrections in the schema named region, and what the journal of imports needs for them.';

CREATE FUNCTION region_import_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- what has been done with is moved by one command, so that it stands in the history when this looks
	CREATE OR REPLACE FUNCTION check_issue() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		lost boolean;
	BEGIN
		EXECUTE format('SELECT EXISTS (SELECT FROM old_rows o WHERE NOT EXISTS (SELECT FROM %I.import_issue_history h WHERE h.issue_id = o.issue_id))',
					   TG_TABLE_SCHEMA) INTO lost;
		IF lost THEN
			RAISE EXCEPTION 'замечания загрузок не удаляют'
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Исправьте строку: shnor.correct_import_row(%1$L, …); или снимите замечание: shnor.dismiss_import_row(%1$L, …, ''причина'').', TG_TABLE_SCHEMA);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_deleted AFTER DELETE ON import_issue REFERENCING OLD TABLE AS old_rows
		FOR EACH STATEMENT EXECUTE FUNCTION check_issue();
	CREATE OR REPLACE TRIGGER refuse_edit BEFORE UPDATE ON import_issue
		FOR EACH ROW WHEN (to_jsonb(OLD) - '{school_id,municipality_id,submitted_at}'::text[] <> to_jsonb(NEW) - '{school_id,municipality_id,submitted_at}'::text[])
		EXECUTE FUNCTION refuse_edit('Замечания исправляют или снимают: shnor.correct_import_row(), shnor.dismiss_import_row().');
	CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON import_issue
		FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit('Замечания исправляют или снимают: shnor.correct_import_row(), shnor.dismiss_import_row().');
	FOREACH t IN ARRAY ARRAY['import_issue_history', 'import_correction'] LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER refuse_edit BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
						FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit(''Что исправлено или снято в загрузках, хранится всегда.'')', t);
	END LOOP;
	CREATE OR REPLACE TRIGGER refuse_edit BEFORE DELETE OR TRUNCATE OR
		UPDATE OF import_id, round_id, respondent, source, content, content_sha256, imported_at, imported_by ON import
		FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit('Загруженный файл хранится дословно и всегда. Верный файл загрузите рядом: shnor.import_form().');
END
$function$;

COMMENT ON FUNCTION region_import_triggers(text) IS
'Internal: creates or replaces the triggers that keep imports and their issues in the schema named region. Uses refuse_edit() of region_round_triggers.';

CREATE FUNCTION region_import_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1400, 'import_state', $view$
	-- rows that were refused, by what has become of them
	SELECT i.import_id, i.round_id, i.respondent, i.data_source, i.source, i.imported_at,
		   i.rows_read, i.loaded, i.corrected, i.unchanged, i.refused,
		   w.open_rows, i.refused - w.open_rows AS closed_rows, h.corrected_rows, w.open_warnings
	FROM import i
	CROSS JOIN LATERAL (
		SELECT count(DISTINCT s.line) FILTER (WHERE s.severity = 'refused') AS open_rows,
			   count(*) FILTER (WHERE s.severity = 'warning') AS open_warnings
		FROM import_issue s WHERE s.import_id = i.import_id) w
	CROSS JOIN LATERAL (SELECT count(DISTINCT c.line) AS corrected_rows FROM import_correction c WHERE c.import_id = i.import_id) h
$view$)
$function$;

COMMENT ON FUNCTION region_import_views() IS
'Internal: the views of imports.';

CREATE FUNCTION region_import_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('check_issue', '()', 'Триггер: замечание загрузки не пропадает, а переходит в import_issue_history.'),
('import_issue_history', NULL, 'Замечания загрузок, с которыми покончено: строка исправлена, прочитана при повторной загрузке, заменена ответом из более позднего файла или снята с объяснением.'),
('import_issue_history', 'issue_id', 'Номер замечания, каким он был в import_issue.'),
('import_issue_history', 'import_id', 'Загрузка.'),
('import_issue_history', 'line', 'Номер строки файла, где начинается запись.'),
('import_issue_history', 'column_no', 'Номер столбца файла, считая с 1.'),
('import_issue_history', 'header', 'Заголовок столбца.'),
('import_issue_history', 'question', 'Код вопроса, если столбец узнан.'),
('import_issue_history', 'raw_value', 'Значение ячейки, каким оно было в файле.'),
('import_issue_history', 'row_values', 'Вся отклонённая запись, ячейка за ячейкой.'),
('import_issue_history', 'reason', 'Что было не так.'),
('import_issue_history', 'hint', 'Что предлагалось сделать.'),
('import_issue_history', 'severity', 'refused — запись была отклонена, warning — загружена с замечанием.'),
('import_issue_history', 'school_id', 'Чья это запись, если организация узнана.'),
('import_issue_history', 'municipality_id', 'Чья это запись, если муниципалитет узнан.'),
('import_issue_history', 'submitted_at', 'Когда отправлен ответ, если время прочитано.'),
('import_issue_history', 'resolved_at', 'Когда покончено с замечанием.'),
('import_issue_history', 'resolved_by', 'Кем: имя пользователя базы.'),
('import_issue_history', 'resolution', 'Как: corrected — строка исправлена, reimported — прочитана при повторной загрузке, superseded — есть ответ из более позднего файла, dismissed — снято.'),
('import_issue_history', 'resolution_reason', 'Почему.'),
('import_correction', NULL, 'Исправления отклонённых строк: файл хранится дословно, а читается с ними, и при повторной загрузке тоже. Для одной ячейки действует последнее.'),
('import_correction', 'correction_id', 'Номер исправления.'),
('import_correction', 'import_id', 'Загрузка.'),
('import_correction', 'line', 'Номер строки файла, где начинается запись.'),
('import_correction', 'column_no', 'Номер столбца файла, считая с 1.'),
('import_correction', 'value_before', 'Значение ячейки до исправления. Пусто: ячейка была пуста.'),
('import_correction', 'value', 'Исправленное значение. Пусто: ячейка читается пустой.'),
('import_correction', 'reason', 'Почему исправлено.'),
('import_correction', 'corrected_at', 'Когда исправлено.'),
('import_correction', 'corrected_by', 'Кем исправлено: имя пользователя базы.'),
('import_state', NULL, 'Загрузки и то, что в них осталось сделать.'),
('import_state', 'import_id', 'Загрузка.'),
('import_state', 'respondent', 'Чьи ответы в файле: school — организаций, municipality — муниципалитетов.'),
('import_state', 'source', 'Имя файла или другой источник.'),
('import_state', 'imported_at', 'Когда файл загружен впервые.'),
('import_state', 'rows_read', 'Прочитано строк.'),
('import_state', 'loaded', 'Загружено новых ответов.'),
('import_state', 'corrected', 'Строк, которые исправили прежний ответ.'),
('import_state', 'unchanged', 'Строк, которые ничего не изменили.'),
('import_state', 'refused', 'Строк, которые отклонены и до сих пор не загружены.'),
('import_state', 'open_rows', 'Из них ждут решения: их замечания в import_issue.'),
('import_state', 'closed_rows', 'Из них сняты или заменены ответом из более позднего файла.'),
('import_state', 'corrected_rows', 'Строк, в которых что-то исправлено.'),
('import_state', 'open_warnings', 'Замечаний к загруженным строкам и столбцам, которые ещё не сняты.')
$function$;

COMMENT ON FUNCTION region_import_comments() IS
'Internal: Russian comments of corrections of imports.';

CREATE FUNCTION import_shown(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT CASE jsonb_typeof(value) WHEN 'boolean' THEN CASE WHEN value::boolean THEN 'да' ELSE 'нет' END ELSE value #>> '{}' END
$function$;

COMMENT ON FUNCTION import_shown(jsonb) IS
'Internal: an answer as people read it.';

CREATE FUNCTION preview_form(
	region text, round_id integer, content text, source text DEFAULT NULL, respondent text DEFAULT NULL,
	data_source text DEFAULT 'form',
	OUT line integer, OUT outcome text, OUT code text, OUT name text, OUT column_no integer, OUT header text, OUT question text,
	OUT old_value text, OUT new_value text, OUT severity text, OUT reason text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	reading	record;
	asked	text[];
BEGIN
	PERFORM shnor.import_check(region, preview_form.round_id, content, preview_form.respondent, preview_form.data_source);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	SELECT * INTO reading
	FROM shnor.import_reading(region, preview_form.round_id, content, preview_form.respondent, preview_form.data_source);
	asked := ARRAY(SELECT jsonb_array_elements_text(reading.columns -> 'asked'));

	RETURN QUERY
	WITH judged AS MATERIALIZED (
		SELECT j.* FROM unnest(shnor.import_judge(region, preview_form.round_id, reading.columns ->> 'respondent', reading.plain || reading.readings, asked,
												  preview_form.data_source, (reading.known ->> 'imported_at')::timestamptz)) j
	), record AS MATERIALIZED (
		SELECT r.line, r.refused, r.accepted, CASE WHEN r.issues @> '[{"problem": "code_and_name"}]' THEN NULL ELSE r.who END AS who
		FROM unnest(reading.plain || reading.readings) AS r
	), titled AS (
		-- the first column of each question
		SELECT DISTINCT ON (c.field) c.field, c.column_no, c.header, c.answer_type
		FROM jsonb_to_recordset(reading.columns -> 'columns') AS c(column_no integer, header text, field text, answer_type text)
		WHERE c.field = ANY (asked)
		ORDER BY c.field, c.column_no
	), put AS (
		SELECT j.line, j.stored, t.column_no, t.header, a.question, CASE t.answer_type WHEN 'yes_no' THEN to_jsonb(a.answer = 1) ELSE to_jsonb(a.answer) END AS value
		FROM judged j
		CROSS JOIN LATERAL unnest(asked, j.answers) AS a(question, answer)
		JOIN titled t ON t.field = a.question
		WHERE j.wins
		UNION ALL
		SELECT j.line, j.stored, t.column_no, t.header, p.key, p.value
		FROM judged j
		CROSS JOIN LATERAL jsonb_each(j.put) p
		JOIN titled t ON t.field = p.key
	), detail AS MATERIALIZED (
		SELECT i.line, i.column_no, i.header, i.question, NULL::text AS old_value, i.raw_value AS new_value, i.severity, i.reason, i.hint
		FROM shnor.import_issues(content, reading.columns, reading.plain, reading.readings, reading.cells) i
		WHERE (i.severity = 'warning' OR NOT coalesce(reading.known -> 'set_aside' ? i.line::text, false))
		  -- what was dismissed or superseded is not raised once more
		  AND NOT EXISTS (
			  SELECT FROM import_issue_history h
			  WHERE h.import_id = (reading.known ->> 'import_id')::bigint AND h.resolution IN ('dismissed', 'superseded')
				AND shnor.import_issue_key(h.line, h.column_no, h.question, h.raw_value, h.reason, h.severity)
					= shnor.import_issue_key(i.line, i.column_no, i.question, i.raw_value, i.reason, i.severity))
		UNION ALL
		SELECT p.line, p.column_no, p.header, p.question, shnor.import_shown(p.stored -> p.question), shnor.import_shown(p.value), NULL, NULL, NULL
		FROM put p
		WHERE nullif(p.stored -> p.question, 'null') IS DISTINCT FROM p.value
		UNION ALL
		SELECT d.line, d.column_no, d.header, d.question, NULL, d.link, NULL, 'Новый документ', NULL
		FROM shnor.import_new_documents(region, preview_form.round_id, reading.columns ->> 'respondent', reading.plain || reading.readings, reading.cells) d
		UNION ALL
		SELECT s.key::integer, NULL, NULL, NULL, NULL, NULL, NULL,
			   CASE s.value ->> 'resolution' WHEN 'dismissed' THEN 'Строка снята: ' ELSE 'Строка не загружается. ' END || (s.value ->> 'reason'),
			   CASE s.value ->> 'resolution' WHEN 'dismissed' THEN format('Загрузить её можно так: SELECT * FROM shnor.correct_import_row(%L, %s, %s, исправления, причина);',
				   region, reading.known ->> 'import_id', s.key) END
		FROM jsonb_each(reading.known -> 'set_aside') s
	)
	SELECT l.line, CASE WHEN r.accepted THEN 'unchanged' WHEN r.refused THEN 'refused' ELSE j.outcome END,
		   shnor.spreadsheet_safe(coalesce(o.code, m.oktmo)), shnor.spreadsheet_safe(coalesce(o.name, m.name)),
		   d.column_no, shnor.spreadsheet_safe(d.header), d.question, shnor.spreadsheet_safe(d.old_value), shnor.spreadsheet_safe(d.new_value),
		   d.severity, d.reason, d.hint
	FROM (SELECT r.line FROM record r UNION SELECT d.line FROM detail d) l
	LEFT JOIN record r ON r.line = l.line
	LEFT JOIN judged j ON j.line = l.line
	LEFT JOIN detail d ON d.line = l.line
	LEFT JOIN school o ON o.school_id = r.who AND reading.columns ->> 'respondent' = 'school'
	LEFT JOIN municipality m ON m.municipality_id = r.who AND reading.columns ->> 'respondent' = 'municipality'
	ORDER BY l.line, d.severity, d.column_no, d.question, d.new_value;
END
$function$;

COMMENT ON FUNCTION preview_form(text, integer, text, text, text, text) IS
'What import_form() with the same arguments would do now, and nothing is written: one row for each issue, changed answer and new document of a line, and one for a line that has none of them. outcome is that of the line (loaded, corrected, unchanged, refused; NULL for the header''s), code and name those of the school or municipality, old_value what is stored, new_value what the file says, severity (refused, warning), reason and hint those of an issue. Works in a READ ONLY transaction. Errors are those of import_form().';

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
	own			record;
	own_before	integer;
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
	SELECT r.fields INTO record_now FROM shnor.import_records(file.content, before.columns, ARRAY[correct_import_row.line]) r;
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
	FROM shnor.import_issues(file.content, reading.columns, reading.plain, reading.readings, reading.cells) i
	WHERE i.line = correct_import_row.line AND i.severity = 'refused';
	IF found.reasons IS NOT NULL THEN
		RAISE EXCEPTION 'строка % не читается и с исправлениями: %', line, found.reasons
			USING ERRCODE = 'data_exception', DETAIL = 'Ничего не изменено.', HINT = found.hint;
	END IF;
	SELECT r.* INTO own FROM unnest(reading.plain || reading.readings) r WHERE r.line = correct_import_row.line;
	SELECT r.who INTO own_before FROM unnest(before.plain || before.readings) r WHERE r.line = correct_import_row.line;
	IF own.line IS NULL THEN
		RAISE EXCEPTION 'с исправлениями строка % пуста', line
			USING ERRCODE = 'data_exception', DETAIL = 'Ничего не изменено.',
				  HINT = format('Если эта строка не нужна, снимите её: SELECT shnor.dismiss_import_row(%L, %s, %s, ''причина'');', region, import_id, line);
	ELSIF NOT before.known -> 'refused_lines' @> to_jsonb(line)
		AND own_before <> own.who THEN
		RAISE EXCEPTION 'строка % загружена как ответ другой организации', line
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = 'Ничего не изменено.',
				  HINT = 'Исправить можно ответы этой организации, но не то, чьи они. Её ответ удалите, а верный загрузите отдельным файлом.';
	END IF;

	-- beside the other rows of the same respondent; what else of the file could be loaded by now is left alone
	SELECT array_agg(ROW(r.line, r.who, r.submitted_at, r.answers, r.said, r.row_values, r.issues, r.refused AND r.line <> own.line, r.accepted,
						 r.patched, CASE WHEN r.line = own.line THEN changed > 0 ELSE r.corrects END)::import_row ORDER BY r.line)
	INTO reading.readings
	FROM unnest(reading.plain || reading.readings) r
	WHERE r.line = own.line OR r.who = own.who AND NOT r.refused AND NOT before.known -> 'refused_lines' @> to_jsonb(r.line);
	SELECT j.outcome, a.documents INTO outcome, documents
	FROM shnor.import_apply(region, correct_import_row.import_id, reading.columns, reading.known, '{}', reading.readings, reading.cells,
							ARRAY[line], CASE WHEN changed > 0 OR reading.columns -> 'corrections' ? line::text THEN 'corrected' ELSE 'reimported' END,
							shnor.spreadsheet_safe(correct_import_row.reason)) a
	CROSS JOIN LATERAL unnest(a.judged) AS j
	WHERE j.line = correct_import_row.line;
	school_id := CASE file.respondent WHEN 'school' THEN own.who END;
	municipality_id := CASE file.respondent WHEN 'municipality' THEN own.who END;
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

CREATE FUNCTION rule_respondent(region text, round_id integer, respondent text, rule text,
								OUT school_id integer, OUT municipality_id integer)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	whose text;
BEGIN
	PERFORM shnor.region_check(region);
	PERFORM shnor.region_round(region, round_id);
	EXECUTE format('SELECT r.respondent FROM %I.round_rule r WHERE r.round_id = $1 AND r.rule = $2', region)
	INTO whose USING round_id, rule;
	IF whose IS NULL THEN
		RAISE EXCEPTION 'правила «%» в мониторинге % нет', coalesce(rule, 'NULL'), round_id
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Правила мониторинга перечислены в представлении %I.round_rule.', region);
	END IF;
	IF whose = 'school' THEN
		EXECUTE format('SELECT o.school_id FROM %I.school o WHERE o.code = $1', region) INTO school_id USING respondent;
	ELSE
		EXECUTE format('SELECT m.municipality_id FROM %I.municipality m WHERE $1 IN (m.name, m.oktmo) ORDER BY m.name = $1 DESC LIMIT 1', region)
		INTO municipality_id USING respondent;
	END IF;
	IF num_nonnulls(school_id, municipality_id) = 0 THEN
		RAISE EXCEPTION '% не найден%: «%»', CASE whose WHEN 'school' THEN 'школа' ELSE 'муниципалитет' END,
			CASE whose WHEN 'school' THEN 'а' ELSE '' END, coalesce(respondent, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = CASE whose WHEN 'school' THEN format('Это правило об ответах школ: назовите код из таблицы %I.school.', region)
						 ELSE format('Это правило об ответах муниципалитетов: назовите имя или код ОКТМО из таблицы %I.municipality.', region) END;
	END IF;
END
$function$;

COMMENT ON FUNCTION rule_respondent(text, integer, text, text) IS
'Internal: the school or the municipality that a rule of a round is to be accepted for; refuses what is not there (22023).';

CREATE FUNCTION accept_finding(region text, round_id integer, respondent text, rule text, reason text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	who		record;
	found	record;
	id		bigint;
BEGIN
	SELECT * INTO who FROM shnor.rule_respondent(region, round_id, respondent, rule);
	IF coalesce(reason, '') !~ '[^[:space:]]' THEN
		RAISE EXCEPTION 'не названа причина, по которой замечание принимается'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Причину увидят те, кто спросит, почему такие ответы признаны верными.';
	END IF;
	-- two who accept the same go one after the other
	PERFORM pg_advisory_xact_lock(hashtextextended(format('shnor.accept_finding %s %s', region, round_id), 0));
	EXECUTE format('SELECT f.accepted, f.accepted_by, f.accepted_reason, f.answers_read FROM %I.validation_finding f
					WHERE f.round_id = $1 AND f.rule = $2 AND f.school_id IS NOT DISTINCT FROM $3
					  AND ($3 IS NOT NULL OR f.municipality_id = $4)', region)
	INTO found USING round_id, rule, who.school_id, who.municipality_id;
	IF found IS NULL THEN
		RAISE EXCEPTION 'такого замечания нет: ответы «%» в мониторинге % не нарушают правила «%»', respondent, round_id, rule
			USING ERRCODE = 'no_data_found',
				  HINT = format('Замечания перечислены в представлении %I.validation_finding.', region);
	ELSIF found.accepted THEN
		RAISE EXCEPTION 'замечание уже принято: %', found.accepted_reason
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  DETAIL = format('Принято пользователем %s.', found.accepted_by),
				  HINT = 'Чтобы принять его с другой причиной, сначала отзовите прежнее: shnor.withdraw_acceptance().';
	END IF;
	-- one that was given for other answers makes way
	EXECUTE format('UPDATE %I.validation_acceptance a SET withdrawn_at = now(), withdrawn_by = current_user, withdrawn_reason = $5
					WHERE a.round_id = $1 AND a.rule = $2 AND coalesce(a.school_id, -a.municipality_id) = coalesce($3, -$4) AND a.withdrawn_at IS NULL', region)
	USING round_id, rule, who.school_id, who.municipality_id, 'Ответы изменились, замечание принято заново';
	EXECUTE format('INSERT INTO %I.validation_acceptance (round_id, school_id, municipality_id, rule, reason, answers)
					VALUES ($1, $2, $3, $4, $5, $6) RETURNING acceptance_id', region)
	INTO id USING round_id, who.school_id, who.municipality_id, rule, reason, found.answers_read;
	RETURN id;
END
$function$;

COMMENT ON FUNCTION accept_finding(text, integer, text, text, text) IS
'Accepts a finding of the region''s view validation_finding with a reason, and returns the number of the acceptance in validation_acceptance: the answers are right although they break the rule. respondent is a school''s code (school.code) or, for a rule about municipalities, a municipality''s name or OKTMO code. The acceptance holds while the respondent''s own answers that the rule reads, those of the round before included, are the same. Needs SELECT on what the view reads, and INSERT and UPDATE on validation_acceptance. Errors: no such region (3F000), round, rule or respondent, no reason (22023), no such finding (P0002), accepted already or a closed round (55000).';

CREATE FUNCTION withdraw_acceptance(region text, round_id integer, respondent text, rule text, reason text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	who	record;
	id	bigint;
BEGIN
	SELECT * INTO who FROM shnor.rule_respondent(region, round_id, respondent, rule);
	IF coalesce(reason, '') !~ '[^[:space:]]' THEN
		RAISE EXCEPTION 'не названа причина, по которой принятое замечание отзывается'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Причина останется в таблице validation_acceptance рядом с прежней.';
	END IF;
	EXECUTE format('UPDATE %I.validation_acceptance a SET withdrawn_at = now(), withdrawn_by = current_user, withdrawn_reason = $5
					WHERE a.round_id = $1 AND a.rule = $2 AND coalesce(a.school_id, -a.municipality_id) = coalesce($3, -$4) AND a.withdrawn_at IS NULL
					RETURNING a.acceptance_id', region)
	INTO id USING round_id, rule, who.school_id, who.municipality_id, reason;
	IF id IS NULL THEN
		RAISE EXCEPTION 'принятого замечания нет: «%», мониторинг %, правило «%»', respondent, round_id, rule
			USING ERRCODE = 'no_data_found',
				  HINT = format('Принятые и отозванные замечания хранит таблица %I.validation_acceptance.', region);
	END IF;
	RETURN id;
END
$function$;

COMMENT ON FUNCTION withdraw_acceptance(text, integer, text, text, text) IS
'Takes an acceptance back, with a reason; returns its number. The row stays in validation_acceptance with who, when and why; the finding is open again and can be accepted anew. Arguments as in accept_finding(). Errors: no such region (3F000), round, rule or respondent, no reason (22023), nothing accepted (P0002), a closed round (55000).';

CREATE FUNCTION validation_questions(OUT respondent text, OUT place integer, OUT question text, OUT is_count boolean)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
	('school', 1, 'teachers', true), ('school', 2, 'diagnosed_subject', true), ('school', 3, 'diagnosed_method', true),
	('school', 4, 'diagnosed_psych', true), ('school', 5, 'supported', true), ('school', 6, 'in_networks', true),
	('school', 7, 'in_active', true), ('school', 8, 'with_route', true),
	('school', 9, 'in_events', false), ('school', 10, 'has_curator', false), ('school', 11, 'has_program', false),
	('school', 12, 'has_prevention', false), ('school', 13, 'has_study_plans', false), ('school', 14, 'has_tutoring', false),
	('school', 15, 'internet_resolved', false), ('school', 16, 'equipment_resolved', false), ('school', 17, 'staffing_resolved', false),
	('municipality', 1, 'has_results_note', false), ('municipality', 2, 'has_practice_sharing', false),
	('municipality', 3, 'has_resource_monitoring', false)
$function$;

COMMENT ON FUNCTION validation_questions() IS
'Internal: the answers that rules read, in the order of the columns of validation_case and municipal_validation_case.';

CREATE FUNCTION validation_columns(respondent text, count_column text, yes_no_column text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT string_agg(format(CASE WHEN q.is_count THEN count_column ELSE yes_no_column END, q.question), E',\n\t\t\t   ' ORDER BY q.place)
	FROM shnor.validation_questions() q
	WHERE q.respondent = validation_columns.respondent AND CASE WHEN q.is_count THEN count_column ELSE yes_no_column END IS NOT NULL
$function$;

COMMENT ON FUNCTION validation_columns(text, text, text) IS
'Internal: a select list with one column per question of the respondent, made of the format for counts and of that for yes or no; NULL leaves them out.';

CREATE FUNCTION region_validation_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('validation_rule', NULL, 'Правила проверки ответов: условие, при котором ответы нарушают правило, и что сказать школе или муниципалитету.'),
('validation_rule', 'rule_id', 'Номер записи.'),
('validation_rule', 'rule', 'Код правила. Две записи с одним кодом в один день не действуют.'),
('validation_rule', 'respondent', 'Чьи ответы проверяются: school — организации, municipality — муниципалитета.'),
('validation_rule', 'level', 'Что делает загрузка: refuse — отказывает строке, warn — загружает с предупреждением.'),
('validation_rule', 'condition', 'Условие нарушения на языке формул: «да» — правило нарушено, «нет» или неизвестно — всё в порядке. Столбцы перечислены в validation_case и municipal_validation_case.'),
('validation_rule', 'applies', 'К кому правило относится: условие на том же языке. Пусто: ко всем.'),
('validation_rule', 'message', 'Что сказать о нарушении. {столбец} заменяется его значением.'),
('validation_rule', 'hint', 'Что делать. {столбец} заменяется его значением.'),
('validation_rule', 'question', 'Вопрос, ответ на который нужно проверить. Пусто: правило не об одном вопросе.'),
('validation_rule', 'valid_from', 'Первый день действия; сравнивается с датой состава мониторинга. Пусто: действует с начала.'),
('validation_acceptance', NULL, 'Принятые замечания: кто и почему признал ответы верными. Строки не удаляются: отозванное остаётся с причиной.'),
('validation_acceptance', 'acceptance_id', 'Номер записи.'),
('validation_acceptance', 'school_id', 'Организация, чьи ответы приняты. Пусто: приняты ответы муниципалитета.'),
('validation_acceptance', 'municipality_id', 'Муниципалитет, чьи ответы приняты. Пусто: приняты ответы организации.'),
('validation_acceptance', 'rule', 'Код правила.'),
('validation_acceptance', 'reason', 'Почему ответы верны.'),
('validation_acceptance', 'answers', 'Ответы, которые приняты: те собственные столбцы, которые читает правило. Пока они те же, замечание принято.'),
('validation_acceptance', 'accepted_at', 'Когда принято.'),
('validation_acceptance', 'accepted_by', 'Кем принято: имя пользователя базы.'),
('validation_acceptance', 'withdrawn_at', 'Когда отозвано. Пусто: не отозвано.'),
('validation_acceptance', 'withdrawn_by', 'Кем отозвано: имя пользователя базы.'),
('validation_acceptance', 'withdrawn_reason', 'Почему отозвано.'),
('round_rule', NULL, 'Правила проверки, действующие в мониторинге: по дате его состава.'),
('round_rule', 'rule_id', 'Номер записи в таблице правил.'),
('round_rule', 'rule', 'Код правила.'),
('round_rule', 'respondent', 'Чьи ответы проверяются.'),
('round_rule', 'level', 'refuse — отказать строке, warn — предупредить.'),
('round_rule', 'condition', 'Условие нарушения.'),
('round_rule', 'applies', 'К кому относится. Пусто: ко всем.'),
('round_rule', 'message', 'Что сказать о нарушении.'),
('round_rule', 'hint', 'Что делать.'),
('round_place', NULL, 'Служебное: порядок начатых мониторингов по дате состава. Не для отчётов.'),
('round_place', 'place', 'Место мониторинга; у черновика — отрицательное число без соседей.'),
('validation_case', NULL, 'Служебное: что читают правила об ответах организаций — столбцы, которые можно называть в условиях.'),
('validation_case', 'schools_answered', 'Сколько организаций муниципалитета ответило в мониторинге, считая эту.'),
('municipal_validation_case', NULL, 'Служебное: что читают правила об ответах муниципалитетов — столбцы, которые можно называть в условиях.'),
('municipal_validation_case', 'schools_answered', 'Сколько организаций муниципалитета ответило в мониторинге.'),
('round_rule_set', NULL, 'Служебное: все правила мониторинга, собранные вместе. Не для отчётов.'),
('round_rule_set', 'respondent', 'Чьи ответы проверяются.'),
('round_rule_set', 'methodology', 'Собранные формулы.'),
('validation_finding', NULL, 'Замечания к ответам: одна строка на мониторинг, отвечающего и нарушенное правило. Читается по хранимым ответам, откуда бы они ни пришли.'),
('validation_finding', 'municipality_id', 'Муниципалитет.'),
('validation_finding', 'school_id', 'Организация. Пусто: замечание к ответам самого муниципалитета.'),
('validation_finding', 'school', 'Название организации. Пусто: замечание к ответам самого муниципалитета.'),
('validation_finding', 'rule', 'Код правила.'),
('validation_finding', 'level', 'refuse — при загрузке таким ответам отказывают, warn — предупреждают.'),
('validation_finding', 'question', 'Вопрос, ответ на который нужно проверить. Пусто: правило не об одном вопросе.'),
('validation_finding', 'value', 'Ответ на этот вопрос. Пусто: ответа нет.'),
('validation_finding', 'message', 'Что не так.'),
('validation_finding', 'hint', 'Что делать.'),
('validation_finding', 'accepted', 'Замечание принято координатором, и ответы с тех пор те же.'),
('validation_finding', 'accepted_by', 'Кем принято. Пусто: не принято.'),
('validation_finding', 'accepted_at', 'Когда принято. Пусто: не принято.'),
('validation_finding', 'accepted_reason', 'Почему принято. Пусто: не принято.'),
('validation_finding', 'respondent_code', 'Код организации или название муниципалитета: так их называют в shnor.accept_finding().'),
('validation_finding', 'answers_read', 'Собственные ответы, которые прочло правило: за них принимают замечание.'),
('check_rule', '()', 'Триггер: правило указывает на вопрос из справочника, а отказывает только за собственные ответы.'),
('check_acceptance', '()', 'Триггер: принятые замечания только отзывают, не правят и не удаляют.')
UNION ALL
SELECT CASE q.respondent WHEN 'school' THEN 'validation_case' ELSE 'municipal_validation_case' END, c.prefix || q.question, c.said || q.question || '.'
FROM shnor.validation_questions() q
CROSS JOIN (VALUES
	('previous_', 'Ответ того же отвечающего в предыдущем мониторинге (пусто: нет ответа или мониторинга) на вопрос ', false),
	('same_', 'Сколько других организаций муниципалитета назвали в мониторинге то же число (пусто: самой ответа нет), вопрос ', true),
	('median_', 'Медиана ответов других организаций муниципалитета, меньшая из двух средних (пусто: ответов нет), вопрос ', true)) AS c(prefix, said, counts_only)
WHERE q.is_count OR NOT c.counts_only
$function$;

COMMENT ON FUNCTION region_validation_comments() IS
'Internal: Russian comments of rules and findings.';

CREATE FUNCTION import_rules(region text, round_id integer, respondent text) RETURNS methodology
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	rules	jsonb;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	-- what depends on other schools' answers is for the view, when all are there
	SELECT jsonb_agg(to_jsonb(r) ORDER BY r.rule_id) INTO rules
	FROM round_rule r
	WHERE r.round_id = import_rules.round_id AND r.respondent = import_rules.respondent
	  AND NOT EXISTS (SELECT FROM unnest(shnor.rule_columns(to_jsonb(r))) AS n WHERE n ~ '^(same_|median_|schools_answered$)');
	IF respondent = 'school' THEN
		RETURN shnor.rule_methodology(rules, NULL::validation_case);
	END IF;
	RETURN shnor.rule_methodology(rules, NULL::municipal_validation_case);
END
$function$;

COMMENT ON FUNCTION import_rules(text, integer, text) IS
'Internal: the rules of a round that a row of a file can be judged by, compiled; NULL for none.';

CREATE FUNCTION import_case(region text, round_id integer, respondent text, columns text[], among text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	before	integer;
	key		text := CASE respondent WHEN 'school' THEN 'school_id' ELSE 'municipality_id' END;
BEGIN
	IF EXISTS (SELECT FROM unnest(columns) AS n WHERE n LIKE 'previous\_%') THEN
		EXECUTE format('SELECT b.round_id FROM %1$I.round_place a JOIN %1$I.round_place b ON b.place = a.place - 1 WHERE a.round_id = $1', region)
		INTO before USING round_id;
	END IF;
	RETURN format(CASE respondent
		WHEN 'school' THEN
			'SELECT m.round_id, m.municipality_id, m.school_id, m.low_results, m.adverse_conditions, m.risk_zone,
					m.kind = ''school'' AS is_school, m.kind = ''preschool'' AS is_preschool, m.kind = ''supplementary'' AS is_supplementary, %2$s
			 FROM %1$I.round_member m %3$s WHERE %4$s'
		ELSE 'SELECT m.round_id, m.municipality_id, %2$s FROM %1$I.municipal_member m %3$s WHERE %4$s' END, region,
		CASE WHEN before IS NULL THEN shnor.validation_columns(respondent, 'NULL::bigint AS previous_%1$s', 'NULL::boolean AS previous_%1$s')
			ELSE shnor.validation_columns(respondent, 'p.%1$s::bigint AS previous_%1$s', 'p.%1$s AS previous_%1$s') END,
		CASE WHEN before IS NOT NULL THEN format(CASE respondent
			WHEN 'school' THEN 'LEFT JOIN %I.school_round p ON p.round_id = %s AND p.school_id = m.school_id AND %s'
			ELSE 'LEFT JOIN %I.municipal_round p ON p.round_id = %s AND p.municipality_id = m.municipality_id AND %s' END,
			region, before, coalesce(format(among, 'p.' || key), 'true')) END,
		coalesce(format(among, 'm.' || key), 'true'));
END
$function$;

COMMENT ON FUNCTION import_case(text, integer, text, text[], text) IS
'Internal: a query for what rules read of a respondent beside his own answers of this round and those of others, as in validation_case: statuses and the round before, which is looked up only where columns ask for it. among is a condition, %s for who, or NULL for all.';

CREATE FUNCTION import_broken_rules(region text, round_id integer, respondent text, data_source text, rows jsonb,
									OUT line integer, OUT question text, OUT value text, OUT problem text, OUT detail text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	of_school	boolean := respondent = 'school';
	rules		methodology;
	seen		text[];
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	rules := shnor.import_rules(region, import_broken_rules.round_id, import_broken_rules.respondent);
	IF rules IS NULL THEN
		RETURN;
	END IF;

	-- a message may name the round before where the rule does not read it
	seen := shnor.columns(rules) || ARRAY(
		SELECT m[1] FROM round_rule r CROSS JOIN LATERAL regexp_matches(concat(r.message, r.hint), '[{](previous_[a-z0-9_]+)[}]', 'g') AS m
		WHERE r.round_id = import_broken_rules.round_id AND r.respondent = import_broken_rules.respondent);

	-- %1$I cases, %2$I submissions, %3$I who, %4$s what else rules read; $1 rows, $2 round, $3 source of answers,
	-- $4 respondent, $5 rules, $6 of whom the rows are
	RETURN QUERY EXECUTE format($sql$
		WITH rule AS MATERIALIZED (
			SELECT r.*,
				   ARRAY(SELECT q.question FROM shnor.validation_questions() q
						 WHERE q.respondent = $4 AND q.question = ANY (r.columns)) AS questions
			FROM (SELECT r.*, shnor.rule_columns(to_jsonb(r)) AS columns
				  FROM round_rule r WHERE r.round_id = $2 AND r.respondent = $4 OFFSET 0) AS r
		), told_before AS (
			-- a second source stands beside the form: what it has told itself
			SELECT a.%3$I AS who, jsonb_object_agg(a.question, coalesce(to_jsonb(a.answer_count), to_jsonb(a.answer_yes))) AS answers
			FROM source_answer a
			WHERE a.round_id = $2 AND a.data_source = $3 AND a.%3$I IS NOT NULL
			GROUP BY a.%3$I
		), given AS (
			SELECT g.line, g.who, g.answers, coalesce(b.answers, '{}') || g.answers AS own,
				   -- statuses and the round before from the case; answers of the form, not those that count
				   to_jsonb(c) || coalesce(to_jsonb(s), to_jsonb(jsonb_populate_record(NULL::%2$I, '{}')))
				   || coalesce(b.answers, '{}') || g.answers AS document
			FROM jsonb_to_recordset($1) AS g(line integer, who integer, answers jsonb)
			JOIN (%4$s) c ON c.round_id = $2 AND c.%3$I = g.who
			LEFT JOIN %2$I s ON s.round_id = $2 AND s.%3$I = g.who
			LEFT JOIN told_before b ON b.who = g.who
		), judged AS MATERIALIZED (
			SELECT g.*, shnor.counted($5, jsonb_populate_record(NULL::%1$I, g.document)) AS broken FROM given g
		), broken AS MATERIALIZED (
			SELECT g.line, g.who, g.answers, g.own, r.rule, r.level, r.question, r.message, r.hint, r.columns, r.questions,
				   -- nor other schools' answers
				   CASE WHEN concat(r.message, r.hint) ~ '[{](same_|median_|schools_answered)'
					   THEN coalesce((SELECT to_jsonb(v) FROM %1$I v WHERE v.round_id = $2 AND v.%3$I = g.who), '{}') ELSE '{}' END || g.document AS document
			FROM judged g
			CROSS JOIN LATERAL unnest(g.broken) AS x(id)
			JOIN rule r ON r.rule_id = x.id
			-- what is stored alone is not this row's fault
			WHERE g.answers ?| r.questions
		)
		SELECT b.line, b.question, shnor.rule_value(b.document -> b.question),
			   -- a source must agree with itself; where it differs from the form, both are kept
			   CASE WHEN b.level = 'refuse' AND ($3 = 'form' OR b.own ?& b.questions) THEN 'rule' ELSE 'rule_warning' END,
			   concat(shnor.rule_text(b.message, b.document), E'\x1f',
					  shnor.rule_text(b.hint, b.document) || ' ', format('Правило проверки: %%s.', b.rule))
		FROM broken b
		-- import_rows() says the same of parts and wholes, in better words
		WHERE NOT EXISTS (SELECT FROM question q JOIN round n ON n.round_id = $2
						  WHERE (q.valid_from IS NULL OR q.valid_from <= n.cohort_on) AND (q.valid_until IS NULL OR n.cohort_on < q.valid_until)
							AND cardinality(b.columns) = 2 AND b.columns @> ARRAY[q.question, q.part_of]
							AND (b.document ->> q.question)::bigint > (b.document ->> q.part_of)::bigint)
		  -- nor is a coordinator asked twice
		  AND NOT (b.level = 'warn'
				   AND EXISTS (SELECT FROM validation_acceptance a
							   WHERE a.round_id = $2 AND a.%3$I = b.who AND a.rule = b.rule AND a.withdrawn_at IS NULL
								 AND a.answers = shnor.rule_answers(b.columns, b.document)))
		ORDER BY b.line, b.rule
	$sql$, CASE WHEN of_school THEN 'validation_case' ELSE 'municipal_validation_case' END,
		   CASE WHEN of_school THEN 'submission' ELSE 'municipal_submission' END,
		   CASE WHEN of_school THEN 'school_id' ELSE 'municipality_id' END,
		   shnor.import_case(region, import_broken_rules.round_id, import_broken_rules.respondent, seen, '%s = ANY ($6)'))
	USING rows, round_id, data_source, respondent, rules, ARRAY(SELECT DISTINCT (e ->> 'who')::integer FROM jsonb_array_elements(rows) e);
END
$function$;

COMMENT ON FUNCTION import_broken_rules(text, integer, text, text, jsonb) IS
'Internal: the rules that rows of a file break. rows is an array of objects line, who (school_id or municipality_id) and answers; a row is judged with the stored answers of the form (and what the same other source has told) for questions that it does not answer, and with the answers of the round before. Gives line, question, value, problem (rule: refuse the row; rule_warning: load it) and detail (reason and hint, with U+001F between). Left out: rules that read other schools'' answers, that read no answer of the row, a part larger than its whole (import_rows() says so itself), and warnings that were accepted for these very answers.';

CREATE FUNCTION region_validation_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	INSERT INTO validation_rule (rule, respondent, level, question, condition, applies, message, hint, valid_from)
	SELECT v.rule, 'school', v.level, v.question, v.condition, v.applies, v.message, v.hint,
		   -- what closed before there were rules is not judged by them
		   (SELECT max(r.cohort_on) + 1 FROM round r WHERE r.state = 'closed')
	FROM (
		-- a part is not larger than its whole
		SELECT 1 AS place, p.place AS number, 'part_' || p.question AS rule, 'refuse' AS level, p.question,
			   p.question || ' > teachers' AS condition, NULL AS applies,
			   format('%s — {%s}, а всего педагогических работников — {teachers}: часть больше целого', p.whom, p.question) AS message,
			   'Исправьте одно из двух чисел. Считайте только педагогов своей школы, каждого один раз.' AS hint
		FROM (VALUES
			(1, 'diagnosed_subject', 'Прошли предметную диагностику'),
			(2, 'diagnosed_method', 'Прошли методическую диагностику'),
			(3, 'diagnosed_psych', 'Прошли психолого-педагогическую диагностику'),
			(4, 'supported', 'Получили поддержку'),
			(5, 'in_networks', 'Входят в сетевые методические объединения'),
			(6, 'in_active', 'Входят в региональный методический актив'),
			(7, 'with_route', 'Имеют ИОМ')) AS p(place, question, whom)
		UNION ALL
		-- more than three times as many as in the round before, or less than a third, and by more than 20; a start
		-- from nothing is no jump. Only what lasts from year to year: how many were diagnosed or supported in a year may vary
		SELECT 2, p.place, 'jump_' || p.question, 'warn', p.question,
			   format('(%1$s > 3 * previous_%1$s OR 3 * %1$s < previous_%1$s) AND %1$s NOT BETWEEN previous_%1$s - 20 AND previous_%1$s + 20', p.question),
			   format('previous_%s > 0', p.question),
			   format('%s — {%s}, а в прошлом мониторинге — {previous_%2$s}: изменение больше чем в три раза', p.whom, p.question),
			   'Проверьте, нет ли в числе лишней цифры и не пропущена ли она. Если число верное, объясните изменение координатору: он примет ответ с пояснением.'
		FROM (VALUES
			(1, 'teachers', 'Педагогических работников'),
			(2, 'in_networks', 'Входят в сетевые методические объединения'),
			(3, 'in_active', 'Входят в региональный методический актив'),
			(4, 'with_route', 'Имеют ИОМ')) AS p(place, question, whom)
		UNION ALL
		-- the source asks these two «в муниципалитете»: schools that answer so give one and the same large number
		SELECT 3, p.place, 'same_' || p.question, 'warn', p.question,
			   format('same_%1$s >= 2 OR same_%1$s = 1 AND schools_answered = 2', p.question),
			   p.question || ' >= 20',
			   format('%s — {%s}, и столько же назвали другие школы муниципалитета (их {same_%2$s}): похоже на число по всему муниципалитету', p.whom, p.question),
			   'Впишите, сколько таких педагогов в Вашей школе, а не в муниципалитете. Если числа совпали случайно, сообщите координатору.'
		FROM (VALUES
			(1, 'in_active', 'Входят в региональный методический актив'),
			(2, 'with_route', 'Имеют ИОМ')) AS p(place, question, whom)
		UNION ALL
		-- more than five times the median of the other schools, and by more than 50, where four or more have answered
		SELECT 4, p.place, 'outlier_' || p.question, 'warn', p.question,
			   format('%1$s > 5 * median_%1$s AND %1$s > median_%1$s + 50', p.question),
			   format('schools_answered >= 4 AND median_%s > 0', p.question),
			   format('%s — {%s}, а у половины остальных школ муниципалитета — не больше {median_%2$s}', p.whom, p.question),
			   'Проверьте, нет ли в числе лишней цифры и не отвечает ли школа за весь муниципалитет. Если число верное, сообщите координатору: он примет ответ с пояснением.'
		FROM (VALUES
			(1, 'teachers', 'Педагогических работников'),
			(2, 'in_networks', 'Входят в сетевые методические объединения'),
			(3, 'in_active', 'Входят в региональный методический актив'),
			(4, 'with_route', 'Имеют ИОМ')) AS p(place, question, whom)
		UNION ALL
		SELECT 5, p.* FROM (VALUES
			(1, 'no_teachers', 'warn', 'teachers', 'teachers = 0', 'is_school',
			 'В школе нет ни одного педагогического работника',
			 'Впишите, сколько педагогических работников в школе. Если ответа пока нет, оставьте ячейку пустой: ноль считается ответом.'),
			-- clause 1.2.4 names the support that curators give in the words of the question about those who got it
			(2, 'curator_without_support', 'warn', 'supported', 'has_curator AND supported = 0', NULL,
			 'Школа-куратор определена, но поддержку не получил ни один педагог',
			 'Кураторы оказывают консультативную, методическую и другие виды поддержки: посчитайте и тех педагогов, которым её оказал куратор. Если поддержки не было, сообщите об этом координатору.')
		) AS p(number, rule, level, question, condition, applies, message, hint)
	) AS v
	-- a region made before may have done away with a question
	WHERE EXISTS (SELECT FROM question q WHERE q.question = v.question AND q.respondent = 'school')
	ORDER BY v.place, v.number;
END
$function$;

COMMENT ON FUNCTION region_validation_seed(text) IS
'Internal: the rules that a region starts with: parts and wholes, jumps against the round before, one number from many schools, outliers, contradictions. In a region with closed rounds they hold from the day after.';

CREATE FUNCTION region_validation_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1400, 'round_rule', $view$
	SELECT r.round_id, v.rule_id, v.rule, v.respondent, v.level, v.condition, v.applies, v.message, v.hint, v.question
	FROM round r
	JOIN validation_rule v ON (v.valid_from IS NULL OR v.valid_from <= r.cohort_on)
						  AND (v.valid_until IS NULL OR r.cohort_on < v.valid_until)
$view$),
(1405, 'round_place', $view$
	-- begun rounds in the order of round_pair; a draft has no neighbours
	SELECT r.round_id,
		   CASE WHEN r.state <> 'draft' THEN row_number() OVER (PARTITION BY r.state = 'draft' ORDER BY r.cohort_on, r.round_id)
				ELSE -2 * r.round_id::bigint END AS place
	FROM round r
$view$),
(1410, 'validation_case', format($view$
	-- what a rule for schools reads: by grouping in windows, so that nothing depends on the planner's guesses
	SELECT s.round_id, s.municipality_id, s.school_id, s.low_results, s.adverse_conditions, s.risk_zone,
		   s.is_school, s.is_preschool, s.is_supplementary, s.schools_answered,
		   %1$s,
		   %2$s,
		   %3$s,
		   %4$s
	FROM (
		SELECT c.*, p.place,
			   count(*) FILTER (WHERE num_nonnulls(%5$s) > 0) OVER (PARTITION BY c.round_id, c.municipality_id) AS schools_answered,
			   %6$s,
			   %7$s
		FROM school_round c
		JOIN round_place p ON p.round_id = c.round_id
		WINDOW round_before AS (PARTITION BY c.school_id ORDER BY p.place RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)
	) AS s
$view$,
	shnor.validation_columns('school', 's.%1$s::bigint AS %1$s', 's.%1$s'),
	shnor.validation_columns('school', 's.previous_%1$s', 's.previous_%1$s'),
	-- how many others gave the same number
	shnor.validation_columns('school', 'CASE WHEN s.%1$s IS NOT NULL THEN cardinality(array_positions(s.all_%1$s, s.%1$s)) - 1 END::bigint AS same_%1$s', NULL),
	-- of the m others' numbers in order the one at (m + 1) / 2, past one's own where that stands before
	shnor.validation_columns('school',
		's.all_%1$s[(cardinality(s.all_%1$s) - num_nonnulls(s.%1$s) + 1) / 2'
		' + CASE WHEN array_position(s.all_%1$s, s.%1$s) <= (cardinality(s.all_%1$s) - num_nonnulls(s.%1$s) + 1) / 2 THEN 1 ELSE 0 END]::bigint AS median_%1$s', NULL),
	shnor.validation_columns('school', 'c.%1$s', 'c.%1$s'),
	shnor.validation_columns('school', 'max(c.%1$s::bigint) OVER round_before AS previous_%1$s', 'bool_or(c.%1$s) OVER round_before AS previous_%1$s'),
	shnor.validation_columns('school', 'array_agg(c.%1$s) FILTER (WHERE c.%1$s IS NOT NULL) OVER (PARTITION BY c.round_id, c.municipality_id ORDER BY c.%1$s'
		' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS all_%1$s', NULL))),
(1420, 'municipal_validation_case', format($view$
	SELECT m.round_id, m.municipality_id, coalesce(n.schools_answered, 0) AS schools_answered,
		   %1$s,
		   %2$s
	FROM (
		SELECT c.*, %3$s
		FROM municipal_round c
		JOIN round_place p ON p.round_id = c.round_id
		WINDOW round_before AS (PARTITION BY c.municipality_id ORDER BY p.place RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)
	) AS m
	LEFT JOIN (
		SELECT c.round_id, c.municipality_id, count(*) AS schools_answered
		FROM school_round c
		WHERE num_nonnulls(%4$s) > 0
		GROUP BY c.round_id, c.municipality_id
	) AS n ON n.round_id = m.round_id AND n.municipality_id = m.municipality_id
$view$,
	shnor.validation_columns('municipality', 'm.%1$s::bigint AS %1$s', 'm.%1$s'),
	shnor.validation_columns('municipality', 'm.previous_%1$s', 'm.previous_%1$s'),
	shnor.validation_columns('municipality', 'max(c.%1$s::bigint) OVER round_before AS previous_%1$s', 'bool_or(c.%1$s) OVER round_before AS previous_%1$s'),
	shnor.validation_columns('school', 'c.%1$s', 'c.%1$s'))),
(1430, 'round_rule_set', $view$
	-- all rules of a round and respondent as one methodology: one pass over each case
	SELECT r.round_id, 'school' AS respondent,
		   shnor.rule_methodology(jsonb_agg(to_jsonb(r) ORDER BY r.rule_id), NULL::validation_case) AS methodology
	FROM round_rule r WHERE r.respondent = 'school'
	GROUP BY r.round_id
	UNION ALL
	SELECT r.round_id, 'municipality',
		   shnor.rule_methodology(jsonb_agg(to_jsonb(r) ORDER BY r.rule_id), NULL::municipal_validation_case)
	FROM round_rule r WHERE r.respondent = 'municipality'
	GROUP BY r.round_id
$view$),
(1440, 'validation_finding', $view$
	SELECT f.round_id, f.municipality_id, m.name AS municipality, f.school_id, o.name AS school, f.rule, f.level, f.question,
		   shnor.rule_value(f.answers -> f.question) AS value,
		   shnor.rule_text(f.message, f.answers) AS message, shnor.rule_text(f.hint, f.answers) AS hint,
		   a.acceptance_id IS NOT NULL AS accepted, a.accepted_by::text, a.accepted_at, a.reason AS accepted_reason,
		   coalesce(o.code, m.name) AS respondent_code, f.answers_read
	FROM (
		SELECT b.*, v.rule, v.level, v.question, v.message, v.hint,
			   shnor.rule_answers(shnor.rule_columns(to_jsonb(v)), b.answers) AS answers_read
		FROM (
			SELECT s.round_id, s.municipality_id, s.school_id, s.school_id AS respondent_id, x.id AS rule_id, to_jsonb(s) AS answers
			FROM round_rule_set k
			JOIN validation_case s ON s.round_id = k.round_id
			CROSS JOIN LATERAL shnor.contribution(k.methodology, s) AS x
			WHERE k.respondent = 'school' AND x.numerator > 0
			UNION ALL
			-- a municipality's own answer: a negative respondent
			SELECT s.round_id, s.municipality_id, NULL, -s.municipality_id, x.id, to_jsonb(s)
			FROM round_rule_set k
			JOIN municipal_validation_case s ON s.round_id = k.round_id
			CROSS JOIN LATERAL shnor.contribution(k.methodology, s) AS x
			WHERE k.respondent = 'municipality' AND x.numerator > 0
		) AS b
		JOIN validation_rule v ON v.rule_id = b.rule_id
	) AS f
	JOIN municipality m ON m.municipality_id = f.municipality_id
	LEFT JOIN school o ON o.school_id = f.school_id
	-- bound to the answers it was given for
	LEFT JOIN validation_acceptance a ON a.round_id = f.round_id AND coalesce(a.school_id, -a.municipality_id) = f.respondent_id
		AND a.rule = f.rule AND a.withdrawn_at IS NULL AND a.answers = f.answers_read
$view$)
$function$;

COMMENT ON FUNCTION region_validation_views() IS
'Internal: the rules of each round, what they read of each respondent, and the findings.';

CREATE FUNCTION region_validation_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE validation_rule (
		rule_id		integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		rule		text NOT NULL CHECK (rule ~ '^[a-z][a-z0-9_]*$'),
		respondent	text NOT NULL CHECK (respondent IN ('school', 'municipality')),
		level		text NOT NULL CHECK (level IN ('refuse', 'warn')),
		condition	text NOT NULL CHECK (condition ~ '[^[:space:]]'),
		applies		text CHECK (applies ~ '[^[:space:]]'),
		message		text NOT NULL CHECK (message ~ '[^[:space:]]'),
		hint		text CHECK (hint ~ '[^[:space:]]'),
		question	text,
		valid_from	date,
		valid_until	date,
		UNIQUE NULLS NOT DISTINCT (rule, valid_from),
		CHECK (valid_from < valid_until)
	);

	-- never deleted: what was accepted, and why it no longer is, can be read later
	CREATE TABLE validation_acceptance (
		acceptance_id		bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id			integer NOT NULL REFERENCES round ON DELETE CASCADE,
		school_id			integer REFERENCES school,
		municipality_id		integer REFERENCES municipality,
		rule				text NOT NULL CHECK (rule <> ''),
		reason				text NOT NULL CHECK (reason ~ '[^[:space:]]'),
		answers				text NOT NULL CHECK (answers <> ''),
		accepted_at			timestamptz NOT NULL DEFAULT now(),
		accepted_by			name NOT NULL DEFAULT current_user,
		withdrawn_at		timestamptz,
		withdrawn_by		name,
		withdrawn_reason	text CHECK (withdrawn_reason ~ '[^[:space:]]'),
		CONSTRAINT validation_acceptance_respondent CHECK (num_nonnulls(school_id, municipality_id) = 1),
		CONSTRAINT validation_acceptance_withdrawal CHECK (num_nulls(withdrawn_at, withdrawn_by, withdrawn_reason) IN (0, 3))
	);
	CREATE INDEX ON validation_acceptance (school_id);
	-- a municipality is a negative respondent
	CREATE UNIQUE INDEX validation_acceptance_standing ON validation_acceptance (round_id, (coalesce(school_id, -municipality_id)), rule)
		WHERE withdrawn_at IS NULL;
END
$function$;

COMMENT ON FUNCTION region_validation_tables(text) IS
'Internal: creates the rules and the accepted findings in the schema named region.';

CREATE FUNCTION region_validation_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE OR REPLACE FUNCTION check_rule() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		known boolean;
	BEGIN
		-- a row of a file answers for itself only
		IF NEW.level = 'refuse' AND concat_ws(' ', NEW.condition, NEW.applies) ~* '\m(same_|median_|schools_answered\M)' THEN
			RAISE EXCEPTION 'правило «%» читает ответы других школ: оно может только предупреждать', NEW.rule
				USING ERRCODE = 'check_violation',
					  HINT = 'Поставьте level = ''warn''. Столбцы same_…, median_… и schools_answered зависят от чужих ответов: отказать за них нельзя.';
		END IF;
		IF NEW.question IS NOT NULL THEN
			EXECUTE format('SELECT EXISTS (SELECT FROM %I.question q WHERE q.question = $1 AND q.respondent = $2)', TG_TABLE_SCHEMA)
			INTO known USING NEW.question, NEW.respondent;
			IF NOT known THEN
				RAISE EXCEPTION 'правило «%»: вопроса «%» нет среди тех, на которые отвечает %', NEW.rule, NEW.question,
					CASE NEW.respondent WHEN 'school' THEN 'организация' ELSE 'муниципалитет' END
					USING ERRCODE = 'foreign_key_violation',
						  HINT = format('Вопросы перечислены в таблице %I.question. Если правило не об одном вопросе, оставьте question пустым.', TG_TABLE_SCHEMA);
			END IF;
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_rule BEFORE INSERT OR UPDATE ON validation_rule
		FOR EACH ROW EXECUTE FUNCTION check_rule();
	CREATE OR REPLACE TRIGGER check_versions AFTER INSERT OR UPDATE ON validation_rule
		FOR EACH ROW EXECUTE FUNCTION check_versions('rule');
	-- as region_lock_triggers() does for what else holds by days, and for rows of a round
	CREATE OR REPLACE TRIGGER check_days_open AFTER INSERT OR UPDATE OR DELETE ON validation_rule
		FOR EACH ROW EXECUTE FUNCTION check_days_open('valid_from', 'valid_until', 'правила проверки менять нельзя');
	CREATE OR REPLACE TRIGGER check_days_truncate BEFORE TRUNCATE ON validation_rule
		FOR EACH STATEMENT EXECUTE FUNCTION check_none_closed('правила проверки менять нельзя');

	CREATE OR REPLACE FUNCTION check_acceptance() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		withdrawal text[] := '{withdrawn_at,withdrawn_by,withdrawn_reason}';
	BEGIN
		IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
			AND to_jsonb(OLD) - withdrawal = to_jsonb(NEW) - withdrawal THEN
			RETURN NEW;
		END IF;
		RAISE EXCEPTION 'принятые замечания не правят и не удаляют'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Отозвать принятое: SELECT shnor.withdraw_acceptance(%L, …, ''причина''); затем его можно принять заново.', TG_TABLE_SCHEMA);
	END
	$trigger$;

	-- with a round that is deleted before it ever closed, what was accepted in it goes too
	CREATE OR REPLACE TRIGGER check_acceptance BEFORE UPDATE ON validation_acceptance
		FOR EACH ROW EXECUTE FUNCTION check_acceptance();
	CREATE OR REPLACE TRIGGER check_acceptance_delete BEFORE DELETE ON validation_acceptance
		FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION check_acceptance();
	CREATE OR REPLACE TRIGGER check_open_insert AFTER INSERT ON validation_acceptance REFERENCING NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION check_round_open('принимать замечания нельзя');
	CREATE OR REPLACE TRIGGER check_open_update AFTER UPDATE ON validation_acceptance REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION check_round_open('отзывать принятое нельзя');
	CREATE OR REPLACE TRIGGER check_open_delete AFTER DELETE ON validation_acceptance REFERENCING OLD TABLE AS old_rows
		FOR EACH STATEMENT EXECUTE FUNCTION check_round_open('удалять принятое нельзя');
	CREATE OR REPLACE TRIGGER check_acceptance_truncate BEFORE TRUNCATE ON validation_acceptance
		FOR EACH STATEMENT EXECUTE FUNCTION check_acceptance();
END
$function$;

COMMENT ON FUNCTION region_validation_triggers(text) IS
'Internal: creates or replaces the triggers of rules and accepted findings in the schema named region.';

CREATE FUNCTION rule_error(rule jsonb, state text, said text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	-- the message calls every number that of an indicator
	RAISE EXCEPTION 'правило проверки «%»: %', rule ->> 'rule', regexp_replace(said, format('^[^:]* %s[^:]*: ', rule ->> 'rule_id'), '')
		USING ERRCODE = state,
			  DETAIL = concat_ws('; ', 'condition: ' || (rule ->> 'condition'), 'applies: ' || (rule ->> 'applies')),
			  HINT = 'Исправьте формулу в таблице validation_rule. Все такие формулы перечисляет shnor.lint().';
END
$function$;

COMMENT ON FUNCTION rule_error(jsonb, text, text) IS
'Internal: raises what is wrong with the formulas of a rule (an object of rule_id, rule, condition, applies) under the rule''s name.';

CREATE FUNCTION rule_columns(rule jsonb) RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	RETURN shnor.columns((SELECT shnor.methodology((rule ->> 'rule_id')::integer, shnor.condition_formula(rule ->> 'condition'), NULL,
												   shnor.condition_formula(rule ->> 'applies'), NULL)));
EXCEPTION WHEN others THEN
	PERFORM shnor.rule_error(rule, SQLSTATE, SQLERRM);
END
$function$;

COMMENT ON FUNCTION rule_columns(jsonb) IS
'Internal: the columns that a rule (an object of rule_id, rule, condition, applies) reads; an error names the rule.';

CREATE FUNCTION rule_methodology(rules jsonb, probe anyelement) RETURNS methodology
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	compiled	methodology;
	r			jsonb;
	state		text;
	said		text;
BEGIN
	SELECT shnor.methodology(u.rule_id, shnor.condition_formula(u.condition), NULL, shnor.condition_formula(u.applies), NULL)
	INTO compiled
	FROM jsonb_to_recordset(rules) AS u(rule_id integer, condition text, applies text);
	-- columns are looked up when a row comes
	PERFORM count(*) FROM shnor.contribution(compiled, jsonb_populate_record(probe, '{}'));
	RETURN compiled;
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
	-- which of them it was
	IF jsonb_array_length(rules) = 1 THEN
		PERFORM shnor.rule_error(rules -> 0, state, said);
	END IF;
	FOR r IN SELECT jsonb_build_array(e) FROM jsonb_array_elements(rules) AS e LOOP
		PERFORM shnor.rule_methodology(r, probe);
	END LOOP;
	RAISE EXCEPTION '%', said USING ERRCODE = state;
END
$function$;

COMMENT ON FUNCTION rule_methodology(jsonb, anyelement) IS
'Internal: rules (objects of rule_id, rule, condition, applies) compiled as one methodology that is tried on an empty row of the type of probe; an error names the rule. NULL for no rules.';

CREATE FUNCTION rule_answers(columns text[], answers jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT coalesce(jsonb_object_agg(n, answers -> n), '{}')::text
	FROM unnest(columns) AS n
	WHERE n !~ '^(same_|median_|schools_answered$)'
$function$;

COMMENT ON FUNCTION rule_answers(text[], jsonb) IS
'Internal: of the columns that a rule reads those that are the respondent''s own, with their values, as text: what an acceptance is bound to. What other schools answered is left out: each further form would undo the acceptance.';

CREATE FUNCTION rule_value(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT CASE jsonb_typeof(value) WHEN 'boolean' THEN CASE WHEN value::boolean THEN 'да' ELSE 'нет' END
			   WHEN 'null' THEN NULL ELSE value #>> '{}' END
$function$;

COMMENT ON FUNCTION rule_value(jsonb) IS
'Internal: an answer as a reader sees it; NULL for none.';

CREATE FUNCTION rule_text(template text, answers jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT CASE WHEN template LIKE '%{%' THEN
		(SELECT string_agg(p.part[1] || CASE WHEN answers ? p.part[2] THEN coalesce(shnor.rule_value(answers -> p.part[2]), 'нет ответа')
											 ELSE coalesce('{' || p.part[2] || '}', '') END, '' ORDER BY p.place)
		 FROM regexp_matches(template, '(.*?)(?:\{([a-z][a-z0-9_]*)\}|$)', 'g') WITH ORDINALITY AS p(part, place))
		ELSE template END
$function$;

COMMENT ON FUNCTION rule_text(text, jsonb) IS
'Internal: the text of a rule with each {column} replaced by its value; names that are no columns stay.';

CREATE OR REPLACE FUNCTION region_lock_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t record;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- Rows that belong to a round. FOR SHARE: who writes and who closes wait for each other.
	CREATE OR REPLACE FUNCTION check_round_open() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		touched	integer[];
		written	boolean;
		r		record;
	BEGIN
		IF TG_OP = 'INSERT' THEN
			touched := ARRAY(SELECT DISTINCT n.round_id FROM new_rows n);
		ELSIF TG_OP = 'DELETE' THEN
			touched := ARRAY(SELECT DISTINCT o.round_id FROM old_rows o);
		ELSIF TG_OP = 'UPDATE' THEN
			touched := ARRAY(SELECT n.round_id FROM new_rows n UNION SELECT o.round_id FROM old_rows o);
		ELSE
			EXECUTE format('SELECT array_agg(DISTINCT t.round_id) FROM %I.%I t', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO touched;
		END IF;
		FOR r IN EXECUTE format('SELECT r.round_id, r.title, r.state FROM %I.round r WHERE r.round_id = ANY ($1) ORDER BY r.round_id FOR SHARE',
								TG_TABLE_SCHEMA) USING touched LOOP
			IF r.state = 'closed' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: %', r.title, TG_ARGV[0]
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = format('Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, r.round_id);
			END IF;
			-- a list of a round that has none yet would take the place of all its schools
			IF TG_TABLE_NAME IN ('round_school', 'round_municipality') THEN
				EXECUTE format('SELECT EXISTS (SELECT FROM %I.round_event e WHERE e.round_id = $1 AND e.event = ''closed'')', TG_TABLE_SCHEMA)
				INTO written USING r.round_id;
				IF NOT written THEN
					RAISE EXCEPTION 'мониторинг «%» ещё не закрывался: его состав записывается при закрытии', r.title
						USING ERRCODE = 'object_not_in_prerequisite_state',
							  HINT = format('До закрытия состав берётся из таблиц %1$I.school и %1$I.school_status: исправьте их.', TG_TABLE_SCHEMA);
				END IF;
			END IF;
		END LOOP;
		RETURN NULL;
	END
	$trigger$;

	FOR t IN
		SELECT * FROM (VALUES
			('submission', 'ответы менять нельзя', ''),
			('municipal_submission', 'ответы менять нельзя', ''),
			('source_answer', 'ответы других источников менять нельзя', ''),
			('document', 'документы менять нельзя', ''),
			('target', 'пороги и планы менять нельзя', ''),
			-- who was in time is told by the first version
			('submission_history', 'ответы менять нельзя', ''),
			('municipal_submission_history', 'ответы менять нельзя', ''),
			('source_answer_history', 'ответы других источников менять нельзя', ''),
			-- these the closing round writes itself
			('round_school', 'состав менять нельзя', 'WHEN (pg_trigger_depth() = 0)'),
			('round_municipality', 'состав менять нельзя', 'WHEN (pg_trigger_depth() = 0)')) AS v(name, refusal, condition)
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
	END LOOP;

	-- Rows that hold from one day to another: whatever changes what a closed round sees on its day is refused.
	-- Arguments: the columns of the first day and of the day after the last, then the refusal.
	CREATE OR REPLACE FUNCTION check_days_open() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		days	text[] := TG_ARGV[0:1];
		was		jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
		is_now	jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
		held	daterange := CASE WHEN was IS NULL THEN 'empty' ELSE daterange((was ->> days[1])::date, (was ->> days[2])::date) END;
		holds	daterange := CASE WHEN is_now IS NULL THEN 'empty' ELSE daterange((is_now ->> days[1])::date, (is_now ->> days[2])::date) END;
		same	boolean := coalesce(was - days = is_now - days, false);
		r		record;
	BEGIN
		-- Who changes this and who closes a round wait for each other, whatever its day: it may move to this one and
		-- close at once, and so may a round that is new and not seen from here (keep_round() takes the other lock).
		-- Rows first: who waits for the second lock holds none that its holder would want.
		EXECUTE format('SELECT FROM %I.round r ORDER BY r.round_id FOR SHARE', TG_TABLE_SCHEMA);
		PERFORM pg_advisory_xact_lock_shared(hashtextextended(format('%s.round', TG_TABLE_SCHEMA), 0));
		EXECUTE format('SELECT r.round_id, r.title, r.cohort_on FROM %I.round r
						WHERE r.state = ''closed'' AND (r.cohort_on <@ $1 <> (r.cohort_on <@ $2) OR r.cohort_on <@ $1 AND NOT $3)
						ORDER BY r.round_id LIMIT 1', TG_TABLE_SCHEMA) INTO r USING held, holds, same;
		IF r.round_id IS NOT NULL THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: %', r.title, TG_ARGV[2]
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  DETAIL = format('Изменение затрагивает день состава этого мониторинга, %s.', to_char(r.cohort_on, 'DD.MM.YYYY')),
					  HINT = format('Для будущих мониторингов завершите прежнюю запись датой %s позже этого дня и добавьте новую с той же датой %s. '
									'Чтобы исправить закрытый мониторинг, откройте его заново: SELECT shnor.reopen_round(%L, %s, ''причина'');',
									days[2], days[1], TG_TABLE_SCHEMA, r.round_id);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	-- emptied at once, nothing of a closed round would be left
	CREATE OR REPLACE FUNCTION check_none_closed() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		closed text;
	BEGIN
		-- as check_days_open()
		EXECUTE format('SELECT FROM %I.round r ORDER BY r.round_id FOR SHARE', TG_TABLE_SCHEMA);
		PERFORM pg_advisory_xact_lock_shared(hashtextextended(format('%s.round', TG_TABLE_SCHEMA), 0));
		EXECUTE format('SELECT min(r.title) FROM %I.round r WHERE r.state = ''closed''', TG_TABLE_SCHEMA) INTO closed;
		IF closed IS NOT NULL THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: %', closed, TG_ARGV[0]
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Таблица %I.%I хранит то, на чём стоят закрытые мониторинги. Удаляйте отдельные строки.', TG_TABLE_SCHEMA, TG_TABLE_NAME);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	FOR t IN
		SELECT * FROM (VALUES
			('school_status', 'since', 'until', 'статусы школ менять нельзя'),
			('indicator', 'valid_from', 'valid_until', 'определения показателей менять нельзя'),
			('question', 'valid_from', 'valid_until', 'вопросы менять нельзя'),
			('question_source', 'valid_from', 'valid_until', 'порядок источников менять нельзя'),
			('identification_rule', 'valid_from', 'valid_until', 'правила выявления менять нельзя')) AS v(name, first_day, day_after, refusal)
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_days_open AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION check_days_open(%L, %L, %L)',
					   t.name, t.first_day, t.day_after, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_days_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION check_none_closed(%L)', t.name, t.refusal);
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_lock_triggers(text) IS
'Internal: creates or replaces the triggers that lock what closed rounds rest on in the schema named region.';

CREATE OR REPLACE FUNCTION region_round_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE OR REPLACE FUNCTION check_round() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		said		record;
		was_closed	boolean;
		-- lists of autumn rest on the results of the same year, those of spring on the year before
		usual_year	integer := CASE WHEN TG_OP <> 'DELETE' AND isfinite(NEW.cohort_on) THEN extract(year FROM NEW.cohort_on - interval '6 months') END;
	BEGIN
		IF TG_OP = 'DELETE' THEN
			IF OLD.state = 'closed' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: удалить его нельзя', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = 'Закрытый мониторинг хранится всегда: на нём стоят отчёты и динамика следующих лет.';
			END IF;
			EXECUTE format('SELECT EXISTS (SELECT FROM %I.round_event e WHERE e.round_id = $1 AND e.event = ''closed'')', TG_TABLE_SCHEMA)
			INTO was_closed USING OLD.round_id;
			IF was_closed THEN
				RAISE EXCEPTION 'мониторинг «%» уже закрывался: удалить его нельзя', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = 'Вместе с ним пропал бы журнал: кто и почему открывал его заново. Исправьте мониторинг и закройте его.';
			END IF;
			RETURN OLD;
		END IF;

		-- terms are counted from these days, and a term that cannot be counted would break the ledger for everybody
		IF least(NEW.starts_on, NEW.due_on, NEW.ends_on, NEW.cohort_on) < '1990-01-01' OR greatest(NEW.starts_on, NEW.due_on, NEW.ends_on, NEW.cohort_on) > '2200-12-31' THEN
			RAISE EXCEPTION 'мониторинг «%»: день вне 1990–2200 годов', NEW.title
				USING ERRCODE = 'check_violation', HINT = 'Проверьте год в starts_on, due_on, ends_on и cohort_on; если конец не назначен, оставьте ends_on пустым.';
		END IF;

		IF TG_OP = 'INSERT' THEN
			EXECUTE format('SELECT s.goals, s.tasks, s.methods FROM %I.setting s', TG_TABLE_SCHEMA) INTO said;
			NEW.goals := coalesce(NEW.goals, said.goals);
			NEW.tasks := coalesce(NEW.tasks, said.tasks);
			NEW.methods := coalesce(NEW.methods, said.methods);
			NEW.results_year := coalesce(NEW.results_year, usual_year);
		ELSIF OLD.state = 'closed' AND NEW.state = 'draft' THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: вернуть его в черновики нельзя', OLD.title
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, OLD.round_id);
		ELSIF OLD.state = 'closed' AND NEW.state = 'open' THEN
			IF coalesce(NEW.reopening, '') !~ '[^[:space:]]' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: открыть его заново можно только с причиной', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = format('SELECT shnor.reopen_round(%L, %s, ''причина''); причина останется в журнале round_event.', TG_TABLE_SCHEMA, OLD.round_id);
			END IF;
			IF to_jsonb(OLD) - '{state,reopening}'::text[] <> to_jsonb(NEW) - '{state,reopening}'::text[] THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: сначала откройте его заново, затем меняйте', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = format('SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, OLD.round_id);
			END IF;
		ELSIF OLD.state = 'closed' AND OLD IS DISTINCT FROM NEW THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: менять его нельзя', OLD.title
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, OLD.round_id);
		END IF;

		-- the year of results moves with the day, unless it was set by hand
		IF TG_OP = 'UPDATE' AND NEW.cohort_on <> OLD.cohort_on AND NEW.results_year = OLD.results_year
			AND OLD.results_year = extract(year FROM OLD.cohort_on - interval '6 months') THEN
			NEW.results_year := usual_year;
		END IF;

		IF NEW.state <> 'draft' AND NEW.legal_act_id IS NULL THEN
			RAISE EXCEPTION 'мониторинг «%» нельзя открыть без приказа (п. 1.2.7)', NEW.title
				USING ERRCODE = 'check_violation',
					  HINT = format('Внесите приказ в таблицу %1$I.legal_act и укажите его: UPDATE %1$I.round SET legal_act_id = …, state = ''open'' …', TG_TABLE_SCHEMA);
		END IF;
		IF NEW.state <> 'open' THEN
			NEW.reopening := NULL;
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_round BEFORE INSERT OR UPDATE OR DELETE ON round
		FOR EACH ROW EXECUTE FUNCTION check_round();

	-- the journal, and the schools of a round that closes
	CREATE OR REPLACE FUNCTION keep_round() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		was text := CASE TG_OP WHEN 'UPDATE' THEN OLD.state ELSE '' END;
	BEGIN
		-- the wait for those who still write is of no use to a snapshot that is older than what they have written
		IF NEW.state = 'closed' AND current_setting('transaction_isolation') <> 'read committed' THEN
			RAISE EXCEPTION 'мониторинг «%» нельзя закрыть в транзакции %', NEW.title, upper(current_setting('transaction_isolation'))
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = 'Закройте его в транзакции READ COMMITTED: эта не видит того, что внесено после её начала, и состав записался бы без этого.';
		END IF;
		EXECUTE format('INSERT INTO %I.round_event (round_id, event, reason) VALUES ($1, $2, $3)', TG_TABLE_SCHEMA)
		USING NEW.round_id,
			  CASE WHEN NEW.state = 'open' AND was = 'closed' THEN 'reopened' WHEN NEW.state = 'open' THEN 'opened'
				   WHEN NEW.state = 'closed' THEN 'closed' ELSE 'drafted' END,
			  CASE WHEN NEW.state = 'open' AND was = 'closed' THEN NEW.reopening END;
		-- What was written down stays when the round is reopened, since the directory has municipalities and kinds of
		-- today only: closed again, it takes over what has been corrected in school_status, and nothing else.
		IF NEW.state = 'closed' THEN
			-- who is changing statuses or definitions may not have seen this round, or not with this day (check_days_open())
			PERFORM pg_advisory_xact_lock(hashtextextended(format('%s.round', TG_TABLE_SCHEMA), 0));
			EXECUTE format(
				'INSERT INTO %1$I.round_school (round_id, school_id, municipality_id, kind, low_results, adverse_conditions, risk_zone)
				 SELECT $1, o.school_id, o.municipality_id, o.kind, false, false, false
				 FROM %1$I.school o
				 WHERE (o.opened_on IS NULL OR o.opened_on <= $2) AND (o.closed_on IS NULL OR $2 < o.closed_on)
				   AND NOT EXISTS (SELECT FROM %1$I.round_school w WHERE w.round_id = $1)
				 ORDER BY o.school_id', TG_TABLE_SCHEMA)
			USING NEW.round_id, NEW.cohort_on;
			EXECUTE format(
				'UPDATE %1$I.round_school w SET (low_results, adverse_conditions, risk_zone) = (
					 SELECT coalesce(bool_or(s.status = ''low_results''), false), coalesce(bool_or(s.status = ''adverse_conditions''), false),
							coalesce(bool_or(s.status = ''risk_zone''), false)
					 FROM %1$I.school_status s
					 WHERE s.school_id = w.school_id AND s.since <= $2 AND (s.until IS NULL OR $2 < s.until))
				 WHERE w.round_id = $1', TG_TABLE_SCHEMA)
			USING NEW.round_id, NEW.cohort_on;
			EXECUTE format(
				'INSERT INTO %1$I.round_municipality (round_id, municipality_id)
				 SELECT $1, m.municipality_id FROM %1$I.municipality m
				 WHERE NOT EXISTS (SELECT FROM %1$I.round_municipality w WHERE w.round_id = $1)
					OR EXISTS (SELECT FROM %1$I.round_school w WHERE w.round_id = $1 AND w.municipality_id = m.municipality_id)
				 ORDER BY 2
				 ON CONFLICT DO NOTHING', TG_TABLE_SCHEMA)
			USING NEW.round_id;
		END IF;
		RETURN NULL;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER keep_opened AFTER INSERT ON round
		FOR EACH ROW EXECUTE FUNCTION keep_round();
	CREATE OR REPLACE TRIGGER keep_state AFTER UPDATE ON round
		FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION keep_round();

	-- a list that was written down follows the day of its round: who was not there yet comes in, who is not there goes
	CREATE OR REPLACE FUNCTION keep_day() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		EXECUTE format(
			'INSERT INTO %1$I.round_school (round_id, school_id, municipality_id, kind, low_results, adverse_conditions, risk_zone)
			 SELECT $1, o.school_id, o.municipality_id, o.kind, false, false, false
			 FROM %1$I.school o
			 WHERE (o.opened_on IS NULL OR o.opened_on <= $3) AND (o.closed_on IS NULL OR $3 < o.closed_on)
			   AND ((o.opened_on IS NULL OR o.opened_on <= $2) AND (o.closed_on IS NULL OR $2 < o.closed_on)) IS NOT TRUE
			   AND EXISTS (SELECT FROM %1$I.round_school w WHERE w.round_id = $1)
			 ON CONFLICT DO NOTHING', TG_TABLE_SCHEMA)
		USING NEW.round_id, OLD.cohort_on, NEW.cohort_on;
		EXECUTE format(
			'DELETE FROM %1$I.round_school w USING %1$I.school o
			 WHERE w.round_id = $1 AND o.school_id = w.school_id AND (o.opened_on > $2 OR o.closed_on <= $2)', TG_TABLE_SCHEMA)
		USING NEW.round_id, NEW.cohort_on;
		RETURN NULL;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER keep_day AFTER UPDATE ON round
		FOR EACH ROW WHEN (OLD.cohort_on <> NEW.cohort_on) EXECUTE FUNCTION keep_day();

	-- what the triggers above write, nobody else does
	CREATE OR REPLACE FUNCTION refuse_edit() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		RAISE EXCEPTION 'таблица %.% заполняется сама: править её нельзя', TG_TABLE_SCHEMA, TG_TABLE_NAME
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = TG_ARGV[0];
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER refuse_edit BEFORE INSERT OR UPDATE OR DELETE ON round_event
		FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
		EXECUTE FUNCTION refuse_edit('Журнал ведётся при каждой смене состояния мониторинга и хранится всегда.');
	CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON round_event
		FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit('Журнал мониторингов хранится всегда.');
END
$function$;

COMMENT ON FUNCTION region_round_triggers(text) IS
'Internal: creates or replaces the triggers that carry a round through its states in the schema named region.';

CREATE OR REPLACE FUNCTION reopen_round(region text, round_id integer, reason text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	state text;
BEGIN
	PERFORM shnor.region_check(region);
	IF coalesce(reason, '') !~ '[^[:space:]]' THEN
		RAISE EXCEPTION 'не названа причина, по которой мониторинг открывается заново'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Причину увидят те, кто спросит, почему изменились цифры закрытого мониторинга.';
	END IF;
	-- another who opens or closes it is waited for: one opening, one reason
	EXECUTE format('SELECT FROM %I.round r WHERE r.round_id = $1 FOR NO KEY UPDATE', region) USING round_id;
	state := shnor.region_round(region, round_id);
	IF state <> 'closed' THEN
		RAISE EXCEPTION 'мониторинг % не закрыт: его состояние — %', round_id,
			CASE state WHEN 'draft' THEN 'черновик (draft)' ELSE 'открыт (open)' END
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = CASE state WHEN 'draft' THEN format('Укажите приказ (legal_act_id) и откройте мониторинг: UPDATE %I.round SET state = ''open'' …', region)
						ELSE 'Открытый мониторинг можно исправлять сразу.' END;
	END IF;
	EXECUTE format('UPDATE %I.round r SET state = ''open'', reopening = $2 WHERE r.round_id = $1', region) USING round_id, reason;
	RETURN 'open';
END
$function$;

CREATE OR REPLACE FUNCTION region_source_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE data_source (
		data_source	text PRIMARY KEY CHECK (data_source ~ '^[a-z][a-z0-9_]*$'),
		title		text NOT NULL CHECK (title <> '')
	);

	-- the lowest precedence that has an answer counts; what is not listed here comes after what is
	CREATE TABLE question_source (
		question_source_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		question			text NOT NULL,
		data_source			text NOT NULL REFERENCES data_source,
		precedence			integer NOT NULL CHECK (precedence > 0),
		valid_from			date,
		valid_until			date,
		CHECK (valid_from < valid_until),
		UNIQUE NULLS NOT DISTINCT (question, data_source, valid_from)
	);

	CREATE TABLE source_answer (
		source_answer_id	bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id			integer NOT NULL REFERENCES round,
		school_id			integer REFERENCES school,
		municipality_id		integer REFERENCES municipality,
		question			text NOT NULL,
		-- the form's answers are submissions
		data_source			text NOT NULL REFERENCES data_source CHECK (data_source <> 'form'),
		answer_count		integer CHECK (answer_count >= 0),
		answer_yes			boolean,
		submitted_at		timestamptz NOT NULL DEFAULT now(),
		source				text,
		legal_act_id		integer REFERENCES legal_act,
		UNIQUE NULLS NOT DISTINCT (round_id, school_id, municipality_id, question, data_source),
		CONSTRAINT source_answer_respondent CHECK (num_nonnulls(school_id, municipality_id) = 1),
		CONSTRAINT source_answer_value CHECK (num_nonnulls(answer_count, answer_yes) = 1)
	);
	CREATE INDEX ON source_answer (school_id);

	CREATE TABLE source_answer_history (
		LIKE source_answer,
		replaced_at			timestamptz NOT NULL DEFAULT now(),
		replaced_by			name NOT NULL DEFAULT current_user,
		FOREIGN KEY (round_id) REFERENCES round
	);
	CREATE INDEX ON source_answer_history (round_id, school_id);
END
$function$;

CREATE FUNCTION region_source_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE OR REPLACE TRIGGER keep_replaced AFTER UPDATE ON source_answer REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION keep_history('source_answer_id');
	CREATE OR REPLACE TRIGGER keep_deleted AFTER DELETE ON source_answer REFERENCING OLD TABLE AS old_rows
		FOR EACH STATEMENT EXECUTE FUNCTION keep_history('source_answer_id');

	-- a row about one question of one respondent: the question must be asked of that respondent in that round
	CREATE OR REPLACE FUNCTION check_question() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		title	text;
		asked	record;
		given	jsonb := to_jsonb(NEW);
		whose	text := CASE WHEN NEW.school_id IS NOT NULL THEN 'school' ELSE 'municipality' END;
	BEGIN
		IF num_nonnulls(NEW.school_id, NEW.municipality_id) <> 1 THEN
			RAISE EXCEPTION '%', CASE WHEN NEW.school_id IS NULL THEN 'не указано, кто отвечает: организация или муниципалитет'
									  ELSE 'указаны и организация, и муниципалитет, а отвечает кто-то один' END
				USING ERRCODE = 'check_violation', HINT = 'Заполните одно из двух: school_id или municipality_id.';
		END IF;
		EXECUTE format('SELECT q.respondent, q.answer_type FROM %1$I.question q JOIN %1$I.round r ON r.round_id = $2
						AND (q.valid_from IS NULL OR q.valid_from <= r.cohort_on) AND (q.valid_until IS NULL OR r.cohort_on < q.valid_until)
						WHERE q.question = $1', TG_TABLE_SCHEMA)
		INTO asked USING NEW.question, NEW.round_id;
		IF asked IS NULL THEN
			EXECUTE format('SELECT r.title FROM %I.round r WHERE r.round_id = $1', TG_TABLE_SCHEMA) INTO title USING NEW.round_id;
			IF title IS NULL THEN
				RAISE EXCEPTION 'мониторинга с номером % нет', coalesce(NEW.round_id::text, 'NULL')
					USING ERRCODE = 'foreign_key_violation',
						  HINT = format('Мониторинги перечислены в таблице %I.round.', TG_TABLE_SCHEMA);
			END IF;
			RAISE EXCEPTION 'вопроса с кодом «%» нет в мониторинге «%»', coalesce(NEW.question, 'NULL'), title
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Вопросы и дни их действия перечислены в таблице %I.question.', TG_TABLE_SCHEMA);
		ELSIF asked.respondent <> whose THEN
			RAISE EXCEPTION 'на вопрос «%» отвечает %', NEW.question,
				CASE asked.respondent WHEN 'school' THEN 'организация, а не муниципалитет' ELSE 'муниципалитет, а не организация' END
				USING ERRCODE = 'foreign_key_violation',
					  HINT = CASE asked.respondent WHEN 'school' THEN 'Укажите school_id, а municipality_id оставьте пустым.'
							 ELSE 'Укажите municipality_id, а school_id оставьте пустым.' END;
		-- a document has no answer: both are absent, not null
		ELSIF (given -> CASE asked.answer_type WHEN 'count' THEN 'answer_yes' ELSE 'answer_count' END <> 'null') THEN
			RAISE EXCEPTION 'ответ на вопрос «%» — %', NEW.question,
				CASE asked.answer_type WHEN 'count' THEN 'количество, а не «да» или «нет»' ELSE '«да» или «нет», а не количество' END
				USING ERRCODE = 'datatype_mismatch',
					  HINT = CASE asked.answer_type WHEN 'count' THEN 'Впишите число в answer_count, answer_yes оставьте пустым.'
							 ELSE 'Впишите true или false в answer_yes, answer_count оставьте пустым.' END;
		ELSIF (given -> CASE asked.answer_type WHEN 'count' THEN 'answer_count' ELSE 'answer_yes' END = 'null') THEN
			RAISE EXCEPTION 'ответа на вопрос «%» нет', NEW.question
				USING ERRCODE = 'check_violation',
					  HINT = CASE asked.answer_type WHEN 'count' THEN 'Впишите число в answer_count.' ELSE 'Впишите true или false в answer_yes.' END
							 || ' Если источник не ответил, строка не нужна.';
		END IF;
		RETURN NEW;
	END
	$trigger$;

	-- what a source may say, whatever the question
	CREATE OR REPLACE FUNCTION check_answer() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		known boolean;
	BEGIN
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.data_source d WHERE d.data_source = $1)', TG_TABLE_SCHEMA)
		INTO known USING NEW.data_source;
		IF NEW.data_source = 'form' THEN
			RAISE EXCEPTION 'ответы формы хранятся не здесь'
				USING ERRCODE = 'check_violation',
					  HINT = format('Внесите ответ в таблицу %I.%I или загрузите выгрузку формы: shnor.import_form().', TG_TABLE_SCHEMA,
									CASE WHEN NEW.school_id IS NULL THEN 'municipal_submission' ELSE 'submission' END);
		ELSIF NOT known THEN
			RAISE EXCEPTION 'источника с кодом «%» нет в справочнике', coalesce(NEW.data_source, 'NULL')
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Исправьте код или добавьте источник в таблицу %I.data_source.', TG_TABLE_SCHEMA);
		ELSIF NEW.answer_count < 0 THEN
			RAISE EXCEPTION 'количество не может быть отрицательным: %', NEW.answer_count
				USING ERRCODE = 'check_violation', HINT = 'Впишите в answer_count ноль или положительное число.';
		END IF;
		RETURN NEW;
	END
	$trigger$;

	-- an order of sources for a question that nobody asks would silently do nothing
	CREATE OR REPLACE FUNCTION check_question_known() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		known boolean;
	BEGIN
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.question q WHERE q.question = $1)', TG_TABLE_SCHEMA) INTO known USING NEW.question;
		IF NOT known THEN
			RAISE EXCEPTION 'вопроса с кодом «%» нет в справочнике', NEW.question
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Коды вопросов перечислены в таблице %I.question.', TG_TABLE_SCHEMA);
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_answer BEFORE INSERT OR UPDATE ON source_answer
		FOR EACH ROW EXECUTE FUNCTION check_answer();
	CREATE OR REPLACE TRIGGER check_question BEFORE INSERT OR UPDATE ON source_answer
		FOR EACH ROW EXECUTE FUNCTION check_question();
	CREATE OR REPLACE TRIGGER check_question_known BEFORE INSERT OR UPDATE OF question ON question_source
		FOR EACH ROW EXECUTE FUNCTION check_question_known();
	-- a source has one place in the order of a question on a day
	CREATE OR REPLACE FUNCTION check_source_versions() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		clashes boolean;
	BEGIN
		-- two who add versions at the same time would not see each other's
		PERFORM pg_advisory_xact_lock(hashtextextended(format('%s.%s', TG_TABLE_SCHEMA, TG_TABLE_NAME), 0));
		EXECUTE format('SELECT count(*) > 1 FROM %I.question_source p WHERE p.question = $1 AND p.data_source = $2
						AND daterange(p.valid_from, p.valid_until) && daterange($3, $4)', TG_TABLE_SCHEMA)
		INTO clashes USING NEW.question, NEW.data_source, NEW.valid_from, NEW.valid_until;
		IF clashes THEN
			RAISE EXCEPTION 'место источника «%» для вопроса «%» задано на один и тот же день дважды', NEW.data_source, NEW.question
				USING ERRCODE = 'exclusion_violation',
					  HINT = 'Завершите прежнюю строку датой valid_until, затем добавьте новую с той же датой valid_from.';
		END IF;
		RETURN NULL;
	END
	$trigger$;
	CREATE OR REPLACE TRIGGER check_versions AFTER INSERT OR UPDATE ON question_source
		FOR EACH ROW EXECUTE FUNCTION check_source_versions();
END
$function$;

COMMENT ON FUNCTION region_source_triggers(text) IS
'Internal: creates or replaces what checks the answers of other sources, their questions and precedence in the schema named region. Uses keep_history() of region_tables_triggers.';

CREATE OR REPLACE FUNCTION region_evidence_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	ALTER TABLE question ADD evidence_kinds text[] NOT NULL DEFAULT '{}'
		CHECK (evidence_kinds <@ '{document,order,agreement}'::text[]);
	-- a curator is appointed by an order and bound by an agreement: both are needed
	UPDATE question SET evidence_kinds = '{order,agreement}' WHERE question.question = 'has_curator';

	CREATE TABLE document (
		document_id		bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		school_id		integer REFERENCES school,
		municipality_id	integer REFERENCES municipality,
		question		text NOT NULL,
		kind			text NOT NULL DEFAULT 'document' CHECK (kind IN ('document', 'order', 'agreement')),
		title			text CHECK (title <> ''),
		link			text CHECK (link <> ''),
		issued_on		date,
		valid_from		date,
		valid_until		date,
		check_state		text NOT NULL DEFAULT 'unchecked' CHECK (check_state IN ('unchecked', 'accepted', 'rejected')),
		check_note		text,
		source			text,
		added_at		timestamptz NOT NULL DEFAULT now(),
		UNIQUE NULLS NOT DISTINCT (round_id, school_id, municipality_id, question, kind, link, title),
		CONSTRAINT document_respondent CHECK (num_nonnulls(school_id, municipality_id) = 1),
		CONSTRAINT document_is_found CHECK (num_nonnulls(title, link) > 0),
		CHECK (valid_from < valid_until)
	);
	CREATE INDEX ON document (school_id);
	-- as answer_proof looks for them: a municipality is a negative respondent
	CREATE INDEX document_respondent_question ON document (round_id, (coalesce(school_id, -municipality_id)), question);
END
$function$;

CREATE FUNCTION region_evidence_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE OR REPLACE FUNCTION check_document() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		NEW.title := CASE WHEN NEW.title ~ '[^[:space:]]' THEN NEW.title END;
		NEW.link := CASE WHEN NEW.link ~ '[^[:space:]]' THEN NEW.link END;
		IF num_nonnulls(NEW.title, NEW.link) = 0 THEN
			RAISE EXCEPTION 'у документа нет ни названия, ни ссылки: его не найти'
				USING ERRCODE = 'check_violation', HINT = 'Впишите title, link или то и другое.';
		ELSIF NEW.valid_from >= NEW.valid_until THEN
			RAISE EXCEPTION 'документ не действует ни одного дня'
				USING ERRCODE = 'check_violation',
					  HINT = 'valid_until — первый день, когда документ уже не действует: он должен быть позже valid_from.';
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_document BEFORE INSERT OR UPDATE ON document
		FOR EACH ROW EXECUTE FUNCTION check_document();
	CREATE OR REPLACE TRIGGER check_question BEFORE INSERT OR UPDATE ON document
		FOR EACH ROW EXECUTE FUNCTION check_question();
END
$function$;

COMMENT ON FUNCTION region_evidence_triggers(text) IS
'Internal: creates or replaces what checks documents in the schema named region. Uses check_question() of region_source_triggers.';

CREATE OR REPLACE FUNCTION region_obligation_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- days after the last day of the round
	CREATE TABLE obligation_term (
		step	text PRIMARY KEY CHECK (step IN ('note', 'recommendation', 'measure', 'decision')),
		days	integer NOT NULL CHECK (days BETWEEN 0 AND 3660),
		title	text NOT NULL
	);

	CREATE TABLE note (
		note_id			integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		municipality_id	integer NOT NULL REFERENCES municipality,
		indicator		text NOT NULL,
		reason			text NOT NULL CHECK (reason ~ '[^[:space:]]'),
		title			text,
		link			text,
		received_on		date NOT NULL,
		state			text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'accepted', 'returned'))
	);
	CREATE INDEX ON note (round_id, municipality_id, indicator);

	CREATE TABLE recommendation_template (
		template_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		indicator	text NOT NULL,
		kind		text NOT NULL CHECK (kind IN ('analysis', 'practice', 'materials')),
		addressee	text NOT NULL CHECK (addressee IN ('students', 'parents', 'staff')),
		condition	text NOT NULL CHECK (condition <> ''),
		wording		text NOT NULL CHECK (wording <> ''),
		valid_from	date,
		valid_until	date,
		CHECK (valid_from < valid_until)
	);

	CREATE TABLE recommendation (
		recommendation_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id			integer NOT NULL REFERENCES round,
		municipality_id		integer NOT NULL REFERENCES municipality,
		school_id			integer REFERENCES school,
		indicator			text NOT NULL,
		template_id			integer REFERENCES recommendation_template,
		kind				text NOT NULL CHECK (kind IN ('analysis', 'practice', 'materials')),
		addressee			text NOT NULL CHECK (addressee IN ('students', 'parents', 'staff')),
		wording				text NOT NULL CHECK (wording <> ''),
		recorded_in			text,
		link				text,
		issued_on			date NOT NULL,
		legal_act_id		integer REFERENCES legal_act
	);
	CREATE INDEX ON recommendation (round_id, municipality_id, indicator);

	CREATE TABLE measure_kind (
		measure_kind	text PRIMARY KEY CHECK (measure_kind ~ '^[a-z][a-z0-9_]*$'),
		position		integer NOT NULL,
		title			text NOT NULL,
		clause			text NOT NULL
	);

	CREATE TABLE measure (
		measure_id			integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id			integer NOT NULL REFERENCES round,
		municipality_id		integer REFERENCES municipality,
		indicator			text,
		measure_kind		text NOT NULL REFERENCES measure_kind,
		title				text NOT NULL CHECK (title <> ''),
		recommendation_id	integer REFERENCES recommendation,
		legal_act_id		integer REFERENCES legal_act,
		starts_on			date,
		due_on				date NOT NULL,
		done_on				date,
		state				text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'in_progress', 'done', 'cancelled')),
		CHECK (starts_on <= due_on),
		CONSTRAINT measure_done CHECK ((state = 'done') = (done_on IS NOT NULL))
	);
	CREATE INDEX ON measure (round_id, municipality_id, indicator);

	CREATE TABLE measure_school (
		measure_id	integer NOT NULL REFERENCES measure ON DELETE CASCADE,
		school_id	integer NOT NULL REFERENCES school,
		PRIMARY KEY (measure_id, school_id)
	);
	CREATE INDEX ON measure_school (school_id);

	CREATE TABLE decision_kind (
		decision_kind	text PRIMARY KEY CHECK (decision_kind ~ '^[a-z][a-z0-9_]*$'),
		position		integer NOT NULL,
		title			text NOT NULL,
		clause			text NOT NULL
	);

	CREATE TABLE decision (
		decision_id		integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		municipality_id	integer REFERENCES municipality,
		indicator		text,
		decision_kind	text NOT NULL REFERENCES decision_kind,
		title			text NOT NULL CHECK (title <> ''),
		measure_id		integer REFERENCES measure,
		legal_act_id	integer REFERENCES legal_act,
		adopted_on		date,
		due_on			date NOT NULL,
		done_on			date,
		state			text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'adopted', 'done', 'cancelled')),
		CONSTRAINT decision_needs_legal_act
			CHECK (state NOT IN ('adopted', 'done') OR legal_act_id IS NOT NULL AND adopted_on IS NOT NULL),
		CONSTRAINT decision_done CHECK ((state = 'done') = (done_on IS NOT NULL))
	);
	CREATE INDEX ON decision (round_id, municipality_id, indicator);

	CREATE TABLE decision_school (
		decision_id	integer NOT NULL REFERENCES decision ON DELETE CASCADE,
		school_id	integer NOT NULL REFERENCES school,
		PRIMARY KEY (decision_id, school_id)
	);
	CREATE INDEX ON decision_school (school_id);
END
$function$;

CREATE FUNCTION region_obligation_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	FOREACH t IN ARRAY '{note,recommendation_template,recommendation,measure,decision}'::text[] LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_indicator BEFORE INSERT OR UPDATE OF indicator ON %I
						FOR EACH ROW WHEN (NEW.indicator IS NOT NULL) EXECUTE FUNCTION check_target()', t);
	END LOOP;

	-- what an entry has to say; the constraints of the tables hold without it, but do not say what to do
	CREATE OR REPLACE FUNCTION check_entry() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		t record;
	BEGIN
		IF EXISTS (SELECT FROM jsonb_each_text(to_jsonb(NEW)) AS d(name, day)
				   WHERE d.name IN ('received_on', 'issued_on', 'starts_on', 'due_on', 'done_on', 'adopted_on')
					 AND d.day::date NOT BETWEEN '1990-01-01' AND '2200-12-31') THEN
			RAISE EXCEPTION 'день вне 1990–2200 годов'
				USING ERRCODE = 'check_violation', HINT = 'Проверьте год; день, который ещё не известен, оставьте пустым.';
		END IF;
		IF TG_TABLE_NAME = 'note' THEN
			IF coalesce(NEW.reason, '') !~ '[^[:space:]]' THEN
				RAISE EXCEPTION 'в записке не названа причина (п. 1.2.6)'
					USING ERRCODE = 'check_violation',
						  HINT = 'Впишите в reason, почему результат разошёлся с порогом или плановым значением.';
			END IF;
			RETURN NEW;
		ELSIF TG_TABLE_NAME = 'recommendation' THEN
			IF NEW.template_id IS NOT NULL THEN
				EXECUTE format('SELECT t.* FROM %I.recommendation_template t WHERE t.template_id = $1', TG_TABLE_SCHEMA) INTO t USING NEW.template_id;
				IF t.template_id IS NULL THEN
					RAISE EXCEPTION 'текста % нет в справочнике рекомендаций', NEW.template_id
						USING ERRCODE = 'foreign_key_violation',
							  HINT = format('Тексты перечислены в таблице %I.recommendation_template; для своего текста оставьте template_id пустым.', TG_TABLE_SCHEMA);
				END IF;
				NEW.kind := coalesce(NEW.kind, t.kind);
				NEW.addressee := coalesce(NEW.addressee, t.addressee);
				NEW.wording := coalesce(NEW.wording, t.wording);
				IF (NEW.indicator, NEW.kind, NEW.addressee) <> (t.indicator, t.kind, t.addressee) THEN
					RAISE EXCEPTION 'текст % справочника — для показателя «%», вида %, адресата %', t.template_id, t.indicator, t.kind, t.addressee
						USING ERRCODE = 'check_violation',
							  HINT = 'Укажите indicator, kind и addressee этого текста или другой template_id; для своего текста оставьте template_id пустым.';
				END IF;
			END IF;
			RETURN NEW;
		END IF;

		-- measures and decisions
		IF NEW.state = 'done' AND NEW.done_on IS NULL THEN
			RAISE EXCEPTION 'исполнено, а день исполнения не указан'
				USING ERRCODE = 'check_violation', HINT = 'Впишите done_on.';
		ELSIF NEW.state <> 'done' AND NEW.done_on IS NOT NULL THEN
			RAISE EXCEPTION 'день исполнения указан, а состояние — не done'
				USING ERRCODE = 'check_violation', HINT = 'Поставьте state = ''done'' или очистите done_on.';
		ELSIF TG_TABLE_NAME = 'decision' THEN
			IF NEW.state IN ('adopted', 'done') AND num_nulls(NEW.legal_act_id, NEW.adopted_on) > 0 THEN
				RAISE EXCEPTION 'решение нельзя считать принятым без приказа и даты'
					USING ERRCODE = 'check_violation',
						  HINT = format('Внесите приказ в таблицу %I.legal_act и впишите его legal_act_id и день принятия adopted_on; пока их нет, state = ''planned''.', TG_TABLE_SCHEMA);
			END IF;
		END IF;
		RETURN NEW;
	END
	$trigger$;
	FOREACH t IN ARRAY '{note,recommendation,measure,decision}'::text[] LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_entry BEFORE INSERT OR UPDATE ON %I
						FOR EACH ROW EXECUTE FUNCTION check_entry()', t);
	END LOOP;

	-- a draft has no results yet, so nothing can follow from them
	CREATE OR REPLACE FUNCTION check_round_begun() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		r record;
	BEGIN
		EXECUTE format('SELECT r.title, r.state FROM %I.round r WHERE r.round_id = $1', TG_TABLE_SCHEMA) INTO r USING NEW.round_id;
		IF r.state = 'draft' THEN
			RAISE EXCEPTION 'мониторинг «%» ещё черновик: по нему нет результатов', r.title
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Сначала откройте мониторинг: UPDATE %I.round SET state = ''open'' …', TG_TABLE_SCHEMA);
		END IF;
		RETURN NEW;
	END
	$trigger$;
	FOREACH t IN ARRAY '{note,recommendation,measure,decision}'::text[] LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_round_begun BEFORE INSERT OR UPDATE OF round_id ON %I
						FOR EACH ROW EXECUTE FUNCTION check_round_begun()', t);
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_obligation_triggers(text) IS
'Internal: creates or replaces what checks notes, recommendations, measures and decisions in the schema named region. Uses check_target() of region_tables_triggers.';

CREATE OR REPLACE FUNCTION region_identification_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE result (
		year			integer NOT NULL CHECK (year BETWEEN 1990 AND 2200),
		school_id		integer NOT NULL REFERENCES school,
		assessment		text NOT NULL CHECK (assessment <> ''),
		subject			text NOT NULL CHECK (subject <> ''),
		grade			smallint NOT NULL CHECK (grade BETWEEN 1 AND 12),
		participants	integer NOT NULL CHECK (participants >= 0),
		below_minimum	integer NOT NULL,
		marks_sum		bigint CHECK (marks_sum >= 0),
		source			text,
		PRIMARY KEY (year, school_id, assessment, subject, grade),
		CONSTRAINT result_below_minimum CHECK (below_minimum BETWEEN 0 AND participants)
	);
	CREATE INDEX ON result (school_id);

	CREATE TABLE identification_rule (
		rule_id			integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		status			text NOT NULL CHECK (status IN ('low_results', 'adverse_conditions', 'risk_zone')),
		title			text NOT NULL CHECK (title <> ''),
		item_condition	text NOT NULL CHECK (item_condition <> ''),
		enter_condition	text NOT NULL CHECK (enter_condition <> ''),
		leave_condition	text NOT NULL CHECK (leave_condition <> ''),
		legal_act_id	integer REFERENCES legal_act,
		source_note		text,
		valid_from		date,
		valid_until		date,
		UNIQUE NULLS NOT DISTINCT (status, valid_from),
		CHECK (valid_from < valid_until)
	);
END
$function$;

CREATE FUNCTION region_identification_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE OR REPLACE TRIGGER check_versions AFTER INSERT OR UPDATE ON identification_rule
		FOR EACH ROW EXECUTE FUNCTION check_versions('status');
END
$function$;

COMMENT ON FUNCTION region_identification_triggers(text) IS
'Internal: creates or replaces what checks rules of identification in the schema named region. Uses check_versions() of region_tables_triggers.';

CREATE OR REPLACE FUNCTION region_change_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1100, 'round_pair', $view$
	SELECT p.round_id, p.round_title, p.results_year, p.previous_round_id, p.previous_round_title, p.previous_results_year,
		   p.is_open, p.previous_is_open
	FROM (SELECT r.round_id, r.title AS round_title, r.results_year,
				 lag(r.round_id) OVER w AS previous_round_id, lag(r.title) OVER w AS previous_round_title,
				 lag(r.results_year) OVER w AS previous_results_year,
				 r.state <> 'closed' AS is_open, lag(r.state <> 'closed') OVER w AS previous_is_open
		  FROM round r
		  WHERE r.state <> 'draft'
		  WINDOW w AS (ORDER BY r.cohort_on, r.round_id)) AS p
	WHERE p.previous_round_id IS NOT NULL
$view$),
(1105, 'round_side', $view$
	-- both rounds of a pair as rows, so that what they hold is joined by equality: one pass, whatever the plan
	SELECT p.round_id, p.previous_round_id, s.is_after,
		   CASE WHEN s.is_after THEN p.round_id ELSE p.previous_round_id END AS side_round_id,
		   CASE WHEN s.is_after THEN p.results_year ELSE p.previous_results_year END AS side_results_year,
		   p.previous_results_year < p.results_year AS newer_results
	FROM round_pair p
	CROSS JOIN (VALUES (false), (true)) AS s(is_after)
$view$),
(1110, 'indicator_change_sum', $view$
	-- the figures as reported before and after, and the sums over the schools that are in an indicator's list in both
	-- rounds. Put together by grouping, not by joins: nothing here depends on the planner's guesses of row counts.
	SELECT g.scope, g.round_id, g.previous_round_id, g.municipality_id, d.position, g.indicator, d.title, d.unit, d.polarity,
		   g.numerator_before, g.denominator_before, g.percent_before, g.numerator_after, g.denominator_after, g.percent_after,
		   d.unit = 'yes_no' AND g.scope = 'municipality' AS own_answer,
		   d.level = 'municipality' AS no_list,
		   (d.level, d.unit, d.numerator, d.denominator, d.cohort, d.missing, d.institution_kinds)
			   IS NOT DISTINCT FROM (e.level, e.unit, e.numerator, e.denominator, e.cohort, e.missing, e.institution_kinds) AS comparable,
		   g.answered_before, g.missing_before, g.answered_after, g.missing_after,
		   g.schools_both, g.schools_left, g.schools_joined,
		   g.numerator_both_before, g.denominator_both_before, g.numerator_both_after, g.denominator_both_after,
		   d.denominator IS NULL AS counts_rows,
		   g.denominator_before + CASE e.missing WHEN 'no' THEN 0 ELSE g.missing_before END AS rows_before,
		   g.denominator_after + CASE d.missing WHEN 'no' THEN 0 ELSE g.missing_after END AS rows_after
	FROM (
		SELECT w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.indicator,
			   max(w.numerator) FILTER (WHERE w.figure AND NOT w.is_after) AS numerator_before,
			   max(w.denominator) FILTER (WHERE w.figure AND NOT w.is_after) AS denominator_before,
			   max(w.percent) FILTER (WHERE w.figure AND NOT w.is_after)::numeric(25,4) AS percent_before,
			   max(w.numerator) FILTER (WHERE w.figure AND w.is_after) AS numerator_after,
			   max(w.denominator) FILTER (WHERE w.figure AND w.is_after) AS denominator_after,
			   max(w.percent) FILTER (WHERE w.figure AND w.is_after)::numeric(25,4) AS percent_after,
			   max(w.answered) FILTER (WHERE w.figure AND NOT w.is_after) AS answered_before,
			   max(w.missing) FILTER (WHERE w.figure AND NOT w.is_after) AS missing_before,
			   max(w.answered) FILTER (WHERE w.figure AND w.is_after) AS answered_after,
			   max(w.missing) FILTER (WHERE w.figure AND w.is_after) AS missing_after,
			   count(*) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 2) AS schools_both,
			   count(*) FILTER (WHERE NOT w.figure AND NOT w.is_after AND w.sides = 1) AS schools_left,
			   count(*) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 1) AS schools_joined,
			   coalesce(sum(w.numerator) FILTER (WHERE NOT w.figure AND NOT w.is_after AND w.sides = 2), 0)::bigint AS numerator_both_before,
			   coalesce(sum(w.denominator) FILTER (WHERE NOT w.figure AND NOT w.is_after AND w.sides = 2), 0)::bigint AS denominator_both_before,
			   coalesce(sum(w.numerator) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 2), 0)::bigint AS numerator_both_after,
			   coalesce(sum(w.denominator) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 2), 0)::bigint AS denominator_both_after
		FROM (
			SELECT true AS figure, i.scope, p.round_id, p.previous_round_id, i.municipality_id, i.indicator,
				   i.numerator, i.denominator, i.percent, i.answered, i.missing, p.is_after, NULL::bigint AS sides
			FROM round_side p
			JOIN indicator_result i ON i.round_id = p.side_round_id
			UNION ALL
			-- a school that moves to another municipality leaves one list and joins another; in the region it stays
			SELECT false, c.scope, p.round_id, p.previous_round_id, CASE c.scope WHEN 'municipality' THEN s.municipality_id END,
				   s.indicator, s.numerator, s.denominator, NULL, NULL, NULL, p.is_after,
				   count(*) OVER (PARTITION BY c.scope, p.round_id, CASE c.scope WHEN 'municipality' THEN s.municipality_id END,
											   s.indicator, s.school_id)
			FROM round_side p
			JOIN school_indicator s ON s.round_id = p.side_round_id
			CROSS JOIN report_scope c
			WHERE s.in_cohort
		) AS w
		GROUP BY w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.indicator
	) AS g
	-- an indicator that one of the rounds does not have cannot be compared
	JOIN round_indicator d ON d.round_id = g.round_id AND d.indicator = g.indicator
	JOIN round_indicator e ON e.round_id = g.previous_round_id AND e.indicator = g.indicator
	WHERE g.denominator_before IS NOT NULL AND g.denominator_after IS NOT NULL
$view$),
(1120, 'result_change_sum', $view$
	-- the same of results: pupils below the minimum among the schools that are ШНОР or ШНСУ. Of both lists is a school
	-- whose pupils took part in both years; one that stayed listed and has results of one year only comes or goes with
	-- them, or its dropping out would look like a change of those who stayed
	SELECT w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.assessment, w.subject, w.grade, w.newer_results,
		   sum(w.below_minimum) FILTER (WHERE NOT w.is_after) AS numerator_before, sum(w.participants) FILTER (WHERE NOT w.is_after) AS denominator_before,
		   sum(w.below_minimum) FILTER (WHERE w.is_after) AS numerator_after, sum(w.participants) FILTER (WHERE w.is_after) AS denominator_after,
		   count(*) FILTER (WHERE w.is_after AND w.paired) AS schools_both,
		   count(*) FILTER (WHERE w.participants > 0 AND NOT w.is_after AND w.lists = 1) AS schools_left,
		   count(*) FILTER (WHERE w.participants > 0 AND w.is_after AND w.lists = 1) AS schools_joined,
		   coalesce(sum(w.below_minimum) FILTER (WHERE NOT w.is_after AND w.paired), 0) AS numerator_both_before,
		   coalesce(sum(w.participants) FILTER (WHERE NOT w.is_after AND w.paired), 0) AS denominator_both_before,
		   coalesce(sum(w.below_minimum) FILTER (WHERE w.is_after AND w.paired), 0) AS numerator_both_after,
		   coalesce(sum(w.participants) FILTER (WHERE w.is_after AND w.paired), 0) AS denominator_both_after,
		   count(*) FILTER (WHERE w.participants > 0 AND w.lists = 2 AND NOT w.paired) AS schools_unpaired
	FROM (
		SELECT l.scope, l.round_id, l.previous_round_id, l.municipality_id, l.is_after, l.newer_results, l.lists,
			   s.assessment, s.subject, s.grade, s.below_minimum, s.participants,
			   count(*) FILTER (WHERE s.participants > 0)
					OVER (PARTITION BY l.scope, l.round_id, l.municipality_id, s.assessment, s.subject, s.grade, l.school_id) = 2 AS paired
		FROM (
			SELECT c.scope, p.round_id, p.previous_round_id, CASE c.scope WHEN 'municipality' THEN m.municipality_id END AS municipality_id,
				   m.school_id, p.is_after, p.side_results_year AS year, p.newer_results,
				   count(*) OVER (PARTITION BY c.scope, p.round_id, CASE c.scope WHEN 'municipality' THEN m.municipality_id END, m.school_id) AS lists
			FROM round_side p
			JOIN round_member m ON m.round_id = p.side_round_id
			CROSS JOIN report_scope c
			WHERE m.kind = 'school' AND (m.low_results OR m.adverse_conditions)
		) AS l
		JOIN result s ON s.school_id = l.school_id AND s.year = l.year
	) AS w
	GROUP BY w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.assessment, w.subject, w.grade, w.newer_results
$view$),
(1130, 'change_result', $view$
	-- every judgement of a change is made here
	SELECT j.topic, j.scope, p.round_id, p.round_title, p.previous_round_id, p.previous_round_title,
		   j.municipality_id, m.name AS municipality,
		   j.position, j.indicator, j.title, j.unit, j.assessment, j.subject, j.grade,
		   j.numerator_before, j.denominator_before, j.percent_before, j.numerator_after, j.denominator_after, j.percent_after,
		   j.change, j.both_lists_effect, (j.change - j.both_lists_effect)::numeric(26,4) AS turnover_effect,
		   j.schools_both, j.schools_left, j.schools_joined,
		   CASE
			   WHEN j.change IS NULL OR NOT j.comparable OR j.unanswered OR NOT j.whole OR j.unsettled THEN NULL
			   WHEN j.own_answer AND j.change = 0 THEN 'без изменений'
			   WHEN NOT j.own_answer AND (j.few OR NOT j.outside_noise) THEN 'в пределах колебаний'
			   WHEN j.change > 0 THEN 'выросло'
			   ELSE 'снизилось'
		   END AS claim,
		   CASE
			   WHEN j.change IS NULL THEN CASE WHEN j.percent_before IS NOT NULL THEN 'В этом мониторинге доли нет: сравнивать не с чем'
											   WHEN j.percent_after IS NOT NULL THEN 'В предыдущем мониторинге доли нет: сравнивать не с чем'
											   ELSE 'Доли нет ни в этом мониторинге, ни в предыдущем' END
			   WHEN NOT j.comparable THEN CASE j.topic WHEN 'result' THEN 'Результаты мониторинга не новее результатов предыдущего: сравнивать нельзя'
													   ELSE 'Определение показателя изменилось: сравнивать нельзя' END
			   WHEN j.unanswered AND NOT j.own_answer THEN
				   CASE WHEN j.answered_after > 0 THEN 'В предыдущем мониторинге никто не ответил: сравнивать не с чем'
						WHEN j.answered_before > 0 THEN 'В этом мониторинге никто не ответил: сравнивать не с чем'
						ELSE 'Никто не ответил ни в этом мониторинге, ни в предыдущем' END
			   WHEN NOT j.whole THEN 'Числитель больше знаменателя: проверьте ответы'
			   WHEN j.own_answer THEN format('Было: %s, стало: %s',
				   CASE WHEN j.answered_before = 0 THEN 'нет ответа' WHEN j.numerator_before > 0 THEN 'да' ELSE 'нет' END,
				   CASE WHEN j.answered_after = 0 THEN 'нет ответа' WHEN j.numerator_after > 0 THEN 'да' ELSE 'нет' END)
			   WHEN j.unsettled THEN concat_ws('; ',
				   format('Без ответа было %s, стало %s: вывод зависит от них', j.missing_before, j.missing_after), j.turnover)
			   WHEN j.few THEN format('Знаменатель меньше %s: судить об изменении нельзя', j.min_n)
			   ELSE concat_ws('; ',
				   format('%s (доверительная вероятность %s %%)',
						  CASE WHEN j.outside_noise THEN 'Больше случайных колебаний' ELSE 'Не больше случайных колебаний' END,
						  replace(trim_scale(100 * j.confidence)::text, '.', ',')),
				   j.turnover,
				   CASE WHEN j.schools_unpaired > 0 THEN format('из оставшихся с результатами только за один год: %s', j.schools_unpaired) END,
				   CASE WHEN j.both_lists_effect IS NULL THEN 'разложить изменение нельзя: у оставшихся школ нет доли' END,
				   CASE WHEN j.missing_before + j.missing_after > 0 THEN format('без ответа было %s, стало %s', j.missing_before, j.missing_after) END)
		   END AS reason,
		   -- like the claim, only outside the noise
		   CASE WHEN j.change <> 0 AND j.comparable AND NOT j.unanswered AND j.whole AND NOT j.unsettled AND j.polarity <> 'context'
					 AND (j.own_answer OR NOT j.few AND j.outside_noise)
				THEN (j.change > 0) = (j.polarity = 'higher_is_better') END AS better,
		   j.schools_unpaired
	FROM (
		SELECT s.*, g.min_n, g.confidence,
			   -- the schools of an indicator need not be on a list: its circle may be all schools
			   CASE WHEN NOT s.no_list THEN format('%s осталось %s, выбыло %s, вошло %s', CASE s.topic WHEN 'result' THEN 'в перечне' ELSE 'в круге показателя' END,
												   s.schools_both + coalesce(s.schools_unpaired, 0), s.schools_left, s.schools_joined) END AS turnover,
			   -- how many teachers stand behind a missing answer is not known: such shares wait until the round is closed
			   coalesce(NOT s.own_answer AND s.missing_before + s.missing_after > 0
						AND CASE WHEN s.counts_rows THEN v.lowest <> v.highest
								 ELSE q.previous_is_open AND s.missing_before > 0 OR q.is_open AND s.missing_after > 0 END, false) AS unsettled,
			   (s.percent_after - s.percent_before)::numeric(26,4) AS change,
			   CASE WHEN s.percent_before IS NULL OR s.percent_after IS NULL THEN NULL
					-- municipalities do not come and go; a list of which nobody stayed has changed by turnover alone
					WHEN s.no_list THEN s.percent_after - s.percent_before
					WHEN s.schools_both = 0 THEN 0
					ELSE shnor.percent(shnor.share(s.numerator_both_after, s.denominator_both_after))
						 - shnor.percent(shnor.share(s.numerator_both_before, s.denominator_both_before))
			   END::numeric(26,4) AS both_lists_effect,
			   least(s.denominator_before, s.denominator_after) < g.min_n AS few,
			   -- no answer scores like a no, and is not one: nothing is known to have changed
			   coalesce(least(s.answered_before, s.answered_after) = 0, false) AS unanswered,
			   s.numerator_before BETWEEN 0 AND s.denominator_before AND s.numerator_after BETWEEN 0 AND s.denominator_after AS whole,
			   CASE WHEN s.denominator_before > 0 AND s.denominator_after > 0
						 AND s.numerator_before BETWEEN 0 AND s.denominator_before AND s.numerator_after BETWEEN 0 AND s.denominator_after
					THEN shnor.changed(shnor.share(s.numerator_before, s.denominator_before),
									   shnor.share(s.numerator_after, s.denominator_after), g.confidence) END AS outside_noise
		FROM (
			SELECT 'indicator' AS topic, i.scope, i.round_id, i.municipality_id, i.position, i.indicator, i.title, i.unit, i.polarity,
				   NULL::text AS assessment, NULL::text AS subject, NULL::smallint AS grade,
				   i.numerator_before, i.denominator_before, i.percent_before, i.numerator_after, i.denominator_after, i.percent_after,
				   i.answered_before, i.missing_before, i.answered_after, i.missing_after,
				   i.own_answer, i.no_list, i.comparable, i.schools_both, i.schools_left, i.schools_joined,
				   i.numerator_both_before, i.denominator_both_before, i.numerator_both_after, i.denominator_both_after,
				   NULL::bigint AS schools_unpaired, i.counts_rows, i.rows_before, i.rows_after
			FROM indicator_change_sum i
			UNION ALL
			SELECT 'result', r.scope, r.round_id, r.municipality_id, NULL, NULL, NULL, NULL, 'lower_is_better',
				   r.assessment, r.subject, r.grade,
				   r.numerator_before, r.denominator_before, shnor.percent(shnor.share(r.numerator_before, r.denominator_before))::numeric(25,4),
				   r.numerator_after, r.denominator_after, shnor.percent(shnor.share(r.numerator_after, r.denominator_after))::numeric(25,4),
				   NULL, NULL, NULL, NULL, false, false, r.newer_results, r.schools_both, r.schools_left, r.schools_joined,
				   r.numerator_both_before, r.denominator_both_before, r.numerator_both_after, r.denominator_both_after,
				   r.schools_unpaired, false, NULL, NULL
			FROM result_change_sum r
		) AS s
		JOIN round_pair q ON q.round_id = s.round_id
		CROSS JOIN (SELECT coalesce(max(g.min_n), 10) AS min_n, coalesce(max(g.confidence), 0.95)::numeric(5,4) AS confidence FROM setting g) AS g
		-- the verdict on the figures and on the two ends of what missing answers leave possible: all yes before and no
		-- after, and the reverse. Between the ends a share can only lie between: where they agree, nothing else can come
		CROSS JOIN LATERAL (
			SELECT min(e.verdict) AS lowest, max(e.verdict) AS highest
			FROM (SELECT CASE WHEN least(x.d0, x.d1) < g.min_n OR NOT shnor.changed(shnor.share(x.n0, x.d0), shnor.share(x.n1, x.d1), g.confidence) THEN 0
							  ELSE sign(x.n1::numeric * x.d0 - x.n0::numeric * x.d1) END AS verdict
				  FROM (VALUES (s.numerator_before, s.denominator_before, s.numerator_after, s.denominator_after),
							   (s.numerator_before + s.missing_before, s.rows_before, s.numerator_after, s.rows_after),
							   (s.numerator_before, s.rows_before, s.numerator_after + s.missing_after, s.rows_after)) AS x(n0, d0, n1, d1)
				  WHERE s.counts_rows AND s.missing_before + s.missing_after > 0
					AND x.n0 BETWEEN 0 AND x.d0 AND x.n1 BETWEEN 0 AND x.d1) AS e
		) AS v
	) AS j
	JOIN round_pair p ON p.round_id = j.round_id
	LEFT JOIN municipality m ON m.municipality_id = j.municipality_id
$view$),
(1140, 'municipal_change', $view$
	SELECT c.round_id, c.round_title, c.previous_round_id, c.previous_round_title, c.municipality_id, c.municipality,
		   c.position, c.indicator, c.title, c.unit,
		   c.numerator_before, c.denominator_before, c.percent_before, c.numerator_after, c.denominator_after, c.percent_after,
		   c.change, c.both_lists_effect, c.turnover_effect, c.schools_both, c.schools_left, c.schools_joined, c.claim, c.reason, c.better
	FROM change_result c
	WHERE c.topic = 'indicator' AND c.scope = 'municipality'
$view$),
(1150, 'regional_change', $view$
	SELECT c.round_id, c.round_title, c.previous_round_id, c.previous_round_title,
		   c.position, c.indicator, c.title, c.unit,
		   c.numerator_before, c.denominator_before, c.percent_before, c.numerator_after, c.denominator_after, c.percent_after,
		   c.change, c.both_lists_effect, c.turnover_effect, c.schools_both, c.schools_left, c.schools_joined, c.claim, c.reason, c.better
	FROM change_result c
	WHERE c.topic = 'indicator' AND c.scope = 'region'
$view$),
(1160, 'result_change', $view$
	SELECT c.round_id, c.round_title, c.previous_round_id, c.previous_round_title, c.municipality_id, c.municipality,
		   c.assessment, c.subject, c.grade,
		   c.numerator_before, c.denominator_before, c.percent_before, c.numerator_after, c.denominator_after, c.percent_after,
		   c.change, c.both_lists_effect, c.turnover_effect, c.schools_both, c.schools_left, c.schools_joined, c.claim, c.reason, c.better,
		   c.schools_unpaired
	FROM change_result c
	WHERE c.topic = 'result'
$view$)
$function$;

CREATE OR REPLACE FUNCTION region_competence_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1170, 'school_competence', $view$
	SELECT c.round_id, c.municipality_id, c.municipality, c.school_id, c.school, c.teachers,
		   c.diagnosed_subject, c.diagnosed_method, c.diagnosed_psych, c.any_low, c.any_high,
		   shnor.percent(shnor.share(c.any_low, c.teachers))::numeric(25,4) AS any_low_percent,
		   shnor.percent(shnor.share(c.any_high, c.teachers))::numeric(25,4) AS any_high_percent,
		   CASE
			   WHEN c.teachers IS NULL THEN 'Нет ответа о количестве педагогических работников'
			   WHEN c.kinds = 0 THEN 'Нет ответа ни об одном виде диагностики'
			   WHEN c.largest > c.teachers THEN 'Прошедших диагностику больше, чем педагогических работников: проверьте ответы'
			   WHEN c.teachers = 0 THEN 'Педагогических работников нет'
			   -- also where all teachers went through one kind and another is not answered
			   WHEN c.any_low = c.any_high THEN 'Известно точно'
			   WHEN c.kinds < 3 THEN format('Видов диагностики без ответа: %s; верхняя граница — все педагогические работники', 3 - c.kinds)
			   ELSE 'Виды диагностики пересекаются: известны только границы'
		   END AS reason
	FROM (
		SELECT s.round_id, s.municipality_id, m.name AS municipality, s.school_id, o.name AS school, s.teachers::bigint AS teachers,
			   s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych,
			   num_nonnulls(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) AS kinds,
			   greatest(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) AS largest,
			   -- without the number of teachers there is no coverage; least() and greatest() pass over what is not answered
			   CASE WHEN s.teachers IS NOT NULL AND num_nonnulls(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) > 0
					THEN least(s.teachers, greatest(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych))::bigint END AS any_low,
			   CASE WHEN s.teachers IS NOT NULL AND num_nonnulls(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) > 0
					THEN least(s.teachers, s.diagnosed_subject::bigint + s.diagnosed_method + s.diagnosed_psych) END AS any_high
		FROM school_round s
		JOIN municipality m ON m.municipality_id = s.municipality_id
		JOIN school o ON o.school_id = s.school_id
		WHERE s.is_school AND (s.low_results OR s.adverse_conditions)
	) AS c
$view$),
(1180, 'competence_result', $view$
	-- the figures by kind are those of the indicators; only what no indicator says is counted here. Put together by
	-- grouping, not by joins; a municipality is here if it has a school on the list
	SELECT g.scope, g.round_id, g.municipality_id, g.schools, g.answered, g.schools - g.answered AS missing,
		   g.subject_numerator, g.subject_denominator, g.subject_percent,
		   g.method_numerator, g.method_denominator, g.method_percent,
		   g.psych_numerator, g.psych_denominator, g.psych_percent,
		   g.teachers, g.any_low, g.any_high,
		   shnor.percent(shnor.share(g.any_low, g.teachers))::numeric(25,4) AS any_low_percent,
		   shnor.percent(shnor.share(g.any_high, g.teachers))::numeric(25,4) AS any_high_percent
	FROM (
		SELECT w.scope, w.round_id, w.municipality_id, max(w.schools) AS schools, max(w.answered) AS answered,
			   max(w.numerator) FILTER (WHERE w.indicator = 'diagnosed_subject') AS subject_numerator,
			   max(w.denominator) FILTER (WHERE w.indicator = 'diagnosed_subject') AS subject_denominator,
			   max(w.percent) FILTER (WHERE w.indicator = 'diagnosed_subject')::numeric(25,4) AS subject_percent,
			   max(w.numerator) FILTER (WHERE w.indicator = 'diagnosed_method') AS method_numerator,
			   max(w.denominator) FILTER (WHERE w.indicator = 'diagnosed_method') AS method_denominator,
			   max(w.percent) FILTER (WHERE w.indicator = 'diagnosed_method')::numeric(25,4) AS method_percent,
			   max(w.numerator) FILTER (WHERE w.indicator = 'diagnosed_psych') AS psych_numerator,
			   max(w.denominator) FILTER (WHERE w.indicator = 'diagnosed_psych') AS psych_denominator,
			   max(w.percent) FILTER (WHERE w.indicator = 'diagnosed_psych')::numeric(25,4) AS psych_percent,
			   max(w.teachers) AS teachers, max(w.any_low) AS any_low, max(w.any_high) AS any_high
		FROM (
			SELECT CASE WHEN grouping(c.municipality_id) = 0 THEN 'municipality' ELSE 'region' END AS scope,
				   c.round_id, c.municipality_id, count(*) AS schools, count(c.any_low) AS answered,
				   coalesce(sum(c.teachers) FILTER (WHERE c.any_low IS NOT NULL), 0)::bigint AS teachers,
				   coalesce(sum(c.any_low), 0)::bigint AS any_low, coalesce(sum(c.any_high), 0)::bigint AS any_high,
				   NULL AS indicator, NULL::bigint AS numerator, NULL::bigint AS denominator, NULL::numeric(25,4) AS percent
			FROM school_competence c
			GROUP BY GROUPING SETS ((c.round_id, c.municipality_id), (c.round_id))
			HAVING grouping(c.municipality_id) = 0 OR EXISTS (SELECT FROM report_scope v WHERE v.scope = 'region')
			UNION ALL
			SELECT i.scope, i.round_id, i.municipality_id, NULL, NULL, NULL, NULL, NULL, i.indicator, i.numerator, i.denominator, i.percent
			FROM indicator_result i
			WHERE i.indicator IN ('diagnosed_subject', 'diagnosed_method', 'diagnosed_psych')
		) AS w
		GROUP BY w.scope, w.round_id, w.municipality_id
	) AS g
	WHERE g.schools > 0
$view$),
(1190, 'municipal_competence', $view$
	SELECT c.round_id, c.municipality_id, m.name AS municipality, c.schools, c.answered, c.missing,
		   c.subject_numerator, c.subject_denominator, c.subject_percent, c.method_numerator, c.method_denominator, c.method_percent,
		   c.psych_numerator, c.psych_denominator, c.psych_percent, c.teachers, c.any_low, c.any_high, c.any_low_percent, c.any_high_percent
	FROM competence_result c
	JOIN municipality m ON m.municipality_id = c.municipality_id
	WHERE c.scope = 'municipality'
$view$),
(1195, 'regional_competence', $view$
	SELECT c.round_id, c.schools, c.answered, c.missing,
		   c.subject_numerator, c.subject_denominator, c.subject_percent, c.method_numerator, c.method_denominator, c.method_percent,
		   c.psych_numerator, c.psych_denominator, c.psych_percent, c.teachers, c.any_low, c.any_high, c.any_low_percent, c.any_high_percent
	FROM competence_result c
	WHERE c.scope = 'region'
$view$)
$function$;

CREATE OR REPLACE FUNCTION region_publication_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('publication', NULL, 'Публикации: отчёты мониторингов, утверждённые приказом и сохранённые как есть. Пишутся функцией shnor.publish() и не меняются.'),
('publication', 'publication_id', 'Номер публикации.'),
('publication', 'round_title', 'Название мониторинга при публикации.'),
('publication', 'round_state', 'Состояние мониторинга при публикации: open — открыт, closed — закрыт.'),
('publication', 'cohort_on', 'День, на который взяты состав и статусы.'),
('publication', 'legal_act_id', 'Приказ, которым утверждён отчёт.'),
('publication', 'legal_act', 'Приказ, каким он был записан при публикации: кем и когда издан, номер.'),
('publication', 'title', 'Название публикации.'),
('publication', 'published_at', 'Когда опубликован.'),
('publication', 'taken_at', 'Момент, на который взяты данные: на него публикацию проверяет shnor.check_publication. Пусто: как published_at.'),
('publication', 'published_by', 'Кем: имя пользователя базы.'),
('publication_indicator', NULL, 'Опубликованные цифры муниципалитетов и региона: строки municipal_indicator и regional_indicator, какими они были.'),
('publication_indicator', 'municipality_id', 'Муниципалитет. Пусто: строка региона.'),
('publication_indicator', 'municipality', 'Название муниципалитета при публикации. Пусто: строка региона.'),
('publication_definition', NULL, 'Определения показателей, по которым посчитана публикация.'),
('publication_definition', 'indicator_id', 'Номер показателя внутри свёрток ответов.'),
('publication_definition', 'definition_id', 'Номер версии определения в таблице indicator.'),
('publication_definition', 'clause', 'Пункт методики.'),
('publication_definition', 'section', 'Раздел методики.'),
('publication_definition', 'title', 'Название показателя.'),
('publication_definition', 'level', 'Чьи ответы считаются: school — организаций, municipality — самих муниципалитетов.'),
('publication_definition', 'institution_kinds', 'Виды учреждений через запятую: school — школа, preschool — ДОУ, supplementary — УДО.'),
('publication_definition', 'collection_method', 'Метод сбора информации по методике.'),
('publication_definition', 'numerator', 'Числитель: выражение.'),
('publication_definition', 'denominator', 'Знаменатель: выражение. Пусто: каждая школа или муниципалитет считается за 1.'),
('publication_definition', 'cohort', 'Круг школ: условие. Пусто: все организации мониторинга указанных видов.'),
('publication_definition', 'missing', 'Нет ответа: exclude — не считается, no — считается ответом «нет».'),
('publication_definition', 'polarity', 'Что лучше: higher_is_better — больше, lower_is_better — меньше, context — не оценивается.'),
('publication_definition', 'source_formula', 'Методика расчета, как в источнике.'),
('publication_definition', 'documents', 'Документы, которыми подтверждается показатель.'),
('publication_definition', 'source_defect', 'Недостаток методики и принятое прочтение.'),
('publication_definition', 'reads', 'Что читают формулы: коды вопросов и статусы.'),
('publication_target', NULL, 'Пороги и планы, по которым оценены цифры публикации.'),
('publication_target', 'target_id', 'Номер записи в таблице target.'),
('publication_target', 'municipality_id', 'Муниципалитет. Пусто: для всех.'),
('publication_target', 'threshold', 'Порог, %.'),
('publication_target', 'plan', 'План, %.'),
('publication_target', 'legal_act_id', 'Приказ, которым порог установлен.'),
('publication_target', 'legal_act', 'Этот приказ, каким он был записан при публикации.'),
('publication_school', NULL, 'Состав мониторинга при публикации: организации, их муниципалитеты, статусы и ответы с учётом всех источников.'),
('publication_school', 'code', 'Код организации.'),
('publication_school', 'name', 'Название организации при публикации.'),
('publication_school', 'answers', 'Ответы, которые считались: код вопроса и ответ; null — нет ответа.'),
('publication_municipality', NULL, 'Муниципалитеты при публикации и их ответы о себе с учётом всех источников.'),
('publication_municipality', 'name', 'Название муниципалитета при публикации.'),
('publication_municipality', 'answers', 'Ответы, которые считались: код вопроса и ответ; null — нет ответа.'),
('publication_school_indicator', NULL, 'Вклад каждой организации в опубликованные цифры.'),
('publication_school_indicator', 'in_cohort', 'Входит в круг показателя.'),
('publication_school_indicator', 'numerator', 'Вклад в числитель. Пусто: нет ответа или не входит в круг.'),
('publication_school_indicator', 'denominator', 'Вклад в знаменатель. Пусто: нет ответа или не входит в круг.'),
('publication_report', NULL, 'Опубликованные отчёты муниципалитетов: столбцы municipal_indicator; одна строка на публикацию, муниципалитет и показатель.'),
('publication_report', 'municipality', 'Название муниципалитета при публикации.'),
('publication_regional_report', NULL, 'Опубликованные отчёты региона: столбцы regional_indicator; одна строка на публикацию и показатель.'),
('publication_pair', NULL, 'Служебное: что с чем сравнивается — каждая публикация с каждой более поздней того же мониторинга и с сегодняшним днём.'),
('publication_definition_change', NULL, 'Как изменились определения показателей от публикации до более поздней или до сегодняшнего дня; одна строка на пару и показатель, изменившийся или нет.'),
('publication_definition_change', 'level', 'Чьи ответы считаются: school — организаций, municipality — муниципалитетов. Пусто: раньше и теперь разных, или показатель есть не на обеих сторонах.'),
('publication_definition_change', 'reads', 'Коды вопросов и статусы, которые читает прежнее или новое определение.'),
('publication_definition_change', 'cohort_changed', 'Изменился круг показателя: его условие или виды учреждений.'),
('publication_definition_change', 'changes', 'Что изменилось: было → стало. Пусто: ничего, что влияет на цифры.'),
('publication_respondent_change', NULL, 'Кто стоит за расхождениями: организации и муниципалитеты, чьи ответы, статусы или место в круге показателя изменились от публикации до более поздней или до сегодняшнего дня.'),
('publication_respondent_change', 'school_id', 'Организация. Пусто: муниципалитет отвечает сам за себя.'),
('publication_respondent_change', 'municipality_before', 'Муниципалитет раньше. Пусто: не было в мониторинге.'),
('publication_respondent_change', 'municipality_after', 'Муниципалитет теперь. Пусто: нет в мониторинге.'),
('publication_respondent_change', 'respondent', 'Название организации или муниципалитета.'),
('publication_respondent_change', 'in_before', 'Раньше входил в круг показателя.'),
('publication_respondent_change', 'in_after', 'Теперь входит в круг показателя.'),
('publication_respondent_change', 'answers_changed', 'Изменился ответ, который читает показатель, и из-за этого его вклад.'),
('publication_respondent_change', 'status_changed', 'Изменились статус, который читает показатель, вид учреждения или участие в мониторинге.'),
('publication_difference', NULL, 'Чем публикация отличается от более поздней публикации того же мониторинга или от сегодняшнего дня, и почему: одна строка на пару, муниципалитет и показатель, где отличается хоть одна цифра.'),
('publication_difference', 'municipality_id', 'Муниципалитет. Пусто: регион.'),
('publication_difference', 'municipality', 'Название муниципалитета. Пусто: регион.'),
('publication_difference', 'numerator_before', 'Числитель раньше. Пусто: строки не было.'),
('publication_difference', 'denominator_before', 'Знаменатель раньше.'),
('publication_difference', 'percent_before', 'Доля раньше, %.'),
('publication_difference', 'score_before', 'Балл раньше.'),
('publication_difference', 'numerator_after', 'Числитель теперь. Пусто: строки больше нет.'),
('publication_difference', 'denominator_after', 'Знаменатель теперь.'),
('publication_difference', 'percent_after', 'Доля теперь, %.'),
('publication_difference', 'score_after', 'Балл теперь.'),
('publication_difference', 'threshold_before', 'Порог раньше, %.'),
('publication_difference', 'threshold_after', 'Порог теперь, %.'),
('publication_difference', 'answers_changed', 'Причина: изменились ответы, которые читает показатель.'),
('publication_difference', 'definition_changed', 'Причина: изменилось определение показателя.'),
('publication_difference', 'cohort_changed', 'Причина: изменился состав — статусы, виды или муниципалитеты организаций, их участие в мониторинге.'),
('publication_difference', 'target_changed', 'Причина: изменился порог или план.'),
('publication_difference', 'cause', 'Причины словами: сколько ответов изменилось, кто вошёл в круг и вышел из него, что стало с определением, порогом и планом.'),
('check_publication', '()', 'Триггер: публикация записывается сразу и целиком, дописать в неё ничего нельзя.')
UNION ALL
SELECT o.object, c.part, c.comment
FROM unnest('{publication_indicator,publication_report,publication_regional_report}'::text[]) AS o(object)
CROSS JOIN (VALUES
	('publication_id', 'Публикация.'),
	('section', 'Раздел методики.'),
	('title', 'Название показателя.'),
	('percent', 'Доля, %: числитель к знаменателю.'),
	('threshold', 'Порог, %.'),
	('plan', 'План, %.'),
	('score', 'Балл: 1 или 0. Пусто: не оценивается, причина рядом.'),
	('reason', 'Почему такой балл или почему его нет.'),
	('answered', 'Сколько ответило.'),
	('missing', 'Сколько не ответило.'),
	('percent_low', 'Наименьшая доля, %, какая могла получиться с недостающими ответами.'),
	('percent_high', 'Наибольшая доля, %, какая могла получиться с недостающими ответами.'),
	('gap', 'Сколько не хватало в числителе до порога.'),
	('note_required', 'Нужна аналитическая записка (п. 1.2.6).')) AS c(part, comment)
UNION ALL
SELECT o.object, c.part, c.comment
FROM unnest('{publication_definition,publication_target,publication_school,publication_municipality,publication_school_indicator}'::text[]) AS o(object)
CROSS JOIN (VALUES ('publication_id', 'Публикация.')) AS c(part, comment)
UNION ALL
SELECT o.object, c.part, c.comment
FROM unnest('{publication_pair,publication_definition_change,publication_respondent_change,publication_difference}'::text[]) AS o(object)
CROSS JOIN (VALUES
	('publication_id', 'Публикация, с которой сравнивают: раньше.'),
	('compared_with', 'Более поздняя публикация. Пусто: сегодняшний день.')) AS c(part, comment)
$function$;

CREATE OR REPLACE FUNCTION region_publication_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE publication (
		publication_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		round_title		text NOT NULL,
		round_state		text NOT NULL CHECK (round_state IN ('open', 'closed')),
		cohort_on		date NOT NULL,
		legal_act_id	integer NOT NULL REFERENCES legal_act,
		legal_act		text NOT NULL,
		title			text NOT NULL CHECK (title <> ''),
		published_at	timestamptz NOT NULL DEFAULT now(),
		published_by	name NOT NULL DEFAULT current_user
	)
	-- a table of a few rows would never be analyzed: the planner would take it for hundreds of publications,
	-- and have the views that compare them compiled for longer than they run
	WITH (autovacuum_analyze_threshold = 0, autovacuum_analyze_scale_factor = 0);
	CREATE INDEX ON publication (round_id);

	-- Below, schools and municipalities are numbers with names of their own, not references: a publication
	-- keeps what it said, also of a school that was entered by mistake and is deleted later.
	CREATE TABLE publication_indicator (
		publication_id	integer NOT NULL REFERENCES publication,
		municipality_id	integer,
		municipality	text,
		position		integer NOT NULL,
		indicator		text NOT NULL,
		section			text NOT NULL,
		title			text NOT NULL,
		unit			text NOT NULL,
		numerator		bigint NOT NULL,
		denominator		bigint NOT NULL,
		percent			numeric(25,4),
		threshold		numeric(7,4),
		plan			numeric(7,4),
		score			smallint,
		reason			text,
		answered		bigint NOT NULL,
		missing			bigint NOT NULL,
		percent_low		numeric(25,4),
		percent_high	numeric(25,4),
		gap				bigint,
		note_required	boolean NOT NULL,
		-- no municipality: the region's row
		UNIQUE NULLS NOT DISTINCT (publication_id, municipality_id, indicator)
	);

	CREATE TABLE publication_definition (
		publication_id		integer NOT NULL REFERENCES publication,
		indicator			text NOT NULL,
		indicator_id		integer NOT NULL,
		definition_id		integer NOT NULL,
		position			integer NOT NULL,
		clause				text NOT NULL,
		section				text NOT NULL,
		title				text NOT NULL,
		unit				text NOT NULL,
		level				text NOT NULL,
		institution_kinds	text NOT NULL,
		collection_method	text,
		numerator			text NOT NULL,
		denominator			text,
		cohort				text,
		missing				text NOT NULL,
		polarity			text NOT NULL,
		source_formula		text,
		documents			text,
		source_defect		text,
		reads				text[] NOT NULL,
		PRIMARY KEY (publication_id, indicator)
	);

	CREATE TABLE publication_target (
		publication_id	integer NOT NULL REFERENCES publication,
		target_id		integer NOT NULL,
		indicator		text NOT NULL,
		municipality_id	integer,
		threshold		numeric(7,4),
		plan			numeric(7,4),
		legal_act_id	integer REFERENCES legal_act,
		legal_act		text,
		PRIMARY KEY (publication_id, target_id)
	);

	CREATE TABLE publication_school (
		publication_id		integer NOT NULL REFERENCES publication,
		school_id			integer NOT NULL,
		municipality_id		integer NOT NULL,
		code				text NOT NULL,
		name				text NOT NULL,
		kind				text NOT NULL,
		low_results			boolean NOT NULL,
		adverse_conditions	boolean NOT NULL,
		risk_zone			boolean NOT NULL,
		submitted_at		timestamptz,
		answers				jsonb NOT NULL,
		PRIMARY KEY (publication_id, school_id)
	);

	CREATE TABLE publication_municipality (
		publication_id	integer NOT NULL REFERENCES publication,
		municipality_id	integer NOT NULL,
		name			text NOT NULL,
		submitted_at	timestamptz,
		answers			jsonb NOT NULL,
		PRIMARY KEY (publication_id, municipality_id)
	);

	CREATE TABLE publication_school_indicator (
		publication_id	integer NOT NULL REFERENCES publication,
		school_id		integer NOT NULL,
		indicator		text NOT NULL,
		in_cohort		boolean NOT NULL,
		numerator		bigint,
		denominator		bigint,
		PRIMARY KEY (publication_id, school_id, indicator)
	);
END
$function$;

COMMENT ON FUNCTION region_publication_tables(text) IS
'Internal: creates the tables of publications in the schema named region.';

CREATE FUNCTION region_publication_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- A publication is written by one command (publish() says why). Rows of one command share xmin and cmin,
	-- so whatever is added later, in the same transaction too, is told by them. Data that a dump restores
	-- lies in its tables before this trigger is created.
	CREATE OR REPLACE FUNCTION check_publication() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		whole boolean;
	BEGIN
		EXECUTE format('SELECT NOT EXISTS (
							SELECT FROM (SELECT DISTINCT n.publication_id FROM new_rows n) n
							JOIN %1$I.publication p ON p.publication_id = n.publication_id
							WHERE p.published_at <> now() OR p.published_by <> current_user
							   OR NOT EXISTS (SELECT FROM %1$I.publication_definition d WHERE d.publication_id = p.publication_id)
							   OR EXISTS (SELECT FROM %1$I.%2$I c WHERE c.publication_id = p.publication_id
										  AND NOT (c.xmin = p.xmin AND c.cmin = p.cmin)))', TG_TABLE_SCHEMA, TG_TABLE_NAME)
		INTO whole;
		IF NOT whole THEN
			RAISE EXCEPTION 'публикация записывается сразу и целиком, вместе с определениями показателей: дописать в неё ничего нельзя'
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Опубликуйте отчёт заново: SELECT shnor.publish(%L, номер мониторинга, номер приказа);', TG_TABLE_SCHEMA);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	FOREACH t IN ARRAY ARRAY['publication', 'publication_indicator', 'publication_definition', 'publication_target',
							 'publication_school', 'publication_municipality', 'publication_school_indicator'] LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_publication AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows
						FOR EACH STATEMENT EXECUTE FUNCTION check_publication()', t);
		EXECUTE format('CREATE OR REPLACE TRIGGER refuse_edit BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
						FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit(%L)', t,
					   'Опубликованное не меняется. Исправьте данные и опубликуйте отчёт заново: shnor.publish(); чем он отличается от прежнего, покажет представление publication_difference.');
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_publication_triggers(text) IS
'Internal: creates or replaces the triggers that keep publications as they are in the schema named region. Uses refuse_edit() of region_round_triggers.';

CREATE FUNCTION publication_queries(OUT part text, OUT columns text, OUT query text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('publication_indicator', 'municipality_id, municipality, position, indicator, section, title, unit,
	numerator, denominator, percent, threshold, plan, score, reason, answered, missing, percent_low, percent_high, gap, note_required', $query$
	SELECT i.municipality_id, i.municipality, i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason, i.answered, i.missing,
		   i.percent_low, i.percent_high, i.gap, i.note_required
	FROM municipal_indicator i WHERE i.round_id = $1
	UNION ALL
	SELECT NULL, NULL, i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason, i.answered, i.missing,
		   i.percent_low, i.percent_high, i.gap, i.note_required
	FROM regional_indicator i WHERE i.round_id = $1
$query$),
('publication_definition', 'indicator, indicator_id, definition_id, position, clause, section, title, unit, level, institution_kinds,
	collection_method, numerator, denominator, cohort, missing, polarity, source_formula, documents, source_defect, reads', $query$
	SELECT i.indicator, i.indicator_id, i.definition_id, i.position, i.clause, i.section, i.title, i.unit, i.level, i.institution_kinds,
		   i.collection_method, i.numerator, i.denominator, i.cohort, i.missing, i.polarity, i.source_formula, i.documents, i.source_defect,
		   ARRAY(SELECT q.column_name FROM indicator_question q
				 WHERE q.round_id = $1 AND q.indicator = i.indicator ORDER BY q.column_name) AS reads
	FROM round_indicator i WHERE i.round_id = $1
$query$),
('publication_target', 'target_id, indicator, municipality_id, threshold, plan, legal_act_id, legal_act', $query$
	SELECT t.target_id, t.indicator, t.municipality_id, t.threshold, t.plan, t.legal_act_id,
		   CASE WHEN a.legal_act_id IS NOT NULL THEN format('%s от %s № %s', a.issuer, to_char(a.issued_on, 'DD.MM.YYYY'), a.number) END AS legal_act
	FROM target t LEFT JOIN legal_act a ON a.legal_act_id = t.legal_act_id WHERE t.round_id = $1
$query$),
('publication_school', 'school_id, municipality_id, code, name, kind, low_results, adverse_conditions, risk_zone, submitted_at, answers', $query$
	SELECT s.school_id, s.municipality_id, o.code, o.name, s.kind, s.low_results, s.adverse_conditions, s.risk_zone, s.submitted_at,
		   to_jsonb(s) - '{round_id,school_id,municipality_id,submitted_at,low_results,adverse_conditions,risk_zone,kind,is_school,is_preschool,is_supplementary}'::text[] AS answers
	FROM school_round s JOIN school o ON o.school_id = s.school_id WHERE s.round_id = $1
$query$),
('publication_municipality', 'municipality_id, name, submitted_at, answers', $query$
	SELECT s.municipality_id, m.name, s.submitted_at, to_jsonb(s) - '{round_id,municipality_id,submitted_at}'::text[] AS answers
	FROM municipal_round s JOIN municipality m ON m.municipality_id = s.municipality_id WHERE s.round_id = $1
$query$),
('publication_school_indicator', 'school_id, indicator, in_cohort, numerator, denominator', $query$
	SELECT s.school_id, s.indicator, s.in_cohort, s.numerator, s.denominator
	FROM school_indicator s WHERE s.round_id = $1
$query$)
$function$;

COMMENT ON FUNCTION publication_queries() IS
'Internal: the tables of a publication beside publication itself, their columns and the queries (of round $1) that fill them.';

CREATE OR REPLACE FUNCTION publish(region text, round_id integer, legal_act_id integer, title text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	state text;
	known boolean;
	command text;
	publication_id integer;
BEGIN
	PERFORM shnor.region_check(region);
	state := shnor.region_round(region, round_id);
	EXECUTE format('SELECT EXISTS (SELECT FROM %I.legal_act l WHERE l.legal_act_id = $1)', region) INTO known USING legal_act_id;
	IF state = 'draft' THEN
		RAISE EXCEPTION 'мониторинг % — черновик: публиковать ещё нечего', round_id
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Сначала откройте его: укажите приказ (legal_act_id) и UPDATE %I.round SET state = ''open'' …', region);
	ELSIF NOT known THEN
		RAISE EXCEPTION 'в регионе «%» нет приказа с номером записи %', region, coalesce(legal_act_id::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Отчёт публикуют по приказу: внесите его в таблицу %I.legal_act и назовите его legal_act_id.', region);
	END IF;

	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	-- One command: its parts all see the snapshot with which it begins, also in READ COMMITTED, so that the
	-- figures, the answers and the definitions are of one moment, and nobody has to be locked out meanwhile.
	SELECT format($sql$
		WITH p AS (
			INSERT INTO %I.publication (round_id, round_title, round_state, cohort_on, legal_act_id, legal_act, title)
			SELECT r.round_id, r.title, r.state, r.cohort_on, a.legal_act_id,
				   format('%%s от %%s № %%s', a.issuer, to_char(a.issued_on, 'DD.MM.YYYY'), a.number), coalesce(nullif($3, ''), r.title)
			FROM round r JOIN legal_act a ON a.legal_act_id = $2
			WHERE r.round_id = $1
			RETURNING publication_id
		), %s
		SELECT p.publication_id FROM p$sql$, region,
		string_agg(format('%s AS (INSERT INTO %I.%I (publication_id, %s) SELECT p.publication_id, q.* FROM p, (%s) AS q)',
						  replace(q.part, 'publication_', 'put_'), region, q.part, q.columns, q.query), ', '))
	INTO STRICT command FROM shnor.publication_queries() q;
	PERFORM shnor.report_progress('publish', region, 0, 2);
	EXECUTE command INTO STRICT publication_id USING round_id, legal_act_id, title;
	PERFORM shnor.report_progress('publish', region, 1, 2);

	-- not to wait for autovacuum; others than the owner have to
	IF pg_has_role((SELECT c.relowner FROM pg_class c WHERE c.oid = to_regclass(format('%I.publication', region))), 'USAGE') THEN
		EXECUTE format('ANALYZE %1$I.publication, %1$I.publication_indicator, %1$I.publication_definition, %1$I.publication_target,
						%1$I.publication_school, %1$I.publication_municipality, %1$I.publication_school_indicator', region);
	END IF;
	RETURN publication_id;
END
$function$;

CREATE OR REPLACE FUNCTION lint(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	unreadable boolean := false;
	readable boolean := true;
BEGIN
	PERFORM shnor.region_check(region);
	FOR severity, object, code, problem, hint IN SELECT * FROM shnor.lint_formulas(region) LOOP
		unreadable := unreadable OR object = 'indicator' AND starts_with(problem, 'Формула не читается');
		readable := readable AND NOT starts_with(problem, 'Формул');
		RETURN NEXT;
	END LOOP;
	RETURN QUERY SELECT * FROM shnor.lint_tables(region);
	-- with an indicator that cannot be read there are no reports to look at
	IF NOT unreadable THEN
		RETURN QUERY SELECT * FROM shnor.lint_reports(region);
	END IF;
	RETURN QUERY SELECT * FROM shnor.lint_rules(region);

	IF readable THEN
		RETURN QUERY SELECT * FROM shnor.lint_builds(region);
	END IF;
END
$function$;

CREATE FUNCTION lint_builds(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	report text;
BEGIN
	-- what no formula shows by itself: numbers that do not fit, a time zone that is none; the first report will do
	FOREACH report IN ARRAY '{reporting_day,municipal_indicator,recommendation_due,note_status,measure_status,decision_status,identification,spell_condition,validation_finding}'::text[] LOOP
		BEGIN
			EXECUTE format('SELECT count(v) FROM %I.%I v', region, report);
		EXCEPTION WHEN others THEN
			severity := 'error';
			object := report;
			code := NULL;
			problem := 'Отчёт не строится: ' || SQLERRM;
			hint := CASE report WHEN 'reporting_day' THEN 'Исправьте setting.time_zone или выполните RESET shnor.today.'
					ELSE 'Формулы читаются: ищите в данных слишком большие числа и невозможные дни. «indicator N» в сообщении — номер формулы: показателя, текста рекомендации, правила выявления или проверки, условия критерия.' END;
			RETURN NEXT;
			EXIT;
		END;
	END LOOP;
END
$function$;

COMMENT ON FUNCTION lint_builds(text) IS
'Internal: the finding of lint() that a report cannot be built.';

CREATE OR REPLACE FUNCTION lint_formulas(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	d		record;
	counted	bigint;
	answers	jsonb;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	-- each formula by itself, on a row without answers: one that is refused must not hide the others
	FOR d IN
		SELECT 'indicator' AS object, i.indicator AS code, i.indicator_id AS id, i.numerator, i.denominator, i.cohort, i.missing, i.level, i.unit,
			   concat_ws('; ', 'numerator: ' || i.numerator, 'denominator: ' || i.denominator, 'cohort: ' || i.cohort) AS formula,
			   format('jsonb_populate_record(NULL::%s, ''{}'')', CASE i.level WHEN 'school' THEN 'school_round' ELSE 'municipal_round' END) AS answers,
			   'Столбцы — коды вопросов (таблица question) и статусы.' AS columns
		FROM indicator i
		UNION ALL
		SELECT 'recommendation_template', t.template_id::text, t.template_id, shnor.condition_formula(t.condition), NULL, NULL, 'exclude', NULL, NULL, t.condition,
			   'jsonb_populate_record(NULL::municipal_indicator, ''{}'')',
			   'Столбцы: score, note_required, numerator, denominator, answered, missing, percent, threshold, plan.'
		FROM recommendation_template t
		UNION ALL
		SELECT 'identification_rule', u.rule_id || ': ' || v.part, u.rule_id, shnor.condition_formula(v.formula), NULL, NULL, 'exclude', NULL, NULL, v.formula,
			   v.answers, v.columns
		FROM identification_rule u
		CROSS JOIN LATERAL (VALUES
			('item_condition', u.item_condition,
			 '(SELECT x FROM (SELECT NULL::integer AS participants, NULL::integer AS below_minimum, NULL::bigint AS marks_sum, NULL::smallint AS grade, NULL::integer AS previous_participants, NULL::integer AS previous_below) x)',
			 'Столбцы: participants, below_minimum, marks_sum, grade, previous_participants, previous_below.'),
			('enter_condition', u.enter_condition, 'jsonb_populate_record(NULL::identification_case, ''{}'')',
			 'Столбцы: assessments, marked, repeated, assessments_before, marked_before, participants, below_minimum, unjudged, listed.'),
			('leave_condition', u.leave_condition, 'jsonb_populate_record(NULL::identification_case, ''{}'')',
			 'Столбцы: assessments, marked, repeated, assessments_before, marked_before, participants, below_minimum, unjudged, listed.')
		) AS v(part, formula, answers, columns)
		UNION ALL
		SELECT 'effectiveness_condition', c.criterion || ', ' || c.position, c.position, shnor.condition_formula(c.condition), NULL, NULL, 'exclude', NULL, NULL, c.condition,
			   'jsonb_populate_record(NULL::spell_case, ''{}'')',
			   'Столбцы: listed_1 … listed_3, relisted, below_0 … below_3, participants_0 … participants_3, region_below_0, region_participants_0, region_below_3, region_participants_3.'
		FROM effectiveness_condition c
		UNION ALL
		SELECT 'validation_rule', v.rule || coalesce(' с ' || v.valid_from, ''), v.rule_id, shnor.condition_formula(v.condition), NULL,
			   shnor.condition_formula(v.applies), 'exclude', NULL, NULL, concat_ws('; ', 'condition: ' || v.condition, 'applies: ' || v.applies),
			   format('jsonb_populate_record(NULL::%s, ''{}'')', CASE v.respondent WHEN 'school' THEN 'validation_case' ELSE 'municipal_validation_case' END),
			   'Столбцы: ' || CASE v.respondent WHEN 'school' THEN 'коды вопросов, previous_…, same_…, median_…, schools_answered и статусы (представление validation_case).'
							  ELSE 'коды вопросов, previous_… и schools_answered (представление municipal_validation_case).' END
		FROM validation_rule v
		ORDER BY 1, 2
	LOOP
		object := d.object;
		code := d.code;
		severity := 'error';
		BEGIN
			EXECUTE format('SELECT count(*) FROM shnor.contribution((SELECT shnor.methodology($1, $2, $3, $4, $5)), %s)', d.answers)
			USING d.id, d.numerator, d.denominator, d.cohort, d.missing;
		EXCEPTION WHEN others THEN
			-- the message calls every number that of an indicator
			problem := format('Формула не читается: %s. Она такая: %s',
							  CASE d.object WHEN 'indicator' THEN SQLERRM ELSE regexp_replace(SQLERRM, format('^[^:]* %s[^:]*: ', d.id), '') END, d.formula);
			hint := d.columns || CASE d.object WHEN 'indicator' THEN '' ELSE ' Нужно условие, а не число.' END || ' Допустимы целые числа, true и false, + − *, сравнения, AND, OR, NOT, IS NULL, BETWEEN, IN, coalesce, least, greatest, yes_count.';
			RETURN NEXT;
			CONTINUE;
		END;

		-- two of everything: a numerator that comes to more than one counts people, and has to say out of how many
		IF d.unit = 'percent' AND d.denominator IS NULL THEN
			SELECT jsonb_object_agg(a.attname, CASE a.atttypid WHEN 'integer'::regtype THEN to_jsonb(2) ELSE to_jsonb(true) END) INTO answers
			FROM pg_attribute a
			WHERE a.attrelid = CASE d.level WHEN 'school' THEN 'school_round'::regclass ELSE 'municipal_round'::regclass END
			  AND a.attnum > 0 AND a.atttypid IN ('integer'::regtype, 'boolean'::regtype);
			BEGIN
				EXECUTE format('SELECT max(c.numerator) FROM shnor.contribution((SELECT shnor.methodology($1, $2, NULL, NULL, NULL)), jsonb_populate_record(NULL::%s, $3)) AS c',
							   CASE d.level WHEN 'school' THEN 'school_round' ELSE 'municipal_round' END)
				INTO counted USING d.id, d.numerator, answers;
			EXCEPTION WHEN others THEN
				problem := format('Формулу не удалось испытать на ответах «2» и «да»: %s. Она такая: %s', SQLERRM, d.formula);
				hint := 'Проверьте числа в формуле: результат должен умещаться в bigint.';
				RETURN NEXT;
				CONTINUE;
			END;
			IF counted > 1 THEN
				problem := 'Доля без знаменателя: числитель считает людей, а знаменателем служит число организаций';
				hint := 'Впишите знаменатель, например teachers.';
				RETURN NEXT;
			END IF;
		END IF;
	END LOOP;
END
$function$;

CREATE OR REPLACE FUNCTION lint_tables(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	SELECT f.severity, f.object, f.code, f.problem, f.hint
	FROM (
		SELECT 'warning' AS severity, 'target' AS object, format('%s, мониторинг %s', t.indicator, t.round_id) AS code,
			   'Порог или план без приказа' AS problem, 'Укажите legal_act_id: порог устанавливается приказом.' AS hint
		FROM target t WHERE t.legal_act_id IS NULL
		UNION ALL
		SELECT 'error', 'target', format('%s, мониторинг %s', t.indicator, t.round_id),
			   'Показателя с таким кодом в этом мониторинге нет', 'Проверьте код показателя и дни действия его определения.'
		FROM target t WHERE NOT EXISTS (SELECT FROM round_indicator d WHERE d.round_id = t.round_id AND d.indicator = t.indicator)
		UNION ALL
		SELECT 'warning', 'target', format('%s, мониторинг %s', t.indicator, t.round_id),
			   'Порог у справочного показателя: он не оценивается', 'Уберите порог или задайте показателю polarity.'
		FROM target t
		JOIN round_indicator d ON d.round_id = t.round_id AND d.indicator = t.indicator
		WHERE d.polarity = 'context' AND t.threshold IS NOT NULL
		UNION ALL
		SELECT 'warning', 'target', format('%s, мониторинг %s', d.indicator, d.round_id),
			   'Порог не установлен: балл не ставится', 'Внесите в target порог и приказ, которым он установлен.'
		FROM round_indicator d
		WHERE d.polarity <> 'context' AND NOT (d.unit = 'yes_no' AND d.level = 'municipality')
		  AND NOT EXISTS (SELECT FROM target t WHERE t.round_id = d.round_id AND t.indicator = d.indicator
						  AND t.municipality_id IS NULL AND t.threshold IS NOT NULL)
		UNION ALL
		SELECT 'error', 'question', q.question, format('В таблице %s нет столбца с таким названием', CASE q.respondent WHEN 'school' THEN 'submission' ELSE 'municipal_submission' END),
			   'Ответы на вопрос негде хранить: исправьте код вопроса.'
		FROM question q
		WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attname = q.question AND a.attnum > 0
						  AND a.attrelid = CASE q.respondent WHEN 'school' THEN 'submission'::regclass ELSE 'municipal_submission'::regclass END)
		UNION ALL
		SELECT 'warning', 'recommendation_template', d.indicator, format('Нет ни одной рекомендации для мониторинга «%s»', r.title),
			   'Итогом анализа каждого показателя должна быть рекомендация (п. 1.2.9): добавьте текст и условие.'
		FROM round_indicator d
		JOIN round r ON r.round_id = d.round_id
		WHERE NOT EXISTS (SELECT FROM recommendation_template t WHERE t.indicator = d.indicator
						  AND (t.valid_from IS NULL OR t.valid_from <= r.cohort_on) AND (t.valid_until IS NULL OR r.cohort_on < t.valid_until))
		UNION ALL
		SELECT 'warning', 'round', r.title, 'Не названы цели, задачи или методы мониторинга', 'По п. 1.2.7 их устанавливает приказ: впишите goals, tasks и methods.'
		-- a closed one cannot be mended
		FROM round r WHERE r.state <> 'closed' AND (concat(r.goals) = '' OR concat(r.tasks) = '' OR concat(r.methods) = '')
		UNION ALL
		SELECT 'warning', 'round', r.title,
			   format('Перечень стоит на результатах %s года, а по дате состава ожидался %s год', r.results_year, y.expected),
			   'Если так и задумано, ничего не делайте; иначе исправьте results_year: по нему берут результаты для правил и годы эффективности.'
		FROM round r
		CROSS JOIN LATERAL (SELECT (extract(year FROM r.cohort_on) - CASE WHEN extract(month FROM r.cohort_on) < 7 THEN 1 ELSE 0 END)::integer AS expected) AS y
		WHERE r.results_year <> y.expected
		UNION ALL
		SELECT 'warning', 'obligation_term', v.step, 'Срок не задан: обязательства этого вида никогда не просрочены', 'Добавьте строку в obligation_term.'
		FROM unnest('{note,recommendation,measure,decision}'::text[]) AS v(step)
		WHERE NOT EXISTS (SELECT FROM obligation_term t WHERE t.step = v.step)
		UNION ALL
		SELECT 'warning', 'school_status', format('%s, %s с %s', o.code, s.status, s.since), 'Статус без приказа', 'Укажите legal_act_id: перечень утверждается приказом.'
		FROM school_status s JOIN school o ON o.school_id = s.school_id
		WHERE s.legal_act_id IS NULL
		UNION ALL
		SELECT 'warning', 'school_status', format('%s, %s с %s', o.code, s.status, s.since), 'Статус у закрытой организации не завершён',
			   'Завершите статус датой закрытия и укажите правопреемника (school.successor_id), если он есть.'
		FROM school_status s JOIN school o ON o.school_id = s.school_id
		WHERE o.closed_on < coalesce(s.until, 'infinity') AND s.until IS NULL
		UNION ALL
		SELECT 'warning', 'question_source', format('%s: %s', a.question, a.data_source), 'Порядок источника не задан: его ответ считается последним',
			   'Добавьте строку в question_source.'
		FROM (SELECT DISTINCT a.question, a.data_source FROM source_answer a) AS a
		WHERE NOT EXISTS (SELECT FROM question_source p WHERE p.question = a.question AND p.data_source = a.data_source)
		UNION ALL
		SELECT 'error', 'legal_act', a.number, 'Акты изменяют друг друга по кругу', 'Исправьте amends_id: изменения ведут к первоначальному акту.'
		FROM legal_act_chain c JOIN legal_act a ON a.legal_act_id = c.legal_act_id
		WHERE c.root_id IS NULL
		UNION ALL
		SELECT 'error', 'effectiveness_criterion', NULL, 'Не выбран критерий эффективности', 'Поставьте in_use одному из критериев.'
		WHERE NOT EXISTS (SELECT FROM effectiveness_criterion c WHERE c.in_use)
		UNION ALL
		SELECT 'warning', 'reporting_day', current_setting('shnor.today', true), 'Сроки считаются не на сегодня, а на заданный день', 'RESET shnor.today;'
		WHERE nullif(current_setting('shnor.today', true), '') IS NOT NULL
		UNION ALL
		SELECT 'warning', 'server', 'jit', 'Отчёты соединяют много таблиц: их компиляция (JIT) дольше самого подсчёта',
			   format('ALTER DATABASE %I SET jit = off;', current_database())
		WHERE current_setting('jit')::boolean AND pg_jit_available()
	) AS f
	ORDER BY f.object, f.code, f.problem;
	-- operators do not read it
	IF has_table_privilege('refresh_pending', 'SELECT') THEN
		RETURN QUERY
		SELECT 'warning', 'refresh_pending', NULL, 'Сохранённые показатели не пересчитывались больше года, а изменения для них накапливаются',
			   format('SELECT * FROM shnor.refresh(%L); для пересчёта по расписанию — shnor.schedule().', region)
		WHERE EXISTS (SELECT FROM refresh_pending p WHERE p.noted_at < now() - interval '1 year');
	END IF;
END
$function$;

CREATE OR REPLACE FUNCTION lint_reports(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	WITH valid AS (
		SELECT r.round_id, r.title, r.state, q.question, q.respondent
		FROM round r
		JOIN question q ON (q.valid_from IS NULL OR q.valid_from <= r.cohort_on) AND (q.valid_until IS NULL OR r.cohort_on < q.valid_until)
	), used AS (
		SELECT u.round_id, u.indicator, u.column_name, u.question FROM indicator_question u
	)
	SELECT f.severity, f.object, f.code, f.problem, f.hint
	FROM (
		SELECT 'error' AS severity, 'indicator' AS object, format('%s, мониторинг %s', u.indicator, u.round_id) AS code,
			   format('Вопрос «%s», который читает формула, в этом мониторинге не задаётся', u.column_name) AS problem,
			   'Проверьте дни действия вопроса и показателя.' AS hint
		FROM used u
		WHERE u.question IS NULL AND EXISTS (SELECT FROM question q WHERE q.question = u.column_name)
		UNION ALL
		SELECT 'warning', 'question', format('%s, мониторинг %s', v.question, v.round_id), 'Вопрос задаётся, но ни один показатель его не читает',
			   'Уберите вопрос из формы (valid_until) или добавьте показатель.'
		FROM valid v
		WHERE NOT EXISTS (SELECT FROM used u WHERE u.round_id = v.round_id AND u.question = v.question)
		UNION ALL
		SELECT 'warning', 'question', format('%s, мониторинг %s', v.question, v.round_id),
			   format('На вопрос не ответил%s', CASE v.respondent WHEN 'school' THEN 'а ни одна организация' ELSE ' ни один муниципалитет' END),
			   'Проверьте, есть ли вопрос в форме и узнаётся ли его заголовок при загрузке (form_header).'
		FROM valid v
		WHERE v.state <> 'draft' AND EXISTS (SELECT FROM used u WHERE u.round_id = v.round_id AND u.question = v.question)
		  AND EXISTS (SELECT FROM round_member m WHERE m.round_id = v.round_id)
		  AND NOT EXISTS (SELECT FROM answer a WHERE a.round_id = v.round_id AND a.question = v.question)
	) AS f
	ORDER BY f.object, f.code, f.problem;
END
$function$;

CREATE FUNCTION as_of_with(region text, target text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	-- what is read, from target down to the views that others stand on
	wanted	text := target;
	views	text := '';
	v		record;
BEGIN
	FOR v IN SELECT d.view_name, d.definition FROM shnor.region_view_definitions() d ORDER BY d.step DESC, d.view_name LOOP
		IF wanted ~ format('\m%s\M', v.view_name) THEN
			views := format(', %I AS (%s)', v.view_name, v.definition) || views;
			wanted := concat(wanted, ' ', v.definition);
		END IF;
	END LOOP;
	RETURN (
		SELECT format('WITH %s%s', string_agg(t.query, ', '), views)
		FROM (
			-- of one round: what is computed for others would be thrown away
			SELECT format('%1$I AS (SELECT t.* FROM %2$I.%3$I($1, $2) t)', a.name, region, a.reader) AS query
			FROM (VALUES ('submission', 'answers_as_of'), ('municipal_submission', 'municipal_answers_as_of'),
						 ('source_answer', 'source_answers_as_of')) AS a(name, reader)
			UNION ALL
			SELECT format('%1$I AS (SELECT t.* FROM %2$I.%3$I($2) t%4$s)', n, region, n || '_as_of',
						  CASE WHEN n IN ('round', 'target', 'round_school', 'round_municipality') THEN ' WHERE t.round_id = $1' END)
			FROM shnor.region_history_names() AS n
			-- who asks is who he is now
			WHERE n <> 'access' AND wanted ~ format('\m%s\M', n) AND to_regclass(format('%I.%I', region, n)) IS NOT NULL
		) AS t);
END
$function$;

COMMENT ON FUNCTION as_of_with(text, text) IS
'Internal: the WITH clause under which target, a name or a query, reads the tables of the region as they were at $2 and the views over them, for round $1.';

CREATE FUNCTION as_of_check(region text, moment timestamptz) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_check(region);
	IF to_regclass(format('%I.history', region)) IS NULL THEN
		RAISE EXCEPTION 'регион «%» создан прежней версией', region
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Владелец региона доводит его до установленной версии так: SELECT shnor.upgrade_region(%L);', region);
	ELSIF moment IS NULL THEN
		RAISE EXCEPTION 'не назван момент'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Укажите дату и время, например ''2026-11-01 12:00+03''.';
	END IF;
END
$function$;

COMMENT ON FUNCTION as_of_check(text, timestamptz) IS
'Internal: refuses a schema that is not a region (3F000) or has no journal yet (55000), and no moment (22023).';

CREATE FUNCTION municipal_indicator_as_of(
	region text, INOUT round_id integer, moment timestamptz,
	OUT round_title text, OUT municipality_id integer, OUT municipality text,
	OUT "position" integer, OUT indicator text, OUT section text, OUT title text, OUT unit text,
	OUT numerator bigint, OUT denominator bigint, OUT percent numeric, OUT threshold numeric, OUT plan numeric,
	OUT score smallint, OUT reason text, OUT answered bigint, OUT missing bigint,
	OUT percent_low numeric, OUT percent_high numeric, OUT gap bigint, OUT note_required boolean)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
BEGIN
	PERFORM shnor.as_of_check(region, moment);
	PERFORM shnor.region_round(region, round_id);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	RETURN QUERY EXECUTE shnor.as_of_with(region, 'municipal_indicator')
		|| ' SELECT i.round_id, i.round_title, i.municipality_id, i.municipality, i.position, i.indicator, i.section, i.title, i.unit,
				   i.numerator, i.denominator, i.percent::numeric, i.threshold::numeric, i.plan::numeric, i.score, i.reason, i.answered, i.missing,
				   i.percent_low::numeric, i.percent_high::numeric, i.gap, i.note_required
			FROM municipal_indicator i ORDER BY i.municipality_id, i.position'
		USING round_id, moment;
END
$function$;

COMMENT ON FUNCTION municipal_indicator_as_of(text, integer, timestamptz) IS
'municipal_indicator of a round as it would have been read at a moment: the definition of the view by the installed version, over answers, statuses, registries, definitions and targets as they were then. A round that did not exist yet gives no rows. A change counts from the moment at which it was written, not from its commit; rows that were there before the journal began count as there from the beginning. Writes nothing. Errors: no such region (3F000), no such round or no moment (22023), a region that was not upgraded (55000).';

CREATE FUNCTION check_publication(
	region text, publication_id integer,
	OUT part text, OUT municipality_id integer, OUT school_id integer, OUT indicator text,
	OUT column_name text, OUT published text, OUT recomputed text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	of_round	integer;
	moment		timestamptz;
	q			record;
BEGIN
	PERFORM shnor.as_of_check(region, now());
	EXECUTE format('SELECT p.round_id, coalesce(p.taken_at, p.published_at) FROM %I.publication p WHERE p.publication_id = $1', region)
	INTO of_round, moment USING publication_id;
	IF of_round IS NULL THEN
		RAISE EXCEPTION 'в регионе «%» нет публикации с номером %', region, coalesce(publication_id::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Публикации перечислены в таблице %I.publication.', region);
	END IF;
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	-- the name of the table, the columns that name a row, what was published and what is recomputed
	FOR q IN
		SELECT p.part, p.columns, p.query, k.key
		FROM shnor.publication_queries() p
		JOIN (VALUES ('publication_indicator', '{municipality_id,indicator}'::text[]), ('publication_definition', '{indicator}'),
					 ('publication_target', '{target_id}'), ('publication_school', '{school_id}'),
					 ('publication_municipality', '{municipality_id}'),
					 ('publication_school_indicator', '{school_id,indicator}')) AS k(part, key) ON k.part = p.part
		UNION ALL
		SELECT 'publication', 'round_title, round_state, cohort_on',
			   'SELECT r.title AS round_title, r.state AS round_state, r.cohort_on FROM round r WHERE r.round_id = $1', '{}'
	LOOP
		RETURN QUERY EXECUTE format($sql$
			%1$s, said AS (
				SELECT to_jsonb(p) AS line FROM (SELECT %2$s FROM %3$I.%4$I c WHERE c.publication_id = $3) AS p
			), found AS (
				SELECT to_jsonb(q) AS line FROM (%5$s) AS q
			), pair AS (
				-- answers one by one; a question that came later was not published
				SELECT coalesce(s.line, f.line) AS named, s.line - 'answers' || coalesce(s.line -> 'answers', '{}') AS said,
					   f.line - 'answers' || coalesce(f.line -> 'answers', '{}') AS found
				FROM said s
				FULL JOIN found f ON %6$s
			)
			SELECT %4$L, (p.named ->> 'municipality_id')::integer, (p.named ->> 'school_id')::integer, p.named ->> 'indicator',
				   c.name, CASE WHEN c.name IS NULL THEN p.said::text ELSE p.said ->> c.name END,
				   CASE WHEN c.name IS NULL THEN p.found::text ELSE p.found ->> c.name END
			FROM pair p
			CROSS JOIN LATERAL (
				SELECT NULL AS name WHERE p.said IS NULL OR p.found IS NULL
				UNION ALL
				SELECT k FROM jsonb_object_keys(CASE WHEN p.found IS NOT NULL THEN p.said END) AS k WHERE p.said -> k IS DISTINCT FROM p.found -> k
			) AS c
			ORDER BY 2, 3, 4, 5$sql$,
			shnor.as_of_with(region, q.query), q.columns, region, q.part, q.query,
			-- hashable: what is empty is a JSON null
			coalesce((SELECT string_agg(format('f.line -> %1$L = s.line -> %1$L', k), ' AND ') FROM unnest(q.key) AS k), 'true'))
		USING of_round, moment, publication_id;
	END LOOP;
END
$function$;

COMMENT ON FUNCTION check_publication(text, integer) IS
'Proves a publication: recomputes all that it holds (figures, definitions, targets, schools and municipalities with their answers, contributions) from the stored versions as of the moment at which its data were taken (publication.taken_at), and returns what differs, one row per column: the table (part), whose row it is, the column, what was published and what is recomputed; column_name is NULL where a row is missing on one side. No rows: the publication is proven. What another transaction had written but not committed at that moment shows as a difference. Errors: no such region (3F000), no such publication (22023), a region that was not upgraded (55000).';

CREATE FUNCTION region_access_rules(OUT object text, OUT rows text, OUT operator text, OUT approver text, OUT manager text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('access', 'access', 'r', 'r', 'r'),
-- directories and definitions
('setting', 'all', 'r', 'r', 'ru'),
('municipality', 'own', 'r', 'r', 'riud'),
('school', 'own', 'r', 'r', 'riud'),
('school_status', 'own', 'r', 'r', 'riud'),
('legal_act', 'all', 'r', 'r', 'riud'),
('question', 'all', 'r', 'r', 'riud'),
('indicator', 'all', 'r', 'r', 'riud'),
('target', 'common', 'r', 'r', 'riud'),
('form_header', 'all', 'r', 'r', 'riud'),
('data_source', 'all', 'r', 'r', 'riud'),
('question_source', 'all', 'r', 'r', 'riud'),
('obligation_term', 'all', 'r', 'r', 'riud'),
('recommendation_template', 'all', 'r', 'r', 'riud'),
('measure_kind', 'all', 'r', 'r', 'riud'),
('decision_kind', 'all', 'r', 'r', 'riud'),
('identification_rule', 'all', 'r', 'r', 'riud'),
('effectiveness_criterion', 'all', 'r', 'r', 'riud'),
('effectiveness_condition', 'all', 'r', 'r', 'riud'),
('validation_rule', 'all', 'r', 'r', 'riud'),
-- rounds; whoever writes answers locks the round's row, and that takes UPDATE on a column of it
('round', 'all', 'ru', 'ru', 'riud'),
('round_event', 'event', 'r', 'ri', 'ri'),
('round_school', 'own', 'r', 'riu', 'riud'),
('round_municipality', 'own', 'r', 'ri', 'riud'),
-- answers
('submission', 'own', 'riud', 'r', 'riud'),
('submission_history', 'own', 'ri', 'r', 'ri'),
('municipal_submission', 'own', 'riud', 'r', 'riud'),
('municipal_submission_history', 'own', 'ri', 'r', 'ri'),
('document', 'own', 'riud', 'r', 'riud'),
('source_answer', 'own', 'r', 'r', 'riud'),
('source_answer_history', 'own', 'r', 'r', 'ri'),
('import', 'import', 'riu', 'r', 'riu'),
('import_issue', 'import', 'riud', 'r', 'riud'),
('import_correction', 'import', 'ri', 'r', 'ri'),
('import_issue_history', 'import', 'ri', 'r', 'ri'),
('validation_acceptance', 'own', 'r', 'r', 'riu'),
('history', 'journal', 'i', 'ri', 'ri'),
-- what follows from the figures
('result', 'own', 'r', 'r', 'riud'),
('note', 'own', 'r', 'r', 'riud'),
('recommendation', 'own', 'r', 'r', 'riud'),
('measure', 'own', 'r', 'r', 'riud'),
('measure_school', 'own', 'r', 'r', 'riud'),
('decision', 'own', 'r', 'r', 'riud'),
('decision_school', 'own', 'r', 'r', 'riud'),
-- publications; the region's row is a figure that was published, not a total over what one may see
('publication', 'all', 'r', 'ri', 'r'),
('publication_definition', 'all', 'r', 'ri', 'r'),
('publication_indicator', 'common', 'r', 'ri', 'r'),
('publication_target', 'common', 'r', 'ri', 'r'),
('publication_school', 'own', 'r', 'ri', 'r'),
('publication_municipality', 'own', 'r', 'ri', 'r'),
('publication_school_indicator', 'own', 'r', 'ri', 'r'),
-- stored figures: only the owner refreshes them
('refresh_pending', 'touch', 'i', 'ri', 'ri'),
('refresh_state', 'all', 'r', 'r', 'r'),
('stored_tally', 'own', 'r', 'r', 'r'),
('stored_bucket', 'own', 'r', 'r', 'r'),
('stored_result', 'own', 'r', 'r', 'r'),
('stored_completeness', 'own', 'r', 'r', 'r')
$function$;

COMMENT ON FUNCTION region_access_rules() IS
'Internal: each table of a region with the rows that a capability reaches (all, own, common, event, import, journal, touch, access) and the privileges of operators, approvers and managers (r read, i insert, u update, d delete). Readers read everything.';

CREATE FUNCTION region_access_columns(OUT object text, OUT capability text, OUT privilege text, OUT but boolean, OUT columns text[])
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
-- why a round is reopened may name anybody; of changing a round an operator has the lock alone, the policy refuses the rest
('round', 'operator', 'SELECT', true, '{reopening}'::text[]),
('round', 'operator', 'UPDATE', false, '{reopening}'),
('round', 'approver', 'UPDATE', false, '{state,reopening}'),
('round', 'manager', 'INSERT', true, '{state,reopening}'),
('round', 'manager', 'UPDATE', true, '{state,reopening}'),
('round_school', 'approver', 'UPDATE', false, '{low_results,adverse_conditions,risk_zone}'),
-- who shows a document does not check it
('document', 'operator', 'INSERT', true, '{check_state,check_note}'),
('document', 'operator', 'UPDATE', true, '{check_state,check_note}'),
-- what came, when and from whom stays as it was; only what became of it is written afterwards
('import', 'operator', 'INSERT', true, '{imported_at,imported_by}'),
('import', 'manager', 'INSERT', true, '{imported_at,imported_by}'),
('import', 'operator', 'UPDATE', true, '{import_id,round_id,respondent,source,content,content_sha256,imported_at,imported_by}'),
('import', 'manager', 'UPDATE', true, '{import_id,round_id,respondent,source,content,content_sha256,imported_at,imported_by}')
$function$;

COMMENT ON FUNCTION region_access_columns() IS
'Internal: privileges of region_access_rules() that hold for these columns only (but: for all except these).';

CREATE FUNCTION region_access_operator_views() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT '{report_scope,reporting_day,legal_act_chain,round_indicator,round_methodology,indicator_question,round_term,round_pair,round_side,
	ranked_source_answer,school_source_answer,municipal_source_answer,round_list,round_member,municipal_member,school_round,municipal_round,
	school_indicator,municipal_tally,indicator_result,municipal_indicator,completeness,
	answer,answer_conflict,answer_proof,school_proven,municipal_proven,proven_tally,proven_indicator,proven_result,municipal_evidence,
	note_status,recommendation_due,measure_status,decision_status,obligation,
	school_result,result_mark,school_mark,identification_case,identification,
	indicator_change_sum,result_change_sum,change_result,municipal_change,result_change,
	school_competence,competence_result,municipal_competence,
	publication_report,publication_regional_report,publication_pair,publication_definition_change,
	round_rule,round_place,round_rule_set,validation_case,municipal_validation_case,import_state,
	municipal_tally_stored,municipal_indicator_stored,completeness_stored}'::text[]
$function$;

COMMENT ON FUNCTION region_access_operator_views() IS
'Internal: the views that operators of municipalities are granted.';

CREATE FUNCTION region_access_wanted(region text, OUT capability text, OUT object text, OUT attribute text, OUT privilege text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	WITH held AS (
		SELECT v.capability, r.object, p.privilege
		FROM shnor.region_access_rules() r
		CROSS JOIN LATERAL (VALUES ('reader', 'r'), ('operator', r.operator), ('approver', r.approver), ('manager', r.manager)) AS v(capability, codes)
		CROSS JOIN (VALUES ('r', 'SELECT'), ('i', 'INSERT'), ('u', 'UPDATE'), ('d', 'DELETE')) AS p(code, privilege)
		WHERE strpos(v.codes, p.code) > 0
		UNION ALL
		SELECT v.capability, d.view_name, 'SELECT'
		FROM shnor.region_view_definitions() d
		CROSS JOIN (VALUES ('reader'), ('operator'), ('approver'), ('manager')) AS v(capability)
		WHERE v.capability <> 'operator' OR d.view_name = ANY (shnor.region_access_operator_views())
		UNION ALL
		-- materialized reports (96-materialized.sql): no policy bounds their rows
		SELECT v.capability, x.name, 'SELECT'
		FROM pg_class c
		CROSS JOIN LATERAL (VALUES (c.relname::text), (regexp_replace(c.relname, '_data$', '_materialized'))) AS x(name)
		CROSS JOIN (VALUES ('reader'), ('approver'), ('manager')) AS v(capability)
		WHERE c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relkind = 'm' AND c.relname LIKE '%\_data'
	)
	SELECT h.capability, h.object, a.attname::text, h.privilege
	FROM held h
	JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = h.object AND c.relkind IN ('r', 'p', 'v', 'm')
	LEFT JOIN shnor.region_access_columns() k ON k.object = h.object AND k.capability = h.capability AND k.privilege = h.privilege
	LEFT JOIN pg_attribute a ON k.object IS NOT NULL AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		AND (a.attname = ANY (k.columns)) <> k.but
	UNION ALL
	SELECT v.capability, '', NULL, 'USAGE'
	FROM (VALUES ('reader'), ('operator'), ('approver'), ('manager')) AS v(capability)
$function$;

COMMENT ON FUNCTION region_access_wanted(text) IS
'Internal: the privileges that each capability needs in the schema named region, of the objects that are there.';

CREATE FUNCTION region_access_actual(region text, OUT role text, OUT object text, OUT attribute text, OUT privilege text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT coalesce(r.rolname, 'public')::text, a.object, a.attribute, a.privilege_type
	FROM (
		SELECT c.relname::text AS object, NULL::text AS attribute, x.grantee, x.privilege_type, c.relowner AS owner
		FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) x
		WHERE c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
		UNION ALL
		SELECT c.relname, t.attname, x.grantee, x.privilege_type, c.relowner
		FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped CROSS JOIN LATERAL aclexplode(t.attacl) x
		WHERE c.relnamespace = to_regnamespace(quote_ident(region))
		UNION ALL
		SELECT '', NULL, x.grantee, x.privilege_type, n.nspowner
		FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) x
		WHERE n.oid = to_regnamespace(quote_ident(region))
	) AS a
	LEFT JOIN pg_roles r ON r.oid = a.grantee
	-- of a role that is being dropped nothing is left but a number
	WHERE a.grantee <> a.owner AND (a.grantee = 0 OR r.oid IS NOT NULL)
$function$;

COMMENT ON FUNCTION region_access_actual(text) IS
'Internal: the privileges that stand in the catalogs on the schema named region and what is in it, its owner''s left out; the role public is everybody.';

CREATE FUNCTION access_own_rows(relation regclass) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	name	text := (SELECT c.relname FROM pg_class c WHERE c.oid = relation);
	has		text[] := ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped);
	always	boolean := (SELECT a.attnotnull FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = 'municipality_id');
	mine	text := 'IN (SELECT a.municipality_id FROM access a WHERE a.capability = ''operator'')';
	here	text := format('school_id IN (SELECT s.school_id FROM school s WHERE s.municipality_id %s)', mine);
	listed	text := format('SELECT w.round_id, w.school_id FROM round_school w WHERE w.municipality_id %s', mine);
	-- Whose a school is in a round: as written down, once it has been closed, else as the directory says. An operator
	-- sees no list of others: the journal tells which rounds have one.
	answers	text := format('((round_id, school_id) IN (%s) OR %s AND round_id NOT IN (SELECT e.round_id FROM round_event e WHERE e.event = ''closed''))', listed, here);
BEGIN
	RETURN CASE
		WHEN name = 'school' THEN format('(municipality_id %1$s OR school_id IN (SELECT w.school_id FROM round_school w WHERE w.municipality_id %1$s))', mine)
		WHEN always THEN format('municipality_id %s', mine)
		WHEN has @> '{municipality_id,school_id,round_id}' THEN format('(municipality_id %s OR %s)', mine, answers)
		WHEN has @> '{municipality_id}' THEN format('municipality_id %s', mine)
		WHEN has @> '{publication_id,school_id}' THEN
			format('(publication_id, school_id) IN (SELECT p.publication_id, p.school_id FROM publication_school p WHERE p.municipality_id %s)', mine)
		WHEN has @> '{round_id,school_id}' THEN answers
		WHEN has @> '{measure_id,school_id}' THEN format('measure_id IN (SELECT m.measure_id FROM measure m WHERE m.municipality_id %s)', mine)
		WHEN has @> '{decision_id,school_id}' THEN format('decision_id IN (SELECT d.decision_id FROM decision d WHERE d.municipality_id %s)', mine)
		-- of a school that has left the municipality: what stands behind the lists in which it was its own
		WHEN has @> '{school_id,since,until}' THEN
			format('(%s OR EXISTS (SELECT FROM (%s) w JOIN round r ON r.round_id = w.round_id WHERE w.school_id = %I.school_id AND since <= r.cohort_on AND (until IS NULL OR r.cohort_on < until)))', here, listed, name)
		WHEN has @> '{school_id,year}' THEN
			format('(%s OR EXISTS (SELECT FROM (%s) w JOIN round r ON r.round_id = w.round_id WHERE w.school_id = %I.school_id AND year <= r.results_year))', here, listed, name)
		WHEN has @> '{school_id}' THEN here
		ELSE 'false'
	END;
END
$function$;

COMMENT ON FUNCTION access_own_rows(regclass) IS
'Internal: the condition that a row of the table is the caller''s own municipality''s, by the columns that the table has.';

CREATE FUNCTION region_access_policies(region text, OUT object text, OUT command text, OUT reads text, OUT writes text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	WITH said AS (
		SELECT 'EXISTS (SELECT FROM access a)' AS anyone,
			   'EXISTS (SELECT FROM access a WHERE a.capability = ''operator'')' AS operator,
			   'EXISTS (SELECT FROM access a WHERE a.capability = ''approver'')' AS approver,
			   'EXISTS (SELECT FROM access a WHERE a.capability = ''manager'')' AS manager,
			   'round_id IN (SELECT r.round_id FROM round r WHERE r.state = ''open'')' AS is_open
	), listed AS (
		SELECT r.object, r.rows, r.operator AS operator_codes, r.approver AS approver_codes, r.manager AS manager_codes,
			   s.*, shnor.access_own_rows(c.oid) AS own,
			   (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('replaced_by', 'resolved_by', 'corrected_by')) AS signed,
			   EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'round_id') AS has_round
		FROM shnor.region_access_rules() r
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = r.object AND c.relkind IN ('r', 'p')
		CROSS JOIN said s
	), read AS (
		SELECT l.*,
			   -- what everybody with a grant reads, then what operators do; who sees the whole is not asked
			   CASE l.rows
				   WHEN 'all' THEN 'true'
				   WHEN 'own' THEN l.own
				   WHEN 'common' THEN format('%s OR municipality_id IS NULL AND %s', l.own, l.operator)
				   WHEN 'event' THEN format('event = ''closed'' AND %s', l.operator)
				   WHEN 'import' THEN i.mine
				   -- a role, and who is a member of it, sees its own lines; one that is no more belongs to nobody
				   WHEN 'access' THEN 'role = ''public'' OR pg_has_role(to_regrole(quote_ident(role)), ''USAGE'')'
			   END AS reads,
			   -- what an operator may write: own rows of open rounds, own imports
			   CASE l.rows
				   WHEN 'import' THEN concat(i.mine, CASE WHEN l.has_round THEN ' AND ' || l.is_open END)
				   ELSE concat('(', l.own, ')', CASE WHEN l.has_round THEN ' AND ' || l.is_open END)
			   END AS own_open
		FROM listed l
		CROSS JOIN LATERAL (
			SELECT CASE WHEN l.object = 'import' THEN format('imported_by = current_user AND %s', l.operator)
						ELSE format('import_id IN (SELECT i.import_id FROM import i WHERE i.imported_by = current_user) AND %s', l.operator) END AS mine) AS i
	), written AS (
		SELECT r.object, r.reads, p.code, p.command,
			   CASE
				   -- of an operator's tables the journal keeps documents alone; nobody sees there whose they are but the rows themselves
				   WHEN r.rows = 'journal' THEN format('pg_trigger_depth() > 0 AND (EXISTS (SELECT FROM access a WHERE a.capability <> ''operator'' OR a.by_hand)
						OR %s AND table_name = ''document'' AND NOT EXISTS (SELECT FROM (VALUES (old_row), (new_row)) AS v(line)
							WHERE v.line IS NOT NULL AND ((v.line ->> ''school_id'')::integer IN (SELECT s.school_id FROM school s)
								OR (v.line ->> ''municipality_id'')::integer IN (SELECT a.municipality_id FROM access a WHERE a.capability = ''operator'')) IS NOT TRUE))', r.operator)
				   -- what it says is only that something is to be computed anew
				   WHEN r.rows = 'touch' THEN format('pg_trigger_depth() > 0 AND %s', r.anyone)
				   WHEN r.object = 'round' THEN format('%s AND state = ''draft''', r.manager) || CASE p.code WHEN 'u' THEN format(' OR %s', r.approver) ELSE '' END
				   ELSE concat(
					   '(', concat_ws(' OR ',
						   CASE WHEN strpos(r.manager_codes, p.code) > 0 THEN
							   concat(r.manager, CASE WHEN r.rows = 'event' THEN ' AND event = ''drafted'' AND pg_trigger_depth() > 0'
														   -- a trigger of one's own is a trigger too: the state is asked here
														   WHEN r.object IN ('round_school', 'round_municipality') THEN
															   ' AND round_id NOT IN (SELECT r.round_id FROM round r WHERE r.state = ''closed'')' END) END,
						   -- what closing a round writes down, only closing writes
						   CASE WHEN strpos(r.approver_codes, p.code) > 0 THEN
							   concat(r.approver, CASE WHEN r.object = 'round_event' THEN ' AND pg_trigger_depth() > 0 AND happened_at = now() AND happened_by = current_user'
														   WHEN r.object IN ('round_school', 'round_municipality') THEN
															   ' AND pg_trigger_depth() > 0 AND round_id IN (SELECT e.round_id FROM round_event e WHERE e.event = ''closed'' AND e.happened_at = now())' END) END,
						   CASE WHEN strpos(r.operator_codes, p.code) > 0 THEN
							   concat(r.own_open, CASE WHEN r.object = 'document' AND p.code = 'u' THEN ' AND check_state = ''unchecked''' END) END),
					   ')',
					   CASE WHEN r.signed IS NOT NULL THEN format(' AND %I = current_user', r.signed) WHEN r.object = 'import' AND p.code = 'i' THEN ' AND imported_by = current_user' END)
			   END AS writes
		FROM read r
		CROSS JOIN (VALUES ('i', 'INSERT'), ('u', 'UPDATE'), ('d', 'DELETE')) AS p(code, command)
		WHERE strpos(r.manager_codes || r.approver_codes || r.operator_codes, p.code) > 0
	)
	SELECT r.object, 'SELECT', r.reads, NULL FROM read r WHERE r.reads IS NOT NULL
	UNION ALL
	-- a round's row is locked by whoever writes answers: to see it for that is not to change it
	SELECT w.object, w.command,
		   CASE WHEN w.code = 'i' THEN NULL WHEN w.object = 'round' AND w.code = 'u' THEN 'true' ELSE w.writes END,
		   CASE WHEN w.code <> 'd' THEN w.writes END
	FROM written w
$function$;

COMMENT ON FUNCTION region_access_policies(text) IS
'Internal: the policies of the tables of the schema named region: table, command, which rows it reads or changes (USING) and which it may leave behind (WITH CHECK).';

CREATE FUNCTION region_access_whole(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	p		record;
	roles	oid[];
	named	text;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', region), true);
	SELECT array_agg(w.oid ORDER BY w.oid), string_agg(shnor.region_access_role(w.role), ', ' ORDER BY w.oid) INTO roles, named
	FROM (SELECT DISTINCT a.role, coalesce(r.oid, 0) AS oid FROM access a LEFT JOIN pg_roles r ON r.rolname = a.role
		  WHERE a.capability <> 'operator' AND (a.role = 'public' OR r.oid IS NOT NULL)) AS w;
	-- everybody is not listed beside others
	IF 0 = ANY (roles) THEN
		roles := '{0}';
		named := 'PUBLIC';
	END IF;
	FOR p IN
		SELECT c.relname AS object, l.oid IS NOT NULL AS stands,
			   coalesce((SELECT array_agg(o ORDER BY o) FROM unnest(l.polroles) AS o) = roles AND pg_get_expr(l.polqual, l.polrelid) = 'true', false) AS fits
		FROM shnor.region_access_rules() u
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = u.object AND c.relkind IN ('r', 'p')
		LEFT JOIN pg_policy l ON l.polrelid = c.oid AND l.polname = 'access_whole'
		WHERE u.rows NOT IN ('all', 'access')
		ORDER BY c.relname
	LOOP
		CONTINUE WHEN p.fits;
		IF p.stands THEN
			EXECUTE format('DROP POLICY access_whole ON %I.%I', region, p.object);
		END IF;
		IF roles IS NOT NULL THEN
			EXECUTE format('CREATE POLICY access_whole ON %I.%I FOR SELECT TO %s USING (true)', region, p.object, named);
			EXECUTE format('COMMENT ON POLICY access_whole ON %I.%I IS %L', region, p.object,
						   'Кто видит весь регион: роли reader, approver и manager из таблицы access. Ведётся функциями shnor.grant_access() и shnor.revoke_access().');
		END IF;
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_access_whole(text) IS
'Internal: names in the policy access_whole of each table of the region those roles that see the whole region.';

CREATE FUNCTION region_access_secure(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	p		record;
	stamp	text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
	FOR p IN
		SELECT c.relname FROM shnor.region_access_rules() u JOIN pg_class c ON c.oid = to_regclass(quote_ident(u.object))
		WHERE NOT c.relrowsecurity ORDER BY 1
	LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', p.relname);
	END LOOP;
	FOR p IN
		SELECT c.oid, d.object, 'access_' || lower(d.command) AS name, d.command, d.reads, d.writes,
			   l.oid IS NOT NULL AS stands, obj_description(l.oid, 'pg_policy') AS said
		FROM shnor.region_access_policies(region) d
		JOIN pg_class c ON c.oid = to_regclass(quote_ident(d.object))
		LEFT JOIN pg_policy l ON l.polrelid = c.oid AND l.polname = 'access_' || lower(d.command)
		ORDER BY d.object = 'access' DESC, d.object, d.command
	LOOP
		-- what stands as it should is left alone: a policy is changed under a lock that waits for all readers
		stamp := format('Кому какие строки доступны: %s. Записано функцией shnor.upgrade_region(), редакция %s.',
						CASE p.command WHEN 'SELECT' THEN 'чтение' WHEN 'INSERT' THEN 'добавление' WHEN 'UPDATE' THEN 'изменение' ELSE 'удаление' END,
						left(md5(concat_ws('/', p.reads, p.writes)), 8));
		CONTINUE WHEN p.said = stamp;
		IF p.stands THEN
			EXECUTE format('DROP POLICY %I ON %I', p.name, p.object);
		END IF;
		EXECUTE format('CREATE POLICY %I ON %I FOR %s %s %s', p.name, p.object, p.command,
					   'USING (' || p.reads || ')', 'WITH CHECK (' || p.writes || ')');
		EXECUTE format('COMMENT ON POLICY %I ON %I IS %L', p.name, p.object, stamp);
	END LOOP;
	PERFORM shnor.region_access_whole(region);
END
$function$;

COMMENT ON FUNCTION region_access_secure(text) IS
'Internal: enables row-level security on the tables of the schema named region and brings its policies to the installed version.';

CREATE FUNCTION region_access_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- roles by name: they outlive a dump, and what is left of one that is no more opens nothing
	CREATE TABLE access (
		access_id		integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		role			text NOT NULL CHECK (role <> ''),
		capability		text NOT NULL CHECK (capability IN ('reader', 'operator', 'approver', 'manager')),
		municipality_id	integer REFERENCES municipality,
		-- found by an upgrade: its privileges stay as they are
		by_hand			boolean NOT NULL DEFAULT false,
		granted_at		timestamptz NOT NULL DEFAULT now(),
		granted_by		name NOT NULL DEFAULT current_user,
		UNIQUE NULLS NOT DISTINCT (role, capability, municipality_id),
		CONSTRAINT access_operator_municipality CHECK ((capability = 'operator') = (municipality_id IS NOT NULL)),
		CONSTRAINT access_public_reads CHECK (role <> 'public' OR capability = 'reader' OR by_hand)
	);
END
$function$;

COMMENT ON FUNCTION region_access_tables(text) IS
'Internal: creates the list of who may do what in the schema named region.';

CREATE FUNCTION region_access_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(50, 'report_scope', $view$
	-- what the caller may be shown sums of: a total over one's own municipality would pass for the region's
	SELECT 'municipality' AS scope
	UNION ALL
	SELECT 'region'
	WHERE NOT row_security_active('access'::regclass) OR EXISTS (SELECT FROM access a WHERE a.capability <> 'operator')
$view$)
$function$;

COMMENT ON FUNCTION region_access_views() IS
'Internal: the view that tells reports which totals their reader may see.';

CREATE FUNCTION region_access_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('access', NULL, 'Кому что разрешено. Ведётся функциями shnor.grant_access() и shnor.revoke_access(); по этой таблице политики решают, какие строки кому видны. Каждая роль видит свои строки, владелец — все.'),
('access', 'access_id', 'Номер строки.'),
('access', 'role', 'Роль базы данных: пользователь или группа. public — все.'),
('access', 'capability', 'Что разрешено: reader — читает всё, operator — видит и вносит ответы своего муниципалитета, approver — открывает и закрывает мониторинги и публикует, manager — ведёт все данные.'),
('access', 'municipality_id', 'Муниципалитет оператора. Пусто у остальных.'),
('access', 'by_hand', 'Права были выданы вручную до того, как регион стал различать строки: они сохранены как были.'),
('access', 'granted_at', 'Когда разрешено.'),
('access', 'granted_by', 'Кем разрешено.'),
('report_scope', NULL, 'Служебное: чьи итоги видит тот, кто спрашивает. Не для отчётов.'),
('report_scope', 'scope', 'municipality — муниципалитетов, region — всего региона; второй строки у операторов нет.')
$function$;

COMMENT ON FUNCTION region_access_comments() IS
'Internal: Russian comments of access.';

CREATE FUNCTION region_access_role(role text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT CASE WHEN role = 'public' THEN 'PUBLIC' ELSE quote_ident(role) END
$function$;

COMMENT ON FUNCTION region_access_role(text) IS
'Internal: the role as GRANT and REVOKE name it.';

CREATE FUNCTION region_access_grant(region text, role text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	command text;
BEGIN
	FOR command IN EXECUTE format($sql$
		WITH missing AS (
			SELECT DISTINCT w.object, w.attribute, w.privilege
			FROM shnor.region_access_wanted($1) w
			-- what was granted by hand stays as it was; the policies look into the list with the role's own rights
			JOIN %1$I.access l ON l.role = $2 AND (NOT l.by_hand OR w.object IN ('access', 'refresh_pending')) AND l.capability = w.capability
			WHERE NOT EXISTS (SELECT FROM shnor.region_access_actual($1) a
							  WHERE a.role = $2 AND a.object = w.object AND a.privilege = w.privilege
								AND (a.attribute IS NULL OR a.attribute = w.attribute))
		)
		SELECT format('GRANT %%s ON %%s TO %%s', m.privilege, string_agg(format('%%I.%%I', $1, m.object), ', ' ORDER BY m.object), $3)
		FROM missing m WHERE m.attribute IS NULL AND m.object <> '' GROUP BY m.privilege
		UNION ALL
		SELECT format('GRANT %%s (%%s) ON %%I.%%I TO %%s', m.privilege, string_agg(quote_ident(m.attribute), ', ' ORDER BY m.attribute), $1, m.object, $3)
		FROM missing m WHERE m.attribute IS NOT NULL GROUP BY m.object, m.privilege
		UNION ALL
		SELECT format('GRANT %%s ON SCHEMA %%I TO %%s', m.privilege, $1, $3) FROM missing m WHERE m.object = ''$sql$, region)
	USING region, role, shnor.region_access_role(role) LOOP
		EXECUTE command;
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_access_grant(text, text) IS
'Internal: grants the role what its lines in the table access of the region call for and the catalogs do not have yet.';

CREATE FUNCTION region_access_revoke(region text, role text, capability text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	command	text;
	count	bigint := 0;
BEGIN
	FOR command IN
		WITH excess AS (
			SELECT DISTINCT a.object, a.attribute, a.privilege
			FROM shnor.region_access_actual(region) a
			LEFT JOIN shnor.region_access_wanted(region) w ON w.capability = region_access_revoke.capability
				AND w.object = a.object AND w.privilege = a.privilege AND w.attribute IS NOT DISTINCT FROM a.attribute
			WHERE a.role = region_access_revoke.role AND (region_access_revoke.capability IS NULL OR w.object IS NOT NULL)
		)
		SELECT format('REVOKE %s ON %s FROM %s', e.privilege, string_agg(format('%I.%I', region, e.object), ', ' ORDER BY e.object), shnor.region_access_role(region_access_revoke.role))
		FROM excess e
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = e.object
		WHERE e.attribute IS NULL GROUP BY e.privilege, c.relkind = 'S', c.relowner
		UNION ALL
		SELECT format('REVOKE %s (%s) ON %I.%I FROM %s', e.privilege, string_agg(quote_ident(e.attribute), ', ' ORDER BY e.attribute), region, e.object, shnor.region_access_role(region_access_revoke.role))
		FROM excess e WHERE e.attribute IS NOT NULL GROUP BY e.object, e.privilege
		UNION ALL
		SELECT format('REVOKE %s ON SCHEMA %I FROM %s', e.privilege, region, shnor.region_access_role(region_access_revoke.role)) FROM excess e WHERE e.object = ''
	LOOP
		EXECUTE command;
		count := count + 1;
	END LOOP;
	RETURN count;
END
$function$;

COMMENT ON FUNCTION region_access_revoke(text, text, text) IS
'Internal: revokes from the role what a capability grants, or with NULL everything it holds on the region, and returns the number of commands.';

CREATE FUNCTION access_check(region text, role text, capability text, municipality_id integer, may_be_gone boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	owner	name;
	known	text;
BEGIN
	PERFORM shnor.region_check(region);
	IF to_regclass(format('%I.access', region)) IS NULL THEN
		RAISE EXCEPTION 'регион «%» создан прежней версией', region
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Владелец региона доводит его до установленной версии так: SELECT shnor.upgrade_region(%L);', region);
	END IF;
	SELECT r.rolname INTO owner FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE c.oid = to_regclass(format('%I.access', region));
	IF NOT pg_has_role(owner, 'USAGE') THEN
		RAISE EXCEPTION 'права в регионе «%» раздаёт только его владелец', region
			USING ERRCODE = 'insufficient_privilege', HINT = format('Владелец — роль «%s». Попросите её или войдите под ней.', owner);
	ELSIF capability NOT IN ('reader', 'operator', 'approver', 'manager') THEN
		RAISE EXCEPTION 'неизвестно, что разрешить: «%»', capability
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Допустимы reader (читает всё), operator (ответы своего муниципалитета), approver (открывает, закрывает и публикует) и manager (ведёт все данные).';
	ELSIF NOT may_be_gone AND role IS DISTINCT FROM 'public' AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = access_check.role) THEN
		RAISE EXCEPTION 'роли «%» нет', coalesce(role, 'NULL')
			USING ERRCODE = 'undefined_object', HINT = CASE WHEN role <> '' THEN format('Проверьте имя или создайте роль: CREATE ROLE %I LOGIN;', role) ELSE 'Назовите роль вторым аргументом.' END;
	ELSIF municipality_id IS NOT NULL THEN
		IF capability <> 'operator' THEN
			RAISE EXCEPTION 'муниципалитет указывают только у оператора (operator)'
				USING ERRCODE = 'invalid_parameter_value', HINT = format('Роли reader, approver и manager видят весь регион. Оставьте четвёртый аргумент пустым или выдайте operator вместо %s.', capability);
		END IF;
		EXECUTE format('SELECT m.name FROM %I.municipality m WHERE m.municipality_id = $1', region) INTO known USING municipality_id;
		IF known IS NULL AND NOT may_be_gone THEN
			RAISE EXCEPTION 'в регионе «%» нет муниципалитета с номером %', region, municipality_id
				USING ERRCODE = 'invalid_parameter_value', HINT = format('Муниципалитеты перечислены в таблице %I.municipality.', region);
		END IF;
	END IF;
	-- two who change privileges at the same time would change the same lines of the catalogs
	PERFORM pg_advisory_xact_lock(hashtextextended(format('shnor.access %s', region), 0));
END
$function$;

COMMENT ON FUNCTION access_check(text, text, text, integer, boolean) IS
'Internal: refuses a change of access whose region, caller, role, capability or municipality will not do.';

CREATE FUNCTION grant_access(region text, role text, capability text, municipality_id integer DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.access_check(region, role, coalesce(capability, 'NULL'), municipality_id, false);
	IF capability = 'operator' AND municipality_id IS NULL THEN
		RAISE EXCEPTION 'оператору не назначен муниципалитет'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Назовите его четвёртым аргументом: SELECT shnor.grant_access(%L, %L, ''operator'', номер); муниципалитеты перечислены в таблице %I.municipality. Для нескольких повторите вызов.', region, role, region);
	ELSIF role = 'public' AND capability <> 'reader' THEN
		RAISE EXCEPTION 'всем сразу (public) можно разрешить только чтение'
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Создайте роль-группу, разрешите ей и включите в неё тех, кому это нужно: GRANT группа TO пользователь;';
	ELSIF capability = 'operator' AND (SELECT r.rolsuper OR r.rolbypassrls OR pg_has_role(r.oid, c.relowner, 'USAGE')
									   FROM pg_roles r, pg_class c WHERE r.rolname = grant_access.role AND c.oid = to_regclass(format('%I.access', region))) THEN
		RAISE EXCEPTION 'роль «%» видит все строки: одним муниципалитетом её не ограничить', role
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Это владелец региона, член его роли, суперпользователь или роль с BYPASSRLS. Выдайте права другой роли.';
	END IF;

	EXECUTE format('INSERT INTO %I.access (role, capability, municipality_id) VALUES ($1, $2, $3)
					ON CONFLICT (role, capability, municipality_id) DO UPDATE
					SET by_hand = false, granted_at = now(), granted_by = current_user WHERE access.by_hand', region)
	USING role, capability, municipality_id;
	PERFORM shnor.region_access_grant(region, role);
	PERFORM shnor.region_access_whole(region);
END
$function$;

COMMENT ON FUNCTION grant_access(text, text, text, integer) IS
'Lets a role (a user or a group; public: everybody) do something in the region: reader reads all reports and data; operator sees and writes the answers and documents of municipality_id only, in open rounds only (call again for more municipalities); approver reads all, opens, closes and reopens rounds and publishes; manager reads all and writes all data and definitions, but neither opens, closes or publishes. Writes the line into the region''s table access and grants what it needs; a second call restores what was revoked by hand. The owner of the region calls it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501), no such role (42704), no such capability or municipality, an operator without a municipality or one that no policy binds (22023).';

CREATE FUNCTION revoke_access(region text, role text, capability text DEFAULT NULL, municipality_id integer DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	gone	text[];
	rest	text;
	revoked	bigint := 0;
	lives	boolean := role = 'public' OR EXISTS (SELECT FROM pg_roles r WHERE r.rolname = revoke_access.role);
BEGIN
	IF municipality_id IS NOT NULL THEN
		capability := coalesce(capability, 'operator');
	END IF;
	PERFORM shnor.access_check(region, role, capability, municipality_id, true);
	EXECUTE format('WITH gone AS (
						DELETE FROM %I.access a WHERE a.role = $1 AND ($2 IS NULL OR a.capability = $2) AND ($3 IS NULL OR a.municipality_id = $3)
						RETURNING a.capability)
					SELECT array_agg(DISTINCT g.capability) FROM gone g', region)
	INTO gone USING role, capability, municipality_id;
	EXECUTE format('SELECT string_agg(a.capability || coalesce('' ('' || a.municipality_id || '')'', ''''), '', '' ORDER BY a.capability, a.municipality_id)
					FROM %I.access a WHERE a.role = $1', region) INTO rest USING role;

	IF lives AND rest IS NULL AND (gone IS NOT NULL OR capability IS NULL) THEN
		-- nothing is left to it, nor what was granted by hand
		revoked := shnor.region_access_revoke(region, role, NULL);
	ELSIF lives AND gone IS NOT NULL THEN
		PERFORM shnor.region_access_revoke(region, role, g) FROM unnest(gone) AS g;
		PERFORM shnor.region_access_grant(region, role);
	END IF;
	IF gone IS NOT NULL THEN
		PERFORM shnor.region_access_whole(region);
	ELSIF revoked = 0 THEN
		IF lives IS NOT TRUE THEN
			RAISE EXCEPTION 'роли «%» нет', coalesce(role, 'NULL')
				USING ERRCODE = 'undefined_object', HINT = format('Кому что разрешено, покажет SELECT * FROM shnor.access(%L);', region);
		END IF;
		RAISE EXCEPTION 'роли «%» этого в регионе «%» не разрешали', role, region
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = coalesce('Разрешено ей другое: ' || rest || '.', format('Кому что разрешено, покажет SELECT * FROM shnor.access(%L);', region));
	END IF;
END
$function$;

COMMENT ON FUNCTION revoke_access(text, text, text, integer) IS
'Takes back what grant_access() gave: one capability, that of one municipality, or with neither named everything that the role holds on the region, also what was granted by hand. What its other lines call for stays. A role that is no more is struck off the list. The owner of the region calls it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501), no such role (42704), no such capability, or nothing of the kind was granted (22023).';

CREATE FUNCTION region_access(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	r		record;
	first	boolean := NOT (SELECT c.relrowsecurity FROM pg_class c WHERE c.oid = to_regclass(format('%I.submission', region)));
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', region), true);
	IF first THEN
		-- Until now a grant was all it took: who holds one is entered, or he would see no row any more. Who could read
		-- all the first tables and change nothing is a reader; others keep exactly the privileges that they have.
		FOR r IN
			SELECT a.role, bool_or(a.privilege <> 'SELECT') AS writes, bool_or(a.object ~ '^(round|publication)' AND a.privilege IN ('INSERT', 'UPDATE')) AS approves,
				   count(DISTINCT a.object) FILTER (WHERE a.attribute IS NULL AND a.privilege = 'SELECT' AND a.object = ANY (
					   '{setting,municipality,school,legal_act,round,school_status,question,indicator,target,submission,submission_history,municipal_submission,municipal_submission_history}')) = 13 AS reads
			FROM shnor.region_access_actual(region) a
			WHERE a.object <> '' AND a.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
			GROUP BY a.role
			HAVING bool_or(a.privilege = 'SELECT')
			ORDER BY a.role
		LOOP
			INSERT INTO access (role, capability, by_hand) VALUES (r.role, 'reader', r.writes OR NOT r.reads) ON CONFLICT DO NOTHING;
			IF r.writes THEN
				INSERT INTO access (role, capability, by_hand) VALUES (r.role, 'manager', true) ON CONFLICT DO NOTHING;
			END IF;
			IF r.approves THEN
				INSERT INTO access (role, capability, by_hand) VALUES (r.role, 'approver', true) ON CONFLICT DO NOTHING;
			END IF;
			RAISE NOTICE 'регион «%» теперь различает строки; роль «%» % как прежде', region, r.role, CASE WHEN r.writes THEN 'читает и пишет' ELSE 'читает' END
				USING HINT = format('Права этой роли выданы вручную. Проверьте их: SELECT * FROM shnor.access(%L); заменить их можно функциями shnor.revoke_access() и shnor.grant_access().', region);
		END LOOP;
	END IF;
	PERFORM shnor.region_access_secure(region);
	FOR r IN SELECT DISTINCT a.role FROM access a
			 WHERE a.role = 'public' OR EXISTS (SELECT FROM pg_roles p WHERE p.rolname = a.role) ORDER BY 1 LOOP
		PERFORM shnor.region_access_grant(region, r.role);
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_access(text) IS
'Internal: row-level security and the grants of the listed roles on all tables and views of the schema named region. Where there was no row-level security before, roles that hold SELECT are entered, with a notice, so that they see what they saw.';

CREATE FUNCTION access(region text,
	OUT role text, OUT capability text, OUT municipality_id integer, OUT municipality text,
	OUT granted_by name, OUT granted_at timestamptz, OUT members text, OUT agrees boolean, OUT problem text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM shnor.region_check(region);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	WITH wanted AS MATERIALIZED (
		SELECT * FROM shnor.region_access_wanted(region)
	), actual AS MATERIALIZED (
		SELECT * FROM shnor.region_access_actual(region)
	), line AS MATERIALIZED (
		SELECT l.* FROM access l
	), ours AS (
		-- the reader's matrix is the whole of it
		SELECT DISTINCT w.object FROM wanted w WHERE w.capability = 'reader'
		UNION SELECT u.object FROM shnor.region_access_rules() u
	), missing AS (
		SELECT l.access_id, format('не хватает прав: %s', string_agg(w.said, '; ' ORDER BY w.said)) AS said
		FROM line l
		CROSS JOIN LATERAL (
			SELECT format('%s на %s', w.privilege, CASE WHEN w.object = '' THEN 'схему' ELSE string_agg(DISTINCT w.object, ', ' ORDER BY w.object) END) AS said
			FROM wanted w
			WHERE w.capability = l.capability
			  AND NOT EXISTS (SELECT FROM actual a WHERE a.role = l.role AND a.object = w.object AND a.privilege = w.privilege
							  AND (a.attribute IS NULL OR a.attribute = w.attribute))
			GROUP BY w.privilege, w.object = ''
		) AS w
		WHERE NOT l.by_hand AND (l.role = 'public' OR to_regrole(quote_ident(l.role)) IS NOT NULL)
		GROUP BY l.access_id
	), extra AS (
		SELECT x.role, string_agg(x.said, '; ' ORDER BY x.said) AS said
		FROM (
			SELECT a.role, format('%s на %s', a.privilege, CASE WHEN a.object = '' THEN 'схему' ELSE string_agg(DISTINCT a.object, ', ' ORDER BY a.object) END) AS said
			FROM actual a
			LEFT JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = a.object
			WHERE NOT EXISTS (SELECT FROM line l JOIN wanted w ON w.capability = l.capability
							  WHERE l.role = a.role AND w.object = a.object AND w.privilege = a.privilege AND (w.attribute IS NULL OR w.attribute = a.attribute))
			  -- one's own views with the reader's rights are one's own affair; whatever passes the policies by is not
			  AND (a.object IN (SELECT o.object FROM ours o)
				   OR NOT (c.relkind = 'v' AND coalesce(array_to_string(c.reloptions, ','), '') ~ '(^|,)security_invoker=(true|on|1|yes)'))
			GROUP BY a.role, a.privilege, a.object = ''
		) AS x
		GROUP BY x.role
	), listed AS (
		SELECT l.access_id, l.role, l.capability, l.municipality_id, l.granted_by, l.granted_at, l.by_hand FROM line l
		UNION ALL
		SELECT NULL, e.role, NULL, NULL, NULL, NULL, false FROM extra e
		-- who does not see all lines of the list cannot tell who is not on it
		WHERE NOT row_security_active('access'::regclass) AND NOT EXISTS (SELECT FROM line l WHERE l.role = e.role)
	), whole AS MATERIALIZED (
		-- the tables of which somebody sees all rows
		SELECT c.relname, o.oid AS role
		FROM shnor.region_access_rules() u
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = u.object AND c.relkind IN ('r', 'p')
		LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'access_whole'
		LEFT JOIN LATERAL unnest(p.polroles) AS o(oid) ON true
		WHERE u.rows NOT IN ('all', 'access')
	), open_table AS (
		SELECT string_agg(c.relname, ', ' ORDER BY c.relname) AS said
		FROM shnor.region_access_rules() u
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = u.object AND c.relkind IN ('r', 'p')
		WHERE NOT c.relrowsecurity
	)
	SELECT l.role, l.capability, l.municipality_id, m.name, l.granted_by, l.granted_at,
		   (SELECT string_agg(u.rolname, ', ' ORDER BY u.rolname) FROM pg_roles u
			WHERE u.oid <> r.oid AND u.rolcanlogin AND NOT u.rolsuper AND pg_has_role(u.oid, r.oid, 'USAGE')),
		   p.said IS NULL, p.said
	FROM listed l
	LEFT JOIN municipality m ON m.municipality_id = l.municipality_id
	LEFT JOIN pg_roles r ON r.rolname = l.role
	LEFT JOIN missing n ON n.access_id = l.access_id
	LEFT JOIN extra e ON e.role = l.role AND NOT EXISTS (SELECT FROM line b WHERE b.role = l.role AND b.by_hand)
	CROSS JOIN LATERAL (
		SELECT nullif(concat_ws('. ',
			CASE WHEN r.oid IS NULL AND l.role <> 'public' THEN 'Такой роли нет' END,
			CASE WHEN l.capability IS NULL THEN 'Ничего не разрешено, но права выданы вручную: ' || e.said
				 ELSE 'Выдано вручную сверх разрешённого: ' || e.said END,
			upper(left(n.said, 1)) || substr(n.said, 2),
			CASE WHEN l.capability <> 'operator' THEN
				(SELECT 'Не видит строк таблиц: ' || string_agg(DISTINCT w.relname, ', ' ORDER BY w.relname) FROM whole w
				 WHERE NOT EXISTS (SELECT FROM whole h WHERE h.relname = w.relname AND h.role IN (0, r.oid))
				   AND (r.oid IS NOT NULL OR l.role = 'public'))
			ELSE
				(SELECT 'Видит все строки таблиц: ' || string_agg(DISTINCT w.relname, ', ' ORDER BY w.relname) FROM whole w
				 WHERE w.role IN (0, r.oid) AND NOT EXISTS (SELECT FROM line b WHERE b.role IN (l.role, 'public') AND b.capability <> 'operator')) END,
			CASE WHEN l.capability = 'operator' AND (r.rolsuper OR r.rolbypassrls) THEN 'Роль видит все строки: она суперпользователь или имеет BYPASSRLS' END,
			'Защита строк снята с таблиц: ' || (SELECT o.said FROM open_table o)), '') AS said) AS p
	ORDER BY l.role, l.capability NULLS LAST, l.municipality_id;
END
$function$;

COMMENT ON FUNCTION access(text) IS
'Who can do what in the region: one row per role and capability (of an operator, per municipality) with who granted it and when, the users that have it by membership, and whether the catalogs agree (problem says in Russian what does not: a role that is no more, a privilege that was revoked or granted by hand, row-level security switched off). A role that holds privileges without being listed has a row without a capability. The owner sees all, others their own rows. Errors: no such region (3F000); no access at all (42501).';

CREATE FUNCTION export_cell(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value = '' OR value ~ '["\r\n,;|\t\\]' OR value ~ '^[[:space:]]|[[:space:]]$'
	THEN '"' || replace(value, '"', '""') || '"' ELSE coalesce(value, '') END;

COMMENT ON FUNCTION export_cell(text) IS
'Internal: value as a cell of a CSV text; nothing for NULL, "" for an empty text.';

CREATE FUNCTION export_csv(region text, report text, delimiter text DEFAULT ';', decimal_comma boolean DEFAULT true,
						   titles boolean DEFAULT false)
RETURNS SETOF text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	source		regclass;
	time_zone	text;
	header		text;
	cells		text;
	sorting		text;
BEGIN
	PERFORM shnor.region_check(region);
	source := to_regclass(quote_ident(region) || '.' || quote_ident(report));
	IF source IS NULL OR NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = source AND c.relkind IN ('r', 'p', 'v', 'm', 'f')) THEN
		RAISE EXCEPTION 'в регионе «%» нет таблицы или отчёта «%»', region, coalesce(report, 'NULL')
			USING ERRCODE = 'undefined_table',
				  HINT = 'Назовите таблицу или отчёт так, как в базе, например municipal_indicator. Все имена с пояснениями покажет команда psql \d+ регион.*';
	ELSIF delimiter IS NULL OR delimiter NOT IN (';', ',', '|', E'\t') THEN
		RAISE EXCEPTION 'недопустимый разделитель: «%»', coalesce(delimiter, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Допустимы точка с запятой (её ждёт Excel с русскими настройками), запятая, вертикальная черта и табуляция: E''\t''.';
	ELSIF decimal_comma IS NULL OR titles IS NULL THEN
		RAISE EXCEPTION 'decimal_comma и titles не могут быть NULL'
			USING ERRCODE = 'null_value_not_allowed', HINT = 'Укажите true или false.';
	END IF;

	SELECT string_agg(shnor.export_cell(shnor.spreadsheet_safe(
						  coalesce(CASE WHEN titles THEN rtrim(col_description(a.attrelid, a.attnum), '.') END, a.attname))), delimiter ORDER BY a.attnum),
		   string_agg(CASE
				WHEN t.base = 'boolean'::regtype THEN format('CASE t.%I WHEN true THEN ''да'' WHEN false THEN ''нет'' END', a.attname)
				-- a number keeps all its digits
				WHEN t.base = ANY ('{smallint,integer,bigint,numeric,real,"double precision"}'::regtype[]) THEN
					format(CASE WHEN NOT decimal_comma THEN 't.%I::text'
							   WHEN delimiter = ',' THEN 'shnor.export_cell(replace(t.%I::text, ''.'', '',''))'
							   ELSE 'replace(t.%I::text, ''.'', '','')' END, a.attname)
				WHEN t.base = 'date'::regtype THEN
					format('CASE WHEN isfinite(t.%1$I) THEN to_char(t.%1$I, %2$L) ELSE t.%1$I::text END', a.attname,
						   CASE WHEN decimal_comma THEN 'DD.MM.YYYY' ELSE 'YYYY-MM-DD' END)
				WHEN t.base = 'timestamptz'::regtype THEN
					format('CASE WHEN isfinite(t.%1$I) THEN to_char(t.%1$I AT TIME ZONE $1, %2$L) ELSE t.%1$I::text END', a.attname,
						   CASE WHEN decimal_comma THEN 'DD.MM.YYYY HH24:MI:SS' ELSE 'YYYY-MM-DD HH24:MI:SS' END)
				ELSE format('shnor.export_cell(shnor.spreadsheet_safe(t.%I::text))', a.attname)
			END, ', ' ORDER BY a.attnum),
		   -- by the columns from the left, where they have an order
		   string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum)
		   FILTER (WHERE t.base = ANY ('{boolean,smallint,integer,bigint,numeric,text,date,timestamptz}'::regtype[]))
	INTO header, cells, sorting
	FROM pg_attribute a
	CROSS JOIN LATERAL (SELECT coalesce(nullif(y.typbasetype, 0), y.oid) AS base FROM pg_type y WHERE y.oid = a.atttypid) AS t
	WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped;

	EXECUTE format('SELECT s.time_zone FROM %I.setting s', region) INTO time_zone;
	time_zone := coalesce(time_zone, 'Europe/Moscow');

	RETURN NEXT header;
	RETURN QUERY EXECUTE format('SELECT array_to_string(ARRAY[%s]::text[], %L, '''') FROM %I.%I t%s', cells, delimiter, region, report,
								' ORDER BY ' || sorting)
	USING time_zone;
END
$function$;

COMMENT ON FUNCTION export_csv(text, text, text, boolean, boolean) IS
'A table or view of the region in schema region as CSV text for a spreadsheet: a header, then a row of the result for each row, sorted by the columns from the left. Runs with the caller''s rights: who may not read report gets the error of reading it, and sees only the rows that are theirs to see. Every text goes through spreadsheet_safe(), so that none can become a formula; numbers keep all their digits, with a decimal comma unless decimal_comma is false; booleans are «да» and «нет», NULL is empty, an empty text "". Dates are DD.MM.YYYY and times, in the region''s time zone, DD.MM.YYYY HH24:MI:SS; without decimal_comma both begin with the year. delimiter: ; , | or a tab. titles: the comments of the columns, in Russian, as the header instead of their names. A spreadsheet knows UTF-8 by the byte order mark, which the client writes: { printf ''\357\273\277''; psql -XAtq -c "SELECT shnor.export_csv(''ivanovo'', ''municipal_indicator'')"; } > report.csv. Errors: no such region (3F000) or report (42P01), another delimiter (22023), no right to read (42501).';

CREATE FUNCTION school_bucket(school text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format('((%1$s * 2654435761 >> 27) & 31) + 1', school)
$function$;

COMMENT ON FUNCTION school_bucket(text) IS
'Internal: the expression for the bucket of its municipality, 1 to 32, that a school is counted in, from the expression of its id.';

CREATE FUNCTION bucket_key(municipality text, bucket text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format('%s + ((%s)::bigint << 32)', municipality, bucket)
$function$;

COMMENT ON FUNCTION bucket_key(text, text) IS
'Internal: the expression that numbers a bucket of a municipality, from the expressions of the municipality''s id and of the bucket.';

CREATE FUNCTION region_stored_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- One row per statement and round, however many answers. Schools are noted, not their municipalities: whose a school
	-- is, is asked when its figures are computed, since it may move meanwhile in a transaction that is not seen yet.
	CREATE TABLE refresh_pending (
		-- NULL: all rounds that are not closed
		round_id		integer,
		-- NULL, and no schools: all municipalities; NULL everywhere: everything, closed rounds too
		municipality_id	integer,
		schools			integer[],
		-- of the rounds of these days only
		days			daterange,
		noted_at		timestamptz NOT NULL DEFAULT clock_timestamp()
	);

	-- numbers of schools do not compress, and trying takes time of whoever writes many at once
	ALTER TABLE refresh_pending ALTER schools SET STORAGE EXTERNAL;

	CREATE TABLE refresh_state (
		name			text PRIMARY KEY,
		-- of a materialized report
		key				text[],
		refreshed_at	timestamptz,
		took			interval,
		error			text,
		error_at		timestamptz
	);
	INSERT INTO refresh_state (name) VALUES ('stored');

	CREATE TABLE stored_tally (
		round_id		integer NOT NULL,
		municipality_id	integer NOT NULL,
		-- the text form: the type goes with the extension, the figures stay
		tally			text NOT NULL,
		PRIMARY KEY (round_id, municipality_id)
	);

	-- What a correction makes the next refresh read: a thirty-second of the schools of a municipality. Of closed rounds there is
	-- bucket 0 alone, with everything.
	CREATE TABLE stored_bucket (
		round_id			integer NOT NULL,
		municipality_id		integer NOT NULL,
		-- 0: the municipality's own answers; 1 to 32: those of its schools (school_bucket)
		bucket				smallint NOT NULL,
		tally				text,
		expected			bigint,
		submitted			bigint,
		on_time				bigint,
		answers_expected	bigint,
		answers_given		bigint,
		PRIMARY KEY (round_id, municipality_id, bucket)
	);
	EXECUTE format('CREATE INDEX school_bucket ON school ((%s))', shnor.bucket_key('municipality_id', shnor.school_bucket('school_id')));

	CREATE TABLE stored_result (
		scope			text NOT NULL CHECK (scope IN ('municipality', 'region')),
		round_id		integer NOT NULL,
		municipality_id	integer,
		position		integer NOT NULL,
		indicator		text NOT NULL,
		section			text NOT NULL,
		title			text NOT NULL,
		unit			text NOT NULL,
		numerator		bigint,
		denominator		bigint,
		percent			numeric(25,4),
		threshold		numeric(7,4),
		plan			numeric(7,4),
		score			smallint,
		reason			text,
		answered		bigint,
		missing			bigint,
		percent_low		numeric(25,4),
		percent_high	numeric(25,4),
		gap				bigint,
		note_required	boolean NOT NULL,
		CHECK ((scope = 'region') = (municipality_id IS NULL)),
		UNIQUE NULLS NOT DISTINCT (round_id, municipality_id, indicator)
	);
	-- the region's few rows among those of thousands of municipalities
	CREATE INDEX stored_result_region ON stored_result (round_id) WHERE scope = 'region';

	-- the schools that a closed round counts in a municipality
	CREATE INDEX round_school_municipality ON round_school (round_id, municipality_id);

	CREATE TABLE stored_completeness (
		round_id			integer NOT NULL,
		municipality_id		integer NOT NULL,
		expected			bigint NOT NULL,
		submitted			bigint NOT NULL,
		on_time				bigint NOT NULL,
		answers_expected	bigint NOT NULL,
		answers_given		bigint NOT NULL,
		PRIMARY KEY (round_id, municipality_id)
	);
END
$function$;

COMMENT ON FUNCTION region_stored_tables(text) IS
'Internal: creates the tables of stored figures, and the list of what has been touched since, in the schema named region.';

CREATE FUNCTION region_stored_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t record;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- Arguments: what a row touches (round, municipality, school, days), and the columns that bear on figures.
	CREATE OR REPLACE FUNCTION keep_pending() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		rows text := 'SELECT ' || TG_ARGV[0] || ' FROM %s r';
	BEGIN
		IF TG_OP = 'TRUNCATE' THEN
			EXECUTE format('INSERT INTO %I.refresh_pending DEFAULT VALUES', TG_TABLE_SCHEMA);
			RETURN NULL;
		END IF;
		rows := CASE TG_OP
			WHEN 'INSERT' THEN format(rows, 'new_rows')
			WHEN 'DELETE' THEN format(rows, 'old_rows')
			ELSE format(rows, format('(SELECT %1$s FROM old_rows EXCEPT SELECT %1$s FROM new_rows)', TG_ARGV[1])) || ' UNION '
				 || format(rows, format('(SELECT %1$s FROM new_rows EXCEPT SELECT %1$s FROM old_rows)', TG_ARGV[1]))
		END;
		EXECUTE format('INSERT INTO %I.refresh_pending (round_id, municipality_id, schools, days)
						SELECT t.round_id, t.municipality_id, array_agg(t.school_id) FILTER (WHERE t.school_id IS NOT NULL), t.days
						FROM (%s) AS t(round_id, municipality_id, school_id, days)
						GROUP BY t.round_id, t.municipality_id, t.days', TG_TABLE_SCHEMA, rows);
		RETURN NULL;
	END
	$trigger$;

	-- The same for answers, which come one by one: statements that the session plans once.
	EXECUTE format($statement$
		CREATE OR REPLACE FUNCTION keep_pending_answer() RETURNS trigger
		LANGUAGE plpgsql
		SET search_path = pg_catalog, pg_temp
		AS $trigger$
		BEGIN
			PERFORM set_config('search_path', format('pg_catalog, %%I, pg_temp', TG_TABLE_SCHEMA), true);
			IF TG_OP = 'INSERT' THEN
				INSERT INTO refresh_pending (round_id, schools)
				SELECT n.round_id, array_agg(n.school_id) FROM new_rows n GROUP BY n.round_id;
			ELSIF TG_OP = 'DELETE' THEN
				INSERT INTO refresh_pending (round_id, schools)
				SELECT o.round_id, array_agg(o.school_id) FROM old_rows o GROUP BY o.round_id;
			ELSE
				INSERT INTO refresh_pending (round_id, schools)
				SELECT coalesce(n.round_id, o.round_id), array_agg(coalesce(n.school_id, o.school_id))
				FROM new_rows n
				FULL JOIN old_rows o ON o.round_id = n.round_id AND o.school_id = n.school_id
				WHERE (n.school_id, n.submitted_at, %1$s) IS DISTINCT FROM (o.school_id, o.submitted_at, %2$s)
				GROUP BY coalesce(n.round_id, o.round_id);
			END IF;
			RETURN NULL;
		END
		$trigger$$statement$,
		(SELECT string_agg('n.' || q.question, ', ') FROM shnor.validation_questions() q WHERE q.respondent = 'school'),
		(SELECT string_agg('o.' || q.question, ', ') FROM shnor.validation_questions() q WHERE q.respondent = 'school'));

	-- Who was in time is told by the first version, and an import may bring one that is older than what stands. A version
	-- that stood is noted with the answer that took its place.
	CREATE OR REPLACE FUNCTION keep_pending_version() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		IF EXISTS (SELECT FROM new_rows n WHERE n.recorded_at >= n.replaced_at) THEN
			EXECUTE format('INSERT INTO %I.refresh_pending (round_id, schools)
							SELECT n.round_id, array_agg(n.school_id) FROM new_rows n WHERE n.recorded_at >= n.replaced_at GROUP BY n.round_id', TG_TABLE_SCHEMA);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	FOR t IN
		SELECT * FROM (VALUES
			('municipal_submission', 'r.round_id, r.municipality_id, NULL::integer, NULL::daterange',
			 'round_id, municipality_id, ' || (SELECT string_agg(q.question, ', ') FROM shnor.validation_questions() q WHERE q.respondent = 'municipality')),
			('source_answer', 'r.round_id, r.municipality_id, r.school_id, NULL::daterange',
			 'round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes'),
			('target', 'r.round_id, r.municipality_id, NULL::integer, NULL::daterange', 'round_id, indicator, municipality_id, threshold, plan'),
			-- names are read when a report is
			('municipality', 'NULL::integer, r.municipality_id, NULL::integer, NULL::daterange', 'municipality_id'),
			('school', 'NULL::integer, r.municipality_id, NULL::integer, NULL::daterange', 'school_id, municipality_id, kind, opened_on, closed_on'),
			('school_status', 'NULL::integer, NULL::integer, r.school_id, daterange(r.since, r.until)', 'school_id, status, since, until'),
			('round', 'r.round_id, NULL::integer, NULL::integer, NULL::daterange', 'round_id, cohort_on, due_on, state'),
			('round_school', 'r.round_id, NULL::integer, NULL::integer, NULL::daterange',
			 'round_id, school_id, municipality_id, kind, low_results, adverse_conditions, risk_zone'),
			('round_municipality', 'r.round_id, NULL::integer, NULL::integer, NULL::daterange', 'round_id, municipality_id'),
			('indicator', 'NULL::integer, NULL::integer, NULL::integer, daterange(r.valid_from, r.valid_until)',
			 'indicator, indicator_id, section, position, title, unit, level, institution_kinds, numerator, denominator, cohort, missing, polarity, valid_from, valid_until'),
			('question', 'NULL::integer, NULL::integer, NULL::integer, daterange(r.valid_from, r.valid_until)', 'question, respondent, valid_from, valid_until'),
			('question_source', 'NULL::integer, NULL::integer, NULL::integer, daterange(r.valid_from, r.valid_until)',
			 'question, data_source, precedence, valid_from, valid_until'),
			-- of everything, closed rounds too
			('setting', 'NULL::integer, NULL::integer, NULL::integer, NULL::daterange', 'time_zone')) AS v(name, touches, watched)
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER pending_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_pending(%L)', t.name, t.touches);
		EXECUTE format('CREATE OR REPLACE TRIGGER pending_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_pending(%L, %L)',
					   t.name, t.touches, t.watched);
		EXECUTE format('CREATE OR REPLACE TRIGGER pending_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_pending(%L)', t.name, t.touches);
		EXECUTE format('CREATE OR REPLACE TRIGGER pending_truncate AFTER TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION keep_pending()', t.name);
	END LOOP;
	CREATE OR REPLACE TRIGGER pending_insert AFTER INSERT ON submission REFERENCING NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION keep_pending_answer();
	CREATE OR REPLACE TRIGGER pending_update AFTER UPDATE ON submission REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION keep_pending_answer();
	CREATE OR REPLACE TRIGGER pending_delete AFTER DELETE ON submission REFERENCING OLD TABLE AS old_rows
		FOR EACH STATEMENT EXECUTE FUNCTION keep_pending_answer();
	CREATE OR REPLACE TRIGGER pending_truncate AFTER TRUNCATE ON submission FOR EACH STATEMENT EXECUTE FUNCTION keep_pending();
	CREATE OR REPLACE TRIGGER pending_insert AFTER INSERT ON submission_history REFERENCING NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION keep_pending_version();
END
$function$;

COMMENT ON FUNCTION region_stored_triggers(text) IS
'Internal: creates or replaces the triggers that note in the schema named region what has been touched since the last refresh.';

CREATE FUNCTION region_stored_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1390, 'pending_bucket', $view$
	-- what is to be computed anew: a bucket of a municipality of a round, the municipality (bucket NULL), or the whole round
	SELECT t.round_id, t.municipality_id, t.bucket, $view$ || shnor.bucket_key('t.municipality_id', 't.bucket') || $view$ AS key
	FROM (
		SELECT DISTINCT p.round_id, g.municipality_id, g.bucket,
			   bool_or(g.municipality_id IS NULL) OVER (PARTITION BY p.round_id) AS whole_round,
			   bool_or(g.bucket IS NULL) OVER (PARTITION BY p.round_id, g.municipality_id) AS whole
		FROM (
			SELECT coalesce(n.round_id, r.round_id) AS round_id, n.municipality_id, n.schools
			FROM refresh_pending n
			LEFT JOIN round r ON n.round_id IS NULL
				AND (num_nonnulls(n.municipality_id, n.schools, n.days) = 0 OR r.state <> 'closed' AND (n.days IS NULL OR r.cohort_on <@ n.days))
		) AS p
		LEFT JOIN LATERAL unnest(p.schools) AS s(school_id) ON true
		-- a school that is gone was noted with its municipality when it went; looked up one by one, not joined with lists of all rounds
		CROSS JOIN LATERAL (VALUES
			(p.municipality_id, NULL::bigint),
			((SELECT w.municipality_id FROM round_school w WHERE w.round_id = p.round_id AND w.school_id = s.school_id), $view$ || shnor.school_bucket('s.school_id') || $view$),
			((SELECT o.municipality_id FROM school o WHERE o.school_id = s.school_id), $view$ || shnor.school_bucket('s.school_id') || $view$)) AS g(municipality_id, bucket)
		WHERE p.round_id IS NOT NULL
		  AND (g.municipality_id IS NOT NULL OR p.schools IS NULL AND p.municipality_id IS NULL)
	) AS t
	WHERE t.municipality_id IS NULL OR NOT t.whole_round AND (t.bucket IS NULL OR NOT t.whole)
$view$),
(1400, 'pending_group', $view$
	SELECT DISTINCT p.round_id, p.municipality_id FROM pending_bucket p
$view$),
(1410, 'municipal_tally_stored', $view$
	SELECT t.round_id, t.municipality_id, t.tally::shnor.tally AS tally, f.refreshed_at AS computed_at
	FROM stored_tally t
	JOIN refresh_state f ON f.name = 'stored'
$view$),
(1420, 'municipal_indicator_stored', $view$
	SELECT i.round_id, r.title AS round_title, i.municipality_id, m.name AS municipality,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required,
		   f.refreshed_at AS computed_at
	FROM stored_result i
	JOIN round r ON r.round_id = i.round_id
	JOIN municipality m ON m.municipality_id = i.municipality_id
	JOIN refresh_state f ON f.name = 'stored'
	WHERE i.scope = 'municipality'
$view$),
(1430, 'regional_indicator_stored', $view$
	SELECT i.round_id, r.title AS round_title,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required,
		   f.refreshed_at AS computed_at
	FROM stored_result i
	JOIN round r ON r.round_id = i.round_id
	JOIN refresh_state f ON f.name = 'stored'
	WHERE i.scope = 'region'
$view$),
(1440, 'municipal_score_stored', shnor.region_score_query('municipal_indicator_stored', true)),
(1450, 'completeness_stored', $view$
	SELECT c.round_id, c.municipality_id, c.expected, c.submitted, c.on_time, c.answers_expected, c.answers_given,
		   r.title AS round_title, m.name AS municipality, f.refreshed_at AS computed_at
	FROM stored_completeness c
	JOIN round r ON r.round_id = c.round_id
	JOIN municipality m ON m.municipality_id = c.municipality_id
	JOIN refresh_state f ON f.name = 'stored'
$view$),
(1460, 'staleness', $view$
	SELECT f.name, CASE WHEN f.key IS NULL THEN 'stored' ELSE 'materialized' END AS kind, f.refreshed_at,
		   floor(extract(epoch FROM clock_timestamp() - f.refreshed_at))::bigint AS age_seconds,
		   extract(epoch FROM f.took)::numeric(12,3) AS took_seconds,
		   CASE WHEN f.key IS NULL THEN (SELECT count(*) FROM pending_group) END AS pending,
		   CASE WHEN f.key IS NULL THEN (SELECT min(p.noted_at) FROM refresh_pending p) END AS pending_since,
		   f.error AS last_error, f.error_at AS last_error_at,
		   CASE
			   WHEN f.error IS NOT NULL THEN 'Последний пересчёт по расписанию не удался'
			   WHEN f.refreshed_at IS NULL THEN 'Ещё не пересчитано'
			   WHEN f.key IS NOT NULL THEN 'На момент последнего обновления'
			   WHEN EXISTS (SELECT FROM refresh_pending) THEN 'Есть изменения после пересчёта'
			   ELSE 'Изменений после пересчёта нет'
		   END AS state
	FROM refresh_state f
$view$)
$function$;

COMMENT ON FUNCTION region_stored_views() IS
'Internal: the views over stored figures, with the columns of the live ones and the moment as of which they hold.';

CREATE FUNCTION region_stored_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('refresh_pending', NULL, 'Что изменилось с последнего пересчёта сохранённых показателей. Ведётся триггерами, очищается функцией shnor.refresh().'),
('refresh_pending', 'round_id', 'Мониторинг. Пусто: все незакрытые.'),
('refresh_pending', 'municipality_id', 'Муниципалитет. Пусто, если и организации не названы: все.'),
('refresh_pending', 'schools', 'Организации, ответы или статусы которых изменились.'),
('refresh_pending', 'days', 'Изменение касается только мониторингов, у которых дата состава приходится на эти дни.'),
('refresh_pending', 'noted_at', 'Когда изменено.'),
('refresh_state', NULL, 'Когда пересчитаны сохранённые показатели и материализованные отчёты, сколько это заняло и не было ли ошибки.'),
('refresh_state', 'name', 'stored — сохранённые показатели, иначе имя материализованного отчёта.'),
('refresh_state', 'key', 'Столбцы, по которым различаются строки материализованного отчёта. Пусто у stored.'),
('refresh_state', 'refreshed_at', 'На какой момент верны данные. Пусто: ещё не пересчитаны.'),
('refresh_state', 'took', 'Сколько занял последний пересчёт.'),
('refresh_state', 'error', 'Ошибка последнего пересчёта по расписанию. Пусто: прошёл.'),
('refresh_state', 'error_at', 'Когда случилась ошибка.'),
('stored_tally', NULL, 'Сохранённые итоги ответов по муниципалитетам: по ним считаются сохранённые показатели. Заполняется функцией shnor.refresh().'),
('stored_tally', 'tally', 'Итог текстом: {показатель:числитель/знаменатель:ответили:без ответа,…}.'),
('stored_bucket', NULL, 'Служебное: слагаемые сохранённых итогов. Благодаря им после исправления пересчитывается не весь муниципалитет. Заполняется функцией shnor.refresh().'),
('stored_bucket', 'bucket', '0 — ответы самого муниципалитета, 1–32 — его организации, примерно поровну. В закрытом мониторинге есть только 0, и в нём всё вместе.'),
('stored_bucket', 'tally', 'Итог текстом: {показатель:числитель/знаменатель:ответили:без ответа,…}.'),
('stored_result', NULL, 'Сохранённые показатели муниципалитетов и региона. Заполняется функцией shnor.refresh(); читайте municipal_indicator_stored и regional_indicator_stored.'),
('stored_result', 'scope', 'municipality — муниципалитета, region — региона.'),
('stored_result', 'municipality_id', 'Муниципалитет. Пусто: регион.'),
('stored_completeness', NULL, 'Сохранённая полнота сдачи. Заполняется функцией shnor.refresh(); читайте completeness_stored.'),
('pending_bucket', NULL, 'Служебное: что пересчитает следующий shnor.refresh(), до части муниципалитета. Не для отчётов.'),
('pending_bucket', 'municipality_id', 'Муниципалитет. Пусто: все.'),
('pending_bucket', 'bucket', 'Часть муниципалитета, как в stored_bucket. Пусто: весь.'),
('pending_bucket', 'key', 'Муниципалитет и часть одним числом.'),
('pending_group', NULL, 'Служебное: какие муниципалитеты каких мониторингов пересчитает следующий shnor.refresh(). Не для отчётов.'),
('pending_group', 'municipality_id', 'Муниципалитет. Пусто: все.'),
('municipal_tally_stored', NULL, 'То же, что municipal_tally, но сохранённое: на момент последнего shnor.refresh().'),
('municipal_tally_stored', 'tally', 'Итог ответов муниципалитета.'),
('municipal_indicator_stored', NULL, 'Сохранённые показатели муниципалитетов (как municipal_indicator): открываются сразу, верны на момент computed_at.'),
('regional_indicator_stored', NULL, 'Сохранённые показатели региона (как regional_indicator): открываются сразу, верны на момент computed_at.'),
('municipal_score_stored', NULL, 'Баллы и места муниципалитетов (как municipal_score) по сохранённым показателям: верны на момент computed_at.'),
('completeness_stored', NULL, 'Сохранённая полнота и своевременность сдачи (как completeness): верна на момент computed_at.'),
('staleness', NULL, 'Насколько свежи сохранённые показатели и материализованные отчёты: возраст, сколько изменений ждёт пересчёта, последняя ошибка. Для администратора базы.'),
('staleness', 'name', 'stored — сохранённые показатели, иначе имя материализованного отчёта.'),
('staleness', 'kind', 'stored — пересчитывается то, что изменилось; materialized — целиком.'),
('staleness', 'refreshed_at', 'На какой момент верны данные. Пусто: ещё не пересчитаны.'),
('staleness', 'age_seconds', 'Сколько секунд прошло с этого момента.'),
('staleness', 'took_seconds', 'Сколько секунд занял последний пересчёт.'),
('staleness', 'pending', 'Сколько муниципалитетов ждёт пересчёта, по каждому мониторингу отдельно; мониторинг, который пересчитывается целиком, — за один. Пусто у материализованных.'),
('staleness', 'pending_since', 'Когда случилось самое раннее изменение, которое ещё не учтено. Пусто: таких нет.'),
('staleness', 'last_error', 'Ошибка последнего пересчёта по расписанию. Пусто: прошёл.'),
('staleness', 'last_error_at', 'Когда случилась ошибка.'),
('staleness', 'state', 'То же словами.'),
('keep_pending', '()', 'Триггер: записывает, какие показатели устарели.'),
('keep_pending_answer', '()', 'Триггер: записывает, какие показатели устарели из-за ответов организаций.'),
('keep_pending_version', '()', 'Триггер: записывает, что показатели устарели, если загружен ответ, отправленный раньше того, что уже есть.')
$function$;

COMMENT ON FUNCTION region_stored_comments() IS
'Internal: Russian comments of stored figures.';

CREATE FUNCTION refresh_bucket_query(region text, everything boolean, split boolean) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT CASE WHEN everything THEN format($query$
	WITH round_member AS NOT MATERIALIZED (
		SELECT m.round_id, %2$s AS municipality_id, m.school_id, m.kind, m.low_results, m.adverse_conditions, m.risk_zone
		FROM %1$I.round_member m WHERE m.round_id = $1
	), municipal_member AS (
		SELECT m.* FROM %1$I.municipal_member m WHERE m.round_id = $1
	), $query$, region, CASE WHEN split THEN shnor.bucket_key('m.municipality_id', shnor.school_bucket('m.school_id')) ELSE 'm.municipality_id::bigint' END)
ELSE format($query$
	-- schools come as arrays, and nothing is materialized: so the planner sees how many they are, and that all are of $1
	WITH round_member AS NOT MATERIALIZED (
		SELECT $1 AS round_id, %2$s AS municipality_id, u.school_id, u.kind, u.low_results, u.adverse_conditions, u.risk_zone
		FROM unnest($3::integer[], $4::integer[], $5::text[], $6::boolean[], $7::boolean[], $8::boolean[])
			 AS u(municipality_id, school_id, kind, low_results, adverse_conditions, risk_zone)
	), municipal_member AS (
		SELECT m.* FROM %1$I.municipal_member m WHERE m.round_id = $1 AND m.municipality_id = ANY ($2)
	), submission AS NOT MATERIALIZED (
		SELECT s.* FROM %1$I.submission s WHERE s.round_id = $1 AND s.school_id = ANY ($4)
	), source_answer AS (
		SELECT a.* FROM %1$I.source_answer a WHERE a.round_id = $1 AND (a.municipality_id = ANY ($2) OR a.school_id = ANY ($4))
	), $query$, region, CASE WHEN split THEN shnor.bucket_key('u.municipality_id', shnor.school_bucket('u.school_id')) ELSE 'u.municipality_id::bigint' END)
END || string_agg(format('%I AS (%s)', d.view_name, d.definition), ', ' ORDER BY d.step) || ','
FROM (SELECT * FROM shnor.region_source_views() UNION ALL SELECT * FROM shnor.region_base_views()) AS d
WHERE d.view_name IN ('school_round', 'municipal_round', 'municipal_tally', 'completeness')
   -- with everything these are the views themselves
   OR NOT everything AND d.view_name IN ('ranked_source_answer', 'school_source_answer', 'municipal_source_answer')
$function$;

COMMENT ON FUNCTION refresh_bucket_query(text, boolean, boolean) IS
'Internal: WITH clauses in which municipal_tally and completeness are those of round $1 by buckets of municipalities (split) or by municipalities: of everything, or of the own answers of municipalities $2 and of the schools $3 to $8 alone, at a cost that follows their number.';

CREATE FUNCTION refresh_buckets(region text, round_id integer, closed boolean, municipalities integer[], whole integer[], buckets bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	places	integer[];
	schools	integer[];
	kinds	text[];
	low		boolean[];
	adverse	boolean[];
	risk	boolean[];
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	IF municipalities IS NOT NULL THEN
		-- whoever may belong to them, for the statuses of these alone; then who does
		EXECUTE format('SELECT array_agg(u.school_id)
						FROM (SELECT o.school_id FROM school o WHERE o.municipality_id = ANY ($3)
							  UNION SELECT o.school_id FROM school o WHERE %1$s = ANY ($4)
							  UNION SELECT w.school_id FROM round_school w WHERE w.round_id = $1 AND w.municipality_id = ANY ($2)
								AND (w.municipality_id = ANY ($3) OR %2$s = ANY ($4))) AS u',
					   shnor.bucket_key('o.municipality_id', shnor.school_bucket('o.school_id')), shnor.bucket_key('w.municipality_id', shnor.school_bucket('w.school_id')))
		INTO schools USING round_id, municipalities, whole, buckets;
		EXECUTE format('WITH school AS (SELECT o.* FROM %1$I.school o WHERE o.school_id = ANY ($2)),
							 round_school AS (SELECT w.* FROM %1$I.round_school w WHERE w.round_id = $1 AND w.school_id = ANY ($2)),
							 -- one by one: to the planner a pass through all of them seems little dearer
							 school_status AS MATERIALIZED (
								SELECT s.* FROM unnest($2) AS u(school_id)
								CROSS JOIN LATERAL (SELECT t.* FROM %1$I.school_status t WHERE t.school_id = u.school_id OFFSET 0) AS s),
							 member AS (%2$s)
						SELECT array_agg(m.municipality_id), array_agg(m.school_id), array_agg(m.kind),
							   array_agg(m.low_results), array_agg(m.adverse_conditions), array_agg(m.risk_zone)
						-- not pushed down, where it would make the planner expect a single school
						FROM (SELECT * FROM member WHERE round_id = $1 OFFSET 0) AS m WHERE m.municipality_id = ANY ($3) OR %3$s = ANY ($4)', region,
					   (SELECT d.definition FROM shnor.region_base_views() d WHERE d.view_name = 'round_member'),
					   shnor.bucket_key('m.municipality_id', shnor.school_bucket('m.school_id')))
		INTO places, schools, kinds, low, adverse, risk USING round_id, schools, whole, buckets;
	END IF;

	EXECUTE shnor.refresh_bucket_query(region, whole IS NULL, NOT closed) || $query$ fresh AS MATERIALIZED (
			SELECT (f.key - (f.bucket << 32))::integer AS municipality_id, f.bucket::smallint AS bucket, f.tally,
				   f.expected, f.submitted, f.on_time, f.answers_expected, f.answers_given
			FROM (
				SELECT n.*, (n.key + 2147483648) >> 32 AS bucket
				FROM (
					SELECT coalesce(t.municipality_id, c.municipality_id) AS key, t.tally::text AS tally,
						   c.expected, c.submitted, c.on_time, c.answers_expected, c.answers_given
					FROM (SELECT u.municipality_id, u.tally FROM municipal_tally u WHERE u.round_id = $1) AS t
					FULL JOIN (SELECT u.municipality_id, u.expected, u.submitted, u.on_time, u.answers_expected, u.answers_given
							   FROM completeness u WHERE u.round_id = $1) AS c ON c.municipality_id = t.municipality_id
				) AS n
			) AS f
		), stored AS (
			SELECT p.municipality_id, p.bucket, p.tally, p.expected, p.submitted, p.on_time, p.answers_expected, p.answers_given
			FROM stored_bucket p
			WHERE p.round_id = $1
			  AND ($2 IS NULL OR p.municipality_id = ANY ($10) AND (p.municipality_id = ANY ($2) OR $query$ || shnor.bucket_key('p.municipality_id', 'p.bucket') || $query$ = ANY ($9)))
		), gone AS (
			DELETE FROM stored_bucket p
			USING (SELECT s.municipality_id, s.bucket FROM stored s EXCEPT SELECT f.municipality_id, f.bucket FROM fresh f) AS g
			WHERE p.round_id = $1 AND p.municipality_id = g.municipality_id AND p.bucket = g.bucket
		)
		INSERT INTO stored_bucket AS p (round_id, municipality_id, bucket, tally, expected, submitted, on_time, answers_expected, answers_given)
		SELECT $1, d.* FROM (SELECT * FROM fresh EXCEPT SELECT * FROM stored) AS d
		ON CONFLICT (round_id, municipality_id, bucket) DO UPDATE
		SET tally = excluded.tally, expected = excluded.expected, submitted = excluded.submitted, on_time = excluded.on_time,
			answers_expected = excluded.answers_expected, answers_given = excluded.answers_given$query$
	USING round_id, whole, places, schools, kinds, low, adverse, risk, buckets, municipalities;
END
$function$;

COMMENT ON FUNCTION refresh_buckets(text, integer, boolean, integer[], integer[], bigint[]) IS
'Internal: computes stored_bucket of a round anew: of the municipalities named (as a whole, or their buckets by key), or of all (NULL).';

CREATE FUNCTION refresh_totals(region text, round_id integer, municipalities integer[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	EXECUTE $query$WITH fresh AS MATERIALIZED (
			SELECT p.municipality_id, shnor.sum(p.tally::shnor.tally)::text AS tally,
				   sum(p.expected)::bigint AS expected, sum(p.submitted)::bigint AS submitted, sum(p.on_time)::bigint AS on_time,
				   sum(p.answers_expected)::bigint AS answers_expected, sum(p.answers_given)::bigint AS answers_given
			FROM stored_bucket p
			WHERE p.round_id = $1 AND ($2 IS NULL OR p.municipality_id = ANY ($2))
			GROUP BY p.municipality_id
		), stored AS (
			SELECT t.municipality_id, t.tally FROM stored_tally t WHERE t.round_id = $1 AND ($2 IS NULL OR t.municipality_id = ANY ($2))
		), gone AS (
			DELETE FROM stored_tally t
			USING (SELECT s.municipality_id FROM stored s EXCEPT SELECT f.municipality_id FROM fresh f WHERE f.tally IS NOT NULL) AS g
			WHERE t.round_id = $1 AND t.municipality_id = g.municipality_id
		), kept AS (
			INSERT INTO stored_tally AS t (round_id, municipality_id, tally)
			SELECT $1, d.* FROM (SELECT f.municipality_id, f.tally FROM fresh f WHERE f.tally IS NOT NULL EXCEPT SELECT * FROM stored) AS d
			ON CONFLICT (round_id, municipality_id) DO UPDATE SET tally = excluded.tally
		), stored_counts AS (
			SELECT t.municipality_id, t.expected, t.submitted, t.on_time, t.answers_expected, t.answers_given
			FROM stored_completeness t WHERE t.round_id = $1 AND ($2 IS NULL OR t.municipality_id = ANY ($2))
		), gone_counts AS (
			DELETE FROM stored_completeness t
			USING (SELECT s.municipality_id FROM stored_counts s EXCEPT SELECT f.municipality_id FROM fresh f WHERE f.expected IS NOT NULL) AS g
			WHERE t.round_id = $1 AND t.municipality_id = g.municipality_id
		)
		INSERT INTO stored_completeness AS t (round_id, municipality_id, expected, submitted, on_time, answers_expected, answers_given)
		SELECT $1, d.*
		FROM (SELECT f.municipality_id, f.expected, f.submitted, f.on_time, f.answers_expected, f.answers_given FROM fresh f WHERE f.expected IS NOT NULL
			  EXCEPT SELECT * FROM stored_counts) AS d
		ON CONFLICT (round_id, municipality_id) DO UPDATE
		SET expected = excluded.expected, submitted = excluded.submitted, on_time = excluded.on_time,
			answers_expected = excluded.answers_expected, answers_given = excluded.answers_given$query$
	USING round_id, municipalities;
END
$function$;

COMMENT ON FUNCTION refresh_totals(text, integer, integer[]) IS
'Internal: adds the buckets of a round up to stored_tally and stored_completeness, of the municipalities named or of all (NULL).';

CREATE FUNCTION refresh_results(region text, round_id integer, municipalities integer[], whole integer[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	columns	constant text := 'q.scope, q.round_id, q.municipality_id, q.position, q.indicator, q.section, q.title, q.unit,
		q.numerator, q.denominator, q.percent, q.threshold, q.plan, q.score, q.reason, q.answered, q.missing,
		q.percent_low, q.percent_high, q.gap, q.note_required';
	changed	bigint;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	EXECUTE $query$WITH round_tally AS MATERIALIZED (
			SELECT t.round_id, t.municipality_id, t.tally::shnor.tally AS tally FROM stored_tally t WHERE t.round_id = $1
		), fresh AS MATERIALIZED (
			SELECT $query$ || columns || ' FROM (' || shnor.region_judgement_query('SELECT * FROM (' || shnor.region_scope_query('round_tally')
			|| ') AS s WHERE s.scope = ''region'' OR $2 IS NULL OR s.municipality_id = ANY ($2)') || $query$) AS q
			WHERE $2 IS NULL OR q.municipality_id IS NULL OR q.municipality_id = ANY ($3)
			   OR NOT EXISTS (SELECT FROM stored_result o
							  WHERE o.round_id = $1 AND o.municipality_id = q.municipality_id AND o.indicator = q.indicator
								AND (o.numerator, o.denominator, o.answered, o.missing) = (q.numerator, q.denominator, q.answered, q.missing))
		), stored AS (
			SELECT $query$ || columns || $query$ FROM stored_result q
			WHERE q.round_id = $1 AND ($2 IS NULL OR q.municipality_id = ANY ($3) OR q.scope = 'region')
		), gone AS (
			DELETE FROM stored_result s
			WHERE s.round_id = $1 AND ($2 IS NULL OR s.municipality_id = ANY ($3) OR s.scope = 'region')
			  -- equal, so that it can be hashed: all rows of a round that was deleted go at once
			  AND NOT EXISTS (SELECT FROM fresh f
							  WHERE f.scope = s.scope AND coalesce(f.municipality_id, 0) = coalesce(s.municipality_id, 0) AND f.indicator = s.indicator)
			RETURNING 1
		), kept AS (
			INSERT INTO stored_result AS s
			SELECT * FROM fresh EXCEPT SELECT * FROM stored
			ON CONFLICT (round_id, municipality_id, indicator) DO UPDATE
			SET position = excluded.position, section = excluded.section, title = excluded.title, unit = excluded.unit,
				numerator = excluded.numerator, denominator = excluded.denominator, percent = excluded.percent,
				threshold = excluded.threshold, plan = excluded.plan, score = excluded.score, reason = excluded.reason,
				answered = excluded.answered, missing = excluded.missing, percent_low = excluded.percent_low,
				percent_high = excluded.percent_high, gap = excluded.gap, note_required = excluded.note_required
			RETURNING 1
		)
		SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM kept)$query$
	INTO changed USING round_id, municipalities, whole;
	RETURN changed;
END
$function$;

COMMENT ON FUNCTION refresh_results(text, integer, integer[], integer[]) IS
'Internal: judges the stored tallies of a round, of the municipalities named (all of their indicators if whole, else those that count otherwise than before) or of all (NULL), and of the region; returns how many figures have changed.';

CREATE FUNCTION seen_until(at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT CASE WHEN current_setting('transaction_isolation') = 'read committed' THEN at ELSE now() END
$function$;

COMMENT ON FUNCTION seen_until(timestamptz) IS
'Internal: the moment as of which a statement begun at the moment given sees the data: in REPEATABLE READ and SERIALIZABLE the beginning of the transaction.';

CREATE FUNCTION refresh_check(region text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	hidden name;
BEGIN
	PERFORM shnor.region_check(region);
	IF to_regclass(format('%I.refresh_state', region)) IS NULL THEN
		RAISE EXCEPTION 'регион «%» создан прежней версией', region
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Владелец региона доводит его до установленной версии так: SELECT shnor.upgrade_region(%L);', region);
	END IF;
	-- Figures of what one may see would be stored as those of all. The tables that figures are made of, since an owner may
	-- put himself under the policies of any one of them (FORCE ROW LEVEL SECURITY).
	SELECT c.relname INTO hidden
	FROM unnest('{submission,submission_history,municipal_submission,source_answer,school,school_status,municipality,round,round_school,
				  round_municipality,indicator,question,question_source,target,setting,access,
				  refresh_pending,stored_bucket,stored_tally,stored_completeness,stored_result}'::name[]) WITH ORDINALITY AS n(name, position)
	JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = n.name
	WHERE row_security_active(c.oid)
	ORDER BY n.position LIMIT 1;
	IF hidden IS NOT NULL THEN
		RAISE EXCEPTION 'сохранённые показатели региона «%» пересчитывает только его владелец', region
			USING ERRCODE = 'insufficient_privilege',
				  DETAIL = format('Строки таблицы %I.%I видны вам не все.', region, hidden),
				  HINT = format('Владелец — роль «%s». Войдите под ней или, если ваша роль в неё входит, выполните сначала SET ROLE %1$I.',
								(SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = to_regclass(format('%I.submission', region))));
	END IF;
END
$function$;

COMMENT ON FUNCTION refresh_check(text) IS
'Internal: refuses a schema that is not a region (3F000), was made by an older version (55000), or whose rows the caller does not all see (42501).';

CREATE FUNCTION refresh(region text, everything boolean DEFAULT false,
	OUT round_id integer, OUT round_title text, OUT municipalities bigint, OUT figures_changed bigint)
RETURNS SETOF record
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	started	timestamptz;
	as_of	timestamptz;
	closed	boolean;
	-- of municipalities; NULL: all
	touched	integer[];
	whole	integer[];
	buckets	bigint[];
	n		bigint;
	rounds	bigint;
	again	boolean;
BEGIN
	PERFORM shnor.refresh_check(region);
	-- one at a time; who waited sees what the other has done
	EXECUTE format('SELECT FROM %I.refresh_state f WHERE f.name = ''stored'' FOR UPDATE', region);
	IF everything THEN
		EXECUTE format('INSERT INTO %I.refresh_pending DEFAULT VALUES', region);
	END IF;
	started := clock_timestamp();
	as_of := shnor.seen_until(started);
	-- What it strikes off is what one statement has seen, and whatever comes later stays for the next refresh. What is
	-- computed below may see more than that: then it is computed once more, next time.
	FOR i IN 1 .. 3 LOOP
		FOR round_id, closed, touched, whole, buckets, n, rounds IN EXECUTE format($query$
			WITH struck AS (DELETE FROM %1$I.refresh_pending), listed AS (
				SELECT p.round_id,
					   array_agg(DISTINCT p.municipality_id) AS municipalities,
					   coalesce(array_agg(p.municipality_id) FILTER (WHERE p.bucket IS NULL), '{}') AS whole,
					   coalesce(array_agg(p.key) FILTER (WHERE p.bucket IS NOT NULL), '{}') AS buckets
				FROM %1$I.pending_bucket p GROUP BY p.round_id)
			SELECT l.round_id, coalesce((SELECT r.state = 'closed' FROM %1$I.round r WHERE r.round_id = l.round_id), true),
				   -- more than half of them one by one would cost more than all
				   CASE WHEN array_position(l.municipalities, NULL) IS NULL
							 AND (cardinality(l.whole) + cardinality(l.buckets) / 32) * 2 <= (SELECT count(*) FROM %1$I.municipality)
						THEN l.municipalities END,
				   l.whole, l.buckets, row_number() OVER (ORDER BY l.round_id), count(*) OVER ()
			FROM listed l ORDER BY l.round_id$query$, region)
		LOOP
			PERFORM shnor.report_progress('refresh', region, n - 1, rounds);
			IF closed OR touched IS NULL THEN
				whole := touched;
			END IF;
			PERFORM shnor.refresh_buckets(region, round_id, closed, touched, whole, buckets);
			PERFORM shnor.refresh_totals(region, round_id, touched);
			figures_changed := shnor.refresh_results(region, round_id, touched, whole);
			EXECUTE format('SELECT (SELECT r.title FROM %1$I.round r WHERE r.round_id = $1),
								   coalesce(cardinality($2), (SELECT count(*) FROM %1$I.stored_tally t WHERE t.round_id = $1))', region)
			INTO round_title, municipalities USING round_id, touched;
			RETURN NEXT;
		END LOOP;
		-- An answer seen by some of these statements is only early. Members, definitions and targets half seen give
		-- figures that never held, so they are not left for the next time.
		EXIT WHEN rounds IS NULL;
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.refresh_pending p WHERE p.municipality_id IS NOT NULL OR p.schools IS NULL)', region) INTO again;
		EXIT WHEN NOT again;
	END LOOP;
	EXECUTE format('UPDATE %I.refresh_state f SET refreshed_at = $1, took = clock_timestamp() - $2, error = NULL, error_at = NULL WHERE f.name = ''stored''', region)
	USING as_of, started;
END
$function$;

COMMENT ON FUNCTION refresh(text, boolean) IS
'Brings the stored figures of the region (municipal_indicator_stored and the other views named _stored) up to date: computes anew the municipalities of the rounds that something has touched since the last refresh (answers, statuses, schools, definitions, targets, sources, rounds), and nothing else; closed rounds cost nothing. With everything, all rounds. One row per round that was computed (up to three where definitions, schools or targets were changed meanwhile): how many municipalities, and how many figures differ from those stored before; no row when nothing was touched. All or nothing, in the caller''s transaction; writers are not kept waiting, and what they commit meanwhile is taken at the next refresh at the latest. The owner of the region calls it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501), an error of a definition as in the live report.';

CREATE FUNCTION verify(region text,
	OUT report text, OUT compared bigint, OUT pending bigint, OUT different bigint, OUT example text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	v		record;
	r		integer;
	n		record;
	rounds	integer[];
	step	bigint := 0;
BEGIN
	PERFORM shnor.refresh_check(region);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	EXECUTE format('SELECT coalesce(array_agg(a.round_id ORDER BY a.round_id), ''{}'')
					FROM (SELECT t.round_id FROM %1$I.round t UNION SELECT s.round_id FROM %1$I.stored_tally s) AS a', region)
	INTO rounds;
	FOR v IN
		SELECT r.name, r.municipality, r.key, format('%I', r.name) AS live, format('%I', r.name || '_stored') AS stored
		FROM (VALUES
			('municipal_tally', 'municipality_id', 'x.municipality_id'),
			('municipal_indicator', 'municipality_id', 'concat_ws('', '', x.municipality_id, x.indicator)'),
			('regional_indicator', 'NULL::integer', 'x.indicator'),
			('municipal_score', 'NULL::integer', 'x.municipality_id'),
			('completeness', 'municipality_id', 'x.municipality_id')) AS r(name, municipality, key)
		UNION ALL
		-- what the next refresh adds to; the totals are those that were compared with the live ones above
		SELECT 'stored_bucket', 'municipality_id', 'x.municipality_id',
			   '(SELECT t.round_id, t.municipality_id, t.tally, c.expected, c.submitted, c.on_time, c.answers_expected, c.answers_given
				 FROM stored_tally t FULL JOIN stored_completeness c USING (round_id, municipality_id))',
			   '(SELECT p.round_id, p.municipality_id, shnor.sum(p.tally::shnor.tally)::text AS tally, sum(p.expected)::bigint AS expected,
						sum(p.submitted)::bigint AS submitted, sum(p.on_time)::bigint AS on_time,
						sum(p.answers_expected)::bigint AS answers_expected, sum(p.answers_given)::bigint AS answers_given
				 FROM stored_bucket p GROUP BY p.round_id, p.municipality_id)'
	LOOP
		report := v.name;
		compared := 0;
		pending := 0;
		different := 0;
		example := NULL;
		-- A round at a time, each in one statement: of one snapshot are the answers, the stored figures and what is pending.
		FOREACH r IN ARRAY rounds LOOP
			PERFORM shnor.report_progress('verify', region, step, 6 * cardinality(rounds));
			step := step + 1;
			EXECUTE format($query$
				-- not looked up for each row anew: there may be as many notes as there are answers
				WITH touched AS MATERIALIZED (SELECT g.municipality_id FROM pending_group g WHERE g.round_id = $1)
				SELECT count(*) FILTER (WHERE NOT c.pending) AS compared, count(*) FILTER (WHERE c.pending) AS pending,
					   count(*) FILTER (WHERE NOT c.pending AND c.differs) AS different,
					   min(format('%%s, %%s: сохранено %%s, на самом деле %%s', $1, c.key, coalesce(c.stored, 'ничего'), coalesce(c.live, 'ничего')))
						   FILTER (WHERE NOT c.pending AND c.differs) AS example
				FROM (
					SELECT coalesce(l.key, s.key) AS key, l.line::text AS live, s.line::text AS stored, l.line IS DISTINCT FROM s.line AS differs,
						   EXISTS (SELECT FROM touched g WHERE g.municipality_id IS NULL)
						   OR CASE WHEN coalesce(l.municipality_id, s.municipality_id) IS NULL THEN EXISTS (SELECT FROM touched)
								   ELSE coalesce(l.municipality_id, s.municipality_id) IN (SELECT g.municipality_id FROM touched g) END AS pending
					FROM (SELECT %2$s::text AS key, %3$s AS municipality_id, to_jsonb(x) AS line FROM %1$s x WHERE x.round_id = $1) AS l
					FULL JOIN (SELECT %2$s::text AS key, %3$s AS municipality_id, to_jsonb(x) - 'computed_at' AS line FROM %4$s x WHERE x.round_id = $1) AS s
						ON s.key = l.key
				) AS c$query$, v.live, v.key, v.municipality, v.stored)
			INTO n USING r;
			compared := compared + n.compared;
			pending := pending + n.pending;
			different := different + n.different;
			example := coalesce(example, n.example);
		END LOOP;
		RETURN NEXT;
	END LOOP;
END
$function$;

COMMENT ON FUNCTION verify(text) IS
'Computes the live reports of the region anew and compares them with the stored ones, row by row and column by column, and the buckets that refresh() adds up with their totals (stored_bucket). One row per report: how many rows were compared, how many were left out because something has touched them since the last refresh, how many differ (0 is right), and the first that does: round, key, both rows. Changes nothing; takes as long as the live reports of all rounds. The owner of the region calls it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501).';

CREATE FUNCTION region_report_keys(OUT report text, OUT key text[])
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
	('school_round', '{round_id,school_id}'::text[]),
	('school_indicator', '{round_id,school_id,indicator}'),
	('municipal_indicator', '{round_id,municipality_id,indicator}'),
	('regional_indicator', '{round_id,indicator}'),
	('municipal_score', '{round_id,municipality_id}'),
	('completeness', '{round_id,municipality_id}')
$function$;

COMMENT ON FUNCTION region_report_keys() IS
'Internal: the reports whose key is known, and its columns.';

CREATE FUNCTION create_materialized(region text, report text, key text[] DEFAULT NULL) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	data		text := report || '_data';
	cover		text := report || '_materialized';
	unknown		text;
	described	record;
BEGIN
	PERFORM shnor.refresh_check(region);
	IF NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = report AND c.relkind = 'v') THEN
		RAISE EXCEPTION 'в регионе «%» нет отчёта «%»', region, coalesce(report, 'NULL')
			USING ERRCODE = 'undefined_table', HINT = format('Отчёты — это представления схемы: \dv %I.*', region);
	ELSIF report = 'stored' THEN
		-- refresh_state keeps the stored figures under this name
		RAISE EXCEPTION 'имя «stored» занято сохранёнными показателями'
			USING ERRCODE = 'reserved_name', HINT = 'Создайте над отчётом представление с другим именем и материализуйте его.';
	ELSIF octet_length(cover) > 63 THEN
		RAISE EXCEPTION 'имя отчёта слишком длинное: «%»', report
			USING ERRCODE = 'name_too_long', HINT = 'К имени добавляется _materialized, а в имени помещается 63 байта. Создайте над отчётом представление с коротким именем.';
	ELSIF to_regclass(format('%I.%I', region, cover)) IS NOT NULL OR to_regclass(format('%I.%I', region, data)) IS NOT NULL THEN
		RAISE EXCEPTION 'отчёт «%» уже материализован', report
			USING ERRCODE = 'duplicate_table',
				  HINT = format('Обновить: SELECT shnor.refresh_materialized(%L, %L); убрать: SELECT shnor.drop_materialized(%1$L, %2$L);', region, report);
	END IF;
	IF key IS NULL THEN
		SELECT k.key INTO key FROM shnor.region_report_keys() k WHERE k.report = create_materialized.report;
	END IF;
	IF coalesce(cardinality(key), 0) = 0 THEN
		RAISE EXCEPTION 'не названы столбцы, по которым строки отчёта «%» различаются', report
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Назовите их третьим аргументом: SELECT shnor.create_materialized(%L, %L, ''{round_id,municipality_id}'');', region, report);
	END IF;
	SELECT string_agg(k, ', ') INTO unknown
	FROM unnest(key) AS k
	WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(format('%I.%I', region, report)) AND a.attname = k AND a.attnum > 0);
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION 'в отчёте «%» нет столбцов: %', report, unknown
			USING ERRCODE = 'undefined_column', HINT = format('Столбцы отчёта покажет \d %I.%I', region, report);
	END IF;

	EXECUTE format('CREATE MATERIALIZED VIEW %1$I.%2$I AS SELECT * FROM %1$I.%3$I', region, data, report);
	BEGIN
		EXECUTE format('CREATE UNIQUE INDEX ON %I.%I (%s)', region, data, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(key) AS k));
	EXCEPTION WHEN unique_violation THEN
		RAISE EXCEPTION 'строки отчёта «%» столбцами % не различаются', report, key
			USING ERRCODE = 'unique_violation', HINT = 'Назовите третьим аргументом столбцы, которые вместе не повторяются.';
	END;
	EXECUTE format('CREATE VIEW %1$I.%2$I WITH (security_invoker = true) AS
					SELECT d.*, f.refreshed_at AS computed_at FROM %1$I.%3$I d JOIN %1$I.refresh_state f ON f.name = %4$L', region, cover, data, report);
	EXECUTE format('COMMENT ON MATERIALIZED VIEW %I.%I IS %L', region, data, format('Данные отчёта %s; читайте представление %s.', report, cover));
	EXECUTE format('COMMENT ON VIEW %I.%I IS %L', region, cover,
				   format('То же, что %s, материализовано: верно на момент computed_at. %s', report, obj_description(to_regclass(format('%I.%I', region, report)), 'pg_class')));
	FOR described IN
		SELECT a.attname, col_description(a.attrelid, a.attnum) AS said FROM pg_attribute a
		WHERE a.attrelid = to_regclass(format('%I.%I', region, report)) AND a.attnum > 0 AND NOT a.attisdropped
		UNION ALL SELECT 'computed_at', 'На какой момент верно.'
	LOOP
		EXECUTE format('COMMENT ON COLUMN %I.%I.%I IS %L', region, cover, described.attname, described.said);
	END LOOP;
	EXECUTE format('INSERT INTO %I.refresh_state AS f (name, key, refreshed_at) VALUES ($1, $2, shnor.seen_until(statement_timestamp()))
					ON CONFLICT (name) DO UPDATE SET key = excluded.key, refreshed_at = excluded.refreshed_at, error = NULL, error_at = NULL', region)
	USING report, key;
	-- a materialized view has no policies: only who sees the whole region may read it
	PERFORM shnor.region_access(region);
	RETURN cover;
END
$function$;

COMMENT ON FUNCTION create_materialized(text, text, text[]) IS
'Makes a materialized view of a report of the region, REPORT_data, with a unique index over key, and the plain view REPORT_materialized over it, with the report''s columns and comments and computed_at; returns the plain view''s name. The keys of the reports of the contract are known; of others they are named. Readers, approvers and managers may read it, operators may not: a materialized view has no row-level security. Refresh it with refresh_materialized() or schedule(). The owner of the region calls it. Errors: no such region (3F000) or report (42P01), no such column (42703), no key (22023), a key that repeats (23505), a report that is materialized already (42P07) or is called stored (42939), not the owner (42501).';

CREATE FUNCTION drop_materialized(region text, report text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	known	boolean;
BEGIN
	PERFORM shnor.refresh_check(region);
	-- First what refresh_materialized() takes first: else the two could wait for each other. By this row too a report that
	-- is gone with its view is struck off, and no materialized view of somebody else's is taken for ours.
	EXECUTE format('SELECT true FROM %I.refresh_state f WHERE f.name = $1 AND f.key IS NOT NULL FOR UPDATE', region) INTO known USING report;
	IF known IS NULL THEN
		RAISE EXCEPTION 'отчёт «%» не материализован', coalesce(report, 'NULL')
			USING ERRCODE = 'undefined_table', HINT = format('Что материализовано, покажет SELECT * FROM %I.staleness;', region);
	END IF;
	EXECUTE format('DROP VIEW IF EXISTS %I.%I', region, report || '_materialized');
	EXECUTE format('DROP MATERIALIZED VIEW IF EXISTS %I.%I', region, report || '_data');
	EXECUTE format('DELETE FROM %I.refresh_state f WHERE f.name = $1', region) USING report;
END
$function$;

COMMENT ON FUNCTION drop_materialized(text, text) IS
'Removes what create_materialized() made for the report; the report itself stays. Errors: no such region (3F000), not materialized (42P01), views of yours that stand on it (2BP01), not the owner (42501).';

CREATE FUNCTION refresh_materialized(region text, report text DEFAULT NULL, OUT refreshed text, OUT took interval)
RETURNS SETOF record
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	names	text[];
	known	boolean;
	started	timestamptz;
BEGIN
	PERFORM shnor.refresh_check(region);
	EXECUTE format('SELECT array_agg(f.name ORDER BY f.name) FROM %I.refresh_state f WHERE f.key IS NOT NULL AND ($1 IS NULL OR f.name = $1)', region)
	INTO names USING report;
	IF report IS NOT NULL AND names IS NULL THEN
		RAISE EXCEPTION 'отчёт «%» не материализован', report
			USING ERRCODE = 'undefined_table', HINT = format('Создайте его: SELECT shnor.create_materialized(%L, %L);', region, report);
	END IF;
	FOR i IN 1 .. coalesce(cardinality(names), 0) LOOP
		refreshed := names[i];
		PERFORM shnor.report_progress('refresh_materialized', region, i - 1, cardinality(names));
		-- one at a time; who waited does it once more, unless it has been dropped
		EXECUTE format('SELECT true FROM %I.refresh_state f WHERE f.name = $1 FOR UPDATE', region) INTO known USING refreshed;
		CONTINUE WHEN known IS NULL;
		started := clock_timestamp();
		EXECUTE format('REFRESH MATERIALIZED VIEW CONCURRENTLY %I.%I', region, refreshed || '_data');
		took := clock_timestamp() - started;
		EXECUTE format('UPDATE %I.refresh_state f SET refreshed_at = shnor.seen_until($2), took = $3, error = NULL, error_at = NULL WHERE f.name = $1', region)
		USING refreshed, started, took;
		RETURN NEXT;
	END LOOP;
END
$function$;

COMMENT ON FUNCTION refresh_materialized(text, text) IS
'Refreshes the materialized reports of the region, or the one named, without keeping readers out (REFRESH MATERIALIZED VIEW CONCURRENTLY), and returns each with the time it took. Errors: no such region (3F000), not materialized (42P01), not the owner (42501).';

CREATE FUNCTION region_materialized(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	m record;
BEGIN
	FOR m IN EXECUTE format('SELECT f.name, f.key FROM %I.refresh_state f WHERE f.key IS NOT NULL ORDER BY f.name', region) LOOP
		IF to_regclass(format('%I.%I', region, m.name)) IS NULL THEN
			RAISE WARNING 'отчёт «%» был материализован, но его самого больше нет', m.name
				USING HINT = format('Создайте его и вызовите upgrade_region ещё раз или снимите с обновления: SELECT shnor.drop_materialized(%L, %L);', region, m.name);
		ELSIF to_regclass(format('%I.%I', region, m.name || '_data')) IS NULL THEN
			PERFORM shnor.create_materialized(region, m.name, m.key);
		END IF;
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_materialized(text) IS
'Internal: makes the materialized reports of the region that are missing; warns of those whose report is.';

CREATE FUNCTION refresh_scheduled(region text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	names	text[];
	name	text;
	said	text;
	failed	text[] := '{}';
BEGIN
	PERFORM shnor.refresh_check(region);
	EXECUTE format('SELECT array_agg(f.name ORDER BY f.key IS NOT NULL, f.name) FROM %I.refresh_state f', region) INTO names;
	FOREACH name IN ARRAY names LOOP
		BEGIN
			IF name = 'stored' THEN
				PERFORM shnor.refresh(region);
			ELSE
				PERFORM shnor.refresh_materialized(region, name);
			END IF;
		-- the next one is tried all the same; who asks learns of it from the view staleness
		EXCEPTION WHEN OTHERS THEN
			said := format('%s (%s)', SQLERRM, SQLSTATE);
			EXECUTE format('UPDATE %I.refresh_state f SET error = $2, error_at = clock_timestamp() WHERE f.name = $1', region) USING name, said;
			RAISE WARNING 'пересчёт «%» в регионе «%» не удался: %', name, region, said
				USING HINT = format('Прежние данные остались. Исправьте причину; следующий пересчёт пройдёт сам. Состояние: SELECT * FROM %I.staleness;', region);
			failed := failed || format('%s: %s', name, said);
		END;
	END LOOP;
	RETURN CASE WHEN failed = '{}' THEN 'обновлено: ' || array_to_string(names, ', ') ELSE array_to_string(failed, '; ') END;
END
$function$;

COMMENT ON FUNCTION refresh_scheduled(text) IS
'What schedule() has run by the clock: refresh() and refresh_materialized() of the region. An error of one does not stop the others: it is written into refresh_state, for the view staleness, and raised as a warning; the figures stay what they were. Returns what was done, or the errors. The owner of the region runs it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501).';

CREATE FUNCTION schedule(region text, cron text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	-- pg_cron 1.4 cuts a name after 63 bytes, and of two jobs with one name and role the later one replaces the other
	job			text := 'shnor ' || CASE WHEN octet_length(region) <= 57 THEN region
										 ELSE left(region, 10) || ' ' || left(encode(sha256(convert_to(region, 'UTF8')), 'hex'), 16) END;
	command		text := format('SELECT shnor.refresh_scheduled(%L)', region);
	installed	boolean := EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron');
	understood	boolean := cron ~ '^[ \t]*([0-9*][0-9*,/-]*[ \t]+){2}[0-9*][0-9*,/-]*[ \t]+[0-9A-Za-z*][0-9A-Za-z*,/-]*[ \t]+[0-9A-Za-z*][0-9A-Za-z*,/-]*[ \t]*$'
						   OR installed AND cron ~ '^[0-9]+ seconds?$';
	removed		boolean;
BEGIN
	-- a job that is removed may have outlived its region
	IF cron IS NOT NULL THEN
		PERFORM shnor.refresh_check(region);
	END IF;
	IF installed AND NOT has_schema_privilege('cron', 'USAGE') THEN
		RAISE EXCEPTION 'роли «%» не разрешён pg_cron', current_user
			USING ERRCODE = 'insufficient_privilege', HINT = format('Администратор разрешает его так: GRANT USAGE ON SCHEMA cron TO %I;', current_user);
	END IF;
	IF cron IS NULL THEN
		IF installed THEN
			EXECUTE 'SELECT cron.unschedule(j.jobid) FROM cron.job j WHERE j.jobname = $1 AND j.username = current_user' INTO removed USING job;
		END IF;
		IF removed THEN
			RETURN format('задание pg_cron «%s» снято', job);
		ELSIF installed THEN
			RAISE EXCEPTION 'у роли «%» нет задания pg_cron «%»', current_user, job
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Задание снимает та роль, которая его назначила: SELECT jobname, username FROM cron.job; (чужие видит администратор).';
		END IF;
		RAISE EXCEPTION 'pg_cron в этой базе не установлен: снимать нечего'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Строку, которую напечатала эта функция, удалите из crontab.';
	END IF;
	IF installed AND understood THEN
		IF NOT (SELECT r.rolcanlogin FROM pg_roles r WHERE r.rolname = current_user) THEN
			RAISE EXCEPTION 'роль «%» не может подключаться, её заданий pg_cron не выполнит', current_user
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Вызовите функцию под ролью с правом LOGIN, которая входит в %I, или дайте это право: ALTER ROLE %1$I LOGIN;', current_user);
		END IF;
		BEGIN
			EXECUTE 'SELECT cron.schedule($1, $2, $3)' USING job, cron, command;
			RETURN format('задание pg_cron «%s»: %s', job, cron);
		EXCEPTION WHEN invalid_parameter_value THEN
			understood := false;
		END;
	END IF;
	IF NOT understood THEN
		RAISE EXCEPTION 'расписание не понято: «%»', cron
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Пять полей через пробел: минута, час, день, месяц, день недели. Каждые десять минут: */10 * * * *; каждую ночь в три: 0 3 * * *.'
						 || CASE WHEN installed THEN ' С версии 1.5 pg_cron понимает и секунды: 30 seconds.' ELSE '' END;
	END IF;
	-- quoted for sh, and for crontab, to which % is a line's end
	RETURN format('%s psql -X -q -d %s -c %s', cron,
				  replace(format('''%s''', replace(current_database(), '''', '''\''''')), '%', '\%'),
				  replace(format('''%s''', replace(command, '''', '''\''''')), '%', '\%'));
END
$function$;

COMMENT ON FUNCTION schedule(text, text) IS
'Has the region''s stored figures and materialized reports refreshed by the clock: where pg_cron is installed in this database, registers the job "shnor REGION" (of a name above 57 bytes its beginning and a hash), which runs as the caller; a second call changes its time, cron NULL removes it, also when the region is gone. Elsewhere returns the line for the crontab of a user whose psql connects as the owner. cron has five fields, as crontab''s, and pg_cron reads them in GMT (cron.timezone); to pg_cron 1.5 also "30 seconds". Watch the view staleness, not the job: one that does not run reports nothing, and one whose refresh failed has succeeded. Errors: no such region (3F000), a schedule that is none (22023), nothing to remove or a caller who may not log in (55000), not the owner or no USAGE on schema cron (42501), pg_cron''s own.';
