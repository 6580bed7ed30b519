#include <eddy/subprocess.hpp>

#include <eddy/as_result.hpp>
#include <eddy/pipe.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <thread>

namespace eddy {
namespace {

// Where SIGCHLD is ignored, the system forgets how children end, and that they do.
constexpr const char* forgotten =
    ", which the system forgets where SIGCHLD is ignored, or something else waits for all children";

std::string description_of(const command& what) {
    std::string text = "start " + what.program();
    if (!what.working_directory().empty()) text.append(" in ").append(what.working_directory());
    return text;
}

// The ends of a standard stream: the child's, and ours if it is a pipe.
struct stream_ends {
    unique_handle theirs;
    unique_handle ours;
};

// How long a debugger takes to let go of a process that has ended, at the least.
constexpr std::chrono::milliseconds debugger_takes(10);

enum class direction : bool { to_child, from_child };

stream_ends open_stream(redirect where, direction way, std::error_code& error) {
    stream_ends made;
    if (error || where == redirect::inherit) return made;
    if (where == redirect::nothing) {
        made.theirs = open_null_device(error);
    } else if (way == direction::to_child) {
        error = open_pipe(made.theirs, made.ours, given_end::reading);
    } else {
        error = open_pipe(made.ours, made.theirs, given_end::writing);
    }
    return made;
}

void follow(std::optional<pipe_stream>& stream, stream_ends& ends, const char* name,
            const command& what) {
    if (ends.ours) stream.emplace(std::move(ends.ours), name + (" of " + what.program()));
}

}  // namespace

subprocess subprocess::start(const command& what) {
    std::error_code error;
    stream_ends input = open_stream(what.standard_input(), direction::to_child, error);
    stream_ends output = open_stream(what.standard_output(), direction::from_child, error);
    const redirect errors = what.merges_error() ? redirect::inherit : what.standard_error();
    stream_ends errors_ends = open_stream(errors, direction::from_child, error);

    process_start start;
    start.program = what.program();
    start.arguments = what.arguments();
    start.environment = what.environment();
    start.working_directory = what.working_directory();
    start.input = input.theirs.get();
    start.output = output.theirs.get();
    start.error = errors_ends.theirs.get();
    start.merge_error = what.merges_error();
    start.own_group = what.has_own_group();

    subprocess made(what);
    if (!error) made.child_ = child_process::start(start, error);
    if (error == std::errc::no_child_process)
        throw std::system_error(error, "follow " + what.program() + forgotten);
    if (error) throw std::system_error(error, description_of(what));
    made.follow_end();
    follow(made.input_, input, "standard input", what);
    follow(made.output_, output, "standard output", what);
    follow(made.error_, errors_ends, "standard error", what);
    return made;
}

subprocess::~subprocess() {
    if (!child_) return;
    send(process_signal::kill);
    followed_.reset();
    // It has no choice. What takes longer than a moment, the header says.
    if (!child_.wait(std::chrono::seconds(10))) return;
    std::error_code ignored;
    for (int tries = 0; !child_.reap(ignored) && child_ && tries < 1000; ++tries)
        std::this_thread::sleep_for(debugger_takes);
}

std::error_code subprocess::send(process_signal signal) const noexcept {
    return leads_group_ ? child_.send_to_group(signal) : child_.send(signal);
}

void subprocess::follow_end() {
    followed_ = std::make_unique<attachment>(event_loop::running(), child_.handle());
}

// It has ended, and its number is still taken.
task<> subprocess::ended() {
    if (!followed_) co_return;
    const unsigned times_before = times_asked_;
    const result<void> came = co_await as_result(followed_->readable());
    // Another task that waited may have been faster, and what it followed until then is no more.
    if (times_asked_ == times_before) came.value();
}

// False: it has ended, but a debugger that follows it is told first.
bool subprocess::reap() {
    if (exit_) return true;
    if (lost_) throw_lost();
    // As long as it is not reaped, its group is its own. Who waits may be faster than who stops it.
    if (is_stopping_ && leads_group_) send(process_signal::kill);
    ++times_asked_;
    followed_.reset();
    std::error_code error;
    exit_ = child_.reap(error);
    if (exit_) return true;
    if (child_) {
        follow_end();
        return false;
    }
    lost_ = error;
    throw_lost();
}

void subprocess::throw_lost() const {
    std::string context = "ask how " + program_ + " ended";
    if (lost_ == std::errc::no_child_process) context += forgotten;
    throw std::system_error(lost_, context);
}

task<process_exit> subprocess::wait() {
    co_await ended();
    while (!reap()) co_await sleep(debugger_takes);
    co_return *exit_;
}

task<process_exit> subprocess::stop(duration grace) {
    if (exit_) co_return *exit_;
    is_stopping_ = true;
    bool has_ended = false;
    // Whom the request does not reach need not be waited for.
    if (!send(process_signal::terminate)) has_ended = co_await move_on_after(grace, ended());
    if (!exit_ && !has_ended) send(process_signal::kill);
    co_return co_await wait();
}

}  // namespace eddy
