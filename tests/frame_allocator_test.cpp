#include <eddy/frame_allocator.hpp>

#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/per_thread.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

namespace eddy::testing {
namespace {

struct block {
    void* memory;
    std::size_t size;
};

block make_block(std::size_t size) {
    void* const memory = frame_allocator::allocate(size);
    std::memset(memory, static_cast<int>(size % 251), size);
    return {memory, size};
}

bool is_untouched(const block& each) {
    const auto* const bytes = static_cast<const unsigned char*>(each.memory);
    for (std::size_t i = 0; i < each.size; ++i) {
        if (bytes[i] != each.size % 251) return false;
    }
    return true;
}

void give_back(const block& each) {
    frame_allocator::deallocate(each.memory, each.size);
}

TEST(FrameAllocator, GivesBlocksOfEverySizeThatDoNotOverlapAlsoTheSecondTime) {
    for (int round = 0; round < 3; ++round) {
        std::vector<block> blocks;
        for (std::size_t size = 1; size < 5000; ++size) blocks.push_back(make_block(size));
        for (const block& each : blocks) {
            ASSERT_TRUE(is_untouched(each)) << "size " << each.size;
            ASSERT_EQ(reinterpret_cast<std::uintptr_t>(each.memory) % alignof(std::max_align_t),
                      0U);
            give_back(each);
        }
    }
}

TEST(FrameAllocator, HandsOutAgainWhatItGotBackLast) {
    const block first = make_block(200);
    give_back(first);
    const block second = make_block(200);
    EXPECT_TRUE(second.memory == first.memory || !frame_allocator::recycles);
    give_back(second);
}

TEST(FrameAllocator, TakesBackWhatAnotherThreadGaveOut) {
    std::vector<block> blocks;
    for (std::size_t size = 16; size < 2000; ++size) blocks.push_back(make_block(size));
    std::thread([&] {
        for (const block& each : blocks) give_back(each);
        for (std::size_t size = 16; size < 2000; ++size) give_back(make_block(size));
    }).join();
    for (std::size_t size = 16; size < 2000; ++size) give_back(make_block(size));
}

struct gives_back_at_thread_end {
    ~gives_back_at_thread_end() {
        for (const block& each : blocks) give_back(each);
    }
    std::vector<block> blocks;
};

TEST(FrameAllocator, TakesBlocksBackWhileItsThreadEnds) {
    std::thread([] {
        static const per_thread<gives_back_at_thread_end> own;  // gone after what is `thread_local`
        gives_back_at_thread_end& last = own.emplace();
        last.blocks.push_back(make_block(100));
        give_back(make_block(100));
        last.blocks.push_back(make_block(100));
    }).join();
}

task<int> give(int value) {
    co_await yield();
    co_return value;
}

task<void*> frame_of_a_new_task() {
    task_handle<int> handle = create_task(give(1));
    void* const place = &handle.control();
    co_await handle;
    co_return place;
}

task<bool> is_recycled() {
    void* const first = co_await frame_of_a_new_task();
    void* const second = co_await frame_of_a_new_task();
    co_return first == second;
}

TEST(FrameAllocator, HoldsTasksAndTheirFrames) {
    EXPECT_TRUE(simulate(is_recycled()) || !frame_allocator::recycles);
}

}  // namespace
}  // namespace eddy::testing
