#pragma once

#include <eddy/operation.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace eddy {

/// Completion style on top of a kernel that only reports readiness (epoll, kqueue).
///
/// Each operation is tried first and waits only when the kernel would block. The kernel reports
/// edges: once per change from "would block" to "ready". So after a would-block, nothing is tried
/// again until the next edge, and as long as none came, waiting costs no system call.
class readiness {
public:
    /// Whether a stream of TCP that gives less than it was asked for is empty, and an edge follows
    /// once it is not: then the read that only learns that it would block is saved.
    enum class short_reads : std::uint8_t { empty_a_stream, prove_nothing };

    explicit readiness(short_reads mean) noexcept : short_reads_(mean) {}

    /// Starts to follow a handle, and gives its generation, which goes into the kernel's user data:
    /// events of an earlier handle with the same number are told apart by it. An error if there is
    /// no such handle, or if it is followed already.
    std::error_code attach(native_handle handle, std::uint32_t& generation);

    /// Stops to follow a handle. Its waiting operations are finished as canceled.
    void detach(native_handle handle) noexcept;

    /// In a forked child, where nobody waits for the operations it has copies of: forgets them.
    void leave() noexcept;

    /// As `backend::submit`.
    bool submit(operation& op) noexcept;

    /// As `backend::cancel`: the operation is finished as canceled.
    void cancel(operation& op) noexcept;

    /// An edge: the handle became readable, writable, or both. `short_reads_mislead`: from now on a
    /// short read does not mean that the next one would block, because the peer is closing or an
    /// error or urgent data is pending.
    void on_edge(native_handle handle, std::uint32_t generation, bool readable, bool writable,
                 bool short_reads_mislead) noexcept;

    /// Whether no operation waits for an edge, so that asking the kernel for edges can wait too.
    bool is_idle() const noexcept { return waiting_ == 0; }

    /// What has finished since it was last emptied.
    operation_list finished;

    std::uint64_t system_calls = 0;

private:
    // Operations of one direction are served in order. While any waits, `maybe_ready` is false.
    struct direction {
        bool maybe_ready = true;
        operation_list waiting;
    };

    enum class answer : std::uint8_t { unknown, no, yes };

    // In one cache line: between two events of a connection, those of all others come.
    struct alignas(64) followed {
        std::uint32_t generation = 0;
        bool attached = false;
        bool short_reads_mislead = false;
        answer emptied_by_short_reads = answer::unknown;
        direction input;
        direction output;
    };

    // By descriptor, which the kernel keeps small. What stands on a shelf does not move when there
    // are more.
    static constexpr std::size_t shelf_size = 64;
    using shelf = std::array<followed, shelf_size>;

    followed& entry(native_handle handle) noexcept {
        const auto index = static_cast<std::size_t>(handle);
        return (*shelves_[index / shelf_size])[index % shelf_size];
    }
    bool is_attached(native_handle handle) const noexcept;
    void make_entry(native_handle handle);
    static direction& direction_of(followed& on, opcode code) noexcept;

    void serve(followed& on, direction& way) noexcept;
    void finish_canceled(operation& op) noexcept;

    // Whether a read that gives less than it was asked for leaves nothing to be read.
    void find_out_about_short_reads(followed& on, native_handle socket) noexcept;

    // False: it would block.
    bool attempt(operation& op, followed& on, direction& way) noexcept;

    const short_reads short_reads_;
    std::size_t waiting_ = 0;
    std::vector<std::unique_ptr<shelf>> shelves_;
};

}  // namespace eddy
