#pragma once

#include "control_page.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace eddy {

/// How many calls a worker should have at once. One behind the running one hides the way there and
/// back of a call; short calls need more, or the worker spends its time waiting for the next. What
/// waits behind a call that turns out long can be taken back, so a wrong guess costs little.
class prefetch_policy {
public:
    /// A call took this long to run.
    void note(std::chrono::microseconds time) noexcept {
        // Weighs the last calls most. In microseconds, with four more bits.
        average_ += (static_cast<std::int64_t>(time.count()) * 16 - average_) / 8;
    }

    std::size_t depth() const noexcept {
        const std::int64_t calls = enough.count() * 16 / std::max<std::int64_t>(average_, 1);
        return static_cast<std::size_t>(std::clamp<std::int64_t>(calls, least, most));
    }

private:
    // What a worker should have before it, so that it never waits: several times as long as it
    // takes to hear that it needs more.
    static constexpr std::chrono::microseconds enough{500};
    static constexpr std::int64_t least = 2;
    static constexpr std::int64_t most = control_page::places;

    std::int64_t average_ = 16 * enough.count();  // before anything is known: long ones
};

}  // namespace eddy
