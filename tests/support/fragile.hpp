#pragma once

#include "ending.hpp"

namespace eddy::testing {

/// A value that can be moved so many times, and no more: finds those who cannot bear it.
struct fragile {
    // NOLINTBEGIN(performance-noexcept-move-constructor): that is what it is for
    explicit fragile(int moves) noexcept : moves_left(moves) {}
    fragile(fragile&& other) : moves_left(other.moves_left - 1) {
        if (moves_left < 0) throw deliberate("cannot be moved");
    }
    fragile& operator=(fragile&& other) {
        moves_left = fragile(std::move(other)).moves_left;
        return *this;
    }
    // NOLINTEND(performance-noexcept-move-constructor)
    ~fragile() = default;

    int moves_left;
};

}  // namespace eddy::testing
