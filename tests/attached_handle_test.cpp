#include <eddy/attached_handle.hpp>

#include "support/process_fixture.hpp"
#include "support/sockets.hpp"

#include <eddy/socket.hpp>
#include <eddy/socket_awaiters.hpp>

#include <gtest/gtest.h>

#include <type_traits>

namespace eddy::testing {
namespace {

using AttachedHandle = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, AttachedHandle, ::testing::ValuesIn(backend_names()), name_of_loop);

static_assert(!std::is_copy_constructible_v<attached_handle>);
static_assert(std::is_nothrow_move_constructible_v<attached_handle>);
static_assert(std::is_nothrow_move_assignable_v<attached_handle>);

task<> move_sockets() {
    socket_pair pair = open_pair();
    socket_pair second = open_pair();
    attached_handle from(std::move(pair.one));
    attached_handle to(std::move(second.one));
    const native_handle number = from.get();
    to = std::move(from);
    EXPECT_FALSE(from);  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(to.get(), number);
    EXPECT_TRUE(ends_soon(second.other.get())) << "what it had before is closed";
    send_all(pair.other.get(), "moved");
    const endpoint peer;
    std::string text(100, ' ');
    const std::size_t came =
        co_await transfer_awaiter(opcode::receive, to.get(), bytes_of(text), peer);
    EXPECT_EQ(text.substr(0, came), "moved");
}

TEST_P(AttachedHandle, FollowASocketThatWasMoved) {
    run(move_sockets());
}

task<> attach_nothing() {
    const attached_handle none{unique_handle()};
    co_return;
}

TEST_P(AttachedHandle, NamesTheLoopThatCannotFollowIt) {
    EXPECT_NE(run(error_of(attach_nothing())).find("follow a handle on the"), std::string::npos);
}

}  // namespace
}  // namespace eddy::testing
