/* dialogue - the state of a dialogue. */
#include "smtp/dialogue.h"

static void
forget_transaction(struct dialogue *d)
{
	d->mail = false;
	d->rcpts = d->rcpts_sent = 0;
}

void
dialogue_forget(struct dialogue *d, enum dialogue_part part)
{
	d->rcpts = d->rcpts_sent = 0;
	if (part >= DIALOGUE_MAIL)
		d->mail = false;
	if (part >= DIALOGUE_HELLO)
		d->hello = VERB_OTHER;
}

void
dialogue_received(struct dialogue *d, enum verb verb, unsigned code)
{
	bool good = code / 100 == 2;

	if (d->mode == MODE_ANSWER && code != 334)
		d->mode = MODE_COMMAND;
	switch (verb) {
	case VERB_HELO: case VERB_EHLO: case VERB_LHLO:
		if (good) {
			d->hello = verb;
			forget_transaction(d);
		}
		break;
	case VERB_MAIL:
		d->mails++;
		if (good) {
			d->mail = true;
			d->rcpts = d->rcpts_sent = 0;
		}
		break;
	case VERB_RCPT:
		d->rcpts += good;
		d->rcpts_sent++;
		break;
	case VERB_DATA:
		if (code == 354)
			d->mode = MODE_MESSAGE;
		break;
	case VERB_RSET:
		if (good)
			forget_transaction(d);
		break;
	case VERB_AUTH:
		if (code == 334)
			d->mode = MODE_ANSWER;
		d->authenticated |= code == 235;
		break;
	default:
		break;
	}
}

void
dialogue_message_over(struct dialogue *d)
{
	d->mode = MODE_COMMAND;
	forget_transaction(d);
}

void
dialogue_tls(struct dialogue *d)
{
	*d = (struct dialogue){ .tls = true, .greeted = d->greeted };
}

bool
dialogue_allows(const struct dialogue *d, enum verb verb)
{
	switch (verb) {
	case VERB_MAIL:
		return d->hello != VERB_OTHER && !d->mail;
	case VERB_RCPT:
		return d->mail;
	case VERB_DATA: case VERB_BDAT: case VERB_BURL:
		return d->rcpts > 0;
	case VERB_STARTTLS:
		return d->hello != VERB_OTHER && !d->tls && !d->mail;
	case VERB_AUTH:
		return d->hello != VERB_OTHER && !d->authenticated && !d->mail;
	default:
		return true;
	}
}
