#include "command_line.hpp"

#include "windows_calls.hpp"

#include <algorithm>

namespace eddy {
namespace {

// A backslash stands for itself unless backslashes lead to a quotation mark: those are doubled.
void append_quoted(std::wstring& line, const std::wstring& argument) {
    line += L'"';
    std::size_t backslashes = 0;
    for (const wchar_t each : argument) {
        if (each == L'"') line.append(backslashes + 1, L'\\');
        backslashes = each == L'\\' ? backslashes + 1 : 0;
        line += each;
    }
    line.append(backslashes, L'\\');
    line += L'"';
}

bool needs_quotes(const std::wstring& argument) noexcept {
    return argument.empty() || argument.find_first_of(L" \t\n\v\"") != argument.npos;
}

}  // namespace

std::wstring command_line(const std::vector<std::string>& arguments) {
    std::wstring line;
    for (const std::string& each : arguments) {
        const std::wstring argument = to_utf16(each);
        if (!line.empty()) line += L' ';
        if (needs_quotes(argument))
            append_quoted(line, argument);
        else
            line += argument;
    }
    return line;
}

std::wstring environment_block(const std::vector<std::string>& environment) {
    std::vector<std::wstring> sorted;
    for (const std::string& each : environment) sorted.push_back(to_utf16(each));
    std::ranges::sort(sorted, [](const std::wstring& one, const std::wstring& other) {
        return ::CompareStringOrdinal(one.data(), static_cast<int>(one.size()), other.data(),
                                      static_cast<int>(other.size()), TRUE) == CSTR_LESS_THAN;
    });
    std::wstring block;
    for (const std::wstring& each : sorted) (block += each) += L'\0';
    // An empty block has two as well.
    if (sorted.empty()) block += L'\0';
    return block += L'\0';
}

}  // namespace eddy
