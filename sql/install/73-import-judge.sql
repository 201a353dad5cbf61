-- What becomes of each row that could be read, beside what is stored: judged here, reading only, for import_form() and
-- preview_form() alike; 73-import-store.sql writes it down.

CREATE FUNCTION import_judge(region text, round_id integer, respondent text, readings import_row[], asked text[], data_source text,
							 imported_at timestamptz) RETURNS import_verdict[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF data_source = 'form' THEN
		RETURN shnor.import_judge_form(region, round_id, respondent, readings, asked, imported_at);
	END IF;
	RETURN shnor.import_judge_source(region, round_id, respondent, readings, asked, data_source, imported_at);
END
$function$;
COMMENT ON FUNCTION import_judge(text, integer, text, import_row[], text[], text, timestamptz) IS
'Internal: what becomes of the rows of import_reading() that are not refused: submitted_at (of a row without a time that of the import), outcome (loaded: first answers; corrected: versions that replace or are replaced; unchanged: already stored or kept, repeated in the file, or older than what is stored), stored (the answers that stand, where these are others), and of a form wins (true: answers take their place; false: they go to the history at once; NULL: neither), of another source put and kept (the answers that do). imported_at is when the file was imported first, NULL when it is new.';

CREATE FUNCTION import_judge_form(region text, round_id integer, respondent text, readings import_row[], asked text[],
								  imported_at timestamptz) RETURNS import_verdict[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
DECLARE
	answers	text := CASE respondent WHEN 'school' THEN 'submission' ELSE 'municipal_submission' END;
	key		text := CASE respondent WHEN 'school' THEN 'school_id' ELSE 'municipality_id' END;
	judged	import_verdict[];
BEGIN
	-- %1$I region, %2$I answers, %3$I history, %4$I who, %5$s the answers asked, %6$s whether the row takes the place of what
	-- is stored; $1 rows, $2 round, $3 when the file was imported first
	EXECUTE format($sql$
		WITH given AS MATERIALIZED (
			SELECT g.line, g.who, g.answers, g.patched, coalesce(g.corrects, false) AS corrects, g.submitted_at IS NOT NULL AS stamped,
				   s.%4$I IS NOT NULL AS stands, s.submitted_at AS stored_at, c.as_stored, CASE WHEN s.%4$I IS NOT NULL AND NOT c.as_stored THEN to_jsonb(s) END AS stored,
				   -- a row without a time is as new as the import
				   coalesce(g.submitted_at, $3, greatest(now(), s.submitted_at)) AS submitted_at
			FROM unnest($1) AS g
			LEFT JOIN %1$I.%2$I s ON s.round_id = $2 AND s.%4$I = g.who
			CROSS JOIN LATERAL (SELECT coalesce(s.%4$I IS NOT NULL AND %5$s = g.answers AND (g.submitted_at IS NULL OR g.submitted_at = s.submitted_at), false) AS as_stored) c
			WHERE NOT g.refused
		), versions AS MATERIALIZED (
			-- of whom there is more than this row and what is stored
			SELECT g.who FROM given g GROUP BY g.who HAVING count(*) > 1
			UNION
			SELECT h.%4$I FROM %1$I.%3$I h WHERE h.round_id = $2
		), judged AS (
			SELECT s.*, %6$s AS wins, %6$s AS changes
			FROM (SELECT g.*, true AS last, false AS repeated, false AS in_history
				  FROM given g WHERE g.who NOT IN (SELECT v.who FROM versions v)) s
			UNION ALL
			SELECT w.*, bool_or(w.wins) OVER (PARTITION BY w.who)
			FROM (SELECT s.*, %6$s AS wins
				  FROM (SELECT g.*, row_number() OVER (PARTITION BY g.who ORDER BY g.submitted_at DESC, g.line DESC) = 1 AS last,
							   -- the file says the same once more further down
							   row_number() OVER (PARTITION BY g.who, g.submitted_at, g.answers ORDER BY g.line DESC) > 1 AS repeated,
							   EXISTS (SELECT FROM %1$I.%3$I s
									   WHERE s.round_id = $2 AND s.%4$I = g.who AND %5$s = g.answers
										 AND (NOT g.stamped OR s.submitted_at = g.submitted_at)) AS in_history
						FROM given g WHERE g.who IN (SELECT v.who FROM versions v)) s) w
		)
		SELECT array_agg(ROW(j.line, j.who, j.patched, j.submitted_at,
			   CASE
				   WHEN j.wins THEN CASE WHEN j.stands THEN 'corrected' ELSE 'loaded' END
				   WHEN j.repeated OR j.as_stored THEN 'unchanged'
				   WHEN j.stands AND (j.in_history OR j.submitted_at < j.stored_at OR NOT j.changes) THEN 'unchanged'
				   ELSE 'corrected'
			   END,
			   j.stored, CASE WHEN j.wins THEN true WHEN NOT j.repeated AND NOT j.as_stored AND NOT j.in_history THEN false END,
			   j.answers, NULL, NULL)::shnor.import_verdict)
		FROM judged j
	$sql$, region, answers, answers || '_history', key,
		(SELECT format('ARRAY[%s]', string_agg(format('s.%I::integer', q), ', ' ORDER BY place)) FROM unnest(asked) WITH ORDINALITY AS a(q, place)),
		-- an old version wins again only where nothing is stored, when a new file without times brings it back, or when the
		-- row is being corrected to it
		$sql$s.last AND NOT s.as_stored
			AND (NOT s.stands
				 OR s.submitted_at >= s.stored_at AND NOT (s.in_history AND NOT s.corrects AND (s.stamped OR $3 IS NOT NULL)))$sql$)
	INTO judged USING readings, round_id, imported_at;
	RETURN coalesce(judged, '{}');
END
$function$;
COMMENT ON FUNCTION import_judge_form(text, integer, text, import_row[], text[], timestamptz) IS
'Internal: import_judge() for the form. Of several rows of one school or municipality the latest (submitted_at, then line) stands if it is not older than what is stored; the others and what it replaces go to the history.';

CREATE FUNCTION import_judge_source(region text, round_id integer, respondent text, readings import_row[], asked text[],
									data_source text, imported_at timestamptz) RETURNS import_verdict[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	verdicts	import_verdict[];
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	WITH told AS MATERIALIZED (
		SELECT CASE import_judge_source.respondent WHEN 'school' THEN a.school_id ELSE a.municipality_id END AS who,
			   a.question, coalesce(to_jsonb(a.answer_count), to_jsonb(a.answer_yes)) AS value, a.submitted_at, a.stands
		FROM (SELECT s.round_id, s.school_id, s.municipality_id, s.question, s.data_source, s.answer_count, s.answer_yes,
					 s.submitted_at, true AS stands FROM source_answer s
			  UNION ALL
			  SELECT h.round_id, h.school_id, h.municipality_id, h.question, h.data_source, h.answer_count, h.answer_yes,
					 h.submitted_at, false FROM source_answer_history h) a
		WHERE a.round_id = import_judge_source.round_id AND a.data_source = import_judge_source.data_source
		  AND a.question = ANY (asked)
	), earlier AS MATERIALIZED (
		SELECT t.who, t.question, t.value, array_agg(DISTINCT t.submitted_at) AS times
		FROM told t WHERE NOT t.stands
		GROUP BY t.who, t.question, t.value
	), record AS MATERIALIZED (
		SELECT r.line, r.who, r.said, r.patched, coalesce(r.corrects, false) AS corrects, r.submitted_at IS NOT NULL AS stamped,
			   -- a row without a time is as new as the import
			   coalesce(r.submitted_at, import_judge_source.imported_at, greatest(now(), s.latest)) AS submitted_at
		FROM unnest(readings) AS r
		LEFT JOIN (SELECT t.who, max(t.submitted_at) AS latest FROM told t WHERE t.stands GROUP BY t.who) s ON s.who = r.who
		WHERE NOT r.refused
	), given AS (
		SELECT r.line, r.who, r.corrects, r.stamped, r.submitted_at, v.key AS question, v.value, s.value AS stored_value, s.submitted_at AS stored_at,
			   -- an empty cell says nothing: of each question the latest row that answers it
			   row_number() OVER (PARTITION BY r.who, v.key ORDER BY r.submitted_at DESC, r.line DESC) = 1 AS last,
			   row_number() OVER (PARTITION BY r.who, v.key, r.submitted_at, v.value ORDER BY r.line DESC) > 1 AS repeated,
			   coalesce(v.value = s.value AND (NOT r.stamped OR r.submitted_at = s.submitted_at), false) AS as_stored,
			   coalesce(NOT r.stamped OR r.submitted_at = ANY (h.times), false) AND h.who IS NOT NULL AS in_history
		FROM record r
		CROSS JOIN LATERAL jsonb_each(r.said) v
		LEFT JOIN told s ON s.who = r.who AND s.question = v.key AND s.stands
		LEFT JOIN earlier h ON h.who = r.who AND h.question = v.key AND h.value = v.value
	), judged AS (
		-- as in import_judge_form()
		SELECT g.*, g.last AND (g.stored_value IS NULL
								OR g.submitted_at >= g.stored_at AND NOT g.as_stored
								   AND NOT (g.in_history AND NOT g.corrects AND (g.stamped OR import_judge_source.imported_at IS NOT NULL))) AS wins
		FROM given g
	), summed AS (
		SELECT j.line, bool_or(j.wins) AS changes,
			   jsonb_object_agg(j.question, j.stored_value) FILTER (WHERE j.stored_value IS NOT NULL) AS stored,
			   jsonb_object_agg(j.question, j.value) FILTER (WHERE j.wins) AS put,
			   jsonb_object_agg(j.question, j.value)
				   FILTER (WHERE NOT j.wins AND NOT j.repeated AND NOT j.as_stored AND NOT j.in_history) AS kept
		FROM judged j
		GROUP BY j.line
	), verdict AS (
		SELECT r.line, r.who, r.patched, r.submitted_at,
			   CASE WHEN NOT coalesce(s.changes, false) THEN 'unchanged'
					WHEN t.who IS NULL AND r.line = max(s.line) FILTER (WHERE s.changes) OVER (PARTITION BY r.who) THEN 'loaded'
					ELSE 'corrected' END AS outcome,
			   s.stored, s.put, s.kept
		FROM record r
		LEFT JOIN summed s ON s.line = r.line
		LEFT JOIN (SELECT DISTINCT t.who FROM told t WHERE t.stands) t ON t.who = r.who
	)
	SELECT array_agg(ROW(v.line, v.who, v.patched, v.submitted_at, v.outcome, v.stored, NULL, NULL, v.put, v.kept)::import_verdict ORDER BY v.line)
	INTO verdicts FROM verdict v;
	RETURN coalesce(verdicts, '{}');
END
$function$;
COMMENT ON FUNCTION import_judge_source(text, integer, text, import_row[], text[], text, timestamptz) IS
'Internal: import_judge() for another source than the form, question by question. Of several rows the latest that answers a question stands if it is not older than what that source has said before; the others and what it replaces go to the history.';
