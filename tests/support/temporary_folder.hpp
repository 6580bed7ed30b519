#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace eddy::testing {

/// A new empty folder, deleted with all that is in it.
class temporary_folder {
public:
    temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder();

    std::string path(std::string_view name) const { return (path_ / name).string(); }
    const std::filesystem::path& path() const noexcept { return path_; }

    /// Writes a file, and makes the folders on the way to it.
    void write(std::string_view name, std::string_view text) const;

private:
    std::filesystem::path path_;
};

}  // namespace eddy::testing
