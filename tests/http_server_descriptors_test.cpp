// A server that runs out of descriptors. Over real sockets.
#include <eddy/http_server.hpp>

#include "support/http_ending.hpp"

#include <eddy/create_task.hpp>
#include <eddy/http_client.hpp>
#include <eddy/native_handle.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_listener.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

task<http::response> hello(http::request) {
    co_return http::response(200, "hello");
}

std::string url_of(const endpoint& at) {
    return "http://" + at.to_string() + "/";
}

// Uses up the descriptors of this process, but for one.
class descriptor_shortage {
public:
    descriptor_shortage() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit low = before_;
        low.rlim_cur = 256;
        ::setrlimit(RLIMIT_NOFILE, &low);
        for (int next = open_one(); next >= 0; next = open_one()) taken_.emplace_back(next);
        taken_.pop_back();
    }
    ~descriptor_shortage() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    static int open_one() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

    rlimit before_{};
    std::vector<unique_handle> taken_;
};

task<> turn_many_times() {
    for (int turn = 0; turn < 100; ++turn) co_await yield();
}

// A place where nobody listens.
endpoint deserted_place() {
    return tcp_listener::bind(endpoint::loopback()).local();
}

// A client makes two requests at the same time, and the second cannot be: for want of a descriptor,
// or in a rehearsal without that shortage, because nobody listens there.
task<> request_two(bool rehearsal) {
    http::server server(hello);
    const endpoint at = server.listen(endpoint::loopback());
    auto serving = create_task(server.serve());
    http::client client;
    const endpoint second = rehearsal ? deserted_place() : at;
    // The one descriptor is the client's. The server cannot accept.
    std::optional<descriptor_shortage> shortage;
    if (!rehearsal) shortage.emplace();
    auto early = create_task(client.get(url_of(at)));
    while (client.stats().created < 1) co_await yield();
    const auto refused = co_await ending_of_request(client.get(url_of(second)));
    co_await turn_many_times();
    if (!rehearsal) {
        EXPECT_EQ(refused, http::error_kind::no_descriptors) << "and the client says why";
        EXPECT_EQ(server.stats().accepted, 0u);
        EXPECT_FALSE(early.done());
    }
    shortage.reset();
    EXPECT_EQ((co_await std::move(early)).body, "hello");
    EXPECT_EQ((co_await client.get(url_of(at))).body, "hello");
    co_await sleep(1ns);
    co_await server.close();
    co_await serving;
}

TEST(HttpServerDescriptors, RecoversWhenItRanOutOfDescriptors) {
    // UndefinedBehaviorSanitizer needs descriptors of its own to look at a type for the first time.
    run(request_two(true));
    run(request_two(false));
}

}  // namespace
