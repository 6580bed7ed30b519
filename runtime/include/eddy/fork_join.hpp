#pragma once

#include <eddy/thread_pool.hpp>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <utility>
#include <variant>

namespace eddy {

class pool_worker;

/// A job that its maker leaves for other workers to take, does something else, and then takes back
/// or waits for. It lives on the maker's stack: no allocation, no future.
class forked_job : public pool_job {
public:
    explicit forked_job(thread_pool& pool) noexcept;

    /// Leaves the job in the queue. False: the calling thread is no worker of the pool.
    bool offer();

    /// True: nobody has run the job, so the caller has to. False: it is done.
    bool take_back() noexcept;

protected:
    ~forked_job() = default;

    virtual void call() noexcept = 0;

private:
    enum class stage : std::uint8_t { open, waited_for, done, given_back };

    void run() noexcept override;
    // A part of a job that is running cannot be cancelled: its maker has to run it.
    void discard() noexcept override { end(stage::given_back); }
    void end(stage how) noexcept;

    work_scheduler& scheduler_;
    pool_worker* maker_ = nullptr;
    // Its maker sets `waited_for` before it sleeps, whoever has taken the job sets how that ended.
    std::atomic<stage> stage_ = stage::open;
};

template <class Function>
using forked_value = std::conditional_t<std::is_void_v<call_result<Function>>, std::monostate,
                                        call_result<Function>>;

template <class Function>
class forked_call final : public forked_job {
public:
    forked_call(thread_pool& pool, Function& f) noexcept : forked_job(pool), f_(f) {}

    void call() noexcept override { call(f_, outcome); }

    static void call(Function& f, result<forked_value<Function>>& outcome) noexcept {
        try {
            if constexpr (std::is_void_v<call_result<Function>>) {
                f();
                outcome.set_value();
            } else {
                outcome.set_value(f());
            }
        } catch (...) {
            outcome.set_error(std::current_exception());
        }
    }

    result<forked_value<Function>> outcome;

private:
    Function& f_;
};

/// Calls `left` here and `right` on another worker, if one is free, else here afterwards; returns
/// both results. Made for recursion. If `left` throws, `right` may not have been called; both have
/// ended when this returns. Outside of the pool, all of it becomes a job that is waited for.
template <std::invocable Left, std::invocable Right>
std::pair<forked_value<Left>, forked_value<Right>> fork_join(thread_pool& pool, Left left,
                                                             Right right) {
    forked_call<Right> fork(pool, right);
    if (!fork.offer()) {
        const auto both = [&pool, &left, &right] {
            return fork_join(pool, std::ref(left), std::ref(right));
        };
        return pool.submit(both).result();
    }
    result<forked_value<Left>> left_outcome;
    forked_call<Left>::call(left, left_outcome);
    if (fork.take_back() && left_outcome) fork.call();
    return {std::move(left_outcome).value(), std::move(fork.outcome).value()};
}

}  // namespace eddy
