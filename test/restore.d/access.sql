-- Who may do what in the sample region, where this version of the extension keeps it. For psql, after
-- test/sample/load.sql; the roles stand already. In the order of names, which is that of upgrade_region: a dump
-- lists rights in the order in which they were granted.
SELECT to_regproc('shnor.grant_access') IS NOT NULL AS has_access \gset
\if :has_access
SELECT shnor.grant_access('ivanovo', 'restore_analyst', 'approver') \gset access_
SELECT shnor.grant_access('ivanovo', 'restore_editor', 'operator', 2) \gset access_
SELECT shnor.grant_access('ivanovo', 'restore_editor', 'operator', 3) \gset access_
SELECT shnor.grant_access('ivanovo', 'restore_reader', 'reader') \gset access_
\endif
