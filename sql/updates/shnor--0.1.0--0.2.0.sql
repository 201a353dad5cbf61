-- complain if the script is sourced in psql, rather than by ALTER EXTENSION
\echo Use "ALTER EXTENSION shnor UPDATE TO '0.2.0'" to load this file. \quit

-- Made by sql/updates/make-delta from shnor--0.1.0.sql and sql/install: not to be edited.

CREATE OR REPLACE FUNCTION region_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_tables_directory(region);
	PERFORM shnor.region_tables_definitions(region);
	PERFORM shnor.region_tables_answers(region);
END
$function$;

COMMENT ON FUNCTION region_tables(text) IS
'Internal: creates the first tables of a region in the existing schema named region. Run by create_region.';

CREATE OR REPLACE FUNCTION region_tables_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- The region's trigger functions take the schema from the trigger, so that they outlive a renamed
	-- schema and the extension itself. Columns are matched by name: a later version may append answers.
	CREATE OR REPLACE FUNCTION keep_history() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		EXECUTE format('INSERT INTO %1$I.%2$I SELECT h.* FROM jsonb_populate_record(NULL::%1$I.%2$I, $1) h',
					   TG_TABLE_SCHEMA, TG_TABLE_NAME || '_history')
		USING to_jsonb(OLD) || jsonb_build_object('replaced_at', now(), 'replaced_by', current_user);
		RETURN NULL;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER keep_replaced AFTER UPDATE ON submission
		FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_history();
	CREATE OR REPLACE TRIGGER keep_deleted AFTER DELETE ON submission
		FOR EACH ROW EXECUTE FUNCTION keep_history();
	CREATE OR REPLACE TRIGGER keep_replaced AFTER UPDATE ON municipal_submission
		FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_history();
	CREATE OR REPLACE TRIGGER keep_deleted AFTER DELETE ON municipal_submission
		FOR EACH ROW EXECUTE FUNCTION keep_history();

	CREATE OR REPLACE FUNCTION check_target() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		known boolean;
	BEGIN
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.indicator i WHERE i.indicator = $1)', TG_TABLE_SCHEMA)
		INTO known USING NEW.indicator;
		IF NOT known THEN
			RAISE EXCEPTION 'показателя с кодом «%» нет в справочнике', NEW.indicator
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Коды показателей перечислены в таблице %I.indicator.', TG_TABLE_SCHEMA);
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_indicator BEFORE INSERT OR UPDATE OF indicator ON target
		FOR EACH ROW EXECUTE FUNCTION check_target();

	-- versions of one code may not hold on the same day; the argument names the column of the code
	CREATE OR REPLACE FUNCTION check_versions() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		code text := to_jsonb(NEW) ->> TG_ARGV[0];
		clashes boolean;
	BEGIN
		-- two who add versions at the same time would not see each other's
		PERFORM pg_advisory_xact_lock(hashtextextended(format('%s.%s', TG_TABLE_SCHEMA, TG_TABLE_NAME), 0));
		EXECUTE format('SELECT count(*) > 1 FROM %I.%I d WHERE d.%I = $1
						AND daterange(d.valid_from, d.valid_until) && daterange($2, $3)',
					   TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0])
		INTO clashes USING code, NEW.valid_from, NEW.valid_until;
		IF clashes THEN
			RAISE EXCEPTION 'два определения «%» действуют в один и тот же день', code
				USING ERRCODE = 'exclusion_violation',
					  HINT = 'Закройте прежнее определение датой valid_until, затем добавьте новое с той же датой valid_from.';
		END IF;
		RETURN NULL;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_versions AFTER INSERT OR UPDATE ON question
		FOR EACH ROW EXECUTE FUNCTION check_versions('question');
	CREATE OR REPLACE TRIGGER check_versions AFTER INSERT OR UPDATE ON indicator
		FOR EACH ROW EXECUTE FUNCTION check_versions('indicator');
END
$function$;

COMMENT ON FUNCTION region_tables_triggers(text) IS
'Internal: creates or replaces the region''s own trigger functions and triggers (history of answers, known indicator codes, versions of definitions) in the schema named region.';

CREATE OR REPLACE FUNCTION region_check(region text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF region IS NULL OR to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.import_issue', region)) IS NULL
		OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'схема «%» не является регионом', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Регион создаёт функция shnor.create_region(). Проверьте имя и базу данных.';
	ELSIF to_regclass(format('%I.round_school', region)) IS NULL OR to_regclass(format('%I.validation_rule', region)) IS NULL THEN
		RAISE EXCEPTION 'регион «%» создан прежней версией', region
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Владелец региона доводит его до установленной версии так: SELECT shnor.upgrade_region(%L);', region);
	END IF;
END
$function$;

CREATE OR REPLACE FUNCTION region_parts(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF to_regclass(format('%I.round_school', region)) IS NULL THEN
		PERFORM shnor.region_methodology_parts(region);
	END IF;
	IF to_regclass(format('%I.validation_rule', region)) IS NULL THEN
		PERFORM shnor.region_validation_tables(region);
		PERFORM shnor.region_validation_seed(region);
	END IF;
	IF to_regclass(format('%I.import_correction', region)) IS NULL THEN
		PERFORM shnor.region_import_tables(region);
	END IF;
	IF to_regclass(format('%I.history', region)) IS NULL THEN
		PERFORM shnor.region_history_tables(region);
	END IF;
	IF to_regclass(format('%I.access', region)) IS NULL THEN
		PERFORM shnor.region_access_tables(region);
	END IF;
END
$function$;

COMMENT ON FUNCTION region_parts(text) IS
'Internal: creates and fills the tables of each part where the schema named region does not have them yet.';

CREATE FUNCTION region_methodology_parts(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	closed	integer[];
BEGIN
	PERFORM shnor.region_round_tables(region);
	PERFORM shnor.region_source_tables(region);
	PERFORM shnor.region_evidence_tables(region);
	PERFORM shnor.region_obligation_tables(region);
	PERFORM shnor.region_identification_tables(region);
	PERFORM shnor.region_effectiveness_tables(region);
	PERFORM shnor.region_publication_tables(region);
	PERFORM shnor.region_round_seed(region);
	PERFORM shnor.region_source_seed(region);
	PERFORM shnor.region_obligation_seed(region);
	-- an older region may have done away with an indicator: what is said of it is left out
	EXECUTE format('DELETE FROM %1$I.recommendation_template t WHERE NOT EXISTS (SELECT FROM %1$I.indicator i WHERE i.indicator = t.indicator)', region);
	PERFORM shnor.region_identification_seed(region);
	PERFORM shnor.region_effectiveness_seed(region);

	-- closed again under the triggers, a round writes its schools down
	EXECUTE format('SELECT array_agg(r.round_id) FROM %I.round r WHERE r.state = ''closed''', region) INTO closed;
	EXECUTE format('UPDATE %I.round r SET state = ''open'' WHERE r.round_id = ANY ($1)', region) USING closed;
	-- last: what they refuse to change must stand first
	PERFORM shnor.region_methodology_triggers(region);
	EXECUTE format('UPDATE %I.round r SET state = ''closed'' WHERE r.round_id = ANY ($1)', region) USING closed;
END
$function$;

COMMENT ON FUNCTION region_methodology_parts(text) IS
'Internal: creates and fills the tables of rounds, sources, evidence, obligations, identification, effectiveness and publications in the schema named region.';

CREATE FUNCTION region_methodology_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_tables_triggers(region);
	PERFORM shnor.region_source_triggers(region);
	PERFORM shnor.region_evidence_triggers(region);
	PERFORM shnor.region_obligation_triggers(region);
	PERFORM shnor.region_identification_triggers(region);
	PERFORM shnor.region_round_triggers(region);
	PERFORM shnor.region_lock_triggers(region);
	PERFORM shnor.region_publication_triggers(region);
END
$function$;

COMMENT ON FUNCTION region_methodology_triggers(text) IS
'Internal: creates or replaces the functions and triggers of the first tables and of those of region_methodology_parts in the schema named region.';

CREATE FUNCTION region_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_methodology_triggers(region);
	PERFORM shnor.region_validation_triggers(region);
END
$function$;

COMMENT ON FUNCTION region_triggers(text) IS
'Internal: creates the functions and triggers of the schema named region that are missing and brings the others to the installed version.';

CREATE OR REPLACE FUNCTION region_view_definitions(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	RETURN QUERY
	SELECT d.step, d.view_name, d.definition
	FROM (SELECT * FROM shnor.region_base_views()
		  UNION ALL SELECT * FROM shnor.region_round_views()
		  UNION ALL SELECT * FROM shnor.region_source_views()
		  UNION ALL SELECT * FROM shnor.region_evidence_views()
		  UNION ALL SELECT * FROM shnor.region_obligation_views()
		  UNION ALL SELECT * FROM shnor.region_identification_views()
		  UNION ALL SELECT * FROM shnor.region_change_views()
		  UNION ALL SELECT * FROM shnor.region_competence_views()
		  UNION ALL SELECT * FROM shnor.region_effectiveness_views()
		  UNION ALL SELECT * FROM shnor.region_measure_effect_views()
		  UNION ALL SELECT * FROM shnor.region_publication_views()
		  UNION ALL SELECT * FROM shnor.region_validation_views()
		  UNION ALL SELECT * FROM shnor.region_import_views()
		  UNION ALL SELECT * FROM shnor.region_history_views()) AS d
	ORDER BY d.step;
END
$function$;

CREATE OR REPLACE FUNCTION upgrade_region(region text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	role_before	text := current_setting('role');
	owner		name;
BEGIN
	IF to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" is not a region', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Create a region with shnor.create_region().';
	END IF;
	-- what is new belongs to the region's owner, and functions that others may have put into its schema are not taken over
	SELECT pg_get_userbyid(n.nspowner) INTO owner FROM pg_namespace n WHERE n.nspname = region;
	IF owner <> current_user THEN
		IF NOT pg_has_role(owner, 'MEMBER') THEN
			RAISE EXCEPTION 'must be owner of region "%"', region
				USING ERRCODE = 'insufficient_privilege';
		END IF;
		PERFORM set_config('role', owner, true);
	END IF;
	PERFORM shnor.region_parts(region);
	PERFORM shnor.region_triggers(region);
	PERFORM shnor.region_views(region);
	PERFORM shnor.region_comments(region);
	-- last: every table and view is there
	PERFORM shnor.region_access(region);
	PERFORM set_config('role', role_before, true);
	RETURN region;
END
$function$;

COMMENT ON FUNCTION upgrade_region(text) IS
'Brings the objects of the schema named region to the installed version and returns its name: creates tables that an older version did not have and fills their catalogues, creates or replaces the region''s own functions and triggers, creates views that are missing (after DROP EXTENSION CASCADE and CREATE EXTENSION), replaces the others in place and refreshes all comments. No row that was there is touched, those of catalogues included; views of your own that stand on these stay. Works as the owner of the region: run it as the owner or as a role that may SET ROLE to him. Errors: a schema that is not a region (3F000), another''s region, a function of the region''s names that is somebody else''s (42501).';

CREATE OR REPLACE FUNCTION region_comments(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	command text;
BEGIN
	PERFORM shnor.region_table_comments(region);
	PERFORM shnor.region_view_comments(region);
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	FOR command IN
		WITH said AS (
			SELECT * FROM shnor.region_round_comments()
			UNION ALL SELECT * FROM shnor.region_source_comments()
			UNION ALL SELECT * FROM shnor.region_evidence_comments()
			UNION ALL SELECT * FROM shnor.region_obligation_comments()
			UNION ALL SELECT * FROM shnor.region_identification_comments()
			UNION ALL SELECT * FROM shnor.region_change_comments()
			UNION ALL SELECT * FROM shnor.region_competence_comments()
			UNION ALL SELECT * FROM shnor.region_effectiveness_comments()
			UNION ALL SELECT * FROM shnor.region_measure_effect_comments()
			UNION ALL SELECT * FROM shnor.region_publication_comments()
			UNION ALL SELECT * FROM shnor.region_validation_comments()
			UNION ALL SELECT * FROM shnor.region_import_comments()
			UNION ALL SELECT * FROM shnor.region_history_comments()
			UNION ALL SELECT * FROM shnor.region_access_comments()
		), attribute AS (
			SELECT c.oid, c.relname, c.relkind, a.attname
			FROM pg_class c
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			WHERE c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relkind IN ('r', 'v')
			  AND EXISTS (SELECT FROM said s WHERE s.object = c.relname AND s.part IS NULL)
		)
		SELECT format('COMMENT ON %s %I IS %L', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.relname, s.comment)
		FROM said s
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = s.object
		WHERE s.part IS NULL
		UNION ALL
		SELECT format('COMMENT ON FUNCTION %I() IS %L', s.object, s.comment) FROM said s WHERE s.part = '()'
		UNION ALL
		-- its own comment, else that of an answer of the same name, else the dictionary's
		SELECT format('COMMENT ON COLUMN %I.%I IS %L', a.relname, a.attname, coalesce(s.comment, q.comment, d.comment))
		FROM attribute a
		LEFT JOIN said s ON s.object = a.relname AND s.part = a.attname
		LEFT JOIN (SELECT b.attname, min(col_description(b.attrelid, b.attnum)) AS comment
				   FROM pg_attribute b
				   WHERE b.attrelid IN ('school_round'::regclass, 'municipal_submission'::regclass) AND b.attnum > 0
					 AND b.attname NOT IN ('round_id', 'municipality_id', 'school_id', 'source', 'kind')
				   GROUP BY b.attname) q ON q.attname = a.attname
		LEFT JOIN shnor.region_column_dictionary() d ON d.part = a.attname
	LOOP
		EXECUTE command;
	END LOOP;
END
$function$;

CREATE FUNCTION region_history_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_history_tables(text) IS
'Internal: creates the journal of changes in the schema named region.';

CREATE FUNCTION region_history_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::integer, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_history_views() IS
'Internal: the views of the history.';

CREATE FUNCTION region_history_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_history_comments() IS
'Internal: Russian comments of the history.';

CREATE OR REPLACE FUNCTION import_rows(region text, round_id integer, respondent text, content text, columns jsonb, asked text[],
							data_source text,
							OUT line integer, OUT who integer, OUT submitted_at timestamptz, OUT answers jsonb,
							OUT row_values text[], OUT issues jsonb, OUT refused boolean)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- nothing is known of a file's size when the plan is made: hash joins are right for small and large ones,
-- and the price put on the nested loops that remain would start the JIT compiler
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	WITH zone AS (
		SELECT coalesce((SELECT s.time_zone FROM setting s), 'Europe/Moscow') AS time_zone
	), header AS MATERIALIZED (
		SELECT c.column_no, c.header, c.field, c.answer_type
		FROM jsonb_to_recordset(columns -> 'columns')
			AS c(column_no integer, header text, field text, answer_type text, respondent text)
		WHERE c.answer_type NOT IN ('ignore', 'document') AND (c.respondent IS NULL OR c.respondent = import_rows.respondent)
	), titled AS (
		-- the first column of each field: where issues of the whole field are shown
		SELECT DISTINCT ON (h.field) h.field, h.column_no, h.header FROM header h ORDER BY h.field, h.column_no
	), record AS MATERIALIZED (
		SELECT r.line, r.fields
		FROM shnor.form_rows(content, columns ->> 'delimiter') r
		WHERE r.line > (columns ->> 'line')::integer
		  AND EXISTS (SELECT FROM unnest(r.fields) AS v WHERE shnor.form_clean(v) <> '')
	), reading AS MATERIALIZED (
		SELECT r.line, h.column_no, h.header, h.field, c.raw,
			   CASE h.answer_type
				   WHEN 'count' THEN to_jsonb(shnor.form_count(c.raw))
				   WHEN 'yes_no' THEN to_jsonb(shnor.form_yes_no(c.raw))
				   WHEN 'timestamp' THEN to_jsonb(shnor.form_timestamp(c.raw, z.time_zone))
				   WHEN 'code' THEN to_jsonb(shnor.form_clean(c.raw))
				   ELSE to_jsonb(shnor.form_normalize(c.raw))
			   END AS value,
			   CASE WHEN h.answer_type IN ('count', 'yes_no', 'timestamp')
				   THEN shnor.form_problem(c.raw, h.answer_type) END AS problem
		FROM record r
		CROSS JOIN zone z
		CROSS JOIN LATERAL unnest(r.fields) WITH ORDINALITY AS c(raw, column_no)
		JOIN header h ON h.column_no = c.column_no
		WHERE shnor.form_clean(c.raw) <> ''
	), answer AS MATERIALIZED (
		-- several columns may ask one thing: what is there counts
		SELECT r.line, r.field, (array_agg(r.value ORDER BY r.column_no))[1] AS value,
			   (array_agg(r.raw ORDER BY r.column_no))[1] AS raw,
			   count(DISTINCT r.value) > 1 AS contradicts, string_agg(shnor.form_clean(r.raw), ' / ' ORDER BY r.column_no) AS all_raw
		FROM reading r
		WHERE r.problem IS NULL AND r.value IS NOT NULL
		GROUP BY r.line, r.field
	),

	-- ---- who answers ----
	place AS (
		SELECT DISTINCT ON (k.key) k.key, k.municipality_id
		FROM (SELECT shnor.form_normalize(m.name) AS key, m.municipality_id, 1 AS preference FROM municipality m
			  UNION ALL
			  SELECT m.oktmo, m.municipality_id, 2 FROM municipality m WHERE m.oktmo IS NOT NULL
			  UNION ALL
			  SELECT shnor.import_place(m.name), min(m.municipality_id), 3 FROM municipality m
			  GROUP BY shnor.import_place(m.name) HAVING count(*) = 1) k
		WHERE k.key <> ''
		ORDER BY k.key, k.preference, k.municipality_id
	), directory AS MATERIALIZED (
		SELECT o.school_id, o.municipality_id, shnor.form_clean(o.code) AS code, shnor.form_normalize(o.name) AS name_key,
			   format('%s (%s, код %s)', o.name, m.name, o.code) AS label,
			   -- as the reports see it: a round that was reopened keeps its list, whatever the directory says
			   b.school_id IS NOT NULL AS in_round,
			   r.cohort_on
		FROM school o
		JOIN municipality m ON m.municipality_id = o.municipality_id
		JOIN round r ON r.round_id = import_rows.round_id
		LEFT JOIN round_member b ON b.round_id = import_rows.round_id AND b.school_id = o.school_id
		WHERE import_rows.respondent = 'school'
	), named AS MATERIALIZED (
		SELECT r.line, r.code, r.name_key, r.place IS NOT NULL AS has_place,
			   coalesce(p.municipality_id, q.municipality_id) AS municipality_id
		FROM (SELECT r.line,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'school_code') AS code,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'school_name') AS name_key,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'municipality') AS place
			  FROM record r LEFT JOIN answer a ON a.line = r.line
			  GROUP BY r.line) r
		LEFT JOIN place p ON p.key = r.place
		LEFT JOIN place q ON q.key = shnor.import_place(r.place)
	), namesake AS (
		-- schools of that name: anywhere, and where the row says
		SELECT n.line, array_agg(d.school_id) AS anywhere,
			   count(*) FILTER (WHERE h.here) AS here,
			   count(*) FILTER (WHERE h.here AND d.in_round) AS here_in_round,
			   coalesce(min(d.school_id) FILTER (WHERE h.here AND d.in_round), min(d.school_id) FILTER (WHERE h.here)) AS school_id,
			   string_agg(d.label, '; ' ORDER BY d.label) FILTER (WHERE h.here AND d.in_round) AS labels
		FROM named n
		JOIN directory d ON d.name_key = n.name_key
		CROSS JOIN LATERAL (SELECT NOT n.has_place OR d.municipality_id = n.municipality_id AS here) h
		GROUP BY n.line
	), matched AS (
		SELECT n.*, c.school_id AS by_code,
			   CASE WHEN s.here_in_round = 1 OR s.here = 1 THEN s.school_id END AS by_name,
			   s.anywhere, s.here_in_round, s.here, s.labels
		FROM named n
		LEFT JOIN directory c ON c.code = n.code
		LEFT JOIN namesake s ON s.line = n.line
	), told AS (
		SELECT m.*, coalesce(m.by_code, m.by_name) AS school_id,
			   CASE
				   WHEN m.by_code IS NOT NULL THEN
					   CASE WHEN m.by_code <> ALL (m.anywhere) THEN 'code_and_name' END
				   WHEN m.code IS NULL AND m.name_key IS NULL THEN 'no_school'
				   WHEN m.name_key IS NULL THEN 'unknown_code'
				   WHEN m.has_place AND m.municipality_id IS NULL THEN 'unknown_municipality'
				   WHEN m.here_in_round > 1 THEN 'ambiguous_school'
				   WHEN m.by_name IS NULL AND m.here > 1 THEN 'not_in_round'
				   WHEN m.by_name IS NULL AND m.code IS NOT NULL THEN 'unknown_code'
				   WHEN m.by_name IS NULL THEN 'unknown_school'
			   END AS problem
		FROM matched m
		WHERE import_rows.respondent = 'school'
		UNION ALL
		SELECT m.*, NULL,
			   CASE WHEN NOT m.has_place THEN 'no_municipality'
				   WHEN m.municipality_id IS NULL THEN 'unknown_municipality' END
		FROM matched m
		WHERE import_rows.respondent = 'municipality'
	), identified AS MATERIALIZED (
		SELECT t.line, t.code, t.name_key, t.municipality_id, t.has_place, t.labels, d.label, d.cohort_on,
			   CASE import_rows.respondent WHEN 'school' THEN t.school_id ELSE t.municipality_id END AS who,
			   coalesce(t.problem, CASE WHEN NOT d.in_round THEN 'not_in_round'
									   WHEN t.code IS NOT NULL AND t.by_code IS NULL THEN 'code_ignored' END) AS problem,
			   CASE
				   WHEN t.problem IN ('unknown_municipality', 'no_municipality') THEN 'municipality'
				   WHEN t.problem = 'code_and_name' OR t.code IS NULL AND t.name_key IS NOT NULL THEN 'school_name'
				   WHEN t.code IS NOT NULL OR EXISTS (SELECT FROM header h WHERE h.field = 'school_code') THEN 'school_code'
				   ELSE 'school_name'
			   END AS field
		FROM told t
		LEFT JOIN directory d ON d.school_id = t.school_id
	), unknown AS (
		SELECT i.*, string_to_array(i.name_key, ' ') AS words
		FROM identified i
		WHERE i.problem IN ('unknown_school', 'unknown_code', 'unknown_municipality')
		-- a file of another region need not be compared to the last row
		ORDER BY i.line LIMIT 50
	), alike AS (
		-- names that share half of their words, and codes that differ in punctuation only
		SELECT w.line, d.school_id, 2.0 * count(*) / max(w.words + d.words) AS likeness
		FROM (SELECT u.line, v.word, cardinality(u.words) AS words FROM unknown u CROSS JOIN LATERAL unnest(u.words) AS v(word)) w
		JOIN (SELECT o.school_id, v.word, cardinality(o.words) AS words
			  FROM (SELECT o.school_id, string_to_array(o.name_key, ' ') AS words FROM directory o WHERE o.in_round) o
			  CROSS JOIN LATERAL unnest(o.words) AS v(word)) d ON d.word = w.word
		GROUP BY w.line, d.school_id
		HAVING 4 * count(*) >= max(w.words + d.words)
		UNION
		SELECT u.line, d.school_id, 1
		FROM unknown u
		JOIN directory d ON ltrim(translate(d.code, ' -./', ''), '0') = ltrim(translate(u.code, ' -./', ''), '0')
		WHERE d.in_round
	), nearest AS (
		SELECT n.line, string_agg(n.label, '; ' ORDER BY n.place) AS labels
		FROM (SELECT u.line, d.label, row_number() OVER (PARTITION BY u.line ORDER BY max(a.likeness) DESC, d.label) AS place
			  FROM alike a
			  JOIN unknown u ON u.line = a.line
			  JOIN directory d ON d.school_id = a.school_id
			  WHERE u.problem <> 'unknown_municipality' AND (NOT u.has_place OR d.municipality_id = u.municipality_id)
			  GROUP BY u.line, d.school_id, d.label) n
		WHERE n.place <= 3
		GROUP BY n.line
	),

	-- ---- what cannot be read ----
	stored AS MATERIALIZED (
		SELECT s.school_id AS who, to_jsonb(s) AS document FROM submission s
		WHERE import_rows.respondent = 'school' AND s.round_id = import_rows.round_id
		UNION ALL
		SELECT s.municipality_id, to_jsonb(s) FROM municipal_submission s
		WHERE import_rows.respondent = 'municipality' AND s.round_id = import_rows.round_id
	), told_before AS MATERIALIZED (
		-- a second source stands beside the form: what it has told itself
		SELECT CASE import_rows.respondent WHEN 'school' THEN a.school_id ELSE a.municipality_id END AS who,
			   jsonb_object_agg(a.question, a.answer_count) AS answers
		FROM source_answer a
		WHERE a.round_id = import_rows.round_id AND a.data_source = import_rows.data_source AND a.answer_count IS NOT NULL
		GROUP BY 1
	), filled AS MATERIALIZED (
		SELECT r.line, i.who, max(a.value #>> '{}') FILTER (WHERE a.field = 'submitted_at') AS submitted_at,
			   -- an empty cell of a form takes an answer back, that of another source says nothing
			   CASE import_rows.data_source WHEN 'form' THEN (SELECT jsonb_object_agg(a, NULL) FROM unnest(asked) AS a) ELSE '{}' END
			   || coalesce(jsonb_object_agg(a.field, a.value) FILTER (WHERE a.field = ANY (asked)), '{}') AS answers
		FROM record r
		JOIN identified i ON i.line = r.line
		LEFT JOIN answer a ON a.line = r.line
		GROUP BY r.line, i.who
	), part AS (
		-- a part and its whole; what the file does not ask stands as it is stored
		SELECT q.question, q.part_of, w.wording AS whole_wording
		FROM question q
		JOIN question w ON w.question = q.part_of
		JOIN round r ON daterange(q.valid_from, q.valid_until) @> r.cohort_on
					AND daterange(w.valid_from, w.valid_until) @> r.cohort_on
		WHERE r.round_id = import_rows.round_id AND q.respondent = import_rows.respondent
		  AND (q.question = ANY (asked) OR q.part_of = ANY (asked))
	), broken AS MATERIALIZED (
		-- the rules of validation_rule (77-validation-import.sql)
		SELECT b.*
		FROM shnor.import_broken_rules(region, import_rows.round_id, import_rows.respondent, import_rows.data_source,
			(SELECT jsonb_agg(jsonb_build_object('line', f.line, 'who', f.who, 'answers', f.answers)) FROM filled f)) b
	), issue AS (
		SELECT b.line, t.column_no, t.header, b.question, coalesce(a.raw, b.value) AS raw_value, b.problem, b.detail
		FROM broken b
		LEFT JOIN titled t ON t.field = b.question
		LEFT JOIN answer a ON a.line = b.line AND a.field = b.question
		UNION ALL
		SELECT r.line, r.column_no, r.header, r.field AS question, r.raw AS raw_value, r.problem, NULL AS detail
		FROM reading r WHERE r.problem IS NOT NULL
		UNION ALL
		SELECT a.line, t.column_no, t.header, a.field, a.all_raw, 'two_values', NULL
		FROM answer a JOIN titled t ON t.field = a.field
		WHERE a.contradicts
		UNION ALL
		SELECT r.line, min(c.column_no)::integer, NULL, NULL, string_agg(shnor.form_clean(c.raw), ' | ' ORDER BY c.column_no), 'ragged',
			   columns ->> 'width'
		FROM record r CROSS JOIN LATERAL unnest(r.fields) WITH ORDINALITY AS c(raw, column_no)
		WHERE c.column_no > (columns ->> 'width')::integer AND shnor.form_clean(c.raw) <> ''
		GROUP BY r.line
		UNION ALL
		SELECT f.line, t.column_no, t.header, t.field, n.part #>> '{}',
			   -- a source must agree with itself; where it differs from the form, both are kept
			   CASE WHEN import_rows.data_source = 'form' OR o.answers ?& ARRAY[p.question, p.part_of] THEN 'part_larger'
				   ELSE 'part_larger_than_form' END,
			   format('%s (вопрос «%s»)', n.whole #>> '{}', p.whole_wording)
		FROM filled f
		LEFT JOIN stored s ON s.who = f.who
		LEFT JOIN told_before b ON b.who = f.who
		CROSS JOIN LATERAL (SELECT coalesce(b.answers, '{}') || f.answers AS answers) o
		CROSS JOIN part p
		CROSS JOIN LATERAL (
			SELECT nullif((coalesce(s.document, '{}') || o.answers) -> p.question, 'null') AS part,
				   nullif((coalesce(s.document, '{}') || o.answers) -> p.part_of, 'null') AS whole) n
		JOIN titled t ON t.field = CASE WHEN f.answers ? p.question THEN p.question ELSE p.part_of END
		WHERE n.part > n.whole AND f.answers ?| ARRAY[p.question, p.part_of]
		  -- a cell that could not be read has its own issue
		  AND NOT EXISTS (SELECT FROM reading r WHERE r.line = f.line AND r.field = p.part_of AND r.problem IS NOT NULL)
		UNION ALL
		SELECT i.line, t.column_no, t.header, coalesce(t.field, i.field), a.raw, i.problem,
			   CASE i.problem
				   WHEN 'ambiguous_school' THEN i.labels
				   WHEN 'not_in_round' THEN coalesce(i.label || ' на ' || to_char(i.cohort_on, 'DD.MM.YYYY'), '')
				   WHEN 'code_and_name' THEN i.label
				   WHEN 'code_ignored' THEN i.label
				   ELSE n.labels
			   END
		FROM identified i
		LEFT JOIN titled t ON t.field = i.field
		LEFT JOIN answer a ON a.line = i.line AND a.field = i.field
		LEFT JOIN nearest n ON n.line = i.line
		WHERE i.problem IS NOT NULL
	), noted AS (
		SELECT i.line, bool_or(NOT w.warns) AS refused,
			   jsonb_agg(jsonb_build_object('column_no', i.column_no, 'header', i.header, 'question', i.question,
											'raw_value', i.raw_value, 'problem', i.problem, 'detail', i.detail,
											'warns', w.warns) ORDER BY i.column_no) AS issues
		FROM issue i
		CROSS JOIN LATERAL (SELECT i.problem IN ('code_ignored', 'part_larger_than_form', 'rule_warning') AS warns) w
		GROUP BY i.line
	)
	SELECT f.line, f.who, f.submitted_at::timestamptz, f.answers,
		   CASE WHEN n.issues IS NOT NULL THEN r.fields END, coalesce(n.issues, '[]'), coalesce(n.refused, false)
	FROM filled f
	JOIN record r ON r.line = f.line
	LEFT JOIN noted n ON n.line = f.line
	ORDER BY f.line;
END
$function$;

CREATE OR REPLACE FUNCTION import_message(problem text, raw text, detail text, OUT reason text, OUT hint text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT format(t.reason, v.shown, detail),
		   CASE WHEN t.hint_with_detail IS NOT NULL AND detail <> '' THEN format(t.hint_with_detail, v.shown, detail) ELSE t.hint END
	FROM (VALUES
		('not_a_number', 'Не число: «%1$s»', 'Впишите число цифрами, например 12. Если ответа нет, оставьте ячейку пустой.', NULL),
		('percent', 'Указан процент, а нужно количество: «%1$s»', 'Впишите, сколько человек, цифрами, например 12.', NULL),
		('fraction', 'Не целое число: «%1$s»', 'Количество бывает только целым: впишите число без дробной части.', NULL),
		('negative', 'Отрицательное число: «%1$s»', 'Количество не бывает меньше нуля. Если таких нет, впишите 0.', NULL),
		('too_large', 'Слишком большое число: «%1$s»', 'Проверьте, не вписан ли в ячейку телефон, код или два числа подряд.', NULL),
		('part_larger', 'Часть больше целого: %1$s больше, чем %2$s', 'Исправьте одно из двух чисел: часть не может быть больше целого.', NULL),
		('part_larger_than_form', 'Часть больше целого вместе с ответом формы: %1$s больше, чем %2$s',
		 'Ответы разных источников хранятся рядом. Уточните, какое из двух чисел верно, и исправьте его в его источнике.', NULL),
		('not_yes_no', 'Не «да» и не «нет»: «%1$s»', 'Оставьте в ячейке одно слово, Да или Нет, без пояснений.', NULL),
		('bad_timestamp', 'Дата не читается: «%1$s»', 'Запишите дату и время так: 19.09.2023 18:07:33; достаточно и одной даты.', NULL),
		('two_values', 'Разные значения в столбцах об одном и том же: «%1$s»', 'Об этом в файле говорят несколько столбцов. Оставьте верное значение в одном из них.', NULL),
		('ragged', 'В строке значений больше, чем заголовков: «%1$s»',
		 'Лишние значения стоят правее последнего заголовка. Чаще всего разделитель внутри ответа остался без кавычек: сохраните файл заново из исходной таблицы.',
		 'Лишние значения стоят правее последнего заголовка (столбец %2$s). Чаще всего разделитель внутри ответа остался без кавычек: сохраните файл заново из исходной таблицы.'),
		('no_school', 'Школа не указана', 'Впишите код школы или её название, как в справочнике школ (таблица school).', NULL),
		('unknown_code', 'Школа не найдена по коду: «%1$s»', 'Проверьте код: он должен быть таким, как в справочнике школ (таблица school).',
		 'Проверьте код по справочнику школ (таблица school). Похожие: %2$s.'),
		('unknown_school', 'Школа не найдена: «%1$s»', 'Проверьте название и муниципалитет по справочнику школ (таблица school) или впишите код школы.',
		 'Проверьте название по справочнику школ (таблица school) или впишите код школы. Похожие: %2$s.'),
		('ambiguous_school', 'Школ с таким названием несколько: «%1$s»', 'Впишите код школы или её муниципалитет.',
		 'Впишите код школы или её муниципалитет. Подходят: %2$s.'),
		('code_and_name', 'Код и название указывают на разные школы: «%1$s»', 'Исправьте код или название школы.',
		 'Исправьте код или название. По коду это %2$s.'),
		('code_ignored', 'Школа не найдена по коду: «%1$s»; определена по названию', 'Проверьте код по справочнику школ (таблица school).',
		 'Проверьте код. По названию это %2$s.'),
		('not_in_round', 'Школа не входит в мониторинг: «%1$s»', 'На день состава мониторинга школа не работала: проверьте даты открытия и закрытия в справочнике (school.opened_on, school.closed_on).',
		 'Школа не работала на день состава мониторинга: %2$s. Проверьте код и название, а если они верны — даты открытия и закрытия (school.opened_on, school.closed_on).'),
		('no_municipality', 'Муниципалитет не указан', 'Впишите название муниципалитета, как в справочнике (таблица municipality).', NULL),
		('unknown_municipality', 'Муниципалитет не найден: «%1$s»', 'Впишите название или код ОКТМО, как в справочнике (таблица municipality).', NULL),
		('unknown_header', 'Неизвестный заголовок: «%1$s»', 'Столбец не прочитан. Если это вопрос формы, добавьте заголовок в таблицу form_header и загрузите файл ещё раз.', NULL),
		('other_form', 'Вопрос из другой формы: «%1$s»', 'Столбец не прочитан: школы и муниципалитеты отвечают на разные формы.', NULL),
		('document_alone', 'Столбец документов, левее которого нет вопроса: «%1$s»',
		 'Столбец не прочитан. Поставьте его правее вопроса, ответ на который подтверждают документы, или назовите вопрос в таблице form_header: поле document:код_вопроса.', NULL),
		('document_unknown', 'Столбец документов к вопросу, которого нет в этом мониторинге: «%1$s»',
		 'Столбец не прочитан. Исправьте код вопроса в таблице form_header: поле document:код_вопроса.',
		 'Столбец не прочитан. Вопроса с кодом «%2$s» нет среди вопросов этого мониторинга (таблица question). Исправьте поле document:код_вопроса в таблице form_header.'),
		('document_other_form', 'Столбец документов к вопросу из другой формы: «%1$s»',
		 'Столбец не прочитан: школы и муниципалитеты отвечают на разные формы. Назовите в таблице form_header вопрос этой формы: поле document:код_вопроса.',
		 'Столбец не прочитан: вопрос с кодом «%2$s» задают в другой форме. Назовите в таблице form_header вопрос этой формы: поле document:код_вопроса.'),
		('no_link', 'Нет ссылки на документ: «%1$s»',
		 'Вставьте ссылку целиком, вместе с http:// или https://, и загрузите файл ещё раз. Несколько ссылок разделите запятой, пробелом или новой строкой. Если документа нет, оставьте ячейку пустой.', NULL),
		('long_link', 'Слишком длинная ссылка на документ: «%1$s»',
		 'Ссылка не загружена. Скопируйте короткую ссылку на тот же документ и загрузите файл ещё раз.', NULL),
		('no_header', 'Столбец без заголовка', 'Столбец не прочитан. Если в нём ответы на вопрос, впишите формулировку вопроса в первую строку и загрузите файл ещё раз.', NULL)
	) AS t(problem, reason, hint, hint_with_detail)
	CROSS JOIN (SELECT CASE WHEN length(shnor.form_clean(raw)) > 200 THEN left(shnor.form_clean(raw), 200) || '…'
						   ELSE coalesce(shnor.form_clean(raw), '') END AS shown) v
	WHERE t.problem = import_message.problem
	UNION ALL
	-- a rule of validation_rule brings its own words
	SELECT split_part(detail, E'\x1f', 1), split_part(detail, E'\x1f', 2) WHERE problem IN ('rule', 'rule_warning')
$function$;

CREATE FUNCTION region_import_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_import_tables(text) IS
'Internal: creates the tables of corrections in the schema named region.';

CREATE FUNCTION region_import_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::integer, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_import_views() IS
'Internal: the views of imports.';

CREATE FUNCTION region_import_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_import_comments() IS
'Internal: Russian comments of corrections of imports.';

CREATE FUNCTION rule_respondent(region text, round_id integer, respondent text, rule text,
								OUT school_id integer, OUT municipality_id integer)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	whose text;
BEGIN
	PERFORM shnor.region_check(region);
	PERFORM shnor.region_round(region, round_id);
	EXECUTE format('SELECT r.respondent FROM %I.round_rule r WHERE r.round_id = $1 AND r.rule = $2', region)
	INTO whose USING round_id, rule;
	IF whose IS NULL THEN
		RAISE EXCEPTION 'правила «%» в мониторинге % нет', coalesce(rule, 'NULL'), round_id
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Правила мониторинга перечислены в представлении %I.round_rule.', region);
	END IF;
	IF whose = 'school' THEN
		EXECUTE format('SELECT o.school_id FROM %I.school o WHERE o.code = $1', region) INTO school_id USING respondent;
	ELSE
		EXECUTE format('SELECT m.municipality_id FROM %I.municipality m WHERE $1 IN (m.name, m.oktmo) ORDER BY m.name = $1 DESC LIMIT 1', region)
		INTO municipality_id USING respondent;
	END IF;
	IF num_nonnulls(school_id, municipality_id) = 0 THEN
		RAISE EXCEPTION '% не найден%: «%»', CASE whose WHEN 'school' THEN 'школа' ELSE 'муниципалитет' END,
			CASE whose WHEN 'school' THEN 'а' ELSE '' END, coalesce(respondent, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = CASE whose WHEN 'school' THEN format('Это правило об ответах школ: назовите код из таблицы %I.school.', region)
						 ELSE format('Это правило об ответах муниципалитетов: назовите имя или код ОКТМО из таблицы %I.municipality.', region) END;
	END IF;
END
$function$;

COMMENT ON FUNCTION rule_respondent(text, integer, text, text) IS
'Internal: the school or the municipality that a rule of a round is to be accepted for; refuses what is not there (22023).';

CREATE FUNCTION accept_finding(region text, round_id integer, respondent text, rule text, reason text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	who		record;
	found	record;
	id		bigint;
BEGIN
	SELECT * INTO who FROM shnor.rule_respondent(region, round_id, respondent, rule);
	IF coalesce(reason, '') !~ '[^[:space:]]' THEN
		RAISE EXCEPTION 'не названа причина, по которой замечание принимается'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Причину увидят те, кто спросит, почему такие ответы признаны верными.';
	END IF;
	-- two who accept the same go one after the other
	PERFORM pg_advisory_xact_lock(hashtextextended(format('shnor.accept_finding %s %s', region, round_id), 0));
	EXECUTE format('SELECT f.accepted, f.accepted_by, f.accepted_reason, f.answers_read FROM %I.validation_finding f
					WHERE f.round_id = $1 AND f.rule = $2 AND f.school_id IS NOT DISTINCT FROM $3
					  AND ($3 IS NOT NULL OR f.municipality_id = $4)', region)
	INTO found USING round_id, rule, who.school_id, who.municipality_id;
	IF found IS NULL THEN
		RAISE EXCEPTION 'такого замечания нет: ответы «%» в мониторинге % не нарушают правила «%»', respondent, round_id, rule
			USING ERRCODE = 'no_data_found',
				  HINT = format('Замечания перечислены в представлении %I.validation_finding.', region);
	ELSIF found.accepted THEN
		RAISE EXCEPTION 'замечание уже принято: %', found.accepted_reason
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  DETAIL = format('Принято пользователем %s.', found.accepted_by),
				  HINT = 'Чтобы принять его с другой причиной, сначала отзовите прежнее: shnor.withdraw_acceptance().';
	END IF;
	-- one that was given for other answers makes way
	EXECUTE format('UPDATE %I.validation_acceptance a SET withdrawn_at = now(), withdrawn_by = current_user, withdrawn_reason = $5
					WHERE a.round_id = $1 AND a.rule = $2 AND coalesce(a.school_id, -a.municipality_id) = coalesce($3, -$4) AND a.withdrawn_at IS NULL', region)
	USING round_id, rule, who.school_id, who.municipality_id, 'Ответы изменились, замечание принято заново';
	EXECUTE format('INSERT INTO %I.validation_acceptance (round_id, school_id, municipality_id, rule, reason, answers)
					VALUES ($1, $2, $3, $4, $5, $6) RETURNING acceptance_id', region)
	INTO id USING round_id, who.school_id, who.municipality_id, rule, reason, found.answers_read;
	RETURN id;
END
$function$;

COMMENT ON FUNCTION accept_finding(text, integer, text, text, text) IS
'Accepts a finding of the region''s view validation_finding with a reason, and returns the number of the acceptance in validation_acceptance: the answers are right although they break the rule. respondent is a school''s code (school.code) or, for a rule about municipalities, a municipality''s name or OKTMO code. The acceptance holds while the respondent''s own answers that the rule reads, those of the round before included, are the same. Needs SELECT on what the view reads, and INSERT and UPDATE on validation_acceptance. Errors: no such region (3F000), round, rule or respondent, no reason (22023), no such finding (P0002), accepted already or a closed round (55000).';

CREATE FUNCTION withdraw_acceptance(region text, round_id integer, respondent text, rule text, reason text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	who	record;
	id	bigint;
BEGIN
	SELECT * INTO who FROM shnor.rule_respondent(region, round_id, respondent, rule);
	IF coalesce(reason, '') !~ '[^[:space:]]' THEN
		RAISE EXCEPTION 'не названа причина, по которой принятое замечание отзывается'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Причина останется в таблице validation_acceptance рядом с прежней.';
	END IF;
	EXECUTE format('UPDATE %I.validation_acceptance a SET withdrawn_at = now(), withdrawn_by = current_user, withdrawn_reason = $5
					WHERE a.round_id = $1 AND a.rule = $2 AND coalesce(a.school_id, -a.municipality_id) = coalesce($3, -$4) AND a.withdrawn_at IS NULL
					RETURNING a.acceptance_id', region)
	INTO id USING round_id, rule, who.school_id, who.municipality_id, reason;
	IF id IS NULL THEN
		RAISE EXCEPTION 'принятого замечания нет: «%», мониторинг %, правило «%»', respondent, round_id, rule
			USING ERRCODE = 'no_data_found',
				  HINT = format('Принятые и отозванные замечания хранит таблица %I.validation_acceptance.', region);
	END IF;
	RETURN id;
END
$function$;

COMMENT ON FUNCTION withdraw_acceptance(text, integer, text, text, text) IS
'Takes an acceptance back, with a reason; returns its number. The row stays in validation_acceptance with who, when and why; the finding is open again and can be accepted anew. Arguments as in accept_finding(). Errors: no such region (3F000), round, rule or respondent, no reason (22023), nothing accepted (P0002), a closed round (55000).';

CREATE FUNCTION validation_questions(OUT respondent text, OUT place integer, OUT question text, OUT is_count boolean)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
	('school', 1, 'teachers', true), ('school', 2, 'diagnosed_subject', true), ('school', 3, 'diagnosed_method', true),
	('school', 4, 'diagnosed_psych', true), ('school', 5, 'supported', true), ('school', 6, 'in_networks', true),
	('school', 7, 'in_active', true), ('school', 8, 'with_route', true),
	('school', 9, 'in_events', false), ('school', 10, 'has_curator', false), ('school', 11, 'has_program', false),
	('school', 12, 'has_prevention', false), ('school', 13, 'has_study_plans', false), ('school', 14, 'has_tutoring', false),
	('school', 15, 'internet_resolved', false), ('school', 16, 'equipment_resolved', false), ('school', 17, 'staffing_resolved', false),
	('municipality', 1, 'has_results_note', false), ('municipality', 2, 'has_practice_sharing', false),
	('municipality', 3, 'has_resource_monitoring', false)
$function$;

COMMENT ON FUNCTION validation_questions() IS
'Internal: the answers that rules read, in the order of the columns of validation_case and municipal_validation_case.';

CREATE FUNCTION validation_columns(respondent text, count_column text, yes_no_column text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT string_agg(format(CASE WHEN q.is_count THEN count_column ELSE yes_no_column END, q.question), E',\n\t\t\t   ' ORDER BY q.place)
	FROM shnor.validation_questions() q
	WHERE q.respondent = validation_columns.respondent AND CASE WHEN q.is_count THEN count_column ELSE yes_no_column END IS NOT NULL
$function$;

COMMENT ON FUNCTION validation_columns(text, text, text) IS
'Internal: a select list with one column per question of the respondent, made of the format for counts and of that for yes or no; NULL leaves them out.';

CREATE FUNCTION region_validation_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('validation_rule', NULL, 'Правила проверки ответов: условие, при котором ответы нарушают правило, и что сказать школе или муниципалитету.'),
('validation_rule', 'rule_id', 'Номер записи.'),
('validation_rule', 'rule', 'Код правила. Две записи с одним кодом в один день не действуют.'),
('validation_rule', 'respondent', 'Чьи ответы проверяются: school — организации, municipality — муниципалитета.'),
('validation_rule', 'level', 'Что делает загрузка: refuse — отказывает строке, warn — загружает с предупреждением.'),
('validation_rule', 'condition', 'Условие нарушения на языке формул: «да» — правило нарушено, «нет» или неизвестно — всё в порядке. Столбцы перечислены в validation_case и municipal_validation_case.'),
('validation_rule', 'applies', 'К кому правило относится: условие на том же языке. Пусто: ко всем.'),
('validation_rule', 'message', 'Что сказать о нарушении. {столбец} заменяется его значением.'),
('validation_rule', 'hint', 'Что делать. {столбец} заменяется его значением.'),
('validation_rule', 'question', 'Вопрос, ответ на который нужно проверить. Пусто: правило не об одном вопросе.'),
('validation_rule', 'valid_from', 'Первый день действия; сравнивается с датой состава мониторинга. Пусто: действует с начала.'),
('validation_acceptance', NULL, 'Принятые замечания: кто и почему признал ответы верными. Строки не удаляются: отозванное остаётся с причиной.'),
('validation_acceptance', 'acceptance_id', 'Номер записи.'),
('validation_acceptance', 'school_id', 'Организация, чьи ответы приняты. Пусто: приняты ответы муниципалитета.'),
('validation_acceptance', 'municipality_id', 'Муниципалитет, чьи ответы приняты. Пусто: приняты ответы организации.'),
('validation_acceptance', 'rule', 'Код правила.'),
('validation_acceptance', 'reason', 'Почему ответы верны.'),
('validation_acceptance', 'answers', 'Ответы, которые приняты: те собственные столбцы, которые читает правило. Пока они те же, замечание принято.'),
('validation_acceptance', 'accepted_at', 'Когда принято.'),
('validation_acceptance', 'accepted_by', 'Кем принято: имя пользователя базы.'),
('validation_acceptance', 'withdrawn_at', 'Когда отозвано. Пусто: не отозвано.'),
('validation_acceptance', 'withdrawn_by', 'Кем отозвано: имя пользователя базы.'),
('validation_acceptance', 'withdrawn_reason', 'Почему отозвано.'),
('round_rule', NULL, 'Правила проверки, действующие в мониторинге: по дате его состава.'),
('round_rule', 'rule_id', 'Номер записи в таблице правил.'),
('round_rule', 'rule', 'Код правила.'),
('round_rule', 'respondent', 'Чьи ответы проверяются.'),
('round_rule', 'level', 'refuse — отказать строке, warn — предупредить.'),
('round_rule', 'condition', 'Условие нарушения.'),
('round_rule', 'applies', 'К кому относится. Пусто: ко всем.'),
('round_rule', 'message', 'Что сказать о нарушении.'),
('round_rule', 'hint', 'Что делать.'),
('round_place', NULL, 'Служебное: порядок начатых мониторингов по дате состава. Не для отчётов.'),
('round_place', 'place', 'Место мониторинга; у черновика — отрицательное число без соседей.'),
('validation_case', NULL, 'Служебное: что читают правила об ответах организаций — столбцы, которые можно называть в условиях.'),
('validation_case', 'schools_answered', 'Сколько организаций муниципалитета ответило в мониторинге, считая эту.'),
('municipal_validation_case', NULL, 'Служебное: что читают правила об ответах муниципалитетов — столбцы, которые можно называть в условиях.'),
('municipal_validation_case', 'schools_answered', 'Сколько организаций муниципалитета ответило в мониторинге.'),
('round_rule_set', NULL, 'Служебное: все правила мониторинга, собранные вместе. Не для отчётов.'),
('round_rule_set', 'respondent', 'Чьи ответы проверяются.'),
('round_rule_set', 'methodology', 'Собранные формулы.'),
('validation_finding', NULL, 'Замечания к ответам: одна строка на мониторинг, отвечающего и нарушенное правило. Читается по хранимым ответам, откуда бы они ни пришли.'),
('validation_finding', 'municipality_id', 'Муниципалитет.'),
('validation_finding', 'school_id', 'Организация. Пусто: замечание к ответам самого муниципалитета.'),
('validation_finding', 'school', 'Название организации. Пусто: замечание к ответам самого муниципалитета.'),
('validation_finding', 'rule', 'Код правила.'),
('validation_finding', 'level', 'refuse — при загрузке таким ответам отказывают, warn — предупреждают.'),
('validation_finding', 'question', 'Вопрос, ответ на который нужно проверить. Пусто: правило не об одном вопросе.'),
('validation_finding', 'value', 'Ответ на этот вопрос. Пусто: ответа нет.'),
('validation_finding', 'message', 'Что не так.'),
('validation_finding', 'hint', 'Что делать.'),
('validation_finding', 'accepted', 'Замечание принято координатором, и ответы с тех пор те же.'),
('validation_finding', 'accepted_by', 'Кем принято. Пусто: не принято.'),
('validation_finding', 'accepted_at', 'Когда принято. Пусто: не принято.'),
('validation_finding', 'accepted_reason', 'Почему принято. Пусто: не принято.'),
('validation_finding', 'respondent_code', 'Код организации или название муниципалитета: так их называют в shnor.accept_finding().'),
('validation_finding', 'answers_read', 'Собственные ответы, которые прочло правило: за них принимают замечание.'),
('check_rule', '()', 'Триггер: правило указывает на вопрос из справочника, а отказывает только за собственные ответы.'),
('check_acceptance', '()', 'Триггер: принятые замечания только отзывают, не правят и не удаляют.')
UNION ALL
SELECT CASE q.respondent WHEN 'school' THEN 'validation_case' ELSE 'municipal_validation_case' END, c.prefix || q.question, c.said || q.question || '.'
FROM shnor.validation_questions() q
CROSS JOIN (VALUES
	('previous_', 'Ответ того же отвечающего в предыдущем мониторинге (пусто: нет ответа или мониторинга) на вопрос ', false),
	('same_', 'Сколько других организаций муниципалитета назвали в мониторинге то же число (пусто: самой ответа нет), вопрос ', true),
	('median_', 'Медиана ответов других организаций муниципалитета, меньшая из двух средних (пусто: ответов нет), вопрос ', true)) AS c(prefix, said, counts_only)
WHERE q.is_count OR NOT c.counts_only
$function$;

COMMENT ON FUNCTION region_validation_comments() IS
'Internal: Russian comments of rules and findings.';

CREATE FUNCTION import_broken_rules(region text, round_id integer, respondent text, data_source text, rows jsonb,
									OUT line integer, OUT question text, OUT value text, OUT problem text, OUT detail text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	of_school	boolean := respondent = 'school';
	rules		methodology;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	SELECT k.methodology INTO rules FROM round_rule_set k
	WHERE k.round_id = import_broken_rules.round_id AND k.respondent = import_broken_rules.respondent;
	IF rules IS NULL THEN
		RETURN;
	END IF;

	-- %1$I cases, %2$I submissions, %3$I who; $1 rows, $2 round, $3 source of answers, $4 respondent, $5 rules
	RETURN QUERY EXECUTE format($sql$
		WITH rule AS MATERIALIZED (
			SELECT r.*,
				   ARRAY(SELECT q.question FROM shnor.validation_questions() q
						 WHERE q.respondent = $4 AND q.question = ANY (r.columns)) AS questions
			FROM (SELECT r.*, shnor.rule_columns(to_jsonb(r)) AS columns
				  FROM round_rule r WHERE r.round_id = $2 AND r.respondent = $4 OFFSET 0) AS r
			-- what depends on other schools' answers is for the view, when all are there
			WHERE NOT EXISTS (SELECT FROM unnest(r.columns) AS n WHERE n ~ '^(same_|median_|schools_answered$)')
		), told_before AS (
			-- a second source stands beside the form: what it has told itself
			SELECT a.%3$I AS who, jsonb_object_agg(a.question, coalesce(to_jsonb(a.answer_count), to_jsonb(a.answer_yes))) AS answers
			FROM source_answer a
			WHERE a.round_id = $2 AND a.data_source = $3 AND a.%3$I IS NOT NULL
			GROUP BY a.%3$I
		), given AS (
			SELECT g.line, g.who, g.answers, coalesce(b.answers, '{}') || g.answers AS own,
				   -- statuses and the round before from the case; answers of the form, not those that count
				   to_jsonb(c) || coalesce(to_jsonb(s), to_jsonb(jsonb_populate_record(NULL::%2$I, '{}')))
				   || coalesce(b.answers, '{}') || g.answers AS document
			FROM jsonb_to_recordset($1) AS g(line integer, who integer, answers jsonb)
			JOIN %1$I c ON c.round_id = $2 AND c.%3$I = g.who
			LEFT JOIN %2$I s ON s.round_id = $2 AND s.%3$I = g.who
			LEFT JOIN told_before b ON b.who = g.who
		), broken AS (
			SELECT g.*, r.rule, r.level, r.question, r.message, r.hint, r.columns, r.questions
			FROM given g
			CROSS JOIN LATERAL shnor.contribution($5, jsonb_populate_record(NULL::%1$I, g.document)) AS x
			JOIN rule r ON r.rule_id = x.id
			-- what is stored alone is not this row's fault
			WHERE x.numerator > 0 AND g.answers ?| r.questions
		)
		SELECT b.line, b.question, shnor.rule_value(b.document -> b.question),
			   -- a source must agree with itself; where it differs from the form, both are kept
			   CASE WHEN b.level = 'refuse' AND ($3 = 'form' OR b.own ?& b.questions) THEN 'rule' ELSE 'rule_warning' END,
			   concat(shnor.rule_text(b.message, b.document), E'\x1f',
					  shnor.rule_text(b.hint, b.document) || ' ', format('Правило проверки: %%s.', b.rule))
		FROM broken b
		-- import_rows() says the same of parts and wholes, in better words
		WHERE NOT EXISTS (SELECT FROM question q JOIN round n ON n.round_id = $2
						  WHERE (q.valid_from IS NULL OR q.valid_from <= n.cohort_on) AND (q.valid_until IS NULL OR n.cohort_on < q.valid_until)
							AND cardinality(b.columns) = 2 AND b.columns @> ARRAY[q.question, q.part_of]
							AND (b.document ->> q.question)::bigint > (b.document ->> q.part_of)::bigint)
		  -- nor is a coordinator asked twice
		  AND NOT (b.level = 'warn'
				   AND EXISTS (SELECT FROM validation_acceptance a
							   WHERE a.round_id = $2 AND a.%3$I = b.who AND a.rule = b.rule AND a.withdrawn_at IS NULL
								 AND a.answers = shnor.rule_answers(b.columns, b.document)))
		ORDER BY b.line, b.rule
	$sql$, CASE WHEN of_school THEN 'validation_case' ELSE 'municipal_validation_case' END,
		   CASE WHEN of_school THEN 'submission' ELSE 'municipal_submission' END,
		   CASE WHEN of_school THEN 'school_id' ELSE 'municipality_id' END)
	USING rows, round_id, data_source, respondent, rules;
END
$function$;

COMMENT ON FUNCTION import_broken_rules(text, integer, text, text, jsonb) IS
'Internal: the rules that rows of a file break. rows is an array of objects line, who (school_id or municipality_id) and answers; a row is judged with the stored answers of the form (and what the same other source has told) for questions that it does not answer, and with the answers of the round before. Gives line, question, value, problem (rule: refuse the row; rule_warning: load it) and detail (reason and hint, with U+001F between). Left out: rules that read other schools'' answers, that read no answer of the row, a part larger than its whole (import_rows() says so itself), and warnings that were accepted for these very answers.';

CREATE FUNCTION region_validation_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	INSERT INTO validation_rule (rule, respondent, level, question, condition, applies, message, hint, valid_from)
	SELECT v.rule, 'school', v.level, v.question, v.condition, v.applies, v.message, v.hint,
		   -- what closed before there were rules is not judged by them
		   (SELECT max(r.cohort_on) + 1 FROM round r WHERE r.state = 'closed')
	FROM (
		-- a part is not larger than its whole
		SELECT 1 AS place, p.place AS number, 'part_' || p.question AS rule, 'refuse' AS level, p.question,
			   p.question || ' > teachers' AS condition, NULL AS applies,
			   format('%s — {%s}, а всего педагогических работников — {teachers}: часть больше целого', p.whom, p.question) AS message,
			   'Исправьте одно из двух чисел. Считайте только педагогов своей школы, каждого один раз.' AS hint
		FROM (VALUES
			(1, 'diagnosed_subject', 'Прошли предметную диагностику'),
			(2, 'diagnosed_method', 'Прошли методическую диагностику'),
			(3, 'diagnosed_psych', 'Прошли психолого-педагогическую диагностику'),
			(4, 'supported', 'Получили поддержку'),
			(5, 'in_networks', 'Входят в сетевые методические объединения'),
			(6, 'in_active', 'Входят в региональный методический актив'),
			(7, 'with_route', 'Имеют ИОМ')) AS p(place, question, whom)
		UNION ALL
		-- more than three times as many as in the round before, or less than a third, and by more than 20; a start
		-- from nothing is no jump. Only what lasts from year to year: how many were diagnosed or supported in a year may vary
		SELECT 2, p.place, 'jump_' || p.question, 'warn', p.question,
			   format('(%1$s > 3 * previous_%1$s OR 3 * %1$s < previous_%1$s) AND %1$s NOT BETWEEN previous_%1$s - 20 AND previous_%1$s + 20', p.question),
			   format('previous_%s > 0', p.question),
			   format('%s — {%s}, а в прошлом мониторинге — {previous_%2$s}: изменение больше чем в три раза', p.whom, p.question),
			   'Проверьте, нет ли в числе лишней цифры и не пропущена ли она. Если число верное, объясните изменение координатору: он примет ответ с пояснением.'
		FROM (VALUES
			(1, 'teachers', 'Педагогических работников'),
			(2, 'in_networks', 'Входят в сетевые методические объединения'),
			(3, 'in_active', 'Входят в региональный методический актив'),
			(4, 'with_route', 'Имеют ИОМ')) AS p(place, question, whom)
		UNION ALL
		-- the source asks these two «в муниципалитете»: schools that answer so give one and the same large number
		SELECT 3, p.place, 'same_' || p.question, 'warn', p.question,
			   format('same_%1$s >= 2 OR same_%1$s = 1 AND schools_answered = 2', p.question),
			   p.question || ' >= 20',
			   format('%s — {%s}, и столько же назвали другие школы муниципалитета (их {same_%2$s}): похоже на число по всему муниципалитету', p.whom, p.question),
			   'Впишите, сколько таких педагогов в Вашей школе, а не в муниципалитете. Если числа совпали случайно, сообщите координатору.'
		FROM (VALUES
			(1, 'in_active', 'Входят в региональный методический актив'),
			(2, 'with_route', 'Имеют ИОМ')) AS p(place, question, whom)
		UNION ALL
		-- more than five times the median of the other schools, and by more than 50, where four or more have answered
		SELECT 4, p.place, 'outlier_' || p.question, 'warn', p.question,
			   format('%1$s > 5 * median_%1$s AND %1$s > median_%1$s + 50', p.question),
			   format('schools_answered >= 4 AND median_%s > 0', p.question),
			   format('%s — {%s}, а у половины остальных школ муниципалитета — не больше {median_%2$s}', p.whom, p.question),
			   'Проверьте, нет ли в числе лишней цифры и не отвечает ли школа за весь муниципалитет. Если число верное, сообщите координатору: он примет ответ с пояснением.'
		FROM (VALUES
			(1, 'teachers', 'Педагогических работников'),
			(2, 'in_networks', 'Входят в сетевые методические объединения'),
			(3, 'in_active', 'Входят в региональный методический актив'),
			(4, 'with_route', 'Имеют ИОМ')) AS p(place, question, whom)
		UNION ALL
		SELECT 5, p.* FROM (VALUES
			(1, 'no_teachers', 'warn', 'teachers', 'teachers = 0', 'is_school',
			 'В школе нет ни одного педагогического работника',
			 'Впишите, сколько педагогических работников в школе. Если ответа пока нет, оставьте ячейку пустой: ноль считается ответом.'),
			-- clause 1.2.4 names the support that curators give in the words of the question about those who got it
			(2, 'curator_without_support', 'warn', 'supported', 'has_curator AND supported = 0', NULL,
			 'Школа-куратор определена, но поддержку не получил ни один педагог',
			 'Кураторы оказывают консультативную, методическую и другие виды поддержки: посчитайте и тех педагогов, которым её оказал куратор. Если поддержки не было, сообщите об этом координатору.')
		) AS p(number, rule, level, question, condition, applies, message, hint)
	) AS v
	-- a region made before may have done away with a question
	WHERE EXISTS (SELECT FROM question q WHERE q.question = v.question AND q.respondent = 'school')
	ORDER BY v.place, v.number;
END
$function$;

COMMENT ON FUNCTION region_validation_seed(text) IS
'Internal: the rules that a region starts with: parts and wholes, jumps against the round before, one number from many schools, outliers, contradictions. In a region with closed rounds they hold from the day after.';

CREATE FUNCTION region_validation_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1400, 'round_rule', $view$
	SELECT r.round_id, v.rule_id, v.rule, v.respondent, v.level, v.condition, v.applies, v.message, v.hint, v.question
	FROM round r
	JOIN validation_rule v ON (v.valid_from IS NULL OR v.valid_from <= r.cohort_on)
						  AND (v.valid_until IS NULL OR r.cohort_on < v.valid_until)
$view$),
(1405, 'round_place', $view$
	-- begun rounds in the order of round_pair; a draft has no neighbours
	SELECT r.round_id,
		   CASE WHEN r.state <> 'draft' THEN row_number() OVER (PARTITION BY r.state = 'draft' ORDER BY r.cohort_on, r.round_id)
				ELSE -2 * r.round_id::bigint END AS place
	FROM round r
$view$),
(1410, 'validation_case', format($view$
	-- what a rule for schools reads: by grouping in windows, so that nothing depends on the planner's guesses
	SELECT s.round_id, s.municipality_id, s.school_id, s.low_results, s.adverse_conditions, s.risk_zone,
		   s.is_school, s.is_preschool, s.is_supplementary, s.schools_answered,
		   %1$s,
		   %2$s,
		   %3$s,
		   %4$s
	FROM (
		SELECT c.*, p.place,
			   count(*) FILTER (WHERE num_nonnulls(%5$s) > 0) OVER (PARTITION BY c.round_id, c.municipality_id) AS schools_answered,
			   %6$s,
			   %7$s
		FROM school_round c
		JOIN round_place p ON p.round_id = c.round_id
		WINDOW round_before AS (PARTITION BY c.school_id ORDER BY p.place RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)
	) AS s
$view$,
	shnor.validation_columns('school', 's.%1$s::bigint AS %1$s', 's.%1$s'),
	shnor.validation_columns('school', 's.previous_%1$s', 's.previous_%1$s'),
	-- how many others gave the same number
	shnor.validation_columns('school', 'CASE WHEN s.%1$s IS NOT NULL THEN cardinality(array_positions(s.all_%1$s, s.%1$s)) - 1 END::bigint AS same_%1$s', NULL),
	-- of the m others' numbers in order the one at (m + 1) / 2, past one's own where that stands before
	shnor.validation_columns('school',
		's.all_%1$s[(cardinality(s.all_%1$s) - num_nonnulls(s.%1$s) + 1) / 2'
		' + CASE WHEN array_position(s.all_%1$s, s.%1$s) <= (cardinality(s.all_%1$s) - num_nonnulls(s.%1$s) + 1) / 2 THEN 1 ELSE 0 END]::bigint AS median_%1$s', NULL),
	shnor.validation_columns('school', 'c.%1$s', 'c.%1$s'),
	shnor.validation_columns('school', 'max(c.%1$s::bigint) OVER round_before AS previous_%1$s', 'bool_or(c.%1$s) OVER round_before AS previous_%1$s'),
	shnor.validation_columns('school', 'array_agg(c.%1$s) FILTER (WHERE c.%1$s IS NOT NULL) OVER (PARTITION BY c.round_id, c.municipality_id ORDER BY c.%1$s'
		' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS all_%1$s', NULL))),
(1420, 'municipal_validation_case', format($view$
	SELECT m.round_id, m.municipality_id, coalesce(n.schools_answered, 0) AS schools_answered,
		   %1$s,
		   %2$s
	FROM (
		SELECT c.*, %3$s
		FROM municipal_round c
		JOIN round_place p ON p.round_id = c.round_id
		WINDOW round_before AS (PARTITION BY c.municipality_id ORDER BY p.place RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)
	) AS m
	LEFT JOIN (
		SELECT c.round_id, c.municipality_id, count(*) AS schools_answered
		FROM school_round c
		WHERE num_nonnulls(%4$s) > 0
		GROUP BY c.round_id, c.municipality_id
	) AS n ON n.round_id = m.round_id AND n.municipality_id = m.municipality_id
$view$,
	shnor.validation_columns('municipality', 'm.%1$s::bigint AS %1$s', 'm.%1$s'),
	shnor.validation_columns('municipality', 'm.previous_%1$s', 'm.previous_%1$s'),
	shnor.validation_columns('municipality', 'max(c.%1$s::bigint) OVER round_before AS previous_%1$s', 'bool_or(c.%1$s) OVER round_before AS previous_%1$s'),
	shnor.validation_columns('school', 'c.%1$s', 'c.%1$s'))),
(1430, 'round_rule_set', $view$
	-- all rules of a round and respondent as one methodology: one pass over each case
	SELECT r.round_id, 'school' AS respondent,
		   shnor.rule_methodology(jsonb_agg(to_jsonb(r) ORDER BY r.rule_id), NULL::validation_case) AS methodology
	FROM round_rule r WHERE r.respondent = 'school'
	GROUP BY r.round_id
	UNION ALL
	SELECT r.round_id, 'municipality',
		   shnor.rule_methodology(jsonb_agg(to_jsonb(r) ORDER BY r.rule_id), NULL::municipal_validation_case)
	FROM round_rule r WHERE r.respondent = 'municipality'
	GROUP BY r.round_id
$view$),
(1440, 'validation_finding', $view$
	SELECT f.round_id, f.municipality_id, m.name AS municipality, f.school_id, o.name AS school, f.rule, f.level, f.question,
		   shnor.rule_value(f.answers -> f.question) AS value,
		   shnor.rule_text(f.message, f.answers) AS message, shnor.rule_text(f.hint, f.answers) AS hint,
		   a.acceptance_id IS NOT NULL AS accepted, a.accepted_by::text, a.accepted_at, a.reason AS accepted_reason,
		   coalesce(o.code, m.name) AS respondent_code, f.answers_read
	FROM (
		SELECT b.*, v.rule, v.level, v.question, v.message, v.hint,
			   shnor.rule_answers(shnor.rule_columns(to_jsonb(v)), b.answers) AS answers_read
		FROM (
			SELECT s.round_id, s.municipality_id, s.school_id, s.school_id AS respondent_id, x.id AS rule_id, to_jsonb(s) AS answers
			FROM round_rule_set k
			JOIN validation_case s ON s.round_id = k.round_id
			CROSS JOIN LATERAL shnor.contribution(k.methodology, s) AS x
			WHERE k.respondent = 'school' AND x.numerator > 0
			UNION ALL
			-- a municipality's own answer: a negative respondent
			SELECT s.round_id, s.municipality_id, NULL, -s.municipality_id, x.id, to_jsonb(s)
			FROM round_rule_set k
			JOIN municipal_validation_case s ON s.round_id = k.round_id
			CROSS JOIN LATERAL shnor.contribution(k.methodology, s) AS x
			WHERE k.respondent = 'municipality' AND x.numerator > 0
		) AS b
		JOIN validation_rule v ON v.rule_id = b.rule_id
	) AS f
	JOIN municipality m ON m.municipality_id = f.municipality_id
	LEFT JOIN school o ON o.school_id = f.school_id
	-- bound to the answers it was given for
	LEFT JOIN validation_acceptance a ON a.round_id = f.round_id AND coalesce(a.school_id, -a.municipality_id) = f.respondent_id
		AND a.rule = f.rule AND a.withdrawn_at IS NULL AND a.answers = f.answers_read
$view$)
$function$;

COMMENT ON FUNCTION region_validation_views() IS
'Internal: the rules of each round, what they read of each respondent, and the findings.';

CREATE FUNCTION region_validation_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE validation_rule (
		rule_id		integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		rule		text NOT NULL CHECK (rule ~ '^[a-z][a-z0-9_]*$'),
		respondent	text NOT NULL CHECK (respondent IN ('school', 'municipality')),
		level		text NOT NULL CHECK (level IN ('refuse', 'warn')),
		condition	text NOT NULL CHECK (condition ~ '[^[:space:]]'),
		applies		text CHECK (applies ~ '[^[:space:]]'),
		message		text NOT NULL CHECK (message ~ '[^[:space:]]'),
		hint		text CHECK (hint ~ '[^[:space:]]'),
		question	text,
		valid_from	date,
		valid_until	date,
		UNIQUE NULLS NOT DISTINCT (rule, valid_from),
		CHECK (valid_from < valid_until)
	);

	-- never deleted: what was accepted, and why it no longer is, can be read later
	CREATE TABLE validation_acceptance (
		acceptance_id		bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id			integer NOT NULL REFERENCES round ON DELETE CASCADE,
		school_id			integer REFERENCES school,
		municipality_id		integer REFERENCES municipality,
		rule				text NOT NULL CHECK (rule <> ''),
		reason				text NOT NULL CHECK (reason ~ '[^[:space:]]'),
		answers				text NOT NULL CHECK (answers <> ''),
		accepted_at			timestamptz NOT NULL DEFAULT now(),
		accepted_by			name NOT NULL DEFAULT current_user,
		withdrawn_at		timestamptz,
		withdrawn_by		name,
		withdrawn_reason	text CHECK (withdrawn_reason ~ '[^[:space:]]'),
		CONSTRAINT validation_acceptance_respondent CHECK (num_nonnulls(school_id, municipality_id) = 1),
		CONSTRAINT validation_acceptance_withdrawal CHECK (num_nulls(withdrawn_at, withdrawn_by, withdrawn_reason) IN (0, 3))
	);
	CREATE INDEX ON validation_acceptance (school_id);
	-- a municipality is a negative respondent
	CREATE UNIQUE INDEX validation_acceptance_standing ON validation_acceptance (round_id, (coalesce(school_id, -municipality_id)), rule)
		WHERE withdrawn_at IS NULL;
END
$function$;

COMMENT ON FUNCTION region_validation_tables(text) IS
'Internal: creates the rules and the accepted findings in the schema named region.';

CREATE FUNCTION region_validation_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE OR REPLACE FUNCTION check_rule() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		known boolean;
	BEGIN
		-- a row of a file answers for itself only
		IF NEW.level = 'refuse' AND concat_ws(' ', NEW.condition, NEW.applies) ~* '\m(same_|median_|schools_answered\M)' THEN
			RAISE EXCEPTION 'правило «%» читает ответы других школ: оно может только предупреждать', NEW.rule
				USING ERRCODE = 'check_violation',
					  HINT = 'Поставьте level = ''warn''. Столбцы same_…, median_… и schools_answered зависят от чужих ответов: отказать за них нельзя.';
		END IF;
		IF NEW.question IS NOT NULL THEN
			EXECUTE format('SELECT EXISTS (SELECT FROM %I.question q WHERE q.question = $1 AND q.respondent = $2)', TG_TABLE_SCHEMA)
			INTO known USING NEW.question, NEW.respondent;
			IF NOT known THEN
				RAISE EXCEPTION 'правило «%»: вопроса «%» нет среди тех, на которые отвечает %', NEW.rule, NEW.question,
					CASE NEW.respondent WHEN 'school' THEN 'организация' ELSE 'муниципалитет' END
					USING ERRCODE = 'foreign_key_violation',
						  HINT = format('Вопросы перечислены в таблице %I.question. Если правило не об одном вопросе, оставьте question пустым.', TG_TABLE_SCHEMA);
			END IF;
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_rule BEFORE INSERT OR UPDATE ON validation_rule
		FOR EACH ROW EXECUTE FUNCTION check_rule();
	CREATE OR REPLACE TRIGGER check_versions AFTER INSERT OR UPDATE ON validation_rule
		FOR EACH ROW EXECUTE FUNCTION check_versions('rule');
	-- as region_lock_triggers() does for what else holds by days, and for rows of a round
	CREATE OR REPLACE TRIGGER check_days_open AFTER INSERT OR UPDATE OR DELETE ON validation_rule
		FOR EACH ROW EXECUTE FUNCTION check_days_open('valid_from', 'valid_until', 'правила проверки менять нельзя');
	CREATE OR REPLACE TRIGGER check_days_truncate BEFORE TRUNCATE ON validation_rule
		FOR EACH STATEMENT EXECUTE FUNCTION check_none_closed('правила проверки менять нельзя');

	CREATE OR REPLACE FUNCTION check_acceptance() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		withdrawal text[] := '{withdrawn_at,withdrawn_by,withdrawn_reason}';
	BEGIN
		IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
			AND to_jsonb(OLD) - withdrawal = to_jsonb(NEW) - withdrawal THEN
			RETURN NEW;
		END IF;
		RAISE EXCEPTION 'принятые замечания не правят и не удаляют'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Отозвать принятое: SELECT shnor.withdraw_acceptance(%L, …, ''причина''); затем его можно принять заново.', TG_TABLE_SCHEMA);
	END
	$trigger$;

	-- with a round that is deleted before it ever closed, what was accepted in it goes too
	CREATE OR REPLACE TRIGGER check_acceptance BEFORE UPDATE OR DELETE ON validation_acceptance
		FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION check_acceptance();
	CREATE OR REPLACE TRIGGER check_open_insert AFTER INSERT ON validation_acceptance REFERENCING NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION check_round_open('принимать замечания нельзя');
	CREATE OR REPLACE TRIGGER check_open_update AFTER UPDATE ON validation_acceptance REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION check_round_open('отзывать принятое нельзя');
	CREATE OR REPLACE TRIGGER check_open_delete AFTER DELETE ON validation_acceptance REFERENCING OLD TABLE AS old_rows
		FOR EACH STATEMENT EXECUTE FUNCTION check_round_open('удалять принятое нельзя');
	CREATE OR REPLACE TRIGGER check_acceptance_truncate BEFORE TRUNCATE ON validation_acceptance
		FOR EACH STATEMENT EXECUTE FUNCTION check_acceptance();
END
$function$;

COMMENT ON FUNCTION region_validation_triggers(text) IS
'Internal: creates or replaces the triggers of rules and accepted findings in the schema named region.';

CREATE FUNCTION rule_error(rule jsonb, state text, said text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	-- the message calls every number that of an indicator
	RAISE EXCEPTION 'правило проверки «%»: %', rule ->> 'rule', regexp_replace(said, format('^[^:]* %s[^:]*: ', rule ->> 'rule_id'), '')
		USING ERRCODE = state,
			  DETAIL = concat_ws('; ', 'condition: ' || (rule ->> 'condition'), 'applies: ' || (rule ->> 'applies')),
			  HINT = 'Исправьте формулу в таблице validation_rule. Все такие формулы перечисляет shnor.lint().';
END
$function$;

COMMENT ON FUNCTION rule_error(jsonb, text, text) IS
'Internal: raises what is wrong with the formulas of a rule (an object of rule_id, rule, condition, applies) under the rule''s name.';

CREATE FUNCTION rule_columns(rule jsonb) RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	RETURN shnor.columns((SELECT shnor.methodology((rule ->> 'rule_id')::integer, shnor.condition_formula(rule ->> 'condition'), NULL,
												   shnor.condition_formula(rule ->> 'applies'), NULL)));
EXCEPTION WHEN others THEN
	PERFORM shnor.rule_error(rule, SQLSTATE, SQLERRM);
END
$function$;

COMMENT ON FUNCTION rule_columns(jsonb) IS
'Internal: the columns that a rule (an object of rule_id, rule, condition, applies) reads; an error names the rule.';

CREATE FUNCTION rule_methodology(rules jsonb, probe anyelement) RETURNS methodology
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	compiled	methodology;
	r			jsonb;
	state		text;
	said		text;
BEGIN
	SELECT shnor.methodology(u.rule_id, shnor.condition_formula(u.condition), NULL, shnor.condition_formula(u.applies), NULL)
	INTO compiled
	FROM jsonb_to_recordset(rules) AS u(rule_id integer, condition text, applies text);
	-- columns are looked up when a row comes
	PERFORM count(*) FROM shnor.contribution(compiled, jsonb_populate_record(probe, '{}'));
	RETURN compiled;
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
	-- which of them it was
	IF jsonb_array_length(rules) = 1 THEN
		PERFORM shnor.rule_error(rules -> 0, state, said);
	END IF;
	FOR r IN SELECT jsonb_build_array(e) FROM jsonb_array_elements(rules) AS e LOOP
		PERFORM shnor.rule_methodology(r, probe);
	END LOOP;
	RAISE EXCEPTION '%', said USING ERRCODE = state;
END
$function$;

COMMENT ON FUNCTION rule_methodology(jsonb, anyelement) IS
'Internal: rules (objects of rule_id, rule, condition, applies) compiled as one methodology that is tried on an empty row of the type of probe; an error names the rule. NULL for no rules.';

CREATE FUNCTION rule_answers(columns text[], answers jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT coalesce(jsonb_object_agg(n, answers -> n), '{}')::text
	FROM unnest(columns) AS n
	WHERE n !~ '^(same_|median_|schools_answered$)'
$function$;

COMMENT ON FUNCTION rule_answers(text[], jsonb) IS
'Internal: of the columns that a rule reads those that are the respondent''s own, with their values, as text: what an acceptance is bound to. What other schools answered is left out: each further form would undo the acceptance.';

CREATE FUNCTION rule_value(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT CASE jsonb_typeof(value) WHEN 'boolean' THEN CASE WHEN value::boolean THEN 'да' ELSE 'нет' END
			   WHEN 'null' THEN NULL ELSE value #>> '{}' END
$function$;

COMMENT ON FUNCTION rule_value(jsonb) IS
'Internal: an answer as a reader sees it; NULL for none.';

CREATE FUNCTION rule_text(template text, answers jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT CASE WHEN template LIKE '%{%' THEN
		(SELECT string_agg(p.part[1] || CASE WHEN answers ? p.part[2] THEN coalesce(shnor.rule_value(answers -> p.part[2]), 'нет ответа')
											 ELSE coalesce('{' || p.part[2] || '}', '') END, '' ORDER BY p.place)
		 FROM regexp_matches(template, '(.*?)(?:\{([a-z][a-z0-9_]*)\}|$)', 'g') WITH ORDINALITY AS p(part, place))
		ELSE template END
$function$;

COMMENT ON FUNCTION rule_text(text, jsonb) IS
'Internal: the text of a rule with each {column} replaced by its value; names that are no columns stay.';

CREATE OR REPLACE FUNCTION region_lock_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t record;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- Rows that belong to a round. FOR SHARE: who writes and who closes wait for each other.
	CREATE OR REPLACE FUNCTION check_round_open() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		touched	integer[];
		written	boolean;
		r		record;
	BEGIN
		IF TG_OP = 'INSERT' THEN
			touched := ARRAY(SELECT DISTINCT n.round_id FROM new_rows n);
		ELSIF TG_OP = 'DELETE' THEN
			touched := ARRAY(SELECT DISTINCT o.round_id FROM old_rows o);
		ELSIF TG_OP = 'UPDATE' THEN
			touched := ARRAY(SELECT n.round_id FROM new_rows n UNION SELECT o.round_id FROM old_rows o);
		ELSE
			EXECUTE format('SELECT array_agg(DISTINCT t.round_id) FROM %I.%I t', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO touched;
		END IF;
		FOR r IN EXECUTE format('SELECT r.round_id, r.title, r.state FROM %I.round r WHERE r.round_id = ANY ($1) ORDER BY r.round_id FOR SHARE',
								TG_TABLE_SCHEMA) USING touched LOOP
			IF r.state = 'closed' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: %', r.title, TG_ARGV[0]
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = format('Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, r.round_id);
			END IF;
			-- a list of a round that has none yet would take the place of all its schools
			IF TG_TABLE_NAME IN ('round_school', 'round_municipality') THEN
				EXECUTE format('SELECT EXISTS (SELECT FROM %I.round_event e WHERE e.round_id = $1 AND e.event = ''closed'')', TG_TABLE_SCHEMA)
				INTO written USING r.round_id;
				IF NOT written THEN
					RAISE EXCEPTION 'мониторинг «%» ещё не закрывался: его состав записывается при закрытии', r.title
						USING ERRCODE = 'object_not_in_prerequisite_state',
							  HINT = format('До закрытия состав берётся из таблиц %1$I.school и %1$I.school_status: исправьте их.', TG_TABLE_SCHEMA);
				END IF;
			END IF;
		END LOOP;
		RETURN NULL;
	END
	$trigger$;

	FOR t IN
		SELECT * FROM (VALUES
			('submission', 'ответы менять нельзя', ''),
			('municipal_submission', 'ответы менять нельзя', ''),
			('source_answer', 'ответы других источников менять нельзя', ''),
			('document', 'документы менять нельзя', ''),
			('target', 'пороги и планы менять нельзя', ''),
			-- who was in time is told by the first version
			('submission_history', 'ответы менять нельзя', ''),
			('municipal_submission_history', 'ответы менять нельзя', ''),
			('source_answer_history', 'ответы других источников менять нельзя', ''),
			-- these the closing round writes itself
			('round_school', 'состав менять нельзя', 'WHEN (pg_trigger_depth() = 0)'),
			('round_municipality', 'состав менять нельзя', 'WHEN (pg_trigger_depth() = 0)')) AS v(name, refusal, condition)
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
	END LOOP;

	-- Rows that hold from one day to another: whatever changes what a closed round sees on its day is refused.
	-- Arguments: the columns of the first day and of the day after the last, then the refusal.
	CREATE OR REPLACE FUNCTION check_days_open() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		days	text[] := TG_ARGV[0:1];
		was		jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
		is_now	jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
		held	daterange := CASE WHEN was IS NULL THEN 'empty' ELSE daterange((was ->> days[1])::date, (was ->> days[2])::date) END;
		holds	daterange := CASE WHEN is_now IS NULL THEN 'empty' ELSE daterange((is_now ->> days[1])::date, (is_now ->> days[2])::date) END;
		same	boolean := coalesce(was - days = is_now - days, false);
		r		record;
	BEGIN
		FOR r IN EXECUTE format('SELECT r.round_id, r.title, r.state, r.cohort_on FROM %I.round r
								 WHERE r.cohort_on <@ $1 <> (r.cohort_on <@ $2) OR r.cohort_on <@ $1 AND NOT $3
								 ORDER BY r.round_id FOR SHARE', TG_TABLE_SCHEMA) USING held, holds, same LOOP
			IF r.state = 'closed' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: %', r.title, TG_ARGV[2]
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  DETAIL = format('Изменение затрагивает день состава этого мониторинга, %s.', to_char(r.cohort_on, 'DD.MM.YYYY')),
						  HINT = format('Для будущих мониторингов завершите прежнюю запись датой %s позже этого дня и добавьте новую с той же датой %s. '
										'Чтобы исправить закрытый мониторинг, откройте его заново: SELECT shnor.reopen_round(%L, %s, ''причина'');',
										days[2], days[1], TG_TABLE_SCHEMA, r.round_id);
			END IF;
		END LOOP;
		RETURN NULL;
	END
	$trigger$;

	-- emptied at once, nothing of a closed round would be left
	CREATE OR REPLACE FUNCTION check_none_closed() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		closed text;
	BEGIN
		EXECUTE format('SELECT min(r.title) FROM %I.round r WHERE r.state = ''closed''', TG_TABLE_SCHEMA) INTO closed;
		IF closed IS NOT NULL THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: %', closed, TG_ARGV[0]
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Таблица %I.%I хранит то, на чём стоят закрытые мониторинги. Удаляйте отдельные строки.', TG_TABLE_SCHEMA, TG_TABLE_NAME);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	FOR t IN
		SELECT * FROM (VALUES
			('school_status', 'since', 'until', 'статусы школ менять нельзя'),
			('indicator', 'valid_from', 'valid_until', 'определения показателей менять нельзя'),
			('question', 'valid_from', 'valid_until', 'вопросы менять нельзя'),
			('question_source', 'valid_from', 'valid_until', 'порядок источников менять нельзя'),
			('identification_rule', 'valid_from', 'valid_until', 'правила выявления менять нельзя')) AS v(name, first_day, day_after, refusal)
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_days_open AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION check_days_open(%L, %L, %L)',
					   t.name, t.first_day, t.day_after, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_days_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION check_none_closed(%L)', t.name, t.refusal);
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_lock_triggers(text) IS
'Internal: creates or replaces the triggers that lock what closed rounds rest on in the schema named region.';

CREATE OR REPLACE FUNCTION region_round_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE OR REPLACE FUNCTION check_round() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		said		record;
		was_closed	boolean;
		-- lists of autumn rest on the results of the same year, those of spring on the year before
		usual_year	integer := CASE WHEN TG_OP <> 'DELETE' AND isfinite(NEW.cohort_on) THEN extract(year FROM NEW.cohort_on - interval '6 months') END;
	BEGIN
		IF TG_OP = 'DELETE' THEN
			IF OLD.state = 'closed' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: удалить его нельзя', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = 'Закрытый мониторинг хранится всегда: на нём стоят отчёты и динамика следующих лет.';
			END IF;
			EXECUTE format('SELECT EXISTS (SELECT FROM %I.round_event e WHERE e.round_id = $1 AND e.event = ''closed'')', TG_TABLE_SCHEMA)
			INTO was_closed USING OLD.round_id;
			IF was_closed THEN
				RAISE EXCEPTION 'мониторинг «%» уже закрывался: удалить его нельзя', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = 'Вместе с ним пропал бы журнал: кто и почему открывал его заново. Исправьте мониторинг и закройте его.';
			END IF;
			RETURN OLD;
		END IF;

		-- terms are counted from these days, and a term that cannot be counted would break the ledger for everybody
		IF least(NEW.starts_on, NEW.due_on, NEW.ends_on, NEW.cohort_on) < '1990-01-01' OR greatest(NEW.starts_on, NEW.due_on, NEW.ends_on, NEW.cohort_on) > '2200-12-31' THEN
			RAISE EXCEPTION 'мониторинг «%»: день вне 1990–2200 годов', NEW.title
				USING ERRCODE = 'check_violation', HINT = 'Проверьте год в starts_on, due_on, ends_on и cohort_on; если конец не назначен, оставьте ends_on пустым.';
		END IF;

		IF TG_OP = 'INSERT' THEN
			EXECUTE format('SELECT s.goals, s.tasks, s.methods FROM %I.setting s', TG_TABLE_SCHEMA) INTO said;
			NEW.goals := coalesce(NEW.goals, said.goals);
			NEW.tasks := coalesce(NEW.tasks, said.tasks);
			NEW.methods := coalesce(NEW.methods, said.methods);
			NEW.results_year := coalesce(NEW.results_year, usual_year);
		ELSIF OLD.state = 'closed' AND NEW.state = 'draft' THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: вернуть его в черновики нельзя', OLD.title
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, OLD.round_id);
		ELSIF OLD.state = 'closed' AND NEW.state = 'open' THEN
			IF coalesce(NEW.reopening, '') !~ '[^[:space:]]' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: открыть его заново можно только с причиной', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = format('SELECT shnor.reopen_round(%L, %s, ''причина''); причина останется в журнале round_event.', TG_TABLE_SCHEMA, OLD.round_id);
			END IF;
			IF to_jsonb(OLD) - '{state,reopening}'::text[] <> to_jsonb(NEW) - '{state,reopening}'::text[] THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: сначала откройте его заново, затем меняйте', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = format('SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, OLD.round_id);
			END IF;
		ELSIF OLD.state = 'closed' AND OLD IS DISTINCT FROM NEW THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: менять его нельзя', OLD.title
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, OLD.round_id);
		END IF;

		-- the year of results moves with the day, unless it was set by hand
		IF TG_OP = 'UPDATE' AND NEW.cohort_on <> OLD.cohort_on AND NEW.results_year = OLD.results_year
			AND OLD.results_year = extract(year FROM OLD.cohort_on - interval '6 months') THEN
			NEW.results_year := usual_year;
		END IF;

		IF NEW.state <> 'draft' AND NEW.legal_act_id IS NULL THEN
			RAISE EXCEPTION 'мониторинг «%» нельзя открыть без приказа (п. 1.2.7)', NEW.title
				USING ERRCODE = 'check_violation',
					  HINT = format('Внесите приказ в таблицу %1$I.legal_act и укажите его: UPDATE %1$I.round SET legal_act_id = …, state = ''open'' …', TG_TABLE_SCHEMA);
		END IF;
		IF NEW.state <> 'open' THEN
			NEW.reopening := NULL;
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_round BEFORE INSERT OR UPDATE OR DELETE ON round
		FOR EACH ROW EXECUTE FUNCTION check_round();

	-- the journal, and the schools of a round that closes
	CREATE OR REPLACE FUNCTION keep_round() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		was text := CASE TG_OP WHEN 'UPDATE' THEN OLD.state ELSE '' END;
	BEGIN
		-- the wait for those who still write is of no use to a snapshot that is older than what they have written
		IF NEW.state = 'closed' AND current_setting('transaction_isolation') <> 'read committed' THEN
			RAISE EXCEPTION 'мониторинг «%» нельзя закрыть в транзакции %', NEW.title, upper(current_setting('transaction_isolation'))
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = 'Закройте его в транзакции READ COMMITTED: эта не видит того, что внесено после её начала, и состав записался бы без этого.';
		END IF;
		EXECUTE format('INSERT INTO %I.round_event (round_id, event, reason) VALUES ($1, $2, $3)', TG_TABLE_SCHEMA)
		USING NEW.round_id,
			  CASE WHEN NEW.state = 'open' AND was = 'closed' THEN 'reopened' WHEN NEW.state = 'open' THEN 'opened'
				   WHEN NEW.state = 'closed' THEN 'closed' ELSE 'drafted' END,
			  CASE WHEN NEW.state = 'open' AND was = 'closed' THEN NEW.reopening END;
		-- What was written down stays when the round is reopened, since the directory has municipalities and kinds of
		-- today only: closed again, it takes over what has been corrected in school_status, and nothing else.
		IF NEW.state = 'closed' THEN
			EXECUTE format(
				'INSERT INTO %1$I.round_school (round_id, school_id, municipality_id, kind, low_results, adverse_conditions, risk_zone)
				 SELECT $1, o.school_id, o.municipality_id, o.kind, false, false, false
				 FROM %1$I.school o
				 WHERE (o.opened_on IS NULL OR o.opened_on <= $2) AND (o.closed_on IS NULL OR $2 < o.closed_on)
				   AND NOT EXISTS (SELECT FROM %1$I.round_school w WHERE w.round_id = $1)
				 ORDER BY o.school_id', TG_TABLE_SCHEMA)
			USING NEW.round_id, NEW.cohort_on;
			EXECUTE format(
				'UPDATE %1$I.round_school w SET (low_results, adverse_conditions, risk_zone) = (
					 SELECT coalesce(bool_or(s.status = ''low_results''), false), coalesce(bool_or(s.status = ''adverse_conditions''), false),
							coalesce(bool_or(s.status = ''risk_zone''), false)
					 FROM %1$I.school_status s
					 WHERE s.school_id = w.school_id AND s.since <= $2 AND (s.until IS NULL OR $2 < s.until))
				 WHERE w.round_id = $1', TG_TABLE_SCHEMA)
			USING NEW.round_id, NEW.cohort_on;
			EXECUTE format(
				'INSERT INTO %1$I.round_municipality (round_id, municipality_id)
				 SELECT $1, m.municipality_id FROM %1$I.municipality m
				 WHERE NOT EXISTS (SELECT FROM %1$I.round_municipality w WHERE w.round_id = $1)
					OR EXISTS (SELECT FROM %1$I.round_school w WHERE w.round_id = $1 AND w.municipality_id = m.municipality_id)
				 ORDER BY 2
				 ON CONFLICT DO NOTHING', TG_TABLE_SCHEMA)
			USING NEW.round_id;
		END IF;
		RETURN NULL;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER keep_opened AFTER INSERT ON round
		FOR EACH ROW EXECUTE FUNCTION keep_round();
	CREATE OR REPLACE TRIGGER keep_state AFTER UPDATE ON round
		FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION keep_round();

	-- a list that was written down follows the day of its round: who was not there yet comes in, who is not there goes
	CREATE OR REPLACE FUNCTION keep_day() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		EXECUTE format(
			'INSERT INTO %1$I.round_school (round_id, school_id, municipality_id, kind, low_results, adverse_conditions, risk_zone)
			 SELECT $1, o.school_id, o.municipality_id, o.kind, false, false, false
			 FROM %1$I.school o
			 WHERE (o.opened_on IS NULL OR o.opened_on <= $3) AND (o.closed_on IS NULL OR $3 < o.closed_on)
			   AND ((o.opened_on IS NULL OR o.opened_on <= $2) AND (o.closed_on IS NULL OR $2 < o.closed_on)) IS NOT TRUE
			   AND EXISTS (SELECT FROM %1$I.round_school w WHERE w.round_id = $1)
			 ON CONFLICT DO NOTHING', TG_TABLE_SCHEMA)
		USING NEW.round_id, OLD.cohort_on, NEW.cohort_on;
		EXECUTE format(
			'DELETE FROM %1$I.round_school w USING %1$I.school o
			 WHERE w.round_id = $1 AND o.school_id = w.school_id AND (o.opened_on > $2 OR o.closed_on <= $2)', TG_TABLE_SCHEMA)
		USING NEW.round_id, NEW.cohort_on;
		RETURN NULL;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER keep_day AFTER UPDATE ON round
		FOR EACH ROW WHEN (OLD.cohort_on <> NEW.cohort_on) EXECUTE FUNCTION keep_day();

	-- what the triggers above write, nobody else does
	CREATE OR REPLACE FUNCTION refuse_edit() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		RAISE EXCEPTION 'таблица %.% заполняется сама: править её нельзя', TG_TABLE_SCHEMA, TG_TABLE_NAME
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = TG_ARGV[0];
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER refuse_edit BEFORE INSERT OR UPDATE OR DELETE ON round_event
		FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
		EXECUTE FUNCTION refuse_edit('Журнал ведётся при каждой смене состояния мониторинга и хранится всегда.');
	CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON round_event
		FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit('Журнал мониторингов хранится всегда.');
END
$function$;

COMMENT ON FUNCTION region_round_triggers(text) IS
'Internal: creates or replaces the triggers that carry a round through its states in the schema named region.';

CREATE OR REPLACE FUNCTION region_source_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE data_source (
		data_source	text PRIMARY KEY CHECK (data_source ~ '^[a-z][a-z0-9_]*$'),
		title		text NOT NULL CHECK (title <> '')
	);

	-- the lowest precedence that has an answer counts; what is not listed here comes after what is
	CREATE TABLE question_source (
		question_source_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		question			text NOT NULL,
		data_source			text NOT NULL REFERENCES data_source,
		precedence			integer NOT NULL CHECK (precedence > 0),
		valid_from			date,
		valid_until			date,
		CHECK (valid_from < valid_until),
		UNIQUE NULLS NOT DISTINCT (question, data_source, valid_from)
	);

	CREATE TABLE source_answer (
		source_answer_id	bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id			integer NOT NULL REFERENCES round,
		school_id			integer REFERENCES school,
		municipality_id		integer REFERENCES municipality,
		question			text NOT NULL,
		-- the form's answers are submissions
		data_source			text NOT NULL REFERENCES data_source CHECK (data_source <> 'form'),
		answer_count		integer CHECK (answer_count >= 0),
		answer_yes			boolean,
		submitted_at		timestamptz NOT NULL DEFAULT now(),
		source				text,
		legal_act_id		integer REFERENCES legal_act,
		UNIQUE NULLS NOT DISTINCT (round_id, school_id, municipality_id, question, data_source),
		CONSTRAINT source_answer_respondent CHECK (num_nonnulls(school_id, municipality_id) = 1),
		CONSTRAINT source_answer_value CHECK (num_nonnulls(answer_count, answer_yes) = 1)
	);
	CREATE INDEX ON source_answer (school_id);

	CREATE TABLE source_answer_history (
		LIKE source_answer,
		replaced_at			timestamptz NOT NULL DEFAULT now(),
		replaced_by			name NOT NULL DEFAULT current_user,
		FOREIGN KEY (round_id) REFERENCES round
	);
	CREATE INDEX ON source_answer_history (round_id, school_id);
END
$function$;

CREATE FUNCTION region_source_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE OR REPLACE TRIGGER keep_replaced AFTER UPDATE ON source_answer
		FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_history();
	CREATE OR REPLACE TRIGGER keep_deleted AFTER DELETE ON source_answer
		FOR EACH ROW EXECUTE FUNCTION keep_history();

	-- a row about one question of one respondent: the question must be asked of that respondent in that round
	CREATE OR REPLACE FUNCTION check_question() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		title	text;
		asked	record;
		given	jsonb := to_jsonb(NEW);
		whose	text := CASE WHEN NEW.school_id IS NOT NULL THEN 'school' ELSE 'municipality' END;
	BEGIN
		IF num_nonnulls(NEW.school_id, NEW.municipality_id) <> 1 THEN
			RAISE EXCEPTION '%', CASE WHEN NEW.school_id IS NULL THEN 'не указано, кто отвечает: организация или муниципалитет'
									  ELSE 'указаны и организация, и муниципалитет, а отвечает кто-то один' END
				USING ERRCODE = 'check_violation', HINT = 'Заполните одно из двух: school_id или municipality_id.';
		END IF;
		EXECUTE format('SELECT q.respondent, q.answer_type FROM %1$I.question q JOIN %1$I.round r ON r.round_id = $2
						AND (q.valid_from IS NULL OR q.valid_from <= r.cohort_on) AND (q.valid_until IS NULL OR r.cohort_on < q.valid_until)
						WHERE q.question = $1', TG_TABLE_SCHEMA)
		INTO asked USING NEW.question, NEW.round_id;
		IF asked IS NULL THEN
			EXECUTE format('SELECT r.title FROM %I.round r WHERE r.round_id = $1', TG_TABLE_SCHEMA) INTO title USING NEW.round_id;
			IF title IS NULL THEN
				RAISE EXCEPTION 'мониторинга с номером % нет', coalesce(NEW.round_id::text, 'NULL')
					USING ERRCODE = 'foreign_key_violation',
						  HINT = format('Мониторинги перечислены в таблице %I.round.', TG_TABLE_SCHEMA);
			END IF;
			RAISE EXCEPTION 'вопроса с кодом «%» нет в мониторинге «%»', coalesce(NEW.question, 'NULL'), title
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Вопросы и дни их действия перечислены в таблице %I.question.', TG_TABLE_SCHEMA);
		ELSIF asked.respondent <> whose THEN
			RAISE EXCEPTION 'на вопрос «%» отвечает %', NEW.question,
				CASE asked.respondent WHEN 'school' THEN 'организация, а не муниципалитет' ELSE 'муниципалитет, а не организация' END
				USING ERRCODE = 'foreign_key_violation',
					  HINT = CASE asked.respondent WHEN 'school' THEN 'Укажите school_id, а municipality_id оставьте пустым.'
							 ELSE 'Укажите municipality_id, а school_id оставьте пустым.' END;
		-- a document has no answer: both are absent, not null
		ELSIF (given -> CASE asked.answer_type WHEN 'count' THEN 'answer_yes' ELSE 'answer_count' END <> 'null') THEN
			RAISE EXCEPTION 'ответ на вопрос «%» — %', NEW.question,
				CASE asked.answer_type WHEN 'count' THEN 'количество, а не «да» или «нет»' ELSE '«да» или «нет», а не количество' END
				USING ERRCODE = 'datatype_mismatch',
					  HINT = CASE asked.answer_type WHEN 'count' THEN 'Впишите число в answer_count, answer_yes оставьте пустым.'
							 ELSE 'Впишите true или false в answer_yes, answer_count оставьте пустым.' END;
		ELSIF (given -> CASE asked.answer_type WHEN 'count' THEN 'answer_count' ELSE 'answer_yes' END = 'null') THEN
			RAISE EXCEPTION 'ответа на вопрос «%» нет', NEW.question
				USING ERRCODE = 'check_violation',
					  HINT = CASE asked.answer_type WHEN 'count' THEN 'Впишите число в answer_count.' ELSE 'Впишите true или false в answer_yes.' END
							 || ' Если источник не ответил, строка не нужна.';
		END IF;
		RETURN NEW;
	END
	$trigger$;

	-- what a source may say, whatever the question
	CREATE OR REPLACE FUNCTION check_answer() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		known boolean;
	BEGIN
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.data_source d WHERE d.data_source = $1)', TG_TABLE_SCHEMA)
		INTO known USING NEW.data_source;
		IF NEW.data_source = 'form' THEN
			RAISE EXCEPTION 'ответы формы хранятся не здесь'
				USING ERRCODE = 'check_violation',
					  HINT = format('Внесите ответ в таблицу %I.%I или загрузите выгрузку формы: shnor.import_form().', TG_TABLE_SCHEMA,
									CASE WHEN NEW.school_id IS NULL THEN 'municipal_submission' ELSE 'submission' END);
		ELSIF NOT known THEN
			RAISE EXCEPTION 'источника с кодом «%» нет в справочнике', coalesce(NEW.data_source, 'NULL')
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Исправьте код или добавьте источник в таблицу %I.data_source.', TG_TABLE_SCHEMA);
		ELSIF NEW.answer_count < 0 THEN
			RAISE EXCEPTION 'количество не может быть отрицательным: %', NEW.answer_count
				USING ERRCODE = 'check_violation', HINT = 'Впишите в answer_count ноль или положительное число.';
		END IF;
		RETURN NEW;
	END
	$trigger$;

	-- an order of sources for a question that nobody asks would silently do nothing
	CREATE OR REPLACE FUNCTION check_question_known() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		known boolean;
	BEGIN
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.question q WHERE q.question = $1)', TG_TABLE_SCHEMA) INTO known USING NEW.question;
		IF NOT known THEN
			RAISE EXCEPTION 'вопроса с кодом «%» нет в справочнике', NEW.question
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Коды вопросов перечислены в таблице %I.question.', TG_TABLE_SCHEMA);
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_answer BEFORE INSERT OR UPDATE ON source_answer
		FOR EACH ROW EXECUTE FUNCTION check_answer();
	CREATE OR REPLACE TRIGGER check_question BEFORE INSERT OR UPDATE ON source_answer
		FOR EACH ROW EXECUTE FUNCTION check_question();
	CREATE OR REPLACE TRIGGER check_question_known BEFORE INSERT OR UPDATE OF question ON question_source
		FOR EACH ROW EXECUTE FUNCTION check_question_known();
	-- a source has one place in the order of a question on a day
	CREATE OR REPLACE FUNCTION check_source_versions() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		clashes boolean;
	BEGIN
		-- two who add versions at the same time would not see each other's
		PERFORM pg_advisory_xact_lock(hashtextextended(format('%s.%s', TG_TABLE_SCHEMA, TG_TABLE_NAME), 0));
		EXECUTE format('SELECT count(*) > 1 FROM %I.question_source p WHERE p.question = $1 AND p.data_source = $2
						AND daterange(p.valid_from, p.valid_until) && daterange($3, $4)', TG_TABLE_SCHEMA)
		INTO clashes USING NEW.question, NEW.data_source, NEW.valid_from, NEW.valid_until;
		IF clashes THEN
			RAISE EXCEPTION 'место источника «%» для вопроса «%» задано на один и тот же день дважды', NEW.data_source, NEW.question
				USING ERRCODE = 'exclusion_violation',
					  HINT = 'Завершите прежнюю строку датой valid_until, затем добавьте новую с той же датой valid_from.';
		END IF;
		RETURN NULL;
	END
	$trigger$;
	CREATE OR REPLACE TRIGGER check_versions AFTER INSERT OR UPDATE ON question_source
		FOR EACH ROW EXECUTE FUNCTION check_source_versions();
END
$function$;

COMMENT ON FUNCTION region_source_triggers(text) IS
'Internal: creates or replaces what checks the answers of other sources, their questions and precedence in the schema named region. Uses keep_history() of region_tables_triggers.';

CREATE OR REPLACE FUNCTION region_evidence_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	ALTER TABLE question ADD evidence_kinds text[] NOT NULL DEFAULT '{}'
		CHECK (evidence_kinds <@ '{document,order,agreement}'::text[]);
	-- a curator is appointed by an order and bound by an agreement: both are needed
	UPDATE question SET evidence_kinds = '{order,agreement}' WHERE question.question = 'has_curator';

	CREATE TABLE document (
		document_id		bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		school_id		integer REFERENCES school,
		municipality_id	integer REFERENCES municipality,
		question		text NOT NULL,
		kind			text NOT NULL DEFAULT 'document' CHECK (kind IN ('document', 'order', 'agreement')),
		title			text CHECK (title <> ''),
		link			text CHECK (link <> ''),
		issued_on		date,
		valid_from		date,
		valid_until		date,
		check_state		text NOT NULL DEFAULT 'unchecked' CHECK (check_state IN ('unchecked', 'accepted', 'rejected')),
		check_note		text,
		source			text,
		added_at		timestamptz NOT NULL DEFAULT now(),
		UNIQUE NULLS NOT DISTINCT (round_id, school_id, municipality_id, question, kind, link, title),
		CONSTRAINT document_respondent CHECK (num_nonnulls(school_id, municipality_id) = 1),
		CONSTRAINT document_is_found CHECK (num_nonnulls(title, link) > 0),
		CHECK (valid_from < valid_until)
	);
	CREATE INDEX ON document (school_id);
	-- as answer_proof looks for them: a municipality is a negative respondent
	CREATE INDEX document_respondent_question ON document (round_id, (coalesce(school_id, -municipality_id)), question);
END
$function$;

CREATE FUNCTION region_evidence_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE OR REPLACE FUNCTION check_document() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		NEW.title := CASE WHEN NEW.title ~ '[^[:space:]]' THEN NEW.title END;
		NEW.link := CASE WHEN NEW.link ~ '[^[:space:]]' THEN NEW.link END;
		IF num_nonnulls(NEW.title, NEW.link) = 0 THEN
			RAISE EXCEPTION 'у документа нет ни названия, ни ссылки: его не найти'
				USING ERRCODE = 'check_violation', HINT = 'Впишите title, link или то и другое.';
		ELSIF NEW.valid_from >= NEW.valid_until THEN
			RAISE EXCEPTION 'документ не действует ни одного дня'
				USING ERRCODE = 'check_violation',
					  HINT = 'valid_until — первый день, когда документ уже не действует: он должен быть позже valid_from.';
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE OR REPLACE TRIGGER check_document BEFORE INSERT OR UPDATE ON document
		FOR EACH ROW EXECUTE FUNCTION check_document();
	CREATE OR REPLACE TRIGGER check_question BEFORE INSERT OR UPDATE ON document
		FOR EACH ROW EXECUTE FUNCTION check_question();
END
$function$;

COMMENT ON FUNCTION region_evidence_triggers(text) IS
'Internal: creates or replaces what checks documents in the schema named region. Uses check_question() of region_source_triggers.';

CREATE OR REPLACE FUNCTION region_obligation_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- days after the last day of the round
	CREATE TABLE obligation_term (
		step	text PRIMARY KEY CHECK (step IN ('note', 'recommendation', 'measure', 'decision')),
		days	integer NOT NULL CHECK (days BETWEEN 0 AND 3660),
		title	text NOT NULL
	);

	CREATE TABLE note (
		note_id			integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		municipality_id	integer NOT NULL REFERENCES municipality,
		indicator		text NOT NULL,
		reason			text NOT NULL CHECK (reason ~ '[^[:space:]]'),
		title			text,
		link			text,
		received_on		date NOT NULL,
		state			text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'accepted', 'returned'))
	);
	CREATE INDEX ON note (round_id, municipality_id, indicator);

	CREATE TABLE recommendation_template (
		template_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		indicator	text NOT NULL,
		kind		text NOT NULL CHECK (kind IN ('analysis', 'practice', 'materials')),
		addressee	text NOT NULL CHECK (addressee IN ('students', 'parents', 'staff')),
		condition	text NOT NULL CHECK (condition <> ''),
		wording		text NOT NULL CHECK (wording <> ''),
		valid_from	date,
		valid_until	date,
		CHECK (valid_from < valid_until)
	);

	CREATE TABLE recommendation (
		recommendation_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id			integer NOT NULL REFERENCES round,
		municipality_id		integer NOT NULL REFERENCES municipality,
		school_id			integer REFERENCES school,
		indicator			text NOT NULL,
		template_id			integer REFERENCES recommendation_template,
		kind				text NOT NULL CHECK (kind IN ('analysis', 'practice', 'materials')),
		addressee			text NOT NULL CHECK (addressee IN ('students', 'parents', 'staff')),
		wording				text NOT NULL CHECK (wording <> ''),
		recorded_in			text,
		link				text,
		issued_on			date NOT NULL,
		legal_act_id		integer REFERENCES legal_act
	);
	CREATE INDEX ON recommendation (round_id, municipality_id, indicator);

	CREATE TABLE measure_kind (
		measure_kind	text PRIMARY KEY CHECK (measure_kind ~ '^[a-z][a-z0-9_]*$'),
		position		integer NOT NULL,
		title			text NOT NULL,
		clause			text NOT NULL
	);

	CREATE TABLE measure (
		measure_id			integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id			integer NOT NULL REFERENCES round,
		municipality_id		integer REFERENCES municipality,
		indicator			text,
		measure_kind		text NOT NULL REFERENCES measure_kind,
		title				text NOT NULL CHECK (title <> ''),
		recommendation_id	integer REFERENCES recommendation,
		legal_act_id		integer REFERENCES legal_act,
		starts_on			date,
		due_on				date NOT NULL,
		done_on				date,
		state				text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'in_progress', 'done', 'cancelled')),
		CHECK (starts_on <= due_on),
		CONSTRAINT measure_done CHECK ((state = 'done') = (done_on IS NOT NULL))
	);
	CREATE INDEX ON measure (round_id, municipality_id, indicator);

	CREATE TABLE measure_school (
		measure_id	integer NOT NULL REFERENCES measure ON DELETE CASCADE,
		school_id	integer NOT NULL REFERENCES school,
		PRIMARY KEY (measure_id, school_id)
	);
	CREATE INDEX ON measure_school (school_id);

	CREATE TABLE decision_kind (
		decision_kind	text PRIMARY KEY CHECK (decision_kind ~ '^[a-z][a-z0-9_]*$'),
		position		integer NOT NULL,
		title			text NOT NULL,
		clause			text NOT NULL
	);

	CREATE TABLE decision (
		decision_id		integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		municipality_id	integer REFERENCES municipality,
		indicator		text,
		decision_kind	text NOT NULL REFERENCES decision_kind,
		title			text NOT NULL CHECK (title <> ''),
		measure_id		integer REFERENCES measure,
		legal_act_id	integer REFERENCES legal_act,
		adopted_on		date,
		due_on			date NOT NULL,
		done_on			date,
		state			text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'adopted', 'done', 'cancelled')),
		CONSTRAINT decision_needs_legal_act
			CHECK (state NOT IN ('adopted', 'done') OR legal_act_id IS NOT NULL AND adopted_on IS NOT NULL),
		CONSTRAINT decision_done CHECK ((state = 'done') = (done_on IS NOT NULL))
	);
	CREATE INDEX ON decision (round_id, municipality_id, indicator);

	CREATE TABLE decision_school (
		decision_id	integer NOT NULL REFERENCES decision ON DELETE CASCADE,
		school_id	integer NOT NULL REFERENCES school,
		PRIMARY KEY (decision_id, school_id)
	);
	CREATE INDEX ON decision_school (school_id);
END
$function$;

CREATE FUNCTION region_obligation_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	FOREACH t IN ARRAY '{note,recommendation_template,recommendation,measure,decision}'::text[] LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_indicator BEFORE INSERT OR UPDATE OF indicator ON %I
						FOR EACH ROW WHEN (NEW.indicator IS NOT NULL) EXECUTE FUNCTION check_target()', t);
	END LOOP;

	-- what an entry has to say; the constraints of the tables hold without it, but do not say what to do
	CREATE OR REPLACE FUNCTION check_entry() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		t record;
	BEGIN
		IF EXISTS (SELECT FROM jsonb_each_text(to_jsonb(NEW)) AS d(name, day)
				   WHERE d.name IN ('received_on', 'issued_on', 'starts_on', 'due_on', 'done_on', 'adopted_on')
					 AND d.day::date NOT BETWEEN '1990-01-01' AND '2200-12-31') THEN
			RAISE EXCEPTION 'день вне 1990–2200 годов'
				USING ERRCODE = 'check_violation', HINT = 'Проверьте год; день, который ещё не известен, оставьте пустым.';
		END IF;
		IF TG_TABLE_NAME = 'note' THEN
			IF coalesce(NEW.reason, '') !~ '[^[:space:]]' THEN
				RAISE EXCEPTION 'в записке не названа причина (п. 1.2.6)'
					USING ERRCODE = 'check_violation',
						  HINT = 'Впишите в reason, почему результат разошёлся с порогом или плановым значением.';
			END IF;
			RETURN NEW;
		ELSIF TG_TABLE_NAME = 'recommendation' THEN
			IF NEW.template_id IS NOT NULL THEN
				EXECUTE format('SELECT t.* FROM %I.recommendation_template t WHERE t.template_id = $1', TG_TABLE_SCHEMA) INTO t USING NEW.template_id;
				IF t.template_id IS NULL THEN
					RAISE EXCEPTION 'текста % нет в справочнике рекомендаций', NEW.template_id
						USING ERRCODE = 'foreign_key_violation',
							  HINT = format('Тексты перечислены в таблице %I.recommendation_template; для своего текста оставьте template_id пустым.', TG_TABLE_SCHEMA);
				END IF;
				NEW.kind := coalesce(NEW.kind, t.kind);
				NEW.addressee := coalesce(NEW.addressee, t.addressee);
				NEW.wording := coalesce(NEW.wording, t.wording);
				IF (NEW.indicator, NEW.kind, NEW.addressee) <> (t.indicator, t.kind, t.addressee) THEN
					RAISE EXCEPTION 'текст % справочника — для показателя «%», вида %, адресата %', t.template_id, t.indicator, t.kind, t.addressee
						USING ERRCODE = 'check_violation',
							  HINT = 'Укажите indicator, kind и addressee этого текста или другой template_id; для своего текста оставьте template_id пустым.';
				END IF;
			END IF;
			RETURN NEW;
		END IF;

		-- measures and decisions
		IF NEW.state = 'done' AND NEW.done_on IS NULL THEN
			RAISE EXCEPTION 'исполнено, а день исполнения не указан'
				USING ERRCODE = 'check_violation', HINT = 'Впишите done_on.';
		ELSIF NEW.state <> 'done' AND NEW.done_on IS NOT NULL THEN
			RAISE EXCEPTION 'день исполнения указан, а состояние — не done'
				USING ERRCODE = 'check_violation', HINT = 'Поставьте state = ''done'' или очистите done_on.';
		ELSIF TG_TABLE_NAME = 'decision' THEN
			IF NEW.state IN ('adopted', 'done') AND num_nulls(NEW.legal_act_id, NEW.adopted_on) > 0 THEN
				RAISE EXCEPTION 'решение нельзя считать принятым без приказа и даты'
					USING ERRCODE = 'check_violation',
						  HINT = format('Внесите приказ в таблицу %I.legal_act и впишите его legal_act_id и день принятия adopted_on; пока их нет, state = ''planned''.', TG_TABLE_SCHEMA);
			END IF;
		END IF;
		RETURN NEW;
	END
	$trigger$;
	FOREACH t IN ARRAY '{note,recommendation,measure,decision}'::text[] LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_entry BEFORE INSERT OR UPDATE ON %I
						FOR EACH ROW EXECUTE FUNCTION check_entry()', t);
	END LOOP;

	-- a draft has no results yet, so nothing can follow from them
	CREATE OR REPLACE FUNCTION check_round_begun() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		r record;
	BEGIN
		EXECUTE format('SELECT r.title, r.state FROM %I.round r WHERE r.round_id = $1', TG_TABLE_SCHEMA) INTO r USING NEW.round_id;
		IF r.state = 'draft' THEN
			RAISE EXCEPTION 'мониторинг «%» ещё черновик: по нему нет результатов', r.title
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Сначала откройте мониторинг: UPDATE %I.round SET state = ''open'' …', TG_TABLE_SCHEMA);
		END IF;
		RETURN NEW;
	END
	$trigger$;
	FOREACH t IN ARRAY '{note,recommendation,measure,decision}'::text[] LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_round_begun BEFORE INSERT OR UPDATE OF round_id ON %I
						FOR EACH ROW EXECUTE FUNCTION check_round_begun()', t);
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_obligation_triggers(text) IS
'Internal: creates or replaces what checks notes, recommendations, measures and decisions in the schema named region. Uses check_target() of region_tables_triggers.';

CREATE OR REPLACE FUNCTION region_identification_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE result (
		year			integer NOT NULL CHECK (year BETWEEN 1990 AND 2200),
		school_id		integer NOT NULL REFERENCES school,
		assessment		text NOT NULL CHECK (assessment <> ''),
		subject			text NOT NULL CHECK (subject <> ''),
		grade			smallint NOT NULL CHECK (grade BETWEEN 1 AND 12),
		participants	integer NOT NULL CHECK (participants >= 0),
		below_minimum	integer NOT NULL,
		marks_sum		bigint CHECK (marks_sum >= 0),
		source			text,
		PRIMARY KEY (year, school_id, assessment, subject, grade),
		CONSTRAINT result_below_minimum CHECK (below_minimum BETWEEN 0 AND participants)
	);
	CREATE INDEX ON result (school_id);

	CREATE TABLE identification_rule (
		rule_id			integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		status			text NOT NULL CHECK (status IN ('low_results', 'adverse_conditions', 'risk_zone')),
		title			text NOT NULL CHECK (title <> ''),
		item_condition	text NOT NULL CHECK (item_condition <> ''),
		enter_condition	text NOT NULL CHECK (enter_condition <> ''),
		leave_condition	text NOT NULL CHECK (leave_condition <> ''),
		legal_act_id	integer REFERENCES legal_act,
		source_note		text,
		valid_from		date,
		valid_until		date,
		UNIQUE NULLS NOT DISTINCT (status, valid_from),
		CHECK (valid_from < valid_until)
	);
END
$function$;

CREATE FUNCTION region_identification_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE OR REPLACE TRIGGER check_versions AFTER INSERT OR UPDATE ON identification_rule
		FOR EACH ROW EXECUTE FUNCTION check_versions('status');
END
$function$;

COMMENT ON FUNCTION region_identification_triggers(text) IS
'Internal: creates or replaces what checks rules of identification in the schema named region. Uses check_versions() of region_tables_triggers.';

CREATE OR REPLACE FUNCTION region_publication_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE publication (
		publication_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		round_title		text NOT NULL,
		round_state		text NOT NULL CHECK (round_state IN ('open', 'closed')),
		cohort_on		date NOT NULL,
		legal_act_id	integer NOT NULL REFERENCES legal_act,
		legal_act		text NOT NULL,
		title			text NOT NULL CHECK (title <> ''),
		published_at	timestamptz NOT NULL DEFAULT now(),
		published_by	name NOT NULL DEFAULT current_user
	)
	-- a table of a few rows would never be analyzed: the planner would take it for hundreds of publications,
	-- and have the views that compare them compiled for longer than they run
	WITH (autovacuum_analyze_threshold = 0, autovacuum_analyze_scale_factor = 0);
	CREATE INDEX ON publication (round_id);

	-- Below, schools and municipalities are numbers with names of their own, not references: a publication
	-- keeps what it said, also of a school that was entered by mistake and is deleted later.
	CREATE TABLE publication_indicator (
		publication_id	integer NOT NULL REFERENCES publication,
		municipality_id	integer,
		municipality	text,
		position		integer NOT NULL,
		indicator		text NOT NULL,
		section			text NOT NULL,
		title			text NOT NULL,
		unit			text NOT NULL,
		numerator		bigint NOT NULL,
		denominator		bigint NOT NULL,
		percent			numeric(25,4),
		threshold		numeric(7,4),
		plan			numeric(7,4),
		score			smallint,
		reason			text,
		answered		bigint NOT NULL,
		missing			bigint NOT NULL,
		percent_low		numeric(25,4),
		percent_high	numeric(25,4),
		gap				bigint,
		note_required	boolean NOT NULL,
		-- no municipality: the region's row
		UNIQUE NULLS NOT DISTINCT (publication_id, municipality_id, indicator)
	);

	CREATE TABLE publication_definition (
		publication_id		integer NOT NULL REFERENCES publication,
		indicator			text NOT NULL,
		indicator_id		integer NOT NULL,
		definition_id		integer NOT NULL,
		position			integer NOT NULL,
		clause				text NOT NULL,
		section				text NOT NULL,
		title				text NOT NULL,
		unit				text NOT NULL,
		level				text NOT NULL,
		institution_kinds	text NOT NULL,
		collection_method	text,
		numerator			text NOT NULL,
		denominator			text,
		cohort				text,
		missing				text NOT NULL,
		polarity			text NOT NULL,
		source_formula		text,
		documents			text,
		source_defect		text,
		reads				text[] NOT NULL,
		PRIMARY KEY (publication_id, indicator)
	);

	CREATE TABLE publication_target (
		publication_id	integer NOT NULL REFERENCES publication,
		target_id		integer NOT NULL,
		indicator		text NOT NULL,
		municipality_id	integer,
		threshold		numeric(7,4),
		plan			numeric(7,4),
		legal_act_id	integer REFERENCES legal_act,
		legal_act		text,
		PRIMARY KEY (publication_id, target_id)
	);

	CREATE TABLE publication_school (
		publication_id		integer NOT NULL REFERENCES publication,
		school_id			integer NOT NULL,
		municipality_id		integer NOT NULL,
		code				text NOT NULL,
		name				text NOT NULL,
		kind				text NOT NULL,
		low_results			boolean NOT NULL,
		adverse_conditions	boolean NOT NULL,
		risk_zone			boolean NOT NULL,
		submitted_at		timestamptz,
		answers				jsonb NOT NULL,
		PRIMARY KEY (publication_id, school_id)
	);

	CREATE TABLE publication_municipality (
		publication_id	integer NOT NULL REFERENCES publication,
		municipality_id	integer NOT NULL,
		name			text NOT NULL,
		submitted_at	timestamptz,
		answers			jsonb NOT NULL,
		PRIMARY KEY (publication_id, municipality_id)
	);

	CREATE TABLE publication_school_indicator (
		publication_id	integer NOT NULL REFERENCES publication,
		school_id		integer NOT NULL,
		indicator		text NOT NULL,
		in_cohort		boolean NOT NULL,
		numerator		bigint,
		denominator		bigint,
		PRIMARY KEY (publication_id, school_id, indicator)
	);
END
$function$;

COMMENT ON FUNCTION region_publication_tables(text) IS
'Internal: creates the tables of publications in the schema named region.';

CREATE FUNCTION region_publication_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- A publication is written by one command (publish() says why). Rows of one command share xmin and cmin,
	-- so whatever is added later, in the same transaction too, is told by them. Data that a dump restores
	-- lies in its tables before this trigger is created.
	CREATE OR REPLACE FUNCTION check_publication() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		whole boolean;
	BEGIN
		EXECUTE format('SELECT NOT EXISTS (
							SELECT FROM (SELECT DISTINCT n.publication_id FROM new_rows n) n
							JOIN %1$I.publication p ON p.publication_id = n.publication_id
							WHERE p.published_at <> now() OR p.published_by <> current_user
							   OR NOT EXISTS (SELECT FROM %1$I.publication_definition d WHERE d.publication_id = p.publication_id)
							   OR EXISTS (SELECT FROM %1$I.%2$I c WHERE c.publication_id = p.publication_id
										  AND NOT (c.xmin = p.xmin AND c.cmin = p.cmin)))', TG_TABLE_SCHEMA, TG_TABLE_NAME)
		INTO whole;
		IF NOT whole THEN
			RAISE EXCEPTION 'публикация записывается сразу и целиком, вместе с определениями показателей: дописать в неё ничего нельзя'
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Опубликуйте отчёт заново: SELECT shnor.publish(%L, номер мониторинга, номер приказа);', TG_TABLE_SCHEMA);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	FOREACH t IN ARRAY ARRAY['publication', 'publication_indicator', 'publication_definition', 'publication_target',
							 'publication_school', 'publication_municipality', 'publication_school_indicator'] LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_publication AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows
						FOR EACH STATEMENT EXECUTE FUNCTION check_publication()', t);
		EXECUTE format('CREATE OR REPLACE TRIGGER refuse_edit BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
						FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit(%L)', t,
					   'Опубликованное не меняется. Исправьте данные и опубликуйте отчёт заново: shnor.publish(); чем он отличается от прежнего, покажет представление publication_difference.');
	END LOOP;
END
$function$;

COMMENT ON FUNCTION region_publication_triggers(text) IS
'Internal: creates or replaces the triggers that keep publications as they are in the schema named region. Uses refuse_edit() of region_round_triggers.';

CREATE OR REPLACE FUNCTION lint(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	unreadable boolean := false;
	readable boolean := true;
	report text;
BEGIN
	PERFORM shnor.region_check(region);
	FOR severity, object, code, problem, hint IN SELECT * FROM shnor.lint_formulas(region) LOOP
		unreadable := unreadable OR object = 'indicator' AND starts_with(problem, 'Формула не читается');
		readable := readable AND NOT starts_with(problem, 'Формул');
		RETURN NEXT;
	END LOOP;
	RETURN QUERY SELECT * FROM shnor.lint_tables(region);
	-- with an indicator that cannot be read there are no reports to look at
	IF NOT unreadable THEN
		RETURN QUERY SELECT * FROM shnor.lint_reports(region);
	END IF;
	RETURN QUERY SELECT * FROM shnor.lint_rules(region);

	-- what no formula shows by itself: numbers that do not fit, a time zone that is none; the first report will do
	IF readable THEN
		FOREACH report IN ARRAY '{reporting_day,municipal_indicator,recommendation_due,note_status,measure_status,decision_status,identification,spell_condition,validation_finding}'::text[] LOOP
			BEGIN
				EXECUTE format('SELECT count(v) FROM %I.%I v', region, report);
			EXCEPTION WHEN others THEN
				severity := 'error';
				object := report;
				code := NULL;
				problem := 'Отчёт не строится: ' || SQLERRM;
				hint := CASE report WHEN 'reporting_day' THEN 'Исправьте setting.time_zone или выполните RESET shnor.today.'
						ELSE 'Формулы читаются: ищите в данных слишком большие числа и невозможные дни. «indicator N» в сообщении — номер формулы: показателя, текста рекомендации, правила выявления или проверки, условия критерия.' END;
				RETURN NEXT;
				EXIT;
			END;
		END LOOP;
	END IF;
END
$function$;

CREATE OR REPLACE FUNCTION lint_formulas(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	d		record;
	counted	bigint;
	answers	jsonb;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	-- each formula by itself, on a row without answers: one that is refused must not hide the others
	FOR d IN
		SELECT 'indicator' AS object, i.indicator AS code, i.indicator_id AS id, i.numerator, i.denominator, i.cohort, i.missing, i.level, i.unit,
			   concat_ws('; ', 'numerator: ' || i.numerator, 'denominator: ' || i.denominator, 'cohort: ' || i.cohort) AS formula,
			   format('jsonb_populate_record(NULL::%s, ''{}'')', CASE i.level WHEN 'school' THEN 'school_round' ELSE 'municipal_round' END) AS answers,
			   'Столбцы — коды вопросов (таблица question) и статусы.' AS columns
		FROM indicator i
		UNION ALL
		SELECT 'recommendation_template', t.template_id::text, t.template_id, shnor.condition_formula(t.condition), NULL, NULL, 'exclude', NULL, NULL, t.condition,
			   'jsonb_populate_record(NULL::municipal_indicator, ''{}'')',
			   'Столбцы: score, note_required, numerator, denominator, answered, missing, percent, threshold, plan.'
		FROM recommendation_template t
		UNION ALL
		SELECT 'identification_rule', u.rule_id || ': ' || v.part, u.rule_id, shnor.condition_formula(v.formula), NULL, NULL, 'exclude', NULL, NULL, v.formula,
			   v.answers, v.columns
		FROM identification_rule u
		CROSS JOIN LATERAL (VALUES
			('item_condition', u.item_condition,
			 '(SELECT x FROM (SELECT NULL::integer AS participants, NULL::integer AS below_minimum, NULL::bigint AS marks_sum, NULL::smallint AS grade, NULL::integer AS previous_participants, NULL::integer AS previous_below) x)',
			 'Столбцы: participants, below_minimum, marks_sum, grade, previous_participants, previous_below.'),
			('enter_condition', u.enter_condition, 'jsonb_populate_record(NULL::identification_case, ''{}'')',
			 'Столбцы: assessments, marked, repeated, assessments_before, marked_before, participants, below_minimum, unjudged, listed.'),
			('leave_condition', u.leave_condition, 'jsonb_populate_record(NULL::identification_case, ''{}'')',
			 'Столбцы: assessments, marked, repeated, assessments_before, marked_before, participants, below_minimum, unjudged, listed.')
		) AS v(part, formula, answers, columns)
		UNION ALL
		SELECT 'effectiveness_condition', c.criterion || ', ' || c.position, c.position, shnor.condition_formula(c.condition), NULL, NULL, 'exclude', NULL, NULL, c.condition,
			   'jsonb_populate_record(NULL::spell_case, ''{}'')',
			   'Столбцы: listed_1 … listed_3, relisted, below_0 … below_3, participants_0 … participants_3, region_below_0, region_participants_0, region_below_3, region_participants_3.'
		FROM effectiveness_condition c
		UNION ALL
		SELECT 'validation_rule', v.rule || coalesce(' с ' || v.valid_from, ''), v.rule_id, shnor.condition_formula(v.condition), NULL,
			   shnor.condition_formula(v.applies), 'exclude', NULL, NULL, concat_ws('; ', 'condition: ' || v.condition, 'applies: ' || v.applies),
			   format('jsonb_populate_record(NULL::%s, ''{}'')', CASE v.respondent WHEN 'school' THEN 'validation_case' ELSE 'municipal_validation_case' END),
			   'Столбцы: ' || CASE v.respondent WHEN 'school' THEN 'коды вопросов, previous_…, same_…, median_…, schools_answered и статусы (представление validation_case).'
							  ELSE 'коды вопросов, previous_… и schools_answered (представление municipal_validation_case).' END
		FROM validation_rule v
		ORDER BY 1, 2
	LOOP
		object := d.object;
		code := d.code;
		severity := 'error';
		BEGIN
			EXECUTE format('SELECT count(*) FROM shnor.contribution((SELECT shnor.methodology($1, $2, $3, $4, $5)), %s)', d.answers)
			USING d.id, d.numerator, d.denominator, d.cohort, d.missing;
		EXCEPTION WHEN others THEN
			-- the message calls every number that of an indicator
			problem := format('Формула не читается: %s. Она такая: %s',
							  CASE d.object WHEN 'indicator' THEN SQLERRM ELSE regexp_replace(SQLERRM, format('^[^:]* %s[^:]*: ', d.id), '') END, d.formula);
			hint := d.columns || CASE d.object WHEN 'indicator' THEN '' ELSE ' Нужно условие, а не число.' END || ' Допустимы целые числа, true и false, + − *, сравнения, AND, OR, NOT, IS NULL, BETWEEN, IN, coalesce, least, greatest, yes_count.';
			RETURN NEXT;
			CONTINUE;
		END;

		-- two of everything: a numerator that comes to more than one counts people, and has to say out of how many
		IF d.unit = 'percent' AND d.denominator IS NULL THEN
			SELECT jsonb_object_agg(a.attname, CASE a.atttypid WHEN 'integer'::regtype THEN to_jsonb(2) ELSE to_jsonb(true) END) INTO answers
			FROM pg_attribute a
			WHERE a.attrelid = CASE d.level WHEN 'school' THEN 'school_round'::regclass ELSE 'municipal_round'::regclass END
			  AND a.attnum > 0 AND a.atttypid IN ('integer'::regtype, 'boolean'::regtype);
			BEGIN
				EXECUTE format('SELECT max(c.numerator) FROM shnor.contribution((SELECT shnor.methodology($1, $2, NULL, NULL, NULL)), jsonb_populate_record(NULL::%s, $3)) AS c',
							   CASE d.level WHEN 'school' THEN 'school_round' ELSE 'municipal_round' END)
				INTO counted USING d.id, d.numerator, answers;
			EXCEPTION WHEN others THEN
				problem := format('Формулу не удалось испытать на ответах «2» и «да»: %s. Она такая: %s', SQLERRM, d.formula);
				hint := 'Проверьте числа в формуле: результат должен умещаться в bigint.';
				RETURN NEXT;
				CONTINUE;
			END;
			IF counted > 1 THEN
				problem := 'Доля без знаменателя: числитель считает людей, а знаменателем служит число организаций';
				hint := 'Впишите знаменатель, например teachers.';
				RETURN NEXT;
			END IF;
		END IF;
	END LOOP;
END
$function$;

CREATE FUNCTION region_access_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_access_tables(text) IS
'Internal: creates the list of who may do what in the schema named region.';

CREATE FUNCTION region_access(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_access(text) IS
'Internal: row-level security and the grants of the listed roles on all tables and views of the schema named region.';

CREATE FUNCTION region_access_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_access_comments() IS
'Internal: Russian comments of access.';
