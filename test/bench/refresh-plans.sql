-- refresh-plans.sql: the plans inside refresh() after 100 corrections, as notices. After refresh.sql, on its region.
SET work_mem = '256MB';
CALL bench.correct(100, 777777);
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 5;
SET auto_explain.log_nested_statements = on;
SET auto_explain.log_analyze = on;
SET client_min_messages = log;
SELECT * FROM shnor.refresh('region') \g /dev/null
