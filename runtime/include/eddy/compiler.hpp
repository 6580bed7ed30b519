#pragma once

// What the library has to know of the compiler that builds it. The only such place.

namespace eddy {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

/// Whether passing control from one coroutine to another leaves no trace on the stack. Compilers
/// only promise it with optimisation and without sanitizers; elsewhere the loop passes control on.
/// GCC's -O1 and -Og also need -foptimize-sibling-calls, which linking eddy::runtime adds.
#ifdef __OPTIMIZE__
inline constexpr bool symmetric_transfer = !sanitized;
#else
inline constexpr bool symmetric_transfer = false;
#endif

/// Whether a thread-local object is still there when its destructor runs. GCC for Windows keeps
/// them on the heap, and frees them first.
#if defined(__MINGW32__) && !defined(__clang__)
inline constexpr bool thread_locals_see_their_end = false;
#else
inline constexpr bool thread_locals_see_their_end = true;
#endif

/// Whether `assert` checks anything: what only serves an assert need not be done elsewhere.
#ifdef NDEBUG
inline constexpr bool asserts_are_on = false;
#else
inline constexpr bool asserts_are_on = true;
#endif

}  // namespace eddy
