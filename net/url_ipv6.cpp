#include "ascii.hpp"
#include "url_host.hpp"

#include <charconv>
#include <cstddef>

namespace eddy {

namespace {

// Reads an address from left to right: pieces of 16 bits until the text ends.
class ipv6_reader {
public:
    explicit ipv6_reader(std::string_view text) noexcept : rest_(text) {}

    std::optional<ipv6_pieces> read() noexcept {
        if (!read_leading_gap()) return std::nullopt;
        while (!rest_.empty()) {
            if (room() == 0) return std::nullopt;
            if (rest_.front() == ':') {
                if (!open_gap()) return std::nullopt;
            } else if (!read_piece()) {
                return std::nullopt;
            }
        }
        return spread_gap();
    }

private:
    // A gap stands for one piece of zeros at least.
    std::size_t room() const noexcept { return pieces_.size() - count_ - (gap_ ? 1 : 0); }

    // "::1": a gap at the front is two colons, later it is one, because a piece took the first.
    bool read_leading_gap() noexcept {
        if (!rest_.starts_with(':')) return true;
        if (!rest_.starts_with("::")) return false;
        rest_.remove_prefix(1);
        return open_gap();
    }

    bool open_gap() noexcept {
        if (gap_) return false;
        rest_.remove_prefix(1);
        gap_ = count_;
        return true;
    }

    // One to four hexadecimal digits and the colon behind them, or an IPv4 address at the end.
    bool read_piece() noexcept {
        std::size_t length = 0;
        std::uint16_t piece = 0;
        while (length < 4 && length < rest_.size() && is_hex_digit(rest_[length])) {
            piece = static_cast<std::uint16_t>(piece * 16 + hex_value(rest_[length]));
            ++length;
        }
        if (length < rest_.size() && rest_[length] == '.') return read_ipv4_tail();
        if (length == 0) return false;
        rest_.remove_prefix(length);
        pieces_[count_++] = piece;
        return rest_.empty() || take_colon();
    }

    bool take_colon() noexcept {
        if (rest_.front() != ':') return false;
        rest_.remove_prefix(1);
        return !rest_.empty();
    }

    // "::ffff:127.0.0.1". Here the numbers are decimal only, and all four must be there.
    bool read_ipv4_tail() noexcept {
        if (room() < 2) return false;
        for (unsigned part = 0; part < 4; ++part) {
            if (part > 0 && !take_dot()) return false;
            const std::optional<std::uint16_t> byte = read_decimal_byte();
            if (!byte) return false;
            std::uint16_t& piece = pieces_[count_ + part / 2];
            piece = static_cast<std::uint16_t>(piece * 256 + *byte);
        }
        count_ += 2;
        return rest_.empty();
    }

    bool take_dot() noexcept {
        if (!rest_.starts_with('.')) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<std::uint16_t> read_decimal_byte() noexcept {
        unsigned value = 0;
        std::size_t length = 0;
        while (length < rest_.size() && is_digit(rest_[length])) {
            if (length > 0 && value == 0) return std::nullopt;  // a leading zero
            value = value * 10 + hex_value(rest_[length]);
            if (value > 255) return std::nullopt;
            ++length;
        }
        if (length == 0) return std::nullopt;
        rest_.remove_prefix(length);
        return static_cast<std::uint16_t>(value);
    }

    // The pieces behind the gap move to the end, zeros fill it.
    std::optional<ipv6_pieces> spread_gap() const noexcept {
        if (!gap_) return count_ == pieces_.size() ? std::optional(pieces_) : std::nullopt;
        ipv6_pieces spread{};
        for (std::size_t at = 0; at < *gap_; ++at) spread[at] = pieces_[at];
        for (std::size_t at = *gap_; at < count_; ++at) {
            spread[spread.size() - count_ + at] = pieces_[at];
        }
        return spread;
    }

    std::string_view rest_;
    ipv6_pieces pieces_{};
    std::size_t count_ = 0;
    std::optional<std::size_t> gap_;  // the piece in front of which "::" stood
};

struct run {
    std::size_t begin = 0;
    std::size_t length = 0;
};

// RFC 5952: the first of the longest runs of zeros is written "::", but a single zero stays.
run longest_run_of_zeros(const ipv6_pieces& pieces) noexcept {
    run longest;
    run current;
    for (std::size_t at = 0; at < pieces.size(); ++at) {
        if (pieces[at] != 0) {
            current = {at + 1, 0};
        } else if (++current.length > longest.length) {
            longest = current;
        }
    }
    return longest.length > 1 ? longest : run{};
}

}  // namespace

std::optional<ipv6_pieces> parse_ipv6(std::string_view text) noexcept {
    return ipv6_reader(text).read();
}

void append_ipv6(std::string& output, const ipv6_pieces& pieces) {
    const run zeros = longest_run_of_zeros(pieces);
    for (std::size_t at = 0; at < pieces.size(); ++at) {
        if (zeros.length > 0 && at == zeros.begin) {
            output += at == 0 ? "::" : ":";
            at += zeros.length - 1;
            continue;
        }
        char digits[4];
        const auto end = std::to_chars(digits, digits + sizeof digits, pieces[at], 16).ptr;
        output.append(digits, end);
        if (at + 1 < pieces.size()) output += ':';
    }
}

}  // namespace eddy
