#include <eddy/frame_allocator.hpp>

#include <limits>

namespace eddy {

// Empties the shelves when the thread ends. What is freed after that, by destructors of other
// thread-local objects, finds shelves that count as full and goes to the heap.
struct frame_allocator::cleaner {
    ~cleaner() {
        for (shelf& each : shelves_) {
            while (each.top != nullptr) {
                block* const next = each.top->next;
                ::operator delete(each.top);
                each.top = next;
            }
            each.count = std::numeric_limits<std::size_t>::max();
        }
    }
};

void frame_allocator::clean_at_thread_exit() noexcept {
    static thread_local cleaner at_thread_exit;
    static_cast<void>(&at_thread_exit);  // a thread-local object is made when it is first named
    cleaned_at_exit_ = true;
}

}  // namespace eddy
