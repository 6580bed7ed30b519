#include "loop_observer.hpp"

#include <eddy/event_loop.hpp>

#include <cerrno>
#include <cstdio>
#include <iostream>
#include <locale>
#include <system_error>
#include <vector>

namespace eddy {
namespace {

double microseconds(duration time) noexcept {
    return std::chrono::duration<double, std::micro>(time).count();
}

// A string of JSON (RFC 8259, section 7).
std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result.append({'\\', c});
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
            result.append(escaped);
        } else {
            result.push_back(c);
        }
    }
    return result + '"';
}

}  // namespace

loop_observer::~loop_observer() {
    end_trace();
}

void loop_observer::end_trace() {
    if (!trace_.is_open()) return;
    trace_ << "{}]\n";
    trace_.close();
    traced_.clear();  // another trace names the tasks again
}

// The trace event format of Chrome ("JSON array format"): one object for each slice, in
// microseconds; each task is a thread of its own, so that it has a row of its own.
void loop_observer::trace_to(const std::string& file, time_point start) {
    end_trace();
    trace_.open(file, std::ios::trunc);
    if (!trace_)
        throw std::system_error(errno, std::generic_category(), "write a trace to " + file);
    trace_start_ = start;
    trace_.imbue(std::locale::classic());  // the numbers of JSON, whatever the program speaks
    trace_ << std::fixed << "[\n";
}

task_control& loop_observer::choose(task_control& first,
                                    intrusive_queue<task_control>& ready) const {
    if (!choose_) return first;
    std::vector<task_control*> all{&first};
    while (!ready.empty()) all.push_back(&ready.pop_front());
    task_control* chosen = nullptr;
    const auto put_back_others = [&] {
        for (task_control* const each : all) {
            if (each != chosen) ready.push_back(*each);
        }
    };
    try {
        chosen = all.at(choose_(all.size()));
    } catch (...) {
        put_back_others();
        throw;
    }
    put_back_others();
    return *chosen;
}

void loop_observer::saw_resumption(const task_control& task, time_point start, time_point end) {
    if (slow_ && end - start > *slow_) warn(task, end - start);
    if (!trace_.is_open()) return;

    const auto [entry, is_new] = traced_.try_emplace(task.id());
    std::optional<wait>& waited = entry->second;
    if (is_new) {
        trace_ << R"({"ph":"M","pid":1,"tid":)" << task.id()
               << R"(,"name":"thread_name","args":{"name":)" << quoted(task.name()) << "}},\n";
    }
    if (waited) trace_slice(task, waited->what, "wait", waited->since, start);
    trace_slice(task, "run", "run", start, end);
    waited.reset();
    if (task.state == task_state::waiting)
        waited = wait{std::string(task.waiting_for->what()), end};
    if (task.is_done()) traced_.erase(entry);
}

void loop_observer::warn(const task_control& task, duration held) const {
    std::cerr << "eddy: " << task.name() << " held the loop for "
              << std::chrono::duration_cast<std::chrono::milliseconds>(held).count()
              << " ms; what computes or blocks for long belongs into to_thread or a pool";
    if (!task.is_done()) {
        const std::vector<std::source_location> places = info_of(task).backtrace;
        if (!places.empty()) {
            std::cerr << " (until " << places.front().file_name() << ':' << places.front().line()
                      << ')';
        }
    }
    std::cerr << std::endl;
}

void loop_observer::trace_slice(const task_control& task, const std::string& name,
                                const char* category, time_point start, time_point end) {
    trace_ << R"({"ph":"X","pid":1,"tid":)" << task.id() << R"(,"name":)" << quoted(name)
           << R"(,"cat":")" << category << R"(","ts":)" << microseconds(start - trace_start_)
           << R"(,"dur":)" << microseconds(end - start) << "},\n";
}

}  // namespace eddy
