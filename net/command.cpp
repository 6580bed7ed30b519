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

command& command::variable(std::string name, std::string value) {
    if (name.empty() || name.find('=') != std::string::npos)
        throw std::invalid_argument("not a name of a variable: \"" + name + "\"");
    variables_.emplace_back(whole(std::move(name)), whole(std::move(value)));
    return *this;
}

std::vector<std::string> command::environment() const {
    std::vector<std::string> all;
    if (!starts_empty_) all = current_environment();
    for (const auto& [name, value] : variables_) {
        std::erase_if(all, [&](std::string_view each) {
            return is_same_variable(each.substr(0, each.find('=')), name);
        });
        all.push_back(name + '=' + value);
    }
    return all;
}

}  // namespace eddy
