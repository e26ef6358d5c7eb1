// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * ncurses, in a thread of its own: a terminal can be slow, or be stopped by Ctrl-S, and packets do
 * not wait for it. The thread alone calls the library while the screen is open; pages are handed to
 * it, of which the last one counts, and keys come from it through a pipe. Of the signals that
 * ncurses handles the thread gets those that are about the terminal; what was set for them is put
 * back.
 */
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/kernel/privilege.h"
#include "capture/view/grid.h"
#include "capture/view/screen.h"
#include "capture/view/view.h"

enum { COLOUR_CURVE = 1, COLOUR_ALARM = 2, PATIENCE_SEC = 1 };

static const int touched[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };

struct screen {
	SCREEN *terminal;
	FILE *keys;		/* NULL: stdin */
	bool has_colour;
	int stderr_fd, kept_fd;	/* the real one, and what takes its place; -1: it is left alone */
	off_t said;		/* as far as was told of */
	struct sigaction before[array_size(touched)];
	sigset_t mask;		/* of the main thread, before */
	struct termios modes;	/* and of the terminal */

	pthread_t thread;
	bool running;
	int wake_fd, pressed[2];	/* -1: none */
	pthread_mutex_t lock;
	struct grid next, drawn;	/* the first is under the lock */
	bool has_next, stop;		/* both, too */
};

/* ---- stderr ---- */

void screen_keep_stderr(struct screen *s)
{
	if (s->kept_fd >= 0 || !isatty(STDERR_FILENO))
		return;
	s->kept_fd = memfd_create("stderr", MFD_CLOEXEC);
	s->stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (s->kept_fd >= 0 && s->stderr_fd >= 0)
		dup2(s->kept_fd, STDERR_FILENO);
}

static void give_stderr_back(struct screen *s)
{
	char buf[4096];
	ssize_t n, ignored is_unused;
	off_t at = 0;

	if (s->kept_fd < 0 || s->stderr_fd < 0)
		return;
	dup2(s->stderr_fd, STDERR_FILENO);
	while ((n = pread(s->kept_fd, buf, sizeof(buf), at)) > 0) {
		ignored = write(STDERR_FILENO, buf, n);
		at += n;
	}
}

bool screen_said(struct screen *s, char *line, size_t cap)
{
	char buf[4096], *begin;
	ssize_t n = s->kept_fd < 0 ? -1 : pread(s->kept_fd, buf, sizeof(buf) - 1, s->said);

	if (n <= 0)
		return false;
	s->said += n;
	buf[n] = '\0';
	if (buf[n - 1] == '\n')
		buf[n - 1] = '\0';
	begin = strrchr(buf, '\n');
	snprintf(line, cap, "%s", begin ? begin + 1 : buf);
	return true;
}

/* ---- in the thread ---- */

static attr_t look_of(const struct screen *s, unsigned style)
{
	switch (style) {
	case GRID_BAR:
		return A_REVERSE;
	case GRID_HEAD:
		return A_BOLD;
	case GRID_DIM:
		return s->has_colour ? A_DIM : A_NORMAL;
	case GRID_CURVE:
		return s->has_colour ? COLOR_PAIR(COLOUR_CURVE) : A_NORMAL;
	case GRID_ALARM:
		return s->has_colour ? COLOR_PAIR(COLOUR_ALARM) | A_BOLD : A_BOLD;
	}
	return A_NORMAL;
}

static bool take_page(struct screen *s, bool *stop)
{
	bool got;

	pthread_mutex_lock(&s->lock);
	got = s->has_next;
	*stop = s->stop;
	if (got)
		s->drawn = s->next;
	s->has_next = false;
	pthread_mutex_unlock(&s->lock);
	return got;
}

static void draw(struct screen *s)
{
	const struct grid *g = &s->drawn;

	if (is_term_resized(g->rows, g->cols))
		resizeterm(g->rows, g->cols);
	for (unsigned row = 0; row < g->rows; row++)
		for (unsigned col = 0; col < g->cols; col++)
			mvaddch(row, col,
				(unsigned char)g->text[row][col] | look_of(s, g->style[row][col]));
	refresh();
}

static void hand_on_keys(struct screen *s)
{
	ssize_t ignored is_unused;
	int key;

	while ((key = getch()) != ERR) {
		if (key == KEY_BACKSPACE || key == '\b')
			key = VIEW_DELETE;
		else if (key == KEY_ENTER)
			key = VIEW_ENTER;
		ignored = write(s->pressed[1], &key, sizeof(key));
	}
}

static int keys_fd(const struct screen *s)
{
	return s->keys ? fileno(s->keys) : STDIN_FILENO;
}

static void *serve(void *screen)
{
	struct screen *s = screen;
	struct pollfd fds[] = { { .fd = s->wake_fd, .events = POLLIN },
				{ .fd = keys_fd(s), .events = POLLIN } };
	ssize_t ignored is_unused;
	bool stop = false;
	int none = -1;	/* no key, for which somebody looks whether there will be any */
	uint64_t n;

	while (!stop) {
		wait_ready(fds, array_size(fds), -1);
		if (fds[0].revents)
			ignored = read(s->wake_fd, &n, sizeof(n));
		if (take_page(s, &stop) && !stop)
			draw(s);
		if (fds[1].revents)
			hand_on_keys(s);
		if (fds[1].revents & (POLLHUP | POLLERR | POLLNVAL)) {
			fds[1].fd = -1;
			ignored = write(s->pressed[1], &none, sizeof(none));
		}
	}
	return NULL;
}

/* ---- from outside ---- */

static void set_up(struct screen *s)
{
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	nodelay(stdscr, true);
	keypad(stdscr, true);
	set_escdelay(50);
	if (!has_colors() || (getenv("NO_COLOR") && *getenv("NO_COLOR")) || start_color() == ERR)
		return;
	use_default_colors();
	init_pair(COLOUR_CURVE, COLOR_CYAN, -1);
	init_pair(COLOUR_ALARM, COLOR_RED, -1);
	s->has_colour = true;
}

/*
 * A file of terminfo is for the program to parse, so where it has rights of its own it is that of
 * the system. ncurses 6.4 looks whether the user IDs differ, which they do not where capabilities
 * come from the file of the program. Returns what show_home() puts back, for what is started; no
 * thread reads the environment meanwhile.
 */
static char *hide_terminals(void)
{
	static const char *const paths[] = { "TERMINFO", "TERMINFO_DIRS", "TERMCAP", "TERMPATH" };
	char *home = getenv("HOME");

	if (!privilege_is_lent())
		return NULL;
	for (size_t i = 0; i < array_size(paths); i++)
		unsetenv(paths[i]);
	home = home ? strdup(home) : NULL;
	unsetenv("HOME");
	return home;
}

static void show_home(char *home)
{
	if (home)
		setenv("HOME", home, 1);
	free(home);
}

static bool is_known(void)
{
	char *home = hide_terminals();
	int found;
	/* newterm() of one that is not known leaves memory behind */
	bool known = setupterm(NULL, STDOUT_FILENO, &found) == OK && !del_curterm(cur_term);

	show_home(home);
	return known;
}

static bool no_page(char *why, size_t cap)
{
	const char *term = getenv("TERM");

	snprintf(why, cap, "TERM is '%s', and on such a terminal no page can be drawn",
		 term ? term : "");
	return false;
}

static bool find_terminal(struct screen *s, char *why, size_t cap)
{
	if (!isatty(STDIN_FILENO))
		s->keys = fopen("/dev/tty", "re");
	if (!isatty(STDOUT_FILENO) || (!s->keys && !isatty(STDIN_FILENO))) {
		snprintf(why, cap, "stdout is no terminal, or there are no keys to press");
		return false;
	}
	return is_known() || no_page(why, cap);
}

static bool take_terminal(struct screen *s, char *why, size_t cap)
{
	char *home = hide_terminals();

	tcgetattr(STDOUT_FILENO, &s->modes);
	for (size_t i = 0; i < array_size(touched); i++)
		sigaction(touched[i], NULL, &s->before[i]);
	s->terminal = newterm(NULL, stdout, s->keys ? s->keys : stdin);
	show_home(home);
	return s->terminal || no_page(why, cap);
}

/* It inherits the mask of the main thread, in which the signals of the terminal are let through. */
static bool start(struct screen *s)
{
	sigset_t ours;

	s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->wake_fd < 0 || pipe2(s->pressed, O_CLOEXEC | O_NONBLOCK))
		return false;
	errno = pthread_create(&s->thread, NULL, serve, s);
	if (errno)
		return false;
	s->running = true;
	sigemptyset(&ours);
	sigaddset(&ours, SIGTSTP);
	sigaddset(&ours, SIGWINCH);
	pthread_sigmask(SIG_BLOCK, &ours, &s->mask);
	return true;
}

bool screen_open(struct screen **screen, char *why, size_t cap)
{
	struct screen *s = calloc(1, sizeof(*s));

	*screen = s;
	if (!s) {
		snprintf(why, cap, "out of memory");
		return false;
	}
	s->stderr_fd = s->kept_fd = s->wake_fd = s->pressed[0] = s->pressed[1] = -1;
	pthread_mutex_init(&s->lock, NULL);
	return find_terminal(s, why, cap);
}

bool screen_begin(struct screen *s, char *why, size_t cap)
{
	if (!take_terminal(s, why, cap))
		return false;
	set_up(s);
	screen_keep_stderr(s);
	if (start(s))
		return true;
	snprintf(why, cap, "no thread for it can be started: %s", strerror(errno));
	return false;
}

int screen_fd(const struct screen *s)
{
	return s->pressed[0];
}

void screen_size(struct screen *s is_unused, unsigned *rows, unsigned *cols)
{
	struct winsize w = { .ws_row = 0 };

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &w);
	*rows = w.ws_row ? w.ws_row : 24;
	*cols = w.ws_col ? w.ws_col : 80;
}

static void wake(struct screen *s)
{
	uint64_t one = 1;
	ssize_t ignored is_unused = write(s->wake_fd, &one, sizeof(one));
}

void screen_draw(struct screen *s, const struct grid *g)
{
	pthread_mutex_lock(&s->lock);
	s->next = *g;
	s->has_next = true;
	pthread_mutex_unlock(&s->lock);
	wake(s);
}

int screen_key(struct screen *s)
{
	int key;

	return read(s->pressed[0], &key, sizeof(key)) == sizeof(key) ? key : -1;
}

bool screen_has_gone(const struct screen *s)
{
	struct pollfd p = { .fd = keys_fd(s) };

	return wait_ready(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR | POLLNVAL);
}

/*
 * False: the terminal takes nothing, and the thread that writes to it lives on until the process
 * ends.
 */
static bool stop(struct screen *s)
{
	struct timespec until;
	bool ended;

	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_mutex_unlock(&s->lock);
	wake(s);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_SEC;
	ended = !pthread_timedjoin_np(s->thread, NULL, &until);
	pthread_sigmask(SIG_SETMASK, &s->mask, NULL);
	return ended;
}

static void close_terminal(struct screen *s, bool takes_something)
{
	if (takes_something) {
		endwin();
		delscreen(s->terminal);
	} else {
		tcsetattr(STDOUT_FILENO, TCSANOW, &s->modes);
	}
	for (size_t i = 0; i < array_size(touched); i++)
		sigaction(touched[i], &s->before[i], NULL);
}

static void close_fds(const struct screen *s)
{
	const int fds[] = { s->kept_fd, s->stderr_fd, s->wake_fd, s->pressed[0], s->pressed[1] };

	for (size_t i = 0; i < array_size(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

struct screen *screen_close(struct screen *s)
{
	bool ended;

	if (!s)
		return NULL;
	ended = !s->running || stop(s);
	if (s->terminal)
		close_terminal(s, ended);
	give_stderr_back(s);
	if (!ended)
		return NULL;
	if (s->keys)
		fclose(s->keys);
	close_fds(s);
	pthread_mutex_destroy(&s->lock);
	free(s);
	return NULL;
}
