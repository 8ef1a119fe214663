/*
 * A correct ESMTP (or LMTP) server as one long step of a session in the server role: what `demo:`
 * and a plain `smtpsh serve` are, and what stands behind the rules and the script of `serve FILE`
 * (mock.h). It takes every message but what its refusals name, and tells of each by EVENT_MESSAGE.
 */
#ifndef RUN_SERVE_MTA_H
#define RUN_SERVE_MTA_H

#include "run/serve/store.h"
#include "run/session/event.h"
#include "run/session/step.h"

/* Where a refusal strikes, and its word. */
#define MTA_STAGES(X) X(HELO, "helo") X(MAIL, "mail") X(RCPT, "rcpt") X(DATA, "data") X(DOT, "dot")
enum mta_stage {
#define X(name, word) MTA_##name,
	MTA_STAGES(X)
#undef X
};

/*
 * HELO goes by the name said, MAIL by the sender, the others by a recipient: "local",
 * "local@domain" or "@domain".
 */
struct mta_refusal {
	enum mta_stage stage;
	struct span who;
	struct span reply;		/* a 421 also closes */
};
/* what it refuses on purpose, without a script; ends in an empty who */
extern const struct mta_refusal mta_refusals[];
/* The first of a list that is about `who`, its reply; empty: none is. The list may be NULL. */
struct span mta_refusal_of(const struct mta_refusal *, enum mta_stage, struct span who);

struct mta_account {
	struct span user, password;
};

#define MTA_USER	"demo"
#define MTA_PASSWORD	"demo"		/* shown: it opens nothing */
#define MTA_HOST	"demo.smtpsh.example"

enum { MTA_SIZE = 25 << 20, MTA_RCPT_MAX = 1000, MTA_ERRORS_MAX = 20 };

struct mta_opts {
	const char *host;			/* NULL: MTA_HOST */
	unsigned long long size_limit;		/* octets of a message; 0: MTA_SIZE */
	unsigned rcpt_max, errors_max;		/* 0: MTA_RCPT_MAX, MTA_ERRORS_MAX */
	unsigned messages_max;			/* of a connection; 0: no bound */
	bool implicit_tls;			/* before the banner */
	bool lmtp, require_tls, require_auth;
	bool fail_fast;				/* closes behind a refusal */
	bool keep_text;				/* EVENT_MESSAGE has the text */
	/* the server ends: what a cancelled client is told */
	bool closing;
	/* EHLO keywords not offered, parted by commas; NULL: all are */
	const char *without;
	/* before mta_refusals, and before a script; ends in an empty who; NULL: none */
	const struct mta_refusal *refusals;
	/* ends in an empty user; NULL: MTA_USER alone, and any where a script stands before */
	const struct mta_account *accounts;
	uint64_t delay_ms[VERB_COUNT], delay_banner_ms, delay_dot_ms;
	unsigned long long *queue;		/* counts queue ids; the server's */
	/*
	 * where a message is stored before the client is told that it was taken; NULL: nothing is.
	 * What was not is answered 452 4.3.1 (no more room) or 451 4.3.0.
	 */
	struct store *store;
};

struct mock_case;
struct mta_role {
	const struct mta_opts *opts;
	const struct mock_case *front; /* rules and script; NULL: none */
	uint64_t *heard_us;	       /* when the client was heard last; NULL: nobody asks */
};
/*
 * The step's args are a struct mta_role. It ends when the client is gone; cancelled, it says 421.
 */
extern const struct step_op step_mta;

#endif
