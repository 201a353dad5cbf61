-- Rows that could be read become submissions; what they replace, and what came earlier, goes to the history.

CREATE FUNCTION import_store(region text, round_id integer, respondent text, readings jsonb, asked text[], source text,
							 OUT loaded integer, OUT corrected integer, OUT unchanged integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	answers	text := CASE respondent WHEN 'school' THEN 'submission' ELSE 'municipal_submission' END;
	who		text := CASE respondent WHEN 'school' THEN 'school_id' ELSE 'municipality_id' END;
	changes	text := (SELECT string_agg(format('%1$I = excluded.%1$I', a), ', ') FROM unnest(asked || '{submitted_at,source}') AS a);
BEGIN
	-- %1$I region, %2$I answers, %3$I history, %4$I who, %5$s changes; $1 rows, $2 round, $3 source
	EXECUTE format($sql$
		WITH given AS (
			SELECT g.line, g.who, g.answers, g.submitted_at IS NOT NULL AS stamped, s.submitted_at AS stored_at, to_jsonb(s) AS stored,
				   -- a row without a time is as new as the import
				   coalesce(g.submitted_at, greatest(now(), s.submitted_at)) AS submitted_at
			FROM jsonb_to_recordset($1) AS g(line integer, who integer, submitted_at timestamptz, answers jsonb, refused boolean)
			LEFT JOIN %1$I.%2$I s ON s.round_id = $2 AND s.%4$I = g.who
			WHERE NOT g.refused
		), seen AS (
			SELECT g.*,
				   row_number() OVER (PARTITION BY g.who ORDER BY g.submitted_at DESC, g.line DESC) = 1 AS last,
				   -- the file says the same once more further down
				   row_number() OVER (PARTITION BY g.who, g.submitted_at, g.answers ORDER BY g.line DESC) > 1 AS repeated,
				   coalesce(g.stored @> g.answers AND (NOT g.stamped OR g.submitted_at = g.stored_at), false) AS as_stored,
				   EXISTS (SELECT FROM %1$I.%3$I h
						   WHERE h.round_id = $2 AND h.%4$I = g.who AND to_jsonb(h) @> g.answers
							 AND (NOT g.stamped OR h.submitted_at = g.submitted_at)) AS in_history
			FROM given g
		), judged AS (
			-- an old version wins again only where nothing is stored, or when a row without a time brings it back
			SELECT s.*, s.last AND NOT s.as_stored
						AND (s.stored IS NULL OR s.submitted_at >= s.stored_at AND NOT (s.in_history AND s.stamped)) AS wins
			FROM seen s
		), outcome AS (
			SELECT j.*,
				   CASE
					   WHEN j.wins THEN CASE WHEN j.stored IS NULL THEN 'loaded' ELSE 'corrected' END
					   WHEN j.repeated OR j.as_stored THEN 'unchanged'
					   WHEN j.stored IS NOT NULL AND (j.in_history OR j.submitted_at < j.stored_at
													  OR NOT bool_or(j.wins) OVER (PARTITION BY j.who)) THEN 'unchanged'
					   ELSE 'corrected'
				   END AS outcome
			FROM judged j
		), filled AS (
			-- questions that the file does not ask keep their answers
			SELECT o.*, coalesce(o.stored, '{}') || o.answers
				   || jsonb_build_object('round_id', $2, %4$L, o.who, 'submitted_at', o.submitted_at,
										 'source', format('%%s, строка %%s', $3, o.line),
										 'replaced_at', now(), 'replaced_by', current_user) AS document
			FROM outcome o
		), kept AS (
			INSERT INTO %1$I.%3$I
			SELECT h.* FROM filled f CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$I.%3$I, f.document) h
			WHERE NOT f.wins AND NOT f.repeated AND NOT f.as_stored AND NOT f.in_history
			ORDER BY f.line
		), put AS (
			INSERT INTO %1$I.%2$I
			SELECT s.* FROM filled f CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$I.%2$I, f.document) s
			WHERE f.wins
			ORDER BY f.line
			ON CONFLICT (round_id, %4$I) DO UPDATE SET %5$s
		)
		SELECT count(*) FILTER (WHERE f.outcome = 'loaded'), count(*) FILTER (WHERE f.outcome = 'corrected'),
			   count(*) FILTER (WHERE f.outcome = 'unchanged')
		FROM filled f
	$sql$, region, answers, answers || '_history', who, changes)
	INTO loaded, corrected, unchanged USING readings, round_id, source;
END
$function$;
COMMENT ON FUNCTION import_store(text, integer, text, jsonb, text[], text) IS
'Internal: stores the rows of import_rows() that are not refused. Of several rows of one school or municipality the latest (submitted_at, then line) stands if it is not older than what is stored; the others and what it replaces go to the history. loaded: first answers; corrected: versions that replace or are replaced; unchanged: already stored or kept, repeated in the file, or older than what is stored.';
