/* explanation - the list of explanations under construction. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "ui/show/explain_impl.h"

void
explain_add(struct explaining *x, const char *kind, struct span name, const char *format, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	x->last = ARENA_NEW(x->arena, struct explanation);
	*x->last = (struct explanation){ .kind = kind,
		.name = arena_copy(x->arena, name),
		.text = arena_copy(x->arena, span_of(text)) };
	*x->end = x->last;
	x->end = &x->last->next;
}

void
explain_fact(struct explaining *x, const char *label, const char *format, ...)
{
	char text[1000];
	va_list ap;

	assert(x->last);
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (text[0] && x->last->nfacts < EXPLAIN_FACTS)
		x->last->fact[x->last->nfacts++] = (struct explain_fact){ label,
			arena_copy(x->arena, span_of(text)) };
}
