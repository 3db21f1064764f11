#pragma once

// Programs that are run, and how they end.

#include <stddef.h>
#include <sys/types.h>

/// Starts a program in a process group of its own, with default signals and nothing of ours open: its input is
/// `input` (-1: nothing), its output goes nowhere. A name without a slash is looked for in PATH. Returns 0 or -errno.
int clinux_spawn(const char *path, char *const arguments[], int input, pid_t *pid);

/// A descriptor that can be read from when the process has ended, or -errno.
int clinux_process_descriptor(pid_t pid);

/// Whether a child has ended by now; if so `status` receives its exit status, or 128 and its signal.
int clinux_has_ended(pid_t pid, int *status);

/// A descriptor that holds these bytes to be read, or -errno.
int clinux_text_descriptor(const void *bytes, size_t count);

/// Starts a program that goes on by itself: in a session of its own, without input, its output at `output`. Returns 0
/// or -errno.
int clinux_spawn_daemon(const char *path, char *const arguments[], int output, pid_t *pid);
