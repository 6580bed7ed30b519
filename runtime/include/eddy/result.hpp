#pragma once

#include <cassert>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace eddy {

/// How something ended: with a value or with an exception. Empty until it has ended.
template <class T>
class [[nodiscard]] result {
    // It lies in coroutine frames, and GCC aligns those no more than `new` does.
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                  "results cannot be aligned beyond what operator new gives: return a "
                  "std::unique_ptr to this type");

public:
    using value_type = T;

    result() noexcept = default;
    result(T value) : value_(std::move(value)) {}
    /// One that ended with this exception.
    static result failed(std::exception_ptr error) noexcept {
        result made;
        made.set_error(std::move(error));
        return made;
    }

    bool has_value() const noexcept { return value_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }

    /// The exception; null if there is a value.
    const std::exception_ptr& error() const noexcept { return error_; }

    /// The value, or the exception thrown.
    T& value() & {
        throw_error();
        return *value_;
    }
    const T& value() const& {
        throw_error();
        return *value_;
    }
    T value() && {
        throw_error();
        return std::move(*value_);
    }

    T& operator*() & noexcept { return *value_; }
    const T& operator*() const& noexcept { return *value_; }
    T* operator->() noexcept { return &*value_; }
    const T* operator->() const noexcept { return &*value_; }

    template <class U>
    T value_or(U&& otherwise) const& {
        return has_value() ? *value_ : static_cast<T>(std::forward<U>(otherwise));
    }

    template <class... Arguments>
    void set_value(Arguments&&... arguments) {
        value_.emplace(std::forward<Arguments>(arguments)...);
    }
    void set_error(std::exception_ptr error) noexcept { error_ = std::move(error); }

private:
    void throw_error() const {
        if (error_) std::rethrow_exception(error_);
        assert(value_ && "the result is not there yet");
    }

    std::optional<T> value_;
    std::exception_ptr error_;
};

template <>
class [[nodiscard]] result<void> {
public:
    using value_type = void;

    result() noexcept = default;
    /// One that ended with this exception.
    static result failed(std::exception_ptr error) noexcept {
        result made;
        made.set_error(std::move(error));
        return made;
    }

    bool has_value() const noexcept { return !error_; }
    explicit operator bool() const noexcept { return has_value(); }
    const std::exception_ptr& error() const noexcept { return error_; }

    void value() const {
        if (error_) std::rethrow_exception(error_);
    }

    void set_value() noexcept {}
    void set_error(std::exception_ptr error) noexcept { error_ = std::move(error); }

private:
    std::exception_ptr error_;
};

}  // namespace eddy
