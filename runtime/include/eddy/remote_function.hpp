#pragma once

#include <eddy/payload.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <source_location>
#include <string_view>
#include <type_traits>
#include <utility>

namespace eddy {

/// A callable made from a function: `fn<&area>`. It captures nothing, so it can go where an object
/// cannot.
template <auto Function>
struct function_constant {
    template <class... Arguments>
        requires std::invocable<decltype(Function), Arguments...>
    constexpr decltype(auto) operator()(Arguments&&... arguments) const {
        return std::invoke(Function, std::forward<Arguments>(arguments)...);
    }
};
template <auto Function>
inline constexpr function_constant<Function> fn{};

/// A callable that is known by its type alone, so that another process of the same program can
/// make the same one: a lambda that captures nothing, `fn<&function>`, an empty class.
template <class Function>
concept remote_callable = std::is_empty_v<Function> && std::default_initializable<Function>;

/// What a call from another process says about the function it wants.
struct remote_function_id {
    std::uint64_t check = 0;    ///< must be that of the function with this number
    std::uint32_t ordinal = 0;  ///< its number in the order of registration

    bool operator==(const remote_function_id&) const noexcept = default;
};

/// A function that other processes of this program may call. Registers itself, before `main`, in
/// an order which is the same in every process of the same program: so a number is enough to name
/// it. No address ever crosses, and a name is only compared: compilers give two lambdas the same.
class remote_function {
public:
    /// Takes the arguments from the one and puts the result into the other, or throws.
    using body = void (*)(payload_reader& arguments, payload_writer& result);

    /// Must live as long as the program.
    remote_function(body what, std::uint64_t check) noexcept;
    remote_function(const remote_function&) = delete;
    remote_function& operator=(const remote_function&) = delete;

    const remote_function_id& id() const noexcept { return id_; }

    void call(payload_reader& arguments, payload_writer& result) const { call_(arguments, result); }

private:
    friend class function_registry;

    body call_;
    remote_function_id id_;
    const remote_function* next_ = nullptr;
};

/// Any two texts that differ have, most likely, different values (FNV-1a).
constexpr std::uint64_t check_value(std::string_view text,
                                    std::uint64_t value = 0xcbf29ce484222325) noexcept {
    for (const char each : text) value = (value ^ static_cast<unsigned char>(each)) * 0x100000001b3;
    return value;
}

template <class... Types>
constexpr std::uint64_t check_of_types() noexcept {
    return check_value(std::source_location::current().function_name());
}

}  // namespace eddy
