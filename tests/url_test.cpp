#include <eddy/url.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace {

using eddy::host_type;
using eddy::url;
using eddy::url_error;
using eddy::url_or_error;
using namespace std::string_view_literals;

std::string message_of(std::string_view text) {
    try {
        return "no error for " + std::string(url(text).href());
    } catch (const std::system_error& error) {
        return error.what();
    }
}

}  // namespace

TEST(Url, OffersItsParts) {
    const url page("HTTPS://us%65r:s%3Acret@Example.COM:8443/a/../b?q=1#top");
    EXPECT_EQ(page.scheme(), "https");
    EXPECT_EQ(page.username(), "us%65r");
    EXPECT_EQ(page.password(), "s%3Acret");
    EXPECT_TRUE(page.has_credentials());
    EXPECT_EQ(page.host(), "example.com:8443");
    EXPECT_EQ(page.hostname(), "example.com");
    EXPECT_EQ(page.port(), 8443);
    EXPECT_EQ(page.effective_port(), 8443);
    EXPECT_EQ(page.path(), "/b");
    EXPECT_EQ(page.query(), "q=1");
    EXPECT_EQ(page.fragment(), "top");
    EXPECT_EQ(page.target(), "/b?q=1");
    EXPECT_EQ(page.origin(), "https://example.com:8443");
}

TEST(Url, HasEmptyPartsWhereNoneAreGiven) {
    const url page("http://example.com");
    EXPECT_EQ(page.username(), "");
    EXPECT_EQ(page.password(), "");
    EXPECT_FALSE(page.has_credentials());
    EXPECT_EQ(page.port(), std::nullopt);
    EXPECT_EQ(page.path(), "/");
    EXPECT_EQ(page.query(), "");
    EXPECT_FALSE(page.has_query());
    EXPECT_EQ(page.fragment(), "");
    EXPECT_FALSE(page.has_fragment());
    EXPECT_EQ(page.target(), "/");
}

TEST(Url, TellsAnEmptyQueryFromNone) {
    const url page("http://h/?#");
    EXPECT_TRUE(page.has_query());
    EXPECT_TRUE(page.has_fragment());
    EXPECT_EQ(page.target(), "/?");
    EXPECT_NE(page, url("http://h/"));
}

TEST(Url, KnowsWhatItsHostIs) {
    EXPECT_EQ(url("http://example.com").type_of_host(), host_type::domain);
    EXPECT_EQ(url("http://127.1").type_of_host(), host_type::ipv4);
    EXPECT_EQ(url("http://[::1]").type_of_host(), host_type::ipv6);
    EXPECT_EQ(url("redis://127.1").type_of_host(), host_type::opaque);
    EXPECT_EQ(url("file:///x").type_of_host(), host_type::empty);
    EXPECT_EQ(url("file://localhost/x").type_of_host(), host_type::empty);
    EXPECT_EQ(url("mailto:a@b").type_of_host(), host_type::none);
    EXPECT_EQ(url("web:/.//path").type_of_host(), host_type::none);
}

TEST(Url, TakesTheBracketsOffAnIpv6AddressToConnectTo) {
    const url address("http://[0:0::1]:81/");
    EXPECT_EQ(address.host(), "[::1]:81");
    EXPECT_EQ(address.hostname(), "[::1]");
    EXPECT_EQ(address.bare_hostname(), "::1");
    EXPECT_EQ(url("http://h/").bare_hostname(), "h");
}

TEST(Url, KnowsThePortToConnectTo) {
    EXPECT_EQ(url("http://h").effective_port(), 80);
    EXPECT_EQ(url("https://h").effective_port(), 443);
    EXPECT_EQ(url("ws://h").effective_port(), 80);
    EXPECT_EQ(url("wss://h").effective_port(), 443);
    EXPECT_EQ(url("ftp://h").effective_port(), 21);
    EXPECT_EQ(url("http://h:0").effective_port(), 0);
    EXPECT_EQ(url("file:///x").effective_port(), std::nullopt);
    EXPECT_EQ(url("redis://h").effective_port(), std::nullopt);
    EXPECT_EQ(url("redis://h:6379").effective_port(), 6379);
}

TEST(Url, HasAnOriginOnlyWhereTheStandardKnowsTheScheme) {
    EXPECT_EQ(url("http://u:p@h:80/x").origin(), "http://h");
    EXPECT_EQ(url("wss://h:1/x").origin(), "wss://h:1");
    EXPECT_EQ(url("file:///x").origin(), "null");
    EXPECT_EQ(url("redis://h").origin(), "null");
    EXPECT_EQ(url("data:x").origin(), "null");
    EXPECT_EQ(url("blob:https://h:1/x").origin(), "https://h:1");
    EXPECT_EQ(url("blob:ftp://h/x").origin(), "null");
    EXPECT_EQ(url("blob:x").origin(), "null");
}

TEST(Url, SharesItsOriginWithTheSameSchemeHostAndPort) {
    const url page("https://u:p@Example.com:443/a");
    EXPECT_TRUE(same_origin(page, url("https://example.com/b?c#d")));
    EXPECT_FALSE(same_origin(page, url("http://example.com/a")));
    EXPECT_FALSE(same_origin(page, url("https://example.com:444/a")));
    EXPECT_FALSE(same_origin(page, url("https://www.example.com/a")));
    EXPECT_FALSE(same_origin(page, url("https://example.com./a")));
    EXPECT_FALSE(same_origin(url("file:///a"), url("file:///a")));
    EXPECT_FALSE(same_origin(url("redis://h"), url("redis://h")));
}

TEST(Url, LosesNothingButItsFragment) {
    EXPECT_EQ(url("http://h/a?b#c").with_fragment_removed(), url("http://h/a?b"));
    EXPECT_EQ(url("http://h/a?b").with_fragment_removed(), url("http://h/a?b"));
    EXPECT_EQ(url("data:a  #c").with_fragment_removed(), url("data:a %20"));
    EXPECT_EQ(url("http://h/a#c").with_fragment_removed().target(), "/a");
}

TEST(Url, LosesNothingButItsCredentials) {
    const url secret("http://user:secret@h:81/a@b?c#d");
    EXPECT_EQ(secret.with_credentials_removed(), url("http://h:81/a@b?c#d"));
    EXPECT_EQ(url("redis://:p@h").with_credentials_removed(), url("redis://h"));
    EXPECT_EQ(url("http://h/").with_credentials_removed(), url("http://h/"));
}

TEST(Url, TakesAnotherQuery) {
    const url page("http://h/a?b#c");
    EXPECT_EQ(page.with_query("x=1&y=a b").href(), "http://h/a?x=1&y=a%20b#c");
    EXPECT_EQ(page.with_query("x#y\n\xff").href(), "http://h/a?x%23y%0A%EF%BF%BD#c");
    EXPECT_EQ(page.with_query("").href(), "http://h/a#c");
    EXPECT_EQ(url("web:/.//a").with_query("b").href(), "web:/.//a?b");
    EXPECT_EQ(url("data:a?b").with_query("it's").href(), "data:a?it's");
    EXPECT_EQ(url("http://h").with_query("it's").href(), "http://h/?it%27s");
}

TEST(Url, IsAValue) {
    const url page("HTTP://h:80/a");
    const url same("http://h/b/../a");
    EXPECT_EQ(page, same);
    EXPECT_LT(page, url("http://h/b"));
    const std::unordered_set<url> seen{page, same, url("http://h/a?")};
    EXPECT_EQ(seen.size(), 2u);
}

TEST(Url, NamesTheTextAndTheReasonWhenItThrows) {
    EXPECT_EQ(message_of("http://a b/"),
              "parse URL \"http://a b/\": the host contains a forbidden character");
    EXPECT_THROW(url("x"), std::system_error);
    EXPECT_THROW(url("//", url("http://h/")), std::system_error);
    EXPECT_EQ(url("../x", url("http://h/a/b")).href(), "http://h/x");
    EXPECT_EQ(make_error_code(url_error::missing_host).category(), eddy::url_category());
}

TEST(Url, ThrowsNothingThatHarmsATerminal) {
    EXPECT_EQ(
        message_of("\x1b]0;\xc2\x9b\n\0x"sv),
        "parse URL \"\\x1b]0;\\xc2\\x9b\\x0a\\x00x\": it has no scheme, and there is no base URL");
    EXPECT_LT(message_of(std::string(100'000, 'x')).size(), 300u);
}

TEST(Url, ThrowsNoPasswords) {
    EXPECT_EQ(message_of("http://user:se@cret@h:x/"),
              "parse URL \"http://user:***@h:x/\": the port is not a number");
    EXPECT_EQ(message_of("http://user:se#cret@h/").find("cret"), std::string::npos);
    EXPECT_EQ(message_of("http:/user:secret@ho st/").find("secret"), std::string::npos);
    EXPECT_EQ(message_of("http:\\\\user:secret@host:99999/").find("secret"), std::string::npos);
    EXPECT_EQ(message_of("http:user:secret@h:x//").find("secret"), std::string::npos);
}

TEST(Url, HasALimitOnItsLength) {
    const std::string scheme = "data:";
    const std::string longest(url::max_length - scheme.size(), 'x');
    EXPECT_TRUE(url::parse(scheme + longest));
    EXPECT_EQ(url::parse(scheme + longest + 'x').error(), url_error::too_long);
    // Shorter than the limit as text, and longer once it is encoded.
    const std::string spaces(url::max_length / 2, ' ');
    EXPECT_EQ(url::parse("http://h/" + spaces + "x").error(), url_error::too_long);
    EXPECT_THROW(url("http://h/").with_query(longest + "xxx"), std::system_error);
}

// Each would take many seconds if any step looked at the whole text again.
TEST(Url, TakesLinearTimeForHostileTexts) {
    for (const std::string_view piece : {"a/../", "../", "/.", "@", ":", "[", "1.", "\xff", "%61",
                                         "?#", "\xc3\xa9.", "xn--", "0:", "\t", "C|/../"}) {
        for (const std::string_view start :
             {"http://", "http://h/", "file:///", "web:/", "data:"}) {
            std::string text(start);
            while (text.size() < url::max_length / 4) text += piece;
            const url_or_error parsed = url::parse(text);
            EXPECT_TRUE(parsed || parsed.error() != url_error::none);
        }
    }
}
