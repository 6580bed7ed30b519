#pragma once

#include <eddy/tls_context.hpp>
#include <eddy/tls_error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace eddy {

/// How far a call to tls_engine came.
enum class tls_progress {
    done,
    wants_input,  // call again once the transport has received more
    closed,       // the peer ended the connection properly, with close_notify
    failed        // error() tells why
};

/// One TLS connection without a transport: ciphertext goes in by input_space() and received(), out
/// by output() and sent(), and nothing here blocks or suspends. Output may appear after any call,
/// a failed one too (an alert for the peer). tls_stream moves the bytes; so can any other loop.
class tls_engine {
public:
    /// The side that connects. `server_name` is a host name or an IP address: it is sent to the
    /// server (names only, RFC 6066), and its certificate must match it. The port only keeps the
    /// sessions of several servers on one host apart. Throws std::invalid_argument for a bad name.
    static tls_engine connect(const tls_context& context, std::string_view server_name,
                              std::uint16_t port = 0);

    /// The side that accepts.
    static tls_engine accept(const tls_context& context);

    tls_engine(tls_engine&&) noexcept;
    tls_engine& operator=(tls_engine&&) noexcept;
    ~tls_engine();

    struct transfer {
        tls_progress progress;
        std::size_t size;  // bytes of plaintext; not 0 if progress is `done`
    };

    tls_progress handshake();

    /// Decrypts into a buffer, which must not be empty.
    transfer read(std::span<std::byte> plaintext);

    /// Encrypts the start of data, which must not be empty, as output; at most 64 KiB of it.
    transfer write(std::span<const std::byte> plaintext);

    /// Adds close_notify to the output, if the connection is in a state to send it.
    void close();

    /// Where to receive ciphertext: to be asked for after `wants_input` only.
    std::span<std::byte> input_space();

    /// Takes what was received there; 0 is the transport's end.
    void received(std::size_t size);

    /// Ciphertext to send, until this is empty. The bytes stay in place until sent().
    std::span<const std::byte> output() noexcept;
    void sent(std::size_t size) noexcept;

    /// Whether output() was handed out and not all of it is sent yet. While that is so, write()
    /// fails: if the one who sends was cancelled, a record has left by half and nothing can follow.
    bool is_sending() const noexcept;

    /// The failure behind `failed`.
    tls_error error() const;

    /// The protocol both chose by ALPN; empty if none.
    std::string_view alpn() const noexcept;
    tls_version version() const noexcept;
    std::string_view cipher() const noexcept;
    bool session_reused() const noexcept;

private:
    struct connection;

    explicit tls_engine(std::unique_ptr<connection> made) noexcept;

    std::unique_ptr<connection> connection_;
};

}  // namespace eddy
