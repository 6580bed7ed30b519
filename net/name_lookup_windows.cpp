#include "name_lookup.hpp"

#include <eddy/resolver.hpp>
#include <eddy/system_errors.hpp>

#include <algorithm>
#include <cstring>
#include <memory>

#include <winsock2.h>  // before ws2tcpip.h

#include <ws2tcpip.h>

namespace eddy {

namespace {

// The codes are those of Winsock here: what is no answer is a failure of the system.
std::error_code meaning_of(int code) noexcept {
    switch (code) {
        case WSAHOST_NOT_FOUND:
        case WSANO_DATA: return resolve_errc::not_found;
        case WSATRY_AGAIN: return resolve_errc::unavailable;
        case WSANO_RECOVERY: return resolve_errc::failed;
        default: return std::error_code(code, system_errors());
    }
}

endpoint from_native(const sockaddr* address, std::size_t size) {
    endpoint made;
    std::memcpy(made.storage().data(), address, size);
    made.resize(size);
    return made;
}

}  // namespace

std::vector<endpoint> look_up_blocking(const std::string& host) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;  // else every address comes once for each type

    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(host.c_str(), nullptr, &wanted, &list);
    if (code != 0) throw std::system_error(meaning_of(code), "resolve " + host);

    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    std::vector<endpoint> found;
    for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
        if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
        found.push_back(from_native(each->ai_addr, each->ai_addrlen));
    }
    return found;
}

}  // namespace eddy
