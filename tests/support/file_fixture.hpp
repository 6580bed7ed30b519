#pragma once

#include "loop_fixture.hpp"
#include "temporary_folder.hpp"

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

}  // namespace eddy::testing
