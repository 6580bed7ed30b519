#pragma once

#include <eddy/byte_stream.hpp>
#include <eddy/timeout.hpp>
#include <eddy/tls_engine.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace eddy {

/// TLS over any byte stream, and a byte stream itself: tls_stream<tcp_stream> is what HTTPS uses.
/// One task may read while another writes. A cancelled read loses nothing; a write that was
/// cancelled in the middle of a record makes the later ones throw tls_errc::write_unfinished.
template <byte_stream Stream>
class tls_stream {
public:
    /// Shakes hands as the client of the host `server_name`, which the certificate must be for.
    /// The port keeps the sessions of several servers on one host apart. Throws tls_error, or what
    /// the transport throws.
    static task<tls_stream> connect(Stream transport, tls_context context, std::string server_name,
                                    std::uint16_t port = 0) {
        tls_stream made(std::move(transport), tls_engine::connect(context, server_name, port));
        co_await made.shake_hands();
        co_return std::move(made);
    }

    /// Shakes hands as the server. Has no time limit of its own: put it into `with_timeout`.
    static task<tls_stream> accept(Stream transport, tls_context context) {
        tls_stream made(std::move(transport), tls_engine::accept(context));
        co_await made.shake_hands();
        co_return std::move(made);
    }

    /// Waits for data; 0 when the peer has closed properly. Throws tls_errc::truncated if it did
    /// not: what came before may be all there was, or an attacker cut the rest off.
    task<std::size_t> read(std::span<std::byte> into) {
        checkpoint();
        if (into.empty()) co_return 0;
        for (;;) {
            const auto [progress, size] = engine_.read(into);
            if (progress == tls_progress::failed) co_await fail();
            if (progress != tls_progress::wants_input) co_return size;
            engine_.received(co_await transport_.read(engine_.input_space()));
        }
    }

    /// Sends some of `from`, at most 64 KiB, and gives how much.
    task<std::size_t> write(std::span<const std::byte> from) {
        // Before the data is encrypted, because nothing takes a record back.
        checkpoint();
        const auto [progress, size] = engine_.write(from);
        if (progress != tls_progress::done) throw engine_.error();
        co_await flush();
        co_return size;
    }

    /// Sends close_notify, which takes 250 ms at most, and nothing after it; reading goes on.
    task<> shutdown_write() {
        engine_.close();
        co_await say_last_words();
    }

    /// Sends close_notify, which takes 250 ms at most, and closes the transport. Does not wait for
    /// the peer to answer (RFC 8446, 6.1).
    task<> close() {
        engine_.close();
        co_await say_last_words();
        co_await transport_.close();
    }

    /// The application protocol that both chose; empty if none.
    std::string_view alpn() const noexcept { return engine_.alpn(); }
    tls_version version() const noexcept { return engine_.version(); }
    std::string_view cipher() const noexcept { return engine_.cipher(); }
    bool session_reused() const noexcept { return engine_.session_reused(); }

    Stream& transport() noexcept { return transport_; }

private:
    static constexpr auto time_for_last_words = std::chrono::milliseconds(250);

    tls_stream(Stream transport, tls_engine engine)
        : transport_(std::move(transport)), engine_(std::move(engine)) {}

    task<> shake_hands() {
        for (;;) {
            const tls_progress progress = engine_.handshake();
            if (progress == tls_progress::failed) co_await fail();
            co_await flush();
            if (progress == tls_progress::done) co_return;
            engine_.received(co_await transport_.read(engine_.input_space()));
        }
    }

    // Only the one who writes sends. What reading adds to the output (an answer to a key update)
    // leaves with the next write, as RFC 8446, 4.6.3 has it: so there is never a second sender.
    task<> flush() {
        for (auto output = engine_.output(); !output.empty(); output = engine_.output()) {
            engine_.sent(co_await transport_.write(output));
        }
    }

    task<> fail() {
        const tls_error error = engine_.error();
        co_await say_last_words();
        throw error;
    }

    // Sends an alert, if there is one, but neither for long nor in the middle of another record.
    task<> say_last_words() {
        if (engine_.is_sending()) co_return;
        try {
            co_await move_on_after(time_for_last_words, flush());
        } catch (const std::exception&) {
            // The transport is broken: nobody is left to tell.
        }
    }

    Stream transport_;
    tls_engine engine_;
};

}  // namespace eddy
