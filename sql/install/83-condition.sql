-- Conditions that are data: which texts follow from a result, which results a rule marks, when support was effective.

CREATE FUNCTION condition_formula(condition text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
-- a condition beside it: a formula that is a number is refused; the line ends first, so that a comment ends with it
SELECT '(' || condition || E'\n) AND true'
$function$;
COMMENT ON FUNCTION condition_formula(text) IS
'Internal: the formula that is compiled for a condition; the views and lint() take the same.';
