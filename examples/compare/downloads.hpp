#pragma once

#include "report.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace comparison {

struct download_settings {
    std::vector<std::string> urls;
    std::string authority;         // PEM of the authorities to trust; empty: the system's
    std::size_t concurrency = 20;  // of the coroutines behind a semaphore
    unsigned workers = 5;          // threads, and processes
    std::string save_to;           // a folder for the bodies; empty: they are only looked at
};

/// sync, threads, coroutines, coroutines-<concurrency>, processes.
std::vector<std::string> download_modes(const download_settings& settings);

/// Downloads everything in one of the modes. A URL that fails is one failure in the row, with its
/// reason; the others go on.
io_row download(const std::string& mode, const download_settings& settings);

/// Marks the rows whose pages differ from those of the first row.
void compare_pages(std::vector<io_row>& rows);

}  // namespace comparison
