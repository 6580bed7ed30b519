#include "temporary_folder.hpp"

#include <fstream>
#include <random>
#include <stdexcept>
#include <system_error>

namespace eddy::testing {

temporary_folder::temporary_folder() {
    const std::filesystem::path parent = std::filesystem::temp_directory_path();
    std::random_device random;
    // False: there is one of that name.
    do path_ = parent / ("eddy-test-" + std::to_string(random()));
    while (!std::filesystem::create_directory(path_));
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
