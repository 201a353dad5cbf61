-- methodology: definitions as a value
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS shnor;
RESET client_min_messages;
SET search_path = public, shnor;
\set SHOW_CONTEXT never

CREATE TEMP TABLE definition (id int, numerator text, denominator text, cohort text, missing text);
INSERT INTO definition VALUES
	(2, 'supported', 'teachers', 'low_results OR adverse_conditions', 'exclude'),
	(1, 'low_results OR adverse_conditions', NULL, NULL, NULL),
	(-7, 'has_program', '  ', '', 'no');

-- sorted by id, blank is not given
SELECT methodology(id, numerator, denominator, cohort, missing) FROM definition;
SELECT columns(methodology(id, numerator, denominator, cohort, missing)) FROM definition;

-- no definitions
SELECT methodology(id, numerator, denominator, cohort, missing) IS NULL FROM definition WHERE false;
SELECT '[]'::methodology, columns('[]'), columns('[{"id": 1, "numerator": "1"}]'), columns(NULL);

-- text
SELECT '[{"missing": "no", "numerator": "a", "id": 2}, {"id": 1, "numerator": "b", "denominator": null, "cohort": "c > 0"}]'::methodology;
SELECT m::text::methodology::text = m::text AS text_form FROM (SELECT methodology(id, numerator, denominator, cohort, missing) m FROM definition) d;
SELECT 'x'::methodology;
SELECT '{}'::methodology;
SELECT '1'::methodology;
SELECT '[1]'::methodology;
SELECT '[{}]'::methodology;
SELECT '[{"id": "1", "numerator": "a"}]'::methodology;
SELECT '[{"id": 1.5, "numerator": "a"}]'::methodology;
SELECT '[{"id": 3000000000, "numerator": "a"}]'::methodology;
SELECT '[{"id": 1}]'::methodology;
SELECT '[{"id": 1, "numerator": 5}]'::methodology;
SELECT '[{"id": 1, "numerator": "a", "numerater": "b"}]'::methodology;
SELECT '[{"id": 1, "numerator": "a"}, {"id": 1, "numerator": "b"}]'::methodology;
SELECT '[{"id": 1, "numerator": "a +"}]'::methodology;
SELECT '[{"id": 1, "numerator": "a", "missing": "zero"}]'::methodology;
-- brackets, commas and quotation marks in the texts
SELECT ' [ {"id": 2, "numerator": "\"a],b\" + \"{\"\"\\\\\""},{"id": 1, "numerator": "c\n*\t\u0064"} ] '::methodology;
SELECT ' [ ] '::methodology;
SELECT ''::methodology;
SELECT '['::methodology;
SELECT '[{"id": 1, "numerator": "a"}'::methodology;
SELECT '[{"id": 1, "numerator": "a\'::methodology;
SELECT '[}]'::methodology;
SELECT '[{"id": 1, "numerator": "a"},]'::methodology;
SELECT '[{"id": 1, "numerator": "a"} {"id": 2, "numerator": "b"}]'::methodology;
SELECT '[{"id": 1, "numerator": "a"}] []'::methodology;
SELECT '[{"id": 1, "numerator": "a", "more": [1, {"b": [2, 3]}]}]'::methodology;

-- binary
SELECT encode(methodology_send('[{"id": 1, "numerator": "a", "cohort": "b", "missing": "no"}]'), 'hex');
CREATE TEMP TABLE stored (m methodology);
INSERT INTO stored SELECT methodology(id, numerator, denominator, cohort, missing) FROM definition;
INSERT INTO stored VALUES (NULL), ('[]');
\copy stored TO PROGRAM 'cat > "$PG_ABS_BUILDDIR/results/methodology.bin"' WITH (FORMAT binary)
CREATE TEMP TABLE received (m methodology);
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR/results/methodology.bin"' WITH (FORMAT binary)
SELECT count(*), count(m) FROM received;
SELECT m::text FROM stored EXCEPT ALL SELECT m::text FROM received;

-- as sent by somebody: a good one, then an unknown version, more, fewer and fewer than none, an unknown policy, a text
-- longer than the message and one shorter than none, a byte too many, nothing
TRUNCATE received;
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\53\1\0\0\0\2\0\0\0\2\1\0\0\0\1\141\0\0\0\1\142\0\0\0\1\143\0\0\0\1\0\0\0\0\1\144\0\0\0\0\0\0\0\0\377\377"' WITH (FORMAT binary)
TABLE received;
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\53\11\0\0\0\2\0\0\0\2\1\0\0\0\1\141\0\0\0\1\142\0\0\0\1\143\0\0\0\1\0\0\0\0\1\144\0\0\0\0\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\53\1\0\0\0\3\0\0\0\2\1\0\0\0\1\141\0\0\0\1\142\0\0\0\1\143\0\0\0\1\0\0\0\0\1\144\0\0\0\0\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\53\1\0\0\0\1\0\0\0\2\1\0\0\0\1\141\0\0\0\1\142\0\0\0\1\143\0\0\0\1\0\0\0\0\1\144\0\0\0\0\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\5\1\377\377\377\377\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\27\1\0\0\0\1\0\0\0\1\2\0\0\0\1\141\0\0\0\0\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\26\1\0\0\0\1\0\0\0\1\0\0\0\0\17\141\0\0\0\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\26\1\0\0\0\1\0\0\0\1\0\377\377\377\377\0\0\0\0\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\6\1\0\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\377\377"' WITH (FORMAT binary)
-- and the texts are read as any others
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\27\1\0\0\0\1\0\0\0\5\0\0\0\0\0\0\0\0\1\141\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\31\1\0\0\0\1\0\0\0\5\0\0\0\0\3\141\40\53\0\0\0\0\0\0\0\0\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\55\1\0\0\0\2\0\0\0\2\1\0\0\0\1\141\0\0\0\1\142\0\0\0\1\143\0\0\0\2\1\0\0\0\1\141\0\0\0\1\142\0\0\0\1\143\377\377"' WITH (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\27\1\0\0\0\1\0\0\0\5\0\0\0\0\1\377\0\0\0\0\0\0\0\0\377\377"' WITH (FORMAT binary)
SELECT count(*) FROM received;

-- bad definitions: the indicator is named, the character pointed at
SELECT methodology(NULL, 'a', NULL, NULL, NULL);
SELECT methodology(5, NULL, NULL, NULL, NULL);
SELECT methodology(5, '  ', NULL, NULL, NULL);
SELECT methodology(5, 'a', 'b +', NULL, NULL);
SELECT methodology(5, 'a', 'b', 'teachers > ', NULL);
SELECT methodology(5, 'a', 'b', NULL, 'ignore');
SELECT methodology(id, 'a', NULL, NULL, NULL) FROM (VALUES (1), (2), (1)) v(id);

-- parts of the aggregate are not for the hand
SELECT methodology_accum(NULL, 1, 'a', NULL, NULL, NULL);
SELECT methodology_combine('[]', '[]');
SELECT methodology_final('[]');

-- an aggregate of one's own without the final function gives a value that can be used
CREATE AGGREGATE pg_temp.bare(int, text, text, text, text) (SFUNC = methodology_accum, STYPE = methodology);
SELECT m, t FROM (SELECT pg_temp.bare(id, 'a', NULL, NULL, NULL) AS m FROM (VALUES (2), (1)) v(id) OFFSET 0) b, LATERAL (SELECT tally(b.m, ARRAY['a'], x) AS t FROM (VALUES (7)) v(x)) l;

-- what processes of a parallel plan have read is put together
CREATE AGGREGATE pg_temp.merged(methodology) (SFUNC = methodology_combine, STYPE = methodology, FINALFUNC = methodology_final);
SELECT pg_temp.merged(m) FROM (VALUES ('[{"id": 2, "numerator": "b"}]'::methodology), ('[{"id": 3, "numerator": "c"}, {"id": 1, "numerator": "a"}]'), ('[]')) v(m);
SELECT pg_temp.merged(m) FROM (VALUES ('[{"id": 2, "numerator": "b"}]'::methodology), ('[{"id": 1, "numerator": "a"}, {"id": 2, "numerator": "c"}]')) v(m);

-- many indicators
SELECT length(methodology(g, 'a + ' || g, 'b', 'c > ' || g, 'no')::text) FROM generate_series(1, 3000) g;
