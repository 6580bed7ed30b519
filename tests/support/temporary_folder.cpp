#include "temporary_folder.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include <stdlib.h>
#include <unistd.h>

namespace eddy::testing {

temporary_folder::temporary_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "eddy-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), "make " + name);
    path_ = name;
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void temporary_folder::write(std::string_view name, std::string_view text) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file, std::ios::binary);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace eddy::testing
