#pragma once

#include <eddy/task.hpp>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>

namespace eddy {

/// What can be awaited, in an eddy coroutine, for a `T`.
template <class Awaitable, class T>
concept awaitable_for = requires(Awaitable&& awaitable) {
    { awaitable.await_resume() } -> std::convertible_to<T>;
} || requires(Awaitable&& awaitable) {
    {
        std::forward<Awaitable>(awaitable).operator co_await().await_resume()
    } -> std::convertible_to<T>;
} || requires(Awaitable&& awaitable) {
    requires std::is_void_v<T>;
    { std::forward<Awaitable>(awaitable).operator co_await().await_resume() } -> std::same_as<void>;
};

/// A connection that carries bytes both ways: `tcp_stream`, `tls_stream`, and what users bring.
///
/// `read` waits for at least one byte and gives how many came; 0 is the end of the stream.
/// `write` takes at least one byte and gives how many it took. One task may read while another
/// writes. `close` says goodbye where the protocol has a word for it.
template <class Stream>
concept byte_stream =
    requires(Stream& stream, std::span<std::byte> into, std::span<const std::byte> from) {
        { stream.read(into) } -> awaitable_for<std::size_t>;
        { stream.write(from) } -> awaitable_for<std::size_t>;
        { stream.close() } -> awaitable_for<void>;
    };

/// The stream ended before everything that was asked for had come.
struct incomplete_read : std::runtime_error {
    incomplete_read() : std::runtime_error("the stream ended early") {}
};

/// Writes all of `data`, to any stream and as a task, which can be given a time limit or run beside
/// others. What a socket does itself, with its own `write_all`, needs no coroutine.
template <byte_stream Stream>
task<> write_all(Stream& stream, std::span<const std::byte> data) {
    if constexpr (requires { stream.write_all(data); }) {
        co_await stream.write_all(data);
    } else {
        while (!data.empty()) {
            const std::size_t taken = co_await stream.write(data);
            data = data.subspan(taken);
        }
    }
}

/// The same for text. The text must live until it is written.
template <byte_stream Stream>
task<> write_all(Stream& stream, std::string_view text) {
    return write_all(stream, std::as_bytes(std::span(text)));
}

/// Fills all of `into`; throws `incomplete_read` if the stream ends before.
template <byte_stream Stream>
task<> read_exactly(Stream& stream, std::span<std::byte> into) {
    while (!into.empty()) {
        const std::size_t came = co_await stream.read(into);
        if (came == 0) throw incomplete_read();
        into = into.subspan(came);
    }
}

}  // namespace eddy
