-- hand-written.sql: the figures of municipal_indicator as an expert writes them for one methodology: plain SQL over the
-- tables of answers, wide aggregates, one row per indicator at the end. Numerators and denominators only: percentages,
-- scores, reasons and counts of missing answers, which the stored figures have as well, would cost it more.
CREATE OR REPLACE VIEW bench.hand_written AS
WITH school_answer AS (
	SELECT r.round_id, o.municipality_id, l.school_id IS NOT NULL OR a.school_id IS NOT NULL AS low_or_adverse, z.school_id IS NOT NULL AS risk_zone,
		s.teachers, s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych, s.supported, s.in_networks, s.in_active, s.with_route,
		s.in_events, s.has_curator, s.has_program, s.has_prevention, s.has_study_plans, s.has_tutoring,
		s.internet_resolved, s.equipment_resolved, s.staffing_resolved
	FROM region.round r
	JOIN region.school o ON (o.opened_on IS NULL OR o.opened_on <= r.cohort_on) AND (o.closed_on IS NULL OR r.cohort_on < o.closed_on)
	LEFT JOIN region.school_status l ON l.school_id = o.school_id AND l.status = 'low_results'
		AND l.since <= r.cohort_on AND (l.until IS NULL OR r.cohort_on < l.until)
	LEFT JOIN region.school_status a ON a.school_id = o.school_id AND a.status = 'adverse_conditions'
		AND a.since <= r.cohort_on AND (a.until IS NULL OR r.cohort_on < a.until)
	LEFT JOIN region.school_status z ON z.school_id = o.school_id AND z.status = 'risk_zone'
		AND z.since <= r.cohort_on AND (z.until IS NULL OR r.cohort_on < z.until)
	LEFT JOIN region.submission s ON s.round_id = r.round_id AND s.school_id = o.school_id
	WHERE o.kind = 'school'
), wide AS (
	SELECT round_id, municipality_id,
		count(*) AS schools,
		count(*) FILTER (WHERE low_or_adverse) AS low_or_adverse,
		sum(diagnosed_subject) FILTER (WHERE low_or_adverse AND teachers IS NOT NULL) AS diagnosed_subject,
		sum(teachers) FILTER (WHERE low_or_adverse AND diagnosed_subject IS NOT NULL) AS of_subject,
		sum(diagnosed_method) FILTER (WHERE low_or_adverse AND teachers IS NOT NULL) AS diagnosed_method,
		sum(teachers) FILTER (WHERE low_or_adverse AND diagnosed_method IS NOT NULL) AS of_method,
		sum(diagnosed_psych) FILTER (WHERE low_or_adverse AND teachers IS NOT NULL) AS diagnosed_psych,
		sum(teachers) FILTER (WHERE low_or_adverse AND diagnosed_psych IS NOT NULL) AS of_psych,
		sum(supported) FILTER (WHERE low_or_adverse AND teachers IS NOT NULL) AS supported,
		sum(teachers) FILTER (WHERE low_or_adverse AND supported IS NOT NULL) AS of_supported,
		sum(in_networks) FILTER (WHERE low_or_adverse AND teachers IS NOT NULL) AS in_networks,
		sum(teachers) FILTER (WHERE low_or_adverse AND in_networks IS NOT NULL) AS of_networks,
		sum(in_active) FILTER (WHERE low_or_adverse AND teachers IS NOT NULL) AS in_active,
		sum(teachers) FILTER (WHERE low_or_adverse AND in_active IS NOT NULL) AS of_active,
		sum(with_route) FILTER (WHERE low_or_adverse AND teachers IS NOT NULL) AS with_route,
		sum(teachers) FILTER (WHERE low_or_adverse AND with_route IS NOT NULL) AS of_route,
		count(*) FILTER (WHERE low_or_adverse AND in_events) AS in_events,
		count(*) FILTER (WHERE low_or_adverse AND has_curator) AS has_curator,
		count(*) FILTER (WHERE low_or_adverse AND has_program) AS has_program,
		count(*) FILTER (WHERE has_prevention) AS has_prevention,
		count(*) FILTER (WHERE has_study_plans) AS has_study_plans,
		count(*) FILTER (WHERE has_tutoring) AS has_tutoring,
		count(*) FILTER (WHERE risk_zone) AS risk_zone,
		count(*) FILTER (WHERE risk_zone AND (internet_resolved AND equipment_resolved
			OR staffing_resolved AND (internet_resolved OR equipment_resolved))) AS risks_resolved
	FROM school_answer GROUP BY round_id, municipality_id
)
SELECT w.round_id, w.municipality_id, v.indicator, coalesce(v.numerator, 0)::bigint AS numerator, coalesce(v.denominator, 0)::bigint AS denominator
FROM wide w
CROSS JOIN LATERAL (VALUES
	('low_or_adverse_schools', w.low_or_adverse, w.schools),
	('diagnosed_subject', w.diagnosed_subject, w.of_subject), ('diagnosed_method', w.diagnosed_method, w.of_method),
	('diagnosed_psych', w.diagnosed_psych, w.of_psych), ('teachers_supported', w.supported, w.of_supported),
	('teachers_in_networks', w.in_networks, w.of_networks), ('teachers_in_active', w.in_active, w.of_active),
	('teachers_with_route', w.with_route, w.of_route), ('schools_in_events', w.in_events, w.low_or_adverse),
	('schools_with_curator', w.has_curator, w.low_or_adverse), ('schools_with_program', w.has_program, w.low_or_adverse),
	('schools_with_prevention', w.has_prevention, w.schools), ('schools_with_study_plans', w.has_study_plans, w.schools),
	('schools_with_tutoring', w.has_tutoring, w.schools), ('risks_resolved', w.risks_resolved, w.risk_zone)
) AS v(indicator, numerator, denominator)
UNION ALL
SELECT r.round_id, m.municipality_id, v.indicator, v.yes::int, 1
FROM region.round r
CROSS JOIN region.municipality m
LEFT JOIN region.municipal_submission s ON s.round_id = r.round_id AND s.municipality_id = m.municipality_id
CROSS JOIN LATERAL (VALUES
	('results_note', coalesce(s.has_results_note, false)), ('practice_sharing', coalesce(s.has_practice_sharing, false)),
	('resource_monitoring', coalesce(s.has_resource_monitoring, false))
) AS v(indicator, yes);
