#include "computations.hpp"

#include "start_workers.hpp"
#include "stopwatch.hpp"

#include <eddy/cpu_count.hpp>
#include <eddy/gather.hpp>
#include <eddy/process_pool.hpp>
#include <eddy/run.hpp>
#include <eddy/thread_pool.hpp>

#include <stdexcept>

namespace comparison {
namespace {

// All that a worker needs to compute one item, in a form that can travel.
struct order {
    std::string job;
    std::string item;
    std::uint64_t scale = 0;
    std::uint64_t rounds = 0;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(job, item, scale, rounds);
    }
};

std::string carry_out(order wanted) {
    job_settings settings;
    settings.scale = wanted.scale;
    settings.rounds = wanted.rounds;
    return run_item(wanted.job, wanted.item, settings);
}

std::vector<order> orders_of(const std::string& job, const job_settings& settings) {
    std::vector<order> orders;
    for (const std::string& item : job_items(job, settings)) {
        order each;
        each.job = job;
        each.item = item;
        each.scale = settings.scale;
        each.rounds = settings.rounds;
        orders.push_back(each);
    }
    return orders;
}

void compute_in_turn(cpu_row& row, const std::vector<order>& orders) {
    progress_line progress;
    const stopwatch watch;
    for (const order& each : orders) {
        row.result.push_back(carry_out(each));
        progress.show(row.job + ", " + row.mode, row.result.size(), orders.size());
    }
    row.seconds = watch.seconds();
}

template <class Pool>
void compute_on(Pool& pool, cpu_row& row, const std::vector<order>& orders) {
    progress_line progress;
    const stopwatch watch;
    for (std::string& result : pool.map(eddy::fn<&carry_out>, orders)) {
        row.result.push_back(std::move(result));
        progress.show(row.job + ", " + row.mode, row.result.size(), orders.size());
    }
    row.seconds = watch.seconds();
}

void compute_on_threads(cpu_row& row, const std::vector<order>& orders) {
    const stopwatch watch;
    eddy::thread_pool pool;
    row.start_seconds = watch.seconds();
    compute_on(pool, row, orders);
}

void compute_in_processes(cpu_row& row, const std::vector<order>& orders) {
    const stopwatch watch;
    eddy::process_pool pool;
    start_workers(pool);
    row.start_seconds = watch.seconds();
    compute_on(pool, row, orders);
}

eddy::task<std::string> carry_out_as_task(order wanted) {
    co_return carry_out(std::move(wanted));
}

// One loop, one thread: coroutines wait beside each other, they do not compute beside each other.
eddy::task<> compute_as_coroutines(cpu_row& row, const std::vector<order>& orders) {
    const stopwatch watch;
    std::vector<eddy::task<std::string>> tasks;
    for (const order& each : orders) tasks.push_back(carry_out_as_task(each));
    row.result = co_await eddy::gather(std::move(tasks));
    row.seconds = watch.seconds();
}

}  // namespace

std::vector<std::string> computing_modes() {
    return {"sync", "threads", "coroutines", "processes"};
}

cpu_row compute(const std::string& job, const std::string& mode, const job_settings& settings) {
    cpu_row row;
    row.job = job;
    row.mode = mode;
    const std::vector<order> orders = orders_of(job, settings);
    const usage_meter used;
    unsigned children = 0;
    if (mode == "sync") {
        compute_in_turn(row, orders);
    } else if (mode == "threads") {
        compute_on_threads(row, orders);
    } else if (mode == "coroutines") {
        eddy::run(compute_as_coroutines(row, orders));
    } else if (mode == "processes") {
        compute_in_processes(row, orders);
        children = eddy::usable_cpu_count();
    } else {
        throw std::invalid_argument("unknown mode \"" + mode + "\"");
    }
    row.cpu_seconds = used.cpu_seconds();
    row.peak_rss_bytes = used.peak_memory(children);
    return row;
}

void compare_results(std::vector<cpu_row>& rows) {
    for (cpu_row& row : rows) {
        for (const cpu_row& first : rows) {
            if (first.job != row.job) continue;
            row.differs = row.result != first.result;
            break;
        }
    }
}

}  // namespace comparison
