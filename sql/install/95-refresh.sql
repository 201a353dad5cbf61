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
				  refresh_pending,stored_bucket,stored_tally,stored_completeness,stored_result}'::name[]) WITH ORDINALITY AS n(name, position)
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
	buckets	bigint[];
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
		FOR round_id, closed, touched, whole, buckets, n, rounds IN EXECUTE format($query$
			WITH struck AS (DELETE FROM %1$I.refresh_pending), listed AS (
				SELECT p.round_id,
					   array_agg(DISTINCT p.municipality_id) AS municipalities,
					   coalesce(array_agg(p.municipality_id) FILTER (WHERE p.bucket IS NULL), '{}') AS whole,
					   coalesce(array_agg(p.key) FILTER (WHERE p.bucket IS NOT NULL), '{}') AS buckets
				FROM %1$I.pending_bucket p GROUP BY p.round_id)
			SELECT l.round_id, coalesce((SELECT r.state = 'closed' FROM %1$I.round r WHERE r.round_id = l.round_id), true),
				   -- more than half of them one by one would cost more than all
				   CASE WHEN array_position(l.municipalities, NULL) IS NULL
							 AND (cardinality(l.whole) + cardinality(l.buckets) / 32) * 2 <= (SELECT count(*) FROM %1$I.municipality)
						THEN l.municipalities END,
				   l.whole, l.buckets, row_number() OVER (ORDER BY l.round_id), count(*) OVER ()
			FROM listed l ORDER BY l.round_id$query$, region)
		LOOP
			PERFORM shnor.report_progress('refresh', region, n - 1, rounds);
			IF closed OR touched IS NULL THEN
				whole := touched;
			END IF;
			PERFORM shnor.refresh_buckets(region, round_id, closed, touched, whole, buckets);
			PERFORM shnor.refresh_totals(region, round_id, touched);
			figures_changed := shnor.refresh_results(region, round_id, touched, whole);
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
		SELECT 'stored_bucket', 'municipality_id', 'x.municipality_id',
			   '(SELECT t.round_id, t.municipality_id, t.tally, c.expected, c.submitted, c.on_time, c.answers_expected, c.answers_given
				 FROM stored_tally t FULL JOIN stored_completeness c USING (round_id, municipality_id))',
			   '(SELECT p.round_id, p.municipality_id, shnor.sum(p.tally::shnor.tally)::text AS tally, sum(p.expected)::bigint AS expected,
						sum(p.submitted)::bigint AS submitted, sum(p.on_time)::bigint AS on_time,
						sum(p.answers_expected)::bigint AS answers_expected, sum(p.answers_given)::bigint AS answers_given
				 FROM stored_bucket p GROUP BY p.round_id, p.municipality_id)'
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
'Computes the live reports of the region anew and compares them with the stored ones, row by row and column by column, and the buckets that refresh() adds up with their totals (stored_bucket). One row per report: how many rows were compared, how many were left out because something has touched them since the last refresh, how many differ (0 is right), and the first that does: round, key, both rows. Changes nothing; takes as long as the live reports of all rounds. The owner of the region calls it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501).';
