// Measures the time that a server with one thread spends between the calls to the kernel by which
// it moves bytes and waits, those below. The kernel's own figure for user mode is a guess from 250
// samples a second that also counts the ways into a call and out of it. Preloaded:
//   CALL_METER=FILE LD_PRELOAD=call_meter.so SERVER
// FILE, of 16 bytes, is mapped; it has the nanoseconds so far and the number of calls so far. What
// the meter itself takes is not counted; interruptions are, and what other calls take.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct meter {
    volatile int64_t nanoseconds;
    volatile int64_t calls;
};

static struct meter nowhere;
static struct meter* meter = &nowhere;
static int64_t own_cost;             // of two readings of the clock
static __thread int64_t last_return; // 0: none yet

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void before_call(void) {
    const int64_t passed = now() - last_return - own_cost;
    if (last_return != 0 && passed > 0) meter->nanoseconds += passed;
    ++meter->calls;
}

static void after_call(void) {
    last_return = now();
}

static void find_own_cost(void) {
    int64_t least = INT64_MAX;
    for (int i = 0; i < 10000; ++i) {
        after_call();
        const int64_t passed = now() - last_return;
        if (passed < least) least = passed;
    }
    own_cost = least;
    last_return = 0;
}

__attribute__((constructor)) static void start(void) {
    const char* const file = getenv("CALL_METER");
    const int handle = file != NULL ? open(file, O_RDWR | O_CLOEXEC) : -1;
    if (handle < 0) return;
    void* const memory = mmap(NULL, sizeof *meter, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    close(handle);
    find_own_cost();
    if (memory != MAP_FAILED) meter = memory;
}

// Each stands in front of the function of its name. Whoever sets errno last is the function itself.
#define METERED(result, name, parameters, arguments)                            \
    result name parameters {                                                    \
        static result(*real) parameters;                                        \
        if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, #name);             \
        before_call();                                                          \
        const result value = real arguments;                                    \
        after_call();                                                           \
        return value;                                                           \
    }

typedef struct epoll_event event;
typedef struct msghdr message;
typedef struct timespec timeout;

METERED(ssize_t, recv, (int on, void* into, size_t size, int flags), (on, into, size, flags))
METERED(ssize_t, send, (int on, const void* from, size_t size, int flags), (on, from, size, flags))
METERED(ssize_t, recvmsg, (int on, message* into, int flags), (on, into, flags))
METERED(ssize_t, sendmsg, (int on, const message* from, int flags), (on, from, flags))
METERED(ssize_t, read, (int on, void* into, size_t size), (on, into, size))
METERED(ssize_t, write, (int on, const void* from, size_t size), (on, from, size))
METERED(int, epoll_wait, (int on, event* into, int room, int time), (on, into, room, time))
METERED(int, epoll_pwait, (int on, event* into, int room, int time, const sigset_t* mask),
        (on, into, room, time, mask))
METERED(int, epoll_pwait2,
        (int on, event* into, int room, const timeout* time, const sigset_t* mask),
        (on, into, room, time, mask))

// liburing's; it makes its calls without the C library.
METERED(int, io_uring_submit, (void* ring), (ring))
METERED(int, io_uring_submit_and_wait, (void* ring, unsigned count), (ring, count))
METERED(int, io_uring_submit_and_get_events, (void* ring), (ring))
METERED(int, io_uring_submit_and_wait_timeout,
        (void* ring, void* into, unsigned count, void* time, sigset_t* mask),
        (ring, into, count, time, mask))
