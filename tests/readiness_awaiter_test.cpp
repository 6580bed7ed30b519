#include <eddy/readiness_awaiter.hpp>

#include "support/ending.hpp"
#include "support/loop_fixture.hpp"
#include "support/sockets.hpp"

#include <eddy/attachment.hpp>
#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

namespace eddy::testing {
namespace {

using ::testing::HasSubstr;

using ReadinessAwaiter = loop_fixture;
INSTANTIATE_TEST_SUITE_P(All, ReadinessAwaiter, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> wait_for(opcode way, native_handle on, const endpoint* remote = nullptr) {
    co_await readiness_awaiter(way, on, remote);
}

task<> wait_both_ways() {
    const socket_pair pair = open_pair();
    const attachment followed(*event_loop::current(), pair.one.get());
    co_await wait_for(opcode::writable, pair.one.get());
    task_handle<void> reader = create_task(wait_for(opcode::readable, pair.one.get()));
    for (int i = 0; i < 3; ++i) co_await yield();
    EXPECT_FALSE(reader.done());
    send_all(pair.other.get(), "x");
    co_await reader;
    EXPECT_EQ(receive_some(pair.one.get()), "x");
}

TEST_P(ReadinessAwaiter, WaitsAndTransfersNothing) {
    run(wait_both_ways());
}

task<> cancel_and_wait_again() {
    const socket_pair pair = open_pair();
    const attachment followed(*event_loop::current(), pair.one.get());
    task_handle<ending> reader = create_task(ending_of(wait_for(opcode::readable, pair.one.get())));
    co_await yield();
    reader.cancel();
    EXPECT_EQ(co_await reader, ending::cancelled);
    send_all(pair.other.get(), "x");
    co_await wait_for(opcode::readable, pair.one.get());
}

TEST_P(ReadinessAwaiter, LeavesTheHandleAsItIsWhenItIsCancelled) {
    run(cancel_and_wait_again());
}

task<> wait_on_nothing() {
    const endpoint peer = endpoint::loopback(7);
    EXPECT_THAT(co_await error_of(wait_for(opcode::readable, invalid_handle, &peer)),
                HasSubstr("(" + peer.to_string() + ")"));
}

TEST_P(ReadinessAwaiter, NamesThePeerInItsError) {
    run(wait_on_nothing());
}

}  // namespace
}  // namespace eddy::testing
