/* check_json - the report as one JSON object. */
#include "base/text.h"
#include "run/diagnosis/cert_words.h"
#include "ui/report/check.h"
#include "ui/show/json_put.h"

static const char *
state_word(enum health state)
{
	return judge_state_word(state);
}

static void
set_text(json_t *o, const char *key, struct span safe)
{
	if (safe.len > 0)
		json_object_set_new(o, key, json_text(safe));
}

static json_t *
finding(const struct check_report *c, const struct check_finding *f, struct arena *arena)
{
	json_t *o = json_diagnosis(f->what);

	json_put_string(o, "state", state_word(f->state));
	set_text(o, "where", check_where(c->check, f, arena));
	return o;
}

static json_t *
look(const struct check_look *l)
{
	json_t *o = json_object(), *causes = json_array();

	json_put_string(o, "why", check_why_word(l->why));
	json_put_number(o, "number", l->number);
	json_put_seconds(o, l->result.total_us);
	if (l->result.err != ERR_NONE)
		json_put_string(o, "phase", phase_word(l->result.phase));
	if (l->result.reply[l->result.phase])
		json_put_number(o, "code", l->result.reply[l->result.phase]->code);
	for (const struct diagnosis *d = l->diagnoses; d; d = d->next)
		json_array_append_new(causes, json_string(cause_word(d->cause)));
	json_object_set_new(o, "causes", causes);
	if (l->result.tls)
		json_add_tls(o, l->result.tls);
	return o;
}

static json_t *
address(const struct check_report *c, const struct check_address *a, struct arena *arena)
{
	json_t *o = json_object(), *looks = json_array();
	char text[ADDR_TEXT];

	json_put_string(o, "address", addr_host(&a->addr, text));
	json_put_string(o, "result", check_fate_word(c->verdict->fate[a->number]));
	set_text(o, "detail", check_outcome(c, a, arena));
	for (size_t i = 0; i < a->nlooks; i++)
		json_array_append_new(looks, look(&a->look[i]));
	json_object_set_new(o, "connections", looks);
	return o;
}

static json_t *
host(const struct check_report *c, const struct check_host *h, struct arena *arena)
{
	json_t *o = json_object(), *addresses = json_array();

	json_put(o, "host", h->name);
	json_put_bool(o, "mx", h->mx);
	if (h->mx)
		json_put_number(o, "preference", h->preference);
	json_put_number(o, "port", h->port);
	if (h->naddresses == 0)
		set_text(o, "why", text_safe(arena, h->found->hop->found->why));
	for (size_t i = 0; i < h->naddresses; i++)
		json_array_append_new(addresses, address(c, &h->address[i], arena));
	json_object_set_new(o, "addresses", addresses);
	return o;
}

void
check_sender_json(FILE *out, const struct look *look, const struct sender *sender)
{
	json_t *o = json_sender(sender);

	(void)look;
	json_put_string(o, "event", "check_sender");
	json_put_string(o, "state", state_word(check_sender_state(sender)));
	json_print(out, o);
}

void
check_json(FILE *out, const struct check_report *c)
{
	const struct check *k = c->check;
	const struct check_verdict *v = c->verdict;
	struct arena arena = { 0 };
	json_t *o = json_object(), *hosts = json_array(), *senders = json_object(),
	       *findings = json_array(), *steps = json_array();

	json_put_string(o, "event", "check");
	json_put(o, "target", k->target->text);
	if (k->domain.len > 0)
		json_put(o, "domain", k->domain);
	json_put_string(o, "from", k->opts->from);
	if (k->rcpt)
		json_put_string(o, "to", k->rcpt);
	json_put_string(o, "state", state_word(v->state));
	set_text(o, "verdict", v->title);
	if (k->local.len > 0)
		json_put_addr(o, "tested_from", &k->local);
	if (k->hello)
		json_put_string(o, "ehlo", k->hello);
	json_put_seconds(o, k->took_us);
	json_put_bool(o, "complete", !k->late);
	json_put_number(o, "connections", k->nconnections);
	for (size_t i = 0; i < k->nhosts; i++)
		json_array_append_new(hosts, host(c, &k->host[i], &arena));
	json_object_set_new(o, "hosts", hosts);
	for (int i = 0; i < CHECK_SENDER_COUNT; i++) {
		if (v->class[i].text.len == 0)
			continue;
		json_t *class = json_object();
		json_put_string(class, "passage", check_passage_word(v->class[i].passage));
		set_text(class, "detail", v->class[i].text);
		json_object_set_new(senders, check_sender_word((enum check_sender)i), class);
	}
	json_object_set_new(o, "senders", senders);
	if (k->sts)
		json_object_set_new(o, "mta_sts", json_sts(k->sts));
	for (const struct check_finding *f = v->findings; f; f = f->next)
		json_array_append_new(findings, finding(c, f, &arena));
	json_object_set_new(o, "findings", findings);
	for (size_t i = 0; i < v->nsteps; i++) {
		json_t *step = json_object();
		json_put_string(step, "who", v->step[i].here ? "here" : "there");
		set_text(step, "where", check_where(k, v->step[i].finding, &arena));
		json_put_string(step, "cause", cause_word(v->step[i].finding->what->cause));
		set_text(step, "next", v->step[i].text);
		json_array_append_new(steps, step);
	}
	json_object_set_new(o, "steps", steps);
	json_print(out, o);
	arena_release(&arena);
}
