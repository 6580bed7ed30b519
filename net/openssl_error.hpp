#pragma once

#include <string>

namespace eddy {

/// The first error in this thread's OpenSSL queue as text, which is the cause of those after it.
/// Empties the queue.
std::string openssl_reason();

/// Throws std::runtime_error "what: OpenSSL's reason" unless `done`.
void require(bool done, const char* what);

/// Passes a pointer on, unless it is null: then throws like require.
template <typename Pointer>
Pointer require_made(Pointer made, const char* what) {
    require(made != nullptr, what);
    return made;
}

}  // namespace eddy
