#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace eddy {

/// A program or library as it was loaded into this process.
struct code_image {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    /// What the linker calls this very build; empty if it was told not to. Lives as long as the
    /// image.
    std::span<const std::byte> build_id;

    bool contains(const void* address) const noexcept {
        const auto at = reinterpret_cast<std::uintptr_t>(address);
        return begin <= at && at < end;
    }
};

/// The image in which an object of static storage or a function lies; an empty one if none does.
code_image find_code_image(const void* address) noexcept;

}  // namespace eddy
