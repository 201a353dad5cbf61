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
	PERFORM shnor.region_triggers(region);
	EXECUTE format('UPDATE %I.round r SET state = ''closed'' WHERE r.round_id = ANY ($1)', region) USING closed;
END
$function$;

COMMENT ON FUNCTION region_methodology_parts(text) IS
'Internal: creates and fills the tables of rounds, sources, evidence, obligations, identification, effectiveness and publications in the schema named region.';

CREATE FUNCTION region_triggers(region text) RETURNS void
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

CREATE FUNCTION region_validation_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_validation_tables(text) IS
'Internal: creates the rules and the accepted findings in the schema named region.';

CREATE FUNCTION region_validation_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;

COMMENT ON FUNCTION region_validation_seed(text) IS
'Internal: the rules that a region starts with.';

CREATE FUNCTION region_validation_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::integer, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_validation_views() IS
'Internal: the findings.';

CREATE FUNCTION region_validation_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;

COMMENT ON FUNCTION region_validation_comments() IS
'Internal: Russian comments of rules and findings.';

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
