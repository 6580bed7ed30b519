#pragma once

#include <eddy/shared_memory.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <system_error>

namespace eddy::testing {

/// Takes memory from the system, writes to all of it and gives it back. Not from the heap, which
/// may keep what is freed: that of AddressSanitizer does.
inline void use_for_a_moment(std::size_t bytes) {
    std::error_code error;
    const unique_handle memory = open_shared_memory(bytes, error);
    ASSERT_FALSE(error) << error.message();
    ASSERT_FALSE(seal_size(memory.get()));
    const auto mapping = memory_mapping::open(memory.get(), mapping_access::read_and_write, error);
    ASSERT_FALSE(error) << error.message();
    std::ranges::fill(mapping.bytes(), std::byte{1});
}

}  // namespace eddy::testing
