#pragma once

// Netlink sockets. Every function returns -errno where it failed, and repeats what a signal interrupted.

#include <errno.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

/// Opens and binds a socket of a netlink protocol; one receive waits `timeout` milliseconds at most.
/// Returns its descriptor; `port` receives the address that the kernel gave it.
static inline int clinux_netlink_open(int protocol, int timeout, uint32_t *port) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (descriptor < 0) return -errno;
    int yes = 1, receiveBuffer = 1 << 20;
    struct timeval limit = { timeout / 1000, timeout % 1000 * 1000 };
    struct sockaddr_nl address = { .nl_family = AF_NETLINK };
    socklen_t length = sizeof address;
    // Errors in words, and without a copy of the request: kernels from 4.12 on; older ones lack only the words.
    setsockopt(descriptor, SOL_NETLINK, NETLINK_EXT_ACK, &yes, sizeof yes);
    setsockopt(descriptor, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof yes);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0
        || bind(descriptor, (struct sockaddr *)&address, length) < 0
        || getsockname(descriptor, (struct sockaddr *)&address, &length) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    *port = address.nl_pid;
    return descriptor;
}

/// Sends one datagram to the kernel.
static inline ssize_t clinux_netlink_send(int descriptor, const void *bytes, size_t count) {
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    ssize_t sent;
    do {
        sent = sendto(descriptor, bytes, count, 0, (struct sockaddr *)&kernel, sizeof kernel);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

/// Receives one datagram. Returns its whole length, which is above `capacity` if the rest of it is lost;
/// `port` receives the sender's address, 0 for the kernel.
static inline ssize_t clinux_netlink_receive(int descriptor, void *buffer, size_t capacity, uint32_t *port) {
    struct sockaddr_nl sender;
    memset(&sender, 0, sizeof sender);
    struct iovec vector = { buffer, capacity };
    struct msghdr message = { .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &vector, .msg_iovlen = 1 };
    ssize_t received;
    do {
        received = recvmsg(descriptor, &message, MSG_TRUNC);
    } while (received < 0 && errno == EINTR);
    if (received < 0) return -errno;
    *port = sender.nl_pid;
    return received;
}

/// Closes a descriptor.
static inline void clinux_close(int descriptor) {
    close(descriptor);
}
