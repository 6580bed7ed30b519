#pragma once

#include <eddy/compiler.hpp>

#include <concepts>
#include <coroutine>
#include <source_location>
#include <string_view>
#include <type_traits>

namespace eddy {

template <class T>
class task;

// A lambda's captures live in the lambda, not in the coroutine that it makes. Where the lambda is a
// temporary, they are gone after the full expression: `co_await [&name]() -> task<> {…}()` is
// right, `create_task([&name]() -> task<> {…}())` is not. Nothing tells a coroutine when the lambda
// dies, so what is caught, where asserts are on, is the step that cannot be right but by luck: a
// task that outlives the expression, made by calling a lambda that has captures. Those who start
// such a task ask `task::needs_its_closure` first.

// No alias in its signature: GCC would end the name with what it stands for.
template <class F>
constexpr const char* name_with_type() noexcept {
    return std::source_location::current().function_name();
}

/// Whether what `name_with_type` gives ends in the name of a lambda, as GCC ("… [with F =
/// f()::<lambda(int)>]") and clang ("… [F = (lambda at …)]") write it, and not in that of a class
/// which only has one as a parameter ("… = wrapper<f()::<lambda(int)> >]").
constexpr bool ends_in_lambda(std::string_view name) noexcept {
    if (name.find(" = (lambda at ") != name.npos && name.ends_with(")]")) return true;
    if (!name.ends_with(")>]")) return false;
    std::size_t begin = name.size() - 2;
    for (int depth = 1; depth > 0 && begin > 0;) {
        --begin;
        if (name[begin] == '>') ++depth;
        if (name[begin] == '<') --depth;
    }
    return name.substr(begin).starts_with("<lambda(");
}

// Instantiated after the function in which the lambda stands: only there is its type complete.
template <class F>
bool is_lambda_with_captures() noexcept {
    return !std::is_empty_v<F> && ends_in_lambda(name_with_type<F>());
}

/// The promise of a coroutine that is a call operator or another member function of an `F`. For a
/// lambda with captures it notes where it stands, which others do only when they await.
template <class Promise, class F>
class member_promise final : public Promise {
public:
    explicit member_promise(std::source_location where = std::source_location::current()) noexcept {
        static_assert(alignof(member_promise) == alignof(Promise));
        if (is_lambda_with_captures<F>()) this->awaiting_at = where;
    }
};

}  // namespace eddy

// Looks at the first parameter, which for a member function is a reference to the object; a lambda
// that is passed by value is kept. The traits see the object for lambdas too, where clang up to 19
// does not pass it to the promise's constructor.
template <class T, class First, class... Others>
    requires(eddy::asserts_are_on && std::is_lvalue_reference_v<First> &&
             std::is_class_v<std::remove_cvref_t<First>>)
struct std::coroutine_traits<eddy::task<T>, First, Others...> {
    using promise_type =
        eddy::member_promise<typename eddy::task<T>::promise_type, std::remove_cvref_t<First>>;
};
