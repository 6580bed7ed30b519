#pragma once

#include <eddy/executor.hpp>
#include <eddy/fork_count.hpp>
#include <eddy/post_queue.hpp>
#include <eddy/process_job.hpp>

#include "worker_fleet.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace eddy {

/// The door of a process pool: any thread may leave something here, and the task that serves the
/// pool on its loop takes it to the workers.
class process_scheduler : public std::enable_shared_from_this<process_scheduler>, private posted {
public:
    explicit process_scheduler(const process_pool_options& options) : options_(options) {}

    // Any thread -------------------------------------------------------------------------------

    /// Takes the call over. Throws `pool_closed` or what broke the pool; then the call is
    /// cancelled.
    void submit(process_job& job);

    void ask_to_stop(std::uint64_t id, cancel_mode mode) noexcept;

    /// Done when the last worker has gone.
    future<void> shut_down(shutdown_mode mode);

    /// Ends everything: at once on the loop's thread, otherwise soon.
    void close();

    /// Whether this is the thread that has to do the pool's work.
    bool is_needed_here();

    /// Whether the pool is that of another process. Then nothing may be waited for nor destroyed.
    bool is_in_forked_child() const noexcept { return fork_count() != forks_; }

    /// There: it is not destroyed with its pool either, nor ever.
    void stay_for_ever() noexcept { while_posted_ = shared_from_this(); }

    unsigned concurrency() const noexcept { return options_.workers(); }

    // The loop's thread ------------------------------------------------------------------------

    /// Must be called before anything is submitted.
    void open(event_loop& loop);

    /// Serves the pool until it is shut down or the loop ends.
    static task<> serve(std::shared_ptr<process_scheduler> self);

private:
    struct stop_request {
        std::uint64_t id;
        cancel_mode mode;
    };
    class closing;

    void notify();  // with the lock held
    void run() noexcept override;
    void take_messages();
    void close_here() noexcept;

    const process_pool_options options_;
    const unsigned forks_ = fork_count();
    std::shared_ptr<worker_fleet> fleet_;  // the loop's

    std::mutex mutex_;            // of what follows
    event_loop* loop_ = nullptr;  // null once the pool is closed: nobody takes messages any more
    bool accepts_ = true;
    bool cancels_pending_ = false;
    bool is_to_close_ = false;
    std::uint64_t last_id_ = 0;
    intrusive_list<process_job> submitted_;
    std::vector<stop_request> stops_;
    std::vector<closing*> closings_;
    std::exception_ptr broken_;

    // Whether this stands in the loop's post queue; then it must not die.
    bool is_posted_ = false;
    std::shared_ptr<process_scheduler> while_posted_;
};

}  // namespace eddy
