#include "length_of_sleep.hpp"

#include <memory>
#include <optional>
#include <thread>

namespace eddy::testing {

// On a thread that has no past: the kernel takes a ring that was closed apart on its thread, and
// interrupts that thread's sleeps.
duration length_of_sleep(std::string_view backend_name, duration timeout, int wakes) {
    duration slept{};
    std::thread([&] {
        const std::unique_ptr<backend> kernel = make_backend(backend_name).chosen;
        operation_list completed;
        for (int i = 0; i < wakes; ++i) kernel->wake();
        if (wakes > 0) kernel->poll(std::nullopt, completed);
        const time_point before = kernel->now();
        kernel->poll(timeout, completed);
        slept = kernel->now() - before;
    }).join();
    return slept;
}

}  // namespace eddy::testing
