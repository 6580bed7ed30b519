#pragma once

#include "jobs.hpp"
#include "report.hpp"

#include <string>
#include <vector>

namespace comparison {

/// sync, threads, coroutines, processes.
std::vector<std::string> computing_modes();

/// Does one of the jobs in one of the modes, on as many threads or processes as there are
/// processors.
cpu_row compute(const std::string& job, const std::string& mode, const job_settings& settings);

/// Marks the rows whose result differs from that of the first row of their job.
void compare_results(std::vector<cpu_row>& rows);

}  // namespace comparison
