// oneTBB at the work of pools.cpp, for comparison.

#include <benchmark/benchmark.h>

#include <chrono>

#include <tbb/parallel_invoke.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The time of `run` alone, which is oneTBB's submit, while workers do the jobs.
void submit_from_outside(benchmark::State& state) {
    tbb::task_group group;
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < state.range(0); ++i) group.run([] { benchmark::ClobberMemory(); });
        state.SetIterationTime(seconds_since(start));
        group.wait();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(submit_from_outside)->Arg(1000)->Arg(10'000)->Arg(100'000)->UseManualTime();

void submit_and_wait(benchmark::State& state) {
    tbb::task_group group;
    for (auto _ : state) {
        for (int i = 0; i < state.range(0); ++i) group.run([] { benchmark::ClobberMemory(); });
        group.wait();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(submit_and_wait)->Arg(1000)->Arg(10'000)->Arg(100'000)->UseRealTime();

constexpr int fibonacci_of = 30;
constexpr int fibonacci_tasks = 1'346'269;

int invoked(int n) {
    if (n < 2) return n;
    int left = 0;
    int right = 0;
    tbb::parallel_invoke([&left, n] { left = invoked(n - 1); },
                         [&right, n] { right = invoked(n - 2); });
    return left + right;
}

int grouped(int n) {
    if (n < 2) return n;
    int left = 0;
    tbb::task_group group;
    group.run([&left, n] { left = grouped(n - 1); });
    const int right = grouped(n - 2);
    group.wait();
    return left + right;
}

template <class Function>
void run_fibonacci(benchmark::State& state, Function fibonacci) {
    tbb::task_arena arena(static_cast<int>(state.range(0)));
    for (auto _ : state)
        arena.execute([fibonacci] { benchmark::DoNotOptimize(fibonacci(fibonacci_of)); });
    state.SetItemsProcessed(state.iterations() * fibonacci_tasks);
}

void fibonacci_by_parallel_invoke(benchmark::State& state) {
    run_fibonacci(state, invoked);
}
BENCHMARK(fibonacci_by_parallel_invoke)->Arg(1)->Arg(2)->UseRealTime();

void fibonacci_by_task_group(benchmark::State& state) {
    run_fibonacci(state, grouped);
}
BENCHMARK(fibonacci_by_task_group)->Arg(1)->Arg(2)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
