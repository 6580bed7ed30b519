#include <eddy/per_thread.hpp>
#include <eddy/system_errors.hpp>

#include "windows_calls.hpp"

#include <new>
#include <system_error>

namespace eddy {

// Fibers of a thread are places of their own; nobody here makes any.
thread_key::thread_key(void (*destroy)(void*)) : key_(::FlsAlloc(destroy)) {
    if (key_ == FLS_OUT_OF_INDEXES)
        throw std::system_error(last_error(), "make a place in every thread");
}

void* thread_key::get() const noexcept {
    return ::FlsGetValue(static_cast<DWORD>(key_));
}

void thread_key::set(void* value) const {
    if (!::FlsSetValue(static_cast<DWORD>(key_), value)) throw std::bad_alloc();
}

}  // namespace eddy
