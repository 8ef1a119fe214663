/* /use - connect to another MX or address of the target, as listed by /mx. */
#include "run/session/session.h"
#include "run/session/steps/open.h"

/* The entry to use: its number in the list, or else a host or an address in it. */
struct which {
	size_t number;
	struct span name;
};

static bool
use_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct which *which = ARENA_NEW(arena, struct which);
	struct span word = cursor_word(c);
	unsigned long long number = 0;

	step->args = which;
	which->name = arena_copy(arena, word);
	if (word.len == 0 || (span_number(word, 100000, &number) && number == 0))
		return cursor_fail(c, err,
		    "/use requires a number, host or address listed by /mx, such as /use 2");
	which->number = (size_t)number;
	return cursor_end(c, err);
}

static bool
use_is_named(const struct route_hop *hop, size_t i, struct span name)
{
	char text[ADDR_TEXT];

	return span_eq_case(name, span_of(addr_host(&hop->addr[i], text)));
}

/* Returns the same route with only these addresses of this hop. */
static const struct route *
use_narrow(const struct route *all, const struct route_hop *hop, size_t first, size_t n,
    struct arena *arena)
{
	struct route *route = ARENA_NEW(arena, struct route);

	*route = *all;
	route->mx = false;		/* chosen by hand: there are others */
	route->hop = ARENA_NEW(arena, struct route_hop);
	*route->hop = *hop;
	route->hop->addr = &hop->addr[first];
	route->hop->naddr = n;
	route->nhops = route->nall = 1;
	return route;
}

/*
 * Returns the route to the chosen entry alone. NULL: there is no such entry, and *have is the
 * number of addresses.
 */
static const struct route *
use_only(const struct route *all, const struct which *which, size_t *have, struct arena *arena)
{
	*have = 0;
	for (size_t h = 0; h < all->nhops; h++) {
		const struct route_hop *hop = &all->hop[h];
		if (span_eq_case(which->name, hop->host))
			return use_narrow(all, hop, 0, hop->naddr, arena);
		for (size_t i = 0; i < hop->naddr; i++)
			if (++*have == which->number || use_is_named(hop, i, which->name))
				return use_narrow(all, hop, i, 1, arena);
	}
	return NULL;
}

static enum progress
use_start(struct session *s, const struct step *step, void *state)
{
	const struct route *all = session_route(s);
	const struct which *which = step->args;
	size_t have;

	if (!all)
		return session_fail(s, ERR_USAGE, "/use: no domain was looked up; use /open first");
	const struct route *route = use_only(all, which, &have, session_route_arena(s));
	if (!route && which->number)
		return session_fail(s, ERR_USAGE, "/use %zu: /mx lists only %zu address%s",
		    which->number, have, have == 1 ? "" : "es");
	if (!route)
		return session_fail(s, ERR_USAGE, "/use: \"%.*s\" is not listed by /mx",
		    SPAN_ARG(span_first(which->name, 60)));
	if (session_view(s).state == SESSION_OPEN)
		session_close(s, true);
	return open_along(s, state, route);
}

const struct step_op step_use = {
	.name = "use",
	.group = GROUP_CONNECTION,
	.args = "N|HOST|ADDRESS",
	.help = "Connect to another MX or address listed by /mx, by number or name",
	.traits = STEP_OPENS,
	.state_size = sizeof(struct open_state),
	.parse = use_parse,
	.start = use_start,
	.on_news = open_on_news,
};
