#pragma once

// Datagram batches, connections, worker threads and readiness: what Glibc's module hides from Swift because
// the system headers declare it under _GNU_SOURCE only.

#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
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

/// Takes a new connection, which does not block: its descriptor, with the client's address written to `client`,
/// or -1 with `errno` set.
int swerve_accept(int socket, struct sockaddr_in6 *client);

/// Lets the client's address alone decide which of the `count` sockets that share an endpoint (SO_REUSEPORT)
/// takes a connection: an IPv4 address, or the first 64 bits of an IPv6 address. `key` is any odd number, and
/// not to be guessed. Returns 0, or -1 with `errno` set, where the kernel goes on spreading connections as it likes.
int swerve_spread_by_client(int socket, int is_ipv6, unsigned int count, uint32_t key);

/// Processors that this thread may run on, at least 1.
int swerve_processor_count(void);

/// Starts a thread in which all signals are blocked; returns 0 or an error number. The name is cut
/// after 15 bytes.
int swerve_start_thread(pthread_t *thread, const char *name, size_t stack_size, void *(*main)(void *),
                        void *context);
