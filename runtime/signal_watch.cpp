#include <eddy/signal_watch.hpp>

#include <algorithm>
#include <string>

namespace eddy {

signal_watch::signal_watch(std::vector<int> numbers) : loop_(*event_loop::current()) {
    for (const int number : numbers) signals_.emplace_back(number);
    // From here on handlers may look at the list, so it does not change any more.
    for (const watched& each : signals_) {
        const std::error_code error = catch_signal(each.number, *this);
        if (!error) continue;
        release_all();
        throw std::system_error(error, "catch signal " + std::to_string(each.number));
    }
}

signal_watch::~signal_watch() {
    assert(waiting_ == nullptr && "a task still waits for a signal");
    release_all();
    // No handler runs any more; what the last one has posted must not outlive us.
    if (is_posted_) loop_.run_posted();
}

void signal_watch::release_all() noexcept {
    for (const watched& each : signals_) release_signal(each.number, *this);
}

void signal_watch::on_signal(int number) noexcept {
    const auto hit = std::ranges::find(signals_, number, &watched::number);
    hit->arrived = true;
    if (!is_posted_.exchange(true)) loop_.post(*this);
}

void signal_watch::run() noexcept {
    is_posted_ = false;
    if (waiting_ != nullptr && has_arrived()) std::exchange(waiting_, nullptr)->wake();
}

bool signal_watch::has_arrived() const noexcept {
    return std::ranges::any_of(signals_, [](const watched& each) { return each.arrived.load(); });
}

int signal_watch::take() noexcept {
    for (watched& each : signals_) {
        if (each.arrived.exchange(false)) return each.number;
    }
    return 0;
}

task<int> next_signal(int number) {
    const std::vector<int> numbers(1, number);
    signal_watch watch(numbers);
    co_return co_await watch.next();
}

}  // namespace eddy
