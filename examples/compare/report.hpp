#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace comparison {

/// What one way of downloading took.
struct io_row {
    std::string mode;
    double start_seconds = 0;  // making pools and processes, before the clock
    double seconds = 0;
    std::uint64_t pages = 0;
    std::uint64_t bytes = 0;
    std::uint64_t failures = 0;
    double cpu_seconds = 0;
    std::uint64_t peak_rss_bytes = 0;
    std::vector<std::string> reasons;  // of failures: "URL: reason"
    std::uint64_t digest = 0;          // of all pages together
    bool differs = false;              // a page is not what the first mode got
};

/// What one way of computing took.
struct cpu_row {
    std::string job;
    std::string mode;
    double start_seconds = 0;
    double seconds = 0;
    double cpu_seconds = 0;
    std::uint64_t peak_rss_bytes = 0;
    std::vector<std::string> result;
    bool differs = false;
};

struct report {
    std::string backend;
    std::vector<io_row> io;
    std::vector<cpu_row> cpu;

    /// Whether everything was downloaded and all modes agree.
    bool succeeded() const;
};

/// Prints the table for people.
void print(std::ostream& out, const report& all);

/// Writes the same figures as JSON. Throws std::runtime_error if the file cannot be written.
void write_json(const std::string& file, const report& all);

/// One line that shows how far a mode is, rewritten in place. Silent unless standard error is a
/// terminal.
class progress_line {
public:
    progress_line();
    ~progress_line();
    void show(const std::string& mode, std::uint64_t done, std::uint64_t of);

private:
    bool visible_;
    bool shown_ = false;
};

}  // namespace comparison
