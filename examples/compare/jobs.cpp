#include "jobs.hpp"

#include "sha512.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace comparison {
namespace {

// An integer of 128 bits: the sums outgrow 64.
struct wide {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    void add(std::uint64_t number) noexcept {
        low += number;
        high += low < number ? 1u : 0u;
    }

    std::uint32_t divide_by(std::uint32_t divisor) noexcept {
        std::uint64_t rest = 0;
        for (std::uint64_t* half : {&high, &low}) {
            const std::uint64_t upper = rest << 32 | *half >> 32;
            const std::uint64_t lower = (upper % divisor) << 32 | (*half & 0xffff'ffff);
            *half = (upper / divisor) << 32 | lower / divisor;
            rest = lower % divisor;
        }
        return static_cast<std::uint32_t>(rest);
    }

    std::string to_string() const {
        wide left = *this;
        std::string digits;
        do {
            digits.push_back(static_cast<char>('0' + left.divide_by(10)));
        } while (left.low != 0 || left.high != 0);
        std::reverse(digits.begin(), digits.end());
        return digits;
    }
};

std::array<char, 2 * sha512_size> to_hex(const sha512_digest& bytes) noexcept {
    constexpr char digits[] = "0123456789abcdef";
    std::array<char, 2 * sha512_size> text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return text;
}

std::vector<std::string> sum_items(const job_settings& settings) {
    std::vector<std::string> items;
    for (std::uint64_t x = 0; x < 20; ++x)
        items.push_back(std::to_string((5'000'000 + x) * settings.scale));
    return items;
}

}  // namespace

std::vector<std::string> job_names() {
    return {"sums", "hashes", "primes"};
}

std::vector<std::string> job_items(const std::string& job, const job_settings& settings) {
    if (job == "sums") return sum_items(settings);
    if (job == "hashes")
        return {"password", "123456", "qwerty", "letmein", "dragon", "correct horse"};
    if (job == "primes") {
        return {"112272535095293", "112582705942171", "112272535095293",
                "115280095190773", "115797848077099", "1099726899285419"};
    }
    throw std::invalid_argument("unknown job \"" + job + "\"; there are: sums, hashes, primes");
}

std::string run_item(const std::string& job, const std::string& item,
                     const job_settings& settings) {
    if (job == "sums") return sum_of_squares(std::stoull(item));
    if (job == "hashes") return chained_sha512(item, settings.rounds);
    return is_prime(std::stoull(item)) ? "prime" : "composite";
}

// The carry after each addition keeps a compiler from replacing the loop by a formula.
std::string sum_of_squares(std::uint64_t below) {
    wide sum;
    for (std::uint64_t i = 0; i < below; ++i) sum.add(i * i);
    return sum.to_string();
}

// As Python's hashlib.sha512(text).hexdigest().encode(), again and again.
std::string chained_sha512(const std::string& password, std::uint64_t rounds) {
    sha512 hash;
    std::string text = password;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const auto hex = to_hex(hash(text));
        text.assign(hex.begin(), hex.end());
    }
    return text;
}

bool is_prime(std::uint64_t number) {
    if (number < 2) return false;
    if (number % 2 == 0) return number == 2;
    for (std::uint64_t divisor = 3; divisor * divisor <= number; divisor += 2) {
        if (number % divisor == 0) return false;
    }
    return true;
}

}  // namespace comparison
