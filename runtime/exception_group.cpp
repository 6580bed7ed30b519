#include <eddy/exception_group.hpp>

#include <eddy/cancelled.hpp>

#include <cassert>

namespace eddy {
namespace {

std::string summary_of(const std::vector<std::exception_ptr>& errors) {
    std::string text = std::to_string(errors.size()) + " tasks failed";
    const char* separator = ": ";
    for (const std::exception_ptr& error : errors) {
        text.append(separator).append(message_of(error));
        separator = "; ";
    }
    return text;
}

}  // namespace

exception_group::exception_group(std::vector<std::exception_ptr> errors)
    : std::runtime_error(summary_of(errors)), errors_(std::move(errors)) {}

std::string message_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        return known.what();
    } catch (const cancelled&) {
        return "cancelled";
    } catch (...) {
        return "an exception that is not a std::exception";
    }
}

void throw_all(std::vector<std::exception_ptr> errors) {
    assert(!errors.empty());
    if (errors.size() == 1) std::rethrow_exception(errors.front());
    throw exception_group(std::move(errors));
}

}  // namespace eddy
