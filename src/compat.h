/*
 * compat.h
 *		Every difference between PostgreSQL's major versions that the code
 *		meets.  No other file tests PG_VERSION_NUM.
 */
#ifndef SHNOR_COMPAT_H
#define SHNOR_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "shnor needs PostgreSQL 15 or later"
#endif

#endif							/* SHNOR_COMPAT_H */
