#include "files.hpp"

#include <filesystem>
#include <string>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

namespace eddy::testing {

unique_handle open_temporary_file() {
    std::string name = (std::filesystem::temp_directory_path() / "eddy-XXXXXX").string();
    unique_handle opened(::mkostemp(name.data(), O_CLOEXEC));
    ::unlink(name.c_str());
    return opened;
}

unique_handle open_for_writing_only() {
    return unique_handle(::open("/dev/null", O_WRONLY | O_CLOEXEC));
}

const std::errc error_of_the_wrong_access = std::errc::bad_file_descriptor;

bool is_inherited(native_handle handle) {
    return (::fcntl(handle, F_GETFD) & FD_CLOEXEC) == 0;
}

}  // namespace eddy::testing
