-- Rows that could be read become submissions; what they replace, and what came earlier, goes to the history.
-- What another source than the form says becomes source_answer, beside the submissions.

CREATE FUNCTION import_store(region text, round_id integer, respondent text, readings jsonb, asked text[], source text,
							 OUT loaded integer, OUT corrected integer, OUT unchanged integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	answers	text := CASE respondent WHEN 'school' THEN 'submission' ELSE 'municipal_submission' END;
	who		text := CASE respondent WHEN 'school' THEN 'school_id' ELSE 'municipality_id' END;
	changes	text := (SELECT string_agg(format('%1$I = excluded.%1$I', a), ', ') FROM unnest(asked || '{submitted_at,source}') AS a);
	overtaken boolean;
BEGIN
	-- an answer that is being changed otherwise is waited for, and compared as it stands then
	EXECUTE format('SELECT FROM %1$I.%2$I s WHERE s.round_id = $2 AND s.%3$I IN (SELECT g.who FROM jsonb_to_recordset($1) AS g(who integer, refused boolean) WHERE NOT g.refused)
					ORDER BY s.%3$I FOR NO KEY UPDATE', region, answers, who) USING readings, round_id;

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
			INSERT INTO %1$I.%2$I AS a
			SELECT s.* FROM filled f CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$I.%2$I, f.document) s
			WHERE f.wins
			ORDER BY f.line
			ON CONFLICT (round_id, %4$I) DO UPDATE SET %5$s WHERE a.submitted_at <= excluded.submitted_at
			RETURNING 1
		)
		SELECT count(*) FILTER (WHERE f.outcome = 'loaded'), count(*) FILTER (WHERE f.outcome = 'corrected'),
			   count(*) FILTER (WHERE f.outcome = 'unchanged'), count(*) FILTER (WHERE f.wins) > (SELECT count(*) FROM put)
		FROM filled f
	$sql$, region, answers, answers || '_history', who, changes)
	INTO loaded, corrected, unchanged, overtaken USING readings, round_id, source;
	PERFORM shnor.import_overtaken(overtaken);
END
$function$;
COMMENT ON FUNCTION import_store(text, integer, text, jsonb, text[], text) IS
'Internal: stores the rows of import_rows() that are not refused. Of several rows of one school or municipality the latest (submitted_at, then line) stands if it is not older than what is stored; the others and what it replaces go to the history. loaded: first answers; corrected: versions that replace or are replaced; unchanged: already stored or kept, repeated in the file, or older than what is stored.';

-- First answers that somebody else has entered while the file was read, later ones than the file's: it cannot be told
-- from here what the file's would have been in the history.
CREATE FUNCTION import_overtaken(overtaken boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF overtaken THEN
		RAISE EXCEPTION 'пока загружался файл, внесены более поздние ответы'
			USING ERRCODE = 'serialization_failure',
				  HINT = 'Ничего не загружено. Загрузите файл ещё раз.';
	END IF;
END
$function$;
COMMENT ON FUNCTION import_overtaken(boolean) IS
'Internal: refuses an import (40001) whose answers were overtaken by later ones that it could not see.';

CREATE FUNCTION import_store_source(region text, round_id integer, respondent text, readings jsonb, asked text[],
									data_source text, source text,
									OUT loaded integer, OUT corrected integer, OUT unchanged integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	overtaken boolean;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	-- as import_store()
	PERFORM FROM source_answer a
	WHERE a.round_id = import_store_source.round_id AND a.data_source = import_store_source.data_source AND a.question = ANY (asked)
	ORDER BY a.source_answer_id FOR NO KEY UPDATE;

	WITH record AS (
		SELECT r.line, r.who, r.submitted_at, r.answers
		FROM jsonb_to_recordset(readings) AS r(line integer, who integer, submitted_at timestamptz, answers jsonb, refused boolean)
		WHERE NOT r.refused
	), told AS MATERIALIZED (
		SELECT CASE import_store_source.respondent WHEN 'school' THEN a.school_id ELSE a.municipality_id END AS who,
			   a.question, coalesce(to_jsonb(a.answer_count), to_jsonb(a.answer_yes)) AS value, a.submitted_at, a.kept
		FROM (SELECT s.round_id, s.school_id, s.municipality_id, s.question, s.data_source, s.answer_count, s.answer_yes,
					 s.submitted_at, true AS kept FROM source_answer s
			  UNION ALL
			  SELECT h.round_id, h.school_id, h.municipality_id, h.question, h.data_source, h.answer_count, h.answer_yes,
					 h.submitted_at, false FROM source_answer_history h) a
		WHERE a.round_id = import_store_source.round_id AND a.data_source = import_store_source.data_source
		  AND a.question = ANY (asked)
	), given AS (
		SELECT r.line, r.who, v.key AS question, v.value, r.submitted_at IS NOT NULL AS stamped,
			   s.value AS stored_value, s.submitted_at AS stored_at,
			   -- a row without a time is as new as the import
			   coalesce(r.submitted_at, greatest(now(), s.submitted_at)) AS submitted_at
		FROM record r
		CROSS JOIN LATERAL jsonb_each(r.answers) v
		LEFT JOIN told s ON s.who = r.who AND s.question = v.key AND s.kept
	), last AS (
		-- an empty cell says nothing: of each question the latest row that answers it
		SELECT DISTINCT ON (g.who, g.question) g.* FROM given g
		ORDER BY g.who, g.question, g.submitted_at DESC, g.line DESC
	), wins AS MATERIALIZED (
		SELECT l.* FROM last l
		LEFT JOIN (SELECT DISTINCT t.who, t.question, t.value, t.submitted_at FROM told t WHERE NOT t.kept) h
			ON h.who = l.who AND h.question = l.question AND h.value = l.value AND h.submitted_at = l.submitted_at
		WHERE l.stored_value IS NULL
		   OR l.submitted_at >= l.stored_at
			  AND NOT (l.value = l.stored_value AND (NOT l.stamped OR l.submitted_at = l.stored_at))
			  -- an old version wins again only when a row without a time brings it back
			  AND NOT (l.stamped AND h.who IS NOT NULL)
	), put AS (
		INSERT INTO source_answer AS a
			(round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes, submitted_at, source)
		SELECT import_store_source.round_id, CASE import_store_source.respondent WHEN 'school' THEN w.who END,
			   CASE import_store_source.respondent WHEN 'municipality' THEN w.who END, w.question, import_store_source.data_source,
			   CASE jsonb_typeof(w.value) WHEN 'number' THEN w.value::integer END,
			   CASE jsonb_typeof(w.value) WHEN 'boolean' THEN w.value::boolean END,
			   w.submitted_at, format('%s, строка %s', import_store_source.source, w.line)
		FROM wins w
		ORDER BY w.line, w.question
		ON CONFLICT (round_id, school_id, municipality_id, question, data_source) DO UPDATE
		SET answer_count = excluded.answer_count, answer_yes = excluded.answer_yes, submitted_at = excluded.submitted_at,
			source = excluded.source,
			-- the order behind another answer is not behind this one
			legal_act_id = CASE WHEN (a.answer_count, a.answer_yes) IS NOT DISTINCT FROM (excluded.answer_count, excluded.answer_yes)
							   THEN a.legal_act_id END
		WHERE a.submitted_at <= excluded.submitted_at
		RETURNING 1
	), change AS (
		SELECT w.line, w.who, w.line = max(w.line) OVER (PARTITION BY w.who) AS final
		FROM (SELECT DISTINCT w.line, w.who FROM wins w) w
	)
	SELECT count(*) FILTER (WHERE o.outcome = 'loaded'), count(*) FILTER (WHERE o.outcome = 'corrected'),
		   count(*) FILTER (WHERE o.outcome = 'unchanged'), (SELECT count(*) FROM wins) > (SELECT count(*) FROM put)
	INTO loaded, corrected, unchanged, overtaken
	FROM (SELECT CASE WHEN c.line IS NULL THEN 'unchanged' WHEN t.who IS NULL AND c.final THEN 'loaded' ELSE 'corrected' END AS outcome
		  FROM record r
		  LEFT JOIN change c ON c.line = r.line
		  LEFT JOIN (SELECT DISTINCT t.who FROM told t WHERE t.kept) t ON t.who = c.who) o;
	PERFORM shnor.import_overtaken(overtaken);
END
$function$;
COMMENT ON FUNCTION import_store_source(text, integer, text, jsonb, text[], text, text) IS
'Internal: stores the answers of import_rows() as those of another source than the form, one row per respondent and question answered. Of several rows the latest that answers a question stands if it is not older than what that source has said before; what it replaces goes to source_answer_history. loaded: first answers of a respondent in that source; corrected: rows that changed something; unchanged: rows that changed nothing.';
