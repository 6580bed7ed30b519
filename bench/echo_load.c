// The load for echo servers: each connection has one 64-byte message under way, and sends the next
// when it has come back. Measures what the server's process takes meanwhile.
//   echo_load PORT PID CONNECTIONS ROUND_TRIPS [METER]
// prints: round trips, nanoseconds passed, processor nanoseconds of PID, of these those in user mode
// as the kernel has sampled them, and those that METER counts, a file of call_meter.c (-1: the
// server's calls pass it by). A tenth of the round trips is made before the measurement starts.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { message_size = 64, events_at_once = 1024 };

struct connection {
    int socket;
    int missing; // bytes of the message that have not come back yet
};

static int poller;
static const char message[message_size] = "sixty-four bytes, there and back";

static void must(int good, const char* what) {
    if (good) return;
    perror(what);
    exit(1);
}

static int64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    must(clock_gettime(clock, &now) == 0, "clock_gettime");
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

struct usage {
    int64_t passed, processor, metered; // nanoseconds
    int64_t metered_calls;
    long user_ticks, system_ticks;
};

static const volatile int64_t* map_meter(const char* path) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    must(file >= 0, path);
    void* const memory = mmap(NULL, 2 * sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    must(memory != MAP_FAILED, path);
    close(file);
    return memory;
}

// The processor clock is exact. How the time divides is only known from the kernel's samples.
static struct usage usage_of(int pid, const volatile int64_t* meter) {
    struct usage now;
    now.metered = meter[0];
    now.metered_calls = meter[1];
    clockid_t clock;
    must((errno = clock_getcpuclockid(pid, &clock)) == 0, "clock_getcpuclockid");
    now.processor = nanoseconds(clock);
    now.passed = nanoseconds(CLOCK_MONOTONIC);

    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE* const file = fopen(path, "r");
    must(file != NULL && fgets(line, sizeof line, file) != NULL, path);
    fclose(file);
    // Fields 14 and 15 (proc(5)), counted from the parenthesis that ends the name.
    const char* const rest = strrchr(line, ')');
    must(rest != NULL && sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld",
                                &now.user_ticks, &now.system_ticks) == 2, path);
    return now;
}

static void send_message(struct connection* on) {
    on->missing = message_size;
    must(send(on->socket, message, message_size, MSG_NOSIGNAL) == message_size, "send");
}

static void connect_to(struct connection* one, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    one->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(one->socket >= 0, "socket");
    must(connect(one->socket, (struct sockaddr*)&address, sizeof address) == 0, "connect");
    must(setsockopt(one->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "setsockopt");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
    must(epoll_ctl(poller, EPOLL_CTL_ADD, one->socket, &event) == 0, "epoll_ctl");
}

// Whether the message has come back as a whole.
static int receive(struct connection* on) {
    char bytes[message_size];
    const ssize_t size = recv(on->socket, bytes, (size_t)on->missing, 0);
    must(size > 0, "recv");
    on->missing -= (int)size;
    return on->missing == 0;
}

// Each connection sends one message at once, then one for each that has come back.
static void make_round_trips(struct connection* all, long connections, long count) {
    struct epoll_event events[events_at_once];
    long sent = 0, back = 0;
    while (sent < connections && sent < count) send_message(&all[sent++]);
    while (back < count) {
        const int ready = epoll_wait(poller, events, events_at_once, -1);
        must(ready > 0, "epoll_wait");
        for (int i = 0; i < ready; ++i) {
            struct connection* const on = events[i].data.ptr;
            if (!receive(on)) continue;
            ++back;
            if (sent < count) {
                send_message(on);
                ++sent;
            }
        }
    }
}

int main(int argc, char** argv) {
    if (argc != 5 && argc != 6) {
        fputs("usage: echo_load PORT PID CONNECTIONS ROUND_TRIPS [METER]\n", stderr);
        return 2;
    }
    const volatile int64_t no_meter[2] = {0, 0};
    const volatile int64_t* const meter = argc == 6 ? map_meter(argv[5]) : no_meter;
    const int port = atoi(argv[1]), pid = atoi(argv[2]);
    const long connections = atol(argv[3]), round_trips = atol(argv[4]);
    poller = epoll_create1(EPOLL_CLOEXEC);
    must(poller >= 0, "epoll_create1");
    struct connection* const all = calloc((size_t)connections, sizeof *all);
    must(all != NULL, "calloc");
    for (long i = 0; i < connections; ++i) connect_to(&all[i], port);

    make_round_trips(all, connections, round_trips / 10 + connections);
    const struct usage before = usage_of(pid, meter);
    make_round_trips(all, connections, round_trips);
    const struct usage after = usage_of(pid, meter);

    const int64_t processor = after.processor - before.processor;
    const long user = after.user_ticks - before.user_ticks;
    const long ticks = user + after.system_ticks - before.system_ticks;
    const int64_t sampled = ticks > 0 ? processor * user / ticks : 0;
    // One call may be for many messages, but not for that many.
    const int64_t calls = after.metered_calls - before.metered_calls;
    const int64_t metered = calls > round_trips / 1024 ? after.metered - before.metered : -1;
    printf("%ld %lld %lld %lld %lld\n", round_trips, (long long)(after.passed - before.passed),
           (long long)processor, (long long)sampled, (long long)metered);
    return 0;
}
