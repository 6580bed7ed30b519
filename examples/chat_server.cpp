// A room for people: a line that one of them types is shown to all the others.
//   chat_server PORT        (try it with: nc 127.0.0.1 PORT, in several terminals)

#include <eddy/eddy.hpp>

#include <charconv>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

constexpr std::size_t longest_line = 1000;
// Who reads slower than the others talk has to go. One read can bring as many lines as bytes.
constexpr std::size_t most_unread = 4 * longest_line;

struct guest;
using room = std::set<guest*>;

// In the room from its beginning to its end.
struct guest {
    explicit guest(std::shared_ptr<room> enters) : in(std::move(enters)) { in->insert(this); }
    guest(const guest&) = delete;
    guest& operator=(const guest&) = delete;
    ~guest() { in->erase(this); }

    std::shared_ptr<room> in;
    eddy::queue<std::string> unread{most_unread};
    eddy::event too_slow;
};

eddy::task<> listen_to(eddy::tcp_stream& peer, guest& speaker) {
    eddy::buffered_reader from(peer, longest_line);
    while (const std::optional<std::string> line = co_await from.read_line()) {
        for (guest* const each : *speaker.in) {
            const bool is_told = each == &speaker || each->unread.try_put(*line + "\n");
            if (!is_told) each->too_slow.set();
        }
    }
}

eddy::task<> show_to(eddy::tcp_stream& peer, guest& reader) {
    while (std::optional<std::string> text = co_await reader.unread.get()) {
        while (const auto more = reader.unread.try_get()) *text += *more;
        co_await peer.write_all(std::as_bytes(std::span(*text)));
    }
}

eddy::task<> give_up_on(guest& reader) {
    co_await reader.too_slow.wait();
    throw std::runtime_error("reads too slowly");
}

// Ends with the first of the three: the others are cancelled then.
eddy::task<> welcome(eddy::tcp_stream peer, std::shared_ptr<room> all) {
    guest self(std::move(all));
    try {
        co_await eddy::race(listen_to(peer, self), show_to(peer, self), give_up_on(self));
    } catch (const std::exception& lost) {
        std::cerr << peer.remote().to_string() << ": " << lost.what() << '\n';
    }
}

eddy::task<> serve(std::uint16_t port) {
    eddy::tcp_listener listener = eddy::tcp_listener::bind(eddy::endpoint::loopback(port));
    std::cout << "listening at " << listener.local().to_string() << std::endl;
    const auto all = std::make_shared<room>();
    for (;;) {
        eddy::create_task(welcome(co_await listener.accept(), all));
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view given = argc == 2 ? argv[1] : "";
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(given.data(), given.data() + given.size(), port);
    if (failure != std::errc() || end != given.data() + given.size()) {
        std::cerr << "usage: chat_server PORT    (0: the system chooses one)\n";
        return 2;
    }
    try {
        eddy::run(serve(port));
    } catch (const std::exception& error) {
        std::cerr << "chat_server: " << error.what() << '\n';
        return 1;
    }
}
