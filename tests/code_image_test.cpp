#include <eddy/code_image.hpp>

#include "support/library_code.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace eddy {
namespace {

const int of_this_program = 1;

TEST(CodeImage, IsFoundByAnythingInTheProgram) {
    const code_image image = find_code_image(&of_this_program);
    EXPECT_TRUE(image.contains(&of_this_program));
    EXPECT_TRUE(image.contains(reinterpret_cast<const void*>(&find_code_image)));
    EXPECT_LT(image.begin, image.end);
}

TEST(CodeImage, KnowsTheBuildThatTheLinkerHasNoted) {
    // A SHA-1 by GNU's ld, a UUID by Apple's and in the format of Windows.
    const std::size_t size = find_code_image(&of_this_program).build_id.size();
    EXPECT_TRUE(size == 20 || size == 16) << size;
}

TEST(CodeImage, OfALibraryIsAnotherOne) {
    const code_image program = find_code_image(&of_this_program);
    const code_image library = find_code_image(testing::code_of_a_library());
    EXPECT_NE(library.begin, library.end);
    EXPECT_FALSE(program.contains(reinterpret_cast<const void*>(library.begin)));
}

TEST(CodeImage, IsEmptyForWhatLiesInNone) {
    const auto on_the_heap = std::make_unique<int>(1);
    const code_image image = find_code_image(on_the_heap.get());
    EXPECT_FALSE(image.contains(on_the_heap.get()));
    EXPECT_TRUE(image.build_id.empty());
}

}  // namespace
}  // namespace eddy
