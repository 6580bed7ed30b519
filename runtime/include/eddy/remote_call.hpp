#pragma once

#include <eddy/remote_function.hpp>
#include <eddy/serialization.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace eddy {

/// A call as it is sent to another process: which function, and its arguments.
struct remote_call {
    remote_function_id function;
    payload arguments;
};

// As what an argument arrives. Text that is only pointed to travels as the text itself.
template <class T>
struct as_sent {
    using type = T;
};
template <>
struct as_sent<const char*> {
    using type = std::string;
};
template <>
struct as_sent<char*> {
    using type = std::string;
};
template <>
struct as_sent<std::string_view> {
    using type = std::string;
};

/// The type with which an argument of this type reaches a function in another process.
template <class T>
using sent_argument = typename as_sent<std::decay_t<T>>::type;

/// What the function gives back there, as a value.
template <class Function, class... Arguments>
using remote_result =
    std::remove_cvref_t<std::invoke_result_t<std::decay_t<Function>, sent_argument<Arguments>...>>;

/// A function together with the types of its arguments: what another process has to know to call
/// it. Registered by being mentioned anywhere in the program.
template <remote_callable Function, process_value... Arguments>
class remote_signature {
public:
    static const remote_function& function() noexcept { return function_; }

private:
    static void call(payload_reader& from, payload_writer& to) {
        // In braces: they are read from the left to the right.
        std::tuple<Arguments...> arguments{decode<Arguments>(from)...};
        const auto invoke = [](Arguments&... each) -> decltype(auto) {
            return std::invoke(Function(), std::move(each)...);
        };
        using value = std::remove_cvref_t<std::invoke_result_t<Function, Arguments...>>;
        if constexpr (std::is_void_v<value>)
            std::apply(invoke, arguments);
        else
            encode<value>(to, std::apply(invoke, arguments));
    }

    static inline remote_function function_{&call, check_of_types<Function, Arguments...>()};
};

template <class Sent, class Given>
void encode_as(payload_writer& to, const Given& argument) {
    if constexpr (std::same_as<Sent, Given>)
        encode<Sent>(to, argument);
    else
        encode<Sent>(to, Sent(argument));
}

/// Writes a call down.
template <class Function, class... Arguments>
remote_call make_remote_call(const Function&, const Arguments&... arguments) {
    static_assert(remote_callable<Function>,
                  "a function for another process cannot capture anything and cannot be a pointer: "
                  "use a lambda with [] or eddy::fn<&function>, and give values as arguments");
    static_assert((process_value<sent_argument<Arguments>> && ...),
                  "an argument cannot be sent to another process: it has no `serialize` for cereal "
                  "(or the header <cereal/types/...> is missing), or it only points to something");
    using value = remote_result<Function, Arguments...>;
    static_assert(std::is_void_v<value> || process_value<value>,
                  "the result cannot be sent back from another process: it has no `serialize` for "
                  "cereal (or <cereal/types/...> is missing), or it only points to something");
    if constexpr (remote_callable<Function> && (process_value<sent_argument<Arguments>> && ...)) {
        using signature = remote_signature<Function, sent_argument<Arguments>...>;
        payload_writer writer;
        (encode_as<sent_argument<Arguments>>(writer, arguments), ...);
        return {signature::function().id(), std::move(writer).finish()};
    } else {
        return {};
    }
}

}  // namespace eddy
