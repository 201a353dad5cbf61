/*
 * program_run.c
 *		The fast form of a program meets a row: registers are filled.
 *
 * Operations are computed for every row, whether SQL's short cuts would reach
 * them or not, and never raise an error: a row in which a result leaves its
 * type is handed back, for the exact evaluation to decide.
 */
#include "program.h"

#include "common/int.h"

/* The three answers of a yes/no value, from its registers. */
#define IS_TRUE(v, k) ((v) & (k) & 1)
#define IS_FALSE(v, k) (~(v) & (k) & 1)

static inline bool
load_row(Program *program, const NullableDatum *row)
{
	int64	   *values = program->values;
	bool		unanswered = false;

	/* the end is looked up once, since the compiler cannot tell it from values */
#define LOAD(type, get) \
	for (const ProgramLoad *load = program->loads[type], \
		 *end = load + program->nloads[type]; load < end; load++) \
	{ \
		const NullableDatum *column = &row[load->column]; \
		\
		values[load->result] = get(column->value); \
		unanswered |= column->isnull; \
	}

	LOAD(FORMULA_BOOL, DatumGetBool);
	LOAD(FORMULA_INT2, DatumGetInt16);
	LOAD(FORMULA_INT4, DatumGetInt32);
	LOAD(FORMULA_INT8, DatumGetInt64);
#undef LOAD
	return unanswered;
}

/* Mark the unanswered columns; their values are 0 everywhere. */
static void
load_answered(Program *program, const NullableDatum *row)
{
	for (int type = FORMULA_BOOL; type < FORMULA_NUMERIC; type++)
	{
		for (int i = 0; i < program->nloads[type]; i++)
		{
			const ProgramLoad *load = &program->loads[type][i];
			int64		valid = (int64) row[load->column].isnull - 1;

			program->valid[load->result] = valid;
			program->values[load->result] &= valid;
		}
	}
}

/*
 * Compute the operations; with unanswered questions also which results are
 * known.  Inlined twice, so that full rows pay nothing for the others.
 * Returns false when a result left its type.
 */
static inline bool
run_ops(Program *program, const bool unanswered)
{
	int64	   *values = program->values;
	int64	   *valid = program->valid;
	int64		bad = 0;

	for (int i = 0; i < program->nops; i++)
	{
		const ProgramOp *op = &program->ops[i];
		int64		a = values[op->a];
		int64		b = values[op->b];
		int64		ka = unanswered ? valid[op->a] : -1;
		int64		kb = unanswered ? valid[op->b] : -1;
		int64		known = ka & kb;
		int64		result;
		bool		overflow = false;

		switch ((ProgramCode) op->code)
		{
			case PROGRAM_ADD:
				overflow = pg_add_s64_overflow(a, b, &result);
				goto arithmetic;
			case PROGRAM_SUB:
				overflow = pg_sub_s64_overflow(a, b, &result);
				goto arithmetic;
			case PROGRAM_MUL:
				overflow = pg_mul_s64_overflow(a, b, &result);
				goto arithmetic;
			case PROGRAM_MINUS:
				overflow = pg_sub_s64_overflow(0, a, &result);
		arithmetic:
				/* fits the type: nothing is lost by sign extension */
				if (op->bits == 32)
					overflow |= result != (int32) result;
				else if (op->bits == 16)
					overflow |= result != (int16) result;
				bad |= overflow ? known : 0;
				break;
			case PROGRAM_EQ:
				result = a == b;
				break;
			case PROGRAM_NE:
				result = a != b;
				break;
			case PROGRAM_LT:
				result = a < b;
				break;
			case PROGRAM_LE:
				result = a <= b;
				break;
			case PROGRAM_AND:
				result = a & b;
				/* known where both are, or where one is false */
				known |= -(IS_FALSE(a, ka) | IS_FALSE(b, kb));
				break;
			case PROGRAM_OR:
				result = a | b;
				known |= -(IS_TRUE(a, ka) | IS_TRUE(b, kb));
				break;
			case PROGRAM_NOT:
				result = a ^ 1;
				break;
			case PROGRAM_IS_NULL:
				result = ~ka & 1;
				known = -1;
				break;
			case PROGRAM_COALESCE:
				result = (a & ka) | (b & ~ka);
				known = ka | kb;
				break;
			case PROGRAM_LEAST:
				result = !kb || (ka && a < b) ? a : b;
				known = ka | kb;
				break;
			case PROGRAM_GREATEST:
				result = !kb || (ka && a > b) ? a : b;
				known = ka | kb;
				break;
			case PROGRAM_YES_COUNT:
				result = a + b;
				known = ka | kb;
				break;
			case PROGRAM_COPY:
				result = a;
				break;
			default:			/* unreachable: columns and constants make no operation */
				pg_unreachable();	/* unreachable: the same */
		}
		values[op->result] = unanswered ? result & known : result;
		if (unanswered)
			valid[op->result] = known;
	}
	return bad == 0;
}

/* What unanswered questions keep from counting: the registers of the extras. */
static void
run_extras(Program *program)
{
	const int64 *values = program->values;
	const int64 *valid = program->valid;
	int64	   *extra = program->values + program->nlanes;

	for (int i = 0; i < program->ndefinitions; i++)
	{
		const ProgramItem *item = &program->items[i];
		int64		cohort = -values[item->cohort];
		int64		no_numerator = cohort & ~valid[item->numerator];
		int64		no_denominator = cohort & ~valid[item->denominator];

		/* a mask is -1 where it is set, and so counts one row */
		*extra++ = -(no_numerator | no_denominator);
		if (!(item->flags & LANE_ITEM_DENOMINATOR))
			continue;
		*extra++ = values[item->numerator] & no_denominator;
		if (item->flags & LANE_ITEM_EXCLUDE)
			*extra++ = values[item->denominator] & no_numerator;
	}
}

/*
 * Fill the registers from a row; tells in the program whether any question it
 * reads is unanswered.  Returns false when the exact evaluation must take the
 * row.
 */
bool
program_run(Program *program, const NullableDatum *row)
{
	program->unanswered = load_row(program, row);
	if (likely(!program->unanswered))
		return run_ops(program, false);
	load_answered(program, row);
	if (!run_ops(program, true))
		return false;
	run_extras(program);
	return true;
}
