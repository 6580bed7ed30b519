#pragma once

#include <eddy/io_awaiter.hpp>

#include <span>
#include <string>

namespace eddy {

/// One read or write of one buffer on something that has a name: a file, a pipe. Gives the number
/// of bytes. The name is told in errors and must outlive the awaiter.
class [[nodiscard]] named_transfer final : public io_awaiter {
public:
    named_transfer(opcode way, native_handle on, io_buffer piece, const std::string& name,
                   std::uint64_t from = 0) noexcept
        : io_awaiter(way, on), piece_(piece), name_(name) {
        buffers = {&piece_, 1};
        offset = from;
    }

    std::size_t await_resume() const {
        return static_cast<std::size_t>(io_awaiter::await_resume());
    }

protected:
    std::string counterpart() const override { return name_; }

private:
    io_buffer piece_;
    const std::string& name_;
};

}  // namespace eddy
