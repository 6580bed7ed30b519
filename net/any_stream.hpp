#pragma once

#include <eddy/byte_stream.hpp>

#include <memory>
#include <span>
#include <utility>

namespace eddy {

/// Any byte stream behind one type, so that HTTP is written, and compiled, once for http and https.
/// Costs a virtual call and a recycled frame for each read and each write, never for each byte.
class any_stream {
public:
    template <byte_stream Stream>
        requires(!std::same_as<Stream, any_stream>)
    explicit any_stream(Stream stream)
        : model_(std::make_unique<model_of<Stream>>(std::move(stream))) {}

    task<std::size_t> read(std::span<std::byte> into) { return model_->read(into); }
    task<std::size_t> write(std::span<const std::byte> from) { return model_->write(from); }
    /// Says that nothing more will be written, where the stream has a way to; reading goes on.
    task<> shutdown_write() { return model_->shutdown_write(); }
    task<> close() { return model_->close(); }

private:
    struct model {
        virtual ~model() = default;
        virtual task<std::size_t> read(std::span<std::byte> into) = 0;
        virtual task<std::size_t> write(std::span<const std::byte> from) = 0;
        virtual task<> shutdown_write() = 0;
        virtual task<> close() = 0;
    };

    template <class Stream>
    struct model_of final : model {
        explicit model_of(Stream stream) : stream_(std::move(stream)) {}

        task<std::size_t> read(std::span<std::byte> into) override {
            co_return co_await stream_.read(into);
        }
        task<std::size_t> write(std::span<const std::byte> from) override {
            co_return co_await stream_.write(from);
        }
        task<> shutdown_write() override {
            if constexpr (requires {
                              { stream_.shutdown_write() } -> awaitable_for<void>;
                          }) {
                co_await stream_.shutdown_write();
            } else if constexpr (requires { stream_.shutdown_write(); }) {
                stream_.shutdown_write();
            }
            co_return;
        }
        task<> close() override { co_await stream_.close(); }

        Stream stream_;
    };

    std::unique_ptr<model> model_;
};

}  // namespace eddy
