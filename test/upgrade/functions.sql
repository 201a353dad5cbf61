-- What tests of upgrades compare: all that the catalogs say of a region, its rows, and the figures of its views.

-- a region's objects, whatever its name: grants are left out, they are the region's own
CREATE FUNCTION public.shape(region text) RETURNS SETOF text LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	SELECT replace(s, region, 'R') FROM (
		SELECT format('%s %s %s %s %s %s %s %s', c.relname, c.relkind, c.relpersistence, c.reloptions, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, coalesce(obj_description(c.oid, 'pg_class'), '-')) AS s
		FROM pg_class c WHERE c.relnamespace = region::regnamespace
		UNION ALL SELECT format('%s.%s %s %s %s %s %s %s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attnum, a.attidentity, a.attgenerated, a.attcollation, a.attstorage,
								coalesce(pg_get_expr(d.adbin, d.adrelid), '-'), coalesce(col_description(c.oid, a.attnum), '-'))
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
		WHERE c.relnamespace = region::regnamespace AND c.relkind IN ('r', 'v')
		UNION ALL SELECT format('%s %s %s %s %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid), c.convalidated, coalesce(obj_description(c.oid, 'pg_constraint'), '-')) FROM pg_constraint c WHERE c.connamespace = region::regnamespace
		UNION ALL SELECT format('%s %s %s', pg_get_triggerdef(t.oid), t.tgenabled, coalesce(obj_description(t.oid, 'pg_trigger'), '-')) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = region::regnamespace AND NOT t.tgisinternal
		UNION ALL SELECT format('%s %s %s', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisreplident) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = region::regnamespace
		UNION ALL SELECT format('%s %s %s', pg_get_functiondef(p.oid), p.proacl, coalesce(obj_description(p.oid, 'pg_proc'), '-')) FROM pg_proc p WHERE p.pronamespace = region::regnamespace
		UNION ALL SELECT format('%s %s %s %s %s %s %s', c.relname, s.seqtypid, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcycle) FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid WHERE c.relnamespace = region::regnamespace
		UNION ALL SELECT format('%s', p) FROM pg_policies p WHERE p.schemaname = region AND p.policyname <> 'access_whole' -- (a grant: its roles are the region's own)
		UNION ALL SELECT format('%s', r) FROM pg_rules r WHERE r.schemaname = region
		UNION ALL SELECT pg_get_viewdef(c.oid) FROM pg_class c WHERE c.relnamespace = region::regnamespace AND c.relkind = 'v') AS v(s)
$$;

-- the columns of its tables and views
CREATE FUNCTION public.region_columns(region text) RETURNS TABLE (relation name, kind "char", columns text) LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	SELECT c.relname, c.relkind, string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum)
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = region::regnamespace AND c.relkind IN ('r', 'v') GROUP BY 1, 2
$$;

-- rows and checksum of one relation over the columns named: those that a later version appends are left aside
CREATE FUNCTION public.checksum(region text, relation name, columns text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	IF to_regclass(format('%I.%I', region, relation)) IS NULL THEN
		RETURN 'is not there';
	END IF;
	EXECUTE format('SELECT count(*) || '' rows '' || coalesce(md5(string_agg(md5(t::text), '''' ORDER BY md5(t::text))), '''') FROM (SELECT %s FROM %I.%I) t', columns, region, relation) INTO result;
	RETURN result;
END
$$;
