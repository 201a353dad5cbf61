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
'What schedule() has run by the clock: refresh() and refresh_materialized() of the region. An error of one does not stop the others: it is written into refresh_state, for the view staleness, and raised as a warning; the figures stay what they were. Returns what was done, or the errors. The owner of the region runs it. Errors: no such region (3F000), not upgraded (55000), not the owner (42501).';

CREATE FUNCTION schedule(region text, cron text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	-- pg_cron 1.4 cuts a name after 63 bytes, and of two jobs with one name and role the later one replaces the other
	job			text := 'shnor ' || CASE WHEN octet_length(region) <= 57 THEN region
										 ELSE left(region, 10) || ' ' || left(encode(sha256(convert_to(region, 'UTF8')), 'hex'), 16) END;
	command		text := format('SELECT shnor.refresh_scheduled(%L)', region);
	installed	boolean := EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron');
	understood	boolean := cron ~ '^[ \t]*([0-9*][0-9*,/-]*[ \t]+){2}[0-9*][0-9*,/-]*[ \t]+[0-9A-Za-z*][0-9A-Za-z*,/-]*[ \t]+[0-9A-Za-z*][0-9A-Za-z*,/-]*[ \t]*$'
						   OR installed AND cron ~ '^[0-9]+ seconds?$';
	removed		boolean;
BEGIN
	-- a job that is removed may have outlived its region
	IF cron IS NOT NULL THEN
		PERFORM shnor.refresh_check(region);
	END IF;
	IF installed AND NOT has_schema_privilege('cron', 'USAGE') THEN
		RAISE EXCEPTION 'роли «%» не разрешён pg_cron', current_user
			USING ERRCODE = 'insufficient_privilege', HINT = format('Администратор разрешает его так: GRANT USAGE ON SCHEMA cron TO %I;', current_user);
	END IF;
	IF cron IS NULL THEN
		IF installed THEN
			EXECUTE 'SELECT cron.unschedule(j.jobid) FROM cron.job j WHERE j.jobname = $1 AND j.username = current_user' INTO removed USING job;
		END IF;
		IF removed THEN
			RETURN format('задание pg_cron «%s» снято', job);
		ELSIF installed THEN
			RAISE EXCEPTION 'у роли «%» нет задания pg_cron «%»', current_user, job
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Задание снимает та роль, которая его назначила: SELECT jobname, username FROM cron.job; (чужие видит администратор).';
		END IF;
		RAISE EXCEPTION 'pg_cron в этой базе не установлен: снимать нечего'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Строку, которую напечатала эта функция, удалите из crontab.';
	END IF;
	IF installed AND understood THEN
		IF NOT (SELECT r.rolcanlogin FROM pg_roles r WHERE r.rolname = current_user) THEN
			RAISE EXCEPTION 'роль «%» не может подключаться, её заданий pg_cron не выполнит', current_user
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Вызовите функцию под ролью с правом LOGIN, которая входит в %I, или дайте это право: ALTER ROLE %1$I LOGIN;', current_user);
		END IF;
		BEGIN
			EXECUTE 'SELECT cron.schedule($1, $2, $3)' USING job, cron, command;
			RETURN format('задание pg_cron «%s»: %s', job, cron);
		EXCEPTION WHEN invalid_parameter_value THEN
			understood := false;
		END;
	END IF;
	IF NOT understood THEN
		RAISE EXCEPTION 'расписание не понято: «%»', cron
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Пять полей через пробел: минута, час, день, месяц, день недели. Каждые десять минут: */10 * * * *; каждую ночь в три: 0 3 * * *.'
						 || CASE WHEN installed THEN ' С версии 1.5 pg_cron понимает и секунды: 30 seconds.' ELSE '' END;
	END IF;
	-- quoted for sh, and for crontab, to which % is a line's end
	RETURN format('%s psql -X -q -d %s -c %s', cron,
				  replace(format('''%s''', replace(current_database(), '''', '''\''''')), '%', '\%'),
				  replace(format('''%s''', replace(command, '''', '''\''''')), '%', '\%'));
END
$function$;
COMMENT ON FUNCTION schedule(text, text) IS
'Has the region''s stored figures and materialized reports refreshed by the clock: where pg_cron is installed in this database, registers the job "shnor REGION" (of a name above 57 bytes its beginning and a hash), which runs as the caller; a second call changes its time, cron NULL removes it, also when the region is gone. Elsewhere returns the line for the crontab of a user whose psql connects as the owner. cron has five fields, as crontab''s, and pg_cron reads them in GMT (cron.timezone); to pg_cron 1.5 also "30 seconds". Watch the view staleness, not the job: one that does not run reports nothing, and one whose refresh failed has succeeded. Errors: no such region (3F000), a schedule that is none (22023), nothing to remove or a caller who may not log in (55000), not the owner or no USAGE on schema cron (42501), pg_cron''s own.';
