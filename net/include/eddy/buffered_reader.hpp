#pragma once

#include <eddy/byte_stream.hpp>
#include <eddy/sleep.hpp>

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace eddy {

/// What was asked for did not end within the limit of its reader.
struct part_too_long : std::runtime_error {
    explicit part_too_long(std::size_t limit)
        : std::runtime_error("no end within " + std::to_string(limit) + " bytes") {}
};

/// Reads a stream up to a delimiter or line by line, what asyncio's StreamReader does. It takes
/// from the stream as much as comes at a time and keeps what nobody has asked for yet, so the
/// stream is to be read through it alone, by one task at a time. It is a `byte_stream` itself:
/// `read` gives first what it has kept, and what is written goes straight on. Used on the loop of
/// its stream, as the stream itself.
///
/// An error or a cancellation takes nothing away: what has come can still be read. So a part that
/// is too long is too long each time, until `read` has taken some of it.
template <byte_stream Stream>
class buffered_reader {
public:
    static constexpr std::size_t default_limit = 64 * 1024;

    /// Reads from `source`, which must outlive it. `limit`, at least 1: how many bytes a part may
    /// have with its delimiter.
    explicit buffered_reader(Stream& source, std::size_t limit = default_limit) noexcept
        : source_(source), limit_(std::min(limit, std::string::npos - 1)) {
        assert(limit > 0);
    }
    buffered_reader(const buffered_reader&) = delete;
    buffered_reader& operator=(const buffered_reader&) = delete;

    /// All up to the next `delimiter`, and with it. Throws `incomplete_read` if the stream ends
    /// before one, `part_too_long` if none comes within the limit.
    task<std::string> read_until(std::string delimiter) {
        assert(!delimiter.empty() && "nothing ends at an empty delimiter");
        const std::size_t size = co_await find(std::move(delimiter));
        if (size == 0) throw incomplete_read();
        co_return take(size);
    }

    /// The next line without its end, which is LF or CR LF; nothing at the end of the stream. The
    /// last line needs no end. Throws `part_too_long`.
    task<std::optional<std::string>> read_line() {
        const std::size_t size = co_await find("\n");
        if (size == 0 && unread().empty()) co_return std::nullopt;
        std::string line = take(size > 0 ? size : unread().size());
        if (line.ends_with('\n')) line.pop_back();
        if (size > 0 && line.ends_with('\r')) line.pop_back();
        co_return line;
    }

    // As a byte_stream -------------------------------------------------------------------------

    task<std::size_t> read(std::span<std::byte> into) {
        const only_reader here(is_read_);
        checkpoint();
        if (!unread().empty()) {
            co_await give_way();
        } else if (into.empty() || into.size() >= std::min(first_size, limit_)) {
            co_return co_await source_.read(into);  // a buffer would save no call
        } else {
            co_await receive();
        }
        const std::size_t size = std::min(into.size(), unread().size());
        std::ranges::copy(unread().first(size), into.begin());
        begin_ += size;
        co_return size;
    }

    auto write(std::span<const std::byte> from) { return source_.write(from); }
    auto write_all(std::span<const std::byte> from)
        requires requires(Stream& stream) { stream.write_all(from); }
    {
        return source_.write_all(from);
    }
    auto close() { return source_.close(); }

private:
    static constexpr std::size_t first_size = 4096;

    std::span<const std::byte> unread() const noexcept {
        return std::span(buffer_).subspan(begin_, end_ - begin_);
    }
    std::string_view unread_text() const noexcept {
        return {reinterpret_cast<const char*>(unread().data()), unread().size()};
    }

    std::string take(std::size_t size) {
        std::string text(unread_text().substr(0, size));
        begin_ += size;
        return text;
    }

    // Where the next bytes go: at least one, as long as no more than `limit_` are unread.
    std::span<std::byte> room() {
        if (begin_ > 0) {
            std::ranges::copy(unread(), buffer_.begin());
            end_ -= std::exchange(begin_, 0);
        }
        // One more than a part may have, which then is known to be too long.
        if (end_ == buffer_.size())
            buffer_.resize(std::min(std::max(first_size, 2 * buffer_.size()), limit_ + 1));
        return std::span(buffer_).subspan(end_);
    }

    // False at the end of the stream.
    task<bool> receive() {
        const std::size_t came = co_await source_.read(room());
        end_ += came;
        co_return came > 0;
    }

    // Whoever finds what it wants without waiting must not hold the loop with that.
    static task<> give_way() {
        if (!event_loop::current()->take_budget()) co_await yield();
    }

    // How long the next part is with its delimiter; 0 if the stream ends before one.
    task<std::size_t> find(std::string delimiter) {
        const only_reader here(is_read_);
        checkpoint();
        std::size_t searched = 0;
        for (;;) {
            const std::size_t at = unread_text().find(delimiter, searched);
            const bool is_there = at != std::string_view::npos;
            const std::size_t size = is_there ? at + delimiter.size() : unread().size();
            if (size > limit_) throw part_too_long(limit_);
            if (is_there) {
                co_await give_way();
                co_return size;
            }
            // The last bytes may be the beginning of one.
            searched = size - std::min(size, delimiter.size() - 1);
            const bool goes_on = co_await receive();
            if (!goes_on) co_return 0;
        }
    }

    // A second one would take bytes that the first has found and not taken yet.
    class only_reader {
    public:
        explicit only_reader(bool& is_read) noexcept : is_read_(is_read) {
            assert(!is_read_ && "one task at a time may read");
            is_read_ = true;
        }
        only_reader(const only_reader&) = delete;
        only_reader& operator=(const only_reader&) = delete;
        ~only_reader() { is_read_ = false; }

    private:
        bool& is_read_;
    };

    Stream& source_;
    std::size_t limit_;
    std::vector<std::byte> buffer_;
    std::size_t begin_ = 0;  // what is unread is in [begin_, end_)
    std::size_t end_ = 0;
    bool is_read_ = false;
};

}  // namespace eddy
