#pragma once

#include <eddy/event_loop.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace eddy::testing {

/// Cases that run in a loop on every backend that this system knows. Where the machine refuses a
/// backend, they are reported as skipped, with the reason.
class loop_fixture : public ::testing::TestWithParam<std::string_view> {
protected:
    void SetUp() override {
        try {
            make_backend(GetParam());
        } catch (const std::system_error& refusal) {
            GTEST_SKIP() << "this machine refuses " << GetParam() << ": " << refusal.what();
        }
    }

    /// Runs `work` on a loop of its own.
    template <class T>
    T run(task<T> work) const {
        event_loop loop(make_backend(GetParam()));
        return loop.run_until_complete(std::move(work));
    }
};

/// Names the cases of a backend after it.
inline std::string name_of_loop(const ::testing::TestParamInfo<std::string_view>& backend) {
    return std::string(backend.param);
}

/// What `work` throws, in words; fails if it throws nothing.
template <class T>
task<std::string> error_of(task<T> work) {
    try {
        co_await std::move(work);
    } catch (const std::exception& error) {
        co_return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    co_return "";
}

}  // namespace eddy::testing
