/*
 * program_compile.c
 *		The fast form of a program: registers, operations, lanes.
 *
 * Formulas become nodes, equal nodes being one; then lanes are laid out by
 * cohort; then each node gets the register of the first lane that adds it, or
 * one behind the lanes.
 */
#include "program.h"

#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "compat.h"
#include "lanes.h"

/* Methodologies of more than this are evaluated definition by definition. */
#define PROGRAM_MAX_FAST 20000

/* What a node computes: equal keys are one node. */
typedef struct NodeKey
{
	int32		code;			/* ProgramCode */
	int32		bits;
	int64		value;			/* PROGRAM_CONST */
	int32		a;				/* nodes; or column and type */
	int32		b;
} NodeKey;

typedef struct NodeEntry
{
	NodeKey		key;			/* hash key */
	int32		number;
} NodeEntry;

/* Which lane adds a node in a group. */
typedef struct LaneKey
{
	int32		group;
	int32		node;
} LaneKey;

typedef struct LaneEntry
{
	LaneKey		key;			/* hash key */
	int32		position;		/* within its group */
} LaneEntry;

typedef struct Group
{
	int32		cohort;			/* node */
	List	   *nodes;			/* one for each lane */
	int			first_lane;
} Group;

typedef struct Compiler
{
	Program    *program;
	HTAB	   *nodes;
	NodeKey    *keys;			/* by number */
	int			nnodes;
	int			maxnodes;
	HTAB	   *lanes;
	HTAB	   *cohorts;		/* LaneEntry by (-1, node): the group's number */
	Group	   *groups;
	int			ngroups;
	int			nlanes;
	uint16	   *registers;		/* by node */
} Compiler;

static int32 compile(Compiler *compiler, const Formula *formula);

static HTAB *
make_table(const char *name, Size keysize, Size entrysize)
{
	HASHCTL		control = {
		.keysize = keysize,
		.entrysize = entrysize,
		.hcxt = CurrentMemoryContext
	};

	return hash_create(name, 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static int32
make_node(Compiler *compiler, ProgramCode code, int bits, int64 value,
		  int32 a, int32 b)
{
	NodeKey		key = {.code = code,.bits = bits,.value = value,.a = a,.b = b};
	NodeEntry  *entry;
	bool		found;

	entry = hash_search(compiler->nodes, &key, HASH_ENTER, &found);
	if (!found)
	{
		if (compiler->nnodes == compiler->maxnodes)
		{
			compiler->maxnodes *= 2;
			compiler->keys = repalloc(compiler->keys,
									  sizeof(NodeKey) * compiler->maxnodes);
		}
		entry->number = compiler->nnodes++;
		compiler->keys[entry->number] = key;
	}
	return entry->number;
}

static int32
constant_node(Compiler *compiler, int64 value)
{
	return make_node(compiler, PROGRAM_CONST, 0, value, 0, 0);
}

static int32
binary_node(Compiler *compiler, ProgramCode code, int32 a, int32 b)
{
	return make_node(compiler, code, 0, 0, a, b);
}

static int32
not_node(Compiler *compiler, bool negated, int32 node)
{
	return negated ? binary_node(compiler, PROGRAM_NOT, node, node) : node;
}

static int
type_bits(FormulaType type)
{
	return type == FORMULA_INT2 ? 16 : type == FORMULA_INT4 ? 32 : 64;
}

/* A list of arguments as a chain of binary operations. */
static int32
compile_chain(Compiler *compiler, const Formula *formula, ProgramCode code,
			  int32 node, int from)
{
	for (int i = from; i < formula->nargs; i++)
		node = binary_node(compiler, code, node,
						   compile(compiler, formula->args[i]));
	return node;
}

static int32
compile_comparison(Compiler *compiler, const Formula *formula)
{
	int32		a = compile(compiler, formula->args[0]);
	int32		b = compile(compiler, formula->args[1]);

	switch (formula->kind)
	{
		case FORMULA_EQ:
			return binary_node(compiler, PROGRAM_EQ, a, b);
		case FORMULA_NE:
			return binary_node(compiler, PROGRAM_NE, a, b);
		case FORMULA_LT:
			return binary_node(compiler, PROGRAM_LT, a, b);
		case FORMULA_LE:
			return binary_node(compiler, PROGRAM_LE, a, b);
		case FORMULA_GT:
			return binary_node(compiler, PROGRAM_LT, b, a);
		default:
			Assert(formula->kind == FORMULA_GE);
			return binary_node(compiler, PROGRAM_LE, b, a);
	}
}

static int32
compile_between(Compiler *compiler, const Formula *formula)
{
	int32		value = compile(compiler, formula->args[0]);
	int32		low = compile(compiler, formula->args[1]);
	int32		high = compile(compiler, formula->args[2]);
	int32		both;

	both = binary_node(compiler, PROGRAM_AND,
					   binary_node(compiler, PROGRAM_LE, low, value),
					   binary_node(compiler, PROGRAM_LE, value, high));
	return not_node(compiler, formula->kind == FORMULA_NOT_BETWEEN, both);
}

static int32
compile_in(Compiler *compiler, const Formula *formula)
{
	int32		value = compile(compiler, formula->args[0]);
	int32		any = constant_node(compiler, 0);

	for (int i = 1; i < formula->nargs; i++)
		any = binary_node(compiler, PROGRAM_OR, any,
						  binary_node(compiler, PROGRAM_EQ, value,
									  compile(compiler, formula->args[i])));
	return not_node(compiler, formula->kind == FORMULA_NOT_IN, any);
}

static int32
compile_arithmetic(Compiler *compiler, const Formula *formula, ProgramCode code)
{
	int32		a = compile(compiler, formula->args[0]);
	int32		b = formula->nargs > 1 ? compile(compiler, formula->args[1]) : a;

	return make_node(compiler, code, type_bits(formula->type), 0, a, b);
}

static int32
compile(Compiler *compiler, const Formula *formula)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();

	switch (formula->kind)
	{
		case FORMULA_CONST:
			return constant_node(compiler, formula->value);
		case FORMULA_COLUMN:
			return make_node(compiler, PROGRAM_COLUMN, 0, 0,
							 formula->column, formula->type);
		case FORMULA_ADD:
			return compile_arithmetic(compiler, formula, PROGRAM_ADD);
		case FORMULA_SUB:
			return compile_arithmetic(compiler, formula, PROGRAM_SUB);
		case FORMULA_MUL:
			return compile_arithmetic(compiler, formula, PROGRAM_MUL);
		case FORMULA_MINUS:
			return compile_arithmetic(compiler, formula, PROGRAM_MINUS);
		case FORMULA_EQ:
		case FORMULA_NE:
		case FORMULA_LT:
		case FORMULA_LE:
		case FORMULA_GT:
		case FORMULA_GE:
			return compile_comparison(compiler, formula);
		case FORMULA_AND:
		case FORMULA_OR:
			return compile_chain(compiler, formula,
								 formula->kind == FORMULA_AND ? PROGRAM_AND : PROGRAM_OR,
								 compile(compiler, formula->args[0]), 1);
		case FORMULA_NOT:
			return not_node(compiler, true, compile(compiler, formula->args[0]));
		case FORMULA_IS_NULL:
		case FORMULA_IS_NOT_NULL:
			{
				int32		node = compile(compiler, formula->args[0]);

				node = binary_node(compiler, PROGRAM_IS_NULL, node, node);
				return not_node(compiler, formula->kind == FORMULA_IS_NOT_NULL, node);
			}
		case FORMULA_BETWEEN:
		case FORMULA_NOT_BETWEEN:
			return compile_between(compiler, formula);
		case FORMULA_IN:
		case FORMULA_NOT_IN:
			return compile_in(compiler, formula);
		case FORMULA_COALESCE:
		case FORMULA_LEAST:
		case FORMULA_GREATEST:
			return compile_chain(compiler, formula,
								 formula->kind == FORMULA_COALESCE ? PROGRAM_COALESCE :
								 formula->kind == FORMULA_LEAST ? PROGRAM_LEAST :
								 PROGRAM_GREATEST,
								 compile(compiler, formula->args[0]), 1);
		case FORMULA_YES_COUNT:
			/* a lone yes/no value is 1 or 0 already: the count so far */
			return compile_chain(compiler, formula, PROGRAM_YES_COUNT,
								 compile(compiler, formula->args[0]), 1);
		case FORMULA_PLUS:		/* unreachable: folding takes it away */
			break;				/* unreachable: the same */
	}
	elog(ERROR, "unrecognized kind of formula: %d", (int) formula->kind);	/* unreachable: all stand above */
}

/* The position of a node among the lanes of a group. */
static int
lane_position(Compiler *compiler, int group, int32 node)
{
	LaneKey		key = {group, node};
	LaneEntry  *entry;
	bool		found;

	entry = hash_search(compiler->lanes, &key, HASH_ENTER, &found);
	if (!found)
	{
		compiler->nlanes++;
		entry->position = list_length(compiler->groups[group].nodes);
		compiler->groups[group].nodes =
			lappend_int(compiler->groups[group].nodes, node);
	}
	return entry->position;
}

/* The group of a cohort; its first lane counts the rows. */
static int
group_of(Compiler *compiler, int32 cohort)
{
	LaneKey		key = {-1, cohort};
	LaneEntry  *entry;
	bool		found;

	entry = hash_search(compiler->cohorts, &key, HASH_ENTER, &found);
	if (!found)
	{
		entry->position = compiler->ngroups++;
		compiler->groups[entry->position].cohort = cohort;
		(void) lane_position(compiler, entry->position, constant_node(compiler, 1));
	}
	return entry->position;
}

/* Lanes get their numbers, nodes their registers. */
static void
assign_registers(Compiler *compiler)
{
	Program    *program = compiler->program;
	List	   *copies = NIL;
	int			nregisters;
	ProgramOp  *op;
	ListCell   *lc;

	compiler->registers = palloc_array(uint16, compiler->nnodes);
	memset(compiler->registers, 0xFF, sizeof(uint16) * compiler->nnodes);
	program->groups = palloc0_array(ProgramGroup, Max(compiler->ngroups, 1));
	program->ngroups = compiler->ngroups;
	for (int i = 0; i < compiler->ngroups; i++)
	{
		Group	   *group = &compiler->groups[i];
		int			lane = program->nlanes;

		group->first_lane = lane;
		foreach(lc, group->nodes)
		{
			int32		node = lfirst_int(lc);

			if (compiler->registers[node] == PG_UINT16_MAX)
				compiler->registers[node] = lane;
			else
				copies = lappend_int(lappend_int(copies, lane), node);
			lane++;
		}
		program->groups[i].first_lane = group->first_lane;
		program->groups[i].nlanes = TYPEALIGN(2, lane - group->first_lane);
		program->nlanes += program->groups[i].nlanes;
	}

	nregisters = program->nlanes;
	for (int i = 0; i < compiler->nnodes; i++)
		if (compiler->registers[i] == PG_UINT16_MAX)
			compiler->registers[i] = nregisters++;
	for (int i = 0; i < compiler->ngroups; i++)
		program->groups[i].cohort = compiler->registers[compiler->groups[i].cohort];
	program->nregisters = nregisters;
	program->values = palloc0_array(int64, nregisters);
	program->valid = palloc_array(int64, nregisters);
	memset(program->valid, 0xFF, sizeof(int64) * nregisters);

	/* nodes are in the order in which they must be computed */
	program->ops = op = palloc0_array(ProgramOp, compiler->nnodes + list_length(copies));
	for (int i = 0; i < compiler->nnodes; i++)
	{
		NodeKey    *key = &compiler->keys[i];
		uint16		result = compiler->registers[i];

		if (key->code == PROGRAM_CONST)
			program->values[result] = key->value;
		else if (key->code == PROGRAM_COLUMN)
		{
			int			n = program->nloads[key->b]++;

			program->loads[key->b] = n == 0 ?
				palloc_array(ProgramLoad, compiler->nnodes) : program->loads[key->b];
			program->loads[key->b][n].column = key->a;
			program->loads[key->b][n].result = result;
		}
		else
		{
			op->code = key->code;
			op->bits = key->bits;
			op->result = result;
			op->a = compiler->registers[key->a];
			op->b = compiler->registers[key->b];
			op++;
		}
	}
	for (int i = 0; i < list_length(copies); i += 2)
	{
		int32		node = list_nth_int(copies, i + 1);
		uint16		lane = list_nth_int(copies, i);

		if (compiler->keys[node].code == PROGRAM_CONST)
			program->values[lane] = compiler->keys[node].value;
		else
		{
			op->code = PROGRAM_COPY;
			op->result = lane;
			op->a = op->b = compiler->registers[node];
			op++;
		}
	}
	program->nops = op - program->ops;
}

void
program_compile_lanes(Program *program)
{
	Compiler	compiler = {.program = program};
	int			n = program->ndefinitions;
	MemoryContext scratch;
	MemoryContext old;
	int		  (*positions)[2];
	int32	  (*nodes)[3];
	int		   *groups;

	scratch = AllocSetContextCreate(CurrentMemoryContext, "shnor compiler",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(scratch);
	compiler.nodes = make_table("shnor nodes", sizeof(NodeKey), sizeof(NodeEntry));
	compiler.lanes = make_table("shnor lanes", sizeof(LaneKey), sizeof(LaneEntry));
	compiler.cohorts = make_table("shnor cohorts", sizeof(LaneKey), sizeof(LaneEntry));
	compiler.maxnodes = 64;
	compiler.keys = palloc_array(NodeKey, compiler.maxnodes);
	compiler.groups = palloc0_array(Group, Max(n, 1));
	positions = palloc(sizeof(*positions) * Max(n, 1));
	nodes = palloc(sizeof(*nodes) * Max(n, 1));
	groups = palloc_array(int, Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		Definition *definition = &program->definitions[i];
		int32		one = constant_node(&compiler, 1);

		nodes[i][0] = compile(&compiler, definition->numerator);
		nodes[i][1] = definition->denominator == NULL ? one :
			compile(&compiler, definition->denominator);
		nodes[i][2] = definition->cohort == NULL ? one :
			compile(&compiler, definition->cohort);
		groups[i] = group_of(&compiler, nodes[i][2]);
		for (int j = 0; j < 2; j++)
			positions[i][j] = lane_position(&compiler, groups[i], nodes[i][j]);

		/* registers, lanes and items are numbered by 16 bits */
		if (n > PROGRAM_MAX_FAST ||
			compiler.nnodes + compiler.nlanes + compiler.ngroups > PROGRAM_MAX_FAST)
		{
			program->fast = false;
			MemoryContextSwitchTo(old);
			MemoryContextDelete(scratch);
			return;
		}
	}

	MemoryContextSwitchTo(old);
	assign_registers(&compiler);
	program->items = palloc0_array(ProgramItem, Max(n, 1));
	program->lane_items = palloc0_array(LaneItem, Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		Definition *definition = &program->definitions[i];
		ProgramItem *item = &program->items[i];
		LaneItem   *lanes = &program->lane_items[i];
		int			first_lane = compiler.groups[groups[i]].first_lane;

		item->numerator = compiler.registers[nodes[i][0]];
		item->denominator = compiler.registers[nodes[i][1]];
		item->cohort = compiler.registers[nodes[i][2]];
		item->flags =
			(definition->missing == MISSING_EXCLUDE ? LANE_ITEM_EXCLUDE : 0) |
			(definition->denominator != NULL ? LANE_ITEM_DENOMINATOR : 0);
		lanes->id = definition->id;
		lanes->numerator = first_lane + positions[i][0];
		lanes->denominator = first_lane + positions[i][1];
		lanes->rows = first_lane;
		lanes->flags = item->flags;
		program->nextras += LANE_ITEM_EXTRAS(item->flags);
	}
	MemoryContextDelete(scratch);

	program->zero = lanes_make(program, false);
	program->zero_wide = lanes_make(program, true);
}
