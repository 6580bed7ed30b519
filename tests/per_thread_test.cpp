#include <eddy/per_thread.hpp>

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

namespace eddy {
namespace {

using ::testing::ElementsAre;

// Says when it goes, from what it holds.
struct farewell {
    farewell(std::vector<std::string>& into, std::string what)
        : said(into), words(std::move(what)) {}
    farewell(const farewell&) = delete;
    farewell& operator=(const farewell&) = delete;
    ~farewell() { said.push_back(words); }

    std::vector<std::string>& said;
    std::string words;
};

TEST(PerThread, IsDestroyedWholeWhenItsThreadEnds) {
    static const per_thread<farewell> own;
    std::vector<std::string> said;
    for (const char* const words : {"longer than a string can hold in place", "bye"}) {
        std::thread([&] {
            EXPECT_EQ(own.get(), nullptr);
            farewell& made = own.emplace(said, words);
            EXPECT_EQ(own.get(), &made);
        }).join();
    }
    EXPECT_THAT(said, ElementsAre("longer than a string can hold in place", "bye"));
    EXPECT_EQ(own.get(), nullptr) << "this thread has none";
}

TEST(PerThread, IsReplaced) {
    static const per_thread<farewell> own;
    std::vector<std::string> said;
    std::thread([&] {
        own.emplace(said, "first");
        own.emplace(said, "second");
        EXPECT_THAT(said, ElementsAre("first"));
    }).join();
    EXPECT_THAT(said, ElementsAre("first", "second"));
}

TEST(PerThread, KeepsWhatItHasWhenTheNextCannotBeMade) {
    static const per_thread<std::string> own;
    std::thread([&] {
        own.emplace("kept");
        EXPECT_THROW(own.emplace(std::string::npos, 'x'), std::length_error);
        EXPECT_EQ(*own.get(), "kept");
    }).join();
}

}  // namespace
}  // namespace eddy
