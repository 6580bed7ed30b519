#include <eddy/query_string.hpp>

#include <eddy/url.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using eddy::query_string;
using fields = std::vector<query_string::field>;

}  // namespace

TEST(QueryString, WritesFieldsInTheirOrder) {
    const query_string query = query_string().add("q", "a b&c=d").add("page", "2").add("q", "");
    EXPECT_EQ(query.to_string(), "q=a+b%26c%3Dd&page=2&q=");
    EXPECT_EQ(query_string().to_string(), "");
}

TEST(QueryString, EncodesAllButAFewCharacters) {
    EXPECT_EQ(query_string().add("*-._aZ09", "~!'()+%20\xC3\xBC").to_string(),
              "*-._aZ09=%7E%21%27%28%29%2B%2520%C3%BC");
    EXPECT_EQ(query_string().add(" ", "  ").to_string(), "+=++");
}

TEST(QueryString, ReadsWhatFormsSend) {
    EXPECT_EQ(
        query_string::parse("q=a+b%26c&page=2&flag&=x&&a=b=c&%71=%2B").fields(),
        (fields{{"q", "a b&c"}, {"page", "2"}, {"flag", ""}, {"", "x"}, {"a", "b=c"}, {"q", "+"}}));
    EXPECT_EQ(query_string::parse("").fields(), fields{});
    EXPECT_EQ(query_string::parse("&&&").fields(), fields{});
    EXPECT_EQ(query_string::parse("=").fields(), (fields{{"", ""}}));
}

TEST(QueryString, ReadsAnythingAtAll) {
    EXPECT_EQ(query_string::parse("a=%zz%&b=\xff%ff%C3%BC").fields(),
              (fields{{"a", "%zz%"}, {"b", "\xEF\xBF\xBD\xEF\xBF\xBD\xC3\xBC"}}));
    EXPECT_EQ(query_string::parse("a=%00").get("a"), std::string(1, '\0'));
}

TEST(QueryString, ReadsWhatItWrites) {
    std::string ascii;
    for (char letter = 0; letter < 0x7f; ++letter) ascii += letter;
    const query_string query = query_string().add(ascii, ascii).add("", "").add(" +%", "&=;");
    EXPECT_EQ(query_string::parse(query.to_string()), query);
}

TEST(QueryString, FindsTheFirstFieldOfAName) {
    const query_string query = query_string::parse("a=1&b=2&a=3&c");
    EXPECT_EQ(query.get("a"), "1");
    EXPECT_EQ(query.get("c"), "");
    EXPECT_EQ(query.get("d"), std::nullopt);
    EXPECT_EQ(query.get("A"), std::nullopt);
}

TEST(QueryString, SetsAFieldWhereItStood) {
    query_string query = query_string::parse("a=1&b=2&a=3");
    EXPECT_EQ(query.set("a", "x").to_string(), "a=x&b=2");
    EXPECT_EQ(query.set("c", "y").to_string(), "a=x&b=2&c=y");
}

TEST(QueryString, RemovesEveryFieldOfAName) {
    EXPECT_EQ(query_string::parse("a=1&b=2&a=3").remove("a").to_string(), "b=2");
}

TEST(QueryString, RemovesFieldsByTheNameOfOneOfThem) {
    query_string query = query_string::parse("a=1&b=2&a=3");
    EXPECT_EQ(query.remove(query.fields().front().name).to_string(), "b=2");
}

TEST(QueryString, FitsIntoAUrl) {
    const query_string query = query_string().add("q", "it's 5 > 3 & \"so\"#?");
    const eddy::url page = eddy::url("http://h/search").with_query(query.to_string());
    EXPECT_EQ(page.query(), query.to_string());
    EXPECT_EQ(query_string::parse(page.query()), query);
}
