/*
 * mutate.h
 *		Values of shnor's types in binary form, made wrong: for test/fuzz/copy.c.
 *
 * Needs nothing of PostgreSQL: what a value's bytes must be is said here a
 * second time, from the description of each type and not from its code.
 */
#ifndef MUTATE_H
#define MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Bytes
{
	unsigned char *data;
	size_t		n;
	size_t		room;
} Bytes;

typedef enum Kind
{
	SHARE,
	METHODOLOGY,
	TALLY
} Kind;

/* the indicators of a methodology, the items of a tally, behind a head of version and number */
typedef struct Item
{
	const unsigned char *data;
	size_t		n;
} Item;

#define HEAD 5

/* binary.c */
extern void put(Bytes *bytes, const void *data, size_t n);
extern void put_int(Bytes *bytes, int size, uint64_t value);
extern void set_int(unsigned char *data, int size, uint64_t value);
extern int64_t get_int(const unsigned char *data, int size);

/* The items of a value as far as they can be read; sets where that ends. */
extern Item *find_items(Kind kind, const unsigned char *data, size_t n, size_t *nitems, size_t *end);

/*
 * Is this a value's binary form?  Sets what a server writes of it: the same
 * bytes, but for a methodology, whose indicators it sorts and whose blank
 * texts it takes for none.
 */
extern bool well_formed(Kind kind, const unsigned char *data, size_t n, Bytes *written);

/* mutate.c */
extern uint64_t random_state;
extern uint64_t below(uint64_t limit);

/* The step-th of all small changes of a value, the cut before each byte first; false when there are no more. */
extern bool change(const Bytes *value, size_t step, Bytes *result);

/* A value of the pool changed at random, in one or a few ways. */
extern void mutate(Kind kind, const Bytes *pool, size_t npool, Bytes *result);

/* A length that lies. */
extern int32_t lying_length(size_t length);

#endif							/* MUTATE_H */
