-- Stored figures: what the reports show, kept in tables of core types and brought up to date by refresh() in proportion to
-- what was changed. Triggers note in refresh_pending what each statement touches; refresh() (95-refresh.sql) computes
-- that anew and nothing else. The live views stay what they are: always exact.

-- Which of the 32 buckets of its municipality a school is counted in: by arithmetic that gives the same wherever the region is
-- restored, and spreads ids that ascend in steps, as they do when municipalities were entered in turn.
CREATE FUNCTION school_bucket(school text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format('((%1$s * 2654435761 >> 27) & 31) + 1', school)
$function$;
COMMENT ON FUNCTION school_bucket(text) IS
'Internal: the expression for the bucket of its municipality, 1 to 32, that a school is counted in, from the expression of its id.';

-- A municipality and a bucket of it in one number, for arrays and an index; refresh_buckets() takes it apart again.
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
