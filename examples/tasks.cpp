// What runs in a program, seen from inside: the tree of tasks, what each waits for, and where.

#include <eddy/event.hpp>
#include <eddy/gather.hpp>
#include <eddy/lock.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <iostream>

using namespace std::chrono_literals;

eddy::task<> read_page() {
    co_await eddy::sleep(10s);
}

eddy::task<> read_book() {
    co_await eddy::gather(read_page(), read_page());
}

eddy::task<> wait_for_bell(eddy::event& bell) {
    co_await bell.wait();
}

eddy::task<> look_around(eddy::event& bell) {
    auto reader = eddy::create_task(read_book(), "reader");
    auto listener = eddy::create_task(wait_for_bell(bell), "listener");
    co_await eddy::sleep(20ms);
    eddy::print_tasks(std::cout, eddy::event_loop::current()->tasks());
}

int main() {
    eddy::event bell;
    eddy::run(look_around(bell));
}
