#include "support/url_expectations.hpp"

namespace url_cases {
namespace {

TEST(UrlStandard, TakesSchemesAndSlashesAsTheStandardSays) {
    expect_hrefs(schemes);
}

TEST(UrlStandard, ResolvesReferencesAgainstABase) {
    expect_hrefs(relative_references);
}

TEST(UrlStandard, EncodesCredentials) {
    expect_hrefs(credentials);
}

TEST(UrlStandard, WritesEveryDomainInLowerCase) {
    expect_hrefs(domains);
}

TEST(UrlStandard, WritesEveryIpv4AddressInFourDecimals) {
    expect_hrefs(ipv4_addresses);
}

TEST(UrlStandard, CompressesIpv6Addresses) {
    expect_hrefs(ipv6_addresses);
}

TEST(UrlStandard, LeavesTheHostsOfUnknownSchemesAsTheyAre) {
    expect_hrefs(opaque_hosts);
}

TEST(UrlStandard, LeavesOutTheDefaultPort) {
    expect_hrefs(ports);
}

TEST(UrlStandard, TakesDotSegmentsOutOfPaths) {
    expect_hrefs(paths);
}

TEST(UrlStandard, KnowsDriveLettersAndHostsOfFiles) {
    expect_hrefs(files);
}

TEST(UrlStandard, EncodesQueriesAndFragments) {
    expect_hrefs(queries_and_fragments);
}

TEST(UrlStandard, IgnoresOuterSpacesAndInnerLineEnds) {
    expect_hrefs(uncleaned_texts);
}

TEST(UrlStandard, ReplacesMalformedUtf8) {
    expect_hrefs(malformed_texts);
}

TEST(UrlStandard, IsNotConfusedAboutTheHost) {
    expect_hrefs(confusing_texts);
}

TEST(UrlStandard, SaysWhyATextIsNoUrl) {
    expect_failures(failures);
}

}  // namespace
}  // namespace url_cases
