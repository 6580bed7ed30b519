#include <eddy/unix_stream.hpp>

namespace eddy {

task<unix_stream> unix_stream::connect(std::string path) {
    const endpoint to = endpoint::local(path);
    attached_handle connected = co_await open_connection(to);
    co_return unix_stream(std::move(connected), to);
}

unix_stream unix_stream::adopt(unique_handle connected, const endpoint& remote) {
    return unix_stream(attached_handle(std::move(connected)), remote);
}

}  // namespace eddy
