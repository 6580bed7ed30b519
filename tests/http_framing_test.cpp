#include "http_framing.hpp"

#include <eddy/http_error.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string_view>

namespace {

using namespace eddy::http;
using by = body_framing::by;

// The length that these Content-Length values mean, or the kind of error they are.
struct verdict {
    std::optional<std::uint64_t> length;
    std::optional<error_kind> refused;
};

verdict judge(message_kind kind, std::initializer_list<std::string_view> values) {
    framing_fields fields(kind);
    try {
        for (const auto value : values) fields.content_length(value);
        return {fields.length(), std::nullopt};
    } catch (const error& thrown) {
        return {std::nullopt, thrown.kind()};
    }
}

class FramingOfBothSides : public ::testing::TestWithParam<message_kind> {};
INSTANTIATE_TEST_SUITE_P(, FramingOfBothSides,
                         ::testing::Values(message_kind::request, message_kind::response),
                         [](const auto& side) {
                             return side.param == message_kind::request ? "Request" : "Response";
                         });

TEST_P(FramingOfBothSides, TakesOneNumberOfDigitsAsTheLength) {
    EXPECT_EQ(judge(GetParam(), {"0"}).length, 0u);
    EXPECT_EQ(judge(GetParam(), {"0042"}).length, 42u);
    EXPECT_EQ(judge(GetParam(), {"18446744073709551615"}).length, 18446744073709551615u);
}

TEST_P(FramingOfBothSides, RefusesALengthThatIsNoNumberOfDigits) {
    for (const auto value :
         {"", "-1", "+5", "0x5", "5a", "a5", "5 5", "5.0", "18446744073709551616",
          "99999999999999999999999999", "\"5\"", "5;5"}) {
        EXPECT_EQ(judge(GetParam(), {value}).refused, error_kind::bad_length) << value;
    }
}

TEST_P(FramingOfBothSides, TakesARepeatedLengthOnce) {
    EXPECT_EQ(judge(GetParam(), {"5", "5"}).length, 5u);
    EXPECT_EQ(judge(GetParam(), {"5, 5"}).length, 5u);
    EXPECT_EQ(judge(GetParam(), {"5,5", "05 , 5"}).length, 5u);
}

TEST_P(FramingOfBothSides, RefusesTwoDifferentLengths) {
    EXPECT_EQ(judge(GetParam(), {"5", "6"}).refused, error_kind::ambiguous_framing);
    EXPECT_EQ(judge(GetParam(), {"5, 6"}).refused, error_kind::ambiguous_framing);
    EXPECT_EQ(judge(GetParam(), {"5,"}).refused, error_kind::bad_length);
}

TEST_P(FramingOfBothSides, SaysWhetherALengthOnlyRepeatsAnother) {
    framing_fields fields(GetParam());
    EXPECT_TRUE(fields.content_length("5"));
    EXPECT_FALSE(fields.content_length("5"));
}

TEST_P(FramingOfBothSides, UnderstandsNoTransferEncodingButChunkedAlone) {
    for (const auto value :
         {"", "identity", "gzip", "gzip, chunked", "chunked, identity", "chunked, chunked",
          "chunked,", "xchunked", "chunked;q=1", "\"chunked\"", "chunke d"}) {
        framing_fields fields(GetParam());
        EXPECT_THROW(fields.transfer_encoding(value, 1), error) << value;
    }
    framing_fields fields(GetParam());
    fields.transfer_encoding("Chunked", 1);
    EXPECT_TRUE(fields.chunked());
    EXPECT_THROW(fields.transfer_encoding("chunked", 1), error) << "twice";
}

TEST_P(FramingOfBothSides, RefusesTransferEncodingInHttp10) {
    framing_fields fields(GetParam());
    EXPECT_THROW(fields.transfer_encoding("chunked", 0), error);
}

TEST(Framing, OfARequestWithLengthAndChunksIsRefused) {
    framing_fields fields(message_kind::request);
    fields.content_length("5");
    fields.transfer_encoding("chunked", 1);
    try {
        fields.check();
        FAIL() << "both were accepted";
    } catch (const error& thrown) {
        EXPECT_EQ(thrown.kind(), error_kind::ambiguous_framing);
    }
}

TEST(Framing, OfAResponseWithLengthAndChunksIsChunkedButAmbiguous) {
    framing_fields fields(message_kind::response);
    fields.content_length("5");
    fields.transfer_encoding("chunked", 1);
    fields.check();
    EXPECT_TRUE(fields.ambiguous());
    EXPECT_EQ(fields.of_response(method::get, 200).end, by::chunks);
}

TEST(Framing, OfARequestWithoutFieldsIsNoBody) {
    EXPECT_EQ(framing_fields(message_kind::request).of_request().end, by::nothing);
}

TEST(Framing, OfAResponseWithoutFieldsIsTheEndOfTheStream) {
    EXPECT_EQ(framing_fields(message_kind::response).of_response(method::get, 200).end, by::close);
}

TEST(Framing, GivesNoBodyToHeadAndToBodylessStatuses) {
    framing_fields fields(message_kind::response);
    fields.content_length("5");
    EXPECT_EQ(fields.of_response(method::head, 200).end, by::nothing);
    for (const int status : {100, 103, 204, 304}) {
        EXPECT_EQ(fields.of_response(method::get, status).end, by::nothing) << status;
    }
    EXPECT_EQ(fields.of_response(method::get, 200), (body_framing{by::length, 5}));
}

}  // namespace
