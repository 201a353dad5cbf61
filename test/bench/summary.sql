-- summary.sql: the lines of all topics as a table; and what each curve comes to, from its first point to its last.
-- BENCH_TABLE in the environment names the file of lines.
SET client_min_messages = warning;
CREATE TEMP TABLE line (position integer GENERATED ALWAYS AS IDENTITY, topic text, name text, x bigint, seconds numeric, beside numeric, value numeric, by_processor numeric, unit text, bar text);
\copy line (topic, name, x, seconds, beside, value, by_processor, unit, bar) FROM PROGRAM 'cat "$BENCH_TABLE"'

-- What grows with rows may grow as they do, what grows with closed rounds not at all; a tenth is left to noise.
CREATE TEMP VIEW growth AS
SELECT c.topic, CASE c.topic WHEN 'growth-answers' THEN format('%s: last / first, per answer', c.name) ELSE format('%s: last / first', c.name) END AS name,
	   c.values[cardinality(c.values)] / c.values[1] / CASE c.topic WHEN 'growth-answers' THEN c.sizes[cardinality(c.sizes)] / c.sizes[1] ELSE 1 END AS value,
	   c.processors[cardinality(c.processors)] / nullif(c.processors[1], 0) / CASE c.topic WHEN 'growth-answers' THEN c.sizes[cardinality(c.sizes)] / c.sizes[1] ELSE 1 END AS by_processor
FROM (SELECT l.topic, l.name, array_agg(l.x::numeric ORDER BY l.x) AS sizes, array_agg(l.value ORDER BY l.x) AS values, array_agg(l.by_processor ORDER BY l.x) AS processors, min(l.position) AS position
	  FROM line l WHERE l.x IS NOT NULL GROUP BY l.topic, l.name HAVING count(*) > 1 ORDER BY min(l.position)) AS c;
INSERT INTO line (topic, name, value, by_processor, unit, bar) SELECT g.topic, g.name, g.value, g.by_processor, '×', '<= 1.10' FROM growth g;

\pset footer off
\pset null ''
SELECT l.topic, l.name || coalesce(', at ' || l.x, '') AS line, round(l.seconds, 4) AS seconds, round(l.beside, 4) AS beside,
	   round(l.value, CASE WHEN l.value >= 10 THEN 0 ELSE 2 END) AS value, l.unit,
	   round(l.by_processor, CASE WHEN l.by_processor >= 10 THEN 0 ELSE 2 END) AS "by processor", l.bar,
	   CASE split_part(l.bar, ' ', 1) WHEN '<=' THEN CASE WHEN l.value <= split_part(l.bar, ' ', 2)::numeric THEN 'kept' ELSE 'MISSED' END
									  WHEN '>=' THEN CASE WHEN l.value >= split_part(l.bar, ' ', 2)::numeric THEN 'kept' ELSE 'MISSED' END END AS "the bar is"
FROM line l ORDER BY min(l.position) OVER (PARTITION BY l.topic), l.position;
