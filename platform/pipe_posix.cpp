#include <eddy/pipe.hpp>

#include "pipe_transfer.hpp"
#include "posix.hpp"
#include "socket_calls.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace eddy {
namespace {

// A socket can be told to raise no SIGPIPE, a pipe cannot. While this lives, the signal of a write
// to a pipe that nobody reads any more stays with the calling thread, and it is taken back at the
// end: neither does it end the process, nor does a handler of the program hear of it.
class no_broken_pipe_signal {
public:
    no_broken_pipe_signal() noexcept {
        sigemptyset(&only_it_);
        sigaddset(&only_it_, SIGPIPE);
        was_pending_ = is_pending();
        ::pthread_sigmask(SIG_BLOCK, &only_it_, &before_);
    }
    no_broken_pipe_signal(const no_broken_pipe_signal&) = delete;
    no_broken_pipe_signal& operator=(const no_broken_pipe_signal&) = delete;
    ~no_broken_pipe_signal() {
        int number = 0;
        if (!was_pending_ && is_pending()) ::sigwait(&only_it_, &number);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    static bool is_pending() noexcept {
        sigset_t pending;
        return ::sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
    }

    sigset_t only_it_{};
    sigset_t before_{};
    bool was_pending_;
};

ssize_t transfer(const operation& op) noexcept {
    const auto* const vectors = reinterpret_cast<const iovec*>(op.buffers.data());
    const int count = static_cast<int>(vector_count(op));
    if (op.code == opcode::read)
        return retry_interrupted([&] { return ::readv(op.handle, vectors, count); });
    ssize_t written = 0;
    int error = 0;
    {
        const no_broken_pipe_signal quiet;
        written = retry_interrupted([&] { return ::writev(op.handle, vectors, count); });
        error = errno;
    }
    errno = error;
    return written;
}

}  // namespace

bool try_transfer_on_pipe(operation& op) noexcept {
    op.error = {};
    if (op.scratch == 0) {
        op.scratch = 1;
        op.error = make_non_blocking(op.handle);
        if (op.error) return true;
    }
    const ssize_t result = transfer(op);
    if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (result < 0) op.error = last_error();
    op.value = result < 0 ? 0 : static_cast<std::uint64_t>(result);
    return true;
}

std::error_code open_pipe(unique_handle& reading, unique_handle& writing) noexcept {
    int ends[2];
    if (make_pipe(ends) < 0) return last_error();
    reading.reset(ends[0]);
    writing.reset(ends[1]);
    return {};
}

unique_handle open_null_device(std::error_code& error) noexcept {
    unique_handle opened(::open("/dev/null", O_RDWR | O_CLOEXEC));
    error = opened ? std::error_code() : last_error();
    return opened;
}

}  // namespace eddy
