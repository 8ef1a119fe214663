/*
 * mta_impl - what the files of the server's side share: run/serve/{mta*,plain*,replies,mock*}.c
 * include it. An act of the client is answered in three steps:
 *
 *	mta.c asks the mock (rules and script) and, if that has no answer, the plain server;
 *	the replies go into the queue (replies.c), which sends them when they are due;
 *	the replies, regardless of who made them, determine the state that both see: a 250 to RCPT
 *	adds a recipient, a 235 is a login, a 354 starts message data.
 */
#ifndef RUN_SERVE_MTA_IMPL_H
#define RUN_SERVE_MTA_IMPL_H

#include "run/script/fault.h"
#include "run/script/script.h"
#include "run/serve/envelope.h"
#include "run/serve/mta.h"
#include "run/session/session.h"
#include "smtp/auth.h"

/* What a client does that gets an answer. A BDAT is one act together with its octets. */
enum act_kind { ACT_CONNECTED, ACT_COMMAND, ACT_ANSWER, ACT_DOT, ACT_IDLE };

struct act {
	enum act_kind kind;
	enum verb verb;		/* AUTH if kind is ACT_ANSWER; OTHER if it is not a command */
	struct span line, args; /* args: of a command, without surrounding spaces */
	const char *wrong;	/* the reply to a malformed line; NULL: well-formed */
	bool counted;		/* a BDAT whose octets were received */
	bool ends_message;	/* end of data, or BDAT LAST */
};

/* A queued reply. */
struct mta_reply {
	struct mta_reply *next;
	struct span text;
	enum verb verb; /* the command it replies to */
	bool dot;
	uint64_t delay_ms;
	const struct fault *then; /* what happens after it; NULL: nothing */
	bool own;		  /* from the script, not the plain server */
	bool silent;		  /* nothing is sent, only ->then applies */
};

/* The AUTH exchange so far on this connection, regardless of who answers it. */
struct mta_login {
	struct arena arena; /* reset by each AUTH */
	const char *mech;
	const struct mechanism *served;	/* NULL: none that the plain server can verify */
	unsigned n; /* responses received */
	const char *challenge;	/* the next one, not in base64; NULL: an empty one, or none */
	const struct sasl *lib; /* libgsasl and its exchange; NULL: the mechanism does not use it */
	struct auth_server server;
	void *exchange;
	bool proved;  /* complete but for the client's empty response to the server's proof */
	bool failing; /* failed; the client's response to the reason is outstanding */
	struct span user;
	struct span withheld; /* a script's 235, held back until there is a response */
	bool good;	      /* the credentials are right */
	const char *wrong;    /* the reply to a malformed response; NULL: well-formed */
	enum { LOGIN_WANTS_NOTHING, LOGIN_WANTS_ALL, LOGIN_WANTS_MORE } due;
};

struct play;
struct mta {
	struct session *s;
	struct dialogue *d;
	const struct mta_opts *opts;
	uint64_t *heard_us;
	struct play *play; /* rules and script in front of the plain server; NULL: none */

	/* the transaction, and the parameters that MAIL was accepted with */
	struct envelope mail;
	bool binary, utf8, prdr;
	bool chunk_refused;
	/* one arena for each of these strings, so that a long connection does not grow */
	struct arena helo_mem, user_mem, bdat_mem, offers_mem;
	struct span helo, user;
	struct span bdat;   /* the BDAT whose octets are being received */
	struct act ended;   /* ->kind and ->verb of the act that ended the message being stored */
	struct span offers; /* the script's own last reply to EHLO; empty: it had none */
	const char *also;   /* EHLO keywords that the script's steps need; NULL: none */
	struct mta_login login;
	struct span tls_exporter, tls_unique; /* channel bindings, once a login needs them */
	unsigned messages, errors;

	/* replies.c */
	struct arena outs, scratch; /* of queued replies; of the current act */
	struct mta_reply *out, **out_end;
	size_t sent, nout;	   /* octets of the first reply that were sent; number of replies */
	uint64_t delay_ms, due_ms; /* of the next reply: set by a script; set by an option */
	const struct pace *slow;
	bool up; /* the banner was queued */
	bool securing; /* TLS starts after the last queued reply */
	/* happens once the client has acknowledged all output, or after `looks` more checks */
	const struct fault *ending;
	unsigned looks;
};

/* ---- plain_offers.c: what the plain server offers, and what it rejects on purpose */

struct span plain_host(const struct mta *);
bool plain_is_lmtp(const struct mta *); /* by its options, or since LHLO was accepted */
/* Returns the maximum octets of a message: --size, or less if the script's EHLO reply says so. */
unsigned long long plain_size_limit(const struct mta *);
bool plain_offers(const struct mta *, const char *keyword); /* true if keyword is NULL */
/*
 * Appends the lines of the EHLO reply after the first, each preceded by CRLF. also_alone: only what
 * the script's steps need. `mechanisms` follow AUTH.
 */
void plain_print_offers(const struct mta *, bool also_alone, struct span mechanisms, struct buf *);
/* Returns whether the act is a RCPT beyond MTA_RCPT_MAX, unless an option sets another limit. */
bool plain_is_full(const struct mta *, const struct act *);
/* Returns the reply that rejects `who` at this stage; empty: none. MTA_HELO: the whole name. */
struct span plain_refuses(const struct mta *, enum mta_stage, struct span who);
/* Returns the built-in refusals; NULL: none, since a script says itself what it rejects. */
const struct mta_refusal *plain_refusals(const struct mta *);

/* ---- plain.c, plain_mail.c: the plain server's answers */

/* Queues the plain server's replies to an act. */
void plain_answers(struct mta *, const struct act *);
/* Queues the positive reply to HELO, EHLO or LHLO; also_alone: as plain_print_offers. */
void plain_hello(struct mta *, enum verb, bool also_alone);
/*
 * Answers an act if an option of the command line demands a rejection. These precede rules and
 * script. Returns false if it queued nothing.
 */
bool plain_insists(struct mta *, const struct act *);
/* Each returns the reply to the command. */
struct span plain_mail(struct mta *, const struct act *);
struct span plain_rcpt(struct mta *, const struct act *);
struct span plain_data(struct mta *, const struct act *);
/* Returns the reply to an address or name with invalid non-ASCII octets; empty: it is valid. */
struct span plain_wrong_octets(struct span, bool smtputf8);
/* Queues the replies to the message data: at its end, or to each chunk. */
void plain_message(struct mta *, const struct act *);
/* Queues the replies to a complete message that nothing rejects as a whole. */
void plain_verdicts(struct mta *, const struct act *);
/* Return the rejection that an option (--require-auth, --max-messages …) demands; empty: none. */
struct span plain_insists_at_mail(const struct mta *, struct span mailbox, struct span params);
struct span plain_insists_at_rcpt(const struct mta *, struct span mailbox, struct span args);
#define PLAIN_TOO_LARGE "552 5.3.4 Message size exceeds fixed maximum message size"
#define PLAIN_TOO_MANY "452 4.5.3 Too many recipients"

/* ---- mta_login.c */
/* Follows the AUTH exchange: call it with each act before it is answered. */

void mta_login_hear(struct mta *, const struct act *);
void mta_login_release(struct mta_login *);
/* Appends the mechanisms that the plain server offers on this connection, each after a space. */
void mta_login_mechanisms(const struct mta *, struct buf *);
bool mta_login_is_right(const struct mta *); /* the exchange is complete and successful */
/* Return the plain server's reply. */
struct span mta_login_begin(struct mta *, const struct act *); /* to AUTH */
struct span mta_login_reply(struct mta *);	       /* to the last response */
/*
 * When a script replies 235 to an AUTH without an initial response, mta_login_withhold holds the
 * 235 back and asks for the response first (RFC 4954 4). mta_login_goes_on queues the reply to that
 * response; it returns false if the act is not such a response.
 */
void mta_login_withhold(struct mta *, const struct act *);
bool mta_login_goes_on(struct mta *, const struct act *);

/* ---- replies.c */

/* Appends an empty reply to the queue and returns it. The caller sets ->text. */
struct mta_reply *replies_add(struct mta *, enum verb, bool dot);
/* Counts the reply if it is an error: --max-errors and --fail-fast may close the connection. */
void replies_judge(struct mta *, struct mta_reply *);
/* Queues a reply of the plain server. A 421 also closes the connection. */
void replies_say(struct mta *, struct span reply, enum verb, bool dot);
/* Queues a fault that happens to the connection after all replies before it. */
void replies_then(struct mta *, const struct fault *);
bool replies_are_many(const struct mta *); /* a loop of a script must wait for the queue to drain */
/*
 * Sends the replies that are due. Returns STEP_DONE if the connection ends with them. turn_again:
 * wakes the step again, in the next turn of the event loop.
 */
enum progress replies_pump(struct mta *, bool turn_again);

/* ---- transaction.c: what the replies change in the transaction */

unsigned reply_code(const struct mta_reply *); /* 0: silent */
/* Resets the transaction, as RSET does. */
void transaction_forget(struct mta *);
/* Undoes states (bits of RULE_STATES) for a rule's forget=, and all states that depend on them. */
void transaction_take_back(struct mta *, unsigned states);
/* Updates the transaction after a command was answered, if the reply to it is positive. */
void transaction_granted(struct mta *, const struct act *);
/* Returns whether 353 (PRDR) is the only reply to the message: one per recipient must follow. */
bool transaction_awaits_verdicts(const struct mta *, const struct act *);
/* Ends the message: stores and reports it for the recipients with a positive reply. */
void transaction_over(struct mta *, const struct act *);
/* Finishes storing a message. Returns false while the store is busy: no reply is final yet. */
bool transaction_settle(struct mta *);
void transaction_give_up(struct mta *); /* stops storing the message: 451 */
bool transaction_has(struct span params, struct span name); /* a parameter of that name */
/*
 * Splits the arguments of MAIL or RCPT. *mailbox is empty for <>, and the text as it is if it is
 * not a valid path.
 */
void transaction_mailbox(enum verb, struct span args, struct span *mailbox, struct span *params);
void mta_keep(struct arena *, struct span *kept, struct span); /* replaces *kept by a copy */

#endif
