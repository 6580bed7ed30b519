#include <eddy/process_pool.hpp>

#include "support/environment_variable.hpp"
#include "support/own_processes.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace eddy {
namespace {

int square(int x) {
    return x * x;
}

void run_for_ever() {
    for (;;) std::this_thread::yield();
}

// A process that has this variable knows one function more than this one.
constexpr const char* another_program = "EDDY_TEST_ANOTHER_PROGRAM";

const bool is_another_program = [] {
    if (std::getenv(another_program) == nullptr) return false;
    static const remote_function one_more([](payload_reader&, payload_writer&) {}, 1);
    return true;
}();

class ProcessPoolWorker : public testing::leaves_nothing_behind {};

TEST_F(ProcessPoolWorker, ReadsNothingFromTheTerminal) {
    process_pool pool(1);
    EXPECT_EQ(pool.submit([] { return std::fgetc(stdin); }).result(), EOF);
}

TEST_F(ProcessPoolWorker, DoesNotTellWhatItStartsThatItIsOne) {
    process_pool pool(1);
    EXPECT_TRUE(pool.submit([] { return std::getenv("EDDY_WORKER") == nullptr; }).result());
}

TEST_F(ProcessPoolWorker, MayHaveAPoolOfItsOwn) {
    process_pool pool(1);
    const auto nested = [](int x) {
        process_pool inner(1);
        return inner.submit(fn<square>, x).result() + 1;
    };
    EXPECT_EQ(pool.submit(nested, 3).result(), 10);
}

TEST_F(ProcessPoolWorker, IsNotUsedIfItIsAnotherProgram) {
    EXPECT_FALSE(is_another_program);
    testing::environment_variable variable(another_program);
    variable.set("1");
    process_pool pool(1);
    EXPECT_THROW(pool.submit(fn<square>, 3).result(), worker_binary_mismatch);
}

TEST_F(ProcessPoolWorker, EndsWithItsParentHoweverThatEnds) {
    // The parent is a worker itself. Its pool is busy and never ends by itself.
    process_pool pool(1);
    const auto start_workers = [] {
        static process_pool inner(2);
        std::vector<std::int64_t> processes{testing::own_process()};
        for (int i = 0; i < 2; ++i) {
            processes.push_back(inner.submit(fn<testing::own_process>).result());
            static std::vector<future<void>> endless;
            endless.push_back(inner.submit(fn<run_for_ever>));
        }
        return processes;
    };
    const std::vector<std::int64_t> processes = pool.submit(start_workers).result();
    ASSERT_EQ(processes.size(), 3U);
    EXPECT_NE(processes[1], processes[2]);

    testing::kill_process(processes[0]);
    for (const std::int64_t each : processes)
        EXPECT_TRUE(testing::process_ends_soon(each)) << "process " << each << " still runs";
}

TEST_F(ProcessPoolWorker, LivesOnWhenTheThreadThatStartedItEnds) {
    std::unique_ptr<process_pool> pool;
    std::int64_t worker = 0;
    std::thread([&] {
        pool = std::make_unique<process_pool>(1);
        worker = pool->submit(fn<testing::own_process>).result();
    }).join();
    EXPECT_EQ(pool->submit(fn<testing::own_process>).result(), worker);
}

}  // namespace
}  // namespace eddy
