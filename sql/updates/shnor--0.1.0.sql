-- complain if the script is sourced in psql, rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION shnor" to load this file. \quit

COMMENT ON SCHEMA shnor IS
'Exact indicators, scores and reports on support for schools with low results and schools in adverse conditions';

-- share: an exact pair numerator/denominator, its order, sums and percentage

CREATE TYPE share;

CREATE FUNCTION share_in(cstring) RETURNS share
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_in(cstring) IS
'input function of type share: text such as 12/40; errors 22P02 and 22003';

CREATE FUNCTION share_out(share) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_out(share) IS 'output function of type share';

CREATE FUNCTION share_recv(internal) RETURNS share
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_recv(internal) IS
'binary input function of type share: version byte 1, two 64-bit integers; error 22P03 for another version';

CREATE FUNCTION share_send(share) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_send(share) IS 'binary output function of type share';

CREATE TYPE share (
	INPUT = share_in,
	OUTPUT = share_out,
	RECEIVE = share_recv,
	SEND = share_send,
	INTERNALLENGTH = 16,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE share IS
'exact pair numerator/denominator, for example 12/40: how many of how many; never reduced, any sign, x/0 allowed';

-- constructor and parts

CREATE FUNCTION share(numerator bigint, denominator bigint) RETURNS share
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share(bigint, bigint) IS
'share of a numerator and a denominator; NULL when either is NULL';

CREATE FUNCTION numerator(share share) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION numerator(share) IS 'numerator of a share';

CREATE FUNCTION denominator(share share) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION denominator(share) IS 'denominator of a share';

CREATE FUNCTION percent(share share, digits integer DEFAULT 4) RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION percent(share, integer) IS
'100 n/d in percent with that many decimals (0 to 100, else error 22023), exact, the half rounded away from zero; NULL for n/0: nothing was counted, which is not 0 %';

-- roll-up

CREATE FUNCTION share_add(share, share) RETURNS share
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_add(share, share) IS 'implementation of + operator';

CREATE OPERATOR + (
	LEFTARG = share,
	RIGHTARG = share,
	FUNCTION = share_add,
	COMMUTATOR = +
);
COMMENT ON OPERATOR + (share, share) IS
'share of the whole: numerators and denominators added, each by itself; error 22003 when a sum does not fit into bigint';

-- order: by the exact ratio, x/0 last, then by denominator and numerator

CREATE FUNCTION share_lt(share, share) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_lt(share, share) IS 'implementation of < operator';

CREATE FUNCTION share_le(share, share) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_le(share, share) IS 'implementation of <= operator';

CREATE FUNCTION share_eq(share, share) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_eq(share, share) IS 'implementation of = operator';

CREATE FUNCTION share_ne(share, share) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_ne(share, share) IS 'implementation of <> operator';

CREATE FUNCTION share_ge(share, share) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_ge(share, share) IS 'implementation of >= operator';

CREATE FUNCTION share_gt(share, share) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_gt(share, share) IS 'implementation of > operator';

CREATE FUNCTION share_cmp(share, share) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_cmp(share, share) IS
'order of two shares for btree: by the exact ratio, x/0 after all others, then by denominator, then by numerator';

CREATE FUNCTION share_hash(share) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_hash(share) IS 'hash of a share';

CREATE FUNCTION share_hash_extended(share, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_hash_extended(share, bigint) IS
'hash of a share with a seed, 64 bits';

CREATE OPERATOR < (
	LEFTARG = share, RIGHTARG = share, FUNCTION = share_lt,
	COMMUTATOR = >, NEGATOR = >=,
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (share, share) IS 'comes before, by the exact ratio';

CREATE OPERATOR <= (
	LEFTARG = share, RIGHTARG = share, FUNCTION = share_le,
	COMMUTATOR = >=, NEGATOR = >,
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (share, share) IS 'comes before or is the same pair';

CREATE OPERATOR = (
	LEFTARG = share, RIGHTARG = share, FUNCTION = share_eq,
	COMMUTATOR = =, NEGATOR = <>,
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (share, share) IS
'is the same pair: 3/10 and 12/40 are not, though their percent is equal';

CREATE OPERATOR <> (
	LEFTARG = share, RIGHTARG = share, FUNCTION = share_ne,
	COMMUTATOR = <>, NEGATOR = =,
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (share, share) IS 'is another pair';

CREATE OPERATOR >= (
	LEFTARG = share, RIGHTARG = share, FUNCTION = share_ge,
	COMMUTATOR = <=, NEGATOR = <,
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (share, share) IS 'comes after or is the same pair';

CREATE OPERATOR > (
	LEFTARG = share, RIGHTARG = share, FUNCTION = share_gt,
	COMMUTATOR = <, NEGATOR = <=,
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (share, share) IS 'comes after, by the exact ratio';

CREATE OPERATOR CLASS share_ops DEFAULT FOR TYPE share USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 share_cmp(share, share),
	FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR CLASS share_ops USING btree IS
'order of shares by the exact ratio, x/0 last';

CREATE OPERATOR CLASS share_ops DEFAULT FOR TYPE share USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 share_hash(share),
	FUNCTION 2 share_hash_extended(share, bigint);
COMMENT ON OPERATOR CLASS share_ops USING hash IS 'equality of pairs';

-- aggregates: the state is a share, so it can be stored, sent and added again

CREATE FUNCTION share_accum(state share, numerator bigint, denominator bigint)
	RETURNS share
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION share_accum(share, bigint, bigint) IS
'transition of share_agg(bigint, bigint)';

CREATE FUNCTION share_accum(state share, answer boolean) RETURNS share
	AS 'MODULE_PATHNAME', 'share_accum_boolean'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION share_accum(share, boolean) IS
'transition of share_agg(boolean)';

CREATE FUNCTION share_combine(share, share) RETURNS share
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_combine(share, share) IS
'transition of sum(share), and the combine function of all aggregates of shares';

CREATE AGGREGATE share_agg(numerator bigint, denominator bigint) (
	SFUNC = share_accum,
	STYPE = share,
	COMBINEFUNC = share_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE share_agg(bigint, bigint) IS
'sum of numerators / sum of denominators over the rows where both are not NULL, so that both come from the same rows; NULL when no row counts; error 22003 when a sum does not fit into bigint';

CREATE AGGREGATE share_agg(answer boolean) (
	SFUNC = share_accum,
	STYPE = share,
	COMBINEFUNC = share_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE share_agg(boolean) IS
'how many answers are true / how many are given; NULL is no answer and does not count; NULL when no row counts';

CREATE AGGREGATE sum(share) (
	SFUNC = share_combine,
	STYPE = share,
	COMBINEFUNC = share_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sum(share) IS
'roll-up: sum of numerators / sum of denominators over the shares that are not NULL; NULL when there is none; error 22003 when a sum does not fit into bigint';
-- score and gap: a share judged against a threshold in percent

CREATE FUNCTION score(share share, threshold numeric,
					  polarity text DEFAULT 'higher_is_better')
	RETURNS smallint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION score(share, numeric, text) IS
'points of clause 1.2.6: 1 when the exact fraction reaches the threshold in percent (higher_is_better: 100 n/d >= threshold; lower_is_better: 100 n/d <= threshold), else 0; NULL when there is no threshold, for n/0 and for polarity context; error 22023 for another polarity and for a threshold that is not finite';

CREATE FUNCTION score(answer boolean) RETURNS smallint
	AS 'MODULE_PATHNAME', 'score_boolean'
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION score(boolean) IS
'points of clause 1.2.6 for a yes/no indicator: yes is 1; no, and no answer (NULL), is 0';

CREATE FUNCTION gap(share share, threshold numeric,
					polarity text DEFAULT 'higher_is_better')
	RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION gap(share, numeric, text) IS
'how many more in the numerator (lower_is_better: how many fewer) would reach the threshold in percent; 0 when it is reached; NULL and errors as in score, and error 22003 when the number does not fit into bigint';
-- intervals: what chance alone may do to a share of few

CREATE FUNCTION wilson_low(share share, confidence numeric DEFAULT 0.95)
	RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wilson_low(share, numeric) IS
'lower end of the Wilson score interval, in percent 0 to 100 with 4 decimals; NULL for n/0; error 22023 unless 0 <= n <= d and 0 < confidence < 1 - 1e-300';

CREATE FUNCTION wilson_high(share share, confidence numeric DEFAULT 0.95)
	RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION wilson_high(share, numeric) IS
'upper end of the Wilson score interval, in percent 0 to 100 with 4 decimals; NULL for n/0; error 22023 unless 0 <= n <= d and 0 < confidence < 1 - 1e-300';

CREATE FUNCTION changed(before share, after share,
						confidence numeric DEFAULT 0.95)
	RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION changed(share, share, numeric) IS
'true when the difference of two independent shares is larger than chance explains: Newcombe''s interval of after - before (method 10, from Wilson intervals) leaves 0 out; NULL when a denominator is 0; errors as in wilson_low';
-- methodology: a set of indicator definitions as one value

CREATE TYPE methodology;

CREATE FUNCTION methodology_in(cstring) RETURNS methodology
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION methodology_in(cstring) IS 'text input of methodology';

CREATE FUNCTION methodology_out(methodology) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION methodology_out(methodology) IS 'text output of methodology';

CREATE FUNCTION methodology_recv(internal) RETURNS methodology
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION methodology_recv(internal) IS 'binary input of methodology';

CREATE FUNCTION methodology_send(methodology) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION methodology_send(methodology) IS 'binary output of methodology';

CREATE TYPE methodology (
	INPUT = methodology_in,
	OUTPUT = methodology_out,
	RECEIVE = methodology_recv,
	SEND = methodology_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE methodology IS
'A set of indicator definitions (id, numerator, denominator, cohort, policy for missing answers). Formulas are a subset of SQL expressions over the columns of a row. Text form: a JSON array of objects';

CREATE FUNCTION methodology_accum(methodology, int, text, text, text, text) RETURNS methodology
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION methodology_accum(methodology, int, text, text, text, text) IS
'transition function of the aggregate methodology; cannot be called alone';

CREATE FUNCTION methodology_combine(methodology, methodology) RETURNS methodology
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION methodology_combine(methodology, methodology) IS
'combine function of the aggregate methodology; cannot be called alone';

CREATE FUNCTION methodology_final(methodology) RETURNS methodology
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION methodology_final(methodology) IS
'final function of the aggregate methodology; cannot be called alone';

CREATE AGGREGATE methodology(id int, numerator text, denominator text, cohort text, missing text) (
	SFUNC = methodology_accum,
	STYPE = methodology,
	COMBINEFUNC = methodology_combine,
	FINALFUNC = methodology_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE methodology(int, text, text, text, text) IS
'Definitions of indicators as one value. A denominator that is NULL or blank is 1 for each row, a cohort that is NULL or blank is every row; missing is "exclude" (an unanswered row is left out; also for NULL) or "no" (it counts in the denominator: clause 1.2.6 А). A formula that is not of the subset, an id that is NULL (22004) or twice there (42710) is an error that names the indicator and points at the character. NULL over no rows';

CREATE FUNCTION columns(methodology) RETURNS text[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION columns(methodology) IS
'The names of the columns that a methodology''s formulas read, sorted: what tally() needs to be passed';

CREATE FUNCTION yes_count(VARIADIC answers boolean[]) RETURNS int
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION yes_count(boolean[]) IS
'How many of the answers are "yes"; NULL only when all of them are NULL. Clause 1.2.6: at least two of three risks';
-- tally: what one pass over rows has counted, per indicator

CREATE TYPE tally;

CREATE FUNCTION tally_in(cstring) RETURNS tally
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tally_in(cstring) IS 'text input of tally';

CREATE FUNCTION tally_out(tally) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tally_out(tally) IS 'text output of tally';

CREATE FUNCTION tally_recv(internal) RETURNS tally
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tally_recv(internal) IS 'binary input of tally';

CREATE FUNCTION tally_send(tally) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tally_send(tally) IS 'binary output of tally';

CREATE TYPE tally (
	INPUT = tally_in,
	OUTPUT = tally_out,
	RECEIVE = tally_recv,
	SEND = tally_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE tally IS
'Numerator, denominator, answered and missing rows for each indicator id: can be stored, added and summed. Text form: {id:numerator/denominator:answered:missing,...}';

CREATE FUNCTION tally_accum(tally, methodology, text[], VARIADIC "any") RETURNS tally
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION tally_accum(tally, methodology, text[], VARIADIC "any") IS
'transition function of the aggregate tally over columns';

CREATE FUNCTION tally_accum_row(tally, methodology, record) RETURNS tally
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION tally_accum_row(tally, methodology, record) IS
'transition function of the aggregate tally over whole rows';

CREATE FUNCTION tally_combine(tally, tally) RETURNS tally
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tally_combine(tally, tally) IS
'combine function of the aggregates over tallies';

CREATE FUNCTION tally_final(tally) RETURNS tally
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tally_final(tally) IS
'final function of the aggregates over tallies';

CREATE AGGREGATE tally(methodology, names text[], VARIADIC "any") (
	SFUNC = tally_accum,
	STYPE = tally,
	SSPACE = 256,
	COMBINEFUNC = tally_combine,
	FINALFUNC = tally_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE tally(methodology, text[], VARIADIC "any") IS
'Counts rows for every indicator of a methodology in one pass: tally(m, ARRAY[''teachers'', ''supported''], teachers, supported). Columns may be smallint, integer, bigint, boolean or numeric; those that no formula reads are ignored. NULL over no rows; an unanswered question counts as missing, by the indicator''s policy. Errors name the indicator';

CREATE AGGREGATE tally(methodology, record) (
	SFUNC = tally_accum_row,
	STYPE = tally,
	SSPACE = 256,
	COMBINEFUNC = tally_combine,
	FINALFUNC = tally_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE tally(methodology, record) IS
'The same over whole rows: tally(m, s) FROM submission s. Convenient, and about three times as slow. A row that is NULL itself (of an outer join) does not count';

CREATE AGGREGATE sum(tally) (
	SFUNC = tally_combine,
	STYPE = tally,
	COMBINEFUNC = tally_combine,
	FINALFUNC = tally_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE sum(tally) IS
'The roll-up of tallies: sums of numerators and denominators per indicator, never means of percentages. NULL tallies are left out; NULL over no rows';

CREATE FUNCTION tally_plus(tally, tally) RETURNS tally
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tally_plus(tally, tally) IS 'implementation of the + operator';

CREATE OPERATOR + (
	LEFTARG = tally,
	RIGHTARG = tally,
	FUNCTION = tally_plus,
	COMMUTATOR = +
);
COMMENT ON OPERATOR + (tally, tally) IS
'The sum of two tallies, with the indicators of both; NULL when one is NULL; 22003 where a sum leaves bigint';

CREATE FUNCTION items(tally, OUT id int, OUT share share, OUT answered bigint, OUT missing bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 18;
COMMENT ON FUNCTION items(tally) IS
'The rows of a tally: indicator id, its share (Σ numerator / Σ denominator), rows answered, rows missing. No rows for NULL';

CREATE FUNCTION contribution(methodology, record, OUT id int, OUT in_cohort boolean, OUT numerator bigint, OUT denominator bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 18;
COMMENT ON FUNCTION contribution(methodology, record) IS
'What one row counts for each indicator: numerator and denominator, NULL where they do not count (outside the cohort; unanswered, by the indicator''s policy), so that their sums over rows are those of tally()';
-- Reading form exports: records of a CSV text, and what people type into forms.
-- All of it needs a database with encoding UTF8 (error 0A000 elsewhere), but no region.

CREATE FUNCTION form_rows(content text, delimiter text, OUT line integer, OUT fields text[])
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE STRICT PARALLEL RESTRICTED ROWS 500 COST 1000;
COMMENT ON FUNCTION form_rows(text, text) IS
'Records of a CSV text, in its order, read by PostgreSQL''s own CSV reader: line is the physical line on which the record starts (from 1), fields its values. A byte order mark is dropped; CR LF, CR and LF may be mixed and become LF, in quoted values too. An empty value is NULL, a quoted empty value is ''''. Rows may differ in length; nothing is taken for a header. Errors: a quotation mark without its pair, or a record that is \. alone (22P04, with the line), a delimiter of more than one byte.';

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
-- Russian comments of a region's tables and their columns: BI tools and psql show them to the staff.
-- Run by create_region and, so that an older region gets them too, by upgrade_region.

CREATE FUNCTION region_table_comments(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	command text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	COMMENT ON TABLE setting IS 'Сведения о регионе: одна строка.';
	COMMENT ON COLUMN setting.title IS 'Название региона для заголовков отчётов.';
	COMMENT ON COLUMN setting.time_zone IS 'Часовой пояс, в котором читаются отметки времени форм и кончается последний день срока, например Europe/Moscow.';

	COMMENT ON COLUMN setting.goals IS 'Цели мониторинга (п. 1.2.3): с ними создаётся мониторинг, если у него не названы свои.';
	COMMENT ON COLUMN setting.tasks IS 'Задачи мониторинга (п. 1.2.4): так же.';
	COMMENT ON COLUMN setting.methods IS 'Методы сбора информации (п. 1.2.5): так же.';
	COMMENT ON COLUMN setting.min_n IS 'Сколько человек или школ должно стоять за долей, чтобы говорить, что она выросла или снизилась.';
	COMMENT ON COLUMN setting.confidence IS 'Доверительная вероятность, с которой изменение отличают от случайных колебаний.';
	COMMENT ON COLUMN setting.list_month IS 'Месяц дня, на который берётся перечень ШНОР и ШНСУ за год, в котором мониторинга не было.';
	COMMENT ON COLUMN setting.list_day IS 'Число того же дня.';

	COMMENT ON TABLE municipality IS 'Муниципальные образования региона.';
	COMMENT ON COLUMN municipality.municipality_id IS 'Номер муниципалитета в этой базе.';
	COMMENT ON COLUMN municipality.oktmo IS 'Код ОКТМО: 5, 8 или 11 цифр. Пусто, если код неизвестен.';
	COMMENT ON COLUMN municipality.name IS 'Название муниципалитета, как в отчётах.';

	COMMENT ON TABLE school IS 'Образовательные организации. Организация входит в мониторинг, если opened_on ≤ дата состава мониторинга < closed_on.';
	COMMENT ON COLUMN school.school_id IS 'Номер организации в этой базе.';
	COMMENT ON COLUMN school.municipality_id IS 'Муниципалитет, к которому относится организация.';
	COMMENT ON COLUMN school.code IS 'Код организации, по которому узнаются строки форм. Не повторяется; состав кода произвольный.';
	COMMENT ON COLUMN school.name IS 'Название организации.';
	COMMENT ON COLUMN school.kind IS 'Вид учреждения: school — школа, preschool — ДОУ, supplementary — УДО.';
	COMMENT ON COLUMN school.opened_on IS 'Первый день работы. Пусто: работала всегда.';
	COMMENT ON COLUMN school.closed_on IS 'Первый день, когда организация уже не работает. Пусто: работает.';
	COMMENT ON COLUMN school.successor_id IS 'Организация-правопреемник после закрытия или слияния.';

	COMMENT ON TABLE legal_act IS 'Приказы и другие акты, которыми устанавливаются мониторинги, статусы школ и пороги (п. 1.2.7).';
	COMMENT ON COLUMN legal_act.legal_act_id IS 'Номер акта в этой базе.';
	COMMENT ON COLUMN legal_act.number IS 'Номер акта, например 1187-о.';
	COMMENT ON COLUMN legal_act.issued_on IS 'Дата акта.';
	COMMENT ON COLUMN legal_act.issuer IS 'Кем издан.';
	COMMENT ON COLUMN legal_act.title IS 'Название акта.';
	COMMENT ON COLUMN legal_act.amends_id IS 'Акт, в который этот вносит изменения.';

	COMMENT ON TABLE round IS 'Мониторинги. Определения показателей, состав школ и их статусы берутся на дату состава и потом не меняются вместе с сегодняшними.';
	COMMENT ON COLUMN round.round_id IS 'Номер мониторинга.';
	COMMENT ON COLUMN round.title IS 'Название мониторинга, как в отчётах.';
	COMMENT ON COLUMN round.starts_on IS 'Первый день сбора ответов.';
	COMMENT ON COLUMN round.due_on IS 'Последний день срока: ответ до конца этого дня считается поданным вовремя.';
	COMMENT ON COLUMN round.ends_on IS 'Первый день, когда мониторинг уже закончен. Пусто: конец не назначен.';
	COMMENT ON COLUMN round.cohort_on IS 'Дата состава: на этот день берутся школы, их статусы, определения показателей и вопросы.';
	COMMENT ON COLUMN round.legal_act_id IS 'Приказ, которым оформлен мониторинг (п. 1.2.7). Без него мониторинг нельзя открыть.';
	COMMENT ON COLUMN round.state IS 'Состояние: draft — готовится, open — принимает ответы, closed — закрыт.';

	COMMENT ON COLUMN round.goals IS 'Цели мониторинга (п. 1.2.7).';
	COMMENT ON COLUMN round.tasks IS 'Задачи мониторинга (п. 1.2.7).';
	COMMENT ON COLUMN round.methods IS 'Методы сбора информации (п. 1.2.7).';
	COMMENT ON COLUMN round.results_year IS 'Год оценочных процедур, на результатах которых стоит перечень школ мониторинга. По умолчанию — год даты состава, до июля — предыдущий.';
	COMMENT ON COLUMN round.documents_need_check IS 'Подтверждают только проверенные документы. Иначе — все, кроме отклонённых.';
	COMMENT ON COLUMN round.reopening IS 'Причина, по которой закрытый мониторинг открыт заново. Пусто: не открывался.';

	COMMENT ON TABLE school_status IS 'Статусы школ по дням: статус действует в день d, если since ≤ d < until. Одинаковые статусы одной школы не пересекаются.';
	COMMENT ON COLUMN school_status.school_id IS 'Школа.';
	COMMENT ON COLUMN school_status.status IS 'Статус: low_results — ШНОР, adverse_conditions — ШНСУ, risk_zone — зона риска снижения результатов.';
	COMMENT ON COLUMN school_status.since IS 'Первый день действия статуса.';
	COMMENT ON COLUMN school_status.until IS 'Первый день, когда статус уже не действует. Пусто: действует.';
	COMMENT ON COLUMN school_status.legal_act_id IS 'Акт, которым статус присвоен.';

	COMMENT ON TABLE question IS 'Вопросы форм. Код вопроса — имя столбца ответов. У одного кода может быть несколько версий, действующих в разное время.';
	COMMENT ON COLUMN question.question_id IS 'Номер версии вопроса.';
	COMMENT ON COLUMN question.question IS 'Код вопроса: имя столбца в submission или municipal_submission.';
	COMMENT ON COLUMN question.respondent IS 'Кто отвечает: school — организация, municipality — муниципалитет.';
	COMMENT ON COLUMN question.position IS 'Порядковый номер вопроса.';
	COMMENT ON COLUMN question.wording IS 'Формулировка вопроса: по ней узнаётся столбец выгрузки формы.';
	COMMENT ON COLUMN question.answer_type IS 'Тип ответа: count — целое число не меньше нуля, yes_no — да или нет.';
	COMMENT ON COLUMN question.evidence IS 'Подтверждающий документ: none — не нужен, optional — по желанию, required_if_yes — обязателен при ответе «да».';
	COMMENT ON COLUMN question.evidence_kinds IS 'Какие документы нужны все сразу: document — документ, order — приказ, agreement — договор о сотрудничестве. Пусто: достаточно одного любого.';
	COMMENT ON COLUMN question.part_of IS 'Код вопроса о целом: ответ на этот вопрос не может быть больше ответа на тот.';
	COMMENT ON COLUMN question.source_wording IS 'Формулировка в методике, как она там стоит. Пусто: вопроса в методике нет.';
	COMMENT ON COLUMN question.source_defect IS 'Недостаток методики и принятое прочтение.';
	COMMENT ON COLUMN question.valid_from IS 'Первый день действия; сравнивается с датой состава мониторинга. Пусто: действовал всегда.';
	COMMENT ON COLUMN question.valid_until IS 'Первый день, когда вопрос уже не действует. Пусто: действует.';

	COMMENT ON TABLE indicator IS 'Показатели методики: определения, по которым считаются все отчёты. У одного кода может быть несколько версий, действующих в разное время.';
	COMMENT ON COLUMN indicator.definition_id IS 'Номер версии определения.';
	COMMENT ON COLUMN indicator.indicator IS 'Код показателя.';
	COMMENT ON COLUMN indicator.indicator_id IS 'Номер показателя внутри свёрток ответов; у версий одного показателя он один и тот же.';
	COMMENT ON COLUMN indicator.clause IS 'Пункт методики.';
	COMMENT ON COLUMN indicator.section IS 'Раздел методики.';
	COMMENT ON COLUMN indicator.position IS 'Порядковый номер в отчётах.';
	COMMENT ON COLUMN indicator.title IS 'Название показателя.';
	COMMENT ON COLUMN indicator.unit IS 'Единица: percent — доля в процентах, yes_no — да или нет.';
	COMMENT ON COLUMN indicator.level IS 'Чьи ответы считаются: school — организаций, municipality — самих муниципалитетов.';
	COMMENT ON COLUMN indicator.institution_kinds IS 'Виды учреждений, которые входят в показатель уровня организаций.';
	COMMENT ON COLUMN indicator.collection_method IS 'Метод сбора информации по методике.';
	COMMENT ON COLUMN indicator.numerator IS 'Числитель: выражение над столбцами ответов и статусов; «да» считается за 1.';
	COMMENT ON COLUMN indicator.denominator IS 'Знаменатель: выражение. Пусто: каждая школа или муниципалитет считается за 1.';
	COMMENT ON COLUMN indicator.cohort IS 'Круг школ: условие. Пусто: все организации мониторинга указанных видов.';
	COMMENT ON COLUMN indicator.missing IS 'Нет ответа: exclude — организация не входит ни в числитель, ни в знаменатель; no — считается ответом «нет» (п. 1.2.6 А).';
	COMMENT ON COLUMN indicator.polarity IS 'Что лучше: higher_is_better — больше, lower_is_better — меньше, context — показатель справочный и не оценивается.';
	COMMENT ON COLUMN indicator.source_formula IS 'Методика расчета общего значения показателя, как в источнике.';
	COMMENT ON COLUMN indicator.documents IS 'Документы муниципального уровня, которыми подтверждается показатель.';
	COMMENT ON COLUMN indicator.source_defect IS 'Недостаток методики и принятое прочтение.';
	COMMENT ON COLUMN indicator.valid_from IS 'Первый день действия; сравнивается с датой состава мониторинга. Пусто: действовало всегда.';
	COMMENT ON COLUMN indicator.valid_until IS 'Первый день, когда определение уже не действует. Пусто: действует.';

	COMMENT ON TABLE target IS 'Пороги и плановые значения мониторинга, установленные приказами. Значение для одного муниципалитета важнее общего; чего в нём нет, берётся из общего.';
	COMMENT ON COLUMN target.target_id IS 'Номер строки.';
	COMMENT ON COLUMN target.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN target.indicator IS 'Код показателя.';
	COMMENT ON COLUMN target.municipality_id IS 'Муниципалитет. Пусто: для всех муниципалитетов и для региона в целом.';
	COMMENT ON COLUMN target.threshold IS 'Порог в процентах: по нему ставится балл (п. 1.2.6). Пусто: порог не установлен.';
	COMMENT ON COLUMN target.plan IS 'Плановое значение в процентах: при отставании от него нужна аналитическая записка (п. 1.2.6).';
	COMMENT ON COLUMN target.legal_act_id IS 'Приказ, которым установлены значения.';

	COMMENT ON TABLE submission IS 'Последние ответы организаций: одна строка на мониторинг и организацию. Пустой ответ означает «нет ответа», а не ноль. Прежние ответы — в submission_history.';
	COMMENT ON COLUMN submission.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN submission.school_id IS 'Организация.';
	COMMENT ON COLUMN submission.submitted_at IS 'Когда отправлен ответ.';
	COMMENT ON COLUMN submission.source IS 'Откуда ответ: имя файла или другой источник.';
	COMMENT ON COLUMN submission.teachers IS 'Педагогических работников в организации, человек.';
	COMMENT ON COLUMN submission.diagnosed_subject IS 'Педагогов, прошедших диагностику предметных дефицитов, человек.';
	COMMENT ON COLUMN submission.diagnosed_method IS 'Педагогов, прошедших диагностику методических дефицитов, человек.';
	COMMENT ON COLUMN submission.diagnosed_psych IS 'Педагогов, прошедших диагностику психолого-педагогических дефицитов, человек.';
	COMMENT ON COLUMN submission.supported IS 'Педагогов, которым оказана консультативная, методическая и другая поддержка, человек.';
	COMMENT ON COLUMN submission.in_networks IS 'Педагогов в региональных сетевых методических объединениях, человек.';
	COMMENT ON COLUMN submission.in_active IS 'Педагогов в региональном методическом активе, человек.';
	COMMENT ON COLUMN submission.with_route IS 'Педагогов, имеющих индивидуальный образовательный маршрут (ИОМ), человек.';
	COMMENT ON COLUMN submission.in_events IS 'Организация вовлечена в события и мероприятия по повышению качества образования.';
	COMMENT ON COLUMN submission.has_curator IS 'Для организации определены школа-куратор или директор-куратор.';
	COMMENT ON COLUMN submission.has_program IS 'Разработана школьная программа повышения качества образования (ШППКО).';
	COMMENT ON COLUMN submission.has_prevention IS 'Сформирована программа или система профилактики школьной неуспешности.';
	COMMENT ON COLUMN submission.has_study_plans IS 'Разработаны ИУПы для слабоуспевающих и неуспевающих обучающихся.';
	COMMENT ON COLUMN submission.has_tutoring IS 'Организована тьюторская поддержка обучающихся.';
	COMMENT ON COLUMN submission.internet_resolved IS 'Ликвидирован риск: нет устойчивого доступа в интернет.';
	COMMENT ON COLUMN submission.equipment_resolved IS 'Ликвидирован риск: не хватает компьютерной техники.';
	COMMENT ON COLUMN submission.staffing_resolved IS 'Ликвидирован риск: дефицит педагогических кадров, вакансии.';

	COMMENT ON TABLE submission_history IS 'Заменённые и удалённые ответы организаций.';
	COMMENT ON COLUMN submission_history.replaced_at IS 'Когда ответ заменён или удалён.';
	COMMENT ON COLUMN submission_history.replaced_by IS 'Кем заменён или удалён: имя пользователя базы.';

	COMMENT ON TABLE municipal_submission IS 'Последние ответы муниципалитетов о себе: одна строка на мониторинг и муниципалитет. Прежние ответы — в municipal_submission_history.';
	COMMENT ON COLUMN municipal_submission.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_submission.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_submission.submitted_at IS 'Когда отправлен ответ.';
	COMMENT ON COLUMN municipal_submission.source IS 'Откуда ответ: имя файла или другой источник.';
	COMMENT ON COLUMN municipal_submission.has_results_note IS 'Есть аналитическая справка по мониторингу образовательных результатов в ШНОР и ШНСУ.';
	COMMENT ON COLUMN municipal_submission.has_practice_sharing IS 'В дорожной карте предусмотрено распространение успешных практик профилактики неуспешности.';
	COMMENT ON COLUMN municipal_submission.has_resource_monitoring IS 'Есть процедура оценки ресурсов (аналитическая записка) в школах зоны риска.';

	COMMENT ON TABLE municipal_submission_history IS 'Заменённые и удалённые ответы муниципалитетов.';
	COMMENT ON COLUMN municipal_submission_history.replaced_at IS 'Когда ответ заменён или удалён.';
	COMMENT ON COLUMN municipal_submission_history.replaced_by IS 'Кем заменён или удалён: имя пользователя базы.';

	COMMENT ON TABLE form_header IS 'Заголовки столбцов в выгрузках форм, кроме самих формулировок вопросов.';
	COMMENT ON COLUMN form_header.header IS 'Заголовок столбца. Регистр, кавычки, номера и знаки в конце при сравнении не важны.';
	COMMENT ON COLUMN form_header.field IS 'Что в столбце: код вопроса либо submitted_at — отметка времени, school_code — код организации, school_name — её название, municipality — муниципалитет, document — ссылки на документы к ближайшему слева вопросу этой же формы, document:код_вопроса — ссылки на документы к названному вопросу, ignore — не загружать.';

	COMMENT ON TABLE import IS 'Журнал загрузок: каждый файл хранится целиком, как пришёл.';
	COMMENT ON COLUMN import.import_id IS 'Номер загрузки.';
	COMMENT ON COLUMN import.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN import.respondent IS 'Чьи ответы в файле: school — организаций, municipality — муниципалитетов.';
	COMMENT ON COLUMN import.source IS 'Имя файла или другой источник.';
	COMMENT ON COLUMN import.content IS 'Содержимое файла дословно.';
	COMMENT ON COLUMN import.content_sha256 IS 'Контрольная сумма SHA-256 содержимого: по ней видно, что файл уже загружали.';
	COMMENT ON COLUMN import.imported_at IS 'Когда загружен.';
	COMMENT ON COLUMN import.imported_by IS 'Кем загружен: имя пользователя базы.';
	COMMENT ON COLUMN import.rows_read IS 'Прочитано строк: загруженные, исправления, отклонённые и без изменений вместе.';
	COMMENT ON COLUMN import.loaded IS 'Загружено новых ответов.';
	COMMENT ON COLUMN import.corrected IS 'Строк, которые исправили прежний ответ.';
	COMMENT ON COLUMN import.refused IS 'Отклонено строк.';
	COMMENT ON COLUMN import.unchanged IS 'Строк, которые ничего не изменили.';

	COMMENT ON TABLE import_issue IS 'Замечания загрузок: каждая непрочитанная ячейка и каждый незнакомый столбец с причиной и подсказкой.';
	COMMENT ON COLUMN import_issue.issue_id IS 'Номер замечания.';
	COMMENT ON COLUMN import_issue.import_id IS 'Загрузка.';
	COMMENT ON COLUMN import_issue.line IS 'Номер строки файла, где начинается запись; заголовок — строка 1.';
	COMMENT ON COLUMN import_issue.column_no IS 'Номер столбца файла, считая с 1.';
	COMMENT ON COLUMN import_issue.header IS 'Заголовок столбца.';
	COMMENT ON COLUMN import_issue.question IS 'Код вопроса, если столбец узнан.';
	COMMENT ON COLUMN import_issue.raw_value IS 'Значение ячейки, как в файле.';
	COMMENT ON COLUMN import_issue.row_values IS 'Вся отклонённая запись, ячейка за ячейкой.';
	COMMENT ON COLUMN import_issue.reason IS 'Что не так.';
	COMMENT ON COLUMN import_issue.hint IS 'Что сделать.';
	COMMENT ON COLUMN import_issue.severity IS 'refused — запись не загружена, warning — загружена, но есть замечание.';

	-- a history has the columns of its table and, on them, the same comments
	FOR command IN
		SELECT format('COMMENT ON COLUMN %s.%I IS %L', h.table_name, a.attname, col_description(a.attrelid, a.attnum))
		FROM (VALUES ('submission', 'submission_history'),
					 ('municipal_submission', 'municipal_submission_history')) AS h(original, table_name)
		JOIN pg_attribute a ON a.attrelid = h.original::regclass AND a.attnum > 0 AND NOT a.attisdropped
		ORDER BY h.table_name, a.attnum
	LOOP
		EXECUTE command;
	END LOOP;

	COMMENT ON FUNCTION keep_history() IS 'Триггер: переносит заменённый или удалённый ответ в таблицу истории.';
	COMMENT ON FUNCTION check_target() IS 'Триггер: не даёт поставить порог показателю, которого нет в справочнике.';
	COMMENT ON FUNCTION check_versions() IS 'Триггер: не даёт двум версиям одного кода действовать в один день.';
END
$function$;
COMMENT ON FUNCTION region_table_comments(text) IS
'Internal: (re)writes the Russian comments on the tables, columns and trigger functions of the schema named region.';
-- A region's tables and their triggers: plain DDL, core types only, nothing of the extension inside,
-- so that the data outlives DROP EXTENSION CASCADE and pg_dump carries it.
-- Run by create_region; the comments of the tables stand in 60-region-table-comments.sql.

CREATE FUNCTION region_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM shnor.region_tables_directory(region);
	PERFORM shnor.region_tables_definitions(region);
	PERFORM shnor.region_tables_answers(region);
	PERFORM shnor.region_tables_triggers(region);
END
$function$;
COMMENT ON FUNCTION region_tables(text) IS
'Internal: creates the tables of a region in the existing schema named region. Run by create_region.';

-- Each function below puts the region first in the search path, so that what follows is plain DDL.
-- The change is undone when the function returns, because it has a SET clause of its own.

CREATE FUNCTION region_tables_directory(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE setting (
		title		text NOT NULL,
		time_zone	text NOT NULL DEFAULT 'Europe/Moscow'
	);
	-- one row at most
	CREATE UNIQUE INDEX setting_one_row ON setting ((true));

	CREATE TABLE municipality (
		municipality_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		oktmo			text UNIQUE CHECK (oktmo ~ '^[0-9]{5}([0-9]{3}([0-9]{3})?)?$'),
		name			text NOT NULL UNIQUE CHECK (name <> '')
	);

	CREATE TABLE school (
		school_id		integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		municipality_id	integer NOT NULL REFERENCES municipality,
		code			text NOT NULL UNIQUE CHECK (code <> ''),
		name			text NOT NULL CHECK (name <> ''),
		kind			text NOT NULL DEFAULT 'school'
						CHECK (kind IN ('school', 'preschool', 'supplementary')),
		opened_on		date,
		closed_on		date,
		successor_id	integer REFERENCES school,
		CHECK (opened_on < closed_on),
		CHECK (successor_id <> school_id)
	);
	CREATE INDEX ON school (municipality_id);

	CREATE TABLE legal_act (
		legal_act_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		number			text NOT NULL CHECK (number <> ''),
		issued_on		date NOT NULL,
		issuer			text NOT NULL,
		title			text NOT NULL,
		amends_id		integer REFERENCES legal_act,
		UNIQUE (issuer, issued_on, number),
		CHECK (amends_id <> legal_act_id)
	);

	CREATE TABLE round (
		round_id		integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		title			text NOT NULL CHECK (title <> ''),
		starts_on		date NOT NULL,
		due_on			date NOT NULL,
		ends_on			date,
		cohort_on		date NOT NULL,
		legal_act_id	integer REFERENCES legal_act,
		state			text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'open', 'closed')),
		CHECK (starts_on <= due_on AND starts_on <= ends_on),
		CONSTRAINT round_needs_legal_act CHECK (state = 'draft' OR legal_act_id IS NOT NULL)
	);

	CREATE TABLE school_status (
		school_id		integer NOT NULL REFERENCES school,
		status			text NOT NULL
						CHECK (status IN ('low_results', 'adverse_conditions', 'risk_zone')),
		since			date NOT NULL,
		until			date,
		legal_act_id	integer REFERENCES legal_act,
		PRIMARY KEY (school_id, status, since),
		CHECK (since < until),
		-- one constraint per status: equality of text in GiST would need an extension
		CONSTRAINT school_status_low_results_overlap
			EXCLUDE USING gist (int8range(school_id, school_id, '[]') WITH =, daterange(since, until) WITH &&)
			WHERE (status = 'low_results'),
		CONSTRAINT school_status_adverse_conditions_overlap
			EXCLUDE USING gist (int8range(school_id, school_id, '[]') WITH =, daterange(since, until) WITH &&)
			WHERE (status = 'adverse_conditions'),
		CONSTRAINT school_status_risk_zone_overlap
			EXCLUDE USING gist (int8range(school_id, school_id, '[]') WITH =, daterange(since, until) WITH &&)
			WHERE (status = 'risk_zone')
	);
END
$function$;
COMMENT ON FUNCTION region_tables_directory(text) IS
'Internal: creates setting, municipality, school, legal_act, round and school_status in the schema named region.';

CREATE FUNCTION region_tables_definitions(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE question (
		question_id		integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		question		text NOT NULL CHECK (question ~ '^[a-z][a-z0-9_]*$'),
		respondent		text NOT NULL CHECK (respondent IN ('school', 'municipality')),
		position		integer NOT NULL,
		wording			text NOT NULL CHECK (wording <> ''),
		answer_type		text NOT NULL CHECK (answer_type IN ('count', 'yes_no')),
		evidence		text NOT NULL DEFAULT 'none'
						CHECK (evidence IN ('none', 'optional', 'required_if_yes')),
		part_of			text,
		source_wording	text,
		source_defect	text,
		valid_from		date,
		valid_until		date,
		UNIQUE NULLS NOT DISTINCT (question, valid_from),
		CHECK (valid_from < valid_until),
		CHECK (part_of IS NULL OR part_of <> question AND answer_type = 'count')
	);

	CREATE TABLE indicator (
		definition_id		integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		indicator			text NOT NULL CHECK (indicator ~ '^[a-z][a-z0-9_]*$'),
		indicator_id		integer NOT NULL,
		clause				text NOT NULL,
		section				text NOT NULL,
		position			integer NOT NULL,
		title				text NOT NULL CHECK (title <> ''),
		unit				text NOT NULL CHECK (unit IN ('percent', 'yes_no')),
		level				text NOT NULL CHECK (level IN ('school', 'municipality')),
		institution_kinds	text[] NOT NULL DEFAULT '{school}'
							CHECK (cardinality(institution_kinds) > 0
								   AND institution_kinds <@ '{school,preschool,supplementary}'::text[]),
		collection_method	text,
		numerator			text NOT NULL CHECK (numerator <> ''),
		denominator			text CHECK (denominator <> ''),
		cohort				text CHECK (cohort <> ''),
		missing				text NOT NULL DEFAULT 'exclude' CHECK (missing IN ('exclude', 'no')),
		polarity			text NOT NULL DEFAULT 'higher_is_better'
							CHECK (polarity IN ('higher_is_better', 'lower_is_better', 'context')),
		source_formula		text,
		documents			text,
		source_defect		text,
		valid_from			date,
		valid_until			date,
		UNIQUE NULLS NOT DISTINCT (indicator, valid_from),
		CHECK (valid_from < valid_until),
		-- a yes or no is a municipality's own answer, and yes is the point
		CHECK (unit <> 'yes_no'
			   OR level = 'municipality' AND denominator IS NULL AND polarity <> 'lower_is_better'),
		CONSTRAINT indicator_versions_overlap
			EXCLUDE USING gist (int8range(indicator_id, indicator_id, '[]') WITH =,
								daterange(valid_from, valid_until) WITH &&)
	);

	CREATE TABLE target (
		target_id		integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		indicator		text NOT NULL,
		municipality_id	integer REFERENCES municipality,
		threshold		numeric(7,4) CHECK (threshold BETWEEN 0 AND 100),
		plan			numeric(7,4) CHECK (plan BETWEEN 0 AND 100),
		legal_act_id	integer REFERENCES legal_act,
		UNIQUE NULLS NOT DISTINCT (round_id, indicator, municipality_id),
		CHECK (threshold IS NOT NULL OR plan IS NOT NULL)
	);
END
$function$;
COMMENT ON FUNCTION region_tables_definitions(text) IS
'Internal: creates question, indicator and target in the schema named region.';

CREATE FUNCTION region_tables_answers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE submission (
		round_id			integer NOT NULL REFERENCES round,
		school_id			integer NOT NULL REFERENCES school,
		submitted_at		timestamptz NOT NULL DEFAULT now(),
		source				text,
		teachers			integer CHECK (teachers >= 0),
		diagnosed_subject	integer CHECK (diagnosed_subject >= 0),
		diagnosed_method	integer CHECK (diagnosed_method >= 0),
		diagnosed_psych		integer CHECK (diagnosed_psych >= 0),
		supported			integer CHECK (supported >= 0),
		in_networks			integer CHECK (in_networks >= 0),
		in_active			integer CHECK (in_active >= 0),
		with_route			integer CHECK (with_route >= 0),
		in_events			boolean,
		has_curator			boolean,
		has_program			boolean,
		has_prevention		boolean,
		has_study_plans		boolean,
		has_tutoring		boolean,
		internet_resolved	boolean,
		equipment_resolved	boolean,
		staffing_resolved	boolean,
		PRIMARY KEY (round_id, school_id)
	);
	CREATE INDEX ON submission (school_id);

	CREATE TABLE submission_history (
		LIKE submission,
		replaced_at			timestamptz NOT NULL DEFAULT now(),
		replaced_by			name NOT NULL DEFAULT current_user,
		FOREIGN KEY (round_id) REFERENCES round,
		FOREIGN KEY (school_id) REFERENCES school
	);
	CREATE INDEX ON submission_history (round_id, school_id);

	CREATE TABLE municipal_submission (
		round_id				integer NOT NULL REFERENCES round,
		municipality_id			integer NOT NULL REFERENCES municipality,
		submitted_at			timestamptz NOT NULL DEFAULT now(),
		source					text,
		has_results_note		boolean,
		has_practice_sharing	boolean,
		has_resource_monitoring	boolean,
		PRIMARY KEY (round_id, municipality_id)
	);

	CREATE TABLE municipal_submission_history (
		LIKE municipal_submission,
		replaced_at				timestamptz NOT NULL DEFAULT now(),
		replaced_by				name NOT NULL DEFAULT current_user,
		FOREIGN KEY (round_id) REFERENCES round,
		FOREIGN KEY (municipality_id) REFERENCES municipality
	);
	CREATE INDEX ON municipal_submission_history (round_id, municipality_id);

	CREATE TABLE form_header (
		header	text PRIMARY KEY CHECK (header <> ''),
		field	text NOT NULL CHECK (field <> '')
	);

	CREATE TABLE import (
		import_id		bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		respondent		text NOT NULL CHECK (respondent IN ('school', 'municipality')),
		source			text,
		content			text NOT NULL,
		content_sha256	text NOT NULL,
		imported_at		timestamptz NOT NULL DEFAULT now(),
		imported_by		name NOT NULL DEFAULT current_user,
		rows_read		integer NOT NULL DEFAULT 0,
		loaded			integer NOT NULL DEFAULT 0,
		corrected		integer NOT NULL DEFAULT 0,
		refused			integer NOT NULL DEFAULT 0,
		unchanged		integer NOT NULL DEFAULT 0
	);
	CREATE INDEX ON import (round_id);

	CREATE TABLE import_issue (
		issue_id	bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		import_id	bigint NOT NULL REFERENCES import,
		line		integer,
		column_no	integer,
		header		text,
		question	text,
		raw_value	text,
		row_values	text[],
		reason		text NOT NULL,
		hint		text,
		severity	text NOT NULL CHECK (severity IN ('refused', 'warning'))
	);
	CREATE INDEX ON import_issue (import_id);
END
$function$;
COMMENT ON FUNCTION region_tables_answers(text) IS
'Internal: creates the tables of answers, their histories and the import journal in the schema named region.';

CREATE FUNCTION region_tables_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- The region's trigger functions take the schema from the trigger, so that they outlive a renamed
	-- schema and the extension itself. Columns are matched by name: a later version may append answers.
	CREATE FUNCTION keep_history() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		EXECUTE format('INSERT INTO %1$I.%2$I SELECT h.* FROM jsonb_populate_record(NULL::%1$I.%2$I, $1) h',
					   TG_TABLE_SCHEMA, TG_TABLE_NAME || '_history')
		USING to_jsonb(OLD) || jsonb_build_object('replaced_at', now(), 'replaced_by', current_user);
		RETURN NULL;
	END
	$trigger$;

	CREATE TRIGGER keep_replaced AFTER UPDATE ON submission
		FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_history();
	CREATE TRIGGER keep_deleted AFTER DELETE ON submission
		FOR EACH ROW EXECUTE FUNCTION keep_history();
	CREATE TRIGGER keep_replaced AFTER UPDATE ON municipal_submission
		FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_history();
	CREATE TRIGGER keep_deleted AFTER DELETE ON municipal_submission
		FOR EACH ROW EXECUTE FUNCTION keep_history();

	CREATE FUNCTION check_target() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		known boolean;
	BEGIN
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.indicator i WHERE i.indicator = $1)', TG_TABLE_SCHEMA)
		INTO known USING NEW.indicator;
		IF NOT known THEN
			RAISE EXCEPTION 'показателя с кодом «%» нет в справочнике', NEW.indicator
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Коды показателей перечислены в таблице %I.indicator.', TG_TABLE_SCHEMA);
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE TRIGGER check_indicator BEFORE INSERT OR UPDATE OF indicator ON target
		FOR EACH ROW EXECUTE FUNCTION check_target();

	-- versions of one code may not hold on the same day; the argument names the column of the code
	CREATE FUNCTION check_versions() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		code text := to_jsonb(NEW) ->> TG_ARGV[0];
		clashes boolean;
	BEGIN
		-- two who add versions at the same time would not see each other's
		PERFORM pg_advisory_xact_lock(hashtextextended(format('%s.%s', TG_TABLE_SCHEMA, TG_TABLE_NAME), 0));
		EXECUTE format('SELECT count(*) > 1 FROM %I.%I d WHERE d.%I = $1
						AND daterange(d.valid_from, d.valid_until) && daterange($2, $3)',
					   TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0])
		INTO clashes USING code, NEW.valid_from, NEW.valid_until;
		IF clashes THEN
			RAISE EXCEPTION 'два определения «%» действуют в один и тот же день', code
				USING ERRCODE = 'exclusion_violation',
					  HINT = 'Закройте прежнее определение датой valid_until, затем добавьте новое с той же датой valid_from.';
		END IF;
		RETURN NULL;
	END
	$trigger$;

	CREATE TRIGGER check_versions AFTER INSERT OR UPDATE ON question
		FOR EACH ROW EXECUTE FUNCTION check_versions('question');
	CREATE TRIGGER check_versions AFTER INSERT OR UPDATE ON indicator
		FOR EACH ROW EXECUTE FUNCTION check_versions('indicator');
END
$function$;
COMMENT ON FUNCTION region_tables_triggers(text) IS
'Internal: creates the region''s own trigger functions and triggers (history of answers, known indicator codes, versions of definitions) in the schema named region.';
-- The eighteen indicators of clauses 1.2.1-1.2.6, in the order of the source.
-- Cohorts: every school of the round; low_results OR adverse_conditions (ШНОР и ШНСУ, each school once);
-- risk_zone. Only schools of the indicator's institution_kinds count, which is added when it is compiled.

CREATE FUNCTION region_seed_indicators(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	section_1 CONSTANT text := '1.2.1. По выявлению школ с низкими результатами обучения и/или школ, функционирующих в неблагоприятных социальных условиях';
	section_2 CONSTANT text := '1.2.2. По выявлению динамики образовательных результатов в школах с низкими результатами обучения и/или школах, функционирующих в неблагоприятных социальных условиях';
	section_3 CONSTANT text := '1.2.3. По оценке предметных компетенций и учету педагогических работников школ с низкими результатами обучения и/или школ, функционирующих в неблагоприятных социальных условиях, прошедших диагностику профессиональных дефицитов/предметных компетенций';
	section_4 CONSTANT text := '1.2.4. По оказанию методической помощи и реализации механизмов поддержки практики школ в области повышения качества образования на региональном и муниципальном уровнях';
	section_5 CONSTANT text := '1.2.5. По профилактике учебной неуспешности обучающихся школ';
	section_6 CONSTANT text := '1.2.6. По мониторингу ресурсов и ликвидации рисков в школах, функционирующих в зоне риска снижения образовательных результатов';
	form_method CONSTANT text := 'Сбор информации от ОУ через Google-Форму в рамках мониторинга';
	supported_schools CONSTANT text := 'low_results OR adverse_conditions';
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- 1.2.1
	INSERT INTO indicator (indicator_id, position, clause, section, indicator, unit, level, numerator, polarity,
						   title, collection_method, source_formula, documents, source_defect) VALUES
	(1, 1, '1.2.1', section_1, 'low_or_adverse_schools', 'percent', 'school',
	 'low_results OR adverse_conditions', 'context',
	 'Доля школ муниципалитета с низкими результатами обучения и/или школ, функционирующих в неблагоприятных социальных условиях, от общего количества школ муниципалитета',
	 'Приказ ДО ИО',
	 'Количество ШНОР и ШНСУ/общее количество школ x 100%',
	 'Приказ отдела, дорожная карта',
	 'Источник не говорит, лучше большее или меньшее значение: показатель справочный, не оценивается. Школа, которая и ШНОР, и ШНСУ, считается один раз. Вид учреждения не указан: школы.');

	-- 1.2.2
	INSERT INTO indicator (indicator_id, position, clause, section, indicator, unit, level, numerator, missing,
						   title, collection_method, source_formula, documents, source_defect) VALUES
	(2, 2, '1.2.2', section_2, 'results_note', 'yes_no', 'municipality',
	 'has_results_note', 'no',
	 'Наличие в муниципалитете аналитической справки по мониторингу образовательных результатов обучающихся в ШНОР и обучающихся в школах, функционирующих в неблагоприятных социальных условиях',
	 'Используются данные ИРЦОКО',
	 'Наличие — 1 балл; Отсутствие — 0 баллов.',
	 'Аналитическая справка',
	 'Вид учреждения не указан: муниципалитет отвечает за себя. Под таблицей источника — обрывок чужой строки («в ОУ диагностики профессиональных дефицитов педагогических»).');

	-- 1.2.3: the three kinds of diagnosis overlap and are never added up
	INSERT INTO indicator (indicator_id, position, clause, section, indicator, unit, level, numerator, denominator,
						   cohort, title, collection_method, source_formula, documents, source_defect)
	SELECT v.id, v.id, '1.2.3', section_3, v.code, 'percent', 'school', v.code, 'teachers', supported_schools,
		   'Доля педагогических работников, включенных в процедуры диагностики профессиональных дефицитов: ' || v.kind,
		   form_method,
		   'Количество педагогических работников, включенных в процедуры диагностики профессиональных дефицитов; предметных; методических; психолого-педагогических x 100%',
		   '1. Аналитическая справка по итогам мониторинга профессиональных дефицитов педагогических работников: предметных; методических; психолого-педагогических. 2. Заявка/корпоративный заказ на осуществление процедур оценки профессиональных дефицитов педагогов ОУ (по желанию).',
		   'В методике расчета нет знаменателя: им служит вопрос 1, количество педагогических работников. Один показатель на три вида диагностики, которые пересекаются: считается три показателя, складывать их нельзя.'
	FROM (VALUES (3, 'diagnosed_subject', 'предметных'),
				 (4, 'diagnosed_method', 'методических'),
				 (5, 'diagnosed_psych', 'психолого-педагогических')) AS v(id, code, kind);

	-- 1.2.4, shares of teachers
	INSERT INTO indicator (indicator_id, position, clause, section, indicator, unit, level, numerator, denominator,
						   cohort, title, collection_method, source_formula, documents, source_defect) VALUES
	(6, 6, '1.2.4', section_4, 'teachers_supported', 'percent', 'school',
	 'supported', 'teachers', supported_schools,
	 'Доля педагогов ШНОР и ШНСУ, которым оказана консультативная, методическая и другие виды поддержки по повышению качества образования, от всех педагогов ШНОР и ШНСУ',
	 form_method,
	 'Количество педагогов ШНОР и ШНСУ муниципалитета, которым оказана консультативная, методическая и другие виды поддержки по повышению качества образования/на общее количество педагогов ШНОР и ШНСУ муниципалитета x 100%.',
	 'Аналитическая справка', NULL),
	(7, 7, '1.2.4', section_4, 'teachers_in_networks', 'percent', 'school',
	 'in_networks', 'teachers', supported_schools,
	 'Доля педагогов ШНОР и ШНСУ, включенных в региональные сетевые методические объединения учителей-предметников',
	 form_method || '. Информация УНОИ',
	 'Количество педагогов ШНОР и ШНСУ муниципалитета, включенных в региональные сетевые методические объединения учителей-предметников/общее количество педагогов ШНОР и ШНСУ муниципалитета x 100%.',
	 'Аналитическая справка',
	 'Два источника данных: форма и УНОИ; какой важнее, методика не говорит. Хранятся оба, считается ответ УНОИ (порядок — в question_source), расхождения видны в answer_conflict.'),
	(8, 8, '1.2.4', section_4, 'teachers_in_active', 'percent', 'school',
	 'in_active', 'teachers', supported_schools,
	 'Доля педагогов ШНОР и ШНСУ, включенных в работу регионального методического актива',
	 form_method,
	 'Количество педагогов ШНОР и ШНСУ муниципалитета, включенных в работу регионального методического актива/общее количество педагогов ШНОР и ШНСУ муниципалитета x 100%.',
	 'Аналитическая справка',
	 'Вопрос формы скопирован из строки выше и спрашивает о сетевых объединениях: исправлен на вопрос о методическом активе.'),
	(9, 9, '1.2.4', section_4, 'teachers_with_route', 'percent', 'school',
	 'with_route', 'teachers', supported_schools,
	 'Доля педагогов ШНОР и ШНСУ в муниципалитете, имеющих ИОМ',
	 form_method,
	 'Количество педагогов ШНОР и ШНСУ муниципалитета, имеющих ИОМ/общее количество педагогов ШНОР и ШНСУ муниципалитета x 100%.',
	 'Аналитическая справка',
	 'Школу спрашивают о муниципалитете: вопрос исправлен на «в Вашем ОУ». В названии исправлено «имеющие» на «имеющих».');

	-- 1.2.4, shares of schools
	INSERT INTO indicator (indicator_id, position, clause, section, indicator, unit, level, numerator,
						   cohort, missing, title, collection_method, source_formula, documents, source_defect) VALUES
	(10, 10, '1.2.4', section_4, 'schools_in_events', 'percent', 'school',
	 'in_events', supported_schools, 'no',
	 'Доля ШНОР и ШНСУ в муниципалитете, вовлеченных в федеральные, региональные, муниципальные (межмуниципальные) события/мероприятия, направленные на развитие профессионального мастерства педагогических и управленческих кадров по тематикам, связанным с повышением качества образования и поддержки ШНОР и ШНСУ',
	 form_method || '. Информация УНОИ',
	 'Количество ШНОР и ШНСУ в муниципалитете, вовлеченных в федеральные, региональные, муниципальные (межмуниципальные) события/мероприятия, направленные на развитие профессионального мастерства педагогических и управленческих кадров по тематикам, связанным с повышением качества образования и поддержки ШНОР и ШНСУ/общее количество ШНОР и ШНСУ в муниципалитете x 100%',
	 'Аналитическая справка',
	 'Вопрос формы и вид учреждения не указаны. Два источника данных: форма и УНОИ; хранятся оба, считается ответ УНОИ (порядок — в question_source).'),
	(11, 11, '1.2.4', section_4, 'schools_with_curator', 'percent', 'school',
	 'has_curator', supported_schools, 'no',
	 'Доля ШНОР и ШНСУ муниципалитета, для которых определены школы-кураторы/директора-кураторы (проекта 500+), оказывающие им консультативную, методическую и другие виды поддержки (в том числе школы проекта 500+, муниципальные и региональные сетевые партнеры)',
	 'Приказ ДО ИО. Наличие договора о сотрудничестве',
	 'Количество ШНОР и ШНСУ муниципалитета, для которых определены школы-кураторы, оказывающие им консультативную, методическую и другие виды поддержки/общее количество ШНОР и ШНСУ муниципалитета x 100%',
	 'Договор о сотрудничестве',
	 'Вопрос формы не указан. В методике расчета нет директоров-кураторов, которые есть в показателе: читается по показателю.'),
	(12, 12, '1.2.4', section_4, 'schools_with_program', 'percent', 'school',
	 'has_program', supported_schools, 'no',
	 'Доля ШНОР и ШНСУ муниципалитета, в которых разработана школьная программа повышения качества образования (ШППКО) или концепция и среднесрочные программы повышения качества образования (проект 500+)',
	 form_method,
	 'Количество ШНОР и ШНСУ муниципалитета, в которых разработана школьная программа повышения качества образования (ШППКО) или концепция и среднесрочные программы повышения качества образования (проект 500+)/общее количество ШНОР и ШНСУ муниципалитета x 100%',
	 'Аналитическая справка', NULL),

	-- 1.2.5, shares of all schools
	(13, 13, '1.2.5', section_5, 'schools_with_prevention', 'percent', 'school',
	 'has_prevention', NULL, 'no',
	 'Доля ОУ муниципалитета, в которых сформирована программа/система профилактики и ликвидации школьной неуспешности',
	 form_method,
	 'Количество школ муниципалитета, в которых сформирована программа (система) профилактики и ликвидации школьной неуспешности/общее количество школ муниципалитета x 100%',
	 'Аналитическая справка',
	 'Опечатка источника: «не успешности».'),
	(14, 14, '1.2.5', section_5, 'schools_with_study_plans', 'percent', 'school',
	 'has_study_plans', NULL, 'no',
	 'Доля ОО муниципалитета, в которых разработаны ИУПы (адресные образовательные программы) для слабоуспевающих и неуспевающих обучающихся',
	 form_method,
	 'Количество школ муниципалитета, в которых разработаны ИУПы (адресные образовательные программы) для слабоуспевающих и неуспевающих обучающихся/общее количество школ муниципалитета x 100%',
	 'Аналитическая справка', NULL),
	(15, 15, '1.2.5', section_5, 'schools_with_tutoring', 'percent', 'school',
	 'has_tutoring', NULL, 'no',
	 'Доля ОО муниципалитета, в которых организована тьюторская поддержка обучающихся для ликвидации учебных дефицитов',
	 form_method,
	 'Количество школ муниципалитета, в которых организована тьюторская поддержка обучающихся для ликвидации учебных дефицитов/общее количество школ муниципалитета x 100%',
	 'Аналитическая справка', NULL),

	-- 1.2.5 and 1.2.6, answers of the municipality itself
	(16, 16, '1.2.5', section_5, 'practice_sharing', 'yes_no', 'municipality',
	 'has_practice_sharing', NULL, 'no',
	 'Наличие в муниципалитете системы распространения успешных педагогических практик по профилактике учебной неуспешности',
	 NULL,
	 'В дорожной карте предусмотрены мероприятия по распространению успешных педагогических практик по профилактике учебной неуспешности. Наличие — 1 балл; Отсутствие — 0 баллов.',
	 'Дорожная карта',
	 'Вид учреждения, метод сбора и вопрос не указаны. Методика расчета смотрит на дорожную карту, а в документах названа аналитическая справка: читается по методике расчета.'),
	(17, 17, '1.2.6', section_6, 'resource_monitoring', 'yes_no', 'municipality',
	 'has_resource_monitoring', NULL, 'no',
	 'Наличие в муниципалитете мониторинга ресурсов детей в школах, функционирующих в зоне риска снижения образовательных результатов',
	 NULL,
	 'Наличие в муниципалитете процедуры оценки ресурсов (аналитической записки) в школах, функционирующих в зоне риска снижения образовательных результатов. Наличие — 1 балл; Отсутствие — 0 баллов.',
	 'Аналитическая записка',
	 'Заголовок раздела утрачен: восстановлен по его показателям. Индикатор, метод сбора, вопрос и документ не указаны.'),

	-- 1.2.6, share of schools in the risk zone
	(18, 18, '1.2.6', section_6, 'risks_resolved', 'percent', 'school',
	 'yes_count(internet_resolved, equipment_resolved, staffing_resolved) >= 2', 'risk_zone', 'no',
	 'Доля ОУ муниципалитета, функционирующих в зоне риска снижения образовательных результатов, в которых ликвидированы риски: отсутствие устойчивого доступа в интернет, отсутствие достаточного количества компьютерной техники, дефицит педагогических кадров, вакансий',
	 form_method,
	 'Количество школ муниципалитета, функционирующих в зоне риска снижения образовательных результатов, в которых ликвидированы не менее двух из трех указанных рисков: отсутствие устойчивого доступа в интернет, отсутствие достаточного количества компьютерной техники, дефицит педагогических кадров, вакансий/общее количество школ муниципалитета, функционирующих в зоне риска снижения образовательных результатов x 100%',
	 'Аналитическая справка МСО',
	 'Заголовок раздела утрачен: восстановлен по его показателям. Вопрос с одним ответом «да» или «нет» не показывает двух рисков из трёх: задаётся тремя вопросами.');
END
$function$;
COMMENT ON FUNCTION region_seed_indicators(text) IS
'Internal: the eighteen indicators of clauses 1.2.1-1.2.6 with their formulas, the source''s method of calculation and its defects.';
-- What a new region starts with: its settings, the questions of the forms with their wording,
-- and the wordings under which other columns of form exports are known.
-- The indicators stand in 61-region-seed-indicators.sql. docs/methodology.md explains each reading.

CREATE FUNCTION region_seed(region text, title text, time_zone text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	EXECUTE format('INSERT INTO %I.setting (title, time_zone) VALUES ($1, $2)', region)
	USING title, time_zone;
	PERFORM shnor.region_seed_questions(region);
	PERFORM shnor.region_seed_indicators(region);
	PERFORM shnor.region_seed_headers(region);
END
$function$;
COMMENT ON FUNCTION region_seed(text, text, text) IS
'Internal: fills a new region with its settings, questions, indicators and form headers. Run by create_region, once.';

CREATE FUNCTION region_seed_questions(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- counts: what one school reports
	INSERT INTO question (position, question, respondent, answer_type, evidence, part_of,
						  wording, source_wording, source_defect) VALUES
	(1, 'teachers', 'school', 'count', 'none', NULL,
	 'Количество педагогических работников в ОУ',
	 'Количество педагогических работников.',
	 'В п. 1.2.3 и 1.2.4 один и тот же вопрос записан по-разному и повторён для каждого показателя: задаётся один раз, в формулировке п. 1.2.4.'),
	(2, 'diagnosed_subject', 'school', 'count', 'optional', 'teachers',
	 'Количество педагогических работников, включенных в процедуры диагностики профессиональных дефицитов: предметных',
	 'Количество педагогических работников, включенных в процедуры диагностики профессиональных дефицитов; предметных; методических; психолого-педагогических.',
	 'Один вопрос на три вида диагностики: задаётся тремя вопросами. Виды пересекаются, складывать их нельзя.'),
	(3, 'diagnosed_method', 'school', 'count', 'optional', 'teachers',
	 'Количество педагогических работников, включенных в процедуры диагностики профессиональных дефицитов: методических',
	 'Количество педагогических работников, включенных в процедуры диагностики профессиональных дефицитов; предметных; методических; психолого-педагогических.',
	 'Один вопрос на три вида диагностики: задаётся тремя вопросами. Виды пересекаются, складывать их нельзя.'),
	(4, 'diagnosed_psych', 'school', 'count', 'optional', 'teachers',
	 'Количество педагогических работников, включенных в процедуры диагностики профессиональных дефицитов: психолого-педагогических',
	 'Количество педагогических работников, включенных в процедуры диагностики профессиональных дефицитов; предметных; методических; психолого-педагогических.',
	 'Один вопрос на три вида диагностики: задаётся тремя вопросами. Виды пересекаются, складывать их нельзя.'),
	(5, 'supported', 'school', 'count', 'none', 'teachers',
	 'Количество педагогов ШНОР и ШНСУ, которым оказана консультативная, методическая и другие виды поддержки по повышению качества образования',
	 'Количество педагогов ШНОР и ШНСУ, которым оказана консультативная, методическая и другие виды поддержки по повышению качества образования.',
	 NULL),
	(6, 'in_networks', 'school', 'count', 'none', 'teachers',
	 'Количество педагогов ШНОР и ШНСУ, включенных в региональные сетевые методические объединения учителей-предметников',
	 'Количество педагогов ШНОР и ШНСУ, включенных в региональные сетевые методические объединения учителей-предметников.',
	 'Методика называет два источника данных, форму и УНОИ, и не говорит, какой важнее: хранятся оба, считается ответ УНОИ, расхождения видны в answer_conflict.'),
	(7, 'in_active', 'school', 'count', 'none', 'teachers',
	 'Количество педагогов ШНОР и ШНСУ, включенных в работу регионального методического актива',
	 'Количество педагогов ШНОР и ШНСУ в муниципалитете, включенных в региональные сетевые методические объединения учителей-предметников.',
	 'Вопрос скопирован из строки выше и спрашивает о сетевых объединениях, а показатель — о методическом активе. Столбец с исходной формулировкой не загружается: ответ в нём о другом.'),
	(8, 'with_route', 'school', 'count', 'none', 'teachers',
	 'Количество педагогов ШНОР и ШНСУ в Вашем ОУ, имеющих ИОМ',
	 'Количество педагогов ШНОР и ШНСУ в муниципалитете, имеющих ИОМ.',
	 'Школа отвечает за себя, а вопрос — о муниципалитете: спрашивается «в Вашем ОУ».');

	-- yes or no: what one school reports
	INSERT INTO question (position, question, respondent, answer_type, evidence,
						  wording, source_wording, source_defect) VALUES
	(9, 'in_events', 'school', 'yes_no', 'none',
	 'Вовлечено ли Ваше ОУ в федеральные, региональные, муниципальные (межмуниципальные) события/мероприятия, направленные на развитие профессионального мастерства педагогических и управленческих кадров по тематикам, связанным с повышением качества образования и поддержки ШНОР и ШНСУ (да/нет)',
	 NULL,
	 'Вопроса в источнике нет: составлен по показателю. Методика называет два источника данных, форму и УНОИ, и не говорит, какой важнее: хранятся оба, считается ответ УНОИ, расхождения видны в answer_conflict.'),
	(10, 'has_curator', 'school', 'yes_no', 'required_if_yes',
	 'Определены ли для Вашего ОУ школа-куратор/директор-куратор (проекта 500+), оказывающие консультативную, методическую и другие виды поддержки (да/нет)',
	 NULL,
	 'Вопроса в источнике нет (приказ ДО ИО, договор о сотрудничестве): составлен по показателю.'),
	(11, 'has_program', 'school', 'yes_no', 'none',
	 'Разработана ли школьная программа повышения качества образования (ШППКО) или концепция и среднесрочные программы повышения качества образования (проект 500+)',
	 'Разработана ли школьная программа повышения качества образования (ШППКО) или концепция и среднесрочные программы повышения качества образования (проект 500+).',
	 'Тип вопроса в источнике — «краткий ответ»; ответ читается как «да» или «нет».'),
	(12, 'has_prevention', 'school', 'yes_no', 'required_if_yes',
	 'Сформирована ли программа/система профилактики и ликвидации школьной неуспешности (да/нет)',
	 'Сформирована ли программа/система профилактики и ликвидации школьной не успешности (да/нет).',
	 'Опечатка источника: «не успешности».'),
	(13, 'has_study_plans', 'school', 'yes_no', 'required_if_yes',
	 'Разработаны ли ИУПы (адресные образовательные программы) для слабоуспевающих и неуспевающих обучающихся (да/нет)',
	 'Разработаны ли ИУПы (адресные образовательные программы) для слабоуспевающих и неуспевающих обучающихся (да/нет).',
	 NULL),
	(14, 'has_tutoring', 'school', 'yes_no', 'required_if_yes',
	 'Организована ли тьюторская поддержка обучающихся для ликвидации учебных дефицитов (да/нет)',
	 'Организована ли тьюторская поддержка обучающихся для ликвидации учебных дефицитов (да/нет).',
	 NULL),
	(15, 'internet_resolved', 'school', 'yes_no', 'required_if_yes',
	 'Удалось ли ликвидировать в ОУ риск снижения образовательных результатов: отсутствие устойчивого доступа в интернет (да/нет)',
	 'Удалось ли ликвидировать риски снижения образовательных результатов в ОУ',
	 'Один ответ «да» или «нет» не показывает, ликвидированы ли два риска из трёх: задаётся тремя вопросами.'),
	(16, 'equipment_resolved', 'school', 'yes_no', 'required_if_yes',
	 'Удалось ли ликвидировать в ОУ риск снижения образовательных результатов: отсутствие достаточного количества компьютерной техники (да/нет)',
	 'Удалось ли ликвидировать риски снижения образовательных результатов в ОУ',
	 'Один ответ «да» или «нет» не показывает, ликвидированы ли два риска из трёх: задаётся тремя вопросами.'),
	(17, 'staffing_resolved', 'school', 'yes_no', 'required_if_yes',
	 'Удалось ли ликвидировать в ОУ риск снижения образовательных результатов: дефицит педагогических кадров, вакансии (да/нет)',
	 'Удалось ли ликвидировать риски снижения образовательных результатов в ОУ',
	 'Один ответ «да» или «нет» не показывает, ликвидированы ли два риска из трёх: задаётся тремя вопросами.');

	-- what a municipality reports about itself
	INSERT INTO question (position, question, respondent, answer_type, evidence, wording, source_defect) VALUES
	(18, 'has_results_note', 'municipality', 'yes_no', 'optional',
	 'Имеется ли в муниципалитете аналитическая справка по мониторингу образовательных результатов обучающихся в ШНОР и обучающихся в школах, функционирующих в неблагоприятных социальных условиях (да/нет)',
	 'Вопроса в источнике нет (данные ИРЦОКО): составлен по показателю.'),
	(19, 'has_practice_sharing', 'municipality', 'yes_no', 'optional',
	 'Предусмотрены ли в дорожной карте мероприятия по распространению успешных педагогических практик по профилактике учебной неуспешности (да/нет)',
	 'Вопроса и метода сбора в источнике нет: вопрос составлен по методике расчёта показателя.'),
	(20, 'has_resource_monitoring', 'municipality', 'yes_no', 'optional',
	 'Имеется ли в муниципалитете процедура оценки ресурсов (аналитическая записка) в школах, функционирующих в зоне риска снижения образовательных результатов (да/нет)',
	 'Вопроса и метода сбора в источнике нет: вопрос составлен по методике расчёта показателя.');
END
$function$;
COMMENT ON FUNCTION region_seed_questions(text) IS
'Internal: the twenty questions of the forms, with the source''s wording and its defects (clauses 1.2.2-1.2.6 of the tables).';

CREATE FUNCTION region_seed_headers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	INSERT INTO form_header (header, field) VALUES
	('Отметка времени', 'submitted_at'),
	('Timestamp', 'submitted_at'),
	('Время отправки', 'submitted_at'),
	('Время создания', 'submitted_at'),
	('Дата и время', 'submitted_at'),
	('Дата заполнения', 'submitted_at'),
	('Код ОО', 'school_code'),
	('Код ОУ', 'school_code'),
	('Код школы', 'school_code'),
	('Код организации', 'school_code'),
	('Код учреждения', 'school_code'),
	('Код образовательной организации', 'school_code'),
	('Код образовательного учреждения', 'school_code'),
	('Школа', 'school_name'),
	('Наименование ОО', 'school_name'),
	('Наименование ОУ', 'school_name'),
	('Наименование школы', 'school_name'),
	('Наименование образовательной организации', 'school_name'),
	('Наименование образовательного учреждения', 'school_name'),
	('Название ОО', 'school_name'),
	('Название ОУ', 'school_name'),
	('Название школы', 'school_name'),
	('Название образовательной организации', 'school_name'),
	('Название образовательного учреждения', 'school_name'),
	('Образовательная организация', 'school_name'),
	('Образовательное учреждение', 'school_name'),
	('Муниципалитет', 'municipality'),
	('Наименование муниципалитета', 'municipality'),
	('Название муниципалитета', 'municipality'),
	('Муниципальное образование', 'municipality'),
	('Наименование муниципального образования', 'municipality'),
	('Муниципальный район', 'municipality'),
	('Муниципальный район/городской округ', 'municipality'),
	('Муниципальный район (городской округ)', 'municipality'),
	('Городской округ/муниципальный район', 'municipality'),
	('Район', 'municipality'),
	('Территория', 'municipality'),
	('Адрес электронной почты', 'ignore'),
	('Электронная почта', 'ignore'),
	('Email Address', 'ignore'),
	('Имя пользователя', 'ignore'),
	('Баллы', 'ignore'),
	('ФИО', 'ignore'),
	('ФИО ответственного', 'ignore'),
	('ФИО заполнившего', 'ignore'),
	('Должность', 'ignore'),
	('Телефон', 'ignore'),
	('Контактный телефон', 'ignore'),
	('Комментарий', 'ignore'),
	('В случае положительного ответа прикрепить документ', 'document'),
	('В случае положительного ответа необходимо прикрепить документ', 'document'),
	('Прикрепите документ', 'document'),
	-- other wordings of the questions: the source's own, where it asks the same, and shorter ones
	('Количество педагогических работников', 'teachers'),
	('Количество педагогических работников в ОО', 'teachers'),
	('Количество педагогических работников в Вашем ОУ', 'teachers'),
	('Количество педагогов ОУ, включенных в региональные сетевые методические объединения учителей-предметников', 'in_networks'),
	('Количество педагогов ОУ, имеющих ИОМ', 'with_route'),
	('Количество педагогов ШНОР и ШНСУ в муниципалитете, имеющих ИОМ', 'with_route'),
	('Разработана ли школьная программа повышения качества образования (ШППКО) или концепция и среднесрочные программы повышения качества образования (проект 500+) (да/нет)', 'has_program'),
	('Сформирована ли программа/система профилактики и ликвидации школьной не успешности (да/нет)', 'has_prevention'),
	('Сформирована ли программа/система профилактики и ликвидации школьной не успешности', 'has_prevention'),
	('Сформирована ли программа/система профилактики и ликвидации школьной неуспешности', 'has_prevention'),
	('Разработаны ли ИУПы (адресные образовательные программы) для слабоуспевающих и неуспевающих обучающихся', 'has_study_plans'),
	('Организована ли тьюторская поддержка обучающихся для ликвидации учебных дефицитов', 'has_tutoring');
END
$function$;
COMMENT ON FUNCTION region_seed_headers(text) IS
'Internal: wordings of columns usual in exports of forms, and the field or question that each stands for.';
-- Russian comments of a region's views and their columns. Run after the views are created and by upgrade_region.

CREATE FUNCTION region_view_comments(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	command text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	COMMENT ON VIEW round_indicator IS 'Определения показателей, действующие в мониторинге: одна строка на мониторинг и показатель. Отсюда видно, как посчитана цифра отчёта.';
	COMMENT ON COLUMN round_indicator.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN round_indicator.indicator_id IS 'Номер показателя внутри свёрток ответов.';
	COMMENT ON COLUMN round_indicator.indicator IS 'Код показателя.';
	COMMENT ON COLUMN round_indicator.position IS 'Порядковый номер в отчётах.';
	COMMENT ON COLUMN round_indicator.clause IS 'Пункт методики.';
	COMMENT ON COLUMN round_indicator.section IS 'Раздел методики.';
	COMMENT ON COLUMN round_indicator.title IS 'Название показателя.';
	COMMENT ON COLUMN round_indicator.unit IS 'Единица: percent — доля в процентах, yes_no — да или нет.';
	COMMENT ON COLUMN round_indicator.level IS 'Чьи ответы считаются: school — организаций, municipality — самих муниципалитетов.';
	COMMENT ON COLUMN round_indicator.institution_kinds IS 'Виды учреждений через запятую: school — школа, preschool — ДОУ, supplementary — УДО.';
	COMMENT ON COLUMN round_indicator.collection_method IS 'Метод сбора информации по методике.';
	COMMENT ON COLUMN round_indicator.numerator IS 'Числитель: выражение.';
	COMMENT ON COLUMN round_indicator.denominator IS 'Знаменатель: выражение. Пусто: каждая школа или муниципалитет считается за 1.';
	COMMENT ON COLUMN round_indicator.cohort IS 'Круг школ: условие. Пусто: все организации мониторинга указанных видов.';
	COMMENT ON COLUMN round_indicator.missing IS 'Нет ответа: exclude — не считается, no — считается ответом «нет».';
	COMMENT ON COLUMN round_indicator.polarity IS 'Что лучше: higher_is_better — больше, lower_is_better — меньше, context — не оценивается.';
	COMMENT ON COLUMN round_indicator.source_formula IS 'Методика расчета, как в источнике.';
	COMMENT ON COLUMN round_indicator.documents IS 'Документы, которыми подтверждается показатель.';
	COMMENT ON COLUMN round_indicator.source_defect IS 'Недостаток методики и принятое прочтение.';
	COMMENT ON COLUMN round_indicator.definition_id IS 'Номер версии определения в таблице indicator.';

	COMMENT ON VIEW round_methodology IS 'Служебное: определения показателей мониторинга, собранные для подсчёта. Не для отчётов.';
	COMMENT ON COLUMN round_methodology.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN round_methodology.level IS 'Чьи ответы считаются: school или municipality.';
	COMMENT ON COLUMN round_methodology.methodology IS 'Собранные определения.';

	COMMENT ON VIEW indicator_question IS 'Что читает показатель: вопросы и статусы, которые стоят в его формулах; одна строка на мониторинг, показатель и столбец.';
	COMMENT ON COLUMN indicator_question.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN indicator_question.indicator IS 'Код показателя.';
	COMMENT ON COLUMN indicator_question.column_name IS 'Столбец: код вопроса или статус школы.';
	COMMENT ON COLUMN indicator_question.question IS 'Код вопроса. Пусто: столбец — статус, а не вопрос.';
	COMMENT ON COLUMN indicator_question.respondent IS 'Кто отвечает: school — организация, municipality — муниципалитет.';
	COMMENT ON COLUMN indicator_question.answer_type IS 'Вид ответа: count — количество, yes_no — да или нет.';
	COMMENT ON COLUMN indicator_question.evidence IS 'Нужен ли документ: none — нет, optional — по желанию, required_if_yes — обязателен при ответе «да».';
	COMMENT ON COLUMN indicator_question.wording IS 'Формулировка вопроса.';

	COMMENT ON VIEW round_member IS 'Состав мониторинга: у закрытого — записанный при закрытии, у остальных — на дату состава; одна строка на мониторинг и организацию.';
	COMMENT ON COLUMN round_member.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN round_member.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN round_member.school_id IS 'Организация.';
	COMMENT ON COLUMN round_member.kind IS 'Вид учреждения: school — школа, preschool — ДОУ, supplementary — УДО.';
	COMMENT ON COLUMN round_member.low_results IS 'ШНОР на дату состава.';
	COMMENT ON COLUMN round_member.adverse_conditions IS 'ШНСУ на дату состава.';
	COMMENT ON COLUMN round_member.risk_zone IS 'Школа зоны риска на дату состава.';

	COMMENT ON VIEW municipal_member IS 'Муниципалитеты мониторинга: у закрытого — записанные при закрытии, у остальных — все; одна строка на мониторинг и муниципалитет.';
	COMMENT ON COLUMN municipal_member.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_member.municipality_id IS 'Муниципалитет.';

	COMMENT ON VIEW municipal_round IS 'Ответы муниципалитетов о себе с учётом всех источников: одна строка на мониторинг и муниципалитет, ответивший и не ответивший.';
	COMMENT ON COLUMN municipal_round.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_round.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_round.submitted_at IS 'Когда отправлен ответ на форму. Пусто: ответа нет.';

	COMMENT ON VIEW school_round IS 'Организации мониторинга на дату состава, ответившие и не ответившие: одна строка на мониторинг и организацию.';
	COMMENT ON COLUMN school_round.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN school_round.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN school_round.school_id IS 'Организация.';
	COMMENT ON COLUMN school_round.low_results IS 'ШНОР на дату состава.';
	COMMENT ON COLUMN school_round.adverse_conditions IS 'ШНСУ на дату состава.';
	COMMENT ON COLUMN school_round.risk_zone IS 'Школа зоны риска на дату состава.';
	COMMENT ON COLUMN school_round.submitted_at IS 'Когда отправлен ответ. Пусто: ответа нет.';
	COMMENT ON COLUMN school_round.kind IS 'Вид учреждения: school — школа, preschool — ДОУ, supplementary — УДО.';
	COMMENT ON COLUMN school_round.is_school IS 'Вид учреждения — школа.';
	COMMENT ON COLUMN school_round.is_preschool IS 'Вид учреждения — ДОУ.';
	COMMENT ON COLUMN school_round.is_supplementary IS 'Вид учреждения — УДО.';

	COMMENT ON VIEW school_indicator IS 'Вклад организации в каждый показатель: одна строка на мониторинг, организацию и показатель. Так от цифры отчёта приходят к ответам.';
	COMMENT ON COLUMN school_indicator.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN school_indicator.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN school_indicator.school_id IS 'Организация.';
	COMMENT ON COLUMN school_indicator.indicator IS 'Код показателя.';
	COMMENT ON COLUMN school_indicator.in_cohort IS 'Входит в круг организаций показателя.';
	COMMENT ON COLUMN school_indicator.numerator IS 'Вклад в числитель. Пусто: нет ответа или не входит в круг.';
	COMMENT ON COLUMN school_indicator.denominator IS 'Вклад в знаменатель. Пусто: нет ответа или не входит в круг.';
	COMMENT ON COLUMN school_indicator.score IS 'Балл организации по вопросу «да/нет»: 1 или 0; нет ответа — 0 (п. 1.2.6 А). Пусто для количеств, справочных показателей и организаций вне круга.';
	COMMENT ON COLUMN school_indicator.reason IS 'Почему балл такой или почему его нет.';

	COMMENT ON VIEW municipal_tally IS 'Служебное: свёртка ответов муниципалитета за мониторинг, из которой читаются все отчёты. Свёртки складываются: shnor.sum(tally).';
	COMMENT ON COLUMN municipal_tally.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_tally.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_tally.tally IS 'Свёртка: для каждого показателя числитель, знаменатель, сколько ответило и не ответило.';

	COMMENT ON VIEW indicator_result IS 'Служебное: показатели муниципалитетов и региона вместе, без названий. Здесь выносятся все оценки; для отчётов — municipal_indicator и regional_indicator.';
	COMMENT ON COLUMN indicator_result.scope IS 'Чей показатель: municipality — муниципалитета, region — региона.';

	COMMENT ON VIEW municipal_indicator IS 'Главный отчёт: одна строка на мониторинг, муниципалитет и показатель, действующий в мониторинге.';
	COMMENT ON COLUMN municipal_indicator.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_indicator.round_title IS 'Название мониторинга.';
	COMMENT ON COLUMN municipal_indicator.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_indicator.municipality IS 'Название муниципалитета.';
	COMMENT ON COLUMN municipal_indicator.position IS 'Порядковый номер показателя.';
	COMMENT ON COLUMN municipal_indicator.indicator IS 'Код показателя.';
	COMMENT ON COLUMN municipal_indicator.section IS 'Раздел методики.';
	COMMENT ON COLUMN municipal_indicator.title IS 'Название показателя.';
	COMMENT ON COLUMN municipal_indicator.unit IS 'Единица: percent — доля в процентах, yes_no — да или нет.';
	COMMENT ON COLUMN municipal_indicator.numerator IS 'Числитель: сумма по тем же организациям, что и знаменатель.';
	COMMENT ON COLUMN municipal_indicator.denominator IS 'Знаменатель. Итоги по нескольким строкам считаются как сумма числителей на сумму знаменателей, а не как среднее процентов.';
	COMMENT ON COLUMN municipal_indicator.percent IS 'Числитель на знаменатель, %, с точностью до 0,0001. Пусто, если знаменатель 0; 0 % — это ноль, а не пропуск.';
	COMMENT ON COLUMN municipal_indicator.threshold IS 'Порог мониторинга, %: значение для муниципалитета важнее общего. Пусто, если не установлен, и у показателей «да/нет» отдельного муниципалитета.';
	COMMENT ON COLUMN municipal_indicator.plan IS 'Плановое значение мониторинга, %. Пусто, если не установлено, и у показателей «да/нет» отдельного муниципалитета.';
	COMMENT ON COLUMN municipal_indicator.score IS 'Балл: 1 — не хуже порога или «да», 0 — хуже порога, «нет» или нет ответа (п. 1.2.6). Сравнивается точная дробь, а не округлённый процент. Пусто: оценки нет, см. reason.';
	COMMENT ON COLUMN municipal_indicator.reason IS 'Почему балл такой или почему его нет.';
	COMMENT ON COLUMN municipal_indicator.answered IS 'Сколько организаций круга ответило; у показателей «да/нет» — сколько муниципалитетов.';
	COMMENT ON COLUMN municipal_indicator.missing IS 'Сколько не ответило.';
	COMMENT ON COLUMN municipal_indicator.percent_low IS 'Наименьшее значение, возможное после недостающих ответов, %. Пусто, если его нельзя назвать: для долей педагогов при пропусках неизвестен и знаменатель.';
	COMMENT ON COLUMN municipal_indicator.percent_high IS 'Наибольшее значение, возможное после недостающих ответов, %. Пусто, если его нельзя назвать.';
	COMMENT ON COLUMN municipal_indicator.gap IS 'На сколько единиц должен измениться числитель, чтобы порог был выполнен: сколько школ или педагогов не хватает (если лучше меньшее значение — сколько лишних).';
	COMMENT ON COLUMN municipal_indicator.note_required IS 'Нужна аналитическая записка: балл 0 или значение хуже планового (п. 1.2.6).';

	COMMENT ON VIEW regional_indicator IS 'Показатели региона: одна строка на мониторинг и показатель, суммы по всем муниципалитетам. Показатель «да/нет» — доля муниципалитетов с ответом «да». Оценка — по общим порогам.';

	COMMENT ON VIEW municipal_score IS 'Баллы и место муниципалитетов: одна строка на мониторинг и муниципалитет.';
	COMMENT ON COLUMN municipal_score.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN municipal_score.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN municipal_score.points IS 'Сумма баллов.';
	COMMENT ON COLUMN municipal_score.max_points IS 'Сколько баллов можно было набрать: по одному за каждый оценённый показатель.';
	COMMENT ON COLUMN municipal_score.scored IS 'Сколько показателей оценено.';
	COMMENT ON COLUMN municipal_score.unscored IS 'Сколько показателей без оценки: справочные, без порога, с пустым кругом.';
	COMMENT ON COLUMN municipal_score.rank IS 'Место в мониторинге по доле points/max_points; при равенстве место общее. Пусто, если не оценён ни один показатель.';
	COMMENT ON COLUMN municipal_score.round_title IS 'Название мониторинга.';
	COMMENT ON COLUMN municipal_score.municipality IS 'Название муниципалитета.';

	COMMENT ON VIEW completeness IS 'Полнота и своевременность ответов организаций: одна строка на мониторинг и муниципалитет.';
	COMMENT ON COLUMN completeness.round_id IS 'Мониторинг.';
	COMMENT ON COLUMN completeness.municipality_id IS 'Муниципалитет.';
	COMMENT ON COLUMN completeness.expected IS 'Сколько организаций должно ответить: все организации мониторинга тех видов, которых касаются показатели.';
	COMMENT ON COLUMN completeness.submitted IS 'Сколько ответило.';
	COMMENT ON COLUMN completeness.on_time IS 'Сколько ответило вовремя: первый ответ пришёл до конца дня срока по часовому поясу региона.';
	COMMENT ON COLUMN completeness.answers_expected IS 'Сколько ответов ожидалось: организации на действующие вопросы.';
	COMMENT ON COLUMN completeness.answers_given IS 'Сколько ответов дано: непустых.';
	COMMENT ON COLUMN completeness.round_title IS 'Название мониторинга.';
	COMMENT ON COLUMN completeness.municipality IS 'Название муниципалитета.';

	-- columns that mean the same as elsewhere carry the same comment
	FOR command IN
		SELECT format('COMMENT ON COLUMN %s.%I IS %L', c.copy, a.attname, col_description(o.attrelid, o.attnum))
		FROM (VALUES ('submission', 'school_round'), ('municipal_submission', 'municipal_round'),
					 ('municipal_indicator', 'indicator_result'),
					 ('municipal_indicator', 'regional_indicator')) AS c(original, copy)
		JOIN pg_attribute o ON o.attrelid = c.original::regclass AND o.attnum > 0
		JOIN pg_attribute a ON a.attrelid = c.copy::regclass AND a.attname = o.attname
		WHERE c.original NOT LIKE '%submission' OR o.attname NOT IN ('round_id', 'school_id', 'municipality_id', 'submitted_at')
		ORDER BY c.copy, a.attnum
	LOOP
		EXECUTE command;
	END LOOP;
	COMMENT ON COLUMN indicator_result.municipality_id IS 'Муниципалитет. Пусто у региона.';
	COMMENT ON COLUMN regional_indicator.threshold IS 'Общий порог мониторинга, %; у показателей «да/нет» — порог доли муниципалитетов. Пусто, если не установлен.';
	COMMENT ON COLUMN regional_indicator.plan IS 'Общее плановое значение мониторинга, %. Пусто, если не установлено.';
END
$function$;
COMMENT ON FUNCTION region_view_comments(text) IS
'Internal: (re)writes the Russian comments on the views and their columns of the schema named region.';
-- The reports of a region: plain SQL over its tables, read top to bottom. Data flows one way:
-- answers (school_round) -> municipal_tally -> indicator_result -> the reports.
-- Names are resolved in the region's schema when a view is created; what the extension computes is written
-- shnor.-qualified. Columns may be appended by a later version, never dropped or moved: people build on them.

-- the one pass over the answers of a round, over the views of its schools and of its municipalities
CREATE FUNCTION region_tally_query(schools text, municipalities text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format($view$
	-- one pass over the answers of a round; a municipality without a school or an answer keeps its 0/0
	SELECT p.round_id, p.municipality_id, shnor.sum(p.tally) AS tally
	FROM (
		SELECT k.round_id, t.municipality_id, t.tally
		FROM round_methodology k
		CROSS JOIN LATERAL (
			SELECT m.municipality_id,
				   shnor.tally(k.methodology,
							   ARRAY['low_results', 'adverse_conditions', 'risk_zone',
									 'is_school', 'is_preschool', 'is_supplementary',
									 'teachers', 'diagnosed_subject', 'diagnosed_method', 'diagnosed_psych',
									 'supported', 'in_networks', 'in_active', 'with_route',
									 'in_events', 'has_curator', 'has_program',
									 'has_prevention', 'has_study_plans', 'has_tutoring',
									 'internet_resolved', 'equipment_resolved', 'staffing_resolved'],
							   s.low_results, s.adverse_conditions, s.risk_zone,
							   s.is_school, s.is_preschool, s.is_supplementary,
							   s.teachers, s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych,
							   s.supported, s.in_networks, s.in_active, s.with_route,
							   s.in_events, s.has_curator, s.has_program,
							   s.has_prevention, s.has_study_plans, s.has_tutoring,
							   s.internet_resolved, s.equipment_resolved, s.staffing_resolved) AS tally
			FROM municipal_member m
			LEFT JOIN %1$I s ON s.round_id = m.round_id AND s.municipality_id = m.municipality_id
			WHERE m.round_id = k.round_id
			GROUP BY m.municipality_id
		) AS t
		WHERE k.level = 'school'
		UNION ALL
		SELECT k.round_id, t.municipality_id, t.tally
		FROM round_methodology k
		CROSS JOIN LATERAL (
			SELECT s.municipality_id,
				   shnor.tally(k.methodology,
							   ARRAY['has_results_note', 'has_practice_sharing', 'has_resource_monitoring'],
							   s.has_results_note, s.has_practice_sharing, s.has_resource_monitoring) AS tally
			FROM %2$I s
			WHERE s.round_id = k.round_id
			GROUP BY s.municipality_id
		) AS t
		WHERE k.level = 'municipality'
	) AS p
	GROUP BY p.round_id, p.municipality_id
$view$, schools, municipalities)
$function$;
COMMENT ON FUNCTION region_tally_query(text, text) IS
'Internal: the defining query of municipal_tally over the named views of schools and of municipalities.';

-- every judgement is made by this one text: over the tallies of answers as claimed, and of those that are proven
CREATE FUNCTION region_result_query(tallies text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format($view$
	-- every judgement is made here, for municipalities and for the region alike
	SELECT j.scope, j.round_id, j.municipality_id, j.position, j.indicator, j.section, j.title, j.unit,
		   j.numerator, j.denominator, j.percent, j.threshold, j.plan, j.score,
		   concat_ws('. ',
			   CASE WHEN j.unit = 'yes_no' AND j.scope = 'region' AND j.denominator > 0 AND j.threshold IS NULL
					THEN format('Муниципалитетов с ответом «да»: %%s из %%s', j.numerator, j.denominator)
			   END,
			   CASE
				   WHEN j.polarity = 'context' THEN 'Справочный показатель, не оценивается'
				   WHEN j.answered + j.missing = 0 THEN 'В круг показателя не входит ни одна организация'
				   WHEN j.denominator = 0 AND j.answered = 0 THEN 'Нет ответов'
				   WHEN j.denominator = 0 THEN 'Знаменатель равен нулю'
				   WHEN j.own_answer AND j.answered = 0 THEN 'Нет ответа: 0 баллов'
				   WHEN j.own_answer THEN CASE WHEN j.numerator > 0 THEN 'Да' ELSE 'Нет' END
				   WHEN j.threshold IS NULL THEN 'Порог не установлен приказом'
				   -- with the fraction: it is judged, and its percent is rounded
				   ELSE replace(format('%%s %%%% (%%s из %%s) — %%s порога %%s %%%%',
									   trim_scale(j.percent), j.numerator, j.denominator,
									   CASE WHEN j.polarity = 'lower_is_better'
											THEN CASE j.score WHEN 1 THEN 'не выше' ELSE 'выше' END
											ELSE CASE j.score WHEN 1 THEN 'не ниже' ELSE 'ниже' END
									   END, trim_scale(j.threshold)), '.', ',')
			   END) AS reason,
		   j.answered, j.missing,
		   CASE
			   WHEN j.missing = 0 THEN j.percent
			   WHEN j.counts_rows THEN shnor.percent(shnor.share(j.numerator, j.all_rows))
		   END::numeric(25,4) AS percent_low,
		   CASE
			   WHEN j.missing = 0 THEN j.percent
			   WHEN j.counts_rows THEN shnor.percent(shnor.share(j.numerator + j.missing, j.all_rows))
		   END::numeric(25,4) AS percent_high,
		   j.gap,
		   coalesce(j.score = 0, false) OR coalesce(j.plan_score = 0, false) AS note_required
	FROM (
		SELECT f.*,
			   shnor.numerator(f.share) AS numerator,
			   shnor.denominator(f.share) AS denominator,
			   shnor.percent(f.share)::numeric(25,4) AS percent,
			   CASE
				   WHEN f.polarity = 'context' OR shnor.denominator(f.share) = 0 THEN NULL
				   WHEN f.own_answer THEN shnor.score(shnor.numerator(f.share) > 0)
				   ELSE shnor.score(f.share, f.threshold, f.polarity)
			   END AS score,
			   CASE WHEN f.polarity <> 'context' THEN shnor.score(f.share, f.plan, f.polarity) END AS plan_score,
			   CASE WHEN f.polarity <> 'context' THEN shnor.gap(f.share, f.threshold, f.polarity) END AS gap,
			   shnor.denominator(f.share) + CASE f.missing_policy WHEN 'no' THEN 0 ELSE f.missing END AS all_rows
		FROM (
			SELECT t.scope, t.round_id, t.municipality_id,
				   d.position, d.indicator, d.section, d.title, d.unit, d.polarity, d.missing AS missing_policy,
				   d.denominator IS NULL AS counts_rows,
				   t.scope = 'municipality' AND d.unit = 'yes_no' AS own_answer,
				   x.share, x.answered, x.missing,
				   -- orders set percents: they do not bear on one municipality's yes or no
				   CASE WHEN t.scope = 'region' OR d.unit <> 'yes_no'
						THEN coalesce(own.threshold, common.threshold) END::numeric(7,4) AS threshold,
				   CASE WHEN t.scope = 'region' OR d.unit <> 'yes_no'
						THEN coalesce(own.plan, common.plan) END::numeric(7,4) AS plan
			FROM (
				SELECT 'municipality' AS scope, u.round_id, u.municipality_id, u.tally
				FROM %1$I u
				UNION ALL
				SELECT 'region', u.round_id, NULL, shnor.sum(u.tally)
				FROM %1$I u
				GROUP BY u.round_id
			) AS t
			CROSS JOIN LATERAL shnor.items(t.tally) AS x
			JOIN round_indicator d ON d.round_id = t.round_id AND d.indicator_id = x.id
			LEFT JOIN target own ON own.round_id = t.round_id AND own.indicator = d.indicator
				AND own.municipality_id = t.municipality_id
			LEFT JOIN target common ON common.round_id = t.round_id AND common.indicator = d.indicator
				AND common.municipality_id IS NULL
		) AS f
	) AS j
$view$, tallies)
$function$;
COMMENT ON FUNCTION region_result_query(text) IS
'Internal: the defining query of indicator_result and proven_indicator over the named view of tallies.';

CREATE FUNCTION region_base_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(100, 'round_indicator', $view$
	SELECT r.round_id, i.indicator_id, i.indicator, i.position, i.clause, i.section, i.title, i.unit, i.level,
		   array_to_string(i.institution_kinds, ', ') AS institution_kinds, i.collection_method,
		   i.numerator, i.denominator, i.cohort, i.missing, i.polarity,
		   i.source_formula, i.documents, i.source_defect, i.definition_id
	FROM round r
	-- plain comparisons, not a range: the planner can tell that most definitions hold
	JOIN indicator i ON (i.valid_from IS NULL OR i.valid_from <= r.cohort_on)
					AND (i.valid_until IS NULL OR r.cohort_on < i.valid_until)
$view$),
(200, 'round_methodology', $view$
	-- one compiled methodology per round and level; schools of other kinds are left out here
	SELECT d.round_id, d.level,
		   shnor.methodology(d.indicator_id, d.numerator, d.denominator,
							 CASE d.level
								 WHEN 'school' THEN concat('(is_', replace(d.institution_kinds, ', ', ' OR is_'), ')',
														   ' AND (' || d.cohort || E'\n)')
								 ELSE d.cohort
							 END, d.missing) AS methodology
	FROM round_indicator d
	GROUP BY d.round_id, d.level
$view$),
(210, 'indicator_question', $view$
	-- what each definition reads: questions, and the statuses its cohort asks for
	SELECT d.round_id, d.indicator, c.name AS column_name, q.question, q.respondent, q.answer_type, q.evidence, q.wording
	FROM (SELECT i.round_id, i.indicator,
				 shnor.columns(shnor.methodology(i.indicator_id, i.numerator, i.denominator, i.cohort, i.missing)) AS columns
		  FROM round_indicator i
		  GROUP BY i.round_id, i.indicator) AS d
	JOIN round r ON r.round_id = d.round_id
	CROSS JOIN LATERAL unnest(d.columns) AS c(name)
	LEFT JOIN question q ON q.question = c.name AND (q.valid_from IS NULL OR q.valid_from <= r.cohort_on)
						AND (q.valid_until IS NULL OR r.cohort_on < q.valid_until)
$view$),
(400, 'round_member', $view$
	-- who belongs to a round: as written down when it closed, else as of its day. A round that was reopened keeps its
	-- list, since the directory has municipalities and kinds of today only; statuses can be corrected, so they are read
	-- anew. A school has each status at most once on a day, so the joins of statuses multiply nothing.
	SELECT w.round_id, w.municipality_id, w.school_id, w.kind, w.low_results, w.adverse_conditions, w.risk_zone
	FROM round r
	JOIN round_school w ON w.round_id = r.round_id
	WHERE r.state = 'closed'
	UNION ALL
	SELECT b.round_id, b.municipality_id, b.school_id, b.kind,
		   l.school_id IS NOT NULL, a.school_id IS NOT NULL, z.school_id IS NOT NULL
	FROM (
		SELECT r.round_id, r.cohort_on, w.municipality_id, w.school_id, w.kind
		FROM round r
		JOIN round_school w ON w.round_id = r.round_id
		WHERE r.state <> 'closed'
		UNION ALL
		SELECT r.round_id, r.cohort_on, o.municipality_id, o.school_id, o.kind
		FROM round r
		JOIN school o ON (o.opened_on IS NULL OR o.opened_on <= r.cohort_on)
					 AND (o.closed_on IS NULL OR r.cohort_on < o.closed_on)
		WHERE r.state <> 'closed' AND NOT EXISTS (SELECT FROM round_school w WHERE w.round_id = r.round_id)
	) AS b
	LEFT JOIN school_status l ON l.school_id = b.school_id AND l.status = 'low_results'
		AND l.since <= b.cohort_on AND (l.until IS NULL OR b.cohort_on < l.until)
	LEFT JOIN school_status a ON a.school_id = b.school_id AND a.status = 'adverse_conditions'
		AND a.since <= b.cohort_on AND (a.until IS NULL OR b.cohort_on < a.until)
	LEFT JOIN school_status z ON z.school_id = b.school_id AND z.status = 'risk_zone'
		AND z.since <= b.cohort_on AND (z.until IS NULL OR b.cohort_on < z.until)
$view$),
(405, 'municipal_member', $view$
	-- those written down, also where the round was reopened, and those of its schools; else all
	SELECT w.round_id, w.municipality_id
	FROM round_municipality w
	UNION
	SELECT w.round_id, w.municipality_id
	FROM round_school w
	-- not UNION ALL: where only schools are written down, their municipalities are among all, once
	UNION
	SELECT r.round_id, m.municipality_id
	FROM round r
	CROSS JOIN municipality m
	WHERE NOT EXISTS (SELECT FROM round_municipality w WHERE w.round_id = r.round_id)
$view$),
(410, 'school_round', $view$
	-- of several sources the one that goes first has the word, the form's answer among them
	SELECT m.round_id, m.municipality_id, m.school_id, m.low_results, m.adverse_conditions, m.risk_zone,
		   s.submitted_at,
		   coalesce(b.teachers, s.teachers, a.teachers) AS teachers,
		   coalesce(b.diagnosed_subject, s.diagnosed_subject, a.diagnosed_subject) AS diagnosed_subject,
		   coalesce(b.diagnosed_method, s.diagnosed_method, a.diagnosed_method) AS diagnosed_method,
		   coalesce(b.diagnosed_psych, s.diagnosed_psych, a.diagnosed_psych) AS diagnosed_psych,
		   coalesce(b.supported, s.supported, a.supported) AS supported,
		   coalesce(b.in_networks, s.in_networks, a.in_networks) AS in_networks,
		   coalesce(b.in_active, s.in_active, a.in_active) AS in_active,
		   coalesce(b.with_route, s.with_route, a.with_route) AS with_route,
		   coalesce(b.in_events, s.in_events, a.in_events) AS in_events,
		   coalesce(b.has_curator, s.has_curator, a.has_curator) AS has_curator,
		   coalesce(b.has_program, s.has_program, a.has_program) AS has_program,
		   coalesce(b.has_prevention, s.has_prevention, a.has_prevention) AS has_prevention,
		   coalesce(b.has_study_plans, s.has_study_plans, a.has_study_plans) AS has_study_plans,
		   coalesce(b.has_tutoring, s.has_tutoring, a.has_tutoring) AS has_tutoring,
		   coalesce(b.internet_resolved, s.internet_resolved, a.internet_resolved) AS internet_resolved,
		   coalesce(b.equipment_resolved, s.equipment_resolved, a.equipment_resolved) AS equipment_resolved,
		   coalesce(b.staffing_resolved, s.staffing_resolved, a.staffing_resolved) AS staffing_resolved,
		   m.kind,
		   m.kind = 'school' AS is_school,
		   m.kind = 'preschool' AS is_preschool,
		   m.kind = 'supplementary' AS is_supplementary
	FROM round_member m
	LEFT JOIN submission s ON s.round_id = m.round_id AND s.school_id = m.school_id
	LEFT JOIN school_source_answer b ON b.round_id = m.round_id AND b.school_id = m.school_id AND b.before_form
	LEFT JOIN school_source_answer a ON a.round_id = m.round_id AND a.school_id = m.school_id AND NOT a.before_form
$view$),
(420, 'municipal_round', $view$
	SELECT m.round_id, m.municipality_id, s.submitted_at,
		   coalesce(b.has_results_note, s.has_results_note, a.has_results_note) AS has_results_note,
		   coalesce(b.has_practice_sharing, s.has_practice_sharing, a.has_practice_sharing) AS has_practice_sharing,
		   coalesce(b.has_resource_monitoring, s.has_resource_monitoring, a.has_resource_monitoring) AS has_resource_monitoring
	FROM municipal_member m
	LEFT JOIN municipal_submission s ON s.round_id = m.round_id AND s.municipality_id = m.municipality_id
	LEFT JOIN municipal_source_answer b ON b.round_id = m.round_id AND b.municipality_id = m.municipality_id AND b.before_form
	LEFT JOIN municipal_source_answer a ON a.round_id = m.round_id AND a.municipality_id = m.municipality_id AND NOT a.before_form
$view$),
(430, 'school_indicator', $view$
	SELECT s.round_id, s.municipality_id, s.school_id, d.indicator, c.in_cohort, c.numerator, c.denominator,
		   CASE
			   WHEN NOT c.in_cohort OR d.denominator IS NOT NULL OR d.polarity = 'context' THEN NULL
			   WHEN c.numerator IS NULL THEN CASE d.missing WHEN 'no' THEN shnor.score(NULL::boolean) END
			   ELSE shnor.score((c.numerator > 0) = (d.polarity = 'higher_is_better'))
		   END AS score,
		   CASE
			   WHEN NOT c.in_cohort THEN 'Не входит в круг организаций показателя'
			   WHEN c.numerator IS NULL AND d.missing = 'no' THEN 'Нет ответа: 0 баллов'
			   WHEN c.numerator IS NULL OR c.denominator IS NULL THEN 'Нет ответа'
			   WHEN d.denominator IS NOT NULL THEN 'Количество: балл ставится муниципалитету'
			   WHEN d.polarity = 'context' THEN 'Справочный показатель, не оценивается'
			   WHEN c.numerator > 0 THEN 'Да'
			   ELSE 'Нет'
		   END AS reason
	FROM round_methodology k
	JOIN school_round s ON s.round_id = k.round_id
	CROSS JOIN LATERAL shnor.contribution(k.methodology, s) AS c
	JOIN round_indicator d ON d.round_id = k.round_id AND d.indicator_id = c.id
	WHERE k.level = 'school'
$view$),
(600, 'municipal_tally', shnor.region_tally_query('school_round', 'municipal_round')),
(700, 'indicator_result', shnor.region_result_query('municipal_tally')),
(710, 'municipal_indicator', $view$
	SELECT i.round_id, r.title AS round_title, i.municipality_id, m.name AS municipality,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required
	FROM indicator_result i
	JOIN round r ON r.round_id = i.round_id
	JOIN municipality m ON m.municipality_id = i.municipality_id
	WHERE i.scope = 'municipality'
$view$),
(720, 'regional_indicator', $view$
	SELECT i.round_id, r.title AS round_title,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required
	FROM indicator_result i
	JOIN round r ON r.round_id = i.round_id
	WHERE i.scope = 'region'
$view$),
(730, 'municipal_score', $view$
	-- rank compares points/max_points exactly: fractions of less than a million indicators differ by more
	-- than 1/10^12, so their integer parts of 10^12 differ too
	SELECT p.round_id, p.municipality_id, p.points, p.max_points, p.scored, p.unscored,
		   CASE WHEN p.max_points > 0
				THEN rank() OVER (PARTITION BY p.round_id
								  ORDER BY p.points * 1000000000000 / nullif(p.max_points, 0) DESC NULLS LAST)
		   END AS rank,
		   p.round_title, p.municipality
	FROM (
		SELECT i.round_id, i.round_title, i.municipality_id, i.municipality,
			   coalesce(sum(i.score), 0) AS points,
			   count(i.score) AS max_points,
			   count(i.score) AS scored,
			   count(*) - count(i.score) AS unscored
		FROM municipal_indicator i
		GROUP BY i.round_id, i.round_title, i.municipality_id, i.municipality
	) AS p
$view$),
(740, 'completeness', $view$
	SELECT r.round_id, m.municipality_id,
		   coalesce(c.expected, 0) AS expected,
		   coalesce(c.submitted, 0) AS submitted,
		   coalesce(c.on_time, 0) AS on_time,
		   coalesce(c.expected * q.questions, 0) AS answers_expected,
		   coalesce(q.given, 0)::bigint AS answers_given,
		   r.title AS round_title, m.name AS municipality
	FROM municipal_member d
	JOIN round r ON r.round_id = d.round_id
	JOIN municipality m ON m.municipality_id = d.municipality_id
	LEFT JOIN (
		SELECT b.round_id, b.municipality_id,
			   count(*) AS expected,
			   count(s.submitted_at) AS submitted,
			   -- the first version counts: a later correction does not make an answer late
			   count(*) FILTER (WHERE s.submitted_at IS NOT NULL
								  AND least(s.submitted_at, h.first_at)
									  < (e.due_on + 1)::timestamp
										AT TIME ZONE coalesce((SELECT time_zone FROM setting), 'Europe/Moscow')) AS on_time,
			   count(s.teachers) AS teachers, count(s.diagnosed_subject) AS diagnosed_subject,
			   count(s.diagnosed_method) AS diagnosed_method, count(s.diagnosed_psych) AS diagnosed_psych,
			   count(s.supported) AS supported, count(s.in_networks) AS in_networks,
			   count(s.in_active) AS in_active, count(s.with_route) AS with_route,
			   count(s.in_events) AS in_events, count(s.has_curator) AS has_curator,
			   count(s.has_program) AS has_program, count(s.has_prevention) AS has_prevention,
			   count(s.has_study_plans) AS has_study_plans, count(s.has_tutoring) AS has_tutoring,
			   count(s.internet_resolved) AS internet_resolved, count(s.equipment_resolved) AS equipment_resolved,
			   count(s.staffing_resolved) AS staffing_resolved
		FROM round_member b
		JOIN round e ON e.round_id = b.round_id
		-- what the school itself has sent: another source's word does not stand for its report
		LEFT JOIN submission s ON s.round_id = b.round_id AND s.school_id = b.school_id
		LEFT JOIN LATERAL (
			SELECT min(v.submitted_at) AS first_at
			FROM submission_history v
			WHERE v.round_id = b.round_id AND v.school_id = b.school_id
		) AS h ON true
		WHERE EXISTS (SELECT FROM round_indicator d
					  JOIN indicator i ON i.definition_id = d.definition_id
					  WHERE d.round_id = b.round_id AND d.level = 'school' AND b.kind = ANY (i.institution_kinds))
		GROUP BY b.round_id, b.municipality_id
	) AS c ON c.round_id = r.round_id AND c.municipality_id = m.municipality_id
	LEFT JOIN LATERAL (
		SELECT count(*) AS questions, sum(v.given) AS given
		FROM question n
		LEFT JOIN (VALUES
			('teachers', c.teachers), ('diagnosed_subject', c.diagnosed_subject),
			('diagnosed_method', c.diagnosed_method), ('diagnosed_psych', c.diagnosed_psych),
			('supported', c.supported), ('in_networks', c.in_networks),
			('in_active', c.in_active), ('with_route', c.with_route),
			('in_events', c.in_events), ('has_curator', c.has_curator),
			('has_program', c.has_program), ('has_prevention', c.has_prevention),
			('has_study_plans', c.has_study_plans), ('has_tutoring', c.has_tutoring),
			('internet_resolved', c.internet_resolved), ('equipment_resolved', c.equipment_resolved),
			('staffing_resolved', c.staffing_resolved)) AS v(question, given) ON v.question = n.question
		WHERE n.respondent = 'school'
		  AND (n.valid_from IS NULL OR n.valid_from <= r.cohort_on)
		  AND (n.valid_until IS NULL OR r.cohort_on < n.valid_until)
	) AS q ON true
$view$)
$function$;
COMMENT ON FUNCTION region_base_views() IS
'Internal: the views from answers to scores.';
-- Creating a region and bringing it to the installed version. Everything made here belongs to the caller.

-- a region is made by an ordinary role: it needs CREATE on the database and nothing else
GRANT USAGE ON SCHEMA shnor TO PUBLIC;

CREATE FUNCTION create_region(name text, title text DEFAULT NULL, time_zone text DEFAULT 'Europe/Moscow')
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF name IS NULL OR name = '' THEN
		RAISE EXCEPTION 'name of a region must not be empty'
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF octet_length(name) > 63 THEN
		RAISE EXCEPTION 'name of a region is too long: "%"', name
			USING ERRCODE = 'name_too_long',
				  DETAIL = format('It takes %s bytes, and an identifier holds at most 63.', octet_length(name));
	ELSIF starts_with(name, 'pg_') THEN
		RAISE EXCEPTION 'unacceptable name of a region: "%"', name
			USING ERRCODE = 'reserved_name',
				  DETAIL = 'The prefix "pg_" is reserved for system schemas.';
	ELSIF name = '$user' THEN
		RAISE EXCEPTION 'unacceptable name of a region: "%"', name
			USING ERRCODE = 'reserved_name',
				  DETAIL = 'In a search path "$user" stands for the schema of the current user, quoted or not.';
	ELSIF EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = create_region.name) THEN
		RAISE EXCEPTION 'schema "%" already exists', name
			USING ERRCODE = 'duplicate_schema',
				  HINT = 'Choose another name, or bring an existing region to the installed version with shnor.upgrade_region().';
	END IF;

	BEGIN
		PERFORM now() AT TIME ZONE time_zone;
	EXCEPTION WHEN invalid_parameter_value THEN
		time_zone := NULL;
	END;
	IF time_zone IS NULL THEN
		RAISE EXCEPTION 'time zone of region "%" is not known', name
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Names of time zones are in pg_timezone_names, for example Europe/Moscow.';
	END IF;

	EXECUTE format('CREATE SCHEMA %I', name);
	EXECUTE format('COMMENT ON SCHEMA %I IS %L', name,
				   'Мониторинг системы работы со ШНОР и ШНСУ: ' || coalesce(title, name));
	PERFORM shnor.region_tables(name);
	PERFORM shnor.region_seed(name, coalesce(title, name), time_zone);
	PERFORM shnor.upgrade_region(name);
	RETURN name;
END
$function$;
COMMENT ON FUNCTION create_region(text, text, text) IS
'Creates schema name with the tables, the eighteen indicators and questions of clauses 1.2.1-1.2.6, and the views of a region, and returns its name. All objects are ordinary ones that the caller owns; none is a member of the extension. title is shown in reports (default: the name); time_zone is that of timestamps in forms and of due days. Needs CREATE on the database. Errors: an existing schema (42P06), an empty, reserved or too long name, an unknown time zone.';

CREATE FUNCTION region_check(region text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF region IS NULL OR to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.import_issue', region)) IS NULL
		OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'схема «%» не является регионом', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Регион создаёт функция shnor.create_region(). Проверьте имя и базу данных.';
	ELSIF to_regclass(format('%I.round_school', region)) IS NULL THEN
		RAISE EXCEPTION 'регион «%» создан прежней версией', region
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Владелец региона доводит его до установленной версии так: SELECT shnor.upgrade_region(%L);', region);
	END IF;
END
$function$;
COMMENT ON FUNCTION region_check(text) IS
'Internal: refuses a schema that is not a region (3F000) or was made by an older version and not upgraded (55000).';

CREATE FUNCTION region_round(region text, round_id integer) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	state text;
BEGIN
	EXECUTE format('SELECT r.state FROM %I.round r WHERE r.round_id = $1', region) INTO state USING round_id;
	IF state IS NULL THEN
		RAISE EXCEPTION 'в регионе «%» нет мониторинга с номером %', region, coalesce(round_id::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Мониторинги перечислены в таблице %I.round.', region);
	END IF;
	RETURN state;
END
$function$;
COMMENT ON FUNCTION region_round(text, integer) IS
'Internal: the state of a round of the region; refuses one that is not there (22023).';

-- What was added to the first tables, for a new region and for one that was made before: tables that are missing
-- are created and filled, nothing that is there is touched. Rounds that were closed before are given their schools
-- and municipalities.
CREATE FUNCTION region_parts(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	closed	integer[];
BEGIN
	IF to_regclass(format('%I.round_school', region)) IS NOT NULL THEN
		RETURN;
	END IF;
	PERFORM shnor.region_round_tables(region);
	PERFORM shnor.region_source_tables(region);
	PERFORM shnor.region_evidence_tables(region);
	PERFORM shnor.region_obligation_tables(region);
	PERFORM shnor.region_identification_tables(region);
	PERFORM shnor.region_effectiveness_tables(region);
	PERFORM shnor.region_round_seed(region);
	PERFORM shnor.region_source_seed(region);
	-- an older region may have done away with an indicator: what is said of it is left out
	EXECUTE format('ALTER TABLE %I.recommendation_template DISABLE TRIGGER check_indicator', region);
	PERFORM shnor.region_obligation_seed(region);
	EXECUTE format('DELETE FROM %1$I.recommendation_template t WHERE NOT EXISTS (SELECT FROM %1$I.indicator i WHERE i.indicator = t.indicator)', region);
	EXECUTE format('ALTER TABLE %I.recommendation_template ENABLE TRIGGER check_indicator', region);
	PERFORM shnor.region_identification_seed(region);
	PERFORM shnor.region_effectiveness_seed(region);

	-- closed again under the triggers, a round writes its schools down
	EXECUTE format('SELECT array_agg(r.round_id) FROM %I.round r WHERE r.state = ''closed''', region) INTO closed;
	EXECUTE format('UPDATE %I.round r SET state = ''open'' WHERE r.round_id = ANY ($1)', region) USING closed;
	-- last: what they refuse to change must stand first
	PERFORM shnor.region_round_triggers(region);
	PERFORM shnor.region_lock_triggers(region);
	PERFORM shnor.region_publication_tables(region);
	EXECUTE format('UPDATE %I.round r SET state = ''closed'' WHERE r.round_id = ANY ($1)', region) USING closed;
END
$function$;
COMMENT ON FUNCTION region_parts(text) IS
'Internal: creates and fills the tables of rounds, sources, evidence, obligations, identification, effectiveness and publications where the schema named region does not have them yet.';

-- all views of a region, each after those that it reads: answers -> tally -> share -> score -> report
CREATE FUNCTION region_view_definitions(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	RETURN QUERY
	SELECT d.step, d.view_name, d.definition
	FROM (SELECT * FROM shnor.region_base_views()
		  UNION ALL SELECT * FROM shnor.region_round_views()
		  UNION ALL SELECT * FROM shnor.region_source_views()
		  UNION ALL SELECT * FROM shnor.region_evidence_views()
		  UNION ALL SELECT * FROM shnor.region_obligation_views()
		  UNION ALL SELECT * FROM shnor.region_identification_views()
		  UNION ALL SELECT * FROM shnor.region_change_views()
		  UNION ALL SELECT * FROM shnor.region_competence_views()
		  UNION ALL SELECT * FROM shnor.region_effectiveness_views()
		  UNION ALL SELECT * FROM shnor.region_measure_effect_views()
		  UNION ALL SELECT * FROM shnor.region_publication_views()) AS d
	ORDER BY d.step;
END
$function$;
COMMENT ON FUNCTION region_view_definitions() IS
'Internal: the views of a region in the order of their creation: step, name and defining query. create_region and upgrade_region run them with the region first in the search path.';

CREATE FUNCTION region_views(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	v record;
	verb text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);
	FOR v IN SELECT d.view_name, d.definition FROM shnor.region_view_definitions() d LOOP
		-- a view that stands is replaced in place: views built on it and grants on it stay
		verb := CASE WHEN to_regclass(format('%I.%I', region, v.view_name)) IS NULL THEN '' ELSE 'OR REPLACE' END;
		EXECUTE format('CREATE %s VIEW %I.%I WITH (security_invoker = true) AS %s',
					   verb, region, v.view_name, v.definition);
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_views(text) IS
'Internal: creates the views of the schema named region that are missing and brings the others to the installed version.';

CREATE FUNCTION upgrade_region(region text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	IF to_regclass(format('%I.submission', region)) IS NULL OR to_regclass(format('%I.indicator', region)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" is not a region', region
			USING ERRCODE = 'invalid_schema_name',
				  HINT = 'Create a region with shnor.create_region().';
	END IF;
	PERFORM shnor.region_parts(region);
	PERFORM shnor.region_views(region);
	PERFORM shnor.region_comments(region);
	RETURN region;
END
$function$;
COMMENT ON FUNCTION upgrade_region(text) IS
'Brings the objects of the schema named region to the installed version and returns its name: creates tables that an older version did not have and fills their catalogues, creates views that are missing (after DROP EXTENSION CASCADE and CREATE EXTENSION), replaces the others in place and refreshes all comments. No row that was entered is touched; views of your own that stand on these stay. Run it as the owner of the region. Error: a schema that is not a region (3F000).';
-- Russian comments of a region's objects: each part says its own (region_PART_comments); what means the same wherever
-- it stands is said once, in the dictionary.

-- columns that mean the same wherever they stand
CREATE FUNCTION region_column_dictionary(OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('round_id', 'Мониторинг.'),
('round_title', 'Название мониторинга.'),
('municipality_id', 'Муниципалитет.'),
('municipality', 'Название муниципалитета.'),
('school_id', 'Организация.'),
('school', 'Название организации.'),
('position', 'Порядковый номер в отчётах.'),
('indicator', 'Код показателя.'),
('title', 'Название.'),
('unit', 'Единица: percent — доля в процентах, yes_no — да или нет.'),
('question', 'Код вопроса.'),
('data_source', 'Источник.'),
('legal_act_id', 'Приказ.'),
('claimed', 'Заявлено: числитель по ответам.'),
('claimed_percent', 'Заявлено, %.'),
('claimed_score', 'Балл по ответам.'),
('proven', 'Подтверждено: числитель по ответам, за которыми есть нужные документы.'),
('proven_percent', 'Подтверждено, %.'),
('proven_score', 'Балл по подтверждённым ответам.'),
('unproven', 'Заявлено, но не подтверждено.'),
('proof_required', 'Хотя бы один вопрос показателя требует документа при ответе «да».'),
('denominator', 'Знаменатель.'),
('percent', 'Доля, %: от 0 до 100, четыре знака. Пусто, если знаменатель равен нулю.'),
('threshold', 'Порог, %. Пусто, если не установлен.'),
('plan', 'Плановое значение, %. Пусто, если не установлено.'),
('score', 'Балл: 1 или 0. Пусто: не оценивается.'),
('note_required', 'Нужна аналитическая записка: балл 0 или результат хуже плана (п. 1.2.6).'),
('due_on', 'Срок.'),
('days_late', 'На сколько дней просрочено; 0 — в срок.'),
('schools', 'Сколько организаций.'),
('kind', 'Вид: analysis — по анализу показателей, practice — по успешным практикам, materials — методические и иные материалы.'),
('addressee', 'Кому: students — обучающимся, parents — родителям (законным представителям), staff — руководителю, заместителю и педагогам.'),
('measure_kind', 'Вид меры.'),
('decision_kind', 'Вид решения.'),
('kind_title', 'Название вида.'),
('scope', 'Чьё значение: municipality — муниципалитета, region — региона.'),
('previous_round_id', 'Предыдущий мониторинг.'),
('previous_round_title', 'Название предыдущего мониторинга.'),
('results_year', 'Год результатов мониторинга.'),
('previous_results_year', 'Год результатов предыдущего мониторинга.'),
('numerator_before', 'Числитель в предыдущем мониторинге.'),
('denominator_before', 'Знаменатель в предыдущем мониторинге.'),
('percent_before', 'Доля в предыдущем мониторинге, %.'),
('numerator_after', 'Числитель в мониторинге.'),
('denominator_after', 'Знаменатель в мониторинге.'),
('percent_after', 'Доля в мониторинге, %.'),
('change', 'Изменение, процентных пунктов.'),
('both_lists_effect', 'Часть изменения за счёт школ, которые есть в обоих перечнях, п. п.'),
('turnover_effect', 'Часть изменения за счёт смены перечня, п. п.; с предыдущей в сумме даёт изменение.'),
('schools_both', 'Школ в обоих перечнях.'),
('schools_left', 'Школ выбыло из перечня.'),
('schools_joined', 'Школ вошло в перечень.'),
('numerator_both_before', 'Числитель школ обоих перечней в предыдущем мониторинге.'),
('denominator_both_before', 'Знаменатель школ обоих перечней в предыдущем мониторинге.'),
('numerator_both_after', 'Числитель школ обоих перечней в мониторинге.'),
('denominator_both_after', 'Знаменатель школ обоих перечней в мониторинге.'),
('claim', 'Вывод: выросло, снизилось, в пределах колебаний; у ответа «да» или «нет» ещё «без изменений». Пусто: вывода сделать нельзя.'),
('reason', 'Почему так.'),
('better', 'Изменение к лучшему. Пусто: вывода об изменении нет или показатель не оценивается.'),
('assessment', 'Оценочная процедура: ЕГЭ, ОГЭ, ВПР.'),
('subject', 'Предмет.'),
('grade', 'Класс.'),
('answered', 'Сколько ответило.'),
('missing', 'Сколько не ответило.'),
('teachers', 'Педагогических работников в ответивших школах.'),
('any_low', 'Прошли хотя бы один вид диагностики — не меньше.'),
('any_high', 'Прошли хотя бы один вид диагностики — не больше.'),
('any_low_percent', 'Не меньше, %.'),
('any_high_percent', 'Не больше, %.'),
('subject_numerator', 'Прошли предметную диагностику.'),
('subject_denominator', 'Из скольких, по определению показателя.'),
('subject_percent', 'Предметная диагностика, %.'),
('method_numerator', 'Прошли методическую диагностику.'),
('method_denominator', 'Из скольких, по определению показателя.'),
('method_percent', 'Методическая диагностика, %.'),
('psych_numerator', 'Прошли психолого-педагогическую диагностику.'),
('psych_denominator', 'Из скольких, по определению показателя.'),
('psych_percent', 'Психолого-педагогическая диагностика, %.'),
('measure_id', 'Мера.'),
('decision_id', 'Решение.'),
('numerator', 'Числитель.'),
('valid_from', 'Первый день действия. Пусто: действует с начала.'),
('valid_until', 'Первый день, когда уже не действует. Пусто: действует.')
$function$;
COMMENT ON FUNCTION region_column_dictionary() IS
'Internal: Russian comments of columns that mean the same in all tables and views of a region.';

CREATE FUNCTION region_comments(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	command text;
BEGIN
	PERFORM shnor.region_table_comments(region);
	PERFORM shnor.region_view_comments(region);
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	FOR command IN
		WITH said AS (
			SELECT * FROM shnor.region_round_comments()
			UNION ALL SELECT * FROM shnor.region_source_comments()
			UNION ALL SELECT * FROM shnor.region_evidence_comments()
			UNION ALL SELECT * FROM shnor.region_obligation_comments()
			UNION ALL SELECT * FROM shnor.region_identification_comments()
			UNION ALL SELECT * FROM shnor.region_change_comments()
			UNION ALL SELECT * FROM shnor.region_competence_comments()
			UNION ALL SELECT * FROM shnor.region_effectiveness_comments()
			UNION ALL SELECT * FROM shnor.region_measure_effect_comments()
			UNION ALL SELECT * FROM shnor.region_publication_comments()
		), attribute AS (
			SELECT c.oid, c.relname, c.relkind, a.attname
			FROM pg_class c
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			WHERE c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relkind IN ('r', 'v')
			  AND EXISTS (SELECT FROM said s WHERE s.object = c.relname AND s.part IS NULL)
		)
		SELECT format('COMMENT ON %s %I IS %L', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.relname, s.comment)
		FROM said s
		JOIN pg_class c ON c.relnamespace = to_regnamespace(quote_ident(region)) AND c.relname = s.object
		WHERE s.part IS NULL
		UNION ALL
		SELECT format('COMMENT ON FUNCTION %I() IS %L', s.object, s.comment) FROM said s WHERE s.part = '()'
		UNION ALL
		-- its own comment, else that of an answer of the same name, else the dictionary's
		SELECT format('COMMENT ON COLUMN %I.%I IS %L', a.relname, a.attname, coalesce(s.comment, q.comment, d.comment))
		FROM attribute a
		LEFT JOIN said s ON s.object = a.relname AND s.part = a.attname
		LEFT JOIN (SELECT b.attname, min(col_description(b.attrelid, b.attnum)) AS comment
				   FROM pg_attribute b
				   WHERE b.attrelid IN ('school_round'::regclass, 'municipal_submission'::regclass) AND b.attnum > 0
					 AND b.attname NOT IN ('round_id', 'municipality_id', 'school_id', 'source', 'kind')
				   GROUP BY b.attname) q ON q.attname = a.attname
		LEFT JOIN shnor.region_column_dictionary() d ON d.part = a.attname
	LOOP
		EXECUTE command;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_comments(text) IS
'Internal: (re)writes the Russian comments of all tables, views, columns and functions of the schema named region.';
-- From a form's export to answers: header -> columns, records -> rows with their issues, rows -> submissions,
-- or answers of another source; links -> documents.
-- Who calls it works in a data centre: messages, reasons and hints are in Russian. The steps stand in
-- 71-import-columns.sql, 72-import-rows.sql, 73-import-store.sql and 75-import-documents.sql, what the issues say
-- in 74-import-message.sql.

CREATE FUNCTION import_form(
	region text, round_id integer, content text, source text DEFAULT NULL, respondent text DEFAULT NULL,
	data_source text DEFAULT 'form',
	OUT rows_read integer, OUT loaded integer, OUT corrected integer, OUT refused integer, OUT unchanged integer,
	OUT warnings integer, OUT import_id bigint, OUT documents integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	columns		jsonb;
	answerer	text := import_form.respondent;
	asked		text[];
	readings	jsonb;
	cells		jsonb;
	origin		text;
BEGIN
	PERFORM shnor.import_check(region, import_form.round_id, content, answerer, import_form.data_source);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);
	-- two imports into one round go one after the other
	PERFORM pg_advisory_xact_lock(hashtextextended(format('shnor.import_form %s %s', region, import_form.round_id), 0));

	columns := shnor.import_columns(region, import_form.round_id, content);
	answerer := coalesce(answerer, shnor.import_respondent(columns));
	PERFORM shnor.import_check_columns(columns, answerer);
	columns := shnor.import_document_columns(region, import_form.round_id, columns, answerer);
	asked := ARRAY(SELECT DISTINCT c ->> 'field' FROM jsonb_array_elements(columns -> 'columns') c
				   WHERE c ->> 'respondent' = answerer ORDER BY 1);

	SELECT jsonb_agg(r ORDER BY r.line), count(*), count(*) FILTER (WHERE r.refused)
	INTO readings, rows_read, refused
	FROM shnor.import_rows(region, import_form.round_id, answerer, content, columns, asked, import_form.data_source) r;
	IF rows_read = 0 THEN
		RAISE EXCEPTION 'в файле нет строк с ответами: есть только заголовок'
			USING ERRCODE = 'bad_copy_file_format',
				  HINT = 'Выгрузите ответы формы заново и проверьте, что файл не пуст.';
	END IF;
	SELECT coalesce(jsonb_agg(c ORDER BY c.line, c.column_no), '[]') INTO cells
	FROM shnor.import_document_cells(content, columns) c;

	INSERT INTO import (round_id, respondent, source, content, content_sha256)
	VALUES (import_form.round_id, answerer, import_form.source, import_form.content,
			encode(sha256(convert_to(import_form.content, 'UTF8')), 'hex'))
	RETURNING import_id INTO import_form.import_id;

	warnings := shnor.import_note(region, import_form.import_id, answerer, content, columns, readings, cells);

	IF import_form.data_source = 'form' THEN
		origin := coalesce(import_form.source, 'форма');
		SELECT s.loaded, s.corrected, s.unchanged
		INTO import_form.loaded, import_form.corrected, import_form.unchanged
		FROM shnor.import_store(region, import_form.round_id, answerer, readings, asked, origin) s;
	ELSE
		origin := coalesce(import_form.source, (SELECT d.title FROM data_source d WHERE d.data_source = import_form.data_source));
		SELECT s.loaded, s.corrected, s.unchanged
		INTO import_form.loaded, import_form.corrected, import_form.unchanged
		FROM shnor.import_store_source(region, import_form.round_id, answerer, readings, asked, import_form.data_source, origin) s;
	END IF;
	documents := shnor.import_store_documents(region, import_form.round_id, answerer, readings, cells, origin);

	UPDATE import i
	SET rows_read = import_form.rows_read, loaded = import_form.loaded, corrected = import_form.corrected,
		refused = import_form.refused, unchanged = import_form.unchanged
	WHERE i.import_id = import_form.import_id;
END
$function$;
COMMENT ON FUNCTION import_form(text, integer, text, text, text, text) IS
'Loads the CSV export of a form (content, the file as it is: comma, semicolon or tab; byte order mark, quoted newlines) into round round_id of the region in schema region, and returns one row: rows_read = loaded (first answers of a school or municipality) + corrected (replaced, or replaced by, another version; earlier versions go to submission_history) + refused (kept in import_issue with line, column, value, reason and hint; a row is refused whole) + unchanged (already stored, or older than what is stored), warnings (columns not read and the like), import_id, and documents (how many were added to the table document). source is the name of the file; respondent is school or municipality, NULL to tell it from the header. Headers are matched to question.wording and form_header, schools by code, then by name. The file itself is kept in import. Importing a file again changes nothing. Questions that the file does not ask keep their stored answers. Columns of documents (in form_header the field document: they prove the question nearest to their left; document:question: that question) hold http and https links, joined by commas, blanks or line breaks: each link of a row that is not refused becomes a document, once per round, respondent and question. With a data_source of the table data_source other than form the answers go to source_answer, beside those of the form: one row per respondent and question answered (an empty cell says nothing), what they replace to source_answer_history; of several rows of one respondent the latest that answers a question stands, and the others are unchanged. Needs the rights of the region''s owner, no more. A file that cannot be read at all changes nothing (error 22P04); other errors: no such region (3F000), an unknown round, respondent or data_source, no content (22023), a round that is not open (55000).';

CREATE FUNCTION import_check(region text, round_id integer, content text, respondent text, data_source text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	state	text;
	sources	text[];
BEGIN
	PERFORM shnor.region_check(region);
	IF content IS NULL THEN
		RAISE EXCEPTION 'нет содержимого файла'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Передайте текст файла третьим аргументом. В psql: \set form `cat form.csv`, затем :''form''.';
	END IF;
	IF respondent NOT IN ('school', 'municipality') THEN
		RAISE EXCEPTION 'неизвестно, кто отвечает на форму: «%»', respondent
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Допустимы school (школы) и municipality (муниципалитеты); NULL — определить по заголовкам.';
	END IF;
	EXECUTE format('SELECT array_agg(d.data_source ORDER BY d.data_source) FROM %I.data_source d', region) INTO sources;
	IF data_source IS NULL OR data_source <> 'form' AND data_source <> ALL (coalesce(sources, '{}')) THEN
		RAISE EXCEPTION 'неизвестный источник ответов: «%»', coalesce(data_source, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Источники перечислены в таблице %I.data_source: %s. Новый источник сначала добавьте в неё.',
								region, array_to_string(sources, ', '));
	END IF;

	state := shnor.region_round(region, round_id);
	IF state <> 'open' THEN
		RAISE EXCEPTION 'мониторинг % не открыт: его состояние — %', round_id,
			CASE state WHEN 'draft' THEN 'черновик (draft)' ELSE 'закрыт (closed)' END
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = CASE state
						WHEN 'draft' THEN format('Укажите приказ (legal_act_id) и откройте мониторинг: UPDATE %I.round SET state = ''open'' …', region)
						ELSE 'Ответы закрытого мониторинга не меняются. Проверьте номер мониторинга.' END;
	END IF;
END
$function$;
COMMENT ON FUNCTION import_check(text, integer, text, text, text) IS
'Internal: refuses an import whose region, round, content, respondent or source of answers will not do.';
-- The header of a form's export: its delimiter, and what each column is.

CREATE FUNCTION import_columns(region text, round_id integer, content text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	columns	jsonb;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	WITH valid AS (
		SELECT q.* FROM question q
		JOIN round r ON daterange(q.valid_from, q.valid_until) @> r.cohort_on
		WHERE r.round_id = import_columns.round_id
	), field AS (
		SELECT v.question AS field, v.answer_type, v.respondent FROM valid v
		UNION ALL
		VALUES ('submitted_at', 'timestamp', NULL), ('school_code', 'code', NULL), ('school_name', 'name', NULL),
			   ('municipality', 'name', NULL), ('ignore', 'ignore', NULL), ('document', 'document', NULL)
		UNION ALL
		-- which question such a column proves is told by import_document_columns()
		(SELECT 'document:' || v.question, 'document', NULL FROM valid v
		 UNION
		 SELECT h.field, 'document', NULL FROM form_header h WHERE h.field LIKE 'document:%')
	), known AS (
		-- a question's own wording goes before the other wordings
		SELECT DISTINCT ON (w.key) w.key, f.*
		FROM (SELECT shnor.form_normalize(v.wording) AS key, v.question AS field, 1 AS preference FROM valid v
			  UNION ALL
			  SELECT shnor.form_normalize(h.header), h.field, 2 FROM form_header h
			  UNION ALL
			  SELECT shnor.form_normalize(f.field), f.field, 3 FROM field f) w
		JOIN field f ON f.field = w.field
		WHERE w.key <> ''
		ORDER BY w.key, w.preference, w.field
	), header AS (
		SELECT d.delimiter, d.preference, h.line, h.fields
		FROM (VALUES (',', 1), (';', 2), (E'\t', 3)) AS d(delimiter, preference)
		CROSS JOIN LATERAL (
			SELECT r.line, r.fields FROM shnor.form_rows(content, d.delimiter) r
			WHERE EXISTS (SELECT FROM unnest(r.fields) AS v WHERE shnor.form_clean(v) <> '')
			ORDER BY r.line LIMIT 1) h
	), reading AS (
		SELECT h.delimiter, h.preference, h.line, count(k.field) AS known,
			   max(c.column_no) FILTER (WHERE shnor.form_clean(c.header) <> '') AS width,
			   jsonb_agg(jsonb_build_object('column_no', c.column_no, 'header', c.header, 'field', k.field,
											'answer_type', k.answer_type, 'respondent', k.respondent)
						 ORDER BY c.column_no) AS columns
		FROM header h
		CROSS JOIN LATERAL unnest(h.fields) WITH ORDINALITY AS c(header, column_no)
		LEFT JOIN known k ON k.key = shnor.form_normalize(c.header)
		GROUP BY h.delimiter, h.preference, h.line
	)
	SELECT to_jsonb(r) INTO columns FROM reading r ORDER BY r.known DESC, r.preference LIMIT 1;
	RETURN columns;
END
$function$;
COMMENT ON FUNCTION import_columns(text, integer, text) IS
'Internal: the header of a CSV text as JSON: delimiter (of comma, semicolon and tab the one that gives most known headers), line, width (columns up to the last that has a header), known (how many headers are known) and columns (column_no, header, field, answer_type, respondent). NULL when the text holds nothing.';

CREATE FUNCTION import_respondent(columns jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT c ->> 'respondent'
	FROM jsonb_array_elements(columns -> 'columns') c
	WHERE c ->> 'respondent' IS NOT NULL
	GROUP BY c ->> 'respondent'
	ORDER BY count(*) DESC, c ->> 'respondent' DESC
	LIMIT 1
$function$;
COMMENT ON FUNCTION import_respondent(jsonb) IS
'Internal: whose questions most columns of a header ask, school or municipality; NULL when none asks a question.';

CREATE FUNCTION import_check_columns(columns jsonb, respondent text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	headers	text;
	fields	text[];
	asks	boolean;
BEGIN
	IF columns IS NULL THEN
		RAISE EXCEPTION 'файл пуст'
			USING ERRCODE = 'bad_copy_file_format',
				  HINT = 'Выгрузите ответы формы заново в формате CSV.';
	END IF;

	SELECT string_agg('«' || left(shnor.form_clean(c ->> 'header'), 60) || '»', ', ' ORDER BY (c ->> 'column_no')::integer)
		   FILTER (WHERE shnor.form_clean(c ->> 'header') <> ''),
		   array_agg(c ->> 'field'),
		   coalesce(bool_or(c ->> 'respondent' = import_check_columns.respondent), false)
	INTO headers, fields, asks
	FROM jsonb_array_elements(columns -> 'columns') c;

	IF NOT asks THEN
		RAISE EXCEPTION 'в заголовке файла нет ни одного вопроса %',
			CASE import_check_columns.respondent WHEN 'school' THEN 'формы для школ'
				WHEN 'municipality' THEN 'формы для муниципалитетов' ELSE 'форм этого мониторинга' END
			USING ERRCODE = 'bad_copy_file_format',
				  DETAIL = format('Первая строка прочитана так: %s.', left(headers, 1000)),
				  HINT = 'Первой строкой файла должны стоять формулировки вопросов, значения разделяются запятой, точкой с запятой или табуляцией, кодировка — UTF-8. Другие формулировки добавьте в таблицу form_header.';
	ELSIF import_check_columns.respondent = 'school' AND NOT fields && ARRAY['school_code', 'school_name'] THEN
		RAISE EXCEPTION 'в файле нет столбца с кодом или названием школы'
			USING ERRCODE = 'bad_copy_file_format',
				  DETAIL = format('Первая строка прочитана так: %s.', left(headers, 1000)),
				  HINT = 'Назовите столбец «Код ОО» или «Наименование ОО» либо добавьте его заголовок в таблицу form_header с полем school_code или school_name.';
	ELSIF import_check_columns.respondent = 'municipality' AND NOT fields && ARRAY['municipality'] THEN
		RAISE EXCEPTION 'в файле нет столбца с муниципалитетом'
			USING ERRCODE = 'bad_copy_file_format',
				  DETAIL = format('Первая строка прочитана так: %s.', left(headers, 1000)),
				  HINT = 'Назовите столбец «Муниципалитет» либо добавьте его заголовок в таблицу form_header с полем municipality.';
	END IF;
END
$function$;
COMMENT ON FUNCTION import_check_columns(jsonb, text) IS
'Internal: refuses a file without questions of the respondent or without a column that tells who answers (22P04).';

CREATE FUNCTION import_unread_columns(content text, columns jsonb, respondent text,
									  OUT column_no integer, OUT header text, OUT problem text, OUT detail text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT c.column_no, c.header,
		   CASE WHEN c.problem IS NOT NULL THEN c.problem
				WHEN c.field IS NOT NULL THEN 'other_form'
				WHEN shnor.form_clean(c.header) <> '' THEN 'unknown_header'
				ELSE 'no_header' END,
		   CASE WHEN c.problem IS NOT NULL THEN c.question END
	FROM jsonb_to_recordset(columns -> 'columns')
		AS c(column_no integer, header text, field text, respondent text, question text, problem text)
	WHERE c.column_no <= (columns ->> 'width')::integer
	  AND (c.field IS NULL OR c.respondent <> import_unread_columns.respondent OR c.problem IS NOT NULL)
	  -- a column without a header matters when something stands in it
	  AND (shnor.form_clean(c.header) <> ''
		   OR EXISTS (SELECT FROM shnor.form_rows(content, columns ->> 'delimiter') r
					  WHERE r.line > (columns ->> 'line')::integer AND shnor.form_clean(r.fields[c.column_no]) <> ''))
$function$;
COMMENT ON FUNCTION import_unread_columns(text, jsonb, text) IS
'Internal: columns of a file that are not read, and why: unknown_header, other_form (a question of the other respondent), no_header, and what import_document_columns() says of columns of documents (detail: the question named).';
-- The records of a form's export as typed rows: who answers, when, what, and what cannot be read.

-- A municipality is called «Вичугский район», «Вичугский муниципальный район», «г. Вичуга», «ГО Вичуга».
CREATE FUNCTION import_place(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT coalesce(string_agg(w.word, ' ' ORDER BY w.position), '')
	FROM string_to_table(shnor.form_normalize(name), ' ') WITH ORDINALITY AS w(word, position)
	WHERE w.word <> ALL ('{городской,муниципальный,муниципальное,образование,округ,район,город,р-н,г,г.,го,мо,мр}'::text[])
$function$;
COMMENT ON FUNCTION import_place(text) IS
'Internal: the name of a municipality without the words that say of what kind it is, normalized.';

CREATE FUNCTION import_rows(region text, round_id integer, respondent text, content text, columns jsonb, asked text[],
							data_source text,
							OUT line integer, OUT who integer, OUT submitted_at timestamptz, OUT answers jsonb,
							OUT row_values text[], OUT issues jsonb, OUT refused boolean)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- nothing is known of a file's size when the plan is made: hash joins are right for small and large ones,
-- and the price put on the nested loops that remain would start the JIT compiler
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	WITH zone AS (
		SELECT coalesce((SELECT s.time_zone FROM setting s), 'Europe/Moscow') AS time_zone
	), header AS MATERIALIZED (
		SELECT c.column_no, c.header, c.field, c.answer_type
		FROM jsonb_to_recordset(columns -> 'columns')
			AS c(column_no integer, header text, field text, answer_type text, respondent text)
		WHERE c.answer_type NOT IN ('ignore', 'document') AND (c.respondent IS NULL OR c.respondent = import_rows.respondent)
	), titled AS (
		-- the first column of each field: where issues of the whole field are shown
		SELECT DISTINCT ON (h.field) h.field, h.column_no, h.header FROM header h ORDER BY h.field, h.column_no
	), record AS MATERIALIZED (
		SELECT r.line, r.fields
		FROM shnor.form_rows(content, columns ->> 'delimiter') r
		WHERE r.line > (columns ->> 'line')::integer
		  AND EXISTS (SELECT FROM unnest(r.fields) AS v WHERE shnor.form_clean(v) <> '')
	), reading AS MATERIALIZED (
		SELECT r.line, h.column_no, h.header, h.field, c.raw,
			   CASE h.answer_type
				   WHEN 'count' THEN to_jsonb(shnor.form_count(c.raw))
				   WHEN 'yes_no' THEN to_jsonb(shnor.form_yes_no(c.raw))
				   WHEN 'timestamp' THEN to_jsonb(shnor.form_timestamp(c.raw, z.time_zone))
				   WHEN 'code' THEN to_jsonb(shnor.form_clean(c.raw))
				   ELSE to_jsonb(shnor.form_normalize(c.raw))
			   END AS value,
			   CASE WHEN h.answer_type IN ('count', 'yes_no', 'timestamp')
				   THEN shnor.form_problem(c.raw, h.answer_type) END AS problem
		FROM record r
		CROSS JOIN zone z
		CROSS JOIN LATERAL unnest(r.fields) WITH ORDINALITY AS c(raw, column_no)
		JOIN header h ON h.column_no = c.column_no
		WHERE shnor.form_clean(c.raw) <> ''
	), answer AS MATERIALIZED (
		-- several columns may ask one thing: what is there counts
		SELECT r.line, r.field, (array_agg(r.value ORDER BY r.column_no))[1] AS value,
			   (array_agg(r.raw ORDER BY r.column_no))[1] AS raw,
			   count(DISTINCT r.value) > 1 AS contradicts, string_agg(shnor.form_clean(r.raw), ' / ' ORDER BY r.column_no) AS all_raw
		FROM reading r
		WHERE r.problem IS NULL AND r.value IS NOT NULL
		GROUP BY r.line, r.field
	),

	-- ---- who answers ----
	place AS (
		SELECT DISTINCT ON (k.key) k.key, k.municipality_id
		FROM (SELECT shnor.form_normalize(m.name) AS key, m.municipality_id, 1 AS preference FROM municipality m
			  UNION ALL
			  SELECT m.oktmo, m.municipality_id, 2 FROM municipality m WHERE m.oktmo IS NOT NULL
			  UNION ALL
			  SELECT shnor.import_place(m.name), min(m.municipality_id), 3 FROM municipality m
			  GROUP BY shnor.import_place(m.name) HAVING count(*) = 1) k
		WHERE k.key <> ''
		ORDER BY k.key, k.preference, k.municipality_id
	), directory AS MATERIALIZED (
		SELECT o.school_id, o.municipality_id, shnor.form_clean(o.code) AS code, shnor.form_normalize(o.name) AS name_key,
			   format('%s (%s, код %s)', o.name, m.name, o.code) AS label,
			   -- as the reports see it: a round that was reopened keeps its list, whatever the directory says
			   b.school_id IS NOT NULL AS in_round,
			   r.cohort_on
		FROM school o
		JOIN municipality m ON m.municipality_id = o.municipality_id
		JOIN round r ON r.round_id = import_rows.round_id
		LEFT JOIN round_member b ON b.round_id = import_rows.round_id AND b.school_id = o.school_id
		WHERE import_rows.respondent = 'school'
	), named AS MATERIALIZED (
		SELECT r.line, r.code, r.name_key, r.place IS NOT NULL AS has_place,
			   coalesce(p.municipality_id, q.municipality_id) AS municipality_id
		FROM (SELECT r.line,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'school_code') AS code,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'school_name') AS name_key,
					 max(a.value #>> '{}') FILTER (WHERE a.field = 'municipality') AS place
			  FROM record r LEFT JOIN answer a ON a.line = r.line
			  GROUP BY r.line) r
		LEFT JOIN place p ON p.key = r.place
		LEFT JOIN place q ON q.key = shnor.import_place(r.place)
	), namesake AS (
		-- schools of that name: anywhere, and where the row says
		SELECT n.line, array_agg(d.school_id) AS anywhere,
			   count(*) FILTER (WHERE h.here) AS here,
			   count(*) FILTER (WHERE h.here AND d.in_round) AS here_in_round,
			   coalesce(min(d.school_id) FILTER (WHERE h.here AND d.in_round), min(d.school_id) FILTER (WHERE h.here)) AS school_id,
			   string_agg(d.label, '; ' ORDER BY d.label) FILTER (WHERE h.here AND d.in_round) AS labels
		FROM named n
		JOIN directory d ON d.name_key = n.name_key
		CROSS JOIN LATERAL (SELECT NOT n.has_place OR d.municipality_id = n.municipality_id AS here) h
		GROUP BY n.line
	), matched AS (
		SELECT n.*, c.school_id AS by_code,
			   CASE WHEN s.here_in_round = 1 OR s.here = 1 THEN s.school_id END AS by_name,
			   s.anywhere, s.here_in_round, s.here, s.labels
		FROM named n
		LEFT JOIN directory c ON c.code = n.code
		LEFT JOIN namesake s ON s.line = n.line
	), told AS (
		SELECT m.*, coalesce(m.by_code, m.by_name) AS school_id,
			   CASE
				   WHEN m.by_code IS NOT NULL THEN
					   CASE WHEN m.by_code <> ALL (m.anywhere) THEN 'code_and_name' END
				   WHEN m.code IS NULL AND m.name_key IS NULL THEN 'no_school'
				   WHEN m.name_key IS NULL THEN 'unknown_code'
				   WHEN m.has_place AND m.municipality_id IS NULL THEN 'unknown_municipality'
				   WHEN m.here_in_round > 1 THEN 'ambiguous_school'
				   WHEN m.by_name IS NULL AND m.here > 1 THEN 'not_in_round'
				   WHEN m.by_name IS NULL AND m.code IS NOT NULL THEN 'unknown_code'
				   WHEN m.by_name IS NULL THEN 'unknown_school'
			   END AS problem
		FROM matched m
		WHERE import_rows.respondent = 'school'
		UNION ALL
		SELECT m.*, NULL,
			   CASE WHEN NOT m.has_place THEN 'no_municipality'
				   WHEN m.municipality_id IS NULL THEN 'unknown_municipality' END
		FROM matched m
		WHERE import_rows.respondent = 'municipality'
	), identified AS MATERIALIZED (
		SELECT t.line, t.code, t.name_key, t.municipality_id, t.has_place, t.labels, d.label, d.cohort_on,
			   CASE import_rows.respondent WHEN 'school' THEN t.school_id ELSE t.municipality_id END AS who,
			   coalesce(t.problem, CASE WHEN NOT d.in_round THEN 'not_in_round'
									   WHEN t.code IS NOT NULL AND t.by_code IS NULL THEN 'code_ignored' END) AS problem,
			   CASE
				   WHEN t.problem IN ('unknown_municipality', 'no_municipality') THEN 'municipality'
				   WHEN t.problem = 'code_and_name' OR t.code IS NULL AND t.name_key IS NOT NULL THEN 'school_name'
				   WHEN t.code IS NOT NULL OR EXISTS (SELECT FROM header h WHERE h.field = 'school_code') THEN 'school_code'
				   ELSE 'school_name'
			   END AS field
		FROM told t
		LEFT JOIN directory d ON d.school_id = t.school_id
	), unknown AS (
		SELECT i.*, string_to_array(i.name_key, ' ') AS words
		FROM identified i
		WHERE i.problem IN ('unknown_school', 'unknown_code', 'unknown_municipality')
		-- a file of another region need not be compared to the last row
		ORDER BY i.line LIMIT 50
	), alike AS (
		-- names that share half of their words, and codes that differ in punctuation only
		SELECT w.line, d.school_id, 2.0 * count(*) / max(w.words + d.words) AS likeness
		FROM (SELECT u.line, v.word, cardinality(u.words) AS words FROM unknown u CROSS JOIN LATERAL unnest(u.words) AS v(word)) w
		JOIN (SELECT o.school_id, v.word, cardinality(o.words) AS words
			  FROM (SELECT o.school_id, string_to_array(o.name_key, ' ') AS words FROM directory o WHERE o.in_round) o
			  CROSS JOIN LATERAL unnest(o.words) AS v(word)) d ON d.word = w.word
		GROUP BY w.line, d.school_id
		HAVING 4 * count(*) >= max(w.words + d.words)
		UNION
		SELECT u.line, d.school_id, 1
		FROM unknown u
		JOIN directory d ON ltrim(translate(d.code, ' -./', ''), '0') = ltrim(translate(u.code, ' -./', ''), '0')
		WHERE d.in_round
	), nearest AS (
		SELECT n.line, string_agg(n.label, '; ' ORDER BY n.place) AS labels
		FROM (SELECT u.line, d.label, row_number() OVER (PARTITION BY u.line ORDER BY max(a.likeness) DESC, d.label) AS place
			  FROM alike a
			  JOIN unknown u ON u.line = a.line
			  JOIN directory d ON d.school_id = a.school_id
			  WHERE u.problem <> 'unknown_municipality' AND (NOT u.has_place OR d.municipality_id = u.municipality_id)
			  GROUP BY u.line, d.school_id, d.label) n
		WHERE n.place <= 3
		GROUP BY n.line
	),

	-- ---- what cannot be read ----
	stored AS MATERIALIZED (
		SELECT s.school_id AS who, to_jsonb(s) AS document FROM submission s
		WHERE import_rows.respondent = 'school' AND s.round_id = import_rows.round_id
		UNION ALL
		SELECT s.municipality_id, to_jsonb(s) FROM municipal_submission s
		WHERE import_rows.respondent = 'municipality' AND s.round_id = import_rows.round_id
	), told_before AS MATERIALIZED (
		-- a second source stands beside the form: what it has told itself
		SELECT CASE import_rows.respondent WHEN 'school' THEN a.school_id ELSE a.municipality_id END AS who,
			   jsonb_object_agg(a.question, a.answer_count) AS answers
		FROM source_answer a
		WHERE a.round_id = import_rows.round_id AND a.data_source = import_rows.data_source AND a.answer_count IS NOT NULL
		GROUP BY 1
	), filled AS MATERIALIZED (
		SELECT r.line, i.who, max(a.value #>> '{}') FILTER (WHERE a.field = 'submitted_at') AS submitted_at,
			   -- an empty cell of a form takes an answer back, that of another source says nothing
			   CASE import_rows.data_source WHEN 'form' THEN (SELECT jsonb_object_agg(a, NULL) FROM unnest(asked) AS a) ELSE '{}' END
			   || coalesce(jsonb_object_agg(a.field, a.value) FILTER (WHERE a.field = ANY (asked)), '{}') AS answers
		FROM record r
		JOIN identified i ON i.line = r.line
		LEFT JOIN answer a ON a.line = r.line
		GROUP BY r.line, i.who
	), part AS (
		-- a part and its whole; what the file does not ask stands as it is stored
		SELECT q.question, q.part_of, w.wording AS whole_wording
		FROM question q
		JOIN question w ON w.question = q.part_of
		JOIN round r ON daterange(q.valid_from, q.valid_until) @> r.cohort_on
					AND daterange(w.valid_from, w.valid_until) @> r.cohort_on
		WHERE r.round_id = import_rows.round_id AND q.respondent = import_rows.respondent
		  AND (q.question = ANY (asked) OR q.part_of = ANY (asked))
	), issue AS (
		SELECT r.line, r.column_no, r.header, r.field AS question, r.raw AS raw_value, r.problem, NULL AS detail
		FROM reading r WHERE r.problem IS NOT NULL
		UNION ALL
		SELECT a.line, t.column_no, t.header, a.field, a.all_raw, 'two_values', NULL
		FROM answer a JOIN titled t ON t.field = a.field
		WHERE a.contradicts
		UNION ALL
		SELECT r.line, min(c.column_no)::integer, NULL, NULL, string_agg(shnor.form_clean(c.raw), ' | ' ORDER BY c.column_no), 'ragged',
			   columns ->> 'width'
		FROM record r CROSS JOIN LATERAL unnest(r.fields) WITH ORDINALITY AS c(raw, column_no)
		WHERE c.column_no > (columns ->> 'width')::integer AND shnor.form_clean(c.raw) <> ''
		GROUP BY r.line
		UNION ALL
		SELECT f.line, t.column_no, t.header, t.field, n.part #>> '{}',
			   -- a source must agree with itself; where it differs from the form, both are kept
			   CASE WHEN import_rows.data_source = 'form' OR o.answers ?& ARRAY[p.question, p.part_of] THEN 'part_larger'
				   ELSE 'part_larger_than_form' END,
			   format('%s (вопрос «%s»)', n.whole #>> '{}', p.whole_wording)
		FROM filled f
		LEFT JOIN stored s ON s.who = f.who
		LEFT JOIN told_before b ON b.who = f.who
		CROSS JOIN LATERAL (SELECT coalesce(b.answers, '{}') || f.answers AS answers) o
		CROSS JOIN part p
		CROSS JOIN LATERAL (
			SELECT nullif((coalesce(s.document, '{}') || o.answers) -> p.question, 'null') AS part,
				   nullif((coalesce(s.document, '{}') || o.answers) -> p.part_of, 'null') AS whole) n
		JOIN titled t ON t.field = CASE WHEN f.answers ? p.question THEN p.question ELSE p.part_of END
		WHERE n.part > n.whole AND f.answers ?| ARRAY[p.question, p.part_of]
		  -- a cell that could not be read has its own issue
		  AND NOT EXISTS (SELECT FROM reading r WHERE r.line = f.line AND r.field = p.part_of AND r.problem IS NOT NULL)
		UNION ALL
		SELECT i.line, t.column_no, t.header, coalesce(t.field, i.field), a.raw, i.problem,
			   CASE i.problem
				   WHEN 'ambiguous_school' THEN i.labels
				   WHEN 'not_in_round' THEN coalesce(i.label || ' на ' || to_char(i.cohort_on, 'DD.MM.YYYY'), '')
				   WHEN 'code_and_name' THEN i.label
				   WHEN 'code_ignored' THEN i.label
				   ELSE n.labels
			   END
		FROM identified i
		LEFT JOIN titled t ON t.field = i.field
		LEFT JOIN answer a ON a.line = i.line AND a.field = i.field
		LEFT JOIN nearest n ON n.line = i.line
		WHERE i.problem IS NOT NULL
	), noted AS (
		SELECT i.line, bool_or(NOT w.warns) AS refused,
			   jsonb_agg(jsonb_build_object('column_no', i.column_no, 'header', i.header, 'question', i.question,
											'raw_value', i.raw_value, 'problem', i.problem, 'detail', i.detail,
											'warns', w.warns) ORDER BY i.column_no) AS issues
		FROM issue i
		CROSS JOIN LATERAL (SELECT i.problem IN ('code_ignored', 'part_larger_than_form') AS warns) w
		GROUP BY i.line
	)
	SELECT f.line, f.who, f.submitted_at::timestamptz, f.answers,
		   CASE WHEN n.issues IS NOT NULL THEN r.fields END, coalesce(n.issues, '[]'), coalesce(n.refused, false)
	FROM filled f
	JOIN record r ON r.line = f.line
	LEFT JOIN noted n ON n.line = f.line
	ORDER BY f.line;
END
$function$;
COMMENT ON FUNCTION import_rows(text, integer, text, text, jsonb, text[], text) IS
'Internal: the records of a form''s export that are not blank: line, who (school_id or municipality_id), submitted_at (NULL when the file does not tell), answers (a JSON object of the questions asked; of another source than the form, of those answered), row_values (the record as it stands, where there are issues), issues (column_no, header, question, raw_value, problem, detail, warns) and whether the row is refused. columns is what import_columns() gives, asked the questions that the file asks of the respondent.';
-- Rows that could be read become submissions; what they replace, and what came earlier, goes to the history.
-- What another source than the form says becomes source_answer, beside the submissions.

CREATE FUNCTION import_store(region text, round_id integer, respondent text, readings jsonb, asked text[], source text,
							 OUT loaded integer, OUT corrected integer, OUT unchanged integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	answers	text := CASE respondent WHEN 'school' THEN 'submission' ELSE 'municipal_submission' END;
	who		text := CASE respondent WHEN 'school' THEN 'school_id' ELSE 'municipality_id' END;
	changes	text := (SELECT string_agg(format('%1$I = excluded.%1$I', a), ', ') FROM unnest(asked || '{submitted_at,source}') AS a);
BEGIN
	-- %1$I region, %2$I answers, %3$I history, %4$I who, %5$s changes; $1 rows, $2 round, $3 source
	EXECUTE format($sql$
		WITH given AS (
			SELECT g.line, g.who, g.answers, g.submitted_at IS NOT NULL AS stamped, s.submitted_at AS stored_at, to_jsonb(s) AS stored,
				   -- a row without a time is as new as the import
				   coalesce(g.submitted_at, greatest(now(), s.submitted_at)) AS submitted_at
			FROM jsonb_to_recordset($1) AS g(line integer, who integer, submitted_at timestamptz, answers jsonb, refused boolean)
			LEFT JOIN %1$I.%2$I s ON s.round_id = $2 AND s.%4$I = g.who
			WHERE NOT g.refused
		), seen AS (
			SELECT g.*,
				   row_number() OVER (PARTITION BY g.who ORDER BY g.submitted_at DESC, g.line DESC) = 1 AS last,
				   -- the file says the same once more further down
				   row_number() OVER (PARTITION BY g.who, g.submitted_at, g.answers ORDER BY g.line DESC) > 1 AS repeated,
				   coalesce(g.stored @> g.answers AND (NOT g.stamped OR g.submitted_at = g.stored_at), false) AS as_stored,
				   EXISTS (SELECT FROM %1$I.%3$I h
						   WHERE h.round_id = $2 AND h.%4$I = g.who AND to_jsonb(h) @> g.answers
							 AND (NOT g.stamped OR h.submitted_at = g.submitted_at)) AS in_history
			FROM given g
		), judged AS (
			-- an old version wins again only where nothing is stored, or when a row without a time brings it back
			SELECT s.*, s.last AND NOT s.as_stored
						AND (s.stored IS NULL OR s.submitted_at >= s.stored_at AND NOT (s.in_history AND s.stamped)) AS wins
			FROM seen s
		), outcome AS (
			SELECT j.*,
				   CASE
					   WHEN j.wins THEN CASE WHEN j.stored IS NULL THEN 'loaded' ELSE 'corrected' END
					   WHEN j.repeated OR j.as_stored THEN 'unchanged'
					   WHEN j.stored IS NOT NULL AND (j.in_history OR j.submitted_at < j.stored_at
													  OR NOT bool_or(j.wins) OVER (PARTITION BY j.who)) THEN 'unchanged'
					   ELSE 'corrected'
				   END AS outcome
			FROM judged j
		), filled AS (
			-- questions that the file does not ask keep their answers
			SELECT o.*, coalesce(o.stored, '{}') || o.answers
				   || jsonb_build_object('round_id', $2, %4$L, o.who, 'submitted_at', o.submitted_at,
										 'source', format('%%s, строка %%s', $3, o.line),
										 'replaced_at', now(), 'replaced_by', current_user) AS document
			FROM outcome o
		), kept AS (
			INSERT INTO %1$I.%3$I
			SELECT h.* FROM filled f CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$I.%3$I, f.document) h
			WHERE NOT f.wins AND NOT f.repeated AND NOT f.as_stored AND NOT f.in_history
			ORDER BY f.line
		), put AS (
			INSERT INTO %1$I.%2$I
			SELECT s.* FROM filled f CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$I.%2$I, f.document) s
			WHERE f.wins
			ORDER BY f.line
			ON CONFLICT (round_id, %4$I) DO UPDATE SET %5$s
		)
		SELECT count(*) FILTER (WHERE f.outcome = 'loaded'), count(*) FILTER (WHERE f.outcome = 'corrected'),
			   count(*) FILTER (WHERE f.outcome = 'unchanged')
		FROM filled f
	$sql$, region, answers, answers || '_history', who, changes)
	INTO loaded, corrected, unchanged USING readings, round_id, source;
END
$function$;
COMMENT ON FUNCTION import_store(text, integer, text, jsonb, text[], text) IS
'Internal: stores the rows of import_rows() that are not refused. Of several rows of one school or municipality the latest (submitted_at, then line) stands if it is not older than what is stored; the others and what it replaces go to the history. loaded: first answers; corrected: versions that replace or are replaced; unchanged: already stored or kept, repeated in the file, or older than what is stored.';

CREATE FUNCTION import_store_source(region text, round_id integer, respondent text, readings jsonb, asked text[],
									data_source text, source text,
									OUT loaded integer, OUT corrected integer, OUT unchanged integer)
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	WITH record AS (
		SELECT r.line, r.who, r.submitted_at, r.answers
		FROM jsonb_to_recordset(readings) AS r(line integer, who integer, submitted_at timestamptz, answers jsonb, refused boolean)
		WHERE NOT r.refused
	), told AS MATERIALIZED (
		SELECT CASE import_store_source.respondent WHEN 'school' THEN a.school_id ELSE a.municipality_id END AS who,
			   a.question, coalesce(to_jsonb(a.answer_count), to_jsonb(a.answer_yes)) AS value, a.submitted_at, a.kept
		FROM (SELECT s.round_id, s.school_id, s.municipality_id, s.question, s.data_source, s.answer_count, s.answer_yes,
					 s.submitted_at, true AS kept FROM source_answer s
			  UNION ALL
			  SELECT h.round_id, h.school_id, h.municipality_id, h.question, h.data_source, h.answer_count, h.answer_yes,
					 h.submitted_at, false FROM source_answer_history h) a
		WHERE a.round_id = import_store_source.round_id AND a.data_source = import_store_source.data_source
		  AND a.question = ANY (asked)
	), given AS (
		SELECT r.line, r.who, v.key AS question, v.value, r.submitted_at IS NOT NULL AS stamped,
			   s.value AS stored_value, s.submitted_at AS stored_at,
			   -- a row without a time is as new as the import
			   coalesce(r.submitted_at, greatest(now(), s.submitted_at)) AS submitted_at
		FROM record r
		CROSS JOIN LATERAL jsonb_each(r.answers) v
		LEFT JOIN told s ON s.who = r.who AND s.question = v.key AND s.kept
	), last AS (
		-- an empty cell says nothing: of each question the latest row that answers it
		SELECT DISTINCT ON (g.who, g.question) g.* FROM given g
		ORDER BY g.who, g.question, g.submitted_at DESC, g.line DESC
	), wins AS MATERIALIZED (
		SELECT l.* FROM last l
		LEFT JOIN (SELECT DISTINCT t.who, t.question, t.value, t.submitted_at FROM told t WHERE NOT t.kept) h
			ON h.who = l.who AND h.question = l.question AND h.value = l.value AND h.submitted_at = l.submitted_at
		WHERE l.stored_value IS NULL
		   OR l.submitted_at >= l.stored_at
			  AND NOT (l.value = l.stored_value AND (NOT l.stamped OR l.submitted_at = l.stored_at))
			  -- an old version wins again only when a row without a time brings it back
			  AND NOT (l.stamped AND h.who IS NOT NULL)
	), put AS (
		INSERT INTO source_answer AS a
			(round_id, school_id, municipality_id, question, data_source, answer_count, answer_yes, submitted_at, source)
		SELECT import_store_source.round_id, CASE import_store_source.respondent WHEN 'school' THEN w.who END,
			   CASE import_store_source.respondent WHEN 'municipality' THEN w.who END, w.question, import_store_source.data_source,
			   CASE jsonb_typeof(w.value) WHEN 'number' THEN w.value::integer END,
			   CASE jsonb_typeof(w.value) WHEN 'boolean' THEN w.value::boolean END,
			   w.submitted_at, format('%s, строка %s', import_store_source.source, w.line)
		FROM wins w
		ORDER BY w.line, w.question
		ON CONFLICT (round_id, school_id, municipality_id, question, data_source) DO UPDATE
		SET answer_count = excluded.answer_count, answer_yes = excluded.answer_yes, submitted_at = excluded.submitted_at,
			source = excluded.source,
			-- the order behind another answer is not behind this one
			legal_act_id = CASE WHEN (a.answer_count, a.answer_yes) IS NOT DISTINCT FROM (excluded.answer_count, excluded.answer_yes)
							   THEN a.legal_act_id END
	), change AS (
		SELECT w.line, w.who, w.line = max(w.line) OVER (PARTITION BY w.who) AS final
		FROM (SELECT DISTINCT w.line, w.who FROM wins w) w
	)
	SELECT count(*) FILTER (WHERE o.outcome = 'loaded'), count(*) FILTER (WHERE o.outcome = 'corrected'),
		   count(*) FILTER (WHERE o.outcome = 'unchanged')
	INTO loaded, corrected, unchanged
	FROM (SELECT CASE WHEN c.line IS NULL THEN 'unchanged' WHEN t.who IS NULL AND c.final THEN 'loaded' ELSE 'corrected' END AS outcome
		  FROM record r
		  LEFT JOIN change c ON c.line = r.line
		  LEFT JOIN (SELECT DISTINCT t.who FROM told t WHERE t.kept) t ON t.who = c.who) o;
END
$function$;
COMMENT ON FUNCTION import_store_source(text, integer, text, jsonb, text[], text, text) IS
'Internal: stores the answers of import_rows() as those of another source than the form, one row per respondent and question answered. Of several rows the latest that answers a question stands if it is not older than what that source has said before; what it replaces goes to source_answer_history. loaded: first answers of a respondent in that source; corrected: rows that changed something; unchanged: rows that changed nothing.';
-- What import_issue says: a reason and a hint for each problem, in the words of the data centre's staff.

CREATE FUNCTION import_message(problem text, raw text, detail text, OUT reason text, OUT hint text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT format(t.reason, v.shown, detail),
		   CASE WHEN t.hint_with_detail IS NOT NULL AND detail <> '' THEN format(t.hint_with_detail, v.shown, detail) ELSE t.hint END
	FROM (VALUES
		('not_a_number', 'Не число: «%1$s»', 'Впишите число цифрами, например 12. Если ответа нет, оставьте ячейку пустой.', NULL),
		('percent', 'Указан процент, а нужно количество: «%1$s»', 'Впишите, сколько человек, цифрами, например 12.', NULL),
		('fraction', 'Не целое число: «%1$s»', 'Количество бывает только целым: впишите число без дробной части.', NULL),
		('negative', 'Отрицательное число: «%1$s»', 'Количество не бывает меньше нуля. Если таких нет, впишите 0.', NULL),
		('too_large', 'Слишком большое число: «%1$s»', 'Проверьте, не вписан ли в ячейку телефон, код или два числа подряд.', NULL),
		('part_larger', 'Часть больше целого: %1$s больше, чем %2$s', 'Исправьте одно из двух чисел: часть не может быть больше целого.', NULL),
		('part_larger_than_form', 'Часть больше целого вместе с ответом формы: %1$s больше, чем %2$s',
		 'Ответы разных источников хранятся рядом. Уточните, какое из двух чисел верно, и исправьте его в его источнике.', NULL),
		('not_yes_no', 'Не «да» и не «нет»: «%1$s»', 'Оставьте в ячейке одно слово, Да или Нет, без пояснений.', NULL),
		('bad_timestamp', 'Дата не читается: «%1$s»', 'Запишите дату и время так: 19.09.2023 18:07:33; достаточно и одной даты.', NULL),
		('two_values', 'Разные значения в столбцах об одном и том же: «%1$s»', 'Об этом в файле говорят несколько столбцов. Оставьте верное значение в одном из них.', NULL),
		('ragged', 'В строке значений больше, чем заголовков: «%1$s»',
		 'Лишние значения стоят правее последнего заголовка. Чаще всего разделитель внутри ответа остался без кавычек: сохраните файл заново из исходной таблицы.',
		 'Лишние значения стоят правее последнего заголовка (столбец %2$s). Чаще всего разделитель внутри ответа остался без кавычек: сохраните файл заново из исходной таблицы.'),
		('no_school', 'Школа не указана', 'Впишите код школы или её название, как в справочнике школ (таблица school).', NULL),
		('unknown_code', 'Школа не найдена по коду: «%1$s»', 'Проверьте код: он должен быть таким, как в справочнике школ (таблица school).',
		 'Проверьте код по справочнику школ (таблица school). Похожие: %2$s.'),
		('unknown_school', 'Школа не найдена: «%1$s»', 'Проверьте название и муниципалитет по справочнику школ (таблица school) или впишите код школы.',
		 'Проверьте название по справочнику школ (таблица school) или впишите код школы. Похожие: %2$s.'),
		('ambiguous_school', 'Школ с таким названием несколько: «%1$s»', 'Впишите код школы или её муниципалитет.',
		 'Впишите код школы или её муниципалитет. Подходят: %2$s.'),
		('code_and_name', 'Код и название указывают на разные школы: «%1$s»', 'Исправьте код или название школы.',
		 'Исправьте код или название. По коду это %2$s.'),
		('code_ignored', 'Школа не найдена по коду: «%1$s»; определена по названию', 'Проверьте код по справочнику школ (таблица school).',
		 'Проверьте код. По названию это %2$s.'),
		('not_in_round', 'Школа не входит в мониторинг: «%1$s»', 'На день состава мониторинга школа не работала: проверьте даты открытия и закрытия в справочнике (school.opened_on, school.closed_on).',
		 'Школа не работала на день состава мониторинга: %2$s. Проверьте код и название, а если они верны — даты открытия и закрытия (school.opened_on, school.closed_on).'),
		('no_municipality', 'Муниципалитет не указан', 'Впишите название муниципалитета, как в справочнике (таблица municipality).', NULL),
		('unknown_municipality', 'Муниципалитет не найден: «%1$s»', 'Впишите название или код ОКТМО, как в справочнике (таблица municipality).', NULL),
		('unknown_header', 'Неизвестный заголовок: «%1$s»', 'Столбец не прочитан. Если это вопрос формы, добавьте заголовок в таблицу form_header и загрузите файл ещё раз.', NULL),
		('other_form', 'Вопрос из другой формы: «%1$s»', 'Столбец не прочитан: школы и муниципалитеты отвечают на разные формы.', NULL),
		('document_alone', 'Столбец документов, левее которого нет вопроса: «%1$s»',
		 'Столбец не прочитан. Поставьте его правее вопроса, ответ на который подтверждают документы, или назовите вопрос в таблице form_header: поле document:код_вопроса.', NULL),
		('document_unknown', 'Столбец документов к вопросу, которого нет в этом мониторинге: «%1$s»',
		 'Столбец не прочитан. Исправьте код вопроса в таблице form_header: поле document:код_вопроса.',
		 'Столбец не прочитан. Вопроса с кодом «%2$s» нет среди вопросов этого мониторинга (таблица question). Исправьте поле document:код_вопроса в таблице form_header.'),
		('document_other_form', 'Столбец документов к вопросу из другой формы: «%1$s»',
		 'Столбец не прочитан: школы и муниципалитеты отвечают на разные формы. Назовите в таблице form_header вопрос этой формы: поле document:код_вопроса.',
		 'Столбец не прочитан: вопрос с кодом «%2$s» задают в другой форме. Назовите в таблице form_header вопрос этой формы: поле document:код_вопроса.'),
		('no_link', 'Нет ссылки на документ: «%1$s»',
		 'Вставьте ссылку целиком, вместе с http:// или https://, и загрузите файл ещё раз. Несколько ссылок разделите запятой, пробелом или новой строкой. Если документа нет, оставьте ячейку пустой.', NULL),
		('long_link', 'Слишком длинная ссылка на документ: «%1$s»',
		 'Ссылка не загружена. Скопируйте короткую ссылку на тот же документ и загрузите файл ещё раз.', NULL),
		('no_header', 'Столбец без заголовка', 'Столбец не прочитан. Если в нём ответы на вопрос, впишите формулировку вопроса в первую строку и загрузите файл ещё раз.', NULL)
	) AS t(problem, reason, hint, hint_with_detail)
	CROSS JOIN (SELECT CASE WHEN length(shnor.form_clean(raw)) > 200 THEN left(shnor.form_clean(raw), 200) || '…'
						   ELSE coalesce(shnor.form_clean(raw), '') END AS shown) v
	WHERE t.problem = import_message.problem
$function$;
COMMENT ON FUNCTION import_message(text, text, text) IS
'Internal: reason and hint of an issue of an import, in Russian. raw is the value as it stands in the file, detail what the hint names (schools that are alike, the whole of a part).';

CREATE FUNCTION import_note(region text, import_id bigint, respondent text, content text, columns jsonb, readings jsonb, cells jsonb)
RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	warnings	integer;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	-- columns of the file that nobody reads
	INSERT INTO import_issue (import_id, line, column_no, header, reason, hint, severity)
	SELECT import_note.import_id, (columns ->> 'line')::integer, w.column_no, w.header, m.reason, m.hint, 'warning'
	FROM shnor.import_unread_columns(content, columns, import_note.respondent) w
	CROSS JOIN LATERAL shnor.import_message(w.problem, w.header, w.detail) m
	ORDER BY w.column_no;

	INSERT INTO import_issue (import_id, line, column_no, header, question, raw_value, row_values, reason, hint, severity)
	SELECT import_note.import_id, i.line, i.column_no, i.header, i.question, i.raw_value, i.row_values, m.reason, m.hint,
		   CASE WHEN i.warns THEN 'warning' ELSE 'refused' END
	FROM (SELECT r.line, i.column_no, i.header, i.question, i.raw_value, r.row_values, i.problem, i.detail, i.warns
		  FROM jsonb_to_recordset(readings) AS r(line integer, row_values text[], issues jsonb)
		  CROSS JOIN LATERAL jsonb_to_recordset(r.issues)
			AS i(column_no integer, header text, question text, raw_value text, problem text, detail text, warns boolean)
		  UNION ALL
		  SELECT c.line, c.column_no, c.header, c.question, c.raw_value, NULL, c.problem, NULL, true
		  FROM jsonb_to_recordset(cells) AS c(line integer, column_no integer, header text, question text, raw_value text, problem text)
		  WHERE c.problem IS NOT NULL) i
	CROSS JOIN LATERAL shnor.import_message(i.problem, i.raw_value, i.detail) m
	ORDER BY i.line, i.column_no;

	SELECT count(*) INTO warnings
	FROM import_issue w WHERE w.import_id = import_note.import_id AND w.severity = 'warning';
	RETURN warnings;
END
$function$;
COMMENT ON FUNCTION import_note(text, bigint, text, text, jsonb, jsonb, jsonb) IS
'Internal: writes the issues of an import into import_issue (columns not read, cells that import_rows() and import_document_cells() complain of) and returns how many of them are warnings.';
-- Evidence from form exports («прикрепить документ»): what the columns of documents prove, the links in their
-- cells, and the documents that these become.

CREATE FUNCTION import_document_columns(region text, round_id integer, columns jsonb, respondent text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN columns || jsonb_build_object('columns', (
		WITH col AS (
			SELECT c.value, c.position, c.value ->> 'answer_type' = 'document' AS proves,
				   nullif(btrim(substr(c.value ->> 'field', length('document:') + 1)), '') AS named
			FROM jsonb_array_elements(columns -> 'columns') WITH ORDINALITY AS c(value, position)
		), valid AS (
			SELECT q.question, q.respondent
			FROM question q
			JOIN round r ON daterange(q.valid_from, q.valid_until) @> r.cohort_on
			WHERE r.round_id = import_document_columns.round_id
		)
		SELECT jsonb_agg(CASE WHEN c.proves THEN c.value || jsonb_build_object(
					'question', coalesce(c.named, n.question),
					'problem', CASE
						WHEN c.named IS NULL AND n.question IS NULL THEN 'document_alone'
						WHEN c.named IS NOT NULL AND v.question IS NULL THEN 'document_unknown'
						WHEN v.respondent <> import_document_columns.respondent THEN 'document_other_form'
					END) ELSE c.value END ORDER BY c.position)
		FROM col c
		LEFT JOIN valid v ON v.question = c.named
		LEFT JOIN LATERAL (
			-- the nearest question to the left
			SELECT l.value ->> 'field' AS question FROM col l
			WHERE l.position < c.position AND l.value ->> 'respondent' = import_document_columns.respondent
			ORDER BY l.position DESC LIMIT 1) n ON c.proves AND c.named IS NULL));
END
$function$;
COMMENT ON FUNCTION import_document_columns(text, integer, jsonb, text) IS
'Internal: the columns of import_columns(); those of documents have question, which they prove (named by the field document:question, else that of the nearest question column of respondent to the left), and problem: NULL, document_alone (no question to the left), document_unknown (no such question in the round), document_other_form (a question of the other respondent).';

CREATE FUNCTION import_links(raw text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	-- a comma or semicolon parts links where a blank, another link or the end follows; elsewhere it is part of one
	SELECT coalesce(array_agg(l.link ORDER BY p.position), '{}')
	FROM regexp_split_to_table(shnor.form_clean(raw), '[ <>"«»]+|[,;]+(?=[ <>"«»]|https?://|$)', 'i') WITH ORDINALITY AS p(piece, position)
	CROSS JOIN LATERAL (SELECT rtrim(substring(p.piece from '(?i)https?://.*'), '.,;!?''') AS link) t
	CROSS JOIN LATERAL (SELECT CASE WHEN t.link !~ '\(' THEN rtrim(t.link, ').,;!?''') ELSE t.link END AS link) l
	WHERE l.link ~* '^https?://[^[:space:][:punct:]]'
$function$;
COMMENT ON FUNCTION import_links(text) IS
'Internal: the http and https links in a cell, joined by commas, semicolons, blanks or line breaks, without the punctuation of the text around them; an empty array when there is none.';

CREATE FUNCTION import_document_cells(content text, columns jsonb,
									  OUT line integer, OUT column_no integer, OUT header text, OUT question text,
									  OUT raw_value text, OUT links text[], OUT problem text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT r.line, c.column_no, c.header, c.question, v.raw,
		   -- longer ones do not fit into the index of documents
		   ARRAY(SELECT l FROM unnest(v.links) WITH ORDINALITY AS u(l, n) WHERE octet_length(l) <= 2000 ORDER BY n),
		   CASE WHEN v.links = '{}' THEN 'no_link'
				WHEN EXISTS (SELECT FROM unnest(v.links) AS l WHERE octet_length(l) > 2000) THEN 'long_link' END
	FROM jsonb_to_recordset(columns -> 'columns')
		AS c(column_no integer, header text, answer_type text, question text, problem text)
	CROSS JOIN LATERAL shnor.form_rows(content, columns ->> 'delimiter') r
	CROSS JOIN LATERAL (SELECT r.fields[c.column_no] AS raw, shnor.import_links(r.fields[c.column_no]) AS links) v
	WHERE c.answer_type = 'document' AND c.problem IS NULL
	  AND r.line > (columns ->> 'line')::integer
	  -- a dash, «нет», «нет данных»: no document, and nothing to say of it
	  AND (v.links <> '{}'
		   OR shnor.form_yes_no(v.raw) IS DISTINCT FROM false
			  AND (shnor.form_count(v.raw) IS NOT NULL OR shnor.form_problem(v.raw, 'count') IS NOT NULL))
	ORDER BY r.line, c.column_no
$function$;
COMMENT ON FUNCTION import_document_cells(text, jsonb) IS
'Internal: the cells of documents of a file that say something: where they stand, the question that they prove, their links, and problem: no_link (text without a link) or long_link (a link of more than 2000 bytes, left out). columns is what import_document_columns() gives.';

CREATE FUNCTION import_store_documents(region text, round_id integer, respondent text, readings jsonb, cells jsonb, source text)
RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
	added	integer;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	WITH found AS (
		-- a link that stands in several rows is the document of the first
		SELECT DISTINCT ON (r.who, c.question, l.link) r.who, c.question, l.link, c.line, c.column_no, l.position
		FROM jsonb_to_recordset(cells) AS c(line integer, column_no integer, question text, links text[])
		JOIN jsonb_to_recordset(readings) AS r(line integer, who integer, refused boolean) ON r.line = c.line AND NOT r.refused
		CROSS JOIN LATERAL unnest(c.links) WITH ORDINALITY AS l(link, position)
		ORDER BY r.who, c.question, l.link, c.line, c.column_no, l.position
	)
	INSERT INTO document (round_id, school_id, municipality_id, question, link, source)
	SELECT import_store_documents.round_id, CASE import_store_documents.respondent WHEN 'school' THEN f.who END,
		   CASE import_store_documents.respondent WHEN 'municipality' THEN f.who END, f.question, f.link,
		   format('%s, строка %s', import_store_documents.source, f.line)
	FROM found f
	-- whatever else is known of it by now: its kind, its title, how it was checked
	WHERE NOT EXISTS (
		SELECT FROM document d
		WHERE d.round_id = import_store_documents.round_id AND d.question = f.question AND d.link = f.link
		  AND CASE import_store_documents.respondent WHEN 'school' THEN d.school_id ELSE d.municipality_id END = f.who)
	ORDER BY f.line, f.column_no, f.position;
	GET DIAGNOSTICS added = ROW_COUNT;
	RETURN added;
END
$function$;
COMMENT ON FUNCTION import_store_documents(text, integer, text, jsonb, jsonb, text) IS
'Internal: stores the links of import_document_cells() in the rows of import_rows() that are not refused as documents, and returns how many were added. A link that is there for this question of this respondent in this round is not added again.';
-- Russian comments of rounds, their journal and their locks.

CREATE FUNCTION region_round_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('round_event', NULL, 'Журнал мониторингов: когда, кем и почему мониторинг открыт, закрыт, открыт заново. Ведётся сам.'),
('round_event', 'round_event_id', 'Номер записи.'),
('round_event', 'event', 'Что произошло: drafted — черновик, opened — открыт, closed — закрыт, reopened — открыт заново.'),
('round_event', 'reason', 'Причина открытия заново.'),
('round_event', 'happened_at', 'Когда.'),
('round_event', 'happened_by', 'Кем: имя пользователя базы.'),
('round_school', NULL, 'Состав закрытых мониторингов: организации, их муниципалитеты и статусы, какими они были при закрытии. Заполняется сама.'),
('round_school', 'municipality_id', 'Муниципалитет организации в этом мониторинге.'),
('round_school', 'kind', 'Вид учреждения в этом мониторинге: school — школа, preschool — ДОУ, supplementary — УДО.'),
('round_school', 'low_results', 'ШНОР на дату состава.'),
('round_school', 'adverse_conditions', 'ШНСУ на дату состава.'),
('round_school', 'risk_zone', 'Школа зоны риска на дату состава.'),
('round_municipality', NULL, 'Муниципалитеты закрытых мониторингов, какими они были при закрытии. Заполняется сама.'),
('legal_act_chain', NULL, 'Приказы и изменения к ним (п. 1.2.2): к какому акту восходит каждый и кем изменён.'),
('legal_act_chain', 'legal_act_id', 'Акт.'),
('legal_act_chain', 'root_id', 'Первоначальный акт. Пусто: изменения замкнуты в круг.'),
('legal_act_chain', 'depth', 'Которое по счёту изменение; 0 — первоначальный акт.'),
('legal_act_chain', 'issued_on', 'Дата акта.'),
('legal_act_chain', 'amendments', 'Сколько изменений у первоначального акта.'),
('legal_act_chain', 'last_amended_on', 'Дата последнего изменения.'),
('legal_act_chain', 'full_title', 'Акт с реквизитами; первоначальный — с перечнем изменений.'),
('check_round', '()', 'Триггер: мониторинг не открывается без приказа, закрытый мониторинг не меняется, заново открывается только с причиной (п. 1.2.7).'),
('keep_round', '()', 'Триггер: ведёт журнал мониторингов и записывает состав мониторинга при закрытии.'),
('keep_day', '()', 'Триггер: записанный состав мониторинга следует за датой состава.'),
('refuse_edit', '()', 'Триггер: отказывает в правке таблиц, которые заполняются сами.'),
('check_round_open', '()', 'Триггер: ответы, документы и пороги закрытого мониторинга не меняются.'),
('check_none_closed', '()', 'Триггер: таблицы, на которых стоят закрытые мониторинги, не очищаются целиком.'),
('check_days_open', '()', 'Триггер: статусы и определения, на которых стоит закрытый мониторинг, не меняются.')
$function$;
COMMENT ON FUNCTION region_round_comments() IS
'Internal: Russian comments of the tables and functions of rounds.';
-- What a closed round rests on is locked: the rows that belong to it, and what of statuses, definitions, questions,
-- sources and rules holds on its day. The triggers belong to the region and need nothing of the extension.

CREATE FUNCTION region_lock_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t record;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- Rows that belong to a round. FOR SHARE: who writes and who closes wait for each other.
	CREATE FUNCTION check_round_open() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		touched	integer[];
		written	boolean;
		r		record;
	BEGIN
		IF TG_OP = 'INSERT' THEN
			touched := ARRAY(SELECT DISTINCT n.round_id FROM new_rows n);
		ELSIF TG_OP = 'DELETE' THEN
			touched := ARRAY(SELECT DISTINCT o.round_id FROM old_rows o);
		ELSIF TG_OP = 'UPDATE' THEN
			touched := ARRAY(SELECT n.round_id FROM new_rows n UNION SELECT o.round_id FROM old_rows o);
		ELSE
			EXECUTE format('SELECT array_agg(DISTINCT t.round_id) FROM %I.%I t', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO touched;
		END IF;
		FOR r IN EXECUTE format('SELECT r.round_id, r.title, r.state FROM %I.round r WHERE r.round_id = ANY ($1) ORDER BY r.round_id FOR SHARE',
								TG_TABLE_SCHEMA) USING touched LOOP
			IF r.state = 'closed' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: %', r.title, TG_ARGV[0]
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = format('Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, r.round_id);
			END IF;
			-- a list of a round that has none yet would take the place of all its schools
			IF TG_TABLE_NAME IN ('round_school', 'round_municipality') THEN
				EXECUTE format('SELECT EXISTS (SELECT FROM %I.round_event e WHERE e.round_id = $1 AND e.event = ''closed'')', TG_TABLE_SCHEMA)
				INTO written USING r.round_id;
				IF NOT written THEN
					RAISE EXCEPTION 'мониторинг «%» ещё не закрывался: его состав записывается при закрытии', r.title
						USING ERRCODE = 'object_not_in_prerequisite_state',
							  HINT = format('До закрытия состав берётся из таблиц %1$I.school и %1$I.school_status: исправьте их.', TG_TABLE_SCHEMA);
				END IF;
			END IF;
		END LOOP;
		RETURN NULL;
	END
	$trigger$;

	FOR t IN
		SELECT * FROM (VALUES
			('submission', 'ответы менять нельзя', ''),
			('municipal_submission', 'ответы менять нельзя', ''),
			('source_answer', 'ответы других источников менять нельзя', ''),
			('document', 'документы менять нельзя', ''),
			('target', 'пороги и планы менять нельзя', ''),
			-- who was in time is told by the first version
			('submission_history', 'ответы менять нельзя', ''),
			('municipal_submission_history', 'ответы менять нельзя', ''),
			('source_answer_history', 'ответы других источников менять нельзя', ''),
			-- these the closing round writes itself
			('round_school', 'состав менять нельзя', 'WHEN (pg_trigger_depth() = 0)'),
			('round_municipality', 'состав менять нельзя', 'WHEN (pg_trigger_depth() = 0)')) AS v(name, refusal, condition)
	LOOP
		EXECUTE format('CREATE TRIGGER check_open_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE TRIGGER check_open_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE TRIGGER check_open_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
		EXECUTE format('CREATE TRIGGER check_open_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT %s EXECUTE FUNCTION check_round_open(%L)', t.name, t.condition, t.refusal);
	END LOOP;

	-- Rows that hold from one day to another: whatever changes what a closed round sees on its day is refused.
	-- Arguments: the columns of the first day and of the day after the last, then the refusal.
	CREATE FUNCTION check_days_open() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		days	text[] := TG_ARGV[0:1];
		was		jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
		is_now	jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
		held	daterange := CASE WHEN was IS NULL THEN 'empty' ELSE daterange((was ->> days[1])::date, (was ->> days[2])::date) END;
		holds	daterange := CASE WHEN is_now IS NULL THEN 'empty' ELSE daterange((is_now ->> days[1])::date, (is_now ->> days[2])::date) END;
		same	boolean := coalesce(was - days = is_now - days, false);
		r		record;
	BEGIN
		FOR r IN EXECUTE format('SELECT r.round_id, r.title, r.state, r.cohort_on FROM %I.round r
								 WHERE r.cohort_on <@ $1 <> (r.cohort_on <@ $2) OR r.cohort_on <@ $1 AND NOT $3
								 ORDER BY r.round_id FOR SHARE', TG_TABLE_SCHEMA) USING held, holds, same LOOP
			IF r.state = 'closed' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: %', r.title, TG_ARGV[2]
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  DETAIL = format('Изменение затрагивает день состава этого мониторинга, %s.', to_char(r.cohort_on, 'DD.MM.YYYY')),
						  HINT = format('Для будущих мониторингов завершите прежнюю запись датой %s позже этого дня и добавьте новую с той же датой %s. '
										'Чтобы исправить закрытый мониторинг, откройте его заново: SELECT shnor.reopen_round(%L, %s, ''причина'');',
										days[2], days[1], TG_TABLE_SCHEMA, r.round_id);
			END IF;
		END LOOP;
		RETURN NULL;
	END
	$trigger$;

	-- emptied at once, nothing of a closed round would be left
	CREATE FUNCTION check_none_closed() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		closed text;
	BEGIN
		EXECUTE format('SELECT min(r.title) FROM %I.round r WHERE r.state = ''closed''', TG_TABLE_SCHEMA) INTO closed;
		IF closed IS NOT NULL THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: %', closed, TG_ARGV[0]
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Таблица %I.%I хранит то, на чём стоят закрытые мониторинги. Удаляйте отдельные строки.', TG_TABLE_SCHEMA, TG_TABLE_NAME);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	FOR t IN
		SELECT * FROM (VALUES
			('school_status', 'since', 'until', 'статусы школ менять нельзя'),
			('indicator', 'valid_from', 'valid_until', 'определения показателей менять нельзя'),
			('question', 'valid_from', 'valid_until', 'вопросы менять нельзя'),
			('question_source', 'valid_from', 'valid_until', 'порядок источников менять нельзя'),
			('identification_rule', 'valid_from', 'valid_until', 'правила выявления менять нельзя')) AS v(name, first_day, day_after, refusal)
	LOOP
		EXECUTE format('CREATE TRIGGER check_days_open AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION check_days_open(%L, %L, %L)',
					   t.name, t.first_day, t.day_after, t.refusal);
		EXECUTE format('CREATE TRIGGER check_days_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION check_none_closed(%L)', t.name, t.refusal);
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_lock_triggers(text) IS
'Internal: creates the triggers that lock what closed rounds rest on in the schema named region.';
-- A round's life (clause 1.2.7): draft, open by its order, closed. What is closed stays as it is: its answers,
-- statuses, definitions and targets are locked, and its schools and municipalities are written down in round_school
-- and round_municipality, so that a school which moves next year, or a municipality that is new, leaves last year's
-- figures alone.
-- The triggers belong to the region and need nothing of the extension.

CREATE FUNCTION region_round_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- views tell a municipality from the region, and a municipality from a school, by numbers below 1
	ALTER TABLE municipality ADD CONSTRAINT municipality_id_positive CHECK (municipality_id > 0);
	ALTER TABLE school ADD CONSTRAINT school_id_positive CHECK (school_id > 0);

	ALTER TABLE setting
		-- what a new round says of itself unless told otherwise
		ADD goals		text,
		ADD tasks		text,
		ADD methods		text,
		-- a claim that a share has changed needs so many behind it, and so much confidence
		ADD min_n		integer NOT NULL DEFAULT 10 CHECK (min_n > 0),
		ADD confidence	numeric(5,4) NOT NULL DEFAULT 0.95 CHECK (confidence BETWEEN 0.5 AND 0.9999),
		-- the day on which the list of a year without a round is taken
		ADD list_month	smallint NOT NULL DEFAULT 9 CHECK (list_month BETWEEN 1 AND 12),
		ADD list_day	smallint NOT NULL DEFAULT 1 CHECK (list_day BETWEEN 1 AND 28);

	ALTER TABLE round
		ADD goals					text,
		ADD tasks					text,
		ADD methods					text,
		ADD results_year			integer CHECK (results_year BETWEEN 1990 AND 2200),
		ADD documents_need_check	boolean NOT NULL DEFAULT false,
		ADD reopening				text;
	-- as check_round() does for a new one
	UPDATE round SET results_year = extract(year FROM cohort_on - interval '6 months');
	ALTER TABLE round ALTER results_year SET NOT NULL;

	CREATE TABLE round_event (
		round_event_id	bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round ON DELETE CASCADE,
		event			text NOT NULL CHECK (event IN ('drafted', 'opened', 'closed', 'reopened')),
		reason			text CHECK (event <> 'reopened' OR reason <> ''),
		happened_at		timestamptz NOT NULL DEFAULT now(),
		happened_by		name NOT NULL DEFAULT current_user
	);
	CREATE INDEX ON round_event (round_id);

	CREATE TABLE round_school (
		round_id			integer NOT NULL REFERENCES round,
		school_id			integer NOT NULL REFERENCES school,
		municipality_id		integer NOT NULL REFERENCES municipality,
		kind				text NOT NULL,
		low_results			boolean NOT NULL,
		adverse_conditions	boolean NOT NULL,
		risk_zone			boolean NOT NULL,
		PRIMARY KEY (round_id, school_id)
	);
	CREATE INDEX ON round_school (school_id);

	CREATE TABLE round_municipality (
		round_id		integer NOT NULL REFERENCES round,
		municipality_id	integer NOT NULL REFERENCES municipality,
		PRIMARY KEY (round_id, municipality_id)
	);
END
$function$;
COMMENT ON FUNCTION region_round_tables(text) IS
'Internal: creates the journal of rounds and the schools of closed rounds in the schema named region, and what rounds and settings say of goals, tasks, methods and years.';

CREATE FUNCTION region_round_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- clauses 1.2.3, 1.2.4 and 1.2.5: goals, tasks and methods of the monitoring, which its order states
	UPDATE setting SET
		goals = 'Создание условий для успешного освоения образовательных программ слабоуспевающими и неуспевающими обучающимися за счёт внутришкольной системы профилактики учебной неуспешности; повышение качества образования и сокращение разрыва в образовательных возможностях и результатах обучения школьников; выстраивание системы повышения качества образования и поддержки ШНОР и ШНСУ (п. 1.2.3).',
		tasks = 'Идентификация ШНОР и ШНСУ и оценка потребностей педагогов в компетенциях, необходимых для повышения качества образования; реализация программ повышения качества образования на муниципальном и школьном уровнях; поддержка практики школ, повышение квалификации педагогических и управленческих кадров, оценка эффективности муниципальных программ (п. 1.2.4).',
		methods = 'Региональная база данных Департамента образования, в том числе ИРЦОКО; данные, представляемые ОУ в единую базу данных мониторинга (п. 1.2.5).';
	-- what earlier orders said of their rounds is not known
	UPDATE round r SET goals = s.goals, tasks = s.tasks, methods = s.methods FROM setting s WHERE r.state = 'draft';
END
$function$;
COMMENT ON FUNCTION region_round_seed(text) IS
'Internal: the goals, tasks and methods that the methodology states, for the settings and the rounds of a region.';

CREATE FUNCTION region_round_triggers(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE FUNCTION check_round() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		said		record;
		was_closed	boolean;
		-- lists of autumn rest on the results of the same year, those of spring on the year before
		usual_year	integer := CASE WHEN TG_OP <> 'DELETE' AND isfinite(NEW.cohort_on) THEN extract(year FROM NEW.cohort_on - interval '6 months') END;
	BEGIN
		IF TG_OP = 'DELETE' THEN
			IF OLD.state = 'closed' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: удалить его нельзя', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = 'Закрытый мониторинг хранится всегда: на нём стоят отчёты и динамика следующих лет.';
			END IF;
			EXECUTE format('SELECT EXISTS (SELECT FROM %I.round_event e WHERE e.round_id = $1 AND e.event = ''closed'')', TG_TABLE_SCHEMA)
			INTO was_closed USING OLD.round_id;
			IF was_closed THEN
				RAISE EXCEPTION 'мониторинг «%» уже закрывался: удалить его нельзя', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = 'Вместе с ним пропал бы журнал: кто и почему открывал его заново. Исправьте мониторинг и закройте его.';
			END IF;
			RETURN OLD;
		END IF;

		-- terms are counted from these days, and a term that cannot be counted would break the ledger for everybody
		IF least(NEW.starts_on, NEW.due_on, NEW.ends_on, NEW.cohort_on) < '1990-01-01' OR greatest(NEW.starts_on, NEW.due_on, NEW.ends_on, NEW.cohort_on) > '2200-12-31' THEN
			RAISE EXCEPTION 'мониторинг «%»: день вне 1990–2200 годов', NEW.title
				USING ERRCODE = 'check_violation', HINT = 'Проверьте год в starts_on, due_on, ends_on и cohort_on; если конец не назначен, оставьте ends_on пустым.';
		END IF;

		IF TG_OP = 'INSERT' THEN
			EXECUTE format('SELECT s.goals, s.tasks, s.methods FROM %I.setting s', TG_TABLE_SCHEMA) INTO said;
			NEW.goals := coalesce(NEW.goals, said.goals);
			NEW.tasks := coalesce(NEW.tasks, said.tasks);
			NEW.methods := coalesce(NEW.methods, said.methods);
			NEW.results_year := coalesce(NEW.results_year, usual_year);
		ELSIF OLD.state = 'closed' AND NEW.state = 'draft' THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: вернуть его в черновики нельзя', OLD.title
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, OLD.round_id);
		ELSIF OLD.state = 'closed' AND NEW.state = 'open' THEN
			IF coalesce(NEW.reopening, '') !~ '[^[:space:]]' THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: открыть его заново можно только с причиной', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = format('SELECT shnor.reopen_round(%L, %s, ''причина''); причина останется в журнале round_event.', TG_TABLE_SCHEMA, OLD.round_id);
			END IF;
			IF to_jsonb(OLD) - '{state,reopening}'::text[] <> to_jsonb(NEW) - '{state,reopening}'::text[] THEN
				RAISE EXCEPTION 'мониторинг «%» закрыт: сначала откройте его заново, затем меняйте', OLD.title
					USING ERRCODE = 'object_not_in_prerequisite_state',
						  HINT = format('SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, OLD.round_id);
			END IF;
		ELSIF OLD.state = 'closed' AND OLD IS DISTINCT FROM NEW THEN
			RAISE EXCEPTION 'мониторинг «%» закрыт: менять его нельзя', OLD.title
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Для исправлений его открывают заново, с причиной: SELECT shnor.reopen_round(%L, %s, ''причина'');', TG_TABLE_SCHEMA, OLD.round_id);
		END IF;

		-- the year of results moves with the day, unless it was set by hand
		IF TG_OP = 'UPDATE' AND NEW.cohort_on <> OLD.cohort_on AND NEW.results_year = OLD.results_year
			AND OLD.results_year = extract(year FROM OLD.cohort_on - interval '6 months') THEN
			NEW.results_year := usual_year;
		END IF;

		IF NEW.state <> 'draft' AND NEW.legal_act_id IS NULL THEN
			RAISE EXCEPTION 'мониторинг «%» нельзя открыть без приказа (п. 1.2.7)', NEW.title
				USING ERRCODE = 'check_violation',
					  HINT = format('Внесите приказ в таблицу %1$I.legal_act и укажите его: UPDATE %1$I.round SET legal_act_id = …, state = ''open'' …', TG_TABLE_SCHEMA);
		END IF;
		IF NEW.state <> 'open' THEN
			NEW.reopening := NULL;
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE TRIGGER check_round BEFORE INSERT OR UPDATE OR DELETE ON round
		FOR EACH ROW EXECUTE FUNCTION check_round();

	-- the journal, and the schools of a round that closes
	CREATE FUNCTION keep_round() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		was text := CASE TG_OP WHEN 'UPDATE' THEN OLD.state ELSE '' END;
	BEGIN
		-- the wait for those who still write is of no use to a snapshot that is older than what they have written
		IF NEW.state = 'closed' AND current_setting('transaction_isolation') <> 'read committed' THEN
			RAISE EXCEPTION 'мониторинг «%» нельзя закрыть в транзакции %', NEW.title, upper(current_setting('transaction_isolation'))
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = 'Закройте его в транзакции READ COMMITTED: эта не видит того, что внесено после её начала, и состав записался бы без этого.';
		END IF;
		EXECUTE format('INSERT INTO %I.round_event (round_id, event, reason) VALUES ($1, $2, $3)', TG_TABLE_SCHEMA)
		USING NEW.round_id,
			  CASE WHEN NEW.state = 'open' AND was = 'closed' THEN 'reopened' WHEN NEW.state = 'open' THEN 'opened'
				   WHEN NEW.state = 'closed' THEN 'closed' ELSE 'drafted' END,
			  CASE WHEN NEW.state = 'open' AND was = 'closed' THEN NEW.reopening END;
		-- What was written down stays when the round is reopened, since the directory has municipalities and kinds of
		-- today only: closed again, it takes over what has been corrected in school_status, and nothing else.
		IF NEW.state = 'closed' THEN
			EXECUTE format(
				'INSERT INTO %1$I.round_school (round_id, school_id, municipality_id, kind, low_results, adverse_conditions, risk_zone)
				 SELECT $1, o.school_id, o.municipality_id, o.kind, false, false, false
				 FROM %1$I.school o
				 WHERE (o.opened_on IS NULL OR o.opened_on <= $2) AND (o.closed_on IS NULL OR $2 < o.closed_on)
				   AND NOT EXISTS (SELECT FROM %1$I.round_school w WHERE w.round_id = $1)
				 ORDER BY o.school_id', TG_TABLE_SCHEMA)
			USING NEW.round_id, NEW.cohort_on;
			EXECUTE format(
				'UPDATE %1$I.round_school w SET (low_results, adverse_conditions, risk_zone) = (
					 SELECT coalesce(bool_or(s.status = ''low_results''), false), coalesce(bool_or(s.status = ''adverse_conditions''), false),
							coalesce(bool_or(s.status = ''risk_zone''), false)
					 FROM %1$I.school_status s
					 WHERE s.school_id = w.school_id AND s.since <= $2 AND (s.until IS NULL OR $2 < s.until))
				 WHERE w.round_id = $1', TG_TABLE_SCHEMA)
			USING NEW.round_id, NEW.cohort_on;
			EXECUTE format(
				'INSERT INTO %1$I.round_municipality (round_id, municipality_id)
				 SELECT $1, m.municipality_id FROM %1$I.municipality m
				 WHERE NOT EXISTS (SELECT FROM %1$I.round_municipality w WHERE w.round_id = $1)
					OR EXISTS (SELECT FROM %1$I.round_school w WHERE w.round_id = $1 AND w.municipality_id = m.municipality_id)
				 ORDER BY 2
				 ON CONFLICT DO NOTHING', TG_TABLE_SCHEMA)
			USING NEW.round_id;
		END IF;
		RETURN NULL;
	END
	$trigger$;

	CREATE TRIGGER keep_opened AFTER INSERT ON round
		FOR EACH ROW EXECUTE FUNCTION keep_round();
	CREATE TRIGGER keep_state AFTER UPDATE ON round
		FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION keep_round();

	-- a list that was written down follows the day of its round: who was not there yet comes in, who is not there goes
	CREATE FUNCTION keep_day() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		EXECUTE format(
			'INSERT INTO %1$I.round_school (round_id, school_id, municipality_id, kind, low_results, adverse_conditions, risk_zone)
			 SELECT $1, o.school_id, o.municipality_id, o.kind, false, false, false
			 FROM %1$I.school o
			 WHERE (o.opened_on IS NULL OR o.opened_on <= $3) AND (o.closed_on IS NULL OR $3 < o.closed_on)
			   AND ((o.opened_on IS NULL OR o.opened_on <= $2) AND (o.closed_on IS NULL OR $2 < o.closed_on)) IS NOT TRUE
			   AND EXISTS (SELECT FROM %1$I.round_school w WHERE w.round_id = $1)
			 ON CONFLICT DO NOTHING', TG_TABLE_SCHEMA)
		USING NEW.round_id, OLD.cohort_on, NEW.cohort_on;
		EXECUTE format(
			'DELETE FROM %1$I.round_school w USING %1$I.school o
			 WHERE w.round_id = $1 AND o.school_id = w.school_id AND (o.opened_on > $2 OR o.closed_on <= $2)', TG_TABLE_SCHEMA)
		USING NEW.round_id, NEW.cohort_on;
		RETURN NULL;
	END
	$trigger$;

	CREATE TRIGGER keep_day AFTER UPDATE ON round
		FOR EACH ROW WHEN (OLD.cohort_on <> NEW.cohort_on) EXECUTE FUNCTION keep_day();

	-- what the triggers above write, nobody else does
	CREATE FUNCTION refuse_edit() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		RAISE EXCEPTION 'таблица %.% заполняется сама: править её нельзя', TG_TABLE_SCHEMA, TG_TABLE_NAME
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = TG_ARGV[0];
	END
	$trigger$;

	CREATE TRIGGER refuse_edit BEFORE INSERT OR UPDATE OR DELETE ON round_event
		FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
		EXECUTE FUNCTION refuse_edit('Журнал ведётся при каждой смене состояния мониторинга и хранится всегда.');
	CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON round_event
		FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit('Журнал мониторингов хранится всегда.');
END
$function$;
COMMENT ON FUNCTION region_round_triggers(text) IS
'Internal: creates the triggers that carry a round through its states in the schema named region.';

CREATE FUNCTION reopen_round(region text, round_id integer, reason text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	state text;
BEGIN
	PERFORM shnor.region_check(region);
	IF coalesce(reason, '') !~ '[^[:space:]]' THEN
		RAISE EXCEPTION 'не названа причина, по которой мониторинг открывается заново'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Причину увидят те, кто спросит, почему изменились цифры закрытого мониторинга.';
	END IF;
	state := shnor.region_round(region, round_id);
	IF state <> 'closed' THEN
		RAISE EXCEPTION 'мониторинг % не закрыт: его состояние — %', round_id,
			CASE state WHEN 'draft' THEN 'черновик (draft)' ELSE 'открыт (open)' END
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = CASE state WHEN 'draft' THEN format('Укажите приказ (legal_act_id) и откройте мониторинг: UPDATE %I.round SET state = ''open'' …', region)
						ELSE 'Открытый мониторинг можно исправлять сразу.' END;
	END IF;
	EXECUTE format('UPDATE %I.round r SET state = ''open'', reopening = $2 WHERE r.round_id = $1', region) USING round_id, reason;
	RETURN 'open';
END
$function$;
COMMENT ON FUNCTION reopen_round(text, integer, text) IS
'Opens a closed round of the region again for corrections, with the reason, which stays in round_event (clause 1.2.7); returns the new state. Close it again with UPDATE round SET state = ''closed''. Needs UPDATE on round and INSERT on round_event; closing writes the list down and needs INSERT on round_school and round_municipality and UPDATE on round_school, too. Errors: no such region (3F000), no such round or no reason (22023), a round that is not closed (55000).';

CREATE FUNCTION region_round_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(90, 'legal_act_chain', $view$
	-- each act with the act it goes back to; acts that amend each other in a circle go back to none
	WITH RECURSIVE chain AS (
		SELECT a.legal_act_id, a.legal_act_id AS root_id, 0 AS depth FROM legal_act a WHERE a.amends_id IS NULL
		UNION ALL
		SELECT a.legal_act_id, c.root_id, c.depth + 1 FROM chain c JOIN legal_act a ON a.amends_id = c.legal_act_id
	), root AS (
		SELECT c.root_id, count(*) FILTER (WHERE c.depth > 0) AS amendments, max(a.issued_on) FILTER (WHERE c.depth > 0) AS last_amended_on,
			   string_agg(format('от %s № %s', to_char(a.issued_on, 'DD.MM.YYYY'), a.number), ', ' ORDER BY a.issued_on, a.legal_act_id) FILTER (WHERE c.depth > 0) AS amended_by
		FROM chain c JOIN legal_act a ON a.legal_act_id = c.legal_act_id
		GROUP BY c.root_id
	)
	SELECT a.legal_act_id, c.root_id, c.depth, a.issued_on, r.amendments, r.last_amended_on,
		   concat(format('%s от %s № %s «%s»', a.issuer, to_char(a.issued_on, 'DD.MM.YYYY'), a.number, a.title),
				  CASE WHEN c.depth = 0 THEN ' (с изменениями ' || r.amended_by || ')' END) AS full_title
	FROM legal_act a
	LEFT JOIN chain c ON c.legal_act_id = a.legal_act_id
	LEFT JOIN root r ON r.root_id = c.root_id
$view$)
$function$;
COMMENT ON FUNCTION region_round_views() IS
'Internal: the view of legal acts with their amendments.';
-- Second sources (УНОИ, orders of the department, ИРЦОКО; tables 1.2.2 and 1.2.4): what another source says
-- stands beside the form's answer, never in its place. Which one counts is data: question_source.

CREATE FUNCTION region_source_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE data_source (
		data_source	text PRIMARY KEY CHECK (data_source ~ '^[a-z][a-z0-9_]*$'),
		title		text NOT NULL CHECK (title <> '')
	);

	-- the lowest precedence that has an answer counts; what is not listed here comes after what is
	CREATE TABLE question_source (
		question_source_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		question			text NOT NULL,
		data_source			text NOT NULL REFERENCES data_source,
		precedence			integer NOT NULL CHECK (precedence > 0),
		valid_from			date,
		valid_until			date,
		CHECK (valid_from < valid_until),
		UNIQUE NULLS NOT DISTINCT (question, data_source, valid_from)
	);

	CREATE TABLE source_answer (
		source_answer_id	bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id			integer NOT NULL REFERENCES round,
		school_id			integer REFERENCES school,
		municipality_id		integer REFERENCES municipality,
		question			text NOT NULL,
		-- the form's answers are submissions
		data_source			text NOT NULL REFERENCES data_source CHECK (data_source <> 'form'),
		answer_count		integer CHECK (answer_count >= 0),
		answer_yes			boolean,
		submitted_at		timestamptz NOT NULL DEFAULT now(),
		source				text,
		legal_act_id		integer REFERENCES legal_act,
		UNIQUE NULLS NOT DISTINCT (round_id, school_id, municipality_id, question, data_source),
		CONSTRAINT source_answer_respondent CHECK (num_nonnulls(school_id, municipality_id) = 1),
		CONSTRAINT source_answer_value CHECK (num_nonnulls(answer_count, answer_yes) = 1)
	);
	CREATE INDEX ON source_answer (school_id);

	CREATE TABLE source_answer_history (
		LIKE source_answer,
		replaced_at			timestamptz NOT NULL DEFAULT now(),
		replaced_by			name NOT NULL DEFAULT current_user,
		FOREIGN KEY (round_id) REFERENCES round
	);
	CREATE INDEX ON source_answer_history (round_id, school_id);

	CREATE TRIGGER keep_replaced AFTER UPDATE ON source_answer
		FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_history();
	CREATE TRIGGER keep_deleted AFTER DELETE ON source_answer
		FOR EACH ROW EXECUTE FUNCTION keep_history();

	-- a row about one question of one respondent: the question must be asked of that respondent in that round
	CREATE FUNCTION check_question() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		title	text;
		asked	record;
		given	jsonb := to_jsonb(NEW);
		whose	text := CASE WHEN NEW.school_id IS NOT NULL THEN 'school' ELSE 'municipality' END;
	BEGIN
		IF num_nonnulls(NEW.school_id, NEW.municipality_id) <> 1 THEN
			RAISE EXCEPTION '%', CASE WHEN NEW.school_id IS NULL THEN 'не указано, кто отвечает: организация или муниципалитет'
									  ELSE 'указаны и организация, и муниципалитет, а отвечает кто-то один' END
				USING ERRCODE = 'check_violation', HINT = 'Заполните одно из двух: school_id или municipality_id.';
		END IF;
		EXECUTE format('SELECT q.respondent, q.answer_type FROM %1$I.question q JOIN %1$I.round r ON r.round_id = $2
						AND (q.valid_from IS NULL OR q.valid_from <= r.cohort_on) AND (q.valid_until IS NULL OR r.cohort_on < q.valid_until)
						WHERE q.question = $1', TG_TABLE_SCHEMA)
		INTO asked USING NEW.question, NEW.round_id;
		IF asked IS NULL THEN
			EXECUTE format('SELECT r.title FROM %I.round r WHERE r.round_id = $1', TG_TABLE_SCHEMA) INTO title USING NEW.round_id;
			IF title IS NULL THEN
				RAISE EXCEPTION 'мониторинга с номером % нет', coalesce(NEW.round_id::text, 'NULL')
					USING ERRCODE = 'foreign_key_violation',
						  HINT = format('Мониторинги перечислены в таблице %I.round.', TG_TABLE_SCHEMA);
			END IF;
			RAISE EXCEPTION 'вопроса с кодом «%» нет в мониторинге «%»', coalesce(NEW.question, 'NULL'), title
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Вопросы и дни их действия перечислены в таблице %I.question.', TG_TABLE_SCHEMA);
		ELSIF asked.respondent <> whose THEN
			RAISE EXCEPTION 'на вопрос «%» отвечает %', NEW.question,
				CASE asked.respondent WHEN 'school' THEN 'организация, а не муниципалитет' ELSE 'муниципалитет, а не организация' END
				USING ERRCODE = 'foreign_key_violation',
					  HINT = CASE asked.respondent WHEN 'school' THEN 'Укажите school_id, а municipality_id оставьте пустым.'
							 ELSE 'Укажите municipality_id, а school_id оставьте пустым.' END;
		-- a document has no answer: both are absent, not null
		ELSIF (given -> CASE asked.answer_type WHEN 'count' THEN 'answer_yes' ELSE 'answer_count' END <> 'null') THEN
			RAISE EXCEPTION 'ответ на вопрос «%» — %', NEW.question,
				CASE asked.answer_type WHEN 'count' THEN 'количество, а не «да» или «нет»' ELSE '«да» или «нет», а не количество' END
				USING ERRCODE = 'datatype_mismatch',
					  HINT = CASE asked.answer_type WHEN 'count' THEN 'Впишите число в answer_count, answer_yes оставьте пустым.'
							 ELSE 'Впишите true или false в answer_yes, answer_count оставьте пустым.' END;
		ELSIF (given -> CASE asked.answer_type WHEN 'count' THEN 'answer_count' ELSE 'answer_yes' END = 'null') THEN
			RAISE EXCEPTION 'ответа на вопрос «%» нет', NEW.question
				USING ERRCODE = 'check_violation',
					  HINT = CASE asked.answer_type WHEN 'count' THEN 'Впишите число в answer_count.' ELSE 'Впишите true или false в answer_yes.' END
							 || ' Если источник не ответил, строка не нужна.';
		END IF;
		RETURN NEW;
	END
	$trigger$;

	-- what a source may say, whatever the question
	CREATE FUNCTION check_answer() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		known boolean;
	BEGIN
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.data_source d WHERE d.data_source = $1)', TG_TABLE_SCHEMA)
		INTO known USING NEW.data_source;
		IF NEW.data_source = 'form' THEN
			RAISE EXCEPTION 'ответы формы хранятся не здесь'
				USING ERRCODE = 'check_violation',
					  HINT = format('Внесите ответ в таблицу %I.%I или загрузите выгрузку формы: shnor.import_form().', TG_TABLE_SCHEMA,
									CASE WHEN NEW.school_id IS NULL THEN 'municipal_submission' ELSE 'submission' END);
		ELSIF NOT known THEN
			RAISE EXCEPTION 'источника с кодом «%» нет в справочнике', coalesce(NEW.data_source, 'NULL')
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Исправьте код или добавьте источник в таблицу %I.data_source.', TG_TABLE_SCHEMA);
		ELSIF NEW.answer_count < 0 THEN
			RAISE EXCEPTION 'количество не может быть отрицательным: %', NEW.answer_count
				USING ERRCODE = 'check_violation', HINT = 'Впишите в answer_count ноль или положительное число.';
		END IF;
		RETURN NEW;
	END
	$trigger$;

	-- an order of sources for a question that nobody asks would silently do nothing
	CREATE FUNCTION check_question_known() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		known boolean;
	BEGIN
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.question q WHERE q.question = $1)', TG_TABLE_SCHEMA) INTO known USING NEW.question;
		IF NOT known THEN
			RAISE EXCEPTION 'вопроса с кодом «%» нет в справочнике', NEW.question
				USING ERRCODE = 'foreign_key_violation',
					  HINT = format('Коды вопросов перечислены в таблице %I.question.', TG_TABLE_SCHEMA);
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE TRIGGER check_answer BEFORE INSERT OR UPDATE ON source_answer
		FOR EACH ROW EXECUTE FUNCTION check_answer();
	CREATE TRIGGER check_question BEFORE INSERT OR UPDATE ON source_answer
		FOR EACH ROW EXECUTE FUNCTION check_question();
	CREATE TRIGGER check_question_known BEFORE INSERT OR UPDATE OF question ON question_source
		FOR EACH ROW EXECUTE FUNCTION check_question_known();
	-- a source has one place in the order of a question on a day
	CREATE FUNCTION check_source_versions() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		clashes boolean;
	BEGIN
		-- two who add versions at the same time would not see each other's
		PERFORM pg_advisory_xact_lock(hashtextextended(format('%s.%s', TG_TABLE_SCHEMA, TG_TABLE_NAME), 0));
		EXECUTE format('SELECT count(*) > 1 FROM %I.question_source p WHERE p.question = $1 AND p.data_source = $2
						AND daterange(p.valid_from, p.valid_until) && daterange($3, $4)', TG_TABLE_SCHEMA)
		INTO clashes USING NEW.question, NEW.data_source, NEW.valid_from, NEW.valid_until;
		IF clashes THEN
			RAISE EXCEPTION 'место источника «%» для вопроса «%» задано на один и тот же день дважды', NEW.data_source, NEW.question
				USING ERRCODE = 'exclusion_violation',
					  HINT = 'Завершите прежнюю строку датой valid_until, затем добавьте новую с той же датой valid_from.';
		END IF;
		RETURN NULL;
	END
	$trigger$;
	CREATE TRIGGER check_versions AFTER INSERT OR UPDATE ON question_source
		FOR EACH ROW EXECUTE FUNCTION check_source_versions();
END
$function$;
COMMENT ON FUNCTION region_source_tables(text) IS
'Internal: creates the sources of answers, their precedence and the answers of sources other than the form in the schema named region.';

CREATE FUNCTION region_source_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	INSERT INTO data_source (data_source, title) VALUES
		('form', 'Форма: ответ самой организации или муниципалитета'),
		('unoi', 'Информация УНОИ'),
		('order', 'Приказ департамента образования (ДО ИО)'),
		('ircoko', 'Данные ИРЦОКО');

	-- who holds the primary record goes before who reports about himself
	-- (a region made before may have done away with a question)
	INSERT INTO question_source (question, data_source, precedence)
	SELECT v.question, v.data_source, v.precedence
	FROM (VALUES
		('in_networks', 'unoi', 1), ('in_networks', 'form', 2),
		('in_events', 'unoi', 1), ('in_events', 'form', 2),
		('has_curator', 'order', 1), ('has_curator', 'form', 2),
		('has_results_note', 'ircoko', 1), ('has_results_note', 'form', 2)) AS v(question, data_source, precedence)
	WHERE EXISTS (SELECT FROM question q WHERE q.question = v.question);
END
$function$;
COMMENT ON FUNCTION region_source_seed(text) IS
'Internal: the sources that the tables of the methodology name, and which of two counts (1.2.2: ИРЦОКО; 1.2.4: УНОИ, the department''s order).';

CREATE FUNCTION region_source_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(300, 'ranked_source_answer', $view$
	-- the best of the other sources on each side of the form: before it, or after it
	SELECT DISTINCT ON (a.round_id, a.school_id, a.municipality_id, a.question, before_form)
		   a.round_id, a.school_id, a.municipality_id, a.question, a.answer_count, a.answer_yes,
		   -- what is not listed comes after what is, and the form goes before its equals
		   coalesce(p.precedence < f.precedence, p.precedence IS NOT NULL) AS before_form
	FROM source_answer a
	JOIN round r ON r.round_id = a.round_id
	LEFT JOIN question_source p ON p.question = a.question AND p.data_source = a.data_source
		AND (p.valid_from IS NULL OR p.valid_from <= r.cohort_on) AND (p.valid_until IS NULL OR r.cohort_on < p.valid_until)
	LEFT JOIN question_source f ON f.question = a.question AND f.data_source = 'form'
		AND (f.valid_from IS NULL OR f.valid_from <= r.cohort_on) AND (f.valid_until IS NULL OR r.cohort_on < f.valid_until)
	ORDER BY a.round_id, a.school_id, a.municipality_id, a.question, before_form, p.precedence NULLS LAST, a.data_source
$view$),
(310, 'school_source_answer', $view$
	SELECT a.round_id, a.school_id, a.before_form,
		   max(a.answer_count) FILTER (WHERE a.question = 'teachers') AS teachers,
		   max(a.answer_count) FILTER (WHERE a.question = 'diagnosed_subject') AS diagnosed_subject,
		   max(a.answer_count) FILTER (WHERE a.question = 'diagnosed_method') AS diagnosed_method,
		   max(a.answer_count) FILTER (WHERE a.question = 'diagnosed_psych') AS diagnosed_psych,
		   max(a.answer_count) FILTER (WHERE a.question = 'supported') AS supported,
		   max(a.answer_count) FILTER (WHERE a.question = 'in_networks') AS in_networks,
		   max(a.answer_count) FILTER (WHERE a.question = 'in_active') AS in_active,
		   max(a.answer_count) FILTER (WHERE a.question = 'with_route') AS with_route,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'in_events') AS in_events,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'has_curator') AS has_curator,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'has_program') AS has_program,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'has_prevention') AS has_prevention,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'has_study_plans') AS has_study_plans,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'has_tutoring') AS has_tutoring,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'internet_resolved') AS internet_resolved,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'equipment_resolved') AS equipment_resolved,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'staffing_resolved') AS staffing_resolved
	FROM ranked_source_answer a
	WHERE a.school_id IS NOT NULL
	GROUP BY a.round_id, a.school_id, a.before_form
$view$),
(320, 'municipal_source_answer', $view$
	SELECT a.round_id, a.municipality_id, a.before_form,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'has_results_note') AS has_results_note,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'has_practice_sharing') AS has_practice_sharing,
		   bool_or(a.answer_yes) FILTER (WHERE a.question = 'has_resource_monitoring') AS has_resource_monitoring
	FROM ranked_source_answer a
	WHERE a.municipality_id IS NOT NULL
	GROUP BY a.round_id, a.municipality_id, a.before_form
$view$),
(500, 'answer', $view$
	-- everything that any source has answered, and which of it counts
	SELECT s.round_id, s.municipality_id, s.school_id, s.question, s.data_source, s.answer_count, s.answer_yes,
		   s.submitted_at, s.source, s.legal_act_id,
		   p.precedence,
		   -- in the same order as ranked_source_answer
		   row_number() OVER (PARTITION BY s.round_id, s.respondent_id, s.question
							  ORDER BY p.precedence NULLS LAST, s.data_source <> 'form', s.data_source) = 1 AS counts
	FROM (
		SELECT f.round_id, m.municipality_id, f.school_id, f.school_id AS respondent_id, v.question, 'form' AS data_source,
			   v.answer_count, v.answer_yes, f.submitted_at, f.source, NULL::integer AS legal_act_id
		FROM submission f
		JOIN round_member m ON m.round_id = f.round_id AND m.school_id = f.school_id
		CROSS JOIN LATERAL (VALUES
			('teachers', f.teachers, NULL::boolean), ('diagnosed_subject', f.diagnosed_subject, NULL),
			('diagnosed_method', f.diagnosed_method, NULL), ('diagnosed_psych', f.diagnosed_psych, NULL),
			('supported', f.supported, NULL), ('in_networks', f.in_networks, NULL), ('in_active', f.in_active, NULL),
			('with_route', f.with_route, NULL),
			('in_events', NULL, f.in_events), ('has_curator', NULL, f.has_curator), ('has_program', NULL, f.has_program),
			('has_prevention', NULL, f.has_prevention), ('has_study_plans', NULL, f.has_study_plans),
			('has_tutoring', NULL, f.has_tutoring), ('internet_resolved', NULL, f.internet_resolved),
			('equipment_resolved', NULL, f.equipment_resolved), ('staffing_resolved', NULL, f.staffing_resolved)
		) AS v(question, answer_count, answer_yes)
		WHERE num_nonnulls(v.answer_count, v.answer_yes) = 1
		UNION ALL
		-- a municipality's own answer: a negative respondent, so that one window serves both
		SELECT f.round_id, f.municipality_id, NULL, -f.municipality_id, v.question, 'form',
			   NULL, v.answer_yes, f.submitted_at, f.source, NULL
		FROM municipal_submission f
		CROSS JOIN LATERAL (VALUES
			('has_results_note', f.has_results_note), ('has_practice_sharing', f.has_practice_sharing),
			('has_resource_monitoring', f.has_resource_monitoring)) AS v(question, answer_yes)
		WHERE v.answer_yes IS NOT NULL
		UNION ALL
		SELECT a.round_id, m.municipality_id, a.school_id, a.school_id, a.question, a.data_source,
			   a.answer_count, a.answer_yes, a.submitted_at, a.source, a.legal_act_id
		FROM source_answer a
		JOIN round_member m ON m.round_id = a.round_id AND m.school_id = a.school_id
		UNION ALL
		SELECT a.round_id, a.municipality_id, NULL, -a.municipality_id, a.question, a.data_source,
			   a.answer_count, a.answer_yes, a.submitted_at, a.source, a.legal_act_id
		FROM source_answer a
		WHERE a.municipality_id IS NOT NULL
	) AS s
	JOIN round r ON r.round_id = s.round_id
	LEFT JOIN question_source p ON p.question = s.question AND p.data_source = s.data_source
		AND (p.valid_from IS NULL OR p.valid_from <= r.cohort_on) AND (p.valid_until IS NULL OR r.cohort_on < p.valid_until)
$view$),
(510, 'answer_conflict', $view$
	SELECT c.round_id, c.municipality_id, m.name AS municipality, c.school_id, o.name AS school, c.question, c.sources,
		   c.counts_source, c.counts_answer, c.answers,
		   -- how far apart the numbers are; nothing for yes and no
		   c.difference
	FROM (
		SELECT a.round_id, a.municipality_id, a.school_id, a.question, count(*) AS sources,
			   max(a.data_source) FILTER (WHERE a.counts) AS counts_source,
			   max(coalesce(a.answer_count::text, CASE WHEN a.answer_yes THEN 'да' ELSE 'нет' END)) FILTER (WHERE a.counts) AS counts_answer,
			   string_agg(format('%s: %s', d.title, coalesce(a.answer_count::text, CASE WHEN a.answer_yes THEN 'да' ELSE 'нет' END)),
						  '; ' ORDER BY a.precedence NULLS LAST, a.data_source <> 'form', a.data_source) AS answers,
			   max(a.answer_count) - min(a.answer_count) AS difference
		FROM answer a
		JOIN data_source d ON d.data_source = a.data_source
		GROUP BY a.round_id, a.municipality_id, a.school_id, a.question
		HAVING min(a.answer_count) <> max(a.answer_count) OR bool_and(a.answer_yes) <> bool_or(a.answer_yes)
	) AS c
	JOIN municipality m ON m.municipality_id = c.municipality_id
	LEFT JOIN school o ON o.school_id = c.school_id
$view$)
$function$;
COMMENT ON FUNCTION region_source_views() IS
'Internal: the views of second sources: what counts beside the form, all answers of all sources, and where they differ.';

CREATE FUNCTION region_source_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('data_source', NULL, 'Источники ответов: форма, УНОИ, приказы, ИРЦОКО.'),
('data_source', 'data_source', 'Код источника; form — сама форма.'),
('data_source', 'title', 'Название источника.'),
('question_source', NULL, 'Какой источник важнее для вопроса: считается ответ с наименьшим номером, при равных — ответ формы. Источник, не названный здесь, идёт после названных.'),
('question_source', 'question_source_id', 'Номер записи.'),
('question_source', 'precedence', 'Порядок: 1 — считается в первую очередь.'),
('question_source', 'valid_from', 'Первый день действия. Пусто: действует с начала.'),
('question_source', 'valid_until', 'Первый день, когда уже не действует. Пусто: действует.'),
('source_answer', NULL, 'Ответы из других источников, рядом с ответами формы: одна строка на мониторинг, отвечающего, вопрос и источник.'),
('source_answer', 'source_answer_id', 'Номер записи.'),
('source_answer', 'school_id', 'Организация, о которой ответ. Пусто: ответ о муниципалитете.'),
('source_answer', 'municipality_id', 'Муниципалитет, о котором ответ. Пусто: ответ об организации.'),
('source_answer', 'answer_count', 'Ответ-количество.'),
('source_answer', 'answer_yes', 'Ответ «да» или «нет».'),
('source_answer', 'submitted_at', 'Когда получен ответ.'),
('source_answer', 'source', 'Откуда взят: файл и строка, письмо.'),
('source_answer', 'legal_act_id', 'Приказ, из которого взят ответ.'),
('source_answer_history', NULL, 'Заменённые и удалённые ответы других источников.'),
('source_answer_history', 'source_answer_id', 'Номер записи, какой она была.'),
('source_answer_history', 'school_id', 'Организация, о которой ответ. Пусто: ответ о муниципалитете.'),
('source_answer_history', 'municipality_id', 'Муниципалитет, о котором ответ. Пусто: ответ об организации.'),
('source_answer_history', 'answer_count', 'Ответ-количество.'),
('source_answer_history', 'answer_yes', 'Ответ «да» или «нет».'),
('source_answer_history', 'submitted_at', 'Когда получен ответ.'),
('source_answer_history', 'source', 'Откуда взят: файл и строка, письмо.'),
('source_answer_history', 'legal_act_id', 'Приказ, из которого взят ответ.'),
('source_answer_history', 'replaced_at', 'Когда ответ заменён или удалён.'),
('source_answer_history', 'replaced_by', 'Кем заменён или удалён: имя пользователя базы.'),
('ranked_source_answer', NULL, 'Служебное: лучший ответ других источников до формы и после неё. Не для отчётов.'),
('ranked_source_answer', 'municipality_id', 'Муниципалитет, если ответ о нём самом.'),
('ranked_source_answer', 'answer_count', 'Ответ-количество.'),
('ranked_source_answer', 'answer_yes', 'Ответ «да» или «нет».'),
('ranked_source_answer', 'before_form', 'Источник важнее формы.'),
('school_source_answer', NULL, 'Служебное: ответы других источников об организациях, по столбцу на вопрос. Не для отчётов.'),
('school_source_answer', 'before_form', 'Источники важнее формы; иначе — слабее.'),
('municipal_source_answer', NULL, 'Служебное: ответы других источников о муниципалитетах, по столбцу на вопрос. Не для отчётов.'),
('municipal_source_answer', 'before_form', 'Источники важнее формы; иначе — слабее.'),
('answer', NULL, 'Все ответы всех источников: одна строка на мониторинг, отвечающего, вопрос и источник; counts — какой из них считается.'),
('answer', 'school_id', 'Организация. Пусто: муниципалитет отвечает сам за себя.'),
('answer', 'answer_count', 'Ответ-количество.'),
('answer', 'answer_yes', 'Ответ «да» или «нет».'),
('answer', 'submitted_at', 'Когда отправлен или получен ответ.'),
('answer', 'source', 'Откуда взят: файл и строка.'),
('answer', 'legal_act_id', 'Приказ, из которого взят ответ.'),
('answer', 'precedence', 'Порядок источника для этого вопроса: меньший считается. Пусто: не задан, источник идёт после остальных, форма — первой из таких.'),
('answer', 'counts', 'Этот ответ считается.'),
('answer_conflict', NULL, 'Расхождения источников: вопросы, на которые разные источники ответили по-разному.'),
('answer_conflict', 'school_id', 'Организация. Пусто: муниципалитет отвечает сам за себя.'),
('answer_conflict', 'sources', 'Сколько источников ответило.'),
('answer_conflict', 'counts_source', 'Источник, ответ которого считается.'),
('answer_conflict', 'counts_answer', 'Ответ, который считается.'),
('answer_conflict', 'answers', 'Ответы всех источников, важнейший первым.'),
('answer_conflict', 'difference', 'На сколько расходятся количества.'),
('check_source_versions', '()', 'Триггер: у источника одно место для вопроса на каждый день.'),
('check_question', '()', 'Триггер: вопрос задаётся в этом мониторинге именно этому отвечающему, и ответ нужного вида.'),
('check_question_known', '()', 'Триггер: порядок источников задаётся только вопросам справочника.'),
('check_answer', '()', 'Триггер: ответ другого источника — из справочника источников, не из формы и не меньше нуля.')
$function$;
COMMENT ON FUNCTION region_source_comments() IS
'Internal: Russian comments of the tables and views of second sources.';
-- Evidence (the tables' column of documents; «в случае положительного ответа прикрепить документ»):
-- what schools and municipalities show for their answers, and each yes/no indicator as claimed and as proven.
-- A yes that requires a document and has none is claimed, not proven: proven figures are the same methodology
-- over the same answers, with such a yes turned into a no.

CREATE FUNCTION region_evidence_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	ALTER TABLE question ADD evidence_kinds text[] NOT NULL DEFAULT '{}'
		CHECK (evidence_kinds <@ '{document,order,agreement}'::text[]);
	-- a curator is appointed by an order and bound by an agreement: both are needed
	UPDATE question SET evidence_kinds = '{order,agreement}' WHERE question.question = 'has_curator';

	CREATE TABLE document (
		document_id		bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		school_id		integer REFERENCES school,
		municipality_id	integer REFERENCES municipality,
		question		text NOT NULL,
		kind			text NOT NULL DEFAULT 'document' CHECK (kind IN ('document', 'order', 'agreement')),
		title			text CHECK (title <> ''),
		link			text CHECK (link <> ''),
		issued_on		date,
		valid_from		date,
		valid_until		date,
		check_state		text NOT NULL DEFAULT 'unchecked' CHECK (check_state IN ('unchecked', 'accepted', 'rejected')),
		check_note		text,
		source			text,
		added_at		timestamptz NOT NULL DEFAULT now(),
		UNIQUE NULLS NOT DISTINCT (round_id, school_id, municipality_id, question, kind, link, title),
		CONSTRAINT document_respondent CHECK (num_nonnulls(school_id, municipality_id) = 1),
		CONSTRAINT document_is_found CHECK (num_nonnulls(title, link) > 0),
		CHECK (valid_from < valid_until)
	);
	CREATE INDEX ON document (school_id);
	-- as answer_proof looks for them: a municipality is a negative respondent
	CREATE INDEX document_respondent_question ON document (round_id, (coalesce(school_id, -municipality_id)), question);

	CREATE FUNCTION check_document() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	BEGIN
		NEW.title := CASE WHEN NEW.title ~ '[^[:space:]]' THEN NEW.title END;
		NEW.link := CASE WHEN NEW.link ~ '[^[:space:]]' THEN NEW.link END;
		IF num_nonnulls(NEW.title, NEW.link) = 0 THEN
			RAISE EXCEPTION 'у документа нет ни названия, ни ссылки: его не найти'
				USING ERRCODE = 'check_violation', HINT = 'Впишите title, link или то и другое.';
		ELSIF NEW.valid_from >= NEW.valid_until THEN
			RAISE EXCEPTION 'документ не действует ни одного дня'
				USING ERRCODE = 'check_violation',
					  HINT = 'valid_until — первый день, когда документ уже не действует: он должен быть позже valid_from.';
		END IF;
		RETURN NEW;
	END
	$trigger$;

	CREATE TRIGGER check_document BEFORE INSERT OR UPDATE ON document
		FOR EACH ROW EXECUTE FUNCTION check_document();
	CREATE TRIGGER check_question BEFORE INSERT OR UPDATE ON document
		FOR EACH ROW EXECUTE FUNCTION check_question();
END
$function$;
COMMENT ON FUNCTION region_evidence_tables(text) IS
'Internal: creates the documents that prove answers in the schema named region.';

CREATE FUNCTION region_evidence_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(520, 'answer_proof', $view$
	-- every yes, with the documents behind it; a document must hold on the day the answers are due
	SELECT p.round_id, p.municipality_id, p.school_id, p.question, p.evidence,
		   array_to_string(p.evidence_kinds, ', ') AS documents_needed, p.documents, p.holding, p.proven,
		   CASE
			   WHEN p.evidence <> 'required_if_yes' THEN 'Документ не требуется'
			   WHEN p.proven THEN 'Подтверждено документом'
			   WHEN p.documents = 0 THEN 'Документа нет'
			   WHEN p.rejected = p.documents THEN 'Документ отклонён при проверке'
			   -- only where the check is all that it waits for
			   WHEN p.waiting > 0 AND p.evidence_kinds <@ (p.kinds || p.waiting_kinds) THEN 'Документ не проверен'
			   WHEN p.evidence_kinds = '{}' THEN 'Документ не действует на ' || to_char(p.due_on, 'DD.MM.YYYY')
			   ELSE 'Не хватает: ' || (SELECT string_agg('действующего ' || CASE k WHEN 'order' THEN 'приказа' WHEN 'agreement' THEN 'договора о сотрудничестве' ELSE 'документа' END, ', ' ORDER BY k DESC)
									   FROM unnest(p.evidence_kinds) AS k WHERE k <> ALL (p.kinds || p.waiting_kinds))
		   END AS reason
	FROM (
		SELECT y.round_id, y.municipality_id, y.school_id, y.question, q.evidence, q.evidence_kinds, r.due_on,
			   d.documents, d.holding, d.rejected, d.waiting, coalesce(d.kinds, '{}') AS kinds, coalesce(d.waiting_kinds, '{}') AS waiting_kinds,
			   q.evidence <> 'required_if_yes'
			   OR d.holding > 0 AND q.evidence_kinds <@ coalesce(d.kinds, '{}') AS proven
		FROM (
			SELECT s.round_id, s.municipality_id, s.school_id, s.school_id AS respondent_id, v.question, v.form_yes
			FROM school_round s
			LEFT JOIN submission f ON f.round_id = s.round_id AND f.school_id = s.school_id
			CROSS JOIN LATERAL (VALUES
				('in_events', s.in_events, f.in_events), ('has_curator', s.has_curator, f.has_curator),
				('has_program', s.has_program, f.has_program), ('has_prevention', s.has_prevention, f.has_prevention),
				('has_study_plans', s.has_study_plans, f.has_study_plans), ('has_tutoring', s.has_tutoring, f.has_tutoring),
				('internet_resolved', s.internet_resolved, f.internet_resolved),
				('equipment_resolved', s.equipment_resolved, f.equipment_resolved),
				('staffing_resolved', s.staffing_resolved, f.staffing_resolved)) AS v(question, yes, form_yes)
			WHERE v.yes
			UNION ALL
			SELECT s.round_id, s.municipality_id, NULL, -s.municipality_id, v.question, v.form_yes
			FROM municipal_round s
			LEFT JOIN municipal_submission f ON f.round_id = s.round_id AND f.municipality_id = s.municipality_id
			CROSS JOIN LATERAL (VALUES
				('has_results_note', s.has_results_note, f.has_results_note),
				('has_practice_sharing', s.has_practice_sharing, f.has_practice_sharing),
				('has_resource_monitoring', s.has_resource_monitoring, f.has_resource_monitoring)) AS v(question, yes, form_yes)
			WHERE v.yes
		) AS y
		JOIN round r ON r.round_id = y.round_id
		JOIN question q ON q.question = y.question AND (q.valid_from IS NULL OR q.valid_from <= r.cohort_on)
					   AND (q.valid_until IS NULL OR r.cohort_on < q.valid_until)
		-- the first of the other sources, in the same order as ranked_source_answer
		LEFT JOIN (
			SELECT DISTINCT ON (a.round_id, coalesce(a.school_id, -a.municipality_id), a.question)
				   a.round_id, coalesce(a.school_id, -a.municipality_id) AS respondent_id, a.question, a.answer_yes, a.legal_act_id,
				   coalesce(s.precedence < f.precedence, s.precedence IS NOT NULL) AS before_form
			FROM source_answer a
			JOIN round c ON c.round_id = a.round_id
			LEFT JOIN question_source s ON s.question = a.question AND s.data_source = a.data_source
				AND (s.valid_from IS NULL OR s.valid_from <= c.cohort_on) AND (s.valid_until IS NULL OR c.cohort_on < s.valid_until)
			LEFT JOIN question_source f ON f.question = a.question AND f.data_source = 'form'
				AND (f.valid_from IS NULL OR f.valid_from <= c.cohort_on) AND (f.valid_until IS NULL OR c.cohort_on < f.valid_until)
			ORDER BY a.round_id, respondent_id, a.question, s.precedence NULLS LAST, a.data_source
		) AS w ON w.round_id = y.round_id AND w.respondent_id = y.respondent_id AND w.question = y.question
		-- looked up answer by answer: a group of its own would be made anew for each
		CROSS JOIN LATERAL (
			SELECT count(*) AS documents,
				   count(*) FILTER (WHERE h.holds AND NOT h.waits) AS holding,
				   count(*) FILTER (WHERE d.check_state = 'rejected') AS rejected,
				   count(*) FILTER (WHERE h.holds AND h.waits) AS waiting,
				   array_agg(DISTINCT d.kind) FILTER (WHERE h.holds AND NOT h.waits) AS kinds,
				   array_agg(DISTINCT d.kind) FILTER (WHERE h.holds AND h.waits) AS waiting_kinds
			FROM (
				SELECT e.kind, e.check_state, e.valid_from, e.valid_until
				FROM document e
				WHERE e.round_id = y.round_id AND coalesce(e.school_id, -e.municipality_id) = y.respondent_id AND e.question = y.question
				UNION ALL
				-- an answer that counts and is taken from an order is proven by that order, which nobody need check
				SELECT 'order', 'accepted', NULL, NULL
				WHERE w.answer_yes AND w.legal_act_id IS NOT NULL AND (w.before_form OR y.form_yes IS NULL)
			) AS d
			CROSS JOIN LATERAL (
				SELECT d.check_state <> 'rejected'
					   AND (d.valid_from IS NULL OR d.valid_from <= r.due_on)
					   AND (d.valid_until IS NULL OR r.due_on < d.valid_until) AS holds,
					   d.check_state = 'unchecked' AND r.documents_need_check AS waits) AS h
		) AS d
	) AS p
$view$),
(530, 'school_proven', $view$
	-- the schools of a round with every yes that is not proven turned into a no
	SELECT s.round_id, s.municipality_id, s.school_id, s.low_results, s.adverse_conditions, s.risk_zone, s.submitted_at,
		   s.teachers, s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych,
		   s.supported, s.in_networks, s.in_active, s.with_route,
		   s.in_events AND ('in_events' = ANY (u.questions)) IS NOT TRUE AS in_events,
		   s.has_curator AND ('has_curator' = ANY (u.questions)) IS NOT TRUE AS has_curator,
		   s.has_program AND ('has_program' = ANY (u.questions)) IS NOT TRUE AS has_program,
		   s.has_prevention AND ('has_prevention' = ANY (u.questions)) IS NOT TRUE AS has_prevention,
		   s.has_study_plans AND ('has_study_plans' = ANY (u.questions)) IS NOT TRUE AS has_study_plans,
		   s.has_tutoring AND ('has_tutoring' = ANY (u.questions)) IS NOT TRUE AS has_tutoring,
		   s.internet_resolved AND ('internet_resolved' = ANY (u.questions)) IS NOT TRUE AS internet_resolved,
		   s.equipment_resolved AND ('equipment_resolved' = ANY (u.questions)) IS NOT TRUE AS equipment_resolved,
		   s.staffing_resolved AND ('staffing_resolved' = ANY (u.questions)) IS NOT TRUE AS staffing_resolved,
		   s.kind, s.is_school, s.is_preschool, s.is_supplementary
	FROM school_round s
	LEFT JOIN (SELECT p.round_id, p.school_id, array_agg(p.question) AS questions
			   FROM answer_proof p WHERE NOT p.proven AND p.school_id IS NOT NULL
			   GROUP BY p.round_id, p.school_id) AS u ON u.round_id = s.round_id AND u.school_id = s.school_id
$view$),
(540, 'municipal_proven', $view$
	SELECT s.round_id, s.municipality_id, s.submitted_at,
		   s.has_results_note AND ('has_results_note' = ANY (u.questions)) IS NOT TRUE AS has_results_note,
		   s.has_practice_sharing AND ('has_practice_sharing' = ANY (u.questions)) IS NOT TRUE AS has_practice_sharing,
		   s.has_resource_monitoring AND ('has_resource_monitoring' = ANY (u.questions)) IS NOT TRUE AS has_resource_monitoring
	FROM municipal_round s
	LEFT JOIN (SELECT p.round_id, p.municipality_id, array_agg(p.question) AS questions
			   FROM answer_proof p WHERE NOT p.proven AND p.school_id IS NULL
			   GROUP BY p.round_id, p.municipality_id) AS u ON u.round_id = s.round_id AND u.municipality_id = s.municipality_id
$view$),
(610, 'proven_tally', shnor.region_tally_query('school_proven', 'municipal_proven')),
(705, 'proven_indicator', shnor.region_result_query('proven_tally')),
(800, 'proven_result', $view$
	-- an unproven yes is a no: where a no makes the figure better, that would reward what is missing, so nothing is proven
	SELECT i.scope, i.round_id, i.municipality_id, i.position, i.indicator, i.title, i.unit, i.denominator,
		   i.numerator AS claimed, i.percent AS claimed_percent, i.score AS claimed_score,
		   CASE WHEN d.fits THEN p.numerator END AS proven,
		   CASE WHEN d.fits THEN p.percent END::numeric(25,4) AS proven_percent,
		   CASE WHEN d.fits THEN p.score END AS proven_score,
		   CASE WHEN d.fits THEN i.numerator - p.numerator END AS unproven,
		   n.proof_required,
		   CASE WHEN d.fits THEN p.denominator END AS proven_denominator,
		   CASE WHEN NOT d.fits THEN 'Без документа ответ считается за «нет», а для этого показателя это улучшило бы результат: доказанное значение не считается' END AS reason
	FROM indicator_result i
	JOIN proven_indicator p ON p.scope = i.scope AND p.round_id = i.round_id AND p.indicator = i.indicator
						   AND coalesce(p.municipality_id, 0) = coalesce(i.municipality_id, 0)
	JOIN round_indicator k ON k.round_id = i.round_id AND k.indicator = i.indicator
	CROSS JOIN LATERAL (SELECT k.polarity <> 'lower_is_better' AND p.numerator <= i.numerator AS fits) AS d
	LEFT JOIN (
		SELECT q.round_id, q.indicator, bool_or(q.evidence = 'required_if_yes') AS proof_required
		FROM indicator_question q
		GROUP BY q.round_id, q.indicator) AS n ON n.round_id = i.round_id AND n.indicator = i.indicator
	WHERE k.denominator IS NULL AND k.polarity <> 'context'
$view$),
(810, 'municipal_evidence', $view$
	SELECT p.round_id, r.title AS round_title, p.municipality_id, m.name AS municipality, p.position, p.indicator, p.title, p.unit,
		   p.denominator, p.claimed, p.claimed_percent, p.claimed_score, p.proven, p.proven_percent, p.proven_score,
		   p.unproven, coalesce(p.proof_required, false) AS proof_required, p.proven_denominator, p.reason
	FROM proven_result p
	JOIN round r ON r.round_id = p.round_id
	JOIN municipality m ON m.municipality_id = p.municipality_id
	WHERE p.scope = 'municipality'
$view$),
(820, 'regional_evidence', $view$
	SELECT p.round_id, r.title AS round_title, p.position, p.indicator, p.title, p.unit,
		   p.denominator, p.claimed, p.claimed_percent, p.claimed_score, p.proven, p.proven_percent, p.proven_score,
		   p.unproven, coalesce(p.proof_required, false) AS proof_required, p.proven_denominator, p.reason
	FROM proven_result p
	JOIN round r ON r.round_id = p.round_id
	WHERE p.scope = 'region'
$view$)
$function$;
COMMENT ON FUNCTION region_evidence_views() IS
'Internal: the views of evidence: each yes with its documents, the answers and tallies that are proven, claimed and proven figures side by side.';

CREATE FUNCTION region_evidence_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('document', NULL, 'Документы, которыми подтверждаются ответы: ссылки из форм и внесённые вручную.'),
('document', 'document_id', 'Номер документа.'),
('document', 'school_id', 'Организация, чей ответ подтверждается. Пусто: ответ муниципалитета.'),
('document', 'municipality_id', 'Муниципалитет, чей ответ подтверждается. Пусто: ответ организации.'),
('document', 'question', 'Код вопроса, ответ на который подтверждается.'),
('document', 'kind', 'Вид: document — документ, order — приказ, agreement — договор о сотрудничестве.'),
('document', 'title', 'Название документа.'),
('document', 'link', 'Ссылка на документ.'),
('document', 'issued_on', 'Дата документа.'),
('document', 'valid_from', 'Первый день действия. Пусто: действует с начала.'),
('document', 'valid_until', 'Первый день, когда уже не действует. Пусто: бессрочно.'),
('document', 'check_state', 'Проверка: unchecked — не проверен, accepted — принят, rejected — отклонён.'),
('document', 'check_note', 'Замечание при проверке.'),
('document', 'source', 'Откуда взят: файл формы и строка.'),
('document', 'added_at', 'Когда внесён.'),
('check_document', '()', 'Триггер: документ можно найти по названию или ссылке, и он действует хотя бы день.'),
('answer_proof', NULL, 'Каждый ответ «да» и документы за ним: подтверждён он или только заявлен. Документ должен действовать на день срока сдачи (due_on). Если считается ответ, взятый из приказа (source_answer.legal_act_id), этот приказ и есть документ вида order; проверять его не нужно.'),
('answer_proof', 'school_id', 'Организация. Пусто: муниципалитет отвечает сам за себя.'),
('answer_proof', 'evidence', 'Нужен ли документ: none — нет, optional — по желанию, required_if_yes — обязателен при ответе «да».'),
('answer_proof', 'documents_needed', 'Каких видов документы нужны все сразу. Пусто: достаточно одного любого.'),
('answer_proof', 'documents', 'Сколько документов приложено, вместе с приказом, из которого взят ответ.'),
('answer_proof', 'holding', 'Сколько из них годится: действует на этот день и не отклонён, а если мониторинг требует проверки (documents_need_check) — принят.'),
('answer_proof', 'proven', 'Ответ подтверждён или подтверждения не требует.'),
('answer_proof', 'reason', 'Почему подтверждён или нет.'),
('school_proven', NULL, 'Служебное: организации мониторинга, где неподтверждённые «да» считаются за «нет». Не для отчётов.'),
('municipal_proven', NULL, 'Служебное: ответы муниципалитетов, где неподтверждённые «да» считаются за «нет». Не для отчётов.'),
('proven_tally', NULL, 'Служебное: свёртки подтверждённых ответов. Не для отчётов.'),
('proven_tally', 'tally', 'Свёртка.'),
('proven_indicator', NULL, 'Служебное: те же показатели, что в indicator_result, по подтверждённым ответам. Не для отчётов.'),
('proven_indicator', 'municipality_id', 'Муниципалитет. Пусто у региона.'),
('proven_indicator', 'section', 'Раздел методики.'),
('proven_indicator', 'percent_low', 'Наименьшее значение, возможное после недостающих ответов, %.'),
('proven_indicator', 'percent_high', 'Наибольшее значение, возможное после недостающих ответов, %.'),
('proven_indicator', 'gap', 'На сколько единиц должен измениться числитель, чтобы порог был выполнен.'),
('proven_result', NULL, 'Служебное: заявленные и подтверждённые значения муниципалитетов и региона. Не для отчётов.'),
('proven_result', 'scope', 'Чьё значение: municipality — муниципалитета, region — региона.'),
('proven_result', 'denominator', 'Знаменатель заявленного.'),
('proven_result', 'proven_denominator', 'Знаменатель подтверждённого: иной, если круг организаций сам зависит от ответа «да».'),
('proven_result', 'reason', 'Почему подтверждённого значения нет. Пусто: оно есть.'),
('municipal_evidence', NULL, 'Заявлено и подтверждено: показатели «да/нет» муниципалитетов, как ответили и как доказано документами.'),
('municipal_evidence', 'denominator', 'Знаменатель заявленного.'),
('municipal_evidence', 'proven_denominator', 'Знаменатель подтверждённого: иной, если круг организаций сам зависит от ответа «да».'),
('municipal_evidence', 'reason', 'Почему подтверждённого значения нет. Пусто: оно есть.'),
('regional_evidence', NULL, 'Заявлено и подтверждено: то же по региону.'),
('regional_evidence', 'denominator', 'Знаменатель заявленного.'),
('regional_evidence', 'proven_denominator', 'Знаменатель подтверждённого: иной, если круг организаций сам зависит от ответа «да».'),
('regional_evidence', 'reason', 'Почему подтверждённого значения нет. Пусто: оно есть.')
$function$;
COMMENT ON FUNCTION region_evidence_comments() IS
'Internal: Russian comments of documents and evidence.';
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
-- Russian comments of the registers, catalogues and views of obligations.

CREATE FUNCTION region_obligation_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('obligation_term', NULL, 'Сроки: через сколько дней после конца мониторинга ждут записку, рекомендации, меры и решения.'),
('obligation_term', 'step', 'Что ждут: note — аналитическая записка, recommendation — рекомендации, measure — меры, decision — управленческое решение.'),
('obligation_term', 'days', 'Дней после последнего дня мониторинга (день перед ends_on, а если он не задан — due_on).'),
('note', NULL, 'Аналитические записки о причинах отрицательных результатов (п. 1.2.6).'),
('note', 'note_id', 'Номер записки в этой базе.'),
('note', 'reason', 'Названная причина расхождения с порогом или плановым значением.'),
('note', 'title', 'Название и номер записки.'),
('note', 'link', 'Ссылка на записку.'),
('note', 'received_on', 'Когда получена.'),
('note', 'state', 'Состояние: received — получена, accepted — принята, returned — возвращена на доработку (записки как будто нет).'),
('recommendation_template', NULL, 'Справочник адресных рекомендаций (п. 1.2.9): текст и условие, при каком результате его выдают.'),
('recommendation_template', 'template_id', 'Номер текста.'),
('recommendation_template', 'condition', 'Условие над результатом муниципалитета: score, note_required, numerator, denominator, answered, missing, percent, threshold, plan.'),
('recommendation_template', 'wording', 'Текст рекомендации.'),
('recommendation', NULL, 'Реестр выданных рекомендаций (п. 1.2.9).'),
('recommendation', 'recommendation_id', 'Номер рекомендации.'),
('recommendation', 'school_id', 'Организация, которой выдана. Пусто: муниципалитету в целом; только такая закрывает обязательство муниципалитета.'),
('recommendation', 'template_id', 'Текст справочника: вид, адресат и сам текст берутся из него, если не указаны. Пусто: рекомендация составлена отдельно и заменяет один текст того же вида и адресата.'),
('recommendation', 'wording', 'Текст рекомендации.'),
('recommendation', 'recorded_in', 'Где зафиксирована: аналитическая справка, протокол и т. д.'),
('recommendation', 'link', 'Ссылка на документ.'),
('recommendation', 'issued_on', 'Когда выдана.'),
('measure_kind', NULL, 'Виды мер комплекса мер (п. 1.2.10).'),
('measure_kind', 'measure_kind', 'Код вида.'),
('measure_kind', 'clause', 'Пункт методики.'),
('measure', NULL, 'Реестр мер (п. 1.2.10).'),
('measure', 'measure_id', 'Номер меры.'),
('measure', 'municipality_id', 'Муниципалитет. Пусто: мера всего региона, обязательств муниципалитетов она не закрывает.'),
('measure', 'indicator', 'Показатель, из-за которого принята. Пусто: мера общая и ни одного показателя не закрывает.'),
('measure', 'title', 'Что делают.'),
('measure', 'recommendation_id', 'Рекомендация, во исполнение которой принята.'),
('measure', 'starts_on', 'Начало.'),
('measure', 'due_on', 'Срок исполнения.'),
('measure', 'done_on', 'Когда исполнена.'),
('measure', 'state', 'Состояние: planned — запланирована, in_progress — выполняется, done — исполнена, cancelled — отменена.'),
('measure_school', NULL, 'Организации, которых касается мера.'),
('decision_kind', NULL, 'Виды управленческих решений (п. 1.2.11).'),
('decision_kind', 'decision_kind', 'Код вида.'),
('decision_kind', 'clause', 'Пункт методики.'),
('decision', NULL, 'Реестр управленческих решений (п. 1.2.11).'),
('decision', 'decision_id', 'Номер решения.'),
('decision', 'municipality_id', 'Муниципалитет. Пусто: решение всего региона, обязательств муниципалитетов оно не закрывает.'),
('decision', 'indicator', 'Показатель, из-за которого принято. Пусто: решение общее и ни одного показателя не закрывает.'),
('decision', 'title', 'Что решено.'),
('decision', 'measure_id', 'Мера, которую решение закрепляет.'),
('decision', 'legal_act_id', 'Приказ. Обязателен у принятого решения.'),
('decision', 'adopted_on', 'Когда принято.'),
('decision', 'due_on', 'Срок исполнения.'),
('decision', 'done_on', 'Когда исполнено.'),
('decision', 'state', 'Состояние: planned — готовится, adopted — принято, done — исполнено, cancelled — отменено.'),
('decision_school', NULL, 'Организации, которых касается решение.'),
('check_entry', '()', 'Триггер: в записке названа причина, рекомендация сходится с текстом справочника, у принятого решения есть приказ и дата, у исполненного — день исполнения.'),
('check_round_begun', '()', 'Триггер: по черновику мониторинга не ведут записок, рекомендаций, мер и решений.'),
('reporting_day', NULL, 'День, на который считаются сроки: сегодня по часовому поясу региона или день из параметра shnor.today (SET shnor.today = ''2026-12-31'').'),
('reporting_day', 'today', 'День.'),
('round_term', NULL, 'Последние дни записок, рекомендаций, мер и решений каждого начатого мониторинга.'),
('round_term', 'due_on', 'Последний день. Пусто: срок не установлен.'),
('round_term', 'step', 'Что ждут: note — записка, recommendation — рекомендации, measure — меры, decision — решение.'),
('round_term', 'today', 'День, на который считаются сроки.'),
('note_status', NULL, 'Аналитические записки: какие ждём, какие получены, какие просрочены (п. 1.2.6).'),
('note_status', 'note_id', 'Записка. Пусто: не получена.'),
('note_status', 'received_on', 'Когда получена последняя записка.'),
('note_status', 'due_on', 'Срок. Пусто: записка не требуется или срок не установлен.'),
('note_status', 'days_late', 'На сколько дней просрочена: в срок, если в срок была первая из годных записок.'),
('note_status', 'stated_reason', 'Названная причина.'),
('note_status', 'note_state', 'Состояние самой записки: received, accepted, returned.'),
('note_status', 'state', 'due — ждём, received — получена, overdue — просрочена.'),
('recommendation_due', NULL, 'Какие рекомендации следуют из результата и выданы ли они (п. 1.2.9).'),
('recommendation_due', 'template_id', 'Текст справочника.'),
('recommendation_due', 'wording', 'Текст рекомендации.'),
('recommendation_due', 'recommendation_id', 'Рекомендация, выданная муниципалитету (не школе): по этому тексту, а без неё — своя того же вида и адресата, каждая за один текст. Пусто: не выдана.'),
('recommendation_due', 'issued_on', 'Когда выдана.'),
('recommendation_due', 'state', 'due — ждём, issued — выдана, overdue — просрочена.'),
('measure_status', NULL, 'Меры с видом, сроком и просрочкой (п. 1.2.10).'),
('measure_status', 'measure_id', 'Номер меры.'),
('measure_status', 'measure_kind', 'Код вида.'),
('measure_status', 'title', 'Что делают.'),
('measure_status', 'recommendation_id', 'Рекомендация, во исполнение которой принята.'),
('measure_status', 'starts_on', 'Начало.'),
('measure_status', 'done_on', 'Когда исполнена.'),
('measure_status', 'state', 'planned — запланирована, in_progress — выполняется, done — исполнена, cancelled — отменена, overdue — просрочена.'),
('decision_status', NULL, 'Управленческие решения с видом, сроком и просрочкой (п. 1.2.11).'),
('decision_status', 'decision_id', 'Номер решения.'),
('decision_status', 'decision_kind', 'Код вида.'),
('decision_status', 'title', 'Что решено.'),
('decision_status', 'measure_id', 'Мера, которую решение закрепляет.'),
('decision_status', 'adopted_on', 'Когда принято.'),
('decision_status', 'done_on', 'Когда исполнено.'),
('decision_status', 'state', 'planned — готовится, adopted — принято, done — исполнено, cancelled — отменено, overdue — просрочено.'),
('obligation', NULL, 'Журнал обязательств: от цифры к записке, рекомендациям, мерам и решениям; чего нет и что просрочено на каждом шаге.'),
('obligation', 'note_state', 'Записка: not_required — не нужна, due — ждём, received — получена, overdue — просрочена.'),
('obligation', 'note_due_on', 'Срок записки.'),
('obligation', 'note_received_on', 'Когда получена записка.'),
('obligation', 'recommendation_state', 'Рекомендации: done — выданы все, а если в справочнике подходящих нет — своя, due — ждём, overdue — просрочены.'),
('obligation', 'recommendation_due_on', 'Срок рекомендаций.'),
('obligation', 'recommendations_due', 'Сколько рекомендаций следует из результата.'),
('obligation', 'recommendations_issued', 'Сколько из них выдано.'),
('obligation', 'measure_state', 'Меры: not_required — не нужны, due — ждём, in_progress — выполняются, done — исполнены, overdue — просрочены.'),
('obligation', 'measure_due_on', 'К какому дню нужны меры.'),
('obligation', 'measures', 'Сколько мер, без отменённых.'),
('obligation', 'measures_done', 'Сколько исполнено.'),
('obligation', 'decision_state', 'Решения: not_required — не нужны, due — ждём, in_progress — исполняются, done — исполнены, overdue — просрочены.'),
('obligation', 'decision_due_on', 'К какому дню нужно решение.'),
('obligation', 'decisions', 'Сколько решений, без отменённых.'),
('obligation', 'decisions_done', 'Сколько исполнено.'),
('obligation', 'overdue', 'Хотя бы один шаг просрочен.'),
('obligation', 'missing', 'Чего не хватает, словами.')
$function$;
COMMENT ON FUNCTION region_obligation_comments() IS
'Internal: Russian comments of obligations.';
-- Texts of recommendations (clause 1.2.9), in the order of the indicators. Every result of every indicator meets a
-- condition: good ones ask to share the practice, and those without a judgement say what to look at or to verify.
-- A text may meet a municipality of any size, so it states nothing that its condition does not imply.

CREATE FUNCTION region_obligation_seed_texts(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	-- a score of 0 always requires a note; so does a result that is worse than the plan
	negative	CONSTANT text := 'note_required';
	good		CONSTANT text := 'score = 1 AND NOT note_required';
	-- there is a figure, but no order sets a threshold
	unscored	CONSTANT text := 'score IS NULL AND NOT note_required AND denominator > 0';
	not_good	CONSTANT text := 'note_required OR score IS NULL AND denominator > 0';
	-- nothing to divide by, or somebody has not answered
	incomplete	CONSTANT text := 'denominator = 0 OR missing > 0';
	-- a municipality's own yes or no: without an answer it is 0 points, and the answer itself is to be verified
	unanswered	CONSTANT text := 'answered = 0 OR score IS NULL';
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- 1.2.1: context, never scored
	INSERT INTO recommendation_template (indicator, kind, addressee, condition, wording) VALUES
	('low_or_adverse_schools', 'analysis', 'staff', 'numerator > 0',
	 'Включить каждую школу перечня в муниципальную дорожную карту со своим набором мер: для ШНОР исходить из дефицитов по предметам, для ШНСУ — из состава обучающихся и ресурсов. Школе, которая стоит в перечне по обоим основаниям, нужны меры обоих видов.'),
	('low_or_adverse_schools', 'practice', 'staff', 'numerator > 0 AND numerator < denominator',
	 'Подобрать школам перечня партнёров среди школ муниципалитета со сходным составом обучающихся и более высокими результатами. Опыт, полученный в сопоставимых условиях, перенять проще, чем опыт школ с конкурсным набором.'),
	('low_or_adverse_schools', 'practice', 'staff', 'numerator = 0 AND denominator > 0',
	 'Описать, за счёт чего школы муниципалитета остаются вне перечня: внутренняя оценка качества, работа с неуспевающими, подбор и закрепление кадров. Предложить свои школы в кураторы ШНОР и ШНСУ других муниципалитетов.'),
	('low_or_adverse_schools', 'analysis', 'staff', 'denominator = 0',
	 'Проверить сведения об организациях: на дату состава мониторинга в муниципалитете не значится ни одной действующей школы. Уточнить даты открытия, закрытия и реорганизации и передать их в ИРЦОКО.'),
	('low_or_adverse_schools', 'materials', 'parents', 'numerator > 0',
	 'Информационный лист «Что значит перечень ШНОР и ШНСУ». Включение школы в перечень означает дополнительную поддержку, а не оценку способностей детей: узнайте у классного руководителя, какие занятия и консультации стали доступны вашему ребёнку.');

	-- 1.2.2
	INSERT INTO recommendation_template (indicator, kind, addressee, condition, wording) VALUES
	('results_note', 'analysis', 'staff', negative,
	 'Подготовить аналитическую справку: сравнить результаты обучающихся ШНОР и ШНСУ за три года по предметам и параллелям, отдельно показать школы, вошедшие в перечень впервые, и назвать причины изменений по каждой школе.'),
	('results_note', 'materials', 'staff', negative,
	 'Примерная структура справки: круг школ и источники данных; доля участников, не достигших минимального уровня; динамика по школам; причины; адресные меры с ответственными и сроками. Каждый вывод должен относиться к конкретной школе.'),
	('results_note', 'practice', 'staff', good,
	 'Сделать справку рабочим документом: передать каждой школе её раздел и обсудить выводы в методических объединениях учителей-предметников. Формат, в котором динамика связана с причинами и мерами, предложить соседним муниципалитетам.'),
	('results_note', 'analysis', 'staff', unanswered,
	 'Сверить ответ о справке с данными ИРЦОКО: отсутствие ответа даёт 0 баллов так же, как отсутствие справки. Если справка есть, указать её дату и приложить документ.');

	-- 1.2.3: three kinds of diagnosis, never added up
	INSERT INTO recommendation_template (indicator, kind, addressee, condition, wording) VALUES
	('diagnosed_subject', 'analysis', 'staff', negative,
	 'Составить график предметной диагностики педагогов ШНОР и ШНСУ, начав с учителей русского языка, математики и тех предметов, по которым результаты школы ниже всего. Объяснить коллективам, что итоги нужны для выбора программ обучения, а не для контроля.'),
	('diagnosed_subject', 'practice', 'staff', good,
	 'Сопоставить итоги диагностики с работами обучающихся: темы, трудные и для учителей, и для классов, вынести в план предметных методических объединений. Такой разбор показать школам, которые диагностику только начинают.'),
	('diagnosed_subject', 'analysis', 'staff', unscored,
	 'Рассмотреть охват отдельно по предметам: за общей долей может скрываться предмет, учителя которого в диагностике не участвуют. Их участие запланировать в первую очередь.'),
	('diagnosed_subject', 'analysis', 'staff', incomplete,
	 'Сверить число прошедших предметную диагностику со сведениями её организатора и внести недостающие ответы: школа без ответа не входит ни в числитель, ни в знаменатель. Если в муниципалитете нет ШНОР и ШНСУ, подтвердить это по приказу.'),

	('diagnosed_method', 'analysis', 'staff', negative,
	 'Организовать диагностику методических дефицитов через посещение и разбор уроков: постановка цели, задания разного уровня, обратная связь, формирующее оценивание. Начать с классов, где больше всего обучающихся не достигает минимального уровня.'),
	('diagnosed_method', 'practice', 'staff', good,
	 'Перейти от диагностики к наставничеству: подобрать пары, в которых один педагог уверенно владеет тем, что трудно другому, и запланировать взаимные посещения уроков. Опыт таких пар представить на муниципальном методическом объединении.'),
	('diagnosed_method', 'materials', 'staff', not_good,
	 'Карта наблюдения урока и лист самооценки педагога. Заполнить их до обучения и через полгода после него: сравнение покажет, какие методические дефициты закрыты, а какие остались.'),
	('diagnosed_method', 'analysis', 'staff', incomplete,
	 'Школам перечня, пропустившим вопрос, указать число прошедших методическую диагностику отдельно от предметной; если её не проходил никто, написать ноль: пустой ответ нулём не считается. Если ШНОР и ШНСУ в муниципалитете нет, предложить диагностику школам, чьи результаты ближе всего к низким.'),

	('diagnosed_psych', 'analysis', 'staff', negative,
	 'Провести вместе с педагогом-психологом диагностику готовности учителей работать с детьми, которым трудно учиться или общаться. В первую очередь охватить классных руководителей и учителей начальных классов.'),
	('diagnosed_psych', 'practice', 'staff', good,
	 'Обобщить приёмы, которые помогли снизить тревожность и число конфликтов в классах, и провести для соседних ШНСУ совместный семинар психологов и классных руководителей.'),
	('diagnosed_psych', 'analysis', 'staff', unscored,
	 'Сопоставить охват психолого-педагогической диагностикой с обеспеченностью специалистами. Школам, где педагога-психолога в штате нет, договориться о выезде специалиста другой школы или психолого-педагогического центра.'),
	('diagnosed_psych', 'analysis', 'staff', incomplete,
	 'Назначить в школах перечня, кто ведёт учёт прошедших психолого-педагогическую диагностику, и внести недостающие числа. Результаты отдельных педагогов не передавать: мониторингу нужно только количество.');

	-- 1.2.4, shares of teachers
	INSERT INTO recommendation_template (indicator, kind, addressee, condition, wording) VALUES
	('teachers_supported', 'analysis', 'staff', negative,
	 'Собрать запросы педагогов каждой ШНОР и ШНСУ и распределить их между муниципальной методической службой, школой-куратором и самой школой с указанием сроков. Планировать консультации, разборы уроков и сопровождение: общее совещание не решает затруднений отдельного учителя.'),
	('teachers_supported', 'practice', 'staff', good,
	 'Отобрать формы поддержки, после которых изменилась работа на уроке, и описать их: с каким запросом обратились, что сделано, как это видно по работам обучающихся. Описания передать методическим службам других муниципалитетов.'),
	('teachers_supported', 'analysis', 'staff', unscored,
	 'Разложить оказанную поддержку по школам и видам помощи: общая доля не показывает, что одни коллективы получали её несколько раз, а другие ни разу. Следующие выезды и консультации планировать там, где помощи не было.'),
	('teachers_supported', 'analysis', 'staff', incomplete,
	 'Сверить число получивших поддержку с журналом консультаций методической службы. Каждого педагога считать один раз, сколько бы обращений у него ни было; школам перечня, не давшим ответа, внести его.'),

	('teachers_in_networks', 'analysis', 'staff', negative,
	 'Передать в УНОИ списки педагогов ШНОР и ШНСУ по предметам для включения в региональные сетевые методические объединения. Начать с учителей, которые ведут предмет в своей школе одни и не могут обсудить его с коллегами.'),
	('teachers_in_networks', 'practice', 'staff', negative,
	 'Перенять порядок школ, где участие в сетевом объединении внесено в план работы учителя и каждый раз завершается разработкой: общим уроком, проверочной работой, разбором типичных ошибок.'),
	('teachers_in_networks', 'practice', 'staff', good,
	 'Предлагать темы заседаний сетевых объединений, исходя из затруднений обучающихся своих школ, и представлять на них разработки, уже проверенные на уроках в ШНОР и ШНСУ.'),
	('teachers_in_networks', 'analysis', 'staff', unscored,
	 'Выяснить, какие предметы и какие школы в сетевых объединениях не представлены, и предложить участие учителям именно этих предметов. Малокомплектным школам предложить дистанционное участие.'),
	('teachers_in_networks', 'analysis', 'staff', incomplete,
	 'Сопоставить ответы школ со списками участников сетевых объединений в УНОИ: при расхождении считается число УНОИ, и причину расхождения следует выяснить. Если о какой-либо школе перечня нет сведений ни в одном источнике, получить её ответ до закрытия мониторинга.'),

	('teachers_in_active', 'analysis', 'staff', negative,
	 'Определить, кого из педагогов ШНОР и ШНСУ готовить к работе в региональном методическом активе: прежде всего тех, чьи классы показывают устойчивый рост и у кого есть опыт наставничества. Согласовать с ними направление работы и учесть её в нагрузке.'),
	('teachers_in_active', 'analysis', 'staff', 'numerator = 0 AND denominator > 0',
	 'По ответам школ, в региональном методическом активе нет ни одного педагога ШНОР и ШНСУ. Начать с участия в открытых мероприятиях актива: сначала слушателями, затем содокладчиками вместе с педагогом школы-куратора.'),
	('teachers_in_active', 'practice', 'staff', good,
	 'Поручить участникам актива открытые уроки и консультации для коллег своей и соседних школ. То, чему они научились в активе, включить в план муниципальных методических объединений.'),
	('teachers_in_active', 'analysis', 'staff', unscored,
	 'Соотнести состав актива с предметами, по которым школам нужна помощь: если по самым трудным предметам в нём никого нет, предложить кандидатов.'),
	('teachers_in_active', 'analysis', 'staff', incomplete,
	 'Отделить участие в методическом активе от участия в сетевых объединениях учителей-предметников: в прежних формах об активе спрашивали словами вопроса об объединениях. Школам перечня, не давшим ответа, ответить именно об активе; при отсутствии участников — ноль.'),

	('teachers_with_route', 'analysis', 'staff', negative,
	 'Составить ИОМ педагогам, прошедшим диагностику: назвать в маршруте один-два дефицита, способ обучения, срок и то, что изменится на уроке. Начать с учителей предметов, по которым результаты школы ниже.'),
	('teachers_with_route', 'practice', 'staff', good,
	 'Показать коллегам других школ завершённые маршруты: исходный дефицит, обучение, помощь наставника, изменения на уроке. Итог ИОМ проверять посещением урока, а не по удостоверению о курсах.'),
	('teachers_with_route', 'materials', 'staff', not_good,
	 'Макет ИОМ на одной странице: дефицит по итогам диагностики, цель, мероприятия, наставник, срок, признак результата. Единая форма позволит сравнить маршруты школ перечня и увидеть общие дефициты.'),
	('teachers_with_route', 'analysis', 'staff', incomplete,
	 'Проверить, что указаны педагоги с ИОМ только своей организации: число по всему муниципалитету, повторённое каждой школой, исказит долю. Школам перечня, пропустившим вопрос, указать количество; если ШНОР и ШНСУ нет, показатель не рассчитывается.');

	-- 1.2.4, shares of schools
	INSERT INTO recommendation_template (indicator, kind, addressee, condition, wording) VALUES
	('schools_in_events', 'analysis', 'staff', negative,
	 'Подобрать каждой не участвовавшей школе одно-два события года, отвечающих её дефицитам, и направить на них управленческую команду вместе с учителями. Для малокомплектных школ предусмотреть совместный выезд или подключение.'),
	('schools_in_events', 'practice', 'staff', good,
	 'Закрепить порядок, при котором участие имеет продолжение: команда школы рассказывает коллегам, что внедряет и как проверит результат. Удачные примеры предложить организаторам для программы следующих мероприятий.'),
	('schools_in_events', 'analysis', 'staff', unscored,
	 'Разобрать, в какие события вовлечены школы: отвечала ли их тематика дефицитам школы и что изменилось после участия. От мероприятий без продолжения отказаться в пользу стажировок и работы в командах.'),
	('schools_in_events', 'analysis', 'staff', incomplete,
	 'Сопоставить ответы школ о событиях со сведениями УНОИ: школа, о которой нет ответа, считается не вовлечённой. Если она участвовала, внести ответ и сообщить название и дату события.'),

	('schools_with_curator', 'analysis', 'staff', negative,
	 'Определить школы-кураторы или директоров-кураторов для школ, у которых их нет; подбирать пары по дефицитам подопечной школы, а не по соседству. Закрепить каждую пару приказом и договором о сотрудничестве с планом на год.'),
	('schools_with_curator', 'practice', 'staff', good,
	 'Описать работу самых действенных пар: как часто школы посещают друг друга, что делают вместе, какие решения приняты по итогам. Представить этот опыт на муниципальном совещании руководителей.'),
	('schools_with_curator', 'materials', 'staff', not_good,
	 'Примерное содержание договора о сотрудничестве: дефициты подопечной школы, совместные мероприятия по месяцам, ответственные с обеих сторон, порядок подведения итогов. Договор и приказ о назначении куратора приложить к ответу.'),
	('schools_with_curator', 'analysis', 'staff', incomplete,
	 'Сверить сведения о кураторах с приказом департамента образования: он считается прежде ответа школы, а ответ «да» без приказа и договора остаётся неподтверждённым. Если школ в перечне нет, подтвердить это.'),

	('schools_with_program', 'analysis', 'staff', negative,
	 'Разработать ШППКО в школах, где её нет: выразить цели в измеримых результатах обучающихся, связать меры с выявленными рисками, назначить сроки промежуточной проверки. Школы проекта 500+ готовят концепцию развития и среднесрочные программы.'),
	('schools_with_program', 'practice', 'staff', negative,
	 'Изучить программы школ, вышедших из перечня, и обсудить с их командами, какие меры дали результат, а от каких пришлось отказаться. Переносить порядок работы, а не текст программы.'),
	('schools_with_program', 'practice', 'staff', good,
	 'Ежегодно сверять программу с результатами: выполненное завершить, бесполезное заменить. Показать такой пересмотр школам, которые программу только пишут.'),
	('schools_with_program', 'analysis', 'staff', unscored,
	 'Проверить, что у действующих программ не истёк срок и что цели названы по предметам и классам, а не общими словами. Школам без программы помочь составить её вместе со школой-куратором.'),
	('schools_with_program', 'analysis', 'staff', incomplete,
	 'Дать на вопрос о программе ответ «да» или «нет» по состоянию на день сдачи формы: пустой ответ считается отсутствием программы. Если школ в перечне нет, сверить это с приказом.'),
	('schools_with_program', 'materials', 'parents', 'numerator > 0',
	 'Краткое изложение школьной программы повышения качества образования для семьи: цели по предметам, дополнительные занятия, сроки. Если такая программа есть в вашей школе, познакомьтесь с ней на сайте и передайте предложения через родительский комитет.');

	-- 1.2.5
	INSERT INTO recommendation_template (indicator, kind, addressee, condition, wording) VALUES
	('schools_with_prevention', 'analysis', 'staff', negative,
	 'Сформировать систему профилактики неуспешности: входная диагностика, список обучающихся, которым нужна помощь, занятия по пробелам, ежемесячная сверка успеваемости. Назначить ответственного заместителя и утвердить программу локальным актом школы.'),
	('schools_with_prevention', 'practice', 'staff', good,
	 'Оформить в виде короткого списка признаки, по которым школа замечает неуспешность раньше неудовлетворительной отметки: пропуски, несданные работы, отказ отвечать. Передать его классным руководителям других школ.'),
	('schools_with_prevention', 'analysis', 'staff', unscored,
	 'Сопоставить наличие программ с долей неуспевающих по итогам четвертей. Там, где программа действует, а неуспевающих не становится меньше, пересмотреть её меры.'),
	('schools_with_prevention', 'analysis', 'staff', incomplete,
	 'Добиться ответа от каждой школы, оставившей вопрос о профилактике пустым: отсутствие ответа засчитывается как отсутствие программы. К ответу «да» приложить саму программу, иначе он останется неподтверждённым.'),
	('schools_with_prevention', 'analysis', 'students', negative,
	 'Не откладывайте непонятую тему: в ближайшие дни приходите к учителю на консультацию или попросите помощи у одноклассника. Записывайте, на каком именно шаге возникла трудность: по точному вопросу помочь легче.'),
	('schools_with_prevention', 'analysis', 'parents', negative,
	 'Если ребёнок стал пропускать уроки, скрывать отметки или отказываться от домашних заданий, поговорите с классным руководителем, не дожидаясь конца четверти. Чем раньше замечен пробел, тем меньше придётся навёрстывать.'),
	('schools_with_prevention', 'practice', 'parents', good,
	 'Узнайте на родительском собрании, как школа и семья договариваются о помощи, когда появляются первые пробелы, и к кому обращаться в вашей школе. Если такая помощь оказалась полезной, расскажите о ней другим родителям.'),

	('schools_with_study_plans', 'analysis', 'staff', negative,
	 'Разработать ИУП для слабоуспевающих и неуспевающих обучающихся: непройденные темы, задания, часы консультаций, сроки проверки. Согласовать план с родителями и пересматривать его каждую четверть.'),
	('schools_with_study_plans', 'practice', 'staff', good,
	 'Собрать удачные ИУП, убрав из них сведения об обучающихся, и разобрать на методическом объединении, за счёт чего пробелы удалось закрыть. Передать эти примеры учителям тех же предметов в других школах.'),
	('schools_with_study_plans', 'analysis', 'staff', unscored,
	 'Сравнить число действующих ИУП с числом слабоуспевающих и неуспевающих: если планы есть в школе, это ещё не значит, что они есть у всех, кому нужны.'),
	('schools_with_study_plans', 'analysis', 'staff', incomplete,
	 'Получить ответ от каждой школы, а не только от ШНОР и ШНСУ: показатель считается по всем школам муниципалитета. К ответу «да» приложить ИУП без сведений, по которым можно узнать обучающегося.'),
	('schools_with_study_plans', 'materials', 'students', 'numerator > 0',
	 'Памятка «Как заниматься по индивидуальному учебному плану». Отмечайте в плане освоенные темы, приносите на консультацию задание, которое не получилось, а если не успеваете к сроку, скажите об этом учителю заранее.'),
	('schools_with_study_plans', 'analysis', 'parents', 'numerator > 0',
	 'Если для ребёнка составлен ИУП, раз в неделю смотрите вместе с ним, какая тема закрыта, и не выполняйте задания за него. Учителю важно видеть, что ученик уже может сам.'),

	('schools_with_tutoring', 'analysis', 'staff', negative,
	 'Организовать тьюторскую поддержку: закрепить за каждым обучающимся с учебными дефицитами взрослого, который раз в неделю обсуждает с ним, как закрываются пробелы. Где ставки тьютора нет, распределить эту работу между педагогами и наставниками и учесть её в нагрузке.'),
	('schools_with_tutoring', 'practice', 'staff', negative,
	 'Познакомиться с опытом школ, где младшим помогают старшеклассники под руководством учителя: как их готовят, чем ограничена их роль, кто отвечает за результат. Попробовать такой порядок в одной-двух параллелях.'),
	('schools_with_tutoring', 'practice', 'staff', good,
	 'Представить коллегам, как устроена тьюторская поддержка: кто выполняет роль тьютора, как составлено расписание встреч, по каким признакам её завершают. Отдельно показать, какие дефициты она закрывает, а какие требуют других мер.'),
	('schools_with_tutoring', 'analysis', 'staff', unscored,
	 'Оценить, кого охватывает тьюторская поддержка: одних желающих или всех, у кого выявлены учебные дефициты. Список обучающихся составить по результатам диагностических работ.'),
	('schools_with_tutoring', 'analysis', 'staff', incomplete,
	 'Уточнить ответы: разовые консультации тьюторской поддержкой не считать, а для ответа «да» приложить приказ, график встреч или другой документ. Пустой ответ даёт школе 0 баллов.'),
	('schools_with_tutoring', 'analysis', 'students', 'numerator > 0',
	 'Договоритесь с тьютором о постоянном времени встреч, приносите работы с ошибками и ставьте одну небольшую цель на неделю. Если тьютора у вас ещё нет, спросите о нём классного руководителя.'),
	('schools_with_tutoring', 'materials', 'parents', not_good,
	 'Памятка «Как поддержать учёбу дома»: постоянное время и место для занятий, короткие перерывы, похвала за усилие, а не только за отметку. Если пробел большой, попросите школу о тьюторе или дополнительных занятиях.'),

	('practice_sharing', 'analysis', 'staff', negative,
	 'Внести в дорожную карту мероприятия по распространению практик профилактики неуспешности: кто показывает, кому, когда и как проверяется, что практика применена. Первыми показывают школы, вышедшие из перечня.'),
	('practice_sharing', 'materials', 'staff', negative,
	 'Карточка практики: какую проблему решает, для каких классов, шаги, ресурсы, результат в цифрах, к кому обратиться. Карточки разослать до семинара, чтобы участники пришли с вопросами.'),
	('practice_sharing', 'practice', 'staff', good,
	 'Проследить судьбу показанных практик: сколько школ их применили, что изменили под себя, что получилось. Практики, подтвердившие результат в другой школе, предложить для распространения в регионе.'),
	('practice_sharing', 'practice', 'students', good,
	 'Если вам удалось разобраться в трудном предмете, расскажите одноклассникам или младшим, что помогло: как вы готовились, у кого спрашивали, с каких заданий начали. Объясняя другому, тему понимаешь лучше.'),
	('practice_sharing', 'analysis', 'staff', unanswered,
	 'Проверить ответ по тексту дорожной карты и указать её пункты о распространении практик профилактики. Аналитическая справка сама по себе ответа «да» не даёт: нужны запланированные мероприятия.');

	-- 1.2.6
	INSERT INTO recommendation_template (indicator, kind, addressee, condition, wording) VALUES
	('resource_monitoring', 'analysis', 'staff', negative,
	 'Оценить по единой схеме ресурсы школ зоны риска: доступ в интернет, компьютерная техника, кадры и вакансии, условия для учёбы дома. Итоги оформить аналитической запиской с перечнем недостающего по каждой школе.'),
	('resource_monitoring', 'analysis', 'parents', negative,
	 'Ответьте, пожалуйста, на вопросы школы об условиях для учёбы дома: есть ли интернет, компьютер, место для занятий. По этим ответам решают, кому нужны техника во временное пользование или занятия в школе после уроков.'),
	('resource_monitoring', 'practice', 'staff', good,
	 'Передать выводы записки тем, кто распределяет средства: связать её с заявками на технику и подключение и с планом закрытия вакансий. Схему оценки предложить муниципалитетам, где её ещё нет.'),
	('resource_monitoring', 'analysis', 'staff', unanswered,
	 'Сверить ответ с перечнем школ зоны риска на дату состава мониторинга; если таких школ нет, сообщить об этом в ИРЦОКО. Если аналитическая записка подготовлена, указать её дату и приложить её.'),

	('risks_resolved', 'analysis', 'staff', negative,
	 'По каждой школе зоны риска назвать, какие из трёх рисков не ликвидированы, и составить план по интернету, технике и кадрам с источником средств и сроком. Начать со школ, где один риск уже снят: до положительного результата им не хватает одного.'),
	('risks_resolved', 'practice', 'staff', good,
	 'Описать, как сняты риски: совместительство и сетевые уроки вместо вакансий, целевое обучение, перераспределение техники между школами. Предложить эти решения школам, у которых риски остались.'),
	('risks_resolved', 'analysis', 'staff', unscored,
	 'Разложить результат на три риска: школа засчитывается при двух ликвидированных, и общая доля не показывает, какой из них остаётся чаще. По самому частому подготовить решение на уровне муниципалитета.'),
	('risks_resolved', 'analysis', 'staff', 'missing > 0',
	 'Получить ответы о каждом из трёх рисков: одного «да» при двух пустых ответах недостаточно, и школа засчитана не будет. К каждому ответу «да» приложить документ: договор на подключение, акт о поставке, сведения о принятых педагогах.'),
	('risks_resolved', 'analysis', 'staff', 'denominator = 0',
	 'Подтвердить, что на дату состава мониторинга в муниципалитете нет школ зоны риска снижения образовательных результатов, или внести их с приказом. Пока перечень пуст, показатель не рассчитывается.'),
	('risks_resolved', 'materials', 'students', negative,
	 'Памятка «Где заниматься, если дома нет интернета или компьютера»: школьный компьютерный класс, библиотека, печатные задания. Скажите учителю о трудности заранее, и он подберёт задание, которое можно сделать без сети.');
END
$function$;
COMMENT ON FUNCTION region_obligation_seed_texts(text) IS
'Internal: the texts of recommendations of clause 1.2.9 for the eighteen indicators, with the condition on the result under which each is due, its kind and its addressee.';
-- The catalogues of clauses 1.2.9-1.2.11: kinds of measure and of decision in the words of the source, the terms of
-- each step, and the texts of recommendations (83-obligation-seed-texts.sql). All of it is data of the region.

CREATE FUNCTION region_obligation_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- 1.2.10; ШНОР and ШНСУ where the source writes the names out
	INSERT INTO measure_kind (measure_kind, position, clause, title) VALUES
	('pupil_training', 1, '1.2.10',
	 'Проведение мероприятий, направленных на повышение качества подготовки обучающихся в ШНОР и ШНСУ'),
	('network_models', 2, '1.2.10',
	 'Введение в массовую практику моделей сетевого взаимодействия школ со стабильно высокими результатами и/или являющихся муниципальными/региональными/федеральными инновационными площадками в процессе разработки проектов развития образовательных организаций'),
	('professional_growth', 3, '1.2.10',
	 'Реализация многоуровневой системы сопровождения профессионального роста педагогов и управленческой команды ШНОР и ШНСУ, укрепление кадрового потенциала'),
	('targeted_support', 4, '1.2.10',
	 'Адресная поддержка через различные варианты реализации основной образовательной программы в сетевой форме, использования ресурсов организаций дополнительного образования, культурно-образовательной и цифровой образовательной среды'),
	('project_advice', 5, '1.2.10',
	 'Оказание адресной консультативно-методической помощи в процессе разработки проектов и программ развития школ'),
	('teacher_associations', 6, '1.2.10',
	 'Включение педагогов ШНОР и ШНСУ в работу муниципальных методических объединений');

	-- 1.2.11
	INSERT INTO decision_kind (decision_kind, position, clause, title) VALUES
	('strategic_acts', 1, '1.2.11',
	 'Внесение изменений в стратегические нормативные акты муниципальной системы образования (стратегию и программу развития муниципальной системы образования)'),
	('regulatory_acts', 2, '1.2.11',
	 'Совершенствование нормативных актов в части реализации системы работы со ШНОР и ШНСУ («дорожная карта», планы работы муниципальных методических объединений)'),
	('practice_replication', 3, '1.2.11',
	 'Тиражирование успешных практик, эффективных механизмов реализации «дорожной карты» ШНОР и ШНСУ');

	-- the source names the steps and no terms: these are a beginning, which a region changes by its orders
	INSERT INTO obligation_term (step, days, title) VALUES
	('note', 30, 'Аналитическая записка о причине расхождения с плановым значением (п. 1.2.6)'),
	('recommendation', 30, 'Адресные рекомендации по итогам анализа показателя (п. 1.2.9)'),
	('measure', 60, 'Мера, направленная на совершенствование системы работы со ШНОР и ШНСУ (п. 1.2.10)'),
	('decision', 90, 'Управленческое решение (п. 1.2.11)');

	PERFORM shnor.region_obligation_seed_texts(region);
END
$function$;
COMMENT ON FUNCTION region_obligation_seed(text) IS
'Internal: fills a new region with the kinds of measure and of decision, the terms of the steps and the texts of recommendations (clauses 1.2.6, 1.2.9-1.2.11). Run by create_region, once.';
-- What follows from a figure (clauses 1.2.6, 1.2.9-1.2.11): the note that explains a negative result, the
-- recommendations, the measures, the managerial decisions; who owes what, by which day, and what is late.
-- Days are judged as of reporting_day: today in the region's time zone, or the day set in shnor.today.

CREATE FUNCTION region_obligation_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- days after the last day of the round
	CREATE TABLE obligation_term (
		step	text PRIMARY KEY CHECK (step IN ('note', 'recommendation', 'measure', 'decision')),
		days	integer NOT NULL CHECK (days BETWEEN 0 AND 3660),
		title	text NOT NULL
	);

	CREATE TABLE note (
		note_id			integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		municipality_id	integer NOT NULL REFERENCES municipality,
		indicator		text NOT NULL,
		reason			text NOT NULL CHECK (reason ~ '[^[:space:]]'),
		title			text,
		link			text,
		received_on		date NOT NULL,
		state			text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'accepted', 'returned'))
	);
	CREATE INDEX ON note (round_id, municipality_id, indicator);

	CREATE TABLE recommendation_template (
		template_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		indicator	text NOT NULL,
		kind		text NOT NULL CHECK (kind IN ('analysis', 'practice', 'materials')),
		addressee	text NOT NULL CHECK (addressee IN ('students', 'parents', 'staff')),
		condition	text NOT NULL CHECK (condition <> ''),
		wording		text NOT NULL CHECK (wording <> ''),
		valid_from	date,
		valid_until	date,
		CHECK (valid_from < valid_until)
	);

	CREATE TABLE recommendation (
		recommendation_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id			integer NOT NULL REFERENCES round,
		municipality_id		integer NOT NULL REFERENCES municipality,
		school_id			integer REFERENCES school,
		indicator			text NOT NULL,
		template_id			integer REFERENCES recommendation_template,
		kind				text NOT NULL CHECK (kind IN ('analysis', 'practice', 'materials')),
		addressee			text NOT NULL CHECK (addressee IN ('students', 'parents', 'staff')),
		wording				text NOT NULL CHECK (wording <> ''),
		recorded_in			text,
		link				text,
		issued_on			date NOT NULL,
		legal_act_id		integer REFERENCES legal_act
	);
	CREATE INDEX ON recommendation (round_id, municipality_id, indicator);

	CREATE TABLE measure_kind (
		measure_kind	text PRIMARY KEY CHECK (measure_kind ~ '^[a-z][a-z0-9_]*$'),
		position		integer NOT NULL,
		title			text NOT NULL,
		clause			text NOT NULL
	);

	CREATE TABLE measure (
		measure_id			integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id			integer NOT NULL REFERENCES round,
		municipality_id		integer REFERENCES municipality,
		indicator			text,
		measure_kind		text NOT NULL REFERENCES measure_kind,
		title				text NOT NULL CHECK (title <> ''),
		recommendation_id	integer REFERENCES recommendation,
		legal_act_id		integer REFERENCES legal_act,
		starts_on			date,
		due_on				date NOT NULL,
		done_on				date,
		state				text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'in_progress', 'done', 'cancelled')),
		CHECK (starts_on <= due_on),
		CONSTRAINT measure_done CHECK ((state = 'done') = (done_on IS NOT NULL))
	);
	CREATE INDEX ON measure (round_id, municipality_id, indicator);

	CREATE TABLE measure_school (
		measure_id	integer NOT NULL REFERENCES measure ON DELETE CASCADE,
		school_id	integer NOT NULL REFERENCES school,
		PRIMARY KEY (measure_id, school_id)
	);
	CREATE INDEX ON measure_school (school_id);

	CREATE TABLE decision_kind (
		decision_kind	text PRIMARY KEY CHECK (decision_kind ~ '^[a-z][a-z0-9_]*$'),
		position		integer NOT NULL,
		title			text NOT NULL,
		clause			text NOT NULL
	);

	CREATE TABLE decision (
		decision_id		integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		municipality_id	integer REFERENCES municipality,
		indicator		text,
		decision_kind	text NOT NULL REFERENCES decision_kind,
		title			text NOT NULL CHECK (title <> ''),
		measure_id		integer REFERENCES measure,
		legal_act_id	integer REFERENCES legal_act,
		adopted_on		date,
		due_on			date NOT NULL,
		done_on			date,
		state			text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'adopted', 'done', 'cancelled')),
		CONSTRAINT decision_needs_legal_act
			CHECK (state NOT IN ('adopted', 'done') OR legal_act_id IS NOT NULL AND adopted_on IS NOT NULL),
		CONSTRAINT decision_done CHECK ((state = 'done') = (done_on IS NOT NULL))
	);
	CREATE INDEX ON decision (round_id, municipality_id, indicator);

	CREATE TABLE decision_school (
		decision_id	integer NOT NULL REFERENCES decision ON DELETE CASCADE,
		school_id	integer NOT NULL REFERENCES school,
		PRIMARY KEY (decision_id, school_id)
	);
	CREATE INDEX ON decision_school (school_id);

	FOREACH t IN ARRAY '{note,recommendation_template,recommendation,measure,decision}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER check_indicator BEFORE INSERT OR UPDATE OF indicator ON %I
						FOR EACH ROW WHEN (NEW.indicator IS NOT NULL) EXECUTE FUNCTION check_target()', t);
	END LOOP;

	-- what an entry has to say; the constraints of the tables hold without it, but do not say what to do
	CREATE FUNCTION check_entry() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		t record;
	BEGIN
		IF EXISTS (SELECT FROM jsonb_each_text(to_jsonb(NEW)) AS d(name, day)
				   WHERE d.name IN ('received_on', 'issued_on', 'starts_on', 'due_on', 'done_on', 'adopted_on')
					 AND d.day::date NOT BETWEEN '1990-01-01' AND '2200-12-31') THEN
			RAISE EXCEPTION 'день вне 1990–2200 годов'
				USING ERRCODE = 'check_violation', HINT = 'Проверьте год; день, который ещё не известен, оставьте пустым.';
		END IF;
		IF TG_TABLE_NAME = 'note' THEN
			IF coalesce(NEW.reason, '') !~ '[^[:space:]]' THEN
				RAISE EXCEPTION 'в записке не названа причина (п. 1.2.6)'
					USING ERRCODE = 'check_violation',
						  HINT = 'Впишите в reason, почему результат разошёлся с порогом или плановым значением.';
			END IF;
			RETURN NEW;
		ELSIF TG_TABLE_NAME = 'recommendation' THEN
			IF NEW.template_id IS NOT NULL THEN
				EXECUTE format('SELECT t.* FROM %I.recommendation_template t WHERE t.template_id = $1', TG_TABLE_SCHEMA) INTO t USING NEW.template_id;
				IF t.template_id IS NULL THEN
					RAISE EXCEPTION 'текста % нет в справочнике рекомендаций', NEW.template_id
						USING ERRCODE = 'foreign_key_violation',
							  HINT = format('Тексты перечислены в таблице %I.recommendation_template; для своего текста оставьте template_id пустым.', TG_TABLE_SCHEMA);
				END IF;
				NEW.kind := coalesce(NEW.kind, t.kind);
				NEW.addressee := coalesce(NEW.addressee, t.addressee);
				NEW.wording := coalesce(NEW.wording, t.wording);
				IF (NEW.indicator, NEW.kind, NEW.addressee) <> (t.indicator, t.kind, t.addressee) THEN
					RAISE EXCEPTION 'текст % справочника — для показателя «%», вида %, адресата %', t.template_id, t.indicator, t.kind, t.addressee
						USING ERRCODE = 'check_violation',
							  HINT = 'Укажите indicator, kind и addressee этого текста или другой template_id; для своего текста оставьте template_id пустым.';
				END IF;
			END IF;
			RETURN NEW;
		END IF;

		-- measures and decisions
		IF NEW.state = 'done' AND NEW.done_on IS NULL THEN
			RAISE EXCEPTION 'исполнено, а день исполнения не указан'
				USING ERRCODE = 'check_violation', HINT = 'Впишите done_on.';
		ELSIF NEW.state <> 'done' AND NEW.done_on IS NOT NULL THEN
			RAISE EXCEPTION 'день исполнения указан, а состояние — не done'
				USING ERRCODE = 'check_violation', HINT = 'Поставьте state = ''done'' или очистите done_on.';
		ELSIF TG_TABLE_NAME = 'decision' THEN
			IF NEW.state IN ('adopted', 'done') AND num_nulls(NEW.legal_act_id, NEW.adopted_on) > 0 THEN
				RAISE EXCEPTION 'решение нельзя считать принятым без приказа и даты'
					USING ERRCODE = 'check_violation',
						  HINT = format('Внесите приказ в таблицу %I.legal_act и впишите его legal_act_id и день принятия adopted_on; пока их нет, state = ''planned''.', TG_TABLE_SCHEMA);
			END IF;
		END IF;
		RETURN NEW;
	END
	$trigger$;
	FOREACH t IN ARRAY '{note,recommendation,measure,decision}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER check_entry BEFORE INSERT OR UPDATE ON %I
						FOR EACH ROW EXECUTE FUNCTION check_entry()', t);
	END LOOP;

	-- a draft has no results yet, so nothing can follow from them
	CREATE FUNCTION check_round_begun() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		r record;
	BEGIN
		EXECUTE format('SELECT r.title, r.state FROM %I.round r WHERE r.round_id = $1', TG_TABLE_SCHEMA) INTO r USING NEW.round_id;
		IF r.state = 'draft' THEN
			RAISE EXCEPTION 'мониторинг «%» ещё черновик: по нему нет результатов', r.title
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Сначала откройте мониторинг: UPDATE %I.round SET state = ''open'' …', TG_TABLE_SCHEMA);
		END IF;
		RETURN NEW;
	END
	$trigger$;
	FOREACH t IN ARRAY '{note,recommendation,measure,decision}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER check_round_begun BEFORE INSERT OR UPDATE OF round_id ON %I
						FOR EACH ROW EXECUTE FUNCTION check_round_begun()', t);
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_obligation_tables(text) IS
'Internal: creates the registers of notes, recommendations, measures and decisions, their catalogues and terms in the schema named region.';

CREATE FUNCTION region_obligation_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(110, 'reporting_day', $view$
	SELECT coalesce(nullif(current_setting('shnor.today', true), '')::date,
					(now() AT TIME ZONE coalesce((SELECT s.time_zone FROM setting s), 'Europe/Moscow'))::date) AS today
$view$),
(120, 'round_term', $view$
	-- the last day of each obligation of a round that has begun; a step without a term is owed all the same;
	-- terms count from the last day: ends_on is the day after it
	SELECT r.round_id, r.title AS round_title, v.step, coalesce(r.ends_on - 1, r.due_on) + t.days AS due_on, d.today
	FROM round r
	CROSS JOIN (VALUES ('note'), ('recommendation'), ('measure'), ('decision')) AS v(step)
	LEFT JOIN obligation_term t ON t.step = v.step
	CROSS JOIN reporting_day d
	WHERE r.state <> 'draft'
$view$),
(900, 'note_status', $view$
	-- a note that nobody has asked for is shown, but not owed: it has no term
	SELECT i.round_id, i.round_title, i.municipality_id, i.municipality, i.position, i.indicator, i.title,
		   i.percent, i.threshold, i.plan, i.score, i.note_required, o.due_on,
		   n.note_id, n.received_on, n.reason AS stated_reason, n.state AS note_state,
		   CASE WHEN n.state <> 'returned' THEN 'received' WHEN t.today > o.due_on THEN 'overdue' ELSE 'due' END AS state,
		   greatest(CASE WHEN n.state <> 'returned' THEN n.first_on ELSE t.today END - o.due_on, 0) AS days_late
	FROM municipal_indicator i
	JOIN round_term t ON t.round_id = i.round_id AND t.step = 'note'
	CROSS JOIN LATERAL (SELECT CASE WHEN i.note_required THEN t.due_on END AS due_on) AS o
	LEFT JOIN (
		-- the last note that stands, one that was sent back only where there is no other; in time if the first of them was
		SELECT DISTINCT ON (n.round_id, n.municipality_id, n.indicator) n.*,
			   min(n.received_on) FILTER (WHERE n.state <> 'returned') OVER (PARTITION BY n.round_id, n.municipality_id, n.indicator) AS first_on
		FROM note n
		ORDER BY n.round_id, n.municipality_id, n.indicator, n.state = 'returned', n.received_on DESC, n.note_id DESC
	) AS n ON n.round_id = i.round_id AND n.municipality_id = i.municipality_id AND n.indicator = i.indicator
	WHERE i.note_required OR n.state <> 'returned'
$view$),
(910, 'recommendation_due', $view$
	-- what was issued to the municipality, not to one of its schools: by the text, or else a text of one's own of that
	-- kind and addressee, one for each
	SELECT d.round_id, d.round_title, d.municipality_id, d.municipality, d.position, d.indicator, d.title,
		   d.template_id, d.kind, d.addressee, d.wording, t.due_on, g.recommendation_id, g.issued_on,
		   CASE WHEN g.recommendation_id IS NOT NULL THEN 'issued' WHEN t.today > t.due_on THEN 'overdue' ELSE 'due' END AS state,
		   greatest(coalesce(g.issued_on, t.today) - t.due_on, 0) AS days_late
	FROM (
		SELECT i.round_id, i.round_title, i.municipality_id, i.municipality, i.position, i.indicator, i.title,
			   p.template_id, p.kind, p.addressee, p.wording, g.recommendation_id, g.issued_on,
			   row_number() OVER (PARTITION BY i.round_id, i.municipality_id, i.indicator, p.kind, p.addressee, g.recommendation_id IS NULL
								  ORDER BY p.template_id) AS number
		FROM municipal_indicator i
		JOIN (
			SELECT r.round_id, p.indicator, shnor.methodology(p.template_id, shnor.condition_formula(p.condition), NULL, NULL, 'exclude') AS methodology
			FROM recommendation_template p
			JOIN round r ON (p.valid_from IS NULL OR p.valid_from <= r.cohort_on) AND (p.valid_until IS NULL OR r.cohort_on < p.valid_until)
			GROUP BY r.round_id, p.indicator
		) AS k ON k.round_id = i.round_id AND k.indicator = i.indicator
		CROSS JOIN LATERAL shnor.contribution(k.methodology, i) AS c
		JOIN recommendation_template p ON p.template_id = c.id
		LEFT JOIN (
			SELECT DISTINCT ON (g.round_id, g.municipality_id, g.indicator, g.template_id) g.*
			FROM recommendation g
			WHERE g.school_id IS NULL AND g.template_id IS NOT NULL
			ORDER BY g.round_id, g.municipality_id, g.indicator, g.template_id, g.issued_on, g.recommendation_id
		) AS g ON g.round_id = i.round_id AND g.municipality_id = i.municipality_id AND g.indicator = i.indicator AND g.template_id = p.template_id
		WHERE c.numerator = 1
	) AS d
	JOIN round_term t ON t.round_id = d.round_id AND t.step = 'recommendation'
	LEFT JOIN (
		SELECT w.*, row_number() OVER (PARTITION BY w.round_id, w.municipality_id, w.indicator, w.kind, w.addressee
									   ORDER BY w.issued_on, w.recommendation_id) AS number
		FROM recommendation w
		WHERE w.school_id IS NULL AND w.template_id IS NULL
	) AS w ON w.round_id = d.round_id AND w.municipality_id = d.municipality_id AND w.indicator = d.indicator
		AND w.kind = d.kind AND w.addressee = d.addressee AND w.number = d.number AND d.recommendation_id IS NULL
	CROSS JOIN LATERAL (SELECT coalesce(d.recommendation_id, w.recommendation_id) AS recommendation_id,
							   coalesce(d.issued_on, w.issued_on) AS issued_on) AS g
$view$),
(920, 'measure_status', $view$
	SELECT s.measure_id, s.round_id, s.municipality_id, m.name AS municipality, s.indicator, s.measure_kind, k.title AS kind_title,
		   s.title, s.legal_act_id, s.recommendation_id, s.starts_on, s.due_on, s.done_on,
		   CASE WHEN s.state IN ('planned', 'in_progress') AND d.today > s.due_on THEN 'overdue' ELSE s.state END AS state,
		   CASE WHEN s.state = 'cancelled' THEN 0 ELSE greatest(coalesce(s.done_on, d.today) - s.due_on, 0) END AS days_late,
		   (SELECT count(*) FROM measure_school w WHERE w.measure_id = s.measure_id) AS schools
	FROM measure s
	JOIN measure_kind k ON k.measure_kind = s.measure_kind
	CROSS JOIN reporting_day d
	LEFT JOIN municipality m ON m.municipality_id = s.municipality_id
$view$),
(930, 'decision_status', $view$
	SELECT s.decision_id, s.round_id, s.municipality_id, m.name AS municipality, s.indicator, s.decision_kind, k.title AS kind_title,
		   s.title, s.legal_act_id, s.measure_id, s.adopted_on, s.due_on, s.done_on,
		   CASE WHEN s.state IN ('planned', 'adopted') AND d.today > s.due_on THEN 'overdue' ELSE s.state END AS state,
		   CASE WHEN s.state = 'cancelled' THEN 0 ELSE greatest(coalesce(s.done_on, d.today) - s.due_on, 0) END AS days_late,
		   (SELECT count(*) FROM decision_school w WHERE w.decision_id = s.decision_id) AS schools
	FROM decision s
	JOIN decision_kind k ON k.decision_kind = s.decision_kind
	CROSS JOIN reporting_day d
	LEFT JOIN municipality m ON m.municipality_id = s.municipality_id
$view$),
(940, 'obligation', $view$
	-- the ledger: from each figure to what must follow from it; a negative result calls for all four steps,
	-- any other for recommendations
	SELECT o.round_id, o.round_title, o.municipality_id, o.municipality, o.position, o.indicator, o.title,
		   o.numerator, o.denominator, o.percent, o.threshold, o.plan, o.score, o.note_required,
		   o.note_state, o.note_due_on, o.note_received_on,
		   o.recommendation_state, o.recommendation_due_on, o.recommendations_due, o.recommendations_issued,
		   o.measure_state, o.measure_due_on, o.measures, o.measures_done,
		   o.decision_state, o.decision_due_on, o.decisions, o.decisions_done,
		   'overdue' IN (o.note_state, o.recommendation_state, o.measure_state, o.decision_state) AS overdue,
		   coalesce(nullif(concat_ws('; ',
			   CASE o.note_state
				   WHEN 'due' THEN concat('ждём ', CASE WHEN o.note_returned THEN 'исправленную ' END, 'аналитическую записку')
								   || coalesce(' до ' || to_char(o.note_due_on, 'DD.MM.YYYY'), ', срок не установлен')
				   WHEN 'overdue' THEN CASE WHEN o.note_returned THEN 'аналитическая записка возвращена и не исправлена' ELSE 'нет аналитической записки' END
									   || ', срок был ' || to_char(o.note_due_on, 'DD.MM.YYYY') END,
			   CASE WHEN o.recommendation_state = 'done' THEN NULL
				   WHEN o.recommendations_due = 0 THEN 'в справочнике нет подходящей рекомендации'
				   ELSE format('рекомендации: выдано %s из %s', o.recommendations_issued, o.recommendations_due)
						|| coalesce(CASE o.recommendation_state WHEN 'overdue' THEN ', срок был ' ELSE ', срок ' END || to_char(o.recommendation_due_on, 'DD.MM.YYYY'), ', срок не установлен') END,
			   CASE o.measure_state
				   WHEN 'due' THEN 'нужны меры' || coalesce(' до ' || to_char(o.measure_due_on, 'DD.MM.YYYY'), ', срок не установлен')
				   WHEN 'overdue' THEN CASE WHEN o.measures = 0 THEN 'мер нет, срок был ' || to_char(o.measure_due_on, 'DD.MM.YYYY')
											ELSE format('меры просрочены: выполнено %s из %s', o.measures_done, o.measures) END END,
			   CASE o.decision_state
				   WHEN 'due' THEN 'нужно управленческое решение' || coalesce(' до ' || to_char(o.decision_due_on, 'DD.MM.YYYY'), ', срок не установлен')
				   WHEN 'overdue' THEN CASE WHEN o.decisions = 0 THEN 'управленческого решения нет, срок был ' || to_char(o.decision_due_on, 'DD.MM.YYYY')
											ELSE format('решения просрочены: исполнено %s из %s', o.decisions_done, o.decisions) END END
		   ), ''), 'Всё сделано или выполняется в срок') AS missing
	FROM (
		SELECT i.round_id, i.round_title, i.municipality_id, i.municipality, i.position, i.indicator, i.title,
			   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.note_required,
			   coalesce(n.state, 'not_required') AS note_state, n.due_on AS note_due_on,
			   CASE WHEN n.state = 'received' THEN n.received_on END AS note_received_on,
			   coalesce(n.note_state = 'returned', false) AS note_returned,
			   -- all that the catalogue has for the result, or else one written for it
			   CASE WHEN g.issued = g.texts OR g.texts IS NULL AND w.written THEN 'done' WHEN rt.today > rt.due_on THEN 'overdue' ELSE 'due' END AS recommendation_state,
			   rt.due_on AS recommendation_due_on, coalesce(g.texts, 0) AS recommendations_due, coalesce(g.issued, 0) AS recommendations_issued,
			   CASE WHEN a.total > 0 THEN CASE WHEN a.overdue > 0 THEN 'overdue' WHEN a.done = a.total THEN 'done' ELSE 'in_progress' END
				   WHEN NOT i.note_required THEN 'not_required' WHEN mt.today > mt.due_on THEN 'overdue' ELSE 'due' END AS measure_state,
			   CASE WHEN i.note_required THEN mt.due_on END AS measure_due_on, coalesce(a.total, 0) AS measures, coalesce(a.done, 0) AS measures_done,
			   CASE WHEN e.total > 0 THEN CASE WHEN e.overdue > 0 THEN 'overdue' WHEN e.done = e.total THEN 'done' ELSE 'in_progress' END
				   WHEN NOT i.note_required THEN 'not_required' WHEN dt.today > dt.due_on THEN 'overdue' ELSE 'due' END AS decision_state,
			   CASE WHEN i.note_required THEN dt.due_on END AS decision_due_on, coalesce(e.total, 0) AS decisions, coalesce(e.done, 0) AS decisions_done
		FROM municipal_indicator i
		JOIN round_term rt ON rt.round_id = i.round_id AND rt.step = 'recommendation'
		JOIN round_term mt ON mt.round_id = i.round_id AND mt.step = 'measure'
		JOIN round_term dt ON dt.round_id = i.round_id AND dt.step = 'decision'
		LEFT JOIN note_status n ON n.round_id = i.round_id AND n.municipality_id = i.municipality_id AND n.indicator = i.indicator
		LEFT JOIN (SELECT g.round_id, g.municipality_id, g.indicator, count(*) AS texts, count(g.recommendation_id) AS issued
				   FROM recommendation_due g GROUP BY g.round_id, g.municipality_id, g.indicator) AS g
			ON g.round_id = i.round_id AND g.municipality_id = i.municipality_id AND g.indicator = i.indicator
		CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM recommendation x WHERE x.round_id = i.round_id AND x.municipality_id = i.municipality_id
										   AND x.indicator = i.indicator AND x.school_id IS NULL) AS written) AS w
		LEFT JOIN (SELECT s.round_id, s.municipality_id, s.indicator, count(*) AS total,
						  count(*) FILTER (WHERE s.state = 'done') AS done, count(*) FILTER (WHERE s.state = 'overdue') AS overdue
				   FROM measure_status s WHERE s.state <> 'cancelled' GROUP BY s.round_id, s.municipality_id, s.indicator) AS a
			ON a.round_id = i.round_id AND a.municipality_id = i.municipality_id AND a.indicator = i.indicator
		LEFT JOIN (SELECT s.round_id, s.municipality_id, s.indicator, count(*) AS total,
						  count(*) FILTER (WHERE s.state = 'done') AS done, count(*) FILTER (WHERE s.state = 'overdue') AS overdue
				   FROM decision_status s WHERE s.state <> 'cancelled' GROUP BY s.round_id, s.municipality_id, s.indicator) AS e
			ON e.round_id = i.round_id AND e.municipality_id = i.municipality_id AND e.indicator = i.indicator
	) AS o
$view$)
$function$;
COMMENT ON FUNCTION region_obligation_views() IS
'Internal: the views of notes, recommendations, measures and decisions that are due, done or late, and the ledger over them.';
-- Identification (clauses 1.2.4 and 1.2.8): what the results of assessments say beside the legal list.
-- Rules are data, formulas of the methodology's language; orders put a school on the list and take it off,
-- and the views only show where the rule and the list differ.

CREATE FUNCTION region_identification_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE result (
		year			integer NOT NULL CHECK (year BETWEEN 1990 AND 2200),
		school_id		integer NOT NULL REFERENCES school,
		assessment		text NOT NULL CHECK (assessment <> ''),
		subject			text NOT NULL CHECK (subject <> ''),
		grade			smallint NOT NULL CHECK (grade BETWEEN 1 AND 12),
		participants	integer NOT NULL CHECK (participants >= 0),
		below_minimum	integer NOT NULL,
		marks_sum		bigint CHECK (marks_sum >= 0),
		source			text,
		PRIMARY KEY (year, school_id, assessment, subject, grade),
		CONSTRAINT result_below_minimum CHECK (below_minimum BETWEEN 0 AND participants)
	);
	CREATE INDEX ON result (school_id);

	CREATE TABLE identification_rule (
		rule_id			integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		status			text NOT NULL CHECK (status IN ('low_results', 'adverse_conditions', 'risk_zone')),
		title			text NOT NULL CHECK (title <> ''),
		item_condition	text NOT NULL CHECK (item_condition <> ''),
		enter_condition	text NOT NULL CHECK (enter_condition <> ''),
		leave_condition	text NOT NULL CHECK (leave_condition <> ''),
		legal_act_id	integer REFERENCES legal_act,
		source_note		text,
		valid_from		date,
		valid_until		date,
		UNIQUE NULLS NOT DISTINCT (status, valid_from),
		CHECK (valid_from < valid_until)
	);

	CREATE TRIGGER check_versions AFTER INSERT OR UPDATE ON identification_rule
		FOR EACH ROW EXECUTE FUNCTION check_versions('status');
END
$function$;
COMMENT ON FUNCTION region_identification_tables(text) IS
'Internal: creates the results of assessments and the rules of identification in the schema named region.';

CREATE FUNCTION region_identification_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	-- the methodology has no rule; leaving is the exact negation of entering, so neither is the stricter
	INSERT INTO identification_rule (status, title, item_condition, enter_condition, leave_condition, source_note) VALUES
	('low_results',
	 'ниже минимума не менее 30 % участников в двух и более результатах года (результат — процедура, предмет, класс), хотя бы в одном из них второй год подряд; считаются результаты, где не менее 10 участников',
	 'participants >= 10 AND 100 * below_minimum >= 30 * participants',
	 'marked >= 2 AND repeated >= 1',
	 'marked < 2 OR repeated = 0',
	 'В методике правила нет. Так, по сообщению печати, школы с низкими результатами определяют в другом регионе России; правило нужно подтвердить приказом департамента.'),
	('risk_zone',
	 'ниже минимума не менее 30 % участников хотя бы в одном результате года (результат — процедура, предмет, класс); считаются результаты, где не менее 10 участников',
	 'participants >= 10 AND 100 * below_minimum >= 30 * participants',
	 'marked >= 1',
	 'marked = 0',
	 'В методике правила нет. Составлено по правилу для ШНОР, которое, по сообщению печати, действует в другом регионе России: та же отметка, но достаточно одной; правило нужно подтвердить приказом департамента.');
END
$function$;
COMMENT ON FUNCTION region_identification_seed(text) IS
'Internal: rules of identification to begin with; each says that an order must confirm it.';

CREATE FUNCTION region_identification_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1000, 'school_result', $view$
	SELECT t.year, t.school_id, t.assessments, t.participants, t.below_minimum,
		   shnor.percent(shnor.share(t.below_minimum, t.participants))::numeric(7,4) AS percent
	FROM (
		SELECT r.year, r.school_id, count(*) AS assessments,
			   sum(r.participants) AS participants, sum(r.below_minimum) AS below_minimum
		FROM result r
		GROUP BY r.year, r.school_id
	) AS t
$view$),
(1010, 'result_mark', $view$
	-- every result under every rule: the windows look at the same assessment exactly one year before
	SELECT m.year, m.school_id, m.assessment, m.subject, m.grade, m.participants, m.below_minimum,
		   m.previous_participants, m.previous_below, m.rule_id, m.status, m.marked,
		   bool_or(m.marked) OVER the_year_before AS marked_before
	FROM (
		SELECT r.year, r.school_id, r.assessment, r.subject, r.grade, r.participants, r.below_minimum,
			   r.previous_participants, r.previous_below, i.rule_id, i.status, c.numerator = 1 AS marked
		FROM (
			SELECT shnor.methodology(i.rule_id, shnor.condition_formula(i.item_condition), NULL, NULL, NULL) AS methodology
			FROM identification_rule i
			HAVING count(*) > 0
		) AS k
		CROSS JOIN (
			SELECT r.year, r.school_id, r.assessment, r.subject, r.grade, r.participants, r.below_minimum, r.marks_sum,
				   max(r.participants) OVER the_year_before AS previous_participants,
				   max(r.below_minimum) OVER the_year_before AS previous_below
			FROM result r
			WINDOW the_year_before AS (PARTITION BY r.school_id, r.assessment, r.subject, r.grade
									   ORDER BY r.year RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)
		) AS r
		CROSS JOIN LATERAL shnor.contribution(k.methodology, r) AS c
		JOIN identification_rule i ON i.rule_id = c.id
	) AS m
	WINDOW the_year_before AS (PARTITION BY m.rule_id, m.school_id, m.assessment, m.subject, m.grade
							   ORDER BY m.year RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)
$view$),
(1020, 'school_mark', $view$
	-- a result that the rule cannot judge leaves the number of marks unknown: it is no result without a mark
	SELECT f.year, f.school_id, f.rule_id, f.status, f.assessments, f.unjudged,
		   CASE WHEN f.unjudged = 0 THEN f.marks END AS marked,
		   CASE WHEN f.unjudged = 0 AND f.unjudged_before = 0 THEN f.marks_twice END AS repeated,
		   f.assessments_before,
		   CASE WHEN f.unjudged_before = 0 THEN f.marks_before END AS marked_before,
		   f.participants, f.below_minimum
	FROM (
		SELECT s.*,
			   -- NULL where there was no result at all
			   max(s.assessments) OVER the_year_before AS assessments_before,
			   max(s.unjudged) OVER the_year_before AS unjudged_before,
			   max(s.marks) OVER the_year_before AS marks_before
		FROM (
			SELECT m.year, m.school_id, m.rule_id, m.status, count(*) AS assessments,
				   count(*) - count(m.marked) AS unjudged,
				   count(*) FILTER (WHERE m.marked) AS marks,
				   count(*) FILTER (WHERE m.marked AND m.marked_before) AS marks_twice,
				   sum(m.participants) AS participants, sum(m.below_minimum) AS below_minimum
			FROM result_mark m
			GROUP BY m.year, m.school_id, m.rule_id, m.status
		) AS s
		WINDOW the_year_before AS (PARTITION BY s.rule_id, s.school_id
								   ORDER BY s.year RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)
	) AS f
$view$),
(1030, 'identification_case', $view$
	-- what the conditions of a rule see, by the rule that holds on the round's day
	SELECT r.round_id, m.municipality_id, m.school_id, i.rule_id, i.status,
		   CASE i.status WHEN 'low_results' THEN m.low_results WHEN 'risk_zone' THEN m.risk_zone ELSE m.adverse_conditions END AS listed,
		   r.results_year AS year, f.assessments, f.unjudged, f.marked, f.repeated, f.assessments_before, f.marked_before,
		   f.participants, f.below_minimum
	FROM round r
	JOIN identification_rule i ON (i.valid_from IS NULL OR i.valid_from <= r.cohort_on)
							  AND (i.valid_until IS NULL OR r.cohort_on < i.valid_until)
	JOIN round_member m ON m.round_id = r.round_id AND m.kind = 'school'
	LEFT JOIN school_mark f ON f.year = r.results_year AND f.school_id = m.school_id AND f.rule_id = i.rule_id
$view$),
(1040, 'identification', $view$
	SELECT d.round_id, d.municipality_id, m.name AS municipality, d.school_id, o.name AS school, d.status, d.listed, d.year,
		   d.assessments, d.marked, d.repeated, d.marked_before, d.candidate,
		   CASE
			   WHEN d.candidate IS NULL THEN 'no_data'
			   WHEN d.candidate AND NOT d.listed THEN 'should_enter'
			   WHEN d.listed AND NOT d.candidate THEN 'should_leave'
			   ELSE 'none'
		   END AS difference,
		   concat_ws(' ',
			   format(CASE WHEN d.listed THEN 'В перечне (%s): %s.' ELSE 'Не в перечне (%s).' END,
					  CASE d.status WHEN 'low_results' THEN 'ШНОР' WHEN 'risk_zone' THEN 'зона риска' ELSE 'ШНСУ' END,
					  coalesce(a.issuer || ', № ' || a.number || ' от ' || to_char(a.issued_on, 'DD.MM.YYYY'), 'приказ не указан')),
			   CASE
				   WHEN d.assessments IS NULL THEN format('Результатов за %s год нет.', d.year)
				   WHEN d.unjudged > 0 THEN format('За %s год результатов: %s, из них правило не может судить: %s.', d.year, d.assessments, d.unjudged)
				   ELSE format('За %s год отмечено результатов: %s из %s; %s.', d.year, d.marked, d.assessments,
							   CASE
								   WHEN d.assessments_before IS NULL THEN format('отмечены ли они второй год подряд, неизвестно: за %s год результатов нет', d.year - 1)
								   WHEN d.repeated IS NULL THEN 'отмечены ли они второй год подряд, правило судить не может'
								   ELSE format('второй год подряд: %s', d.repeated)
							   END)
			   END,
			   CASE
				   WHEN d.candidate IS NULL THEN 'Судить нельзя.'
				   WHEN d.listed AND d.candidate THEN 'Условие исключения не выполнено.'
				   WHEN d.listed THEN 'Выполнено условие исключения.'
				   WHEN d.candidate THEN 'Выполнено условие включения.'
				   ELSE 'Условие включения не выполнено.'
			   END,
			   format('Правило: %s. Результат отмечается, если %s; %s, если %s.', i.title, i.item_condition,
					  CASE WHEN d.listed THEN 'школа исключается' ELSE 'школа включается' END,
					  CASE WHEN d.listed THEN i.leave_condition ELSE i.enter_condition END)) AS reason,
		   d.rule_id
	FROM (
		SELECT c.*, CASE WHEN c.listed THEN l.numerator = 0 ELSE e.numerator = 1 END AS candidate
		FROM (
			-- sorted by the rule, so that each is compiled once
			SELECT c.*, k.enter, k.leave
			FROM identification_case c
			JOIN (
				SELECT i.rule_id,
					   shnor.methodology(i.rule_id, shnor.condition_formula(i.enter_condition), NULL, NULL, NULL) AS enter,
					   shnor.methodology(i.rule_id, shnor.condition_formula(i.leave_condition), NULL, NULL, NULL) AS leave
				FROM identification_rule i
				GROUP BY i.rule_id
			) AS k ON k.rule_id = c.rule_id
			ORDER BY c.rule_id
		) AS c
		JOIN LATERAL shnor.contribution(c.enter, c) AS e ON e.id = c.rule_id
		JOIN LATERAL shnor.contribution(c.leave, c) AS l ON l.id = c.rule_id
	) AS d
	JOIN identification_rule i ON i.rule_id = d.rule_id
	JOIN round r ON r.round_id = d.round_id
	JOIN municipality m ON m.municipality_id = d.municipality_id
	JOIN school o ON o.school_id = d.school_id
	LEFT JOIN school_status s ON s.school_id = d.school_id AND s.status = d.status
		AND s.since <= r.cohort_on AND (s.until IS NULL OR r.cohort_on < s.until)
	LEFT JOIN legal_act a ON a.legal_act_id = s.legal_act_id
$view$)
$function$;
COMMENT ON FUNCTION region_identification_views() IS
'Internal: the views from results of assessments to the differences between the rules of identification and the legal list.';

CREATE FUNCTION region_identification_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('result', NULL, 'Результаты оценочных процедур (данные ИРЦОКО): один результат — год, школа, процедура, предмет и класс. Нет строки — нет данных, а не ноль.'),
('result', 'year', 'Год процедуры.'),
('result', 'school_id', 'Школа.'),
('result', 'assessment', 'Процедура: ЕГЭ, ОГЭ, ВПР и другие. Пишется всегда одинаково.'),
('result', 'subject', 'Предмет. Пишется всегда одинаково.'),
('result', 'grade', 'Класс.'),
('result', 'participants', 'Участников, человек.'),
('result', 'below_minimum', 'Из них не достигли минимального порога, человек.'),
('result', 'marks_sum', 'Сумма баллов или отметок всех участников. Пусто: неизвестна.'),
('result', 'source', 'Откуда данные.'),
('identification_rule', NULL, 'Правила, по которым результаты указывают на ШНОР, ШНСУ и зону риска (п. 1.2.4, 1.2.8). Перечень составляет приказ, а не правило.'),
('identification_rule', 'rule_id', 'Номер правила: его называет сообщение об ошибке в формуле.'),
('identification_rule', 'status', 'Статус, о котором правило: low_results — ШНОР, adverse_conditions — ШНСУ, risk_zone — зона риска. Два правила об одном статусе в один день не действуют.'),
('identification_rule', 'title', 'Правило словами, как в отчёте: продолжает слово «Правило:».'),
('identification_rule', 'item_condition', 'Когда отмечается результат (строка таблицы result). Условие над participants, below_minimum, marks_sum, grade и previous_participants, previous_below — теми же числами годом раньше (пусто, если строки нет).'),
('identification_rule', 'enter_condition', 'Когда школе не из перечня пора в него. Условие над assessments (результатов за год), marked (отмечено), repeated (отмечено второй год подряд; пусто, если за прошлый год результатов нет), assessments_before, marked_before (то же годом раньше), participants, below_minimum (суммы), unjudged (результатов, о которых условие отметки не может судить) и listed (в перечне ли).'),
('identification_rule', 'leave_condition', 'Когда школе из перечня пора из него. Условие над теми же столбцами.'),
('identification_rule', 'legal_act_id', 'Приказ, которым правило установлено. Пусто: не установлено.'),
('identification_rule', 'source_note', 'Откуда правило и что с ним ещё нужно сделать.'),
('identification_rule', 'valid_from', 'Первый день действия; сравнивается с датой состава мониторинга. Пусто: действует с начала.'),
('school_result', NULL, 'Результаты школы за год: суммы по всем процедурам, предметам и классам; одна строка на год и школу. Человек, у которого результаты по двум предметам, считается дважды.'),
('school_result', 'year', 'Год процедур.'),
('school_result', 'assessments', 'Сколько результатов (строк таблицы result).'),
('school_result', 'participants', 'Участий всего.'),
('school_result', 'below_minimum', 'Из них ниже минимума.'),
('school_result', 'percent', 'Доля ниже минимума, %. Пусто, если участников не было.'),
('result_mark', NULL, 'Каждый результат по каждому правилу: отмечен ли он сейчас и годом раньше. Так от вывода об идентификации приходят к результатам.'),
('result_mark', 'year', 'Год процедуры.'),
('result_mark', 'assessment', 'Процедура.'),
('result_mark', 'subject', 'Предмет.'),
('result_mark', 'grade', 'Класс.'),
('result_mark', 'participants', 'Участников.'),
('result_mark', 'below_minimum', 'Ниже минимума.'),
('result_mark', 'previous_participants', 'Участников годом раньше: та же процедура, предмет и класс. Пусто: не было.'),
('result_mark', 'previous_below', 'Из них ниже минимума. Пусто: не было.'),
('result_mark', 'rule_id', 'Правило.'),
('result_mark', 'status', 'Статус, о котором правило.'),
('result_mark', 'marked', 'Отмечен. Пусто: правило судить не может.'),
('result_mark', 'marked_before', 'Результат той же процедуры, предмета и класса отмечен годом раньше. Пусто: его не было или правило судить не может.'),
('school_mark', NULL, 'Служебное: отмеченные результаты школы за год по каждому правилу. Для отчётов — identification.'),
('school_mark', 'year', 'Год процедур.'),
('school_mark', 'rule_id', 'Правило.'),
('school_mark', 'status', 'Статус, о котором правило.'),
('school_mark', 'assessments', 'Сколько результатов (процедура, предмет, класс) у школы за год. Пусто: нет ни одного.'),
('school_mark', 'unjudged', 'О скольких из них условие отметки не может судить.'),
('school_mark', 'marked', 'Сколько отмечено. Пусто: неизвестно.'),
('school_mark', 'repeated', 'Сколько отмечено второй год подряд. Пусто: неизвестно или за прошлый год результатов нет.'),
('school_mark', 'assessments_before', 'Сколько результатов годом раньше. Пусто: нет ни одного.'),
('school_mark', 'marked_before', 'Сколько отмечено годом раньше. Пусто: неизвестно.'),
('school_mark', 'participants', 'Участий всего.'),
('school_mark', 'below_minimum', 'Из них ниже минимума.'),
('identification_case', NULL, 'Служебное: что видят условия включения и исключения. Для отчётов — identification.'),
('identification_case', 'rule_id', 'Правило, действующее на дату состава мониторинга.'),
('identification_case', 'status', 'Статус, о котором правило.'),
('identification_case', 'listed', 'Школа в перечне на дату состава мониторинга.'),
('identification_case', 'year', 'Год процедур, на которых стоит перечень мониторинга.'),
('identification_case', 'assessments', 'Сколько результатов (процедура, предмет, класс) у школы за год. Пусто: нет ни одного.'),
('identification_case', 'unjudged', 'О скольких из них условие отметки не может судить.'),
('identification_case', 'marked', 'Сколько отмечено. Пусто: неизвестно.'),
('identification_case', 'repeated', 'Сколько отмечено второй год подряд. Пусто: неизвестно или за прошлый год результатов нет.'),
('identification_case', 'assessments_before', 'Сколько результатов годом раньше. Пусто: нет ни одного.'),
('identification_case', 'marked_before', 'Сколько отмечено годом раньше. Пусто: неизвестно.'),
('identification_case', 'participants', 'Участий всего.'),
('identification_case', 'below_minimum', 'Из них ниже минимума.'),
('identification', NULL, 'Перечень и правило рядом: одна строка на мониторинг, школу и статус, о котором есть правило. Перечень всегда решает; здесь видно, где результаты с ним расходятся и почему.'),
('identification', 'school_id', 'Школа.'),
('identification', 'school', 'Название школы.'),
('identification', 'status', 'Статус: low_results — ШНОР, adverse_conditions — ШНСУ, risk_zone — зона риска.'),
('identification', 'listed', 'Школа в перечне на дату состава мониторинга: так решил приказ.'),
('identification', 'year', 'Год процедур, на которых стоит перечень мониторинга.'),
('identification', 'assessments', 'Сколько результатов (процедура, предмет, класс) у школы за год. Пусто: нет ни одного.'),
('identification', 'marked', 'Сколько отмечено. Пусто: неизвестно.'),
('identification', 'repeated', 'Сколько отмечено второй год подряд. Пусто: неизвестно или за прошлый год результатов нет.'),
('identification', 'marked_before', 'Сколько отмечено годом раньше. Пусто: неизвестно.'),
('identification', 'candidate', 'Результаты указывают на этот статус: не в перечне — выполнено условие включения, в перечне — не выполнено условие исключения. Пусто: судить нельзя.'),
('identification', 'difference', 'Расхождение: none — нет, should_enter — по правилу пора включить, should_leave — пора исключить, no_data — данных не хватает.'),
('identification', 'reason', 'Почему: что решил приказ, сколько результатов отмечено и что говорит правило.'),
('identification', 'rule_id', 'Правило.')
$function$;
COMMENT ON FUNCTION region_identification_comments() IS
'Internal: Russian comments of results and identification.';
-- Dynamics (tables 1.2.2; clause 1.2.8): what has changed between one round and the next, of each indicator and of
-- results. The change is split into the effect of the schools that are in both lists and that of the list's turnover,
-- which add up to it exactly; «выросло» or «снизилось» is said only outside the noise (Newcombe's interval, n >= min_n).
-- While answers are missing, only what holds whatever they will be is said.
--   P0 -> P1 the figures, p0 -> p1 the same over the schools in both lists:
--   P1 - P0 = (p1 - p0)  +  ((P1 - p1) - (P0 - p0)), on percents as reported, rounded to 4 digits.

CREATE FUNCTION region_change_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1100, 'round_pair', $view$
	SELECT p.round_id, p.round_title, p.results_year, p.previous_round_id, p.previous_round_title, p.previous_results_year,
		   p.is_open, p.previous_is_open
	FROM (SELECT r.round_id, r.title AS round_title, r.results_year,
				 lag(r.round_id) OVER w AS previous_round_id, lag(r.title) OVER w AS previous_round_title,
				 lag(r.results_year) OVER w AS previous_results_year,
				 r.state <> 'closed' AS is_open, lag(r.state <> 'closed') OVER w AS previous_is_open
		  FROM round r
		  WHERE r.state <> 'draft'
		  WINDOW w AS (ORDER BY r.cohort_on, r.round_id)) AS p
	WHERE p.previous_round_id IS NOT NULL
$view$),
(1105, 'round_side', $view$
	-- both rounds of a pair as rows, so that what they hold is joined by equality: one pass, whatever the plan
	SELECT p.round_id, p.previous_round_id, s.is_after,
		   CASE WHEN s.is_after THEN p.round_id ELSE p.previous_round_id END AS side_round_id,
		   CASE WHEN s.is_after THEN p.results_year ELSE p.previous_results_year END AS side_results_year,
		   p.previous_results_year < p.results_year AS newer_results
	FROM round_pair p
	CROSS JOIN (VALUES (false), (true)) AS s(is_after)
$view$),
(1110, 'indicator_change_sum', $view$
	-- the figures as reported before and after, and the sums over the schools that are in an indicator's list in both
	-- rounds. Put together by grouping, not by joins: nothing here depends on the planner's guesses of row counts.
	SELECT g.scope, g.round_id, g.previous_round_id, g.municipality_id, d.position, g.indicator, d.title, d.unit, d.polarity,
		   g.numerator_before, g.denominator_before, g.percent_before, g.numerator_after, g.denominator_after, g.percent_after,
		   d.unit = 'yes_no' AND g.scope = 'municipality' AS own_answer,
		   d.level = 'municipality' AS no_list,
		   (d.level, d.unit, d.numerator, d.denominator, d.cohort, d.missing, d.institution_kinds)
			   IS NOT DISTINCT FROM (e.level, e.unit, e.numerator, e.denominator, e.cohort, e.missing, e.institution_kinds) AS comparable,
		   g.answered_before, g.missing_before, g.answered_after, g.missing_after,
		   g.schools_both, g.schools_left, g.schools_joined,
		   g.numerator_both_before, g.denominator_both_before, g.numerator_both_after, g.denominator_both_after,
		   d.denominator IS NULL AS counts_rows,
		   g.denominator_before + CASE e.missing WHEN 'no' THEN 0 ELSE g.missing_before END AS rows_before,
		   g.denominator_after + CASE d.missing WHEN 'no' THEN 0 ELSE g.missing_after END AS rows_after
	FROM (
		SELECT w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.indicator,
			   max(w.numerator) FILTER (WHERE w.figure AND NOT w.is_after) AS numerator_before,
			   max(w.denominator) FILTER (WHERE w.figure AND NOT w.is_after) AS denominator_before,
			   max(w.percent) FILTER (WHERE w.figure AND NOT w.is_after)::numeric(25,4) AS percent_before,
			   max(w.numerator) FILTER (WHERE w.figure AND w.is_after) AS numerator_after,
			   max(w.denominator) FILTER (WHERE w.figure AND w.is_after) AS denominator_after,
			   max(w.percent) FILTER (WHERE w.figure AND w.is_after)::numeric(25,4) AS percent_after,
			   max(w.answered) FILTER (WHERE w.figure AND NOT w.is_after) AS answered_before,
			   max(w.missing) FILTER (WHERE w.figure AND NOT w.is_after) AS missing_before,
			   max(w.answered) FILTER (WHERE w.figure AND w.is_after) AS answered_after,
			   max(w.missing) FILTER (WHERE w.figure AND w.is_after) AS missing_after,
			   count(*) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 2) AS schools_both,
			   count(*) FILTER (WHERE NOT w.figure AND NOT w.is_after AND w.sides = 1) AS schools_left,
			   count(*) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 1) AS schools_joined,
			   coalesce(sum(w.numerator) FILTER (WHERE NOT w.figure AND NOT w.is_after AND w.sides = 2), 0)::bigint AS numerator_both_before,
			   coalesce(sum(w.denominator) FILTER (WHERE NOT w.figure AND NOT w.is_after AND w.sides = 2), 0)::bigint AS denominator_both_before,
			   coalesce(sum(w.numerator) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 2), 0)::bigint AS numerator_both_after,
			   coalesce(sum(w.denominator) FILTER (WHERE NOT w.figure AND w.is_after AND w.sides = 2), 0)::bigint AS denominator_both_after
		FROM (
			SELECT true AS figure, i.scope, p.round_id, p.previous_round_id, i.municipality_id, i.indicator,
				   i.numerator, i.denominator, i.percent, i.answered, i.missing, p.is_after, NULL::bigint AS sides
			FROM round_side p
			JOIN indicator_result i ON i.round_id = p.side_round_id
			UNION ALL
			-- a school that moves to another municipality leaves one list and joins another; in the region it stays
			SELECT false, c.scope, p.round_id, p.previous_round_id, CASE c.scope WHEN 'municipality' THEN s.municipality_id END,
				   s.indicator, s.numerator, s.denominator, NULL, NULL, NULL, p.is_after,
				   count(*) OVER (PARTITION BY c.scope, p.round_id, CASE c.scope WHEN 'municipality' THEN s.municipality_id END,
											   s.indicator, s.school_id)
			FROM round_side p
			JOIN school_indicator s ON s.round_id = p.side_round_id
			CROSS JOIN (VALUES ('municipality'), ('region')) AS c(scope)
			WHERE s.in_cohort
		) AS w
		GROUP BY w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.indicator
	) AS g
	-- an indicator that one of the rounds does not have cannot be compared
	JOIN round_indicator d ON d.round_id = g.round_id AND d.indicator = g.indicator
	JOIN round_indicator e ON e.round_id = g.previous_round_id AND e.indicator = g.indicator
	WHERE g.denominator_before IS NOT NULL AND g.denominator_after IS NOT NULL
$view$),
(1120, 'result_change_sum', $view$
	-- the same of results: pupils below the minimum among the schools that are ШНОР or ШНСУ. Of both lists is a school
	-- whose pupils took part in both years; one that stayed listed and has results of one year only comes or goes with
	-- them, or its dropping out would look like a change of those who stayed
	SELECT w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.assessment, w.subject, w.grade, w.newer_results,
		   sum(w.below_minimum) FILTER (WHERE NOT w.is_after) AS numerator_before, sum(w.participants) FILTER (WHERE NOT w.is_after) AS denominator_before,
		   sum(w.below_minimum) FILTER (WHERE w.is_after) AS numerator_after, sum(w.participants) FILTER (WHERE w.is_after) AS denominator_after,
		   count(*) FILTER (WHERE w.is_after AND w.paired) AS schools_both,
		   count(*) FILTER (WHERE w.participants > 0 AND NOT w.is_after AND w.lists = 1) AS schools_left,
		   count(*) FILTER (WHERE w.participants > 0 AND w.is_after AND w.lists = 1) AS schools_joined,
		   coalesce(sum(w.below_minimum) FILTER (WHERE NOT w.is_after AND w.paired), 0) AS numerator_both_before,
		   coalesce(sum(w.participants) FILTER (WHERE NOT w.is_after AND w.paired), 0) AS denominator_both_before,
		   coalesce(sum(w.below_minimum) FILTER (WHERE w.is_after AND w.paired), 0) AS numerator_both_after,
		   coalesce(sum(w.participants) FILTER (WHERE w.is_after AND w.paired), 0) AS denominator_both_after,
		   count(*) FILTER (WHERE w.participants > 0 AND w.lists = 2 AND NOT w.paired) AS schools_unpaired
	FROM (
		SELECT l.scope, l.round_id, l.previous_round_id, l.municipality_id, l.is_after, l.newer_results, l.lists,
			   s.assessment, s.subject, s.grade, s.below_minimum, s.participants,
			   count(*) FILTER (WHERE s.participants > 0)
					OVER (PARTITION BY l.scope, l.round_id, l.municipality_id, s.assessment, s.subject, s.grade, l.school_id) = 2 AS paired
		FROM (
			SELECT c.scope, p.round_id, p.previous_round_id, CASE c.scope WHEN 'municipality' THEN m.municipality_id END AS municipality_id,
				   m.school_id, p.is_after, p.side_results_year AS year, p.newer_results,
				   count(*) OVER (PARTITION BY c.scope, p.round_id, CASE c.scope WHEN 'municipality' THEN m.municipality_id END, m.school_id) AS lists
			FROM round_side p
			JOIN round_member m ON m.round_id = p.side_round_id
			CROSS JOIN (VALUES ('municipality'), ('region')) AS c(scope)
			WHERE m.kind = 'school' AND (m.low_results OR m.adverse_conditions)
		) AS l
		JOIN result s ON s.school_id = l.school_id AND s.year = l.year
	) AS w
	GROUP BY w.scope, w.round_id, w.previous_round_id, w.municipality_id, w.assessment, w.subject, w.grade, w.newer_results
$view$),
(1130, 'change_result', $view$
	-- every judgement of a change is made here
	SELECT j.topic, j.scope, p.round_id, p.round_title, p.previous_round_id, p.previous_round_title,
		   j.municipality_id, m.name AS municipality,
		   j.position, j.indicator, j.title, j.unit, j.assessment, j.subject, j.grade,
		   j.numerator_before, j.denominator_before, j.percent_before, j.numerator_after, j.denominator_after, j.percent_after,
		   j.change, j.both_lists_effect, (j.change - j.both_lists_effect)::numeric(26,4) AS turnover_effect,
		   j.schools_both, j.schools_left, j.schools_joined,
		   CASE
			   WHEN j.change IS NULL OR NOT j.comparable OR j.unanswered OR NOT j.whole OR j.unsettled THEN NULL
			   WHEN j.own_answer AND j.change = 0 THEN 'без изменений'
			   WHEN NOT j.own_answer AND (j.few OR NOT j.outside_noise) THEN 'в пределах колебаний'
			   WHEN j.change > 0 THEN 'выросло'
			   ELSE 'снизилось'
		   END AS claim,
		   CASE
			   WHEN j.change IS NULL THEN CASE WHEN j.percent_before IS NOT NULL THEN 'В этом мониторинге доли нет: сравнивать не с чем'
											   WHEN j.percent_after IS NOT NULL THEN 'В предыдущем мониторинге доли нет: сравнивать не с чем'
											   ELSE 'Доли нет ни в этом мониторинге, ни в предыдущем' END
			   WHEN NOT j.comparable THEN CASE j.topic WHEN 'result' THEN 'Результаты мониторинга не новее результатов предыдущего: сравнивать нельзя'
													   ELSE 'Определение показателя изменилось: сравнивать нельзя' END
			   WHEN j.unanswered AND NOT j.own_answer THEN
				   CASE WHEN j.answered_after > 0 THEN 'В предыдущем мониторинге никто не ответил: сравнивать не с чем'
						WHEN j.answered_before > 0 THEN 'В этом мониторинге никто не ответил: сравнивать не с чем'
						ELSE 'Никто не ответил ни в этом мониторинге, ни в предыдущем' END
			   WHEN NOT j.whole THEN 'Числитель больше знаменателя: проверьте ответы'
			   WHEN j.own_answer THEN format('Было: %s, стало: %s',
				   CASE WHEN j.answered_before = 0 THEN 'нет ответа' WHEN j.numerator_before > 0 THEN 'да' ELSE 'нет' END,
				   CASE WHEN j.answered_after = 0 THEN 'нет ответа' WHEN j.numerator_after > 0 THEN 'да' ELSE 'нет' END)
			   WHEN j.unsettled THEN concat_ws('; ',
				   format('Без ответа было %s, стало %s: вывод зависит от них', j.missing_before, j.missing_after), j.turnover)
			   WHEN j.few THEN format('Знаменатель меньше %s: судить об изменении нельзя', j.min_n)
			   ELSE concat_ws('; ',
				   format('%s (доверительная вероятность %s %%)',
						  CASE WHEN j.outside_noise THEN 'Больше случайных колебаний' ELSE 'Не больше случайных колебаний' END,
						  replace(trim_scale(100 * j.confidence)::text, '.', ',')),
				   j.turnover,
				   CASE WHEN j.schools_unpaired > 0 THEN format('из оставшихся с результатами только за один год: %s', j.schools_unpaired) END,
				   CASE WHEN j.both_lists_effect IS NULL THEN 'разложить изменение нельзя: у оставшихся школ нет доли' END,
				   CASE WHEN j.missing_before + j.missing_after > 0 THEN format('без ответа было %s, стало %s', j.missing_before, j.missing_after) END)
		   END AS reason,
		   -- like the claim, only outside the noise
		   CASE WHEN j.change <> 0 AND j.comparable AND NOT j.unanswered AND j.whole AND NOT j.unsettled AND j.polarity <> 'context'
					 AND (j.own_answer OR NOT j.few AND j.outside_noise)
				THEN (j.change > 0) = (j.polarity = 'higher_is_better') END AS better,
		   j.schools_unpaired
	FROM (
		SELECT s.*, g.min_n, g.confidence,
			   -- the schools of an indicator need not be on a list: its circle may be all schools
			   CASE WHEN NOT s.no_list THEN format('%s осталось %s, выбыло %s, вошло %s', CASE s.topic WHEN 'result' THEN 'в перечне' ELSE 'в круге показателя' END,
												   s.schools_both + coalesce(s.schools_unpaired, 0), s.schools_left, s.schools_joined) END AS turnover,
			   -- how many teachers stand behind a missing answer is not known: such shares wait until the round is closed
			   coalesce(NOT s.own_answer AND s.missing_before + s.missing_after > 0
						AND CASE WHEN s.counts_rows THEN v.lowest <> v.highest
								 ELSE q.previous_is_open AND s.missing_before > 0 OR q.is_open AND s.missing_after > 0 END, false) AS unsettled,
			   (s.percent_after - s.percent_before)::numeric(26,4) AS change,
			   CASE WHEN s.percent_before IS NULL OR s.percent_after IS NULL THEN NULL
					-- municipalities do not come and go; a list of which nobody stayed has changed by turnover alone
					WHEN s.no_list THEN s.percent_after - s.percent_before
					WHEN s.schools_both = 0 THEN 0
					ELSE shnor.percent(shnor.share(s.numerator_both_after, s.denominator_both_after))
						 - shnor.percent(shnor.share(s.numerator_both_before, s.denominator_both_before))
			   END::numeric(26,4) AS both_lists_effect,
			   least(s.denominator_before, s.denominator_after) < g.min_n AS few,
			   -- no answer scores like a no, and is not one: nothing is known to have changed
			   coalesce(least(s.answered_before, s.answered_after) = 0, false) AS unanswered,
			   s.numerator_before BETWEEN 0 AND s.denominator_before AND s.numerator_after BETWEEN 0 AND s.denominator_after AS whole,
			   CASE WHEN s.denominator_before > 0 AND s.denominator_after > 0
						 AND s.numerator_before BETWEEN 0 AND s.denominator_before AND s.numerator_after BETWEEN 0 AND s.denominator_after
					THEN shnor.changed(shnor.share(s.numerator_before, s.denominator_before),
									   shnor.share(s.numerator_after, s.denominator_after), g.confidence) END AS outside_noise
		FROM (
			SELECT 'indicator' AS topic, i.scope, i.round_id, i.municipality_id, i.position, i.indicator, i.title, i.unit, i.polarity,
				   NULL::text AS assessment, NULL::text AS subject, NULL::smallint AS grade,
				   i.numerator_before, i.denominator_before, i.percent_before, i.numerator_after, i.denominator_after, i.percent_after,
				   i.answered_before, i.missing_before, i.answered_after, i.missing_after,
				   i.own_answer, i.no_list, i.comparable, i.schools_both, i.schools_left, i.schools_joined,
				   i.numerator_both_before, i.denominator_both_before, i.numerator_both_after, i.denominator_both_after,
				   NULL::bigint AS schools_unpaired, i.counts_rows, i.rows_before, i.rows_after
			FROM indicator_change_sum i
			UNION ALL
			SELECT 'result', r.scope, r.round_id, r.municipality_id, NULL, NULL, NULL, NULL, 'lower_is_better',
				   r.assessment, r.subject, r.grade,
				   r.numerator_before, r.denominator_before, shnor.percent(shnor.share(r.numerator_before, r.denominator_before))::numeric(25,4),
				   r.numerator_after, r.denominator_after, shnor.percent(shnor.share(r.numerator_after, r.denominator_after))::numeric(25,4),
				   NULL, NULL, NULL, NULL, false, false, r.newer_results, r.schools_both, r.schools_left, r.schools_joined,
				   r.numerator_both_before, r.denominator_both_before, r.numerator_both_after, r.denominator_both_after,
				   r.schools_unpaired, false, NULL, NULL
			FROM result_change_sum r
		) AS s
		JOIN round_pair q ON q.round_id = s.round_id
		CROSS JOIN (SELECT coalesce(max(g.min_n), 10) AS min_n, coalesce(max(g.confidence), 0.95)::numeric(5,4) AS confidence FROM setting g) AS g
		-- the verdict on the figures and on the two ends of what missing answers leave possible: all yes before and no
		-- after, and the reverse. Between the ends a share can only lie between: where they agree, nothing else can come
		CROSS JOIN LATERAL (
			SELECT min(e.verdict) AS lowest, max(e.verdict) AS highest
			FROM (SELECT CASE WHEN least(x.d0, x.d1) < g.min_n OR NOT shnor.changed(shnor.share(x.n0, x.d0), shnor.share(x.n1, x.d1), g.confidence) THEN 0
							  ELSE sign(x.n1::numeric * x.d0 - x.n0::numeric * x.d1) END AS verdict
				  FROM (VALUES (s.numerator_before, s.denominator_before, s.numerator_after, s.denominator_after),
							   (s.numerator_before + s.missing_before, s.rows_before, s.numerator_after, s.rows_after),
							   (s.numerator_before, s.rows_before, s.numerator_after + s.missing_after, s.rows_after)) AS x(n0, d0, n1, d1)
				  WHERE s.counts_rows AND s.missing_before + s.missing_after > 0
					AND x.n0 BETWEEN 0 AND x.d0 AND x.n1 BETWEEN 0 AND x.d1) AS e
		) AS v
	) AS j
	JOIN round_pair p ON p.round_id = j.round_id
	LEFT JOIN municipality m ON m.municipality_id = j.municipality_id
$view$),
(1140, 'municipal_change', $view$
	SELECT c.round_id, c.round_title, c.previous_round_id, c.previous_round_title, c.municipality_id, c.municipality,
		   c.position, c.indicator, c.title, c.unit,
		   c.numerator_before, c.denominator_before, c.percent_before, c.numerator_after, c.denominator_after, c.percent_after,
		   c.change, c.both_lists_effect, c.turnover_effect, c.schools_both, c.schools_left, c.schools_joined, c.claim, c.reason, c.better
	FROM change_result c
	WHERE c.topic = 'indicator' AND c.scope = 'municipality'
$view$),
(1150, 'regional_change', $view$
	SELECT c.round_id, c.round_title, c.previous_round_id, c.previous_round_title,
		   c.position, c.indicator, c.title, c.unit,
		   c.numerator_before, c.denominator_before, c.percent_before, c.numerator_after, c.denominator_after, c.percent_after,
		   c.change, c.both_lists_effect, c.turnover_effect, c.schools_both, c.schools_left, c.schools_joined, c.claim, c.reason, c.better
	FROM change_result c
	WHERE c.topic = 'indicator' AND c.scope = 'region'
$view$),
(1160, 'result_change', $view$
	SELECT c.round_id, c.round_title, c.previous_round_id, c.previous_round_title, c.municipality_id, c.municipality,
		   c.assessment, c.subject, c.grade,
		   c.numerator_before, c.denominator_before, c.percent_before, c.numerator_after, c.denominator_after, c.percent_after,
		   c.change, c.both_lists_effect, c.turnover_effect, c.schools_both, c.schools_left, c.schools_joined, c.claim, c.reason, c.better,
		   c.schools_unpaired
	FROM change_result c
	WHERE c.topic = 'result'
$view$)
$function$;
COMMENT ON FUNCTION region_change_views() IS
'Internal: the views of change between rounds: the sums of schools in both lists, the split and the claim, for indicators and results.';

CREATE FUNCTION region_change_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('round_pair', NULL, 'Служебное: каждый начатый мониторинг и предыдущий за ним по дате состава. Не для отчётов.'),
('round_pair', 'is_open', 'Мониторинг ещё не закрыт.'),
('round_pair', 'previous_is_open', 'Предыдущий мониторинг ещё не закрыт.'),
('round_side', NULL, 'Служебное: оба мониторинга каждой пары, по строке на мониторинг. Не для отчётов.'),
('round_side', 'is_after', 'Строка мониторинга; иначе — предыдущего.'),
('round_side', 'side_round_id', 'Мониторинг этой строки.'),
('round_side', 'side_results_year', 'Год результатов мониторинга этой строки.'),
('round_side', 'newer_results', 'Год результатов мониторинга позже, чем у предыдущего.'),
('indicator_change_sum', NULL, 'Служебное: суммы по школам, которые входят в круг показателя в обоих мониторингах. Не для отчётов.'),
('indicator_change_sum', 'polarity', 'Что лучше: higher_is_better — больше, lower_is_better — меньше, context — не оценивается.'),
('indicator_change_sum', 'own_answer', 'Собственный ответ муниципалитета «да» или «нет».'),
('indicator_change_sum', 'no_list', 'Отвечают муниципалитеты: круга школ у показателя нет.'),
('indicator_change_sum', 'comparable', 'Определение показателя в обоих мониторингах одно и то же.'),
('indicator_change_sum', 'answered_before', 'Сколько ответило в предыдущем мониторинге.'),
('indicator_change_sum', 'missing_before', 'Сколько не ответило в предыдущем мониторинге.'),
('indicator_change_sum', 'answered_after', 'Сколько ответило в мониторинге.'),
('indicator_change_sum', 'missing_after', 'Сколько не ответило в мониторинге.'),
('indicator_change_sum', 'counts_rows', 'Доля организаций или муниципалитетов, а не педагогических работников: сколько стоит за ответом, которого нет, известно.'),
('indicator_change_sum', 'rows_before', 'Из скольких в предыдущем мониторинге, считая тех, кто не ответил.'),
('indicator_change_sum', 'rows_after', 'Из скольких в мониторинге, считая тех, кто не ответил.'),
('result_change_sum', NULL, 'Служебное: участники ниже минимума по школам, которые были ШНОР или ШНСУ. Не для отчётов.'),
('result_change_sum', 'newer_results', 'Год результатов мониторинга позже, чем у предыдущего.'),
('result_change_sum', 'schools_unpaired', 'Школ, которые остались в перечне, но с результатами только за один год.'),
('change_result', NULL, 'Служебное: изменения показателей и результатов, разложенные и оценённые. Не для отчётов.'),
('change_result', 'topic', 'Что изменилось: indicator — показатель, result — результаты оценочной процедуры.'),
('change_result', 'schools_both', 'Школ, которые входят в круг показателя в обоих мониторингах; у результатов — школ обоих перечней с результатами за оба года.'),
('change_result', 'schools_left', 'Школ выбыло из круга показателя; у результатов — из перечня.'),
('change_result', 'schools_joined', 'Школ вошло в круг показателя; у результатов — в перечень.'),
('change_result', 'schools_unpaired', 'Школ, которые остались в перечне, но с результатами только за один год. Пусто у показателей.'),
('municipal_change', NULL, 'Динамика показателей муниципалитетов от мониторинга к мониторингу (п. 1.2.8): на сколько изменились, из-за кого и больше ли это случайных колебаний.'),
('regional_change', NULL, 'Динамика показателей региона от мониторинга к мониторингу.'),
('indicator_change_sum', 'schools_both', 'Школ, которые входят в круг показателя в обоих мониторингах.'),
('indicator_change_sum', 'schools_left', 'Школ выбыло из круга показателя.'),
('indicator_change_sum', 'schools_joined', 'Школ вошло в круг показателя.'),
('municipal_change', 'schools_both', 'Школ, которые входят в круг показателя в обоих мониторингах.'),
('municipal_change', 'schools_left', 'Школ выбыло из круга показателя.'),
('municipal_change', 'schools_joined', 'Школ вошло в круг показателя.'),
('regional_change', 'schools_both', 'Школ, которые входят в круг показателя в обоих мониторингах.'),
('regional_change', 'schools_left', 'Школ выбыло из круга показателя.'),
('regional_change', 'schools_joined', 'Школ вошло в круг показателя.'),
('municipal_change', 'both_lists_effect', 'Часть изменения за счёт школ, которые входят в круг показателя в обоих мониторингах, п. п.'),
('municipal_change', 'turnover_effect', 'Часть изменения за счёт смены круга школ, п. п.; с предыдущей в сумме даёт изменение.'),
('regional_change', 'both_lists_effect', 'Часть изменения за счёт школ, которые входят в круг показателя в обоих мониторингах, п. п.'),
('regional_change', 'turnover_effect', 'Часть изменения за счёт смены круга школ, п. п.; с предыдущей в сумме даёт изменение.'),
('result_change_sum', 'schools_both', 'Школ обоих перечней с результатами за оба года.'),
('result_change', NULL, 'Динамика образовательных результатов ШНОР и ШНСУ: доля участников ниже минимума. Пустой municipality_id — регион.'),
('result_change', 'municipality_id', 'Муниципалитет. Пусто: регион.'),
('result_change', 'municipality', 'Название муниципалитета. Пусто: регион.'),
('result_change', 'schools_both', 'Школ обоих перечней с результатами за оба года.'),
('result_change', 'schools_left', 'Школ с результатами, которые выбыли из перечня.'),
('result_change', 'schools_joined', 'Школ с результатами, которые вошли в перечень.'),
('result_change', 'schools_unpaired', 'Школ, которые остались в перечне, но с результатами только за один год: их приход и уход — смена перечня.')
$function$;
COMMENT ON FUNCTION region_change_comments() IS
'Internal: Russian comments of the views of change; columns are in the dictionary.';
-- Competences of teachers (clause 1.2.8): who has been diagnosed, by kind, in schools that are ШНОР or ШНСУ. The three
-- kinds overlap, so «any kind» is only known to lie between the largest of them and their sum (or all teachers);
-- where a kind is not answered, anybody may have had it.

CREATE FUNCTION region_competence_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1170, 'school_competence', $view$
	SELECT c.round_id, c.municipality_id, c.municipality, c.school_id, c.school, c.teachers,
		   c.diagnosed_subject, c.diagnosed_method, c.diagnosed_psych, c.any_low, c.any_high,
		   shnor.percent(shnor.share(c.any_low, c.teachers))::numeric(25,4) AS any_low_percent,
		   shnor.percent(shnor.share(c.any_high, c.teachers))::numeric(25,4) AS any_high_percent,
		   CASE
			   WHEN c.teachers IS NULL THEN 'Нет ответа о количестве педагогических работников'
			   WHEN c.kinds = 0 THEN 'Нет ответа ни об одном виде диагностики'
			   WHEN c.largest > c.teachers THEN 'Прошедших диагностику больше, чем педагогических работников: проверьте ответы'
			   WHEN c.teachers = 0 THEN 'Педагогических работников нет'
			   -- also where all teachers went through one kind and another is not answered
			   WHEN c.any_low = c.any_high THEN 'Известно точно'
			   WHEN c.kinds < 3 THEN format('Видов диагностики без ответа: %s; верхняя граница — все педагогические работники', 3 - c.kinds)
			   ELSE 'Виды диагностики пересекаются: известны только границы'
		   END AS reason
	FROM (
		SELECT s.round_id, s.municipality_id, m.name AS municipality, s.school_id, o.name AS school, s.teachers::bigint AS teachers,
			   s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych,
			   num_nonnulls(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) AS kinds,
			   greatest(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) AS largest,
			   -- without the number of teachers there is no coverage; least() and greatest() pass over what is not answered
			   CASE WHEN s.teachers IS NOT NULL AND num_nonnulls(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) > 0
					THEN least(s.teachers, greatest(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych))::bigint END AS any_low,
			   CASE WHEN s.teachers IS NOT NULL AND num_nonnulls(s.diagnosed_subject, s.diagnosed_method, s.diagnosed_psych) > 0
					THEN least(s.teachers, s.diagnosed_subject::bigint + s.diagnosed_method + s.diagnosed_psych) END AS any_high
		FROM school_round s
		JOIN municipality m ON m.municipality_id = s.municipality_id
		JOIN school o ON o.school_id = s.school_id
		WHERE s.is_school AND (s.low_results OR s.adverse_conditions)
	) AS c
$view$),
(1180, 'competence_result', $view$
	-- the figures by kind are those of the indicators; only what no indicator says is counted here. Put together by
	-- grouping, not by joins; a municipality is here if it has a school on the list
	SELECT g.scope, g.round_id, g.municipality_id, g.schools, g.answered, g.schools - g.answered AS missing,
		   g.subject_numerator, g.subject_denominator, g.subject_percent,
		   g.method_numerator, g.method_denominator, g.method_percent,
		   g.psych_numerator, g.psych_denominator, g.psych_percent,
		   g.teachers, g.any_low, g.any_high,
		   shnor.percent(shnor.share(g.any_low, g.teachers))::numeric(25,4) AS any_low_percent,
		   shnor.percent(shnor.share(g.any_high, g.teachers))::numeric(25,4) AS any_high_percent
	FROM (
		SELECT w.scope, w.round_id, w.municipality_id, max(w.schools) AS schools, max(w.answered) AS answered,
			   max(w.numerator) FILTER (WHERE w.indicator = 'diagnosed_subject') AS subject_numerator,
			   max(w.denominator) FILTER (WHERE w.indicator = 'diagnosed_subject') AS subject_denominator,
			   max(w.percent) FILTER (WHERE w.indicator = 'diagnosed_subject')::numeric(25,4) AS subject_percent,
			   max(w.numerator) FILTER (WHERE w.indicator = 'diagnosed_method') AS method_numerator,
			   max(w.denominator) FILTER (WHERE w.indicator = 'diagnosed_method') AS method_denominator,
			   max(w.percent) FILTER (WHERE w.indicator = 'diagnosed_method')::numeric(25,4) AS method_percent,
			   max(w.numerator) FILTER (WHERE w.indicator = 'diagnosed_psych') AS psych_numerator,
			   max(w.denominator) FILTER (WHERE w.indicator = 'diagnosed_psych') AS psych_denominator,
			   max(w.percent) FILTER (WHERE w.indicator = 'diagnosed_psych')::numeric(25,4) AS psych_percent,
			   max(w.teachers) AS teachers, max(w.any_low) AS any_low, max(w.any_high) AS any_high
		FROM (
			SELECT CASE WHEN grouping(c.municipality_id) = 0 THEN 'municipality' ELSE 'region' END AS scope,
				   c.round_id, c.municipality_id, count(*) AS schools, count(c.any_low) AS answered,
				   coalesce(sum(c.teachers) FILTER (WHERE c.any_low IS NOT NULL), 0)::bigint AS teachers,
				   coalesce(sum(c.any_low), 0)::bigint AS any_low, coalesce(sum(c.any_high), 0)::bigint AS any_high,
				   NULL AS indicator, NULL::bigint AS numerator, NULL::bigint AS denominator, NULL::numeric(25,4) AS percent
			FROM school_competence c
			GROUP BY GROUPING SETS ((c.round_id, c.municipality_id), (c.round_id))
			UNION ALL
			SELECT i.scope, i.round_id, i.municipality_id, NULL, NULL, NULL, NULL, NULL, i.indicator, i.numerator, i.denominator, i.percent
			FROM indicator_result i
			WHERE i.indicator IN ('diagnosed_subject', 'diagnosed_method', 'diagnosed_psych')
		) AS w
		GROUP BY w.scope, w.round_id, w.municipality_id
	) AS g
	WHERE g.schools > 0
$view$),
(1190, 'municipal_competence', $view$
	SELECT c.round_id, c.municipality_id, m.name AS municipality, c.schools, c.answered, c.missing,
		   c.subject_numerator, c.subject_denominator, c.subject_percent, c.method_numerator, c.method_denominator, c.method_percent,
		   c.psych_numerator, c.psych_denominator, c.psych_percent, c.teachers, c.any_low, c.any_high, c.any_low_percent, c.any_high_percent
	FROM competence_result c
	JOIN municipality m ON m.municipality_id = c.municipality_id
	WHERE c.scope = 'municipality'
$view$),
(1195, 'regional_competence', $view$
	SELECT c.round_id, c.schools, c.answered, c.missing,
		   c.subject_numerator, c.subject_denominator, c.subject_percent, c.method_numerator, c.method_denominator, c.method_percent,
		   c.psych_numerator, c.psych_denominator, c.psych_percent, c.teachers, c.any_low, c.any_high, c.any_low_percent, c.any_high_percent
	FROM competence_result c
	WHERE c.scope = 'region'
$view$)
$function$;
COMMENT ON FUNCTION region_competence_views() IS
'Internal: the views of diagnosis coverage with bounds for «any kind», per school, municipality and region.';

CREATE FUNCTION region_competence_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('school_competence', NULL, 'Диагностика профессиональных дефицитов в ШНОР и ШНСУ: одна строка на мониторинг и школу (п. 1.2.8). Виды пересекаются, поэтому «хотя бы один вид» — в границах.'),
('school_competence', 'reason', 'Что известно об охвате и почему.'),
('competence_result', NULL, 'Служебное: охват диагностикой муниципалитетов и региона. Не для отчётов.'),
('competence_result', 'schools', 'Школ, которые ШНОР или ШНСУ.'),
('competence_result', 'answered', 'Школ, которые назвали число педагогических работников и хотя бы один вид диагностики.'),
-- of its own, or it would get the question's
('competence_result', 'teachers', 'Педагогических работников в ответивших школах.'),
('municipal_competence', NULL, 'Охват диагностикой профессиональных дефицитов в ШНОР и ШНСУ муниципалитета. По видам — значения показателей diagnosed_subject, diagnosed_method и diagnosed_psych (пусто, если показателя в мониторинге нет); «хотя бы один вид» — в границах.'),
('municipal_competence', 'schools', 'Школ, которые ШНОР или ШНСУ.'),
('municipal_competence', 'answered', 'Школ, которые назвали число педагогических работников и хотя бы один вид диагностики.'),
('municipal_competence', 'teachers', 'Педагогических работников в ответивших школах.'),
('regional_competence', NULL, 'Охват диагностикой профессиональных дефицитов в ШНОР и ШНСУ региона. По видам — значения показателей.'),
('regional_competence', 'schools', 'Школ, которые ШНОР или ШНСУ.'),
('regional_competence', 'answered', 'Школ, которые назвали число педагогических работников и хотя бы один вид диагностики.'),
('regional_competence', 'teachers', 'Педагогических работников в ответивших школах.')
$function$;
COMMENT ON FUNCTION region_competence_comments() IS
'Internal: Russian comments of the views of competences; columns are in the dictionary.';
-- Effectiveness, the views: years and their lists -> spells, each followed through successors -> what the conditions
-- see -> the conditions -> the state. 87-effectiveness.sql says what a spell is.

CREATE FUNCTION region_effectiveness_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1200, 'monitoring_year', $view$
	SELECT y.year, r.round_id, d.listed_on, d.listed_on <= n.today AS reached
	FROM reporting_day n
	CROSS JOIN LATERAL (
		SELECT least((SELECT extract(year FROM min(s.since))::integer FROM school_status s WHERE isfinite(s.since)),
					 (SELECT min(t.year) FROM result t),
					 (SELECT min(u.results_year) FROM round u WHERE u.state <> 'draft')) AS year) AS f
	-- the years of which results are kept, by constants: the planner should know that they are few
	JOIN generate_series(1990, 2200) AS y(year) ON y.year >= f.year AND make_date(y.year, 1, 1) <= n.today
	LEFT JOIN LATERAL (
		SELECT u.round_id, u.cohort_on
		FROM round u
		WHERE u.results_year = y.year AND u.state <> 'draft'
		-- a round that is opened ahead of its day does not take the year from one whose day has come
		ORDER BY u.cohort_on <= n.today DESC, u.cohort_on DESC, u.round_id DESC
		LIMIT 1) AS r ON true
	CROSS JOIN LATERAL (
		SELECT coalesce(r.cohort_on, make_date(y.year, coalesce((SELECT e.list_month FROM setting e), 9), coalesce((SELECT e.list_day FROM setting e), 1))) AS listed_on) AS d
$view$),
(1210, 'school_year', $view$
	-- what the year's round says, else the directory and the statuses on the year's day
	SELECT y.year, m.municipality_id, m.school_id, m.kind, m.low_results, m.adverse_conditions
	FROM monitoring_year y
	JOIN round_member m ON m.round_id = y.round_id
	WHERE y.reached
	UNION ALL
	SELECT y.year, o.municipality_id, o.school_id, o.kind, l.school_id IS NOT NULL, a.school_id IS NOT NULL
	FROM monitoring_year y
	JOIN school o ON (o.opened_on IS NULL OR o.opened_on <= y.listed_on)
				 AND (o.closed_on IS NULL OR y.listed_on < o.closed_on)
	LEFT JOIN school_status l ON l.school_id = o.school_id AND l.status = 'low_results'
		AND l.since <= y.listed_on AND (l.until IS NULL OR y.listed_on < l.until)
	LEFT JOIN school_status a ON a.school_id = o.school_id AND a.status = 'adverse_conditions'
		AND a.since <= y.listed_on AND (a.until IS NULL OR y.listed_on < a.until)
	WHERE y.reached AND y.round_id IS NULL
$view$),
(1220, 'spell_year', $view$
	WITH RECURSIVE open_school AS MATERIALIZED (
		SELECT s.year, s.school_id, s.kind = 'school' AND (s.low_results OR s.adverse_conditions) AS listed,
			   s.low_results, s.adverse_conditions
		FROM school_year s
	), years AS MATERIALIZED (
		SELECT y.year, y.listed_on FROM monitoring_year y WHERE y.reached
	), heir AS (
		-- from a school that was ever listed along its successors, each closed by the year's day, to one that
		-- is not closed; UNION drops what has been seen, so that successors in a circle come to an end
		SELECT f.school_id, y.year, y.listed_on, f.school_id AS stands_id
		FROM (SELECT p.school_id, min(p.year) AS year FROM open_school p WHERE p.listed GROUP BY p.school_id) AS f
		JOIN years y ON y.year >= f.year
		UNION
		SELECT h.school_id, h.year, h.listed_on, o.successor_id
		FROM heir h
		JOIN school o ON o.school_id = h.stands_id AND o.closed_on <= h.listed_on
		WHERE o.successor_id IS NOT NULL
		  AND NOT EXISTS (SELECT FROM open_school p WHERE p.year = h.year AND p.school_id = h.stands_id)
	), standing AS MATERIALIZED (
		SELECT h.school_id, h.year, h.stands_id, p.listed, p.low_results, p.adverse_conditions,
			   bool_or(p.listed AND h.stands_id = h.school_id) OVER (PARTITION BY h.school_id ORDER BY h.year
																	 RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING) AS was_listed
		FROM heir h
		JOIN open_school p ON p.year = h.year AND p.school_id = h.stands_id
	), spell AS (
		-- a listing begins a spell unless it goes on from the year before: its own, or a predecessor's
		SELECT b.school_id, b.year, b.low_results, b.adverse_conditions
		FROM (SELECT s.*, bool_or(s.was_listed) OVER (PARTITION BY s.stands_id, s.year) AS goes_on FROM standing s) AS b
		WHERE b.stands_id = b.school_id AND b.listed AND b.goes_on IS NOT TRUE
	)
	SELECT l.school_id, l.year, y.year AS observed_year, s.stands_id, s.listed, l.low_results, l.adverse_conditions
	FROM spell l
	JOIN years y ON y.year >= l.year
	LEFT JOIN standing s ON s.school_id = l.school_id AND s.year = y.year
$view$),
(1230, 'spell_case', $view$
	-- what the conditions see; a year without results, or with nobody who took part, has no share
	WITH region_year AS (
		SELECT t.year, sum(t.participants)::bigint AS participants, sum(t.below_minimum)::bigint AS below_minimum
		FROM school_result t
		GROUP BY t.year
		HAVING sum(t.participants) > 0
	)
	SELECT c.school_id, c.year, (row_number() OVER (PARTITION BY c.school_id ORDER BY c.year))::integer AS spell,
		   c.low_results, c.adverse_conditions, c.last_listed_year, c.seen_year, c.relisted_year,
		   c.stands_1, c.stands_2, c.stands_3, c.listed_1, c.listed_2, c.listed_3,
		   CASE
			   WHEN c.relisted_year <= c.year + 3 THEN true
			   WHEN num_nulls(c.listed_1, c.listed_2, c.listed_3) = 0 THEN false
		   END AS relisted,
		   c.below_0, c.participants_0, c.below_1, c.participants_1, c.below_2, c.participants_2, c.below_3, c.participants_3,
		   r.below_minimum AS region_below_3, r.participants AS region_participants_3,
		   b.below_minimum AS region_below_0, b.participants AS region_participants_0
	FROM (
		SELECT y.school_id, y.year, y.low_results, y.adverse_conditions,
			   coalesce(y.out_year - 1, max(y.observed_year)) AS last_listed_year,
			   max(y.observed_year) AS seen_year,
			   min(y.observed_year) FILTER (WHERE y.listed AND y.observed_year > y.out_year) AS relisted_year,
			   max(y.stands_id) FILTER (WHERE y.observed_year = y.year + 1) AS stands_1,
			   max(y.stands_id) FILTER (WHERE y.observed_year = y.year + 2) AS stands_2,
			   max(y.stands_id) FILTER (WHERE y.observed_year = y.year + 3) AS stands_3,
			   bool_or(y.listed) FILTER (WHERE y.observed_year = y.year + 1) AS listed_1,
			   bool_or(y.listed) FILTER (WHERE y.observed_year = y.year + 2) AS listed_2,
			   bool_or(y.listed) FILTER (WHERE y.observed_year = y.year + 3) AS listed_3,
			   max(t.below_minimum) FILTER (WHERE y.observed_year = y.year) AS below_0,
			   max(t.participants) FILTER (WHERE y.observed_year = y.year) AS participants_0,
			   max(t.below_minimum) FILTER (WHERE y.observed_year = y.year + 1) AS below_1,
			   max(t.participants) FILTER (WHERE y.observed_year = y.year + 1) AS participants_1,
			   max(t.below_minimum) FILTER (WHERE y.observed_year = y.year + 2) AS below_2,
			   max(t.participants) FILTER (WHERE y.observed_year = y.year + 2) AS participants_2,
			   max(t.below_minimum) FILTER (WHERE y.observed_year = y.year + 3) AS below_3,
			   max(t.participants) FILTER (WHERE y.observed_year = y.year + 3) AS participants_3
		FROM (
			-- the first year off the list, or with nobody there to be on it
			SELECT v.*, min(v.observed_year) FILTER (WHERE v.listed IS NOT TRUE) OVER (PARTITION BY v.school_id, v.year) AS out_year
			FROM spell_year v
		) AS y
		LEFT JOIN school_result t ON t.year = y.observed_year AND t.school_id = y.stands_id AND t.participants > 0
		GROUP BY y.school_id, y.year, y.low_results, y.adverse_conditions, y.out_year
	) AS c
	LEFT JOIN region_year b ON b.year = c.year
	LEFT JOIN region_year r ON r.year = c.year + 3 AND c.seen_year >= c.year + 3
$view$),
(1240, 'spell_condition', $view$
	-- the criterion in use, condition by condition; where one cannot be judged, for want of what
	SELECT c.school_id, c.spell, c.year, e.criterion, e.position, e.title, e.condition, x.numerator = 1 AS met,
		   CASE WHEN x.numerator IS NULL THEN w.missing END AS missing
	FROM (
		SELECT d.criterion,
			   shnor.methodology(d.position, shnor.condition_formula(d.condition), NULL, NULL, NULL) AS methodology
		FROM effectiveness_criterion k
		JOIN effectiveness_condition d ON d.criterion = k.criterion
		WHERE k.in_use
		GROUP BY d.criterion
	) AS k
	CROSS JOIN spell_case c
	CROSS JOIN LATERAL shnor.contribution(k.methodology, c) AS x
	JOIN (
		SELECT d.criterion, d.position, d.title, d.condition,
			   shnor.columns(shnor.methodology(d.position, shnor.condition_formula(d.condition), NULL, NULL, NULL)) AS reads
		FROM effectiveness_condition d
		WHERE d.criterion IN (SELECT k.criterion FROM effectiveness_criterion k WHERE k.in_use)
		GROUP BY d.criterion, d.position, d.title, d.condition
	) AS e ON e.criterion = k.criterion AND e.position = x.id
	LEFT JOIN LATERAL (
		SELECT string_agg(format(CASE
									 WHEN c.year + n.years > c.seen_year THEN 'перечня %s года ещё нет'
									 WHEN n.stands_id IS NULL THEN 'в %s году нет ни школы, ни правопреемника'
									 ELSE 'нет результатов за %s год'
								 END, c.year + n.years), ', ' ORDER BY n.years) AS missing
		FROM (VALUES (0, c.school_id, c.participants_0, c.region_participants_0), (1, c.stands_1, c.participants_1, 1),
					 (2, c.stands_2, c.participants_2, 1), (3, c.stands_3, c.participants_3, c.region_participants_3)
			 ) AS n(years, stands_id, participants, in_region)
		WHERE n.participants IS NULL AND e.reads && ARRAY['below_' || n.years, 'participants_' || n.years]
		   OR n.in_region IS NULL AND e.reads && ARRAY['region_below_' || n.years, 'region_participants_' || n.years]
		   OR n.stands_id IS NULL AND ('listed_' || n.years = ANY (e.reads) OR c.relisted IS NULL AND 'relisted' = ANY (e.reads))
	) AS w ON x.numerator IS NULL
$view$),
(1250, 'effectiveness', $view$
	SELECT c.school_id, o.name AS school, o.municipality_id, m.name AS municipality, c.spell, c.year, c.last_listed_year,
		   concat_ws(' и ', CASE WHEN c.low_results THEN 'ШНОР' END, CASE WHEN c.adverse_conditions THEN 'ШНСУ' END) AS statuses,
		   h.school_id AS stands_id, h.name AS stands, k.criterion,
		   c.below_0, c.participants_0, shnor.percent(shnor.share(c.below_0, c.participants_0))::numeric(7,4) AS percent_0,
		   c.below_1, c.participants_1, shnor.percent(shnor.share(c.below_1, c.participants_1))::numeric(7,4) AS percent_1,
		   c.below_2, c.participants_2, shnor.percent(shnor.share(c.below_2, c.participants_2))::numeric(7,4) AS percent_2,
		   c.below_3, c.participants_3, shnor.percent(shnor.share(c.below_3, c.participants_3))::numeric(7,4) AS percent_3,
		   c.listed_1, c.listed_2, c.listed_3,
		   CASE WHEN j.state NOT IN ('cut', 'in_support') THEN j.met END::smallint AS conditions_met,
		   j.conditions::smallint AS conditions,
		   CASE j.state WHEN 'cut' THEN 'not_effective' ELSE j.state END AS state,
		   concat_ws(' ',
			   CASE
				   WHEN j.state = 'cut' THEN format('Снова в перечне с %s года, раньше третьего года: меры не дали результата. Дальше наблюдается новое включение.', c.relisted_year)
				   WHEN j.state = 'in_support' THEN format('Идёт поддержка: итог — по перечню %s года.', c.year + 3)
				   WHEN k.criterion IS NULL THEN 'Судить нельзя: критерий эффективности не выбран.'
				   WHEN j.conditions = 0 THEN 'Судить нельзя: в критерии нет ни одного условия.'
				   ELSE concat_ws(' ', 'Выполнено: ' || j.met_titles || '.', 'Не выполнено: ' || j.unmet_titles || '.',
								  'Судить нельзя: ' || j.unknown_titles || '.')
			   END,
			   CASE WHEN c.relisted_year = c.year + 3 THEN format('Снова в перечне с %s года: это уже новое включение.', c.relisted_year) END,
			   CASE
				   WHEN h.school_id IS NOT NULL
					   THEN format('С %s года за школу стоит правопреемник: %s%s.', j.since_year, h.name,
								   CASE WHEN c.last_listed_year >= j.since_year THEN '; его место в перечне продолжает это включение' ELSE '' END)
				   WHEN j.stands_id IS NULL THEN format('С %s года школы нет, правопреемник не действует.', j.since_year)
			   END) AS reason
	FROM spell_case c
	JOIN school o ON o.school_id = c.school_id
	JOIN municipality m ON m.municipality_id = o.municipality_id
	LEFT JOIN effectiveness_criterion k ON k.in_use
	LEFT JOIN (
		SELECT n.school_id, n.year, count(*) AS conditions,
			   count(*) FILTER (WHERE n.met) AS met,
			   count(*) FILTER (WHERE n.met IS NULL) AS unknown,
			   string_agg(n.title, '; ' ORDER BY n.position) FILTER (WHERE n.met) AS met_titles,
			   string_agg(n.title, '; ' ORDER BY n.position) FILTER (WHERE NOT n.met) AS unmet_titles,
			   string_agg(concat(n.title, ' (' || n.missing || ')'), '; ' ORDER BY n.position) FILTER (WHERE n.met IS NULL) AS unknown_titles
		FROM spell_condition n
		GROUP BY n.school_id, n.year
	) AS s ON s.school_id = c.school_id AND s.year = c.year
	CROSS JOIN LATERAL (
		SELECT coalesce(s.conditions, 0) AS conditions, coalesce(s.met, 0) AS met, s.met_titles, s.unmet_titles, s.unknown_titles,
			   CASE
				   WHEN c.relisted_year < c.year + 3 THEN 'cut'
				   WHEN c.seen_year < c.year + 3 THEN 'in_support'
				   WHEN s.conditions IS NULL OR s.unknown > 0 THEN 'insufficient_data'
				   WHEN s.met = s.conditions THEN 'effective'
				   WHEN s.met = 0 THEN 'not_effective'
				   ELSE 'partly'
			   END AS state,
			   w.stands_id,
			   CASE
				   WHEN c.stands_1 IS NOT DISTINCT FROM w.stands_id THEN c.year + 1
				   WHEN c.stands_2 IS NOT DISTINCT FROM w.stands_id THEN c.year + 2
				   ELSE c.year + 3
			   END AS since_year
		-- who stands for the school at the end of the three years, or by now
		FROM (SELECT CASE least(c.seen_year - c.year, 3)
						 WHEN 0 THEN c.school_id WHEN 1 THEN c.stands_1 WHEN 2 THEN c.stands_2 ELSE c.stands_3
					 END AS stands_id) AS w
	) AS j
	LEFT JOIN school h ON h.school_id = j.stands_id AND h.school_id <> c.school_id
$view$)
$function$;
COMMENT ON FUNCTION region_effectiveness_views() IS
'Internal: the views from the lists of the years to the effectiveness of support, spell by spell.';
-- Effectiveness (clause 1.2.12): what became of each school in the three years after its inclusion.
-- A spell is a run of consecutive years on the list; t is its first year. The list is that of the year's round,
-- or, in a year without one, of the day in setting. A school that is closed is followed through its successor.
-- What a year or a result is missing for cannot be judged: it never counts as success.

CREATE FUNCTION region_effectiveness_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE effectiveness_criterion (
		criterion	text PRIMARY KEY CHECK (criterion ~ '^[a-z][a-z0-9_]*$'),
		title		text NOT NULL CHECK (title <> ''),
		in_use		boolean NOT NULL DEFAULT false
	);
	CREATE UNIQUE INDEX effectiveness_criterion_one_in_use ON effectiveness_criterion (in_use) WHERE in_use;

	CREATE TABLE effectiveness_condition (
		criterion	text NOT NULL REFERENCES effectiveness_criterion ON UPDATE CASCADE,
		position	integer NOT NULL CHECK (position > 0),
		title		text NOT NULL CHECK (title <> ''),
		condition	text NOT NULL CHECK (condition <> ''),
		PRIMARY KEY (criterion, position)
	);
END
$function$;
COMMENT ON FUNCTION region_effectiveness_tables(text) IS
'Internal: creates the criteria of effectiveness and their conditions in the schema named region.';

CREATE FUNCTION region_effectiveness_seed(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	INSERT INTO effectiveness_criterion (criterion, title, in_use) VALUES
	('default', 'Школа вышла из перечня, её результаты лучше исходных и на второй год не были хуже', true),
	('gap_closed', 'Школа вышла из перечня и сократила разрыв с регионом не менее чем наполовину, какой бы ни взять его долю: года включения или третьего года', false);

	-- Shares are compared crosswise, in whole numbers: b/p < c/q is b*q < c*p, and p, q are never 0 here.
	INSERT INTO effectiveness_condition (criterion, position, title, condition) VALUES
	('default', 1, 'не включена снова к третьему году', 'NOT listed_3 AND NOT relisted'),
	('default', 2, 'результаты лучше исходных', 'below_3 * participants_0 < below_0 * participants_3'),
	('default', 3, 'на второй год не хуже исходных', 'below_2 * participants_0 <= below_0 * participants_2'),
	('gap_closed', 1, 'не включена снова к третьему году', 'NOT listed_3 AND NOT relisted'),
	-- With the school's shares s0 and s3 and a share r of the region: there was a gap, s0 > r, and at most half of it
	-- is left, s3 - r <= (s0 - r)/2, that is 2*s3 <= s0 + r, which implies s3 < s0. Multiplied by all three
	-- denominators. One share of the region measures both years, which keeps the products at three numbers; the gap
	-- has to close by that of t+3, where the region got better, and by that of t, where it got worse.
	('gap_closed', 2, 'разрыв с долей региона в третий год сокращён не менее чем наполовину',
	 'below_0 * region_participants_3 > region_below_3 * participants_0 AND '
	 '2 * below_3 * participants_0 * region_participants_3 <= '
	 'below_0 * participants_3 * region_participants_3 + region_below_3 * participants_0 * participants_3'),
	('gap_closed', 3, 'разрыв с долей региона в год включения сокращён не менее чем наполовину',
	 'below_0 * region_participants_0 > region_below_0 * participants_0 AND '
	 '2 * below_3 * participants_0 * region_participants_0 <= '
	 'below_0 * participants_3 * region_participants_0 + region_below_0 * participants_0 * participants_3');
END
$function$;
COMMENT ON FUNCTION region_effectiveness_seed(text) IS
'Internal: the criterion of effectiveness in use and an alternative (clause 1.2.12).';

CREATE FUNCTION region_effectiveness_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('effectiveness_criterion', NULL, 'Критерии эффективности (п. 1.2.12): по какому из них судят, отмечено в in_use, не больше одного.'),
('effectiveness_criterion', 'criterion', 'Код критерия.'),
('effectiveness_criterion', 'title', 'Критерий словами.'),
('effectiveness_criterion', 'in_use', 'Этот критерий применяется.'),
('effectiveness_condition', NULL, 'Условия критериев: выполнены все — меры эффективны, часть — частично, ни одного — нет; хоть об одном судить нельзя — данных не хватает.'),
('effectiveness_condition', 'criterion', 'Критерий.'),
('effectiveness_condition', 'position', 'Порядковый номер условия; его называет сообщение об ошибке в формуле.'),
('effectiveness_condition', 'title', 'Условие словами, как в отчёте.'),
('effectiveness_condition', 'condition', 'Условие: выражение над below_0 … below_3 и participants_0 … participants_3 (ниже минимума и участий в год включения и через 1–3 года), listed_1 … listed_3 (в перечне ли), relisted (включена ли снова), region_below_0, region_participants_0 (весь регион в год включения), region_below_3, region_participants_3 (весь регион через три года). Пусто — неизвестно.'),
('monitoring_year', NULL, 'Годы наблюдения: мониторинг года и день, на который взят перечень; одна строка на год от первых данных до сегодняшнего дня.'),
('monitoring_year', 'year', 'Год.'),
('monitoring_year', 'round_id', 'Мониторинг, перечень которого стоит на результатах этого года; из нескольких — последний по дате состава, которая наступила; черновики не в счёт. Пусто: мониторинга не было.'),
('monitoring_year', 'listed_on', 'День перечня: дата состава мониторинга, без мониторинга — день из setting.'),
('monitoring_year', 'reached', 'День перечня наступил.'),
('school_year', NULL, 'Организации по годам: кто работал в день перечня и был ли в нём; одна строка на год и организацию.'),
('school_year', 'year', 'Год.'),
('school_year', 'kind', 'Вид учреждения: school — школа, preschool — ДОУ, supplementary — УДО.'),
('school_year', 'low_results', 'ШНОР в день перечня.'),
('school_year', 'adverse_conditions', 'ШНСУ в день перечня.'),
('spell_year', NULL, 'Служебное: каждое включение школы год за годом. Для отчётов — effectiveness.'),
('spell_year', 'school_id', 'Школа, которую включили.'),
('spell_year', 'year', 'Год включения.'),
('spell_year', 'observed_year', 'Год наблюдения.'),
('spell_year', 'stands_id', 'Кто стоит за школу в этот год: она сама, после закрытия — правопреемник. Пусто: никто.'),
('spell_year', 'listed', 'Тот, кто стоит за школу, в перечне. Пусто: никого нет.'),
('spell_year', 'low_results', 'ШНОР в год включения.'),
('spell_year', 'adverse_conditions', 'ШНСУ в год включения.'),
('spell_case', NULL, 'Служебное: что видят условия критерия; одна строка на включение. Для отчётов — effectiveness.'),
('spell_case', 'low_results', 'ШНОР в год включения.'),
('spell_case', 'adverse_conditions', 'ШНСУ в год включения.'),
('spell_case', 'seen_year', 'Последний год, перечень которого уже есть.'),
('spell_case', 'relisted_year', 'Год первого повторного включения. Пусто: не включалась.'),
('spell_case', 'stands_1', 'Кто стоит за школу через год. Пусто: никто или год ещё не наступил.'),
('spell_case', 'stands_2', 'Кто стоит за школу через два года.'),
('spell_case', 'stands_3', 'Кто стоит за школу через три года.'),
('spell_case', 'relisted', 'Включена снова не позже третьего года. Пусто: неизвестно.'),
('spell_case', 'region_below_0', 'Весь регион в год включения: ниже минимума.'),
('spell_case', 'region_participants_0', 'Весь регион в год включения: участий.'),
('spell_case', 'region_below_3', 'Весь регион через три года: ниже минимума.'),
('spell_case', 'region_participants_3', 'Весь регион через три года: участий.'),
('spell_condition', NULL, 'Условия применяемого критерия по каждому включению: выполнено, нет или судить нельзя.'),
('spell_condition', 'criterion', 'Критерий.'),
('spell_condition', 'position', 'Порядковый номер условия.'),
('spell_condition', 'title', 'Условие словами.'),
('spell_condition', 'condition', 'Условие: выражение.'),
('spell_condition', 'met', 'Выполнено. Пусто: судить нельзя.'),
('spell_condition', 'missing', 'Чего не хватает, чтобы судить.'),
('effectiveness', NULL, 'Эффективность за три года после включения в перечень (п. 1.2.12): одна строка на школу и включение. Включение — годы в перечне подряд; перерыв хотя бы в год начинает новое. Отсутствующие данные успехом не считаются.'),
('effectiveness', 'municipality_id', 'Муниципалитет школы сегодня.'),
('effectiveness', 'statuses', 'В каком качестве включена: ШНОР, ШНСУ или оба.'),
('effectiveness', 'stands_id', 'Правопреемник, который стоит за школу через три года или уже сейчас. Пусто: она сама или никто, см. reason.'),
('effectiveness', 'stands', 'Название правопреемника.'),
('effectiveness', 'criterion', 'Критерий, по которому судят. Пусто: не выбран.'),
('effectiveness', 'conditions_met', 'Сколько условий выполнено. Пусто: условия не проверялись — идёт поддержка или школа снова включена раньше третьего года.'),
('effectiveness', 'conditions', 'Сколько условий в критерии.'),
('effectiveness', 'state', 'Итог: in_support — идёт поддержка, effective — эффективно, partly — частично, not_effective — неэффективно, insufficient_data — данных не хватает.'),
('effectiveness', 'reason', 'Почему итог такой: какие условия выполнены, какие нет, о каких судить нельзя и чего не хватает; правопреемник; повторное включение.')
UNION ALL
SELECT v.object, c.part, c.comment
FROM (VALUES ('spell_case'), ('spell_condition'), ('effectiveness')) AS v(object)
CROSS JOIN (VALUES ('school_id', 'Школа, которую включили.'), ('spell', 'Номер включения этой школы по порядку.'), ('year', 'Год включения.'),
				   ('last_listed_year', 'Последний год в перечне без перерыва.')) AS c(part, comment)
WHERE v.object <> 'spell_condition' OR c.part <> 'last_listed_year'
UNION ALL
SELECT v.object, c.part || n.years, format(c.comment, (ARRAY['в год включения', 'через год', 'через два года', 'через три года'])[n.years + 1])
FROM (VALUES ('spell_case'), ('effectiveness')) AS v(object)
CROSS JOIN generate_series(0, 3) AS n(years)
CROSS JOIN (VALUES ('below_', 'Ниже минимума %s: участий. Пусто: результатов нет.'), ('participants_', 'Участий %s. Пусто: результатов нет.'),
				   ('percent_', 'Доля ниже минимума %s, %%.'), ('listed_', 'В перечне %s. Пусто: неизвестно.')) AS c(part, comment)
WHERE (v.object = 'effectiveness' OR c.part <> 'percent_') AND (n.years > 0 OR c.part <> 'listed_')
$function$;
COMMENT ON FUNCTION region_effectiveness_comments() IS
'Internal: Russian comments of effectiveness.';
-- Did it work (clause 1.2.12): for each measure, how the share of pupils below the minimum has changed in the schools
-- that had it, beside the change in the listed schools of the same round that had no measure of that kind. A measure
-- acts from the day it is done; results are of spring, so those of a year can show what was done before 1 June of it.
-- Only schools with results in both years count, so that a school which drops out cannot look like success.

CREATE FUNCTION region_measure_effect_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1270, 'result_pair', $view$
	-- a school's pupils below the minimum in one year and in one of the three after it, all assessments together;
	-- by windows over one pass, since the planner cannot guess how many rows a join of the years gives
	SELECT y.school_id, y.year AS year_before, y.below AS below_before, y.participants AS participants_before,
		   y.year + n.years AS year_after, n.below AS below_after, n.participants AS participants_after
	FROM (SELECT g.school_id, g.year, g.below, g.participants,
				 sum(g.below) OVER (w RANGE BETWEEN 1 FOLLOWING AND 1 FOLLOWING) AS below_1,
				 sum(g.participants) OVER (w RANGE BETWEEN 1 FOLLOWING AND 1 FOLLOWING) AS participants_1,
				 sum(g.below) OVER (w RANGE BETWEEN 2 FOLLOWING AND 2 FOLLOWING) AS below_2,
				 sum(g.participants) OVER (w RANGE BETWEEN 2 FOLLOWING AND 2 FOLLOWING) AS participants_2,
				 sum(g.below) OVER (w RANGE BETWEEN 3 FOLLOWING AND 3 FOLLOWING) AS below_3,
				 sum(g.participants) OVER (w RANGE BETWEEN 3 FOLLOWING AND 3 FOLLOWING) AS participants_3
		  FROM (SELECT z.school_id, z.year, sum(z.below_minimum) AS below, sum(z.participants) AS participants
				FROM result z WHERE z.participants > 0 GROUP BY z.school_id, z.year) AS g
		  WINDOW w AS (PARTITION BY g.school_id ORDER BY g.year)) AS y
	CROSS JOIN LATERAL (VALUES (1, y.below_1::bigint, y.participants_1::bigint), (2, y.below_2::bigint, y.participants_2::bigint),
							   (3, y.below_3::bigint, y.participants_3::bigint)) AS n(years, below, participants)
	WHERE n.participants IS NOT NULL
$view$),
(1280, 'measure_target', $view$
	SELECT s.measure_id, s.round_id, s.measure_kind, w.school_id
	FROM measure s
	JOIN measure_school w ON w.measure_id = s.measure_id
	WHERE s.state <> 'cancelled'
	UNION ALL
	SELECT s.measure_id, s.round_id, s.measure_kind, m.school_id
	FROM measure s
	JOIN round_member m ON m.round_id = s.round_id AND (s.municipality_id IS NULL OR m.municipality_id = s.municipality_id)
	WHERE s.state <> 'cancelled' AND m.kind = 'school' AND (m.low_results OR m.adverse_conditions)
	  AND NOT EXISTS (SELECT FROM measure_school w WHERE w.measure_id = s.measure_id)
$view$),
(1290, 'measure_effect', $view$
	SELECT e.measure_id, e.round_id, e.municipality_id, m.name AS municipality, e.indicator, e.measure_kind, e.title,
		   e.year_before, e.year_after,
		   e.schools_with, e.below_with_before, e.participants_with_before, e.percent_with_before,
		   e.below_with_after, e.participants_with_after, e.percent_with_after,
		   (e.percent_with_after - e.percent_with_before)::numeric(26,4) AS change_with,
		   e.schools_without, e.below_without_before, e.participants_without_before, e.percent_without_before,
		   e.below_without_after, e.participants_without_after, e.percent_without_after,
		   (e.percent_without_after - e.percent_without_before)::numeric(26,4) AS change_without,
		   (e.percent_with_after - e.percent_with_before - (e.percent_without_after - e.percent_without_before))::numeric(26,4) AS difference,
		   CASE
			   WHEN e.state <> 'done' THEN 'Мера ещё не исполнена'
			   WHEN e.done_on >= make_date(e.year_before + 3, 6, 1) THEN 'Мера исполнена позже, чем за три года после мониторинга'
			   WHEN e.year_after IS NULL THEN 'Результатов после исполнения меры ещё нет'
			   WHEN e.schools_with = 0 THEN 'У школ, которых касается мера, нет результатов за оба года'
			   WHEN e.schools_without = 0 THEN 'Сравнить не с кем: нет школ перечня без такой меры с результатами за оба года'
			   WHEN least(e.participants_with_before, e.participants_with_after) < g.min_n THEN format('За долей стоит меньше %s участников: судить об изменении нельзя', g.min_n)
			   WHEN NOT shnor.changed(shnor.share(e.below_with_before, e.participants_with_before),
									  shnor.share(e.below_with_after, e.participants_with_after), g.confidence)
				   THEN 'Изменение в школах с мерой не больше случайных колебаний'
			   WHEN e.percent_with_after < e.percent_with_before THEN 'В школах с мерой доля ниже минимума снизилась'
			   ELSE 'В школах с мерой доля ниже минимума выросла'
		   END AS reason
	FROM (
		SELECT b.*,
			   shnor.percent(shnor.share(b.below_with_before, b.participants_with_before))::numeric(25,4) AS percent_with_before,
			   shnor.percent(shnor.share(b.below_with_after, b.participants_with_after))::numeric(25,4) AS percent_with_after,
			   shnor.percent(shnor.share(b.below_without_before, b.participants_without_before))::numeric(25,4) AS percent_without_before,
			   shnor.percent(shnor.share(b.below_without_after, b.participants_without_after))::numeric(25,4) AS percent_without_after
		FROM (
			SELECT s.measure_id, s.round_id, s.municipality_id, s.indicator, s.measure_kind, s.title, s.state, s.done_on,
				   r.results_year AS year_before, y.year AS year_after,
				   coalesce(t.schools_with, 0) AS schools_with,
				   coalesce(t.below_with_before, 0) AS below_with_before, coalesce(t.participants_with_before, 0) AS participants_with_before,
				   coalesce(t.below_with_after, 0) AS below_with_after, coalesce(t.participants_with_after, 0) AS participants_with_after,
				   coalesce(t.schools_without, 0) AS schools_without,
				   coalesce(t.below_without_before, 0) AS below_without_before, coalesce(t.participants_without_before, 0) AS participants_without_before,
				   coalesce(t.below_without_after, 0) AS below_without_after, coalesce(t.participants_without_after, 0) AS participants_without_after
			FROM measure s
			JOIN round r ON r.round_id = s.round_id
			LEFT JOIN (SELECT DISTINCT z.year FROM result z) AS y ON y.year BETWEEN r.results_year + 1 AND r.results_year + 3
				AND s.done_on < make_date(y.year, 6, 1)
			LEFT JOIN (
				SELECT p.measure_id, c.year_after,
					   count(*) FILTER (WHERE p.had_it) AS schools_with,
					   (sum(c.below_before) FILTER (WHERE p.had_it))::bigint AS below_with_before,
					   (sum(c.participants_before) FILTER (WHERE p.had_it))::bigint AS participants_with_before,
					   (sum(c.below_after) FILTER (WHERE p.had_it))::bigint AS below_with_after,
					   (sum(c.participants_after) FILTER (WHERE p.had_it))::bigint AS participants_with_after,
					   count(*) FILTER (WHERE NOT p.had_it) AS schools_without,
					   (sum(c.below_before) FILTER (WHERE NOT p.had_it))::bigint AS below_without_before,
					   (sum(c.participants_before) FILTER (WHERE NOT p.had_it))::bigint AS participants_without_before,
					   (sum(c.below_after) FILTER (WHERE NOT p.had_it))::bigint AS below_without_after,
					   (sum(c.participants_after) FILTER (WHERE NOT p.had_it))::bigint AS participants_without_after
				FROM (
					SELECT h.measure_id, h.round_id, h.school_id, true AS had_it, NULL::integer AS first_year FROM measure_target h
					UNION ALL
					SELECT s.measure_id, m.round_id, m.school_id, false, f.first_year
					FROM measure s
					JOIN round_member m ON m.round_id = s.round_id
					-- the first round in which the school was given a measure of the kind, done or not
					LEFT JOIN (SELECT h.measure_kind, h.school_id, min(r.results_year) AS first_year
							   FROM measure_target h
							   JOIN round r ON r.round_id = h.round_id
							   GROUP BY h.measure_kind, h.school_id) AS f ON f.measure_kind = s.measure_kind AND f.school_id = m.school_id
					WHERE s.state = 'done' AND m.kind = 'school' AND (m.low_results OR m.adverse_conditions)
				) AS p
				JOIN round r ON r.round_id = p.round_id
				JOIN result_pair c ON c.school_id = p.school_id AND c.year_before = r.results_year
				-- what was taken after the results of a year cannot have changed them
				WHERE p.had_it OR p.first_year IS NULL OR p.first_year >= c.year_after
				GROUP BY p.measure_id, c.year_after
			) AS t ON t.measure_id = s.measure_id AND t.year_after = y.year
			WHERE s.state <> 'cancelled'
		) AS b
	) AS e
	CROSS JOIN (SELECT coalesce(max(g.min_n), 10) AS min_n, coalesce(max(g.confidence), 0.95)::numeric(5,4) AS confidence FROM setting g) AS g
	LEFT JOIN municipality m ON m.municipality_id = e.municipality_id
$view$)
$function$;
COMMENT ON FUNCTION region_measure_effect_views() IS
'Internal: the views of schools that a measure is for, and of results with it and without it.';

CREATE FUNCTION region_measure_effect_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('measure_target', NULL, 'Каких организаций касается мера: названных в measure_school, а если не названа ни одна — всех ШНОР и ШНСУ её муниципалитета.'),
('result_pair', NULL, 'Служебное: участники ниже минимума в школе за год и за один из трёх следующих лет. Не для отчётов.'),
('result_pair', 'year_before', 'Год до.'),
('result_pair', 'below_before', 'Ниже минимума, до.'),
('result_pair', 'participants_before', 'Участников, до.'),
('result_pair', 'year_after', 'Год после.'),
('result_pair', 'below_after', 'Ниже минимума, после.'),
('result_pair', 'participants_after', 'Участников, после.'),
('measure_effect', NULL, 'Что изменилось в школах с мерой и в школах перечня без такой меры (п. 1.2.12): доля участников оценочных процедур ниже минимума, год мониторинга и год после. Мера действует со дня исполнения: видна в результатах года, если исполнена до 1 июня. Только школы с результатами за оба года.'),
('measure_effect', 'title', 'Мера.'),
('measure_effect', 'municipality_id', 'Муниципалитет. Пусто: мера всего региона.'),
('measure_effect', 'indicator', 'Показатель, из-за которого принята.'),
('measure_effect', 'year_before', 'Год результатов мониторинга.'),
('measure_effect', 'year_after', 'Год после. Пусто: мера не исполнена или результатов после неё ещё нет.'),
('measure_effect', 'schools_with', 'Школ с мерой.'),
('measure_effect', 'below_with_before', 'Ниже минимума в школах с мерой, до.'),
('measure_effect', 'participants_with_before', 'Участников в школах с мерой, до.'),
('measure_effect', 'percent_with_before', 'Доля ниже минимума в школах с мерой, до, %.'),
('measure_effect', 'below_with_after', 'Ниже минимума в школах с мерой, после.'),
('measure_effect', 'participants_with_after', 'Участников в школах с мерой, после.'),
('measure_effect', 'percent_with_after', 'Доля ниже минимума в школах с мерой, после, %.'),
('measure_effect', 'change_with', 'Изменение в школах с мерой, п. п.'),
('measure_effect', 'schools_without', 'Школ перечня, для которых мер этого вида к тому году не было, даже запланированных.'),
('measure_effect', 'below_without_before', 'Ниже минимума в школах без меры, до.'),
('measure_effect', 'participants_without_before', 'Участников в школах без меры, до.'),
('measure_effect', 'percent_without_before', 'Доля ниже минимума в школах без меры, до, %.'),
('measure_effect', 'below_without_after', 'Ниже минимума в школах без меры, после.'),
('measure_effect', 'participants_without_after', 'Участников в школах без меры, после.'),
('measure_effect', 'percent_without_after', 'Доля ниже минимума в школах без меры, после, %.'),
('measure_effect', 'change_without', 'Изменение в школах без меры, п. п.'),
('measure_effect', 'difference', 'Разница изменений: меньше нуля — в школах с мерой лучше.')
$function$;
COMMENT ON FUNCTION region_measure_effect_comments() IS
'Internal: Russian comments of the views of measures'' effect.';
-- Russian comments of publications and their views.

CREATE FUNCTION region_publication_comments(OUT object text, OUT part text, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
('publication', NULL, 'Публикации: отчёты мониторингов, утверждённые приказом и сохранённые как есть. Пишутся функцией shnor.publish() и не меняются.'),
('publication', 'publication_id', 'Номер публикации.'),
('publication', 'round_title', 'Название мониторинга при публикации.'),
('publication', 'round_state', 'Состояние мониторинга при публикации: open — открыт, closed — закрыт.'),
('publication', 'cohort_on', 'День, на который взяты состав и статусы.'),
('publication', 'legal_act_id', 'Приказ, которым утверждён отчёт.'),
('publication', 'legal_act', 'Приказ, каким он был записан при публикации: кем и когда издан, номер.'),
('publication', 'title', 'Название публикации.'),
('publication', 'published_at', 'Когда опубликован.'),
('publication', 'published_by', 'Кем: имя пользователя базы.'),
('publication_indicator', NULL, 'Опубликованные цифры муниципалитетов и региона: строки municipal_indicator и regional_indicator, какими они были.'),
('publication_indicator', 'municipality_id', 'Муниципалитет. Пусто: строка региона.'),
('publication_indicator', 'municipality', 'Название муниципалитета при публикации. Пусто: строка региона.'),
('publication_definition', NULL, 'Определения показателей, по которым посчитана публикация.'),
('publication_definition', 'indicator_id', 'Номер показателя внутри свёрток ответов.'),
('publication_definition', 'definition_id', 'Номер версии определения в таблице indicator.'),
('publication_definition', 'clause', 'Пункт методики.'),
('publication_definition', 'section', 'Раздел методики.'),
('publication_definition', 'title', 'Название показателя.'),
('publication_definition', 'level', 'Чьи ответы считаются: school — организаций, municipality — самих муниципалитетов.'),
('publication_definition', 'institution_kinds', 'Виды учреждений через запятую: school — школа, preschool — ДОУ, supplementary — УДО.'),
('publication_definition', 'collection_method', 'Метод сбора информации по методике.'),
('publication_definition', 'numerator', 'Числитель: выражение.'),
('publication_definition', 'denominator', 'Знаменатель: выражение. Пусто: каждая школа или муниципалитет считается за 1.'),
('publication_definition', 'cohort', 'Круг школ: условие. Пусто: все организации мониторинга указанных видов.'),
('publication_definition', 'missing', 'Нет ответа: exclude — не считается, no — считается ответом «нет».'),
('publication_definition', 'polarity', 'Что лучше: higher_is_better — больше, lower_is_better — меньше, context — не оценивается.'),
('publication_definition', 'source_formula', 'Методика расчета, как в источнике.'),
('publication_definition', 'documents', 'Документы, которыми подтверждается показатель.'),
('publication_definition', 'source_defect', 'Недостаток методики и принятое прочтение.'),
('publication_definition', 'reads', 'Что читают формулы: коды вопросов и статусы.'),
('publication_target', NULL, 'Пороги и планы, по которым оценены цифры публикации.'),
('publication_target', 'target_id', 'Номер записи в таблице target.'),
('publication_target', 'municipality_id', 'Муниципалитет. Пусто: для всех.'),
('publication_target', 'threshold', 'Порог, %.'),
('publication_target', 'plan', 'План, %.'),
('publication_target', 'legal_act_id', 'Приказ, которым порог установлен.'),
('publication_target', 'legal_act', 'Этот приказ, каким он был записан при публикации.'),
('publication_school', NULL, 'Состав мониторинга при публикации: организации, их муниципалитеты, статусы и ответы с учётом всех источников.'),
('publication_school', 'code', 'Код организации.'),
('publication_school', 'name', 'Название организации при публикации.'),
('publication_school', 'answers', 'Ответы, которые считались: код вопроса и ответ; null — нет ответа.'),
('publication_municipality', NULL, 'Муниципалитеты при публикации и их ответы о себе с учётом всех источников.'),
('publication_municipality', 'name', 'Название муниципалитета при публикации.'),
('publication_municipality', 'answers', 'Ответы, которые считались: код вопроса и ответ; null — нет ответа.'),
('publication_school_indicator', NULL, 'Вклад каждой организации в опубликованные цифры.'),
('publication_school_indicator', 'in_cohort', 'Входит в круг показателя.'),
('publication_school_indicator', 'numerator', 'Вклад в числитель. Пусто: нет ответа или не входит в круг.'),
('publication_school_indicator', 'denominator', 'Вклад в знаменатель. Пусто: нет ответа или не входит в круг.'),
('publication_report', NULL, 'Опубликованные отчёты муниципалитетов: столбцы municipal_indicator; одна строка на публикацию, муниципалитет и показатель.'),
('publication_report', 'municipality', 'Название муниципалитета при публикации.'),
('publication_regional_report', NULL, 'Опубликованные отчёты региона: столбцы regional_indicator; одна строка на публикацию и показатель.'),
('publication_pair', NULL, 'Служебное: что с чем сравнивается — каждая публикация с каждой более поздней того же мониторинга и с сегодняшним днём.'),
('publication_definition_change', NULL, 'Как изменились определения показателей от публикации до более поздней или до сегодняшнего дня; одна строка на пару и показатель, изменившийся или нет.'),
('publication_definition_change', 'level', 'Чьи ответы считаются: school — организаций, municipality — муниципалитетов. Пусто: раньше и теперь разных, или показатель есть не на обеих сторонах.'),
('publication_definition_change', 'reads', 'Коды вопросов и статусы, которые читает прежнее или новое определение.'),
('publication_definition_change', 'cohort_changed', 'Изменился круг показателя: его условие или виды учреждений.'),
('publication_definition_change', 'changes', 'Что изменилось: было → стало. Пусто: ничего, что влияет на цифры.'),
('publication_respondent_change', NULL, 'Кто стоит за расхождениями: организации и муниципалитеты, чьи ответы, статусы или место в круге показателя изменились от публикации до более поздней или до сегодняшнего дня.'),
('publication_respondent_change', 'school_id', 'Организация. Пусто: муниципалитет отвечает сам за себя.'),
('publication_respondent_change', 'municipality_before', 'Муниципалитет раньше. Пусто: не было в мониторинге.'),
('publication_respondent_change', 'municipality_after', 'Муниципалитет теперь. Пусто: нет в мониторинге.'),
('publication_respondent_change', 'respondent', 'Название организации или муниципалитета.'),
('publication_respondent_change', 'in_before', 'Раньше входил в круг показателя.'),
('publication_respondent_change', 'in_after', 'Теперь входит в круг показателя.'),
('publication_respondent_change', 'answers_changed', 'Изменился ответ, который читает показатель, и из-за этого его вклад.'),
('publication_respondent_change', 'status_changed', 'Изменились статус, который читает показатель, вид учреждения или участие в мониторинге.'),
('publication_difference', NULL, 'Чем публикация отличается от более поздней публикации того же мониторинга или от сегодняшнего дня, и почему: одна строка на пару, муниципалитет и показатель, где отличается хоть одна цифра.'),
('publication_difference', 'municipality_id', 'Муниципалитет. Пусто: регион.'),
('publication_difference', 'municipality', 'Название муниципалитета. Пусто: регион.'),
('publication_difference', 'numerator_before', 'Числитель раньше. Пусто: строки не было.'),
('publication_difference', 'denominator_before', 'Знаменатель раньше.'),
('publication_difference', 'percent_before', 'Доля раньше, %.'),
('publication_difference', 'score_before', 'Балл раньше.'),
('publication_difference', 'numerator_after', 'Числитель теперь. Пусто: строки больше нет.'),
('publication_difference', 'denominator_after', 'Знаменатель теперь.'),
('publication_difference', 'percent_after', 'Доля теперь, %.'),
('publication_difference', 'score_after', 'Балл теперь.'),
('publication_difference', 'threshold_before', 'Порог раньше, %.'),
('publication_difference', 'threshold_after', 'Порог теперь, %.'),
('publication_difference', 'answers_changed', 'Причина: изменились ответы, которые читает показатель.'),
('publication_difference', 'definition_changed', 'Причина: изменилось определение показателя.'),
('publication_difference', 'cohort_changed', 'Причина: изменился состав — статусы, виды или муниципалитеты организаций, их участие в мониторинге.'),
('publication_difference', 'target_changed', 'Причина: изменился порог или план.'),
('publication_difference', 'cause', 'Причины словами: сколько ответов изменилось, кто вошёл в круг и вышел из него, что стало с определением, порогом и планом.'),
('check_publication', '()', 'Триггер: публикация записывается сразу и целиком, дописать в неё ничего нельзя.')
UNION ALL
SELECT o.object, c.part, c.comment
FROM unnest('{publication_indicator,publication_report,publication_regional_report}'::text[]) AS o(object)
CROSS JOIN (VALUES
	('publication_id', 'Публикация.'),
	('section', 'Раздел методики.'),
	('title', 'Название показателя.'),
	('percent', 'Доля, %: числитель к знаменателю.'),
	('threshold', 'Порог, %.'),
	('plan', 'План, %.'),
	('score', 'Балл: 1 или 0. Пусто: не оценивается, причина рядом.'),
	('reason', 'Почему такой балл или почему его нет.'),
	('answered', 'Сколько ответило.'),
	('missing', 'Сколько не ответило.'),
	('percent_low', 'Наименьшая доля, %, какая могла получиться с недостающими ответами.'),
	('percent_high', 'Наибольшая доля, %, какая могла получиться с недостающими ответами.'),
	('gap', 'Сколько не хватало в числителе до порога.'),
	('note_required', 'Нужна аналитическая записка (п. 1.2.6).')) AS c(part, comment)
UNION ALL
SELECT o.object, c.part, c.comment
FROM unnest('{publication_definition,publication_target,publication_school,publication_municipality,publication_school_indicator}'::text[]) AS o(object)
CROSS JOIN (VALUES ('publication_id', 'Публикация.')) AS c(part, comment)
UNION ALL
SELECT o.object, c.part, c.comment
FROM unnest('{publication_pair,publication_definition_change,publication_respondent_change,publication_difference}'::text[]) AS o(object)
CROSS JOIN (VALUES
	('publication_id', 'Публикация, с которой сравнивают: раньше.'),
	('compared_with', 'Более поздняя публикация. Пусто: сегодняшний день.')) AS c(part, comment)
$function$;
COMMENT ON FUNCTION region_publication_comments() IS
'Internal: Russian comments of publications and their views.';
-- What publications say, and what has changed between two of them or since: plain views, each over the one before,
-- publication_pair -> publication_definition_change -> publication_respondent_change -> publication_difference.

CREATE FUNCTION region_publication_views(OUT step integer, OUT view_name text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
VALUES
(1300, 'publication_report', $view$
	SELECT i.publication_id, p.round_id, p.round_title, i.municipality_id, i.municipality,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required
	FROM publication_indicator i
	JOIN publication p ON p.publication_id = i.publication_id
	WHERE i.municipality_id IS NOT NULL
$view$),
(1310, 'publication_regional_report', $view$
	SELECT i.publication_id, p.round_id, p.round_title,
		   i.position, i.indicator, i.section, i.title, i.unit,
		   i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason,
		   i.answered, i.missing, i.percent_low, i.percent_high, i.gap, i.note_required
	FROM publication_indicator i
	JOIN publication p ON p.publication_id = i.publication_id
	WHERE i.municipality_id IS NULL
$view$),
(1320, 'publication_pair', $view$
	-- each publication beside every later one of its round, and beside today
	SELECT a.publication_id, b.publication_id AS compared_with, a.round_id
	FROM publication a
	JOIN publication b ON b.round_id = a.round_id AND b.publication_id > a.publication_id
	UNION ALL
	SELECT a.publication_id, NULL, a.round_id
	FROM publication a
$view$),
(1330, 'publication_definition_change', $view$
	WITH word (part, code, words) AS (VALUES
		('чьи ответы', 'school', 'организаций'), ('чьи ответы', 'municipality', 'муниципалитета'),
		('нет ответа', 'exclude', 'не считается'), ('нет ответа', 'no', 'считается за нет'),
		('единица', 'percent', 'доля в процентах'), ('единица', 'yes_no', 'да или нет'),
		('что лучше', 'higher_is_better', 'больше'), ('что лучше', 'lower_is_better', 'меньше'), ('что лучше', 'context', 'не оценивается'))
	SELECT p.publication_id, p.compared_with, p.round_id, d.indicator, d.title, d.level, d.reads, d.cohort_changed, d.changes
	FROM publication_pair p
	CROSS JOIN LATERAL (
		SELECT coalesce(a.indicator, b.indicator) AS indicator, coalesce(a.title, b.title) AS title,
			   -- where the sides ask different respondents there is nobody to compare
			   CASE WHEN a.level = b.level THEN a.level END AS level,
			   array_to_string(ARRAY(SELECT unnest(b.reads) UNION SELECT unnest(a.reads) ORDER BY 1), ', ') AS reads,
			   (b.cohort, b.institution_kinds) IS DISTINCT FROM (a.cohort, a.institution_kinds) AS cohort_changed,
			   CASE
				   WHEN b.indicator IS NULL THEN 'показатель введён'
				   WHEN a.indicator IS NULL THEN 'показатель исключён'
				   ELSE (
					   SELECT string_agg(format('%s «%s» → «%s»', v.part, coalesce(x.words, v.was), coalesce(y.words, v.is_now)),
										 ', ' ORDER BY v.place)
					   FROM (VALUES
							(1, 'числитель', b.numerator, a.numerator),
							(2, 'знаменатель', coalesce(b.denominator, 'каждый отвечающий'), coalesce(a.denominator, 'каждый отвечающий')),
							(3, 'круг', coalesce(b.cohort, 'все'), coalesce(a.cohort, 'все')),
							(4, 'виды учреждений', b.institution_kinds, a.institution_kinds),
							(5, 'чьи ответы', b.level, a.level),
							(6, 'нет ответа', b.missing, a.missing),
							(7, 'единица', b.unit, a.unit),
							(8, 'что лучше', b.polarity, a.polarity)) AS v(place, part, was, is_now)
					   LEFT JOIN word x ON x.part = v.part AND x.code = v.was
					   LEFT JOIN word y ON y.part = v.part AND y.code = v.is_now
					   WHERE v.was IS DISTINCT FROM v.is_now)
			   END AS changes
		FROM (SELECT * FROM publication_definition d WHERE d.publication_id = p.publication_id) AS b
		FULL JOIN (
			SELECT d.indicator, d.title, d.level, d.institution_kinds, d.numerator, d.denominator, d.cohort, d.missing, d.unit, d.polarity, d.reads
			FROM publication_definition d
			WHERE d.publication_id = p.compared_with
			UNION ALL
			SELECT i.indicator, i.title, i.level, i.institution_kinds, i.numerator, i.denominator, i.cohort, i.missing, i.unit, i.polarity,
				   ARRAY(SELECT q.column_name FROM indicator_question q WHERE q.round_id = i.round_id AND q.indicator = i.indicator)
			FROM round_indicator i
			WHERE p.compared_with IS NULL AND i.round_id = p.round_id
		) AS a ON a.indicator = b.indicator
	) AS d
$view$),
(1340, 'publication_respondent_change', $view$
	SELECT p.publication_id, p.compared_with, p.round_id, c.indicator, c.school_id, c.municipality_before, c.municipality_after, c.respondent,
		   c.in_before, c.in_after, c.answers_changed, c.status_changed
	FROM publication_pair p
	CROSS JOIN LATERAL (
		WITH definition AS (
			SELECT d.indicator, d.level, d.cohort_changed, string_to_array(d.reads, ', ') AS reads
			FROM publication_definition_change d
			WHERE d.publication_id = p.publication_id AND d.compared_with IS NOT DISTINCT FROM p.compared_with
		), published AS (
			SELECT s.publication_id, s.school_id, s.name, s.municipality_id, s.kind,
				   s.answers || jsonb_build_object('low_results', s.low_results, 'adverse_conditions', s.adverse_conditions,
												   'risk_zone', s.risk_zone, 'is_school', s.kind = 'school',
												   'is_preschool', s.kind = 'preschool', 'is_supplementary', s.kind = 'supplementary') AS facts
			FROM publication_school s
			WHERE s.publication_id IN (p.publication_id, p.compared_with)
		), school AS (
			SELECT coalesce(a.school_id, b.school_id) AS school_id, coalesce(a.name, b.name) AS respondent,
				   b.municipality_id AS municipality_before, a.municipality_id AS municipality_after,
				   b.kind AS kind_before, a.kind AS kind_after, b.facts AS facts_before, a.facts AS facts_after
			FROM (SELECT * FROM published s WHERE s.publication_id = p.publication_id) AS b
			FULL JOIN (
				SELECT s.school_id, s.name, s.municipality_id, s.kind, s.facts
				FROM published s
				WHERE s.publication_id = p.compared_with
				UNION ALL
				SELECT s.school_id, o.name, s.municipality_id, s.kind, to_jsonb(s)
				FROM school_round s
				JOIN school o ON o.school_id = s.school_id
				WHERE p.compared_with IS NULL AND s.round_id = p.round_id
			) AS a ON a.school_id = b.school_id
		)
		SELECT t.indicator, t.school_id, t.municipality_before, t.municipality_after, t.respondent, t.in_before, t.in_after,
			   -- an answer moves the figure of a school that is counted on both sides; and where nothing else
			   -- has changed, it is the answer that has brought the school into the cohort or out of it
			   t.other_answers AND (t.in_before AND t.in_after
									OR NOT t.other_status AND NOT t.cohort_changed
									   AND t.municipality_before = t.municipality_after) AS answers_changed,
			   t.other_status AS status_changed
		FROM (
			SELECT d.indicator, s.school_id, s.municipality_before, s.municipality_after, s.respondent, d.cohort_changed,
				   coalesce(b.in_cohort, false) AS in_before, coalesce(a.in_cohort, false) AS in_after,
				   coalesce(v.other_answers, false) AS other_answers,
				   -- kinds and membership of the round matter where they move the school over the edge of the cohort
				   coalesce(v.other_status, false)
				   OR coalesce(b.in_cohort, false) <> coalesce(a.in_cohort, false)
					  AND s.kind_before IS DISTINCT FROM s.kind_after AS other_status
			FROM definition d
			CROSS JOIN school s
			LEFT JOIN (SELECT c.indicator, c.school_id, c.in_cohort
					   FROM publication_school_indicator c
					   WHERE c.publication_id = p.publication_id) AS b ON b.indicator = d.indicator AND b.school_id = s.school_id
			LEFT JOIN (SELECT c.indicator, c.school_id, c.in_cohort
					   FROM publication_school_indicator c
					   WHERE c.publication_id = p.compared_with
					   UNION ALL
					   SELECT c.indicator, c.school_id, c.in_cohort
					   FROM school_indicator c
					   WHERE p.compared_with IS NULL AND c.round_id = p.round_id) AS a ON a.indicator = d.indicator AND a.school_id = s.school_id
			LEFT JOIN LATERAL (
				SELECT bool_or(NOT n.status) AS other_answers, bool_or(n.status) AS other_status
				FROM (SELECT r.name, r.name = ANY ('{low_results,adverse_conditions,risk_zone,is_school,is_preschool,is_supplementary}') AS status
					  FROM unnest(d.reads) AS r(name)) AS n
				WHERE s.facts_before ->> n.name IS DISTINCT FROM s.facts_after ->> n.name
			) AS v ON true
			WHERE d.level = 'school' AND (b.in_cohort OR a.in_cohort)
		) AS t
		WHERE t.other_answers OR t.other_status OR t.in_before <> t.in_after OR t.municipality_before <> t.municipality_after
		UNION ALL
		SELECT d.indicator, NULL, b.municipality_id, a.municipality_id, coalesce(a.name, b.name),
			   b.municipality_id IS NOT NULL, a.municipality_id IS NOT NULL,
			   b.municipality_id = a.municipality_id IS TRUE, b.municipality_id = a.municipality_id IS NOT TRUE
		FROM definition d
		CROSS JOIN (
			(SELECT m.municipality_id, m.name, m.answers FROM publication_municipality m WHERE m.publication_id = p.publication_id) AS b
			FULL JOIN (
				SELECT m.municipality_id, m.name, m.answers
				FROM publication_municipality m
				WHERE m.publication_id = p.compared_with
				UNION ALL
				SELECT s.municipality_id, m.name, to_jsonb(s)
				FROM municipal_round s
				JOIN municipality m ON m.municipality_id = s.municipality_id
				WHERE p.compared_with IS NULL AND s.round_id = p.round_id
			) AS a ON a.municipality_id = b.municipality_id)
		WHERE d.level = 'municipality'
		  AND (b.municipality_id IS NULL OR a.municipality_id IS NULL
			   OR EXISTS (SELECT FROM unnest(d.reads) AS r(name) WHERE b.answers ->> r.name IS DISTINCT FROM a.answers ->> r.name))
	) AS c
$view$),
(1350, 'publication_difference', $view$
	SELECT p.publication_id, p.compared_with, p.round_id, f.municipality_id, f.municipality, f.indicator, f.title,
		   f.numerator_before, f.denominator_before, f.percent_before, f.score_before,
		   f.numerator_after, f.denominator_after, f.percent_after, f.score_after, f.threshold_before, f.threshold_after,
		   f.answers_changed, f.definition_changed, f.cohort_changed, f.target_changed, f.cause
	FROM publication_pair p
	CROSS JOIN LATERAL (
		WITH figure AS MATERIALIZED (
			SELECT coalesce(a.municipality_id, b.municipality_id) AS municipality_id, coalesce(a.municipality, b.municipality) AS municipality,
				   coalesce(a.indicator, b.indicator) AS indicator, coalesce(a.title, b.title) AS title,
				   b.numerator AS numerator_before, b.denominator AS denominator_before, b.percent AS percent_before,
				   b.score AS score_before, b.threshold AS threshold_before, b.plan AS plan_before, b.unit AS unit_before,
				   a.numerator AS numerator_after, a.denominator AS denominator_after, a.percent AS percent_after,
				   a.score AS score_after, a.threshold AS threshold_after, a.plan AS plan_after, a.unit AS unit_after
			FROM (SELECT * FROM publication_indicator i WHERE i.publication_id = p.publication_id) AS b
			FULL JOIN (
				SELECT i.municipality_id, i.municipality, i.indicator, i.title, i.unit, i.numerator, i.denominator, i.percent,
					   i.threshold, i.plan, i.score, i.answered, i.missing, i.note_required
				FROM publication_indicator i
				WHERE i.publication_id = p.compared_with
				UNION ALL
				SELECT i.municipality_id, m.name, i.indicator, i.title, i.unit, i.numerator, i.denominator, i.percent,
					   i.threshold, i.plan, i.score, i.answered, i.missing, i.note_required
				FROM indicator_result i
				LEFT JOIN municipality m ON m.municipality_id = i.municipality_id
				WHERE p.compared_with IS NULL AND i.round_id = p.round_id
			) AS a ON coalesce(a.municipality_id, 0) = coalesce(b.municipality_id, 0) AND a.indicator = b.indicator
			WHERE (b.numerator, b.denominator, b.answered, b.missing, b.threshold, b.plan, b.score, b.note_required)
				  IS DISTINCT FROM (a.numerator, a.denominator, a.answered, a.missing, a.threshold, a.plan, a.score, a.note_required)
		), change AS (
			-- a school in the figures of its municipality on each side, and in those of the region
			SELECT v.municipality_id, c.indicator, c.respondent,
				   c.in_before AND v.was_here AS in_before, c.in_after AND v.is_here AS in_after,
				   c.answers_changed AND v.was_here AND v.is_here AS answers_changed,
				   c.status_changed OR v.was_here <> v.is_here AS status_changed
			FROM publication_respondent_change c
			CROSS JOIN LATERAL (
				SELECT NULL::integer AS municipality_id, true AS was_here, true AS is_here
				UNION ALL
				SELECT c.municipality_before, true, c.municipality_after IS NOT DISTINCT FROM c.municipality_before
				WHERE c.municipality_before IS NOT NULL
				UNION ALL
				SELECT c.municipality_after, false, true
				WHERE c.municipality_after <> c.municipality_before OR c.municipality_before IS NULL
			) AS v
			WHERE c.publication_id = p.publication_id AND c.compared_with IS NOT DISTINCT FROM p.compared_with
			  AND c.indicator = ANY (ARRAY(SELECT f.indicator FROM figure f))
		), cause AS (
			SELECT c.municipality_id, c.indicator,
				   count(*) FILTER (WHERE c.answers_changed) AS answers,
				   bool_or(c.status_changed) AS cohort_changed,
				   array_agg(c.respondent ORDER BY c.respondent) FILTER (WHERE c.in_after AND NOT c.in_before) AS came,
				   array_agg(c.respondent ORDER BY c.respondent) FILTER (WHERE c.in_before AND NOT c.in_after) AS gone,
				   array_agg(c.respondent ORDER BY c.respondent) FILTER (WHERE c.status_changed AND c.in_before AND c.in_after) AS other
			FROM change c
			WHERE c.in_before OR c.in_after
			GROUP BY c.municipality_id, c.indicator
		)
		SELECT f.*,
			   coalesce(c.answers > 0, false) AS answers_changed,
			   d.changes IS NOT NULL AS definition_changed,
			   t.appeared OR t.vanished OR coalesce(c.cohort_changed, false) AS cohort_changed,
			   t.threshold_changed OR t.plan_changed AS target_changed,
			   coalesce(nullif(concat_ws('; ',
				   CASE
					   WHEN t.appeared THEN 'муниципалитета не было'
					   WHEN t.vanished THEN 'муниципалитета больше нет'
					   WHEN c.answers > 0 AND d.level = 'school' THEN format('ответы школ: %s', c.answers)
					   WHEN c.answers > 0 AND f.municipality_id IS NOT NULL THEN 'ответ муниципалитета'
					   WHEN c.answers > 0 THEN format('ответы муниципалитетов: %s', c.answers)
				   END,
				   n.came, n.gone, n.other,
				   'определение: ' || d.changes,
				   CASE WHEN t.threshold_changed THEN replace(format('порог %s → %s', coalesce(trim_scale(f.threshold_before)::text, 'не установлен'),
						coalesce(trim_scale(f.threshold_after)::text, 'не установлен')), '.', ',') END,
				   CASE WHEN t.plan_changed THEN replace(format('план %s → %s', coalesce(trim_scale(f.plan_before)::text, 'не установлен'),
						coalesce(trim_scale(f.plan_after)::text, 'не установлен')), '.', ',') END
			   ), ''), 'ответы, состав, определение и пороги прежние: изменился сам подсчёт') AS cause
		FROM figure f
		LEFT JOIN publication_definition_change d ON d.publication_id = p.publication_id
			AND d.compared_with IS NOT DISTINCT FROM p.compared_with AND d.indicator = f.indicator
		LEFT JOIN cause c ON coalesce(c.municipality_id, 0) = coalesce(f.municipality_id, 0) AND c.indicator = f.indicator
		CROSS JOIN LATERAL (
			SELECT f.numerator_before IS NULL AND d.changes IS NULL AS appeared,
				   f.numerator_after IS NULL AND d.changes IS NULL AS vanished,
				   -- a municipality's yes or no is not measured by orders: with another unit the target is the old one
				   q.same AND f.threshold_before IS DISTINCT FROM f.threshold_after AS threshold_changed,
				   q.same AND f.plan_before IS DISTINCT FROM f.plan_after AS plan_changed
			FROM (SELECT f.numerator_before IS NOT NULL AND f.numerator_after IS NOT NULL
						 AND (f.unit_before = f.unit_after OR f.municipality_id IS NULL) AS same) AS q
		) AS t
		CROSS JOIN LATERAL (
			SELECT max(x.said) FILTER (WHERE x.place = 1) AS came, max(x.said) FILTER (WHERE x.place = 2) AS gone,
				   max(x.said) FILTER (WHERE x.place = 3) AS other
			FROM (SELECT v.place, format('%s: %s%s', v.label, array_to_string(v.names[1:5], ', '),
										 CASE WHEN cardinality(v.names) > 5 THEN format(' и ещё %s', cardinality(v.names) - 5) ELSE '' END) AS said
				  FROM (VALUES (1, 'вошли в круг', c.came), (2, 'вышли из круга', c.gone), (3, 'сменили статус', c.other)) AS v(place, label, names)
				  WHERE v.names IS NOT NULL AND (d.level = 'school' OR NOT (t.appeared OR t.vanished))) AS x
		) AS n
	) AS f
$view$)
$function$;
COMMENT ON FUNCTION region_publication_views() IS
'Internal: the views of publications: their reports, and the differences of each from the later ones and from today with their causes.';
-- Publications: a round's report frozen as plain rows, with the definitions, targets, schools and answers behind
-- it, by the order that approves it. What is published never changes; what has changed since is the view
-- publication_difference (88-publication-views.sql).

CREATE FUNCTION region_publication_tables(region text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	t text;
BEGIN
	PERFORM set_config('search_path', format('%I, pg_catalog, pg_temp', region), true);

	CREATE TABLE publication (
		publication_id	integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		round_id		integer NOT NULL REFERENCES round,
		round_title		text NOT NULL,
		round_state		text NOT NULL CHECK (round_state IN ('open', 'closed')),
		cohort_on		date NOT NULL,
		legal_act_id	integer NOT NULL REFERENCES legal_act,
		legal_act		text NOT NULL,
		title			text NOT NULL CHECK (title <> ''),
		published_at	timestamptz NOT NULL DEFAULT now(),
		published_by	name NOT NULL DEFAULT current_user
	)
	-- a table of a few rows would never be analyzed: the planner would take it for hundreds of publications,
	-- and have the views that compare them compiled for longer than they run
	WITH (autovacuum_analyze_threshold = 0, autovacuum_analyze_scale_factor = 0);
	CREATE INDEX ON publication (round_id);

	-- Below, schools and municipalities are numbers with names of their own, not references: a publication
	-- keeps what it said, also of a school that was entered by mistake and is deleted later.
	CREATE TABLE publication_indicator (
		publication_id	integer NOT NULL REFERENCES publication,
		municipality_id	integer,
		municipality	text,
		position		integer NOT NULL,
		indicator		text NOT NULL,
		section			text NOT NULL,
		title			text NOT NULL,
		unit			text NOT NULL,
		numerator		bigint NOT NULL,
		denominator		bigint NOT NULL,
		percent			numeric(25,4),
		threshold		numeric(7,4),
		plan			numeric(7,4),
		score			smallint,
		reason			text,
		answered		bigint NOT NULL,
		missing			bigint NOT NULL,
		percent_low		numeric(25,4),
		percent_high	numeric(25,4),
		gap				bigint,
		note_required	boolean NOT NULL,
		-- no municipality: the region's row
		UNIQUE NULLS NOT DISTINCT (publication_id, municipality_id, indicator)
	);

	CREATE TABLE publication_definition (
		publication_id		integer NOT NULL REFERENCES publication,
		indicator			text NOT NULL,
		indicator_id		integer NOT NULL,
		definition_id		integer NOT NULL,
		position			integer NOT NULL,
		clause				text NOT NULL,
		section				text NOT NULL,
		title				text NOT NULL,
		unit				text NOT NULL,
		level				text NOT NULL,
		institution_kinds	text NOT NULL,
		collection_method	text,
		numerator			text NOT NULL,
		denominator			text,
		cohort				text,
		missing				text NOT NULL,
		polarity			text NOT NULL,
		source_formula		text,
		documents			text,
		source_defect		text,
		reads				text[] NOT NULL,
		PRIMARY KEY (publication_id, indicator)
	);

	CREATE TABLE publication_target (
		publication_id	integer NOT NULL REFERENCES publication,
		target_id		integer NOT NULL,
		indicator		text NOT NULL,
		municipality_id	integer,
		threshold		numeric(7,4),
		plan			numeric(7,4),
		legal_act_id	integer REFERENCES legal_act,
		legal_act		text,
		PRIMARY KEY (publication_id, target_id)
	);

	CREATE TABLE publication_school (
		publication_id		integer NOT NULL REFERENCES publication,
		school_id			integer NOT NULL,
		municipality_id		integer NOT NULL,
		code				text NOT NULL,
		name				text NOT NULL,
		kind				text NOT NULL,
		low_results			boolean NOT NULL,
		adverse_conditions	boolean NOT NULL,
		risk_zone			boolean NOT NULL,
		submitted_at		timestamptz,
		answers				jsonb NOT NULL,
		PRIMARY KEY (publication_id, school_id)
	);

	CREATE TABLE publication_municipality (
		publication_id	integer NOT NULL REFERENCES publication,
		municipality_id	integer NOT NULL,
		name			text NOT NULL,
		submitted_at	timestamptz,
		answers			jsonb NOT NULL,
		PRIMARY KEY (publication_id, municipality_id)
	);

	CREATE TABLE publication_school_indicator (
		publication_id	integer NOT NULL REFERENCES publication,
		school_id		integer NOT NULL,
		indicator		text NOT NULL,
		in_cohort		boolean NOT NULL,
		numerator		bigint,
		denominator		bigint,
		PRIMARY KEY (publication_id, school_id, indicator)
	);

	-- A publication is written by one command (publish() says why). Rows of one command share xmin and cmin,
	-- so whatever is added later, in the same transaction too, is told by them. Data that a dump restores
	-- lies in its tables before this trigger is created.
	CREATE FUNCTION check_publication() RETURNS trigger
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
	AS $trigger$
	DECLARE
		whole boolean;
	BEGIN
		EXECUTE format('SELECT NOT EXISTS (
							SELECT FROM (SELECT DISTINCT n.publication_id FROM new_rows n) n
							JOIN %1$I.publication p ON p.publication_id = n.publication_id
							WHERE p.published_at <> now() OR p.published_by <> current_user
							   OR NOT EXISTS (SELECT FROM %1$I.publication_definition d WHERE d.publication_id = p.publication_id)
							   OR EXISTS (SELECT FROM %1$I.%2$I c WHERE c.publication_id = p.publication_id
										  AND NOT (c.xmin = p.xmin AND c.cmin = p.cmin)))', TG_TABLE_SCHEMA, TG_TABLE_NAME)
		INTO whole;
		IF NOT whole THEN
			RAISE EXCEPTION 'публикация записывается сразу и целиком, вместе с определениями показателей: дописать в неё ничего нельзя'
				USING ERRCODE = 'object_not_in_prerequisite_state',
					  HINT = format('Опубликуйте отчёт заново: SELECT shnor.publish(%L, номер мониторинга, номер приказа);', TG_TABLE_SCHEMA);
		END IF;
		RETURN NULL;
	END
	$trigger$;

	FOREACH t IN ARRAY ARRAY['publication', 'publication_indicator', 'publication_definition', 'publication_target',
							 'publication_school', 'publication_municipality', 'publication_school_indicator'] LOOP
		EXECUTE format('CREATE TRIGGER check_publication AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows
						FOR EACH STATEMENT EXECUTE FUNCTION check_publication()', t);
		EXECUTE format('CREATE TRIGGER refuse_edit BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
						FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit(%L)', t,
					   'Опубликованное не меняется. Исправьте данные и опубликуйте отчёт заново: shnor.publish(); чем он отличается от прежнего, покажет представление publication_difference.');
	END LOOP;
END
$function$;
COMMENT ON FUNCTION region_publication_tables(text) IS
'Internal: creates the tables of publications and the triggers that keep them as they are in the schema named region. Uses refuse_edit() of region_round_triggers.';

CREATE FUNCTION publish(region text, round_id integer, legal_act_id integer, title text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
DECLARE
	state text;
	known boolean;
	publication_id integer;
BEGIN
	PERFORM shnor.region_check(region);
	state := shnor.region_round(region, round_id);
	EXECUTE format('SELECT EXISTS (SELECT FROM %I.legal_act l WHERE l.legal_act_id = $1)', region) INTO known USING legal_act_id;
	IF state = 'draft' THEN
		RAISE EXCEPTION 'мониторинг % — черновик: публиковать ещё нечего', round_id
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = format('Сначала откройте его: укажите приказ (legal_act_id) и UPDATE %I.round SET state = ''open'' …', region);
	ELSIF NOT known THEN
		RAISE EXCEPTION 'в регионе «%» нет приказа с номером записи %', region, coalesce(legal_act_id::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = format('Отчёт публикуют по приказу: внесите его в таблицу %I.legal_act и назовите его legal_act_id.', region);
	END IF;

	-- One command: its parts all see the snapshot with which it begins, also in READ COMMITTED, so that the
	-- figures, the answers and the definitions are of one moment, and nobody has to be locked out meanwhile.
	EXECUTE format($sql$
		WITH act AS (
			SELECT l.legal_act_id, format('%%s от %%s № %%s', l.issuer, to_char(l.issued_on, 'DD.MM.YYYY'), l.number) AS named
			FROM %1$I.legal_act l
		), p AS (
			INSERT INTO %1$I.publication (round_id, round_title, round_state, cohort_on, legal_act_id, legal_act, title)
			SELECT r.round_id, r.title, r.state, r.cohort_on, a.legal_act_id, a.named, coalesce(nullif($3, ''), r.title)
			FROM %1$I.round r JOIN act a ON a.legal_act_id = $2
			WHERE r.round_id = $1
			RETURNING publication_id
		), municipal AS (
			INSERT INTO %1$I.publication_indicator (publication_id, municipality_id, municipality, position, indicator, section, title, unit,
				numerator, denominator, percent, threshold, plan, score, reason, answered, missing, percent_low, percent_high, gap, note_required)
			SELECT p.publication_id, i.municipality_id, i.municipality, i.position, i.indicator, i.section, i.title, i.unit,
				i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason, i.answered, i.missing,
				i.percent_low, i.percent_high, i.gap, i.note_required
			FROM p, %1$I.municipal_indicator i WHERE i.round_id = $1
		), regional AS (
			INSERT INTO %1$I.publication_indicator (publication_id, position, indicator, section, title, unit,
				numerator, denominator, percent, threshold, plan, score, reason, answered, missing, percent_low, percent_high, gap, note_required)
			SELECT p.publication_id, i.position, i.indicator, i.section, i.title, i.unit,
				i.numerator, i.denominator, i.percent, i.threshold, i.plan, i.score, i.reason, i.answered, i.missing,
				i.percent_low, i.percent_high, i.gap, i.note_required
			FROM p, %1$I.regional_indicator i WHERE i.round_id = $1
		), definition AS (
			INSERT INTO %1$I.publication_definition (publication_id, indicator, indicator_id, definition_id, position, clause, section, title, unit,
				level, institution_kinds, collection_method, numerator, denominator, cohort, missing, polarity,
				source_formula, documents, source_defect, reads)
			SELECT p.publication_id, i.indicator, i.indicator_id, i.definition_id, i.position, i.clause, i.section, i.title, i.unit,
				i.level, i.institution_kinds, i.collection_method, i.numerator, i.denominator, i.cohort, i.missing, i.polarity,
				i.source_formula, i.documents, i.source_defect,
				ARRAY(SELECT q.column_name FROM %1$I.indicator_question q
					  WHERE q.round_id = $1 AND q.indicator = i.indicator ORDER BY q.column_name)
			FROM p, %1$I.round_indicator i WHERE i.round_id = $1
		), target AS (
			INSERT INTO %1$I.publication_target (publication_id, target_id, indicator, municipality_id, threshold, plan, legal_act_id, legal_act)
			SELECT p.publication_id, t.target_id, t.indicator, t.municipality_id, t.threshold, t.plan, t.legal_act_id, a.named
			FROM p, %1$I.target t LEFT JOIN act a ON a.legal_act_id = t.legal_act_id WHERE t.round_id = $1
		), school AS (
			INSERT INTO %1$I.publication_school (publication_id, school_id, municipality_id, code, name, kind,
				low_results, adverse_conditions, risk_zone, submitted_at, answers)
			SELECT p.publication_id, s.school_id, s.municipality_id, o.code, o.name, s.kind,
				s.low_results, s.adverse_conditions, s.risk_zone, s.submitted_at,
				to_jsonb(s) - '{round_id,school_id,municipality_id,submitted_at,low_results,adverse_conditions,risk_zone,kind,is_school,is_preschool,is_supplementary}'::text[]
			FROM p, %1$I.school_round s JOIN %1$I.school o ON o.school_id = s.school_id WHERE s.round_id = $1
		), municipality AS (
			INSERT INTO %1$I.publication_municipality (publication_id, municipality_id, name, submitted_at, answers)
			SELECT p.publication_id, s.municipality_id, m.name, s.submitted_at, to_jsonb(s) - '{round_id,municipality_id,submitted_at}'::text[]
			FROM p, %1$I.municipal_round s JOIN %1$I.municipality m ON m.municipality_id = s.municipality_id WHERE s.round_id = $1
		), contribution AS (
			INSERT INTO %1$I.publication_school_indicator (publication_id, school_id, indicator, in_cohort, numerator, denominator)
			SELECT p.publication_id, s.school_id, s.indicator, s.in_cohort, s.numerator, s.denominator
			FROM p, %1$I.school_indicator s WHERE s.round_id = $1
		)
		SELECT p.publication_id FROM p$sql$, region)
	INTO STRICT publication_id USING round_id, legal_act_id, title;

	-- not to wait for autovacuum; others than the owner have to
	IF pg_has_role((SELECT c.relowner FROM pg_class c WHERE c.oid = to_regclass(format('%I.publication', region))), 'USAGE') THEN
		EXECUTE format('ANALYZE %1$I.publication, %1$I.publication_indicator, %1$I.publication_definition, %1$I.publication_target,
						%1$I.publication_school, %1$I.publication_municipality, %1$I.publication_school_indicator', region);
	END IF;
	RETURN publication_id;
END
$function$;
COMMENT ON FUNCTION publish(text, integer, integer, text) IS
'Publishes the report of a round by a legal act of the region and returns the publication_id: figures, definitions, targets, schools with their statuses and effective answers are copied as plain rows, all of one moment, and never change (title: the round''s by default). Publish again after a correction; publication_difference compares any two publications of a round, and each with today. Needs SELECT on the region and INSERT on the tables publication*. Errors: no such region (3F000), no such round or legal act (22023), a draft (55000).';
-- From a figure to everything under it: the definition, the order behind the list, each school's numbers and answers
-- with source, time and line, the target with its order, and the arithmetic.

CREATE FUNCTION explain_comparison(numerator bigint, denominator bigint, level numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
SELECT format('100 × %s = %s %s %s × %s = %s', numerator, s.have,
			  CASE WHEN s.have < s.need THEN '<' WHEN s.have = s.need THEN '=' ELSE '>' END,
			  replace(trim_scale(level)::text, '.', ','), denominator, replace(trim_scale(s.need)::text, '.', ','))
FROM (SELECT 100::numeric * numerator AS have, level * denominator AS need) AS s
$function$;
COMMENT ON FUNCTION explain_comparison(bigint, bigint, numeric) IS
'Internal: the line that compares a share with a threshold or a plan on exact numbers.';

CREATE FUNCTION explain(region text, round_id integer, municipality_id integer, indicator text,
						OUT line integer, OUT part text, OUT subject text, OUT value text, OUT basis text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	whose	text := CASE WHEN explain.municipality_id IS NULL THEN 'region' ELSE 'municipality' END;
	known	text;
BEGIN
	PERFORM shnor.region_check(region);
	PERFORM shnor.region_round(region, explain.round_id);
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	IF whose = 'municipality' AND NOT EXISTS (SELECT FROM municipality m WHERE m.municipality_id = explain.municipality_id) THEN
		RAISE EXCEPTION 'в регионе «%» нет муниципалитета с номером %', region, explain.municipality_id
			USING ERRCODE = 'invalid_parameter_value', HINT = format('Муниципалитеты перечислены в таблице %I.municipality. NULL — весь регион.', region);
	ELSIF NOT EXISTS (SELECT FROM round_indicator d WHERE d.round_id = explain.round_id AND d.indicator = explain.indicator) THEN
		SELECT string_agg(d.indicator, ', ' ORDER BY d.position) INTO known FROM round_indicator d WHERE d.round_id = explain.round_id;
		RAISE EXCEPTION 'в мониторинге % нет показателя «%»', explain.round_id, coalesce(explain.indicator, 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = coalesce('Показатели этого мониторинга: ' || known || '.',
								  format('На дату состава этого мониторинга не действует ни один показатель из таблицы %I.indicator.', region));
	END IF;

	RETURN QUERY
	WITH figure AS MATERIALIZED (
		SELECT i.*, CASE WHEN i.percent * i.denominator = 100::numeric * i.numerator THEN '=' ELSE '≈' END AS sign
		FROM indicator_result i
		WHERE i.round_id = explain.round_id AND i.indicator = explain.indicator AND i.scope = whose
		  AND (whose = 'region' OR i.municipality_id = explain.municipality_id)
	), definition AS MATERIALIZED (
		SELECT d.* FROM round_indicator d WHERE d.round_id = explain.round_id AND d.indicator = explain.indicator
	), act AS (
		SELECT a.legal_act_id, format('%s, № %s от %s', a.issuer, a.number, to_char(a.issued_on, 'DD.MM.YYYY')) AS title FROM legal_act a
	), member AS MATERIALIZED (
		-- whose answers the figure is made of; the arguments are repeated, so that views compute this figure only
		SELECT s.school_id, NULL::integer AS municipality_id, format('%s (код %s)', o.name, o.code) AS name, concat(o.name, ' ', o.school_id) AS sorting,
			   s.numerator, s.denominator, s.reason,
			   concat_ws('; ', CASE WHEN b.low_results THEN 'ШНОР' || coalesce(', ' || l.title, ' (приказ не указан)') END,
							   CASE WHEN b.adverse_conditions THEN 'ШНСУ' || coalesce(', ' || a.title, ' (приказ не указан)') END,
							   CASE WHEN b.risk_zone THEN 'зона риска' || coalesce(', ' || z.title, ' (приказ не указан)') END) AS statuses
		FROM definition d
		JOIN school_indicator s ON s.round_id = explain.round_id AND s.indicator = explain.indicator AND s.in_cohort
		JOIN round r ON r.round_id = explain.round_id
		JOIN school o ON o.school_id = s.school_id
		JOIN round_member b ON b.round_id = explain.round_id AND b.school_id = s.school_id
		LEFT JOIN school_status ls ON ls.school_id = s.school_id AND ls.status = 'low_results' AND daterange(ls.since, ls.until) @> r.cohort_on
		LEFT JOIN act l ON l.legal_act_id = ls.legal_act_id
		LEFT JOIN school_status las ON las.school_id = s.school_id AND las.status = 'adverse_conditions' AND daterange(las.since, las.until) @> r.cohort_on
		LEFT JOIN act a ON a.legal_act_id = las.legal_act_id
		LEFT JOIN school_status lz ON lz.school_id = s.school_id AND lz.status = 'risk_zone' AND daterange(lz.since, lz.until) @> r.cohort_on
		LEFT JOIN act z ON z.legal_act_id = lz.legal_act_id
		WHERE d.level = 'school' AND (whose = 'region' OR s.municipality_id = explain.municipality_id)
		UNION ALL
		SELECT NULL, i.municipality_id, m.name, m.name, i.numerator, i.denominator, i.reason, ''
		FROM definition d
		JOIN municipal_indicator i ON i.round_id = explain.round_id AND i.indicator = explain.indicator
		JOIN municipality m ON m.municipality_id = i.municipality_id
		WHERE d.level = 'municipality' AND (whose = 'region' OR i.municipality_id = explain.municipality_id)
	), said AS (
		SELECT 1 AS step, NULL::text AS sorting, 0 AS place, 'figure' AS part,
			   coalesce((SELECT m.name FROM municipality m WHERE m.municipality_id = f.municipality_id), (SELECT s.title FROM setting s), region) AS subject,
			   format('%s из %s%s', f.numerator, f.denominator, coalesce(format(' %s ', f.sign) || replace(f.percent::text, '.', ',') || ' %', '')) AS value,
			   format('%s. Ответили: %s, не ответили: %s', f.reason, f.answered, f.missing) AS basis
		FROM figure f
		UNION ALL
		SELECT 2, NULL, v.place, 'definition', v.subject, v.value, v.basis
		FROM definition d
		CROSS JOIN LATERAL (VALUES
			(1, 'Показатель', d.title, concat_ws('; ', format('п. %s методики', d.clause), d.collection_method)),
			(2, 'Числитель', d.numerator, d.source_formula),
			(3, 'Знаменатель', coalesce(d.denominator, CASE d.level WHEN 'school' THEN '1 на каждую организацию' ELSE '1 на муниципалитет' END), NULL),
			(4, 'Круг', coalesce(d.cohort, CASE d.level WHEN 'school' THEN 'все организации мониторинга' ELSE 'все муниципалитеты' END), CASE d.level WHEN 'school' THEN 'Виды учреждений: ' || (
				SELECT string_agg(CASE k WHEN 'school' THEN 'школы' WHEN 'preschool' THEN 'ДОУ' ELSE 'УДО' END, ', ')
				FROM string_to_table(d.institution_kinds, ', ') AS k) END),
			(5, 'Нет ответа', CASE WHEN d.missing = 'no' THEN 'считается за «нет»' WHEN d.level = 'school' THEN 'организация не считается ни в числителе, ни в знаменателе'
							  ELSE 'муниципалитет не считается ни в числителе, ни в знаменателе' END, NULL),
			(6, 'Прочтение', d.source_defect, NULL)) AS v(place, subject, value, basis)
		WHERE v.value IS NOT NULL
		UNION ALL
		SELECT 3, q.column_name, 0, 'question', q.column_name, CASE WHEN q.question IS NOT NULL THEN q.wording
														 WHEN q.column_name IN ('low_results', 'adverse_conditions', 'risk_zone') THEN 'статус организации на дату состава'
														 WHEN q.column_name IN ('is_school', 'is_preschool', 'is_supplementary') THEN 'вид учреждения'
														 ELSE 'такого вопроса в этом мониторинге нет' END,
			   CASE q.evidence WHEN 'required_if_yes' THEN 'Нужен документ при ответе «да»' WHEN 'optional' THEN 'Документ по желанию' END
		FROM indicator_question q
		WHERE q.round_id = explain.round_id AND q.indicator = explain.indicator
		UNION ALL
		SELECT 4, NULL, 0, 'cohort', r.title,
			   format('Дата состава %s, %s', to_char(r.cohort_on, 'DD.MM.YYYY'), CASE r.state WHEN 'draft' THEN 'черновик' WHEN 'open' THEN 'открыт' ELSE 'закрыт' END),
			   coalesce((SELECT a.title FROM act a WHERE a.legal_act_id = r.legal_act_id), 'Приказ не указан')
		FROM round r WHERE r.round_id = explain.round_id
		UNION ALL
		SELECT 5, m.sorting, 0, CASE WHEN m.school_id IS NULL THEN 'municipality' ELSE 'school' END, m.name,
			   format('%s из %s', coalesce(m.numerator::text, '—'), coalesce(m.denominator::text, '—')), concat_ws('. ', m.reason, nullif(m.statuses, ''))
		FROM member m
		UNION ALL
		SELECT 5, m.sorting, 1, 'answer', format('%s: %s', m.name, a.question),
			   coalesce(a.answer_count::text, CASE WHEN a.answer_yes THEN 'да' ELSE 'нет' END),
			   concat_ws('; ', e.title, to_char(a.submitted_at AT TIME ZONE coalesce((SELECT s.time_zone FROM setting s), 'Europe/Moscow'), 'DD.MM.YYYY HH24:MI'),
						 coalesce(a.source, CASE WHEN c.title IS NULL THEN 'источник не указан' END), c.title,
						 CASE WHEN a.counts THEN 'считается' ELSE 'не считается: есть более важный источник' END)
		FROM member m
		-- a municipality's own answer: a negative number, as in answer
		JOIN answer a ON a.round_id = explain.round_id AND coalesce(a.school_id, -a.municipality_id) = coalesce(m.school_id, -m.municipality_id)
		JOIN indicator_question q ON q.round_id = explain.round_id AND q.indicator = explain.indicator AND q.column_name = a.question
		JOIN data_source e ON e.data_source = a.data_source
		LEFT JOIN act c ON c.legal_act_id = a.legal_act_id
		UNION ALL
		-- the row that sets the value, by the same order of precedence as in the report
		SELECT 6, NULL, v.place, 'target', v.subject, replace(trim_scale(v.value)::text, '.', ',') || ' %',
			   concat_ws('; ', CASE WHEN v.own THEN 'установлено этому муниципалитету' ELSE 'установлено для всех' END, coalesce(v.title, 'приказ не указан'))
		FROM figure f
		CROSS JOIN LATERAL (
			SELECT w.place, w.subject, w.value, t.municipality_id IS NOT NULL AS own, a.title,
				   row_number() OVER (PARTITION BY w.place ORDER BY t.municipality_id NULLS LAST) AS choice
			FROM target t
			LEFT JOIN act a ON a.legal_act_id = t.legal_act_id
			CROSS JOIN LATERAL (VALUES (1, 'Порог', t.threshold, f.threshold), (2, 'План', t.plan, f.plan)) AS w(place, subject, value, reported)
			WHERE t.round_id = explain.round_id AND t.indicator = explain.indicator
			  AND (t.municipality_id IS NULL OR whose = 'municipality' AND t.municipality_id = explain.municipality_id)
			  AND w.value IS NOT NULL AND w.reported IS NOT NULL
		) AS v
		WHERE v.choice = 1
		UNION ALL
		SELECT 7, NULL, v.place, 'arithmetic', v.subject, v.value, v.basis
		FROM figure f
		CROSS JOIN definition d
		CROSS JOIN LATERAL (SELECT count(*) AS members,
								   string_agg(m.numerator::text, ' + ' ORDER BY m.sorting) AS numerators,
								   string_agg(m.denominator::text, ' + ' ORDER BY m.sorting) AS denominators FROM member m) AS t
		CROSS JOIN LATERAL (VALUES
			(1, 'Числитель', format('%s = %s', CASE WHEN t.members <= 50 THEN coalesce(t.numerators, '0') ELSE format('сумма по строкам выше (их %s)', t.members) END, f.numerator), NULL),
			(2, 'Знаменатель', format('%s = %s', CASE WHEN t.members <= 50 THEN coalesce(t.denominators, '0') ELSE format('сумма по строкам выше (их %s)', t.members) END, f.denominator), NULL),
			(3, 'Доля', CASE WHEN f.denominator <> 0 THEN format('100 × %s / %s %s %s %%', f.numerator, f.denominator, f.sign, replace(f.percent::text, '.', ','))
							 ELSE 'знаменатель равен нулю: доли нет' END, NULL),
			(4, 'Балл', CASE WHEN f.score IS NULL THEN 'не ставится'
							 WHEN f.unit = 'yes_no' AND f.scope = 'municipality' THEN f.score::text
							 ELSE format('%s, балл %s', shnor.explain_comparison(f.numerator, f.denominator, f.threshold), f.score) END, f.reason),
			(5, 'План', CASE shnor.score(shnor.share(f.numerator, f.denominator), f.plan, d.polarity)
							WHEN 1 THEN shnor.explain_comparison(f.numerator, f.denominator, f.plan) || ', не хуже плана'
							WHEN 0 THEN shnor.explain_comparison(f.numerator, f.denominator, f.plan) || ', хуже плана' END, NULL),
			(6, 'Записка', CASE WHEN f.note_required THEN 'нужна аналитическая записка (п. 1.2.6)' ELSE 'не нужна' END, NULL)) AS v(place, subject, value, basis)
		WHERE v.value IS NOT NULL
	)
	SELECT row_number() OVER (ORDER BY s.step, s.sorting NULLS FIRST, s.place, s.part, s.subject, s.basis)::integer,
		   s.part, s.subject, s.value, s.basis
	FROM said s
	ORDER BY 1;
END
$function$;
COMMENT ON FUNCTION explain(text, integer, integer, text) IS
'Everything under one figure of the region in schema region: municipality_id NULL is the whole region. One row a line, to be read in order: part is figure, definition, question, cohort, school or municipality (each with its numerator and denominator and the order behind its status), answer (value, source, time, line of the form, whether it counts), target (with its order), arithmetic (the sums, the division, the judgement on exact numbers). Texts are in Russian. Errors: no such region (3F000); no such round, municipality or indicator (22023).';
-- What is wrong with the set-up of a region: read before a round is opened, and when a report surprises.

CREATE FUNCTION lint(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	unreadable boolean := false;
	readable boolean := true;
	report text;
BEGIN
	PERFORM shnor.region_check(region);
	FOR severity, object, code, problem, hint IN SELECT * FROM shnor.lint_formulas(region) LOOP
		unreadable := unreadable OR object = 'indicator' AND starts_with(problem, 'Формула не читается');
		readable := readable AND NOT starts_with(problem, 'Формул');
		RETURN NEXT;
	END LOOP;
	RETURN QUERY SELECT * FROM shnor.lint_tables(region);
	-- with an indicator that cannot be read there are no reports to look at
	IF NOT unreadable THEN
		RETURN QUERY SELECT * FROM shnor.lint_reports(region);
	END IF;
	RETURN QUERY SELECT * FROM shnor.lint_rules(region);

	-- what no formula shows by itself: numbers that do not fit, a time zone that is none; the first report will do
	IF readable THEN
		FOREACH report IN ARRAY '{reporting_day,municipal_indicator,recommendation_due,note_status,measure_status,decision_status,identification,spell_condition}'::text[] LOOP
			BEGIN
				EXECUTE format('SELECT count(v) FROM %I.%I v', region, report);
			EXCEPTION WHEN others THEN
				severity := 'error';
				object := report;
				code := NULL;
				problem := 'Отчёт не строится: ' || SQLERRM;
				hint := CASE report WHEN 'reporting_day' THEN 'Исправьте setting.time_zone или выполните RESET shnor.today.'
						ELSE 'Формулы читаются: ищите в данных слишком большие числа и невозможные дни. «indicator N» в сообщении — номер формулы: показателя, текста рекомендации, правила или условия критерия.' END;
				RETURN NEXT;
				EXIT;
			END;
		END LOOP;
	END IF;
END
$function$;
COMMENT ON FUNCTION lint(text) IS
'What is wrong with the set-up of the region in schema region, a row a finding: severity (error: figures are wrong or missing; warning: look at it), object (the table), code (indicator, question, round …), problem and hint, in Russian. No rows: nothing found. Changes nothing. Error: no such region (3F000).';

CREATE FUNCTION lint_formulas(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	d		record;
	counted	bigint;
	answers	jsonb;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	-- each formula by itself, on a row without answers: one that is refused must not hide the others
	FOR d IN
		SELECT 'indicator' AS object, i.indicator AS code, i.indicator_id AS id, i.numerator, i.denominator, i.cohort, i.missing, i.level, i.unit,
			   concat_ws('; ', 'numerator: ' || i.numerator, 'denominator: ' || i.denominator, 'cohort: ' || i.cohort) AS formula,
			   format('jsonb_populate_record(NULL::%s, ''{}'')', CASE i.level WHEN 'school' THEN 'school_round' ELSE 'municipal_round' END) AS answers,
			   'Столбцы — коды вопросов (таблица question) и статусы.' AS columns
		FROM indicator i
		UNION ALL
		SELECT 'recommendation_template', t.template_id::text, t.template_id, shnor.condition_formula(t.condition), NULL, NULL, 'exclude', NULL, NULL, t.condition,
			   'jsonb_populate_record(NULL::municipal_indicator, ''{}'')',
			   'Столбцы: score, note_required, numerator, denominator, answered, missing, percent, threshold, plan.'
		FROM recommendation_template t
		UNION ALL
		SELECT 'identification_rule', u.rule_id || ': ' || v.part, u.rule_id, shnor.condition_formula(v.formula), NULL, NULL, 'exclude', NULL, NULL, v.formula,
			   v.answers, v.columns
		FROM identification_rule u
		CROSS JOIN LATERAL (VALUES
			('item_condition', u.item_condition,
			 '(SELECT x FROM (SELECT NULL::integer AS participants, NULL::integer AS below_minimum, NULL::bigint AS marks_sum, NULL::smallint AS grade, NULL::integer AS previous_participants, NULL::integer AS previous_below) x)',
			 'Столбцы: participants, below_minimum, marks_sum, grade, previous_participants, previous_below.'),
			('enter_condition', u.enter_condition, 'jsonb_populate_record(NULL::identification_case, ''{}'')',
			 'Столбцы: assessments, marked, repeated, assessments_before, marked_before, participants, below_minimum, unjudged, listed.'),
			('leave_condition', u.leave_condition, 'jsonb_populate_record(NULL::identification_case, ''{}'')',
			 'Столбцы: assessments, marked, repeated, assessments_before, marked_before, participants, below_minimum, unjudged, listed.')
		) AS v(part, formula, answers, columns)
		UNION ALL
		SELECT 'effectiveness_condition', c.criterion || ', ' || c.position, c.position, shnor.condition_formula(c.condition), NULL, NULL, 'exclude', NULL, NULL, c.condition,
			   'jsonb_populate_record(NULL::spell_case, ''{}'')',
			   'Столбцы: listed_1 … listed_3, relisted, below_0 … below_3, participants_0 … participants_3, region_below_0, region_participants_0, region_below_3, region_participants_3.'
		FROM effectiveness_condition c
		ORDER BY 1, 2
	LOOP
		object := d.object;
		code := d.code;
		severity := 'error';
		BEGIN
			EXECUTE format('SELECT count(*) FROM shnor.contribution((SELECT shnor.methodology($1, $2, $3, $4, $5)), %s)', d.answers)
			USING d.id, d.numerator, d.denominator, d.cohort, d.missing;
		EXCEPTION WHEN others THEN
			-- the message calls every number that of an indicator
			problem := format('Формула не читается: %s. Она такая: %s',
							  CASE d.object WHEN 'indicator' THEN SQLERRM ELSE regexp_replace(SQLERRM, format('^[^:]* %s[^:]*: ', d.id), '') END, d.formula);
			hint := d.columns || CASE d.object WHEN 'indicator' THEN '' ELSE ' Нужно условие, а не число.' END || ' Допустимы целые числа, true и false, + − *, сравнения, AND, OR, NOT, IS NULL, BETWEEN, IN, coalesce, least, greatest, yes_count.';
			RETURN NEXT;
			CONTINUE;
		END;

		-- two of everything: a numerator that comes to more than one counts people, and has to say out of how many
		IF d.unit = 'percent' AND d.denominator IS NULL THEN
			SELECT jsonb_object_agg(a.attname, CASE a.atttypid WHEN 'integer'::regtype THEN to_jsonb(2) ELSE to_jsonb(true) END) INTO answers
			FROM pg_attribute a
			WHERE a.attrelid = CASE d.level WHEN 'school' THEN 'school_round'::regclass ELSE 'municipal_round'::regclass END
			  AND a.attnum > 0 AND a.atttypid IN ('integer'::regtype, 'boolean'::regtype);
			BEGIN
				EXECUTE format('SELECT max(c.numerator) FROM shnor.contribution((SELECT shnor.methodology($1, $2, NULL, NULL, NULL)), jsonb_populate_record(NULL::%s, $3)) AS c',
							   CASE d.level WHEN 'school' THEN 'school_round' ELSE 'municipal_round' END)
				INTO counted USING d.id, d.numerator, answers;
			EXCEPTION WHEN others THEN
				problem := format('Формулу не удалось испытать на ответах «2» и «да»: %s. Она такая: %s', SQLERRM, d.formula);
				hint := 'Проверьте числа в формуле: результат должен умещаться в bigint.';
				RETURN NEXT;
				CONTINUE;
			END;
			IF counted > 1 THEN
				problem := 'Доля без знаменателя: числитель считает людей, а знаменателем служит число организаций';
				hint := 'Впишите знаменатель, например teachers.';
				RETURN NEXT;
			END IF;
		END IF;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION lint_formulas(text) IS
'Internal: findings of lint() in formulas: refused ones, unknown columns, counts without a denominator.';

CREATE FUNCTION lint_tables(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	SELECT f.severity, f.object, f.code, f.problem, f.hint
	FROM (
		SELECT 'warning' AS severity, 'target' AS object, format('%s, мониторинг %s', t.indicator, t.round_id) AS code,
			   'Порог или план без приказа' AS problem, 'Укажите legal_act_id: порог устанавливается приказом.' AS hint
		FROM target t WHERE t.legal_act_id IS NULL
		UNION ALL
		SELECT 'error', 'target', format('%s, мониторинг %s', t.indicator, t.round_id),
			   'Показателя с таким кодом в этом мониторинге нет', 'Проверьте код показателя и дни действия его определения.'
		FROM target t WHERE NOT EXISTS (SELECT FROM round_indicator d WHERE d.round_id = t.round_id AND d.indicator = t.indicator)
		UNION ALL
		SELECT 'warning', 'target', format('%s, мониторинг %s', t.indicator, t.round_id),
			   'Порог у справочного показателя: он не оценивается', 'Уберите порог или задайте показателю polarity.'
		FROM target t
		JOIN round_indicator d ON d.round_id = t.round_id AND d.indicator = t.indicator
		WHERE d.polarity = 'context' AND t.threshold IS NOT NULL
		UNION ALL
		SELECT 'warning', 'target', format('%s, мониторинг %s', d.indicator, d.round_id),
			   'Порог не установлен: балл не ставится', 'Внесите в target порог и приказ, которым он установлен.'
		FROM round_indicator d
		WHERE d.polarity <> 'context' AND NOT (d.unit = 'yes_no' AND d.level = 'municipality')
		  AND NOT EXISTS (SELECT FROM target t WHERE t.round_id = d.round_id AND t.indicator = d.indicator
						  AND t.municipality_id IS NULL AND t.threshold IS NOT NULL)
		UNION ALL
		SELECT 'error', 'question', q.question, format('В таблице %s нет столбца с таким названием', CASE q.respondent WHEN 'school' THEN 'submission' ELSE 'municipal_submission' END),
			   'Ответы на вопрос негде хранить: исправьте код вопроса.'
		FROM question q
		WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attname = q.question AND a.attnum > 0
						  AND a.attrelid = CASE q.respondent WHEN 'school' THEN 'submission'::regclass ELSE 'municipal_submission'::regclass END)
		UNION ALL
		SELECT 'warning', 'recommendation_template', d.indicator, format('Нет ни одной рекомендации для мониторинга «%s»', r.title),
			   'Итогом анализа каждого показателя должна быть рекомендация (п. 1.2.9): добавьте текст и условие.'
		FROM round_indicator d
		JOIN round r ON r.round_id = d.round_id
		WHERE NOT EXISTS (SELECT FROM recommendation_template t WHERE t.indicator = d.indicator
						  AND (t.valid_from IS NULL OR t.valid_from <= r.cohort_on) AND (t.valid_until IS NULL OR r.cohort_on < t.valid_until))
		UNION ALL
		SELECT 'warning', 'round', r.title, 'Не названы цели, задачи или методы мониторинга', 'По п. 1.2.7 их устанавливает приказ: впишите goals, tasks и methods.'
		-- a closed one cannot be mended
		FROM round r WHERE r.state <> 'closed' AND (concat(r.goals) = '' OR concat(r.tasks) = '' OR concat(r.methods) = '')
		UNION ALL
		SELECT 'warning', 'round', r.title,
			   format('Перечень стоит на результатах %s года, а по дате состава ожидался %s год', r.results_year, y.expected),
			   'Если так и задумано, ничего не делайте; иначе исправьте results_year: по нему берут результаты для правил и годы эффективности.'
		FROM round r
		CROSS JOIN LATERAL (SELECT (extract(year FROM r.cohort_on) - CASE WHEN extract(month FROM r.cohort_on) < 7 THEN 1 ELSE 0 END)::integer AS expected) AS y
		WHERE r.results_year <> y.expected
		UNION ALL
		SELECT 'warning', 'obligation_term', v.step, 'Срок не задан: обязательства этого вида никогда не просрочены', 'Добавьте строку в obligation_term.'
		FROM unnest('{note,recommendation,measure,decision}'::text[]) AS v(step)
		WHERE NOT EXISTS (SELECT FROM obligation_term t WHERE t.step = v.step)
		UNION ALL
		SELECT 'warning', 'school_status', format('%s, %s с %s', o.code, s.status, s.since), 'Статус без приказа', 'Укажите legal_act_id: перечень утверждается приказом.'
		FROM school_status s JOIN school o ON o.school_id = s.school_id
		WHERE s.legal_act_id IS NULL
		UNION ALL
		SELECT 'warning', 'school_status', format('%s, %s с %s', o.code, s.status, s.since), 'Статус у закрытой организации не завершён',
			   'Завершите статус датой закрытия и укажите правопреемника (school.successor_id), если он есть.'
		FROM school_status s JOIN school o ON o.school_id = s.school_id
		WHERE o.closed_on < coalesce(s.until, 'infinity') AND s.until IS NULL
		UNION ALL
		SELECT 'warning', 'question_source', format('%s: %s', a.question, a.data_source), 'Порядок источника не задан: его ответ считается последним',
			   'Добавьте строку в question_source.'
		FROM (SELECT DISTINCT a.question, a.data_source FROM source_answer a) AS a
		WHERE NOT EXISTS (SELECT FROM question_source p WHERE p.question = a.question AND p.data_source = a.data_source)
		UNION ALL
		SELECT 'error', 'legal_act', a.number, 'Акты изменяют друг друга по кругу', 'Исправьте amends_id: изменения ведут к первоначальному акту.'
		FROM legal_act_chain c JOIN legal_act a ON a.legal_act_id = c.legal_act_id
		WHERE c.root_id IS NULL
		UNION ALL
		SELECT 'error', 'effectiveness_criterion', NULL, 'Не выбран критерий эффективности', 'Поставьте in_use одному из критериев.'
		WHERE NOT EXISTS (SELECT FROM effectiveness_criterion c WHERE c.in_use)
		UNION ALL
		SELECT 'warning', 'reporting_day', current_setting('shnor.today', true), 'Сроки считаются не на сегодня, а на заданный день', 'RESET shnor.today;'
		WHERE nullif(current_setting('shnor.today', true), '') IS NOT NULL
		UNION ALL
		SELECT 'warning', 'server', 'jit', 'Отчёты соединяют много таблиц: их компиляция (JIT) дольше самого подсчёта',
			   format('ALTER DATABASE %I SET jit = off;', current_database())
		WHERE current_setting('jit')::boolean AND pg_jit_available()
	) AS f
	ORDER BY f.object, f.code, f.problem;
END
$function$;
COMMENT ON FUNCTION lint_tables(text) IS
'Internal: findings of lint() in the tables of definitions, targets, orders and terms.';

CREATE FUNCTION lint_reports(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	WITH valid AS (
		SELECT r.round_id, r.title, r.state, q.question, q.respondent
		FROM round r
		JOIN question q ON (q.valid_from IS NULL OR q.valid_from <= r.cohort_on) AND (q.valid_until IS NULL OR r.cohort_on < q.valid_until)
	), used AS (
		SELECT u.round_id, u.indicator, u.column_name, u.question FROM indicator_question u
	)
	SELECT f.severity, f.object, f.code, f.problem, f.hint
	FROM (
		SELECT 'error' AS severity, 'indicator' AS object, format('%s, мониторинг %s', u.indicator, u.round_id) AS code,
			   format('Вопрос «%s», который читает формула, в этом мониторинге не задаётся', u.column_name) AS problem,
			   'Проверьте дни действия вопроса и показателя.' AS hint
		FROM used u
		WHERE u.question IS NULL AND EXISTS (SELECT FROM question q WHERE q.question = u.column_name)
		UNION ALL
		SELECT 'warning', 'question', format('%s, мониторинг %s', v.question, v.round_id), 'Вопрос задаётся, но ни один показатель его не читает',
			   'Уберите вопрос из формы (valid_until) или добавьте показатель.'
		FROM valid v
		WHERE NOT EXISTS (SELECT FROM used u WHERE u.round_id = v.round_id AND u.question = v.question)
		UNION ALL
		SELECT 'warning', 'question', format('%s, мониторинг %s', v.question, v.round_id),
			   format('На вопрос не ответил%s', CASE v.respondent WHEN 'school' THEN 'а ни одна организация' ELSE ' ни один муниципалитет' END),
			   'Проверьте, есть ли вопрос в форме и узнаётся ли его заголовок при загрузке (form_header).'
		FROM valid v
		WHERE v.state <> 'draft' AND EXISTS (SELECT FROM used u WHERE u.round_id = v.round_id AND u.question = v.question)
		  AND EXISTS (SELECT FROM round_member m WHERE m.round_id = v.round_id)
		  AND NOT EXISTS (SELECT FROM answer a WHERE a.round_id = v.round_id AND a.question = v.question)
	) AS f
	ORDER BY f.object, f.code, f.problem;
END
$function$;
COMMENT ON FUNCTION lint_reports(text) IS
'Internal: findings of lint() where definitions, questions and answers of a round do not meet.';

CREATE FUNCTION lint_rules(region text, OUT severity text, OUT object text, OUT code text, OUT problem text, OUT hint text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	u record;
	g record;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	object := 'identification_rule';
	severity := 'warning';
	FOR u IN SELECT * FROM identification_rule LOOP
		code := format('%s (%s)', u.rule_id, u.status);
		IF u.legal_act_id IS NULL THEN
			problem := 'Правило без приказа';
			hint := 'Правило выявления утверждается приказом: укажите legal_act_id.';
			RETURN NEXT;
		END IF;

		-- Formulas are data, so the rule is tried on every small case: one that would not let a school in, and does not
		-- let it out either, is stricter to leave than to enter.
		BEGIN
			SELECT t.* INTO g
			FROM (
				SELECT shnor.methodology(u.rule_id, shnor.condition_formula(u.enter_condition), NULL, NULL, NULL) AS enter,
					   shnor.methodology(u.rule_id, shnor.condition_formula(u.leave_condition), NULL, NULL, NULL) AS leave
			) AS k
			CROSS JOIN (
				SELECT a AS assessments, 0 AS unjudged, m AS marked, r AS repeated, b AS assessments_before, n AS marked_before,
					   20 * a AS participants, 10 * m AS below_minimum
				FROM generate_series(0, 4) AS a, generate_series(0, a) AS m, generate_series(0, 4) AS b, generate_series(0, b) AS n,
					 generate_series(0, least(m, n)) AS r
			) AS t
			CROSS JOIN LATERAL shnor.contribution(k.enter, jsonb_populate_record(NULL::identification_case, to_jsonb(t) || '{"listed": false}')) AS e
			CROSS JOIN LATERAL shnor.contribution(k.leave, jsonb_populate_record(NULL::identification_case, to_jsonb(t) || '{"listed": true}')) AS l
			WHERE e.numerator = 0 AND l.numerator = 0
			ORDER BY t.assessments, t.marked, t.repeated, t.marked_before, t.assessments_before
			LIMIT 1;
			IF FOUND THEN
				problem := format('Выйти из перечня труднее, чем войти: при assessments = %s, marked = %s, repeated = %s, marked_before = %s школа не попала бы в перечень, но и не покинула бы его',
								  g.assessments, g.marked, g.repeated, g.marked_before);
				hint := 'Сверьте leave_condition с enter_condition.';
				RETURN NEXT;
			END IF;
		EXCEPTION WHEN others THEN
			-- what cannot be compiled, class 42, is a finding of lint_formulas() already
			IF left(SQLSTATE, 2) <> '42' THEN
				severity := 'error';
				problem := format('Правило не удалось испытать: %s. Включение: %s. Исключение: %s', SQLERRM, u.enter_condition, u.leave_condition);
				hint := 'Проверьте числа в enter_condition и leave_condition.';
				RETURN NEXT;
				severity := 'warning';
			END IF;
		END;
	END LOOP;
END
$function$;
COMMENT ON FUNCTION lint_rules(text) IS
'Internal: findings of lint() in the rules of identification: no order behind one, or stricter to leave than to enter.';
