#include "support/url_expectations.hpp"
#include "url_idna_cases.hpp"

namespace url_cases {
namespace {

TEST(UrlIdna, WritesEveryHostInAscii) {
    expect_hrefs(unicode_hosts);
}

TEST(UrlIdna, SaysWhyAHostIsNone) {
    expect_failures(unicode_failures);
}

}  // namespace
}  // namespace url_cases
