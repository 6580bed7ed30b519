#include "support/url_expectations.hpp"
#include "url_idna_cases.hpp"

namespace url_cases {
namespace {

TEST(UrlWithoutIdna, RefusesEveryHostOutsideOfAscii) {
    for (const url_case& each : unicode_hosts) {
        EXPECT_EQ(parse(each.text).error(), no_idna) << each.text;
    }
}

TEST(UrlWithoutIdna, SaysWhatIsMissing) {
    EXPECT_EQ(make_error_code(no_idna).message(),
              "the host is not in ASCII, and eddy was built without libidn2");
}

}  // namespace
}  // namespace url_cases
