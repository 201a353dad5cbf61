-- The oracle of regions, a small part: all views of random synthetic regions against plain SQL over their base tables.
-- `make oracle` runs the same code with a thousand regions and another seed.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT plan(19);
SELECT is(shnor.create_region('probe'), 'probe', 'a region without rows');
\ir ../oracle.d/random.sql
\ir ../oracle.d/formula.sql
\ir ../oracle.d/region.sql
\ir ../oracle.d/plant.sql

SELECT is(oracle.region(20261124 + g), NULL, 'random region ' || g) FROM generate_series(1, 12) g;
SELECT is((SELECT count(*) FROM probe.school) + (SELECT count(*) FROM oracle.rule WHERE indicator_id > 18), 0::bigint, 'of which nothing is left');
SELECT cmp_ok(figures, '>=', 1000::bigint, 'many figures') FROM oracle.region_total;
SELECT cmp_ok(scored, '>=', 200::bigint, 'many of them scored') FROM oracle.region_total;
SELECT cmp_ok(least(closed, conflicts), '>=', 3::bigint, 'of closed rounds too, and of sources that differ') FROM oracle.region_total;

-- errors in views are found
SELECT cmp_ok(oracle.plant(20261124, 'round_member', 'l.since <= b.cohort_on', 'l.since < b.cohort_on'), '<=', 60, 'a status that begins a day late');
SELECT cmp_ok(oracle.plant(20261124, 'indicator_result', 'COALESCE(own.threshold, common.threshold)', 'COALESCE(common.threshold, own.threshold)'), '<=', 60, 'the wrong threshold');

SELECT * FROM finish();
ROLLBACK;
