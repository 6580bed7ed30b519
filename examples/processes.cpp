// Other programs: run to their end, talked to while they run, and stopped when time is up.
//   processes

#include <eddy/eddy.hpp>

#include <iostream>
#include <string>

namespace {

using namespace std::chrono_literals;

// No shell is between: the arguments arrive as they are.
eddy::task<> run_to_the_end() {
    const eddy::command sort("sort", "-r");
    const eddy::finished_process sorted = co_await eddy::run_process(sort, "one\ntwo\nthree\n");
    std::cout << sorted.output;

    const eddy::finished_process failed =
        co_await eddy::run_process(eddy::command("ls", "/nowhere"));
    std::cout << failed.exit.to_string() << ", " << failed.error;
}

eddy::task<> talk() {
    eddy::command capitals("python3", "-u", "-c",
                           "import sys\nfor line in sys.stdin: print(line.upper(), end='')");
    capitals.standard_input(eddy::redirect::pipe);
    eddy::subprocess python = eddy::subprocess::start(capitals);
    eddy::buffered_reader answers(python.output());
    for (const std::string_view line : {"first\n", "second\n"}) {
        co_await eddy::write_all(python.input(), line);
        std::cout << co_await answers.read_until("\n");
    }
    co_await python.input().close();
    const eddy::process_exit end = co_await python.wait();
    std::cout << "python: " << end.to_string() << '\n';
}

// A process whose task is cancelled, here by a timeout, is stopped before anything goes on.
eddy::task<> give_up() {
    try {
        co_await eddy::with_timeout(200ms, eddy::run_process(eddy::command("sleep", "1000")));
    } catch (const eddy::timeout_error&) {
        std::cout << "sleep took too long\n";
    }
}

eddy::task<> all() {
    co_await run_to_the_end();
    co_await talk();
    co_await give_up();
}

}  // namespace

int main() {
    try {
        eddy::run(all());
    } catch (const std::exception& error) {
        std::cerr << "processes: " << error.what() << '\n';
        return 1;
    }
}
