/*
 * form.h
 *		What the readers of forms share: records of a CSV text, a folded text,
 *		and values as they stand in a form.
 */
#ifndef SHNOR_FORM_H
#define SHNOR_FORM_H

#include <ctype.h>

#include "commands/copy.h"
#include "pgtime.h"
#include "utils/rel.h"
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

/* a CSV text as it is read: callers look at line */
typedef struct FormReader
{
	CopyFromState copy;
	Relation	relation;
	const char *start;			/* the text behind a byte order mark */
	const char *next;			/* what the reader takes next */
	const char *end;
	const char *record;			/* at or behind the start of the record */
	int			lines;			/* physical lines taken */
	int			line;			/* on which the record starts */
	int			next_line;
} FormReader;

/* form_csv.c */
extern FormReader *form_open(text *content, const char *delimiter);
extern bool form_next(FormReader *source, char ***fields, int *nfields);
extern void form_close(FormReader *source);

/* form_text.c: raw in lower case, with single blanks and hyphens only */
extern char *form_fold(const char *raw);
extern char *form_fold_text(text *raw);

/* form_text.c: as the functions form_clean() and form_normalize() */
extern char *form_clean_text(const char *raw);
extern char *form_normalize_text(const char *raw);

/* form_text.c: form_clean_text() would leave nothing */
extern bool form_is_blank(const char *raw);

/* form_text.c: nothing, dashes only or «нет ответа» */
extern bool form_is_empty(const char *folded);

/* form_text.c: drop what ends s of these characters, and blanks */
extern void form_cut_end(char *s, const char *characters);

/* form_value.c: a folded text that is not empty; NULL, or the problem */
extern const char *form_read_count(const char *folded, int64 *count);
extern const char *form_read_yes_no(const char *folded, bool *yes);

/* form_timestamp.c: false when folded is no time in one of the known shapes */
extern bool form_read_time(const char *folded, FormTime *when);

/* form_timestamp.c: the zone serves a time that names none; false out of range */
extern pg_tz *form_time_zone(const char *name);
extern bool form_time_value(FormTime *when, pg_tz *zone, TimestampTz *result);

#endif							/* SHNOR_FORM_H */
