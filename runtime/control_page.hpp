#pragma once

#include <eddy/shared_memory.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace eddy {

/// Memory that a pool and one worker both see: who has which call, without asking. The worker may
/// die at any point; so there is no lock in it, and each word is complete by itself.
///
/// A call that was sent to the worker is on offer in one of the places. The worker takes it from
/// there before it runs it, and the pool may take it back: whoever exchanges the call's number for
/// nothing has it, the other one finds it gone. So when a worker has died, of the calls without an
/// answer the one that is no longer on offer is the one that was running, and only that is lost.
class control_page {
public:
    static constexpr std::uint16_t places = 64;

    /// How long a call has been running, or that it is not.
    using clock = std::chrono::steady_clock;  // the same in all processes of a machine

    // For the pool -----------------------------------------------------------------------------

    void offer(std::uint16_t place, std::uint64_t call) noexcept {
        offered_[place].store(call, std::memory_order_release);
    }
    bool is_on_offer(std::uint16_t place, std::uint64_t call) const noexcept {
        return offered_[place].load(std::memory_order_acquire) == call;
    }

    /// When the call began; the beginning of time if it has not, or only just has.
    clock::time_point start_of(std::uint64_t call) const noexcept {
        // Acquire: the time was written before the number.
        if (running_.load(std::memory_order_acquire) != call) return {};
        return clock::time_point(clock::duration(started_.load(std::memory_order_relaxed)));
    }

    void ask_to_stop(std::uint64_t call) noexcept {
        stopped_.store(call, std::memory_order_relaxed);
    }

    // For both ---------------------------------------------------------------------------------

    /// True for one of the two who try, once.
    bool take(std::uint16_t place, std::uint64_t call) noexcept {
        return offered_[place % places].compare_exchange_strong(call, 0, std::memory_order_acq_rel);
    }

    // For the worker ---------------------------------------------------------------------------

    void begin(std::uint64_t call, clock::time_point now) noexcept {
        started_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
        running_.store(call, std::memory_order_release);
    }
    void end() noexcept { running_.store(0, std::memory_order_release); }

    bool is_asked_to_stop() const noexcept {
        const std::uint64_t running = running_.load(std::memory_order_relaxed);
        return running != 0 && stopped_.load(std::memory_order_relaxed) == running;
    }

private:
    static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "or it could not be shared");

    // Numbers of calls, which begin with 1; 0: none.
    std::array<std::atomic<std::uint64_t>, places> offered_{};
    std::atomic<std::uint64_t> running_ = 0;
    std::atomic<clock::rep> started_ = 0;
    std::atomic<std::uint64_t> stopped_ = 0;
};

}  // namespace eddy
