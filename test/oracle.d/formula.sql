-- Random formulas of everything that may stand in one, over given leaves: numbers and conditions
-- (names of columns, literals, small formulas in brackets).

CREATE FUNCTION oracle.random_number(depth int, numbers text[], conditions text[]) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	a text; b text; c text;
BEGIN
	IF depth <= 0 OR random() < 0.15 THEN
		RETURN oracle.pick(VARIADIC numbers);
	END IF;
	a := oracle.random_number(depth - 1, numbers, conditions);
	b := oracle.random_number(depth - 1, numbers, conditions);
	c := CASE WHEN random() < 0.5 THEN ', ' || oracle.random_number(depth - 1, numbers, conditions) END;
	RETURN CASE floor(random() * 13)::int
		WHEN 0 THEN format('%s + %s', a, b)
		WHEN 1 THEN format('%s - %s', a, b)
		WHEN 2 THEN format('%s * %s', a, b)
		WHEN 3 THEN format('(%s + %s)', a, b)
		WHEN 4 THEN format('(%s - %s)', a, b)
		WHEN 5 THEN format('(%s * %s)', a, b)
		WHEN 6 THEN format('(- %s)', a)
		WHEN 7 THEN format('(+ %s)', a)
		WHEN 8 THEN format('coalesce(%s%s)', a, CASE WHEN random() < 0.9 THEN ', ' || b || c END)
		WHEN 9 THEN format('least(%s%s)', a, CASE WHEN random() < 0.9 THEN ', ' || b || c END)
		WHEN 10 THEN format('greatest(%s%s)', a, CASE WHEN random() < 0.9 THEN ', ' || b || c END)
		ELSE format('%syes_count(%s)', CASE WHEN random() < 0.1 THEN 'shnor.' END,
			(SELECT string_agg(oracle.random_condition(depth - g, numbers, conditions), ', ') FROM generate_series(1, oracle.number(1, 4)) g)) END;
END $$;

CREATE FUNCTION oracle.random_condition(depth int, numbers text[], conditions text[]) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	a text; b text;		-- conditions
	x text; y text;		-- numbers
	n text := oracle.pick('', '', 'NOT ');
BEGIN
	IF depth <= 0 OR random() < 0.15 THEN
		RETURN oracle.pick(VARIADIC conditions);
	END IF;
	IF random() < 0.55 THEN
		a := oracle.random_condition(depth - 1, numbers, conditions);
		b := oracle.random_condition(depth - 1, numbers, conditions);
		RETURN CASE floor(random() * 13)::int
			WHEN 0 THEN format('%s AND %s', a, b)
			WHEN 1 THEN format('(%s AND %s)', a, b)
			WHEN 2 THEN format('(%s OR %s)', a, b)
			WHEN 3 THEN format('(%s OR %s AND %s)', a, b, oracle.random_condition(depth - 2, numbers, conditions))
			WHEN 4 THEN format('(%s AND %s OR %s)', a, oracle.random_condition(depth - 2, numbers, conditions), b)
			WHEN 5 THEN format('(NOT %s)', a)
			WHEN 6 THEN format('((%s) IS %sNULL)', a, n)
			WHEN 7 THEN format('coalesce(%s, %s)', a, b)
			WHEN 8 THEN format('least(%s, %s)', a, b)
			WHEN 9 THEN format('greatest(%s, %s)', a, b)
			WHEN 10 THEN format('((%s) %sBETWEEN (%s) AND (%s))', a, n, b, oracle.random_condition(depth - 2, numbers, conditions))
			WHEN 11 THEN format('((%s) %sIN (%s, %s))', a, n, b, oracle.random_condition(depth - 2, numbers, conditions))
			ELSE format('((%s) %s (%s))', a, oracle.pick('=', '<>', '<', '<=', '>', '>='), b) END;
	END IF;
	x := oracle.random_number(depth - 1, numbers, conditions);
	y := oracle.random_number(depth - 1, numbers, conditions);
	RETURN CASE floor(random() * 9)::int
		WHEN 0 THEN format('%s %s %s', x, oracle.pick('=', '<>', '<', '<=', '>', '>=', '!='), y)
		WHEN 1 THEN format('((%s) %s (%s))', x, oracle.pick('=', '<>', '<', '<=', '>', '>=', '!='), y)
		WHEN 2 THEN format('((%s) IS %sNULL)', x, n)
		WHEN 3 THEN format('(%s %s)', x, oracle.pick('ISNULL', 'NOTNULL'))
		WHEN 4 THEN format('((%s) %sBETWEEN (%s) AND (%s))', x, n, y, oracle.random_number(depth - 2, numbers, conditions))
		WHEN 5 THEN format('((%s) %sIN (%s, %s, %s))', x, n, y, oracle.random_number(depth - 2, numbers, conditions), oracle.random_number(0, numbers, conditions))
		WHEN 6 THEN format('((%s) %sIN (%s))', x, n, y)
		-- constants are looked at before what stands in front of them
		WHEN 7 THEN format('(%s %sIN (%s, %s, %s))', oracle.random_number(0, numbers, conditions), n, y, oracle.pick('0', '1', '2'), oracle.pick('-1', '0', '7'))
		ELSE format('(%s %sIN (%s))', x, n,
			(SELECT string_agg(oracle.random_number(g % 4 / 3, numbers, conditions), ', ') FROM generate_series(1, oracle.number(2, 6)) g)) END;
END $$;
