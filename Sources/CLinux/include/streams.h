#pragma once

// Streams that are moved without waiting: what Glibc's module hides from Swift (_GNU_SOURCE).

#include <stddef.h>
#include <sys/types.h>

/// `pipe2` of two ends that never block, with room for `capacity` bytes if that can be had. 0, or -1.
int swerve_pipe(int ends[2], int capacity);

/// `splice` between a pipe and a socket without waiting: bytes moved, 0 at the end, or -1.
ssize_t swerve_splice(int from, int to, size_t count);
