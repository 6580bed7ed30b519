#include "http_writer.hpp"

#include <eddy/http_error.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace eddy::http;

std::string request_head(method verb, const headers& own, std::uint64_t body_size = 0) {
    headers defaults;
    defaults.add("User-Agent", "eddy").add("Accept", "*/*");
    std::string out;
    append_request_head(out, verb, "/a?b", "example.com", own, defaults, body_size);
    return out;
}

TEST(RequestWriter, SendsHostAndDefaults) {
    EXPECT_EQ(request_head(method::get, headers()),
              "GET /a?b HTTP/1.1\r\nHost: example.com\r\nUser-Agent: eddy\r\nAccept: */*\r\n\r\n");
}

TEST(RequestWriter, LetsTheUserReplaceDefaults) {
    headers own;
    own.add("accept", "text/html").add("X", "1");
    EXPECT_EQ(request_head(method::get, own),
              "GET /a?b HTTP/1.1\r\nHost: example.com\r\nUser-Agent: eddy\r\naccept: "
              "text/html\r\nX: 1\r\n\r\n");
}

TEST(RequestWriter, SaysTheLengthOfABodyAndOfOneThatIsExpected) {
    EXPECT_NE(request_head(method::put, headers(), 5).find("Content-Length: 5\r\n"),
              std::string::npos);
    EXPECT_NE(request_head(method::post, headers()).find("Content-Length: 0\r\n"),
              std::string::npos);
    EXPECT_EQ(request_head(method::delete_, headers()).find("Content-Length"), std::string::npos);
}

TEST(RequestWriter, DoesNotRepeatWhatTheUserSaysRightly) {
    headers own;
    own.add("Host", "example.com").add("Content-Length", "5");
    EXPECT_EQ(request_head(method::post, own, 5), request_head(method::post, headers(), 5));
}

TEST(RequestWriter, RefusesHostAndFramingThatAreNotTrue) {
    for (const auto& [name, value] : {std::pair("Host", "evil"), std::pair("Content-Length", "6"),
                                      std::pair("Transfer-Encoding", "chunked")}) {
        headers own;
        own.add(name, value);
        EXPECT_THROW(request_head(method::post, own, 5), error) << name;
    }
}

TEST(RequestWriter, HoldsDefaultsToTheSameRulesAsTheUsersOwn) {
    std::string out;
    for (const auto& [name, value] : {std::pair("Host", "evil"), std::pair("Content-Length", "6"),
                                      std::pair("Transfer-Encoding", "chunked")}) {
        headers defaults;
        defaults.add(name, value);
        EXPECT_THROW(append_request_head(out, method::post, "/", "a", headers(), defaults, 5),
                     error)
            << name;
    }
    headers true_ones;
    true_ones.add("Host", "a").add("Content-Length", "5");
    out.clear();
    append_request_head(out, method::post, "/", "a", headers(), true_ones, 5);
    EXPECT_EQ(out, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
}

std::string response_head(const response& answer, response_style style = {}) {
    style.date = "now";
    std::string out;
    append_response_head(out, answer, style);
    return out;
}

TEST(ResponseWriter, SendsDateAndLength) {
    EXPECT_EQ(response_head(response(200, "hello")),
              "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/plain; "
              "charset=utf-8\r\nContent-Length: 5\r\n\r\n");
}

TEST(ResponseWriter, OwnsTheFramingWhateverTheHandlerSaid) {
    response answer(200);
    answer.headers.add("Content-Length", "99")
        .add("Transfer-Encoding", "chunked")
        .add("Connection", "x");
    EXPECT_EQ(response_head(answer), "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseWriter, AnswersHeadWithTheLengthOfTheBodyOrTheOneItIsTold) {
    response answer(200);
    answer.body = "hello";
    std::string out;
    EXPECT_FALSE(append_response_head(out, answer, {.asked = method::head}));
    EXPECT_NE(out.find("Content-Length: 5\r\n"), std::string::npos);
    answer.headers.add("Content-Length", "99");
    EXPECT_NE(response_head(answer, {.asked = method::head}).find("Content-Length: 99\r\n"),
              std::string::npos);
    response wrong(200);
    wrong.body = "hello";
    wrong.headers.add("Content-Length", "12x");
    EXPECT_NE(response_head(wrong, {.asked = method::head}).find("Content-Length: 5\r\n"),
              std::string::npos);
}

TEST(ResponseWriter, GivesNoBodyToStatusesWithoutOne) {
    for (const int status : {204, 304}) {
        response answer(status);
        answer.body = "must not be sent";
        std::string out;
        EXPECT_FALSE(append_response_head(out, answer, {}));
        EXPECT_EQ(out.find("Content-Length"), std::string::npos) << status;
    }
}

TEST(ResponseWriter, SaysWhetherTheConnectionGoesOn) {
    EXPECT_NE(response_head(response(200), {.keep_alive = false}).find("Connection: close"),
              std::string::npos);
    EXPECT_NE(response_head(response(200), {.minor_version = 0}).find("Connection: keep-alive"),
              std::string::npos);
    EXPECT_EQ(response_head(response(200)).find("Connection"), std::string::npos);
}

TEST(ResponseWriter, DoesNotLetAReasonSplitTheResponse) {
    response answer(200);
    answer.reason = "OK\r\nEvil: 1";
    EXPECT_TRUE(response_head(answer).starts_with("HTTP/1.1 200 OK\r\nDate"));
    answer.reason = "Fine";
    EXPECT_TRUE(response_head(answer).starts_with("HTTP/1.1 200 Fine\r\n"));
}

TEST(HttpDate, IsThatOfTheStandard) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
