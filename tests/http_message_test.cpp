#include <eddy/http_message.hpp>

#include <eddy/http_error.hpp>

#include <gtest/gtest.h>

namespace {

using namespace eddy::http;

TEST(Method, GoesToItsNameAndBack) {
    for (const method verb : {method::get, method::head, method::post, method::put, method::patch,
                              method::delete_, method::options, method::trace, method::connect}) {
        EXPECT_EQ(parse_method(to_string(verb)), verb);
    }
    EXPECT_EQ(to_string(method::delete_), "DELETE");
}

TEST(Method, IsCaseSensitive) {
    EXPECT_FALSE(parse_method("get"));
    EXPECT_FALSE(parse_method(""));
    EXPECT_FALSE(parse_method("BREW"));
}

TEST(Method, KnowsWhatMayBeSentTwice) {
    EXPECT_TRUE(is_idempotent(method::get));
    EXPECT_TRUE(is_idempotent(method::delete_));
    EXPECT_FALSE(is_idempotent(method::post));
    EXPECT_FALSE(is_idempotent(method::patch));
}

TEST(ReasonPhrase, IsThatOfTheRegistry) {
    EXPECT_EQ(reason_phrase(100), "Continue");
    EXPECT_EQ(reason_phrase(200), "OK");
    EXPECT_EQ(reason_phrase(404), "Not Found");
    EXPECT_EQ(reason_phrase(511), "Network Authentication Required");
    EXPECT_EQ(reason_phrase(299), "");
    EXPECT_EQ(reason_phrase(999), "");
}

TEST(Request, SplitsItsTargetAtTheFirstQuestionMark) {
    const request asked(method::get, "/a/b?c=d?e");
    EXPECT_EQ(asked.path(), "/a/b");
    EXPECT_EQ(asked.query(), "c=d?e");
    EXPECT_EQ(request(method::get, "/a").query(), "");
}

TEST(Response, WithATextIsPlainTextUnlessToldOtherwise) {
    EXPECT_EQ(response(200, "hello").headers.find("content-type"), "text/plain; charset=utf-8");
    EXPECT_EQ(response(200, "{}", "application/json").headers.find("content-type"),
              "application/json");
    EXPECT_TRUE(response(204).headers.empty());
}

TEST(Response, RaisesForAStatusOfFourHundredAndMore) {
    EXPECT_NO_THROW(response(399).raise_for_status());
    response missing(404);
    missing.url = "http://user:secret@host/x";
    try {
        missing.raise_for_status();
        FAIL() << "a 404 was not raised";
    } catch (const error& raised) {
        EXPECT_EQ(raised.kind(), error_kind::bad_status);
        EXPECT_STREQ(raised.what(), "bad_status: 404 Not Found (http://host/x, done, after 0 ms)");
    }
}

}  // namespace
