/* https - one small text by HTTPS, by libcurl. */
#include "net/https.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "net/loop.h"

struct https_get {
	struct arena arena;
	struct https_wait wait;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *resolve, *connect;
	struct buf text;
	bool too_long;
	char why[CURL_ERROR_SIZE];
	struct https_answer answer;
};

static size_t
on_text(char *at, size_t size, size_t n, void *ctx)
{
	struct https_get *g = ctx;

	g->too_long |= !buf_append(&g->text, (struct span){ at, size * n });
	return g->too_long ? 0 : size * n;
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *unused)
{
	struct https_get *g = ctx;
	unsigned want = what == CURL_POLL_IN ? LOOP_READ : what == CURL_POLL_OUT ? LOOP_WRITE :
	    what == CURL_POLL_INOUT ? LOOP_READ | LOOP_WRITE : 0;

	(void)easy, (void)unused;
	g->wait.watch(g->wait.ctx, fd, want);
	return 0;
}

static int
on_timer(CURLM *multi, long ms, void *ctx)
{
	struct https_get *g = ctx;

	(void)multi;
	g->wait.timer(g->wait.ctx, ms);
	return 0;
}

/* The addresses are known, and perhaps another port than the URL's: libcurl has nothing to look up. */
static void
set_addresses(struct https_get *g, const struct https_opts *o)
{
	char at[600];

	if (!o->addresses)
		return;
	snprintf(at, sizeof at, "%s:443:%s:%u", o->host, o->host, o->port);
	g->connect = curl_slist_append(NULL, at);
	struct span known = arena_printf(&g->arena, "%s:%u:%s", o->host, o->port, o->addresses);
	g->resolve = curl_slist_append(NULL, known.at);
	curl_easy_setopt(g->easy, CURLOPT_CONNECT_TO, g->connect);
	curl_easy_setopt(g->easy, CURLOPT_RESOLVE, g->resolve);
}

static void
set_request(struct https_get *g, const struct https_opts *o)
{
	struct span url = arena_printf(&g->arena, "https://%s%s", o->host, o->path);

	curl_easy_setopt(g->easy, CURLOPT_URL, url.at);
	curl_easy_setopt(g->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(g->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(g->easy, CURLOPT_PROXY, o->proxy ? o->proxy : "");	/* the environment's is for browsers */
	curl_easy_setopt(g->easy, CURLOPT_USERAGENT, "smtpsh");
	curl_easy_setopt(g->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(g->easy, CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
	curl_easy_setopt(g->easy, CURLOPT_ERRORBUFFER, g->why);
	curl_easy_setopt(g->easy, CURLOPT_WRITEFUNCTION, on_text);
	curl_easy_setopt(g->easy, CURLOPT_WRITEDATA, g);
	curl_easy_setopt(g->easy, CURLOPT_CAINFO, o->ca_file);		/* also NULL: its own default may not be there */
	curl_easy_setopt(g->easy, CURLOPT_CAPATH, o->ca_folder);
	set_addresses(g, o);
}

static void
get_free(struct https_get *g)
{
	static const struct https_wait deaf = { NULL, NULL, NULL };

	if (!g)
		return;
	if (g->multi) {
		curl_multi_setopt(g->multi, CURLMOPT_SOCKETFUNCTION, NULL);
		curl_multi_setopt(g->multi, CURLMOPT_TIMERFUNCTION, NULL);
	}
	g->wait = deaf;
	if (g->multi && g->easy)
		curl_multi_remove_handle(g->multi, g->easy);
	curl_easy_cleanup(g->easy);
	curl_multi_cleanup(g->multi);
	curl_slist_free_all(g->resolve);
	curl_slist_free_all(g->connect);
	buf_release(&g->text);
	arena_release(&g->arena);
	free(g);
}

static struct https_get *
start(const struct https_opts *o, const struct https_wait *wait, struct err *err)
{
	struct https_get *g = memory_zeroed(sizeof *g);

	g->wait = *wait;
	buf_init(&g->text, HTTPS_TEXT_MAX);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	g->multi = curl_multi_init();
	g->easy = curl_easy_init();
	if (!g->multi || !g->easy) {
		get_free(g);
		err_set(err, ERR_SYSTEM, "libcurl cannot begin");
		return NULL;
	}
	set_request(g, o);
	curl_multi_setopt(g->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(g->multi, CURLMOPT_SOCKETDATA, g);
	curl_multi_setopt(g->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(g->multi, CURLMOPT_TIMERDATA, g);
	curl_multi_add_handle(g->multi, g->easy);
	return g;
}

static struct span
failure(struct https_get *g, CURLcode code)
{
	if (g->too_long)
		return arena_printf(&g->arena, "it is longer than %d octets", HTTPS_TEXT_MAX);
	return arena_copy(&g->arena, span_of(g->why[0] ? g->why : curl_easy_strerror(code)));
}

static const struct https_answer *
ready(struct https_get *g, int fd, unsigned what)
{
	int mask = (what & LOOP_READ ? CURL_CSELECT_IN : 0) | (what & LOOP_WRITE ? CURL_CSELECT_OUT : 0);
	int running, left;
	char *type = NULL;

	curl_multi_socket_action(g->multi, fd < 0 ? CURL_SOCKET_TIMEOUT : fd, mask, &running);
	for (CURLMsg *m; (m = curl_multi_info_read(g->multi, &left));) {
		if (m->msg != CURLMSG_DONE)
			continue;
		if (m->data.result != CURLE_OK)
			g->answer.why = failure(g, m->data.result), g->answer.untrusted = m->data.result == CURLE_PEER_FAILED_VERIFICATION;
		curl_easy_getinfo(g->easy, CURLINFO_RESPONSE_CODE, &g->answer.status);
		curl_easy_getinfo(g->easy, CURLINFO_CONTENT_TYPE, &type);
		g->answer.type = arena_copy(&g->arena, span_of(type));
		g->answer.text = buf_span(&g->text);
		return &g->answer;
	}
	return NULL;
}

const struct https module_https = { start, ready, get_free };
