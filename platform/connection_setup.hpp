#pragma once

#include <eddy/operation.hpp>

namespace eddy {

/// Tries `accept` and never waits: false if nobody has come. Otherwise the results of the operation
/// are set. Peers that have gone before they were accepted are passed over where the kernel says
/// so. It uses `scratch`, which is 0 at the first try.
bool try_to_accept(operation& op) noexcept;

/// Starts a `connect`, or looks whether it has an answer by now: false if it has none. Otherwise
/// the results of the operation are set. It uses `scratch`, which is 0 at the first try.
bool try_to_connect(operation& op) noexcept;

/// Connects to a local listener and sets the results of the operation. Where the listener has no
/// room that is `resource_unavailable_try_again`: the kernel would wait, but tells nobody when
/// there is some. The handle may be in blocking mode and stays as it is.
void connect_to_local(operation& op) noexcept;

}  // namespace eddy
