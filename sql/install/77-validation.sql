-- Rules that answers must keep, as data, in the language of formulas.

CREATE FUNCTION region_validation_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;
COMMENT ON FUNCTION region_validation_tables(text) IS
'Internal: creates the rules and the accepted findings in the schema named region.';

CREATE FUNCTION region_validation_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
END
$function$;
COMMENT ON FUNCTION region_validation_seed(text) IS
'Internal: the rules that a region starts with.';

CREATE FUNCTION region_validation_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::integer, NULL::text, NULL::text WHERE false
$function$;
COMMENT ON FUNCTION region_validation_views() IS
'Internal: the findings.';

CREATE FUNCTION region_validation_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT NULL::text, NULL::text, NULL::text WHERE false
$function$;
COMMENT ON FUNCTION region_validation_comments() IS
'Internal: Russian comments of rules and findings.';
