/*
 * The state of a play, for run/play/play*.c only, which are one state machine: play.c walks,
 * play_item.c begins and ends each item, play_exchange.c sends and judges, play_words.c does what
 * is not a step; an event that ends an item goes back to the walk.
 */
#ifndef RUN_PLAY_PLAY_IMPL_H
#define RUN_PLAY_PLAY_IMPL_H

#include "run/play/play.h"
#include "run/script/words.h"
#include "run/session/session.h"

enum { FRAMES_MAX = SCRIPT_DEPTH_MAX + 2, COLLECTED_MAX = 64 };

struct frame {
	const struct script_item *next;		/* the item to go on with */
	/* /repeat, /retry; NULL: the case's items, or an /if's */
	const struct script_item *block;
	unsigned left;				/* rounds */
	/* /retry: the variables that had a value before its first round */
	bool set[NAMES_MAX];
};

struct play_peer {
	struct play *play;
	struct session *session;
	struct session_opts opts;
	bool opened, closed, banner_read, quit_sent;
	/* the code that DATA, or AUTH, was answered with instead; 0: none */
	unsigned not_354, not_334;
	enum closed_by closed_by;
	/* of the last connection, with its TLS version */
	struct addr addr;
	char tls[16];
	uint64_t last_took_us;
	/*
	 * As received, secrets included: what a script compares must not depend on what is
	 * starred, else it could find out which guess is right. NULL: none yet; offers: no EHLO
	 * since TLS began. Each lives in its arena.
	 */
	struct reply *came;
	struct extensions *offers;
	struct arena reply_arena, offers_arena;
};

struct play {
	struct session_env *env, own_env;
	const struct script *script;
	const struct script_case *now;
	struct play_opts opts;
	/* alive as long as the play; as the current item; as the failures */
	struct arena arena, scratch, failing;
	struct script_vars vars;
	struct play_result result;
	struct play_failure **failure_end, *failed;	/* failed: the last failure */
	struct play_peer peer[SCRIPT_PEERS_MAX + 1];
	struct frame frame[FRAMES_MAX];
	size_t depth;

	/* settings */
	struct match_how how;
	struct session_opts base;		/* the options of new sessions */
	struct stepper stepper;			/* asked once for each item */
	struct script_item edited;		/* the current item, as it was changed there */
	bool skipped;				/* the item before was left out */
	bool early;
	/*
	 * one more than the number of vars.secrets that are starred; 0: not even those in the
	 * script's text
	 */
	unsigned masked;
	struct span tls_fail;
	const struct word_requires *requires;	/* to be checked after EHLO */
	uint64_t began_us, item_us;
	char verbs[120];				/* the verbs sent so far, for ->where */

	/* the current item */
	enum {
		PHASE_NEXT,
		PHASE_BEGIN,
		PHASE_OPENING,
		PHASE_BANNER,
		PHASE_ITEM,
		PHASE_REST,
		PHASE_PAUSE,
		PHASE_FINISH
	} phase;
	const struct script_item *item;
	struct play_peer *in_hand;
	/* of play_exchange_op; its args point to ->self */
	struct step step;
	struct play *self;
	struct step pause;
	uint64_t pause_ms;
	/* the greeting, or the rest of a step's replies */
	struct script_item reading;
	struct exchange {
		const struct script_item *item;
		size_t needed, received;
		bool failed;
	} exchange;
	/* of a step's */
	struct {
		struct reply *reply;
		enum reply_place place;
	} collected[COLLECTED_MAX];
	size_t ncollected;
	enum err_kind step_err;
	char problem[400];			/* the last problem reported, and its kind */
	enum err_kind problem_err;
	bool item_failed, running, stepped, finishing, done;
	/* rounds of /repeat and /retry since it last waited */
	size_t nfailures, spun;
	/* resumes after a turn of the loop; NULL: never needed so far */
	struct loop_timer *turn;
};

/* play.c: the walk */
void play_fail(struct play *, enum err_kind, const struct expect *, const struct reply *,
    struct place, const char *format, ...) __attribute__((format(printf, 6, 7)));
void play_skip(struct play *, struct span why);
/* Goes on until it has to wait, or until others must have their turn. */
void play_run(struct play *);
unsigned play_count_left(const struct play *);	/* items that have not begun, words apart */
bool play_is_last(const struct play *);		/* nothing follows the current item */
void play_enter(struct play *, const struct script_item *items, const struct script_item *block,
    unsigned rounds);

/* play_item.c: the sessions, and an item's begin and end */
struct play_peer *play_peer(struct play *, unsigned number);	/* created when missing */
struct play_peer *play_peer_of(struct play *);	/* the current item's peer */
/* Text of the script or a peer with secrets starred. In the scratch arena. */
struct span play_shown(struct play *, struct span);
void play_push(struct play *, struct play_peer *, const struct step *);
void play_begin_item(struct play *);
/* Asks the stepper, which may change ->item. False: the item is left out, and is no more. */
bool play_may_begin(struct play *);
void play_take_up(struct play *);		/* the current item's step has ended */

/* play_exchange.c: the replies */
extern const struct step_op play_exchange_op;
/*
 * Judges a reply by the k-th S: line of the item, or by the default; news NULL: the reply is to a
 * step. False: it failed, which is recorded.
 */
bool play_judge(struct play *, const struct script_item *, size_t k, const struct reply *,
    enum reply_place, const struct news *);

/* play_words.c */
void play_word(struct play *, const struct script_item *);
void play_check_requires(struct play *);

#endif
