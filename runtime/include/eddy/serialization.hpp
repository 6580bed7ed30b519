#pragma once

#include <eddy/payload.hpp>
#include <eddy/shared_memory.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <functional>
#include <ranges>
#include <string>
#include <type_traits>

#include <cereal/cereal.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/vector.hpp>

namespace eddy {

// How values get to another process of the same program, on the same machine. cereal knows the
// standard containers (include <cereal/types/map.hpp> and so on) and finds `serialize` functions of
// other types. What has neither and is just bytes is copied as bytes, which needs no function and
// is fast: that much depends on the program being the same.

class output_archive;
class input_archive;

// An archive from nowhere: what cereal's headers have for standard types is not found for it. So it
// does not matter which of them a file includes: all must agree on how a type travels.
class unknown_archive {};

template <class T>
concept serializes_itself = cereal::traits::has_member_serialize<T, output_archive>::value ||
                            cereal::traits::has_member_save<T, output_archive>::value ||
                            cereal::traits::has_member_save_minimal<T, output_archive>::value ||
                            cereal::traits::has_non_member_serialize<T, unknown_archive>::value ||
                            cereal::traits::has_non_member_save<T, unknown_archive>::value;

template <class T>
inline constexpr bool is_reference_wrapper = false;
template <class T>
inline constexpr bool is_reference_wrapper<std::reference_wrapper<T>> = true;
template <class T>
inline constexpr bool is_cereal_bytes = false;
template <class T>
inline constexpr bool is_cereal_bytes<cereal::BinaryData<T>> = true;

// What only points to something: its bytes mean nothing elsewhere.
template <class T>
concept points_elsewhere =
    std::is_pointer_v<T> || std::is_member_pointer_v<T> || std::is_null_pointer_v<T> ||
    std::ranges::enable_view<T> || is_reference_wrapper<T> || is_cereal_bytes<T> ||
    std::is_base_of_v<cereal::traits::detail::BaseCastBase, T>;

/// A type that is copied as its bytes. Whether a pointer hides inside a struct cannot be seen from
/// here: such a struct needs a `serialize` function.
template <class T>
concept plain_bytes = std::is_trivially_copyable_v<T> && std::is_copy_assignable_v<T> &&
                      !points_elsewhere<T> && !serializes_itself<T>;

template <class T>
inline constexpr bool is_block = false;
template <plain_bytes T, class Allocator>
inline constexpr bool is_block<std::vector<T, Allocator>> = !std::same_as<T, bool>;
template <class Character, class Traits, class Allocator>
inline constexpr bool is_block<std::basic_string<Character, Traits, Allocator>> = true;

/// A container that is one block of plain elements.
template <class T>
concept block_of_bytes = is_block<T>;

/// Puts values into a payload.
class output_archive : public cereal::OutputArchive<output_archive> {
public:
    explicit output_archive(payload_writer& to) : OutputArchive(this), to_(to) {}

    template <class... Values>
    output_archive& operator()(Values&&... values) {
        (put(values), ...);
        return *this;
    }
    template <class Value>
    output_archive& operator&(Value&& value) {
        return (*this)(value);
    }
    template <class Value>
    output_archive& operator<<(Value&& value) {
        return (*this)(value);
    }

    void saveBinary(const void* data, std::size_t size) {
        to_.write({static_cast<const std::byte*>(data), size});
    }

private:
    template <class Value>
    void put(const Value& value) {
        if constexpr (plain_bytes<Value>) {
            saveBinary(&value, sizeof value);
        } else if constexpr (block_of_bytes<Value>) {
            using element = typename Value::value_type;
            put(static_cast<std::uint64_t>(value.size()));
            to_.align(alignof(element));
            saveBinary(value.data(), value.size() * sizeof(element));
        } else {
            OutputArchive::operator()(value);
        }
    }

    payload_writer& to_;
};

/// Takes values out of a payload, in the order in which they were put in.
class input_archive : public cereal::InputArchive<input_archive> {
public:
    explicit input_archive(payload_reader& from) : InputArchive(this), from_(from) {}

    template <class... Values>
    input_archive& operator()(Values&&... values) {
        (get(values), ...);
        return *this;
    }
    template <class Value>
    input_archive& operator&(Value&& value) {
        return (*this)(value);
    }
    template <class Value>
    input_archive& operator>>(Value&& value) {
        return (*this)(value);
    }

    void loadBinary(void* data, std::size_t size) {
        const std::span<const std::byte> block = from_.take(size);
        if (size > 0) std::memcpy(data, block.data(), size);
    }

    /// How many elements a container has. Each takes a byte at least, so a size that is not true is
    /// found here and not by running out of memory.
    std::size_t load_size(std::size_t bytes_of_each = 1) {
        std::uint64_t size = 0;
        loadBinary(&size, sizeof size);
        if (size > from_.left() / bytes_of_each)
            throw serialization_error("a container from another process is cut off");
        return static_cast<std::size_t>(size);
    }

    template <plain_bytes Value>
    Value get_plain() {
        std::array<std::byte, sizeof(Value)> bytes;
        loadBinary(bytes.data(), bytes.size());
        return std::bit_cast<Value>(bytes);
    }

private:
    template <class Value>
    void get(Value& value) {
        if constexpr (plain_bytes<Value>) {
            loadBinary(&value, sizeof value);
        } else if constexpr (block_of_bytes<Value>) {
            get_block(value);
        } else {
            InputArchive::operator()(value);
        }
    }

    template <class Container>
    void get_block(Container& value) {
        using element = typename Container::value_type;
        const std::size_t size = load_size(sizeof(element));
        from_.align(alignof(element));
        value.clear();
        value.reserve(size);
        const std::byte* const begin = from_.position();
        if (reinterpret_cast<std::uintptr_t>(begin) % alignof(element) != 0) {
            // Payloads lie at multiples of 16; this element wants more.
            for (std::size_t i = 0; i < size; ++i) value.push_back(get_plain<element>());
            return;
        }
        const std::span<const std::byte> block = from_.take(size * sizeof(element));
        // 64 MiB: 20 ms in place of 37, nearly all of which are page faults.
        constexpr std::size_t large = 4 * 1024 * 1024;
        if (block.size() >= large)
            expect_writes({reinterpret_cast<std::byte*>(value.data()), block.size()});
        const auto* const elements = reinterpret_cast<const element*>(block.data());
        value.assign(elements, elements + size);
    }

    payload_reader& from_;
};

// What cereal calls by these names.
template <class T>
    requires std::is_arithmetic_v<T>
void save(output_archive& to, const T& value) {
    to.saveBinary(&value, sizeof value);
}
template <class T>
    requires std::is_arithmetic_v<T>
void load(input_archive& from, T& value) {
    from.loadBinary(&value, sizeof value);
}
template <class T>
void save(output_archive& to, const cereal::BinaryData<T>& block) {
    to.saveBinary(block.data, static_cast<std::size_t>(block.size));
}
template <class T>
void load(input_archive& from, cereal::BinaryData<T>& block) {
    from.loadBinary(block.data, static_cast<std::size_t>(block.size));
}
template <class T>
void save(output_archive& to, const cereal::SizeTag<T>& tag) {
    to(static_cast<std::uint64_t>(tag.size));
}
template <class T>
void load(input_archive& from, cereal::SizeTag<T>& tag) {
    tag.size = from.load_size();
}
template <class T>
void serialize(output_archive& to, cereal::NameValuePair<T>& named) {
    to(named.value);
}
template <class T>
void serialize(input_archive& from, cereal::NameValuePair<T>& named) {
    from(named.value);
}

/// A value that can be sent to another process and made there again. If yours cannot: give it a
/// cereal `serialize` function and a default constructor.
template <class T>
concept process_value =
    plain_bytes<T> ||
    (std::default_initializable<T> && !points_elsewhere<T> &&
     (block_of_bytes<T> || (cereal::traits::is_output_serializable<T, output_archive>::value &&
                            cereal::traits::is_input_serializable<T, input_archive>::value)));

template <process_value T>
void encode(payload_writer& to, const T& value) {
    output_archive archive(to);
    archive(value);
}

template <process_value T>
T decode(payload_reader& from) {
    input_archive archive(from);
    if constexpr (plain_bytes<T>) {
        return archive.get_plain<T>();
    } else {
        T value;
        archive(value);
        return value;
    }
}

}  // namespace eddy

// Which output belongs to which input; what cereal's own archives say by a macro.
template <>
struct cereal::traits::detail::get_output_from_input<eddy::input_archive> {
    using type = eddy::output_archive;
};
template <>
struct cereal::traits::detail::get_input_from_output<eddy::output_archive> {
    using type = eddy::input_archive;
};
