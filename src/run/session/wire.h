/*
 * A session's connection: octets in and out, and which replies are outstanding for what. It decides
 * what a reply answers, in the order in which things were sent, and what is lost when no more will
 * come; it reads and writes nothing itself, and tells nobody.
 */
#ifndef RUN_SESSION_WIRE_H
#define RUN_SESSION_WIRE_H

#include "net/conn.h"
#include "run/session/pace.h"
#include "smtp/conv.h"
#include "smtp/dialogue.h"
#include "smtp/standing.h"

/* What a reply is outstanding for, beside conv's ticket. */
struct asked {
	unsigned ticket; /* 0: nothing was asked */
	struct due due;
	uint64_t at_us;
	uint64_t end; /* octets out, once all that it answers has gone */
	bool given_up;
	bool no_message; /* the end of a message that is for nobody */
};

/* A late reply, or that of the command which waits: a second one would tell. */
struct late {
	bool open;
	struct due due; /* of the late one */
	unsigned code;
	enum err_kind failed;
};

struct wire {
	struct conn *conn;	       /* NULL: there is no connection */
	struct conv *conv, *dead_conv; /* dead: its last event may still be read */

	struct asked *asked; /* first to last */
	size_t nasked, asked_room;
	struct late late;
	enum err_kind unwelcome; /* what the greeting refused, when nothing waited for it */
	unsigned surprises;	 /* replies that nothing asked for, in a row */
	bool out_of_step;	 /* one of this or the last connection answered something else */
	bool prdr;		 /* MAIL asked for a reply for each recipient */
	bool said_421, said_221; /* by the peer, which closes then */

	bool shut, shut_when_sent; /* no more will be sent */
	bool write_failed;	   /* the peer is gone; what it sent last is still to be read */
	bool wants_room;	   /* the step in hand waits until less is unsent */
	bool held;		   /* what came waits, while a reply of ours is delayed */
	bool more;		   /* server: not all that came was understood in this turn */
	bool ended;		   /* server: the client shut its side, and is sent the rest */

	/* what goes out a piece at a time; 0: nothing does, or the next piece may go */
	uint64_t paced_us, next_us;
	size_t paced_at;   /* octets of it that went */
	uint64_t drawn_us; /* since when the reply in hand is coming; 0: none is */
	unsigned pieces;   /* of it */
	uint64_t sent_us; /* when octets last went out; 0: never */
	uint64_t replies, octets_in, octets_out;
};

void wire_release(struct wire *); /* the conn too; {0} is fine */
/* The connection is gone; the conv is kept until the next time, for its last event. */
void wire_drop(struct wire *);
/* A new connection; the counters begin anew. */
void wire_up(struct wire *, struct conn *, enum conv_role);

/* ---- what is outstanding */

/* The reply with that ticket, to what was sent last. */
void wire_ask(struct wire *, unsigned ticket, struct due);
/* What was asked last is this line: the octets that a BDAT announces belong to it. */
void wire_asked_line(struct wire *, struct span line);
/* What the reply with that ticket answers; NULL: nothing. */
const struct due *wire_due(const struct wire *, unsigned ticket);
/* The BDAT sent last was the LAST: its reply, in LMTP so many of them, end the message. */
void wire_ask_last_chunk(struct wire *, unsigned replies);
/* What was ended last is for nobody (RFC 2920 3.1). */
void wire_ask_for_no_message(struct wire *);
/*
 * The command that ended the message was itself rejected, so it was for nobody: whatever further
 * replies to it are outstanding, the message's fate is known.
 */
void wire_not_carried_out(struct wire *, const struct asked *);
/*
 * After a 353 come a reply for each recipient that was accepted and one for all (draft-hall-prdr):
 * how many of them nobody had counted on yet.
 */
unsigned wire_ask_each(struct wire *, unsigned recipients);
/* The peer could not answer yet: what is outstanding is timed from now on. */
void wire_ask_anew(struct wire *);
/*
 * The replies that are outstanding will not come, or not be believed: of a message whose end has
 * gone out nobody knows now what became of it (RFC 1047). How many such replies there are, of each
 * once.
 */
unsigned wire_lose(struct wire *);
/* Of a message or a chunk, what is begun has not all gone out. */
bool wire_is_within_octets(const struct wire *, enum dialogue_mode);

/* ---- what came */

/* What a reply turned out to be. */
struct receipt {
	struct asked asked;	 /* what it answers; ->ticket 0: nothing */
	struct conv_event event; /* the reply, ->late put right */
	enum standing standing;
	enum err_kind err;
	bool greeting, surprise;
	const struct due * or ; /* late: or it answers this, which waits; NULL: nothing waits */
	bool takes_effect;	/* at once: nothing else is known that it could answer */
	unsigned more;		/* further replies that are due to the same: PRDR's */
	/* ->open: the late reply before it is shown to have answered what was given up */
	struct late before;
	uint64_t drawn_us; /* from its first octet to its last; 0: not known */
};

/*
 * Finds what the reply answers. `recipients`: how many were accepted, of which PRDR promises a
 * reply each.
 */
struct receipt wire_receive(struct wire *, const struct conv_event *, unsigned recipients);
/*
 * No second reply came: what was given up was never answered, and the late reply was the next
 * one's, which is taken. ->ticket 0: there was no late reply.
 */
struct asked wire_find_step(struct wire *);

/* ---- slow writing */

/* How much of what is unsent may go now; 0: nothing yet. */
size_t wire_may_send(const struct wire *, const struct pace *);
/* So much went: after how many ms the next piece may. 0: there is none, or no pace is kept. */
uint64_t wire_sent(struct wire *, const struct pace *, size_t n);
void wire_stop_pacing(struct wire *);

#endif
