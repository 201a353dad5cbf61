/*
 * share.h
 *		The type share: an exact pair of integers, numerator/denominator.
 *
 * Sixteen bytes, fixed, passed by reference; the same in memory and on disk:
 *
 *		+---------------------+---------------------+
 *		| numerator (int64)   | denominator (int64) |
 *		+---------------------+---------------------+
 *
 * Any pair is a valid value, x/0 and negative parts included: a share is what
 * was counted, and whether it can be judged is asked by those who judge it.
 * Nothing is ever reduced: 12/40 is not 3/10, since 40 teachers are not 10.
 */
#ifndef SHNOR_SHARE_H
#define SHNOR_SHARE_H

#include "fmgr.h"

#include "compat.h"

typedef struct Share
{
	int64		numerator;
	int64		denominator;
} Share;

#define DatumGetShareP(X)		((Share *) DatumGetPointer(X))
#define SharePGetDatum(X)		PointerGetDatum(X)
#define PG_GETARG_SHARE_P(n)	DatumGetShareP(PG_GETARG_DATUM(n))
#define PG_RETURN_SHARE_P(x)	return SharePGetDatum(x)

extern Share *share_make(int64 n, int64 d);

#endif							/* SHNOR_SHARE_H */
