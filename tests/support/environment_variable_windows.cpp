#include "environment_variable.hpp"

#include <cstdlib>

namespace eddy::testing {

environment_variable::environment_variable(std::string name) : name_(std::move(name)) {
    if (const char* const value = std::getenv(name_.c_str())) previous_ = value;
}

environment_variable::~environment_variable() {
    set(previous_.value_or(""));
}

void environment_variable::set(std::string_view value) {
    // An empty value removes the variable: there are no empty ones.
    ::_putenv_s(name_.c_str(), std::string(value).c_str());
}

}  // namespace eddy::testing
