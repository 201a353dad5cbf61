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

/* A narrow lane's sum stays below its highest bit, so that none runs over. */
#define NARROW_BITS			16
#define NARROW_MAX			UINT64CONST(0x7FFF)
#define NARROW_OVERFLOW		UINT64CONST(0x8000800080008000)

static int
lanes_in(const LaneState *state)
{
	return state->nlanes + (state->has_extras ? state->nextras : 0);
}

static Size
items_offset(const LaneState *state)
{
	int			words = lanes_in(state) / (state->narrow ? LANES_IN_WORD : 1);

	return offsetof(LaneState, lanes) + sizeof(uint64) * words;
}

static Size
items_size(const LaneState *state)
{
	return state->nitems * (state->packed ? sizeof(uint32) : sizeof(LaneItem));
}

static int64
lane(const LaneState *state, int i)
{
	if (state->narrow)
		return state->lanes[i / LANES_IN_WORD] >>
			i % LANES_IN_WORD * NARROW_BITS & NARROW_MAX;
	return (int64) state->lanes[i];
}

/* A state of a program without rows. */
LaneState *
lanes_make(const Program *program, bool has_extras)
{
	int			n = program->ndefinitions;
	LaneState	header = {
		.version = TALLY_VERSION,
		.form = TALLY_LANES,
		.packed = program->nlanes <= PACKED_MAX_LANE + 1,
		.narrow = true,
		.nitems = n,
		.nlanes = program->nlanes,
		.nextras = program->nextras,
		.has_extras = has_extras,
		.layout = program->layout
	};
	LaneState  *state;
	Size		offset = items_offset(&header);
	Size		size;

	for (int i = 0; i < n; i++)
		if (program->lane_items[i].id < 0 || program->lane_items[i].id > PACKED_MAX_ID)
			header.packed = false;

	size = offset + items_size(&header);
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

/* The same sums and items with other lanes: wider ones, or more of them. */
static LaneState *
convert(const LaneState *state, bool narrow, bool has_extras)
{
	Size		from = items_offset(state);
	LaneState	header = *state;
	LaneState  *result;
	Size		to;
	Size		size;

	header.narrow = narrow;
	header.has_extras = has_extras;
	to = items_offset(&header);
	size = to + items_size(state);
	result = palloc0(size);
	*result = header;
	SET_VARSIZE(result, size);
	memcpy((char *) result + to, (const char *) state + from, items_size(state));
	if (narrow == state->narrow)
		memcpy(result->lanes, state->lanes, from - offsetof(LaneState, lanes));
	else
		for (int i = 0; i < lanes_in(state); i++)
			result->lanes[i] = lane(state, i);
	return result;
}

LaneState *
lanes_add_extras(const LaneState *state)
{
	Assert(!state->has_extras);
	return convert(state, state->narrow, true);
}

LaneState *
lanes_widen(const LaneState *state)
{
	Assert(state->narrow);
	return convert(state, false, state->has_extras);
}

/*
 * Add what the program's registers hold, or take it away again.  Sums wrap
 * around; returns true when one of them did.
 */
static inline bool
add_wide(LaneState *state, const Program *program, int ngroups, bool undo)
{
	Lanes2		overflow = {0, 0};

	for (int i = 0; i < ngroups; i++)
	{
		const ProgramGroup *group = &program->groups[i];
		int64		cohort = -program->values[group->cohort];
		Lanes2		mask = {cohort, cohort};
		Lanes2	   *sums = (Lanes2 *) (state->lanes + group->first_lane);
		const Lanes2 *values = (const Lanes2 *) (program->values + group->first_lane);
		int			npairs = group->nlanes / 2;

		for (int j = 0; j < npairs; j++)
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

/* The same for narrow lanes, four at a time; a negative value is too large. */
static inline bool
add_narrow(LaneState *state, const Program *program, int ngroups, bool undo)
{
	uint64		values_seen = 0;
	uint64		sums_seen = 0;

	for (int i = 0; i < ngroups; i++)
	{
		const ProgramGroup *group = &program->groups[i];
		uint64		mask = -(uint64) program->values[group->cohort];
		uint64	   *sums = state->lanes + group->first_lane / LANES_IN_WORD;
		const uint64 *values = (const uint64 *) (program->values + group->first_lane);
		int			nwords = group->nlanes / LANES_IN_WORD;

		for (int j = 0; j < nwords; j++, values += LANES_IN_WORD)
		{
			uint64		word = values[0] |
				values[1] << NARROW_BITS |
				values[2] << (2 * NARROW_BITS) |
				values[3] << (3 * NARROW_BITS);

			values_seen |= (values[0] | values[1] | values[2] | values[3]) & mask;
			if (undo)
				sums[j] -= word & mask;
			else
				sums[j] += word & mask;
			sums_seen |= sums[j];
		}
	}
	return values_seen > NARROW_MAX || (sums_seen & NARROW_OVERFLOW) != 0;
}

/*
 * Add the row that program_run() has just evaluated, where unanswered questions
 * have their extra lanes.  Where a lane would overflow, the state is left as it
 * was and false is returned.  Then a narrow state must be widened; since a lane
 * may hold more than an indicator counts, a wide one need not be an error.
 */
bool
lanes_add_row(LaneState *state, const Program *program)
{
	int			ngroups = program->ngroups + (program->unanswered ? 1 : 0);

	Assert(lanes_belong(state, program));
	Assert(state->has_extras || !program->unanswered);

	if (state->narrow)
	{
		if (likely(!add_narrow(state, program, ngroups, false)))
			return true;
		(void) add_narrow(state, program, ngroups, true);
	}
	else
	{
		if (likely(!add_wide(state, program, ngroups, false)))
			return true;
		(void) add_wide(state, program, ngroups, true);
	}
	return false;
}

/*
 * Are two states read from their lanes in the same way?  Then their sum is the
 * sum of their lanes, whatever these mean.
 */
bool
lanes_addable(const LaneState *a, const LaneState *b)
{
	return a->layout == b->layout &&
		a->packed == b->packed &&
		a->nitems == b->nitems &&
		a->nlanes == b->nlanes &&
		a->nextras == b->nextras &&
		memcmp((const char *) a + items_offset(a),
			   (const char *) b + items_offset(b), items_size(a)) == 0;
}

/*
 * Add a state that is read in the same way, in place where the sum is wide enough; NULL,
 * with the sum unchanged, where a lane would overflow.
 */
LaneState *
lanes_combine(LaneState *sum, LaneState *state)
{
	int			n;
	bool		overflow = false;
	int64		ignored;

	Assert(lanes_addable(sum, state));
	if (state->has_extras && !sum->has_extras)
		sum = lanes_add_extras(sum);
	n = lanes_in(state);
	if (sum->narrow && state->narrow)
	{
		uint64		seen = 0;

		for (int i = 0; i < n / LANES_IN_WORD; i++)
			seen |= sum->lanes[i] + state->lanes[i];
		if (likely((seen & NARROW_OVERFLOW) == 0))
		{
			for (int i = 0; i < n / LANES_IN_WORD; i++)
				sum->lanes[i] += state->lanes[i];
			return sum;
		}
	}

	if (sum->narrow)
		sum = lanes_widen(sum);
	for (int i = 0; i < n; i++)
		overflow |= pg_add_s64_overflow((int64) sum->lanes[i], lane(state, i), &ignored);
	if (overflow)
		return NULL;
	for (int i = 0; i < n; i++)
		sum->lanes[i] += lane(state, i);
	return sum;
}

static Tally *
items_of_lanes(const LaneState *state)
{
	const char *stored = (const char *) state + items_offset(state);
	int			extra = state->nlanes;
	Tally	   *result = tally_make(state->nitems);

	for (int i = 0; i < state->nitems; i++)
	{
		TallyItem  *item = &result->items[i];
		int64		numerator = 0;
		int64		denominator = 0;
		LaneItem	from = state->packed ?
		unpack_item(((const uint32 *) stored)[i]) : ((const LaneItem *) stored)[i];

		item->id = from.id;
		item->numerator = lane(state, from.numerator);
		item->denominator = lane(state, from.denominator);
		item->answered = lane(state, from.rows);
		if (!state->has_extras)
			continue;

		item->missing = lane(state, extra++);
		item->answered -= item->missing;
		if (from.flags & LANE_ITEM_DENOMINATOR)
		{
			numerator = lane(state, extra++);
			if (from.flags & LANE_ITEM_EXCLUDE)
				denominator = lane(state, extra++);
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

/*
 * The tally that leaves an aggregate.  Narrow lanes may: they are a fifth of
 * the items' size, and what they hold is sure to fit.
 */
Tally *
tally_value(Tally *tally)
{
	if (tally->form == TALLY_LANES && ((LaneState *) tally)->narrow)
		return tally;
	return tally_items(tally);
}
