/*
 * smtpsh completion bash|zsh|fish - prints the completion script of a shell, generated from the
 * tables.
 */
#include <stdio.h>

#include "ui/cmd/commands.h"
#include "ui/options/config.h"
#include "ui/options/options.h"

struct shell {
	const char *name;
	void (*print)(const struct command *const all[]);
};

static bool
is_for(const struct option *o, const struct command *c)
{
	return (o->scope & (c->scope ? c->scope : SCOPE_ALL)) &&
	    !(c->scope == 0 && o->scope != SCOPE_ALL);
}

static bool
wants_file(const struct option *o)
{
	return o->arg && strstr(o->arg, "FILE");
}

static bool
wants_host(const struct option *o)
{
	return o->arg && (strstr(o->arg, "HOST") || strstr(o->arg, "TARGET") ||
			     strstr(o->arg, "SERVER"));
}

static bool
may_be_left_out(const struct option *o)
{
	return o->arg && o->arg[0] == '[';
}

/* Returns whether the option takes a value from a list of words. */
static bool
has_choices(const struct option *o)
{
	return o->arg && o->choices;
}

static void
put_choices(const struct option *o)
{
	for (const struct choice *c = o->choices; c->word; c++)
		printf("%s%s", c == o->choices ? "" : " ", c->word);
}

static bool
is_same_name(const struct option *a, const struct option *b)
{
	return strcmp(a->name, b->name) == 0;
}

/*
 * Prints a text that is safe in single quotes in each of the three shells: without quotes and
 * without characters that are special to zsh.
 */
static void
put_quoted(const char *text)
{
	for (; *text; text++)
		if (*text == '\'')
			printf("%s", "\xE2\x80\x99");
		else if (*text == '[' || *text == ']')
			putchar(*text == '[' ? '(' : ')');
		else if (*text == ':')
			printf("%s", " -");
		else
			putchar(*text);
}

/* Options may precede the subcommand, which is the first of these words. */
static void
put_subcommands(const struct command *const all[])
{
	for (size_t i = 1; all[i]; i++)
		printf("%s%s", i > 1 ? "|" : "", all[i]->name);
}

/* ---- bash */

static void
bash_options(const struct command *c)
{
	for (size_t i = 0; c->word && c->word(i); i++)
		printf(" %s", c->word(i));
	if (c->word)
		return;
	for (const struct option *o = options; o->name; o++)
		if (is_for(o, c))
			printf(" --%s", o->name);
}

/* Returns whether an earlier row for an option of this name has that word. */
static bool
word_stands_before(const struct option *o, const char *word)
{
	for (const struct option *before = options; before < o; before++)
		for (const struct choice *c = is_same_name(before, o) ? before->choices : NULL;
		     c && c->word; c++)
			if (strcmp(c->word, word) == 0)
				return true;
	return false;
}

static bool
bash_knows(const struct option *o)
{
	bool known = false;

	for (const struct option *x = o; x->name; x++)
		known |= is_same_name(x, o) && (has_choices(x) || wants_file(x) || wants_host(x));
	return known;
}

/* A name that differs in meaning between subcommands gets the words of all its rows. */
static void
bash_values(const struct option *o)
{
	for (const struct option *before = options; before < o; before++)
		if (is_same_name(before, o))
			return;
	if (!bash_knows(o)) {
		/* any value, but neither a file nor a host */
		printf("\t--%s) return ;;\n", o->name);
		return;
	}
	printf("\t--%s) COMPREPLY=($(compgen %s%s-W '", o->name, wants_file(o) ? "-f " : "",
	    wants_host(o) ? "-A hostname " : "");
	for (const struct option *x = o; x->name; x++)
		for (const struct choice *c = is_same_name(x, o) && x->arg ? x->choices : NULL;
		     c && c->word; c++)
			if (!word_stands_before(x, c->word))
				printf("%s ", c->word);
	printf("' -- \"$cur\")); return ;;\n");
}

static void
print_bash(const struct command *const all[])
{
	printf("# smtpsh(1) completion for bash\n_smtpsh() {\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} options\n"
	       "\tif [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then "
	       "prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n\tcase $prev in\n");
	for (const struct option *o = options; o->name; o++)
		if (o->arg && (!may_be_left_out(o) || bash_knows(o)))
			bash_values(o);
	printf("\tesac\n\tlocal word subcommand=\n"
	       "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n\t\tcase $word in\n\t\t");
	put_subcommands(all);
	printf(") subcommand=$word; break ;;\n\t\tesac\n\tdone\n\tcase $subcommand in\n");
	for (size_t i = 1; all[i]; i++) {
		printf("\t%s) options='", all[i]->name);
		bash_options(all[i]);
		printf("' ;;\n");
	}
	printf("\t*) options='");
	bash_options(all[0]);
	printf("' ;;\n\tesac\n\tif [[ $cur == -* || ( $options == ' '[a-z]* && -n $subcommand ) "
	       "]]; then COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")); return; fi\n"
	       "\tCOMPREPLY=($(compgen -A hostname -f -- \"$cur\"))\n"
	       "\tif [[ -z $subcommand ]]; then COMPREPLY+=($(compgen -W 'demo:");
	for (size_t i = 1; all[i]; i++)
		printf(" %s", all[i]->name);
	printf(" '\"$(smtpsh completion names 2>/dev/null)\" -- \"$cur\")); fi\n}\n"
	       "complete -F _smtpsh smtpsh\n");
}

/* ---- zsh */

/* Prints the name that --help has for the value, without characters that are special to zsh. */
static void
zsh_value(const struct option *o)
{
	printf("%s:", may_be_left_out(o) ? ":" : "");
	for (const char *at = o->arg; *at; at++)
		if (!strchr("[]:'()=", *at))
			putchar(*at);
	putchar(':');
}

/* Prints what follows the name of an option: its description and its value. */
static void
zsh_meaning(const struct option *o)
{
	putchar('[');
	put_quoted(o->help);
	putchar(']');
	if (o->arg)
		zsh_value(o);
	if (has_choices(o)) {
		putchar('(');
		put_choices(o);
		putchar(')');
	} else if (wants_file(o)) {
		printf("_files");
	} else if (wants_host(o)) {
		printf("_hosts");
	}
	putchar('\'');
}

static void
zsh_options(const struct command *c)
{
	if (c->word) {
		printf("\t\tcompadd --");
		for (size_t i = 0; c->word(i); i++)
			printf(" %s", c->word(i));
		printf(" ;;\n");
		return;
	}
	printf("\t\t_arguments -s -S");
	for (const struct option *o = options; o->name; o++) {
		if (!is_for(o, c))
			continue;
		printf(" \\\n\t\t\t'--%s%s", o->name,
		    may_be_left_out(o) ? "=-" :
			o->arg	       ? "=" :
					 "");
		zsh_meaning(o);
		if (!o->letter)
			continue;
		printf(" \\\n\t\t\t'-%c%s", o->letter, o->arg ? "+" : "");
		zsh_meaning(o);
	}
	printf(" \\\n\t\t\t%s'*: :_files' ;;\n", c->name[0] ? "" : "'1: :_smtpsh_first' ");
}

static void
print_zsh(const struct command *const all[])
{
	printf("#compdef smtpsh\n# smtpsh(1) completion for zsh\n_smtpsh_first() {\n"
	       "\t_describe subcommand subcommands\n"
	       "\tcompadd -- ${(f)\"$(smtpsh completion names 2>/dev/null)\"}\n"
	       "\t_hosts\n}\n_smtpsh() {\n\tlocal -a "
	       "subcommands\n\tsubcommands=(\n");
	for (size_t i = 1; all[i]; i++) {
		printf("\t\t'%s:", all[i]->name);
		put_quoted(all[i]->help);
		printf("'\n");
	}
	printf("\t)\n\tlocal word subcommand=\n"
	       "\tfor word in \"${(@)words[2,CURRENT-1]}\"; do\n\t\tcase $word in\n\t\t(");
	put_subcommands(all);
	printf(") subcommand=$word; break ;;\n\t\tesac\n\tdone\n"
	       "\tcase $subcommand in\n");
	for (size_t i = 1; all[i]; i++) {
		printf("\t(%s)\n", all[i]->name);
		zsh_options(all[i]);
	}
	printf("\t(*)\n");
	zsh_options(all[0]);
	/*
	 * If zsh autoloads the file, it must complete at once; if it was sourced, it is registered.
	 */
	printf("\tesac\n}\nif [[ $funcstack[1] == _smtpsh ]]; then _smtpsh \"$@\"; else compdef "
	       "_smtpsh smtpsh; fi\n");
}

/* ---- fish */

static void
fish_option(const struct option *o, const struct command *c)
{
	if (c->name[0])
		printf("complete -c smtpsh -n '__fish_seen_subcommand_from %s'", c->name);
	else
		printf("complete -c smtpsh -n 'not __fish_seen_subcommand_from "
		       "$__smtpsh_subcommands'");
	printf(" -l %s", o->name);
	if (o->letter)
		printf(" -s %c", o->letter);
	if (o->arg && !may_be_left_out(o))
		printf(wants_file(o) ? " -r -F" : " -x");
	if (has_choices(o)) {
		printf(" -a '");
		put_choices(o);
		printf("'");
	}
	printf(" -d '");
	put_quoted(o->help);
	printf("'\n");
}

static void
print_fish(const struct command *const all[])
{
	printf("# smtpsh(1) completion for fish\nset -g __smtpsh_subcommands");
	for (size_t i = 1; all[i]; i++)
		printf(" %s", all[i]->name);
	printf("\n");
	for (size_t i = 1; all[i]; i++) {
		printf("complete -c smtpsh -n __fish_use_subcommand -a %s -d '", all[i]->name);
		put_quoted(all[i]->help);
		printf("'\n");
	}
	printf("complete -c smtpsh -n 'not __fish_seen_subcommand_from completion explain help' "
	       "-a '(command -q smtpsh; and smtpsh completion names 2>/dev/null)' "
	       "-d 'named target'\n");
	for (size_t i = 0; all[i]; i++) {
		const struct command *c = all[i];
		for (size_t n = 0; c->word && c->word(n); n++) {
			bool option = c->word(n)[0] == '-';
			printf("complete -c smtpsh -n '__fish_seen_subcommand_from %s' %s %s\n",
			    c->name, option ? "-l" : "-f -a", c->word(n) + (option ? 2 : 0));
		}
		for (const struct option *o = options; !c->word && o->name; o++)
			if (is_for(o, c))
				fish_option(o, c);
	}
}

static const struct shell shells[] = { { "bash", print_bash }, { "zsh", print_zsh },
	{ "fish", print_fish } };

static const char *
shell_name(size_t i)
{
	return i < sizeof shells / sizeof *shells ? shells[i].name : NULL;
}

/* Prints the named targets for the shells, one a line; none if the file cannot be read. */
static int
print_names(struct options *o)
{
	struct config config;
	struct err ignored;
	bool ok = config_read(&config, &o->arena, o->program, &ignored);

	for (const struct config_section *s = ok ? config.sections : NULL; s; s = s->next)
		printf("%s\n", s->name);
	return 0;
}

static int
run_completion(struct options *o, struct err *err)
{
	if (o->nargs == 1 && strcmp(o->arg[0], "names") == 0)
		return print_names(o);
	for (size_t i = 0; o->nargs == 1 && i < sizeof shells / sizeof *shells; i++)
		if (strcmp(o->arg[0], shells[i].name) == 0) {
			shells[i].print(o->program->commands);
			return fflush(stdout) == 0 ? 0 : ERR_SYSTEM;
		}
	err_set(err, ERR_USAGE, "completion: expected a shell: bash, zsh or fish");
	return ERR_USAGE;
}

const struct command command_completion = {
	.name = "completion",
	.group = FOR_PROGRAM,
	.args = "bash|zsh|fish",
	.args_max = 1,
	.help = "Print a shell completion script",
	.scope = SCOPE_COMMON,
	.run = run_completion,
	.word = shell_name,
	.example = { "completion bash" },
};
