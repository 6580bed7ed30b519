#pragma once

#include <eddy/create_task.hpp>
#include <eddy/queue.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace eddy {

/// Tasks in the order in which they end: `while (auto ended = co_await tasks.next())`. Watches them
/// only: they belong to whoever has started them, a `task_group` for instance.
template <class T>
class completed_tasks {
public:
    explicit completed_tasks(std::vector<task_handle<T>> handles) : running_(handles.size()) {
        if (running_ == 0) ended_.close();
        for (task_handle<T>& each : handles) watch(std::move(each));
    }
    ~completed_tasks() {
        for (entry& each : entries_) {
            if (each.is_linked()) each.handle.control().observers.remove(each);
        }
    }

    /// The handle of the next task that ends, which then can be awaited at once; empty after the
    /// last. Several tasks may ask: each ended one is given to one of them.
    task<std::optional<task_handle<T>>> next() {
        const std::optional<entry*> first = co_await ended_.get();
        if (!first) co_return std::nullopt;
        co_return std::move((*first)->handle);
    }

private:
    class entry final : public task_observer {
    public:
        entry(completed_tasks& seen_by, task_handle<T> task) noexcept
            : handle(std::move(task)), seen_by_(seen_by) {}
        void on_done(task_control&) noexcept override { seen_by_.note(*this); }

        task_handle<T> handle;

    private:
        completed_tasks& seen_by_;
    };

    void watch(task_handle<T> handle) {
        entry& added = entries_.emplace_back(*this, std::move(handle));
        if (added.handle.done()) {
            note(added);
        } else {
            added.handle.control().observers.push_back(added);
        }
    }

    void note(entry& each) {
        ended_.try_put(&each);
        if (--running_ == 0) ended_.close();
    }

    std::size_t running_;
    std::deque<entry> entries_;
    queue<entry*> ended_;  // not yet given, in order; closed after the last
};

template <class T>
completed_tasks<T> as_completed(std::vector<task_handle<T>> handles) {
    return completed_tasks<T>(std::move(handles));
}

}  // namespace eddy
