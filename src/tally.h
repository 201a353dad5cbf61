/*
 * tally.h
 *		A tally: what one pass over rows has counted, per indicator.
 *
 * The value that is stored, shown and added, in the order of ids:
 *
 *	+-----------+---------+--------+----------+----------+
 *	| vl_len_ 4 | version | form 0 | unused 2 | nitems 4 | (padding 4)
 *	+-----------+---------+--------+----------+----------+
 *	| nitems times: id 4, padding 4, numerator 8, denominator 8,
 *	| answered 8, missing 8
 *	+----------------------------------------------------
 *
 * While an aggregate runs, its state may have another form, which lanes.h
 * draws.  Where sums are small such a value may leave the aggregate, too, and
 * be stored: tally_items() reads all forms.  None is ever sent or shown.
 */
#ifndef SHNOR_TALLY_H
#define SHNOR_TALLY_H

#include "postgres.h"

#include "fmgr.h"

typedef struct TallyItem
{
	int32		id;
	int32		padding;
	int64		numerator;
	int64		denominator;
	int64		answered;
	int64		missing;
} TallyItem;

typedef enum TallyForm
{
	TALLY_ITEMS,
	TALLY_LANES
} TallyForm;

typedef struct Tally
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		form;			/* TallyForm */
	uint16		unused;
	int32		nitems;
	int32		padding;
	TallyItem	items[FLEXIBLE_ARRAY_MEMBER];
} Tally;

#define TALLY_VERSION 1
#define TALLY_SIZE(n) (offsetof(Tally, items) + sizeof(TallyItem) * (n))

extern Tally *tally_make(int nitems);
extern Tally *tally_sum(const Tally *a, const Tally *b);
extern Tally *tally_add(Tally *a, const Tally *b);
extern void tally_add_item(TallyItem *sum, const TallyItem *item);
extern void tally_take_out(TallyItem *sum, int64 numerator, int64 denominator);

#define DatumGetTallyP(X)		((Tally *) PG_DETOAST_DATUM(X))
#define PG_GETARG_TALLY_P(n)	DatumGetTallyP(PG_GETARG_DATUM(n))
#define PG_RETURN_TALLY_P(x)	PG_RETURN_POINTER(x)

#endif							/* SHNOR_TALLY_H */
