#include <eddy/subprocess.hpp>

#include "support/process_fixture.hpp"

#include <eddy/create_task.hpp>
#include <eddy/pipe.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <string>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

using Subprocess = process_fixture;
INSTANTIATE_TEST_SUITE_P(Linux, Subprocess, ::testing::ValuesIn(backend_names()), name_of_loop);

// Follows a process as a debugger does, which is told of its end before its parent is.
class debugger {
public:
    explicit debugger(std::int64_t process) {
        EXPECT_EQ(open_pipe(told_, telling_), std::error_code());
        unique_handle began;
        unique_handle begins;
        EXPECT_EQ(open_pipe(began, begins), std::error_code());
        id_ = ::fork();
        if (id_ == 0) follow(static_cast<pid_t>(process), begins.get());
        begins.reset();
        char result = 0;
        EXPECT_EQ(::read(began.get(), &result, 1), 1) << "it may not be followed";
    }
    debugger(const debugger&) = delete;
    debugger& operator=(const debugger&) = delete;
    ~debugger() {
        let_go();
        ::waitpid(id_, nullptr, 0);
    }

    void let_go() { telling_.reset(); }

private:
    [[noreturn]] void follow(pid_t process, native_handle begins) {
        telling_.reset();
        char byte = 0;
        if (::ptrace(PTRACE_SEIZE, process, nullptr, nullptr) == 0 &&
            ::write(begins, &byte, 1) == 1 && ::read(told_.get(), &byte, 1) == 0)
            ::waitpid(process, nullptr, __WALL);
        ::_exit(0);
    }

    unique_handle told_;
    unique_handle telling_;
    pid_t id_ = -1;
};

bool is_a_zombie(std::int64_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    std::getline(file, text);
    const std::size_t behind_name = text.rfind(") ");
    return behind_name != std::string::npos && text[behind_name + 2] == 'Z';
}

task<process_exit> wait_for_one_that_is_followed() {
    subprocess child = subprocess::start(command("sleep", "1000"));
    debugger other(child.id());
    child.send(process_signal::kill);
    while (!is_a_zombie(child.id())) co_await sleep(0s);
    task_handle<process_exit> waiting = create_task(child.wait());
    for (int turn = 0; turn < 10; ++turn) co_await sleep(0s);
    EXPECT_FALSE(waiting.done());
    other.let_go();
    co_return co_await std::move(waiting);
}

TEST_P(Subprocess, EndsForItsParentAfterADebuggerHasLetGo) {
    EXPECT_EQ(run(wait_for_one_that_is_followed()).signal, SIGKILL);
}

task<> wait_twice_for_one_that_is_followed() {
    subprocess child = subprocess::start(command("sleep", "1000"));
    debugger other(child.id());
    auto first = create_task(child.wait());
    auto second = create_task(child.wait());
    for (int turn = 0; turn < 10; ++turn) co_await sleep(0s);
    child.send(process_signal::kill);
    // The loop sleeps: a kernel that wakes it tells it of one task's operation before the other's.
    while (!is_a_zombie(child.id())) co_await sleep(10ms);
    EXPECT_FALSE(first.done());
    EXPECT_FALSE(second.done());
    other.let_go();
    EXPECT_EQ((co_await first).signal, SIGKILL);
    EXPECT_EQ((co_await second).signal, SIGKILL);
}

TEST_P(Subprocess, EndsForAllWhoWaitAfterADebuggerHasLetGo) {
    run(wait_twice_for_one_that_is_followed());
}

}  // namespace
}  // namespace eddy::testing
