-- One random region: its views against the by-hand computation, EXCEPT ALL both ways.
-- oracle.region(seed) fills the region probe, which must be new, compares, and takes everything back; NULL, or what differs.

\ir region-rule.sql
\ir region-fill.sql
\ir region-hand.sql
CREATE TABLE oracle.region_total AS
SELECT 0::bigint AS regions, 0::bigint AS municipalities, 0::bigint AS members, 0::bigint AS conflicts, 0::bigint AS closed, 0::bigint AS reopened, 0::bigint AS made_up,
	0::bigint AS figures, 0::bigint AS scored, 0::bigint AS school_rows, 0::bigint AS errors;

-- oracle.compare_VIEW(): NULL, the first rows that only one side has, or the SQLSTATE of a formula that leaves its type
DO $do$
DECLARE
	v record;
BEGIN
	FOR v IN SELECT x.name, format('SELECT %s FROM probe.%I', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), x.name) AS query
		FROM unnest('{school_round,school_indicator,municipal_indicator,regional_indicator,municipal_score,completeness}'::text[]) AS x(name)
		JOIN pg_attribute a ON a.attrelid = ('oracle.want_' || x.name)::regclass AND a.attnum > 0 AND NOT a.attisdropped GROUP BY x.name
		UNION ALL
		SELECT 'municipal_tally', 'SELECT t.round_id, t.municipality_id, i.id, shnor.numerator(i.share), shnor.denominator(i.share), i.answered, i.missing
			FROM probe.municipal_tally t LEFT JOIN LATERAL shnor.items(t.tally) i ON true'
	LOOP
		EXECUTE format($sql$
			CREATE FUNCTION oracle.compare_%1$s() RETURNS text LANGUAGE plpgsql AS $$
			BEGIN
				RETURN (WITH got AS MATERIALIZED (%2$s)
					SELECT string_agg(line, E'\n') FROM (
						(SELECT '  by hand: ' || a::text AS line FROM (TABLE oracle.want_%1$s EXCEPT ALL TABLE got) a LIMIT 3)
						UNION ALL
						(SELECT '  view:    ' || b::text FROM (TABLE got EXCEPT ALL TABLE oracle.want_%1$s) b LIMIT 3)) d);
			EXCEPTION WHEN numeric_value_out_of_range THEN
				RETURN SQLSTATE;
			WHEN OTHERS THEN
				RETURN format('  view:    %%s %%s', SQLSTATE, SQLERRM);
			END $$ $sql$, v.name, v.query);
	END LOOP;
END $do$;

CREATE FUNCTION oracle.region(seed bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	counts oracle.region_total;
	error text;			-- what a formula raises
	v text; got text;
	different text;
BEGIN
	BEGIN
		PERFORM oracle.start(seed), oracle.fill_region();
		SET CONSTRAINTS ALL IMMEDIATE;
		PERFORM oracle.hand_members(), oracle.hand_answers();
		BEGIN
			PERFORM oracle.hand_parts();
		EXCEPTION WHEN numeric_value_out_of_range THEN
			error := SQLSTATE;
		END;
		IF error IS NULL THEN
			PERFORM oracle.hand_school_indicator(), oracle.hand_figures();
		END IF;
		PERFORM oracle.hand_completeness();

		FOREACH v IN ARRAY '{school_round,completeness,school_indicator,municipal_tally,municipal_indicator,regional_indicator,municipal_score}'::text[] LOOP
			EXECUTE format('SELECT oracle.compare_%s()', v) INTO got;
			IF got IS DISTINCT FROM (CASE WHEN v NOT IN ('school_round', 'completeness') THEN error END) THEN
				different := concat_ws(E'\n', different, format(E'region of seed %s, %s:\n%s', seed, v, coalesce(got, '  no error instead of ' || error)));
			END IF;
		END LOOP;
		SELECT 1, (SELECT count(*) FROM probe.municipality), (SELECT count(*) FROM oracle.member), (SELECT count(*) FROM oracle.said WHERE place > 1),
			(SELECT count(*) FROM probe.round WHERE state = 'closed'), (SELECT count(*) FROM probe.round WHERE reopening <> ''), (SELECT count(*) FROM oracle.rule WHERE section ~ '^Раздел'),
			(SELECT count(*) FROM oracle.want_municipal_indicator) + (SELECT count(*) FROM oracle.want_regional_indicator), (SELECT count(score) FROM oracle.want_municipal_indicator),
			(SELECT count(*) FROM oracle.want_school_indicator), count(error) INTO counts;
		RAISE EXCEPTION USING ERRCODE = 'OR000';		-- take it back
	EXCEPTION WHEN SQLSTATE 'OR000' THEN
	END;
	UPDATE oracle.region_total t SET regions = t.regions + counts.regions, municipalities = t.municipalities + counts.municipalities, members = t.members + counts.members,
		conflicts = t.conflicts + counts.conflicts, closed = t.closed + counts.closed, reopened = t.reopened + counts.reopened, made_up = t.made_up + counts.made_up,
		figures = t.figures + counts.figures, scored = t.scored + counts.scored, school_rows = t.school_rows + counts.school_rows, errors = t.errors + counts.errors;
	RETURN different;
END $$;
