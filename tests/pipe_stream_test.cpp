#include <eddy/pipe_stream.hpp>

#include "support/ending.hpp"
#include "support/process_fixture.hpp"
#include "support/streams.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/pipe.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using PipeStream = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, PipeStream, ::testing::ValuesIn(backend_names()), name_of_loop);

struct pipe_ends {
    pipe_stream reading;
    pipe_stream writing;
};

pipe_ends open_ends() {
    unique_handle reading;
    unique_handle writing;
    if (const std::error_code error = open_pipe(reading, writing)) throw std::system_error(error);
    return {pipe_stream(std::move(reading), "the reading end"),
            pipe_stream(std::move(writing), "the writing end")};
}

task<> write_and_close(pipe_stream& to, const std::string& text) {
    co_await write_all(to, std::string_view(text));
    co_await to.close();
    EXPECT_FALSE(to.is_open());
}

task<> pass_on_more_than_a_pipe_holds() {
    pipe_ends ends = open_ends();
    const std::string text(1'000'000, 'x');
    const auto [none, came] =
        co_await gather(write_and_close(ends.writing, text), read_text(ends.reading));
    EXPECT_TRUE(came == text);
    EXPECT_EQ(co_await read_text(ends.reading), "") << "and that stays the end";
}

TEST_P(PipeStream, CarriesBytesUntilTheWritingEndIsClosed) {
    run(pass_on_more_than_a_pipe_holds());
}

task<> go_the_wrong_way() {
    pipe_ends ends = open_ends();
    EXPECT_EQ(ends.reading.name(), "the reading end");
    EXPECT_THAT(co_await error_of(read_text(ends.writing)), HasSubstr("read (the writing end)"));
    EXPECT_THAT(co_await error_of(write_all(ends.reading, std::string_view("x"))),
                HasSubstr("write (the reading end)"));
}

TEST_P(PipeStream, GoesOneWay) {
    run(go_the_wrong_way());
}

task<> write_for_nobody() {
    pipe_ends ends = open_ends();
    co_await ends.reading.close();
    std::string error;
    try {
        co_await write_all(ends.writing, std::string_view("x"));
    } catch (const std::system_error& failure) {
        EXPECT_EQ(failure.code(), std::errc::broken_pipe);
        error = failure.what();
    }
    EXPECT_THAT(error, HasSubstr("write (the writing end)"));
}

TEST_P(PipeStream, TellsThatNobodyReads) {
    run(write_for_nobody());
}

task<> close_under_a_reader() {
    pipe_ends ends = open_ends();
    auto reading = create_task(error_of(read_text(ends.reading)));
    co_await yield();
    co_await ends.reading.close();
    EXPECT_THAT(co_await reading,
                AllOf(HasSubstr("read (the reading end)"), HasSubstr("closed meanwhile")));
}

TEST_P(PipeStream, EndsTheReadOfAnotherTaskWhenItIsClosed) {
    run(close_under_a_reader());
}

task<> cancel_a_read() {
    pipe_ends ends = open_ends();
    auto reading = create_task(ending_of(read_text(ends.reading)));
    co_await yield();
    reading.cancel();
    EXPECT_EQ(co_await reading, ending::cancelled);
    co_await write_all(ends.writing, std::string_view("later"));
    EXPECT_EQ(co_await read_text(ends.reading, 5), "later");
}

TEST_P(PipeStream, GoesOnWhenAReadIsCancelled) {
    run(cancel_a_read());
}

task<> use_what_was_moved() {
    pipe_ends ends = open_ends();
    pipe_stream writing = std::move(ends.writing);
    EXPECT_FALSE(ends.writing.is_open());
    EXPECT_EQ(writing.name(), "the writing end");
    co_await write_and_close(writing, "moved");
    EXPECT_EQ(co_await read_text(ends.reading), "moved");
}

TEST_P(PipeStream, IsUsedWhereItWasMovedTo) {
    run(use_what_was_moved());
}

}  // namespace
}  // namespace eddy::testing
