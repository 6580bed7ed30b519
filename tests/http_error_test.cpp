#include <eddy/http_error.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace eddy::http;

TEST(HttpError, SaysItsKindAndDetail) {
    const error thrown(error_kind::bad_chunk, "a chunk size is no hexadecimal number");
    EXPECT_STREQ(thrown.what(), "bad_chunk: a chunk size is no hexadecimal number");
    EXPECT_EQ(thrown.kind(), error_kind::bad_chunk);
    EXPECT_EQ(thrown.group(), error_group::protocol);
}

TEST(HttpError, EscapesWhatThePeerSent) {
    const error thrown(error_kind::not_http, "\x1b[2J\r\nforged \\ log line\x9b");
    EXPECT_STREQ(thrown.what(), "not_http: \\x1b[2J\\x0d\\x0aforged \\x5c log line\\x9b");
}

TEST(HttpError, TellsWhereItHappened) {
    error_context where;
    where.url = "http://example.com/a";
    where.peer = "127.0.0.1:80";
    where.phase = phase::receive_body;
    where.reused = true;
    where.elapsed = std::chrono::milliseconds(12);
    const error thrown = error(error_kind::body_truncated, "closed").with(where);
    EXPECT_STREQ(thrown.what(),
                 "body_truncated: closed (http://example.com/a at 127.0.0.1:80, reused connection, "
                 "receiving the body, after 12 ms)");
    EXPECT_EQ(thrown.phase(), phase::receive_body);
    EXPECT_TRUE(thrown.reused());
    EXPECT_EQ(thrown.elapsed(), std::chrono::milliseconds(12));
}

TEST(HttpError, QuotesItsCause) {
    const auto refused = std::make_error_code(std::errc::connection_refused);
    const error thrown(error_kind::connection_refused, "connect", refused);
    EXPECT_EQ(thrown.cause(), refused);
    EXPECT_EQ(thrown.what(), "connection_refused: connect: " + refused.message());
}

TEST(HttpError, CrossesAsAnErrorCode) {
    const std::error_code code = error_kind::redirect_loop;
    EXPECT_EQ(code.message(), "redirect_loop");
    EXPECT_STREQ(code.category().name(), "http");
    EXPECT_EQ(error(error_kind::redirect_loop, "").code(), code);
}

TEST(HttpError, NamesEveryKindAndPhase) {
    EXPECT_EQ(to_string(error_kind::invalid_url), "invalid_url");
    EXPECT_EQ(to_string(error_kind::bad_status), "bad_status");
    EXPECT_EQ(group_of(error_kind::bad_status), error_group::status);
    EXPECT_EQ(to_string(phase::done), "done");
}

TEST(Redacted, TakesOutOfATextWhateverMayBeAPassword) {
    EXPECT_EQ(redacted_text("https://user:pa/ss#wo?rd@host:x/"), "https://host:x/");
    EXPECT_EQ(redacted_text("http:/user:secret@ho st/"), "http:/ho st/");
    EXPECT_EQ(redacted_text("http:\\\\user:secret@host"), "http:\\x5c\\x5chost");
    EXPECT_EQ(redacted_text("http:user:secret@host"), "http:host");
    EXPECT_EQ(redacted_text("secret@host"), "host");
    EXPECT_EQ(redacted_text("http://host:x/\n"), "http://host:x/\\x0a");
}

TEST(Redacted, TakesTheUserAndPasswordOut) {
    EXPECT_EQ(redacted("http://user:secret@host/path"), "http://host/path");
    EXPECT_EQ(redacted("http://us@er:sec@ret@host"), "http://host");
    EXPECT_EQ(redacted("http://host/a@b?c@d"), "http://host/a@b?c@d");
    EXPECT_EQ(redacted("no url\n"), "no url\\x0a");
}

}  // namespace
