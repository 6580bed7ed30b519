#pragma once

#include <eddy/cancelled.hpp>
#include <eddy/cpu_count.hpp>
#include <eddy/create_task.hpp>
#include <eddy/future.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace eddy {

/// A task on the loop of another thread, and the future of those who wait for it.
template <class T>
class remote_task final : public future_state<T>, private posted, private task_observer {
public:
    remote_task(event_loop& loop, task<T> work) noexcept
        : loop_(loop), work_(std::move(work)), cancellation_(*this) {}

    void send() noexcept { loop_.post(static_cast<posted&>(*this)); }

    void check_blocking() const override {
        if (event_loop::current() == &loop_)
            throw would_deadlock("a task cannot be waited for by blocking the thread of its loop: "
                                 "co_await it");
    }

private:
    // Cancels the task, on its loop's thread.
    class cancellation final : public posted {
    public:
        explicit cancellation(remote_task& of) noexcept : of_(of) {}
        void run() noexcept override {
            if (of_.task_) of_.task_->cancel();
            of_.let_go();
        }

    private:
        remote_task& of_;
    };

    void run() noexcept override {
        if (!this->start()) return let_go();  // it was cancelled on the way
        task_ = loop_.start(std::move(work_));
        task_->observers.push_back(*this);
    }

    void on_done(task_control& ended) noexcept override {
        ended.error_unseen = false;
        const bool was_cancelled = ended.ended_cancelled();
        if (!was_cancelled)
            this->store_outcome_of([this] { return std::move(task_->outcome).value(); });
        task_ = {};
        this->finish(was_cancelled);
        let_go();
    }

    bool stop_running(cancel_mode) noexcept override {
        // The task may be ending at this moment: only who still finds it in use may go on using it.
        std::size_t users = users_.load(std::memory_order_relaxed);
        while (users > 0 && !is_asked_to_stop_.load(std::memory_order_relaxed)) {
            if (!users_.compare_exchange_weak(users, users + 1, std::memory_order_acq_rel))
                continue;
            if (is_asked_to_stop_.exchange(true)) {
                let_go();
            } else {
                loop_.post(static_cast<posted&>(cancellation_));
            }
        }
        return true;
    }

    // The last of the task and a cancellation under way drops the producer's end.
    void let_go() noexcept {
        if (users_.fetch_sub(1, std::memory_order_acq_rel) == 1) this->drop_producer();
    }

    event_loop& loop_;
    task<T> work_;
    counted_ptr<task_with_result<T>> task_;  // the loop's thread only
    cancellation cancellation_;
    std::atomic<bool> is_asked_to_stop_ = false;
    std::atomic<std::size_t> users_ = 1;
};

/// Several threads with an event loop each, for one loop per core. A task stays on the loop it was
/// started on, and shares nothing with those of other loops but what is made for several threads.
class loop_pool {
public:
    /// Starts the threads. Throws std::system_error if a loop or a thread cannot be made.
    explicit loop_pool(unsigned threads = usable_cpu_count());
    loop_pool(const loop_pool&) = delete;
    loop_pool& operator=(const loop_pool&) = delete;
    /// Cancels the tasks that are left, and those that they still start on any of the loops, and
    /// waits until they have ended. No other thread may use the pool or cancel its futures then.
    ~loop_pool();

    std::size_t size() const noexcept { return members_.size(); }
    event_loop& loop(std::size_t number) const noexcept;

    /// Runs `work` on one of the loops. The future may be awaited on any loop, or block a thread;
    /// cancelling it cancels the task. From any thread.
    template <class T>
    future<T> run_on(std::size_t number, task<T> work) const {
        work.assert_has_work();
        assert_can_outlive_its_maker(work);
        auto* const remote = new remote_task<T>(loop(number), std::move(work));
        future<T> result(*remote);
        remote->send();
        return result;
    }
    template <class F, class... Arguments>
        requires task_function<std::decay_t<F>&, std::decay_t<Arguments>&&...>
    auto run_on(std::size_t number, F&& f, Arguments&&... arguments) const {
        return run_on(number, to_task(std::forward<F>(f), std::forward<Arguments>(arguments)...));
    }

private:
    class member;
    std::vector<std::unique_ptr<member>> members_;
};

}  // namespace eddy
