/* accounts - reads the accounts that may log in. */
#include "base/file.h"
#include "ui/options/accounts.h"

#include "run/script/file.h"

enum { ACCOUNTS_MAX = 1000, ACCOUNT_FILE_MAX = 256 << 10 };

bool
accounts_read(
    const char *file, struct arena *arena, const struct mta_account **out, struct err *err)
{
	struct mta_account *list = ARENA_ARRAY(arena, struct mta_account, ACCOUNTS_MAX + 1);
	struct span text, line;
	size_t n = 0;

	if (!file_read(file, FILE_PIPE, ACCOUNT_FILE_MAX, arena, &text, err))
		return false;
	for (unsigned number = 1; span_line(&text, &line); number++) {
		struct span password = line, user = span_until(&password, ':');
		if (line.len == 0)
			continue;
		if (user.len == 0 || user.len == line.len || n == ACCOUNTS_MAX)
			return err_set(err, ERR_USAGE,
			    "%s:%u: expected user:password (up to %d lines)", file, number,
			    ACCOUNTS_MAX);
		list[n++] = (struct mta_account){ user, password };
	}
	*out = list;
	return true;
}
