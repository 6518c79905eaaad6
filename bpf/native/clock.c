/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t se_monotonic_ns(void)
{
	return now(CLOCK_MONOTONIC);
}

uint64_t se_realtime_ns(void)
{
	return now(CLOCK_REALTIME);
}

bool se_is_late(const struct se_capture *capture)
{
	return se_monotonic_ns() >= capture->deadline;
}

static void on_tick(int signal)
{
	(void)signal; /* its only purpose is to end a blocking waitpid with EINTR */
}

/* Interrupts the calling thread every two milliseconds, so that no wait can outlast the deadline by more. A single
 * shot could fire just before the wait begins and be lost. */
int se_ticks_start(timer_t *timer)
{
	struct sigaction action = { .sa_handler = on_tick };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SE_TICK_SIGNAL };
	struct itimerspec every = { { 0, 2000000 }, { 0, 2000000 } };
	sigset_t tick;

	event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
	if (sigaction(SE_TICK_SIGNAL, &action, NULL))
		return -1;
	sigemptyset(&tick);
	sigaddset(&tick, SE_TICK_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &tick, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, timer))
		return -1;
	return timer_settime(*timer, 0, &every, NULL);
}

void se_ticks_stop(timer_t timer)
{
	timer_delete(timer);
}
