#include "own_processes.hpp"

#include <eddy/native_handle.hpp>

#include <libproc.h>
#include <sys/event.h>
#include <unistd.h>

namespace eddy::testing {

bool process_ends_soon(std::int64_t process) {
    const unique_handle queue(::kqueue());
    struct kevent end{};
    end.ident = static_cast<std::uintptr_t>(process);
    end.filter = EVFILT_PROC;
    end.flags = EV_ADD | EV_ONESHOT;
    end.fflags = NOTE_EXIT;
    const timespec longest{.tv_sec = 20, .tv_nsec = 0};
    struct kevent event{};
    // A process that is not there cannot be followed: an error, in place of an event.
    return ::kevent(queue.get(), &end, 1, &event, 1, &longest) != 0;
}

std::size_t threads_of_this_process() {
    proc_taskinfo about{};
    ::proc_pidinfo(::getpid(), PROC_PIDTASKINFO, 0, &about, sizeof about);
    return static_cast<std::size_t>(about.pti_threadnum);
}

}  // namespace eddy::testing
