#include <eddy/process.hpp>

#include <eddy/pipe.hpp>

#include "command_line.hpp"
#include "given_handles_windows.hpp"
#include "program_search.hpp"
#include "resource_usage_windows.hpp"
#include "windows_calls.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>

namespace eddy {
namespace {

// A killed process ends with a code that its killer chooses. Ours says which signal it stands for.
constexpr DWORD killed_by = 0x0EDD'0000;
constexpr int signal_kill = 9;

struct meaning_of_code {
    DWORD code;
    int signal;
};

// What the kernel ends a process with, and the signal that it would have been elsewhere.
constexpr meaning_of_code meanings[] = {
    {static_cast<DWORD>(STATUS_ACCESS_VIOLATION), SIGSEGV},
    {static_cast<DWORD>(STATUS_STACK_OVERFLOW), SIGSEGV},
    {static_cast<DWORD>(STATUS_ILLEGAL_INSTRUCTION), SIGILL},
    {static_cast<DWORD>(STATUS_INTEGER_DIVIDE_BY_ZERO), SIGFPE},
    {static_cast<DWORD>(STATUS_CONTROL_C_EXIT), SIGINT},
    {killed_by | signal_kill, signal_kill},
    {killed_by | SIGTERM, SIGTERM},
};

const char* name_of_signal(int signal) noexcept {
    switch (signal) {
        case SIGINT: return "Interrupt";
        case SIGILL: return "Illegal instruction";
        case SIGFPE: return "Floating point exception";
        case signal_kill: return "Killed";
        case SIGSEGV: return "Segmentation fault";
        case SIGTERM: return "Terminated";
        default: return "Unknown signal";
    }
}

process_exit exit_of(DWORD code, const resource_usage& used) noexcept {
    process_exit result;
    result.used = used;
    const auto* const known = std::ranges::find(meanings, code, &meaning_of_code::code);
    if (known != std::end(meanings))
        result.signal = known->signal;
    else
        result.code = static_cast<int>(code);
    return result;
}

// The standard handles of a program without a console are null, and stay so.
HANDLE copy_of_standard(native_handle given, DWORD which, inherited_copies& handles,
                        std::error_code& error) {
    if (given != invalid_handle) return handles.add(handle_of(given), error);
    const HANDLE own = ::GetStdHandle(which);
    if (own == nullptr || own == INVALID_HANDLE_VALUE) return nullptr;
    std::error_code ignored;
    return handles.add(own, ignored);
}

// The list of attributes has a size that only the system knows.
class start_attributes {
public:
    explicit start_attributes(std::vector<HANDLE>& handles) {
        SIZE_T size = 0;
        ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
        memory_ = std::make_unique<std::byte[]>(size);
        ::InitializeProcThreadAttributeList(get(), 1, 0, &size);
        ::UpdateProcThreadAttribute(get(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles.data(),
                                    handles.size() * sizeof(HANDLE), nullptr, nullptr);
    }
    start_attributes(const start_attributes&) = delete;
    start_attributes& operator=(const start_attributes&) = delete;
    ~start_attributes() { ::DeleteProcThreadAttributeList(get()); }

    LPPROC_THREAD_ATTRIBUTE_LIST get() const noexcept {
        return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.get());
    }

private:
    std::unique_ptr<std::byte[]> memory_;
};

// A job: what a process of it starts belongs to it, and all of it ends with its last handle, which
// is ours. So it also ends when this process does, however that happens.
unique_handle open_job(std::error_code& error) noexcept {
    unique_handle job = owned(::CreateJobObjectW(nullptr, nullptr));
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (!job || !::SetInformationJobObject(handle_of(job.get()), JobObjectExtendedLimitInformation,
                                           &limits, sizeof limits)) {
        error = last_error();
        return {};
    }
    return job;
}

std::wstring path_of(const process_start& what, std::error_code& error) {
    if (what.executable == invalid_handle) return to_utf16(find_program(what, error));
    const native_handle file = what.executable;
    std::wstring path(32'768, L'\0');
    const DWORD size = ::GetFinalPathNameByHandleW(handle_of(file), path.data(),
                                                   static_cast<DWORD>(path.size()), 0);
    if (size == 0) error = last_error();
    path.resize(size);
    // Without the mark of a path that may be long, which not every program takes for its own.
    if (path.starts_with(L"\\\\?\\") && path.size() > 5 && path[5] == L':') path.erase(0, 4);
    return path;
}

struct started_process {
    unique_handle process;
    unique_handle thread;
    DWORD id = 0;
};

started_process create_process(const process_start& what, std::wstring environment,
                               inherited_copies& handles, HANDLE input, std::error_code& error) {
    STARTUPINFOEXW how{};
    how.StartupInfo.cb = sizeof how;
    how.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    how.StartupInfo.hStdInput = input;
    how.StartupInfo.hStdOutput = copy_of_standard(what.output, STD_OUTPUT_HANDLE, handles, error);
    how.StartupInfo.hStdError =
        what.merge_error ? how.StartupInfo.hStdOutput
                         : copy_of_standard(what.error, STD_ERROR_HANDLE, handles, error);
    if (error) return {};
    const std::wstring path = path_of(what, error);
    const std::wstring folder = to_utf16(what.working_directory);
    if (error) return {};
    std::wstring command = command_line(what.arguments);
    const start_attributes attributes(handles.all());
    how.lpAttributeList = attributes.get();
    // Suspended, until it is in its job: else it could start another one before.
    const DWORD flags = CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT |
                        EXTENDED_STARTUPINFO_PRESENT |
                        (what.own_group ? CREATE_NEW_PROCESS_GROUP : 0);
    PROCESS_INFORMATION made{};
    // An empty list would not mean none, but all.
    const BOOL inherits = !handles.all().empty();
    if (!::CreateProcessW(path.c_str(), command.data(), nullptr, nullptr, inherits, flags,
                          environment.data(), folder.empty() ? nullptr : folder.c_str(),
                          &how.StartupInfo, &made)) {
        error = last_error();
        return {};
    }
    return {owned(made.hProcess), owned(made.hThread), made.dwProcessId};
}

std::error_code end(bool result) noexcept {
    // Refused because it has ended by itself: all the same.
    if (result || ::GetLastError() == ERROR_ACCESS_DENIED) return {};
    return last_error();
}

}  // namespace

std::string process_exit::to_string() const {
    if (signal == 0) return "exit code " + std::to_string(code);
    return "signal " + std::to_string(signal) + " (" + name_of_signal(signal) + ")";
}

child_process child_process::start(const process_start& what, std::error_code& error) {
    error.clear();
    inherited_copies handles;
    std::vector<std::string> environment = what.environment;
    std::optional<handles_for_child> given;
    if (!what.handles.empty()) {
        given.emplace(what, handles, error);
        environment.push_back(given->variable());
    }
    std::error_code no_nothing;
    const unique_handle nothing = open_null_device(no_nothing);
    if (!error) error = no_nothing;
    const HANDLE input = what.empty_input
                             ? handles.add(handle_of(nothing.get()), error)
                             : copy_of_standard(what.input, STD_INPUT_HANDLE, handles, error);
    unique_handle job = !error && what.own_group ? open_job(error) : unique_handle();
    if (error) return {};
    started_process made =
        create_process(what, environment_block(environment), handles, input, error);
    if (error) return {};
    const HANDLE process = handle_of(made.process.get());
    if (job && !::AssignProcessToJobObject(handle_of(job.get()), process)) error = last_error();
    if (given && !error) given->write(made.id, error);
    if (!error && ::ResumeThread(handle_of(made.thread.get())) == static_cast<DWORD>(-1))
        error = last_error();
    if (error) {
        ::TerminateProcess(process, killed_by | signal_kill);
        return {};
    }
    child_process started;
    started.id_ = made.id;
    started.handle_ = std::move(made.process);
    started.group_ = std::move(job);
    return started;
}

std::error_code child_process::send(process_signal signal) const noexcept {
    if (!*this) return std::make_error_code(std::errc::no_such_process);
    if (signal == process_signal::kill)
        return end(::TerminateProcess(handle_of(handle()), killed_by | signal_kill));
    // The console has one message that reaches a group: Ctrl-Break. The number of a process that
    // leads none would mean all that the console has, this one as well.
    if (!group_) return std::make_error_code(std::errc::operation_not_supported);
    return end(::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, static_cast<DWORD>(id_)));
}

std::error_code child_process::send_to_group(process_signal signal) const noexcept {
    if (!*this) return std::make_error_code(std::errc::no_such_process);
    if (signal == process_signal::terminate || !group_) return send(signal);
    return end(::TerminateJobObject(handle_of(group_.get()), killed_by | signal_kill));
}

bool child_process::wait(std::chrono::milliseconds timeout) const noexcept {
    if (!*this) return false;  // the handle of nothing is that of this process
    // The next number stands for ever: a month and a half has to do.
    constexpr std::chrono::milliseconds most(INFINITE - 1);
    const auto time = static_cast<DWORD>(std::clamp(timeout, timeout.zero(), most).count());
    return ::WaitForSingleObject(handle_of(handle()), time) == WAIT_OBJECT_0;
}

std::optional<process_exit> child_process::reap(std::error_code& error) noexcept {
    error.clear();
    if (!*this) {
        error = std::make_error_code(std::errc::no_child_process);
        return std::nullopt;
    }
    if (!wait(std::chrono::milliseconds(0))) return std::nullopt;
    const HANDLE process = handle_of(handle());
    DWORD code = 0;
    ::GetExitCodeProcess(process, &code);
    const resource_usage used = usage_of(process);
    count_child(used);
    handle_.reset();
    group_.reset();
    return exit_of(code, used);
}

unique_handle open_own_executable(std::error_code& error) noexcept {
    std::array<wchar_t, 32'768> path;
    const DWORD size = ::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
    unique_handle opened;
    if (size > 0 && size < path.size())
        opened = owned(::CreateFileW(path.data(), FILE_READ_ATTRIBUTES | SYNCHRONIZE,
                                     FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                     nullptr, OPEN_EXISTING, 0, nullptr));
    error = opened ? std::error_code() : last_error();
    return opened;
}

std::vector<std::string> current_environment() {
    const std::unique_ptr<wchar_t, decltype(&::FreeEnvironmentStringsW)> block(
        ::GetEnvironmentStringsW(), &::FreeEnvironmentStringsW);
    std::vector<std::string> copy;
    for (std::wstring_view each(block.get()); !each.empty();
         each = std::wstring_view(each.data() + each.size() + 1))
        // Those that begin with = are the folders of other drives, for the shell alone.
        if (!each.starts_with(L'=')) copy.push_back(to_utf8(each));
    return copy;
}

bool is_same_variable(std::string_view one, std::string_view other) noexcept {
    const std::wstring left = to_utf16(one);
    const std::wstring right = to_utf16(other);
    return ::CompareStringOrdinal(left.data(), static_cast<int>(left.size()), right.data(),
                                  static_cast<int>(right.size()), TRUE) == CSTR_EQUAL;
}

std::optional<std::string> take_from_environment(const char* name) {
    const std::wstring wide_name = to_utf16(name);
    std::wstring value(32'768, L'\0');
    const DWORD size = ::GetEnvironmentVariableW(wide_name.c_str(), value.data(),
                                                 static_cast<DWORD>(value.size()));
    if (size == 0 && ::GetLastError() == ERROR_ENVVAR_NOT_FOUND) return std::nullopt;
    value.resize(size);
    // By the C library, which has a copy.
    ::_wputenv_s(wide_name.c_str(), L"");
    return to_utf8(value);
}

std::error_code close_on_exec(native_handle handle) noexcept {
    return ::SetHandleInformation(handle_of(handle), HANDLE_FLAG_INHERIT, 0) ? std::error_code()
                                                                             : last_error();
}

void die_with_peer(native_handle) {
    // The job in which the parent has put this process ends with the parent.
}

}  // namespace eddy
