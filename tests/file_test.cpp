#include <eddy/file.hpp>

#include "support/ending.hpp"
#include "support/file_fixture.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using File = file_fixture;
INSTANTIATE_TEST_SUITE_P(All, File, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> write_at_a_place(std::string path) {
    file made = co_await file::open(path, file_mode::create);
    co_await made.write_all("at a place", 1000);
    EXPECT_EQ(co_await read_some(made, 100, 1005), "place");
    EXPECT_EQ(co_await read_some(made, 4, 998), std::string("\0\0at", 4));
    EXPECT_EQ(co_await read_some(made, 4, 1010), "") << "that is the end";
    EXPECT_EQ(co_await made.size(), 1010U);
}

TEST_P(File, IsWrittenAndReadAtAPlace) {
    run(write_at_a_place(path("new")));
}

TEST_P(File, IsReadAsAWhole) {
    for (const std::size_t size : {0U, 1U, 4096U, 3'000'000U}) {
        const std::string text = some_text(size);
        EXPECT_TRUE(run(read_file(write("whole", text))) == text) << size << " bytes";
    }
}

task<int> turns_of_others_while_reading(std::string path, std::string expected) {
    auto reading = create_task(read_file(path));
    int turns = 0;
    for (; !reading.done(); ++turns) co_await yield();
    const std::string text = co_await std::move(reading);
    EXPECT_TRUE(text == expected);
    co_return turns;
}

TEST_P(File, LetsOtherTasksRunWhileItIsRead) {
    const std::string text = some_text(40 << 20);
    EXPECT_GE(run(turns_of_others_while_reading(write("long", text), text)), 40);
}

TEST_P(File, IsNoOtherThanItsPathSaysToTheEnd) {
    const std::string real = write("name", "secret");
    const std::string cut = real + '\0' + ".txt";
    EXPECT_THAT(run(error_of(read_file(cut))),
                AllOf(HasSubstr("open"), HasSubstr("name\\0.txt"), HasSubstr("Invalid")));
    EXPECT_THAT(run(error_of(write_file(cut, "x"))), AllOf(HasSubstr("write"), HasSubstr("Inval")));
    EXPECT_EQ(content_of(real), "secret");
}

task<> check_piece(const file& of, const std::string& text, std::size_t from) {
    EXPECT_EQ(co_await read_some(of, 1000, from), text.substr(from, 1000));
}

task<> read_pieces_at_once(std::string path, std::string text) {
    const file opened = co_await file::open(path);
    std::vector<task<>> pieces;
    for (std::size_t from = 0; from < text.size(); from += 1000)
        pieces.push_back(check_piece(opened, text, from));
    co_await gather(std::move(pieces));
}

TEST_P(File, IsReadByManyTasksAtOnce) {
    const std::string text = some_text(200'000);
    run(read_pieces_at_once(write("shared", text), text));
}

// Whether it was cancelled is chance, and so is when; no buffer may go before its read is over.
task<> cancel_reads(std::string path) {
    const file opened = co_await file::open(path);
    for (int turns = 0; turns < 20; ++turns) {
        auto reading = create_task(ending_of(read_some(opened, 1'000'000, 0)));
        for (int i = 0; i < turns % 4; ++i) co_await yield();
        reading.cancel();
        const ending how = co_await reading;
        EXPECT_TRUE(how == ending::cancelled || how == ending::value) << how;
    }
    EXPECT_EQ((co_await read_some(opened, 10, 0)).size(), 10U) << "it can still be read";
}

TEST_P(File, CanBeReadAgainAfterReadsThatWereCancelled) {
    run(cancel_reads(write("large", some_text(1'000'000))));
}

task<> give_up_in_the_middle(std::string path) {
    auto reading = create_task(ending_of(read_file(std::move(path))));
    for (int turns = 0; turns < 10; ++turns) co_await yield();
    EXPECT_FALSE(reading.done()) << "it takes a turn for each mebibyte";
    reading.cancel();
    EXPECT_EQ(co_await std::move(reading), ending::cancelled);
}

TEST_P(File, IsNotReadToItsEndForATaskThatIsCancelledMeanwhile) {
    run(give_up_in_the_middle(write("long", some_text(40 << 20))));
}

task<> read_nothing_when_cancelled(std::string path) {
    const file opened = co_await file::open(path);
    std::string text(4, ' ');
    auto reading = create_task(opened.read_at(std::as_writable_bytes(std::span(text)), 0));
    reading.cancel();
    EXPECT_THROW(co_await reading, task_cancelled);
    EXPECT_EQ(text, "    ");
}

TEST_P(File, IsNotReadByATaskThatWasCancelledBefore) {
    run(read_nothing_when_cancelled(write("text", "text")));
}

task<> close_under_readers(std::string path) {
    file opened = co_await file::open(path);
    std::vector<task_handle<ending>> readers;
    for (int i = 0; i < 10; ++i)
        readers.push_back(create_task(ending_of(read_some(opened, 1'000'000, 0))));
    co_await yield();
    co_await opened.close();
    for (auto& each : readers) {
        const ending how = co_await each;
        EXPECT_TRUE(how == ending::value || how == ending::failure) << how;
    }
}

TEST_P(File, EndsTheReadsOfOthersWhenItIsClosed) {
    run(close_under_readers(write("large", some_text(1'000'000))));
}

task<> close_under_one_who_reads_all(std::string path) {
    file opened = co_await file::open(path);
    auto reading = create_task(error_of(opened.read_all()));
    auto writing = create_task(error_of(opened.write_all("text")));
    co_await opened.close();
    const std::string read_error = co_await reading;
    EXPECT_THAT(read_error, HasSubstr(path));
    EXPECT_THAT(co_await writing, HasSubstr("write (" + path));
    EXPECT_THAT(co_await error_of(opened.size()), HasSubstr("ask for the size (" + path));
    EXPECT_THAT(co_await error_of(opened.sync()), HasSubstr("sync (" + path));
}

TEST_P(File, SaysThatItIsClosedToThoseWhoGoOnUsingIt) {
    run(close_under_one_who_reads_all(write("large", some_text(1'000'000))));
}

// A kernel that would block its loop's thread by reading a file.
class without_files final : public backend {
public:
    explicit without_files(std::unique_ptr<backend> real) : real_(std::move(real)) {}

    std::error_code attach(native_handle handle) override { return real_->attach(handle); }
    void detach(native_handle handle) noexcept override { real_->detach(handle); }
    bool submit(operation& op) noexcept override {
        EXPECT_NE(op.code, opcode::read_at);
        EXPECT_NE(op.code, opcode::write_at);
        return real_->submit(op);
    }
    void cancel(operation& op) noexcept override { real_->cancel(op); }
    void poll(std::optional<duration> timeout, operation_list& completed) override {
        real_->poll(timeout, completed);
    }
    void wake() noexcept override { real_->wake(); }
    std::string_view name() const noexcept override { return "without files"; }
    std::uint64_t system_calls() const noexcept override { return real_->system_calls(); }

private:
    std::unique_ptr<backend> real_;
};

TEST_P(File, IsNotGivenToABackendThatDoesNotCompleteFiles) {
    event_loop loop({std::make_unique<without_files>(make_backend(GetParam()).chosen), "a test"});
    loop.run_until_complete(write_at_a_place(path("new")));
}

}  // namespace
}  // namespace eddy::testing
