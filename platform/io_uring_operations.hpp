#pragma once

#include <eddy/operation.hpp>

#include "posix.hpp"

#include <cassert>
#include <utility>
#include <vector>

namespace eddy {

/// The operations that are in flight, and the handles they are in flight on.
///
/// An operation remembers the generation of its handle, which tells it from other handles with the
/// same number, and none once nobody wants it any more: it was cancelled, or is about to be
/// returned.
class io_uring_operations {
public:
    /// As `backend::attach`.
    std::error_code attach(native_handle handle) {
        if (handle < 0) return system_error_code(EBADF);
        const auto index = static_cast<std::size_t>(handle);
        if (index >= handles_.size()) handles_.resize(index + 1);
        if (handles_[index].is_attached) return system_error_code(EBUSY);
        handles_[index].is_attached = true;
        return {};
    }

    /// Whether requests still hold the open file. The operations on it are not wanted any more.
    bool detach(native_handle handle) noexcept {
        attached& on = entry(handle);
        on.is_attached = false;
        ++on.generation;
        return on.in_flight > 0;
    }

    void begin(operation& op) noexcept {
        assert(is_attached(op.handle) && "a handle is attached before its first operation");
        attached& on = entry(op.handle);
        op.in_flight = true;
        op.generation = on.generation;
        ++on.in_flight;
    }

    /// Whether the operation has neither been cancelled nor lost its handle.
    bool is_wanted(const operation& op) noexcept {
        return op.generation == entry(op.handle).generation;
    }

    /// It is cancelled from now on. False: it was already, or is about to be returned.
    bool renounce(operation& op) noexcept {
        return std::exchange(op.generation, no_generation) != no_generation;
    }

    /// It ends as the kernel says: with a value, or a negative error.
    void end(operation& op, int result) noexcept {
        // A request that sleeps on a thread of the kernel is woken by a signal to be cancelled.
        if (result == -ECANCELED || (result == -EINTR && !is_wanted(op))) {
            op.error = std::errc::operation_canceled;
        } else if (result < 0) {
            op.error = system_error_code(-result);
        } else {
            op.value = static_cast<std::uint64_t>(result);
        }
        end(op);
    }

    /// The same where its results are set.
    void end(operation& op) noexcept {
        --entry(op.handle).in_flight;
        op.generation = no_generation;
        finished.push_back(op);
    }

    /// What has ended and is to be returned by the next poll.
    operation_list finished;

private:
    // What the kernel has of a handle, by its number. Attachments are numbered from 1.
    struct attached {
        std::uint32_t in_flight = 0;  // operations that still hold it
        std::uint32_t generation = 1;
        bool is_attached = false;
    };
    static constexpr std::uint32_t no_generation = 0;

    bool is_attached(native_handle handle) const noexcept {
        const auto index = static_cast<std::size_t>(handle);
        return index < handles_.size() && handles_[index].is_attached;
    }

    attached& entry(native_handle handle) noexcept {
        return handles_[static_cast<std::size_t>(handle)];
    }

    std::vector<attached> handles_;  // by descriptor
};

}  // namespace eddy
