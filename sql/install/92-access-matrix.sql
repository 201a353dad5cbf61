-- The role × object matrix of a region, as data: who holds which privilege on which table, and which rows it reaches.
-- What does not stand here is granted to nobody. Policies are made of it in 92-access-policy.sql.

-- Rows that a capability reaches:
--   all     everybody who holds the grant
--   own     an operator his municipality's  common  the same, and those of no municipality (targets for all)
--   event   an operator: only that a round was closed
--   import  the operator's own imports      journal an operator none; written by triggers only
--   touch   an operator none; written by triggers only, of whatever anybody may change
--   access  a role its own lines
-- Readers, approvers and managers see the whole region.
-- Privileges: r read, i insert, u update, d delete. A reader has r on everything.
CREATE FUNCTION region_access_rules(OUT object text, OUT rows text, OUT operator text, OUT approver text, OUT manager text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('access', 'access', 'r', 'r', 'r'),
-- directories and definitions
('setting', 'all', 'r', 'r', 'ru'),
('municipality', 'own', 'r', 'r', 'riud'),
('school', 'own', 'r', 'r', 'riud'),
('school_status', 'own', 'r', 'r', 'riud'),
('legal_act', 'all', 'r', 'r', 'riud'),
('question', 'all', 'r', 'r', 'riud'),
('indicator', 'all', 'r', 'r', 'riud'),
('target', 'common', 'r', 'r', 'riud'),
('form_header', 'all', 'r', 'r', 'riud'),
('data_source', 'all', 'r', 'r', 'riud'),
('question_source', 'all', 'r', 'r', 'riud'),
('obligation_term', 'all', 'r', 'r', 'riud'),
('recommendation_template', 'all', 'r', 'r', 'riud'),
('measure_kind', 'all', 'r', 'r', 'riud'),
('decision_kind', 'all', 'r', 'r', 'riud'),
('identification_rule', 'all', 'r', 'r', 'riud'),
('effectiveness_criterion', 'all', 'r', 'r', 'riud'),
('effectiveness_condition', 'all', 'r', 'r', 'riud'),
('validation_rule', 'all', 'r', 'r', 'riud'),
-- rounds; whoever writes answers locks the round's row, and that takes UPDATE on a column of it
('round', 'all', 'ru', 'ru', 'riud'),
('round_event', 'event', 'r', 'ri', 'ri'),
('round_school', 'own', 'r', 'riu', 'riud'),
('round_municipality', 'own', 'r', 'ri', 'riud'),
-- answers
('submission', 'own', 'riud', 'r', 'riud'),
('submission_history', 'own', 'ri', 'r', 'ri'),
('municipal_submission', 'own', 'riud', 'r', 'riud'),
('municipal_submission_history', 'own', 'ri', 'r', 'ri'),
('document', 'own', 'riud', 'r', 'riud'),
('source_answer', 'own', 'r', 'r', 'riud'),
('source_answer_history', 'own', 'r', 'r', 'ri'),
('import', 'import', 'riu', 'r', 'riu'),
('import_issue', 'import', 'riud', 'r', 'riud'),
('import_correction', 'import', 'ri', 'r', 'ri'),
('import_issue_history', 'import', 'ri', 'r', 'ri'),
('validation_acceptance', 'own', 'r', 'r', 'riu'),
('history', 'journal', 'i', 'ri', 'ri'),
-- what follows from the figures
('result', 'own', 'r', 'r', 'riud'),
('note', 'own', 'r', 'r', 'riud'),
('recommendation', 'own', 'r', 'r', 'riud'),
('measure', 'own', 'r', 'r', 'riud'),
('measure_school', 'own', 'r', 'r', 'riud'),
('decision', 'own', 'r', 'r', 'riud'),
('decision_school', 'own', 'r', 'r', 'riud'),
-- publications; the region's row is a figure that was published, not a total over what one may see
('publication', 'all', 'r', 'ri', 'r'),
('publication_definition', 'all', 'r', 'ri', 'r'),
('publication_indicator', 'common', 'r', 'ri', 'r'),
('publication_target', 'common', 'r', 'ri', 'r'),
('publication_school', 'own', 'r', 'ri', 'r'),
('publication_municipality', 'own', 'r', 'ri', 'r'),
('publication_school_indicator', 'own', 'r', 'ri', 'r'),
-- stored figures: only the owner refreshes them
('refresh_pending', 'touch', 'i', 'ri', 'ri'),
('refresh_state', 'all', 'r', 'r', 'r'),
('stored_tally', 'own', 'r', 'r', 'r'),
('stored_bucket', 'own', 'r', 'r', 'r'),
('stored_result', 'own', 'r', 'r', 'r'),
('stored_completeness', 'own', 'r', 'r', 'r')
$function$;
COMMENT ON FUNCTION region_access_rules() IS
'Internal: each table of a region with the rows that a capability reaches (all, own, common, event, import, journal, touch, access) and the privileges of operators, approvers and managers (r read, i insert, u update, d delete). Readers read everything.';

-- privileges that hold for some columns only; but: all columns except these
CREATE FUNCTION region_access_columns(OUT object text, OUT capability text, OUT privilege text, OUT but boolean, OUT columns text[])
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
-- why a round is reopened may name anybody; of changing a round an operator has the lock alone, the policy refuses the rest
('round', 'operator', 'SELECT', true, '{reopening}'::text[]),
('round', 'operator', 'UPDATE', false, '{reopening}'),
('round', 'approver', 'UPDATE', false, '{state,reopening}'),
('round', 'manager', 'INSERT', true, '{state,reopening}'),
('round', 'manager', 'UPDATE', true, '{state,reopening}'),
('round_school', 'approver', 'UPDATE', false, '{low_results,adverse_conditions,risk_zone}'),
-- who shows a document does not check it
('document', 'operator', 'INSERT', true, '{check_state,check_note}'),
('document', 'operator', 'UPDATE', true, '{check_state,check_note}'),
-- what came, when and from whom stays as it was; only what became of it is written afterwards
('import', 'operator', 'INSERT', true, '{imported_at,imported_by}'),
('import', 'manager', 'INSERT', true, '{imported_at,imported_by}'),
('import', 'operator', 'UPDATE', true, '{import_id,round_id,respondent,source,content,content_sha256,imported_at,imported_by}'),
('import', 'manager', 'UPDATE', true, '{import_id,round_id,respondent,source,content,content_sha256,imported_at,imported_by}')
$function$;
COMMENT ON FUNCTION region_access_columns() IS
'Internal: privileges of region_access_rules() that hold for these columns only (but: for all except these).';

-- Views that show an operator the same as the owner sees of his municipality. The others compare municipalities or
-- sum the region up: a total over what one may see is a wrong figure. validation_case is here because an import reads it
-- with the rights of whoever imports: of a school that has come from elsewhere it does not tell the answers given there,
-- so that fewer of its rules speak; therefore validation_finding is not here.
CREATE FUNCTION region_access_operator_views() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT '{report_scope,reporting_day,legal_act_chain,round_indicator,round_methodology,indicator_question,round_term,round_pair,round_side,
	ranked_source_answer,school_source_answer,municipal_source_answer,round_list,round_member,municipal_member,school_round,municipal_round,
	school_indicator,municipal_tally,indicator_result,municipal_indicator,completeness,
	answer,answer_conflict,answer_proof,school_proven,municipal_proven,proven_tally,proven_indicator,proven_result,municipal_evidence,
	note_status,recommendation_due,measure_status,decision_status,obligation,
	school_result,result_mark,school_mark,identification_case,identification,
	indicator_change_sum,result_change_sum,change_result,municipal_change,result_change,
	school_competence,competence_result,municipal_competence,
	publication_report,publication_regional_report,publication_pair,publication_definition_change,
	round_rule,round_place,round_rule_set,validation_case,municipal_validation_case,import_state,
	municipal_tally_stored,municipal_indicator_stored,completeness_stored}'::text[]
$function$;
COMMENT ON FUNCTION region_access_operator_views() IS
'Internal: the views that operators of municipalities are granted.';

-- the matrix as the catalogs would have it: one row per capability, object, column (NULL: the whole) and privilege;
-- the schema itself is the object ''
CREATE FUNCTION region_access_wanted(region text, OUT capability text, OUT object text, OUT attribute text, OUT privilege text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	WITH held AS (
		SELECT v.capability, r.object, p.privilege
		FROM shnor.region_access_rules() r
		CROSS JOIN LATERAL (VALUES ('reader', 'r'), ('operator', r.operator), ('approver', r.approver), ('manager', r.manager)) AS v(capability, codes)
		CROSS JOIN (VALUES ('r', 'SELECT'), ('i', 'INSERT'), ('u', 'UPDATE'), ('d', 'DELETE')) AS p(code, privilege)
		WHERE strpos(v.codes, p.code) > 0
		UNION ALL
		SELECT v.capability, d.view_name, 'SELECT'
		FROM shnor.region_view_definitions() d
		CROSS JOIN (VALUES ('reader'), ('operator'), ('approver'), ('manager')) AS v(capability)
		WHERE v.capability <> 'operator' OR d.view_name = ANY (shnor.region_access_operator_views())
		UNION ALL
		-- materialized reports (96-materialized.sql): no policy bounds their rows
		SELECT v.capability, x.name, 'SELECT'
		FROM pg_class c
		CROSS JOIN LATERAL (VALUES (c.relname::text), (regexp_replace(c.relname, '_data$', '_materialized'))) AS x(name)
		CROSS JOIN (VALUES ('reader'), ('approver'), ('manager')) AS v(capability)
		WHERE c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relkind = 'm' AND c.relname LIKE '%\_data'
	)
	SELECT h.capability, h.object, a.attname::text, h.privilege
	FROM held h
	JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = h.object AND c.relkind IN ('r', 'p', 'v', 'm')
	LEFT JOIN shnor.region_access_columns() k ON k.object = h.object AND k.capability = h.capability AND k.privilege = h.privilege
	LEFT JOIN pg_attribute a ON k.object IS NOT NULL AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		AND (a.attname = ANY (k.columns)) <> k.but
	UNION ALL
	SELECT v.capability, '', NULL, 'USAGE'
	FROM (VALUES ('reader'), ('operator'), ('approver'), ('manager')) AS v(capability)
$function$;
COMMENT ON FUNCTION region_access_wanted(text) IS
'Internal: the privileges that each capability needs in the schema named region, of the objects that are there.';

CREATE FUNCTION region_access_actual(region text, OUT role text, OUT object text, OUT attribute text, OUT privilege text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT coalesce(r.rolname, 'public')::text, a.object, a.attribute, a.privilege_type
	FROM (
		SELECT c.relname::text AS object, NULL::text AS attribute, x.grantee, x.privilege_type, c.relowner AS owner
		FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) x
		WHERE c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
		UNION ALL
		SELECT c.relname, t.attname, x.grantee, x.privilege_type, c.relowner
		FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped CROSS JOIN LATERAL aclexplode(t.attacl) x
		WHERE c.relnamespace = to_regnamespace(quote_ident(region))
		UNION ALL
		SELECT '', NULL, x.grantee, x.privilege_type, n.nspowner
		FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) x
		WHERE n.oid = to_regnamespace(quote_ident(region))
	) AS a
	LEFT JOIN pg_roles r ON r.oid = a.grantee
	-- of a role that is being dropped nothing is left but a number
	WHERE a.grantee <> a.owner AND (a.grantee = 0 OR r.oid IS NOT NULL)
$function$;
COMMENT ON FUNCTION region_access_actual(text) IS
'Internal: the privileges that stand in the catalogs on the schema named region and what is in it, its owner''s left out; the role public is everybody.';
