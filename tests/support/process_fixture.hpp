#pragma once

#include "loop_fixture.hpp"
#include "own_processes.hpp"

namespace eddy::testing {

/// Cases with processes, on every backend, that leave neither handles nor children behind.
class process_fixture : public loop_fixture {
protected:
    void SetUp() override {
        loop_fixture::SetUp();
        ASSERT_FALSE(has_children());
        handles_before_ = open_handles();
    }
    void TearDown() override {
        EXPECT_FALSE(has_children()) << "a process is left";
        EXPECT_EQ(open_handles(), handles_before_) << "handles are left open";
    }

private:
    std::size_t handles_before_ = 0;
};

}  // namespace eddy::testing
