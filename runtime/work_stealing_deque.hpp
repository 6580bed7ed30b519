#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace eddy {

/// A queue of pointers that one thread, its owner, uses as a stack, while any other may steal the
/// oldest. Chase and Lev, "Dynamic circular work-stealing deque", SPAA 2005.
///
/// The items are `slots[top_ .. bottom_)`. Only the owner writes `bottom_`; `top_` only grows, by
/// whoever takes the oldest. The two sides meet on the last item: the owner writes `bottom_` and
/// then reads `top_`, a thief reads `top_` and then `bottom_`. All four are sequentially
/// consistent, so one of them sees the other and both turn to the exchange of `top_`, which one of
/// them wins. (Lê et al., PPoPP 2013, use fences for the same; ThreadSanitizer knows no fences, and
/// on x86 a sequentially consistent store is the fence.)
template <class T>
class work_stealing_deque {
public:
    explicit work_stealing_deque(std::size_t capacity = 256) { use_ring_of(capacity); }

    /// Owner. Adds the newest item. Throws std::bad_alloc if it has to grow and cannot; whoever
    /// goes to sleep after the push and looks at the deque once more, sees the item.
    void push(T* item) {
        const index bottom = bottom_.load(std::memory_order_relaxed);
        // Acquire, with the release of a thief's exchange: it has read the slot that we reuse.
        const index top = top_.load(std::memory_order_acquire);
        if (bottom - top == capacity()) grow(top, bottom);
        slot(*owners_ring_, bottom).store(item, std::memory_order_relaxed);
        // At least release: a thief that sees the new bottom sees the item and what it points to.
        bottom_.store(bottom + 1, std::memory_order_seq_cst);
    }

    /// Owner. Takes the newest item; null if there is none.
    T* pop() noexcept {
        const index last = bottom_.load(std::memory_order_relaxed) - 1;
        // Only thieves can have changed `top_`, and only upwards: empty stays empty.
        if (top_.load(std::memory_order_relaxed) > last) return nullptr;
        bottom_.store(last, std::memory_order_seq_cst);
        index top = top_.load(std::memory_order_seq_cst);
        if (top < last) return slot(*owners_ring_, last).load(std::memory_order_relaxed);
        const bool won = top == last && take_top(top);
        T* const item = won ? slot(*owners_ring_, last).load(std::memory_order_relaxed) : nullptr;
        bottom_.store(last + 1, std::memory_order_release);
        return item;
    }

    /// Owner. Takes the newest item if it is this one.
    bool pop_if(const T* item) noexcept {
        const index last = bottom_.load(std::memory_order_relaxed) - 1;
        return slot(*owners_ring_, last).load(std::memory_order_relaxed) == item && pop() == item;
    }

    /// Any thread. Takes the oldest item; null if there is none.
    T* steal() noexcept {
        while (true) {
            index top = top_.load(std::memory_order_seq_cst);
            if (top >= bottom_.load(std::memory_order_seq_cst)) return nullptr;
            // Read before the exchange: afterwards the owner may write to the slot. If we lose, we
            // may have read something else, and forget it.
            const ring& current = *ring_.load(std::memory_order_acquire);
            T* const item = slot(current, top).load(std::memory_order_relaxed);
            if (take_top(top)) return item;
        }
    }

    /// Any thread.
    bool is_empty() const noexcept {
        return top_.load(std::memory_order_seq_cst) >= bottom_.load(std::memory_order_seq_cst);
    }

    /// Owner. Where the next item goes: what is pushed from now on is at or above it.
    std::int64_t height() const noexcept { return bottom_.load(std::memory_order_relaxed); }

private:
    using index = std::int64_t;  // signed: an empty deque's `bottom_` may stand below `top_`

    struct ring {
        explicit ring(std::size_t size) : mask(size - 1), slots(new std::atomic<T*>[size]()) {}
        std::size_t mask;  // the size is a power of two
        std::unique_ptr<std::atomic<T*>[]> slots;
    };

    static std::atomic<T*>& slot(const ring& in, index at) noexcept {
        return in.slots[static_cast<std::size_t>(at) & in.mask];
    }

    index capacity() const noexcept { return static_cast<index>(owners_ring_->mask) + 1; }

    // The one point where it is decided who takes the oldest item.
    bool take_top(index top) noexcept {
        return top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst,
                                            std::memory_order_relaxed);
    }

    void grow(index top, index bottom) {
        const ring& old = *owners_ring_;
        use_ring_of(2 * (old.mask + 1));
        for (index i = top; i < bottom; ++i)
            slot(*owners_ring_, i)
                .store(slot(old, i).load(std::memory_order_relaxed), std::memory_order_relaxed);
        ring_.store(owners_ring_, std::memory_order_release);
    }

    void use_ring_of(std::size_t size) {
        rings_.push_back(std::make_unique<ring>(size));
        owners_ring_ = rings_.back().get();
        if (rings_.size() == 1) ring_.store(owners_ring_, std::memory_order_relaxed);
    }

    // Each on a cache line of its own: the owner writes one all the time, thieves the other.
    alignas(64) std::atomic<index> top_ = 0;
    alignas(64) std::atomic<index> bottom_ = 0;

    // The owner's.
    ring* owners_ring_ = nullptr;
    // Old rings stay, as a thief may still read one: all together no larger than the last.
    std::vector<std::unique_ptr<ring>> rings_;

    std::atomic<ring*> ring_ = nullptr;  // the thieves' way to the last one
};

}  // namespace eddy
