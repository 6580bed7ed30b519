#include "http_body.hpp"

#include "support/http_fragments.hpp"

#include <eddy/http_error.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace {

using namespace eddy::http;
using eddy::testing::every_fragmentation;
using eddy::testing::fragments;
using by = body_framing::by;

struct outcome {
    std::string body;
    std::size_t taken = 0;
    bool complete = false;
    std::optional<error_kind> refused;

    bool operator==(const outcome&) const = default;
};

void PrintTo(const outcome& seen, std::ostream* out) {
    *out << '"' << seen.body.substr(0, 40) << "\", " << seen.taken << " bytes taken, "
         << (seen.complete ? "complete" : "incomplete");
    if (seen.refused) *out << ", " << to_string(*seen.refused);
}

outcome decode(body_decoder decoder, const fragments& pieces) {
    outcome seen;
    try {
        for (const auto piece : pieces) {
            std::string received(piece);
            const auto part = decoder.decode(received);
            seen.body.append(part.payload.data(), part.payload.size());
            seen.taken += part.taken;
            if (decoder.complete()) break;
        }
        seen.complete = decoder.complete();
    } catch (const error& thrown) {
        // How far it came before the fault depends on the pieces, the verdict must not.
        seen = outcome{};
        seen.refused = thrown.kind();
    }
    return seen;
}

outcome chunks(std::string_view text, message_kind kind = message_kind::request) {
    const body_decoder decoder(body_framing{by::chunks}, kind, header_limits{});
    const auto ways = every_fragmentation(text);
    const outcome first = decode(decoder, ways.front());
    for (const auto& pieces : ways) {
        EXPECT_EQ(decode(decoder, pieces), first)
            << "cut into " << pieces.size() << " pieces, the first of " << pieces[0].size()
            << " bytes";
    }
    return first;
}

outcome body(std::string text, std::size_t taken) {
    return {std::move(text), taken, true, {}};
}
outcome refused(error_kind kind) {
    return {"", 0, false, kind};
}

TEST(ChunkDecoder, JoinsTheChunks) {
    EXPECT_EQ(chunks("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), body("hello world", 26));
    EXPECT_EQ(chunks("0\r\n\r\n"), body("", 5));
    EXPECT_EQ(chunks("00000A\r\n0123456789\r\n000\r\n\r\n"), body("0123456789", 27));
}

TEST(ChunkDecoder, StopsAtTheEndOfTheBody) {
    EXPECT_EQ(chunks("1\r\nx\r\n0\r\n\r\nGET / HTTP/1.1\r\n"), body("x", 11));
}

TEST(ChunkDecoder, PutsOneByteChunksTogether) {
    std::string text;
    for (int chunk = 0; chunk < 300; ++chunk) text += "1\r\nx\r\n";
    text += "0\r\n\r\n";
    EXPECT_EQ(chunks(text), body(std::string(300, 'x'), text.size()));
}

TEST(ChunkDecoder, RefusesASizeThatIsNoHexadecimalNumber) {
    for (const auto text : {"-2\r\n", "+1\r\n", "0x1\r\n", "1_0\r\n", "\r\n", "g\r\n", ";a\r\n",
                            " 1\r\n", "1g\r\n", "\n", "1.0\r\n"}) {
        EXPECT_EQ(chunks(text), refused(error_kind::bad_chunk)) << text;
    }
}

TEST(ChunkDecoder, RefusesASizeOfMoreThanSixteenDigits) {
    EXPECT_EQ(chunks("00000000000000001\r\nx\r\n0\r\n\r\n"), refused(error_kind::bad_chunk));
    EXPECT_EQ(chunks("10000000000000001\r\nx"), refused(error_kind::bad_chunk));
    EXPECT_EQ(chunks("0000000000000001\r\nx\r\n0\r\n\r\n"), body("x", 26));
}

TEST(ChunkDecoder, RefusesLineEndsOtherThanCrLf) {
    for (const auto text :
         {"1\nx\r\n0\r\n\r\n", "1\r\nx\n0\r\n\r\n", "1\rx\r\n0\r\n\r\n", "1\r\nx\r0\r\n\r\n",
          "1;a\nx\r\n0\r\n\r\n", "1\r\nx\r\n0\n\r\n", "1\r\nx\r\n0\r\n\n"}) {
        EXPECT_EQ(chunks(text), refused(error_kind::bad_chunk)) << text;
        EXPECT_EQ(chunks(text, message_kind::response), refused(error_kind::bad_chunk)) << text;
    }
}

TEST(ChunkDecoder, RefusesDataThatIsLongerThanItsSize) {
    EXPECT_EQ(chunks("1\r\nxy\r\n0\r\n\r\n"), refused(error_kind::bad_chunk));
}

TEST(ChunkDecoder, SkipsExtensionsAsFarAsTheyAreShort) {
    EXPECT_EQ(chunks("1;a=b;c=\"d\"\r\nx\r\n0;last\r\n\r\n"), body("x", 26));
    EXPECT_EQ(chunks("1;" + std::string(300, 'a') + "\r\nx\r\n0\r\n\r\n"),
              refused(error_kind::bad_chunk));
    EXPECT_EQ(chunks("1;a\x01\r\nx\r\n0\r\n\r\n"), refused(error_kind::bad_chunk));
}

TEST(ChunkDecoder, LimitsTheExtensionsOfABodyAsAWhole) {
    std::string text;
    for (int chunk = 0; chunk < 100; ++chunk) {
        text += "40;" + std::string(200, 'a') + "\r\n" + std::string(64, 'x') + "\r\n";
    }
    const body_decoder decoder(body_framing{by::chunks}, message_kind::response, header_limits{});
    EXPECT_EQ(decode(decoder, {text}).refused, error_kind::bad_chunk);
}

TEST(ChunkDecoder, RefusesABodyThatIsNearlyNothingButFraming) {
    std::string text;
    for (int chunk = 0; chunk < 8000; ++chunk) text += "00000000001;aaaaaaaa\r\nx\r\n";
    const body_decoder decoder(body_framing{by::chunks}, message_kind::response, header_limits{});
    EXPECT_EQ(decode(decoder, {text}).refused, error_kind::bad_chunk);
}

TEST(ChunkDecoder, ForgivesBlanksAfterASizeToServersOnly) {
    EXPECT_EQ(chunks("1  \r\nx\r\n0 \r\n\r\n", message_kind::response), body("x", 14));
    EXPECT_EQ(chunks("1  \r\nx\r\n0 \r\n\r\n", message_kind::request),
              refused(error_kind::bad_chunk));
    EXPECT_EQ(chunks("1 2\r\nx\r\n", message_kind::response), refused(error_kind::bad_chunk));
}

TEST(ChunkDecoder, ChecksAndDropsTrailers) {
    EXPECT_EQ(chunks("1\r\nx\r\n0\r\nDigest: abc\r\nContent-Length: 9\r\n\r\n"), body("x", 43));
    EXPECT_EQ(chunks("0\r\nno trailer\r\n\r\n"), refused(error_kind::bad_header));
    EXPECT_EQ(chunks("0\r\n folded: x\r\n\r\n"), refused(error_kind::bad_header));
    EXPECT_EQ(chunks("0\r\n: x\r\n\r\n"), refused(error_kind::bad_header));
    EXPECT_EQ(chunks(std::string("0\r\na: \0\r\n\r\n", 11)), refused(error_kind::bad_chunk));
    EXPECT_EQ(chunks("0\r\na: b\n\r\n"), refused(error_kind::bad_chunk));
}

TEST(ChunkDecoder, LimitsTrailersLikeHeaders) {
    const body_decoder decoder(body_framing{by::chunks}, message_kind::response, header_limits{});
    const std::string endless = "0\r\na: " + std::string(70'000, 'x');
    EXPECT_EQ(decode(decoder, {endless}).refused, error_kind::header_block_too_large);
    const std::string long_line = "0\r\na: " + std::string(20'000, 'x') + "\r\n";
    EXPECT_EQ(decode(decoder, {long_line}).refused, error_kind::header_line_too_long);
    std::string many = "0\r\n";
    for (int trailer = 0; trailer < 200; ++trailer) many += "a: b\r\n";
    EXPECT_EQ(decode(decoder, {many}).refused, error_kind::too_many_headers);
}

TEST(BodyDecoder, TakesExactlyTheLength) {
    const body_decoder decoder(body_framing{by::length, 5}, message_kind::response,
                               header_limits{});
    for (const auto& pieces : every_fragmentation("hello, and more")) {
        EXPECT_EQ(decode(decoder, pieces), body("hello", 5));
    }
}

TEST(BodyDecoder, WithoutABodyIsCompleteAtOnce) {
    body_decoder decoder(body_framing{}, message_kind::response, header_limits{});
    EXPECT_TRUE(decoder.complete());
    std::string more = "next";
    EXPECT_EQ(decoder.decode(more).taken, 0u);
}

TEST(BodyDecoder, UntilTheCloseTakesEverythingAndEndsWithTheStream) {
    body_decoder decoder(body_framing{by::close}, message_kind::response, header_limits{});
    std::string text = "all of it";
    EXPECT_EQ(decoder.decode(text).taken, text.size());
    EXPECT_FALSE(decoder.complete());
    decoder.end_of_stream();
    EXPECT_TRUE(decoder.complete());
}

TEST(BodyDecoder, CallsAnEarlyEndTruncated) {
    for (const auto framing : {body_framing{by::length, 5}, body_framing{by::chunks}}) {
        body_decoder decoder(framing, message_kind::response, header_limits{});
        std::string text = "3\r\n";
        decoder.decode(text);
        try {
            decoder.end_of_stream();
            FAIL() << "an early end went unnoticed";
        } catch (const error& thrown) {
            EXPECT_EQ(thrown.kind(), error_kind::body_truncated);
        }
    }
}

}  // namespace
