#include <eddy/percent_encoding.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using eddy::percent_decode;
using eddy::percent_encode;
using eddy::percent_encode_set;
using namespace std::string_view_literals;

constexpr std::string_view punctuation = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

}  // namespace

TEST(PercentEncoding, EncodesExactlyTheCharactersOfItsSet) {
    using enum percent_encode_set;
    EXPECT_EQ(percent_encode(punctuation, c0_control), punctuation);
    EXPECT_EQ(percent_encode(punctuation, fragment),
              "%20!%22#$%&'()*+,-./:;%3C=%3E?@[\\]^_%60{|}~");
    EXPECT_EQ(percent_encode(punctuation, query), "%20!%22%23$%&'()*+,-./:;%3C=%3E?@[\\]^_`{|}~");
    EXPECT_EQ(percent_encode(punctuation, special_query),
              "%20!%22%23$%&%27()*+,-./:;%3C=%3E?@[\\]^_`{|}~");
    EXPECT_EQ(percent_encode(punctuation, path),
              "%20!%22%23$%&'()*+,-./:;%3C=%3E%3F@[\\]%5E_%60%7B|%7D~");
    EXPECT_EQ(percent_encode(punctuation, userinfo),
              "%20!%22%23$%&'()*+,-.%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D~");
    EXPECT_EQ(percent_encode(punctuation, component),
              "%20!%22%23%24%25%26'()*%2B%2C-.%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D~");
    EXPECT_EQ(
        percent_encode(punctuation, form),
        "%20%21%22%23%24%25%26%27%28%29*%2B%2C-.%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D"
        "%7E");
}

TEST(PercentEncoding, EncodesControlsAndWhatIsNotAsciiInEverySet) {
    for (int set = 0; set <= static_cast<int>(percent_encode_set::form); ++set) {
        EXPECT_EQ(percent_encode("\0\x1f\x7f\x80\xff"sv, static_cast<percent_encode_set>(set)),
                  "%00%1F%7F%80%FF");
    }
}

TEST(PercentEncoding, LeavesLettersAndDigitsAlone) {
    EXPECT_EQ(percent_encode("azAZ09-._"), "azAZ09-._");
    EXPECT_EQ(percent_encode(""), "");
}

TEST(PercentEncoding, AppendsToWhatIsThere) {
    std::string text = "/a";
    append_percent_encoded(text, "/b c", percent_encode_set::path);
    EXPECT_EQ(text, "/a/b%20c");
}

TEST(PercentDecoding, TakesHexadecimalDigitsOfEitherCase) {
    EXPECT_EQ(percent_decode("%4a%4A%2f"), "JJ/");
    EXPECT_EQ(percent_decode("%00%ff"), "\0\xff"sv);
}

TEST(PercentDecoding, LeavesAPercentSignThatEncodesNothing) {
    EXPECT_EQ(percent_decode("%"), "%");
    EXPECT_EQ(percent_decode("%4"), "%4");
    EXPECT_EQ(percent_decode("%zz%4g%%41"), "%zz%4g%A");
    EXPECT_EQ(percent_decode("a+b"), "a+b");
}

TEST(PercentDecoding, UndoesEncodingOfEveryByte) {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    EXPECT_EQ(percent_decode(percent_encode(bytes)), bytes);
}
