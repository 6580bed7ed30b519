#include <eddy/file.hpp>

#include "support/ending.hpp"
#include "support/file_fixture.hpp"
#include "support/own_processes.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>
#include <eddy/to_thread.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// Files of POSIX that are none, what their errors say, and what becomes of their descriptors.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

using FileOfPosix = file_fixture;
INSTANTIATE_TEST_SUITE_P(All, FileOfPosix, ::testing::ValuesIn(backend_names()), name_of_loop);

void write_to(native_handle handle, std::string_view text) {
    ASSERT_EQ(::write(handle, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

task<std::string> read_twice(std::string path) {
    const file opened = co_await file::open(path);
    const std::string first = co_await read_some(opened, 6, 0);
    const std::string second = co_await read_some(opened, 6, 6);
    co_return first + second;
}

task<> write_behind_five_gibibytes(std::string path) {
    constexpr std::uint64_t far = 5ULL << 30;
    file made = co_await file::open(path, file_mode::create);
    co_await made.write_all("far out", far);
    EXPECT_EQ(co_await made.size(), far + 7);
    EXPECT_EQ(co_await read_some(made, 100, far + 4), "out");
}

TEST_P(FileOfPosix, IsWrittenAndReadBehindFiveGibibytes) {
    run(write_behind_five_gibibytes(path("sparse")));
}

TEST_P(FileOfPosix, IsReadAsAWholeAlsoIfItDoesNotTellItsSize) {
    const std::string text = run(read_file("/proc/self/maps"));
    EXPECT_GT(text.size(), 1000U);
    EXPECT_THAT(text, HasSubstr("[stack]"));
}

// Each of these answers a read from its beginning, and none from anywhere else.
TEST_P(FileOfPosix, IsReadAsAWholeAlsoIfItAnswersOnlyOnce) {
    const std::string path = "/proc/sys/kernel/pid_max";
    EXPECT_GT(content_of(path).size(), 2U);
    EXPECT_EQ(run(read_file(path)), content_of(path));
}

TEST_P(FileOfPosix, IsReadInOrderWhereItHasNoPosition) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    const unique_handle kept_open(::open(path("pipe").c_str(), O_RDWR | O_CLOEXEC));
    write_to(kept_open.get(), "first second");
    EXPECT_EQ(run(read_twice(path("pipe"))), "first second");
}

task<std::string> write_by_mode(std::string path, file_mode mode) {
    file opened = co_await file::open(path, mode);
    co_await opened.write_all("new");
    co_await opened.close();
    EXPECT_FALSE(opened.is_open());
    co_return content_of(path);
}

TEST_P(FileOfPosix, IsMadeOrEmptiedOrKeptAsItsModeSays) {
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

TEST_P(FileOfPosix, NamesOperationAndPathInItsErrors) {
    EXPECT_THAT(run(error_of_write_to_what_is_only_read(write("read only", "x"))),
                AllOf(HasSubstr("write ("), HasSubstr("read only"), HasSubstr("Bad file")));
    EXPECT_THAT(run(error_of(read_file(std::filesystem::temp_directory_path()))),
                AllOf(HasSubstr("read ("), HasSubstr("directory")));
}

TEST_P(FileOfPosix, ReportsADiskThatIsFull) {
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

TEST_P(FileOfPosix, LetsOtherTasksRunWhileItIsOpened) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    run(open_what_takes_long(path("pipe")));
}

// Nobody ever writes into it. Who gives up does not wait for somebody who does.
task<> give_up_opening(std::string path) {
    auto opening = create_task(ending_of(file::open(path)));
    co_await yield();
    // The pool takes its work in order: by then that is under way.
    co_await to_thread([] {});
    EXPECT_FALSE(opening.done());
    opening.cancel();
    EXPECT_EQ(co_await std::move(opening), ending::cancelled);
}

TEST_P(FileOfPosix, HoldsNobodyUpWhoGivesUpOpeningIt) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    run(give_up_opening(path("pipe")));
    // Lets go of the thread that still opens it.
    const unique_handle other_end(::open(path("pipe").c_str(), O_RDWR | O_CLOEXEC));
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
TEST_P(FileOfPosix, LeavesNoHandleWheneverItsTaskIsCancelled) {
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

TEST_P(FileOfPosix, IsClosedByItsDestructorAndByWhatIsAssignedToIt) {
    run(open_and_leave(write("text", "text")));
}

}  // namespace
}  // namespace eddy::testing
