#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace comparison {

// The three CPU-bound jobs of the lessons. Each is a list of independent items; `run_item` computes
// one, anywhere: in a loop, on a thread, in a task or in another process.

struct job_settings {
    std::uint64_t scale = 20;          // of the sums: how many times 5,000,000 squares
    std::uint64_t rounds = 1'000'000;  // of the hashes: how often each is hashed again
};

std::vector<std::string> job_names();

// What each item of a job is given.
std::vector<std::string> job_items(const std::string& job, const job_settings& settings);

std::string run_item(const std::string& job, const std::string& item, const job_settings& settings);

// One item of each kind; `run_item` picks among them.
std::string sum_of_squares(std::uint64_t below);
std::string chained_sha512(const std::string& password, std::uint64_t rounds);
bool is_prime(std::uint64_t number);

}  // namespace comparison
