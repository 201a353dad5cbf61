-- What a closed round rests on is locked: the rows that belong to it, and what of statuses, definitions, questions,
-- sources and rules holds on its day. The triggers belong to the region and need nothing of the extension.

CREATE FUNCTION region_lock_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t record;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- Rows that belong to a round. FOR SHARE: who writes and who closes wait for each other.
	CREATE OR REPLACE FUNCTION check_round_open() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		touched	integer[];
		written	boolean;
		r		record;
	BEGIN
		IF TG_OP = 'INSERT' THEN
			touched := ARRAY(SELECT DISTINCT n.round_id FROM new_rows n);
		ELSIF TG_OP = 'DELETE' THEN
			touched := ARRAY(SELECT DISTINCT o.round_id FROM old_rows o);
		ELSIF TG_OP = 'UPDATE' THEN
			touched := ARRAY(SELECT n.round_id FROM new_rows n UNION SELECT o.round_id FROM old_rows o);
		ELSE
			EXECUTE format('SELECT array_agg(DISTINCT t.round_id) FROM %I.%I t', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO touched;
		END IF;
		FOR r IN EXECUTE format('SELECT r.round_id, r.title, r.state FROM %I.round r WHERE r.round_id = ANY ($1) ORDER BY r.round_id FOR SHARE',
								TG_TABLE_SCHEMA) USING touched LOOP
			IF r.state = 'closed' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: %', r.title, TG_ARGV[0]
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = format('Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, r.round_id);
			END IF;
			-- a list of a round that has none yet would take the place of all its schools
			IF TG_TABLE_NAME IN ('round_school', 'round_municipality') THEN
				EXECUTE format('SELECT EXISTS (SELECT FROM %I.round_event e WHERE e.round_id = $1 AND e.event = ''closed'')', TG_TABLE_SCHEMA)
				INTO written USING r.round_id;
				IF NOT written THEN
					RAISE EXCEPTION 'мониторинг «%» ещё не закрывался: его состав записывается при закрытии', r.title
						USING ERRCODE = 'object_not_in_prerequisite_state',
							  HINT = format('До закрытия состав берётся из таблиц %1$I.school и %1$I.school_status: исправьте их.', TG_TABLE_SCHEMA);
				END IF;
			END IF;
		END LOOP;
		RETURN NULL;
	END
	$trigger$;

	FOR t IN
		SELECT * FROM (VALUES
			('submission', 'ответы менять нельзя', ''),
			('municipal_submission', 'ответы менять нельзя', ''),
			('source_answer', 'ответы других источников менять нельзя', ''),
			('document', 'документы менять нельзя', ''),
			('target', 'пороги и планы менять нельзя', ''),
			-- who was in time is told by the first version
			('submission_history', 'ответы менять нельзя', ''),
			('municipal_submission_history', 'ответы менять нельзя', ''),
			('source_answer_history', 'ответы других источников менять нельзя', ''),
			-- these the closing round writes itself
			('round_school', 'состав менять нельзя', 'WHEN (pg_trigger_depth() = 0)'),
			('round_municipality', 'состав менять нельзя', 'WHEN (pg_trigger_depth() = 0)')) AS v(name, refusal, condition)
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_open_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
	END LOOP;

	-- Rows that hold from one day to another: whatever changes what a closed round sees on its day is refused.
	-- Arguments: the columns of the first day and of the day after the last, then the refusal.
	CREATE OR REPLACE FUNCTION check_days_open() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		days	text[] := TG_ARGV[0:1];
		was		jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
		is_now	jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
		held	daterange := CASE WHEN was IS NULL THEN 'empty' ELSE daterange((was ->> days[1])::date, (was ->> days[2])::date) END;
		holds	daterange := CASE WHEN is_now IS NULL THEN 'empty' ELSE daterange((is_now ->> days[1])::date, (is_now ->> days[2])::date) END;
		same	boolean := coalesce(was - days = is_now - days, false);
		r		record;
	BEGIN
		-- Who changes this and who closes a round wait for each other, whatever its day: it may move to this one and
		-- close at once, and so may a round that is new and not seen from here (keep_round() takes the other lock).
		-- Rows first: who waits for the second lock holds none that its holder would want.
		EXECUTE format('SELECT FROM %I.round r ORDER BY r.round_id FOR SHARE', TG_TABLE_SCHEMA);
		PERFORM pg_advisory_xact_lock_shared(hashtextextended(format('%s.round', TG_TABLE_SCHEMA), 0));
		EXECUTE format('SELECT r.round_id, r.title, r.cohort_on FROM %I.round r
						WHERE r.state = ''closed'' AND (r.cohort_on <@ $1 <> (r.cohort_on <@ $2) OR r.cohort_on <@ $1 AND NOT $3)
						ORDER BY r.round_id LIMIT 1', TG_TABLE_SCHEMA) INTO r USING held, holds, same;
		IF r.round_id IS NOT NULL THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: %', r.title, TG_ARGV[2]
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  DETAIL = format('Изменение затрагивает день состава этого мониторинга, %s.', to_char(r.cohort_on, 'DD.MM.YYYY')),
					  HINT = format('Для будущих мониторингов завершите прежнюю запись датой %s позже этого дня и добавьте новую с той же датой %s. '
									'Чтобы исправить закрытый мониторинг, откройте его заново: SELECT shnor.reopen_round(%L, %s, ''причина'');',
									days[2], days[1], TG_TABLE_SCHEMA, r.round_id);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	-- emptied at once, nothing of a closed round would be left
	CREATE OR REPLACE FUNCTION check_none_closed() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		closed text;
	BEGIN
		-- as check_days_open()
		EXECUTE format('SELECT FROM %I.round r ORDER BY r.round_id FOR SHARE', TG_TABLE_SCHEMA);
		PERFORM pg_advisory_xact_lock_shared(hashtextextended(format('%s.round', TG_TABLE_SCHEMA), 0));
		EXECUTE format('SELECT min(r.title) FROM %I.round r WHERE r.state = ''closed''', TG_TABLE_SCHEMA) INTO closed;
		IF closed IS NOT NULL THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: %', closed, TG_ARGV[0]
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Таблица %I.%I хранит то, на чём стоят закрытые мониторинги. Удаляйте отдельные строки.', TG_TABLE_SCHEMA, TG_TABLE_NAME);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	FOR t IN
		SELECT * FROM (VALUES
			('school_status', 'since', 'until', 'статусы школ менять нельзя'),
			('indicator', 'valid_from', 'valid_until', 'определения показателей менять нельзя'),
			('question', 'valid_from', 'valid_until', 'вопросы менять нельзя'),
			('question_source', 'valid_from', 'valid_until', 'порядок источников менять нельзя'),
			('identification_rule', 'valid_from', 'valid_until', 'правила выявления менять нельзя')) AS v(name, first_day, day_after, refusal)
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER check_days_open AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION check_days_open(%L, %L, %L)',
					   t.name, t.first_day, t.day_after, t.refusal);
		EXECUTE format('CREATE OR REPLACE TRIGGER check_days_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION check_none_closed(%L)', t.name, t.refusal);
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_lock_triggers(text) IS
'Internal: creates or replaces the triggers that lock what closed rounds rest on in the schema named region.';
