#include "http_connection.hpp"

#include <eddy/create_task.hpp>
#include <eddy/http_error.hpp>
#include <eddy/http_options.hpp>

#include <algorithm>
#include <cassert>

namespace eddy::http {

connection::connection(any_stream stream, std::string peer)
    : loop_(*event_loop::current()),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      started_(loop_.now()) {}

connection::~connection() {
    assert(owner_ == nullptr && waiting_ == nullptr);
}

std::shared_ptr<connection> connection::start(any_stream stream, std::string peer) {
    auto made = std::make_shared<connection>(std::move(stream), std::move(peer));
    create_task(pump(made), "http connection");
    return made;
}

task<> connection::pump(std::shared_ptr<connection> self) {
    try {
        co_await self->receive_until_end();
        if (!self->failure_) co_await self->stream_->close();
    } catch (const std::exception&) {
        // It is closed either way, and nobody is left who would care how.
    } catch (const cancelled&) {  // the loop ends
        self->end_pump();
        throw;
    }
    self->end_pump();
}

task<std::size_t> connection::write(std::span<const std::byte> from) {
    if (stream_) return stream_->write(from);
    throw std::system_error(std::make_error_code(std::errc::connection_aborted), "send");
}

void connection::end_pump() noexcept {
    if (!ended_) end();
    pump_is_over_ = true;
    let_stream_go();
}

// The stream belongs to this loop, which the connection may outlive in a response that nobody has
// read to its end. Who still writes, and is told of arrivals therefore, needs it until then.
void connection::let_stream_go() noexcept {
    if (listener_ == nullptr) stream_.reset();
}

task<> connection::receive_until_end() {
    nested_scope scope;
    receiving_ = &scope;
    if (retired_) scope.cancel();
    try {
        while (!ended_) {
            co_await wanted_.wait();
            wanted_.clear();
            make_room();
            const auto room = std::as_writable_bytes(std::span(buffer_.get() + end_, size_ - end_));
            arrived(co_await stream_->read(room));
        }
    } catch (const std::exception&) {
        failure_ = std::current_exception();
    } catch (const cancelled&) {
        receiving_ = nullptr;
        end();
        if (!scope.absorbs_cancellation()) throw;
        co_return;
    }
    receiving_ = nullptr;
    end();
}

void connection::arm() noexcept {
    if (armed_ || ended_) return;
    armed_ = true;
    wanted_.set();
}

// Called by the pump when all that came before has been consumed.
void connection::make_room() {
    begin_ = end_ = 0;
    if (filled_ && size_ < largest_size) resize(std::min(2 * size_, largest_size));
    if (size_ == 0) resize(usual_size);
    filled_ = false;
}

void connection::resize(std::size_t size) {
    buffer_ = std::make_unique_for_overwrite<char[]>(size);
    size_ = size;
}

void connection::arrived(std::size_t size) noexcept {
    armed_ = false;
    end_ += size;
    filled_ = end_ == size_;
    if (size == 0) return end();
    if (owner_ != nullptr) return owner_->on_idle_ended(*this);
    if (listener_ != nullptr) listener_->on_arrival();
    if (waiting_ != nullptr) waiting_->notify();
}

void connection::end() noexcept {
    ended_ = true;
    armed_ = false;
    if (owner_ != nullptr) return owner_->on_idle_ended(*this);
    if (listener_ != nullptr) listener_->on_arrival();
    if (waiting_ != nullptr) waiting_->notify();
}

void connection::idle(connection_owner& owner, time_point expiry) {
    used_ = true;
    owner_ = &owner;
    loop_.timers().arm(*this, expiry);
    arm();
}

void connection::use() noexcept {
    owner_ = nullptr;
    if (is_armed()) loop_.timers().disarm(*this);
}

void connection::retire() noexcept {
    retired_ = true;
    if (receiving_ != nullptr) receiving_->cancel();
}

void connection::arrival::await_suspend(coroutine caller) {
    if (limit_ != timeouts::forever) {
        on_.loop_.timers().arm(*this, deadline_after(on_.loop_.now(), limit_));
    }
    on_.arm();
    on_.waiting_ = this;
    park(caller);
}

std::span<char> connection::arrival::await_resume() const {
    throw_if_interrupted();
    if (timed_out_) throw error(error_kind::read_timeout, "nothing came in time");
    if (on_.begin_ == on_.end_ && on_.failure_) std::rethrow_exception(on_.failure_);
    return on_.unread();
}

void connection::arrival::interrupt() noexcept {
    if (on_.waiting_ != this) return;  // notified, or timed out, and about to be resumed
    on_.waiting_ = nullptr;
    if (is_armed()) on_.loop_.timers().disarm(*this);
    wake_interrupted();
}

void connection::arrival::notify() noexcept {
    on_.waiting_ = nullptr;
    if (is_armed()) on_.loop_.timers().disarm(*this);
    wake();
}

void connection::arrival::on_due() noexcept {
    on_.waiting_ = nullptr;
    timed_out_ = true;
    wake();
}

}  // namespace eddy::http
