#include "support/backend_fixture.hpp"
#include "support/length_of_sleep.hpp"

#include <algorithm>

// The conformance suite: sleeps shorter than a millisecond, where the kernel has them.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

using BackendPrecision = backend_fixture;
INSTANTIATE_TEST_SUITE_P(All, BackendPrecision, ::testing::ValuesIn(backend_names()),
                         name_of_backend);

TEST_P(BackendPrecision, TakesItsTimeoutMorePreciselyThanToTheMillisecond) {
    duration shortest = duration::max();
    for (int i = 0; i < 20; ++i) shortest = std::min(shortest, length_of_sleep(GetParam(), 100us));
    EXPECT_GE(shortest, 100us);
    EXPECT_LT(shortest, 1ms);
}

}  // namespace
}  // namespace eddy::testing
