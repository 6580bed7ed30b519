#include "backends.hpp"
#include "kqueue_wake.hpp"
#include "posix.hpp"
#include "readiness.hpp"
#include "socket_calls.hpp"

#include <eddy/fork_count.hpp>

#include <algorithm>
#include <array>

#include <sys/event.h>

namespace eddy {
namespace {

// Some facts about kqueue (kqueue(2)), and what follows.
//
// - A registration is one handle and one filter: reading and writing are two. Each handle gets both
//   for its whole life, under EV_CLEAR, which is what epoll calls edge-triggered: an event comes
//   when the state changes, and once right after the registration if the handle is ready by then.
// - Not every file has both directions. A queue, which is what stands for a child process, can only
//   be read, and a pipe whose other end is gone may refuse to be followed. So a handle is attached
//   if one of its filters is.
// - A registration belongs to the number in this process, and goes with it when it is closed. An
//   event may have been fetched by then: the generation in its user data tells it apart.
// - EV_EOF says that the peer has closed its side, also while there is data to be read in front of
//   the end. Nothing says everywhere that a read will end in front of urgent data. So a short read
//   is never taken for the last one (`prove_nothing`).
class kqueue_backend final : public backend {
public:
    static std::unique_ptr<backend> make(std::error_code& error) {
        unique_handle queue(::kqueue());
        if (!queue) {
            error = last_error();
            return nullptr;
        }
        std::unique_ptr<kqueue_backend> made(new kqueue_backend(std::move(queue)));
        error = made->wake_.attach(made->queue_.get());
        if (error) return nullptr;
        return made;
    }

    ~kqueue_backend() override {
        if (!is_in_forked_child()) return;
        readiness_.leave();
        // Not ours to close: a child has no queue of its parent, and may have the number in use.
        [[maybe_unused]] const native_handle number = queue_.release();
    }

    std::error_code attach(native_handle handle) override {
        std::uint32_t generation = 0;
        if (const std::error_code error = readiness_.attach(handle, generation)) return error;
        prepare_socket(handle);
        const std::error_code unreadable = follow(handle, EVFILT_READ, generation);
        const std::error_code unwritable = follow(handle, EVFILT_WRITE, generation);
        if (!unreadable || !unwritable || never_waits(unreadable)) return {};
        readiness_.detach(handle);
        return unreadable;
    }

    void detach(native_handle handle) noexcept override {
        if (is_in_forked_child()) return;
        readiness_.detach(handle);
        change(change_of(handle, EVFILT_READ, EV_DELETE, 0));
        change(change_of(handle, EVFILT_WRITE, EV_DELETE, 0));
    }

    bool submit(operation& op) noexcept override { return readiness_.submit(op); }

    void cancel(operation& op) noexcept override { readiness_.cancel(op); }

    void poll(std::optional<duration> timeout, operation_list& completed) override {
        if (!readiness_.finished.empty()) timeout = duration::zero();
        const bool nothing_to_learn = timeout == duration::zero() && readiness_.is_idle();
        const int count = nothing_to_learn ? 0 : wait(timeout);
        for (int i = 0; i < count; ++i) dispatch(events_[static_cast<std::size_t>(i)]);
        completed.append(readiness_.finished);
    }

    void wake() noexcept override { wake_.wake(queue_.get()); }

    std::string_view name() const noexcept override { return "kqueue"; }

    std::uint64_t system_calls() const noexcept override { return readiness_.system_calls; }

private:
    explicit kqueue_backend(unique_handle queue) noexcept : queue_(std::move(queue)) {}

    bool is_in_forked_child() const noexcept { return fork_count() != forks_; }

    static struct kevent change_of(native_handle handle, short filter, unsigned short flags,
                                   std::uint32_t generation) noexcept {
        struct kevent made{};
        made.ident = static_cast<std::uintptr_t>(handle);
        made.filter = filter;
        made.flags = flags;
        made.udata = reinterpret_cast<void*>(std::uintptr_t{generation});
        return made;
    }

    // What systems say of a file that cannot be followed because it is always ready.
    static bool never_waits(const std::error_code& refusal) noexcept {
        return refusal == std::errc::invalid_argument || refusal == std::errc::no_such_device ||
               refusal == std::errc::operation_not_permitted ||
               refusal == std::errc::operation_not_supported;
    }

    std::error_code follow(native_handle handle, short filter, std::uint32_t generation) noexcept {
        return change(change_of(handle, filter, EV_ADD | EV_CLEAR, generation));
    }

    std::error_code change(const struct kevent& what) noexcept {
        ++readiness_.system_calls;
        const int outcome = retry_interrupted(
            [&] { return ::kevent(queue_.get(), &what, 1, nullptr, 0, nullptr); });
        return outcome < 0 ? last_error() : std::error_code();
    }

    int wait(std::optional<duration> timeout) {
        ++readiness_.system_calls;
        // macOS refuses a timeout of more than three years.
        constexpr duration longest = std::chrono::hours(24);
        timespec native{};
        if (timeout) native = native_time<timespec>(std::min(*timeout, longest));
        const int room = static_cast<int>(events_.size());
        const int count =
            ::kevent(queue_.get(), nullptr, 0, events_.data(), room, timeout ? &native : nullptr);
        if (count >= 0) return count;
        // A signal ended the sleep: the loop takes its turn and comes back.
        if (errno == EINTR) return 0;
        throw std::system_error(last_error(), "kevent");
    }

    void dispatch(const struct kevent& event) noexcept {
        if (wake_.take_note_of(event)) return;
        const bool reads = event.filter == EVFILT_READ;
        readiness_.on_edge(
            static_cast<native_handle>(event.ident),
            static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(event.udata)), reads,
            !reads, false);
    }

    unique_handle queue_;
    // A forked child has no part in the queue: it inherits none, and its number may be another's.
    const unsigned forks_ = fork_count();
    kqueue_wake wake_;
    readiness readiness_{readiness::short_reads::prove_nothing};
    std::array<struct kevent, 256> events_;
};

}  // namespace

std::unique_ptr<backend> make_kqueue(std::error_code& error) {
    return kqueue_backend::make(error);
}

}  // namespace eddy
