-- Tables and reports as text that a spreadsheet opens: nothing in it can become a formula.

-- value as one cell: quoted where it has to be, and where a program set to another delimiter would split it
CREATE FUNCTION export_cell(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value = '' OR value ~ '["\r\n,;|\t\\]' OR value ~ '^[[:space:]]|[[:space:]]$'
	THEN '"' || replace(value, '"', '""') || '"' ELSE coalesce(value, '') END;
COMMENT ON FUNCTION export_cell(text) IS
'Internal: value as a cell of a CSV text; nothing for NULL, "" for an empty text.';

CREATE FUNCTION export_csv(region text, report text, delimiter text DEFAULT ';', decimal_comma boolean DEFAULT true,
						   titles boolean DEFAULT false)
RETURNS SETOF text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- compiled, these queries take longer than they run
SET jit = off
AS $function$
DECLARE
	source		regclass;
	time_zone	text;
	header		text;
	cells		text;
	sorting		text;
BEGIN
	PERFORM shnor.region_check(region);
	source := to_regclass(quote_ident(region) || '.' || quote_ident(report));
	IF source IS NULL OR NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = source AND c.relkind IN ('r', 'p', 'v', 'm', 'f')) THEN
		RAISE EXCEPTION 'в регионе «%» нет таблицы или отчёта «%»', region, coalesce(report, 'NULL')
			USING ERRCODE = 'undefined_table',
				  HINT = 'Назовите таблицу или отчёт так, как в базе, например municipal_indicator. Все имена с пояснениями покажет команда psql \d+ регион.*';
	ELSIF delimiter IS NULL OR delimiter NOT IN (';', ',', '|', E'\t') THEN
		RAISE EXCEPTION 'недопустимый разделитель: «%»', coalesce(delimiter, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Допустимы точка с запятой (её ждёт Excel с русскими настройками), запятая, вертикальная черта и табуляция: E''\t''.';
	ELSIF decimal_comma IS NULL OR titles IS NULL THEN
		RAISE EXCEPTION 'decimal_comma и titles не могут быть NULL'
			USING ERRCODE = 'null_value_not_allowed', HINT = 'Укажите true или false.';
	END IF;

	SELECT string_agg(shnor.export_cell(shnor.spreadsheet_safe(
						  coalesce(CASE WHEN titles THEN rtrim(col_description(a.attrelid, a.attnum), '.') END, a.attname))), delimiter ORDER BY a.attnum),
		   string_agg(CASE
				WHEN t.base = 'boolean'::regtype THEN format('CASE t.%I WHEN true THEN ''да'' WHEN false THEN ''нет'' END', a.attname)
				-- a number keeps all its digits
				WHEN t.base = ANY ('{smallint,integer,bigint,numeric,real,"double precision"}'::regtype[]) THEN
					format(CASE WHEN NOT decimal_comma THEN 't.%I::text'
							   WHEN delimiter = ',' THEN 'shnor.export_cell(replace(t.%I::text, ''.'', '',''))'
							   ELSE 'replace(t.%I::text, ''.'', '','')' END, a.attname)
				WHEN t.base = 'date'::regtype THEN
					format('CASE WHEN isfinite(t.%1$I) THEN to_char(t.%1$I, %2$L) ELSE t.%1$I::text END', a.attname,
						   CASE WHEN decimal_comma THEN 'DD.MM.YYYY' ELSE 'YYYY-MM-DD' END)
				WHEN t.base = 'timestamptz'::regtype THEN
					format('CASE WHEN isfinite(t.%1$I) THEN to_char(t.%1$I AT TIME ZONE $1, %2$L) ELSE t.%1$I::text END', a.attname,
						   CASE WHEN decimal_comma THEN 'DD.MM.YYYY HH24:MI:SS' ELSE 'YYYY-MM-DD HH24:MI:SS' END)
				ELSE format('shnor.export_cell(shnor.spreadsheet_safe(t.%I::text))', a.attname)
			END, ', ' ORDER BY a.attnum),
		   -- by the columns from the left, where they have an order
		   string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum)
		   FILTER (WHERE t.base = ANY ('{boolean,smallint,integer,bigint,numeric,text,date,timestamptz}'::regtype[]))
	INTO header, cells, sorting
	FROM pg_attribute a
	CROSS JOIN LATERAL (SELECT coalesce(nullif(y.typbasetype, 0), y.oid) AS base FROM pg_type y WHERE y.oid = a.atttypid) AS t
	WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped;

	EXECUTE format('SELECT s.time_zone FROM %I.setting s', region) INTO time_zone;
	time_zone := coalesce(time_zone, 'Europe/Moscow');

	RETURN NEXT header;
	RETURN QUERY EXECUTE format('SELECT array_to_string(ARRAY[%s]::text[], %L, '''') FROM %I.%I t%s', cells, delimiter, region, report,
								' ORDER BY ' || sorting)
	USING time_zone;
END
$function$;
COMMENT ON FUNCTION export_csv(text, text, text, boolean, boolean) IS
'A table or view of the region in schema region as CSV text for a spreadsheet: a header, then a row of the result for each row, sorted by the columns from the left. Runs with the caller''s rights: who may not read report gets the error of reading it, and sees only the rows that are theirs to see. Every text goes through spreadsheet_safe(), so that none can become a formula; numbers keep all their digits, with a decimal comma unless decimal_comma is false; booleans are «да» and «нет», NULL is empty, an empty text "". Dates are DD.MM.YYYY and times, in the region''s time zone, DD.MM.YYYY HH24:MI:SS; without decimal_comma both begin with the year. delimiter: ; , | or a tab. titles: the comments of the columns, in Russian, as the header instead of their names. A spreadsheet knows UTF-8 by the byte order mark, which the client writes: { printf ''\357\273\277''; psql -XAtq -c "SELECT shnor.export_csv(''ivanovo'', ''municipal_indicator'')"; } > report.csv. Errors: no such region (3F000) or report (42P01), another delimiter (22023), no right to read (42501).';
