#pragma once

#include <eddy/backend.hpp>
#include <eddy/endpoint.hpp>
#include <eddy/event.hpp>
#include <eddy/event_loop.hpp>
#include <eddy/fork_count.hpp>
#include <eddy/task.hpp>

#include <exception>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace eddy {

using endpoints = std::vector<endpoint>;

/// Remembers what names were resolved to, and lets all who ask for a name at the same time wait for
/// one lookup. A lookup belongs to nobody: that one who waits is cancelled does not concern others.
class resolver_cache {
public:
    /// `look_up` finds the endpoints of a name, with port 0, and may take its time.
    using lookup = task<endpoints> (*)(std::string host);

    explicit resolver_cache(lookup look_up) : state_(std::make_shared<state>(look_up)) {}

    task<endpoints> find(std::string host);
    std::size_t size() const noexcept { return state_->entries.size(); }

private:
    struct entry {
        // Whether it is known, or this loop will come to know it: one that stands still, or was
        // left behind by a fork, goes on with nothing.
        bool is_to_be_had() const noexcept;

        event_loop* by = event_loop::current();
        unsigned forks = fork_count();
        event done;
        endpoints found;
        std::exception_ptr failure;
        time_point expiry;
    };
    struct state {
        explicit state(lookup how) : look_up(how) {}
        lookup look_up;
        std::unordered_map<std::string, std::shared_ptr<entry>> entries;
    };

    static task<> fly(std::shared_ptr<state> cache, std::string host, std::shared_ptr<entry> into);
    static void make_room(state& cache);

    std::shared_ptr<state> state_;  // lookups under way may outlive the cache
};

}  // namespace eddy
