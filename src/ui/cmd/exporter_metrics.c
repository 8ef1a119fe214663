/* exporter - its own metrics: probes by module, and the process. */
#include "ui/cmd/exporter_metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/descriptors.h"

static void
put(struct buf *b, const char *name, const char *kind, const char *help, double value)
{
	buf_printf(
	    b, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help, name, kind, name, value);
}

void
metrics_probes(struct buf *b, const struct probe_module *first, unsigned in_flight)
{
	buf_printf(b,
	    "# HELP smtpsh_probes_total Probes that ended\n# TYPE smtpsh_probes_total counter\n");
	for (const struct probe_module *m = first; m; m = m->next)
		for (int ok = 0; ok < 2; ok++)
			buf_printf(b, "smtpsh_probes_total{module=\"%s\",result=\"%s\"} %llu\n",
			    m->name, ok ? "success" : "failure", m->done[ok]);
	put(b, "smtpsh_probes_in_flight", "gauge", "Probes at work", in_flight);
}

static void
put_memory(struct buf *b)
{
	FILE *in = fopen("/proc/self/statm", "re");
	unsigned long all, resident;
	double page = (double)sysconf(_SC_PAGESIZE);

	if (!in)
		return;
	if (fscanf(in, "%lu %lu", &all, &resident) == 2) {
		put(b, "process_virtual_memory_bytes", "gauge", "Virtual memory",
		    (double)all * page);
		put(b, "process_resident_memory_bytes", "gauge", "Resident memory",
		    (double)resident * page);
	}
	fclose(in);
}

static void
put_descriptors(struct buf *b)
{
	DIR *in = opendir("/proc/self/fd");
	const struct dirent *entry;
	unsigned long long limit = descriptors_max();
	unsigned n = 0;

	while (in && (entry = readdir(in)))
		n += entry->d_name[0] != '.';
	if (in) {
		closedir(in);
		/* without the one that looked */
		put(b, "process_open_fds", "gauge", "Open descriptors", n - 1);
	}
	if (limit > 0)
		put(b, "process_max_fds", "gauge", "How many descriptors may be open",
		    (double)limit);
}

void
metrics_process(struct buf *b, double started)
{
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used) == 0)
		put(b, "process_cpu_seconds_total", "counter",
		    "Processor time, of the user and the system",
		    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
			(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
	put(b, "process_start_time_seconds", "gauge", "When it started, as a Unix time", started);
	put_memory(b);
	put_descriptors(b);
}
