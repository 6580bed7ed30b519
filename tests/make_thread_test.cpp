#include "make_thread.hpp"

#include "support/no_more_threads.hpp"

#include <eddy/blocking_pool.hpp>
#include <eddy/loop_pool.hpp>
#include <eddy/process_pool.hpp>
#include <eddy/thread_pool.hpp>

#include <gmock/gmock.h>

namespace eddy::testing {
namespace {

using ::testing::HasSubstr;

int answer() {
    return 42;
}

// What happens while there are no threads to be had.
template <class Work>
std::string error_without_threads(Work work) {
    const no_more_threads here;
    try {
        work();
        return "none";
    } catch (const std::system_error& error) {
        return error.what();
    }
}

TEST(MakeThread, DoesTheWork) {
    bool done = false;
    make_thread("a test", [&] { done = true; }).join();
    EXPECT_TRUE(done);
}

TEST(MakeThread, SaysWhoseThreadItWasToBe) {
    EXPECT_THAT(error_without_threads([] { make_thread("a test", [] {}).join(); }),
                HasSubstr("start a thread of a test: Resource temporarily unavailable"));
}

TEST(MakeThread, LetsABlockingPoolGoOnAfterItFailed) {
    blocking_pool pool;
    EXPECT_THAT(error_without_threads([&] { pool.submit(answer); }),
                HasSubstr("start a thread of the blocking pool"));
    EXPECT_EQ(pool.submit(answer).result(), 42);
}

TEST(MakeThread, LeavesNothingOfAPoolThatCannotBeMade) {
    EXPECT_THAT(error_without_threads([] { thread_pool pool(2); }),
                HasSubstr("start a thread of the thread pool"));
    EXPECT_THAT(error_without_threads([] { loop_pool pool(2); }),
                HasSubstr("start a thread of the loop pool"));
    EXPECT_THAT(error_without_threads([] { process_pool pool; }),
                HasSubstr("start a thread of the process pool"));
}

}  // namespace
}  // namespace eddy::testing
