// Loaded in front of a kernel that runs as an ordinary program (user-mode Linux), where the processor has more
// registers than that kernel knows of. It saves and restores the registers of its processes through ptrace, in as
// many octets as it knows; Linux takes them back only whole (x86's NT_X86_XSTATE, with AMX some 11,000), so that on
// such a processor the first process of the guest would end the kernel. Here the rest is added from what is there.

#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

static long call(long request, long process, long address, void *data) {
    return syscall(SYS_ptrace, request, process, address, data);
}

long ptrace(enum __ptrace_request request, ...) {
    va_list arguments;
    va_start(arguments, request);
    long process = va_arg(arguments, int);
    long address = (long)va_arg(arguments, void *);
    void *data = va_arg(arguments, void *);
    va_end(arguments);

    if (request == PTRACE_SETREGSET && address == NT_X86_XSTATE) {
        // Twice of what any processor has today; not on the stack, which is the kernel's own and small. One thread
        // alone does this.
        static char octets[24576];
        struct iovec whole = {octets, sizeof octets};
        const struct iovec *known = data;
        if (call(PTRACE_GETREGSET, process, address, &whole) == 0 && whole.iov_len > known->iov_len) {
            memcpy(octets, known->iov_base, known->iov_len);
            return call(request, process, address, &whole);
        }
    }
    // As glibc has it: what a look at memory finds is the result.
    if ((long)request >= PTRACE_PEEKTEXT && (long)request <= PTRACE_PEEKUSER) {
        long word = 0;
        long result = call(request, process, address, &word);
        return result < 0 ? result : word;
    }
    return call(request, process, address, data);
}
