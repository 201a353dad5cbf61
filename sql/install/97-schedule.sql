-- Refreshes by the clock: with pg_cron where it is installed, else by a line for crontab.

CREATE FUNCTION refresh_scheduled(region text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	names	text[];
	name	text;
	said	text;
	failed	text[] := '{}';
BEGIN
	PERFORM shnor.refresh_check(region);
	EXECUTE format('SELECT array_agg(f.name ORDER BY f.key IS NOT NULL, f.name) FROM %I.refresh_state f', region) INTO names;
	FOREACH name IN ARRAY names LOOP
		BEGIN
			IF name = 'stored' THEN
				PERFORM shnor.refresh(region);
			ELSE
				PERFORM shnor.refresh_materialized(region, name);
			END IF;
		-- the next one is tried all the same; who asks learns of it from the view staleness
		EXCEPTION WHEN OTHERS THEN
			said := format('%s (%s)', SQLERRM, SQLSTATE);
			EXECUTE format('UPDATE %I.refresh_state f SET error = $2, error_at = clock_timestamp() WHERE f.name = $1', region) USING name, said;
			RAISE WARNING 'пересчёт «%» в регионе «%» не удался: %', name, region, said
				USING HINT = format('Прежние данные остались. Исправьте причину; следующий пересчёт пройдёт сам. Состояние: SELECT * FROM %I.staleness;', region);
			failed := failed || format('%s: %s', name, said);
		END;
	END LOOP;
	RETURN CASE WHEN failed = '{}' THEN 'обновлено: ' || array_to_string(names, ', ') ELSE array_to_string(failed, '; ') END;
END
$function$;
COMMENT ON FUNCTION refresh_scheduled(text) IS
'What schedule() has run by the clock: refresh() and refresh_materialized() of the region. An error of one keeps the others from nothing: it is written into refresh_state, for the view staleness, and raised as a warning; the figures stay what they were. Returns what was done, or the errors. The owner of the region runs it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501).';

CREATE FUNCTION schedule(region text, cron text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	job			text := 'shnor ' || region;
	command		text := format('SELECT shnor.refresh_scheduled(%L)', region);
	installed	boolean := EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron');
	known		boolean := false;
BEGIN
	PERFORM shnor.refresh_check(region);
	IF cron IS NOT NULL AND cron !~ '^\s*([0-9*][0-9*,/-]*\s+){2}[0-9*][0-9*,/-]*\s+[0-9A-Za-z*][0-9A-Za-z*,/-]*\s+[0-9A-Za-z*][0-9A-Za-z*,/-]*\s*$' THEN
		RAISE EXCEPTION 'расписание не понято: «%»', cron
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Пять полей через пробел: минута, час, день, месяц, день недели. Каждые десять минут: */10 * * * *; каждую ночь в три: 0 3 * * *.';
	END IF;
	IF installed THEN
		EXECUTE 'SELECT EXISTS (SELECT FROM cron.job j WHERE j.jobname = $1 AND j.username = current_user)' INTO known USING job;
		IF cron IS NULL THEN
			IF known THEN
				EXECUTE 'SELECT cron.unschedule($1)' USING job;
			END IF;
			RETURN 'задание pg_cron снято';
		END IF;
		EXECUTE 'SELECT cron.schedule($1, $2, $3)' USING job, cron, command;
		RETURN format('задание pg_cron «%s»: %s', job, cron);
	END IF;
	IF cron IS NULL THEN
		RAISE EXCEPTION 'pg_cron в этой базе не установлен: снимать нечего'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Строку, которую напечатала эта функция, удалите из crontab.';
	END IF;
	-- for sh between double quotes, and for crontab, to which % is a line's end
	RETURN format('%s psql -X -q -d %s -c %s', cron,
				  replace(format('''%s''', replace(current_database(), '''', '''\''''')), '%', '\%'),
				  replace(format('''%s''', replace(command, '''', '''\''''')), '%', '\%'));
END
$function$;
COMMENT ON FUNCTION schedule(text, text) IS
'Has the region''s stored figures and materialized reports refreshed by the clock: where pg_cron is installed in this database, registers the job "shnor REGION" for the caller (a second call changes its time; cron NULL removes it), elsewhere returns the line for the crontab of a user whose psql connects as the owner. cron has five fields, as crontab''s. Watch the view staleness, not the job: a job that does not run reports nothing. Errors: no such region (3F000), a schedule that is none, or nothing to remove (22023, 55000), not the owner (42501), pg_cron''s own.';
