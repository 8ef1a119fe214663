/* outlet - passes events on when there is no prompt. */
#include "ui/cmd/outlet.h"

bool
outlet_open(struct outlet *out, struct screen *screen, struct options *o, struct err *err)
{
	*out = (struct outlet){ .screen = screen, .blame = &o->blame };
	if (o->log) {
		out->log = log_open(o->log, o->no_bodies, o->look.time, err);
		if (!out->log)
			return false;
	}
	if (o->format == FORMAT_JSON)
		out->json = json_new(stdout);
	return true;
}

int
outlet_close(struct outlet *out, int status)
{
	struct err err;

	if (out->log && !log_ok(out->log, &err)) {
		fprintf(stderr, "smtpsh: %s\n", err.text);
		status = status ? status : (int)err.kind;
	}
	log_close(out->log);
	json_free(out->json);
	return status;
}

void
outlet_event(void *ctx, const struct event *event)
{
	struct outlet *out = ctx;

	if (out->log)
		log_event(out->log, event);
	if (out->blame)
		blame_event(out->blame, event);
	if (out->json)
		json_event(out->json, event);
	else
		show_event(out->screen, event);
}
