-- The code's messages in Russian, wherever they are put together: in ereport(),
-- by formula_error(), in a callback of the server's own error. Without a Russian
-- locale on this machine only English can be shown, and the rest is skipped.
BEGIN;
CREATE EXTENSION pgtap;
CREATE EXTENSION shnor;
SELECT plan(14);
SET LOCAL search_path = public, shnor;
SET LOCAL client_min_messages = warning;

CREATE TYPE said AS (message text, detail text, hint text, context text);

-- What a statement's error says.
CREATE FUNCTION error_of(statement text) RETURNS said LANGUAGE plpgsql AS $$
DECLARE
	result said;
BEGIN
	EXECUTE statement;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS result.message = MESSAGE_TEXT, result.detail = PG_EXCEPTION_DETAIL,
		result.hint = PG_EXCEPTION_HINT, result.context = PG_EXCEPTION_CONTEXT;
	RETURN result;
END
$$;

-- Switch to the first Russian locale of UTF8 that this machine has; its name, or NULL.
CREATE FUNCTION speak_russian() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	locale text;
BEGIN
	FOREACH locale IN ARRAY ARRAY['ru_RU.UTF-8', 'ru_RU.utf8'] LOOP
		BEGIN
			RETURN set_config('lc_messages', locale, true);
		EXCEPTION WHEN invalid_parameter_value THEN
			NULL;
		END;
	END LOOP;
	RETURN NULL;
END
$$;

CREATE FUNCTION in_english() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	e said;
BEGIN
	SET LOCAL lc_messages = 'C';
	e := error_of($q$SELECT tally((SELECT methodology(1, 'no_such', '', '', NULL)), ARRAY['teachers'], 1)$q$);
	RETURN NEXT is(e.message, 'indicator 1, numerator: column "no_such" does not exist', 'without a translation: the message in English');
	RETURN NEXT is(e.detail, 'At character 1 of "no_such".', 'and its detail');
END
$$;

CREATE FUNCTION in_russian() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	e said;
BEGIN
	IF speak_russian() IS NULL THEN
		RETURN NEXT skip('no locale ru_RU.UTF-8 on this machine', 12);
		RETURN;
	END IF;

	e := error_of($q$SELECT tally((SELECT methodology(1, 'no_such', '', '', NULL)), ARRAY['teachers'], 1)$q$);
	RETURN NEXT is(e.message, 'показатель 1, числитель: столбец "no_such" не существует', 'a message of three translated parts');
	RETURN NEXT is(e.detail, 'Символ 1 в "no_such".', 'its detail');
	RETURN NEXT is(e.hint, 'Сверьте написание со столбцами, которые передаются функции; какие столбцы читают формулы, покажет shnor.columns(methodology).',
		'its hint, marked where it stands and translated later');
	e := error_of($q$SELECT methodology(1, 'teachers', '', 'teachers >', NULL)$q$);
	RETURN NEXT matches(e.message, '^показатель 1, когорта: ', 'an error of the server''s parser, said in our terms');
	e := error_of($q$SELECT methodology(1, 'teachers', '(SELECT 1)', '', NULL)$q$);
	RETURN NEXT is(e.message, 'показатель 1, знаменатель: в формуле недопустимо: подзапрос', 'a translated word within a translated message');

	e := error_of($q$SELECT '12'::share$q$);
	RETURN NEXT is(e.message, 'неверный синтаксис для типа share: "12"', 'a plain ereport()');
	RETURN NEXT is(e.hint, 'Напишите долю двумя целыми числами, числитель/знаменатель, например 12/40.', 'and its hint');
	e := error_of($q$SELECT wilson_low(share(9000000000, 8000000000))$q$);
	RETURN NEXT is(e.message, 'для интервала нужна доля от целого: 9000000000/8000000000', 'a message with 64-bit numbers');
	e := error_of($q$SELECT sum(t) FROM unnest(ARRAY['{7:9223372036854775807/1:1:0}', '{7:1/1:1:0}']::tally[]) AS t$q$);
	RETURN NEXT is(e.message, 'показатель 7: сумма числителей вне диапазона для типа bigint', 'a part in its grammatical case');
	e := error_of($q$SELECT '{1:1/x}'::tally$q$);
	RETURN NEXT is(e.detail, 'Неожиданный символ в позиции 6.', 'a detail chosen among several');

	e := error_of($q$SELECT form_rows(E'a,b\n1,"2\n', ',')$q$);
	RETURN NEXT is(e.hint, 'Найдите кавычку без пары в записи, которая начинается в строке 2.', 'our hint on the server''s error');
	RETURN NEXT matches(e.context, 'форма, запись, которая начинается в строке 2', 'and our context');
END
$$;

SELECT in_english();
SELECT in_russian();
SELECT * FROM finish();
ROLLBACK;
