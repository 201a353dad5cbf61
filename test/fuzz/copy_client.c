/*
 * copy_client.c
 *		Talking to the server, and what is said and kept of a finding.
 */
#include "copy_client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

PGconn	   *connection;
const char *findings_folder;
char		input_name[100];
const Bytes *being_read;

void
finding(const Bytes *input, const char *format,...)
{
	va_list		args;
	char		path[1024];
	FILE	   *file;

	printf("FINDING: %s: ", input_name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	snprintf(path, sizeof(path), "%s/%s", findings_folder, input_name);
	file = fopen(path, "w");
	if (file != NULL)
	{
		fwrite(input->data, 1, input->n, file);
		fclose(file);
	}
	printf("\nkept in %s\n", path);
	exit(1);
}

PGresult *
execute(const char *command, ExecStatusType wanted)
{
	PGresult   *result = PQexec(connection, command);

	if (PQresultStatus(result) != wanted)
		finding(being_read, "%s: %s", command, PQerrorMessage(connection));
	return result;
}

void
execute_only(const char *command)
{
	PQclear(execute(command, PGRES_COMMAND_OK));
}

void
copy_out(const char *command, Bytes *result)
{
	char	   *row;
	int			n;

	result->n = 0;
	PQclear(execute(command, PGRES_COPY_OUT));
	while ((n = PQgetCopyData(connection, &row, 0)) > 0)
	{
		put(result, row, n);
		PQfreemem(row);
	}
	if (n == -2)
		finding(being_read, "%s: %s", command, PQerrorMessage(connection));
	for (PGresult *end; (end = PQgetResult(connection)) != NULL; PQclear(end))
		if (PQresultStatus(end) != PGRES_COMMAND_OK)
			finding(being_read, "%s: %s", command, PQresultErrorMessage(end));
}

PGresult *
copy_in(const char *command, const Bytes *bytes)
{
	PGresult   *result;

	PQclear(execute(command, PGRES_COPY_IN));
	/* an error on the way is told by the result */
	(void) PQputCopyData(connection, (const char *) bytes->data, bytes->n);
	(void) PQputCopyEnd(connection, NULL);
	result = PQgetResult(connection);
	for (PGresult *more; (more = PQgetResult(connection)) != NULL;)
		PQclear(more);
	return result;
}
