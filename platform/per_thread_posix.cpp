#include <eddy/per_thread.hpp>

#include <new>
#include <system_error>

#include <pthread.h>

namespace eddy {

thread_key::thread_key(void (*destroy)(void*)) {
    pthread_key_t key{};
    if (const int error = ::pthread_key_create(&key, destroy))
        throw std::system_error(error, std::system_category(), "make a place in every thread");
    key_ = key;
}

void* thread_key::get() const noexcept {
    return ::pthread_getspecific(static_cast<pthread_key_t>(key_));
}

void thread_key::set(void* value) const {
    if (::pthread_setspecific(static_cast<pthread_key_t>(key_), value) != 0) throw std::bad_alloc();
}

}  // namespace eddy
