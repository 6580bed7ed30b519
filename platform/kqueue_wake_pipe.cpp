#include "kqueue_wake.hpp"

#include "posix.hpp"

#include <cstdint>

#include <fcntl.h>
#include <unistd.h>

namespace eddy {

// Level-triggered: the pipe stays readable, and the queue awake, until the wake is taken note of.
std::error_code kqueue_wake::attach(native_handle queue) noexcept {
    int both[2];
    if (::pipe(both) < 0) return last_error();
    reader_.reset(both[0]);
    writer_.reset(both[1]);
    for (const int end : both) {
        if (::fcntl(end, F_SETFD, FD_CLOEXEC) < 0 || ::fcntl(end, F_SETFL, O_NONBLOCK) < 0)
            return last_error();
    }
    struct kevent event{};
    event.ident = static_cast<std::uintptr_t>(reader_.get());
    event.filter = EVFILT_READ;
    event.flags = EV_ADD;
    return ::kevent(queue, &event, 1, nullptr, 0, nullptr) < 0 ? last_error() : std::error_code();
}

void kqueue_wake::wake(native_handle) const noexcept {
    // A full pipe has woken the queue already.
    const char byte = 0;
    retry_interrupted([&] { return ::write(writer_.get(), &byte, 1); });
}

bool kqueue_wake::take_note_of(const struct kevent& event) const noexcept {
    if (event.filter != EVFILT_READ || event.ident != static_cast<std::uintptr_t>(reader_.get()))
        return false;
    char bytes[64];
    while (retry_interrupted([&] { return ::read(reader_.get(), bytes, sizeof bytes); }) > 0) {
    }
    return true;
}

}  // namespace eddy
