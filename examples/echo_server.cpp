// Sends back whatever it receives: one task per connection, all on one event loop.
//   echo_server PORT        (try it with: nc 127.0.0.1 PORT)

#include <eddy/eddy.hpp>

#include <array>
#include <charconv>
#include <iostream>
#include <string_view>

namespace {

eddy::task<> echo(eddy::tcp_stream peer) {
    std::array<std::byte, 16 * 1024> buffer;
    try {
        while (const std::size_t size = co_await peer.read(buffer)) {
            co_await peer.write_all(std::span(buffer).first(size));
        }
    } catch (const std::system_error& lost) {
        std::cerr << peer.remote().to_string() << ": " << lost.what() << '\n';
    }
}

eddy::task<> serve(std::uint16_t port) {
    eddy::tcp_listener listener = eddy::tcp_listener::bind(eddy::endpoint::loopback(port));
    std::cout << "listening at " << listener.local().to_string() << std::endl;
    for (;;) {
        eddy::create_task(echo(co_await listener.accept()));
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view given = argc == 2 ? argv[1] : "";
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(given.data(), given.data() + given.size(), port);
    if (failure != std::errc() || end != given.data() + given.size()) {
        std::cerr << "usage: echo_server PORT    (0: the system chooses one)\n";
        return 2;
    }
    try {
        eddy::run(serve(port));
    } catch (const std::exception& error) {
        std::cerr << "echo_server: " << error.what() << '\n';
        return 1;
    }
}
