#include <eddy/http_headers.hpp>

#include <eddy/http_error.hpp>

#include <gtest/gtest.h>

#include <string_view>

namespace {

using namespace eddy::http;

template <class Action>
error_kind kind_thrown_by(Action action) {
    try {
        action();
    } catch (const error& thrown) {
        return thrown.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return error_kind{};
}

TEST(Headers, FindFieldsWithoutRegardToCase) {
    headers fields;
    fields.add("Content-Type", "text/html");
    EXPECT_EQ(fields.find("content-type"), "text/html");
    EXPECT_EQ(fields.find("CONTENT-TYPE"), "text/html");
    EXPECT_FALSE(fields.find("content-length").has_value());
}

TEST(Headers, KeepTheirOrderAndRepetitions) {
    headers fields;
    fields.add("Set-Cookie", "a=1").add("Via", "x").add("set-cookie", "b=2");
    EXPECT_EQ(fields.size(), 3u);
    EXPECT_EQ(fields.count("Set-Cookie"), 2u);
    EXPECT_EQ(fields[0].value, "a=1");
    EXPECT_EQ(fields[2].value, "b=2");
    EXPECT_EQ(fields.find("set-cookie"), "a=1") << "the first one is found";
}

TEST(Headers, SetPutsOneFieldInPlaceOfAll) {
    headers fields;
    fields.add("Accept", "a").add("ACCEPT", "b").add("Via", "x");
    fields.set("Accept", "c");
    EXPECT_EQ(fields.count("accept"), 1u);
    EXPECT_EQ(fields.find("accept"), "c");
    EXPECT_EQ(fields.find("via"), "x");
}

TEST(Headers, SetTakesAViewOfTheVeryFieldItReplaces) {
    headers fields;
    fields.add("Accept", "text/html");
    fields.set("Accept", *fields.find("Accept"));
    EXPECT_EQ(fields.find("Accept"), "text/html");
}

TEST(Headers, AddTakesAViewOfTheirOwnTextHoweverOftenTheyGrow) {
    headers fields;
    fields.add("First", "a value of some length");
    for (int round = 0; round < 100; ++round) fields.add(fields[0].name, fields[0].value);
    for (const header each : fields) {
        ASSERT_EQ(each.name, "First");
        ASSERT_EQ(each.value, "a value of some length");
    }
}

TEST(Headers, RemoveReportsHowManyItTook) {
    headers fields;
    fields.add("A", "1").add("a", "2").add("B", "3");
    EXPECT_EQ(fields.remove("a"), 2u);
    EXPECT_EQ(fields.remove("a"), 0u);
    EXPECT_EQ(fields.size(), 1u);
}

TEST(Headers, TrimTheBlanksAroundAValue) {
    headers fields;
    fields.add("A", " \t padded \t");
    EXPECT_EQ(fields.find("A"), "padded");
}

TEST(Headers, RefuseANameThatIsNoTokenWhenItIsInserted) {
    for (const char* name : {"", "a b", "a:", "a\r\n", "a\tb", "(a)", "\x80"}) {
        headers fields;
        EXPECT_EQ(kind_thrown_by([&] { fields.add(name, "x"); }), error_kind::invalid_header)
            << name;
        EXPECT_EQ(kind_thrown_by([&] { fields.set(name, "x"); }), error_kind::invalid_header)
            << name;
        EXPECT_TRUE(fields.empty());
    }
}

TEST(Headers, RefuseAControlByteInAValueWhenItIsInserted) {
    using namespace std::string_view_literals;
    for (const auto value : {"a\r\nEvil: 1"sv, "a\n"sv, "\r"sv, "a\0b"sv, "\x7f"sv, "\x1b[2J"sv}) {
        headers fields;
        EXPECT_EQ(kind_thrown_by([&] { fields.add("A", value); }), error_kind::invalid_header)
            << value;
        EXPECT_TRUE(fields.empty());
    }
}

TEST(Headers, AllowATabAndNonAsciiBytesInAValue) {
    headers fields;
    fields.add("A", "tab\there").add("B", "gr\xc3\xbc\xc3\x9f");
    EXPECT_EQ(fields.size(), 2u);
}

TEST(Headers, FindATokenInAnyListOfThatName) {
    headers fields;
    fields.add("Connection", "Keep-Alive , Upgrade").add("Connection", "close");
    EXPECT_TRUE(fields.has_token("connection", "upgrade"));
    EXPECT_TRUE(fields.has_token("connection", "CLOSE"));
    EXPECT_FALSE(fields.has_token("connection", "keep"));
    EXPECT_FALSE(headers().has_token("connection", ""));
}

TEST(Headers, LoseEveryCopyOfASecretWhenSecretsAreRemoved) {
    headers fields;
    fields.add("Authorization", "one").add("authorization", "two").add("COOKIE", "a=1");
    fields.add_sensitive("X-Api-Key", "three").add("Accept", "*/*");
    EXPECT_EQ(fields.remove_sensitive(), 4u);
    EXPECT_EQ(fields.size(), 1u);
    EXPECT_TRUE(fields.contains("Accept"));
}

TEST(Headers, AreEqualIfTheirFieldsAre) {
    headers one;
    headers other;
    one.add("A", "1").add("B", "2");
    other.add("X", "gone").add("A", "1").add("B", "2");
    EXPECT_NE(one, other);
    other.remove("X");
    EXPECT_EQ(one, other) << "what was removed must not count";
}

}  // namespace
