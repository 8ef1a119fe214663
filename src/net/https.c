/* https - fetches one small text by HTTPS with libcurl. */
#include "net/https.h"

#include <curl/curl.h>
#include <netdb.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/port.h"
#include "net/loop.h"

struct https_get {
	struct arena arena;
	struct https_wait wait;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *resolve, *connect;
	struct buf text;
	bool too_long, strayed;
	const struct addr *to;
	size_t nto;
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

static bool
is_same(const struct addr *a, const struct sockaddr *b)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)b;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)b;

	if (a->any.sa_family != b->sa_family)
		return false;
	if (b->sa_family == AF_INET)
		return a->in4.sin_port == four->sin_port &&
		    a->in4.sin_addr.s_addr == four->sin_addr.s_addr;
	return b->sa_family == AF_INET6 && a->in6.sin6_port == six->sin6_port &&
	    memcmp(&a->in6.sin6_addr, &six->sin6_addr, sizeof six->sin6_addr) == 0;
}

/* Refuses all addresses but the given ones, however libcurl came to use them. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct https_get *g = ctx;

	(void)purpose;
	for (size_t i = 0; i < g->nto; i++)
		if (is_same(&g->to[i], &to->addr))
			return port_socket(to->family, to->socktype, to->protocol, false);
	g->strayed = true;
	return CURL_SOCKET_BAD;
}

/* Gives libcurl the addresses and the port, so that it looks up nothing. */
static void
set_addresses(struct https_get *g, const struct https_opts *o)
{
	struct addr *to = ARENA_ARRAY(&g->arena, struct addr, o->nto);
	char host[INET6_ADDRSTRLEN], port[8];
	struct span all = SPAN_NONE;

	memcpy(to, o->to, o->nto * sizeof *to);
	g->to = to;
	g->nto = o->nto;
	curl_easy_setopt(g->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(g->easy, CURLOPT_OPENSOCKETDATA, g);
	if (o->proxy)
		return;
	for (size_t i = 0; i < o->nto; i++)
		if (getnameinfo(&to[i].any, to[i].len, host, sizeof host, port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV) == 0)
			all = arena_printf(
			    &g->arena, "%.*s%s%s", SPAN_ARG(all), all.len ? "," : "", host);
	g->connect = curl_slist_append(
	    NULL, arena_printf(&g->arena, "%s:443:%s:%s", o->host, o->host, port).at);
	g->resolve = curl_slist_append(
	    NULL, arena_printf(&g->arena, "%s:%s:%.*s", o->host, port, SPAN_ARG(all)).at);
	curl_easy_setopt(g->easy, CURLOPT_CONNECT_TO, g->connect);
	curl_easy_setopt(g->easy, CURLOPT_RESOLVE, g->resolve);
}

static void
set_request(struct https_get *g, const struct https_opts *o)
{
	struct span url = arena_printf(&g->arena, "https://%s%s", o->host, o->path);

#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(g->easy, CURLOPT_PROTOCOLS_STR, "https");
#else
	curl_easy_setopt(g->easy, CURLOPT_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
	curl_easy_setopt(g->easy, CURLOPT_FOLLOWLOCATION, 0L);		/* RFC 8461 3.3 */
	curl_easy_setopt(g->easy, CURLOPT_URL, url.at);
	curl_easy_setopt(g->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(g->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* "": ignore https_proxy of the environment, which is meant for browsers */
	curl_easy_setopt(g->easy, CURLOPT_PROXY, o->proxy ? o->proxy : "");
	curl_easy_setopt(g->easy, CURLOPT_USERAGENT, "smtpsh");
	curl_easy_setopt(g->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(g->easy, CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
	curl_easy_setopt(g->easy, CURLOPT_ERRORBUFFER, g->why);
	curl_easy_setopt(g->easy, CURLOPT_WRITEFUNCTION, on_text);
	curl_easy_setopt(g->easy, CURLOPT_WRITEDATA, g);
	/* set even if NULL: libcurl's compiled-in default may not exist here */
	curl_easy_setopt(g->easy, CURLOPT_CAINFO, o->ca_file);
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
		err_set(err, ERR_SYSTEM, "libcurl cannot be started");
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
	if (g->strayed)
		return SPAN("it would be fetched from an address that is not the host's");
	if (g->too_long)
		return arena_printf(&g->arena, "it is longer than %d octets", HTTPS_TEXT_MAX);
	return arena_copy(&g->arena, span_of(g->why[0] ? g->why : curl_easy_strerror(code)));
}

static const struct https_answer *
ready(struct https_get *g, int fd, unsigned what)
{
	int mask = (what & LOOP_READ ? CURL_CSELECT_IN : 0) |
	    (what & LOOP_WRITE ? CURL_CSELECT_OUT : 0);
	int running, left;
	char *type = NULL, *location = NULL;

	curl_multi_socket_action(g->multi, fd < 0 ? CURL_SOCKET_TIMEOUT : fd, mask, &running);
	for (CURLMsg *m; (m = curl_multi_info_read(g->multi, &left));) {
		if (m->msg != CURLMSG_DONE)
			continue;
		if (m->data.result != CURLE_OK)
			g->answer.why = failure(g, m->data.result),
			g->answer.untrusted = m->data.result == CURLE_PEER_FAILED_VERIFICATION;
		curl_easy_getinfo(g->easy, CURLINFO_RESPONSE_CODE, &g->answer.status);
		curl_easy_getinfo(g->easy, CURLINFO_CONTENT_TYPE, &type);
		g->answer.type = arena_copy(&g->arena, span_of(type));
		curl_easy_getinfo(g->easy, CURLINFO_REDIRECT_URL, &location);
		g->answer.location = arena_copy(&g->arena, span_of(location));
		g->answer.text = buf_span(&g->text);
		return &g->answer;
	}
	return NULL;
}

const struct https module_https = { start, ready, get_free };
