#pragma once

#include <eddy/future_core.hpp>
#include <eddy/result.hpp>
#include <eddy/unseen_error.hpp>

#include <concepts>
#include <functional>
#include <type_traits>

namespace eddy {

/// What calling `Function` with `Arguments`, all of them stored by value, gives as a value.
template <class Function, class... Arguments>
using call_result =
    std::remove_cvref_t<std::invoke_result_t<std::decay_t<Function>, std::decay_t<Arguments>...>>;

/// What can be called once, on another thread, with arguments that were stored by value.
template <class Function, class... Arguments>
concept submittable = std::invocable<std::decay_t<Function>, std::decay_t<Arguments>...>;

/// The part of a future that lies on the heap: how far the work is, and its result. A pool derives
/// from it what it needs to do the work, so that a submitted call is one allocation.
template <class T>
class future_state : public future_core {
public:
    /// Where the one who has claimed the work puts the result, before `finish`.
    result<T> outcome;
    /// Whether the consumer has asked for it.
    bool is_seen = false;
    /// Whether the consumer has left the work behind and does not care how it ends. Apart from
    /// `is_seen`, which the producer may set at the same time, when it drops the work.
    bool is_abandoned = false;

    /// Calls `f` and stores what it returns or throws.
    template <class Function>
    void store_outcome_of(Function&& f) noexcept {
        try {
            if constexpr (std::is_void_v<T>) {
                std::invoke(std::forward<Function>(f));
                outcome.set_value();
            } else {
                outcome.set_value(std::invoke(std::forward<Function>(f)));
            }
        } catch (...) {
            outcome.set_error(std::current_exception());
        }
    }

protected:
    ~future_state() override {
        if (outcome.error() && !is_seen && !is_abandoned) report_unseen_error(outcome.error());
    }
};

}  // namespace eddy
