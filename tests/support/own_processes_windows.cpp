#include "support/own_processes.hpp"

#include <eddy/native_handle.hpp>

#include <cstdint>
#include <filesystem>
#include <thread>

#include <windows.h>

#include <tlhelp32.h>

namespace eddy::testing {
namespace {

unique_handle open_process(std::int64_t process, DWORD access) {
    const HANDLE opened = ::OpenProcess(access, FALSE, static_cast<DWORD>(process));
    return opened != nullptr ? unique_handle(reinterpret_cast<native_handle>(opened))
                             : unique_handle();
}

unique_handle take_snapshot(DWORD what) {
    return unique_handle(reinterpret_cast<native_handle>(::CreateToolhelp32Snapshot(what, 0)));
}

std::uint64_t began(HANDLE process) {
    FILETIME at{};
    FILETIME ignored{};
    ::GetProcessTimes(process, &at, &ignored, &ignored, &ignored);
    return std::uint64_t{at.dwHighDateTime} << 32 | at.dwLowDateTime;
}

// One that is older than we are has another parent, whose number we have got.
bool is_younger(DWORD process) {
    const unique_handle opened = open_process(process, PROCESS_QUERY_LIMITED_INFORMATION);
    return opened && began(reinterpret_cast<HANDLE>(opened.get())) >= began(::GetCurrentProcess());
}

}  // namespace

// Files, sockets, processes and jobs. Of the rest, the system's own threads open and close some as
// they like.
std::size_t open_handles() {
    constexpr std::uintptr_t highest = 0x2000;
    std::size_t count = 0;
    for (std::uintptr_t number = 4; number < highest; number += 4) {
        const auto handle = reinterpret_cast<HANDLE>(number);
        JOBOBJECT_BASIC_ACCOUNTING_INFORMATION job;
        const bool counts = ::GetFileType(handle) != FILE_TYPE_UNKNOWN ||
                            ::GetProcessId(handle) != 0 ||
                            ::QueryInformationJobObject(handle, JobObjectBasicAccountingInformation,
                                                        &job, sizeof job, nullptr);
        count += counts;
    }
    return count;
}

std::size_t threads_of_this_process() {
    const unique_handle all = take_snapshot(TH32CS_SNAPTHREAD);
    THREADENTRY32 each{};
    each.dwSize = sizeof each;
    std::size_t count = 0;
    const auto list = reinterpret_cast<HANDLE>(all.get());
    for (BOOL more = ::Thread32First(list, &each); more; more = ::Thread32Next(list, &each))
        if (each.th32OwnerProcessID == ::GetCurrentProcessId()) ++count;
    return count;
}

std::int64_t own_process() {
    return ::GetCurrentProcessId();
}

bool has_children() {
    const unique_handle all = take_snapshot(TH32CS_SNAPPROCESS);
    PROCESSENTRY32W each{};
    each.dwSize = sizeof each;
    const auto list = reinterpret_cast<HANDLE>(all.get());
    for (BOOL more = ::Process32FirstW(list, &each); more; more = ::Process32NextW(list, &each))
        if (each.th32ParentProcessID == ::GetCurrentProcessId() && is_younger(each.th32ProcessID))
            return true;
    return false;
}

bool process_ends_soon(std::int64_t process) {
    const unique_handle opened = open_process(process, SYNCHRONIZE);
    if (!opened) return true;
    return ::WaitForSingleObject(reinterpret_cast<HANDLE>(opened.get()), 20'000) == WAIT_OBJECT_0;
}

void kill_process(std::int64_t process) {
    const unique_handle opened = open_process(process, PROCESS_TERMINATE);
    ::TerminateProcess(reinterpret_cast<HANDLE>(opened.get()), 0x0EDD0009);
}

void wait_for_file(const std::string& path) {
    while (!std::filesystem::exists(path)) std::this_thread::yield();
}

void leaves_nothing_behind::SetUp() {
    ASSERT_FALSE(has_children());
    handles_before_ = open_handles();
}

void leaves_nothing_behind::TearDown() {
    EXPECT_FALSE(has_children()) << "a worker is left";
    EXPECT_EQ(open_handles(), handles_before_) << "handles are left open";
}

}  // namespace eddy::testing
