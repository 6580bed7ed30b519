#pragma once

#include <eddy/process.hpp>

#include "windows_calls.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace eddy {

/// Copies that a child inherits. Only those of this list are, whatever else is inheritable.
class inherited_copies {
public:
    /// Gives the copy; null with an error.
    HANDLE add(HANDLE original, std::error_code& error);

    std::vector<HANDLE>& all() noexcept { return all_; }

private:
    std::vector<unique_handle> owned_;
    std::vector<HANDLE> all_;
};

/// One thing that a child is given. Handles are inherited. Sockets are too, but not with what
/// Winsock knows of them; so Winsock describes them for the child, which makes them of that.
struct given_handle {
    std::uint64_t number = 0;
    bool is_socket = false;
    WSAPROTOCOL_INFOW socket{};
};

struct given_handles {
    static constexpr std::size_t most = 32;
    std::size_t count = 0;
    given_handle all[most];
};

/// What a child is given, in memory that it inherits. Winsock wants to know for whom a socket is
/// described, so those are described once the child is there.
class handles_for_child {
public:
    handles_for_child(const process_start& what, inherited_copies& copies, std::error_code& error);

    /// How the child finds it: "NAME=value".
    std::string variable() const;

    /// Before the child looks.
    void write(DWORD child, std::error_code& error);

private:
    void add(native_handle handle, inherited_copies& copies, std::error_code& error);

    unique_handle section_;
    HANDLE inherited_section_ = nullptr;
    given_handles given_;
};

}  // namespace eddy
