/*
 * rows.h
 *		Functions that give rows, as fuzzing calls them.
 */
#ifndef ROWS_H
#define ROWS_H

#include "fuzz.h"

#include "executor/tuptable.h"

#define MAX_ARGUMENTS	7
#define MAX_RESULTS		7

/* one of them; what is looked up of it is kept between inputs */
typedef struct Reader
{
	const char *signature;
	int			nargs;
	FmgrInfo	flinfo;
	TupleDesc	desc;
	TupleTableSlot *slot;
} Reader;

typedef struct Row
{
	Datum		values[MAX_RESULTS];
	bool		nulls[MAX_RESULTS];
} Row;

/* the rows, up to the error if there is one */
typedef struct Rows
{
	int			sqlstate;
	int			n;
	Row		   *rows;
} Rows;

typedef struct Array
{
	int			n;
	Datum	   *values;
	bool	   *nulls;
} Array;

/* of a row of form_rows() and its like */
#define LINE(row) DatumGetInt32((row)->values[0])

extern Rows rows_of(Reader *reader, const Datum *args);
extern Array texts_of(Datum array);
extern bool same(Datum a, Datum b);
extern bool is_blank(Array fields, int i);
extern bool all_blank(Array fields);

#endif							/* ROWS_H */
