#include "support/await_form.hpp"
#include "support/ending.hpp"

#include <eddy/sleep.hpp>

#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// As gcc12_test.cpp: conditions, several awaits in one expression, loops, bindings, exceptions.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

task<std::vector<counted>> make_two() {
    co_await sleep(1ms);
    std::vector<counted> both;
    both.emplace_back(2);
    both.emplace_back(3);
    co_return both;
}

task<std::pair<counted, counted>> make_pair() {
    co_await sleep(1ms);
    co_return std::pair(counted(2), counted(3));
}

task<int> fail_with(counted object) {
    co_await sleep(1ms);
    throw deliberate(std::to_string(object.value));
}

task<int> choice_of_two_awaits() {
    const bool first = counted::alive() < 1000;
    co_return first ? co_await value_of(counted(5)) : co_await value_of(counted(6));
}
task<int> both_conditions() {
    const bool both = co_await value_of(counted(1)) == 1 && co_await value_of(counted(2)) == 2;
    co_return both ? 5 : 0;
}
task<int> either_condition() {
    const bool either = co_await value_of(counted(1)) == 2 || co_await value_of(counted(2)) == 2;
    co_return either ? 5 : 0;
}
task<int> two_awaits_in_a_call() {
    co_return std::plus<>()(co_await value_of(counted(2)), co_await value_of(counted(3)));
}
task<int> two_awaits_as_arguments_of_an_await() {
    co_return co_await sum_of(co_await make_counted(2), co_await make_counted(3));
}
task<int> await_as_a_loop_condition() {
    int rounds = 0;
    while (co_await value_of(counted(1)) == 1 && rounds < 5) ++rounds;
    co_return rounds;
}
// Has no variable but the one of its loop.
task<int> count_down(int from) {
    while (const int left = co_await value_of(counted(from))) from = left - 1;
    co_return 5;
}
task<int> await_in_the_declaration_of_a_loop() {
    return count_down(3);
}
task<int> range_of_a_loop() {
    int sum = 0;
    for (const counted& each : co_await make_two()) sum += each.value;
    co_return sum;
}
task<int> structured_binding() {
    const auto [one, two] = co_await make_pair();
    co_return one.value + two.value;
}
task<int> structured_binding_by_reference() {
    auto&& [one, two] = co_await make_pair();
    co_return one.value + two.value;
}
task<int> exception_in_an_await() {
    const counted outside(1);
    try {
        const counted inside(2);
        co_await fail_with(counted(5));
    } catch (const deliberate& error) {
        co_return std::stoi(error.what());
    }
    co_return 0;
}
task<int> switch_on_a_named_value() {
    const int value = co_await value_of(counted(5));
    switch (value) {
        case 5: co_return 5;
        default: co_return 0;
    }
}
task<int> condition_with_a_name() {
    if (const counted object = co_await make_counted(5); object.value == 5) co_return object.value;
    co_return 0;
}
task<int> assignment() {
    counted object(0);
    object = co_await make_counted(5);
    co_return object.value;
}
task<int> argument_of_a_constructor() {
    const std::pair made(co_await make_counted(2), 3);
    co_return made.first.value + made.second;
}
task<int> element_of_a_container() {
    std::vector<counted> all;
    all.push_back(co_await make_counted(2));
    all.emplace_back(co_await make_counted(3));
    co_return all[0].value + all[1].value;
}
task<int> content_of_an_optional() {
    std::optional<counted> object;
    object = co_await make_counted(5);
    co_return object->value;
}
task<int> tuple_of_two_awaits() {
    const auto both = std::make_tuple(co_await make_counted(2), co_await make_counted(3));
    co_return std::get<0>(both).value + std::get<1>(both).value;
}
task<int> unused_result() {
    co_await make_counted(1);
    co_return 5;
}

constexpr await_form right_forms[] = {
    {"choice_of_two_awaits", choice_of_two_awaits},
    {"both_conditions", both_conditions},
    {"either_condition", either_condition},
    {"two_awaits_in_a_call", two_awaits_in_a_call},
    {"two_awaits_as_arguments_of_an_await", two_awaits_as_arguments_of_an_await},
    {"await_as_a_loop_condition", await_as_a_loop_condition},
    {"await_in_the_declaration_of_a_loop", await_in_the_declaration_of_a_loop},
    {"range_of_a_loop", range_of_a_loop},
    {"structured_binding", structured_binding},
    {"structured_binding_by_reference", structured_binding_by_reference},
    {"exception_in_an_await", exception_in_an_await},
    {"switch_on_a_named_value", switch_on_a_named_value},
    {"condition_with_a_name", condition_with_a_name},
    {"assignment", assignment},
    {"argument_of_a_constructor", argument_of_a_constructor},
    {"element_of_a_container", element_of_a_container},
    {"content_of_an_optional", content_of_an_optional},
    {"tuple_of_two_awaits", tuple_of_two_awaits},
    {"unused_result", unused_result},
};

class Gcc12Expression : public ::testing::TestWithParam<await_form> {};
INSTANTIATE_TEST_SUITE_P(Form, Gcc12Expression, ::testing::ValuesIn(right_forms), name_of_form);

TEST_P(Gcc12Expression, DestroysEachObjectOnceWhenTheWorkEnds) {
    expect_right_to_the_end(GetParam());
}

TEST_P(Gcc12Expression, DestroysEachObjectOnceWhenTheWorkIsCancelledHalfWay) {
    expect_right_when_cancelled(GetParam());
}

}  // namespace
}  // namespace eddy::testing
