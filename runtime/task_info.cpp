#include <eddy/task_info.hpp>

#include <eddy/event_loop.hpp>

#include <ostream>
#include <unordered_map>

namespace eddy {
namespace {

const char* to_string(task_state state) noexcept {
    switch (state) {
        case task_state::ready: return "ready";
        case task_state::running: return "running";
        case task_state::waiting: return "waiting";
        case task_state::done: return "done";
    }
    return "";
}

std::vector<std::source_location> backtrace_of(const task_control& task) {
    std::vector<std::source_location> places;
    if (task.state == task_state::running) return places;
    for (coroutine at = coroutine::from(task.resume_at); at; at = at.promise().awaited_by) {
        const std::source_location& place = at.promise().awaiting_at;
        if (place.line() != 0) places.push_back(place);
    }
    return places;
}

std::uint64_t id_of(const task_control* task) noexcept {
    return task != nullptr ? task->id() : 0;
}

// Tasks by their number.
class task_index {
public:
    explicit task_index(const std::vector<task_info>& tasks) {
        for (const task_info& each : tasks) tasks_.emplace(each.id, &each);
    }
    const task_info* find(std::uint64_t id) const {
        const auto found = tasks_.find(id);
        return found != tasks_.end() ? found->second : nullptr;
    }

private:
    std::unordered_map<std::uint64_t, const task_info*> tasks_;
};

// GCC names the function that a coroutine was turned into, with a type of its own as parameter:
// "void f(f(int)::_Z1fi.Frame*)". What was written stands inside: "f(int)".
std::string_view name_as_written(std::string_view name) {
    const std::size_t end = name.find("::_Z");
    if (end == name.npos || name.find(".Frame*") == name.npos) return name;
    int depth = 0;
    for (std::size_t at = end; at-- > 0;) {
        if (name[at] == ')' || name[at] == '>') ++depth;
        if (name[at] == '<') --depth;
        if (name[at] == '(' && --depth < 0) return name.substr(at + 1, end - at - 1);
    }
    return name;
}

void print_state(std::ostream& out, const task_info& task, const task_index& tasks) {
    out << task.name << ": " << to_string(task.state);
    if (task.state == task_state::waiting) {
        out << " for " << task.waits_for;
        if (const task_info* const other = tasks.find(task.waits_for_task))
            out << " (" << other->name << ")";
        out << " since "
            << std::chrono::duration_cast<std::chrono::milliseconds>(task.since).count() << " ms";
    }
    if (task.cancelled) out << ", cancelled";
    out << '\n';
}

class task_tree {
public:
    explicit task_tree(const std::vector<task_info>& tasks) : tasks_(tasks) {
        for (const task_info& each : tasks) {
            // A task whose parent is not listed stands at the top.
            const task_info* const parent = tasks_.find(each.parent);
            children_[parent != nullptr ? parent->id : 0].push_back(&each);
        }
    }

    void print_branch(std::ostream& out, std::uint64_t parent, int depth) const {
        const auto children = children_.find(parent);
        if (children == children_.end()) return;
        const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
        for (const task_info* const task : children->second) {
            out << indent;
            print_state(out, *task, tasks_);
            for (const std::source_location& place : task->backtrace) {
                out << indent << "    at " << place.file_name() << ':' << place.line() << " in "
                    << name_as_written(place.function_name()) << '\n';
            }
            print_branch(out, task->id, depth + 1);
        }
    }

private:
    task_index tasks_;
    std::unordered_map<std::uint64_t, std::vector<const task_info*>> children_;
};

}  // namespace

task_info info_of(const task_control& task) {
    task_info info;
    info.id = task.id();
    info.name = task.name();
    info.parent = id_of(task.parent_task());
    info.state = task.state;
    info.cancelled = task.innermost_scope->is_effective();
    info.backtrace = backtrace_of(task);
    if (task.state != task_state::waiting) return info;
    info.waits_for = task.waiting_for->what();
    info.waits_for_task = id_of(task.waiting_for->waits_for_task());
    info.can_be_woken_from_outside = task.waiting_for->can_be_woken_from_outside();
    info.since = coarse_difference(coarse(task.loop.now()), task.waiting_since);
    return info;
}

void print_tasks(std::ostream& out, const std::vector<task_info>& tasks) {
    out << tasks.size() << (tasks.size() == 1 ? " task\n" : " tasks\n");
    task_tree(tasks).print_branch(out, 0, 0);
}

void print_waits(std::ostream& out, const std::vector<task_info>& tasks) {
    const task_index index(tasks);
    for (const task_info& task : tasks) {
        if (task.state != task_state::waiting) continue;
        out << "  " << task.name << " waits for " << task.waits_for;
        if (const task_info* const other = index.find(task.waits_for_task))
            out << ", held up by " << other->name;
        if (!task.backtrace.empty()) {
            out << ", at " << task.backtrace.front().file_name() << ':'
                << task.backtrace.front().line();
        }
        out << '\n';
    }
}

}  // namespace eddy
