#include <eddy/process_pool.hpp>

#include "support/own_processes.hpp"
#include "support/temporary_folder.hpp"

#include <eddy/run.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// What can be asked of a worker where processes have groups, shells and descriptors, and can be
// waited for without a thread.
namespace eddy {
namespace {

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

int square(int x) {
    return x * x;
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
