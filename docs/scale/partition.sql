-- partition.sql: makes the table submission of a region one that is partitioned by round, each round a partition.
-- Run again before each new round, it adds the partitions that are missing and changes nothing else.
--
--   psql -X -v ON_ERROR_STOP=1 -v region=ivanovo -f docs/scale/partition.sql
--
-- as the region's owner, or a role that may SET ROLE to him, when nobody imports. One transaction: the first time all
-- answers are copied under an exclusive lock, and take their size once more on the disk; later only those of new rounds
-- that came before their partition. Views of the region and your own views on them stay.
-- Refused, and nothing changed, where something of your own stands on the table itself: PostgreSQL names it.
BEGIN;
SELECT set_config('search_path', format('pg_catalog, %I, pg_temp', :'region'), true) AS path \gset partition_
SELECT set_config('role', pg_get_userbyid(c.relowner), true) AS owner
FROM pg_class c WHERE c.oid = format('%I.submission', :'region')::regclass \gset partition_
LOCK TABLE submission IN ACCESS EXCLUSIVE MODE;
-- only now: somebody else may have run this meanwhile
SELECT c.relkind = 'r' AS whole FROM pg_class c WHERE c.oid = 'submission'::regclass \gset partition_

\if :partition_whole
-- what CREATE TABLE LIKE leaves behind; triggers and policies of the region upgrade_region makes anew
CREATE TEMP TABLE carried ON COMMIT DROP AS
SELECT format('ALTER TABLE submission ADD CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)) AS command
FROM pg_constraint k WHERE k.conrelid = 'submission'::regclass AND k.contype = 'f'
UNION ALL
SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE t.tgrelid = 'submission'::regclass AND NOT t.tgisinternal
UNION ALL
SELECT format('GRANT %s%s ON submission TO %s%s', p.privilege_type, ' (' || quote_ident(g.attname) || ')',
			  CASE p.grantee WHEN 0 THEN 'PUBLIC' ELSE p.grantee::regrole::text END, CASE WHEN p.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_class c
CROSS JOIN LATERAL (SELECT NULL AS attname, c.relacl AS acl UNION ALL SELECT a.attname, a.attacl FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped) AS g
CROSS JOIN LATERAL aclexplode(g.acl) AS p
WHERE c.oid = 'submission'::regclass AND p.grantee <> c.relowner
UNION ALL
SELECT format('CREATE POLICY %I ON submission AS %s FOR %s TO %s%s%s', p.polname, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
			  CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
			  (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', ') FROM unnest(p.polroles) AS r),
			  ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
FROM pg_policy p WHERE p.polrelid = 'submission'::regclass AND p.polname !~ '^access_';

ALTER TABLE submission RENAME TO submission_whole;
-- the new table takes over the names of the indexes
SELECT format('ALTER INDEX %I.%I RENAME TO %I', :'region', c.relname, left(c.relname, 57) || '_whole')
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 'submission_whole'::regclass \gexec
SELECT format('CREATE TABLE %I.submission (LIKE submission_whole INCLUDING ALL) PARTITION BY LIST (round_id)', :'region') \gexec
-- rounds without a partition: nothing is refused
SELECT format('CREATE TABLE %I.submission_other PARTITION OF submission DEFAULT', :'region') \gexec
-- nobody but the owner reads or writes a partition past the table's policies and triggers, whatever is granted
ALTER TABLE submission_other ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE submission_other IS 'Часть таблицы submission: ответы мониторингов, у которых ещё нет своей части.';
\endif

-- Rows that came before their partition are moved past the triggers, which are those of the whole table: no answer changes.
SELECT format(v.command, :'region', 'submission_round_' || r.round_id, r.round_id)
FROM round r
CROSS JOIN (VALUES (1, 'CREATE TABLE %1$I.%2$I (LIKE submission INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)'),
	(2, 'WITH moved AS (DELETE FROM submission_other WHERE round_id = %3$s RETURNING *) INSERT INTO %1$I.%2$I SELECT * FROM moved'),
	(3, 'ALTER TABLE submission ATTACH PARTITION %1$I.%2$I FOR VALUES IN (%3$s)'),
	(4, 'ALTER TABLE %1$I.%2$I ENABLE ROW LEVEL SECURITY'),
	(5, 'COMMENT ON TABLE %1$I.%2$I IS ''Часть таблицы submission: ответы мониторинга %3$s.''')) AS v(step, command)
WHERE to_regclass(format('%I.%I', :'region', 'submission_round_' || r.round_id)) IS NULL
ORDER BY r.round_id, v.step \gexec

\if :partition_whole
INSERT INTO submission SELECT * FROM submission_whole ORDER BY round_id, school_id;
-- gives rows of the old table; upgrade_region makes it anew
DROP FUNCTION answers_as_of(integer, timestamptz);
SELECT command FROM carried \gexec
ALTER TABLE submission ENABLE ROW LEVEL SECURITY;
-- the region's views, functions, triggers, comments and policies, over the new table
SELECT shnor.upgrade_region(:'region') AS region \gset partition_
DROP TABLE submission_whole;
\endif
COMMIT;
ANALYZE :"region".submission;
