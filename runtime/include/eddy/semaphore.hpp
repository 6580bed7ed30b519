#pragma once

#include <eddy/wait_list.hpp>

#include <cassert>
#include <cstddef>
#include <utility>

namespace eddy {

/// Lets at most a number of tasks pass at a time. First come, first served: a permit given back
/// goes straight to the task that has waited longest, and nobody can overtake it.
class semaphore {
public:
    /// A permit held; given back by its destructor.
    class [[nodiscard]] permit {
    public:
        permit() noexcept = default;
        explicit permit(semaphore& from) noexcept : from_(&from) { ++from.held_; }
        permit(permit&& other) noexcept : from_(std::exchange(other.from_, nullptr)) {}
        permit& operator=(permit&& other) noexcept {
            if (this != &other) {
                give_back();
                from_ = std::exchange(other.from_, nullptr);
            }
            return *this;
        }
        ~permit() { give_back(); }

        void give_back() noexcept {
            if (semaphore* const from = std::exchange(from_, nullptr)) {
                --from->held_;
                from->release();
            }
        }

    private:
        semaphore* from_ = nullptr;
    };

    class [[nodiscard]] awaiter final : public waiter {
    public:
        explicit awaiter(semaphore& from) noexcept : from_(from) {}

        bool await_ready() const {
            checkpoint();
            return from_.try_take();
        }
        void await_suspend(coroutine caller) noexcept {
            from_.waiters_.push_back(*this);
            park(caller);
        }
        permit await_resume() const {
            throw_if_interrupted();
            permit taken(from_);
            // Chosen, and cancelled before it ran: the permit goes on to the next.
            checkpoint();
            return taken;
        }
        std::string_view what() const noexcept override { return "semaphore"; }

    private:
        semaphore& from_;
    };

    explicit semaphore(std::size_t permits) noexcept : available_(permits) {}
    semaphore(const semaphore&) = delete;
    semaphore& operator=(const semaphore&) = delete;
    ~semaphore() {
        assert(waiters_.empty() && "tasks still wait for this semaphore");
        assert(held_ == 0 && "somebody still holds a permit of this semaphore");
    }

    /// Waits for a permit.
    awaiter acquire() noexcept { return awaiter(*this); }

    /// Takes a permit if one is free. Whoever gets true must `release`.
    bool try_take() noexcept {
        if (available_ == 0) return false;
        --available_;
        return true;
    }

    void release() noexcept {
        if (waiters_.empty()) {
            ++available_;
        } else {
            waiter::wake_first(waiters_);
        }
    }

    std::size_t available() const noexcept { return available_; }

private:
    // While anybody waits, no permit is free.
    std::size_t available_;
    std::size_t held_ = 0;  // permits that will give themselves back
    wait_list waiters_;
};

}  // namespace eddy
