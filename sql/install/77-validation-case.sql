-- The answers that rules read, listed once for the views and their comments.

-- the answers of which respondent are counts, and which a yes or no
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

-- the select list of a case: each text is a format over the question, %1$s
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
