#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

// One header is all that a program needs: this one adds nothing of eddy to it.
namespace {

// The example of the README.
eddy::task<std::size_t> size_of(eddy::http::client client, std::string url) {
    const eddy::http::response page = co_await client.get(url);
    co_return page.body.size();
}
eddy::task<std::pair<std::size_t, std::size_t>> measure(std::string one, std::string other) {
    eddy::http::client client;
    auto both = eddy::gather(size_of(client, one), size_of(client, other));
    const auto [a, b] = co_await eddy::with_timeout(std::chrono::seconds(10), std::move(both));
    co_return std::pair(a, b);
}

eddy::task<eddy::http::response> answer(eddy::http::request asked) {
    co_return eddy::http::response(200, std::string(asked.target == "/long" ? 1000 : 10, 'x'));
}

eddy::task<> measure_two_pages() {
    eddy::http::server server(answer);
    const std::string url = "http://" + server.listen(eddy::endpoint::loopback()).to_string();
    auto serving = eddy::create_task(server.serve());
    const auto sizes = co_await measure(url + "/long", url + "/short");
    EXPECT_EQ(sizes.first, 1000U);
    EXPECT_EQ(sizes.second, 10U);
    co_await server.close();
    co_await serving;
}

TEST(Eddy, MeasuresTwoPagesAsTheReadmeDoes) {
    eddy::run(measure_two_pages());
}

eddy::task<int> share(eddy::queue<int>& numbers, eddy::lock& mutex, int& sum) {
    const std::optional<int> number = co_await numbers.get();
    const auto held = co_await mutex.acquire();
    co_return sum += number.value();
}

eddy::task<> use_what_tasks_share() {
    eddy::queue<int> numbers;
    eddy::lock mutex;
    int sum = 0;
    auto one = eddy::create_task(share(numbers, mutex, sum));
    auto other = eddy::create_task(share(numbers, mutex, sum));
    co_await numbers.put(1);
    co_await numbers.put(2);
    co_await one;
    co_await other;
    EXPECT_EQ(sum, 3);
    EXPECT_EQ(co_await eddy::to_thread([](int number) { return number + 1; }, sum), 4);
}

TEST(Eddy, HasTasksWhatTheyShareAndThreads) {
    eddy::run(use_what_tasks_share());
}

TEST(Eddy, HasOtherPrograms) {
    eddy::command unknown("there-is-no-such-program");
    EXPECT_THROW(eddy::run(eddy::run_process(std::move(unknown))), std::system_error);
}

}  // namespace
