#pragma once

#include <eddy/cancelled.hpp>
#include <eddy/child_tasks.hpp>
#include <eddy/gather.hpp>

#include <utility>
#include <variant>
#include <vector>

namespace eddy {

// The result of the child that ended first: if it was cancelled, so was the race.
template <class T>
value_or_monostate<T> take_first(task_with_result<T>& first) {
    if (first.error() && first.ended_cancelled()) throw cancelled();
    return take_value(first);
}

template <class... T>
task<std::variant<value_or_monostate<T>...>> race_tasks(task<T>... works) {
    using outcome = std::variant<value_or_monostate<T>...>;
    child_tasks children(child_tasks::cancel_rest::on_first_end);
    const std::tuple<counted_ptr<task_with_result<T>>...> started{
        children.start(std::move(works))...};
    co_await children.all_done();

    const auto take_winner = [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        std::optional<outcome> won;
        ((&*std::get<Index>(started) == children.first_ended()
              ? static_cast<void>(
                    won.emplace(std::in_place_index<Index>, take_first(*std::get<Index>(started))))
              : void()),
         ...);
        return std::move(*won);
    };
    co_return take_winner(std::index_sequence_for<T...>());
}

/// Runs several tasks beside each other until the first has ended, with a result or by an
/// exception; cancels the others, waits until they have ended, and gives that result (or throws
/// that exception) as a variant whose index tells which it was.
template <gatherable... Works>
    requires(sizeof...(Works) > 0)
auto race(Works... works) {
    return race_tasks<result_of<Works>...>(to_task(std::move(works))...);
}

template <class T>
task<std::pair<std::size_t, value_or_monostate<T>>> race_vector(std::vector<task<T>> works) {
    assert(!works.empty() && "a race needs somebody who runs");
    child_tasks children(child_tasks::cancel_rest::on_first_end);
    const started_tasks<T> started = start_all(children, works);
    co_await children.all_done();
    std::size_t winner = 0;
    while (&*started[winner] != children.first_ended()) ++winner;
    co_return std::pair<std::size_t, value_or_monostate<T>>(winner, take_first(*started[winner]));
}

/// The same for a range of tasks: gives the winner's place in it and its result.
template <std::ranges::input_range Range>
    requires(!gatherable<Range>)
auto race(Range works) {
    std::vector<std::ranges::range_value_t<Range>> all;
    for (auto& work : works) all.push_back(std::move(work));
    return race_vector(std::move(all));
}

}  // namespace eddy
