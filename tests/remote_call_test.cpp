#include <eddy/remote_call.hpp>

#include "function_registry.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace eddy {
namespace {

// What a worker does with a call.
template <class Result>
Result perform(const remote_call& call) {
    const remote_function* const function = function_registry::find(call.function);
    EXPECT_NE(function, nullptr);
    payload_reader arguments(call.arguments.bytes);
    payload_writer result;
    function->call(arguments, result);
    const payload written = std::move(result).finish();
    payload_reader reader(written.bytes);
    if constexpr (!std::is_void_v<Result>) return decode<Result>(reader);
}

int subtract(int a, int b) {
    return a - b;
}

int calls = 0;

TEST(RemoteCall, CarriesTheArgumentsInTheirOrder) {
    EXPECT_EQ(perform<int>(make_remote_call(fn<subtract>, 7, 3)), 4);
    const auto joined = make_remote_call(
        [](const std::string& a, std::vector<int> b) { return a + std::to_string(b.size()); },
        std::string("size "), std::vector<int>(3));
    EXPECT_EQ(perform<std::string>(joined), "size 3");
}

TEST(RemoteCall, MakesTextOfPointersToText) {
    const auto length = [](std::string_view text) { return text.size(); };
    const char* const text = "four";
    EXPECT_EQ(perform<std::size_t>(make_remote_call(length, "four")), 4U);
    EXPECT_EQ(perform<std::size_t>(make_remote_call(length, text)), 4U);
    EXPECT_EQ(perform<std::size_t>(make_remote_call(length, std::string_view(text))), 4U);
    static_assert(std::is_same_v<sent_argument<const char(&)[5]>, std::string>);
}

TEST(RemoteCall, CallsAFunctionWithoutAResult) {
    perform<void>(make_remote_call([] { ++calls; }));
    EXPECT_EQ(calls, 1);
}

TEST(RemoteCall, OfAGenericLambdaIsOneFunctionForEachType) {
    const auto twice = [](auto x) { return x + x; };
    const remote_call of_int = make_remote_call(twice, 2);
    const remote_call of_text = make_remote_call(twice, std::string("ab"));
    EXPECT_NE(of_int.function, of_text.function);
    EXPECT_EQ(perform<int>(of_int), 4);
    EXPECT_EQ(perform<std::string>(of_text), "abab");
}

TEST(RemoteCall, GivesTwoLambdasTwoFunctions) {
    // On one line, where compilers give them the same name.
    auto one = [] { return 1; };
    auto two = [] { return 2; };
    EXPECT_EQ(perform<int>(make_remote_call(one)), 1);
    EXPECT_EQ(perform<int>(make_remote_call(two)), 2);
}

TEST(RemoteCall, GivesAReferenceBackAsAValue) {
    static_assert(
        std::is_same_v<remote_result<decltype([]() -> const int& { return calls; })>, int>);
    EXPECT_EQ(perform<int>(make_remote_call([]() -> const int& {
                  static const int answer = 42;
                  return answer;
              })),
              42);
}

}  // namespace
}  // namespace eddy
