#include "support/temporary_folder.hpp"

#include <eddy/backend.hpp>
#include <eddy/process.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>

// Machines that refuse io_uring, and kernels that know only an older one. Each case runs this very
// program again as such a machine would.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The exit code of support/refuse_io_uring.cpp for a machine that does not let it do its work.
constexpr int not_allowed = 125;

struct ending {
    int code = -1;
    std::string text;
};

// Runs cases of this program on a machine that refuses io_uring in a way.
ending run_refused(const std::string& how, const std::string& cases) {
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
    const temporary_folder folder;
    const unique_handle log(
        ::open(folder.path("log").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    process_start what;
    what.program = (self.parent_path() / "refuse_io_uring").string();
    what.arguments = {what.program, how, self.string(), "--gtest_also_run_disabled_tests",
                      "--gtest_filter=" + cases};
    what.environment = current_environment();
    std::erase_if(what.environment, [](auto& each) { return each.starts_with("EDDY_BACKEND="); });
    what.output = log.get();
    what.merge_error = true;
    std::error_code error;
    child_process child = child_process::start(what, error);
    if (error) return {-1, what.program + ": " + error.message()};
    child.wait(50s);
    child.send(process_signal::kill);
    const auto end = child.reap(error);
    std::ostringstream text;
    text << std::ifstream(folder.path("log")).rdbuf();
    return {end && end->signal == 0 ? end->code : -1, text.str()};
}

bool has_io_uring() {
    try {
        return make_backend("io_uring").chosen != nullptr;
    } catch (const std::system_error&) {
        return false;
    }
}

// Not a test, but what the tests below run elsewhere.
TEST(BackendRefused, DISABLED_TellsWhatIsTaken) {
    const backend_choice choice = make_backend();
    std::cout << "taken: " << choice.chosen->name() << ", because: " << choice.reason << std::endl;
}

constexpr const char* tells = "BackendRefused.DISABLED_TellsWhatIsTaken";

void expect_epoll(const std::string& how, const std::string& reason) {
    const ending told = run_refused(how, tells);
    if (told.code == not_allowed) GTEST_SKIP() << "this machine allows no filter: " << told.text;
    EXPECT_EQ(told.code, 0) << told.text;
    EXPECT_THAT(told.text, HasSubstr("taken: epoll, because: io_uring was refused: " + reason));
}

TEST(BackendRefused, LeavesTheLoopToEpollWhereIoUringIsForbidden) {
    expect_epoll("EPERM", "Operation not permitted");
}

TEST(BackendRefused, LeavesTheLoopToEpollWhereTheKernelHasNoIoUring) {
    expect_epoll("ENOSYS", "Function not implemented");
}

TEST(BackendRefused, LeavesTheLoopToEpollWhereThereIsNoMemoryForARing) {
    expect_epoll("ENOMEM", "Cannot allocate memory");
}

TEST(BackendRefused, LeavesTheLoopToEpollWhereARingMayBeMadeButNotEntered) {
    if (!has_io_uring()) GTEST_SKIP() << "this machine refuses io_uring anyway";
    expect_epoll("enter", "Operation not permitted");
}

TEST(BackendRefused, PassesTheSuiteOnEpollWhereIoUringIsForbidden) {
    const ending suite = run_refused("EPERM", "All/Backend*:BackendChoice.*");
    if (suite.code == not_allowed) GTEST_SKIP() << "this machine allows no filter: " << suite.text;
    EXPECT_EQ(suite.code, 0) << suite.text;
    EXPECT_THAT(suite.text,
                HasSubstr("[       OK ] All/BackendStream.SendsWhatThePeerReceives/epoll"));
    EXPECT_THAT(suite.text,
                HasSubstr("[  SKIPPED ] All/BackendStream.SendsWhatThePeerReceives/io_uring"));
}

// Each set of flags that such a kernel does not know is one refusal, and then it works.
void expect_io_uring_after(const std::string& kernel, int refusals) {
    if (!has_io_uring()) GTEST_SKIP() << "this machine refuses io_uring anyway";
    const ending told = run_refused(kernel, tells);
    if (told.code == not_allowed) GTEST_SKIP() << "this machine allows no filter: " << told.text;
    EXPECT_EQ(told.code, 0) << told.text;
    EXPECT_THAT(told.text, HasSubstr("taken: io_uring"));
    EXPECT_THAT(told.text, HasSubstr("refused " + std::to_string(refusals) + " times"));
    const ending suite = run_refused(kernel, "All/Backend*/io_uring");
    EXPECT_EQ(suite.code, 0) << suite.text;
    EXPECT_THAT(suite.text, AllOf(HasSubstr("[  PASSED  ]"), Not(HasSubstr("SKIPPED"))));
}

TEST(BackendRefused, PassesTheSuiteOnTheIoUringOfLinux60) {
    expect_io_uring_after("6.0", 1);
}

TEST(BackendRefused, LeavesTheLoopToEpollOnLinux518) {
    if (!has_io_uring()) GTEST_SKIP() << "this machine refuses io_uring anyway";
    expect_epoll("5.18", "Function not implemented");
}

}  // namespace
}  // namespace eddy::testing
