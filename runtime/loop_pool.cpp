#include <eddy/loop_pool.hpp>

#include "make_thread.hpp"

#include <future>
#include <optional>
#include <thread>

namespace eddy {

class loop_pool::member {
public:
    member() {
        std::promise<event_loop*> made;
        std::future<event_loop*> is_made = made.get_future();
        thread_ = make_thread("the loop pool", [this, &made] { serve(made); });
        try {
            loop_ = is_made.get();
        } catch (...) {
            thread_.join();
            throw;
        }
    }
    ~member() {
        loop_->post([this] {
            is_over_ = true;
            loop_->stop();
        });
        thread_.join();
    }

    event_loop& loop() const noexcept { return *loop_; }

    // Cancels the tasks. When none is left, tells how many resumptions there were ever.
    std::future<std::uint64_t> cancel_tasks() {
        std::promise<std::uint64_t> asked;
        std::future<std::uint64_t> resumptions = asked.get_future();
        loop_->post([this, asked = std::move(asked)]() mutable {
            asked_to_cancel_ = std::move(asked);
            loop_->stop();
        });
        return resumptions;
    }

private:
    // A loop is made on the thread it runs on, because a backend may belong to its thread.
    void serve(std::promise<event_loop*>& made) {
        std::optional<event_loop> loop;
        try {
            loop.emplace();
        } catch (...) {
            made.set_exception(std::current_exception());
            return;
        }
        // Without tasks, and with tasks that wait for other threads, it just sleeps.
        loop->set_deadlock_handler({});
        made.set_value(&*loop);
        while (!is_over_) {
            loop->run_forever();  // until it is asked something, or a task stops it
            if (!asked_to_cancel_) continue;
            loop->cancel_all_and_wait();
            asked_to_cancel_->set_value(loop->stats().resumptions);
            asked_to_cancel_.reset();
        }
    }

    event_loop* loop_ = nullptr;
    // The thread's own.
    std::optional<std::promise<std::uint64_t>> asked_to_cancel_;
    bool is_over_ = false;
    std::thread thread_;
};

loop_pool::loop_pool(unsigned threads) {
    for (unsigned i = 0; i < threads; ++i) members_.push_back(std::make_unique<member>());
}

// Until it has ended, a task may start others on any loop, and wait for those of any. So all are
// cancelled at once, and no loop goes before a whole round of them has resumed nothing.
loop_pool::~loop_pool() {
    const auto resumptions_when_cancelled = [this] {
        std::vector<std::future<std::uint64_t>> answers;
        for (const auto& each : members_) answers.push_back(each->cancel_tasks());
        std::uint64_t total = 0;
        for (auto& each : answers) total += each.get();
        return total;
    };
    std::uint64_t before = resumptions_when_cancelled();
    while (true) {
        const std::uint64_t now = resumptions_when_cancelled();
        if (std::exchange(before, now) == now) return;
    }
}

event_loop& loop_pool::loop(std::size_t number) const noexcept {
    assert(number < size());
    return members_[number]->loop();
}

}  // namespace eddy
