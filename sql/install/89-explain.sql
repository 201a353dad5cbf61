-- From a figure to everything under it: the definition, the order behind the list, each school's numbers and answers
-- with source, time and line, the target with its order, and the arithmetic.

CREATE FUNCTION explain_comparison(numerator bigint, denominator bigint, level numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format('100 × %s = %s %s %s × %s = %s', numerator, s.have,
			  CASE WHEN s.have < s.need THEN '<' WHEN s.have = s.need THEN '=' ELSE '>' END,
			  replace(trim_scale(level)::text, '.', ','), denominator, replace(trim_scale(s.need)::text, '.', ','))
FROM (SELECT 100::numeric * numerator AS have, level * denominator AS need) AS s
$function$;
COMMENT ON FUNCTION explain_comparison(bigint, bigint, numeric) IS
'Internal: the line that compares a share with a threshold or a plan on exact numbers.';

CREATE FUNCTION explain(region text, round_id integer, municipality_id integer, indicator text,
						OUT line integer, OUT part text, OUT subject text, OUT value text, OUT basis text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	whose	text := CASE WHEN explain.municipality_id IS NULL THEN 'region' ELSE 'municipality' END;
	known	text;
BEGIN
	PERFORM shnor.region_check(region);
	PERFORM shnor.region_round(region, explain.round_id);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	IF whose = 'municipality' AND NOT EXISTS (SELECT FROM municipality m WHERE m.municipality_id = explain.municipality_id) THEN
		RAISE EXCEPTION 'в регионе «%» нет муниципалитета с номером %', region, explain.municipality_id
			USING ERRCODE = 'invalid_parameter_value', HINT = format('Муниципалитеты перечислены в таблице %I.municipality. NULL — весь регион.', region);
	ELSIF NOT EXISTS (SELECT FROM round_indicator d WHERE d.round_id = explain.round_id AND d.indicator = explain.indicator) THEN
		SELECT string_agg(d.indicator, ', ' ORDER BY d.position) INTO known FROM round_indicator d WHERE d.round_id = explain.round_id;
		RAISE EXCEPTION 'в мониторинге % нет показателя «%»', explain.round_id, coalesce(explain.indicator, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = coalesce('Показатели этого мониторинга: ' || known || '.',
								  format('На дату состава этого мониторинга не действует ни один показатель из таблицы %I.indicator.', region));
	END IF;

	RETURN QUERY
	WITH figure AS MATERIALIZED (
		SELECT i.*, CASE WHEN i.percent * i.denominator = 100::numeric * i.numerator THEN '=' ELSE '≈' END AS sign
		FROM indicator_result i
		WHERE i.round_id = explain.round_id AND i.indicator = explain.indicator AND i.scope = whose
		  AND (whose = 'region' OR i.municipality_id = explain.municipality_id)
	), definition AS MATERIALIZED (
		SELECT d.* FROM round_indicator d WHERE d.round_id = explain.round_id AND d.indicator = explain.indicator
	), act AS (
		SELECT a.legal_act_id, format('%s, № %s от %s', a.issuer, a.number, to_char(a.issued_on, 'DD.MM.YYYY')) AS title FROM legal_act a
	), member AS MATERIALIZED (
		-- whose answers the figure is made of; the arguments are repeated, so that views compute this figure only
		SELECT s.school_id, NULL::integer AS municipality_id, format('%s (код %s)', o.name, o.code) AS name, concat(o.name, ' ', o.school_id) AS sorting,
			   s.numerator, s.denominator, s.reason,
			   concat_ws('; ', CASE WHEN b.low_results THEN 'ШНОР' || coalesce(', ' || l.title, ' (приказ не указан)') END,
							   CASE WHEN b.adverse_conditions THEN 'ШНСУ' || coalesce(', ' || a.title, ' (приказ не указан)') END,
							   CASE WHEN b.risk_zone THEN 'зона риска' || coalesce(', ' || z.title, ' (приказ не указан)') END) AS statuses
		FROM definition d
		JOIN school_indicator s ON s.round_id = explain.round_id AND s.indicator = explain.indicator AND s.in_cohort
		JOIN round r ON r.round_id = explain.round_id
		JOIN school o ON o.school_id = s.school_id
		JOIN round_member b ON b.round_id = explain.round_id AND b.school_id = s.school_id
		LEFT JOIN school_status ls ON ls.school_id = s.school_id AND ls.status = 'low_results' AND daterange(ls.since, ls.until) @> r.cohort_on
		LEFT JOIN act l ON l.legal_act_id = ls.legal_act_id
		LEFT JOIN school_status las ON las.school_id = s.school_id AND las.status = 'adverse_conditions' AND daterange(las.since, las.until) @> r.cohort_on
		LEFT JOIN act a ON a.legal_act_id = las.legal_act_id
		LEFT JOIN school_status lz ON lz.school_id = s.school_id AND lz.status = 'risk_zone' AND daterange(lz.since, lz.until) @> r.cohort_on
		LEFT JOIN act z ON z.legal_act_id = lz.legal_act_id
		WHERE d.level = 'school' AND (whose = 'region' OR s.municipality_id = explain.municipality_id)
		UNION ALL
		SELECT NULL, i.municipality_id, m.name, m.name, i.numerator, i.denominator, i.reason, ''
		FROM definition d
		JOIN municipal_indicator i ON i.round_id = explain.round_id AND i.indicator = explain.indicator
		JOIN municipality m ON m.municipality_id = i.municipality_id
		WHERE d.level = 'municipality' AND (whose = 'region' OR i.municipality_id = explain.municipality_id)
	), said AS (
		SELECT 1 AS step, NULL::text AS sorting, 0 AS place, 'figure' AS part,
			   coalesce((SELECT m.name FROM municipality m WHERE m.municipality_id = f.municipality_id), (SELECT s.title FROM setting s), region) AS subject,
			   format('%s из %s%s', f.numerator, f.denominator, coalesce(format(' %s ', f.sign) || replace(f.percent::text, '.', ',') || ' %', '')) AS value,
			   format('%s. Ответили: %s, не ответили: %s', f.reason, f.answered, f.missing) AS basis
		FROM figure f
		UNION ALL
		SELECT 2, NULL, v.place, 'definition', v.subject, v.value, v.basis
		FROM definition d
		CROSS JOIN LATERAL (VALUES
			(1, 'Показатель', d.title, concat_ws('; ', format('п. %s методики', d.clause), d.collection_method)),
			(2, 'Числитель', d.numerator, d.source_formula),
			(3, 'Знаменатель', coalesce(d.denominator, CASE d.level WHEN 'school' THEN '1 на каждую организацию' ELSE '1 на муниципалитет' END), NULL),
			(4, 'Круг', coalesce(d.cohort, CASE d.level WHEN 'school' THEN 'все организации мониторинга' ELSE 'все муниципалитеты' END), CASE d.level WHEN 'school' THEN 'Виды учреждений: ' || (
				SELECT string_agg(CASE k WHEN 'school' THEN 'школы' WHEN 'preschool' THEN 'ДОУ' ELSE 'УДО' END, ', ')
				FROM string_to_table(d.institution_kinds, ', ') AS k) END),
			(5, 'Нет ответа', CASE WHEN d.missing = 'no' THEN 'считается за «нет»' WHEN d.level = 'school' THEN 'организация не считается ни в числителе, ни в знаменателе'
							  ELSE 'муниципалитет не считается ни в числителе, ни в знаменателе' END, NULL),
			(6, 'Прочтение', d.source_defect, NULL)) AS v(place, subject, value, basis)
		WHERE v.value IS NOT NULL
		UNION ALL
		SELECT 3, q.column_name, 0, 'question', q.column_name, CASE WHEN q.question IS NOT NULL THEN q.wording
														 WHEN q.column_name IN ('low_results', 'adverse_conditions', 'risk_zone') THEN 'статус организации на дату состава'
														 WHEN q.column_name IN ('is_school', 'is_preschool', 'is_supplementary') THEN 'вид учреждения'
														 ELSE 'такого вопроса в этом мониторинге нет' END,
			   CASE q.evidence WHEN 'required_if_yes' THEN 'Нужен документ при ответе «да»' WHEN 'optional' THEN 'Документ по желанию' END
		FROM indicator_question q
		WHERE q.round_id = explain.round_id AND q.indicator = explain.indicator
		UNION ALL
		SELECT 4, NULL, 0, 'cohort', r.title,
			   format('Дата состава %s, %s', to_char(r.cohort_on, 'DD.MM.YYYY'), CASE r.state WHEN 'draft' THEN 'черновик' WHEN 'open' THEN 'открыт' ELSE 'закрыт' END),
			   coalesce((SELECT a.title FROM act a WHERE a.legal_act_id = r.legal_act_id), 'Приказ не указан')
		FROM round r WHERE r.round_id = explain.round_id
		UNION ALL
		SELECT 5, m.sorting, 0, CASE WHEN m.school_id IS NULL THEN 'municipality' ELSE 'school' END, m.name,
			   format('%s из %s', coalesce(m.numerator::text, '—'), coalesce(m.denominator::text, '—')), concat_ws('. ', m.reason, nullif(m.statuses, ''))
		FROM member m
		UNION ALL
		SELECT 5, m.sorting, 1, 'answer', format('%s: %s', m.name, a.question),
			   coalesce(a.answer_count::text, CASE WHEN a.answer_yes THEN 'да' ELSE 'нет' END),
			   concat_ws('; ', e.title, to_char(a.submitted_at AT TIME ZONE coalesce((SELECT s.time_zone FROM setting s), 'Europe/Moscow'), 'DD.MM.YYYY HH24:MI'),
						 coalesce(a.source, CASE WHEN c.title IS NULL THEN 'источник не указан' END), c.title,
						 CASE WHEN a.counts THEN 'считается' ELSE 'не считается: есть более важный источник' END)
		FROM member m
		-- a municipality's own answer: a negative number, as in answer
		JOIN answer a ON a.round_id = explain.round_id AND coalesce(a.school_id, -a.municipality_id) = coalesce(m.school_id, -m.municipality_id)
		JOIN indicator_question q ON q.round_id = explain.round_id AND q.indicator = explain.indicator AND q.column_name = a.question
		JOIN data_source e ON e.data_source = a.data_source
		LEFT JOIN act c ON c.legal_act_id = a.legal_act_id
		UNION ALL
		-- the row that sets the value, by the same order of precedence as in the report
		SELECT 6, NULL, v.place, 'target', v.subject, replace(trim_scale(v.value)::text, '.', ',') || ' %',
			   concat_ws('; ', CASE WHEN v.own THEN 'установлено этому муниципалитету' ELSE 'установлено для всех' END, coalesce(v.title, 'приказ не указан'))
		FROM figure f
		CROSS JOIN LATERAL (
			SELECT w.place, w.subject, w.value, t.municipality_id IS NOT NULL AS own, a.title,
				   row_number() OVER (PARTITION BY w.place ORDER BY t.municipality_id NULLS LAST) AS choice
			FROM target t
			LEFT JOIN act a ON a.legal_act_id = t.legal_act_id
			CROSS JOIN LATERAL (VALUES (1, 'Порог', t.threshold, f.threshold), (2, 'План', t.plan, f.plan)) AS w(place, subject, value, reported)
			WHERE t.round_id = explain.round_id AND t.indicator = explain.indicator
			  AND (t.municipality_id IS NULL OR whose = 'municipality' AND t.municipality_id = explain.municipality_id)
			  AND w.value IS NOT NULL AND w.reported IS NOT NULL
		) AS v
		WHERE v.choice = 1
		UNION ALL
		SELECT 7, NULL, v.place, 'arithmetic', v.subject, v.value, v.basis
		FROM figure f
		CROSS JOIN definition d
		CROSS JOIN LATERAL (SELECT count(*) AS members,
								   string_agg(m.numerator::text, ' + ' ORDER BY m.sorting) AS numerators,
								   string_agg(m.denominator::text, ' + ' ORDER BY m.sorting) AS denominators FROM member m) AS t
		CROSS JOIN LATERAL (VALUES
			(1, 'Числитель', format('%s = %s', CASE WHEN t.members <= 50 THEN coalesce(t.numerators, '0') ELSE format('сумма по строкам выше (их %s)', t.members) END, f.numerator), NULL),
			(2, 'Знаменатель', format('%s = %s', CASE WHEN t.members <= 50 THEN coalesce(t.denominators, '0') ELSE format('сумма по строкам выше (их %s)', t.members) END, f.denominator), NULL),
			(3, 'Доля', CASE WHEN f.denominator <> 0 THEN format('100 × %s / %s %s %s %%', f.numerator, f.denominator, f.sign, replace(f.percent::text, '.', ','))
							 ELSE 'знаменатель равен нулю: доли нет' END, NULL),
			(4, 'Балл', CASE WHEN f.score IS NULL THEN 'не ставится'
							 WHEN f.unit = 'yes_no' AND f.scope = 'municipality' THEN f.score::text
							 ELSE format('%s, балл %s', shnor.explain_comparison(f.numerator, f.denominator, f.threshold), f.score) END, f.reason),
			(5, 'План', CASE shnor.score(shnor.share(f.numerator, f.denominator), f.plan, d.polarity)
							WHEN 1 THEN shnor.explain_comparison(f.numerator, f.denominator, f.plan) || ', не хуже плана'
							WHEN 0 THEN shnor.explain_comparison(f.numerator, f.denominator, f.plan) || ', хуже плана' END, NULL),
			(6, 'Записка', CASE WHEN f.note_required THEN 'нужна аналитическая записка (п. 1.2.6)' ELSE 'не нужна' END, NULL)) AS v(place, subject, value, basis)
		WHERE v.value IS NOT NULL
	)
	SELECT row_number() OVER (ORDER BY s.step, s.sorting NULLS FIRST, s.place, s.part, s.subject, s.basis)::integer,
		   s.part, s.subject, s.value, s.basis
	FROM said s
	ORDER BY 1;
END
$function$;
COMMENT ON FUNCTION explain(text, integer, integer, text) IS
'Everything under one figure of the region in schema region: municipality_id NULL is the whole region. One row a line, to be read in order: part is figure, definition, question, cohort, school or municipality (each with its numerator and denominator and the order behind its status), answer (value, source, time, line of the form, whether it counts), target (with its order), arithmetic (the sums, the division, the judgement on exact numbers). Texts are in Russian. Errors: no such region (3F000); no such round, municipality or indicator (22023).';
