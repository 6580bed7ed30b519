#pragma once

#include <eddy/process_pool.hpp>

namespace comparison {

/// Returns when every worker of the pool has answered, so that none has to start later.
void start_workers(eddy::process_pool& pool);

}  // namespace comparison
