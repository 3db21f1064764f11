#define _GNU_SOURCE
#include "streams.h"

#include <fcntl.h>
#include <unistd.h>

int swerve_pipe(int ends[2], int capacity) {
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0)
        return -1;
    // Beyond the user's share of pipe memory it stays as it is.
    (void)fcntl(ends[1], F_SETPIPE_SZ, capacity);
    return 0;
}

ssize_t swerve_splice(int from, int to, size_t count) {
    return splice(from, NULL, to, NULL, count, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
}
