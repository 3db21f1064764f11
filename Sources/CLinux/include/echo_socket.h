#pragma once

// ICMP echo.

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/// Opens a socket for ICMP echo that does not block: one of the kernel's own for it where this user may have one,
/// else a raw one that takes echo replies only. `isRaw` receives which. Returns its descriptor or -errno.
static inline int clinux_echo_socket(int isIPv6, int *isRaw) {
    int family = isIPv6 ? AF_INET6 : AF_INET, protocol = isIPv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
    *isRaw = 0;
    int descriptor = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (descriptor >= 0) return descriptor;
    *isRaw = 1;
    descriptor = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (descriptor < 0) return -errno;
    if (isIPv6) {
        struct icmp6_filter filter;
        ICMP6_FILTER_SETBLOCKALL(&filter);
        ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
        setsockopt(descriptor, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter);
    } else {
        // ICMP_FILTER of linux/icmp.h, which does not go together with netinet/ip_icmp.h.
        uint32_t blocked = ~(1u << ICMP_ECHOREPLY);
        setsockopt(descriptor, SOL_RAW, 1, &blocked, sizeof blocked);
    }
    int buffer = 1 << 20;
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    return descriptor;
}

/// Sends a message to an address of 4 or 16 octets. Returns 0 or -errno.
static inline int clinux_echo_send(
    int descriptor, const uint8_t *address, size_t addressLength, const void *bytes, size_t count) {
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    int isIPv6 = addressLength == 16;
    if (isIPv6) {
        memcpy(&v6.sin6_addr, address, 16);
    } else {
        memcpy(&v4.sin_addr, address, 4);
    }
    ssize_t sent;
    do {
        sent = isIPv6 ? sendto(descriptor, bytes, count, 0, (struct sockaddr *)&v6, sizeof v6)
                      : sendto(descriptor, bytes, count, 0, (struct sockaddr *)&v4, sizeof v4);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

/// Receives a message; `address` receives the 16 octets of its sender (4 of them for IPv4). Returns its length, or
/// -errno.
static inline ssize_t clinux_echo_receive(int descriptor, void *buffer, size_t capacity, uint8_t *address) {
    struct sockaddr_storage sender;
    socklen_t length = sizeof sender;
    ssize_t received;
    do {
        received = recvfrom(descriptor, buffer, capacity, 0, (struct sockaddr *)&sender, &length);
    } while (received < 0 && errno == EINTR);
    if (received < 0) return -errno;
    if (sender.ss_family == AF_INET6) {
        memcpy(address, &((struct sockaddr_in6 *)&sender)->sin6_addr, 16);
    } else {
        memcpy(address, &((struct sockaddr_in *)&sender)->sin_addr, 4);
    }
    return received;
}
