/*
 * standalone.c
 *		The targets without a server, for the address sanitizer: memory,
 *		errors and the start.
 *
 * Each palloc() is a malloc() of just that size, freed after the input or with
 * its context, so that what reads or writes beyond it, or later, is seen.
 * What stands for the rest of PostgreSQL is in stubs.c; TARGET in the
 * environment names the target.  Built by test/fuzz/standalone.
 */
#include "fuzz.h"

#include "nodes/memnodes.h"
#include "utils/memutils.h"

/* ---- memory ---- */

typedef struct Context
{
	MemoryContextData head;		/* not looked into */
	void	  **blocks;
	size_t		nblocks;
	size_t		room;
	struct Context *next;
} Context;

static Context root;
static Context *contexts = &root;
MemoryContext CurrentMemoryContext = (MemoryContext) &root;

static void *
keep(Context *context, void *block)
{
	if (block == NULL)
		FINDING("out of memory");
	if (context->nblocks == context->room)
		context->blocks = realloc(context->blocks, sizeof(void *) * (context->room = context->room * 2 + 64));
	context->blocks[context->nblocks++] = block;
	return block;
}

/* where the block is kept, the youngest contexts and blocks first */
static void **
find(void *block)
{
	for (Context *context = contexts; context != NULL; context = context->next)
		for (size_t i = context->nblocks; i > 0; i--)
			if (context->blocks[i - 1] == block)
				return &context->blocks[i - 1];
	FINDING("pfree or repalloc of what was not allocated");
}

static size_t
checked(size_t size)
{
	if (size > MaxAllocSize)
		elog(ERROR, "invalid memory alloc request size %zu", size);
	return size;
}

void *
MemoryContextAlloc(MemoryContext context, Size size)
{
	return keep((Context *) context, malloc(checked(size)));
}

void *
MemoryContextAllocZero(MemoryContext context, Size size)
{
	return keep((Context *) context, calloc(1, checked(size)));
}

void *
palloc(Size size)
{
	return MemoryContextAlloc(CurrentMemoryContext, size);
}

void *
palloc0(Size size)
{
	return MemoryContextAllocZero(CurrentMemoryContext, size);
}

/* what palloc_array() calls in later minor versions */
void *
palloc_mul(Size s1, Size s2)
{
	size_t		size;

	if (__builtin_mul_overflow(s1, s2, &size))
		elog(ERROR, "invalid memory alloc request size %zu * %zu", s1, s2);
	return palloc(size);
}

void *
palloc0_mul(Size s1, Size s2)
{
	void	   *block = palloc_mul(s1, s2);

	return memset(block, 0, s1 * s2);
}

void *
repalloc(void *pointer, Size size)
{
	void	  **place = find(pointer);

	*place = realloc(pointer, checked(size));
	return *place;
}

void
pfree(void *pointer)
{
	*find(pointer) = NULL;
	free(pointer);
}

char *
pnstrdup(const char *in, Size length)
{
	size_t		n = strnlen(in, length);
	char	   *copy = palloc(n + 1);

	memcpy(copy, in, n);
	copy[n] = '\0';
	return copy;
}

char *
pstrdup(const char *in)
{
	return pnstrdup(in, strlen(in));
}

MemoryContext
AllocSetContextCreateInternal(MemoryContext parent, const char *name, Size minContextSize,
							  Size initBlockSize, Size maxBlockSize)
{
	Context    *context = calloc(1, sizeof(Context));

	context->next = contexts;
	contexts = context;
	return (MemoryContext) context;
}

void
MemoryContextReset(MemoryContext context)
{
	Context    *c = (Context *) context;

	for (size_t i = 0; i < c->nblocks; i++)
		free(c->blocks[i]);
	c->nblocks = 0;
}

void
MemoryContextDelete(MemoryContext context)
{
	Context   **place = &contexts;

	MemoryContextReset(context);
	while (*place != (Context *) context)
		place = &(*place)->next;
	*place = (*place)->next;
	free(((Context *) context)->blocks);
	free(context);
}

/* ---- errors ---- */

sigjmp_buf *PG_exception_stack;
ErrorContextCallback *error_context_stack;
static ErrorData error;
static char message[8192];
static char rest[8192];			/* detail, hint: formatted, since that reads their arguments */

bool
errstart(int elevel, const char *domain)
{
	memset(&error, 0, sizeof(error));
	error.elevel = elevel;
	error.sqlerrcode = ERRCODE_INTERNAL_ERROR;
	error.message = message;
	message[0] = '\0';
	return true;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return errstart(elevel, domain);
}

void
errfinish(const char *filename, int lineno, const char *funcname)
{
	if (error.elevel < ERROR || PG_exception_stack == NULL)
		FINDING("%s, of level %d, outside of a call", message, error.elevel);
	siglongjmp(*PG_exception_stack, 1);
}

int
errcode(int sqlerrcode)
{
	error.sqlerrcode = sqlerrcode;
	return 0;
}

#define FORMATS(name, buffer) \
int \
name(const char *fmt,...) \
{ \
	va_list		args; \
	va_start(args, fmt); \
	vsnprintf(buffer, sizeof(buffer), fmt, args); \
	va_end(args); \
	return 0; \
}

FORMATS(errmsg, message)
FORMATS(errmsg_internal, message)
FORMATS(errdetail, rest)
FORMATS(errhint, rest)

ErrorData *
CopyErrorData(void)
{
	return &error;
}

void
FlushErrorState(void)
{
}

char *
unpack_sql_state(int sql_state)
{
	static char buffer[8];

	for (int i = 0; i < 5; i++, sql_state >>= 6)
		buffer[i] = PGUNSIXBIT(sql_state);
	return buffer;
}

void
ExceptionalCondition(const char *conditionName,
#if PG_VERSION_NUM < 160000
					 const char *errorType,
#endif
					 const char *fileName, int lineNumber)
{
	FINDING("%s:%d does not hold: %s", fileName, lineNumber, conditionName);
}

/* ---- the start ---- */

static const struct
{
	const char *name;
	Target		run;
}			targets[] = {
	{"prefix", fuzz_formula},	/* formulas as prefix.c reads them */
	{"methodology_recv", fuzz_methodology_recv},
	{"tally_in", fuzz_tally_in},
	{"tally_recv", fuzz_tally_recv},
	{"share_in", fuzz_share_in},
	{"share_recv", fuzz_share_recv},
	{"form_value", fuzz_form_value},
};

static Target target;

extern int	LLVMFuzzerInitialize(int *argc, char ***argv);
extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("TARGET");

	for (int i = 0; i < (int) lengthof(targets); i++)
		if (name != NULL && strcmp(targets[i].name, name) == 0)
			target = targets[i].run;
	if (target == NULL)
	{
		fprintf(stderr, "TARGET is none of:");
		for (int i = 0; i < (int) lengthof(targets); i++)
			fprintf(stderr, " %s", targets[i].name);
		fputc('\n', stderr);
		exit(2);
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CurrentMemoryContext = (MemoryContext) &root;
	target(data, size);
	while (contexts != &root)
		MemoryContextDelete((MemoryContext) contexts);
	MemoryContextReset((MemoryContext) &root);
	return 0;
}
