#include <eddy/attachment.hpp>

#include "support/ending.hpp"
#include "support/loop_fixture.hpp"
#include "support/sockets.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace eddy::testing {
namespace {

using ::testing::HasSubstr;

class Attachment : public loop_fixture {};
INSTANTIATE_TEST_SUITE_P(All, Attachment, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> wait_until_readable(const attachment& followed) {
    co_await followed.readable();
}

task<> wait_until_writable(const attachment& followed) {
    co_await followed.writable();
}

task<> see_both_ways() {
    const socket_pair pair = open_pair();
    const attachment followed(*event_loop::current(), pair.one.get());
    co_await followed.writable();
    task_handle<void> reader = create_task(wait_until_readable(followed));
    co_await yield();
    EXPECT_FALSE(reader.done()) << "there is nothing to read yet";
    send_all(pair.other.get(), "x");
    co_await reader;
    EXPECT_EQ(receive_some(pair.one.get()), "x") << "the bytes are left where they are";
}

TEST_P(Attachment, TellsWhenItsHandleIsReadableAndWhenWritable) {
    run(see_both_ways());
}

task<std::string> end_under_a_reader() {
    const socket_pair pair = open_pair();
    attachment followed(*event_loop::current(), pair.one.get());
    task_handle<std::string> reader = create_task(error_of(wait_until_readable(followed)));
    co_await yield();
    followed.end();
    followed.end();
    co_return co_await reader;
}

TEST_P(Attachment, GivesAnErrorToWhoStillWaitsWhenItEnds) {
    EXPECT_THAT(run(end_under_a_reader()), HasSubstr("closed meanwhile"));
}

task<> cancel_a_reader() {
    const socket_pair pair = open_pair();
    const attachment followed(*event_loop::current(), pair.one.get());
    task_handle<ending> reader = create_task(ending_of(wait_until_readable(followed)));
    co_await yield();
    reader.cancel();
    EXPECT_EQ(co_await reader, ending::cancelled);
    send_all(pair.other.get(), "x");
    co_await followed.readable();
}

TEST_P(Attachment, OutlivesATaskThatIsCancelledWhileItWaits) {
    run(cancel_a_reader());
}

task<> follow_again() {
    const socket_pair pair = open_pair();
    for (int i = 0; i < 3; ++i) {
        const attachment followed(*event_loop::current(), pair.one.get());
        co_await wait_until_writable(followed);
    }
    EXPECT_TRUE(pair.one) << "it is only borrowed";
}

TEST_P(Attachment, LetsItsHandleBeFollowedAgainWhenItIsGone) {
    run(follow_again());
}

// A kernel that knows no handle.
class refusing_backend final : public backend {
public:
    explicit refusing_backend(int& detached) noexcept : detached_(detached) {}

    std::error_code attach(native_handle) override {
        return std::make_error_code(std::errc::bad_file_descriptor);
    }
    void detach(native_handle) noexcept override { ++detached_; }
    bool submit(operation&) noexcept override { return false; }
    void cancel(operation&) noexcept override {}
    void poll(std::optional<duration>, operation_list&) override {}
    void wake() noexcept override {}
    std::string_view name() const noexcept override { return "refusing"; }
    std::uint64_t system_calls() const noexcept override { return 0; }

private:
    int& detached_;
};

TEST(RefusedAttachment, ThrowsAndForgetsNothingThatWasNeverKnown) {
    const socket_pair pair = open_pair();
    int detached = 0;
    {
        event_loop loop(backend_choice{std::make_unique<refusing_backend>(detached), ""});
        try {
            const attachment followed(loop, pair.one.get());
            ADD_FAILURE() << "nothing was thrown";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), std::errc::bad_file_descriptor);
            EXPECT_THAT(error.what(), HasSubstr("follow a handle"));
        }
    }
    EXPECT_EQ(detached, 0);
}

}  // namespace
}  // namespace eddy::testing
