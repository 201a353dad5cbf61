-- What a dump carries besides rows, in words that are the same in every major: owners, columns, comments, rights,
-- constraints, indexes, triggers, functions, policies, options. For psql -At.
SET search_path = pg_catalog, pg_temp;
CREATE TEMP VIEW region AS SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_namespace n WHERE n.nspname IN ('ivanovo', 'Тверская область', 'own');
CREATE TEMP VIEW relation AS
SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN region n ON n.oid = c.relnamespace;

SELECT x FROM (
	SELECT format('schema %I owner %s comment %s', n.nspname, n.nspowner::regrole, obj_description(n.oid, 'pg_namespace')) AS x FROM region n
	UNION ALL
	SELECT format('relation %s kind %s owner %s options %s rls %s %s comment %s', c.name, c.relkind, c.relowner::regrole, c.reloptions,
				  c.relrowsecurity, c.relforcerowsecurity, obj_description(c.oid, 'pg_class')) FROM relation c
	UNION ALL
	SELECT format('column %s %s %I %s notnull %s identity %s default %s comment %s', c.name, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
				  a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid),
				  col_description(c.oid, a.attnum))
	FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
	UNION ALL
	-- rights of the owner alone may be written down or not; one that came with 17 goes with ALL
	SELECT format('right %s %s %s %s', o.name, CASE p.grantee WHEN 0 THEN 'PUBLIC' ELSE p.grantee::regrole::text END, p.privilege_type, p.is_grantable)
	FROM (SELECT c.name, coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)) AS acl FROM relation c
		  UNION ALL SELECT format('%s.%I', c.name, a.attname), a.attacl FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid
		  UNION ALL SELECT quote_ident(n.nspname), coalesce(n.nspacl, acldefault('n', n.nspowner)) FROM region n
		  UNION ALL SELECT f.oid::regprocedure::text, coalesce(f.proacl, acldefault('f', f.proowner)) FROM pg_proc f JOIN region n ON n.oid = f.pronamespace) AS o,
		 aclexplode(o.acl) p
	WHERE p.privilege_type <> 'MAINTAIN'
	UNION ALL
	-- NOT NULL stands among the columns: constraints of its own are 18's
	SELECT format('constraint %s %I %s comment %s', c.name, k.conname, pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint'))
	FROM relation c JOIN pg_constraint k ON k.conrelid = c.oid WHERE k.contype <> 'n'
	UNION ALL
	SELECT format('index %s', pg_get_indexdef(i.indexrelid)) FROM relation c JOIN pg_index i ON i.indrelid = c.oid
	UNION ALL
	SELECT format('trigger %s %s %s', c.name, t.tgenabled, pg_get_triggerdef(t.oid)) FROM relation c JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal
	UNION ALL
	SELECT format('function %s owner %s body %s settings %s comment %s', f.oid::regprocedure, f.proowner::regrole, md5(f.prosrc), f.proconfig,
				  obj_description(f.oid, 'pg_proc')) FROM pg_proc f JOIN region n ON n.oid = f.pronamespace
	UNION ALL
	SELECT format('policy %s %I %s %s %s using %s check %s', c.name, p.polname, p.polcmd, p.polpermissive,
				  (SELECT string_agg(coalesce(r.rolname, 'public'), ',' ORDER BY r.rolname) FROM unnest(p.polroles) u LEFT JOIN pg_roles r ON r.oid = u),
				  pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) FROM relation c JOIN pg_policy p ON p.polrelid = c.oid
	UNION ALL
	SELECT format('sequence %s %s', c.name, s) FROM relation c JOIN pg_sequence q ON q.seqrelid = c.oid,
		 LATERAL (SELECT format('%s %s %s %s %s', q.seqstart, q.seqincrement, q.seqmax, q.seqmin, q.seqcycle) AS s) AS l
	UNION ALL
	SELECT format('extension %s %s', e.extname, e.extversion) FROM pg_extension e
) AS o
ORDER BY x COLLATE "C";
