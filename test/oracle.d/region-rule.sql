-- The methodology as the by-hand computation of a region knows it: the eighteen indicators as the tables of clauses
-- 1.2.1 to 1.2.6 put them, not read from the region. What is made up besides goes into both (oracle.add_rule).

CREATE TABLE oracle.rule (
	indicator_id int, indicator text, unit text, level text, numerator text, denominator text, cohort text, missing text,
	polarity text DEFAULT 'higher_is_better', kinds text[] DEFAULT '{school}', position int, section text, title text, valid_from date, valid_until date
);
INSERT INTO oracle.rule (indicator_id, indicator, unit, level, numerator, denominator, cohort, missing) VALUES
	(1, 'low_or_adverse_schools', 'percent', 'school', 'low_results OR adverse_conditions', NULL, NULL, 'exclude'),
	(2, 'results_note', 'yes_no', 'municipality', 'has_results_note', NULL, NULL, 'no'),
	(3, 'diagnosed_subject', 'percent', 'school', 'diagnosed_subject', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(4, 'diagnosed_method', 'percent', 'school', 'diagnosed_method', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(5, 'diagnosed_psych', 'percent', 'school', 'diagnosed_psych', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(6, 'teachers_supported', 'percent', 'school', 'supported', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(7, 'teachers_in_networks', 'percent', 'school', 'in_networks', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(8, 'teachers_in_active', 'percent', 'school', 'in_active', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(9, 'teachers_with_route', 'percent', 'school', 'with_route', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(10, 'schools_in_events', 'percent', 'school', 'in_events', NULL, 'low_results OR adverse_conditions', 'no'),
	(11, 'schools_with_curator', 'percent', 'school', 'has_curator', NULL, 'low_results OR adverse_conditions', 'no'),
	(12, 'schools_with_program', 'percent', 'school', 'has_program', NULL, 'low_results OR adverse_conditions', 'no'),
	(13, 'schools_with_prevention', 'percent', 'school', 'has_prevention', NULL, NULL, 'no'),
	(14, 'schools_with_study_plans', 'percent', 'school', 'has_study_plans', NULL, NULL, 'no'),
	(15, 'schools_with_tutoring', 'percent', 'school', 'has_tutoring', NULL, NULL, 'no'),
	(16, 'practice_sharing', 'yes_no', 'municipality', 'has_practice_sharing', NULL, NULL, 'no'),
	(17, 'resource_monitoring', 'yes_no', 'municipality', 'has_resource_monitoring', NULL, NULL, 'no'),
	-- two of three, none of them answered being no answer
	(18, 'risks_resolved', 'percent', 'school', 'CASE WHEN num_nonnulls(internet_resolved, equipment_resolved, staffing_resolved) > 0
		THEN coalesce(internet_resolved, false)::int + coalesce(equipment_resolved, false)::int + coalesce(staffing_resolved, false)::int >= 2 END', NULL, 'risk_zone', 'no');
UPDATE oracle.rule SET polarity = 'context' WHERE indicator_id = 1;
-- position and texts are only shown
UPDATE oracle.rule r SET position = i.position, section = i.section, title = i.title FROM probe.indicator i WHERE i.indicator = r.indicator;

CREATE FUNCTION oracle.add_rule(r oracle.rule) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO oracle.rule SELECT r.*;
	INSERT INTO probe.indicator (indicator_id, indicator, unit, level, numerator, denominator, cohort, missing, polarity, institution_kinds,
		position, section, title, valid_from, valid_until, clause)
	VALUES (r.indicator_id, r.indicator, r.unit, r.level, r.numerator, r.denominator, r.cohort, r.missing, r.polarity, r.kinds,
		r.position, r.section, r.title, r.valid_from, r.valid_until, '1.2.6');
END $$;

-- a definition made up, in one of the forms that a percentage or a yes/no may take
CREATE FUNCTION oracle.random_rule(id int, code text) RETURNS oracle.rule LANGUAGE plpgsql AS $$
DECLARE
	numbers CONSTANT text[] := '{teachers,teachers,diagnosed_subject,diagnosed_method,diagnosed_psych,supported,in_networks,in_active,with_route,0,1,2,10}';
	answers CONSTANT text[] := '{in_events,has_curator,has_program,has_prevention,has_study_plans,has_tutoring,internet_resolved,equipment_resolved,staffing_resolved,low_results,adverse_conditions,risk_zone}'::text[]
		|| '{(teachers > 10),(teachers IS NULL),(supported * 2 >= teachers)}'::text[];
	own_answers CONSTANT text[] := '{has_results_note,has_practice_sharing,has_resource_monitoring}';
	none CONSTANT text[] := '{0,1,2}';
	r oracle.rule;
BEGIN
	r.indicator_id := id; r.indicator := code; r.position := oracle.number(1, 30); r.section := oracle.pick('Раздел 1', 'Раздел 2'); r.title := 'Показатель ' || code;
	r.missing := oracle.pick('no', 'exclude'); r.kinds := '{school}';
	r.polarity := oracle.pick('higher_is_better', 'higher_is_better', 'lower_is_better', 'context');
	IF oracle.chance(75) THEN
		r.level := 'school'; r.unit := 'percent';
		r.kinds := oracle.pick('{school}', '{school}', '{school,preschool}', '{preschool}', '{supplementary,school}', '{school,preschool,supplementary}')::text[];
		IF oracle.chance(50) THEN
			r.numerator := oracle.random_condition(oracle.number(0, 3), numbers, answers);
		ELSE
			r.numerator := oracle.random_number(oracle.number(0, 2), numbers, answers);
			r.denominator := CASE WHEN oracle.chance(10) THEN oracle.random_condition(1, numbers, answers) WHEN oracle.chance(60) THEN 'teachers' ELSE oracle.random_number(oracle.number(0, 2), numbers, answers) END;
		END IF;
		r.cohort := CASE oracle.number(1, 5) WHEN 1 THEN 'low_results OR adverse_conditions' WHEN 2 THEN 'risk_zone -- зона риска' WHEN 3 THEN oracle.random_condition(2, numbers, answers) END;
	ELSE
		r.level := 'municipality'; r.unit := oracle.pick('yes_no', 'yes_no', 'percent');
		r.numerator := oracle.random_condition(oracle.number(0, 2), none, own_answers);
		r.cohort := CASE WHEN oracle.chance(30) THEN oracle.random_condition(oracle.number(0, 2), none, own_answers) END;
		IF r.unit = 'yes_no' AND r.polarity = 'lower_is_better' THEN
			r.polarity := 'higher_is_better';
		END IF;
	END IF;
	RETURN r;
END $$;
