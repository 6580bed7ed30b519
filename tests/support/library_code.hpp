#pragma once

namespace eddy::testing {

/// A function of a library that the system loads for every program.
const void* code_of_a_library() noexcept;

}  // namespace eddy::testing
