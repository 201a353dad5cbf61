/*
 * valgrind.h
 *		Included by `make valgrind` before everything else of src/: makes what
 *		src/ allocates known to valgrind.
 *
 * palloc() cuts blocks of many kilobytes into chunks, and valgrind knows of
 * blocks only.  Chunks above the limit of every kind of memory context get
 * blocks of their own: so each is made that large, and what lies beyond the
 * size asked for is marked as not accessible.  What is read before it is
 * written, or after it is freed, shows by itself then.  A server that was built
 * with USE_VALGRIND tells valgrind all this of its own.
 */
#include "postgres.h"

#ifndef USE_VALGRIND

#include <valgrind/memcheck.h>

#include "utils/memutils.h"

/* above ALLOC_CHUNK_LIMIT of aset.c, which is the largest limit of all */
#define GUARD (8 * 1024 + 64)

static inline void *
guard_chunk(void *chunk, Size size)
{
	(void) VALGRIND_MAKE_MEM_NOACCESS((char *) chunk + size, GUARD);
	return chunk;
}

static inline void *
guarded_alloc(MemoryContext context, Size size)
{
	return guard_chunk(MemoryContextAlloc(context, size + GUARD), size);
}

static inline void *
guarded_alloc_zero(MemoryContext context, Size size)
{
	return memset(guarded_alloc(context, size), 0, size);
}

/* what is new counts as written: nobody knows how long the chunk was */
static inline void *
guarded_repalloc(void *chunk, Size size)
{
	chunk = repalloc(chunk, size + GUARD);
	(void) VALGRIND_MAKE_MEM_DEFINED(chunk, size);
	return guard_chunk(chunk, size);
}

static inline char *
guarded_pnstrdup(const char *text, Size length)
{
	char	   *result;

	length = strnlen(text, length);
	result = guarded_alloc(CurrentMemoryContext, length + 1);
	memcpy(result, text, length);
	result[length] = '\0';
	return result;
}

#define palloc(size) guarded_alloc(CurrentMemoryContext, size)
#define palloc0(size) guarded_alloc_zero(CurrentMemoryContext, size)
#define repalloc(chunk, size) guarded_repalloc(chunk, size)
#define MemoryContextAllocZero(context, size) guarded_alloc_zero(context, size)
#define MemoryContextAllocHuge(context, size) guard_chunk(MemoryContextAllocHuge(context, (size) + GUARD), size)
#define pstrdup(text) guarded_pnstrdup(text, strlen(text))
#define pnstrdup(text, length) guarded_pnstrdup(text, length)

#endif							/* USE_VALGRIND */
