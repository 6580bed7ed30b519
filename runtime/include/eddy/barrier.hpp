#pragma once

#include <eddy/wait_list.hpp>

#include <cassert>
#include <cstddef>

namespace eddy {

/// Lets tasks wait for each other: the last of a fixed number to arrive lets all go on. Can be used
/// again at once for the next round.
class barrier {
public:
    class [[nodiscard]] awaiter final : public waiter {
    public:
        explicit awaiter(barrier& at) noexcept : at_(at) {}

        bool await_ready() {
            checkpoint();
            if (++at_.arrived_ < at_.parties_) return false;
            place_ = at_.parties_ - 1;
            at_.open();
            return true;
        }
        void await_suspend(coroutine caller) noexcept {
            at_.waiters_.push_back(*this);
            park(caller);
        }
        /// The order of arrival in this round, from 0, among those who have not been cancelled:
        /// one task can be told from the others.
        std::size_t await_resume() const {
            throw_if_interrupted();
            return place_;
        }
        // Who is cancelled while waiting has not arrived.
        void interrupt() noexcept override {
            if (list_node<waiter>::is_linked()) --at_.arrived_;
            waiter::interrupt();
        }
        std::string_view what() const noexcept override { return "barrier"; }

    private:
        friend class barrier;

        barrier& at_;
        std::size_t place_ = 0;
    };

    explicit barrier(std::size_t parties) noexcept : parties_(parties) { assert(parties > 0); }
    barrier(const barrier&) = delete;
    barrier& operator=(const barrier&) = delete;
    ~barrier() { assert(waiters_.empty() && "tasks still wait at this barrier"); }

    /// Arrives, and waits until all parties have.
    awaiter wait() noexcept { return awaiter(*this); }

    std::size_t parties() const noexcept { return parties_; }
    std::size_t waiting() const noexcept { return arrived_; }

private:
    // Numbers those who wait only now: until here each of them may have been cancelled.
    void open() noexcept {
        arrived_ = 0;
        for (std::size_t place = 0; !waiters_.empty(); ++place) {
            static_cast<awaiter&>(waiters_.front()).place_ = place;
            waiter::wake_first(waiters_);
        }
    }

    // Those who have arrived in this round, all of them waiting: fewer than `parties_`.
    std::size_t arrived_ = 0;
    const std::size_t parties_;
    wait_list waiters_;
};

}  // namespace eddy
