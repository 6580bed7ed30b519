#include "loop_observer.hpp"

#include <eddy/event_loop.hpp>
#include <eddy/file_path.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <locale>
#include <string_view>
#include <system_error>
#include <vector>

namespace eddy {
namespace {

double microseconds(duration time) noexcept {
    return std::chrono::duration<double, std::micro>(time).count();
}

// How many bytes the character takes with which a text begins; 0 if that is not UTF-8 (RFC 3629,
// section 4).
std::size_t length_of_character(std::string_view text) noexcept {
    const auto is_within = [text](std::size_t at, int low, int high) {
        const int byte = at < text.size() ? static_cast<unsigned char>(text[at]) : -1;
        return low <= byte && byte <= high;
    };
    const auto continues = [&](std::size_t at) { return is_within(at, 0x80, 0xbf); };
    if (is_within(0, 0x00, 0x7f)) return 1;
    if (is_within(0, 0xc2, 0xdf)) return continues(1) ? 2 : 0;
    // Neither longer than need be, nor a half of a pair of UTF-16, nor beyond the last one.
    if (is_within(0, 0xe0, 0xef)) {
        const bool starts = is_within(0, 0xe0, 0xe0)   ? is_within(1, 0xa0, 0xbf)
                            : is_within(0, 0xed, 0xed) ? is_within(1, 0x80, 0x9f)
                                                       : continues(1);
        return starts && continues(2) ? 3 : 0;
    }
    if (!is_within(0, 0xf0, 0xf4)) return 0;
    const bool starts = is_within(0, 0xf0, 0xf0)   ? is_within(1, 0x90, 0xbf)
                        : is_within(0, 0xf4, 0xf4) ? is_within(1, 0x80, 0x8f)
                                                   : continues(1);
    return starts && continues(2) && continues(3) ? 4 : 0;
}

// A string of JSON (RFC 8259, section 7). What is no text has U+FFFD in its place.
std::string json_string(std::string_view text) {
    std::string result = "\"";
    while (!text.empty()) {
        const std::size_t length = length_of_character(text);
        const char c = text.front();
        if (length == 0) {
            result.append("\\ufffd");
        } else if (c == '"' || c == '\\') {
            result.append({'\\', c});
        } else if (length == 1 && c < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
            result.append(escaped);
        } else {
            result.append(text.substr(0, length));
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
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
    // Nobody is there any more to throw it to.
    if (!trace_) std::cerr << "eddy: a trace was not written whole: " << trace_name_ << std::endl;
    traced_.clear();  // another trace names the tasks again
}

// The trace event format of Chrome ("JSON array format"): one object for each slice, in
// microseconds; each task is a thread of its own, so that it has a row of its own.
void loop_observer::trace_to(const std::string& file, time_point start) {
    end_trace();
    trace_.open(to_path(file), std::ios::trunc);
    if (!trace_)
        throw std::system_error(errno, std::generic_category(), "write a trace to " + file);
    trace_name_ = file;
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
               << R"(,"name":"thread_name","args":{"name":)" << json_string(task.name()) << "}},\n";
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
    trace_ << R"({"ph":"X","pid":1,"tid":)" << task.id() << R"(,"name":)" << json_string(name)
           << R"(,"cat":")" << category << R"(","ts":)" << microseconds(start - trace_start_)
           << R"(,"dur":)" << microseconds(end - start) << "},\n";
}

}  // namespace eddy
