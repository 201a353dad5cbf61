-- Random formulas and random rows: the engine gives what PostgreSQL gives for the same text, the same value, NULL or
-- SQLSTATE, by the exact evaluation (contribution) and by the compiled program (tally over columns).
-- oracle.pairs(seed, formulas) compares formulas x 15 rows; NULL, or what differs. oracle.pair keeps the last ones.

CREATE DOMAIN oracle.small AS smallint;
CREATE TABLE oracle.answers (
	id int PRIMARY KEY,
	s1 smallint, s2 smallint,
	i1 integer, i2 integer,
	b1 bigint, b2 bigint,
	n1 numeric, n2 numeric,		-- whole numbers, any numbers
	d1 oracle.small,
	f1 boolean, f2 boolean, f3 boolean
);
CREATE TABLE oracle.formulas (formula_id int PRIMARY KEY, formula text NOT NULL, damaged boolean NOT NULL);
CREATE TABLE oracle.pair (formula_id int, formula text, damaged boolean, id int, postgres text, contribution text, tally text);
CREATE TABLE oracle.pair_total AS
SELECT 0::bigint AS pairs, 0::bigint AS formulas, 0::bigint AS "values", 0::bigint AS nulls, 0::bigint AS overflows, 0::bigint AS refused, 0::bigint AS compiled;

CREATE FUNCTION oracle.fill_answers() RETURNS void LANGUAGE sql VOLATILE AS $$
TRUNCATE oracle.answers;
INSERT INTO oracle.answers
SELECT g, oracle.answer(-32768, 32767), oracle.answer(-32768, 32767),
	oracle.answer(-2147483648, 2147483647), oracle.answer(-2147483648, 2147483647),
	oracle.answer(-9223372036854775808, 9223372036854775807), oracle.answer(-9223372036854775808, 9223372036854775807),
	oracle.answer(-9223372036854775808, 9223372036854775807),
	CASE WHEN random() < 0.8 THEN oracle.pick('0', '1', '2.0', '0.5', '-0.5', '3.000', 'NaN', 'Infinity', '-Infinity', '1e30', '32767.5')::numeric END,
	oracle.answer(-32768, 32767), oracle.yes_no(), oracle.yes_no(), oracle.yes_no()
FROM generate_series(1, 13) g;
INSERT INTO oracle.answers (id) VALUES (14);	-- nothing is answered
INSERT INTO oracle.answers VALUES (15, 1, 2, 3, 4, 5, 6, 7, 8, 9, true, false, true);
$$;

-- every fifth formula is wrong in some way: types mixed, a column that is not there, a constant too large, a character lost
CREATE FUNCTION oracle.fill_formulas(formulas int) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	numbers CONSTANT text[] := '{s1,s2,i1,i2,b1,b2,d1,i1,i2,s1,s2,b1,b2,0,1,2,7,-1,32767,32768,2147483647,(-2147483648),2147483648,'
		'9223372036854775807,(-9223372036854775808),I2,007}'::text[] || '"i1"'::text;
	conditions CONSTANT text[] := '{f1,f2,f3,f1,f2,f3,f1,f2,f3,true,false,NOT f1,(s1 > i1),(b1 <> s2),(i2 = d1)}';
	n text[]; c text[];
	depth int;
	lost int;
	damaged boolean;
	formula text;
BEGIN
	TRUNCATE oracle.formulas;
	FOR g IN 1..formulas LOOP
		n := numbers; c := conditions; damaged := false;
		depth := CASE WHEN g % 50 = 0 THEN 6 ELSE 1 + g % 4 END;
		CASE oracle.number(1, 20)
			WHEN 1, 2, 3 THEN		-- numeric
				n := n || '{n1,n1,n2,n2,9223372036854775808,99999999999999999999}'::text[];
				c := c || '{(n1 = i1),(n2 > 0)}'::text[];
			WHEN 4 THEN
				n := n || '{f1,true}'::text[]; c := c || '{s1,1}'::text[];
			WHEN 5 THEN
				n := n || 'nobody'::text; c := c || '"F1"'::text;
			WHEN 6 THEN				-- constants that cannot be computed, in places that may not be reached
				n := n || '{(1 + 1),(2147483647 + 1),(2 - 1),(9223372036854775807 * 2)}'::text[];
			WHEN 7, 8 THEN
				damaged := true;
			ELSE
		END CASE;
		formula := CASE WHEN random() < 0.5 THEN oracle.random_number(depth, n, c) ELSE oracle.random_condition(depth, n, c) END;
		damaged := damaged AND length(formula) > 1;
		IF damaged THEN
			lost := oracle.number(1, length(formula));
			formula := left(formula, lost - 1) || substr(formula, lost + 1);
		END IF;
		INSERT INTO oracle.formulas VALUES (g, formula, damaged);
	END LOOP;
END $$;

-- what each way makes of the rows from low to high; in plpgsql, which keeps its plans
CREATE FUNCTION oracle.by_postgres(formula text, low int, high int) RETURNS text[] LANGUAGE plpgsql
SET search_path = oracle, pg_catalog AS $$
DECLARE
	result text[];
BEGIN
	EXECUTE format(E'SELECT array_agg((%s\n)::text ORDER BY id) FROM answers WHERE id BETWEEN $1 AND $2', formula) INTO result USING low, high;
	RETURN ARRAY(SELECT CASE WHEN r IS NULL THEN 'NULL' WHEN r = 'true' THEN '1' WHEN r = 'false' THEN '0'
			-- a count that is not a whole number within bigint is out of range for the engine
			WHEN r::numeric <> trunc(r::numeric) OR r::numeric NOT BETWEEN -9223372036854775808 AND 9223372036854775807 THEN 'E22003'
			ELSE r::numeric::bigint::text END
		FROM unnest(result) WITH ORDINALITY u(r, place) ORDER BY place);
END $$;

CREATE FUNCTION oracle.by_contribution(formula text, low int, high int) RETURNS text[] LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT array_agg(coalesce(c.numerator::text, 'NULL') ORDER BY a.id)
	FROM oracle.answers a, shnor.contribution((SELECT shnor.methodology(1, formula, NULL, NULL, 'no')), a) c
	WHERE a.id BETWEEN low AND high);
END $$;

CREATE FUNCTION oracle.by_tally(formula text, low int, high int) RETURNS text[] LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT array_agg(CASE WHEN (i).answered = 1 THEN shnor.numerator((i).share)::text ELSE 'NULL' END ORDER BY id)
	FROM (SELECT id, shnor.items(shnor.tally((SELECT shnor.methodology(1, formula, NULL, NULL, 'no')),
			ARRAY['s1', 's2', 'i1', 'i2', 'b1', 'b2', 'n1', 'n2', 'd1', 'f1', 'f2', 'f3'],
			s1, s2, i1, i2, b1, b2, n1, n2, d1, f1, f2, f3)) AS i
		FROM oracle.answers WHERE id BETWEEN low AND high GROUP BY id) t);
END $$;

-- all rows at once; where that fails, row by row
CREATE FUNCTION oracle.results(way regproc, formula text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	result text[];
	part text[];
BEGIN
	BEGIN
		EXECUTE format('SELECT %s($1, 1, 15)', way) INTO result USING formula;
		RETURN result;
	EXCEPTION WHEN OTHERS THEN
	END;
	result := '{}';
	FOR i IN 1..15 LOOP
		BEGIN
			EXECUTE format('SELECT %s($1, $2, $2)', way) INTO part USING formula, i;
			result := result || part;
		EXCEPTION WHEN OTHERS THEN
			-- PostgreSQL calls a wrong type of an operand a missing operator
			result := result || replace('E' || SQLSTATE, 'E42883', 'E42804');
		END;
	END LOOP;
	RETURN result;
END $$;

CREATE FUNCTION oracle.pairs(seed bigint, formulas int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	different text;
BEGIN
	PERFORM oracle.start(seed), oracle.fill_answers(), oracle.fill_formulas(formulas);
	TRUNCATE oracle.pair;
	INSERT INTO oracle.pair
	SELECT f.formula_id, f.formula, f.damaged, u.*
	FROM (SELECT f.*, oracle.results('oracle.by_postgres', f.formula) AS p, oracle.results('oracle.by_contribution', f.formula) AS c,
			oracle.results('oracle.by_tally', f.formula) AS t
		FROM oracle.formulas f OFFSET 0) f
	CROSS JOIN LATERAL (SELECT place::int, p, c, t FROM unnest(f.p, f.c, f.t) WITH ORDINALITY v(p, c, t, place)) u;

	-- a damaged formula may have become one of PostgreSQL's that we refuse
	SELECT string_agg(format('seed %s, row %s: %s | PostgreSQL %s, contribution %s, tally %s', seed, p.id, p.formula, p.postgres, p.contribution, p.tally), E'\n')
	INTO different
	FROM (SELECT * FROM oracle.pair p
		WHERE (p.contribution, p.tally) IS DISTINCT FROM (p.postgres, p.postgres) AND NOT (p.damaged AND p.contribution = 'E0A000' AND p.tally = 'E0A000')
			-- since 19 the planner leaves out what follows an operand of coalesce() that is never NULL, and with it overflows in there
			AND NOT (current_setting('server_version_num')::int >= 190000 AND p.postgres NOT LIKE 'E%' AND p.contribution = 'E22003' AND p.tally = 'E22003')
		ORDER BY length(p.formula), p.id LIMIT 10) p;

	UPDATE oracle.pair_total o
	SET pairs = o.pairs + n.pairs, formulas = o.formulas + n.formulas, "values" = o."values" + n."values", nulls = o.nulls + n.nulls,
		overflows = o.overflows + n.overflows, refused = o.refused + n.refused, compiled = o.compiled + n.compiled
	FROM (SELECT count(*) AS pairs, count(DISTINCT formula) AS formulas, count(*) FILTER (WHERE postgres !~ '^[EN]') AS "values",
			count(*) FILTER (WHERE postgres = 'NULL') AS nulls, count(*) FILTER (WHERE postgres = 'E22003') AS overflows,
			count(*) FILTER (WHERE postgres ~ '^E42' OR contribution = 'E0A000') AS refused,
			-- the fast form takes whole numbers only
			count(*) FILTER (WHERE postgres !~ '^E' AND formula !~ '\mn[12]\M|(?<!-)9223372036854775808|99999999999999999999') AS compiled
		FROM oracle.pair) n;
	RETURN different;
END $$;
