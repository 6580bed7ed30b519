#include <eddy/endpoint.hpp>

#include "native_address.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <stdexcept>

namespace eddy {
namespace {

static_assert(sizeof(sockaddr_un) <= 110, "endpoint must hold every address it knows");

template <class Address>
const Address& view_as(std::span<const std::byte> bytes) noexcept {
    return *reinterpret_cast<const Address*>(bytes.data());
}

// On the BSDs and macOS an address begins with its own length.
template <class Address>
void note_length(Address& address, std::size_t size) noexcept {
    if constexpr (requires { address.sin_len; })
        address.sin_len = static_cast<std::uint8_t>(size);
    else if constexpr (requires { address.sin6_len; })
        address.sin6_len = static_cast<std::uint8_t>(size);
    else if constexpr (requires { address.sun_len; })
        address.sun_len = static_cast<std::uint8_t>(size);
}

template <class Address>
void store(endpoint& at, Address address, std::size_t size = sizeof(Address)) noexcept {
    note_length(address, size);
    std::memcpy(at.storage().data(), &address, size);
    at.resize(size);
}

endpoint make_ipv4(in_addr_t address, std::uint16_t port) noexcept {
    sockaddr_in native{};
    native.sin_family = AF_INET;
    native.sin_port = htons(port);
    native.sin_addr.s_addr = htonl(address);
    endpoint result;
    store(result, native);
    return result;
}

endpoint make_ipv6(const in6_addr& address, std::uint16_t port, std::uint32_t scope) noexcept {
    sockaddr_in6 native{};
    native.sin6_family = AF_INET6;
    native.sin6_port = htons(port);
    native.sin6_addr = address;
    native.sin6_scope_id = scope;
    endpoint result;
    store(result, native);
    return result;
}

}  // namespace

std::optional<endpoint> endpoint::parse(std::string_view address, std::uint16_t port) {
    if (address.find('\0') != address.npos) return std::nullopt;  // would hide the rest
    const std::size_t percent = address.find('%');
    const std::string literal(address.substr(0, percent));

    in_addr v4{};
    if (percent == address.npos && ::inet_pton(AF_INET, literal.c_str(), &v4) == 1) {
        return make_ipv4(ntohl(v4.s_addr), port);
    }
    in6_addr v6{};
    if (::inet_pton(AF_INET6, literal.c_str(), &v6) != 1) return std::nullopt;

    std::uint32_t scope = 0;
    if (percent != address.npos) {
        scope = ::if_nametoindex(std::string(address.substr(percent + 1)).c_str());
        if (scope == 0) return std::nullopt;
    }
    return make_ipv6(v6, port, scope);
}

endpoint endpoint::loopback(std::uint16_t port) noexcept {
    return make_ipv4(INADDR_LOOPBACK, port);
}

endpoint endpoint::loopback_v6(std::uint16_t port) noexcept {
    return make_ipv6(in6addr_loopback, port, 0);
}

endpoint endpoint::any(std::uint16_t port) noexcept {
    return make_ipv4(INADDR_ANY, port);
}

endpoint endpoint::local(std::string_view path) {
    sockaddr_un native{};
    // The kernel wants the path and its final zero inside sun_path.
    if (path.size() >= sizeof(native.sun_path)) {
        throw std::length_error("local socket path is longer than " +
                                std::to_string(sizeof(native.sun_path) - 1) +
                                " bytes: " + std::string(path));
    }
    if (path.empty()) throw std::invalid_argument("the path of a local socket is empty");
    if (path.find('\0') != path.npos)
        throw std::invalid_argument("local socket path has a zero byte inside: " +
                                    std::string(path));
    native.sun_family = AF_UNIX;
    std::memcpy(native.sun_path, path.data(), path.size());
    endpoint result;
    store(result, native, offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return result;
}

address_family endpoint::family() const noexcept {
    if (size_ < offsetof(sockaddr, sa_family) + sizeof(sa_family_t)) return address_family::none;
    switch (view_as<sockaddr>(native()).sa_family) {
        case AF_INET: return address_family::ipv4;
        case AF_INET6: return address_family::ipv6;
        case AF_UNIX: return address_family::local;
        default: return address_family::none;
    }
}

std::uint16_t endpoint::port() const noexcept {
    switch (family()) {
        case address_family::ipv4: return ntohs(view_as<sockaddr_in>(native()).sin_port);
        case address_family::ipv6: return ntohs(view_as<sockaddr_in6>(native()).sin6_port);
        default: return 0;
    }
}

endpoint endpoint::with_port(std::uint16_t port) const noexcept {
    endpoint result = *this;
    if (family() == address_family::ipv4) {
        reinterpret_cast<sockaddr_in*>(result.bytes_.data())->sin_port = htons(port);
    } else if (family() == address_family::ipv6) {
        reinterpret_cast<sockaddr_in6*>(result.bytes_.data())->sin6_port = htons(port);
    }
    return result;
}

std::string endpoint::address() const {
    char text[INET6_ADDRSTRLEN] = {};
    switch (family()) {
        case address_family::ipv4:
            return ::inet_ntop(AF_INET, &view_as<sockaddr_in>(native()).sin_addr, text,
                               sizeof text);
        case address_family::ipv6: {
            const auto& native6 = view_as<sockaddr_in6>(native());
            std::string result = ::inet_ntop(AF_INET6, &native6.sin6_addr, text, sizeof text);
            char zone[IF_NAMESIZE] = {};
            if (native6.sin6_scope_id != 0 && ::if_indextoname(native6.sin6_scope_id, zone)) {
                result.append("%").append(zone);
            }
            return result;
        }
        case address_family::local: {
            const char* const path = view_as<sockaddr_un>(native()).sun_path;
            return std::string(path, ::strnlen(path, size_ - offsetof(sockaddr_un, sun_path)));
        }
        default: return "unknown";
    }
}

std::string endpoint::to_string() const {
    switch (family()) {
        case address_family::ipv4: return address() + ":" + std::to_string(port());
        case address_family::ipv6: return "[" + address() + "]:" + std::to_string(port());
        default: return address();
    }
}

bool endpoint::operator==(const endpoint& other) const noexcept {
    return std::ranges::equal(native(), other.native());
}

void endpoint::resize(std::size_t size) noexcept {
    size_ = static_cast<std::uint8_t>(std::min(size, bytes_.size()));
}

}  // namespace eddy
