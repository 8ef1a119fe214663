/* /use - connect to another MX or address of the target, by its number in the list of /mx. */
#include "run/session_priv.h"
#include "run/steps/open.h"

static bool
use_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	unsigned long long *number = ARENA_NEW(arena, unsigned long long);

	step->args = number;
	if (!span_number(cursor_word(c), 100000, number) || *number == 0)
		return cursor_fail(c, err, "/use wants a number of the list that /mx shows, as in /use 2");
	return cursor_end(c, err);
}

/* The same route with nothing but the nth address; NULL: it has fewer, and *have is how many. */
static const struct route *
only(const struct route *all, size_t n, size_t *have, struct arena *arena)
{
	struct route *route = ARENA_NEW(arena, struct route);

	*have = 0;
	for (size_t i = 0; i < all->nhops; i++) {
		const struct route_hop *hop = &all->hop[i];
		if (n - *have <= hop->naddr) {
			*route = *all;
			route->mx = false;		/* it was chosen by hand: there are others */
			route->hop = ARENA_NEW(arena, struct route_hop);
			*route->hop = *hop;
			route->hop->addr = &hop->addr[n - *have - 1];
			route->hop->naddr = route->nhops = route->nall = 1;
			return route;
		}
		*have += hop->naddr;
	}
	return NULL;
}

static enum progress
use_start(struct session *s, const struct step *step, void *state)
{
	const struct route *all = session_route(s);
	size_t n = (size_t)*(const unsigned long long *)step->args, have;

	if (!all)
		return session_fail(s, ERR_USAGE, "/use: nothing was looked up: /open a target first");
	const struct route *route = only(all, n, &have, session_route_arena(s));
	if (!route)
		return session_fail(s, ERR_USAGE, "/use %zu: the list of /mx has %zu address%s", n, have, have == 1 ? "" : "es");
	if (session_view(s).state == SESSION_OPEN)
		session_close(s, true);
	return open_along(s, state, route);
}

const struct step_op step_use = {
	.name = "use",
	.group = GROUP_CONNECTION,
	.args = "N",
	.help = "Connect to another MX or address: its number in the list of /mx",
	.state_size = sizeof(struct open_state),
	.parse = use_parse,
	.start = use_start,
	.heard = open_heard,
};
