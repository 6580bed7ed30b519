#include "resolver_cache.hpp"

#include <eddy/create_task.hpp>
#include <eddy/resolver.hpp>

#include <utility>

namespace eddy {

using namespace std::chrono_literals;

// getaddrinfo does not tell how long its answer holds.
constexpr duration success_holds = 30s;
constexpr duration failure_holds = 5s;
constexpr std::size_t most_entries = 1000;

bool resolver_cache::entry::is_to_be_had() const noexcept {
    event_loop* const here = event_loop::current();
    if (done.is_set()) return here->now() < expiry;
    return by == here && forks == fork_count();
}

task<endpoints> resolver_cache::find(std::string host) {
    const std::shared_ptr<state> cache = state_;
    std::shared_ptr<entry> found;
    if (const auto at = cache->entries.find(host); at != cache->entries.end()) {
        if (at->second->is_to_be_had()) found = at->second;
    }
    if (!found) {
        make_room(*cache);
        found = std::make_shared<entry>();
        cache->entries.insert_or_assign(host, found);
        create_task(fly(cache, std::move(host), found), "host name lookup");
    }
    co_await found->done.wait();
    if (found->failure) std::rethrow_exception(found->failure);
    co_return found->found;
}

task<> resolver_cache::fly(std::shared_ptr<state> cache, std::string host,
                           std::shared_ptr<entry> into) {
    try {
        into->found = co_await cache->look_up(host);
        into->expiry = event_loop::current()->now() + success_holds;
    } catch (const std::system_error& error) {
        into->failure = std::current_exception();
        // What this process lacks says nothing of the name.
        const bool is_of_the_name = error.code().category() == resolve_category();
        const duration holds = is_of_the_name ? failure_holds : duration::zero();
        into->expiry = event_loop::current()->now() + holds;
    } catch (const std::exception&) {
        into->failure = std::current_exception();
        into->expiry = event_loop::current()->now();
    } catch (const cancelled&) {
        // The loop ends. Nobody may find a lookup here that never comes to its end.
        const auto at = cache->entries.find(host);
        if (at != cache->entries.end() && at->second == into) cache->entries.erase(at);
        into->failure = std::current_exception();
        into->done.set();
        throw;
    }
    into->done.set();
}

void resolver_cache::make_room(state& cache) {
    if (cache.entries.size() < most_entries) return;
    const time_point now = event_loop::current()->now();
    std::erase_if(cache.entries, [now](const auto& each) {
        return each.second->done.is_set() && each.second->expiry <= now;
    });
    // Full of names that are all fresh: begin anew rather than keep books about their use.
    if (cache.entries.size() >= most_entries) {
        std::erase_if(cache.entries, [](const auto& each) { return each.second->done.is_set(); });
    }
}

}  // namespace eddy
