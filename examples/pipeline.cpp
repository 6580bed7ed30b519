// Producers, a bounded queue, and workers that empty it; all of it within a time limit.
//   pipeline MILLISECONDS       (it needs about 250)

#include <eddy/eddy.hpp>

#include <charconv>
#include <iostream>
#include <string_view>

namespace {

using namespace std::chrono_literals;

// Waits while the queue is full: a producer is never far ahead of the workers.
eddy::task<> produce(eddy::queue<int>& into, int first, int last) {
    for (int i = first; i <= last; ++i) co_await into.put(i);
}

eddy::task<> work(eddy::queue<int>& from, int& total) {
    while (const std::optional<int> number = co_await from.get()) {
        co_await eddy::sleep(10ms);  // as if it asked somebody
        total += *number;
        from.task_done();
    }
}

eddy::task<> run_stages(eddy::task_group& workers, eddy::queue<int>* numbers, int* total) {
    for (int i = 0; i < 4; ++i) workers.create_task(work(*numbers, *total));
    co_await eddy::gather(produce(*numbers, 1, 50), produce(*numbers, 51, 100));
    co_await numbers->join();
    std::cout << "all numbers are added up\n";
    numbers->close();  // the workers get nothing more, and end
}

eddy::task<int> add_up() {
    eddy::queue<int> numbers(8);
    int total = 0;
    co_await eddy::with_task_group(run_stages, &numbers, &total);
    co_return total;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view given = argc == 2 ? argv[1] : "";
    unsigned limit = 0;
    const auto [end, failure] = std::from_chars(given.data(), given.data() + given.size(), limit);
    if (failure != std::errc() || end != given.data() + given.size()) {
        std::cerr << "usage: pipeline MILLISECONDS\n";
        return 2;
    }
    try {
        const std::chrono::milliseconds time(limit);
        std::cout << eddy::run(eddy::with_timeout(time, add_up())) << '\n';
    } catch (const eddy::timeout_error& late) {
        // Nobody is left: producers and workers have ended before this is thrown.
        std::cerr << "pipeline: " << late.what() << '\n';
        return 1;
    }
}
