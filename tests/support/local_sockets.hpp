#pragma once

#include "process_fixture.hpp"
#include "streams.hpp"
#include "temporary_folder.hpp"

#include <eddy/unix_listener.hpp>

#include <cctype>
#include <string>
#include <string_view>

namespace eddy::testing {

/// Cases with local sockets in a folder of their own, on every backend.
class local_socket_fixture : public process_fixture {
protected:
    const temporary_folder& folder() const noexcept { return folder_; }
    std::string path(std::string_view name) const { return folder_.path(name); }

private:
    temporary_folder folder_;
};

/// Serves one connection: reads to the end, and says it all again, louder.
inline task<> answer_in_capitals(unix_listener& listener) {
    unix_stream peer = co_await listener.accept();
    std::string text = co_await read_text(peer);
    for (char& each : text)
        each = static_cast<char>(std::toupper(static_cast<unsigned char>(each)));
    co_await write_all(peer, std::string_view(text));
    co_await peer.close();
}

/// Asks whoever listens at `path`.
inline task<std::string> ask(std::string path, std::string question) {
    unix_stream server = co_await unix_stream::connect(path);
    co_await write_all(server, std::string_view(question));
    server.shutdown_write();
    co_return co_await read_text(server);
}

}  // namespace eddy::testing
