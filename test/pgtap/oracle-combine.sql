-- The oracle of methodologies, a small part: one figure, however it is reached. `make oracle` runs the same code with
-- more methodologies and another seed.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT plan(12);
\ir ../oracle.d/random.sql
\ir ../oracle.d/formula.sql
\ir ../oracle.d/combine.sql

SELECT is(oracle.combine(20261124 + g), NULL, 'random methodology ' || g) FROM generate_series(1, 8) g;
SELECT cmp_ok(definitions, '>=', 80::bigint, 'definitions of all kinds') FROM oracle.combine_total;
SELECT cmp_ok(failing, '>=', 1::bigint, 'some that overflow') FROM oracle.combine_total;
SELECT cmp_ok(workers, '>=', 8::bigint, 'workers took part') FROM oracle.combine_total;

-- one more in one numerator is found
ALTER FUNCTION oracle.count_by_hand() RENAME TO count_right;
CREATE FUNCTION oracle.count_by_hand() RETURNS void LANGUAGE sql AS
$$ SELECT oracle.count_right(); UPDATE oracle.hand SET n = n + 1 WHERE (id, place) = (SELECT id, place FROM oracle.hand LIMIT 1) $$;
SELECT isnt(oracle.combine(20261125), NULL, 'and a figure that is wrong by one would have been found');

SELECT * FROM finish();
ROLLBACK;
