#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "_cgo_export.h"
#include "border.h"

#define NO_INLINE __attribute__((noinline))

// Thread-locals of the program move the runtime's own one to an unusual place.
static __thread volatile char thread_locals[512] = {1};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_cond_t progress = PTHREAD_COND_INITIALIZER;
static int waiting_threads;

void use_thread_locals(void)
{
	for (unsigned i = 0; i < sizeof thread_locals; i++)
		thread_locals[i]++;
}

NO_INLINE void block_in_read(int descriptor)
{
	char byte;
	while (read(descriptor, &byte, 1) < 0 && errno == EINTR)
		;
}

static NO_INLINE void wait_for_ever(void)
{
	pthread_mutex_lock(&mutex);
	waiting_threads++;
	pthread_cond_broadcast(&progress);
	for (;;)
		pthread_cond_wait(&never, &mutex);
}

NO_INLINE void block_in_condition(int depth)
{
	volatile char frame[64];
	frame[depth] = 1;
	if (depth == 0)
		wait_for_ever();
	else
		block_in_condition(depth - 1);
	frame[0] = 2;
}

NO_INLINE void call_back(int kind, int depth)
{
	volatile char frame[64];
	frame[depth] = 1;
	if (depth == 0)
		goCallback(kind);
	else
		call_back(kind, depth - 1);
	frame[0] = 2;
}

static void *run_masked(void *unused)
{
	sigset_t all;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	use_thread_locals();
	wait_for_ever();
	return unused;
}

static void *run_calling(void *kind)
{
	use_thread_locals();
	call_back((int)(intptr_t)kind, 2);
	wait_for_ever();
	return NULL;
}

static void start(void *(*body)(void *), void *argument)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, body, argument) == 0)
		pthread_detach(thread);
}

void start_masked_thread(void)
{
	start(run_masked, NULL);
}

void start_calling_thread(int kind)
{
	start(run_calling, (void *)(intptr_t)kind);
}

// The masked thread, the one whose callback returns, and the two goroutines that wait in C end up in wait_for_ever.
void await_threads(void)
{
	pthread_mutex_lock(&mutex);
	while (waiting_threads < 4)
		pthread_cond_wait(&progress, &mutex);
	pthread_mutex_unlock(&mutex);
}
