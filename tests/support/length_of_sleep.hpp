#pragma once

#include <eddy/backend.hpp>

#include <string_view>

namespace eddy::testing {

/// How long a sleep with this timeout lasts on a backend of its own, after as many wakes.
duration length_of_sleep(std::string_view backend_name, duration timeout, int wakes = 0);

}  // namespace eddy::testing
