-- What `make demo` prints about the loaded sample region; every query reads the region's public tables and views only.
\encoding UTF8
\pset pager off
\pset footer off
\pset border 1
\pset linestyle unicode
\pset null ' '
\set year 3
\set municipality 'Пестяковский район'

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
SELECT r.title AS "Раунд", sum(c.expected) AS "Ждали", sum(c.submitted) AS "Прислали", pg_temp.rus(100.0 * sum(c.submitted) / nullif(sum(c.expected), 0)) AS "%",
	sum(c.on_time) AS "В срок", sum(c.answers_expected) AS "Ждали ответов", sum(c.answers_given) AS "Получили",
	pg_temp.rus(100.0 * sum(c.answers_given) / nullif(sum(c.answers_expected), 0)) AS "% ответов"
FROM ivanovo.completeness c JOIN ivanovo.round r USING (round_id) GROUP BY r.round_id ORDER BY r.round_id;

\echo
\echo 'Муниципалитеты, от которых в 2026 году ответили не все:'
SELECT m.name AS "Муниципалитет", c.expected AS "Ждали", c.submitted AS "Прислали", c.on_time AS "В срок", c.answers_expected AS "Ждали ответов", c.answers_given AS "Получили"
FROM ivanovo.completeness c JOIN ivanovo.municipality m USING (municipality_id)
WHERE c.round_id = :year AND c.submitted < c.expected ORDER BY c.submitted::numeric / c.expected, m.name;
