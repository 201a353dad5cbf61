-- score and gap: a share judged against a threshold in percent.
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

-- below, equal, above (clause 1.2.6), and the same where lower is better
SELECT s, score(s, 30) AS higher, score(s, 30, 'lower_is_better') AS lower, score(s, 30, 'context') AS context,
	gap(s, 30) AS more, gap(s, 30, 'lower_is_better') AS fewer, gap(s, 30, 'context') AS no_gap
FROM unnest(ARRAY['11/40', '12/40', '13/40', '0/40', '40/40', '0/0', '5/0',
	'-1/40', '-11/-40', '-12/-40', '-13/-40', '12/-40']::share[]) AS u(s);
SELECT pg_typeof(score('1/2'::share, 50)) AS score, pg_typeof(score(true)) AS answer, pg_typeof(gap('1/2', 50)) AS gap;

-- judged on the fraction, not on a rounded percentage
SELECT percent('2/3') AS shown, score('2/3'::share, 66.6667) AS shown_is_not_reached, score('2/3'::share, 66.6666) AS below,
	gap('2/3', 66.6667), percent('1/3') AS shown, score('1/3'::share, 33.3333) AS reached;
SELECT score('1/3'::share, ('33.' || repeat('3', 1000))::numeric) AS above_by_a_hair,
	score('1/3'::share, ('33.' || repeat('3', 999) || '4')::numeric) AS below_by_a_hair,
	score('1/3'::share, ('33.' || repeat('3', 1000))::numeric, 'lower_is_better') AS above_by_a_hair_lower;

-- NULL: no threshold, no share, no polarity; a threshold of 0 is a threshold
SELECT score('1/2'::share, NULL), score(NULL::share, 50), score('1/2'::share, 50, NULL),
	gap('1/2', NULL), gap(NULL, 50), gap('1/2', 50, NULL);
SELECT score('0/50'::share, 0) AS zero, gap('0/50', 0), score('1/50'::share, 0, 'lower_is_better') AS lower,
	gap('1/50', 0, 'lower_is_better') AS fewer;

-- yes and no: no answer is 0 points
SELECT score(true) AS yes, score(false) AS no, score(NULL) AS no_answer, score(NULL::boolean) AS no_answer_too;

-- errors: they come also where the result would be NULL
SELECT s.statement, o.*
FROM unnest(ARRAY[
	$$SELECT score('1/2'::share, 50, 'higher')$$,
	$$SELECT score('1/2'::share, 50, '')$$,
	$$SELECT score('1/2'::share, 50, 'Higher_is_better')$$,
	$$SELECT score('1/0'::share, 50, 'lower_is_better ')$$,
	$$SELECT gap('1/2', 50, 'higher')$$,
	$$SELECT score('1/2'::share, 'NaN')$$,
	$$SELECT score('1/2'::share, 'Infinity')$$,
	$$SELECT score('1/2'::share, '-Infinity', 'lower_is_better')$$,
	$$SELECT score('1/0'::share, 'NaN', 'context')$$,
	$$SELECT gap('1/2', 'NaN')$$,
	$$SELECT gap('1/2', 'Infinity')$$,
	$$SELECT gap('0/9223372036854775807', 100)$$,
	$$SELECT gap('0/9223372036854775807', 100.00000000000000001)$$,
	$$SELECT gap('-1/9223372036854775807', 100)$$,
	$$SELECT gap('0/-9223372036854775808', 100)$$,
	$$SELECT gap('-1/-9223372036854775808', 100)$$,
	$$SELECT gap('-9223372036854775808/1', 0)$$,
	$$SELECT gap('9223372036854775807/1', 0, 'lower_is_better')$$,
	$$SELECT gap('9223372036854775807/1', -100, 'lower_is_better')$$,
	$$SELECT gap('1/2', 1e131071)$$,
	$$SELECT gap('1/2', -1e131071)$$,
	$$SELECT gap('1/2', -1e131071, 'lower_is_better')$$,
	$$SELECT gap('1/2', 1e131071, 'lower_is_better')$$,
	$$SELECT gap('9223372036854775807/1', 1e22)$$,
	$$SELECT gap('-9223372036854775808/-1', 922337203685477580800)$$,
	$$SELECT gap('-9223372036854775808/-1', 922337203685477580900)$$
]) AS s(statement), pg_temp.outcome(s.statement) AS o;

-- thresholds as far out, and as fine, as numeric goes
SELECT score('9223372036854775807/1'::share, 9e131071) AS far_above, score('-9223372036854775808/1'::share, -9e131071) AS far_below,
	score('9223372036854775807/1'::share, 9e131071, 'lower_is_better') AS far_above_lower,
	score('-9223372036854775808/1'::share, 922337203685477580800) AS low, score('-9223372036854775808/-1'::share, 922337203685477580800) AS equal,
	score('0/9223372036854775807'::share, 1e-16383) AS fine, score('0/9223372036854775807'::share, -1e-16383) AS fine_below,
	gap('0/9223372036854775807', 1e-16383) AS fine_gap;

-- against numeric, 100 n >= threshold d, over a generated set with extremes
CREATE TEMP TABLE judged AS
SELECT share(n, d) AS s, n::numeric * sign(d::numeric) AS n, abs(d::numeric) AS d, threshold
FROM (SELECT a.n, b.n AS d
	FROM unnest(ARRAY[-9223372036854775808, -4611686018427387905, -100, -1, 0, 1, 3, 99, 100, 4294967297,
		4611686018427387904, 9223372036854775807]) AS a(n),
		unnest(ARRAY[-9223372036854775808, -4294967297, -7, -1, 0, 1, 3, 100, 4611686018427387904,
		9223372036854775807]) AS b(n)
	UNION ALL
	SELECT n, d FROM generate_series(-2, 41) AS n, generate_series(-1, 40) AS d) AS v,
	unnest(ARRAY[-50, -0.0001, 0, 0.0001, 1, 25, 33.3333, 33.33333333333333333333333333333333333333, 50, 66.67,
		75, 99.9999, 100, 100.0001, 250, 922337203685477580700, 922337203685477580800]) AS threshold;
SELECT count(*) AS judged,
	count(*) FILTER (WHERE score(s, threshold) IS DISTINCT FROM
		CASE WHEN d <> 0 THEN (100 * n >= threshold * d)::int END) AS wrong_higher,
	count(*) FILTER (WHERE score(s, threshold, 'lower_is_better') IS DISTINCT FROM
		CASE WHEN d <> 0 THEN (100 * n <= threshold * d)::int END) AS wrong_lower,
	count(*) FILTER (WHERE score(s, threshold, 'context') IS NOT NULL) AS wrong_context
FROM judged;

-- the gap is the least that does it: with k the threshold is reached, with k - 1 it is not
CREATE TEMP VIEW missed AS
SELECT s, n, d, threshold, gap(s, threshold) AS more, gap(s, threshold, 'lower_is_better') AS fewer
FROM judged WHERE abs(n) < 1e18 AND d < 1e18 AND abs(threshold) < 1000;
SELECT count(*) AS gaps,
	count(*) FILTER (WHERE (more IS NULL OR fewer IS NULL) <> (d = 0)) AS wrong_null,
	count(*) FILTER (WHERE more < 0 OR fewer < 0) AS negative,
	count(*) FILTER (WHERE (more = 0) <> (score(s, threshold) = 1)) AS wrong_zero,
	count(*) FILTER (WHERE NOT 100 * (n + more) >= threshold * d) AS more_not_enough,
	count(*) FILTER (WHERE more > 0 AND 100 * (n + more - 1) >= threshold * d) AS more_too_many,
	count(*) FILTER (WHERE NOT 100 * (n - fewer) <= threshold * d) AS fewer_not_enough,
	count(*) FILTER (WHERE fewer > 0 AND 100 * (n - fewer + 1) <= threshold * d) AS fewer_too_many
FROM missed;
