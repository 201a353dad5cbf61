/*
 * program.h
 *		A whole methodology compiled for the columns of the rows at hand.
 *
 * Every program can evaluate its definitions one by one (program_contribution,
 * which is exact in all things).  Where no column is numeric it also has a
 * fast form: values in registers, a few operations on them after common
 * subexpressions are shared, and lanes, the sums that it keeps:
 *
 *	lane:	sum of one value over the rows of one cohort; indicators that
 *			count the same value in the same cohort share it
 *	group:	the lanes of one cohort, side by side, first the number of its
 *			rows; padded to whole words of narrow lanes
 *	extra:	lanes for rows with unanswered questions only, per indicator: how
 *			many rows are missing, and what they brought into the shared lanes
 *			without counting for this indicator; a last group of all rows
 *
 * The registers come in the order of the lanes: register k is what lane k adds.
 */
#ifndef SHNOR_PROGRAM_H
#define SHNOR_PROGRAM_H

#include "postgres.h"

#include "formula.h"
#include "methodology.h"

typedef enum ProgramCode
{
	PROGRAM_ADD,
	PROGRAM_SUB,
	PROGRAM_MUL,
	PROGRAM_MINUS,
	PROGRAM_EQ,
	PROGRAM_NE,
	PROGRAM_LT,
	PROGRAM_LE,
	PROGRAM_AND,
	PROGRAM_OR,
	PROGRAM_NOT,
	PROGRAM_IS_NULL,
	PROGRAM_COALESCE,
	PROGRAM_LEAST,
	PROGRAM_GREATEST,
	PROGRAM_YES_COUNT,			/* a count so far, and one more yes/no value */
	PROGRAM_COPY,
	/* these two make no operation */
	PROGRAM_COLUMN,
	PROGRAM_CONST
} ProgramCode;

typedef struct ProgramOp
{
	uint8		code;
	uint8		bits;			/* of the result's type, for arithmetic */
	uint16		result;
	uint16		a;
	uint16		b;
} ProgramOp;

typedef struct ProgramLoad
{
	uint16		column;
	uint16		result;
} ProgramLoad;

typedef struct ProgramGroup
{
	uint16		cohort;			/* register */
	uint16		first_lane;
	uint16		nlanes;			/* a multiple of LANES_IN_WORD */
} ProgramGroup;

/* Narrow lanes, see lanes.h, are added four at a time, wide ones in pairs. */
#define LANES_IN_WORD 4

/* How an indicator is read from the lanes; also part of a state's bytes. */
typedef struct LaneItem
{
	int32		id;
	uint16		numerator;		/* lanes */
	uint16		denominator;
	uint16		rows;
	uint16		flags;
} LaneItem;

/* an unanswered row does not count in the denominator */
#define LANE_ITEM_EXCLUDE		1
/* the denominator is a formula, and so may be unanswered itself */
#define LANE_ITEM_DENOMINATOR	2

/* The extra lanes of an item: missing, then the two corrections if needed. */
#define LANE_ITEM_EXTRAS(flags) \
	(1 + ((flags) & LANE_ITEM_DENOMINATOR ? 1 : 0) + \
	 (((flags) & LANE_ITEM_DENOMINATOR) && ((flags) & LANE_ITEM_EXCLUDE) ? 1 : 0))

/* Registers of an item, for rows with unanswered questions. */
typedef struct ProgramItem
{
	uint16		cohort;
	uint16		numerator;
	uint16		denominator;
	uint16		flags;			/* as in LaneItem */
} ProgramItem;

struct LaneState;

typedef struct Program
{
	int			ndefinitions;
	Definition *definitions;	/* with bound formulas */

	bool		fast;			/* the rest is set */
	int			nregisters;
	int64	   *values;			/* registers; 0 where unanswered */
	int64	   *valid;			/* -1 answered, 0 unanswered */
	/* columns, by their types */
	int			nloads[FORMULA_NUMERIC];
	ProgramLoad *loads[FORMULA_NUMERIC];
	int			nops;
	ProgramOp  *ops;
	int			ngroups;
	ProgramGroup *groups;		/* ngroups, then the extras */
	int			nlanes;
	int			nextras;
	ProgramItem *items;			/* ndefinitions */
	LaneItem   *lane_items;		/* ndefinitions */
	uint64		layout;			/* tells states of this program from others */
	struct LaneState *zero;		/* a state without rows */
	struct LaneState *zero_extras;	/* the same with the extra lanes */
	bool		unanswered;		/* the row at hand leaves questions open */
} Program;

typedef struct Contribution
{
	bool		in_cohort;
	bool		has_numerator;
	bool		has_denominator;
	int64		numerator;
	int64		denominator;
} Contribution;

/* program.c */
extern Program *program_compile(const Methodology *methodology,
								const FormulaColumns *columns);
extern Contribution program_contribution(const Definition *definition,
										 const NullableDatum *row);

/* program_compile.c */
extern void program_compile_lanes(Program *program);

/* program_run.c */
extern bool program_run(Program *program, const NullableDatum *row);

#endif							/* SHNOR_PROGRAM_H */
