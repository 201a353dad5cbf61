-- Competences of teachers (clause 1.2.8): who has been diagnosed, by kind, in schools that are ШНОР or ШНСУ. The three
-- kinds overlap, so «any kind» is only known to lie between the largest of them and their sum (or all teachers);
-- where a kind is not answered, anybody may have had it.

CREATE FUNCTION region_competence_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1170, 'school_competence', $view$
	SELECT c.round_id, c.municipality_id, c.municipality, c.school_id, c.school, c.teachers,
		   c.diagnosed_subject, c.diagnosed_method, c.diagnosed_psych, c.any_low, c.any_high,
		   shnor.percent(shnor.share(c.any_low, c.teachers))::numeric(25,4) AS any_low_percent,
		   shnor.percent(shnor.share(c.any_high, c.teachers))::numeric(25,4) AS any_high_percent,
		   CASE
			   WHEN c.teachers IS NULL THEN 'Нет ответа о количестве педагогических работников'
			   WHEN c.kinds = 0 THEN 'Нет ответа ни об одном виде диагностики'
			   WHEN c.largest > c.teachers THEN 'Прошедших диагностику больше, чем педагогических работников: проверьте ответы'
			   WHEN c.teachers = 0 THEN 'Педагогических работников нет'
			   -- also where all teachers went through one kind and another is not answered
			   WHEN c.any_low = c.any_high THEN 'Известно точно'
			   WHEN c.kinds < 3 THEN format('Видов диагностики без ответа: %s; верхняя граница — все педагогические работники', 3 - c.kinds)
			   ELSE 'Виды диагностики пересекаются: известны только границы'
		   END AS reason
	FROM (
		SELECT s.round_id, s.municipality_id, m.name AS municipality, s.school_id, o.name AS school, s.teachers::bigint AS teachers,
			   s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych,
			   num_nonnulls(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) AS kinds,
			   greatest(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) AS largest,
			   -- without the number of teachers there is no coverage; least() and greatest() pass over what is not answered
			   CASE WHEN s.teachers IS NOT NULL AND num_nonnulls(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) > 0
					THEN least(s.teachers, greatest(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych))::bigint END AS any_low,
			   CASE WHEN s.teachers IS NOT NULL AND num_nonnulls(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) > 0
					THEN least(s.teachers, s.diagnosed_subject::bigint + s.diagnosed_method + s.diagnosed_psych) END AS any_high
		FROM school_round s
		JOIN municipality m ON m.municipality_id = s.municipality_id
		JOIN school o ON o.school_id = s.school_id
		WHERE s.is_school AND (s.low_results OR s.adverse_conditions)
	) AS c
$view$),
(1180, 'competence_result', $view$
	-- the figures by kind are those of the indicators; only what no indicator says is counted here. Put together by
	-- grouping, not by joins; a municipality is here if it has a school on the list
	SELECT g.scope, g.round_id, g.municipality_id, g.schools, g.answered, g.schools - g.answered AS missing,
		   g.subject_numerator, g.subject_denominator, g.subject_percent,
		   g.method_numerator, g.method_denominator, g.method_percent,
		   g.psych_numerator, g.psych_denominator, g.psych_percent,
		   g.teachers, g.any_low, g.any_high,
		   shnor.percent(shnor.share(g.any_low, g.teachers))::numeric(25,4) AS any_low_percent,
		   shnor.percent(shnor.share(g.any_high, g.teachers))::numeric(25,4) AS any_high_percent
	FROM (
		SELECT w.scope, w.round_id, w.municipality_id, max(w.schools) AS schools, max(w.answered) AS answered,
			   max(w.numerator) FILTER (WHERE w.indicator = 'diagnosed_subject') AS subject_numerator,
			   max(w.denominator) FILTER (WHERE w.indicator = 'diagnosed_subject') AS subject_denominator,
			   max(w.percent) FILTER (WHERE w.indicator = 'diagnosed_subject')::numeric(25,4) AS subject_percent,
			   max(w.numerator) FILTER (WHERE w.indicator = 'diagnosed_method') AS method_numerator,
			   max(w.denominator) FILTER (WHERE w.indicator = 'diagnosed_method') AS method_denominator,
			   max(w.percent) FILTER (WHERE w.indicator = 'diagnosed_method')::numeric(25,4) AS method_percent,
			   max(w.numerator) FILTER (WHERE w.indicator = 'diagnosed_psych') AS psych_numerator,
			   max(w.denominator) FILTER (WHERE w.indicator = 'diagnosed_psych') AS psych_denominator,
			   max(w.percent) FILTER (WHERE w.indicator = 'diagnosed_psych')::numeric(25,4) AS psych_percent,
			   max(w.teachers) AS teachers, max(w.any_low) AS any_low, max(w.any_high) AS any_high
		FROM (
			SELECT CASE WHEN grouping(c.municipality_id) = 0 THEN 'municipality' ELSE 'region' END AS scope,
				   c.round_id, c.municipality_id, count(*) AS schools, count(c.any_low) AS answered,
				   coalesce(sum(c.teachers) FILTER (WHERE c.any_low IS NOT NULL), 0)::bigint AS teachers,
				   coalesce(sum(c.any_low), 0)::bigint AS any_low, coalesce(sum(c.any_high), 0)::bigint AS any_high,
				   NULL AS indicator, NULL::bigint AS numerator, NULL::bigint AS denominator, NULL::numeric(25,4) AS percent
			FROM school_competence c
			GROUP BY GROUPING SETS ((c.round_id, c.municipality_id), (c.round_id))
			HAVING grouping(c.municipality_id) = 0 OR EXISTS (SELECT FROM report_scope v WHERE v.scope = 'region')
			UNION ALL
			SELECT i.scope, i.round_id, i.municipality_id, NULL, NULL, NULL, NULL, NULL, i.indicator, i.numerator, i.denominator, i.percent
			FROM indicator_result i
			WHERE i.indicator IN ('diagnosed_subject', 'diagnosed_method', 'diagnosed_psych')
		) AS w
		GROUP BY w.scope, w.round_id, w.municipality_id
	) AS g
	WHERE g.schools > 0
$view$),
(1190, 'municipal_competence', $view$
	SELECT c.round_id, c.municipality_id, m.name AS municipality, c.schools, c.answered, c.missing,
		   c.subject_numerator, c.subject_denominator, c.subject_percent, c.method_numerator, c.method_denominator, c.method_percent,
		   c.psych_numerator, c.psych_denominator, c.psych_percent, c.teachers, c.any_low, c.any_high, c.any_low_percent, c.any_high_percent
	FROM competence_result c
	JOIN municipality m ON m.municipality_id = c.municipality_id
	WHERE c.scope = 'municipality'
$view$),
(1195, 'regional_competence', $view$
	SELECT c.round_id, c.schools, c.answered, c.missing,
		   c.subject_numerator, c.subject_denominator, c.subject_percent, c.method_numerator, c.method_denominator, c.method_percent,
		   c.psych_numerator, c.psych_denominator, c.psych_percent, c.teachers, c.any_low, c.any_high, c.any_low_percent, c.any_high_percent
	FROM competence_result c
	WHERE c.scope = 'region'
$view$)
$function$;
COMMENT ON FUNCTION region_competence_views() IS
'Internal: the views of diagnosis coverage with bounds for «any kind», per school, municipality and region.';

CREATE FUNCTION region_competence_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('school_competence', NULL, 'Диагностика профессиональных дефицитов в ШНОР и ШНСУ: одна строка на мониторинг и школу (п. 1.2.8). Виды пересекаются, поэтому «хотя бы один вид» — в границах.'),
('school_competence', 'reason', 'Что известно об охвате и почему.'),
('competence_result', NULL, 'Служебное: охват диагностикой муниципалитетов и региона. Не для отчётов.'),
('competence_result', 'schools', 'Школ, которые ШНОР или ШНСУ.'),
('competence_result', 'answered', 'Школ, которые назвали число педагогических работников и хотя бы один вид диагностики.'),
-- of its own, or it would get the question's
('competence_result', 'teachers', 'Педагогических работников в ответивших школах.'),
('municipal_competence', NULL, 'Охват диагностикой профессиональных дефицитов в ШНОР и ШНСУ муниципалитета. По видам — значения показателей diagnosed_subject, diagnosed_method и diagnosed_psych (пусто, если показателя в мониторинге нет); «хотя бы один вид» — в границах.'),
('municipal_competence', 'schools', 'Школ, которые ШНОР или ШНСУ.'),
('municipal_competence', 'answered', 'Школ, которые назвали число педагогических работников и хотя бы один вид диагностики.'),
('municipal_competence', 'teachers', 'Педагогических работников в ответивших школах.'),
('regional_competence', NULL, 'Охват диагностикой профессиональных дефицитов в ШНОР и ШНСУ региона. По видам — значения показателей.'),
('regional_competence', 'schools', 'Школ, которые ШНОР или ШНСУ.'),
('regional_competence', 'answered', 'Школ, которые назвали число педагогических работников и хотя бы один вид диагностики.'),
('regional_competence', 'teachers', 'Педагогических работников в ответивших школах.')
$function$;
COMMENT ON FUNCTION region_competence_comments() IS
'Internal: Russian comments of the views of competences; columns are in the dictionary.';
