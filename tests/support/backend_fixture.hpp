#pragma once

#include "sockets.hpp"

#include <eddy/backend.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace eddy::testing {

/// An operation with one buffer, that counts how often it came back.
struct request : operation {
    request(opcode what_to_do, native_handle on, std::span<std::byte> buffer = {}) {
        code = what_to_do;
        handle = on;
        piece = {buffer.data(), buffer.size()};
        buffers = std::span(&piece, 1);
    }

    bool was_canceled() const { return error == std::errc::operation_canceled; }

    int returns = 0;

private:
    io_buffer piece;
};

/// The conformance suite: each of its cases runs on every backend that this system knows.
///
/// Where the machine refuses a backend, its cases are reported as skipped, each with the backend's
/// name and the machine's reason.
class backend_fixture : public ::testing::TestWithParam<std::string_view> {
protected:
    void SetUp() override;

    backend& kernel() { return *backend_; }
    void end_backend() { backend_.reset(); }

    /// Makes a handle known to the backend.
    void attach(native_handle handle);
    /// Forgets and closes it.
    void close(unique_handle& handle);

    void submit(request& op);
    /// Polls once. Gives how many operations came back.
    std::size_t poll(std::optional<duration> timeout);
    /// Polls until the operation has come back.
    void finish(request& op);
    /// Submits it and polls until it has come back.
    void perform(request& op);

    /// Two sockets connected to each other, attached both.
    socket_pair open_attached_pair();

private:
    std::unique_ptr<backend> backend_;
};

/// Names the cases of a backend after it.
std::string name_of_backend(const ::testing::TestParamInfo<std::string_view>& backend);

}  // namespace eddy::testing
