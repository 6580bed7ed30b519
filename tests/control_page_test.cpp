#include "control_page.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace eddy {
namespace {

TEST(ControlPage, GivesACallToTheFirstWhoTakesIt) {
    control_page page;
    page.offer(3, 17);
    EXPECT_TRUE(page.is_on_offer(3, 17));
    EXPECT_TRUE(page.take(3, 17));
    EXPECT_FALSE(page.take(3, 17));
    EXPECT_FALSE(page.is_on_offer(3, 17));
}

TEST(ControlPage, DoesNotGiveANewCallToWhoWantsTheOldOne) {
    control_page page;
    page.offer(3, 17);
    ASSERT_TRUE(page.take(3, 17));
    page.offer(3, 18);
    EXPECT_FALSE(page.take(3, 17));
    EXPECT_TRUE(page.take(3, 18));
}

TEST(ControlPage, GivesEachCallToExactlyOneOfTwo) {
    const auto page = std::make_unique<control_page>();
    constexpr std::uint64_t calls = 10'000;
    std::uint64_t taken_there = 0;
    std::uint64_t taken_here = 0;
    for (std::uint64_t first = 1; first <= calls; first += control_page::places) {
        for (std::uint16_t i = 0; i < control_page::places; ++i) page->offer(i, first + i);
        std::thread other([&] {
            for (std::uint16_t i = 0; i < control_page::places; ++i)
                taken_there += page->take(i, first + i) ? 1 : 0;
        });
        for (std::uint16_t i = control_page::places; i-- > 0;)
            taken_here += page->take(i, first + i) ? 1 : 0;
        other.join();
        ASSERT_EQ(taken_there + taken_here, first + control_page::places - 1);
    }
}

TEST(ControlPage, TellsSinceWhenACallRuns) {
    control_page page;
    const auto now = control_page::clock::now();
    EXPECT_EQ(page.start_of(17), control_page::clock::time_point());
    page.begin(17, now);
    EXPECT_EQ(page.start_of(17), now);
    EXPECT_EQ(page.start_of(18), control_page::clock::time_point());
    page.end();
    EXPECT_EQ(page.start_of(17), control_page::clock::time_point());
}

TEST(ControlPage, AsksOnlyTheCallThatIsMeantToStop) {
    control_page page;
    EXPECT_FALSE(page.is_asked_to_stop());
    page.begin(17, {});
    page.ask_to_stop(16);
    EXPECT_FALSE(page.is_asked_to_stop());
    page.ask_to_stop(17);
    EXPECT_TRUE(page.is_asked_to_stop());
    page.end();
    EXPECT_FALSE(page.is_asked_to_stop());
}

}  // namespace
}  // namespace eddy
