#include <eddy/unseen_error.hpp>

#include <eddy/exception_group.hpp>

#include <atomic>
#include <iostream>

namespace eddy {
namespace {

void print_unseen_error(const std::exception_ptr& error) {
    // In one piece: other threads print too.
    std::cerr << "eddy: a submitted call failed and nobody asked for its result: " +
                     message_of(error) + "\n";
}

// Alone: nothing else is published with it.
constinit std::atomic<unseen_error_handler> current_handler = print_unseen_error;

}  // namespace

unseen_error_handler set_unseen_error_handler(unseen_error_handler handler) noexcept {
    return current_handler.exchange(handler, std::memory_order_relaxed);
}

void report_unseen_error(const std::exception_ptr& error) noexcept {
    current_handler.load(std::memory_order_relaxed)(error);
}

}  // namespace eddy
