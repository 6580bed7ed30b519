#include "support/backend_fixture.hpp"
#include "support/files.hpp"

#include <eddy/pipe.hpp>

// The conformance suite: pipes.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

class BackendPipe : public backend_fixture {
protected:
    void SetUp() override {
        backend_fixture::SetUp();
        if (IsSkipped()) return;
        ASSERT_EQ(open_pipe(reading, writing), std::error_code());
        attach(reading.get());
        attach(writing.get());
    }

    // What can be read at once.
    std::string drain() {
        std::string text(1'000'000, ' ');
        request read(opcode::read, reading.get(), bytes_of(text));
        submit(read);
        poll(0ns);
        kernel().cancel(read);
        finish(read);
        return read.was_canceled() ? "" : text.substr(0, read.value);
    }

    unique_handle reading;
    unique_handle writing;
};
INSTANTIATE_TEST_SUITE_P(All, BackendPipe, ::testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(BackendPipe, ReadsWhatIsWritten) {
    std::string text(16, ' ');
    request read(opcode::read, reading.get(), bytes_of(text));
    submit(read);
    EXPECT_EQ(poll(0ns), 0U);
    std::string outgoing = "through";
    request write(opcode::write, writing.get(), bytes_of(outgoing));
    perform(write);
    EXPECT_EQ(write.value, 7U);
    finish(read);
    EXPECT_EQ(read.error, std::error_code()) << read.error.message();
    EXPECT_EQ(text.substr(0, read.value), "through");
}

TEST_P(BackendPipe, ReadsZeroBytesWhenNobodyCanWriteAnyMore) {
    std::string text(16, ' ');
    request read(opcode::read, reading.get(), bytes_of(text));
    submit(read);
    poll(0ns);
    close(writing);
    finish(read);
    EXPECT_EQ(read.error, std::error_code()) << read.error.message();
    EXPECT_EQ(read.value, 0U);
}

TEST_P(BackendPipe, WaitsToWriteUntilThereIsRoom) {
    std::string large(1'000'000, 'x');
    request first(opcode::write, writing.get(), bytes_of(large));
    perform(first);
    EXPECT_LT(first.value, large.size()) << "no pipe holds all of it";
    std::string more = "more";
    request second(opcode::write, writing.get(), bytes_of(more));
    submit(second);
    EXPECT_EQ(poll(0ns), 0U);
    EXPECT_EQ(drain().size(), first.value);
    finish(second);
    EXPECT_EQ(second.value, 4U);
    EXPECT_EQ(drain(), "more");
}

TEST_P(BackendPipe, ReportsAnEndThatIsUsedTheWrongWay) {
    std::string text = "x";
    request read(opcode::read, writing.get(), bytes_of(text));
    perform(read);
    EXPECT_EQ(read.error, error_of_the_wrong_access) << read.error.message();
    request write(opcode::write, reading.get(), bytes_of(text));
    perform(write);
    EXPECT_EQ(write.error, error_of_the_wrong_access) << write.error.message();
}

TEST_P(BackendPipe, ReportsThatNobodyReadsAnyMore) {
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
}

TEST_P(BackendPipe, ReturnsAReadAndAWriteThatAreCancelled) {
    std::string text(16, ' ');
    std::string large(1'000'000, 'x');
    request fills(opcode::write, writing.get(), bytes_of(large));
    perform(fills);
    request write(opcode::write, writing.get(), bytes_of(large));
    submit(write);
    poll(0ns);
    kernel().cancel(write);
    finish(write);
    EXPECT_TRUE(write.was_canceled()) << write.error.message();

    EXPECT_EQ(drain().size(), fills.value) << "a write that is cancelled has written nothing";
    request read(opcode::read, reading.get(), bytes_of(text));
    submit(read);
    poll(0ns);
    kernel().cancel(read);
    finish(read);
    EXPECT_TRUE(read.was_canceled()) << read.error.message();
}

TEST_P(BackendPipe, ReturnsTheOperationsOfADetachedHandle) {
    std::string text(16, ' ');
    request read(opcode::read, reading.get(), bytes_of(text));
    submit(read);
    poll(0ns);
    close(reading);
    finish(read);
    EXPECT_TRUE(read.was_canceled()) << read.error.message();
    std::string outgoing = "x";
    request write(opcode::write, writing.get(), bytes_of(outgoing));
    perform(write);
    EXPECT_EQ(write.error, std::errc::broken_pipe) << "the read must not keep the pipe open";
}

TEST_P(BackendPipe, PassesOnALargeTextInPieces) {
    std::string sent(5'000'000, ' ');
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>('a' + i % 23);
    std::string received(sent.size(), ' ');
    std::span<std::byte> to_write = bytes_of(sent);
    std::span<std::byte> to_read = bytes_of(received);
    while (!to_read.empty()) {
        request read(opcode::read, reading.get(), to_read);
        submit(read);
        if (!to_write.empty()) {
            request write(opcode::write, writing.get(), to_write);
            perform(write);
            ASSERT_EQ(write.error, std::error_code()) << write.error.message();
            to_write = to_write.subspan(write.value);
        }
        finish(read);
        ASSERT_EQ(read.error, std::error_code()) << read.error.message();
        to_read = to_read.subspan(read.value);
    }
    EXPECT_TRUE(received == sent);
}

}  // namespace
}  // namespace eddy::testing
