#include <eddy/open_connection.hpp>

#include <eddy/child_tasks.hpp>
#include <eddy/event.hpp>
#include <eddy/resolver.hpp>
#include <eddy/timeout.hpp>

#include <cassert>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

namespace eddy {

namespace {

using namespace std::chrono_literals;

constexpr duration head_start = 250ms;  // RFC 8305, 5

// The attempts to connect to one host. Lives in the frame of the task that waits for all of them.
struct connection_race {
    std::optional<tcp_stream> winner;
    std::exception_ptr first_failure;
    std::size_t running = 0;
    event progress;  // somebody has won or given up
};

task<> attempt(connection_race& race, endpoint to) {
    try {
        tcp_stream connected = co_await tcp_stream::connect(to);
        if (!race.winner) race.winner = std::move(connected);
    } catch (const std::system_error&) {
        if (!race.first_failure) race.first_failure = std::current_exception();
    }
    --race.running;
    race.progress.set();
}

task<> await_progress(connection_race& race) {
    co_await race.progress.wait();
    race.progress.clear();
}

task<> run_race(connection_race& race, child_tasks& attempts,
                const std::vector<endpoint>& candidates) {
    for (const endpoint& each : candidates) {
        ++race.running;
        attempts.start(attempt(race, each));
        co_await move_on_after(head_start, await_progress(race));
        if (race.winner) co_return;
    }
    while (!race.winner && race.running > 0) co_await await_progress(race);
}

}  // namespace

task<tcp_stream> connect_to_any(std::vector<endpoint> candidates) {
    assert(!candidates.empty());
    if (candidates.size() == 1) co_return co_await tcp_stream::connect(candidates.front());

    connection_race race;
    child_tasks attempts(child_tasks::cancel_rest::never);
    std::exception_ptr interrupted;
    try {
        co_await run_race(race, attempts, candidates);
    } catch (...) {
        interrupted = std::current_exception();  // also `cancelled`: the attempts must end first
    }
    attempts.cancel();
    co_await attempts.all_done();

    if (interrupted) std::rethrow_exception(interrupted);
    if (!race.winner) std::rethrow_exception(race.first_failure);
    co_return *std::move(race.winner);
}

task<tcp_stream> open_connection(std::string host, std::uint16_t port) {
    co_return co_await connect_to_any(co_await resolve(std::move(host), port));
}

}  // namespace eddy
