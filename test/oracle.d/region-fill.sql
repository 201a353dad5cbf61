-- Random synthetic content for the region probe, which has its seeds and nothing else: oracle.fill_region(). Days stand
-- on the edges of the rounds' days. Some rounds are closed, after which the directory changes; some are opened again.
-- Choices are made over rows in order, so that a seed gives the same region whatever the plan.

-- what a closing must write down, taken from the tables at that moment
CREATE TABLE oracle.listed (round_id int, school_id int, municipality_id int, kind text);
CREATE TABLE oracle.listed_municipality (round_id int, municipality_id int);

CREATE FUNCTION oracle.day() RETURNS date LANGUAGE sql VOLATILE
RETURN CASE WHEN random() < 0.1 THEN oracle.pick('2019-01-01', '2030-01-01')::date
	ELSE oracle.pick('2023-09-01', '2024-09-01', '2025-09-01')::date + oracle.number(-1, 1) END;

CREATE FUNCTION oracle.some(largest int) RETURNS int LANGUAGE sql VOLATILE
RETURN CASE oracle.number(1, 8) WHEN 1 THEN NULL WHEN 2 THEN 0 WHEN 3 THEN CASE WHEN oracle.chance(30) THEN largest ELSE 1 END ELSE oracle.number(0, 60) END;

-- one in so many of the given numbers
CREATE FUNCTION oracle.chosen(percent int, ids int[]) RETURNS SETOF int LANGUAGE sql VOLATILE AS
$$ SELECT i FROM unnest(ARRAY(SELECT j FROM unnest(ids) j ORDER BY j)) i WHERE oracle.chance(percent) $$;

CREATE FUNCTION oracle.fill_directory() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO probe.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2023-08-01', 'Департамент', 'Приказ');
	IF oracle.chance(5) THEN
		DELETE FROM probe.setting;
	ELSE
		UPDATE probe.setting SET time_zone = oracle.pick('Europe/Moscow', 'Europe/Moscow', 'Asia/Yekaterinburg', 'UTC');
	END IF;
	INSERT INTO probe.municipality (municipality_id, name) SELECT g * 3, 'Муниципалитет ' || g FROM generate_series(1, (oracle.pick('0', '1', '2', '3', '4', '5', '6', '2', '3', '4'))::int) g;
	INSERT INTO probe.school (school_id, municipality_id, code, name, kind, opened_on, closed_on)
	SELECT row_number() OVER (), x.municipality_id, 'код ' || row_number() OVER (), 'Школа', x.kind, x.opened, CASE WHEN x.opened < x.closed OR x.opened IS NULL THEN x.closed END
	FROM (SELECT municipality_id FROM probe.municipality ORDER BY 1 OFFSET 0) m
	CROSS JOIN LATERAL (SELECT m.municipality_id, oracle.pick('school', 'school', 'school', 'preschool', 'supplementary') AS kind,
			CASE WHEN oracle.chance(30) THEN oracle.day() END AS opened, CASE WHEN oracle.chance(5) THEN 'infinity' WHEN oracle.chance(30) THEN oracle.day() END AS closed
		FROM generate_series(1, CASE WHEN oracle.chance(75) THEN oracle.number(1, 9) ELSE 0 END)) x;
	UPDATE probe.school o SET successor_id = (SELECT min(s.school_id) FROM probe.school s WHERE s.school_id <> o.school_id)
	FROM oracle.chosen(50, ARRAY(SELECT school_id FROM probe.school WHERE closed_on IS NOT NULL)) c WHERE o.school_id = c;

	-- one spell after another, some end on the day on which the next begins
	INSERT INTO probe.school_status (school_id, status, since, until)
	SELECT x.school_id, x.status, x.a, CASE WHEN x.a < x.b THEN x.b END
	FROM (SELECT o.*, oracle.day() AS a, CASE WHEN oracle.chance(5) THEN 'infinity' WHEN oracle.chance(60) THEN oracle.day() END AS b
		FROM (SELECT school_id, status FROM probe.school, unnest('{low_results,adverse_conditions,risk_zone}'::text[]) status ORDER BY 1, 2 OFFSET 0) o WHERE oracle.chance(60)) x;
	INSERT INTO probe.school_status (school_id, status, since)
	SELECT t.school_id, t.status, t.until + oracle.number(0, 1) FROM (SELECT * FROM probe.school_status WHERE until < 'infinity' ORDER BY 1, 2 OFFSET 0) t WHERE oracle.chance(30);

	INSERT INTO probe.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state)
	SELECT g, 'Мониторинг ' || g, '2023-01-01', d + oracle.number(0, 20), d, 1, oracle.pick('draft', 'open', 'open')
	FROM (SELECT g, oracle.pick('2023-09-01', '2024-09-01', '2025-09-01')::date AS d FROM generate_series(1, (oracle.pick('0', '1', '2', '2', '3', '3'))::int) g OFFSET 0) x;
END $$;

CREATE FUNCTION oracle.fill_rules() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	id int;
	was oracle.rule;
	changed oracle.rule;
	until date;
BEGIN
	FOREACH id IN ARRAY ARRAY(SELECT oracle.chosen(15, ARRAY(SELECT indicator_id FROM oracle.rule))) LOOP
		SELECT * INTO was FROM oracle.rule WHERE indicator_id = id;
		until := oracle.day();
		UPDATE oracle.rule SET valid_until = until WHERE indicator = was.indicator;
		UPDATE probe.indicator SET valid_until = until WHERE indicator = was.indicator;
		IF oracle.chance(70) THEN
			changed := oracle.random_rule(was.indicator_id, was.indicator);
			changed.valid_from := until;
			PERFORM oracle.add_rule(changed);
		END IF;
	END LOOP;
	FOR g IN 1..oracle.number(0, 6) LOOP
		changed := oracle.random_rule((oracle.pick('100', '4096', '2000000'))::int + g, 'extra_' || g);
		changed.valid_from := CASE WHEN oracle.chance(30) THEN oracle.day() END;
		until := CASE WHEN oracle.chance(30) THEN oracle.day() END;
		changed.valid_until := CASE WHEN changed.valid_from >= until THEN NULL ELSE until END;
		PERFORM oracle.add_rule(changed);
	END LOOP;
	WITH v AS MATERIALIZED (SELECT c, oracle.day() AS day FROM oracle.chosen(8, ARRAY(SELECT question_id FROM probe.question)) c)
	UPDATE probe.question SET valid_from = v.day FROM v WHERE question_id = v.c;
	WITH v AS MATERIALIZED (SELECT c, oracle.day() AS day FROM oracle.chosen(8, ARRAY(SELECT question_id FROM probe.question)) c)
	UPDATE probe.question SET valid_until = greatest(v.day, valid_from + 1) FROM v WHERE question_id = v.c;

	-- for all, then for one municipality
	INSERT INTO probe.target (round_id, indicator, threshold, plan, legal_act_id)
	SELECT x.* FROM (SELECT a.*, CASE WHEN oracle.chance(80) THEN oracle.pick('0', '33.3333', '50', '66.6667', '75', '100', random()::numeric(7,4)::text, '99.9999')::numeric END AS threshold,
			CASE WHEN oracle.chance(50) THEN oracle.pick('0', '50', '66.6666', '80', '100')::numeric END AS plan, 1
		FROM (SELECT DISTINCT r.round_id, i.indicator FROM probe.round r, oracle.rule i ORDER BY 1, 2 OFFSET 0) a WHERE oracle.chance(70) OFFSET 0) x
	WHERE num_nonnulls(threshold, plan) > 0;
	INSERT INTO probe.target (round_id, indicator, municipality_id, threshold, plan, legal_act_id)
	SELECT x.* FROM (SELECT a.*, CASE WHEN oracle.chance(60) THEN oracle.pick('0', '25', '50', '90', '100')::numeric END AS threshold,
			CASE WHEN oracle.chance(60) THEN oracle.pick('0', '50', '70', '100')::numeric END AS plan, 1
		FROM (SELECT DISTINCT r.round_id, i.indicator, m.municipality_id FROM probe.round r, oracle.rule i, probe.municipality m ORDER BY 1, 2, 3 OFFSET 0) a WHERE oracle.chance(15) OFFSET 0) x
	WHERE num_nonnulls(threshold, plan) > 0;
END $$;

CREATE FUNCTION oracle.fill_submissions() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	answering CONSTANT int := (oracle.pick('0', '50', '70', '90', '90', '100', '100'))::int;
	largest CONSTANT int := CASE WHEN oracle.chance(15) THEN 2147483647 ELSE 1000 END;
BEGIN
	-- the due day ends at midnight, somewhere
	INSERT INTO probe.submission (round_id, school_id, submitted_at, teachers, diagnosed_subject, diagnosed_method, diagnosed_psych, supported, in_networks, in_active, with_route,
		in_events, has_curator, has_program, has_prevention, has_study_plans, has_tutoring, internet_resolved, equipment_resolved, staffing_resolved)
	SELECT x.round_id, x.school_id, (x.due_on + 1)::timestamp AT TIME ZONE oracle.pick('Europe/Moscow', 'UTC', 'Asia/Yekaterinburg') + oracle.pick('-1 microsecond', '0', '-9 days', '9 days', '-1 hour')::interval,
		oracle.some(largest), oracle.some(largest), oracle.some(largest), oracle.some(largest), oracle.some(largest), oracle.some(largest), oracle.some(largest), oracle.some(largest),
		oracle.yes_no(), oracle.yes_no(), oracle.yes_no(), oracle.yes_no(), oracle.yes_no(), oracle.yes_no(), oracle.yes_no(), oracle.yes_no(), oracle.yes_no()
	FROM (SELECT r.round_id, o.school_id, r.due_on FROM probe.round r, probe.school o ORDER BY 1, 2 OFFSET 0) x WHERE oracle.chance(answering);
	WITH v AS MATERIALIZED (SELECT x.*, oracle.pick('-20 days', '20 days')::interval AS shift, oracle.some(largest) AS teachers, oracle.yes_no() AS in_events
		FROM (SELECT round_id, school_id FROM probe.submission ORDER BY 1, 2 OFFSET 0) x WHERE oracle.chance(15))
	UPDATE probe.submission s SET submitted_at = s.submitted_at + v.shift, teachers = v.teachers, in_events = v.in_events, has_curator = NULL FROM v WHERE s.round_id = v.round_id AND s.school_id = v.school_id;
	WITH v AS MATERIALIZED (SELECT x.* FROM (SELECT round_id, school_id FROM probe.submission ORDER BY 1, 2 OFFSET 0) x WHERE oracle.chance(3))
	DELETE FROM probe.submission s USING v WHERE s.round_id = v.round_id AND s.school_id = v.school_id;

	INSERT INTO probe.municipal_submission (round_id, municipality_id, has_results_note, has_practice_sharing, has_resource_monitoring)
	SELECT x.*, oracle.yes_no(), oracle.yes_no(), oracle.yes_no()
	FROM (SELECT r.round_id, m.municipality_id FROM probe.round r, probe.municipality m ORDER BY 1, 2 OFFSET 0) x WHERE oracle.chance(answering);
END $$;

-- second sources: known ones, one that has no place in the order, places that hold from or until a day
CREATE FUNCTION oracle.fill_sources() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO probe.data_source VALUES ('unknown', 'Источник без места');
	INSERT INTO probe.question_source (question, data_source, precedence)
	SELECT x.*, oracle.number(1, 3) FROM (SELECT q.question, d.data_source FROM probe.question q, probe.data_source d
		WHERE d.data_source <> 'unknown' AND NOT EXISTS (SELECT FROM probe.question_source p WHERE p.question = q.question AND p.data_source = d.data_source) ORDER BY 1, 2 OFFSET 0) x
	WHERE oracle.chance(15);
	DELETE FROM probe.question_source USING oracle.chosen(15, ARRAY(SELECT question_source_id FROM probe.question_source)) c WHERE question_source_id = c;
	WITH v AS MATERIALIZED (SELECT c, CASE WHEN oracle.chance(50) THEN oracle.number(1, 2) END AS place, CASE WHEN oracle.chance(30) THEN oracle.day() END AS first_day, CASE WHEN oracle.chance(40) THEN oracle.day() END AS day_after
		FROM oracle.chosen(60, ARRAY(SELECT question_source_id FROM probe.question_source)) c)
	UPDATE probe.question_source SET precedence = coalesce(v.place, precedence), valid_from = v.first_day, valid_until = greatest(v.day_after, v.first_day + 1) FROM v WHERE question_source_id = v.c;
	INSERT INTO probe.source_answer (round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes)
	SELECT x.round_id, x.school_id, x.municipality_id, x.question, x.data_source, CASE WHEN x.answer_type = 'count' THEN oracle.number(0, 60) END, CASE WHEN x.answer_type = 'yes_no' THEN oracle.chance(50) END
	FROM (SELECT r.round_id, o.school_id, o.municipality_id, q.question, d.data_source, q.answer_type FROM probe.round r
		CROSS JOIN (SELECT school_id, NULL::int AS municipality_id, 'school' AS respondent FROM probe.school UNION ALL SELECT NULL, municipality_id, 'municipality' FROM probe.municipality) o
		JOIN probe.question q ON q.respondent = o.respondent AND (q.valid_from <= r.cohort_on OR q.valid_from IS NULL) AND (q.valid_until > r.cohort_on OR q.valid_until IS NULL)
		JOIN probe.data_source d ON d.data_source <> 'form' ORDER BY 1, 2, 3, 4, 5 OFFSET 0) x
	WHERE oracle.chance(CASE WHEN x.question IN ('in_networks', 'in_events', 'has_curator', 'has_results_note') THEN 30 ELSE 3 END);
END $$;

-- a closed round keeps its schools and municipalities, whatever becomes of the directory; opened again it does, too,
-- and follows its day: who was not there on the old one comes in, who is not there on the new one goes
CREATE FUNCTION oracle.close_rounds() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	id int;
	old_day date;
	new_day date;
BEGIN
	FOREACH id IN ARRAY ARRAY(SELECT oracle.chosen(40, ARRAY(SELECT round_id FROM probe.round))) LOOP
		INSERT INTO oracle.listed SELECT id, o.school_id, o.municipality_id, o.kind FROM probe.school o JOIN probe.round r ON r.round_id = id WHERE daterange(o.opened_on, o.closed_on) @> r.cohort_on;
		INSERT INTO oracle.listed_municipality SELECT id, m.municipality_id FROM probe.municipality m;
		UPDATE probe.round SET state = 'closed' WHERE round_id = id;
	END LOOP;

	UPDATE probe.school SET municipality_id = (SELECT min(municipality_id) FROM probe.municipality) FROM oracle.chosen(20, ARRAY(SELECT school_id FROM probe.school)) c WHERE school_id = c;
	WITH v AS MATERIALIZED (SELECT c, oracle.pick('school', 'preschool', 'supplementary') AS kind FROM oracle.chosen(20, ARRAY(SELECT school_id FROM probe.school)) c)
	UPDATE probe.school SET kind = v.kind FROM v WHERE school_id = v.c;
	WITH v AS MATERIALIZED (SELECT c, oracle.day() AS day FROM oracle.chosen(20, ARRAY(SELECT school_id FROM probe.school WHERE opened_on IS NULL)) c)
	UPDATE probe.school SET closed_on = v.day FROM v WHERE school_id = v.c;
	IF oracle.chance(50) THEN
		INSERT INTO probe.municipality (municipality_id, name) VALUES (1, 'Новый муниципалитет');
		INSERT INTO probe.school (school_id, municipality_id, code, name, opened_on) VALUES (1000, 1, 'новая', 'Новая школа', CASE WHEN oracle.chance(50) THEN oracle.day() END);
	END IF;

	FOREACH id IN ARRAY ARRAY(SELECT oracle.chosen(40, ARRAY(SELECT round_id FROM probe.round WHERE state = 'closed'))) LOOP
		UPDATE probe.round SET state = 'open', reopening = 'Ошибка в ответах' WHERE round_id = id RETURNING cohort_on INTO old_day;
		new_day := oracle.day();
		IF new_day <> old_day AND oracle.chance(50) AND EXISTS (SELECT FROM oracle.listed w WHERE w.round_id = id) THEN
			UPDATE probe.round SET cohort_on = new_day WHERE round_id = id;
			INSERT INTO oracle.listed SELECT id, o.school_id, o.municipality_id, o.kind FROM probe.school o
			WHERE daterange(o.opened_on, o.closed_on) @> new_day AND NOT daterange(o.opened_on, o.closed_on) @> old_day
				AND NOT EXISTS (SELECT FROM oracle.listed w WHERE w.round_id = id AND w.school_id = o.school_id);
			DELETE FROM oracle.listed w USING probe.school o WHERE w.round_id = id AND o.school_id = w.school_id AND NOT daterange(o.opened_on, o.closed_on) @> new_day;
		END IF;
		-- corrected, as long as no closed round sees it
		BEGIN
			WITH v AS MATERIALIZED (SELECT x.* FROM (SELECT school_id, status, since FROM probe.school_status ORDER BY 1, 2, 3 OFFSET 0) x WHERE oracle.chance(10))
			UPDATE probe.school_status t SET until = CASE WHEN t.since < '2024-09-01' THEN '2024-09-01'::date END FROM v WHERE (t.school_id, t.status, t.since) = (v.school_id, v.status, v.since);
		EXCEPTION WHEN object_not_in_prerequisite_state THEN
		WHEN exclusion_violation THEN
		END;
		IF oracle.chance(50) THEN
			-- a list that has become empty is none
			INSERT INTO oracle.listed SELECT id, o.school_id, o.municipality_id, o.kind FROM probe.school o JOIN probe.round r ON r.round_id = id
			WHERE daterange(o.opened_on, o.closed_on) @> r.cohort_on AND NOT EXISTS (SELECT FROM oracle.listed w WHERE w.round_id = id);
			INSERT INTO oracle.listed_municipality SELECT id, m.municipality_id FROM probe.municipality m WHERE NOT EXISTS (SELECT FROM oracle.listed_municipality w WHERE w.round_id = id);
			UPDATE probe.round SET state = 'closed' WHERE round_id = id;
		END IF;
	END LOOP;
END $$;

CREATE FUNCTION oracle.fill_region() RETURNS void LANGUAGE sql AS $$
SELECT oracle.fill_directory(), oracle.fill_rules();
SELECT oracle.fill_submissions(), oracle.fill_sources();
SELECT oracle.close_rounds();
$$;
