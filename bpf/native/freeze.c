/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stops every thread of the target and lets them go again: ptrace(2), PTRACE_SEIZE.
 *
 * A seized thread stops without a signal, and the kernel resumes it when its tracer dies; so does the end of the
 * snapshot's thread for threads that never stopped.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture.h"

#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif
#ifndef PTRACE_GETSIGMASK
#define PTRACE_GETSIGMASK 0x420a
#endif

static uint32_t fail(struct se_capture *capture, uint32_t outcome, int error)
{
	capture->result->error_number = error;
	return outcome;
}

/* The number after `name` in a status file of /proc; the last one of a list. -1 when absent. */
static long status_field(const char *path, const char *name)
{
	char line[512], *text;
	long value = -1;
	FILE *file = fopen(path, "re");

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, name, strlen(name)))
			continue;
		text = line + strlen(name);
		while (*text) {
			if (isdigit((unsigned char)*text))
				value = strtol(text, &text, 10);
			else
				text++;
		}
		break;
	}
	fclose(file);
	return value;
}

static char thread_state(pid_t pid, pid_t tid)
{
	char path[64], text[512], *end;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 'X';
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[length > 0 ? length : 0] = 0;
	end = strrchr(text, ')'); /* the command in parentheses may hold anything */
	return end && end[1] == ' ' ? end[2] : 'X';
}

static uint32_t refused(struct se_capture *capture, pid_t tid, int error)
{
	char path[80];
	long tracer;

	if (error == EPERM && strchr("ZX", thread_state(capture->request->pid, tid)))
		return SE_OUTCOME_DONE; /* has exited: no thread to stop */
	/* Of this thread: the process's own status tells of its leader, which may be ours by now. */
	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", capture->request->pid, tid);
	tracer = status_field(path, "TracerPid:");
	if (tracer > 0)
		return fail(capture, SE_OUTCOME_ALREADY_TRACED, (int)tracer);
	return fail(capture, SE_OUTCOME_NOT_PERMITTED, error);
}

static bool known(const struct se_capture *capture, pid_t tid)
{
	for (uint32_t i = 0; i < capture->thread_count; i++)
		if (capture->threads[i].tid == tid)
			return true;
	return false;
}

static struct se_thread *add_thread(struct se_capture *capture, pid_t tid)
{
	if (capture->thread_count == capture->thread_capacity) {
		uint32_t capacity = capture->thread_capacity ? capture->thread_capacity * 2 : 256;
		struct se_thread *threads = realloc(capture->threads, capacity * sizeof(*threads));

		if (!threads || capacity > 2 * SE_THREADS_MAX)
			return NULL;
		capture->threads = threads;
		capture->thread_capacity = capacity;
	}
	capture->threads[capture->thread_count] = (struct se_thread){ .tid = tid, .target_tid = tid };
	return &capture->threads[capture->thread_count++];
}

/* Seizes every thread that the kernel lists and we do not hold yet. *added tells how many. */
static uint32_t seize_new(struct se_capture *capture, uint32_t *added)
{
	char path[64];
	struct dirent *entry;
	uint32_t outcome = SE_OUTCOME_DONE;
	DIR *tasks;

	*added = 0;
	snprintf(path, sizeof(path), "/proc/%d/task", capture->request->pid);
	tasks = opendir(path);
	if (!tasks)
		return fail(capture, capture->thread_count ? SE_OUTCOME_GONE : SE_OUTCOME_NO_SUCH_PROCESS, errno);
	while (outcome == SE_OUTCOME_DONE && (entry = readdir(tasks))) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);
		struct se_thread *thread;

		if (tid <= 0 || known(capture, tid))
			continue;
		thread = add_thread(capture, tid);
		if (!thread) {
			outcome = fail(capture, SE_OUTCOME_OUT_OF_MEMORY, ENOMEM);
		} else if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) == 0) {
			thread->seized = true;
			++*added;
		} else if (errno != ESRCH) {
			outcome = refused(capture, tid, errno);
		}
	}
	closedir(tasks);
	return outcome;
}

/* The wait status of a thread that stands in a ptrace stop, from what stopped it: see ptrace(2), PTRACE_GETSIGINFO and
 * PTRACE_EVENT_STOP. False when it does not stand. */
static bool standing(pid_t tid, int *status)
{
	siginfo_t why;
	int event;

	if (ptrace(PTRACE_GETSIGINFO, tid, NULL, &why))
		return false;
	event = why.si_code >> 8;
	*status = event == PTRACE_EVENT_STOP ? why.si_code << 8 | 0x7f : why.si_signo << 8 | 0x7f;
	return true;
}

/*
 * Waits for the next stop of a thread, or for the next tick of the clock.
 *
 * A runtime that shares our process may wait for its children, and takes the news of a stop away when the target is a
 * child of ours (.NET does, on each SIGCHLD). So at each tick the thread itself is asked.
 */
enum se_waited se_wait_once(struct se_capture *capture, struct se_thread *thread, int *status)
{
	pid_t waited = waitpid(thread->tid, status, __WALL);

	if (waited == thread->tid && WIFSTOPPED(*status))
		return SE_WAITED_STOPPED;
	if (waited < 0 && errno == EINTR) {
		if (standing(thread->tid, status))
			return SE_WAITED_STOPPED;
		/* Of a killed process's first thread waitpid tells nothing before all others are waited for. */
		if (!strchr("ZX", thread_state(capture->request->pid, thread->tid)))
			return SE_WAITED_TICK;
	}
	thread->seized = false;
	return SE_WAITED_GONE;
}

/* The same until the deadline: then SE_WAITED_TICK. */
enum se_waited se_wait(struct se_capture *capture, struct se_thread *thread, int *status)
{
	enum se_waited waited;

	do
		waited = se_wait_once(capture, thread, status);
	while (waited == SE_WAITED_TICK && !se_is_late(capture));
	return waited;
}

static bool accepts_probe_signal(pid_t tid)
{
	uint64_t mask = 0;

	if (ptrace(PTRACE_GETSIGMASK, tid, (void *)sizeof(mask), &mask))
		return false;
	return !(mask & (1ULL << (SE_PROBE_SIGNAL - 1)));
}

static enum se_waited wait_stopped(struct se_capture *capture, struct se_thread *thread)
{
	int status = 0;
	enum se_waited waited = se_wait(capture, thread, &status);

	if (waited != SE_WAITED_STOPPED)
		return waited;
	if (se_read_registers(thread->tid, &thread->registers)) {
		thread->seized = false; /* killed in its stop */
		return SE_WAITED_GONE;
	}
	thread->stopped = true;
	if (status >> 16 == PTRACE_EVENT_STOP)
		thread->can_work = WSTOPSIG(status) == SIGTRAP && accepts_probe_signal(thread->tid);
	else
		thread->pending_signal = WSTOPSIG(status); /* caught on its way to a handler: hand it on later */
	return SE_WAITED_STOPPED;
}

/* Stops all seized threads that are not stopped yet. */
static uint32_t stop_all(struct se_capture *capture)
{
	for (uint32_t i = 0; i < capture->thread_count; i++) {
		struct se_thread *thread = &capture->threads[i];

		if (thread->seized && !thread->stopped && ptrace(PTRACE_INTERRUPT, thread->tid, NULL, NULL))
			thread->seized = false;
	}
	for (uint32_t i = 0; i < capture->thread_count; i++) {
		struct se_thread *thread = &capture->threads[i];

		if (thread->seized && !thread->stopped && wait_stopped(capture, thread) == SE_WAITED_TICK)
			return fail(capture, SE_OUTCOME_NOT_STOPPED, thread->tid);
	}
	return SE_OUTCOME_DONE;
}

int se_program_identity(int32_t pid, uint64_t *device, uint64_t *inode)
{
	char path[64];
	struct stat exe;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (stat(path, &exe))
		return -errno;
	*device = exe.st_dev;
	*inode = exe.st_ino;
	return 0;
}

/* A process that has executed another program since it was looked at must not be read with the old one's layout. */
bool se_same_program(const struct se_snapshot_request *request)
{
	uint64_t device, inode;

	return se_program_identity(request->pid, &device, &inode) == 0 && device == request->exe_device &&
	       inode == request->exe_inode;
}

static void translate_thread_ids(struct se_capture *capture)
{
	char path[80];

	for (uint32_t i = 0; i < capture->thread_count; i++) {
		struct se_thread *thread = &capture->threads[i];

		snprintf(path, sizeof(path), "/proc/%d/task/%d/status", capture->request->pid, thread->tid);
		thread->target_tid = (pid_t)status_field(path, "NSpid:");
	}
}

static uint32_t stopped_threads(const struct se_capture *capture)
{
	uint32_t stopped = 0;

	for (uint32_t i = 0; i < capture->thread_count; i++)
		stopped += capture->threads[i].stopped;
	return stopped;
}

uint32_t se_freeze(struct se_capture *capture)
{
	uint32_t outcome, added;
	uint64_t begun;

	outcome = seize_new(capture, &added);
	if (outcome != SE_OUTCOME_DONE)
		return outcome;
	begun = se_monotonic_ns();
	capture->deadline = begun + capture->request->deadline_ns;
	/* Threads of which we do not know yet may be born until all their parents have stopped. */
	do {
		outcome = stop_all(capture);
		if (outcome == SE_OUTCOME_DONE)
			outcome = seize_new(capture, &added);
	} while (outcome == SE_OUTCOME_DONE && added);
	capture->result->realtime_ns = se_realtime_ns();
	capture->result->monotonic_ns = se_monotonic_ns();
	capture->result->stop_ns = capture->result->monotonic_ns - begun;
	capture->result->pause_ns = begun; /* until the end is known */
	capture->result->threads = stopped_threads(capture);
	if (outcome != SE_OUTCOME_DONE)
		return outcome;
	if (!capture->result->threads || !se_same_program(capture->request))
		return fail(capture, SE_OUTCOME_GONE, ESRCH);
	if (capture->request->other_pid_namespace)
		translate_thread_ids(capture);
	return SE_OUTCOME_DONE;
}

/* A thread that never stopped cannot be detached; it is let go when this thread of ours ends (exit_ptrace). */
void se_resume(struct se_capture *capture)
{
	for (uint32_t i = 0; i < capture->thread_count; i++) {
		struct se_thread *thread = &capture->threads[i];

		if (thread->stopped)
			ptrace(PTRACE_DETACH, thread->tid, NULL, (void *)(intptr_t)thread->pending_signal);
		thread->stopped = thread->seized = false;
	}
}
