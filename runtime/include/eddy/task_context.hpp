#pragma once

#include <eddy/counted_ptr.hpp>

#include <cstdint>

namespace eddy {

/// One binding of a `task_local`. Bindings form a chain from the newest to the oldest; tasks that
/// started under a binding share the rest of the chain with those who made it.
class task_context {
public:
    task_context(const task_context&) = delete;
    task_context& operator=(const task_context&) = delete;
    virtual ~task_context() = default;

    void acquire() noexcept { ++references_; }
    void release() noexcept {
        if (--references_ == 0) destroy();
    }

    /// The innermost binding made with `key`, or null.
    static const task_context* find(const task_context* from, const void* key) noexcept {
        while (from != nullptr && from->key_ != key) from = from->outer_.get();
        return from;
    }

protected:
    task_context(const void* key, counted_ptr<task_context> outer) noexcept
        : key_(key), outer_(std::move(outer)) {}

private:
    // Out of line, so that the end of a task, which most often has no context, stays short.
    void destroy() noexcept;

    const void* key_;
    counted_ptr<task_context> outer_;
    std::uint32_t references_ = 1;
};

}  // namespace eddy
