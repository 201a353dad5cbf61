-- copy.sql: the values that test/fuzz/copy starts from, tables seed_share, seed_methodology, seed_tally.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
CREATE EXTENSION shnor;
SET search_path = public, shnor;

CREATE TABLE seed_share (v share);
INSERT INTO seed_share
SELECT share(n, d) FROM unnest('{0,1,-1,12,65536,-9223372036854775808,9223372036854775807}'::bigint[]) n, unnest('{0,40,-7,9223372036854775807}'::bigint[]) d;

CREATE TABLE seed_methodology (v methodology);
-- a new region's indicators: all, and each by itself
SELECT create_region('region') \g /dev/null
INSERT INTO seed_methodology SELECT methodology(indicator_id, numerator, denominator, cohort, missing) FROM region.indicator;
INSERT INTO seed_methodology SELECT methodology(indicator_id, numerator, denominator, cohort, missing) FROM region.indicator GROUP BY indicator_id;
-- each policy and node, negative numbers, names beyond ASCII, no item, many, long texts
INSERT INTO seed_methodology VALUES ('[]'),
	('[{"id": 1, "numerator": "a"}]'),
	('[{"id": -2147483648, "numerator": "a", "missing": "no"}, {"id": 0, "numerator": "b", "missing": "exclude"}, {"id": 2147483647, "numerator": "c", "missing": null}]'),
	('[{"id": 5, "numerator": "-a + 1", "denominator": "greatest(b, 0) * 2", "cohort": "NOT c OR d IS NULL", "missing": "no"}]'),
	('[{"id": 6, "numerator": "a BETWEEN 1 AND -2 AND b NOT IN (1, 2, x)", "denominator": "coalesce(least(a, b), 7)", "cohort": "c IS NOT NULL AND (d OR TRUE)", "missing": "exclude"}]'),
	('[{"id": 7, "numerator": "yes_count(a, b, c) >= 2", "cohort": "\"Школа «№ 1»\" <> 0"}, {"id": 8, "numerator": "\"𝄞\" > 0 /* нота */"}]'),
	('[{"id": 9, "numerator": "9223372036854775807", "denominator": "9223372036854775808", "cohort": "a\n\t=\r\n1 -- end"}]');
INSERT INTO seed_methodology SELECT methodology(i, 'n' || i, 'd', CASE WHEN i % 3 = 0 THEN 'c' END, CASE i % 2 WHEN 0 THEN 'no' ELSE 'exclude' END) FROM generate_series(1, 300) i;
INSERT INTO seed_methodology SELECT methodology(1, (SELECT string_agg('вопрос' || i, ' + ') FROM generate_series(1, 500) i), 'b', 'c', 'no');

CREATE TABLE seed_tally (v tally);
INSERT INTO seed_tally VALUES ('{}'), ('{1:12/40:38:2}'), ('{-5:-3/-4:0:0,0:0/0:0:0,7:1/0:9223372036854775807:9223372036854775807}'),
	('{-2147483648:-9223372036854775808/9223372036854775807:1:0,2147483647:9223372036854775807/-9223372036854775808:0:1}');
INSERT INTO seed_tally SELECT ('{' || string_agg(format('%s:%s/%s:%s:%s', i, i * 7, i * 1000, i, 5 - i), ',' ORDER BY i) || '}')::tally FROM generate_series(1, 5) i;
INSERT INTO seed_tally SELECT ('{' || string_agg(format('%s:%s/%s:%s:%s', i, -i, i * 1000, -i, (i + 1000) % 3), ',' ORDER BY i) || '}')::tally FROM generate_series(-1000, -1) i;
-- as aggregates leave them: results, and running states by an aggregate of one's own without the final function
CREATE AGGREGATE running(methodology, text[], VARIADIC "any") (SFUNC = tally_accum, STYPE = tally);
CREATE TABLE answer AS SELECT CASE WHEN i % 5 > 0 THEN i END AS a, i % 7 AS b, i % 3 = 0 AS c, CASE WHEN i % 4 > 0 THEN i % 2 = 0 END AS d FROM generate_series(1, 100) i;
INSERT INTO seed_tally
SELECT unnest(ARRAY[tally(v, '{a,b,c,d}', a, b, c, d), running(v, '{a,b,c,d}', a, b, c, d), running(v, '{a,b,c,d}', a, b, c, d) FILTER (WHERE a IS NOT NULL AND d IS NOT NULL)])
FROM answer, (VALUES (1, '[{"id": 1, "numerator": "a"}]'::methodology), (2, '[{"id": -3, "numerator": "a", "denominator": "b", "cohort": "c"}, {"id": 4096, "numerator": "d", "missing": "no"}, {"id": 4097, "numerator": "a > b", "denominator": "a"}]')) m(n, v)
GROUP BY n;
