#include "support/asleep.hpp"
#include "support/backend_fixture.hpp"

#include <eddy/pipe.hpp>

#include <atomic>
#include <csignal>
#include <thread>

#include <pthread.h>

// The conformance suite: signals, where there are any.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

using BackendSignal = backend_fixture;
INSTANTIATE_TEST_SUITE_P(All, BackendSignal, ::testing::ValuesIn(backend_names()), name_of_backend);

void ignore_signal(int) {}

TEST_P(BackendSignal, ComesBackFromASleepThatASignalEnds) {
    struct sigaction action{};
    struct sigaction previous{};
    action.sa_handler = ignore_signal;  // and no SA_RESTART
    ASSERT_EQ(::sigaction(SIGUSR1, &action, &previous), 0);
    const std::uint64_t sleeper = this_thread_number();
    const pthread_t target = ::pthread_self();
    std::atomic<bool> is_back = false;
    std::thread interrupter([&] {
        wait_until_asleep(sleeper);
        ::pthread_kill(target, SIGUSR1);
        // A sanitizer's runtime may put the handler off until a wake.
        while (!is_back.load()) kernel().wake();
    });
    EXPECT_EQ(poll(std::nullopt), 0U);
    is_back.store(true);
    interrupter.join();
    ::sigaction(SIGUSR1, &previous, nullptr);
}

volatile std::sig_atomic_t signals = 0;

void count_signal(int) {
    signals = signals + 1;
}

TEST_P(BackendSignal, IsNotRaisedByAPipeThatNobodyReadsAnyMore) {
    unique_handle reading;
    unique_handle writing;
    ASSERT_EQ(open_pipe(reading, writing), std::error_code());
    attach(reading.get());
    attach(writing.get());
    struct sigaction counting{};
    struct sigaction before{};
    counting.sa_handler = count_signal;
    ASSERT_EQ(::sigaction(SIGPIPE, &counting, &before), 0);
    signals = 0;
    std::string large(1'000'000, 'x');
    request first(opcode::write, writing.get(), bytes_of(large));
    perform(first);
    request waits(opcode::write, writing.get(), bytes_of(large));
    submit(waits);
    poll(0ns);
    close(reading);
    finish(waits);
    EXPECT_EQ(waits.error, std::errc::broken_pipe) << waits.error.message();
    request late(opcode::write, writing.get(), bytes_of(large));
    perform(late);
    EXPECT_EQ(late.error, std::errc::broken_pipe) << late.error.message();
    EXPECT_EQ(signals, 0);
    EXPECT_EQ(::raise(SIGPIPE), 0);
    EXPECT_EQ(signals, 1) << "the program's own signals still arrive";
    ::sigaction(SIGPIPE, &before, nullptr);
}

}  // namespace
}  // namespace eddy::testing
