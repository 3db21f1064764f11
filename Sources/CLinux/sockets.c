#define _GNU_SOURCE
#include "sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(struct swerve_message) == sizeof(struct mmsghdr), "a message is a struct mmsghdr");
_Static_assert(offsetof(struct swerve_message, length) == offsetof(struct mmsghdr, msg_len),
               "its length is in the same place");

int swerve_receive(int socket, struct swerve_message *messages, unsigned int count, int flags) {
    return recvmmsg(socket, (struct mmsghdr *)messages, count, flags, NULL);
}

int swerve_send(int socket, struct swerve_message *messages, unsigned int count, int flags) {
    return sendmmsg(socket, (struct mmsghdr *)messages, count, flags);
}

size_t swerve_answer_control(void *control, size_t length) {
    struct cmsghdr *message = control;
    if (length < CMSG_LEN(sizeof(struct in_pktinfo)))
        return 0;
    if (message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_PKTINFO) {
        // ipi_spec_dst is the local address already. The interface is left to the routing table: the
        // way back need not be the way in.
        struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(message);
        info->ipi_ifindex = 0;
        return CMSG_SPACE(sizeof *info);
    }
    if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO
        && length >= CMSG_LEN(sizeof(struct in6_pktinfo))) {
        struct in6_pktinfo *info = (struct in6_pktinfo *)CMSG_DATA(message);
        // A link-local address means nothing without its link.
        if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr))
            info->ipi6_ifindex = 0;
        return CMSG_SPACE(sizeof *info);
    }
    return 0;
}

int swerve_processor_count(void) {
    // Room for 8,192 processors, the most that Debian's and Red Hat's kernels are built for.
    static const size_t processors = 8192;
    cpu_set_t set[8192 / CPU_SETSIZE];
    if (sched_getaffinity(0, CPU_ALLOC_SIZE(processors), set) != 0)
        return 1;
    int count = CPU_COUNT_S(CPU_ALLOC_SIZE(processors), set);
    return count > 0 ? count : 1;
}

int swerve_start_thread(pthread_t *thread, const char *name, size_t stack_size, void *(*main)(void *),
                        void *context) {
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0)
        return error;
    pthread_attr_setstacksize(&attributes, stack_size);
    // A thread begins with its parent's signal mask.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(thread, &attributes, main, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (error == 0) {
        char cut[16];
        snprintf(cut, sizeof cut, "%s", name);
        pthread_setname_np(*thread, cut);
    }
    return error;
}
