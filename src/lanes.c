/*
 * lanes.c
 *		Adding rows to lanes, adding lanes, and reading a tally from them.
 */
#include "lanes.h"

#include "common/int.h"

#include "compat.h"

/* Two lanes; states are aligned to 8 bytes only. */
typedef int64 Lanes2 __attribute__((vector_size(16), aligned(8)));
typedef uint64 UnsignedLanes2 __attribute__((vector_size(16), aligned(8)));

/* The fields of a LaneItem in 32 bits. */
#define PACKED_ID_BITS		12
#define PACKED_LANE_BITS	6
#define PACKED_MAX_ID		((1 << PACKED_ID_BITS) - 1)
#define PACKED_MAX_LANE		((1 << PACKED_LANE_BITS) - 1)

static uint32
pack_item(const LaneItem *item)
{
	uint32		result = item->id;

	result = (result << PACKED_LANE_BITS) | item->numerator;
	result = (result << PACKED_LANE_BITS) | item->denominator;
	result = (result << PACKED_LANE_BITS) | item->rows;
	return (result << 2) | item->flags;
}

static LaneItem
unpack_item(uint32 packed)
{
	LaneItem	item;

	item.flags = packed & 3;
	packed >>= 2;
	item.rows = packed & PACKED_MAX_LANE;
	packed >>= PACKED_LANE_BITS;
	item.denominator = packed & PACKED_MAX_LANE;
	packed >>= PACKED_LANE_BITS;
	item.numerator = packed & PACKED_MAX_LANE;
	item.id = packed >> PACKED_LANE_BITS;
	return item;
}

static Size
items_offset(const LaneState *state, bool wide)
{
	return offsetof(LaneState, lanes) +
		sizeof(int64) * (state->nlanes + (wide ? state->nextras : 0));
}

/* A state of a program without rows. */
LaneState *
lanes_make(const Program *program, bool wide)
{
	int			n = program->ndefinitions;
	LaneState	header = {
		.version = TALLY_VERSION,
		.form = TALLY_LANES,
		.packed = program->nlanes <= PACKED_MAX_LANE + 1,
		.wide = wide,
		.nitems = n,
		.nlanes = program->nlanes,
		.nextras = program->nextras,
		.layout = program->layout
	};
	LaneState  *state;
	Size		offset = items_offset(&header, wide);
	Size		size;

	for (int i = 0; i < n; i++)
		if (program->lane_items[i].id < 0 || program->lane_items[i].id > PACKED_MAX_ID)
			header.packed = false;

	size = offset + n * (header.packed ? sizeof(uint32) : sizeof(LaneItem));
	state = palloc0(size);
	memcpy(state, &header, offsetof(LaneState, lanes));
	SET_VARSIZE(state, size);
	if (header.packed)
	{
		uint32	   *packed = (uint32 *) ((char *) state + offset);

		for (int i = 0; i < n; i++)
			packed[i] = pack_item(&program->lane_items[i]);
	}
	else if (n > 0)
		memcpy((char *) state + offset, program->lane_items, n * sizeof(LaneItem));
	return state;
}

/* The same state with extra lanes. */
LaneState *
lanes_widen(const LaneState *state)
{
	Size		narrow = items_offset(state, false);
	Size		wide = items_offset(state, true);
	Size		size = VARSIZE(state) + wide - narrow;
	LaneState  *result;

	Assert(!state->wide);
	result = palloc0(size);
	memcpy(result, state, narrow);
	memcpy((char *) result + wide, (const char *) state + narrow,
		   VARSIZE(state) - narrow);
	SET_VARSIZE(result, size);
	result->wide = true;
	return result;
}

/*
 * Add what the program's registers hold, or take it away again.  Sums wrap
 * around; returns true when one of them did.
 */
static inline bool
add_groups(LaneState *state, const Program *program, bool undo)
{
	Lanes2		overflow = {0, 0};

	for (int i = 0; i < program->ngroups; i++)
	{
		const ProgramGroup *group = &program->groups[i];
		int64		cohort = -program->values[group->cohort];
		Lanes2		mask = {cohort, cohort};
		Lanes2	   *sums = (Lanes2 *) (state->lanes + group->first_lane);
		const Lanes2 *values = (const Lanes2 *) (program->values + group->first_lane);

		for (int j = 0; j < group->nlanes / 2; j++)
		{
			Lanes2		value = values[j] & mask;
			Lanes2		sum;

			/* unsigned, because wrapping around is meant */
			if (undo)
				sum = (Lanes2) ((UnsignedLanes2) sums[j] - (UnsignedLanes2) value);
			else
				sum = (Lanes2) ((UnsignedLanes2) sums[j] + (UnsignedLanes2) value);
			overflow |= (sums[j] ^ sum) & (value ^ sum);
			sums[j] = sum;
		}
	}
	return (overflow[0] | overflow[1]) < 0;
}

static inline bool
add_wrapping(int64 *sum, int64 value, bool undo)
{
	int64		old = *sum;

	*sum = (int64) (undo ? (uint64) old - (uint64) value : (uint64) old + (uint64) value);
	return ((old ^ *sum) & (value ^ *sum)) < 0;
}

/* The same for what unanswered questions keep from counting. */
static bool
add_extras(LaneState *state, const Program *program, bool undo)
{
	int64	   *extra = state->lanes + state->nlanes;
	bool		overflow = false;

	for (int i = 0; i < program->ndefinitions; i++)
	{
		const ProgramItem *item = &program->items[i];
		int64		cohort = -program->values[item->cohort];
		int64		no_numerator = cohort & ~program->valid[item->numerator];
		int64		no_denominator = cohort & ~program->valid[item->denominator];

		/* a mask is -1 where it is set, and so counts one row */
		(void) add_wrapping(extra++, -(no_numerator | no_denominator), undo);
		if (!(item->flags & LANE_ITEM_DENOMINATOR))
			continue;
		overflow |= add_wrapping(extra++, program->values[item->numerator] & no_denominator, undo);
		if (item->flags & LANE_ITEM_EXCLUDE)
			overflow |= add_wrapping(extra++, program->values[item->denominator] & no_numerator, undo);
	}
	return overflow;
}

/*
 * Add the row that program_run() has just evaluated; a row with unanswered
 * questions needs a wide state.  Where a lane would overflow, the state is
 * left as it was and false is returned: since a lane may hold more than an
 * indicator counts, that need not be an error.
 */
bool
lanes_add_row(LaneState *state, const Program *program, bool unanswered)
{
	bool		overflow;

	Assert(state->layout == program->layout);
	Assert(state->wide || !unanswered);

	overflow = add_groups(state, program, false);
	if (unanswered)
		overflow |= add_extras(state, program, false);
	if (likely(!overflow))
		return true;

	(void) add_groups(state, program, true);
	if (unanswered)
		(void) add_extras(state, program, true);
	return false;
}

/*
 * Add a state of the same layout, at least as narrow; false, with the sum
 * unchanged, where a lane would overflow.
 */
bool
lanes_combine(LaneState *sum, const LaneState *state)
{
	int			n = state->nlanes + (state->wide ? state->nextras : 0);
	bool		overflow = false;
	int64		ignored;

	Assert(sum->layout == state->layout && (sum->wide || !state->wide));
	for (int i = 0; i < n; i++)
		overflow |= pg_add_s64_overflow(sum->lanes[i], state->lanes[i], &ignored);
	if (overflow)
		return false;
	for (int i = 0; i < n; i++)
		sum->lanes[i] += state->lanes[i];
	return true;
}

static Tally *
items_of_lanes(const LaneState *state)
{
	const char *stored = (const char *) state + items_offset(state, state->wide);
	const int64 *lanes = state->lanes;
	const int64 *extra = lanes + state->nlanes;
	Tally	   *result = tally_make(state->nitems);

	for (int i = 0; i < state->nitems; i++)
	{
		TallyItem  *item = &result->items[i];
		int64		numerator = 0;
		int64		denominator = 0;
		LaneItem	from = state->packed ?
		unpack_item(((const uint32 *) stored)[i]) : ((const LaneItem *) stored)[i];

		item->id = from.id;
		item->numerator = lanes[from.numerator];
		item->denominator = lanes[from.denominator];
		item->answered = lanes[from.rows];
		if (!state->wide)
			continue;

		item->missing = *extra++;
		item->answered -= item->missing;
		if (from.flags & LANE_ITEM_DENOMINATOR)
		{
			numerator = *extra++;
			if (from.flags & LANE_ITEM_EXCLUDE)
				denominator = *extra++;
		}
		else if (from.flags & LANE_ITEM_EXCLUDE)
			denominator = item->missing;
		/* the lanes fit where the sum of the rows that count does not */
		tally_take_out(item, numerator, denominator);
	}
	return result;
}

/* A tally as the list of its items, whatever form it has. */
Tally *
tally_items(Tally *tally)
{
	return tally->form == TALLY_LANES ? items_of_lanes((LaneState *) tally) : tally;
}
