-- refresh(): brings the stored figures of a region (94-stored.sql) up to date. verify(): proves them equal to the live ones.

CREATE FUNCTION refresh_check(region text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_check(region);
	IF to_regclass(format('%I.refresh_state', region)) IS NULL THEN
		RAISE EXCEPTION 'регион «%» создан прежней версией', region
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Владелец региона доводит его до установленной версии так: SELECT shnor.upgrade_region(%L);', region);
	ELSIF row_security_active(format('%I.submission', region)) THEN
		-- figures of what one may see would be stored as those of all
		RAISE EXCEPTION 'сохранённые показатели региона «%» пересчитывает только его владелец', region
			USING ERRCODE = 'insufficient_privilege',
				  HINT = format('Владелец — роль «%s». Войдите под ней или под её членом с SET ROLE.',
								(SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = to_regclass(format('%I.submission', region))));
	END IF;
END
$function$;
COMMENT ON FUNCTION refresh_check(text) IS
'Internal: refuses a schema that is not a region (3F000), was made by an older version (55000), or whose rows the caller does not all see (42501).';

-- The definitions of the views, over some municipalities of one round: what belongs to these, what they have answered,
-- and what other sources say, stands under the names of the view and the tables below them, so a figure is computed by
-- the same text as in the live reports. Schools come as arrays: the planner sees how many they are.
CREATE FUNCTION refresh_group_query(region text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format($query$
	WITH round_member AS MATERIALIZED (
		SELECT $1 AS round_id, u.*
		FROM unnest($3::integer[], $4::integer[], $5::text[], $6::boolean[], $7::boolean[], $8::boolean[])
			 AS u(municipality_id, school_id, kind, low_results, adverse_conditions, risk_zone)
	), municipal_member AS (
		SELECT m.* FROM %1$I.municipal_member m WHERE m.round_id = $1 AND m.municipality_id = ANY ($2)
	), submission AS MATERIALIZED (
		SELECT s.* FROM %1$I.submission s WHERE s.round_id = $1 AND s.school_id = ANY ($4)
	), source_answer AS (
		SELECT a.* FROM %1$I.source_answer a WHERE a.round_id = $1 AND (a.municipality_id = ANY ($2) OR a.school_id = ANY ($4))
	), %2$s, $query$, region,
	(SELECT string_agg(format('%I AS (%s)', d.view_name, d.definition), ', ' ORDER BY d.step)
	 FROM (SELECT * FROM shnor.region_source_views() UNION ALL SELECT * FROM shnor.region_base_views()) d
	 WHERE d.view_name IN ('ranked_source_answer', 'school_source_answer', 'municipal_source_answer', 'school_round', 'municipal_round',
						   'municipal_tally', 'completeness')))
$function$;
COMMENT ON FUNCTION refresh_group_query(text) IS
'Internal: WITH clauses in which municipal_tally and completeness are those of round $1 and municipalities $2 alone, whose members are $3 to $8, at a cost that follows their number.';

-- The stored figures of one round: of the municipalities named, or of all (NULL).
CREATE FUNCTION refresh_round(region text, round_id integer, municipalities integer[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	columns	constant text := 'q.scope, q.round_id, q.municipality_id, q.position, q.indicator, q.section, q.title, q.unit,
		q.numerator, q.denominator, q.percent, q.threshold, q.plan, q.score, q.reason, q.answered, q.missing,
		q.percent_low, q.percent_high, q.gap, q.note_required';
	answers	text := 'WITH';
	places	integer[];
	schools	integer[];
	kinds	text[];
	low		boolean[];
	adverse	boolean[];
	risk	boolean[];
	changed	bigint;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	IF municipalities IS NOT NULL THEN
		answers := shnor.refresh_group_query(region);
		-- whoever may belong to them, for the statuses of these alone; then who does
		EXECUTE 'SELECT array_agg(u.school_id)
				 FROM (SELECT o.school_id FROM school o WHERE o.municipality_id = ANY ($2)
					   UNION SELECT w.school_id FROM round_school w WHERE w.round_id = $1 AND w.municipality_id = ANY ($2)) AS u'
		INTO schools USING round_id, municipalities;
		EXECUTE format('WITH school_status AS MATERIALIZED (SELECT s.* FROM %I.school_status s WHERE s.school_id = ANY ($3)), member AS (%s)
						SELECT array_agg(m.municipality_id), array_agg(m.school_id), array_agg(m.kind),
							   array_agg(m.low_results), array_agg(m.adverse_conditions), array_agg(m.risk_zone)
						FROM member m WHERE m.round_id = $1 AND m.municipality_id = ANY ($2)', region,
					   (SELECT d.definition FROM shnor.region_base_views() d WHERE d.view_name = 'round_member'))
		INTO places, schools, kinds, low, adverse, risk USING round_id, municipalities, schools;
	END IF;

	EXECUTE answers || $query$ fresh AS MATERIALIZED (
			SELECT u.round_id, u.municipality_id, u.tally::text AS tally FROM municipal_tally u WHERE u.round_id = $1
		), gone AS (
			DELETE FROM stored_tally t
			WHERE t.round_id = $1 AND ($2 IS NULL OR t.municipality_id = ANY ($2))
			  AND NOT EXISTS (SELECT FROM fresh f WHERE f.municipality_id = t.municipality_id)
		), kept AS (
			INSERT INTO stored_tally AS t (round_id, municipality_id, tally)
			SELECT f.round_id, f.municipality_id, f.tally FROM fresh f
			ON CONFLICT (round_id, municipality_id) DO UPDATE SET tally = excluded.tally WHERE t.tally <> excluded.tally
		), fresh_completeness AS MATERIALIZED (
			SELECT c.round_id, c.municipality_id, c.expected, c.submitted, c.on_time, c.answers_expected, c.answers_given
			FROM completeness c WHERE c.round_id = $1
		), gone_completeness AS (
			DELETE FROM stored_completeness t
			WHERE t.round_id = $1 AND ($2 IS NULL OR t.municipality_id = ANY ($2))
			  AND NOT EXISTS (SELECT FROM fresh_completeness f WHERE f.municipality_id = t.municipality_id)
		)
		INSERT INTO stored_completeness AS t (round_id, municipality_id, expected, submitted, on_time, answers_expected, answers_given)
		SELECT * FROM fresh_completeness
		ON CONFLICT (round_id, municipality_id) DO UPDATE
		SET expected = excluded.expected, submitted = excluded.submitted, on_time = excluded.on_time,
			answers_expected = excluded.answers_expected, answers_given = excluded.answers_given
		WHERE t.* IS DISTINCT FROM excluded.*$query$
	USING round_id, municipalities, places, schools, kinds, low, adverse, risk;

	-- judged as the live tallies are; the region by the sum of all its municipalities, touched or not
	EXECUTE $query$WITH round_tally AS MATERIALIZED (
			SELECT t.round_id, t.municipality_id, t.tally::shnor.tally AS tally FROM stored_tally t WHERE t.round_id = $1
		), touched_tally AS (
			SELECT t.* FROM round_tally t WHERE $2 IS NULL OR t.municipality_id = ANY ($2)
		), fresh AS MATERIALIZED (
			SELECT $query$ || columns || ' FROM (' || shnor.region_result_query('touched_tally') || $query$) AS q WHERE q.scope = 'municipality'
			UNION ALL
			SELECT $query$ || columns || ' FROM (' || shnor.region_result_query('round_tally') || $query$) AS q WHERE q.scope = 'region'
		), gone AS (
			DELETE FROM stored_result s
			WHERE s.round_id = $1 AND ($2 IS NULL OR s.municipality_id = ANY ($2) OR s.scope = 'region')
			  AND NOT EXISTS (SELECT FROM fresh f WHERE f.indicator = s.indicator AND coalesce(f.municipality_id, 0) = coalesce(s.municipality_id, 0))
			RETURNING 1
		), kept AS (
			INSERT INTO stored_result AS s
			SELECT * FROM fresh
			ON CONFLICT (round_id, municipality_id, indicator) DO UPDATE
			SET position = excluded.position, section = excluded.section, title = excluded.title, unit = excluded.unit,
				numerator = excluded.numerator, denominator = excluded.denominator, percent = excluded.percent,
				threshold = excluded.threshold, plan = excluded.plan, score = excluded.score, reason = excluded.reason,
				answered = excluded.answered, missing = excluded.missing, percent_low = excluded.percent_low,
				percent_high = excluded.percent_high, gap = excluded.gap, note_required = excluded.note_required
			WHERE s.* IS DISTINCT FROM excluded.*
			RETURNING 1
		)
		SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM kept)$query$
	INTO changed USING round_id, municipalities;
	RETURN changed;
END
$function$;
COMMENT ON FUNCTION refresh_round(text, integer, integer[]) IS
'Internal: computes the stored figures of a round anew, of the municipalities named or of all (NULL), and returns how many figures have changed.';

CREATE FUNCTION refresh(region text, everything boolean DEFAULT false,
	OUT round_id integer, OUT round_title text, OUT municipalities bigint, OUT figures_changed bigint)
RETURNS SETOF record
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	started	timestamptz;
	members	bigint;
	touched	integer[];
	rounds	integer[];
	lists	text[];
BEGIN
	PERFORM shnor.refresh_check(region);
	-- one at a time; who waited sees what the other has done
	EXECUTE format('SELECT FROM %I.refresh_state f WHERE f.name = ''stored'' FOR UPDATE', region);
	IF everything THEN
		EXECUTE format('INSERT INTO %I.refresh_pending DEFAULT VALUES', region);
	END IF;
	started := clock_timestamp();
	-- One statement: what it strikes off is what it has seen, and whatever comes later stays for the next refresh.
	-- What is computed below may see more than that: then it is computed once more, next time.
	EXECUTE format('WITH struck AS (DELETE FROM %1$I.refresh_pending), listed AS (
						SELECT g.round_id, array_agg(g.municipality_id) AS list FROM %1$I.pending_group g GROUP BY g.round_id)
					SELECT array_agg(l.round_id ORDER BY l.round_id), array_agg(l.list::text ORDER BY l.round_id) FROM listed l', region)
	INTO rounds, lists;

	IF rounds IS NOT NULL THEN
		EXECUTE format('SELECT count(*) FROM %I.municipality', region) INTO members;
	END IF;
	FOR i IN 1 .. coalesce(cardinality(rounds), 0) LOOP
		PERFORM shnor.report_progress('refresh', region, i - 1, cardinality(rounds));
		round_id := rounds[i];
		touched := lists[i]::integer[];
		-- more than half of them one by one would cost more than all
		IF array_position(touched, NULL) IS NOT NULL OR cardinality(touched) * 2 > members THEN
			touched := NULL;
		END IF;
		figures_changed := shnor.refresh_round(region, round_id, touched);
		EXECUTE format('SELECT (SELECT r.title FROM %1$I.round r WHERE r.round_id = $1),
							   coalesce(cardinality($2), (SELECT count(*) FROM %1$I.stored_tally t WHERE t.round_id = $1))', region)
		INTO round_title, municipalities USING round_id, touched;
		RETURN NEXT;
	END LOOP;
	EXECUTE format('UPDATE %I.refresh_state f SET refreshed_at = $1, took = clock_timestamp() - $1, error = NULL, error_at = NULL WHERE f.name = ''stored''', region)
	USING started;
END
$function$;
COMMENT ON FUNCTION refresh(text, boolean) IS
'Brings the stored figures of the region (municipal_indicator_stored and the other views named _stored) up to date: computes anew the municipalities of the rounds that something has touched since the last refresh (answers, statuses, schools, definitions, targets, sources, rounds), and nothing else; closed rounds cost nothing. With everything, all rounds. One row per round that was computed: how many municipalities, and how many figures differ from those stored before; no row when nothing was touched. All or nothing, in the caller''s transaction; writers are not kept waiting, and what they commit meanwhile is taken at the next refresh at the latest. The owner of the region calls it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501), an error of a definition as in the live report.';

CREATE FUNCTION verify(region text,
	OUT report text, OUT compared bigint, OUT pending bigint, OUT different bigint, OUT example text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	v		record;
	r		integer;
	n		record;
	rounds	integer[];
	step	bigint := 0;
BEGIN
	PERFORM shnor.refresh_check(region);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	EXECUTE format('SELECT coalesce(array_agg(a.round_id ORDER BY a.round_id), ''{}'')
					FROM (SELECT t.round_id FROM %1$I.round t UNION SELECT s.round_id FROM %1$I.stored_tally s) AS a', region)
	INTO rounds;
	FOR v IN
		SELECT * FROM (VALUES
			('municipal_tally', 'municipality_id', 'x.municipality_id'),
			('municipal_indicator', 'municipality_id', 'concat_ws('', '', x.municipality_id, x.indicator)'),
			('regional_indicator', 'NULL::integer', 'x.indicator'),
			('municipal_score', 'NULL::integer', 'x.municipality_id'),
			('completeness', 'municipality_id', 'x.municipality_id')) AS v(name, municipality, key)
	LOOP
		report := v.name;
		compared := 0;
		pending := 0;
		different := 0;
		example := NULL;
		-- A round at a time, each in one statement: of one snapshot are the answers, the stored figures and what is pending.
		FOREACH r IN ARRAY rounds LOOP
			PERFORM shnor.report_progress('verify', region, step, 5 * cardinality(rounds));
			step := step + 1;
			EXECUTE format($query$
				SELECT count(*) FILTER (WHERE NOT c.pending) AS compared, count(*) FILTER (WHERE c.pending) AS pending,
					   count(*) FILTER (WHERE NOT c.pending AND c.differs) AS different,
					   min(format('%%s, %%s: сохранено %%s, на самом деле %%s', $1, c.key, coalesce(c.stored, 'ничего'), coalesce(c.live, 'ничего')))
						   FILTER (WHERE NOT c.pending AND c.differs) AS example
				FROM (
					SELECT coalesce(l.key, s.key) AS key, l.line::text AS live, s.line::text AS stored, l.line IS DISTINCT FROM s.line AS differs,
						   EXISTS (SELECT FROM pending_group g
								   WHERE g.round_id = $1 AND (coalesce(l.municipality_id, s.municipality_id) = g.municipality_id) IS NOT FALSE) AS pending
					FROM (SELECT %2$s::text AS key, %3$s AS municipality_id, to_jsonb(x) AS line FROM %1$I x WHERE x.round_id = $1) AS l
					FULL JOIN (SELECT %2$s::text AS key, %3$s AS municipality_id, to_jsonb(x) - 'computed_at' AS line FROM %4$I x WHERE x.round_id = $1) AS s
						ON s.key = l.key
				) AS c$query$, v.name, v.key, v.municipality, v.name || '_stored')
			INTO n USING r;
			compared := compared + n.compared;
			pending := pending + n.pending;
			different := different + n.different;
			example := coalesce(example, n.example);
		END LOOP;
		RETURN NEXT;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION verify(text) IS
'Computes the live reports of the region anew and compares them with the stored ones, row by row and column by column. One row per report: how many rows were compared, how many were left out because something has touched them since the last refresh, how many differ (0 is right), and the first that does: round, key, both rows. Changes nothing; takes as long as the live reports of all rounds. The owner of the region calls it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501).';
