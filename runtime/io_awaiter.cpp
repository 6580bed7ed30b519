#include <eddy/io_awaiter.hpp>

#include <eddy/cancelled.hpp>

#include <string>

namespace eddy {

void io_awaiter::throw_error() const {
    const bool came_back_early = error == std::errc::operation_canceled;
    if (came_back_early && is_cancelled()) throw cancelled();

    std::string context(what());
    if (remote_ != nullptr) context.append(" (").append(remote_->to_string()).append(")");
    if (came_back_early) context.append(", closed meanwhile");
    throw std::system_error(error, context);
}

}  // namespace eddy
