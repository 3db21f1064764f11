#pragma once

// Giving up root's rights but for a few capabilities, without libcap.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A user as the password database has it.
struct swerve_user {
    uid_t user;
    gid_t group;
};

/// Looks a user up by name. Returns 0, an error number, or -1 if there is no such user.
int swerve_find_user(const char *name, struct swerve_user *user);

/// The permitted capabilities of this thread, bit n for capability n; `errno` in `*error`.
uint64_t swerve_permitted_capabilities(int *error);

/// Makes these the permitted and effective capabilities of this thread, and none inheritable.
/// Returns 0 or an error number.
int swerve_set_capabilities(uint64_t capabilities);

/// Takes all others out of the bounding set of this thread. Returns 0 or an error number (EPERM
/// without CAP_SETPCAP).
int swerve_bound_capabilities(uint64_t capabilities);

/// Sets the groups of the named user, then its group and user IDs (real, effective, saved) of all
/// threads; the permitted capabilities of this thread stay. `*step` names the call that failed.
/// Returns 0 or an error number.
int swerve_become(const char *name, struct swerve_user user, const char **step);

/// Sees to it that no program started from here can gain rights. Returns 0 or an error number.
int swerve_gain_no_privileges(void);
