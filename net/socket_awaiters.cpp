#include <eddy/socket_awaiters.hpp>

#include <eddy/socket.hpp>

namespace eddy {

attached_socket::attached_socket(unique_handle socket)
    : loop_(event_loop::current()), handle_(std::move(socket)) {
    assert(loop_ != nullptr && "sockets need a running loop");
    if (const std::error_code error = loop_->kernel().attach(handle_.get())) {
        throw std::system_error(error, "attach a socket to the " +
                                           std::string(loop_->backend_name()) + " loop");
    }
}

endpoint attached_socket::local() const {
    std::error_code error;
    const endpoint at = local_endpoint(handle_.get(), error);
    if (error) throw std::system_error(error, "ask for the address of a socket");
    return at;
}

void attached_socket::close() noexcept {
    if (!handle_) return;
    loop_->kernel().detach(handle_.get());
    handle_.reset();
}

}  // namespace eddy
