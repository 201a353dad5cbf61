CREATE FUNCTION region_identification_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
	CREATE TABLE result (year integer, school_id integer REFERENCES school, assessment text, subject text, grade smallint, participants integer, below_minimum integer, marks_sum bigint, source text, PRIMARY KEY (year, school_id, assessment, subject, grade));
END
$function$;
