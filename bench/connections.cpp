// What many idle connections cost: 5,000 pairs over the loopback, so 10,000 connections in one
// loop, echo a few messages all at once and then wait for more. Says for each backend how long that
// took and how much memory of the program each connection holds while it waits: its task, its
// buffer, its share of the loop's tables.
//   connections [PAIRS]

#include <eddy/eddy.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <malloc.h>

namespace {

constexpr const char* usage = "usage: connections [PAIRS]      (5000 if not given)";
constexpr std::size_t rounds = 4;
constexpr std::size_t connects_at_once = 500;

using message = std::array<std::byte, 64>;
using wall_clock = std::chrono::steady_clock;

std::size_t heap_in_use() {
    const struct mallinfo2 heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

eddy::task<> answer(eddy::tcp_stream peer) {
    message buffer;
    while (const std::size_t size = co_await peer.read(buffer)) {
        co_await eddy::write_all(peer, std::span(buffer).first(size));
    }
}

/// How many are through with their rounds, and who waits for the last of them.
struct progress {
    std::size_t left;
    eddy::event all_idle{};
};

eddy::task<> ask(eddy::endpoint server, eddy::semaphore& turn, progress& seen) {
    const auto connect = [](eddy::endpoint to,
                            eddy::semaphore& when) -> eddy::task<eddy::tcp_stream> {
        const auto held = co_await when.acquire();
        co_return co_await eddy::tcp_stream::connect(to);
    };
    eddy::tcp_stream stream = co_await connect(server, turn);
    message buffer;
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto expected = static_cast<std::byte>(stream.local().port() + round);
        buffer.fill(expected);
        co_await eddy::write_all(stream, buffer);
        buffer.fill(std::byte{0});
        co_await eddy::read_exactly(stream, buffer);
        if (std::ranges::count(buffer, expected) != std::ssize(buffer))
            throw std::runtime_error("something else came back than was sent");
    }
    if (--seen.left == 0) seen.all_idle.set();
    const std::size_t more = co_await stream.read(buffer);  // waits to the end
    if (more != 0) throw std::runtime_error("more came back than was sent");
}

struct figures {
    double seconds;
    double bytes_per_connection;
};

// Who fails ends the group, so that nobody waits for the others.
eddy::task<> open_and_wait(eddy::task_group& group, std::size_t pairs, figures& result) {
    const std::size_t heap_before = heap_in_use();
    const auto begun = wall_clock::now();
    eddy::tcp_listener listener = eddy::tcp_listener::bind(eddy::endpoint::loopback());
    eddy::semaphore turn(connects_at_once);
    progress seen{.left = pairs};
    for (std::size_t i = 0; i < pairs; ++i) group.create_task(ask(listener.local(), turn, seen));
    for (std::size_t i = 0; i < pairs; ++i) group.create_task(answer(co_await listener.accept()));
    co_await seen.all_idle.wait();
    result = {.seconds = std::chrono::duration<double>(wall_clock::now() - begun).count(),
              .bytes_per_connection =
                  double(heap_in_use() - heap_before) / static_cast<double>(2 * pairs)};
    group.cancel();
}

std::size_t pairs_of(int argc, char** argv) {
    std::size_t pairs = 5'000;
    if (argc == 1) return pairs;
    if (std::string_view(argv[1]) == "--help") {
        std::cout << usage << "\nexit status: 0 it ran, 1 it failed, 2 no such option\n";
        std::exit(0);
    }
    const std::string_view text = argv[1];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pairs);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (argc != 2 || !whole || pairs == 0) throw std::invalid_argument(usage);
    return pairs;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::size_t pairs = pairs_of(argc, argv);
        std::cout << "backend   connections  round trips  seconds  bytes per idle connection\n";
        for (const std::string_view backend : eddy::backend_names()) {
            eddy::run_options options;
            options.backend(std::string(backend));
            figures seen{};
            eddy::run(options, eddy::with_task_group(open_and_wait, pairs, std::ref(seen)));
            std::cout << std::left << std::setw(8) << backend << std::right << std::setw(13)
                      << 2 * pairs << std::setw(13) << rounds * pairs << std::fixed << std::setw(9)
                      << std::setprecision(3) << seen.seconds << std::setw(27)
                      << std::setprecision(0) << seen.bytes_per_connection << std::endl;
        }
    } catch (const std::invalid_argument& error) {
        std::cerr << error.what() << '\n';
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "connections: " << error.what() << '\n';
        return 1;
    }
}
