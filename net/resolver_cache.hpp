#pragma once

#include <eddy/backend.hpp>
#include <eddy/create_task.hpp>
#include <eddy/endpoint.hpp>
#include <eddy/event.hpp>
#include <eddy/event_loop.hpp>
#include <eddy/fork_count.hpp>
#include <eddy/semaphore.hpp>
#include <eddy/task.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace eddy {

using endpoints = std::vector<endpoint>;

/// Remembers what names were resolved to, and lets all who ask for a name at the same time wait for
/// one lookup. A lookup belongs to nobody: that one who waits is cancelled does not concern others.
/// Only while it stands in line for its turn, it ends with the last of those who wait for it.
class resolver_cache {
public:
    /// `look_up` finds the endpoints of a name, with port 0, and may take its time.
    using lookup = task<endpoints> (*)(std::string host);

    // Half of the threads that the blocking pool has by default. A name whose servers do not answer
    // holds a thread for long, and nothing can be done about it: the other half is left for files
    // and `to_thread`.
    static constexpr std::size_t most_at_once = 32;

    /// Each loop has at most `limit` lookups under way; the others stand in line.
    explicit resolver_cache(lookup look_up, std::size_t limit = most_at_once)
        : state_(std::make_shared<state>(look_up, limit)) {}

    task<endpoints> find(std::string host);
    std::size_t size() const noexcept { return state_->entries.size(); }

private:
    // A loop in this process: one that was left behind by a fork does not go on.
    struct place {
        bool is_here() const noexcept {
            return by == event_loop::current() && forks == fork_count();
        }

        event_loop* by = event_loop::current();
        unsigned forks = fork_count();
    };
    struct entry {
        explicit entry(std::string name) : host(std::move(name)) {}
        // Whether it is known, or this loop will come to know it: one that stands still goes on
        // with nothing.
        bool is_to_be_had() const noexcept;

        const std::string host;
        place of;
        std::size_t askers = 0;                    // who wait for `done`
        std::optional<task_handle<void>> in_line;  // its task, until its turn has come
        event done;
        endpoints found;
        std::exception_ptr failure;
        time_point expiry;
    };
    struct line {
        explicit line(std::size_t limit) noexcept : turns(limit) {}
        place of;
        semaphore turns;
    };
    struct state {
        state(lookup how, std::size_t most) : look_up(how), limit(most) {}
        std::shared_ptr<line> line_here();
        void make_room();
        void forget(const entry& which) noexcept;

        const lookup look_up;
        const std::size_t limit;
        std::unordered_map<std::string, std::shared_ptr<entry>> entries;
        std::vector<std::weak_ptr<line>> lines;  // kept by the lookups in them
    };
    class asker;

    static task<> fly(std::shared_ptr<state> cache, std::shared_ptr<line> through,
                      std::shared_ptr<entry> into);

    std::shared_ptr<state> state_;  // lookups under way may outlive the cache
};

}  // namespace eddy
