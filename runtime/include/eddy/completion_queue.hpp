#pragma once

#include <eddy/event_loop.hpp>
#include <eddy/future_core.hpp>
#include <eddy/post_queue.hpp>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace eddy {

class event_loop;

/// Watches several futures and gives their numbers in the order in which they end. One thread or
/// one task at a time asks for the next. A future must stay until its number was given, or until
/// the queue is gone.
class completion_queue {
public:
    using time_point = future_core::time_point;

    explicit completion_queue(std::span<future_core* const> futures);
    completion_queue(const completion_queue&) = delete;
    completion_queue& operator=(const completion_queue&) = delete;
    ~completion_queue();

    /// How many have not been given yet.
    std::size_t left() const noexcept { return left_; }

    /// The next that has ended, if one has.
    std::optional<std::size_t> try_take() noexcept;

    /// Blocks the thread for it; on a worker of a pool, does some of its work meanwhile. None: the
    /// time has come, or none is left. Without a deadline throws `would_deadlock` if none can end
    /// while the thread blocks.
    std::optional<std::size_t> take(std::optional<time_point> deadline = std::nullopt);

    /// Parks a task for it. None: none is left.
    class awaiter;

private:
    class watcher;

    void add(std::size_t number) noexcept;
    bool is_empty() const noexcept { return taken_ == ended_.size(); }
    bool has_next() noexcept;
    void check_blocking();
    bool block(std::optional<time_point> deadline);
    bool must_wait(awaiter& parked) noexcept;
    bool withdraw(awaiter& parked) noexcept;

    std::size_t left_;
    std::vector<future_core*> futures_;

    std::mutex mutex_;                // of what follows
    std::vector<std::size_t> ended_;  // in order; with room for all, so that `add` cannot fail
    std::size_t taken_ = 0;           // of `ended_`, from the front
    std::vector<bool> has_ended_;
    std::size_t all_ended_before_ = 0;
    awaiter* parked_ = nullptr;
    std::condition_variable added_;

    std::unique_ptr<watcher[]> watchers_;
};

class [[nodiscard]] completion_queue::awaiter : public suspension, private posted {
public:
    explicit awaiter(completion_queue& of) noexcept : queue_(of) {}

    bool await_ready() const {
        checkpoint();
        return false;
    }
    bool await_suspend(coroutine caller) noexcept;
    std::optional<std::size_t> await_resume();

    void interrupt() noexcept override;
    std::string_view what() const noexcept override { return "futures"; }
    bool can_be_woken_from_outside() const noexcept override { return true; }

private:
    friend class completion_queue;

    void run() noexcept override { wake(); }

    completion_queue& queue_;
    event_loop* loop_ = nullptr;
};

}  // namespace eddy
