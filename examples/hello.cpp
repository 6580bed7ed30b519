// Three tasks that wait beside each other: one second in all, not three.

#include <eddy/eddy.hpp>

#include <iostream>

using namespace std::chrono_literals;

eddy::task<int> greet(std::string name) {
    co_await eddy::sleep(1s);
    std::cout << "hello, " << name << '\n';
    co_return static_cast<int>(name.size());
}

eddy::task<> hello() {
    const auto [a, b, c] = co_await eddy::gather(greet("asyncio"), greet("tokio"), greet("asio"));
    std::cout << a + b + c << " letters\n";
}

int main() {
    eddy::run(hello());
}
