#include <eddy/loop_pool.hpp>

#include <future>
#include <optional>
#include <thread>

namespace eddy {

class loop_pool::member {
public:
    member() {
        std::promise<event_loop*> made;
        std::future<event_loop*> is_made = made.get_future();
        thread_ = std::thread([&made] { serve(made); });
        try {
            loop_ = is_made.get();
        } catch (...) {
            thread_.join();
            throw;
        }
    }
    ~member() {
        loop_->post([loop = loop_] { loop->stop(); });
        thread_.join();
    }

    event_loop& loop() const noexcept { return *loop_; }

private:
    // A loop is made on the thread it runs on, because a backend may belong to its thread.
    static void serve(std::promise<event_loop*>& made) {
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
        loop->run_forever();
    }

    event_loop* loop_ = nullptr;
    std::thread thread_;
};

loop_pool::loop_pool(unsigned threads) {
    for (unsigned i = 0; i < threads; ++i) members_.push_back(std::make_unique<member>());
}

loop_pool::~loop_pool() = default;

event_loop& loop_pool::loop(std::size_t number) const noexcept {
    assert(number < size());
    return members_[number]->loop();
}

}  // namespace eddy
