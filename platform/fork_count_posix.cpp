#include <eddy/fork_count.hpp>

#include <pthread.h>

namespace eddy {
namespace {

// Written only where no other thread exists: in a child, before fork returns there. `vfork` and
// `posix_spawn` call no such handlers.
unsigned forks = 0;

void count_fork() noexcept {
    ++forks;
}

}  // namespace

unsigned fork_count() noexcept {
    static const int registered = ::pthread_atfork(nullptr, nullptr, count_fork);
    static_cast<void>(registered);
    return forks;
}

}  // namespace eddy
