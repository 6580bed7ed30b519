#include "http_target.hpp"

#include <eddy/http_error.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace eddy::http;

std::string resolve(const std::string& text) {
    head_parser parser(message_kind::request, header_limits{});
    try {
        parser.feed(text + "\r\n");
        const auto found = resolve_target(parser.take());
        return found.host + ' ' + found.target;
    } catch (const error& thrown) {
        return "refused: " + std::string(to_string(thrown.kind()));
    }
}

TEST(RequestTarget, OfTheUsualFormHasItsHostFromTheField) {
    EXPECT_EQ(resolve("GET /a?b=c HTTP/1.1\r\nHost: example.com:8080\r\n"),
              "example.com:8080 /a?b=c");
    EXPECT_EQ(resolve("GET / HTTP/1.1\r\nHost: [::1]:80\r\n"), "[::1]:80 /");
    EXPECT_EQ(resolve("GET / HTTP/1.1\r\nHost:\r\n"), " /");
}

TEST(RequestTarget, OfTheAbsoluteFormHasItsHostInItself) {
    EXPECT_EQ(resolve("GET http://a.example/x?y HTTP/1.1\r\nHost: b.example\r\n"),
              "a.example /x?y");
    EXPECT_EQ(resolve("GET HTTP://a.example?y HTTP/1.1\r\nHost: b\r\n"), "a.example /?y");
    EXPECT_EQ(resolve("GET https://a.example HTTP/1.1\r\nHost: b\r\n"), "a.example /");
    EXPECT_EQ(resolve("GET http:///x HTTP/1.1\r\nHost: b\r\n"), "refused: bad_request_line");
    EXPECT_EQ(resolve("GET http://user@a/x HTTP/1.1\r\nHost: b\r\n"), "refused: bad_header");
    EXPECT_EQ(resolve("GET ftp://a/x HTTP/1.1\r\nHost: b\r\n"), "refused: bad_request_line");
}

TEST(RequestTarget, MayBeAStarForOptionsOnly) {
    EXPECT_EQ(resolve("OPTIONS * HTTP/1.1\r\nHost: a\r\n"), "a *");
    EXPECT_EQ(resolve("GET * HTTP/1.1\r\nHost: a\r\n"), "refused: bad_request_line");
}

TEST(RequestTarget, NeedsExactlyOneHostInHttp11) {
    EXPECT_EQ(resolve("GET / HTTP/1.1\r\n"), "refused: bad_header");
    EXPECT_EQ(resolve("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n"), "refused: bad_header");
    EXPECT_EQ(resolve("GET / HTTP/1.0\r\n"), " /");
    EXPECT_EQ(resolve("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n"), "refused: bad_header");
}

TEST(RequestTarget, RefusesAHostOfOtherLetters) {
    for (const auto host : {"a b", "user@a", "a/b", "a\\b", "a?b", "a#b", "<a>", "\"a\""}) {
        EXPECT_EQ(resolve("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n"),
                  "refused: bad_header")
            << host;
    }
}

TEST(RequestTarget, RefusesAFragment) {
    EXPECT_EQ(resolve("GET /a#b HTTP/1.1\r\nHost: a\r\n"), "refused: bad_request_line");
}

}  // namespace
