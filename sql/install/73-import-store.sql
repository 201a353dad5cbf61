-- Verdicts of import_judge() become submissions, or answers of another source; what they replace, and what came
-- earlier, goes to the history.

-- called for every row: a body that the planner puts in its place
CREATE FUNCTION import_source(source text, line integer, patched boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(source, '') || ', строка ' || line::text || CASE WHEN patched THEN ' (исправлена)' ELSE '' END;
COMMENT ON FUNCTION import_source(text, integer, boolean) IS
'Internal: where an answer or a document comes from: the file, its line, and whether the row was corrected after it had been refused.';

CREATE FUNCTION import_lock_answers(region text, round_id integer, respondent text, readings import_row[], data_source text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
DECLARE
	key	text := CASE respondent WHEN 'school' THEN 'school_id' ELSE 'municipality_id' END;
BEGIN
	-- in the order of their keys, so that who locks them otherwise in that order is not met halfway
	EXECUTE format('SELECT FROM %I.%I s WHERE s.round_id = $1 AND s.%I IN (SELECT g.who FROM unnest($2) AS g WHERE NOT g.refused) %s FOR NO KEY UPDATE',
				   region, CASE WHEN data_source <> 'form' THEN 'source_answer' WHEN respondent = 'school' THEN 'submission' ELSE 'municipal_submission' END,
				   key, CASE WHEN data_source <> 'form' THEN 'AND s.data_source = $3 ORDER BY s.source_answer_id' ELSE format('ORDER BY s.%I', key) END)
	USING round_id, readings, data_source;
END
$function$;
COMMENT ON FUNCTION import_lock_answers(text, integer, text, import_row[], text) IS
'Internal: waits for who is changing answers that the file is going to be compared with, and keeps them until the end of the transaction.';

CREATE FUNCTION import_store(region text, round_id integer, respondent text, judged import_verdict[], asked text[], source text) RETURNS integer[]
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	answers		text := CASE respondent WHEN 'school' THEN 'submission' ELSE 'municipal_submission' END;
	key			text := CASE respondent WHEN 'school' THEN 'school_id' ELSE 'municipality_id' END;
	told		text[] := ARRAY['round_id', key, 'submitted_at', 'source'];
	questions	text[];
	given		text[];
	kept		text[];
	overtaken	integer[];
	-- of what stands from now on, and of what has never stood
	moment		timestamptz := clock_timestamp();
BEGIN
	-- a version keeps all answers, a row that stands is given those that the file asks; other columns are not ours
	EXECUTE format('SELECT array_agg(c.question ORDER BY c.attnum), array_agg(coalesce(c.told, format(''(s.v).%%I'', c.question)) ORDER BY c.attnum),
						   array_agg(c.told ORDER BY c.place) FILTER (WHERE c.told IS NOT NULL)
					FROM (SELECT a.attnum, a.attname::text AS question, p.place,
								 CASE WHEN p.place IS NOT NULL THEN format(CASE a.atttypid WHEN ''boolean''::regtype THEN ''g.answers[%%s] = 1'' ELSE ''g.answers[%%s]'' END, p.place) END AS told
						  FROM pg_attribute a CROSS JOIN LATERAL (SELECT array_position($1, a.attname::text) AS place) p
						  WHERE a.attrelid = %L::regclass AND a.attnum > 0 AND NOT a.attisdropped
							AND a.attname IN (SELECT q.question FROM %I.question q)) c', format('%I.%I', region, answers), region)
	INTO questions, kept, given USING asked;

	-- %1$I region, %2$I answers, %3$I history, %4$I who, %5$s and %6$s columns of a version and their values,
	-- %7$s and %8$s those of a row that stands, %9$s changes; $1 verdicts, $2 round, $3 source, $4 the moment
	EXECUTE format($sql$
		WITH given AS MATERIALIZED (
			SELECT j.line, j.who, j.wins, j.submitted_at, j.answers, j.stored, shnor.import_source($3, j.line, j.patched) AS source
			FROM unnest($1) AS j
			WHERE j.wins IS NOT NULL
		), put AS (
			INSERT INTO %1$I.%2$I AS s (%7$s, recorded_at)
			SELECT $2, g.who, g.submitted_at, g.source, %8$s, $4 FROM given g WHERE g.wins ORDER BY g.who
			-- somebody else may have stored a later answer since
			ON CONFLICT (round_id, %4$I) DO UPDATE SET %9$s WHERE s.submitted_at <= excluded.submitted_at
			RETURNING s.%4$I AS who
		), overtaken AS MATERIALIZED (
			SELECT g.line FROM given g WHERE g.wins AND NOT EXISTS (SELECT FROM put p WHERE p.who = g.who)
		), version AS (
			INSERT INTO %1$I.%3$I (%5$s, recorded_at, replaced_at)
			SELECT $2, g.who, g.submitted_at, g.source, %6$s, $4, $4
			FROM given g
			-- questions that the file does not ask keep their answers
			CROSS JOIN LATERAL (SELECT jsonb_populate_record(NULL::%1$I.%2$I, coalesce(g.stored, '{}')) AS v) s
			WHERE NOT g.wins OR g.line IN (SELECT o.line FROM overtaken o)
			ORDER BY g.line
		)
		SELECT array_agg(o.line) FROM overtaken o
	$sql$, region, answers, answers || '_history', key,
		(SELECT string_agg(format('%I', c), ', ') FROM unnest(told || questions) AS c),
		array_to_string(kept, ', '),
		(SELECT string_agg(format('%I', c), ', ') FROM unnest(told || asked) AS c),
		array_to_string(given, ', '),
		(SELECT string_agg(format('%1$I = excluded.%1$I', c), ', ') FROM unnest('{submitted_at,source,recorded_at}' || asked) AS c))
	INTO overtaken USING judged, round_id, source, moment;
	RETURN coalesce(overtaken, '{}');
END
$function$;
COMMENT ON FUNCTION import_store(text, integer, text, import_verdict[], text[], text) IS
'Internal: stores what import_judge() says of the form''s rows. Returns the lines whose place somebody else took meanwhile with a later answer: they are in the history.';

CREATE FUNCTION import_store_source(region text, round_id integer, respondent text, judged import_verdict[], data_source text, source text)
RETURNS integer[]
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	placed	jsonb;
	moment	timestamptz := clock_timestamp();
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	WITH put AS (
		INSERT INTO source_answer AS a
			(round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes, submitted_at, source)
		SELECT import_store_source.round_id, CASE import_store_source.respondent WHEN 'school' THEN j.who END,
			   CASE import_store_source.respondent WHEN 'municipality' THEN j.who END, v.key, import_store_source.data_source,
			   CASE jsonb_typeof(v.value) WHEN 'number' THEN v.value::integer END,
			   CASE jsonb_typeof(v.value) WHEN 'boolean' THEN v.value::boolean END,
			   j.submitted_at, shnor.import_source(import_store_source.source, j.line, j.patched)
		FROM unnest(judged) AS j
		CROSS JOIN LATERAL jsonb_each(j.put) v
		ORDER BY j.who, v.key
		ON CONFLICT (round_id, school_id, municipality_id, question, data_source) DO UPDATE
		SET answer_count = excluded.answer_count, answer_yes = excluded.answer_yes, submitted_at = excluded.submitted_at,
			source = excluded.source, recorded_at = excluded.recorded_at,
			-- the order behind another answer is not behind this one
			legal_act_id = CASE WHEN (a.answer_count, a.answer_yes) IS NOT DISTINCT FROM (excluded.answer_count, excluded.answer_yes)
							   THEN a.legal_act_id END
		-- somebody else may have stored a later answer since
		WHERE a.submitted_at <= excluded.submitted_at
		RETURNING coalesce(a.school_id, a.municipality_id) AS who, a.question
	)
	SELECT coalesce(jsonb_object_agg(p.who || ' ' || p.question, true), '{}') INTO placed FROM put p;

	-- a version bears the number of the answer that stands
	INSERT INTO source_answer_history
		(source_answer_id, round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes, submitted_at, source,
		 recorded_at, replaced_at)
	SELECT coalesce(a.source_answer_id, nextval(pg_get_serial_sequence(format('%I.source_answer', region), 'source_answer_id'))),
		   import_store_source.round_id, CASE import_store_source.respondent WHEN 'school' THEN j.who END,
		   CASE import_store_source.respondent WHEN 'municipality' THEN j.who END, v.key, import_store_source.data_source,
		   CASE jsonb_typeof(v.value) WHEN 'number' THEN v.value::integer END,
		   CASE jsonb_typeof(v.value) WHEN 'boolean' THEN v.value::boolean END,
		   j.submitted_at, shnor.import_source(import_store_source.source, j.line, j.patched),
		   -- it has never stood
		   moment, moment
	FROM unnest(judged) AS j
	CROSS JOIN LATERAL (SELECT k.key, k.value FROM jsonb_each(j.kept) k
						UNION ALL
						SELECT p.key, p.value FROM jsonb_each(j.put) p WHERE NOT placed ? (j.who || ' ' || p.key)) v
	LEFT JOIN source_answer a
		ON a.round_id = import_store_source.round_id AND a.data_source = import_store_source.data_source AND a.question = v.key
	   AND CASE import_store_source.respondent WHEN 'school' THEN a.school_id ELSE a.municipality_id END = j.who
	ORDER BY j.line, v.key;

	RETURN ARRAY(SELECT j.line FROM unnest(judged) AS j
				 WHERE j.put <> '{}' AND NOT EXISTS (SELECT FROM jsonb_object_keys(j.put) AS k WHERE placed ? (j.who || ' ' || k)));
END
$function$;
COMMENT ON FUNCTION import_store_source(text, integer, text, import_verdict[], text, text) IS
'Internal: stores what import_judge() says of the rows of another source than the form, one row per respondent and question answered. Returns the lines of which somebody else has meanwhile overtaken every answer: they are in the history.';
