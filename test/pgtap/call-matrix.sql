-- Every C function, aggregate, operator and cast of the extension, called directly with the values that break things:
-- NULL, zero, extremes, NaN, infinities, empty, a megabyte, compressed, out-of-line and short-header values.
-- A call may give a value or an error of its user; never an internal one (XX000), and never a signal.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();

-- less under valgrind, where it takes a hundred times as long
\set megabyte 1000000
\getenv megabyte MEGABYTE

-- stored, so that they arrive as PostgreSQL keeps them: short headers, compressed, out of line
CREATE TEMP TABLE stored (kind text, value text);
ALTER TABLE stored ALTER value SET STORAGE EXTENDED;
INSERT INTO stored VALUES ('empty', ''), ('short', 'a'), ('compressed', repeat('teachers + ', :megabyte / 11) || 'teachers');
INSERT INTO stored SELECT 'external', string_agg(md5(i::text), ' ') FROM generate_series(1, :megabyte / 32) i;
CREATE TEMP TABLE stored_value (name text, m shnor.methodology, t shnor.tally, s shnor.share);
INSERT INTO stored_value VALUES
	('one', '[{"id": 7, "numerator": "a", "denominator": null, "cohort": null, "missing": "no"}]', '{1:12/40:38:2}', '12/40'),
	('edge', '[{"id": -2147483648, "numerator": "a * 9223372036854775807"}, {"id": 2147483647, "numerator": "a > 9223372036854775808"}]',
	 '{1:9223372036854775807/-9223372036854775808:9223372036854775807:9223372036854775807}', '9223372036854775807/9223372036854775807');
INSERT INTO stored_value
SELECT 'many', format('[%s]', string_agg(format('{"id": %s, "numerator": "a + %s", "denominator": "coalesce(b, %s)"}', i, i, i), ','))::shnor.methodology,
	   format('{%s}', string_agg(format('%s:%s/%s:1:0', i, i, i), ','))::shnor.tally, '1/0'
FROM generate_series(1, 1000) i;
CREATE TEMP TABLE dropped (gone integer, a integer, b bigint);
INSERT INTO dropped VALUES (1, 2, 3);
ALTER TABLE dropped DROP gone;
CREATE TEMP TABLE widest AS SELECT * FROM dropped;
DO $$ BEGIN EXECUTE (SELECT 'ALTER TABLE widest ' || string_agg('ADD c' || i || ' integer', ', ') FROM generate_series(1, 1590) i); END $$;

CREATE TEMP TABLE candidate (type regtype, n integer GENERATED ALWAYS AS IDENTITY, expression text);
INSERT INTO candidate (type, expression)
SELECT v.type::regtype, e
FROM (VALUES
	('smallint', $$NULL|0|1|-32768|32767$$),
	('integer', $$NULL|0|1|-1|2147483647|-2147483648$$),
	('bigint', $$NULL|0|1|-1|9223372036854775807|-9223372036854775808$$),
	('boolean', $$NULL|true|false$$),
	('numeric', $$NULL|0|1|0.95|50|100|-1|'NaN'|'Infinity'|'-Infinity'|1e131071|1e-16383$$),
	('double precision', $$NULL|0|0.95|1|-1|'NaN'|'Infinity'|1e308$$),
	('cstring', $$NULL|''|'1/2'|'{}'|'[]'|'{1:1/2:1:0}'|textout((SELECT value FROM stored WHERE kind = 'compressed'))$$),
	('text', $$NULL|'a'|'no'|'Europe/Moscow'|'count'|'12 чел.'|'19.09.2023 18:07:33'|','|'a + b > 0'|'1/2'|'[]'|'{}'
		|(SELECT value FROM stored WHERE kind = 'empty')|(SELECT value FROM stored WHERE kind = 'short')
		|(SELECT value FROM stored WHERE kind = 'compressed')|(SELECT value FROM stored WHERE kind = 'external')$$),
	('text[]', $$NULL|'{}'|'{a}'|'{NULL}'|'{a,b}'|'{a,a}'|'{{a},{b}}'|'[5:6]={a,b}'$$),
	('integer[]', $$NULL|'{}'|'{1}'|'{NULL}'|'{2147483647,-2147483648}'|'{{1},{2}}'|'[5:6]={1,2}'$$),
	('boolean[]', $$NULL|'{}'|'{NULL}'|'{t,f,NULL}'|'{{t},{f}}'|'[2147483645:2147483646]={t,f}'$$),
	('shnor.share', $$NULL|'0/0'|'1/0'|'-5/-7'|'-9223372036854775808/-1'|'9223372036854775807/1'|(SELECT s FROM stored_value WHERE name = 'one')$$),
	('shnor.methodology', $$NULL|'[]'|(SELECT m FROM stored_value WHERE name = 'one')|(SELECT m FROM stored_value WHERE name = 'edge')|(SELECT m FROM stored_value WHERE name = 'many')$$),
	('shnor.tally', $$NULL|'{}'|(SELECT t FROM stored_value WHERE name = 'one')|(SELECT t FROM stored_value WHERE name = 'edge')|(SELECT t FROM stored_value WHERE name = 'many')$$),
	('record', $$NULL|ROW()|ROW(1, 'x')|(SELECT d FROM dropped d)|(SELECT w FROM widest w)|NULL::dropped$$)
) AS v(type, expressions), regexp_split_to_table(v.expressions, '\s*\|') AS e;

-- calls of one thing: all combinations where they are few, else each value of each argument beside ordinary ones
CREATE FUNCTION pg_temp.calls(template text, args regtype[], is_variadic boolean) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	rows text[] := '{}';
	product numeric := 1;
	list text;
BEGIN
	FOR i IN 1 .. cardinality(args) LOOP
		product := product * (SELECT count(*) FROM candidate c WHERE c.type = args[i]);
	END LOOP;
	RETURN QUERY EXECUTE format('SELECT format(%L%s) FROM (VALUES (1)) AS one %s WHERE %s',
		template,
		(SELECT string_agg(format(', CASE WHEN %s::boolean THEN ''VARIADIC '' ELSE '''' END || format(''%%s::%%s'', a%s.expression, %L)', (is_variadic AND i = cardinality(args))::text, i, format_type(args[i], NULL)), '' ORDER BY i) FROM generate_subscripts(args, 1) i),
		(SELECT string_agg(format('CROSS JOIN (SELECT c.expression, row_number() OVER (ORDER BY c.n) AS k FROM candidate c WHERE c.type = %s) AS a%s', args[i]::oid, i), ' ' ORDER BY i) FROM generate_subscripts(args, 1) i),
		CASE WHEN product <= 300 THEN 'true'
			ELSE (SELECT format('(%s) <= 2', string_agg(format('(a%s.k <> 3)::integer', i), ' + ')) FROM generate_subscripts(args, 1) i) END);
END $$;

CREATE TEMP TABLE outcome (object text, call text, sqlstate text, message text);
CREATE FUNCTION pg_temp.try(object text, query text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE state text; said text;
BEGIN
	EXECUTE query;
	INSERT INTO outcome VALUES (object, query, '00000', NULL);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
	INSERT INTO outcome VALUES (object, query, state, said);
END $$;

CREATE TEMP TABLE subject (object text, template text, args regtype[], is_variadic boolean);
-- functions and aggregates; what takes internal cannot be called from SQL and is called through COPY and casts
INSERT INTO subject
SELECT p.oid::regprocedure::text,
	   format('SELECT shnor.%I(%s)', p.proname, (SELECT string_agg('%s', ', ') FROM unnest(p.proargtypes::oid[]))),
	   ARRAY(SELECT CASE a.t WHEN '"any"'::regtype THEN 'integer'::regtype ELSE a.t::regtype END FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(t, n) ORDER BY n),
	   p.provariadic <> 0 AND p.provariadic <> '"any"'::regtype
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'shnor'::regnamespace AND (l.lanname = 'c' OR p.prokind = 'a')
  AND NOT 'internal'::regtype = ANY (p.proargtypes::oid[]);
INSERT INTO subject
SELECT o.oid::regoperator::text, format('SELECT %%s OPERATOR(shnor.%s) %%s', o.oprname), ARRAY[o.oprleft::regtype, o.oprright::regtype], false
FROM pg_operator o WHERE o.oprnamespace = 'shnor'::regnamespace;
INSERT INTO subject
SELECT format('cast from %s to %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
	   format('SELECT (%%s)::%s', format_type(c.casttarget, NULL)), ARRAY[c.castsource::regtype], false
FROM pg_cast c JOIN pg_depend d ON d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'e'
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'shnor';
-- every type from texts, and there and back
INSERT INTO subject
SELECT format('text to %s', t), format('SELECT (%%s)::%s::text::%s', t, t), '{text}', false
FROM unnest('{shnor.share,shnor.methodology,shnor.tally}'::text[]) t;

SELECT set_eq($$SELECT DISTINCT a FROM subject, unnest(args) a WHERE a NOT IN (SELECT type FROM candidate)$$,
			  ARRAY[]::regtype[], 'there are values for every type of argument');
SELECT cmp_ok((SELECT count(*) FROM subject), '>=', 60::bigint, 'functions, aggregates, operators and casts are found');

SET LOCAL client_min_messages = error;
DO $$ BEGIN PERFORM pg_temp.try(s.object, c) FROM subject s CROSS JOIN LATERAL pg_temp.calls(s.template, s.args, s.is_variadic) c; END $$;

SELECT is((SELECT string_agg(format('%s: %s [%s]', o.sqlstate, o.message, left(o.call, 150)), E'\n') FROM outcome o
		   WHERE o.object = s.object AND (o.sqlstate ~ '^(XX|P0|42|57|58)' AND o.sqlstate NOT IN ('42883', '42P10', '42703', '42804', '42P02', '42601', '42846', '42725', '42P18') OR o.message = '')),
		  NULL, format('%s: %s calls end in a value or in an error of the user', s.object, (SELECT count(*) FROM outcome o WHERE o.object = s.object)))
FROM subject s ORDER BY s.object;

-- calls that could not be made at all would show nothing
-- (methodology_accum() is refused outside of an aggregate)
SELECT is((SELECT string_agg(object, ', ' ORDER BY object) FROM (SELECT object FROM outcome WHERE object NOT LIKE 'shnor.methodology_accum(%' GROUP BY object HAVING count(*) FILTER (WHERE sqlstate = '00000') = 0) o),
		  NULL, 'each of them gives a value for some arguments');
SELECT diag(format('%s calls: %s', count(*), (SELECT string_agg(format('%s %s', n, sqlstate), ', ' ORDER BY n DESC) FROM (SELECT sqlstate, count(*) AS n FROM outcome GROUP BY 1) x))) FROM outcome;

SELECT finish();
ROLLBACK;
