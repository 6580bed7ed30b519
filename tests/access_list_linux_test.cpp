#include "access_list.hpp"

#include "support/temporary_folder.hpp"

#include <eddy/file_handle.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace eddy::testing {
namespace {

constexpr const char* attribute = "system.posix_acl_access";

// As the kernel keeps it (linux/posix_acl_xattr.h): a version, and entries of a kind, rights and a
// number.
struct entry {
    std::uint16_t kind;
    std::uint16_t rights;
    std::uint32_t number;
};
struct list {
    std::uint32_t version = 2;
    // The owner and user 1 may read and write it; its group and all others may not.
    std::array<entry, 5> entries{{
        {0x01, 6, ~0U},
        {0x02, 6, 1},
        {0x04, 0, ~0U},
        {0x10, 6, ~0U},
        {0x20, 0, ~0U},
    }};
};

class AccessList : public ::testing::Test {
protected:
    void SetUp() override {
        folder_.write("listed", "x");
        const list wanted;
        if (::setxattr(listed().c_str(), attribute, &wanted, sizeof wanted, 0) < 0)
            GTEST_SKIP() << "no access lists in " << folder_.path() << ": " << std::strerror(errno);
    }

    std::string listed() const { return folder_.path("listed"); }
    std::string other() const {
        folder_.write("other", "x");
        return folder_.path("other");
    }

private:
    temporary_folder folder_;
};

TEST_F(AccessList, IsSeen) {
    EXPECT_TRUE(has_access_list(listed()));
    EXPECT_FALSE(has_access_list(other()));
}

TEST_F(AccessList, IsCopiedWithTheRestOfTheRights) {
    const std::string path = other();
    const unique_handle file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    EXPECT_EQ(copy_access(file.get(), listed()), std::error_code());
    const list wanted;
    std::array<char, sizeof(list) + 1> copied{};
    ASSERT_EQ(::fgetxattr(file.get(), attribute, copied.data(), copied.size()),
              static_cast<ssize_t>(sizeof wanted));
    EXPECT_EQ(std::memcmp(copied.data(), &wanted, sizeof wanted), 0);
}

TEST_F(AccessList, LeavesOnlyTheOwnerWhereItCannotBeCopied) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away and becomes somebody else";
    const std::string path = other();
    ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
    ASSERT_EQ(::chown(listed().c_str(), 1234, 5678), 0);
    const unique_handle file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::seteuid(65534), 0);
    EXPECT_EQ(copy_access(file.get(), listed()), std::error_code());
    ASSERT_EQ(::seteuid(0), 0);
    struct stat about{};
    ASSERT_EQ(::fstat(file.get(), &about), 0);
    EXPECT_EQ(about.st_mode & 07777, 0600U);
}

}  // namespace
}  // namespace eddy::testing
