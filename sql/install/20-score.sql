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
