#include <eddy/command.hpp>

#include "support/environment_variable.hpp"

#include <eddy/process.hpp>

#include <gmock/gmock.h>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Command, BeginsItsArgumentsWithTheProgram) {
    const std::string folder = "a folder";
    command packs("tar", "-c", folder);
    packs.argument("").argument("$HOME");
    EXPECT_EQ(packs.program(), "tar");
    EXPECT_THAT(packs.arguments(), ElementsAre("tar", "-c", "a folder", "", "$HOME"));
    EXPECT_THAT(command("true").arguments(), ElementsAre("true"));
}

TEST(Command, GivesTheProgramTheVariablesOfThisOne) {
    environment_variable inherited("EDDY_TEST_INHERITED");
    inherited.set("1");
    const command plain("env");
    EXPECT_EQ(plain.environment(), current_environment());
    EXPECT_THAT(plain.environment(), Contains("EDDY_TEST_INHERITED=1"));
}

TEST(Command, PutsAVariableInPlaceOfTheOneOfThatNameOnly) {
    environment_variable replaced("EDDY_TEST");
    environment_variable longer("EDDY_TEST_2");
    replaced.set("old");
    longer.set("kept");
    command lists("env");
    lists.variable("EDDY_TEST", "new").variable("EDDY_TEST", "newest=really");
    const std::vector<std::string> all = lists.environment();
    EXPECT_THAT(all, Contains("EDDY_TEST=newest=really"));
    EXPECT_THAT(all, Not(Contains("EDDY_TEST=new")));
    EXPECT_THAT(all, Not(Contains("EDDY_TEST=old")));
    EXPECT_THAT(all, Contains("EDDY_TEST_2=kept"));
}

TEST(Command, GivesNoVariablesButItsOwnIfItsEnvironmentIsEmpty) {
    command lists("env");
    lists.variable("A", "").empty_environment().variable("B", "2");
    EXPECT_THAT(lists.environment(), ElementsAre("A=", "B=2"));
    EXPECT_THAT(command("env").empty_environment().environment(), IsEmpty());
}

TEST(Command, RefusesAZeroByteInsteadOfCuttingTheTextThere) {
    const std::string cut("a\0b", 3);
    EXPECT_THROW((command(cut)), std::invalid_argument);
    EXPECT_THROW((command("echo", "plain", cut)), std::invalid_argument);
    command plain("echo");
    EXPECT_THROW(plain.argument(cut), std::invalid_argument);
    EXPECT_THROW(plain.variable(cut, "value"), std::invalid_argument);
    EXPECT_THROW(plain.variable("NAME", cut), std::invalid_argument);
    EXPECT_THROW(plain.working_directory(cut), std::invalid_argument);
    EXPECT_THAT(plain.arguments(), ElementsAre("echo")) << "what was refused is not kept";
}

TEST(Command, ReadsNothingAndWritesToPipesUnlessToldOtherwise) {
    const command plain("cat");
    EXPECT_EQ(plain.standard_input(), redirect::nothing);
    EXPECT_EQ(plain.standard_output(), redirect::pipe);
    EXPECT_EQ(plain.standard_error(), redirect::pipe);
    EXPECT_FALSE(plain.merges_error());
    EXPECT_FALSE(plain.has_own_group());
    EXPECT_EQ(plain.working_directory(), "") << "the one of this program";
}

TEST(Command, IsWhatItWasToldToBe) {
    command told("cat");
    told.standard_input(redirect::pipe)
        .standard_output(redirect::inherit)
        .standard_error(redirect::nothing)
        .merge_error()
        .own_group()
        .working_directory("/srv")
        .grace(5s)
        .output_limit(100);
    const command copy = told;
    EXPECT_EQ(copy.standard_input(), redirect::pipe);
    EXPECT_EQ(copy.standard_output(), redirect::inherit);
    EXPECT_EQ(copy.standard_error(), redirect::nothing);
    EXPECT_TRUE(copy.merges_error());
    EXPECT_TRUE(copy.has_own_group());
    EXPECT_EQ(copy.working_directory(), "/srv");
    EXPECT_EQ(copy.grace(), 5s);
    EXPECT_EQ(copy.output_limit(), 100U);
}

TEST(Command, RefusesWhatNoVariableCanBeCalled) {
    EXPECT_THROW(command("x").variable("", "y"), std::invalid_argument);
    EXPECT_THROW(command("x").variable("A=B", "y"), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing
