#pragma once

#include "openssl_handles.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace eddy {

/// The ciphertext of one connection on its way in and out. OpenSSL sees it as a BIO that never
/// fails and never blocks: it reads what was received and writes into memory.
class tls_wire {
public:
    tls_wire();
    tls_wire(const tls_wire&) = delete;
    tls_wire& operator=(const tls_wire&) = delete;

    /// A BIO for this wire, which must outlive it.
    openssl_ptr<bio_st> make_bio();

    /// Where the transport puts what it receives next. Only when has_input() is false.
    std::span<std::byte> input_space();

    /// Tells how much it has put there; 0 is the transport's end.
    void received(std::size_t size);

    bool has_input() const noexcept { return input_begin_ != input_end_; }
    bool has_ended() const noexcept { return has_ended_; }

    /// The first bytes ever received, at most a TLS record header: enough to tell what they are.
    std::string_view first_bytes() const noexcept { return first_bytes_; }

    /// What the transport shall send next. It stays in place until sent() tells that all of it
    /// went, whatever OpenSSL writes meanwhile.
    std::span<const std::byte> output() noexcept;

    void sent(std::size_t size) noexcept;

    /// How much OpenSSL has written that output() has not lent out yet.
    std::size_t unsent() const noexcept { return written_.size(); }

    /// Whether output() lent out bytes that sent() has not accounted for yet.
    bool is_sending() const noexcept { return is_sending_; }

    // For the BIO.
    std::size_t take_input(std::span<std::byte> destination) noexcept;
    void add_output(std::span<const std::byte> source);

private:
    // Received and not yet taken: [input_begin_, input_end_) of the input_size_ bytes.
    std::unique_ptr<std::byte[]> input_;
    std::size_t input_size_;
    std::size_t input_begin_ = 0;
    std::size_t input_end_ = 0;
    bool has_ended_ = false;
    std::string first_bytes_;

    // The transport reads from lent_ while OpenSSL writes to written_; then they change places.
    std::vector<std::byte> lent_;
    std::size_t lent_begin_ = 0;
    std::vector<std::byte> written_;
    bool is_sending_ = false;
};

}  // namespace eddy
