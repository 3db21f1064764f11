#pragma once

// The allocator, the caches, and what Glibc's module hides from Swift (_GNU_SOURCE).

#include <malloc.h>
#include <stddef.h>

/// Where bytes stand in others, or NULL; in a time that is in proportion to the length of both together.
void *memmem(const void *bytes, size_t count, const void *wanted, size_t wanted_count);

/// Gives memory that was freed back to the system, as far as whole pages of it are free.
static inline void clinux_give_memory_back(void) {
    malloc_trim(0);
}

/// Begins to fetch the line of the cache that holds a place, to be read soon; never faults, never waits.
static inline void clinux_prefetch(const void *place) {
    __builtin_prefetch(place, 0);
}

/// The same for a line that is to be written soon: other processors lose it.
static inline void clinux_prefetch_to_write(const void *place) {
    __builtin_prefetch(place, 1);
}
