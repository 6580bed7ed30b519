#pragma once

#include <eddy/frame_allocator.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

namespace eddy {

/// How hard to cancel work that is running. `stop` asks it to; `kill` ends the process it runs in.
/// A thread cannot be ended from outside, so work that runs on a thread is not affected by either.
enum class cancel_mode : std::uint8_t { stop, kill };

/// Is told once when a future is done, unless it is withdrawn before. Lives with whoever waits.
class future_watcher {
public:
    /// On the thread that finishes the future, under its lock: must not block, throw, or touch it.
    virtual void on_done() noexcept = 0;

protected:
    future_watcher() noexcept = default;
    future_watcher(const future_watcher&) = delete;
    future_watcher& operator=(const future_watcher&) = delete;
    ~future_watcher() = default;

private:
    friend class future_core;
    future_watcher* next_ = nullptr;
};

/// What a future and the one who will finish it share, apart from the result. Any thread may call
/// anything. It has two ends, the consumer's and the producer's, each dropped once; the second drop
/// destroys it. Whoever calls a function keeps one of the ends meanwhile.
class future_core {
public:
    using time_point = std::chrono::steady_clock::time_point;

    future_core() noexcept = default;
    future_core(const future_core&) = delete;
    future_core& operator=(const future_core&) = delete;

    static void* operator new(std::size_t size) { return frame_allocator::allocate(size); }
    static void operator delete(void* memory, std::size_t size) noexcept {
        frame_allocator::deallocate(memory, size);
    }
    // What was captured may ask for more.
    static void* operator new(std::size_t size, std::align_val_t alignment) {
        return ::operator new(size, alignment);
    }
    static void operator delete(void* memory, std::size_t size,
                                std::align_val_t alignment) noexcept {
        ::operator delete(memory, size, alignment);
    }

    // For the consumer -------------------------------------------------------------------------

    /// Whether it ended: with a value, with an exception, or cancelled.
    bool is_done() const noexcept { return (status_.load(std::memory_order_acquire) & done) != 0; }
    bool is_running() const noexcept {
        return (status_.load(std::memory_order_acquire) & (started | done)) == started;
    }
    bool is_cancelled() const noexcept {
        return (status_.load(std::memory_order_acquire) & cancelled) != 0;
    }

    /// Cancels what has not started, or asks what is running to end early. True: it is cancelled or
    /// will be. Calls back nobody: `run_callbacks` has to follow where user code may run.
    bool cancel(cancel_mode mode) noexcept;

    /// Blocks until it is done. On a worker of the pool that has to do the work, does it.
    void wait();
    /// Blocks until it is done or the time has come. Returns whether it is done. A time that has
    /// passed is no reason to block, nor to throw what `check_blocking` throws.
    bool wait_until(time_point deadline);

    /// False: it is done, and the watcher will not be called.
    bool watch(future_watcher& watcher) noexcept;
    /// True: the watcher will not be called. False: it has been, and its `on_done` has returned.
    bool unwatch(future_watcher& watcher) noexcept;
    /// Returns when no watcher is being called any more. For one that was called and may not go on
    /// before the calling thread has let go of what the call used.
    void let_watchers_return() noexcept;

    /// Calls back once it is done, on the thread that finishes it; at once if it is done.
    template <class Callback>
    void on_done(Callback callback);
    /// Calls back those for whom `cancel` has done it. They may drop both ends.
    void run_callbacks() noexcept;

    /// Throws `would_deadlock` if the work needs the calling thread, which so must not block until
    /// it is done.
    virtual void check_blocking() const {}

    void drop_consumer() noexcept { drop(consumer_gone, producer_gone); }

    // For the producer -------------------------------------------------------------------------

    /// Claims the work: true for one caller only, and for none if it was cancelled before.
    bool start() noexcept;

    /// It has ended: the result is in place, or (`ended_cancelled`) there will be none. Wakes and
    /// calls back everybody. The work must have been claimed.
    void finish(bool ended_cancelled = false) noexcept;
    /// The same, and drops the producer's end.
    void finish_and_drop(bool ended_cancelled = false) noexcept;

    void drop_producer() noexcept { drop(producer_gone, consumer_gone); }

protected:
    virtual ~future_core() = default;

    /// A thread is about to block until this is done, and the producer may do the work here and
    /// now.
    virtual void before_blocking() {}

    /// `cancel` was called on running work, on any thread: asks it to end early, without waiting
    /// for that. Returns whether it can be asked.
    virtual bool stop_running(cancel_mode) noexcept { return false; }

private:
    // One word, so that finishing and letting go are one step where nobody waits.
    using word = std::uint32_t;
    static constexpr word started = 1;    // claimed; never together with a later `cancel`
    static constexpr word finished = 2;   // the result is in place
    static constexpr word cancelled = 4;  // there is no result
    static constexpr word done = finished | cancelled;
    static constexpr word watched = 8;  // stands in `watchers_` or `callbacks_`, or stood there
    static constexpr word consumer_gone = 16;
    static constexpr word producer_gone = 32;

    struct callback {
        callback() noexcept = default;
        callback(const callback&) = delete;
        callback& operator=(const callback&) = delete;
        virtual ~callback() = default;
        virtual void call() noexcept = 0;
        std::unique_ptr<callback> next;
    };

    void add_callback(std::unique_ptr<callback> added) noexcept;
    bool mark_watched() noexcept;
    void wake_watchers() noexcept;
    bool block(std::optional<time_point> deadline);

    // Acquire and release: what either end has done happens before the destruction.
    void drop(word mine, word other) noexcept {
        // Once the other end is gone nobody else can see the word: no need to change it.
        const bool last = (status_.load(std::memory_order_acquire) & other) != 0 ||
                          (status_.fetch_or(mine, std::memory_order_acq_rel) & other) != 0;
        if (last) delete this;
    }

    std::atomic<word> status_ = 0;
    std::mutex mutex_;                     // of the two lists
    future_watcher* watchers_ = nullptr;   // the oldest first
    std::unique_ptr<callback> callbacks_;  // the oldest first
};

/// The point in time that lies `timeout` ahead, or the last one there is.
inline future_core::time_point deadline_after(std::chrono::nanoseconds timeout) noexcept {
    const auto now = std::chrono::steady_clock::now();
    return timeout < future_core::time_point::max() - now ? now + timeout
                                                          : future_core::time_point::max();
}

template <class Callback>
void future_core::on_done(Callback f) {
    struct held_callback final : callback {
        explicit held_callback(Callback held) : f(std::move(held)) {}
        void call() noexcept override { f(); }
        Callback f;
    };
    add_callback(std::make_unique<held_callback>(std::move(f)));
}

}  // namespace eddy
