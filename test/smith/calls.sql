-- For test/sqlsmith: prints :calls statements that call each function of the extension with arguments picked at random,
-- each with the function's name in a comment, by which test/smith/report.sql counts them. :copies is a folder.
\encoding UTF8
\set QUIET on
\pset tuples_only on
\pset format unaligned
SELECT setseed(:seed % 1000000 / 1000000.0) \gset smith_

CREATE FUNCTION pg_temp.pick(asked text, wanted text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found	text;
BEGIN
	IF random() < 0.85 THEN
		SELECT a.expression INTO found FROM smith.argument a WHERE a.name = asked AND a.type = wanted AND asked <> '' ORDER BY random() LIMIT 1;
	END IF;
	IF found IS NULL THEN
		SELECT a.expression INTO found FROM smith.argument a WHERE a.type = wanted ORDER BY a.name <> '', random() LIMIT 1;
	END IF;
	IF found IS NULL THEN
		RAISE EXCEPTION 'no argument of type % is known: see test/smith/arguments.sql', wanted;
	END IF;
	RETURN CASE WHEN wanted IN ('record', 'anyelement') THEN found ELSE format('(%s)::%s', found, wanted) END;
END $$;

CREATE FUNCTION pg_temp.call(function regprocedure) RETURNS text LANGUAGE sql AS $$
	SELECT format(CASE WHEN p.proretset THEN 'SELECT /* %1$s */ count(*) FROM %2$s(%3$s) x;'
					   WHEN p.prokind = 'a' THEN 'SELECT /* %1$s */ %2$s(%3$s) FROM generate_series(1, %4$s);'
					   ELSE 'SELECT /* %1$s */ %2$s(%3$s);' END,
				  function, p.oid::regproc, a.list, floor(random() * 4))
	FROM pg_proc p CROSS JOIN LATERAL (
		-- the columns of tally() come one by one, with their names before them
		SELECT string_agg(CASE WHEN t.type = '"any"' THEN format('%s, 38, true, false, NULL::boolean, false', floor(random() * 50))
							   WHEN t.type = 'text[]' AND p.provariadic = '"any"'::regtype THEN '''{teachers,supported,has_program,low_results,adverse_conditions,risk_zone}'''
							   ELSE CASE WHEN p.provariadic <> 0 AND t.i = p.pronargs THEN 'VARIADIC ' ELSE '' END || pg_temp.pick(coalesce(p.proargnames[t.i], ''), t.type) END,
						  ', ' ORDER BY t.i) AS list
		FROM (SELECT u.i, format_type(u.type, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY u(type, i)) t(i, type)) a
	WHERE p.oid = function
$$;

WITH function AS (
	SELECT p.oid, row_number() OVER (ORDER BY p.oid::regprocedure::text) AS n, count(*) OVER () AS functions
	FROM pg_proc p WHERE p.pronamespace = 'shnor'::regnamespace AND NOT 'internal'::regtype = ANY (p.proargtypes)
)
SELECT pg_temp.call(f.oid) FROM function f JOIN generate_series(1, :calls) i ON i % f.functions + 1 = f.n ORDER BY i;

-- over the region's rows; what a reader may see is added up in parallel
SELECT format('SELECT /* %s */ s.round_id, %s FROM ivanovo.submission s WHERE s.school_id %% %s = %s GROUP BY s.round_id;', a.function::regprocedure, a.call, n, floor(random() * n))
FROM generate_series(1, 5) n CROSS JOIN (VALUES
	('shnor.share_agg(bigint,bigint)', 'shnor.share_agg(s.supported, s.teachers)'),
	('shnor.share_agg(boolean)', 'shnor.share_agg(s.has_program)'),
	('shnor.sum(shnor.share)', 'shnor.sum(shnor.share(s.supported, s.teachers))'),
	('shnor.tally(shnor.methodology,record)', $$shnor.tally('[{"id": 1, "numerator": "supported", "denominator": "teachers"}]', s)$$),
	('shnor.tally(shnor.methodology,text[],"any")', $$shnor.tally('[{"id": 1, "numerator": "supported", "denominator": "teachers"}]', '{supported,teachers}', s.supported, s.teachers)$$)
) AS a(function, call);
SELECT $$SELECT /* shnor.methodology(integer,text,text,text,text) */ i.level, shnor.methodology(i.indicator_id, i.numerator, i.denominator, i.cohort, i.missing) FROM ivanovo.indicator i GROUP BY i.level;$$;
SELECT $$SELECT /* shnor.sum(shnor.tally) */ shnor.sum(t.tally) FROM ivanovo.municipal_tally t;$$;

-- what takes internal is called by binary COPY alone
SELECT format($$CREATE TEMP TABLE copied_%1$s (%1$s shnor.%1$s);
\copy (SELECT v.%1$s FROM smith.value v) TO '%2$s/%1$s' (FORMAT binary)
\copy copied_%1$s FROM '%2$s/%1$s' (FORMAT binary)
SELECT /* %3$s */ count(*) FROM copied_%1$s c;$$, t, :'copies', p.oid::regprocedure)
FROM unnest('{share,tally,methodology}'::text[]) t JOIN pg_proc p ON p.proname = t || '_recv';
