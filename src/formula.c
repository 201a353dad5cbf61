/*
 * formula.c
 *		From the text of a formula to its tree.
 *
 * The text is read by PostgreSQL's own parser in expression mode, so that
 * precedence, quoting and case folding are PostgreSQL's.  Of what that parser
 * accepts, only the nodes below may pass; everything else is an error that
 * points at its character.
 */
#include "formula.h"

#include "catalog/namespace.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/primnodes.h"
#include "nodes/value.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define SUBSET_HINT \
	gettext_noop("A formula may use whole numbers, true and false, column names, + - *, comparisons, AND, OR, NOT, " \
				 "IS [NOT] NULL, BETWEEN, IN (list), coalesce, least, greatest and yes_count.")
#define SIZE_HINT \
	gettext_noop("Let the query or a view compute a part of it, and name that column in the formula.")

static Formula *parse_node(const FormulaSource *source, Node *node);

/*
 * Raise an error about a formula: it names the indicator and the part, and
 * points at the character both in the detail (for programs that show only
 * texts) and as the position of an internal query (for psql's caret).
 */
void
formula_error(const FormulaSource *source, int location, int sqlstate,
			  const char *hint, const char *format,...)
{
	StringInfoData message;
	int			character = 0;
	int			length = strlen(source->text);

	initStringInfo(&message);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&message, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&message, needed);
	}
	if (location >= 0)
		character = pg_mbstrlen_with_len(source->text,
										 Min(location, length)) + 1;

	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("indicator %d, %s: %s",
					source->id, _(source->part), message.data),
			 character > 0 ?
			 errdetail("At character %d of \"%s\".", character, source->text) :
			 errdetail("In \"%s\".", source->text),
			 hint ? errhint("%s", _(hint)) : 0,
			 internalerrquery(source->text),
			 internalerrposition(character)));
	pg_unreachable();
}

/*
 * PostgreSQL's parser reports an error at a place in the query of the caller,
 * which knows nothing of our text: say it again in our own terms.  Most are
 * syntax errors; some are of bytes in a quoted text, some of what PostgreSQL
 * reads and has not made yet.
 */
static List *
parse_raw(const FormulaSource *source)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *volatile tree = NIL;

	if (strlen(source->text) > FORMULA_MAX_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("indicator %d, %s: the formula is longer than %d bytes",
						source->id, _(source->part), FORMULA_MAX_LENGTH),
				 errhint("%s", _(SIZE_HINT))));

	PG_TRY();
	{
		/* keep the callers' callbacks from taking the position for theirs */
		error_context_stack = NULL;
		tree = raw_parser(source->text, RAW_PARSE_PLPGSQL_EXPR);
	}
	PG_CATCH();
	{
		ErrorData  *error;
		int			category;
		int			location = -1;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
		if (error->cursorpos == 0 &&
			category != ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION &&
			category != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();		/* unreachable: only without memory */
		FlushErrorState();

		/* the position counts characters; ours are bytes */
		if (error->cursorpos > 0)
			location = pg_mbcharcliplen(source->text, strlen(source->text),
										error->cursorpos - 1);
		/* too deep for the parser, which has no advice */
		if (strstr(error->message, dgettext(PG_TEXTDOMAIN("postgres"), "memory exhausted")) != NULL)
			error->hint = SIZE_HINT;
		formula_error(source, location, error->sqlerrcode, error->hint,
					  "%s", error->message);
	}
	PG_END_TRY();

	return tree;
}

static Formula *
make_formula(FormulaKind kind, int location, int nargs)
{
	Formula    *result = palloc0(sizeof(Formula));

	result->kind = kind;
	result->location = location;
	result->nargs = nargs;
	if (nargs > 0)
		result->args = palloc0(sizeof(Formula *) * nargs);
	return result;
}

pg_noreturn static void
refuse(const FormulaSource *source, int location, const char *what)
{
	formula_error(source, location, ERRCODE_FEATURE_NOT_SUPPORTED,
				  SUBSET_HINT, _("%s may not stand in a formula"), _(what));
}

static void
parse_args(const FormulaSource *source, Formula *formula, int from, List *nodes)
{
	ListCell   *lc;

	foreach(lc, nodes)
		formula->args[from++] = parse_node(source, lfirst(lc));
}

static Formula *
parse_constant(const FormulaSource *source, A_Const *constant)
{
	Formula    *result = make_formula(FORMULA_CONST, constant->location, 0);

	if (constant->isnull)
		refuse(source, constant->location, gettext_noop("NULL"));

	switch (nodeTag(&constant->val))
	{
		case T_Integer:
			result->type = FORMULA_INT4;
			result->value = intVal(&constant->val);
			return result;

		case T_Boolean:
			result->type = FORMULA_BOOL;
			result->value = boolVal(&constant->val) ? 1 : 0;
			return result;

		case T_Float:
			{
				/* too large for integer, or a fraction */
				const char *digits = castNode(Float, &constant->val)->fval;
				char	   *end;

				if (strspn(digits, "+-0123456789") != strlen(digits))
					refuse(source, constant->location,
						   gettext_noop("a number that is not whole"));
				errno = 0;
				result->value = strtoi64(digits, &end, 10);
				/* as in make_const(): by size, and -2147483648 is an integer */
				if (errno != 0 || *end != '\0')
				{
					result->type = FORMULA_NUMERIC;
					result->number =
						DatumGetNumeric(DirectFunctionCall3(numeric_in,
															CStringGetDatum(digits),
															ObjectIdGetDatum(InvalidOid),
															Int32GetDatum(-1)));
				}
				else
					result->type = result->value == (int32) result->value ?
						FORMULA_INT4 : FORMULA_INT8;
				return result;
			}

		default:
			refuse(source, constant->location, gettext_noop("a text"));
	}
}

static Formula *
parse_column(const FormulaSource *source, ColumnRef *column)
{
	Formula    *result = make_formula(FORMULA_COLUMN, column->location, 0);
	Node	   *field = linitial(column->fields);

	if (list_length(column->fields) != 1 || !IsA(field, String))
		formula_error(source, column->location, ERRCODE_FEATURE_NOT_SUPPORTED,
					  gettext_noop("Write the name of the column alone."),
					  _("only a plain column name may stand here"));
	result->name = strVal(field);
	return result;
}

/* Operators, and the formula that each makes of two operands. */
static const struct
{
	const char *name;
	FormulaKind binary;
}			operators[] =
{
	{"+", FORMULA_ADD}, {"-", FORMULA_SUB}, {"*", FORMULA_MUL},
	{"=", FORMULA_EQ}, {"<>", FORMULA_NE}, {"<", FORMULA_LT},
	{"<=", FORMULA_LE}, {">", FORMULA_GT}, {">=", FORMULA_GE}
};

static Formula *
parse_operator(const FormulaSource *source, A_Expr *expr)
{
	const char *name = strVal(llast(expr->name));
	Formula    *result;

	if (list_length(expr->name) != 1)
		refuse(source, expr->location, gettext_noop("OPERATOR()"));

	for (size_t i = 0; i < lengthof(operators); i++)
	{
		if (strcmp(name, operators[i].name) != 0)
			continue;
		if (expr->lexpr != NULL && expr->rexpr != NULL)
		{
			result = make_formula(operators[i].binary, expr->location, 2);
			result->args[0] = parse_node(source, expr->lexpr);
			result->args[1] = parse_node(source, expr->rexpr);
			return result;
		}
		if (expr->rexpr != NULL &&
			(operators[i].binary == FORMULA_ADD || operators[i].binary == FORMULA_SUB))
		{
			result = make_formula(operators[i].binary == FORMULA_ADD ?
								  FORMULA_PLUS : FORMULA_MINUS,
								  expr->location, 1);
			result->args[0] = parse_node(source, expr->rexpr);
			return result;
		}
	}
	formula_error(source, expr->location, ERRCODE_FEATURE_NOT_SUPPORTED,
				  SUBSET_HINT, _("operator %s may not stand in a formula"), name);
}

static Formula *
parse_expr(const FormulaSource *source, A_Expr *expr)
{
	Formula    *result;
	FormulaKind kind;

	switch (expr->kind)
	{
		case AEXPR_OP:
			return parse_operator(source, expr);

		case AEXPR_IN:
			kind = strcmp(strVal(linitial(expr->name)), "<>") == 0 ?
				FORMULA_NOT_IN : FORMULA_IN;
			break;

		case AEXPR_BETWEEN:
			kind = FORMULA_BETWEEN;
			break;

		case AEXPR_NOT_BETWEEN:
			kind = FORMULA_NOT_BETWEEN;
			break;

		default:
			refuse(source, expr->location, gettext_noop("this construct"));
	}

	/* both have a value on the left and a list on the right */
	result = make_formula(kind, expr->location,
						  1 + list_length((List *) expr->rexpr));
	result->args[0] = parse_node(source, expr->lexpr);
	parse_args(source, result, 1, (List *) expr->rexpr);
	return result;
}

static Formula *
parse_list(const FormulaSource *source, FormulaKind kind, int location, List *args)
{
	Formula    *result = make_formula(kind, location, list_length(args));

	parse_args(source, result, 0, args);
	return result;
}

static Formula *
parse_function(const FormulaSource *source, FuncCall *call)
{
	const char *name = strVal(llast(call->funcname));
	bool		known;

	known = strcmp(name, "yes_count") == 0 &&
		(list_length(call->funcname) == 1 ||
		 (list_length(call->funcname) == 2 &&
		  strcmp(strVal(linitial(call->funcname)), "shnor") == 0));
	if (!known)
		formula_error(source, call->location, ERRCODE_FEATURE_NOT_SUPPORTED,
					  SUBSET_HINT, _("function %s may not stand in a formula"),
					  NameListToString(call->funcname));
	if (call->agg_order || call->agg_filter || call->over ||
		call->agg_within_group || call->agg_star || call->agg_distinct ||
		call->func_variadic || call->args == NIL)
		formula_error(source, call->location, ERRCODE_SYNTAX_ERROR, NULL,
					  _("yes_count takes a list of yes/no values and nothing else"));
	return parse_list(source, FORMULA_YES_COUNT, call->location, call->args);
}

static Formula *
parse_node(const FormulaSource *source, Node *node)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();

	switch (nodeTag(node))
	{
		case T_A_Const:
			return parse_constant(source, (A_Const *) node);

		case T_ColumnRef:
			return parse_column(source, (ColumnRef *) node);

		case T_A_Expr:
			return parse_expr(source, (A_Expr *) node);

		case T_BoolExpr:
			{
				BoolExpr   *expr = (BoolExpr *) node;

				return parse_list(source,
								  expr->boolop == AND_EXPR ? FORMULA_AND :
								  expr->boolop == OR_EXPR ? FORMULA_OR :
								  FORMULA_NOT,
								  expr->location, expr->args);
			}

		case T_NullTest:
			{
				NullTest   *test = (NullTest *) node;

				return parse_list(source,
								  test->nulltesttype == IS_NULL ?
								  FORMULA_IS_NULL : FORMULA_IS_NOT_NULL,
								  test->location, list_make1(test->arg));
			}

		case T_CoalesceExpr:
			return parse_list(source, FORMULA_COALESCE,
							  ((CoalesceExpr *) node)->location,
							  ((CoalesceExpr *) node)->args);

		case T_MinMaxExpr:
			return parse_list(source,
							  ((MinMaxExpr *) node)->op == IS_LEAST ?
							  FORMULA_LEAST : FORMULA_GREATEST,
							  ((MinMaxExpr *) node)->location,
							  ((MinMaxExpr *) node)->args);

		case T_FuncCall:
			return parse_function(source, (FuncCall *) node);

		case T_TypeCast:
			refuse(source, ((TypeCast *) node)->location, gettext_noop("a cast"));

		case T_SubLink:
			refuse(source, ((SubLink *) node)->location, gettext_noop("a subquery"));

		case T_CaseExpr:
			refuse(source, ((CaseExpr *) node)->location, gettext_noop("CASE"));

		case T_BooleanTest:
			refuse(source, ((BooleanTest *) node)->location,
				   gettext_noop("IS [NOT] TRUE, FALSE or UNKNOWN"));

		case T_ParamRef:
			refuse(source, ((ParamRef *) node)->location, gettext_noop("a parameter"));

		default:
			refuse(source, exprLocation(node), gettext_noop("this construct"));
	}
}

/*
 * In expression mode the parser always gives one SELECT, and also reads what
 * may follow a select list: only a single target without a name may pass.
 */
Formula *
formula_parse(const FormulaSource *source)
{
	SelectStmt *select;
	ResTarget  *target;
	List	   *tree = parse_raw(source);
	static const char *const more =
	gettext_noop("something after the expression");

	Assert(list_length(tree) == 1);
	select = castNode(SelectStmt, linitial_node(RawStmt, tree)->stmt);
	if (select->targetList == NIL)
		formula_error(source, -1, ERRCODE_SYNTAX_ERROR, NULL,
					  _("there is no expression"));
	target = linitial_node(ResTarget, select->targetList);
	if (list_length(select->targetList) > 1)
		refuse(source, lsecond_node(ResTarget, select->targetList)->location, more);
	if (target->name != NULL || target->indirection != NIL)
		formula_error(source, target->location, ERRCODE_SYNTAX_ERROR, NULL,
					  _("the expression may not be given a name"));
	if (select->fromClause != NIL)
		refuse(source, exprLocation(linitial(select->fromClause)), more);
	if (select->whereClause != NULL)
		refuse(source, exprLocation(select->whereClause), more);
	if (select->sortClause != NIL)
		refuse(source, exprLocation(linitial(select->sortClause)), more);
	if (select->groupClause != NIL)
		refuse(source, exprLocation(linitial(select->groupClause)), more);
	if (select->havingClause != NULL)
		refuse(source, exprLocation(select->havingClause), more);
	if (select->distinctClause != NIL || select->intoClause != NULL ||
		select->windowClause != NIL || select->valuesLists != NIL ||
		select->limitOffset != NULL || select->limitCount != NULL ||
		select->lockingClause != NIL || select->withClause != NULL ||
		select->op != SETOP_NONE)
		refuse(source, -1, more);

	return parse_node(source, target->val);
}

/* Add the columns that a formula reads to a list of String nodes, each time they are read. */
List *
formula_columns(const Formula *formula, List *names)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();

	if (formula->kind == FORMULA_COLUMN)
		names = lappend(names, makeString(pstrdup(formula->name)));
	for (int i = 0; i < formula->nargs; i++)
		names = formula_columns(formula->args[i], names);
	return names;
}
