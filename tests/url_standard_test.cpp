#include "url_cases.hpp"
#include "url_failure_cases.hpp"

#include <eddy/url.hpp>

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

namespace {

using eddy::host_type;
using eddy::url;
using eddy::url_or_error;
using url_cases::url_case;

url_or_error parse(std::string_view text, std::string_view base = {}) {
    return base.empty() ? url::parse(text) : url(base).resolve(text);
}

// Every part of a url lies in its href; put together again, they are the href.
std::string put_together(const url& parts) {
    std::string text(parts.scheme());
    text += ':';
    if (parts.type_of_host() != host_type::none) {
        text += "//";
        text += parts.username();
        if (!parts.password().empty()) text.append(":").append(parts.password());
        if (parts.has_credentials()) text += '@';
        text += parts.hostname();
        if (parts.port()) text += ':' + std::to_string(*parts.port());
    } else if (parts.path().starts_with("//")) {
        text += "/.";
    }
    text += parts.path();
    if (parts.has_query()) text.append("?").append(parts.query());
    if (parts.has_fragment()) text.append("#").append(parts.fragment());
    return text;
}

void expect_hrefs(std::span<const url_case> cases) {
    for (const url_case& each : cases) {
        SCOPED_TRACE(std::string(each.text) + " on " + std::string(each.base));
        const url_or_error parsed = parse(each.text, each.base);
        ASSERT_TRUE(parsed) << make_error_code(parsed.error()).message();
        EXPECT_EQ(parsed->href(), each.href);
        EXPECT_EQ(put_together(*parsed), each.href);

        const url again(parsed->href());
        EXPECT_EQ(again, *parsed) << "an href parsed again must be the same url";
        EXPECT_EQ(again.path(), parsed->path());
        EXPECT_EQ(again.type_of_host(), parsed->type_of_host());
    }
}

}  // namespace

TEST(UrlStandard, TakesSchemesAndSlashesAsTheStandardSays) {
    expect_hrefs(url_cases::schemes);
}

TEST(UrlStandard, ResolvesReferencesAgainstABase) {
    expect_hrefs(url_cases::relative_references);
}

TEST(UrlStandard, EncodesCredentials) {
    expect_hrefs(url_cases::credentials);
}

TEST(UrlStandard, WritesEveryDomainInAscii) {
    expect_hrefs(url_cases::domains);
}

TEST(UrlStandard, WritesEveryIpv4AddressInFourDecimals) {
    expect_hrefs(url_cases::ipv4_addresses);
}

TEST(UrlStandard, CompressesIpv6Addresses) {
    expect_hrefs(url_cases::ipv6_addresses);
}

TEST(UrlStandard, LeavesTheHostsOfUnknownSchemesAsTheyAre) {
    expect_hrefs(url_cases::opaque_hosts);
}

TEST(UrlStandard, LeavesOutTheDefaultPort) {
    expect_hrefs(url_cases::ports);
}

TEST(UrlStandard, TakesDotSegmentsOutOfPaths) {
    expect_hrefs(url_cases::paths);
}

TEST(UrlStandard, KnowsDriveLettersAndHostsOfFiles) {
    expect_hrefs(url_cases::files);
}

TEST(UrlStandard, EncodesQueriesAndFragments) {
    expect_hrefs(url_cases::queries_and_fragments);
}

TEST(UrlStandard, IgnoresOuterSpacesAndInnerLineEnds) {
    expect_hrefs(url_cases::uncleaned_texts);
}

TEST(UrlStandard, ReplacesMalformedUtf8) {
    expect_hrefs(url_cases::malformed_texts);
}

TEST(UrlStandard, IsNotConfusedAboutTheHost) {
    expect_hrefs(url_cases::confusing_texts);
}

TEST(UrlStandard, SaysWhyATextIsNoUrl) {
    for (const auto& each : url_cases::failures) {
        const url_or_error parsed = parse(each.text, each.base);
        ASSERT_FALSE(parsed) << each.text << " became " << parsed->href();
        EXPECT_EQ(parsed.error(), each.reason)
            << each.text << ": " << make_error_code(parsed.error()).message();
    }
}
