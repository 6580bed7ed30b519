#pragma once

#include <cstddef>
#include <set>

namespace eddy::testing {

/// An object that its kind keeps book of: how many live, and what went wrong with them. Finds what
/// was leaked, destroyed twice, or made where another one lives. One thread at a time.
class counted {
public:
    explicit counted(int of = 0) : value(of) { enter(); }
    counted(const counted& other) : value(other.value) { enter(); }
    counted(counted&& other) noexcept : value(other.value) {
        other.value = moved_from;
        enter();
    }
    counted& operator=(const counted& other) = default;
    counted& operator=(counted&& other) noexcept {
        value = other.value;
        other.value = moved_from;
        return *this;
    }
    ~counted() {
        if (living().erase(this) == 0) ++mistakes_;
    }

    static constexpr int moved_from = -1;

    /// How many live now.
    static std::size_t alive() { return living().size(); }
    /// How many were destroyed that did not live, or made in the place of a living one.
    static int mistakes() { return mistakes_; }

    int value;

private:
    void enter() {
        if (!living().insert(this).second) ++mistakes_;
    }

    static std::set<const counted*>& living() {
        static std::set<const counted*> all;
        return all;
    }

    static inline int mistakes_ = 0;
};

}  // namespace eddy::testing
