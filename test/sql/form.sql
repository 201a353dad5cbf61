-- Reading form exports: CSV records and typed values. No region is needed.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS shnor;
RESET client_min_messages;
SET search_path = shnor, public;
SET timezone = 'UTC';
\pset null '~'
SET datestyle = 'ISO';
\set SHOW_CONTEXT never

-- ---- form_rows ----
-- byte order mark, three kinds of line ends, a newline in quotes, empty and quoted empty values
SELECT line, replace(fields::text, E'\n', '|') AS fields
FROM form_rows(E'\uFEFFa,b,\r\n"x\r\ny",\rz,"",3\n"1 ""q""",2', ',');
SELECT line, fields FROM form_rows(E'a;"b;c"\n1,5;2\n', ';');
SELECT line, fields FROM form_rows(E'a\t"b\tc"\n1,5\t2\n', E'\t');
-- blank lines are records, nothing is no record
SELECT line, fields FROM form_rows(E'\n\na', ',');
SELECT line, fields FROM form_rows('', ',');
SELECT line, fields FROM form_rows(E'\uFEFF', ',');
SELECT line, fields FROM form_rows(NULL, ',');
-- lines are counted through quoted newlines, in the first record too
SELECT line, cardinality(fields) FROM form_rows(E'"a\nb\nc","d\ne"\r\n1,2\r\n"3\r\n4",5\r\n6,7', ',');
-- very wide, and much
SELECT count(*), max(line), max(cardinality(fields)) FROM form_rows(repeat(repeat('x,', 100000) || E'\n', 3), ',');
SELECT count(*), max(line), count(DISTINCT fields) FROM form_rows(repeat(E'"да\n",Нет,12\r\n', 30000), ',');
-- what holds \. is data, and what is only \. would end the input in some versions
SELECT line, fields FROM form_rows(E'a,b\n\\.,1\n1,\\.\n"x\n\\.\n",2\n', ',');
SELECT line, fields FROM form_rows(E'a,b\n"x\ny",1\n\\.\n3,4\n', ',');
\echo :LAST_ERROR_SQLSTATE
SELECT line, fields FROM form_rows(E'a,b\n3,4\n\\.', ',');
SELECT line, fields FROM form_rows(E'a,b\n"\\."\n3,4\n', ',');
-- a quotation mark without its pair
SELECT line, fields FROM form_rows(E'a,b\n"x\ny",1\n2,"open\n3,4\n', ',');
\echo :LAST_ERROR_SQLSTATE
SELECT line, fields FROM form_rows('a,b', '');
SELECT line, fields FROM form_rows('a,b', ',,');
SELECT line, fields FROM form_rows('a,b', '"');
-- the reader works after its errors, and twice in one query
SELECT a.line, a.fields, b.fields FROM form_rows(E'a,b\nc,d', ',') a JOIN form_rows(E'a;b\nc;d', ';') b USING (line);

-- ---- form_rows_at, form_header ----
SELECT line, fields FROM form_rows_at(E'a,b\n"x\ny",1\n2,3\n4,5', ',', '{5,2,3,NULL,2,99}');
SELECT line, fields FROM form_rows_at(E'a,b\n1,2', ',', '{}');
-- all of the file is read
SELECT line, fields FROM form_rows_at(E'a,b\n2,"open\n3,4\n', ',', '{1}');
SELECT line, fields FROM form_header(E'\n,,\n\u00A0,""\nОтметка времени,\n1,2', ',');
SELECT line, fields FROM form_header(E'"a\nb";c\n"open', ';');
SELECT line, fields FROM form_header(E'\n,\n', ',');
SELECT line, fields FROM form_header('', ',');

-- ---- form_read ----
\set kinds '{submitted_at,school_code,count,yes_no,NULL,school_name,municipality,count}'
\set places '{NULL,NULL,2,1,NULL,NULL,NULL,3}'
-- plain rows: the header and blank rows are not there; an answer that is not given is NULL; what is not read may hold anything
SELECT line, plain, submitted_at, code, name, place, answers FROM form_read(
	E'время,код,1,2,3,4,5,6\n19.09.2023 18:07:33, А  1 ,12 чел.,Да,?,"«Школа»  № 1",г. Шуя,0\n,,,\n\n—,,—,нет ответа\n"",b,007,нет.,,,,2147483647\n', ',',
	1, 8, :'kinds', :'places', 'Europe/Moscow');
-- not plain: each kind of value that cannot be read, a value right of the width; the last two are plain
SELECT line, plain, code, answers FROM form_read(
	E'h\nвчера,a\n31.02.2024,a\n,a,много\n,a,2147483648\n,a,,возможно\n,a,,,,«»\n,a,1,Да,,,,,x\n,a,1,Да,,,,,\n,a,1,Да,x', ',', 1, 8, :'kinds', :'places', 'Europe/Moscow');
-- two columns of one answer, of one code
SELECT line, plain, answers FROM form_read(E'h\n1,\n,2\n1,1\n—,1\n', ',', 1, 2, '{count,count}', '{1,1}', 'UTC');
SELECT line, plain, code FROM form_read(E'h\na,\na,a', ',', 1, 2, '{school_code,school_code}', '{}', 'UTC');
SELECT line, plain, submitted_at FROM form_read(E'h\n01.09.2024,\n,02.09.2024\n01.09.2024,02.09.2024\n—,01.09.2024\n', ',', 1, 2, '{submitted_at,submitted_at}', '{}', 'UTC');
-- below a header that starts further down; no answers; columns that are not told of
SELECT line, plain, code, answers FROM form_read(E'\nh\na,1\nb,2,3', ',', 2, 2, '{school_code}', '{}', 'UTC');
SELECT line, plain, answers FROM form_read(E'h\n1', ',', 1, 1, '{count}', '{NULL}', 'UTC');
SELECT line, plain, answers FROM form_read(E'h\n1', ',', 1, 1, '{count}', '{2147483647}', 'UTC');
SELECT line FROM form_read(E'h\n1', ',', 1, 1, '{anything}', '{}', 'Mars/Phobos');
SELECT line FROM form_read(E'h\n"1', ',', 1, 1, '{count}', '{1}', 'UTC');
-- as the functions for single values say
SELECT v.raw, r.plain, r.answers FROM (VALUES ('1 234'), ('12,0'), ('12,5'), ('-0'), ('+7'), ('0000000012'), ('999999999'), ('9999999999'), ('12 %'), (U&'\00A05'), ('５')) AS v(raw)
CROSS JOIN LATERAL form_read(E'h\n"' || v.raw || '"', ',', 1, 1, '{count}', '{1}', 'UTC') r
WHERE (r.plain, r.answers[1]::bigint) IS DISTINCT FROM (form_problem(v.raw, 'count') IS NULL, CASE WHEN r.plain THEN form_count(v.raw) END);

-- ---- form_clean, form_normalize ----
-- (unaligned: versions of psql differ in the width of characters without one)
\a
SELECT '[' || form_clean(raw) || ']' AS clean FROM unnest(ARRAY[
	E' a \t\n b ', U&'\00A0 1\202F234\00A0', U&'\FEFFДа\200B', '', U&'\00A0', '«Ёж» — 5']) raw;
\a
SELECT raw, '[' || form_normalize(raw) || ']' AS normal FROM unnest(ARRAY[
	'1. Количество  педагогов: «ёжик» * ', '2) Имеется ли?', '1.2.3. Вопрос:', '37.001', '12.', '12', '500+',
	E'Школа\n№ 5 (г. Шуя)', 'ШКОЛА №5 (Г. ШУЯ)', '№ № 5, № 6№', '"Лицей „Маяк“"', 'А–Я — ҐЄІЇ Ѳ', U&'и\0306е\0308', 'ÀÉ×', '1.', '']) raw;
SELECT form_clean(NULL) IS NULL AND form_normalize(NULL) IS NULL AS nothing;

-- ---- form_count ----
SELECT raw, form_count(raw), form_problem(raw, 'count') FROM unnest(ARRAY[
	'12', ' 12 ', '12 чел.', '12 человек', '12чел', '12 Учителей', '1 234', U&'1\00A0234', U&'1\202F234\202F567', '1234 чел.',
	'12,0', '12.00', '12.', '+12', '007', '-0', '2147483647',
	'', '-', '—', '--', 'нет ответа', 'Нет ответа.', 'н/д', 'не указано',
	'12,5', '1.234', '-3', '−3', '- 3', '-2,5', '2147483648', '99999999999999999999999', '50%', '50 %',
	'нет', 'двенадцать', '12 из 40', '10-12', '1 23', '1234 567', '12 345 6', '1,2,3', '0x10', '1e3', 'Infinity', '12 (все)', '№ 12', '٣']) raw;

-- ---- form_yes_no ----
SELECT raw, form_yes_no(raw), form_problem(raw, 'yes_no') FROM unnest(ARRAY[
	'Да', 'да', 'ДА', 'да.', ' Да ', 'Да!', 'yes', 'YES', 'true', '1', '+', U&'\00A0Да',
	'Нет', 'нет', 'НЕТ', 'нет.', 'No', 'FALSE', '0',
	'', '—', '-', 'нет ответа',
	'частично', 'да, частично', 'не знаю', '2', 'да нет', 'д']) raw;

-- ---- form_timestamp ----
SELECT raw, form_timestamp(raw, 'Europe/Moscow'), form_problem(raw, 'timestamp') FROM unnest(ARRAY[
	'19.09.2023 18:07:33', '9.9.2023 8:07', '19.09.23 18:07', '19.09.2023', '19.09.2023, 18:07:33',
	'12/15/2025 10:18:29 GMT+7', '12/15/2025 10:18:29 GMT-3:30', '12/15/2025 10:18:29', '1/2/2025 0:00:00 UTC',
	'2024/10/15 9:03:07 AM GMT+3', U&'2024/10/15 9:03:07\202FPM GMT+3', '2024/10/15 12:00:00 AM GMT+3', '2024/10/15 12:00:00 PM',
	'2024-10-15 09:03:07', '2024-10-15 09:03:07+03', '2024-10-15T09:03:07.1234567Z', '2024-10-15T09:03+0530', '2024-10-15', '2024-02-29',
	'', '—',
	'2023-02-29', '31.04.2024', '13/15/2025 10:18:29 GMT+7', '19/09/2023 18:07:33', '15-10-2024', '24:00', '2024-10-15 24:00:00', '2024-10-15 9:60',
	'2024-10-15 10', '2024-10-15 10:5', '2024-10-15 10:00:5', '2024-10-15 10:00:00 +03:3', '2024-10-15 10:00:00 GMT+x', '19.09.сент',
	'2024-10-15 13:00 PM', '2024-10-15 0:00 AM', '2024-10-15 10:00:00 GMT+99', '2024-10-15 10:00:00 MSK', '15.10.0024', '45188.75', 'вчера', '2024-10-15x', '2024-10']) raw;
-- a time zone's own history, and its winter and summer
SELECT form_timestamp('01.01.2012 12:00', 'Europe/Moscow'), form_timestamp('01.01.2015 12:00', 'Europe/Moscow'),
	form_timestamp('01.07.2024 12:00', 'Europe/Berlin'), form_timestamp('01.07.2024 12:00', 'Asia/Yekaterinburg');
SELECT form_timestamp('01.07.2024 12:00', 'Ivanovo');
SELECT form_problem('12', 'date');
SELECT form_count(NULL) IS NULL AND form_yes_no(NULL) IS NULL AND form_problem(NULL, 'count') IS NULL AS nothing;
RESET search_path;

-- ---- a database of another encoding ----
CREATE DATABASE regression_win1251 ENCODING 'WIN1251' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0;
\set database :DBNAME
\c regression_win1251
SET client_min_messages = warning;
CREATE EXTENSION shnor;
SELECT shnor.form_count('12');
\c :database
DROP DATABASE regression_win1251;
