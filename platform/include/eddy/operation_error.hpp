#pragma once

#include <eddy/system_errors.hpp>

#include <cassert>
#include <string>
#include <system_error>

namespace eddy {

/// Why an operation failed, if it did: a std::error_code in a quarter of the memory, whose category
/// is only looked up when somebody asks. For every operation that is made or goes well, that would
/// be a call into the C++ library, far from anything else that runs.
class operation_error {
public:
    operation_error() noexcept = default;
    operation_error(std::errc error) noexcept : code_(-static_cast<int>(error)) {}
    /// Of the system's category (`system_errors`) or of std::generic_category.
    operation_error(const std::error_code& error) noexcept
        : code_(error.category() == std::generic_category() ? -error.value() : error.value()) {
        assert(error.value() >= 0 && "a negative code would be taken for that of a std::errc");
        assert((!error || code_ < 0 || error.category() == system_errors()) &&
               "there is no room for another category");
    }

    explicit operator bool() const noexcept { return code_ != 0; }
    operator std::error_code() const noexcept {
        if (code_ == 0) return {};
        return code_ < 0 ? std::error_code(-code_, std::generic_category())
                         : std::error_code(code_, system_errors());
    }
    std::string message() const { return std::error_code(*this).message(); }
    friend bool operator==(const operation_error& error, std::errc condition) noexcept {
        return std::error_code(error) == condition;
    }

private:
    int code_ = 0;  // 0: none; positive: a code of the system; negative: that of a std::errc
};

}  // namespace eddy
