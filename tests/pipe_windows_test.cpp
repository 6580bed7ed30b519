#include <eddy/pipe.hpp>

#include "windows_calls.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace eddy::testing {
namespace {

// What another program does with its standard output, and knows nothing of calls that complete
// later: it writes from several threads.
void write_from_threads(unique_handle writing, std::atomic<int>& failures) {
    constexpr int threads = 4;
    constexpr int times = 20;
    std::vector<std::thread> all;
    const std::string text(20'000, 'x');
    for (int i = 0; i < threads; ++i) {
        all.emplace_back([&] {
            for (int time = 0; time < times; ++time) {
                DWORD written = 0;
                const BOOL done = ::WriteFile(handle_of(writing.get()), text.data(),
                                              static_cast<DWORD>(text.size()), &written, nullptr);
                if (!done || written != text.size()) ++failures;
            }
        });
    }
    for (std::thread& each : all) each.join();
}

std::size_t read_to_the_end(native_handle reading) {
    std::size_t total = 0;
    std::vector<char> buffer(64 * 1024);
    for (;;) {
        OVERLAPPED request{};
        const unique_handle done = owned(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
        request.hEvent = handle_of(done.get());
        DWORD count = 0;
        // At the end already, it fails at once, and there is nothing to wait for.
        const BOOL done_now = ::ReadFile(handle_of(reading), buffer.data(),
                                         static_cast<DWORD>(buffer.size()), nullptr, &request);
        if (!done_now && ::GetLastError() != ERROR_IO_PENDING) return total;
        if (!::GetOverlappedResult(handle_of(reading), &request, &count, TRUE)) return total;
        total += count;
    }
}

TEST(Pipe, LosesNothingThatAProgramWritesToItsEndFromSeveralThreads) {
    unique_handle reading;
    unique_handle writing;
    ASSERT_EQ(open_pipe(reading, writing, given_end::writing), std::error_code());
    std::atomic<int> failures = 0;
    std::thread program([&failures, writing = std::move(writing)]() mutable {
        write_from_threads(std::move(writing), failures);
    });
    EXPECT_EQ(read_to_the_end(reading.get()), 4U * 20U * 20'000U);
    program.join();
    EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace eddy::testing
