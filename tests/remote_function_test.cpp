#include <eddy/remote_function.hpp>

#include "function_registry.hpp"

#include <gtest/gtest.h>

#include <string>

namespace eddy {
namespace {

int twice(int x) {
    return 2 * x;
}

struct counter {
    int value = 0;
    int plus(int more) const { return value + more; }
};

static_assert(remote_callable<function_constant<&twice>>);
static_assert(remote_callable<decltype([](int x) { return x; })>);
static_assert(!remote_callable<int (*)(int)>);
static_assert(!remote_callable<decltype([x = 1] { return x; })>);

void nothing(payload_reader&, payload_writer&) {}

remote_function first(&nothing, 1);
remote_function second(&nothing, 2);

TEST(FunctionConstant, CallsItsFunction) {
    EXPECT_EQ(fn<twice>(4), 8);
    EXPECT_EQ(fn<&twice>(4), 8);
    EXPECT_EQ(fn<&counter::plus>(counter{3}, 4), 7);
}

TEST(RemoteFunction, IsNumberedInTheOrderOfRegistration) {
    EXPECT_EQ(second.id().ordinal, first.id().ordinal + 1);
}

TEST(RemoteFunction, IsFoundByItsNumberAndItsCheckValue) {
    EXPECT_EQ(function_registry::find(first.id()), &first);
    EXPECT_EQ(function_registry::find(second.id()), &second);
}

TEST(RemoteFunction, IsNotFoundByANumberThatIsNotItsOwn) {
    remote_function_id wrong = first.id();
    wrong.check += 1;
    EXPECT_EQ(function_registry::find(wrong), nullptr);
    wrong = first.id();
    wrong.ordinal = second.id().ordinal;
    EXPECT_EQ(function_registry::find(wrong), nullptr);
    wrong.ordinal = ~0U;
    EXPECT_EQ(function_registry::find(wrong), nullptr);
}

TEST(RemoteFunction, IsUnknownIfItRegistersAfterTheStartOfMain) {
    // Never destroyed: the registry is a list of those that live as long as the program.
    const auto* const late = new remote_function(&nothing, 3);
    EXPECT_EQ(function_registry::find(late->id()), nullptr);
    static const remote_function* keep = late;
    EXPECT_NE(keep, nullptr);
}

TEST(RemoteFunction, HasACheckValueThatDependsOnItsTypes) {
    EXPECT_EQ((check_of_types<int, long>()), (check_of_types<int, long>()));
    EXPECT_NE((check_of_types<int, long>()), (check_of_types<long, int>()));
}

TEST(ProgramFingerprint, IsTheSameAfterItWasSent) {
    const program_fingerprint& own = function_registry::fingerprint();
    EXPECT_GT(own.functions, 1U);
    EXPECT_EQ(program_fingerprint::from(own.to_payload().bytes), own);
    EXPECT_NE(program_fingerprint::from({}), own);
}

TEST(ProgramFingerprint, TellsInWordsWhatDiffers) {
    const program_fingerprint own;
    program_fingerprint other;
    other.functions = 3;
    EXPECT_EQ(own.difference_to(other), "one knows 0 functions, the other 3");
    other = own;
    other.check = 1;
    EXPECT_EQ(own.difference_to(other), "they know different functions");
    other.build = 1;
    EXPECT_EQ(own.difference_to(other), "they are different builds");
    other.protocol = 0;
    EXPECT_EQ(own.difference_to(other), "they speak different versions of the protocol");
}

}  // namespace
}  // namespace eddy
