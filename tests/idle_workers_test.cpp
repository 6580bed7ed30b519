#include "idle_workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace eddy {
namespace {

TEST(IdleWorkers, WakeNobodyWhileSomebodySearches) {
    idle_workers idle;
    idle.begin_search();
    idle.begin_search();
    idle.prepare_to_sleep();
    idle.wake_one();
    EXPECT_EQ(idle.asleep(), 1U) << "the one who searches will find the work";
    EXPECT_TRUE(idle.end_search());
    idle.wake_one();
    EXPECT_EQ(idle.asleep(), 0U);
    idle.sleep();  // was woken before: returns at once
    EXPECT_TRUE(idle.end_search());
}

TEST(IdleWorkers, StayAwakeThoughSomebodyHasJustWokenThem) {
    idle_workers idle;
    idle.begin_search();
    idle.prepare_to_sleep();
    idle.stay_awake();
    idle.prepare_to_sleep();
    idle.wake_all();
    idle.stay_awake();
    EXPECT_EQ(idle.asleep(), 0U);
    EXPECT_TRUE(idle.end_search());
}

TEST(IdleWorkers, SleepOverNoWork) {
    // One counter is all the work there is. Every unit is announced, and must be found.
    constexpr int units = 20000;
    idle_workers idle;
    std::atomic<int> work = 0;
    std::atomic<int> done = 0;
    std::atomic<bool> stop = false;
    const auto take = [&work] {
        int seen = work.load();
        while (seen > 0 && !work.compare_exchange_weak(seen, seen - 1)) continue;
        return seen > 0;
    };
    const auto worker = [&] {
        idle.begin_search();
        while (!stop) {
            if (take()) {
                if (idle.end_search() && work > 0) idle.wake_one();
                ++done;
                idle.begin_search();
                continue;
            }
            idle.prepare_to_sleep();
            if (work > 0 || stop)
                idle.stay_awake();
            else
                idle.sleep();
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(worker);
    for (int i = 0; i < units; ++i) {
        ++work;
        idle.wake_one();
        // Now and then let them all fall asleep, or the race that matters would be rare.
        if (i % 8 == 0)
            while (done <= i) std::this_thread::yield();
    }
    while (done < units) std::this_thread::yield();
    stop = true;
    idle.wake_all();
    for (auto& each : threads) each.join();
    EXPECT_EQ(done, units);
}

}  // namespace
}  // namespace eddy
