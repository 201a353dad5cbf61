-- Russian comments of a region's views and their columns. Run after the views are created and by upgrade_region.

CREATE FUNCTION region_view_comments(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	command text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	COMMENT ON VIEW round_indicator IS 'Определения показателей, действующие в мониторинге: одна строка на мониторинг и показатель. Отсюда видно, как посчитана цифра отчёта.';
	COMMENT ON COLUMN round_indicator.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN round_indicator.indicator_id IS 'Номер показателя внутри свёрток ответов.';
	COMMENT ON COLUMN round_indicator.indicator IS 'Код показателя.';
	COMMENT ON COLUMN round_indicator.position IS 'Порядковый номер в отчётах.';
	COMMENT ON COLUMN round_indicator.clause IS 'Пункт методики.';
	COMMENT ON COLUMN round_indicator.section IS 'Раздел методики.';
	COMMENT ON COLUMN round_indicator.title IS 'Название показателя.';
	COMMENT ON COLUMN round_indicator.unit IS 'Единица: percent — доля в процентах, yes_no — да или нет.';
	COMMENT ON COLUMN round_indicator.level IS 'Чьи ответы считаются: school — организаций, municipality — самих муниципалитетов.';
	COMMENT ON COLUMN round_indicator.institution_kinds IS 'Виды учреждений через запятую: school — школа, preschool — ДОУ, supplementary — УДО.';
	COMMENT ON COLUMN round_indicator.collection_method IS 'Метод сбора информации по методике.';
	COMMENT ON COLUMN round_indicator.numerator IS 'Числитель: выражение.';
	COMMENT ON COLUMN round_indicator.denominator IS 'Знаменатель: выражение. Пусто: каждая школа или муниципалитет считается за 1.';
	COMMENT ON COLUMN round_indicator.cohort IS 'Круг школ: условие. Пусто: все организации мониторинга указанных видов.';
	COMMENT ON COLUMN round_indicator.missing IS 'Нет ответа: exclude — не считается, no — считается ответом «нет».';
	COMMENT ON COLUMN round_indicator.polarity IS 'Что лучше: higher_is_better — больше, lower_is_better — меньше, context — не оценивается.';
	COMMENT ON COLUMN round_indicator.source_formula IS 'Методика расчета, как в источнике.';
	COMMENT ON COLUMN round_indicator.documents IS 'Документы, которыми подтверждается показатель.';
	COMMENT ON COLUMN round_indicator.source_defect IS 'Недостаток методики и принятое прочтение.';
	COMMENT ON COLUMN round_indicator.definition_id IS 'Номер версии определения в таблице indicator.';

	COMMENT ON VIEW round_methodology IS 'Служебное: определения показателей мониторинга, собранные для подсчёта. Не для отчётов.';
	COMMENT ON COLUMN round_methodology.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN round_methodology.level IS 'Чьи ответы считаются: school или municipality.';
	COMMENT ON COLUMN round_methodology.methodology IS 'Собранные определения.';

	COMMENT ON VIEW indicator_question IS 'Что читает показатель: вопросы и статусы, которые стоят в его формулах; одна строка на мониторинг, показатель и столбец.';
	COMMENT ON COLUMN indicator_question.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN indicator_question.indicator IS 'Код показателя.';
	COMMENT ON COLUMN indicator_question.column_name IS 'Столбец: код вопроса или статус школы.';
	COMMENT ON COLUMN indicator_question.question IS 'Код вопроса. Пусто: столбец — статус, а не вопрос.';
	COMMENT ON COLUMN indicator_question.respondent IS 'Кто отвечает: school — организация, municipality — муниципалитет.';
	COMMENT ON COLUMN indicator_question.answer_type IS 'Вид ответа: count — количество, yes_no — да или нет.';
	COMMENT ON COLUMN indicator_question.evidence IS 'Нужен ли документ: none — нет, optional — по желанию, required_if_yes — обязателен при ответе «да».';
	COMMENT ON COLUMN indicator_question.wording IS 'Формулировка вопроса.';

	COMMENT ON VIEW round_list IS 'Служебное: записан ли состав мониторинга. Не для отчётов.';
	COMMENT ON COLUMN round_list.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN round_list.has_schools IS 'Организации записаны.';
	COMMENT ON COLUMN round_list.has_municipalities IS 'Муниципалитеты записаны.';

	COMMENT ON VIEW round_member IS 'Состав мониторинга: у закрытого — записанный при закрытии, у остальных — на дату состава; одна строка на мониторинг и организацию.';
	COMMENT ON COLUMN round_member.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN round_member.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN round_member.school_id IS 'Организация.';
	COMMENT ON COLUMN round_member.kind IS 'Вид учреждения: school — школа, preschool — ДОУ, supplementary — УДО.';
	COMMENT ON COLUMN round_member.low_results IS 'ШНОР на дату состава.';
	COMMENT ON COLUMN round_member.adverse_conditions IS 'ШНСУ на дату состава.';
	COMMENT ON COLUMN round_member.risk_zone IS 'Школа зоны риска на дату состава.';

	COMMENT ON VIEW municipal_member IS 'Муниципалитеты мониторинга: у закрытого — записанные при закрытии, у остальных — все; одна строка на мониторинг и муниципалитет.';
	COMMENT ON COLUMN municipal_member.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_member.municipality_id IS 'Муниципалитет.';

	COMMENT ON VIEW municipal_round IS 'Ответы муниципалитетов о себе с учётом всех источников: одна строка на мониторинг и муниципалитет, ответивший и не ответивший.';
	COMMENT ON COLUMN municipal_round.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_round.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_round.submitted_at IS 'Когда отправлен ответ на форму. Пусто: ответа нет.';

	COMMENT ON VIEW school_round IS 'Организации мониторинга на дату состава, ответившие и не ответившие: одна строка на мониторинг и организацию.';
	COMMENT ON COLUMN school_round.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN school_round.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN school_round.school_id IS 'Организация.';
	COMMENT ON COLUMN school_round.low_results IS 'ШНОР на дату состава.';
	COMMENT ON COLUMN school_round.adverse_conditions IS 'ШНСУ на дату состава.';
	COMMENT ON COLUMN school_round.risk_zone IS 'Школа зоны риска на дату состава.';
	COMMENT ON COLUMN school_round.submitted_at IS 'Когда отправлен ответ. Пусто: ответа нет.';
	COMMENT ON COLUMN school_round.kind IS 'Вид учреждения: school — школа, preschool — ДОУ, supplementary — УДО.';
	COMMENT ON COLUMN school_round.is_school IS 'Вид учреждения — школа.';
	COMMENT ON COLUMN school_round.is_preschool IS 'Вид учреждения — ДОУ.';
	COMMENT ON COLUMN school_round.is_supplementary IS 'Вид учреждения — УДО.';

	COMMENT ON VIEW school_indicator IS 'Вклад организации в каждый показатель: одна строка на мониторинг, организацию и показатель. Так от цифры отчёта приходят к ответам.';
	COMMENT ON COLUMN school_indicator.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN school_indicator.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN school_indicator.school_id IS 'Организация.';
	COMMENT ON COLUMN school_indicator.indicator IS 'Код показателя.';
	COMMENT ON COLUMN school_indicator.in_cohort IS 'Входит в круг организаций показателя.';
	COMMENT ON COLUMN school_indicator.numerator IS 'Вклад в числитель. Пусто: нет ответа или не входит в круг.';
	COMMENT ON COLUMN school_indicator.denominator IS 'Вклад в знаменатель. Пусто: нет ответа или не входит в круг.';
	COMMENT ON COLUMN school_indicator.score IS 'Балл организации по вопросу «да/нет»: 1 или 0; нет ответа — 0 (п. 1.2.6 А). Пусто для количеств, справочных показателей и организаций вне круга.';
	COMMENT ON COLUMN school_indicator.reason IS 'Почему балл такой или почему его нет.';

	COMMENT ON VIEW municipal_tally IS 'Служебное: свёртка ответов муниципалитета за мониторинг, из которой читаются все отчёты. Свёртки складываются: shnor.sum(tally).';
	COMMENT ON COLUMN municipal_tally.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_tally.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_tally.tally IS 'Свёртка: для каждого показателя числитель, знаменатель, сколько ответило и не ответило.';

	COMMENT ON VIEW indicator_result IS 'Служебное: показатели муниципалитетов и региона вместе, без названий. Здесь выносятся все оценки; для отчётов — municipal_indicator и regional_indicator.';
	COMMENT ON COLUMN indicator_result.scope IS 'Чей показатель: municipality — муниципалитета, region — региона.';

	COMMENT ON VIEW municipal_indicator IS 'Главный отчёт: одна строка на мониторинг, муниципалитет и показатель, действующий в мониторинге.';
	COMMENT ON COLUMN municipal_indicator.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_indicator.round_title IS 'Название мониторинга.';
	COMMENT ON COLUMN municipal_indicator.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_indicator.municipality IS 'Название муниципалитета.';
	COMMENT ON COLUMN municipal_indicator.position IS 'Порядковый номер показателя.';
	COMMENT ON COLUMN municipal_indicator.indicator IS 'Код показателя.';
	COMMENT ON COLUMN municipal_indicator.section IS 'Раздел методики.';
	COMMENT ON COLUMN municipal_indicator.title IS 'Название показателя.';
	COMMENT ON COLUMN municipal_indicator.unit IS 'Единица: percent — доля в процентах, yes_no — да или нет.';
	COMMENT ON COLUMN municipal_indicator.numerator IS 'Числитель: сумма по тем же организациям, что и знаменатель.';
	COMMENT ON COLUMN municipal_indicator.denominator IS 'Знаменатель. Итоги по нескольким строкам считаются как сумма числителей на сумму знаменателей, а не как среднее процентов.';
	COMMENT ON COLUMN municipal_indicator.percent IS 'Числитель на знаменатель, %, с точностью до 0,0001. Пусто, если знаменатель 0; 0 % — это ноль, а не пропуск.';
	COMMENT ON COLUMN municipal_indicator.threshold IS 'Порог мониторинга, %: значение для муниципалитета важнее общего. Пусто, если не установлен, и у показателей «да/нет» отдельного муниципалитета.';
	COMMENT ON COLUMN municipal_indicator.plan IS 'Плановое значение мониторинга, %. Пусто, если не установлено, и у показателей «да/нет» отдельного муниципалитета.';
	COMMENT ON COLUMN municipal_indicator.score IS 'Балл: 1 — не хуже порога или «да», 0 — хуже порога, «нет» или нет ответа (п. 1.2.6). Сравнивается точная дробь, а не округлённый процент. Пусто: оценки нет, см. reason.';
	COMMENT ON COLUMN municipal_indicator.reason IS 'Почему балл такой или почему его нет.';
	COMMENT ON COLUMN municipal_indicator.answered IS 'Сколько организаций круга ответило; у показателей «да/нет» — сколько муниципалитетов.';
	COMMENT ON COLUMN municipal_indicator.missing IS 'Сколько не ответило.';
	COMMENT ON COLUMN municipal_indicator.percent_low IS 'Наименьшее значение, возможное после недостающих ответов, %. Пусто, если его нельзя назвать: для долей педагогов при пропусках неизвестен и знаменатель.';
	COMMENT ON COLUMN municipal_indicator.percent_high IS 'Наибольшее значение, возможное после недостающих ответов, %. Пусто, если его нельзя назвать.';
	COMMENT ON COLUMN municipal_indicator.gap IS 'На сколько единиц должен измениться числитель, чтобы порог был выполнен: сколько школ или педагогов не хватает (если лучше меньшее значение — сколько лишних).';
	COMMENT ON COLUMN municipal_indicator.note_required IS 'Нужна аналитическая записка: балл 0 или значение хуже планового (п. 1.2.6).';

	COMMENT ON VIEW regional_indicator IS 'Показатели региона: одна строка на мониторинг и показатель, суммы по всем муниципалитетам. Показатель «да/нет» — доля муниципалитетов с ответом «да». Оценка — по общим порогам.';

	COMMENT ON VIEW municipal_score IS 'Баллы и место муниципалитетов: одна строка на мониторинг и муниципалитет.';
	COMMENT ON COLUMN municipal_score.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_score.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_score.points IS 'Сумма баллов.';
	COMMENT ON COLUMN municipal_score.max_points IS 'Сколько баллов можно было набрать: по одному за каждый оценённый показатель.';
	COMMENT ON COLUMN municipal_score.scored IS 'Сколько показателей оценено.';
	COMMENT ON COLUMN municipal_score.unscored IS 'Сколько показателей без оценки: справочные, без порога, с пустым кругом.';
	COMMENT ON COLUMN municipal_score.rank IS 'Место в мониторинге по доле points/max_points; при равенстве место общее. Пусто, если не оценён ни один показатель.';
	COMMENT ON COLUMN municipal_score.round_title IS 'Название мониторинга.';
	COMMENT ON COLUMN municipal_score.municipality IS 'Название муниципалитета.';

	COMMENT ON VIEW completeness IS 'Полнота и своевременность ответов организаций: одна строка на мониторинг и муниципалитет.';
	COMMENT ON COLUMN completeness.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN completeness.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN completeness.expected IS 'Сколько организаций должно ответить: все организации мониторинга тех видов, которых касаются показатели.';
	COMMENT ON COLUMN completeness.submitted IS 'Сколько ответило.';
	COMMENT ON COLUMN completeness.on_time IS 'Сколько ответило вовремя: первый ответ пришёл до конца дня срока по часовому поясу региона.';
	COMMENT ON COLUMN completeness.answers_expected IS 'Сколько ответов ожидалось: организации на действующие вопросы.';
	COMMENT ON COLUMN completeness.answers_given IS 'Сколько ответов дано: непустых.';
	COMMENT ON COLUMN completeness.round_title IS 'Название мониторинга.';
	COMMENT ON COLUMN completeness.municipality IS 'Название муниципалитета.';

	-- columns that mean the same as elsewhere carry the same comment
	FOR command IN
		SELECT format('COMMENT ON COLUMN %s.%I IS %L', c.copy, a.attname, col_description(o.attrelid, o.attnum))
		FROM (VALUES ('submission', 'school_round'), ('municipal_submission', 'municipal_round'),
					 ('municipal_indicator', 'indicator_result'),
					 ('municipal_indicator', 'regional_indicator')) AS c(original, copy)
		JOIN pg_attribute o ON o.attrelid = c.original::regclass AND o.attnum > 0
		JOIN pg_attribute a ON a.attrelid = c.copy::regclass AND a.attname = o.attname
		WHERE c.original NOT LIKE '%submission' OR o.attname NOT IN ('round_id', 'school_id', 'municipality_id', 'submitted_at')
		ORDER BY c.copy, a.attnum
	LOOP
		EXECUTE command;
	END LOOP;
	COMMENT ON COLUMN indicator_result.municipality_id IS 'Муниципалитет. Пусто у региона.';
	COMMENT ON COLUMN regional_indicator.threshold IS 'Общий порог мониторинга, %; у показателей «да/нет» — порог доли муниципалитетов. Пусто, если не установлен.';
	COMMENT ON COLUMN regional_indicator.plan IS 'Общее плановое значение мониторинга, %. Пусто, если не установлено.';
END
$function$;
COMMENT ON FUNCTION region_view_comments(text) IS
'Internal: (re)writes the Russian comments on the views and their columns of the schema named region.';
