/* formats - the writers of all formats, by the rows of ui/options/format.h. */
#include "ui/report/replay.h"
#include "ui/report/report.h"

const struct report_kind *const report_kinds[] = {
#define X(token, word) [REPORT_##token] = &report_##word,
	REPORT_FORMATS(X, X)
#undef X
};
const struct replay_report *const replay_reports[] = {
#define X(token, word) [REPORT_##token] = &replay_##word,
	REPORT_FORMATS(REPORT_FORMAT_NONE, X)
#undef X
};
