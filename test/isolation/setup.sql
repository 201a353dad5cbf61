-- What the isolation specs of test/isolation/specs stand on, for psql as a superuser in an empty database: a region
-- named race, and CALL make_race(), which makes it for each permutation what it was at first.
-- \set loaded 1 where the extension's objects are there without CREATE EXTENSION.
\if :{?loaded}
\else
CREATE EXTENSION shnor;
\endif
SET client_min_messages = warning;

-- schools 1, 2 of municipality 1 and 3 of municipality 2; round 1 is open, of 2024-09-01, round 2 is closed, of 2023-09-01
SELECT shnor.create_region('race') \gset
INSERT INTO race.municipality (municipality_id, name) VALUES (1, 'M1'), (2, 'M2');
INSERT INTO race.school (school_id, municipality_id, code, name) VALUES (1, 1, 's1', 'S1'), (2, 1, 's2', 'S2'), (3, 2, 's3', 'S3');
INSERT INTO race.legal_act (legal_act_id, number, issued_on, issuer, title) VALUES (1, '1', '2023-08-01', 'D', 'A');
INSERT INTO race.round (round_id, title, starts_on, due_on, cohort_on, legal_act_id, state) VALUES
	(1, 'R1', '2024-09-10', '2024-10-10', '2024-09-01', 1, 'open'),
	(2, 'R2', '2023-09-10', '2023-10-10', '2023-09-01', 1, 'open');
INSERT INTO race.school_status (school_id, status, since) VALUES (1, 'low_results', '2022-09-01'), (2, 'low_results', '2024-01-01');
UPDATE race.round SET state = 'closed' WHERE round_id = 2;
-- what is pending in a spec is what the spec has done
SELECT count(*) AS rounds FROM shnor.refresh('race') \gset

-- A region takes long to create, so its rows are put back. The triggers would refuse that; they rest meanwhile.
CREATE SCHEMA kept;
DO $$
DECLARE
	t name;
BEGIN
	FOR t IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'race'::regnamespace AND c.relkind = 'r' LOOP
		EXECUTE format('CREATE TABLE kept.%I AS TABLE race.%1$I', t);
	END LOOP;
END
$$;

CREATE PROCEDURE make_race()
LANGUAGE plpgsql
SET client_min_messages = warning
SET session_replication_role = replica
AS $procedure$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT a.attrelid, c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns
			 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			 WHERE c.relnamespace = 'race'::regnamespace AND c.relkind = 'r'
			 GROUP BY a.attrelid, c.relname LOOP
		EXECUTE format('DELETE FROM race.%I', t.name);
		EXECUTE format('INSERT INTO race.%1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM kept.%1$I', t.name, t.columns);
	END LOOP;
	-- what a permutation adds has the same numbers in each
	FOR t IN SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relnamespace = 'race'::regnamespace AND c.relkind = 'S' LOOP
		EXECUTE format('ALTER SEQUENCE %s RESTART WITH 1001', t.name);
	END LOOP;
END
$procedure$;

-- a file of one answer: school s1, sent on this day of September 2024 (0: the file does not tell), with so many teachers
CREATE FUNCTION form(day integer, teachers integer) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE day WHEN 0 THEN format(E'Код ОО,teachers\ns1,%s\n', teachers)
	ELSE format(E'Отметка времени,Код ОО,teachers\n%s.09.2024 10:00:00,s1,%s\n', lpad(day::text, 2, '0'), teachers) END;

-- all versions of what school 1 said in round 1: what stands, then what was replaced or came too late
CREATE FUNCTION versions(OUT version text, OUT teachers integer, OUT supported integer, OUT source text)
RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT v.version, v.teachers, v.supported, split_part(v.source, ',', 1)
	FROM (SELECT 'stands' AS version, s.teachers, s.supported, s.source, s.round_id, s.school_id FROM race.submission s
		  UNION ALL
		  SELECT 'history', h.teachers, h.supported, h.source, h.round_id, h.school_id FROM race.submission_history h) v
	WHERE v.round_id = 1 AND v.school_id = 1
	ORDER BY v.version DESC, v.teachers, 4;
END;
