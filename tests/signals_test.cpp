#include <eddy/signals.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace eddy::testing {
namespace {

class counting_listener final : public signal_listener {
public:
    void on_signal(int number) noexcept override {
        last = number;
        ++calls;
        errno = EIO;  // as a system call in a handler would
    }

    std::atomic<int> calls = 0;
    std::atomic<int> last = 0;
};

TEST(Signals, AreHeardUntilTheyAreReleased) {
    ASSERT_TRUE(has_default_effect(SIGUSR1));
    counting_listener listener;
    ASSERT_FALSE(catch_signal(SIGUSR1, listener));
    EXPECT_FALSE(has_default_effect(SIGUSR1));
    std::raise(SIGUSR1);
    std::raise(SIGUSR1);
    EXPECT_EQ(listener.calls, 2);
    EXPECT_EQ(listener.last, SIGUSR1);
    release_signal(SIGUSR1, listener);
    EXPECT_TRUE(has_default_effect(SIGUSR1));
}

TEST(Signals, HaveOneListenerAtATime) {
    counting_listener first;
    counting_listener second;
    ASSERT_FALSE(catch_signal(SIGUSR1, first));
    EXPECT_EQ(catch_signal(SIGUSR1, second), std::errc::device_or_resource_busy);
    EXPECT_FALSE(catch_signal(SIGUSR2, second)) << "another signal is free";
    std::raise(SIGUSR1);
    EXPECT_EQ(first.calls, 1);
    EXPECT_EQ(second.calls, 0);
    release_signal(SIGUSR1, second);
    EXPECT_FALSE(has_default_effect(SIGUSR1)) << "only its own listener can release it";
    release_signal(SIGUSR1, first);
    release_signal(SIGUSR2, second);
    EXPECT_TRUE(has_default_effect(SIGUSR1));
    EXPECT_TRUE(has_default_effect(SIGUSR2));
}

TEST(Signals, CanBeCaughtAgain) {
    counting_listener listener;
    for (int i = 0; i < 2; ++i) {
        ASSERT_FALSE(catch_signal(SIGUSR1, listener));
        std::raise(SIGUSR1);
        release_signal(SIGUSR1, listener);
    }
    EXPECT_EQ(listener.calls, 2);
}

TEST(Signals, RefuseNumbersThatAreNone) {
    counting_listener listener;
    EXPECT_EQ(catch_signal(0, listener), std::errc::invalid_argument);
    EXPECT_EQ(catch_signal(-1, listener), std::errc::invalid_argument);
    EXPECT_EQ(catch_signal(1000, listener), std::errc::invalid_argument);
    EXPECT_TRUE(catch_signal(SIGKILL, listener)) << "nobody can catch it";
    EXPECT_TRUE(catch_signal(SIGKILL, listener) != std::errc::device_or_resource_busy)
        << "the attempt left no listener behind";
}

volatile std::sig_atomic_t calls_of_the_handler_before = 0;

TEST(Signals, GoBackToWhoeverHadThemBefore) {
    const auto before = std::signal(
        SIGUSR1, [](int) { calls_of_the_handler_before = calls_of_the_handler_before + 1; });
    EXPECT_FALSE(has_default_effect(SIGUSR1));
    counting_listener listener;
    ASSERT_FALSE(catch_signal(SIGUSR1, listener));
    std::raise(SIGUSR1);
    EXPECT_EQ(calls_of_the_handler_before, 0);
    release_signal(SIGUSR1, listener);
    std::raise(SIGUSR1);
    EXPECT_EQ(calls_of_the_handler_before, 1);
    EXPECT_EQ(listener.calls, 1);
    std::signal(SIGUSR1, before);
}

TEST(Signals, LeaveErrnoAsItWas) {
    counting_listener listener;
    ASSERT_FALSE(catch_signal(SIGUSR1, listener));
    errno = EAGAIN;
    std::raise(SIGUSR1);
    EXPECT_EQ(errno, EAGAIN);
    release_signal(SIGUSR1, listener);
}

// A listener that was released is gone: the sanitizers see a handler that still calls it.
TEST(Signals, NeverReachAListenerThatWasReleased) {
    std::atomic<bool> stop = false;
    std::signal(SIGUSR1, [](int) {});
    std::thread other([&stop] {
        while (!stop) std::raise(SIGUSR1);
    });
    for (int i = 0; i < 200; ++i) {
        counting_listener listener;
        ASSERT_FALSE(catch_signal(SIGUSR1, listener));
        while (listener.calls == 0) std::this_thread::yield();
        release_signal(SIGUSR1, listener);
    }
    stop = true;
    other.join();
    std::signal(SIGUSR1, SIG_DFL);
}

TEST(Signals, AreNotReleasedWhereThereAreNone) {
    counting_listener listener;
    for (const int number : {-1, 0, 65, 100'000'000}) {
        EXPECT_EQ(catch_signal(number, listener), std::errc::invalid_argument);
        release_signal(number, listener);
    }
}

TEST(SignalsDeathTest, CanHaveTheirDefaultEffectWhileTheyAreCaught) {
    counting_listener listener;
    ASSERT_FALSE(catch_signal(SIGTERM, listener));
    EXPECT_EXIT(raise_by_default(SIGTERM), ::testing::KilledBySignal(SIGTERM), "");
    release_signal(SIGTERM, listener);
}

// What is passed to EXPECT_EXIT runs in a forked child.
[[noreturn]] void catch_and_release_in_child() {
    counting_listener listener;
    const bool was_forgotten = has_default_effect(SIGUSR1);
    const bool is_caught = !catch_signal(SIGUSR1, listener);
    std::raise(SIGUSR1);
    release_signal(SIGUSR1, listener);
    std::_Exit(was_forgotten && is_caught && listener.calls == 1 ? 7 : 1);
}

TEST(SignalsDeathTest, HaveNoListenerInAForkedChild) {
    counting_listener listener;
    ASSERT_FALSE(catch_signal(SIGUSR1, listener));
    EXPECT_EXIT(catch_and_release_in_child(), ::testing::ExitedWithCode(7), "");
    std::raise(SIGUSR1);
    EXPECT_EQ(listener.calls, 1) << "the parent's is still there";
    release_signal(SIGUSR1, listener);
}

class forking_listener final : public signal_listener {
public:
    void on_signal(int) noexcept override {
        child = ::fork();
        if (child != 0) return;
        // In the child nobody else is in a handler, whoever was in the parent.
        counting_listener listener;
        const bool is_caught = !catch_signal(SIGUSR2, listener);
        release_signal(SIGUSR2, listener);
        std::_Exit(is_caught ? 7 : 1);
    }

    pid_t child = -1;
};

// Forked in the middle of a handler, of which the child would wait for the end.
TEST(Signals, AreReleasedInAChildThatWasForkedWhileAHandlerRan) {
    forking_listener listener;
    ASSERT_FALSE(catch_signal(SIGUSR1, listener));
    std::raise(SIGUSR1);
    release_signal(SIGUSR1, listener);
    int status = 0;
    ASSERT_EQ(::waitpid(listener.child, &status, 0), listener.child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << status;
}

TEST(Signals, GoToWhoeverWantsThemUntilThatOneIsDoneIfTheyAreHeldLoosely) {
    counting_listener first;
    counting_listener second;
    counting_listener third;
    ASSERT_FALSE(catch_signal(SIGUSR1, first, signal_hold::loose));
    ASSERT_FALSE(catch_signal(SIGUSR1, second, signal_hold::loose));
    EXPECT_EQ(catch_signal(SIGUSR1, third), std::errc::device_or_resource_busy);
    std::raise(SIGUSR1);
    EXPECT_EQ(second.calls, 1);
    release_signal(SIGUSR1, second);
    std::raise(SIGUSR1);
    EXPECT_EQ(first.calls, 1);
    ASSERT_FALSE(catch_signal(SIGUSR1, third)) << "it is held loosely again";
    release_signal(SIGUSR1, first);
    std::raise(SIGUSR1);
    EXPECT_EQ(first.calls, 1) << "it has gone while another one had the signal";
    EXPECT_EQ(third.calls, 1);
    release_signal(SIGUSR1, third);
    EXPECT_TRUE(has_default_effect(SIGUSR1));
}

class slow_listener final : public signal_listener {
public:
    void on_signal(int) noexcept override {
        is_called = true;
        while (!may_return) std::this_thread::yield();
        has_returned = true;
    }

    std::atomic<bool> is_called = false;
    std::atomic<bool> may_return = false;
    std::atomic<bool> has_returned = false;
};

TEST(Signals, AreNotReleasedWhileTheirListenerIsCalledThoughAnotherOneHasThem) {
    slow_listener slow;
    counting_listener other;
    ASSERT_FALSE(catch_signal(SIGUSR1, slow, signal_hold::loose));
    std::thread hears([] { ::pthread_kill(::pthread_self(), SIGUSR1); });
    while (!slow.is_called) std::this_thread::yield();
    ASSERT_FALSE(catch_signal(SIGUSR1, other));
    std::thread releases([&] {
        release_signal(SIGUSR1, slow);
        EXPECT_TRUE(slow.has_returned);
    });
    for (int i = 0; i < 10'000; ++i) std::this_thread::yield();  // time to do it wrong
    slow.may_return = true;
    releases.join();
    hears.join();
    release_signal(SIGUSR1, other);
}

}  // namespace
}  // namespace eddy::testing
