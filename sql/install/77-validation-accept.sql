-- A coordinator accepts a finding, with a reason, and takes that back. What was accepted is written down with it: when
-- the respondent's own answers that the rule reads change, the acceptance no longer holds, and when they change back,
-- it does again.

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
