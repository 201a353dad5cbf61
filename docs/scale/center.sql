-- center.sql: the roll-up over regions on several servers, before any region joins it (docs/scale/join.sql).
--
--   psql -X -v ON_ERROR_STOP=1 -f docs/scale/center.sql
--
-- in the database of the roll-up, where shnor is installed in the version of the regions.
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SCHEMA federal;
CREATE TABLE federal.tally (region text, year integer, municipality_id integer, tally shnor.tally, computed_at timestamptz) PARTITION BY LIST (region);
CREATE TABLE federal.definition (region text, year integer, indicator_id integer, indicator text, definition text) PARTITION BY LIST (region);
CREATE TABLE federal.freshness (region text, refreshed_at timestamptz, changed_at timestamptz, version text) PARTITION BY LIST (region);

-- Two levels: the inner one groups by the partition key, so each region sums up at home and sends a row per year. Needs
-- the setting below, which is off by default; without it every municipality's tally travels, and no answer still.
CREATE VIEW federal.result AS
SELECT c.year, x.id AS indicator_id, shnor.numerator(x.share) AS numerator, shnor.denominator(x.share) AS denominator,
	   shnor.percent(x.share, 4) AS percent, x.answered, x.missing, c.regions, c.computed_at
FROM (SELECT r.year, shnor.sum(r.tally) AS tally, count(*) AS regions, min(r.computed_at) AS computed_at
	  FROM (SELECT t.region, t.year, shnor.sum(t.tally) AS tally, min(t.computed_at) AS computed_at
			FROM federal.tally t GROUP BY t.region, t.year) AS r
	  GROUP BY r.year) AS c
CROSS JOIN LATERAL shnor.items(c.tally) AS x;
COMMENT ON VIEW federal.result IS 'Показатели всех регионов вместе: суммы числителей и знаменателей. computed_at — самый давний пересчёт.';

-- tallies add up where the same id counts the same: no rows, or the years and indicators in which regions differ
CREATE VIEW federal.difference AS
SELECT d.year, d.indicator_id, string_agg(DISTINCT concat(d.indicator, ': ', d.definition), E'\n') AS definitions,
	   count(*) AS regions, (SELECT count(*) FROM federal.freshness) AS of_regions
FROM federal.definition d
GROUP BY d.year, d.indicator_id
HAVING count(DISTINCT concat(d.indicator, ': ', d.definition)) > 1 OR count(*) <> (SELECT count(*) FROM federal.freshness);
COMMENT ON VIEW federal.difference IS 'Где методики регионов расходятся: складывать показатель нельзя. Нет строк — можно.';

SELECT format('ALTER DATABASE %I SET enable_partitionwise_aggregate = on', current_database()) \gexec
