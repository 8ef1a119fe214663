/*
 * A session's connection: octets in and out, and which replies are outstanding for what. It
 * decides what a reply answers, by the order in which things were sent, and what is lost when no
 * more will come; it does no input or output itself, and reports nothing.
 */
#ifndef RUN_SESSION_WIRE_H
#define RUN_SESSION_WIRE_H

#include "net/conn.h"
#include "run/session/pace.h"
#include "smtp/conv.h"
#include "smtp/dialogue.h"
#include "smtp/standing.h"

/* What a reply is outstanding for, in addition to conv's ticket. */
struct asked {
	unsigned ticket; /* 0: none */
	struct due due;
	uint64_t at_us;
	uint64_t end; /* value of octets_out once all that it answers has been sent */
	bool given_up;
	bool no_message; /* the end of a message without recipients */
};

/* A reply that is late, or answers the command that waits; a second reply would decide. */
struct late {
	bool open;
	struct due due; /* of the late one */
	unsigned code;
	enum err_kind failed;
};

struct wire {
	struct conn *conn;	       /* NULL: no connection */
	struct conv *conv, *dead_conv; /* dead_conv: its last event may still be read */

	struct asked *asked; /* first to last */
	size_t nasked, asked_room;
	struct late late;
	enum err_kind unwelcome; /* the rejection in the greeting, when nothing waited for it */
	unsigned surprises;	 /* unsolicited replies in a row */
	/* a reply on this or the last connection answered something else */
	bool out_of_step;
	bool prdr;		 /* MAIL asked for one reply per recipient */
	bool got_421, got_221; /* received from the peer, which then closes */

	bool shut, shut_when_sent; /* no more will be sent */
	/* the peer has closed; what it sent last is still to be read */
	bool write_failed;
	bool wants_room;	   /* the current step waits until less is unsent */
	bool held;		   /* received octets wait while a reply of ours is delayed */
	bool more;		   /* server: not all that came was parsed in this turn */
	/* server: the client has shut its side, and still gets the rest */
	bool ended;

	/* for output in pieces; 0: none, or the next piece may go */
	uint64_t paced_us, next_us;
	size_t paced_at;   /* octets of it sent */
	uint64_t drawn_us; /* when the current reply began to arrive; 0: none */
	unsigned pieces;   /* reads of it */
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
/* What was recorded last is this line; the octets that a BDAT announces belong to it. */
void wire_asked_line(struct wire *, struct span line);
/* The last BDAT was LAST: its reply (in LMTP, this many) ends the message. */
void wire_ask_last_chunk(struct wire *, unsigned replies);
/* What was ended last is a message without recipients (RFC 2920 3.1). */
void wire_ask_for_no_message(struct wire *);
/*
 * The command that ended the message was itself rejected, so it was for nobody: whatever further
 * replies to it are outstanding, the message's fate is known.
 */
void wire_not_carried_out(struct wire *, const struct asked *);
/*
 * The outstanding replies will not come, or cannot be relied on: the fate of a message whose end
 * was sent is now unknown (RFC 1047). Returns how many such messages there are, each counted
 * once.
 */
unsigned wire_lose(struct wire *);
/* The same count, while the replies may still come. */
unsigned wire_in_doubt(const struct wire *);
/* Whether a message or a chunk has been sent only in part. */
bool wire_is_within_octets(const struct wire *, enum dialogue_mode);

/* ---- what came */

/* What a received reply is. */
struct receipt {
	struct asked asked;	 /* what it answers; ->ticket 0: nothing */
	struct conv_event event; /* the reply, with ->late corrected */
	enum standing standing;
	enum err_kind err;
	bool greeting, surprise;
	/* late: or it answers this, which is outstanding; NULL: nothing is */
	const struct due * or ;
	/* it takes effect at once: it can answer nothing else that is known */
	bool takes_effect;
	unsigned more;		/* further replies due to the same: PRDR's */
	/* ->open: this shows that the late reply before it answered what was given up on */
	struct late before;
	uint64_t drawn_us; /* time from its first octet to its last; 0: unknown */
};

/*
 * Finds what the reply answers. `recipients`: how many were accepted, each of which gets a reply
 * with PRDR.
 */
struct receipt wire_receive(struct wire *, const struct conv_event *, unsigned recipients);
/*
 * No second reply came: what was given up on was never answered, and the late reply was the next
 * one's, which is returned. ->ticket 0: there was no late reply.
 */
struct asked wire_find_step(struct wire *);

/* ---- slow writing */

/* How many unsent octets may be sent now; 0: none yet. */
size_t wire_may_send(const struct wire *, const struct pace *);
/*
 * `n` octets were sent: returns after how many milliseconds the next piece may be. 0: none is
 * left, or there is no pace.
 */
uint64_t wire_sent(struct wire *, const struct pace *, size_t n);

#endif
