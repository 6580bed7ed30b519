#include "function_registry.hpp"

#include <eddy/code_image.hpp>

#include <cstring>

namespace eddy {
namespace {

// What `find` looks up, and what is compared. Made once, by `process_init`.
struct closed_registry {
    std::vector<const remote_function*> functions;
    program_fingerprint fingerprint;
    bool closed = false;
};

closed_registry& registry() noexcept {
    static closed_registry the_one;
    return the_one;
}

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class Value>
std::string_view bytes_of(const Value& value) noexcept {
    return as_text(std::as_bytes(std::span(&value, 1)));
}

program_fingerprint fingerprint_of(const std::vector<const remote_function*>& functions) {
    program_fingerprint result;
    result.functions = static_cast<std::uint32_t>(functions.size());
    result.check = result.build = check_value({});
    code_image image;
    for (const remote_function* each : functions) {
        result.check = check_value(bytes_of(each->id().check), result.check);
        if (image.contains(each)) continue;
        image = find_code_image(each);
        result.build = check_value(as_text(image.build_id), result.build);
    }
    return result;
}

}  // namespace

// Before `main` there is one thread.
remote_function::remote_function(body what, std::uint64_t check) noexcept
    : call_(what), id_{check, function_registry::count_++} {
    if (function_registry::last_ != nullptr)
        function_registry::last_->next_ = this;
    else
        function_registry::first_ = this;
    function_registry::last_ = this;
}

void function_registry::close() {
    closed_registry& made = registry();
    if (made.closed) return;
    for (const remote_function* each = first_; each != nullptr; each = each->next_)
        made.functions.push_back(each);
    made.fingerprint = fingerprint_of(made.functions);
    made.closed = true;
}

bool function_registry::is_closed() noexcept {
    return registry().closed;
}

const remote_function* function_registry::find(const remote_function_id& id) noexcept {
    const auto& functions = registry().functions;
    if (id.ordinal >= functions.size()) return nullptr;
    const remote_function* const found = functions[id.ordinal];
    return found->id() == id ? found : nullptr;
}

const program_fingerprint& function_registry::fingerprint() noexcept {
    return registry().fingerprint;
}

std::string program_fingerprint::difference_to(const program_fingerprint& other) const {
    if (protocol != other.protocol) return "they speak different versions of the protocol";
    if (build != other.build) return "they are different builds";
    if (functions != other.functions)
        return "one knows " + std::to_string(functions) + " functions, the other " +
               std::to_string(other.functions);
    return "they know different functions";
}

payload program_fingerprint::to_payload() const {
    payload_writer writer;
    writer.write(std::as_bytes(std::span(this, 1)));
    return std::move(writer).finish();
}

program_fingerprint program_fingerprint::from(std::span<const std::byte> bytes) noexcept {
    program_fingerprint read{.protocol = 0};
    if (bytes.size() == sizeof read) std::memcpy(&read, bytes.data(), sizeof read);
    return read;
}

}  // namespace eddy
