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
