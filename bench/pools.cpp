// What thread pools cost: a submit, a job there and back, fork and join, and doing nothing.

#include <eddy/blocking_pool.hpp>
#include <eddy/fork_join.hpp>
#include <eddy/thread_pool.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <ctime>
#include <ranges>
#include <thread>
#include <vector>

namespace {

using namespace eddy;

int identity(int x) {
    return x;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The time of `submit` alone, from a thread that is none of the pool's, while workers do the jobs.
void submit_from_outside(benchmark::State& state) {
    thread_pool pool;
    const auto burst = static_cast<std::size_t>(state.range(0));
    std::vector<future<int>> results(burst);
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < burst; ++i) results[i] = pool.submit(identity, 7);
        state.SetIterationTime(seconds_since(start));
        for (auto& each : results) each.result();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(submit_from_outside)->Arg(1000)->Arg(10'000)->Arg(100'000)->UseManualTime();

void submit_and_get_results(benchmark::State& state) {
    thread_pool pool;
    const auto burst = static_cast<std::size_t>(state.range(0));
    std::vector<future<int>> results(burst);
    for (auto _ : state) {
        for (std::size_t i = 0; i < burst; ++i) results[i] = pool.submit(identity, 7);
        for (auto& each : results) each.result();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(submit_and_get_results)->Arg(1000)->Arg(10'000)->Arg(100'000)->UseRealTime();

// Two wake-ups in turn: the worker's and ours.
void there_and_back(benchmark::State& state) {
    thread_pool pool;
    for (auto _ : state) benchmark::DoNotOptimize(pool.submit(identity, 7).result());
}
BENCHMARK(there_and_back)->UseRealTime();

void map_in_chunks(benchmark::State& state) {
    constexpr int elements = 100'000;
    thread_pool pool;
    const auto options = map_options().chunksize(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state)
        for (const int each : pool.map(identity, std::views::iota(0, elements), options))
            benchmark::DoNotOptimize(each);
    state.SetItemsProcessed(state.iterations() * elements);
}
BENCHMARK(map_in_chunks)->Arg(1)->Arg(100)->UseRealTime();

// Fork and join: a task for each call of fibonacci(30).
constexpr int fibonacci_of = 30;
constexpr int fibonacci_tasks = 1'346'269;

int plain(int n) {
    benchmark::DoNotOptimize(n);
    return n < 2 ? n : plain(n - 1) + plain(n - 2);
}

int forked(thread_pool& pool, int n) {
    if (n < 2) return n;
    const auto [left, right] = fork_join(
        pool, [&pool, n] { return forked(pool, n - 1); },
        [&pool, n] { return forked(pool, n - 2); });
    return left + right;
}

int submitted(thread_pool& pool, int n) {
    if (n < 2) return n;
    auto left = pool.submit(submitted, std::ref(pool), n - 1);
    const int right = submitted(pool, n - 2);
    return left.result() + right;
}

template <class Function>
void run_fibonacci(benchmark::State& state, Function fibonacci) {
    thread_pool pool(static_cast<unsigned>(state.range(0)));
    const auto all = [&pool, fibonacci] { return fibonacci(pool, fibonacci_of); };
    for (auto _ : state) benchmark::DoNotOptimize(pool.submit(all).result());
    state.SetItemsProcessed(state.iterations() * fibonacci_tasks);
}

void fibonacci_plain(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(plain(fibonacci_of));
    state.SetItemsProcessed(state.iterations() * fibonacci_tasks);
}
BENCHMARK(fibonacci_plain)->UseRealTime();

void fibonacci_by_fork_join(benchmark::State& state) {
    run_fibonacci(state, forked);
}
BENCHMARK(fibonacci_by_fork_join)->Arg(1)->Arg(2)->UseRealTime();

void fibonacci_by_futures(benchmark::State& state) {
    run_fibonacci(state, submitted);
}
BENCHMARK(fibonacci_by_futures)->Arg(1)->Arg(2)->UseRealTime();

// Processor time per second that pools take which have nothing to do.
void idle(benchmark::State& state) {
    using std::chrono_literals::operator""s;
    thread_pool pool;
    blocking_pool blocking;
    pool.submit(identity, 7).result();
    blocking.submit(identity, 7).result();
    std::clock_t used = 0;
    for (auto _ : state) {
        const std::clock_t before = std::clock();
        std::this_thread::sleep_for(1s);
        used += std::clock() - before;
    }
    state.counters["cpu_us_per_s"] = benchmark::Counter(
        1e6 * static_cast<double>(used) / CLOCKS_PER_SEC, benchmark::Counter::kAvgIterations);
}
BENCHMARK(idle)->Iterations(3)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
