-- For a role that may read the answers of a region (psql variables region, code): who is in a round, with the answers that
-- count, in the view federal.answer. The names of the columns are one of its columns: see docs/scale.md.
SELECT shnor.grant_access(:'region', 'federal_researcher', 'reader') \gset ignored_
CREATE VIEW federal.answer WITH (security_invoker = true) AS
SELECT :'code'::text AS region, extract(year FROM r.cohort_on)::integer AS year,
	   '{low_results,adverse_conditions,is_school,teachers,supported,has_prevention}'::text[] AS columns, s.*
FROM :"region".school_round s
JOIN :"region".round r ON r.round_id = s.round_id;
GRANT USAGE ON SCHEMA federal TO federal_researcher;
GRANT SELECT ON federal.answer TO federal_researcher;
