/*
 * lanes.h
 *		The state of a running tally: a program's lanes.
 *
 *	+-----------+---------+--------+--------+------+--------+--------+
 *	| vl_len_ 4 | version | form 1 | packed | wide | nitems | nlanes |
 *	+-----------+---------+--------+--------+------+--------+--------+
 *	| nextras 2 | unused 2 | layout 8
 *	+-----------------------------------------------------------------
 *	| nlanes times 8; if wide, nextras times 8
 *	| nitems times how an indicator is read from the lanes: LaneItem,
 *	| or its fields in 32 bits where all of them are small (packed)
 *	+-----------------------------------------------------------------
 *
 * The point is the size: the fifteen school indicators of the methodology fit
 * into 256 bytes, and so do their groups into the processor's caches.  Extra
 * lanes are added when the first unanswered question arrives.  The state tells
 * by itself how it is read, since a process that combines or finishes it may
 * never have seen the methodology.
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
	bool		wide;
	uint16		nitems;
	uint16		nlanes;
	uint16		nextras;
	uint16		unused;
	uint64		layout;
	int64		lanes[FLEXIBLE_ARRAY_MEMBER];
} LaneState;

extern LaneState *lanes_make(const Program *program, bool wide);
extern LaneState *lanes_widen(const LaneState *state);
extern bool lanes_add_row(LaneState *state, const Program *program,
						  bool unanswered);
extern bool lanes_combine(LaneState *sum, const LaneState *state);
extern Tally *tally_items(Tally *tally);

#endif							/* SHNOR_LANES_H */
