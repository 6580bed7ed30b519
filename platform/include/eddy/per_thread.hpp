#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace eddy {

/// A place for a pointer in every thread; `destroy` is given what is in it when the thread ends
/// (pthread_key_create(3), FlsAlloc). Never given back: meant for static objects.
class thread_key {
public:
    /// Throws std::system_error if the system has no more of them.
    explicit thread_key(void (*destroy)(void*));
    thread_key(const thread_key&) = delete;
    thread_key& operator=(const thread_key&) = delete;

    /// Null in a thread that has set nothing.
    void* get() const noexcept;
    /// Throws std::bad_alloc. What was there is forgotten.
    void set(void* value) const;

private:
    std::uintptr_t key_ = 0;
};

/// An object of every thread that wants one, destroyed when that thread ends, after what is
/// `thread_local` there; that of the thread which ends the process may be left. GCC for Windows
/// gives the memory of `thread_local` objects back before it calls their destructors, so what has
/// one is kept here. For static objects, from any thread.
template <class T>
class per_thread {
public:
    /// The object of this thread. Null: it has none.
    T* get() const noexcept { return static_cast<T*>(key_.get()); }

    /// Makes the object of this thread, and then destroys the one that it had, which it keeps if
    /// that fails: with what the constructor throws, or std::bad_alloc.
    template <class... Arguments>
    T& emplace(Arguments&&... arguments) const {
        auto made = std::make_unique<T>(std::forward<Arguments>(arguments)...);
        T* const former = get();
        key_.set(made.get());
        delete former;
        return *made.release();
    }

private:
    static void destroy(void* object) { delete static_cast<T*>(object); }

    thread_key key_{destroy};
};

}  // namespace eddy
