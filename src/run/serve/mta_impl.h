/*
 * What the files of the server's side share; run/serve/{mta*,plain*,replies,mock*}.c include
 * it. An act of the client's is answered in three steps:
 *
 *	mta.c asks the mock (rules and script) and, where that has no answer, the plain server;
 *	who answers puts replies into the queue (replies.c), which sends them when they are due;
 *	what was answered makes the state that both look at, whoever answered it: a 250 to RCPT is a
 *	recipient, a 235 a login, a 354 a message to come.
 */
#ifndef RUN_SERVE_MTA_IMPL_H
#define RUN_SERVE_MTA_IMPL_H

#include "run/script/fault.h"
#include "run/script/script.h"
#include "run/serve/envelope.h"
#include "run/serve/mta.h"
#include "run/session/session.h"
#include "smtp/auth.h"

/* What a client does that is answered; a BDAT is one with its octets. */
enum act_kind { ACT_CONNECTED, ACT_COMMAND, ACT_ANSWER, ACT_DOT, ACT_IDLE };

struct act {
	enum act_kind kind;
	enum verb verb;		/* AUTH of an ANSWER; OTHER of what is no command */
	struct span line, args; /* args: of a COMMAND, without blanks around them */
	const char *wrong;	/* with the line as such, as a reply; NULL: nothing */
	bool counted;		/* a BDAT whose octets came */
	bool ends_message;	/* the lone dot, or BDAT LAST */
};

/* One reply on its way. */
struct mta_reply {
	struct mta_reply *next;
	struct span text;
	enum verb verb; /* what it answers */
	bool dot;
	uint64_t delay_ms;
	const struct fault *then; /* NULL: it goes on */
	bool own;		  /* the script's words, not the plain server's */
	bool silent;		  /* nothing is sent: only ->then counts */
};

/* What AUTH said so far on this connection, whoever answers it. */
struct mta_login {
	struct arena arena; /* of the last AUTH */
	const char *mech;
	const struct mechanism *served;	/* NULL: it is none that a plain server judges */
	unsigned n; /* responses that came */
	const char *challenge;	/* that comes next, not in base64; NULL: an empty one, or none */
	const struct sasl *lib; /* libgsasl's exchange, and what it asks; NULL: it has none */
	struct auth_server server;
	void *exchange;
	bool proved;  /* all but the client's empty response to the server's own proof */
	bool failing; /* all but its response to why it failed */
	struct span user;
	struct span withheld; /* the 235 that a script said before there was a response */
	bool good;	      /* the password is right */
	const char *wrong;    /* with the response, as a reply; NULL: nothing */
	enum { LOGIN_WANTS_NOTHING, LOGIN_WANTS_ALL, LOGIN_WANTS_MORE } due;
};

struct play;
struct mta {
	struct session *s;
	struct dialogue *d;
	const struct mta_opts *opts;
	uint64_t *heard_us;
	struct play *play; /* rules and script before the plain server; NULL: none */

	/* The transaction; the parameters that MAIL was granted with. */
	struct envelope mail;
	bool binary, utf8, prdr;
	bool chunk_refused;
	/* each as long as what it holds, so that a long connection does not grow */
	struct arena helo_mem, user_mem, bdat_mem, offers_mem;
	struct span helo, user;
	struct span bdat;   /* the BDAT whose octets come */
	struct act ended;   /* what ended the message that is being stored: ->kind and ->verb */
	struct span offers; /* a script's own last reply to EHLO; empty: none of its own */
	const char *also;   /* lines of EHLO's reply that a script's steps want */
	struct mta_login login;
	struct span tls_exporter, tls_unique; /* the connection's, once a login asked for them */
	unsigned messages, errors;

	/* replies.c */
	struct arena outs, scratch; /* of replies on their way; of the act in hand */
	struct mta_reply *out, **out_end;
	size_t sent, nout;	   /* octets of the first that went, when it goes in pieces */
	uint64_t delay_ms, due_ms; /* before the next reply: a script's; an option's */
	const struct pace *slow;
	bool up; /* the banner is on its way */
	bool securing; /* TLS begins after the last of the replies on their way */
	/* this is due as soon as the client has what was said; so many looks more */
	const struct fault *ending;
	unsigned looks;
};

/* ---- plain_offers.c: what a correct server offers, and whom it refuses on purpose */

struct span plain_host(const struct mta *);
bool plain_is_lmtp(const struct mta *); /* by its options, or a script took LHLO */
/* Maximum octets of a message: of --size, or less where the script's reply to EHLO offers less. */
unsigned long long plain_size_limit(const struct mta *);
bool plain_offers(const struct mta *, const char *keyword); /* NULL: it needs no offer */
/* The lines after the first of EHLO's reply, each after a CRLF; `mechanisms` follow AUTH. */
void plain_print_offers(const struct mta *, bool also_alone, struct span mechanisms, struct buf *);
/* More recipients than a plain server takes, where no option says how many. */
bool plain_is_full(const struct mta *, const struct act *);
/* The refusal of this stage for `who`, empty when there is none. For MTA_HELO all of `who` counts.
 */
struct span plain_refuses(const struct mta *, enum mta_stage, struct span who);
/* Whom it refuses besides --refuse's; NULL: nobody, a script says itself whom it refuses. */
const struct mta_refusal *plain_refusals(const struct mta *);

/* ---- plain.c, plain_mail.c: what a correct server answers, whatever precedes it */

void plain_answers(struct mta *, const struct act *);
void plain_hello(struct mta *, enum verb, bool also_alone);
/*
 * What the options of the command line ask: they come before rules and script. True: they have
 * answered.
 */
bool plain_insists(struct mta *, const struct act *);
struct span plain_mail(struct mta *, const struct act *);
struct span plain_rcpt(struct mta *, const struct act *);
struct span plain_data(struct mta *, const struct act *);
/* What is wrong with an address's octets, or those of a name; empty: nothing. */
struct span plain_wrong_octets(struct span, bool smtputf8);
void plain_message(struct mta *, const struct act *); /* the dot, and any chunk */
/* on a message that nothing forbids */
void plain_verdicts(struct mta *, const struct act *);
/* what --require-auth, --max-messages … ask at MAIL and RCPT; empty: nothing */
struct span plain_insists_at_mail(const struct mta *, struct span mailbox, struct span params);
struct span plain_insists_at_rcpt(const struct mta *, struct span mailbox, struct span args);
#define PLAIN_TOO_LARGE "552 5.3.4 Message size exceeds fixed maximum message size"
#define PLAIN_TOO_MANY "452 4.5.3 Too many recipients"

/* ---- mta_login.c */

void mta_login_hear(struct mta *, const struct act *);
void mta_login_release(struct mta_login *);
/* The names of those that a plain server offers on this connection, each after a space. */
void mta_login_mechanisms(const struct mta *, struct buf *);
bool mta_login_is_right(const struct mta *); /* it is complete, and nothing is wrong with it */
struct span mta_login_begin(struct mta *, const struct act *); /* a plain server's, to AUTH */
struct span mta_login_reply(struct mta *);	       /* the same to what was heard last */
/*
 * A script that says 235 to an AUTH without an initial response has not heard it yet: it is asked
 * for first (RFC 4954 4), and the 235 follows. True of an answer that was asked for so; it is
 * answered.
 */
void mta_login_withhold(struct mta *, const struct act *);
bool mta_login_goes_on(struct mta *, const struct act *);

/* ---- replies.c */

/* An empty reply, last in the queue. */
struct mta_reply *replies_add(struct mta *, enum verb, bool dot);
/* What it became is looked at: --max-errors and --fail-fast may end the connection with it. */
void replies_judge(struct mta *, struct mta_reply *);
/* A plain server's reply; a 421 closes. */
void replies_say(struct mta *, struct span reply, enum verb, bool dot);
/* this becomes of the connection when all before is sent */
void replies_then(struct mta *, const struct fault *);
bool replies_are_many(const struct mta *); /* a loop of a script waits for them */
/* Sends what is due; STEP_DONE when the connection ends with it. Then `turn_again`, if so asked. */
enum progress replies_pump(struct mta *, bool turn_again);

/* ---- transaction.c: what replies, whoever made them, make of the transaction */

unsigned reply_code(const struct mta_reply *); /* 0: nothing is sent */
void transaction_forget(struct mta *);
/* As a rule's forget= asks: bits of RULE_STATES, each with all that was granted after it. */
void transaction_take_back(struct mta *, unsigned states);
/* A command was answered: it counts when the reply that came for it, or none, says so. */
void transaction_granted(struct mta *, const struct act *);
/* The message was answered 353 alone: a verdict for each recipient is to follow (PRDR). */
bool transaction_awaits_verdicts(const struct mta *, const struct act *);
/* The message is stored and told of, for those whose replies are positive. */
void transaction_over(struct mta *, const struct act *);
/* False: it is still being stored, and the replies to it are not known. */
bool transaction_settle(struct mta *);
void transaction_give_up(struct mta *); /* it is not stored */
bool transaction_has(struct span params, struct span name); /* a parameter of that name */
/* The address of MAIL and RCPT, as it stands there where it is none; empty for <>. */
void transaction_mailbox(enum verb, struct span args, struct span *mailbox, struct span *params);
void mta_keep(struct arena *, struct span *kept, struct span); /* a copy, for the one before */

#endif
