-- export.sql: what a region shows of itself to a roll-up over several servers: its stored tallies, the definitions they
-- were counted by, and how fresh they are. No answer of a school.
--
--   psql -X -v ON_ERROR_STOP=1 -v region=ivanovo -v code=37 -v reader=federal -f docs/scale/export.sql
--
-- in the region's database, as the region's owner. The views read tables with his rights (the region's own views ask for
-- those of whoever calls), so the role reader, which the roll-up logs in by, reads these views and nothing else.
-- Rounds have other numbers in every region: they go by the year of their day.
CREATE SCHEMA federal;
CREATE VIEW federal.tally AS
SELECT :'code'::text AS region, extract(year FROM r.cohort_on)::integer AS year, t.municipality_id, t.tally::shnor.tally AS tally, f.refreshed_at AS computed_at
FROM :"region".stored_tally t
JOIN :"region".round r ON r.round_id = t.round_id
JOIN :"region".refresh_state f ON f.name = 'stored';
CREATE VIEW federal.definition AS
SELECT :'code'::text AS region, extract(year FROM r.cohort_on)::integer AS year, i.indicator_id, i.indicator,
	   concat_ws('; ', i.level, array_to_string(i.institution_kinds, ', '), i.numerator, 'of ' || i.denominator, 'in ' || i.cohort, i.missing) AS definition
FROM :"region".round r
JOIN :"region".indicator i ON daterange(i.valid_from, i.valid_until) @> r.cohort_on;
CREATE VIEW federal.freshness AS
SELECT :'code'::text AS region, f.refreshed_at, (SELECT min(p.noted_at) FROM :"region".refresh_pending p) AS changed_at,
	   (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'shnor') AS version
FROM :"region".refresh_state f WHERE f.name = 'stored';
GRANT USAGE ON SCHEMA federal TO :"reader";
GRANT SELECT ON ALL TABLES IN SCHEMA federal TO :"reader";
