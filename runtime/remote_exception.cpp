#include "remote_exception.hpp"

#include <eddy/cancelled.hpp>
#include <eddy/process_error.hpp>
#include <eddy/system_errors.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <typeinfo>

#include <cxxabi.h>

namespace eddy {
namespace {

using exception_maker = std::exception_ptr (*)(const std::string& message);

struct known_type {
    const std::type_info& type;
    exception_maker make;
};

template <class Exception>
known_type made_of_message() {
    return {typeid(Exception),
            [](const std::string& message) { return std::make_exception_ptr(Exception(message)); }};
}

// Their place in the list names them on the way: what is added belongs to the end.
const std::array known_types{
    made_of_message<std::logic_error>(),
    made_of_message<std::domain_error>(),
    made_of_message<std::invalid_argument>(),
    made_of_message<std::length_error>(),
    made_of_message<std::out_of_range>(),
    made_of_message<std::runtime_error>(),
    made_of_message<std::range_error>(),
    made_of_message<std::overflow_error>(),
    made_of_message<std::underflow_error>(),
    made_of_message<timeout_error>(),
    made_of_message<serialization_error>(),
    made_of_message<worker_binary_mismatch>(),
    known_type{typeid(std::bad_alloc),
               [](const std::string&) { return std::make_exception_ptr(std::bad_alloc()); }},
};

enum class written_as : std::uint32_t { text, known, system };

// Of a std::system_error, in the same way.
const std::error_category* const known_categories[] = {
    &std::generic_category(),
    &std::system_category(),
    &system_errors(),
};

struct header {
    written_as form = written_as::text;
    std::uint32_t detail = 0;  // which known type, or which category
    std::int32_t code = 0;     // of a std::system_error
    std::uint32_t name_size = 0;
    std::uint32_t message_size = 0;
};

void write(payload_writer& to, header head, std::string_view name, std::string_view message) {
    head.name_size = static_cast<std::uint32_t>(name.size());
    head.message_size = static_cast<std::uint32_t>(message.size());
    to.write(std::as_bytes(std::span(&head, 1)));
    to.write(std::as_bytes(std::span(name)));
    to.write(std::as_bytes(std::span(message)));
}

std::string readable_name(const std::type_info& type) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
    return status == 0 ? name.get() : type.name();
}

// Its constructor adds the description of the code to the message, which must not grow on the way.
std::string_view message_without_code(const std::system_error& error,
                                      const std::string& description) noexcept {
    std::string_view message(error.what());
    if (!message.ends_with(description)) return message;
    message.remove_suffix(description.size());
    if (message.ends_with(": ")) message.remove_suffix(2);
    return message;
}

bool write_system_error(payload_writer& to, const std::exception& error) {
    const auto* const system = dynamic_cast<const std::system_error*>(&error);
    if (system == nullptr || typeid(error) != typeid(std::system_error)) return false;
    const std::error_code code = system->code();
    const auto* const kind = std::ranges::find(known_categories, &code.category());
    if (kind == std::end(known_categories)) return false;
    write(to,
          {.form = written_as::system,
           .detail = static_cast<std::uint32_t>(kind - std::begin(known_categories)),
           .code = code.value()},
          {}, message_without_code(*system, code.message()));
    return true;
}

void write_standard(payload_writer& to, const std::exception& error) {
    if (write_system_error(to, error)) return;
    for (std::uint32_t i = 0; i < known_types.size(); ++i)
        if (known_types[i].type == typeid(error))
            return write(to, {.form = written_as::known, .detail = i}, {}, error.what());
    write(to, {}, readable_name(typeid(error)), error.what());
}

std::string read_text(payload_reader& from, std::size_t size) {
    const std::span<const std::byte> bytes = from.take(size);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::exception_ptr make_system_error(const header& head, const std::string& message) {
    const std::size_t kind = std::min<std::size_t>(head.detail, std::size(known_categories) - 1);
    const std::error_code code(head.code, *known_categories[kind]);
    return std::make_exception_ptr(message.empty() ? std::system_error(code)
                                                   : std::system_error(code, message));
}

}  // namespace

void write_exception(payload_writer& to, const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& standard) {
        write_standard(to, standard);
    } catch (...) {
        write(to, {}, readable_name(*abi::__cxa_current_exception_type()),
              "not derived from std::exception");
    }
}

std::exception_ptr read_exception(payload_reader& from) {
    header head;
    std::memcpy(&head, from.take(sizeof head).data(), sizeof head);
    const std::string name = read_text(from, head.name_size);
    const std::string message = read_text(from, head.message_size);
    if (head.form == written_as::system) return make_system_error(head, message);
    if (head.form == written_as::known && head.detail < known_types.size())
        return known_types[head.detail].make(message);
    return std::make_exception_ptr(remote_error(name, message));
}

}  // namespace eddy
