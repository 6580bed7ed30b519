#include <eddy/blocking_pool.hpp>

#include "support/own_processes.hpp"
#include "support/temporary_folder.hpp"

#include <eddy/process_pool.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

// The end of a program is seen from outside: it is that of a worker process.
namespace eddy {
namespace {

int square(int x) {
    return x * x;
}

// What is registered before the first use of the pool runs after the pool's own end.
void use_shared_pool_until_exit(const std::string& refused) {
    static const std::string path = refused;
    const auto at_exit = [] {
        try {
            blocking_pool::shared().submit(square, 3).result();
        } catch (const pool_closed&) {
            std::ofstream(path).flush();
        }
    };
    std::atexit(at_exit);
    blocking_pool::shared().submit(square, 2).result();
}

class SharedBlockingPool : public testing::leaves_nothing_behind {};

TEST_F(SharedBlockingPool, RefusesWorkAfterTheEndOfTheProgramHasEndedIt) {
    const testing::temporary_folder folder;
    process_pool pool(1);
    pool.submit(fn<use_shared_pool_until_exit>, folder.path("refused")).result();
    pool.shutdown();
    EXPECT_TRUE(std::filesystem::exists(folder.path("refused")));
}

}  // namespace
}  // namespace eddy
