#include "kqueue_wake.hpp"

#include "posix.hpp"

namespace eddy {
namespace {

struct kevent user_event(unsigned short flags, unsigned int what) noexcept {
    struct kevent event{};
    event.filter = EVFILT_USER;
    event.flags = flags;
    event.fflags = what;
    return event;
}

}  // namespace

// EV_CLEAR: it happens once per time it is triggered, and several times before the queue looks are
// one.
std::error_code kqueue_wake::attach(native_handle queue) noexcept {
    const struct kevent event = user_event(EV_ADD | EV_CLEAR, 0);
    return ::kevent(queue, &event, 1, nullptr, 0, nullptr) < 0 ? last_error() : std::error_code();
}

void kqueue_wake::wake(native_handle queue) const noexcept {
    const struct kevent event = user_event(0, NOTE_TRIGGER);
    retry_interrupted([&] { return ::kevent(queue, &event, 1, nullptr, 0, nullptr); });
}

bool kqueue_wake::take_note_of(const struct kevent& event) const noexcept {
    return event.filter == EVFILT_USER;
}

}  // namespace eddy
