/*
 * The one vocabulary of what can happen. An event is plain data about one thing that happened;
 * screen, JSON, transcript and verdict all read the same const struct event *. Its spans live until
 * the consumer returns, and hold octets as the peer sent them: who shows them escapes them
 * (base/text). Secrets never come in: they are masked where the event is made.
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

/* kind, the word for it in JSON */
#define EVENT_KINDS(X)								\
	X(NOTE,		"note")		/* ->text */				\
	X(PROBLEM,	"problem")	/* ->text, ->err */			\
	X(RESOLVED,	"resolved")	/* ->resolved: where the target is */	\
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
	X(COMMAND,	"command")	/* server role: ->text came, ->flaws */	\
	X(MESSAGE,	"message")	/* server role: ->message was taken */	\
	X(ANSWERED,	"answered")	/* server role: ->text went out */	\
	X(QUESTION,	"question")	/* the person is asked: ->question */	\
	X(DELIVERY,	"delivery")	/* ->delivery: what came of one message */ \
	X(UNSENT,	"unsent") /* ->text: a line that was typed ahead and did not go out */ \
	X(STEP_ENDED,	"step_ended")	/* ->step, ->err */

enum event_kind {
#define X(name, word) EVENT_##name,
	EVENT_KINDS(X)
#undef X
};
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
 * What became of a message, for one recipient or in all. A message is accepted by the reply to its
 * end and by nothing else; where that was due and did not come, nobody knows (RFC 1047). fate, the
 * word for it in JSON
 */
#define FATES(X)			\
	/* no message was to be sent, or the recipient was not come to */ \
	X(NOT_TRIED,	"not_tried") \
	X(ACCEPTED,	"accepted")	/* where no message was to be sent: the recipient was */ \
	X(DEFERRED,	"deferred")	\
	X(REJECTED,	"rejected")	\
	X(NOT_SENT,	"not_sent")	/* its end was not sent */ \
	X(UNKNOWN,	"unknown")

enum fate {
#define X(name, word) FATE_##name,
	FATES(X)
#undef X
};
const char *fate_word(enum fate);

/* What a server made of one recipient. */
struct verdict {
	struct span address;
	enum fate fate;
	/* the reply is the recipient's own to the end of the message */
	bool ended;
	unsigned code;			/* of the reply that decided; 0: it was not come to */
	/* what that reply came to (smtp/standing.h); ERR_NONE: accepted, where there is a code */
	enum err_kind failed;
	struct span text;		/* its first line, octets of the peer */
};

/* In which state of a connection EHLO offered something. */
enum offer_state { OFFER_CLEAR, OFFER_TLS, OFFER_AUTH, OFFER_STATES };
const char *offer_state_text(enum offer_state);		/* "in the clear" */

/* What a session knows of itself. */
struct session_info {
	struct span host;		/* as asked for */
	struct addr peer, local;	/* .len 0: not known, as for a pipe */
	const char *helo;		/* the name we say */
	const struct tls_info *tls;	/* NULL: in the clear */
	const struct extensions *extensions;	/* NULL: none, or forgotten */
	struct dialogue dialogue;
	uint64_t up_us;			/* since the connection came about */
	uint64_t replies, octets_in, octets_out;	/* octets of SMTP, without those of TLS */
};

enum closed_by { CLOSED_BY_US, CLOSED_BY_PEER, CLOSED_RESET, CLOSED_TRUNCATED };

struct event {
	enum event_kind kind;
	unsigned session;		/* 1 is C and S, 2 is C2 and S2 … */
	uint64_t at_us;			/* monotonic */
	bool tls;			/* it happened within TLS */
	enum err_kind err;		/* the failure that it is; ERR_NONE: none */
	enum err_cause cause;		/* PROBLEM: which of that kind */
	unsigned alert;			/* PROBLEM: the peer's TLS alert; 0: none */
	bool cancelled;			/* STEP_ENDED: it was given up by the person */
	struct span text;
	const struct step *step;	/* what was in hand, if anything */
	/* REPLY, PROBLEM, ATTEMPT, CLOSED: why, and what to do (run/diagnosis); NULL: unsaid */
	const struct diagnosis *diagnosis;
	union {
		struct {
			const struct route *route;
			const struct route_hop *hop;	/* the one connected to; NULL: none yet */
			struct addr peer;
			bool asked;			/* by /mx: to be shown whole */
		} resolved;
		struct {
			struct addr to;
			/* the name it was found under; empty for a literal */
			struct span host;
			uint64_t took_us;
			bool up;
			int sys;			/* the errno that it failed with; 0: none */
		} attempt;
		struct {
			struct addr peer, local;
			struct span host;
			uint64_t took_us;
			/* how long the name look-up took before; 0: there was none */
			uint64_t found_us;
		} connected;
		struct {
			enum sent_kind kind;
			struct span text;
			uint64_t octets;		/* on the wire, line end included */
			const struct message *message;	/* OCTETS: of which message; NULL: none */
			bool chunked;			/* it goes by BDAT: the chunks follow */
		} sent;
		struct {
			/* with secrets starred out */
			const struct reply *reply;
			/* as it came, for who hands it on; never to be shown */
			struct span raw;
			struct due due;			/* what it answers */
			/* whether its code belongs there; of a late one nothing is known */
			enum standing standing;
			/* what it answers; VERB_OTHER for the greeting too */
			enum verb verb;
			/* it answers the connection; the end of a message */
			bool banner, dot;
			bool surprise, late;
			/* late: or it answers this, which waits; NULL: nothing waits */
			const struct due *or;
			/* drawn: from its first octet to its last */
			uint64_t took_us, drawn_us;
		} answer;
		const struct extensions *extensions;
		struct {
			const struct tls_info *info;
			uint64_t took_us;
			bool forgot;			/* what EHLO said before is forgotten */
		} shaken;
		struct {
			/* NULL: EHLO was not sent in that state */
			const struct extensions *of[OFFER_STATES];
			enum offer_state now;
			/* all of them against each other, not just the present one */
			bool diff;
		} offers;
		struct {
			const struct tls_info *tls;
			struct span host;		/* what a TLSA record of it stands at */
			unsigned port;
			/* the policy of the domain; NULL: of none */
			const struct sts *sts;
			enum sts_verdict verdict;	/* what it makes of this connection */
		} cert;
		const struct session_info *info;
		struct {
			enum closed_by by;
			bool expected;			/* after QUIT, or asked for */
			struct span rest;		/* what came and was no whole reply */
			bool mute;			/* nothing ever came on it */
			enum wait wait;			/* what was waited for */
			enum verb verb;			/* of a reply */
		} closed;
		struct {
			struct span id;			/* as the reply names it */
			struct span helo, user;		/* user is empty: not logged in */
			struct span from, from_params;
			struct span *rcpt, *rcpt_params;
			size_t nrcpts;
			uint64_t octets;
			/* ->text is the message as it was sent, unstuffed */
			bool kept;
			struct span text;
			bool bare_lf, chunked;
			const struct tls_info *tls;	/* NULL: in the clear */
			struct addr peer;
		} message;
		struct {
			struct span from;
			const struct verdict *rcpt;
			size_t nrcpts, accepted, unknown;
			/* of the whole; accepted: for one recipient at least */
			enum fate fate;
			/* a message was to follow; false: it was to end before */
			bool tried;
			bool ended;			/* what went of it was answered */
			/* of the last reply to the message; 0: it was not come to */
			unsigned code;
			enum err_kind failed;		/* what that reply came to */
			struct span text, queue_id;
			uint64_t octets, took_us;
		} delivery;
		struct {
			struct span prompt;
			bool secret;
			/* of many lines: what is written in an editor may answer it, as it is */
			bool text;
		} question;
		unsigned flaws;				/* COMMAND */
	};
};

typedef void event_fn(void *ctx, const struct event *);

const char *event_word(enum event_kind);

#endif
