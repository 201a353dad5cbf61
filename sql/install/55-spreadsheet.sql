-- Text that strangers type into forms ends up in spreadsheets, where = + - @ at the beginning make a formula.

CREATE FUNCTION spreadsheet_safe(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	-- blanks and invisible characters before the sign do not help: programs trim them; a tab or a line break
	-- at the beginning moves what follows into a cell of its own
	SELECT CASE
		WHEN value ~ U&'^[[:space:][:cntrl:]\00A0\1680\180E\2000-\200F\2028-\202F\205F-\2064\3000\FEFF]*[=+@\2212\FE62-\FE63\FE66\FE6B\FF0B\FF0D\FF1D\FF20-]'
			AND value !~ '^[-+][0-9]{1,3}([ ]?[0-9]{3})*([.,][0-9]+)?$' AND value !~ '^[-+][0-9]+([.,][0-9]+)?$'
			OR value ~ '^[\t\r\n]' THEN '''' || value
		ELSE value END
$function$;
COMMENT ON FUNCTION spreadsheet_safe(text) IS
'value with an apostrophe before it where a spreadsheet would take it for a formula: where its first visible character is = + - @ or a full-width form of them, or it begins with a tab or a line break. Plain numbers (-5, +3,5) stay as they are. NULL for NULL.';

CREATE FUNCTION spreadsheet_raw(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT CASE WHEN left(value, 1) = '''' AND shnor.spreadsheet_safe(substr(value, 2)) = value THEN substr(value, 2) ELSE value END
$function$;
COMMENT ON FUNCTION spreadsheet_raw(text) IS
'Internal: the text that spreadsheet_safe() was given.';
