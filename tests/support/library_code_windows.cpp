#include "library_code.hpp"

#include <windows.h>

namespace eddy::testing {

const void* code_of_a_library() noexcept {
    return reinterpret_cast<const void*>(
        ::GetProcAddress(::GetModuleHandleW(L"kernel32"), "GetCurrentProcessId"));
}

}  // namespace eddy::testing
