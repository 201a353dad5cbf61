-- The role × object matrix of a region, written out whole, and what readers, approvers and managers may do.
-- A new table, view or function of a region fails here until it is said who may do what with it.
-- Operators have a file of their own: access-operator.sql.
BEGIN;
SET client_min_messages = warning;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SET jit = off;
SELECT shnor.create_region('probe');
INSERT INTO probe.municipality (municipality_id, name) VALUES (1, 'Первый'), (2, 'Второй');
CREATE ROLE access_reader;
CREATE ROLE access_operator;
CREATE ROLE access_approver;
CREATE ROLE access_manager;
CREATE ROLE access_nobody;
SELECT shnor.grant_access('probe', 'access_' || c, c, CASE c WHEN 'operator' THEN 1 END) FROM unnest('{reader,operator,approver,manager}'::text[]) c;

-- ---- the matrix ----
-- r SELECT, i INSERT, u UPDATE, d DELETE, T TRUNCATE, x REFERENCES, t TRIGGER; of some columns only: u(column …)
CREATE FUNCTION public.held(role text, relation oid) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(CASE
			WHEN has_table_privilege(role, relation, p.name) THEN p.code
			WHEN p.name IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(role, relation, p.name)
				THEN format('%s(%s)', p.code, (SELECT string_agg(a.attname, ' ' ORDER BY a.attname) FROM pg_attribute a
											   WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(role, relation, a.attnum, p.name)))
		END, '' ORDER BY p.place), '')
	FROM (VALUES (1, 'r', 'SELECT'), (2, 'i', 'INSERT'), (3, 'u', 'UPDATE'), (4, 'd', 'DELETE'), (5, 'T', 'TRUNCATE'), (6, 'x', 'REFERENCES'), (7, 't', 'TRIGGER')) AS p(place, code, name)
$$;
CREATE TEMP TABLE matrix AS
SELECT c.relname::text AS object, c.relkind, public.held('access_reader', c.oid) AS reader, public.held('access_operator', c.oid) AS operator,
	   public.held('access_approver', c.oid) AS approver, public.held('access_manager', c.oid) AS manager, public.held('access_nobody', c.oid) AS nobody
FROM pg_class c WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f');
SELECT set_eq($$SELECT object, reader, operator, approver, manager, nobody FROM matrix WHERE relkind = 'r'$$, $$
	SELECT unnest(regexp_split_to_array(v.objects, '\s+')), v.reader, v.operator, v.approver, v.manager, ''
	FROM (VALUES
		('access', 'r', 'r', 'r', 'r'),
		('publication publication_definition publication_indicator publication_municipality publication_school
		 publication_school_indicator publication_target', 'r', 'r', 'ri', 'r'),
		('setting', 'r', 'r', 'r', 'ru'),
		('validation_acceptance', 'r', 'r', 'r', 'riu'),
		('source_answer_history', 'r', 'r', 'r', 'ri'),
		('municipal_submission_history submission_history import_issue_history import_correction', 'r', 'ri', 'r', 'ri'),
		-- it names everybody's rows: operators write into it and do not read
		('history refresh_pending', 'r', 'i', 'ri', 'ri'),
		('refresh_state stored_tally stored_bucket stored_result stored_completeness', 'r', 'r', 'r', 'r'),
		('round_event', 'r', 'r', 'ri', 'ri'),
		('data_source decision decision_kind decision_school effectiveness_condition effectiveness_criterion form_header
		 identification_rule indicator legal_act measure measure_kind measure_school municipality note obligation_term question
		 question_source recommendation recommendation_template result school school_status source_answer target validation_rule', 'r', 'r', 'r', 'riud'),
		('round_municipality', 'r', 'r', 'ri', 'riud'),
		('import_issue municipal_submission submission', 'r', 'riud', 'r', 'riud'),
		('round_school', 'r', 'r', 'riu(adverse_conditions low_results risk_zone)', 'riud'),
		('document', 'r', 'ri(added_at document_id issued_on kind link municipality_id question round_id school_id source title valid_from valid_until)u(added_at document_id issued_on kind link municipality_id question round_id school_id source title valid_from valid_until)d', 'r', 'riud'),
		('import', 'r', 'ri(asked content content_sha256 corrected data_source import_id loaded refused refused_lines respondent round_id rows_read source unchanged)u(asked corrected data_source loaded refused refused_lines rows_read unchanged)', 'r', 'ri(asked content content_sha256 corrected data_source import_id loaded refused refused_lines respondent round_id rows_read source unchanged)u(asked corrected data_source loaded refused refused_lines rows_read unchanged)'),
		('round', 'r', 'r(cohort_on documents_need_check due_on ends_on goals legal_act_id methods results_year round_id starts_on state tasks title)u(reopening)', 'ru(reopening state)', 'ri(cohort_on documents_need_check due_on ends_on goals legal_act_id methods results_year round_id starts_on tasks title)u(cohort_on documents_need_check due_on ends_on goals legal_act_id methods results_year round_id starts_on tasks title)d')
	) AS v(objects, reader, operator, approver, manager)$$, 'tables: who may do what');
SELECT set_eq($$SELECT object, reader, operator, approver, manager, nobody FROM matrix WHERE relkind <> 'r'$$, $$
	SELECT unnest(regexp_split_to_array(v.objects, '\s+')), v.reader, v.operator, v.approver, v.manager, ''
	FROM (VALUES
		('answer answer_conflict answer_proof change_result competence_result completeness decision_status identification
		 identification_case indicator_change_sum indicator_question indicator_result legal_act_chain measure_status
		 municipal_change municipal_competence municipal_evidence municipal_indicator municipal_member municipal_proven
		 municipal_round municipal_source_answer municipal_tally note_status obligation proven_indicator proven_result
		 proven_tally publication_definition_change publication_pair publication_regional_report publication_report
		 ranked_source_answer recommendation_due report_scope reporting_day result_change result_change_sum result_mark
		 round_indicator round_list round_member round_methodology round_pair round_side round_term school_competence school_indicator
		 school_mark school_proven school_result school_round school_source_answer
		 import_state municipal_tally_stored municipal_indicator_stored completeness_stored round_rule round_place round_rule_set validation_case municipal_validation_case', 'r', 'r', 'r', 'r'),
		('history_change effectiveness measure_effect measure_target monitoring_year municipal_score publication_difference
		 publication_respondent_change regional_change regional_competence regional_evidence regional_indicator result_pair
		 pending_bucket pending_group staleness regional_indicator_stored municipal_score_stored school_year spell_case spell_condition spell_year validation_finding', 'r', '', 'r', 'r')
	) AS v(objects, reader, operator, approver, manager)$$, 'views: operators see those that are the same for them');
SELECT is_empty($$SELECT c.relname, r FROM pg_class c CROSS JOIN unnest('{access_reader,access_operator,access_approver,access_manager,access_nobody}'::text[]) r
	WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'S' AND has_sequence_privilege(r, c.oid, 'USAGE, SELECT, UPDATE')$$,
	'sequences: nobody; a table counts its rows for whoever may insert');
SELECT set_eq($$SELECT r, has_schema_privilege(r, 'probe', 'USAGE') AS u, has_schema_privilege(r, 'probe', 'CREATE') AS c
	FROM unnest('{access_reader,access_operator,access_approver,access_manager,access_nobody}'::text[]) r$$,
	$$VALUES ('access_reader', true, false), ('access_operator', true, false), ('access_approver', true, false), ('access_manager', true, false), ('access_nobody', false, false)$$,
	'the schema: nobody makes anything in it, and who has no access does not enter it');
SELECT set_eq($$SELECT p.proname::text, p.prorettype = 'trigger'::regtype, p.prosecdef, r.n FROM pg_proc p
	CROSS JOIN LATERAL (SELECT count(*) AS n FROM unnest('{access_reader,access_operator,access_approver,access_manager}'::text[]) r WHERE has_function_privilege(r, p.oid, 'EXECUTE')) r
	WHERE p.pronamespace = 'probe'::regnamespace$$, $$
	SELECT unnest('{check_acceptance,check_rule,check_answer,check_change,check_days_open,check_document,check_entry,check_issue,check_none_closed,check_publication,check_question,check_question_known,check_recorded,check_round,check_round_begun,check_round_open,check_source_versions,check_target,check_versions,keep_change,keep_day,keep_history,keep_pending,keep_pending_answer,keep_pending_version,keep_recorded,keep_round,keep_truncated,refuse_edit}'::text[]) AS f, true AS t, false AS d, 4::bigint AS n
	UNION ALL
	-- tables as they were, with the rights of the reader: of what he may not read they give an error
	SELECT n || '_as_of', false, false, 4 FROM (SELECT unnest('{answers,municipal_answers,source_answers}'::text[]) UNION ALL SELECT shnor.region_history_names()) AS r(n)$$,
	'functions of the region: triggers and tables as they were, with the rights of whoever writes or reads');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace IN ('shnor'::regnamespace, 'probe'::regnamespace) AND p.prosecdef$$, 'no function lends its owner''s rights');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'v'
	AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)$$, 'no view does');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind IN ('m', 'f', 'p')$$, 'there is nothing in a region that row-level security does not reach');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind IN ('r', 'p')
	AND NOT (c.relrowsecurity AND NOT c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy l WHERE l.polrelid = c.oid AND l.polcmd = 'r'))$$,
	'every table has row-level security and says which rows are read; its owner is not bound');
SELECT is_empty($$SELECT c.relname, p.cmd FROM pg_class c CROSS JOIN (VALUES ('a', 'INSERT'), ('w', 'UPDATE'), ('d', 'DELETE')) AS p(code, cmd)
	WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'r'
	AND (EXISTS (SELECT FROM unnest('{access_operator,access_approver,access_manager}'::text[]) r
				 WHERE has_table_privilege(r, c.oid, p.cmd) OR p.cmd <> 'DELETE' AND has_any_column_privilege(r, c.oid, CASE p.cmd WHEN 'DELETE' THEN 'SELECT' ELSE p.cmd END)))
		<> EXISTS (SELECT FROM pg_policy l WHERE l.polrelid = c.oid AND l.polcmd = p.code::"char")$$, 'and for each privilege to write there is a policy, and none without');
SELECT is_empty($$SELECT c.relname, l.polname FROM pg_policy l JOIN pg_class c ON c.oid = l.polrelid WHERE c.relnamespace = 'probe'::regnamespace AND l.polpermissive
	AND CASE l.polname WHEN 'access_whole' THEN l.polcmd = 'r' AND pg_get_expr(l.polqual, l.polrelid) = 'true'
		AND ARRAY(SELECT o::regrole::text FROM unnest(l.polroles) o ORDER BY 1) = '{access_approver,access_manager,access_reader}' ELSE l.polroles = '{0}' END IS NOT TRUE$$,
	'who sees the whole region is named where he sees all rows, and nobody anywhere else');
SELECT is_empty($$SELECT l.polname FROM pg_policy l JOIN pg_class c ON c.oid = l.polrelid
	JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = l.oid JOIN pg_proc f ON d.refclassid = 'pg_proc'::regclass AND f.oid = d.refobjid
	WHERE c.relnamespace = 'probe'::regnamespace$$, 'and none needs a function that is not PostgreSQL''s own: they outlive the extension');
SELECT is_empty($$SELECT l.polname FROM pg_policy l JOIN pg_class c ON c.oid = l.polrelid WHERE c.relnamespace = 'probe'::regnamespace
	AND coalesce(obj_description(l.oid, 'pg_policy'), '') !~ '[А-Яа-я]'$$, 'each is commented');

-- ---- what each does ----
GRANT ALL ON SCHEMA public TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO PUBLIC;
SET search_path = probe, public;
CREATE FUNCTION public.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
	hint text;
	n bigint;
BEGIN
	EXECUTE statement;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN format('%s rows', n);
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws('|', SQLSTATE, said, nullif(hint, ''));
END
$$;

-- a manager fills the region
SET ROLE access_manager;
SELECT lives_ok($$INSERT INTO school (school_id, municipality_id, code, name) SELECT i, 1 + i % 2, 's' || i, 'Школа ' || i FROM generate_series(1, 4) i$$, 'a manager keeps the directories');
SELECT lives_ok($$INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге')$$, 'the orders');
SELECT lives_ok($$INSERT INTO school_status (school_id, status, since) VALUES (1, 'low_results', '2024-01-01'), (2, 'low_results', '2024-01-01')$$, 'the statuses');
SELECT lives_ok($$INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id) SELECT i, 'Мониторинг ' || i, '2024-09-01', '2024-09-20', '2024-09-01', 1 FROM generate_series(1, 3) i$$, 'drafts of rounds');
SELECT lives_ok($$UPDATE round SET title = '2024', due_on = '2024-09-21' WHERE round_id = 1$$, 'which it prepares');
SELECT lives_ok('DELETE FROM round WHERE round_id = 3', 'or throws away');
SELECT matches(refusal($$INSERT INTO round (title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES ('x', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open')$$), '^42501', 'it does not open one');
SELECT matches(refusal($$UPDATE round SET state = 'open'$$), '^42501.permission denied for table round', 'nor any later');
SELECT lives_ok($$INSERT INTO target (round_id, indicator, threshold) VALUES (1, 'teachers_supported', 50)$$, 'it sets the targets that orders set');
SELECT lives_ok($$UPDATE indicator SET title = title || '.' WHERE indicator = 'risks_resolved'$$, 'and words the definitions');
-- an approver opens
SET ROLE access_approver;
SELECT lives_ok($$UPDATE round SET state = 'open'$$, 'an approver opens rounds');
SELECT matches(refusal($$UPDATE round SET title = 'x'$$), '^42501', 'and words none');
SELECT matches(refusal(s), '^42501', s) FROM unnest(ARRAY[
	'INSERT INTO submission (round_id, school_id) VALUES (1, 1)', 'INSERT INTO municipal_submission (round_id, municipality_id) VALUES (1, 1)', 'DELETE FROM round', 'UPDATE target SET threshold = 1', 'UPDATE indicator SET missing = ''no''',
	'UPDATE question SET wording = ''x''', 'UPDATE school SET municipality_id = 1', 'DELETE FROM school_status', 'INSERT INTO document (round_id, municipality_id, question, title) VALUES (1, 1, ''has_results_note'', ''x'')',
	'SELECT shnor.import_form(''probe'', 1, E''Код ОО;teachers\ns1;12\n'')']) s;
SET ROLE access_manager;
SELECT results_eq($$SELECT loaded, refused FROM shnor.import_form('probe', 1, E'Код ОО;teachers;supported;has_prevention\ns1;12;6;да\ns2;12;5;нет\ns3;8;8;да\n', 'форма.csv')$$, 'VALUES (3, 0)', 'a manager imports forms of all municipalities');
SELECT results_eq($$SELECT loaded FROM shnor.import_form('probe', 1, E'Код ОО;in_networks\ns1;3\n', data_source => 'unoi')$$, 'VALUES (1)', 'and what other sources say');
SELECT lives_ok('UPDATE submission SET supported = 7 WHERE school_id = 1', 'corrects answers');
SELECT lives_ok($$INSERT INTO document (round_id, school_id, question, link, check_state) VALUES (1, 1, 'has_prevention', 'https://example.org/1', 'accepted')$$, 'checks documents');
SELECT lives_ok($$INSERT INTO note (round_id, municipality_id, indicator, reason, received_on) VALUES (1, 1, 'teachers_supported', 'Причина', '2024-10-01')$$, 'takes notes');
SELECT lives_ok($$UPDATE import_issue SET hint = hint$$, 'goes through what imports refused');
SELECT matches(refusal(s), '^42501', s) FROM unnest(ARRAY[
	'UPDATE round SET title = ''x'' WHERE round_id = 1', 'SELECT shnor.publish(''probe'', 1, 1)', 'UPDATE import SET content = ''x''', 'DELETE FROM import', 'DELETE FROM submission_history',
	'INSERT INTO submission_history (round_id, school_id, submitted_at, replaced_by) VALUES (1, 1, now(), ''access_reader'')',
	'INSERT INTO access (role, capability) VALUES (''access_manager'', ''approver'')', 'SELECT shnor.grant_access(''probe'', ''access_manager'', ''approver'')', 'TRUNCATE note']) s;
SELECT is(refusal('DELETE FROM round WHERE round_id = 2'), '0 rows', 'a round that is open it does not throw away');
SELECT matches(refusal($$INSERT INTO round_event (round_id, event) VALUES (2, 'closed')$$), '^55000', 'nobody writes the journal of rounds by hand');
SET ROLE access_approver;
SELECT lives_ok($$UPDATE round SET state = 'closed' WHERE round_id = 1$$, 'an approver closes a round');
SELECT is((SELECT count(*) FROM round_school), 4::bigint, 'whose list is written down');
SELECT is(shnor.publish('probe', 1, 1), 1, 'publishes it');
SELECT is((SELECT count(*) FROM publication_report), 36::bigint, 'with all figures');
SELECT is(shnor.reopen_round('probe', 1, 'Ошибка'), 'open', 'and opens it again');
SELECT is(refusal('UPDATE round_school SET low_results = true'), '0 rows', 'what closing writes, an approver does not write by hand');
SELECT matches(refusal($$INSERT INTO round_school VALUES (1, 1, 1, 'school', true, true, true)$$), '^42501', 'nor adds to');
SET ROLE access_manager;
SELECT matches(refusal($$SELECT shnor.reopen_round('probe', 1, 'x')$$), '^55000', 'it is open');
SELECT lives_ok('UPDATE round_school SET municipality_id = 1 WHERE school_id = 1', 'a manager corrects the list of a reopened round');
SELECT lives_ok($$UPDATE school_status SET since = '2024-02-01'$$, 'and statuses');
SET ROLE access_approver;
SELECT lives_ok($$UPDATE round SET state = 'closed' WHERE round_id = 1$$, 'closed again');
SET ROLE access_manager;
SELECT matches(refusal($$SELECT shnor.reopen_round('probe', 1, 'x')$$), '^42501', 'a manager does not reopen it');
SELECT matches(refusal($$UPDATE submission SET teachers = 1 WHERE round_id = 1$$), '^55000.мониторинг «2024» закрыт', 'nor write in it');
-- what only triggers write is not written by a trigger of one's own
CREATE TEMP TABLE own (statement text);
CREATE FUNCTION pg_temp.own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE NEW.statement; RETURN NEW; END $$;
CREATE TRIGGER own AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION pg_temp.own();
SELECT array_agg(r::text ORDER BY r::text) AS listed FROM round_school r \gset
SELECT matches(refusal(format('INSERT INTO pg_temp.own VALUES (%L)', s)), '^(1 rows|42501.*)$', s) FROM unnest(ARRAY[
	'UPDATE probe.round_school SET low_results = NOT low_results', 'DELETE FROM probe.round_school', 'DELETE FROM probe.round_municipality']) s;
SELECT is((SELECT array_agg(r::text ORDER BY r::text) FROM round_school r), :'listed', 'the list of a closed round stays as it was');
SELECT is((SELECT count(*) FROM round_municipality), 2::bigint, 'of municipalities, too');
SELECT matches(refusal(format('INSERT INTO pg_temp.own VALUES (%L)', s)), '^' || state || '.', s) FROM (VALUES
	('42501', 'INSERT INTO probe.round_event (round_id, event) VALUES (1, ''reopened'')'),
	-- another's name, another moment, what is not his to change
	('55000', 'INSERT INTO probe.history (table_name, operation, key, new_row, changed_at, changed_by, session_by) VALUES (''note'', ''insert'', ''{}'', ''{}'', clock_timestamp(), ''access_reader'', session_user)'),
	('55000', 'INSERT INTO probe.history (table_name, operation, key, new_row, changed_at, changed_by, session_by) VALUES (''note'', ''insert'', ''{}'', ''{}'', ''2024-01-01'', current_user, session_user)'),
	('55000', 'INSERT INTO probe.history (table_name, operation, key, new_row, changed_at, changed_by, session_by) VALUES (''access'', ''insert'', ''{}'', ''{}'', clock_timestamp(), current_user, session_user)')) AS v(state, s);
DROP TABLE own;
SET ROLE access_approver;
CREATE TEMP TABLE own (statement text);
CREATE FUNCTION pg_temp.own_approver() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE NEW.statement; RETURN NEW; END $$;
CREATE TRIGGER own AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION pg_temp.own_approver();
RESET ROLE;
-- as if it had been closed in another transaction
ALTER TABLE round_event DISABLE TRIGGER USER;
UPDATE round_event SET happened_at = happened_at - interval '1 hour';
ALTER TABLE round_event ENABLE TRIGGER USER;
SET ROLE access_approver;
SELECT lives_ok($$INSERT INTO pg_temp.own VALUES ('UPDATE probe.round_school SET low_results = NOT low_results')$$, 'an approver''s');
SELECT is((SELECT array_agg(r::text ORDER BY r::text) FROM round_school r), :'listed', 'changes nothing of what has been closed');
SELECT matches(refusal($$INSERT INTO pg_temp.own VALUES ('INSERT INTO probe.round_event (round_id, event, happened_at) VALUES (1, ''reopened'', ''2024-10-10'')')$$), '^42501', 'nor when');
DROP TABLE own;
RESET ROLE;

-- who was let in after a publication recomputes it as well, the region's rows included
CREATE ROLE access_later;
SELECT shnor.grant_access('probe', 'access_later', 'reader');
SET ROLE access_later;
SELECT is((SELECT count(*) FROM publication_indicator WHERE municipality_id IS NULL), 18::bigint, 'published for the region');
SELECT is_empty($$SELECT part, municipality_id, column_name FROM shnor.check_publication('probe', 1) WHERE part = 'publication_indicator' AND municipality_id IS NULL$$, 'and recomputed by one who was let in later');
RESET ROLE;
SELECT shnor.revoke_access('probe', 'access_later');

-- a reader reads everything, as the owner does, and writes nothing
ANALYZE;
CREATE FUNCTION public.digest() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	v text;
	d text;
BEGIN
	FOR v IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind IN ('r', 'v') -- who may do what is shown to each role apart; the journal of changes goes on meanwhile, and an upgrade asks for a refresh
			 AND c.relname NOT IN ('access', 'history', 'history_change', 'refresh_pending') ORDER BY 1 LOOP
		EXECUTE format('SELECT md5(coalesce(string_agg(x::text, ''|'' ORDER BY x::text), '''')) FROM probe.%I x', v) INTO d;
		RETURN NEXT v || ' ' || d;
	END LOOP;
END
$$;
CREATE TABLE public.owners AS SELECT public.digest() AS line;
GRANT SELECT ON public.owners TO PUBLIC;
SET ROLE access_reader;
SELECT is((SELECT count(*) FROM submission), 3::bigint, 'there is something to read');
SELECT bag_eq('SELECT public.digest()', 'SELECT line FROM public.owners', 'a reader sees what the owner sees, in every table and view');
SET ROLE access_approver;
SELECT bag_eq('SELECT public.digest()', 'SELECT line FROM public.owners', 'so does an approver');
SET ROLE access_manager;
SELECT bag_eq('SELECT public.digest()', 'SELECT line FROM public.owners', 'and a manager');
SET ROLE access_reader;
SELECT lives_ok($$SELECT * FROM shnor.lint('probe')$$, 'a reader may look for mistakes');
SELECT isnt_empty($$SELECT * FROM shnor.explain('probe', 1, NULL, 'teachers_supported')$$, 'and have figures explained');
SELECT results_eq('SELECT role FROM access', $$VALUES ('access_reader')$$, 'of who may do what he sees his own line');
SET ROLE access_nobody;
SELECT matches(refusal('SELECT * FROM probe.submission'), '^42501', 'who has no access sees nothing');
SELECT matches(refusal($$SELECT * FROM shnor.access('probe')$$), '^42501', 'not even who has');
RESET ROLE;

-- ---- granting ----
SELECT is(refusal($$SELECT shnor.grant_access('probe', 'access_none', 'reader')$$), '42704|роли «access_none» нет|Проверьте имя или создайте роль: CREATE ROLE access_none LOGIN;', 'a role that is not there');
SELECT matches(refusal($$SELECT shnor.grant_access('probe', NULL, 'reader')$$), '^42704.роли «NULL» нет', 'none');
SELECT matches(refusal($$SELECT shnor.grant_access('probe', 'access_reader', 'writer')$$), '^22023.неизвестно, что разрешить: «writer».Допустимы reader', 'a capability that is none');
SELECT matches(refusal($$SELECT shnor.grant_access('probe', 'access_reader', NULL)$$), '^22023.неизвестно, что разрешить: «NULL»', 'or not named');
SELECT matches(refusal($$SELECT shnor.grant_access('probe', 'access_reader', 'operator')$$), '^22023.оператору не назначен муниципалитет.Назовите его четвёртым', 'an operator of nothing');
SELECT is(refusal($$SELECT shnor.grant_access('probe', 'access_reader', 'operator', 9)$$), '22023|в регионе «probe» нет муниципалитета с номером 9|Муниципалитеты перечислены в таблице probe.municipality.', 'of a municipality that is none');
SELECT matches(refusal($$SELECT shnor.grant_access('probe', 'access_reader', 'reader', 1)$$), '^22023.муниципалитет указывают только у оператора', 'a reader of one municipality');
SELECT matches(refusal($$SELECT shnor.grant_access('nowhere', 'access_reader', 'reader')$$), '^3F000', 'a region that is none');
SELECT matches(refusal($$SELECT shnor.grant_access('probe', 'public', 'manager')$$), '^22023.всем сразу', 'everybody writes: no');
SELECT matches(refusal(format('SELECT shnor.grant_access(''probe'', %L, ''operator'', 1)', current_user)), '^22023.*видит все строки', 'an owner is not confined');
SELECT matches(refusal($$SELECT shnor.revoke_access('probe', 'access_reader', 'manager')$$), '^22023.роли «access_reader» этого в регионе «probe» не разрешали.Разрешено ей другое: reader', 'what was not granted is not taken back');
SELECT matches(refusal($$SELECT shnor.revoke_access('probe', 'access_none')$$), '^42704', 'nor from nobody');
SELECT results_eq('SELECT role, capability, municipality_id FROM access ORDER BY access_id', $$VALUES ('access_reader', 'reader', NULL::int), ('access_operator', 'operator', 1), ('access_approver', 'approver', NULL), ('access_manager', 'manager', NULL)$$,
	'and nothing of it has changed the list');
CREATE ROLE "access Группа ""А""";
CREATE ROLE access_person LOGIN IN ROLE "access Группа ""А""";
SELECT lives_ok($$SELECT shnor.grant_access('probe', 'access Группа "А"', 'reader')$$, 'a name that needs quoting');
SELECT shnor.grant_access('probe', 'access Группа "А"', 'approver');
SELECT results_eq($$SELECT capability, members, agrees, granted_by = current_user, granted_at = now() FROM shnor.access('probe') WHERE role = 'access Группа "А"'$$,
	$$VALUES ('approver', 'access_person', true, true, true), ('reader', 'access_person', true, true, true)$$, 'the list names the members of a group');
SET ROLE access_person;
SELECT cmp_ok((SELECT count(*) FROM regional_indicator), '>', 0::bigint, 'who read by it');
RESET ROLE;
SELECT shnor.revoke_access('probe', 'access Группа "А"', 'approver');
SELECT results_eq($$SELECT capability, agrees, problem FROM shnor.access('probe') WHERE role = 'access Группа "А"'$$, $$VALUES ('reader', true, NULL::text)$$, 'one of two is taken back: the other stays whole');
SELECT set_eq($$SELECT object, attribute, privilege FROM shnor.region_access_actual('probe') WHERE role = 'access Группа "А"'$$,
	$$SELECT object, attribute, privilege FROM shnor.region_access_actual('probe') WHERE role = 'access_reader'$$, 'and nothing more');
-- an operator's columns under a manager's whole table
SELECT shnor.grant_access('probe', 'access_operator', 'manager');
SELECT shnor.revoke_access('probe', 'access_operator', 'manager');
SELECT is((SELECT array_agg(problem) FROM shnor.access('probe') WHERE role = 'access_operator'), '{NULL}'::text[], 'an operator who was a manager for a while is an operator again');
-- everybody
SELECT shnor.grant_access('probe', 'public', 'reader');
SET ROLE access_nobody;
SELECT cmp_ok((SELECT count(*) FROM municipal_indicator), '>', 0::bigint, 'reading can be everybody''s');
RESET ROLE;
SELECT shnor.revoke_access('probe', 'public');
SELECT is(has_schema_privilege('access_nobody', 'probe', 'USAGE'), false, 'and nobody''s again');

-- the list and the catalogs
SELECT is((SELECT bool_and(agrees) FROM shnor.access('probe')), true, 'the list agrees with the catalogs');
REVOKE SELECT ON submission, municipal_indicator FROM access_reader;
GRANT DELETE ON note TO access_operator;
GRANT UPDATE (state) ON round TO access_manager;
GRANT USAGE, CREATE ON SCHEMA probe TO access_nobody;
GRANT SELECT ON submission, regional_indicator TO access_nobody;
CREATE MATERIALIZED VIEW frozen AS SELECT * FROM municipal_indicator;
CREATE VIEW mine WITH (security_invoker = true) AS SELECT * FROM municipal_indicator;
GRANT SELECT ON frozen, mine TO access_approver;
SELECT set_eq($$SELECT role, capability, agrees, problem FROM shnor.access('probe') WHERE role <> 'access Группа "А"'$$, $$VALUES
	('access_reader', 'reader', false, 'Не хватает прав: SELECT на municipal_indicator, submission'),
	('access_operator', 'operator', false, 'Выдано вручную сверх разрешённого: DELETE на note'),
	('access_manager', 'manager', false, 'Выдано вручную сверх разрешённого: UPDATE на round'),
	('access_approver', 'approver', false, 'Выдано вручную сверх разрешённого: SELECT на frozen'),
	('access_nobody', NULL, false, 'Ничего не разрешено, но права выданы вручную: CREATE на схему; SELECT на regional_indicator, submission; USAGE на схему')$$,
	'what was revoked or granted by hand shows; so does a materialized view, which no policy reaches; a view with the reader''s rights is all right');
SET ROLE access_nobody;
SELECT throws_ok('SELECT * FROM submission', '42501', NULL, 'a grant by hand opens no row');
RESET ROLE;
GRANT SELECT ON access, round_school, school, round_event TO access_nobody;
SET ROLE access_nobody;
SELECT is((SELECT count(*) FROM submission), 0::bigint, 'nor do many');
RESET ROLE;
SELECT throws_ok($$SELECT shnor.revoke_access('probe', 'access_nobody', 'reader')$$, '22023', NULL, 'what was granted by hand is no capability');
SELECT shnor.revoke_access('probe', 'access_nobody');
SELECT is_empty($$SELECT * FROM shnor.region_access_actual('probe') WHERE role = 'access_nobody'$$, 'but goes with everything');
SELECT shnor.grant_access('probe', 'access_reader', 'reader');
REVOKE DELETE ON note FROM access_operator;
REVOKE UPDATE (state) ON round FROM access_manager;
DROP MATERIALIZED VIEW frozen;
DROP VIEW mine;
SELECT is((SELECT string_agg(problem, ' ') FROM shnor.access('probe')), NULL, 'granted once more, it is whole');
ALTER TABLE note DISABLE ROW LEVEL SECURITY;
SELECT results_eq($$SELECT DISTINCT problem FROM shnor.access('probe')$$, $$VALUES ('Защита строк снята с таблиц: note')$$, 'row-level security that was switched off shows');
SELECT shnor.upgrade_region('probe');
SELECT is((SELECT bool_and(agrees) FROM shnor.access('probe')), true, 'upgrade_region switches it on');
DROP POLICY access_select ON note;
ALTER POLICY access_whole ON submission TO access_operator;
SELECT results_eq($$SELECT role, problem FROM shnor.access('probe') WHERE role IN ('access_operator', 'access_reader')$$,
	$$VALUES ('access_operator', 'Видит все строки таблиц: submission'), ('access_reader', 'Не видит строк таблиц: submission')$$, 'so does a policy that was changed');
SELECT shnor.upgrade_region('probe');
SET ROLE access_reader;
SELECT is((SELECT count(*) FROM note), 1::bigint, 'and writes policies anew that are gone');
RESET ROLE;
DROP OWNED BY access_person, "access Группа ""А""";
DROP ROLE access_person, "access Группа ""А""";
SELECT results_eq($$SELECT agrees, problem FROM shnor.access('probe') WHERE role = 'access Группа "А"'$$, $$VALUES (false, 'Такой роли нет')$$, 'a role that was dropped shows');
SELECT lives_ok($$SELECT shnor.upgrade_region('probe')$$, 'and does not stand in the way');
SELECT lives_ok($$SELECT shnor.revoke_access('probe', 'access Группа "А"')$$, 'it is struck off');

-- ---- the owner is an ordinary role ----
CREATE ROLE access_owner;
DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO access_owner', current_database()); END$$;
SET ROLE access_owner;
SELECT shnor.create_region('hers');
INSERT INTO hers.municipality (municipality_id, name) VALUES (1, 'Её');
SELECT lives_ok($$SELECT shnor.grant_access('hers', 'access_operator', 'operator', 1)$$, 'an owner without any other right grants access');
SELECT is((SELECT count(*) FROM hers.municipality), 1::bigint, 'and is not bound by the policies');
SELECT matches(refusal($$SELECT shnor.grant_access('probe', 'access_owner', 'reader')$$), '^42501', 'in her own region only');
SELECT matches(refusal($$SELECT shnor.revoke_access('probe', 'access_reader')$$), '^42501', 'nor takes it back elsewhere');
SET ROLE access_reader;
SELECT is(refusal($$SELECT shnor.grant_access('probe', 'access_owner', 'reader')$$), format('42501|права в регионе «probe» раздаёт только его владелец|Владелец — роль «%s». Попросите её или войдите под ней.', session_user), 'who reads is told whom to ask');
SET ROLE access_operator;
SELECT is((SELECT string_agg(name, ' ') FROM hers.municipality), 'Её', 'an operator of two regions');
RESET ROLE;

-- ---- without the extension, and with it again ----
SET client_min_messages = error;
DROP EXTENSION shnor CASCADE;
RESET client_min_messages;
SET ROLE access_operator;
SELECT results_eq('SELECT school_id FROM submission ORDER BY 1', 'VALUES (1), (2)', 'policies hold without the extension: a school of the list, and one of the directory');
SAVEPOINT written;
SELECT lives_ok('INSERT INTO submission (round_id, school_id, teachers) VALUES (2, 2, 5); UPDATE submission SET teachers = 6 WHERE round_id = 2', 'so does writing');
SELECT results_eq('SELECT teachers, replaced_by FROM submission_history WHERE round_id = 2', $$VALUES (5, 'access_operator'::name)$$, 'with its history');
SELECT throws_ok('INSERT INTO submission (round_id, school_id, teachers) VALUES (2, 1, 5)', '42501', NULL, 'and of others it does not');
ROLLBACK TO written;
SET ROLE access_reader;
SELECT is((SELECT count(*) FROM submission), 3::bigint, 'and reading');
RESET ROLE;
SET client_min_messages = warning;
CREATE EXTENSION shnor;
SELECT shnor.upgrade_region('probe');
SELECT is((SELECT bool_and(agrees) FROM shnor.access('probe')), true, 'the new views have their grants again');
SET ROLE access_reader;
SELECT bag_eq('SELECT public.digest()', 'SELECT line FROM public.owners', 'and show the same');
RESET ROLE;

-- ---- a region of a version without row-level security, granted by hand ----
SELECT shnor.create_region('older');
INSERT INTO older.municipality (municipality_id, name) VALUES (1, 'Первый');
INSERT INTO older.school (school_id, municipality_id, code, name) VALUES (1, 1, 's1', 'Школа 1');
INSERT INTO older.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге');
INSERT INTO older.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');
INSERT INTO older.submission (round_id, school_id, teachers) VALUES (1, 1, 3);
SET client_min_messages = error;
DROP TABLE older.access CASCADE;
DO $$
DECLARE
	c text;
BEGIN
	FOR c IN SELECT format('DROP POLICY %I ON %s', polname, polrelid::regclass) FROM pg_policy p JOIN pg_class t ON t.oid = p.polrelid WHERE t.relnamespace = 'older'::regnamespace
			 UNION ALL SELECT format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', oid::regclass) FROM pg_class WHERE relnamespace = 'older'::regnamespace AND relkind = 'r' LOOP
		EXECUTE c;
	END LOOP;
END
$$;
CREATE ROLE access_bi;
CREATE ROLE access_part;
CREATE ROLE access_writer;
GRANT USAGE ON SCHEMA older TO access_bi, access_part, access_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA older TO access_bi, access_writer;
GRANT SELECT ON older.school TO access_part;
GRANT INSERT, UPDATE ON older.submission, older.submission_history TO access_writer;
GRANT UPDATE (reopening) ON older.round TO access_writer;
CREATE TEMP TABLE told AS SELECT shnor.upgrade_region('older');
RESET client_min_messages;
SELECT results_eq('SELECT role, capability, by_hand FROM older.access ORDER BY 1, 2', $$VALUES
	('access_bi', 'reader', false), ('access_part', 'reader', true), ('access_writer', 'approver', true), ('access_writer', 'manager', true), ('access_writer', 'reader', true)$$,
	'who held privileges is entered');
SET ROLE access_bi;
SELECT is((SELECT count(*) FROM older.municipal_indicator), 18::bigint, 'who read everything is a reader, of the new views, too');
SET ROLE access_part;
SELECT is((SELECT count(*) FROM older.school), 1::bigint, 'who read a table still does');
SELECT throws_ok('SELECT * FROM older.submission', '42501', NULL, 'and no other');
SET ROLE access_writer;
SELECT lives_ok('UPDATE older.submission SET teachers = 4', 'who wrote still does');
SELECT is((SELECT teachers FROM older.submission), 4, 'where he did');
RESET ROLE;
SELECT is((SELECT bool_and(agrees) FROM shnor.access('older')), true, 'nothing of it is amiss');
SELECT shnor.grant_access('older', 'access_part', 'reader');
SELECT results_eq($$SELECT by_hand FROM older.access WHERE role = 'access_part'$$, 'VALUES (false)', 'and what was kept can be granted properly');
SET ROLE access_part;
SELECT is((SELECT count(*) FROM older.municipal_indicator), 18::bigint, 'then it is whole');
RESET ROLE;

SELECT finish();
ROLLBACK;
