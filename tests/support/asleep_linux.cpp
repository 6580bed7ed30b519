#include "asleep.hpp"

#include <fstream>
#include <string>
#include <thread>

#include <unistd.h>

namespace eddy::testing {
namespace {

// The letter after the program's name, which stands in brackets (proc_pid_stat(5)).
char state_of(std::uint64_t thread_number) {
    std::ifstream file("/proc/self/task/" + std::to_string(thread_number) + "/stat");
    std::string line;
    std::getline(file, line);
    const std::size_t end_of_name = line.rfind(')');
    return end_of_name == line.npos ? '?' : line.at(end_of_name + 2);
}

}  // namespace

std::uint64_t this_thread_number() noexcept {
    return static_cast<std::uint64_t>(::gettid());
}

void wait_until_asleep(std::uint64_t thread_number) {
    while (state_of(thread_number) != 'S') std::this_thread::yield();
}

}  // namespace eddy::testing
