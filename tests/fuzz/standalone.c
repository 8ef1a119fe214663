/*
 * Runs a fuzz target over files, for compilers without libFuzzer: each file once, and once for each
 * of its prefixes.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static unsigned
run_file(const char *path)
{
	static uint8_t octets[1 << 20];
	FILE *file = fopen(path, "rb");

	if (!file)
		return 0;
	size_t n = fread(octets, 1, sizeof octets, file);
	fclose(file);
	for (size_t cut = n > 2000 ? n : 0; cut <= n; cut++) {
		uint8_t *exact = malloc(cut ? cut : 1);
		memcpy(exact, octets, cut);
		LLVMFuzzerTestOneInput(exact, cut);
		free(exact);
	}
	return 1;
}

static unsigned
run_folder(const char *path)
{
	DIR *folder = opendir(path);
	char name[4096];
	unsigned files = 0;

	for (struct dirent *entry; folder && (entry = readdir(folder));)
		if (entry->d_name[0] != '.') {
			snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
			files += run_file(name);
		}
	if (folder)
		closedir(folder);
	return files;
}

int
main(int argc, char *argv[])
{
	unsigned files = 0;

	for (int i = 1; i < argc; i++)
		files += run_folder(argv[i]);
	printf("%u files\n", files);
	return files > 0 ? 0 : 1;
}
