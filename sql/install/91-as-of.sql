-- Old figures recomputed and publications checked: the views' own definitions, read over the tables as of a moment.
-- A view's definition names tables and views without a schema, so a WITH in front of it that has a query of each
-- name takes their place: no second copy of the calculation, no object made, nothing written.

CREATE FUNCTION as_of_with(region text, target text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	-- what is read, from target down to the views that others stand on
	wanted	text := target;
	views	text := '';
	v		record;
BEGIN
	FOR v IN SELECT d.view_name, d.definition FROM shnor.region_view_definitions() d ORDER BY d.step DESC, d.view_name LOOP
		IF wanted ~ format('\m%s\M', v.view_name) THEN
			views := format(', %I AS (%s)', v.view_name, v.definition) || views;
			wanted := concat(wanted, ' ', v.definition);
		END IF;
	END LOOP;
	RETURN (
		SELECT format('WITH %s%s', string_agg(t.query, ', '), views)
		FROM (
			-- of one round: what is computed for others would be thrown away
			SELECT format('%1$I AS (SELECT t.* FROM %2$I.%3$I($1, $2) t)', a.name, region, a.reader) AS query
			FROM (VALUES ('submission', 'answers_as_of'), ('municipal_submission', 'municipal_answers_as_of'),
						 ('source_answer', 'source_answers_as_of')) AS a(name, reader)
			UNION ALL
			SELECT format('%1$I AS (SELECT t.* FROM %2$I.%3$I($2) t%4$s)', n, region, n || '_as_of',
						  CASE WHEN n IN ('round', 'target', 'round_school', 'round_municipality') THEN ' WHERE t.round_id = $1' END)
			FROM shnor.region_history_names() AS n
			-- who asks is who he is now
			WHERE n <> 'access' AND wanted ~ format('\m%s\M', n) AND to_regclass(format('%I.%I', region, n)) IS NOT NULL
		) AS t);
END
$function$;
COMMENT ON FUNCTION as_of_with(text, text) IS
'Internal: the WITH clause under which target, a name or a query, reads the tables of the region as they were at $2 and the views over them, for round $1.';

CREATE FUNCTION as_of_check(region text, moment timestamptz) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_check(region);
	IF to_regclass(format('%I.history', region)) IS NULL THEN
		RAISE EXCEPTION 'регион «%» создан прежней версией', region
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Владелец региона доводит его до установленной версии так: SELECT shnor.upgrade_region(%L);', region);
	ELSIF moment IS NULL THEN
		RAISE EXCEPTION 'не назван момент'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Укажите дату и время, например ''2026-11-01 12:00+03''.';
	END IF;
END
$function$;
COMMENT ON FUNCTION as_of_check(text, timestamptz) IS
'Internal: refuses a schema that is not a region (3F000) or has no journal yet (55000), and no moment (22023).';

CREATE FUNCTION municipal_indicator_as_of(
	region text, INOUT round_id integer, moment timestamptz,
	OUT round_title text, OUT municipality_id integer, OUT municipality text,
	OUT "position" integer, OUT indicator text, OUT section text, OUT title text, OUT unit text,
	OUT numerator bigint, OUT denominator bigint, OUT percent numeric, OUT threshold numeric, OUT plan numeric,
	OUT score smallint, OUT reason text, OUT answered bigint, OUT missing bigint,
	OUT percent_low numeric, OUT percent_high numeric, OUT gap bigint, OUT note_required boolean)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
BEGIN
	PERFORM shnor.as_of_check(region, moment);
	PERFORM shnor.region_round(region, round_id);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	RETURN QUERY EXECUTE shnor.as_of_with(region, 'municipal_indicator')
		|| ' SELECT i.round_id, i.round_title, i.municipality_id, i.municipality, i.position, i.indicator, i.section, i.title, i.unit,
				   i.numerator, i.denominator, i.percent::numeric, i.threshold::numeric, i.plan::numeric, i.score, i.reason, i.answered, i.missing,
				   i.percent_low::numeric, i.percent_high::numeric, i.gap, i.note_required
			FROM municipal_indicator i ORDER BY i.municipality_id, i.position'
		USING round_id, moment;
END
$function$;
COMMENT ON FUNCTION municipal_indicator_as_of(text, integer, timestamptz) IS
'municipal_indicator of a round as it would have been read at a moment: the definition of the view by the installed version, over answers, statuses, registries, definitions and targets as they were then. A round that did not exist yet gives no rows. A change counts from the moment at which it was written, not from its commit; rows that were there before the journal began count as there from the beginning. Writes nothing. Errors: no such region (3F000), no such round or no moment (22023), a region that was not upgraded (55000).';

CREATE FUNCTION check_publication(
	region text, publication_id integer,
	OUT part text, OUT municipality_id integer, OUT school_id integer, OUT indicator text,
	OUT column_name text, OUT published text, OUT recomputed text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	of_round	integer;
	moment		timestamptz;
	q			record;
BEGIN
	PERFORM shnor.as_of_check(region, now());
	EXECUTE format('SELECT p.round_id, coalesce(p.taken_at, p.published_at) FROM %I.publication p WHERE p.publication_id = $1', region)
	INTO of_round, moment USING publication_id;
	IF of_round IS NULL THEN
		RAISE EXCEPTION 'в регионе «%» нет публикации с номером %', region, coalesce(publication_id::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Публикации перечислены в таблице %I.publication.', region);
	END IF;
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	-- the name of the table, the columns that name a row, what was published and what is recomputed
	FOR q IN
		SELECT p.part, p.columns, p.query, k.key
		FROM shnor.publication_queries() p
		JOIN (VALUES ('publication_indicator', '{municipality_id,indicator}'::text[]), ('publication_definition', '{indicator}'),
					 ('publication_target', '{target_id}'), ('publication_school', '{school_id}'),
					 ('publication_municipality', '{municipality_id}'),
					 ('publication_school_indicator', '{school_id,indicator}')) AS k(part, key) ON k.part = p.part
		UNION ALL
		SELECT 'publication', 'round_title, round_state, cohort_on',
			   'SELECT r.title AS round_title, r.state AS round_state, r.cohort_on FROM round r WHERE r.round_id = $1', '{}'
	LOOP
		RETURN QUERY EXECUTE format($sql$
			%1$s, said AS (
				SELECT to_jsonb(p) AS line FROM (SELECT %2$s FROM %3$I.%4$I c WHERE c.publication_id = $3) AS p
			), found AS (
				SELECT to_jsonb(q) AS line FROM (%5$s) AS q
			), pair AS (
				-- answers one by one; a question that came later was not published
				SELECT coalesce(s.line, f.line) AS named, s.line - 'answers' || coalesce(s.line -> 'answers', '{}') AS said,
					   f.line - 'answers' || coalesce(f.line -> 'answers', '{}') AS found
				FROM said s
				FULL JOIN found f ON %6$s
			)
			SELECT %4$L, (p.named ->> 'municipality_id')::integer, (p.named ->> 'school_id')::integer, p.named ->> 'indicator',
				   c.name, CASE WHEN c.name IS NULL THEN p.said::text ELSE p.said ->> c.name END,
				   CASE WHEN c.name IS NULL THEN p.found::text ELSE p.found ->> c.name END
			FROM pair p
			CROSS JOIN LATERAL (
				SELECT NULL AS name WHERE p.said IS NULL OR p.found IS NULL
				UNION ALL
				SELECT k FROM jsonb_object_keys(CASE WHEN p.found IS NOT NULL THEN p.said END) AS k WHERE p.said -> k IS DISTINCT FROM p.found -> k
			) AS c
			ORDER BY 2, 3, 4, 5$sql$,
			shnor.as_of_with(region, q.query), q.columns, region, q.part, q.query,
			-- hashable: what is empty is a JSON null
			coalesce((SELECT string_agg(format('f.line -> %1$L = s.line -> %1$L', k), ' AND ') FROM unnest(q.key) AS k), 'true'))
		USING of_round, moment, publication_id;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION check_publication(text, integer) IS
'Proves a publication: recomputes all that it holds (figures, definitions, targets, schools and municipalities with their answers, contributions) from the stored versions as of the moment at which its data were taken (publication.taken_at), and returns what differs, one row per column: the table (part), whose row it is, the column, what was published and what is recomputed; column_name is NULL where a row is missing on one side. No rows: the publication is proven. What another transaction had written but not committed at that moment shows as a difference. Errors: no such region (3F000), no such publication (22023), a region that was not upgraded (55000).';
