#pragma once

#include <cstddef>

namespace eddy::testing {

/// While it lives, the process can start no more threads: each would get a stack that no memory
/// has room for.
class no_more_threads {
public:
    no_more_threads();
    ~no_more_threads();
    no_more_threads(const no_more_threads&) = delete;
    no_more_threads& operator=(const no_more_threads&) = delete;

private:
    std::size_t stack_size_;  // of threads before
};

}  // namespace eddy::testing
