/*
 * program_compile.c
 *		The fast form of a program: registers, operations, lanes.
 *
 * Formulas become nodes, equal nodes being one; then lanes are laid out by
 * cohort; then each node gets the register of the first lane that adds it, or
 * one behind the lanes.
 */
#include "program.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "compat.h"
#include "lanes.h"

/*
 * Registers, lanes and items are numbered by 16 bits: methodologies that need
 * more are evaluated definition by definition.
 */
#define PROGRAM_MAX_REGISTERS (PG_UINT16_MAX - 1)

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

/* Where a lane is, before lanes have numbers. */
typedef struct Place
{
	int32		group;
	int32		position;		/* within the group */
} Place;

/* Which lane adds a node in a group. */
typedef struct LaneKey
{
	int32		group;
	int32		node;
} LaneKey;

typedef struct LaneEntry
{
	LaneKey		key;			/* hash key */
	Place		place;
} LaneEntry;

typedef struct Group
{
	int32		cohort;			/* node */
	List	   *nodes;			/* one for each lane */
	int			first_lane;
} Group;

typedef struct DefinitionNodes
{
	int32		numerator;
	int32		denominator;
	int32		cohort;
	Place		numerator_lane;
	Place		denominator_lane;
} DefinitionNodes;

typedef struct Compiler
{
	Program    *program;
	HTAB	   *nodes;
	NodeKey    *keys;			/* by number */
	int			nnodes;
	int			maxnodes;
	HTAB	   *lanes;
	HTAB	   *cohorts;		/* LaneEntry by (-1, node): the group's first lane */
	Group	   *groups;
	int			ngroups;
	int			nlanes;
	int32		one;			/* the node of the number 1 */
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

/* The group that counts a cohort's rows, or -1. */
static int
group_of(Compiler *compiler, int32 cohort)
{
	LaneKey		key = {-1, cohort};
	LaneEntry  *entry = hash_search(compiler->cohorts, &key, HASH_FIND, NULL);

	return entry == NULL ? -1 : entry->place.group;
}

/* The lane that adds a node in a group. */
static Place
lane_of(Compiler *compiler, int group, int32 node)
{
	LaneKey		key = {group, node};
	LaneEntry  *entry;
	bool		found;

	/* how many of all rows are in a cohort is counted there already */
	if (compiler->groups[group].cohort == compiler->one &&
		node != compiler->one && group_of(compiler, node) >= 0)
		return (Place) {group_of(compiler, node), 0};

	entry = hash_search(compiler->lanes, &key, HASH_ENTER, &found);
	if (!found)
	{
		compiler->nlanes++;
		entry->place.group = group;
		entry->place.position = list_length(compiler->groups[group].nodes);
		compiler->groups[group].nodes =
			lappend_int(compiler->groups[group].nodes, node);
	}
	return entry->place;
}

/* Its first lane counts the rows. */
static void
make_group(Compiler *compiler, int32 cohort)
{
	LaneKey		key = {-1, cohort};
	LaneEntry  *entry;
	bool		found;

	entry = hash_search(compiler->cohorts, &key, HASH_ENTER, &found);
	if (found)
		return;
	entry->place = (Place) {compiler->ngroups++, 0};
	compiler->groups[entry->place.group].cohort = cohort;
	(void) lane_of(compiler, entry->place.group, compiler->one);
}

/* Can all registers be numbered? */
static bool
fits(const Compiler *compiler)
{
	return compiler->nnodes + compiler->nlanes + compiler->program->nextras +
		(LANES_IN_WORD - 1) * (compiler->ngroups + 1) <= PROGRAM_MAX_REGISTERS;
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
	program->groups = palloc0_array(ProgramGroup, compiler->ngroups + 1);
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
		program->groups[i].nlanes = TYPEALIGN(LANES_IN_WORD, lane - group->first_lane);
		program->nlanes += program->groups[i].nlanes;
	}

	program->groups[compiler->ngroups].first_lane = program->nlanes;
	program->groups[compiler->ngroups].nlanes = program->nextras;
	nregisters = program->nlanes + program->nextras;
	for (int i = 0; i < compiler->nnodes; i++)
		if (compiler->registers[i] == PG_UINT16_MAX)
			compiler->registers[i] = nregisters++;
	for (int i = 0; i < compiler->ngroups; i++)
		program->groups[i].cohort = compiler->registers[compiler->groups[i].cohort];
	program->groups[compiler->ngroups].cohort = compiler->registers[compiler->one];
	program->nregisters = nregisters;
	program->values = palloc0_array(int64, nregisters);
	program->valid = palloc_array(int64, nregisters);
	memset(program->valid, 0xFF, sizeof(int64) * nregisters);

	for (int type = 0; type < FORMULA_NUMERIC; type++)
		program->loads[type] = palloc_array(ProgramLoad, compiler->nnodes);

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

/*
 * Nodes for all formulas, groups for all cohorts, then lanes in them; false
 * where there are too many.
 */
static bool
lay_out(Compiler *compiler, DefinitionNodes *nodes)
{
	Program    *program = compiler->program;
	int			n = program->ndefinitions;

	for (int i = 0; i < n; i++)
	{
		Definition *definition = &program->definitions[i];
		ProgramItem *item = &program->items[i];

		nodes[i].numerator = compile(compiler, definition->numerator);
		nodes[i].denominator = definition->denominator == NULL ? compiler->one :
			compile(compiler, definition->denominator);
		nodes[i].cohort = definition->cohort == NULL ? compiler->one :
			compile(compiler, definition->cohort);
		make_group(compiler, nodes[i].cohort);
		item->flags =
			(definition->missing == MISSING_EXCLUDE ? LANE_ITEM_EXCLUDE : 0) |
			(definition->denominator != NULL ? LANE_ITEM_DENOMINATOR : 0);
		program->nextras += LANE_ITEM_EXTRAS(item->flags);
		if (!fits(compiler))
			return false;
	}
	program->nextras = TYPEALIGN(LANES_IN_WORD, program->nextras);

	for (int i = 0; i < n; i++)
	{
		int			group = group_of(compiler, nodes[i].cohort);

		nodes[i].numerator_lane = lane_of(compiler, group, nodes[i].numerator);
		nodes[i].denominator_lane = lane_of(compiler, group, nodes[i].denominator);
	}
	return fits(compiler);
}

static uint16
lane_number(const Compiler *compiler, Place place)
{
	return compiler->groups[place.group].first_lane + place.position;
}

void
program_compile_lanes(Program *program)
{
	Compiler	compiler = {.program = program};
	int			n = program->ndefinitions;
	MemoryContext scratch;
	MemoryContext old;
	DefinitionNodes *nodes;

	program->items = palloc0_array(ProgramItem, Max(n, 1));
	program->lane_items = palloc0_array(LaneItem, Max(n, 1));
	scratch = AllocSetContextCreate(CurrentMemoryContext, "shnor compiler",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(scratch);
	compiler.nodes = make_table("shnor nodes", sizeof(NodeKey), sizeof(NodeEntry));
	compiler.lanes = make_table("shnor lanes", sizeof(LaneKey), sizeof(LaneEntry));
	compiler.cohorts = make_table("shnor cohorts", sizeof(LaneKey), sizeof(LaneEntry));
	compiler.maxnodes = 64;
	compiler.keys = palloc_array(NodeKey, compiler.maxnodes);
	compiler.groups = palloc0_array(Group, Max(n, 1));
	compiler.one = constant_node(&compiler, 1);
	nodes = palloc_array(DefinitionNodes, Max(n, 1));

	program->fast = lay_out(&compiler, nodes);
	MemoryContextSwitchTo(old);
	if (program->fast)
	{
		assign_registers(&compiler);
		for (int i = 0; i < n; i++)
		{
			ProgramItem *item = &program->items[i];
			LaneItem   *lanes = &program->lane_items[i];
			int			group = group_of(&compiler, nodes[i].cohort);

			item->numerator = compiler.registers[nodes[i].numerator];
			item->denominator = compiler.registers[nodes[i].denominator];
			item->cohort = compiler.registers[nodes[i].cohort];
			lanes->id = program->definitions[i].id;
			lanes->numerator = lane_number(&compiler, nodes[i].numerator_lane);
			lanes->denominator = lane_number(&compiler, nodes[i].denominator_lane);
			lanes->rows = lane_number(&compiler, (Place) {group, 0});
			lanes->flags = item->flags;
		}
		/* a stored state of a program that was laid out otherwise must not mix */
		program->layout ^= hash_bytes_extended((const unsigned char *) program->lane_items,
											   sizeof(LaneItem) * n, 2);
		program->zero = lanes_make(program, false);
		program->zero_extras = lanes_make(program, true);
	}
	MemoryContextDelete(scratch);
}
