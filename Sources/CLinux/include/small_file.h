#pragma once

// The kernel's small files under /proc, whose errors matter. Every function returns -errno where it failed.

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

/// Reads up to `capacity` octets from the start of a file; returns how many.
static inline ssize_t clinux_read_file(const char *path, void *buffer, size_t capacity) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    size_t filled = 0;
    while (filled < capacity) {
        ssize_t count = read(descriptor, (char *)buffer + filled, capacity - filled);
        if (count == 0) break;
        if (count > 0) {
            filled += (size_t)count;
        } else if (errno != EINTR) {
            int error = errno;
            close(descriptor);
            return -error;
        }
    }
    close(descriptor);
    return (ssize_t)filled;
}

/// Writes octets to a file that exists, in one piece; returns 0.
static inline int clinux_write_file(const char *path, const void *bytes, size_t count) {
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    ssize_t written;
    do {
        written = write(descriptor, bytes, count);
    } while (written < 0 && errno == EINTR);
    int error = written < 0 ? errno : (size_t)written < count ? EIO : 0;
    close(descriptor);
    return -error;
}
