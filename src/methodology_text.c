/*
 * methodology_text.c
 *		The text form of a methodology: a JSON array of objects with the keys
 *		id, numerator, denominator, cohort, missing.  PostgreSQL's own JSON
 *		functions read it.
 */
#include "methodology_text.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(methodology_in);
PG_FUNCTION_INFO_V1(methodology_out);

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

Datum
methodology_in(PG_FUNCTION_ARGS)
{
	Datum		json = DirectFunctionCall1(jsonb_in, PG_GETARG_DATUM(0));
	Jsonb	   *root = DatumGetJsonbP(json);
	DefinitionTexts *definitions;
	int			n;

	if (!JB_ROOT_IS_ARRAY(root) || JB_ROOT_IS_SCALAR(root))
		bad_text(gettext_noop("It is not an array."));
	n = JB_ROOT_COUNT(root);
	definitions = palloc0_array(DefinitionTexts, Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(&root->root, i);
		JsonbContainer *object;
		int			nkeys = 0;

		if (element->type != jbvBinary ||
			!JsonContainerIsObject(element->val.binary.data))
			bad_text(gettext_noop("An element of the array is not an object."));
		object = element->val.binary.data;
		definitions[i].id = id_of(object, &nkeys);
		for (int j = 0; j < DEFINITION_TEXTS; j++)
			definitions[i].texts[j] = text_under(object, keys[j], &nkeys);
		definitions[i].missing =
			methodology_missing_policy(definitions[i].id,
									   text_under(object, "missing", &nkeys));
		if ((uint32) nkeys != JsonContainerSize(object))
			bad_text(gettext_noop("An object has a key that is none of id, numerator, denominator, cohort, missing."));
	}
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
