#include "given_handles_windows.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>

namespace eddy {
namespace {

// Where a child finds the memory that says what it was given.
constexpr const char* handles_variable = "EDDY_HANDLES";

bool is_socket(native_handle handle) noexcept {
    int type = 0;
    int size = sizeof type;
    return ::getsockopt(socket_of(handle), SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type),
                        &size) == 0;
}

native_handle open_given(const given_handle& what) noexcept {
    if (!what.is_socket) return static_cast<native_handle>(what.number);
    WSAPROTOCOL_INFOW description = what.socket;
    return ::WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &description, 0,
                        WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

// What this process was given, made when it is first asked for.
const std::vector<native_handle>& inherited() {
    static const std::vector<native_handle> all = [] {
        std::vector<native_handle> opened;
        const std::string number = take_from_environment(handles_variable).value_or("");
        native_handle section = invalid_handle;
        std::from_chars(number.data(), number.data() + number.size(), section, 16);
        if (section == invalid_handle) return opened;
        const unique_handle closes(section);
        void* const view =
            ::MapViewOfFile(handle_of(section), FILE_MAP_READ, 0, 0, sizeof(given_handles));
        if (view == nullptr) return opened;
        const given_handles& given = *static_cast<const given_handles*>(view);
        for (std::size_t i = 0; i < std::min(given.count, given_handles::most); ++i)
            opened.push_back(open_given(given.all[i]));
        ::UnmapViewOfFile(view);
        return opened;
    }();
    return all;
}

}  // namespace

HANDLE inherited_copies::add(HANDLE original, std::error_code& error) {
    const HANDLE self = ::GetCurrentProcess();
    HANDLE copy = nullptr;
    if (!::DuplicateHandle(self, original, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS)) {
        error = last_error();
        return nullptr;
    }
    owned_.push_back(owned(copy));
    all_.push_back(copy);
    return copy;
}

handles_for_child::handles_for_child(const process_start& what, inherited_copies& copies,
                                     std::error_code& error)
    : section_(owned(::CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0,
                                          sizeof(given_handles), nullptr))) {
    if (!section_) error = last_error();
    if (what.handles.size() + 2 > given_handles::most)
        error = windows_error(ERROR_TOO_MANY_OPEN_FILES);
    // An invalid handle has the number by which a process calls itself.
    if (std::ranges::count(what.handles, invalid_handle) > 0)
        error = windows_error(ERROR_INVALID_HANDLE);
    if (error) return;
    inherited_section_ = copies.add(handle_of(section_.get()), error);
    for (const native_handle each : what.handles) add(each, copies, error);
    if (what.executable != invalid_handle) add(what.executable, copies, error);
    add(reinterpret_cast<native_handle>(::GetCurrentProcess()), copies, error);
}

void handles_for_child::add(native_handle handle, inherited_copies& copies,
                            std::error_code& error) {
    given_handle& next = given_.all[given_.count++];
    next.number = handle;
    next.is_socket = is_socket(handle);
    if (!next.is_socket && !error)
        next.number = reinterpret_cast<std::uintptr_t>(copies.add(handle_of(handle), error));
}

std::string handles_for_child::variable() const {
    char digits[20];
    const auto number = reinterpret_cast<std::uintptr_t>(inherited_section_);
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number, 16);
    return std::string(handles_variable) + "=" + std::string(digits, end);
}

void handles_for_child::write(DWORD child, std::error_code& error) {
    for (std::size_t i = 0; i < given_.count; ++i) {
        given_handle& each = given_.all[i];
        if (each.is_socket &&
            ::WSADuplicateSocketW(static_cast<SOCKET>(each.number), child, &each.socket) != 0)
            error = last_socket_error();
    }
    void* const view =
        ::MapViewOfFile(handle_of(section_.get()), FILE_MAP_WRITE, 0, 0, sizeof given_);
    if (view == nullptr) {
        error = last_error();
        return;
    }
    std::memcpy(view, &given_, sizeof given_);
    ::UnmapViewOfFile(view);
}

native_handle inherited_handle(std::size_t place) noexcept {
    return place < inherited().size() ? inherited()[place] : invalid_handle;
}

native_handle parent_process() noexcept {
    return inherited().empty() ? invalid_handle : inherited().back();
}

}  // namespace eddy
