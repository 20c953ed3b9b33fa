// SPDX-License-Identifier: GPL-2.0
/*
 * Which extensions of the machine a guest is told of: those without state or privilege of their own, and those the
 * stub keeps for it. What is not in the list is not there for the guest, so an unknown one is never unsafe.
 */
#include "std.h"
#include "stub.h"

#define LETTERS_ALLOWED	"imafdc"
#define LETTERS_OF_G	"imafd"		/* and _zicsr_zifencei, which any hart of today has */

/* Unprivileged, and without state beyond the registers that are switched. */
static const char *const allowed[] = {
	"zicsr", "zifencei", "zihintpause", "zihintntl", "zicond", "zicntr", "zba", "zbb", "zbc", "zbs",
	"zbkb", "zbkc", "zbkx", "zknd", "zkne", "zknh", "zksed", "zksh", "zkt", "zfa", "zfh", "zfhmin",
	"zca", "zcb", "zcd", "zcmop", "zimop", "zawrs", "zicbop", "zacas", "zabha", "ztso",
};

/* Of S-mode: an hvm guest has it from the hart itself. sstc is added where the firmware lets it through. */
static const char *const allowed_hvm[] = { "svinval", "svnapot", "svvptc" };

static bool in_list(const char *const *list, size_t n, const char *ext, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i]) == len && !strncmp(list[i], ext, len))
			return true;
	return false;
}

static bool guest_may_use(const char *ext, size_t len, bool hvm)
{
	static const char *const sstc[] = { "sstc" };

	return in_list(allowed, ARRAY_SIZE(allowed), ext, len) ||
	       (hvm && in_list(allowed_hvm, ARRAY_SIZE(allowed_hvm), ext, len)) ||
	       (hvm && have_sstc && in_list(sstc, 1, ext, len));
}

/* ext: one letter, or the name of a multi-letter extension. */
bool isa_has(const char *isa, const char *ext)
{
	size_t len = strlen(ext);
	const char *s = isa;

	if (strncmp(isa, "rv", 2) || strlen(isa) < 4)
		return false;
	if (len == 1) {
		for (s += 4; *s && *s != '_'; s++)
			if (*s == *ext || (*s == 'g' && strchr(LETTERS_OF_G, *ext)))
				return true;
		return false;
	}
	while ((s = strchr(s, '_'))) {
		s++;
		if (!strncmp(s, ext, len) && (!s[len] || s[len] == '_'))
			return true;
	}
	return false;
}

/* The length of the string; out is cut at size. */
int guest_isa_string(char *out, size_t size, const char *host, bool hvm)
{
	size_t n = snprintk(out, size, "rv64");
	const char *s = host + MIN(strlen(host), 4UL);

	for (; *s && *s != '_'; s++) {
		if (*s == 'g' && n + sizeof(LETTERS_OF_G) <= size)
			n += snprintk(out + n, size - n, "%s", LETTERS_OF_G);
		else if (strchr(LETTERS_ALLOWED, *s) && n + 1 < size)
			n += snprintk(out + n, size - n, "%c", *s);
	}
	while (*s++ == '_') {
		size_t len = 0;

		while (s[len] && s[len] != '_')
			len++;
		if (guest_may_use(s, len, hvm) && n + len + 2 < size) {
			out[n++] = '_';
			memcpy(out + n, s, len);
			n += len;
			out[n] = 0;
		}
		s += len;
	}
	/*
	 * Svvptc holds for a pv guest whatever the hart has: a shadow entry is only made from a valid one of
	 * the guest, so one that becomes valid is seen at the next access, without a fence.
	 */
	if (!hvm && n + 8 < size)
		n += snprintk(out + n, size - n, "_svvptc");
	return n;
}
