// A room for people: a line that one of them types is shown to all the others.
//   chat_server PORT        (try it with: nc 127.0.0.1 PORT, in several terminals)

#include <eddy/eddy.hpp>

#include <charconv>
#include <functional>
#include <iostream>
#include <list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

constexpr std::size_t longest_line = 1000;
constexpr std::size_t most_unread = 100;  // lines; who reads slower than the others talk has to go

struct guest {
    std::string name;
    eddy::queue<std::string> unread{most_unread};
    eddy::event too_slow;
};

using room = std::list<guest>;

// A guest's place in the room, for as long as the guest stays.
class seat {
public:
    seat(room& all, std::string name) : all_(all), at_(all.emplace(all.end())) {
        at_->name = std::move(name);
    }
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;
    ~seat() { all_.erase(at_); }

    guest& operator*() const { return *at_; }

private:
    room& all_;
    room::iterator at_;
};

void tell_others(room& all, const guest& speaker, const std::string& line) {
    for (guest& each : all) {
        if (&each != &speaker && !each.unread.try_put(line)) each.too_slow.set();
    }
}

using line_reader = eddy::buffered_reader<eddy::tcp_stream>;

eddy::task<> listen_to(line_reader& from, room& all, guest& speaker) {
    while (const std::optional<std::string> line = co_await from.read_line()) {
        tell_others(all, speaker, speaker.name + ": " + *line + "\n");
    }
}

eddy::task<> show_to(eddy::tcp_stream& peer, guest& reader) {
    while (const std::optional<std::string> line = co_await reader.unread.get()) {
        co_await peer.write_all(std::as_bytes(std::span(*line)));
    }
}

eddy::task<> give_up_on(guest& reader) {
    co_await reader.too_slow.wait();
    throw std::runtime_error("reads too slowly");
}

// A stay ends when the guest hangs up or cannot follow: the first of the three tasks to end has the
// others cancelled.
eddy::task<> stay(eddy::tcp_stream& peer, room& all) {
    line_reader from(peer, longest_line);
    co_await eddy::write_all(peer, std::string_view("your name? "));
    const std::optional<std::string> name = co_await from.read_line();
    if (!name) co_return;
    const seat taken(all, *name);
    tell_others(all, *taken, *name + " comes in\n");
    auto talk = eddy::race(listen_to(from, all, *taken), show_to(peer, *taken), give_up_on(*taken));
    const auto ended = co_await eddy::as_result(std::move(talk));
    tell_others(all, *taken, *name + " leaves\n");
    static_cast<void>(ended.value());  // throws what it failed with
}

eddy::task<> welcome(eddy::tcp_stream peer, room& all) {
    try {
        co_await stay(peer, all);
    } catch (const std::exception& lost) {
        std::cerr << peer.remote().to_string() << ": " << lost.what() << '\n';
    }
}

// The guests stand under the group, so all of them have left before their room is gone.
eddy::task<> serve(std::uint16_t port) {
    eddy::tcp_listener listener = eddy::tcp_listener::bind(eddy::endpoint::loopback(port));
    std::cout << "listening at " << listener.local().to_string() << std::endl;
    room all;
    co_await eddy::with_task_group(
        [](eddy::task_group& group, eddy::tcp_listener& from, room& guests) -> eddy::task<> {
            for (;;) {
                group.create_task(welcome(co_await from.accept(), guests));
            }
        },
        std::ref(listener), std::ref(all));
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
