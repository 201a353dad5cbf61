/*
 * progress.c
 *		How far long work has come, for other sessions to see.
 *
 * PostgreSQL's own progress views have a fixed list of commands.  What is free
 * is the session's name in pg_stat_activity: it is changed there alone, not in
 * the setting application_name, which the journal of changes writes down, and
 * it is given back when the transaction ends, whichever way.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "pgstat.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/guc.h"

PG_FUNCTION_INFO_V1(report_progress);

static bool reported;

static void
give_name_back(XactEvent event, pg_attribute_unused() void *arg)
{
	if (!reported || event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE)
		return;
	reported = false;
	pgstat_report_appname(application_name);
}

/* report_progress(work text, region text, done bigint, total bigint) */
Datum
report_progress(PG_FUNCTION_ARGS)
{
	static bool registered;
	char	   *said = psprintf("shnor: %s " INT64_FORMAT "/" INT64_FORMAT " %s",
								text_to_cstring(PG_GETARG_TEXT_PP(0)),
								PG_GETARG_INT64(2), PG_GETARG_INT64(3),
								text_to_cstring(PG_GETARG_TEXT_PP(1)));

	if (!registered)
	{
		RegisterXactCallback(give_name_back, NULL);
		registered = true;
	}
	reported = true;
	/* cut there to NAMEDATALEN, between characters */
	pgstat_report_appname(said);
	PG_RETURN_VOID();
}
