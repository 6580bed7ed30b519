#pragma once

#include <eddy/payload.hpp>
#include <eddy/pipe.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <system_error>

namespace eddy::testing {

/// A payload whose memory no process can map.
inline payload unmappable_payload() {
    unique_handle reading;
    unique_handle writing;
    EXPECT_EQ(open_pipe(reading, writing), std::error_code());
    payload made;
    made.memory = std::make_shared<const unique_handle>(std::move(reading));
    return made;
}

}  // namespace eddy::testing
