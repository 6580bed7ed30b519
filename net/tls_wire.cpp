#include "tls_wire.hpp"

#include "openssl_error.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include <openssl/bio.h>

namespace eddy {

namespace {

constexpr std::size_t least_input = 4 * 1024;
constexpr std::size_t most_input = 64 * 1024;
constexpr std::size_t most_idle_output = 4 * 1024;
constexpr std::size_t record_header = 5;

// C code calls these: no exception may cross, so a failed allocation ends the program.

tls_wire& wire_of(BIO* bio) noexcept {
    return *static_cast<tls_wire*>(BIO_get_data(bio));
}

int read_from_wire(BIO* bio, char* data, std::size_t size, std::size_t* taken) noexcept {
    BIO_clear_retry_flags(bio);
    *taken = wire_of(bio).take_input({reinterpret_cast<std::byte*>(data), size});
    if (*taken > 0) return 1;
    BIO_set_retry_read(bio);
    return 0;
}

int write_to_wire(BIO* bio, const char* data, std::size_t size, std::size_t* written) noexcept {
    wire_of(bio).add_output({reinterpret_cast<const std::byte*>(data), size});
    *written = size;
    return 1;
}

long control_wire(BIO*, int command, long, void*) noexcept {
    // Nothing is held back, so a flush is done already; other commands have no meaning here.
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* wire_method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made = require_made(
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "eddy wire"), "make a BIO");
        BIO_meth_set_read_ex(made, read_from_wire);
        BIO_meth_set_write_ex(made, write_to_wire);
        BIO_meth_set_ctrl(made, control_wire);
        return made;
    }();
    return method;
}

}  // namespace

tls_wire::tls_wire()
    : input_(std::make_unique_for_overwrite<std::byte[]>(least_input)), input_size_(least_input) {}

openssl_ptr<BIO> tls_wire::make_bio() {
    openssl_ptr<BIO> made(require_made(BIO_new(wire_method()), "make a BIO"));
    BIO_set_data(made.get(), this);
    BIO_set_init(made.get(), 1);
    return made;
}

std::span<std::byte> tls_wire::input_space() {
    assert(!has_input());
    // The last receive tells how much to expect: idle connections keep a small buffer, bulk
    // transfers get a large one.
    const std::size_t last = input_end_;
    std::size_t wanted = input_size_;
    if (last == input_size_) wanted = std::min(input_size_ * 2, most_input);
    if (last < input_size_ / 4) wanted = std::max(input_size_ / 2, least_input);
    if (wanted != input_size_) {
        input_ = std::make_unique_for_overwrite<std::byte[]>(wanted);
        input_size_ = wanted;
    }
    input_begin_ = input_end_ = 0;
    return {input_.get(), input_size_};
}

void tls_wire::received(std::size_t size) {
    has_ended_ = size == 0;
    input_begin_ = 0;
    input_end_ = size;
    if (first_bytes_.size() < record_header) {
        const std::size_t missing = std::min(record_header - first_bytes_.size(), size);
        first_bytes_.append(reinterpret_cast<const char*>(input_.get()), missing);
    }
}

std::size_t tls_wire::take_input(std::span<std::byte> destination) noexcept {
    const std::size_t size = std::min(destination.size(), input_end_ - input_begin_);
    std::memcpy(destination.data(), input_.get() + input_begin_, size);
    input_begin_ += size;
    return size;
}

std::span<const std::byte> tls_wire::output() noexcept {
    if (lent_begin_ == lent_.size()) {
        lent_.clear();
        lent_begin_ = 0;
        lent_.swap(written_);
    }
    const auto rest = std::span<const std::byte>(lent_).subspan(lent_begin_);
    is_sending_ = !rest.empty();
    return rest;
}

void tls_wire::sent(std::size_t size) noexcept {
    assert(size <= lent_.size() - lent_begin_);
    lent_begin_ += size;
    is_sending_ = lent_begin_ < lent_.size();
    if (!is_sending_ && lent_.capacity() > most_idle_output) {
        lent_ = {};
        lent_begin_ = 0;
    }
}

void tls_wire::add_output(std::span<const std::byte> source) {
    written_.insert(written_.end(), source.begin(), source.end());
}

}  // namespace eddy
