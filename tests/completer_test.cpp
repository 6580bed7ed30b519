#include <eddy/completer.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace eddy {
namespace {

TEST(Completer, AbandonsTheFutureIfItGoesAwayUnfinished) {
    future<int> result;
    EXPECT_FALSE(result.is_valid());
    result = completer<int>().get_future();
    EXPECT_TRUE(result.is_valid());
    EXPECT_THROW(result.result(), future_abandoned);
}

TEST(Completer, IsAskedToEndWorkThatIsRunning) {
    std::vector<cancel_mode> asked;
    completer<int> producer([&asked](cancel_mode mode) {
        asked.push_back(mode);
        return mode == cancel_mode::kill;
    });
    future<int> result = producer.get_future();
    producer.start();
    EXPECT_FALSE(result.cancel());
    EXPECT_TRUE(result.cancel(cancel_mode::kill));
    EXPECT_EQ(asked, (std::vector{cancel_mode::stop, cancel_mode::kill}));
    EXPECT_FALSE(result.done()) << "only the producer knows when running work has ended";
    producer.set_cancelled();
    EXPECT_TRUE(result.cancelled());
}

TEST(Completer, WakesWhoeverWaitsWhenItGoesAwayOnAnotherThread) {
    completer<int> producer;
    future<int> result = producer.get_future();
    std::thread thread([taken = std::move(producer)]() mutable {
        taken.start();
        const completer<int> dropped = std::move(taken);
    });
    EXPECT_THROW(result.result(), future_abandoned);
    thread.join();
}

TEST(Completer, AbandonsWhatItHeldWhenAnotherIsMovedToIt) {
    completer<std::string> producer;
    future<std::string> first = producer.get_future();
    completer<std::string> other;
    future<std::string> second = other.get_future();
    producer = std::move(other);
    EXPECT_THROW(first.result(), future_abandoned);
    EXPECT_FALSE(second.done());
    producer.set_result(3U, 'x');
    EXPECT_EQ(second.result(), "xxx") << "the arguments are those of the constructor";
}

TEST(Completer, RemembersWhenItIsMovedThatItHasStarted) {
    completer<int> producer;
    future<int> result = producer.get_future();
    EXPECT_TRUE(producer.start());
    completer<int> moved(std::move(producer));
    EXPECT_TRUE(moved.start());
    EXPECT_FALSE(result.cancel()) << "it runs, and there is no hook to ask";
    moved.set_result(7);
    EXPECT_EQ(result.result(), 7);
}

TEST(Completer, LeavesACancelledFutureAsItIsWhicheverWayItEnds) {
    std::vector<completer<int>> producers(4);
    std::vector<future<int>> results;
    for (auto& each : producers) {
        results.push_back(each.get_future());
        EXPECT_TRUE(results.back().cancel());
        EXPECT_FALSE(each.start());
    }
    producers[0].set_result(7);
    producers[1].set_exception(std::make_exception_ptr(std::runtime_error("broken")));
    producers[2].set_cancelled();
    producers.pop_back();
    for (auto& each : results) EXPECT_THROW(each.result(), task_cancelled);
}

// As a pool makes them: what is needed to do the work lies beside the result.
class state_of_a_pool final : public future_state<int> {
public:
    explicit state_of_a_pool(bool& freed) : freed_(freed) {}
    ~state_of_a_pool() override { freed_ = true; }

private:
    bool& freed_;
};

TEST(Completer, TakesOverAStateAndFreesItWithTheLastEnd) {
    bool freed = false;
    {
        completer<int> producer(*new state_of_a_pool(freed));
        const future<int> result = producer.get_future();
        producer.set_result(7);
        EXPECT_FALSE(freed) << "the consumer still has its end";
    }
    EXPECT_TRUE(freed);
}

}  // namespace
}  // namespace eddy
