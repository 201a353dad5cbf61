/*
 * counter.h
 *		Counting rows into tallies: what the aggregates over columns and over
 *		whole rows share.  A counter lives as long as the calls of one function
 *		in one query; it keeps the program compiled for the methodology and the
 *		columns it has last seen.
 */
#ifndef SHNOR_COUNTER_H
#define SHNOR_COUNTER_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "fmgr.h"
#include "utils/array.h"

#include "lanes.h"
#include "program.h"

typedef struct Counter
{
	MemoryContext context;		/* of all below; reset when they change */
	Program    *program;		/* NULL: nothing is compiled yet */
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	/* the methodology as it was passed, where that was not a plain value */
	char	   *raw;
	Size		raw_size;

	/* what the program's columns were taken from: the caller's to set */
	ArrayType  *names;			/* columns: the names argument */
	bool		names_fixed;	/* it is a constant of the query */
	Oid			row_type;		/* whole rows: their type */
	int32		row_typmod;
	TupleDesc	row_desc;
	Datum	   *row_values;
	bool	   *row_nulls;
	NullableDatum *row;
} Counter;

extern Counter *counter_get(FunctionCallInfo fcinfo);
extern bool counter_knows(const Counter *counter, Datum methodology);
extern void counter_compile(Counter *counter, Datum methodology,
							const FormulaColumns *columns);
extern Tally *counter_add_row(Counter *counter, Tally *state, bool in_place,
							  const NullableDatum *row);
extern const NullableDatum *counter_read_row(Counter *counter, Datum methodology,
											 HeapTupleHeader tuple);

#endif							/* SHNOR_COUNTER_H */
