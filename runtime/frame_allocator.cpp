#include <eddy/frame_allocator.hpp>

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
            each.room = 0;
        }
    }
};

bool frame_allocator::make_room(std::size_t row) noexcept {
    if (are_up_) return false;
    static thread_local cleaner at_thread_exit;
    static_cast<void>(&at_thread_exit);  // a thread-local object is made when it is first named
    are_up_ = true;
    for (std::size_t each = 0; each < rows; ++each) shelves_[each].room = most_kept(each);
    return shelves_[row].room > 0;
}

}  // namespace eddy
