-- A view's text, read again, gives the same text: so the dump of a restored region is the dump it was restored from.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT no_plan();

-- what PostgreSQL says of a view that is made from the text it gives of v: NULL where that is v's own text
CREATE FUNCTION public.read_again(v regclass) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before	text := pg_get_viewdef(v);
	after	text;
BEGIN
	EXECUTE 'CREATE VIEW public.again AS ' || before;
	after := pg_get_viewdef('public.again'::regclass);
	DROP VIEW public.again;
	RETURN nullif(after, before);
END
$$;

-- the probe sees a difference where there is one
CREATE VIEW public.unstable AS SELECT a FROM (SELECT 1 AS a UNION ALL SELECT NULL UNION ALL SELECT NULL) b;
SELECT isnt(public.read_again('public.unstable'), NULL, 'PostgreSQL itself does not promise a stable text');
SELECT matches(public.read_again('public.unstable'), 'NULL::integer AS int4', 'it names columns of later branches when it reads them');

SELECT shnor.create_region('probe');
SELECT shnor.create_region('Область «Проба»');
CREATE TABLE public.region_view AS
SELECT c.oid::regclass AS view_name, c.oid, n.nspname, c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('probe', 'Область «Проба»') AND c.relkind = 'v';
SELECT is((SELECT count(*) FROM public.region_view), 2 * (SELECT count(*) FROM shnor.region_view_definitions()), 'all views are there');
SELECT is_empty($$SELECT view_name, public.read_again(view_name) FROM public.region_view WHERE public.read_again(view_name) IS NOT NULL$$,
				'the text of every view of a new region is stable');
SELECT is_empty($$SELECT view_name FROM public.region_view v JOIN pg_class c USING (oid)
				  WHERE c.reloptions IS DISTINCT FROM '{security_invoker=true}'$$, 'and each runs with its reader''s rights');

-- replaced in place: texts, columns and what stands on the views stay
CREATE TABLE public.before AS
SELECT v.oid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), col_description(v.oid, a.attnum), pg_get_viewdef(v.oid) AS text
FROM public.region_view v JOIN pg_attribute a ON a.attrelid = v.oid;
CREATE VIEW public.mine AS SELECT municipality, sum(score) AS points FROM probe.municipal_indicator GROUP BY municipality;
SELECT shnor.upgrade_region('probe');
SELECT shnor.upgrade_region('Область «Проба»');
SELECT results_eq(
	$$SELECT v.oid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), col_description(v.oid, a.attnum), pg_get_viewdef(v.oid) AS text
	  FROM public.region_view v JOIN pg_attribute a ON a.attrelid = v.oid ORDER BY 1, 2$$,
	'SELECT * FROM public.before ORDER BY 1, 2', 'upgrade_region of the same version changes no view');
SELECT lives_ok('SELECT * FROM public.mine', 'and leaves those that stand on them');

SELECT finish();
ROLLBACK;
