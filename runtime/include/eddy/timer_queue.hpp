#pragma once

#include <eddy/backend.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace eddy {

/// Something that becomes due at a time. Lives with its owner; must not move or die while armed.
class timer {
public:
    timer() noexcept = default;
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;

    bool is_armed() const noexcept { return place_ != not_armed; }

    /// Called by the loop, once, when the time has come; the timer is no longer armed then. May
    /// only append to queues and arm or disarm timers.
    virtual void on_due() noexcept = 0;

protected:
    ~timer() = default;

private:
    friend class timer_queue;
    static constexpr std::uint32_t not_armed = std::numeric_limits<std::uint32_t>::max();

    std::uint32_t place_ = not_armed;  // in the heap
};

/// The armed timers, the next one first; equal deadlines in the order in which they were armed.
///
/// A 4-ary heap of deadlines beside their timers: comparing touches one array only, and as each
/// timer knows its place, disarming one (what happens to nearly all of them) needs no search.
class timer_queue {
public:
    bool empty() const noexcept { return heap_.empty(); }
    std::size_t size() const noexcept { return heap_.size(); }

    /// The earliest deadline, or none.
    std::optional<time_point> next() const noexcept {
        if (heap_.empty()) return std::nullopt;
        return heap_.front().deadline;
    }

    /// Lets `each`, which must not be armed, become due at `deadline`. Throws std::bad_alloc.
    void arm(timer& each, time_point deadline);
    /// Takes out a timer that is armed: it will not become due.
    void disarm(timer& each) noexcept;

    /// Takes the earliest timer that is due at `now`; null if none is.
    timer* take_due(time_point now) noexcept;

private:
    struct entry {
        time_point deadline;
        std::uint64_t order;  // of arming: breaks ties
        timer* who;

        entry(time_point due, std::uint64_t number, timer& whose) noexcept
            : deadline(due), order(number), who(&whose) {}

        bool before(const entry& other) const noexcept {
            return deadline != other.deadline ? deadline < other.deadline : order < other.order;
        }
    };

    void place(std::size_t at, const entry& each) noexcept;
    // Whether `each`, if it stood at `at`, would have to rise.
    bool comes_before_parent(std::size_t at, const entry& each) const noexcept;
    void rise(std::size_t at, const entry& each) noexcept;
    void sink(std::size_t at, const entry& each) noexcept;
    void remove(std::size_t at) noexcept;

    std::vector<entry> heap_;
    std::uint64_t armed_so_far_ = 0;
};

}  // namespace eddy
