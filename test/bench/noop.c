/*
 * noop.c
 *		A transition function that receives every argument and does nothing:
 *		what PostgreSQL itself spends on calling an aggregate over the columns.
 *		Compiled by test/bench/run alone, never installed.
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(noop_accum);

Datum
noop_accum(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}
