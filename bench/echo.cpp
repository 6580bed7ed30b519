// eddy's echo server, for the comparison in echo.py: one loop, one task per connection. Says at
// which port of the loopback interface it listens.
//   echo [--backend epoll|io_uring]      without it: io_uring, where there is one

#include <eddy/eddy.hpp>

#include <array>
#include <iostream>
#include <string_view>

namespace {

eddy::task<> echo(eddy::tcp_stream peer) {
    std::array<std::byte, 4096> buffer;
    while (const std::size_t size = co_await peer.read(buffer)) {
        co_await peer.write_all(std::span(buffer).first(size));
    }
}

eddy::task<> serve() {
    eddy::tcp_listener listener = eddy::tcp_listener::bind(eddy::endpoint::loopback(0));
    std::cout << listener.local().port() << std::endl;
    for (;;) {
        eddy::create_task(echo(co_await listener.accept()));
    }
}

}  // namespace

int main(int argc, char** argv) {
    eddy::run_options options;
    if (argc == 3 && std::string_view(argv[1]) == "--backend") {
        options.backend(argv[2]);
    } else if (argc != 1) {
        std::cerr << "usage: echo [--backend epoll|io_uring]\n";
        return 2;
    }
    try {
        eddy::run(options, serve());
    } catch (const std::exception& error) {
        std::cerr << "echo: " << error.what() << '\n';
        return 1;
    }
}
