#include <eddy/file.hpp>

#include "support/ending.hpp"
#include "support/file_fixture.hpp"
#include "support/own_processes.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include <sys/stat.h>
#include <unistd.h>

namespace eddy::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class WriteFile : public file_fixture {
protected:
    std::set<std::string> names() const {
        std::set<std::string> all;
        for (const auto& each : fs::directory_iterator(folder().path()))
            all.insert(each.path().filename().string());
        return all;
    }
};
INSTANTIATE_TEST_SUITE_P(All, WriteFile, ::testing::ValuesIn(backend_names()), name_of_loop);

TEST_P(WriteFile, MakesAFileAndLeavesNothingElse) {
    run(write_file(path("new"), "content"));
    EXPECT_EQ(run(read_file(path("new"))), "content");
    EXPECT_THAT(names(), ElementsAre("new"));
}

TEST_P(WriteFile, ReplacesAFileAndKeepsItsPermissions) {
    const std::string at = write("file", "a longer content than the new one");
    const auto owner_only = fs::perms::owner_read | fs::perms::owner_write | fs::perms::owner_exec;
    fs::permissions(at, owner_only);
    run(write_file(at, "new"));
    EXPECT_EQ(run(read_file(at)), "new");
    EXPECT_EQ(fs::status(at).permissions(), owner_only);
}

TEST_P(WriteFile, FollowsASymbolicLink) {
    write("folder/target", "old");
    fs::create_symlink("folder/target", path("link"));
    run(write_file(path("link"), "new"));
    EXPECT_TRUE(fs::is_symlink(path("link")));
    EXPECT_EQ(run(read_file(path("folder/target"))), "new");
}

TEST_P(WriteFile, FollowsASymbolicLinkToWhereNothingIsYet) {
    fs::create_directories(path("folder"));
    fs::create_symlink("second", path("first"));
    fs::create_symlink("folder/target", path("second"));
    run(write_file(path("first"), "new"));
    EXPECT_TRUE(fs::is_symlink(path("first")));
    EXPECT_TRUE(fs::is_symlink(path("second")));
    EXPECT_EQ(run(read_file(path("folder/target"))), "new");
}

TEST_P(WriteFile, RefusesSymbolicLinksThatLeadInACircle) {
    fs::create_symlink("second", path("first"));
    fs::create_symlink("first", path("second"));
    EXPECT_THAT(run(error_of(write_file(path("first"), "x"))), HasSubstr("symbolic links"));
    EXPECT_THAT(names(), ElementsAre("first", "second"));
}

TEST_P(WriteFile, RefusesToReplaceWhatIsNoFile) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    EXPECT_THAT(run(error_of(write_file(path("pipe"), "x"))),
                AllOf(HasSubstr("write ("), HasSubstr("not supported")));
    EXPECT_EQ(fs::status(path("pipe")).type(), fs::file_type::fifo);
}

struct stat status_of(const std::string& path) {
    struct stat about{};
    EXPECT_EQ(::stat(path.c_str(), &about), 0);
    return about;
}

TEST_P(WriteFile, KeepsTheOwner) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
    const std::string at = write("file", "old");
    ASSERT_EQ(::chown(at.c_str(), 1234, 5678), 0);
    run(write_file(at, "new"));
    EXPECT_EQ(status_of(at).st_uid, 1234U);
    EXPECT_EQ(status_of(at).st_gid, 5678U);
}

// Looks at every file of the folder while one is being replaced.
task<> watch_the_folder(std::string folder, const task_handle<void>& writing) {
    while (!writing.done()) {
        for (const auto& each : fs::directory_iterator(folder)) {
            std::error_code gone;
            const fs::perms rights = fs::status(each.path(), gone).permissions();
            if (gone) continue;
            EXPECT_EQ(rights & ~(fs::perms::owner_read | fs::perms::owner_write), fs::perms::none)
                << each.path();
        }
        co_await yield();
    }
}

task<> replace_under_watch(std::string folder, std::string path) {
    auto writing = create_task(write_file(path, std::string(1'000'000, 's')));
    co_await watch_the_folder(folder, writing);
    co_await writing;
}

TEST_P(WriteFile, ShowsASecretToNobodyWhileItIsWritten) {
    const std::string at = write("secret", "old");
    fs::permissions(at, fs::perms::owner_read | fs::perms::owner_write);
    run(replace_under_watch(folder().path().string(), at));
    EXPECT_EQ(status_of(at).st_size, 1'000'000);
}

TEST_P(WriteFile, NamesThePathThatItWasGivenInItsErrors) {
    EXPECT_THAT(run(error_of(write_file(path("nowhere/file"), "x"))),
                AllOf(HasSubstr("write ("), HasSubstr("nowhere/file)"), HasSubstr("No such file")));
}

TEST_P(WriteFile, LeavesNothingWhenItFails) {
    fs::create_directories(path("folder/full"));
    EXPECT_THAT(run(error_of(write_file(path("folder"), "x"))),
                AllOf(HasSubstr("write ("), HasSubstr("directory")));
    EXPECT_THAT(names(), ElementsAre("folder"));
}

task<ending> write_cancelled_after(int turns, std::string path) {
    auto writing = create_task(ending_of(write_file(path, std::string(100'000, 'n'))));
    for (int i = 0; i < turns && !writing.done(); ++i) co_await yield();
    writing.cancel();
    co_return co_await writing;
}

// The chances grow apart: how many turns the threads of the pool take is up to them.
TEST_P(WriteFile, ChangesAllOrNothingWheneverItIsCancelled) {
    const std::size_t handles = open_handles();
    for (int turns = 1; turns < 20'000; turns += 1 + turns / 8) {
        const std::string at = write("file", std::string(50'000, 'o'));
        const ending how = run(write_cancelled_after(turns, at));
        const std::string content = run(read_file(at));
        if (how == ending::value) {
            EXPECT_TRUE(content == std::string(100'000, 'n')) << turns << " turns";
        } else {
            EXPECT_EQ(how, ending::cancelled);
            EXPECT_TRUE(content == std::string(50'000, 'o')) << turns << " turns";
        }
        ASSERT_THAT(names(), ElementsAre("file")) << turns << " turns";
        ASSERT_EQ(open_handles(), handles);
    }
}

// While it lives, this process is nobody in particular, who has been given nothing.
class as_nobody {
public:
    as_nobody() {
        EXPECT_EQ(::setegid(65534), 0);
        EXPECT_EQ(::seteuid(65534), 0);
    }
    as_nobody(const as_nobody&) = delete;
    as_nobody& operator=(const as_nobody&) = delete;
    ~as_nobody() {
        EXPECT_EQ(::seteuid(0), 0);
        EXPECT_EQ(::setegid(0), 0);
    }
};

TEST_P(WriteFile, GivesNobodyMoreRightsWhereItCannotKeepTheOwner) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root becomes somebody else";
    // Others may read it, but not its group: afterwards its members are others.
    const std::string at = write("file", "old");
    ASSERT_EQ(::chmod(folder().path().c_str(), 0777), 0);
    ASSERT_EQ(::chown(at.c_str(), 1234, 5678), 0);
    ASSERT_EQ(::chmod(at.c_str(), 0604), 0);
    {
        const as_nobody now;
        run(write_file(at, "new"));
    }
    EXPECT_EQ(run(read_file(at)), "new");
    EXPECT_EQ(status_of(at).st_uid, 65534U);
    EXPECT_EQ(status_of(at).st_mode & 07777, 0600U);
}

}  // namespace
}  // namespace eddy::testing
