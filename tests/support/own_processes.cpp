#include "support/own_processes.hpp"

#include <csignal>
#include <filesystem>
#include <iterator>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace eddy::testing {

std::size_t open_handles() {
    const std::filesystem::directory_iterator handles("/dev/fd");
    // One of them is that of the directory.
    return static_cast<std::size_t>(std::distance(begin(handles), end(handles))) - 1;
}

std::int64_t own_process() {
    return ::getpid();
}

bool has_children() {
    siginfo_t info{};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

void kill_process(std::int64_t process) {
    ::kill(static_cast<pid_t>(process), SIGKILL);
}

void wait_for_file(const std::string& path) {
    while (!std::filesystem::exists(path)) std::this_thread::yield();
}

void leaves_nothing_behind::SetUp() {
    ASSERT_FALSE(has_children());
    handles_before_ = open_handles();
}

void leaves_nothing_behind::TearDown() {
    EXPECT_FALSE(has_children()) << "a worker is left";
    EXPECT_EQ(open_handles(), handles_before_) << "handles are left open";
}

}  // namespace eddy::testing
