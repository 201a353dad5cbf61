-- What becomes of issues: found when a file is read, written into import_issue, and moved into import_issue_history
-- when the row can be read, a later file says the same better, or somebody dismisses it. What is left in import_issue
-- is the open work.

CREATE FUNCTION import_issues(content text, columns jsonb, plain import_row[], readings import_row[], cells jsonb,
							  OUT line integer, OUT column_no integer, OUT header text, OUT question text, OUT raw_value text,
							  OUT row_values text[], OUT reason text, OUT hint text, OUT severity text, OUT who integer,
							  OUT submitted_at timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT i.line, i.column_no, shnor.spreadsheet_safe(i.header), i.question, shnor.spreadsheet_safe(i.raw_value),
		   CASE WHEN i.row_values IS NOT NULL THEN
			   -- most cells begin with a letter or a digit, and are safe
			   ARRAY(SELECT CASE WHEN v.cell ~ '^[0-9A-Za-zА-Яа-яЁё]' THEN v.cell ELSE shnor.spreadsheet_safe(v.cell) END
					 FROM unnest(i.row_values) WITH ORDINALITY AS v(cell, n) ORDER BY v.n) END,
		   shnor.spreadsheet_safe(m.reason), shnor.spreadsheet_safe(m.hint),
		   CASE WHEN i.warns THEN 'warning' ELSE 'refused' END, i.who, i.submitted_at
	FROM (SELECT r.line, i.column_no, i.header, i.question, i.raw_value, r.row_values, i.problem, i.detail, i.warns,
				 -- code and name that name two schools tell of none
				 CASE WHEN NOT r.issues @> '[{"problem": "code_and_name"}]' THEN r.who END AS who, r.submitted_at
		  FROM unnest(readings) AS r
		  CROSS JOIN LATERAL jsonb_to_recordset(r.issues)
			AS i(column_no integer, header text, question text, raw_value text, problem text, detail text, warns boolean)
		  UNION ALL
		  SELECT c.line, c.column_no, c.header, c.question, c.raw_value, NULL, c.problem, NULL, true,
				 CASE WHEN r.issues @> '[{"problem": "code_and_name"}]' THEN NULL ELSE r.who END, r.submitted_at
		  FROM jsonb_to_recordset(cells) AS c(line integer, column_no integer, header text, question text, raw_value text, problem text)
		  JOIN unnest(plain || readings) AS r ON r.line = c.line
		  WHERE c.problem IS NOT NULL AND cells <> '[]'
		  UNION ALL
		  -- columns of the file that nobody reads
		  SELECT (columns ->> 'line')::integer, w.column_no, w.header, NULL, NULL, NULL, w.problem, w.detail, true, NULL, NULL
		  FROM shnor.import_unread_columns(content, columns, columns ->> 'respondent') w) i
	CROSS JOIN LATERAL shnor.import_message(i.problem, CASE WHEN i.line = (columns ->> 'line')::integer THEN i.header ELSE i.raw_value END,
											i.detail) m
	ORDER BY i.line, i.column_no
$function$;
COMMENT ON FUNCTION import_issues(text, jsonb, import_row[], import_row[], jsonb) IS
'Internal: the issues of a file as import_issue keeps them (columns not read, cells that import_rows() and import_document_cells() complain of), and whose answers they are about, of what time. Text from the file is safe for spreadsheets.';

CREATE FUNCTION import_issue_key(line integer, column_no integer, question text, raw_value text, reason text, severity text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT jsonb_build_array(line, column_no, question, raw_value, reason, severity)::text
$function$;
COMMENT ON FUNCTION import_issue_key(integer, integer, text, text, text, text) IS
'Internal: by what an issue is known when its file is imported again.';

CREATE FUNCTION import_settle(region text, issues bigint[], reasons text[], resolution text) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	moved	integer;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	WITH gone AS (
		DELETE FROM import_issue w USING unnest(issues, reasons) AS s(issue_id, settled_by)
		WHERE w.issue_id = s.issue_id RETURNING w.*, s.settled_by
	)
	INSERT INTO import_issue_history (issue_id, import_id, line, column_no, header, question, raw_value, row_values, reason, hint,
									  severity, school_id, municipality_id, submitted_at, resolution, resolution_reason)
	SELECT g.issue_id, g.import_id, g.line, g.column_no, g.header, g.question, g.raw_value, g.row_values, g.reason, g.hint,
		   g.severity, g.school_id, g.municipality_id, g.submitted_at, import_settle.resolution, g.settled_by
	FROM gone g
	ORDER BY g.issue_id;
	GET DIAGNOSTICS moved = ROW_COUNT;
	RETURN moved;
END
$function$;
COMMENT ON FUNCTION import_settle(text, bigint[], text[], text) IS
'Internal: moves issues to import_issue_history with resolution, each with its reason, and returns how many.';

CREATE FUNCTION import_note(region text, import_id bigint, content text, columns jsonb, plain import_row[], readings import_row[],
							cells jsonb, known jsonb, lines integer[], resolution text, resolution_reason text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	found	jsonb;
	school	boolean := columns ->> 'respondent' = 'school';
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	SELECT coalesce(jsonb_agg(to_jsonb(f) || jsonb_build_object('key', shnor.import_issue_key(f.line, f.column_no, f.question, f.raw_value, f.reason, f.severity),
																'place', f.place) ORDER BY f.place), '[]')
	INTO found
	FROM (SELECT i.*, row_number() OVER () AS place FROM shnor.import_issues(content, columns, plain, readings, cells) i) f
	-- rows that are set aside stay so
	WHERE (lines IS NULL OR f.line = ANY (lines))
	  AND (f.severity = 'warning' OR NOT coalesce(known -> 'set_aside' ? f.line::text, false));

	IF known <> '{}' THEN
		-- what is no longer found
		PERFORM shnor.import_settle(region, array_agg(w.issue_id),
			array_agg(coalesce(import_note.resolution_reason,
							   CASE WHEN EXISTS (SELECT FROM jsonb_to_recordset(found) AS f(line integer, severity text)
												 WHERE f.line = w.line AND f.severity = 'refused')
								   THEN 'При повторной загрузке файла у строки другое замечание'
								   ELSE 'При повторной загрузке файла замечания больше нет' END)),
			import_note.resolution)
		FROM import_issue w
		WHERE w.import_id = import_note.import_id AND (lines IS NULL OR w.line = ANY (lines))
		  AND NOT EXISTS (
			  SELECT FROM jsonb_to_recordset(found) AS f(key text)
			  WHERE f.key = shnor.import_issue_key(w.line, w.column_no, w.question, w.raw_value, w.reason, w.severity));

		-- who answers may be known by now
		UPDATE import_issue w
		SET school_id = CASE WHEN school THEN f.who END, municipality_id = CASE WHEN NOT school THEN f.who END, submitted_at = f.submitted_at
		FROM jsonb_to_recordset(found) AS f(key text, who integer, submitted_at timestamptz)
		WHERE w.import_id = import_note.import_id
		  AND shnor.import_issue_key(w.line, w.column_no, w.question, w.raw_value, w.reason, w.severity) = f.key
		  AND (coalesce(w.school_id, w.municipality_id), w.submitted_at) IS DISTINCT FROM (f.who, f.submitted_at);
	END IF;

	INSERT INTO import_issue (import_id, line, column_no, header, question, raw_value, row_values, reason, hint, severity,
							  school_id, municipality_id, submitted_at)
	SELECT import_note.import_id, f.line, f.column_no, f.header, f.question, f.raw_value, f.row_values, f.reason, f.hint, f.severity,
		   CASE WHEN school THEN f.who END, CASE WHEN NOT school THEN f.who END, f.submitted_at
	FROM jsonb_to_recordset(found) AS f(place bigint, key text, line integer, column_no integer, header text, question text, raw_value text,
										row_values text[], reason text, hint text, severity text, who integer, submitted_at timestamptz)
	WHERE NOT EXISTS (
		   SELECT FROM (SELECT shnor.import_issue_key(w.line, w.column_no, w.question, w.raw_value, w.reason, w.severity) AS key
						FROM import_issue w WHERE w.import_id = import_note.import_id
						UNION ALL
						-- dismissed is dismissed
						SELECT shnor.import_issue_key(h.line, h.column_no, h.question, h.raw_value, h.reason, h.severity)
						FROM import_issue_history h
						WHERE h.import_id = import_note.import_id AND h.resolution IN ('dismissed', 'superseded')) k
		   WHERE k.key = f.key)
	ORDER BY f.place;
END
$function$;
COMMENT ON FUNCTION import_note(text, bigint, text, jsonb, import_row[], import_row[], jsonb, jsonb, integer[], text, text) IS
'Internal: brings import_issue up to what import_issues() finds in the lines (NULL: all) of a file: what is no longer found moves to import_issue_history with resolution and its reason, what is new is added unless it was dismissed or superseded.';

CREATE FUNCTION import_supersede(region text, import_id bigint, columns jsonb, judged import_verdict[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	issues	bigint[];
	reasons	text[];
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	IF NOT EXISTS (SELECT FROM import n JOIN import o ON o.round_id = n.round_id AND o.respondent = n.respondent AND o.import_id < n.import_id
				   WHERE n.import_id = import_supersede.import_id) THEN
		RETURN;
	END IF;
	WITH older AS (
		-- files of the same round, respondent and source
		SELECT o.import_id, n.respondent = 'school' AS school, o.asked <@ n.asked AS covered
		FROM import n
		JOIN import o ON o.round_id = n.round_id AND o.respondent = n.respondent AND o.data_source = n.data_source
					 AND o.import_id < n.import_id
		WHERE n.import_id = import_supersede.import_id
	), accepted AS (
		SELECT DISTINCT ON (j.who) j.who, j.line, j.submitted_at
		FROM unnest(judged) AS j
		WHERE j.who IN (SELECT coalesce(w.school_id, w.municipality_id) FROM older o JOIN import_issue w ON w.import_id = o.import_id)
		ORDER BY j.who, j.submitted_at DESC, j.line DESC
	), own AS (
		SELECT w.* FROM import_issue w WHERE w.import_id = import_supersede.import_id
	), settled AS (
		-- an answer that was refused is not done with by an earlier one, nor by a file that asks less
		SELECT w.issue_id, format('Ответ загружен позже: загрузка %s, строка %s', import_supersede.import_id, a.line) AS reason
		FROM older o
		JOIN import_issue w ON w.import_id = o.import_id
		JOIN accepted a ON a.who = CASE WHEN o.school THEN w.school_id ELSE w.municipality_id END
						AND (w.submitted_at IS NULL OR w.submitted_at <= a.submitted_at)
		WHERE o.covered
		UNION ALL
		-- a form is exported again and again: the same record is open in the latest file only
		SELECT w.issue_id, format('Та же запись отклонена и в файле, загруженном позже: загрузка %s, строка %s', import_supersede.import_id, n.line)
		FROM older o
		JOIN import_issue w ON w.import_id = o.import_id AND w.severity = 'refused'
		JOIN own n ON n.row_values = w.row_values AND n.severity = 'refused'
		UNION ALL
		-- nor is it open where it has been corrected or dismissed before
		SELECT n.issue_id, format('Такая же запись %s: загрузка %s, строка %s',
								  CASE h.resolution WHEN 'corrected' THEN 'уже исправлена' ELSE 'уже снята' END, h.import_id, h.line)
		FROM own n
		JOIN import_issue_history h ON h.row_values = n.row_values AND h.severity = 'refused' AND h.resolution IN ('corrected', 'dismissed')
		JOIN older o ON o.import_id = h.import_id
		WHERE n.severity = 'refused'
		UNION ALL
		-- a header: the later file has it too, and says itself whether it can be read
		SELECT w.issue_id, format('Столбец есть и в файле, загруженном позже: загрузка %s', import_supersede.import_id)
		FROM older o
		JOIN import_issue w ON w.import_id = o.import_id AND w.severity = 'warning' AND w.question IS NULL AND w.row_values IS NULL
		JOIN jsonb_to_recordset(columns -> 'columns') AS c(column_no integer, header text)
			ON shnor.spreadsheet_safe(c.header) = w.header OR c.header IS NULL AND w.header IS NULL AND c.column_no = w.column_no
		WHERE coalesce(w.school_id, w.municipality_id) IS NULL
		UNION ALL
		-- a warning that was dismissed is not raised once more
		SELECT n.issue_id, format('Такое же замечание уже снято: загрузка %s, строка %s', h.import_id, h.line)
		FROM own n
		JOIN import_issue_history h ON h.reason = n.reason AND h.severity = 'warning' AND h.resolution = 'dismissed'
			AND (h.header, h.question, h.raw_value, h.row_values, h.school_id, h.municipality_id, h.submitted_at)
				IS NOT DISTINCT FROM (n.header, n.question, n.raw_value, n.row_values, n.school_id, n.municipality_id, n.submitted_at)
		JOIN older o ON o.import_id = h.import_id
		WHERE n.severity = 'warning'
	)
	SELECT array_agg(s.issue_id), array_agg(s.reason) INTO issues, reasons
	FROM (SELECT s.issue_id, min(s.reason) AS reason FROM settled s GROUP BY s.issue_id) s;
	PERFORM shnor.import_settle(region, issues, reasons, 'superseded');
END
$function$;
COMMENT ON FUNCTION import_supersede(text, bigint, jsonb, import_verdict[]) IS
'Internal: issues of earlier files are done with where this one accepts an answer of the same school or municipality that is not older and asks no less, where it refuses the very same record, and warnings of columns where it has the same column; issues of this file, where the same record was corrected or dismissed, or the same warning dismissed, in an earlier one.';
