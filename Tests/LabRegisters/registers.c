// Loaded in front of a kernel that runs as an ordinary program (user-mode Linux), where the processor has more
// registers than that kernel knows of. It saves and restores the registers of its processes through ptrace, in as
// many octets as it knows; Linux takes them back only whole (x86's NT_X86_XSTATE, with AMX some 11,000), so that on
// such a processor the first process of the guest would end the kernel. Here the rest is added from what is there.
//
// It also takes a process of its own that this machine has stopped (SIGSTOP) or let go on (SIGCONT) for one that did
// something forbidden, and ends it. Here such a process goes on as if nothing had been: the kernel was stopped with it.
//
// And it leaves the session that it was started in, by which what it leaves when it is killed is found.

#include <elf.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

static long call(long request, long process, long address, void *data) {
    return syscall(SYS_ptrace, request, process, address, data);
}

// The process that runs now, 0 for none, and how it was let run. One thread alone does this.
static long running, manner;

static void note_running(long request, long process) {
    switch (request) {
    case PTRACE_CONT:
    case PTRACE_SYSCALL:
    case PTRACE_SINGLESTEP:
    case PTRACE_SYSEMU:
    case PTRACE_SYSEMU_SINGLESTEP:
        running = process;
        manner = request;
    }
}

long ptrace(enum __ptrace_request request, ...) {
    va_list arguments;
    va_start(arguments, request);
    long process = va_arg(arguments, int);
    long address = (long)va_arg(arguments, void *);
    void *data = va_arg(arguments, void *);
    va_end(arguments);

    if (request == PTRACE_SETREGSET && address == NT_X86_XSTATE) {
        // Twice of what any processor has today; not on the stack, which is the kernel's own and small.
        static char octets[24576];
        struct iovec whole = {octets, sizeof octets};
        const struct iovec *known = data;
        if (call(PTRACE_GETREGSET, process, address, &whole) == 0 && whole.iov_len > known->iov_len) {
            memcpy(octets, known->iov_base, known->iov_len);
            return call(request, process, address, &whole);
        }
    }
    note_running(request, process);
    // As glibc has it: what a look at memory finds is the result.
    if ((long)request >= PTRACE_PEEKTEXT && (long)request <= PTRACE_PEEKUSER) {
        long word = 0;
        long result = call(request, process, address, &word);
        return result < 0 ? result : word;
    }
    return call(request, process, address, data);
}

// Whether a process has stopped because somebody outside of the guest wanted it; if so it goes on. The kernel's own way
// to begin with one is that it stops itself.
static int was_stopped_from_outside(pid_t process, int signal) {
    if (signal != SIGSTOP && signal != SIGCONT) return 0;
    siginfo_t cause;
    // One that is not traced yet goes on by itself when it is let, and may have done so already.
    if (call(PTRACE_GETSIGINFO, process, 0, &cause) != 0 || cause.si_signo != signal) return 1;
    if (signal == SIGSTOP && cause.si_pid == process) return 0;
    return call(process == running ? manner : PTRACE_CONT, process, 0, 0) == 0;
}

pid_t waitpid(pid_t process, int *status, int options) {
    for (;;) {
        int seen = 0;
        pid_t result = (pid_t)syscall(SYS_wait4, process, &seen, options, 0);
        if (result > 0 && WIFSTOPPED(seen) && was_stopped_from_outside(result, WSTOPSIG(seen))) continue;
        if (result > 0 && result == running) running = 0;
        if (result > 0 && status) *status = seen;
        return result;
    }
}

pid_t setsid(void) {
    return getsid(0);
}
