#include "program_search.hpp"

#include "windows_calls.hpp"

#include <algorithm>
#include <array>

namespace eddy {
namespace {

// The names of variables are the same in capitals and without.
bool is_path_variable(std::string_view variable) noexcept {
    constexpr std::string_view name = "PATH=";
    return variable.size() >= name.size() &&
           std::ranges::equal(variable.substr(0, name.size()), name, [](char one, char other) {
               return (one >= 'a' && one <= 'z' ? one - 'a' + 'A' : one) == other;
           });
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
    return to_utf8(found);
}

}  // namespace eddy
