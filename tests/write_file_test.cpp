#include <eddy/file.hpp>

#include "support/ending.hpp"
#include "support/file_fixture.hpp"
#include "support/own_processes.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

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

}  // namespace
}  // namespace eddy::testing
