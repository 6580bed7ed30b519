#include <eddy/command.hpp>

#include <eddy/process.hpp>

#include <algorithm>
#include <stdexcept>

namespace eddy {

std::string command::whole(std::string text) {
    if (text.find('\0') != std::string::npos)
        throw std::invalid_argument("a command cannot contain a zero byte: \"" +
                                    text.substr(0, text.find('\0')) + "\\0...\"");
    return text;
}

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
