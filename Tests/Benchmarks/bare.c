// bare ADDRESS PORT: what a socket server costs that does nothing. Answers each datagram with itself and one address
// behind the question, whatever was asked: recvmmsg and sendmmsg in one thread, nothing looked up, nothing checked. Its
// queue is as long as net.core.rmem_max allows. For measurements on a network of one's own only.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define WIDTH 64
#define SIZE 4096

static uint8_t octets[WIDTH][SIZE];
static struct sockaddr_in clients[WIDTH];
static struct iovec vectors[WIDTH];
static struct mmsghdr messages[WIDTH];

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
    if (count != 3)
        return fputs("usage: bare ADDRESS PORT\n", stderr), 64;
    int socket_ = socket(AF_INET, SOCK_DGRAM, 0), size = 4 << 20;
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
    inet_pton(AF_INET, words[1], &here.sin_addr);
    if (bind(socket_, (struct sockaddr *)&here, sizeof here) != 0)
        return perror("bind"), 1;
    for (;;) {
        for (int i = 0; i < WIDTH; i++) {
            vectors[i] = (struct iovec){octets[i], SIZE};
            messages[i].msg_hdr = (struct msghdr){.msg_name = &clients[i], .msg_namelen = sizeof clients[i],
                                                  .msg_iov = &vectors[i], .msg_iovlen = 1};
        }
        int received = recvmmsg(socket_, messages, WIDTH, MSG_WAITFORONE, NULL);
        for (int i = 0; i < received; i++)
            vectors[i].iov_len = answer(octets[i], messages[i].msg_len);
        for (int sent = 0; sent < received;) {
            int more = sendmmsg(socket_, messages + sent, received - sent, 0);
            if (more <= 0)
                break;
            sent += more;
        }
    }
}
