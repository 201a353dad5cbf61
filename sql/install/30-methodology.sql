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
'Definitions of indicators as one value. A denominator that is NULL or blank is 1 for each row, a cohort that is NULL or blank is every row; missing is "exclude" (an unanswered row is left out; also for NULL) or "no" (it counts in the denominator: clause 1.2.6 А). A formula that is not of the subset, an id that is NULL (22004) or twice there (42710) is an error that names the indicator and points at the character. A formula has up to 1 MB, all of them together 16 MB (54000). NULL over no rows';

CREATE FUNCTION columns(methodology) RETURNS text[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION columns(methodology) IS
'The names of the columns that a methodology''s formulas read, sorted: what tally() needs to be passed';

CREATE FUNCTION yes_count(VARIADIC answers boolean[]) RETURNS int
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION yes_count(boolean[]) IS
'How many of the answers are "yes"; NULL only when all of them are NULL. Clause 1.2.6: at least two of three risks';
