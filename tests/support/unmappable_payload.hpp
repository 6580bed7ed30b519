#pragma once

#include <eddy/payload.hpp>
#include <eddy/pipe.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <system_error>

namespace eddy::testing {

/// A payload whose memory no process can map.
inline payload unmappable_payload() {
    std::error_code error;
    payload made;
    made.memory = std::make_shared<const unique_handle>(open_null_device(error));
    EXPECT_FALSE(error) << error.message();
    return made;
}

}  // namespace eddy::testing
