#include <eddy/shared_memory.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

// Linux holds everybody to a seal, also who does not ask for it by our interface.
namespace eddy {
namespace {

TEST(SharedMemory, WithSealedSizeCannotShrinkUnderAMapping) {
    std::error_code error;
    const unique_handle memory = open_shared_memory(100, error);
    ASSERT_FALSE(error) << error.message();
    ASSERT_FALSE(seal_size(memory.get()));
    EXPECT_LT(::ftruncate(memory.get(), 10), 0);
    EXPECT_LT(::ftruncate(memory.get(), 1000), 0);
}

}  // namespace
}  // namespace eddy
