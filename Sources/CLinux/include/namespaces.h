#pragma once

/// Whether the calling thread's network namespace is the one that a file names: 1 or 0, else a negative errno.
int clinux_is_in_network(const char *path);

/// Makes the calling thread one of the network namespace that a file names. 0, else a negative errno.
int clinux_enter_network(const char *path);

