-- For test/sqlsmith: counts what the server's log says (:log) and prints what does not hold under "problem:".
\encoding UTF8
\set QUIET on
\pset footer off
SET client_min_messages = warning;
-- as PostgreSQL's documentation has it
CREATE TABLE smith.log (
	log_time timestamptz, user_name text, database_name text, process_id integer, connection_from text, session_id text, session_line_num bigint,
	command_tag text, session_start_time timestamptz, virtual_transaction_id text, transaction_id bigint, error_severity text, sql_state_code text,
	message text, detail text, hint text, internal_query text, internal_query_pos integer, context text, query text, query_pos integer, location text,
	application_name text, backend_type text, leader_pid integer, query_id bigint
);
\set copy 'COPY smith.log FROM ' :'log' ' (FORMAT csv)'
COPY smith.log FROM :'log' (FORMAT csv);

-- one row per statement of sqlsmith and of our own calls
CREATE TABLE smith.statement AS
SELECT CASE l.application_name WHEN 'calls' THEN 'calls' ELSE 'sqlsmith' END AS made_by, l.error_severity = 'LOG' AS ended, l.sql_state_code AS state,
	   l.message, l.location, l.context, CASE WHEN l.error_severity = 'LOG' THEN l.message ELSE l.query END AS text
FROM smith.log l
WHERE l.user_name = 'smith' AND l.application_name IN ('calls', 'sqlsmith::dut')
  AND (l.error_severity IN ('ERROR', 'FATAL') OR l.error_severity = 'LOG' AND l.message ~ '^duration: [0-9.]+ ms  statement: ')
  AND coalesce(l.query, l.message) !~* '(statement: )?(BEGIN|ROLLBACK|set \w+ to .*|set application_name.*);?$';

CREATE TABLE smith.reached AS
SELECT p.oid::regprocedure::text AS function,
	   coalesce(e.calls, 0) AS executed, coalesce(s.ended, 0) AS named, coalesce(c.ended, 0) AS ended, coalesce(c.refused, 0) AS refused, c.states
FROM pg_proc p
LEFT JOIN smith.executed e ON e.funcid = p.oid
LEFT JOIN (
	SELECT m.name, count(*) AS ended
	FROM smith.statement t CROSS JOIN LATERAL (SELECT DISTINCT m[1] AS name FROM regexp_matches(t.text, 'shnor\.(\w+)\(', 'g') m) m
	WHERE t.made_by = 'sqlsmith' AND t.ended GROUP BY m.name) s ON s.name = p.proname
LEFT JOIN (
	SELECT c.function, sum(c.n) FILTER (WHERE c.state = '00000') AS ended, sum(c.n) FILTER (WHERE c.state <> '00000') AS refused,
		   string_agg(c.state || ' ' || c.n, ', ' ORDER BY c.n DESC) FILTER (WHERE c.state <> '00000') AS states
	FROM (SELECT substring(t.text FROM '/\* (.*?) \*/') AS function, t.state, count(*) AS n FROM smith.statement t WHERE t.made_by = 'calls' GROUP BY 1, 2) c
	GROUP BY c.function) c ON c.function = p.oid::regprocedure::text
WHERE p.pronamespace = 'shnor'::regnamespace;

\echo 'Functions. executed: by statements of sqlsmith, whatever became of them (PostgreSQL counts neither aggregates nor their parts);'
\echo 'named: statements of sqlsmith that ended well and name it; ended, refused: our own calls, and with which SQLSTATE.'
TABLE smith.reached ORDER BY function;
\echo
SELECT made_by, count(*) AS statements, count(*) FILTER (WHERE ended) AS ended, count(*) FILTER (WHERE state = '42501') AS "refused (42501)",
	   count(*) FILTER (WHERE state = '57014') AS "cancelled (57014)", count(*) FILTER (WHERE NOT ended AND state NOT IN ('42501', '57014')) AS "other errors"
FROM smith.statement GROUP BY made_by ORDER BY made_by;
SELECT count(*) AS functions, count(*) FILTER (WHERE executed > 0 OR named > 0) AS "reached by sqlsmith", count(*) FILTER (WHERE ended > 0) AS "ended in our calls",
	   count(*) FILTER (WHERE ended = 0 AND refused > 0) AS "always refused there", sum(executed) AS "executions by sqlsmith"
FROM smith.reached;
SELECT made_by, state, count(*), min(left(message, 90)) AS "for example" FROM smith.statement WHERE NOT ended GROUP BY 1, 2 ORDER BY 1, 3 DESC;
\echo 'Internal errors:'
SELECT made_by, state, location, left(message, 100) AS message, count(*) FROM smith.statement WHERE state ~ '^(XX|58|F0)' GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC;

\pset tuples_only on
\pset format unaligned
SELECT format('problem: the server says: %s', message) FROM smith.log WHERE message ~ 'terminated by signal|was terminated|TRAP' OR error_severity = 'PANIC';
SELECT format('problem: %s is not reached', function) FROM smith.reached WHERE ended + refused = 0;
SELECT format('problem: internal error of %s at %s: %s', made_by, location, message) FROM smith.statement
WHERE state ~ '^(XX|58|F0)' AND (made_by = 'calls' OR location ~ :'files' OR context ~ 'shnor\.');
SELECT format('problem: %s has %s, had %s', relation, a, b) FROM smith.before b FULL JOIN smith.figures() a USING (relation) WHERE a IS DISTINCT FROM b;
SELECT format('problem: there was %s, there is %s', b, a)
FROM smith.objects b FULL JOIN (SELECT c.oid, c.relname, c.relnamespace::regnamespace, c.relacl::text FROM pg_class c
	WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('ivanovo', 'shnor', 'public'))) a USING (oid) WHERE a IS DISTINCT FROM b;
