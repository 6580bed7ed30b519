#pragma once

#include <eddy/backend.hpp>

#include <span>

namespace eddy {

/// How to make one kind of backend. `make` returns null and sets `error` if this machine refuses.
struct backend_kind {
    std::string_view name;
    std::unique_ptr<backend> (*make)(std::error_code& error);
};

std::unique_ptr<backend> make_epoll(std::error_code& error);
std::unique_ptr<backend> make_kqueue(std::error_code& error);
std::unique_ptr<backend> make_io_uring(std::error_code& error);
std::unique_ptr<backend> make_iocp(std::error_code& error);

/// The kinds of this operating system, the preferred one first (backends_linux.cpp and its like).
std::span<const backend_kind> known_backends() noexcept;

}  // namespace eddy
