#include <eddy/future_core.hpp>

#include <eddy/waiting_worker.hpp>

#include <cassert>
#include <condition_variable>

namespace eddy {
namespace {

// Woken under the lock of the future, which its thread takes again before it goes on: so it cannot
// be gone while it is being woken.
class blocked_thread final : public future_watcher {
public:
    void on_done() noexcept override {
        woken_ = true;
        wake_up_.notify_one();
    }

    // Returns whether it was woken before the time had come.
    bool sleep(std::unique_lock<std::mutex>& lock,
               std::optional<future_core::time_point> deadline) {
        const auto woken = [this] { return woken_; };
        if (deadline) return wake_up_.wait_until(lock, *deadline, woken);
        wake_up_.wait(lock, woken);
        return true;
    }

private:
    std::condition_variable wake_up_;
    bool woken_ = false;
};

}  // namespace

bool future_core::start() noexcept {
    word seen = status_.load(std::memory_order_relaxed);
    while ((seen & (started | done)) == 0) {
        if (status_.compare_exchange_weak(seen, seen | started, std::memory_order_acq_rel,
                                          std::memory_order_relaxed))
            return true;
    }
    return false;
}

bool future_core::cancel(cancel_mode mode) noexcept {
    word seen = status_.load(std::memory_order_acquire);
    while ((seen & (started | done)) == 0) {
        if (!status_.compare_exchange_weak(seen, seen | cancelled, std::memory_order_acq_rel,
                                           std::memory_order_acquire))
            continue;
        if ((seen & watched) != 0) wake_watchers();
        return true;
    }
    if ((seen & done) != 0) return (seen & cancelled) != 0;
    return stop_running(mode);
}

void future_core::finish(bool ended_cancelled) noexcept {
    assert(is_running() && "finished twice, or never started");
    // Release: whoever sees that it is done sees the result. Acquire: we see who watches.
    const word end = ended_cancelled ? cancelled : finished;
    if ((status_.fetch_or(end, std::memory_order_acq_rel) & watched) == 0) return;
    wake_watchers();
    run_callbacks();
}

void future_core::finish_and_drop(bool ended_cancelled) noexcept {
    const word end = ended_cancelled ? cancelled : finished;
    word seen = status_.load(std::memory_order_relaxed);
    while ((seen & watched) == 0) {
        assert((seen & (started | done)) == started && "finished twice, or never started");
        if (!status_.compare_exchange_weak(seen, seen | end | producer_gone,
                                           std::memory_order_acq_rel, std::memory_order_relaxed))
            continue;
        if ((seen & consumer_gone) != 0) delete this;
        return;
    }
    finish(ended_cancelled);
    drop_producer();
}

// Under the lock: the mark and the place in the list are seen together by `wake_watchers`.
bool future_core::mark_watched() noexcept {
    word seen = status_.load(std::memory_order_acquire);
    while ((seen & done) == 0) {
        if ((seen & watched) != 0 ||
            status_.compare_exchange_weak(seen, seen | watched, std::memory_order_acq_rel,
                                          std::memory_order_acquire))
            return true;
    }
    return false;
}

bool future_core::watch(future_watcher& watcher) noexcept {
    const std::lock_guard lock(mutex_);
    if (!mark_watched()) return false;
    future_watcher** end = &watchers_;
    while (*end != nullptr) end = &(*end)->next_;
    *end = &watcher;
    return true;
}

bool future_core::unwatch(future_watcher& watcher) noexcept {
    const std::lock_guard lock(mutex_);
    future_watcher** place = &watchers_;
    while (*place != nullptr && *place != &watcher) place = &(*place)->next_;
    if (*place == nullptr) return false;
    *place = std::exchange(watcher.next_, nullptr);
    return true;
}

void future_core::wake_watchers() noexcept {
    const std::lock_guard lock(mutex_);
    while (watchers_ != nullptr) {
        future_watcher& first = *watchers_;
        watchers_ = std::exchange(first.next_, nullptr);
        first.on_done();
    }
}

void future_core::let_watchers_return() noexcept {
    const std::lock_guard lock(mutex_);
}

void future_core::add_callback(std::unique_ptr<callback> added) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (mark_watched()) {
            std::unique_ptr<callback>* end = &callbacks_;
            while (*end) end = &(*end)->next;
            *end = std::move(added);
            return;
        }
    }
    added->call();
}

void future_core::run_callbacks() noexcept {
    if (!is_done() || (status_.load(std::memory_order_relaxed) & watched) == 0) return;
    std::unique_ptr<callback> first;
    {
        const std::lock_guard lock(mutex_);
        first = std::move(callbacks_);
    }
    // None is added any more. Those there are may drop both ends, so `this` may be gone from now
    // on; and they are destroyed here, where no lock is held.
    while (first) {
        first->call();
        first = std::move(first->next);
    }
}

void future_core::wait() {
    if (is_done()) return;
    check_blocking();
    before_blocking();
    if (waiting_worker* const worker = waiting_worker::current())
        while (!is_done() && worker->run_descendant()) continue;
    if (!is_done()) block(std::nullopt);
}

bool future_core::wait_until(time_point deadline) {
    if (is_done()) return true;
    if (deadline > std::chrono::steady_clock::now()) check_blocking();
    return block(deadline);
}

bool future_core::block(std::optional<time_point> deadline) {
    blocked_thread self;
    if (!watch(self)) return true;
    const blocking_section blocking;
    std::unique_lock lock(mutex_);
    if (self.sleep(lock, deadline)) return true;
    lock.unlock();
    return !unwatch(self);
}

}  // namespace eddy
