-- formulas: what may stand in one, and where an error points
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS shnor;
RESET client_min_messages;
SET search_path = public, shnor;
\set SHOW_CONTEXT never

CREATE FUNCTION pg_temp.value(formula text) RETURNS text LANGUAGE sql AS
$$ SELECT coalesce(numerator::text, 'NULL')
   FROM (SELECT 3 AS a, 4::smallint AS b, 5::bigint AS c, 2.0 AS n, true AS yes, false AS no, NULL::boolean AS unknown, NULL::int AS empty) r,
	contribution((SELECT methodology(1, formula, NULL, NULL, 'no')), r) $$;

-- the subset, one construct a line
SELECT formula, pg_temp.value(formula) FROM (VALUES
	('7'), ('true'), ('FALSE'), ('a'), ('A'), ('"a"'), ('a + b * c'), ('(a + b) * c'), ('a - b - c'), ('-a'), ('+a'), ('- 2147483648'),
	('a = 3'), ('a <> 3'), ('a != 3'), ('a < b'), ('a <= 3'), ('a > b'), ('b >= a'),
	('yes AND no'), ('yes OR no'), ('NOT no'), ('no AND unknown'), ('yes AND unknown'), ('yes OR unknown'), ('no OR unknown'), ('NOT unknown'),
	('a IS NULL'), ('empty IS NULL'), ('a IS NOT NULL'), ('empty + a'), ('empty = empty'),
	('a BETWEEN 1 AND 3'), ('a NOT BETWEEN 1 AND 3'), ('empty BETWEEN 1 AND 2'), ('a BETWEEN 4 AND empty'),
	('a IN (1, 2, 3)'), ('a IN (1, empty)'), ('a NOT IN (1, 2)'), ('a NOT IN (1, empty)'), ('a IN (c)'),
	('coalesce(empty, b)'), ('coalesce(empty, empty)'), ('least(a, b, empty)'), ('greatest(a, b, empty)'), ('greatest(empty)'),
	('yes_count(yes, no, yes)'), ('yes_count(unknown)'), ('yes_count(unknown, no)'), ('shnor.yes_count(yes, unknown) >= 1'),
	('n + a'), ('n = 2'), ('coalesce(n, 0)'), ('a /* comments are PostgreSQL''s */ + 1 -- too')
) f(formula);

-- everything else is refused and pointed at
\set VERBOSITY default
SELECT pg_temp.value('');
SELECT pg_temp.value('-- nothing but a comment');
SELECT pg_temp.value('FROM pg_class');
SELECT pg_temp.value('a +');
SELECT pg_temp.value('a b');
SELECT pg_temp.value('a AS b');
SELECT pg_temp.value('a, b');
SELECT pg_temp.value('a FROM pg_class');
SELECT pg_temp.value('a WHERE yes');
SELECT pg_temp.value('a ORDER BY b');
SELECT pg_temp.value('a GROUP BY b');
SELECT pg_temp.value('a HAVING yes');
SELECT pg_temp.value('a LIMIT 1');
SELECT pg_temp.value('DISTINCT a');
SELECT pg_temp.value('a UNION SELECT 1');
SELECT pg_temp.value('a; DROP TABLE x');
SELECT pg_temp.value('a / b');
SELECT pg_temp.value('a % b');
SELECT pg_temp.value('a OPERATOR(pg_catalog.+) b');
SELECT pg_temp.value('1.5');
SELECT pg_temp.value('''текст''');
SELECT pg_temp.value('NULL');
SELECT pg_temp.value('a::bigint');
SELECT pg_temp.value('cast(a AS bigint)');
SELECT pg_temp.value('r.a');
SELECT pg_temp.value('*');
SELECT pg_temp.value('$1');
SELECT pg_temp.value('CASE WHEN yes THEN 1 END');
SELECT pg_temp.value('yes IS TRUE');
SELECT pg_temp.value('(SELECT 1)');
SELECT pg_temp.value('a IN (SELECT 1)');
SELECT pg_temp.value('EXISTS (SELECT 1)');
SELECT pg_temp.value('a BETWEEN SYMMETRIC 3 AND 1');
SELECT pg_temp.value('a IS DISTINCT FROM b');
SELECT pg_temp.value('nullif(a, b)');
SELECT pg_temp.value('ARRAY[a]');
SELECT pg_temp.value('row(a)');
SELECT pg_temp.value('a LIKE b');
SELECT pg_temp.value('abs(a)');
SELECT pg_temp.value('pg_sleep(1)');
SELECT pg_temp.value('current_date');
SELECT pg_temp.value('yes_count()');
SELECT pg_temp.value('yes_count(VARIADIC yes)');
SELECT pg_temp.value('yes_count(DISTINCT yes)');
SELECT pg_temp.value('yes_count(yes) FILTER (WHERE yes)');
SELECT pg_temp.value('yes_count(yes) OVER ()');
-- the parser's errors of other kinds are about the formula, too
SELECT pg_temp.value('yes OR UNIQUE (SELECT 1)');
SELECT pg_temp.value('a > E''\xff''');

-- types
SELECT pg_temp.value('a + yes');
SELECT pg_temp.value('- yes');
SELECT pg_temp.value('a AND yes');
SELECT pg_temp.value('NOT a');
SELECT pg_temp.value('yes AND b');
SELECT pg_temp.value('c OR yes');
SELECT pg_temp.value('NOT n');
SELECT pg_temp.value('a = yes');
SELECT pg_temp.value('a IN (1, yes)');
SELECT pg_temp.value('coalesce(a, yes)');
SELECT pg_temp.value('yes_count(yes, a)');
SELECT pg_temp.value('a BETWEEN no AND yes');
-- also where the value would not matter
SELECT pg_temp.value('false AND nobody');
SELECT pg_temp.value('coalesce(1, nobody)');

-- overflow: of the type that SQL gives the expression; Cyrillic is counted by characters
SELECT pg_temp.value('a * 2147483647');
SELECT pg_temp.value('b * b * b * b * b * b * b * b * b * b * b * b');
SELECT pg_temp.value('c * 9223372036854775807');
SELECT pg_temp.value('/* выше порога */ 2147483647 + 1');
SELECT pg_temp.value('a > 5 OR 2147483647 + 1 > 0');
SELECT pg_temp.value('false AND 2147483647 + 1 > 0');
SELECT pg_temp.value('n * 9223372036854775807');
SELECT pg_temp.value('n * 9223372036854775808 > 1');

-- short cuts skip what they skip in SQL
SELECT pg_temp.value('a > 1 OR a * 2147483647 > 0');
SELECT pg_temp.value('a * 2147483647 > 0 OR a > 1');
SELECT pg_temp.value('a < 1 AND a * 2147483647 > 0');
SELECT pg_temp.value('coalesce(a, a * 2147483647)');

-- a count must be whole
CREATE FUNCTION pg_temp.numeric_value(n numeric) RETURNS bigint LANGUAGE sql AS
$$ SELECT numerator FROM (SELECT n) r(n), contribution((SELECT methodology(1, 'n', NULL, NULL, 'no')), r) $$;
SELECT pg_temp.numeric_value(12), pg_temp.numeric_value(12.000), pg_temp.numeric_value(-9223372036854775808), pg_temp.numeric_value(NULL);
SELECT pg_temp.numeric_value(12.5);
SELECT pg_temp.numeric_value('NaN');
SELECT pg_temp.numeric_value('Infinity');
SELECT pg_temp.numeric_value(9223372036854775808);

-- deep nesting ends in an error, not in a crash
\set VERBOSITY sqlstate
SELECT pg_temp.value(repeat('(', 500000) || 'a' || repeat(')', 500000));
SELECT pg_temp.value(repeat('(', 1000000) || 'a' || repeat(')', 1000000));
SELECT pg_temp.value(repeat('NOT ', 200000) || 'yes');
SELECT pg_temp.value('a' || repeat(' + a', 200000));
\set VERBOSITY default
SELECT pg_temp.value('a' || repeat(' + a', 2000));

-- yes_count by itself
SELECT yes_count(true, false, NULL), yes_count(false), yes_count(NULL, NULL),
	yes_count(VARIADIC '{t,t,f}'), yes_count(VARIADIC '{}'), yes_count(VARIADIC NULL),
	yes_count(VARIADIC '{{t,f},{t,NULL}}');
SELECT n FROM generate_series(0, 100) n, LATERAL (
	SELECT array_agg(answer) AS answers, CASE WHEN count(answer) > 0 THEN count(*) FILTER (WHERE answer) END AS yes
	FROM (SELECT CASE (i * i + n) % 5 WHEN 0 THEN true WHEN 1 THEN false WHEN 2 THEN n % 2 = 0 WHEN 4 THEN true END FROM generate_series(1, n) i) a(answer)) a
WHERE yes_count(VARIADIC answers) IS DISTINCT FROM yes;
