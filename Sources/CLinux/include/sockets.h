#pragma once

// Datagram batches, worker threads and readiness: what Glibc's module hides from Swift because
// the system headers declare it under _GNU_SOURCE only.

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/// One datagram of a batch; the layout of `struct mmsghdr`.
struct swerve_message {
    struct msghdr header;
    unsigned int length;
};

/// `recvmmsg` without its timeout: datagrams received, or -1 with `errno` set.
int swerve_receive(int socket, struct swerve_message *messages, unsigned int count, int flags);

/// `sendmmsg`: datagrams sent (fewer than `count` if a later one failed), or -1 with `errno` set.
int swerve_send(int socket, struct swerve_message *messages, unsigned int count, int flags);

/// Turns the control data received with a query (IP_PKTINFO, IPV6_PKTINFO) into that of its answer,
/// so that it leaves from the address that was asked. Returns the length of it, 0 for none.
size_t swerve_answer_control(void *control, size_t length);

/// Processors that this thread may run on, at least 1.
int swerve_processor_count(void);

/// Starts a thread in which all signals are blocked; returns 0 or an error number. The name is cut
/// after 15 bytes.
int swerve_start_thread(pthread_t *thread, const char *name, size_t stack_size, void *(*main)(void *),
                        void *context);
