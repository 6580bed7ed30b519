#include <eddy/post_queue.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace eddy {
namespace {

using ::testing::ElementsAre;

struct noted final : posted {
    noted(std::vector<int>& into, int of) : order(into), name(of) {}
    void run() noexcept override { order.push_back(name); }
    std::vector<int>& order;
    int name;
};

TEST(PostQueue, RunsWhatWasPushedTheOldestFirstAndOnce) {
    std::vector<int> order;
    noted one(order, 1);
    noted two(order, 2);
    noted three(order, 3);
    post_queue queue;
    for (noted* const each : {&one, &two, &three}) queue.push(*each);
    queue.run_all();
    EXPECT_THAT(order, ElementsAre(1, 2, 3));
    queue.run_all();
    EXPECT_THAT(order, ElementsAre(1, 2, 3));
    queue.push(one);
    queue.run_all();
    EXPECT_THAT(order, ElementsAre(1, 2, 3, 1)) << "it can be pushed again";
}

TEST(PostQueue, AsksForAWakeOnlyWhenTheLoopSleepsAndOnlyOnce) {
    std::vector<int> order;
    noted one(order, 1);
    noted two(order, 2);
    noted three(order, 3);
    post_queue queue;
    EXPECT_FALSE(queue.push(one)) << "nobody sleeps";
    EXPECT_FALSE(queue.prepare_to_sleep()) << "something was pushed";
    queue.run_all();
    EXPECT_TRUE(queue.prepare_to_sleep());
    EXPECT_TRUE(queue.push(two));
    EXPECT_FALSE(queue.push(three)) << "it was woken already";
    queue.woken_up();
    queue.run_all();
    EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(PostQueue, WaitsForWhoWasAskedToWakeTheLoop) {
    std::vector<int> order;
    noted one(order, 1);
    post_queue queue;
    ASSERT_TRUE(queue.prepare_to_sleep());
    bool has_woken = false;  // read without a lock: the queue has to order it
    ASSERT_TRUE(queue.push(one));
    std::thread waker([&] {
        has_woken = true;
        queue.has_woken();
    });
    queue.run_all();  // something else has woken the loop, and it finds the push
    EXPECT_THAT(order, ElementsAre(1));
    queue.wait_for_wakers();
    EXPECT_TRUE(has_woken);
    waker.join();
}

TEST(PostQueue, WaitsForNobodyWhenNobodyWasAsked) {
    std::vector<int> order;
    noted one(order, 1);
    post_queue queue;
    queue.push(one);
    queue.run_all();
    ASSERT_TRUE(queue.prepare_to_sleep());
    queue.woken_up();
    ASSERT_TRUE(queue.prepare_to_sleep());
    queue.wait_for_wakers();
    EXPECT_FALSE(queue.push(one)) << "it does not sleep any more";
}

struct pushes_another final : posted {
    pushes_another(post_queue& on, posted& other) : queue(on), next(other) {}
    void run() noexcept override { queue.push(next); }
    post_queue& queue;
    posted& next;
};

TEST(PostQueue, KeepsForTheNextTurnWhatIsPushedMeanwhile) {
    std::vector<int> order;
    noted later(order, 1);
    post_queue queue;
    pushes_another first(queue, later);
    queue.push(first);
    queue.run_all();
    EXPECT_THAT(order, ElementsAre());
    EXPECT_FALSE(queue.prepare_to_sleep());
    queue.run_all();
    EXPECT_THAT(order, ElementsAre(1));
}

TEST(PostQueue, RunsACallableAndForgetsIt) {
    auto alive = std::make_shared<int>(0);
    post_queue queue;
    queue.push(*make_posted([alive] { ++*alive; }).release());
    EXPECT_EQ(alive.use_count(), 2);
    queue.run_all();
    EXPECT_EQ(*alive, 1);
    EXPECT_EQ(alive.use_count(), 1);
}

TEST(PostQueue, LosesNothingThatManyThreadsPush) {
    constexpr std::size_t threads = 4;
    constexpr int each = 10'000;
    post_queue queue;
    std::vector<int> counts(threads, 0);
    std::vector<std::thread> pushers;
    for (std::size_t i = 0; i < threads; ++i) {
        pushers.emplace_back([&, i] {
            for (int n = 0; n < each; ++n) {
                queue.push(*make_posted([&, i, n] { EXPECT_EQ(counts[i]++, n); }).release());
            }
        });
    }
    while (counts != std::vector<int>(threads, each)) queue.run_all();
    for (std::thread& pusher : pushers) pusher.join();
}

// A loop that sleeps whenever the queue lets it, on a flag in place of the kernel.
TEST(PostQueue, NeverLetsTheLoopSleepOverAPush) {
    constexpr int rounds = 5'000;
    post_queue queue;
    std::atomic<int> wakes = 0;
    int seen = 0;
    std::atomic<int> answered = 0;
    std::thread pusher([&] {
        for (int i = 1; i <= rounds; ++i) {
            if (queue.push(*make_posted([&seen] { ++seen; }).release())) wakes.fetch_add(1);
            while (answered.load() < i) std::this_thread::yield();
        }
    });
    int woken = 0;
    while (seen < rounds) {
        queue.run_all();
        answered.store(seen);
        if (!queue.prepare_to_sleep()) continue;
        // Sleeps until the next wake, which would never come for a push that was overlooked.
        while (seen < rounds && wakes.load() == woken) std::this_thread::yield();
        queue.woken_up();
        woken = wakes.load();
    }
    answered.store(rounds);
    pusher.join();
}

}  // namespace
}  // namespace eddy
