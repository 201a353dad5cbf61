-- What refresh() (95-refresh.sql) computes of one round, in the order of the flow: buckets, totals, results. Everywhere only what
-- differs is written: a row that stays is not even locked.

-- The definitions of the views over one round $1, by buckets of municipalities: what belongs to these, what they have
-- answered, and what other sources say, stands under the names of the view and the tables below them, so a figure is
-- computed by the same text as in the live reports. A school's municipality is the key of its bucket here, beyond the
-- numbers that a municipality can have; a municipality stands for its own answers.
CREATE FUNCTION refresh_bucket_query(region text, everything boolean, split boolean) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT CASE WHEN everything THEN format($query$
	WITH round_member AS NOT MATERIALIZED (
		SELECT m.round_id, %2$s AS municipality_id, m.school_id, m.kind, m.low_results, m.adverse_conditions, m.risk_zone
		FROM %1$I.round_member m WHERE m.round_id = $1
	), municipal_member AS (
		SELECT m.* FROM %1$I.municipal_member m WHERE m.round_id = $1
	), $query$, region, CASE WHEN split THEN shnor.bucket_key('m.municipality_id', shnor.school_bucket('m.school_id')) ELSE 'm.municipality_id::bigint' END)
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
	), $query$, region, CASE WHEN split THEN shnor.bucket_key('u.municipality_id', shnor.school_bucket('u.school_id')) ELSE 'u.municipality_id::bigint' END)
END || string_agg(format('%I AS (%s)', d.view_name, d.definition), ', ' ORDER BY d.step) || ','
FROM (SELECT * FROM shnor.region_source_views() UNION ALL SELECT * FROM shnor.region_base_views()) AS d
WHERE d.view_name IN ('school_round', 'municipal_round', 'municipal_tally', 'completeness')
   -- with everything these are the views themselves
   OR NOT everything AND d.view_name IN ('ranked_source_answer', 'school_source_answer', 'municipal_source_answer')
$function$;
COMMENT ON FUNCTION refresh_bucket_query(text, boolean, boolean) IS
'Internal: WITH clauses in which municipal_tally and completeness are those of round $1 by buckets of municipalities (split) or by municipalities: of everything, or of the own answers of municipalities $2 and of the schools $3 to $8 alone, at a cost that follows their number.';

-- Of the municipalities named, or of all (NULL): those that are whole as such, of the others the buckets, by key. In a closed
-- round all are whole, in one bucket; whether it is closed is told by the snapshot that has told what is pending, since a
-- municipality must be stored in one of both ways.
CREATE FUNCTION refresh_buckets(region text, round_id integer, closed boolean, municipalities integer[], whole integer[], buckets bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	places	integer[];
	schools	integer[];
	kinds	text[];
	low		boolean[];
	adverse	boolean[];
	risk	boolean[];
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	IF municipalities IS NOT NULL THEN
		-- whoever may belong to them, for the statuses of these alone; then who does
		EXECUTE format('SELECT array_agg(u.school_id)
						FROM (SELECT o.school_id FROM school o WHERE o.municipality_id = ANY ($3)
							  UNION SELECT o.school_id FROM school o WHERE %1$s = ANY ($4)
							  UNION SELECT w.school_id FROM round_school w WHERE w.round_id = $1 AND w.municipality_id = ANY ($2)
								AND (w.municipality_id = ANY ($3) OR %2$s = ANY ($4))) AS u',
					   shnor.bucket_key('o.municipality_id', shnor.school_bucket('o.school_id')), shnor.bucket_key('w.municipality_id', shnor.school_bucket('w.school_id')))
		INTO schools USING round_id, municipalities, whole, buckets;
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
					   shnor.bucket_key('m.municipality_id', shnor.school_bucket('m.school_id')))
		INTO places, schools, kinds, low, adverse, risk USING round_id, schools, whole, buckets;
	END IF;

	EXECUTE shnor.refresh_bucket_query(region, whole IS NULL, NOT closed) || $query$ fresh AS MATERIALIZED (
			SELECT (f.key - (f.bucket << 32))::integer AS municipality_id, f.bucket::smallint AS bucket, f.tally,
				   f.expected, f.submitted, f.on_time, f.answers_expected, f.answers_given
			FROM (
				SELECT n.*, (n.key + 2147483648) >> 32 AS bucket
				FROM (
					SELECT coalesce(t.municipality_id, c.municipality_id) AS key, t.tally::text AS tally,
						   c.expected, c.submitted, c.on_time, c.answers_expected, c.answers_given
					FROM (SELECT u.municipality_id, u.tally FROM municipal_tally u WHERE u.round_id = $1) AS t
					FULL JOIN (SELECT u.municipality_id, u.expected, u.submitted, u.on_time, u.answers_expected, u.answers_given
							   FROM completeness u WHERE u.round_id = $1) AS c ON c.municipality_id = t.municipality_id
				) AS n
			) AS f
		), stored AS (
			SELECT p.municipality_id, p.bucket, p.tally, p.expected, p.submitted, p.on_time, p.answers_expected, p.answers_given
			FROM stored_bucket p
			WHERE p.round_id = $1
			  AND ($2 IS NULL OR p.municipality_id = ANY ($10) AND (p.municipality_id = ANY ($2) OR $query$ || shnor.bucket_key('p.municipality_id', 'p.bucket') || $query$ = ANY ($9)))
		), gone AS (
			DELETE FROM stored_bucket p
			USING (SELECT s.municipality_id, s.bucket FROM stored s EXCEPT SELECT f.municipality_id, f.bucket FROM fresh f) AS g
			WHERE p.round_id = $1 AND p.municipality_id = g.municipality_id AND p.bucket = g.bucket
		)
		INSERT INTO stored_bucket AS p (round_id, municipality_id, bucket, tally, expected, submitted, on_time, answers_expected, answers_given)
		SELECT $1, d.* FROM (SELECT * FROM fresh EXCEPT SELECT * FROM stored) AS d
		ON CONFLICT (round_id, municipality_id, bucket) DO UPDATE
		SET tally = excluded.tally, expected = excluded.expected, submitted = excluded.submitted, on_time = excluded.on_time,
			answers_expected = excluded.answers_expected, answers_given = excluded.answers_given$query$
	USING round_id, whole, places, schools, kinds, low, adverse, risk, buckets, municipalities;
END
$function$;
COMMENT ON FUNCTION refresh_buckets(text, integer, boolean, integer[], integer[], bigint[]) IS
'Internal: computes stored_bucket of a round anew: of the municipalities named (as a whole, or their buckets by key), or of all (NULL).';

CREATE FUNCTION refresh_totals(region text, round_id integer, municipalities integer[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	EXECUTE $query$WITH fresh AS MATERIALIZED (
			SELECT p.municipality_id, shnor.sum(p.tally::shnor.tally)::text AS tally,
				   sum(p.expected)::bigint AS expected, sum(p.submitted)::bigint AS submitted, sum(p.on_time)::bigint AS on_time,
				   sum(p.answers_expected)::bigint AS answers_expected, sum(p.answers_given)::bigint AS answers_given
			FROM stored_bucket p
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
END
$function$;
COMMENT ON FUNCTION refresh_totals(text, integer, integer[]) IS
'Internal: adds the buckets of a round up to stored_tally and stored_completeness, of the municipalities named or of all (NULL).';

-- Judged as the live tallies are; the region by the sum of all its municipalities, touched or not. Where answers alone
-- have changed, an indicator of a municipality that counts the same is judged the same.
CREATE FUNCTION refresh_results(region text, round_id integer, municipalities integer[], whole integer[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	columns	constant text := 'q.scope, q.round_id, q.municipality_id, q.position, q.indicator, q.section, q.title, q.unit,
		q.numerator, q.denominator, q.percent, q.threshold, q.plan, q.score, q.reason, q.answered, q.missing,
		q.percent_low, q.percent_high, q.gap, q.note_required';
	changed	bigint;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
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
COMMENT ON FUNCTION refresh_results(text, integer, integer[], integer[]) IS
'Internal: judges the stored tallies of a round, of the municipalities named (all of their indicators if whole, else those that count otherwise than before) or of all (NULL), and of the region; returns how many figures have changed.';
