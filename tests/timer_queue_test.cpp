#include <eddy/timer_queue.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <deque>
#include <random>
#include <utility>
#include <vector>

namespace eddy {
namespace {

using ::testing::ElementsAre;

time_point at(int milliseconds) {
    return time_point(std::chrono::milliseconds(milliseconds));
}

struct named_timer final : timer {
    explicit named_timer(int of) : name(of) {}
    void on_due() noexcept override {}
    int name;
};

// The names of all that are due, in the order in which the queue gives them.
std::vector<int> take_all_due(timer_queue& queue, time_point now) {
    std::vector<int> names;
    while (timer* const due = queue.take_due(now)) {
        names.push_back(static_cast<named_timer*>(due)->name);
    }
    return names;
}

class TimerQueue : public ::testing::Test {
protected:
    named_timer one{1};
    named_timer two{2};
    named_timer three{3};
    timer_queue queue;
};

TEST_F(TimerQueue, HasNoNextDeadlineWhileItIsEmpty) {
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.next(), std::nullopt);
    EXPECT_EQ(queue.take_due(time_point::max()), nullptr);
}

TEST_F(TimerQueue, GivesTheDueOnesTheEarliestFirst) {
    queue.arm(two, at(2));
    queue.arm(three, at(3));
    queue.arm(one, at(1));
    EXPECT_EQ(queue.next(), at(1));
    EXPECT_EQ(queue.size(), 3U);
    EXPECT_THAT(take_all_due(queue, at(2)), ElementsAre(1, 2));
    EXPECT_FALSE(one.is_armed());
    EXPECT_TRUE(three.is_armed());
    EXPECT_THAT(take_all_due(queue, at(3)), ElementsAre(3));
}

TEST_F(TimerQueue, GivesNoneBeforeItsTime) {
    queue.arm(one, at(1));
    EXPECT_EQ(queue.take_due(at(1) - duration(1)), nullptr);
    EXPECT_THAT(take_all_due(queue, at(1)), ElementsAre(1));
}

TEST_F(TimerQueue, GivesEqualDeadlinesInTheOrderOfArming) {
    for (named_timer* const each : {&three, &one, &two}) queue.arm(*each, at(1));
    EXPECT_THAT(take_all_due(queue, at(1)), ElementsAre(3, 1, 2));
}

TEST_F(TimerQueue, ForgetsADisarmedOneWhichCanBeArmedAgain) {
    queue.arm(one, at(1));
    queue.arm(two, at(2));
    queue.disarm(one);
    EXPECT_FALSE(one.is_armed());
    EXPECT_EQ(queue.next(), at(2));
    queue.arm(one, at(3));
    EXPECT_THAT(take_all_due(queue, at(3)), ElementsAre(2, 1));
}

TEST_F(TimerQueue, TakesTheEarliestAndTheLatestTimeThereIs) {
    queue.arm(one, time_point::max());
    queue.arm(two, time_point::min());
    EXPECT_THAT(take_all_due(queue, at(1)), ElementsAre(2));
    EXPECT_EQ(queue.next(), time_point::max());
    queue.disarm(one);
}

// The same by a simple model: a sorted list.
TEST_F(TimerQueue, AgreesWithASortedListInAHundredThousandRandomSteps) {
    struct armed {
        time_point deadline;
        int order;
        named_timer* who;
        auto key() const { return std::pair(deadline, order); }
    };
    std::mt19937 numbers(1);
    std::deque<named_timer> timers;
    for (int i = 0; i < 300; ++i) timers.emplace_back(i);
    std::vector<armed> model;
    for (int step = 0; step < 100'000; ++step) {
        named_timer& picked = timers[numbers() % timers.size()];
        if (!picked.is_armed()) {
            const time_point deadline = at(static_cast<int>(numbers() % 50));
            queue.arm(picked, deadline);
            model.push_back({deadline, step, &picked});
        } else if (numbers() % 2 == 0) {
            queue.disarm(picked);
            std::erase_if(model, [&](const armed& each) { return each.who == &picked; });
        } else {
            const auto first = std::ranges::min_element(model, {}, &armed::key);
            ASSERT_EQ(queue.next(), first->deadline);
            ASSERT_EQ(queue.take_due(at(50)), first->who);
            model.erase(first);
        }
        ASSERT_EQ(queue.size(), model.size());
    }
    take_all_due(queue, at(50));
}

}  // namespace
}  // namespace eddy
