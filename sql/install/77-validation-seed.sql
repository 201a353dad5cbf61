-- The rules that a region starts with. Thresholds stand in the formulas, to be changed there.
-- Counts below zero need no rule: the tables' CHECKs and import_form() refuse them. A yes without its document is a
-- matter of evidence (82-evidence.sql).

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
