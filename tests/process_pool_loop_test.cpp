#include <eddy/process_pool.hpp>

#include "support/ending.hpp"
#include "support/own_processes.hpp"
#include "support/temporary_folder.hpp"

#include <eddy/futures.hpp>
#include <eddy/gather.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

namespace eddy {
namespace {

using namespace std::chrono_literals;
using testing::ending;
using testing::ending_of;
using testing::temporary_folder;

int square(int x) {
    return x * x;
}

void run_for_ever(const std::string& begun) {
    std::ofstream(begun).flush();
    for (;;) std::this_thread::yield();
}

task<> wait_for_file(std::string path) {
    while (!std::filesystem::exists(path)) co_await yield();
}

class ProcessPoolInLoop : public testing::leaves_nothing_behind {};

TEST_F(ProcessPoolInLoop, GivesItsResultsToWhoAwaitsThem) {
    const auto main = []() -> task<int> {
        process_pool pool(2);
        co_return co_await pool.submit(fn<square>, 7) + co_await pool.submit(fn<square>, 2);
    };
    EXPECT_EQ(run(main), 53);
}

TEST_F(ProcessPoolInLoop, LetsOtherTasksRunMeanwhile) {
    const auto main = []() -> task<> {
        const temporary_folder folder;
        process_pool pool(1);
        future<void> waiting = pool.submit(
            [](const std::string& path) { testing::wait_for_file(path); }, folder.path("go"));
        co_await sleep(0s);
        EXPECT_FALSE(waiting.done());
        std::ofstream(folder.path("go")).flush();
        co_await waiting;
    };
    run(main);
}

TEST_F(ProcessPoolInLoop, ThrowsWhatTheFunctionHasThrown) {
    const auto main = []() -> task<> {
        process_pool pool(1);
        co_await pool.submit([] { throw std::out_of_range("too far"); });
    };
    EXPECT_THROW(run(main), std::out_of_range);
}

TEST_F(ProcessPoolInLoop, MapsARange) {
    const auto main = []() -> task<int> {
        process_pool pool(2);
        auto squares = pool.map(fn<square>, std::views::iota(0, 100), map_options().chunksize(7));
        int sum = 0;
        while (const auto each = co_await squares.next()) sum += *each;
        co_return sum;
    };
    EXPECT_EQ(run(main), 328350);
}

TEST_F(ProcessPoolInLoop, RefusesToBlockTheThreadItNeeds) {
    const auto main = []() -> task<> {
        process_pool pool(1);
        future<int> result = pool.submit(fn<square>, 3);
        EXPECT_THROW(result.result(), would_deadlock);
        EXPECT_THROW(result.exception(), would_deadlock);
        EXPECT_THROW(result.result(1h), would_deadlock);
        EXPECT_THROW(result.exception(1h), would_deadlock);
        EXPECT_THROW(result.result(0s), timeout_error) << "that does not block";
        std::vector<future<int>> both;
        both.push_back(pool.submit(fn<square>, 4));
        both.push_back(pool.submit(fn<square>, 5));
        EXPECT_THROW(wait(both), would_deadlock);
        EXPECT_THROW(as_completed(both).next_blocking(), would_deadlock);
        EXPECT_THROW(pool.shutdown(), would_deadlock);
        EXPECT_EQ(co_await result, 9) << "submitted before, and drained";
    };
    run(main);
}

TEST_F(ProcessPoolInLoop, GivesAResultThatIsThereWithoutAwaiting) {
    const auto main = []() -> task<> {
        process_pool pool(1);
        future<int> result = pool.submit(fn<square>, 3);
        while (!result.done()) co_await sleep(0s);
        EXPECT_EQ(result.result(), 9);
    };
    run(main);
}

TEST_F(ProcessPoolInLoop, TakesCallsFromOtherThreadsWhichMayBlock) {
    const auto main = []() -> task<> {
        process_pool pool(2);
        std::atomic<int> sum = 0;
        std::atomic<bool> done = false;
        std::thread other([&] {
            for (int i = 0; i < 100; ++i) sum += pool.submit(fn<square>, i).result();
            done = true;
        });
        while (!done) co_await sleep(0s);
        other.join();
        EXPECT_EQ(sum, 328350);
    };
    run(main);
}

TEST_F(ProcessPoolInLoop, IsShutDownByAwaiting) {
    const auto main = []() -> task<> {
        process_pool pool(2);
        std::vector<future<int>> squares;
        for (int i = 0; i < 100; ++i) squares.push_back(pool.submit(fn<square>, i));
        co_await pool.shutdown_async();
        for (int i = 0; i < 100; ++i)
            EXPECT_EQ(squares[static_cast<std::size_t>(i)].result(), i * i);
        EXPECT_FALSE(testing::has_children());
        EXPECT_THROW(pool.submit(fn<square>, 1), pool_closed);
        co_await pool.shutdown_async();
    };
    run(main);
}

TEST_F(ProcessPoolInLoop, CancelsCallsThatStillRunWhenItIsDestroyed) {
    const temporary_folder folder;
    const auto main = [](std::string begun) -> task<ending> {
        auto pool = std::make_unique<process_pool>(1);
        future<void> endless = pool->submit(fn<run_for_ever>, begun);
        co_await wait_for_file(begun);
        pool.reset();
        EXPECT_FALSE(testing::has_children());
        co_return co_await ending_of([](future<void>& f) -> task<> { co_await f; }(endless));
    };
    EXPECT_EQ(run(main, folder.path("begun")), ending::task_cancelled);
}

TEST_F(ProcessPoolInLoop, EndsACallWhoseTaskIsCancelled) {
    const temporary_folder folder;
    const auto main = [](std::string begun) -> task<ending> {
        process_pool pool(process_pool_options().workers(1).grace(10ms));
        const auto call = [](process_pool& on, std::string path) -> task<> {
            co_await on.submit(fn<run_for_ever>, path);
        };
        const ending how = co_await ending_of(with_timeout(50ms, call(pool, begun)));
        EXPECT_EQ(co_await pool.submit(fn<square>, 3), 9);
        co_return how;
    };
    EXPECT_EQ(run(main, folder.path("begun")), ending::timeout);
}

TEST_F(ProcessPoolInLoop, IsClosedWhenItsLoopEndsBeforeIt) {
    const temporary_folder folder;
    std::unique_ptr<process_pool> pool;
    future<void> endless;
    const auto main = [](auto& made, auto& result, std::string begun) -> task<> {
        made = std::make_unique<process_pool>(1);
        result = made->submit(fn<run_for_ever>, begun);
        co_await wait_for_file(begun);
    };
    run(main(pool, endless, folder.path("begun")));
    EXPECT_FALSE(testing::has_children());
    EXPECT_THROW(endless.result(), task_cancelled);
    EXPECT_THROW(pool->submit(fn<square>, 1), pool_closed);
    pool->shutdown();
}

TEST_F(ProcessPoolInLoop, CanBeSubmittedToByACallback) {
    const auto main = []() -> task<int> {
        process_pool pool(1);
        future<int> second;
        future<int> first = pool.submit(fn<square>, 3);
        first.on_done([&] { second = pool.submit(fn<square>, first.result()); });
        while (!second.is_valid()) co_await sleep(0s);
        co_return co_await second;
    };
    EXPECT_EQ(run(main), 81);
}

TEST_F(ProcessPoolInLoop, MayBeDestroyedInTheTurnThatStartsItsWorkers) {
    const auto main = []() -> task<ending> {
        future<int> never;
        {
            process_pool pool(1);
            never = pool.submit(fn<square>, 3);
            co_await yield();
        }
        for (int turn = 0; turn < 10; ++turn) co_await sleep(0s);
        co_return co_await ending_of([](future<int>& f) -> task<> { co_await f; }(never));
    };
    EXPECT_EQ(run(main), ending::task_cancelled);
}

TEST_F(ProcessPoolInLoop, MayBeDestroyedByACallback) {
    const auto main = []() -> task<> {
        auto pool = std::make_unique<process_pool>(1);
        future<int> result = pool->submit(fn<square>, 3);
        result.on_done([&] { pool.reset(); });
        EXPECT_EQ(co_await result, 9);
        EXPECT_EQ(pool, nullptr);
        EXPECT_FALSE(testing::has_children());
        for (int turn = 0; turn < 10; ++turn) co_await sleep(0s);
    };
    run(main);
}

// So much that it is not received together with anything else.
constexpr std::size_t much = 100'000;

std::string much_of(const std::string& when_there_is) {
    testing::wait_for_file(when_there_is);
    return std::string(much, 'x');
}

// Its answer is sent before that, or else lost, which must not do any harm either.
std::string much_and_then_die() {
    std::thread([] {
        std::this_thread::sleep_for(50ms);
        std::_Exit(3);
    }).detach();
    return std::string(much, 'x');
}

// The worker's end is handled before its answers are, because the turn is used up.
TEST_F(ProcessPoolInLoop, MayBeDestroyedByACallbackOfAWorkerThatHasEnded) {
    const auto main = []() -> task<> {
        const temporary_folder folder;
        const std::string go = folder.path("go");
        auto pool = std::make_unique<process_pool>(1);
        const auto worker = co_await pool->submit(fn<testing::own_process>);
        future<std::string> first = pool->submit(fn<much_of>, go);
        future<std::string> second = pool->submit(fn<much_and_then_die>);
        second.on_done([&] { pool.reset(); });
        for (int turn = 0; turn < 10; ++turn) co_await sleep(0s);
        std::ofstream(go).flush();
        EXPECT_TRUE(testing::process_ends_soon(worker));
        co_await yield();
        event_loop::running().take_budget(1000);
        co_await sleep(0s);
        while (pool != nullptr) co_await sleep(0s);
        EXPECT_EQ(first.result().size(), much);
        EXPECT_FALSE(testing::has_children());
    };
    run(main);
}

TEST_F(ProcessPoolInLoop, MayBeOneOfSeveral) {
    const auto main = []() -> task<int> {
        process_pool one(1);
        process_pool two(1);
        const auto a = co_await one.submit(fn<testing::own_process>);
        const auto b = co_await two.submit(fn<testing::own_process>);
        EXPECT_NE(a, b);
        co_return co_await one.submit(fn<square>, 3) + co_await two.submit(fn<square>, 4);
    };
    EXPECT_EQ(run(main), 25);
}

}  // namespace
}  // namespace eddy
