-- lib.sql: what the topics share: timed runs, their medians as lines of a table, and plans. Read by each with \ir.
-- BENCH_TABLE and BENCH_PLANS in the environment name the files that lines and plans are added to (test/bench/run sets them).
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS bench;
DROP TABLE IF EXISTS bench.run, bench.line, bench.plan CASCADE;
\pset footer off

CREATE TABLE bench.run (name text NOT NULL, seconds numeric NOT NULL, processor numeric NOT NULL);

-- One line of a topic's table. value is what is judged: a ratio (unit ×) or milliseconds; bar is what it must keep.
CREATE TABLE bench.line (
	position		integer GENERATED ALWAYS AS IDENTITY,
	topic			text NOT NULL,
	name			text NOT NULL,
	-- where the line is a point of a curve: rows, rounds
	x				bigint,
	seconds			numeric,
	beside			numeric,
	-- a line of what was not run is an error
	value			numeric NOT NULL,
	by_processor	numeric,
	unit			text NOT NULL CHECK (unit IN ('×', 'ms')),
	bar				text NOT NULL CHECK (bar ~ '^([<>]= [0-9.]+)?$')
);

-- Seconds of this process on a processor: what others do on the machine does not count, nor do parallel workers.
CREATE OR REPLACE FUNCTION bench.processor() RETURNS numeric LANGUAGE sql AS
$$SELECT split_part(pg_read_file('/proc/self/schedstat', 0, 100), ' ', 1)::numeric / 1e9$$;

-- One run in a transaction of its own; run 0 warms up and is not kept. EXECUTE without INTO runs a query to its end and drops the rows.
CREATE OR REPLACE PROCEDURE bench.timed(run integer, name text, query text) LANGUAGE plpgsql AS $$
DECLARE
	began	timestamptz;
	used	numeric;
BEGIN
	COMMIT;
	used := bench.processor();
	began := clock_timestamp();
	EXECUTE query;
	COMMIT;
	IF run > 0 THEN
		INSERT INTO bench.run VALUES (name, extract(epoch FROM clock_timestamp() - began), bench.processor() - used);
	END IF;
END $$;

CREATE OR REPLACE VIEW bench.middle AS
SELECT r.name, percentile_disc(0.5) WITHIN GROUP (ORDER BY r.seconds) AS seconds,
	   percentile_disc(0.5) WITHIN GROUP (ORDER BY r.processor) AS processor
FROM bench.run r GROUP BY r.name;

-- A line: the ratio of two medians, or one median in milliseconds.
CREATE OR REPLACE PROCEDURE bench.ratio(topic text, line text, above text, below text, bar text DEFAULT '', x bigint DEFAULT NULL) LANGUAGE sql AS
$$INSERT INTO bench.line (topic, name, x, seconds, beside, value, by_processor, unit, bar)
  SELECT topic, line, x, a.seconds, b.seconds, a.seconds / nullif(b.seconds, 0), a.processor / nullif(b.processor, 0), '×', bar
  FROM (SELECT) AS once LEFT JOIN bench.middle a ON a.name = above LEFT JOIN bench.middle b ON b.name = below$$;
CREATE OR REPLACE PROCEDURE bench.median(topic text, line text, name text, bar text DEFAULT '', x bigint DEFAULT NULL) LANGUAGE sql AS
$$INSERT INTO bench.line (topic, name, x, seconds, value, by_processor, unit, bar)
  SELECT topic, line, x, m.seconds, m.seconds * 1000, m.processor * 1000, 'ms', bar FROM (SELECT) AS once LEFT JOIN bench.middle m ON m.name = median.name$$;

CREATE TABLE bench.plan (line integer GENERATED ALWAYS AS IDENTITY, text text);
-- a statement with its plan, actual rows in it, for the file of plans (plans.sql)
CREATE OR REPLACE FUNCTION bench.explained(name text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT E'\n' || name || E'\n' || regexp_replace(query, '\s+', ' ', 'g');
	RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, BUFFERS) ' || query;
END $$;
