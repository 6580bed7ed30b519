// Runs a program on a kernel that refuses io_uring, or knows only an older one:
//   refuse_io_uring HOW PROGRAM ARGUMENT…
//
// HOW: the error with which io_uring_setup ends (EPERM, ENOSYS, ENOMEM), `enter` to allow that but
// not io_uring_enter, or `6.0` and `5.18` for a kernel of that version, which does not know the
// flags of later ones. With an exit code of its own, 125, if the machine does not let it do that.

#include <eddy/handle_passing.hpp>
#include <eddy/socket.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// What the machine does not let us do is no failure of what is tested.
[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(125);
}

struct refusal {
    unsigned call = SYS_io_uring_setup;
    int error = 0;
    unsigned unknown_flags = 0;  // of io_uring_setup; 0: it is refused whatever they are
};

refusal refusal_of(std::string_view how) {
    constexpr unsigned since_6_1 = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    constexpr unsigned since_5_19 = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
    if (how == "EPERM") return {.error = EPERM};
    if (how == "ENOSYS") return {.error = ENOSYS};
    if (how == "ENOMEM") return {.error = ENOMEM};
    if (how == "enter") return {.call = SYS_io_uring_enter, .error = EPERM};
    if (how == "6.0") return {.error = EINVAL, .unknown_flags = since_6_1};
    if (how == "5.18") return {.error = EINVAL, .unknown_flags = since_6_1 | since_5_19};
    std::fprintf(stderr, "refuse_io_uring: what is %s?\n", std::string(how).c_str());
    std::exit(2);
}

// From now on the kernel answers the call by `action`. The handle is that of the supervisor who is
// asked, for SECCOMP_RET_USER_NOTIF.
eddy::unique_handle install_filter(unsigned call, unsigned action, unsigned flags) {
    std::array<sock_filter, 4> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog filter{.len = program.size(), .filter = program.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) give_up("no new privileges");
    const long result = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
    if (result < 0) give_up("install a seccomp filter");
    return eddy::unique_handle(flags != 0 ? static_cast<int>(result) : -1);
}

// A filter sees the arguments of a call but not what they point at. So another process is asked,
// which looks into the memory of the caller.
unsigned flags_of_setup(const seccomp_notif& call) {
    const std::string name = "/proc/" + std::to_string(call.pid) + "/mem";
    const eddy::unique_handle memory(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    io_uring_params asked{};
    const auto at = static_cast<off_t>(call.data.args[1]);
    if (::pread(memory.get(), &asked, sizeof asked, at) != sizeof asked) give_up("read memory");
    return asked.flags;
}

void supervise(int listener, const refusal& what) {
    int refused = 0;
    for (;;) {
        pollfd asked{.fd = listener, .events = POLLIN, .revents = 0};
        ::poll(&asked, 1, -1);
        if ((asked.revents & POLLIN) == 0) break;  // nobody is left to ask
        seccomp_notif call{};
        if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0) continue;
        const bool is_unknown = (flags_of_setup(call) & what.unknown_flags) != 0;
        seccomp_notif_resp answer{};
        answer.id = call.id;
        answer.error = is_unknown ? -what.error : 0;
        answer.flags = is_unknown ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        if (is_unknown) ++refused;
        ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
    std::fprintf(stderr, "refuse_io_uring: refused %d times\n", refused);
}

[[noreturn]] void become(char** program) {
    ::execv(program[0], program);
    give_up(program[0]);
}

int run_supervised(const refusal& what, char** program) {
    eddy::unique_handle ours;
    eddy::unique_handle theirs;
    if (eddy::open_socket_pair(ours, theirs)) give_up("open a socket pair");
    eddy::handle_channel to_child{.socket = ours.get()};
    eddy::handle_channel to_parent{.socket = theirs.get()};
    std::error_code error;
    std::array<std::byte, 1> byte{};
    const pid_t child = ::fork();
    if (child == 0) {
        const eddy::unique_handle listener =
            install_filter(what.call, SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
        eddy::send_with_handle(to_parent, byte, listener.get(), eddy::when_not_ready::wait, error);
        ::close(listener.get());
        become(program);
    }
    theirs.reset();
    std::vector<eddy::unique_handle> listener;
    eddy::receive_with_handles(to_child, byte, listener, eddy::when_not_ready::wait, error);
    if (listener.size() == 1) supervise(listener[0].get(), what);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: refuse_io_uring HOW PROGRAM ARGUMENT…\n");
        return 2;
    }
    const refusal what = refusal_of(argv[1]);
    if (what.unknown_flags != 0) return run_supervised(what, argv + 2);
    install_filter(what.call, SECCOMP_RET_ERRNO | static_cast<unsigned>(what.error), 0);
    become(argv + 2);
}
