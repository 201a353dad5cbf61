/*
 * binary.c
 *		What a value's bytes must be: reading the binary forms.
 */
#include "mutate.h"

#include <stdlib.h>
#include <string.h>

void
put(Bytes *bytes, const void *data, size_t n)
{
	if (n == 0)
		return;
	if (bytes->n + n > bytes->room)
	{
		bytes->room = (bytes->n + n) * 2;
		bytes->data = realloc(bytes->data, bytes->room);
		if (bytes->data == NULL)
			abort();
	}
	memcpy(bytes->data + bytes->n, data, n);
	bytes->n += n;
}

void
set_int(unsigned char *data, int size, uint64_t value)
{
	for (int i = 0; i < size; i++)
		data[i] = value >> (8 * (size - 1 - i));
}

void
put_int(Bytes *bytes, int size, uint64_t value)
{
	unsigned char data[8];

	set_int(data, size, value);
	put(bytes, data, size);
}

int64_t
get_int(const unsigned char *data, int size)
{
	uint64_t	value = data[0] & 0x80 ? UINT64_MAX : 0;

	for (int i = 0; i < size; i++)
		value = value << 8 | data[i];
	return (int64_t) value;
}

#define TALLY_ITEM 36

/* The bytes of the item at data, 0 where there is none. */
static size_t
item_size(Kind kind, const unsigned char *data, size_t left)
{
	size_t		n = 5;			/* id and policy of a definition */

	if (kind == TALLY)
		return left < TALLY_ITEM ? 0 : TALLY_ITEM;
	for (int i = 0; i < 3; i++)
	{
		if (left < n + 4 || get_int(data + n, 4) < 0 || left - n - 4 < (size_t) get_int(data + n, 4))
			return 0;
		n += 4 + get_int(data + n, 4);
	}
	return n;
}

Item *
find_items(Kind kind, const unsigned char *data, size_t n, size_t *nitems, size_t *end)
{
	Item	   *items = NULL;
	size_t		room = 0;
	size_t		size;

	*nitems = 0;
	for (*end = HEAD; *end < n; *end += size)
	{
		size = item_size(kind, data + *end, n - *end);
		if (size == 0)
			break;
		if (*nitems == room)
			items = realloc(items, sizeof(Item) * (room = room * 2 + 8));
		items[(*nitems)++] = (Item) {data + *end, size};
	}
	return items;
}

static int
by_id(const void *a, const void *b)
{
	int64_t		left = get_int(((const Item *) a)->data, 4);
	int64_t		right = get_int(((const Item *) b)->data, 4);

	return (left > right) - (left < right);
}

static bool
is_blank(const unsigned char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strchr(" \t\r\n\f", text[i]) == NULL || text[i] == '\0')
			return false;
	return true;
}

/* Writes a definition; false where it has no numerator or another policy. */
static bool
write_definition(const Item *item, Bytes *written)
{
	const unsigned char *at = item->data + 5;

	if (item->data[4] > 1 || is_blank(at + 4, get_int(at, 4)))
		return false;
	put(written, item->data, 5);
	for (int i = 0; i < 3; i++)
	{
		size_t		n = get_int(at, 4);

		if (is_blank(at + 4, n))
			put_int(written, 4, 0);
		else
			put(written, at, 4 + n);
		at += 4 + n;
	}
	return true;
}

bool
well_formed(Kind kind, const unsigned char *data, size_t n, Bytes *written)
{
	Item	   *items;
	size_t		nitems;
	size_t		end;
	bool		good;

	written->n = 0;
	if (kind == SHARE)
	{
		put(written, data, n);
		return n == 17 && data[0] == 1;
	}
	if (n < HEAD || data[0] != 1)
		return false;
	items = find_items(kind, data, n, &nitems, &end);
	good = end == n && (int64_t) nitems == get_int(data + 1, 4);
	put(written, data, HEAD);
	if (kind == METHODOLOGY && nitems > 0)
		qsort(items, nitems, sizeof(Item), by_id);
	for (size_t i = 0; good && i < nitems; i++)
	{
		good = i == 0 || by_id(&items[i - 1], &items[i]) < 0;
		if (kind == METHODOLOGY)
			good = write_definition(&items[i], written) && good;
		else
		{
			/* answered and missing */
			good = good && get_int(items[i].data + 20, 8) >= 0 && get_int(items[i].data + 28, 8) >= 0;
			put(written, items[i].data, items[i].n);
		}
	}
	free(items);
	return good;
}
