#pragma once

// The kernel's addresses, as endpoint.cpp uses them.

#include <cstddef>
#include <cstdint>

#include <winsock2.h>  // before the others, which lack it

#include <ws2tcpip.h>

#include <afunix.h>
#include <netioapi.h>

namespace eddy {

using sa_family_t = ADDRESS_FAMILY;
using in_addr_t = std::uint32_t;

}  // namespace eddy
