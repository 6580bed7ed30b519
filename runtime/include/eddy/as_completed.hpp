#pragma once

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>

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
    explicit completed_tasks(std::vector<task_handle<T>> handles) : left_(handles.size()) {
        for (task_handle<T>& each : handles) watch(std::move(each));
    }
    ~completed_tasks() {
        for (entry& each : entries_) {
            if (each.is_linked()) each.handle.control().observers.remove(each);
        }
    }

    /// The handle of the next task that ends, which then can be awaited at once; empty after the
    /// last.
    task<std::optional<task_handle<T>>> next() {
        if (left_ == 0) co_return std::nullopt;
        co_await some_ended_.wait();
        --left_;
        entry& first = *ended_.front();
        ended_.pop_front();
        if (ended_.empty()) some_ended_.clear();
        co_return std::move(first.handle);
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
        ended_.push_back(&each);
        some_ended_.set();
    }

    std::size_t left_;  // not yet given
    std::deque<entry> entries_;
    std::deque<entry*> ended_;  // not yet given, in order
    event some_ended_;          // set while there are such
};

template <class T>
completed_tasks<T> as_completed(std::vector<task_handle<T>> handles) {
    return completed_tasks<T>(std::move(handles));
}

}  // namespace eddy
