#include "support/await_form.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

// Ways to write an await that every supported compiler gets right. GCC 12 destroys some objects
// twice that are made in the expression of a co_await; each function here is a form that it does
// not, with the objects in it counted. What it gets wrong stands in no file of ours.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

task<int> value_of_text(std::string text) {
    co_await sleep(1ms);
    co_return static_cast<int>(text.size());
}

task<int> count_of(std::vector<counted> objects) {
    co_await sleep(1ms);
    co_return static_cast<int>(objects.size());
}

task<int> sum_of_pair(std::pair<counted, counted> both) {
    co_await sleep(1ms);
    co_return both.first.value + both.second.value;
}

task<int> call(std::function<int()> callable) {
    co_await sleep(1ms);
    co_return callable();
}

// Lambdas that capture nothing, references, or what is trivially destructible ---------------------

task<int> lambda_without_captures() {
    co_return co_await call([] { return 5; });
}
task<int> lambda_that_captures_a_reference() {
    const counted object(5);
    co_return co_await call([&object] { return object.value; });
}
task<int> lambda_that_captures_a_number() {
    int number = 5;
    co_return co_await call([number] { return number; });
}
task<int> coroutine_lambda_with_arguments() {
    co_return co_await [](counted object) -> task<int> {
        co_await sleep(1ms);
        co_return object.value;
    }(counted(5));
}

// Aggregates all of whose members are trivially destructible --------------------------------------

struct plain {
    int number;
    const char* text;
};
task<int> number_of(plain from) {
    co_await sleep(1ms);
    co_return from.number;
}
task<int> plain_aggregate() {
    co_return co_await number_of({5, "text"});
}
task<int> plain_aggregate_with_designators() {
    co_return co_await number_of({.number = 5, .text = "text"});
}

// Temporaries of classes with a constructor, strings, pairs, vectors ------------------------------

class options {
public:
    options() : object_(2) {}
    explicit options(counted object, int more) : object_(std::move(object)), more_(more) {}
    options& with(int more) {
        more_ = more;
        return *this;
    }
    int total() const { return object_.value + more_; }

private:
    counted object_;
    int more_ = 3;
};
task<int> total_of(options from) {
    co_await sleep(1ms);
    co_return from.total();
}
task<int> total_of_reference(const options& from) {
    co_await sleep(1ms);
    co_return from.total();
}

task<int> object_as_argument() {
    co_return co_await value_of(counted(5));
}
task<int> object_by_reference() {
    co_return co_await value_of_reference(counted(5));
}
task<int> two_objects() {
    co_return co_await sum_of(counted(2), counted(3));
}
task<int> options_by_default() {
    co_return co_await total_of(options());
}
task<int> options_in_a_chain() {
    co_return co_await total_of(options().with(3));
}
task<int> options_in_a_chain_by_reference() {
    co_return co_await total_of_reference(options().with(3));
}
task<int> options_in_braces() {
    co_return co_await total_of(options{counted(2), 3});
}
task<int> string_made_of_a_literal() {
    co_return co_await value_of_text("12345");
}
task<int> string_made_on_the_spot() {
    co_return co_await value_of_text(std::string("123") + "45");
}
task<int> pair_made_on_the_spot() {
    co_return co_await sum_of_pair(std::pair(counted(2), counted(3)));
}
task<int> vector_made_on_the_spot() {
    co_return co_await count_of(std::vector<counted>(5));
}

// Temporaries returned from a function, aggregates too --------------------------------------------

struct aggregate {
    counted object;
    int more;
};
aggregate make_aggregate() {
    return aggregate{counted(2), 3};
}
task<int> sum_in(aggregate from) {
    co_await sleep(1ms);
    co_return from.object.value + from.more;
}
counted convert(int value) {
    return counted(value);
}

// An awaiter with an object in it.
class counted_sleep {
public:
    explicit counted_sleep(int value) : object_(value), sleep_(sleep(1ms)) {}
    bool await_ready() const { return sleep_.await_ready(); }
    void await_suspend(coroutine caller) { sleep_.await_suspend(caller); }
    int await_resume() {
        sleep_.await_resume();
        return object_.value;
    }

private:
    counted object_;
    sleep_awaiter sleep_;
};
counted_sleep sleep_and_give(int value) {
    return counted_sleep(value);
}

task<aggregate> make_aggregate_later() {
    co_await sleep(1ms);
    co_return aggregate{counted(2), 3};
}
task<int> object_from_a_function() {
    co_return co_await value_of(convert(5));
}
task<int> aggregate_from_a_function() {
    co_return co_await sum_in(make_aggregate());
}
task<int> awaiter_from_a_function() {
    co_return co_await sleep_and_give(5);
}
task<int> awaiter_with_a_constructor() {
    co_return co_await counted_sleep(5);
}
task<int> aggregate_from_an_await() {
    const aggregate made = co_await make_aggregate_later();
    co_return made.object.value + made.more;
}
task<int> member_of_an_aggregate_from_an_await() {
    co_return (co_await make_aggregate_later()).object.value + 3;
}

// Lvalues and std::move of what has a name, closures named first ----------------------------------

task<int> named_object() {
    const counted object(5);
    co_return co_await value_of(object);
}
task<int> moved_object() {
    counted object(5);
    co_return co_await value_of(std::move(object));
}
task<int> named_closure() {
    counted object(5);
    auto closure = [object] { return object.value; };
    co_return co_await call(closure);
}
task<int> moved_closure() {
    counted object(5);
    auto closure = [object]() -> task<int> {
        co_await sleep(1ms);
        co_return object.value;
    };
    co_return co_await create_task(std::move(closure));
}
task<int> named_coroutine_closure() {
    counted object(5);
    const auto closure = [object]() -> task<int> {
        co_await sleep(1ms);
        co_return object.value;
    };
    co_return co_await closure();
}
task<int> named_task() {
    const counted object(5);
    task<int> work = value_of(object);
    co_return co_await std::move(work);
}
task<int> callable_with_arguments() {
    co_return co_await create_task(value_of, counted(5));
}

constexpr await_form right_forms[] = {
    {"lambda_without_captures", lambda_without_captures},
    {"lambda_that_captures_a_reference", lambda_that_captures_a_reference},
    {"lambda_that_captures_a_number", lambda_that_captures_a_number},
    {"coroutine_lambda_with_arguments", coroutine_lambda_with_arguments},
    {"plain_aggregate", plain_aggregate},
    {"plain_aggregate_with_designators", plain_aggregate_with_designators},
    {"object_as_argument", object_as_argument},
    {"object_by_reference", object_by_reference},
    {"two_objects", two_objects},
    {"options_by_default", options_by_default},
    {"options_in_a_chain", options_in_a_chain},
    {"options_in_a_chain_by_reference", options_in_a_chain_by_reference},
    {"options_in_braces", options_in_braces},
    {"string_made_of_a_literal", string_made_of_a_literal},
    {"string_made_on_the_spot", string_made_on_the_spot},
    {"pair_made_on_the_spot", pair_made_on_the_spot},
    {"vector_made_on_the_spot", vector_made_on_the_spot},
    {"object_from_a_function", object_from_a_function},
    {"aggregate_from_a_function", aggregate_from_a_function},
    {"awaiter_from_a_function", awaiter_from_a_function},
    {"awaiter_with_a_constructor", awaiter_with_a_constructor},
    {"aggregate_from_an_await", aggregate_from_an_await},
    {"member_of_an_aggregate_from_an_await", member_of_an_aggregate_from_an_await},
    {"named_object", named_object},
    {"moved_object", moved_object},
    {"named_closure", named_closure},
    {"moved_closure", moved_closure},
    {"named_coroutine_closure", named_coroutine_closure},
    {"named_task", named_task},
    {"callable_with_arguments", callable_with_arguments},
};

class Gcc12 : public ::testing::TestWithParam<await_form> {};
INSTANTIATE_TEST_SUITE_P(Form, Gcc12, ::testing::ValuesIn(right_forms), name_of_form);

TEST_P(Gcc12, DestroysEachObjectOnceWhenTheWorkEnds) {
    expect_right_to_the_end(GetParam());
}

TEST_P(Gcc12, DestroysEachObjectOnceWhenTheWorkIsCancelledHalfWay) {
    expect_right_when_cancelled(GetParam());
}

}  // namespace
}  // namespace eddy::testing
