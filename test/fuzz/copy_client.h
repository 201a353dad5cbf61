/*
 * copy_client.h
 *		What test/fuzz/copy.c needs of a client.
 */
#ifndef COPY_CLIENT_H
#define COPY_CLIENT_H

#include <libpq-fe.h>

#include "mutate.h"

extern PGconn *connection;
extern const char *findings_folder;
extern char input_name[100];	/* of the stream that was sent last */
extern const Bytes *being_read; /* the stream that is kept when a command fails */

/* Says what was found and keeps the stream; does not return. */
extern void finding(const Bytes *input, const char *format,...) __attribute__((noreturn, format(printf, 2, 3)));

/* The result of a command; anything but what is wanted is a finding. */
extern PGresult *execute(const char *command, ExecStatusType wanted);
extern void execute_only(const char *command);

/* What a COPY TO gives. */
extern void copy_out(const char *command, Bytes *result);

/* Sends bytes as the data of a COPY FROM; the caller looks at how it ended. */
extern PGresult *copy_in(const char *command, const Bytes *bytes);

#endif							/* COPY_CLIENT_H */
