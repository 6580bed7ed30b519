#pragma once

#include <eddy/socket_listener.hpp>
#include <eddy/stale_file.hpp>
#include <eddy/unix_stream.hpp>

#include <string_view>

namespace eddy {

/// Accepts connections at a path of the file system. The file stays when the listener is closed:
/// it may belong to the next one by then.
class unix_listener : public socket_listener {
public:
    /// Makes the file at `path` and listens. Throws std::system_error naming the path, and what
    /// `endpoint::local` throws.
    static unix_listener bind(std::string_view path, stale_file in_the_way = stale_file::keep,
                              int backlog = default_backlog);

    /// Waits for the next connection. Its `remote` is this listener's path: the other side has
    /// none.
    task<unix_stream> accept();

private:
    using socket_listener::socket_listener;
};

}  // namespace eddy
