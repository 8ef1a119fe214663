/* line - a line on the screen: its time stamp, its mark, and the flow after them. */
#include <stdarg.h>
#include <time.h>

#include "base/text.h"
#include "ui/show/show_line.h"

/* The marks are those of swaks, since people grep for them; ~ means within TLS. */
static const char *
mark_text(const struct screen *s, enum mark mark, bool tls)
{
	static const char *const swaks[][2] = {
		[MARK_NOTE] = { "=== ", "=== " },
		[MARK_PROBLEM] = { "*** ", "*** " },
		[MARK_SENT] = { " -> ", " ~> " },
		[MARK_GOT] = { "<-  ", "<~  " },
		[MARK_GOT_DEFERRED] = { "<** ", "<~* " },
		[MARK_GOT_BAD] = { "<** ", "<~* " },
	};
	static const char *const rfc[] = {
		[MARK_NOTE] = "# ",
		[MARK_PROBLEM] = "# ",
		[MARK_SENT] = "C: ",
		[MARK_GOT] = "S: ",
		[MARK_GOT_DEFERRED] = "S: ",
		[MARK_GOT_BAD] = "S: ",
	};

	return s->marks == MARKS_SWAKS ? swaks[mark][tls] : s->marks == MARKS_RFC ? rfc[mark] : "";
}

static unsigned
put_clock(struct screen *s)
{
	struct timespec now;
	struct tm tm;

	if (!s->time)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	screen_ink(s, INK_DIM);
	screen_print(
	    s, "%02d:%02d:%02d.%03ld ", tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000);
	screen_ink(s, INK_PLAIN);
	return 13;
}

struct flow
show_begin(struct screen *s, enum mark mark, const struct event *e)
{
	static const enum ink inks[] = {
		[MARK_NOTE] = INK_DIM,
		[MARK_PROBLEM] = INK_BAD,
		[MARK_SENT] = INK_SENT,
		[MARK_GOT] = INK_GOOD,
		[MARK_GOT_DEFERRED] = INK_WARN,
		[MARK_GOT_BAD] = INK_BAD,
	};
	const char *text = mark_text(s, mark, e->tls);
	unsigned column = put_clock(s) + (unsigned)strlen(text);

	screen_ink(s, inks[mark]);
	screen_print(s, "%s", text);
	if (screen_sgr(s, inks[mark])[0])
		screen_ink(s, INK_PLAIN);
	if (e->session > 1 || (s->numbered && e->session == 1)) {
		screen_ink(s, INK_BOLD);
		screen_print(s, "#%u ", e->session);
		screen_ink(s, INK_PLAIN);
		column += 3;
	}
	return flow_begin(s, column, column);
}

void
show_line(struct screen *s, enum mark mark, const struct event *e, const char *format, ...)
{
	struct flow f = show_begin(s, mark, e);
	char text[1200];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	flow_put(&f, mark == MARK_PROBLEM ? INK_BOLD : INK_PLAIN, span_of(text));
	flow_end(&f);
}

struct flow
show_below(struct screen *s, const struct event *e)
{
	if (!s->terminal)
		return show_begin(s, MARK_NOTE, e);
	unsigned column = put_clock(s) + 4;
	screen_print(s, "    ");
	return flow_begin(s, column, column);
}

struct flow
show_aside(struct screen *s, const struct event *e)
{
	const char *gutter = s->marks == MARKS_SWAKS ? " |  " : "    ";

	if (!s->terminal)
		return show_begin(s, MARK_NOTE, e);
	unsigned column = put_clock(s) + 4;
	screen_print(s, "%s", gutter);
	struct flow f = flow_begin(s, column, column);
	f.gutter = gutter;
	return f;
}

void
show_took(struct flow *f, uint64_t us)
{
	enum { NOTABLE_US = 100000 };
	char took[24];

	if (!f->screen->terminal || us == 0)
		return;
	text_time(took, us);
	flow_right(f, INK_DIM, span_of(took), us >= NOTABLE_US);
}
