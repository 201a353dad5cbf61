-- Random choices for the oracle: all of them hang on setseed() alone, so a seed repeats a run.
CREATE SCHEMA oracle;

CREATE FUNCTION oracle.start(seed bigint) RETURNS void LANGUAGE sql VOLATILE
RETURN setseed(mod(seed, 1000000007) / 1000000007.0);

CREATE FUNCTION oracle.chance(percent int) RETURNS boolean LANGUAGE sql VOLATILE
RETURN random() * 100 < percent;

CREATE FUNCTION oracle.number(low int, high int) RETURNS int LANGUAGE sql VOLATILE
RETURN low + floor(random() * (high - low + 1))::int;

CREATE FUNCTION oracle.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
RETURN choices[1 + floor(random() * array_length(choices, 1))::int];

-- mostly small numbers, some NULLs, some extremes of the type
CREATE FUNCTION oracle.answer(low bigint, high bigint) RETURNS bigint LANGUAGE sql VOLATILE
RETURN CASE floor(random() * 10)::int
	WHEN 0 THEN NULL WHEN 1 THEN NULL WHEN 2 THEN low WHEN 3 THEN high
	WHEN 4 THEN 0 WHEN 5 THEN high - 1 ELSE floor(random() * 9)::int - 2 END;

CREATE FUNCTION oracle.yes_no() RETURNS boolean LANGUAGE sql VOLATILE
RETURN CASE floor(random() * 3)::int WHEN 0 THEN NULL WHEN 1 THEN true ELSE false END;

-- what formulas call, written anew: found before the extension's where oracle stands first in the path
CREATE FUNCTION oracle.yes_count(VARIADIC answers boolean[]) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN count(a) > 0 THEN count(*) FILTER (WHERE a)::int END FROM unnest(answers) a $$;

-- the end of a run that has found something
CREATE FUNCTION oracle.must_be_null(difference text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF difference IS NOT NULL THEN
		RAISE EXCEPTION E'%', difference;
	END IF;
END $$;
