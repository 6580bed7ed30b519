#pragma once

namespace eddy::testing {

/// From now on the calling thread runs on one of the processors it could run on.
void pin_this_thread_to_one_processor();

}  // namespace eddy::testing
