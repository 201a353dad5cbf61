-- Effectiveness (clause 1.2.12): what became of each school in the three years after its inclusion.
-- A spell is a run of consecutive years on the list; t is its first year. The list is that of the year's round,
-- or, in a year without one, of the day in setting. A school that is closed is followed through its successor.
-- What a year or a result is missing for cannot be judged: it never counts as success.

CREATE FUNCTION region_effectiveness_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE effectiveness_criterion (
		criterion	text PRIMARY KEY CHECK (criterion ~ '^[a-z][a-z0-9_]*$'),
		title		text NOT NULL CHECK (title <> ''),
		in_use		boolean NOT NULL DEFAULT false
	);
	CREATE UNIQUE INDEX effectiveness_criterion_one_in_use ON effectiveness_criterion (in_use) WHERE in_use;

	CREATE TABLE effectiveness_condition (
		criterion	text NOT NULL REFERENCES effectiveness_criterion ON UPDATE CASCADE,
		position	integer NOT NULL CHECK (position > 0),
		title		text NOT NULL CHECK (title <> ''),
		condition	text NOT NULL CHECK (condition <> ''),
		PRIMARY KEY (criterion, position)
	);
END
$function$;
COMMENT ON FUNCTION region_effectiveness_tables(text) IS
'Internal: creates the criteria of effectiveness and their conditions in the schema named region.';

CREATE FUNCTION region_effectiveness_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	INSERT INTO effectiveness_criterion (criterion, title, in_use) VALUES
	('default', 'Школа вышла из перечня, её результаты лучше исходных и на второй год не были хуже', true),
	('gap_closed', 'Школа вышла из перечня и сократила разрыв с регионом не менее чем наполовину, какой бы ни взять его долю: года включения или третьего года', false);

	-- Shares are compared crosswise, in whole numbers: b/p < c/q is b*q < c*p, and p, q are never 0 here.
	INSERT INTO effectiveness_condition (criterion, position, title, condition) VALUES
	('default', 1, 'не включена снова к третьему году', 'NOT listed_3 AND NOT relisted'),
	('default', 2, 'результаты лучше исходных', 'below_3 * participants_0 < below_0 * participants_3'),
	('default', 3, 'на второй год не хуже исходных', 'below_2 * participants_0 <= below_0 * participants_2'),
	('gap_closed', 1, 'не включена снова к третьему году', 'NOT listed_3 AND NOT relisted'),
	-- With the school's shares s0 and s3 and a share r of the region: there was a gap, s0 > r, and at most half of it
	-- is left, s3 - r <= (s0 - r)/2, that is 2*s3 <= s0 + r, which implies s3 < s0. Multiplied by all three
	-- denominators. One share of the region measures both years, which keeps the products at three numbers; the gap
	-- has to close by that of t+3, where the region got better, and by that of t, where it got worse.
	('gap_closed', 2, 'разрыв с долей региона в третий год сокращён не менее чем наполовину',
	 'below_0 * region_participants_3 > region_below_3 * participants_0 AND '
	 '2 * below_3 * participants_0 * region_participants_3 <= '
	 'below_0 * participants_3 * region_participants_3 + region_below_3 * participants_0 * participants_3'),
	('gap_closed', 3, 'разрыв с долей региона в год включения сокращён не менее чем наполовину',
	 'below_0 * region_participants_0 > region_below_0 * participants_0 AND '
	 '2 * below_3 * participants_0 * region_participants_0 <= '
	 'below_0 * participants_3 * region_participants_0 + region_below_0 * participants_0 * participants_3');
END
$function$;
COMMENT ON FUNCTION region_effectiveness_seed(text) IS
'Internal: the criterion of effectiveness in use and an alternative (clause 1.2.12).';

CREATE FUNCTION region_effectiveness_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('effectiveness_criterion', NULL, 'Критерии эффективности (п. 1.2.12): по какому из них судят, отмечено в in_use, не больше одного.'),
('effectiveness_criterion', 'criterion', 'Код критерия.'),
('effectiveness_criterion', 'title', 'Критерий словами.'),
('effectiveness_criterion', 'in_use', 'Этот критерий применяется.'),
('effectiveness_condition', NULL, 'Условия критериев: выполнены все — меры эффективны, часть — частично, ни одного — нет; хоть об одном судить нельзя — данных не хватает.'),
('effectiveness_condition', 'criterion', 'Критерий.'),
('effectiveness_condition', 'position', 'Порядковый номер условия; его называет сообщение об ошибке в формуле.'),
('effectiveness_condition', 'title', 'Условие словами, как в отчёте.'),
('effectiveness_condition', 'condition', 'Условие: выражение над below_0 … below_3 и participants_0 … participants_3 (ниже минимума и участий в год включения и через 1–3 года), listed_1 … listed_3 (в перечне ли), relisted (включена ли снова), region_below_0, region_participants_0 (весь регион в год включения), region_below_3, region_participants_3 (весь регион через три года). Пусто — неизвестно.'),
('monitoring_year', NULL, 'Годы наблюдения: мониторинг года и день, на который взят перечень; одна строка на год от первых данных до сегодняшнего дня.'),
('monitoring_year', 'year', 'Год.'),
('monitoring_year', 'round_id', 'Мониторинг, перечень которого стоит на результатах этого года; из нескольких — последний по дате состава, которая наступила; черновики не в счёт. Пусто: мониторинга не было.'),
('monitoring_year', 'listed_on', 'День перечня: дата состава мониторинга, без мониторинга — день из setting.'),
('monitoring_year', 'reached', 'День перечня наступил.'),
('school_year', NULL, 'Организации по годам: кто работал в день перечня и был ли в нём; одна строка на год и организацию.'),
('school_year', 'year', 'Год.'),
('school_year', 'kind', 'Вид учреждения: school — школа, preschool — ДОУ, supplementary — УДО.'),
('school_year', 'low_results', 'ШНОР в день перечня.'),
('school_year', 'adverse_conditions', 'ШНСУ в день перечня.'),
('spell_year', NULL, 'Служебное: каждое включение школы год за годом. Для отчётов — effectiveness.'),
('spell_year', 'school_id', 'Школа, которую включили.'),
('spell_year', 'year', 'Год включения.'),
('spell_year', 'observed_year', 'Год наблюдения.'),
('spell_year', 'stands_id', 'Кто стоит за школу в этот год: она сама, после закрытия — правопреемник. Пусто: никто.'),
('spell_year', 'listed', 'Тот, кто стоит за школу, в перечне. Пусто: никого нет.'),
('spell_year', 'low_results', 'ШНОР в год включения.'),
('spell_year', 'adverse_conditions', 'ШНСУ в год включения.'),
('spell_case', NULL, 'Служебное: что видят условия критерия; одна строка на включение. Для отчётов — effectiveness.'),
('spell_case', 'low_results', 'ШНОР в год включения.'),
('spell_case', 'adverse_conditions', 'ШНСУ в год включения.'),
('spell_case', 'seen_year', 'Последний год, перечень которого уже есть.'),
('spell_case', 'relisted_year', 'Год первого повторного включения. Пусто: не включалась.'),
('spell_case', 'stands_1', 'Кто стоит за школу через год. Пусто: никто или год ещё не наступил.'),
('spell_case', 'stands_2', 'Кто стоит за школу через два года.'),
('spell_case', 'stands_3', 'Кто стоит за школу через три года.'),
('spell_case', 'relisted', 'Включена снова не позже третьего года. Пусто: неизвестно.'),
('spell_case', 'region_below_0', 'Весь регион в год включения: ниже минимума.'),
('spell_case', 'region_participants_0', 'Весь регион в год включения: участий.'),
('spell_case', 'region_below_3', 'Весь регион через три года: ниже минимума.'),
('spell_case', 'region_participants_3', 'Весь регион через три года: участий.'),
('spell_condition', NULL, 'Условия применяемого критерия по каждому включению: выполнено, нет или судить нельзя.'),
('spell_condition', 'criterion', 'Критерий.'),
('spell_condition', 'position', 'Порядковый номер условия.'),
('spell_condition', 'title', 'Условие словами.'),
('spell_condition', 'condition', 'Условие: выражение.'),
('spell_condition', 'met', 'Выполнено. Пусто: судить нельзя.'),
('spell_condition', 'missing', 'Чего не хватает, чтобы судить.'),
('effectiveness', NULL, 'Эффективность за три года после включения в перечень (п. 1.2.12): одна строка на школу и включение. Включение — годы в перечне подряд; перерыв хотя бы в год начинает новое. Отсутствующие данные успехом не считаются.'),
('effectiveness', 'municipality_id', 'Муниципалитет школы сегодня.'),
('effectiveness', 'statuses', 'В каком качестве включена: ШНОР, ШНСУ или оба.'),
('effectiveness', 'stands_id', 'Правопреемник, который стоит за школу через три года или уже сейчас. Пусто: она сама или никто, см. reason.'),
('effectiveness', 'stands', 'Название правопреемника.'),
('effectiveness', 'criterion', 'Критерий, по которому судят. Пусто: не выбран.'),
('effectiveness', 'conditions_met', 'Сколько условий выполнено. Пусто: условия не проверялись — идёт поддержка или школа снова включена раньше третьего года.'),
('effectiveness', 'conditions', 'Сколько условий в критерии.'),
('effectiveness', 'state', 'Итог: in_support — идёт поддержка, effective — эффективно, partly — частично, not_effective — неэффективно, insufficient_data — данных не хватает.'),
('effectiveness', 'reason', 'Почему итог такой: какие условия выполнены, какие нет, о каких судить нельзя и чего не хватает; правопреемник; повторное включение.')
UNION ALL
SELECT v.object, c.part, c.comment
FROM (VALUES ('spell_case'), ('spell_condition'), ('effectiveness')) AS v(object)
CROSS JOIN (VALUES ('school_id', 'Школа, которую включили.'), ('spell', 'Номер включения этой школы по порядку.'), ('year', 'Год включения.'),
				   ('last_listed_year', 'Последний год в перечне без перерыва.')) AS c(part, comment)
WHERE v.object <> 'spell_condition' OR c.part <> 'last_listed_year'
UNION ALL
SELECT v.object, c.part || n.years, format(c.comment, (ARRAY['в год включения', 'через год', 'через два года', 'через три года'])[n.years + 1])
FROM (VALUES ('spell_case'), ('effectiveness')) AS v(object)
CROSS JOIN generate_series(0, 3) AS n(years)
CROSS JOIN (VALUES ('below_', 'Ниже минимума %s: участий. Пусто: результатов нет.'), ('participants_', 'Участий %s. Пусто: результатов нет.'),
				   ('percent_', 'Доля ниже минимума %s, %%.'), ('listed_', 'В перечне %s. Пусто: неизвестно.')) AS c(part, comment)
WHERE (v.object = 'effectiveness' OR c.part <> 'percent_') AND (n.years > 0 OR c.part <> 'listed_')
$function$;
COMMENT ON FUNCTION region_effectiveness_comments() IS
'Internal: Russian comments of effectiveness.';
