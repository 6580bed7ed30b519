#include "resolver_cache.hpp"

#include <eddy/resolver.hpp>

#include <utility>

namespace eddy {

using namespace std::chrono_literals;

// getaddrinfo does not tell how long its answer holds.
constexpr duration success_holds = 30s;
constexpr duration failure_holds = 5s;
constexpr std::size_t most_entries = 1000;

bool resolver_cache::entry::is_to_be_had() const noexcept {
    return done.is_set() ? event_loop::current()->now() < expiry : of.is_here();
}

// One who waits for a lookup. The last one to leave takes it out of the line: nobody wants it, and
// those behind it should not have to wait for it.
class resolver_cache::asker {
public:
    asker(state& cache, entry& of) noexcept : cache_(cache), of_(of) { ++of_.askers; }
    asker(const asker&) = delete;
    asker& operator=(const asker&) = delete;
    ~asker() {
        if (--of_.askers > 0 || !of_.in_line) return;
        cache_.forget(of_);
        of_.in_line->cancel();
        of_.in_line.reset();
    }

private:
    state& cache_;
    entry& of_;
};

task<endpoints> resolver_cache::find(std::string host) {
    const std::shared_ptr<state> cache = state_;
    std::shared_ptr<entry> found;
    if (const auto at = cache->entries.find(host); at != cache->entries.end()) {
        if (at->second->is_to_be_had()) found = at->second;
    }
    if (!found) {
        cache->make_room();
        found = std::make_shared<entry>(host);
        found->in_line = create_task(fly(cache, cache->line_here(), found), "host name lookup");
        cache->entries.insert_or_assign(std::move(host), found);
    }
    const asker self(*cache, *found);
    co_await found->done.wait();
    if (found->failure) std::rethrow_exception(found->failure);
    co_return found->found;
}

task<> resolver_cache::fly(std::shared_ptr<state> cache, std::shared_ptr<line> through,
                           std::shared_ptr<entry> into) {
    try {
        const semaphore::permit turn = co_await through->turns.acquire();
        into->in_line.reset();
        into->found = co_await cache->look_up(into->host);
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
        // Nobody wants it, or the loop ends. Nobody may find it here: it never comes to its end.
        cache->forget(*into);
        into->in_line.reset();
        into->failure = std::current_exception();
        into->done.set();
        throw;
    }
    into->done.set();
}

std::shared_ptr<resolver_cache::line> resolver_cache::state::line_here() {
    std::erase_if(lines, [](const auto& each) { return each.expired(); });
    for (const std::weak_ptr<line>& each : lines) {
        if (const std::shared_ptr<line> known = each.lock(); known->of.is_here()) return known;
    }
    const std::shared_ptr<line> made = std::make_shared<line>(limit);
    lines.push_back(made);
    return made;
}

void resolver_cache::state::make_room() {
    if (entries.size() < most_entries) return;
    const time_point now = event_loop::current()->now();
    std::erase_if(entries, [now](const auto& each) {
        return each.second->done.is_set() && each.second->expiry <= now;
    });
    // Full of names that are all fresh: begin anew rather than keep books about their use.
    if (entries.size() >= most_entries) {
        std::erase_if(entries, [](const auto& each) { return each.second->done.is_set(); });
    }
}

// Another one may have taken its place.
void resolver_cache::state::forget(const entry& which) noexcept {
    const auto at = entries.find(which.host);
    if (at != entries.end() && at->second.get() == &which) entries.erase(at);
}

}  // namespace eddy
