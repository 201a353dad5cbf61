-- What `make demo` prints about the loaded sample region; every query reads the region's public tables and views only.
\encoding UTF8
\pset pager off
\pset footer off
\pset border 1
\pset linestyle unicode
\pset format wrapped
\pset columns 180
\pset null ' '
\set year 3
\set municipality 'Пестяковский район'
-- the sample is of one autumn: its deadlines are judged on a day of it, whenever this runs
SET shnor.today = '2026-11-24';
-- the reports join much and read little: compiling them takes longer than they do
SET jit = off;

-- the methodology's titles are long: short ones for a narrow table
CREATE TEMP TABLE short (indicator text PRIMARY KEY, title text);
INSERT INTO short VALUES
	('low_or_adverse_schools', 'ШНОР и ШНСУ среди школ'), ('results_note', 'Справка о результатах есть'),
	('diagnosed_subject', 'Диагностика: предметная'), ('diagnosed_method', 'Диагностика: методическая'), ('diagnosed_psych', 'Диагностика: психолого-пед.'),
	('teachers_supported', 'Педагоги: оказана поддержка'), ('teachers_in_networks', 'Педагоги: в сетевых МО'), ('teachers_in_active', 'Педагоги: в метод. активе'),
	('teachers_with_route', 'Педагоги: есть ИОМ'), ('schools_in_events', 'Школы: участие в событиях'), ('schools_with_curator', 'Школы: есть куратор'),
	('schools_with_program', 'Школы: есть ШППКО'), ('schools_with_prevention', 'Школы: профилактика'), ('schools_with_study_plans', 'Школы: ИУПы'),
	('schools_with_tutoring', 'Школы: тьюторы'), ('practice_sharing', 'Практики распространяются'), ('resource_monitoring', 'Мониторинг ресурсов есть'),
	('risks_resolved', 'Зона риска: риски сняты');
CREATE FUNCTION pg_temp.rus(x numeric, width int DEFAULT 6, digits int DEFAULT 1) RETURNS text LANGUAGE sql AS
	$$ SELECT lpad(replace(round(x, digits)::text, '.', ','), width) $$;

\echo
\echo '1. ЗАГРУЗКА. Выгрузки форм лежат в test/data и загружены функцией shnor.import_form.'
SELECT i.source AS "Файл", CASE i.respondent WHEN 'school' THEN 'школы' ELSE 'муниципалитеты' END AS "Отвечают", i.rows_read AS "Прочитано строк",
	i.loaded AS "Загружено", i.corrected AS "Исправлено", i.refused AS "Отклонено", i.unchanged AS "Без изменений",
	count(s.issue_id) FILTER (WHERE s.severity = 'warning') AS "Предупреждений"
FROM ivanovo.import i LEFT JOIN ivanovo.import_issue s USING (import_id) GROUP BY i.import_id ORDER BY i.import_id;

\echo
\echo 'Что в них не прочитано (первые 15; всё — в таблице ivanovo.import_issue, там же подсказки и строки целиком):'
SELECT i.source AS "Файл", s.line AS "Строка", left(regexp_replace(s.header, '\s+', ' ', 'g'), 24) AS "Столбец", left(regexp_replace(s.raw_value, '\s+', ' ', 'g'), 20) AS "Значение",
	CASE WHEN length(s.reason) > 50 THEN left(s.reason, 49) || '…' ELSE s.reason END AS "Причина"
FROM ivanovo.import_issue s JOIN ivanovo.import i USING (import_id) ORDER BY s.import_id, s.line, s.issue_id LIMIT 15;

\echo
\echo '2. ОБЛАСТЬ: восемнадцать показателей 2026 года, рядом проценты двух прежних лет.'
SELECT r.position AS "№", short.title AS "Показатель", r.numerator AS "Числ.", r.denominator AS "Знам.",
	pg_temp.rus(before.first) AS "% 2024", pg_temp.rus(before.second) AS "% 2025", pg_temp.rus(r.percent) AS "% 2026", pg_temp.rus(r.threshold, 6, 2) AS "Порог",
	pg_temp.rus(r.plan, 5) AS "План", r.score AS "Балл", r.answered AS "Отв.", r.missing AS "Нет отв."
FROM ivanovo.regional_indicator r JOIN short USING (indicator)
LEFT JOIN (SELECT indicator, max(percent) FILTER (WHERE round_id = 1) AS first, max(percent) FILTER (WHERE round_id = 2) AS second
	FROM ivanovo.regional_indicator GROUP BY indicator) before USING (indicator)
WHERE r.round_id = :year ORDER BY r.position;

\echo
\echo '3. КАРТА ОДНОГО МУНИЦИПАЛИТЕТА:' :municipality', 2026 год.'
\echo 'Ещё — сколько не хватило до порога; Зап. — нужна аналитическая записка (п. 1.2.6).'
SELECT m.position AS "№", short.title AS "Показатель", lpad(m.numerator || '/' || m.denominator, 6) AS "Доля", pg_temp.rus(m.percent, 5) AS "%",
	m.score AS "Балл", nullif(m.gap, 0) AS "Ещё", CASE WHEN m.note_required THEN 'да' END AS "Зап.", m.reason AS "Пояснение"
FROM ivanovo.municipal_indicator m JOIN short USING (indicator)
WHERE m.round_id = :year AND m.municipality = :'municipality' ORDER BY m.position;

\echo
\echo '4. МЕСТА муниципалитетов, 2026 год.'
SELECT s.rank AS "Место", m.name AS "Муниципалитет", s.points AS "Баллы", s.max_points AS "Из возможных", s.scored AS "Оценено", s.unscored AS "Не оценено"
FROM ivanovo.municipal_score s JOIN ivanovo.municipality m USING (municipality_id) WHERE s.round_id = :year ORDER BY s.rank NULLS LAST, m.name;

\echo
\echo '5. ПОЛНОТА: сколько организаций и ответов пришло.'
SELECT r.title AS "Мониторинг", sum(c.expected) AS "Ждали", sum(c.submitted) AS "Прислали", pg_temp.rus(100.0 * sum(c.submitted) / nullif(sum(c.expected), 0)) AS "%",
	sum(c.on_time) AS "В срок", sum(c.answers_expected) AS "Ждали ответов", sum(c.answers_given) AS "Получили",
	pg_temp.rus(100.0 * sum(c.answers_given) / nullif(sum(c.answers_expected), 0)) AS "% ответов"
FROM ivanovo.completeness c JOIN ivanovo.round r USING (round_id) GROUP BY r.round_id ORDER BY r.round_id;

\echo
\echo 'Муниципалитеты, от которых в 2026 году ответили не все:'
SELECT m.name AS "Муниципалитет", c.expected AS "Ждали", c.submitted AS "Прислали", c.on_time AS "В срок", c.answers_expected AS "Ждали ответов", c.answers_given AS "Получили"
FROM ivanovo.completeness c JOIN ivanovo.municipality m USING (municipality_id)
WHERE c.round_id = :year AND c.submitted < c.expected ORDER BY c.submitted::numeric / c.expected, m.name;

\echo
\echo '6. ИСТОЧНИКИ. Форма и УНОИ, приказы, ИРЦОКО хранятся рядом; что считается, решает question_source. Первые 8 расхождений 2026 года:'
SELECT c.municipality AS "Муниципалитет", coalesce('школа ' || c.school_id, 'сам муниципалитет') AS "Кто", c.question AS "Вопрос", c.answers AS "Ответы, важнейший первым", c.counts_answer AS "Считается"
FROM ivanovo.answer_conflict c WHERE c.round_id = :year ORDER BY c.municipality_id, c.school_id NULLS FIRST, c.question LIMIT 8;

\echo
\echo '7. ДОКАЗАТЕЛЬСТВА. Заявлено по ответам и подтверждено документами, область, 2026 год.'
SELECT e.position AS "№", short.title AS "Показатель", e.denominator AS "Из", e.claimed AS "Заявлено", pg_temp.rus(e.claimed_percent) AS "%", e.proven AS "Подтверждено", pg_temp.rus(e.proven_percent) AS "%",
	e.claimed_score AS "Балл", e.proven_score AS "по док-там", CASE WHEN e.proof_required THEN 'нужен' END AS "Документ"
FROM ivanovo.regional_evidence e JOIN short USING (indicator) WHERE e.round_id = :year ORDER BY e.position;
\echo 'Почему ответы «да» не подтверждены:'
SELECT p.reason AS "Причина", count(*) AS "Ответов" FROM ivanovo.answer_proof p WHERE p.round_id = :year AND NOT p.proven GROUP BY p.reason ORDER BY 2 DESC, 1;

\echo
\echo '8. ОБЯЗАТЕЛЬСТВА. От цифры к записке, рекомендациям, мерам и решениям:' :municipality', 2025 год, на 24.11.2026.'
SELECT o.position AS "№", short.title AS "Показатель", pg_temp.rus(o.percent, 5) AS "%", o.score AS "Балл", o.note_state AS "Записка",
	o.recommendations_issued || '/' || o.recommendations_due AS "Реком.", o.measure_state AS "Меры", o.decision_state AS "Решение", o.missing AS "Чего не хватает"
FROM ivanovo.obligation o JOIN short USING (indicator) WHERE o.round_id = 2 AND o.municipality = :'municipality' ORDER BY o.position;
\echo 'По области, сколько где просрочено:'
SELECT o.round_title AS "Мониторинг", count(*) FILTER (WHERE o.note_state = 'overdue') AS "Записки", count(*) FILTER (WHERE o.recommendation_state = 'overdue') AS "Рекомендации",
	count(*) FILTER (WHERE o.measure_state = 'overdue') AS "Меры", count(*) FILTER (WHERE o.decision_state = 'overdue') AS "Решения", count(*) AS "Всего строк"
FROM ivanovo.obligation o GROUP BY o.round_id, o.round_title ORDER BY o.round_id;

\echo
\echo '9. ВЫЯВЛЕНИЕ. Где правило по результатам расходится с перечнем (решает перечень), 2026 год.'
SELECT i.status AS "Статус", i.difference AS "Расхождение", count(*) AS "Школ" FROM ivanovo.identification i WHERE i.round_id = :year GROUP BY 1, 2 ORDER BY 1, 2;
SELECT i.municipality AS "Муниципалитет", i.school_id AS "Школа", i.reason AS "Почему"
FROM ivanovo.identification i WHERE i.round_id = :year AND i.status = 'low_results' AND i.difference IN ('should_enter', 'should_leave') ORDER BY i.difference, i.municipality_id, i.school_id LIMIT 4;

\echo
\echo '10. ДИНАМИКА области, от 2025 года к 2026: изменение разложено на школы обоих перечней и смену перечня.'
SELECT c.position AS "№", short.title AS "Показатель", pg_temp.rus(c.percent_before) AS "% был", pg_temp.rus(c.percent_after) AS "% стал", pg_temp.rus(c.change) AS "Измен.",
	pg_temp.rus(c.both_lists_effect) AS "Те же", pg_temp.rus(c.turnover_effect) AS "Смена", c.schools_both AS "Осталось", c.schools_left AS "Выбыло", c.schools_joined AS "Вошло", c.claim AS "Вывод"
FROM ivanovo.regional_change c JOIN short USING (indicator) WHERE c.round_id = :year ORDER BY c.position;
\echo 'Доля участников ниже минимума в ШНОР и ШНСУ:'
SELECT c.assessment AS "Оценка", c.subject AS "Предмет", c.grade AS "Класс", c.numerator_before || '/' || c.denominator_before AS "Было", pg_temp.rus(c.percent_before) AS "%",
	c.numerator_after || '/' || c.denominator_after AS "Стало", pg_temp.rus(c.percent_after) AS "%", pg_temp.rus(c.change) AS "Измен.", c.claim AS "Вывод"
FROM ivanovo.result_change c WHERE c.round_id = :year AND c.municipality_id IS NULL ORDER BY 1, 2, 3;

\echo
\echo '11. КОМПЕТЕНЦИИ. Диагностика по видам и «хотя бы один вид» в границах (виды пересекаются), область.'
SELECT r.title AS "Мониторинг", c.answered || ' из ' || c.schools AS "Школ ответило", pg_temp.rus(c.subject_percent) AS "Предметная, %", pg_temp.rus(c.method_percent) AS "Методическая, %",
	pg_temp.rus(c.psych_percent) AS "Психолого-пед., %", c.any_low || '…' || c.any_high || ' из ' || c.teachers AS "Хотя бы один вид", pg_temp.rus(c.any_low_percent) || '…' || btrim(pg_temp.rus(c.any_high_percent)) AS "%"
FROM ivanovo.regional_competence c JOIN ivanovo.round r USING (round_id) ORDER BY r.round_id;

\echo
\echo '12. ЭФФЕКТИВНОСТЬ за три года: периоды поддержки и чем они кончились.'
SELECT e.state AS "Состояние", count(*) AS "Периодов" FROM ivanovo.effectiveness e GROUP BY 1 ORDER BY 1;
SELECT e.school_id AS "Школа", e.spell AS "Период", e.year AS "Год t", pg_temp.rus(e.percent_0, 5) AS "t, %", pg_temp.rus(e.percent_1, 5) AS "t+1", pg_temp.rus(e.percent_2, 5) AS "t+2", pg_temp.rus(e.percent_3, 5) AS "t+3",
	e.state AS "Состояние", e.reason AS "Почему"
FROM ivanovo.effectiveness e WHERE e.year < 2024 ORDER BY e.state, e.school_id, e.spell;
\echo 'Меры: доля ниже минимума в школах с мерой и без неё (первые пять по числу школ).'
SELECT m.measure_kind AS "Вид", m.municipality AS "Муниципалитет", m.year_before || '→' || m.year_after AS "Годы", m.schools_with AS "С мерой", pg_temp.rus(m.change_with) AS "Измен.",
	m.schools_without AS "Без меры", pg_temp.rus(m.change_without) AS "Измен.", pg_temp.rus(m.difference) AS "Разница", m.reason AS "Вывод"
FROM ivanovo.measure_effect m WHERE m.change_with IS NOT NULL ORDER BY m.schools_with DESC, m.measure_id, m.year_after LIMIT 5;

\echo
\echo '13. ПУБЛИКАЦИИ. Отчёт за 2024 год опубликован, мониторинг открыт заново с причиной, исправлен и опубликован снова. Чем они отличаются:'
SELECT row_number() OVER (ORDER BY e.round_event_id) AS "№", e.event AS "Событие мониторинга 2024", e.reason AS "Причина" FROM ivanovo.round_event e WHERE e.round_id = 1 ORDER BY e.round_event_id;
SELECT d.publication_id || '→' || coalesce(d.compared_with::text, 'сегодня') AS "Публикации", d.indicator AS "Показатель", count(*) AS "Строк", min(d.cause) AS "Причина"
FROM ivanovo.publication_difference d GROUP BY d.publication_id, d.compared_with, d.indicator ORDER BY 1, 2;

\echo
\echo '14. ОДНА ЦИФРА ДО ДНА: shnor.explain,' :municipality', педагоги с поддержкой, 2026 год.'
SELECT x.part AS "Что", x.subject AS "О чём", x.value AS "Значение", x.basis AS "Основание"
FROM shnor.explain('ivanovo', :year, (SELECT municipality_id FROM ivanovo.municipality WHERE name = :'municipality'), 'teachers_supported') x ORDER BY x.line;

\echo
\echo '15. ПРОВЕРКА НАСТРОЙКИ: shnor.lint.'
SELECT l.severity AS "Важность", l.object AS "Таблица", l.problem AS "Что не так", count(*) AS "Случаев", min(l.code) AS "Например"
FROM shnor.lint('ivanovo') l GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3;
