// steady ADDRESS PORT QUESTIONS RATE SECONDS: so many questions a second from one socket, however soon they are answered.
// Prints how many were sent, how many of those were answered and how many not within a second or before 65,536 others,
// and of the answers' times in milliseconds the median, the 99th and 99.9th percentile and the longest. For measurements
// on a network of one's own only.
#define _GNU_SOURCE
#include "questions.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { MOST = 200000, WIDTH = 16 };
static uint8_t questions[MOST][QUESTION];
static uint16_t lengths[MOST];
static int count;
// When the question of each ID was sent, while it waits.
static double waiting[65536];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b) {
    float difference = *(const float *)a - *(const float *)b;
    return (difference > 0) - (difference < 0);
}

int main(int words, char **word) {
    double rate = words == 6 ? atof(word[4]) : 0, length = words == 6 ? atof(word[5]) : 0;
    if (rate <= 0 || length <= 0)
        return fputs("usage: steady ADDRESS PORT QUESTIONS RATE SECONDS\n", stderr), 64;
    FILE *file = fopen(word[3], "r");
    while (file && count < MOST && (lengths[count] = next_question(file, questions[count])))
        count++;
    if (count == 0)
        return fprintf(stderr, "steady: no questions in %s\n", word[3]), 1;
    int socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = 8 << 20;
    if (setsockopt(socket_, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
        setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(atoi(word[2]))};
    inet_pton(AF_INET, word[1], &there.sin_addr);
    if (connect(socket_, (struct sockaddr *)&there, sizeof there) != 0)
        return perror("steady"), 1;

    static uint8_t received[WIDTH * 4][4096];
    static struct iovec out[WIDTH], in[WIDTH * 4];
    static struct mmsghdr sending[WIDTH], receiving[WIDTH * 4];
    for (int i = 0; i < WIDTH; i++)
        sending[i].msg_hdr = (struct msghdr){.msg_iov = &out[i], .msg_iovlen = 1};
    for (int i = 0; i < WIDTH * 4; i++) {
        in[i] = (struct iovec){received[i], sizeof received[i]};
        receiving[i].msg_hdr = (struct msghdr){.msg_iov = &in[i], .msg_iovlen = 1};
    }
    long sent = 0, answered = 0, lost = 0, all = rate * length;
    float *times = malloc((all + 1) * sizeof *times);
    for (double begin = now(), end = 0;;) {
        double time = now();
        if (sent == all && end == 0)
            end = time + 1;
        if (end != 0 && (time > end || answered + lost == sent))
            break;
        long due = (time - begin) * rate - sent, width = 0;
        for (; width < WIDTH && width < due && sent + width < all; width++) {
            uint16_t id = sent + width;
            uint8_t *question = questions[(sent + width) % count];
            question[0] = id >> 8, question[1] = id;
            lost += waiting[id] != 0;
            waiting[id] = time;
            out[width] = (struct iovec){question, lengths[(sent + width) % count]};
        }
        for (int next = 0; next < width;) {
            int more = sendmmsg(socket_, sending + next, width - next, 0);
            if (more < 0 && errno != EAGAIN && errno != ENOBUFS)
                return perror("steady"), 1;
            next += more > 0 ? more : 0;
        }
        sent += width;
        int more = recvmmsg(socket_, receiving, WIDTH * 4, 0, NULL);
        time = now();
        for (int i = 0; i < more; i++) {
            uint16_t id = received[i][0] << 8 | received[i][1];
            // An answer, and no refusal.
            if (waiting[id] == 0 || receiving[i].msg_len < 12 || (received[i][3] & 15) % 3)
                continue;
            times[answered++] = (time - waiting[id]) * 1000;
            waiting[id] = 0;
        }
    }
    qsort(times, answered, sizeof *times, compare);
    if (answered == 0)
        return fputs("steady: no answer\n", stderr), 1;
    printf("%ld %ld %ld %.3f %.3f %.3f %.3f\n", sent, answered, sent - answered, times[answered / 2],
           times[answered * 99 / 100], times[answered * 999 / 1000], times[answered - 1]);
}
