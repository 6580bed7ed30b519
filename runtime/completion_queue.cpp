#include <eddy/completion_queue.hpp>

#include <eddy/cancelled.hpp>
#include <eddy/event_loop.hpp>
#include <eddy/waiting_worker.hpp>

namespace eddy {

class completion_queue::watcher final : public future_watcher {
public:
    void watch(completion_queue& queue, std::size_t number) noexcept {
        queue_ = &queue;
        number_ = number;
        if (!queue.futures_[number]->watch(*this)) queue.add(number);
    }

    void on_done() noexcept override { queue_->add(number_); }

private:
    completion_queue* queue_ = nullptr;
    std::size_t number_ = 0;
};

completion_queue::completion_queue(std::span<future_core* const> futures)
    : left_(futures.size()),
      futures_(futures.begin(), futures.end()),
      has_ended_(futures.size()),
      watchers_(std::make_unique<watcher[]>(futures.size())) {
    ended_.reserve(futures.size());
    for (std::size_t i = 0; i < futures.size(); ++i) watchers_[i].watch(*this, i);
}

completion_queue::~completion_queue() {
    // One that has ended may be gone already. The others cannot end unseen: `unwatch` returns when
    // their watcher has.
    std::unique_lock lock(mutex_);
    for (std::size_t i = 0; i < futures_.size(); ++i) {
        if (has_ended_[i]) continue;
        lock.unlock();
        futures_[i]->unwatch(watchers_[i]);
        lock.lock();
    }
}

// Called under the lock of a future, so it takes no other than our own. We wake under our lock, and
// who was woken takes it before going on: so this is over before the queue or the loop can be gone.
void completion_queue::add(std::size_t number) noexcept {
    const std::lock_guard lock(mutex_);
    ended_.push_back(number);
    has_ended_[number] = true;
    added_.notify_one();
    if (awaiter* const parked = std::exchange(parked_, nullptr))
        parked->loop_->post(static_cast<posted&>(*parked));
}

std::optional<std::size_t> completion_queue::try_take() noexcept {
    const std::lock_guard lock(mutex_);
    if (is_empty()) return std::nullopt;
    --left_;
    return ended_[taken_++];
}

bool completion_queue::has_next() noexcept {
    const std::lock_guard lock(mutex_);
    return !is_empty();
}

std::optional<std::size_t> completion_queue::take(std::optional<time_point> deadline) {
    if (left_ == 0) return std::nullopt;
    waiting_worker* const worker = deadline ? nullptr : waiting_worker::current();
    while (!has_next()) {
        if (worker != nullptr && worker->run_descendant()) continue;
        if (!deadline) check_blocking();
        if (!block(deadline)) return std::nullopt;
    }
    return try_take();
}

void completion_queue::check_blocking() {
    std::exception_ptr refusal;
    std::unique_lock lock(mutex_);
    std::size_t& open = all_ended_before_;
    while (open < futures_.size() && has_ended_[open]) ++open;
    for (std::size_t i = open; i < futures_.size() && is_empty(); ++i) {
        if (has_ended_[i]) continue;
        lock.unlock();
        try {
            return futures_[i]->check_blocking();
        } catch (const would_deadlock&) {
            refusal = std::current_exception();
        }
        lock.lock();
    }
    if (refusal && is_empty()) std::rethrow_exception(refusal);
}

bool completion_queue::block(std::optional<time_point> deadline) {
    const blocking_section blocking;
    std::unique_lock lock(mutex_);
    const auto has_some = [this] { return !is_empty(); };
    if (deadline) return added_.wait_until(lock, *deadline, has_some);
    added_.wait(lock, has_some);
    return true;
}

bool completion_queue::must_wait(awaiter& parked) noexcept {
    const std::lock_guard lock(mutex_);
    if (left_ == 0 || !is_empty()) return false;
    parked_ = &parked;
    return true;
}

bool completion_queue::withdraw(awaiter& parked) noexcept {
    const std::lock_guard lock(mutex_);
    if (parked_ != &parked) return false;
    parked_ = nullptr;
    return true;
}

bool completion_queue::awaiter::await_suspend(coroutine caller) noexcept {
    event_loop& loop = *event_loop::current();
    loop_ = &loop;
    if (queue_.must_wait(*this)) {
        // What is posted from now on stays in the queue until this turn is over.
        park(caller);
        return true;
    }
    if (loop.take_budget()) return false;
    wait_for_next_turn(caller);
    return true;
}

std::optional<std::size_t> completion_queue::awaiter::await_resume() {
    throw_if_interrupted();
    return queue_.try_take();
}

void completion_queue::awaiter::interrupt() noexcept {
    // Otherwise one has ended and we have been posted.
    if (queue_.withdraw(*this)) wake_interrupted();
}

}  // namespace eddy
