-- No C function keeps memory: the cases of `make memory` with fewer calls. A chunk takes 24 bytes at least: one kept in
-- each call would be more than 200 kB.
BEGIN;
CREATE EXTENSION pgtap;
SELECT no_plan();
\ir ../memory.sql

SELECT is_empty('SELECT * FROM not_measured', 'every function written in C is measured');
SELECT is(greatest(kb, 200), 200, format('%s: %s', kind, expression))
FROM (SELECT c.*, measure(c, 10000) AS kb FROM cases c ORDER BY n) AS m;

SELECT finish();
ROLLBACK;
