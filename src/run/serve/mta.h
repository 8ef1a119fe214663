/*
 * mta - an ESMTP or LMTP server that keeps to the RFCs, as one long step of a session in the server
 * role. It is `demo:`, plain `smtpsh serve`, and what answers behind the rules and the script of
 * `serve FILE` (mock.h). It accepts every message that its refusals do not reject, and reports each
 * with EVENT_MESSAGE.
 */
#ifndef RUN_SERVE_MTA_H
#define RUN_SERVE_MTA_H

#include "run/serve/store.h"
#include "run/session/event.h"
#include "run/session/step.h"

/* Where a refusal applies: name of the stage, the commands it applies to, default reply. */
#define MTA_STAGES(X)									\
	X(HELO, "helo", "EHLO", "550 5.7.1 EHLO name rejected")				\
	X(MAIL, "mail", "MAIL FROM", "550 5.7.1 Sender address rejected")		\
	X(RCPT, "rcpt", "RCPT TO", "550 5.1.1 Recipient address rejected: user unknown") \
	X(DATA, "data", "DATA, RCPT TO", "554 5.5.1 No message accepted for this recipient") \
	X(DOT, "dot", "message data, RCPT TO", "554 5.7.1 Message content rejected")
enum mta_stage {
#define X(name, word, shown, reply) MTA_##name,
	MTA_STAGES(X)
#undef X
#define X(name, word, shown, reply) + 1
	MTA_STAGE_COUNT = MTA_STAGES(X)
#undef X
};
struct mta_stage_info { const char *word, *shown, *reply; };
/* Returns the row of a stage. */
const struct mta_stage_info *mta_stage(enum mta_stage);

/*
 * A deliberate rejection. HELO matches the client's name, MAIL the envelope sender, the others a
 * recipient: "local", "local@domain" or "@domain".
 */
struct mta_refusal {
	enum mta_stage stage;
	struct span who;
	struct span reply;		/* a 421 also closes the connection */
};
/* The built-in refusals; ends with an empty who. */
extern const struct mta_refusal mta_refusals[];
/*
 * Returns the reply of the first refusal in the list that matches `who`; empty: none does. The list
 * may be NULL.
 */
struct span mta_refusal_of(const struct mta_refusal *, enum mta_stage, struct span who);

struct mta_account {
	struct span user, password;
};

#define MTA_USER	"demo"
#define MTA_PASSWORD	"demo"		/* public, protects nothing */
#define MTA_HOST	"demo.smtpsh.example"

enum { MTA_SIZE = 25 << 20, MTA_RCPT_MAX = 1000, MTA_ERRORS_MAX = 20 };

struct mta_opts {
	const char *host;			/* NULL: MTA_HOST */
	unsigned long long size_limit;		/* maximum octets of a message; 0: MTA_SIZE */
	unsigned rcpt_max, errors_max;		/* 0: MTA_RCPT_MAX, MTA_ERRORS_MAX */
	unsigned messages_max;			/* maximum per connection; 0: unlimited */
	bool implicit_tls;			/* TLS before the greeting */
	bool lmtp, require_tls, require_auth;
	bool fail_fast;				/* closes the connection after a rejection */
	bool keep_text;				/* EVENT_MESSAGE has the text */
	/* the server is shutting down: a cancelled client is sent 421 4.3.2 */
	bool closing;
	/* EHLO keywords not to offer, separated by commas; NULL: offer all */
	const char *without;
	/* checked before the script and mta_refusals; ends with an empty who; NULL: none */
	const struct mta_refusal *refusals;
	/* ends with an empty user; NULL: MTA_USER only or, with a script, any account */
	const struct mta_account *accounts;
	uint64_t delay_ms[VERB_COUNT], delay_banner_ms, delay_dot_ms;
	unsigned long long *queue;		/* the server's counter for queue IDs */
	/*
	 * where a message is stored before it is accepted; NULL: nowhere. A message that cannot be
	 * stored gets 452 4.3.1 (no space left) or 451 4.3.0.
	 */
	struct store *store;
};

struct mock_case;
struct mta_role {
	const struct mta_opts *opts;
	const struct mock_case *front; /* rules and script that answer first; NULL: none */
	/* set to the time when the client last sent something; NULL: not wanted */
	uint64_t *heard_us;
};
/*
 * The server's step. Its args are a struct mta_role. It ends when the connection ends; when
 * cancelled, it sends 421.
 */
extern const struct step_op step_mta;

#endif
