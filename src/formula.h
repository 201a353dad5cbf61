/*
 * formula.h
 *		A formula of an indicator: a subset of SQL's scalar expressions.
 *
 *		text --formula_parse--> Formula --formula_bind--> Formula
 *
 * Parsing needs the text alone.  Binding knows the columns of the rows at
 * hand: it resolves names, checks types and folds constants.  A bound formula
 * is evaluated row by row by formula_eval, exactly as PostgreSQL would
 * evaluate the same text: value, NULL or error.
 */
#ifndef SHNOR_FORMULA_H
#define SHNOR_FORMULA_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/numeric.h"

#include "compat.h"

/*
 * The longest text of a formula, in bytes.  PostgreSQL's parser takes some
 * hundred times as much memory, and does not look whether it is to stop.
 */
#define FORMULA_MAX_LENGTH	(1024 * 1024)

/* Types of values in formulas; the order is that of implicit widening. */
typedef enum FormulaType
{
	FORMULA_UNBOUND,
	FORMULA_BOOL,
	FORMULA_INT2,
	FORMULA_INT4,
	FORMULA_INT8,
	FORMULA_NUMERIC
} FormulaType;

typedef enum FormulaKind
{
	FORMULA_CONST,
	FORMULA_COLUMN,
	FORMULA_ADD,
	FORMULA_SUB,
	FORMULA_MUL,
	FORMULA_PLUS,				/* unary; gone after binding */
	FORMULA_MINUS,				/* unary */
	FORMULA_EQ,
	FORMULA_NE,
	FORMULA_LT,
	FORMULA_LE,
	FORMULA_GT,
	FORMULA_GE,
	FORMULA_AND,
	FORMULA_OR,
	FORMULA_NOT,
	FORMULA_IS_NULL,
	FORMULA_IS_NOT_NULL,
	FORMULA_BETWEEN,			/* value, low, high */
	FORMULA_NOT_BETWEEN,
	FORMULA_IN,					/* value, then the list */
	FORMULA_NOT_IN,
	FORMULA_COALESCE,
	FORMULA_LEAST,
	FORMULA_GREATEST,
	FORMULA_YES_COUNT
} FormulaKind;

typedef struct Formula
{
	FormulaKind kind;
	FormulaType type;			/* FORMULA_UNBOUND before binding */
	int			location;		/* byte offset in the text, -1 if unknown */
	int64		value;			/* constant; a boolean is 0 or 1 */
	Numeric		number;			/* constant of type numeric */
	const char *name;			/* column */
	int			column;			/* its number among the row's columns */
	int			nargs;
	struct Formula **args;
} Formula;

/* Whose text a formula is: what error messages say. */
typedef struct FormulaSource
{
	int32		id;				/* the indicator */
	const char *part;			/* "numerator", "denominator", "cohort" */
	const char *text;
} FormulaSource;

/* The columns that formulas may name, in the order of a row's values. */
typedef struct FormulaColumns
{
	int			ncolumns;
	const char **names;
	Oid		   *types;			/* InvalidOid: column is not there (dropped) */
} FormulaColumns;

typedef struct FormulaValue
{
	bool		isnull;
	int64		i;				/* every type but numeric */
	Numeric		n;
} FormulaValue;

/* formula.c */
extern Formula *formula_parse(const FormulaSource *source);
pg_noreturn extern void formula_error(const FormulaSource *source, int location,
									  int sqlstate, const char *hint,
									  const char *format,...) pg_attribute_printf(5, 6);
extern List *formula_columns(const Formula *formula, List *names);

/* formula_bind.c */
extern Formula *formula_bind(const Formula *formula,
							 const FormulaSource *source,
							 const FormulaColumns *columns);

/* formula_type.c */
extern FormulaType formula_type_of(Oid type);
extern const char *formula_type_name(FormulaType type);

/* formula_fold.c */
extern Formula *formula_fold(Formula *formula, const FormulaSource *source);

/* formula_eval.c */
extern FormulaValue formula_eval(const Formula *formula,
								 const FormulaSource *source,
								 const NullableDatum *row);
extern int64 formula_whole_number(const FormulaValue *value,
								  const Formula *formula,
								  const FormulaSource *source);

#endif							/* SHNOR_FORMULA_H */
