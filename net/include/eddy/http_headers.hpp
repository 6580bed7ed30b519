#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eddy::http {

/// One field of a `headers`, as a view that holds until the `headers` is changed.
struct header {
    std::string_view name;
    std::string_view value;
    bool sensitive = false;  ///< a secret: never logged, never sent to another origin

    bool operator==(const header&) const noexcept = default;
};

/// The header fields of a message, in order; a name may stand there more than once. Names compare
/// without regard to case (RFC 9110, 5.1). Authorization, Cookie and the like are born sensitive.
class headers {
public:
    class iterator;

    headers() = default;

    /// Appends a field. Throws http::error (invalid_header) if the name is no token or the value
    /// contains a control byte: what is in a `headers` can be sent as it is (RFC 9110, 5.5).
    headers& add(std::string_view name, std::string_view value);
    /// The same, for a value that is a secret.
    headers& add_sensitive(std::string_view name, std::string_view value);
    /// Puts one field in the place of all fields of that name.
    headers& set(std::string_view name, std::string_view value);
    /// Takes out every field of that name and returns how many there were.
    std::size_t remove(std::string_view name);
    /// Takes out every sensitive field: what a redirect to another origin must not carry.
    std::size_t remove_sensitive();
    void clear() noexcept;

    /// The value of the first field of that name.
    std::optional<std::string_view> find(std::string_view name) const noexcept;
    bool contains(std::string_view name) const noexcept { return find(name).has_value(); }
    std::size_t count(std::string_view name) const noexcept;
    /// Whether `token` stands in a comma-separated list of that name, as "close" in Connection.
    bool has_token(std::string_view name, std::string_view token) const noexcept;

    std::size_t size() const noexcept { return fields_.size(); }
    bool empty() const noexcept { return fields_.empty(); }
    header operator[](std::size_t index) const noexcept;
    iterator begin() const noexcept;
    iterator end() const noexcept;

    bool operator==(const headers& other) const noexcept;

private:
    friend class head_grammar;

    struct field {
        std::uint32_t name_start;
        std::uint32_t name_size;
        std::uint32_t value_start;
        std::uint32_t value_size;
        bool sensitive;
    };

    void append(std::string_view name, std::string_view value, bool sensitive);

    // One text for all fields costs one allocation, not two for each. A parsed message leaves its
    // whole head here; what `remove` takes out stays as unused text.
    std::string text_;
    std::vector<field> fields_;
};

class headers::iterator {
public:
    using value_type = header;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    iterator() noexcept = default;
    iterator(const headers& of, std::size_t at) noexcept : of_(&of), at_(at) {}

    header operator*() const noexcept { return (*of_)[at_]; }
    iterator& operator++() noexcept {
        ++at_;
        return *this;
    }
    iterator operator++(int) noexcept {
        iterator before = *this;
        ++at_;
        return before;
    }
    bool operator==(const iterator&) const noexcept = default;

private:
    const headers* of_ = nullptr;
    std::size_t at_ = 0;
};

inline headers::iterator headers::begin() const noexcept {
    return iterator(*this, 0);
}
inline headers::iterator headers::end() const noexcept {
    return iterator(*this, size());
}

}  // namespace eddy::http
