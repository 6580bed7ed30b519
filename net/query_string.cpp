#include <eddy/query_string.hpp>

#include "utf8.hpp"

#include <eddy/percent_encoding.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace eddy {

namespace {

std::string decoded(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    return well_formed_utf8(percent_decode(spaced));
}

void append_encoded(std::string& output, std::string_view text) {
    while (true) {
        const std::string_view word = text.substr(0, text.find(' '));
        append_percent_encoded(output, word, percent_encode_set::form);
        if (word.size() == text.size()) return;
        output += '+';
        text.remove_prefix(word.size() + 1);
    }
}

}  // namespace

query_string query_string::parse(std::string_view text) {
    query_string result;
    while (!text.empty()) {
        const std::string_view piece = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(piece.size() + 1, text.size()));
        if (piece.empty()) continue;

        const std::size_t equals = std::min(piece.find('='), piece.size());
        const std::string_view value = piece.substr(std::min(equals + 1, piece.size()));
        result.fields_.push_back({decoded(piece.substr(0, equals)), decoded(value)});
    }
    return result;
}

query_string& query_string::add(std::string_view name, std::string_view value) {
    fields_.push_back({std::string(name), std::string(value)});
    return *this;
}

query_string& query_string::set(std::string_view name, std::string_view value) {
    const auto has_name = [name](const field& candidate) { return candidate.name == name; };
    const auto first = std::ranges::find_if(fields_, has_name);
    if (first == fields_.end()) return add(name, value);
    first->value = value;
    fields_.erase(std::remove_if(first + 1, fields_.end(), has_name), fields_.end());
    return *this;
}

query_string& query_string::remove(std::string_view name) {
    // A copy: it may be the name of one of the fields that go.
    std::erase_if(fields_,
                  [name = std::string(name)](const field& each) { return each.name == name; });
    return *this;
}

std::optional<std::string_view> query_string::get(std::string_view name) const noexcept {
    const auto found = std::ranges::find(fields_, name, &field::name);
    if (found == fields_.end()) return std::nullopt;
    return found->value;
}

std::string query_string::to_string() const {
    std::string result;
    for (const field& each : fields_) {
        if (!result.empty()) result += '&';
        append_encoded(result, each.name);
        result += '=';
        append_encoded(result, each.value);
    }
    return result;
}

}  // namespace eddy
