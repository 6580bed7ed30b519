// Pools in a forked child, which has none of the threads of its parent.

#include <eddy/blocking_pool.hpp>
#include <eddy/event_loop.hpp>
#include <eddy/process_pool.hpp>
#include <eddy/thread_pool.hpp>
#include <eddy/to_thread.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <memory>

namespace eddy {
namespace {

int give_seven() {
    return 7;
}

task<int> give_seven_from_a_thread() {
    co_return co_await to_thread(give_seven);
}

// What is passed to EXPECT_EXIT runs in a forked child.
[[noreturn]] void use_the_shared_pool() {
    const int value = event_loop().run_until_complete(give_seven_from_a_thread());
    // Destroys what is static: the pool of the parent as well.
    std::exit(value);
}

TEST(PoolDeathTest, ToThreadFindsThreadsInAForkedChild) {
#ifdef __SANITIZE_THREAD__  // so says GCC
    GTEST_SKIP()
        << "ThreadSanitizer ends a child that starts threads after it was forked with some";
#endif
    EXPECT_EQ(event_loop().run_until_complete(give_seven_from_a_thread()), 7);
    EXPECT_EXIT(use_the_shared_pool(), ::testing::ExitedWithCode(7), "");
    EXPECT_EQ(event_loop().run_until_complete(give_seven_from_a_thread()), 7);
}

template <class Pool, class Function>
[[noreturn]] void leave(std::unique_ptr<Pool>& pool, Function f) {
    try {
        pool->submit(f);
    } catch (const pool_closed& refusal) {
        std::cerr << refusal.what() << std::endl;
    }
    pool->shutdown();
    pool.reset();
    std::_Exit(0);
}

template <class Pool, class Function>
void expect_to_be_left_by_a_forked_child(std::unique_ptr<Pool> pool, Function f) {
    EXPECT_EQ(pool->submit(f).result(), 7);
    EXPECT_EXIT(leave(pool, f), ::testing::ExitedWithCode(0), "make a new pool after the fork");
    EXPECT_EQ(pool->submit(f).result(), 7) << "the parent's goes on";
}

TEST(PoolDeathTest, IsLeftByAForkedChildThatDestroysIt) {
    expect_to_be_left_by_a_forked_child(std::make_unique<blocking_pool>(), give_seven);
    expect_to_be_left_by_a_forked_child(std::make_unique<thread_pool>(2), give_seven);
    expect_to_be_left_by_a_forked_child(std::make_unique<process_pool>(1), fn<give_seven>);
}

}  // namespace
}  // namespace eddy
