/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <sys/uio.h>

#include "capture.h"

/* Queues one read; flushes when the kernel's limit of ranges (UIO_MAXIOV) is reached. */
void se_batch_add(struct se_batch *batch, uint64_t address, void *destination, uint64_t bytes, void *token)
{
	if (batch->count == sizeof(batch->local) / sizeof(batch->local[0]))
		se_batch_flush(batch);
	batch->local[batch->count] = (struct iovec){ destination, bytes };
	batch->remote[batch->count] = (struct iovec){ (void *)address, bytes };
	batch->tokens[batch->count++] = token;
}

/* process_vm_readv stops at the first range it cannot read; that one has failed, the rest is asked for again. */
void se_batch_flush(struct se_batch *batch)
{
	uint32_t at = 0;

	while (at < batch->count) {
		ssize_t got = process_vm_readv(batch->pid, batch->local + at, batch->count - at,
					       batch->remote + at, batch->count - at, 0);
		uint64_t left = got > 0 ? (uint64_t)got : 0;

		while (at < batch->count && left >= batch->local[at].iov_len)
			left -= batch->local[at++].iov_len;
		if (at < batch->count) {
			if (batch->failed)
				batch->failed(batch->tokens[at]);
			at++;
		}
	}
	batch->count = 0;
}
