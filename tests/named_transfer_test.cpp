#include <eddy/named_transfer.hpp>

#include "support/ending.hpp"
#include "support/loop_fixture.hpp"

#include <eddy/attachment.hpp>
#include <eddy/create_task.hpp>
#include <eddy/pipe.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <optional>
#include <string>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class NamedTransfer : public loop_fixture {};
INSTANTIATE_TEST_SUITE_P(All, NamedTransfer, ::testing::ValuesIn(backend_names()), name_of_loop);

// A pipe whose ends the running loop follows.
struct named_pipe {
    explicit named_pipe(std::string called) : name(std::move(called)) {
        EXPECT_EQ(open_pipe(reading, writing), std::error_code());
        follows_reading.emplace(*event_loop::current(), reading.get());
        follows_writing.emplace(*event_loop::current(), writing.get());
    }

    named_transfer read(std::string& into) const noexcept {
        return named_transfer(opcode::read, reading.get(), {into.data(), into.size()}, name);
    }
    named_transfer write(std::string& from) const noexcept {
        return named_transfer(opcode::write, writing.get(), {from.data(), from.size()}, name);
    }
    void close_writing() {
        follows_writing.reset();
        writing.reset();
    }
    void close_reading() {
        follows_reading.reset();
        reading.reset();
    }

    std::string name;
    unique_handle reading;
    unique_handle writing;
    std::optional<attachment> follows_reading;
    std::optional<attachment> follows_writing;
};

task<> read_what_is_written() {
    named_pipe pipe("the drain");
    std::string sent = "through";
    std::string room(16, ' ');
    const std::size_t written = co_await pipe.write(sent);
    EXPECT_EQ(written, 7U);
    const std::size_t count = co_await pipe.read(room);
    EXPECT_EQ(room.substr(0, count), "through") << "it gives what is there, and no more";
    pipe.close_writing();
    const std::size_t end = co_await pipe.read(room);
    EXPECT_EQ(end, 0U);
}

TEST_P(NamedTransfer, GivesTheNumberOfBytesAndZeroAtTheEnd) {
    run(read_what_is_written());
}

task<std::size_t> write_to(const named_pipe& pipe) {
    std::string text = "nobody";
    co_return co_await pipe.write(text);
}

task<std::string> write_to_nobody() {
    named_pipe pipe("the drain");
    pipe.close_reading();
    co_return co_await error_of(write_to(pipe));
}

TEST_P(NamedTransfer, TellsWhatItConcernsInItsErrors) {
    EXPECT_THAT(run(write_to_nobody()), AllOf(HasSubstr("write"), HasSubstr("(the drain)")));
}

task<std::size_t> read_from(const named_pipe& pipe) {
    std::string room(16, ' ');
    co_return co_await pipe.read(room);
}

task<> cancel_a_read() {
    const named_pipe pipe("the drain");
    task_handle<ending> reader = create_task(ending_of(read_from(pipe)));
    co_await yield();
    reader.cancel();
    EXPECT_EQ(co_await reader, ending::cancelled);
    std::string sent = "through";
    co_await pipe.write(sent);
    EXPECT_EQ(co_await read_from(pipe), 7U) << "the cancelled one took no byte";
}

TEST_P(NamedTransfer, TakesNothingIfItsTaskIsCancelled) {
    run(cancel_a_read());
}

}  // namespace
}  // namespace eddy::testing
