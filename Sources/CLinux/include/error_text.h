#pragma once

// Words for errors.

#include <string.h>

/// Writes the C library's words for an error's number, in any thread. (`strerror_r` exists in two forms; this is
/// the standard's, by the name that the library keeps it under.)
static inline int clinux_error_text(int number, char *buffer, size_t capacity) {
    extern int __xpg_strerror_r(int, char *, size_t);
    return __xpg_strerror_r(number, buffer, capacity);
}
