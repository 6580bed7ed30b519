#include <eddy/process_pool.hpp>

#include "support/descriptor_limit.hpp"
#include "support/own_processes.hpp"
#include "support/temporary_folder.hpp"

#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// What can be asked of a worker where processes have groups, shells and descriptors, and can be
// waited for without a thread.
namespace eddy {
namespace {

using namespace std::chrono_literals;

int square(int x) {
    return x * x;
}

class ProcessPoolDescriptors : public testing::leaves_nothing_behind {};

TEST_F(ProcessPoolDescriptors, HasAProcessGroupOfItsOwn) {
    process_pool pool(1);
    EXPECT_TRUE(pool.submit([] { return ::getpgrp() == ::getpid(); }).result());
}

TEST_F(ProcessPoolDescriptors, HasNoHandlesButItsOwn) {
    const unique_handle open_on_exec(::dup(STDERR_FILENO));
    process_pool pool(1);
    // Input, output, errors, the socket, and the program.
    EXPECT_EQ(pool.submit(fn<testing::open_handles>).result(), 5U);
}

TEST_F(ProcessPoolDescriptors, PassesItsSocketToNoProgramThatItStarts) {
    process_pool pool(1);
    EXPECT_EQ(pool.submit([] { return std::system("test ! -e /dev/fd/3"); }).result(), 0);
}

TEST_F(ProcessPoolDescriptors, TakesWhatTheCallHasStartedWithIt) {
    process_pool pool(1);
    const testing::temporary_folder folder;
    const std::string fifo = folder.path("fifo");
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    future<void> call = pool.submit(
        [](const std::string& script) { static_cast<void>(std::system(script.c_str())); },
        "exec >" + fifo + "; echo up; sleep 1000");

    // The shell and the sleeper hold the other end for as long as they live.
    const unique_handle reader(::open(fifo.c_str(), O_RDONLY | O_CLOEXEC));
    char text[3];
    ASSERT_EQ(::read(reader.get(), text, sizeof text), 3);
    EXPECT_TRUE(call.cancel(cancel_mode::kill));
    EXPECT_EQ(::read(reader.get(), text, sizeof text), 0);
}

// So much that it travels as shared memory, for which the receiver needs a descriptor.
std::vector<char> large_after(const std::string& begun, const std::string& go) {
    std::ofstream(begun).flush();
    testing::wait_for_file(go);
    return std::vector<char>(100'000);
}

void run_for_ever(const std::string& begun) {
    std::ofstream(begun).flush();
    for (;;) std::this_thread::yield();
}

// Lets a worker send an answer for which this process has no descriptor, and begin the next call
// before the loop looks.
task<> lose_an_answer(const testing::temporary_folder& folder, process_pool& pool) {
    std::ofstream(folder.path("here")).flush();
    future<std::vector<char>> large =
        pool.submit(fn<large_after>, folder.path("begun"), folder.path("there"));
    future<void> next = pool.submit(fn<run_for_ever>, folder.path("next"));
    while (!std::filesystem::exists(folder.path("begun"))) co_await yield();

    const testing::no_more_descriptors none;
    // Takes no descriptor, as making a file would.
    std::filesystem::rename(folder.path("here"), folder.path("there"));
    testing::wait_for_file(folder.path("next"));
    while (!large.done() || !next.done()) co_await yield();
    EXPECT_THROW(large.result(), worker_died);
    EXPECT_THROW(next.result(), worker_died) << "nobody would have read its answer";
}

TEST_F(ProcessPoolDescriptors, CostsTheCallsOfOneWorkerIfThereIsNoneForAnAnswer) {
    if (testing::checks_need_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
    const auto main = []() -> task<> {
        const testing::temporary_folder folder;
        process_pool pool(1);
        co_await lose_an_answer(folder, pool);
        EXPECT_EQ(co_await pool.submit(fn<square>, 3), 9);
    };
    run(main);
}

TEST_F(ProcessPoolDescriptors, MayRunOutAsLongAsThereIsAWorker) {
    if (testing::checks_need_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
    process_pool pool(2);
    const testing::temporary_folder folder;
    future<std::vector<char>> busy =
        pool.submit(fn<large_after>, folder.path("begun"), folder.path("go"));
    testing::wait_for_file(folder.path("begun"));
    std::vector<future<int>> more;
    {
        const testing::no_more_descriptors none;
        for (int i = 0; i < 5; ++i) more.push_back(pool.submit(fn<square>, i));
        // Long enough for many attempts to start another one.
        EXPECT_THROW(more.back().result(400ms), timeout_error);
    }
    std::ofstream(folder.path("go")).flush();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(more[static_cast<std::size_t>(i)].result(), i * i);
    busy.result();
}

TEST_F(ProcessPoolDescriptors, NeedsNoThreadInALoop) {
    const auto main = []() -> task<> {
        const std::size_t before = testing::threads_of_this_process();
        process_pool pool(2);
        EXPECT_EQ(co_await pool.submit(fn<square>, 7), 49);
        EXPECT_EQ(testing::threads_of_this_process(), before);
    };
    run(main);
}

}  // namespace
}  // namespace eddy
