/*
 * fuzz.c
 *		libFuzzer inside a backend: every text and every bytes that a user, a
 *		BI tool or a broken file can hand to the C code.
 *
 * Built together with the sources of src into one library (see test/fuzz/run) and started
 * in single-user mode: SELECT fuzz('target', 'libFuzzer options').
 */
#include "fuzz.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(fuzz);

extern int	LLVMFuzzerRunDriver(int *argc, char ***argv,
								int (*callback) (const uint8_t *data, size_t size));

static MemoryContext input_context;
static Target target;
static bool must_fail;			/* every input is to be refused: the drill */

static void
fuzz_methodology_in(const uint8 *data, size_t size)
{
	Outcome		read = read_text(methodology_in, data, size);

	if (read.sqlstate == 0)
		SURVIVES(read.value, methodology);
}

static const struct
{
	const char *name;
	Target		run;
}			targets[] = {
	{"formula", fuzz_formula},
	{"methodology_in", fuzz_methodology_in},
	{"methodology_recv", fuzz_methodology_recv},
	{"tally_in", fuzz_tally_in},
	{"tally_recv", fuzz_tally_recv},
	{"share_in", fuzz_share_in},
	{"share_recv", fuzz_share_recv},
	{"form_value", fuzz_form_value},
	{"form_rows", fuzz_form_rows},
	{"form_read", fuzz_form_read},
};

static int
one_input(const uint8_t *data, size_t size)
{
	MemoryContext old = MemoryContextSwitchTo(input_context);

	if (must_fail && size > 2 && data[0] == 'b' && data[1] == 'u' && data[2] == 'g')
		FINDING("the drill");
	target(data, size);
	MemoryContextSwitchTo(old);
	MemoryContextReset(input_context);
	return 0;
}

/* fuzz(target text, options text): does not return; libFuzzer ends the process */
Datum
fuzz(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *options = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	  **argv = palloc0(sizeof(char *) * (strlen(options) + 3));
	int			argc = 0;

	if (strcmp(name, "drill") == 0)
	{
		must_fail = true;
		name = "share_in";
	}
	for (int i = 0; i < (int) lengthof(targets); i++)
		if (strcmp(targets[i].name, name) == 0)
			target = targets[i].run;
	if (target == NULL)
		ereport(ERROR, (errmsg("no target \"%s\"", name)));

	argv[argc++] = name;
	for (char *p = strtok(options, " "); p != NULL; p = strtok(NULL, " "))
		argv[argc++] = p;
	input_context = AllocSetContextCreate(TopMemoryContext, "fuzz input", ALLOCSET_DEFAULT_SIZES);
	LLVMFuzzerRunDriver(&argc, &argv, one_input);
	PG_RETURN_VOID();
}
