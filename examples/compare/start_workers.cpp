#include "start_workers.hpp"

#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include <unistd.h>

namespace comparison {
namespace {

// Takes a moment, so that one worker cannot answer for all.
std::int64_t answer() {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return ::getpid();
}

}  // namespace

void start_workers(eddy::process_pool& pool) {
    std::set<std::int64_t> answered;
    while (answered.size() < pool.concurrency()) {
        std::vector<eddy::future<std::int64_t>> answers;
        for (unsigned i = 0; i < pool.concurrency(); ++i)
            answers.push_back(pool.submit(eddy::fn<&answer>));
        for (auto& each : answers) answered.insert(each.result());
    }
}

}  // namespace comparison
