#pragma once

#include <utility>

namespace eddy {

/// Keeps an object alive that counts its owners itself (`acquire`, `release`). Not atomic: for
/// objects that belong to one loop.
template <class T>
class counted_ptr {
public:
    counted_ptr() noexcept = default;
    /// Takes over one count.
    explicit counted_ptr(T* object) noexcept : object_(object) {}
    counted_ptr(const counted_ptr& other) noexcept : object_(other.object_) {
        if (object_ != nullptr) object_->acquire();
    }
    counted_ptr(counted_ptr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    counted_ptr& operator=(counted_ptr other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~counted_ptr() {
        if (object_ != nullptr) object_->release();
    }

    /// Hands over its count.
    T* release() noexcept { return std::exchange(object_, nullptr); }

    T* get() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }

private:
    T* object_ = nullptr;
};

}  // namespace eddy
