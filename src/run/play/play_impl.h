/*
 * The state of a play, for run/play/play*.c only. Together they are one state machine: play.c walks
 * the items, play_item.c begins and ends each item, play_exchange.c sends and judges, and
 * play_words.c does what is not a step. An event that ends an item returns to the walk.
 */
#ifndef RUN_PLAY_PLAY_IMPL_H
#define RUN_PLAY_PLAY_IMPL_H

#include "run/play/play.h"
#include "run/script/words.h"
#include "run/session/session.h"

enum { FRAMES_MAX = SCRIPT_DEPTH_MAX + 2, COLLECTED_MAX = 64 };

struct frame {
	const struct script_item *next;		/* the item to continue with */
	/* the /repeat or /retry; NULL: the items of the case or of an /if */
	const struct script_item *block;
	unsigned left;				/* rounds left */
	/* /retry: which variables were set before its first round */
	bool set[NAMES_MAX];
};

struct play_peer {
	struct play *play;
	struct session *session;
	struct session_opts opts;
	bool opened, closed, banner_read, quit_sent;
	/*
	 * the code that DATA or AUTH was answered with instead of 354 or 334; 1: unknown; 0: none
	 */
	unsigned not_354, not_334;
	enum closed_by closed_by;
	/* address and TLS version of the last connection */
	struct addr addr;
	char tls[16];
	uint64_t last_took_us;
	/*
	 * As received, secrets included: what a script compares must not depend on what is starred,
	 * since a script could then find out which guess at a secret is right. came: NULL before
	 * the first reply; offers: NULL before the first EHLO, and again after TLS is negotiated.
	 * Each lives in its arena.
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
	/* allocations for the whole play; for the current item; for the failures */
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
	struct stepper stepper;			/* asked before each item */
	struct script_item edited;		/* the current item as the stepper changed it */
	bool skipped;				/* the last item was skipped */
	bool early;
	/*
	 * 1 + the value of vars.secrets up to which values are starred; 0: nothing is starred yet,
	 * not even the secrets in the script's text
	 */
	unsigned masked;
	struct span tls_fail;
	const struct word_requires *requires;	/* checked after EHLO */
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
	/* the step that runs play_exchange_op; its args point to ->self */
	struct step step;
	struct play *self;
	struct step pause;
	uint64_t pause_ms;
	/* a made-up item that reads the greeting, or the rest of a step's replies */
	struct script_item reading;
	struct exchange {
		const struct script_item *item;
		size_t needed, received;
		bool failed;
	} exchange;
	/* replies received during the current step */
	struct {
		struct reply *reply;
		enum reply_place place;
	} collected[COLLECTED_MAX];
	size_t ncollected;
	enum err_kind step_err;
	char problem[400];			/* the last problem reported; its kind */
	enum err_kind problem_err;
	bool item_failed, running, stepped, finishing, done;
	/* spun: rounds of /repeat and /retry since the play last waited */
	size_t nfailures, spun;
	/* resumes the play on the next turn of the loop; NULL: not needed so far */
	struct loop_timer *turn;
};

/* play.c: the walk */
void play_fail(struct play *, enum err_kind, const struct expect *, const struct reply *,
    struct place, const char *format, ...) __attribute__((format(printf, 6, 7)));
void play_skip(struct play *, struct span why);
/* Plays on until it has to wait, or until others must get their turn. */
void play_run(struct play *);
unsigned play_count_left(const struct play *);	/* items not begun, not counting words */
bool play_is_last(const struct play *);		/* nothing follows the current item */
void play_enter(struct play *, const struct script_item *items, const struct script_item *block,
    unsigned rounds);

/* play_item.c: the sessions, and an item's begin and end */
struct play_peer *play_peer(struct play *, unsigned number);	/* created if missing */
struct play_peer *play_peer_of(struct play *);	/* the current item's peer */
/* Returns text of the script or of a peer with secrets starred. In the scratch arena. */
struct span play_shown(struct play *, struct span);
void play_push(struct play *, struct play_peer *, const struct step *);
void play_begin_item(struct play *);
/*
 * Asks the stepper, which may change ->item. Returns false when the item is skipped; ->item is then
 * NULL.
 */
bool play_may_begin(struct play *);
void play_take_up(struct play *);		/* continues after the current step has ended */

/* play_exchange.c: the replies */
extern const struct step_op play_exchange_op;
/*
 * Judges a reply by the item's S: line k (from 0), or by the default when there is none. news: of
 * the reply; NULL when it was collected during a step. Returns false and records the failure.
 */
bool play_judge(struct play *, const struct script_item *, size_t k, const struct reply *,
    enum reply_place, const struct news *);

/* play_words.c */
void play_word(struct play *, const struct script_item *);
void play_check_requires(struct play *);

#endif
