#include "command_line.hpp"

#include <gtest/gtest.h>

namespace eddy {
namespace {

TEST(CommandLine, LeavesAloneWhatNeedsNoQuotes) {
    EXPECT_EQ(command_line({"program", "-x", R"(a\b\)"}), LR"(program -x a\b\)");
}

TEST(CommandLine, QuotesSpacesAndEmptyArguments) {
    EXPECT_EQ(command_line({"my program", "", "a\tb"}), L"\"my program\" \"\" \"a\tb\"");
}

TEST(CommandLine, DoublesBackslashesBeforeAQuotationMarkOnly) {
    EXPECT_EQ(command_line({R"(a\b "c")"}), LR"("a\b \"c\"")");
    EXPECT_EQ(command_line({R"(ends in \)"}), LR"("ends in \\")");
    EXPECT_EQ(command_line({R"(\")"}), LR"("\\\"")");
}

TEST(CommandLine, IsInUnicode) {
    EXPECT_EQ(command_line({"\u00fc\u4e2d"}), L"\u00fc\u4e2d");
}

TEST(EnvironmentBlock, IsSortedAndEndsWithTwoZeros) {
    EXPECT_EQ(environment_block({"b=2", "A=1"}), std::wstring(L"A=1\0b=2\0\0", 9));
    EXPECT_EQ(environment_block({}), std::wstring(2, L'\0'));
}

}  // namespace
}  // namespace eddy
