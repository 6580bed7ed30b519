#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace eddy {

enum class address_family : std::uint8_t { none, ipv4, ipv6, local };

/// Where a socket is or connects to: an IP address with a port, or the path of a local (unix)
/// socket. A plain value in the kernel's own layout, so that passing one to it copies nothing.
class endpoint {
public:
    endpoint() noexcept = default;

    /// `address` is a literal: "127.0.0.1", "::1", "fe80::1%eth0". Names are the resolver's job.
    /// Empty if it is no literal.
    static std::optional<endpoint> parse(std::string_view address, std::uint16_t port);

    static endpoint loopback(std::uint16_t port = 0) noexcept;     ///< 127.0.0.1
    static endpoint loopback_v6(std::uint16_t port = 0) noexcept;  ///< ::1
    static endpoint any(std::uint16_t port = 0) noexcept;          ///< 0.0.0.0

    /// Throws std::length_error if the path does not fit the kernel's 107 bytes (macOS: 103), and
    /// std::invalid_argument if it is empty or there is a zero byte in it.
    static endpoint local(std::string_view path);

    address_family family() const noexcept;
    std::uint16_t port() const noexcept;
    endpoint with_port(std::uint16_t port) const noexcept;

    /// "127.0.0.1", "::1", or the path.
    std::string address() const;
    /// "127.0.0.1:80", "[::1]:80", "/run/x.sock"; "unknown" for the empty endpoint.
    std::string to_string() const;

    bool operator==(const endpoint& other) const noexcept;

    /// The bytes of the kernel's `sockaddr`.
    std::span<const std::byte> native() const noexcept { return {bytes_.data(), size_}; }
    /// Room for the kernel to write a `sockaddr` into; `resize` says how much it wrote.
    std::span<std::byte> storage() noexcept { return bytes_; }
    void resize(std::size_t size) noexcept;

private:
    alignas(8) std::array<std::byte, 110> bytes_{};  // sockaddr_un, the largest, takes 110 bytes
    std::uint8_t size_ = 0;
};

}  // namespace eddy
