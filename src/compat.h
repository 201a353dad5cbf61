/*
 * compat.h
 *		What every source file includes after postgres.h: every difference
 *		between PostgreSQL's major versions that the code meets (no other file
 *		tests PG_VERSION_NUM), and the catalogue of our messages.
 */
#ifndef SHNOR_COMPAT_H
#define SHNOR_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "shnor needs PostgreSQL 15 or later"
#endif

/* allocation by type came with 16 */
#ifndef palloc_array
#define palloc_object(type) ((type *) palloc(sizeof(type)))
#define palloc0_object(type) ((type *) palloc0(sizeof(type)))
#define palloc_array(type, count) ((type *) palloc(sizeof(type) * (count)))
#define palloc0_array(type, count) ((type *) palloc0(sizeof(type) * (count)))
#endif

/* functions that do not return are marked in front since 18 */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/* varlena macros have a header of their own since 16 */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* until 16, pq_sendcountedtext() asked whether the count counts itself */
#if PG_VERSION_NUM >= 170000
#define send_counted_text(buf, text, length) pq_sendcountedtext(buf, text, length)
#else
#define send_counted_text(buf, text, length) pq_sendcountedtext(buf, text, length, false)
#endif

/*
 * Messages are translated from our own catalogue, po/, not from the server's:
 * ereport() takes TEXTDOMAIN where it stands, and c.h's _() knows only the
 * server's.  In a callback of a foreign ereport(), only _() is ours.
 */
#undef TEXTDOMAIN
#define TEXTDOMAIN PG_TEXTDOMAIN("shnor")
#undef _
#define _(x) dgettext(TEXTDOMAIN, x)

#endif							/* SHNOR_COMPAT_H */
