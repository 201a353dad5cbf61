-- Russian comments of publications and their views.

CREATE FUNCTION region_publication_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('publication', NULL, 'Публикации: отчёты мониторингов, утверждённые приказом и сохранённые как есть. Пишутся функцией shnor.publish() и не меняются.'),
('publication', 'publication_id', 'Номер публикации.'),
('publication', 'round_title', 'Название мониторинга при публикации.'),
('publication', 'round_state', 'Состояние мониторинга при публикации: open — открыт, closed — закрыт.'),
('publication', 'cohort_on', 'День, на который взяты состав и статусы.'),
('publication', 'legal_act_id', 'Приказ, которым утверждён отчёт.'),
('publication', 'legal_act', 'Приказ, каким он был записан при публикации: кем и когда издан, номер.'),
('publication', 'title', 'Название публикации.'),
('publication', 'published_at', 'Когда опубликован.'),
('publication', 'taken_at', 'Момент, на который взяты данные: на него публикацию проверяет shnor.check_publication. Пусто: как published_at.'),
('publication', 'published_by', 'Кем: имя пользователя базы.'),
('publication_indicator', NULL, 'Опубликованные цифры муниципалитетов и региона: строки municipal_indicator и regional_indicator, какими они были.'),
('publication_indicator', 'municipality_id', 'Муниципалитет. Пусто: строка региона.'),
('publication_indicator', 'municipality', 'Название муниципалитета при публикации. Пусто: строка региона.'),
('publication_definition', NULL, 'Определения показателей, по которым посчитана публикация.'),
('publication_definition', 'indicator_id', 'Номер показателя внутри свёрток ответов.'),
('publication_definition', 'definition_id', 'Номер версии определения в таблице indicator.'),
('publication_definition', 'clause', 'Пункт методики.'),
('publication_definition', 'section', 'Раздел методики.'),
('publication_definition', 'title', 'Название показателя.'),
('publication_definition', 'level', 'Чьи ответы считаются: school — организаций, municipality — самих муниципалитетов.'),
('publication_definition', 'institution_kinds', 'Виды учреждений через запятую: school — школа, preschool — ДОУ, supplementary — УДО.'),
('publication_definition', 'collection_method', 'Метод сбора информации по методике.'),
('publication_definition', 'numerator', 'Числитель: выражение.'),
('publication_definition', 'denominator', 'Знаменатель: выражение. Пусто: каждая школа или муниципалитет считается за 1.'),
('publication_definition', 'cohort', 'Круг школ: условие. Пусто: все организации мониторинга указанных видов.'),
('publication_definition', 'missing', 'Нет ответа: exclude — не считается, no — считается ответом «нет».'),
('publication_definition', 'polarity', 'Что лучше: higher_is_better — больше, lower_is_better — меньше, context — не оценивается.'),
('publication_definition', 'source_formula', 'Методика расчета, как в источнике.'),
('publication_definition', 'documents', 'Документы, которыми подтверждается показатель.'),
('publication_definition', 'source_defect', 'Недостаток методики и принятое прочтение.'),
('publication_definition', 'reads', 'Что читают формулы: коды вопросов и статусы.'),
('publication_target', NULL, 'Пороги и планы, по которым оценены цифры публикации.'),
('publication_target', 'target_id', 'Номер записи в таблице target.'),
('publication_target', 'municipality_id', 'Муниципалитет. Пусто: для всех.'),
('publication_target', 'threshold', 'Порог, %.'),
('publication_target', 'plan', 'План, %.'),
('publication_target', 'legal_act_id', 'Приказ, которым порог установлен.'),
('publication_target', 'legal_act', 'Этот приказ, каким он был записан при публикации.'),
('publication_school', NULL, 'Состав мониторинга при публикации: организации, их муниципалитеты, статусы и ответы с учётом всех источников.'),
('publication_school', 'code', 'Код организации.'),
('publication_school', 'name', 'Название организации при публикации.'),
('publication_school', 'answers', 'Ответы, которые считались: код вопроса и ответ; null — нет ответа.'),
('publication_municipality', NULL, 'Муниципалитеты при публикации и их ответы о себе с учётом всех источников.'),
('publication_municipality', 'name', 'Название муниципалитета при публикации.'),
('publication_municipality', 'answers', 'Ответы, которые считались: код вопроса и ответ; null — нет ответа.'),
('publication_school_indicator', NULL, 'Вклад каждой организации в опубликованные цифры.'),
('publication_school_indicator', 'in_cohort', 'Входит в круг показателя.'),
('publication_school_indicator', 'numerator', 'Вклад в числитель. Пусто: нет ответа или не входит в круг.'),
('publication_school_indicator', 'denominator', 'Вклад в знаменатель. Пусто: нет ответа или не входит в круг.'),
('publication_report', NULL, 'Опубликованные отчёты муниципалитетов: столбцы municipal_indicator; одна строка на публикацию, муниципалитет и показатель.'),
('publication_report', 'municipality', 'Название муниципалитета при публикации.'),
('publication_regional_report', NULL, 'Опубликованные отчёты региона: столбцы regional_indicator; одна строка на публикацию и показатель.'),
('publication_pair', NULL, 'Служебное: что с чем сравнивается — каждая публикация с каждой более поздней того же мониторинга и с сегодняшним днём.'),
('publication_definition_change', NULL, 'Как изменились определения показателей от публикации до более поздней или до сегодняшнего дня; одна строка на пару и показатель, изменившийся или нет.'),
('publication_definition_change', 'level', 'Чьи ответы считаются: school — организаций, municipality — муниципалитетов. Пусто: раньше и теперь разных, или показатель есть не на обеих сторонах.'),
('publication_definition_change', 'reads', 'Коды вопросов и статусы, которые читает прежнее или новое определение.'),
('publication_definition_change', 'cohort_changed', 'Изменился круг показателя: его условие или виды учреждений.'),
('publication_definition_change', 'changes', 'Что изменилось: было → стало. Пусто: ничего, что влияет на цифры.'),
('publication_respondent_change', NULL, 'Кто стоит за расхождениями: организации и муниципалитеты, чьи ответы, статусы или место в круге показателя изменились от публикации до более поздней или до сегодняшнего дня.'),
('publication_respondent_change', 'school_id', 'Организация. Пусто: муниципалитет отвечает сам за себя.'),
('publication_respondent_change', 'municipality_before', 'Муниципалитет раньше. Пусто: не было в мониторинге.'),
('publication_respondent_change', 'municipality_after', 'Муниципалитет теперь. Пусто: нет в мониторинге.'),
('publication_respondent_change', 'respondent', 'Название организации или муниципалитета.'),
('publication_respondent_change', 'in_before', 'Раньше входил в круг показателя.'),
('publication_respondent_change', 'in_after', 'Теперь входит в круг показателя.'),
('publication_respondent_change', 'answers_changed', 'Изменился ответ, который читает показатель, и из-за этого его вклад.'),
('publication_respondent_change', 'status_changed', 'Изменились статус, который читает показатель, вид учреждения или участие в мониторинге.'),
('publication_difference', NULL, 'Чем публикация отличается от более поздней публикации того же мониторинга или от сегодняшнего дня, и почему: одна строка на пару, муниципалитет и показатель, где отличается хоть одна цифра.'),
('publication_difference', 'municipality_id', 'Муниципалитет. Пусто: регион.'),
('publication_difference', 'municipality', 'Название муниципалитета. Пусто: регион.'),
('publication_difference', 'numerator_before', 'Числитель раньше. Пусто: строки не было.'),
('publication_difference', 'denominator_before', 'Знаменатель раньше.'),
('publication_difference', 'percent_before', 'Доля раньше, %.'),
('publication_difference', 'score_before', 'Балл раньше.'),
('publication_difference', 'numerator_after', 'Числитель теперь. Пусто: строки больше нет.'),
('publication_difference', 'denominator_after', 'Знаменатель теперь.'),
('publication_difference', 'percent_after', 'Доля теперь, %.'),
('publication_difference', 'score_after', 'Балл теперь.'),
('publication_difference', 'threshold_before', 'Порог раньше, %.'),
('publication_difference', 'threshold_after', 'Порог теперь, %.'),
('publication_difference', 'answers_changed', 'Причина: изменились ответы, которые читает показатель.'),
('publication_difference', 'definition_changed', 'Причина: изменилось определение показателя.'),
('publication_difference', 'cohort_changed', 'Причина: изменился состав — статусы, виды или муниципалитеты организаций, их участие в мониторинге.'),
('publication_difference', 'target_changed', 'Причина: изменился порог или план.'),
('publication_difference', 'cause', 'Причины словами: сколько ответов изменилось, кто вошёл в круг и вышел из него, что стало с определением, порогом и планом.'),
('check_publication', '()', 'Триггер: публикация записывается сразу и целиком, дописать в неё ничего нельзя.')
UNION ALL
SELECT o.object, c.part, c.comment
FROM unnest('{publication_indicator,publication_report,publication_regional_report}'::text[]) AS o(object)
CROSS JOIN (VALUES
	('publication_id', 'Публикация.'),
	('section', 'Раздел методики.'),
	('title', 'Название показателя.'),
	('percent', 'Доля, %: числитель к знаменателю.'),
	('threshold', 'Порог, %.'),
	('plan', 'План, %.'),
	('score', 'Балл: 1 или 0. Пусто: не оценивается, причина рядом.'),
	('reason', 'Почему такой балл или почему его нет.'),
	('answered', 'Сколько ответило.'),
	('missing', 'Сколько не ответило.'),
	('percent_low', 'Наименьшая доля, %, какая могла получиться с недостающими ответами.'),
	('percent_high', 'Наибольшая доля, %, какая могла получиться с недостающими ответами.'),
	('gap', 'Сколько не хватало в числителе до порога.'),
	('note_required', 'Нужна аналитическая записка (п. 1.2.6).')) AS c(part, comment)
UNION ALL
SELECT o.object, c.part, c.comment
FROM unnest('{publication_definition,publication_target,publication_school,publication_municipality,publication_school_indicator}'::text[]) AS o(object)
CROSS JOIN (VALUES ('publication_id', 'Публикация.')) AS c(part, comment)
UNION ALL
SELECT o.object, c.part, c.comment
FROM unnest('{publication_pair,publication_definition_change,publication_respondent_change,publication_difference}'::text[]) AS o(object)
CROSS JOIN (VALUES
	('publication_id', 'Публикация, с которой сравнивают: раньше.'),
	('compared_with', 'Более поздняя публикация. Пусто: сегодняшний день.')) AS c(part, comment)
$function$;
COMMENT ON FUNCTION region_publication_comments() IS
'Internal: Russian comments of publications and their views.';
