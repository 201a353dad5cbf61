-- Reading form exports: records of a CSV text, and what people type into forms.
-- All of it needs a database with encoding UTF8 (error 0A000 elsewhere), but no region.

CREATE FUNCTION form_rows(content text, delimiter text, OUT line integer, OUT fields text[])
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL RESTRICTED ROWS 500 COST 1000;
COMMENT ON FUNCTION form_rows(text, text) IS
'Records of a CSV text, in its order, read by PostgreSQL''s own CSV reader: line is the physical line on which the record starts (from 1), fields its values. A byte order mark is dropped; CR LF, CR and LF may be mixed and become LF, in quoted values too. An empty value is NULL, a quoted empty value is ''''. Rows may differ in length; nothing is taken for a header. Errors: a quotation mark without its pair, a record of more than 4 MB, or one that is \. alone (22P04, with the line), a delimiter of more than one byte.';

CREATE FUNCTION form_rows_at(content text, delimiter text, lines integer[], OUT line integer, OUT fields text[])
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL RESTRICTED ROWS 50 COST 1000;
COMMENT ON FUNCTION form_rows_at(text, text, integer[]) IS
'Of the records of form_rows() those that start on the lines named.';

CREATE FUNCTION form_header(content text, delimiter text, OUT line integer, OUT fields text[])
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL RESTRICTED COST 100;
COMMENT ON FUNCTION form_header(text, text) IS
'The first record of form_rows() with a value that form_clean() leaves something of; NULLs when there is none. What comes after it is not read.';

CREATE FUNCTION form_read(content text, delimiter text, header integer, width integer, kinds text[], places integer[], time_zone text,
						  OUT line integer, OUT plain boolean, OUT submitted_at timestamptz, OUT code text, OUT name text, OUT place text,
						  OUT answers integer[])
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL RESTRICTED ROWS 10000 COST 10000;
COMMENT ON FUNCTION form_read(text, text, integer, integer, text[], integer[], text) IS
'The records of form_rows() below the line header that are not blank, as typed rows. kinds says what each column holds: submitted_at, school_code, school_name, municipality, count, yes_no; what is NULL or anything else is not read. places says which of the answers it is. In a plain row every value can be read, no two columns of one thing are filled, and none right of column width is: code is form_clean(), name and place are form_normalize(), submitted_at, counts and yes (1) or no (0) what form_timestamp(), form_count() and form_yes_no() give. Of any other row nothing but the line is told. Error: an answer without a place, an unknown time zone (22023).';

CREATE FUNCTION form_clean(raw text) RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION form_clean(text) IS
'raw with one blank for each run of blanks of any kind (newlines, U+00A0 and U+202F included), none at the ends, and without invisible characters. NULL for NULL.';

CREATE FUNCTION form_normalize(raw text) RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION form_normalize(text) IS
'By what headers and names are compared: form_clean() in lower case (Latin and Cyrillic, in any locale), ё as е, every dash as a hyphen, without quotation marks, without a number before («1.», «2)») and without * : . ? ! ; , at the end; № stands next to its number. NULL for NULL.';

CREATE FUNCTION form_count(raw text) RETURNS bigint
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION form_count(text) IS
'A count as people write it: «12», «12 чел.», «1 234» with any blank, «12,0». NULL when there is no answer (nothing, dashes, «нет ответа», «нет данных», «не указано», «н/д») and when it cannot be read: form_problem() tells which.';

CREATE FUNCTION form_yes_no(raw text) RETURNS boolean
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION form_yes_no(text) IS
'Yes or no as people write it, in any case: да, yes, true, 1, + and нет, no, false, 0. NULL when there is no answer (nothing, dashes, «нет ответа») and when it cannot be read: form_problem() tells which.';

CREATE FUNCTION form_timestamp(raw text, time_zone text) RETURNS timestamptz
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION form_timestamp(text, text) IS
'A timestamp as forms write it: 19.09.2023 18:07:33 (day first), 12/15/2025 10:18:29 GMT+7 (month first), 2024/10/15 9:03:07 AM GMT+3, ISO 8601; a date alone is its midnight. GMT+7 is seven hours east of Greenwich. time_zone serves a time that names no offset. NULL when raw is empty and when it cannot be read: form_problem() tells which. Error: an unknown time zone (22023).';

CREATE FUNCTION form_problem(raw text, answer_type text) RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION form_problem(text, text) IS
'Why raw cannot be read as an answer of answer_type. count: not_a_number, percent, fraction, negative, too_large (above 2147483647); yes_no: not_yes_no; timestamp: bad_timestamp. NULL when it can be read or is no answer. Error: another answer_type (22023).';
