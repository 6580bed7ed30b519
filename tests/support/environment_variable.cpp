#include "environment_variable.hpp"

#include <cstdlib>

namespace eddy::testing {

environment_variable::environment_variable(std::string name) : name_(std::move(name)) {
    if (const char* const value = std::getenv(name_.c_str())) previous_ = value;
}

environment_variable::~environment_variable() {
    if (previous_) {
        ::setenv(name_.c_str(), previous_->c_str(), 1);
    } else {
        ::unsetenv(name_.c_str());
    }
}

void environment_variable::set(std::string_view value) {
    ::setenv(name_.c_str(), std::string(value).c_str(), 1);
}

}  // namespace eddy::testing
