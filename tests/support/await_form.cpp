#include "await_form.hpp"

#include "ending.hpp"
#include "simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

void expect_all_destroyed_once() {
    EXPECT_EQ(counted::alive(), 0U) << "not every object was destroyed";
    EXPECT_EQ(counted::mistakes(), 0) << "an object was destroyed twice";
}

task<ending> cancel_in_the_middle(task<int> work) {
    task_handle<ending> running = create_task(ending_of(std::move(work)));
    co_await yield();
    running.cancel();
    co_return co_await running;
}

}  // namespace

void expect_right_to_the_end(const await_form& form) {
    EXPECT_EQ(simulate(form.write()), 5);
    expect_all_destroyed_once();
}

void expect_right_when_cancelled(const await_form& form) {
    EXPECT_EQ(simulate(cancel_in_the_middle(form.write())), ending::cancelled);
    expect_all_destroyed_once();
}

task<int> value_of(counted object) {
    co_await sleep(1ms);
    co_return object.value;
}

task<int> value_of_reference(const counted& object) {
    co_await sleep(1ms);
    co_return object.value;
}

task<int> sum_of(counted one, counted two) {
    co_await sleep(1ms);
    co_return one.value + two.value;
}

task<counted> make_counted(int value) {
    co_await sleep(1ms);
    co_return counted(value);
}

}  // namespace eddy::testing
