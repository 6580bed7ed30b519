#include "cpu_quota.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

namespace eddy {
namespace {

std::optional<std::uint64_t> take_number(std::string_view& text) noexcept {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

}  // namespace

std::optional<unsigned> cpus_of_quota(std::string_view cpu_max) noexcept {
    const auto quota = take_number(cpu_max);
    if (!quota || !cpu_max.starts_with(' ')) return std::nullopt;
    cpu_max.remove_prefix(1);
    const auto period = take_number(cpu_max);
    if (!period || *period == 0) return std::nullopt;
    constexpr unsigned most = std::numeric_limits<unsigned>::max();
    // Round up: a share of 1.5 processors keeps two threads busier than one.
    const std::uint64_t cpus = *quota / *period + (*quota % *period != 0 ? 1 : 0);
    return static_cast<unsigned>(std::clamp<std::uint64_t>(cpus, 1, most));
}

}  // namespace eddy
