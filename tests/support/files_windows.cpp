#include "files.hpp"

#include <filesystem>
#include <random>
#include <string>

#include <windows.h>

#include <winioctl.h>

namespace eddy::testing {
namespace {

unique_handle open(DWORD access) {
    const std::string name = "eddy-test-" + std::to_string(std::random_device()());
    const std::filesystem::path path = std::filesystem::temp_directory_path() / name;
    constexpr DWORD flags =
        FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE | FILE_FLAG_OVERLAPPED;
    const HANDLE opened =
        ::CreateFileW(path.c_str(), access, 0, nullptr, CREATE_NEW, flags, nullptr);
    // What is skipped must not be written to the disk as zeros.
    DWORD ignored = 0;
    ::DeviceIoControl(opened, FSCTL_SET_SPARSE, nullptr, 0, nullptr, 0, &ignored, nullptr);
    return unique_handle(reinterpret_cast<native_handle>(opened));
}

}  // namespace

unique_handle open_temporary_file() {
    return open(GENERIC_READ | GENERIC_WRITE);
}

unique_handle open_for_writing_only() {
    return open(GENERIC_WRITE);
}

const std::errc error_of_the_wrong_access = std::errc::permission_denied;

bool is_inherited(native_handle handle) {
    DWORD flags = 0;
    ::GetHandleInformation(reinterpret_cast<HANDLE>(handle), &flags);
    return (flags & HANDLE_FLAG_INHERIT) != 0;
}

}  // namespace eddy::testing
