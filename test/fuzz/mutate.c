/*
 * mutate.c
 *		Changing values in binary form: step by step, and at random.
 */
#include "mutate.h"

#include <stdlib.h>
#include <string.h>

#define lengthof(array) (sizeof(array) / sizeof((array)[0]))

uint64_t	random_state;

static const int64_t edges[] = {
	0, 1, 2, 3, 16, 17, 18, 35, 36, 37, 127, 128, 255, 256, 32767, 65535, 119304647, 252645135, INT32_MAX - 1, INT32_MAX,
	INT32_MIN, INT32_MIN + 1, -1, -2, -36, UINT32_MAX, (int64_t) UINT32_MAX + 1, INT64_MAX, INT64_MIN, INT64_MIN + 1
};
static const unsigned char byte_edges[] = {0, 1, 2, 0x20, '"', '(', 0x7F, 0x80, 0xD0, 0xFF};

/* splitmix64 */
static uint64_t
next(void)
{
	uint64_t	z = random_state += 0x9E3779B97F4A7C15;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
	return z ^ (z >> 31);
}

uint64_t
below(uint64_t limit)
{
	return limit == 0 ? 0 : next() % limit;
}

static void
copy_bytes(Bytes *to, const Bytes *from)
{
	to->n = 0;
	put(to, from->data, from->n);
}

int32_t
lying_length(size_t length)
{
	switch (below(4))
	{
		case 0:
			return (int32_t) edges[below(lengthof(edges))];
		case 1:
			return (int32_t) (length + 1 + below(4));
		case 2:
			return (int32_t) (length - 1 - below(4));
		default:
			return (int32_t) below(length + 1);
	}
}

/* Per byte: the cut before it, 8 bits, edges of 1, 4 and 8 bytes. */
#define CHANGES (1 + 8 + lengthof(byte_edges) + 2 * lengthof(edges))

bool
change(const Bytes *value, size_t step, Bytes *result)
{
	size_t		at = step % (value->n + 1);
	size_t		which = step / (value->n + 1);

	if (which >= CHANGES)
		return false;
	copy_bytes(result, value);
	if (which == 0)
		result->n = at;
	else if (at == value->n)
		put_int(result, 1, which);	/* a byte too many */
	else if (which <= 8)
		result->data[at] ^= 1 << (which - 1);
	else if ((which -= 9) < lengthof(byte_edges))
		result->data[at] = byte_edges[which];
	else
	{
		int			size = (which -= lengthof(byte_edges)) < lengthof(edges) ? 4 : 8;

		if (at + size <= value->n)
			set_int(result->data + at, size, edges[which % lengthof(edges)]);
	}
	return true;
}

/* Puts the bytes of what stands at from, n long, in place of old bytes at at. */
static void
replace(Bytes *bytes, size_t at, size_t old, const void *from, size_t n)
{
	Bytes		result = {0};

	put(&result, bytes->data, at);
	put(&result, from, n);
	put(&result, bytes->data + at + old, bytes->n - at - old);
	free(bytes->data);
	*bytes = result;
}

/* Items repeated, swapped, dropped, or taken from another value; the number of items mostly says so. */
static void
change_items(Kind kind, const Bytes *other, Bytes *bytes)
{
	Bytes		result = {0};
	size_t		n;
	size_t		nother;
	size_t		end;
	size_t		ignored;
	Item	   *items = find_items(kind, bytes->data, bytes->n, &n, &end);
	Item	   *others = find_items(kind, other->data, other->n, &nother, &ignored);
	size_t		a = below(n);
	size_t		b = below(n);
	uint64_t	how = below(5);
	uint32_t	count = 0;

	put(&result, bytes->data, bytes->n < HEAD ? bytes->n : HEAD);
	for (size_t i = 0; i < n; i++)
	{
		const Item *item = how == 0 && i == a ? &items[b] : how == 0 && i == b ? &items[a] : &items[i];

		if (how == 1 && i == a)
			continue;
		for (int times = how == 2 && i == a ? 2 : 1; times > 0; times--, count++)
			put(&result, item->data, item->n);
		if (how == 3 && i == a && nother > 0)
		{
			item = &others[below(nother)];
			put(&result, item->data, item->n);
			count++;
		}
		if (how == 4 && i >= a)
			break;
	}
	if (result.n >= HEAD && below(8) > 0)
		set_int(result.data + 1, 4, count);
	free(items);
	free(others);
	free(bytes->data);
	*bytes = result;
}

/* Another text for one of a methodology's, with its true length. */
static void
change_text(Bytes *bytes)
{
	static const char *const words[] = {
		"", " ", "\t\n\f", "a", "да", "\"𝄞 \"", "(a)", "((", "a + 1", "a AND b", "NOT c", "x IS NULL", "1", "99999999999", "-5", "'x'", "a::int",
		"random()", "yes_count(a, b)", "coalesce(a, 0)", "a IN (1, 2)", "a BETWEEN 0 AND 1", "/* */ a", "a -- b", "\"id\"", "$1", "\\", "\v", "\xC2\xA0"
	};
	size_t		n;
	size_t		end;
	size_t		at;
	int64_t		old;
	Item	   *items = find_items(METHODOLOGY, bytes->data, bytes->n, &n, &end);
	Bytes		text = {0};
	const char *word = words[below(lengthof(words))];

	if (n > 0)
	{
		at = items[below(n)].data - bytes->data + 5;
		for (uint64_t i = below(3); i > 0; i--)
			at += 4 + get_int(bytes->data + at, 4);
		old = get_int(bytes->data + at, 4);
		put_int(&text, 4, 0);
		if (below(2) == 0)
			put(&text, bytes->data + at + 4, below(old + 1));
		put(&text, word, strlen(word));
		if (below(4) == 0)
			put(&text, bytes->data + at + 4, old);
		set_int(text.data, 4, text.n - 4);
		replace(bytes, at, 4 + old, text.data, text.n);
	}
	free(items);
	free(text.data);
}

static void
mutate_once(Kind kind, const Bytes *other, Bytes *bytes)
{
	size_t		at = below(bytes->n + 1);
	size_t		left = bytes->n - at;
	unsigned char noise[16];
	int			size;

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = below(3) == 0 ? byte_edges[below(lengthof(byte_edges))] : next();
	switch (below(kind == SHARE ? 8 : kind == TALLY ? 12 : 14))
	{
		case 0:
			if (left > 0)
				bytes->data[at] ^= 1 << below(8);
			break;
		case 1:
			if (left > 0)
				bytes->data[at] = noise[0];
			break;
		case 2:
		case 3:
			size = below(2) == 0 ? 4 : 8;
			if (left >= (size_t) size)
				set_int(bytes->data + at, size, edges[below(lengthof(edges))] + below(3) - 1);
			break;
		case 4:
			replace(bytes, at, 0, noise, 1 + below(sizeof(noise)));
			break;
		case 5:
			replace(bytes, at, below(left + 1), NULL, 0);
			break;
		case 6:					/* one value's head, another's tail */
			if (at < other->n)
				replace(bytes, at, left, other->data + at, other->n - at);
			break;
		case 7:
			if (bytes->n > 0)
				bytes->data[0] = noise[0] % 4;
			break;
		case 8:
			if (bytes->n >= HEAD)
				set_int(bytes->data + 1, 4, get_int(bytes->data + 1, 4) + below(5) - 2);
			break;
		case 9:
		case 10:
		case 11:
			change_items(kind, other, bytes);
			break;
		default:
			change_text(bytes);
	}
}

void
mutate(Kind kind, const Bytes *pool, size_t npool, Bytes *result)
{
	if (below(50) == 0)
	{
		/* nothing but noise, at times behind a good version */
		result->n = 0;
		for (uint64_t n = below(kind == SHARE ? 20 : 100); n > 0; n--)
			put_int(result, 1, next());
		if (result->n > 0 && below(2) == 0)
			result->data[0] = 1;
		return;
	}
	copy_bytes(result, &pool[below(npool)]);
	do
		mutate_once(kind, &pool[below(npool)], result);
	while (below(3) == 0);
}
