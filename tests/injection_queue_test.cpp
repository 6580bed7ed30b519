#include "injection_queue.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

namespace eddy {
namespace {

struct numbered_job final : pool_job {
    numbered_job() noexcept : pool_job(nullptr) {}
    void run() noexcept override {}
    void discard() noexcept override {}
    std::size_t submitter = 0;
    int number = 0;
};

TEST(InjectionQueue, GivesTheOldestFirstAndNoMoreThanThereIsRoomFor) {
    std::array<numbered_job, 5> jobs;
    injection_queue queue;
    std::array<pool_job*, 3> taken;
    EXPECT_EQ(queue.take(taken), 0U);
    for (auto& each : jobs) ASSERT_TRUE(queue.push(each));
    EXPECT_FALSE(queue.is_empty());
    EXPECT_EQ(queue.take(taken), 3U);
    EXPECT_EQ(taken, (std::array<pool_job*, 3>{&jobs[0], &jobs[1], &jobs[2]}));
    EXPECT_EQ(queue.take(taken), 2U);
    EXPECT_EQ(taken[1], &jobs[4]);
    EXPECT_TRUE(queue.is_empty());
}

TEST(InjectionQueue, TakesNothingOnceItIsClosedAndKeepsWhatItHas) {
    std::array<numbered_job, 3> jobs;
    injection_queue queue;
    std::array<pool_job*, 1> first;
    queue.push(jobs[0]);
    queue.push(jobs[1]);
    queue.take(first);
    queue.push(jobs[2]);
    queue.close();
    queue.close();
    EXPECT_FALSE(queue.push(jobs[0]));
    EXPECT_FALSE(queue.is_empty());
    std::array<pool_job*, 3> rest;
    EXPECT_EQ(queue.take(std::span(rest).first(1)), 1U);
    EXPECT_EQ(queue.take(std::span(rest).subspan(1)), 1U);
    EXPECT_EQ(rest[0], &jobs[1]);
    EXPECT_EQ(rest[1], &jobs[2]);
    EXPECT_TRUE(queue.is_empty());
}

TEST(InjectionQueue, GivesEveryJobOnceAndEachSubmittersJobsInTheirOrder) {
    constexpr std::size_t submitters = 3;
    constexpr int count = 5000;
    std::vector<std::vector<numbered_job>> jobs(submitters);
    injection_queue queue;
    std::vector<std::thread> threads;
    for (std::size_t s = 0; s < submitters; ++s) {
        jobs[s] = std::vector<numbered_job>(count);
        threads.emplace_back([&queue, &mine = jobs[s], s] {
            for (int i = 0; i < count; ++i) {
                auto& job = mine[static_cast<std::size_t>(i)];
                job.submitter = s;
                job.number = i;
                queue.push(job);
            }
        });
    }
    std::array<int, submitters> next{};
    for (std::size_t left = submitters * count; left > 0;) {
        std::array<pool_job*, 7> taken;
        const std::size_t got = queue.take(taken);
        for (pool_job* const each : std::span(taken).first(got)) {
            const auto& job = static_cast<numbered_job&>(*each);
            ASSERT_EQ(job.number, next[job.submitter]++);
        }
        left -= got;
    }
    for (auto& each : threads) each.join();
}

}  // namespace
}  // namespace eddy
