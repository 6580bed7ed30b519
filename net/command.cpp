#include <eddy/command.hpp>

#include <eddy/process.hpp>

#include <algorithm>

namespace eddy {

std::vector<std::string> command::environment() const {
    std::vector<std::string> all;
    if (!starts_empty_) all = current_environment();
    for (const auto& [name, value] : variables_) {
        const std::string prefix = name + "=";
        std::erase_if(all, [&](const std::string& each) { return each.starts_with(prefix); });
        all.push_back(prefix + value);
    }
    return all;
}

}  // namespace eddy
