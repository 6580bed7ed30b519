#include "access_list.hpp"
#include "posix.hpp"

#include <vector>

#include <sys/xattr.h>

namespace eddy {
namespace {

// acl(5): the list as the kernel keeps it.
constexpr const char* attribute = "system.posix_acl_access";

}  // namespace

bool has_access_list(const std::string& path) noexcept {
    return ::getxattr(path.c_str(), attribute, nullptr, 0) > 0;
}

std::error_code copy_access_list(int file, const std::string& path) noexcept {
    std::vector<char> list(64 * 1024);  // the longest attribute (xattr(7))
    const ssize_t size = ::getxattr(path.c_str(), attribute, list.data(), list.size());
    if (size < 0) return last_error();
    const auto length = static_cast<std::size_t>(size);
    return ::fsetxattr(file, attribute, list.data(), length, 0) < 0 ? last_error()
                                                                    : std::error_code();
}

}  // namespace eddy
