#include <eddy/run_options.hpp>

#include "support/ending.hpp"
#include "support/temporary_folder.hpp"
#include "support/user_signals.hpp"

#include <eddy/run.hpp>
#include <eddy/signals.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <string>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

task<> sleep_long() {
    co_await sleep(1h);
}

task<std::string> ask_for_backend() {
    co_return std::string(event_loop::current()->backend_name());
}

TEST(RunOptions, WantNothingByDefault) {
    const run_options options;
    EXPECT_EQ(options.backend(), "");
    EXPECT_FALSE(options.debug());
    EXPECT_FALSE(options.print_tasks_on_quit());
    EXPECT_EQ(options.trace_file(), "");
}

TEST(RunOptions, NameTheBackend) {
    const std::string last(backend_names().back());
    EXPECT_EQ(run(run_options().backend(last), ask_for_backend()), last);
    EXPECT_EQ(run(run_options().backend(last), ask_for_backend), last);
    EXPECT_THROW(run(run_options().backend("pigeon"), ask_for_backend()), std::invalid_argument);
}

task<> hold_the_loop() {
    const auto start = steady_clock::now();
    while (steady_clock::now() - start <= 110ms) continue;
    co_return;
}

std::string printed_by(const run_options& options, task<> work) {
    ::testing::internal::CaptureStderr();
    run(options, std::move(work));
    return ::testing::internal::GetCapturedStderr();
}

TEST(RunOptions, AskForWarnings) {
    EXPECT_THAT(printed_by(run_options().debug(true), hold_the_loop()),
                HasSubstr("main held the loop for "));
    EXPECT_EQ(printed_by(run_options().debug(false), hold_the_loop()), "");
}

task<> ask_for_tasks() {
    create_task(sleep_long(), "the other one");
    co_await yield();
    std::raise(quit_signal());
    co_await sleep(1ms);
}

TEST(RunOptions, LetSigquitPrintTheTasks) {
    const std::string printed =
        printed_by(run_options().print_tasks_on_quit(true), ask_for_tasks());
    EXPECT_THAT(printed, HasSubstr("2 tasks\n"));
    EXPECT_THAT(printed, HasSubstr("main: waiting for sleep"));
    EXPECT_THAT(printed, HasSubstr("the other one: waiting for sleep"));
    EXPECT_TRUE(has_default_effect(quit_signal())) << "it is handed back";
}

TEST(RunOptionsDeathTest, LeaveSigquitAsItIsByDefault) {
    EXPECT_EXIT(run(ask_for_tasks()), ended_by(quit_signal()), "");
}

TEST(RunOptions, RecordATrace) {
    const temporary_folder folder;
    run(run_options().trace_to(folder.path("trace.json")), ask_for_backend());
    std::ifstream file(folder.path("trace.json"));
    const auto trace = nlohmann::json::parse(file);
    EXPECT_EQ(trace.at(0).at("args").at("name"), "main");
}

task<> fail() {
    co_await yield();
    throw deliberate("the main task failed");
}

TEST(RunOptions, HoldForARunThatFailsToo) {
    const temporary_folder folder;
    const auto options =
        run_options().trace_to(folder.path("trace.json")).print_tasks_on_quit(true);
    EXPECT_THROW(run(options, fail()), deliberate);
    std::ifstream file(folder.path("trace.json"));
    EXPECT_EQ(nlohmann::json::parse(file).at(0).at("args").at("name"), "main");
    EXPECT_TRUE(has_default_effect(quit_signal())) << "it is handed back";
}

}  // namespace
}  // namespace eddy::testing
