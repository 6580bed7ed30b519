#pragma once

#include "ending.hpp"

#include <eddy/byte_stream.hpp>

#include <algorithm>
#include <string>

namespace eddy::testing {

/// A stream in memory: gives what it has, and takes what it is given, in pieces of a size at most.
class stuttering_stream {
public:
    stuttering_stream(std::size_t piece, std::string incoming)
        : piece_(piece), incoming_(std::move(incoming)) {}

    task<std::size_t> read(std::span<std::byte> into) {
        ++calls;
        const std::size_t size = std::min({piece_, into.size(), incoming_.size()});
        std::ranges::copy(std::as_bytes(std::span(incoming_)).first(size), into.begin());
        incoming_.erase(0, size);
        co_return size;
    }
    task<std::size_t> write(std::span<const std::byte> from) {
        ++calls;
        if (written.size() >= room) throw deliberate("the stream is broken");
        const std::size_t size = std::min(piece_, from.size());
        written.append(reinterpret_cast<const char*>(from.data()), size);
        co_return size;
    }
    task<> close() { co_return; }

    std::string written;
    std::size_t room = std::string::npos;  // what is written beyond that fails
    int calls = 0;

private:
    std::size_t piece_;
    std::string incoming_;
};

}  // namespace eddy::testing
