#include "idna.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include <idn2.h>

namespace eddy {

namespace {

struct idn2_deleter {
    void operator()(void* text) const noexcept { idn2_free(text); }
};

struct lookup_result {
    std::unique_ptr<std::uint8_t, idn2_deleter> text;
    int error;
};

lookup_result look_up(const std::string& label, int mode) {
    std::uint8_t* text = nullptr;
    const auto* input = reinterpret_cast<const std::uint8_t*>(label.c_str());
    const int error = idn2_lookup_u8(input, &text, mode | IDN2_NFC_INPUT);
    return {std::unique_ptr<std::uint8_t, idn2_deleter>(text), error};
}

struct letter_range {
    std::string_view first;
    std::string_view end;  // the letter behind the last one
};

// In UTF-8, whose order is that of the code points.
constexpr std::array<letter_range, 8> letters_with_rules_of_their_own{{
    {"\xC3\x9F", "\xC3\xA0"},                  // ß, which transitional processing takes for ss
    {"\xCF\x82", "\xCF\x83"},                  // ς, likewise for σ
    {"\xE2\x80\x8C", "\xE2\x80\x8E"},          // the two joiners, likewise for nothing
    {"\xD6\x90", "\xE0\xA4\x80"},              // Hebrew, Arabic and other right-to-left letters
    {"\xEF\xAC\x9D", "\xEF\xB8\x80"},          // their presentation forms
    {"\xEF\xB9\xB0", "\xEF\xBC\x80"},          // more of them
    {"\xF0\x90\xA0\x80", "\xF0\x91\x80\x80"},  // historic right-to-left scripts
    {"\xF0\x9E\xA0\x80", "\xF0\x9F\x80\x80"},  // Adlam and others
}};

bool has_letter_with_rules_of_its_own(std::string_view label) noexcept {
    for (; !label.empty(); label.remove_prefix(1)) {
        for (const letter_range& range : letters_with_rules_of_their_own) {
            if (range.first <= label && label < range.end) return true;
        }
    }
    return false;
}

// What IDNA 2008 forbids and UTS 46, and so the URL standard, allows: emoji, among others.
bool is_rule_of_idna_2008_alone(int error) noexcept {
    switch (error) {
        case IDN2_DISALLOWED:
        case IDN2_UNASSIGNED:
        case IDN2_CONTEXTO:
        case IDN2_CONTEXTO_NO_RULE: return true;
        default: return false;
    }
}

// What an "xn--" label stands for. Other labels stand for themselves.
std::string in_unicode(const std::string& label) {
    char* text = nullptr;
    if (idn2_to_unicode_8z8z(label.c_str(), &text, 0) != IDN2_OK) return label;
    const std::unique_ptr<char, idn2_deleter> owner(text);
    return text;
}

}  // namespace

url_error append_idna_label(std::string& output, const std::string& label) {
    lookup_result ascii = look_up(label, IDN2_NONTRANSITIONAL);
    // libidn2 leaves those rules out in its transitional mode only. That mode gives the same name,
    // but for a few letters; and it does not check the order of right-to-left ones.
    if (is_rule_of_idna_2008_alone(ascii.error) &&
        !has_letter_with_rules_of_its_own(in_unicode(label))) {
        ascii = look_up(label, IDN2_TRANSITIONAL);
    }
    if (ascii.error != IDN2_OK) return url_error::invalid_domain;
    output += reinterpret_cast<const char*>(ascii.text.get());
    return url_error::none;
}

}  // namespace eddy
