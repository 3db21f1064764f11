#pragma once

// Frames that are no answer to anything: announcements of an address.

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/// Sends one packet out of a link to a link address of `length` octets (at most 8); the kernel writes the link's
/// own header. `protocol` is the packet's Ethernet type. Returns 0 or -errno.
static inline int clinux_packet_send(
    int link, uint16_t protocol, const uint8_t *destination, size_t length, const void *bytes, size_t count) {
    struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = link, .sll_protocol = htons(protocol) };
    if (length > sizeof address.sll_addr) return -EINVAL;
    address.sll_halen = (unsigned char)length;
    memcpy(address.sll_addr, destination, length);
    // Protocol 0: nothing is received.
    int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    ssize_t sent;
    do {
        sent = sendto(descriptor, bytes, count, 0, (struct sockaddr *)&address, sizeof address);
    } while (sent < 0 && errno == EINTR);
    int error = sent < 0 ? errno : 0;
    close(descriptor);
    return -error;
}
