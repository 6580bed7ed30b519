#pragma once

#include <eddy/remote_function.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace eddy {

/// What two processes compare before one calls the other: equal if they are the same program.
struct program_fingerprint {
    std::uint32_t protocol = 1;   ///< of the messages between pool and worker
    std::uint32_t functions = 0;  ///< how many are registered
    std::uint64_t check = 0;      ///< over the functions, in order
    std::uint64_t build = 0;      ///< over the builds of the images that contain them

    bool operator==(const program_fingerprint&) const noexcept = default;

    /// What differs in the other one, in words.
    std::string difference_to(const program_fingerprint& other) const;

    payload to_payload() const;
    /// Of a process that sends something else, a fingerprint that nobody has.
    static program_fingerprint from(std::span<const std::byte> bytes) noexcept;
};

/// The remote functions of this process.
class function_registry {
public:
    /// Called by `process_init`. What registers later, in a library that is loaded at run time, is
    /// not known to workers.
    static void close();
    static bool is_closed() noexcept;

    /// The function that an id names; null if there is none, or another one.
    static const remote_function* find(const remote_function_id& id) noexcept;

    static const program_fingerprint& fingerprint() noexcept;

private:
    friend class remote_function;

    static inline constinit const remote_function* first_ = nullptr;
    static inline constinit remote_function* last_ = nullptr;
    static inline constinit std::uint32_t count_ = 0;
};

}  // namespace eddy
