#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace eddy::testing {

/// Gives a variable of the environment its old value back at the end of a test.
class environment_variable {
public:
    explicit environment_variable(std::string name);
    ~environment_variable();
    environment_variable(const environment_variable&) = delete;
    environment_variable& operator=(const environment_variable&) = delete;

    void set(std::string_view value);

private:
    std::string name_;
    std::optional<std::string> previous_;
};

}  // namespace eddy::testing
