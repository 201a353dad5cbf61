-- Sizes that nobody needs: each ends in an error that says what to do, or in the right answer.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET LOCAL search_path = public, shnor;
SET LOCAL client_min_messages = warning;	-- names are truncated below

-- brackets, signs and operators in depth
SELECT throws_ok(format($$SELECT methodology(1, %L, NULL, NULL, 'no')$$, repeat('(', 1000000) || 'a' || repeat(')', 1000000)),
				 '54000', 'indicator 1, numerator: the formula is longer than 1048576 bytes', 'a million brackets: no text is so long');
SELECT throws_ok(format($$SELECT methodology(1, %L, NULL, NULL, 'no')$$, repeat('(', 500000) || 'a' || repeat(')', 500000)),
				 '42601', 'indicator 1, numerator: memory exhausted at or near "("', 'half of them: PostgreSQL''s parser says so');
CREATE FUNCTION pg_temp.hint(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	EXECUTE command;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN hint;
END $$;
SELECT is(pg_temp.hint(format($$SELECT methodology(1, %L, NULL, NULL, 'no')$$, repeat('(', n) || 'a' || repeat(')', n))),
	'Let the query or a view compute a part of it, and name that column in the formula.', format('what to do about %s brackets', n))
FROM unnest(ARRAY[1000000, 500000]) n;
SELECT throws_ok(format($$SELECT methodology(1, %L, NULL, NULL, 'no')$$, repeat('NOT ', 200000) || 'a'), '42601', NULL, 'many NOTs');
SELECT throws_ok(format($$SELECT methodology(1, %L, NULL, NULL, 'no')$$, repeat('a + ', 200000) || 'a'), '54001', NULL, 'many additions');
SELECT throws_ok(format($$SELECT methodology(1, %L, NULL, NULL, 'no')$$, repeat('coalesce(', 100000) || 'a' || repeat(')', 100000)), '42601', NULL, 'calls in depth');
SELECT is(columns(methodology(1, 'a' || repeat(' ', 1048575), NULL, 'b' || repeat(' ', 1048575), 'no')), '{a,b}', 'texts of the greatest length');
SELECT throws_ok($$SELECT methodology(1, 'a', NULL, 'b' || repeat(' ', 1048576), 'no')$$,
				 '54000', 'indicator 1, cohort: the formula is longer than 1048576 bytes', 'one byte more');
-- width is no depth
SELECT is((SELECT tally(m, '{a}', 5)::text FROM (SELECT methodology(1, 'a IN (' || (SELECT string_agg(i::text, ', ') FROM generate_series(1, 100000) i) || ')', NULL, NULL, 'no') AS m) x),
		  '{1:1/1:1:0}', 'a hundred thousand numbers in one list');
SELECT is((SELECT tally(m, '{a}', true)::text FROM (SELECT methodology(1, 'yes_count(' || repeat('a, ', 19999) || 'a)', NULL, NULL, 'no') AS m) x),
		  '{1:20000/1:1:0}', 'yes_count() of twenty thousand');

-- names
SELECT throws_ok(format($$SELECT methodology(1, %L, NULL, NULL, 'no')$$, 'a b ' || repeat('c', 3000)), '42601',
				 'indicator 1, numerator: syntax error at or near "' || repeat('c', 3000) || '"', 'a long word is told whole');
SELECT throws_ok(format($$SELECT tally(methodology('[{"id": 1, "numerator": "%s"}]'), '{a}', 1)$$, repeat('n', 1048576)), '42703', NULL, 'a name of a megabyte is no column');
SELECT throws_ok(format($$SELECT tally('[{"id": 1, "numerator": "a"}]', ARRAY[%L], 1)$$, repeat('n', 1048576)), '42703', NULL, 'nor is it one in the list of names');
SELECT is(octet_length(share_in::text), 3, 'blanks around a share may be many')
FROM (SELECT (repeat(' ', 1048576) || '1/2')::share AS share_in) s;
SELECT throws_ok(format('SELECT %L::share', repeat('9', 1048576) || '/2'), '22003', NULL, 'a number of a megabyte');
SELECT throws_ok(format('SELECT %L::tally', '{1:' || repeat('9', 1048576) || '/1:1:0}'), '22003', NULL, 'and in a tally');
SELECT is(('{1:' || repeat('0', 1048576) || '3/4:5:6}')::tally::text, '{1:3/4:5:6}', 'zeros before a number may be many');
SELECT throws_ok(format('SELECT %L::tally', repeat('{', 1048576)), '22P02', NULL, 'a megabyte of braces');
SELECT throws_ok($$SELECT ('{' || repeat(',', 27000000))::tally$$, '54000', 'too many indicators in a tally: 27000001', 'more items than a value can hold');
SELECT throws_ok(format('SELECT %L::methodology', repeat('[', 1000000)), '22P02', NULL, 'a million arrays that are not closed');
SELECT throws_ok(format('SELECT %L::methodology', repeat('[', 1000000) || repeat(']', 1000000)), '54001', NULL, 'and such as are');
SELECT throws_ok($$SELECT ('[{"id": 1, "numerator": "a"' || repeat(', "id": 1', 1000) || '}]')::methodology$$, '22P02', NULL, 'a thousand keys');
SELECT throws_ok($$SELECT ('[{"id": 1, "numerator": "a' || repeat(' ', 8388608) || '"}]')::methodology$$,
				 '54000', 'an element of a methodology''s text is longer than 8388608 bytes', 'a definition of eight megabytes');

-- values of a form
SELECT is(form_normalize(repeat('№ ', 100000) || '5'), repeat('№', 100000) || '5', 'a hundred thousand number signs');
SELECT is(form_count(repeat('0', 1000000) || '7,' || repeat('0', 1000000)), 7::bigint, 'a count with two million zeros');
SELECT is(form_problem(repeat('9', 1000000), 'count'), 'too_large', 'a count of a million digits');
SELECT is((SELECT sum(octet_length(f)) FROM form_rows('"' || repeat('a', 4000000) || E'"\nb', ','), unnest(fields) f), 4000001::bigint, 'a record of four million bytes');
SELECT throws_ok($$SELECT count(*) FROM form_rows(E'a\n"' || repeat(E'b\n', 2200000), ',')$$, '22P04', 'a record of the form is longer than 4194304 bytes', 'a quotation mark that swallows the file');

-- numbers of things
CREATE TEMP TABLE big AS
SELECT methodology(i, 'a + ' || i, NULL, NULL, 'no') AS m, count(*)::bigint AS n FROM generate_series(1, 5000) i;
SELECT is((SELECT count(*) FROM items((SELECT tally(m, '{a}', 1) FROM big)) i WHERE numerator(i.share) = i.id + 1), 5000::bigint, 'five thousand indicators, each its own');
SELECT ok(m::text::methodology::text = m::text, 'and read from its text') FROM big;
SELECT is((SELECT sum(t)::text FROM (SELECT tally(m, '{a}', a) AS t FROM big, generate_series(1, 3) a UNION ALL SELECT tally(m, '{a}', a) FROM big, generate_series(4, 5) a) x),
		  (SELECT tally(m, '{a}', a)::text FROM big, generate_series(1, 5) a), 'and their sums');
-- as few as seventeen of the longest formulas are too many
SELECT throws_ok($$SELECT methodology(i, rpad('a', 1048576), NULL, NULL, 'no') FROM generate_series(1, 17) i$$,
				 '54000', 'a methodology would be larger than 16777216 bytes', 'a methodology of more than sixteen megabytes');
SELECT throws_ok($$SELECT methodology(1, 'a', NULL, NULL, 'no') FROM generate_series(1, 2)$$, '42710', NULL, 'two indicators with one number');

-- the widest row
SELECT lives_ok((SELECT 'CREATE TEMP TABLE widest (' || string_agg('c' || i || ' integer DEFAULT 1', ', ') || ')' FROM generate_series(1, 1600) i), 'a table of 1,600 columns');
INSERT INTO widest DEFAULT VALUES;
SELECT is((SELECT tally('[{"id": 1, "numerator": "c1 + c800 + c1600"}]', w)::text FROM widest w), '{1:3/1:1:0}', 'the last column is read');
SELECT is((SELECT share::text FROM items((SELECT tally(format('[{"id": 1, "numerator": "%s"}]', (SELECT string_agg('c' || i, ' + ') FROM generate_series(1, 1600) i))::methodology, w) FROM widest w))),
		  '1600/1', 'all of them are added');
SELECT results_eq($$SELECT c.* FROM widest w, contribution('[{"id": 1, "numerator": "c1 + c1600", "denominator": "c800"}]', w) c$$, 'VALUES (1, true, 2::bigint, 1::bigint)', 'and of one row');
ALTER TABLE widest ALTER c1 TYPE bigint, DROP c2, DROP c3;
SELECT is((SELECT tally('[{"id": 1, "numerator": "c1 + c1600"}]', w)::text FROM widest w), '{1:2/1:1:0}', 'with columns changed and dropped');

-- the edges of bigint
SELECT is(tally('[{"id": 1, "numerator": "a"}]', '{a}', a)::text, '{1:9223372036854775807/2:2:0}', 'the largest sum') FROM (VALUES (9223372036854775806), (1)) v(a);
SELECT throws_ok($$SELECT tally('[{"id": 1, "numerator": "a"}]', '{a}', a) FROM (VALUES (9223372036854775807), (1)) v(a)$$, '22003', NULL, 'one more');
SELECT is(tally('[{"id": 1, "numerator": "a"}]', '{a}', a)::text, '{1:-9223372036854775808/2:2:0}', 'the smallest sum') FROM (VALUES (-9223372036854775807), (-1)) v(a);
SELECT throws_ok($$SELECT tally('[{"id": 1, "numerator": "a"}]', '{a}', a) FROM (VALUES ((-9223372036854775807) - 1), (-1)) v(a)$$, '22003', NULL, 'one less');
SELECT throws_ok($$SELECT sum(t) FROM (VALUES ('{1:9223372036854775807/1:1:0}'::tally), ('{1:1/1:1:0}')) v(t)$$, '22003', NULL, 'tallies whose sum is too large');
SELECT throws_ok($$SELECT sum(s) FROM (VALUES ('9223372036854775807/1'::share), ('1/1')) v(s)$$, '22003', NULL, 'shares whose sum is too large');
SELECT throws_ok($$SELECT share '9223372036854775807/1' + share '1/1'$$, '22003', NULL, 'and two of them');
SELECT is(percent(share '9223372036854775807/9223372036854775806', 4), 100.0000, 'a percent of the largest numbers');
SELECT is(score(share '9223372036854775806/9223372036854775807', 100), 0::smallint, 'one short of the whole is not the whole');
SELECT is(score(share '9223372036854775807/9223372036854775807', 100), 1::smallint, 'the whole is');

-- a statement that takes long can be stopped; without the check it would run for minutes
CREATE FUNCTION pg_temp.stopped(query text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	RETURN false;
EXCEPTION WHEN query_canceled THEN
	RETURN true;
END $$;
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stopped($$SELECT tally('[{"id": 1, "numerator": "a + 1"}]', '{a}', a) FROM generate_series(1, 1000000000::bigint) a$$), 'counting is stopped');
SELECT ok(pg_temp.stopped($$SELECT methodology(i, 'a + 1', NULL, NULL, 'no') FROM generate_series(1, 10000000) i$$), 'reading definitions is stopped');
SELECT ok(pg_temp.stopped($$SELECT count(*) FROM form_rows(repeat(E'a,b\n', 30000000), ',')$$), 'reading a file is stopped');
SET LOCAL statement_timeout = 0;

SELECT finish();
ROLLBACK;
