// bare ADDRESS PORT [QUEUE]: what a socket server costs that does nothing. Answers each datagram with itself and one
// address behind the question, whatever was asked: recvmmsg and sendmmsg in one thread, nothing looked up, nothing
// checked. QUEUE is its queue's length in octets as socket(7) has it (SO_RCVBUF), 4 MB if none is given. For measurements
// on a network of one's own only.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// Slots begin three cache lines further than a multiple of 4,096 octets, so as not to fall into the same sets of a cache.
enum { WIDTH = 64, SIZE = 4096 };
static struct { uint8_t octets[SIZE + 192]; } slots[WIDTH] __attribute__((aligned(64)));
static struct sockaddr_in clients[WIDTH];
static struct iovec questions[WIDTH], answers[WIDTH];
static struct mmsghdr incoming[WIDTH], outgoing[WIDTH];

static size_t answer(uint8_t *message, size_t length) {
    static const uint8_t record[] = {0xC0, 12, 0, 1, 0, 1, 0, 1, 0x51, 0x80, 0, 4, 192, 168, 214, 140};
    message[2] |= 0x84, message[3] = 0, message[7] = 1, message[10] = message[11] = 0;
    size_t end = 12;
    while (end < length && message[end])
        end += message[end] + 1u;
    end += 5;
    if (end + sizeof record > SIZE)
        return length;
    memcpy(message + end, record, sizeof record);
    return end + sizeof record;
}

int main(int count, char **words) {
    if (count != 3 && count != 4)
        return fputs("usage: bare ADDRESS PORT [QUEUE]\n", stderr), 64;
    int socket_ = socket(AF_INET, SOCK_DGRAM, 0), size = count == 4 ? atoi(words[3]) : 4 << 20;
    if (setsockopt(socket_, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
        setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
    inet_pton(AF_INET, words[1], &here.sin_addr);
    if (bind(socket_, (struct sockaddr *)&here, sizeof here) != 0)
        return perror("bind"), 1;
    for (int i = 0; i < WIDTH; i++) {
        questions[i] = (struct iovec){slots[i].octets, SIZE};
        answers[i] = (struct iovec){slots[i].octets, 0};
        incoming[i].msg_hdr = (struct msghdr){.msg_name = &clients[i], .msg_namelen = sizeof clients[i],
                                              .msg_iov = &questions[i], .msg_iovlen = 1};
        outgoing[i].msg_hdr = incoming[i].msg_hdr;
        outgoing[i].msg_hdr.msg_iov = &answers[i];
    }
    for (;;) {
        int received = recvmmsg(socket_, incoming, WIDTH, MSG_WAITFORONE, NULL);
        for (int i = 0; i < received; i++)
            answers[i].iov_len = answer(slots[i].octets, incoming[i].msg_len);
        for (int sent = 0; sent < received;) {
            int more = sendmmsg(socket_, outgoing + sent, received - sent, 0);
            if (more <= 0)
                break;
            sent += more;
        }
    }
}
