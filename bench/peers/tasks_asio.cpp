// Asio's awaitables at the work of runtime.cpp: one io_context, one thread.
//   tasks_asio            prints `name nanoseconds` for each row
//   tasks_asio sleepers   prints the bytes that each of a million sleeping tasks takes

#include <asio.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/experimental/channel.hpp>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <vector>

#include <unistd.h>

namespace {

using asio::awaitable;
using asio::use_awaitable;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using steady = std::chrono::steady_clock;

constexpr int warm_up = 10'000;

void report(const char* name, steady::time_point start, double items) {
    const std::chrono::duration<double, std::nano> passed = steady::now() - start;
    std::printf("%s %.2f\n", name, passed.count() / items);
    std::fflush(stdout);
}

template <class T>
void keep(const T& value) {
    asm volatile("" : : "r,m"(value) : "memory");
}

awaitable<int> same(int value) {
    co_return value;
}

awaitable<void> spawn_join() {
    constexpr int count = 300'000;
    const auto here = co_await asio::this_coro::executor;
    steady::time_point start;
    for (int i = -warm_up; i < count; ++i) {
        if (i == 0) start = steady::now();
        keep(co_await asio::co_spawn(here, same(i), use_awaitable));
    }
    report("spawn_join", start, count);
}

awaitable<void> await_child() {
    constexpr int count = 3'000'000;
    steady::time_point start;
    for (int i = -warm_up; i < count; ++i) {
        if (i == 0) start = steady::now();
        keep(co_await same(i));
    }
    report("await_child", start, count);
}

awaitable<void> take_turns(int turns) {
    const auto here = co_await asio::this_coro::executor;
    for (int i = 0; i < turns; ++i) co_await asio::post(here, use_awaitable);
}

void yield_1000() {
    constexpr int tasks = 1000;
    steady::time_point start;
    for (const int turns : {10, 1000}) {
        asio::io_context context(1);
        start = steady::now();
        for (int i = 0; i < tasks; ++i) asio::co_spawn(context, take_turns(turns), asio::detached);
        context.run();
    }
    report("yield_1000", start, tasks * 1000.0);
}

using channel = asio::experimental::channel<void(asio::error_code, int)>;

awaitable<void> send_back(channel& from, channel& to) {
    for (;;) {
        const int value = co_await from.async_receive(use_awaitable);
        if (value == 0) co_return;
        co_await to.async_send(asio::error_code(), value, use_awaitable);
    }
}

awaitable<void> channel_roundtrip() {
    constexpr int count = 200'000;
    const auto here = co_await asio::this_coro::executor;
    channel there(here, 1);
    channel back(here, 1);
    asio::co_spawn(here, send_back(there, back), asio::detached);
    steady::time_point start;
    for (int i = -warm_up; i < count; ++i) {
        if (i == 0) start = steady::now();
        co_await there.async_send(asio::error_code(), 7, use_awaitable);
        keep(co_await back.async_receive(use_awaitable));
    }
    report("channel_roundtrip", start, count);
    co_await there.async_send(asio::error_code(), 0, use_awaitable);
}

steady::time_point deadline_of(steady::time_point start, unsigned number, unsigned timers) {
    return start + 1h + 1ms * (number * 7919 % timers);
}

// A timer that is cancelled calls its handler; that is part of it.
void timer_arm_cancel() {
    constexpr unsigned others = 10'000;
    constexpr unsigned count = 1'000'000;
    asio::io_context context(1);
    const auto base = steady::now();
    std::vector<asio::steady_timer> armed;
    armed.reserve(others);
    for (unsigned i = 0; i < others; ++i) {
        armed.emplace_back(context, deadline_of(base, i, others));
        armed.back().async_wait([](const asio::error_code&) {});
    }
    asio::steady_timer one(context);
    steady::time_point start;
    for (unsigned i = 0; i < count + warm_up; ++i) {
        if (i == warm_up) start = steady::now();
        one.expires_at(deadline_of(base, i, others));
        one.async_wait([](const asio::error_code&) {});
        one.cancel();
        if (i % 128 == 127) context.poll();
    }
    report("timer_arm_cancel", start, count);
}

awaitable<void> timeout_ready() {
    using namespace asio::experimental::awaitable_operators;
    constexpr int count = 100'000;
    asio::steady_timer limit(co_await asio::this_coro::executor);
    steady::time_point start;
    for (int i = -warm_up; i < count; ++i) {
        if (i == 0) start = steady::now();
        limit.expires_after(1h);
        auto first = co_await (same(i) || limit.async_wait(use_awaitable));
        keep(std::get<0>(first));
    }
    report("timeout_ready", start, count);
}

template <class Work>
void run(Work work) {
    asio::io_context context(1);
    asio::co_spawn(context, work(), asio::detached);
    context.run();
}

double resident_bytes() {
    long total = 0;
    long resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return static_cast<double>(resident * sysconf(_SC_PAGESIZE));
}

awaitable<void> sleep_for(steady::duration time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(use_awaitable);
}

[[noreturn]] void sleepers_1m() {
    constexpr int tasks = 1'000'000;
    asio::io_context context(1);
    const double before = resident_bytes();
    for (int i = 0; i < tasks; ++i) asio::co_spawn(context, sleep_for(1h), asio::detached);
    context.poll();
    std::printf("sleepers_1m %.0f\n", (resident_bytes() - before) / tasks);
    std::fflush(stdout);
    _exit(0);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "sleepers") == 0) sleepers_1m();
    run(spawn_join);
    run(await_child);
    yield_1000();
    run(channel_roundtrip);
    timer_arm_cancel();
    run(timeout_ready);
}
