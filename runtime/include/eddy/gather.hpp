#pragma once

#include <eddy/cancelled.hpp>
#include <eddy/child_tasks.hpp>
#include <eddy/create_task.hpp>

#include <ranges>
#include <tuple>
#include <variant>
#include <vector>

namespace eddy {

/// What stands for the result of a `task<void>` where a value is needed.
template <class T>
using value_or_monostate = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// What a task, or a callable that makes one, results in.
template <class Work>
using result_of = typename decltype(to_task(std::declval<Work>()))::value_type;

template <class Work>
concept gatherable = requires(Work work) { to_task(std::move(work)); };

template <class T>
value_or_monostate<T> take_value(task_with_result<T>& done) {
    if constexpr (std::is_void_v<T>) {
        take_result(done);
        return {};
    } else {
        return take_result(done);
    }
}

template <class T>
result<T> take_outcome(task_with_result<T>& done) {
    if (done.error() && done.ended_cancelled()) {
        return result<T>::failed(std::make_exception_ptr(task_cancelled(done.name())));
    }
    return std::move(done.outcome);
}

template <class... T>
task<std::tuple<value_or_monostate<T>...>> gather_tasks(task<T>... works) {
    child_tasks children;
    // Braces: started in the order in which they are written.
    const std::tuple<counted_ptr<task_with_result<T>>...> started{
        children.start(std::move(works))...};
    co_await children.all_done();
    children.throw_failure();
    co_return std::apply(
        [](auto&... each) { return std::tuple<value_or_monostate<T>...>{take_value(*each)...}; },
        started);
}

template <class... T>
task<std::tuple<result<T>...>> gather_tasks_settled(task<T>... works) {
    child_tasks children(child_tasks::cancel_rest::never);
    const std::tuple<counted_ptr<task_with_result<T>>...> started{
        children.start(std::move(works))...};
    co_await children.all_done();
    if (children.any_cancelled()) checkpoint();
    co_return std::apply(
        [](auto&... each) { return std::tuple<result<T>...>{take_outcome(*each)...}; }, started);
}

template <class T>
using started_tasks = std::vector<counted_ptr<task_with_result<T>>>;

template <class T>
started_tasks<T> start_all(child_tasks& children, std::vector<task<T>>& works) {
    started_tasks<T> started;
    started.reserve(works.size());
    for (task<T>& work : works) started.push_back(children.start(std::move(work)));
    return started;
}

template <class T>
task<std::vector<T>> gather_vector(std::vector<task<T>> works) {
    child_tasks children;
    const started_tasks<T> started = start_all(children, works);
    co_await children.all_done();
    children.throw_failure();
    std::vector<T> results;
    results.reserve(started.size());
    for (const auto& each : started) results.push_back(take_result(*each));
    co_return results;
}

task<void> gather_vector(std::vector<task<void>> works);

template <class T>
task<std::vector<result<T>>> gather_vector_settled(std::vector<task<T>> works) {
    child_tasks children(child_tasks::cancel_rest::never);
    const started_tasks<T> started = start_all(children, works);
    co_await children.all_done();
    if (children.any_cancelled()) checkpoint();
    std::vector<result<T>> results;
    results.reserve(started.size());
    for (const auto& each : started) results.push_back(take_outcome(*each));
    co_return results;
}

/// Runs several tasks, or callables that make them, beside each other and waits for all. Gives all
/// results as a tuple in the order of the arguments. The first exception cancels the others, waits
/// for them to end, and is rethrown. Being cancelled cancels them all.
template <gatherable... Works>
    requires(sizeof...(Works) > 0)
auto gather(Works... works) {
    return gather_tasks<result_of<Works>...>(to_task(std::move(works))...);
}

/// The same for a range of tasks: gives a vector; nothing, if they give nothing.
template <std::ranges::input_range Range>
    requires(!gatherable<Range>)
auto gather(Range works) {
    std::vector<std::ranges::range_value_t<Range>> all;
    for (auto& work : works) all.push_back(std::move(work));
    return gather_vector(std::move(all));
}

/// Like `gather`, but a failure cancels nobody: each ends as it does, with a `result` for each.
/// (asyncio: `return_exceptions=True`.)
template <gatherable... Works>
    requires(sizeof...(Works) > 0)
auto gather_settled(Works... works) {
    return gather_tasks_settled<result_of<Works>...>(to_task(std::move(works))...);
}

template <std::ranges::input_range Range>
    requires(!gatherable<Range>)
auto gather_settled(Range works) {
    std::vector<std::ranges::range_value_t<Range>> all;
    for (auto& work : works) all.push_back(std::move(work));
    return gather_vector_settled(std::move(all));
}

}  // namespace eddy
