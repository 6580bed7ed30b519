#include "support/no_more_threads.hpp"

#include <stdexcept>

#include <pthread.h>

namespace eddy::testing {
namespace {

// Gives back the one before.
std::size_t set_stack_size(std::size_t size) {
    pthread_attr_t attributes;
    std::size_t before = 0;
    bool good = pthread_getattr_default_np(&attributes) == 0;
    good = good && pthread_attr_getstacksize(&attributes, &before) == 0;
    good = good && pthread_attr_setstacksize(&attributes, size) == 0;
    good = good && pthread_setattr_default_np(&attributes) == 0;
    pthread_attr_destroy(&attributes);
    if (!good) throw std::runtime_error("the size of a thread's stack cannot be set");
    return before;
}

}  // namespace

no_more_threads::no_more_threads() : stack_size_(set_stack_size(std::size_t{1} << 60)) {}

no_more_threads::~no_more_threads() {
    set_stack_size(stack_size_);
}

}  // namespace eddy::testing
