#include "http_parser.hpp"

#include "support/http_fragments.hpp"

#include <eddy/http_error.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace {

using namespace eddy::http;
using namespace std::string_view_literals;
using eddy::testing::every_fragmentation;
using eddy::testing::fragments;

// Everything a head says, as one text, or the kind of error it is.
std::string read_one(message_kind kind, const fragments& pieces, const header_limits& limits) {
    head_parser parser(kind, limits);
    std::string rest;
    try {
        for (const auto piece : pieces) {
            const std::size_t taken = parser.complete() ? 0 : parser.feed(piece);
            rest += piece.substr(taken);
        }
    } catch (const error& thrown) {
        return "refused: " + std::string(to_string(thrown.kind()));
    }
    if (!parser.complete()) return "incomplete";

    const message_head head = parser.take();
    std::string told;
    if (kind == message_kind::request)
        told += std::string(to_string(head.method)) + ' ' + head.target;
    else
        told += std::to_string(head.status) + ' ' + head.reason;
    told += " 1." + std::to_string(head.minor_version) + (head.keep_alive ? " keep" : " close");
    for (const header each : head.headers) {
        told += '|' + std::string(each.name) + '=' + std::string(each.value);
    }
    if (!rest.empty()) told += " rest:" + rest;
    return told;
}

std::string read(message_kind kind, std::string_view text, const header_limits& limits = {}) {
    const auto ways = every_fragmentation(text);
    const std::string first = read_one(kind, ways.front(), limits);
    for (const auto& pieces : ways) {
        EXPECT_EQ(read_one(kind, pieces, limits), first)
            << "cut into " << pieces.size() << " pieces, the first of " << pieces[0].size()
            << " bytes";
    }
    return first;
}

std::string request(std::string_view text) {
    return read(message_kind::request, text);
}
std::string response(std::string_view text) {
    return read(message_kind::response, text);
}

// A request or a response with these header lines, which must be refused.
std::string request_with(std::string_view lines) {
    return request("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n");
}
std::string response_with(std::string_view lines) {
    return response("HTTP/1.1 200 OK\r\n" + std::string(lines) + "\r\n");
}

TEST(RequestHead, IsReadHoweverItIsCut) {
    EXPECT_EQ(
        request("GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nAccept:*/*\r\nEmpty:\r\n\r\nbody"),
        "GET /a?b=c 1.1 keep|Host=example.com|Accept=*/*|Empty= rest:body");
}

TEST(RequestHead, MayHaveNoFieldsAtAll) {
    EXPECT_EQ(request("GET / HTTP/1.0\r\n\r\n"), "GET / 1.0 close");
}

TEST(RequestHead, LosesTheBlanksAroundValues) {
    EXPECT_EQ(request("GET / HTTP/1.1\r\nA: \t b c \t\r\n\r\n"), "GET / 1.1 keep|A=b c");
}

TEST(RequestHead, SaysWhetherTheConnectionGoesOn) {
    EXPECT_EQ(request("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
              "GET / 1.1 close|Connection=close");
    EXPECT_EQ(request("GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n"),
              "GET / 1.1 close|Connection=x, Close");
    EXPECT_EQ(request("GET / HTTP/1.1\r\nConnection: x, close\t\r\n\r\n"),
              "GET / 1.1 close|Connection=x, close");
    EXPECT_EQ(request("GET / HTTP/1.1\r\nConnection: close\t,\tx\r\n\r\n"),
              "GET / 1.1 close|Connection=close\t,\tx");
    EXPECT_EQ(request("GET / HTTP/1.1\r\nConnection: x\r\nConnection: \tclose\r\n\r\n"),
              "GET / 1.1 close|Connection=x|Connection=close");
    EXPECT_EQ(request("GET / HTTP/1.1\r\nConnection: closed\r\n\r\n"),
              "GET / 1.1 keep|Connection=closed");
    EXPECT_EQ(request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
              "GET / 1.0 keep|Connection=keep-alive");
    EXPECT_EQ(request("GET / HTTP/1.0\r\nConnection: x, Keep-Alive\t\r\n\r\n"),
              "GET / 1.0 keep|Connection=x, Keep-Alive");
}

TEST(RequestHead, ForgivesOneEmptyLineBeforeIt) {
    EXPECT_EQ(request("\r\nGET / HTTP/1.1\r\n\r\n"), "GET / 1.1 keep");
    EXPECT_EQ(request("\r\n\r\nGET / HTTP/1.1\r\n\r\n"), "refused: bad_request_line");
}

TEST(RequestHead, KnowsEveryMethodOfTheStandard) {
    for (const auto name : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}) {
        EXPECT_EQ(request(std::string(name) + " / HTTP/1.1\r\n\r\n"),
                  std::string(name) + " / 1.1 keep");
    }
    EXPECT_EQ(request("CONNECT a:443 HTTP/1.1\r\n\r\n"), "CONNECT a:443 1.1 keep");
    EXPECT_EQ(request("BREW / HTTP/1.1\r\n\r\n"), "refused: unsupported_method");
    EXPECT_EQ(request("get / HTTP/1.1\r\n\r\n"), "refused: unsupported_method");
}

TEST(RequestHead, RefusesARequestLineOfAnyOtherForm) {
    for (const auto line :
         {"GET", "GET /", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ",
          " GET / HTTP/1.1", "GET /a b HTTP/1.1", "GET\t/\tHTTP/1.1", "GET / http/1.1",
          "GET / HTTP/1.10", "GET / HTTP/x.1", "GET / ", "G@T / HTTP/1.1", "GET /\x01 HTTP/1.1",
          "GET /\t HTTP/1.1", "GET  HTTP/1.1"}) {
        EXPECT_EQ(request(std::string(line) + "\r\n\r\n"), "refused: bad_request_line") << line;
    }
}

TEST(RequestHead, RefusesOtherVersions) {
    for (const auto version : {"HTTP/0.9", "HTTP/2.0", "HTTP/1.2", "HTTP/3.0"}) {
        EXPECT_EQ(request("GET / " + std::string(version) + "\r\n\r\n"),
                  "refused: unsupported_version")
            << version;
    }
}

TEST(RequestHead, RefusesTlsOnAPlainPortByItsFirstByte) {
    EXPECT_EQ(request("\x16\x03\x01"), "refused: bad_request_line");
}

TEST(RequestHead, RefusesLinesThatEndWithLfAlone) {
    EXPECT_EQ(request("GET / HTTP/1.1\n\n"), "refused: bad_header");
    EXPECT_EQ(request("GET / HTTP/1.1\r\nHost: a\n\r\n"), "refused: bad_header");
    EXPECT_EQ(request("GET / HTTP/1.1\r\nHost: a\r\n\n"), "refused: bad_header");
    EXPECT_EQ(request("\nGET / HTTP/1.1\r\n\r\n"), "refused: bad_header");
}

TEST(RequestHead, RefusesACrWithinALine) {
    EXPECT_EQ(request("GET / HTTP/1.1\r\nHost: a\rContent-Length: 5\r\n\r\n"),
              "refused: bad_header");
    EXPECT_EQ(request("GET / HTTP/1.1\rHost: a\r\n\r\n"), "refused: bad_header");
    EXPECT_EQ(request("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"), "refused: bad_header");
    EXPECT_EQ(request("GET / HTTP/1.1\r\nHost: a\r\n\r\r\n"), "refused: bad_header");
}

TEST(RequestHead, RefusesFoldedLines) {
    EXPECT_EQ(request_with("A: b\r\n c\r\n"), "refused: bad_header");
    EXPECT_EQ(request_with("A: b\r\n\tc\r\n"), "refused: bad_header");
    EXPECT_EQ(request("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), "refused: bad_header");
    EXPECT_EQ(request_with("Transfer-Encoding:\r\n chunked\r\n"), "refused: bad_transfer_encoding");
}

TEST(RequestHead, RefusesBothFramingsAtOnce) {
    EXPECT_EQ(request_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
              "refused: ambiguous_framing");
    EXPECT_EQ(request_with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
              "refused: ambiguous_framing");
    EXPECT_EQ(request_with("transfer-encoding: chunked\r\nCONTENT-LENGTH: 0\r\n"),
              "refused: ambiguous_framing");
}

TEST(RequestHead, RefusesTransferEncodingInHttp10) {
    EXPECT_EQ(request("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
              "refused: bad_transfer_encoding");
}

class HeadOfBothSides : public ::testing::TestWithParam<message_kind> {
protected:
    std::string with(std::string_view lines) {
        return GetParam() == message_kind::request ? request_with(lines) : response_with(lines);
    }
    std::string start() {
        return GetParam() == message_kind::request ? "GET / HTTP/1.1\r\n" : "HTTP/1.1 200 OK\r\n";
    }
};
INSTANTIATE_TEST_SUITE_P(, HeadOfBothSides,
                         ::testing::Values(message_kind::request, message_kind::response),
                         [](const auto& side) {
                             return side.param == message_kind::request ? "Request" : "Response";
                         });

TEST_P(HeadOfBothSides, RefusesLinesThatAreNoFields) {
    for (const auto line : {"no colon", ": no name", "space : before colon", "tab\t: x", "a b: c",
                            "(a): b", "a\x01: b", "a\x80: b", "\"a\": b", "Content-Length : 5",
                            "Transfer-Encoding : chunked", "{a}: b"}) {
        EXPECT_EQ(with(std::string(line) + "\r\n"), "refused: bad_header") << line;
    }
}

TEST_P(HeadOfBothSides, RefusesControlBytesInValues) {
    for (const auto line : {"A: b\0c"sv, "A: \0"sv, "A: b\rc"sv, "A: b\x01"sv, "A: \x1b[2J"sv,
                            "A: b\x7f"sv, "A\0: b"sv}) {
        EXPECT_EQ(with(std::string(line) + "\r\n"), "refused: bad_header") << line;
    }
}

TEST_P(HeadOfBothSides, RefusesLengthsThatAreNone) {
    for (const auto value : {"", "-1", "+5", "0x5", "5a", "5 5", "18446744073709551616"}) {
        EXPECT_EQ(with("Content-Length: " + std::string(value) + "\r\n"), "refused: bad_length")
            << value;
    }
}

TEST_P(HeadOfBothSides, RefusesDifferentLengths) {
    EXPECT_EQ(with("Content-Length: 5\r\nContent-Length: 6\r\n"), "refused: ambiguous_framing");
    EXPECT_EQ(with("Content-Length: 5, 6\r\n"), "refused: ambiguous_framing");
}

TEST_P(HeadOfBothSides, TakesARepeatedLengthOnce) {
    const std::string twice = with("Content-Length: 5\r\ncontent-length: 5\r\n");
    EXPECT_TRUE(twice.ends_with("|Content-Length=5")) << twice;
    const std::string listed = with("Content-Length: 5, 5\r\n");
    EXPECT_TRUE(listed.ends_with("|Content-Length=5")) << listed;
}

TEST_P(HeadOfBothSides, TakesALengthBetweenAnyBlanks) {
    for (const auto line : {"Content-Length:5", "Content-Length: 5\t", "Content-Length:\t5 ",
                            "Content-Length: 5 , 5", "Content-Length: 5\t,\t5\t"}) {
        const std::string told = with(std::string(line) + "\r\n");
        EXPECT_TRUE(told.ends_with("|Content-Length=5")) << line << " was " << told;
    }
}

TEST_P(HeadOfBothSides, RefusesTransferEncodingsOtherThanChunkedAlone) {
    for (const auto value :
         {"", "identity", "gzip, chunked", "chunked, identity", "chunked, chunked", "xchunked"}) {
        EXPECT_EQ(with("Transfer-Encoding: " + std::string(value) + "\r\n"),
                  "refused: bad_transfer_encoding")
            << value;
    }
    EXPECT_EQ(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
              "refused: bad_transfer_encoding");
}

TEST_P(HeadOfBothSides, LimitsItsLinesWhileTheyArrive) {
    const header_limits limits{.line = 100, .block = 1000, .count = 4};
    const auto read_limited = [&](const std::string& text) {
        return read(GetParam(), text, limits);
    };
    EXPECT_EQ(read_limited(start() + "A: " + std::string(200, 'x')),
              "refused: header_line_too_long");

    std::string many = start();
    for (int line = 0; line < 5; ++line) many += "A: b\r\n";
    EXPECT_EQ(read_limited(many), "refused: too_many_headers");
}

TEST_P(HeadOfBothSides, LimitsItsWholeWhileItArrives) {
    const header_limits limits{.line = 100, .block = 300, .count = 100};
    std::string large = start();
    for (int line = 0; line < 4; ++line) large += "A: " + std::string(90, 'x') + "\r\n";
    EXPECT_EQ(read(GetParam(), large, limits), "refused: header_block_too_large");
}

TEST(RequestHead, LimitsItsTarget) {
    const header_limits limits{.line = 100, .block = 1000, .count = 4};
    EXPECT_EQ(read(message_kind::request, "GET /" + std::string(200, 'x'), limits),
              "refused: target_too_long");
}

TEST(ResponseHead, IsReadHoweverItIsCut) {
    EXPECT_EQ(response("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 4\r\n\r\nbody"),
              "200 OK 1.1 keep|Server=x|Content-Length=4 rest:body");
    EXPECT_EQ(response("HTTP/1.0 404 Not Found\r\n\r\n"), "404 Not Found 1.0 close");
}

TEST(ResponseHead, MayHaveNoReason) {
    EXPECT_EQ(response("HTTP/1.1 200 \r\n\r\n"), "200  1.1 keep");
    EXPECT_EQ(response("HTTP/1.1 200\r\n\r\n"), "200  1.1 keep");
}

TEST(ResponseHead, MayHaveAnUnknownStatus) {
    EXPECT_EQ(response("HTTP/1.1 799 Odd\r\n\r\n"), "799 Odd 1.1 keep");
}

TEST(ResponseHead, RefusesAStatusThatIsNotThreeDigits) {
    for (const auto line : {"HTTP/1.1 -12", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 099 X",
                            "HTTP/1.1  200 OK", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 2x0 OK",
                            "HTTP/1.1\t200 OK", "HTTP/1.1 200OK", "HTTP/1.1 200 \x01"}) {
        EXPECT_EQ(response(std::string(line) + "\r\n\r\n"), "refused: bad_status_line") << line;
    }
    EXPECT_EQ(response("HTTP/1.1 " + std::string(100, '1') + "\r\n\r\n"),
              "refused: bad_status_line");
}

TEST(ResponseHead, RefusesOtherVersions) {
    EXPECT_EQ(response("HTTP/2.0 200 OK\r\n\r\n"), "refused: unsupported_version");
    EXPECT_EQ(response("HTTP/1.10 200 OK\r\n\r\n"), "refused: bad_status_line");
    EXPECT_EQ(response("HTTP/x.1 200 OK\r\n\r\n"), "refused: not_http");
}

TEST(ResponseHead, RefusesWhatIsNotHttpByItsFirstBytes) {
    for (const auto text : {"SSH-2.0-OpenSSH", "<html>", "\x15\x03\x01", "\r\nHTTP/1.1 200 OK\r\n",
                            "220 smtp", "http/1.1 200 OK"}) {
        EXPECT_EQ(response(text), "refused: not_http") << text;
    }
}

TEST(ResponseHead, ForgivesLinesThatEndWithLfAlone) {
    EXPECT_EQ(response("HTTP/1.1 200 OK\nA: b\nC: d\r\n\nrest"),
              "200 OK 1.1 keep|A=b|C=d rest:rest");
}

TEST(ResponseHead, RefusesACrWithinALine) {
    EXPECT_EQ(response_with("A: b\rContent-Length: 5\r\n"), "refused: bad_header");
    EXPECT_EQ(response_with("A: b\r\r\n"), "refused: bad_header");
}

TEST(ResponseHead, UnfoldsFoldedLines) {
    EXPECT_EQ(response_with("A: b\r\n \t c\r\n\td\r\nE: f\r\n"), "200 OK 1.1 keep|A=b c d|E=f");
    EXPECT_EQ(response_with("A:\r\n b\r\n"), "200 OK 1.1 keep|A=b");
}

TEST(ResponseHead, UnfoldsNeitherTheFirstFieldNorFramingNorEndlessLines) {
    EXPECT_EQ(response("HTTP/1.1 200 OK\r\n A: b\r\n\r\n"), "refused: bad_header");
    EXPECT_EQ(response_with("Content-Length: 5\r\n 5\r\n"), "refused: bad_header");
    EXPECT_EQ(response_with("A: b\r\n " + std::string(5000, 'x') + "\r\n"),
              "refused: header_line_too_long");
}

TEST(ResponseHead, WithLengthAndChunksIsAcceptedAsAmbiguous) {
    head_parser parser(message_kind::response, header_limits{});
    parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n");
    ASSERT_TRUE(parser.complete());
    EXPECT_TRUE(parser.take().framing.ambiguous());
}

TEST(HeadParser, KnowsWhichFieldsAreSecret) {
    head_parser parser(message_kind::request, header_limits{});
    parser.feed("GET / HTTP/1.1\r\nauthorization: a\r\nAccept: b\r\nCOOKIE: c\r\n\r\n");
    ASSERT_TRUE(parser.complete());
    message_head head = parser.take();
    EXPECT_EQ(head.headers.remove_sensitive(), 2u) << "passed on, they must not leave the origin";
}

TEST(HeadParser, ReadsOneHeadAfterTheOther) {
    head_parser parser(message_kind::request, header_limits{});
    const std::string_view both = "GET /1 HTTP/1.1\r\nA: b\r\n\r\nGET /2 HTTP/1.1\r\nC: d\r\n\r\n";
    const std::size_t first = parser.feed(both);
    ASSERT_TRUE(parser.complete());
    const message_head one = parser.take();
    EXPECT_TRUE(parser.untouched());
    parser.feed(both.substr(first));
    const message_head two = parser.take();
    EXPECT_EQ(one.target, "/1");
    EXPECT_EQ(one.headers.find("a"), "b");
    EXPECT_EQ(two.target, "/2");
    EXPECT_FALSE(two.headers.contains("a")) << "nothing of the first is left in the second";
}

}  // namespace
