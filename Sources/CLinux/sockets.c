#define _GNU_SOURCE
#include "sockets.h"

#include <errno.h>
#include <linux/filter.h>
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

int swerve_accept(int socket, struct sockaddr_in6 *client) {
    socklen_t length = sizeof *client;
    return accept4(socket, (struct sockaddr *)client, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int swerve_spread_by_client(int socket, int is_ipv6, unsigned int count, uint32_t key) {
    // Where the address stands in the packet's network header.
    unsigned int source = (unsigned int)SKF_NET_OFF + (is_ipv6 ? 8 : 12);
    struct sock_filter by_client[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, source),
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, is_ipv6 ? key : 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, is_ipv6 ? source + 4 : source),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        // The upper bits of a product depend on all bits of its factors; so all of the result's do after a second.
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, key),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 15),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, key),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, count),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    struct sock_fprog program = {.len = sizeof by_client / sizeof *by_client, .filter = by_client};
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program);
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
