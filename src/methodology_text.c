/*
 * methodology_text.c
 *		The text form of a methodology: a JSON array of objects with the keys
 *		id, numerator, denominator, cohort, missing.  PostgreSQL's own JSON
 *		functions read its elements.
 */
#include "methodology_text.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(methodology_in);
PG_FUNCTION_INFO_V1(methodology_out);

/* the longest element: three formulas, each character escaped, and more */
#define ELEMENT_MAX_LENGTH	(8 * FORMULA_MAX_LENGTH)
/* more values than five keys can have, fewer than take long to read */
#define ELEMENT_MAX_VALUES	1000

static const char *const unknown_key =
gettext_noop("An object has a key that is none of id, numerator, denominator, cohort, missing.");

static const char *const keys[DEFINITION_TEXTS] = {
	"numerator", "denominator", "cohort"
};

static void
bad_text(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s", "methodology"),
			 errdetail("%s", _(detail)),
			 errhint("Write a JSON array such as [{\"id\": 1, \"numerator\": \"supported\", \"denominator\": \"teachers\", \"cohort\": null, \"missing\": \"exclude\"}].")));
}

/* The text under a key; NULL where it is absent or null. */
static char *
text_under(JsonbContainer *object, const char *key, int *nkeys)
{
	JsonbValue	found;

	if (getKeyJsonValueFromContainer(object, key, strlen(key), &found) == NULL)
		return NULL;
	(*nkeys)++;
	if (found.type == jbvNull)
		return NULL;
	if (found.type != jbvString)
		bad_text(gettext_noop("Formulas and policies are strings or null."));
	return pnstrdup(found.val.string.val, found.val.string.len);
}

static int32
id_of(JsonbContainer *object, int *nkeys)
{
	JsonbValue	found;

	if (getKeyJsonValueFromContainer(object, "id", 2, &found) == NULL ||
		found.type != jbvNumeric)
		bad_text(gettext_noop("Every indicator needs a number under \"id\"."));
	(*nkeys)++;
	if (strspn(numeric_normalize(found.val.numeric), "-0123456789") !=
		strlen(numeric_normalize(found.val.numeric)))
		bad_text(gettext_noop("The number under \"id\" must be whole."));
	return DatumGetInt32(DirectFunctionCall1(numeric_int4,
											 NumericGetDatum(found.val.numeric)));
}

static const char *
skip_blanks(const char *at)
{
	for (; *at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'; at++)
		CHECK_FOR_INTERRUPTS();
	return at;
}

/*
 * The next element of the array as a text of its own; moves on behind the
 * comma or bracket that ends it, and tells which.  jsonb_in() could not be
 * cancelled while it reads the whole array.
 */
static char *
take_element(const char **at, char *end)
{
	const char *start = *at;
	const char *p;
	int			depth = 0;
	int			values = 1;
	bool		quoted = false;

	for (p = start; *p != '\0'; p++)
	{
		CHECK_FOR_INTERRUPTS();
		if (*p == '"')
			quoted = !quoted;
		else if (quoted && *p == '\\' && p[1] != '\0')
			p++;
		else if (quoted)
			continue;
		else if (depth == 0 && (*p == ',' || *p == ']'))
			break;
		else if (*p == '[' || *p == '{')
			depth++;
		else if (*p == ']' || *p == '}')
			depth--;
		else if (*p == ',' && ++values > ELEMENT_MAX_VALUES)
			bad_text(unknown_key);
	}
	if (*p == '\0')
		bad_text(gettext_noop("The array is not closed."));
	if (p - start > ELEMENT_MAX_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an element of a methodology's text is longer than %d bytes", ELEMENT_MAX_LENGTH),
				 errhint("A formula may take %d bytes.", FORMULA_MAX_LENGTH)));
	*end = *p;
	*at = p + 1;
	return pnstrdup(start, p - start);
}

static void
read_element(char *element, DefinitionTexts *definition)
{
	Jsonb	   *jsonb = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(element)));
	JsonbContainer *object = &jsonb->root;
	int			nkeys = 0;

	if (!JB_ROOT_IS_OBJECT(jsonb))
		bad_text(gettext_noop("An element of the array is not an object."));
	definition->id = id_of(object, &nkeys);
	for (int i = 0; i < DEFINITION_TEXTS; i++)
		definition->texts[i] = text_under(object, keys[i], &nkeys);
	definition->missing =
		methodology_missing_policy(definition->id, text_under(object, "missing", &nkeys));
	if ((uint32) nkeys != JsonContainerSize(object))
		bad_text(unknown_key);
}

Datum
methodology_in(PG_FUNCTION_ARGS)
{
	const char *at = skip_blanks(PG_GETARG_CSTRING(0));
	int			room = 64;
	DefinitionTexts *definitions = palloc_array(DefinitionTexts, room);
	int			n = 0;
	char		end = ',';

	if (*at++ != '[')
		bad_text(gettext_noop("It is not an array."));
	if (*skip_blanks(at) == ']')
	{
		at = skip_blanks(at) + 1;
		end = ']';
	}
	while (end != ']')
	{
		if (n == room)
		{
			methodology_check_size((Size) n * DEFINITION_MIN_SIZE);
			room *= 2;
			definitions = repalloc(definitions, sizeof(DefinitionTexts) * room);
		}
		read_element(take_element(&at, &end), &definitions[n++]);
	}
	if (*skip_blanks(at) != '\0')
		bad_text(gettext_noop("Something follows the array."));
	PG_RETURN_METHODOLOGY_P(methodology_from_texts(definitions, n));
}

Datum
methodology_out(PG_FUNCTION_ARGS)
{
	Methodology *methodology = PG_GETARG_METHODOLOGY_P(0);
	DefinitionTexts *definitions = methodology_to_texts(methodology);
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '[');
	for (int i = 0; i < methodology->ndefinitions; i++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&buf, "%s{\"id\": %d", i > 0 ? ", " : "",
						 definitions[i].id);
		for (int j = 0; j < DEFINITION_TEXTS; j++)
		{
			appendStringInfo(&buf, ", \"%s\": ", keys[j]);
			if (definitions[i].texts[j] != NULL)
				escape_json(&buf, definitions[i].texts[j]);
			else
				appendStringInfoString(&buf, "null");
		}
		appendStringInfo(&buf, ", \"missing\": \"%s\"}",
						 definitions[i].missing == MISSING_NO ? "no" : "exclude");
	}
	appendStringInfoChar(&buf, ']');
	PG_RETURN_CSTRING(buf.data);
}
