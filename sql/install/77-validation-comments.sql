-- Russian comments of rules, cases, findings and acceptances.

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
