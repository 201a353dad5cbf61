-- One line for each table, view and sequence of the regions and of what was built on them (test/restore.d/own.sql):
-- number of rows and md5 of all of them, each as its text, in the order of these texts. Equal lines are equal figures.
-- For psql -At; `-v tables=1` leaves the views out.
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
-- many small queries
SET jit = off;
-- reports count terms as of this day, not as of the day of the test
SET shnor.today = '2026-10-15';
-- the same texts whatever is in whose path
SET search_path = pg_catalog, pg_temp;
\if :{?tables} \else \set tables 0 \endif
SELECT format('SELECT %L, count(*), md5(coalesce(string_agg(%s, E''\n'' ORDER BY %2$s COLLATE "C"), '''')) FROM %s x',
			  r.kind || ' ' || r.name,
			  CASE r.kind WHEN 'sequence' THEN '(x.last_value, x.is_called)::text' ELSE 'x::text' END, r.name)
FROM (SELECT format('%I.%I', n.nspname, c.relname) AS name,
			 CASE c.relkind WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' WHEN 'm' THEN 'materialized' ELSE 'view' END AS kind
	  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	  WHERE n.nspname IN ('ivanovo', 'Тверская область', 'own') AND c.relkind IN ('r', 'v', 'm', 'S')
	  AND (c.relkind IN ('r', 'S') OR :tables = 0)) AS r
ORDER BY r.kind COLLATE "C", r.name COLLATE "C"
\gexec
