#pragma once

#include "sockets.hpp"

#include <eddy/handle_passing.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace eddy::testing {

/// Two ends in this process, over which handles can be passed.
struct channel_pair {
    socket_pair sockets = open_pair();
    handle_channel one{.socket = sockets.one.get()};
    handle_channel other{.socket = sockets.other.get()};
};

/// Sends all of a text, if the socket has room, and a handle with it.
inline std::size_t send(handle_channel& to, std::string text,
                        native_handle passed = invalid_handle) {
    std::error_code error;
    const std::size_t sent =
        send_with_handle(to, bytes_of(text), passed, when_not_ready::wait, error);
    EXPECT_FALSE(error) << error.message();
    return sent;
}

/// Waits for something to be received.
inline std::string receive(handle_channel& from, std::vector<unique_handle>& handles) {
    std::string text(100, '\0');
    std::error_code error;
    text.resize(receive_with_handles(from, bytes_of(text), handles, when_not_ready::wait, error));
    EXPECT_FALSE(error) << error.message();
    return text;
}

}  // namespace eddy::testing
