/* ini - parses ini files. */
#include "base/ini.h"

bool
ini_next(struct ini *ini, struct ini_line *out)
{
	struct span line;

	if (ini->line == 0 && span_starts(ini->rest, SPAN("\xEF\xBB\xBF")))
		ini->rest = span_skip(ini->rest, 3);
	while (span_line(&ini->rest, &line)) {
		ini->line++;
		line = span_trim(line);
		if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
			continue;
		*out = (struct ini_line){ .kind = INI_KEY, .number = ini->line };
		if (line.at[0] == '[') {
			struct span rest = span_skip(line, 1);
			out->kind = INI_SECTION;
			out->name = span_trim(span_until(&rest, ']'));
			out->whole = line.at[line.len - 1] == ']' && rest.len == 0;
			return true;
		}
		out->whole = span_has(line, '=');
		out->name = span_trim(span_until(&line, '='));
		out->value = span_trim(line);
		return true;
	}
	return false;
}

bool
ini_word(struct span *rest, struct span *word)
{
	*rest = span_trim(*rest);
	if (rest->len == 0)
		return false;
	char quote = rest->at[0];
	if (quote != '"' && quote != '\'') {
		*word = span_word(rest);
		return true;
	}
	*rest = span_skip(*rest, 1);
	*word = span_until(rest, quote);
	return true;
}
