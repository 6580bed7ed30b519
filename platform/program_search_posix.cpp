#include "program_search.hpp"

#include "posix.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace eddy {
namespace {

constexpr std::string_view path_of_last_resort = "/usr/local/bin:/usr/bin:/bin";

std::string_view search_path(const std::vector<std::string>& environment) noexcept {
    constexpr std::string_view name = "PATH=";
    const auto found = std::ranges::find_if(
        environment, [&](const std::string& each) { return each.starts_with(name); });
    if (found == environment.end()) return path_of_last_resort;
    return std::string_view(*found).substr(name.size());
}

std::error_code check_program(const std::string& file) noexcept {
    struct stat about{};
    if (::stat(file.c_str(), &about) < 0 || ::access(file.c_str(), X_OK) < 0) return last_error();
    return S_ISREG(about.st_mode) ? std::error_code() : system_error_code(EACCES);
}

}  // namespace

std::string find_program(const process_start& what, std::error_code& error) {
    error = system_error_code(ENOENT);
    if (what.program.find('/') != std::string::npos) {
        error.clear();
        // From here, though the child may go to another folder first.
        return std::filesystem::absolute(what.program).string();
    }
    if (what.program.empty()) return {};
    std::string_view rest = search_path(what.environment);
    for (bool is_last = false; !is_last;) {
        const std::size_t end = rest.find(':');
        is_last = end == rest.npos;
        const std::filesystem::path folder(rest.substr(0, end));
        const std::string file = std::filesystem::absolute(folder / what.program).string();
        const std::error_code refusal = check_program(file);
        if (!refusal) {
            error.clear();
            return file;
        }
        if (refusal == std::errc::permission_denied) error = refusal;
        if (!is_last) rest.remove_prefix(end + 1);
    }
    return {};
}

}  // namespace eddy
