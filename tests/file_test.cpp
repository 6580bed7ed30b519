#include <eddy/file.hpp>

#include "support/ending.hpp"
#include "support/file_fixture.hpp"
#include "support/own_processes.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

using File = file_fixture;
INSTANTIATE_TEST_SUITE_P(All, File, ::testing::ValuesIn(backend_names()), name_of_loop);

// What a file holds, read by somebody else.
std::string content_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

std::string some_text(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
}

task<std::string> read_some(const file& from, std::size_t most, std::uint64_t offset) {
    std::string text(most, ' ');
    const std::size_t came = co_await from.read_at(std::as_writable_bytes(std::span(text)), offset);
    text.resize(came);
    co_return text;
}

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

task<> write_behind_five_gibibytes(std::string path) {
    constexpr std::uint64_t far = 5ULL << 30;
    file made = co_await file::open(path, file_mode::create);
    co_await made.write_all("far out", far);
    EXPECT_EQ(co_await made.size(), far + 7);
    EXPECT_EQ(co_await read_some(made, 100, far + 4), "out");
}

TEST_P(File, IsWrittenAndReadBehindFiveGibibytes) {
    run(write_behind_five_gibibytes(path("sparse")));
}

TEST_P(File, IsReadAsAWhole) {
    for (const std::size_t size : {0U, 1U, 4096U, 3'000'000U}) {
        const std::string text = some_text(size);
        EXPECT_TRUE(run(read_file(write("whole", text))) == text) << size << " bytes";
    }
}

TEST_P(File, IsReadAsAWholeAlsoIfItDoesNotTellItsSize) {
    const std::string text = run(read_file("/proc/self/maps"));
    EXPECT_GT(text.size(), 1000U);
    EXPECT_THAT(text, HasSubstr("[stack]"));
}

task<std::string> write_by_mode(std::string path, file_mode mode) {
    file opened = co_await file::open(path, mode);
    co_await opened.write_all("new");
    co_await opened.close();
    EXPECT_FALSE(opened.is_open());
    co_return content_of(path);
}

TEST_P(File, IsMadeOrEmptiedOrKeptAsItsModeSays) {
    EXPECT_EQ(run(write_by_mode(path("1"), file_mode::create)), "new");
    EXPECT_EQ(run(write_by_mode(path("2"), file_mode::open_or_create)), "new");
    EXPECT_EQ(run(write_by_mode(path("3"), file_mode::replace)), "new");
    EXPECT_EQ(run(write_by_mode(write("4", "old text"), file_mode::update)), "new text");
    EXPECT_EQ(run(write_by_mode(write("5", "old text"), file_mode::open_or_create)), "new text");
    EXPECT_EQ(run(write_by_mode(write("6", "old text"), file_mode::replace)), "new");
    EXPECT_THAT(run(error_of(write_by_mode(path("7"), file_mode::update))),
                AllOf(HasSubstr("open"), HasSubstr(path("7")), HasSubstr("No such file")));
    EXPECT_THAT(run(error_of(write_by_mode(path("1"), file_mode::create))),
                AllOf(HasSubstr("open"), HasSubstr(path("1")), HasSubstr("exists")));
}

task<std::string> error_of_write_to_what_is_only_read(std::string path) {
    file opened = co_await file::open(path, file_mode::read);
    co_return co_await error_of(opened.write_all("x"));
}

TEST_P(File, NamesOperationAndPathInItsErrors) {
    EXPECT_THAT(run(error_of_write_to_what_is_only_read(write("read only", "x"))),
                AllOf(HasSubstr("write ("), HasSubstr("read only"), HasSubstr("Bad file")));
    EXPECT_THAT(run(error_of(read_file(std::filesystem::temp_directory_path()))),
                AllOf(HasSubstr("read ("), HasSubstr("directory")));
}

TEST_P(File, ReportsADiskThatIsFull) {
    const auto fill = []() -> task<> {
        file full = co_await file::open("/dev/full", file_mode::update);
        co_await full.write_all("x");
    };
    EXPECT_THAT(run(error_of(fill())), AllOf(HasSubstr("/dev/full"), HasSubstr("No space left")));
}

// Opening a named pipe takes until somebody opens its other end.
task<> open_what_takes_long(std::string path) {
    auto opening = create_task(file::open(path));
    co_await yield();
    EXPECT_FALSE(opening.done());
    const unique_handle other_end(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    const file opened = co_await std::move(opening);
    EXPECT_TRUE(opened.is_open());
}

TEST_P(File, LetsOtherTasksRunWhileItIsOpened) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    run(open_what_takes_long(path("pipe")));
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

task<> use_a_file(std::string path, std::string& read) {
    file made = co_await file::open(path, file_mode::replace);
    co_await made.write_all(std::string(100'000, 'n'));
    co_await made.sync();
    EXPECT_EQ(co_await made.size(), 100'000U);
    read = co_await made.read_all();
    co_await made.close();
}

task<ending> use_a_file_cancelled_after(int turns, std::string path, std::string& read) {
    auto use = create_task(ending_of(use_a_file(path, read)));
    for (int i = 0; i < turns && !use.done(); ++i) co_await yield();
    use.cancel();
    co_return co_await use;
}

// A call that is cancelled in the queue of the pool holds its file until a thread comes past it.
// And the first allocation of a thread may open a file of the system for a moment.
bool has_soon_as_many_handles_as(std::size_t before) {
    const auto patience = std::chrono::steady_clock::now() + 20s;
    while (open_handles() != before) {
        if (std::chrono::steady_clock::now() > patience) return false;
        std::this_thread::yield();
    }
    return true;
}

// The chances grow apart: how many turns the threads of the pool take is up to them.
TEST_P(File, LeavesNoHandleWheneverItsTaskIsCancelled) {
    const std::size_t handles = open_handles();
    const std::string whole(100'000, 'n');
    for (int turns = 0; turns < 20'000; turns += 1 + turns / 8) {
        std::string read;
        const ending how = run(use_a_file_cancelled_after(turns, path("file"), read));
        EXPECT_TRUE(how == ending::value || how == ending::cancelled) << how;
        // It may be read and still be cancelled, while it is closed.
        EXPECT_TRUE(read == whole || (how == ending::cancelled && read.empty())) << turns;
        ASSERT_TRUE(has_soon_as_many_handles_as(handles)) << turns << " turns";
    }
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

task<> open_and_leave(std::string path) {
    const std::size_t before = open_handles();
    {
        file one = co_await file::open(path);
        file other = std::move(one);
        one = co_await file::open(path);
        one = std::move(other);
        EXPECT_EQ(open_handles(), before + 1);
    }
    EXPECT_EQ(open_handles(), before);
}

TEST_P(File, IsClosedByItsDestructorAndByWhatIsAssignedToIt) {
    run(open_and_leave(write("text", "text")));
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
