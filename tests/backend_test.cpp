#include "support/asleep.hpp"
#include "support/backend_fixture.hpp"
#include "support/environment_variable.hpp"
#include "support/length_of_sleep.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

// The conformance suite, first part: what holds whatever the operation is. The other parts are the
// files backend_*_test.cpp.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

using Backend = backend_fixture;
INSTANTIATE_TEST_SUITE_P(All, Backend, ::testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Backend, TellsItsName) {
    EXPECT_EQ(kernel().name(), GetParam());
}

TEST_P(Backend, FinishesWhatIsReadyAndReturnsItOnce) {
    socket_pair pair = open_attached_pair();
    send_all(pair.other.get(), "here");
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    perform(receive);
    EXPECT_EQ(receive.error, std::error_code());
    EXPECT_EQ(text.substr(0, receive.value), "here");
    poll(0ns);
    EXPECT_EQ(receive.returns, 1);
}

TEST_P(Backend, WaitsForWhatIsNotReadyYet) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    EXPECT_EQ(poll(0ns), 0U);
    EXPECT_TRUE(receive.in_flight);
    send_all(pair.other.get(), "later");
    finish(receive);
    EXPECT_EQ(text.substr(0, receive.value), "later");
}

// Whoever had the handle may have closed it since, in another task.
TEST_P(Backend, FinishesWhatHasNoHandleAtOnceWithAnError) {
    std::string text = "x";
    for (const opcode code :
         {opcode::accept, opcode::connect, opcode::receive, opcode::send, opcode::receive_from,
          opcode::send_to, opcode::read, opcode::write, opcode::readable, opcode::writable,
          opcode::read_at, opcode::write_at}) {
        request late(code, invalid_handle, bytes_of(text));
        EXPECT_FALSE(kernel().submit(late)) << to_string(code);
        EXPECT_EQ(late.error, std::errc::bad_file_descriptor) << to_string(code);
        EXPECT_FALSE(late.in_flight);
    }
}

TEST_P(Backend, OnlyAppendsToTheCompletedOnes) {
    socket_pair pair = open_attached_pair();
    request readable(opcode::readable, pair.one.get());
    submit(readable);
    send_all(pair.other.get(), "x");
    operation earlier;
    operation_list completed;
    completed.push_back(earlier);
    while (++completed.begin() == completed.end()) kernel().poll(20s, completed);
    EXPECT_EQ(&completed.pop_front(), &earlier);
    EXPECT_EQ(&completed.pop_front(), &readable);
    readable.in_flight = false;
}

TEST_P(Backend, CostsNoSystemCallToLookWhenNothingIsInFlight) {
    poll(0ns);
    const std::uint64_t before = kernel().system_calls();
    for (int i = 0; i < 100; ++i) poll(0ns);
    EXPECT_EQ(kernel().system_calls(), before);
}

TEST_P(Backend, IsWokenByAWakeThatCameBeforeItSleeps) {
    kernel().wake();
    EXPECT_EQ(poll(std::nullopt), 0U);
}

TEST_P(Backend, IsWokenFromItsSleepByAnotherThread) {
    const std::uint64_t sleeper = this_thread_number();
    for (int i = 0; i < 10; ++i) {
        std::thread waker([&] {
            wait_until_asleep(sleeper);
            kernel().wake();
        });
        EXPECT_EQ(poll(std::nullopt), 0U);
        waker.join();
    }
}

TEST_P(Backend, SleepsAgainAfterSeveralWakesAtOnce) {
    EXPECT_GE(length_of_sleep(GetParam(), 2ms, 3), 2ms);
}

TEST_P(Backend, NeverReturnsBeforeItsTimeoutIsOver) {
    for (const duration timeout : {duration(1ns), duration(1us), duration(999'999ns),
                                   duration(1'000'001ns), duration(1500us), duration(7ms)}) {
        EXPECT_GE(length_of_sleep(GetParam(), timeout), timeout) << timeout.count() << " ns";
    }
}

TEST_P(Backend, MissesNoWakeOfAThreadThatRaces) {
    constexpr int rounds = 2000;
    std::atomic<int> asked = 0;
    std::atomic<int> answered = 0;
    std::thread waker([&] {
        for (int i = 1; i <= rounds; ++i) {
            asked.store(i);
            kernel().wake();
            while (answered.load() < i) std::this_thread::yield();
        }
    });
    for (int i = 1; i <= rounds; ++i) {
        while (asked.load() < i) poll(std::nullopt);
        answered.store(i);
    }
    waker.join();
}

TEST_P(Backend, IsWokenAHundredThousandTimesByAnotherThread) {
    constexpr int count = 100'000;
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    std::atomic<int> wakes = 0;
    std::thread waker([&] {
        for (int i = 0; i < count; ++i) {
            ++wakes;
            kernel().wake();
        }
    });
    while (wakes.load() < count) EXPECT_EQ(poll(std::nullopt), 0U);
    waker.join();
    send_all(pair.other.get(), "still there");
    finish(receive);
    EXPECT_EQ(text.substr(0, receive.value), "still there");
}

TEST_P(Backend, TakesTheLongestTimeoutThereIs) {
    kernel().wake();
    EXPECT_EQ(poll(duration::max()), 0U);
}

TEST_P(Backend, IsMadeWhenTheVariableNamesIt) {
    environment_variable variable("EDDY_BACKEND");
    variable.set(GetParam());
    const backend_choice choice = make_backend();
    EXPECT_EQ(choice.chosen->name(), GetParam());
    EXPECT_EQ(choice.reason, "asked for by EDDY_BACKEND");
}

TEST(BackendChoice, TakesWhatWorksHereAndSaysWhyIfNothingIsAskedFor) {
    environment_variable variable("EDDY_BACKEND");
    variable.set("");
    const backend_choice choice = make_backend();
    EXPECT_THAT(backend_names(), ::testing::Contains(choice.chosen->name()));
    EXPECT_NE(choice.reason, "");
}

TEST(BackendChoice, PrefersTheProgramsWishToTheVariable) {
    environment_variable variable("EDDY_BACKEND");
    variable.set("no such backend");
    const std::string_view last = backend_names().back();
    const backend_choice choice = make_backend(last);
    EXPECT_EQ(choice.chosen->name(), last);
}

TEST(BackendChoice, RefusesANameThatItDoesNotKnowAndTellsTheOnesItDoes) {
    environment_variable variable("EDDY_BACKEND");
    variable.set("no such backend");
    try {
        make_backend();
        FAIL() << "made a backend that does not exist";
    } catch (const std::invalid_argument& refusal) {
        EXPECT_THAT(refusal.what(), ::testing::HasSubstr("no such backend"));
        EXPECT_THAT(refusal.what(), ::testing::HasSubstr("EDDY_BACKEND"));
        for (const std::string_view name : backend_names())
            EXPECT_THAT(refusal.what(), ::testing::HasSubstr(std::string(name)));
    }
}

TEST_P(Backend, RefusesToAttachWhatIsNoHandle) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    EXPECT_TRUE(kernel().attach(invalid_handle));
    send_all(pair.other.get(), "here");
    finish(receive);
    EXPECT_EQ(text.substr(0, receive.value), "here");
}

TEST_P(Backend, RefusesToAttachAHandleTwiceAndLeavesItAsItIs) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    EXPECT_EQ(kernel().attach(pair.one.get()), std::errc::device_or_resource_busy);
    send_all(pair.other.get(), "here");
    finish(receive);
    EXPECT_EQ(text.substr(0, receive.value), "here");
    close(pair.one);
}

// Not a part of the conformance table: a build without asserts cannot show it.
using BackendDeathTest = backend_fixture;
INSTANTIATE_TEST_SUITE_P(Asserted, BackendDeathTest, ::testing::ValuesIn(backend_names()),
                         name_of_backend);

void receive_from(backend& kernel, native_handle handle) {
    std::string text(16, ' ');
    request receive(opcode::receive, handle, bytes_of(text));
    kernel.submit(receive);
}

TEST_P(BackendDeathTest, SeesAnOperationOnAHandleThatIsNotAttached) {
#ifdef NDEBUG
    GTEST_SKIP() << "nothing checks it in this build";
#endif
    const socket_pair pair = open_pair();
    EXPECT_DEATH(receive_from(kernel(), pair.one.get()), "attached before its first operation");
    attach(pair.other.get());
    kernel().detach(pair.other.get());
    EXPECT_DEATH(receive_from(kernel(), pair.other.get()), "attached before its first operation");
}

}  // namespace
}  // namespace eddy::testing
