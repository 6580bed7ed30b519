#include <eddy/signals.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>

namespace eddy::testing {
namespace {

class counting_listener final : public signal_listener {
public:
    void on_signal(int number) noexcept override {
        last = number;
        ++calls;
        errno = EIO;  // as a call in a handler would
    }

    std::atomic<int> calls = 0;
    std::atomic<int> last = 0;
};

TEST(Signals, AreHeardUntilTheyAreReleased) {
    ASSERT_TRUE(has_default_effect(SIGTERM));
    counting_listener listener;
    ASSERT_FALSE(catch_signal(SIGTERM, listener));
    EXPECT_FALSE(has_default_effect(SIGTERM));
    std::raise(SIGTERM);
    std::raise(SIGTERM);
    EXPECT_EQ(listener.calls, 2);
    EXPECT_EQ(listener.last, SIGTERM);
    release_signal(SIGTERM, listener);
    EXPECT_TRUE(has_default_effect(SIGTERM));
}

TEST(Signals, HaveOneListenerAtATime) {
    counting_listener first;
    counting_listener second;
    ASSERT_FALSE(catch_signal(SIGTERM, first));
    EXPECT_EQ(catch_signal(SIGTERM, second), std::errc::device_or_resource_busy);
    EXPECT_FALSE(catch_signal(SIGBREAK, second)) << "another signal is free";
    std::raise(SIGTERM);
    EXPECT_EQ(first.calls, 1);
    EXPECT_EQ(second.calls, 0);
    release_signal(SIGTERM, second);
    EXPECT_FALSE(has_default_effect(SIGTERM)) << "only its own listener can release it";
    release_signal(SIGTERM, first);
    release_signal(SIGBREAK, second);
    EXPECT_TRUE(has_default_effect(SIGTERM));
    EXPECT_TRUE(has_default_effect(SIGBREAK));
}

TEST(Signals, RefuseNumbersThatAreNone) {
    counting_listener listener;
    EXPECT_EQ(catch_signal(0, listener), std::errc::invalid_argument);
    EXPECT_EQ(catch_signal(-1, listener), std::errc::invalid_argument);
    EXPECT_EQ(catch_signal(1000, listener), std::errc::invalid_argument);
    EXPECT_EQ(catch_signal(9, listener), std::errc::invalid_argument) << "nobody can catch it";
}

volatile std::sig_atomic_t calls_of_the_handler_before = 0;

TEST(Signals, GoBackToWhoeverHadThemBefore) {
    const auto handler = [](int) { calls_of_the_handler_before = calls_of_the_handler_before + 1; };
    const auto before = std::signal(SIGTERM, handler);
    EXPECT_FALSE(has_default_effect(SIGTERM));
    counting_listener listener;
    ASSERT_FALSE(catch_signal(SIGTERM, listener));
    std::raise(SIGTERM);
    EXPECT_EQ(calls_of_the_handler_before, 0);
    release_signal(SIGTERM, listener);
    std::raise(SIGTERM);
    EXPECT_EQ(calls_of_the_handler_before, 1);
    EXPECT_EQ(listener.calls, 1);
    std::signal(SIGTERM, before);
}

TEST(Signals, LeaveErrnoAsItWas) {
    counting_listener listener;
    ASSERT_FALSE(catch_signal(SIGTERM, listener));
    errno = EAGAIN;
    std::raise(SIGTERM);
    EXPECT_EQ(errno, EAGAIN);
    release_signal(SIGTERM, listener);
}

}  // namespace
}  // namespace eddy::testing
