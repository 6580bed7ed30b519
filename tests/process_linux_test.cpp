#include <eddy/process.hpp>

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include <fcntl.h>

// What Linux can and others cannot: run a file that is open, whatever became of its name.
namespace eddy {
namespace {

using namespace std::chrono_literals;

TEST(ChildProcess, RunsAnOpenFileThatWasDeletedMeanwhile) {
    const testing::temporary_folder folder;
    const std::string copy = folder.path("shell");
    std::filesystem::copy_file("/bin/sh", copy);
    const unique_handle opened(::open(copy.c_str(), O_PATH | O_CLOEXEC));
    std::filesystem::remove(copy);
    std::error_code error;
    child_process child = child_process::start(
        {.executable = opened.get(), .arguments = {"sh", "-c", "exit 6"}}, error);
    ASSERT_FALSE(error) << error.message();
    EXPECT_TRUE(child.wait(20s)) << "the child does not end";
    EXPECT_EQ(child.reap(error).value_or(process_exit()).code, 6);
}

TEST(Process, OpensItsOwnProgram) {
    std::error_code error;
    const unique_handle opened = open_own_executable(error);
    ASSERT_FALSE(error) << error.message();
    const std::string name = "/proc/self/fd/" + std::to_string(opened.get());
    EXPECT_TRUE(std::filesystem::equivalent(name, "/proc/self/exe"));
}

}  // namespace
}  // namespace eddy
