#pragma once

#include "loop_fixture.hpp"
#include "temporary_folder.hpp"

#include <eddy/file.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace eddy::testing {

/// Cases with files in a folder of their own, on every backend.
class file_fixture : public loop_fixture {
protected:
    const temporary_folder& folder() const noexcept { return folder_; }
    std::string path(std::string_view name) const { return folder_.path(name); }
    /// Writes a file and gives its path.
    std::string write(std::string_view name, std::string_view text) const {
        folder_.write(name, text);
        return path(name);
    }

private:
    temporary_folder folder_;
};

/// What a file holds, read by somebody else.
inline std::string content_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

/// A text in which each place looks different from those around it.
inline std::string some_text(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
}

/// Up to `most` bytes from `offset` on.
inline task<std::string> read_some(const file& from, std::size_t most, std::uint64_t offset) {
    std::string text(most, ' ');
    const std::size_t came = co_await from.read_at(std::as_writable_bytes(std::span(text)), offset);
    text.resize(came);
    co_return text;
}

}  // namespace eddy::testing
