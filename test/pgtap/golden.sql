-- The bytes of 0.1.0, as they lie on disk, travel and are written: later versions must read them and write the same.
-- test/data/golden.copy is a COPY BINARY file with the rows below. The bytes on disk are those of a little-endian
-- machine with 8-byte alignment; docs/internals.md and the headers in src draw them.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION pageinspect;
CREATE EXTENSION shnor;
SELECT no_plan();

CREATE TABLE golden (n integer, s shnor.share, m shnor.methodology, t shnor.tally);
CREATE TABLE written (n integer, s text, m text, t text, s_disk text, m_disk text, t_disk text);
INSERT INTO written VALUES
(1, '12/40', '[]', '{}',
 '0c000000000000002800000000000000',
 '530101000000000000e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
 '1b010000000000000000000000'),
(2, '-9223372036854775808/9223372036854775807',
 '[{"id": -1, "numerator": "да IS NULL", "denominator": null, "cohort": null, "missing": "no"}, {"id": 7, "numerator": "supported", "denominator": "teachers", "cohort": "low_results OR adverse_conditions", "missing": "exclude"}]',
 '{-1:12/40:38:2,7:-9223372036854775808/9223372036854775807:0:9223372036854775807}',
 '0000000000000080ffffffffffffff7f',
 '480200000101000002000000d042a0420763850e1b42bb9b49562afb334643d04a0c10a1ea4a9429eed8bb1bffffffff010000000c000000d0b4d0b0204953204e554c4c0000000000000000070000000000000009000000737570706f72746564080000007465616368657273210000006c6f775f726573756c7473204f5220616476657273655f636f6e646974696f6e73',
 'bb010000000200000000000000ffffffff000000000c0000000000000028000000000000002600000000000000020000000000000007000000000000000000000000000080ffffffffffffff7f0000000000000000ffffffffffffff7f');
\copy golden FROM 'test/data/golden.copy' WITH (FORMAT binary)

SELECT results_eq('SELECT n, s::text, m::text, t::text FROM golden ORDER BY n', 'SELECT n, s, m, t FROM written ORDER BY n',
				  'the binary file reads as the texts');
SELECT results_eq('SELECT n, s, m, t FROM (SELECT n, s::shnor.share::text AS s, m::shnor.methodology::text AS m, t::shnor.tally::text AS t FROM written) w ORDER BY n',
				  'SELECT n, s, m, t FROM written ORDER BY n', 'the texts read and write themselves');
SELECT is(encode(shnor.share_send(g.s) || shnor.tally_send(g.t) || shnor.methodology_send(g.m), 'hex'),
	'0180000000000000007fffffffffffffff'
	'0100000002ffffffff000000000000000c0000000000000028000000000000002600000000000000020000000780000000000000007fffffffffffffff00000000000000007fffffffffffffff'
	'0100000002ffffffff010000000cd0b4d0b0204953204e554c4c0000000000000000000000070000000009737570706f72746564000000087465616368657273000000216c6f775f726573756c7473204f5220616476657273655f636f6e646974696f6e73',
	'the binary form is that of the file')
FROM golden g WHERE g.n = 2;

-- on disk: a row for each value, after the line number and the padding of its alignment
CREATE TABLE disk_s AS SELECT s FROM golden ORDER BY n;
CREATE TABLE disk_m AS SELECT m FROM golden ORDER BY n;
CREATE TABLE disk_t AS SELECT t FROM golden ORDER BY n;
SELECT is(encode(h.t_data, 'hex'), w.s_disk, 'share ' || w.n || ' on disk')
FROM heap_page_items(get_raw_page('disk_s', 0)) h JOIN written w ON w.n = h.lp ORDER BY w.n;
SELECT is(encode(h.t_data, 'hex'), w.m_disk, 'methodology ' || w.n || ' on disk')
FROM heap_page_items(get_raw_page('disk_m', 0)) h JOIN written w ON w.n = h.lp ORDER BY w.n;
SELECT is(encode(h.t_data, 'hex'), w.t_disk, 'tally ' || w.n || ' on disk')
FROM heap_page_items(get_raw_page('disk_t', 0)) h JOIN written w ON w.n = h.lp ORDER BY w.n;

-- What tally() gives while sums are small, since 0.2.0: rows 3, a + 1: 4 + 6, b: 6 + 1; extras: 2 missing, 4 and 1 not to count;
-- id 1, lanes 1, 2 and 0, flags 3. The eight bytes of the layout, a hash, are left out.
CREATE TABLE disk_lanes AS
SELECT shnor.tally('[{"id": 1, "numerator": "a + 1", "denominator": "b", "missing": "exclude"}]', r) AS t
FROM (VALUES (3, NULL), (5, 6), (NULL, 1)) AS r(a, b);
SELECT is(overlay(encode(h.t_data, 'hex') PLACING repeat('-', 16) FROM 27 FOR 16),
	replace('53 01 01 01 01 0100 0400 0400 01 00 ---------------- 03000a0007000000 0200040001000000 03421000', ' ', ''), 'small sums on disk')
FROM heap_page_items(get_raw_page('disk_lanes', 0)) h;
SELECT is(t::text, '{1:6/6:1:2}', 'and what they say') FROM disk_lanes;

SELECT finish();
ROLLBACK;
