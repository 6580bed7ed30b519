#include "loop_observer.hpp"

#include "support/ending.hpp"
#include "support/environment_variable.hpp"
#include "support/simulate.hpp"
#include "support/temporary_folder.hpp"
#include "support/transfer.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <locale>
#include <set>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

using nlohmann::json;

task<> compute_for(duration time) {
    simulation().advance(time);
    co_return;
}

task<> compute_and_wait(duration time) {
    simulation().advance(time);
    co_await sleep(1s);
}

// What is printed while `work` runs under a limit of 100 ms.
std::string warnings_of(task<> work) {
    ::testing::internal::CaptureStderr();
    {
        event_loop loop(simulated());
        loop.warn_about_slow_tasks();
        loop.run_until_complete(std::move(work));
    }
    return ::testing::internal::GetCapturedStderr();
}

task<> start_named() {
    task_handle<void> slow = create_task(compute_and_wait(250ms), "the slow one");
    task_handle<void> fast = create_task(compute_and_wait(99ms), "the fast one");
    co_await slow;
    co_await fast;
}

TEST(LoopObserver, WarnsAboutATaskThatHoldsTheLoopForLong) {
    const std::string printed = warnings_of(start_named());
    EXPECT_THAT(printed, HasSubstr("the slow one held the loop for 250 ms"));
    EXPECT_THAT(printed, HasSubstr("loop_observer_test.cpp")) << "and says where it stopped";
    EXPECT_THAT(printed, Not(HasSubstr("the fast one")));
}

TEST(LoopObserver, WarnsAboutATaskThatHasEnded) {
    EXPECT_THAT(warnings_of(compute_for(101ms)), HasSubstr("held the loop for 101 ms"));
    EXPECT_EQ(warnings_of(compute_for(100ms)), "");
}

std::string warnings_with_variable(const char* value) {
    environment_variable debug("EDDY_DEBUG");
    debug.set(value);
    ::testing::internal::CaptureStderr();
    simulate(compute_for(1s));
    return ::testing::internal::GetCapturedStderr();
}

TEST(LoopObserver, IsThereWhenTheVariableSaysSo) {
    EXPECT_THAT(warnings_with_variable("1"), HasSubstr("held the loop for 1000 ms"));
    EXPECT_EQ(warnings_with_variable("0"), "");
}

task<> run_two() {
    task_handle<void> other = create_task(compute_and_wait(2ms), "a \"quoted\"\n\\ name");
    co_await other;
    simulation().advance(5ms);
}

json trace_of(task<> work) {
    const temporary_folder folder;
    {
        event_loop loop(simulated());
        loop.trace_to(folder.path("trace.json"));
        loop.run_until_complete(std::move(work));
    }
    std::ifstream file(folder.path("trace.json"));
    return json::parse(file);
}

json trace_of_two() {
    return trace_of(run_two());
}

std::vector<json> slices_of(const json& trace, const std::string& category) {
    std::vector<json> slices;
    for (const json& each : trace) {
        if (each.value("cat", "") == category) slices.push_back(each);
    }
    return slices;
}

TEST(LoopObserver, WritesATraceThatNamesEveryTask) {
    std::vector<std::string> names;
    for (const json& each : trace_of_two()) {
        if (each.value("ph", "") == "M") names.push_back(each["args"]["name"]);
    }
    EXPECT_THAT(names, ElementsAre("task-1", "a \"quoted\"\n\\ name"));
}

TEST(LoopObserver, TracesHowLongTasksRun) {
    std::vector<double> lengths;
    for (const json& each : slices_of(trace_of_two(), "run")) {
        EXPECT_EQ(each["ph"], "X");
        lengths.push_back(each["dur"]);
    }
    EXPECT_THAT(lengths, ElementsAre(0.0, 2000.0, 0.0, 5000.0)) << "in microseconds";
}

// As in many countries: a comma in front of the fraction, a point between thousands.
class numbers_with_commas final : public std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

TEST(LoopObserver, WritesTheNumbersOfJsonInEveryLocale) {
    const std::locale before =
        std::locale::global(std::locale(std::locale::classic(), new numbers_with_commas));
    const json trace = trace_of(compute_for(1234567us));
    std::locale::global(before);
    ASSERT_FALSE(slices_of(trace, "run").empty());
    EXPECT_EQ(slices_of(trace, "run").front()["dur"], 1234567.0);
}

TEST(LoopObserver, TracesWhatTasksWaitFor) {
    const std::vector<json> waits = slices_of(trace_of_two(), "wait");
    ASSERT_EQ(waits.size(), 2U);
    EXPECT_EQ(waits.at(0)["name"], "sleep");
    EXPECT_EQ(waits.at(0)["dur"], 1'000'000.0);
    EXPECT_EQ(waits.at(1)["name"], "task");
    EXPECT_EQ(waits.at(1)["dur"], 1'002'000.0);
    EXPECT_NE(waits.at(0)["tid"], waits.at(1)["tid"]) << "each task has a row of its own";
}

task<> exchange_a_byte() {
    const auto [one, other] = simulation().network().open_pair();
    std::string text;
    task_handle<void> reading = create_task(receive_text(one.get(), text));
    co_await sleep(1ms);
    co_await send_text(other.get(), "x");
    simulation().network().shut_down(other.get(), event_loop::current()->kernel().now());
    co_await reading;
}

TEST(LoopObserver, TracesWaitsForTheKernel) {
    std::set<std::string> names;
    for (const json& each : slices_of(trace_of(exchange_a_byte()), "wait"))
        names.insert(each["name"]);
    EXPECT_THAT(names, IsSupersetOf({"sleep", "receive", "task"}));
}

TEST(LoopObserver, SaysWhichFileItCannotWrite) {
    event_loop loop(simulated());
    try {
        loop.trace_to("/no/such/folder/trace.json");
        ADD_FAILURE() << "the file cannot be written";
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("/no/such/folder/trace.json"));
    }
}

task<> note(std::vector<int>& into, int number) {
    into.push_back(number);
    co_return;
}

TEST(LoopObserver, KeepsAllReadyTasksInTheirOrderWhenTheChoiceFails) {
    std::vector<int> order;
    event_loop loop(simulated());
    loop.choose_next_by([](std::size_t) -> std::size_t { throw deliberate("no choice"); });
    for (int i = 0; i < 3; ++i) loop.start(note(order, i));
    EXPECT_THROW(loop.run_once(), deliberate);
    loop.choose_next_by({});
    loop.run_once();
    EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST(LoopObserver, RefusesAChoiceThatIsNotReady) {
    event_loop loop(simulated());
    loop.choose_next_by([](std::size_t ready) { return ready; });
    EXPECT_THROW(loop.run_until_complete(compute_for(1ms)), std::out_of_range);
    loop.choose_next_by({});
}

task<> trace_anew(const temporary_folder& folder) {
    co_await sleep(1s);
    event_loop::current()->trace_to(folder.path("second.json"));
    co_await sleep(2s);
}

json read_json(const std::string& path) {
    std::ifstream file(path);
    return json::parse(file);
}

TEST(LoopObserver, EndsATraceWhereAnotherBegins) {
    const temporary_folder folder;
    {
        event_loop loop(simulated());
        loop.trace_to(folder.path("first.json"));
        loop.run_until_complete(trace_anew(folder));
    }
    EXPECT_EQ(slices_of(read_json(folder.path("first.json")), "run").size(), 1U);
    const json second = read_json(folder.path("second.json"));
    EXPECT_EQ(second.at(0)["ph"], "M") << "the tasks are named in each file";
    EXPECT_EQ(slices_of(second, "run").size(), 2U);
    const std::vector<json> waits = slices_of(second, "wait");
    ASSERT_EQ(waits.size(), 1U);
    EXPECT_EQ(waits.at(0)["dur"], 2'000'000.0);
}

task<> start_with_strange_names() {
    // Latin-1; too long; half a pair of UTF-16; beyond the last one; cut off. And what is right.
    for (const char* const name : {"caf\xe9", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                   "\xe2\x82", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8c"})
        co_await create_task(compute_for(0ms), name);
}

TEST(LoopObserver, WritesJsonWhateverTasksAreCalled) {
    std::vector<std::string> names;
    for (const json& each : trace_of(start_with_strange_names())) {
        if (each.contains("ph") && each["ph"] == "M") names.push_back(each["args"]["name"]);
    }
    const std::string unknown = "\xef\xbf\xbd";
    EXPECT_THAT(names, IsSupersetOf({"caf" + unknown, unknown + unknown,
                                     std::string("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8c")}));
}

}  // namespace
}  // namespace eddy::testing
