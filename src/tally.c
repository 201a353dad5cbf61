/*
 * tally.c
 *		Tallies as lists of items: making and adding them.
 */
#include "tally.h"

#include "common/int.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"

/* A tally with room for nitems, all of them zero. */
Tally *
tally_make(int nitems)
{
	Size		size = TALLY_SIZE(nitems);
	Tally	   *result;

	if (!AllocSizeIsValid(size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many indicators in a tally: %d", nitems),
				 errhint("A tally holds up to %d indicators.",
						 (int) ((MaxAllocSize - TALLY_SIZE(0)) / sizeof(TallyItem)))));
	result = palloc0(size);
	SET_VARSIZE(result, size);
	result->version = TALLY_VERSION;
	result->form = TALLY_ITEMS;
	result->nitems = nitems;
	return result;
}

static int64
in_range(int32 id, const char *what, bool overflow, int64 sum)
{
	if (overflow)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("indicator %d: the sum of its %s is out of range for bigint",
						id, _(what)),
				 errhint("Look for submissions with impossibly large counts.")));
	return sum;
}

static int64
add_counts(int32 id, const char *what, int64 a, int64 b)
{
	int64		sum = 0;
	bool		overflow = pg_add_s64_overflow(a, b, &sum);

	return in_range(id, what, overflow, sum);
}

static int64
subtract_counts(int32 id, const char *what, int64 a, int64 b)
{
	int64		sum = 0;
	bool		overflow = pg_sub_s64_overflow(a, b, &sum);

	return in_range(id, what, overflow, sum);
}

void
tally_add_item(TallyItem *sum, const TallyItem *item)
{
	sum->numerator = add_counts(sum->id, gettext_noop("numerators"),
								sum->numerator, item->numerator);
	sum->denominator = add_counts(sum->id, gettext_noop("denominators"),
								  sum->denominator, item->denominator);
	sum->answered = add_counts(sum->id, gettext_noop("answered rows"),
							   sum->answered, item->answered);
	sum->missing = add_counts(sum->id, gettext_noop("missing rows"),
							  sum->missing, item->missing);
}

/* Take out of the sums what does not count for this indicator. */
void
tally_take_out(TallyItem *sum, int64 numerator, int64 denominator)
{
	sum->numerator = subtract_counts(sum->id, gettext_noop("numerators"),
									 sum->numerator, numerator);
	sum->denominator = subtract_counts(sum->id, gettext_noop("denominators"),
									   sum->denominator, denominator);
}

/* A new tally with the indicators of both. */
Tally *
tally_sum(const Tally *a, const Tally *b)
{
	Tally	   *result = tally_make(a->nitems + b->nitems);
	int			i = 0;
	int			j = 0;
	int			n = 0;

	Assert(a->form == TALLY_ITEMS && b->form == TALLY_ITEMS);
	while (i < a->nitems || j < b->nitems)
	{
		TallyItem  *item = &result->items[n++];

		CHECK_FOR_INTERRUPTS();
		if (j >= b->nitems ||
			(i < a->nitems && a->items[i].id < b->items[j].id))
			*item = a->items[i++];
		else if (i >= a->nitems || b->items[j].id < a->items[i].id)
			*item = b->items[j++];
		else
		{
			*item = a->items[i++];
			tally_add_item(item, &b->items[j++]);
		}
	}
	result->nitems = n;
	SET_VARSIZE(result, TALLY_SIZE(n));
	return result;
}

/* Add b to a in place where both have the same indicators, else as a new one. */
Tally *
tally_add(Tally *a, const Tally *b)
{
	bool		same = a->nitems == b->nitems;

	for (int i = 0; same && i < a->nitems; i++)
		same = a->items[i].id == b->items[i].id;
	if (!same)
		return tally_sum(a, b);
	for (int i = 0; i < a->nitems; i++)
	{
		CHECK_FOR_INTERRUPTS();
		tally_add_item(&a->items[i], &b->items[i]);
	}
	return a;
}
