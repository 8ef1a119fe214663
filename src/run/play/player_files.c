/*
 * player_files - the files that steps of a script name: below the script's folder, or below
 * --file-root.
 */
#include "run/play/player_script_priv.h"
#include "run/script/file.h"

/* Where the name of a file begins in this word of the step; NULL: it names none. */
static const char *
file_in(const struct step_op *op, struct span word)
{
	static const char *const keys[] = { "data=", "eml=", "attach=" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if ((op->traits & STEP_NAMES_FILES) && span_starts(word, span_of(keys[i])))
			return word.at + strlen(keys[i]);
	if (span_has(word, '=') || span_starts(word, SPAN("<<")) || span_eq(word, SPAN("binary")))
		return NULL;
	return op->traits & STEP_NAMES_FILE ? word.at : NULL;
}

static bool
put_word(struct play *p, const struct script_item *item, const struct step_op *op,
    struct span word, struct buf *out)
{
	const char *name = file_in(op, word), *path;
	struct err err;

	if (!name)
		return buf_append(out, word);
	size_t before = (size_t)(name - word.at);
	if (!file_below(item->place.file, p->opts.file_root, span_skip(word, before), &p->scratch,
		&path, &err))
		play_fail(p, ERR_USAGE, NULL, NULL, item->place, "%s", err.text);
	else if (strpbrk(path, " \t\""))
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "%s: a file of a script has no blank in its path", path);
	buf_append(out, span_first(word, before));
	return !p->item_failed && buf_append(out, span_of(path));
}

bool
play_find_files(struct play *p, const struct script_item *item, struct span line, struct span *out)
{
	struct span rest = line, first = span_until(&rest, '\n'), name;
	struct buf all = { .max = line.len + (64 << 10) };
	bool ok = true, quoted = false;

	*out = line;
	const struct step_op *op = cursor_is_command(first, &name) ? step_find(step_ops, name) :
								    NULL;
	if (!op || !(op->traits & (STEP_NAMES_FILE | STEP_NAMES_FILES)))
		return true;
	buf_append(&all, span_word(&first));
	for (struct span word = span_word(&first); ok && word.len > 0; word = span_word(&first)) {
		buf_append(&all, SPAN(" "));
		ok = quoted ? buf_append(&all, word) : put_word(p, item, op, word, &all);
		for (size_t i = 0; i < word.len; i++)
			quoted ^= word.at[i] == '"';
	}
	if (rest.at && rest.at > line.at && rest.at[-1] == '\n') {
		buf_append(&all, SPAN("\n"));
		buf_append(&all, rest);
	}
	*out = arena_copy(&p->scratch, buf_span(&all));
	buf_release(&all);
	return ok;
}
