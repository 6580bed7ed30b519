// What tasks cost: to start one, to await, to take turns, to pass values, to sleep, to run out of
// time. `ns` is the time of one of the things that the name speaks of.

#include <eddy/async_generator.hpp>
#include <eddy/gather.hpp>
#include <eddy/queue.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <vector>

#include <unistd.h>

namespace {

using namespace eddy;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;

// Done once before the clock starts, so that no page of memory is touched for the first time after.
constexpr int warm_up = 10'000;

void report_each(benchmark::State& state, std::int64_t items_per_iteration = 1) {
    using benchmark::Counter;
    const auto items = static_cast<double>(state.iterations() * items_per_iteration);
    state.counters["ns"] = Counter(1e-9 * items, Counter::kIsRate | Counter::kInvert);
}

task<int> same(int value) {
    co_return value;
}

task<> spawn_join(benchmark::State& state) {
    for (int i = 0; i < warm_up; ++i) co_await create_task(same(i));
    for (auto _ : state) benchmark::DoNotOptimize(co_await create_task(same(7)));
    report_each(state);
}

task<> await_child(benchmark::State& state) {
    for (int i = 0; i < warm_up; ++i) co_await same(i);
    for (auto _ : state) benchmark::DoNotOptimize(co_await same(7));
    report_each(state);
}

task<> take_turns(int turns) {
    for (int i = 0; i < turns; ++i) co_await yield();
}

task<> take_turns_together(int tasks, int turns) {
    std::vector<task<>> all;
    for (int i = 0; i < tasks; ++i) all.push_back(take_turns(turns));
    co_await gather(std::move(all));
}

task<> yield_1000(benchmark::State& state) {
    constexpr int tasks = 1000;
    constexpr int turns = 1000;
    co_await take_turns_together(tasks, 10);
    for (auto _ : state) co_await take_turns_together(tasks, turns);
    report_each(state, std::int64_t{tasks} * turns);
}

task<> send_back(queue<int>& from, queue<int>& to) {
    while (const auto value = co_await from.get()) co_await to.put(*value);
}

// Given an optional, DoNotOptimize copies it, which takes longer than what is measured: see
// `basic_queue::get_awaiter::await_resume`.
task<> channel_roundtrip(benchmark::State& state) {
    queue<int> there(1);
    queue<int> back(1);
    auto other = create_task(send_back(there, back));
    for (int i = 0; i < warm_up; ++i) {
        co_await there.put(i);
        co_await back.get();
    }
    for (auto _ : state) {
        co_await there.put(7);
        const auto value = co_await back.get();
        benchmark::DoNotOptimize(*value);
    }
    report_each(state);
    there.close();
    co_await other;
}

// How much memory this process has in use now, as the kernel counts it.
double resident_bytes() {
    std::int64_t total = 0;
    std::int64_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return static_cast<double>(resident * sysconf(_SC_PAGESIZE));
}

task<> sleep_for(duration time) {
    co_await sleep(time);
}

// Once in a process: memory that an earlier run has given back would be used again, unseen.
task<> sleepers_1m(benchmark::State& state) {
    constexpr int tasks = 1'000'000;
    const double before = resident_bytes();
    for (auto _ : state) {
        for (int i = 0; i < tasks; ++i) create_task(sleep_for(1h));
        co_await yield();  // behind all the others: now they sleep
    }
    report_each(state, tasks);
    state.counters["bytes_per_task"] = (resident_bytes() - before) / tasks;
}

struct alarm final : timer {
    void on_due() noexcept override {}
};

// Where between the others the timer stands: everywhere in turn.
time_point deadline_of(time_point start, std::uint32_t number, std::uint32_t timers) {
    constexpr std::uint32_t stride = 7919;
    return start + 1h + 1ms * (number * stride % timers);
}

task<> timer_arm_cancel(benchmark::State& state) {
    constexpr std::uint32_t others = 10'000;
    event_loop& loop = *event_loop::current();
    timer_queue& timers = loop.timers();
    const time_point start = loop.now();
    std::vector<alarm> armed(others);
    for (std::uint32_t i = 0; i < others; ++i) timers.arm(armed[i], deadline_of(start, i, others));

    alarm one;
    std::uint32_t number = 0;
    for (auto _ : state) {
        timers.arm(one, deadline_of(start, ++number, others));
        timers.disarm(one);
    }
    report_each(state);
    for (alarm& each : armed) timers.disarm(each);
    co_return;
}

async_generator<int> count() {
    for (int i = 0;; ++i) co_yield i;
}

task<> generator_value(benchmark::State& state) {
    async_generator<int> numbers = count();
    for (auto _ : state) {
        const auto value = co_await numbers.next();
        benchmark::DoNotOptimize(*value);
    }
    report_each(state);
}

task<> timeout_ready(benchmark::State& state) {
    for (int i = 0; i < warm_up; ++i) co_await with_timeout(1h, same(i));
    for (auto _ : state) benchmark::DoNotOptimize(co_await with_timeout(1h, same(7)));
    report_each(state);
}

benchmark::internal::Benchmark* on_a_loop(const char* name, task<> (*work)(benchmark::State&)) {
    const auto run_it = [work](benchmark::State& state) { run(work, std::ref(state)); };
    return benchmark::RegisterBenchmark(name, run_it)->UseRealTime();
}

}  // namespace

int main(int argc, char** argv) {
    on_a_loop("spawn_join", spawn_join);
    on_a_loop("await_child", await_child);
    on_a_loop("yield_1000", yield_1000);
    on_a_loop("channel_roundtrip", channel_roundtrip);
    on_a_loop("timer_arm_cancel", timer_arm_cancel);
    on_a_loop("generator_value", generator_value);
    on_a_loop("timeout_ready", timeout_ready);
    on_a_loop("sleepers_1m", sleepers_1m)->Iterations(1);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
}
