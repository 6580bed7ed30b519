#include <eddy/executor.hpp>

#include <eddy/blocking_pool.hpp>
#include <eddy/completer.hpp>
#include <eddy/map_results.hpp>
#include <eddy/process_pool.hpp>
#include <eddy/thread_pool.hpp>

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <vector>

namespace eddy {

namespace {

using ::testing::ElementsAre;

// The least that is one: it runs each call at once, on the thread that submits it.
class caller_executor {
public:
    template <class... Arguments, submittable<Arguments...> Function>
    future<call_result<Function, Arguments...>> submit(Function f, Arguments... arguments) {
        completer<call_result<Function, Arguments...>> producer;
        auto result = producer.get_future();
        producer.set_result(std::invoke(std::move(f), std::move(arguments)...));
        ++submitted_;
        return result;
    }
    std::size_t concurrency() const noexcept { return 1; }

    int submitted() const noexcept { return submitted_; }

private:
    int submitted_ = 0;
};

struct without_concurrency {
    future<int> submit(executor_probe, int);
};
struct without_futures {
    int submit(executor_probe, int);
    std::size_t concurrency() const;
};

static_assert(executor<thread_pool> && executor<blocking_pool>);
static_assert(executor<process_pool> && executor<process_pool_view>);
static_assert(executor<caller_executor>);
static_assert(!executor<without_concurrency>);
static_assert(!executor<without_futures>);
static_assert(!executor<std::function<int(int)>>);

TEST(Executor, OfAnyKindCanMap) {
    caller_executor here;
    const std::vector<int> numbers{1, 2, 3, 4};
    std::vector<int> squares;
    const auto square = [](int x) { return x * x; };
    for (const int each : map_over(here, square, numbers, map_options().chunksize(3)))
        squares.push_back(each);
    EXPECT_THAT(squares, ElementsAre(1, 4, 9, 16));
    EXPECT_EQ(here.submitted(), 2);
}

template <class Pool>
class ClosedExecutor : public ::testing::Test {};
using pools_of_threads = ::testing::Types<thread_pool, blocking_pool>;
TYPED_TEST_SUITE(ClosedExecutor, pools_of_threads);

TYPED_TEST(ClosedExecutor, RefusesCallsHoweverItWasShutDownAndKeepsNothingOfThem) {
    for (const shutdown_mode mode : {shutdown_mode::drain, shutdown_mode::cancel_pending}) {
        TypeParam pool;
        pool.shutdown(mode);
        const auto held = std::make_shared<int>(7);
        const auto read = [](std::shared_ptr<int> from) { return *from; };
        EXPECT_THROW(pool.submit(read, held), pool_closed);
        EXPECT_EQ(held.use_count(), 1);
    }
}

}  // namespace
}  // namespace eddy
