#include <eddy/attached_handle.hpp>

#include <eddy/socket.hpp>

namespace eddy {

attached_handle::attached_handle(unique_handle handle)
    : loop_(&event_loop::running()), handle_(std::move(handle)) {
    if (const std::error_code error = loop_->kernel().attach(handle_.get())) {
        throw std::system_error(error, "follow a handle on the " +
                                           std::string(loop_->backend_name()) + " loop");
    }
}

endpoint attached_handle::local() const {
    std::error_code error;
    const endpoint at = local_endpoint(handle_.get(), error);
    if (error) throw std::system_error(error, "ask for the address of a socket");
    return at;
}

void attached_handle::close() noexcept {
    if (!handle_) return;
    loop_->kernel().detach(handle_.get());
    handle_.reset();
    ++closings_;
}

}  // namespace eddy
