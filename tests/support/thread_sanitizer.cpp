// What ThreadSanitizer is told not to report in tests.
//
// OpenSSL: the first thread that verifies a certificate reads its extensions under a lock and says
// by an atomic that they are there; the others look at that alone. libcrypto is not instrumented:
// ThreadSanitizer sees the comparison of two names, which calls memcmp, but not the atomic before.
//
// Exceptions that one thread has thrown and another one looked at: whoever lets go last destroys
// them, and that is decided by an atomic in libstdc++, which is not instrumented either.

// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer asks by this name.
extern "C" const char* __tsan_default_suppressions() {
    return "race:ASN1_STRING_cmp\n"
           "race:std::__exception_ptr::exception_ptr::_M_release\n"
           "race:std::runtime_error::~runtime_error\n";
}
