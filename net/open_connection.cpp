#include <eddy/open_connection.hpp>

#include <eddy/child_tasks.hpp>
#include <eddy/event.hpp>
#include <eddy/resolver.hpp>
#include <eddy/timeout.hpp>

#include "race_to_connect.hpp"

#include <cassert>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

namespace eddy {

namespace {

using namespace std::chrono_literals;

constexpr duration head_start = 250ms;  // RFC 8305, 5

// Lives in the frame of the task that waits for all attempts.
struct connection_race {
    std::optional<tcp_stream> winner;
    std::exception_ptr failure_of_first;  // of the list; later ones may fail before it
    std::size_t running = 0;
    event progress;  // somebody has won or given up
};

task<> run_attempt(connection_race& race, task<tcp_stream> attempt, bool is_first) {
    try {
        tcp_stream connected = co_await std::move(attempt);
        if (!race.winner) race.winner = std::move(connected);
    } catch (const std::exception&) {
        if (is_first) race.failure_of_first = std::current_exception();
    }
    --race.running;
    race.progress.set();
}

task<> await_progress(connection_race& race) {
    co_await race.progress.wait();
    race.progress.clear();
}

task<> run_race(connection_race& race, child_tasks& running,
                std::vector<task<tcp_stream>>& attempts) {
    for (task<tcp_stream>& each : attempts) {
        ++race.running;
        const bool is_first = &each == &attempts.front();
        running.start(run_attempt(race, std::move(each), is_first));
        co_await move_on_after(head_start, await_progress(race));
        if (race.winner) co_return;
    }
    while (!race.winner && race.running > 0) co_await await_progress(race);
}

}  // namespace

task<tcp_stream> race_to_connect(std::vector<task<tcp_stream>> attempts) {
    connection_race race;
    child_tasks running(child_tasks::cancel_rest::never);
    std::exception_ptr interrupted;
    try {
        co_await run_race(race, running, attempts);
    } catch (...) {
        interrupted = std::current_exception();  // also `cancelled`: the attempts must end first
    }
    running.cancel();
    co_await running.all_done();

    if (interrupted) std::rethrow_exception(interrupted);
    if (!race.winner) std::rethrow_exception(race.failure_of_first);
    co_return *std::move(race.winner);
}

task<tcp_stream> connect_to_any(std::vector<endpoint> candidates) {
    assert(!candidates.empty());
    if (candidates.size() == 1) co_return co_await tcp_stream::connect(candidates.front());

    std::vector<task<tcp_stream>> attempts;
    for (const endpoint& each : candidates) attempts.push_back(tcp_stream::connect(each));
    co_return co_await race_to_connect(std::move(attempts));
}

task<tcp_stream> open_connection(std::string host, std::uint16_t port) {
    co_return co_await connect_to_any(co_await resolve(std::move(host), port));
}

}  // namespace eddy
