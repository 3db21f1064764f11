#define _GNU_SOURCE
#include "privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int swerve_find_user(const char *name, struct swerve_user *user) {
    // An entry is a line of text; 64 KiB holds any that a directory service hands out.
    size_t size = 65536;
    char *buffer = malloc(size);
    if (buffer == NULL)
        return ENOMEM;
    struct passwd entry, *found = NULL;
    int error = getpwnam_r(name, &entry, buffer, size, &found);
    if (found != NULL) {
        user->user = entry.pw_uid;
        user->group = entry.pw_gid;
    }
    free(buffer);
    if (found != NULL)
        return 0;
    // Some name services report an unknown user as one of these.
    return error == 0 || error == ENOENT || error == ESRCH ? -1 : error;
}

static struct __user_cap_header_struct header(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    return header;
}

uint64_t swerve_permitted_capabilities(int *error) {
    struct __user_cap_header_struct head = header();
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
    *error = syscall(SYS_capget, &head, data) == 0 ? 0 : errno;
    return (uint64_t)data[1].permitted << 32 | data[0].permitted;
}

int swerve_set_capabilities(uint64_t capabilities) {
    struct __user_cap_header_struct head = header();
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
    data[0].permitted = data[0].effective = (uint32_t)capabilities;
    data[1].permitted = data[1].effective = (uint32_t)(capabilities >> 32);
    return syscall(SYS_capset, &head, data) == 0 ? 0 : errno;
}

int swerve_bound_capabilities(uint64_t capabilities) {
    for (int capability = 0; capability < 64; capability++) {
        if (capabilities >> capability & 1)
            continue;
        int held = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
        if (held < 0)
            break; // beyond the last that this kernel knows
        if (held == 1 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
            return errno;
    }
    return 0;
}

int swerve_become(const char *name, struct swerve_user user, const char **step) {
    *step = "prctl PR_SET_KEEPCAPS";
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
        return errno;
    *step = "initgroups";
    if (initgroups(name, user.group) != 0)
        return errno;
    *step = "setresgid";
    if (setresgid(user.group, user.group, user.group) != 0)
        return errno;
    *step = "setresuid";
    if (setresuid(user.user, user.user, user.user) != 0)
        return errno;
    *step = "prctl PR_SET_KEEPCAPS";
    if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) != 0)
        return errno;
    return 0;
}

int swerve_gain_no_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;
}
