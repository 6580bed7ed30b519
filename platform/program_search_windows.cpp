#include "program_search.hpp"

#include "windows_calls.hpp"

#include <algorithm>
#include <array>

namespace eddy {
namespace {

// Names are the same in capitals and without.
bool is_name(auto name, std::string_view in_capitals) noexcept {
    return std::ranges::equal(name, in_capitals, [](auto one, char capital) {
        return (one >= 'a' && one <= 'z' ? one - 'a' + 'A' : one) == capital;
    });
}

bool is_path_variable(std::string_view variable) noexcept {
    return is_name(variable.substr(0, 5), "PATH=");
}

// The shell would run it, and read the arguments by rules of its own: what was one of them could
// become a command.
bool is_batch_file(std::wstring_view path) noexcept {
    const std::size_t end = path.find_last_not_of(L". ") + 1;
    const std::wstring_view ending = path.substr(0, end).substr(end < 4 ? 0 : end - 4);
    return is_name(ending, ".BAT") || is_name(ending, ".CMD");
}

std::wstring search_path(const std::vector<std::string>& environment) {
    const auto found = std::ranges::find_if(environment, is_path_variable);
    if (found != environment.end()) return to_utf16(*found).substr(5);
    std::array<wchar_t, MAX_PATH> folder{};
    ::GetSystemDirectoryW(folder.data(), MAX_PATH);
    return folder.data();
}

}  // namespace

std::string find_program(const process_start& what, std::error_code& error) {
    const std::wstring name = to_utf16(what.program);
    const bool is_path = name.find_first_of(L"/\\") != name.npos;
    // A path is taken from here, whatever PATH says.
    const std::wstring folders = is_path ? std::wstring(L".") : search_path(what.environment);
    std::wstring found(32'768, L'\0');
    const DWORD size = ::SearchPathW(folders.c_str(), name.c_str(), L".exe",
                                     static_cast<DWORD>(found.size()), found.data(), nullptr);
    if (size == 0) {
        error = windows_error(ERROR_FILE_NOT_FOUND);
        return {};
    }
    found.resize(size);
    error.clear();
    if (is_batch_file(found)) error = std::make_error_code(std::errc::executable_format_error);
    return to_utf8(found);
}

}  // namespace eddy
