#include "backends.hpp"
#include "eventfd_wake.hpp"
#include "posix.hpp"
#include "readiness.hpp"

#include <eddy/fork_count.hpp>

#include <algorithm>
#include <array>
#include <span>

#include <sys/epoll.h>

namespace eddy {
namespace {

// Some facts about epoll (epoll(7)), and what follows.
//
// - One registration per handle for its whole life, edge-triggered in both directions: no system
//   call when an operation starts to wait, none when it stops.
// - An edge comes when the state changes, and once right after the registration if the handle is
//   ready by then. `readiness` remembers it, so an edge that nobody waits for is not lost.
// - A registration belongs to the open file, not to its number. If the file lives on in another
//   process or under another number, its events go on under the old number: the generation in the
//   user data tells them apart.
// - The eventfd that wakes us is never read: under EPOLLET each write to it is a new edge.
class epoll_backend final : public backend {
public:
    static std::unique_ptr<backend> make(std::error_code& error) {
        unique_handle poller(::epoll_create1(EPOLL_CLOEXEC));
        if (!poller) {
            error = last_error();
            return nullptr;
        }
        std::unique_ptr<epoll_backend> made(new epoll_backend(std::move(poller)));
        error = made->follow_wake();
        if (error) return nullptr;
        return made;
    }

    ~epoll_backend() override {
        if (is_in_forked_child()) readiness_.leave();
    }

    std::error_code attach(native_handle handle) override {
        std::uint32_t generation = 0;
        if (const std::error_code error = readiness_.attach(handle, generation)) return error;
        epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET,
                          .data = {.u64 = mark_of(handle, generation)}};
        ++readiness_.system_calls;
        if (::epoll_ctl(poller_.get(), EPOLL_CTL_ADD, handle, &event) == 0) return {};
        // EPERM: a regular file, which is always ready and never waits.
        if (errno == EPERM) return {};
        const std::error_code error = last_error();
        readiness_.detach(handle);
        return error;
    }

    void detach(native_handle handle) noexcept override {
        if (is_in_forked_child()) return;
        readiness_.detach(handle);
        ++readiness_.system_calls;
        ::epoll_ctl(poller_.get(), EPOLL_CTL_DEL, handle, nullptr);
    }

    bool submit(operation& op) noexcept override { return readiness_.submit(op); }

    void cancel(operation& op) noexcept override { readiness_.cancel(op); }

    void poll(std::optional<duration> timeout, operation_list& completed) override {
        if (!readiness_.finished.empty()) timeout = duration::zero();
        const bool nothing_to_learn = timeout == duration::zero() && readiness_.is_idle();
        if (undispatched_.empty() && !nothing_to_learn) undispatched_ = wait(timeout);
        const auto now = undispatched_.first(std::min(undispatched_.size(), events_per_turn));
        undispatched_ = undispatched_.subspan(now.size());
        for (const epoll_event& event : now) dispatch(event);
        completed.append(readiness_.finished);
    }

    bool has_more() const noexcept override { return !undispatched_.empty(); }

    void wake() noexcept override { wake_.wake(); }

    std::string_view name() const noexcept override { return "epoll"; }

    std::uint64_t system_calls() const noexcept override { return readiness_.system_calls; }

private:
    static constexpr std::uint64_t wake_mark = ~std::uint64_t{0};

    // The kernel is asked for as many as the loop resumes tasks in one turn. A turn takes fewer of
    // them, so that what a receive has touched is still in the cache when its task goes on: at 1000
    // connections that takes 4 % off the processor time of an echo (bench/echo.py).
    static constexpr std::size_t events_at_once = 128;
    static constexpr std::size_t events_per_turn = 32;

    explicit epoll_backend(unique_handle poller) noexcept : poller_(std::move(poller)) {}

    std::error_code follow_wake() noexcept {
        if (const std::error_code error = wake_.open()) return error;
        epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = wake_mark}};
        const int outcome = ::epoll_ctl(poller_.get(), EPOLL_CTL_ADD, wake_.handle(), &event);
        return outcome < 0 ? last_error() : std::error_code();
    }

    bool is_in_forked_child() const noexcept { return fork_count() != forks_; }

    static std::uint64_t mark_of(native_handle handle, std::uint32_t generation) noexcept {
        return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(handle);
    }

    std::span<const epoll_event> wait(std::optional<duration> timeout) {
        ++readiness_.system_calls;
        const int room = static_cast<int>(events_.size());
        if (precise_) {
            timespec native{};
            if (timeout) native = native_time<timespec>(*timeout);
            const int count = ::epoll_pwait2(poller_.get(), events_.data(), room,
                                             timeout ? &native : nullptr, nullptr);
            // Before Linux 5.11 there is no such call; where calls are filtered, it may be refused.
            if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return checked(count);
            precise_ = false;
        }
        // Round up: a timeout cut to 0 ms would make the loop spin until the timer is due.
        constexpr std::chrono::milliseconds longest = std::chrono::hours(24);
        const int milliseconds =
            timeout ? static_cast<int>(
                          std::min(std::chrono::ceil<std::chrono::milliseconds>(*timeout), longest)
                              .count())
                    : -1;
        return checked(::epoll_wait(poller_.get(), events_.data(), room, milliseconds));
    }

    std::span<const epoll_event> checked(int count) const {
        if (count >= 0) return std::span(events_).first(static_cast<std::size_t>(count));
        // A signal ended the sleep: the loop takes its turn and comes back.
        if (errno == EINTR) return {};
        throw std::system_error(last_error(), "epoll_wait");
    }

    void dispatch(const epoll_event& event) noexcept {
        if (event.data.u64 == wake_mark) return;
        const std::uint32_t happened = event.events;
        // A receive ends in front of urgent data (EPOLLPRI), as it does in front of an error.
        const bool may_end = happened & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI);
        readiness_.on_edge(static_cast<native_handle>(event.data.u64 & 0xffff'ffff),
                           static_cast<std::uint32_t>(event.data.u64 >> 32),
                           happened & EPOLLIN || may_end,
                           happened & (EPOLLOUT | EPOLLHUP | EPOLLERR), may_end);
    }

    unique_handle poller_;
    eventfd_wake wake_;
    // A forked child shares the epoll instance, where what it took out would be gone for this
    // process, too; and the operations that it has copies of, nobody waits for there.
    const unsigned forks_ = fork_count();
    bool precise_ = true;
    readiness readiness_{readiness::short_reads::empty_a_stream};

    std::array<epoll_event, events_at_once> events_;
    // Those of `events_` that are left for later turns. The kernel is asked again once there are
    // none, and writes over them only then.
    std::span<const epoll_event> undispatched_;
};

}  // namespace

std::unique_ptr<backend> make_epoll(std::error_code& error) {
    return epoll_backend::make(error);
}

}  // namespace eddy
