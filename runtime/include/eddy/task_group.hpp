#pragma once

#include <eddy/cancelled.hpp>
#include <eddy/child_tasks.hpp>
#include <eddy/create_task.hpp>
#include <eddy/exception_group.hpp>

namespace eddy {

/// Tasks that never outlive a stretch of code: see `with_task_group`. May be passed on by reference
/// to start more tasks from inside the group.
class task_group {
public:
    task_group() noexcept = default;
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;

    /// Starts a task in the group. A lambda with captures is handed over as it is, not called.
    template <class T>
    task_handle<T> create_task(task<T> work, std::string_view name = {}) {
        assert_can_outlive_its_maker(work);
        auto started = children_.start(std::move(work));
        if (!name.empty()) started->set_name(name);
        return task_handle<T>(std::move(started));
    }
    template <class F, class... Arguments>
        requires task_function<std::decay_t<F>&, std::decay_t<Arguments>&&...>
    auto create_task(F&& f, Arguments&&... arguments) {
        return create_task(to_task(std::forward<F>(f), std::forward<Arguments>(arguments)...));
    }

    /// Ends the group early and quietly: all that runs in it is cancelled, and `with_task_group`
    /// returns when it has ended.
    void cancel() noexcept { children_.cancel(); }

    /// How many of its tasks have not ended.
    std::size_t running() const noexcept { return children_.running(); }

    // `with_task_group` is the way in.
    template <class F>
    static task<> run(F body) {
        task_group group;
        child_tasks& children = group.children_;
        bool unfinished = false;
        try {
            co_await body(group);
        } catch (const cancelled&) {
            unfinished = true;
        } catch (...) {
            children.add_error(std::current_exception());
            children.cancel();
        }
        while (children.running() > 0) co_await children.all_done();
        if (!children.errors().empty()) throw_all(std::move(children.errors()));
        // A task cancelled by its handle concerns nobody else; one cancelled with the group does.
        if (children.any_cancelled() && children.is_effective()) unfinished = true;
        if (unfinished && !children.absorbs_cancellation()) throw_cancelled();
    }

private:
    child_tasks children_;
};

template <class F, class... Arguments>
struct group_body {
    task<> operator()(task_group& group) {
        return std::apply(std::bind_front(std::ref(f), std::ref(group)), arguments);
    }

    F f;
    std::tuple<Arguments...> arguments;
};

/// Runs `body(group, arguments...)` and waits for it and for all tasks that were started in the
/// group. The first failure, of the body or of a task, cancels the rest; then it is rethrown, or
/// all failures as an `exception_group` if there were several. Body and arguments are kept.
template <class F, class... Arguments>
    requires task_function<F&, task_group&, Arguments&...>
task<> with_task_group(F body, Arguments... arguments) {
    return task_group::run(group_body<F, Arguments...>{std::move(body), {std::move(arguments)...}});
}

}  // namespace eddy
