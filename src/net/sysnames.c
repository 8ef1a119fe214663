/* sysnames - parses hosts(5) and resolv.conf(5). */
#include "net/sysnames.h"

#include <unistd.h>

#include "base/file.h"

enum {
	DNS_PORT = 53,
	NDOTS_MAX = 15,
	TIMEOUT_MAX = 30,
	ATTEMPTS = 2,
	ATTEMPTS_MAX = 5,
	FILE_MAX = 1 << 20
};

static void
read_option(struct resolv_conf *c, struct span option)
{
	unsigned long long n;

	if (span_starts(option, SPAN("ndots:")) && span_number(span_skip(option, 6), 1000, &n))
		c->ndots = n < NDOTS_MAX ? (unsigned)n : NDOTS_MAX;
	else if (span_starts(option, SPAN("timeout:")) &&
	    span_number(span_skip(option, 8), 100000, &n) && n > 0)
		c->timeout_ms = 1000 * (n < TIMEOUT_MAX ? n : TIMEOUT_MAX);
	else if (span_starts(option, SPAN("attempts:")) &&
	    span_number(span_skip(option, 9), 100000, &n) && n > 0)
		c->attempts = n < ATTEMPTS_MAX ? (unsigned)n : ATTEMPTS_MAX;
	else if (span_eq(option, SPAN("trust-ad")))
		c->trust_ad = true;
}

static void
read_search(struct resolv_conf *c, struct span rest, struct arena *arena)
{
	struct span word;

	for (c->nsearch = 0; c->nsearch < SYSNAMES_SEARCH && (word = span_word(&rest)).len > 0;)
		if (!span_eq(word, SPAN(".")))
			c->search[c->nsearch++] = arena_copy(arena, word);
}

static void
read_line(struct resolv_conf *c, struct span line, struct arena *arena)
{
	struct span keyword = span_word(&line), word;

	if (span_eq(keyword, SPAN("nameserver")) && c->nservers < SYSNAMES_SERVERS) {
		if (addr_parse(&c->server[c->nservers], span_word(&line), DNS_PORT))
			c->nservers++;
	} else if (span_eq(keyword, SPAN("search")) || span_eq(keyword, SPAN("domain"))) {
		read_search(c, line, arena);
	} else if (span_eq(keyword, SPAN("options"))) {
		while ((word = span_word(&line)).len > 0)
			read_option(c, word);
	}
}

/* Without "search" and "domain" it is what follows the first dot of the host's name. */
static void
search_own_domain(struct resolv_conf *c, struct arena *arena)
{
	char name[256];

	if (gethostname(name, sizeof name) != 0)
		return;
	name[sizeof name - 1] = '\0';
	struct span rest = span_of(name);
	span_until(&rest, '.');
	if (rest.len > 0)
		c->search[c->nsearch++] = arena_copy(arena, rest);
}

void
resolv_conf_parse(struct resolv_conf *c, struct span text, struct arena *arena)
{
	struct span line;
	bool given = false;

	*c = (struct resolv_conf){ .ndots = 1, .attempts = ATTEMPTS };
	while (span_line(&text, &line)) {
		struct span rest = line, keyword = span_word(&rest);
		given |= span_eq(keyword, SPAN("search")) || span_eq(keyword, SPAN("domain"));
		read_line(c, line, arena);
	}
	if (!given)
		search_own_domain(c, arena);
	if (c->nservers == 0 && addr_parse(&c->server[0], SPAN("127.0.0.1"), DNS_PORT))
		c->nservers = 1;
}

size_t
hosts_find(struct span text, struct span name, struct addr out[], size_t max)
{
	struct span line;
	size_t n = 0;

	while (n < max && span_line(&text, &line)) {
		struct span rest = span_until(&line, '#'), address = span_word(&rest), word;
		while ((word = span_word(&rest)).len > 0)
			if (span_eq_case(word, name) && addr_parse(&out[n], address, 0)) {
				n++;
				break;
			}
	}
	return n;
}

struct span
hosts_full_name(struct span text, struct span name)
{
	struct span line;

	while (span_line(&text, &line)) {
		struct span rest = span_until(&line, '#'), full = SPAN_NONE, word;
		bool here = false;
		for (span_word(&rest); (word = span_word(&rest)).len > 0;) {
			here |= span_eq_case(word, name);
			full = full.len == 0 && span_has(word, '.') ? word : full;
		}
		if (here && full.len > 0)
			return full;
	}
	return SPAN_NONE;
}

struct span
sysnames_file(const char *path, struct arena *arena)
{
	struct span text = SPAN_NONE;

	file_read(path, FILE_REGULAR, FILE_MAX, arena, &text, NULL);
	return text;
}
