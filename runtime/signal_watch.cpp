#include <eddy/signal_watch.hpp>

#include <algorithm>
#include <string>

namespace eddy {

// What a handler posts to the loop. It may lie there still, or be about to run, when its watch is
// destroyed; it goes after that.
class signal_watch::notice final : public posted {
public:
    explicit notice(signal_watch& of) noexcept : watch_(&of) {}

    // From a handler. A node is in the loop's queue once at most.
    void post() noexcept {
        if (!is_posted_.exchange(true)) watch_->loop_.post(*this);
    }

    // No handler runs any more.
    void leave() noexcept {
        watch_ = nullptr;
        if (!is_posted_) delete this;
    }

private:
    void run() noexcept override {
        is_posted_ = false;
        if (watch_ == nullptr) {
            delete this;
        } else {
            watch_->wake_waiter();
        }
    }

    signal_watch* watch_;
    std::atomic<bool> is_posted_ = false;
};

void signal_watch::leave::operator()(notice* left) const noexcept {
    left->leave();
}

signal_watch::signal_watch(std::vector<int> numbers)
    : loop_(event_loop::running()), notice_(new notice(*this)) {
    for (const int number : numbers) signals_.emplace_back(number);
    // From here on handlers may look at the list, so it does not change any more.
    for (const watched& each : signals_) {
        const std::error_code error = catch_signal(each.number, *this);
        if (!error) continue;
        release_all();
        throw std::system_error(error, "watch for signal " + std::to_string(each.number));
    }
}

signal_watch::~signal_watch() {
    assert(waiting_ == nullptr && "a task still waits for a signal");
    release_all();
}

void signal_watch::release_all() noexcept {
    for (const watched& each : signals_) release_signal(each.number, *this);
}

void signal_watch::on_signal(int number) noexcept {
    const auto hit = std::ranges::find(signals_, number, &watched::number);
    hit->arrived = true;
    notice_->post();
}

void signal_watch::wake_waiter() noexcept {
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
