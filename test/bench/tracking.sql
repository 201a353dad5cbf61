-- tracking.sql: what it costs writers that refresh() is told of each change: the triggers pending_* on and off, in turns.
-- On a region of region.sql with two rounds. test/bench/run sets runs, single (statements of a loop), bulk and file (rows).
\ir lib.sql
-- import_form reads the questions' own wording
SELECT string_agg(format('"%s"', replace(q.wording, '"', '""')), ',' ORDER BY q.position) AS header,
	   string_agg(CASE q.answer_type WHEN 'count' THEN format('s.%I::text', q.question) ELSE format('CASE s.%1$I WHEN true THEN ''Да'' WHEN false THEN ''Нет'' END', q.question) END, ', ' ORDER BY q.position) AS cells,
	   string_agg(format('s.%I', q.question), ', ' ORDER BY q.position) AS answers,
	   string_agg(format('%I', q.question), ', ' ORDER BY q.position) AS columns
FROM region.question q WHERE q.respondent = 'school' \gset
SELECT max(round_id) AS last_round FROM region.round \gset

CREATE TABLE bench.answer AS
SELECT s.school_id, s.submitted_at, s.source, :answers FROM region.submission s WHERE s.round_id = :last_round ORDER BY s.school_id;
CREATE UNIQUE INDEX ON bench.answer (school_id);
CREATE TABLE bench.file AS
SELECT concat('Отметка времени,Код ОО,', :'header', E'\n', string_agg(concat_ws(',', to_char(s.submitted_at AT TIME ZONE 'Europe/Moscow', 'DD.MM.YYYY HH24:MI:SS'), o.code,
		(SELECT string_agg(coalesce(c, ''), ',' ORDER BY n) FROM unnest(ARRAY[:cells]) WITH ORDINALITY AS u(c, n))), E'\n' ORDER BY s.school_id)) AS content
FROM bench.answer s JOIN region.school o USING (school_id) WHERE s.school_id <= :file;
ANALYZE bench.answer;

-- of every table of the region that has them
CREATE OR REPLACE PROCEDURE bench.track(enable boolean) LANGUAGE plpgsql AS $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT g.tgrelid::regclass AS name, g.tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
			 WHERE c.relnamespace = 'region'::regnamespace AND g.tgname LIKE 'pending\_%' LOOP
		EXECUTE format('ALTER TABLE %s %s TRIGGER %I', t.name, CASE WHEN enable THEN 'ENABLE' ELSE 'DISABLE' END, t.tgname);
	END LOOP;
	COMMIT;
END $$;

-- Each write into a round of its own, new and open, so that all find the same state; what is many rows is rolled back.
CREATE OR REPLACE FUNCTION bench.new_round() RETURNS integer LANGUAGE sql AS
$$INSERT INTO region.round (title, starts_on, due_on, cohort_on, legal_act_id, state)
  SELECT 'Замер ' || count(*), '2026-09-01', '2026-12-01', '2026-09-20', 1, 'open' FROM region.round RETURNING round_id$$;

-- Statements of one row as clients send them: with the values in the text, each a transaction.
CREATE OR REPLACE PROCEDURE bench.single_rows(run integer, name text, statements text[]) LANGUAGE plpgsql AS $$
DECLARE
	began	timestamptz;
	used	numeric;
	command	text;
BEGIN
	-- what the session must look up once
	FOR i IN 1 .. 20 LOOP
		EXECUTE statements[i];
		COMMIT;
	END LOOP;
	used := bench.processor();
	began := clock_timestamp();
	FOREACH command IN ARRAY statements[21:] LOOP
		EXECUTE command;
		COMMIT;
	END LOOP;
	IF run > 0 THEN
		INSERT INTO bench.run VALUES (name, extract(epoch FROM clock_timestamp() - began), bench.processor() - used);
		COMMIT;
	END IF;
END $$;

CREATE OR REPLACE PROCEDURE bench.write(run integer, tracked boolean, single integer, bulk integer, columns text) LANGUAGE plpgsql AS $$
DECLARE
	suffix	constant text := CASE WHEN tracked THEN ': tracked' ELSE ': not' END;
	r		integer;
	rows	text[];
	names	constant text[] := '{bulk insert,bulk update,import}';
	began	timestamptz[];
	used	numeric[];
	loaded	record;
BEGIN
	CALL bench.track(tracked);
	r := bench.new_round();
	rows := ARRAY(SELECT format('INSERT INTO region.submission (round_id, school_id, submitted_at, source, %s) VALUES (%s, %s, %L, %L, %s)',
						columns, r, a.school_id, a.submitted_at, a.source,
						(SELECT string_agg(coalesce(quote_literal(to_jsonb(a) ->> trim(c)), 'NULL'), ', ' ORDER BY n) FROM string_to_table(columns, ',') WITH ORDINALITY AS u(c, n)))
				  FROM bench.answer a ORDER BY a.school_id LIMIT 20 + single);
	CALL bench.single_rows(run, 'insert' || suffix, rows);
	rows := ARRAY(SELECT format('UPDATE region.submission SET teachers = %s, submitted_at = %L WHERE round_id = %s AND school_id = %s',
						coalesce(a.teachers, 0) + 1, a.submitted_at + interval '1 day', r, a.school_id)
				  FROM bench.answer a ORDER BY a.school_id LIMIT 20 + single);
	CALL bench.single_rows(run, 'update' || suffix, rows);

	r := bench.new_round();
	began[1] := clock_timestamp();
	used[1] := bench.processor();
	EXECUTE format('INSERT INTO region.submission (round_id, school_id, submitted_at, source, %1$s)
					SELECT %2$s, a.school_id, a.submitted_at, a.source, %1$s FROM bench.answer a WHERE a.school_id <= %3$s ORDER BY a.school_id', columns, r, bulk);
	began[2] := clock_timestamp();
	used[2] := bench.processor();
	EXECUTE format('UPDATE region.submission s SET teachers = coalesce(s.teachers, 0) + 1 WHERE s.round_id = %s', r);
	began[3] := clock_timestamp();
	used[3] := bench.processor();
	-- the import that follows finds what it would have found without them
	ROLLBACK;
	r := bench.new_round();
	used[4] := bench.processor();
	began[4] := clock_timestamp();
	EXECUTE format('SELECT f.* FROM bench.file b, shnor.import_form(''region'', %s, b.content) f', r) INTO loaded;
	began[5] := clock_timestamp();
	used[5] := bench.processor();
	ROLLBACK;
	IF loaded.loaded < loaded.rows_read OR loaded.rows_read = 0 THEN
		RAISE EXCEPTION 'rows of the file were refused: % of % loaded', loaded.loaded, loaded.rows_read;
	END IF;
	IF run > 0 THEN
		INSERT INTO bench.run
		SELECT names[i] || suffix, extract(epoch FROM began[j + 1] - began[j]), used[j + 1] - used[j]
		FROM (VALUES (1, 1), (2, 2), (3, 4)) AS v(i, j);
	END IF;
END $$;

-- each goes first in every second run
SELECT c.command
FROM generate_series(0, :runs) AS i(run)
CROSS JOIN LATERAL (VALUES
	(1, format('CALL bench.write(%s, %L, %s, %s, %L)', i.run, i.run % 2 = 0, :single, :bulk, :'columns')),
	(2, format('CALL bench.write(%s, %L, %s, %s, %L)', i.run, i.run % 2 = 1, :single, :bulk, :'columns')),
	(3, 'VACUUM region.submission, region.submission_history, region.refresh_pending, region.import, region.round')) AS c(step, command)
ORDER BY i.run, c.step \gexec
CALL bench.track(true);

SELECT format('Loops of %s statements, %s rows at once, a file of %s rows (%s MB). PostgreSQL %s; medians of %s interleaved runs.',
	:single, :bulk, :file, round(length(content) / 1048576.0, 1), current_setting('server_version'), :runs) AS heading FROM bench.file \gset
\qecho :heading
CALL bench.ratio('tracking', 'INSERT of one row, tracked / not', 'insert: tracked', 'insert: not', '<= 1.20');
CALL bench.ratio('tracking', 'UPDATE of one row, tracked / not', 'update: tracked', 'update: not', '<= 1.20');
CALL bench.ratio('tracking', 'INSERT of many, tracked / not', 'bulk insert: tracked', 'bulk insert: not', '<= 1.10');
CALL bench.ratio('tracking', 'UPDATE of many, tracked / not', 'bulk update: tracked', 'bulk update: not');
CALL bench.ratio('tracking', 'import_form, tracked / not', 'import: tracked', 'import: not', '<= 1.10');
\ir report.sql
