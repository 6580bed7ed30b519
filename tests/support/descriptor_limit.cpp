#include "descriptor_limit.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace eddy::testing {
namespace {

// Changes the soft limit and gives the one before.
rlim_t limit_descriptors(rlim_t most) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) < 0)
        throw std::system_error(errno, std::system_category(), "getrlimit");
    const rlim_t previous = limit.rlim_cur;
    limit.rlim_cur = most;
    if (::setrlimit(RLIMIT_NOFILE, &limit) < 0)
        throw std::system_error(errno, std::system_category(), "setrlimit");
    return previous;
}

// The system gives the lowest free number: none below it is free.
int lowest_free_number() {
    const int number = ::fcntl(0, F_DUPFD_CLOEXEC, 0);
    ::close(number);
    return number;
}

}  // namespace

no_more_descriptors::no_more_descriptors()
    : previous_(limit_descriptors(static_cast<rlim_t>(lowest_free_number()))) {}

no_more_descriptors::~no_more_descriptors() {
    limit_descriptors(previous_);
}

}  // namespace eddy::testing
