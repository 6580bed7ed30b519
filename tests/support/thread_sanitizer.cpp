// What ThreadSanitizer is told not to report in tests that use OpenSSL.
//
// The first thread that verifies a certificate reads its extensions under a lock and says by an
// atomic that they are there; the others look at that alone. libcrypto is not instrumented:
// ThreadSanitizer sees the comparison of two names, which calls memcmp, but not the atomic before.

// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer asks by this name.
extern "C" const char* __tsan_default_suppressions() {
    return "race:ASN1_STRING_cmp\n";
}
