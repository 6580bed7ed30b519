#include <eddy/timer_queue.hpp>

#include <algorithm>
#include <cassert>

namespace eddy {
namespace {

constexpr std::size_t branches = 4;

constexpr std::size_t parent_of(std::size_t at) noexcept {
    return (at - 1) / branches;
}

constexpr std::size_t first_child_of(std::size_t at) noexcept {
    return at * branches + 1;
}

}  // namespace

void timer_queue::arm(timer& each, time_point deadline) {
    assert(!each.is_armed());
    const std::size_t last = heap_.size();
    // Made where it stands, and most often it stays there: its parent is due earlier.
    const entry& added = heap_.emplace_back(deadline, armed_so_far_++, each);
    if (comes_before_parent(last, added)) {
        rise(last, entry(added));
    } else {
        each.place_ = static_cast<std::uint32_t>(last);
    }
}

void timer_queue::disarm(timer& each) noexcept {
    assert(each.is_armed() && heap_[each.place_].who == &each);
    remove(each.place_);
}

timer* timer_queue::take_due(time_point now) noexcept {
    if (heap_.empty() || heap_.front().deadline > now) return nullptr;
    timer* const due = heap_.front().who;
    remove(0);
    return due;
}

void timer_queue::place(std::size_t at, const entry& each) noexcept {
    heap_[at] = each;
    each.who->place_ = static_cast<std::uint32_t>(at);
}

bool timer_queue::comes_before_parent(std::size_t at, const entry& each) const noexcept {
    return at > 0 && each.before(heap_[parent_of(at)]);
}

void timer_queue::rise(std::size_t at, const entry& each) noexcept {
    for (; comes_before_parent(at, each); at = parent_of(at)) place(at, heap_[parent_of(at)]);
    place(at, each);
}

void timer_queue::sink(std::size_t at, const entry& each) noexcept {
    for (std::size_t child = first_child_of(at); child < heap_.size(); child = first_child_of(at)) {
        const std::size_t end = std::min(child + branches, heap_.size());
        std::size_t least = child;
        for (++child; child < end; ++child) {
            if (heap_[child].before(heap_[least])) least = child;
        }
        if (!heap_[least].before(each)) break;
        place(at, heap_[least]);
        at = least;
    }
    place(at, each);
}

void timer_queue::remove(std::size_t at) noexcept {
    heap_[at].who->place_ = timer::not_armed;
    if (at == heap_.size() - 1) return heap_.pop_back();
    const entry last = heap_.back();
    heap_.pop_back();
    // The last entry fills the gap and moves to where it belongs, up or down.
    if (comes_before_parent(at, last)) {
        rise(at, last);
    } else {
        sink(at, last);
    }
}

}  // namespace eddy
