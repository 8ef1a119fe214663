/*
 * Everything that can happen, as events. An event is plain data about one thing that happened;
 * screen, JSON, transcript and verdict all read the same const struct event *. Its spans live until
 * the consumer returns. They hold octets as the peer sent them, so the consumer must escape them
 * before showing them (base/text). An event holds no secrets: they are masked where it is made.
 */
#ifndef RUN_SESSION_EVENT_H
#define RUN_SESSION_EVENT_H

#include <stdint.h>

#include "base/err.h"
#include "net/addr.h"
#include "net/tls.h"
#include "smtp/dialogue.h"
#include "smtp/extension.h"
#include "run/route/sts.h"
#include "run/session/wait.h"
#include "smtp/reply.h"
#include "smtp/standing.h"

struct diagnosis;
struct message;
struct route;
struct route_hop;
struct step;
struct target;

/* kind, its word in JSON */
#define EVENT_KINDS(X)								\
	X(NOTE,		"note")		/* ->text */				\
	X(PROBLEM,	"problem")	/* ->text, ->err */			\
	X(RESOLVED,	"resolved")	/* ->resolved: the route */	\
	X(ATTEMPT,	"attempt")	/* ->attempt: one address was tried */	\
	X(CONNECTED,	"connected")	/* ->connected */			\
	X(SENT,		"sent")		/* ->sent */				\
	X(REPLY,	"reply")	/* ->answer */				\
	X(EXTENSIONS,	"extensions")	/* ->extensions */			\
	X(TLS,		"tls")		/* ->shaken */				\
	X(OFFERS,	"offers")	/* /ext: ->offers */			\
	X(CERT,		"certificate")	/* /cert: ->cert */			\
	X(INFO,		"info")		/* /info: ->info */			\
	X(CLOSED,	"closed")	/* ->closed */				\
	X(COMMAND,	"command")	/* server role: ->text received, ->flaws */	\
	X(MESSAGE,	"message")	/* server role: ->message accepted */	\
	X(ANSWERED,	"answered")	/* server role: ->text sent */	\
	X(QUESTION,	"question")	/* a question for the user: ->question */	\
	X(DELIVERY,	"delivery")	/* ->delivery: the result of sending a message */ \
	X(UNSENT,	"unsent") /* ->text: a line typed ahead and not sent */ \
	/*									\
	 * at the prompt: SESSION_BESIDE + ->session is over: it took the place	\
	 * of ->session, or ->err							\
	 */									\
	X(SETTLED,	"settled")						\
	X(STEP_ENDED,	"step_ended")	/* ->step, ->err */

enum event_kind {
#define X(name, word) EVENT_##name,
	EVENT_KINDS(X)
#undef X
};
/*
 * Added to the number of a session for its new connection, which is made while the old one is still
 * open.
 */
enum { SESSION_BESIDE = 10 };

#define X(name, word) + 1
enum { EVENT_COUNT = EVENT_KINDS(X) };
#undef X

enum sent_kind {
	SENT_COMMAND,		/* a command line */
	SENT_TEXT,		/* one line of message text */
	SENT_OCTETS,		/* ->octets of something too long to show: a body, a chunk */
	SENT_SECRET,		/* the line had a secret: ->text is what may be shown of it */
};

/*
 * The fate of a message, for one recipient or as a whole. A message is accepted only by the reply
 * to its end; if that reply was due and was not received, the fate is unknown (RFC 1047). The
 * columns are the fate, its word in JSON, and its text for people.
 */
#define FATES(X)			\
	/* no message was to be sent, or this recipient was not reached */ \
	X(NOT_TRIED,	"not_tried",	"not tried") \
	/* without a message to send: the recipient was accepted */ \
	X(ACCEPTED,	"accepted",	"accepted") \
	X(DEFERRED,	"deferred",	"deferred")	\
	X(REJECTED,	"rejected",	"rejected")	\
	X(NOT_SENT,	"not_sent",	"not sent")	/* the end of the message was not sent */ \
	X(UNKNOWN,	"unknown",	"unknown")

enum fate {
#define X(name, word, text) FATE_##name,
	FATES(X)
#undef X
};
const char *fate_word(enum fate);
const char *fate_text(enum fate);

/* How a server treated one recipient. */
struct verdict {
	struct span address;
	enum fate fate;
	/* the reply is this recipient's own to the end of the message (LMTP, PRDR) */
	bool ended;
	unsigned code;			/* of the reply that decided; 0: none */
	/* what that reply amounts to (smtp/standing.h); ERR_NONE with a code: accepted */
	enum err_kind failed;
	struct span text;		/* its first line, as received */
};

/* The states of a connection in which EHLO may offer different things. */
enum offer_state { OFFER_CLEAR, OFFER_TLS, OFFER_AUTH, OFFER_STATES };
const char *offer_state_text(enum offer_state);		/* "without TLS" */

/* What a session knows about itself. */
struct session_info {
	struct span host;		/* as given */
	struct addr peer, local;	/* .len 0: unknown, as for a pipe */
	const char *helo;		/* the name sent in EHLO */
	const struct tls_info *tls;	/* NULL: without TLS */
	const struct extensions *extensions;	/* NULL: none, or no longer valid */
	struct dialogue dialogue;
	uint64_t up_us;			/* time since the connection was made */
	uint64_t replies, octets_in, octets_out;	/* octets of SMTP, not of TLS records */
};

enum closed_by { CLOSED_BY_US, CLOSED_BY_PEER, CLOSED_RESET, CLOSED_TRUNCATED };

struct event {
	enum event_kind kind;
	unsigned session;		/* 1 is C and S, 2 is C2 and S2 … */
	uint64_t at_us;			/* monotonic */
	bool tls;			/* happened within TLS */
	enum err_kind err;		/* the kind of failure; ERR_NONE: none */
	enum err_cause cause;		/* PROBLEM: which failure of that kind */
	unsigned alert;			/* PROBLEM: the peer's TLS alert; 0: none */
	bool cancelled;			/* STEP_ENDED: cancelled by the user */
	struct span text;
	const struct step *step;	/* the current step; NULL: none */
	/* REPLY, PROBLEM, ATTEMPT, CLOSED: why, and what to do (run/diagnosis); NULL: none */
	const struct diagnosis *diagnosis;
	union {
		struct {
			const struct route *route;
			const struct route_hop *hop;	/* the one connected to; NULL: none yet */
			struct addr peer;
			bool asked;			/* by /mx: show all of it */
		} resolved;
		struct {
			struct addr to;
			/* the name that the address was found under; empty for a literal */
			struct span host;
			uint64_t took_us;
			bool up;
			int sys;			/* errno of the failure; 0: none */
		} attempt;
		struct {
			struct addr peer, local;
			struct span host;
			uint64_t took_us;
			/* how long the lookup before it took; 0: none */
			uint64_t found_us;
		} connected;
		struct {
			enum sent_kind kind;
			struct span text;
			uint64_t octets;		/* as sent, line ending included */
			const struct message *message;	/* OCTETS: the message; NULL: none */
			bool chunked;			/* sent by BDAT: the chunks follow */
		} sent;
		struct {
			/* with secrets starred out */
			const struct reply *reply;
			/* as received, for passing on; must not be shown */
			struct span raw;
			struct due due;			/* what it answers */
			/* whether its code fits what it answers; REPLY_FITS for a late reply */
			enum standing standing;
			/* the command it answers; VERB_OTHER for the greeting */
			enum verb verb;
			/* it is the greeting; it answers the end of a message */
			bool banner, dot;
			bool surprise, late;
			/* late: the outstanding reply that it may be instead; NULL: none */
			const struct due *or;
			/* drawn: time from its first octet to its last */
			uint64_t took_us, drawn_us;
		} answer;
		const struct extensions *extensions;
		struct {
			const struct tls_info *info;
			uint64_t took_us;
			/* extensions announced before no longer apply */
			bool forgot;
		} shaken;
		struct {
			/* NULL: EHLO was not sent in that state */
			const struct extensions *of[OFFER_STATES];
			enum offer_state now;
			/* compare all states, not just the current one */
			bool diff;
		} offers;
		struct {
			const struct tls_info *tls;
			struct span host;		/* the host whose TLSA records apply */
			unsigned port;
			/* the domain's policy; NULL: not a domain */
			const struct sts *sts;
			/* the policy's verdict on this connection */
			enum sts_verdict verdict;
			/*
			 * the certificates as PEM, with no other field set but ->tls and ->file;
			 * empty: not asked for
			 */
			struct span pem;
			struct span file; /* file to write the PEM to; empty: show it */
		} cert;
		const struct session_info *info;
		struct {
			enum closed_by by;
			bool expected;			/* after QUIT, or asked for */
			/* received, but not a complete reply */
			struct span rest;
			bool mute;			/* nothing was ever received on it */
			enum wait wait;			/* what was waited for */
			enum verb verb;			/* the reply's verb */
		} closed;
		struct {
			struct span id;			/* as in the reply */
			struct span helo, user;		/* user empty: not logged in */
			struct span from, from_params;
			struct span *rcpt, *rcpt_params;
			size_t nrcpts;
			uint64_t octets;
			/* ->text is the message, without dot-stuffing */
			bool kept;
			struct span text;
			bool bare_lf, chunked;
			const struct tls_info *tls;	/* NULL: without TLS */
			struct addr peer;
		} message;
		struct {
			struct span from;
			const struct verdict *rcpt;
			size_t nrcpts, accepted, unknown;
			/* of the whole message; accepted: for at least one recipient */
			enum fate fate;
			/* a message was to be sent; false: the transaction was to end earlier */
			bool tried;
			bool ended;			/* its end, or a BDAT of it, was answered */
			/* of the last reply to the message; 0: none */
			unsigned code;
			enum err_kind failed;		/* what that reply amounts to */
			struct span text, queue_id;
			uint64_t octets, took_us;
		} delivery;
		struct {
			struct span prompt;
			bool secret;
			/* a text of several lines, which may be written in an editor */
			bool text;
		} question;
		unsigned flaws;				/* COMMAND */
	};
};

typedef void event_fn(void *ctx, const struct event *);

const char *event_word(enum event_kind);

/* Returns what a reply answers, in a word: "banner", "message", "MAIL", "other". */
const char *answer_word(const struct event *);

#endif
