/* What the files of the server inside share. Only run/mta*.c include this. */
#ifndef RUN_SERVE_MTA_PRIV_H
#define RUN_SERVE_MTA_PRIV_H

#include "run/serve/envelope.h"
#include "run/serve/mta.h"
#include "run/session/session.h"
#include "smtp/mechanism.h"

/* RFC 5321 4.5.3.1.4 with parameters; RFC 4954 4 */
enum { MTA_LINE_MAX = 2048, MTA_AUTH_LINE_MAX = 12288 };

struct mta {
	struct dialogue *d;
	const struct mta_opts *opts;
	struct envelope mail;
	/* the names said in EHLO and AUTH; the command that waits */
	struct span helo, user, delayed;
	/* on a message, which ->verdicts recipients are still to be told (LMTP) */
	struct span verdict;
	/* each as long as what it holds, so that a long connection does not grow */
	struct arena helo_mem, user_mem, delayed_mem, verdict_mem;
	unsigned messages, errors, verdicts;
	struct span refuse_data, refuse_dot;	/* on behalf of a recipient */
	bool binary, utf8;
	bool last_chunk;			/* ->mail.chunked: BDAT began */
	const char *chunk_wrong;		/* the chunk is read and then refused so */
	const struct mechanism *auth;		/* of the exchange that goes on; NULL: none does */
	unsigned responses;			/* that came in it */
	enum { MTA_AWAKE, MTA_DELAY_BANNER, MTA_DELAY_COMMAND, MTA_DELAY_DOT } delay;
	bool up;				/* the banner was said */
};

/*
 * Answers, counts what was wrong, and closes after a 421, too many errors, or the first with
 * fail_fast.
 */
enum progress mta_answer(struct session *, struct mta *, struct span reply);
#define MTA_ANSWER(s, m, text)	mta_answer((s), (m), SPAN(text))

/*
 * The refusal of this stage for `who`, empty when there is none. For MTA_HELO all of `who` counts.
 */
struct span mta_refuses(const struct mta *, enum mta_stage, struct span who);
/* a copy, in place of the one before */
void mta_keep(struct arena *, struct span *kept, struct span);
bool mta_offers(const struct mta *, const char *keyword);

typedef enum progress mta_verb_fn(struct session *, struct mta *, enum verb, struct span args);
mta_verb_fn mta_hello, mta_help;					/* mta_hello.c */
mta_verb_fn mta_mail, mta_rcpt;						/* mta_envelope.c */
void mta_forget(struct mta *);						/* the transaction */
mta_verb_fn mta_data, mta_bdat;						/* mta_message.c */
enum progress mta_message_text(struct session *, struct mta *, struct span);
enum progress mta_message_end(struct session *, struct mta *);
/* those that are left, as fast as they are read */
enum progress mta_tell_verdicts(struct session *, struct mta *);
mta_verb_fn mta_auth;							/* mta_auth.c */
enum progress mta_auth_answer(struct session *, struct mta *, struct span line);

#endif
