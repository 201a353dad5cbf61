-- citus.sql: answers of many regions over the nodes of a Citus cluster, by municipality, counted where they lie.
--
--   psql -X -v ON_ERROR_STOP=1 -f docs/scale/citus.sql
--
-- on the coordinator; shnor is installed on every node (CREATE EXTENSION reaches them by itself). These are copies: a
-- region keeps its own schema in one database, since what guards it (triggers over whole statements, one journal, closing
-- a round) is one node's. Numbers of municipalities repeat from region to region, so the region is part of every key.
CREATE SCHEMA country;
CREATE TABLE country.methodology (year integer, level text, methodology shnor.methodology NOT NULL, PRIMARY KEY (year, level));
CREATE TABLE country.answer (
	region text, year integer, municipality_id integer, school_id integer,
	low_results boolean, adverse_conditions boolean, risk_zone boolean, is_school boolean, is_preschool boolean, is_supplementary boolean,
	teachers integer, diagnosed_subject integer, diagnosed_method integer, diagnosed_psych integer,
	supported integer, in_networks integer, in_active integer, with_route integer,
	in_events boolean, has_curator boolean, has_program boolean, has_prevention boolean, has_study_plans boolean, has_tutoring boolean,
	internet_resolved boolean, equipment_resolved boolean, staffing_resolved boolean,
	PRIMARY KEY (region, year, municipality_id, school_id));
CREATE TABLE country.municipal_answer (
	region text, year integer, municipality_id integer,
	has_results_note boolean, has_practice_sharing boolean, has_resource_monitoring boolean,
	PRIMARY KEY (region, year, municipality_id));
CREATE TABLE country.tally (
	region text, year integer, municipality_id integer, level text, tally shnor.tally NOT NULL,
	PRIMARY KEY (region, year, municipality_id, level));
SELECT create_reference_table('country.methodology') \gset citus_
SELECT create_distributed_table('country.answer', 'municipality_id') \gset citus_
SELECT create_distributed_table('country.municipal_answer', 'municipality_id', colocate_with => 'country.answer') \gset citus_
SELECT create_distributed_table('country.tally', 'municipality_id', colocate_with => 'country.answer') \gset citus_

-- Grouped by the column of distribution a tally is made on its shard. By anything else Citus would have to take it apart,
-- and it refuses aggregates over "any" and over whole rows: so first by municipality, then shnor.sum(), which it can.
CREATE VIEW country.municipal_tally AS
SELECT a.region, a.year, a.municipality_id, 'school' AS level,
	   shnor.tally(m.methodology, '{low_results,adverse_conditions,risk_zone,is_school,is_preschool,is_supplementary,teachers,diagnosed_subject,diagnosed_method,diagnosed_psych,supported,in_networks,in_active,with_route,in_events,has_curator,has_program,has_prevention,has_study_plans,has_tutoring,internet_resolved,equipment_resolved,staffing_resolved}'::text[],
		   a.low_results, a.adverse_conditions, a.risk_zone, a.is_school, a.is_preschool, a.is_supplementary, a.teachers, a.diagnosed_subject, a.diagnosed_method, a.diagnosed_psych,
		   a.supported, a.in_networks, a.in_active, a.with_route, a.in_events, a.has_curator, a.has_program, a.has_prevention, a.has_study_plans, a.has_tutoring,
		   a.internet_resolved, a.equipment_resolved, a.staffing_resolved) AS tally
FROM country.answer a
JOIN country.methodology m ON m.year = a.year AND m.level = 'school'
GROUP BY a.region, a.year, a.municipality_id
UNION ALL
SELECT a.region, a.year, a.municipality_id, 'municipality',
	   shnor.tally(m.methodology, '{has_results_note,has_practice_sharing,has_resource_monitoring}'::text[], a.has_results_note, a.has_practice_sharing, a.has_resource_monitoring)
FROM country.municipal_answer a
JOIN country.methodology m ON m.year = a.year AND m.level = 'municipality'
GROUP BY a.region, a.year, a.municipality_id;
