-- A round closes with what others have committed by then. The snapshot of a REPEATABLE READ transaction may be older:
-- a status entered meanwhile would be in force on the round's day, and missing in its list for good.
BEGIN ISOLATION LEVEL REPEATABLE READ;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();
SELECT shnor.create_region('probe');
SET search_path = probe, public;
INSERT INTO legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1-о', '2024-08-01', 'Департамент', 'О мониторинге');
INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (1, '2024', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'open');

SELECT throws_ok('UPDATE round SET state = ''closed''', '55000', 'мониторинг «2024» нельзя закрыть в транзакции REPEATABLE READ', 'an older snapshot cannot close a round');
SELECT throws_ok($$INSERT INTO round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES (2, 'x', '2024-09-01', '2024-09-20', '2024-09-01', 1, 'closed')$$, '55000', NULL, 'nor bring in one that is closed');
SELECT results_eq('SELECT state FROM round', 'VALUES (''open'')', 'and nothing has changed');
SELECT lives_ok('UPDATE round SET title = ''2024 год''', 'anything else can be done in it');

-- stored figures are those of the snapshot: what has been committed since is not in them, whatever the clock says
SELECT lives_ok($$SELECT * FROM shnor.refresh('probe')$$, 'figures can be stored in it');
SELECT is((SELECT refreshed_at FROM refresh_state WHERE name = 'stored'), now(), 'and hold as of its beginning, not as of now');
SELECT cmp_ok((SELECT took FROM refresh_state WHERE name = 'stored'), '<', clock_timestamp() - now(), 'which is not when the work began');
SELECT shnor.create_materialized('probe', 'completeness', '{round_id,municipality_id}');
SELECT is((SELECT refreshed_at FROM refresh_state WHERE name = 'completeness'), now(), 'so does a report that is materialized in it');
UPDATE refresh_state SET refreshed_at = NULL;
SELECT lives_ok($$SELECT * FROM shnor.refresh_materialized('probe')$$, 'and refreshed');
SELECT is((SELECT refreshed_at FROM refresh_state WHERE name = 'completeness'), now(), 'with the same moment');

SELECT finish();
ROLLBACK;
