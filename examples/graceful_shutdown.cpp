// A server that ends well: on Ctrl-C or SIGTERM it accepts nobody any more and lets its connections
// finish for ten seconds. Then, or on a second signal, it cancels those that are left.
//   graceful_shutdown PORT      (try it with: nc 127.0.0.1 PORT, then Ctrl-C here)

#include <eddy/eddy.hpp>

#include <array>
#include <charconv>
#include <csignal>
#include <iostream>
#include <string_view>

namespace {

using namespace std::chrono_literals;

eddy::task<> echo(eddy::tcp_stream peer) {
    std::array<std::byte, 16 * 1024> buffer;
    try {
        while (const std::size_t size = co_await peer.read(buffer)) {
            co_await peer.write_all(std::span(buffer).first(size));
        }
    } catch (const std::system_error& lost) {
        std::cerr << lost.what() << '\n';
    }
}

eddy::task<> accept_all(eddy::tcp_listener& listener, eddy::task_group& connections) {
    for (;;) connections.create_task(echo(co_await listener.accept()));
}

eddy::task<> wait_for(eddy::event& what) {
    co_await what.wait();
}

// When it returns, the group around it waits for the connections.
eddy::task<> accept_until(eddy::task_group& connections, eddy::tcp_listener& listener,
                          eddy::event* stop) {
    co_await eddy::race(accept_all(listener, connections), wait_for(*stop));
    listener.close();
    std::cout << connections.running() << " connections may finish" << std::endl;
}

eddy::task<> end_of(eddy::task_handle<void>& server) {
    co_await server;
}

eddy::task<int> next_of(eddy::signal_watch& signals) {
    co_return co_await signals.next();
}

eddy::task<> end_or_signal(eddy::task_handle<void>& server, eddy::signal_watch& signals) {
    co_await eddy::race(end_of(server), next_of(signals));
}

eddy::task<> serve(std::uint16_t port) {
    eddy::tcp_listener listener = eddy::tcp_listener::bind(eddy::endpoint::loopback(port));
    const std::vector<int> numbers{SIGINT, SIGTERM};
    eddy::signal_watch signals(numbers);
    std::cout << "listening at " << listener.local().to_string() << std::endl;

    eddy::event stop;
    eddy::task_handle<void> server =
        eddy::create_task(eddy::with_task_group(accept_until, std::move(listener), &stop));
    co_await end_or_signal(server, signals);
    stop.set();
    const bool in_time = co_await eddy::move_on_after(10s, end_or_signal(server, signals));
    std::cout << (in_time && server.done() ? "all have finished" : "the others are cancelled")
              << std::endl;
    server.cancel();
    co_await eddy::wait(std::vector(1, server));
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view given = argc == 2 ? argv[1] : "";
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(given.data(), given.data() + given.size(), port);
    if (failure != std::errc() || end != given.data() + given.size()) {
        std::cerr << "usage: graceful_shutdown PORT    (0: the system chooses one)\n";
        return 2;
    }
    try {
        eddy::run(serve(port));
    } catch (const std::exception& error) {
        std::cerr << "graceful_shutdown: " << error.what() << '\n';
        return 1;
    }
}
