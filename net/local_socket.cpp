#include "local_socket.hpp"

#include "must.hpp"

#include <eddy/file_path.hpp>

#include <filesystem>

namespace eddy {
namespace {

void remove_if_stale(const endpoint& at) {
    const std::filesystem::path path = to_path(at.address());
    std::error_code error;
    if (!std::filesystem::is_socket(path, error)) return;
    if (!is_abandoned(at)) return;
    std::filesystem::remove(path, error);
    must(error, "remove a stale socket", at);
}

}  // namespace

unique_handle open_local_socket(const endpoint& at, socket_type type, stale_file in_the_way) {
    if (in_the_way == stale_file::remove) remove_if_stale(at);
    std::error_code error;
    unique_handle socket = open_socket(address_family::local, type, error);
    must(error, "open a socket", at);
    return socket;
}

}  // namespace eddy
