#pragma once

// The allocator.

#include <malloc.h>

/// Gives memory that was freed back to the system, as far as whole pages of it are free.
static inline void clinux_give_memory_back(void) {
    malloc_trim(0);
}
