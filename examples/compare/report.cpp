#include "report.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <unistd.h>

namespace comparison {
namespace {

constexpr std::size_t most_reasons = 10;

double mebibytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / (1024 * 1024);
}

template <class Row>
double sync_seconds(const std::vector<Row>& rows, const Row& like) {
    for (const Row& row : rows) {
        if constexpr (requires { row.job; }) {
            if (row.job != like.job) continue;
        }
        if (row.mode == "sync") return row.seconds;
    }
    return 0;
}

std::string speed_up(double sync, double seconds) {
    return sync > 0 && seconds > 0 ? fmt::format("{:.2f}", sync / seconds) : "-";
}

void print_io(std::ostream& out, const report& all) {
    out << fmt::format("\nDownloads (event loop on {})\n", all.backend);
    out << fmt::format("{:<14} {:>9} {:>9} {:>9} {:>7} {:>10} {:>9} {:>8} {:>9}\n", "mode",
                       "start s", "seconds", "speed-up", "pages", "MiB", "failures", "cpu s",
                       "peak MiB");
    for (const io_row& row : all.io) {
        out << fmt::format(
            "{:<14} {:>9.3f} {:>9.3f} {:>9} {:>7} {:>10.2f} {:>9} {:>8.3f} {:>9.1f}{}\n", row.mode,
            row.start_seconds, row.seconds, speed_up(sync_seconds(all.io, row), row.seconds),
            row.pages, mebibytes(row.bytes), row.failures, row.cpu_seconds,
            mebibytes(row.peak_rss_bytes), row.differs ? "  pages differ" : "");
    }
}

void print_cpu(std::ostream& out, const report& all) {
    out << "\nCPU-bound jobs\n";
    out << fmt::format("{:<8} {:<12} {:>9} {:>9} {:>9} {:>7} {:>8} {:>9}\n", "job", "mode",
                       "start s", "seconds", "speed-up", "items", "cpu s", "peak MiB");
    for (const cpu_row& row : all.cpu) {
        out << fmt::format("{:<8} {:<12} {:>9.3f} {:>9.3f} {:>9} {:>7} {:>8.3f} {:>9.1f}{}\n",
                           row.job, row.mode, row.start_seconds, row.seconds,
                           speed_up(sync_seconds(all.cpu, row), row.seconds), row.result.size(),
                           row.cpu_seconds, mebibytes(row.peak_rss_bytes),
                           row.differs ? "  results differ" : "");
    }
}

void print_reasons(std::ostream& out, const report& all) {
    for (const io_row& row : all.io) {
        if (row.reasons.empty()) continue;
        out << fmt::format("\n{}: {} failed\n", row.mode, row.failures);
        const std::size_t shown = std::min(row.reasons.size(), most_reasons);
        for (std::size_t i = 0; i < shown; ++i) out << "  " << row.reasons[i] << '\n';
        if (shown < row.reasons.size())
            out << fmt::format("  and {} more\n", row.reasons.size() - shown);
    }
}

}  // namespace

bool report::succeeded() const {
    const auto failed = [](const io_row& row) { return row.failures > 0 || row.differs; };
    const auto wrong = [](const cpu_row& row) { return row.differs; };
    return std::ranges::none_of(io, failed) && std::ranges::none_of(cpu, wrong);
}

void print(std::ostream& out, const report& all) {
    if (!all.io.empty()) print_io(out, all);
    if (!all.cpu.empty()) print_cpu(out, all);
    print_reasons(out, all);
}

void write_json(const std::string& file, const report& all) {
    nlohmann::ordered_json json;
    json["backend"] = all.backend;
    json["io"] = nlohmann::json::array();
    for (const io_row& row : all.io) {
        json["io"].push_back({{"mode", row.mode},
                              {"seconds", row.seconds},
                              {"pages", row.pages},
                              {"bytes", row.bytes},
                              {"failures", row.failures},
                              {"cpu_seconds", row.cpu_seconds},
                              {"peak_rss_bytes", row.peak_rss_bytes},
                              {"start_seconds", row.start_seconds}});
    }
    json["cpu"] = nlohmann::json::array();
    for (const cpu_row& row : all.cpu) {
        json["cpu"].push_back({{"job", row.job},
                               {"mode", row.mode},
                               {"seconds", row.seconds},
                               {"result", row.result},
                               {"cpu_seconds", row.cpu_seconds},
                               {"peak_rss_bytes", row.peak_rss_bytes},
                               {"start_seconds", row.start_seconds}});
    }
    std::ofstream out(file);
    out << json.dump(2) << '\n';
    if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

progress_line::progress_line() : visible_(::isatty(STDERR_FILENO) == 1) {}

progress_line::~progress_line() {
    if (shown_) std::fputs("\r\033[K", stderr);
}

void progress_line::show(const std::string& mode, std::uint64_t done, std::uint64_t of) {
    if (!visible_) return;
    shown_ = true;
    std::fputs(fmt::format("\r\033[K{}: {} of {}", mode, done, of).c_str(), stderr);
    std::fflush(stderr);
}

}  // namespace comparison
