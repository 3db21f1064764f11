// until ADDRESS PORT NAME TYPE SECONDS: asks every two milliseconds until there is an answer with a record; ends with 1 if
// there is none in that time. For measurements on a network of one's own only.
#define _GNU_SOURCE
#include "questions.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

int main(int words, char **word) {
    uint8_t question[QUESTION], answer[4096];
    size_t length = words == 6 && strlen(word[3]) < 64 ? encode(word[3], word[4], question) : 0;
    if (length == 0)
        return fputs("usage: until ADDRESS PORT NAME TYPE SECONDS\n", stderr), 64;
    int socket_ = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(atoi(word[2]))};
    inet_pton(AF_INET, word[1], &there.sin_addr);
    if (connect(socket_, (struct sockaddr *)&there, sizeof there) != 0)
        return perror("until"), 1;
    for (time_t end = time(NULL) + atoi(word[5]); time(NULL) <= end;) {
        send(socket_, question, length, 0);
        struct timespec pause = {.tv_nsec = 2000000};
        // A port that is closed says so at once, and a name that isn't there too.
        if (poll(&(struct pollfd){.fd = socket_, .events = POLLIN}, 1, 2) == 1) {
            if (recv(socket_, answer, sizeof answer, 0) >= 12 && (answer[3] & 15) == 0 && (answer[6] | answer[7]))
                return 0;
            nanosleep(&pause, NULL);
        }
    }
    return 1;
}
