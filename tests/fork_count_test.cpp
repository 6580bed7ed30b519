#include <eddy/fork_count.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace eddy::testing {
namespace {

// How many forks a child of this process counts, seen from here.
int forks_seen_by_child(unsigned before) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(static_cast<int>(fork_count() - before));
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(ForkCount, TellsAForkedChildFromItsParent) {
    const unsigned before = fork_count();
    EXPECT_EQ(forks_seen_by_child(before), 1);
    EXPECT_EQ(fork_count(), before) << "the parent is what it was";
    EXPECT_EQ(forks_seen_by_child(before), 1);
}

}  // namespace
}  // namespace eddy::testing
