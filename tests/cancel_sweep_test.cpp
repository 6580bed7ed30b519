#include "support/cancel_sweep.hpp"

#include "support/counted.hpp"

#include <eddy/cancelled.hpp>
#include <eddy/event.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

// A sweep that finds nothing says something only if it would find what is there to be found.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;

// What a sweep complains about.
std::set<std::string> failures_of(const scenario_maker& make) {
    ::testing::TestPartResultArray results;
    {
        const ::testing::ScopedFakeTestPartResultReporter quiet(
            ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
        sweep(make);
    }
    std::set<std::string> messages;
    for (int i = 0; i < results.size(); ++i) {
        messages.insert(results.GetTestPartResult(i).message());
    }
    return messages;
}

scenario scenario_of(task<> victim, task<> bystander) {
    scenario made;
    made.tasks.push_back(std::move(victim));
    made.tasks.push_back(std::move(bystander));
    made.victims = 1;
    made.check = [] {};
    return made;
}

task<> sleep_twice() {
    co_await sleep(1ms);
    co_await sleep(1ms);
}

TEST(CancelSweep, FindsNothingWrongWithWhatIsRight) {
    EXPECT_THAT(
        failures_of([](simulated_backend&) { return scenario_of(sleep_twice(), sleep_twice()); }),
        ::testing::IsEmpty());
}

// Cancels at every chance there is: while it sleeps the first time, between, and the second time.
task<> note_chances(std::shared_ptr<std::set<std::string>> seen) {
    std::string where = "before the first sleep";
    try {
        where = "in the first sleep";
        co_await sleep(1ms);
        where = "between";
        co_await yield();
        where = "in the second sleep";
        co_await sleep(1ms);
        where = "at the end";
    } catch (const cancelled&) {
        seen->insert(where);
        throw;
    }
}

TEST(CancelSweep, CancelsAtEachSuspensionPoint) {
    auto seen = std::make_shared<std::set<std::string>>();
    sweep([seen](simulated_backend&) { return scenario_of(note_chances(seen), sleep_twice()); });
    EXPECT_THAT(*seen, Contains("in the first sleep"));
    EXPECT_THAT(*seen, Contains("in the second sleep"));
}

// A semaphore with the mistake that the sweep was made for: a permit that was handed to a task
// which is cancelled in the same turn is gone.
task<> pass_carelessly(std::shared_ptr<event> permit, std::shared_ptr<int> permits) {
    while (*permits == 0) {
        permit->clear();
        co_await permit->wait();
    }
    --*permits;
    co_await yield();  // cancelled here, it does not give the permit back
    ++*permits;
    permit->set();
}

TEST(CancelSweep, FindsATaskThatWaitsForEver) {
    EXPECT_THAT(failures_of([](simulated_backend&) {
                    auto permit = std::make_shared<event>();
                    auto permits = std::make_shared<int>(1);
                    return scenario_of(pass_carelessly(permit, permits),
                                       pass_carelessly(permit, permits));
                }),
                Contains(HasSubstr("every task waits for something that never happens")));
}

task<> leak_when_cancelled(std::shared_ptr<std::vector<counted*>> leaked) {
    auto object = std::make_unique<counted>(1);
    try {
        co_await sleep(1ms);
    } catch (const cancelled&) {
        leaked->push_back(object.release());
        throw;
    }
}

TEST(CancelSweep, FindsAnObjectThatWasLeaked) {
    auto leaked = std::make_shared<std::vector<counted*>>();
    EXPECT_THAT(failures_of([leaked](simulated_backend&) {
                    return scenario_of(leak_when_cancelled(leaked), sleep_twice());
                }),
                Contains(HasSubstr("something was leaked")));
    for (counted* const each : *leaked) delete each;
}

task<> lose_a_socket_when_cancelled(simulated_network& network,
                                    std::shared_ptr<std::vector<unique_handle>> lost) {
    unique_handle socket = network.open_socket();
    try {
        co_await sleep(1ms);
    } catch (const cancelled&) {
        lost->push_back(std::move(socket));
        throw;
    }
}

TEST(CancelSweep, FindsASocketThatWasLost) {
    auto lost = std::make_shared<std::vector<unique_handle>>();
    EXPECT_THAT(failures_of([lost](simulated_backend& kernel) {
                    return scenario_of(lose_a_socket_when_cancelled(kernel.network(), lost),
                                       sleep_twice());
                }),
                Contains(HasSubstr("a socket was lost")));
}

task<> fail_when_cancelled() {
    try {
        co_await sleep(1ms);
    } catch (const cancelled&) {
        throw std::runtime_error("wrong exception");
    }
}

TEST(CancelSweep, FindsATaskThatEndsByAnotherException) {
    EXPECT_THAT(failures_of([](simulated_backend&) {
                    return scenario_of(fail_when_cancelled(), sleep_twice());
                }),
                Contains(HasSubstr("wrong exception")));
}

TEST(CancelSweep, ReportsTheCheckThatFails) {
    EXPECT_THAT(failures_of([](simulated_backend&) {
                    scenario made = scenario_of(sleep_twice(), sleep_twice());
                    made.check = [] { ADD_FAILURE() << "the check failed"; };
                    return made;
                }),
                Contains(HasSubstr("the check failed")));
}

}  // namespace
}  // namespace eddy::testing
