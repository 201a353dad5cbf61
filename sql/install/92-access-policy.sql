-- Row-level security of a region: a fixed set of policies per table, made of region_access_rules(). They need nothing of
-- the extension; the owner is not subject to them. Who sees the whole region is named in the policy access_whole, whose
-- condition is true, so that his queries are planned like the owner's: any other condition is a barrier that the planner
-- may not look through. Operators and writers are looked up in the table access, by uncorrelated subqueries wherever
-- they can be: once per query.

-- the rows of a table that are a municipality's: read off its columns
CREATE FUNCTION access_own_rows(relation regclass) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	name	text := (SELECT c.relname FROM pg_class c WHERE c.oid = relation);
	has		text[] := ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped);
	always	boolean := (SELECT a.attnotnull FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = 'municipality_id');
	mine	text := 'IN (SELECT a.municipality_id FROM access a WHERE a.capability = ''operator'')';
	here	text := format('school_id IN (SELECT s.school_id FROM school s WHERE s.municipality_id %s)', mine);
	listed	text := format('SELECT w.round_id, w.school_id FROM round_school w WHERE w.municipality_id %s', mine);
	-- Whose a school is in a round: as written down, once it has been closed, else as the directory says. An operator
	-- sees no list of others: the journal tells which rounds have one.
	answers	text := format('((round_id, school_id) IN (%s) OR %s AND round_id NOT IN (SELECT e.round_id FROM round_event e WHERE e.event = ''closed''))', listed, here);
BEGIN
	RETURN CASE
		WHEN name = 'school' THEN format('(municipality_id %1$s OR school_id IN (SELECT w.school_id FROM round_school w WHERE w.municipality_id %1$s))', mine)
		WHEN always THEN format('municipality_id %s', mine)
		WHEN has @> '{municipality_id,school_id,round_id}' THEN format('(municipality_id %s OR %s)', mine, answers)
		WHEN has @> '{municipality_id}' THEN format('municipality_id %s', mine)
		WHEN has @> '{publication_id,school_id}' THEN
			format('(publication_id, school_id) IN (SELECT p.publication_id, p.school_id FROM publication_school p WHERE p.municipality_id %s)', mine)
		WHEN has @> '{round_id,school_id}' THEN answers
		WHEN has @> '{measure_id,school_id}' THEN format('measure_id IN (SELECT m.measure_id FROM measure m WHERE m.municipality_id %s)', mine)
		WHEN has @> '{decision_id,school_id}' THEN format('decision_id IN (SELECT d.decision_id FROM decision d WHERE d.municipality_id %s)', mine)
		-- of a school that has left the municipality: what stands behind the lists in which it was its own
		WHEN has @> '{school_id,since,until}' THEN
			format('(%s OR EXISTS (SELECT FROM (%s) w JOIN round r ON r.round_id = w.round_id WHERE w.school_id = %I.school_id AND since <= r.cohort_on AND (until IS NULL OR r.cohort_on < until)))', here, listed, name)
		WHEN has @> '{school_id,year}' THEN
			format('(%s OR EXISTS (SELECT FROM (%s) w JOIN round r ON r.round_id = w.round_id WHERE w.school_id = %I.school_id AND year <= r.results_year))', here, listed, name)
		WHEN has @> '{school_id}' THEN here
		ELSE 'false'
	END;
END
$function$;
COMMENT ON FUNCTION access_own_rows(regclass) IS
'Internal: the condition that a row of the table is the caller''s own municipality''s, by the columns that the table has.';

-- each policy of a region: command, USING and WITH CHECK
CREATE FUNCTION region_access_policies(region text, OUT object text, OUT command text, OUT reads text, OUT writes text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	WITH said AS (
		SELECT 'EXISTS (SELECT FROM access a)' AS anyone,
			   'EXISTS (SELECT FROM access a WHERE a.capability = ''operator'')' AS operator,
			   'EXISTS (SELECT FROM access a WHERE a.capability = ''approver'')' AS approver,
			   'EXISTS (SELECT FROM access a WHERE a.capability = ''manager'')' AS manager,
			   'round_id IN (SELECT r.round_id FROM round r WHERE r.state = ''open'')' AS is_open
	), listed AS (
		SELECT r.object, r.rows, r.operator AS operator_codes, r.approver AS approver_codes, r.manager AS manager_codes,
			   s.*, shnor.access_own_rows(c.oid) AS own,
			   (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('replaced_by', 'resolved_by', 'corrected_by')) AS signed,
			   EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'round_id') AS has_round
		FROM shnor.region_access_rules() r
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = r.object AND c.relkind IN ('r', 'p')
		CROSS JOIN said s
	), read AS (
		SELECT l.*,
			   -- what everybody with a grant reads, then what operators do; who sees the whole is not asked
			   CASE l.rows
				   WHEN 'all' THEN 'true'
				   WHEN 'own' THEN l.own
				   WHEN 'common' THEN format('%s OR municipality_id IS NULL AND %s', l.own, l.operator)
				   WHEN 'event' THEN format('event = ''closed'' AND %s', l.operator)
				   WHEN 'import' THEN i.mine
				   -- a role, and who is a member of it, sees its own lines; one that is no more belongs to nobody
				   WHEN 'access' THEN 'role = ''public'' OR pg_has_role(to_regrole(quote_ident(role)), ''USAGE'')'
			   END AS reads,
			   -- what an operator may write: own rows of open rounds, own imports
			   CASE l.rows
				   WHEN 'import' THEN concat(i.mine, CASE WHEN l.has_round THEN ' AND ' || l.is_open END)
				   ELSE concat('(', l.own, ')', CASE WHEN l.has_round THEN ' AND ' || l.is_open END)
			   END AS own_open
		FROM listed l
		CROSS JOIN LATERAL (
			SELECT CASE WHEN l.object = 'import' THEN format('imported_by = current_user AND %s', l.operator)
						ELSE format('import_id IN (SELECT i.import_id FROM import i WHERE i.imported_by = current_user) AND %s', l.operator) END AS mine) AS i
	), written AS (
		SELECT r.object, r.reads, p.code, p.command,
			   CASE
				   -- of an operator's tables the journal keeps documents alone; nobody sees there whose they are but the rows themselves
				   WHEN r.rows = 'journal' THEN format('pg_trigger_depth() > 0 AND (EXISTS (SELECT FROM access a WHERE a.capability <> ''operator'' OR a.by_hand)
						OR %s AND table_name = ''document'' AND NOT EXISTS (SELECT FROM (VALUES (old_row), (new_row)) AS v(line)
							WHERE v.line IS NOT NULL AND ((v.line ->> ''school_id'')::integer IN (SELECT s.school_id FROM school s)
								OR (v.line ->> ''municipality_id'')::integer IN (SELECT a.municipality_id FROM access a WHERE a.capability = ''operator'')) IS NOT TRUE))', r.operator)
				   -- what it says is only that something is to be computed anew
				   WHEN r.rows = 'touch' THEN format('pg_trigger_depth() > 0 AND %s', r.anyone)
				   WHEN r.object = 'round' THEN format('%s AND state = ''draft''', r.manager) || CASE p.code WHEN 'u' THEN format(' OR %s', r.approver) ELSE '' END
				   ELSE concat(
					   '(', concat_ws(' OR ',
						   CASE WHEN strpos(r.manager_codes, p.code) > 0 THEN
							   concat(r.manager, CASE WHEN r.rows = 'event' THEN ' AND event = ''drafted'' AND pg_trigger_depth() > 0'
														   -- a trigger of one's own is a trigger too: the state is asked here
														   WHEN r.object IN ('round_school', 'round_municipality') THEN
															   ' AND round_id NOT IN (SELECT r.round_id FROM round r WHERE r.state = ''closed'')' END) END,
						   -- what closing a round writes down, only closing writes
						   CASE WHEN strpos(r.approver_codes, p.code) > 0 THEN
							   concat(r.approver, CASE WHEN r.object = 'round_event' THEN ' AND pg_trigger_depth() > 0 AND happened_at = now() AND happened_by = current_user'
														   WHEN r.object IN ('round_school', 'round_municipality') THEN
															   ' AND pg_trigger_depth() > 0 AND round_id IN (SELECT e.round_id FROM round_event e WHERE e.event = ''closed'' AND e.happened_at = now())' END) END,
						   CASE WHEN strpos(r.operator_codes, p.code) > 0 THEN
							   concat(r.own_open, CASE WHEN r.object = 'document' AND p.code = 'u' THEN ' AND check_state = ''unchecked''' END) END),
					   ')',
					   CASE WHEN r.signed IS NOT NULL THEN format(' AND %I = current_user', r.signed) WHEN r.object = 'import' AND p.code = 'i' THEN ' AND imported_by = current_user' END)
			   END AS writes
		FROM read r
		CROSS JOIN (VALUES ('i', 'INSERT'), ('u', 'UPDATE'), ('d', 'DELETE')) AS p(code, command)
		WHERE strpos(r.manager_codes || r.approver_codes || r.operator_codes, p.code) > 0
	)
	SELECT r.object, 'SELECT', r.reads, NULL FROM read r WHERE r.reads IS NOT NULL
	UNION ALL
	-- a round's row is locked by whoever writes answers: to see it for that is not to change it
	SELECT w.object, w.command,
		   CASE WHEN w.code = 'i' THEN NULL WHEN w.object = 'round' AND w.code = 'u' THEN 'true' ELSE w.writes END,
		   CASE WHEN w.code <> 'd' THEN w.writes END
	FROM written w
$function$;
COMMENT ON FUNCTION region_access_policies(text) IS
'Internal: the policies of the tables of the schema named region: table, command, which rows it reads or changes (USING) and which it may leave behind (WITH CHECK).';

-- who sees the whole region stands in the policies; they change only when he does
CREATE FUNCTION region_access_whole(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	p		record;
	roles	oid[];
	named	text;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', region), true);
	SELECT array_agg(w.oid ORDER BY w.oid), string_agg(shnor.region_access_role(w.role), ', ' ORDER BY w.oid) INTO roles, named
	FROM (SELECT DISTINCT a.role, coalesce(r.oid, 0) AS oid FROM access a LEFT JOIN pg_roles r ON r.rolname = a.role
		  WHERE a.capability <> 'operator' AND (a.role = 'public' OR r.oid IS NOT NULL)) AS w;
	-- everybody is not listed beside others
	IF 0 = ANY (roles) THEN
		roles := '{0}';
		named := 'PUBLIC';
	END IF;
	FOR p IN
		SELECT c.relname AS object, l.oid IS NOT NULL AS stands,
			   coalesce((SELECT array_agg(o ORDER BY o) FROM unnest(l.polroles) AS o) = roles AND pg_get_expr(l.polqual, l.polrelid) = 'true', false) AS fits
		FROM shnor.region_access_rules() u
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = u.object AND c.relkind IN ('r', 'p')
		LEFT JOIN pg_policy l ON l.polrelid = c.oid AND l.polname = 'access_whole'
		WHERE u.rows NOT IN ('all', 'access')
		ORDER BY c.relname
	LOOP
		CONTINUE WHEN p.fits;
		IF p.stands THEN
			EXECUTE format('DROP POLICY access_whole ON %I.%I', region, p.object);
		END IF;
		IF roles IS NOT NULL THEN
			EXECUTE format('CREATE POLICY access_whole ON %I.%I FOR SELECT TO %s USING (true)', region, p.object, named);
			EXECUTE format('COMMENT ON POLICY access_whole ON %I.%I IS %L', region, p.object,
						   'Кто видит весь регион: роли reader, approver и manager из таблицы access. Ведётся функциями shnor.grant_access() и shnor.revoke_access().');
		END IF;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_access_whole(text) IS
'Internal: names in the policy access_whole of each table of the region those roles that see the whole region.';

CREATE FUNCTION region_access_secure(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	p		record;
	stamp	text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
	FOR p IN
		SELECT c.relname FROM shnor.region_access_rules() u JOIN pg_class c ON c.oid = to_regclass(quote_ident(u.object))
		WHERE NOT c.relrowsecurity ORDER BY 1
	LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', p.relname);
	END LOOP;
	FOR p IN
		SELECT c.oid, d.object, 'access_' || lower(d.command) AS name, d.command, d.reads, d.writes,
			   l.oid IS NOT NULL AS stands, obj_description(l.oid, 'pg_policy') AS said
		FROM shnor.region_access_policies(region) d
		JOIN pg_class c ON c.oid = to_regclass(quote_ident(d.object))
		LEFT JOIN pg_policy l ON l.polrelid = c.oid AND l.polname = 'access_' || lower(d.command)
		ORDER BY d.object = 'access' DESC, d.object, d.command
	LOOP
		-- what stands as it should is left alone: a policy is changed under a lock that waits for all readers
		stamp := format('Кому какие строки доступны: %s. Записано функцией shnor.upgrade_region(), редакция %s.',
						CASE p.command WHEN 'SELECT' THEN 'чтение' WHEN 'INSERT' THEN 'добавление' WHEN 'UPDATE' THEN 'изменение' ELSE 'удаление' END,
						left(md5(concat_ws('/', p.reads, p.writes)), 8));
		CONTINUE WHEN p.said = stamp;
		IF p.stands THEN
			EXECUTE format('DROP POLICY %I ON %I', p.name, p.object);
		END IF;
		EXECUTE format('CREATE POLICY %I ON %I FOR %s %s %s', p.name, p.object, p.command,
					   'USING (' || p.reads || ')', 'WITH CHECK (' || p.writes || ')');
		EXECUTE format('COMMENT ON POLICY %I ON %I IS %L', p.name, p.object, stamp);
	END LOOP;
	PERFORM shnor.region_access_whole(region);
END
$function$;
COMMENT ON FUNCTION region_access_secure(text) IS
'Internal: enables row-level security on the tables of the schema named region and brings its policies to the installed version.';
