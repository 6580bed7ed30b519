#include <eddy/http_headers.hpp>

#include <eddy/http_error.hpp>

#include "http_text.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace eddy::http {

namespace {

void check(std::string_view name, std::string_view value) {
    if (!is_token(name)) {
        throw error(error_kind::invalid_header,
                    "a header cannot be named \"" + std::string(name) + '"');
    }
    if (has_control(value)) {
        throw error(error_kind::invalid_header,
                    "the value of header " + std::string(name) + " contains a control byte");
    }
}

}  // namespace

headers& headers::add(std::string_view name, std::string_view value) {
    check(name, value);
    append(name, trimmed(value), is_secret_by_name(name));
    return *this;
}

headers& headers::add_sensitive(std::string_view name, std::string_view value) {
    check(name, value);
    append(name, trimmed(value), true);
    return *this;
}

headers& headers::set(std::string_view name, std::string_view value) {
    check(name, value);  // before anything is lost
    remove(name);
    return add(name, value);
}

std::size_t headers::remove(std::string_view name) {
    const std::string_view text = text_;
    return std::erase_if(fields_, [&](const field& each) {
        return equals_ignoring_case(text.substr(each.name_start, each.name_size), name);
    });
}

std::size_t headers::remove_sensitive() {
    return std::erase_if(fields_, [](const field& each) { return each.sensitive; });
}

void headers::clear() noexcept {
    text_.clear();
    fields_.clear();
}

std::optional<std::string_view> headers::find(std::string_view name) const noexcept {
    for (const header each : *this) {
        if (equals_ignoring_case(each.name, name)) return each.value;
    }
    return std::nullopt;
}

std::size_t headers::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::count_if(begin(), end(), [name](const header& each) {
        return equals_ignoring_case(each.name, name);
    }));
}

bool headers::has_token(std::string_view name, std::string_view token) const noexcept {
    for (const header each : *this) {
        if (!equals_ignoring_case(each.name, name)) continue;
        list_elements list(each.value);
        for (std::string_view element; list.next(element);) {
            if (equals_ignoring_case(element, token)) return true;
        }
    }
    return false;
}

header headers::operator[](std::size_t index) const noexcept {
    const field& at = fields_[index];
    const std::string_view text = text_;
    return header{
        text.substr(at.name_start, at.name_size),
        text.substr(at.value_start, at.value_size),
        at.sensitive,
    };
}

bool headers::operator==(const headers& other) const noexcept {
    return std::equal(begin(), end(), other.begin(), other.end());
}

void headers::append(std::string_view name, std::string_view value, bool sensitive) {
    const std::size_t size = text_.size() + name.size() + value.size();
    if (size > std::numeric_limits<std::uint32_t>::max()) {
        throw error(error_kind::invalid_header, "the headers exceed 4 GiB");
    }
    const auto start = static_cast<std::uint32_t>(text_.size());
    const auto name_size = static_cast<std::uint32_t>(name.size());
    const auto value_size = static_cast<std::uint32_t>(value.size());
    fields_.push_back(field{start, name_size, start + name_size, value_size, sensitive});

    // `name` and `value` may be views of `text_` itself, so it stays until both are copied.
    if (size <= text_.capacity()) {
        text_.append(name).append(value);
        return;
    }
    std::string grown;
    grown.reserve(std::max(size, 2 * text_.capacity()));
    grown.append(text_).append(name).append(value);
    text_ = std::move(grown);
}

}  // namespace eddy::http
