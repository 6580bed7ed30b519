#include "pinned_thread.hpp"

#include <gtest/gtest.h>

#include <sched.h>

namespace eddy::testing {

void pin_this_thread_to_one_processor() {
    cpu_set_t allowed;
    ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
    std::size_t first = 0;
    while (!CPU_ISSET(first, &allowed)) ++first;
    cpu_set_t only_first;
    CPU_ZERO(&only_first);
    CPU_SET(first, &only_first);
    ASSERT_EQ(::sched_setaffinity(0, sizeof only_first, &only_first), 0);
}

}  // namespace eddy::testing
