#include <eddy/file_path.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

TEST(FilePath, IsMadeOfTextInUtf8AndGivesItBack) {
    for (const char* const text : {"", "plain", "caf\xc3\xa9/\xe6\x97\xa5", "\xf0\x9f\x90\x8c"})
        EXPECT_EQ(to_text(to_path(text)), text);
    EXPECT_EQ(to_path("caf\xc3\xa9"), std::filesystem::path(u8"caf\u00e9"));
}

}  // namespace
}  // namespace eddy::testing
