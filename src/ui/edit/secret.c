/* secret - a line that is typed without being shown: an answer to AUTH, a password. libedit never sees it. */
#include "ui/edit/edit_impl.h"

static void
wipe(struct buf *b)
{
	if (b->mem)
		explicit_bzero(b->mem, b->cap);
	buf_consume(b, buf_span(b).len);
}

void
edit_forget(struct edit *e)
{
	wipe(&e->secret);
	wipe(&e->line);
}

void
edit_secret_begin(struct edit *e, enum edit_secret unseen)
{
	edit_hide(e);
	wipe(&e->secret);
	if (e->el && !e->escaped) {
		edit_line_text(e, unseen == EDIT_SECRET_LINE ? &e->secret : &e->stash);
		edit_set_line(e, SPAN_NONE);
	}
	e->unseen = unseen;
	e->sequence = 0;
	edit_show(e);
}

/* Given up: it stopped being a secret before it was whole, the peer closed for instance. */
void
edit_secret_end(struct edit *e, bool give_up)
{
	bool shown = !e->hidden;

	edit_hide(e);
	e->unseen = EDIT_SHOWN;
	if (give_up)
		wipe(&e->secret);
	if (give_up && e->el) {
		edit_set_line(e, buf_span(&e->stash));
		buf_consume(&e->stash, buf_span(&e->stash).len);
	}
	if (shown)
		edit_show(e);
}

static void
erase_character(struct buf *b)
{
	while (b->tail > b->head && ((unsigned char)b->mem[b->tail - 1] & 0xC0) == 0x80)
		b->tail--;
	if (b->tail > b->head)
		b->mem[--b->tail] = '\0';
}

/* Arrow keys and the marks around a paste: ESC, "[" or "O", up to a final octet. */
static bool
in_sequence(struct edit *e, unsigned char c)
{
	if (e->sequence == 0 && c != 0x1B)
		return false;
	if (e->sequence == 0 || (e->sequence == 1 && (c == '[' || c == 'O')))
		e->sequence++;
	else if (e->sequence == 1 || (c >= 0x40 && c <= 0x7E))
		e->sequence = 0;
	return true;
}

bool
edit_secret_key(struct edit *e, char c)
{
	if (in_sequence(e, (unsigned char)c))
		return false;
	switch (c) {
	case '\r': case '\n':
		return true;
	case '\b': case 0x7F:
		erase_character(&e->secret);
		break;
	case 'U' & 0x1F: case 'W' & 0x1F:
		wipe(&e->secret);
		break;
	default:
		if ((unsigned char)c >= ' ' || c == '\t')
			buf_append(&e->secret, (struct span){ &c, 1 });
		break;
	}
	return false;
}
