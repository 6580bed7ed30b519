#include <eddy/io_awaiter.hpp>

#include <eddy/cancelled.hpp>

namespace eddy {

std::string io_awaiter::counterpart() const {
    return remote_ != nullptr ? remote_->to_string() : std::string();
}

void io_awaiter::throw_error() const {
    const bool came_back_early = error == std::errc::operation_canceled;
    if (came_back_early && is_cancelled()) throw cancelled();

    std::string context(what());
    const std::string concerned = counterpart();
    if (!concerned.empty()) context.append(" (").append(concerned).append(")");
    if (came_back_early) context.append(", closed meanwhile");
    throw std::system_error(error, context);
}

}  // namespace eddy
