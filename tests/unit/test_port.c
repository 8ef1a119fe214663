/* What systems lack: built twice, with their own functions and with those made of what POSIX has.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/port.h"

static void
check_fd(int fd, bool nonblocking)
{
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0, nonblocking);
	close(fd);
}

static void
test_descriptors(void **state)
{
	int two[2];

	(void)state;
	for (int nonblocking = 0; nonblocking < 2; nonblocking++) {
		check_fd(port_socket(AF_UNIX, SOCK_STREAM, 0, nonblocking), nonblocking);
		assert_int_equal(port_pair(two, nonblocking), 0);
		check_fd(two[0], nonblocking);
		check_fd(two[1], nonblocking);
	}
	assert_int_equal(port_pipe(two), 0);
	check_fd(two[0], false);
	check_fd(two[1], false);
	assert_int_equal(port_socket(-1, SOCK_STREAM, 0, true), -1);
	assert_int_equal(errno, EAFNOSUPPORT);
}

static void
test_accept(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX }; /* the system chooses a name */
	socklen_t len = sizeof at;
	int listener = port_socket(AF_UNIX, SOCK_STREAM, 0, true);

	(void)state;
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at.sun_family), 0);
	assert_int_equal(listen(listener, 2), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &len), 0);
	assert_int_equal(port_accept(listener, true), -1);
	assert_int_equal(errno, EAGAIN);
	for (int nonblocking = 0; nonblocking < 2; nonblocking++) {
		int client = port_socket(AF_UNIX, SOCK_STREAM, 0, false);
		assert_int_equal(connect(client, (struct sockaddr *)&at, len), 0);
		check_fd(port_accept(listener, nonblocking), nonblocking);
		close(client);
	}
	close(listener);
}

static void
test_octets(void **state)
{
	static const unsigned char none[256];
	unsigned char octets[256] = { 0 };

	(void)state;
	assert_true(port_random(octets, sizeof octets));
	assert_memory_not_equal(octets, none, sizeof octets);
	assert_memory_not_equal(octets + 240, none, 16);
	const char *text = "a\200b\200c";
	assert_ptr_equal(port_last(text, 0x80, 5), text + 3);
	assert_ptr_equal(port_last(text, 'a', 5), text);
	assert_null(port_last(text, 'c', 4));
	assert_null(port_last(text, 'a', 0));
	octets[254] = octets[255] = 9;
	port_wipe(octets, 255);
	assert_memory_equal(octets, none, 255);
	assert_int_equal(octets[255], 9);
}

/* What is pending is never missed. */
static void
test_pending(void **state)
{
	FILE *file = tmpfile();

	(void)state;
	assert_int_equal(fputc('x', file), 'x');
	assert_true(port_is_pending(file));
	fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_pending),
	};

	return cmocka_run_group_tests_name("port", tests, NULL, NULL);
}
