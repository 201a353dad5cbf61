-- Rows that an import refused: corrected in place, settled by a later import, or dismissed with a reason.

CREATE FUNCTION region_import_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;
COMMENT ON FUNCTION region_import_tables(text) IS
'Internal: creates the tables of corrections in the schema named region.';

CREATE FUNCTION region_import_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::integer, NULL::text, NULL::text WHERE false
$function$;
COMMENT ON FUNCTION region_import_views() IS
'Internal: the views of imports.';

CREATE FUNCTION region_import_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;
COMMENT ON FUNCTION region_import_comments() IS
'Internal: Russian comments of corrections of imports.';
