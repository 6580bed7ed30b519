#include <eddy/run.hpp>

#include <eddy/signals.hpp>

#include <atomic>
#include <csignal>

namespace eddy {

class interrupt_guard::listener final : public signal_listener, public posted {
public:
    explicit listener(task_control& main) : main_(main) {
        main_.acquire();
        is_catching_ = has_default_effect(SIGINT) && !catch_signal(SIGINT, *this);
    }
    ~listener() override {
        if (is_catching_) release_signal(SIGINT, *this);
        // No handler runs any more; what it has posted must not outlive us.
        main_.loop.run_posted();
        main_.release();
    }

    bool was_interrupted() const noexcept { return interrupts_ > 0; }

private:
    void on_signal(int number) noexcept override {
        if (interrupts_.fetch_add(1) == 0) {
            main_.loop.post(*this);
        } else {
            raise_by_default(number);
        }
    }

    void run() noexcept override {
        if (!main_.is_done()) main_.cancel();
    }

    task_control& main_;
    bool is_catching_ = false;
    std::atomic<int> interrupts_ = 0;  // written by the handler, on any thread
};

interrupt_guard::interrupt_guard(task_control& main)
    : listener_(std::make_unique<listener>(main)) {}

interrupt_guard::~interrupt_guard() = default;

bool interrupt_guard::was_interrupted() const noexcept {
    return listener_->was_interrupted();
}

}  // namespace eddy
