#include <eddy/unix_datagram.hpp>

#include "local_socket.hpp"

namespace eddy {

unix_datagram unix_datagram::bind(std::string_view path, stale_file in_the_way) {
    const endpoint at = endpoint::local(path);
    return unix_datagram(open_local_socket(at, socket_type::datagram, in_the_way), at);
}

unix_datagram unix_datagram::open() {
    const endpoint nowhere;
    return unix_datagram(open_local_socket(nowhere, socket_type::datagram, stale_file::keep),
                         nowhere);
}

}  // namespace eddy
