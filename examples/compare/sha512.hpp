#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

namespace comparison {

inline constexpr std::size_t sha512_size = 64;
using sha512_digest = std::array<unsigned char, sha512_size>;

/// SHA-512 (FIPS 180-4) of one text after another: by OpenSSL where there is one, else by hand.
class sha512 {
public:
    sha512();
    ~sha512();

    sha512_digest operator()(std::string_view text);

private:
    struct state;

    std::unique_ptr<state> state_;
};

}  // namespace comparison
