/*
 * A session's connection: octets in and out, and which replies are outstanding for what. It finds
 * what a reply answers from the order in which things were sent, and which messages are in doubt
 * when no more replies will come. It does no input or output itself, and reports nothing.
 */
#ifndef RUN_SESSION_WIRE_H
#define RUN_SESSION_WIRE_H

#include "net/conn.h"
#include "run/session/pace.h"
#include "smtp/conv.h"
#include "smtp/dialogue.h"
#include "smtp/standing.h"

/* What an outstanding reply is due to, in addition to conv's ticket. */
struct asked {
	unsigned ticket; /* 0: none */
	struct due due;
	uint64_t at_us;
	uint64_t end; /* value of octets_out once all that it answers has been sent */
	bool given_up;
	bool no_message; /* the end of a message without recipients */
};

/* A reply that is either late or answers the next command; a second reply would decide which. */
struct late {
	bool open;
	struct due due; /* what it answers if it is late */
	unsigned code;
	enum err_kind failed;
};

struct wire {
	struct conn *conn;	       /* NULL: no connection */
	struct conv *conv, *dead_conv; /* dead_conv: its last event may still be read */

	struct asked *asked; /* first to last */
	size_t nasked, asked_room;
	struct late late;
	/* the failure if the greeting was a rejection; ERR_NONE: it was not */
	enum err_kind unwelcome;
	unsigned surprises;	 /* unsolicited replies in a row */
	/* a reply on this or the last connection did not fit what it answered */
	bool out_of_step;
	bool prdr;		 /* MAIL asked for one reply per recipient */
	bool got_421, got_221; /* received from the peer, which then closes */

	bool shut, shut_when_sent; /* no more will be sent */
	/* the peer has closed; what it sent before that is still to be read */
	bool write_failed;
	bool wants_room;	   /* the current step waits until less is unsent */
	bool held;		   /* input waits while a reply of the server is delayed */
	bool more;		   /* server: not all input was parsed in this turn */
	/* server: the client has shut its side, but is still sent the rest */
	bool ended;

	/*
	 * paced output: when it began (0: it did not), and when the next piece may be sent (0: now)
	 */
	uint64_t paced_us, next_us;
	size_t paced_at;   /* octets of it sent */
	uint64_t drawn_us; /* when the current reply began to arrive; 0: none */
	unsigned pieces;   /* number of reads of that reply */
	uint64_t sent_us; /* when octets were last sent; 0: never */
	uint64_t replies, octets_in, octets_out;
};

void wire_release(struct wire *); /* frees the conn too; {0} is fine */
/* Drops the connection; the conv is kept until the next one, for its last event. */
void wire_drop(struct wire *);
/* Takes over a new connection and resets the counters. */
void wire_up(struct wire *, struct conn *, enum conv_role);

/* ---- what is outstanding */

/* Records that the reply with this ticket answers what was sent last. */
void wire_ask(struct wire *, unsigned ticket, struct due);
/*
 * Records that the last thing asked is this line: the octets that a BDAT announces belong to it,
 * and the reply to BDAT LAST ends the message.
 */
void wire_asked_line(struct wire *, struct span line);
/* Records that the last BDAT was LAST: its reply (in LMTP, this many) ends the message. */
void wire_ask_last_chunk(struct wire *, unsigned replies);
/* Records that the message which was ended last has no recipients (RFC 2920 3.1). */
void wire_ask_for_no_message(struct wire *);
/*
 * Records that the command that ended the message was itself rejected, so that no recipient got the
 * message: its fate is known even while further replies to the command are outstanding.
 */
void wire_not_carried_out(struct wire *, const struct asked *);
/*
 * Gives up the outstanding replies, which will not come or cannot be relied on. Returns the number
 * of messages whose end was sent and whose fate is therefore unknown (RFC 1047), each counted once.
 */
unsigned wire_lose(struct wire *);
/* Returns the same number without giving up the replies. */
unsigned wire_in_doubt(const struct wire *);
/* Returns whether a message or a chunk has been sent only in part. */
bool wire_is_within_octets(const struct wire *, enum dialogue_mode);

/* ---- what was received */

/* What a received reply answers, and what it amounts to. */
struct receipt {
	struct asked asked;	 /* what it answers; ->ticket 0: nothing */
	struct conv_event event; /* the reply, with ->late corrected */
	enum standing standing;
	enum err_kind err;
	bool greeting, surprise;
	/* late: the outstanding reply that it may be instead; NULL: none */
	const struct due * or ;
	/* takes effect at once, since it can answer nothing else that is known */
	bool takes_effect;
	unsigned more;		/* further replies due to the same command: PRDR's */
	/* ->open: this reply shows that the late one before it did answer what was given up on */
	struct late before;
	uint64_t drawn_us; /* time from its first octet to its last; 0: unknown */
};

/*
 * Finds what the reply answers. `recipients` is the number of accepted ones, each of which gets a
 * reply with PRDR.
 */
struct receipt wire_receive(struct wire *, const struct conv_event *, unsigned recipients);
/*
 * Settles a late reply that no second one followed: what was given up on was never answered, and
 * the reply answers the next command, which is returned. ->ticket 0: there was no late reply.
 */
struct asked wire_find_step(struct wire *);

/* ---- paced output */

/* Returns how many unsent octets may be sent now; 0: none yet. */
size_t wire_may_send(const struct wire *, const struct pace *);
/*
 * Records that `n` octets were sent. Returns how many milliseconds to wait before the next piece;
 * 0: nothing is left, or output is not paced.
 */
uint64_t wire_sent(struct wire *, const struct pace *, size_t n);

#endif
