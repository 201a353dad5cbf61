-- docs/scale.md: a roll-up over regions on several servers, by postgres_fdw. Aggregates travel or stored tallies, never
-- answers: told by the SQL that each server is sent, and by counting the rows that it answers. The sums are those
-- computed by hand from the rows of each region. Two more databases of the cluster stand for the servers; not in one
-- transaction, since nothing of it would be seen from the others.
\encoding UTF8
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgres_fdw') AS available \gset
\if :available
\set home :DBNAME
\set db37 :DBNAME _37
\set db33 :DBNAME _33
SELECT format('CREATE DATABASE %I TEMPLATE template0', d) FROM unnest(ARRAY[:'db37', :'db33']) d \gexec
CREATE ROLE federal_reader LOGIN PASSWORD 'federal';
CREATE ROLE federal_researcher LOGIN PASSWORD 'federal';

-- ---- on each server: a region, and what it shows. Their rounds have other numbers. ----
\c :db37
\set code 37
\set region ivanovo
\set reader federal_reader
\set name :region
\set first 1
\set municipalities 27
\set schools 540
\ir ../scale/region.sql
\set truth37 :truth
\ir ../../docs/scale/export.sql
\ir ../scale/answer.sql
\c :db33
\set code 33
\set region 'Владимирская область'
\set name :region
\set first 11
\set municipalities 18
\set schools 288
\ir ../scale/region.sql
\set truth33 :truth
\ir ../../docs/scale/export.sql
\ir ../scale/answer.sql

-- ---- the roll-up ----
\c :home
SET client_min_messages = warning;
CREATE EXTENSION shnor;
\ir ../../docs/scale/center.sql
-- this session was there before
SET enable_partitionwise_aggregate = on;
\set host :HOST
\set port :PORT
\set user federal_reader
\setenv PASSWORD federal
\set code 37
\set dbname :db37
\ir ../../docs/scale/join.sql
\set code 33
\set dbname :db33
\ir ../../docs/scale/join.sql
SELECT no_plan();

-- what a query has moved: rows that foreign scans have brought, and the SQL that they sent
CREATE FUNCTION moved(query text, OUT rows bigint, OUT sent text) LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF, FORMAT JSON) ' || query INTO plan;
	SELECT sum((n ->> 'Actual Rows')::numeric * (n ->> 'Actual Loops')::numeric), string_agg(DISTINCT n ->> 'Remote SQL', E'\n') INTO rows, sent
	FROM jsonb_path_query(plan, 'strict $.**') AS n WHERE jsonb_typeof(n) = 'object' AND n ? 'Remote SQL';
END
$$;

-- ---- figures ----
SELECT results_eq($$SELECT year, count(*), min(regions), max(regions) FROM federal.result GROUP BY year ORDER BY year$$, $$VALUES (2024, 18::bigint, 2::bigint, 2::bigint), (2025, 18, 2, 2), (2026, 18, 2, 2)$$, 'three years, eighteen indicators, two regions');
SELECT results_eq($$SELECT concat_ws(' ', r.year, d.indicator), r.numerator, r.denominator FROM federal.result r JOIN (SELECT DISTINCT indicator_id, indicator FROM federal.definition) d USING (indicator_id)
	WHERE d.indicator = ANY ('{low_or_adverse_schools,results_note,teachers_supported,schools_in_events,schools_with_prevention,risks_resolved}') ORDER BY 1$$,
	format($$SELECT a.key, split_part(a.value, '/', 1)::bigint + split_part(b.value, '/', 1)::bigint, split_part(a.value, '/', 2)::bigint + split_part(b.value, '/', 2)::bigint
		FROM jsonb_each_text(%L) a JOIN jsonb_each_text(%L) b USING (key) ORDER BY 1$$, :'truth37', :'truth33'), 'sums of numerators and denominators, counted by hand in each region');
SELECT is((SELECT count(*) FROM jsonb_object_keys(:'truth37'::jsonb)), 18::bigint, 'of six indicators and three years');
SELECT is((SELECT percent FROM federal.result WHERE year = 2025 AND indicator_id = 6), round(100 * (1096 + 586)::numeric / (5204 + 2794), 4), 'a percentage of the sums, not a mean of percentages');
SELECT is_empty($$SELECT FROM federal.result r WHERE computed_at > (SELECT min(refreshed_at) FROM federal.freshness)$$, 'as of the oldest of the regions');

-- ---- what travels ----
SELECT is((SELECT rows FROM moved('SELECT * FROM federal.result')), 6::bigint, 'the roll-up: a row per region and year');
SELECT matches((SELECT sent FROM moved('SELECT * FROM federal.result')), '^SELECT region, year, shnor\.sum\(tally\), min\(computed_at\) FROM federal\.tally GROUP BY 1, 2$', 'summed over there');
SELECT is((SELECT rows FROM moved('SELECT * FROM federal.result WHERE year = 2025')), 2::bigint, 'of one year: a row per region');
SELECT matches((SELECT sent FROM moved('SELECT * FROM federal.result WHERE year = 2025')), 'WHERE \(\(year = 2025\)\) GROUP BY 1, 2$', 'the year is asked over there too');
SELECT is((SELECT rows FROM moved('SELECT year, shnor.sum(tally) FROM federal.tally GROUP BY year')), 135::bigint, 'by year at once: a row per municipality and year, (27 + 18) * 3');
SELECT is((SELECT rows FROM moved($$SELECT region, municipality_id, shnor.sum(tally) FROM federal.tally WHERE region = '33' GROUP BY region, municipality_id$$)), 18::bigint, 'of one region: its own server alone, a row per municipality');
SET enable_partitionwise_aggregate = off;
SELECT is((SELECT rows FROM moved('SELECT * FROM federal.result')), 135::bigint, 'without the setting: every municipality''s tally');
SELECT matches((SELECT sent FROM moved('SELECT * FROM federal.result')), '^SELECT region, year, tally, computed_at FROM federal\.tally$', 'and still no answer');
SET enable_partitionwise_aggregate = on;
SELECT is((SELECT rows FROM moved('SELECT * FROM federal.freshness')), 2::bigint, 'freshness: a row per region');
SELECT is((SELECT rows FROM moved('SELECT * FROM federal.difference WHERE year = 2025')), 18 * 2 + 2::bigint, 'the comparison of definitions: a row per region and indicator');

-- ---- that nothing else can ----
CREATE FOREIGN TABLE public.stolen (round_id int, school_id int, teachers int) SERVER region_37 OPTIONS (schema_name 'ivanovo', table_name 'submission');
SELECT throws_ok('SELECT * FROM public.stolen', '42501', NULL, 'the role of the roll-up reads no answers');
CREATE FOREIGN TABLE public.stolen_tally (round_id int, municipality_id int, tally text) SERVER region_37 OPTIONS (schema_name 'ivanovo', table_name 'stored_tally');
SELECT throws_ok('SELECT * FROM public.stolen_tally', '42501', NULL, 'nor any other table of the region');

-- ---- tallies add up where ids count the same ----
SELECT is_empty('TABLE federal.difference', 'the regions count by the same definitions');
\setenv PGHOST :HOST
\setenv PGPORT :PORT
\setenv PGUSER :USER
\setenv DB33 :db33
\set ignored `psql -X -q -d "$DB33" -c "UPDATE \"Владимирская область\".indicator SET cohort = 'low_results' WHERE indicator = 'teachers_supported'" 2>&1`
SELECT matches(:'ignored'::text, 'мониторинг .* закрыт', 'definitions of closed rounds are locked');
\set ignored `psql -X -q -d "$DB33" -c "UPDATE \"Владимирская область\".indicator SET valid_until = '2026-01-01' WHERE indicator = 'teachers_supported'" -c "INSERT INTO \"Владимирская область\".indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator, denominator, cohort, valid_from) SELECT indicator, indicator_id, clause, section, position, title, unit, level, numerator, denominator, 'low_results', '2026-01-01' FROM \"Владимирская область\".indicator WHERE indicator = 'teachers_supported'" 2>&1`
SELECT is(:'ignored'::text, '', 'another definition from 2026 on');
SELECT results_eq('SELECT year, indicator_id, regions, of_regions FROM federal.difference', 'VALUES (2026, 6, 2::bigint, 2::bigint)', 'is found');
SELECT is((SELECT array_agg(d ORDER BY length(d)) FROM federal.difference, unnest(string_to_array(definitions, E'\n')) d),
	'{"teachers_supported: school; school; supported; of teachers; in low_results; exclude","teachers_supported: school; school; supported; of teachers; in low_results OR adverse_conditions; exclude"}', 'and shown beside the others''');
SELECT results_eq('SELECT region, changed_at IS NOT NULL FROM federal.freshness ORDER BY 1', $$VALUES ('33', true), ('37', false)$$, 'and that this region has not been refreshed since');
\set ignored `psql -X -q -d "$DB33" -c "UPDATE \"Владимирская область\".indicator SET valid_until = '2026-01-01' WHERE indicator = 'results_note'" 2>&1`
SELECT is((SELECT count(*) FROM federal.difference WHERE indicator_id = 2 AND regions = 1 AND year = 2026), 1::bigint, 'an indicator that one region alone counts is found too');

-- ---- one methodology over the answers of all regions: for a role that the regions let read them ----
CREATE SERVER answer_37 FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'HOST', port :'PORT', dbname :'db37', extensions 'shnor');
CREATE SERVER answer_33 FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'HOST', port :'PORT', dbname :'db33', extensions 'shnor');
CREATE USER MAPPING FOR PUBLIC SERVER answer_37 OPTIONS (user 'federal_researcher', password 'federal');
CREATE USER MAPPING FOR PUBLIC SERVER answer_33 OPTIONS (user 'federal_researcher', password 'federal');
CREATE TABLE federal.answer (region text, year int, columns text[], low_results boolean, adverse_conditions boolean, is_school boolean, teachers int, supported int, has_prevention boolean) PARTITION BY LIST (region);
CREATE FOREIGN TABLE federal.answer_37 PARTITION OF federal.answer FOR VALUES IN ('37') SERVER answer_37 OPTIONS (schema_name 'federal', table_name 'answer');
CREATE FOREIGN TABLE federal.answer_33 PARTITION OF federal.answer FOR VALUES IN ('33') SERVER answer_33 OPTIONS (schema_name 'federal', table_name 'answer');
CREATE TABLE federal.reference AS
SELECT shnor.methodology(v.id, v.numerator, v.denominator, v.cohort, v.missing) AS methodology
FROM (VALUES (6, 'supported', 'teachers', 'is_school AND (low_results OR adverse_conditions)', 'exclude'), (13, 'has_prevention', NULL, 'is_school', 'no')) AS v(id, numerator, denominator, cohort, missing);
CREATE VIEW federal.recount AS
SELECT c.year, shnor.sum(c.tally) AS tally
FROM (SELECT a.region, a.year, shnor.tally((SELECT r.methodology FROM federal.reference r), a.columns, a.low_results, a.adverse_conditions, a.is_school, a.teachers, a.supported, a.has_prevention) AS tally
	  FROM federal.answer a GROUP BY a.region, a.year) AS c
GROUP BY c.year;
SELECT bag_eq('SELECT c.year, x.id, shnor.numerator(x.share), shnor.denominator(x.share) FROM federal.recount c CROSS JOIN LATERAL shnor.items(c.tally) x WHERE c.year < 2026',
	'SELECT year, indicator_id, numerator, denominator FROM federal.result WHERE indicator_id IN (6, 13) AND year < 2026', 'one methodology over the answers of all regions: the same figures where the definitions are the same');
SELECT is((SELECT rows FROM moved('SELECT * FROM federal.recount')), 6::bigint, 'counted over there: a row per region and year');
SELECT matches((SELECT sent FROM moved('SELECT * FROM federal.recount')), '^SELECT region, year, shnor\.tally\(\$1::shnor\.methodology, columns, low_results, .*\) FROM federal\.answer GROUP BY 1, 2$', 'the methodology is sent to the answers');
-- what it costs to write it otherwise: every row of (540 + 288) schools in three years
SELECT is((SELECT rows FROM moved(replace(pg_get_viewdef('federal.recount'::regclass), 'a.columns', $$'{low_results,adverse_conditions,is_school,teachers,supported,has_prevention}'::text[]$$))), 2484::bigint, 'names of columns written as a constant: all answers travel');
SELECT is((SELECT rows FROM moved($$SELECT a.year, shnor.tally((SELECT r.methodology FROM federal.reference r), a.columns, a.low_results, a.adverse_conditions, a.is_school, a.teachers, a.supported, a.has_prevention) FROM federal.answer a GROUP BY a.year$$)), 2484::bigint, 'not grouped by region: all answers travel');
SET enable_partitionwise_aggregate = off;
SELECT is((SELECT rows FROM moved('SELECT * FROM federal.recount')), 2484::bigint, 'without the setting: all answers travel');

SELECT * FROM finish();
SET client_min_messages = error;
DROP EXTENSION postgres_fdw CASCADE;
SELECT format('DROP DATABASE %I WITH (FORCE)', d) FROM unnest(ARRAY[:'db37', :'db33']) d \gexec
DROP ROLE federal_reader, federal_researcher;
\else
SELECT plan(1);
SELECT skip('postgres_fdw is not available', 1);
SELECT * FROM finish();
\endif
