-- tally: counting rows, by hand-checked examples
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS shnor;
RESET client_min_messages;
SET search_path = public, shnor;
\set SHOW_CONTEXT never

CREATE TEMP TABLE answers (municipality int, in_list boolean, teachers int, supported int, has_program boolean);
INSERT INTO answers VALUES
	(1, true,  10, 5, true),
	(1, true,  20, 7, false),
	(1, false, 99, 9, true),
	(1, NULL,  99, 9, true),
	(2, true,  30, NULL, NULL),
	(2, true,  NULL, 4, true),
	(3, false, 8, 8, NULL);

CREATE TEMP TABLE method AS
SELECT methodology(id, numerator, denominator, cohort, missing) AS m FROM (VALUES
	(1, 'in_list', NULL, NULL, 'no'),
	(2, 'supported', 'teachers', 'in_list', 'exclude'),
	(3, 'supported', 'teachers', 'in_list', 'no'),
	(4, 'has_program', NULL, 'in_list', 'no'),
	(5, 'has_program', NULL, 'in_list', 'exclude')) d(id, numerator, denominator, cohort, missing);

-- over columns, over rows, and the sum of contributions: the four rules of counting
SELECT municipality, tally((SELECT m FROM method), ARRAY['in_list', 'teachers', 'supported', 'has_program'], in_list, teachers, supported, has_program)
FROM answers GROUP BY 1 ORDER BY 1;
SELECT municipality, tally((SELECT m FROM method), answers) FROM answers GROUP BY 1 ORDER BY 1;
SELECT municipality, c.id, count(*) FILTER (WHERE in_cohort) AS rows, sum(numerator) AS n, sum(denominator) AS d
FROM answers, method, contribution(m, answers) c GROUP BY 1, 2 ORDER BY 1, 2;
-- which of them count a row at all
SELECT counted(m, answers), count(*) FROM answers, method GROUP BY 1 ORDER BY 1 NULLS LAST;
SELECT answers FROM answers, method WHERE counted(m, answers) IS DISTINCT FROM (SELECT array_agg(c.id ORDER BY c.id) FROM contribution(m, answers) c WHERE c.numerator > 0);
SELECT counted(NULL, ROW(1)), counted('[]', ROW(1));

-- roll-up, items, +
SELECT (items(sum(t))).* FROM (SELECT tally((SELECT m FROM method), answers) AS t FROM answers GROUP BY municipality) s;
SELECT '{1:1/2:1:0,3:5/5:1:1}'::tally + '{2:7/8:1:0,3:1/1:2:3}';
SELECT '{1:1/2:1:0}'::tally + NULL IS NULL, sum(t) FROM (VALUES ('{1:1/2:1:0}'::tally), (NULL), ('{1:1/2:1:0}')) v(t);
SELECT '{1:9223372036854775807/1:1:0}'::tally + '{1:1/1:1:0}';
SELECT * FROM items('{}');
SELECT count(*) FROM items(NULL);

-- no rows, no names, rows that are not there
SELECT tally((SELECT m FROM method), answers) IS NULL, sum(NULL::tally) IS NULL FROM answers WHERE false;
SELECT tally('[]', answers), tally('[{"id": 1, "numerator": "true"}]', answers) FROM answers;
SELECT tally('[{"id": 1, "numerator": "true"}]', b) FROM answers a LEFT JOIN answers b ON b.teachers = a.teachers AND b.municipality = 3;

-- columns in any order, and more than are read
SELECT tally('[{"id": 1, "numerator": "supported", "denominator": "teachers"}]',
	ARRAY['supported', 'comment', 'teachers'], supported, 'text'::text, teachers) FROM answers;
-- types of answers
SELECT tally('[{"id": 1, "numerator": "a + b + c + n + d", "denominator": "yes"}]', ARRAY['a', 'b', 'c', 'n', 'yes', 'd'],
	a, b, c, n, yes, d)
FROM (VALUES (1::smallint, 2::int, 3::bigint, 4::numeric, true, 5::numeric)) v(a, b, c, n, yes, d);
CREATE DOMAIN pg_temp.headcount AS int CHECK (VALUE >= 0);
SELECT tally('[{"id": 1, "numerator": "a"}]', ARRAY['a'], 5::pg_temp.headcount);

-- numeric counts stay exact
SELECT tally('[{"id": 1, "numerator": "n", "denominator": "2 * n"}, {"id": 2, "numerator": "n > 9223372036854775807"}]', ARRAY['n'], n)
FROM (VALUES (12::numeric), (4611686018427387891.00), (NULL)) v(n);

SELECT tally('[{"id": 1, "numerator": "n", "cohort": "n > 5"}]', ARRAY['n'], n) FROM (VALUES (1), (7), (9.0), (NULL)) v(n);

-- what is wrong is named
SELECT tally(NULL, answers) FROM answers;
SELECT tally(NULL::methodology, ARRAY['a'], 1);
SELECT tally('[{"id": 1, "numerator": "a"}]', NULL, 1);
SELECT tally('[{"id": 1, "numerator": "a"}]', ARRAY['a', 'b'], 1);
SELECT tally('[{"id": 1, "numerator": "a"}]', ARRAY['a', NULL], 1, 2);
SELECT tally('[{"id": 1, "numerator": "a"}]', ARRAY['a', 'a'], 1, 2);
SELECT tally('[{"id": 1, "numerator": "a"}]', ARRAY['a'], VARIADIC ARRAY[1]);
SELECT tally('[{"id": 1, "numerator": "a"}, {"id": 2, "numerator": "a", "cohort": "b AND teecher > 0"}]', ARRAY['a', 'b'], 1, true);
SELECT tally('[{"id": 1, "numerator": "a"}]', ARRAY['a'], 'x'::text);
SELECT tally('[{"id": 1, "numerator": "a"}]', ARRAY['a'], 1.5::float8);
SELECT tally('[{"id": 1, "numerator": "a"}]', ARRAY['a'], NULL);
SELECT tally('[{"id": 1, "numerator": "a", "cohort": "a"}]', ARRAY['a'], 1);
SELECT tally('[{"id": 3, "numerator": "a * a"}]', ARRAY['a'], 100000);
SELECT tally('[{"id": 3, "numerator": "a"}]', ARRAY['a'], a) FROM (VALUES (9223372036854775807), (1)) v(a);
-- also where a row that does not count brings the shared sum back into range
SELECT tally('[{"id": 3, "numerator": "b", "denominator": "a"}]', ARRAY['a', 'b'], a, b) FROM (VALUES (9223372036854775807, 1), (-100, NULL), (5, 1)) v(a, b);
SELECT tally('[{"id": 3, "numerator": "b", "denominator": "a"}]', ARRAY['a', 'b'], a, b) FROM (VALUES (9223372036854775807, 1), (-100, NULL), (-5, 1)) v(a, b);
SELECT tally('[{"id": 3, "numerator": "a"}]', ARRAY['a'], 2.5);

-- a lane shared by indicators may leave bigint where no indicator does
SELECT tally('[{"id": 1, "numerator": "a", "denominator": "t"}, {"id": 2, "numerator": "b", "denominator": "t"}]', ARRAY['a', 'b', 't'], a, b, t)
FROM (VALUES (1, NULL, 9223372036854775807), (NULL, 2, 9223372036854775806), (NULL, NULL, 5)) v(a, b, t);

-- methodologies and names that change from row to row
SELECT tally(m, ARRAY['a'], a) FROM (VALUES
	('[{"id": 1, "numerator": "a"}]'::methodology, 5), ('[{"id": 2, "numerator": "a + 1"}]', 6), ('[{"id": 1, "numerator": "a"}]', 7)) v(m, a);
SELECT tally('[{"id": 1, "numerator": "a - b"}]', names, x, y) FROM (VALUES
	(ARRAY['a', 'b'], 5, 1), (ARRAY['b', 'a'], 5, 1), (ARRAY['b', 'a'], 1, 3)) v(names, x, y);

-- called by hand, the parts of the aggregate give plain tallies
SELECT tally_accum(NULL, '[{"id": 1, "numerator": "a"}]', ARRAY['a'], 5);
SELECT tally_accum('{1:1/1:1:0}', '[{"id": 1, "numerator": "a"}]', ARRAY['a'], NULL::int);
SELECT tally_accum_row('{7:1/1:1:0}', '[{"id": 1, "numerator": "municipality"}]', a) FROM answers a LIMIT 1;
SELECT tally_accum_row('{7:1/1:1:0}', '[]', NULL), tally_combine('{1:1/1:1:0}', '{1:1/1:1:0}'), tally_final('{1:1/1:1:0}');

-- in a window, the state goes on after each result
SELECT municipality, tally('[{"id": 1, "numerator": "has_program", "missing": "no"}]', ARRAY['has_program'], has_program) OVER (ORDER BY municipality)
FROM answers ORDER BY 1;

-- an aggregate of one's own without a final function still gives a tally
CREATE AGGREGATE pg_temp.bare(methodology, text[], VARIADIC "any") (SFUNC = tally_accum, STYPE = tally);
CREATE TEMP TABLE kept AS SELECT municipality, pg_temp.bare((SELECT m FROM method), ARRAY['in_list', 'teachers', 'supported', 'has_program'], in_list, teachers, supported, has_program) AS t FROM answers GROUP BY 1;
SELECT municipality, t, tally_send(t) = tally_send(t::text::tally) FROM kept ORDER BY 1;

-- such states, as processes of a parallel plan hand them on: 1 met no missing answer, 2 did, 3 is as large as can be
\set two '[{"id": 1, "numerator": "a", "denominator": "b"}, {"id": 2, "numerator": "a", "missing": "no"}]'
CREATE TEMP TABLE state AS
SELECT process, pg_temp.bare(:'two', ARRAY['a', 'b'], a, b) AS t
FROM (VALUES (1, 3, 4), (1, 5, 6), (2, NULL, 7), (2, 1, 2), (3, 9223372036854775807, 1)) v(process, a, b) GROUP BY 1;
SELECT * FROM state ORDER BY 1;
SELECT sum(t ORDER BY process), sum(t ORDER BY process DESC) FROM state WHERE process < 3;
SELECT sum(t) FROM state WHERE process <> 2;
-- also where the lane that two indicators share would leave bigint, and no indicator does
SELECT sum(t) FROM (
	SELECT pg_temp.bare('[{"id": 1, "numerator": "a", "denominator": "t"}, {"id": 2, "numerator": "b", "denominator": "t"}]', ARRAY['a', 'b', 't'], a, b, t) AS t
	FROM (VALUES (1, NULL, 9223372036854775807), (NULL, 2, 9223372036854775806)) v(a, b, t) GROUP BY a) s;
-- states of two methodologies, and of two types of one column
SELECT sum(t) FROM (
	SELECT t FROM state WHERE process = 1
	UNION ALL SELECT pg_temp.bare('[{"id": 2, "numerator": "a"}]', ARRAY['a', 'b'], 5::bigint, 6)
	UNION ALL SELECT pg_temp.bare(:'two', ARRAY['a', 'b'], 7, 8)) s;
-- a row added by hand leaves the state as it was
SELECT tally_accum(t, :'two', ARRAY['a', 'b'], 1::bigint, 1), tally_accum(t, :'two', ARRAY['a', 'b'], 1::bigint, NULL::int), t AS still
FROM state WHERE process < 3 ORDER BY process;

-- text form
SELECT '{}'::tally, ' { 1 : 2 / 3 : 4 : 5 } '::tally, '{-5:-1/-2:0:0,7:9223372036854775807/-9223372036854775808:1:2}'::tally;
SELECT ''::tally;
SELECT '{'::tally;
SELECT '{1}'::tally;
SELECT '{1:2/3:4}'::tally;
SELECT '{1:2/3:4:5,}'::tally;
SELECT '{1:2/3:4:5 6}'::tally;
SELECT '{-:2/3:4:5}'::tally;
SELECT '{1:2/3:4:5}x'::tally;
SELECT '{1:+2/3:4:5}'::tally;
SELECT '{1:2/3:-4:5}'::tally;
SELECT '{2:2/3:4:5,1:2/3:4:5}'::tally;
SELECT '{1:9223372036854775808/3:4:5}'::tally;
SELECT '{3000000000:2/3:4:5}'::tally;
SELECT '{1:-9223372036854775809/3:4:5}'::tally;
SELECT '{-0000000000000000000000005:000000000000000000000000007/-9223372036854775808:9223372036854775807:00}'::tally;
SELECT '{1:-/3:4:5}'::tally;
SELECT '{1:- 2/3:4:5}'::tally;

-- binary form
SELECT encode(tally_send('{1:2/3:4:5}'), 'hex');
CREATE TEMP TABLE stored (t tally);
INSERT INTO stored VALUES ('{}'), (NULL), ('{1:2/3:4:5,2:-1/0:0:0}');
INSERT INTO stored SELECT t FROM kept;
\copy stored TO PROGRAM 'cat > "$PG_ABS_BUILDDIR/results/tally.bin"' WITH (FORMAT binary)
CREATE TEMP TABLE received (t tally);
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR/results/tally.bin"' WITH (FORMAT binary)
SELECT count(*), count(t) FROM received;
SELECT t::text FROM stored EXCEPT ALL SELECT t::text FROM received;
-- as sent by somebody: a good one, then an unknown version, more or fewer than are said, ids that do not ascend, a
-- number of rows below zero, a byte too few, a byte too many, nothing
TRUNCATE received;
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\51\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\0\0\0\0\0\0\0\46\0\0\0\0\0\0\0\2\377\377"' WITH (FORMAT binary)
TABLE received;
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\51\2\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\0\0\0\0\0\0\0\46\0\0\0\0\0\0\0\2\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\51\1\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\0\0\0\0\0\0\0\46\0\0\0\0\0\0\0\2\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\5\1\377\377\377\377\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\51\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\0\0\0\0\0\0\0\46\0\0\0\0\0\0\0\2\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\115\1\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\0\0\0\0\0\0\0\46\0\0\0\0\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\0\0\0\0\0\0\0\46\0\0\0\0\0\0\0\2\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\51\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\0\0\0\0\0\0\0\46\377\377\377\377\377\377\377\376\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\50\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\0\0\0\0\0\0\0\46\0\0\0\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\52\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0\50\0\0\0\0\0\0\0\46\0\0\0\0\0\0\0\2\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\377\377"' WITH (FORMAT binary)
SELECT count(*) FROM received;
