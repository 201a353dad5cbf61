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
