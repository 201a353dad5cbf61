-- Materialized views over reports, for DBAs who schedule them: with a unique index, so that they are refreshed without
-- keeping readers out, and a plain view over each, which BI tools list and which has the comments.

CREATE FUNCTION region_report_keys(OUT report text, OUT key text[])
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
	('school_round', '{round_id,school_id}'::text[]),
	('school_indicator', '{round_id,school_id,indicator}'),
	('municipal_indicator', '{round_id,municipality_id,indicator}'),
	('regional_indicator', '{round_id,indicator}'),
	('municipal_score', '{round_id,municipality_id}'),
	('completeness', '{round_id,municipality_id}')
$function$;
COMMENT ON FUNCTION region_report_keys() IS
'Internal: the reports whose key is known, and its columns.';

CREATE FUNCTION create_materialized(region text, report text, key text[] DEFAULT NULL) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	data		text := report || '_data';
	cover		text := report || '_materialized';
	unknown		text;
	described	record;
BEGIN
	PERFORM shnor.refresh_check(region);
	IF NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = report AND c.relkind = 'v') THEN
		RAISE EXCEPTION 'в регионе «%» нет отчёта «%»', region, coalesce(report, 'NULL')
			USING ERRCODE = 'undefined_table', HINT = format('Отчёты — это представления схемы: \dv %I.*', region);
	ELSIF report = 'stored' THEN
		-- refresh_state keeps the stored figures under this name
		RAISE EXCEPTION 'имя «stored» занято сохранёнными показателями'
			USING ERRCODE = 'reserved_name', HINT = 'Создайте над отчётом представление с другим именем и материализуйте его.';
	ELSIF octet_length(cover) > 63 THEN
		RAISE EXCEPTION 'имя отчёта слишком длинное: «%»', report
			USING ERRCODE = 'name_too_long', HINT = 'К имени добавляется _materialized, а в имени помещается 63 байта. Создайте над отчётом представление с коротким именем.';
	ELSIF to_regclass(format('%I.%I', region, cover)) IS NOT NULL OR to_regclass(format('%I.%I', region, data)) IS NOT NULL THEN
		RAISE EXCEPTION 'отчёт «%» уже материализован', report
			USING ERRCODE = 'duplicate_table',
				  HINT = format('Обновить: SELECT shnor.refresh_materialized(%L, %L); убрать: SELECT shnor.drop_materialized(%1$L, %2$L);', region, report);
	END IF;
	IF key IS NULL THEN
		SELECT k.key INTO key FROM shnor.region_report_keys() k WHERE k.report = create_materialized.report;
	END IF;
	IF coalesce(cardinality(key), 0) = 0 THEN
		RAISE EXCEPTION 'не названы столбцы, по которым строки отчёта «%» различаются', report
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Назовите их третьим аргументом: SELECT shnor.create_materialized(%L, %L, ''{round_id,municipality_id}'');', region, report);
	END IF;
	SELECT string_agg(k, ', ') INTO unknown
	FROM unnest(key) AS k
	WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(format('%I.%I', region, report)) AND a.attname = k AND a.attnum > 0);
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION 'в отчёте «%» нет столбцов: %', report, unknown
			USING ERRCODE = 'undefined_column', HINT = format('Столбцы отчёта покажет \d %I.%I', region, report);
	END IF;

	EXECUTE format('CREATE MATERIALIZED VIEW %1$I.%2$I AS SELECT * FROM %1$I.%3$I', region, data, report);
	BEGIN
		EXECUTE format('CREATE UNIQUE INDEX ON %I.%I (%s)', region, data, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(key) AS k));
	EXCEPTION WHEN unique_violation THEN
		RAISE EXCEPTION 'строки отчёта «%» столбцами % не различаются', report, key
			USING ERRCODE = 'unique_violation', HINT = 'Назовите третьим аргументом столбцы, которые вместе не повторяются.';
	END;
	EXECUTE format('CREATE VIEW %1$I.%2$I WITH (security_invoker = true) AS
					SELECT d.*, f.refreshed_at AS computed_at FROM %1$I.%3$I d JOIN %1$I.refresh_state f ON f.name = %4$L', region, cover, data, report);
	EXECUTE format('COMMENT ON MATERIALIZED VIEW %I.%I IS %L', region, data, format('Данные отчёта %s; читайте представление %s.', report, cover));
	EXECUTE format('COMMENT ON VIEW %I.%I IS %L', region, cover,
				   format('То же, что %s, материализовано: верно на момент computed_at. %s', report, obj_description(to_regclass(format('%I.%I', region, report)), 'pg_class')));
	FOR described IN
		SELECT a.attname, col_description(a.attrelid, a.attnum) AS said FROM pg_attribute a
		WHERE a.attrelid = to_regclass(format('%I.%I', region, report)) AND a.attnum > 0 AND NOT a.attisdropped
		UNION ALL SELECT 'computed_at', 'На какой момент верно.'
	LOOP
		EXECUTE format('COMMENT ON COLUMN %I.%I.%I IS %L', region, cover, described.attname, described.said);
	END LOOP;
	EXECUTE format('INSERT INTO %I.refresh_state AS f (name, key, refreshed_at) VALUES ($1, $2, shnor.seen_until(statement_timestamp()))
					ON CONFLICT (name) DO UPDATE SET key = excluded.key, refreshed_at = excluded.refreshed_at, error = NULL, error_at = NULL', region)
	USING report, key;
	-- a materialized view has no policies: only who sees the whole region may read it
	PERFORM shnor.region_access(region);
	RETURN cover;
END
$function$;
COMMENT ON FUNCTION create_materialized(text, text, text[]) IS
'Makes a materialized view of a report of the region, REPORT_data, with a unique index over key, and the plain view REPORT_materialized over it, with the report''s columns and comments and computed_at; returns the plain view''s name. The keys of the reports of the contract are known; of others they are named. Readers, approvers and managers may read it, operators may not: a materialized view has no row-level security. Refresh it with refresh_materialized() or schedule(). The owner of the region calls it. Errors: no such region (3F000) or report (42P01), no such column (42703), no key (22023), a key that repeats (23505), a report that is materialized already (42P07) or is called stored (42939), not the owner (42501).';

CREATE FUNCTION drop_materialized(region text, report text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	known	boolean;
BEGIN
	PERFORM shnor.refresh_check(region);
	-- First what refresh_materialized() takes first: else the two could wait for each other. By this row too a report that
	-- is gone with its view is struck off, and no materialized view of somebody else's is taken for ours.
	EXECUTE format('SELECT true FROM %I.refresh_state f WHERE f.name = $1 AND f.key IS NOT NULL FOR UPDATE', region) INTO known USING report;
	IF known IS NULL THEN
		RAISE EXCEPTION 'отчёт «%» не материализован', coalesce(report, 'NULL')
			USING ERRCODE = 'undefined_table', HINT = format('Что материализовано, покажет SELECT * FROM %I.staleness;', region);
	END IF;
	EXECUTE format('DROP VIEW IF EXISTS %I.%I', region, report || '_materialized');
	EXECUTE format('DROP MATERIALIZED VIEW IF EXISTS %I.%I', region, report || '_data');
	EXECUTE format('DELETE FROM %I.refresh_state f WHERE f.name = $1', region) USING report;
END
$function$;
COMMENT ON FUNCTION drop_materialized(text, text) IS
'Removes what create_materialized() made for the report; the report itself stays. Errors: no such region (3F000), not materialized (42P01), views of yours that stand on it (2BP01), not the owner (42501).';

CREATE FUNCTION refresh_materialized(region text, report text DEFAULT NULL, OUT refreshed text, OUT took interval)
RETURNS SETOF record
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	names	text[];
	known	boolean;
	started	timestamptz;
BEGIN
	PERFORM shnor.refresh_check(region);
	EXECUTE format('SELECT array_agg(f.name ORDER BY f.name) FROM %I.refresh_state f WHERE f.key IS NOT NULL AND ($1 IS NULL OR f.name = $1)', region)
	INTO names USING report;
	IF report IS NOT NULL AND names IS NULL THEN
		RAISE EXCEPTION 'отчёт «%» не материализован', report
			USING ERRCODE = 'undefined_table', HINT = format('Создайте его: SELECT shnor.create_materialized(%L, %L);', region, report);
	END IF;
	FOR i IN 1 .. coalesce(cardinality(names), 0) LOOP
		refreshed := names[i];
		PERFORM shnor.report_progress('refresh_materialized', region, i - 1, cardinality(names));
		-- one at a time; who waited does it once more, unless it has been dropped
		EXECUTE format('SELECT true FROM %I.refresh_state f WHERE f.name = $1 FOR UPDATE', region) INTO known USING refreshed;
		CONTINUE WHEN known IS NULL;
		started := clock_timestamp();
		EXECUTE format('REFRESH MATERIALIZED VIEW CONCURRENTLY %I.%I', region, refreshed || '_data');
		took := clock_timestamp() - started;
		EXECUTE format('UPDATE %I.refresh_state f SET refreshed_at = shnor.seen_until($2), took = $3, error = NULL, error_at = NULL WHERE f.name = $1', region)
		USING refreshed, started, took;
		RETURN NEXT;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION refresh_materialized(text, text) IS
'Refreshes the materialized reports of the region, or the one named, without keeping readers out (REFRESH MATERIALIZED VIEW CONCURRENTLY), and returns each with the time it took. Errors: no such region (3F000), not materialized (42P01), not the owner (42501).';

-- after DROP EXTENSION CASCADE: what was materialized is again
CREATE FUNCTION region_materialized(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	m record;
BEGIN
	FOR m IN EXECUTE format('SELECT f.name, f.key FROM %I.refresh_state f WHERE f.key IS NOT NULL ORDER BY f.name', region) LOOP
		IF to_regclass(format('%I.%I', region, m.name)) IS NULL THEN
			RAISE WARNING 'отчёт «%» был материализован, но его самого больше нет', m.name
				USING HINT = format('Создайте его и вызовите upgrade_region ещё раз или снимите с обновления: SELECT shnor.drop_materialized(%L, %L);', region, m.name);
		ELSIF to_regclass(format('%I.%I', region, m.name || '_data')) IS NULL THEN
			PERFORM shnor.create_materialized(region, m.name, m.key);
		END IF;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_materialized(text) IS
'Internal: makes the materialized reports of the region that are missing; warns of those whose report is.';
