#include "name_lookup.hpp"

#include <eddy/resolver.hpp>

#include <algorithm>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>

namespace eddy {

namespace {

resolve_errc meaning_of(int code) noexcept {
    switch (code) {
        case EAI_NONAME:
        case EAI_NODATA: return resolve_errc::not_found;
        case EAI_AGAIN: return resolve_errc::unavailable;
        default: return resolve_errc::failed;
    }
}

endpoint from_native(const sockaddr* address, socklen_t size) {
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
    const int code = getaddrinfo(host.c_str(), nullptr, &wanted, &list);
    if (code == EAI_SYSTEM) {
        const std::error_code reason(errno, std::system_category());
        throw std::system_error(reason, "resolve " + host);
    }
    if (code != 0) throw std::system_error(meaning_of(code), "resolve " + host);

    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
    std::vector<endpoint> found;
    for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
        if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
        found.push_back(from_native(each->ai_addr, each->ai_addrlen));
    }
    return found;
}

}  // namespace eddy
