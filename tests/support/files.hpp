#pragma once

#include <eddy/native_handle.hpp>

#include <system_error>

namespace eddy::testing {

/// A file that is gone when it is closed, as a backend reads and writes it.
unique_handle open_temporary_file();

/// Something that can only be written,
unique_handle open_for_writing_only();
/// and what the system says to whoever reads from it.
extern const std::errc error_of_the_wrong_access;

/// Whether a program that is started now could get the handle.
bool is_inherited(native_handle handle);

}  // namespace eddy::testing
