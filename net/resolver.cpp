#include <eddy/resolver.hpp>

#include <eddy/per_thread.hpp>
#include <eddy/to_thread.hpp>

#include "ascii.hpp"
#include "name_lookup.hpp"
#include "resolver_cache.hpp"

#include <algorithm>
#include <utility>

namespace eddy {

namespace {

constexpr std::size_t most_endpoints = 8;
constexpr std::size_t longest_name = 253;  // RFC 1035, 2.3.4, in text

class category final : public std::error_category {
public:
    const char* name() const noexcept override { return "resolve"; }
    std::string message(int value) const override {
        switch (static_cast<resolve_errc>(value)) {
            case resolve_errc::not_found: return "no such host";
            case resolve_errc::bad_name: return "not a host name";
            case resolve_errc::unavailable: return "no name server answered";
            case resolve_errc::failed: return "name resolution failed";
        }
        return "unknown";
    }
};

bool is_control(char letter) noexcept {
    const auto byte = static_cast<unsigned char>(letter);
    return byte < ' ' || byte == 0x7f;
}

bool may_be_a_name(std::string_view host) noexcept {
    if (host.ends_with('.')) host.remove_suffix(1);
    return !host.empty() && host.size() <= longest_name && !std::ranges::any_of(host, is_control);
}

// In an error, where it may be long and strange.
std::string shown(const std::string& host) {
    if (std::ranges::any_of(host, is_control)) return "a text with control bytes";
    if (host.size() > longest_name) return host.substr(0, longest_name) + "...";
    return '"' + host + '"';
}

bool is_localhost(std::string_view host) noexcept {
    if (host.ends_with('.')) host.remove_suffix(1);
    constexpr std::string_view name = "localhost";
    if (host.size() < name.size()) return false;
    const std::string_view end = host.substr(host.size() - name.size());
    const bool whole_label =
        host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
    return whole_label && std::ranges::equal(end, name, {}, to_lower);
}

// The families take turns, so that one that does not work costs one attempt (RFC 8305, 4).
endpoints in_turns(const endpoints& found) {
    endpoints first;
    endpoints other;
    for (const endpoint& each : found) {
        endpoints& same_family = each.family() == found.front().family() ? first : other;
        if (std::ranges::find(same_family, each) == same_family.end()) same_family.push_back(each);
    }
    endpoints ordered;
    for (std::size_t at = 0; at < std::max(first.size(), other.size()); ++at) {
        if (at < first.size()) ordered.push_back(first[at]);
        if (at < other.size()) ordered.push_back(other[at]);
    }
    if (ordered.size() > most_endpoints) ordered.resize(most_endpoints);
    return ordered;
}

task<endpoints> look_up(std::string host) {
    // A lookup takes as long as the name servers let it: nobody who has given up waits for that.
    const endpoints found =
        co_await to_thread(abandon_on_cancel, look_up_blocking, std::move(host));
    co_return in_turns(found);
}

resolver_cache& cache_of_this_thread() {
    static const per_thread<resolver_cache> caches;
    if (resolver_cache* const cache = caches.get()) return *cache;
    return caches.emplace(look_up);
}

}  // namespace

const std::error_category& resolve_category() noexcept {
    static const category the_category;
    return the_category;
}

std::error_code make_error_code(resolve_errc error) noexcept {
    return std::error_code(static_cast<int>(error), resolve_category());
}

task<std::vector<endpoint>> resolve(std::string host, std::uint16_t port) {
    if (const auto literal = endpoint::parse(host, port)) co_return endpoints(1, *literal);
    if (is_localhost(host)) {
        endpoints loopback;
        loopback.push_back(endpoint::loopback(port));
        loopback.push_back(endpoint::loopback_v6(port));
        co_return loopback;
    }
    if (!may_be_a_name(host))
        throw std::system_error(resolve_errc::bad_name, "resolve " + shown(host));
    endpoints found = co_await cache_of_this_thread().find(std::move(host));
    for (endpoint& each : found) each = each.with_port(port);
    co_return found;
}

}  // namespace eddy
