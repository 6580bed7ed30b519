#include <eddy/process_pool.hpp>

#include "support/own_processes.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace eddy {
namespace {

using namespace std::chrono_literals;
using testing::temporary_folder;
using testing::wait_for_file;

int square(int x) {
    return x * x;
}

void die() {
    testing::kill_process(testing::own_process());
}

void touch(const std::string& path) {
    std::ofstream(path).flush();
}

// Says that it has begun, and never ends.
void run_for_ever(const std::string& begun) {
    touch(begun);
    for (;;) std::this_thread::yield();
}

// The same, but ends when it is asked to.
void run_until_stopped(const std::string& begun) {
    touch(begun);
    while (!stop_requested()) std::this_thread::yield();
}

// Dies as long as it cannot find so many marks of earlier attempts.
int succeed_at_attempt(const std::string& folder, int attempt) {
    int number = 1;
    while (std::filesystem::exists(folder + "/" + std::to_string(number))) ++number;
    if (number == attempt) return number;
    touch(folder + "/" + std::to_string(number));
    die();
    return 0;
}

// Returns when so many processes are here at once.
std::int64_t meet(const std::string& folder, int count) {
    touch(folder + "/" + std::to_string(testing::own_process()));
    const auto here = [&folder] {
        return std::distance(std::filesystem::directory_iterator(folder), {});
    };
    while (here() < count) std::this_thread::yield();
    return testing::own_process();
}

class ProcessPoolCrash : public testing::leaves_nothing_behind {};

TEST_F(ProcessPoolCrash, CostsTheCallThatWasRunningAndNoOther) {
    process_pool pool(1);
    std::vector<future<int>> before;
    std::vector<future<int>> after;
    for (int i = 0; i < 100; ++i) before.push_back(pool.submit(fn<square>, i));
    future<void> deadly = pool.submit(fn<die>);
    for (int i = 0; i < 100; ++i) after.push_back(pool.submit(fn<square>, i));

    for (auto* const futures : {&before, &after})
        for (std::size_t i = 0; i < 100; ++i)
            ASSERT_EQ((*futures)[i].result(), static_cast<int>(i * i));
    EXPECT_THROW(deadly.result(), worker_died);
}

TEST_F(ProcessPoolCrash, IsReportedWithTheSignal) {
    process_pool pool(1);
    const auto worker = pool.submit(fn<testing::own_process>).result();
    try {
        pool.submit(fn<die>).result();
        FAIL() << "it lives";
    } catch (const worker_died& error) {
        EXPECT_EQ(error.how().signal, 9);
        EXPECT_EQ(error.attempts(), 1U);
        EXPECT_NE(std::string(error.what()).find(std::to_string(worker)), std::string::npos);
    }
}

TEST_F(ProcessPoolCrash, IsReportedWithTheExitCode) {
    process_pool pool(1);
    try {
        pool.submit([] { std::_Exit(7); }).result();
        FAIL() << "it lives";
    } catch (const worker_died& error) {
        EXPECT_EQ(error.how().code, 7);
        EXPECT_EQ(error.how().signal, 0);
    }
}

TEST_F(ProcessPoolCrash, CanHappenToEveryCall) {
    process_pool pool(2);
    std::vector<future<void>> deadly;
    for (int i = 0; i < 30; ++i) deadly.push_back(pool.submit(fn<die>));
    for (auto& each : deadly) EXPECT_THROW(each.result(), worker_died);
    EXPECT_EQ(pool.submit(fn<square>, 3).result(), 9);
}

TEST_F(ProcessPoolCrash, OfAnIdleWorkerCostsNothing) {
    process_pool pool(1);
    for (int i = 0; i < 10; ++i) {
        const auto worker = pool.submit(fn<testing::own_process>).result();
        testing::kill_process(worker);
        EXPECT_EQ(pool.submit(fn<square>, 3).result(), 9);
    }
}

TEST_F(ProcessPoolCrash, OfManyIdleWorkersAtOnceCostsNothing) {
    constexpr int count = 6;
    process_pool pool(count);
    const temporary_folder folder;
    std::vector<future<std::int64_t>> calls;
    for (int i = 0; i < count; ++i)
        calls.push_back(pool.submit(fn<meet>, folder.path().string(), count));
    std::vector<std::int64_t> idle;
    for (auto& each : calls) idle.push_back(each.result());
    for (const std::int64_t each : idle) testing::kill_process(each);
    while (testing::has_children()) std::this_thread::yield();
    EXPECT_EQ(pool.submit(fn<square>, 3).result(), 9);
}

TEST_F(ProcessPoolCrash, RepeatsIdempotentCalls) {
    process_pool pool(1);
    const temporary_folder folder;
    auto repeating = pool.with(process_call_options().idempotent(3));
    EXPECT_EQ(repeating.submit(fn<succeed_at_attempt>, folder.path().string(), 3).result(), 3);
}

TEST_F(ProcessPoolCrash, IsReportedAfterTheLastAttempt) {
    process_pool pool(1);
    const temporary_folder folder;
    auto repeating = pool.with(process_call_options().idempotent(3));
    try {
        repeating.submit(fn<succeed_at_attempt>, folder.path().string(), 4).result();
        FAIL() << "there was a fourth attempt";
    } catch (const worker_died& error) {
        EXPECT_EQ(error.attempts(), 3U);
    }
}

// Lets each worker leave its number in a folder, and kills one of them at a time.
class killer {
public:
    process_pool_options options(unsigned workers) const {
        return process_pool_options().workers(workers).initializer(
            [](const std::string& folder) {
                touch(folder + "/" + std::to_string(testing::own_process()));
            },
            folder_.path().string());
    }

    void kill_one() {
        for (const auto& each : std::filesystem::directory_iterator(folder_.path())) {
            const std::string number = each.path().filename().string();
            std::filesystem::remove(each.path());
            testing::kill_process(std::stol(number));
            ++killed_;
            return;
        }
    }
    int killed() const noexcept { return killed_; }

private:
    temporary_folder folder_;
    int killed_ = 0;
};

// A little work, so that workers are killed in the middle of it.
int slow_square(int x) {
    const auto end = std::chrono::steady_clock::now() + 50us;
    while (std::chrono::steady_clock::now() < end) continue;
    return x * x;
}

TEST_F(ProcessPoolCrash, UnderLoadLosesNoIdempotentCall) {
    killer killer;
    process_pool pool(killer.options(2));
    auto repeating = pool.with(process_call_options().idempotent(1000));
    std::vector<future<int>> squares;
    for (int i = 0; i < 3000; ++i) squares.push_back(repeating.submit(fn<slow_square>, i));
    for (int i = 0; i < 3000; ++i) {
        ASSERT_EQ(squares[static_cast<std::size_t>(i)].result(), i * i);
        if (i % 50 == 0) killer.kill_one();
    }
    EXPECT_GT(killer.killed(), 0);
}

TEST_F(ProcessPoolCrash, UnderLoadCostsOneCallForEachWorkerAtMost) {
    killer killer;
    process_pool pool(killer.options(2));
    std::vector<future<int>> squares;
    for (int i = 0; i < 3000; ++i) squares.push_back(pool.submit(fn<slow_square>, i));
    int lost = 0;
    for (int i = 0; i < 3000; ++i) {
        try {
            ASSERT_EQ(squares[static_cast<std::size_t>(i)].result(), i * i);
        } catch (const worker_died&) {
            ++lost;
        }
        if (i % 50 == 0) killer.kill_one();
    }
    EXPECT_GT(killer.killed(), 0);
    EXPECT_LE(lost, killer.killed());
}

TEST_F(ProcessPoolCrash, FollowsATimeLimit) {
    process_pool pool(1);
    const temporary_folder folder;
    const auto worker = pool.submit(fn<testing::own_process>).result();
    auto limited = pool.with(process_call_options().timeout(30ms));
    future<void> endless = limited.submit(fn<run_for_ever>, folder.path("begun"));
    future<int> behind = pool.submit(fn<square>, 3);
    EXPECT_THROW(endless.result(), timeout_error);
    EXPECT_TRUE(testing::process_ends_soon(worker));
    EXPECT_EQ(behind.result(), 9);
}

TEST_F(ProcessPoolCrash, DoesNotFollowATimeLimitThatIsKept) {
    process_pool pool(1);
    const auto worker = pool.submit(fn<testing::own_process>).result();
    for (const auto limit : {std::chrono::nanoseconds(20s), std::chrono::nanoseconds::max()}) {
        auto limited = pool.with(process_call_options().timeout(limit));
        std::vector<future<int>> squares;
        for (int i = 0; i < 100; ++i) squares.push_back(limited.submit(fn<square>, i));
        for (auto& each : squares) each.result();
    }
    EXPECT_EQ(pool.submit(fn<testing::own_process>).result(), worker);
}

TEST_F(ProcessPoolCrash, IsNotAttemptedAgainAfterTheTimeLimit) {
    process_pool pool(1);
    const temporary_folder folder;
    auto limited = pool.with(process_call_options().idempotent(1000).timeout(20ms));
    EXPECT_THROW(limited.submit(fn<run_for_ever>, folder.path("begun")).result(), timeout_error);
}

TEST_F(ProcessPoolCrash, IsWhatKillingACallMeans) {
    process_pool pool(1);
    const temporary_folder folder;
    const auto worker = pool.submit(fn<testing::own_process>).result();
    future<void> endless = pool.submit(fn<run_for_ever>, folder.path("begun"));
    std::vector<future<int>> behind;
    for (int i = 0; i < 10; ++i) behind.push_back(pool.submit(fn<square>, i));
    wait_for_file(folder.path("begun"));

    EXPECT_TRUE(endless.cancel(cancel_mode::kill));
    EXPECT_THROW(endless.result(), task_cancelled);
    EXPECT_TRUE(endless.cancelled());
    EXPECT_TRUE(testing::process_ends_soon(worker));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(behind[static_cast<std::size_t>(i)].result(), i * i);
}

TEST_F(ProcessPoolCrash, IsNotNeededToCancelACallThatHasNotBegun) {
    process_pool pool(1);
    const temporary_folder folder;
    future<void> running = pool.submit(fn<run_until_stopped>, folder.path("begun"));
    wait_for_file(folder.path("begun"));
    std::vector<future<void>> waiting;
    for (int i = 0; i < 10; ++i) waiting.push_back(pool.submit(fn<die>));
    for (auto& each : waiting) EXPECT_TRUE(each.cancel());
    for (auto& each : waiting) EXPECT_THROW(each.result(), task_cancelled);
    EXPECT_FALSE(running.done());
    EXPECT_TRUE(running.cancel());
}

TEST_F(ProcessPoolCrash, IsNotNeededToStopACallThatObeys) {
    for (const auto grace : {std::chrono::nanoseconds(20s), std::chrono::nanoseconds::max()}) {
        process_pool pool(process_pool_options().workers(1).grace(grace));
        const temporary_folder folder;
        const auto worker = pool.submit(fn<testing::own_process>).result();
        future<void> running = pool.submit(fn<run_until_stopped>, folder.path("begun"));
        wait_for_file(folder.path("begun"));
        EXPECT_TRUE(running.cancel());
        EXPECT_THROW(running.result(), task_cancelled);
        EXPECT_EQ(pool.submit(fn<testing::own_process>).result(), worker);
    }
}

TEST_F(ProcessPoolCrash, EndsACallThatDoesNotStopInTime) {
    process_pool pool(process_pool_options().workers(1).grace(10ms));
    const temporary_folder folder;
    future<void> running = pool.submit(fn<run_for_ever>, folder.path("begun"));
    wait_for_file(folder.path("begun"));
    EXPECT_TRUE(running.cancel());
    EXPECT_THROW(running.result(), task_cancelled);
    EXPECT_EQ(pool.submit(fn<square>, 3).result(), 9);
}

TEST_F(ProcessPoolCrash, DoesNotRepeatWhatWasCancelled) {
    process_pool pool(1);
    const temporary_folder folder;
    auto repeating = pool.with(process_call_options().idempotent(1000));
    future<void> endless = repeating.submit(fn<run_for_ever>, folder.path("begun"));
    wait_for_file(folder.path("begun"));
    EXPECT_TRUE(endless.cancel(cancel_mode::kill));
    EXPECT_THROW(endless.result(), task_cancelled);
}

TEST_F(ProcessPoolCrash, IsWhatADestroyedPoolDoesToCallsThatRun) {
    const temporary_folder folder;
    std::vector<future<void>> endless;
    {
        process_pool pool(2);
        for (const char* const each : {"one", "two", "three", "four", "five"})
            endless.push_back(pool.submit(fn<run_for_ever>, folder.path(each)));
        wait_for_file(folder.path("one"));
        wait_for_file(folder.path("two"));
    }
    for (auto& each : endless) EXPECT_THROW(each.result(), task_cancelled);
}

TEST_F(ProcessPoolCrash, IsNotWhatShutdownDoesToCallsThatRun) {
    process_pool pool(1);
    const temporary_folder folder;
    future<int> running = pool.submit(
        [](const std::string& begun, const std::string& go) {
            touch(begun);
            wait_for_file(go);
            return 5;
        },
        folder.path("begun"), folder.path("go"));
    wait_for_file(folder.path("begun"));
    std::vector<future<int>> waiting;
    for (int i = 0; i < 10; ++i) waiting.push_back(pool.submit(fn<square>, i));
    std::thread other([&pool] { pool.shutdown(shutdown_mode::cancel_pending); });
    for (auto& each : waiting) EXPECT_THROW(each.result(), task_cancelled);
    touch(folder.path("go"));
    EXPECT_EQ(running.result(), 5);
    other.join();
}

}  // namespace
}  // namespace eddy
