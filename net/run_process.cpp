#include <eddy/run_process.hpp>

#include <eddy/gather.hpp>
#include <eddy/timeout.hpp>

#include <exception>

namespace eddy {
namespace {

task<> feed(pipe_stream& into, const std::string& text) {
    try {
        co_await write_all(into, std::string_view(text));
    } catch (const std::system_error& error) {
        // It need not read what it is given.
        if (error.code() != std::errc::broken_pipe) throw;
    }
    co_await into.close();
}

task<> collect(pipe_stream& from, std::string& text, std::size_t limit) {
    constexpr std::size_t piece = 64 * 1024;  // as much as a pipe holds
    for (;;) {
        const std::size_t size = text.size();
        text.resize(size + piece);
        const auto room = std::as_writable_bytes(std::span(text)).subspan(size);
        const std::size_t came = co_await from.read(room);
        text.resize(size + came);
        if (came == 0) co_return;
        if (text.size() > limit)
            throw output_too_long(from.name() + " is longer than " + std::to_string(limit) +
                                  " bytes");
    }
}

// All at once: a process that waits until its output is read does not read its input.
task<> communicate(subprocess& child, const command& what, const std::string& input,
                   finished_process& into) {
    std::vector<task<>> streams;
    if (what.standard_input() == redirect::pipe) streams.push_back(feed(child.input(), input));
    if (what.standard_output() == redirect::pipe)
        streams.push_back(collect(child.output(), into.output, what.output_limit()));
    if (what.standard_error() == redirect::pipe && !what.merges_error())
        streams.push_back(collect(child.error(), into.error, what.output_limit()));
    co_await gather(std::move(streams));
    into.exit = co_await child.wait();
}

}  // namespace

task<finished_process> run_process(command what, std::string input) {
    checkpoint();  // a cancelled task starts nothing any more
    if (!input.empty()) what.standard_input(redirect::pipe);
    subprocess child = subprocess::start(what);
    finished_process finished;
    std::exception_ptr failure;
    try {
        co_await communicate(child, what, input, finished);
        co_return finished;
    } catch (...) {
        failure = std::current_exception();
    }
    try {
        co_await shield(child.stop(what.grace()));
    } catch (const std::system_error&) {
        // Nobody can tell how it ended; why it had to, the caller hears.
    }
    std::rethrow_exception(failure);
}

}  // namespace eddy
