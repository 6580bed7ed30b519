#include "pinned_thread.hpp"

#include <gtest/gtest.h>

#include <bit>

#include <windows.h>

namespace eddy::testing {

void pin_this_thread_to_one_processor() {
    GROUP_AFFINITY allowed{};
    ASSERT_TRUE(::GetThreadGroupAffinity(::GetCurrentThread(), &allowed));
    const int first = std::countr_zero(static_cast<ULONG64>(allowed.Mask));
    ASSERT_NE(::SetThreadAffinityMask(::GetCurrentThread(), DWORD_PTR{1} << first), 0U);
}

}  // namespace eddy::testing
