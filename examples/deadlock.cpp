// Two tasks take two locks in opposite order. Neither can go on, and the loop says who waits for
// whom; then the time given to them is over, and both are cancelled.

#include <eddy/event.hpp>
#include <eddy/gather.hpp>
#include <eddy/lock.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <iostream>

using namespace std::chrono_literals;

eddy::task<> take_both(eddy::lock& first, eddy::lock& second) {
    const auto one = co_await first.acquire();
    co_await eddy::sleep(1ms);
    const auto both = co_await second.acquire();
}

eddy::task<> embrace() {
    eddy::lock left;
    eddy::lock right;
    auto one = eddy::create_task(take_both(left, right), "left then right");
    auto other = eddy::create_task(take_both(right, left), "right then left");

    const auto stop_the_first = [&one](const std::vector<eddy::task_info>& tasks) {
        std::cout << "deadlock:\n";
        eddy::print_waits(std::cout, tasks);
        one.cancel();
    };
    eddy::event_loop::current()->set_deadlock_handler(stop_the_first);

    co_await other;
    std::cout << "one was cancelled, the other has both locks\n";
}

int main() {
    eddy::run(embrace());
}
