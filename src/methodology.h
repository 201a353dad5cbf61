/*
 * methodology.h
 *		A set of indicator definitions as one value.
 *
 *	+-----------+---------+------+----------+--------+----------------------+
 *	| vl_len_ 4 | version | done | unused 2 | n 4    | digest 32            |
 *	+-----------+---------+------+----------+--------+----------------------+
 *	| n times: id 4, missing 4, then three texts: length 4 and bytes, for    |
 *	| numerator, denominator and cohort (no padding; empty = not given)      |
 *	+------------------------------------------------------------------------+
 *
 * Definitions stand in the order of their ids.  The digest tells two
 * methodologies apart at each row of an aggregation without comparing texts.
 */
#ifndef SHNOR_METHODOLOGY_H
#define SHNOR_METHODOLOGY_H

#include "postgres.h"

#include "fmgr.h"
#include "common/sha2.h"

#include "formula.h"

typedef enum MissingPolicy
{
	MISSING_EXCLUDE,			/* an unanswered row counts in neither part */
	MISSING_NO					/* it still counts in the denominator */
} MissingPolicy;

typedef struct Methodology
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	bool		done;			/* sorted, without duplicates, digest set */
	uint16		unused;
	int32		ndefinitions;
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	char		data[FLEXIBLE_ARRAY_MEMBER];
} Methodology;

#define METHODOLOGY_VERSION 1

/*
 * The largest value, in bytes.  What works on a whole value (its digest, its
 * text, sorting it) is then done before a cancel could be missed.
 */
#define METHODOLOGY_MAX_SIZE (16 * 1024 * 1024)
#define DEFINITION_MIN_SIZE 20

/* A definition as it is read from a methodology, its formulas parsed. */
typedef struct Definition
{
	int32		id;
	MissingPolicy missing;
	FormulaSource numerator_source;
	FormulaSource denominator_source;
	FormulaSource cohort_source;
	Formula    *numerator;
	Formula    *denominator;	/* NULL: 1 for each row */
	Formula    *cohort;			/* NULL: every row */
} Definition;

extern Methodology *methodology_finish(const Methodology *methodology);
extern Definition *methodology_definitions(const Methodology *methodology);

#define DatumGetMethodologyP(X)		((Methodology *) PG_DETOAST_DATUM(X))
#define PG_GETARG_METHODOLOGY_P(n)	DatumGetMethodologyP(PG_GETARG_DATUM(n))
#define PG_RETURN_METHODOLOGY_P(x)	PG_RETURN_POINTER(x)

#endif							/* SHNOR_METHODOLOGY_H */
