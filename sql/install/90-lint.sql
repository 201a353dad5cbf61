-- What is wrong with the set-up of a region: read before a round is opened, and when a report surprises.

CREATE FUNCTION lint(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	unreadable boolean := false;
	readable boolean := true;
BEGIN
	PERFORM shnor.region_check(region);
	FOR severity, object, code, problem, hint IN SELECT * FROM shnor.lint_formulas(region) LOOP
		unreadable := unreadable OR object = 'indicator' AND starts_with(problem, 'Формула не читается');
		readable := readable AND NOT starts_with(problem, 'Формул');
		RETURN NEXT;
	END LOOP;
	RETURN QUERY SELECT * FROM shnor.lint_tables(region);
	-- with an indicator that cannot be read there are no reports to look at
	IF NOT unreadable THEN
		RETURN QUERY SELECT * FROM shnor.lint_reports(region);
	END IF;
	RETURN QUERY SELECT * FROM shnor.lint_rules(region);

	IF readable THEN
		RETURN QUERY SELECT * FROM shnor.lint_builds(region);
	END IF;
END
$function$;
COMMENT ON FUNCTION lint(text) IS
'What is wrong with the set-up of the region in schema region, a row a finding: severity (error: figures are wrong or missing; warning: look at it), object (the table), code (indicator, question, round …), problem and hint, in Russian. No rows: nothing found. Changes nothing. Error: no such region (3F000).';

CREATE FUNCTION lint_builds(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	report text;
BEGIN
	-- what no formula shows by itself: numbers that do not fit, a time zone that is none; the first report will do
	FOREACH report IN ARRAY '{reporting_day,municipal_indicator,recommendation_due,note_status,measure_status,decision_status,identification,spell_condition,validation_finding}'::text[] LOOP
		BEGIN
			EXECUTE format('SELECT count(v) FROM %I.%I v', region, report);
		EXCEPTION WHEN others THEN
			severity := 'error';
			object := report;
			code := NULL;
			problem := 'Отчёт не строится: ' || SQLERRM;
			hint := CASE report WHEN 'reporting_day' THEN 'Исправьте setting.time_zone или выполните RESET shnor.today.'
					ELSE 'Формулы читаются: ищите в данных слишком большие числа и невозможные дни. «indicator N» в сообщении — номер формулы: показателя, текста рекомендации, правила выявления или проверки, условия критерия.' END;
			RETURN NEXT;
			EXIT;
		END;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION lint_builds(text) IS
'Internal: the finding of lint() that a report cannot be built.';

CREATE FUNCTION lint_formulas(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	d		record;
	counted	bigint;
	answers	jsonb;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	-- each formula by itself, on a row without answers: one that is refused must not hide the others
	FOR d IN
		SELECT 'indicator' AS object, i.indicator AS code, i.indicator_id AS id, i.numerator, i.denominator, i.cohort, i.missing, i.level, i.unit,
			   concat_ws('; ', 'numerator: ' || i.numerator, 'denominator: ' || i.denominator, 'cohort: ' || i.cohort) AS formula,
			   format('jsonb_populate_record(NULL::%s, ''{}'')', CASE i.level WHEN 'school' THEN 'school_round' ELSE 'municipal_round' END) AS answers,
			   'Столбцы — коды вопросов (таблица question) и статусы.' AS columns
		FROM indicator i
		UNION ALL
		SELECT 'recommendation_template', t.template_id::text, t.template_id, shnor.condition_formula(t.condition), NULL, NULL, 'exclude', NULL, NULL, t.condition,
			   'jsonb_populate_record(NULL::municipal_indicator, ''{}'')',
			   'Столбцы: score, note_required, numerator, denominator, answered, missing, percent, threshold, plan.'
		FROM recommendation_template t
		UNION ALL
		SELECT 'identification_rule', u.rule_id || ': ' || v.part, u.rule_id, shnor.condition_formula(v.formula), NULL, NULL, 'exclude', NULL, NULL, v.formula,
			   v.answers, v.columns
		FROM identification_rule u
		CROSS JOIN LATERAL (VALUES
			('item_condition', u.item_condition,
			 '(SELECT x FROM (SELECT NULL::integer AS participants, NULL::integer AS below_minimum, NULL::bigint AS marks_sum, NULL::smallint AS grade, NULL::integer AS previous_participants, NULL::integer AS previous_below) x)',
			 'Столбцы: participants, below_minimum, marks_sum, grade, previous_participants, previous_below.'),
			('enter_condition', u.enter_condition, 'jsonb_populate_record(NULL::identification_case, ''{}'')',
			 'Столбцы: assessments, marked, repeated, assessments_before, marked_before, participants, below_minimum, unjudged, listed.'),
			('leave_condition', u.leave_condition, 'jsonb_populate_record(NULL::identification_case, ''{}'')',
			 'Столбцы: assessments, marked, repeated, assessments_before, marked_before, participants, below_minimum, unjudged, listed.')
		) AS v(part, formula, answers, columns)
		UNION ALL
		SELECT 'effectiveness_condition', c.criterion || ', ' || c.position, c.position, shnor.condition_formula(c.condition), NULL, NULL, 'exclude', NULL, NULL, c.condition,
			   'jsonb_populate_record(NULL::spell_case, ''{}'')',
			   'Столбцы: listed_1 … listed_3, relisted, below_0 … below_3, participants_0 … participants_3, region_below_0, region_participants_0, region_below_3, region_participants_3.'
		FROM effectiveness_condition c
		UNION ALL
		SELECT 'validation_rule', v.rule || coalesce(' с ' || v.valid_from, ''), v.rule_id, shnor.condition_formula(v.condition), NULL,
			   shnor.condition_formula(v.applies), 'exclude', NULL, NULL, concat_ws('; ', 'condition: ' || v.condition, 'applies: ' || v.applies),
			   format('jsonb_populate_record(NULL::%s, ''{}'')', CASE v.respondent WHEN 'school' THEN 'validation_case' ELSE 'municipal_validation_case' END),
			   'Столбцы: ' || CASE v.respondent WHEN 'school' THEN 'коды вопросов, previous_…, same_…, median_…, schools_answered и статусы (представление validation_case).'
							  ELSE 'коды вопросов, previous_… и schools_answered (представление municipal_validation_case).' END
		FROM validation_rule v
		ORDER BY 1, 2
	LOOP
		object := d.object;
		code := d.code;
		severity := 'error';
		BEGIN
			EXECUTE format('SELECT count(*) FROM shnor.contribution((SELECT shnor.methodology($1, $2, $3, $4, $5)), %s)', d.answers)
			USING d.id, d.numerator, d.denominator, d.cohort, d.missing;
		EXCEPTION WHEN others THEN
			-- the message calls every number that of an indicator
			problem := format('Формула не читается: %s. Она такая: %s',
							  CASE d.object WHEN 'indicator' THEN SQLERRM ELSE regexp_replace(SQLERRM, format('^[^:]* %s[^:]*: ', d.id), '') END, d.formula);
			hint := d.columns || CASE d.object WHEN 'indicator' THEN '' ELSE ' Нужно условие, а не число.' END || ' Допустимы целые числа, true и false, + − *, сравнения, AND, OR, NOT, IS NULL, BETWEEN, IN, coalesce, least, greatest, yes_count.';
			RETURN NEXT;
			CONTINUE;
		END;

		-- two of everything: a numerator that comes to more than one counts people, and has to say out of how many
		IF d.unit = 'percent' AND d.denominator IS NULL THEN
			SELECT jsonb_object_agg(a.attname, CASE a.atttypid WHEN 'integer'::regtype THEN to_jsonb(2) ELSE to_jsonb(true) END) INTO answers
			FROM pg_attribute a
			WHERE a.attrelid = CASE d.level WHEN 'school' THEN 'school_round'::regclass ELSE 'municipal_round'::regclass END
			  AND a.attnum > 0 AND a.atttypid IN ('integer'::regtype, 'boolean'::regtype);
			BEGIN
				EXECUTE format('SELECT max(c.numerator) FROM shnor.contribution((SELECT shnor.methodology($1, $2, NULL, NULL, NULL)), jsonb_populate_record(NULL::%s, $3)) AS c',
							   CASE d.level WHEN 'school' THEN 'school_round' ELSE 'municipal_round' END)
				INTO counted USING d.id, d.numerator, answers;
			EXCEPTION WHEN others THEN
				problem := format('Формулу не удалось испытать на ответах «2» и «да»: %s. Она такая: %s', SQLERRM, d.formula);
				hint := 'Проверьте числа в формуле: результат должен умещаться в bigint.';
				RETURN NEXT;
				CONTINUE;
			END;
			IF counted > 1 THEN
				problem := 'Доля без знаменателя: числитель считает людей, а знаменателем служит число организаций';
				hint := 'Впишите знаменатель, например teachers.';
				RETURN NEXT;
			END IF;
		END IF;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION lint_formulas(text) IS
'Internal: findings of lint() in formulas: refused ones, unknown columns, counts without a denominator.';

CREATE FUNCTION lint_tables(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	SELECT f.severity, f.object, f.code, f.problem, f.hint
	FROM (
		SELECT 'warning' AS severity, 'target' AS object, format('%s, мониторинг %s', t.indicator, t.round_id) AS code,
			   'Порог или план без приказа' AS problem, 'Укажите legal_act_id: порог устанавливается приказом.' AS hint
		FROM target t WHERE t.legal_act_id IS NULL
		UNION ALL
		SELECT 'error', 'target', format('%s, мониторинг %s', t.indicator, t.round_id),
			   'Показателя с таким кодом в этом мониторинге нет', 'Проверьте код показателя и дни действия его определения.'
		FROM target t WHERE NOT EXISTS (SELECT FROM round_indicator d WHERE d.round_id = t.round_id AND d.indicator = t.indicator)
		UNION ALL
		SELECT 'warning', 'target', format('%s, мониторинг %s', t.indicator, t.round_id),
			   'Порог у справочного показателя: он не оценивается', 'Уберите порог или задайте показателю polarity.'
		FROM target t
		JOIN round_indicator d ON d.round_id = t.round_id AND d.indicator = t.indicator
		WHERE d.polarity = 'context' AND t.threshold IS NOT NULL
		UNION ALL
		SELECT 'warning', 'target', format('%s, мониторинг %s', d.indicator, d.round_id),
			   'Порог не установлен: балл не ставится', 'Внесите в target порог и приказ, которым он установлен.'
		FROM round_indicator d
		WHERE d.polarity <> 'context' AND NOT (d.unit = 'yes_no' AND d.level = 'municipality')
		  AND NOT EXISTS (SELECT FROM target t WHERE t.round_id = d.round_id AND t.indicator = d.indicator
						  AND t.municipality_id IS NULL AND t.threshold IS NOT NULL)
		UNION ALL
		SELECT 'error', 'question', q.question, format('В таблице %s нет столбца с таким названием', CASE q.respondent WHEN 'school' THEN 'submission' ELSE 'municipal_submission' END),
			   'Ответы на вопрос негде хранить: исправьте код вопроса.'
		FROM question q
		WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attname = q.question AND a.attnum > 0
						  AND a.attrelid = CASE q.respondent WHEN 'school' THEN 'submission'::regclass ELSE 'municipal_submission'::regclass END)
		UNION ALL
		SELECT 'warning', 'recommendation_template', d.indicator, format('Нет ни одной рекомендации для мониторинга «%s»', r.title),
			   'Итогом анализа каждого показателя должна быть рекомендация (п. 1.2.9): добавьте текст и условие.'
		FROM round_indicator d
		JOIN round r ON r.round_id = d.round_id
		WHERE NOT EXISTS (SELECT FROM recommendation_template t WHERE t.indicator = d.indicator
						  AND (t.valid_from IS NULL OR t.valid_from <= r.cohort_on) AND (t.valid_until IS NULL OR r.cohort_on < t.valid_until))
		UNION ALL
		SELECT 'warning', 'round', r.title, 'Не названы цели, задачи или методы мониторинга', 'По п. 1.2.7 их устанавливает приказ: впишите goals, tasks и methods.'
		-- a closed one cannot be mended
		FROM round r WHERE r.state <> 'closed' AND (concat(r.goals) = '' OR concat(r.tasks) = '' OR concat(r.methods) = '')
		UNION ALL
		SELECT 'warning', 'round', r.title,
			   format('Перечень стоит на результатах %s года, а по дате состава ожидался %s год', r.results_year, y.expected),
			   'Если так и задумано, ничего не делайте; иначе исправьте results_year: по нему берут результаты для правил и годы эффективности.'
		FROM round r
		CROSS JOIN LATERAL (SELECT (extract(year FROM r.cohort_on) - CASE WHEN extract(month FROM r.cohort_on) < 7 THEN 1 ELSE 0 END)::integer AS expected) AS y
		WHERE r.results_year <> y.expected
		UNION ALL
		SELECT 'warning', 'obligation_term', v.step, 'Срок не задан: обязательства этого вида никогда не просрочены', 'Добавьте строку в obligation_term.'
		FROM unnest('{note,recommendation,measure,decision}'::text[]) AS v(step)
		WHERE NOT EXISTS (SELECT FROM obligation_term t WHERE t.step = v.step)
		UNION ALL
		SELECT 'warning', 'school_status', format('%s, %s с %s', o.code, s.status, s.since), 'Статус без приказа', 'Укажите legal_act_id: перечень утверждается приказом.'
		FROM school_status s JOIN school o ON o.school_id = s.school_id
		WHERE s.legal_act_id IS NULL
		UNION ALL
		SELECT 'warning', 'school_status', format('%s, %s с %s', o.code, s.status, s.since), 'Статус у закрытой организации не завершён',
			   'Завершите статус датой закрытия и укажите правопреемника (school.successor_id), если он есть.'
		FROM school_status s JOIN school o ON o.school_id = s.school_id
		WHERE o.closed_on < coalesce(s.until, 'infinity') AND s.until IS NULL
		UNION ALL
		SELECT 'warning', 'question_source', format('%s: %s', a.question, a.data_source), 'Порядок источника не задан: его ответ считается последним',
			   'Добавьте строку в question_source.'
		FROM (SELECT DISTINCT a.question, a.data_source FROM source_answer a) AS a
		WHERE NOT EXISTS (SELECT FROM question_source p WHERE p.question = a.question AND p.data_source = a.data_source)
		UNION ALL
		SELECT 'error', 'legal_act', a.number, 'Акты изменяют друг друга по кругу', 'Исправьте amends_id: изменения ведут к первоначальному акту.'
		FROM legal_act_chain c JOIN legal_act a ON a.legal_act_id = c.legal_act_id
		WHERE c.root_id IS NULL
		UNION ALL
		SELECT 'error', 'effectiveness_criterion', NULL, 'Не выбран критерий эффективности', 'Поставьте in_use одному из критериев.'
		WHERE NOT EXISTS (SELECT FROM effectiveness_criterion c WHERE c.in_use)
		UNION ALL
		SELECT 'warning', 'reporting_day', current_setting('shnor.today', true), 'Сроки считаются не на сегодня, а на заданный день', 'RESET shnor.today;'
		WHERE nullif(current_setting('shnor.today', true), '') IS NOT NULL
		UNION ALL
		SELECT 'warning', 'server', 'jit', 'Отчёты соединяют много таблиц: их компиляция (JIT) дольше самого подсчёта',
			   format('ALTER DATABASE %I SET jit = off;', current_database())
		WHERE current_setting('jit')::boolean AND pg_jit_available()
	) AS f
	ORDER BY f.object, f.code, f.problem;
	-- operators do not read it
	IF has_table_privilege('refresh_pending', 'SELECT') THEN
		RETURN QUERY
		SELECT 'warning', 'refresh_pending', NULL, 'Сохранённые показатели не пересчитывались больше года, а изменения для них накапливаются',
			   format('SELECT * FROM shnor.refresh(%L); для пересчёта по расписанию — shnor.schedule().', region)
		WHERE EXISTS (SELECT FROM refresh_pending p WHERE p.noted_at < now() - interval '1 year');
	END IF;
END
$function$;
COMMENT ON FUNCTION lint_tables(text) IS
'Internal: findings of lint() in the tables of definitions, targets, orders and terms.';

CREATE FUNCTION lint_reports(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	WITH valid AS (
		SELECT r.round_id, r.title, r.state, q.question, q.respondent
		FROM round r
		JOIN question q ON (q.valid_from IS NULL OR q.valid_from <= r.cohort_on) AND (q.valid_until IS NULL OR r.cohort_on < q.valid_until)
	), used AS (
		SELECT u.round_id, u.indicator, u.column_name, u.question FROM indicator_question u
	)
	SELECT f.severity, f.object, f.code, f.problem, f.hint
	FROM (
		SELECT 'error' AS severity, 'indicator' AS object, format('%s, мониторинг %s', u.indicator, u.round_id) AS code,
			   format('Вопрос «%s», который читает формула, в этом мониторинге не задаётся', u.column_name) AS problem,
			   'Проверьте дни действия вопроса и показателя.' AS hint
		FROM used u
		WHERE u.question IS NULL AND EXISTS (SELECT FROM question q WHERE q.question = u.column_name)
		UNION ALL
		SELECT 'warning', 'question', format('%s, мониторинг %s', v.question, v.round_id), 'Вопрос задаётся, но ни один показатель его не читает',
			   'Уберите вопрос из формы (valid_until) или добавьте показатель.'
		FROM valid v
		WHERE NOT EXISTS (SELECT FROM used u WHERE u.round_id = v.round_id AND u.question = v.question)
		UNION ALL
		SELECT 'warning', 'question', format('%s, мониторинг %s', v.question, v.round_id),
			   format('На вопрос не ответил%s', CASE v.respondent WHEN 'school' THEN 'а ни одна организация' ELSE ' ни один муниципалитет' END),
			   'Проверьте, есть ли вопрос в форме и узнаётся ли его заголовок при загрузке (form_header).'
		FROM valid v
		WHERE v.state <> 'draft' AND EXISTS (SELECT FROM used u WHERE u.round_id = v.round_id AND u.question = v.question)
		  AND EXISTS (SELECT FROM round_member m WHERE m.round_id = v.round_id)
		  AND NOT EXISTS (SELECT FROM answer a WHERE a.round_id = v.round_id AND a.question = v.question)
	) AS f
	ORDER BY f.object, f.code, f.problem;
END
$function$;
COMMENT ON FUNCTION lint_reports(text) IS
'Internal: findings of lint() where definitions, questions and answers of a round do not meet.';

CREATE FUNCTION lint_rules(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	u record;
	g record;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	object := 'identification_rule';
	severity := 'warning';
	FOR u IN SELECT * FROM identification_rule LOOP
		code := format('%s (%s)', u.rule_id, u.status);
		IF u.legal_act_id IS NULL THEN
			problem := 'Правило без приказа';
			hint := 'Правило выявления утверждается приказом: укажите legal_act_id.';
			RETURN NEXT;
		END IF;

		-- Formulas are data, so the rule is tried on every small case: one that would not let a school in, and does not
		-- let it out either, is stricter to leave than to enter.
		BEGIN
			SELECT t.* INTO g
			FROM (
				SELECT shnor.methodology(u.rule_id, shnor.condition_formula(u.enter_condition), NULL, NULL, NULL) AS enter,
					   shnor.methodology(u.rule_id, shnor.condition_formula(u.leave_condition), NULL, NULL, NULL) AS leave
			) AS k
			CROSS JOIN (
				SELECT a AS assessments, 0 AS unjudged, m AS marked, r AS repeated, b AS assessments_before, n AS marked_before,
					   20 * a AS participants, 10 * m AS below_minimum
				FROM generate_series(0, 4) AS a, generate_series(0, a) AS m, generate_series(0, 4) AS b, generate_series(0, b) AS n,
					 generate_series(0, least(m, n)) AS r
			) AS t
			CROSS JOIN LATERAL shnor.contribution(k.enter, jsonb_populate_record(NULL::identification_case, to_jsonb(t) || '{"listed": false}')) AS e
			CROSS JOIN LATERAL shnor.contribution(k.leave, jsonb_populate_record(NULL::identification_case, to_jsonb(t) || '{"listed": true}')) AS l
			WHERE e.numerator = 0 AND l.numerator = 0
			ORDER BY t.assessments, t.marked, t.repeated, t.marked_before, t.assessments_before
			LIMIT 1;
			IF FOUND THEN
				problem := format('Выйти из перечня труднее, чем войти: при assessments = %s, marked = %s, repeated = %s, marked_before = %s школа не попала бы в перечень, но и не покинула бы его',
								  g.assessments, g.marked, g.repeated, g.marked_before);
				hint := 'Сверьте leave_condition с enter_condition.';
				RETURN NEXT;
			END IF;
		EXCEPTION WHEN others THEN
			-- what cannot be compiled, class 42, is a finding of lint_formulas() already
			IF left(SQLSTATE, 2) <> '42' THEN
				severity := 'error';
				problem := format('Правило не удалось испытать: %s. Включение: %s. Исключение: %s', SQLERRM, u.enter_condition, u.leave_condition);
				hint := 'Проверьте числа в enter_condition и leave_condition.';
				RETURN NEXT;
				severity := 'warning';
			END IF;
		END;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION lint_rules(text) IS
'Internal: findings of lint() in the rules of identification: no order behind one, or stricter to leave than to enter.';
