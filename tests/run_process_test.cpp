#include <eddy/run_process.hpp>

#include "support/ending.hpp"
#include "support/process_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

using RunProcess = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, RunProcess, ::testing::ValuesIn(backend_names()), name_of_loop);

command shell(std::string script) {
    return command("sh", "-c", std::move(script));
}

TEST_P(RunProcess, TellsTheExitCode) {
    EXPECT_TRUE(run(run_process(shell("exit 0"))).succeeded());
    const finished_process failed = run(run_process(shell("exit 3")));
    EXPECT_FALSE(failed.succeeded());
    EXPECT_EQ(failed.exit.code, 3);
}

TEST_P(RunProcess, TellsTheSignalThatEndedIt) {
    const finished_process killed = run(run_process(shell("kill -KILL $$")));
    EXPECT_EQ(killed.exit.signal, SIGKILL);
    EXPECT_FALSE(killed.succeeded());
}

TEST_P(RunProcess, GivesWhatItWroteAndItsErrorsApart) {
    const finished_process done = run(run_process(shell("echo output; echo error >&2")));
    EXPECT_EQ(done.output, "output\n");
    EXPECT_EQ(done.error, "error\n");
}

TEST_P(RunProcess, GivesOutputAndErrorsInOneIfTheyAreMerged) {
    command merged = shell("echo one; echo two >&2; echo three");
    merged.merge_error();
    const finished_process done = run(run_process(merged));
    EXPECT_EQ(done.output, "one\ntwo\nthree\n");
    EXPECT_EQ(done.error, "");
}

TEST_P(RunProcess, PassesArgumentsAsTheyAre) {
    const command prints("printf", "%s|", "two words", "$HOME", "'\"", "", "*");
    EXPECT_EQ(run(run_process(prints)).output, "two words|$HOME|'\"||*|");
}

TEST_P(RunProcess, GivesItsInputToTheProgram) {
    const command upper("python3", "-c", "import sys; print(sys.stdin.read().upper(), end='')");
    EXPECT_EQ(run(run_process(upper, "text")).output, "TEXT");
    EXPECT_EQ(run(run_process(upper)).output, "");
}

TEST_P(RunProcess, PassesTenMegabytesThroughAProgramAndBack) {
    std::string text;
    text.resize(10'000'000);
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 23);
    const finished_process done = run(run_process(command("cat"), text));
    EXPECT_TRUE(done.output == text) << done.output.size() << " bytes came back";
}

TEST_P(RunProcess, AllowsAProgramNotToReadItsInput) {
    const finished_process done =
        run(run_process(shell("exec <&-; echo done"), std::string(1'000'000, 'x')));
    EXPECT_EQ(done.output, "done\n");
    EXPECT_TRUE(done.succeeded());
}

TEST_P(RunProcess, ThrowsAwayTheOutputThatNobodyWants) {
    command quiet = shell("echo output; echo error >&2");
    quiet.standard_output(redirect::nothing).standard_error(redirect::nothing);
    const finished_process done = run(run_process(quiet));
    EXPECT_EQ(done.output + done.error, "");
    EXPECT_TRUE(done.succeeded());
}

TEST_P(RunProcess, LeavesItsStreamsWhereThoseOfTheParentLead) {
    command loud = shell("echo this line belongs to a test; read line; exit 4");
    loud.standard_output(redirect::inherit).merge_error();
    const finished_process done = run(run_process(loud));
    EXPECT_EQ(done.output + done.error, "");
    EXPECT_EQ(done.exit.code, 4);
}

TEST_P(RunProcess, AddsVariablesToItsEnvironmentOrGivesNoOthers) {
    ASSERT_EQ(::setenv("OF_THE_PARENT", "1", 1), 0);
    command prints = shell("echo $ANSWER $OF_THE_PARENT");
    prints.variable("ANSWER", "42");
    EXPECT_EQ(run(run_process(prints)).output, "42 1\n");
    prints.variable("OF_THE_PARENT", "2");
    EXPECT_EQ(run(run_process(prints)).output, "42 2\n");
    command lists("env");
    lists.empty_environment().variable("ANSWER", "42");
    EXPECT_EQ(run(run_process(lists)).output, "ANSWER=42\n");
    ::unsetenv("OF_THE_PARENT");
}

TEST_P(RunProcess, StartsInTheFolderItIsGiven) {
    const temporary_folder folder;
    folder.write("here", "");
    command lists("ls");
    lists.working_directory(folder.path().string());
    EXPECT_EQ(run(run_process(lists)).output, "here\n");
}

TEST_P(RunProcess, TakesAPathFromHereAlsoIfItStartsElsewhere) {
    const temporary_folder folder;
    std::filesystem::create_symlink("/bin/pwd", folder.path() / "program");
    const std::filesystem::path here = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    command tells("./program");
    tells.working_directory("/");
    EXPECT_EQ(run(run_process(tells)).output, "/\n");
    std::filesystem::current_path(here);
}

TEST_P(RunProcess, NamesAProgramThatDoesNotExist) {
    EXPECT_THAT(run(error_of(run_process(command("no-such-program", "x")))),
                AllOf(HasSubstr("start no-such-program"), HasSubstr("No such file")));
    EXPECT_THAT(run(error_of(run_process(command("/no/such/program")))),
                AllOf(HasSubstr("start /no/such/program"), HasSubstr("No such file")));
}

TEST_P(RunProcess, NamesAFolderThatDoesNotExist) {
    command lists("ls");
    lists.working_directory("/no/such/folder");
    EXPECT_THAT(run(error_of(run_process(lists))),
                AllOf(HasSubstr("start ls in /no/such/folder"), HasSubstr("No such file")));
}

TEST_P(RunProcess, NamesAFileThatIsNoProgram) {
    const temporary_folder folder;
    folder.write("data", "text");
    EXPECT_THAT(run(error_of(run_process(command(folder.path("data"))))),
                AllOf(HasSubstr(folder.path("data")), HasSubstr("Permission denied")));
    command found = command("data");
    found.variable("PATH", folder.path().string());
    EXPECT_THAT(run(error_of(run_process(found))), HasSubstr("Permission denied"));
}

TEST_P(RunProcess, StopsAProgramThatWritesMoreThanItMay) {
    command endless("yes");
    endless.output_limit(100'000);
    EXPECT_THROW(run(run_process(endless)), output_too_long);
}

TEST_P(RunProcess, SaysWhatWentWrongAlsoWhereNobodyCanTellHowTheProgramEnded) {
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    EXPECT_THROW(run(run_process(command("yes").output_limit(100'000))), output_too_long);
    std::signal(SIGCHLD, before);
}

task<> cancel_a_process(command what) {
    task_handle<finished_process> running = create_task(run_process(std::move(what)));
    co_await yield();
    EXPECT_FALSE(running.done());
    running.cancel();
    EXPECT_THROW(co_await running, task_cancelled);
}

TEST_P(RunProcess, LeavesNoProcessBehindWhenItIsCancelled) {
    run(cancel_a_process(command("sleep", "1000")));
    run(cancel_a_process(command("yes")));
}

task<> make_a_file_when_it_is_too_late(std::string path) {
    auto making = create_task(ending_of(run_process(command("touch", path))));
    making.cancel();
    EXPECT_EQ(co_await std::move(making), ending::cancelled);
}

TEST_P(RunProcess, StartsNothingForATaskThatWasCancelledBefore) {
    const temporary_folder folder;
    for (int i = 0; i < 20; ++i) run(make_a_file_when_it_is_too_late(folder.path("made")));
    EXPECT_FALSE(std::filesystem::exists(folder.path("made")));
}

task<> copy_by_a_process(std::string text, bool& is_whole) {
    const finished_process copy = co_await run_process(command("cat"), text);
    EXPECT_TRUE(copy.succeeded()) << copy.exit.to_string();
    is_whole = copy.output == text;
}

task<ending> copy_cancelled_after(int turns, bool& is_whole) {
    auto copying = create_task(ending_of(copy_by_a_process(std::string(200'000, 'x'), is_whole)));
    for (int i = 0; i < turns && !copying.done(); ++i) co_await yield();
    copying.cancel();
    co_return co_await copying;
}

// The chances grow apart: how many turns the other process takes is up to it.
TEST_P(RunProcess, LeavesNoProcessWheneverItIsCancelled) {
    const std::size_t handles = open_handles();
    for (int turns = 0; turns < 20'000; turns += 1 + turns / 4) {
        bool is_whole = false;
        const ending how = run(copy_cancelled_after(turns, is_whole));
        EXPECT_EQ(how, is_whole ? ending::value : ending::cancelled) << turns << " turns";
        ASSERT_FALSE(has_children()) << turns << " turns";
        ASSERT_EQ(open_handles(), handles) << turns << " turns";
    }
}

TEST_P(RunProcess, KillsAProgramThatDoesNotTerminateWhenItIsCancelled) {
    // Stopped, it does not hear that it should terminate.
    command stubborn = shell("kill -STOP $$");
    stubborn.grace(1ms);
    run(cancel_a_process(stubborn));
}

TEST_P(RunProcess, EndsWhenItsTimeIsOver) {
    EXPECT_THROW(run(with_timeout(1ms, run_process(command("sleep", "1000")))), timeout_error);
}

task<> run_many_at_once() {
    std::vector<task<finished_process>> all;
    for (int i = 0; i < 30; ++i) all.push_back(run_process(command("cat"), std::to_string(i)));
    const auto finished = co_await gather(std::move(all));
    for (std::size_t i = 0; i < finished.size(); ++i)
        EXPECT_EQ(finished[i].output, std::to_string(i));
}

TEST_P(RunProcess, RunsManyProgramsAtOnce) {
    run(run_many_at_once());
}

}  // namespace
}  // namespace eddy::testing
