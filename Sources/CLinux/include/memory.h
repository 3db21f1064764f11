#pragma once

// The allocator and the caches.

#include <malloc.h>

/// Gives memory that was freed back to the system, as far as whole pages of it are free.
static inline void clinux_give_memory_back(void) {
    malloc_trim(0);
}

/// Begins to fetch the line of the cache that holds a place, to be read or written soon; never faults, never waits.
static inline void clinux_prefetch(const void *place) {
    __builtin_prefetch(place, 1);
}
