#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eddy {

/// The fields of a query or of a form, application/x-www-form-urlencoded (WHATWG URL, 5). They keep
/// their order, and a name may come more than once. Names and values are decoded text.
class query_string {
public:
    struct field {
        std::string name;
        std::string value;

        bool operator==(const field&) const = default;
    };

    query_string() = default;

    /// Reads "name=value&other=a+b%21". Every text means something: it cannot fail. What is not
    /// UTF-8 becomes U+FFFD.
    static query_string parse(std::string_view text);

    /// Appends a field.
    query_string& add(std::string_view name, std::string_view value);
    /// Makes this the only field of its name, where the first one of them stood or else at the end.
    query_string& set(std::string_view name, std::string_view value);
    query_string& remove(std::string_view name);

    /// The value of the first field of this name.
    std::optional<std::string_view> get(std::string_view name) const noexcept;
    const std::vector<field>& fields() const noexcept { return fields_; }

    /// "name=value&other=a+b%21": for `url::with_query`, or as the body of a form.
    std::string to_string() const;

    bool operator==(const query_string&) const = default;

private:
    std::vector<field> fields_;
};

}  // namespace eddy
