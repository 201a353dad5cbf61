-- What a new region consists of: the contract's tables, views and columns, in their order; core types;
-- comments; the seed; constraints. Nothing here needs an answer.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();

CREATE FUNCTION pg_temp.columns_of(relation text) RETURNS text
LANGUAGE sql AS $$
	SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute
	WHERE attrelid = relation::regclass AND attnum > 0 AND NOT attisdropped
$$;

SELECT is(shnor.create_region('probe', 'Пробный регион'), 'probe', 'create_region returns the name');
SELECT results_eq('SELECT title, time_zone FROM probe.setting',
				  $$VALUES ('Пробный регион', 'Europe/Moscow')$$, 'the setting holds title and time zone');

-- tables
SELECT tables_are('probe', ARRAY['access', 'setting', 'municipality', 'school', 'legal_act', 'round', 'school_status', 'question',
	'indicator', 'target', 'submission', 'submission_history', 'municipal_submission', 'municipal_submission_history',
	'form_header', 'import', 'import_issue', 'import_issue_history', 'import_correction', 'history', 'access',
	'round_event', 'round_school', 'round_municipality', 'data_source', 'question_source', 'source_answer', 'source_answer_history', 'document',
	'obligation_term', 'note', 'recommendation_template', 'recommendation', 'measure_kind', 'measure', 'measure_school', 'decision_kind', 'decision', 'decision_school',
	'result', 'identification_rule', 'effectiveness_criterion', 'effectiveness_condition',
	'publication', 'publication_indicator', 'publication_definition', 'publication_target', 'publication_school', 'publication_municipality', 'publication_school_indicator', 'refresh_pending', 'refresh_state', 'stored_tally', 'stored_bucket', 'stored_result', 'stored_completeness',
	'validation_rule', 'validation_acceptance']);
SELECT is(pg_temp.columns_of('probe.' || t.name), t.columns, 'columns of table ' || t.name)
FROM (VALUES
	('setting', 'title time_zone goals tasks methods min_n confidence list_month list_day'),
	('municipality', 'municipality_id oktmo name'),
	('school', 'school_id municipality_id code name kind opened_on closed_on successor_id'),
	('legal_act', 'legal_act_id number issued_on issuer title amends_id'),
	('round', 'round_id title starts_on due_on ends_on cohort_on legal_act_id state goals tasks methods results_year documents_need_check reopening'),
	('school_status', 'school_id status since until legal_act_id'),
	('question', 'question_id question respondent position wording answer_type evidence part_of source_wording source_defect valid_from valid_until evidence_kinds'),
	('indicator', 'definition_id indicator indicator_id clause section position title unit level institution_kinds collection_method numerator denominator cohort missing polarity source_formula documents source_defect valid_from valid_until'),
	('target', 'target_id round_id indicator municipality_id threshold plan legal_act_id'),
	('submission', 'round_id school_id submitted_at source teachers diagnosed_subject diagnosed_method diagnosed_psych supported in_networks in_active with_route in_events has_curator has_program has_prevention has_study_plans has_tutoring internet_resolved equipment_resolved staffing_resolved recorded_at recorded_by'),
	('municipal_submission', 'round_id municipality_id submitted_at source has_results_note has_practice_sharing has_resource_monitoring recorded_at recorded_by'),
	('source_answer', 'source_answer_id round_id school_id municipality_id question data_source answer_count answer_yes submitted_at source legal_act_id recorded_at recorded_by'),
	('history', 'history_id table_name operation key old_row new_row changed_at changed_by session_by application statement'),
	('document', 'document_id round_id school_id municipality_id question kind title link issued_on valid_from valid_until check_state check_note source added_at'),
	('note', 'note_id round_id municipality_id indicator reason title link received_on state'),
	('recommendation', 'recommendation_id round_id municipality_id school_id indicator template_id kind addressee wording recorded_in link issued_on legal_act_id'),
	('measure', 'measure_id round_id municipality_id indicator measure_kind title recommendation_id legal_act_id starts_on due_on done_on state'),
	('decision', 'decision_id round_id municipality_id indicator decision_kind title measure_id legal_act_id adopted_on due_on done_on state'),
	('result', 'year school_id assessment subject grade participants below_minimum marks_sum source'),
	('form_header', 'header field'),
	('import', 'import_id round_id respondent source content content_sha256 imported_at imported_by rows_read loaded corrected refused unchanged data_source asked refused_lines'),
	('import_issue', 'issue_id import_id line column_no header question raw_value row_values reason hint severity school_id municipality_id submitted_at'),
	('import_issue_history', 'issue_id import_id line column_no header question raw_value row_values reason hint severity school_id municipality_id submitted_at resolved_at resolved_by resolution resolution_reason'),
	('import_correction', 'correction_id import_id line column_no value_before value reason corrected_at corrected_by')
) AS t(name, columns);
SELECT is(pg_temp.columns_of('probe.' || t || '_history'), replace(pg_temp.columns_of('probe.' || t), ' recorded_at', ' replaced_at replaced_by recorded_at'),
		  t || '_history has the same columns and who replaced the row when')
FROM unnest(ARRAY['submission', 'municipal_submission', 'source_answer']) t;

-- views
SELECT views_are('probe', ARRAY['round_indicator', 'round_methodology', 'school_round', 'school_indicator', 'municipal_tally',
	'indicator_result', 'municipal_indicator', 'regional_indicator', 'municipal_score', 'completeness',
	'report_scope', 'legal_act_chain', 'reporting_day', 'round_term', 'indicator_question', 'ranked_source_answer', 'school_source_answer', 'municipal_source_answer',
	'round_list', 'round_member', 'municipal_member', 'municipal_round', 'answer', 'answer_conflict', 'answer_proof', 'school_proven', 'municipal_proven', 'proven_tally', 'proven_indicator', 'proven_result',
	'municipal_evidence', 'regional_evidence', 'note_status', 'recommendation_due', 'measure_status', 'decision_status', 'obligation',
	'school_result', 'result_mark', 'school_mark', 'identification_case', 'identification',
	'round_pair', 'round_side', 'indicator_change_sum', 'result_change_sum', 'change_result', 'municipal_change', 'regional_change', 'result_change',
	'school_competence', 'competence_result', 'municipal_competence', 'regional_competence',
	'monitoring_year', 'school_year', 'spell_year', 'spell_case', 'spell_condition', 'effectiveness', 'result_pair', 'measure_target', 'measure_effect',
	'publication_report', 'publication_regional_report', 'publication_pair', 'publication_definition_change', 'publication_respondent_change', 'publication_difference',
	'round_rule', 'round_place', 'validation_case', 'municipal_validation_case', 'round_rule_set', 'validation_finding', 'history_change', 'import_state', 'report_scope',
	'pending_bucket', 'pending_group', 'staleness', 'municipal_tally_stored', 'municipal_indicator_stored', 'regional_indicator_stored', 'municipal_score_stored', 'completeness_stored']);
SELECT is(pg_temp.columns_of('probe.' || t.name), t.columns, 'columns of view ' || t.name)
FROM (VALUES
	('school_round', 'round_id municipality_id school_id low_results adverse_conditions risk_zone submitted_at teachers diagnosed_subject diagnosed_method diagnosed_psych supported in_networks in_active with_route in_events has_curator has_program has_prevention has_study_plans has_tutoring internet_resolved equipment_resolved staffing_resolved kind is_school is_preschool is_supplementary'),
	('school_indicator', 'round_id municipality_id school_id indicator in_cohort numerator denominator score reason'),
	('municipal_tally', 'round_id municipality_id tally'),
	('municipal_indicator', 'round_id round_title municipality_id municipality position indicator section title unit numerator denominator percent threshold plan score reason answered missing percent_low percent_high gap note_required'),
	('regional_indicator', 'round_id round_title position indicator section title unit numerator denominator percent threshold plan score reason answered missing percent_low percent_high gap note_required'),
	('municipal_score', 'round_id municipality_id points max_points scored unscored rank round_title municipality'),
	('completeness', 'round_id municipality_id expected submitted on_time answers_expected answers_given round_title municipality')
) AS t(name, columns);

SELECT is(pg_temp.columns_of('probe.' || c.relname) IS NOT NULL AND c.reloptions @> '{security_invoker=true}', true,
		  c.relname || ' runs with the reader''s own privileges')
FROM pg_class c WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'v' ORDER BY c.relname;

-- types
SELECT is_empty($$
	SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	JOIN pg_type t ON t.oid = a.atttypid
	WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'r' AND t.typnamespace <> 'pg_catalog'::regnamespace$$,
	'tables use core types only');
SELECT is_empty($$
	SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'v'
	  AND (c.relname, a.attname) NOT IN (('municipal_tally', 'tally'), ('municipal_tally_stored', 'tally'), ('round_methodology', 'methodology'), ('proven_tally', 'tally'), ('round_rule_set', 'methodology'))
	  AND (format_type(a.atttypid, NULL) NOT IN ('text', 'smallint', 'integer', 'bigint', 'numeric', 'date', 'boolean',
												 'timestamp with time zone')
		   OR a.atttypid = 'numeric'::regtype AND a.atttypmod = -1)$$,
	'views carry core scalar types only, numeric with precision and scale');
SELECT is(format_type(a.atttypid, a.atttypmod), t.type, 'type of municipal_indicator.' || t.name)
FROM (VALUES ('numerator', 'bigint'), ('denominator', 'bigint'), ('percent', 'numeric(25,4)'),
			 ('threshold', 'numeric(7,4)'), ('plan', 'numeric(7,4)'), ('score', 'smallint'), ('reason', 'text'),
			 ('answered', 'bigint'), ('missing', 'bigint'), ('percent_low', 'numeric(25,4)'),
			 ('percent_high', 'numeric(25,4)'), ('gap', 'bigint'), ('note_required', 'boolean')) AS t(name, type)
JOIN pg_attribute a ON a.attrelid = 'probe.municipal_indicator'::regclass AND a.attname = t.name;

-- comments
SELECT is_empty($$
	SELECT relname FROM pg_class WHERE relnamespace = 'probe'::regnamespace AND relkind IN ('r', 'v')
	AND coalesce(obj_description(oid, 'pg_class'), '') !~ '[А-Яа-я]'$$, 'every table and view has a Russian comment');
SELECT is_empty($$
	SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind IN ('r', 'v')
	AND coalesce(col_description(c.oid, a.attnum), '') !~ '[А-Яа-я]'$$, 'every column has a Russian comment');
SELECT is_empty($$
	SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'probe'::regnamespace
	AND coalesce(obj_description(oid, 'pg_proc'), '') !~ '[А-Яа-я]'$$, 'every function of the region has a Russian comment');
SELECT is_empty($$
	SELECT p.oid::regprocedure FROM pg_proc p WHERE pronamespace = 'probe'::regnamespace AND p.prosqlbody IS NULL
	AND NOT coalesce(array_to_string(proconfig, ',') LIKE '%search_path=pg_catalog, pg_temp%', false)$$,
	'functions of the region pin their search path, or are parsed when they are made');

-- the extension owns nothing of it, and the tables need nothing of the extension
SELECT is_empty($$
	SELECT classid::regclass, objid FROM pg_depend WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'shnor')
	AND (classid = 'pg_class'::regclass AND objid IN (SELECT oid FROM pg_class WHERE relnamespace = 'probe'::regnamespace)
		 OR classid = 'pg_proc'::regclass AND objid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'probe'::regnamespace)
		 OR classid = 'pg_namespace'::regclass AND objid = 'probe'::regnamespace)$$, 'no object is a member of the extension');

-- the seed
SELECT is((SELECT count(*) FROM probe.indicator), 18::bigint, 'eighteen indicators');
SELECT results_eq('SELECT indicator FROM probe.indicator ORDER BY position', $$
	SELECT unnest(ARRAY['low_or_adverse_schools', 'results_note', 'diagnosed_subject', 'diagnosed_method', 'diagnosed_psych',
		'teachers_supported', 'teachers_in_networks', 'teachers_in_active', 'teachers_with_route', 'schools_in_events',
		'schools_with_curator', 'schools_with_program', 'schools_with_prevention', 'schools_with_study_plans',
		'schools_with_tutoring', 'practice_sharing', 'resource_monitoring', 'risks_resolved'])$$, 'in the order of the methodology');
SELECT results_eq(
	'SELECT numerator, denominator, cohort, missing FROM probe.indicator WHERE indicator IN (''diagnosed_subject'', ''schools_with_prevention'', ''risks_resolved'') ORDER BY position',
	$$VALUES ('diagnosed_subject', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
			 ('has_prevention', NULL, NULL, 'no'),
			 ('yes_count(internet_resolved, equipment_resolved, staffing_resolved) >= 2', NULL, 'risk_zone', 'no')$$,
	'formulas, cohorts and policies of three kinds of indicators');
SELECT is((SELECT count(*) FROM probe.question WHERE respondent = 'school'), 17::bigint, 'seventeen questions for schools');
SELECT is((SELECT count(*) FROM probe.question WHERE respondent = 'municipality'), 3::bigint, 'three for municipalities');
SELECT is_empty($$
	SELECT question FROM probe.question q
	LEFT JOIN pg_attribute a ON a.attname = q.question
		AND a.attrelid = CASE respondent WHEN 'school' THEN 'probe.submission' ELSE 'probe.municipal_submission' END::regclass
	WHERE a.atttypid IS DISTINCT FROM CASE answer_type WHEN 'count' THEN 'integer' ELSE 'boolean' END::regtype$$,
	'each question is a column of its type');
SELECT is_empty('SELECT wording FROM probe.question GROUP BY wording HAVING count(*) > 1', 'no two questions share a wording');
SELECT is_empty($$SELECT lower(header) FROM (SELECT header FROM probe.form_header UNION ALL SELECT wording FROM probe.question) h
				  GROUP BY 1 HAVING count(*) > 1$$, 'no header is known twice');
SELECT is_empty($$SELECT header, field FROM probe.form_header WHERE field NOT IN ('submitted_at', 'school_code', 'school_name', 'municipality', 'document', 'ignore')
				  AND field NOT IN (SELECT question FROM probe.question)$$, 'headers stand for known fields');
SELECT is_empty($$SELECT question, part_of FROM probe.question WHERE part_of IS NOT NULL AND part_of <> 'teachers'$$,
				'counts of teachers are parts of all teachers');

-- reports of a region without rounds
SELECT is_empty('SELECT * FROM probe.' || quote_ident(c.relname), c.relname || ' is empty without rounds')
FROM pg_class c WHERE c.relnamespace = 'probe'::regnamespace AND c.relkind = 'v' AND c.relname NOT IN ('reporting_day', 'report_scope', 'staleness') ORDER BY c.relname;

-- constraints
INSERT INTO probe.municipality (municipality_id, name) VALUES (1, 'Первый');
INSERT INTO probe.school (school_id, municipality_id, code, name) VALUES (1, 1, 'a', 'Школа А'), (2, 1, 'b', 'Школа Б');
INSERT INTO probe.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге');
INSERT INTO probe.school_status (school_id, status, since, until) VALUES (1, 'low_results', '2023-09-01', '2024-09-01');
SELECT lives_ok($$INSERT INTO probe.school_status (school_id, status, since) VALUES (1, 'low_results', '2024-09-01')$$,
				'a status may begin on the day when the earlier one has ended');
SELECT throws_ok($$INSERT INTO probe.school_status (school_id, status, since, until) VALUES (1, 'low_results', '2024-01-01', '2024-02-01')$$,
				 '23P01', NULL, 'the same status may not overlap itself');
SELECT lives_ok($$INSERT INTO probe.school_status (school_id, status, since) VALUES (1, 'adverse_conditions', '2024-01-01'), (2, 'low_results', '2024-01-01')$$,
				'other statuses and other schools may');
SELECT throws_ok($$INSERT INTO probe.round (title, starts_on, due_on, cohort_on, state) VALUES ('2024', '2024-09-01', '2024-09-20', '2024-09-01', 'open')$$,
				 '23514', NULL, 'a round cannot open without its legal act');
SELECT lives_ok($$INSERT INTO probe.round (round_id, title, starts_on, due_on, cohort_on) VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01')$$,
				'but may be drafted without one');
SELECT throws_ok($$UPDATE probe.round SET state = 'open'$$, '23514', NULL, 'nor can a draft be opened');
SELECT throws_ok($$INSERT INTO probe.submission (round_id, school_id, teachers) VALUES (1, 1, -1)$$, '23514', NULL, 'counts are not negative');
SELECT throws_ok($$INSERT INTO probe.target (round_id, indicator, threshold) VALUES (1, 'no_such', 50)$$, '23503',
				 'показателя с кодом «no_such» нет в справочнике', 'a target needs a known indicator');
SELECT throws_ok($$INSERT INTO probe.target (round_id, indicator, threshold) VALUES (1, 'risks_resolved', 100.5)$$, '23514', NULL,
				 'a threshold is a percent');
SELECT throws_ok($$INSERT INTO probe.target (round_id, indicator, threshold) VALUES (1, 'risks_resolved', 50), (1, 'risks_resolved', 60)$$,
				 '23505', NULL, 'one target for all per round and indicator');
SELECT throws_ok($$INSERT INTO probe.indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator, valid_from)
				   VALUES ('results_note', 99, '1.2.2', 's', 99, 't', 'yes_no', 'municipality', 'has_results_note', '2025-01-01')$$,
				 '23P01', NULL, 'two versions of an indicator may not hold on one day');
UPDATE probe.indicator SET valid_until = '2025-01-01' WHERE indicator = 'results_note';
SELECT lives_ok($$INSERT INTO probe.indicator (indicator, indicator_id, clause, section, position, title, unit, level, numerator, valid_from)
				  VALUES ('results_note', 2, '1.2.2', 's', 2, 't', 'yes_no', 'municipality', 'has_results_note', '2025-01-01')$$,
				'a later version follows when the earlier one is closed');
SELECT throws_ok($$INSERT INTO probe.question (question, respondent, position, wording, answer_type) VALUES ('teachers', 'school', 1, 'Сколько?', 'count')$$,
				 '23505', NULL, 'two versions of a question may not hold on one day');
SELECT throws_ok($$INSERT INTO probe.setting (title) VALUES ('Ещё один')$$, '23505', NULL, 'there is one setting');

-- the history of answers
INSERT INTO probe.submission (round_id, school_id, submitted_at, teachers) VALUES (1, 1, '2024-09-10 10:00+03', 10);
UPDATE probe.submission SET teachers = teachers;
SELECT is_empty('SELECT * FROM probe.submission_history', 'an update that changes nothing leaves no history');
UPDATE probe.submission SET teachers = 12, submitted_at = '2024-09-12 10:00+03';
DELETE FROM probe.submission;
SELECT results_eq('SELECT teachers, submitted_at, replaced_by FROM probe.submission_history ORDER BY submitted_at',
	$$VALUES (10, '2024-09-10 10:00+03'::timestamptz, current_user), (12, '2024-09-12 10:00+03'::timestamptz, current_user)$$,
	'replaced and deleted answers are kept');
INSERT INTO probe.municipal_submission (round_id, municipality_id, has_results_note) VALUES (1, 1, true);
UPDATE probe.municipal_submission SET has_results_note = NULL;
SELECT is((SELECT count(*) FROM probe.municipal_submission_history WHERE has_results_note), 1::bigint,
		  'and so are a municipality''s');

-- refusals of create_region
SELECT throws_ok($$SELECT shnor.create_region('probe')$$, '42P06', NULL, 'an existing schema is refused');
SELECT throws_ok($$SELECT shnor.create_region(NULL)$$, '22023', NULL, 'a name is needed');
SELECT throws_ok($$SELECT shnor.create_region('')$$, '22023', NULL, 'an empty name is refused');
SELECT throws_ok($$SELECT shnor.create_region('pg_region')$$, '42939', NULL, 'a system name is refused');
SELECT throws_ok($$SELECT shnor.create_region(repeat('ы', 32))$$, '42622', NULL, 'a name that would be cut is refused');
SELECT throws_ok($$SELECT shnor.create_region('other', NULL, 'Europe/Ivanovo')$$, '22023', NULL, 'an unknown time zone is refused');
SELECT hasnt_schema('other', 'and leaves no schema behind');
SELECT lives_ok($$SELECT shnor.create_region('Тверская "область"')$$, 'a name that needs quotes works');
SELECT is_empty($$SELECT * FROM "Тверская ""область""".municipal_indicator$$, 'and so do its views');
SELECT throws_ok($$SELECT shnor.upgrade_region('public')$$, '3F000', NULL, 'upgrade_region refuses a schema that is not a region');
SELECT is(current_setting('search_path'), '"$user", public', 'the search path is as before');

SELECT throws_ok($$SELECT shnor.create_region('$user')$$, '42939', 'unacceptable name of a region: "$user"', 'a name that a search path takes for somebody else''s schema');
SELECT finish();
ROLLBACK;
