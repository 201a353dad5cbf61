-- refresh(): brings the stored figures of a region (94-stored.sql) up to date. verify(): proves them equal to the live ones.

-- An older snapshot has not seen what was committed since.
CREATE FUNCTION seen_until(at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT CASE WHEN current_setting('transaction_isolation') = 'read committed' THEN at ELSE now() END
$function$;
COMMENT ON FUNCTION seen_until(timestamptz) IS
'Internal: the moment as of which a statement begun at the moment given sees the data: in REPEATABLE READ and SERIALIZABLE the beginning of the transaction.';

CREATE FUNCTION refresh_check(region text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	hidden name;
BEGIN
	PERFORM shnor.region_check(region);
	IF to_regclass(format('%I.refresh_state', region)) IS NULL THEN
		RAISE EXCEPTION 'регион «%» создан прежней версией', region
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Владелец региона доводит его до установленной версии так: SELECT shnor.upgrade_region(%L);', region);
	END IF;
	-- Figures of what one may see would be stored as those of all. The tables that figures are made of, since an owner may
	-- put himself under the policies of any one of them (FORCE ROW LEVEL SECURITY).
	SELECT c.relname INTO hidden
	FROM unnest('{submission,submission_history,municipal_submission,source_answer,school,school_status,municipality,round,round_school,
				  round_municipality,indicator,question,question_source,target,setting,access,
				  refresh_pending,stored_part,stored_tally,stored_completeness,stored_result}'::name[]) WITH ORDINALITY AS n(name, position)
	JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = n.name
	WHERE row_security_active(c.oid)
	ORDER BY n.position LIMIT 1;
	IF hidden IS NOT NULL THEN
		RAISE EXCEPTION 'сохранённые показатели региона «%» пересчитывает только его владелец', region
			USING ERRCODE = 'insufficient_privilege',
				  DETAIL = format('Строки таблицы %I.%I видны вам не все.', region, hidden),
				  HINT = format('Владелец — роль «%s». Войдите под ней или, если ваша роль в неё входит, выполните сначала SET ROLE %1$I.',
								(SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = to_regclass(format('%I.submission', region))));
	END IF;
END
$function$;
COMMENT ON FUNCTION refresh_check(text) IS
'Internal: refuses a schema that is not a region (3F000), was made by an older version (55000), or whose rows the caller does not all see (42501).';

-- The definitions of the views over one round $1, by parts of municipalities: what belongs to these, what they have
-- answered, and what other sources say, stands under the names of the view and the tables below them, so a figure is
-- computed by the same text as in the live reports. A school's municipality is the key of its part here, beyond the
-- numbers that a municipality can have; a municipality stands for its own answers.
CREATE FUNCTION refresh_part_query(region text, everything boolean, parted boolean) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT CASE WHEN everything THEN format($query$
	WITH round_member AS NOT MATERIALIZED (
		SELECT m.round_id, %2$s AS municipality_id, m.school_id, m.kind, m.low_results, m.adverse_conditions, m.risk_zone
		FROM %1$I.round_member m WHERE m.round_id = $1
	), municipal_member AS (
		SELECT m.* FROM %1$I.municipal_member m WHERE m.round_id = $1
	), $query$, region, CASE WHEN parted THEN shnor.part_key('m.municipality_id', shnor.school_part('m.school_id')) ELSE 'm.municipality_id::bigint' END)
ELSE format($query$
	-- schools come as arrays, and nothing is materialized: so the planner sees how many they are, and that all are of $1
	WITH round_member AS NOT MATERIALIZED (
		SELECT $1 AS round_id, %2$s AS municipality_id, u.school_id, u.kind, u.low_results, u.adverse_conditions, u.risk_zone
		FROM unnest($3::integer[], $4::integer[], $5::text[], $6::boolean[], $7::boolean[], $8::boolean[])
			 AS u(municipality_id, school_id, kind, low_results, adverse_conditions, risk_zone)
	), municipal_member AS (
		SELECT m.* FROM %1$I.municipal_member m WHERE m.round_id = $1 AND m.municipality_id = ANY ($2)
	), submission AS NOT MATERIALIZED (
		SELECT s.* FROM %1$I.submission s WHERE s.round_id = $1 AND s.school_id = ANY ($4)
	), source_answer AS (
		SELECT a.* FROM %1$I.source_answer a WHERE a.round_id = $1 AND (a.municipality_id = ANY ($2) OR a.school_id = ANY ($4))
	), $query$, region, CASE WHEN parted THEN shnor.part_key('u.municipality_id', shnor.school_part('u.school_id')) ELSE 'u.municipality_id::bigint' END)
END || string_agg(format('%I AS (%s)', d.view_name, d.definition), ', ' ORDER BY d.step) || ','
FROM (SELECT * FROM shnor.region_source_views() UNION ALL SELECT * FROM shnor.region_base_views()) AS d
WHERE d.view_name IN ('school_round', 'municipal_round', 'municipal_tally', 'completeness')
   -- with everything these are the views themselves
   OR NOT everything AND d.view_name IN ('ranked_source_answer', 'school_source_answer', 'municipal_source_answer')
$function$;
COMMENT ON FUNCTION refresh_part_query(text, boolean, boolean) IS
'Internal: WITH clauses in which municipal_tally and completeness are those of round $1 by parts of municipalities (parted) or by municipalities: of everything, or of the own answers of municipalities $2 and of the schools $3 to $8 alone, at a cost that follows their number.';

-- The stored figures of one round: of the municipalities named, or of all (NULL). Those that are whole are computed as
-- such, of the others their parts, by key. A closed round has no parts; whether it is closed is told by the snapshot that
-- has told what is pending, since a municipality must be stored in one of both ways.
CREATE FUNCTION refresh_round(region text, round_id integer, closed boolean, municipalities integer[], whole integer[], parts bigint[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- many small statements
SET jit = off
AS $function$
DECLARE
	columns	constant text := 'q.scope, q.round_id, q.municipality_id, q.position, q.indicator, q.section, q.title, q.unit,
		q.numerator, q.denominator, q.percent, q.threshold, q.plan, q.score, q.reason, q.answered, q.missing,
		q.percent_low, q.percent_high, q.gap, q.note_required';
	places	integer[];
	schools	integer[];
	kinds	text[];
	low		boolean[];
	adverse	boolean[];
	risk	boolean[];
	changed	bigint;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	IF municipalities IS NULL THEN
		whole := NULL;
	ELSE
		IF closed THEN
			whole := municipalities;
		END IF;
		-- whoever may belong to them, for the statuses of these alone; then who does
		EXECUTE format('SELECT array_agg(u.school_id)
						FROM (SELECT o.school_id FROM school o WHERE o.municipality_id = ANY ($3)
							  UNION SELECT o.school_id FROM school o WHERE %1$s = ANY ($4)
							  UNION SELECT w.school_id FROM round_school w WHERE w.round_id = $1 AND w.municipality_id = ANY ($2)
								AND (w.municipality_id = ANY ($3) OR %2$s = ANY ($4))) AS u',
					   shnor.part_key('o.municipality_id', shnor.school_part('o.school_id')), shnor.part_key('w.municipality_id', shnor.school_part('w.school_id')))
		INTO schools USING round_id, municipalities, whole, parts;
		EXECUTE format('WITH school AS (SELECT o.* FROM %1$I.school o WHERE o.school_id = ANY ($2)),
							 round_school AS (SELECT w.* FROM %1$I.round_school w WHERE w.round_id = $1 AND w.school_id = ANY ($2)),
							 -- one by one: to the planner a pass through all of them seems little dearer
							 school_status AS MATERIALIZED (
								SELECT s.* FROM unnest($2) AS u(school_id)
								CROSS JOIN LATERAL (SELECT t.* FROM %1$I.school_status t WHERE t.school_id = u.school_id OFFSET 0) AS s),
							 member AS (%2$s)
						SELECT array_agg(m.municipality_id), array_agg(m.school_id), array_agg(m.kind),
							   array_agg(m.low_results), array_agg(m.adverse_conditions), array_agg(m.risk_zone)
						-- not pushed down, where it would make the planner expect a single school
						FROM (SELECT * FROM member WHERE round_id = $1 OFFSET 0) AS m WHERE m.municipality_id = ANY ($3) OR %3$s = ANY ($4)', region,
					   (SELECT d.definition FROM shnor.region_base_views() d WHERE d.view_name = 'round_member'),
					   shnor.part_key('m.municipality_id', shnor.school_part('m.school_id')))
		INTO places, schools, kinds, low, adverse, risk USING round_id, schools, whole, parts;
	END IF;

	-- only what differs is written: a row that stays is not even locked
	EXECUTE shnor.refresh_part_query(region, whole IS NULL, NOT closed) || $query$ fresh AS MATERIALIZED (
			SELECT (f.key - (f.part << 32))::integer AS municipality_id, f.part::smallint AS part, f.tally,
				   f.expected, f.submitted, f.on_time, f.answers_expected, f.answers_given
			FROM (
				SELECT n.*, (n.key + 2147483648) >> 32 AS part
				FROM (
					SELECT coalesce(t.municipality_id, c.municipality_id) AS key, t.tally::text AS tally,
						   c.expected, c.submitted, c.on_time, c.answers_expected, c.answers_given
					FROM (SELECT u.municipality_id, u.tally FROM municipal_tally u WHERE u.round_id = $1) AS t
					FULL JOIN (SELECT u.municipality_id, u.expected, u.submitted, u.on_time, u.answers_expected, u.answers_given
							   FROM completeness u WHERE u.round_id = $1) AS c ON c.municipality_id = t.municipality_id
				) AS n
			) AS f
		), stored AS (
			SELECT p.municipality_id, p.part, p.tally, p.expected, p.submitted, p.on_time, p.answers_expected, p.answers_given
			FROM stored_part p
			WHERE p.round_id = $1
			  AND ($2 IS NULL OR p.municipality_id = ANY ($10) AND (p.municipality_id = ANY ($2) OR $query$ || shnor.part_key('p.municipality_id', 'p.part') || $query$ = ANY ($9)))
		), gone AS (
			DELETE FROM stored_part p
			USING (SELECT s.municipality_id, s.part FROM stored s EXCEPT SELECT f.municipality_id, f.part FROM fresh f) AS g
			WHERE p.round_id = $1 AND p.municipality_id = g.municipality_id AND p.part = g.part
		)
		INSERT INTO stored_part AS p (round_id, municipality_id, part, tally, expected, submitted, on_time, answers_expected, answers_given)
		SELECT $1, d.* FROM (SELECT * FROM fresh EXCEPT SELECT * FROM stored) AS d
		ON CONFLICT (round_id, municipality_id, part) DO UPDATE
		SET tally = excluded.tally, expected = excluded.expected, submitted = excluded.submitted, on_time = excluded.on_time,
			answers_expected = excluded.answers_expected, answers_given = excluded.answers_given$query$
	USING round_id, whole, places, schools, kinds, low, adverse, risk, parts, municipalities;

	EXECUTE $query$WITH fresh AS MATERIALIZED (
			SELECT p.municipality_id, shnor.sum(p.tally::shnor.tally)::text AS tally,
				   sum(p.expected)::bigint AS expected, sum(p.submitted)::bigint AS submitted, sum(p.on_time)::bigint AS on_time,
				   sum(p.answers_expected)::bigint AS answers_expected, sum(p.answers_given)::bigint AS answers_given
			FROM stored_part p
			WHERE p.round_id = $1 AND ($2 IS NULL OR p.municipality_id = ANY ($2))
			GROUP BY p.municipality_id
		), stored AS (
			SELECT t.municipality_id, t.tally FROM stored_tally t WHERE t.round_id = $1 AND ($2 IS NULL OR t.municipality_id = ANY ($2))
		), gone AS (
			DELETE FROM stored_tally t
			USING (SELECT s.municipality_id FROM stored s EXCEPT SELECT f.municipality_id FROM fresh f WHERE f.tally IS NOT NULL) AS g
			WHERE t.round_id = $1 AND t.municipality_id = g.municipality_id
		), kept AS (
			INSERT INTO stored_tally AS t (round_id, municipality_id, tally)
			SELECT $1, d.* FROM (SELECT f.municipality_id, f.tally FROM fresh f WHERE f.tally IS NOT NULL EXCEPT SELECT * FROM stored) AS d
			ON CONFLICT (round_id, municipality_id) DO UPDATE SET tally = excluded.tally
		), stored_counts AS (
			SELECT t.municipality_id, t.expected, t.submitted, t.on_time, t.answers_expected, t.answers_given
			FROM stored_completeness t WHERE t.round_id = $1 AND ($2 IS NULL OR t.municipality_id = ANY ($2))
		), gone_counts AS (
			DELETE FROM stored_completeness t
			USING (SELECT s.municipality_id FROM stored_counts s EXCEPT SELECT f.municipality_id FROM fresh f WHERE f.expected IS NOT NULL) AS g
			WHERE t.round_id = $1 AND t.municipality_id = g.municipality_id
		)
		INSERT INTO stored_completeness AS t (round_id, municipality_id, expected, submitted, on_time, answers_expected, answers_given)
		SELECT $1, d.*
		FROM (SELECT f.municipality_id, f.expected, f.submitted, f.on_time, f.answers_expected, f.answers_given FROM fresh f WHERE f.expected IS NOT NULL
			  EXCEPT SELECT * FROM stored_counts) AS d
		ON CONFLICT (round_id, municipality_id) DO UPDATE
		SET expected = excluded.expected, submitted = excluded.submitted, on_time = excluded.on_time,
			answers_expected = excluded.answers_expected, answers_given = excluded.answers_given$query$
	USING round_id, municipalities;

	-- Judged as the live tallies are; the region by the sum of all its municipalities, touched or not. Where answers alone
	-- have changed, an indicator of a municipality that counts the same is judged the same.
	EXECUTE $query$WITH round_tally AS MATERIALIZED (
			SELECT t.round_id, t.municipality_id, t.tally::shnor.tally AS tally FROM stored_tally t WHERE t.round_id = $1
		), fresh AS MATERIALIZED (
			SELECT $query$ || columns || ' FROM (' || shnor.region_judgement_query('SELECT * FROM (' || shnor.region_scope_query('round_tally')
			|| ') AS s WHERE s.scope = ''region'' OR $2 IS NULL OR s.municipality_id = ANY ($2)') || $query$) AS q
			WHERE $2 IS NULL OR q.municipality_id IS NULL OR q.municipality_id = ANY ($3)
			   OR NOT EXISTS (SELECT FROM stored_result o
							  WHERE o.round_id = $1 AND o.municipality_id = q.municipality_id AND o.indicator = q.indicator
								AND (o.numerator, o.denominator, o.answered, o.missing) = (q.numerator, q.denominator, q.answered, q.missing))
		), stored AS (
			SELECT $query$ || columns || $query$ FROM stored_result q
			WHERE q.round_id = $1 AND ($2 IS NULL OR q.municipality_id = ANY ($3) OR q.scope = 'region')
		), gone AS (
			DELETE FROM stored_result s
			WHERE s.round_id = $1 AND ($2 IS NULL OR s.municipality_id = ANY ($3) OR s.scope = 'region')
			  -- equal, so that it can be hashed: all rows of a round that was deleted go at once
			  AND NOT EXISTS (SELECT FROM fresh f
							  WHERE f.scope = s.scope AND coalesce(f.municipality_id, 0) = coalesce(s.municipality_id, 0) AND f.indicator = s.indicator)
			RETURNING 1
		), kept AS (
			INSERT INTO stored_result AS s
			SELECT * FROM fresh EXCEPT SELECT * FROM stored
			ON CONFLICT (round_id, municipality_id, indicator) DO UPDATE
			SET position = excluded.position, section = excluded.section, title = excluded.title, unit = excluded.unit,
				numerator = excluded.numerator, denominator = excluded.denominator, percent = excluded.percent,
				threshold = excluded.threshold, plan = excluded.plan, score = excluded.score, reason = excluded.reason,
				answered = excluded.answered, missing = excluded.missing, percent_low = excluded.percent_low,
				percent_high = excluded.percent_high, gap = excluded.gap, note_required = excluded.note_required
			RETURNING 1
		)
		SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM kept)$query$
	INTO changed USING round_id, municipalities, whole;
	RETURN changed;
END
$function$;
COMMENT ON FUNCTION refresh_round(text, integer, boolean, integer[], integer[], bigint[]) IS
'Internal: computes the stored figures of a round anew, of the municipalities named (as a whole, or their parts by key) or of all (NULL), and returns how many figures have changed.';

CREATE FUNCTION refresh(region text, everything boolean DEFAULT false,
	OUT round_id integer, OUT round_title text, OUT municipalities bigint, OUT figures_changed bigint)
RETURNS SETOF record
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	started	timestamptz;
	as_of	timestamptz;
	closed	boolean;
	-- of municipalities; NULL: all
	touched	integer[];
	whole	integer[];
	parts	bigint[];
	n		bigint;
	rounds	bigint;
	again	boolean;
BEGIN
	PERFORM shnor.refresh_check(region);
	-- one at a time; who waited sees what the other has done
	EXECUTE format('SELECT FROM %I.refresh_state f WHERE f.name = ''stored'' FOR UPDATE', region);
	IF everything THEN
		EXECUTE format('INSERT INTO %I.refresh_pending DEFAULT VALUES', region);
	END IF;
	started := clock_timestamp();
	as_of := shnor.seen_until(started);
	-- What it strikes off is what one statement has seen, and whatever comes later stays for the next refresh. What is
	-- computed below may see more than that: then it is computed once more, next time.
	FOR i IN 1 .. 3 LOOP
		FOR round_id, closed, touched, whole, parts, n, rounds IN EXECUTE format($query$
			WITH struck AS (DELETE FROM %1$I.refresh_pending), listed AS (
				SELECT p.round_id,
					   array_agg(DISTINCT p.municipality_id) AS municipalities,
					   coalesce(array_agg(p.municipality_id) FILTER (WHERE p.part IS NULL), '{}') AS whole,
					   coalesce(array_agg(p.key) FILTER (WHERE p.part IS NOT NULL), '{}') AS parts
				FROM %1$I.pending_part p GROUP BY p.round_id)
			SELECT l.round_id, coalesce((SELECT r.state = 'closed' FROM %1$I.round r WHERE r.round_id = l.round_id), true),
				   -- more than half of them one by one would cost more than all
				   CASE WHEN array_position(l.municipalities, NULL) IS NULL
							 AND (cardinality(l.whole) + cardinality(l.parts) / 32) * 2 <= (SELECT count(*) FROM %1$I.municipality)
						THEN l.municipalities END,
				   l.whole, l.parts, row_number() OVER (ORDER BY l.round_id), count(*) OVER ()
			FROM listed l ORDER BY l.round_id$query$, region)
		LOOP
			PERFORM shnor.report_progress('refresh', region, n - 1, rounds);
			figures_changed := shnor.refresh_round(region, round_id, closed, touched, whole, parts);
			EXECUTE format('SELECT (SELECT r.title FROM %1$I.round r WHERE r.round_id = $1),
								   coalesce(cardinality($2), (SELECT count(*) FROM %1$I.stored_tally t WHERE t.round_id = $1))', region)
			INTO round_title, municipalities USING round_id, touched;
			RETURN NEXT;
		END LOOP;
		-- An answer seen by some of these statements is only early. Members, definitions and targets half seen give
		-- figures that never held, so they are not left for the next time.
		EXIT WHEN rounds IS NULL;
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.refresh_pending p WHERE p.municipality_id IS NOT NULL OR p.schools IS NULL)', region) INTO again;
		EXIT WHEN NOT again;
	END LOOP;
	EXECUTE format('UPDATE %I.refresh_state f SET refreshed_at = $1, took = clock_timestamp() - $2, error = NULL, error_at = NULL WHERE f.name = ''stored''', region)
	USING as_of, started;
END
$function$;
COMMENT ON FUNCTION refresh(text, boolean) IS
'Brings the stored figures of the region (municipal_indicator_stored and the other views named _stored) up to date: computes anew the municipalities of the rounds that something has touched since the last refresh (answers, statuses, schools, definitions, targets, sources, rounds), and nothing else; closed rounds cost nothing. With everything, all rounds. One row per round that was computed (up to three where definitions, schools or targets were changed meanwhile): how many municipalities, and how many figures differ from those stored before; no row when nothing was touched. All or nothing, in the caller''s transaction; writers are not kept waiting, and what they commit meanwhile is taken at the next refresh at the latest. The owner of the region calls it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501), an error of a definition as in the live report.';

CREATE FUNCTION verify(region text,
	OUT report text, OUT compared bigint, OUT pending bigint, OUT different bigint, OUT example text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
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
		SELECT r.name, r.municipality, r.key, format('%I', r.name) AS live, format('%I', r.name || '_stored') AS stored
		FROM (VALUES
			('municipal_tally', 'municipality_id', 'x.municipality_id'),
			('municipal_indicator', 'municipality_id', 'concat_ws('', '', x.municipality_id, x.indicator)'),
			('regional_indicator', 'NULL::integer', 'x.indicator'),
			('municipal_score', 'NULL::integer', 'x.municipality_id'),
			('completeness', 'municipality_id', 'x.municipality_id')) AS r(name, municipality, key)
		UNION ALL
		-- what the next refresh adds to; the totals are those that were compared with the live ones above
		SELECT 'stored_part', 'municipality_id', 'x.municipality_id',
			   '(SELECT t.round_id, t.municipality_id, t.tally, c.expected, c.submitted, c.on_time, c.answers_expected, c.answers_given
				 FROM stored_tally t FULL JOIN stored_completeness c USING (round_id, municipality_id))',
			   '(SELECT p.round_id, p.municipality_id, shnor.sum(p.tally::shnor.tally)::text AS tally, sum(p.expected)::bigint AS expected,
						sum(p.submitted)::bigint AS submitted, sum(p.on_time)::bigint AS on_time,
						sum(p.answers_expected)::bigint AS answers_expected, sum(p.answers_given)::bigint AS answers_given
				 FROM stored_part p GROUP BY p.round_id, p.municipality_id)'
	LOOP
		report := v.name;
		compared := 0;
		pending := 0;
		different := 0;
		example := NULL;
		-- A round at a time, each in one statement: of one snapshot are the answers, the stored figures and what is pending.
		FOREACH r IN ARRAY rounds LOOP
			PERFORM shnor.report_progress('verify', region, step, 6 * cardinality(rounds));
			step := step + 1;
			EXECUTE format($query$
				-- not looked up for each row anew: there may be as many notes as there are answers
				WITH touched AS MATERIALIZED (SELECT g.municipality_id FROM pending_group g WHERE g.round_id = $1)
				SELECT count(*) FILTER (WHERE NOT c.pending) AS compared, count(*) FILTER (WHERE c.pending) AS pending,
					   count(*) FILTER (WHERE NOT c.pending AND c.differs) AS different,
					   min(format('%%s, %%s: сохранено %%s, на самом деле %%s', $1, c.key, coalesce(c.stored, 'ничего'), coalesce(c.live, 'ничего')))
						   FILTER (WHERE NOT c.pending AND c.differs) AS example
				FROM (
					SELECT coalesce(l.key, s.key) AS key, l.line::text AS live, s.line::text AS stored, l.line IS DISTINCT FROM s.line AS differs,
						   EXISTS (SELECT FROM touched g WHERE g.municipality_id IS NULL)
						   OR CASE WHEN coalesce(l.municipality_id, s.municipality_id) IS NULL THEN EXISTS (SELECT FROM touched)
								   ELSE coalesce(l.municipality_id, s.municipality_id) IN (SELECT g.municipality_id FROM touched g) END AS pending
					FROM (SELECT %2$s::text AS key, %3$s AS municipality_id, to_jsonb(x) AS line FROM %1$s x WHERE x.round_id = $1) AS l
					FULL JOIN (SELECT %2$s::text AS key, %3$s AS municipality_id, to_jsonb(x) - 'computed_at' AS line FROM %4$s x WHERE x.round_id = $1) AS s
						ON s.key = l.key
				) AS c$query$, v.live, v.key, v.municipality, v.stored)
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
'Computes the live reports of the region anew and compares them with the stored ones, row by row and column by column, and the parts that refresh() adds up with their totals (stored_part). One row per report: how many rows were compared, how many were left out because something has touched them since the last refresh, how many differ (0 is right), and the first that does: round, key, both rows. Changes nothing; takes as long as the live reports of all rounds. The owner of the region calls it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501).';
