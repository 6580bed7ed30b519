#pragma once

// The kernel's addresses, as endpoint.cpp uses them.

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
