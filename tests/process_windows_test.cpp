#include <eddy/process.hpp>

#include "support/sockets.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include <windows.h>

namespace eddy {
namespace {

using namespace std::chrono_literals;

unique_handle open_program(const std::filesystem::path& path) {
    unique_handle opened(reinterpret_cast<native_handle>(
        ::CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_DELETE,
                      nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr)));
    EXPECT_TRUE(opened) << path;
    return opened;
}

std::filesystem::path folder_of_the_system() {
    wchar_t path[MAX_PATH] = L"";
    ::GetSystemDirectoryW(path, MAX_PATH);
    return path;
}

child_process start_shell(const std::string& script, process_start how = {}) {
    const unique_handle shell = open_program(folder_of_the_system() / "cmd.exe");
    how.executable = shell.get();
    how.arguments = {"cmd", "/c", script};
    if (how.environment.empty()) how.environment = current_environment();
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

// One that goes on until it is stopped: it waits for somebody to type something.
child_process start_waiting_shell(const unique_handle& input, process_start how = {}) {
    how.handles = {input.get()};
    return start_shell("for /l %i in (0,0,1) do rem", std::move(how));
}

TEST(ChildProcess, TellsItsExitCode) {
    EXPECT_EQ(run_shell("exit 0").code, 0);
    const process_exit end = run_shell("exit 3");
    EXPECT_EQ(end.code, 3);
    EXPECT_EQ(end.signal, 0);
    EXPECT_EQ(end.to_string(), "exit code 3");
}

TEST(ChildProcess, IsKilled) {
    for (const bool own_group : {false, true}) {
        const testing::socket_pair pair = testing::open_pair();
        child_process child = start_waiting_shell(pair.one, {.own_group = own_group});
        EXPECT_FALSE(child.send_to_group(process_signal::kill));
        const process_exit end = end_of(child);
        EXPECT_EQ(end.signal, 9);
        EXPECT_EQ(end.to_string(), "signal 9 (Killed)");
    }
}

TEST(ChildProcess, GetsTheEnvironmentItIsGiven) {
    ASSERT_TRUE(::SetEnvironmentVariableW(L"OF_THE_PARENT", L"1"));
    const std::string script = "if defined ANSWER if not defined OF_THE_PARENT exit 7";
    EXPECT_EQ(run_shell(script, {.environment = {"ANSWER=42"}}).code, 7);
    EXPECT_NE(run_shell(script, {.environment = current_environment()}).code, 7);
    ::SetEnvironmentVariableW(L"OF_THE_PARENT", nullptr);
}

TEST(ChildProcess, IsNotReapedWhileItRuns) {
    const testing::socket_pair pair = testing::open_pair();
    child_process child = start_waiting_shell(pair.one);
    std::error_code error;
    EXPECT_FALSE(child.reap(error));
    EXPECT_FALSE(error);
    EXPECT_FALSE(child.wait(0ms));
    EXPECT_TRUE(child);
    EXPECT_FALSE(child.send(process_signal::kill));
    end_of(child);
}

TEST(ChildProcess, HoldsTheHandlesItIsGivenUntilItEnds) {
    testing::socket_pair pair = testing::open_pair();
    child_process child = start_waiting_shell(pair.one, {.own_group = true});
    pair.one.reset();
    EXPECT_FALSE(child.send_to_group(process_signal::kill));
    end_of(child);
    EXPECT_TRUE(testing::ends_soon(pair.other.get()));
}

TEST(ChildProcess, WithAGroupOfItsOwnEndsWhenItsParentForgetsIt) {
    const testing::socket_pair pair = testing::open_pair();
    unique_handle seen;
    {
        const child_process child = start_waiting_shell(pair.one, {.own_group = true});
        seen = unique_handle(reinterpret_cast<native_handle>(
            ::OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(child.id()))));
    }
    EXPECT_EQ(::WaitForSingleObject(reinterpret_cast<HANDLE>(seen.get()), 20'000), WAIT_OBJECT_0);
}

TEST(ChildProcess, IsOutOfReachOnceItWasReaped) {
    child_process child = start_shell("exit 0");
    end_of(child);
    EXPECT_EQ(child.send(process_signal::kill), std::errc::no_such_process);
    EXPECT_EQ(child.send_to_group(process_signal::kill), std::errc::no_such_process);
}

TEST(ChildProcess, ReportsAFileThatIsNoProgram) {
    const unique_handle folder = open_program(folder_of_the_system());
    std::error_code error;
    const child_process child =
        child_process::start({.executable = folder.get(), .arguments = {"folder"}}, error);
    EXPECT_TRUE(error);
    EXPECT_FALSE(child);
}

std::error_code refusal_of(const std::string& program) {
    process_start how;
    how.program = program;
    how.arguments = {program, "\"&calc.exe"};
    how.environment = current_environment();
    std::error_code error;
    EXPECT_FALSE(child_process::start(how, error)) << program;
    return error;
}

TEST(ChildProcess, TakesNoBatchFileForAProgram) {
    const testing::temporary_folder folder;
    for (const char* const name : {"script.bat", "script.Cmd"}) {
        folder.write(name, "exit 3\n");
        EXPECT_EQ(refusal_of(folder.path(name)), std::errc::executable_format_error) << name;
        // A name means the same file with these behind it, if the system finds it at all.
        EXPECT_TRUE(refusal_of(folder.path(name) + "."));
        EXPECT_TRUE(refusal_of(folder.path(name) + " ."));
    }
}

TEST(ChildProcess, ReportsAHandleThatIsNotOpen) {
    const unique_handle shell = open_program(folder_of_the_system() / "cmd.exe");
    std::error_code error;
    const child_process child = child_process::start(
        {.executable = shell.get(), .arguments = {"cmd"}, .handles = {invalid_handle}}, error);
    EXPECT_EQ(error, std::errc::bad_file_descriptor) << error.message();
    EXPECT_FALSE(child);
}

// Not the program that has to do without it, after it was started.
TEST(ChildProcess, ReportsAStandardHandleThatIsNotOpen) {
    const unique_handle shell = open_program(folder_of_the_system() / "cmd.exe");
    constexpr native_handle not_open = 1'000'000;
    for (native_handle process_start::* const which :
         {&process_start::input, &process_start::output, &process_start::error}) {
        process_start how{.executable = shell.get(), .arguments = {"cmd"}};
        how.*which = not_open;
        std::error_code error;
        const child_process child = child_process::start(how, error);
        EXPECT_EQ(error, std::errc::bad_file_descriptor) << error.message();
        EXPECT_FALSE(child);
    }
}

TEST(Process, OpensItsOwnProgram) {
    std::error_code error;
    const unique_handle opened = open_own_executable(error);
    ASSERT_FALSE(error) << error.message();
    wchar_t own[MAX_PATH] = L"";
    ::GetModuleFileNameW(nullptr, own, MAX_PATH);
    wchar_t path[MAX_PATH] = L"";
    ::GetFinalPathNameByHandleW(reinterpret_cast<HANDLE>(opened.get()), path, MAX_PATH, 0);
    EXPECT_TRUE(std::wstring_view(path).ends_with(std::wstring_view(own).substr(2)));
}

TEST(Process, TakesAVariableFromItsEnvironment) {
    ASSERT_TRUE(::SetEnvironmentVariableW(L"TO_BE_TAKEN", L"value"));
    EXPECT_EQ(take_from_environment("TO_BE_TAKEN"), "value");
    EXPECT_EQ(take_from_environment("TO_BE_TAKEN"), std::nullopt);
}

}  // namespace
}  // namespace eddy
