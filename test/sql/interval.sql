-- Wilson's and Newcombe's intervals.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS shnor;
RESET client_min_messages;
SET search_path = public, shnor;

CREATE FUNCTION pg_temp.outcome(statement text,
	OUT value text, OUT state text, OUT message text, OUT hint text) AS $$
BEGIN
	EXECUTE statement INTO value;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
		message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$ LANGUAGE plpgsql;

\pset null '(null)'

-- one share: published in Statistics in Medicine 17 (1998), 857-872, table I, as
-- 0.2553 0.3662, 0.0624 0.1605, 0 0.1611, 0.0061 0.1718
SELECT s, wilson_low(s), wilson_high(s)
FROM unnest(ARRAY['81/263', '15/148', '0/20', '1/29', '20/20', '12/40', '0/1', '1/1']::share[]) AS u(s);
SELECT wilson_low('5/0'), wilson_high('5/0'), wilson_low('0/0'), wilson_high('0/0'),
	wilson_low(NULL), wilson_high('1/2', NULL);
SELECT s, wilson_low(s), wilson_high(s)
FROM unnest(ARRAY['0/9223372036854775807', '1/9223372036854775807', '4611686018427387904/9223372036854775807',
	'9223372036854775806/9223372036854775807', '9223372036854775807/9223372036854775807']::share[]) AS u(s);

-- confidence: checked against 50 digits of the normal quantile
SELECT confidence, wilson_low('12/40', confidence), wilson_high('12/40', confidence),
	wilson_high('0/1', confidence) AS one, wilson_high('0/100', confidence) AS hundred
FROM unnest(ARRAY[0.0001, 0.1, 0.5, 0.6827, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.999999, 0.999999999999,
	0.99999999999999999999]) AS u(confidence);
SELECT wilson_low('12/40', 1e-1000) AS low, wilson_high('12/40', 1e-1000) AS high,
	wilson_high('0/1400', 1 - 1e-299) AS near_certainty;

-- over a generated set: 0 <= low <= percent <= high <= 100, mirrored, wider with more
-- confidence, and each end is where the share is just z standard errors away
CREATE TEMP VIEW ends AS
SELECT n, d, n::float8 / d AS p, percent(share(n, d)) AS percent, wilson_low(share(n, d)) AS low, wilson_high(share(n, d)) AS high,
	wilson_low(share(n, d), 0.99) AS wide_low, wilson_high(share(n, d), 0.99) AS wide_high
FROM unnest(ARRAY[1, 2, 3, 5, 10, 29, 40, 97, 263]) AS d, generate_series(0, d) AS n;
SELECT count(*) AS shares,
	count(*) FILTER (WHERE NOT (0 <= low AND low <= percent AND percent <= high AND high <= 100)) AS outside,
	count(*) FILTER (WHERE low <> 100 - wilson_high(share(d - n, d))) AS not_mirrored,
	count(*) FILTER (WHERE wide_low > low OR wide_high < high) AS not_wider,
	count(*) FILTER (WHERE scale(low) <> 4 OR scale(high) <> 4) AS wrong_scale,
	count(*) FILTER (WHERE n > 0 AND
		abs(low / 100 + 1.959963984540054 * sqrt(low / 100 * (1 - low / 100) / d) - p) > 0.00001) AS wrong_low,
	count(*) FILTER (WHERE n < d AND
		abs(high / 100 - 1.959963984540054 * sqrt(high / 100 * (1 - high / 100) / d) - p) > 0.00001) AS wrong_high
FROM ends;

-- errors
SELECT s.statement, o.*
FROM unnest(ARRAY[
	$$SELECT wilson_low('-1/40')$$,
	$$SELECT wilson_high('41/40')$$,
	$$SELECT wilson_low('-1/-40')$$,
	$$SELECT wilson_low('0/-40')$$,
	$$SELECT changed('41/40', '1/2')$$,
	$$SELECT changed('1/2', '-1/40')$$,
	$$SELECT wilson_low('12/40', 95)$$,
	$$SELECT wilson_high('12/40', 1)$$,
	$$SELECT wilson_high('12/40', 0)$$,
	$$SELECT wilson_high('12/40', -0.95)$$,
	$$SELECT wilson_high('12/40', 'NaN')$$,
	$$SELECT wilson_high('12/40', 'Infinity')$$,
	$$SELECT wilson_high('12/40', '-Infinity')$$,
	$$SELECT wilson_high('12/40', 1 - 1e-301)$$,
	$$SELECT wilson_high('12/40', 1 - 1e-1000)$$,
	$$SELECT wilson_low('5/0', 95)$$,
	$$SELECT changed('5/0', '1/2', 95)$$
]) AS s(statement), pg_temp.outcome(s.statement) AS o;

-- two shares: the difference first - second, published in Statistics in Medicine 17
-- (1998), 873-890, table II, method 10, as 0.0524 0.3339, 0.1705 0.8090, 0.0582 0.8062,
-- -0.0381 0.1926, -0.1611 0.2775, -0.2775 0.2775, 0.6791 1.0000, 0.6075 1.0000
CREATE FUNCTION pg_temp.newcombe(first share, second share, confidence numeric, OUT low numeric, OUT high numeric) AS $$
	SELECT round(d - sqrt((p1 - l1) ^ 2 + (u2 - p2) ^ 2), 4), round(d + sqrt((u1 - p1) ^ 2 + (p2 - l2) ^ 2), 4)
	FROM (SELECT p1 - p2 AS d, *
		FROM (SELECT percent(first, 20) / 100 AS p1, percent(second, 20) / 100 AS p2,
				wilson_low(first, confidence) / 100 AS l1, wilson_high(first, confidence) / 100 AS u1,
				wilson_low(second, confidence) / 100 AS l2, wilson_high(second, confidence) / 100 AS u2) AS w) AS v
$$ LANGUAGE sql;
SELECT first, second, n.*, changed(second, first), changed(first, second) AS changed_back
FROM (VALUES ('56/70'::share, '48/80'::share), ('9/10', '3/10'), ('6/7', '2/7'), ('5/56', '0/29'),
		('0/10', '0/20'), ('0/10', '0/10'), ('10/10', '0/20'), ('10/10', '0/10')) AS v(first, second),
	pg_temp.newcombe(first, second, 0.95) AS n;
-- the first of them reaches 0 at confidence 0.99186686
SELECT confidence, changed('48/80', '56/70', confidence) AS up, changed('56/70', '48/80', confidence) AS down
FROM unnest(ARRAY[0.5, 0.95, 0.991866, 0.991867, 0.999]) AS u(confidence);
SELECT changed('1/0', '1/2'), changed('1/2', '1/0'), changed('1/0', '1/0'), changed(NULL, '1/2'),
	changed('1/2', '1/3', NULL);
SELECT changed('1/2', '1/2') AS same, changed('1/2', '500000/1000000') AS same_ratio,
	changed('0/9223372036854775807', '9223372036854775807/9223372036854775807') AS all_of_all,
	changed(before => '2/3', after => '1/3') AS three_schools, changed('200/300', '100/300') AS three_hundred;

-- over a generated set: as the interval says, and the same in both directions
SELECT count(*) AS pairs, count(*) FILTER (WHERE c) AS changed,
	count(*) FILTER (WHERE c <> (low > 0 OR high < 0) AND least(abs(low), abs(high)) > 0.0001) AS wrong,
	count(*) FILTER (WHERE c <> changed(a, b)) AS one_way
FROM (SELECT share(n1, d1) AS a, share(n2, d2) AS b, changed(share(n2, d2), share(n1, d1)) AS c
	FROM unnest(ARRAY[1, 5, 12, 40]) AS d1, generate_series(0, d1) AS n1,
		unnest(ARRAY[2, 9, 33]) AS d2, generate_series(0, d2) AS n2) AS v,
	pg_temp.newcombe(a, b, 0.95) AS n;
