#include <eddy/process.hpp>

#include "support/asleep.hpp"
#include "support/descriptor_limit.hpp"
#include "support/sockets.hpp"
#include "support/temporary_folder.hpp"

#include <eddy/socket.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

// POSIX leaves its declaration to the program; glibc declares it anyway.
extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace eddy {
namespace {

using namespace std::chrono_literals;
using testing::open_pair;
using testing::receive_some;
using testing::send_all;
using testing::socket_pair;

unique_handle open_program(const std::string& path) {
    unique_handle opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_TRUE(opened) << path;
    return opened;
}

child_process start_shell(const std::string& script, process_start how = {}) {
    const unique_handle shell = open_program("/bin/sh");
    how.executable = shell.get();
    how.arguments = {"sh", "-c", script};
    std::error_code error;
    child_process child = child_process::start(how, error);
    EXPECT_FALSE(error) << error.message();
    EXPECT_TRUE(child);
    return child;
}

process_exit end_of(child_process& child) {
    EXPECT_TRUE(child.wait(20s)) << "the child does not end";
    std::error_code error;
    const auto end = child.reap(error);
    EXPECT_FALSE(error) << error.message();
    EXPECT_FALSE(child);
    return end.value_or(process_exit{.code = -1});
}

process_exit run_shell(const std::string& script, process_start how = {}) {
    child_process child = start_shell(script, std::move(how));
    return end_of(child);
}

TEST(ChildProcess, IsWaitedForAsLongAsItTakes) {
    using std::chrono::milliseconds;
    for (const milliseconds limit : {milliseconds::max(), milliseconds((1LL << 32) + 1)}) {
        child_process child = start_shell("exec sleep 1000");
        std::thread kill_it([&child, waiter = testing::this_thread_number()] {
            testing::wait_until_asleep(waiter);
            child.send(process_signal::kill);
        });
        EXPECT_TRUE(child.wait(limit));
        kill_it.join();
        end_of(child);
    }
}

TEST(ChildProcess, MayBeStartedWhereThereIsNoEnvironment) {
    // In a process of its own, which loses its variables for good.
    const pid_t child = ::fork();
    if (child == 0) {
        environ = nullptr;
        ::_exit(current_environment().empty() ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST(ChildProcess, TellsItsExitCode) {
    EXPECT_EQ(run_shell("exit 0").code, 0);
    const process_exit end = run_shell("exit 3");
    EXPECT_EQ(end.code, 3);
    EXPECT_EQ(end.signal, 0);
    EXPECT_EQ(end.to_string(), "exit code 3");
}

TEST(ChildProcess, TellsWhichSignalEndedIt) {
    const process_exit end = run_shell("kill -KILL $$");
    EXPECT_EQ(end.signal, SIGKILL);
    EXPECT_EQ(end.to_string(), "signal 9 (Killed)");
}

TEST(ChildProcess, TellsWhatItHasUsed) {
    EXPECT_GT(run_shell("exit 0").used.peak_memory, 100 * 1024U);
}

TEST(ChildProcess, GetsTheEnvironmentItIsGivenAndNoOther) {
    ASSERT_EQ(::setenv("OF_THE_PARENT", "1", 1), 0);
    const std::string script = R"(test "$ANSWER" = 42 && test -z "$OF_THE_PARENT")";
    EXPECT_EQ(run_shell(script, {.environment = {"ANSWER=42"}}).code, 0);
    EXPECT_NE(run_shell(script, {.environment = current_environment()}).code, 0);
    ::unsetenv("OF_THE_PARENT");
}

TEST(ChildProcess, GetsTheHandlesInTheOrderGiven) {
    const socket_pair first = open_pair();
    const socket_pair second = open_pair();
    const std::string script = "printf three >&3; printf four >&4";
    EXPECT_EQ(run_shell(script, {.handles = {first.one.get(), second.one.get()}}).code, 0);
    EXPECT_EQ(run_shell(script, {.handles = {second.one.get(), first.one.get()}}).code, 0);
    EXPECT_EQ(receive_some(first.other.get()), "threefour");
    EXPECT_EQ(receive_some(second.other.get()), "fourthree");
}

TEST(ChildProcess, GetsNoOtherHandleEvenIfItSurvivesExec) {
    const unique_handle open_on_exec(::fcntl(STDERR_FILENO, F_DUPFD, 50));
    const std::string number = std::to_string(open_on_exec.get());
    EXPECT_EQ(run_shell("test ! -e /dev/fd/" + number).code, 0);
}

TEST(ChildProcess, HasDefaultSignalDispositionsAndNothingBlocked) {
    struct ::sigaction before{};
    struct ::sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    ASSERT_EQ(::sigaction(SIGUSR1, &ignore, &before), 0);
    ::sigset_t blocked;
    sigemptyset(&blocked);  // a macro on macOS, as is the next
    sigaddset(&blocked, SIGUSR2);
    ASSERT_EQ(::sigprocmask(SIG_BLOCK, &blocked, nullptr), 0);

    EXPECT_EQ(run_shell("kill -USR1 $$; exit 1").signal, SIGUSR1);
    EXPECT_EQ(run_shell("kill -USR2 $$; exit 1").signal, SIGUSR2);

    ::sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(ChildProcess, CanHaveAnEmptyInput) {
    EXPECT_EQ(run_shell("read line", {.empty_input = true}).code, 1);
}

process_exit run_program(process_start what) {
    std::error_code error;
    child_process child = child_process::start(what, error);
    EXPECT_FALSE(error) << error.message();
    return child ? end_of(child) : process_exit{.code = -1};
}

std::error_code refusal_of(const process_start& what) {
    std::error_code error;
    EXPECT_FALSE(child_process::start(what, error));
    return error;
}

TEST(ChildProcess, IsFoundInThePathOfItsEnvironment) {
    const testing::temporary_folder folder;
    folder.write("program", "#!/bin/sh\nexit 8\n");
    std::filesystem::permissions(folder.path("program"), std::filesystem::perms::owner_all);
    folder.write("data", "text");
    const std::string path = "PATH=/nowhere:" + folder.path().string();
    EXPECT_EQ(run_program({.program = "program", .arguments = {"x"}, .environment = {path}}).code,
              8);
    EXPECT_EQ(run_program({.program = folder.path("program"), .arguments = {"x"}}).code, 8);
    EXPECT_EQ(run_program({.program = "true", .arguments = {"true"}}).code, 0) << "without a PATH";
    EXPECT_EQ(refusal_of({.program = "program", .environment = {"PATH=/nowhere"}}),
              std::errc::no_such_file_or_directory);
    EXPECT_EQ(refusal_of({.program = "data", .environment = {path}}), std::errc::permission_denied);
    EXPECT_EQ(refusal_of({}), std::errc::no_such_file_or_directory);
}

TEST(ChildProcess, StartsInItsWorkingDirectory) {
    const testing::temporary_folder folder;
    folder.write("here", "");
    EXPECT_EQ(run_shell("test -e here", {.working_directory = folder.path().string()}).code, 0);
    EXPECT_EQ(refusal_of({.program = "true", .working_directory = folder.path("nowhere")}),
              std::errc::no_such_file_or_directory);
}

TEST(ChildProcess, GetsItsStandardHandles) {
    const socket_pair in = open_pair();
    const socket_pair out = open_pair();
    const socket_pair errors = open_pair();
    send_all(in.other.get(), "line\n");
    EXPECT_EQ(run_shell("read line; echo $line; echo error >&2",
                        {.input = in.one.get(), .output = out.one.get(), .error = errors.one.get()})
                  .code,
              0);
    EXPECT_EQ(receive_some(out.other.get()), "line\n");
    EXPECT_EQ(receive_some(errors.other.get()), "error\n");
}

TEST(ChildProcess, CanWriteItsErrorsToItsOutput) {
    const socket_pair out = open_pair();
    const process_start merged{.output = out.one.get(), .merge_error = true};
    EXPECT_EQ(run_shell("echo one; echo two >&2", merged).code, 0);
    EXPECT_EQ(receive_some(out.other.get(), 8), "one\ntwo\n");
}

TEST(ChildProcess, IsKilledWithItsGroup) {
    const socket_pair pair = open_pair();
    unique_handle theirs(::dup(pair.one.get()));
    child_process child = start_shell("sleep 1000 & printf started >&3; wait",
                                      {.handles = {theirs.get()}, .own_group = true});
    theirs.reset();
    EXPECT_EQ(receive_some(pair.other.get()), "started");
    EXPECT_FALSE(child.send_to_group(process_signal::kill));
    EXPECT_EQ(end_of(child).signal, SIGKILL);

    // The sleeping grandchild holds the socket for as long as it lives.
    ASSERT_FALSE(shutdown_sending(pair.one.get()));
    EXPECT_TRUE(testing::ends_soon(pair.other.get()));
}

TEST(ChildProcess, IsAskedToTerminate) {
    const socket_pair pair = open_pair();
    child_process child = start_shell("trap 'exit 5' TERM; printf ready >&3; read line <&3",
                                      {.handles = {pair.one.get()}});
    EXPECT_EQ(receive_some(pair.other.get()), "ready");
    EXPECT_FALSE(child.send(process_signal::terminate));
    send_all(pair.other.get(), "\n");
    EXPECT_EQ(end_of(child).code, 5);
}

TEST(ChildProcess, IsNotReapedWhileItRuns) {
    const socket_pair pair = open_pair();
    child_process child = start_shell("read line <&3", {.handles = {pair.one.get()}});
    std::error_code error;
    EXPECT_FALSE(child.reap(error));
    EXPECT_FALSE(error);
    EXPECT_FALSE(child.wait(0ms));
    EXPECT_TRUE(child);
    send_all(pair.other.get(), "\n");
    EXPECT_EQ(end_of(child).code, 0);
}

// While it lives, system calls that wait are interrupted again and again.
class interrupting_alarm {
public:
    interrupting_alarm() {
        struct sigaction handling{};
        handling.sa_handler = [](int) {};
        ::sigaction(SIGALRM, &handling, &earlier_);
        set(300);
    }
    interrupting_alarm(const interrupting_alarm&) = delete;
    interrupting_alarm& operator=(const interrupting_alarm&) = delete;
    ~interrupting_alarm() {
        set(0);
        ::sigaction(SIGALRM, &earlier_, nullptr);
    }

private:
    static void set(int microseconds) {
        const itimerval every{.it_interval = {0, microseconds}, .it_value = {0, microseconds}};
        ::setitimer(ITIMER_REAL, &every, nullptr);
    }

    struct sigaction earlier_{};
};

TEST(ChildProcess, LeavesNoneBehindThatItCannotFollow) {
    if (testing::checks_need_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
    // So that the limit leaves room for the numbers that a child's own handles get.
    std::vector<unique_handle> others;
    for (int i = 0; i < 32; ++i) others.push_back(open_program("/bin/sh"));
    const interrupting_alarm alarm;
    for (int i = 0; i < 50; ++i) {
        const testing::no_more_descriptors limit;
        std::error_code error;
        const child_process child = child_process::start(
            {.program = "/bin/sh", .arguments = {"sh", "-c", "exec sleep 20"}}, error);
        EXPECT_EQ(error, std::errc::too_many_files_open) << error.message();
        EXPECT_FALSE(child);
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "there is a child";
    EXPECT_EQ(errno, ECHILD);
}

TEST(ChildProcess, HasAHandleThatIsReadableWhenItHasEnded) {
    child_process child = start_shell("exit 0");
    pollfd asked{.fd = child.handle(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&asked, 1, 20'000), 1);
    EXPECT_EQ(end_of(child).code, 0);
}

TEST(ChildProcess, IsOutOfReachOnceItWasReaped) {
    child_process child = start_shell("exit 0");
    end_of(child);
    EXPECT_EQ(child.send(process_signal::kill), std::errc::no_such_process);
    EXPECT_EQ(child.send_to_group(process_signal::kill), std::errc::no_such_process);
}

TEST(ChildProcess, ReportsAFileThatIsNoProgram) {
    const unique_handle folder = open_program("/tmp");
    std::error_code error;
    const child_process child =
        child_process::start({.executable = folder.get(), .arguments = {"tmp"}}, error);
    EXPECT_TRUE(error);
    EXPECT_FALSE(child);
}

TEST(ChildProcess, ReportsAHandleThatIsNotOpen) {
    const unique_handle shell = open_program("/bin/sh");
    std::error_code error;
    const child_process child = child_process::start(
        {.executable = shell.get(), .arguments = {"sh"}, .handles = {invalid_handle}}, error);
    EXPECT_EQ(error, std::errc::bad_file_descriptor) << error.message();
    EXPECT_FALSE(child);
}

// Not the program that has to do without it, after it was started.
TEST(ChildProcess, ReportsAStandardHandleThatIsNotOpen) {
    const unique_handle shell = open_program("/bin/sh");
    constexpr native_handle not_open = 1'000'000;
    for (native_handle process_start::* const which :
         {&process_start::input, &process_start::output, &process_start::error}) {
        process_start how{.executable = shell.get(), .arguments = {"sh"}};
        how.*which = not_open;
        std::error_code error;
        const child_process child = child_process::start(how, error);
        EXPECT_EQ(error, std::errc::bad_file_descriptor) << error.message();
        EXPECT_FALSE(child);
    }
}

TEST(Process, OpensItsOwnProgram) {
    std::error_code error;
    const unique_handle program = open_own_executable(error);
    ASSERT_FALSE(error) << error.message();
    child_process child = child_process::start(
        {.executable = program.get(), .arguments = {"again", "--gtest_filter=None"}}, error);
    ASSERT_FALSE(error) << error.message();
    EXPECT_EQ(end_of(child).code, 0);
}

TEST(Process, TakesAVariableFromItsEnvironment) {
    ASSERT_EQ(::setenv("TO_BE_TAKEN", "value", 1), 0);
    EXPECT_EQ(take_from_environment("TO_BE_TAKEN"), "value");
    EXPECT_EQ(take_from_environment("TO_BE_TAKEN"), std::nullopt);
}

}  // namespace
}  // namespace eddy
