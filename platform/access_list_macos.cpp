#include "access_list.hpp"
#include "posix.hpp"

#include <sys/acl.h>

namespace eddy {
namespace {

class access_list {
public:
    explicit access_list(const std::string& path) noexcept
        : list_(::acl_get_file(path.c_str(), ACL_TYPE_EXTENDED)) {}
    access_list(const access_list&) = delete;
    access_list& operator=(const access_list&) = delete;
    ~access_list() {
        if (list_ != nullptr) ::acl_free(list_);
    }

    acl_t get() const noexcept { return list_; }

private:
    acl_t list_;
};

}  // namespace

bool has_access_list(const std::string& path) noexcept {
    return access_list(path).get() != nullptr;
}

std::error_code copy_access_list(int file, const std::string& path) noexcept {
    const access_list list(path);
    if (list.get() == nullptr || ::acl_set_fd(file, list.get()) < 0) return last_error();
    return {};
}

}  // namespace eddy
