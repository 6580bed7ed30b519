#include <eddy/subprocess.hpp>

#include "support/ending.hpp"
#include "support/process_fixture.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/run_process.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <csignal>
#include <set>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

static_assert(byte_stream<pipe_stream>);

using Subprocess = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, Subprocess, ::testing::ValuesIn(backend_names()), name_of_loop);

command shell(std::string script) {
    return command("sh", "-c", std::move(script));
}

command with_input(command what) {
    what.standard_input(redirect::pipe);
    return what;
}

// Up to the end of a line, which is left out.
task<std::string> read_line(pipe_stream& from) {
    std::string line;
    for (;;) {
        std::byte next{};
        if (co_await from.read(std::span(&next, 1)) == 0) co_return line + " and then the end";
        if (next == std::byte('\n')) co_return line;
        line.push_back(static_cast<char>(next));
    }
}

task<> talk() {
    subprocess child = subprocess::start(with_input(command("cat")));
    for (const std::string_view line : {"first\n", "second\n"}) {
        co_await write_all(child.input(), line);
        EXPECT_EQ(co_await read_line(child.output()) + "\n", line);
    }
    co_await child.input().close();
    const process_exit end = co_await child.wait();
    EXPECT_EQ(end.code, 0);
    EXPECT_EQ(child.exit()->code, 0);
}

TEST_P(Subprocess, AnswersOverItsStreams) {
    run(talk());
}

task<> write_to_a_pipe_that_nobody_reads() {
    subprocess child = subprocess::start(with_input(command("true")));
    co_await child.wait();
    co_await write_all(child.input(), std::string_view("x"));
}

TEST_P(Subprocess, NamesTheStreamThatNobodyReads) {
    EXPECT_THAT(run(error_of(write_to_a_pipe_that_nobody_reads())),
                ::testing::HasSubstr("write (standard input of true)"));
}

task<process_exit> stop_when_ready(command what, duration grace) {
    subprocess child = subprocess::start(with_input(std::move(what)));
    EXPECT_EQ(co_await read_line(child.output()), "ready");
    co_return co_await child.stop(grace);
}

TEST_P(Subprocess, IsAskedToTerminateWhenItIsStopped) {
    const command polite = shell("trap 'exit 5' TERM; echo ready; read line");
    EXPECT_EQ(run(stop_when_ready(polite, 20s)).code, 5);
}

TEST_P(Subprocess, IsKilledWhenItDoesNotTerminateInTime) {
    const command deaf = shell("trap '' TERM; echo ready; read line");
    EXPECT_EQ(run(stop_when_ready(deaf, 1ms)).signal, SIGKILL);
}

task<std::int64_t> stop_with_a_grandchild(bool ends_by_itself) {
    command parent = shell("trap '' TERM; sleep 1000 & trap - TERM; echo $!; read line");
    subprocess child = subprocess::start(with_input(parent.own_group()));
    const std::int64_t grandchild = std::stoll(co_await read_line(child.output()));
    if (ends_by_itself) co_await child.input().close();
    co_await child.stop(20s);
    co_return grandchild;
}

TEST_P(Subprocess, TakesItsGroupWithItWhenItIsStopped) {
    EXPECT_TRUE(process_ends_soon(run(stop_with_a_grandchild(false))));
    EXPECT_TRUE(process_ends_soon(run(stop_with_a_grandchild(true))));
}

task<std::int64_t> stop_a_grandchild_while_another_task_waits() {
    command parent = shell("trap '' TERM; sleep 1000 & trap - TERM; echo $!; read line");
    subprocess child = subprocess::start(with_input(parent.own_group()));
    const std::int64_t grandchild = std::stoll(co_await read_line(child.output()));
    auto waiting = create_task(child.wait());
    co_await yield();
    co_await child.stop(20s);
    co_await waiting;
    co_return grandchild;
}

TEST_P(Subprocess, TakesItsGroupWithItAlsoWhenAnotherTaskWaitsForIt) {
    EXPECT_TRUE(process_ends_soon(run(stop_a_grandchild_while_another_task_waits())));
}

task<> cancel_a_wait() {
    subprocess child = subprocess::start(with_input(command("cat")));
    auto waiting = create_task(child.wait());
    co_await yield();
    waiting.cancel();
    EXPECT_THROW(co_await waiting, task_cancelled);
    EXPECT_FALSE(child.exit());
    co_await write_all(child.input(), std::string_view("still there\n"));
    EXPECT_EQ(co_await read_line(child.output()), "still there");
    co_await child.input().close();
    EXPECT_EQ((co_await child.wait()).code, 0);
}

TEST_P(Subprocess, GoesOnWhenAWaitForItIsCancelled) {
    run(cancel_a_wait());
}

task<> talk_and_stop(bool& is_over) {
    subprocess child = subprocess::start(with_input(command("cat")));
    co_await write_all(child.input(), std::string_view("a line\n"));
    EXPECT_EQ(co_await read_line(child.output()), "a line");
    co_await child.stop(20s);
    EXPECT_EQ(child.exit()->signal, SIGTERM);
    is_over = true;
}

task<ending> talk_cancelled_after(int turns, bool& is_over) {
    auto talking = create_task(ending_of(talk_and_stop(is_over)));
    for (int i = 0; i < turns && !talking.done(); ++i) co_await yield();
    talking.cancel();
    co_return co_await talking;
}

// The chances grow apart: how many turns the other process takes is up to it.
TEST_P(Subprocess, LeavesNoProcessWheneverItsTaskIsCancelled) {
    const std::size_t handles = open_handles();
    for (int turns = 0; turns < 20'000; turns += 1 + turns / 4) {
        bool is_over = false;
        const ending how = run(talk_cancelled_after(turns, is_over));
        EXPECT_EQ(how, is_over ? ending::value : ending::cancelled) << turns << " turns";
        ASSERT_FALSE(has_children()) << turns << " turns";
        ASSERT_EQ(open_handles(), handles) << turns << " turns";
    }
}

task<> wait_twice() {
    subprocess child = subprocess::start(with_input(shell("read line; exit 7")));
    auto first = create_task(child.wait());
    auto second = create_task(child.wait());
    co_await yield();
    co_await child.input().close();
    EXPECT_EQ((co_await first).code, 7);
    EXPECT_EQ((co_await second).code, 7);
    EXPECT_EQ((co_await child.wait()).code, 7) << "also when it has long been over";
    EXPECT_EQ((co_await child.stop(1s)).code, 7);
    child.send(process_signal::kill);
}

TEST_P(Subprocess, TellsItsEndToEveryoneWhoWaits) {
    run(wait_twice());
}

// It ends only when it is followed: before, its number would be nobody's.
task<> wait_for_one_that_is_not_waited_for() {
    subprocess child = subprocess::start(with_input(shell("read line")));
    co_await child.input().close();
    const std::string first = co_await error_of(child.wait());
    EXPECT_EQ(co_await error_of(child.stop(0s)), first) << "and always the same";
    co_await child.wait();
}

TEST_P(Subprocess, SaysWhyItsEndIsUnknownWhereChildrenAreNotWaitedFor) {
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    const std::string error = run(error_of(wait_for_one_that_is_not_waited_for()));
    std::signal(SIGCHLD, before);
    EXPECT_THAT(error, ::testing::HasSubstr("SIGCHLD is ignored"));
}

// Some of these have ended and are forgotten before they can be followed, some only after.
TEST_P(Subprocess, IsForgottenWithTheSameReasonWhenever) {
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    std::set<std::string> errors;
    for (int i = 0; i < 100; ++i) errors.insert(run(error_of(run_process(command("true")))));
    std::signal(SIGCHLD, before);
    for (const std::string& error : errors)
        EXPECT_THAT(error, ::testing::AllOf(::testing::HasSubstr("true"),
                                            ::testing::HasSubstr("SIGCHLD is ignored")));
}

task<std::int64_t> leave() {
    const subprocess child = subprocess::start(command("sleep", "1000"));
    co_return child.id();
}

TEST_P(Subprocess, IsKilledByItsDestructor) {
    EXPECT_TRUE(process_ends_soon(run(leave())));
}

}  // namespace
}  // namespace eddy::testing
