/* waiting - lines and steps that wait for their turn. */
#include "run/play/waiting.h"

#include <assert.h>
#include <stdlib.h>

#include "base/port.h"

void
waiting_init(struct waiting_list *list)
{
	*list = (struct waiting_list){ .last = &list->first };
}

void
waiting_free(struct waiting *w)
{
	port_wipe(w->text, w->len);
	free(w);
}

struct waiting *
waiting_take(struct waiting_list *list)
{
	struct waiting *w = list->first;

	assert(w);
	list->first = w->next;
	if (!list->first)
		list->last = &list->first;
	list->n--;
	return w;
}

void
waiting_skip(struct waiting_list *list)
{
	waiting_free(waiting_take(list));
}

void
waiting_drop(struct waiting_list *list)
{
	while (list->first)
		waiting_skip(list);
}

static struct waiting *
copy(struct span line, struct place place)
{
	struct waiting *w = memory_get(sizeof *w + line.len);

	*w = (struct waiting){ .place = place, .len = line.len };
	if (line.len > 0)
		memcpy(w->text, line.at, line.len);
	return w;
}

struct waiting *
waiting_add(struct waiting_list *list, struct span line, struct place place)
{
	struct waiting *w = copy(line, place);

	*list->last = w;
	list->last = &w->next;
	list->n++;
	return w;
}

static void
put_first(struct waiting_list *list, struct waiting *w)
{
	w->next = list->first;
	if (!list->first)
		list->last = &w->next;
	list->first = w;
	list->n++;
}

struct waiting *
waiting_insert(
    struct waiting_list *list, struct waiting *after, struct span line, struct place place)
{
	struct waiting *w = copy(line, place);

	if (!after) {
		put_first(list, w);
		return w;
	}
	w->next = after->next;
	if (!w->next)
		list->last = &w->next;
	after->next = w;
	list->n++;
	return w;
}

struct span
waiting_text(const struct waiting *w)
{
	return w ? (struct span){ w->text, w->len } : SPAN_NONE;
}

struct span
waiting_tag(const struct waiting *w)
{
	struct span all = { w->text, w->len }, line = span_until(&all, '\n');

	if (w->step || w->whole || !cursor_is_command(line, NULL))
		return SPAN_NONE;
	struct span tag = span_skip(span_find(line, SPAN(" <<")), 3);
	return span_has(tag, ' ') || span_has(tag, '<') ? SPAN_NONE : tag;
}

static struct waiting *
longer(struct waiting *w, struct span line)
{
	w = memory_resize(w, sizeof *w + w->len + 1 + line.len);
	w->text[w->len] = '\n';
	if (line.len > 0)
		memcpy(w->text + w->len + 1, line.at, line.len);
	w->len += 1 + line.len;
	return w;
}

bool
waiting_join_text(struct waiting_list *list)
{
	while (waiting_tag(list->first).len > 0 && list->first->next) {
		struct waiting *first = waiting_take(list), *next = waiting_take(list);
		struct span line = waiting_text(next);

		if (span_eq(line, waiting_tag(first)))
			first->whole = true;
		else
			first = longer(first, line);
		waiting_free(next);
		put_first(list, first);
	}
	return waiting_tag(list->first).len == 0;
}

bool
waiting_join_chunk(struct waiting_list *list, unsigned long long octets)
{
	while (list->first->octets < octets && list->first->next) {
		struct waiting *first = waiting_take(list), *next = waiting_take(list);

		first = longer(first, waiting_text(next));
		first->octets += next->len + 2;
		waiting_free(next);
		put_first(list, first);
	}
	return list->first->octets >= octets;
}
