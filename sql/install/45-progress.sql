-- How far long work has come: imports, refreshes, publications, checks.

CREATE FUNCTION report_progress(work text, region text, done bigint, total bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION report_progress(text, text, bigint, bigint) IS
'Internal: shows in pg_stat_activity, until the end of the transaction, that this session is at done of total steps of some work. The setting application_name stays what it is.';

CREATE FUNCTION progress(OUT pid integer, OUT database text, OUT role text, OUT work text, OUT region text,
						 OUT done bigint, OUT total bigint, OUT since timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT a.pid, a.datname::text, a.usename::text, p.said[1], p.said[4], p.said[2]::bigint, p.said[3]::bigint, a.xact_start
	FROM pg_stat_activity a
	CROSS JOIN LATERAL regexp_match(a.application_name, '^shnor: ([a-z_]+) ([0-9]{1,18})/([0-9]{1,18}) (.*)$') AS p(said)
	WHERE p.said IS NOT NULL
$function$;
COMMENT ON FUNCTION progress() IS
'What long work of shnor is running, in all sessions: one row for each refresh, verify, import, publish or refresh_materialized, with the region (cut where its name is long), how many steps are done of how many (rounds; of an import: its turn has come, the file is read), and when its transaction began (NULL where the caller may not see the session''s activity). To stop one: pg_cancel_backend(pid); nothing of it is left.';
