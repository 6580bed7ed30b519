// Asio's echo server with awaitables: one io_context, one thread.

#include <asio.hpp>

#include <cstdio>

namespace {

using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;

awaitable<void> echo(tcp::socket peer) {
    char buffer[4096];
    try {
        for (;;) {
            const std::size_t size =
                co_await peer.async_read_some(asio::buffer(buffer), use_awaitable);
            co_await asio::async_write(peer, asio::buffer(buffer, size), use_awaitable);
        }
    } catch (const std::exception&) {
        // The peer has gone.
    }
}

awaitable<void> serve(tcp::acceptor listener) {
    for (;;) {
        tcp::socket peer = co_await listener.async_accept(use_awaitable);
        peer.set_option(tcp::no_delay(true));
        const auto here = peer.get_executor();
        asio::co_spawn(here, echo(std::move(peer)), asio::detached);
    }
}

}  // namespace

int main() {
    asio::io_context context(1);
    tcp::acceptor listener(context, {asio::ip::address_v4::loopback(), 0});
    listener.listen(1024);
    std::printf("%d\n", listener.local_endpoint().port());
    std::fflush(stdout);
    asio::co_spawn(context, serve(std::move(listener)), asio::detached);
    context.run();
}
