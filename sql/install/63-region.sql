-- Creating a region and bringing it to the installed version. Everything made here belongs to the caller.

-- a region is made by an ordinary role: it needs CREATE on the database and nothing else
GRANT USAGE ON SCHEMA shnor TO PUBLIC;

CREATE FUNCTION create_region(name text, title text DEFAULT NULL, time_zone text DEFAULT 'Europe/Moscow')
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF name IS NULL OR name = '' THEN
		RAISE EXCEPTION 'name of a region must not be empty'
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF octet_length(name) > 63 THEN
		RAISE EXCEPTION 'name of a region is too long: "%"', name
			USING ERRCODE = 'name_too_long',
				  DETAIL = format('It takes %s bytes, and an identifier holds at most 63.', octet_length(name));
	ELSIF starts_with(name, 'pg_') THEN
		RAISE EXCEPTION 'unacceptable name of a region: "%"', name
			USING ERRCODE = 'reserved_name',
				  DETAIL = 'The prefix "pg_" is reserved for system schemas.';
	ELSIF EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = create_region.name) THEN
		RAISE EXCEPTION 'schema "%" already exists', name
			USING ERRCODE = 'duplicate_schema',
				  HINT = 'Choose another name, or bring an existing region to the installed version with shnor.upgrade_region().';
	END IF;

	BEGIN
		PERFORM now() AT TIME ZONE time_zone;
	EXCEPTION WHEN invalid_parameter_value THEN
		time_zone := NULL;
	END;
	IF time_zone IS NULL THEN
		RAISE EXCEPTION 'time zone of region "%" is not known', name
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Names of time zones are in pg_timezone_names, for example Europe/Moscow.';
	END IF;

	EXECUTE format('CREATE SCHEMA %I', name);
	EXECUTE format('COMMENT ON SCHEMA %I IS %L', name,
				   'Мониторинг системы работы со ШНОР и ШНСУ: ' || coalesce(title, name));
	PERFORM shnor.region_tables(name);
	PERFORM shnor.region_seed(name, coalesce(title, name), time_zone);
	PERFORM shnor.upgrade_region(name);
	RETURN name;
END
$function$;
COMMENT ON FUNCTION create_region(text, text, text) IS
'Creates schema name with the tables, the eighteen indicators and questions of clauses 1.2.1-1.2.6, and the views of a region, and returns its name. All objects are ordinary ones that the caller owns; none is a member of the extension. title is shown in reports (default: the name); time_zone is that of timestamps in forms and of due days. Needs CREATE on the database. Errors: an existing schema (42P06), an empty, reserved or too long name, an unknown time zone.';

CREATE FUNCTION upgrade_region(region text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" is not a region', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Create a region with shnor.create_region().';
	END IF;
	PERFORM shnor.region_views(region);
	PERFORM shnor.region_table_comments(region);
	PERFORM shnor.region_view_comments(region);
	RETURN region;
END
$function$;
COMMENT ON FUNCTION upgrade_region(text) IS
'Brings the objects of the schema named region to the installed version and returns its name: creates views that are missing (after DROP EXTENSION CASCADE and CREATE EXTENSION), replaces the others in place and refreshes all comments. No row is touched; views of your own that stand on these stay. Run it as the owner of the region. Error: a schema that is not a region (3F000).';
