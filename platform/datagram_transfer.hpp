#pragma once

#include <eddy/operation.hpp>

namespace eddy {

/// Tries `send_to` and never waits: false if the socket has no room left, and will say when it has.
/// Otherwise the results of the operation are set.
///
/// A local receiver that is full is `resource_unavailable_try_again`, unless the socket is
/// connected to it: no other socket is told when it has room again.
bool try_to_send_datagram(operation& op) noexcept;

}  // namespace eddy
