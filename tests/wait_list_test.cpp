#include <eddy/wait_list.hpp>

#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <vector>

namespace eddy::testing {
namespace {

using ::testing::ElementsAre;

class place_in_line final : public waiter {
public:
    explicit place_in_line(wait_list& line) noexcept : line_(line) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(coroutine caller) noexcept {
        line_.push_back(*this);
        park(caller);
    }
    void await_resume() { throw_if_interrupted(); }
    std::string_view what() const noexcept override { return "a place in line"; }

private:
    wait_list& line_;
};

task<> stand_in_line(wait_list& line, std::vector<int>& served, int name) {
    co_await place_in_line(line);
    served.push_back(name);
}

task<> serve_three(std::vector<int>& served) {
    wait_list line;
    std::vector<task_handle<void>> all;
    for (int i = 1; i <= 3; ++i) all.push_back(create_task(stand_in_line(line, served, i)));
    co_await yield();
    while (!line.empty()) waiter::wake_first(line);
    for (task_handle<void>& each : all) co_await each;
}

TEST(WaitList, IsServedInOrder) {
    std::vector<int> served;
    simulate(serve_three(served));
    EXPECT_THAT(served, ElementsAre(1, 2, 3));
}

task<> cancel_the_first(std::vector<int>& served) {
    wait_list line;
    task_handle<void> one = create_task(stand_in_line(line, served, 1));
    task_handle<void> two = create_task(stand_in_line(line, served, 2));
    co_await yield();
    one.cancel();
    waiter::wake_first(line);
    EXPECT_TRUE(line.empty());
    co_await two;
    EXPECT_TRUE(one.cancelled());
}

TEST(WaitList, IsLeftByThoseWhoAreCancelled) {
    std::vector<int> served;
    simulate(cancel_the_first(served));
    EXPECT_THAT(served, ElementsAre(2));
}

task<> cancel_the_chosen_one(std::vector<int>& served) {
    wait_list line;
    task_handle<void> one = create_task(stand_in_line(line, served, 1));
    co_await yield();
    waiter::wake_first(line);
    one.cancel();
    co_await one;
}

TEST(WaitList, GivesAChosenOneItsTurnThoughItIsCancelledMeanwhile) {
    std::vector<int> served;
    simulate(cancel_the_chosen_one(served));
    EXPECT_THAT(served, ElementsAre(1));
}

}  // namespace
}  // namespace eddy::testing
