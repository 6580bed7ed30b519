#include <eddy/task_control.hpp>

#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

task<> note_own_state(std::vector<task_state>& states) {
    states.push_back(event_loop::running_task().state);
    co_await sleep(1s);
}

task<> follow_states() {
    std::vector<task_state> states;
    task_handle<void> other = create_task(note_own_state(states));
    states.push_back(other.control().state);
    co_await yield();
    states.push_back(other.control().state);
    co_await other;
    states.push_back(other.control().state);
    EXPECT_THAT(states, ElementsAre(task_state::ready, task_state::running, task_state::waiting,
                                    task_state::done));
    EXPECT_TRUE(other.control().is_done());
}

TEST(TaskControl, IsReadyThenRunningThenWaitingThenDone) {
    simulate(follow_states());
}

task<> give_way(int times) {
    for (int i = 0; i < times; ++i) co_await yield();
}

task<> number_tasks() {
    const task_handle<void> one = create_task(give_way(1));
    const task_handle<void> two = create_task(give_way(1));
    EXPECT_LT(one.control().id(), two.control().id());
    EXPECT_EQ(one.name(), "task-" + std::to_string(one.control().id()));
    two.control().set_name("two");
    two.control().set_name("second");
    EXPECT_EQ(two.name(), "second");
    co_return;
}

TEST(TaskControl, HasANumberAndIsNamedAfterItUntilItGetsAName) {
    simulate(number_tasks());
}

TEST(TaskControl, MayBeNamedAfterItsEndAndOutliveItsLoop) {
    counted_ptr<task_with_result<void>> ended;
    {
        event_loop loop(simulated());
        ended = loop.start(give_way(1));
        loop.run_until_done(*ended);
        ended->set_name("late");
        ended->set_name("later");
        EXPECT_EQ(ended->name(), "later");
    }
    EXPECT_EQ(ended->name(), "task-1") << "the loop knew its name";
}

class counting_observer final : public task_observer {
public:
    void on_done(task_control& ended) noexcept override {
        EXPECT_TRUE(ended.is_done());
        ++calls;
    }
    int calls = 0;
};

task<> observe() {
    counting_observer first;
    counting_observer second;
    counting_observer gone;
    task_handle<void> other = create_task(give_way(1));
    for (counting_observer* const each : {&first, &second, &gone}) {
        other.control().observers.push_back(*each);
    }
    other.control().observers.remove(gone);
    co_await sleep(1s);
    EXPECT_EQ(first.calls, 1);
    EXPECT_EQ(second.calls, 1);
    EXPECT_EQ(gone.calls, 0);
}

TEST(TaskControl, TellsItsObserversOnceWhenItIsDone) {
    simulate(observe());
}

task<> fail() {
    throw deliberate("failed");
    co_return;
}

task<> sleep_long() {
    co_await sleep(1h);
}

task<> look_at_endings() {
    task_handle<void> well = create_task(give_way(1));
    task_handle<void> badly = create_task(fail());
    task_handle<void> early = create_task(sleep_long());
    co_await yield();
    early.cancel();
    co_await sleep(1s);
    EXPECT_EQ(well.control().error(), nullptr);
    EXPECT_FALSE(well.control().ended_cancelled());
    EXPECT_NE(badly.control().error(), nullptr);
    EXPECT_FALSE(badly.control().ended_cancelled());
    EXPECT_TRUE(early.control().ended_cancelled());
    EXPECT_EQ(co_await ending_of(to_task(fail)), ending::failure);
    EXPECT_THROW(badly.get(), deliberate);
    EXPECT_THROW(early.get(), task_cancelled);
}

TEST(TaskControl, KnowsHowItEnded) {
    simulate(look_at_endings());
}

task<const task_control*> parent_of_running() {
    co_return event_loop::running_task().parent_task();
}

task<> look_at_parents() {
    const task_control* const self = &event_loop::running_task();
    const auto [of_child] = co_await gather(parent_of_running());
    EXPECT_EQ(of_child, self);
    task_handle<const task_control*> independent = create_task(parent_of_running());
    EXPECT_EQ(co_await independent, nullptr);
}

TEST(TaskControl, HangsUnderTheTaskThatGathersItAndUnderNoneIfItIsIndependent) {
    simulate(look_at_parents());
}

}  // namespace
}  // namespace eddy::testing
