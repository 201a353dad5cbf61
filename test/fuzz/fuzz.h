/*
 * fuzz.h
 *		What the targets of fuzzing share: targets.c and count.c, which run inside
 *		a backend (fuzz.c) and without a server (standalone.c), and form.c and
 *		rows.c, which run inside a backend only.
 *
 * An input may end in a value or in an error of its user.  A signal, an
 * internal error (XX000), two evaluations that differ, or a value that does
 * not survive its own output, is a finding: the process aborts, and libFuzzer
 * keeps the input.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "postgres.h"

#include "fmgr.h"

#include "../../src/compat.h"

typedef void (*Target) (const uint8 *data, size_t size);

#define FINDING(...) \
	do { \
		fprintf(stderr, "FINDING: " __VA_ARGS__); \
		fputc('\n', stderr); \
		abort(); \
	} while (0)

/* What the call gives, or the code of the error it ends in. */
typedef struct Outcome
{
	int			sqlstate;		/* 0: value */
	bool		isnull;
	Datum		value;
} Outcome;

#define CALL1(f, a) call(f, 1, a, (Datum) 0, (Datum) 0)

/* targets.c */
extern char *as_text(const uint8 *data, size_t size);
extern int	forgive(MemoryContext context);
extern Outcome call(PGFunction function, int nargs, Datum a, Datum b, Datum c);
extern Outcome read_text(PGFunction in, const uint8 *data, size_t size);
extern Outcome receive(PGFunction function, const void *data, size_t size);
extern void survives(Datum value, PGFunction in, PGFunction out, PGFunction recv, PGFunction send);
extern void use_tally(Outcome read);
extern void fuzz_share_in(const uint8 *data, size_t size);
extern void fuzz_share_recv(const uint8 *data, size_t size);
extern void fuzz_tally_in(const uint8 *data, size_t size);
extern void fuzz_tally_recv(const uint8 *data, size_t size);
extern void fuzz_form_value(const uint8 *data, size_t size);

#define SURVIVES(value, type) survives(value, type##_in, type##_out, type##_recv, type##_send)

/* count.c */
extern void fuzz_formula(const uint8 *data, size_t size);
extern void fuzz_methodology_recv(const uint8 *data, size_t size);

/* form.c */
extern void fuzz_form_rows(const uint8 *data, size_t size);
extern void fuzz_form_read(const uint8 *data, size_t size);

/* src/form_text.c, form_value.c, form_timestamp.c */
extern Datum form_clean(PG_FUNCTION_ARGS);
extern Datum form_normalize(PG_FUNCTION_ARGS);
extern Datum form_count(PG_FUNCTION_ARGS);
extern Datum form_yes_no(PG_FUNCTION_ARGS);
extern Datum form_timestamp(PG_FUNCTION_ARGS);
extern Datum form_problem(PG_FUNCTION_ARGS);

/* a methodology's text is read by PostgreSQL's JSON functions, which need a server */
#ifdef STANDALONE
#define methodology_in NULL
#define methodology_out NULL
#else
extern Datum methodology_in(PG_FUNCTION_ARGS);
extern Datum methodology_out(PG_FUNCTION_ARGS);
#endif
extern Datum methodology_recv(PG_FUNCTION_ARGS);
extern Datum methodology_send(PG_FUNCTION_ARGS);

#endif							/* FUZZ_H */
