#pragma once

namespace eddy::testing {

/// Whether the build checks objects in a way that needs descriptors. UndefinedBehaviorSanitizer,
/// which the presets use together with AddressSanitizer, opens a pipe to find out whether it may
/// look at an object that it has not seen before, and takes it for a wrong one if it cannot.
#ifdef __SANITIZE_ADDRESS__  // so says GCC
inline constexpr bool checks_need_descriptors = true;
#else
inline constexpr bool checks_need_descriptors = false;
#endif

/// While it lives, the process can open no more files.
class no_more_descriptors {
public:
    no_more_descriptors();
    ~no_more_descriptors();
    no_more_descriptors(const no_more_descriptors&) = delete;
    no_more_descriptors& operator=(const no_more_descriptors&) = delete;

private:
    unsigned long previous_;
};

}  // namespace eddy::testing
