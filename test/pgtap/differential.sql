-- The oracle of formulas, a small part: for random formulas and rows, the engine gives what PostgreSQL gives for the same
-- text. `make oracle` runs the same code with a million pairs and another seed.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT plan(16);
\ir ../oracle.d/random.sql
\ir ../oracle.d/formula.sql
\ir ../oracle.d/pairs.sql

SELECT is(oracle.pairs(20261124 + g, 200), NULL, 'random formulas and rows, part ' || g) FROM generate_series(1, 8) g;

-- the pairs are of all kinds: the comparison above could have failed
SELECT is(pairs, 24000::bigint, '24,000 pairs of formula and row') FROM oracle.pair_total;
SELECT cmp_ok(nulls, '>=', 2000::bigint, 'pairs with NULL') FROM oracle.pair_total;
SELECT cmp_ok(overflows, '>=', 1000::bigint, 'pairs with overflow') FROM oracle.pair_total;
SELECT cmp_ok(refused, '>=', 500::bigint, 'pairs with a formula that is refused') FROM oracle.pair_total;
SELECT cmp_ok("values", '>=', 10000::bigint, 'pairs with a value') FROM oracle.pair_total;
SELECT cmp_ok(compiled, '>=', 10000::bigint, 'pairs that the compiled form takes') FROM oracle.pair_total;
SELECT cmp_ok(formulas, '>=', 1200::bigint, 'many different formulas') FROM oracle.pair_total;

-- an error is found: NULL taken for 0
ALTER FUNCTION oracle.by_tally(text, int, int) RENAME TO by_tally_right;
CREATE FUNCTION oracle.by_tally(formula text, low int, high int) RETURNS text[] LANGUAGE sql AS $$ SELECT array_replace(oracle.by_tally_right(formula, low, high), 'NULL', '0') $$;
SELECT isnt(oracle.pairs(20261125, 20), NULL, 'and an error would have been found');

SELECT * FROM finish();
ROLLBACK;
