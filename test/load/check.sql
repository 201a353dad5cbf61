-- What must hold at every moment in the region of region.sql: a line for each thing that does not, then `total` lines.
-- :acks names a file of what clients have seen acknowledged by then (test/load/client.pl tells its form).
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET jit = off;
CREATE TEMP TABLE ack (op text, tag text, a bigint, b integer, c integer, d integer, e integer, f integer, g integer, kind text);
\set copy '\\copy ack from ' :'acks' ' with (delimiter ''|'', null '''')'
:copy

-- one snapshot: the clients go on meanwhile
BEGIN ISOLATION LEVEL REPEATABLE READ;
CREATE TEMP TABLE version ON COMMIT DROP AS
SELECT 'school' AS respondent, s.round_id, s.school_id AS who, s.source, split_part(s.source, ', строка ', 1) AS file FROM load.submission s
UNION ALL SELECT 'school', h.round_id, h.school_id, h.source, split_part(h.source, ', строка ', 1) FROM load.submission_history h
UNION ALL SELECT 'municipality', s.round_id, s.municipality_id, s.source, split_part(s.source, ', строка ', 1) FROM load.municipal_submission s
UNION ALL SELECT 'municipality', h.round_id, h.municipality_id, h.source, split_part(h.source, ', строка ', 1) FROM load.municipal_submission_history h;
CREATE TEMP TABLE other ON COMMIT DROP AS
SELECT a.round_id, a.school_id, a.source, split_part(a.source, ', строка ', 1) AS file FROM load.source_answer a
UNION ALL SELECT h.round_id, h.school_id, h.source, split_part(h.source, ', строка ', 1) FROM load.source_answer_history h;
-- rows that were refused, those included that a later file or a correction has settled
SELECT CASE WHEN to_regclass('load.import_issue_history') IS NULL THEN '' ELSE 'UNION ALL SELECT import_id, line, severity FROM load.import_issue_history' END AS settled \gset
CREATE TEMP TABLE issue ON COMMIT DROP AS SELECT import_id, line, severity FROM load.import_issue :settled;
ANALYZE version, other, ack, issue;

-- ---- what was acknowledged is there, as it was acknowledged ----
SELECT 'import acknowledged and not there as it was', a.tag, a.a FROM ack a
LEFT JOIN load.import i ON i.import_id = a.a
WHERE a.op = 'import' AND a.kind <> 'again'
  AND (i.source, i.rows_read, i.loaded, i.corrected, i.refused, i.unchanged) IS DISTINCT FROM (a.tag, a.b, a.c, a.d, a.e, a.f);
SELECT 'file imported again has changed something, or is not there', a.tag, a.a FROM ack a
WHERE a.op = 'import' AND a.kind = 'again' AND (a.c <> 0 OR a.d <> 0 OR NOT EXISTS (SELECT FROM load.import i WHERE i.import_id = a.a));
SELECT 'row written by SQL and not there', a.tag, a.a, a.b FROM ack a
WHERE a.op = 'sql' AND NOT EXISTS (SELECT FROM version v WHERE v.source = a.tag AND v.round_id = a.a AND v.who = a.b);
SELECT 'event of a round not there', a.op, a.tag, a.a, a.b FROM ack a
WHERE a.op IN ('closed', 'reopened') AND NOT EXISTS (SELECT FROM load.round_event e WHERE e.round_event_id = a.b AND e.round_id = a.a AND e.event = a.op);
SELECT 'reason of a reopening not there', a.tag FROM ack a
WHERE a.op = 'reopened' AND NOT EXISTS (SELECT FROM load.round_event e WHERE e.round_event_id = a.b AND e.reason = a.tag);
SELECT 'publication not there', a.tag FROM ack a
WHERE a.op = 'publish' AND NOT EXISTS (SELECT FROM load.publication p WHERE p.publication_id = a.b AND p.title = a.tag AND p.round_id = a.a);

-- ---- no import is there by half ----
SELECT 'counts of an import do not add up', i.import_id, i.source FROM load.import i
WHERE i.rows_read <> i.loaded + i.corrected + i.refused + i.unchanged OR i.rows_read = 0;
SELECT 'file of an import is not what was hashed', i.import_id, i.source FROM load.import i
WHERE i.content_sha256 <> encode(sha256(convert_to(i.content, 'UTF8')), 'hex');
SELECT 'refused rows and issues differ', i.import_id, i.source, i.refused, count(DISTINCT s.line) FROM load.import i
LEFT JOIN issue s ON s.import_id = i.import_id AND s.severity = 'refused'
GROUP BY i.import_id HAVING i.refused <> count(DISTINCT s.line);
SELECT 'answers of a file are not as many as were read', i.import_id, i.source, i.rows_read - i.refused, count(v.source) FROM load.import i
LEFT JOIN version v ON v.file = i.source AND v.round_id = i.round_id AND v.respondent = i.respondent
WHERE i.source ~ '^(form|municipal)-'
GROUP BY i.import_id HAVING i.rows_read - i.refused <> count(v.source);
-- a list that comes late changes nothing, and may be kept or not
SELECT 'answers of another source are not as many as were stored', i.import_id, i.source, i.loaded + i.corrected, count(o.source) FROM load.import i
LEFT JOIN other o ON o.file = i.source AND o.round_id = i.round_id
WHERE i.source ~ '^unoi-'
GROUP BY i.import_id HAVING count(o.source) NOT BETWEEN i.loaded + i.corrected AND i.rows_read - i.refused;
SELECT 'answer without its import', v.source FROM (SELECT source, file FROM version UNION ALL SELECT source, file FROM other) v
WHERE v.file !~ '^sql-' AND NOT EXISTS (SELECT FROM load.import i WHERE i.source = v.file);
SELECT 'document without its import', d.source FROM load.document d
WHERE NOT EXISTS (SELECT FROM load.import i WHERE i.source = split_part(d.source, ', строка ', 1));
-- each line of a file, and each write by SQL, has made one version
SELECT 'version kept twice', v.round_id, v.who, v.source, count(*) FROM version v GROUP BY v.respondent, v.round_id, v.who, v.source HAVING count(*) > 1;
SELECT 'version kept twice', o.round_id, o.school_id, o.source, count(*) FROM other o GROUP BY 2, 3, 4 HAVING count(*) > 1;
SELECT 'document kept twice', d.round_id, d.school_id, d.question, d.link FROM load.document d GROUP BY 2, 3, 4, 5 HAVING count(*) > 1;
SELECT 'answers, all told, differ', read, written, kept
FROM (SELECT (SELECT sum(i.rows_read - i.refused) FROM load.import i WHERE i.source ~ '^(form|municipal)-') AS read,
			 (SELECT count(DISTINCT v.source) FROM version v WHERE v.file ~ '^sql-') AS written, (SELECT count(*) FROM version) AS kept) t
WHERE coalesce(read, 0) + written <> kept;

-- ---- rounds ----
SELECT 'state of a round is not its last event''s', r.round_id, r.state, e.event FROM load.round r
JOIN LATERAL (SELECT e.event FROM load.round_event e WHERE e.round_id = r.round_id ORDER BY e.round_event_id DESC LIMIT 1) e ON true
WHERE r.state <> CASE e.event WHEN 'closed' THEN 'closed' ELSE 'open' END;
SELECT 'events of a round do not follow each other', e.round_id, e.event, e.before FROM (
	SELECT e.round_id, e.event, lag(e.event) OVER (PARTITION BY e.round_id ORDER BY e.round_event_id) AS before FROM load.round_event e) e
WHERE CASE e.event WHEN 'opened' THEN e.before IS NOT NULL WHEN 'closed' THEN e.before NOT IN ('opened', 'reopened') ELSE e.before <> 'closed' END;
SELECT 'list of a closed round is not whole', r.round_id, l.schools, m.municipalities FROM load.round r
CROSS JOIN LATERAL (SELECT count(*) AS schools FROM load.round_school l WHERE l.round_id = r.round_id) l
CROSS JOIN LATERAL (SELECT count(*) AS municipalities FROM load.round_municipality l WHERE l.round_id = r.round_id) m
WHERE r.state = 'closed' AND (l.schools <> 48 OR m.municipalities <> 6);
SELECT 'list of a closed round differs from the statuses of its day', r.round_id, l.school_id FROM load.round r
JOIN load.round_school l ON l.round_id = r.round_id
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE s.status = 'low_results') AS low, count(*) FILTER (WHERE s.status = 'adverse_conditions') AS adverse,
						   count(*) FILTER (WHERE s.status = 'risk_zone') AS risk
					FROM load.school_status s WHERE s.school_id = l.school_id AND daterange(s.since, s.until) @> r.cohort_on) s
WHERE r.state = 'closed' AND (l.low_results <> (s.low = 1) OR l.adverse_conditions <> (s.adverse = 1) OR l.risk_zone <> (s.risk = 1));

-- ---- figures and publications ----
SELECT 'municipalities do not add up to the region', r.round_id, r.indicator FROM load.regional_indicator r
JOIN (SELECT m.round_id, m.indicator, sum(m.numerator) AS n, sum(m.denominator) AS d FROM load.municipal_indicator m GROUP BY 1, 2) m USING (round_id, indicator)
WHERE (r.numerator, r.denominator) <> (m.n, m.d);
SELECT 'publication is not whole', p.publication_id, p.title FROM load.publication p
WHERE (SELECT count(*) FROM load.publication_definition d WHERE d.publication_id = p.publication_id) <> 18
   OR (SELECT count(*) FROM load.publication_indicator d WHERE d.publication_id = p.publication_id) <> 18 * 7
   OR (SELECT count(*) FROM load.publication_school d WHERE d.publication_id = p.publication_id) <> 48
   OR (SELECT count(*) FROM load.publication_municipality d WHERE d.publication_id = p.publication_id) <> 6
   OR (SELECT count(DISTINCT d.school_id) FROM load.publication_school_indicator d WHERE d.publication_id = p.publication_id) <> 48;
SELECT 'part of a publication without it', d.publication_id FROM load.publication_indicator d
WHERE NOT EXISTS (SELECT FROM load.publication p WHERE p.publication_id = d.publication_id) LIMIT 1;
SELECT 'figures of a publication do not add up', p.publication_id, p.indicator FROM load.publication_indicator p
GROUP BY 2, 3 HAVING sum(p.numerator) FILTER (WHERE p.municipality_id IS NULL) <> sum(p.numerator) FILTER (WHERE p.municipality_id IS NOT NULL)
				 OR sum(p.denominator) FILTER (WHERE p.municipality_id IS NULL) <> sum(p.denominator) FILTER (WHERE p.municipality_id IS NOT NULL);
SELECT 'stored figures differ', v.report, v.different, v.example FROM shnor.verify('load') v WHERE v.different > 0;
SELECT 'materialized view is not whole', count(*) FROM bi.report HAVING count(*) <> 4 * 18 * 7;
SELECT 'materialized view does not add up', r.round_id, r.indicator FROM bi.report r
GROUP BY 2, 3 HAVING sum(r.numerator) FILTER (WHERE r.municipality_id = 0) <> sum(r.numerator) FILTER (WHERE r.municipality_id > 0);

SELECT format('total %s imports (%s seen by their clients), %s versions of answers, %s documents, %s events of rounds, %s publications',
	(SELECT count(*) FROM load.import), (SELECT count(*) FROM ack WHERE op = 'import'), (SELECT count(*) FROM version) + (SELECT count(*) FROM other),
	(SELECT count(*) FROM load.document), (SELECT count(*) FROM load.round_event), (SELECT count(*) FROM load.publication));
COMMIT;
