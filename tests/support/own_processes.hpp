#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace eddy::testing {

/// How many handles this process has open.
std::size_t open_handles();

/// The number of this process.
std::int64_t own_process();

/// Whether this process has children, zombies included.
bool has_children();

/// Whether a process has ended; waits for it, for 20 seconds at most. It need not be a child.
bool process_ends_soon(std::int64_t process);

/// How many threads this process has.
std::size_t threads_of_this_process();

/// Kills a process, whichever it is.
void kill_process(std::int64_t process);

/// Returns when a file exists. Measures no time: it looks.
void wait_for_file(const std::string& path);

/// Tests that leave neither handles nor children behind.
class leaves_nothing_behind : public ::testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

private:
    std::size_t handles_before_ = 0;
};

}  // namespace eddy::testing
