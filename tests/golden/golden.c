/*
 * Octets in, printed events out: plays the server of a .talk file over a socket pair, says the
 *client's lines through a player, and prints every event four ways out of one run. Times are made
 *even, so that a run is like another.
 *
 *	S: "octets"	the server sends (C escapes); at once, or after the line before it came
 *	C: line		the client says; the server waits for a line
 *	P: line		a line for the player that does not go on the wire
 *	E		the server closes
 *	X: name		an event of golden_made.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "golden.h"
#include "run/serve/serve.h"
#include "run/play/player.h"
#include "ui/show/json.h"

enum { ACTIONS = 200, DEADLINE_MS = 10000 };

struct action { char kind; struct span text; };

struct printer {
	const char *title;
	struct screen screen;		/* unused by JSON */
	struct json *json;
	char *text;
	size_t size;
};

struct golden {
	struct arena arena;
	struct action action[ACTIONS];
	size_t n, at;
	struct loop *loop;
	struct loop_watch *watch;
	int fd;
	unsigned long long clock_us;
	struct printer printer[4];
	bool late;
};

static void
die(const char *what, const char *of)
{
	fprintf(stderr, "golden: %s %s\n", what, of);
	exit(2);
}

/* ---- the file */

static struct span
unescape(struct arena *arena, struct span s)
{
	char *out = arena_get(arena, s.len + 1);
	size_t n = 0;

	if (s.len < 2 || s.at[0] != '"' || s.at[s.len - 1] != '"')
		die("not quoted:", arena_string(arena, s));
	for (size_t i = 1; i + 1 < s.len; i++) {
		static const char from[] = "rnt0e\\\"", to[] = "\r\n\t\0\033\\\"";
		char c = s.at[i];
		if (c == '\\' && s.at[i + 1] == 'x') {
			c = (char)strtoul(
			    arena_string(arena, (struct span){ s.at + i + 2, 2 }), NULL, 16);
			i += 3;
		} else if (c == '\\') {
			const char *found = memchr(from, s.at[++i], sizeof from - 1);
			if (!found)
				die("no such escape in", arena_string(arena, s));
			c = to[found - from];
		}
		out[n++] = c;
	}
	return (struct span){ out, n };
}

static void
read_talk(struct golden *g, const char *path)
{
	char line[4096];
	FILE *file = fopen(path, "r");

	if (!file)
		die("cannot read", path);
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		if (g->n == ACTIONS)
			die("too many lines in", path);
		struct span text = line[1] == ':' && line[2] == ' ' ? span_of(line + 3) : SPAN_NONE;
		text = arena_copy(&g->arena, text);
		g->action[g->n++] = (struct action){ line[0],
			line[0] == 'S' ? unescape(&g->arena, text) : text };
	}
	fclose(file);
}

/* ---- what is printed */

/* A copy in which every time is like that of any other run. */
static struct event
evened(struct golden *g, const struct event *e, struct session_info *info)
{
	struct event copy = *e;

	copy.at_us = g->clock_us += 1000;
	if (e->kind == EVENT_CONNECTED)
		copy.connected.took_us = 1500;
	if (e->kind == EVENT_REPLY)
		copy.answer.took_us = e->answer.took_us ? 2500 : 0;
	if (e->kind == EVENT_INFO) {
		*info = *e->info;
		info->up_us = 3500000;
		copy.info = info;
	}
	return copy;
}

static void
on_event(void *ctx, const struct event *e)
{
	struct golden *g = ctx;
	struct session_info info;
	struct event copy = evened(g, e, &info);

	for (size_t i = 0; i < 4; i++)
		if (g->printer[i].json)
			json_event(g->printer[i].json, &copy);
		else
			show_event(&g->printer[i].screen, &copy);
}

static void
begin_printers(struct golden *g)
{
	static const struct {
		const char *title;
		bool terminal;
		unsigned columns;
	} kinds[] = {
		{ "a terminal of 80 columns", true, 80 },
		{ "a terminal of 120 columns", true, 120 },
		{ "a pipe", false, 0 },
		{ "JSON", false, 0 },
	};

	for (size_t i = 0; i < 4; i++) {
		struct printer *p = &g->printer[i];
		FILE *out = open_memstream(&p->text, &p->size);
		p->title = kinds[i].title;
		p->screen = (struct screen){ .out = out,
			.terminal = kinds[i].terminal,
			.columns = kinds[i].columns,
			.explain = kinds[i].terminal };
		if (i == 3)
			p->json = json_new_at(out, 1700000000ll * 1000000);
	}
}

static void
end_printers(struct golden *g)
{
	for (size_t i = 0; i < 4; i++) {
		struct printer *p = &g->printer[i];
		screen_release(&p->screen);
		fclose(p->screen.out);
		printf("======== %s\n%s", p->title, p->text);
		json_free(p->json);
		free(p->text);
	}
}

/* ---- the server */

static void
close_server(struct golden *g)
{
	loop_unwatch(g->watch);
	g->watch = NULL;
	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
}

/* Everything up to the next line that the client is to say. */
static void
serve(struct golden *g)
{
	for (; g->at < g->n && g->action[g->at].kind != 'C'; g->at++) {
		struct span text = g->action[g->at].text;
		if (g->action[g->at].kind == 'E')
			close_server(g);
		else if (g->action[g->at].kind == 'S' && g->fd >= 0 &&
		    write(g->fd, text.at, text.len) != (ssize_t)text.len)
			die("cannot write", "to the client");
	}
}

/* A line came. Behind the script's end the client is leaving. */
static void
heard_line(struct golden *g)
{
	if (g->at < g->n) {
		g->at++;
		serve(g);
		return;
	}
	if (write(g->fd, "221 2.0.0 Bye\r\n", 15) != 15)
		die("cannot write", "to the client");
	close_server(g);
}

static void
on_readable(void *ctx, unsigned ready)
{
	struct golden *g = ctx;
	char octets[4096];
	ssize_t n = read(g->fd, octets, sizeof octets);

	(void)ready;
	if (n <= 0)
		close_server(g);
	for (ssize_t i = 0; i < n && g->fd >= 0; i++)
		if (octets[i] == '\n')
			heard_line(g);
}

static int
connect_server(struct session_env *env, unsigned as, struct err *err)
{
	struct golden *g = env->demo_ctx;
	int fd[2];

	(void)as;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) != 0)
		die("no", "socket pair");
	g->fd = fd[1];
	g->watch = loop_watch(g->loop, g->fd, LOOP_READ, on_readable, g, err);
	serve(g);
	return fd[0];
}

static void
on_deadline(void *ctx, unsigned ready)
{
	struct golden *g = ctx;

	(void)ready;
	g->late = true;
}

static void
play(struct golden *g)
{
	struct session_env env = { .loop = g->loop, .demo = connect_server, .demo_ctx = g,
		.demo_note = SERVE_DEMO_NOTE };
	struct session_opts session = { .helo = "client.example", .timeouts = timeouts_default };
	struct player_opts opts = { 0 };
	struct target target = { .kind = TARGET_DEMO, .text = SPAN("demo:") };
	struct player *player = player_new(&env, &session, &opts, on_event, g);
	struct loop_timer *timer = loop_timer(g->loop, on_deadline, g);

	loop_timer_set(timer, DEADLINE_MS);
	player_open(player, &target);
	for (size_t i = 0; i < g->n; i++)
		if (g->action[i].kind == 'C' || g->action[i].kind == 'P')
			player_line(player, g->action[i].text,
			    (struct place){ .file = "talk", .line = (unsigned)i + 1 });
	player_end(player);
	while (!player_done(player) && !g->late)
		loop_turn(g->loop, true);
	loop_timer_free(timer);
	player_free(player);
	close_server(g);
	session_env_release(&env);
}

int
main(int argc, char *argv[])
{
	struct golden g = { .fd = -1 };

	if (argc != 2)
		die("want", "one .talk file");
	read_talk(&g, argv[1]);
	g.loop = loop_new();
	begin_printers(&g);
	if (g.n > 0 && g.action[0].kind == 'X')
		for (size_t i = 0; i < g.n; i++) {
			if (!golden_made(arena_string(&g.arena, g.action[i].text), on_event, &g))
				die("no such event:", arena_string(&g.arena, g.action[i].text));
		}
	else
		play(&g);
	end_printers(&g);
	loop_free(g.loop);
	arena_release(&g.arena);
	return g.late ? 1 : 0;
}
