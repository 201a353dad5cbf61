/*
 * lanes.h
 *		The state of a running tally: a program's lanes.
 *
 *	+-----------+---------+--------+--------+------------+--------+--------+
 *	| vl_len_ 4 | version | form 1 | packed | has_extras | nitems | nlanes |
 *	+-----------+---------+--------+--------+------------+--------+--------+
 *	| nextras 2 | narrow | unused | layout 8
 *	+-----------------------------------------------------------------
 *	| nlanes, and if it has_extras nextras more: of 8 bytes each, or of
 *	| 2 bytes where all sums are small (narrow), four in a word
 *	+-----------------------------------------------------------------
 *	| nitems times how an indicator is read from the lanes: LaneItem,
 *	| or its fields in 32 bits where all of them are small (packed)
 *	+-----------------------------------------------------------------
 *
 * The point is the size: the fifteen school indicators of the methodology fit
 * into 128 bytes while sums are small, and where there are many groups they
 * are: so the groups fit into the processor's caches.  Lanes grow to 8 bytes
 * when a sum asks for it; extra lanes are added when the first unanswered
 * question arrives.  The state tells by itself how it is read, since a process
 * that combines or finishes it may never have seen the methodology.
 */
#ifndef SHNOR_LANES_H
#define SHNOR_LANES_H

#include "postgres.h"

#include "program.h"
#include "tally.h"

typedef struct LaneState
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		form;			/* TALLY_LANES */
	bool		packed;
	bool		has_extras;
	uint16		nitems;
	uint16		nlanes;			/* a multiple of LANES_IN_WORD, as nextras is */
	uint16		nextras;
	bool		narrow;			/* 0 in states of 0.1.0, which knew no such */
	uint8		unused;
	uint64		layout;
	uint64		lanes[FLEXIBLE_ARRAY_MEMBER];
} LaneState;

/*
 * Is the state one of this program?  The layout tells, but is a hash that
 * somebody might forge, and states may be stored: so its size has to fit, too.
 */
static inline bool
lanes_belong(const LaneState *state, const Program *program)
{
	return state->layout == program->layout &&
		state->nitems == program->ndefinitions &&
		state->nlanes == program->nlanes &&
		state->nextras == program->nextras;
}

extern LaneState *lanes_make(const Program *program, bool has_extras);
extern LaneState *lanes_add_extras(const LaneState *state);
extern LaneState *lanes_widen(const LaneState *state);
extern bool lanes_add_row(LaneState *state, const Program *program);
extern bool lanes_addable(const LaneState *a, const LaneState *b);
extern LaneState *lanes_combine(LaneState *sum, LaneState *state);
extern Tally *tally_items(Tally *tally);
extern Tally *tally_value(Tally *tally);

#endif							/* SHNOR_LANES_H */
