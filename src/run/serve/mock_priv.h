/* What the files of the mock share. Only run/mock*.c include this. */
#ifndef RUN_SERVE_MOCK_PRIV_H
#define RUN_SERVE_MOCK_PRIV_H

#include "run/serve/envelope.h"
#include "run/serve/mock.h"
#include "run/script/words.h"
#include "run/session/session.h"

enum { MOCK_DEPTH = SCRIPT_DEPTH_MAX };

/* What a client does that is answered. */
enum mock_what { MOCK_CONNECTED, MOCK_COMMAND, MOCK_ANSWER, MOCK_DOT, MOCK_IDLE };

struct mock_case {
	const struct mock *mock;
	const struct script_case *c;
	unsigned times;
	/* bits of the rows of mock_parts: what its steps want EHLO to offer */
	unsigned needs;
	/* it has an answer of its own to STARTTLS, and that is no 220 */
	bool refuses_tls;
	struct step step;
};

struct mock {
	const struct script *script;
	struct mock_opts opts;
	struct mock_case *cases;
	size_t ncases, nrules;
	/* a message's text: for who asked, or for a rule that looks at it */
	bool keep_text;
	bool stopping;
};

/* One reply on its way. */
struct mock_out {
	struct mock_out *next;
	struct span text;
	enum verb verb;			/* what it answers */
	bool dot;
	uint64_t delay_ms;
	const struct fault *then;	/* NULL: it goes on */
	bool own;			/* the script's words, not a default */
	bool silent;			/* nothing is sent: only ->then counts */
};

struct mock_frame { const struct script_item *at, *body; unsigned left; };

/* What AUTH said so far on this connection, whoever answers it. */
struct login {
	struct arena arena;		/* of the last AUTH */
	const char *mech;
	const struct mechanism *served; /* NULL: it is none that a plain server judges */
	unsigned n;			/* responses that came */
	struct span user;
	struct span withheld;		/* the 235 that a script said before there was a response */
	bool good, bad, cancelled;	/* the password is right; it is no base64; "*" */
	enum { LOGIN_WANTS_NOTHING, LOGIN_WANTS_ALL, LOGIN_WANTS_MORE } due;
};

struct play {
	struct session *s;
	const struct mock *mock;
	const struct mock_case *at;
	const struct script_case *c;
	struct dialogue *d;
	/* of the connection; of replies on their way; of what is in hand */
	struct arena arena, outs, scratch;
	struct script_vars vars;
	struct mock_frame frame[MOCK_DEPTH];
	size_t depth;			/* of frames; 0: the script is at its end */
	bool second;			/* the prelude is done */
	/* of the exchange in hand, what comes next; of a step, how much of it was said */
	size_t say, reply;
	enum match_level level;
	unsigned *taken;		/* by each rule, on this connection */
	uint64_t delay_ms;		/* before the next reply */
	const struct pace *slow;
	struct mock_out *out, **out_end;
	size_t sent;			/* octets of the first that went, when it goes in pieces */
	size_t nout;
	/* the script goes on behind those, once the loop has turned */
	bool more;
	struct envelope mail;
	/* each as long as what it holds, so that a long connection does not grow */
	struct arena helo_mem, bdat_mem, offers_mem;
	struct span helo, bdat;
	/* the script's own last reply to EHLO; empty: it was none of its own */
	struct span offers;
	struct login login;
	unsigned messages, errors;
	bool up;			/* the banner is on its way */
	/* this is due as soon as the client has what was said; so many looks more */
	const struct fault *ending;
	unsigned looks;
};

/* mock_script.c: the lines in their order */
/* bits of mock_parts, of these items and their blocks */
unsigned script_needs(const struct script_item *);
/* the one after *n others */
const struct script_item *script_without_part(const struct script_item *, size_t *n);
/* the lines of EHLO's reply that they want, "\r\n250-..." */
void script_offer(unsigned needs, bool tls, struct buf *);
void script_begin(struct play *);
bool script_takes(struct play *, enum mock_what, enum verb, struct span line);	/* and answers it */
void script_go_on(struct play *);		/* past all that waits for nothing */
const struct script_item *script_at(const struct play *);	/* NULL: at its end */

/* mock_rules.c: rules, and what a plain server would say */
bool rules_take(struct play *, enum mock_what, enum verb, struct span line);
bool otherwise_takes(struct play *, enum verb);
void default_answer(struct play *, enum mock_what, enum verb);
bool mock_can_tls(const struct play *);		/* this run has TLS, and it is not on yet */

/* mock_bounds.c: what the server's options ask */
/* and answers it */
bool bounds_take(struct play *, enum mock_what, enum verb, struct span line, bool message);
/* closes behind what they do not stand */
void bounds_judge(struct play *, struct mock_out *);
/*
 * More recipients than a plain server takes, where no option says how many: only the script's own
 * lines grant another.
 */
bool bounds_full(const struct play *, enum mock_what, enum verb);
uint64_t bounds_delay(const struct play *, enum verb, bool dot);

/* mock_auth.c */
void login_hear(struct play *, enum mock_what, enum verb, struct span line);
bool login_is_right(const struct play *);	/* it is complete, and nothing is wrong with it */
struct span login_reply(struct play *);		/* a plain server's, to what was heard last */
/*
 * A script that says 235 to an AUTH without an initial response has not heard it yet: it is asked
 * for first (RFC 4954 4), and the 235 follows. True of an answer that was asked for so; it is
 * answered.
 */
void login_withhold(struct play *, enum mock_what, enum verb);
bool login_goes_on(struct play *, enum mock_what);

/* mock.c: the address of MAIL and RCPT, as it stands there where it is none; empty for <> */
void mock_mailbox(enum verb, struct span args, struct span *mailbox, struct span *params);

/* mock_send.c */
void mock_reply(struct play *, const struct expect *, enum verb, bool dot, uint64_t delay_ms,
    const struct fault *);
void mock_say(struct play *, struct span reply, enum verb, bool dot);
/* closes or resets, behind what is to be sent */
void mock_then(struct play *, const struct fault *);
/* sends what is due; STEP_DONE when the connection ends with it */
enum progress mock_pump(struct play *);

#endif
