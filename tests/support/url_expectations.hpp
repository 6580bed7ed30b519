#pragma once

#include "url_cases.hpp"
#include "url_failure_cases.hpp"

#include <eddy/url.hpp>

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

namespace url_cases {

inline eddy::url_or_error parse(std::string_view text, std::string_view base = {}) {
    return base.empty() ? eddy::url::parse(text) : eddy::url(base).resolve(text);
}

// Every part of a url lies in its href; put together again, they are the href.
inline std::string put_together(const eddy::url& parts) {
    std::string text(parts.scheme());
    text += ':';
    if (parts.type_of_host() != eddy::host_type::none) {
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

inline void expect_hrefs(std::span<const url_case> cases) {
    for (const url_case& each : cases) {
        SCOPED_TRACE(std::string(each.text) + " on " + std::string(each.base));
        const eddy::url_or_error parsed = parse(each.text, each.base);
        ASSERT_TRUE(parsed) << make_error_code(parsed.error()).message();
        EXPECT_EQ(parsed->href(), each.href);
        EXPECT_EQ(put_together(*parsed), each.href);

        const eddy::url again(parsed->href());
        EXPECT_EQ(again, *parsed) << "an href parsed again must be the same url";
        EXPECT_EQ(again.path(), parsed->path());
        EXPECT_EQ(again.type_of_host(), parsed->type_of_host());
    }
}

inline void expect_failures(std::span<const failure_case> cases) {
    for (const failure_case& each : cases) {
        const eddy::url_or_error parsed = parse(each.text, each.base);
        ASSERT_FALSE(parsed) << each.text << " became " << parsed->href();
        EXPECT_EQ(parsed.error(), each.reason)
            << each.text << ": " << make_error_code(parsed.error()).message();
    }
}

}  // namespace url_cases
