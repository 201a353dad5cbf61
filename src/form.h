/*
 * form.h
 *		What the readers of forms share: a folded text and a time as it stands
 *		in a form.
 */
#ifndef SHNOR_FORM_H
#define SHNOR_FORM_H

#include <ctype.h>

#include "pgtime.h"
#include "utils/timestamp.h"

#include "compat.h"

/* a time read from a form */
typedef struct FormTime
{
	struct pg_tm tm;
	fsec_t		fsec;
	bool		has_offset;
	int			offset;			/* seconds east of Greenwich, if has_offset */
} FormTime;

/* form_value.c: raw in lower case, with single blanks and hyphens only */
extern char *form_fold(text *raw);

/* form_value.c: nothing, dashes only or «нет ответа» */
extern bool form_is_empty(const char *folded);

/* form_timestamp.c: false when folded is no time in one of the known shapes */
extern bool form_read_time(const char *folded, FormTime *when);

#endif							/* SHNOR_FORM_H */
