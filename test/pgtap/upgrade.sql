-- ALTER EXTENSION shnor UPDATE from each released version ends where CREATE EXTENSION begins: every object, body, comment,
-- grant and dependency. It fails when sql/updates has not been made anew after a change of sql/install (make delta).
-- What users have built on the extension stays.
BEGIN;
SET client_min_messages = warning;
SET jit = off;
CREATE EXTENSION pgtap;
SELECT no_plan();

-- all that the catalogs say of the extension and its members
CREATE FUNCTION public.fingerprint() RETURNS SETOF text LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	WITH extension AS (SELECT e.* FROM pg_extension e WHERE e.extname = 'shnor'),
	member AS (
		SELECT d.classid, d.objid, (pg_identify_object(d.classid, d.objid, 0)).* FROM pg_depend d, extension e
		WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e')
	SELECT format('%s %s: %s', m.type, m.identity, coalesce(obj_description(m.objid, m.classid::regclass::name), '-')) FROM member m
	UNION ALL SELECT format('%s %s %s', pg_get_functiondef(p.oid), p.proacl, pg_get_userbyid(p.proowner)) FROM member m JOIN pg_proc p ON p.oid = m.objid AND m.classid = 'pg_proc'::regclass WHERE p.prokind <> 'a'
	UNION ALL SELECT format('%s %s %s %s %s %s %s %s %s %s %s %s', m.identity, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.proparallel, p.provolatile, p.proacl,
				a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggtranstype::regtype, a.aggtransspace, a.agginitval)
		FROM member m JOIN pg_aggregate a ON a.aggfnoid = m.objid AND m.classid = 'pg_proc'::regclass JOIN pg_proc p ON p.oid = m.objid
	UNION ALL SELECT format('%s %s %s %s %s %s %s %s %s %s %s %s %s %s %s', m.identity, t.typlen, t.typbyval, t.typtype, t.typcategory, t.typdelim, t.typinput, t.typoutput, t.typreceive, t.typsend,
				t.typmodin, t.typalign, t.typstorage, t.typcollation, t.typacl)
		FROM member m JOIN pg_type t ON t.oid = m.objid AND m.classid = 'pg_type'::regclass
	UNION ALL SELECT format('%s %s %s %s %s %s %s %s %s', m.identity, o.oprkind, o.oprcanmerge, o.oprcanhash, o.oprcode, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin)
		FROM member m JOIN pg_operator o ON o.oid = m.objid AND m.classid = 'pg_operator'::regclass
	UNION ALL SELECT format('%s %s %s %s', m.identity, c.castfunc::regprocedure, c.castcontext, c.castmethod) FROM member m JOIN pg_cast c ON c.oid = m.objid AND m.classid = 'pg_cast'::regclass
	UNION ALL SELECT format('%s %s %s', m.identity, c.opcdefault, c.opckeytype::regtype) FROM member m JOIN pg_opclass c ON c.oid = m.objid AND m.classid = 'pg_opclass'::regclass
	UNION ALL SELECT format('%s %s %s %s', m.identity, a.amopstrategy, a.amoppurpose, a.amopopr::regoperator) FROM member m JOIN pg_amop a ON a.amopfamily = m.objid AND m.classid = 'pg_opfamily'::regclass
	UNION ALL SELECT format('%s %s %s', m.identity, a.amprocnum, a.amproc::regprocedure) FROM member m JOIN pg_amproc a ON a.amprocfamily = m.objid AND m.classid = 'pg_opfamily'::regclass
	-- what it stands on, inside and outside, and what stands on it
	UNION ALL SELECT format('%s %s depends (%s) on %s %s', m.type, m.identity, d.deptype, r.type, r.identity)
		FROM member m JOIN pg_depend d ON d.classid = m.classid AND d.objid = m.objid CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) r
	-- and what is granted at the start, which pg_dump leaves out
	UNION ALL SELECT format('%s %s is granted %s', m.type, m.identity, i.initprivs) FROM member m JOIN pg_init_privs i ON i.classoid = m.classid AND i.objoid = m.objid
	UNION ALL SELECT format('schema %s %s %s', n.nspname, n.nspacl, coalesce(obj_description(n.oid), '-')) FROM pg_namespace n, extension e WHERE n.oid = e.extnamespace
	UNION ALL SELECT format('schema is granted %s', i.initprivs) FROM pg_init_privs i, extension e WHERE i.objoid = e.extnamespace
	UNION ALL SELECT format('extension %s %s %s %s', e.extversion, e.extrelocatable, e.extconfig, obj_description(e.oid)) FROM extension e
$$;

-- what users build: columns of the extension's types, indexes, constraints and views that call it
CREATE FUNCTION public.build() RETURNS void LANGUAGE plpgsql AS $build$
BEGIN
	CREATE SCHEMA mine;
	CREATE TABLE mine.kept (id int PRIMARY KEY, s shnor.share CHECK (shnor.percent(s) <= 100), t shnor.tally, m shnor.methodology,
							p numeric GENERATED ALWAYS AS (shnor.percent(s, 1)) STORED, d shnor.share DEFAULT shnor.share(1, 2));
	INSERT INTO mine.kept (id, s, t, m)
	SELECT i, shnor.share(i, 40), (SELECT shnor.tally(m.m, r) FROM (VALUES (i, 40), (NULL, 40)) AS r(supported, teachers)), m.m
	FROM generate_series(0, 40) i, (SELECT shnor.methodology(1, 'supported', 'teachers', NULL, 'exclude') AS m) m;
	CREATE INDEX kept_s ON mine.kept (s);
	CREATE INDEX kept_p ON mine.kept ((shnor.percent(s, 2)));
	CREATE VIEW mine.percents AS SELECT id, shnor.percent(shnor.share(id, 40)) AS percent, shnor.gap(s, 50) AS gap, shnor.score(s, 50) AS score, shnor.wilson_low(s, 0.95) AS low FROM mine.kept;
	CREATE VIEW mine.totals AS SELECT shnor.sum(s) AS s, shnor.sum(t) AS t, shnor.share_agg(id, 40) AS a, max(shnor.percent(s)) AS highest, shnor.sum(t OPERATOR(shnor.+) t) AS twice FROM mine.kept;
	CREATE VIEW mine.counts AS SELECT k.id, i.id AS indicator, i.share, i.missing, shnor.columns(k.m) AS reads FROM mine.kept k, shnor.items(k.t) i;
	CREATE MATERIALIZED VIEW mine.frozen AS SELECT c.*, p.percent FROM mine.counts c JOIN mine.percents p USING (id);
	CREATE UNIQUE INDEX frozen_id ON mine.frozen (id, indicator);
	CREATE VIEW mine.findings AS SELECT severity, object, problem FROM shnor.lint('mine_region');
	CREATE FUNCTION mine.half(shnor.share) RETURNS shnor.share LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT shnor.share(shnor.numerator($1), 2 * shnor.denominator($1)); END;
	PERFORM shnor.create_region('mine_region');
END
$build$;
CREATE FUNCTION public.built() RETURNS TABLE (line text) LANGUAGE plpgsql AS $built$
BEGIN
	RETURN QUERY EXECUTE $$
		SELECT k::text || (mine.half(k.s))::text FROM mine.kept k UNION ALL SELECT p::text FROM mine.percents p UNION ALL SELECT t::text FROM mine.totals t
		UNION ALL SELECT c::text FROM mine.counts c UNION ALL SELECT f::text FROM mine.frozen f UNION ALL SELECT 'findings can be read' FROM (SELECT count(f) FROM mine.findings f) f
		UNION ALL SELECT format('%s %s', c.oid, c.relname) FROM pg_class c WHERE c.relnamespace = 'mine'::regnamespace
		UNION ALL SELECT 'by index ' || count(*) FROM mine.kept WHERE s OPERATOR(shnor.>=) shnor.share(1, 2)$$;
END
$built$;

CREATE TEMP TABLE outcome (version text, step text, line text);
DO $$
DECLARE
	v text;
BEGIN
	CREATE EXTENSION shnor;
	INSERT INTO outcome SELECT 'new', 'fingerprint', f FROM public.fingerprint() f;
	DROP EXTENSION shnor;
	DROP SCHEMA shnor;
	FOR v IN SELECT a.version FROM pg_available_extension_versions a JOIN pg_available_extensions e USING (name) WHERE a.name = 'shnor' AND a.version <> e.default_version LOOP
		EXECUTE format('CREATE EXTENSION shnor VERSION %L', v);
		PERFORM public.build();
		INSERT INTO outcome SELECT v, 'built', b.line FROM public.built() b;
		ALTER EXTENSION shnor UPDATE;
		INSERT INTO outcome SELECT v, 'fingerprint', f FROM public.fingerprint() f;
		PERFORM shnor.upgrade_region('mine_region');
		INSERT INTO outcome SELECT v, 'kept', b.line FROM public.built() b;
		REFRESH MATERIALIZED VIEW mine.frozen;
		REFRESH MATERIALIZED VIEW CONCURRENTLY mine.frozen;
		REINDEX TABLE mine.kept;
		INSERT INTO outcome SELECT v, 'refreshed', b.line FROM public.built() b;
		DROP SCHEMA mine CASCADE;
		DROP SCHEMA mine_region CASCADE;
		DROP EXTENSION shnor;
		DROP SCHEMA shnor;
	END LOOP;
END
$$;

SELECT ok(count(*) > 400, 'the extension consists of many things') FROM outcome WHERE version = 'new';
SELECT ok(count(DISTINCT version) > 1 AND bool_or(version = '0.1.0'), 'there are released versions to come from') FROM outcome;
SELECT bag_eq(format('SELECT line FROM outcome WHERE version = %L AND step = ''fingerprint''', version), 'SELECT line FROM outcome WHERE version = ''new''',
	'updated from ' || version || ' it is what CREATE EXTENSION makes (else: make delta)') FROM (SELECT DISTINCT version FROM outcome WHERE version <> 'new') v;
SELECT ok(count(*) > 150, 'users of ' || version || ' have built things') FROM outcome WHERE step = 'built' GROUP BY version;
SELECT bag_eq(format('SELECT line FROM outcome WHERE version = %L AND step = %L', version, step), format('SELECT line FROM outcome WHERE version = %L AND step = ''built''', version),
	format('what they built on %s: %s', version, step)) FROM (SELECT DISTINCT version, s.step FROM outcome, (VALUES ('kept'), ('refreshed')) AS s(step) WHERE version <> 'new') v ORDER BY 1;

-- the comparison would see a body, a property, a comment, a grant, a member too many
CREATE EXTENSION shnor;
SELECT bag_eq('SELECT public.fingerprint()', 'SELECT line FROM outcome WHERE version = ''new''', 'the same again');
CREATE FUNCTION public.seen(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	BEGIN
		EXECUTE command;
		SELECT count(*) INTO n FROM (SELECT public.fingerprint() AS line EXCEPT ALL SELECT o.line FROM outcome o WHERE o.version = 'new') d;
		RAISE EXCEPTION USING ERRCODE = 'ZZ999';
	EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	END;
	RETURN CASE WHEN n > 0 THEN 'seen' ELSE 'not seen: ' || command END;
END
$$;
SELECT is(public.seen(c), 'seen', c) FROM (VALUES
	($$CREATE OR REPLACE FUNCTION shnor.condition_formula(condition text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, shnor, pg_temp AS 'SELECT $1'$$),
	('ALTER FUNCTION shnor.condition_formula(text) VOLATILE'),
	('ALTER FUNCTION shnor.condition_formula(text) RESET search_path'),
	('COMMENT ON FUNCTION shnor.condition_formula(text) IS ''another'''),
	('COMMENT ON OPERATOR shnor.+ (shnor.share, shnor.share) IS NULL'),
	('REVOKE EXECUTE ON FUNCTION shnor.condition_formula(text) FROM PUBLIC'),
	('REVOKE USAGE ON SCHEMA shnor FROM PUBLIC'),
	('ALTER EXTENSION shnor ADD FUNCTION public.seen(text)')) AS v(c);

SELECT finish();
ROLLBACK;
