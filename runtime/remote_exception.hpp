#pragma once

#include <eddy/payload.hpp>

#include <exception>

namespace eddy {

/// Writes an exception down. The common ones of the standard library keep their type; of others,
/// the name of the type and the message get across.
void write_exception(payload_writer& to, const std::exception_ptr& error);

/// The exception that was written: of the same type, or a `remote_error`.
std::exception_ptr read_exception(payload_reader& from);

}  // namespace eddy
