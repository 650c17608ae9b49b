// SPDX-License-Identifier: GPL-2.0
/* A terminal as a screen, by ncurses. */
#include "terminal.h"
#include "colour.h"

#include <err.h>
#include <fcntl.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

static SCREEN *screen;			/* NULL: it is none */
static FILE *input;
static struct termios before;
static char leave[256];			/* what makes it as before */
static int messages = -1, standard_error = -1;
static bool has_colour;

static const char *const pairs[] = { RED, GREEN, YELLOW, CYAN };
static const short pair_colours[] = { COLOR_RED, COLOR_GREEN, COLOR_YELLOW, COLOR_CYAN };

/* Bytes of terminfo, or "". */
static const char *sequence(const char *name)
{
	char *text = tigetstr((char *)name);

	return text && text != (char *)-1 ? text : "";
}

static bool can_be_screen(void)
{
	const char *term = getenv("TERM");
	int error;

	if (!isatty(STDOUT_FILENO)) {
		warnx("top needs a terminal; flows prints the connections once");
		return false;
	}
	if (!term || !*term) {
		warnx("top: TERM is not set; flows prints the connections once");
		return false;
	}
	/* A terminal that prints on paper is known, too. */
	if (setupterm(NULL, STDOUT_FILENO, &error) != OK && error != 1) {
		warnx("top: TERM '%s' is not known; flows prints the connections once", term);
		return false;
	}
	if (*sequence("cup"))
		return true;
	warnx("top: the cursor of TERM '%s' cannot be moved; flows prints the connections once",
	      term);
	return false;
}

/* A message would be written across the screen, and be lost with it. */
static void keep_messages(void)
{
	if (!isatty(STDERR_FILENO))
		return;
	messages = memfd_create("messages", MFD_CLOEXEC);
	standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (messages >= 0 && standard_error >= 0)
		dup2(messages, STDERR_FILENO);
}

static void print_messages(void)
{
	char text[4096];
	ssize_t n;

	if (messages < 0 || standard_error < 0)
		return;
	dup2(standard_error, STDERR_FILENO);
	lseek(messages, 0, SEEK_SET);
	while ((n = read(messages, text, sizeof(text))) > 0) {
		if (write(STDERR_FILENO, text, n) < 0)
			break;
	}
	close(messages);
	close(standard_error);
	messages = -1;
}

static void begin_colours(void)
{
	start_color();
	use_default_colors();
	for (int i = 0; i < 4; i++)
		init_pair(i + 1, pair_colours[i], -1);
}

bool terminal_begin(bool colour)
{
	if (!can_be_screen())
		return false;
	/* Standard input may be a recording. */
	input = fopen("/dev/tty", "re");
	if (!input) {
		warn("/dev/tty");
		return false;
	}
	tcgetattr(STDOUT_FILENO, &before);
	screen = newterm(NULL, stdout, input);
	if (!screen) {
		warnx("the terminal cannot be a screen");
		return false;
	}
	atexit(terminal_end);
	keep_messages();
	snprintf(leave, sizeof(leave), "%s%s%s%s", sequence("sgr0"), sequence("rmkx"),
		 sequence("cnorm"), sequence("rmcup"));
	has_colour = colour && has_colors();
	if (has_colour)
		begin_colours();
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	set_escdelay(25);
	keypad(stdscr, true);
	nodelay(stdscr, true);
	return true;
}

void terminal_end(void)
{
	SCREEN *was = screen;

	if (!was)
		return;
	screen = NULL;
	endwin();
	delscreen(was);
	fclose(input);
	print_messages();
}

void terminal_abandon(void)
{
	if (!screen)
		return;
	if (write(STDOUT_FILENO, leave, strlen(leave)) < 0) {
		/* There is no terminal any more. */
	}
	tcsetattr(STDOUT_FILENO, TCSANOW, &before);
}

int terminal_input(void)
{
	return fileno(input);
}

int terminal_rows(void)
{
	return LINES;
}

int terminal_columns(void)
{
	return COLS;
}

int terminal_key(void)
{
	static const struct { int curses, key; } keys[] = {
		{ ERR, TERMINAL_NOTHING }, { KEY_RESIZE, TERMINAL_RESIZED }, { KEY_UP, TERMINAL_ABOVE },
		{ KEY_DOWN, TERMINAL_BELOW }, { KEY_PPAGE, TERMINAL_PAGE_ABOVE },
		{ KEY_NPAGE, TERMINAL_PAGE_BELOW }, { KEY_HOME, TERMINAL_FIRST }, { KEY_END, TERMINAL_LAST },
		{ KEY_LEFT, TERMINAL_LEFT }, { KEY_RIGHT, TERMINAL_RIGHT },
		{ KEY_BACKSPACE, TERMINAL_DELETE }, { '\b', TERMINAL_DELETE }, { 0x7f, TERMINAL_DELETE },
		{ KEY_ENTER, '\r' }, { 'U' & 0x1f, TERMINAL_CLEAR },
	};
	int key = getch();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].curses == key)
			return keys[i].key;
	}
	return key;
}

static attr_t attribute(const char *colour)
{
	if (!colour)
		return A_NORMAL;
	if (!strcmp(colour, BOLD))
		return A_BOLD;
	if (!strcmp(colour, DIM))
		return A_DIM;
	for (int i = 0; has_colour && i < 4; i++) {
		if (!strcmp(colour, pairs[i]))
			return COLOR_PAIR(i + 1);
	}
	return A_NORMAL;
}

void terminal_erase(void)
{
	erase();
}

/* The byte at which @column begins; in UTF-8 only the first byte of a character has one. */
static size_t at_column(const char *text, size_t length, int column)
{
	size_t at = 0;

	for (; at < length; at++) {
		if ((text[at] & 0xc0) != 0x80 && column-- <= 0)
			break;
	}
	return at;
}

void terminal_put(int row, int column, const char *text, size_t length, const char *colour)
{
	size_t from = at_column(text, length, -column);
	size_t end = at_column(text, length, COLS - column);

	/* ncurses would go on in the next line. */
	if (end <= from)
		return;
	attrset(attribute(colour));
	mvaddnstr(row, column > 0 ? column : 0, text + from, end - from);
	attrset(A_NORMAL);
}

void terminal_show(void)
{
	refresh();
}
