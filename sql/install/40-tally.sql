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

CREATE FUNCTION counted(methodology, record) RETURNS integer[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION counted(methodology, record) IS
'The ids whose numerator contribution() gives as above zero; NULL where there is none.';
