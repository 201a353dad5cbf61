-- Text that strangers type into forms ends up in spreadsheets, where = + - @ at the beginning make a formula.

CREATE FUNCTION spreadsheet_safe(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	-- blanks and invisible characters before the sign do not help: programs trim them; a tab or a line break
	-- at the beginning moves what follows into a cell of its own
	SELECT CASE
		WHEN value ~ E'^[[:space:][:cntrl:]\u00A0\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u2064\u3000\uFEFF]*[=+@\u2212\uFE62-\uFE63\uFE66\uFE6B\uFF0B\uFF0D\uFF1D\uFF20-]'
			AND value !~ '^[-+][0-9]{1,3}([ ]?[0-9]{3})*([.,][0-9]+)?$' AND value !~ '^[-+][0-9]+([.,][0-9]+)?$'
			OR value ~ E'^[\t\r\n]' THEN '''' || value
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
