-- One figure, however it is reached: random methodologies over random rows, counted by tally over columns, over whole
-- rows and from contributions; serial, parallel, partition by partition, from parts added in any order; and by plain SQL.
-- oracle.combine(seed) tries one methodology; NULL, or what differs.

-- dear ones, so that the planner shares even a few rows among workers
ALTER FUNCTION shnor.tally_accum(shnor.tally, shnor.methodology, text[], "any") COST 10000;
ALTER FUNCTION shnor.tally_accum_row(shnor.tally, shnor.methodology, record) COST 10000;
ALTER FUNCTION shnor.share_accum(shnor.share, bigint, bigint) COST 10000;
ALTER FUNCTION shnor.share_accum(shnor.share, boolean) COST 10000;

CREATE AGGREGATE oracle.added(shnor.tally) (SFUNC = shnor.tally_plus, STYPE = shnor.tally);
CREATE TABLE oracle.definition (id int PRIMARY KEY, numerator text NOT NULL, denominator text, cohort text, missing text, raises text);
CREATE TABLE oracle.hand (id int, place int, n numeric, d numeric, answered bigint, missing bigint);
CREATE TABLE oracle.combine_total AS
SELECT 0::bigint AS methodologies, 0::bigint AS definitions, 0::bigint AS failing, 0::bigint AS ways, 0::bigint AS workers;

-- rows with unanswered questions, with columns dropped, and added after the rows were written; in three tables
CREATE FUNCTION oracle.fill_sheet() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	places int := oracle.number(1, 40);
	unanswered int := (oracle.pick('0', '5', '20', '60'))::int;
	-- two rows, or several, leave bigint: within a worker, or only where workers meet
	large text[] := CASE WHEN oracle.chance(50) THEN '{9223372036854775807,-9223372036854775808,5000000000000000000}' ELSE '{1500000000000000000,-1200000000000000000,800000000000000000}' END;
BEGIN
	DROP TABLE IF EXISTS oracle.sheet, oracle.by_place, oracle.by_number;
	CREATE TABLE oracle.sheet (number int, gone text, place int, t1 smallint, t2 int, also_gone int, t3 bigint, whole numeric,
		big bigint, gate int, f1 boolean, f2 boolean, f3 boolean, f4 boolean) WITH (parallel_workers = 4);
	INSERT INTO oracle.sheet
	SELECT g, 'x', oracle.number(0, places),
		CASE WHEN NOT oracle.chance(unanswered) THEN oracle.number(0, 40) END,
		CASE WHEN NOT oracle.chance(unanswered) THEN oracle.number(-3, 60) END, 7,
		CASE WHEN NOT oracle.chance(unanswered) THEN oracle.number(0, 1000000)::bigint * oracle.number(0, 1000000) END,
		CASE WHEN NOT oracle.chance(unanswered) THEN oracle.number(0, 9) + oracle.pick('0', '0.0', '0.000')::numeric END,
		-- sums of big leave bigint, but for the rows that gate lets pass
		CASE WHEN r < 0.5 THEN oracle.pick(VARIADIC large)::bigint ELSE oracle.number(0, 100) END,
		CASE WHEN r >= 0.5 THEN oracle.number(1, 9) END,
		CASE WHEN NOT oracle.chance(unanswered) THEN random() < 0.5 END, CASE WHEN NOT oracle.chance(unanswered) THEN random() < 0.2 END,
		CASE WHEN NOT oracle.chance(unanswered) THEN random() < 0.8 END, CASE WHEN NOT oracle.chance(unanswered) THEN random() < 0.5 END
	FROM (SELECT g, random() AS r FROM generate_series(1, oracle.number(20, 2000)) g) r;
	ALTER TABLE oracle.sheet DROP COLUMN gone, DROP COLUMN also_gone;
	ALTER TABLE oracle.sheet ADD COLUMN extra int, ADD COLUMN preset int NOT NULL DEFAULT 3;
	UPDATE oracle.sheet SET extra = place WHERE t2 % 7 = 0;
	CREATE TABLE oracle.by_place (LIKE oracle.sheet) PARTITION BY HASH (place);
	CREATE TABLE oracle.by_number (LIKE oracle.sheet) PARTITION BY HASH (number);
	FOR i IN 0..2 LOOP
		EXECUTE format('CREATE TABLE oracle.by_place_%1$s PARTITION OF oracle.by_place FOR VALUES WITH (MODULUS 3, REMAINDER %1$s) WITH (parallel_workers = 4)', i);
		EXECUTE format('CREATE TABLE oracle.by_number_%1$s PARTITION OF oracle.by_number FOR VALUES WITH (MODULUS 3, REMAINDER %1$s) WITH (parallel_workers = 4)', i);
	END LOOP;
	INSERT INTO oracle.by_place SELECT * FROM oracle.sheet;
	INSERT INTO oracle.by_number SELECT * FROM oracle.sheet;
	ANALYZE oracle.sheet; ANALYZE oracle.by_place; ANALYZE oracle.by_number;
END $$;

CREATE FUNCTION oracle.fill_definitions() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	numbers text[] := '{t1,t2,t3,t1,t2,extra,preset,place,0,1,2,100}';
	conditions text[] := '{f1,f2,f3,f4,f1,f2,f3,f4,true,(t1 > 10),(t2 <= t1)}';
	cohorts text[];
BEGIN
	-- the compiled form takes whole numbers only
	IF oracle.chance(20) THEN
		numbers := numbers || '{whole,whole}'::text[];
	END IF;
	IF oracle.chance(30) THEN		-- overflow of each type
		numbers := numbers || '{2147483647,(t3 * 1000000),(t1 * t1 * t1)}'::text[];
	END IF;
	cohorts := ARRAY['f1 OR f2', 'NOT f3', oracle.random_condition(2, numbers, conditions)];
	TRUNCATE oracle.definition;
	INSERT INTO oracle.definition
	SELECT g, CASE WHEN random() < 0.5 THEN oracle.random_condition(oracle.number(0, 3), numbers, conditions) ELSE oracle.random_number(oracle.number(0, 3), numbers, conditions) END,
		CASE WHEN random() < 0.6 THEN oracle.random_number(oracle.number(0, 2), numbers, conditions) END,
		CASE oracle.number(1, 4) WHEN 1 THEN oracle.random_condition(2, numbers, conditions) WHEN 2 THEN NULL ELSE oracle.pick(VARIADIC cohorts) END,
		oracle.pick('no', 'exclude', 'exclude', 'no', NULL)
	FROM generate_series(1, (oracle.pick('1', '3', '10', '15', '20', '40'))::int) g;
	INSERT INTO oracle.definition VALUES (41, 'big', 'gate', NULL, 'exclude'), (42, 'gate', 'gate', 'big > 50', 'no');
	IF oracle.chance(40) THEN
		INSERT INTO oracle.definition VALUES (43, 'big', NULL, 'big > 1000', 'no'), (44, 'f1', 'big', 'big < 0', oracle.pick('no', 'exclude'));
	END IF;
	UPDATE oracle.definition SET id = CASE oracle.number(1, 4) WHEN 1 THEN id + 5000 WHEN 2 THEN 2147483647 - id ELSE -id END WHERE oracle.chance(5);
END $$;

-- The four rules of counting in plain SQL. What a definition raises stands in raises: by a row, or by sums that leave
-- bigint in any order, all that is added having one sign. One whose sums leave bigint in some orders only is left out:
-- that is an error in one and a figure in another.
CREATE FUNCTION oracle.count_by_hand() RETURNS void LANGUAGE plpgsql SET search_path = oracle, pg_catalog AS $$
DECLARE
	o definition;
	too_large boolean;
	sums numeric;
BEGIN
	TRUNCATE hand;
	FOR o IN SELECT * FROM definition LOOP
		BEGIN
			EXECUTE format($q$
				WITH counted AS (
					SELECT place, CASE nt WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE nt::numeric END AS n, dt::numeric AS d
					FROM (SELECT place, dt, CASE WHEN dt IS NOT NULL THEN (%1$s)::text END AS nt
						FROM (SELECT *, (%2$s)::text AS dt FROM sheet WHERE CASE WHEN (%3$s) THEN true ELSE false END OFFSET 0) s OFFSET 0) s
				), place_sum AS (
					SELECT min(n) AS min_n, max(n) AS max_n, sum(n) AS sum_n, min(f) AS min_d, max(f) AS max_d, sum(f) AS sum_d
					FROM counted, LATERAL (SELECT CASE WHEN n IS NOT NULL OR %4$L THEN d END AS f) p GROUP BY place
				), summed AS (
					INSERT INTO hand
					SELECT $1, p.place, trim_scale(coalesce(sum(n) FILTER (WHERE d IS NOT NULL), 0)), trim_scale(coalesce(sum(d) FILTER (WHERE n IS NOT NULL OR %4$L), 0)),
						count(n + d), count(c.place) - count(n + d)
					FROM (SELECT DISTINCT place FROM sheet) p LEFT JOIN counted c USING (place) GROUP BY p.place
				)
				SELECT bool_or(n NOT BETWEEN -9223372036854775808 AND 9223372036854775807 OR d NOT BETWEEN -9223372036854775808 AND 9223372036854775807)
						OR (SELECT bool_or((min_n >= 0 OR max_n <= 0) AND sum_n NOT BETWEEN -9223372036854775808 AND 9223372036854775807
								OR (min_d >= 0 OR max_d <= 0) AND sum_d NOT BETWEEN -9223372036854775808 AND 9223372036854775807) FROM place_sum),
					greatest(sum(abs(n)), sum(abs(d))) FROM counted
				$q$, o.numerator, coalesce(o.denominator, '1'), coalesce(o.cohort, 'true'), coalesce(o.missing, 'exclude') = 'no')
			INTO too_large, sums USING o.id;
		EXCEPTION WHEN OTHERS THEN
			UPDATE definition SET raises = SQLSTATE WHERE id = o.id;
			CONTINUE;
		END;
		IF too_large THEN
			UPDATE definition SET raises = '22003' WHERE id = o.id;
		ELSIF sums > 9223372036854775807 THEN
			DELETE FROM definition WHERE id = o.id;
		END IF;
	END LOOP;
	DELETE FROM hand h WHERE NOT EXISTS (SELECT FROM definition d WHERE d.id = h.id AND d.raises IS NULL);
END $$;

-- Ways to the tally of each place, with a pattern that the plan must match; the last ones begin with parts.
CREATE FUNCTION oracle.ways(OUT way text, OUT parallel boolean, OUT query text, OUT plan text) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
	over_columns CONSTANT text := 'SELECT place, shnor.tally((SELECT m FROM oracle.method), ARRAY[''t1'', ''t2'', ''t3'', ''whole'', ''big'', ''gate'', ''f1'', ''f2'', ''f3'', ''f4'', ''extra'', ''preset'', ''place''],
		t1, t2, t3, whole, big, gate, f1, f2, f3, f4, extra, preset, place) AS t FROM oracle.%s s GROUP BY place';
	over_rows CONSTANT text := 'SELECT place, shnor.tally((SELECT m FROM oracle.method), s) AS t FROM oracle.%s s GROUP BY place';
BEGIN
	RETURN QUERY VALUES
		('columns', false, format(over_columns, 'sheet'), ''),
		('rows', false, format(over_rows, 'sheet'), ''),
		('rows, shuffled', false, 'SELECT place, shnor.tally((SELECT m FROM oracle.method), s ORDER BY random()) AS t FROM oracle.sheet s GROUP BY place', ''),
		('contributions', false, 'SELECT place, (''{'' || string_agg(format(''%s:%s/%s:%s:%s'', id, n, d, answered, members - answered), '','' ORDER BY id) || ''}'')::shnor.tally AS t
			FROM (SELECT place, c.id, coalesce(sum(c.numerator), 0) AS n, coalesce(sum(c.denominator), 0) AS d, count(c.numerator + c.denominator * 0) AS answered, count(*) FILTER (WHERE c.in_cohort) AS members
				FROM oracle.sheet s, oracle.method, shnor.contribution(m, s) c GROUP BY place, c.id) c GROUP BY place', ''),
		('parallel, columns', true, format(over_columns, 'sheet'), 'Gather.*Partial'),
		('parallel, rows', true, format(over_rows, 'sheet'), 'Gather.*Partial'),
		('partitions of places', false, format(over_columns, 'by_place'), 'Append.*Aggregate.*Seq Scan'),
		('partitions of rows', false, format(over_rows, 'by_number'), 'Finalize.*Append.*Partial'),
		('partitions, parallel', true, format(over_columns, 'by_number'), 'Gather.*(Append.*Partial|Partial.*Append)'),
		('parts, shuffled', false, 'SELECT place, shnor.sum(t ORDER BY random()) AS t FROM oracle.parts GROUP BY place', ''),
		('parts, the last first', false, 'SELECT place, shnor.sum(t::text::shnor.tally ORDER BY part DESC) AS t FROM oracle.parts GROUP BY place', ''),
		('parts, added one by one', false, 'SELECT place, oracle.added(t ORDER BY random()) AS t FROM oracle.parts GROUP BY place', ''),
		('parts of parts', false, 'SELECT place, shnor.sum(t ORDER BY random()) AS t FROM (SELECT place, shnor.sum(t ORDER BY random()) AS t FROM oracle.parts GROUP BY place, part % 4) p GROUP BY place', ''),
		('parts, parallel', true, 'SELECT place, shnor.sum(t) AS t FROM oracle.parts GROUP BY place', 'Gather');
END $$;

CREATE FUNCTION oracle.plan_of(query text, analyze_it boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	result text := '';
BEGIN
	FOR line IN EXECUTE format('EXPLAIN (ANALYZE %s, TIMING OFF, SUMMARY OFF, COSTS OFF, VERBOSE) %s', analyze_it::text, query) LOOP
		result := result || line || E'\n';
	END LOOP;
	RETURN result;
END $$;

CREATE FUNCTION oracle.plans(parallel boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('max_parallel_workers_per_gather', CASE WHEN parallel THEN oracle.number(2, 4) ELSE 0 END::text, true),
		set_config('parallel_leader_participation', oracle.chance(50)::text, true),
		set_config('enable_hashagg', (parallel OR oracle.chance(50))::text, true),
		set_config('parallel_setup_cost', '0', true), set_config('parallel_tuple_cost', '0', true),
		set_config('min_parallel_table_scan_size', '0', true), set_config('enable_partitionwise_aggregate', 'on', true);
END $$;

-- what is on one side only, three lines of each
CREATE FUNCTION oracle.lines_apart(hand text, got text) RETURNS text LANGUAGE sql AS $$
SELECT string_agg(line, E'\n') FROM (
	(SELECT 'by hand: ' || l AS line FROM (SELECT unnest(string_to_array(hand, E'\n')) AS l EXCEPT SELECT unnest(string_to_array(got, E'\n'))) a LIMIT 3)
	UNION ALL
	(SELECT 'got:     ' || l FROM (SELECT unnest(string_to_array(got, E'\n')) AS l EXCEPT SELECT unnest(string_to_array(hand, E'\n'))) b LIMIT 3)) d
$$;

-- share_agg of what a definition counts, where it leaves unanswered rows out: the same figures by a shorter way
CREATE FUNCTION oracle.combine_shares(seed bigint) RETURNS text LANGUAGE plpgsql SET search_path = oracle, pg_catalog AS $$
DECLARE
	o definition;
	w record;
	n text; part text; hand text; got text;
	is_condition boolean;
BEGIN
	FOR o IN SELECT * FROM definition d WHERE coalesce(missing, 'exclude') = 'exclude' AND raises IS NULL ORDER BY random() LIMIT 3 LOOP
		EXECUTE format('SELECT pg_typeof((SELECT %s FROM sheet LIMIT 0)) = ''boolean''::regtype', o.numerator) INTO is_condition;
		part := CASE WHEN is_condition AND o.denominator IS NULL THEN format('shnor.share_agg((%s))', o.numerator)
				ELSE format('shnor.share_agg(CASE WHEN (%2$s) IS NOT NULL THEN (%1$s)%3$s END::bigint, (%2$s)::bigint)', o.numerator, coalesce(o.denominator, '1'),
					CASE WHEN is_condition THEN '::int' ELSE '' END) END
			|| format(' FILTER (WHERE %s) AS t', coalesce(o.cohort, 'true'));
		SELECT string_agg(h.place || ' ' || CASE WHEN h.answered > 0 THEN h.n || '/' || h.d ELSE 'none' END, E'\n' ORDER BY h.place) INTO hand FROM hand h WHERE h.id = o.id;
		FOR w IN SELECT * FROM (VALUES
			('serial', false, 'SELECT place, %s FROM sheet GROUP BY place', ''),
			('parallel', true, 'SELECT place, %s FROM sheet GROUP BY place', 'Gather.*Partial'),
			('partitions', false, 'SELECT place, %s FROM by_number GROUP BY place', 'Finalize.*Append.*Partial'),
			('parts, shuffled', false, 'SELECT place, shnor.sum(t ORDER BY random()) AS t FROM (SELECT place, %s FROM (SELECT *, floor(random() * 7) AS part FROM sheet) s GROUP BY place, part) p GROUP BY place', '')
		) AS v(way, parallel, query, plan) LOOP
			PERFORM plans(w.parallel);
			EXECUTE format('SELECT string_agg(place || '' '' || coalesce(t::text, ''none''), E''\n'' ORDER BY place) FROM (%s) q', replace(w.query, '%s', part)) INTO got;
			IF plan_of(replace(w.query, '%s', part), false) !~ w.plan OR got IS DISTINCT FROM hand THEN
				RETURN format(E'seed %s, share_agg, %s: %s\n%s', seed, w.way, part, coalesce(lines_apart(hand, got), 'another plan than ' || w.plan));
			END IF;
		END LOOP;
	END LOOP;
	RETURN NULL;
END $$;

CREATE FUNCTION oracle.combine(seed bigint) RETURNS text LANGUAGE plpgsql SET search_path = oracle, pg_catalog AS $$
DECLARE
	w record;
	bad definition;
	hand_lines text; total text; got text; got_total text;
	tried int := 0; launched int := 0;
BEGIN
	SET LOCAL client_min_messages = warning;
	PERFORM start(seed), fill_sheet(), fill_definitions(), count_by_hand();
	SELECT string_agg(place || ' ' || t, E'\n' ORDER BY place) INTO hand_lines
	FROM (SELECT place, '{' || string_agg(format('%s:%s/%s:%s:%s', id, n, d, answered, missing), ',' ORDER BY id) || '}' AS t FROM hand GROUP BY place) h;
	SELECT '{' || string_agg(format('%s:%s/%s:%s:%s', id, n, d, answered, missing), ',' ORDER BY id) || '}' INTO total
	FROM (SELECT id, sum(n) AS n, sum(d) AS d, sum(answered) AS answered, sum(missing) AS missing FROM hand GROUP BY id) h;

	DROP TABLE IF EXISTS method, parts;
	CREATE TABLE method AS SELECT shnor.methodology(id, numerator, denominator, cohort, missing) AS m FROM definition WHERE raises IS NULL;
	PERFORM plans(false);
	EXECUTE format('CREATE TABLE parts WITH (parallel_workers = 4) AS SELECT %s FROM (SELECT *, floor(random() * %s)::int AS part FROM sheet) s GROUP BY place, part',
		replace((SELECT substring(query FROM 'SELECT (.*) FROM oracle.sheet') FROM ways() WHERE way = (SELECT pick('columns', 'rows'))), 'place, shnor', 'place, part, shnor'), number(10, 40));
	ANALYZE parts;

	FOR w IN SELECT * FROM ways() LOOP
		PERFORM plans(w.parallel);
		IF plan_of(w.query, false) !~ w.plan THEN
			RETURN format(E'seed %s, %s: another plan than %s\n%s', seed, w.way, w.plan, plan_of(w.query, false));
		END IF;
		EXECUTE format('SELECT string_agg(place || '' '' || t::text, E''\n'' ORDER BY place), shnor.sum(t)::text FROM (%s) q', w.query) INTO got, got_total;
		IF got IS DISTINCT FROM hand_lines OR got_total IS DISTINCT FROM total THEN
			RETURN format(E'seed %s, %s: %s\n%s', seed, w.way, (SELECT m FROM method), coalesce(lines_apart(hand_lines, got), lines_apart(total, got_total)));
		END IF;
		tried := tried + 1;
		IF w.parallel THEN
			launched := launched + (SELECT coalesce(sum(x[1]::int), 0) FROM regexp_matches(plan_of(w.query, true), 'Workers Launched: (\d+)', 'g') x);
		END IF;
	END LOOP;

	-- what one row raises is raised in every way
	FOR bad IN SELECT * FROM definition d WHERE d.raises IS NOT NULL ORDER BY random() LIMIT 2 LOOP
		DELETE FROM method;
		INSERT INTO method SELECT shnor.methodology(id, numerator, denominator, cohort, missing) FROM definition d WHERE d.raises IS NULL OR d.id = bad.id;
		FOR w IN SELECT * FROM ways() v WHERE v.way !~ '^parts' LOOP
			PERFORM plans(w.parallel);
			BEGIN
				EXECUTE format('SELECT string_agg(t::text, E''\n'') FROM (%s) q', w.query) INTO got;
				got := 'no error';
			EXCEPTION WHEN OTHERS THEN
				got := SQLSTATE;
			END;
			IF got <> bad.raises THEN
				RETURN format('seed %s, %s: %s instead of %s, definition %s', seed, w.way, got, bad.raises, to_jsonb(bad));
			END IF;
		END LOOP;
	END LOOP;

	UPDATE combine_total SET methodologies = methodologies + 1, ways = ways + tried, workers = workers + launched,
		definitions = definitions + (SELECT count(*) FROM definition d WHERE d.raises IS NULL), failing = failing + (SELECT count(*) FROM definition d WHERE d.raises IS NOT NULL);
	RETURN combine_shares(seed);
END $$;
