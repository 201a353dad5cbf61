-- The catalogues of clauses 1.2.9-1.2.11: kinds of measure and of decision in the words of the source, the terms of
-- each step, and the texts of recommendations (83-obligation-seed-texts.sql). All of it is data of the region.

CREATE FUNCTION region_obligation_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- 1.2.10; ШНОР and ШНСУ where the source writes the names out
	INSERT INTO measure_kind (measure_kind, position, clause, title) VALUES
	('pupil_training', 1, '1.2.10',
	 'Проведение мероприятий, направленных на повышение качества подготовки обучающихся в ШНОР и ШНСУ'),
	('network_models', 2, '1.2.10',
	 'Введение в массовую практику моделей сетевого взаимодействия школ со стабильно высокими результатами и/или являющихся муниципальными/региональными/федеральными инновационными площадками в процессе разработки проектов развития образовательных организаций'),
	('professional_growth', 3, '1.2.10',
	 'Реализация многоуровневой системы сопровождения профессионального роста педагогов и управленческой команды ШНОР и ШНСУ, укрепление кадрового потенциала'),
	('targeted_support', 4, '1.2.10',
	 'Адресная поддержка через различные варианты реализации основной образовательной программы в сетевой форме, использования ресурсов организаций дополнительного образования, культурно-образовательной и цифровой образовательной среды'),
	('project_advice', 5, '1.2.10',
	 'Оказание адресной консультативно-методической помощи в процессе разработки проектов и программ развития школ'),
	('teacher_associations', 6, '1.2.10',
	 'Включение педагогов ШНОР и ШНСУ в работу муниципальных методических объединений');

	-- 1.2.11
	INSERT INTO decision_kind (decision_kind, position, clause, title) VALUES
	('strategic_acts', 1, '1.2.11',
	 'Внесение изменений в стратегические нормативные акты муниципальной системы образования (стратегию и программу развития муниципальной системы образования)'),
	('regulatory_acts', 2, '1.2.11',
	 'Совершенствование нормативных актов в части реализации системы работы со ШНОР и ШНСУ («дорожная карта», планы работы муниципальных методических объединений)'),
	('practice_replication', 3, '1.2.11',
	 'Тиражирование успешных практик, эффективных механизмов реализации «дорожной карты» ШНОР и ШНСУ');

	-- the source names the steps and no terms: these are a beginning, which a region changes by its orders
	INSERT INTO obligation_term (step, days, title) VALUES
	('note', 30, 'Аналитическая записка о причине расхождения с плановым значением (п. 1.2.6)'),
	('recommendation', 30, 'Адресные рекомендации по итогам анализа показателя (п. 1.2.9)'),
	('measure', 60, 'Мера, направленная на совершенствование системы работы со ШНОР и ШНСУ (п. 1.2.10)'),
	('decision', 90, 'Управленческое решение (п. 1.2.11)');

	PERFORM shnor.region_obligation_seed_texts(region);
END
$function$;
COMMENT ON FUNCTION region_obligation_seed(text) IS
'Internal: fills a new region with the kinds of measure and of decision, the terms of the steps and the texts of recommendations (clauses 1.2.6, 1.2.9-1.2.11). Run by create_region, once.';
