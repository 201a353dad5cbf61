-- How far long work has come: imports, refreshes, publications, checks.

CREATE FUNCTION report_progress(work text, region text, done bigint, total bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION report_progress(text, text, bigint, bigint) IS
'Internal: shows in pg_stat_activity, until the end of the transaction, that this session is at done of total steps of some work. The setting application_name stays what it is.';

CREATE VIEW progress AS
SELECT a.pid, a.datname::text AS database, a.usename::text AS role, p.said[1] AS work, p.said[4] AS region,
	   p.said[2]::bigint AS done, p.said[3]::bigint AS total, a.xact_start AS since
FROM pg_stat_activity a
CROSS JOIN LATERAL regexp_match(a.application_name, '^shnor: ([a-z_]+) ([0-9]{1,18})/([0-9]{1,18}) (.*)$') AS p(said)
WHERE p.said IS NOT NULL;
COMMENT ON VIEW progress IS
'What long work of shnor is running, in all sessions: refresh, verify, import, publish; how many of its steps are done. To stop one: pg_cancel_backend(pid), and nothing of it is left.';
COMMENT ON COLUMN progress.pid IS 'process of the session';
COMMENT ON COLUMN progress.database IS 'database';
COMMENT ON COLUMN progress.role IS 'user of the session';
COMMENT ON COLUMN progress.work IS 'refresh, verify, import or publish';
COMMENT ON COLUMN progress.region IS 'schema of the region, cut where it is long';
COMMENT ON COLUMN progress.done IS 'steps done; of a refresh and of verify rounds';
COMMENT ON COLUMN progress.total IS 'steps in all';
COMMENT ON COLUMN progress.since IS 'begin of the transaction; hidden from those who may not see the session''s activity';
GRANT SELECT ON progress TO PUBLIC;
